//! What a full segment holds, kept beside it: where its frames lie, so that a phone with a hundred
//! thousand entries opens without reading them. Only an aid: a segment without an index, or with one
//! that does not fit, is read whole, and gets a new one. What an index vouches for is read again
//! while the officer works ([`super::FrameLog::check_next`]), and each entry when it is used.
//!
//! `NNNNNN.wqi`: nonce (24) ‖ ciphertext of: number and link before the first entry (8, 32), after
//! the last (8, 32), length of the segment (8), then per frame offset (4) and entries (2), all
//! big-endian. Associated data: `waiqin/1 index`, journal, which log, segment.

use super::frame::Place;
use super::segments::Shape;
use crate::disk::write_whole;
use crate::host::Entropy;
use crate::secret::SecretKey;
use std::io;
use std::path::PathBuf;
use waiqin_protocol::ids::Link;
use waiqin_protocol::journal::Head;

/// What a segment holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Index {
    /// Before its first entry.
    pub before: Head,
    /// After its last one.
    pub after: Head,
    /// Its length, bytes.
    pub length: u64,
    /// Offset and number of entries of each frame.
    pub frames: Vec<(u32, u16)>,
}

impl Index {
    /// Reads the index of a segment; `None` when there is none that opens.
    pub fn read(shape: &Shape, key: &SecretKey, place: &Place) -> Option<Self> {
        let sealed = shape.disk.read(&path_of(shape, place)).ok()?;
        Self::from_bytes(&key.open(&associated(place), &sealed)?)
    }

    /// Writes it beside its segment.
    pub fn write(
        &self,
        shape: &Shape,
        key: &SecretKey,
        entropy: &dyn Entropy,
        place: &Place,
    ) -> io::Result<()> {
        let sealed = key.seal(entropy, &associated(place), &self.to_bytes());
        write_whole(&*shape.disk, &path_of(shape, place), &sealed)
    }

    /// Forgets the index of a segment, which is then read whole when it is opened.
    pub fn forget(shape: &Shape, place: &Place) -> io::Result<()> {
        shape.disk.remove(&path_of(shape, place))?;
        shape.disk.sync_dir(&shape.dir)
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(88 + 6 * self.frames.len());
        for head in [self.before, self.after] {
            bytes.extend(head.seq.to_be_bytes());
            bytes.extend(head.link.as_bytes());
        }
        bytes.extend(self.length.to_be_bytes());
        for (offset, entries) in &self.frames {
            bytes.extend(offset.to_be_bytes());
            bytes.extend(entries.to_be_bytes());
        }
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (before, rest) = head_from(bytes)?;
        let (after, rest) = head_from(rest)?;
        let (length, rest) = rest.split_first_chunk::<8>()?;
        let (frames, left) = rest.as_chunks::<6>();
        let frames: Vec<(u32, u16)> = frames
            .iter()
            .map(|[a, b, c, d, e, f]| {
                (
                    u32::from_be_bytes([*a, *b, *c, *d]),
                    u16::from_be_bytes([*e, *f]),
                )
            })
            .collect();
        let entries: u64 = frames.iter().map(|(_, entries)| u64::from(*entries)).sum();
        let fits = left.is_empty() && before.seq.checked_add(entries) == Some(after.seq);
        fits.then_some(Self {
            before,
            after,
            length: u64::from_be_bytes(*length),
            frames,
        })
    }
}

fn head_from(bytes: &[u8]) -> Option<(Head, &[u8])> {
    let (seq, rest) = bytes.split_first_chunk::<8>()?;
    let (link, rest) = rest.split_first_chunk::<32>()?;
    let head = Head {
        link: Link::from_bytes(*link),
        seq: u64::from_be_bytes(*seq),
    };
    Some((head, rest))
}

fn path_of(shape: &Shape, place: &Place) -> PathBuf {
    shape.dir.join(format!("{:06}.wqi", place.segment))
}

fn associated(place: &Place) -> Vec<u8> {
    let mut bytes = b"waiqin/1 index ".to_vec();
    bytes.extend(place.log.name().as_bytes());
    bytes.extend(place.journal.as_bytes());
    bytes.extend(place.segment.to_be_bytes());
    bytes
}
