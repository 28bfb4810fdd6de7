//! Records: folded again from their entries, in the order of the log, and compared.

use super::VerifyError;
use crate::court::Court;
use waiqin_protocol::journal::{Entry, entry_hash};
use waiqin_protocol::record::Record;

const ROWS_AT_ONCE: u32 = 500;

/// Verifies all records and counts them.
pub(super) async fn verify(court: &Court, problems: &mut Vec<String>) -> Result<u64, VerifyError> {
    let (mut count, mut after) = (0, None);
    loop {
        let records = court.db().records_after(after, ROWS_AT_ONCE).await?;
        let Some(last) = records.last() else {
            return Ok(count);
        };
        after = Some(last.subject);
        for record in records {
            count += 1;
            let entries = court.db().standing_entries(record.subject).await?;
            if folded(&entries).as_ref() != Some(&record) {
                problems.push(format!(
                    "record {} is not what its entries say",
                    record.subject
                ));
            }
        }
    }
}

fn folded(entries: &[Vec<u8>]) -> Option<Record> {
    let mut record: Option<Record> = None;
    for bytes in entries {
        let entry = Entry::from_bytes(bytes).ok()?;
        let hash = entry_hash(bytes);
        match &mut record {
            None => record = Some(Record::open(&entry, hash)?),
            Some(record) => {
                record.apply(&entry, hash);
            }
        }
    }
    record
}
