//! `GET /api/v1/hello`: who is there, and what it accepts.

use super::caller::new_challenge;
use crate::court::Court;
use axum::Json;
use axum::extract::State;
use waiqin_protocol::wire;
use waiqin_protocol::wire::hello::Hello;

/// The server introduces itself.
pub(super) async fn hello(State(court): State<Court>) -> Json<Hello> {
    Json(Hello {
        challenge: new_challenge(&court),
        court: court.name().to_owned(),
        key: court.signer().public_key(),
        limits: court.limits().clone(),
        server: court.server_id(),
        versions: vec![wire::VERSION],
    })
}
