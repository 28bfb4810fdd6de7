//! Entries on the cases of an officer's scope, in the order in which they came into his view: he
//! sees what others wrote, whoever they are and on whichever phone.

use super::{Db, DbError};
use sqlx::Row;
use sqlx::any::AnyRow;
use waiqin_protocol::ids::{EntryHash, JournalId, SubjectId};

/// A place in the order of entries: everything up to it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryMark {
    /// Row of the log with which the entry came into view.
    pub number: u64,
    /// The entry within that number; `None`: the whole number was sent.
    pub within: Option<Within>,
}

/// An entry among those that came into view together: an old case may bring many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Within {
    /// The case that it is about.
    pub case_id: String,
    /// Row of the log with which it came to stand.
    pub taken: u64,
    /// Its number in its journal.
    pub seq: u64,
}

/// An entry of another journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherEntry {
    /// Where it stands in the order.
    pub mark: EntryMark,
    /// Row of the log with which it came to stand: entries are folded in this order.
    pub taken: u64,
    /// Its journal.
    pub journal: JournalId,
    /// Its number there.
    pub seq: u64,
    /// The record.
    pub subject: SubjectId,
    /// SHA-256 of its bytes.
    pub hash: EntryHash,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Db {
    /// Entries of other journals than `own` on cases of a name in the list, after a mark, up to a
    /// number of the log, in order, at most `limit`. Fewer than `limit` means that there are no
    /// more.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn entries_of_others(
        &self,
        list_name: &str,
        own: JournalId,
        after: &EntryMark,
        up_to: u64,
        limit: u32,
    ) -> Result<Vec<OtherEntry>, DbError> {
        let number = super::number_in(after.number)?;
        let (from, case_id, taken, seq) = match &after.within {
            Some(within) => (
                number,
                within.case_id.clone(),
                super::number_in(within.taken)?,
                super::number_in(within.seq)?,
            ),
            None => (number.saturating_add(1), String::new(), 0, 0),
        };
        let rows = sqlx::query(ENTRIES)
            .bind(list_name)
            .bind(own.to_string())
            .bind(from)
            .bind(super::number_in(up_to)?)
            .bind(case_id)
            .bind(taken)
            .bind(seq)
            .bind(i64::from(limit))
            .fetch_all(self.pool())
            .await?;
        rows.iter().map(other_of).collect()
    }
}

fn other_of(row: &AnyRow) -> Result<OtherEntry, DbError> {
    let taken = super::number_out(row.get(2))?;
    let seq = super::number_out(row.get(3))?;
    Ok(OtherEntry {
        mark: EntryMark {
            number: super::number_out(row.get(0))?,
            within: Some(Within {
                case_id: row.get(1),
                taken,
                seq,
            }),
        },
        taken,
        journal: super::parsed(row.get(4), "journal of an entry")?,
        seq,
        subject: super::parsed(row.get(5), "subject of an entry")?,
        hash: super::parsed(row.get(6), "hash of an entry")?,
        bytes: row.get(7),
    })
}

