//! The line of an officer's journals on this phone: the one that is written, and before it those
//! that it follows. A copy that was restored, or a fork, is answered by a new journal; what stands
//! in the older ones stays readable.
//!
//! Entries have *running* numbers here, over all journals of the line: entry `n` of a journal has
//! the number `n` + entries of all journals before it. With one journal both are the same.

use super::{FrameLog, JournalError, Lost};
use waiqin_protocol::ids::{JournalId, Link};
use waiqin_protocol::journal::Head;

/// Journals, oldest first; the last one is written.
pub(crate) struct Line {
    elders: Vec<FrameLog>,
    log: FrameLog,
}

/// One journal of a line.
#[derive(Clone, Copy)]
pub(crate) struct Part<'a> {
    /// The journal; its numbers are its own.
    pub log: &'a FrameLog,
    /// Entries of the journals before it.
    pub base: u64,
}

impl Line {
    /// A line that ends with `log`.
    pub fn of(elders: Vec<FrameLog>, log: FrameLog) -> Self {
        Self { elders, log }
    }

    /// The journal that is written.
    pub fn newest(&self) -> Part<'_> {
        Part {
            log: &self.log,
            base: self.elders.iter().map(|elder| elder.head().seq).sum(),
        }
    }

    /// The journal of this id.
    pub fn part_of(&self, journal: JournalId) -> Option<Part<'_>> {
        self.parts().find(|part| part.log.journal() == journal)
    }

    /// Every journal, oldest first.
    pub fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        let mut base = 0;
        self.elders
            .iter()
            .chain(std::iter::once(&self.log))
            .map(move |log| {
                let part = Part { log, base };
                base += log.head().seq;
                part
            })
    }

    /// Begins to write another journal.
    pub fn succeed(&mut self, log: FrameLog) {
        let elder = std::mem::replace(&mut self.log, log);
        self.elders.push(elder);
    }

    /// Reads the next segment that was taken unread when the line was opened: the runs that do not
    /// read any more, and the entries of the journals before theirs; `None` when all were read.
    ///
    /// # Errors
    /// As [`FrameLog::check_next`].
    pub fn check_next(&mut self) -> Result<Option<(Vec<Lost>, u64)>, JournalError> {
        let mut base = 0;
        for log in self.elders.iter_mut().chain(std::iter::once(&mut self.log)) {
            if let Some(lost) = log.check_next()? {
                return Ok(Some((lost, base)));
            }
            base += log.head().seq;
        }
        Ok(None)
    }

    /// Running number of the newest entry, and the link after it in its journal.
    pub fn head(&self) -> Head {
        let newest = self.newest();
        let head = newest.log.head();
        Head {
            seq: newest.base + head.seq,
            ..head
        }
    }

    /// Whether the last write was made durable.
    pub fn is_durable(&self) -> bool {
        self.log.is_durable()
    }

    /// Appends to the newest journal: see [`FrameLog::append`]. The head in running numbers.
    ///
    /// # Errors
    /// As [`FrameLog::append`].
    pub fn append(&mut self, entries: &[&[u8]]) -> Result<Head, JournalError> {
        self.log.append(entries)?;
        Ok(self.head())
    }

    /// The bytes of the entry with this running number: see [`FrameLog::read`].
    ///
    /// # Errors
    /// As [`FrameLog::read`].
    pub fn read(&self, number: u64) -> Result<Option<Vec<u8>>, JournalError> {
        match self.at(number) {
            Some(part) => part.log.read(number - part.base),
            None => Ok(None),
        }
    }

    /// The link after the entry with this running number: see [`FrameLog::link_at`].
    ///
    /// # Errors
    /// As [`FrameLog::link_at`].
    pub fn link_at(&self, number: u64) -> Result<Option<Link>, JournalError> {
        match self.at(number) {
            Some(part) => part.log.link_at(number - part.base),
            None if number == 0 => Ok(Some(Link::ZERO)),
            None => Ok(None),
        }
    }

    /// Journal and number in it of the entry with this running number; none and 0 when there is no
    /// such entry.
    pub fn place_of(&self, number: u64) -> (Option<JournalId>, u64) {
        self.at(number).map_or((None, 0), |part| {
            (Some(part.log.journal()), number - part.base)
        })
    }

    fn at(&self, number: u64) -> Option<Part<'_>> {
        self.parts()
            .find(|part| number > part.base && number <= part.base + part.log.head().seq)
    }
}
