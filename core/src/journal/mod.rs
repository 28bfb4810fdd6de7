//! The journal in plain files: preallocated, append-only segments of encrypted, authenticated
//! frames, one durable write per saved change.
//!
//! - A segment is `NNNNNN.wqj`: a header (`WAIQINJ1`, journal, number, SHA-256 of these), then
//!   frames (see `frame.rs`), then zeros.
//! - A bad frame followed by a good one is rot: the numbers between are lost, and named. A bad end
//!   is copied aside and the segment is closed. After a failed write or sync the segment is closed
//!   and never written again; the next begins after the last entry that is durable, so whatever
//!   the failed write left is superseded.
//! - Nothing is ever started fresh: `FrameLog::create` refuses a folder that holds segments, and
//!   `FrameLog::open` one that holds none.
//!
//! The same format carries the custody of receipts, see `custody.rs`.

mod frame;
mod index;
mod line;
mod scan;
mod segments;

pub(crate) use line::{Line, Part};
pub(crate) use segments::{FrameLog, Opened, OpenedEnd, Shape};

#[cfg(test)]
mod tests;

use waiqin_protocol::ids::Link;

/// Which log a segment belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Log {
    /// Entries.
    Journal,
    /// Certificates, receipts, checkpoints, incidents.
    Custody,
}

impl Log {
    fn name(self) -> &'static str {
        match self {
            Self::Journal => "journal",
            Self::Custody => "custody",
        }
    }
}

/// Entries that do not read any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lost {
    /// First.
    pub from: u64,
    /// Last.
    pub to: u64,
    /// Link after the last, as what follows names it.
    pub link: Link,
}

/// The journal does not open or was not written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// A file cannot be read or written.
    #[error("read or write the journal")]
    Io(#[source] std::io::Error),
    /// There is no segment where there was one: a case for the rescue, never for a fresh start.
    #[error("the journal's files are gone")]
    Gone,
    /// A folder that should be new holds segments.
    #[error("there is a journal already")]
    Exists,
    /// The entry is longer than a frame may be.
    #[error("an entry is too long for a frame")]
    TooLong,
}

impl From<std::io::Error> for JournalError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}
