//! Enrolment codes: kept as SHA-256, good once.

use super::users::user_at;
use super::{AuditAct, Db, DbError, User, Write};
use sqlx::Row;
use waiqin_protocol::ids::{JournalId, OfficerId};

/// An enrolment code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolCode {
    /// Whose it is.
    pub officer: User,
    /// When it ends, ms UTC.
    pub expires_ms: i64,
    /// The journal that was enrolled with it.
    pub used_by: Option<JournalId>,
}

impl Write {
    /// Keeps a new code; `by`: who asked for it in the console.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn add_code(
        &mut self,
        code_hash: &str,
        officer: OfficerId,
        by: Option<OfficerId>,
        now_ms: i64,
        expires_ms: i64,
    ) -> Result<(), DbError> {
        sqlx::query(
            "INSERT INTO enrol_codes (code_hash, officer, created_ms, expires_ms) \
             VALUES ($1, $2, $3, $4)",
        )
        .bind(code_hash)
        .bind(officer.to_string())
        .bind(now_ms)
        .bind(expires_ms)
        .execute(self.tx())
        .await?;
        let object = officer.to_string();
        self.audit(AuditAct::CodeMade, by, None, Some(&object), now_ms)
            .await
    }

    /// Uses a code for a journal. `false` when it was used before or is over.
    ///
    /// # Errors
    /// When the statement fails.
    pub async fn use_code(
        &mut self,
        code_hash: &str,
        journal: JournalId,
        now_ms: i64,
    ) -> Result<bool, DbError> {
        let used = sqlx::query(
            "UPDATE enrol_codes SET used_by = $1 \
             WHERE code_hash = $2 AND used_by IS NULL AND expires_ms > $3",
        )
        .bind(journal.to_string())
        .bind(code_hash)
        .bind(now_ms)
        .execute(self.tx())
        .await?
        .rows_affected();
        Ok(used == 1)
    }
}

impl Db {
    /// A code, by its hash.
    ///
    /// # Errors
    /// When the database does not answer or the row does not read.
    pub async fn code(&self, code_hash: &str) -> Result<Option<EnrolCode>, DbError> {
        let row = sqlx::query(
            "SELECT u.id, u.login, u.name, u.list_name, u.role, u.disabled, \
             c.expires_ms, c.used_by FROM enrol_codes c JOIN users u ON u.id = c.officer \
             WHERE c.code_hash = $1",
        )
        .bind(code_hash)
        .fetch_optional(self.pool())
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(EnrolCode {
            officer: user_at(&row, 0)?,
            expires_ms: row.get(6),
            used_by: super::parsed_or_none(row.get(7), "journal's id")?,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::testing;
    use crate::db::users::tests::officer;

    #[tokio::test]
    async fn a_code_is_used_once_and_not_after_its_end() {
        for (db, _kept) in testing::engines().await {
            let (one, two) = (
                JournalId::from_bytes([1; 16]),
                JournalId::from_bytes([2; 16]),
            );
            let mut write = db.write().await.unwrap();
            write.add_user(&officer(1), None, 1).await.unwrap();
            write
                .add_code("h", officer(1).id, None, 1, 100)
                .await
                .unwrap();
            assert!(!write.use_code("h", one, 100).await.unwrap());
            assert!(write.use_code("h", one, 99).await.unwrap());
            assert!(!write.use_code("h", two, 99).await.unwrap());
            write.commit().await.unwrap();
            let code = db.code("h").await.unwrap().unwrap();
            assert_eq!((code.officer, code.used_by), (officer(1), Some(one)));
            assert_eq!(db.code("g").await.unwrap(), None);
        }
    }
}
