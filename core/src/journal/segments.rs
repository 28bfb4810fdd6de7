//! A log of frames over its segments: opening, appending, reading.

mod check;
mod open;

use super::frame::{self, Place};
use super::{JournalError, Log, Lost};
use crate::disk::{Disk, DiskFile};
use crate::host::Entropy;
use crate::secret::SecretKey;
use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use waiqin_protocol::fault::{Fault, planted};
use waiqin_protocol::ids::{JournalId, Link};
use waiqin_protocol::journal::{Chain, Head};
use waiqin_protocol::suite::sha256;

/// Bytes in front of the frames.
pub(super) const SEGMENT_HEADER: usize = 64;
const SEGMENT_MAGIC: &[u8; 8] = b"WAIQINJ1";

/// Where a log lies and how large its segments are.
#[derive(Clone)]
pub(crate) struct Shape {
    /// The disk.
    pub disk: Arc<dyn Disk>,
    /// The folder; nothing else lies in it.
    pub dir: PathBuf,
    /// The journal.
    pub journal: JournalId,
    /// Which log.
    pub log: Log,
    /// Room taken for a segment at once, bytes.
    pub segment_bytes: usize,
}

/// An append-only log of entries in encrypted frames.
pub(crate) struct FrameLog {
    shape: Shape,
    key: SecretKey,
    entropy: Arc<dyn Entropy>,
    head: Head,
    /// Where entry `seq` lies, at `seq - 1`.
    index: Vec<Slot>,
    current: Option<Segment>,
    /// Number of the newest segment that exists.
    newest: u32,
    /// The last write failed.
    failed: bool,
    /// Segments that an index vouches for and that were not read yet, oldest first.
    unchecked: VecDeque<u32>,
    /// What was read last: who reads one entry mostly reads the next.
    reading: Mutex<Reading>,
}

#[derive(Default)]
struct Reading {
    file: Option<(u32, Box<dyn DiskFile>)>,
    frame: Option<((u32, u32), Arc<frame::Frame>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Frame { segment: u32, offset: u32, at: u16 },
    Lost,
}

struct Segment {
    number: u32,
    file: Box<dyn DiskFile>,
    length: usize,
    end: usize,
    next_frame: u32,
    /// The head before its first frame.
    before: Head,
}

/// A log that opened, and what was found.
pub(crate) struct Opened {
    /// The log.
    pub log: FrameLog,
    /// Numbers that do not read any more.
    pub lost: Vec<Lost>,
    /// A damaged end.
    pub end: OpenedEnd,
}

/// What a log is opened for.
#[derive(Clone, Copy, Debug)]
enum Purpose {
    Writing,
    Reading,
}

/// How the newest segment ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum OpenedEnd {
    /// In zeros.
    #[default]
    Clean,
    /// In bytes that are no frame; they were copied to this file (opened to read: they lie in it).
    Torn(String),
}

