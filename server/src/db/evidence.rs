//! Evidence: which entries name it, who delivered it, what is on the way in.

use super::{Db, DbError, Write};
use sqlx::Row;
use sqlx::any::AnyRow;
use waiqin_protocol::ids::{EvidenceHash, JournalId, SubjectId};
use waiqin_protocol::journal::{EvidenceReceipt, Signed};

/// Rows of one INSERT: see `entries.rs`.
const ROWS_AT_ONCE: usize = 16;
/// Hashes of one UPDATE: well below the bounds of both engines.
const VERIFIED_AT_ONCE: usize = 100;
/// Stored while the length of an upload is not said yet: evidence has at least a byte.
const LENGTH_UNSAID: u64 = 0;

/// An entry that names evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvidenceName {
    /// Number of the entry.
    pub seq: u64,
    /// The evidence.
    pub hash: EvidenceHash,
    /// The record.
    pub subject: SubjectId,
}

/// Evidence that has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvidence {
    /// Which.
    pub hash: EvidenceHash,
    /// Length in bytes.
    pub length: u64,
    /// Media type by its bytes.
    pub media: Option<&'static str>,
    /// Pixel width and height, when it reads as a picture.
    pub size: Option<(u32, u32)>,
}

/// An upload on the way in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its id, hexadecimal.
    pub id: String,
    /// Whose it is.
    pub journal: JournalId,
    /// The hash announced.
    pub hash: EvidenceHash,
    /// The length announced; none while it is not said yet.
    pub length: Option<u64>,
    /// `Upload-Metadata` as it came: it is told again to whoever looks where the upload stands.
    pub metadata: String,
    /// When it began, ms UTC.
    pub created_ms: i64,
    /// When it ends, ms UTC.
    pub expires_ms: i64,
    /// All bytes are there and have the announced hash.
    pub whole: bool,
}

/// What a journal has of a piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Custody {
    /// Custody.
    pub receipt: Signed<EvidenceReceipt>,
    /// It was re-read from storage since.
    pub verified: bool,
}

impl Db {
    /// Whether an entry of one of these journals names a piece of evidence.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn is_named(&self, line: &[JournalId], hash: EvidenceHash) -> Result<bool, DbError> {
        for journal in line {
            let row = sqlx::query(
                "SELECT 1 FROM evidence_names WHERE journal = $1 AND hash = $2 \
                 UNION ALL SELECT 1 FROM forked_names WHERE journal = $1 AND hash = $2 LIMIT 1",
            )
            .bind(journal.to_string())
            .bind(hash.to_string())
            .fetch_optional(self.pool())
            .await?;
            if row.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Custody of a piece of evidence that one of these journals delivered.
    ///
    /// # Errors
    /// When the database does not answer or the row does not read.
    pub async fn custody(
        &self,
        line: &[JournalId],
        hash: EvidenceHash,
    ) -> Result<Option<Custody>, DbError> {
        for journal in line {
            let row = sqlx::query(
                "SELECT c.receipt, e.verified_ms FROM evidence_custody c \
                 JOIN evidence e ON e.hash = c.hash WHERE c.journal = $1 AND c.hash = $2",
            )
            .bind(journal.to_string())
            .bind(hash.to_string())
            .fetch_optional(self.pool())
            .await?;
            if let Some(row) = row {
                let receipt: Option<String> = row.get(0);
                let receipt = receipt.ok_or(DbError::Stored {
                    what: "evidence receipt",
                })?;
                return Ok(Some(Custody {
                    receipt: super::of_json(&receipt, "evidence receipt")?,
                    verified: row.get::<Option<i64>, _>(1).is_some(),
                }));
            }
        }
        Ok(None)
    }

    /// Custody of every piece of evidence that a journal delivered.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn custody_of(
        &self,
        journal: JournalId,
    ) -> Result<Vec<Signed<EvidenceReceipt>>, DbError> {
        let sql = "SELECT receipt FROM evidence_custody WHERE journal = $1 ORDER BY hash";
        self.receipts_where(sql, journal.to_string()).await
    }

