//! Records, folded from entries and kept at write: they can be rebuilt from the entries.

use super::{Db, DbError, Write};
use sqlx::Row;
use std::collections::{BTreeMap, BTreeSet};
use waiqin_protocol::ids::SubjectId;
use waiqin_protocol::journal::CaseRef;
use waiqin_protocol::record::Record;

/// A record to be kept.
#[derive(Clone, Debug)]
pub struct NewRecord {
    /// The record.
    pub record: Record,
    /// The case of the list that it is about, when one fits.
    pub case_id: Option<String>,
}

/// Rows of one statement. SQLite looks a placeholder up by going through those before it: many rows in one
/// statement cost more than they spare.
const ROWS_AT_ONCE: usize = 16;

impl Write {
    /// Records as they stand, by subject; those that do not exist are left out.
    ///
    /// # Errors
    /// When a statement fails or a row does not read.
    pub async fn records(
        &mut self,
        subjects: &BTreeSet<SubjectId>,
    ) -> Result<BTreeMap<SubjectId, Record>, DbError> {
        let subjects: Vec<String> = subjects.iter().map(SubjectId::to_string).collect();
        let mut records = BTreeMap::new();
        for some in subjects.chunks(ROWS_AT_ONCE) {
            let sql = format!(
                "SELECT view FROM records WHERE subject IN {}",
                super::rows_of(1, some.len())
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
            for subject in some {
                query = query.bind(subject.as_str());
            }
            for row in query.fetch_all(self.tx()).await? {
                let record: Record = super::of_json(row.get(0), "record")?;
                records.insert(record.subject, record);
            }
        }
        Ok(records)
    }

    /// Keeps records, each once, under a row of the log.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn put_records(
        &mut self,
        records: &[NewRecord],
        log_number: u64,
    ) -> Result<(), DbError> {
        let log_number = super::number_in(log_number)?;
        let first_number = super::number_in(self.first_number())?;
        for rows in records.chunks(ROWS_AT_ONCE) {
            let sql = format!(
                "INSERT INTO records (subject, act, case_id, number_typed, number_normal, \
                 officer, journal, place, opened_ms, changed_ms, changed_number, view, case_number, \
                 contested, first_number) VALUES {} ON CONFLICT (subject) DO UPDATE SET \
                 case_number = CASE WHEN COALESCE(records.case_id, '') = \
                 COALESCE(excluded.case_id, '') THEN records.case_number \
                 ELSE excluded.case_number END, case_id = excluded.case_id, \
                 number_typed = excluded.number_typed, number_normal = excluded.number_normal, \
                 place = excluded.place, changed_ms = excluded.changed_ms, \
                 changed_number = excluded.changed_number, view = excluded.view, \
                 contested = excluded.contested",
                super::rows_of(rows.len(), 15)
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
            for NewRecord { record, case_id } in rows {
                query = query
                    .bind(record.subject.to_string())
                    .bind(super::word(&record.act)?)
                    .bind(case_id.clone())
                    .bind(super::typed(&record.case.typed))
                    .bind(super::typed_or_none(record.case.normal.as_deref()))
                    .bind(record.officer.to_string())
                    .bind(record.journal.to_string())
                    .bind(super::typed(record.text("place")))
                    .bind(record.opened)
                    .bind(record.changed)
                    .bind(log_number)
                    .bind(super::json(record)?)
                    .bind(log_number)
                    .bind(i64::try_from(record.contested().len()).unwrap_or(i64::MAX))
                    .bind(first_number);
            }
            query.execute(self.tx()).await?;
        }
        Ok(())
    }

    /// Keeps one record.
    #[cfg(test)]
    pub(crate) async fn put_record(
        &mut self,
        record: &NewRecord,
        log_number: u64,
    ) -> Result<(), DbError> {
        self.put_records(std::slice::from_ref(record), log_number)
            .await
    }

    /// The case of the list to which a record belongs: where people put it, else what it names.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn case_of(&mut self, record: &Record) -> Result<Option<String>, DbError> {
        if let Some(id) = record.placed() {
            // A list without ids of its own calls a case by its number, until a list gives it one.
            let placed = CaseRef {
                id: Some(id.clone()),
                normal: Some(id.0.clone()),
                ..CaseRef::default()
            };
            if let Some(case) = self.case_named(&placed).await? {
                return Ok(Some(case));
            }
        }
        self.case_named(&record.case).await
    }

