//! `waiqin-server export`: a journal or a case with what vouches for it, as a readable folder
//! (docs/FORMAT.md) that an outsider checks without this program. It reads in portions, so memory
//! does not grow with what is exported, and works while the server serves.
//!
//! **Invariant.** The folder gets its name when all of it is written and durable; an export that
//! fails leaves nothing.

mod evidence;
mod folder;
mod journals;

use crate::commands::said::Said;
use crate::court::Court;
use crate::db::AuditAct;
use crate::reconcile::case_meant;
use crate::words::folder::Words;
use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use folder::Folder;
use journals::{Exporting, Extent};
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use waiqin_protocol::ids::{CaseId, EvidenceHash, JournalId};
use waiqin_protocol::package::folder::{
    EvidenceState, FOLDER_VERSION, FolderKeys, FolderKind, JOURNAL, journal_file,
};
use waiqin_protocol::words::{Lang, fill};

/// What can be exported.
#[derive(Subcommand)]
pub enum ExportCommand {
    /// A journal: every entry, with evidence. 0: all of it; 1: evidence is gone or damaged, or
    /// nothing was exported.
    Journal {
        /// Which, as `device list` shows it.
        journal: JournalId,
        #[command(flatten)]
        target: Target,
    },
    /// A case: entries on its records, with evidence; those of other cases as hashes alone.
    Case {
        /// Its id in the list, or its number.
        case: String,
        #[command(flatten)]
        target: Target,
    },
}

/// Where to.
#[derive(Args)]
pub struct Target {
    /// The folder: a new one.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Answers in JSON.
    #[arg(long)]
    json: bool,
}

/// What an export wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Journals.
    pub journals: u64,
    /// Entries shown whole.
    pub entries: u64,
    /// Entries of which the hash alone is shown.
    pub hashes: u64,
    /// Entries beside the chains.
    pub forked: u64,
    /// Entries that rotted on a phone.
    pub lost: u64,
    /// Files of evidence.
    pub evidence: u64,
    /// Rows of the log.
    pub log: u64,
    /// Evidence that is not in the folder, and why.
    pub lacking: Vec<Lacking>,
}

/// Evidence that is not in the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lacking {
    /// Which.
    pub hash: EvidenceHash,
    /// Why.
    pub state: EvidenceState,
}

impl Counts {
    /// Everything that should be on this server is in the folder.
    fn is_whole(&self) -> bool {
        let gone =
            |it: &Lacking| matches!(it.state, EvidenceState::Missing | EvidenceState::Damaged);
        !self.lacking.iter().any(gone)
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    ok: bool,
    to: &'a Path,
    #[serde(flatten)]
    counts: &'a Counts,
}

/// Exports.
///
/// # Errors
/// When there is nothing of that name, the folder is there already or cannot be written, or
/// something does not read.
pub async fn run(court: &Court, command: ExportCommand, lang: Lang) -> anyhow::Result<Said> {
    let words = Words::of(lang);
    let (counts, target) = match command {
        ExportCommand::Journal { journal, target } => (
            export_journal(court, journal, &target.to, words).await?,
            target,
        ),
        ExportCommand::Case { case, target } => {
            (export_case(court, &case, &target.to, words).await?, target)
        }
    };
    let ok = counts.is_whole();
    let answer = if target.json {
        serde_json::to_string(&Answer {
            ok,
            to: &target.to,
            counts: &counts,
        })?
    } else {
        said(court, &counts, &target.to, words)
    };
    Ok(Said {
        answer,
        trouble: None,
        code: if ok {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        },
    })
}

async fn export_journal(
    court: &Court,
    id: JournalId,
    to: &Path,
    words: &Words,
) -> anyhow::Result<Counts> {
    if court.db().journal(id).await?.is_none() {
        bail!("{}", fill(words.journal_unknown, &[("journal", &id)]));
    }
    let folder = Folder::begin(to, words)?;
    let now_ms = court.clock().now_ms();
    let mut write = court.db().write().await?;
    write
        .audit(AuditAct::Exported, None, Some(id), None, now_ms)
        .await?;
    write.commit().await?;
    let keys = FolderKeys {
        journal: Some(id),
        ..keys(court, FolderKind::Journal)
    };
    let mut exporting = Exporting::begin(court, folder, BTreeSet::from([id]))?;
    exporting.journal(id, JOURNAL, &Extent::Whole).await?;
    exporting.end(&keys).await
}

async fn export_case(
    court: &Court,
    named: &str,
    to: &Path,
    words: &Words,
) -> anyhow::Result<Counts> {
    let unknown = || fill(words.case_unknown, &[("case", &named)]);
    let CaseId(case) = case_meant(court, named).await?.with_context(unknown)?;
    let row = court.db().case(&case).await?.with_context(unknown)?;
    let folder = Folder::begin(to, words)?;
    let now_ms = court.clock().now_ms();
    let mut write = court.db().write().await?;
    write
        .audit(AuditAct::Exported, None, None, Some(&case), now_ms)
        .await?;
    write.commit().await?;
    let subjects = court.db().subjects_of_case(&case).await?;
    let mut journals = BTreeSet::new();
    for subject in &subjects {
        journals.extend(court.db().journals_about(*subject).await?);
    }
    let keys = FolderKeys {
        case: Some(case),
        case_number: Some(row.number),
        ..keys(court, FolderKind::Case)
    };
    let mut exporting = Exporting::begin(court, folder, journals.clone())?;
    let extent = Extent::About(subjects);
    for id in journals {
        exporting.journal(id, &journal_file(id), &extent).await?;
    }
    exporting.end(&keys).await
}

fn keys(court: &Court, kind: FolderKind) -> FolderKeys {
    FolderKeys {
        at: court.clock().now_ms(),
        case: None,
        case_number: None,
        court: court.name().to_owned(),
        journal: None,
        kind,
        server: court.server_id(),
        server_key: court.signer().public_key(),
        v: FOLDER_VERSION,
    }
}

/// What the command says.
fn said(court: &Court, counts: &Counts, to: &Path, words: &Words) -> String {
    let to = to.display();
    let mut lines = vec![fill(
        words.exported,
        &[
            ("to", &to),
            ("journals", &counts.journals),
            ("entries", &counts.entries),
            ("hashes", &counts.hashes),
            ("evidence", &counts.evidence),
        ],
    )];
    if counts.lost > 0 {
        lines.push(fill(words.lost, &[("n", &counts.lost)]));
    }
    if counts.forked > 0 {
        lines.push(fill(words.forked, &[("n", &counts.forked)]));
    }
    if !counts.lacking.is_empty() {
        lines.push(fill(words.lacking, &[("n", &counts.lacking.len())]));
    }
    for it in &counts.lacking {
        let text = match it.state {
            EvidenceState::Undelivered => words.undelivered,
            EvidenceState::Erased => words.erased,
            EvidenceState::Damaged => words.damaged,
            EvidenceState::Missing
            | EvidenceState::Here
            | EvidenceState::Received
            | EvidenceState::OnPhone
            | EvidenceState::Unnamed => words.missing,
        };
        lines.push(fill(text, &[("hash", &it.hash)]));
    }
    let print = court.signer().public_key().fingerprint();
    lines.push(fill(words.check, &[("to", &to), ("print", &print)]));
    lines.push(words.in_clear.to_owned());
    lines.join("\n")
}
