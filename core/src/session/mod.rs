//! One officer, unlocked. What is shown is read in `read.rs`, saved in `save.rs`, folded from the
//! journal in `views.rs`; `inner.rs` holds what an unlocked session is made of.

mod cases;
mod compare;
#[cfg(test)]
mod compare_tests;
mod delivered;
mod digests;
mod export;
mod fold;
mod hand_in;
#[cfg(test)]
mod hand_in_tests;
mod holdings;
#[cfg(test)]
mod holdings_tests;
mod inner;
mod judge;
mod opening;
mod others;
#[cfg(test)]
mod others_tests;
mod read;
mod receipts;
#[cfg(test)]
mod refused_tests;
mod remote;
mod save;
mod seal;
#[cfg(test)]
mod seal_tests;
mod second;
mod shown;
mod succession;
#[cfg(test)]
mod succession_tests;
#[cfg(test)]
mod tests;
mod views;

pub(crate) use export::{Lines, write_custody};
pub use hand_in::{HandInError, HandInScope, HandedIn};
pub(crate) use inner::{Folder, Inner, folder_of};
pub use receipts::{ReceiptsTaken, TakeReceiptsError};
pub use seal::{SealRequest, SealSheet, Second, seconds_among};
pub use shown::{
    CaseList, Concluded, Delivery, EntryKind, EntryLine, EvidenceFacts, EvidenceSaved,
    ExportSummary, Incident, IncidentKind, LastOutcome, Orphan, Parked, ParkedItem, Phase, Photo,
    ReceiptLine, RecordPage, RecordRow, RecordsOf, Saved, Status, SyncReport,
};

pub use crate::store::StoreError;

use crate::sync::Driver;
use std::sync::atomic::Ordering;
use std::sync::{Arc, RwLock};
use waiqin_protocol::ids::JournalId;
use waiqin_protocol::wire::enrol::OfficerCard;

/// One officer, unlocked. Local calls block for milliseconds.
pub struct Session {
    card: OfficerCard,
    court: String,
    /// As enrolled; a new one may follow while the session is open.
    journal: JournalId,
    open: RwLock<Option<Open>>,
}

/// What a lock takes away.
#[derive(Clone)]
struct Open {
    inner: Arc<Inner>,
    driver: Arc<Driver>,
}

