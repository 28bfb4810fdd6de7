//! Entries that a phone asks for again: those of a case, and of its own journal (decision 0008).

use super::others::other_of;
use super::{Db, DbError, OtherEntry, Reader, Within};
use sqlx::Row;
use waiqin_protocol::ids::{CaseId, JournalId, SubjectId};

impl Db {
    /// Records of a case, when it is in the reader's scope; with the empty id, those that he opened and
    /// whose case nobody knows.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn records_for(
        &self,
        reader: &Reader,
        case: &CaseId,
    ) -> Result<Vec<SubjectId>, DbError> {
        let query = match case.0.as_str() {
            "" => sqlx::query(
                "SELECT subject FROM records WHERE case_id IS NULL AND officer = $1 \
                 ORDER BY subject",
            )
            .bind(reader.officer.to_string()),
            id => sqlx::query(
                "SELECT r.subject FROM records r JOIN scope s ON s.case_id = r.case_id \
                 WHERE r.case_id = $1 AND s.officer = $2 ORDER BY r.subject",
            )
            .bind(id.to_owned())
            .bind(reader.list_name.as_str()),
        };
        let rows = query.fetch_all(self.pool()).await?;
        rows.iter()
            .map(|row| super::parsed(row.get(0), "subject of a record"))
            .collect()
    }

    /// Entries of other journals that stand in a record, after a place in it, in the order of the log,
    /// at most `limit`.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn entries_again(
        &self,
        reader: &Reader,
        subject: SubjectId,
        after: Option<Within>,
        limit: u32,
    ) -> Result<Vec<OtherEntry>, DbError> {
        let after = after.unwrap_or(Within { taken: 0, seq: 0 });
        let rows = sqlx::query(
            "SELECT e.verdict_number, e.verdict_number, e.seq, e.journal, e.subject, e.hash, \
             e.bytes, r.case_id FROM (SELECT verdict_number, seq, journal, subject, hash, bytes, \
             verdict FROM entries WHERE subject = $1 AND journal <> $2 UNION ALL \
             SELECT verdict_number, seq, journal, subject, hash, bytes, verdict \
             FROM forked_entries WHERE subject = $1) AS e JOIN records r ON r.subject = e.subject \
             WHERE e.verdict IN ('accepted', 'interleaved', 'contested') \
             AND (e.verdict_number > $3 OR (e.verdict_number = $3 AND e.seq > $4)) \
             ORDER BY e.verdict_number, e.seq LIMIT $5",
        )
        .bind(subject.to_string())
        .bind(reader.journal.to_string())
        .bind(super::number_in(after.taken)?)
        .bind(super::number_in(after.seq)?)
        .bind(i64::from(limit))
        .fetch_all(self.pool())
        .await?;
        rows.iter().map(other_of).collect()
    }

    /// Entries of a journal that stand in records, from one number to another, at most `limit`.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn own_again(
        &self,
        journal: JournalId,
        (from, to): (u64, u64),
        limit: u32,
    ) -> Result<Vec<OtherEntry>, DbError> {
        let rows = sqlx::query(
            "SELECT e.verdict_number, e.verdict_number, e.seq, e.journal, e.subject, e.hash, \
             e.bytes, r.case_id FROM entries e JOIN records r ON r.subject = e.subject \
             WHERE e.journal = $1 AND e.seq >= $2 AND e.seq <= $3 \
             AND e.verdict IN ('accepted', 'interleaved', 'contested') ORDER BY e.seq LIMIT $4",
        )
        .bind(journal.to_string())
        .bind(super::number_in(from)?)
        .bind(super::number_in(to)?)
        .bind(i64::from(limit))
        .fetch_all(self.pool())
        .await?;
        rows.iter().map(other_of).collect()
    }
}
