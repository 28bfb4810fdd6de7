//! Journals: whose they are, how far they go, what the server has signed about them.

use super::{AuditAct, Db, DbError, LogKind, Write};
use sqlx::Row;
use sqlx::any::AnyRow;
use waiqin_protocol::canonical;
use waiqin_protocol::ids::{DeviceId, EntryHash, JournalId, OfficerId};
use waiqin_protocol::journal::{Certificate, Checkpoint, Head, JournalReceipt, Parent, Signed};
use waiqin_protocol::suite::PublicKey;

/// A journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    /// Which.
    pub id: JournalId,
    /// Whose.
    pub officer: OfficerId,
    /// On which phone.
    pub device: DeviceId,
    /// What the phone calls itself.
    pub device_name: String,
    /// Its key.
    pub key: PublicKey,
    /// Why it was opened, as entry 1 says.
    pub cause: String,
    /// The journal that it follows.
    pub parent: Option<Parent>,
    /// Hash of entry 1.
    pub entry: EntryHash,
    /// The server's signature over entry 1.
    pub certificate: Signed<Certificate>,
    /// How far it is in custody.
    pub head: Head,
    /// How far its phone said, signed, that it goes.
    pub announced: Head,
    /// Custody of everything up to the head.
    pub receipt: Option<Signed<JournalReceipt>>,
    /// When it was enrolled, ms UTC.
    pub enrolled_ms: i64,
    /// When its phone was last heard of, ms UTC.
    pub seen_ms: i64,
    /// When it was revoked, ms UTC.
    pub revoked_ms: Option<i64>,
    /// The office writes in it.
    pub office: bool,
}

pub(super) const COLUMNS: &str = "j.id, j.officer, j.device, j.device_name, j.public_key, \
     j.cause, j.parent, j.entry_hash, j.certificate, j.head_seq, j.head_link, j.announced_seq, \
     j.announced_link, j.receipt, j.enrolled_ms, j.seen_ms, j.revoked_ms, j.office";

impl Db {
    /// A journal.
    ///
    /// # Errors
    /// When the database does not answer or the row does not read.
    pub async fn journal(&self, id: JournalId) -> Result<Option<Journal>, DbError> {
        let sql = sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM journals j WHERE j.id = $1"));
        sqlx::query(sql)
            .bind(id.to_string())
            .fetch_optional(self.pool())
            .await?
            .as_ref()
            .map(|row| journal_at(row, 0))
            .transpose()
    }

    /// Every journal, newest first.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn journals(&self) -> Result<Vec<Journal>, DbError> {
        let sql = sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM journals j ORDER BY j.enrolled_ms DESC, j.id"
        ));
        let rows = sqlx::query(sql).fetch_all(self.pool()).await?;
        rows.iter().map(|row| journal_at(row, 0)).collect()
    }

    /// A journal and those that it follows, newest first. A parent counts only when it is the same
    /// officer's, and the line is followed sixteen journals far.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn journal_line(&self, journal: &Journal) -> Result<Vec<JournalId>, DbError> {
        let mut line = vec![journal.id];
        let mut parent = journal.parent;
        while let Some(next) = parent
            && line.len() < 16
            && !line.contains(&next.journal)
        {
            parent = match self.journal(next.journal).await? {
                Some(found) if found.officer == journal.officer => {
                    line.push(found.id);
                    found.parent
                }
                Some(_) | None => None,
            };
        }
        Ok(line)
    }

    /// Keeps what a phone signed about the length of its journal. It never shrinks.
    ///
    /// # Errors
    /// When the statement fails.
    pub async fn announce(&self, journal: JournalId, head: &Head) -> Result<(), DbError> {
        // Many phones announce at once when they push at once: they share a commit.
        let mut write = self.write().await?;
        sqlx::query(
            "UPDATE journals SET announced_seq = $1, announced_link = $2 \
             WHERE id = $3 AND announced_seq < $1",
        )
        .bind(super::number_in(head.seq)?)
        .bind(head.link.to_string())
        .bind(journal.to_string())
        .execute(write.tx())
        .await?;
        write.commit().await?;
        Ok(())
    }

    /// The newest checkpoint that closed a piece of a journal; none where all its pieces came before
    /// checkpoints were kept, and of the office's own, which the server's key signs by its receipts.
    ///
    /// # Errors
    /// When the database does not answer or the row does not read.
    pub async fn checkpoint(
        &self,
        journal: JournalId,
    ) -> Result<Option<Signed<Checkpoint>>, DbError> {
        let row = sqlx::query("SELECT checkpoint FROM journals WHERE id = $1")
            .bind(journal.to_string())
            .fetch_optional(self.pool())
            .await?;
        super::of_json_or_none(row.and_then(|row| row.get(0)), "checkpoint")
    }

    /// Notes that a phone was heard of.
    ///
    /// # Errors
    /// When the statement fails.
    pub async fn seen(&self, journal: JournalId, now_ms: i64) -> Result<(), DbError> {
        let _turn = self.turn().await?;
        sqlx::query("UPDATE journals SET seen_ms = $1 WHERE id = $2 AND seen_ms < $1")
            .bind(now_ms)
            .bind(journal.to_string())
            .execute(self.pool())
            .await?;
        Ok(())
    }
}

