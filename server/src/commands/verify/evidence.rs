//! Evidence: every object read again from storage and hashed, and noted as verified (已复核) when it was
//! found whole; every receipt.

use super::{EvidenceReport, VerifyError};
use crate::court::Court;

const ROWS_AT_ONCE: u32 = 500;

/// Verifies all evidence in custody.
pub(super) async fn verify(
    court: &Court,
    problems: &mut Vec<String>,
) -> Result<EvidenceReport, VerifyError> {
    let mut report = EvidenceReport::default();
    let mut after = None;
    loop {
        let rows = court.db().evidence_after(after, ROWS_AT_ONCE).await?;
        let Some((last, _)) = rows.last() else { break };
        after = Some(*last);
        let (mut whole, mut bad) = (Vec::new(), Vec::new());
        for (hash, length) in rows {
            report.count += 1;
            report.bytes += length;
            let wrong = match court.evidence().rehash(hash).await? {
                None => "is gone",
                Some(found) if found != (hash, length) => "was changed",
                Some(_) => {
                    whole.push(hash);
                    continue;
                }
            };
            problems.push(format!("evidence {hash} {wrong}"));
            report.bad.push(hash.to_string());
            bad.push(hash);
        }
        let now_ms = court.clock().now_ms();
        court.db().set_verified(&whole, Some(now_ms)).await?;
        court.db().set_verified(&bad, None).await?;
    }
    report.receipts = receipts(court, problems).await?;
    Ok(report)
}

async fn receipts(court: &Court, problems: &mut Vec<String>) -> Result<u64, VerifyError> {
    let key = court.signer().public_key();
    let (mut count, mut after) = (0, None);
    loop {
        let rows = court.db().custody_after(after, ROWS_AT_ONCE).await?;
        let Some((journal, hash, _)) = rows.last() else {
            return Ok(count);
        };
        after = Some((*journal, *hash));
        for (journal, hash, receipt) in rows {
            count += 1;
            let fits = receipt.verify(&key).is_ok()
                && receipt.body.journal == journal
                && receipt.body.hash == hash
                && court.db().knows_position(&receipt.body.position).await?;
            if !fits {
                problems.push(format!(
                    "evidence {hash}: the receipt of {journal} does not fit"
                ));
            }
        }
    }
}
