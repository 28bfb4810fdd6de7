//! `waiqin-server backup`: a snapshot of the database while the server serves, then every piece of
//! evidence that the snapshot knows, into one folder that grows from backup to backup.
//!
//! ```text
//! MANIFEST.json            what the backup holds; written last
//! snapshot-TIME/           waiqin.db, waiqin.toml, evidence.sha256; keys/ where they were asked for
//! evidence/objects/ab/…    by hash, as in the data folder; kept from backup to backup
//! ```
//! **Invariant.** At every instant the manifest names files that are whole and durable: a backup that
//! is cut off leaves the former one as it was. Evidence is copied, never linked: a link would share
//! the rot that a backup is for.

pub(crate) mod files;
pub(crate) mod manifest;

use crate::config;
use crate::court::Court;
use crate::db::{Backup, Db, Engine, SQLITE_FILE};
use crate::evidence::EvidenceStore;
use crate::words::keeping::Words;
use anyhow::{Context, bail, ensure};
use manifest::{EVIDENCE_LIST, Manifest};
use serde::Serialize;
use std::path::Path;
use waiqin_protocol::ids::EvidenceHash;
use waiqin_protocol::words::fill;

/// The files of `keys/`.
pub(crate) const KEYS: [&str; 4] = ["server.key", "recovery.key", "tls.key", "tls.pem"];

const ROWS_AT_ONCE: u32 = 500;
const LOCK: &str = "LOCK";
const SNAPSHOT: &str = "snapshot-";

/// What a backup did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Done {
    /// Nothing is lacking.
    pub ok: bool,
    /// What it holds.
    #[serde(flatten)]
    pub manifest: Manifest,
    /// Pieces of evidence that were not there before, or not whole.
    pub copied: u64,
    /// The database is in it; otherwise it is kept by its own tools.
    pub database: bool,
}

/// Evidence on its way into the backup.
#[derive(Default)]
struct Evidence {
    list: String,
    count: u64,
    bytes: u64,
    copied: u64,
    lacking: Vec<EvidenceHash>,
}

/// Backs a court up into a folder. Everything is read again there before the manifest says that it
/// is a backup, what earlier runs copied included; then phones may be told.
///
/// # Errors
/// When the folder is none for this server, or something cannot be written or does not read again.
pub async fn backup(
    court: &Court,
    to: &Path,
    with_keys: bool,
    words: &Words,
) -> anyhow::Result<Done> {
    let _lock = lock(to, words)?;
    let former = Manifest::read(to)?;
    if let Some(former) = &former {
        let ours = former.server == court.server_id()
            && court.db().knows_position(&former.position).await?;
        ensure!(
            ours,
            "{}",
            fill(words.other_history, &[("to", &to.display())])
        );
    }
    clear(to, former.as_ref())?;
    let at_ms = court.clock().now_ms();
    let snapshot = format!("{SNAPSHOT}{at_ms}");
    let folder = to.join(&snapshot);
    files::make_folder(&folder)?;

    let database = court.db().engine() == Engine::Sqlite;
    let copy = if database {
        snapshot_of(court.db(), &folder).await?
    } else {
        court.db().clone()
    };
    let position = copy.log_position().await?;
    let evidence = evidence(court, &copy, to).await?;
    let mut names = vec![EVIDENCE_LIST.to_owned()];
    files::replace(&folder, EVIDENCE_LIST, evidence.list.as_bytes())?;
    if database {
        copy.close().await;
        files::sync_file(&folder.join(SQLITE_FILE))?;
        names.push(SQLITE_FILE.to_owned());
    }
    let data = &court.config().data;
    let mut wanted = vec![config::FILE.to_owned()];
    if with_keys {
        wanted.extend(KEYS.map(|name| format!("keys/{name}")));
    }
    for name in wanted.into_iter().filter(|name| data.join(name).exists()) {
        files::copy(&data.join(&name), &folder, &name)
            .with_context(|| format!("could not copy {name}"))?;
        names.push(name);
    }
    let sums = names.iter().map(|name| files::sum(&folder, name));
    let manifest = Manifest {
        v: 1,
        server: court.server_id(),
        key: court.signer().public_key(),
        at_ms,
        position,
        snapshot,
        files: sums.collect::<Result<_, _>>()?,
        evidence: evidence.count,
        evidence_bytes: evidence.bytes,
        lacking: evidence.lacking,
    };
    if with_keys {
        files::sync_folder(&folder.join("keys"))?;
    }
    for written in [&folder, &to.join("evidence"), to] {
        files::sync_folder(written)?;
    }
    manifest.write(to)?;
    clear(to, Some(&manifest))?;
    let ok = manifest.lacking.is_empty();
    if ok && database {
        let backup = Backup { at_ms, position };
        let now_ms = court.clock().now_ms();
        court.db().note_backup(&backup, now_ms).await?;
    }
    Ok(Done {
        ok,
        manifest,
        copied: evidence.copied,
        database,
    })
}

