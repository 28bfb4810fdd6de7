//! What records come to by the newest list (核对名册): kept at write, judged again when a list or the
//! record changes.

use super::lists::newest_version;
use super::{Db, DbError, Write, rows_of};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};
use std::collections::{BTreeSet, HashMap};
use waiqin_protocol::ids::{JournalId, RecordHash, SubjectId};
use waiqin_protocol::reconcile::{AssetKey, JOINT_MS_MAX};
use waiqin_protocol::record::Record;

/// Records that are judged again at a time.
pub const SUBJECTS_AT_ONCE: usize = 200;
/// Records that are looked at beside one: more of one act or of one thing are a matter for people.
const BESIDE_MAX: i64 = 50;
/// Rows of one INSERT.
const ROWS_AT_ONCE: usize = 16;

/// An outcome to be kept.
#[derive(Clone, Debug)]
pub struct NewOutcome {
    /// The record.
    pub subject: SubjectId,
    /// Its hash.
    pub record: RecordHash,
    /// Word of its act.
    pub act: String,
    /// When the act began, ms UTC.
    pub at_ms: i64,
    /// The match, as entries write it.
    pub matched: String,
    /// The case that has, or had, the number.
    pub named: Option<String>,
    /// The case to which the act belongs.
    pub case: Option<String>,
    /// The case into which that went.
    pub main: Option<String>,
    /// Where people put it, else `case`.
    pub belongs: Option<String>,
    /// Cases that a person may choose.
    pub candidates: Vec<String>,
    /// Records that tell of the same act or thing.
    pub others: BTreeSet<SubjectId>,
    /// The match and the findings.
    pub questions: Vec<QuestionRow>,
    /// Every case that was looked at.
    pub cases: BTreeSet<String>,
    /// What its things are known by.
    pub assets: BTreeSet<AssetKey>,
}

/// The match or a finding of an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuestionRow {
    /// As entries write it.
    pub question: String,
    /// What it rests on.
    pub said: String,
    /// The list since which it rests on that.
    pub since: i64,
    /// It waits for a person.
    pub waits: bool,
}

/// An outcome as it is kept.
#[derive(Clone, Debug)]
pub struct OutcomeRow {
    /// The record.
    pub subject: SubjectId,
    /// Its hash.
    pub record: String,
    /// Word of its act.
    pub act: String,
    /// When the act began, ms UTC.
    pub at_ms: i64,
    /// The match.
    pub matched: String,
    /// The case that has, or had, the number.
    pub named: Option<String>,
    /// The case to which the act belongs.
    pub case: Option<String>,
    /// The case into which that went.
    pub main: Option<String>,
    /// Where it counts.
    pub belongs: Option<String>,
    /// Cases that a person may choose.
    pub candidates: Vec<String>,
    /// Records that tell of the same act or thing.
    pub others: BTreeSet<SubjectId>,
    /// The match, then the findings in the order of the table.
    pub questions: Vec<QuestionRow>,
}

pub(super) const COLUMNS: &str = "o.subject, o.record, o.act, o.at_ms, o.matched, o.named, o.case_id, o.main_id, \
                       o.belongs, o.candidates, o.others";

