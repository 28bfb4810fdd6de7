//! The board as other pages need it: counted in the rail, and beside a main case.

use crate::db::{Db, DbError, number_in, number_out};
use sqlx::Row;

impl Db {
    /// How many records wait for a person, at most so many.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn outcomes_waiting(&self, most: u64) -> Result<u64, DbError> {
        let row = sqlx::query(
            "SELECT COUNT(*) FROM (SELECT 1 AS one FROM outcomes WHERE waits > 0 LIMIT $1) AS counted",
        )
        .bind(number_in(most)?)
        .fetch_one(self.pool())
        .await?;
        number_out(row.get(0))
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
