//! The desktop host: a phone in a folder, its pages on loopback, commands from standard input.

use crate::carrier::Carrier;
use crate::pages;
use crate::ui::{Ui, UiParts};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::future::Future;
use std::io::BufRead;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use waiqin_core::{
    Clock, Entropy, FileSecret, HostParts, NetworkSwitch, Phone, SystemClock, SystemEntropy,
};

/// What a phone of this host calls itself unless told otherwise.
pub const DEVICE_NAME: &str = "waiqin-phone";
/// How often it is looked whether a sync is due or the phone lies unused.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long open connections may take to end.
const END_WITHIN: Duration = Duration::from_secs(5);

/// Settings of the host.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The phone's own folder.
    pub dir: PathBuf,
    /// What the phone calls itself.
    pub device_name: String,
    /// How its pages are shown.
    pub pages: PagesSettings,
}

/// How the pages of a phone are shown.
#[derive(Clone, Debug)]
pub struct PagesSettings {
    /// An address of 127.0.0.1.
    pub listen: SocketAddr,
    /// An enrolment ticket.
    pub ticket: Option<String>,
    /// Where the court's clock begins, ms UTC; `None`: now.
    pub court_clock_ms: Option<i64>,
    /// Without a request for this long the phone locks, ms.
    pub idle_ms: i64,
    /// Pages may turn the switch 断网: on a desktop, which has no flight mode of its own.
    pub has_switch: bool,
}

/// A phone with what it was opened with.
pub struct Opened {
    /// The phone.
    pub phone: Phone,
    /// Its clock.
    pub clock: Arc<dyn Clock>,
    /// Its random bytes.
    pub entropy: Arc<dyn Entropy>,
    /// Its switch 断网.
    pub network: Arc<NetworkSwitch>,
}

/// A phone whose pages can be reached.
pub struct Host {
    ui: Ui,
    listener: TcpListener,
    address: SocketAddr,
    network: Arc<NetworkSwitch>,
}

/// Opens the phone of a folder with the system's clock, random bytes and a secret in a file.
///
/// # Errors
/// When the folder cannot be made or is in use.
pub fn open_phone(dir: &Path, court_clock_ms: Option<i64>, device_name: &str) -> Result<Opened> {
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let clock: Arc<dyn Clock> = Arc::new(match court_clock_ms {
        Some(ms) => SystemClock::starting_at(&SystemEntropy, ms),
        None => SystemClock::new(&SystemEntropy),
    });
    let network = Arc::new(NetworkSwitch::default());
    let phone = Phone::open(HostParts {
        dir: dir.to_owned(),
        device_name: device_name.to_owned(),
        clock: clock.clone(),
        entropy: entropy.clone(),
        hardware: Arc::new(FileSecret::in_folder(dir)),
        network: network.clone(),
    })
    .with_context(|| format!("open the phone in {}", dir.display()))?;
    Ok(Opened {
        phone,
        clock,
        entropy,
        network,
    })
}

impl Host {
    /// Opens the phone and listens.
    ///
    /// # Errors
    /// When the address is not of 127.0.0.1 or taken, or the phone does not open.
    pub async fn open(settings: Settings) -> Result<Self> {
        let clock_ms = settings.pages.court_clock_ms;
        let opened = open_phone(&settings.dir, clock_ms, &settings.device_name)?;
        Self::over(opened, settings.pages).await
    }

