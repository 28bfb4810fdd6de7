//! Entries, byte for byte as they came.

use super::{Db, DbError, Write};
use sqlx::Row;
use sqlx::any::AnyRow;
use waiqin_protocol::ids::{EntryHash, JournalId, Link, SubjectId};
use waiqin_protocol::journal::Head;
use waiqin_protocol::wire::sync::{Verdict, VerdictReason, VerdictRun};

/// An entry to be kept.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// Its number.
    pub seq: u64,
    /// SHA-256 of its bytes.
    pub hash: EntryHash,
    /// Link after it.
    pub link: Link,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What it is about, when it reads.
    pub subject: Option<SubjectId>,
    /// Kind of change, when it reads.
    pub kind: Option<String>,
    /// What the server thinks of it.
    pub verdict: Verdict,
    /// Why, for held and refused.
    pub reason: Option<VerdictReason>,
}

/// An entry as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEntry {
    /// Its number.
    pub seq: u64,
    /// SHA-256 of its bytes.
    pub hash: EntryHash,
    /// Link after it.
    pub link: Link,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Rows of one INSERT. SQLite looks a placeholder up by going through those before it: many rows in one
/// statement cost more than they spare.
const ROWS_AT_ONCE: usize = 16;

impl Db {
    /// Link after an entry; [`Link::ZERO`] before the first. `None` when there is no such entry.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn link_at(&self, journal: JournalId, seq: u64) -> Result<Option<Link>, DbError> {
        if seq == 0 {
            return Ok(Some(Link::ZERO));
        }
        // After a gap the phone's word stands for the entry that nobody has.
        let sql = "SELECT link FROM entries WHERE journal = $1 AND seq = $2 \
             UNION ALL SELECT link FROM gaps WHERE journal = $1 AND to_seq = $2";
        let row = sqlx::query(sql)
            .bind(journal.to_string())
            .bind(super::number_in(seq)?)
            .fetch_optional(self.pool())
            .await?;
        row.map(|row| super::parsed(row.get(0), "link of an entry"))
            .transpose()
    }

    /// Every link after a number that an entry of a journal may continue: in its chain, beside it, and
    /// after a gap beside it.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn links_at(&self, journal: JournalId, seq: u64) -> Result<Vec<Link>, DbError> {
        let mut links = self.forked_links(journal, seq).await?;
        links.extend(self.link_at(journal, seq).await?);
        let gaps = sqlx::query("SELECT link FROM forked_gaps WHERE journal = $1 AND to_seq = $2")
            .bind(journal.to_string())
            .bind(super::number_in(seq)?)
            .fetch_all(self.pool())
            .await?;
        for row in &gaps {
            links.push(super::parsed(row.get(0), "link of a gap")?);
        }
        Ok(links)
    }

    /// Whether a journal is here up to a head: in its chain, or beside it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn holds(&self, journal: JournalId, head: Head) -> Result<bool, DbError> {
        if self.link_at(journal, head.seq).await? == Some(head.link) {
            return Ok(true);
        }
        let sql = "SELECT 1 FROM forked_entries WHERE journal = $1 AND seq = $2 AND link = $3 \
             UNION ALL SELECT 1 FROM forked_gaps WHERE journal = $1 AND to_seq = $2 AND link = $3";
        let found = sqlx::query(sql)
            .bind(journal.to_string())
            .bind(super::number_in(head.seq)?)
            .bind(head.link.to_string())
            .fetch_optional(self.pool())
            .await?;
        Ok(found.is_some())
    }

    /// Verdicts of the entries after `after` up to `to`, as runs.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn verdicts(
        &self,
        journal: JournalId,
        after: u64,
        to: u64,
    ) -> Result<Vec<VerdictRun>, DbError> {
        let rows = sqlx::query(
            "SELECT seq, verdict, reason, verdict_number FROM entries \
             WHERE journal = $1 AND seq > $2 AND seq <= $3 ORDER BY seq",
        )
        .bind(journal.to_string())
        .bind(super::number_in(after)?)
        .bind(super::number_in(to)?)
        .fetch_all(self.pool())
        .await?;
        runs_of(&rows)
    }

    /// Verdicts of entries up to `to` that changed after a row of the log, as runs.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn late_verdicts(
        &self,
        journal: JournalId,
        since: u64,
        to: u64,
    ) -> Result<Vec<VerdictRun>, DbError> {
        let mut rows = sqlx::query(
            "SELECT seq, verdict, reason, verdict_number FROM entries WHERE journal = $1 \
             AND verdict_number <> log_number AND verdict_number > $2 AND seq + 0 <= $3",
        )
        .bind(journal.to_string())
        .bind(super::number_in(since)?)
        .bind(super::number_in(to)?)
        .fetch_all(self.pool())
        .await?;
        // Few, and sorted here: asked for their order the engine would go through the whole journal.
        rows.sort_by_key(|row| row.get::<i64, _>(0));
        runs_of(&rows)
    }

    /// Entries of a journal after a number, in order, at most `limit`.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn entries_after(
        &self,
        journal: JournalId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<StoredEntry>, DbError> {
        sqlx::query(
            "SELECT seq, hash, link, bytes FROM entries \
             WHERE journal = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        )
        .bind(journal.to_string())
        .bind(super::number_in(after)?)
        .bind(i64::from(limit))
        .fetch_all(self.pool())
        .await?
        .iter()
        .map(stored_of)
        .collect()
    }
}

