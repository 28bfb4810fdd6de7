//! One officer, unlocked.

mod shown;

pub use shown::{
    CaseList, Delivery, EntryKind, EntryLine, EvidenceFacts, EvidenceSaved, ExportSummary,
    Incident, IncidentKind, LastOutcome, Parked, ParkedItem, Phase, Photo, ReceiptLine, RecordPage,
    RecordRow, RecordsOf, Saved, Status, SyncReport,
};

use crate::store::StoreError;
use std::collections::BTreeMap;
use std::io::Read;
use waiqin_protocol::canonical::Value;
use waiqin_protocol::ids::{CaseId, EvidenceHash, JournalId, SubjectId};
use waiqin_protocol::journal::{Act, CaseRef, Path};
use waiqin_protocol::wire::enrol::OfficerCard;
use waiqin_protocol::wire::hello::Limits;
use waiqin_protocol::wire::sync::CaseSheet;

/// One officer, unlocked. Local calls block for milliseconds.
pub struct Session {
    card: OfficerCard,
    court: String,
    journal: JournalId,
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

#[expect(clippy::unused_async, reason = "filled next")]
impl Session {
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
        self.journal
    }

    /// The bounds in force.
    #[must_use]
    pub fn limits(&self) -> Limits {
        unimplemented!()
    }

    /// Cases that fit every word of the query (number, party, address, cause), open ones first, by
    /// due day.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn cases(&self, query: &str, offset: usize, limit: usize) -> Result<CaseList, StoreError> {
        let _ = (query, offset, limit);
        unimplemented!()
    }

    /// One case.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn case(&self, id: &CaseId) -> Result<Option<CaseSheet>, StoreError> {
        let _ = id;
        unimplemented!()
    }

    /// Records, newest change first.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn records(
        &self,
        of: &RecordsOf,
        offset: usize,
        limit: usize,
    ) -> Result<Vec<RecordRow>, StoreError> {
        let _ = (of, offset, limit);
        unimplemented!()
    }

    /// One record.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn record(&self, subject: SubjectId) -> Result<Option<RecordPage>, StoreError> {
        let _ = subject;
        unimplemented!()
    }

    /// Opens a record.
    ///
    /// # Errors
    /// See [`SaveError`].
    pub fn open_record(
        &self,
        act: Act,
        case: CaseRef,
        values: BTreeMap<Path, Value>,
    ) -> Result<Saved, SaveError> {
        let _ = (act, case, values);
        unimplemented!()
    }

    /// Changes fields. Values that stand already are left out; when none is left, nothing is
    /// written and the newest entry is named.
    ///
    /// # Errors
    /// See [`SaveError`].
    pub fn change(
        &self,
        subject: SubjectId,
        values: BTreeMap<Path, Value>,
    ) -> Result<Saved, SaveError> {
        let _ = (subject, values);
        unimplemented!()
    }

    /// Names the case of a record anew.
    ///
    /// # Errors
    /// See [`SaveError`].
    pub fn name_case(&self, subject: SubjectId, case: CaseRef) -> Result<Saved, SaveError> {
        let _ = (subject, case);
        unimplemented!()
    }

    /// Takes evidence into a record: the bytes are durable first, then the entry that names them.
    /// Nothing but 0 bytes and the limit is refused. A slice of bytes is a reader:
    /// `add_evidence(subject, &bytes[..], facts)`.
    ///
    /// # Errors
    /// See [`SaveError`].
    pub fn add_evidence(
        &self,
        subject: SubjectId,
        bytes: impl Read,
        facts: EvidenceFacts,
    ) -> Result<EvidenceSaved, SaveError> {
        let _ = (subject, bytes, facts);
        unimplemented!()
    }

    /// Withdraws evidence; it is delivered all the same.
    ///
    /// # Errors
    /// See [`SaveError`].
    pub fn withdraw_evidence(
        &self,
        subject: SubjectId,
        hash: EvidenceHash,
        reason: &str,
    ) -> Result<Saved, SaveError> {
        let _ = (subject, hash, reason);
        unimplemented!()
    }

    /// Declares that the bytes of evidence are gone.
    ///
    /// # Errors
    /// See [`SaveError`].
    pub fn declare_missing(
        &self,
        subject: SubjectId,
        hash: EvidenceHash,
        reason: &str,
    ) -> Result<Saved, SaveError> {
        let _ = (subject, hash, reason);
        unimplemented!()
    }

    /// A JPEG of at most 512 pixels a side, upright; `None` when the evidence is no picture.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn thumbnail(&self, hash: EvidenceHash) -> Result<Option<Vec<u8>>, StoreError> {
        let _ = hash;
        unimplemented!()
    }

    /// The bytes as they were taken in; `None` when they are not on this phone.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn original(&self, hash: EvidenceHash) -> Result<Option<Vec<u8>>, StoreError> {
        let _ = hash;
        unimplemented!()
    }

    /// The truth line.
    #[must_use]
    pub fn status(&self) -> Status {
        unimplemented!()
    }

    /// Receipts held, newest first.
    #[must_use]
    pub fn receipts(&self) -> Vec<ReceiptLine> {
        unimplemented!()
    }

    /// Delivers what can be delivered and fetches what changed. One runs at a time; a second call
    /// waits for the first and then runs.
    ///
    /// # Errors
    /// When something on this phone fails; what the court answers stands in the report.
    pub async fn sync(&self) -> Result<SyncReport, SyncError> {
        unimplemented!()
    }

    /// As [`Session::sync`], but only when a try is due: for timers. `None`: not yet.
    ///
    /// # Errors
    /// As [`Session::sync`].
    pub async fn sync_when_due(&self) -> Result<Option<SyncReport>, SyncError> {
        unimplemented!()
    }

    /// Tries again what was parked, at the next sync.
    pub fn unpark(&self) {
        unimplemented!()
    }

    /// Writes what journal and custody hold as readable files, for checks outside.
    ///
    /// # Errors
    /// See [`ExportError`].
    pub fn export(&self, to: &std::path::Path) -> Result<ExportSummary, ExportError> {
        let _ = to;
        unimplemented!()
    }

    /// Locks: a checkpoint is signed, keys leave memory, every later call says *locked*.
    pub fn lock(&self) {
        unimplemented!()
    }

    /// Whether it is locked.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        unimplemented!()
    }
}
