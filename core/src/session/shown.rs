//! What pages are given: plain values, all of them copies.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use waiqin_protocol::ids::CaseId;
use waiqin_protocol::ids::{
    EntryHash, EvidenceHash, ItemId, Link, OfficerId, RecordHash, SubjectId,
};
use waiqin_protocol::journal::{Act, CaseRef, EvidenceRole, EvidenceSource, LogPosition, Mark};
use waiqin_protocol::record::{EvidenceState, Record};
use waiqin_protocol::wire::problem::ProblemCode;
use waiqin_protocol::wire::sync::{CaseSheet, Verdict, VerdictReason};

/// Cases that fit a query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseList {
    /// How many fit in all.
    pub total: usize,
    /// The part asked for.
    pub items: Vec<CaseSheet>,
}

/// Which records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordsOf {
    /// All of this officer's phone, newest change first.
    All,
    /// Those of one case.
    Case(CaseId),
    /// Those of which an entry or a photo has no receipt yet.
    Undelivered,
}

/// How far something is on its way to the court; counted from receipts held, never from hope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Delivery {
    /// 已存本机: durable on this phone, no receipt.
    OnPhone,
    /// 已签收: the court's signed receipt is held.
    Received,
}

/// One record in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordRow {
    /// The record.
    pub subject: SubjectId,
    /// Which act.
    pub act: Act,
    /// The case as named.
    pub case: CaseRef,
    /// Text of the field `place`, empty when not given.
    pub place: String,
    /// Wall time of the first entry, ms UTC.
    pub opened_ms: i64,
    /// Wall time of the newest entry, ms UTC.
    pub changed_ms: i64,
    /// Photos that stand for it.
    pub photos: usize,
    /// Of these, without a receipt.
    pub photos_undelivered: usize,
    /// Fields on which values stand against each other.
    pub contested: usize,
    /// Hash of the first seal, when sealed.
    pub sealed: Option<RecordHash>,
    /// What the office concluded on it last by the case list.
    pub concluded: Option<Concluded>,
    /// Why it is void, when it is.
    pub voided: Option<String>,
    /// The worst of its entries and photos.
    pub delivery: Delivery,
}

/// The newest conclusion of the office on a record (核对结论).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concluded {
    /// When, by the office's clock, ms UTC.
    pub at_ms: i64,
    /// The decision, as entries write it.
    pub decision: String,
}

/// One record in full.
#[derive(Clone, Debug)]
pub struct RecordPage {
    /// The record as folded.
    pub record: Record,
    /// Its photos, in order of entry.
    pub photos: Vec<Photo>,
    /// Its entries of this phone, oldest first.
    pub entries: Vec<EntryLine>,
    /// The worst of entries and photos.
    pub delivery: Delivery,
}

/// A photo of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// As the record holds it.
    pub state: EvidenceState,
    /// The bytes are on this phone.
    pub on_phone: bool,
    /// How far it is.
    pub delivery: Delivery,
}

/// An entry of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryLine {
    /// Its number, when it was written on this phone.
    pub seq: Option<u64>,
    /// Who wrote it.
    pub author: OfficerId,
    /// Its hash.
    pub hash: EntryHash,
    /// What it says, by kind.
    pub kind: EntryKind,
    /// Paths changed, for fields.
    pub paths: Vec<String>,
    /// Wall time, ms UTC.
    pub at_ms: i64,
    /// How far it is.
    pub delivery: Delivery,
    /// What the court thinks of it, once it said so.
    pub verdict: Option<(Verdict, Option<VerdictReason>)>,
}

/// Kind of an entry, for a line in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "named as the changes of the journal")]
pub enum EntryKind {
    JournalOpened,
    RecordOpened,
    FieldsChanged,
    CaseNamed,
    EvidenceAdded,
    EvidenceWithdrawn,
    EvidenceMissing,
    SignatureTaken,
    RefusalNoted,
    Countersigned,
    Sealed,
    Amended,
    Voided,
    ContestDecided,
    HeldReleased,
    Concluded,
    Accepted,
    Returned,
    EntriesLost,
    BytesErased,
    TaskProgress,
}

/// Something was saved: its bytes are durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saved {
    /// What it is about.
    pub subject: SubjectId,
    /// Number in the journal.
    pub seq: u64,
    /// Wall time, ms UTC.
    pub at_ms: i64,
}

/// What the officer says about evidence; what the bytes say is read from the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceFacts {
    /// File name as given.
    pub name: String,
    /// What it shows.
    pub role: EvidenceRole,
    /// Where it comes from.
    pub source: EvidenceSource,
    /// Words under the picture.
    pub caption: Option<String>,
    /// The list item or person that it shows.
    pub item: Option<ItemId>,
    /// How it was obtained, for external sources.
    pub how: Option<String>,
    /// Where the phone was.
    pub fix: Option<Mark>,
}

/// Evidence was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceSaved {
    /// SHA-256 of the bytes.
    pub hash: EvidenceHash,
    /// Length in bytes.
    pub length: u64,
    /// What the bytes are; `None`: 无法识别为图片.
    pub media: Option<String>,
    /// Whether they read as a picture.
    pub readable: bool,
    /// Number of the entry.
    pub seq: u64,
    /// Wall time, ms UTC.
    pub at_ms: i64,
}

/// Evidence whose bytes are durable here and that no entry names: the app was killed between the two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// Its hash.
    pub hash: EvidenceHash,
    /// Length in bytes.
    pub length: u64,
    /// The record for which it was taken.
    pub record: SubjectId,
    /// What it was to show.
    pub role: EvidenceRole,
    /// Wall time when it was taken in, ms UTC.
    pub at_ms: i64,
}