impl Write {
    /// Keeps entries under a row of the log.
    ///
    /// # Errors
    /// When a statement fails, as it does for a number or hash that is there already.
    pub async fn add_entries(
        &mut self,
        journal: JournalId,
        log_number: u64,
        entries: &[NewEntry],
    ) -> Result<(), DbError> {
        let name = journal.to_string();
        let log_number = super::number_in(log_number)?;
        for rows in entries.chunks(ROWS_AT_ONCE) {
            let sql = format!(
                "INSERT INTO entries (journal, seq, hash, link, bytes, log_number, subject, kind, \
                 verdict, reason, verdict_number) VALUES {}",
                super::rows_of(rows.len(), 11)
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
            for entry in rows {
                query = query
                    .bind(name.as_str())
                    .bind(super::number_in(entry.seq)?)
                    .bind(entry.hash.to_string())
                    .bind(entry.link.to_string())
                    .bind(entry.bytes.as_slice())
                    .bind(log_number)
                    .bind(entry.subject.map(|id| id.to_string()))
                    .bind(super::typed_or_none(entry.kind.as_deref()))
                    .bind(super::word(&entry.verdict)?)
                    .bind(entry.reason.as_ref().map(super::word).transpose()?)
                    .bind(log_number);
            }
            query.execute(self.tx()).await?;
        }
        for entry in entries.iter().filter(|it| it.verdict.stands()) {
            if let Some(subject) = entry.subject {
                self.came.note(subject, Some(journal), &entry.hash);
            }
        }
        Ok(())
    }

    /// Keeps entries that a journal signed beside others of the same number. What is there stays.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn add_forked(
        &mut self,
        journal: JournalId,
        entries: &[NewEntry],
        now_ms: i64,
    ) -> Result<(), DbError> {
        let journal = journal.to_string();
        for rows in entries.chunks(ROWS_AT_ONCE) {
            let sql = format!(
                "INSERT INTO forked_entries (journal, seq, hash, link, bytes, received_ms, \
                 subject, kind, verdict, reason) VALUES {} ON CONFLICT (journal, link) DO NOTHING",
                super::rows_of(rows.len(), 10)
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
            for entry in rows {
                query = query
                    .bind(journal.as_str())
                    .bind(super::number_in(entry.seq)?)
                    .bind(entry.hash.to_string())
                    .bind(entry.link.to_string())
                    .bind(entry.bytes.as_slice())
                    .bind(now_ms)
                    .bind(entry.subject.map(|id| id.to_string()))
                    .bind(super::typed_or_none(entry.kind.as_deref()))
                    .bind(super::word(&entry.verdict)?)
                    .bind(entry.reason.as_ref().map(super::word).transpose()?);
            }
            query.execute(self.tx()).await?;
        }
        Ok(())
    }
}

/// Neighbours with one verdict by one row of the log are one run.
fn runs_of(rows: &[AnyRow]) -> Result<Vec<VerdictRun>, DbError> {
    let mut runs: Vec<VerdictRun> = Vec::new();
    for row in rows {
        let seq = super::number_out(row.get(0))?;
        let verdict = super::of_word(row.get(1), "verdict")?;
        let reason: Option<String> = row.get(2);
        let reason = reason
            .map(|text| super::of_word(text, "reason"))
            .transpose()?;
        let number = super::number_out(row.get(3))?;
        match runs.last_mut() {
            Some(run)
                if (run.verdict, run.reason, run.number) == (verdict, reason, number)
                    && run.to + 1 == seq =>
            {
                run.to = seq;
            }
            Some(_) | None => runs.push(VerdictRun {
                from: seq,
                number,
                reason,
                to: seq,
                verdict,
            }),
        }
    }
    Ok(runs)
}

pub(super) fn stored_of(row: &AnyRow) -> Result<StoredEntry, DbError> {
    Ok(StoredEntry {
        seq: super::number_out(row.get(0))?,
        hash: super::parsed(row.get(1), "hash of an entry")?,
        link: super::parsed(row.get(2), "link of an entry")?,
        bytes: row.get(3),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::journals::tests::{add, journal};
    use crate::db::{HeldSubject, testing};

    fn entry(seq: u64, verdict: Verdict, reason: Option<VerdictReason>) -> NewEntry {
        let mut hash = [0u8; 32];
        hash[..8].copy_from_slice(&seq.to_be_bytes());
        NewEntry {
            seq,
            hash: EntryHash::from_bytes(hash),
            link: Link::from_bytes(hash),
            bytes: vec![0, 0xff, b'x'],
            subject: Some(SubjectId::from_bytes([u8::from(reason.is_some()); 16])),
            kind: None,
            verdict,
            reason,
        }
    }

    #[tokio::test]
    async fn entries_come_back_byte_for_byte_and_verdicts_as_runs() {
        for (db, _kept) in testing::engines().await {
            add(&db, &[journal(1)]).await;
            let id = journal(1).id;
            let mut entries: Vec<NewEntry> = (1..=150)
                .map(|seq| entry(seq, Verdict::Accepted, None))
                .collect();
            entries[99] = entry(100, Verdict::Held, Some(VerdictReason::UnknownBase));
            let mut write = db.write().await.unwrap();
            write.add_entries(id, 7, &entries).await.unwrap();
            let held = write.held_subjects().await.unwrap();
            write.commit().await.unwrap();
            assert_eq!(
                held.into_iter().collect::<Vec<_>>(),
                [HeldSubject {
                    journal: id,
                    subject: SubjectId::from_bytes([1; 16]),
                    forked: false,
                }]
            );
            let runs = db.verdicts(id, 1, 140).await.unwrap();
            let shown: Vec<(u64, u64, Verdict)> = runs
                .iter()
                .map(|run| (run.from, run.to, run.verdict))
                .collect();
            assert_eq!(
                shown,
                [
                    (2, 99, Verdict::Accepted),
                    (100, 100, Verdict::Held),
                    (101, 140, Verdict::Accepted)
                ]
            );
            assert_eq!(runs[1].reason, Some(VerdictReason::UnknownBase));
            let read = db.entries_after(id, 148, 10).await.unwrap();
            assert_eq!(read.len(), 2);
            assert_eq!(read[0].bytes, entries[148].bytes);
            assert_eq!(db.link_at(id, 150).await.unwrap(), Some(entries[149].link));
            assert_eq!(db.link_at(id, 151).await.unwrap(), None);
            assert_eq!(db.link_at(id, 0).await.unwrap(), Some(Link::ZERO));
        }
    }

    #[tokio::test]
    async fn one_number_is_never_given_twice() {
        for (db, _kept) in testing::engines().await {
            add(&db, &[journal(1)]).await;
            let one = entry(1, Verdict::Accepted, None);
            let mut write = db.write().await.unwrap();
            write
                .add_entries(journal(1).id, 1, std::slice::from_ref(&one))
                .await
                .unwrap();
            write.commit().await.unwrap();
            let mut write = db.write().await.unwrap();
            assert!(write.add_entries(journal(1).id, 2, &[one]).await.is_err());
        }
    }

    #[tokio::test]
    async fn forked_entries_are_kept_beside_each_other() {
        for (db, _kept) in testing::engines().await {
            add(&db, &[journal(1)]).await;
            let forked = |n: u8| NewEntry {
                hash: EntryHash::from_bytes([n; 32]),
                link: Link::from_bytes([n; 32]),
                bytes: vec![n],
                ..entry(5, Verdict::Held, Some(VerdictReason::Fork))
            };
            let stored = |n: u8| {
                let NewEntry {
                    seq,
                    hash,
                    link,
                    bytes,
                    ..
                } = forked(n);
                StoredEntry {
                    seq,
                    hash,
                    link,
                    bytes,
                }
            };
            let mut write = db.write().await.unwrap();
            write
                .add_forked(journal(1).id, &[forked(1), forked(2)], 3)
                .await
                .unwrap();
            write
                .add_forked(journal(1).id, &[forked(2)], 4)
                .await
                .unwrap();
            write.commit().await.unwrap();
            let kept = db.forked_after(journal(1).id, (0, Link::ZERO), 9).await;
            let kept: Vec<StoredEntry> = kept.unwrap().into_iter().map(|it| it.entry).collect();
            assert_eq!(kept, [stored(1), stored(2)]);
        }
    }
}
