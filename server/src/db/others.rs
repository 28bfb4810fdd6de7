//! Entries on the cases of an officer's scope, and on records of his own whose case nobody knows yet,
//! in the order in which they came into his view: he sees what others wrote, whoever they are and on
//! whichever phone.

use super::{Db, DbError};
use sqlx::Row;
use sqlx::any::AnyRow;
use std::sync::LazyLock;
use waiqin_protocol::ids::{CaseId, EntryHash, JournalId, OfficerId, SubjectId};

/// A place in the order of entries: everything up to it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryMark {
    /// Row of the log with which the entry came into view.
    pub number: u64,
    /// The entry within that number; `None`: the whole number was sent.
    pub within: Option<Within>,
}

/// An entry among those that came into view together: an old case may bring many. A row of the log
/// holds entries of one journal, whose numbers tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Within {
    /// Row of the log with which it came to stand.
    pub taken: u64,
    /// Its number in its journal.
    pub seq: u64,
}

/// For whom entries are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// His name in the list.
    pub list_name: String,
    /// Who he is.
    pub officer: OfficerId,
    /// The journal that asks; its own entries are left out.
    pub journal: JournalId,
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
    /// The case of the record; `None`: nobody knows it.
    pub case: Option<CaseId>,
    /// SHA-256 of its bytes.
    pub hash: EntryHash,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl OtherEntry {
    /// Bytes on the wire with its mark, never too few.
    #[must_use]
    pub fn size(&self) -> u64 {
        let case = self.case.as_ref().map_or(0, |case| case.0.len());
        (self.bytes.len() + case + MARK_BYTES) as u64
    }
}

/// Rows of the log beyond which it costs more to walk them than to look through the scope.
const FAR_ROWS: u64 = 4_096;

/// Bytes of an entry's mark in the page's line without its case, at most.
const MARK_BYTES: usize = 272;

impl Db {
    /// Entries of other journals that a reader may see, after a mark, up to a number of the log, in
    /// order, at most `limit`. Fewer than `limit` means that there are no more.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn entries_of_others(
        &self,
        reader: &Reader,
        after: &EntryMark,
        up_to: u64,
        limit: u32,
    ) -> Result<Vec<OtherEntry>, DbError> {
        let far = up_to.saturating_sub(after.number) > FAR_ROWS;
        let sql: &'static str = if far { &FAR } else { &NEAR };
        self.others_by(sql, reader, after, up_to, limit).await
    }

    async fn others_by(
        &self,
        sql: &'static str,
        reader: &Reader,
        after: &EntryMark,
        up_to: u64,
        limit: u32,
    ) -> Result<Vec<OtherEntry>, DbError> {
        let (taken, seq) = match &after.within {
            Some(within) => (
                super::number_in(within.taken)?,
                super::number_in(within.seq)?,
            ),
            None => (i64::MAX, i64::MAX),
        };
        let rows = sqlx::query(sql)
            .bind(reader.list_name.as_str())
            .bind(reader.journal.to_string())
            .bind(super::number_in(after.number)?)
            .bind(super::number_in(up_to)?)
            .bind(taken)
            .bind(seq)
            .bind(i64::from(limit))
            .bind(reader.officer.to_string())
            .fetch_all(self.pool())
            .await?;
        rows.iter().map(other_of).collect()
    }
}

/// An entry of a row: number, taken, seq, journal, subject, hash, bytes, case.
pub(super) fn other_of(row: &AnyRow) -> Result<OtherEntry, DbError> {
    let taken = super::number_out(row.get(1))?;
    let seq = super::number_out(row.get(2))?;
    Ok(OtherEntry {
        mark: EntryMark {
            number: super::number_out(row.get(0))?,
            within: Some(Within { taken, seq }),
        },
        taken,
        journal: super::parsed(row.get(3), "journal of an entry")?,
        seq,
        subject: super::parsed(row.get(4), "subject of an entry")?,
        hash: super::parsed(row.get(5), "hash of an entry")?,
        bytes: row.get(6),
        case: row.get::<Option<String>, _>(7).map(CaseId),
    })
}

/// Entries that come into view after a mark, in their order, from arms that each bring some of them.
fn shown(arms: &[&str]) -> String {
    format!(
        "SELECT number, taken, seq, journal, subject, hash, bytes, case_id FROM ({}) AS shown \
         WHERE number >= $3 AND number <= $4 \
         AND (number > $3 OR taken > $5 OR (taken = $5 AND seq > $6)) \
         ORDER BY number, taken, seq LIMIT $7",
        arms.join(" UNION ALL ")
    )
}

/// For who is near: what is new to the log, each arm by its own index and bounded for itself, so that the
/// cost is that of what is new. CROSS JOIN keeps SQLite to the order written. What the asking journal
/// wrote is passed over within the index.
static NEAR: LazyLock<String> =
    LazyLock::new(|| shown(&[CAME, NAMED, ASSIGNED, CONCLUDED, FORKED]));

