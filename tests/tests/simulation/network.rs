//! The network between phones and court: it loses, cuts, repeats and delays requests, loses and cuts
//! answers, and now and then the court's server or the phone dies with a request under way.

use crate::dice::Dice;
use crate::office::Office;
use crate::oracle::Oracle;
use crate::oracle::sha256;
use crate::power::Power;
use crate::scenario::{Scenario, Scenarios};
use crate::story::Story;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, Response, StatusCode, header};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{StreamExt, stream};
use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use tower::ServiceExt;
use waiqin_core::{CallError, Carrier};

/// Requests that wait to be delivered late, at most.
const LATE_MAX: usize = 4;

pub struct Network {
    office: Arc<tokio::sync::Mutex<Office>>,
    oracle: Arc<Mutex<Oracle>>,
    scenarios: Scenarios,
    story: Story,
    line: Mutex<LineNow>,
    /// Told when the sync that runs is to be dropped.
    drop_now: tokio::sync::Notify,
}

/// The line of the sync that runs.
struct LineNow {
    dice: Dice,
    /// How many requests of a hundred meet trouble.
    trouble: usize,
    /// Requests of this sync, by what they ask.
    asked: BTreeMap<String, u64>,
    /// Copies of requests that were sent and have not arrived.
    late: Vec<Sent>,
}

/// A request as it was sent.
#[derive(Clone)]
struct Sent {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

/// An answer as the court gave it.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    /// It broke off.
    cut: bool,
}

/// What happens to one request.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Good,
    Lost,
    Cut,
    Repeated,
    Delayed,
    AnswerLost,
    AnswerCut,
    Busy,
    Portal,
    ServerDies,
    PhoneDies,
    /// Whoever asked for the sync goes away.
    SyncDropped,
}

/// How one phone is connected.
pub struct Wire {
    pub network: Arc<Network>,
    pub power: Power,
}

impl Network {
    pub fn new(
        office: Arc<tokio::sync::Mutex<Office>>,
        oracle: Arc<Mutex<Oracle>>,
        scenarios: Scenarios,
        story: Story,
    ) -> Arc<Self> {
        Arc::new(Self {
            office,
            oracle,
            scenarios,
            story,
            drop_now: tokio::sync::Notify::new(),
            line: Mutex::new(LineNow {
                dice: Dice::new(0),
                trouble: 0,
                asked: BTreeMap::new(),
                late: Vec::new(),
            }),
        })
    }

    /// A sync begins on a line of this kind.
    pub fn line(&self, dice: Dice, trouble: usize) {
        let mut line = self.line.lock().unwrap();
        line.dice = dice;
        line.trouble = trouble;
        line.asked.clear();
    }

