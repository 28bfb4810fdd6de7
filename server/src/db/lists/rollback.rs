//! Taking a list back: a version with the former values, never the removal of one.

use super::AppliedBy;
use super::kept::Kept;
use super::known::{former_numbers, kept_of, newest_version};
use super::version::{Change, NewVersion, Writing};
use crate::db::{Db, DbError};
use crate::list::{ChangeKind, Changes, Details};
use serde::Serialize;
use serde_json::json;
use sqlx::{AnyConnection, Row};
use std::collections::{BTreeMap, HashMap};

/// Cases that are read at once.
const PAGE: i64 = 500;
/// Decisions that are listed.
const DECISIONS_MAX: i64 = 1000;

/// A decision of the office that was made on a list which is taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Number of the log under which it was taken in.
    pub log_number: i64,
    /// The office's journal.
    pub journal: String,
    /// Its number there.
    pub seq: i64,
    /// The record that was decided on.
    pub subject: Option<String>,
    /// `concluded` or `accepted`.
    pub kind: String,
}

/// A list version that took others back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolledBack {
    /// Its number.
    pub version: i64,
    /// Its report, JSON.
    pub summary: String,
    /// Decisions made on the lists that it takes back: people look at them again.
    pub decisions: Vec<Decision>,
}

/// What is taken back.
#[derive(Clone, Copy, Debug)]
pub struct RollingBack<'a> {
    /// The first version that is taken back, and every later one with it.
    pub version: i64,
    /// The newest version, as whoever decided saw it.
    pub newest: i64,
    /// Why.
    pub reason: &'a str,
    /// Who decided.
    pub by: AppliedBy,
    /// Real time, ms UTC.
    pub now_ms: i64,
}

impl Db {
    /// Takes the newest list version back. The version that this became; `None` when it is not the
    /// newest one (any more): then nothing happened.
    ///
    /// # Errors
    /// When a statement fails or a row does not read; nothing of it happened then.
    pub async fn roll_back_list(
        &self,
        version: i64,
        reason: &str,
        by: impl Into<AppliedBy>,
        now_ms: i64,
    ) -> Result<Option<i64>, DbError> {
        let rolling = RollingBack {
            version,
            newest: version,
            reason,
            by: by.into(),
            now_ms,
        };
        Ok(self
            .roll_back_lists(&rolling)
            .await?
            .map(|done| done.version))
    }

    /// Takes a list version and every later one back: cases stand as they did before it, those that
    /// it brought count as absent. `None` when another list was applied since `newest`, or there is
    /// no such version: then nothing happened.
    ///
    /// # Errors
    /// When a statement fails or a row does not read; nothing of it happened then.
    pub async fn roll_back_lists(
        &self,
        rolling: &RollingBack<'_>,
    ) -> Result<Option<RolledBack>, DbError> {
        let mut write = self.write().await?;
        let newest = newest_version(write.tx()).await?;
        if newest != rolling.newest || !(1..=newest).contains(&rolling.version) {
            return Ok(None);
        }
        let past = Past::read(write.tx(), rolling.version).await?;
        let decisions = decisions_since(write.tx(), past.log_number).await?;
        let version = newest + 1;
        let new = NewVersion {
            version,
            rolls_back: Some(rolling.version),
            file_name: &past.file_name,
            file_sha256: &past.file_sha256,
            by: rolling.by,
            reason: Some(rolling.reason),
            now_ms: rolling.now_ms,
        };
        let mut writing = Writing::begin(&mut write, new).await?;
        let mut restoring = Restoring {
            former: former_numbers(writing.write.tx()).await?,
            past: &past,
            details: Details::default(),
            cases: 0,
        };
        let mut after = String::new();
        while let Some(last) = restoring.page(&after, &mut writing).await? {
            after = last;
        }
        past.others(writing.write.tx(), version).await?;
        let summary = restoring
            .summary(writing.write.tx(), &writing.new, &decisions)
            .await?;
        writing.finish(&summary).await?;
        write.commit().await?;
        Ok(Some(RolledBack {
            version,
            summary,
            decisions,
        }))
    }
}

/// What the versions that are taken back were.
struct Past {
    first: i64,
    file_name: String,
    file_sha256: String,
    log_number: i64,
    /// By version: how often a case that was absent all along was counted before it, since `first`.
    counted: BTreeMap<i64, i64>,
}

