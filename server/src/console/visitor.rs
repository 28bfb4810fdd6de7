//! Who asks: the session behind the cookie, the language, and the token that forms must carry.
//! One middleware finds it out for all pages and turns what goes wrong into a page with a way back.

use super::desk::Desk;
use super::form::holds_nul;
use super::member::Member;
use super::problem::{self, Problem};
use crate::db::{DbError, Role};
use crate::serve::OverTls;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE, ORIGIN, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use waiqin_protocol::suite::sha256;
use waiqin_protocol::words::Lang;

/// A session ends after so long without a request.
pub(super) const IDLE_MS: i64 = 30 * 60_000;
/// A session ends so long after sign-in, whatever happens.
pub(super) const LIFE_MS: i64 = 12 * 3_600_000;
/// The last request is noted to this precision.
const SEEN_STEP_MS: i64 = 60_000;
/// Name of the language cookie, which the phone's pages on the same host do not use.
const LANG_COOKIE: &str = "waiqin-console-lang";
/// Browsers take a cookie of such a name over TLS alone, for this host and all of its paths.
const HOST_ONLY: &str = "__Host-";
const YEAR_S: i64 = 365 * 86_400;

/// Who asks.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    pub lang: Lang,
    /// What forms must carry.
    pub csrf: String,
    pub member: Option<Member>,
    /// Path and query of the request.
    pub path: String,
    /// He came over TLS: his cookies are kept to it.
    pub secure: bool,
}

/// How a request came, as far as cookies depend on it.
#[derive(Clone, Copy)]
struct Way {
    /// Over this server's own TLS: cookies that plain HTTP could have planted are not believed.
    own_tls: bool,
    /// Over TLS, ours or, by the word of a form, that of a proxy in front.
    secure: bool,
}

impl Way {
    fn of(request: &Request) -> Self {
        let own_tls = request.extensions().get::<OverTls>().is_some();
        let origin = request.headers().get(ORIGIN);
        let by_its_word = origin
            .and_then(|value| value.to_str().ok())
            .is_some_and(|origin| origin.starts_with("https://"));
        Self {
            own_tls,
            secure: own_tls || by_its_word,
        }
    }

    /// What a cookie of ours holds.
    fn cookie(self, headers: &HeaderMap, name: &str) -> Option<String> {
        cookie(headers, &format!("{HOST_ONLY}{name}"))
            .or_else(|| cookie(headers, name).filter(|_| !self.own_tls))
    }
}

impl Visitor {
    /// The visitor of a request, as the middleware found him.
    pub fn of(parts: &Parts) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or(Problem::NotFound)
    }
}

