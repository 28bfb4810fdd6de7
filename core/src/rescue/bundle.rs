//! The files of a bundle, and the list of them.

use super::Rescued;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

#[derive(Serialize)]
struct Manifest<'a> {
    files: Vec<FileLine>,
    found: &'a Rescued,
    v: u32,
}

#[derive(Serialize)]
struct FileLine {
    length: u64,
    path: String,
    sha256: String,
}

/// Writes `MANIFEST.json` over every file that lies in the bundle.
pub(super) fn write_manifest(bundle: &Path, found: &Rescued) -> io::Result<()> {
    let mut files = Vec::new();
    list(bundle, bundle, &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let manifest = Manifest { files, found, v: 1 };
    let bytes = serde_json::to_vec_pretty(&manifest).map_err(io::Error::other)?;
    let mut file = File::create_new(bundle.join("MANIFEST.json"))?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    File::open(bundle)?.sync_all()
}

/// Copies what is read into a new file, durably, and gives its SHA-256.
pub(super) fn write_file(path: &Path, from: &mut impl Read) -> io::Result<[u8; 32]> {
    let mut file = File::create_new(path)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 256 << 10];
    loop {
        match from.read(&mut buffer)? {
            0 => break,
            read => {
                digest.update(&buffer[..read]);
                file.write_all(&buffer[..read])?;
            }
        }
    }
    file.sync_all()?;
    Ok(digest.finalize().into())
}

fn list(bundle: &Path, dir: &Path, files: &mut Vec<FileLine>) -> io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            list(bundle, &path, files)?;
            continue;
        }
        let mut digest = Sha256::new();
        let length = io::copy(&mut File::open(&path)?, &mut Hashing(&mut digest))?;
        let name = path.strip_prefix(bundle).map_err(io::Error::other)?;
        files.push(FileLine {
            length,
            path: name.to_string_lossy().into_owned(),
            sha256: hex::encode(digest.finalize()),
        });
    }
    Ok(())
}

struct Hashing<'a>(&'a mut Sha256);

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