impl Past {
    async fn read(connection: &mut AnyConnection, first: i64) -> Result<Self, DbError> {
        let rows = sqlx::query(
            "SELECT version, rolls_back, file_name, file_sha256, log_number FROM lists \
             ORDER BY version",
        )
        .fetch_all(connection)
        .await?;
        let mut past = Self {
            first,
            file_name: String::new(),
            file_sha256: String::new(),
            log_number: 0,
            counted: BTreeMap::new(),
        };
        // Where the count stands before each version: an import adds one (the same file once more
        // none), a rollback goes back to where it was.
        let (mut stands, mut last_file) = (vec![0i64], None);
        for (at, row) in rows.iter().enumerate() {
            let version: i64 = row.get(0);
            let file: String = row.get(3);
            let before = stands[at];
            let next = match row.get::<Option<i64>, _>(1) {
                Some(back) => *usize::try_from(back - 1)
                    .ok()
                    .and_then(|back| stands.get(back))
                    .ok_or(DbError::Stored {
                        what: "number of the list version that was taken back",
                    })?,
                None if last_file.as_ref() == Some(&file) => before,
                None => before + 1,
            };
            last_file = row.get::<Option<i64>, _>(1).is_none().then(|| file.clone());
            stands.push(next);
            if version == first {
                past.file_name = row.get(2);
                past.file_sha256 = file;
                past.log_number = row.get(4);
            }
        }
        let base = usize::try_from(first - 1)
            .ok()
            .and_then(|at| stands.get(at));
        let base = base.copied().unwrap_or(0);
        past.counted = (1..)
            .zip(stands)
            .map(|(version, count)| (version, count - base))
            .collect();
        Ok(past)
    }

    /// How often a case that is absent in `version` and was so since the first was counted.
    fn counted_before(&self, version: i64) -> i64 {
        self.counted.get(&version).copied().unwrap_or(0)
    }

    /// Cases that none of these versions changed: those that stand do so in this one too, those
    /// that were absent are so for the former count.
    async fn others(&self, connection: &mut AnyConnection, version: i64) -> Result<(), DbError> {
        sqlx::query("UPDATE cases SET list_version = $1 WHERE absent = 0")
            .bind(version)
            .execute(&mut *connection)
            .await?;
        sqlx::query(
            "UPDATE cases SET absent = CASE WHEN absent > $1 THEN absent - $1 ELSE 1 END \
             WHERE absent > 0 AND NOT EXISTS (SELECT 1 FROM case_changes c \
             WHERE c.case_id = cases.id AND c.version >= $2)",
        )
        .bind(self.counted_before(version))
        .bind(self.first)
        .execute(connection)
        .await?;
        Ok(())
    }
}

struct Restoring<'a> {
    former: HashMap<String, Vec<String>>,
    past: &'a Past,
    details: Details,
    cases: u64,
}

