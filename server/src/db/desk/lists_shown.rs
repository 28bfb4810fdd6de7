//! List versions as pages show them.

use super::super::{Db, DbError};
use sqlx::{AssertSqlSafe, Row};

/// A list version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListShown {
    /// Its number.
    pub version: i64,
    /// `import` or `rollback`.
    pub kind: String,
    /// The file as it was named.
    pub file_name: String,
    /// SHA-256 of the file.
    pub file_sha256: String,
    /// When it was applied, ms UTC.
    pub applied_ms: i64,
    /// By whom: a user's id, or what applied it without one.
    pub applied_by: String,
    /// His name, where it was a user.
    pub applied_name: Option<String>,
    /// Why a suspicious list, or a rollback, was applied.
    pub reason: Option<String>,
    /// The version that a rollback takes back.
    pub rolls_back: Option<i64>,
    /// The report as JSON.
    pub summary: String,
}

const COLUMNS: &str = "SELECT l.version, l.kind, l.file_name, l.file_sha256, l.applied_ms, \
     l.applied_by, u.name, l.reason, l.rolls_back, l.summary \
     FROM lists l LEFT JOIN users u ON u.id = l.applied_by";

impl Db {
    /// List versions, newest first, at most `limit`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn lists_shown(&self, limit: u32) -> Result<Vec<ListShown>, DbError> {
        let sql = format!("{COLUMNS} ORDER BY l.version DESC LIMIT $1");
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(i64::from(limit))
            .fetch_all(self.pool())
            .await?;
        Ok(rows.iter().map(list_row).collect())
    }

    /// One list version.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn list_shown(&self, version: i64) -> Result<Option<ListShown>, DbError> {
        let sql = format!("{COLUMNS} WHERE l.version = $1");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(version)
            .fetch_optional(self.pool())
            .await?;
        Ok(row.map(|row| list_row(&row)))
    }

    /// Ids of the cases that a list version changed with their kinds, before and after, in order of
    /// id; at most `limit`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn changes_of_list(
        &self,
        version: i64,
        limit: u32,
    ) -> Result<Vec<(String, String, Option<String>, Option<String>)>, DbError> {
        let rows = sqlx::query(
            "SELECT case_id, kinds, before, after FROM case_changes WHERE version = $1 \
             ORDER BY case_id LIMIT $2",
        )
        .bind(version)
        .bind(i64::from(limit))
        .fetch_all(self.pool())
        .await?;
        Ok(rows
            .iter()
            .map(|row| (row.get(0), row.get(1), row.get(2), row.get(3)))
            .collect())
    }
}

fn list_row(row: &sqlx::any::AnyRow) -> ListShown {
    ListShown {
        version: row.get(0),
        kind: row.get(1),
        file_name: row.get(2),
        file_sha256: row.get(3),
        applied_ms: row.get(4),
        applied_by: row.get(5),
        applied_name: row.get(6),
        reason: row.get(7),
        rolls_back: row.get(8),
        summary: row.get(9),
    }
}
