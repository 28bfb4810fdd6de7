//! Facts about the server itself: its id, the limits that phones know, the court's clock.

use super::{Db, DbError};
use sqlx::{AnyConnection, Row};

/// A fact's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meta {
    /// The server's id, hexadecimal.
    ServerId,
    /// What phones are told beforehand, JSON: see [`Db::limits`].
    Limits,
    /// Where the court's clock was set to start, and the offset that followed: `START OFFSET`, ms.
    CourtClock,
    /// Where phones reached the server when it last ran.
    ServedUrl,
    /// The end of the audit log, `NUMBER:LINK`: rows that are cut off there show.
    AuditHead,
    /// The newest backup that was read again whole, JSON: see [`Db::newest_backup`].
    Backup,
    /// Records of before outcomes were kept have been judged.
    Reconciled,
}

impl Meta {
    fn name(self) -> &'static str {
        match self {
            Self::ServerId => "server_id",
            Self::Limits => "limits",
            Self::CourtClock => "court_clock",
            Self::ServedUrl => "served_url",
            Self::AuditHead => "audit_head",
            Self::Backup => "backup",
            Self::Reconciled => "reconciled",
        }
    }
}

impl Db {
    /// A fact, when it was ever told.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn meta(&self, meta: Meta) -> Result<Option<String>, DbError> {
        let row = sqlx::query("SELECT value FROM meta WHERE name = $1")
            .bind(meta.name())
            .fetch_optional(self.pool())
            .await?;
        Ok(row.map(|row| row.get(0)))
    }

    /// Tells a fact.
    ///
    /// # Errors
    /// When the statement fails.
    pub async fn set_meta(&self, meta: Meta, value: &str) -> Result<(), DbError> {
        let _turn = self.turn().await?;
        let mut connection = self.pool().acquire().await?;
        set(&mut connection, meta, value).await
    }
}

/// Tells a fact within a transaction.
pub(super) async fn set(
    connection: &mut AnyConnection,
    meta: Meta,
    value: &str,
) -> Result<(), DbError> {
    sqlx::query(
        "INSERT INTO meta (name, value) VALUES ($1, $2) \
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(meta.name())
    .bind(value)
    .execute(connection)
    .await?;
    Ok(())
}