impl Write {
    /// Adds a journal with a row of the log.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn add_journal(&mut self, journal: &Journal) -> Result<(), DbError> {
        sqlx::query(
            "INSERT INTO journals (id, officer, device, device_name, public_key, cause, parent, \
             entry_hash, certificate, head_seq, head_link, announced_seq, announced_link, \
             receipt, enrolled_ms, seen_ms, office) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        )
        .bind(journal.id.to_string())
        .bind(journal.officer.to_string())
        .bind(journal.device.to_string())
        .bind(journal.device_name.as_str())
        .bind(journal.key.to_string())
        .bind(journal.cause.as_str())
        .bind(journal.parent.as_ref().map(super::json).transpose()?)
        .bind(journal.entry.to_string())
        .bind(super::json(&journal.certificate)?)
        .bind(super::number_in(journal.head.seq)?)
        .bind(journal.head.link.to_string())
        .bind(super::number_in(journal.announced.seq)?)
        .bind(journal.announced.link.to_string())
        .bind(journal.receipt.as_ref().map(super::json).transpose()?)
        .bind(journal.enrolled_ms)
        .bind(journal.seen_ms)
        .bind(i64::from(journal.office))
        .execute(self.tx())
        .await?;
        let act = if journal.office {
            AuditAct::OfficeJournal
        } else {
            AuditAct::DeviceEnrolled
        };
        let now_ms = journal.enrolled_ms;
        self.audit(act, Some(journal.officer), Some(journal.id), None, now_ms)
            .await
    }

    /// How far a journal goes, under the lock of this transaction.
    ///
    /// # Errors
    /// When the journal is not there or does not read.
    pub async fn head(&mut self, journal: JournalId) -> Result<Head, DbError> {
        let row = sqlx::query("SELECT head_seq, head_link FROM journals WHERE id = $1")
            .bind(journal.to_string())
            .fetch_one(self.tx())
            .await?;
        head_at(&row, 0)
    }

