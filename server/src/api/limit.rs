//! What one caller may do how often and at once, as refusals with their `Retry-After`. What is counted
//! and how is said in `rate.rs`.

use super::problem::Refusal;
use crate::court::Court;
use crate::db::Caller;
use crate::rate::{Peer, Place, Try, Work};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::convert::Infallible;
use waiqin_protocol::ids::JournalId;

/// Where a request comes from.
pub(super) struct Origin(pub(super) Peer);

impl<S: Sync> FromRequestParts<S> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self(Peer::of(parts)))
    }
}

/// A request with a token that nobody has.
pub(super) fn wrong_token(court: &Court, peer: Peer, hash: &str) -> Result<(), Refusal> {
    let lane = hash
        .get(..2)
        .and_then(|hex| u8::from_str_radix(hex, 16).ok());
    count(court, Try::Token(peer, lane.unwrap_or_default()))
}

/// An answer to a challenge that does not fit. The journal's own tries come first, so that one phone
/// uses up little of what its address has.
pub(super) fn wrong_proof(court: &Court, peer: Peer, of: JournalId) -> Result<(), Refusal> {
    count(court, Try::ProofOf(of, peer))?;
    count(court, Try::Proof(peer))
}

/// A token is about to be given.
pub(super) fn session(court: &Court, journal: JournalId) -> Result<(), Refusal> {
    count(court, Try::Session(journal))
}

/// Counts a code that was not good.
pub(super) fn tried_code<T>(
    court: &Court,
    peer: Peer,
    answer: Result<T, Refusal>,
) -> Result<T, Refusal> {
    if matches!(answer, Err(Refusal::EnrolCode)) {
        count(court, Try::Code(peer))?;
    }
    answer
}

/// A place for work of a journal.
pub(super) fn place(court: &Court, work: Work, caller: &Caller) -> Result<Place, Refusal> {
    let place = court.rates().place(work, caller.journal.id);
    place.ok_or(Refusal::TooMany)
}

fn count(court: &Court, what: Try) -> Result<(), Refusal> {
    court
        .rates()
        .count(what, court.clock().now_ms())
        .map_err(|wait_ms| Refusal::TooOften {
            seconds: u64::try_from(wait_ms).unwrap_or(1).div_ceil(1000),
        })
}
