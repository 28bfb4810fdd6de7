//! Preamble and sealed chunks.

use super::PackageError;
use crate::ids::{JournalId, KeyPrint, ServerId};
use crate::suite::sha256;
use chacha20poly1305::aead::Aead;
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use hkdf::Hkdf;
use sha2::Sha256;
use std::io::{self, Read, Write};
use x25519_dalek::{X25519_BASEPOINT_BYTES, x25519};
use zeroize::Zeroizing;

/// Content of a chunk, bytes.
pub const CHUNK_BYTES: usize = 64 << 10;
/// Length of the preamble, bytes.
pub const PREAMBLE_BYTES: usize = 106;
/// What sealing adds to a chunk, bytes.
const TAG: usize = 16;
const MAGIC: [u8; 8] = *b"WQPACK\r\n";
const VERSION: u8 = 1;
const HAND_IN: u8 = 1;

/// What a package says in clear: whose it is and who can open it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preamble {
    /// The server that it is for.
    pub server: ServerId,
    /// The journal that hands in.
    pub journal: JournalId,
    /// The recovery key that opens it.
    pub recipient: KeyPrint,
    ephemeral: [u8; 32],
}

/// The key of one package; zeroed when dropped, never shown.
pub struct ChunkKey(Zeroizing<[u8; 32]>);

/// Which recovery key.
#[must_use]
pub fn print_of(public: &[u8; 32]) -> KeyPrint {
    KeyPrint::from_bytes(sha256(public))
}

impl Preamble {
    /// A new package to a court's recovery public key, under 32 secret bytes that are random and used
    /// for nothing else. `None` when the public key is no usable point.
    #[must_use]
    pub fn seal_to(
        public: &[u8; 32],
        secret: &[u8; 32],
        server: ServerId,
        journal: JournalId,
    ) -> Option<(Self, ChunkKey)> {
        let preamble = Self {
            server,
            journal,
            recipient: print_of(public),
            ephemeral: x25519(*secret, X25519_BASEPOINT_BYTES),
        };
        let key = preamble.key(secret, public)?;
        Some((preamble, key))
    }

    /// The key of the package, by the court's recovery key; `None` when it is sealed to another.
    #[must_use]
    pub fn open(&self, recovery: &[u8; 32]) -> Option<ChunkKey> {
        if print_of(&x25519(*recovery, X25519_BASEPOINT_BYTES)) != self.recipient {
            return None;
        }
        self.key(recovery, &self.ephemeral)
    }

    /// Reads the beginning of a file.
    ///
    /// # Errors
    /// When it is no package of this version.
    pub fn read(from: &mut impl Read) -> Result<Self, PackageError> {
        let mut bytes = [0; PREAMBLE_BYTES];
        let read = fill(from, &mut bytes).map_err(PackageError::Read)?;
        if read < MAGIC.len() || bytes[..8] != MAGIC {
            return Err(PackageError::NotAPackage);
        }
        if read < PREAMBLE_BYTES {
            return Err(PackageError::Damaged);
        }
        let mut rest = &bytes[8..];
        let [version, kind] = taken(&mut rest)?;
        if version != VERSION {
            return Err(PackageError::Version(version));
        }
        if kind != HAND_IN {
            return Err(PackageError::NotAPackage);
        }
        Ok(Self {
            server: ServerId::from_bytes(taken(&mut rest)?),
            journal: JournalId::from_bytes(taken(&mut rest)?),
            recipient: KeyPrint::from_bytes(taken(&mut rest)?),
            ephemeral: taken(&mut rest)?,
        })
    }

    fn to_bytes(self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([VERSION, HAND_IN]);
        bytes.extend(self.server.as_bytes());
        bytes.extend(self.journal.as_bytes());
        bytes.extend(self.recipient.as_bytes());
        bytes.extend(self.ephemeral);
        bytes
    }