    /// Receipts of a piece of evidence, one per journal that delivered it.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn custody_on(
        &self,
        hash: EvidenceHash,
    ) -> Result<Vec<Signed<EvidenceReceipt>>, DbError> {
        let sql = "SELECT receipt FROM evidence_custody WHERE hash = $1 ORDER BY journal";
        self.receipts_where(sql, hash.to_string()).await
    }

    async fn receipts_where(
        &self,
        sql: &'static str,
        value: String,
    ) -> Result<Vec<Signed<EvidenceReceipt>>, DbError> {
        let rows = sqlx::query(sql).bind(value).fetch_all(self.pool()).await?;
        rows.iter()
            .map(|row| {
                let receipt: Option<String> = row.get(0);
                super::of_json(&receipt.unwrap_or_default(), "evidence receipt")
            })
            .collect()
    }

    /// Notes that evidence was read again from storage and found whole (已复核) at a moment, ms UTC; `None`:
    /// that it was not, whatever was found before.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn set_verified(
        &self,
        hashes: &[EvidenceHash],
        at_ms: Option<i64>,
    ) -> Result<(), DbError> {
        for some in hashes.chunks(VERIFIED_AT_ONCE) {
            let sql = format!(
                "UPDATE evidence SET verified_ms = ${} WHERE hash IN {}",
                some.len() + 1,
                super::rows_of(1, some.len())
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
            for hash in some {
                query = query.bind(hash.to_string());
            }
            let _turn = self.turn().await?;
            query.bind(at_ms).execute(self.pool()).await?;
        }
        Ok(())
    }

    /// Keeps a new upload; one of the same journal for the same hash gives way to it. The ids of
    /// those that gave way, whose files are to be removed: also the journal's oldest ones when it
    /// has more than `most`.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn add_upload(&self, upload: &Upload, most: u32) -> Result<Vec<String>, DbError> {
        let _turn = self.turn().await?;
        let journal = upload.journal.to_string();
        let mut gone = Vec::new();
        let same = "DELETE FROM uploads WHERE journal = $1 AND hash = $2 RETURNING id";
        let rows = sqlx::query(same)
            .bind(journal.as_str())
            .bind(upload.hash.to_string())
            .fetch_all(self.pool())
            .await?;
        gone.extend(rows.iter().map(|row| row.get::<String, _>(0)));
        sqlx::query(
            "INSERT INTO uploads (id, journal, hash, length, metadata, created_ms, expires_ms, whole) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, 0)",
        )
        .bind(upload.id.as_str())
        .bind(journal.as_str())
        .bind(upload.hash.to_string())
        .bind(super::number_in(upload.length.unwrap_or(LENGTH_UNSAID))?)
        .bind(upload.metadata.as_str())
        .bind(upload.created_ms)
        .bind(upload.expires_ms)
        .execute(self.pool())
        .await?;
        let many = "DELETE FROM uploads WHERE journal = $1 AND id NOT IN (SELECT id FROM uploads \
             WHERE journal = $1 ORDER BY created_ms DESC, id LIMIT $2) RETURNING id";
        let rows = sqlx::query(many)
            .bind(journal.as_str())
            .bind(i64::from(most))
            .fetch_all(self.pool())
            .await?;
        gone.extend(rows.iter().map(|row| row.get::<String, _>(0)));
        Ok(gone)
    }

    /// An upload of a journal; another journal's is unknown.
    ///
    /// # Errors
    /// When the database does not answer or the row does not read.
    pub async fn upload(
        &self,
        id: &str,
        journal: JournalId,
        now_ms: i64,
    ) -> Result<Option<Upload>, DbError> {
        sqlx::query(
            "SELECT id, journal, hash, length, metadata, created_ms, expires_ms, whole FROM uploads \
             WHERE id = $1 AND journal = $2 AND expires_ms > $3",
        )
        .bind(id)
        .bind(journal.to_string())
        .bind(now_ms)
        .fetch_optional(self.pool())
        .await?
        .as_ref()
        .map(upload_of)
        .transpose()
    }

    /// The whole upload of a piece of evidence by one of these journals.
    ///
    /// # Errors
    /// When the database does not answer or the row does not read.
    pub async fn whole_upload(
        &self,
        line: &[JournalId],
        hash: EvidenceHash,
    ) -> Result<Option<Upload>, DbError> {
        for journal in line {
            let row = sqlx::query(
                "SELECT id, journal, hash, length, metadata, created_ms, expires_ms, whole FROM uploads \
                 WHERE journal = $1 AND hash = $2 AND whole = 1 LIMIT 1",
            )
            .bind(journal.to_string())
            .bind(hash.to_string())
            .fetch_optional(self.pool())
            .await?;
            if let Some(row) = row {
                return upload_of(&row).map(Some);
            }
        }
        Ok(None)
    }

    /// Every whole upload: those that a crash left between bytes and custody are among them.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn whole_uploads(&self) -> Result<Vec<Upload>, DbError> {
        sqlx::query(
            "SELECT id, journal, hash, length, metadata, created_ms, expires_ms, whole FROM uploads WHERE whole = 1",
        )
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(upload_of)
        .collect()
    }

    /// Notes the length of an upload that was begun without one.
    ///
    /// # Errors
    /// When the statement fails.
    pub async fn set_length(&self, id: &str, length: u64) -> Result<(), DbError> {
        let _turn = self.turn().await?;
        sqlx::query("UPDATE uploads SET length = $1 WHERE id = $2 AND length = 0")
            .bind(super::number_in(length)?)
            .bind(id)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// Notes that all bytes of an upload are there and have the announced hash.
    ///
    /// # Errors
    /// When the statement fails.
    pub async fn set_whole(&self, id: &str) -> Result<(), DbError> {
        let _turn = self.turn().await?;
        sqlx::query("UPDATE uploads SET whole = 1 WHERE id = $1")
            .bind(id)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// Forgets an upload; its file is to be removed.
    ///
    /// # Errors
    /// When the statement fails.
    pub async fn drop_upload(&self, id: &str) -> Result<(), DbError> {
        let _turn = self.turn().await?;
        sqlx::query("DELETE FROM uploads WHERE id = $1")
            .bind(id)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// Forgets the uploads that are over; the ids of their files.
    ///
    /// # Errors
    /// When the statement fails.
    pub async fn drop_expired_uploads(&self, now_ms: i64) -> Result<Vec<String>, DbError> {
        let _turn = self.turn().await?;
        let rows = sqlx::query("DELETE FROM uploads WHERE expires_ms <= $1 RETURNING id")
            .bind(now_ms)
            .fetch_all(self.pool())
            .await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    /// Whether an upload is known.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn knows_upload(&self, id: &str) -> Result<bool, DbError> {
        let row = sqlx::query("SELECT 1 FROM uploads WHERE id = $1")
            .bind(id)
            .fetch_optional(self.pool())
            .await?;
        Ok(row.is_some())
    }

    /// Evidence after a hash, in order, at most `limit`: (hash, length).
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn evidence_after(
        &self,
        after: Option<EvidenceHash>,
        limit: u32,
    ) -> Result<Vec<(EvidenceHash, u64)>, DbError> {
        let rows =
            sqlx::query("SELECT hash, length FROM evidence WHERE hash > $1 ORDER BY hash LIMIT $2")
                .bind(after.map(|hash| hash.to_string()).unwrap_or_default())
                .bind(i64::from(limit))
                .fetch_all(self.pool())
                .await?;
        rows.iter()
            .map(|row| {
                let hash = super::parsed(row.get(0), "hash of evidence")?;
                Ok((hash, super::number_out(row.get(1))?))
            })
            .collect()
    }

    /// Receipts of evidence after (journal, hash), in order, at most `limit`.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn custody_after(
        &self,
        after: Option<(JournalId, EvidenceHash)>,
        limit: u32,
    ) -> Result<Vec<(JournalId, EvidenceHash, Signed<EvidenceReceipt>)>, DbError> {
        let (journal, hash) = after
            .map(|(j, h)| (j.to_string(), h.to_string()))
            .unwrap_or_default();
        let rows = sqlx::query(
            "SELECT journal, hash, receipt FROM evidence_custody \
             WHERE journal > $1 OR (journal = $1 AND hash > $2) ORDER BY journal, hash LIMIT $3",
        )
        .bind(journal)
        .bind(hash)
        .bind(i64::from(limit))
        .fetch_all(self.pool())
        .await?;
        rows.iter()
            .map(|row| {
                let receipt: Option<String> = row.get(2);
                Ok((
                    super::parsed(row.get(0), "journal's id")?,
                    super::parsed(row.get(1), "hash of evidence")?,
                    super::of_json(&receipt.unwrap_or_default(), "evidence receipt")?,
                ))
            })
            .collect()
    }
}

impl Write {
    /// Notes which entries name which evidence.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn add_names(
        &mut self,
        journal: JournalId,
        names: &[EvidenceName],
    ) -> Result<(), DbError> {
        let journal = journal.to_string();
        for rows in names.chunks(ROWS_AT_ONCE) {
            let row = |at: usize| {
                let [a, b, c, d] = [1, 2, 3, 4].map(|n| at * 4 + n);
                let here = format!("(SELECT COUNT(*) FROM evidence e WHERE e.hash = ${c})");
                format!("(${a}, ${b}, ${c}, ${d}, {here})")
            };
            let values: Vec<String> = (0..rows.len()).map(row).collect();
            let sql = format!(
                "INSERT INTO evidence_names (journal, seq, hash, subject, here) VALUES {}",
                values.join(", ")
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
            for name in rows {
                query = query
                    .bind(journal.as_str())
                    .bind(super::number_in(name.seq)?)
                    .bind(name.hash.to_string())
                    .bind(name.subject.to_string());
            }
            query.execute(self.tx()).await?;
        }
        Ok(())
    }

    /// Notes evidence that forked entries name: its bytes are taken in, and nothing else.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn add_forked_names(
        &mut self,
        journal: JournalId,
        names: &[EvidenceName],
    ) -> Result<(), DbError> {
        for name in names {
            sqlx::query(
                "INSERT INTO forked_names (journal, hash, subject) VALUES ($1, $2, $3) \
                 ON CONFLICT (journal, hash) DO NOTHING",
            )
            .bind(journal.to_string())
            .bind(name.hash.to_string())
            .bind(name.subject.to_string())
            .execute(self.tx())
            .await?;
        }
        Ok(())
    }

    /// Whether a journal's custody of a piece of evidence is written already.
    ///
    /// # Errors
    /// When the statement fails.
    pub async fn has_custody(
        &mut self,
        journal: JournalId,
        hash: EvidenceHash,
    ) -> Result<bool, DbError> {
        let row = sqlx::query("SELECT 1 FROM evidence_custody WHERE journal = $1 AND hash = $2")
            .bind(journal.to_string())
            .bind(hash.to_string())
            .fetch_optional(self.tx())
            .await?;
        Ok(row.is_some())
    }

    /// Takes evidence into custody, with the receipt that becomes true when this commits.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn add_custody(
        &mut self,
        evidence: &NewEvidence,
        receipt: &Signed<EvidenceReceipt>,
    ) -> Result<(), DbError> {
        let at_ms = receipt.body.at;
        sqlx::query(
            "INSERT INTO evidence (hash, length, media, width, height, received_ms) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (hash) DO NOTHING",
        )
        .bind(evidence.hash.to_string())
        .bind(super::number_in(evidence.length)?)
        .bind(evidence.media.map(str::to_owned))
        .bind(evidence.size.map(|(width, _)| i64::from(width)))
        .bind(evidence.size.map(|(_, height)| i64::from(height)))
        .bind(at_ms)
        .execute(self.tx())
        .await?;
        sqlx::query(
            "INSERT INTO evidence_custody (journal, hash, received_ms, receipt) \
             VALUES ($1, $2, $3, $4)",
        )
        .bind(receipt.body.journal.to_string())
        .bind(evidence.hash.to_string())
        .bind(at_ms)
        .bind(super::json(receipt)?)
        .execute(self.tx())
        .await?;
        sqlx::query("UPDATE evidence_names SET here = 1 WHERE hash = $1 AND here = 0")
            .bind(evidence.hash.to_string())
            .execute(self.tx())
            .await?;
        sqlx::query("UPDATE journals SET photos = photos + 1 WHERE id = $1")
            .bind(receipt.body.journal.to_string())
            .execute(self.tx())
            .await?;
        Ok(())
    }
}

