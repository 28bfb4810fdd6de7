//! The audit log: what people and phones did, by ids and counts alone, linked over row hashes so
//! that bodies can expire.

use super::{Db, DbError, Write};
use serde::Serialize;
use sqlx::Row;
use waiqin_protocol::canonical;
use waiqin_protocol::ids::{JournalId, Link, OfficerId};
use waiqin_protocol::journal::log_link;
use waiqin_protocol::suite::sha256;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditAct {
    /// A person was added.
    UserAdded,
    /// A person got another password.
    PasswordSet,
    /// A person got another role.
    RoleSet,
    /// A person may do nothing any more.
    UserDisabled,
    /// A person is let in again.
    UserEnabled,
    /// A lock-out was ended before its time.
    UserUnlocked,
    /// An enrolment code was made.
    CodeMade,
    /// A phone was enrolled.
    DeviceEnrolled,
    /// A journal was revoked.
    DeviceRevoked,
    /// Somebody signed in to the console.
    SignedIn,
    /// Somebody failed to sign in.
    SignInFailed,
    /// Somebody signed out.
    SignedOut,
    /// A case list was applied.
    ListApplied,
    /// A case list was rolled back.
    ListRolledBack,
    /// A backup was made and read again whole.
    BackedUp,
    /// The server was put back from a backup.
    Restored,
    /// The office began a journal of its own.
    OfficeJournal,
    /// The office chose between values that stood against each other.
    ContestDecided,
    /// The office let a held entry stand.
    HeldReleased,
    /// A case was read.
    CaseRead,
    /// A record was read.
    RecordRead,
    /// Evidence was read.
    EvidenceRead,
    /// Receipts of a journal were taken out.
    ReceiptsRead,
    /// The audit log was read.
    AuditRead,
    /// A hand-in package was taken in.
    HandedIn,
    /// Incident: one seq with two links.
    Fork,
    /// Incident: the phone knows of less than it had delivered.
    PhoneRestored,
    /// Incident: entries that a phone wrote do not read there any more.
    EntriesLost,
    /// Incident: a phone holds a receipt that the server does not know.
    ServerRolledBack,
    /// Incident: a phone held a case otherwise than its officer may see it, and was sent it again.
    CaseDiffered,
}

impl AuditAct {
    /// As stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UserAdded => "user-added",
            Self::PasswordSet => "password-set",
            Self::RoleSet => "role-set",
            Self::UserDisabled => "user-disabled",
            Self::UserEnabled => "user-enabled",
            Self::UserUnlocked => "user-unlocked",
            Self::CodeMade => "code-made",
            Self::DeviceEnrolled => "device-enrolled",
            Self::DeviceRevoked => "device-revoked",
            Self::SignedIn => "signed-in",
            Self::SignInFailed => "sign-in-failed",
            Self::SignedOut => "signed-out",
            Self::ListApplied => "list-applied",
            Self::ListRolledBack => "list-rolled-back",
            Self::BackedUp => "backed-up",
            Self::Restored => "restored",
            Self::OfficeJournal => "office-journal",
            Self::ContestDecided => "contest-decided",
            Self::HeldReleased => "held-released",
            Self::CaseRead => "case-read",
            Self::RecordRead => "record-read",
            Self::EvidenceRead => "evidence-read",
            Self::ReceiptsRead => "receipts-read",
            Self::AuditRead => "audit-read",
            Self::HandedIn => "handed-in",
            Self::Fork => "incident-fork",
            Self::PhoneRestored => "incident-phone-restored",
            Self::EntriesLost => "incident-entries-lost",
            Self::ServerRolledBack => "incident-server-rolled-back",
            Self::CaseDiffered => "incident-case-differed",
        }
    }
}

/// A row, as its hash covers it.
#[derive(Serialize)]
struct AuditRow<'a> {
    act: &'a str,
    at: i64,
    journal: Option<&'a str>,
    number: i64,
    object: Option<&'a str>,
    user: Option<&'a str>,
}

