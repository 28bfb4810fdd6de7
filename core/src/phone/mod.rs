//! All officers of one device. Two officers on one phone have two folders, two journals, two keys.
//!
//! `--dir` holds `phone.lock`, the hardware secret of a desktop host, `device`, and per officer a
//! folder `SERVER-OFFICER/`: `keys.json` with its copy, `attempts`, `journal/`, `custody/`,
//! `evidence/`, `store/`.

mod enrolment;
mod second;
#[cfg(test)]
pub(crate) mod testing;
mod unlock;

pub use second::SecondError;

use crate::disk::{Disk, RealDisk};
use crate::keys::{Copies, KeyFile, KeyState, PinCost};
use crate::session::{Folder, Inner};
use crate::store::{MemoryStore, SledStore, Store, StoreError, WriteBehind};
use crate::sync::{CallError, Carrier, Enrolment};
use crate::{HostParts, Pin, Session};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, Weak};
use waiqin_protocol::ids::{OfficerId, ServerId};
use waiqin_protocol::wire::enrol::{OfficerCard, Ticket};

/// The phone: every officer enrolled on it. Copies are the same phone; its folder stays locked until
/// the last one is gone.
#[derive(Clone)]
pub struct Phone {
    shared: Arc<Shared>,
}

/// What the engine is built on; the default is the real thing. Tests exchange it.
#[derive(Clone)]
pub struct Engine {
    /// The disk under journal, custody, keys and evidence.
    pub disk: Arc<dyn Disk>,
    /// The store under the views.
    pub store: StoreKind,
    /// How hard PINs are stretched.
    pub pin_cost: PinCost,
    /// Room taken for a segment of the journal at once, bytes.
    pub segment_bytes: usize,
    /// What carries requests to the court; `None`: the network.
    pub carrier: Option<Arc<dyn Carrier>>,
    /// Segments taken unread are read behind the officer's work; otherwise when
    /// [`Session::check_journal`] says so.
    pub checks_behind: bool,
}

/// Opens a store for a folder; with `true`, empty: what is there cannot be used.
pub type StoreMaker = dyn Fn(&Path, bool) -> Result<Arc<dyn Store>, StoreError> + Send + Sync;

/// Which store.
#[derive(Clone)]
pub enum StoreKind {
    /// Sled, in the officer's folder.
    Sled,
    /// In memory: rebuilt from the journal at every unlock.
    Memory,
    /// As this opens it.
    Made(Arc<StoreMaker>),
    /// In memory, refusing what a test tells it to refuse.
    #[cfg(test)]
    Refusing,
}

impl Default for Engine {
    fn default() -> Self {
        Self {
            disk: Arc::new(RealDisk),
            store: StoreKind::Sled,
            pin_cost: PinCost::default(),
            segment_bytes: 4 << 20,
            carrier: None,
            checks_behind: true,
        }
    }
}

struct Shared {
    parts: HostParts,
    engine: Engine,
    open: Mutex<BTreeMap<OfficerId, Opened>>,
    /// Held as long as the phone is open.
    _lock: Option<std::fs::File>,
}

struct Opened {
    session: Arc<Session>,
    inner: Weak<Inner>,
}

/// An officer who is enrolled on this phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficerOnPhone {
    /// Who.
    pub card: OfficerCard,
    /// Name of the court.
    pub court: String,
    /// The server.
    pub server: ServerId,
}

/// The phone's folder does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder cannot be made or read.
    #[error("open the phone's folder")]
    Folder(#[source] std::io::Error),
    /// Another program has it open.
    #[error("another program has the phone's folder open")]
    InUse,
}

