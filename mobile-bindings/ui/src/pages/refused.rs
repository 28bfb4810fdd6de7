//! The page of a request that was turned away: it shows nothing of the phone, in both languages,
//! because nothing is known of who asks.

use crate::carrier::Refusal;
use crate::words::Words;
use askama::Template;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};

/// The style sheet lies behind the guard, so this page carries its own few lines, which the policy
/// allows by their hash alone.
const STYLE: &str = "body{margin:0;font:1.0625rem/1.6 system-ui,'Noto Sans CJK SC',sans-serif}\
main{max-width:34rem;margin:18vh auto 0;padding:0 1.5rem;border-left:4px solid #b3231b}\
h1,h2{font-size:1.25rem;margin:0}p{margin:.3rem 0 1.4rem}";

#[derive(Template)]
#[template(path = "refused.html")]
struct RefusedPage {
    style: &'static str,
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
        style: STYLE,
        zh,
        en,
        zh_text: text(refusal, zh),
        en_text: text(refusal, en),
    };
    let html = page.render().unwrap_or_default();
    let hash = BASE64.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; frame-ancestors 'none'"
    );
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (CONTENT_SECURITY_POLICY, policy),
    ];
    (StatusCode::FORBIDDEN, headers, html).into_response()
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