impl Write {
    /// Adds a row to the audit log. `object` is an id, a hash or a count: never content.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn audit(
        &mut self,
        act: AuditAct,
        user: Option<OfficerId>,
        journal: Option<JournalId>,
        object: Option<&str>,
        now_ms: i64,
    ) -> Result<(), DbError> {
        let last = sqlx::query("SELECT number, link FROM audit ORDER BY number DESC LIMIT 1")
            .fetch_optional(self.tx())
            .await?;
        let (number, before) = match last {
            None => (1, Link::ZERO),
            Some(row) => (
                row.get::<i64, _>(0) + 1,
                super::parsed(row.get(1), "link of the audit log")?,
            ),
        };
        let user = user.map(|id| id.to_string());
        let journal = journal.map(|id| id.to_string());
        let hash = hash_of(&AuditRow {
            act: act.as_str(),
            at: now_ms,
            journal: journal.as_deref(),
            number,
            object,
            user: user.as_deref(),
        })?;
        sqlx::query(
            "INSERT INTO audit (number, at_ms, user_id, journal, act, object, hash, link) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(number)
        .bind(now_ms)
        .bind(user)
        .bind(journal)
        .bind(act.as_str())
        .bind(object.map(str::to_owned))
        .bind(hex::encode(hash))
        .bind(log_link(&before, &hash).to_string())
        .execute(self.tx())
        .await?;
        Ok(())
    }
}

impl Db {
    /// Notes an incident of a journal once: the same act on the same object is not repeated, so
    /// that a phone which keeps asking does not fill the log.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn audit_incident(
        &self,
        act: AuditAct,
        journal: JournalId,
        object: &str,
        now_ms: i64,
    ) -> Result<bool, DbError> {
        let mut write = self.write().await?;
        let known = sqlx::query(
            "SELECT number FROM audit WHERE journal = $1 AND act = $2 AND object = $3 LIMIT 1",
        )
        .bind(journal.to_string())
        .bind(act.as_str())
        .bind(object)
        .fetch_optional(write.tx())
        .await?
        .is_some();
        if !known {
            write
                .audit(act, None, Some(journal), Some(object), now_ms)
                .await?;
            write.commit().await?;
        }
        Ok(!known)
    }

    /// Checks hashes and links of the audit log; the numbers of rows that do not fit.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn audit_misfits(&self) -> Result<Vec<i64>, DbError> {
        let mut misfits = Vec::new();
        let (mut after, mut link) = (0i64, Link::ZERO);
        loop {
            let rows = sqlx::query(
                "SELECT number, at_ms, user_id, journal, act, object, hash, link FROM audit \
                 WHERE number > $1 ORDER BY number LIMIT 1000",
            )
            .bind(after)
            .fetch_all(self.pool())
            .await?;
            if rows.is_empty() {
                return Ok(misfits);
            }
            for row in &rows {
                let number: i64 = row.get(0);
                let (user, journal, object) =
                    (row.get::<Option<String>, _>(2), row.get(3), row.get(5));
                let (journal, object): (Option<String>, Option<String>) = (journal, object);
                let hash = hash_of(&AuditRow {
                    act: row.get(4),
                    at: row.get(1),
                    journal: journal.as_deref(),
                    number,
                    object: object.as_deref(),
                    user: user.as_deref(),
                })?;
                link = log_link(&link, &hash);
                let fits = row.get::<&str, _>(6) == hex::encode(hash)
                    && row.get::<&str, _>(7) == link.to_string()
                    && number == after + 1;
                if !fits {
                    misfits.push(number);
                }
                after = number;
            }
        }
    }
}

fn hash_of(row: &AuditRow<'_>) -> Result<[u8; 32], DbError> {
    let bytes = canonical::to_bytes(row).map_err(|_| DbError::Stored { what: "audit row" })?;
    Ok(sha256(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::testing;

    #[tokio::test]
    async fn rows_are_linked_and_a_changed_one_shows() {
        for (db, _kept) in testing::engines().await {
            let journal = JournalId::from_bytes([1; 16]);
            let mut write = db.write().await.unwrap();
            write
                .audit(AuditAct::SignedIn, None, None, Some("x"), 5)
                .await
                .unwrap();
            write
                .audit(AuditAct::SignedOut, None, Some(journal), None, 6)
                .await
                .unwrap();
            write.commit().await.unwrap();
            assert!(
                db.audit_incident(AuditAct::Fork, journal, "7", 8)
                    .await
                    .unwrap()
            );
            assert!(
                !db.audit_incident(AuditAct::Fork, journal, "7", 9)
                    .await
                    .unwrap()
            );
            assert!(
                db.audit_incident(AuditAct::Fork, journal, "8", 9)
                    .await
                    .unwrap()
            );
            assert!(db.audit_misfits().await.unwrap().is_empty());
            sqlx::query("UPDATE audit SET at_ms = 7 WHERE number = 2")
                .execute(db.pool())
                .await
                .unwrap();
            assert_eq!(db.audit_misfits().await.unwrap(), [2, 3, 4]);
        }
    }
}
