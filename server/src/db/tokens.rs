//! Tokens of phones: random, kept as hashes, bound to a journal.

use super::journals::{self, journal_at};
use super::users::user_at;
use super::{Db, DbError, Journal, User};
use waiqin_protocol::ids::JournalId;

/// Who calls: a journal and its officer.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The journal that the token is bound to.
    pub journal: Journal,
    /// Its officer.
    pub officer: User,
}

impl Caller {
    /// The journal was revoked, or its officer may do nothing any more, or is in a role that carries
    /// no phone: no data comes down, what comes up is held.
    #[must_use]
    pub fn is_revoked(&self) -> bool {
        self.journal.revoked_ms.is_some() || !self.officer.may_carry_phone()
    }
}

impl Db {
    /// Keeps a token, and forgets those that are over.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn add_token(
        &self,
        token_hash: &str,
        journal: JournalId,
        expires_ms: i64,
        now_ms: i64,
    ) -> Result<(), DbError> {
        let _turn = self.turn().await?;
        sqlx::query("DELETE FROM tokens WHERE expires_ms <= $1")
            .bind(now_ms)
            .execute(self.pool())
            .await?;
        sqlx::query("INSERT INTO tokens (token_hash, journal, expires_ms) VALUES ($1, $2, $3)")
            .bind(token_hash)
            .bind(journal.to_string())
            .bind(expires_ms)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// Who holds a token.
    ///
    /// # Errors
    /// When the database does not answer or the row does not read.
    pub async fn caller(&self, token_hash: &str, now_ms: i64) -> Result<Option<Caller>, DbError> {
        let sql = sqlx::AssertSqlSafe(format!(
            "SELECT u.id, u.login, u.name, u.list_name, u.role, u.disabled, {} \
             FROM tokens t JOIN journals j ON j.id = t.journal \
             JOIN users u ON u.id = j.officer \
             WHERE t.token_hash = $1 AND t.expires_ms > $2",
            journals::COLUMNS
        ));
        let row = sqlx::query(sql)
            .bind(token_hash)
            .bind(now_ms)
            .fetch_optional(self.pool())
            .await?;
        row.map(|row| {
            Ok(Caller {
                officer: user_at(&row, 0)?,
                journal: journal_at(&row, 6)?,
            })
        })
        .transpose()
    }

    /// Ends every token of a journal.
    ///
    /// # Errors
    /// When the statement fails.
    pub async fn end_tokens(&self, journal: JournalId) -> Result<(), DbError> {
        let _turn = self.turn().await?;
        sqlx::query("DELETE FROM tokens WHERE journal = $1")
            .bind(journal.to_string())
            .execute(self.pool())
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::access::Role;
    use crate::db::journals::tests::{add, journal};
    use crate::db::testing;
    use crate::db::users::tests::officer;

    #[tokio::test]
    async fn a_token_names_its_journal_until_it_is_over() {
        for (db, _kept) in testing::engines().await {
            add(&db, &[journal(1), journal(2)]).await;
            db.add_token("a", journal(1).id, 100, 1).await.unwrap();
            db.add_token("b", journal(2).id, 200, 1).await.unwrap();
            let caller = db.caller("a", 99).await.unwrap().unwrap();
            assert_eq!((caller.journal, caller.officer), (journal(1), officer(1)));
            assert!(db.caller("a", 100).await.unwrap().is_none());
            assert!(db.caller("c", 1).await.unwrap().is_none());
            // Who leaves the field is to his phone what a revoked journal is.
            let mut write = db.write().await.unwrap();
            for (role, revoked) in [(Role::Lead, false), (Role::Admin, true)] {
                write.set_role(officer(1).id, role, None, 1).await.unwrap();
                write.commit().await.unwrap();
                let caller = db.caller("a", 50).await.unwrap().unwrap();
                assert_eq!(caller.is_revoked(), revoked, "{role:?}");
                write = db.write().await.unwrap();
            }
            drop(write);
            db.end_tokens(journal(1).id).await.unwrap();
            assert!(db.caller("a", 50).await.unwrap().is_none());
            assert!(db.caller("b", 50).await.unwrap().is_some());
        }
    }
}
