//! Writing one list version: rows in batches, so that a list of a hundred thousand cases takes
//! seconds and the memory of some hundred.

use super::AppliedBy;
use super::kept::Kept;
use super::rematch::rematch;
use crate::db::around::put_case_keys;
use crate::db::{AuditAct, DbError, LogKind, Write, number_in, rows_of, text_of};
use crate::list::{ChangeKind, ListCase};
use serde::Serialize;
use sqlx::{Any, AssertSqlSafe};
use std::collections::BTreeSet;
use waiqin_protocol::canonical;
use waiqin_protocol::suite::sha256;

/// Changes that are written at once: 15 columns each, and SQLite takes 32,766 values.
const CHANGES_AT_ONCE: usize = 250;
/// Ids that are named at once.
const IDS_AT_ONCE: usize = 500;

/// What a list version is.
pub(super) struct NewVersion<'a> {
    pub version: i64,
    pub rolls_back: Option<i64>,
    pub file_name: &'a str,
    pub file_sha256: &'a str,
    pub by: AppliedBy,
    pub reason: Option<&'a str>,
    pub now_ms: i64,
}

/// What it did, in cases; `records`: those that found their case.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Counts {
    pub added: u64,
    pub changed: u64,
    pub records: u64,
}

/// A case that changes.
pub(super) struct Change {
    /// `None`: it was not known.
    pub before: Option<Kept>,
    pub after: Kept,
    pub kinds: BTreeSet<ChangeKind>,
    /// Whether it is written down as a change; else only the row is refreshed.
    pub noted: bool,
}

impl Change {
    /// Whether phones that have the case see nothing new, and the same officer by the list sees it.
    fn same_on_phones(&self) -> bool {
        self.before.as_ref().is_some_and(|before| {
            let (was, is) = (&before.case, &self.after.case);
            was.officer == is.officer
                && was.id == is.id
                && before.looks_the_same_on_phones(&self.after)
        })
    }
}

/// A list version that is being written.
pub(super) struct Writing<'w> {
    pub write: &'w mut Write,
    pub new: NewVersion<'w>,
    log_number: i64,
    changes: Vec<Change>,
    /// Cases that get an id of the list's own, at the end: pages go by id.
    renamed: Vec<Change>,
    still_there: Vec<String>,
    still_absent: Vec<String>,
    hashes: Vec<[u8; 32]>,
    counts: Counts,
}

/// Body of the log's row: ids, hashes and counts.
#[derive(Serialize)]
struct LogBody<'a> {
    /// SHA-256 over the sorted hashes of what was written down of each case.
    changes: String,
    counts: Counts,
    file: &'a str,
    kind: &'a str,
    rolls_back: Option<i64>,
    /// SHA-256 of the report.
    summary: String,
    version: i64,
}

impl<'w> Writing<'w> {
    pub async fn begin(write: &'w mut Write, new: NewVersion<'w>) -> Result<Self, DbError> {
        let log_number = number_in(write.next_number())?;
        sqlx::query(
            "INSERT INTO lists (version, kind, file_name, file_sha256, applied_ms, applied_by, \
             reason, rolls_back, summary, log_number) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', $9)",
        )
        .bind(new.version)
        .bind(new.kind())
        .bind(new.file_name.to_owned())
        .bind(new.file_sha256.to_owned())
        .bind(new.now_ms)
        .bind(new.by.stored())
        .bind(new.reason.map(str::to_owned))
        .bind(new.rolls_back)
        .bind(log_number)
        .execute(write.tx())
        .await?;
        Ok(Self {
            write,
            new,
            log_number,
            changes: Vec::new(),
            renamed: Vec::new(),
            still_there: Vec::new(),
            still_absent: Vec::new(),
            hashes: Vec::new(),
            counts: Counts::default(),
        })
    }

    /// A case that changes, or comes.
    pub async fn change(&mut self, change: Change) -> Result<(), DbError> {
        let before = change.before.as_ref();
        if before.is_some_and(|before| before.case.id != change.after.case.id) {
            self.renamed.push(change);
            return Ok(());
        }
        self.changes.push(change);
        if self.changes.len() >= CHANGES_AT_ONCE {
            self.flush_changes().await?;
        }
        Ok(())
    }

    /// A case that stands in this version as it stood.
    pub async fn still_there(&mut self, id: String) -> Result<(), DbError> {
        self.still_there.push(id);
        if self.still_there.len() >= IDS_AT_ONCE {
            self.flush_ids().await?;
        }
        Ok(())
    }

    /// A case that was absent and is so again.
    pub async fn still_absent(&mut self, id: String) -> Result<(), DbError> {
        self.still_absent.push(id);
        if self.still_absent.len() >= IDS_AT_ONCE {
            self.flush_ids().await?;
        }
        Ok(())
    }

