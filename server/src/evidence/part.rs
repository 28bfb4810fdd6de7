//! An upload being written: a plain file that only grows, hashed as it grows.

use super::EvidenceError;
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt, SeekFrom};
use tokio::sync::{OwnedMutexGuard, watch};
use waiqin_protocol::ids::EvidenceHash;

/// What is remembered of an upload between two requests: the hash so far. Lost with the process;
/// the file is read again then.
#[derive(Clone, Default)]
pub(super) struct Hashed {
    digest: Sha256,
    bytes: u64,
}

/// An upload in the hands of one request.
pub(crate) struct Part {
    pub(super) path: PathBuf,
    pub(super) file: File,
    pub(super) length: u64,
    pub(super) hashed: OwnedMutexGuard<Hashed>,
    pub(super) newest: watch::Receiver<u64>,
    pub(super) turn: u64,
}

/// A place to which a part can go back.
pub(crate) struct Mark {
    length: u64,
    hashed: Hashed,
}

impl Part {
    /// Bytes written so far.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Where the part stands now.
    pub fn mark(&self) -> Mark {
        Mark {
            length: self.length,
            hashed: self.hashed.clone(),
        }
    }

    /// Adds bytes at the end.
    pub async fn append(&mut self, bytes: &[u8]) -> Result<(), EvidenceError> {
        if self.hashed.bytes == self.length {
            self.hashed.digest.update(bytes);
            self.hashed.bytes += bytes.len() as u64;
        }
        self.file.write_all(bytes).await.map_err(failed("write"))?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Cuts off what was added since a mark.
    pub async fn back_to(&mut self, mark: Mark) -> Result<(), EvidenceError> {
        self.file.flush().await.map_err(failed("write"))?;
        self.file
            .set_len(mark.length)
            .await
            .map_err(failed("cut"))?;
        self.file
            .seek(SeekFrom::Start(mark.length))
            .await
            .map_err(failed("cut"))?;
        self.length = mark.length;
        *self.hashed = mark.hashed;
        Ok(())
    }

    /// Makes what was written durable.
    pub async fn sync(&mut self) -> Result<(), EvidenceError> {
        self.file.flush().await.map_err(failed("write"))?;
        self.file.sync_data().await.map_err(failed("sync"))
    }

    /// Waits until a newer request wants the upload.
    pub async fn overtaken(&mut self) {
        let turn = self.turn;
        // The sender lives in the slot; when it is gone the upload is gone too.
        let _ = self.newest.wait_for(|newest| *newest != turn).await;
    }

    /// SHA-256 of everything written.
    pub async fn hash(&mut self) -> Result<EvidenceHash, EvidenceError> {
        if self.hashed.bytes != self.length {
            *self.hashed = self.read_again().await?;
        }
        Ok(EvidenceHash::from_bytes(
            self.hashed.digest.clone().finalize().into(),
        ))
    }

    async fn read_again(&mut self) -> Result<Hashed, EvidenceError> {
        let mut file = File::open(&self.path).await.map_err(failed("read"))?;
        let mut hashed = Hashed::default();
        let mut chunk = vec![0; 256 << 10];
        while hashed.bytes < self.length {
            let read = file.read(&mut chunk).await.map_err(failed("read"))?;
            if read == 0 {
                break;
            }
            hashed.digest.update(&chunk[..read]);
            hashed.bytes += read as u64;
        }
        Ok(hashed)
    }
}

pub(super) fn failed(act: &'static str) -> impl FnOnce(std::io::Error) -> EvidenceError {
    move |source| EvidenceError::Upload { act, source }
}
