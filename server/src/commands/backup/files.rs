//! Files of a backup: written durably, and known by their hashes.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Read, Result, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// A file, by what it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSum {
    /// Its name within the snapshot.
    pub name: String,
    /// Its length in bytes.
    pub length: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

/// Reads a file to its end.
pub(crate) fn sum(folder: &Path, name: &str) -> Result<FileSum> {
    let mut file = File::open(folder.join(name))?;
    hashed(&mut file, &mut std::io::sink(), name)
}

/// Copies a file into a new one that its owner alone may read, synced.
pub(crate) fn copy(from: &Path, folder: &Path, name: &str) -> Result<FileSum> {
    let to = folder.join(name);
    if let Some(parent) = to.parent() {
        make_folder(parent)?;
    }
    let mut new = new_file(&to)?;
    let sum = hashed(&mut File::open(from)?, &mut new, name)?;
    new.sync_all()?;
    Ok(sum)
}

/// Writes a file in the place of another of that name: at every instant one of them is there whole.
pub(crate) fn replace(folder: &Path, name: &str, content: &[u8]) -> Result<()> {
    let (new, file) = (folder.join(format!("{name}.new")), folder.join(name));
    if new.exists() {
        std::fs::remove_file(&new)?;
    }
    let mut written = new_file(&new)?;
    written.write_all(content)?;
    written.sync_all()?;
    std::fs::rename(new, file)?;
    sync_folder(folder)
}

/// Makes a folder, and those above it, that its owner alone may look into.
pub(crate) fn make_folder(folder: &Path) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder)?.sync_all()
}

/// Makes a file durable that somebody else wrote.
pub(crate) fn sync_file(file: &Path) -> Result<()> {
    OpenOptions::new().write(true).open(file)?.sync_all()
}

/// Makes a new file that its owner alone may read.
pub(crate) fn new_file(path: &Path) -> Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

fn hashed(from: &mut File, to: &mut impl Write, name: &str) -> Result<FileSum> {
    let mut digest = Sha256::new();
    let mut length = 0;
    let mut chunk = vec![0; 256 << 10];
    loop {
        let read = from.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        digest.update(&chunk[..read]);
        to.write_all(&chunk[..read])?;
        length += read as u64;
    }
    Ok(FileSum {
        name: name.to_owned(),
        length,
        sha256: hex::encode(digest.finalize()),
    })
}