impl Write {
    /// Keeps an outcome in place of the one before, which was read in this write.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn put_outcome(
        &mut self,
        new: &NewOutcome,
        before: Option<&OutcomeRow>,
    ) -> Result<(), DbError> {
        let subject = new.subject.to_string();
        let waits = new.questions.iter().filter(|it| it.waits).count();
        sqlx::query(
            "INSERT INTO outcomes (subject, record, act, at_ms, matched, named, case_id, main_id, \
             belongs, candidates, others, waits) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
             ON CONFLICT (subject) DO UPDATE SET record = excluded.record, act = excluded.act, \
             at_ms = excluded.at_ms, matched = excluded.matched, named = excluded.named, \
             case_id = excluded.case_id, main_id = excluded.main_id, belongs = excluded.belongs, \
             candidates = excluded.candidates, others = excluded.others, waits = excluded.waits",
        )
        .bind(subject.as_str())
        .bind(new.record.to_string())
        .bind(new.act.as_str())
        .bind(new.at_ms)
        .bind(new.matched.as_str())
        .bind(super::typed_or_none(new.named.as_deref()))
        .bind(new.case.clone())
        .bind(new.main.clone())
        .bind(new.belongs.clone())
        .bind(super::json(&new.candidates)?)
        .bind(super::json(&new.others)?)
        .bind(i64::try_from(waits).unwrap_or(i64::MAX))
        .execute(self.tx())
        .await?;
        if before.is_some() {
            self.drop_parts(&subject).await?;
        }
        self.put_questions(&subject, new).await?;
        let cases = new.cases.iter().map(String::as_str);
        self.put_names("outcome_cases (case_id, subject)", cases, &subject)
            .await?;
        let assets = new.assets.iter().map(|it| it.0.as_str());
        self.put_names("asset_keys (key, subject)", assets, &subject)
            .await?;
        let before = before.map(|it| it.questions.as_slice());
        self.figures.note(before, Some(&new.questions));
        Ok(())
    }

    /// Takes an outcome away, which was read in this write: the record is void.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn drop_outcome(&mut self, before: &OutcomeRow) -> Result<(), DbError> {
        let subject = before.subject.to_string();
        self.drop_parts(&subject).await?;
        sqlx::query("DELETE FROM outcomes WHERE subject = $1")
            .bind(subject)
            .execute(self.tx())
            .await?;
        self.figures.note(Some(&before.questions), None);
        Ok(())
    }

    async fn drop_parts(&mut self, subject: &str) -> Result<(), DbError> {
        for sql in [
            "DELETE FROM outcome_questions WHERE subject = $1",
            "DELETE FROM outcome_cases WHERE subject = $1",
            "DELETE FROM asset_keys WHERE subject = $1",
        ] {
            sqlx::query(sql).bind(subject).execute(self.tx()).await?;
        }
        Ok(())
    }

    async fn put_questions(&mut self, subject: &str, new: &NewOutcome) -> Result<(), DbError> {
        for (at, some) in new.questions.chunks(ROWS_AT_ONCE).enumerate() {
            let sql = format!(
                "INSERT INTO outcome_questions (subject, question, place, said, since, waits, at_ms) \
                 VALUES {}",
                super::rows_of(some.len(), 7)
            );
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for (place, it) in some.iter().enumerate() {
                query = query
                    .bind(subject)
                    .bind(it.question.as_str())
                    .bind(i64::try_from(at * ROWS_AT_ONCE + place).unwrap_or(i64::MAX))
                    .bind(it.said.as_str())
                    .bind(it.since)
                    .bind(i64::from(it.waits))
                    .bind(new.at_ms);
            }
            query.execute(self.tx()).await?;
        }
        Ok(())
    }

    async fn put_names<'a>(
        &mut self,
        table: &str,
        names: impl Iterator<Item = &'a str>,
        subject: &str,
    ) -> Result<(), DbError> {
        let names: Vec<&str> = names.collect();
        for some in names.chunks(ROWS_AT_ONCE) {
            let values = super::rows_of(some.len(), 2);
            let sql = format!("INSERT INTO {table} VALUES {values} ON CONFLICT DO NOTHING");
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for name in some {
                query = query.bind(super::typed(name)).bind(subject);
            }
            query.execute(self.tx()).await?;
        }
        Ok(())
    }

    /// An outcome as it is kept.
    ///
    /// # Errors
    /// When a statement fails or a row does not read.
    pub async fn outcome(&mut self, subject: SubjectId) -> Result<Option<OutcomeRow>, DbError> {
        outcome(self.tx(), subject).await
    }

    /// Other records of an act on a case at about a time.
    ///
    /// # Errors
    /// When a statement fails or a row does not read.
    pub async fn records_beside(
        &mut self,
        (subject, case): (SubjectId, &str),
        (act, at_ms): (&str, i64),
    ) -> Result<Vec<(Record, Option<String>)>, DbError> {
        let rows = sqlx::query(
            "SELECT r.view, o.belongs FROM outcomes o JOIN records r ON r.subject = o.subject \
             WHERE o.belongs = $1 AND o.act = $2 AND o.at_ms >= $3 AND o.at_ms <= $4 \
             AND o.subject <> $5 ORDER BY o.subject LIMIT $6",
        )
        .bind(case)
        .bind(act)
        .bind(at_ms.saturating_sub(JOINT_MS_MAX))
        .bind(at_ms.saturating_add(JOINT_MS_MAX))
        .bind(subject.to_string())
        .bind(BESIDE_MAX)
        .fetch_all(self.tx())
        .await?;
        beside(&rows)
    }

    /// Other records that hold a thing, with the case where each counts.
    ///
    /// # Errors
    /// When a statement fails or a row does not read.
    pub async fn records_with_assets(
        &mut self,
        subject: SubjectId,
        keys: &BTreeSet<AssetKey>,
    ) -> Result<Vec<(Record, Option<String>)>, DbError> {
        let mut found = Vec::new();
        for key in keys {
            let rows = sqlx::query(
                "SELECT r.view, o.belongs FROM asset_keys a JOIN outcomes o ON o.subject = a.subject \
                 JOIN records r ON r.subject = a.subject \
                 WHERE a.key = $1 AND a.subject <> $2 ORDER BY a.subject LIMIT $3",
            )
            .bind(super::typed(&key.0))
            .bind(subject.to_string())
            .bind(BESIDE_MAX)
            .fetch_all(self.tx())
            .await?;
            found.extend(beside(&rows)?);
        }
        Ok(found)
    }

    /// Records whose outcome may be another by a list version: it changed a case that was looked at, or
    /// brought one that stands in relation to it; and those that found no case.
    ///
    /// # Errors
    /// When a statement fails or a row does not read.
    pub async fn outcomes_touched(&mut self, version: i64) -> Result<Vec<SubjectId>, DbError> {
        let rows = sqlx::query(TOUCHED)
            .bind(version)
            .fetch_all(self.tx())
            .await?;
        rows.iter()
            .map(|row| super::parsed(row.get(0), "record of an outcome"))
            .collect()
    }

    /// The newest list version; 0 before the first import.
    ///
    /// # Errors
    /// When the statement fails.
    pub async fn newest_list_version(&mut self) -> Result<u64, DbError> {
        super::number_out(newest_version(self.tx()).await?)
    }

    /// Which list a phone holds, from this write on: what it delivers now was made against it.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn note_list_held(
        &mut self,
        journal: JournalId,
        version: i64,
    ) -> Result<(), DbError> {
        let since = super::number_in(self.first_number())?;
        sqlx::query(
            "INSERT INTO lists_held (journal, since, version) VALUES ($1, $2, $3) \
             ON CONFLICT (journal, since) DO UPDATE SET version = excluded.version",
        )
        .bind(journal.to_string())
        .bind(since)
        .bind(version)
        .execute(self.tx())
        .await?;
        Ok(())
    }

    /// The list against which a record was made; 0 when its phone held none.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn made_against(&mut self, subject: SubjectId) -> Result<i64, DbError> {
        made_against(self.tx(), subject).await
    }
}

