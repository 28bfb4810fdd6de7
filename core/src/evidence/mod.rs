//! Evidence on the phone: encrypted chunk files beside the journal, written before the entry that
//! names them. The bytes are hashed while they come in and are never rewritten; what a picture says
//! of itself is read from a copy.
//!
//! | file | |
//! |---|---|
//! | `NAME.wqe` | the bytes (see `file.rs`); NAME is a keyed name of the hash, which tells nothing |
//! | `NAME.wqt` | a thumbnail, made again when it is gone |
//! | `ID.part` | being written; whole ones are found again after a kill, others removed |

mod facts;
mod file;
mod picture;

pub(crate) use facts::{PictureFacts, display_name};
pub(crate) use file::{EvidenceHead, EvidenceReader};

use crate::disk::{Disk, write_whole};
use crate::host::{Entropy, random};
use crate::secret::SecretKey;
use file::Writer;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use waiqin_protocol::ids::EvidenceHash;

/// The folder of one officer's evidence.
pub(crate) struct EvidenceFolder {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    key: SecretKey,
    entropy: Arc<dyn Entropy>,
}

/// Evidence was not taken in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TakeError {
    #[error("the evidence is empty")]
    Empty,
    #[error("the evidence is longer than {max} bytes")]
    TooLarge { max: u64 },
    #[error("read the evidence")]
    Source(#[source] io::Error),
    #[error("write the evidence")]
    Disk(#[source] io::Error),
}

/// Bytes that are durable now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub hash: EvidenceHash,
    pub length: u64,
}

/// Bytes that no entry names.
#[derive(Clone, Debug)]
pub(crate) struct OrphanFile {
    pub head: EvidenceHead,
    pub hash: EvidenceHash,
    pub length: u64,
}

impl EvidenceFolder {
    pub fn open(
        disk: Arc<dyn Disk>,
        dir: PathBuf,
        key: SecretKey,
        entropy: Arc<dyn Entropy>,
    ) -> io::Result<Self> {
        disk.make_dir(&dir)?;
        Ok(Self {
            disk,
            dir,
            key,
            entropy,
        })
    }

    /// Takes bytes in, durably: hashed first and while they pass, encrypted, synced, named.
    pub fn take(
        &self,
        mut source: impl Read,
        max: u64,
        head: &EvidenceHead,
    ) -> Result<Taken, TakeError> {
        let id: [u8; 16] = random(&*self.entropy);
        let part = self.dir.join(format!("{}.part", hex::encode(id)));
        let taken = self.write_part(&part, id, &mut source, max, head);
        match taken {
            Ok(taken) => {
                self.publish(&part, &taken.hash).map_err(TakeError::Disk)?;
                Ok(taken)
            }
            Err(error) => {
                // What stays behind when this fails too is removed at the next start.
                let _ = self.disk.remove(&part);
                Err(error)
            }
        }
    }

    /// Opens bytes; `None` when they are not on this phone.
    pub fn reader(&self, hash: &EvidenceHash) -> io::Result<Option<EvidenceReader>> {
        let path = self.path_of(hash, "wqe");
        if self.disk.length(&path)?.is_none() {
            return Ok(None);
        }
        EvidenceReader::open(&*self.disk, &path, &self.key).map(Some)
    }

    /// Whether the bytes lie here; says nothing of their state.
    pub fn holds(&self, hash: &EvidenceHash) -> io::Result<bool> {
        Ok(self.disk.length(&self.path_of(hash, "wqe"))?.is_some())
    }

