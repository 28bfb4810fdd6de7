//! Style sheet, script and icon: compiled in, so that one file is the whole program.

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

/// `GET /static/phone.css`
pub async fn css() -> Response {
    file(
        "text/css; charset=utf-8",
        include_str!("../../static/phone.css"),
    )
}

/// `GET /static/phone.js`
pub async fn script() -> Response {
    file(
        "text/javascript; charset=utf-8",
        include_str!("../../static/phone.js"),
    )
}

/// `GET /static/seal.js`
pub async fn seal_script() -> Response {
    file(
        "text/javascript; charset=utf-8",
        include_str!("../../static/seal.js"),
    )
}

/// `GET /static/paper.css`
pub async fn paper_css() -> Response {
    file(
        "text/css; charset=utf-8",
        include_str!("../../static/paper.css"),
    )
}

/// `GET /static/icon.svg`
pub async fn icon() -> Response {
    file("image/svg+xml", include_str!("../../static/icon.svg"))
}

fn file(kind: &'static str, text: &'static str) -> Response {
    ([(CONTENT_TYPE, kind)], text).into_response()
}
