//! Who is signed in to the console, and who is locked out for a while. Sessions say nothing to
//! phones, so they do not go through the log.

use super::{Db, DbError};
use sqlx::{Any, Row};

/// A user as sign-in looks him up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInUser {
    /// Who.
    pub id: String,
    /// PHC string; a user without one cannot sign in.
    pub password_hash: Option<String>,
    /// May not sign in any more.
    pub disabled: bool,
    /// Wrong passwords since the last right one.
    pub failures: i64,
    /// No try is looked at before, ms UTC.
    pub blocked_until_ms: i64,
}

/// A session with its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebSession {
    /// The token that forms must carry.
    pub csrf: String,
    /// Signed in at, ms UTC.
    pub created_ms: i64,
    /// Last request, ms UTC, to the minute.
    pub seen_ms: i64,
    /// Language of the pages.
    pub lang: String,
    /// The user.
    pub user_id: String,
    /// His login.
    pub login: String,
    /// His name.
    pub name: String,
    /// His name in the case list.
    pub list_name: String,
    /// His role.
    pub role: String,
}

/// A session to be kept.
#[derive(Clone, Debug)]
pub struct NewSession<'a> {
    /// SHA-256 of the cookie's token, hexadecimal.
    pub token_hash: &'a str,
    /// The user.
    pub user_id: &'a str,
    /// The token that forms must carry.
    pub csrf: &'a str,
    /// Language of the pages.
    pub lang: &'a str,
    /// Now, ms UTC.
    pub now_ms: i64,
}

impl Db {
    /// The user with this login, `None` when there is none.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sign_in_user(&self, login: &str) -> Result<Option<SignInUser>, DbError> {
        let row = sqlx::query(
            "SELECT id, password_hash, disabled, failures, blocked_until_ms FROM users \
             WHERE login = $1",
        )
        .bind(login)
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|row| SignInUser {
            id: row.get(0),
            password_hash: row.get(1),
            disabled: row.get::<i64, _>(2) != 0,
            failures: row.get(3),
            blocked_until_ms: row.get(4),
        }))
    }

    /// Counts a wrong password and returns how many it makes.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn count_failure(&self, user_id: &str) -> Result<i64, DbError> {
        let _turn = self.turn().await?;
        let row = sqlx::query(
            "UPDATE users SET failures = failures + 1 WHERE id = $1 RETURNING failures",
        )
        .bind(user_id)
        .fetch_one(self.pool())
        .await?;
        Ok(row.get(0))
    }

    /// Locks a user out until a moment; never earlier than he is locked out already.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn block_until(&self, user_id: &str, until_ms: i64) -> Result<(), DbError> {
        let _turn = self.turn().await?;
        sqlx::query(
            "UPDATE users SET blocked_until_ms = $2 WHERE id = $1 AND blocked_until_ms < $2",
        )
        .bind(user_id)
        .bind(until_ms)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Forgets wrong passwords after a right one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn forget_failures(&self, user_id: &str) -> Result<(), DbError> {
        let _turn = self.turn().await?;
        sqlx::query("UPDATE users SET failures = 0, blocked_until_ms = 0 WHERE id = $1")
            .bind(user_id)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// Keeps a session, and drops those that ended: last seen before `idle_from_ms` or begun before
    /// `begun_from_ms`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn open_session(
        &self,
        new: &NewSession<'_>,
        idle_from_ms: i64,
        begun_from_ms: i64,
    ) -> Result<(), DbError> {
        let _turn = self.turn().await?;
        sqlx::query("DELETE FROM web_sessions WHERE seen_ms < $1 OR created_ms < $2")
            .bind(idle_from_ms)
            .bind(begun_from_ms)
            .execute(self.pool())
            .await?;
        sqlx::query(
            "INSERT INTO web_sessions (token_hash, user_id, csrf, created_ms, seen_ms, lang) \
             VALUES ($1, $2, $3, $4, $4, $5)",
        )
        .bind(new.token_hash)
        .bind(new.user_id)
        .bind(new.csrf)
        .bind(new.now_ms)
        .bind(new.lang)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// The session of a token, with its user unless he was disabled since.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn session(&self, token_hash: &str) -> Result<Option<WebSession>, DbError> {
        let row = sqlx::query(
            "SELECT s.csrf, s.created_ms, s.seen_ms, s.lang, u.id, u.login, u.name, u.list_name, \
             u.role FROM web_sessions s JOIN users u ON u.id = s.user_id \
             WHERE s.token_hash = $1 AND u.disabled = 0",
        )
        .bind(token_hash)
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|row| session_row(&row)))
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn touch_session(&self, token_hash: &str, now_ms: i64) -> Result<(), DbError> {
        let _turn = self.turn().await?;
        sqlx::query("UPDATE web_sessions SET seen_ms = $2 WHERE token_hash = $1")
            .bind(token_hash)
            .bind(now_ms)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// Changes the language of a session.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn speak(&self, token_hash: &str, lang: &str) -> Result<(), DbError> {
        let _turn = self.turn().await?;
        sqlx::query("UPDATE web_sessions SET lang = $2 WHERE token_hash = $1")
            .bind(token_hash)
            .bind(lang)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn close_session(&self, token_hash: &str) -> Result<(), DbError> {
        let _turn = self.turn().await?;
        sqlx::query("DELETE FROM web_sessions WHERE token_hash = $1")
            .bind(token_hash)
            .execute(self.pool())
            .await?;
        Ok(())
    }
}