    fn key(&self, secret: &[u8; 32], point: &[u8; 32]) -> Option<ChunkKey> {
        let shared = Zeroizing::new(x25519(*secret, *point));
        // A point of small order would give a secret that everybody knows.
        if shared.iter().all(|byte| *byte == 0) {
            return None;
        }
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(Some(&sha256(&self.to_bytes())), &*shared)
            .expand(b"waiqin/1 hand-in", &mut *key)
            .expect("32 bytes are within HKDF's bound");
        Some(ChunkKey(key))
    }
}

fn taken<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], PackageError> {
    let (first, after) = rest.split_first_chunk::<N>().ok_or(PackageError::Damaged)?;
    *rest = after;
    Ok(*first)
}

impl ChunkKey {
    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }

    fn seal(&self, number: u64, last: bool, content: &[u8]) -> Vec<u8> {
        self.cipher()
            .encrypt((&nonce(number, last)).into(), content)
            .expect("a chunk is far below the cipher's bound of 256 GiB")
    }

    fn open(&self, number: u64, last: bool, sealed: &[u8]) -> Result<Vec<u8>, PackageError> {
        self.cipher()
            .decrypt((&nonce(number, last)).into(), sealed)
            .map_err(|_| PackageError::Damaged)
    }
}

impl std::fmt::Debug for ChunkKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ChunkKey(…)")
    }
}

fn nonce(number: u64, last: bool) -> [u8; 24] {
    let mut nonce = [0; 24];
    nonce[..8].copy_from_slice(&number.to_be_bytes());
    nonce[8] = u8::from(last);
    nonce
}

/// Seals what is written, chunk by chunk.
pub(super) struct SealedWriter<W> {
    out: W,
    key: ChunkKey,
    held: Vec<u8>,
    number: u64,
}

impl<W: Write> SealedWriter<W> {
    pub fn begin(mut out: W, preamble: &Preamble, key: ChunkKey) -> io::Result<Self> {
        out.write_all(&preamble.to_bytes())?;
        Ok(Self {
            out,
            key,
            held: Vec::with_capacity(CHUNK_BYTES),
            number: 0,
        })
    }

    /// Adds content. A chunk is written once it is known not to be the last.
    pub fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.held.len() == CHUNK_BYTES {
                self.chunk(false)?;
            }
            let fits = bytes.len().min(CHUNK_BYTES - self.held.len());
            let (now, later) = bytes.split_at(fits);
            self.held.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    pub fn finish(mut self) -> io::Result<W> {
        self.chunk(true)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn chunk(&mut self, last: bool) -> io::Result<()> {
        let sealed = self.key.seal(self.number, last, &self.held);
        self.out.write_all(&sealed)?;
        self.number += 1;
        self.held.clear();
        Ok(())
    }
}

/// Opens chunk after chunk. Memory: one chunk.
pub(super) struct SealedReader<R> {
    from: R,
    key: ChunkKey,
    number: u64,
    /// The first byte of the next chunk, which showed that there is one.
    ahead: Option<u8>,
    ended: bool,
}

impl<R: Read> SealedReader<R> {
    /// Reads on after the preamble.
    pub fn after(from: R, key: ChunkKey) -> Self {
        Self {
            from,
            key,
            number: 0,
            ahead: None,
            ended: false,
        }
    }

    /// The next chunk's content; `None` after the last.
    pub fn next_chunk(&mut self) -> Result<Option<Vec<u8>>, PackageError> {
        if self.ended {
            return Ok(None);
        }
        let mut sealed = vec![0; CHUNK_BYTES + TAG + 1];
        let begun = match self.ahead.take() {
            Some(byte) => {
                sealed[0] = byte;
                1
            }
            None => 0,
        };
        let read = fill(&mut self.from, &mut sealed[begun..]).map_err(PackageError::Read)?;
        let length = begun + read;
        let last = length < sealed.len();
        if last {
            sealed.truncate(length);
        } else {
            self.ahead = sealed.pop();
        }
        let content = self.key.open(self.number, last, &sealed)?;
        self.number += 1;
        self.ended = last;
        Ok(Some(content))
    }
}

/// Reads until the buffer is full or nothing is left; how many bytes came.
fn fill(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match from.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
