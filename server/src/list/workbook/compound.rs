//! The compound file around an .xls workbook (MS-CFB): streams as chains of sectors. Every chain is
//! bounded by the sectors that the file has, so that a circle ends.

use std::borrow::Cow;

const HEADER_BYTES: usize = 512;
const ENTRY_BYTES: usize = 128;
const MINI_BYTES: usize = 64;
/// Streams below this length stand in the small sectors; every file says so.
const MINI_BELOW_BYTES: usize = 4_096;
const CHAIN_END: u32 = 0xffff_fffe;
/// Sector numbers from here on have a meaning of their own.
const FIRST_SPECIAL: u32 = 0xffff_fffa;

/// Why a compound file cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CompoundError {
    /// The file ends before something that it names.
    #[error("the compound file is cut off")]
    Cut,
    /// A chain runs in a circle or out of the table.
    #[error("a chain of the compound file is broken")]
    Chain,
    /// The header is of no version that exists.
    #[error("the header of the compound file is damaged")]
    Header,
}

/// An open compound file.
pub(super) struct Compound<'b> {
    bytes: &'b [u8],
    sector: usize,
    table: Vec<u32>,
    mini_table: Vec<u32>,
    mini: Vec<u8>,
    entries: Vec<Entry>,
}

struct Entry {
    name: String,
    is_stream: bool,
    start: u32,
    length: usize,
}

impl<'b> Compound<'b> {
    pub(super) fn open(bytes: &'b [u8]) -> Result<Self, CompoundError> {
        let header = bytes.get(..HEADER_BYTES).ok_or(CompoundError::Cut)?;
        let sector = match half(header, 30) {
            9 => 512,
            12 => 4096,
            _ => return Err(CompoundError::Header),
        };
        let mut compound = Self {
            bytes,
            sector,
            table: Vec::new(),
            mini_table: Vec::new(),
            mini: Vec::new(),
            entries: Vec::new(),
        };
        compound.read_table(header)?;
        let directory = compound.chain(word(header, 48), usize::MAX)?;
        compound.entries = directory
            .chunks_exact(ENTRY_BYTES)
            .filter_map(|entry| Entry::read(entry, sector))
            .collect();
        let root = directory.get(..ENTRY_BYTES).ok_or(CompoundError::Header)?;
        if word(header, 64) > 0 {
            let mini_table = compound.chain(word(header, 60), usize::MAX)?;
            compound.mini_table = words(&mini_table).collect();
            let length = word(root, 120) as usize;
            compound.mini = compound.chain(word(root, 116), length)?;
        }
        Ok(compound)
    }

    /// Whether the file has a stream or folder of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entries
            .iter()
            .any(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    /// A stream by name; `None` when there is none.
    pub(super) fn stream(&self, name: &str) -> Option<Result<Vec<u8>, CompoundError>> {
        let entry = self
            .entries
            .iter()
            .find(|entry| entry.is_stream && entry.name.eq_ignore_ascii_case(name))?;
        let stream = if entry.length < MINI_BELOW_BYTES {
            self.mini_chain(entry.start, entry.length)
        } else {
            self.chain(entry.start, entry.length)
        };
        Some(stream.and_then(|s| {
            if s.len() < entry.length {
                Err(CompoundError::Cut)
            } else {
                Ok(s)
            }
        }))
    }

    fn read_table(&mut self, header: &[u8]) -> Result<(), CompoundError> {
        let sectors = self.bytes.len() / self.sector + 1;
        let mut places: Vec<u32> = words(&header[76..HEADER_BYTES]).collect();
        let mut next = word(header, 68);
        let mut steps = 0;
        while next < FIRST_SPECIAL {
            steps += 1;
            if steps > sectors {
                return Err(CompoundError::Chain);
            }
            let mut more: Vec<u32> = words(&self.sector_at(next)?).collect();
            next = more.pop().ok_or(CompoundError::Chain)?;
            places.extend(more);
        }
        for place in places
            .into_iter()
            .filter(|place| *place < FIRST_SPECIAL)
            .take(sectors)
        {
            let sector = self.sector_at(place)?;
            self.table.extend(words(&sector));
        }
        Ok(())
    }

    fn sector_at(&self, number: u32) -> Result<Cow<'b, [u8]>, CompoundError> {
        let start = (number as usize)
            .checked_add(1)
            .and_then(|n| n.checked_mul(self.sector))
            .filter(|start| *start < self.bytes.len())
            .ok_or(CompoundError::Cut)?;
        let end = (start + self.sector).min(self.bytes.len());
        Ok(Cow::Borrowed(&self.bytes[start..end]))
    }

    fn chain(&self, start: u32, length: usize) -> Result<Vec<u8>, CompoundError> {
        let mut out = Vec::new();
        let mut next = start;
        let mut steps = 0;
        while next != CHAIN_END && out.len() < length {
            steps += 1;
            // A chain that is longer than the file runs in a circle.
            if steps > self.bytes.len() / self.sector + 1 {
                return Err(CompoundError::Chain);
            }
            out.extend_from_slice(&self.sector_at(next)?);
            next = *self.table.get(next as usize).ok_or(CompoundError::Chain)?;
        }
        out.truncate(length);
        Ok(out)
    }

    fn mini_chain(&self, start: u32, length: usize) -> Result<Vec<u8>, CompoundError> {
        let mut out = Vec::new();
        let mut next = start;
        while next != CHAIN_END && out.len() < length {
            let from = next as usize * MINI_BYTES;
            let piece = self
                .mini
                .get(from..(from + MINI_BYTES).min(self.mini.len()))
                .filter(|piece| !piece.is_empty())
                .ok_or(CompoundError::Cut)?;
            // A circle ends here as well: the stream is shorter than the bound for small ones.
            out.extend_from_slice(piece);
            next = *self
                .mini_table
                .get(next as usize)
                .ok_or(CompoundError::Chain)?;
        }
        out.truncate(length);
        Ok(out)
    }
}

impl Entry {
    fn read(bytes: &[u8], sector: usize) -> Option<Self> {
        let kind = bytes[66];
        if !(1..=5).contains(&kind) {
            return None;
        }
        let units: Vec<u16> = bytes[..64]
            .as_chunks::<2>()
            .0
            .iter()
            .map(|c| u16::from_le_bytes(*c))
            .take_while(|u| *u != 0)
            .collect();
        // Files of small sectors leave the upper half of the length undefined.
        let high = if sector == 512 {
            0
        } else {
            u64::from(word(bytes, 124)) << 32
        };
        let length = usize::try_from(high | u64::from(word(bytes, 120))).ok()?;
        Some(Self {
            name: String::from_utf16_lossy(&units),
            is_stream: kind == 2,
            start: word(bytes, 116),
            length,
        })
    }
}

/// Little-endian 16 bits; the caller knows that they are there.
pub(super) fn half(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

/// Little-endian 32 bits; the caller knows that they are there.
pub(super) fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    bytes
        .as_chunks::<4>()
        .0
        .iter()
        .map(|chunk| u32::from_le_bytes(*chunk))
}