    /// Listens for a phone that is open.
    ///
    /// # Errors
    /// When the address is not of 127.0.0.1 or taken.
    pub async fn over(opened: Opened, settings: PagesSettings) -> Result<Self> {
        if settings.listen.ip() != std::net::IpAddr::from([127, 0, 0, 1]) {
            bail!(
                "the pages are for this machine alone: listen on 127.0.0.1, not {}",
                settings.listen
            );
        }
        let listener = TcpListener::bind(settings.listen)
            .await
            .with_context(|| format!("listen on {}", settings.listen))?;
        let address = listener.local_addr().context("ask for the address")?;
        let carrier = Carrier::new(address, || {
            let mut bytes = [0; 32];
            opened.entropy.fill(&mut bytes);
            bytes
        });
        let real = SystemClock::new(&SystemEntropy);
        let server_shift_ms = settings
            .court_clock_ms
            .map_or(0, |_| opened.clock.now().wall_ms - real.now().wall_ms);
        let ui = Ui::new(UiParts {
            phone: opened.phone,
            clock: opened.clock,
            entropy: opened.entropy,
            carrier: Arc::new(carrier),
            network: settings.has_switch.then(|| opened.network.clone()),
            ticket: settings.ticket,
            court_clock_ms: settings.court_clock_ms,
            server_shift_ms,
            idle_ms: settings.idle_ms,
        });
        Ok(Self {
            ui,
            listener,
            address,
            network: opened.network,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The pages' state.
    #[must_use]
    pub fn ui(&self) -> &Ui {
        &self.ui
    }

    /// Serves until told to end, then locks the phone.
    ///
    /// # Errors
    /// When serving fails.
    pub async fn run(
        self,
        commands: Option<mpsc::Receiver<String>>,
        say: impl Fn(&Value) -> Result<()> + Send + 'static,
        ended: impl Future<Output = ()> + Send + 'static,
    ) -> Result<()> {
        let (end, quit) = oneshot::channel();
        let looking = tokio::spawn(look_after(self.ui.clone()));
        let obeying = commands.map(|lines| {
            tokio::spawn(obey(self.ui.clone(), self.network.clone(), lines, say, end))
        });
        let (stopping, stopped) = oneshot::channel();
        let until = async move {
            tokio::select! {
                () = ended => {}
                Ok(()) = quit => {}
            }
            // Nobody waits for this when serving has failed already.
            let _ = stopping.send(());
        };
        let serving = axum::serve(self.listener, pages::routes(self.ui.clone()))
            .with_graceful_shutdown(until);
        let late = async {
            if stopped.await.is_ok() {
                tokio::time::sleep(END_WITHIN).await;
            } else {
                std::future::pending::<()>().await;
            }
        };
        let served = tokio::select! {
            served = serving => served.context("serve the pages"),
            () = late => Ok(()),
        };
        looking.abort();
        if let Some(obeying) = obeying {
            obeying.abort();
        }
        let ui = self.ui;
        tokio::task::spawn_blocking(move || ui.lock())
            .await
            .context("lock the phone")?;
        served
    }
}

/// Locks an unused phone and syncs when the engine's plan says so.
async fn look_after(ui: Ui) {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut syncing: Option<tokio::task::JoinHandle<()>> = None;
    loop {
        ticks.tick().await;
        let Some(session) = ui.session(false) else {
            continue;
        };
        if syncing.as_ref().is_some_and(|it| !it.is_finished()) {
            continue;
        }
        syncing = Some(tokio::spawn(async move {
            if let Err(error) = session.sync_when_due().await {
                tracing::warn!(error = %pages::problem::chain(&error), "a planned sync failed");
            }
        }));
    }
}

async fn obey(
    ui: Ui,
    network: Arc<NetworkSwitch>,
    mut lines: mpsc::Receiver<String>,
    say: impl Fn(&Value) -> Result<()>,
    end: oneshot::Sender<()>,
) {
    while let Some(line) = lines.recv().await {
        let answer = match line.trim() {
            "" => continue,
            "offline" => {
                network.set(false);
                json!({ "network": "off" })
            }
            "online" => {
                network.set(true);
                json!({ "network": "on" })
            }
            "enter" => json!({ "enter": ui.entry_link() }),
            "quit" => json!({ "quit": true }),
            _ => json!({ "error": "commands are: offline, online, enter, quit" }),
        };
        let quit = answer["quit"] == true;
        if let Err(error) = say(&answer) {
            tracing::error!(%error, "a command was not answered");
        }
        if quit {
            // The host may have ended already.
            let _ = end.send(());
            return;
        }
    }
    // Standard input has ended: nobody commands any more, the pages go on. The sender stays, or the
    // host would take its end for a quit.
    std::future::pending::<()>().await;
}

/// Lines of standard input, read on a thread of its own: a read cannot be given up.
#[must_use]
pub fn stdin_lines() -> mpsc::Receiver<String> {
    let (send, lines) = mpsc::channel(16);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if send.blocking_send(line).is_err() {
                return;
            }
        }
    });
    lines
}

/// Ends with SIGTERM or SIGINT.
///
/// # Errors
/// When signals cannot be caught.
pub fn ended_by_signal() -> Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut term = signal(SignalKind::terminate()).context("catch SIGTERM")?;
        let mut int = signal(SignalKind::interrupt()).context("catch SIGINT")?;
        Ok(async move {
            tokio::select! {
                _ = term.recv() => {}
                _ = int.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    {
        Ok(async {
            // Without the signal the program runs until it is closed.
            let _ = tokio::signal::ctrl_c().await;
        })
    }
}