/// The same for who begins or is far behind: from the cases of his scope, so that the cost is that of
/// what he may see, whatever else the log has.
static FAR: LazyLock<String> =
    LazyLock::new(|| shown(&[OF_SCOPE, OF_NO_CASE, CONCLUDED_OF_OWN, FORKED]));

/// What came to stand.
const CAME: &str = "SELECT * FROM (SELECT e.verdict_number AS number, \
     e.verdict_number AS taken, e.seq, e.journal, \
     e.subject, e.hash, e.bytes, r.case_id FROM entries e CROSS JOIN records r \
     LEFT JOIN scope s ON s.officer = $1 AND s.case_id = r.case_id \
     WHERE e.verdict_number >= $3 AND e.verdict_number <= $4 AND e.journal <> $2 \
     AND (e.verdict_number > $3 OR e.verdict_number > $5 \
     OR (e.verdict_number = $5 AND e.seq > $6)) \
     AND r.subject = e.subject AND r.case_number <= e.verdict_number \
     AND (s.since <= e.verdict_number \
     OR (r.case_id IS NULL AND r.officer = $8)) \
     AND e.verdict IN ('accepted', 'interleaved', 'contested') \
     ORDER BY e.verdict_number, e.seq LIMIT $7) AS came";

/// What came with its record to a case.
const NAMED: &str = "SELECT * FROM (SELECT r.case_number AS number, \
     e.verdict_number AS taken, e.seq, e.journal, \
     e.subject, e.hash, e.bytes, r.case_id FROM records r CROSS JOIN entries e \
     LEFT JOIN scope s ON s.officer = $1 AND s.case_id = r.case_id \
     WHERE r.case_number >= $3 AND r.case_number <= $4 AND r.case_number > r.first_number \
     AND e.subject = r.subject AND e.verdict_number < r.case_number \
     AND (r.case_number > $3 OR e.verdict_number > $5 OR (e.verdict_number = $5 AND e.seq > $6)) \
     AND (s.since <= r.case_number \
     OR (r.case_id IS NULL AND r.officer = $8)) \
     AND e.journal <> $2 AND e.verdict IN ('accepted', 'interleaved', 'contested') \
     ORDER BY r.case_number, e.verdict_number, e.seq LIMIT $7) AS named";

/// What came with its case into the scope.
const ASSIGNED: &str = "SELECT * FROM (SELECT s.since AS number, \
     e.verdict_number AS taken, e.seq, e.journal, \
     e.subject, e.hash, e.bytes, r.case_id FROM scope s CROSS JOIN records r CROSS JOIN entries e \
     WHERE s.officer = $1 AND s.since >= $3 AND s.since <= $4 \
     AND r.case_id = s.case_id AND r.case_number < s.since \
     AND e.subject = r.subject AND e.verdict_number < s.since \
     AND (s.since > $3 OR e.verdict_number > $5 OR (e.verdict_number = $5 AND e.seq > $6)) \
     AND e.journal <> $2 AND e.verdict IN ('accepted', 'interleaved', 'contested') \
     ORDER BY s.since, e.verdict_number, e.seq LIMIT $7) AS assigned";

/// What the office concluded on a record goes to whoever opened it, wherever its case is.
const CONCLUDED: &str = "SELECT * FROM (SELECT e.verdict_number AS number, \
     e.verdict_number AS taken, e.seq, e.journal, \
     e.subject, e.hash, e.bytes, r.case_id FROM entries e CROSS JOIN records r \
     WHERE e.kind = 'concluded' AND e.verdict_number >= $3 AND e.verdict_number <= $4 \
     AND (e.verdict_number > $3 OR e.verdict_number > $5 \
     OR (e.verdict_number = $5 AND e.seq > $6)) \
     AND r.subject = e.subject AND r.officer = $8 AND r.case_id IS NOT NULL \
     AND NOT EXISTS (SELECT 1 FROM scope s WHERE s.officer = $1 AND s.case_id = r.case_id) \
     AND e.journal <> $2 AND e.verdict IN ('accepted', 'interleaved', 'contested') \
     ORDER BY e.verdict_number, e.seq LIMIT $7) AS concluded";

/// Released entries of a fork, which are few, come to every phone of their officer: the one that wrote on
/// does not have them.
const FORKED: &str = "SELECT * FROM (SELECT CASE WHEN f.verdict_number >= r.case_number \
     AND f.verdict_number >= COALESCE(s.since, 0) THEN f.verdict_number \
     WHEN r.case_number >= COALESCE(s.since, 0) THEN r.case_number \
     ELSE s.since END AS number, f.verdict_number AS taken, f.seq, f.journal, f.subject, \
     f.hash, f.bytes, r.case_id FROM forked_entries f JOIN records r ON r.subject = f.subject \
     LEFT JOIN scope s ON s.officer = $1 AND s.case_id = r.case_id \
     WHERE f.verdict IN ('accepted', 'interleaved', 'contested') \
     AND (s.officer = $1 OR (r.case_id IS NULL AND r.officer = $8))) AS forked";

