//! What the console's pages read besides cases: records, their entries and evidence, journals,
//! people, list versions.

mod audit_shown;
mod fleet;
mod incidents;
mod lists_shown;

pub use audit_shown::{AuditFilter, AuditShown};
pub use fleet::{JournalShown, MissingEvidence, Person};
pub use incidents::IncidentShown;
pub use lists_shown::ListShown;

use super::{Db, DbError, of_word};
use sqlx::{Any, AssertSqlSafe, Row};
use waiqin_protocol::wire::sync::{Verdict, VerdictReason};

/// Most records of one page.
pub const RECORDS_PER_PAGE_MAX: usize = 100;

/// `$from, $from+1, …`: places for `count` values of an `IN`.
pub(super) fn places(from: usize, count: usize) -> String {
    (from..from + count)
        .map(|n| format!("${n}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// A record as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordRow {
    /// The record.
    pub subject: String,
    /// Its act, as stored.
    pub act: String,
    /// The case that it was matched with.
    pub case_id: Option<String>,
    /// Number as typed.
    pub number_typed: String,
    /// Normal number, where the typed one reads.
    pub number_normal: Option<String>,
    /// Who opened it.
    pub officer: String,
    /// His name.
    pub officer_name: String,
    /// In which journal.
    pub journal: String,
    /// 地点
    pub place: String,
    /// Device time of its first entry, ms UTC.
    pub opened_ms: i64,
    /// Device time of its newest entry, ms UTC.
    pub changed_ms: i64,
    /// Server's time of its first entry, ms UTC.
    pub received_ms: i64,
    /// Evidence that its entries name.
    pub evidence: i64,
    /// Of that, how much is here.
    pub evidence_here: i64,
}

/// Which records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordFilter {
    /// Officer's id.
    pub officer: Option<String>,
    /// Act, as stored.
    pub act: Option<String>,
    /// Only those whose case the list does not hold.
    pub unmatched: bool,
    /// Only those in which values stand against each other.
    pub contested: bool,
    /// Only those of this case.
    pub case_id: Option<String>,
    /// Only those whose first entry came at or after, ms UTC.
    pub received_from_ms: Option<i64>,
    /// Only own records and those on cases of this 承办人: (user id, list name).
    pub scope: Option<(String, String)>,
    /// Continue after this record: (device time of opening, subject).
    pub after: Option<(i64, String)>,
    /// Most rows.
    pub limit: usize,
}

/// An entry of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryRow {
    /// Its journal.
    pub journal: String,
    /// Its number.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What it says, where it reads.
    pub kind: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// Why, for held and refused.
    pub reason: Option<VerdictReason>,
    /// Server's time, ms UTC.
    pub received_ms: i64,
}

/// Evidence that entries of a record name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceRow {
    /// SHA-256.
    pub hash: String,
    /// Length, once it is here.
    pub length: Option<i64>,
    /// Media type by its bytes, once it is here and known.
    pub media: Option<String>,
    /// When it came, ms UTC.
    pub received_ms: Option<i64>,
    /// When it was re-read from storage, ms UTC.
    pub verified_ms: Option<i64>,
}

const RECORD_COLUMNS: &str = "r.subject, r.act, r.case_id, r.number_typed, r.number_normal, \
     r.officer, COALESCE(u.name, ''), r.journal, r.place, r.opened_ms, r.changed_ms, \
     COALESCE((SELECT MIN(l.at_ms) FROM entries e JOIN log l ON l.number = e.log_number \
      WHERE e.subject = r.subject), 0), \
     (SELECT COUNT(*) FROM (SELECT n.hash FROM evidence_names n WHERE n.subject = r.subject \
      UNION SELECT f.hash FROM forked_names f WHERE f.subject = r.subject) AS named), \
     (SELECT COUNT(*) FROM (SELECT n.hash FROM evidence_names n WHERE n.subject = r.subject \
      UNION SELECT f.hash FROM forked_names f WHERE f.subject = r.subject) AS named \
      JOIN evidence h ON h.hash = named.hash)";