    /// Writes the rest: the report, the log's row, the audit.
    pub async fn finish(mut self, summary: &str) -> Result<Counts, DbError> {
        self.flush_changes().await?;
        self.flush_ids().await?;
        for change in std::mem::take(&mut self.renamed) {
            self.rename(change).await?;
        }
        self.counts.records = rematch(self.write, self.log_number).await?;
        sqlx::query("UPDATE lists SET summary = $1 WHERE version = $2")
            .bind(summary.to_owned())
            .bind(self.new.version)
            .execute(self.write.tx())
            .await?;
        self.hashes.sort_unstable();
        let new = &self.new;
        let body = text_of(canonical::to_bytes(&LogBody {
            changes: hex::encode(sha256(self.hashes.as_flattened())),
            counts: self.counts,
            file: new.file_sha256,
            kind: new.kind(),
            rolls_back: new.rolls_back,
            summary: hex::encode(sha256(summary.as_bytes())),
            version: new.version,
        }))?;
        let write = &mut *self.write;
        write.append(LogKind::List, None, &body, new.now_ms).await?;
        let act = match new.rolls_back {
            None => AuditAct::ListApplied,
            Some(_) => AuditAct::ListRolledBack,
        };
        let object = new.version.to_string();
        write
            .audit(act, new.by.person(), None, Some(&object), new.now_ms)
            .await?;
        crate::reconcile::after_list(write, new.version).await?;
        Ok(self.counts)
    }

    async fn flush_changes(&mut self) -> Result<(), DbError> {
        let changes = std::mem::take(&mut self.changes);
        if changes.is_empty() {
            return Ok(());
        }
        self.put_cases(&changes).await?;
        self.put_scope(&changes).await?;
        self.put_aliases(&changes).await?;
        self.put_notes(&changes).await
    }