impl FrameLog {
    /// Begins a log in a folder that holds none.
    ///
    /// # Errors
    /// [`JournalError::Exists`] when it does; or as the disk says.
    pub fn create(
        shape: Shape,
        key: SecretKey,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, JournalError> {
        shape.disk.make_dir(&shape.dir)?;
        if !segments_of(&shape)?.is_empty() {
            return Err(JournalError::Exists);
        }
        Ok(Self::empty(shape, key, entropy, 0))
    }

    fn empty(shape: Shape, key: SecretKey, entropy: Arc<dyn Entropy>, newest: u32) -> Self {
        Self {
            shape,
            key,
            entropy,
            head: Head::START,
            index: Vec::new(),
            current: None,
            newest,
            failed: false,
            unchecked: VecDeque::new(),
            reading: Mutex::default(),
        }
    }

    /// Which journal it is of.
    pub fn journal(&self) -> JournalId {
        self.shape.journal
    }

    /// Number and link of the newest durable entry.
    #[must_use]
    pub fn head(&self) -> Head {
        self.head
    }

    /// Whether the last write was made durable.
    #[must_use]
    pub fn is_durable(&self) -> bool {
        !self.failed
    }

    /// Appends entries as one frame with one durable write. When this returns, they are durable.
    ///
    /// # Errors
    /// Nothing was saved then; the segment is closed, and the next call begins another.
    pub fn append(&mut self, entries: &[&[u8]]) -> Result<Head, JournalError> {
        let room = frame_room(entries);
        if room > frame::HEADER + frame::CIPHERTEXT_MAX || entries.len() > usize::from(u16::MAX) {
            return Err(JournalError::TooLong);
        }
        self.failed = true;
        let mut segment = match self.current.take() {
            Some(segment) if segment.end + room <= segment.length => segment,
            Some(full) => {
                self.write_index(full.number, full.before, full.length);
                self.next_segment(room)?
            }
            None => self.next_segment(room)?,
        };
        let place = self.place(segment.number);
        let bytes = frame::encode(
            &self.key,
            &*self.entropy,
            &place,
            segment.next_frame,
            self.head,
            entries,
        )
        .ok_or(JournalError::TooLong)?;
        // On an error the segment is dropped here: closed, never written again.
        segment.file.write_at(segment.end as u64, &bytes)?;
        if !planted(Fault::AckBeforeSync) {
            segment.file.sync()?;
        }
        self.index_frame(segment.number, segment.end, entries.len());
        self.head = follow(self.head, entries.iter().copied());
        segment.end += bytes.len();
        segment.next_frame += 1;
        self.current = Some(segment);
        self.failed = false;
        Ok(self.head)
    }

    /// The bytes of an entry; `None` when it is lost, or there is none of this number.
    ///
    /// # Errors
    /// When the file cannot be read; a frame that has rotted since it was opened gives `None`.
    pub fn read(&self, seq: u64) -> Result<Option<Vec<u8>>, JournalError> {
        let Some(Slot::Frame {
            segment,
            offset,
            at,
        }) = self.index_of(seq)
        else {
            return Ok(None);
        };
        let frame = self.read_frame(segment, offset)?;
        Ok(frame.and_then(|frame| frame.entries.get(usize::from(at)).cloned()))
    }

    /// Link after an entry; `None` when what would tell it is lost, or there is none of this number.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn link_at(&self, seq: u64) -> Result<Option<Link>, JournalError> {
        if seq == 0 {
            return Ok(Some(Link::ZERO));
        }
        if seq == self.head.seq {
            return Ok(Some(self.head.link));
        }
        // The next frame names the link before it; where it is lost, or has rotted since, the
        // entry's own frame tells.
        let Some(next) = self.index_of(seq + 1) else {
            return Ok(None);
        };
        match self.link_within(next, 0)? {
            Some(link) => Ok(Some(link)),
            None => match self.index_of(seq) {
                Some(own) => self.link_within(own, 1),
                None => Ok(None),
            },
        }
    }

    /// Link before the entry of a slot, or after as many entries from it on: within its frame the
    /// chain is followed. `None` when the frame does not read.
    fn link_within(&self, slot: Slot, entries: usize) -> Result<Option<Link>, JournalError> {
        let Slot::Frame {
            segment,
            offset,
            at,
        } = slot
        else {
            return Ok(None);
        };
        let Some(frame) = self.read_frame(segment, offset)? else {
            return Ok(None);
        };
        let before = Head {
            link: frame.header.before,
            seq: frame.first.saturating_sub(1),
        };
        let passed = frame.entries.iter().take(usize::from(at) + entries);
        Ok(Some(follow(before, passed.map(Vec::as_slice)).link))
    }

