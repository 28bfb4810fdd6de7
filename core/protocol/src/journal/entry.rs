//! One entry and its bytes.

use super::chain::entry_hash;
use super::change::Change;
use super::signed::{Beacon, Signed};
use crate::canonical::{self, CanonicalError, INT_MAX, Value};
use crate::ids::{BootId, EntryHash, JournalId, Nonce, OfficerId, SubjectId};
use serde::{Deserialize, Serialize};

/// Version of the format that this code writes and reads.
pub const VERSION: u32 = 1;
/// Largest entry, in bytes, for ever: a limit lowered later would strand entries already made.
pub const ENTRY_BYTES_MAX: usize = canonical::BYTES_MAX;

/// An entry, format version 1. Members are in the order of their canonical bytes, so an entry
/// always begins with `{"at":`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When, by the device.
    pub at: At,
    /// Who: the journal's officer, or the office user.
    pub author: OfficerId,
    /// Hash of the newest entry of *another* journal on this subject that the author had seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<EntryHash>,
    /// The beacon, in the first entry that uses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beacon: Option<BeaconUse>,
    /// What is said.
    pub change: Change,
    /// The journal.
    pub journal: JournalId,
    /// Number in the journal, from 1, without gaps.
    pub seq: u64,
    /// What it is about: a record or task; for the journal's own entries the journal's id.
    pub subject: SubjectId,
    /// Version of the format.
    pub v: u32,
}

/// A device's account of a moment. Wall time is a claim; only beacon and receipt prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct At {
    /// Nonce of the beacon in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beacon: Option<Nonce>,
    /// The start of the system within which `mono` compares.
    pub boot: BootId,
    /// Monotonic time that counts sleep (CLOCK_BOOTTIME), ms.
    pub mono: i64,
    /// Wall time, ms UTC.
    pub wall: i64,
}

/// A beacon with the monotonic times between which it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeaconUse {
    /// Monotonic time of the answer, ms.
    pub answered: i64,
    /// Monotonic time of the question, ms.
    pub asked: i64,
    /// The server's signed time.
    pub signed: Signed<Beacon>,
}

/// Why bytes are no entry of this version.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    /// Not canonical, too long, or with numbers out of range.
    #[error("the entry's bytes are not canonical")]
    Canonical(#[source] CanonicalError),
    /// Canonical, but of another version: kept, shown read-only.
    #[error("the entry is of version {0}, this reader knows {VERSION}")]
    Version(i64),
    /// Canonical and of this version by its word, but with a kind or member that version 1 has not.
    #[error("the entry has a kind or member that version {VERSION} does not have")]
    Shape(#[source] CanonicalError),
    /// `seq` is 0.
    #[error("entries are numbered from 1")]
    Seq,
}

/// What a person did, before the journal gives it number and time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Newest foreign entry seen on the subject.
    pub base: Option<EntryHash>,
    /// What is said.
    pub change: Change,
    /// What it is about.
    pub subject: SubjectId,
}

impl Entry {
    /// The canonical bytes; what is hashed, stored and sent.
    ///
    /// # Errors
    /// When the entry is too long or holds a number out of range.
    pub fn to_bytes(&self) -> Result<Vec<u8>, EntryError> {
        let bytes = canonical::to_bytes(self).map_err(EntryError::Canonical)?;
        Ok(bytes)
    }

    /// The canonical bytes of an entry that gets its number with them. They are read back once: what
    /// a reader would refuse could never be taken back.
    ///
    /// # Errors
    /// As [`Entry::to_bytes`], and when another entry is read back.
    pub fn to_new_bytes(&self) -> Result<Vec<u8>, EntryError> {
        canonical::to_bytes_that_read(self).map_err(EntryError::Canonical)
    }

    /// Reads an entry from bytes that must be canonical.
    ///
    /// # Errors
    /// See [`EntryError`]; `Version` and `Shape` mean *held*, the others *refused*.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EntryError> {
        let entry: Self = match canonical::read_as(bytes) {
            Ok(entry) => entry,
            Err(shape) => return Err(Self::refusal(bytes, shape)),
        };
        if entry.v != VERSION {
            return Err(EntryError::Version(entry.v.into()));
        }
        if entry.seq == 0 || i64::try_from(entry.seq).map_or(true, |seq| seq > INT_MAX) {
            return Err(EntryError::Seq);
        }
        Ok(entry)
    }

    /// Why bytes that have not the shape of an entry are none.
    fn refusal(bytes: &[u8], shape: CanonicalError) -> EntryError {
        let value = match canonical::read(bytes) {
            Ok(value) => value,
            Err(error) => return EntryError::Canonical(error),
        };
        let version = value.as_map().and_then(|map| map.get("v"));
        match version.and_then(Value::as_int) {
            Some(version) if version != i64::from(VERSION) => EntryError::Version(version),
            Some(_) | None => EntryError::Shape(shape),
        }
    }

    /// SHA-256 of the canonical bytes.
    ///
    /// # Errors
    /// As [`Entry::to_bytes`].
    pub fn hash(&self) -> Result<EntryHash, EntryError> {
        Ok(entry_hash(&self.to_bytes()?))
    }
}
