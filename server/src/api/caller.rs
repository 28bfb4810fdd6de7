//! Who calls: the token of the request.

use super::challenge;
use super::limit;
use super::problem::Refusal;
use crate::court::Court;
use crate::db::Caller;
use crate::rate::Peer;
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use waiqin_protocol::suite::sha256;

/// The journal and officer behind the token of a request.
pub(super) struct By(pub(super) Caller);

impl FromRequestParts<Court> for By {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, court: &Court) -> Result<Self, Refusal> {
        let token = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| text.strip_prefix("Bearer "));
        let Some(token) = token else {
            return Err(unauthorised(court));
        };
        let hash = hash_of(token);
        let caller = court.db().caller(&hash, court.clock().now_ms()).await?;
        if let Some(caller) = caller {
            return Ok(Self(caller));
        }
        limit::wrong_token(court, Peer::of(parts), &hash)?;
        Err(unauthorised(court))
    }
}

/// What the server keeps of a token.
pub(super) fn hash_of(token: &str) -> String {
    hex::encode(sha256(token.as_bytes()))
}

fn unauthorised(court: &Court) -> Refusal {
    Refusal::Unauthorised {
        challenge: new_challenge(court),
    }
}

/// A challenge for `session`.
pub(super) fn new_challenge(court: &Court) -> String {
    challenge::make(
        court.keys().challenge(),
        &court.random(),
        court.clock().now_ms(),
    )
}