/// Finds out who asks, answers, and shows problems as pages.
pub(super) async fn visit(State(desk): State<Desk>, mut request: Request, next: Next) -> Response {
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |it| it.as_str())
        .to_owned();
    let way = Way::of(&request);
    let headers = request.headers().clone();
    let (visitor, fresh) = match recognise(&desk, &headers, way, path).await {
        Ok(found) => found,
        Err(error) => return problem::page(&desk, None, &Problem::broken(error)),
    };
    let readable = !holds_nul(visitor.path.as_bytes());
    request.extensions_mut().insert(visitor.clone());
    let mut response = match readable {
        true => next.run(request).await,
        false => Problem::Unreadable.into_response(),
    };
    if let Some(problem) = Problem::in_response(&mut response) {
        let cookies: Vec<HeaderValue> = response
            .headers()
            .get_all(SET_COOKIE)
            .iter()
            .cloned()
            .collect();
        response = problem::page(&desk, Some(&visitor), &problem);
        for cookie in cookies {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    if let Some(token) = fresh {
        set_cookie(
            &mut response,
            &desk.cookie("visitor"),
            &token,
            None,
            way.secure,
        );
    }
    response
}

/// The visitor, and the token of a new visitor's cookie where he has none.
async fn recognise(
    desk: &Desk,
    headers: &HeaderMap,
    way: Way,
    path: String,
) -> Result<(Visitor, Option<String>), DbError> {
    let secure = way.secure;
    let wanted = way
        .cookie(headers, LANG_COOKIE)
        .and_then(|tag| Lang::from_tag(&tag));
    if let Some(token) = way.cookie(headers, &desk.cookie("desk"))
        && let Some((member, csrf, lang)) = signed_in(desk, &token).await?
    {
        return Ok((
            Visitor {
                lang,
                csrf,
                member: Some(member),
                path,
                secure,
            },
            None,
        ));
    }
    let known = way
        .cookie(headers, &desk.cookie("visitor"))
        .filter(|t| t.len() == 32);
    let fresh = known
        .is_none()
        .then(|| hex::encode(desk.court().random::<16>()));
    let token = known.or_else(|| fresh.clone()).unwrap_or_default();
    let lang = wanted.or_else(|| accepted(headers)).unwrap_or_default();
    let csrf = hex::encode(sha256(format!("waiqin console form {token}").as_bytes()));
    Ok((
        Visitor {
            lang,
            csrf,
            member: None,
            path,
            secure,
        },
        fresh,
    ))
}

async fn signed_in(desk: &Desk, token: &str) -> Result<Option<(Member, String, Lang)>, DbError> {
    let token_hash = hash_of(token);
    let Some(session) = desk.db().session(&token_hash).await? else {
        return Ok(None);
    };
    let now = desk.now_ms();
    if now - session.seen_ms >= IDLE_MS || now - session.created_ms >= LIFE_MS {
        desk.db().close_session(&token_hash).await?;
        return Ok(None);
    }
    if now - session.seen_ms >= SEEN_STEP_MS {
        desk.db().touch_session(&token_hash, now).await?;
    }
    let member = Member {
        id: session.user_id.parse().map_err(|_| DbError::Stored {
            what: "officer's id",
        })?,
        name: session.name,
        list_name: session.list_name,
        role: Role::of(&session.role).ok_or(DbError::Stored { what: "role" })?,
        token_hash,
    };
    Ok(Some((
        member,
        session.csrf,
        Lang::from_tag(&session.lang).unwrap_or_default(),
    )))
}

/// What is kept of a cookie's token.
pub(super) fn hash_of(token: &str) -> String {
    hex::encode(sha256(token.as_bytes()))
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// The first language of the browser that pages are written in.
fn accepted(headers: &HeaderMap) -> Option<Lang> {
    let value = headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
    value
        .split(',')
        .filter_map(|part| part.split(';').next())
        .find_map(Lang::from_tag)
}

/// Sets a cookie that scripts cannot read and that no way from another site carries, over TLS under a
/// name that neither plain HTTP nor a neighbouring host can set. Without an age it ends with the
/// browser's session.
pub(super) fn set_cookie(
    response: &mut Response,
    name: &str,
    value: &str,
    age_s: Option<i64>,
    secure: bool,
) {
    let age = age_s.map(|s| format!("; Max-Age={s}")).unwrap_or_default();
    let (prefix, secure) = if secure {
        (HOST_ONLY, "; Secure")
    } else {
        ("", "")
    };
    let text = format!("{prefix}{name}={value}; Path=/; HttpOnly; SameSite=Strict{age}{secure}");
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}

/// Remembers the language for this browser.
pub(super) fn set_language(response: &mut Response, lang: Lang, secure: bool) {
    set_cookie(response, LANG_COOKIE, lang.tag(), Some(YEAR_S), secure);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_known_language_of_the_browser_counts() {
        let mut headers = HeaderMap::new();
        headers.insert(
            ACCEPT_LANGUAGE,
            HeaderValue::from_static("fr, en-GB;q=0.8, zh;q=0.5"),
        );
        assert_eq!(accepted(&headers), Some(Lang::En));
        assert_eq!(accepted(&HeaderMap::new()), None);
    }

    #[test]
    fn cookies_are_told_apart_by_their_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("xa=1; a=2"));
        headers.append(COOKIE, HeaderValue::from_static("b=3=4"));
        assert_eq!(cookie(&headers, "a").as_deref(), Some("2"));
        assert_eq!(cookie(&headers, "b").as_deref(), Some("3=4"));
        assert_eq!(cookie(&headers, "c"), None);
    }
}
