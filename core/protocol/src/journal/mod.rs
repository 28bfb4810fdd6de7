//! The journal (日志), format version 1: entries, their chain, and what is signed about them.
//!
//! Everything that a person does is an entry of an append-only journal; records are folded from
//! entries. The chain covers bytes; verdicts judge meaning: a refused or unknown entry breaks
//! nothing after it. The bytes are frozen by the golden test in `golden.rs`.

mod act;
mod chain;
mod change;
mod entry;
#[cfg(test)]
mod golden;
mod signed;

pub use act::{ACTS, Act};
pub use chain::{Chain, Head, entry_hash, log_link, next_link};
pub use change::{
    AmendKind, CaseRef, Change, Evidence, EvidenceRole, EvidenceSource, Finding, JournalCause,
    Mark, Override, Parent, Path, PathError, Severity, TaskState,
};
pub use entry::{At, BeaconUse, Draft, ENTRY_BYTES_MAX, Entry, EntryError, VERSION};
pub use signed::{
    Beacon, Certificate, ChallengeAnswer, Checkpoint, Countersign, EvidenceReceipt, Following,
    JournalReceipt, LogPosition, ReceiptsSeal, Signed, SignedText, Successor, signed_bytes,
};