    /// The run of entries from `from` on, up to `to`, that do not read any more; `None` when `from`
    /// reads, or the link after the run is lost too.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn lost_from(&self, from: u64, to: u64) -> Result<Option<Lost>, JournalError> {
        let mut last = None;
        for seq in from..=to {
            if self.read(seq)?.is_some() {
                break;
            }
            last = Some(seq);
        }
        let Some(to) = last else { return Ok(None) };
        let link = self.link_at(to)?;
        Ok(link.map(|link| Lost { from, to, link }))
    }

    fn place(&self, segment: u32) -> Place {
        Place {
            journal: self.shape.journal,
            log: self.shape.log,
            segment,
        }
    }

    fn index_of(&self, seq: u64) -> Option<Slot> {
        let at = usize::try_from(seq.checked_sub(1)?).ok()?;
        self.index.get(at).copied()
    }

    fn index_frame(&mut self, segment: u32, offset: usize, entries: usize) {
        for at in 0..entries {
            self.index.push(Slot::Frame {
                segment,
                offset: u32::try_from(offset).expect("a segment is far below 4 GiB"),
                at: u16::try_from(at).expect("a frame holds far below 65,536 entries"),
            });
        }
    }

    fn read_frame(
        &self,
        segment: u32,
        offset: u32,
    ) -> Result<Option<Arc<frame::Frame>>, JournalError> {
        let mut reading = self
            .reading
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let place = (segment, offset);
        if let Some((at, frame)) = &reading.frame
            && *at == place
        {
            return Ok(Some(frame.clone()));
        }
        let file = match reading.file.take() {
            Some((number, file)) if number == segment => file,
            Some(_) | None => self.shape.disk.open(&segment_path(&self.shape, segment))?,
        };
        let (_, file) = reading.file.insert((segment, file));
        let mut head = vec![0; frame::HEADER];
        if !read_whole(&**file, offset, &mut head)? {
            return Ok(None);
        }
        let Some(header) = frame::FrameHeader::read(&head) else {
            return Ok(None);
        };
        let mut bytes = vec![0; header.frame_bytes()];
        if !read_whole(&**file, offset, &mut bytes)? {
            return Ok(None);
        }
        let frame = frame::decode(&self.key, &self.place(segment), &bytes).map(Arc::new);
        reading.frame = frame.clone().map(|frame| (place, frame));
        Ok(frame)
    }

    /// Takes the room of a new segment, durably, before anything is written into it.
    fn next_segment(&mut self, room: usize) -> Result<Segment, JournalError> {
        let number = self.newest + 1;
        let path = segment_path(&self.shape, number);
        let length = self.shape.segment_bytes.max(SEGMENT_HEADER + room);
        let made = self.make_segment(number, &path, length);
        match made {
            Ok(file) => {
                self.newest = number;
                Ok(Segment {
                    number,
                    file,
                    length,
                    end: SEGMENT_HEADER,
                    next_frame: 0,
                    before: self.head,
                })
            }
            Err(error) => {
                // Gives the room back on a full disk. If that fails too, the number is skipped.
                if self.shape.disk.remove(&path).is_err() {
                    self.newest = number;
                }
                Err(error.into())
            }
        }
    }

    fn make_segment(
        &self,
        number: u32,
        path: &Path,
        length: usize,
    ) -> io::Result<Box<dyn DiskFile>> {
        let file = self.shape.disk.create(path, length as u64)?;
        file.write_at(0, &segment_header(self.shape.journal, number))?;
        file.sync()?;
        self.shape.disk.sync_dir(&self.shape.dir)?;
        Ok(file)
    }
}

fn follow<'a>(from: Head, entries: impl Iterator<Item = &'a [u8]>) -> Head {
    let mut chain = Chain::after(from);
    for entry in entries {
        chain.push(entry);
    }
    chain.head()
}

/// Fills the buffer; `false` when the file is shorter, as it seems to be where a length has rotted.
fn read_whole(file: &dyn DiskFile, offset: u32, buffer: &mut [u8]) -> io::Result<bool> {
    match file.read_at(u64::from(offset), buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

fn frame_room(entries: &[&[u8]]) -> usize {
    let plain: usize = entries.iter().map(|entry| entry.len() + 4).sum();
    frame::HEADER + plain + 8 + crate::secret::TAG
}

fn segment_path(shape: &Shape, number: u32) -> PathBuf {
    shape.dir.join(format!("{number:06}.wqj"))
}

fn segments_of(shape: &Shape) -> Result<Vec<u32>, JournalError> {
    let names = shape.disk.list(&shape.dir)?;
    let mut numbers: Vec<u32> = names
        .iter()
        .filter_map(|name| name.strip_suffix(".wqj")?.parse().ok())
        .collect();
    numbers.sort_unstable();
    Ok(numbers)
}

fn segment_header(journal: JournalId, number: u32) -> [u8; SEGMENT_HEADER] {
    let mut header = [0; SEGMENT_HEADER];
    header[..8].copy_from_slice(SEGMENT_MAGIC);
    header[8..24].copy_from_slice(journal.as_bytes());
    header[24..28].copy_from_slice(&number.to_be_bytes());
    let sum = sha256(&header[..32]);
    header[32..].copy_from_slice(&sum);
    header
}