    /// The journal in which the office writes, if it ever wrote.
    ///
    /// # Errors
    /// When the statement fails or the row does not read.
    pub async fn office_journal(&mut self) -> Result<Option<Journal>, DbError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM journals j WHERE j.office = 1 \
             ORDER BY j.enrolled_ms DESC, j.id LIMIT 1"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .fetch_optional(self.tx())
            .await?
            .as_ref()
            .map(|row| journal_at(row, 0))
            .transpose()
    }

    /// Moves a journal's head, with the receipt that becomes true when this commits.
    ///
    /// # Errors
    /// When the statement fails.
    pub async fn set_head(
        &mut self,
        journal: JournalId,
        receipt: &Signed<JournalReceipt>,
        now_ms: i64,
    ) -> Result<(), DbError> {
        sqlx::query(
            "UPDATE journals SET head_seq = $1, head_link = $2, receipt = $3, seen_ms = $4 \
             WHERE id = $5",
        )
        .bind(super::number_in(receipt.body.seq)?)
        .bind(receipt.body.link.to_string())
        .bind(super::json(receipt)?)
        .bind(now_ms)
        .bind(journal.to_string())
        .execute(self.tx())
        .await?;
        Ok(())
    }

    /// Keeps what the phone signed about the head that this write sets: with the receipt it shows that
    /// the journal is the officer's. The one before it is covered by it.
    ///
    /// # Errors
    /// When the statement fails.
    pub async fn keep_checkpoint(&mut self, signed: &Signed<Checkpoint>) -> Result<(), DbError> {
        sqlx::query("UPDATE journals SET checkpoint = $1 WHERE id = $2")
            .bind(super::json(signed)?)
            .bind(signed.body.journal.to_string())
            .execute(self.tx())
            .await?;
        Ok(())
    }

    /// Revokes a phone's journal and its tokens; `by`: who did it in the console. `false` when there is no
    /// such journal, it is the office's own, or it was revoked before.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn revoke(
        &mut self,
        journal: JournalId,
        by: Option<OfficerId>,
        now_ms: i64,
    ) -> Result<bool, DbError> {
        let revoked = sqlx::query(
            "UPDATE journals SET revoked_ms = $1 \
             WHERE id = $2 AND revoked_ms IS NULL AND office = 0",
        )
        .bind(now_ms)
        .bind(journal.to_string())
        .execute(self.tx())
        .await?
        .rows_affected();
        if revoked == 0 {
            return Ok(false);
        }
        sqlx::query("DELETE FROM tokens WHERE journal = $1")
            .bind(journal.to_string())
            .execute(self.tx())
            .await?;
        let body = canonical::to_bytes(&serde_json::json!({
            "act": "revoked",
            "journal": journal.to_string(),
        }));
        let body = super::text_of(body)?;
        self.append(LogKind::Journal, Some(journal), &body, now_ms)
            .await?;
        self.audit(AuditAct::DeviceRevoked, by, Some(journal), None, now_ms)
            .await?;
        Ok(true)
    }
}

/// A journal from the columns [`COLUMNS`] of a row, the first at `at`.
pub(super) fn journal_at(row: &AnyRow, at: usize) -> Result<Journal, DbError> {
    Ok(Journal {
        id: super::parsed(row.get(at), "journal's id")?,
        officer: super::parsed(row.get(at + 1), "officer's id")?,
        device: super::parsed(row.get(at + 2), "device's id")?,
        device_name: row.get(at + 3),
        key: super::parsed(row.get(at + 4), "journal's key")?,
        cause: row.get(at + 5),
        parent: super::of_json_or_none(row.get(at + 6), "parent journal")?,
        entry: super::parsed(row.get(at + 7), "hash of entry 1")?,
        certificate: super::of_json(row.get(at + 8), "certificate")?,
        head: head_at(row, at + 9)?,
        announced: head_at(row, at + 11)?,
        receipt: super::of_json_or_none(row.get(at + 13), "receipt")?,
        enrolled_ms: row.get(at + 14),
        seen_ms: row.get(at + 15),
        revoked_ms: row.get(at + 16),
        office: row.get::<i64, _>(at + 17) != 0,
    })
}

