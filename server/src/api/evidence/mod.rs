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

pub(super) use settle::settle;
pub use settle::sweep;

use crate::court::Court;
use axum::Router;
use axum::routing::post;
use tower_http::set_header::SetResponseHeaderLayer;

/// Version of the upload protocol.
pub(super) const TUS_VERSION: &str = "1.0.0";

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
