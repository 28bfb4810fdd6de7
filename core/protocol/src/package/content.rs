//! What is in a hand-in package: lines, and the bytes of evidence between them.

use super::PackageError;
use super::sealed::{ChunkKey, Preamble, SealedReader, SealedWriter};
use crate::ids::{EvidenceHash, JournalId};
use crate::journal::{Following, Signed};
use crate::wire::sync::LINE_BYTES_MAX;
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};

/// Lines of the package's own; every other line is one of `sync`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandInLine {
    /// What follows is of this journal.
    Journal(Box<JournalPart>),
    /// Evidence: its bytes follow.
    Evidence(EvidencePart),
    /// Evidence without a receipt whose bytes do not read on the phone any more.
    Lacking(EvidenceHash),
    /// The last line: nothing is missing.
    Whole(Whole),
}

/// A journal that hands in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalPart {
    /// The canonical bytes of entry 1, when the journal follows another and they still read: a court
    /// that did not certify the journal yet can do so now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// The key of the journal before vouches for this one, in place of the token that would.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<Signed<Following>>,
    /// Which.
    pub journal: JournalId,
}

/// A piece of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidencePart {
    /// Which.
    pub hash: EvidenceHash,
    /// How many bytes follow the line.
    pub length: u64,
}

/// What the package held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whole {
    /// Pieces of evidence with their bytes.
    pub evidence: u64,
    /// Journals.
    pub journals: u64,
}

impl HandInLine {
    /// A line of the package's own; `None` when it is one of `sync`.
    fn of(line: &[u8]) -> Result<Option<Self>, PackageError> {
        let begins: [&[u8]; 4] = [
            br#"{"journal":"#,
            br#"{"evidence":"#,
            br#"{"lacking":"#,
            br#"{"whole":"#,
        ];
        // An entry is canonical JSON and begins with its member `at`.
        if !begins.iter().any(|begin| line.starts_with(begin)) {
            return Ok(None);
        }
        serde_json::from_slice(line)
            .map(Some)
            .map_err(|_| PackageError::Shape)
    }
}

/// Writes a package. Memory: one chunk.
pub struct PackageWriter<W> {
    sealed: SealedWriter<W>,
    held: Whole,
}

impl<W: Write> PackageWriter<W> {
    /// Begins a package.
    ///
    /// # Errors
    /// As the writer says.
    pub fn begin(out: W, preamble: &Preamble, key: ChunkKey) -> io::Result<Self> {
        Ok(Self {
            sealed: SealedWriter::begin(out, preamble, key)?,
            held: Whole::default(),
        })
    }

    /// Begins the part of a journal.
    ///
    /// # Errors
    /// As the writer says.
    pub fn journal(&mut self, part: JournalPart) -> io::Result<()> {
        self.held.journals += 1;
        self.json(&HandInLine::Journal(Box::new(part)))
    }

    /// Adds a line of `sync`.
    ///
    /// # Errors
    /// As the writer says.
    pub fn line(&mut self, line: &[u8]) -> io::Result<()> {
        self.sealed.write(line)?;
        self.sealed.write(b"\n")
    }

    /// Adds a line of `sync` that is no entry.
    ///
    /// # Errors
    /// As the writer says.
    pub fn json(&mut self, line: &impl Serialize) -> io::Result<()> {
        self.line(&serde_json::to_vec(line).map_err(io::Error::other)?)
    }

    /// Adds a piece of evidence.
    ///
    /// # Errors
    /// As reader and writer say; when there are not exactly as many bytes as said.
    pub fn evidence(&mut self, part: EvidencePart, bytes: &mut impl Read) -> io::Result<()> {
        self.json(&HandInLine::Evidence(part))?;
        let mut left = part.length;
        let mut buffer = vec![0; super::CHUNK_BYTES];
        loop {
            let read = bytes.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            left = left
                .checked_sub(read as u64)
                .ok_or(io::ErrorKind::InvalidData)?;
            self.sealed.write(&buffer[..read])?;
        }
        if left > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.held.evidence += 1;
        self.sealed.write(b"\n")
    }

    /// Says that evidence does not read on the phone any more.
    ///
    /// # Errors
    /// As the writer says.
    pub fn lacking(&mut self, hash: EvidenceHash) -> io::Result<()> {
        self.json(&HandInLine::Lacking(hash))
    }