/// Nothing was saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The session was locked.
    #[error("the session is locked")]
    Locked,
    /// No such record on this phone.
    #[error("no such record on this phone")]
    NoSuchRecord,
    /// No such evidence in this record.
    #[error("no such evidence in this record")]
    NoSuchEvidence,
    /// The record is sealed or void, or what was asked needs it settled first.
    #[error("the record does not allow it")]
    NotSealable(#[source] waiqin_protocol::record::NotSealable),
    /// No such value stands against another.
    #[error("no such value stands against another")]
    NoSuchValue,
    /// Another officer gave one of the values.
    #[error("between values of several officers the office decides")]
    OfficeDecides,
    /// The record is not sealed.
    #[error("the record is not sealed")]
    NotSealed,
    /// The record is another than the one that was shown: look again.
    #[error("the record has changed since it was shown")]
    ShownChanged,
    /// Findings that block or want a reason were neither settled nor overridden; ids of their rules.
    #[error("findings are open: {}", .0.join(", "))]
    Open(Vec<String>),
    /// What blocks is overridden by two, and no second officer is named.
    #[error("no second officer is named")]
    NoSecond,
    /// What came from the glass is no signature.
    #[error("read the signature")]
    Strokes(#[source] waiqin_protocol::record::StrokesError),
    /// No such person in this record.
    #[error("no such person in this record")]
    NoSuchPerson,
    /// The second officer's signature does not hold.
    #[error("check the second officer's signature")]
    Countersign(#[source] waiqin_protocol::wire::countersign::CountersignError),
    /// The court has not certified this journal yet: sync first.
    #[error("the court has not certified the journal")]
    Uncertified,
    /// The reason is missing.
    #[error("a reason is needed")]
    NoReason,
    /// The key did not sign.
    #[error("sign with the officer's key")]
    Sign(#[source] waiqin_protocol::suite::SignerError),
    /// The change has no canonical form: too long, or a number out of range.
    #[error("the change cannot be written")]
    Entry(#[source] waiqin_protocol::journal::EntryError),
    /// The evidence has no bytes.
    #[error("the evidence is empty")]
    Empty,
    /// The evidence is over the limit.
    #[error("the evidence is longer than {max} bytes")]
    TooLarge {
        /// The limit, bytes.
        max: u64,
    },
    /// The evidence cannot be read from where it comes.
    #[error("read the evidence")]
    Source(#[source] std::io::Error),
    /// The disk did not take it: full, or failing.
    #[error("write to the disk")]
    Disk(#[source] std::io::Error),
    /// The store cannot be read.
    #[error("read the record")]
    Store(#[source] StoreError),
}

/// A sync could not run; what the court answered is no error but a [`SyncReport`].
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The session was locked.
    #[error("the session is locked")]
    Locked,
    /// Something on this phone failed.
    #[error("sync on this phone's side")]
    Phone(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The export was not written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The session was locked.
    #[error("the session is locked")]
    Locked,
    /// A file cannot be read or written.
    #[error("write the export")]
    Io(#[source] std::io::Error),
}

impl Session {
    pub(crate) fn over(inner: Arc<Inner>) -> Arc<Self> {
        let parts = &inner.parts;
        let driver = Driver::new(
            inner.clone(),
            parts.clock.clone(),
            parts.entropy.clone(),
            parts.network.clone(),
            inner.keys.folder.carrier.clone(),
        );
        Arc::new(Self {
            card: inner.public.officer.clone(),
            court: inner.public.court.clone(),
            journal: inner.public.journal,
            open: RwLock::new(Some(Open {
                inner,
                driver: Arc::new(driver),
            })),
        })
    }

    pub(crate) fn inner(&self) -> Option<Arc<Inner>> {
        self.open().map(|open| open.inner)
    }

    fn driver(&self) -> Option<Arc<Driver>> {
        self.open().map(|open| open.driver)
    }

    fn open(&self) -> Option<Open> {
        self.open
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }

    /// The next try comes soon.
    fn was_saved(&self) {
        if let Some(driver) = self.driver() {
            driver.saved();
        }
    }

    /// The officer.
    #[must_use]
    pub fn officer(&self) -> &OfficerCard {
        &self.card
    }

    /// Name of the court.
    #[must_use]
    pub fn court(&self) -> &str {
        &self.court
    }

    /// The journal that is written.
    #[must_use]
    pub fn journal(&self) -> JournalId {
        self.inner()
            .map_or(self.journal, |inner| inner.journal().id())
    }

    /// Tries again what was parked, at the next sync.
    pub fn unpark(&self) {
        if let Some(inner) = self.inner() {
            let mut live = inner.live();
            live.parked.clear();
            // If this is lost, the same things are parked again after the next start.
            let _ = inner.views.keep_parked(&[]);
        }
    }

    /// Locks: a checkpoint is signed, keys leave memory, every later call says *locked*.
    pub fn lock(&self) {
        let taken = self
            .open
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .take();
        let Some(Open { inner, .. }) = taken else {
            return;
        };
        // Both are care beyond what was promised: entries are durable since they were saved.
        if let Err(error) = inner.checkpoint_newest() {
            tracing::warn!(%error, "no checkpoint at the lock");
        }
        if let Err(error) = inner.views.flush() {
            tracing::warn!(%error, "the store was not flushed at the lock");
        }
        inner.ended.store(true, Ordering::SeqCst);
    }

    /// Whether it is locked.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.inner().is_none()
    }
}
