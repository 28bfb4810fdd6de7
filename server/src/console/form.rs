//! Forms. Whatever changes something takes a [`ProtectedForm`] or a [`ProtectedUpload`]: the route
//! table accepts no other handler, so a form without its token does not compile.

use super::desk::Desk;
use super::page::Page;
use super::problem::Problem;
use super::visitor::Visitor;
use axum::body::Bytes;
use axum::extract::multipart::{Field, Multipart};
use axum::extract::{FromRequest, Request};
use axum::handler::Handler;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, HOST, ORIGIN};
use axum::routing::MethodRouter;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Name of the token's field.
pub(super) const TOKEN: &str = "token";
/// Largest form without a file, bytes.
pub(super) const FORM_BYTES_MAX: usize = 64 << 10;

/// A form whose token was checked.
pub(super) struct ProtectedForm<T>(pub T);

/// A form that holds nothing but its token.
#[derive(Deserialize)]
pub(super) struct NoFields {}

/// An upload whose token was checked; the files come next.
pub(super) struct ProtectedUpload(Multipart);

/// What a handler that changes something must take.
pub(super) trait Protected {}

impl<T> Protected for ProtectedForm<T> {}
impl Protected for ProtectedUpload {}

/// A route that changes something.
pub(super) fn change<H, M, A, P>(handler: H) -> MethodRouter<Desk>
where
    H: Handler<(M, Page, A, P), Desk>,
    M: 'static,
    A: 'static,
    P: Protected + 'static,
{
    axum::routing::post(handler)
}

/// The same for visitors who are not signed in.
pub(super) fn change_as_visitor<H, M, P>(handler: H) -> MethodRouter<Desk>
where
    H: Handler<(M, super::page::Entrance, P), Desk>,
    M: 'static,
    P: Protected + 'static,
{
    axum::routing::post(handler)
}

#[derive(Deserialize)]
struct Token {
    token: Option<String>,
}

impl<T: DeserializeOwned> FromRequest<Desk> for ProtectedForm<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, desk: &Desk) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let visitor = Visitor::of(&parts)?;
        same_site(&parts.headers)?;
        let is_form = parts
            .headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"));
        if !is_form {
            return Err(Problem::Unreadable);
        }
        let request = Request::from_parts(parts, body);
        let bytes = Bytes::from_request(request, desk)
            .await
            .map_err(|_| Problem::TooLarge {
                max: FORM_BYTES_MAX,
            })?;
        if holds_nul(&bytes) {
            return Err(Problem::Unreadable);
        }
        let token: Token = serde_urlencoded::from_bytes(&bytes).map_err(|_| Problem::Unreadable)?;
        check(&visitor, token.token.as_deref())?;
        serde_urlencoded::from_bytes(&bytes)
            .map(Self)
            .map_err(|_| Problem::Unreadable)
    }
}

impl FromRequest<Desk> for ProtectedUpload {
    type Rejection = Problem;

    async fn from_request(request: Request, desk: &Desk) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let visitor = Visitor::of(&parts)?;
        same_site(&parts.headers)?;
        let request = Request::from_parts(parts, body);
        let mut multipart = Multipart::from_request(request, desk)
            .await
            .map_err(|_| Problem::Unreadable)?;
        // The page puts the token first: nothing of a file is read before it.
        let field = multipart
            .next_field()
            .await
            .map_err(|_| Problem::Unreadable)?;
        let token = match field {
            Some(field) if field.name() == Some(TOKEN) => {
                Some(field.text().await.map_err(|_| Problem::Unreadable)?)
            }
            Some(_) | None => None,
        };
        check(&visitor, token.as_deref())?;
        Ok(Self(multipart))
    }
}

impl ProtectedUpload {
    /// The next field.
    pub async fn next(&mut self) -> Result<Option<Field<'_>>, Problem> {
        self.0.next_field().await.map_err(|_| Problem::Unreadable)
    }
}

/// Whether a form or an address holds a NUL, as it is or as browsers write it: nothing that is asked for
/// here has one, and PostgreSQL takes none.
pub(super) fn holds_nul(encoded: &[u8]) -> bool {
    encoded.contains(&0) || encoded.windows(3).any(|it| it == b"%00")
}

fn check(visitor: &Visitor, token: Option<&str>) -> Result<(), Problem> {
    let token = token.unwrap_or_default();
    let same = token.len() == visitor.csrf.len()
        && token
            .bytes()
            .zip(visitor.csrf.bytes())
            .fold(0, |diff, (a, b)| diff | (a ^ b))
            == 0;
    if same { Ok(()) } else { Err(Problem::Expired) }
}

/// Browsers say where a form comes from; another site's is refused, whatever token it carries.
fn same_site(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &axum::http::HeaderValue| value.to_str().ok())
    };
    if let Some(site) = text(axum::http::HeaderName::from_static("sec-fetch-site"))
        && site != "same-origin"
    {
        return Err(Problem::OtherSite);
    }
    if let Some(origin) = text(ORIGIN) {
        let host = text(HOST).unwrap_or_default();
        let from = origin.split_once("://").map_or("", |(_, from)| from);
        if from != host {
            return Err(Problem::OtherSite);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn forms_of_other_sites_are_refused() {
        let of = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            same_site(&headers).is_ok()
        };
        let host = ("host", "127.0.0.1:8700");
        assert!(of(&[host]));
        assert!(of(&[host, ("origin", "http://127.0.0.1:8700")]));
        assert!(of(&[host, ("sec-fetch-site", "same-origin")]));
        assert!(!of(&[host, ("origin", "http://127.0.0.1:8701")]));
        assert!(!of(&[host, ("origin", "null")]));
        assert!(!of(&[host, ("sec-fetch-site", "same-site")]));
        assert!(!of(&[host, ("sec-fetch-site", "cross-site")]));
    }
}
