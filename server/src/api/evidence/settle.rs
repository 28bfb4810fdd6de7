//! Bytes become evidence: whole, and named by an acknowledged entry of the journal or one that it
//! follows. Called by whichever comes second, and again wherever a crash may have come between.

use crate::api::problem::Refusal;
use crate::court::{Court, CourtError};
use crate::db::{Journal, LogKind, NewEvidence, Upload};
use waiqin_protocol::canonical;
use waiqin_protocol::ids::{EvidenceHash, JournalId};
use waiqin_protocol::journal::{EvidenceReceipt, LogPosition, Signed};

/// Takes evidence into custody if its bytes are whole and an entry names them. Changes nothing
/// otherwise, nor when it was done before.
pub(in crate::api) async fn settle(
    court: &Court,
    journal: &Journal,
    hash: EvidenceHash,
) -> Result<(), Refusal> {
    let line = court.db().journal_line(journal).await?;
    let Some(upload) = court.db().whole_upload(&line, hash).await? else {
        return Ok(());
    };
    if !court.db().is_named(&line, hash).await? {
        return Ok(());
    }
    let published = court.evidence().publish(&upload.id, hash).await?;
    let Some((length, picture)) = published else {
        // The file was lost with a crash before it was durable; the phone sends it again.
        court.db().drop_upload(&upload.id).await?;
        return Ok(());
    };
    let evidence = NewEvidence {
        hash,
        length,
        media: picture.media,
        size: picture.size,
    };
    take_custody(court, upload.journal, &evidence).await?;
    court.db().drop_upload(&upload.id).await?;
    Ok(())
}

async fn take_custody(
    court: &Court,
    journal: JournalId,
    evidence: &NewEvidence,
) -> Result<(), Refusal> {
    let mut write = court.db().write().await?;
    if write.has_custody(journal, evidence.hash).await? {
        return Ok(());
    }
    let now_ms = court.clock().now_ms();
    let body = log_body(journal, evidence)?;
    let position = write
        .append(LogKind::Evidence, Some(journal), &body, now_ms)
        .await?;
    let receipt = receipt_of(court, journal, evidence, position, now_ms)?;
    write.add_custody(evidence, &receipt).await?;
    write.commit().await?;
    tracing::info!(%journal, bytes = evidence.length, log = position.number, "evidence taken");
    Ok(())
}

fn receipt_of(
    court: &Court,
    journal: JournalId,
    evidence: &NewEvidence,
    position: LogPosition,
    now_ms: i64,
) -> Result<Signed<EvidenceReceipt>, Refusal> {
    let receipt = EvidenceReceipt {
        at: now_ms,
        hash: evidence.hash,
        journal,
        length: evidence.length,
        position,
        server: court.server_id(),
    };
    Ok(Signed::sign(receipt, court.signer())?)
}

fn log_body(journal: JournalId, evidence: &NewEvidence) -> Result<String, Refusal> {
    let body = serde_json::json!({
        "evidence": evidence.hash.to_string(),
        "journal": journal.to_string(),
        "length": evidence.length,
    });
    let bytes = canonical::to_bytes(&body).map_err(|_| Refusal::Internal)?;
    String::from_utf8(bytes).map_err(|_| Refusal::Internal)
}

/// Clears up: uploads that are over, files that no upload knows, and whole uploads that a crash left
/// before custody. Called at the start, when nobody uploads, and from time to time.
///
/// # Errors
/// When database or folder do not answer.
pub async fn sweep(court: &Court, at_start: bool) -> Result<(), CourtError> {
    for id in court
        .db()
        .drop_expired_uploads(court.clock().now_ms())
        .await?
    {
        court.evidence().remove_upload(&id).await?;
    }
    if !at_start {
        return Ok(());
    }
    for id in court.evidence().upload_files().await? {
        if !court.db().knows_upload(&id).await? {
            court.evidence().remove_upload(&id).await?;
        }
    }
    for upload in court.db().whole_uploads().await? {
        settle_left(court, &upload).await?;
    }
    Ok(())
}

async fn settle_left(court: &Court, upload: &Upload) -> Result<(), CourtError> {
    let Some(journal) = court.db().journal(upload.journal).await? else {
        return Ok(());
    };
    if settle(court, &journal, upload.hash).await.is_err() {
        // Logged with its cause; the next status request of the phone tries again.
        tracing::warn!(journal = %upload.journal, "a whole upload could not be settled");
    }
    Ok(())
}
