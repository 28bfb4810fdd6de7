//! Evidence in the data folder: `evidence/objects/ab/abcdef…` by hash, `evidence/uploads/ID` on the
//! way in.
//!
//! Uploads are plain files, because object stores neither append nor sync, and an offset may be
//! answered only after `fdatasync`. A finished upload is published by rename on the same
//! filesystem, then both folders are synced: no copy, and at every instant either the upload or the
//! whole object is there. Finished objects are read through `object_store` over its local
//! filesystem, so that readers do not change when a court keeps its objects elsewhere; a store that
//! is not a folder will take `publish` as its put.
//!
//! **Invariant.** A file under `objects` has the hash of its name: it was hashed before the rename.

mod copy;
mod part;
mod picture;
mod uploads;

pub(crate) use part::Part;
pub use picture::{Picture, picture_of};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::{ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use uploads::Slot;
use waiqin_protocol::ids::EvidenceHash;

/// Reading or writing evidence failed.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// The folder could not be made or opened.
    #[error("could not open the evidence folder {path}")]
    Open {
        /// Which folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// An upload could not be written, synced or published.
    #[error("could not {act} an upload")]
    Upload {
        /// What was tried.
        act: &'static str,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// An object could not be read.
    #[error("could not read evidence")]
    Read(#[source] object_store::Error),
}

/// Where evidence lies.
pub struct EvidenceStore {
    root: PathBuf,
    objects: Arc<dyn ObjectStore>,
    slots: Mutex<HashMap<String, Arc<Slot>>>,
}

/// A finished object, to be read.
pub struct Object {
    /// Its length in bytes.
    pub length: u64,
    /// Its bytes.
    pub bytes: BoxStream<'static, Result<Bytes, EvidenceError>>,
}

impl EvidenceStore {
    /// Opens the evidence folder of a data folder, making it when it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(data: &Path) -> Result<Self, EvidenceError> {
        let root = data.join("evidence");
        for folder in ["objects", "uploads"] {
            let path = root.join(folder);
            std::fs::create_dir_all(&path)
                .map_err(|source| EvidenceError::Open { path, source })?;
        }
        let objects = LocalFileSystem::new_with_prefix(root.join("objects"))
            .map_err(EvidenceError::Read)?
            .with_fsync(true);
        Ok(Self {
            root,
            objects: Arc::new(objects),
            slots: Mutex::default(),
        })
    }

    /// A finished object; `None` when it is not there. Who may read it is the caller's question.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn read(&self, hash: EvidenceHash) -> Result<Option<Object>, EvidenceError> {
        match self.objects.get(&Self::key(hash)).await {
            Ok(found) => Ok(Some(Object {
                length: found.meta.size,
                bytes: found
                    .into_stream()
                    .map(|chunk| chunk.map_err(EvidenceError::Read))
                    .boxed(),
            })),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(EvidenceError::Read(error)),
        }
    }

    /// A finished object in memory; `None` when it is not there or longer than `bytes_max`.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn read_whole(
        &self,
        hash: EvidenceHash,
        bytes_max: u64,
    ) -> Result<Option<Vec<u8>>, EvidenceError> {
        let Some(object) = self.read(hash).await? else {
            return Ok(None);
        };
        if object.length > bytes_max {
            return Ok(None);
        }
        let mut whole = Vec::new();
        let mut bytes = object.bytes;
        while let Some(chunk) = bytes.next().await {
            whole.extend_from_slice(&chunk?);
        }
        Ok(Some(whole))
    }

    /// Reads an object again and hashes it: (hash, length). `None` when it is not there.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn rehash(
        &self,
        hash: EvidenceHash,
    ) -> Result<Option<(EvidenceHash, u64)>, EvidenceError> {
        let Some(object) = self.read(hash).await? else {
            return Ok(None);
        };
        let mut digest = Sha256::new();
        let mut length = 0u64;
        let mut bytes = object.bytes;
        while let Some(chunk) = bytes.next().await {
            let chunk = chunk?;
            digest.update(&chunk);
            length += chunk.len() as u64;
        }
        Ok(Some((
            EvidenceHash::from_bytes(digest.finalize().into()),
            length,
        )))
    }

    fn key(hash: EvidenceHash) -> object_store::path::Path {
        let text = hash.to_string();
        object_store::path::Path::from(format!("{}/{text}", &text[..2]))
    }

    fn object_path(&self, hash: EvidenceHash) -> PathBuf {
        let text = hash.to_string();
        self.root.join("objects").join(&text[..2]).join(text)
    }

    fn upload_path(&self, id: &str) -> PathBuf {
        self.root.join("uploads").join(id)
    }
}
