//! A phone whose journal forked, or was restored from a copy, goes on in a new journal.
#![allow(
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    clippy::cast_possible_truncation,
    reason = "a crate of tests"
)]

mod support;

use serde_json::{Value, json};
use support::{Phone, Server};
use waiqin_protocol::ids::{DeviceId, JournalId, SubjectId};
use waiqin_protocol::journal::{Change, Head, JournalCause, Parent};
use waiqin_protocol::suite::{Ed25519Signer, SUITE, Signer};
use waiqin_protocol::wire::evidence::EvidenceState;
use waiqin_protocol::wire::sync::{DownLine, Heads, SyncHead};

/// The same phone with the first `n` of its entries: what a restored copy is.
async fn restored(server: &Server, phone: &Phone, n: usize) -> Phone {
    let mut copy = Phone::unenrolled(&server.http, phone.officer, 1).await;
    copy.entries = phone.entries[..n].to_vec();
    copy.open_session().await;
    copy
}

/// The new journal of a phone, with entry 1.
async fn successor(server: &Server, before: &Phone, secret: u8, parent: Head) -> Phone {
    let mut next = Phone::unenrolled(&server.http, before.officer, secret).await;
    next.entries.clear();
    let opened = Change::JournalOpened {
        cause: JournalCause::Forked,
        device: DeviceId::from_bytes([1; 16]),
        key: next.signer.public_key(),
        officer: before.officer,
        parent: Some(Parent {
            head: parent,
            journal: before.journal,
        }),
        server: before.server,
        suite: SUITE,
    };
    next.write(SubjectId::from_bytes([secret; 16]), opened);
    next
}

async fn ask(before: &Phone, next: &Phone) -> (u16, Value) {
    let entry = String::from_utf8(next.entries[0].clone()).unwrap();
    before
        .post("/api/v1/journal", &json!({ "entry": entry }))
        .await
}

#[tokio::test]
async fn both_branches_are_kept_and_the_phone_goes_on_in_a_new_journal() {
    let server = Server::start();
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    phone.open_record(101, "x", None);
    phone.sync().await;
    phone.open_record(102, "y", None);
    assert_eq!(phone.sync().await.standing().head.seq, 3);
    let mut copy = restored(&server, &phone, 2).await;
    let subject = copy.open_record(103, "z", None);
    let photo = vec![7; 3000];
    let hash = copy.name_evidence(subject, &photo);
    let next = successor(&server, &copy, 9, copy.end()).await;
    // Not before everything of the old journal is here.
    assert_eq!(ask(&copy, &next).await.0, 503);
    let answer = copy.sync().await;
    assert_eq!(answer.standing().heads, Heads::Fork);
    // Photos that the fork names are taken in.
    let path = copy.create(&photo).await;
    let sent = copy
        .tus("PATCH", &path)
        .header("upload-offset", 0)
        .header("content-type", "application/offset+octet-stream")
        .body(photo.clone())
        .send()
        .await
        .unwrap();
    assert_eq!(sent.status(), 204);
    let status = copy.status(hash).await;
    assert_eq!(status.items[0].state, EvidenceState::Received);

    let (code, first) = ask(&copy, &next).await;
    assert_eq!(code, 200, "{first}");
    assert_eq!(
        ask(&copy, &next).await,
        (200, first),
        "the same certificate again"
    );
    let mut next = next;
    next.open_session().await;
    next.open_record(104, "w", None);
    let answer = next.sync().await;
    assert_eq!(
        (answer.standing().head, answer.standing().heads),
        (next.end(), Heads::Same)
    );
    assert_eq!(
        next.status(hash).await.items[0].state,
        EvidenceState::Received
    );
    // The other branch is where it was, and goes on too.
    phone.open_record(105, "v", None);
    assert_eq!(phone.sync().await.standing().head, phone.end());
    let report = server.verified();
    let forked: Vec<u64> = report["journals"]
        .as_array()
        .unwrap()
        .iter()
        .map(|journal| journal["forked"].as_u64().unwrap())
        .collect();
    assert_eq!(forked.iter().sum::<u64>(), 2);
}

