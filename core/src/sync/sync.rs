//! `POST sync`: where the phone stands and its entries up; standing, receipt, verdicts and pages
//! down. Whatever is kept of an answer was checked first, and is kept line by line: a cut costs what
//! was not read yet, and nothing is assumed.

use super::conversation::Conversation;
use super::down::{Answer, Expected};
use super::error::CallError;
use super::line::{Alive, is_type, not_ours, slices};
use super::lines::Lines;
use super::push::{Plan, PushError, Pushed, Start, produce};
use crate::host::Now;
use bytes::Bytes;
use futures_util::stream;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Body, Method, RequestBuilder};
use std::io;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use waiqin_protocol::journal::Head;
use waiqin_protocol::sync::{SyncAsk, Synced, Token};
use waiqin_protocol::wire::sync::{NDJSON, SyncHead};

/// Bodies below this are written at once.
const ONE_WRITE_BYTES: usize = 16 << 10;

/// What one sync brought, for the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Brought {
    /// Entries that got a receipt.
    pub entries: u64,
    /// Cases new, changed or removed.
    pub cases: usize,
}

impl Conversation {
    /// One sync. `brought` is filled as lines are kept, also when the answer is cut later.
    pub async fn sync(
        &self,
        token: &Token,
        ask: SyncAsk,
        brought: &mut Brought,
    ) -> Result<Synced, CallError> {
        let (plan, expected) = self.plan(ask).await?;
        self.asks_with(plan.head.position);
        let begun = self.clock.now();
        let alive = Alive::new();
        let request = self.line.request(Method::POST, "sync", Some(token));
        let request = request
            .header(CONTENT_TYPE, NDJSON)
            .header(ACCEPT_ENCODING, "zstd");
        let (start, started) = oneshot::channel();
        let holdings = self.holdings.clone();
        let work = tokio::task::spawn_blocking(move || produce(&*holdings, &plan, start));
        let Ok(started) = started.await else {
            return Err(failed_to_push(work).await);
        };
        let request = with_body(request, started, &alive);
        let response = match self.line.send(request, &alive).await {
            Ok(response) => response,
            Err(error @ CallError::Cut(_)) if work.is_finished() => {
                // The body may have ended because the journal did not read.
                return Err(match work.await {
                    Ok(Err(PushError::Holdings(error))) => error.into(),
                    Ok(_) | Err(_) => error,
                });
            }
            Err(error) => return Err(error),
        };
        let response = self.line.accepted(response, &alive).await?;
        if !is_type(&response, NDJSON) {
            return Err(not_ours(&response));
        }
        let mut lines = Lines::of(&self.line, &alive, response)?;
        let mut answer = Answer::new(self, expected, begun);
        let end = answer.read(&mut lines, brought).await?;
        lines.finish().await;
        let pushed = pushed(work).await?;
        self.measured(pushed.bytes, took(begun, answer.begun.unwrap_or(begun)));
        Ok(Synced {
            heads: answer.heads,
            received: answer.received,
            sent: pushed.sent,
            lost: pushed.lost,
            pages: answer.pages,
            more: end.more,
            compares: answer.compares,
        })
    }

    /// Reads where the phone stands.
    async fn plan(&self, ask: SyncAsk) -> Result<(Plan, Expected), CallError> {
        let speed = self.speed();
        self.held(move |holdings| {
            let head = holdings.head()?;
            let received = holdings.received()?;
            let from = match ask.from {
                None => received,
                Some(server) => before(holdings, server)?,
            };
            let beacon = holdings.wants_beacon()?;
            let limits = holdings.limits()?;
            let checkpoint = match head.seq > from.seq {
                true => Some(holdings.sign_checkpoint(head)?),
                false => None,
            };
            let parked = holdings.journal_parked()?;
            let last = parked.map_or(head.seq, |from| head.seq.min(from.saturating_sub(1)));
            let position = match ask.from {
                None => holdings.position()?,
                Some(_) => None,
            };
            // A court that was put back tells every verdict again, and pages from the start.
            let cursor = match ask.from {
                None => holdings.cursor()?,
                Some(_) => None,
            };
            let compare = match ask.from {
                None => Some(holdings.asks()?).filter(|asks| !asks.is_empty()),
                Some(_) => None,
            };
            let expected = Expected {
                beacon,
                head,
                named: (cursor.clone(), position),
                received,
            };
            let plan = Plan {
                head: SyncHead {
                    beacon,
                    checkpoint,
                    compare: compare.map(Box::new),
                    cursor,
                    from,
                    journal: holdings.journal_id()?,
                    limits: limits.as_ref().map_or(0, |limits| limits.version),
                    position,
                },
                to: if ask.push { last } else { from.seq },
                limits: limits.unwrap_or_default(),
                speed,
            };
            Ok((plan, expected))
        })
        .await
    }
}

/// One entry before the server's head: its repetition brings a receipt whose position the server
/// knows, even when nothing else is missing there.
fn before(
    holdings: &dyn super::holdings::Holdings,
    server: Head,
) -> Result<Head, super::holdings::HoldingsError> {
    let seq = server.seq.saturating_sub(1);
    Ok(match holdings.link_at(seq)? {
        Some(link) => Head { link, seq },
        None => server,
    })
}

fn with_body(request: RequestBuilder, started: Start, alive: &Alive) -> RequestBuilder {
    match started {
        Start::Whole { body, zstd } => {
            let request = match zstd {
                true => request.header(CONTENT_ENCODING, "zstd"),
                false => request,
            };
            if body.len() < ONE_WRITE_BYTES {
                // With its head in one write, and one record of TLS.
                alive.handed_over(body.len() as u64);
                return request.body(body);
            }
            let request = request.header(CONTENT_LENGTH, body.len());
            request.body(Body::wrap_stream(slices(body, alive.clone(), |_| ())))
        }
        Start::Stream(parts) => {
            let request = request.header(CONTENT_ENCODING, "zstd");
            request.body(Body::wrap_stream(stream::unfold(
                (parts, alive.clone(), 0),
                next_part,
            )))
        }
    }
}

type Parts = (mpsc::Receiver<io::Result<Bytes>>, Alive, u64);

async fn next_part((mut parts, alive, total): Parts) -> Option<(io::Result<Bytes>, Parts)> {
    let part = parts.recv().await;
    alive.touch();
    match part {
        Some(part) => {
            let total = total + part.as_ref().map_or(0, |bytes| bytes.len() as u64);
            Some((part, (parts, alive, total)))
        }
        None => {
            alive.handed_over(total);
            None
        }
    }
}

async fn failed_to_push(work: JoinHandle<Result<Pushed, PushError>>) -> CallError {
    match pushed(work).await {
        Ok(_) => CallError::Cut(None),
        Err(error) => error,
    }
}

async fn pushed(work: JoinHandle<Result<Pushed, PushError>>) -> Result<Pushed, CallError> {
    match work.await {
        Ok(Ok(pushed)) => Ok(pushed),
        Ok(Err(PushError::Holdings(error))) => Err(error.into()),
        Ok(Err(error @ PushError::Body(_))) => Err(CallError::Phone(Box::new(error))),
        Err(error) => Err(CallError::Phone(Box::new(error))),
    }
}

fn took(begun: Now, ended: Now) -> Duration {
    Duration::from_millis(u64::try_from(ended.mono_ms - begun.mono_ms).unwrap_or_default())
}