/// What stands on the cases of the scope: it came when the last of entry, record and case came.
const OF_SCOPE: &str = "SELECT * FROM (SELECT CASE WHEN e.verdict_number >= r.case_number \
     AND e.verdict_number >= s.since THEN e.verdict_number \
     WHEN r.case_number >= s.since THEN r.case_number ELSE s.since END AS number, \
     e.verdict_number AS taken, e.seq, e.journal, e.subject, e.hash, e.bytes, r.case_id \
     FROM scope s CROSS JOIN records r CROSS JOIN entries e \
     WHERE s.officer = $1 AND r.case_id = s.case_id AND e.subject = r.subject \
     AND e.journal <> $2 AND e.verdict IN ('accepted', 'interleaved', 'contested')) AS of_scope";

/// What stands on records of his own whose case nobody knows.
const OF_NO_CASE: &str = "SELECT * FROM (SELECT CASE WHEN e.verdict_number >= r.case_number \
     THEN e.verdict_number ELSE r.case_number END AS number, \
     e.verdict_number AS taken, e.seq, e.journal, e.subject, e.hash, e.bytes, r.case_id \
     FROM records r CROSS JOIN entries e \
     WHERE r.officer = $8 AND r.case_id IS NULL AND e.subject = r.subject \
     AND e.journal <> $2 AND e.verdict IN ('accepted', 'interleaved', 'contested')) AS of_no_case";

/// As [`CONCLUDED`], from the records that he opened.
const CONCLUDED_OF_OWN: &str = "SELECT * FROM (SELECT e.verdict_number AS number, \
     e.verdict_number AS taken, e.seq, e.journal, \
     e.subject, e.hash, e.bytes, r.case_id FROM records r CROSS JOIN entries e \
     WHERE r.officer = $8 AND r.case_id IS NOT NULL \
     AND NOT EXISTS (SELECT 1 FROM scope s WHERE s.officer = $1 AND s.case_id = r.case_id) \
     AND e.subject = r.subject AND e.kind = 'concluded' \
     AND e.journal <> $2 AND e.verdict IN ('accepted', 'interleaved', 'contested')) AS concluded";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::journals::tests::{add, journal};
    use crate::db::testing;
    use std::collections::BTreeSet;

    /// An entry `seq` of a journal on a record, taken in with a row of the log.
    async fn entry(db: &Db, by: u8, seq: i64, subject: u8, taken: i64, verdict: &str) {
        sqlx::query(
            "INSERT INTO log (number, kind, at_ms, journal, body, hash, link) \
             VALUES ($1, 'piece', 0, $2, '', '', '') ON CONFLICT (number) DO NOTHING",
        )
        .bind(taken)
        .bind(journal(by).id.to_string())
        .execute(db.pool())
        .await
        .unwrap();
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
             VALUES ($1, 'seal', $2, '', $4, '', '', 0, 0, 0, '', $3)",
        )
        .bind(SubjectId::from_bytes([subject; 16]).to_string())
        .bind(case)
        .bind(since)
        .bind(OfficerId::from_bytes([if subject < 6 { 9 } else { 1 }; 16]).to_string())
        .execute(db.pool())
        .await
        .unwrap();
    }

    async fn case(db: &Db, id: &str, officer: &str, since: i64) {
        crate::db::records::tests::add_case(db, id, id, officer, since).await;
    }

    /// Everything after a number, by pages of `limit`: number, record, journal's first byte, seq.
    async fn all(db: &Db, after: u64, up_to: u64, limit: u32) -> Vec<(u64, u8, u8, u64)> {
        let reader = Reader {
            list_name: "王法官".into(),
            officer: OfficerId::from_bytes([1; 16]),
            journal: journal(1).id,
        };
        let mut mark = EntryMark {
            number: after,
            within: None,
        };
        let mut seen = Vec::new();
        loop {
            let page = db.others_by(&NEAR, &reader, &mark, up_to, limit).await;
            let page = page.unwrap();
            let from_scope = db.others_by(&FAR, &reader, &mark, up_to, limit).await;
            assert_eq!(from_scope.unwrap(), page, "after {mark:?}");
            for it in &page {
                assert_eq!(it.bytes, [it.bytes[0], u8::try_from(it.seq).unwrap()]);
                seen.push((
                    it.mark.number,
                    it.subject.as_bytes()[0],
                    it.bytes[0],
                    it.seq,
                ));
            }
            match page.last() {
                Some(last) if page.len() == limit as usize => mark = last.mark,
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
            // On a record of his own without a case, before and after it lost the one it had.
            record(&db, 6, None, 12).await;
            entry(&db, 2, 7, 6, 11, "accepted").await;
            entry(&db, 2, 8, 6, 13, "accepted").await;
            let whole = all(&db, 0, 100, 100).await;
            let expected = [
                (3, 1, 2, 1),
                (3, 1, 2, 2),
                (12, 6, 2, 7),
                (13, 6, 2, 8),
                (15, 5, 3, 2),
                (15, 5, 3, 3),
                (20, 2, 2, 3),
                (21, 2, 2, 4),
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
