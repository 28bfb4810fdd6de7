//! Digests (摘要) over the entries that stand in the records of each place, by journal (decision 0008):
//! kept within the transaction that changes what they are of, before it is committed.
//!
//! A write notes which entries came to stand in it. Which records came to another place the database
//! tells: their `case_number` is of this write, and they are still counted under the place before.

use super::{Db, DbError, Reader, Write};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};
use std::collections::{BTreeMap, BTreeSet};
use waiqin_protocol::digest::ByCase;
use waiqin_protocol::ids::{CaseId, Digest, EntryHash, JournalId, OfficerId, SubjectId};

/// Rows of one statement.
const ROWS_AT_ONCE: usize = 16;
/// Records that are read at a time.
const RECORDS_AT_ONCE: u32 = 256;
/// The place of a record.
const PLACE: &str = "CASE WHEN case_id IS NULL THEN 'o' || officer ELSE 'c' || case_id END";

/// What stands in a record, or in all records of a place, by journal; '' for what lay beside a chain.
type ByJournal = BTreeMap<String, Digest>;

/// Changes by place and journal.
#[derive(Default)]
struct Changes(BTreeMap<(String, String), Digest>);

/// Entries that came to stand in a write, by record and journal.
#[derive(Default)]
pub(super) struct Came(BTreeMap<SubjectId, ByJournal>);

/// A record and the place that it is in.
struct Placed {
    subject: SubjectId,
    counted: String,
    place: String,
}

/// The place of records of a case; of those of an officer whose case nobody knows when it is empty.
fn place_of(case: &CaseId, officer: OfficerId) -> String {
    match case.0.as_str() {
        "" => format!("o{officer}"),
        id => format!("c{id}"),
    }
}

impl Came {
    /// An entry came to stand; `journal`: whose chain it is in, `None`: it lies beside one.
    pub fn note(&mut self, subject: SubjectId, journal: Option<JournalId>, hash: &EntryHash) {
        let journal = journal.map(|id| id.to_string()).unwrap_or_default();
        let of = self.0.entry(subject).or_default();
        of.entry(journal).or_insert(Digest::NONE).add(hash);
    }

    fn of(&self, subject: SubjectId, journal: &str) -> Digest {
        let of = self.0.get(&subject).and_then(|of| of.get(journal));
        of.copied().unwrap_or(Digest::NONE)
    }
}

impl Changes {
    fn come(&mut self, place: &str, journal: &str, digest: &Digest) {
        self.of(place, journal).join(digest);
    }

    fn go(&mut self, place: &str, journal: &str, digest: &Digest) {
        self.of(place, journal).part(digest);
    }

    fn of(&mut self, place: &str, journal: &str) -> &mut Digest {
        let key = (place.to_owned(), journal.to_owned());
        self.0.entry(key).or_insert(Digest::NONE)
    }
}

impl Write {
    /// Brings the digests to what this write made of entries and records.
    pub(super) async fn keep_digests(&mut self) -> Result<(), DbError> {
        let came = std::mem::take(&mut self.came);
        let (since, now) = (self.first_number() - 1, self.position().number);
        if came.0.is_empty() && since == now {
            return Ok(());
        }
        let mut changes = Changes::default();
        let moved = self.moved(since, now).await?;
        let subjects: Vec<SubjectId> = moved.iter().map(|it| it.subject).collect();
        let standing = sums(self.tx(), &subjects).await?;
        for record in &moved {
            for (journal, digest) in standing.get(&record.subject).into_iter().flatten() {
                changes.come(&record.place, journal, digest);
                if !record.counted.is_empty() {
                    let mut before = *digest;
                    before.part(&came.of(record.subject, journal));
                    changes.go(&record.counted, journal, &before);
                }
            }
        }
        let moved: BTreeSet<SubjectId> = subjects.into_iter().collect();
        let stayed: Vec<SubjectId> = came.0.keys().copied().collect();
        let stayed = stayed.into_iter().filter(|it| !moved.contains(it));
        for (subject, place) in self.counted(&stayed.collect::<Vec<_>>()).await? {
            for (journal, digest) in came.0.get(&subject).into_iter().flatten() {
                changes.come(&place, journal, digest);
            }
        }
        self.apply(changes).await?;
        if !moved.is_empty() {
            let sql = format!(
                "UPDATE records SET counted = {PLACE} WHERE case_number > $1 AND case_number <= $2"
            );
            sqlx::query(sqlx::AssertSqlSafe(sql))
                .bind(super::number_in(since)?)
                .bind(super::number_in(now)?)
                .execute(self.tx())
                .await?;
        }
        Ok(())
    }

