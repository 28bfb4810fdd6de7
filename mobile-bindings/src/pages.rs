//! The officer's screens of `waiqin-phone-ui` on guarded loopback, for a WebView of the shell.

use crate::work::{beside, runtime, through};
use crate::{Phone, Session, WaiqinError};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use waiqin_phone_ui::host::{Host, Opened, PagesSettings};
use waiqin_phone_ui::told;
use waiqin_phone_ui::ui::{IDLE_MS, Ui};
use waiqin_protocol::words::Lang;

/// Pages that can be reached from this phone alone. They end when this object is dropped.
#[derive(uniffi::Object)]
pub struct Pages {
    address: SocketAddr,
    ui: Ui,
    lang: Lang,
    serving: Mutex<Option<Serving>>,
}

struct Serving {
    /// Dropped, it ends the pages too.
    end: oneshot::Sender<()>,
    done: JoinHandle<()>,
}

#[uniffi::export]
impl Phone {
    /// Shows this phone's pages on a port of 127.0.0.1, unlocked where a session is given; whoever sits
    /// there is locked after ten minutes without use. They follow the engine's plan and sync by
    /// themselves. `ticket` is filled in on the first page.
    ///
    /// # Errors
    /// [`WaiqinError::Phone`] when no port opens.
    #[uniffi::method(default(seated = None, ticket = None))]
    pub async fn start_ui(
        &self,
        seated: Option<Arc<Session>>,
        ticket: Option<String>,
    ) -> Result<Arc<Pages>, WaiqinError> {
        let lang = self.lang;
        let opened = Opened {
            phone: self.core.clone(),
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
            network: self.network.clone(),
        };
        let settings = PagesSettings {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            ticket,
            court_clock_ms: None,
            idle_ms: IDLE_MS,
            has_switch: false,
        };
        let start = async move {
            let host = Host::over(opened, settings).await;
            let host = host.map_err(|error| not_open(&error, lang))?;
            if let Some(session) = seated {
                host.ui().sit(session.core.clone());
            }
            let (end, ended) = oneshot::channel();
            let (address, ui) = (host.address(), host.ui().clone());
            let serve = async move {
                let ended = async {
                    // The sender was used or dropped: the end either way.
                    let _ = ended.await;
                };
                if let Err(error) = host.run(None, |_| Ok(()), ended).await {
                    tracing::error!(error = format!("{error:#}"), "the pages ended");
                }
            };
            let done = runtime(lang)?.spawn(serve);
            Ok(Arc::new(Pages {
                address,
                ui,
                lang,
                serving: Mutex::new(Some(Serving { end, done })),
            }))
        };
        through(lang, start).await
    }
}

#[uniffi::export]
impl Pages {
    /// Where they listen: `127.0.0.1:PORT`. Nothing is shown without the entry link.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// A link that lets one WebView in, once: the secret of these pages.
    ///
    /// # Errors
    /// [`WaiqinError::Fault`] alone.
    pub async fn entry_link(&self) -> Result<String, WaiqinError> {
        let ui = self.ui.clone();
        beside(self.lang, move || Ok(ui.entry_link())).await
    }

    /// Ends the pages and locks whoever sits there. A second call does nothing.
    ///
    /// # Errors
    /// [`WaiqinError::Fault`] alone.
    pub async fn stop(&self) -> Result<(), WaiqinError> {
        let taken = self
            .serving
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(Serving { end, done }) = taken else {
            return Ok(());
        };
        // They may have ended by themselves.
        let _ = end.send(());
        through(self.lang, async move {
            if let Err(error) = done.await {
                tracing::error!(%error, "the pages did not end by themselves");
            }
            Ok(())
        })
        .await
    }
}

/// What opening the pages says is told as an error of this phone; the causes go into the log.
fn not_open(error: &dyn std::fmt::Display, lang: Lang) -> WaiqinError {
    tracing::error!(error = format!("{error:#}"), "the pages did not open");
    WaiqinError::Phone {
        words: told::pages(lang),
    }
}