impl Db {
    /// Records, newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn records_listed(&self, filter: &RecordFilter) -> Result<Vec<RecordRow>, DbError> {
        let mut conditions = String::new();
        let mut texts = Vec::new();
        filter.conditions(&mut conditions, &mut texts);
        // Which ones first: what is looked up for each is not looked up for those that are sorted away.
        let limit = filter.limit.clamp(1, RECORDS_PER_PAGE_MAX + 1);
        let sql = format!(
            "SELECT {RECORD_COLUMNS} FROM (SELECT r.subject, r.opened_ms FROM records r WHERE 1 = 1 \
             {conditions} ORDER BY r.opened_ms DESC, r.subject DESC LIMIT {limit}) AS page \
             JOIN records r ON r.subject = page.subject LEFT JOIN users u ON u.id = r.officer \
             ORDER BY page.opened_ms DESC, page.subject DESC"
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for text in texts {
            query = match text {
                Bound::Text(text) => query.bind(text),
                Bound::Number(number) => query.bind(number),
            };
        }
        let rows = query.fetch_all(self.pool()).await?;
        Ok(rows.iter().map(record_row).collect())
    }

    /// How many records there are, counted up to `most`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn records_counted(&self, filter: &RecordFilter, most: u32) -> Result<u64, DbError> {
        let mut sql = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM records r WHERE 1 = 1".to_owned();
        let mut texts = Vec::new();
        let counted = RecordFilter {
            after: None,
            ..filter.clone()
        };
        counted.conditions(&mut sql, &mut texts);
        sql.push_str(&format!(" LIMIT {most}) AS counted"));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for text in texts {
            query = match text {
                Bound::Text(text) => query.bind(text),
                Bound::Number(number) => query.bind(number),
            };
        }
        let row = query.fetch_one(self.pool()).await?;
        Ok(u64::try_from(row.get::<i64, _>(0)).unwrap_or(0))
    }

    /// Ids and names of the officers who opened records.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn officers_with_records(&self) -> Result<Vec<(String, String)>, DbError> {
        let rows = sqlx::query(
            "SELECT u.id, u.name FROM users u \
             WHERE EXISTS (SELECT 1 FROM records r WHERE r.officer = u.id) ORDER BY u.name, u.id",
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    /// One record as a list shows it, and its folded view (JSON).
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn record_shown(
        &self,
        subject: &str,
    ) -> Result<Option<(RecordRow, String)>, DbError> {
        let sql = format!(
            "SELECT {RECORD_COLUMNS}, r.view FROM records r LEFT JOIN users u ON u.id = r.officer \
             WHERE r.subject = $1"
        );
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(subject)
            .fetch_optional(self.pool())
            .await?;
        Ok(row.map(|row| (record_row(&row), row.get(14))))
    }

    /// Some records as a list shows them, in no order, at most [`RECORDS_PER_PAGE_MAX`].
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn records_of(&self, subjects: &[&str]) -> Result<Vec<RecordRow>, DbError> {
        let subjects = &subjects[..subjects.len().min(RECORDS_PER_PAGE_MAX)];
        if subjects.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT {RECORD_COLUMNS} FROM records r LEFT JOIN users u ON u.id = r.officer \
             WHERE r.subject IN ({})",
            places(1, subjects.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for subject in subjects {
            query = query.bind((*subject).to_owned());
        }
        let rows = query.fetch_all(self.pool()).await?;
        Ok(rows.iter().map(record_row).collect())
    }

    /// Entries of a record in the order of the log, at most `limit`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn entries_of(&self, subject: &str, limit: u32) -> Result<Vec<EntryRow>, DbError> {
        let rows = sqlx::query(
            "SELECT journal, seq, hash, bytes, kind, verdict, reason, at_ms FROM ( \
             SELECT e.journal, e.seq, e.hash, e.bytes, e.kind, e.verdict, e.reason, l.at_ms, \
             e.verdict_number FROM entries e JOIN log l ON l.number = e.log_number \
             WHERE e.subject = $1 UNION ALL \
             SELECT f.journal, f.seq, f.hash, f.bytes, f.kind, f.verdict, f.reason, f.received_ms, \
             f.verdict_number FROM forked_entries f WHERE f.subject = $1) AS known \
             ORDER BY CASE WHEN verdict_number = 0 THEN 1 ELSE 0 END, verdict_number, seq LIMIT $2",
        )
        .bind(subject)
        .bind(i64::from(limit))
        .fetch_all(self.pool())
        .await?;
        let entry = |row: &<Any as sqlx::Database>::Row| {
            let reason: Option<String> = row.get(6);
            let reason = reason.map(|word| of_word(word, "reason of an entry"));
            Ok(EntryRow {
                journal: row.get(0),
                seq: row.get(1),
                hash: row.get(2),
                bytes: row.get(3),
                kind: row.get(4),
                verdict: of_word(row.get(5), "verdict on an entry")?,
                reason: reason.transpose()?,
                received_ms: row.get(7),
            })
        };
        rows.iter().map(entry).collect()
    }

    /// Evidence that entries of a record name, whether it is here or not.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn evidence_of(&self, subject: &str) -> Result<Vec<EvidenceRow>, DbError> {
        let rows = sqlx::query(
            "SELECT n.hash, MAX(h.length), MAX(h.media), MAX(h.received_ms), MAX(h.verified_ms) \
             FROM (SELECT hash FROM evidence_names WHERE subject = $1 \
             UNION SELECT hash FROM forked_names WHERE subject = $1) AS n \
             LEFT JOIN evidence h ON h.hash = n.hash GROUP BY n.hash",
        )
        .bind(subject)
        .fetch_all(self.pool())
        .await?;
        Ok(rows
            .iter()
            .map(|row| EvidenceRow {
                hash: row.get(0),
                length: row.get(1),
                media: row.get(2),
                received_ms: row.get(3),
                verified_ms: row.get(4),
            })
            .collect())
    }

    /// The record through which a piece of evidence may be seen: of those whose entries name it, in a
    /// chain or beside one, the one that a later entry does. `scope`: only own records and those on
    /// cases of this 承办人 (user id, list name).
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn record_naming(
        &self,
        hash: &str,
        scope: Option<(&str, &str)>,
    ) -> Result<Option<String>, DbError> {
        let within = match scope {
            None => "",
            Some(_) => {
                "WHERE r.officer = $2 OR EXISTS \
                 (SELECT 1 FROM scope s WHERE s.officer = $3 AND s.case_id = r.case_id)"
            }
        };
        let sql = format!(
            "SELECT r.subject FROM (SELECT subject, seq FROM evidence_names WHERE hash = $1 \
             UNION ALL SELECT subject, 0 FROM forked_names WHERE hash = $1) AS n \
             JOIN records r ON r.subject = n.subject {within} \
             GROUP BY r.subject ORDER BY MAX(n.seq) DESC, r.subject LIMIT 1"
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(hash);
        if let Some((user, list_name)) = scope {
            query = query.bind(user).bind(list_name);
        }
        let row = query.fetch_optional(self.pool()).await?;
        Ok(row.map(|row| row.get(0)))
    }

    /// Length and media type of a piece of evidence that is here.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn evidence_kept(
        &self,
        hash: &str,
    ) -> Result<Option<(u64, Option<String>)>, DbError> {
        let row = sqlx::query("SELECT length, media FROM evidence WHERE hash = $1")
            .bind(hash)
            .fetch_optional(self.pool())
            .await?;
        Ok(row.map(|row| (u64::try_from(row.get::<i64, _>(0)).unwrap_or(0), row.get(1))))
    }

    /// Whether a record may be seen by an officer: his own, or on a case of his.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn record_in_scope(
        &self,
        subject: &str,
        user_id: &str,
        list_name: &str,
    ) -> Result<bool, DbError> {
        let row = sqlx::query(
            "SELECT 1 AS one FROM records r WHERE r.subject = $1 AND (r.officer = $2 \
             OR EXISTS (SELECT 1 FROM scope s WHERE s.officer = $3 AND s.case_id = r.case_id))",
        )
        .bind(subject)
        .bind(user_id)
        .bind(list_name)
        .fetch_optional(self.pool())
        .await?;
        Ok(row.is_some())
    }
}

