//! What phones call, under `/api/v1`. One file per step of the conversation, named as in
//! `waiqin_protocol::wire`.
//!
//! **Invariants.** Every request may be repeated: nothing doubles and no acknowledgement shrinks.
//! An answer that acknowledges is sent after the commit that makes it true. A refusal is a
//! `ProblemBody` whose status and sentences are chosen in `problem.rs` alone.

mod caller;
mod challenge;
mod enrol;
mod evidence;
pub mod hand_in;
mod hello;
mod limit;
mod message;
mod openapi;
mod problem;
mod session;
mod sync;
#[cfg(test)]
mod tests;

pub use evidence::sweep;

use crate::court::Court;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use problem::Refusal;
use tower_http::set_header::SetResponseHeaderLayer;

/// The routes of the API.
pub fn routes(court: Court) -> Router {
    let api = Router::new()
        .route("/hello", get(hello::hello))
        .route("/openapi.json", get(openapi::openapi))
        .route("/enrol/begin", post(enrol::begin))
        .route("/enrol", post(enrol::enrol))
        .route("/journal", post(enrol::succeed))
        .route("/session", post(session::session))
        .route("/sync", post(sync::sync))
        .nest("/evidence", evidence::routes())
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method)
        // Bodies are bounded where they are read, each by its own measure.
        .layer(DefaultBodyLimit::disable())
        .layer(SetResponseHeaderLayer::if_not_present(
            axum::http::header::CACHE_CONTROL,
            axum::http::HeaderValue::from_static("no-store"),
        ))
        .with_state(court);
    Router::new().nest("/api/v1", api)
}

async fn not_found() -> Refusal {
    Refusal::NotFound
}

async fn wrong_method() -> Refusal {
    Refusal::Method
}