    /// Closes the package.
    ///
    /// # Errors
    /// As the writer says.
    pub fn finish(mut self) -> io::Result<W> {
        let whole = self.held;
        self.json(&HandInLine::Whole(whole))?;
        self.sealed.finish()
    }
}

/// One thing of a package, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A line of the package's own.
    Line(HandInLine),
    /// A line of `sync`.
    Sync(Vec<u8>),
    /// Some of the bytes of the evidence named last; a chunk at most.
    Bytes(Vec<u8>),
}

/// Reads a package. Memory: one line and one chunk, whatever the file says.
pub struct PackageReader<R> {
    sealed: SealedReader<R>,
    text: Vec<u8>,
    /// Start of what was not taken yet.
    start: usize,
    /// Up to here `text` holds no line break.
    looked: usize,
    /// Bytes of evidence that are still to come, and their line break.
    evidence: Option<u64>,
    held: Whole,
    whole: bool,
}

impl<R: Read> PackageReader<R> {
    /// Reads on after the preamble.
    pub fn after(from: R, key: ChunkKey) -> Self {
        Self {
            sealed: SealedReader::after(from, key),
            text: Vec::new(),
            start: 0,
            looked: 0,
            evidence: None,
            held: Whole::default(),
            whole: false,
        }
    }

    /// The next thing; `None` when the package ended as it must.
    ///
    /// # Errors
    /// When it does not; nothing that was read before counts then.
    pub fn read_next(&mut self) -> Result<Option<Item>, PackageError> {
        if let Some(left) = self.evidence {
            return self.bytes(left).map(Some);
        }
        if self.whole {
            let rest = self.start < self.text.len() || self.fill()?;
            return if rest {
                Err(PackageError::Shape)
            } else {
                Ok(None)
            };
        }
        let line = self.next_line()?;
        let Some(own) = HandInLine::of(&line)? else {
            return Ok(Some(Item::Sync(line)));
        };
        match &own {
            HandInLine::Journal(_) => self.held.journals += 1,
            HandInLine::Lacking(_) => {}
            HandInLine::Evidence(part) if part.length == 0 => return Err(PackageError::Shape),
            HandInLine::Evidence(part) => {
                self.evidence = Some(part.length);
                self.held.evidence += 1;
            }
            HandInLine::Whole(whole) if *whole != self.held => return Err(PackageError::Shape),
            HandInLine::Whole(_) => self.whole = true,
        }
        Ok(Some(Item::Line(own)))
    }

    fn bytes(&mut self, left: u64) -> Result<Item, PackageError> {
        if self.start == self.text.len() && !self.fill()? {
            return Err(PackageError::Shape);
        }
        let there = &self.text[self.start..];
        let count = usize::try_from(left).map_or(there.len(), |left| left.min(there.len()));
        let bytes = there[..count].to_vec();
        self.start += count;
        self.looked = self.start;
        let left = left - count as u64;
        self.evidence = Some(left).filter(|left| *left > 0);
        if left == 0 && !self.next_line()?.is_empty() {
            return Err(PackageError::Shape);
        }
        Ok(Item::Bytes(bytes))
    }

    fn next_line(&mut self) -> Result<Vec<u8>, PackageError> {
        loop {
            let break_at = self.text[self.looked..]
                .iter()
                .position(|byte| *byte == b'\n');
            let end = break_at.map_or(self.text.len(), |at| self.looked + at);
            if end - self.start > LINE_BYTES_MAX {
                return Err(PackageError::Shape);
            }
            if break_at.is_some() {
                let line = self.text[self.start..end].to_vec();
                self.start = end + 1;
                self.looked = self.start;
                return Ok(line);
            }
            self.looked = self.text.len();
            if !self.fill()? {
                return Err(PackageError::Shape);
            }
        }
    }

    /// Opens the next chunk; `false` when there is none.
    fn fill(&mut self) -> Result<bool, PackageError> {
        let Some(content) = self.sealed.next_chunk()? else {
            return Ok(false);
        };
        self.text.drain(..self.start);
        self.looked -= self.start;
        self.start = 0;
        self.text.extend(content);
        Ok(true)
    }
}
