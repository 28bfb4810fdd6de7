//! `POST /api/v1/session`: a device key answers a challenge and gets a token.

use super::caller::hash_of;
use super::challenge;
use super::message::Message;
use super::problem::Refusal;
use crate::court::Court;
use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use waiqin_protocol::wire::session::{SessionAnswer, SessionRequest};

/// Checks the answer to a challenge and gives a token. A revoked journal gets one too: it may hand
/// in what it has.
pub(super) async fn session(
    State(court): State<Court>,
    Message(request): Message<SessionRequest>,
) -> Result<Json<SessionAnswer>, Refusal> {
    let answer = request.answer;
    let now_ms = court.clock().now_ms();
    let key = court.keys().challenge();
    if answer.body.server != court.server_id()
        || !challenge::is_good(key, &answer.body.challenge, now_ms)
    {
        return Err(Refusal::Signature);
    }
    let journal = court.db().journal(answer.body.journal).await?;
    let journal = journal.ok_or(Refusal::JournalUnknown)?;
    answer
        .verify(&journal.key)
        .map_err(|_| Refusal::Signature)?;
    let token = BASE64.encode(court.random::<32>());
    let expires = now_ms.saturating_add(court.config().token_ms);
    court
        .db()
        .add_token(&hash_of(&token), journal.id, expires, now_ms)
        .await?;
    tracing::info!(journal = %journal.id, "session opened");
    Ok(Json(SessionAnswer { expires, token }))
}
