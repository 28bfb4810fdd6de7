//! `waiqin-server restore`: makes a data folder out of a backup. Every byte is hashed while it is
//! copied; the folder gets its name when all of it is durable, so that a restore that is cut off
//! leaves no server behind.

use super::backup::files::{self, FileSum};
use super::backup::manifest::{EVIDENCE_LIST, Manifest, listed};
use super::backup::{KEYS, files::make_folder};
use crate::clock::Clock;
use crate::db::{Db, Meta, SQLITE_FILE};
use crate::evidence::EvidenceStore;
use crate::keys::Keys;
use crate::words::keeping::Words;
use anyhow::{Context, bail, ensure};
use std::path::{Path, PathBuf};
use waiqin_protocol::ids::EvidenceHash;
use waiqin_protocol::journal::LogPosition;
use waiqin_protocol::words::fill;

/// What is to be restored, and how.
#[derive(clap::Args)]
pub struct RestoreArgs {
    /// The folder of the backup.
    #[arg(long, value_name = "DIR")]
    pub from: PathBuf,
    /// The folder with the server's keys, where the backup was made without them.
    #[arg(long, value_name = "DIR")]
    pub keys: Option<PathBuf>,
    /// Goes on although evidence of the backup is damaged, and names it.
    #[arg(long)]
    pub incomplete: bool,
}

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Where the log of the backup ends.
    pub position: LogPosition,
    /// Pieces of evidence that are in place.
    pub evidence: usize,
    /// Evidence that the database knows and that is not there.
    pub missing: Vec<EvidenceHash>,
    /// The database is in place; otherwise its own tools restore it.
    pub database: bool,
}

/// Restores a backup into a new data folder.
///
/// # Errors
/// When the folder is in use, or the backup, its keys or anything in it is not what it must be;
/// nothing is left then.
pub async fn restore(
    args: &RestoreArgs,
    data: &Path,
    clock: &dyn Clock,
    words: &Words,
) -> anyhow::Result<Done> {
    let shown = data.display();
    let in_use = data.exists() && std::fs::read_dir(data)?.next().is_some();
    ensure!(!in_use, "{}", fill(words.in_the_way, &[("data", &shown)]));
    let Some(manifest) = Manifest::read(&args.from)? else {
        bail!(
            "{}",
            fill(words.no_backup, &[("from", &args.from.display())])
        );
    };
    let keys = match &args.keys {
        Some(folder) => folder.clone(),
        None if manifest.has("keys/server.key") => manifest.folder(&args.from).join("keys"),
        None => bail!("{}", words.needs_keys),
    };
    let parent = data
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    let name = data.file_name().context("--data names no folder")?;
    let half = parent.join(format!("{}.restoring", name.to_string_lossy()));
    if half.exists() {
        bail!(
            "{}",
            fill(words.half_restored, &[("half", &half.display())])
        );
    }
    make_folder(&half).with_context(|| format!("could not make {}", half.display()))?;
    let restored = fill_folder(args, &manifest, &keys, &half, clock, words).await;
    if restored.is_err() {
        std::fs::remove_dir_all(&half)?;
    }
    let done = restored?;
    std::fs::rename(&half, data)?;
    files::sync_folder(parent)?;
    Ok(done)
}

/// What the command says.
#[must_use]
pub fn said(done: &Done, words: &Words) -> String {
    let mut lines = vec![fill(
        words.restored,
        &[("log", &done.position.number), ("evidence", &done.evidence)],
    )];
    lines.push(if done.database {
        words.restored_ended.to_owned()
    } else {
        words.database_apart_restored.to_owned()
    });
    if !done.missing.is_empty() {
        lines.push(fill(words.restored_without, &[("n", &done.missing.len())]));
        lines.extend(done.missing.iter().map(EvidenceHash::to_string));
    }
    lines.join("\n")
}

async fn fill_folder(
    args: &RestoreArgs,
    manifest: &Manifest,
    keys: &Path,
    half: &Path,
    clock: &dyn Clock,
    words: &Words,
) -> anyhow::Result<Done> {
    let snapshot = manifest.folder(&args.from);
    let mut list = Vec::new();
    for file in &manifest.files {
        if file.name.starts_with("keys/") {
            continue;
        }
        place(file, &snapshot, half, words)?;
        if file.name == EVIDENCE_LIST {
            list = listed(&std::fs::read_to_string(half.join(EVIDENCE_LIST))?)?;
            std::fs::remove_file(half.join(EVIDENCE_LIST))?;
        }
    }
    for name in KEYS.into_iter().filter(|name| keys.join(name).exists()) {
        files::copy(&keys.join(name), half, &format!("keys/{name}"))?;
    }
    let fits = Keys::open(half)?.signer().public_key() == manifest.key;
    ensure!(
        fits,
        "{}",
        fill(words.other_keys, &[("keys", &keys.display())])
    );

    let (evidence, missing) = bring_all(&args.from, half, &list).await?;
    if !missing.is_empty() && !args.incomplete {
        let hashes: Vec<String> = missing.iter().map(EvidenceHash::to_string).collect();
        let refused = fill(words.damaged_evidence, &[("n", &missing.len())]);
        bail!("{refused}\n{}", hashes.join("\n"));
    }
    let database = manifest.has(SQLITE_FILE);
    if database {
        begin_again(manifest, half, clock).await?;
    }
    for folder in [half.join("keys"), half.join("evidence"), half.to_owned()] {
        files::sync_folder(&folder)?;
    }
    Ok(Done {
        position: manifest.position,
        evidence,
        missing: [missing, manifest.lacking.clone()].concat(),
        database,
    })
}

/// Copies a file that is what the manifest says.
fn place(file: &FileSum, snapshot: &Path, half: &Path, words: &Words) -> anyhow::Result<()> {
    let copied = files::copy(&snapshot.join(&file.name), half, &file.name)
        .with_context(|| format!("could not copy {}", file.name))?;
    ensure!(
        copied == *file,
        "{}",
        fill(words.damaged_file, &[("name", &file.name)])
    );
    Ok(())
}

/// Brings the evidence of the list: how many pieces came, and those that did not.
async fn bring_all(
    from: &Path,
    half: &Path,
    list: &[EvidenceHash],
) -> anyhow::Result<(usize, Vec<EvidenceHash>)> {
    let (kept, store) = (EvidenceStore::open(from)?, EvidenceStore::open(half)?);
    let mut missing = Vec::new();
    for hash in list {
        if !store.bring(&kept, *hash).await? {
            missing.push(*hash);
        }
    }
    Ok((list.len() - missing.len(), missing))
}

/// Begins the new life of the database, after a look whether it is the one of the manifest.
async fn begin_again(manifest: &Manifest, half: &Path, clock: &dyn Clock) -> anyhow::Result<()> {
    let db = Db::open_sqlite(half).await?;
    let server = db.meta(Meta::ServerId).await?;
    let same = server == Some(manifest.server.to_string())
        && db.log_position().await? == manifest.position;
    ensure!(same, "{SQLITE_FILE} is not the database of MANIFEST.json");
    db.begin_again(&manifest.position, clock.now_ms()).await?;
    db.close().await;
    files::sync_file(&half.join(SQLITE_FILE))?;
    Ok(())
}
