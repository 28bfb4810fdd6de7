//! Evidence over tus 1.0.0: core, creation, creation-with-upload, expiration, checksum,
//! termination; and `POST status`.
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

pub(super) use settle::settle;
pub use settle::sweep;

use crate::court::Court;
use axum::Router;
use axum::routing::post;

/// Version of the upload protocol.
pub(super) const TUS_VERSION: &str = "1.0.0";

/// The routes under `/api/v1/evidence`.
pub(super) fn routes() -> Router<Court> {
    Router::new()
        .route("/", post(create::create).options(headers::discover))
        .route("/status", post(status::status))
        .route(
            "/{id}",
            axum::routing::head(upload::head)
                .patch(upload::patch)
                .delete(upload::delete)
                .options(headers::discover),
        )
}