enum Bound {
    Text(String),
    Number(i64),
}

impl RecordFilter {
    fn conditions(&self, sql: &mut String, values: &mut Vec<Bound>) {
        let mut text = |sql: &mut String, condition: &str, value: &str| {
            values.push(Bound::Text(value.to_owned()));
            sql.push_str(&condition.replace('?', &format!("${}", values.len())));
        };
        if let Some(officer) = &self.officer {
            text(sql, " AND r.officer = ?", officer);
        }
        if let Some(act) = &self.act {
            // Of what came since a moment, not since ever: the index of acts is no help there.
            let condition = match self.received_from_ms {
                None => " AND r.act = ?",
                Some(_) => " AND r.act || '' = ?",
            };
            text(sql, condition, act);
        }
        if let Some(case) = &self.case_id {
            text(sql, " AND r.case_id = ?", case);
        }
        if let Some((user, list_name)) = &self.scope {
            text(sql, " AND (r.officer = ?", user);
            text(
                sql,
                " OR r.case_id IN (SELECT case_id FROM scope WHERE officer = ?))",
                list_name,
            );
        }
        if self.unmatched {
            sql.push_str(" AND r.case_id IS NULL");
        }
        if self.contested {
            sql.push_str(" AND r.contested > 0");
        }
        if let Some(ms) = self.received_from_ms {
            values.push(Bound::Number(ms));
            sql.push_str(&format!(
                " AND r.first_number IN (SELECT l.number FROM log l WHERE l.at_ms >= ${})",
                values.len()
            ));
        }
        if let Some((opened_ms, subject)) = &self.after {
            values.push(Bound::Number(*opened_ms));
            values.push(Bound::Text(subject.clone()));
            let (a, b) = (values.len() - 1, values.len());
            sql.push_str(&format!(" AND (r.opened_ms, r.subject) < (${a}, ${b})"));
        }
    }
}

