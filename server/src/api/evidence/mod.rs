//! Evidence over tus 1.0.0: core, creation, creation-with-upload, creation-defer-length, expiration,
//! checksum, termination; and `POST status`.
//!
//! No answer ever tells what others hold: creation never says *already there*, an upload of another
//! journal is unknown, and status knows what the caller's own journals delivered or named. Bytes
//! become evidence when an acknowledged entry names their hash; whichever of the two comes second
//! settles it.

mod create;
mod headers;
mod receive;
mod settle;
mod status;
mod upload;

pub(super) use headers::BYTES_TYPE;
pub(super) use settle::settle;
pub use settle::sweep;

use super::problem::Refusal;
use crate::court::Court;
use crate::db::Caller;
use axum::Router;
use axum::body::Body;
use axum::routing::post;
use receive::{Receiving, receive};
use tower_http::set_header::SetResponseHeaderLayer;
use waiqin_protocol::ids::EvidenceHash;

/// Version of the upload protocol.
pub(super) const TUS_VERSION: &str = "1.0.0";

/// Receives a piece of evidence whole: what an upload in one request does, for bytes that came in a
/// hand-in package.
pub(super) async fn bring(
    court: &Court,
    caller: Caller,
    (hash, length): (EvidenceHash, u64),
    body: Body,
) -> Result<(), Refusal> {
    let upload = create::begin(court, &caller, hash, Some(length), String::new()).await?;
    let receiving = Receiving {
        caller,
        upload,
        offset: 0,
        checksum: None,
        place: None,
    };
    receive(court.clone(), receiving, body).await.map(drop)
}

/// The routes under `/api/v1/evidence`.
pub(super) fn routes() -> Router<Court> {
    // Every answer says the version, refusals too.
    let version = SetResponseHeaderLayer::if_not_present(
        headers::TUS_RESUMABLE,
        axum::http::HeaderValue::from_static(TUS_VERSION),
    );
    Router::new()
        .route("/", post(create::create).options(headers::discover))
        .route(
            "/{id}",
            axum::routing::head(upload::head)
                .patch(upload::patch)
                .delete(upload::delete)
                .post(upload::instead)
                .options(headers::discover),
        )
        .layer(version)
        .route("/status", post(status::status))
}
