//! Large things in flat memory: a film of 200 MB, a push of many pieces, many phones at once.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    clippy::too_many_lines,
    clippy::cast_possible_truncation,
    clippy::unwrap_in_result,
    reason = "a crate of tests"
)]

mod support;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use support::{Phone, Server};
use waiqin_protocol::wire::evidence::EvidenceState;
use waiqin_protocol::wire::sync::{Heads, Verdict};

/// Chunk `n` of a film; chunks differ, so that nothing can be stored once for all.
fn chunk(n: u32) -> Bytes {
    let mut chunk = vec![0u8; 1 << 20];
    for (at, byte) in chunk.iter_mut().enumerate() {
        *byte = at.to_le_bytes()[0] ^ at.to_le_bytes()[1];
    }
    chunk[..4].copy_from_slice(&n.to_le_bytes());
    chunk.into()
}

/// Most memory that the server ever had, bytes.
fn peak(server: &Server) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
}

#[tokio::test]
async fn two_hundred_megabytes_go_through_flat_memory() {
    const CHUNKS: u32 = 200;
    let server = Server::start();
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    let mut digest = Sha256::new();
    (0..CHUNKS).for_each(|n| digest.update(chunk(n)));
    let hash: [u8; 32] = digest.finalize().into();
    let record = phone.open_record(7, "x", None);
    phone.name_evidence_hashed(record, hash, u64::from(CHUNKS) << 20);
    phone.sync().await;
    let before = peak(&server);
    let film = futures_util::stream::iter((0..CHUNKS).map(|n| Ok::<_, std::io::Error>(chunk(n))));
    let created = phone
        .creation(&hex::encode(hash), u64::from(CHUNKS) << 20)
        .send()
        .await
        .unwrap();
    let path = created.headers()["location"].to_str().unwrap().to_owned();
    let sent = phone
        .tus("PATCH", &path)
        .header("upload-offset", 0)
        .header("content-type", "application/offset+octet-stream")
        .body(reqwest::Body::wrap_stream(film))
        .send()
        .await
        .unwrap();
    assert_eq!(sent.status(), 204);
    let status = phone
        .status(waiqin_protocol::ids::EvidenceHash::from_bytes(hash))
        .await;
    assert_eq!(status.items[0].state, EvidenceState::Received);
    if let (Some(before), Some(after)) = (before, peak(&server)) {
        assert!(
            after - before < 32 << 20,
            "{} MB more",
            (after - before) >> 20
        );
    }
    assert_eq!(
        server.verified()["evidence"]["bytes"],
        u64::from(CHUNKS) << 20
    );
}

#[tokio::test]
async fn ten_thousand_entries_go_in_one_request() {
    let server = Server::start();
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    for n in 0..10_000u32 {
        phone.open_record_numbered(n);
    }
    let head = phone.sync_head();
    let packed = zstd::bulk::compress(&phone.body(head, 1000), 3).unwrap();
    let answer = phone.send(packed, Some("zstd")).await;
    assert_eq!(answer.standing().heads, Heads::Same);
    assert_eq!(answer.standing().head, phone.end());
    // One run for each piece, and one for entry 1: each was taken in with a row of the log.
    let runs = answer.verdicts();
    assert_eq!(
        runs.iter().map(|run| run.to - run.from + 1).sum::<u64>(),
        10_001
    );
    assert!(runs.len() <= 12, "{} runs", runs.len());
    assert!(runs.iter().all(|run| run.verdict == Verdict::Accepted));
    let report = server.verified();
    assert_eq!(
        (&report["entries"], &report["records"]),
        (&10_001.into(), &10_000.into())
    );
    if let Some(peak) = peak(&server) {
        assert!(peak < 160 << 20, "{} MB", peak >> 20);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forty_phones_at_once_each_get_their_own_answer() {
    let server = Server::start();
    let mut phones = Vec::new();
    for n in 1..=40 {
        let login = if n % 2 == 0 { "wang" } else { "li" };
        let mut phone = Phone::enrol(&server, login, n).await;
        for record in 0..50 {
            phone.open_record_numbered(u32::from(n) * 1000 + record);
        }
        phones.push(phone);
    }
    let syncs = phones.into_iter().map(|mut phone| {
        tokio::spawn(async move {
            let answer = phone.sync().await;
            assert_eq!(answer.standing().head, phone.end());
            assert_eq!(phone.from(), phone.end());
        })
    });
    for sync in syncs.collect::<Vec<_>>() {
        sync.await.unwrap();
    }
    let report = server.verified();
    assert_eq!(
        (&report["entries"], &report["records"]),
        (&(40 * 51).into(), &(40 * 50).into())
    );
}