fn record_row(row: &<Any as sqlx::Database>::Row) -> RecordRow {
    RecordRow {
        subject: row.get(0),
        act: row.get(1),
        case_id: row.get(2),
        number_typed: row.get(3),
        number_normal: row.get(4),
        officer: row.get(5),
        officer_name: row.get(6),
        journal: row.get(7),
        place: row.get(8),
        opened_ms: row.get(9),
        changed_ms: row.get(10),
        received_ms: row.get(11),
        evidence: row.get(12),
        evidence_here: row.get(13),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::journals::tests::{add, journal};
    use crate::db::records::tests::add_case;
    use crate::db::{EvidenceName, LogKind, NewEntry, NewRecord, testing};
    use std::collections::BTreeMap;
    use waiqin_protocol::ids::{BootId, EvidenceHash, Link, OfficerId, SubjectId};
    use waiqin_protocol::journal::{Act, At, CaseRef, Change, Entry};
    use waiqin_protocol::record::Record;

    fn opened(n: u8) -> Entry {
        Entry {
            at: At {
                beacon: None,
                boot: BootId::from_bytes([1; 16]),
                mono: 1,
                wall: 1000 + i64::from(n),
            },
            author: OfficerId::from_bytes([1; 16]),
            base: None,
            beacon: None,
            change: Change::RecordOpened {
                act: if n.is_multiple_of(2) {
                    Act::Service
                } else {
                    Act::Investigation
                },
                case: CaseRef {
                    typed: "x".into(),
                    ..CaseRef::default()
                },
                values: BTreeMap::new(),
            },
            journal: journal(1).id,
            seq: u64::from(n),
            subject: SubjectId::from_bytes([0xa0 + n; 16]),
            v: 1,
        }
    }

    /// Record n names evidence n, which is not here, and came at 5000 + n.
    async fn put(db: &Db, n: u8, case_id: Option<&str>) {
        let entry = opened(n);
        let bytes = entry.to_bytes().unwrap();
        let hash = entry.hash().unwrap();
        let record = Record::open(&entry, hash).unwrap();
        let mut write = db.write().await.unwrap();
        let at_ms = 5000 + i64::from(n);
        let at = write
            .append(LogKind::Piece, Some(entry.journal), "{}", at_ms)
            .await
            .unwrap();
        let new = NewEntry {
            seq: entry.seq,
            hash,
            link: Link::ZERO,
            bytes,
            subject: Some(entry.subject),
            kind: Some("record_opened".into()),
            verdict: Verdict::Accepted,
            reason: None,
        };
        write
            .add_entries(entry.journal, at.number, &[new])
            .await
            .unwrap();
        let evidence = EvidenceHash::from_bytes([n; 32]);
        let name = EvidenceName {
            seq: entry.seq,
            hash: evidence,
            subject: entry.subject,
        };
        write.add_names(entry.journal, &[name]).await.unwrap();
        let case_id = case_id.map(str::to_owned);
        write
            .put_record(&NewRecord { record, case_id }, at.number)
            .await
            .unwrap();
        write.commit().await.unwrap();
    }

    #[tokio::test]
    async fn records_are_filtered_and_followed_page_by_page() {
        for (db, _kept) in testing::engines().await {
            add(&db, &[journal(1)]).await;
            add_case(&db, "A1", "n1", "王法官", 1).await;
            add_case(&db, "A2", "n2", "林法官", 1).await;
            for n in 2..9 {
                let case = [None, Some("A1"), Some("A2")][usize::from(n % 3)];
                put(&db, n, case).await;
            }
            let list = async |filter: RecordFilter| -> Vec<i64> {
                let filter = RecordFilter {
                    limit: 100,
                    ..filter
                };
                let rows = db.records_listed(&filter).await.unwrap();
                let counted = db.records_counted(&filter, 1000).await.unwrap();
                assert_eq!(u64::try_from(rows.len()).unwrap(), counted);
                rows.iter().map(|row| row.opened_ms - 1000).collect()
            };
            let none = RecordFilter::default;
            assert_eq!(list(none()).await, [8, 7, 6, 5, 4, 3, 2]);
            let unmatched = RecordFilter {
                unmatched: true,
                ..none()
            };
            assert_eq!(list(unmatched).await, [6, 3]);
            let act = RecordFilter {
                act: Some("service".into()),
                ..none()
            };
            assert_eq!(list(act).await, [8, 6, 4, 2]);
            let case = RecordFilter {
                case_id: Some("A1".into()),
                ..none()
            };
            assert_eq!(list(case).await, [7, 4]);
            let since = RecordFilter {
                received_from_ms: Some(5006),
                ..none()
            };
            assert_eq!(list(since).await, [8, 7, 6]);
            let scope = Some(("nobody".to_owned(), "林法官".to_owned()));
            assert_eq!(list(RecordFilter { scope, ..none() }).await, [8, 5, 2]);
            let officer = RecordFilter {
                officer: Some("nobody".into()),
                ..none()
            };
            assert_eq!(list(officer).await, [0i64; 0]);

            let first = db
                .records_listed(&RecordFilter { limit: 3, ..none() })
                .await
                .unwrap();
            let last = first.last().unwrap();
            let after = Some((last.opened_ms, last.subject.clone()));
            let next = RecordFilter {
                after,
                limit: 100,
                ..none()
            };
            let next = db.records_listed(&next).await.unwrap();
            assert_eq!(next.len(), 4);
            assert_eq!(next[0].opened_ms, 1005);
            assert_eq!(
                (next[0].received_ms, next[0].evidence, next[0].evidence_here),
                (5005, 1, 0)
            );
            assert_eq!(
                db.records_counted(&none(), 5).await.unwrap(),
                5,
                "counted up to a bound"
            );
        }
    }

    #[tokio::test]
    async fn a_record_its_entries_and_what_is_waited_for_come_back() {
        for (db, _kept) in testing::engines().await {
            let mut owing = journal(1);
            owing.announced.seq = 4;
            add(&db, &[owing.clone()]).await;
            put(&db, 2, None).await;
            let subject = opened(2).subject.to_string();
            let (row, view) = db.record_shown(&subject).await.unwrap().unwrap();
            assert_eq!(
                serde_json::from_str::<Record>(&view).unwrap().subject,
                opened(2).subject
            );
            assert_eq!(row.officer_name, "王某");
            let entries = db.entries_of(&subject, 10).await.unwrap();
            assert_eq!((entries.len(), entries[0].received_ms), (1, 5002));
            assert_eq!(entries[0].bytes, opened(2).to_bytes().unwrap());
            assert_eq!(
                (entries[0].verdict, entries[0].reason),
                (Verdict::Accepted, None)
            );
            // A word that nobody knows is not told as another one.
            for sql in [
                "UPDATE entries SET verdict = 'judged'",
                "UPDATE entries SET verdict = 'held', reason = 'tired'",
            ] {
                sqlx::query(sql).execute(db.pool()).await.unwrap();
                let read = db.entries_of(&subject, 10).await;
                assert!(matches!(read, Err(DbError::Stored { .. })), "{sql}");
            }
            assert!(db.held_shown(None, 10).await.is_err());
            let evidence = db.evidence_of(&subject).await.unwrap();
            assert_eq!((evidence.len(), evidence[0].received_ms), (1, None));
            let missing = db.evidence_missing(10).await.unwrap();
            assert_eq!((missing.len(), missing[0].named_ms), (1, 5002));
            let naming = db.record_naming(&missing[0].hash, None).await.unwrap();
            assert_eq!(naming.as_deref(), Some(subject.as_str()));
            assert_eq!(db.evidence_kept(&missing[0].hash).await.unwrap(), None);
            let views = db.record_views(&[&subject, "none"]).await.unwrap();
            assert_eq!(views, [(subject.clone(), view)]);
            let journals = db.journals_shown(10).await.unwrap();
            assert_eq!((journals.len(), journals[0].entries_missing()), (1, 3));
            assert_eq!(db.journal_shown("none").await.unwrap(), None);
            let odd = "UPDATE journals SET cause = 'bought'";
            sqlx::query(odd).execute(db.pool()).await.unwrap();
            assert!(db.journals_shown(10).await.is_err());
            let officer = OfficerId::from_bytes([1; 16]).to_string();
            assert!(db.record_in_scope(&subject, &officer, "-").await.unwrap());
            assert!(!db.record_in_scope(&subject, "other", "-").await.unwrap());
            let with = db.officers_with_records().await.unwrap();
            assert_eq!(with, [(officer.clone(), "王某".to_owned())]);
            let people = db.people(10).await.unwrap();
            assert_eq!(
                (people.len(), people[0].journals, people[0].may_sign_in),
                (1, 1, false)
            );
        }
    }

    /// More records than any list of them is long name one photo; the reader's own is the oldest.
    #[tokio::test]
    async fn a_photo_is_found_by_the_record_that_its_reader_may_see_among_however_many() {
        for (db, _kept) in testing::engines().await {
            add(&db, &[journal(1)]).await;
            add_case(&db, "A1", "n1", "王法官", 1).await;
            let hash = EvidenceHash::from_bytes([0xee; 32]);
            for n in 2..40 {
                put(&db, n, (n == 2).then_some("A1")).await;
                let name = EvidenceName {
                    seq: 100 + u64::from(n),
                    hash,
                    subject: opened(n).subject,
                };
                let mut write = db.write().await.unwrap();
                write.add_names(journal(1).id, &[name]).await.unwrap();
                write.commit().await.unwrap();
            }
            let naming = async |scope| {
                let found = db.record_naming(&hash.to_string(), scope).await.unwrap();
                found.map(|it| it.parse::<SubjectId>().unwrap())
            };
            let officer = OfficerId::from_bytes([1; 16]).to_string();
            assert_eq!(naming(None).await, Some(opened(39).subject));
            let of_case = naming(Some(("other", "王法官"))).await;
            assert_eq!(of_case, Some(opened(2).subject));
            let own = naming(Some((&officer, "-"))).await;
            assert_eq!(own, Some(opened(39).subject));
            assert_eq!(naming(Some(("other", "林法官"))).await, None);
        }
    }

    #[tokio::test]
    async fn what_entries_beside_a_chain_alone_name_is_found_and_waited_for() {
        for (db, _kept) in testing::engines().await {
            add(&db, &[journal(1)]).await;
            put(&db, 2, None).await;
            let name = |hash, seq| EvidenceName {
                seq,
                hash: EvidenceHash::from_bytes([hash; 32]),
                subject: opened(2).subject,
            };
            let beside = NewEntry {
                seq: 3,
                hash: waiqin_protocol::ids::EntryHash::from_bytes([7; 32]),
                link: Link::ZERO,
                bytes: vec![7],
                subject: Some(opened(2).subject),
                kind: Some("evidence_added".into()),
                verdict: Verdict::Held,
                reason: None,
            };
            let before = db.forked_named().await.unwrap();
            let mut write = db.write().await.unwrap();
            // The second is named in the chain as well: it is waited for once.
            let named = [name(7, 3), name(2, 2)];
            write.add_forked_names(journal(1).id, &named).await.unwrap();
            write
                .add_forked(journal(1).id, &[beside], 6000)
                .await
                .unwrap();
            write.commit().await.unwrap();
            assert_eq!(db.forked_named().await.unwrap(), before + 2);
            let missing = db.evidence_missing(10).await.unwrap();
            let seen: Vec<(&str, i64)> = missing
                .iter()
                .map(|it| (&it.hash[..2], it.named_ms))
                .collect();
            assert_eq!(seen, [("02", 5002), ("07", 6000)]);
            assert_eq!(db.evidence_missing(1).await.unwrap().len(), 1);
            let subject = opened(2).subject.to_string();
            let naming = db.record_naming(&missing[1].hash, None).await.unwrap();
            assert_eq!(naming.as_ref(), Some(&subject));
            let (row, _) = db.record_shown(&subject).await.unwrap().unwrap();
            assert_eq!((row.evidence, row.evidence_here), (2, 0));
        }
    }
}
