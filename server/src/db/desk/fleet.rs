//! People, their phones, and what phones announced but did not deliver.

use super::super::{Db, DbError, number_out, of_word};
use super::places;
use sqlx::{AssertSqlSafe, Row};
use waiqin_protocol::ids::OfficerId;
use waiqin_protocol::journal::JournalCause;

/// A journal as the console shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalShown {
    /// The journal.
    pub id: String,
    /// Its officer.
    pub officer: String,
    /// His name.
    pub officer_name: String,
    /// The phone.
    pub device: String,
    /// What the phone calls itself.
    pub device_name: String,
    /// Why it was opened.
    pub cause: JournalCause,
    /// The journal that it follows.
    pub parent: Option<String>,
    /// Newest entry in custody.
    pub head_seq: i64,
    /// Newest entry that the phone announced.
    pub announced_seq: i64,
    /// Enrolled, ms UTC.
    pub enrolled_ms: i64,
    /// Last contact, ms UTC.
    pub seen_ms: i64,
    /// Revoked, ms UTC.
    pub revoked_ms: Option<i64>,
    /// Evidence that it delivered.
    pub evidence_here: i64,
    /// The office writes in it: it is no phone's.
    pub office: bool,
}

impl JournalShown {
    /// Entries that were announced and are not here.
    #[must_use]
    pub fn entries_missing(&self) -> u64 {
        u64::try_from(self.announced_seq - self.head_seq).unwrap_or(0)
    }
}

/// Evidence that an entry names and that is not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingEvidence {
    /// The journal that names it.
    pub journal: String,
    /// SHA-256.
    pub hash: String,
    /// The record.
    pub subject: String,
    /// When the entry came, ms UTC.
    pub named_ms: i64,
}

/// A user as the list of people shows him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: String,
    /// What he signs in with.
    pub login: String,
    /// His name.
    pub name: String,
    /// His name in the case list.
    pub list_name: String,
    /// His role.
    pub role: String,
    /// Has a password for the console.
    pub may_sign_in: bool,
    /// May not work any more.
    pub disabled: bool,
    /// No sign-in is looked at before, ms UTC.
    pub blocked_until_ms: i64,
    /// Journals that are not revoked.
    pub journals: i64,
}

