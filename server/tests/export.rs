//! `export` of what is not whole: entries that rotted on the phone, evidence that never came, is gone or
//! is damaged. The oracle follows the chain over the files with a SHA-256 of its own.
#![allow(
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    clippy::cast_possible_truncation,
    reason = "a crate of tests"
)]

mod support;

use serde_json::Value;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use support::{Phone, Server, line, outcome, postgres, run, skipped};
use waiqin_protocol::wire::sync::{Gap, UpLine};

async fn courts() -> Vec<Server> {
    let mut all = vec![Server::start()];
    match postgres() {
        Some(url) => all.push(Server::start_on_postgres(&url, &[]).await),
        None => skipped("exports on PostgreSQL", "WAIQIN_TEST_POSTGRES"),
    }
    all
}

fn lines(folder: &Path, name: &str) -> Vec<Vec<u8>> {
    let bytes = std::fs::read(folder.join(name)).unwrap();
    assert_eq!(bytes.last(), Some(&b'\n'), "{name}");
    let lines = bytes[..bytes.len() - 1].split(|byte| *byte == b'\n');
    lines.map(<[u8]>::to_vec).collect()
}

fn json(line: &[u8]) -> Value {
    serde_json::from_slice(line).unwrap()
}

/// Number and link at the end of a journal's file.
fn followed(folder: &Path, name: &str) -> (u64, String) {
    let (mut seq, mut link) = (0, [0u8; 32]);
    for line in lines(folder, name) {
        let hash: [u8; 32] = if line.starts_with(b"{\"at\":") {
            Sha256::digest(&line).into()
        } else {
            let value = json(&line);
            if let Some(gap) = value.get("gap") {
                assert_eq!(gap["from"], seq + 1);
                seq = gap["to"].as_u64().unwrap();
                hex::decode_to_slice(gap["link"].as_str().unwrap(), &mut link).unwrap();
                continue;
            }
            let mut hash = [0; 32];
            hex::decode_to_slice(value["hash"].as_str().unwrap(), &mut hash).unwrap();
            hash
        };
        seq += 1;
        link = Sha256::digest([&[1][..], &link, &hash].concat()).into();
    }
    (seq, hex::encode(link))
}

/// Delivers a piece of evidence that is named.
async fn deliver(phone: &Phone, bytes: &[u8]) {
    let path = phone.create(bytes).await;
    assert_eq!(phone.patch(&path, 0, bytes).await.status(), 204);
}

fn object(server: &Server, hash: &str) -> PathBuf {
    server
        .data
        .join("evidence/objects")
        .join(&hash[..2])
        .join(hash)
}

fn state_of(folder: &Path, hash: &str) -> Value {
    let lines = lines(folder, "evidence.ndjson");
    let line = lines
        .iter()
        .map(|it| json(it))
        .find(|it| it["hash"] == hash);
    line.unwrap()["state"].clone()
}

/// Journals whose export stands in the audit log.
async fn exports_noted(server: &Server) -> Vec<String> {
    use sqlx::{Connection, Row};
    sqlx::any::install_default_drivers();
    let url = format!(
        "sqlite://{}?mode=ro",
        server.data.join("waiqin.db").display()
    );
    let mut db = sqlx::AnyConnection::connect(&url).await.unwrap();
    let rows = sqlx::query("SELECT journal FROM audit WHERE act = 'exported'");
    let rows = rows.fetch_all(&mut db).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn evidence_that_is_not_there_is_named_and_what_is_there_is_exported() {
    for server in courts().await {
        let mut phone = Phone::enrol(&server, "wang", 1).await;
        let subject = phone.open_record(101, "x", None);
        let pieces = [&b"whole"[..], b"gone", b"rotten", b"never sent"];
        let mut hashes = Vec::new();
        for bytes in pieces {
            hashes.push(phone.name_evidence(subject, bytes).to_string());
        }
        phone.sync().await;
        for bytes in &pieces[..3] {
            deliver(&phone, bytes).await;
        }
        server.verified();
        std::fs::remove_file(object(&server, &hashes[1])).unwrap();
        std::fs::write(object(&server, &hashes[2]), b"rotted").unwrap();

        let to = server.data.with_file_name("export");
        let journal = phone.journal.to_string();
        let args = [
            "export",
            "journal",
            &journal,
            "--to",
            to.to_str().unwrap(),
            "--json",
        ];
        let (code, said, error) = outcome(&server.data, &args);
        assert_eq!(code, 1, "{error}");
        let said = json(said.as_bytes());
        assert_eq!((&said["ok"], &said["evidence"]), (&false.into(), &1.into()));
        assert_eq!(said["lacking"].as_array().unwrap().len(), 3, "{said}");
        let states = ["here", "missing", "damaged", "undelivered"];
        for (hash, state) in hashes.iter().zip(states) {
            assert_eq!(state_of(&to, hash), state);
        }
        let files: Vec<_> = std::fs::read_dir(to.join("evidence")).unwrap().collect();
        assert_eq!(files.len(), 1);
        assert_eq!(
            std::fs::read(to.join("evidence").join(&hashes[0])).unwrap(),
            b"whole"
        );
        assert_eq!(followed(&to, "journal.ndjson").0, 6);
        // Reading is noted, by the id alone.
        if server.data.join("waiqin.db").exists() {
            assert_eq!(exports_noted(&server).await, [journal]);
        }
    }
}

#[tokio::test]
async fn a_gap_stands_in_the_file_and_the_chain_goes_on_to_what_was_receipted() {
    for server in courts().await {
        let mut phone = Phone::enrol(&server, "wang", 1).await;
        phone.sync().await;
        for n in 0..700 {
            phone.open_record_numbered(n);
        }
        let gaps = [(3, 4), (699, 701)].map(|(from, to)| Gap {
            from,
            link: phone.head_at(to as usize).link,
            to,
        });
        let mut body = Vec::new();
        line(&mut body, &UpLine::Head(Box::new(phone.sync_head())));
        for (seq, entry) in (1..).zip(&phone.entries) {
            if let Some(gap) = gaps.iter().find(|gap| gap.from == seq) {
                line(&mut body, &UpLine::Gap(*gap));
            }
            let lost = gaps.iter().any(|gap| gap.from <= seq && seq <= gap.to);
            if seq > 1 && !lost {
                body.extend(entry);
                body.push(b'\n');
            }
        }
        let end = phone.end();
        line(&mut body, &UpLine::Checkpoint(phone.checkpoint(end)));
        let answer = phone.send(body, None).await;
        assert_eq!(answer.standing().head, end);

        let to = server.data.with_file_name("export");
        let journal = phone.journal.to_string();
        let args = ["export", "journal", &journal, "--to", to.to_str().unwrap()];
        assert!(run(&server.data, &args).contains("缺口"));
        assert_eq!(
            followed(&to, "journal.ndjson"),
            (end.seq, end.link.to_string())
        );
        let written = lines(&to, "journal.ndjson");
        assert_eq!(
            written
                .iter()
                .filter(|it| it.starts_with(b"{\"gap\""))
                .count(),
            2
        );
        assert_eq!(written[1], phone.entries[1]);
        let checkpoints = lines(&to, "checkpoints.ndjson");
        assert_eq!(json(&checkpoints[0])["body"]["link"], end.link.to_string());
    }
}