impl Restoring<'_> {
    /// Restores the next cases. Id of the last; `None` after the end.
    async fn page(
        &mut self,
        after: &str,
        writing: &mut Writing<'_>,
    ) -> Result<Option<String>, DbError> {
        let rows = sqlx::query(
            "SELECT k.id, k.body, k.absent, k.list_version, c.version, c.before FROM \
             (SELECT case_id, MIN(version) AS version FROM case_changes \
              WHERE version >= $1 AND case_id > $2 GROUP BY case_id ORDER BY case_id LIMIT $3) f \
             JOIN case_changes c ON c.case_id = f.case_id AND c.version = f.version \
             JOIN cases k ON k.id = f.case_id ORDER BY k.id",
        )
        .bind(self.past.first)
        .bind(after.to_owned())
        .bind(PAGE)
        .fetch_all(writing.write.tx())
        .await?;
        for row in &rows {
            let former = self
                .former
                .remove(row.get::<&str, _>(0))
                .unwrap_or_default();
            let now = kept_of(row.get(1), row.get(2), row.get(3), former)?;
            let then: Option<Kept> =
                crate::db::of_json_or_none(row.get(5), "case as it was before a list")?;
            let target = self.target(&now, then, row.get(4), writing.new.version);
            self.restore(now, target, writing).await?;
        }
        Ok(rows.last().map(|row| row.get(0)))
    }

    /// The case as it stood before the first of these versions; `then`: before the first one that
    /// changed it.
    fn target(&self, now: &Kept, then: Option<Kept>, changed_in: i64, version: i64) -> Kept {
        let Some(mut then) = then else {
            // It was not known: it stays, and counts as absent.
            return Kept {
                absent: now.absent.max(1),
                ..now.clone()
            };
        };
        // An id that the list gave since is not taken away: records name it.
        then.case.id.clone_from(&now.case.id);
        then.former_numbers = now.former_after(&then.case.number);
        if then.absent == 0 {
            then.list_version = version;
        } else {
            let counted = u32::try_from(self.past.counted_before(changed_in)).unwrap_or(0);
            then.absent = then.absent.saturating_sub(counted).max(1);
        }
        then
    }

    async fn restore(
        &mut self,
        now: Kept,
        then: Kept,
        writing: &mut Writing<'_>,
    ) -> Result<(), DbError> {
        // One that stays absent is noted though nothing changes: versions without a note of it are
        // taken to have counted its absence on, or back.
        if then.absent == 0 && now.case == then.case && now.says_the_same(&then) {
            return Ok(());
        }
        let kinds = now.kinds_after(&then);
        let id = then.case.id.clone();
        for kind in &kinds {
            let ids = match kind {
                ChangeKind::Closed => &mut self.details.closed,
                ChangeKind::Stayed => &mut self.details.stayed,
                ChangeKind::Dropped => &mut self.details.dropped,
                ChangeKind::Reassigned => &mut self.details.reassigned,
                ChangeKind::AmountChanged => &mut self.details.amount_changed,
                ChangeKind::Renumbered => {
                    let numbers = (now.case.number.clone(), then.case.number.clone());
                    self.details
                        .renumbered
                        .push((id.clone(), numbers.0, numbers.1));
                    continue;
                }
                ChangeKind::Merged
                | ChangeKind::Restarted
                | ChangeKind::Added
                | ChangeKind::PartyRenamed
                | ChangeKind::Reopened
                | ChangeKind::Unstayed
                | ChangeKind::Returned
                | ChangeKind::PartiesDiffer
                | ChangeKind::Updated => continue,
            };
            ids.push(id.clone());
        }
        self.cases += 1;
        let before = Some(now);
        writing
            .change(Change {
                before,
                after: then,
                kinds,
                noted: true,
            })
            .await
    }

    /// The report, with the members of an import's.
    async fn summary(
        &self,
        connection: &mut AnyConnection,
        new: &NewVersion<'_>,
        decisions: &[Decision],
    ) -> Result<String, DbError> {
        let row = sqlx::query("SELECT COUNT(*) FROM cases")
            .fetch_one(connection)
            .await?;
        let details = &self.details;
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        let changes = Changes {
            closed: count(details.closed.len()),
            stayed: count(details.stayed.len()),
            dropped: count(details.dropped.len()),
            renumbered: count(details.renumbered.len()),
            reassigned: count(details.reassigned.len()),
            amount_changed: count(details.amount_changed.len()),
            ..Changes::default()
        };
        Ok(json!({
            "cases": row.get::<i64, _>(0),
            "changes": changes,
            "decisions": decisions,
            "details": details,
            "list_version": new.version,
            "rejected": [],
            "repairs": {},
            "restored": self.cases,
            "rolls_back": new.rolls_back,
            "suspicious": [],
        })
        .to_string())
    }
}

/// Decisions that the office made after a number of the log.
async fn decisions_since(
    connection: &mut AnyConnection,
    log_number: i64,
) -> Result<Vec<Decision>, DbError> {
    let rows = sqlx::query(
        "SELECT verdict_number, journal, seq, subject, kind FROM entries \
         WHERE verdict_number > $1 AND kind IN ('concluded', 'accepted') \
         ORDER BY verdict_number, journal, seq LIMIT $2",
    )
    .bind(log_number)
    .bind(DECISIONS_MAX)
    .fetch_all(connection)
    .await?;
    Ok(rows
        .iter()
        .map(|row| Decision {
            log_number: row.get(0),
            journal: row.get(1),
            seq: row.get(2),
            subject: row.get(3),
            kind: row.get(4),
        })
        .collect())
}
