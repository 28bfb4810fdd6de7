//! Held entries (待放行): kept aside until what they wait for is here, or a person lets them stand.

use super::{Db, DbError, Write};
use sqlx::Row;
use sqlx::any::AnyRow;
use std::collections::BTreeSet;
use waiqin_protocol::ids::{EntryHash, JournalId, SubjectId};
use waiqin_protocol::wire::sync::{Verdict, VerdictReason};

/// A held entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldEntry {
    /// Its journal.
    pub journal: JournalId,
    /// Its number there.
    pub seq: u64,
    /// The record.
    pub subject: SubjectId,
    /// SHA-256 of its bytes.
    pub hash: EntryHash,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Why it is held.
    pub reason: VerdictReason,
    /// The office wrote it.
    pub of_office: bool,
    /// It lies beside the chain, where its journal forked.
    pub forked: bool,
}

/// A record with a held entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HeldSubject {
    /// The journal of the entry.
    pub journal: JournalId,
    /// The record.
    pub subject: SubjectId,
    /// The entry lies beside the chain.
    pub forked: bool,
}

/// A held entry as the console shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldShown {
    /// Its journal.
    pub journal: String,
    /// Its number there.
    pub seq: i64,
    /// The record.
    pub subject: String,
    /// SHA-256 of its bytes.
    pub hash: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What it says, where it reads.
    pub kind: Option<String>,
    /// Why it is held.
    pub reason: VerdictReason,
    /// When it came, ms UTC.
    pub received_ms: i64,
    /// Whose journal it is.
    pub officer_name: String,
    /// What the phone calls itself.
    pub device_name: String,
}

/// What became of a held entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The record.
    pub subject: SubjectId,
    /// Its number in its journal.
    pub seq: u64,
    /// SHA-256 of its bytes.
    pub hash: EntryHash,
    /// The verdict.
    pub verdict: Verdict,
    /// Why, when it does not stand.
    pub reason: Option<VerdictReason>,
}

/// Subjects of one statement: well below the bounds of both engines.
const SUBJECTS_AT_ONCE: usize = 64;
/// What stays outside a seal is understood: nothing waits for it, and nothing later holds for it.
const HELD: &str = "SELECT e.journal, e.seq, e.subject, e.hash, e.bytes, e.reason, j.office, e.forked \
     FROM (SELECT journal, seq, subject, hash, bytes, reason, 0 AS forked FROM entries \
     WHERE verdict = 'held' AND reason <> 'outside_seal' AND subject IS NOT NULL UNION ALL \
     SELECT journal, seq, subject, hash, bytes, reason, 1 AS forked FROM forked_entries \
     WHERE verdict = 'held' AND reason <> 'outside_seal' AND subject IS NOT NULL) AS e \
     JOIN journals j ON j.id = e.journal";

impl Write {
    /// On which records a journal has held entries: its later entries on them are held too.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn held_subjects(&mut self) -> Result<BTreeSet<HeldSubject>, DbError> {
        let rows = sqlx::query(
            "SELECT DISTINCT journal, subject, 0 AS forked FROM entries \
             WHERE verdict = 'held' AND reason <> 'outside_seal' AND subject IS NOT NULL \
             UNION ALL SELECT DISTINCT journal, subject, 1 AS forked FROM forked_entries \
             WHERE verdict = 'held' AND reason <> 'outside_seal' AND subject IS NOT NULL",
        )
        .fetch_all(self.tx())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(HeldSubject {
                    journal: super::parsed(row.get(0), "journal of an entry")?,
                    subject: super::parsed(row.get(1), "subject")?,
                    forked: is_set(row, 2),
                })
            })
            .collect()
    }

    /// Records with entries that the server that took them in could not read.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn unread_subjects(&mut self) -> Result<BTreeSet<SubjectId>, DbError> {
        let sql = format!("{HELD} WHERE e.reason = 'unknown_version'");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .fetch_all(self.tx())
            .await?;
        rows.iter().map(|row| Ok(held_of(row)?.subject)).collect()
    }

    /// Held entries on some records, by journal and number.
    ///
    /// # Errors
    /// When a statement fails or a row does not read.
    pub async fn held_entries(
        &mut self,
        subjects: &BTreeSet<SubjectId>,
    ) -> Result<Vec<HeldEntry>, DbError> {
        let subjects: Vec<String> = subjects.iter().map(SubjectId::to_string).collect();
        let mut held = Vec::new();
        for some in subjects.chunks(SUBJECTS_AT_ONCE) {
            let sql = format!(
                "{HELD} WHERE e.subject IN {} ORDER BY e.journal, e.forked, e.seq",
                super::rows_of(1, some.len())
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
            for subject in some {
                query = query.bind(subject.as_str());
            }
            for row in query.fetch_all(self.tx()).await? {
                held.push(held_of(&row)?);
            }
        }
        held.sort_by_key(|it| (it.journal, it.forked, it.seq));
        Ok(held)
    }

    /// Held entries of a journal, in order.
    ///
    /// # Errors
    /// When a statement fails or a row does not read.
    pub async fn held_of(&mut self, journal: JournalId) -> Result<Vec<HeldEntry>, DbError> {
        let sql = format!("{HELD} WHERE e.journal = $1 ORDER BY e.forked, e.seq");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(journal.to_string())
            .fetch_all(self.tx())
            .await?;
        rows.iter().map(held_of).collect()
    }

    /// Gives entries of a journal, of its chain or of what lies beside it, other verdicts under a row
    /// of the log.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn set_verdicts(
        &mut self,
        (journal, forked): (JournalId, bool),
        log_number: u64,
        judged: &[Judged],
    ) -> Result<(), DbError> {
        let sql = match forked {
            false => {
                "UPDATE entries SET verdict = $1, reason = $2, verdict_number = $3 \
                 WHERE journal = $4 AND seq = $5 AND hash = $6"
            }
            true => {
                "UPDATE forked_entries SET verdict = $1, reason = $2, verdict_number = $3 \
                 WHERE journal = $4 AND seq = $5 AND hash = $6"
            }
        };
        for it in judged {
            sqlx::query(sql)
                .bind(super::word(&it.verdict)?)
                .bind(it.reason.as_ref().map(super::word).transpose()?)
                .bind(super::number_in(log_number)?)
                .bind(journal.to_string())
                .bind(super::number_in(it.seq)?)
                .bind(it.hash.to_string())
                .execute(self.tx())
                .await?;
            if it.verdict.stands() {
                let chain = (!forked).then_some(journal);
                self.came.note(it.subject, chain, &it.hash);
            }
        }
        Ok(())
    }

    /// Whether the server was put back from a copy after a moment, ms UTC, as far as it knows.
    ///
    /// # Errors
    /// When the statement fails.
    pub async fn restored_since(&mut self, ms: i64) -> Result<bool, DbError> {
        let row = sqlx::query(
            "SELECT 1 FROM audit WHERE act IN ('restored', 'incident-server-rolled-back') \
             AND at_ms > $1 LIMIT 1",
        )
        .bind(ms)
        .fetch_optional(self.tx())
        .await?;
        Ok(row.is_some())
    }
}

