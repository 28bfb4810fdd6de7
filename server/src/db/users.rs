//! People: field officers and office users alike.

use super::{AuditAct, Db, DbError, Write};
use crate::access::{Action, Role};
use sqlx::Row;
use sqlx::any::AnyRow;
use waiqin_protocol::ids::OfficerId;

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Who.
    pub id: OfficerId,
    /// Name to sign in with.
    pub login: String,
    /// His name.
    pub name: String,
    /// His name in the case list's 承办人 column; decides his scope.
    pub list_name: String,
    /// What he is.
    pub role: Role,
    /// He may do nothing any more.
    pub disabled: bool,
}

impl User {
    /// Whether a phone of his gets data.
    #[must_use]
    pub fn may_carry_phone(&self) -> bool {
        !self.disabled && self.role.may(Action::CarryPhone)
    }
}

const COLUMNS: &str = "id, login, name, list_name, role, disabled";

impl Db {
    /// The person with a login.
    ///
    /// # Errors
    /// When the database does not answer or the row does not read.
    pub async fn user_by_login(&self, login: &str) -> Result<Option<User>, DbError> {
        self.user_where("login", login).await
    }

    /// A person.
    ///
    /// # Errors
    /// When the database does not answer or the row does not read.
    pub async fn user(&self, id: OfficerId) -> Result<Option<User>, DbError> {
        self.user_where("id", &id.to_string()).await
    }

    /// Everybody, by login.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn users(&self) -> Result<Vec<User>, DbError> {
        let sql = sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM users ORDER BY login"));
        sqlx::query(sql)
            .fetch_all(self.pool())
            .await?
            .iter()
            .map(user_of)
            .collect()
    }

    async fn user_where(&self, column: &'static str, value: &str) -> Result<Option<User>, DbError> {
        let sql = sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM users WHERE {column} = $1"));
        sqlx::query(sql)
            .bind(value)
            .fetch_optional(self.pool())
            .await?
            .as_ref()
            .map(user_of)
            .transpose()
    }
}

impl Write {
    /// Adds a person. `false` when the login is taken; nothing was added then.
    ///
    /// # Errors
    /// When the statement fails.
    pub async fn add_user(
        &mut self,
        user: &User,
        password_hash: Option<&str>,
        now_ms: i64,
    ) -> Result<bool, DbError> {
        let added = sqlx::query(
            "INSERT INTO users (id, login, name, list_name, role, password_hash, disabled, \
             created_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (login) DO NOTHING",
        )
        .bind(user.id.to_string())
        .bind(user.login.as_str())
        .bind(user.name.as_str())
        .bind(user.list_name.as_str())
        .bind(user.role.as_str())
        .bind(password_hash.map(str::to_owned))
        .bind(i64::from(user.disabled))
        .bind(now_ms)
        .execute(self.tx())
        .await?
        .rows_affected();
        if added == 1 {
            let object = user.id.to_string();
            self.audit(AuditAct::UserAdded, None, None, Some(&object), now_ms)
                .await?;
        }
        Ok(added == 1)
    }

    /// Gives a person another password and ends his web sessions. `false` when there is no such
    /// login.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn set_password(
        &mut self,
        login: &str,
        password_hash: &str,
        now_ms: i64,
    ) -> Result<bool, DbError> {
        let row = sqlx::query(
            "UPDATE users SET password_hash = $1, failures = 0, blocked_until_ms = 0 \
             WHERE login = $2 RETURNING id",
        )
        .bind(password_hash)
        .bind(login)
        .fetch_optional(self.tx())
        .await?;
        let Some(row) = row else { return Ok(false) };
        let id: String = row.get(0);
        sqlx::query("DELETE FROM web_sessions WHERE user_id = $1")
            .bind(id.as_str())
            .execute(self.tx())
            .await?;
        self.audit(AuditAct::PasswordSet, None, None, Some(&id), now_ms)
            .await?;
        Ok(true)
    }

    /// Gives a person another role; `by`: who did it in the console. `false` when there is no such
    /// person or it is his role already.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn set_role(
        &mut self,
        id: OfficerId,
        role: Role,
        by: Option<OfficerId>,
        now_ms: i64,
    ) -> Result<bool, DbError> {
        let changed = sqlx::query("UPDATE users SET role = $1 WHERE id = $2 AND role <> $1")
            .bind(role.as_str())
            .bind(id.to_string())
            .execute(self.tx())
            .await?
            .rows_affected();
        if changed == 1 {
            let object = format!("{id}:{}", role.as_str());
            self.audit(AuditAct::RoleSet, by, None, Some(&object), now_ms)
                .await?;
        }
        Ok(changed == 1)
    }

    /// Lets a person do nothing any more and ends his web sessions, or lets him in again. `false` when
    /// there is no such person or it is so already.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn set_disabled(
        &mut self,
        id: OfficerId,
        disabled: bool,
        by: Option<OfficerId>,
        now_ms: i64,
    ) -> Result<bool, DbError> {
        let changed =
            sqlx::query("UPDATE users SET disabled = $1 WHERE id = $2 AND disabled <> $1")
                .bind(i64::from(disabled))
                .bind(id.to_string())
                .execute(self.tx())
                .await?
                .rows_affected();
        if changed == 0 {
            return Ok(false);
        }
        if disabled {
            sqlx::query("DELETE FROM web_sessions WHERE user_id = $1")
                .bind(id.to_string())
                .execute(self.tx())
                .await?;
        }
        let act = if disabled {
            AuditAct::UserDisabled
        } else {
            AuditAct::UserEnabled
        };
        self.audit(act, by, None, Some(&id.to_string()), now_ms)
            .await?;
        Ok(true)
    }

    /// Ends a lock-out before its time. `false` when there is no such person or nothing to end.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn unlock(
        &mut self,
        id: OfficerId,
        by: Option<OfficerId>,
        now_ms: i64,
    ) -> Result<bool, DbError> {
        let changed = sqlx::query(
            "UPDATE users SET failures = 0, blocked_until_ms = 0 \
             WHERE id = $1 AND (failures > 0 OR blocked_until_ms > 0)",
        )
        .bind(id.to_string())
        .execute(self.tx())
        .await?
        .rows_affected();
        if changed == 1 {
            let object = id.to_string();
            self.audit(AuditAct::UserUnlocked, by, None, Some(&object), now_ms)
                .await?;
        }
        Ok(changed == 1)
    }
}

