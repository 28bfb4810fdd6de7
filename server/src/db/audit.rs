//! The audit log: what people and phones did, by ids and counts alone, linked over row hashes so
//! that bodies can expire.

use super::{Db, DbError, Meta, Write};
use serde::Serialize;
use sqlx::Row;
use sqlx::any::AnyRow;
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
    /// The office concluded on a record by the case list.
    Concluded,
    /// A case was given to an officer (指派).
    CaseAssigned,
    /// A case was taken back from an officer (撤回).
    CaseTakenBack,
    /// A case was read.
    CaseRead,
    /// A record was read.
    RecordRead,
    /// Evidence was read.
    EvidenceRead,
    /// A journal or a case was exported, its evidence with it.
    Exported,
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

/// Every act, in the order in which pages offer them.
pub const AUDIT_ACTS: [AuditAct; 34] = [
    AuditAct::UserAdded,
    AuditAct::PasswordSet,
    AuditAct::RoleSet,
    AuditAct::UserDisabled,
    AuditAct::UserEnabled,
    AuditAct::UserUnlocked,
    AuditAct::CodeMade,
    AuditAct::DeviceEnrolled,
    AuditAct::DeviceRevoked,
    AuditAct::SignedIn,
    AuditAct::SignInFailed,
    AuditAct::SignedOut,
    AuditAct::ListApplied,
    AuditAct::ListRolledBack,
    AuditAct::BackedUp,
    AuditAct::Restored,
    AuditAct::OfficeJournal,
    AuditAct::ContestDecided,
    AuditAct::HeldReleased,
    AuditAct::Concluded,
    AuditAct::CaseAssigned,
    AuditAct::CaseTakenBack,
    AuditAct::Exported,
    AuditAct::CaseRead,
    AuditAct::RecordRead,
    AuditAct::EvidenceRead,
    AuditAct::ReceiptsRead,
    AuditAct::AuditRead,
    AuditAct::HandedIn,
    AuditAct::Fork,
    AuditAct::PhoneRestored,
    AuditAct::EntriesLost,
    AuditAct::ServerRolledBack,
    AuditAct::CaseDiffered,
];

impl AuditAct {
    /// The act of a stored text.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        AUDIT_ACTS.into_iter().find(|act| act.as_str() == text)
    }

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
            Self::Concluded => "concluded",
            Self::CaseAssigned => "case-assigned",
            Self::CaseTakenBack => "case-taken-back",
            Self::CaseRead => "case-read",
            Self::RecordRead => "record-read",
            Self::EvidenceRead => "evidence-read",
            Self::Exported => "exported",
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

    /// What did not fit between what a phone holds and what the court holds, where it is that.
    #[must_use]
    pub fn incident(self) -> Option<Incident> {
        match self {
            Self::Fork => Some(Incident::Fork),
            Self::PhoneRestored => Some(Incident::PhoneRestored),
            Self::EntriesLost => Some(Incident::EntriesLost),
            Self::ServerRolledBack => Some(Incident::ServerRolledBack),
            Self::CaseDiffered => Some(Incident::CaseDiffered),
            Self::Restored => Some(Incident::Restored),
            Self::UserAdded
            | Self::PasswordSet
            | Self::RoleSet
            | Self::UserDisabled
            | Self::UserEnabled
            | Self::UserUnlocked
            | Self::CodeMade
            | Self::DeviceEnrolled
            | Self::DeviceRevoked
            | Self::SignedIn
            | Self::SignInFailed
            | Self::SignedOut
            | Self::ListApplied
            | Self::ListRolledBack
            | Self::BackedUp
            | Self::OfficeJournal
            | Self::ContestDecided
            | Self::HeldReleased
            | Self::Concluded
            | Self::CaseAssigned
            | Self::CaseTakenBack
            | Self::Exported
            | Self::CaseRead
            | Self::RecordRead
            | Self::EvidenceRead
            | Self::ReceiptsRead
            | Self::AuditRead
            | Self::HandedIn => None,
        }
    }
}

