//! Full segments: taken by their index when the log is opened, and read through afterwards.

use super::super::index::Index;
use super::super::scan::scan;
use super::super::{JournalError, Lost};
use super::{FrameLog, Slot, segment_path};
use std::collections::{BTreeMap, BTreeSet};
use waiqin_protocol::journal::Head;

impl FrameLog {
    /// Reads the next segment that an index vouched for, against what the index says. The runs that
    /// do not read, which are lost from now on; `None` when every segment was read.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn check_next(&mut self) -> Result<Option<Vec<Lost>>, JournalError> {
        let Some(number) = self.unchecked.pop_front() else {
            return Ok(None);
        };
        let bytes = self.shape.disk.read(&segment_path(&self.shape, number))?;
        let scan = scan(&self.key, &self.place(number), &bytes);
        let read: BTreeMap<u32, u64> = scan
            .frames
            .iter()
            .filter_map(|(offset, frame)| Some((u32::try_from(*offset).ok()?, frame.first)))
            .collect();
        let mut gone: Vec<(u64, u64)> = Vec::new();
        for (slot, seq) in self.index.iter().zip(1u64..) {
            let Slot::Frame {
                segment,
                offset,
                at,
            } = slot
            else {
                continue;
            };
            let first = seq - u64::from(*at);
            if *segment != number || read.get(offset) == Some(&first) {
                continue;
            }
            match gone.last_mut() {
                Some((_, to)) if *to + 1 == seq => *to = seq,
                Some(_) | None => gone.push((seq, seq)),
            }
        }
        let mut lost = Vec::new();
        for (from, to) in gone {
            self.lose(from, to)?;
            // Where the next segment begins with rot too, what tells the link lies behind that.
            if let Some(run) = self.lost_from(from, self.head.seq)? {
                self.lose(run.from, run.to)?;
                lost.push(run);
            }
        }
        Ok(Some(lost))
    }

    /// Takes entries for lost. The next opening reads the segments that they were in itself.
    fn lose(&mut self, from: u64, to: u64) -> Result<(), JournalError> {
        let mut segments = BTreeSet::new();
        for seq in from..=to {
            let at = usize::try_from(seq - 1).unwrap_or(usize::MAX);
            if let Some(slot) = self.index.get_mut(at)
                && let Slot::Frame { segment, .. } = std::mem::replace(slot, Slot::Lost)
            {
                segments.insert(segment);
            }
        }
        for number in segments {
            Index::forget(&self.shape, &self.place(number))?;
        }
        Ok(())
    }

    /// Takes a full segment as its index says; `false` when it has to be read.
    pub(super) fn take_index(&mut self, number: u32) -> bool {
        let path = segment_path(&self.shape, number);
        let fits = |index: &Index| {
            index.before == self.head
                && self.shape.disk.length(&path).ok().flatten() == Some(index.length)
        };
        let index = Index::read(&self.shape, &self.key, &self.place(number)).filter(fits);
        let Some(index) = index else { return false };
        for (offset, entries) in &index.frames {
            for at in 0..*entries {
                self.index.push(Slot::Frame {
                    segment: number,
                    offset: *offset,
                    at,
                });
            }
        }
        self.head = index.after;
        self.unchecked.push_back(number);
        true
    }

    /// Writes the index of a segment that holds every entry from `before` to the head. It is an aid
    /// that can be made again: a disk that does not take it fails no save.
    pub(super) fn write_index(&self, number: u32, before: Head, length: usize) {
        let mut frames: Vec<(u32, u16)> = Vec::new();
        let from = usize::try_from(before.seq).unwrap_or(usize::MAX);
        for slot in self.index.get(from..).unwrap_or_default() {
            match slot {
                Slot::Frame {
                    segment,
                    offset,
                    at,
                    ..
                } if *segment == number => match (at, frames.last_mut()) {
                    (0, _) => frames.push((*offset, 1)),
                    (_, Some((last, entries))) if last == offset => *entries += 1,
                    (_, Some(_) | None) => return,
                },
                Slot::Frame { .. } | Slot::Lost => return,
            }
        }
        let index = Index {
            before,
            after: self.head,
            length: length as u64,
            frames,
        };
        let written = index.write(&self.shape, &self.key, &*self.entropy, &self.place(number));
        if let Err(error) = written {
            tracing::debug!(%error, number, "the index of a segment was not written");
        }
    }
}
