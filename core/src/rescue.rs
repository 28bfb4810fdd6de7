//! The rescue (抢救): opens the folder of a broken phone with the court's recovery key and copies
//! what it holds, readable and checked, into a bundle to be handed in. It needs neither PIN nor
//! hardware nor store, and changes nothing in the folder.
//!
//! | in the bundle | |
//! |---|---|
//! | `SERVER-OFFICER/` | one folder per officer, with the files of an export (see `session/export.rs`) |
//! | `…/sync.ndjson` | the journal as the court's `sync` takes it: head, entries, gaps, checkpoints |
//! | `…/journal-ID.ndjson`, `…/sync-ID.ndjson` | the same of a journal that follows the first |
//! | `…/evidence/HASH` | the bytes of a piece of evidence, hashed again |
//! | `…/damaged/NAME` | files that do not read, as they lie |
//! | `MANIFEST.json` | SHA-256 and length of every file, and what was found |

mod bundle;
mod officer;

use crate::disk::{Disk, RealDisk};
use serde::Serialize;
use std::io;
use std::path::{Path, PathBuf};
use waiqin_protocol::ids::{EvidenceHash, JournalId};
use waiqin_protocol::wire::enrol::OfficerCard;
use waiqin_protocol::wire::sync::Gap;

/// What a rescue found and copied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rescued {
    /// Officers whose keys opened.
    pub officers: Vec<RescuedOfficer>,
    /// Folders of officers whose keys do not open with this recovery key.
    pub closed: Vec<String>,
}

/// What was found of one officer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RescuedOfficer {
    /// Who.
    pub officer: OfficerCard,
    /// His journals, oldest first.
    pub journals: Vec<RescuedJournal>,
    /// Evidence whose bytes have their hash, named by an entry or not.
    pub evidence: usize,
    /// Named evidence without a receipt whose bytes are not here or do not have their hash.
    pub evidence_missing: Vec<EvidenceHash>,
    /// Files that do not read, copied as they lie.
    pub damaged: Vec<String>,
}

/// What was found of one journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RescuedJournal {
    /// Which.
    pub journal: JournalId,
    /// Entries that read.
    pub entries: u64,
    /// Entries that do not read any more.
    pub lost: Vec<Gap>,
    /// Its end is torn, or its files are gone.
    pub torn_end: bool,
    /// It could not be signed for: its signing key does not open.
    pub unsigned: bool,
    /// Newest entry that the court signed for.
    pub received: u64,
}

/// Nothing was rescued, or not all of it was written.
#[derive(Debug, thiserror::Error)]
pub enum RescueError {
    /// The folder cannot be read.
    #[error("read the phone's folder")]
    Read(#[source] io::Error),
    /// There is no officer's folder in it.
    #[error("there is no officer in {0}")]
    NoOfficer(PathBuf),
    /// The bundle's folder holds something already.
    #[error("{0} is not empty")]
    NotEmpty(PathBuf),
    /// The bundle cannot be written.
    #[error("write the bundle")]
    Write(#[source] io::Error),
}

/// Copies everything that the folder of a phone holds into a new folder.
///
/// # Errors
/// See [`RescueError`]. What does not read is no error: it stands in the result.
pub fn rescue(dir: &Path, recovery: &[u8; 32], to: &Path) -> Result<Rescued, RescueError> {
    rescue_from(&RealDisk, dir, recovery, to)
}

pub(crate) fn rescue_from(
    disk: &(impl Disk + Clone + 'static),
    dir: &Path,
    recovery: &[u8; 32],
    to: &Path,
) -> Result<Rescued, RescueError> {
    let names = disk.list(dir).map_err(RescueError::Read)?;
    let folders = names
        .iter()
        .filter(|name| crate::phone::is_officers_folder(name));
    let folders: Vec<&String> = folders.collect();
    if folders.is_empty() {
        return Err(RescueError::NoOfficer(dir.to_owned()));
    }
    std::fs::create_dir_all(to).map_err(RescueError::Write)?;
    let taken = std::fs::read_dir(to).map_err(RescueError::Write)?.next();
    if taken.is_some() {
        return Err(RescueError::NotEmpty(to.to_owned()));
    }
    let mut rescued = Rescued::default();
    for name in folders {
        let from = officer::Source::open(disk, &dir.join(name), recovery);
        match from {
            Some(source) => rescued.officers.push(source.copy(&to.join(name))?),
            None => rescued.closed.push(name.clone()),
        }
    }
    bundle::write_manifest(to, &rescued).map_err(RescueError::Write)?;
    Ok(rescued)
}

#[cfg(test)]
mod tests;
