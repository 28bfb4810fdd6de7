//! All officers of one device.

use crate::{HostParts, Pin, Session};
use std::sync::Arc;
use waiqin_protocol::ids::{OfficerId, ServerId};
use waiqin_protocol::wire::enrol::{OfficerCard, Ticket};

/// The phone: every officer enrolled on it.
pub struct Phone {
    parts: HostParts,
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
    Unreachable(#[source] crate::sync::CallError),
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
        let _ = &parts.dir;
        unimplemented!()
    }

    /// The officers enrolled here, by name.
    #[must_use]
    pub fn officers(&self) -> Vec<OfficerOnPhone> {
        let _ = &self.parts;
        unimplemented!()
    }

    /// Enrols the officer of a ticket and unlocks him.
    ///
    /// # Errors
    /// See [`EnrolError`].
    #[expect(clippy::unused_async, reason = "filled next")]
    pub async fn enrol(&self, ticket: &Ticket, pin: &Pin) -> Result<Arc<Session>, EnrolError> {
        let _ = (ticket, pin);
        unimplemented!()
    }

    /// Unlocks an officer. Takes a moment: the PIN is stretched. Two unlocks of one officer give the
    /// same session.
    ///
    /// # Errors
    /// See [`UnlockError`].
    pub fn unlock(&self, officer: OfficerId, pin: &Pin) -> Result<Arc<Session>, UnlockError> {
        let _ = (officer, pin);
        unimplemented!()
    }
}