    /// The case of the list that a name means: by the list's id, then by the normal number, then by
    /// a former number. `None` when no case fits, or more than one: a person decides then.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn case_named(&mut self, name: &CaseRef) -> Result<Option<String>, DbError> {
        if let Some(id) = &name.id
            && let Some(found) = self
                .one_text("SELECT id FROM cases WHERE id = $1 LIMIT 2", &id.0)
                .await?
        {
            return Ok(Some(found));
        }
        let Some(normal) = &name.normal else {
            return Ok(None);
        };
        let by_number = "SELECT id FROM cases WHERE number = $1 LIMIT 2";
        if let Some(found) = self.one_text(by_number, normal).await? {
            return Ok(Some(found));
        }
        let by_alias = "SELECT DISTINCT case_id FROM case_aliases WHERE number = $1 LIMIT 2";
        self.one_text(by_alias, normal).await
    }

    /// The text that a query finds, when it finds exactly one.
    async fn one_text(
        &mut self,
        sql: &'static str,
        value: &str,
    ) -> Result<Option<String>, DbError> {
        let rows = sqlx::query(sql)
            .bind(super::typed(value))
            .fetch_all(self.tx())
            .await?;
        match rows.as_slice() {
            [one] => Ok(Some(one.get(0))),
            _ => Ok(None),
        }
    }
}

