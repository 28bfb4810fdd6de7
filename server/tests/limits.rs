//! Limits of what one caller may do: how often he may be wrong, and how much he may have under way.
//! None of them keeps out anybody else behind the same address.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    reason = "a crate of tests"
)]

mod support;

use reqwest::header::RETRY_AFTER;
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};
use std::io::Error;
use std::time::Duration;
use support::{Phone, Server, line};
use tokio::sync::mpsc::{Sender, channel};
use tokio::task::JoinHandle;
use waiqin_protocol::ids::JournalId;
use waiqin_protocol::journal::{ChallengeAnswer, Signed};
use waiqin_protocol::suite::Ed25519Signer;
use waiqin_protocol::wire::sync::UpLine;

/// More than any limit lets pass in a row, fewer than a minute of tries.
const MANY: usize = 400;

/// Status, code, and the seconds to wait.
async fn said(response: Response) -> (u16, String, Option<u64>) {
    let status = response.status().as_u16();
    let wait = response.headers().get(RETRY_AFTER);
    let wait = wait.map(|it| it.to_str().unwrap().parse().unwrap());
    let body: Value = response.json().await.unwrap_or_default();
    let code = body["problem"]["code"].as_str().unwrap_or("").to_owned();
    (status, code, wait)
}

/// Repeats a request until it is told to wait; how often it was answered otherwise.
async fn until_told_to_wait(request: impl Fn() -> RequestBuilder, otherwise: u16) -> usize {
    for n in 0..MANY {
        let (status, code, wait) = said(request().send().await.unwrap()).await;
        if status == 429 {
            assert_eq!(code, "busy", "phones try again by themselves");
            assert!((1..=30).contains(&wait.unwrap()), "{wait:?}");
            return n;
        }
        assert_eq!((status, wait), (otherwise, None));
    }
    panic!("{MANY} times wrong and never told to wait");
}

/// Everything that a phone does, from the address at which others were wrong.
async fn works(phone: &mut Phone, n: u8) {
    let photo = [n; 40];
    let record = phone.open_record(n, "x", None);
    let hash = phone.name_evidence(record, &photo);
    assert_eq!(phone.sync().await.standing().head, phone.end());
    let path = phone.create(&photo).await;
    assert_eq!(phone.patch(&path, 0, &photo).await.status(), 204);
    assert!(phone.status(hash).await.items[0].receipt.is_some());
}

#[tokio::test]
async fn a_wrong_token_again_and_again_is_told_to_wait_and_keeps_nobody_out() {
    let server = Server::start();
    let mut good = Phone::enrol(&server, "wang", 1).await;
    let mut other = Phone::enrol(&server, "li", 2).await;
    let url = format!("{}/api/v1/sync", server.http);
    let wrong = || good.client.post(&url).bearer_auth("wrong");
    assert!(until_told_to_wait(wrong, 401).await >= 60);
    works(&mut good, 1).await;
    // A phone whose token is over is still told so, and how to get another.
    other.token = "a token that is over".into();
    let over = other.send(other.body(other.sync_head(), 9), None).await;
    assert_eq!((over.status, over.code()), (401, "unauthorised"));
    assert!(over.problem.unwrap()["challenge"].is_string());
    other.open_session().await;
    works(&mut other, 2).await;
    server.verified();
}

#[tokio::test]
async fn wrong_codes_are_told_to_wait_and_a_good_one_still_enrols() {
    let server = Server::start();
    let client = support::client();
    for path in ["enrol/begin", "enrol"] {
        let url = format!("{}/api/v1/{path}", server.http);
        let guess = json!({ "code": "AAAA-BBBB-CCCC-DDDD", "device_name": "x", "entry": "{}" });
        let wrong = || client.post(&url).json(&guess);
        until_told_to_wait(wrong, 403).await;
    }
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    works(&mut phone, 1).await;
    server.verified();
}

