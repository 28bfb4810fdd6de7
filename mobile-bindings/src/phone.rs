//! The phone: its folder, its officers, its switch 断网.

use crate::error::Tell;
use crate::host::{ForeignClock, ForeignEntropy, ForeignSecret};
use crate::work::{beside, through};
use crate::{Clock, Entropy, HardwareSecret, Session, WaiqinError};
use std::path::PathBuf;
use std::sync::Arc;
use waiqin_core as core;
use waiqin_phone_ui::told;
use waiqin_protocol::ids::OfficerId;
use waiqin_protocol::wire::enrol::Ticket;
use waiqin_protocol::words::Lang;
use zeroize::Zeroizing;

/// The language of words: errors, labels, findings.
pub type Language = Lang;

/// The language of words: errors, labels, findings.
#[uniffi::remote(Enum)]
pub enum Language {
    /// 简体中文
    Zh,
    /// English
    En,
}

/// How a phone is opened.
#[derive(Clone, Debug, uniffi::Record)]
pub struct Settings {
    /// The phone's own folder; made when it is not there. Nobody else writes in it.
    pub dir: String,
    /// What the phone calls itself: maker, model.
    pub device_name: String,
    /// The officers' language; Chinese unless said otherwise.
    #[uniffi(default = None)]
    pub language: Option<Language>,
}

/// An officer (人员) who is enrolled on this phone.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct OfficerOnPhone {
    /// Who.
    pub id: OfficerId,
    /// Name.
    pub name: String,
    /// Name in the list's 承办人 column.
    pub list_name: String,
    /// Name of the court.
    pub court: String,
}

/// One phone. Its folder stays locked to other programs as long as this object, its sessions or its
/// pages live.
#[derive(uniffi::Object)]
pub struct Phone {
    pub(crate) core: core::Phone,
    pub(crate) clock: Arc<dyn core::Clock>,
    pub(crate) entropy: Arc<dyn core::Entropy>,
    pub(crate) network: Arc<core::NetworkSwitch>,
    pub(crate) lang: Lang,
}

#[uniffi::export]
impl Phone {
    /// Opens the phone's folder. Without `hardware` the secret lies in a file of the folder: right for
    /// a desktop, wrong for a phone, which has a keystore. `clock` and `entropy` are the system's
    /// unless given.
    ///
    /// # Errors
    /// [`WaiqinError::Phone`] when the folder cannot be made, or another program has it open.
    #[uniffi::constructor(default(hardware = None, clock = None, entropy = None))]
    pub async fn open(
        settings: Settings,
        hardware: Option<Arc<dyn HardwareSecret>>,
        clock: Option<Arc<dyn Clock>>,
        entropy: Option<Arc<dyn Entropy>>,
    ) -> Result<Arc<Self>, WaiqinError> {
        let lang = settings.language.unwrap_or_default();
        beside(lang, move || {
            let dir = PathBuf::from(settings.dir);
            let system = core::SystemEntropy;
            let clock: Arc<dyn core::Clock> = match clock {
                Some(clock) => Arc::new(ForeignClock(clock)),
                None => Arc::new(core::SystemClock::new(&system)),
            };
            let entropy: Arc<dyn core::Entropy> = match entropy {
                Some(entropy) => Arc::new(ForeignEntropy(entropy)),
                None => Arc::new(system),
            };
            let hardware: Arc<dyn core::HardwareSecret> = match hardware {
                Some(hardware) => Arc::new(ForeignSecret(hardware)),
                None => Arc::new(core::FileSecret::in_folder(&dir)),
            };
            let network = Arc::new(core::NetworkSwitch::default());
            let parts = core::HostParts {
                dir,
                device_name: settings.device_name,
                clock: clock.clone(),
                entropy: entropy.clone(),
                hardware,
                network: network.clone(),
            };
            let core = core::Phone::open(parts).tell(lang)?;
            Ok(Arc::new(Self {
                core,
                clock,
                entropy,
                network,
                lang,
            }))
        })
        .await
    }

    /// The officers enrolled here, by name.
    ///
    /// # Errors
    /// [`WaiqinError::Fault`] alone: an officer whose keys do not read is not listed.
    pub async fn officers(&self) -> Result<Vec<OfficerOnPhone>, WaiqinError> {
        let core = self.core.clone();
        beside(self.lang, move || {
            let officers = core.officers().into_iter();
            Ok(officers.map(OfficerOnPhone::from).collect())
        })
        .await
    }

    /// Enrols (登记) the officer of a ticket (登记码, `waiqin1:…`) with the PIN (口令) that he chose,
    /// and unlocks him. When it is cut off, the same ticket and PIN take it up again.
    ///
    /// # Errors
    /// [`WaiqinError::Input`] for a text that is no ticket or a PIN that is too easy;
    /// [`WaiqinError::Court`] when the court was not reached, refused, or was another.
    pub async fn enrol(&self, ticket: String, pin: String) -> Result<Arc<Session>, WaiqinError> {
        let pin = Zeroizing::new(pin);
        let pin = told::new_pin(&pin, self.lang).map_err(WaiqinError::input)?;
        let ticket: Ticket = ticket
            .trim()
            .parse()
            .map_err(|_| WaiqinError::input(told::ticket(self.lang)))?;
        let (core, lang) = (self.core.clone(), self.lang);
        let enrolled = through(
            lang,
            async move { core.enrol(&ticket, &pin).await.tell(lang) },
        );
        Ok(self.session(enrolled.await?))
    }

    /// Unlocks (解锁) an officer. Two unlocks of one officer are the same session.
    ///
    /// # Errors
    /// [`WaiqinError::WrongPin`] with the time to wait; [`WaiqinError::NotHere`] for an officer who is
    /// not on this phone; [`WaiqinError::Phone`] when keys or journal do not open.
    pub async fn unlock(
        &self,
        officer: OfficerId,
        pin: String,
    ) -> Result<Arc<Session>, WaiqinError> {
        let pin = self.pin(pin)?;
        let (core, lang) = (self.core.clone(), self.lang);
        let opened = beside(lang, move || core.unlock(officer, &pin).tell(lang));
        Ok(self.session(opened.await?))
    }

    /// Turns the switch 断网: off means that nothing is sent and nothing is asked.
    pub fn set_online(&self, on: bool) {
        self.network.set(on);
    }

    /// Whether the network may be used.
    pub fn is_online(&self) -> bool {
        self.network.is_on()
    }
}

impl Phone {
    /// A PIN as typed to unlock.
    fn pin(&self, typed: String) -> Result<core::Pin, WaiqinError> {
        let typed = Zeroizing::new(typed);
        core::Pin::new(&typed).map_err(|_| WaiqinError::input(told::pin(self.lang)))
    }

    fn session(&self, session: Arc<core::Session>) -> Arc<Session> {
        Arc::new(Session {
            core: session,
            phone: self.core.clone(),
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
            lang: self.lang,
        })
    }
}

impl From<core::OfficerOnPhone> for OfficerOnPhone {
    fn from(officer: core::OfficerOnPhone) -> Self {
        Self {
            id: officer.card.id,
            name: officer.card.name,
            list_name: officer.card.list_name,
            court: officer.court,
        }
    }
}
