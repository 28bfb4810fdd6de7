//! Opening a log: what its segments hold, in order, and what is missing of it.

use super::super::frame;
use super::super::scan::{Scan, scan};
use super::super::{JournalError, Lost};
use super::{
    FrameLog, Opened, OpenedEnd, Purpose, SEGMENT_HEADER, Segment, Shape, Slot, follow,
    segment_header, segment_path, segments_of,
};
use crate::host::Entropy;
use crate::secret::SecretKey;
use std::sync::Arc;
use waiqin_protocol::fault::{Fault, planted};
use waiqin_protocol::journal::Head;

impl FrameLog {
    /// Opens a log. `known` is the furthest head that anything else (receipt, checkpoint, store)
    /// knew to be durable: what is missing up to there is lost, and named.
    ///
    /// # Errors
    /// [`JournalError::Gone`] when there is no segment; or as the disk says.
    pub fn open(
        shape: Shape,
        key: SecretKey,
        entropy: Arc<dyn Entropy>,
        known: Option<Head>,
    ) -> Result<Opened, JournalError> {
        Self::open_for(Purpose::Writing, shape, key, entropy, known)
    }

    /// Opens a log to read it alone: nothing in the folder is changed, and a damaged end is only
    /// reported.
    ///
    /// # Errors
    /// As [`FrameLog::open`].
    pub fn open_to_read(
        shape: Shape,
        key: SecretKey,
        entropy: Arc<dyn Entropy>,
        known: Option<Head>,
    ) -> Result<Opened, JournalError> {
        Self::open_for(Purpose::Reading, shape, key, entropy, known)
    }

    fn open_for(
        purpose: Purpose,
        shape: Shape,
        key: SecretKey,
        entropy: Arc<dyn Entropy>,
        known: Option<Head>,
    ) -> Result<Opened, JournalError> {
        let numbers = segments_of(&shape)?;
        let Some(newest) = numbers.last().copied() else {
            return Err(JournalError::Gone);
        };
        let mut log = Self::empty(shape, key, entropy, newest);
        let mut lost = Vec::new();
        let mut end = OpenedEnd::Clean;
        for number in numbers {
            // Who opens to read alone wants to know of every frame.
            let may_skip = number != newest && matches!(purpose, Purpose::Writing);
            if may_skip && log.take_index(number) {
                continue;
            }
            let lost_before = lost.len();
            let bytes = log.shape.disk.read(&segment_path(&log.shape, number))?;
            let place = log.place(number);
            let mut scan = scan(&log.key, &place, &bytes);
            if number == newest && planted(Fault::DropTail) {
                scan.frames.pop();
            }
            // What failed to be saved may stand at the end of the segment before: the first frame
            // knows what it followed.
            let before = scan.frames.first().map_or(log.head, |(_, frame)| Head {
                link: frame.header.before,
                seq: frame.first.saturating_sub(1),
            });
            for (offset, frame) in &scan.frames {
                log.take_frame(number, *offset, frame, &mut lost)?;
            }
            let whole = scan.holes == 0 && scan.torn_to.is_none() && lost.len() == lost_before;
            if number != newest && whole && matches!(purpose, Purpose::Writing) {
                log.write_index(number, before, bytes.len());
            }
            if number == newest {
                end = match purpose {
                    Purpose::Writing => log.take_end(&scan, &bytes, before)?,
                    Purpose::Reading => scan.torn_to.map_or(OpenedEnd::Clean, |_| {
                        OpenedEnd::Torn(segment_path(&log.shape, number).display().to_string())
                    }),
                };
            }
        }
        if let Some(known) = known.filter(|known| known.seq > log.head.seq) {
            log.lose_to(known, &mut lost);
        }
        // A later segment may have begun again before a number that seemed lost.
        lost.retain(|run| log.index_of(run.to) == Some(Slot::Lost));
        Ok(Opened { log, lost, end })
    }

    /// Fits a scanned frame to what came before it.
    fn take_frame(
        &mut self,
        segment: u32,
        offset: usize,
        frame: &frame::Frame,
        lost: &mut Vec<Lost>,
    ) -> Result<(), JournalError> {
        let before = Head {
            link: frame.header.before,
            seq: frame.first.saturating_sub(1),
        };
        if before.seq > self.head.seq {
            self.lose_to(before, lost);
        } else if before != self.head {
            // A later segment begins again after the last durable entry: what stood from there on
            // was never reported as saved.
            let link = self.link_at(before.seq)?;
            self.index
                .truncate(usize::try_from(before.seq).unwrap_or(usize::MAX));
            self.head = before;
            // If the link differs even so, the entry before is not the one that this frame followed.
            if link.is_some_and(|link| link != before.link) && self.index.pop().is_some() {
                self.head.seq -= 1;
                self.lose_to(before, lost);
            }
        }
        self.index_frame(segment, offset, frame.entries.len());
        self.head = follow(self.head, frame.entries.iter().map(Vec::as_slice));
        Ok(())
    }

    fn lose_to(&mut self, known: Head, lost: &mut Vec<Lost>) {
        let from = self.head.seq + 1;
        lost.push(Lost {
            from,
            to: known.seq,
            link: known.link,
        });
        for _ in from..=known.seq {
            self.index.push(Slot::Lost);
        }
        self.head = known;
    }

    /// Makes the newest segment ready to be written on, or copies its bad end aside.
    fn take_end(
        &mut self,
        scan: &Scan,
        bytes: &[u8],
        before: Head,
    ) -> Result<OpenedEnd, JournalError> {
        let path = segment_path(&self.shape, self.newest);
        let header_ok = bytes.get(..SEGMENT_HEADER)
            == Some(&segment_header(self.shape.journal, self.newest)[..]);
        if let Some(to) = scan.torn_to {
            let name = format!("{:06}.torn-{}", self.newest, scan.end);
            let aside = self.shape.dir.join(&name);
            if self.shape.disk.length(&aside)?.is_none() {
                crate::disk::write_whole(&*self.shape.disk, &aside, &bytes[scan.end..to])?;
            }
            return Ok(OpenedEnd::Torn(name));
        }
        if !header_ok {
            return Ok(OpenedEnd::Clean);
        }
        let file = self.shape.disk.open(&path)?;
        if let Some((offset, frame)) = scan.frames.last() {
            // After a sync that failed just before the end, these bytes may be in the system's
            // cache alone, and be taken for clean: written again they become durable, or fail now.
            let again = bytes.get(*offset..offset + frame.header.frame_bytes());
            let again = again.unwrap_or_default();
            if file
                .write_at(*offset as u64, again)
                .and_then(|()| file.sync())
                .is_err()
            {
                return Ok(OpenedEnd::Clean);
            }
        }
        self.current = Some(Segment {
            number: self.newest,
            file,
            length: bytes.len(),
            end: scan.end,
            next_frame: scan
                .frames
                .last()
                .map_or(0, |(_, frame)| frame.header.number + 1),
            before,
        });
        Ok(OpenedEnd::Clean)
    }
}
