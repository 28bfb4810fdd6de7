//! `waiqin-server verify`: reads everything again and compares it with what was signed: chains of
//! journals, the log and the audit log, receipts and certificates, every piece of evidence, and
//! records and digests against their entries. Writes one thing alone: which evidence was found whole
//! (已复核, DESIGN §4.6).

mod evidence;
pub(super) mod journals;
pub(super) mod log;
mod records;

use crate::court::Court;
use crate::db::DbError;
use crate::evidence::EvidenceError;
use crate::words::cli::Words;
use serde::Serialize;
use waiqin_protocol::journal::LogPosition;
use waiqin_protocol::words::fill;

/// Cases in wrong scopes that are named.
const MISPLACED_NAMED: u32 = 100;

/// Verification could not be carried through.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The database does not answer.
    #[error("the database does not answer")]
    Db(#[from] DbError),
    /// The evidence store does not answer.
    #[error("could not read the evidence")]
    Evidence(#[from] EvidenceError),
}

/// What verification found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Nothing is wrong.
    pub ok: bool,
    /// Every journal.
    pub journals: Vec<JournalReport>,
    /// Entries of all journals.
    pub entries: u64,
    /// All evidence.
    pub evidence: EvidenceReport,
    /// End of the log.
    pub log: LogPosition,
    /// Records.
    pub records: u64,
    /// What is wrong, by ids.
    pub problems: Vec<String>,
}

/// A journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JournalReport {
    /// Which.
    pub id: String,
    /// Entries in custody.
    pub seq: u64,
    /// Link after the last of them.
    pub link: String,
    /// How far its phone says that it goes.
    pub announced: u64,
    /// Entries that do not read on the phone any more and never came.
    pub lost: u64,
    /// Entries beside the chain, of a fork.
    pub forked: u64,
}

/// All evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EvidenceReport {
    /// Pieces in custody.
    pub count: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Hashes of those that are gone or changed.
    pub bad: Vec<String>,
    /// Receipts given for them, one per journal that delivered.
    pub receipts: u64,
}

/// Verifies a court's data.
///
/// # Errors
/// When something cannot be read at all; what reads and is wrong stands in the report.
pub async fn verify(court: &Court) -> Result<Report, VerifyError> {
    let mut problems = Vec::new();
    let log = log::verify(court.db(), &mut problems).await?;
    let key = court.signer().public_key();
    let (journals, entries) = journals::verify(court.db(), &key, &mut problems).await?;
    let evidence = evidence::verify(court, &mut problems).await?;
    let records = records::verify(court, &mut problems).await?;
    for misfit in court.db().audit_misfits().await?.misfits {
        problems.push(misfit.to_string());
    }
    problems.extend(court.db().digest_misfits().await?);
    let misplaced = court.db().scope_misfits(MISPLACED_NAMED).await?;
    problems.extend(misplaced.iter().map(|case| format!("scope of case {case}")));
    let ok = problems.is_empty();
    Ok(Report {
        ok,
        journals,
        entries,
        evidence,
        log,
        records,
        problems,
    })
}

/// What the command says.
#[must_use]
pub fn said(report: &Report, words: &Words) -> String {
    if report.ok {
        return fill(
            words.verified,
            &[
                ("journals", &report.journals.len()),
                ("entries", &report.entries),
                ("evidence", &report.evidence.count),
                ("log", &report.log.number),
            ],
        );
    }
    let heading = fill(words.problems, &[("n", &report.problems.len())]);
    format!("{heading}\n{}", report.problems.join("\n"))
}
