//! The line to the court: requests, a timer that sees whether anything moves, and the question
//! whether what answers is the court at all.

use super::error::{CallError, local_problem};
use super::pin;
use crate::host::NetworkSwitch;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{Stream, StreamExt, stream};
use reqwest::header::{CONTENT_TYPE, HeaderName, RETRY_AFTER};
use reqwest::{Client, Method, Request, RequestBuilder, Response, StatusCode, Url};
use serde::de::DeserializeOwned;
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use waiqin_protocol::sync::Token;
use waiqin_protocol::wire::problem::{ProblemBody, ProblemCode};

/// Longest silence of a line.
pub(super) const STALL: Duration = Duration::from_secs(30);
/// How often switch and silence are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Bytes of a body handed over at once: small, so that a slow line is seen to move.
const SLICE_BYTES: usize = 16 << 10;
/// What the system may have taken and not yet sent, bytes, and how slowly a line may drain it.
const BUFFERED_BYTES_MAX: u64 = 1 << 20;
const SLOW_BYTES_PER_S: u64 = 16 << 10;
/// Longest body of a refusal.
const PROBLEM_BYTES_MAX: usize = 64 << 10;

/// Carries requests to the court and brings its answers: the network, or what a simulation puts in
/// its place.
pub trait Carrier: Send + Sync {
    /// Carries one request; the headers of the answer, whatever its status.
    fn carry(&self, request: Request) -> BoxFuture<'_, Result<Response, CallError>>;
}

impl Carrier for Client {
    fn carry(&self, request: Request) -> BoxFuture<'_, Result<Response, CallError>> {
        let answer = self.execute(request);
        Box::pin(async move { answer.await.map_err(of_reqwest) })
    }
}

/// The line to one server.
pub(super) struct Line {
    client: Client,
    carrier: Arc<dyn Carrier>,
    base: Url,
    network: Arc<NetworkSwitch>,
    stall: Duration,
}

/// When something moved last; shared with the bodies under way.
#[derive(Clone, Debug)]
pub(super) struct Alive(Arc<Mutex<Instant>>);

impl Alive {
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    /// Something moved.
    pub fn touch(&self) {
        self.set(Instant::now());
    }

    /// A body of so many bytes was handed over: the system may still be sending it.
    pub fn handed_over(&self, bytes: u64) {
        let draining = bytes.min(BUFFERED_BYTES_MAX) / SLOW_BYTES_PER_S;
        self.set(Instant::now() + Duration::from_secs(draining));
    }

    fn set(&self, at: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }

    fn silence(&self) -> Duration {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Instant::now().saturating_duration_since(last)
    }
}

impl Line {
    /// The line to an address: https with a pinned key, or plain http to this machine.
    pub fn to(
        url: &str,
        tls: Option<&str>,
        network: Arc<NetworkSwitch>,
        stall: Duration,
    ) -> Result<Self, CallError> {
        let mut base = Url::parse(url).map_err(|_| CallError::Address)?;
        let allowed = match base.scheme() {
            "https" => tls.is_some(),
            "http" => is_this_machine(&base),
            _ => false,
        };
        if !allowed || base.cannot_be_a_base() {
            return Err(CallError::Address);
        }
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        let config = pin::config(tls).map_err(|error| CallError::Phone(Box::new(error)))?;
        let client = Client::builder()
            .tls_backend_preconfigured(config)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(stall)
            .tcp_nodelay(true)
            .build()
            .map_err(|error| CallError::Phone(Box::new(error)))?;
        Ok(Self {
            carrier: Arc::new(client.clone()),
            client,
            base,
            network,
            stall,
        })
    }

    /// The same line over another carrier, if one is given.
    pub fn carried_by(self, carrier: Option<Arc<dyn Carrier>>) -> Self {
        match carrier {
            Some(carrier) => Self { carrier, ..self },
            None => self,
        }
    }

    /// A request to a path under `/api/v1/`.
    pub fn request(&self, method: Method, path: &str, token: Option<&Token>) -> RequestBuilder {
        let mut url = self.base.clone();
        url.set_path(&format!("{}api/v1/{path}", self.base.path()));
        self.request_url(method, url, token)
    }

    /// A request to an address of the same server.
    pub fn request_url(&self, method: Method, url: Url, token: Option<&Token>) -> RequestBuilder {
        let request = self.client.request(method, url);
        match token {
            Some(token) => request.bearer_auth(&token.0),
            None => request,
        }
    }

    /// An address that the server named, if it is one of its own under a path of the API.
    pub fn own_address(&self, named: &str, below: &str) -> Option<Url> {
        let url = self.base.join(named).ok()?;
        let prefix = format!("{}api/v1/{below}/", self.base.path());
        (url.origin() == self.base.origin() && url.path().starts_with(&prefix)).then_some(url)
    }

    /// Sends a request; the headers of the answer, whatever its status.
    pub async fn send(
        &self,
        request: RequestBuilder,
        alive: &Alive,
    ) -> Result<Response, CallError> {
        if !self.network.is_on() {
            return Err(CallError::Offline);
        }
        let request = request.build().map_err(of_reqwest)?;
        alive.touch();
        let answer = self.watch(alive, self.carrier.carry(request)).await?;
        alive.touch();
        answer
    }

