//! What an exported folder asks of the database, in portions.

use super::{Db, DbError, StoredEntry};
use sqlx::Row;
use std::collections::BTreeSet;
use waiqin_protocol::ids::{EntryHash, EvidenceHash, JournalId, Link, SubjectId};
use waiqin_protocol::journal::{Change, Entry};

/// An entry without its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryPlace {
    /// Its number.
    pub seq: u64,
    /// SHA-256 of its bytes.
    pub hash: EntryHash,
    /// What it is about, when it reads.
    pub subject: Option<SubjectId>,
}

/// An entry beside a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForkedEntry {
    /// The entry.
    pub entry: StoredEntry,
    /// What it is about, when it reads.
    pub subject: Option<SubjectId>,
}

impl Db {
    /// The records of a case.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn subjects_of_case(&self, case: &str) -> Result<BTreeSet<SubjectId>, DbError> {
        sqlx::query("SELECT subject FROM records WHERE case_id = $1")
            .bind(case.to_owned())
            .fetch_all(self.pool())
            .await?
            .iter()
            .map(|row| super::parsed(row.get(0), "subject of a record"))
            .collect()
    }

    /// The journals that hold entries on a record, in their chains or beside them.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn journals_about(&self, subject: SubjectId) -> Result<Vec<JournalId>, DbError> {
        sqlx::query(
            "SELECT journal FROM entries WHERE subject = $1 \
             UNION SELECT journal FROM forked_entries WHERE subject = $1",
        )
        .bind(subject.to_string())
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(|row| super::parsed(row.get(0), "journal of an entry"))
        .collect()
    }

    /// Entries of a journal after a number, in order and without their bytes, at most `limit`.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn entry_places(
        &self,
        journal: JournalId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<EntryPlace>, DbError> {
        let rows = sqlx::query(
            "SELECT seq, hash, subject FROM entries \
             WHERE journal = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        )
        .bind(journal.to_string())
        .bind(super::number_in(after)?)
        .bind(i64::from(limit))
        .fetch_all(self.pool())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(EntryPlace {
                    seq: super::number_out(row.get(0))?,
                    hash: super::parsed(row.get(1), "hash of an entry")?,
                    subject: super::parsed_or_none(row.get(2), "subject of an entry")?,
                })
            })
            .collect()
    }

    /// Entries beside a chain after (number, link), in order, at most `limit`.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn forked_after(
        &self,
        journal: JournalId,
        after: (u64, Link),
        limit: u32,
    ) -> Result<Vec<ForkedEntry>, DbError> {
        let rows = sqlx::query(
            "SELECT seq, hash, link, bytes, subject FROM forked_entries \
             WHERE journal = $1 AND (seq > $2 OR (seq = $2 AND link > $3)) \
             ORDER BY seq, link LIMIT $4",
        )
        .bind(journal.to_string())
        .bind(super::number_in(after.0)?)
        .bind(after.1.to_string())
        .bind(i64::from(limit))
        .fetch_all(self.pool())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(ForkedEntry {
                    entry: super::entries::stored_of(row)?,
                    subject: super::parsed_or_none(row.get(4), "subject of an entry")?,
                })
            })
            .collect()
    }

    /// Links after the entries of this number that lie beside a chain.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn forked_links(&self, journal: JournalId, seq: u64) -> Result<Vec<Link>, DbError> {
        sqlx::query("SELECT link FROM forked_entries WHERE journal = $1 AND seq = $2 ORDER BY link")
            .bind(journal.to_string())
            .bind(super::number_in(seq)?)
            .fetch_all(self.pool())
            .await?
            .iter()
            .map(|row| super::parsed(row.get(0), "link of an entry"))
            .collect()
    }

    /// Whether an entry that stands says that the bytes of evidence were destroyed by order.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn is_erased(&self, hash: EvidenceHash) -> Result<bool, DbError> {
        let rows = sqlx::query(
            "SELECT bytes FROM entries WHERE kind = 'bytes_erased' \
             AND verdict IN ('accepted', 'interleaved', 'contested')",
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.iter().any(|row| {
            let entry = Entry::from_bytes(row.get(0)).ok();
            let change = entry.map(|entry| entry.change);
            matches!(change, Some(Change::BytesErased { evidence: Some(it), .. }) if it == hash)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::journals::tests::{add, journal};
    use crate::db::{NewEntry, testing};
    use waiqin_protocol::wire::sync::Verdict;

    fn entry(seq: u64, n: u8, subject: Option<u8>) -> NewEntry {
        NewEntry {
            seq,
            hash: EntryHash::from_bytes([n; 32]),
            link: Link::from_bytes([n; 32]),
            bytes: vec![n],
            subject: subject.map(|n| SubjectId::from_bytes([n; 16])),
            kind: None,
            verdict: Verdict::Accepted,
            reason: None,
        }
    }

    #[tokio::test]
    async fn places_and_forks_come_in_portions_that_leave_nothing_out() {
        for (db, _kept) in testing::engines().await {
            add(&db, &[journal(1), journal(2)]).await;
            let (one, two) = (journal(1).id, journal(2).id);
            let mut write = db.write().await.unwrap();
            let chain = [
                entry(1, 1, Some(9)),
                entry(2, 2, None),
                entry(3, 3, Some(8)),
            ];
            write.add_entries(one, 7, &chain).await.unwrap();
            let beside = [
                entry(2, 5, Some(8)),
                entry(2, 4, Some(9)),
                entry(3, 6, None),
            ];
            write.add_forked(two, &beside, 3).await.unwrap();
            write.commit().await.unwrap();
            let mut read: Vec<EntryPlace> = Vec::new();
            for after in [0, 2, 3] {
                read.extend(db.entry_places(one, after, 2).await.unwrap());
            }
            let shown: Vec<(u64, Option<SubjectId>)> =
                read.iter().map(|it| (it.seq, it.subject)).collect();
            let subject = |n| Some(SubjectId::from_bytes([n; 16]));
            assert_eq!(shown, [(1, subject(9)), (2, None), (3, subject(8))]);
            // Two entries of one number are parted by their links.
            let mut links = Vec::new();
            let mut after = (0, Link::ZERO);
            loop {
                let some = db.forked_after(two, after, 1).await.unwrap();
                let Some(one) = some.first() else { break };
                after = (one.entry.seq, one.entry.link);
                links.push(*one.entry.link.as_bytes().first().unwrap());
            }
            assert_eq!(links, [4, 5, 6]);
            let of_two = db.forked_links(two, 2).await.unwrap();
            assert_eq!(of_two, [4, 5].map(|n| Link::from_bytes([n; 32])));
            let mut about = db.journals_about(subject(8).unwrap()).await.unwrap();
            about.sort();
            assert_eq!(about, [one, two]);
            assert_eq!(db.subjects_of_case("none").await.unwrap(), BTreeSet::new());
            let hash = EvidenceHash::from_bytes([1; 32]);
            assert!(!db.is_erased(hash).await.unwrap());
            assert!(db.custody_on(hash).await.unwrap().is_empty());
        }
    }

    /// Destroying bytes is the office's to say: what an officer writes of it is refused.
    #[tokio::test]
    async fn an_order_to_erase_counts_only_where_its_entry_stands() {
        let golden = include_str!("../../../core/protocol/golden/journal-v1.ndjson");
        let mut erased = golden.lines().filter_map(|line| {
            match Entry::from_bytes(line.as_bytes()).unwrap().change {
                Change::BytesErased { evidence, .. } => Some((line.as_bytes(), evidence?)),
                _ => None,
            }
        });
        let (bytes, hash) = erased.next().unwrap();
        for (db, _kept) in testing::engines().await {
            add(&db, &[journal(1)]).await;
            for (n, verdict, counts) in [(1, Verdict::Refused, false), (2, Verdict::Accepted, true)]
            {
                let new = NewEntry {
                    bytes: bytes.to_vec(),
                    kind: Some("bytes_erased".into()),
                    verdict,
                    ..entry(n.into(), n, None)
                };
                let mut write = db.write().await.unwrap();
                write.add_entries(journal(1).id, 7, &[new]).await.unwrap();
                write.commit().await.unwrap();
                assert_eq!(db.is_erased(hash).await.unwrap(), counts);
            }
        }
    }
}
