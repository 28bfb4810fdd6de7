//! One frame: what a single durable write puts into a segment.
//!
//! | bytes | |
//! |---|---|
//! | 8 | resync marker |
//! | 4 | length of the ciphertext, big-endian |
//! | 4 | number of the frame in its segment, from 0 |
//! | 32 | link before its first entry |
//! | 24 | nonce, random |
//! | … | XChaCha20-Poly1305 of: number of the first entry (8), then per entry length (4) and bytes |
//!
//! Associated data: `waiqin/1 frame`, journal, which log, segment, and the header up to the nonce.
//! A frame therefore opens nowhere but where it was written.

use super::Log;
use crate::host::{Entropy, random};
use crate::secret::{NONCE, SecretKey, TAG};
use waiqin_protocol::ids::{JournalId, Link};
use waiqin_protocol::journal::Head;

/// Begins every frame: found again after damage. Neither text nor zeros.
pub(super) const MARKER: [u8; 8] = [0xf7, b'W', b'Q', b'F', 0x0d, 0x0a, 0x1a, 0x01];
/// Bytes in front of the ciphertext.
pub(super) const HEADER: usize = 8 + 4 + 4 + 32 + NONCE;
/// Largest ciphertext: two entries of the greatest length fit.
pub(super) const CIPHERTEXT_MAX: usize = 3 << 20;

/// Where frames of one segment lie.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub journal: JournalId,
    pub log: Log,
    pub segment: u32,
}

/// What stands in front of the ciphertext.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameHeader {
    pub ciphertext: usize,
    pub number: u32,
    pub before: Link,
}

/// A frame that opened.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub header: FrameHeader,
    /// Number of its first entry.
    pub first: u64,
    /// Bytes of its entries.
    pub entries: Vec<Vec<u8>>,
}

impl FrameHeader {
    /// Length of the whole frame.
    pub fn frame_bytes(&self) -> usize {
        HEADER + self.ciphertext
    }

    /// Reads a header; `None` when there is none or its length cannot be.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(&MARKER)?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (number, rest) = rest.split_first_chunk::<4>()?;
        let (before, _) = rest.split_first_chunk::<32>()?;
        let ciphertext = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        if !(TAG + 8..=CIPHERTEXT_MAX).contains(&ciphertext) {
            return None;
        }
        Some(Self {
            ciphertext,
            number: u32::from_be_bytes(*number),
            before: Link::from_bytes(*before),
        })
    }
}

/// The bytes of a frame of these entries, which follow `after`; `None` when they are too long together.
pub(super) fn encode(
    key: &SecretKey,
    entropy: &dyn Entropy,
    place: &Place,
    number: u32,
    after: Head,
    entries: &[&[u8]],
) -> Option<Vec<u8>> {
    let length: usize = entries.iter().map(|entry| entry.len() + 4).sum::<usize>() + 8;
    if length + TAG > CIPHERTEXT_MAX {
        return None;
    }
    let mut plain = zeroize::Zeroizing::new(Vec::with_capacity(length));
    plain.extend((after.seq + 1).to_be_bytes());
    for entry in entries {
        plain.extend(u32::try_from(entry.len()).ok()?.to_be_bytes());
        plain.extend_from_slice(entry);
    }
    let mut frame = Vec::with_capacity(HEADER + length + TAG);
    frame.extend(MARKER);
    frame.extend(u32::try_from(length + TAG).ok()?.to_be_bytes());
    frame.extend(number.to_be_bytes());
    frame.extend(after.link.as_bytes());
    let nonce: [u8; NONCE] = random(entropy);
    let ciphertext = key.seal_with(&nonce, &associated(place, &frame), &plain);
    frame.extend(nonce);
    frame.extend(ciphertext);
    Some(frame)
}

/// Opens the frame that begins with these bytes; `None` when none does.
pub(super) fn decode(key: &SecretKey, place: &Place, bytes: &[u8]) -> Option<Frame> {
    let header = FrameHeader::read(bytes)?;
    let frame = bytes.get(..header.frame_bytes())?;
    let (head, rest) = frame.split_at(HEADER - NONCE);
    let (nonce, ciphertext) = rest.split_first_chunk::<NONCE>()?;
    let plain =
        zeroize::Zeroizing::new(key.open_with(nonce, &associated(place, head), ciphertext)?);
    let (first, mut rest) = plain.split_first_chunk::<8>()?;
    let mut entries = Vec::new();
    while !rest.is_empty() {
        let (length, tail) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        entries.push(tail.get(..length)?.to_vec());
        rest = tail.get(length..)?;
    }
    Some(Frame {
        header,
        first: u64::from_be_bytes(*first),
        entries,
    })
}

fn associated(place: &Place, head: &[u8]) -> Vec<u8> {
    let mut place_bytes = b"waiqin/1 frame ".to_vec();
    place_bytes.extend(place.log.name().as_bytes());
    place_bytes.extend(place.journal.as_bytes());
    place_bytes.extend(place.segment.to_be_bytes());
    place_bytes.extend(head);
    place_bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::SystemEntropy;
    use proptest::prelude::*;

    fn place() -> Place {
        Place {
            journal: JournalId::from_bytes([1; 16]),
            log: Log::Journal,
            segment: 1,
        }
    }

    proptest! {
        #[test]
        fn a_frame_opens_as_written_and_with_any_flipped_bit_or_cut_it_does_not(
            entries in proptest::collection::vec(
                proptest::collection::vec(any::<u8>(), 0..200), 1..5),
            first in 1u64..1_000_000,
            flip in any::<proptest::sample::Index>(),
            bit in 0u8..8,
        ) {
            let key = SecretKey::random(&SystemEntropy);
            let refs: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
            let before = Link::from_bytes([3; 32]);
            let bytes =
                encode(&key, &SystemEntropy, &place(), 4, Head { link: before, seq: first - 1 }, &refs)
                    .unwrap();
            let frame = decode(&key, &place(), &bytes).unwrap();
            prop_assert_eq!(frame.first, first);
            prop_assert_eq!(&frame.entries, &entries);
            prop_assert_eq!(frame.header.before, before);
            prop_assert_eq!(frame.header.frame_bytes(), bytes.len());
            let at = flip.index(bytes.len());
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            prop_assert_eq!(decode(&key, &place(), &flipped), None);
            prop_assert_eq!(decode(&key, &place(), &bytes[..at]), None);
            for other in [
                Place { segment: 2, ..place() },
                Place { log: Log::Custody, ..place() },
                Place { journal: JournalId::from_bytes([2; 16]), ..place() },
            ] {
                prop_assert_eq!(decode(&key, &other, &bytes), None);
            }
        }

        #[test]
        fn foreign_bytes_are_no_frame(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let key = SecretKey::random(&SystemEntropy);
            prop_assert_eq!(decode(&key, &place(), &bytes), None);
            let mut marked = MARKER.to_vec();
            marked.extend(bytes);
            prop_assert_eq!(decode(&key, &place(), &marked), None);
        }
    }
}