/// What the command says.
#[must_use]
pub fn said(done: &Done, words: &Words) -> String {
    let manifest = &done.manifest;
    let mut said = fill(
        words.backed_up,
        &[
            ("log", &manifest.position.number),
            ("evidence", &manifest.evidence),
            ("copied", &done.copied),
        ],
    );
    let mut also = |text: &str| {
        said.push('\n');
        said.push_str(text);
    };
    if !done.database {
        also(words.database_apart);
    }
    if !manifest.has("keys/server.key") {
        also(words.keys_apart);
    }
    if !done.ok {
        also(&fill(words.lacking, &[("n", &manifest.lacking.len())]));
        manifest
            .lacking
            .iter()
            .for_each(|hash| also(&hash.to_string()));
    }
    said
}

/// Makes the folder, and holds it against a second backup while this one goes on.
fn lock(to: &Path, words: &Words) -> anyhow::Result<std::fs::File> {
    for name in [config::FILE, SQLITE_FILE] {
        if to.join(name).exists() {
            bail!("{}", fill(words.is_server, &[("folder", &to.display())]));
        }
    }
    files::make_folder(to).with_context(|| format!("could not make {}", to.display()))?;
    let file = std::fs::File::create(to.join(LOCK))?;
    if file.try_lock().is_err() {
        bail!("{}", fill(words.in_use, &[("to", &to.display())]));
    }
    Ok(file)
}

/// Removes the files of every snapshot but one: those that the manifest does not name any more, or
/// never named because their backup was cut off.
fn clear(to: &Path, but: Option<&Manifest>) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(to)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(SNAPSHOT) && but.is_none_or(|it| it.snapshot != name) {
            std::fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// Takes a snapshot of the database and opens it.
async fn snapshot_of(db: &Db, folder: &Path) -> anyhow::Result<Db> {
    db.snapshot(&folder.join(SQLITE_FILE)).await?;
    let health = Db::examine(&crate::db::sqlite_url(folder, "rw")).await?;
    if !health.damage.is_empty() {
        bail!("{SQLITE_FILE}: {}", health.damage.join("; "));
    }
    Ok(Db::open_sqlite(folder).await?)
}

/// Brings the evidence that a snapshot knows, as far as it is not in the backup, whole.
async fn evidence(court: &Court, snapshot: &Db, to: &Path) -> anyhow::Result<Evidence> {
    let kept = EvidenceStore::open(to)?;
    let mut evidence = Evidence::default();
    let mut after = None;
    loop {
        let rows = snapshot.evidence_after(after, ROWS_AT_ONCE).await?;
        let Some((last, _)) = rows.last() else {
            return Ok(evidence);
        };
        after = Some(*last);
        for (hash, length) in rows {
            if !kept.holds(hash, length).await {
                if !kept.bring(court.evidence(), hash).await? {
                    evidence.lacking.push(hash);
                    continue;
                }
                ensure!(
                    kept.holds(hash, length).await,
                    "evidence {hash} does not read again"
                );
                evidence.copied += 1;
            }
            evidence.list.push_str(&manifest::line(hash));
            evidence.count += 1;
            evidence.bytes += length;
        }
    }
}
