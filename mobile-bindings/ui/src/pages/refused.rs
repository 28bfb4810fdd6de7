//! The page of a request that was turned away: it shows nothing of the phone, in both languages,
//! because nothing is known of who asks.

use crate::carrier::Refusal;
use crate::words::Words;
use askama::Template;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

#[derive(Template)]
#[template(path = "refused.html")]
struct RefusedPage {
    zh: &'static Words,
    en: &'static Words,
    zh_text: &'static str,
    en_text: &'static str,
}

/// 403 with what to do.
#[must_use]
pub fn refused(refusal: Refusal) -> Response {
    let (zh, en) = (&Words::ZH, &Words::EN);
    let page = RefusedPage {
        zh,
        en,
        zh_text: text(refusal, zh),
        en_text: text(refusal, en),
    };
    let html = page.render().unwrap_or_default();
    (
        StatusCode::FORBIDDEN,
        [(CONTENT_TYPE, "text/html; charset=utf-8")],
        html,
    )
        .into_response()
}

fn text(refusal: Refusal, w: &Words) -> &'static str {
    match refusal {
        Refusal::Host => w.refused_host,
        Refusal::Cookie => w.refused_cookie,
        Refusal::EntryLink => w.refused_link,
        Refusal::Origin | Refusal::CrossSite => w.refused_origin,
        Refusal::Csrf => w.refused_csrf,
    }
}
