//! The real binary, from an empty folder to a verified record with its photo, and through a crash.
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

use support::{Phone, Server, run};
use waiqin_protocol::suite::sha256;
use waiqin_protocol::wire::evidence::EvidenceState;
use waiqin_protocol::wire::sync::{DownLine, Heads, Verdict};

#[tokio::test]
async fn a_record_and_its_photo_go_from_phone_to_court_and_survive_a_crash() {
    visit(Server::start()).await;
}

#[tokio::test]
async fn the_same_visit_on_postgresql() {
    match support::postgres() {
        Some(url) => visit(Server::start_on_postgres(&url, &[]).await).await,
        None => support::skipped(
            "the visit on PostgreSQL",
            "WAIQIN_TEST_POSTGRES=postgres://…",
        ),
    }
}

async fn visit(mut server: Server) {
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    let record = phone.open_record(7, "（2019）粤0115执100号", None);
    let photo = b"a photo of a door".repeat(1000);
    let hash = phone.name_evidence(record, &photo);

    let answer = phone.sync().await;
    assert_eq!(answer.standing().heads, Heads::Same);
    assert_eq!(answer.standing().head, phone.end());
    assert_eq!(phone.from(), phone.end());
    let runs = answer.verdicts();
    // Entry 1 was taken in at the enrolment, the others together.
    let ends: Vec<(u64, u64)> = runs.iter().map(|run| (run.from, run.to)).collect();
    assert_eq!(ends, [(1, 1), (2, 3)]);
    assert!(runs[0].number < runs[1].number);
    assert!(runs.iter().all(|run| run.verdict == Verdict::Accepted));
    assert_eq!(
        phone.status(hash).await.items[0].state,
        EvidenceState::Unknown
    );

    let upload = phone.create(&photo).await;
    assert_eq!(phone.patch(&upload, 0, &photo[..5000]).await.status(), 204);
    server.crash_and_serve_again();
    phone.url = server.http.clone();
    assert_eq!(
        phone.offset(&upload).await,
        Some(5000),
        "what was answered is there"
    );
    let answer = phone.patch(&upload, 5000, &photo[5000..]).await;
    assert_eq!(answer.status(), 204);
    assert_eq!(
        answer.headers()["upload-offset"],
        photo.len().to_string().as_str()
    );

    let status = phone.status(hash).await.items.remove(0);
    assert_eq!(status.state, EvidenceState::Received);
    let receipt = status.receipt.unwrap();
    receipt.verify(&phone.server_key).unwrap();
    assert_eq!(receipt.body.length, photo.len() as u64);

    server.crash_and_serve_again();
    phone.url = server.http.clone();
    assert_eq!(
        phone.status(hash).await.items[0].receipt.as_ref(),
        Some(&receipt)
    );
    let report = server.verified();
    assert_eq!(report["entries"], 3);
    assert_eq!(report["records"], 1);
    assert_eq!(report["evidence"]["count"], 1);
    assert_eq!(report["evidence"]["bytes"], photo.len());
    assert_eq!(report["journals"][0]["seq"], 3);
    assert_eq!(report["journals"][0]["link"], phone.end().link.to_string());
    let stored = server.data.join(format!(
        "evidence/objects/{}/{hash}",
        &hash.to_string()[..2]
    ));
    assert_eq!(std::fs::read(&stored).unwrap(), photo);

    // It was read again from the disk since, and stays verified as long as it reads.
    let status = phone.status(hash).await.items.remove(0);
    assert_eq!(status.state, EvidenceState::Verified);
    assert_eq!(status.receipt, Some(receipt));
    std::fs::write(&stored, b"rot").unwrap();
    let (code, said, _) = support::outcome(&server.data, &["verify", "--json"]);
    assert!(code == 1 && said.contains("was changed"), "{said}");
    assert_eq!(
        phone.status(hash).await.items[0].state,
        EvidenceState::Received
    );
    std::fs::write(&stored, &photo).unwrap();
    server.verified();
    assert_eq!(
        phone.status(hash).await.items[0].state,
        EvidenceState::Verified
    );
    server.stop();
}

#[tokio::test]
async fn a_request_whose_answer_was_lost_may_be_repeated() {
    let server = Server::start();
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    for n in 1..=10 {
        phone.open_record(n, "x", None);
    }
    let body = phone.body(phone.sync_head(), 4);
    let first = phone.send(body.clone(), None).await;
    let again = phone.send(body, None).await;
    assert_eq!(first.receipt(), again.receipt());
    assert_eq!(first.verdicts(), again.verdicts());
    assert_eq!(again.standing().heads, Heads::Same);
    phone.learn(&again);
    assert_eq!(server.verified()["entries"], 11);
    // More entries, the old `from`: the known ones are skipped.
    let from = phone.receipt.take();
    phone.open_record(11, "x", None);
    let answer = phone.sync().await;
    assert_eq!(answer.standing().head.seq, 12);
    assert!(
        phone.receipt.as_ref().unwrap().body.position.number > from.unwrap().body.position.number
    );
    assert_eq!(server.verified()["entries"], 12);
}