fn upload_of(row: &AnyRow) -> Result<Upload, DbError> {
    Ok(Upload {
        id: row.get(0),
        journal: super::parsed(row.get(1), "journal's id")?,
        hash: super::parsed(row.get(2), "hash of evidence")?,
        length: Some(super::number_out(row.get(3))?).filter(|it| *it != LENGTH_UNSAID),
        metadata: row.get(4),
        created_ms: row.get(5),
        expires_ms: row.get(6),
        whole: row.get::<i64, _>(7) != 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::journals::tests::{add, journal};
    use crate::db::testing;
    use waiqin_protocol::ids::ServerId;
    use waiqin_protocol::journal::LogPosition;
    use waiqin_protocol::suite::Ed25519Signer;

    fn upload(id: &str, journal: JournalId, hash: u8, expires_ms: i64) -> Upload {
        Upload {
            id: id.into(),
            journal,
            hash: EvidenceHash::from_bytes([hash; 32]),
            length: Some(10),
            metadata: "sha256 x".into(),
            created_ms: expires_ms - 50,
            expires_ms,
            whole: false,
        }
    }

    #[tokio::test]
    async fn uploads_belong_to_their_journal_and_give_way_to_newer_ones() {
        for (db, _kept) in testing::engines().await {
            add(&db, &[journal(1), journal(2)]).await;
            let (one, two) = (journal(1).id, journal(2).id);
            let unsaid = Upload {
                length: None,
                ..upload("a", one, 1, 100)
            };
            assert!(db.add_upload(&unsaid, 3).await.unwrap().is_empty());
            assert_eq!(db.upload("a", one, 99).await.unwrap(), Some(unsaid));
            db.set_length("a", 10).await.unwrap();
            db.set_length("a", 11).await.unwrap();
            let a = upload("a", one, 1, 100);
            assert_eq!(db.upload("a", one, 99).await.unwrap(), Some(a.clone()));
            assert_eq!(db.upload("a", two, 99).await.unwrap(), None);
            assert_eq!(db.upload("a", one, 100).await.unwrap(), None);
            assert_eq!(
                db.add_upload(&upload("b", one, 1, 101), 3).await.unwrap(),
                ["a"]
            );
            assert!(
                db.add_upload(&upload("c", two, 1, 102), 3)
                    .await
                    .unwrap()
                    .is_empty()
            );
            assert!(
                db.add_upload(&upload("d", one, 2, 103), 3)
                    .await
                    .unwrap()
                    .is_empty()
            );
            assert!(
                db.add_upload(&upload("e", one, 3, 104), 3)
                    .await
                    .unwrap()
                    .is_empty()
            );
            assert_eq!(
                db.add_upload(&upload("f", one, 4, 105), 3).await.unwrap(),
                ["b"]
            );
            db.set_whole("d").await.unwrap();
            let whole = db.whole_upload(&[two, one], a.hash).await.unwrap();
            assert_eq!(whole, None);
            let hash = EvidenceHash::from_bytes([2; 32]);
            assert_eq!(
                db.whole_upload(&[two, one], hash)
                    .await
                    .unwrap()
                    .unwrap()
                    .id,
                "d"
            );
            assert_eq!(db.whole_uploads().await.unwrap().len(), 1);
            assert_eq!(db.drop_expired_uploads(103).await.unwrap().len(), 2);
            assert!(db.knows_upload("e").await.unwrap());
            assert!(!db.knows_upload("c").await.unwrap());
        }
    }

    #[tokio::test]
    async fn custody_is_the_journals_own() {
        for (db, _kept) in testing::engines().await {
            add(&db, &[journal(1), journal(2)]).await;
            let (one, two) = (journal(1).id, journal(2).id);
            let hash = EvidenceHash::from_bytes([5; 32]);
            let receipt = EvidenceReceipt {
                at: 7,
                hash,
                journal: one,
                length: 10,
                position: LogPosition::START,
                server: ServerId::from_bytes([9; 16]),
            };
            let receipt = Signed::sign(receipt, &Ed25519Signer::from_secret(&[1; 32])).unwrap();
            let evidence = NewEvidence {
                hash,
                length: 10,
                media: None,
                size: Some((3, 4)),
            };
            let mut write = db.write().await.unwrap();
            let name = EvidenceName {
                seq: 4,
                hash,
                subject: SubjectId::from_bytes([3; 16]),
            };
            write.add_names(one, &[name]).await.unwrap();
            assert!(!write.has_custody(one, hash).await.unwrap());
            write.add_custody(&evidence, &receipt).await.unwrap();
            assert!(write.has_custody(one, hash).await.unwrap());
            write.commit().await.unwrap();
            assert!(db.is_named(&[two, one], hash).await.unwrap());
            assert!(!db.is_named(&[two], hash).await.unwrap());
            let custody = db.custody(&[one], hash).await.unwrap().unwrap();
            assert_eq!(
                (custody.receipt.clone(), custody.verified),
                (receipt.clone(), false)
            );
            for (at_ms, verified) in [(Some(9), true), (None, false)] {
                db.set_verified(&[hash], at_ms).await.unwrap();
                let custody = db.custody(&[one], hash).await.unwrap().unwrap();
                assert_eq!((&custody.receipt, custody.verified), (&receipt, verified));
            }
            assert!(db.custody(&[two], hash).await.unwrap().is_none());
            let all = std::slice::from_ref(&receipt);
            assert_eq!(db.custody_of(one).await.unwrap(), all);
            assert!(db.custody_of(two).await.unwrap().is_empty());
            assert_eq!(db.evidence_after(None, 9).await.unwrap(), [(hash, 10)]);
            assert_eq!(db.evidence_after(Some(hash), 9).await.unwrap(), []);
            assert_eq!(
                db.custody_after(None, 9).await.unwrap(),
                [(one, hash, receipt)]
            );
            assert!(
                db.custody_after(Some((one, hash)), 9)
                    .await
                    .unwrap()
                    .is_empty()
            );
        }
    }
}
