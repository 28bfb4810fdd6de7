//! The board (核对名册): outcomes newest first, by question, and how many wait. The figures are kept with
//! every outcome, never counted when somebody looks.

use super::outcomes::{COLUMNS, outcome_of, questions};
use super::{Db, DbError, OutcomeRow, QuestionRow, Write};
use sqlx::{AssertSqlSafe, Row};
use std::collections::BTreeMap;

/// Which outcomes the board lists.
#[derive(Clone, Debug, Default)]
pub struct BoardFilter {
    /// Those that wait for a person alone.
    pub waiting: bool,
    /// Those of which this question waits (or is, when not `waiting`).
    pub question: Option<String>,
    /// Those before an act and record, for the next page.
    pub before: Option<(i64, String)>,
    /// Most rows.
    pub limit: u32,
}

/// A record on the board.
#[derive(Clone, Debug)]
pub struct BoardRow {
    /// The outcome.
    pub outcome: OutcomeRow,
    /// The number as typed.
    pub typed: String,
    /// What it reads as.
    pub normal: Option<String>,
    /// Who opened the record.
    pub officer: String,
}

/// How many records wait, by question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Records of which something waits for a person.
    pub waiting: u64,
    /// Records of which nothing does.
    pub settled: u64,
    /// Waiting ones by question.
    pub by_question: Vec<(String, u64)>,
}

/// What a write changes in the figures: question → (known, waiting).
#[derive(Default)]
pub(super) struct Figures(BTreeMap<String, (i64, i64)>);

impl Figures {
    /// An outcome with some questions went, one with others came.
    pub fn note(&mut self, gone: Option<&[QuestionRow]>, come: Option<&[QuestionRow]>) {
        for (questions, sign) in [(gone, -1), (come, 1)] {
            let Some(questions) = questions else { continue };
            let waits = questions.iter().any(|it| it.waits);
            self.add(ALL, sign, waits);
            for it in questions {
                self.add(&it.question, sign, it.waits);
            }
        }
    }

    fn add(&mut self, question: &str, sign: i64, waits: bool) {
        let of = self.0.entry(question.to_owned()).or_default();
        of.0 += sign;
        of.1 += sign * i64::from(waits);
    }
}

impl Write {
    /// Keeps the figures with the outcomes that this write changed.
    pub(super) async fn keep_figures(&mut self) -> Result<(), DbError> {
        let changes = std::mem::take(&mut self.figures).0.into_iter();
        let changes: Vec<_> = changes.filter(|(_, change)| *change != (0, 0)).collect();
        if changes.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "INSERT INTO outcome_tally (question, known, waiting) VALUES {} \
             ON CONFLICT (question) DO UPDATE SET known = outcome_tally.known + excluded.known, \
             waiting = outcome_tally.waiting + excluded.waiting",
            super::rows_of(changes.len(), 3)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (question, (known, waiting)) in changes {
            query = query.bind(question).bind(known).bind(waiting);
        }
        query.execute(self.tx()).await?;
        Ok(())
    }
}

/// The row of the figures that is about outcomes, not questions.
const ALL: &str = "";