#[tokio::test]
async fn an_empty_sync_is_small_and_one_line() {
    let server = Server::start();
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    phone.open_record(1, "x", None);
    phone.sync().await;
    let body = phone.body(phone.sync_head(), 10);
    let answer = phone.send(body.clone(), None).await;
    assert_eq!(answer.lines.len(), 1, "{answer:?}");
    assert!(!answer.end().more);
    assert_eq!(answer.encoding, None);
    assert!(body.len() <= 400, "{} bytes up", body.len());
    assert!(answer.bytes <= 200, "{} bytes down", answer.bytes);
}

#[tokio::test]
async fn photos_that_come_before_the_entry_wait_for_it() {
    let server = Server::start();
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    let mut other = Phone::enrol(&server, "li", 2).await;
    let photo = b"early".to_vec();
    let record = phone.open_record(7, "x", None);
    let hash = phone.name_evidence(record, &photo);
    let path = phone.create(&photo).await;
    assert_eq!(phone.patch(&path, 0, &photo).await.status(), 204);
    assert_eq!(
        phone.status(hash).await.items[0].state,
        EvidenceState::Unnamed
    );
    phone.sync().await;
    assert_eq!(
        phone.status(hash).await.items[0].state,
        EvidenceState::Received
    );
    // Another journal that names the same hash learns nothing and brings its own.
    let record = other.open_record(8, "x", None);
    other.name_evidence(record, &photo);
    other.sync().await;
    assert_eq!(
        other.status(hash).await.items[0].state,
        EvidenceState::Unknown
    );
    let path = other.create(&photo).await;
    assert_eq!(other.offset(&path).await, Some(0));
    assert_eq!(other.patch(&path, 0, &photo).await.status(), 204);
    let (mine, theirs) = (phone.status(hash).await, other.status(hash).await);
    assert_eq!(theirs.items[0].state, EvidenceState::Received);
    assert_ne!(mine.items[0].receipt, theirs.items[0].receipt);
    let report = server.verified();
    assert_eq!(
        report["evidence"]["count"], 1,
        "equal bytes are stored once"
    );
    assert_eq!(report["evidence"]["receipts"], 2);
}