fn session_row(row: &<Any as sqlx::Database>::Row) -> WebSession {
    WebSession {
        csrf: row.get(0),
        created_ms: row.get(1),
        seen_ms: row.get(2),
        lang: row.get(3),
        user_id: row.get(4),
        login: row.get(5),
        name: row.get(6),
        list_name: row.get(7),
        role: row.get(8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::journals::tests::add;
    use crate::db::{Role, User, testing};
    use std::pin::Pin;
    use std::time::Duration;
    use waiqin_protocol::ids::OfficerId;

    #[tokio::test]
    async fn sessions_failures_and_blocks_are_kept() {
        for (db, _kept) in testing::engines().await {
            let user = User {
                id: OfficerId::from_bytes([1; 16]),
                login: "he".into(),
                name: "何某".into(),
                list_name: "-".into(),
                role: Role::Clerk,
                disabled: false,
            };
            let mut write = db.write().await.unwrap();
            write.add_user(&user, Some("phc"), 1).await.unwrap();
            write.commit().await.unwrap();
            let id = user.id.to_string();
            assert_eq!(db.sign_in_user("nobody").await.unwrap(), None);
            assert_eq!(db.count_failure(&id).await.unwrap(), 1);
            assert_eq!(db.count_failure(&id).await.unwrap(), 2);
            db.block_until(&id, 500).await.unwrap();
            db.block_until(&id, 300).await.unwrap();
            let known = db.sign_in_user("he").await.unwrap().unwrap();
            assert_eq!((known.failures, known.blocked_until_ms), (2, 500));
            db.forget_failures(&id).await.unwrap();
            let known = db.sign_in_user("he").await.unwrap().unwrap();
            assert_eq!((known.failures, known.blocked_until_ms), (0, 0));

            let session = |token_hash, now_ms| NewSession {
                token_hash,
                user_id: &id,
                csrf: "c",
                lang: "zh-CN",
                now_ms,
            };
            db.open_session(&session("old", 100), 0, 0).await.unwrap();
            db.open_session(&session("idle", 200), 0, 0).await.unwrap();
            db.touch_session("old", 300).await.unwrap();
            // What is idle since before 250, or began before 100, ends when another begins.
            db.open_session(&session("new", 310), 250, 100)
                .await
                .unwrap();
            assert_eq!(db.session("idle").await.unwrap(), None);
            assert!(db.session("old").await.unwrap().is_some());
            db.open_session(&session("newer", 320), 250, 101)
                .await
                .unwrap();
            assert_eq!(db.session("old").await.unwrap(), None);
            db.speak("new", "en").await.unwrap();
            let kept = db.session("new").await.unwrap().unwrap();
            assert_eq!((kept.lang.as_str(), kept.role.as_str()), ("en", "clerk"));
            db.close_session("new").await.unwrap();
            assert_eq!(db.session("new").await.unwrap(), None);
        }
    }

    /// A list may be written for longer than SQLite waits for a lock.
    #[tokio::test]
    async fn who_signs_in_while_somebody_writes_waits_for_his_turn() {
        let (db, _kept) = testing::sqlite().await;
        let user = testing::journal(1).officer;
        add(&db, &[testing::journal(1)]).await;
        testing::wait_for_no_lock(&db).await;
        let id = user.to_string();
        let session = NewSession {
            token_hash: "t",
            user_id: &id,
            csrf: "c",
            lang: "en",
            now_ms: 1,
        };
        type Act<'a> = Pin<Box<dyn Future<Output = Result<(), DbError>> + 'a>>;
        let acts: [Act; 7] = [
            Box::pin(async { db.count_failure(&id).await.map(drop) }),
            Box::pin(db.block_until(&id, 1)),
            Box::pin(db.forget_failures(&id)),
            Box::pin(db.open_session(&session, 0, 0)),
            Box::pin(db.touch_session("t", 2)),
            Box::pin(db.speak("t", "zh-CN")),
            Box::pin(db.close_session("t")),
        ];
        for (n, mut act) in acts.into_iter().enumerate() {
            let write = db.write().await.unwrap();
            let soon = tokio::time::timeout(Duration::from_millis(20), &mut act).await;
            assert!(soon.is_err(), "act {n} did not wait: {soon:?}");
            write.commit().await.unwrap();
            act.await.unwrap();
        }
    }
}
