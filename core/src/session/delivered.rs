//! The one reader of a journal for everything that leaves the phone: sync, hand-in, export. What does
//! not read any more and came back from the court on an earlier day reads here all the same: a court
//! that was put back to a copy lacks it.

use super::inner::Inner;
use crate::journal::{FrameLog, JournalError, Part};
use std::io;
use waiqin_protocol::journal::{Chain, Head};

/// So many bytes are read under the lock at a time where a file is written: saves go on between.
pub(super) const BATCH_BYTES: usize = 256 << 10;

impl Inner {
    /// Entries after a place of a journal, up to number `to`: as many as fit in `bytes_max`, at least
    /// one, until one that neither reads nor came back.
    pub(super) fn entries_after(
        &self,
        part: Part<'_>,
        after: Head,
        to: u64,
        bytes_max: usize,
    ) -> Result<Vec<Vec<u8>>, JournalError> {
        let to = to.min(part.log.head().seq);
        let (mut entries, mut bytes) = (Vec::new(), 0usize);
        for seq in after.seq + 1..=to {
            let Some(entry) = part.log.read(seq)? else {
                if entries.is_empty() {
                    entries = self.mended_run(part.log, part.base, after, bytes_max)?;
                    entries.truncate(usize::try_from(to - after.seq).unwrap_or(usize::MAX));
                }
                break;
            };
            bytes = bytes.saturating_add(entry.len());
            if bytes > bytes_max && !entries.is_empty() {
                break;
            }
            entries.push(entry);
        }
        Ok(entries)
    }

    /// Entries after a place of a journal that do not read any more and came back from the court: the
    /// first of the run that fit in `bytes_max`, at least one, when the chain says of the whole run
    /// that it is what was written.
    fn mended_run(
        &self,
        log: &FrameLog,
        base: u64,
        after: Head,
        bytes_max: usize,
    ) -> Result<Vec<Vec<u8>>, JournalError> {
        let (mut run, mut bytes, mut chain) = (Vec::new(), 0usize, Chain::after(after));
        while log.read(chain.head().seq + 1)?.is_none() {
            let came = self.views.mended(base + chain.head().seq + 1);
            let Some(entry) = came.map_err(|error| JournalError::Io(io::Error::other(error)))?
            else {
                break;
            };
            chain.push(&entry);
            bytes = bytes.saturating_add(entry.len());
            if bytes <= bytes_max || run.is_empty() {
                run.push(entry);
            }
        }
        if log.link_at(chain.head().seq)? != Some(chain.head().link) {
            run.clear();
        }
        Ok(run)
    }
}