/// What came to stand, what came with its record to a case, and what came with its case into the
/// scope: each by its own index, so that the cost is that of what is new. A row of the log holds
/// entries of one journal, whose numbers tell them apart.
const ENTRIES: &str = "SELECT number, case_id, taken, seq, journal, subject, hash, bytes FROM ( \
     SELECT e.verdict_number AS number, r.case_id, e.verdict_number AS taken, e.seq, e.journal, e.subject, \
     e.hash, e.bytes FROM entries e JOIN records r ON r.subject = e.subject \
     JOIN cases c ON c.id = r.case_id \
     WHERE e.verdict_number >= $3 AND e.verdict_number <= $4 AND r.case_number <= e.verdict_number \
     AND c.officer = $1 AND c.scope_number <= e.verdict_number AND e.journal <> $2 \
     AND e.verdict IN ('accepted', 'interleaved', 'contested') \
     UNION ALL \
     SELECT r.case_number AS number, r.case_id, e.verdict_number AS taken, e.seq, e.journal, e.subject, \
     e.hash, e.bytes FROM records r JOIN entries e ON e.subject = r.subject \
     JOIN cases c ON c.id = r.case_id \
     WHERE r.case_number >= $3 AND r.case_number <= $4 AND e.verdict_number < r.case_number \
     AND c.officer = $1 AND c.scope_number <= r.case_number AND e.journal <> $2 \
     AND e.verdict IN ('accepted', 'interleaved', 'contested') \
     UNION ALL \
     SELECT c.scope_number AS number, r.case_id, e.verdict_number AS taken, e.seq, e.journal, e.subject, \
     e.hash, e.bytes FROM cases c JOIN records r ON r.case_id = c.id \
     JOIN entries e ON e.subject = r.subject \
     WHERE c.officer = $1 AND c.scope_number >= $3 AND c.scope_number <= $4 \
     AND e.verdict_number < c.scope_number AND r.case_number < c.scope_number AND e.journal <> $2 \
     AND e.verdict IN ('accepted', 'interleaved', 'contested') \
     ) AS shown WHERE number > $3 OR case_id > $5 \
     OR (case_id = $5 AND (taken > $6 OR (taken = $6 AND seq > $7))) \
     ORDER BY number, case_id, taken, seq LIMIT $8";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::journals::tests::{add, journal};
    use crate::db::testing;
    use std::collections::BTreeSet;

    /// An entry `seq` of a journal on a record, taken in with a row of the log.
    async fn entry(db: &Db, by: u8, seq: i64, subject: u8, taken: i64, verdict: &str) {
        sqlx::query(
            "INSERT INTO entries (journal, seq, hash, link, bytes, log_number, verdict_number, \
             subject, kind, verdict) VALUES ($1, $2, $3, $3, $4, $5, $5, $6, 'fields_changed', $7)",
        )
        .bind(journal(by).id.to_string())
        .bind(seq)
        .bind(hex::encode([by, u8::try_from(seq).unwrap()].repeat(16)))
        .bind(vec![by, u8::try_from(seq).unwrap()])
        .bind(taken)
        .bind(SubjectId::from_bytes([subject; 16]).to_string())
        .bind(verdict)
        .execute(db.pool())
        .await
        .unwrap();
    }

    async fn record(db: &Db, subject: u8, case: Option<&str>, since: i64) {
        sqlx::query(
            "INSERT INTO records (subject, act, case_id, number_typed, officer, journal, place, \
             opened_ms, changed_ms, changed_number, view, case_number) \
             VALUES ($1, 'seal', $2, '', '', '', '', 0, 0, 0, '', $3)",
        )
        .bind(SubjectId::from_bytes([subject; 16]).to_string())
        .bind(case)
        .bind(since)
        .execute(db.pool())
        .await
        .unwrap();
    }

    async fn case(db: &Db, id: &str, officer: &str, since: i64) {
        crate::db::records::tests::add_case(db, id, id, officer, since).await;
        sqlx::query("UPDATE cases SET scope_number = $1 WHERE id = $2")
            .bind(since)
            .bind(id)
            .execute(db.pool())
            .await
            .unwrap();
    }

    /// Everything after a number, by pages of `limit`: number, case, journal's first byte, seq.
    async fn all(db: &Db, after: u64, up_to: u64, limit: u32) -> Vec<(u64, String, u8, u64)> {
        let mut mark = EntryMark {
            number: after,
            within: None,
        };
        let mut seen = Vec::new();
        loop {
            let page = db
                .entries_of_others("王法官", journal(1).id, &mark, up_to, limit)
                .await
                .unwrap();
            for it in &page {
                let case_id = it.mark.within.as_ref().unwrap().case_id.clone();
                assert_eq!(it.bytes, [it.bytes[0], u8::try_from(it.seq).unwrap()]);
                seen.push((it.mark.number, case_id, it.bytes[0], it.seq));
            }
            match page.last() {
                Some(last) if page.len() == limit as usize => mark = last.mark.clone(),
                Some(_) | None => return seen,
            }
        }
    }

    #[tokio::test]
    async fn each_entry_comes_once_when_it_or_its_record_or_its_case_comes_into_view() {
        for (db, _kept) in testing::engines().await {
            add(&db, &[journal(1), journal(2), journal(3)]).await;
            case(&db, "A", "王法官", 0).await;
            case(&db, "B", "王法官", 20).await;
            case(&db, "F", "李法官", 0).await;
            record(&db, 1, Some("A"), 3).await;
            record(&db, 2, Some("B"), 4).await;
            record(&db, 3, Some("F"), 5).await;
            record(&db, 4, None, 0).await;
            record(&db, 5, Some("A"), 15).await;
            // On A: two of others, one of his own, one that is held.
            entry(&db, 2, 1, 1, 3, "accepted").await;
            entry(&db, 2, 2, 1, 3, "interleaved").await;
            entry(&db, 1, 1, 1, 6, "contested").await;
            entry(&db, 3, 1, 1, 7, "held").await;
            // On B, before and after it came into his scope.
            entry(&db, 2, 3, 2, 8, "accepted").await;
            entry(&db, 2, 4, 2, 21, "accepted").await;
            // On a case of another, and on none.
            entry(&db, 2, 5, 3, 9, "accepted").await;
            entry(&db, 2, 6, 4, 9, "accepted").await;
            // On a record that was named anew.
            entry(&db, 3, 2, 5, 10, "accepted").await;
            entry(&db, 3, 3, 5, 15, "accepted").await;
            let whole = all(&db, 0, 100, 100).await;
            let expected = [
                (3, "A".to_owned(), 2, 1),
                (3, "A".to_owned(), 2, 2),
                (15, "A".to_owned(), 3, 2),
                (15, "A".to_owned(), 3, 3),
                (20, "B".to_owned(), 2, 3),
                (21, "B".to_owned(), 2, 4),
            ];
            assert_eq!(whole, expected);
            for limit in [1, 2, 3, 5] {
                assert_eq!(all(&db, 0, 100, limit).await, expected, "pages of {limit}");
            }
            // Wherever a cursor stands, what follows it is what was not sent before.
            for cut in 0..25 {
                let before: BTreeSet<_> = all(&db, 0, cut, 2).await.into_iter().collect();
                let after: BTreeSet<_> = all(&db, cut, 100, 2).await.into_iter().collect();
                assert!(before.is_disjoint(&after), "cut at {cut}");
                assert_eq!(before.len() + after.len(), expected.len(), "cut at {cut}");
            }
        }
    }
}