    /// Records that came to another place under rows of the log after `since`.
    async fn moved(&mut self, since: u64, now: u64) -> Result<Vec<Placed>, DbError> {
        let sql = format!(
            "SELECT subject, counted, {PLACE} FROM records \
             WHERE case_number > $1 AND case_number <= $2 AND counted <> {PLACE}"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(super::number_in(since)?)
            .bind(super::number_in(now)?)
            .fetch_all(self.tx())
            .await?;
        rows.iter().map(placed_of).collect()
    }

    /// Under which places records are counted; those that are under none are left out.
    async fn counted(
        &mut self,
        subjects: &[SubjectId],
    ) -> Result<Vec<(SubjectId, String)>, DbError> {
        let mut counted = Vec::with_capacity(subjects.len());
        for some in subjects.chunks(ROWS_AT_ONCE) {
            let sql = format!(
                "SELECT subject, counted FROM records WHERE counted <> '' AND subject IN {}",
                super::rows_of(1, some.len())
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
            for subject in some {
                query = query.bind(subject.to_string());
            }
            for row in query.fetch_all(self.tx()).await? {
                let subject = super::parsed(row.get(0), "subject of a record")?;
                counted.push((subject, row.get(1)));
            }
        }
        Ok(counted)
    }

    async fn apply(&mut self, changes: Changes) -> Result<(), DbError> {
        let changes: Vec<((String, String), Digest)> = changes.0.into_iter().collect();
        for some in changes.chunks(ROWS_AT_ONCE) {
            let mut now: BTreeMap<(String, String), Digest> = some.iter().cloned().collect();
            let sql = format!(
                "SELECT place, journal, digest FROM digests WHERE (place, journal) IN (VALUES {})",
                super::rows_of(some.len(), 2)
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
            for ((place, journal), _) in some {
                query = query.bind(place.as_str()).bind(journal.as_str());
            }
            for row in query.fetch_all(self.tx()).await? {
                let kept: Digest = super::parsed(row.get(2), "digest")?;
                if let Some(digest) = now.get_mut(&(row.get(0), row.get(1))) {
                    digest.join(&kept);
                }
            }
            let sql = format!(
                "INSERT INTO digests (place, journal, digest) VALUES {} \
                 ON CONFLICT (place, journal) DO UPDATE SET digest = excluded.digest",
                super::rows_of(now.len(), 3)
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
            for ((place, journal), digest) in now {
                query = query.bind(place).bind(journal).bind(digest.to_string());
            }
            query.execute(self.tx()).await?;
        }
        Ok(())
    }
}

impl Db {
    /// Digests of the entries of other journals that a reader may see, by case; `None` while records
    /// of before are not counted yet.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn digests(&self, reader: &Reader) -> Result<Option<ByCase>, DbError> {
        let uncounted = sqlx::query("SELECT 1 FROM records WHERE counted = '' LIMIT 1")
            .fetch_optional(self.pool())
            .await?;
        if uncounted.is_some() {
            return Ok(None);
        }
        let rows = sqlx::query(
            "SELECT s.case_id, d.digest FROM scope s JOIN digests d ON d.place = 'c' || s.case_id \
             WHERE s.officer = $1 AND d.journal <> $2 \
             UNION ALL SELECT '', digest FROM digests WHERE place = $3 AND journal <> $2",
        )
        .bind(reader.list_name.as_str())
        .bind(reader.journal.to_string())
        .bind(format!("o{}", reader.officer))
        .fetch_all(self.pool())
        .await?;
        let mut cases = ByCase::new();
        for row in &rows {
            let digest: Digest = super::parsed(row.get(1), "digest")?;
            let sum = cases.entry(CaseId(row.get(0))).or_insert(Digest::NONE);
            sum.join(&digest);
        }
        cases.retain(|_, digest| *digest != Digest::NONE);
        Ok(Some(cases))
    }

    /// Counts the records that were there before their digests were kept; how many.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn count_records(&self) -> Result<u64, DbError> {
        let mut counted = 0;
        loop {
            let sql = format!(
                "SELECT subject, counted, {PLACE} FROM records WHERE counted = '' \
                 ORDER BY subject LIMIT $1"
            );
            let mut write = self.write().await?;
            let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
                .bind(i64::from(RECORDS_AT_ONCE))
                .fetch_all(write.tx())
                .await?;
            if rows.is_empty() {
                return Ok(counted);
            }
            let records: Vec<Placed> = rows.iter().map(placed_of).collect::<Result<_, _>>()?;
            let subjects: Vec<SubjectId> = records.iter().map(|it| it.subject).collect();
            let standing = sums(write.tx(), &subjects).await?;
            let mut changes = Changes::default();
            for record in &records {
                for (journal, digest) in standing.get(&record.subject).into_iter().flatten() {
                    changes.come(&record.place, journal, digest);
                }
            }
            write.apply(changes).await?;
            for record in &records {
                sqlx::query("UPDATE records SET counted = $1 WHERE subject = $2")
                    .bind(record.place.as_str())
                    .bind(record.subject.to_string())
                    .execute(write.tx())
                    .await?;
            }
            write.commit().await?;
            counted += records.len() as u64;
        }
    }

    /// Counts a place again from its entries; whether what was kept was wrong.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn count_again(&self, case: &CaseId, officer: OfficerId) -> Result<bool, DbError> {
        let place = place_of(case, officer);
        let mut write = self.write().await?;
        let rows = sqlx::query("SELECT subject FROM records WHERE counted = $1")
            .bind(place.as_str())
            .fetch_all(write.tx())
            .await?;
        let subjects: Vec<SubjectId> = rows
            .iter()
            .map(|row| super::parsed(row.get(0), "subject of a record"))
            .collect::<Result<_, _>>()?;
        let mut fresh = ByJournal::new();
        for (journal, digest) in sums(write.tx(), &subjects).await?.into_values().flatten() {
            let sum = fresh.entry(journal).or_insert(Digest::NONE);
            sum.join(&digest);
        }
        let rows = sqlx::query("SELECT journal, digest FROM digests WHERE place = $1")
            .bind(place.as_str())
            .fetch_all(write.tx())
            .await?;
        let kept: ByJournal = rows
            .iter()
            .map(|row| Ok((row.get(0), super::parsed(row.get(1), "digest")?)))
            .collect::<Result<_, DbError>>()?;
        if without_none(&kept) == without_none(&fresh) {
            return Ok(false);
        }
        sqlx::query("DELETE FROM digests WHERE place = $1")
            .bind(place.as_str())
            .execute(write.tx())
            .await?;
        let mut changes = Changes::default();
        for (journal, digest) in &fresh {
            changes.come(&place, journal, digest);
        }
        write.apply(changes).await?;
        write.commit().await?;
        Ok(true)
    }

    /// Compares every digest with the entries that it is of; sentences by ids about those that are
    /// wrong.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn digest_misfits(&self) -> Result<Vec<String>, DbError> {
        let (mut misfits, mut after) = (Vec::new(), String::new());
        let mut fresh: BTreeMap<(String, String), Digest> = BTreeMap::new();
        let sql = format!(
            "SELECT subject, counted, {PLACE} FROM records WHERE subject > $1 \
             ORDER BY subject LIMIT $2"
        );
        let mut connection = self.pool().acquire().await?;
        loop {
            let rows = sqlx::query(sqlx::AssertSqlSafe(sql.clone()))
                .bind(after.clone())
                .bind(i64::from(RECORDS_AT_ONCE))
                .fetch_all(&mut *connection)
                .await?;
            let Some(last) = rows.last() else { break };
            after = last.get(0);
            let records: Vec<Placed> = rows.iter().map(placed_of).collect::<Result<_, _>>()?;
            let subjects: Vec<SubjectId> = records.iter().map(|it| it.subject).collect();
            let standing = sums(&mut connection, &subjects).await?;
            // Those of before are counted when the server opens.
            for record in records.iter().filter(|it| !it.counted.is_empty()) {
                if record.counted != record.place {
                    misfits.push(format!("record {}: counted elsewhere", record.subject));
                }
                for (journal, digest) in standing.get(&record.subject).into_iter().flatten() {
                    let key = (record.place.clone(), journal.clone());
                    fresh.entry(key).or_insert(Digest::NONE).join(digest);
                }
            }
        }
        let rows = sqlx::query("SELECT place, journal, digest FROM digests")
            .fetch_all(&mut *connection)
            .await?;
        let mut kept = BTreeMap::new();
        for row in &rows {
            let digest: Digest = super::parsed(row.get(2), "digest")?;
            kept.insert((row.get::<String, _>(0), row.get::<String, _>(1)), digest);
        }
        let (kept, fresh) = (without_none(&kept), without_none(&fresh));
        for (place, journal) in waiqin_protocol::digest::differing(&kept, &fresh) {
            misfits.push(format!("digest {place} of journal {journal}"));
        }
        Ok(misfits)
    }
}

