//! The console's style sheet and script, carried by the binary. Their address changes with their
//! bytes, so that browsers may keep them.

use axum::extract::{Path, Query};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use waiqin_protocol::suite::sha256;

const FILES: [(&str, &str, &str); 3] = [
    (
        "desk.css",
        "text/css; charset=utf-8",
        include_str!("../../static/desk.css"),
    ),
    (
        "desk.svg",
        "image/svg+xml",
        include_str!("../../static/desk.svg"),
    ),
    (
        "desk.js",
        "text/javascript; charset=utf-8",
        include_str!("../../static/desk.js"),
    ),
];

/// The address of a file in its present version.
pub(super) fn address(name: &str) -> String {
    let text = FILES
        .iter()
        .find(|file| file.0 == name)
        .map_or("", |file| file.2);
    format!("/static/{name}?v={}", version(text))
}

fn version(text: &str) -> String {
    hex::encode(&sha256(text.as_bytes())[..6])
}

#[derive(Deserialize)]
pub(super) struct Version {
    v: Option<String>,
}

/// `GET /static/{name}`
pub(super) async fn file(Path(name): Path<String>, Query(asked): Query<Version>) -> Response {
    let Some((_, media, text)) = FILES.iter().find(|file| file.0 == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut response = (*text).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    let keep = if asked.v.is_some_and(|v| v == version(text)) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    response
}
