//! One bad entry among good ones, one bad byte on the disk: each is set aside and named, the rest goes on.

use crate::support::{Phone, Server};
use waiqin_protocol::wire::sync::{Verdict, VerdictReason};

#[tokio::test]
async fn one_bad_entry_is_set_aside_and_the_rest_goes_on() {
    let server = Server::start();
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    let record = phone.open_record(50, "x", None);
    let newer = |entry: &[u8]| {
        String::from_utf8(entry.to_vec())
            .unwrap()
            .replace("\"v\":1", "\"v\":2")
            .into_bytes()
    };
    // Version 2 of a photo on the record, then version 1 on it, then another record.
    let photo = b"photo of version two".to_vec();
    let hash = phone.name_evidence(record, &photo);
    let n = phone.entries.len() - 1;
    phone.entries[n] = newer(&phone.entries[n]);
    phone.name_evidence(record, b"later");
    phone.open_record(51, "y", None);
    // Not canonical, not JSON, empty, twice the same.
    for bytes in [&b"{\"v\": 1}"[..], b"junk", b"junk"] {
        phone.entries.push(bytes.to_vec());
    }
    phone.open_record(52, "z", None);
    let answer = phone.sync().await;
    let shown: Vec<(u64, u64, Verdict, Option<VerdictReason>)> = answer
        .verdicts()
        .iter()
        .map(|run| (run.from, run.to, run.verdict, run.reason))
        .collect();
    assert_eq!(
        shown,
        [
            // Entry 1 was taken in at the enrolment, with a row of the log of its own.
            (1, 1, Verdict::Accepted, None),
            (2, 2, Verdict::Accepted, None),
            (3, 3, Verdict::Held, Some(VerdictReason::UnknownVersion)),
            (4, 4, Verdict::Held, Some(VerdictReason::AfterHeld)),
            (5, 5, Verdict::Accepted, None),
            (6, 8, Verdict::Refused, Some(VerdictReason::Malformed)),
            (9, 9, Verdict::Accepted, None),
        ]
    );
    assert_eq!(phone.from().seq, 9, "everything is acknowledged");
    // Photos of an entry that is not understood are taken in all the same.
    let path = phone.create(&photo).await;
    phone.patch(&path, 0, &photo).await;
    assert!(phone.status(hash).await.items[0].receipt.is_some());
    let report = server.verified();
    assert_eq!(
        (&report["entries"], &report["records"]),
        (&9.into(), &3.into())
    );
}

#[tokio::test]
async fn a_changed_byte_on_the_servers_disk_is_found() {
    let mut server = Server::start();
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    let record = phone.open_record(50, "x", None);
    let photo = b"photo".repeat(100);
    let hash = phone.name_evidence(record, &photo);
    phone.sync().await;
    let path = phone.create(&photo).await;
    phone.patch(&path, 0, &photo).await;
    server.verified();
    server.stop();
    let object = server.data.join(format!(
        "evidence/objects/{}/{hash}",
        &hash.to_string()[..2]
    ));
    let mut bytes = std::fs::read(&object).unwrap();
    bytes[7] ^= 1;
    std::fs::write(&object, bytes).unwrap();
    let db = server.data.join("waiqin.db");
    let mut bytes = std::fs::read(&db).unwrap();
    let entry = &phone.entries[2];
    let at = bytes
        .windows(entry.len())
        .position(|window| window == entry.as_slice())
        .unwrap();
    bytes[at + 20] ^= 1;
    std::fs::write(&db, bytes).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_waiqin-server"))
        .args(["verify", "--json", "--data"])
        .arg(&server.data)
        .output()
        .unwrap();
    assert!(!output.status.success());
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["ok"], false);
    assert_eq!(
        report["evidence"]["bad"],
        serde_json::json!([hash.to_string()])
    );
    let problems = report["problems"].to_string();
    assert!(problems.contains("entry 3 does not fit"), "{problems}");
}