#[tokio::test]
async fn wrong_answers_in_a_journals_name_are_told_to_wait_and_its_own_is_not() {
    let server = Server::start();
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    let mut other = Phone::enrol(&server, "li", 2).await;
    let url = format!("{}/api/v1/session", server.http);
    let forged = |journal: JournalId| {
        let body = ChallengeAnswer {
            challenge: "AAAA".into(),
            journal,
            server: phone.server,
        };
        let stranger = Ed25519Signer::from_secret(&[250; 32]);
        json!({ "answer": Signed::sign(body, &stranger).unwrap() })
    };
    let (of_phone, of_nobody) = (
        forged(phone.journal),
        forged(JournalId::from_bytes([99; 16])),
    );
    let wrong = || phone.client.post(&url).json(&of_phone);
    let tries = until_told_to_wait(wrong, 403).await;
    assert!((20..100).contains(&tries), "{tries}");
    // One journal's tries use up little of what the address has.
    let (status, ..) = said(
        phone
            .client
            .post(&url)
            .json(&of_nobody)
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(status, 403);
    phone.open_session().await;
    works(&mut phone, 1).await;
    other.open_session().await;
    works(&mut other, 2).await;
}

#[tokio::test]
async fn a_journal_that_opens_sessions_without_end_is_told_to_wait_and_keeps_the_one_it_has() {
    let server = Server::start();
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    let hello: Value = phone
        .client
        .get(format!("{}/api/v1/hello", server.http))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let body = ChallengeAnswer {
        challenge: hello["challenge"].as_str().unwrap().into(),
        journal: phone.journal,
        server: phone.server,
    };
    let answer = json!({ "answer": Signed::sign(body, &phone.signer).unwrap() });
    let url = format!("{}/api/v1/session", server.http);
    let again = || phone.client.post(&url).json(&answer);
    assert!(until_told_to_wait(again, 200).await >= 100);
    works(&mut phone, 1).await;
    let mut other = Phone::enrol(&server, "li", 2).await;
    works(&mut other, 2).await;
}

/// A body that begins and then hangs until its sender goes.
fn hanging(first: Vec<u8>) -> (reqwest::Body, Sender<Result<Vec<u8>, Error>>) {
    let (sender, receiver) = channel(1);
    sender.try_send(Ok(first)).unwrap();
    let stream = futures_util::stream::unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|item| (item, receiver))
    });
    (reqwest::Body::wrap_stream(stream), sender)
}

/// A request that hangs, unless it was refused; it ends with its sender.
type Hanging = (
    JoinHandle<reqwest::Result<Response>>,
    Sender<Result<Vec<u8>, Error>>,
);

/// Waits until all beyond the limit were refused: those that hang.
async fn without_refused(under_way: Vec<Hanging>, places: usize) -> Vec<Hanging> {
    let refused = under_way.len() - places;
    while under_way.iter().filter(|it| it.0.is_finished()).count() < refused {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let (ended, hang): (Vec<Hanging>, Vec<Hanging>) =
        under_way.into_iter().partition(|it| it.0.is_finished());
    for (request, _) in ended {
        let refused = said(request.await.unwrap().unwrap()).await;
        assert_eq!(refused, (503, "busy".to_owned(), Some(5)));
    }
    assert_eq!(hang.len(), places);
    hang
}

#[tokio::test]
async fn a_journal_with_too_many_syncs_under_way_waits_and_another_does_not() {
    let server = Server::start();
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    let mut other = Phone::enrol(&server, "li", 2).await;
    let mut head = Vec::new();
    line(&mut head, &UpLine::Head(Box::new(phone.sync_head())));
    let url = format!("{}/api/v1/sync", server.http);
    let begin = || {
        let (body, sender) = hanging(head.clone());
        let request = phone.client.post(&url).bearer_auth(&phone.token);
        (tokio::spawn(request.body(body).send()), sender)
    };
    let under_way = (0..12).map(|_| begin()).collect();
    let mut under_way = without_refused(under_way, 8).await;
    works(&mut other, 2).await;
    assert!(under_way.iter().all(|it| !it.0.is_finished()));
    let (one, sender) = under_way.pop().unwrap();
    drop(sender);
    assert_eq!(one.await.unwrap().unwrap().status(), 200);
    works(&mut phone, 1).await;
    drop(under_way);
    server.verified();
}

#[tokio::test]
async fn a_journal_with_too_many_uploads_under_way_waits_and_another_does_not() {
    let server = Server::start();
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    let mut other = Phone::enrol(&server, "li", 2).await;
    let mut paths = Vec::new();
    for n in 0..20u8 {
        paths.push(phone.create(&[n; 100]).await);
    }
    let begin = |path: &String| {
        let (body, sender) = hanging(vec![1; 10]);
        let patch = phone
            .tus("PATCH", path)
            .header("upload-offset", 0)
            .header("content-type", "application/offset+octet-stream");
        (tokio::spawn(patch.body(body).send()), sender)
    };
    let under_way = paths.iter().map(begin).collect();
    let under_way = without_refused(under_way, 16).await;
    works(&mut other, 2).await;
    assert!(under_way.iter().all(|it| !it.0.is_finished()));
    // Asking where an upload stands lets go of the request that hangs, and of its place.
    for path in &paths {
        assert!(phone.offset(path).await.is_some());
    }
    for (hangs, _sender) in under_way {
        let status = hangs.await.unwrap().unwrap().status();
        assert_eq!(status, 423, "a newer request took it over");
    }
    works(&mut phone, 1).await;
    server.verified();
}