    async fn put_cases(&mut self, changes: &[Change]) -> Result<(), DbError> {
        let sql = format!(
            "INSERT INTO cases (id, number, kind, officer, stage, stay, filed_on, due_on, \
             closed_on, remaining_fen, search_text, body, first_version, list_version, absent) \
             VALUES {} ON CONFLICT (id) DO UPDATE SET number = excluded.number, \
             kind = excluded.kind, officer = excluded.officer, stage = excluded.stage, \
             stay = excluded.stay, filed_on = excluded.filed_on, due_on = excluded.due_on, \
             closed_on = excluded.closed_on, remaining_fen = excluded.remaining_fen, \
             search_text = excluded.search_text, body = excluded.body, \
             list_version = excluded.list_version, absent = excluded.absent",
            rows_of(changes.len(), 15)
        );
        let mut query = sqlx::query::<Any>(AssertSqlSafe(sql));
        for change in changes {
            let after = &change.after;
            let case = &after.case;
            let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string());
            query = query
                .bind(case.id.clone())
                .bind(case.number.clone())
                .bind(case.kind.clone())
                .bind(case.officer.clone())
                .bind(case.stage.clone())
                .bind(case.stay.clone())
                .bind(day(case.filed_on))
                .bind(day(case.due_on))
                .bind(day(case.closed_on))
                .bind(case.remaining_fen)
                .bind(after.search_text())
                .bind(crate::db::json(case)?)
                .bind(self.new.version)
                .bind(after.list_version)
                .bind(i64::from(after.absent));
        }
        query.execute(self.write.tx()).await?;
        let cases: Vec<&ListCase> = changes.iter().map(|change| &change.after.case).collect();
        put_case_keys(self.write.tx(), &cases).await
    }

    /// Who sees the cases now, and what is new to phones.
    async fn put_scope(&mut self, changes: &[Change]) -> Result<(), DbError> {
        let new: Vec<&str> = changes
            .iter()
            .filter(|change| !change.same_on_phones())
            .map(|change| change.after.case.id.as_str())
            .collect();
        self.write.rescope(&new, self.log_number).await?;
        self.write.show_again(&new, self.log_number).await
    }

    /// Numbers that cases had before; one that a case has again is no former one.
    async fn put_aliases(&mut self, changes: &[Change]) -> Result<(), DbError> {
        let mut former = Vec::new();
        let mut again = Vec::new();
        for change in changes {
            let (Some(before), after) = (&change.before, &change.after) else {
                continue;
            };
            if before.case.number != after.case.number {
                former.push((before.case.number.clone(), after.case.id.clone()));
                again.push((after.case.number.clone(), after.case.id.clone()));
            }
        }
        if !former.is_empty() {
            let sql = format!(
                "INSERT INTO case_aliases (number, case_id, until_version) VALUES {} \
                 ON CONFLICT (number, case_id) DO UPDATE SET until_version = excluded.until_version",
                rows_of(former.len(), 3)
            );
            let mut query = sqlx::query::<Any>(AssertSqlSafe(sql));
            for (number, id) in former {
                query = query.bind(number).bind(id).bind(self.new.version);
            }
            query.execute(self.write.tx()).await?;
        }
        if again.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "DELETE FROM case_aliases WHERE (number, case_id) IN (VALUES {})",
            rows_of(again.len(), 2)
        );
        let mut query = sqlx::query::<Any>(AssertSqlSafe(sql));
        for (number, id) in again {
            query = query.bind(number).bind(id);
        }
        query.execute(self.write.tx()).await?;
        Ok(())
    }

    /// What changed, with the values before: a rollback is made from it.
    async fn put_notes(&mut self, changes: &[Change]) -> Result<(), DbError> {
        let mut rows = Vec::with_capacity(changes.len());
        for change in changes.iter().filter(|change| change.noted) {
            let before = change.before.as_ref().map(crate::db::json).transpose()?;
            let after = crate::db::json(&change.after)?;
            let kinds = stored_kinds(&change.kinds)?;
            let text = [
                kinds.as_str(),
                before.as_deref().unwrap_or_default(),
                &after,
            ]
            .join("\n");
            self.hashes.push(sha256(text.as_bytes()));
            match &change.before {
                None => self.counts.added += 1,
                Some(_) => self.counts.changed += 1,
            }
            rows.push((change.after.case.id.clone(), kinds, before, after));
        }
        if rows.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "INSERT INTO case_changes (version, case_id, kinds, before, after) VALUES {}",
            rows_of(rows.len(), 5)
        );
        let mut query = sqlx::query::<Any>(AssertSqlSafe(sql));
        for (id, kinds, before, after) in rows {
            query = query
                .bind(self.new.version)
                .bind(id)
                .bind(kinds)
                .bind(before)
                .bind(after);
        }
        query.execute(self.write.tx()).await?;
        Ok(())
    }

    async fn flush_ids(&mut self) -> Result<(), DbError> {
        let there = std::mem::take(&mut self.still_there);
        let sql = "UPDATE cases SET list_version = $1 WHERE id IN";
        self.update_ids(sql, self.new.version, there).await?;
        let absent = std::mem::take(&mut self.still_absent);
        let sql = "UPDATE cases SET absent = absent + $1 WHERE id IN";
        self.update_ids(sql, 1, absent).await
    }

    async fn update_ids(&mut self, sql: &str, first: i64, ids: Vec<String>) -> Result<(), DbError> {
        if ids.is_empty() {
            return Ok(());
        }
        let places: Vec<String> = (2..2 + ids.len()).map(|n| format!("${n}")).collect();
        let sql = format!("{sql} ({})", places.join(", "));
        let mut query = sqlx::query::<Any>(AssertSqlSafe(sql)).bind(first);
        for id in ids {
            query = query.bind(id);
        }
        query.execute(self.write.tx()).await?;
        Ok(())
    }

    /// A case that was known by its number gets the list's id: everything that names it follows.
    async fn rename(&mut self, change: Change) -> Result<(), DbError> {
        let Some(old) = change.before.as_ref().map(|before| before.case.id.clone()) else {
            return Ok(());
        };
        let new = change.after.case.id.clone();
        let changes = [change];
        self.put_cases(&changes).await?;
        for sql in [
            "UPDATE cases SET first_version = \
             (SELECT first_version FROM cases WHERE id = $2) WHERE id = $1",
            "UPDATE case_aliases SET case_id = $1 WHERE case_id = $2",
            "UPDATE case_changes SET case_id = $1 WHERE case_id = $2",
            "UPDATE outcome_cases SET case_id = $1 WHERE case_id = $2",
            "UPDATE assignments SET case_id = $1 WHERE case_id = $2",
        ] {
            sqlx::query(sql)
                .bind(new.clone())
                .bind(old.clone())
                .execute(self.write.tx())
                .await?;
        }
        sqlx::query("UPDATE records SET case_id = $1, changed_number = $2, case_number = $2 WHERE case_id = $3")
            .bind(new)
            .bind(self.log_number)
            .bind(old.clone())
            .execute(self.write.tx())
            .await?;
        for sql in [
            "DELETE FROM case_keys WHERE case_id = $1",
            "DELETE FROM cases WHERE id = $1",
        ] {
            sqlx::query(sql)
                .bind(old.clone())
                .execute(self.write.tx())
                .await?;
        }
        let both = [old.as_str(), changes[0].after.case.id.as_str()];
        self.write.rescope(&both, self.log_number).await?;
        self.put_aliases(&changes).await?;
        self.put_notes(&changes).await
    }
}

impl NewVersion<'_> {
    fn kind(&self) -> &'static str {
        match self.rolls_back {
            None => "import",
            Some(_) => "rollback",
        }
    }
}

/// `closed,amount_changed`: in the order of the kinds.
fn stored_kinds(kinds: &BTreeSet<ChangeKind>) -> Result<String, DbError> {
    let words: Result<Vec<String>, DbError> = kinds.iter().map(crate::db::word).collect();
    Ok(words?.join(","))
}