    /// Does something that syncs, until it is dropped; `None` then.
    pub async fn unless_dropped<T>(&self, sync: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.drop_now.notified() => None,
            done = sync => Some(done),
        }
    }

    /// What was still under way arrives, or never will.
    pub async fn calm(&self) {
        let late = std::mem::take(&mut self.line.lock().unwrap().late);
        for sent in late {
            self.arrive_late(&sent).await;
        }
        self.line(Dice::new(0), 0);
    }

    /// What happens to this request, whichever order concurrent ones come in.
    fn fate(&self, sent: &Sent) -> (Fate, Dice) {
        let mut line = self.line.lock().unwrap();
        let what = sent.what();
        let count = line.asked.entry(what.clone()).or_default();
        *count += 1;
        let count = *count;
        let mut dice = line.dice.of(&format!("{what} {count}"));
        // Trouble matters most where something is delivered.
        let carries = ["sync", "upload"].contains(&kind_of(&sent.path));
        if !dice.percent(line.trouble * if carries { 2 } else { 1 }) {
            return (Fate::Good, dice);
        }
        let fates = [
            Fate::Lost,
            Fate::Cut,
            Fate::Repeated,
            Fate::Repeated,
            Fate::Delayed,
            Fate::AnswerLost,
            Fate::AnswerLost,
            Fate::AnswerCut,
            Fate::AnswerCut,
            Fate::Busy,
            Fate::Portal,
            Fate::ServerDies,
            Fate::ServerDies,
            Fate::PhoneDies,
            Fate::SyncDropped,
        ];
        (*dice.pick(&fates).unwrap(), dice)
    }

    async fn carry(&self, sent: Sent, power: &Power) -> Result<reqwest::Response, CallError> {
        let (fate, mut dice) = self.fate(&sent);
        self.story
            .tell(format!("    {} {} {fate:?}", sent.method, sent.path));
        self.deliver_late(&mut dice).await;
        match fate {
            Fate::Good => Ok(self.arrive(&sent).await.into_response(None)),
            Fate::Lost => {
                self.scenarios.happened(Scenario::RequestLost);
                Err(CallError::Cut(None))
            }
            Fate::Cut => {
                self.scenarios.happened(Scenario::RequestCut);
                let at = dice.below(sent.body.len().max(1));
                self.call(&sent, Some(at)).await;
                Err(CallError::Cut(None))
            }
            Fate::Repeated => {
                self.scenarios.happened(Scenario::RequestRepeated);
                self.arrive(&sent).await;
                Ok(self.arrive(&sent).await.into_response(None))
            }
            Fate::Delayed => {
                let mut line = self.line.lock().unwrap();
                if line.late.len() < LATE_MAX {
                    line.late.push(sent);
                }
                Err(CallError::Cut(None))
            }
            Fate::AnswerLost => {
                let before = self.position().await;
                self.arrive(&sent).await;
                if self.position().await > before {
                    self.scenarios.happened(Scenario::AnswerLostAfterCommit);
                }
                Err(CallError::Cut(None))
            }
            Fate::AnswerCut => {
                self.scenarios.happened(Scenario::AnswerCut);
                let answer = self.arrive(&sent).await;
                let at = dice.below(answer.body.len().max(1));
                Ok(answer.into_response(Some(at)))
            }
            Fate::Busy => Ok(plain(StatusCode::BAD_GATEWAY, "busy")),
            Fate::Portal => {
                self.scenarios.happened(Scenario::PortalMet);
                Ok(plain(StatusCode::OK, "<html>登录</html>"))
            }
            Fate::ServerDies => {
                let awaits = dice.below(40);
                if self.die(&sent, awaits).await {
                    self.scenarios.happened(Scenario::ServerCrashed);
                    return Err(CallError::Cut(None));
                }
                Ok(self.arrive(&sent).await.into_response(None))
            }
            Fate::SyncDropped => {
                self.scenarios.happened(Scenario::SyncDropped);
                if dice.percent(50) {
                    self.arrive(&sent).await;
                }
                self.drop_now.notify_one();
                std::future::pending().await
            }
            Fate::PhoneDies => {
                self.scenarios.happened(Scenario::PhoneOffInSync);
                self.arrive(&sent).await;
                power.cut();
                Err(CallError::Cut(None))
            }
        }
    }

    /// Now and then an old copy arrives before what was sent after it.
    async fn deliver_late(&self, dice: &mut Dice) {
        let late = {
            let mut line = self.line.lock().unwrap();
            let waiting = line.late.len();
            (waiting > 0 && dice.percent(40)).then(|| line.late.remove(dice.below(waiting)))
        };
        if let Some(sent) = late {
            self.arrive_late(&sent).await;
        }
    }

    async fn arrive_late(&self, sent: &Sent) {
        self.scenarios.happened(Scenario::RequestDelayed);
        self.arrive(sent).await;
    }

    /// A request arrives whole and is answered; what the court signed is out in the world.
    async fn arrive(&self, sent: &Sent) -> Answer {
        let answer = self.call(sent, None).await;
        self.story.tell(format!("      {}", answer.status));
        if answer.status.is_success() && !answer.cut {
            let mut oracle = self.oracle.lock().unwrap();
            oracle.answered(kind_of(&sent.path), &answer.plain());
        }
        let offset = answer.headers.get("upload-offset");
        let offset = offset.and_then(|value| value.to_str().ok());
        if sent.method == Method::HEAD && offset.is_some_and(|offset| offset != "0") {
            self.scenarios.happened(Scenario::UploadResumed);
        }
        answer
    }

    async fn call(&self, sent: &Sent, cut: Option<usize>) -> Answer {
        let routes = self.office.lock().await.routes();
        answer_of(routes, sent.request(cut)).await
    }

    /// The server dies after so many awaits of this request; `false` when it was answered before.
    async fn die(&self, sent: &Sent, awaits: usize) -> bool {
        let mut office = self.office.clone().lock_owned().await;
        let answer = answer_of(office.routes(), sent.request(None));
        let limited = Limited {
            future: Box::pin(answer),
            polls: awaits,
        };
        if limited.await.is_some() {
            return false;
        }
        // The court starts again even if the phone is killed meanwhile.
        let starting = tokio::spawn(async move { office.crash().await });
        starting.await.expect("the court starts again");
        true
    }

    async fn position(&self) -> u64 {
        let court = self.office.lock().await.court();
        court.db().log_position().await.unwrap().number
    }
}

