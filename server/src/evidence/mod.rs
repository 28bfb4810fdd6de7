//! Evidence in the data folder: `evidence/objects/ab/abcdef…` by hash, `evidence/uploads/ID` on the
//! way in.
//!
//! Uploads are plain files, because object stores neither append nor sync, and an offset may be
//! answered only after `fdatasync`. A finished upload is published by rename on the same
//! filesystem, then both folders are synced: no copy, and at every instant either the upload or the
//! whole object is there. Finished objects are read through `object_store`, over its local
//! filesystem, so that a store elsewhere can take the place of the folder.

use std::path::{Path, PathBuf};

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
}

/// Where evidence lies.
pub struct EvidenceStore {
    root: PathBuf,
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
        Ok(Self { root })
    }

    /// The evidence folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }
}