impl Db {
    /// Held entries as the console shows them, of one journal or of all, by journal and number, at
    /// most `limit`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn held_shown(
        &self,
        journal: Option<&str>,
        limit: u32,
    ) -> Result<Vec<HeldShown>, DbError> {
        let rows = sqlx::query(
            "SELECT e.journal, e.seq, e.subject, e.hash, e.bytes, e.kind, e.reason, e.at_ms, \
             COALESCE(u.name, ''), j.device_name FROM ( \
             SELECT h.journal, h.seq, h.subject, h.hash, h.bytes, h.kind, h.reason, l.at_ms, \
             0 AS forked FROM entries h JOIN log l ON l.number = h.log_number \
             WHERE h.verdict = 'held' AND h.reason <> 'outside_seal' AND h.subject IS NOT NULL \
             UNION ALL SELECT f.journal, f.seq, f.subject, f.hash, f.bytes, f.kind, f.reason, \
             f.received_ms, 1 AS forked FROM forked_entries f \
             WHERE f.verdict = 'held' AND f.reason <> 'outside_seal' AND f.subject IS NOT NULL) AS e \
             JOIN journals j ON j.id = e.journal LEFT JOIN users u ON u.id = j.officer \
             WHERE $1 = '' OR e.journal = $1 ORDER BY e.journal, e.forked, e.seq LIMIT $2",
        )
        .bind(journal.unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(self.pool())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(HeldShown {
                    journal: row.get(0),
                    seq: row.get(1),
                    subject: row.get(2),
                    hash: row.get(3),
                    bytes: row.get(4),
                    kind: row.get(5),
                    reason: super::of_word(row.get(6), "reason of an entry")?,
                    received_ms: row.get(7),
                    officer_name: row.get(8),
                    device_name: row.get(9),
                })
            })
            .collect()
    }

    /// How many entries are held, counted up to `most`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn held_counted(&self, most: u32) -> Result<u64, DbError> {
        let row = sqlx::query(
            "SELECT COUNT(*) FROM (SELECT 1 AS one FROM entries WHERE verdict = 'held' \
             AND reason <> 'outside_seal' AND subject IS NOT NULL UNION ALL \
             SELECT 1 AS one FROM forked_entries WHERE verdict = 'held' \
             AND reason <> 'outside_seal' AND subject IS NOT NULL LIMIT $1) AS counted",
        )
        .bind(i64::from(most))
        .fetch_one(self.pool())
        .await?;
        super::number_out(row.get(0))
    }
}

fn held_of(row: &AnyRow) -> Result<HeldEntry, DbError> {
    Ok(HeldEntry {
        journal: super::parsed(row.get(0), "journal of an entry")?,
        seq: super::number_out(row.get(1))?,
        subject: super::parsed(row.get(2), "subject of an entry")?,
        hash: super::parsed(row.get(3), "hash of an entry")?,
        bytes: row.get(4),
        reason: super::of_word(row.get(5), "reason of an entry")?,
        of_office: is_set(row, 6),
        forked: is_set(row, 7),
    })
}

/// A flag, whichever width of integer the engine gives a literal.
fn is_set(row: &AnyRow, at: usize) -> bool {
    row.try_get::<i64, _>(at)
        .map(|it| it != 0)
        .or_else(|_| row.try_get::<i32, _>(at).map(|it| it != 0))
        .unwrap_or(false)
}