impl Db {
    /// The list against which a record was made; 0 when its phone held none.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn made_against(&self, subject: SubjectId) -> Result<i64, DbError> {
        let mut connection = self.pool().acquire().await?;
        made_against(&mut connection, subject).await
    }

    /// Whether a phone is not yet noted to hold the list of a row of the log: that list then.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn list_newly_held(
        &self,
        journal: JournalId,
        number: u64,
    ) -> Result<Option<i64>, DbError> {
        let row = sqlx::query(
            "SELECT COALESCE((SELECT MAX(version) FROM lists WHERE log_number <= $1), 0), \
             COALESCE((SELECT version FROM lists_held WHERE journal = $2 \
             ORDER BY since DESC LIMIT 1), 0)",
        )
        .bind(super::number_in(number)?)
        .bind(journal.to_string())
        .fetch_one(self.pool())
        .await?;
        let (holds, noted): (i64, i64) = (row.get(0), row.get(1));
        Ok((holds != noted).then_some(holds))
    }

    /// An outcome as it is kept.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn outcome(&self, subject: SubjectId) -> Result<Option<OutcomeRow>, DbError> {
        let mut connection = self.pool().acquire().await?;
        outcome(&mut connection, subject).await
    }
}

async fn made_against(
    connection: &mut sqlx::AnyConnection,
    subject: SubjectId,
) -> Result<i64, DbError> {
    let row = sqlx::query(
        "SELECT h.version FROM records r JOIN lists_held h ON h.journal = r.journal \
         AND h.since <= r.first_number WHERE r.subject = $1 ORDER BY h.since DESC LIMIT 1",
    )
    .bind(subject.to_string())
    .fetch_optional(connection)
    .await?;
    Ok(row.map_or(0, |row| row.get(0)))
}