    /// All bytes, checked against their hash; `None` when they are not on this phone.
    pub fn read(&self, hash: &EvidenceHash) -> io::Result<Option<Vec<u8>>> {
        let Some(mut reader) = self.reader(hash)? else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes)?;
        if waiqin_protocol::suite::sha256(&bytes) != *hash.as_bytes() {
            return Err(file::damaged());
        }
        Ok(Some(bytes))
    }

    /// Reads all bytes and hashes them again; false when they are damaged or not here.
    pub fn verifies(&self, hash: &EvidenceHash) -> io::Result<bool> {
        let mut hasher = Sha256::new();
        let mut piece = vec![0; 64 << 10];
        let mut read = || -> io::Result<bool> {
            let Some(mut reader) = self.reader(hash)? else {
                return Ok(false);
            };
            loop {
                match reader.read(&mut piece)? {
                    0 => return Ok(true),
                    n => hasher.update(&piece[..n]),
                }
            }
        };
        match read() {
            Ok(whole) => Ok(whole && hasher.finalize().as_slice() == hash.as_bytes()),
            Err(error) if is_damage(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// What the bytes say of themselves, with a thumbnail made and kept when they are a picture.
    pub fn facts(&self, hash: &EvidenceHash) -> io::Result<PictureFacts> {
        let Some(reader) = self.reader(hash)? else {
            return Ok(PictureFacts::default());
        };
        if reader.length() > picture::BYTES_MAX {
            return Ok(PictureFacts::default());
        }
        let Some(bytes) = self.read(hash)? else {
            return Ok(PictureFacts::default());
        };
        let (facts, thumbnail) = facts::read(&bytes);
        if let Some(thumbnail) = thumbnail {
            // Only a convenience: it is made again when this fails.
            let _ = self.keep_thumbnail(hash, &thumbnail);
        }
        Ok(facts)
    }

    /// The thumbnail, made again when it is gone; `None` when the bytes are no picture.
    pub fn thumbnail(&self, hash: &EvidenceHash) -> io::Result<Option<Vec<u8>>> {
        let path = self.path_of(hash, "wqt");
        if self.disk.length(&path)?.is_some()
            && let Some(bytes) = self
                .key
                .open(&thumbnail_place(hash), &self.disk.read(&path)?)
        {
            return Ok(Some(bytes));
        }
        match self.reader(hash)? {
            Some(reader) if reader.length() <= picture::BYTES_MAX => {}
            Some(_) | None => return Ok(None),
        }
        let Some(bytes) = self.read(hash)? else {
            return Ok(None);
        };
        let (_, thumbnail) = facts::read(&bytes);
        if let Some(thumbnail) = &thumbnail {
            let _ = self.keep_thumbnail(hash, thumbnail);
        }
        Ok(thumbnail)
    }

    /// Looks through the folder after a start: whole files that no entry names, and removes what
    /// was cut off while it was written.
    pub fn orphans(&self, named: &BTreeSet<EvidenceHash>) -> io::Result<Vec<OrphanFile>> {
        let known: BTreeSet<String> = named.iter().map(|hash| self.name_of(hash)).collect();
        let mut orphans = Vec::new();
        for name in self.disk.list(&self.dir)? {
            let path = self.dir.join(&name);
            if name.ends_with(".part") {
                match self.whole(&path) {
                    Some(orphan) => {
                        self.publish(&path, &orphan.hash)?;
                        if !named.contains(&orphan.hash) {
                            orphans.push(orphan);
                        }
                    }
                    None => self.disk.remove(&path)?,
                }
            } else if let Some(stem) = name.strip_suffix(".wqe")
                && !known.contains(stem)
            {
                orphans.extend(self.whole(&path));
            }
        }
        Ok(orphans)
    }

    /// Where the bytes of a hash lie.
    pub fn file_of(&self, hash: &EvidenceHash) -> PathBuf {
        self.path_of(hash, "wqe")
    }

    /// Files that no entry names, published or not, with what is in them; `None` where they do not
    /// read. Changes nothing.
    pub fn unnamed(
        &self,
        named: &BTreeSet<EvidenceHash>,
    ) -> io::Result<Vec<(PathBuf, Option<OrphanFile>)>> {
        let known: BTreeSet<String> = named.iter().map(|hash| self.name_of(hash)).collect();
        let names = self.disk.list(&self.dir)?.into_iter();
        let unnamed = names.filter(|name| match name.strip_suffix(".wqe") {
            Some(stem) => !known.contains(stem),
            None => name.ends_with(".part"),
        });
        Ok(unnamed
            .map(|name| {
                let path = self.dir.join(name);
                let found = self.whole(&path);
                (path, found)
            })
            .collect())
    }

    fn write_part(
        &self,
        part: &std::path::Path,
        id: [u8; 16],
        source: &mut impl Read,
        max: u64,
        head: &EvidenceHead,
    ) -> Result<Taken, TakeError> {
        let file = self.disk.create(part, 0).map_err(TakeError::Disk)?;
        let mut writer =
            Writer::begin(file, id, head, &self.key, &*self.entropy).map_err(TakeError::Disk)?;
        let mut digest = Sha256::new();
        let mut length = 0u64;
        let mut chunk = next_chunk(source).map_err(TakeError::Source)?;
        while !chunk.is_empty() {
            length += chunk.len() as u64;
            if length > max {
                return Err(TakeError::TooLarge { max });
            }
            digest.update(&chunk);
            let next = next_chunk(source).map_err(TakeError::Source)?;
            writer
                .chunk(&chunk, next.is_empty(), &self.key, &*self.entropy)
                .map_err(TakeError::Disk)?;
            chunk = next;
        }
        if length == 0 {
            return Err(TakeError::Empty);
        }
        writer.finish().map_err(TakeError::Disk)?;
        Ok(Taken {
            hash: EvidenceHash::from_bytes(digest.finalize().into()),
            length,
        })
    }

    fn publish(&self, part: &std::path::Path, hash: &EvidenceHash) -> io::Result<()> {
        let path = self.path_of(hash, "wqe");
        // The same bytes taken twice are one file, as long as the first still reads.
        if self.disk.length(&path)?.is_some() && self.whole(&path).is_some() {
            self.disk.remove(part)?;
        } else {
            self.disk.rename(part, &path)?;
        }
        self.disk.sync_dir(&self.dir)
    }

    fn whole(&self, path: &std::path::Path) -> Option<OrphanFile> {
        let mut reader = EvidenceReader::open(&*self.disk, path, &self.key).ok()?;
        let mut digest = Sha256::new();
        let mut buffer = vec![0; file::CHUNK];
        loop {
            match reader.read(&mut buffer).ok()? {
                0 => break,
                read => digest.update(&buffer[..read]),
            }
        }
        Some(OrphanFile {
            head: reader.head().clone(),
            hash: EvidenceHash::from_bytes(digest.finalize().into()),
            length: reader.length(),
        })
    }

    fn keep_thumbnail(&self, hash: &EvidenceHash, bytes: &[u8]) -> io::Result<()> {
        let sealed = self.key.seal(&*self.entropy, &thumbnail_place(hash), bytes);
        write_whole(&*self.disk, &self.path_of(hash, "wqt"), &sealed)
    }

    fn name_of(&self, hash: &EvidenceHash) -> String {
        hex::encode(self.key.name(hash.as_bytes()))
    }

    fn path_of(&self, hash: &EvidenceHash, ending: &str) -> PathBuf {
        self.dir.join(format!("{}.{ending}", self.name_of(hash)))
    }
}

fn thumbnail_place(hash: &EvidenceHash) -> Vec<u8> {
    [b"waiqin/1 thumbnail ".as_slice(), hash.as_bytes()].concat()
}

/// The bytes are not what was written; nothing is wrong with the disk itself.
pub(crate) fn is_damage(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
    )
}

/// The next whole chunk, shorter only at the end.
fn next_chunk(source: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut chunk = Vec::with_capacity(file::CHUNK);
    source.take(file::CHUNK as u64).read_to_end(&mut chunk)?;
    Ok(chunk)
}

#[cfg(test)]
mod tests;