/// The truth line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Entries in the journal.
    pub saved_entries: u64,
    /// The last save was made durable; false after a write failed, until one succeeds again.
    pub durable: bool,
    /// Entries without a receipt.
    pub undelivered_entries: u64,
    /// Photos without a receipt.
    pub undelivered_photos: usize,
    /// Bytes of these photos.
    pub undelivered_bytes: u64,
    /// Photos with a receipt.
    pub received_photos: usize,
    /// Wall time of the last answer of the court, ms UTC.
    pub last_contact_ms: Option<i64>,
    /// How the last sync ended.
    pub last_outcome: Option<LastOutcome>,
    /// When the next try is due, wall time, ms UTC; `None`: nothing is planned.
    pub next_try_ms: Option<i64>,
    /// What sync does now.
    pub phase: Phase,
    /// The network may be used.
    pub online: bool,
    /// What went wrong and was kept, newest first.
    pub incidents: Vec<Incident>,
    /// How many of them, the newest, the officer did not tell the office of.
    pub incidents_untold: usize,
    /// What was set aside.
    pub parked: Vec<Parked>,
    /// Numbers of cases that do not stand here as the court has them and are being fetched again; an empty
    /// one: records of which the list knows no case.
    pub differing: Vec<String>,
    /// Wall time when everything was last compared with the court, ms UTC.
    pub compared_ms: Option<i64>,
}

/// How a sync ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LastOutcome {
    /// Everything that could be delivered is.
    Done,
    /// Something is parked or an incident stands; the rest is delivered.
    DoneWithIncidents,
    /// The switch 断网 is off.
    Offline,
    /// The server did not answer.
    Unreachable,
    /// An answer came that is not the court's: a portal of the network, or another server.
    NotOurs,
    /// The line stalled or the answer was cut.
    Cut,
    /// The server asked to come later.
    Busy,
    /// The server refused this journal.
    Refused,
    /// Something on this phone failed (disk, store).
    Phone,
}

/// What sync does now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Nothing.
    #[default]
    Idle,
    /// Finding the server, signing in.
    Connecting,
    /// Entries up, changes down.
    Syncing,
    /// Evidence.
    Evidence {
        /// Photos done in this sync.
        done: usize,
        /// Photos of this sync.
        total: usize,
    },
}

/// Something went wrong that a person should know of; nothing was deleted.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Incident {
    /// Wall time when it was seen, ms UTC.
    pub at_ms: i64,
    /// What.
    pub kind: IncidentKind,
}

/// Kinds of incidents.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum IncidentKind {
    /// The journal's end was damaged; nothing that was saved is missing. The bytes were kept aside.
    TornEnd {
        /// File with the bytes.
        aside: String,
    },
    /// Entries that had been saved do not read any more; the journal says so in an entry.
    EntriesLost {
        /// First.
        from: u64,
        /// Last.
        to: u64,
    },
    /// A frame of the file of receipts does not read; what it held is asked for again.
    CustodyDamaged,
    /// One of the two copies of the keys was damaged and was written anew from the other.
    KeysCopyDamaged,
    /// The store was damaged and was rebuilt from the journal.
    StoreRebuilt,
    /// A photo lies on the phone that no entry names: the app was killed while taking it.
    Orphan {
        /// Its hash.
        hash: EvidenceHash,
        /// The record for which it was taken.
        subject: SubjectId,
    },
    /// The bytes of a photo do not read any more.
    EvidenceDamaged {
        /// Its hash.
        hash: EvidenceHash,
    },
    /// The court has more of this journal than this phone: the phone was restored from a copy.
    ServerAhead {
        /// The court's number.
        server: u64,
        /// This phone's.
        phone: u64,
    },
    /// The court has another entry under a number of this journal.
    Fork {
        /// The court's number.
        server: u64,
        /// The court's link.
        link: Link,
    },
    /// The court does not know a receipt that it signed: it was restored from a backup.
    ServerRolledBack {
        /// The position that the court's receipt names.
        held: LogPosition,
    },
    /// A receipt is signed by the court but names another link than this journal has.
    ForeignReceipt {
        /// Its number.
        seq: u64,
    },
    /// The court revoked this phone.
    Revoked,
    /// A case did not stand here as the court has it; it was fetched again and agrees.
    CaseFetchedAgain {
        /// The case's number; empty: records of which the list knows no case.
        number: String,
    },
}

/// Something that was set aside, so that the rest goes on.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Parked {
    /// What.
    pub item: ParkedItem,
    /// The court's code.
    pub code: ProblemCode,
    /// The court's sentence, Chinese.
    pub zh: String,
    /// The court's sentence, English.
    pub en: String,
    /// Wall time, ms UTC.
    pub at_ms: i64,
}

/// What can be parked.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParkedItem {
    /// A photo.
    Evidence(EvidenceHash),
    /// The journal from this number on.
    Journal(u64),
}

/// What one sync did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncReport {
    /// How it ended.
    pub outcome: LastOutcome,
    /// Entries that got a receipt.
    pub entries_received: u64,
    /// Photos that got a receipt.
    pub photos_received: usize,
    /// Cases new, changed or removed.
    pub cases_changed: usize,
}

/// A receipt held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiptLine {
    /// The journal up to a number.
    Journal {
        /// The number.
        seq: u64,
        /// Server's time, ms UTC.
        at_ms: i64,
        /// The server's position.
        position: LogPosition,
    },
    /// A piece of evidence.
    Evidence {
        /// The hash.
        hash: EvidenceHash,
        /// Its length.
        length: u64,
        /// Server's time, ms UTC.
        at_ms: i64,
        /// The server's position.
        position: LogPosition,
    },
}

/// What an export wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportSummary {
    /// Lines per file.
    pub lines: BTreeMap<String, usize>,
    /// SHA-256 of each.
    pub sums: BTreeMap<String, [u8; 32]>,
}
