//! What a row of the table is made of.

use crate::scene::Scene;
use crate::seen;
use crate::support::Phone;
use futures_util::future::LocalBoxFuture;
use reqwest::{RequestBuilder, Response};
use serde_json::Value;
use waiqin_protocol::wire::sync::{DownLine, Heads, Verdict, VerdictReason};

/// One attack.
pub struct Row {
    pub name: &'static str,
    pub act: Act,
    pub says: Says,
    pub stays: Stays,
    /// It needs the court's database in a file.
    pub sqlite_only: bool,
}

/// What the phone does; it has two entries acknowledged and two that are new.
pub enum Act {
    /// Sends this as the body of a sync.
    Sync(fn(&Phone) -> Vec<u8>),
    /// The same, said to be zstd.
    Zstd(fn(&Phone) -> Vec<u8>),
    /// Changes what it has, and syncs.
    After(fn(&mut Phone)),
    /// Sends this.
    Ask(fn(&Phone) -> RequestBuilder),
    /// More than one request; what the last was answered.
    Story(Story),
}

pub type Story = for<'a> fn(&'a mut Scene) -> LocalBoxFuture<'a, Said>;

/// What is answered.
#[derive(Clone, Copy)]
pub enum Says {
    /// Status, code, and the name of the sentence.
    No(u16, &'static str, &'static str),
    /// 200, and how the heads compare.
    Stands(Heads),
    /// 200, and the verdict on the last entry.
    Takes(Verdict, Option<VerdictReason>),
    /// A status without a problem.
    Well(u16),
}

/// What stays as it was.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stays {
    /// Everything; afterwards the phone delivers what is new.
    Everything,
    /// What was there; the phone's journal grew, and goes on.
    Grows,
    /// What was there; the phone's journal does not go on as it was.
    Ends,
}

pub fn row(name: &'static str, act: Act, says: Says, stays: Stays) -> Row {
    Row {
        name,
        act,
        says,
        stays,
        sqlite_only: false,
    }
}

/// An answer.
#[derive(Debug, Default)]
pub struct Said {
    pub status: u16,
    pub code: String,
    pub zh: String,
    pub en: String,
    pub retry_after: Option<String>,
    pub heads: Option<Heads>,
    pub last_verdict: Option<(Verdict, Option<VerdictReason>)>,
}

impl Said {
    /// Sends anything but a sync that goes well.
    pub async fn of(request: RequestBuilder) -> Self {
        let (operation, response) = seen::send(request).await;
        Self::read(&operation, response).await
    }

    /// Reads an answer to anything but a sync that went well.
    pub async fn read(operation: &str, response: Response) -> Self {
        let status = response.status().as_u16();
        let wait = response.headers().get("retry-after");
        let retry_after = wait.map(|it| it.to_str().unwrap().to_owned());
        let text = response.text().await.unwrap();
        let body: Value = serde_json::from_str(&text).unwrap_or_default();
        let word = |name: &str| {
            let word = body["problem"][name].as_str();
            word.unwrap_or_default().to_owned()
        };
        seen::note(operation, status, &word("code"));
        if status == 200 && body.is_object() {
            seen::note_body(operation, &body);
        }
        Self {
            status,
            code: word("code"),
            zh: word("zh"),
            en: word("en"),
            retry_after,
            ..Self::default()
        }
    }

    /// Sends a sync.
    pub async fn of_sync(request: RequestBuilder) -> Self {
        let (operation, response) = seen::send(request).await;
        if response.status() != 200 {
            return Self::read(&operation, response).await;
        }
        seen::note(&operation, 200, "");
        let answer = crate::support::read_answer(response).await;
        let heads = answer.lines.iter().find_map(|line| match line {
            DownLine::Standing(standing) => Some(standing.heads),
            _ => None,
        });
        let verdicts = answer.verdicts();
        let last = verdicts.iter().max_by_key(|run| run.to);
        Self {
            status: 200,
            heads,
            last_verdict: last.map(|run| (run.verdict, run.reason)),
            ..Self::default()
        }
    }
}

/// Sends a body as a sync.
pub async fn sync(phone: &Phone, body: impl Into<reqwest::Body>, encoding: Option<&str>) -> Said {
    let mut request = sync_request(phone).body(body);
    if let Some(encoding) = encoding {
        request = request.header("content-encoding", encoding);
    }
    Said::of_sync(request).await
}

pub fn sync_request(phone: &Phone) -> RequestBuilder {
    phone
        .client
        .post(format!("{}/api/v1/sync", phone.url))
        .bearer_auth(&phone.token)
}

/// The whole of what a phone has to say, as it should be.
pub fn good(phone: &Phone) -> Vec<u8> {
    phone.body(phone.sync_head(), 10)
}