impl Db {
    /// Counts outcomes and photos anew: one of an earlier version, which keeps no figures, may have written.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn count_figures(&self) -> Result<(), DbError> {
        let mut write = self.write().await?;
        for sql in [
            "DELETE FROM outcome_tally",
            "INSERT INTO outcome_tally (question, known, waiting) SELECT '', COUNT(*), \
             COALESCE(SUM(CASE WHEN waits > 0 THEN 1 ELSE 0 END), 0) FROM outcomes",
            "INSERT INTO outcome_tally (question, known, waiting) SELECT question, COUNT(*), \
             SUM(CASE WHEN waits > 0 THEN 1 ELSE 0 END) FROM outcome_questions GROUP BY question",
            "UPDATE journals SET photos = (SELECT COUNT(*) FROM evidence_custody c \
             WHERE c.journal = journals.id)",
        ] {
            sqlx::query(sql).execute(write.tx()).await?;
        }
        write.commit().await?;
        Ok(())
    }

    /// The board: newest acts first.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn board(&self, filter: &BoardFilter) -> Result<Vec<BoardRow>, DbError> {
        // In the order of an index, which leads to those that are shown and to no others.
        let (from, at) = match (&filter.question, filter.waiting) {
            (None, false) => ("outcomes o WHERE", "o"),
            (None, true) => ("outcomes o WHERE o.waits > 0 AND", "o"),
            (Some(_), false) => (
                "outcome_questions q CROSS JOIN outcomes o WHERE o.subject = q.subject \
                 AND q.question = $4 AND",
                "q",
            ),
            (Some(_), true) => (
                "outcome_questions q CROSS JOIN outcomes o WHERE o.subject = q.subject \
                 AND q.question = $4 AND q.waits > 0 AND",
                "q",
            ),
        };
        let sql = format!(
            "SELECT {COLUMNS}, r.number_typed, r.number_normal, COALESCE(u.name, '') FROM \
             (SELECT o.subject, o.at_ms FROM {from} ({at}.at_ms, {at}.subject) < ($1, $2) \
             ORDER BY {at}.at_ms DESC, {at}.subject DESC LIMIT $3) AS page \
             JOIN outcomes o ON o.subject = page.subject JOIN records r ON r.subject = o.subject \
             LEFT JOIN users u ON u.id = r.officer ORDER BY page.at_ms DESC, page.subject DESC"
        );
        let (at_ms, subject) = filter.before.clone().unwrap_or((i64::MAX, String::new()));
        let mut query = sqlx::query(AssertSqlSafe(sql))
            .bind(at_ms)
            .bind(subject)
            .bind(i64::from(filter.limit));
        if let Some(question) = &filter.question {
            query = query.bind(question.clone());
        }
        let mut connection = self.pool().acquire().await?;
        let rows = query.fetch_all(&mut *connection).await?;
        let subjects: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        let mut questions = questions(&mut connection, &subjects).await?;
        rows.iter()
            .map(|row| {
                let of = questions.remove(row.get::<&str, _>(0)).unwrap_or_default();
                Ok(BoardRow {
                    outcome: outcome_of(row, of)?,
                    typed: row.get(11),
                    normal: row.get(12),
                    officer: row.get(13),
                })
            })
            .collect()
    }

    /// How many records wait.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tally(&self) -> Result<Tally, DbError> {
        let rows = sqlx::query(
            "SELECT question, known, waiting FROM outcome_tally ORDER BY waiting DESC, question",
        )
        .fetch_all(self.pool())
        .await?;
        let mut tally = Tally::default();
        for row in &rows {
            let question: String = row.get(0);
            let known = super::number_out(row.get(1))?;
            let waiting = super::number_out(row.get(2))?;
            if question == ALL {
                tally.waiting = waiting;
                tally.settled = known.saturating_sub(waiting);
            } else if waiting > 0 {
                tally.by_question.push((question, waiting));
            }
        }
        Ok(tally)
    }

    /// How many records wait for a person.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn outcomes_waiting(&self) -> Result<u64, DbError> {
        let row = sqlx::query("SELECT waiting FROM outcome_tally WHERE question = $1")
            .bind(ALL)
            .fetch_optional(self.pool())
            .await?;
        row.map_or(Ok(0), |row| super::number_out(row.get(0)))
    }

    /// Records that count at a case which went into this one, with that case, newest act first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn records_of_members(
        &self,
        main: &str,
        limit: u32,
    ) -> Result<Vec<(String, String)>, DbError> {
        let rows = sqlx::query(
            "SELECT o.subject, o.belongs FROM outcome_cases c JOIN outcomes o ON o.subject = c.subject \
             WHERE c.case_id = $1 AND o.main_id = $1 AND o.belongs <> $1 \
             ORDER BY o.at_ms DESC, o.subject LIMIT $2",
        )
        .bind(main)
        .bind(i64::from(limit))
        .fetch_all(self.pool())
        .await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }
}
