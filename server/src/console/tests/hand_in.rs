//! 收入上交包 on the console. The phone is a key and a writer of packages here; the engine's own
//! packages are taken in by `tests/tests/phones/hand_in.rs`.

use super::house::House;
use crate::db::{Journal, LogKind, NewEntry, testing};
use axum::http::{StatusCode, header};
use waiqin_protocol::ids::JournalId;
use waiqin_protocol::journal::{Chain, Checkpoint, Head, Signed};
use waiqin_protocol::package::{JournalPart, PackageWriter, Preamble, Receipts};
use waiqin_protocol::suite::Ed25519Signer;
use waiqin_protocol::wire::sync::{SyncHead, UpLine, Verdict};

/// The key of the phone that hands in.
const KEY: [u8; 32] = [7; 32];

/// A phone that announced forty entries and delivered one.
async fn owing(house: &House) -> JournalId {
    let mut chain = Chain::default();
    let hash = chain.push(b"entry 1");
    let head = chain.head();
    let journal = Journal {
        announced: Head { seq: 40, ..head },
        entry: hash,
        head,
        ..testing::journal(7)
    };
    let first = NewEntry {
        seq: 1,
        hash,
        link: head.link,
        bytes: b"entry 1".to_vec(),
        subject: None,
        kind: None,
        verdict: Verdict::Accepted,
        reason: None,
    };
    let mut write = house.court.db().write().await.unwrap();
    let at = write
        .append(LogKind::Journal, Some(journal.id), "{}", 1)
        .await
        .unwrap();
    write.add_journal(&journal).await.unwrap();
    write
        .add_entries(journal.id, at.number, &[first])
        .await
        .unwrap();
    write.commit().await.unwrap();
    journal.id
}

fn signed(house: &House, journal: JournalId, head: Head) -> Signed<Checkpoint> {
    let body = Checkpoint {
        beacon: None,
        journal,
        link: head.link,
        seq: head.seq,
        server: house.court.server_id(),
    };
    Signed::sign(body, &Ed25519Signer::from_secret(&KEY)).unwrap()
}

/// What the phone owes: thirty-nine entries, whose meaning nobody asks here.
async fn package(house: &House, journal: JournalId) -> Vec<u8> {
    let from = house.court.db().journal(journal).await.unwrap();
    let from = from.unwrap().head;
    let recovery = house.court.keys().recovery_public();
    let server = house.court.server_id();
    let (preamble, key) = Preamble::seal_to(recovery, &[7; 32], server, journal).unwrap();
    let mut chain = Chain::after(from);
    let entries: Vec<String> = (2..=40).map(|n| format!("entry {n}")).collect();
    for entry in &entries {
        chain.push(entry.as_bytes());
    }
    let checkpoint = signed(house, journal, chain.head());
    let mut package = PackageWriter::begin(Vec::new(), &preamble, key).unwrap();
    let part = JournalPart {
        entry: None,
        follows: None,
        journal,
    };
    package.journal(part).unwrap();
    let head = SyncHead {
        beacon: false,
        checkpoint: Some(checkpoint.clone()),
        compare: None,
        cursor: None,
        from,
        journal,
        limits: 1,
        position: None,
    };
    package.json(&UpLine::Head(Box::new(head))).unwrap();
    for entry in &entries {
        package.line(entry.as_bytes()).unwrap();
    }
    package.json(&UpLine::Checkpoint(checkpoint)).unwrap();
    package.finish().unwrap()
}

#[tokio::test]
async fn an_administrator_takes_a_package_in_and_the_phone_owes_nothing_any_more() {
    let house = House::full().await;
    let journal = owing(&house).await;
    let good = package(&house, journal).await;
    let mut admin = house.browser("admin4").await;
    let device = format!("/devices/{journal}");
    let owes = "39 条";
    let page = admin.get(&device).await.body;
    assert!(page.contains(owes), "{page}");
    let token = admin.get("/devices/hand-in").await.token();
    let position = house.court.db().log_position().await.unwrap();
    for (bad, said) in [
        (&good[..good.len() - 1], "不完整或被改动过"),
        (b"PK\x03\x04".as_slice(), "不是外勤手机的上交包"),
        (b"".as_slice(), "没有收到文件"),
    ] {
        let refused = admin.hand_in(&token, bad).await;
        assert!(refused.body.contains(said), "{}", refused.body);
    }
    assert_eq!(house.court.db().log_position().await.unwrap(), position);

    let done = admin.hand_in(&token, &good).await;
    assert_eq!(done.status, StatusCode::OK);
    assert!(done.body.contains("全部收下"), "{}", done.body);
    assert!(
        done.body.contains("包内第 2 至 40 条，新收 39 条"),
        "{}",
        done.body
    );
    assert!(!admin.get(&device).await.body.contains(owes));
    let staging = house.court.config().data.join("staging");
    assert_eq!(
        std::fs::read_dir(staging).unwrap().count(),
        0,
        "nothing of it is left lying"
    );

    let receipts = format!("{device}/receipts");
    assert!(done.body.contains(&format!("href=\"{receipts}\"")));
    let file = admin.get(&receipts).await;
    let how = file.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
    assert!(how.starts_with("attachment"), "{how}");
    let server = house.court.server_id();
    let key = house.court.signer().public_key();
    let read = Receipts::read(file.body.as_bytes(), server, &key).unwrap();
    assert_eq!(read.journal, journal);
    let receipt = house.court.db().journal(journal).await.unwrap().unwrap();
    assert_eq!(receipt.head.seq, 40);
    assert!(
        file.body
            .contains(&receipt.receipt.unwrap().sig.to_string())
    );
    let again = admin.hand_in(&token, &good).await;
    assert!(again.body.contains("新收 0 条"), "{}", again.body);
}

#[tokio::test]
async fn whoever_is_neither_clerk_nor_administrator_takes_nothing_in() {
    let house = House::full().await;
    let good = package(&house, owing(&house).await).await;
    let position = house.court.db().log_position().await.unwrap();
    for login in ["command3", "lead21", "supervisor23", "officer1"] {
        let mut browser = house.browser(login).await;
        assert_eq!(
            browser.get("/devices/hand-in").await.status,
            StatusCode::FORBIDDEN
        );
        let token = browser.get("/").await.token();
        let refused = browser.hand_in(&token, &good).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{login}");
    }
    let mut admin = house.browser("admin4").await;
    let forged = admin.hand_in("0000", &good).await;
    assert_ne!(forged.status, StatusCode::OK, "a form of another site");
    assert_eq!(house.court.db().log_position().await.unwrap(), position);
}