#[tokio::test]
async fn enrolment_may_be_repeated_and_a_code_is_good_for_one_journal() {
    let server = Server::start();
    let (code, officer) = server.code("wang");
    let phone = Phone::unenrolled(&server.http, officer, 1).await;
    let begin = serde_json::json!({ "code": code.to_lowercase().replace('-', " ") });
    let (status, offer) = phone.post("/api/v1/enrol/begin", &begin).await;
    assert_eq!(status, 200);
    assert_eq!(offer["officer"]["list_name"], "王法官");
    let first = phone.send_enrolment(&code).await;
    let again = phone.send_enrolment(&code).await;
    assert_eq!((first.0, &first), (200, &again));
    let other = Phone::unenrolled(&server.http, officer, 2).await;
    let refused = other.send_enrolment(&code).await;
    assert_eq!(refused.0, 403);
    assert_eq!(refused.1["problem"]["code"], "enrol_code");
    let foreign = Phone::unenrolled(&server.http, server.code("li").1, 3).await;
    let refused = foreign.send_enrolment(&server.code("wang").0).await;
    assert_eq!(
        (refused.0, &refused.1["problem"]["code"]),
        (422, &"malformed".into())
    );
    assert_eq!(server.verified()["journals"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_restored_phone_and_a_fork_are_named_and_nothing_is_lost() {
    let server = Server::start();
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    for n in 1..=4 {
        phone.open_record(n, "x", None);
    }
    phone.sync().await;
    // Restored from a copy of two entries, without receipts since.
    let whole = phone.entries.clone();
    let receipt = phone.receipt.clone();
    let mut body = receipt.clone().unwrap();
    body.body.seq = 2;
    body.body.link = phone.head_at(2).link;
    phone.receipt = Some(body);
    phone.entries.truncate(2);
    let answer = phone.send(phone.body(phone.sync_head(), 10), None).await;
    assert_eq!(answer.standing().heads, Heads::ServerAhead);
    assert_eq!(answer.standing().head.seq, 5);
    assert!(answer.receipt().is_none());
    // Used on from there: one number with two links.
    phone.open_record(77, "another", None);
    let answer = phone.send(phone.body(phone.sync_head(), 10), None).await;
    assert_eq!(answer.standing().heads, Heads::Fork);
    assert_eq!(answer.standing().head.seq, 5);
    let report = server.verified();
    assert_eq!(
        (&report["entries"], &report["journals"][0]["forked"]),
        (&5.into(), &1.into())
    );
    // The phone that was not restored goes on.
    phone.entries = whole;
    phone.receipt = receipt;
    phone.open_record(5, "x", None);
    let answer = phone.sync().await;
    assert_eq!(answer.standing().heads, Heads::Same);
    assert_eq!(server.verified()["entries"], 6);
}

#[tokio::test]
async fn a_server_restored_from_a_backup_is_proved_by_a_receipt_and_filled_again() {
    let mut server = Server::start();
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    phone.open_record(1, "x", None);
    phone.sync().await;
    let old = phone.receipt.clone();
    server.stop();
    let (db, backup) = (server.data.join("waiqin.db"), server.data.join("backup.db"));
    std::fs::copy(&db, &backup).unwrap();
    let mut again = Server::serve(&server.data, &[]);
    phone.url = again.http.clone();
    phone.open_record(2, "x", None);
    phone.open_record(3, "x", None);
    phone.sync().await;
    again.stop();
    std::fs::copy(&backup, &db).unwrap();
    let again = Server::serve(&server.data, &[]);
    phone.url = again.http.clone();
    let answer = phone.send(phone.body(phone.sync_head(), 10), None).await;
    assert_eq!(answer.standing().heads, Heads::ServerRolledBack);
    assert_eq!(answer.standing().head.seq, 2);
    // Its token is void, and it resends from the server's head.
    let refused = phone.send(phone.body(phone.sync_head(), 10), None).await;
    assert_eq!((refused.status, refused.code()), (401, "unauthorised"));
    phone.open_session().await;
    phone.receipt = old;
    phone.cursor = None;
    let answer = phone.sync().await;
    assert_eq!(answer.standing().heads, Heads::Same);
    assert_eq!(answer.standing().head.seq, 4);
    let report = again.verified();
    assert_eq!(report["entries"], 4);
}

#[tokio::test]
async fn a_revoked_phone_gets_nothing_and_may_hand_in() {
    let server = Server::start();
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    phone.open_record(1, "x", None);
    phone.sync().await;
    let journal = phone.journal.to_string();
    run(&server.data, &["device", "revoke", "--journal", &journal]);
    let refused = phone.send(phone.body(phone.sync_head(), 10), None).await;
    assert_eq!(refused.code(), "unauthorised");
    phone.open_session().await;
    let refused = phone.send(phone.body(phone.sync_head(), 10), None).await;
    assert_eq!((refused.status, refused.code()), (403, "revoked"));
    phone.open_record(2, "x", None);
    let answer = phone.sync().await;
    assert_eq!(answer.verdicts()[0].verdict, Verdict::Held);
    assert_eq!(phone.from().seq, 3, "what it hands in is acknowledged");
    assert!(
        !answer
            .lines
            .iter()
            .any(|line| matches!(line, DownLine::Page(_)))
    );
    assert_eq!(server.verified()["records"], 1);
}

#[tokio::test]
async fn over_tls_the_certificate_is_the_one_that_the_ticket_pins() {
    let server = Server::start_with(&["--tls-listen", "127.0.0.1:0"]);
    let url = server.https.clone().unwrap();
    let mut phone = Phone::unenrolled(&url, server.code("wang").1, 1).await;
    assert_eq!(phone.send_enrolment(&server.code("wang").0).await.0, 200);
    phone.open_session().await;
    phone.open_record(1, "x", None);
    assert_eq!(phone.sync().await.standing().head.seq, 2);
    // The pin is the hash of the public key info, read from the certificate with other eyes.
    let pem = std::fs::read_to_string(server.data.join("keys/tls.pem")).unwrap();
    let base64: String = pem
        .lines()
        .filter(|line| !line.starts_with("---"))
        .collect();
    let der = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, base64).unwrap();
    let pin = server.tls_pin.clone().unwrap();
    // SubjectPublicKeyInfo of a P-256 key: 91 bytes.
    assert!((0..der.len() - 91).any(|at| hex::encode(sha256(&der[at..at + 91])) == pin));
}

#[test]
fn init_says_in_both_languages_why_it_made_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("court");
    let init = |code: &str, lang: &str| {
        let court = ["init", "--court", "某法院", "--code", code, "--lang", lang];
        support::outcome(&data, &court)
    };
    for (lang, says) in [
        ("zh", "法院代字 0115 无法识别"),
        ("en", "The court code 0115"),
    ] {
        let (code, _, said) = init("0115", lang);
        assert!(code == 1 && said.contains(says), "{said}");
        assert!(!data.exists());
    }
    assert_eq!(init("粤0115", "zh").0, 0);
    for (lang, says) in [("zh", "未作任何改动"), ("en", "nothing was changed")] {
        let (code, _, said) = init("粤0115", lang);
        assert!(code == 1 && said.contains(says), "{said}");
    }
    let foreign = init("粤0115", "zh").2;
    assert!(!foreign.contains("already holds"), "{foreign}");
}
