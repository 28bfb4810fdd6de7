//! Host, entry link, cookie and origin.

use super::refusals::{Refusal, Refusals};
use crate::pages::refused::refused;
use axum::extract::{Query, Request, State};
use axum::http::header::{COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Entry links that may wait at one time; an older one stops working.
const ENTRY_LINKS_MAX: usize = 8;
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// The secrets of one launch. Compared by their SHA-256, so that time tells nothing of them.
pub struct Carrier {
    authority: String,
    origin: String,
    cookie_name: String,
    token: String,
    csrf: String,
    links: Mutex<VecDeque<[u8; 32]>>,
    refusals: Refusals,
}

impl Carrier {
    /// The carrier of a listener at `address`; `random` gives 256 bits per call.
    pub fn new(address: SocketAddr, mut random: impl FnMut() -> [u8; 32]) -> Self {
        Self {
            authority: address.to_string(),
            origin: format!("http://{address}"),
            cookie_name: format!("waiqin-{}", hex::encode(&random()[..6])),
            token: hex::encode(random()),
            csrf: hex::encode(random()),
            links: Mutex::new(VecDeque::new()),
            refusals: Refusals::default(),
        }
    }

    /// `http://127.0.0.1:PORT`
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// What forms carry in the field `csrf`.
    #[must_use]
    pub fn csrf(&self) -> &str {
        &self.csrf
    }

    /// Counters of what was turned away.
    #[must_use]
    pub fn refusals(&self) -> &Refusals {
        &self.refusals
    }

    /// Whether this is the page's CSRF value; counted when it is not.
    ///
    /// # Errors
    /// When it is not.
    pub fn check_csrf(&self, given: &str) -> Result<(), Refusal> {
        if same(given, &self.csrf) {
            Ok(())
        } else {
            Err(self.refusals.count(Refusal::Csrf))
        }
    }

    /// A new link that lets one browser in, once.
    pub fn entry_link(&self, random: [u8; 32]) -> String {
        let once = hex::encode(random);
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        if links.len() == ENTRY_LINKS_MAX {
            links.pop_front();
        }
        links.push_back(digest(&once));
        format!("{}/enter?once={once}", self.origin)
    }

    fn spend(&self, once: &str) -> bool {
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = digest(once);
        let before = links.len();
        links.retain(|it| *it != wanted);
        links.len() < before
    }

    fn check_host(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let mut hosts = headers.get_all(HOST).iter();
        let exact = hosts
            .next()
            .is_some_and(|it| it.as_bytes() == self.authority.as_bytes());
        if exact && hosts.next().is_none() {
            Ok(())
        } else {
            Err(self.refusals.count(Refusal::Host))
        }
    }

    fn check_cookie(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let ours = headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|it| it.to_str().ok())
            .flat_map(|it| it.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .any(|(name, value)| name == self.cookie_name && same(value, &self.token));
        if ours {
            Ok(())
        } else {
            Err(self.refusals.count(Refusal::Cookie))
        }
    }

    /// Other ports of 127.0.0.1 are the same *site* and get our cookie sent along; they may lead
    /// a person here, but not load parts of pages.
    fn check_site(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let text = |name| {
            headers
                .get(name)
                .and_then(|it: &HeaderValue| it.to_str().ok())
        };
        let own = matches!(text(SEC_FETCH_SITE), None | Some("same-origin" | "none"));
        if own || text(SEC_FETCH_MODE) == Some("navigate") {
            Ok(())
        } else {
            Err(self.refusals.count(Refusal::CrossSite))
        }
    }

    fn check_origin(&self, method: &Method, headers: &HeaderMap) -> Result<(), Refusal> {
        if *method == Method::GET || *method == Method::HEAD {
            return Ok(());
        }
        let own = headers
            .get(ORIGIN)
            .is_some_and(|it| it.as_bytes() == self.origin.as_bytes());
        if own {
            Ok(())
        } else {
            Err(self.refusals.count(Refusal::Origin))
        }
    }

    fn set_cookie(&self) -> String {
        format!(
            "{}={}; Path=/; HttpOnly; SameSite=Strict",
            self.cookie_name, self.token
        )
    }

    /// `name=value` as a browser that came in by an entry link sends it.
    #[cfg(test)]
    pub fn cookie(&self) -> String {
        format!("{}={}", self.cookie_name, self.token)
    }
}

impl std::fmt::Debug for Carrier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Carrier({}, secrets …)", self.authority)
    }
}