impl Carrier for Wire {
    fn carry(
        &self,
        mut request: reqwest::Request,
    ) -> BoxFuture<'_, Result<reqwest::Response, CallError>> {
        Box::pin(async move {
            let body = request.body_mut().take();
            let body = match body {
                // What the phone could not read of its own journal ends the request.
                Some(body) => to_bytes(Body::new(body), usize::MAX)
                    .await
                    .map_err(|_| CallError::Cut(None))?,
                None => Bytes::new(),
            };
            let sent = Sent {
                method: request.method().clone(),
                path: request.url().path().to_owned(),
                headers: request.headers().clone(),
                body,
            };
            self.network.carry(sent, &self.power).await
        })
    }
}

impl Sent {
    /// What it asks, by nothing that differs between two lives of one world: the court's ids do, and
    /// the order of uploads that fly together.
    fn what(&self) -> String {
        let kind = kind_of(&self.path);
        let header = |name: &str| self.headers.get(name).map(|it| it.as_bytes().to_vec());
        let offset = header("upload-offset").unwrap_or_default();
        let named = header("upload-metadata").unwrap_or_default();
        let body = match kind {
            "upload" => sha256(&self.body),
            _ => String::new(),
        };
        format!("{} {kind} {offset:?} {named:?} {body}", self.method)
    }

    fn request(&self, cut: Option<usize>) -> Request<Body> {
        let body = match cut {
            None => Body::from(self.body.clone()),
            Some(at) => Body::from_stream(broken(self.body.slice(..at.min(self.body.len())))),
        };
        let mut request = Request::new(body);
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.path.parse().unwrap();
        *request.headers_mut() = self.headers.clone();
        request
    }
}

impl Answer {
    /// The body as it reads.
    fn plain(&self) -> Vec<u8> {
        match self.headers.get(header::CONTENT_ENCODING) {
            Some(coding) if coding == "zstd" => zstd::stream::decode_all(&self.body[..]).unwrap(),
            Some(_) | None => self.body.to_vec(),
        }
    }

    fn into_response(self, cut: Option<usize>) -> reqwest::Response {
        let cut = cut.or(self.cut.then_some(self.body.len()));
        let body = match cut {
            None => reqwest::Body::from(self.body),
            Some(at) => reqwest::Body::wrap_stream(broken(self.body.slice(..at))),
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response.into()
    }
}

async fn answer_of(routes: axum::Router, request: Request<Body>) -> Answer {
    let Ok(response) = routes.oneshot(request).await;
    let (parts, body) = response.into_parts();
    let mut chunks = body.into_data_stream();
    let (mut whole, mut cut) = (Vec::new(), false);
    while let Some(chunk) = chunks.next().await {
        match chunk {
            Ok(chunk) => whole.extend_from_slice(&chunk),
            Err(_) => {
                cut = true;
                break;
            }
        }
    }
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: whole.into(),
        cut,
    }
}

fn plain(status: StatusCode, text: &'static str) -> reqwest::Response {
    let mut response = Response::new(text);
    *response.status_mut() = status;
    let html = header::HeaderValue::from_static("text/html");
    response.headers_mut().insert(header::CONTENT_TYPE, html);
    response.into()
}

/// Bytes, and then the connection breaks.
fn broken(bytes: Bytes) -> impl futures_util::Stream<Item = io::Result<Bytes>> {
    let cut = Err(io::Error::from(io::ErrorKind::ConnectionReset));
    stream::iter([Ok(bytes), cut])
}

/// What a path asks for, without the ids in it.
fn kind_of(path: &str) -> &str {
    let asked = path.trim_start_matches("/api/v1/");
    match asked.strip_prefix("evidence/") {
        Some("status") => "status",
        Some(_) => "upload",
        None => asked,
    }
}

/// A future that is dropped at one of its awaits.
struct Limited<F> {
    future: Pin<Box<F>>,
    polls: usize,
}

impl<F: Future> Future for Limited<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.polls == 0 {
            return Poll::Ready(None);
        }
        self.polls -= 1;
        self.future.as_mut().poll(context).map(Some)
    }
}