/// An officer was not enrolled; nothing half remains that a second try cannot take up.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// The switch 断网 is off.
    #[error("the network is switched off")]
    Offline,
    /// The ticket names plain HTTP on another machine.
    #[error("the ticket's address is neither https nor loopback")]
    Address,
    /// The server did not answer.
    #[error("ask the server")]
    Unreachable(#[source] CallError),
    /// An answer came that is not the court's.
    #[error("the answer is not from the court that the ticket names")]
    NotOurs,
    /// The court refused: code unknown, used or over.
    #[error("the court refused: {}", .0.en)]
    Refused(waiqin_protocol::wire::problem::Problem),
    /// The officer is on this phone already; unlock.
    #[error("the officer is enrolled on this phone")]
    AlreadyOnPhone,
    /// An enrolment of this officer was begun with another PIN.
    #[error("the enrolment that was begun has another PIN")]
    OtherPin,
    /// The hardware's secret cannot be read or made.
    #[error("use the hardware's secret")]
    Hardware(#[source] std::io::Error),
    /// Keys or journal cannot be written.
    #[error("write keys and journal")]
    Write(#[source] std::io::Error),
    /// What was written does not open.
    #[error("open what was enrolled")]
    Unlock(#[source] Box<UnlockError>),
}

/// An officer was not unlocked.
#[derive(Debug, thiserror::Error)]
pub enum UnlockError {
    /// No such officer on this phone.
    #[error("no such officer on this phone")]
    NoSuchOfficer,
    /// The PIN is wrong.
    #[error("the PIN is wrong; next try in {wait_ms} ms")]
    WrongPin {
        /// How long the next try has to wait, ms.
        wait_ms: i64,
    },
    /// Too many wrong PINs: wait.
    #[error("wait {wait_ms} ms before the next PIN")]
    Wait {
        /// How long, ms.
        wait_ms: i64,
    },
    /// Neither copy of the keys reads: a case for the recovery key.
    #[error("neither copy of the keys reads")]
    KeysDamaged,
    /// The hardware's secret is gone: a case for the recovery key.
    #[error("the hardware's secret is gone")]
    HardwareGone,
    /// The hardware's secret cannot be read now.
    #[error("read the hardware's secret")]
    Hardware(#[source] std::io::Error),
    /// The enrolment was begun and not answered; use the ticket again.
    #[error("the enrolment was not finished")]
    EnrolmentUnfinished,
    /// Files cannot be read or written.
    #[error("read the officer's files")]
    Files(#[source] std::io::Error),
    /// The journal does not open.
    #[error("open the journal")]
    Journal(#[source] crate::journal::JournalError),
    /// The store does not open and cannot be rebuilt.
    #[error("open the store")]
    Store(#[source] crate::StoreError),
}

impl Phone {
    /// Opens the phone's folder, making it when there is none.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(parts: HostParts) -> Result<Self, OpenError> {
        RealDisk.make_dir(&parts.dir).map_err(OpenError::Folder)?;
        let lock =
            std::fs::File::create(parts.dir.join("phone.lock")).map_err(OpenError::Folder)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Err(OpenError::InUse),
            Err(std::fs::TryLockError::Error(error)) => return Err(OpenError::Folder(error)),
        }
        Self::over(parts, Engine::default(), Some(lock))
    }

    /// Opens a phone on other foundations: for the simulation and tests. Nothing locks the folder.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open_on(parts: HostParts, engine: Engine) -> Result<Self, OpenError> {
        Self::over(parts, engine, None)
    }

    fn over(
        parts: HostParts,
        engine: Engine,
        lock: Option<std::fs::File>,
    ) -> Result<Self, OpenError> {
        engine
            .disk
            .make_dir(&parts.dir)
            .map_err(OpenError::Folder)?;
        let open = Mutex::new(BTreeMap::new());
        Ok(Self {
            shared: Arc::new(Shared {
                parts,
                engine,
                open,
                _lock: lock,
            }),
        })
    }

    /// The officers enrolled here, by name.
    #[must_use]
    pub fn officers(&self) -> Vec<OfficerOnPhone> {
        let mut officers: Vec<OfficerOnPhone> = self
            .shared
            .key_files()
            .into_iter()
            .filter(|(_, file, _)| file.state == KeyState::Enrolled)
            .map(|(_, file, _)| OfficerOnPhone {
                card: file.public.officer,
                court: file.public.court,
                server: file.public.server,
            })
            .collect();
        officers.sort_by(|a, b| a.card.name.cmp(&b.card.name));
        officers
    }

    /// Enrols the officer of a ticket and unlocks him.
    ///
    /// # Errors
    /// See [`EnrolError`].
    pub async fn enrol(&self, ticket: &Ticket, pin: &Pin) -> Result<Arc<Session>, EnrolError> {
        let network = self.shared.parts.network.clone();
        let carrier = self.shared.engine.carrier.clone();
        let desk = Enrolment::with(ticket, network, carrier).map_err(EnrolError::of_call)?;
        let offer = desk.begin().await.map_err(EnrolError::of_call)?;
        let (shared, ticket, pin) = (self.shared.clone(), ticket.clone(), pin.clone());
        // The PIN is stretched and files are synced: not on a thread that serves others.
        let prepared =
            tokio::task::spawn_blocking(move || shared.prepare(&ticket, &offer, &pin)).await;
        let prepared = prepared.map_err(EnrolError::of_thread)??;
        let name = &self.shared.parts.device_name;
        let certificate = desk
            .enrol(name, &prepared.entry)
            .await
            .map_err(EnrolError::of_call)?;
        let shared = self.shared.clone();
        let finished =
            tokio::task::spawn_blocking(move || shared.finish(prepared, certificate)).await;
        finished.map_err(EnrolError::of_thread)?
    }

    /// Unlocks an officer. Takes a moment: the PIN is stretched. Two unlocks of one officer give the
    /// same session.
    ///
    /// # Errors
    /// See [`UnlockError`].
    pub fn unlock(&self, officer: OfficerId, pin: &Pin) -> Result<Arc<Session>, UnlockError> {
        self.shared.unlock(officer, pin, None)
    }

    /// As [`Phone::unlock`], and reaches the court at another address than that of the ticket until
    /// the lock: it moved, or something stands between. Pinned keys tell whether it is the court.
    ///
    /// # Errors
    /// See [`UnlockError`].
    pub fn unlock_reaching(
        &self,
        officer: OfficerId,
        pin: &Pin,
        url: &str,
    ) -> Result<Arc<Session>, UnlockError> {
        self.shared.unlock(officer, pin, Some(url))
    }
}

impl EnrolError {
    fn of_call(error: CallError) -> Self {
        match error {
            CallError::Offline => Self::Offline,
            CallError::Address => Self::Address,
            CallError::WrongKey | CallError::NotOurs { .. } => Self::NotOurs,
            CallError::Refused { problem, .. } => Self::Refused(*problem),
            CallError::Unreachable(_)
            | CallError::Stalled(_)
            | CallError::Cut(_)
            | CallError::Gateway { .. }
            | CallError::Missing
            | CallError::Damaged
            | CallError::Phone(_) => Self::Unreachable(error),
        }
    }

    fn of_thread(error: tokio::task::JoinError) -> Self {
        Self::Write(io::Error::other(error))
    }
}

impl Shared {
    fn folder(&self, name: &str) -> Folder {
        Folder {
            disk: self.engine.disk.clone(),
            dir: self.parts.dir.join(name),
            parts: self.parts.clone(),
            segment_bytes: self.engine.segment_bytes,
            carrier: self.engine.carrier.clone(),
        }
    }

    /// Every officer's folder whose keys read; the flag says that one copy did not.
    fn key_files(&self) -> Vec<(Folder, KeyFile, bool)> {
        let names = self.engine.disk.list(&self.parts.dir).unwrap_or_default();
        let folders = names.iter().filter(|name| is_officers_folder(name));
        folders
            .filter_map(|name| {
                let folder = self.folder(name);
                match KeyFile::read(&*folder.disk, &folder.dir) {
                    Ok(Copies::Read(file, damaged)) => Some((folder, *file, damaged)),
                    Ok(Copies::None | Copies::Damaged) | Err(_) => None,
                }
            })
            .collect()
    }

    fn is_open(&self, officer: OfficerId) -> bool {
        let open = self
            .open
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        open.get(&officer).is_some_and(|it| !it.session.is_locked())
    }

    /// Opens a store; empty when told that what is there cannot be used.
    fn store(&self, dir: &Path, empty: bool) -> Result<Arc<dyn Store>, StoreError> {
        match &self.engine.store {
            StoreKind::Memory => Ok(Arc::new(MemoryStore::default())),
            StoreKind::Made(make) => make(dir, empty),
            #[cfg(test)]
            StoreKind::Refusing => Ok(Arc::new(WriteBehind::handing_on(
                testing::RefusingStore::default(),
                1,
            ))),
            StoreKind::Sled => {
                if empty {
                    match std::fs::remove_dir_all(dir) {
                        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                        other => other.map_err(StoreError::Io)?,
                    }
                }
                Ok(Arc::new(WriteBehind::new(SledStore::open(dir)?)))
            }
        }
    }
}

fn folder_name(server: ServerId, officer: OfficerId) -> String {
    format!("{server}-{officer}")
}

pub(crate) fn is_officers_folder(name: &str) -> bool {
    name.split_once('-').is_some_and(|(server, officer)| {
        server.parse::<ServerId>().is_ok() && officer.parse::<OfficerId>().is_ok()
    })
}