fn without_none<K: Ord + Clone>(digests: &BTreeMap<K, Digest>) -> BTreeMap<K, Digest> {
    let some = digests.iter().filter(|(_, it)| **it != Digest::NONE);
    some.map(|(key, digest)| (key.clone(), *digest)).collect()
}

/// What stands in records, read from their entries.
async fn sums(
    connection: &mut AnyConnection,
    subjects: &[SubjectId],
) -> Result<BTreeMap<SubjectId, ByJournal>, DbError> {
    let mut sums: BTreeMap<SubjectId, ByJournal> = BTreeMap::new();
    for some in subjects.chunks(ROWS_AT_ONCE) {
        let set = super::rows_of(1, some.len());
        let sql = format!(
            "SELECT subject, journal, hash FROM entries WHERE subject IN {set} \
             AND verdict IN ('accepted', 'interleaved', 'contested') \
             UNION ALL SELECT subject, '', hash FROM forked_entries WHERE subject IN {set} \
             AND verdict IN ('accepted', 'interleaved', 'contested')"
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
        for subject in some {
            query = query.bind(subject.to_string());
        }
        for row in query.fetch_all(&mut *connection).await? {
            let of = sums
                .entry(super::parsed(row.get(0), "subject of an entry")?)
                .or_default();
            let hash = super::parsed(row.get(2), "hash of an entry")?;
            of.entry(row.get(1)).or_insert(Digest::NONE).add(&hash);
        }
    }
    Ok(sums)
}

fn placed_of(row: &AnyRow) -> Result<Placed, DbError> {
    Ok(Placed {
        subject: super::parsed(row.get(0), "subject of a record")?,
        counted: row.get(1),
        place: row.get(2),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::journals::tests::{add, journal};
    use crate::db::{EntryMark, Judged, LogKind, NewEntry, testing};
    use fastrand::Rng;
    use waiqin_protocol::ids::Link;
    use waiqin_protocol::wire::sync::{Verdict, VerdictReason};

    const CASES: [&str; 3] = ["A", "B", "C"];
    const OFFICERS: [&str; 2] = ["王法官", "李法官"];

    fn subject(n: usize) -> SubjectId {
        SubjectId::from_bytes([u8::try_from(n).unwrap() + 1; 16])
    }

    fn reader(n: u8) -> Reader {
        Reader {
            list_name: "王法官".into(),
            officer: journal(1).officer,
            journal: journal(n).id,
        }
    }

    /// The same by the entries that pages would bring from the start, to who is near and to who is far.
    async fn paged(db: &Db, reader: &Reader) -> ByCase {
        let start = EntryMark {
            number: 0,
            within: None,
        };
        let near = db.entries_of_others(reader, &start, 1_000, 10_000);
        let far = db.entries_of_others(reader, &start, u64::from(u32::MAX), 10_000);
        let all = near.await.unwrap();
        assert_eq!(far.await.unwrap(), all);
        let mut cases = ByCase::new();
        for entry in all {
            let case = entry.case.unwrap_or(CaseId(String::new()));
            cases.entry(case).or_insert(Digest::NONE).add(&entry.hash);
        }
        cases
    }

    struct History {
        dice: Rng,
        seq: u64,
        /// Held ones: journal, in its chain, what is to be judged.
        held: Vec<(u8, bool, Judged)>,
    }

    impl History {
        /// Something happens in a write of its own, or nothing of it.
        async fn step(&mut self, db: &Db) {
            let mut write = db.write().await.unwrap();
            let by = self.dice.u8(1..=3);
            let number = write
                .append(LogKind::Piece, Some(journal(by).id), "x", 1)
                .await
                .unwrap()
                .number;
            match self.dice.usize(..6) {
                0..=2 => self.push(&mut write, by, number).await,
                3 => self.place(&mut write, number).await,
                4 => self.judge(&mut write).await,
                _ => {
                    let case = CASES[self.dice.usize(..3)];
                    let officer = OFFICERS[self.dice.usize(..2)];
                    sqlx::query("UPDATE cases SET officer = $1 WHERE id = $2")
                        .bind(officer)
                        .bind(case)
                        .execute(write.tx())
                        .await
                        .unwrap();
                    let number = i64::try_from(number).unwrap();
                    write.rescope(&[case], number).await.unwrap();
                }
            }
            if self.dice.usize(..8) > 0 {
                write.commit().await.unwrap();
            } else {
                // Given up: what was held is still, and nothing came.
                self.held.clear();
            }
        }

        async fn push(&mut self, write: &mut Write, by: u8, number: u64) {
            let (mut chained, mut forked) = (Vec::new(), Vec::new());
            for _ in 0..=self.dice.usize(..4) {
                self.seq += 1;
                let mut hash = [0; 32];
                self.dice.fill(&mut hash);
                let held = self.dice.usize(..3) == 0;
                let entry = NewEntry {
                    seq: self.seq,
                    hash: EntryHash::from_bytes(hash),
                    link: Link::from_bytes(hash),
                    bytes: hash.to_vec(),
                    subject: Some(subject(self.dice.usize(..5))),
                    kind: None,
                    verdict: if held {
                        Verdict::Held
                    } else {
                        Verdict::Contested
                    },
                    reason: held.then_some(VerdictReason::UnknownBase),
                };
                if held {
                    let beside = self.dice.usize(..2) == 0;
                    let judged = Judged {
                        subject: entry.subject.unwrap(),
                        seq: entry.seq,
                        hash: entry.hash,
                        verdict: Verdict::Accepted,
                        reason: None,
                    };
                    self.held.push((by, beside, judged));
                    if beside {
                        forked.push(entry);
                        continue;
                    }
                }
                chained.push(entry);
            }
            let id = journal(by).id;
            write.add_entries(id, number, &chained).await.unwrap();
            write.add_forked(id, &forked, 1).await.unwrap();
        }

        /// A record is opened, or comes to another case, or to none.
        async fn place(&mut self, write: &mut Write, number: u64) {
            let case = CASES.get(self.dice.usize(..4)).copied();
            sqlx::query(
                "INSERT INTO records (subject, act, case_id, number_typed, officer, journal, place, \
                 opened_ms, changed_ms, changed_number, view, case_number) \
                 VALUES ($1, 'seal', $2, '', $4, '', '', 0, 0, 0, '', $3) \
                 ON CONFLICT (subject) DO UPDATE SET case_id = excluded.case_id, \
                 case_number = excluded.case_number",
            )
            .bind(subject(self.dice.usize(..5)).to_string())
            .bind(case)
            .bind(i64::try_from(number).unwrap())
            .bind(journal(1).officer.to_string())
            .execute(write.tx())
            .await
            .unwrap();
        }

        async fn judge(&mut self, write: &mut Write) {
            if let Some((by, beside, judged)) = self.held.pop() {
                let chain = (journal(by).id, beside);
                let number = write
                    .append(LogKind::Verdict, Some(chain.0), "x", 1)
                    .await
                    .unwrap()
                    .number;
                write.set_verdicts(chain, number, &[judged]).await.unwrap();
            }
        }
    }

    #[tokio::test]
    async fn what_is_kept_at_write_is_what_pages_bring_whatever_happened() {
        for (db, _kept) in testing::engines().await {
            add(&db, &[journal(1), journal(2), journal(3)]).await;
            for case in CASES {
                crate::db::records::tests::add_case(&db, case, case, "王法官", 0).await;
            }
            let mut history = History {
                dice: Rng::with_seed(7),
                seq: 0,
                held: Vec::new(),
            };
            let (mut seen, mut empty) = (BTreeSet::new(), 0);
            for step in 0..300 {
                history.step(&db).await;
                for reader in [reader(1), reader(2)] {
                    let kept = db.digests(&reader).await.unwrap().unwrap();
                    assert_eq!(kept, paged(&db, &reader).await, "after step {step}");
                    empty += u32::from(kept.is_empty());
                    seen.extend(kept.into_keys());
                }
            }
            assert!(empty < 300 && seen.len() == 4, "{seen:?}");
            assert_eq!(db.digest_misfits().await.unwrap(), Vec::<String>::new());

            // What is wrong is found, and counted again.
            let case = CaseId("A".into());
            let officer = journal(1).officer;
            assert!(!db.count_again(&case, officer).await.unwrap());
            sqlx::query("UPDATE digests SET digest = $1 WHERE place = 'cA'")
                .bind("5".repeat(64))
                .execute(db.pool())
                .await
                .unwrap();
            assert!(!db.digest_misfits().await.unwrap().is_empty());
            assert!(db.count_again(&case, officer).await.unwrap());
            assert_eq!(db.digest_misfits().await.unwrap(), Vec::<String>::new());

            // A database of before is counted when the server opens, and says nothing until then.
            for sql in ["DELETE FROM digests", "UPDATE records SET counted = ''"] {
                sqlx::query(sql).execute(db.pool()).await.unwrap();
            }
            assert_eq!(db.digests(&reader(1)).await.unwrap(), None);
            assert_eq!(db.count_records().await.unwrap(), 5);
            assert_eq!(db.count_records().await.unwrap(), 0);
            let kept = db.digests(&reader(1)).await.unwrap().unwrap();
            assert_eq!(kept, paged(&db, &reader(1)).await);
        }
    }
}