impl Db {
    /// Every journal but the office's, the one in contact last first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn journals_shown(&self, limit: u32) -> Result<Vec<JournalShown>, DbError> {
        let sql =
            format!("{JOURNAL_SQL} WHERE j.office = 0 ORDER BY j.seen_ms DESC, j.id LIMIT $1");
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(i64::from(limit))
            .fetch_all(self.pool())
            .await?;
        rows.iter().map(journal_row).collect()
    }

    /// Journals whose phones announced more than is here, the one in contact last first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn journals_owing(&self, limit: u32) -> Result<Vec<JournalShown>, DbError> {
        let sql = format!(
            "{JOURNAL_SQL} WHERE j.office = 0 AND j.announced_seq > j.head_seq \
             ORDER BY j.seen_ms DESC, j.id LIMIT $1"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(i64::from(limit))
            .fetch_all(self.pool())
            .await?;
        rows.iter().map(journal_row).collect()
    }

    /// One journal.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn journal_shown(&self, id: &str) -> Result<Option<JournalShown>, DbError> {
        let sql = format!("{JOURNAL_SQL} WHERE j.id = $1");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(id)
            .fetch_optional(self.pool())
            .await?;
        row.as_ref().map(journal_row).transpose()
    }

    /// Evidence that entries name and that is not here, the oldest of each journal first, then what entries
    /// beside a chain name; at most `limit`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn evidence_missing(&self, limit: u32) -> Result<Vec<MissingEvidence>, DbError> {
        let in_chains = "SELECT n.journal, n.hash, n.subject, l.at_ms FROM evidence_names n \
             JOIN entries e ON e.journal = n.journal AND e.seq = n.seq \
             JOIN log l ON l.number = e.log_number \
             WHERE n.here = 0 AND NOT EXISTS (SELECT 1 FROM evidence h WHERE h.hash = n.hash) \
             ORDER BY n.journal, n.seq LIMIT $1";
        let beside = "SELECT f.journal, f.hash, f.subject, COALESCE((SELECT MIN(e.received_ms) \
             FROM forked_entries e WHERE e.journal = f.journal AND e.subject = f.subject), 0) \
             FROM forked_names f \
             WHERE NOT EXISTS (SELECT 1 FROM evidence h WHERE h.hash = f.hash) \
             AND NOT EXISTS (SELECT 1 FROM evidence_names n \
             WHERE n.journal = f.journal AND n.hash = f.hash) ORDER BY f.journal, f.hash LIMIT $1";
        let mut missing = Vec::new();
        for sql in [in_chains, beside] {
            let room = i64::from(limit) - i64::try_from(missing.len()).unwrap_or(i64::MAX);
            let rows = sqlx::query(sql).bind(room).fetch_all(self.pool()).await?;
            missing.extend(rows.iter().map(|row| MissingEvidence {
                journal: row.get(0),
                hash: row.get(1),
                subject: row.get(2),
                named_ms: row.get(3),
            }));
        }
        Ok(missing)
    }

    /// How many pieces of evidence entries beside chains name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn forked_named(&self) -> Result<u64, DbError> {
        let row = sqlx::query("SELECT COUNT(*) FROM forked_names")
            .fetch_one(self.pool())
            .await?;
        number_out(row.get(0))
    }

    /// Folded views (JSON) of records, by subject; at most 1,000 are looked up.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn record_views(&self, subjects: &[&str]) -> Result<Vec<(String, String)>, DbError> {
        let mut views = Vec::new();
        for some in subjects[..subjects.len().min(1000)].chunks(100) {
            let sql = format!(
                "SELECT subject, view FROM records WHERE subject IN ({})",
                places(1, some.len())
            );
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for subject in some {
                query = query.bind((*subject).to_owned());
            }
            let rows = query.fetch_all(self.pool()).await?;
            views.extend(rows.iter().map(|row| (row.get(0), row.get(1))));
        }
        Ok(views)
    }

    /// Names of users by id.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn names_of_users(&self) -> Result<Vec<(String, String)>, DbError> {
        let rows = sqlx::query("SELECT id, name FROM users ORDER BY name, id")
            .fetch_all(self.pool())
            .await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    /// Everybody, at most `limit`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn people(&self, limit: u32) -> Result<Vec<Person>, DbError> {
        let sql = format!("{PERSON_SQL} ORDER BY u.disabled, u.role, u.name, u.id LIMIT $1");
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(i64::from(limit))
            .fetch_all(self.pool())
            .await?;
        Ok(rows.iter().map(person_row).collect())
    }

    /// One person.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn person(&self, id: OfficerId) -> Result<Option<Person>, DbError> {
        let sql = format!("{PERSON_SQL} WHERE u.id = $1");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(id.to_string())
            .fetch_optional(self.pool())
            .await?;
        Ok(row.as_ref().map(person_row))
    }
}

const PERSON_SQL: &str = "SELECT u.id, u.login, u.name, u.list_name, u.role, \
     CASE WHEN u.password_hash IS NULL THEN 0 ELSE 1 END, u.disabled, u.blocked_until_ms, \
     (SELECT COUNT(*) FROM journals j WHERE j.officer = u.id AND j.revoked_ms IS NULL \
      AND j.office = 0) FROM users u";

fn person_row(row: &sqlx::any::AnyRow) -> Person {
    Person {
        id: row.get(0),
        login: row.get(1),
        name: row.get(2),
        list_name: row.get(3),
        role: row.get(4),
        may_sign_in: row.get::<i64, _>(5) != 0,
        disabled: row.get::<i64, _>(6) != 0,
        blocked_until_ms: row.get(7),
        journals: row.get(8),
    }
}

const JOURNAL_SQL: &str = "SELECT j.id, j.officer, COALESCE(u.name, ''), j.device, j.device_name, \
     j.cause, j.parent, j.head_seq, j.announced_seq, j.enrolled_ms, j.seen_ms, j.revoked_ms, \
     j.photos, j.office FROM journals j LEFT JOIN users u ON u.id = j.officer";

fn journal_row(row: &sqlx::any::AnyRow) -> Result<JournalShown, DbError> {
    Ok(JournalShown {
        id: row.get(0),
        officer: row.get(1),
        officer_name: row.get(2),
        device: row.get(3),
        device_name: row.get(4),
        cause: of_word(row.get(5), "cause of a journal")?,
        parent: row.get(6),
        head_seq: row.get(7),
        announced_seq: row.get(8),
        enrolled_ms: row.get(9),
        seen_ms: row.get(10),
        revoked_ms: row.get(11),
        evidence_here: row.get(12),
        office: row.get::<i64, _>(13) != 0,
    })
}
