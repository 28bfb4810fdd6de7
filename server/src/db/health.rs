//! The database looked at from outside, before it is opened for use: nothing is changed.

use super::{Db, DbError, migrator};
use sqlx::{AnyConnection, Connection, Row};

/// What a look at a database found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Migrations of this version that have not run.
    pub pending: Vec<i64>,
    /// Migrations that ran and that this version does not know.
    pub unknown: Vec<i64>,
    /// What SQLite's own check of the file says is wrong.
    pub damage: Vec<String>,
}

impl Db {
    /// Looks at a database without bringing it to this version.
    ///
    /// # Errors
    /// When it does not open or does not answer.
    pub async fn examine(url: &str) -> Result<Health, DbError> {
        sqlx::any::install_default_drivers();
        let mut connection = AnyConnection::connect(url).await.map_err(DbError::Open)?;
        let ran: Vec<i64> = sqlx::query("SELECT version FROM _sqlx_migrations ORDER BY version")
            .fetch_all(&mut connection)
            .await?
            .iter()
            .map(|row| row.get(0))
            .collect();
        let known: Vec<i64> = migrator().iter().map(|it| it.version).collect();
        let mut damage = Vec::new();
        if url.starts_with("sqlite") {
            damage = sqlx::query("PRAGMA integrity_check")
                .fetch_all(&mut connection)
                .await?
                .iter()
                .map(|row| row.get::<String, _>(0))
                .filter(|line| line != "ok")
                .collect();
        }
        connection.close().await?;
        let without = |all: &[i64], some: &[i64]| {
            let left = all.iter().filter(|version| !some.contains(version));
            left.copied().collect()
        };
        Ok(Health {
            pending: without(&known, &ran),
            unknown: without(&ran, &known),
            damage,
        })
    }

    /// How many uploads are over and not cleared up.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn expired_uploads(&self, now_ms: i64) -> Result<u64, DbError> {
        let row = sqlx::query("SELECT COUNT(*) FROM uploads WHERE expires_ms <= $1")
            .bind(now_ms)
            .fetch_one(self.pool())
            .await?;
        super::number_out(row.get(0))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{SQLITE_FILE, sqlite_url};
    use super::*;

    #[tokio::test]
    async fn a_look_tells_versions_and_damage_and_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let url = sqlite_url(dir.path(), "rw");
        assert!(matches!(Db::examine(&url).await, Err(DbError::Open(_))));
        assert!(!dir.path().join(SQLITE_FILE).exists());
        let db = Db::open_sqlite(dir.path()).await.unwrap();
        assert_eq!(Db::examine(&url).await.unwrap(), Health::default());
        sqlx::query("UPDATE _sqlx_migrations SET version = 99 WHERE version = 2")
            .execute(db.pool())
            .await
            .unwrap();
        db.close().await;
        let health = Db::examine(&url).await.unwrap();
        assert_eq!((health.pending, health.unknown), (vec![2], vec![99]));
    }
}