/// Stands before every route, the fallback included.
pub async fn guard(State(carrier): State<Arc<Carrier>>, request: Request, next: Next) -> Response {
    let (headers, method) = (request.headers(), request.method());
    let checked = carrier.check_host(headers).and_then(|()| {
        if request.uri().path() == "/enter" {
            return Ok(());
        }
        carrier.check_cookie(headers)?;
        carrier.check_site(headers)?;
        carrier.check_origin(method, headers)
    });
    match checked {
        Ok(()) => next.run(request).await,
        Err(refusal) => refused(refusal),
    }
}

/// Query of the entry link.
#[derive(Debug, Deserialize)]
pub struct EnterQuery {
    /// The one-time word.
    #[serde(default)]
    pub once: String,
}

/// `GET /enter?once=…`: spends the link and hands out the cookie of this launch.
pub async fn enter(
    State(carrier): State<Arc<Carrier>>,
    Query(query): Query<EnterQuery>,
) -> Response {
    if !carrier.spend(&query.once) {
        return refused(carrier.refusals.count(Refusal::EntryLink));
    }
    let cookie = HeaderValue::try_from(carrier.set_cookie()).expect("name and token are hex");
    let to_start = [
        (SET_COOKIE, cookie),
        (LOCATION, HeaderValue::from_static("/")),
    ];
    (StatusCode::SEE_OTHER, to_start).into_response()
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

fn same(a: &str, b: &str) -> bool {
    digest(a) == digest(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::answer_headers;
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::{from_fn, from_fn_with_state};
    use axum::routing::get;
    use tower::ServiceExt as _;

    fn carrier() -> Arc<Carrier> {
        let mut n = 0;
        let random = move || {
            n += 1;
            [n; 32]
        };
        Arc::new(Carrier::new(([127, 0, 0, 1], 45678).into(), random))
    }

    fn router(carrier: &Arc<Carrier>) -> Router {
        Router::new()
            .route("/", get(|| async { "in" }).post(|| async { "written" }))
            .route("/enter", get(enter))
            .layer(from_fn_with_state(carrier.clone(), guard))
            .layer(from_fn(answer_headers))
            .with_state(carrier.clone())
    }

    async fn ask(
        carrier: &Arc<Carrier>,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Response {
        let mut request = axum::http::Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        router(carrier).oneshot(request).await.unwrap()
    }

    const HOST_OK: (&str, &str) = ("host", "127.0.0.1:45678");
    const ORIGIN_OK: (&str, &str) = ("origin", "http://127.0.0.1:45678");

    #[tokio::test]
    async fn with_host_cookie_and_origin_a_page_is_read_and_written() {
        let carrier = carrier();
        let cookie = carrier.cookie();
        let own = [HOST_OK, ("cookie", cookie.as_str()), ORIGIN_OK];
        assert_eq!(ask(&carrier, "GET", "/", &own[..2]).await.status(), 200);
        assert_eq!(ask(&carrier, "POST", "/", &own).await.status(), 200);
        assert!(carrier.refusals().all().values().all(|n| *n == 0));
    }

    #[tokio::test]
    async fn an_entry_link_works_once_and_its_cookie_cannot_be_read_by_scripts() {
        let carrier = carrier();
        let link = carrier.entry_link([9; 32]);
        let path = link.strip_prefix(carrier.origin()).unwrap();
        let first = ask(&carrier, "GET", path, &[HOST_OK]).await;
        assert_eq!(first.status(), 303);
        let cookie = first.headers()["set-cookie"].to_str().unwrap().to_owned();
        assert!(
            cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"),
            "{cookie}"
        );
        assert!(cookie.starts_with(&carrier.cookie()), "{cookie}");
        let again = ask(&carrier, "GET", path, &[HOST_OK]).await;
        assert_eq!(again.status(), 403);
        assert!(again.headers().get("set-cookie").is_none());
        assert_eq!(carrier.refusals().of(Refusal::EntryLink), 1);
    }

    #[tokio::test]
    async fn an_invented_or_missing_entry_word_lets_nobody_in() {
        let carrier = carrier();
        carrier.entry_link([9; 32]);
        for path in ["/enter", "/enter?once=", "/enter?once=00"] {
            assert_eq!(
                ask(&carrier, "GET", path, &[HOST_OK]).await.status(),
                403,
                "{path}"
            );
        }
        assert_eq!(carrier.refusals().of(Refusal::EntryLink), 3);
    }

    #[tokio::test]
    async fn the_ninth_waiting_link_retires_the_first() {
        let carrier = carrier();
        let links: Vec<String> = (0..9).map(|n| carrier.entry_link([n; 32])).collect();
        let path = |n: usize| links[n].strip_prefix(carrier.origin()).unwrap().to_owned();
        assert_eq!(
            ask(&carrier, "GET", &path(0), &[HOST_OK]).await.status(),
            403
        );
        assert_eq!(
            ask(&carrier, "GET", &path(8), &[HOST_OK]).await.status(),
            303
        );
    }

    #[tokio::test]
    async fn another_host_name_is_turned_away_even_with_the_cookie() {
        let carrier = carrier();
        let cookie = carrier.cookie();
        for host in [
            "localhost:45678",
            "127.0.0.1",
            "127.0.0.1:45679",
            "court.example",
            "",
        ] {
            let answer = ask(&carrier, "GET", "/", &[("host", host), ("cookie", &cookie)]).await;
            assert_eq!(answer.status(), 403, "{host}");
        }
        let link = carrier.entry_link([9; 32]);
        let path = link.strip_prefix(carrier.origin()).unwrap();
        assert_eq!(
            ask(&carrier, "GET", path, &[("host", "evil.example")])
                .await
                .status(),
            403
        );
        let twice = [
            HOST_OK,
            ("host", "evil.example"),
            ("cookie", cookie.as_str()),
        ];
        assert_eq!(ask(&carrier, "GET", "/", &twice).await.status(), 403);
        assert_eq!(carrier.refusals().of(Refusal::Host), 7);
    }

    #[tokio::test]
    async fn a_wrong_token_or_another_launchs_cookie_name_is_turned_away() {
        let carrier = carrier();
        let name = carrier.cookie_name.clone();
        let zeros = format!("{name}={}", "0".repeat(64));
        let empty = format!("{name}=");
        let other = format!("waiqin-ffffffffffff={}", carrier.token);
        for cookie in [zeros.as_str(), &empty, &other, "waiqin=1", ""] {
            let answer = ask(&carrier, "GET", "/", &[HOST_OK, ("cookie", cookie)]).await;
            assert_eq!(answer.status(), 403, "{cookie}");
        }
        assert_eq!(ask(&carrier, "GET", "/", &[HOST_OK]).await.status(), 403);
        assert_eq!(
            ask(&carrier, "GET", "/nowhere", &[HOST_OK]).await.status(),
            403
        );
        assert_eq!(carrier.refusals().of(Refusal::Cookie), 7);
    }

    #[tokio::test]
    async fn a_write_needs_our_own_origin() {
        let carrier = carrier();
        let cookie = carrier.cookie();
        let base = [HOST_OK, ("cookie", cookie.as_str())];
        assert_eq!(ask(&carrier, "POST", "/", &base).await.status(), 403);
        for origin in [
            "http://evil.example",
            "null",
            "http://127.0.0.1:8700",
            "https://127.0.0.1:45678",
            "",
        ] {
            let mut headers = base.to_vec();
            headers.push(("origin", origin));
            assert_eq!(
                ask(&carrier, "POST", "/", &headers).await.status(),
                403,
                "{origin}"
            );
        }
        assert_eq!(carrier.refusals().of(Refusal::Origin), 6);
    }

    #[tokio::test]
    async fn another_port_may_lead_here_but_not_load_our_pictures() {
        let carrier = carrier();
        let cookie = carrier.cookie();
        let base = [
            HOST_OK,
            ("cookie", cookie.as_str()),
            ("sec-fetch-site", "same-site"),
        ];
        let mut image = base.to_vec();
        image.push(("sec-fetch-mode", "no-cors"));
        assert_eq!(ask(&carrier, "GET", "/", &image).await.status(), 403);
        let mut link = base.to_vec();
        link.push(("sec-fetch-mode", "navigate"));
        assert_eq!(ask(&carrier, "GET", "/", &link).await.status(), 200);
        assert_eq!(carrier.refusals().of(Refusal::CrossSite), 1);
    }

    #[tokio::test]
    async fn refusals_too_are_uncached_and_unframed() {
        let carrier = carrier();
        let answer = ask(&carrier, "GET", "/", &[]).await;
        assert_eq!(answer.status(), 403);
        let headers = answer.headers();
        assert_eq!(headers["cache-control"], "no-store");
        assert_eq!(headers["referrer-policy"], "same-origin");
        assert!(
            headers["content-security-policy"]
                .to_str()
                .unwrap()
                .starts_with("default-src 'none'")
        );
        assert_eq!(headers["x-frame-options"], "DENY");
    }
}