async fn outcome(
    connection: &mut sqlx::AnyConnection,
    subject: SubjectId,
) -> Result<Option<OutcomeRow>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM outcomes o WHERE o.subject = $1");
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(subject.to_string())
        .fetch_optional(&mut *connection)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let mut asked = questions(connection, &[row.get(0)]).await?;
    let questions = asked.remove(row.get::<&str, _>(0)).unwrap_or_default();
    Ok(Some(outcome_of(&row, questions)?))
}

/// The questions of some outcomes, by record, each in its order.
pub(super) async fn questions(
    connection: &mut sqlx::AnyConnection,
    subjects: &[String],
) -> Result<HashMap<String, Vec<QuestionRow>>, DbError> {
    let mut asked: HashMap<String, Vec<QuestionRow>> = HashMap::new();
    for some in subjects.chunks(SUBJECTS_AT_ONCE) {
        let sql = format!(
            "SELECT subject, question, said, since, waits FROM outcome_questions \
             WHERE subject IN {} ORDER BY subject, place",
            rows_of(1, some.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for subject in some {
            query = query.bind(subject.clone());
        }
        for row in query.fetch_all(&mut *connection).await? {
            asked.entry(row.get(0)).or_default().push(QuestionRow {
                question: row.get(1),
                said: row.get(2),
                since: row.get(3),
                waits: row.get::<i64, _>(4) > 0,
            });
        }
    }
    Ok(asked)
}

pub(super) fn outcome_of(row: &AnyRow, questions: Vec<QuestionRow>) -> Result<OutcomeRow, DbError> {
    Ok(OutcomeRow {
        subject: super::parsed(row.get(0), "record of an outcome")?,
        record: row.get(1),
        act: row.get(2),
        at_ms: row.get(3),
        matched: row.get(4),
        named: row.get(5),
        case: row.get(6),
        main: row.get(7),
        belongs: row.get(8),
        candidates: super::of_json(row.get(9), "candidates of an outcome")?,
        others: super::of_json(row.get(10), "other records of an outcome")?,
        questions,
    })
}

fn beside(rows: &[AnyRow]) -> Result<Vec<(Record, Option<String>)>, DbError> {
    rows.iter()
        .map(|row| Ok((super::of_json(row.get(0), "record")?, row.get(1))))
        .collect()
}

/// By the cases that were looked at; by a 执恢 that names one of them; by a main case that is there now.
const TOUCHED: &str = "SELECT o.subject FROM case_changes c JOIN outcome_cases o ON o.case_id = c.case_id \
     WHERE c.version = $1 \
     UNION SELECT o.subject FROM case_changes c \
     JOIN case_keys f ON f.case_id = c.case_id AND f.kind = 'first' \
     JOIN cases k ON k.number = f.key JOIN outcome_cases o ON o.case_id = k.id WHERE c.version = $1 \
     UNION SELECT o.subject FROM case_changes c \
     JOIN case_keys f ON f.case_id = c.case_id AND f.kind = 'first' \
     JOIN case_aliases a ON a.number = f.key JOIN outcome_cases o ON o.case_id = a.case_id \
     WHERE c.version = $1 \
     UNION SELECT o.subject FROM case_changes c JOIN cases k ON k.id = c.case_id \
     JOIN case_keys m ON m.kind = 'main' AND m.key = k.number \
     JOIN outcome_cases o ON o.case_id = m.case_id WHERE c.version = $1 \
     UNION SELECT subject FROM outcomes WHERE matched IN ('CANDIDATE_PARTY', 'NOT_FOUND') \
     ORDER BY 1";