    /// The next bytes of an answer.
    pub async fn chunk(
        &self,
        response: &mut Response,
        alive: &Alive,
    ) -> Result<Option<Bytes>, CallError> {
        let chunk = self.watch(alive, response.chunk()).await?;
        alive.touch();
        chunk.map_err(|error| CallError::Cut(Some(error)))
    }

    /// Asks a question whose answer is one JSON message.
    pub async fn message<A: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        bytes_max: usize,
    ) -> Result<A, CallError> {
        let alive = Alive::new();
        let response = self.send(request, &alive).await?;
        let mut response = self.accepted(response, &alive).await?;
        if !is_type(&response, "application/json") {
            return Err(not_ours(&response));
        }
        let body = self.body(&mut response, bytes_max, &alive).await?;
        serde_json::from_slice(&body)
            .map_err(|_| CallError::not_ours("a message without our shape"))
    }

    /// The answer, if it is not a refusal.
    pub async fn accepted(
        &self,
        mut response: Response,
        alive: &Alive,
    ) -> Result<Response, CallError> {
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let retry_after_ms = retry_after_ms(&response);
        if is_type(&response, "application/json") {
            let body = self.body(&mut response, PROBLEM_BYTES_MAX, alive).await?;
            if let Ok(ProblemBody { problem }) = serde_json::from_slice(&body) {
                let problem = Box::new(problem);
                return Err(CallError::Refused {
                    problem,
                    retry_after_ms,
                });
            }
        }
        Err(match status {
            StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => CallError::Gateway {
                status: status.as_u16(),
                retry_after_ms,
            },
            _ => not_ours(&response),
        })
    }

    async fn body(
        &self,
        response: &mut Response,
        bytes_max: usize,
        alive: &Alive,
    ) -> Result<Vec<u8>, CallError> {
        let mut body = Vec::new();
        while let Some(chunk) = self.chunk(response, alive).await? {
            body.extend_from_slice(&chunk);
            if body.len() > bytes_max {
                return Err(CallError::not_ours("an answer that is too long"));
            }
        }
        Ok(body)
    }

    /// Does something on the line, unless the switch is turned off or nothing moves for too long.
    async fn watch<T>(&self, alive: &Alive, work: impl Future<Output = T>) -> Result<T, CallError> {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return Ok(done),
                () = tokio::time::sleep(LOOK_EVERY.min(self.stall)) => {
                    if !self.network.is_on() {
                        return Err(CallError::Offline);
                    }
                    if alive.silence() >= self.stall {
                        return Err(CallError::Stalled(self.stall));
                    }
                }
            }
        }
    }
}

/// A body in slices that show how the line moves. `sent` is told how many bytes were handed over.
pub(super) fn slices(
    body: Bytes,
    alive: Alive,
    sent: impl Fn(u64) + Send + 'static,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    let total = body.len() as u64;
    stream::iter(0..body.len().div_ceil(SLICE_BYTES)).map(move |n| {
        let start = n * SLICE_BYTES;
        let end = (start + SLICE_BYTES).min(body.len());
        alive.touch();
        if end == body.len() {
            alive.handed_over(total);
        }
        sent(end as u64);
        Ok(body.slice(start..end))
    })
}

/// Whether an answer has a media type, whatever its parameters.
pub(super) fn is_type(response: &Response, media: &str) -> bool {
    let value = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    value
        .and_then(|value| value.split(';').next())
        .is_some_and(|it| it.trim() == media)
}

/// A number in a header.
pub(super) fn number(response: &Response, name: HeaderName) -> Option<u64> {
    response.headers().get(name)?.to_str().ok()?.parse().ok()
}

/// What answered, by status and type alone.
pub(super) fn not_ours(response: &Response) -> CallError {
    let media = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let media: String = media.unwrap_or("no type").chars().take(80).collect();
    CallError::not_ours(format!("status {}, {media}", response.status().as_u16()))
}

/// A refusal that came without words, as answers to HEAD do.
pub(super) fn wordless(response: &Response) -> Option<CallError> {
    let code = match response.status() {
        StatusCode::UNAUTHORIZED => ProblemCode::Unauthorised,
        StatusCode::NOT_FOUND | StatusCode::GONE => ProblemCode::NoUpload,
        StatusCode::REQUEST_TIMEOUT
        | StatusCode::LOCKED
        | StatusCode::TOO_MANY_REQUESTS
        | StatusCode::SERVICE_UNAVAILABLE => ProblemCode::Busy,
        StatusCode::INTERNAL_SERVER_ERROR => ProblemCode::Internal,
        StatusCode::FORBIDDEN => ProblemCode::Revoked,
        _ => return None,
    };
    let problem = Box::new(local_problem(code, |words| words.refused));
    Some(CallError::Refused {
        problem,
        retry_after_ms: retry_after_ms(response),
    })
}

/// `Retry-After` in seconds; dates are left to the phone's own patience.
fn retry_after_ms(response: &Response) -> Option<i64> {
    let seconds = number(response, RETRY_AFTER)?;
    i64::try_from(seconds).ok()?.checked_mul(1000)
}

fn of_reqwest(error: reqwest::Error) -> CallError {
    if pin::is_wrong_key(&error) {
        CallError::WrongKey
    } else if error.is_connect() || error.is_timeout() {
        CallError::Unreachable(error)
    } else {
        CallError::Cut(Some(error))
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost") => true,
        Some(host) => host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback()),
        None => false,
    }
}