fn user_of(row: &AnyRow) -> Result<User, DbError> {
    user_at(row, 0)
}

/// A user from six columns of a row, the first at `at`.
pub(super) fn user_at(row: &AnyRow, at: usize) -> Result<User, DbError> {
    Ok(User {
        id: super::parsed(row.get(at), "officer's id")?,
        login: row.get(at + 1),
        name: row.get(at + 2),
        list_name: row.get(at + 3),
        role: Role::of(row.get(at + 4)).ok_or(DbError::Stored { what: "role" })?,
        disabled: row.get::<i64, _>(at + 5) != 0,
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::db::testing;

    /// 王某, login `wang`.
    pub(crate) fn officer(n: u8) -> User {
        User {
            id: OfficerId::from_bytes([n; 16]),
            login: format!("wang{n}"),
            name: "王某".into(),
            list_name: "王法官".into(),
            role: Role::Officer,
            disabled: false,
        }
    }

    #[tokio::test]
    async fn a_login_is_taken_once() {
        for (db, _kept) in testing::engines().await {
            let user = officer(1);
            let mut write = db.write().await.unwrap();
            assert!(write.add_user(&user, None, 5).await.unwrap());
            write.commit().await.unwrap();
            let other = User {
                id: OfficerId::from_bytes([2; 16]),
                ..user.clone()
            };
            let mut write = db.write().await.unwrap();
            assert!(!write.add_user(&other, Some("x"), 6).await.unwrap());
            write.commit().await.unwrap();
            assert_eq!(db.user_by_login("wang1").await.unwrap(), Some(user.clone()));
            assert_eq!(db.user(user.id).await.unwrap(), Some(user.clone()));
            assert_eq!(db.user(other.id).await.unwrap(), None);
            assert_eq!(db.users().await.unwrap(), [user]);
        }
    }

    #[tokio::test]
    async fn role_and_standing_change_once_and_the_audit_log_says_who_did_it() {
        for (db, _kept) in testing::engines().await {
            let (id, by) = (officer(1).id, officer(2).id);
            let mut write = db.write().await.unwrap();
            write.add_user(&officer(1), None, 5).await.unwrap();
            assert!(write.set_role(id, Role::Lead, Some(by), 6).await.unwrap());
            assert!(!write.set_role(id, Role::Lead, Some(by), 7).await.unwrap());
            assert!(!write.set_role(by, Role::Lead, Some(by), 7).await.unwrap());
            assert!(write.set_disabled(id, true, Some(by), 8).await.unwrap());
            assert!(!write.set_disabled(id, true, Some(by), 9).await.unwrap());
            assert!(!write.unlock(id, Some(by), 9).await.unwrap());
            write.commit().await.unwrap();
            db.count_failure(&id.to_string()).await.unwrap();
            let user = db.user(id).await.unwrap().unwrap();
            assert!(user.disabled && user.role == Role::Lead && !user.may_carry_phone());
            let mut write = db.write().await.unwrap();
            assert!(write.set_disabled(id, false, None, 10).await.unwrap());
            assert!(write.unlock(id, None, 11).await.unwrap());
            write.commit().await.unwrap();
            let rows = sqlx::query("SELECT act, user_id, object FROM audit ORDER BY number")
                .fetch_all(db.pool())
                .await
                .unwrap();
            let said: Vec<(String, bool, String)> = rows
                .iter()
                .map(|row| {
                    let who: Option<String> = row.get(1);
                    (row.get(0), who == Some(by.to_string()), row.get(2))
                })
                .collect();
            let row = |act: &str, by_him, object: String| (act.to_owned(), by_him, object);
            let him = id.to_string();
            assert_eq!(
                said,
                [
                    row("user-added", false, him.clone()),
                    row("role-set", true, format!("{him}:lead")),
                    row("user-disabled", true, him.clone()),
                    row("user-enabled", false, him.clone()),
                    row("user-unlocked", false, him),
                ]
            );
        }
    }

    #[tokio::test]
    async fn another_password_ends_the_web_sessions() {
        for (db, _kept) in testing::engines().await {
            let mut write = db.write().await.unwrap();
            write.add_user(&officer(1), None, 5).await.unwrap();
            write.commit().await.unwrap();
            sqlx::query("INSERT INTO web_sessions VALUES ('t', $1, 'c', 1, 1, 'zh')")
                .bind(officer(1).id.to_string())
                .execute(db.pool())
                .await
                .unwrap();
            let mut write = db.write().await.unwrap();
            assert!(write.set_password("wang1", "phc", 9).await.unwrap());
            assert!(!write.set_password("nobody", "phc", 9).await.unwrap());
            write.commit().await.unwrap();
            let left: i64 = sqlx::query("SELECT COUNT(*) FROM web_sessions")
                .fetch_one(db.pool())
                .await
                .unwrap()
                .get(0);
            assert_eq!(left, 0);
        }
    }
}