fn head_at(row: &AnyRow, at: usize) -> Result<Head, DbError> {
    Ok(Head {
        link: super::parsed(row.get(at + 1), "link of a journal")?,
        seq: super::number_out(row.get(at))?,
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::db::testing;
    use crate::db::users::tests::officer;
    use waiqin_protocol::ids::{Link, ServerId};
    use waiqin_protocol::suite::{Ed25519Signer, Signer};

    /// A journal of `officer(1)` with one entry of made-up hash.
    pub(crate) fn journal(n: u8) -> Journal {
        let signer = Ed25519Signer::from_secret(&[n; 32]);
        let id = JournalId::from_bytes([n; 16]);
        let entry = EntryHash::from_bytes([n; 32]);
        let server = ServerId::from_bytes([9; 16]);
        let certificate = Certificate {
            entry,
            journal: id,
            server,
        };
        let head = Head {
            link: Link::from_bytes([n; 32]),
            seq: 1,
        };
        Journal {
            id,
            officer: officer(1).id,
            device: DeviceId::from_bytes([n; 16]),
            device_name: "某手机".into(),
            key: signer.public_key(),
            cause: "enrolled".into(),
            parent: None,
            entry,
            certificate: Signed::sign(certificate, &signer).unwrap(),
            head,
            announced: head,
            receipt: None,
            enrolled_ms: 10,
            seen_ms: 10,
            revoked_ms: None,
            office: false,
        }
    }

    /// Adds `officer(1)` and these journals.
    pub(crate) async fn add(db: &Db, journals: &[Journal]) {
        let mut write = db.write().await.unwrap();
        write.add_user(&officer(1), None, 1).await.unwrap();
        for journal in journals {
            write.add_journal(journal).await.unwrap();
        }
        write.commit().await.unwrap();
    }

    #[tokio::test]
    async fn a_journal_comes_back_and_what_was_announced_never_shrinks() {
        for (db, _kept) in testing::engines().await {
            let one = journal(1);
            add(&db, std::slice::from_ref(&one)).await;
            assert_eq!(db.journal(one.id).await.unwrap(), Some(one.clone()));
            let more = Head {
                link: Link::from_bytes([7; 32]),
                seq: 9,
            };
            let less = Head {
                link: Link::from_bytes([8; 32]),
                seq: 4,
            };
            db.announce(one.id, &more).await.unwrap();
            db.announce(one.id, &less).await.unwrap();
            db.seen(one.id, 50).await.unwrap();
            db.seen(one.id, 40).await.unwrap();
            let found = db.journal(one.id).await.unwrap().unwrap();
            assert_eq!((found.announced, found.seen_ms), (more, 50));
        }
    }

    #[tokio::test]
    async fn the_newest_checkpoint_is_kept_and_a_write_that_is_dropped_keeps_none() {
        for (db, _kept) in testing::engines().await {
            let (one, two) = (journal(1), journal(2));
            add(&db, &[one.clone(), two.clone()]).await;
            let signer = Ed25519Signer::from_secret(&[1; 32]);
            let signed = |seq| {
                let body = Checkpoint {
                    beacon: None,
                    journal: one.id,
                    link: Link::from_bytes([7; 32]),
                    seq,
                    server: ServerId::from_bytes([9; 16]),
                };
                Signed::sign(body, &signer).unwrap()
            };
            for seq in [4, 9] {
                let mut write = db.write().await.unwrap();
                write.keep_checkpoint(&signed(seq)).await.unwrap();
                write.commit().await.unwrap();
                assert_eq!(db.checkpoint(one.id).await.unwrap(), Some(signed(seq)));
            }
            let mut write = db.write().await.unwrap();
            write.keep_checkpoint(&signed(12)).await.unwrap();
            drop(write);
            assert_eq!(db.checkpoint(one.id).await.unwrap(), Some(signed(9)));
            assert_eq!(db.checkpoint(two.id).await.unwrap(), None);
        }
    }

    #[tokio::test]
    async fn the_line_of_journals_follows_the_same_officers_parents_and_ends() {
        for (db, _kept) in testing::engines().await {
            let parent = |n: u8| {
                Some(Parent {
                    head: Head::START,
                    journal: journal(n).id,
                })
            };
            let one = Journal {
                parent: parent(2),
                ..journal(1)
            };
            let two = Journal {
                parent: parent(1),
                ..journal(2)
            };
            let three = Journal {
                parent: parent(1),
                ..journal(3)
            };
            let four = Journal {
                parent: parent(77),
                ..journal(4)
            };
            add(
                &db,
                &[one.clone(), two.clone(), three.clone(), four.clone()],
            )
            .await;
            assert_eq!(
                db.journal_line(&three).await.unwrap(),
                [three.id, one.id, two.id]
            );
            assert_eq!(db.journal_line(&four).await.unwrap(), [four.id]);
            let stranger = Journal {
                officer: officer(2).id,
                ..three
            };
            assert_eq!(db.journal_line(&stranger).await.unwrap(), [stranger.id]);
        }
    }

    #[tokio::test]
    async fn revoking_is_logged_once_and_ends_the_tokens() {
        for (db, _kept) in testing::engines().await {
            let one = journal(1);
            add(&db, std::slice::from_ref(&one)).await;
            db.add_token("t", one.id, 1000, 5).await.unwrap();
            let mut write = db.write().await.unwrap();
            assert!(write.revoke(one.id, None, 20).await.unwrap());
            assert!(!write.revoke(one.id, None, 21).await.unwrap());
            assert!(!write.revoke(journal(2).id, None, 21).await.unwrap());
            write.commit().await.unwrap();
            let found = db.journal(one.id).await.unwrap().unwrap();
            assert_eq!(found.revoked_ms, Some(20));
            assert!(db.caller("t", 6).await.unwrap().is_none());
            assert_eq!(db.log_position().await.unwrap().number, 1);
        }
    }
}