impl Db {
    /// Records after a subject, in order, at most `limit`.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn records_after(
        &self,
        after: Option<SubjectId>,
        limit: u32,
    ) -> Result<Vec<Record>, DbError> {
        let rows =
            sqlx::query("SELECT view FROM records WHERE subject > $1 ORDER BY subject LIMIT $2")
                .bind(after.map(|subject| subject.to_string()).unwrap_or_default())
                .bind(i64::from(limit))
                .fetch_all(self.pool())
                .await?;
        rows.iter()
            .map(|row| super::of_json(row.get(0), "record"))
            .collect()
    }

    /// Bytes of the entries that stand in a record, in the order of the log.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn standing_entries(&self, subject: SubjectId) -> Result<Vec<Vec<u8>>, DbError> {
        let rows = sqlx::query(
            "SELECT bytes FROM (SELECT bytes, verdict_number, seq, verdict, kind FROM entries \
             WHERE subject = $1 UNION ALL SELECT bytes, verdict_number, seq, verdict, kind \
             FROM forked_entries WHERE subject = $1) AS known \
             WHERE verdict IN ('accepted', 'interleaved', 'contested') \
             AND kind NOT IN ('journal_opened', 'entries_lost', 'task_progress') \
             ORDER BY verdict_number, seq",
        )
        .bind(subject.to_string())
        .fetch_all(self.pool())
        .await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::db::testing;
    use waiqin_protocol::ids::{BootId, CaseId, EntryHash, JournalId, OfficerId};
    use waiqin_protocol::journal::{Act, At, Change, Entry};

    /// Adds a case as an import would.
    pub(crate) async fn add_case(db: &Db, id: &str, number: &str, officer: &str, changed: i64) {
        let body = serde_json::json!({ "id": id, "number": number, "number_raw": number,
            "kind": "执", "cause": "", "applicants": [], "debtors": [], "officer": officer,
            "department": "", "stage": "", "stay": "", "basis": "", "close_mode": "" });
        sqlx::query(
            "INSERT INTO cases (id, number, kind, officer, stage, stay, search_text, body, \
             first_version, list_version, absent) VALUES ($1, $2, '执', $3, '', '', '', $4, 1, 1, 0)",
        )
        .bind(id)
        .bind(number)
        .bind(officer)
        .bind(body.to_string())
        .execute(db.pool())
        .await
        .unwrap();
        let mut write = db.write().await.unwrap();
        write.rescope(&[id], changed).await.unwrap();
        write.commit().await.unwrap();
    }

    /// PostgreSQL takes no NUL in a text. A record that holds some is kept as it is, and the columns by
    /// which it is found hold another character there.
    #[tokio::test]
    async fn a_nul_in_what_was_typed_stops_nothing() {
        let case = CaseRef {
            id: Some(CaseId("A\0".into())),
            normal: Some("（2019）\0粤0115执100号".into()),
            pending: false,
            typed: "\0".into(),
        };
        let values = [("place".to_owned().try_into().unwrap(), "路\0号".into())];
        let entry = Entry {
            at: At {
                beacon: None,
                boot: BootId::from_bytes([1; 16]),
                mono: 1,
                wall: 1,
            },
            author: OfficerId::from_bytes([2; 16]),
            base: None,
            beacon: None,
            change: Change::RecordOpened {
                act: Act::Seal,
                case,
                values: values.into(),
            },
            journal: JournalId::from_bytes([3; 16]),
            seq: 2,
            subject: SubjectId::from_bytes([4; 16]),
            v: 1,
        };
        let record = Record::open(&entry, EntryHash::from_bytes([5; 32])).unwrap();
        for (db, _kept) in testing::engines().await {
            let mut write = db.write().await.unwrap();
            let case_id = write.case_named(&record.case).await.unwrap();
            assert_eq!(case_id, None);
            let new = NewRecord {
                record: record.clone(),
                case_id,
            };
            write.put_record(&new, 1).await.unwrap();
            let kept = write.records(&BTreeSet::from([entry.subject])).await;
            assert_eq!(kept.unwrap()[&entry.subject], record);
            write.commit().await.unwrap();
            let shown = db.record_shown(&entry.subject.to_string()).await.unwrap();
            let (row, _) = shown.unwrap();
            assert_eq!(
                (row.number_typed.as_str(), row.place.as_str()),
                ("\u{fffd}", "路\u{fffd}号")
            );
        }
    }

    #[tokio::test]
    async fn a_case_is_found_by_id_then_number_then_former_number_and_never_guessed() {
        for (db, _kept) in testing::engines().await {
            add_case(&db, "A1", "（2019）粤0115执100号", "王法官", 1).await;
            add_case(&db, "A2", "（2019）粤0115执200号", "王法官", 1).await;
            for (number, case) in [("old", "A1"), ("both", "A1"), ("both", "A2")] {
                sqlx::query("INSERT INTO case_aliases VALUES ($1, $2, 1)")
                    .bind(number)
                    .bind(case)
                    .execute(db.pool())
                    .await
                    .unwrap();
            }
            let name = |id: Option<&str>, normal: Option<&str>| CaseRef {
                id: id.map(|id| CaseId(id.into())),
                normal: normal.map(str::to_owned),
                ..CaseRef::default()
            };
            let mut write = db.write().await.unwrap();
            for (id, normal, found) in [
                (Some("A2"), Some("（2019）粤0115执100号"), Some("A2")),
                (Some("gone"), Some("（2019）粤0115执100号"), Some("A1")),
                (None, Some("（2019）粤0115执200号"), Some("A2")),
                (None, Some("old"), Some("A1")),
                (None, Some("both"), None),
                (None, Some("（2019）粤0115执999号"), None),
                (None, None, None),
            ] {
                assert_eq!(
                    write
                        .case_named(&name(id, normal))
                        .await
                        .unwrap()
                        .as_deref(),
                    found,
                    "{id:?} {normal:?}"
                );
            }
        }
    }
}