/// What did not fit between what a phone holds and what the court holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incident {
    /// One number of a journal with two entries.
    Fork,
    /// A phone went on from a copy.
    PhoneRestored,
    /// Entries that a phone cannot read any more.
    EntriesLost,
    /// A phone proved that the court knew more once.
    ServerRolledBack,
    /// A case was counted otherwise on a phone.
    CaseDiffered,
    /// The court was put back from a backup.
    Restored,
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
        let link = log_link(&before, &hash).to_string();
        super::meta::set(self.tx(), Meta::AuditHead, &format!("{number}:{link}")).await?;
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
        .bind(link)
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

    /// Checks the audit log: each row against its hash, its link against the row before, the numbers,
    /// and the end against what was noted of it beside the log. Each misfit is named once, where it is.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn audit_misfits(&self) -> Result<AuditChecked, DbError> {
        let mut checked = AuditChecked::default();
        let head = self.meta(Meta::AuditHead).await?;
        let head = head.as_deref().and_then(|text| text.split_once(':'));
        let head = head.and_then(|(number, link)| Some((number.parse::<i64>().ok()?, link)));
        let mut before = Link::ZERO;
        loop {
            let rows = sqlx::query(
                "SELECT number, at_ms, user_id, journal, act, object, hash, link FROM audit \
                 WHERE number > $1 ORDER BY number LIMIT 1000",
            )
            .bind(checked.last)
            .fetch_all(self.pool())
            .await?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                let number: i64 = row.get(0);
                if number != checked.last + 1 {
                    checked.misfits.push(AuditMisfit::Gone {
                        from: checked.last + 1,
                        to: number - 1,
                    });
                } else if !row_fits(row, &before)?
                    || head.is_some_and(|(at, link)| at == number && link != row.get::<&str, _>(7))
                {
                    checked.misfits.push(AuditMisfit::Changed(number));
                }
                // A link that does not read fits nothing after it either.
                before = row.get::<&str, _>(7).parse().unwrap_or(Link::ZERO);
                checked.last = number;
                checked.rows += 1;
            }
        }
        if let Some((at, _)) = head
            && at > checked.last
        {
            checked.misfits.push(AuditMisfit::Gone {
                from: checked.last + 1,
                to: at,
            });
        }
        Ok(checked)
    }
}

/// What a check of the audit log found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditChecked {
    /// Rows that are there.
    pub rows: u64,
    /// Number of the last of them, 0 when there is none.
    pub last: i64,
    /// What does not fit.
    pub misfits: Vec<AuditMisfit>,
}

/// What does not fit in the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditMisfit {
    /// A row is not what its hash or link says.
    Changed(i64),
    /// Rows are not there.
    Gone {
        /// The first.
        from: i64,
        /// The last.
        to: i64,
    },
}

impl std::fmt::Display for AuditMisfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Changed(number) => write!(f, "audit log: row {number} does not fit"),
            Self::Gone { from, to } if from == to => write!(f, "audit log: row {from} is gone"),
            Self::Gone { from, to } => write!(f, "audit log: rows {from}-{to} are gone"),
        }
    }
}

fn row_fits(row: &AnyRow, before: &Link) -> Result<bool, DbError> {
    let user: Option<String> = row.get(2);
    let journal: Option<String> = row.get(3);
    let object: Option<String> = row.get(5);
    let hash = hash_of(&AuditRow {
        act: row.get(4),
        at: row.get(1),
        journal: journal.as_deref(),
        number: row.get(0),
        object: object.as_deref(),
        user: user.as_deref(),
    })?;
    Ok(row.get::<&str, _>(6) == hex::encode(hash)
        && row.get::<&str, _>(7) == log_link(before, &hash).to_string())
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
            let checked = db.audit_misfits().await.unwrap();
            assert_eq!((checked.rows, checked.last), (4, 4));
            assert!(checked.misfits.is_empty());
        }
    }

    #[test]
    fn every_act_reads_as_it_is_stored() {
        for act in AUDIT_ACTS {
            assert_eq!(AuditAct::of(act.as_str()), Some(act));
        }
        assert_eq!(AuditAct::of("x"), None);
    }

    /// Five rows, changed in one way; what is named then.
    #[tokio::test]
    async fn what_was_done_to_the_log_is_named_where_it_was_done() {
        use AuditMisfit::{Changed, Gone};
        let gone = |from, to| Gone { from, to };
        let swap = "UPDATE audit SET number = CASE number WHEN -2 THEN 4 ELSE 2 END \
                    WHERE number < 0";
        for (statements, found) in [
            (
                vec!["UPDATE audit SET at_ms = 7 WHERE number = 2"],
                vec![Changed(2)],
            ),
            (
                vec!["UPDATE audit SET user_id = 'x' WHERE number = 5"],
                vec![Changed(5)],
            ),
            (
                vec!["UPDATE audit SET link = hash WHERE number = 3"],
                vec![Changed(3), Changed(4)],
            ),
            (vec!["DELETE FROM audit WHERE number = 1"], vec![gone(1, 1)]),
            (
                vec!["DELETE FROM audit WHERE number IN (2, 3)"],
                vec![gone(2, 3)],
            ),
            // The end: nothing follows that it could not fit.
            (vec!["DELETE FROM audit WHERE number > 3"], vec![gone(4, 5)]),
            (vec!["DELETE FROM audit"], vec![gone(1, 5)]),
            (
                vec![
                    "UPDATE audit SET number = -number WHERE number IN (2, 4)",
                    swap,
                ],
                vec![Changed(2), Changed(3), Changed(4), Changed(5)],
            ),
        ] {
            for (db, _kept) in testing::engines().await {
                let mut write = db.write().await.unwrap();
                for at in 1..=5 {
                    let object = at.to_string();
                    write
                        .audit(AuditAct::CaseRead, None, None, Some(&object), at)
                        .await
                        .unwrap();
                }
                write.commit().await.unwrap();
                for sql in &statements {
                    sqlx::query(*sql).execute(db.pool()).await.unwrap();
                }
                let checked = db.audit_misfits().await.unwrap();
                assert_eq!(checked.misfits, found, "{statements:?}");
            }
        }
    }
}
