//! `MANIFEST.json` of a backup: what makes it one. It is written last, so that a folder without it
//! is one in which no backup has finished.

use super::files::{self, FileSum};
use anyhow::Context;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use waiqin_protocol::ids::{EvidenceHash, ServerId};
use waiqin_protocol::journal::LogPosition;
use waiqin_protocol::suite::PublicKey;

const FILE: &str = "MANIFEST.json";

/// Name of the list of evidence in a snapshot, as `sha256sum -c` reads it.
pub(crate) const EVIDENCE_LIST: &str = "evidence.sha256";

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the layout: 1.
    pub v: u32,
    /// Whose backup it is.
    pub server: ServerId,
    /// The key that the server's receipts are checked with.
    pub key: PublicKey,
    /// When the snapshot was taken, ms UTC.
    pub at_ms: i64,
    /// Where the log ends in it.
    pub position: LogPosition,
    /// Folder of the files, beside this one.
    pub snapshot: String,
    /// The files: database, settings, list of evidence, keys when they were asked for.
    pub files: Vec<FileSum>,
    /// Pieces of evidence on the list, all of them in `evidence/objects`.
    pub evidence: u64,
    /// Their bytes.
    pub evidence_bytes: u64,
    /// Evidence that the database knows and that was gone or changed when the backup was made.
    pub lacking: Vec<EvidenceHash>,
}

impl Manifest {
    /// The manifest of a folder; `None` when no backup was finished there.
    ///
    /// # Errors
    /// When it is there and does not read.
    pub fn read(folder: &Path) -> anyhow::Result<Option<Self>> {
        let path = folder.join(FILE);
        let shown = path.display();
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).context(format!("could not read {shown}")),
        };
        let manifest: Self = serde_json::from_slice(&text).context(format!("{shown}"))?;
        anyhow::ensure!(manifest.v == 1, "{shown}: version {}", manifest.v);
        let inside = |name: &str| !name.starts_with('/') && !name.split('/').any(|it| it == "..");
        let names = manifest.files.iter().map(|file| file.name.as_str());
        anyhow::ensure!(
            names.chain([manifest.snapshot.as_str()]).all(inside),
            "{shown}: a name leads out of the folder"
        );
        Ok(Some(manifest))
    }

    /// Writes the manifest durably in the place of the former one.
    pub(super) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        files::replace(folder, FILE, &serde_json::to_vec_pretty(self)?)?;
        Ok(())
    }

    /// The folder of the snapshot's files.
    pub(crate) fn folder(&self, backup: &Path) -> PathBuf {
        backup.join(&self.snapshot)
    }

    /// Whether a file of this name is in the snapshot.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.files.iter().any(|file| file.name == name)
    }
}

/// The list of evidence, a line each.
pub(super) fn line(hash: EvidenceHash) -> String {
    let text = hash.to_string();
    format!("{text}  evidence/objects/{}/{text}\n", &text[..2])
}

/// The hashes of a list of evidence.
pub(crate) fn listed(list: &str) -> anyhow::Result<Vec<EvidenceHash>> {
    let hash = |line: &str| line.split(' ').next().unwrap_or_default().parse();
    list.lines()
        .map(|line| hash(line).map_err(|_| anyhow::anyhow!("{EVIDENCE_LIST}: {line}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_reads_back() {
        let hashes = [1, 2].map(|n| EvidenceHash::from_bytes([n; 32]));
        let list: String = hashes.map(line).concat();
        assert_eq!(listed(&list).unwrap(), hashes);
        assert!(listed("zz  evidence").is_err());
    }

    #[test]
    fn what_is_no_manifest_is_an_error_and_none_is_none() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Manifest::read(dir.path()).unwrap(), None);
        std::fs::write(dir.path().join(FILE), "{").unwrap();
        assert!(Manifest::read(dir.path()).is_err());
    }
}
