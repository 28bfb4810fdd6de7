//! `POST /api/v1/evidence/status`: what the server has of the caller's evidence, with receipts.

use super::settle;
use crate::api::caller::By;
use crate::api::message::Message;
use crate::api::problem::Refusal;
use crate::court::Court;
use crate::db::Caller;
use axum::Json;
use axum::extract::State;
use waiqin_protocol::ids::{EvidenceHash, JournalId};
use waiqin_protocol::wire::evidence::{
    EvidenceState, EvidenceStatus, STATUS_HASHES_MAX, StatusAnswer, StatusRequest,
};

/// One answer per hash, in the order asked. A hash that the caller's journals neither delivered nor
/// uploaded is unknown, whatever others hold.
pub(super) async fn status(
    State(court): State<Court>,
    By(caller): By,
    Message(request): Message<StatusRequest>,
) -> Result<Json<StatusAnswer>, Refusal> {
    if request.hashes.len() > STATUS_HASHES_MAX {
        return Err(Refusal::TooLarge {
            max: STATUS_HASHES_MAX as u64,
        });
    }
    let line = court.db().journal_line(&caller.journal).await?;
    let mut items = Vec::with_capacity(request.hashes.len());
    for hash in request.hashes {
        items.push(status_of(&court, &caller, &line, hash).await?);
    }
    Ok(Json(StatusAnswer { items }))
}

async fn status_of(
    court: &Court,
    caller: &Caller,
    line: &[JournalId],
    hash: EvidenceHash,
) -> Result<EvidenceStatus, Refusal> {
    let mut custody = court.db().custody(line, hash).await?;
    if custody.is_none() && court.db().whole_upload(line, hash).await?.is_some() {
        // A crash may have come between bytes and custody.
        settle::settle(court, &caller.journal, hash).await?;
        custody = court.db().custody(line, hash).await?;
        if custody.is_none() {
            return Ok(EvidenceStatus {
                hash,
                receipt: None,
                state: EvidenceState::Unnamed,
            });
        }
    }
    Ok(match custody {
        None => EvidenceStatus {
            hash,
            receipt: None,
            state: EvidenceState::Unknown,
        },
        Some(custody) => {
            let state = if custody.verified {
                EvidenceState::Verified
            } else {
                EvidenceState::Received
            };
            EvidenceStatus {
                hash,
                receipt: Some(custody.receipt),
                state,
            }
        }
    })
}