#[tokio::test]
async fn a_fork_of_several_pieces_is_kept_whole() {
    let server = Server::start();
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    for n in 101..104 {
        phone.open_record(n, "x", None);
    }
    let answer = phone.sync().await;
    // An answer that is cut before the receipt brings the verdicts again; after it, it would not.
    let place = |is: fn(&DownLine) -> bool| answer.lines.iter().position(is).unwrap();
    let verdicts = place(|line| matches!(line, DownLine::Verdicts(_)));
    assert!(verdicts < place(|line| matches!(line, DownLine::Receipt(_))));
    let mut copy = restored(&server, &phone, 2).await;
    for n in 111..118 {
        copy.open_record(n, "z", None);
    }
    let pieces = copy.body(copy.sync_head(), 2);
    let answer = copy.send(pieces, None).await;
    assert_eq!(answer.standing().heads, Heads::Fork);
    let next = successor(&server, &copy, 9, copy.end()).await;
    let (code, said) = ask(&copy, &next).await;
    assert_eq!(code, 200, "{said}");
    server.verified();
}

#[tokio::test]
async fn a_copy_that_knows_less_goes_on_from_where_it_stands() {
    let server = Server::start();
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    phone.open_record(101, "x", None);
    phone.open_record(102, "y", None);
    phone.sync().await;
    let copy = restored(&server, &phone, 2).await;
    let head = SyncHead {
        from: copy.end(),
        checkpoint: None,
        ..copy.sync_head()
    };
    let answer = copy.send(copy.body(head, 10), None).await;
    assert_eq!(answer.standing().heads, Heads::ServerAhead);
    let mut next = successor(&server, &copy, 9, copy.end()).await;
    assert_eq!(ask(&copy, &next).await.0, 200);
    next.open_session().await;
    next.open_record(103, "z", None);
    assert_eq!(next.sync().await.standing().head, next.end());
    server.verified();
}

#[tokio::test]
async fn only_the_owner_of_the_journal_before_gets_one_that_follows_it() {
    let server = Server::start();
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    phone.open_record(101, "x", None);
    phone.sync().await;
    let stranger = Phone::enrol(&server, "li", 2).await;
    let good = successor(&server, &phone, 9, phone.end()).await;
    assert_ne!(
        ask(&stranger, &good).await.0,
        200,
        "another officer's token"
    );
    // The same key, no parent, another parent, the cause of an enrolment.
    let mut same_key = successor(&server, &phone, 9, phone.end()).await;
    same_key.signer = Ed25519Signer::from_secret(&[1; 32]);
    for change in [
        |change: &mut Value| {
            change["key"] = json!(Ed25519Signer::from_secret(&[1; 32]).public_key())
        },
        |change: &mut Value| drop(change.as_object_mut().unwrap().remove("parent")),
        |change: &mut Value| change["parent"]["journal"] = json!(JournalId::from_bytes([2; 16])),
        |change: &mut Value| change["cause"] = json!("enrolled"),
        |change: &mut Value| change["device"] = json!(DeviceId::from_bytes([8; 16])),
        |change: &mut Value| change["parent"]["seq"] = json!(9),
    ] {
        let mut entry: Value = serde_json::from_slice(&good.entries[0]).unwrap();
        change(&mut entry["change"]);
        let bytes = waiqin_protocol::canonical::to_bytes(&entry).unwrap();
        let bad = Phone {
            entries: vec![bytes],
            ..successor(&server, &phone, 9, phone.end()).await
        };
        let (status, answer) = ask(&phone, &bad).await;
        assert_ne!(status, 200, "{entry}: {answer}");
    }
    assert_eq!(ask(&phone, &good).await.0, 200);
    server.verified();
}
