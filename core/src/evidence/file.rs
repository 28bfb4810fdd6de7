//! One file of evidence.
//!
//! | bytes | |
//! |---|---|
//! | 8 | `WAIQINE1` |
//! | 16 | id, random |
//! | 4 | length of the sealed head, big-endian |
//! | … | head: nonce (24) ‖ ciphertext of {at, record, role} as JSON |
//! | … | chunks of 256 KiB: nonce (24) ‖ ciphertext; the last one may be shorter |
//!
//! Associated data of a chunk: id, its number, and whether it is the last: a cut at a chunk's
//! border shows. The head tells an orphan's record.

use crate::disk::{Disk, DiskFile};
use crate::host::Entropy;
use crate::secret::{NONCE, SecretKey, TAG};
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use waiqin_protocol::ids::SubjectId;
use waiqin_protocol::journal::EvidenceRole;

/// Bytes of a chunk before encryption.
pub(super) const CHUNK: usize = 256 * 1024;
const SEALED_CHUNK: u64 = (CHUNK + NONCE + TAG) as u64;
const MAGIC: &[u8; 8] = b"WAIQINE1";
const FRONT: usize = 8 + 16 + 4;
const HEAD_MAX: usize = 4096;

/// For which record the bytes were taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EvidenceHead {
    /// Wall time, ms UTC.
    pub at: i64,
    /// The record.
    pub record: SubjectId,
    /// What the bytes show.
    pub role: EvidenceRole,
}

pub(super) fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the evidence does not read")
}

/// Writes a file, chunk after chunk.
pub(super) struct Writer {
    file: Box<dyn DiskFile>,
    id: [u8; 16],
    offset: u64,
    number: u32,
}

impl Writer {
    pub fn begin(
        file: Box<dyn DiskFile>,
        id: [u8; 16],
        head: &EvidenceHead,
        key: &SecretKey,
        entropy: &dyn Entropy,
    ) -> io::Result<Self> {
        let plain = serde_json::to_vec(head).map_err(io::Error::other)?;
        let sealed = key.seal(entropy, &head_place(&id), &plain);
        let mut front = MAGIC.to_vec();
        front.extend(id);
        front.extend(
            u32::try_from(sealed.len())
                .map_err(io::Error::other)?
                .to_be_bytes(),
        );
        front.extend(sealed);
        file.write_at(0, &front)?;
        Ok(Self {
            file,
            id,
            offset: front.len() as u64,
            number: 0,
        })
    }

    pub fn chunk(
        &mut self,
        plain: &[u8],
        last: bool,
        key: &SecretKey,
        entropy: &dyn Entropy,
    ) -> io::Result<()> {
        let sealed = key.seal(entropy, &chunk_place(&self.id, self.number, last), plain);
        self.file.write_at(self.offset, &sealed)?;
        self.offset += sealed.len() as u64;
        self.number = self.number.checked_add(1).ok_or_else(damaged)?;
        Ok(())
    }

    pub fn finish(self) -> io::Result<()> {
        self.file.sync()
    }
}

/// Reads a file anywhere; holds one chunk at a time.
pub(crate) struct EvidenceReader {
    file: Box<dyn DiskFile>,
    key: SecretKey,
    id: [u8; 16],
    head: EvidenceHead,
    /// Where the chunks begin.
    begin: u64,
    sealed: u64,
    length: u64,
    position: u64,
    chunk: Option<(u64, Vec<u8>)>,
}

impl EvidenceReader {
    pub fn open(disk: &dyn Disk, path: &Path, key: &SecretKey) -> io::Result<Self> {
        let total = disk
            .length(path)?
            .ok_or(io::Error::from(io::ErrorKind::NotFound))?;
        let file = disk.open(path)?;
        let mut front = [0; FRONT];
        file.read_at(0, &mut front)?;
        let rest = front.strip_prefix(MAGIC).ok_or_else(damaged)?;
        let (id, rest) = rest.split_first_chunk::<16>().ok_or_else(damaged)?;
        let head_length = rest
            .first_chunk::<4>()
            .map(|bytes| u32::from_be_bytes(*bytes));
        let head_length = head_length
            .and_then(|length| usize::try_from(length).ok())
            .filter(|length| *length <= HEAD_MAX)
            .ok_or_else(damaged)?;
        let mut sealed_head = vec![0; head_length];
        file.read_at(FRONT as u64, &mut sealed_head)?;
        let plain = key
            .open(&head_place(id), &sealed_head)
            .ok_or_else(damaged)?;
        let head = serde_json::from_slice(&plain).map_err(|_| damaged())?;
        let begin = (FRONT + head_length) as u64;
        let sealed = total.checked_sub(begin).ok_or_else(damaged)?;
        let chunks = sealed.div_ceil(SEALED_CHUNK);
        let length = sealed
            .checked_sub(chunks * (NONCE + TAG) as u64)
            .ok_or_else(damaged)?;
        Ok(Self {
            file,
            key: key.again(),
            id: *id,
            head,
            begin,
            sealed,
            length,
            position: 0,
            chunk: None,
        })
    }

    /// Length of the bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// For which record they were taken.
    pub fn head(&self) -> &EvidenceHead {
        &self.head
    }

    fn load(&mut self, number: u64) -> io::Result<&[u8]> {
        let held = self.chunk.as_ref().is_some_and(|(held, _)| *held == number);
        if !held {
            let at = number * SEALED_CHUNK;
            let left = self.sealed.checked_sub(at).ok_or_else(damaged)?;
            let mut sealed =
                vec![0; usize::try_from(left.min(SEALED_CHUNK)).map_err(io::Error::other)?];
            self.file.read_at(self.begin + at, &mut sealed)?;
            let index = u32::try_from(number).map_err(io::Error::other)?;
            let place = chunk_place(&self.id, index, left <= SEALED_CHUNK);
            let plain = self.key.open(&place, &sealed).ok_or_else(damaged)?;
            self.chunk = Some((number, plain));
        }
        Ok(self
            .chunk
            .as_ref()
            .map(|(_, plain)| plain.as_slice())
            .unwrap_or_default())
    }
}

impl Read for EvidenceReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.length || buffer.is_empty() {
            return Ok(0);
        }
        let (number, inside) = (self.position / CHUNK as u64, self.position % CHUNK as u64);
        let inside = usize::try_from(inside).map_err(io::Error::other)?;
        let plain = self.load(number)?;
        let rest = plain.get(inside..).ok_or_else(damaged)?;
        let read = rest.len().min(buffer.len());
        buffer[..read].copy_from_slice(&rest[..read]);
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for EvidenceReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
        };
        self.position = position.ok_or(io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}

fn head_place(id: &[u8; 16]) -> Vec<u8> {
    [b"waiqin/1 evidence head ".as_slice(), id].concat()
}

fn chunk_place(id: &[u8; 16], number: u32, last: bool) -> Vec<u8> {
    let mut place = b"waiqin/1 evidence chunk ".to_vec();
    place.extend(id);
    place.extend(number.to_be_bytes());
    place.push(u8::from(last));
    place
}
