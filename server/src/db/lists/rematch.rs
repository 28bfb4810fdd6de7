//! Records on cases that no list knew: kept, and matched when a list brings the case.

use crate::db::{DbError, Write};
use sqlx::Row;
use waiqin_protocol::record::Record;

/// Records that are read at once.
const PAGE: i64 = 200;

/// Matches the records that have no case. How many found one.
pub(super) async fn rematch(write: &mut Write, log_number: i64) -> Result<u64, DbError> {
    let mut matched = 0;
    let mut after = String::new();
    loop {
        let rows = sqlx::query(
            "SELECT subject, view FROM records WHERE case_id IS NULL AND subject > $1 \
             ORDER BY subject LIMIT $2",
        )
        .bind(after.clone())
        .bind(PAGE)
        .fetch_all(write.tx())
        .await?;
        let Some(last) = rows.last() else {
            return Ok(matched);
        };
        after = last.get(0);
        for row in &rows {
            let record: Record = crate::db::of_json(row.get(1), "record")?;
            let Some(case) = write.case_of(&record).await? else {
                continue;
            };
            sqlx::query(
                "UPDATE records SET case_id = $1, changed_number = $2, case_number = $2 \
                 WHERE subject = $3",
            )
            .bind(case)
            .bind(log_number)
            .bind(row.get::<String, _>(0))
            .execute(write.tx())
            .await?;
            matched += 1;
        }
    }
}
