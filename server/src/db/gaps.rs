//! Gaps: numbers of a journal whose entries do not read on the phone any more and never came, in its chain
//! or beside it.

use super::{AuditAct, Db, DbError, Write};
use sqlx::Row;
use sqlx::any::AnyRow;
use waiqin_protocol::ids::JournalId;
use waiqin_protocol::wire::sync::Gap;

impl Db {
    /// The gaps of a journal, in order.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn gaps(&self, journal: JournalId) -> Result<Vec<Gap>, DbError> {
        sqlx::query("SELECT from_seq, to_seq, link FROM gaps WHERE journal = $1 ORDER BY to_seq")
            .bind(journal.to_string())
            .fetch_all(self.pool())
            .await?
            .iter()
            .map(gap_of)
            .collect()
    }
}

impl Write {
    /// Keeps gaps under a row of the log, each an incident. How many there were.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn add_gaps(
        &mut self,
        journal: JournalId,
        log_number: u64,
        gaps: &[Gap],
        now_ms: i64,
    ) -> Result<usize, DbError> {
        for gap in gaps {
            sqlx::query(
                "INSERT INTO gaps (journal, from_seq, to_seq, link, log_number) \
                 VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(journal.to_string())
            .bind(super::number_in(gap.from)?)
            .bind(super::number_in(gap.to)?)
            .bind(gap.link.to_string())
            .bind(super::number_in(log_number)?)
            .execute(self.tx())
            .await?;
            let object = format!("{}-{}:{}", gap.from, gap.to, gap.link);
            let act = AuditAct::EntriesLost;
            self.audit(act, None, Some(journal), Some(&object), now_ms)
                .await?;
        }
        Ok(gaps.len())
    }

    /// Keeps gaps of what lies beside a chain. No incident: the fork is one.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn add_forked_gaps(
        &mut self,
        journal: JournalId,
        gaps: &[Gap],
    ) -> Result<(), DbError> {
        for gap in gaps {
            sqlx::query(
                "INSERT INTO forked_gaps (journal, from_seq, to_seq, link) \
                 VALUES ($1, $2, $3, $4) ON CONFLICT (journal, to_seq, link) DO NOTHING",
            )
            .bind(journal.to_string())
            .bind(super::number_in(gap.from)?)
            .bind(super::number_in(gap.to)?)
            .bind(gap.link.to_string())
            .execute(self.tx())
            .await?;
        }
        Ok(())
    }
}

fn gap_of(row: &AnyRow) -> Result<Gap, DbError> {
    Ok(Gap {
        from: super::number_out(row.get(0))?,
        link: super::parsed(row.get(2), "link of a gap")?,
        to: super::number_out(row.get(1))?,
    })
}
