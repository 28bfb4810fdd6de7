//! `POST /api/v1/session`: a device key answers a challenge and gets a token.

use super::caller::hash_of;
use super::challenge;
use super::limit::{self, Origin};
use super::message::Message;
use super::problem::Refusal;
use crate::court::Court;
use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use waiqin_protocol::ids::JournalId;
use waiqin_protocol::wire::session::{SessionAnswer, SessionRequest};

/// Checks the answer to a challenge and gives a token. A revoked journal gets one too: it may hand
/// in what it has.
pub(super) async fn session(
    State(court): State<Court>,
    Origin(peer): Origin,
    Message(request): Message<SessionRequest>,
) -> Result<Json<SessionAnswer>, Refusal> {
    let of = request.answer.body.journal;
    let journal = match prove(&court, request).await {
        Ok(journal) => journal,
        Err(refusal @ (Refusal::Signature | Refusal::JournalUnknown)) => {
            limit::wrong_proof(&court, peer, of)?;
            return Err(refusal);
        }
        Err(refusal) => return Err(refusal),
    };
    limit::session(&court, journal)?;
    let token = BASE64.encode(court.random::<32>());
    let now_ms = court.clock().now_ms();
    let expires = now_ms.saturating_add(court.config().token_ms);
    court
        .db()
        .add_token(&hash_of(&token), journal, expires, now_ms)
        .await?;
    tracing::info!(%journal, "session opened");
    Ok(Json(SessionAnswer { expires, token }))
}

/// The journal whose key answered a challenge of this server.
async fn prove(court: &Court, request: SessionRequest) -> Result<JournalId, Refusal> {
    let answer = request.answer;
    let key = court.keys().challenge();
    if answer.body.server != court.server_id()
        || !challenge::is_good(key, &answer.body.challenge, court.clock().now_ms())
    {
        return Err(Refusal::Signature);
    }
    let journal = court.db().journal(answer.body.journal).await?;
    let journal = journal.ok_or(Refusal::JournalUnknown)?;
    answer
        .verify(&journal.key)
        .map_err(|_| Refusal::Signature)?;
    Ok(journal.id)
}
