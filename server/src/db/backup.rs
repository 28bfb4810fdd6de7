//! Backups: a snapshot of the whole database, how far phones may count on it, and how a restored
//! database begins.

use super::{AuditAct, Db, DbError, LogKind, Meta, json, of_json};
use serde::{Deserialize, Serialize};
use std::path::Path;
use waiqin_protocol::canonical;
use waiqin_protocol::journal::LogPosition;

/// A backup that was read again whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// When its snapshot was taken, ms UTC.
    pub at_ms: i64,
    /// Where the log ends in it.
    pub position: LogPosition,
}

impl Db {
    /// Writes the whole database, as it stands between two commits, into a new SQLite file. Others
    /// go on reading and writing meanwhile. The file is not synced.
    ///
    /// # Errors
    /// When the file is there or cannot be written.
    pub async fn snapshot(&self, file: &Path) -> Result<(), DbError> {
        let file = file.to_str().ok_or(DbError::Stored {
            what: "path of the snapshot",
        })?;
        sqlx::query("VACUUM INTO $1")
            .bind(file)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// The newest backup that was read again whole.
    ///
    /// # Errors
    /// When the database does not answer or the fact does not read.
    pub async fn newest_backup(&self) -> Result<Option<Backup>, DbError> {
        let text = self.meta(Meta::Backup).await?;
        text.map(|text| of_json(&text, "newest backup")).transpose()
    }

    /// The *safe* position: what the log holds up to here is contained in a verified backup. Phones
    /// may be told; it never goes back.
    ///
    /// # Errors
    /// When the database does not answer or the fact does not read.
    pub async fn safe_position(&self) -> Result<Option<LogPosition>, DbError> {
        Ok(self.newest_backup().await?.map(|backup| backup.position))
    }

    /// Notes a backup that was read again whole, for the running server and for the audit log. One
    /// that took longer than a later one changes nothing.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn note_backup(&self, backup: &Backup, now_ms: i64) -> Result<(), DbError> {
        let mut write = self.write().await?;
        let known = self.safe_position().await?;
        if known.is_some_and(|known| known.number > backup.position.number) {
            return Ok(());
        }
        super::meta::set(write.tx(), Meta::Backup, &json(backup)?).await?;
        let number = backup.position.number.to_string();
        write
            .audit(AuditAct::BackedUp, None, None, Some(&number), now_ms)
            .await?;
        write.commit().await?;
        Ok(())
    }

    /// Begins the life of a restored database. Since its snapshot a phone may have been revoked, a
    /// password changed, a code spent: every token, web session and open enrolment code ends.
    /// Uploads on the way end too, because their bytes are in no backup. Evidence lies in another place
    /// now, from which it was not read again yet. The row of the log makes the history another one than the lost one from here on, also to phones that know no more
    /// than the backup does.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn begin_again(
        &self,
        from: &LogPosition,
        now_ms: i64,
    ) -> Result<LogPosition, DbError> {
        let mut write = self.write().await?;
        for over in [
            "DELETE FROM tokens",
            "DELETE FROM web_sessions",
            "DELETE FROM enrol_codes WHERE used_by IS NULL",
            "DELETE FROM uploads",
            "UPDATE evidence SET verified_ms = NULL WHERE verified_ms IS NOT NULL",
        ] {
            sqlx::query(over).execute(write.tx()).await?;
        }
        let unreadable = DbError::Stored {
            what: "row of the log",
        };
        let body = serde_json::json!({ "act": AuditAct::Restored.as_str(), "from": from });
        let Ok(Ok(body)) = canonical::to_bytes(&body).map(String::from_utf8) else {
            return Err(unreadable);
        };
        write.append(LogKind::Office, None, &body, now_ms).await?;
        let number = from.number.to_string();
        write
            .audit(AuditAct::Restored, None, None, Some(&number), now_ms)
            .await?;
        write.commit().await
    }
}

#[cfg(test)]
mod tests {
    use super::super::journals::tests::{add, journal};
    use super::super::{NewSession, testing};
    use super::*;

    async fn append(db: &Db, body: &str) -> LogPosition {
        let mut write = db.write().await.unwrap();
        write.append(LogKind::List, None, body, 5).await.unwrap();
        write.commit().await.unwrap()
    }

    fn backup(at_ms: i64, position: LogPosition) -> Backup {
        Backup { at_ms, position }
    }

    #[tokio::test]
    async fn the_safe_position_is_that_of_the_newest_backup_and_never_goes_back() {
        for (db, _kept) in testing::engines().await {
            assert_eq!(db.safe_position().await.unwrap(), None);
            let (first, second) = (
                append(&db, "{\"a\":1}").await,
                append(&db, "{\"a\":2}").await,
            );
            db.note_backup(&backup(20, second), 21).await.unwrap();
            db.note_backup(&backup(10, first), 22).await.unwrap();
            assert_eq!(db.safe_position().await.unwrap(), Some(second));
            db.note_backup(&backup(30, second), 31).await.unwrap();
            assert_eq!(
                db.newest_backup().await.unwrap(),
                Some(backup(30, second)),
                "nothing new, backed up again"
            );
            assert_eq!(db.log_position().await.unwrap(), second);
            assert!(db.audit_misfits().await.unwrap().misfits.is_empty());
        }
    }

    #[tokio::test]
    async fn a_snapshot_holds_what_was_committed_and_a_file_is_never_written_over() {
        let (db, _dir) = testing::sqlite().await;
        let before = append(&db, "{\"a\":1}").await;
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(super::super::SQLITE_FILE);
        let mut open = db.write().await.unwrap();
        open.append(LogKind::List, None, "{\"a\":2}", 6)
            .await
            .unwrap();
        db.snapshot(&file).await.unwrap();
        open.commit().await.unwrap();
        assert!(db.snapshot(&file).await.is_err());
        let copy = Db::open_sqlite(dir.path()).await.unwrap();
        assert_eq!(copy.log_position().await.unwrap(), before);
        copy.close().await;
    }

    #[tokio::test]
    async fn a_restored_database_lets_nobody_in_and_goes_another_way() {
        for (db, _kept) in testing::engines().await {
            add(&db, &[journal(1)]).await;
            let from = append(&db, "{\"a\":1}").await;
            db.add_token("t", journal(1).id, 100, 1).await.unwrap();
            let officer = journal(1).officer.to_string();
            let session = NewSession {
                token_hash: "s",
                user_id: &officer,
                csrf: "c",
                lang: "zh",
                now_ms: 1,
            };
            db.open_session(&session, 0, 0).await.unwrap();
            let begun = db.begin_again(&from, 50).await.unwrap();
            assert!(db.caller("t", 50).await.unwrap().is_none());
            assert!(db.session("s").await.unwrap().is_none());
            assert_eq!(begun.number, from.number + 1);
            let row = db.log_rows(from.number, 2).await.unwrap().remove(0);
            assert_eq!((row.kind.as_str(), row.before), ("office", from.link));
            assert!(db.knows_position(&from).await.unwrap());
            assert!(db.audit_misfits().await.unwrap().misfits.is_empty());
        }
    }
}
