//! Attacks and bad requests: each is refused with its code, disturbs no other journal, and leaves
//! what was acknowledged as it was.
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

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::Digest;
use support::{Answer, Phone, Server, line};
use waiqin_protocol::ids::Link;
use waiqin_protocol::journal::{Head, Signed};
use waiqin_protocol::suite::{Ed25519Signer, sha256};
use waiqin_protocol::wire::sync::{Heads, UpLine, Verdict, VerdictReason};

/// What a bad sync is answered.
enum Expect {
    Refused(u16, &'static str),
    Heads(Heads),
}
use Expect::{Heads as Stands, Refused};

/// A phone with two entries that are acknowledged and two that are new.
async fn phone(server: &Server, secret: u8) -> Phone {
    let mut phone = Phone::enrol(server, "wang", secret).await;
    phone.open_record(100 + secret, "x", None);
    let answer = phone.sync().await;
    assert_eq!(answer.standing().head.seq, 2);
    phone.open_record(150 + secret, "y", None);
    phone.open_record(200 + secret, "z", None);
    phone
}

fn good(phone: &Phone) -> Vec<u8> {
    phone.body(phone.sync_head(), 10)
}

/// The head line, some lines as they are, and a checkpoint over `end`.
fn lines(phone: &Phone, entries: &[&[u8]], end: Head) -> Vec<u8> {
    let mut body = Vec::new();
    line(&mut body, &UpLine::Head(Box::new(phone.sync_head())));
    for entry in entries {
        body.extend(*entry);
        body.push(b'\n');
    }
    line(&mut body, &UpLine::Checkpoint(phone.checkpoint(end)));
    body
}

#[tokio::test]
async fn every_bad_sync_has_its_answer_and_changes_nothing() {
    let server = Server::start();
    let mut bystander = Phone::enrol(&server, "li", 99).await;
    let table = cases(&server).await;
    for (name, phone, body, encoding, expect) in table {
        let answer = phone.send(body, encoding).await;
        match expect {
            Refused(status, code) => {
                assert_eq!(
                    (answer.status, answer.code()),
                    (status, code),
                    "{name}: {answer:?}"
                );
            }
            Stands(heads) => assert_eq!(answer.standing().heads, heads, "{name}"),
        }
        still_works(&mut bystander, name).await;
        // What it had acknowledged stands, and the true journal goes on.
        recovers(phone, name).await;
    }
    server.verified();
}

async fn still_works(phone: &mut Phone, name: &str) {
    phone.open_record(1, "x", None);
    let answer = phone.sync().await;
    assert_eq!(
        answer.standing().head,
        phone.end(),
        "after {name} another phone does not sync"
    );
}

async fn recovers(mut phone: Phone, name: &str) {
    phone.open_session().await;
    let answer = phone.sync().await;
    assert_eq!(
        answer.standing().head,
        phone.end(),
        "after {name} the phone does not sync"
    );
    assert_eq!(answer.standing().heads, Heads::Same, "{name}");
}

type Case = (&'static str, Phone, Vec<u8>, Option<&'static str>, Expect);

async fn cases(server: &Server) -> Vec<Case> {
    let mut table = shape_cases(server).await;
    table.extend(chain_cases(server).await);
    table.extend(proof_cases(server).await);
    table
}

/// Bodies that do not read, or hold too much.
async fn shape_cases(server: &Server) -> Vec<Case> {
    let mut table: Vec<Case> = Vec::new();
    let p = phone(server, 1).await;
    table.push(("empty body", p, Vec::new(), None, Refused(400, "malformed")));
    let p = phone(server, 2).await;
    let body = b"hello\n".to_vec();
    table.push(("no head", p, body, None, Refused(400, "malformed")));
    let p = phone(server, 3).await;
    let packed = zstd::bulk::compress(&good(&p), 3).unwrap();
    let cut = packed[..packed.len() / 2].to_vec();
    table.push((
        "truncated zstd",
        p,
        cut,
        Some("zstd"),
        Refused(400, "malformed"),
    ));
    let p = phone(server, 4).await;
    let body = good(&p);
    table.push(("not zstd", p, body, Some("zstd"), Refused(400, "malformed")));
    let p = phone(server, 5).await;
    let mut bomb = good(&p);
    bomb.extend(vec![b'x'; 64 << 20]);
    let bomb = zstd::bulk::compress(&bomb, 3).unwrap();
    assert!(bomb.len() < 100_000);
    table.push((
        "inflated zstd",
        p,
        bomb,
        Some("zstd"),
        Refused(413, "too_large"),
    ));
    let p = phone(server, 6).await;
    let entry = vec![b'x'; 5 << 20];
    let body = lines(&p, &[&entry], p.end());
    table.push(("entry of 5 MiB", p, body, None, Refused(413, "too_large")));
    let p = phone(server, 7).await;
    let entry = vec![b'x'; 900 << 10];
    let body = lines(&p, &[entry.as_slice(); 6], p.end());
    table.push(("piece of 5 MiB", p, body, None, Refused(413, "too_large")));
    let p = phone(server, 8).await;
    let body = lines(&p, &[&b"x"[..]; 4097], p.end());
    table.push((
        "piece of 4097 entries",
        p,
        body,
        None,
        Refused(413, "too_large"),
    ));
    let p = phone(server, 9).await;
    let mut body = good(&p);
    let cut = body.len() - 10;
    body.truncate(cut);
    table.push((
        "checkpoint cut off",
        p,
        body,
        None,
        Refused(400, "malformed"),
    ));
    let p = phone(server, 10).await;
    let mut body = Vec::new();
    line(&mut body, &UpLine::Head(Box::new(p.sync_head())));
    body.extend(&p.entries[2]);
    body.push(b'\n');
    table.push((
        "entries without checkpoint",
        p,
        body,
        None,
        Refused(400, "malformed"),
    ));
    table
}

/// Pieces that do not continue the server's chain.
async fn chain_cases(server: &Server) -> Vec<Case> {
    let mut table: Vec<Case> = Vec::new();
    let p = phone(server, 11).await;
    let mut head = p.sync_head();
    head.from = p.head_at(3);
    let body = p.body(head, 10);
    table.push(("gap", p, body, None, Stands(Heads::ServerBehind)));
    let p = phone(server, 12).await;
    let mut head = p.sync_head();
    head.from.link = Link::from_bytes([7; 32]);
    head.checkpoint = None;
    let mut body = Vec::new();
    line(&mut body, &UpLine::Head(Box::new(head)));
    table.push(("fork at the head", p, body, None, Stands(Heads::Fork)));
    let p = phone(server, 13).await;
    let mut head = p.sync_head();
    head.from = Head::START;
    let body = p.body(head, 10);
    table.push((
        "the whole journal again",
        p,
        body,
        None,
        Stands(Heads::Same),
    ));
    let p = phone(server, 14).await;
    let body = good(&p);
    table.push((
        "replayed piece",
        phone_sent(p, &body).await,
        body,
        None,
        Stands(Heads::Same),
    ));
    table
}

/// A phone whose body was sent once before, and whose answer was lost.
async fn phone_sent(phone: Phone, body: &[u8]) -> Phone {
    assert_eq!(phone.send(body.to_vec(), None).await.status, 200);
    phone
}

/// Signatures and tokens that do not fit.
async fn proof_cases(server: &Server) -> Vec<Case> {
    let mut table: Vec<Case> = Vec::new();
    let mut p = phone(server, 21).await;
    let body = good(&p);
    p.token = "wrong".into();
    table.push(("wrong token", p, body, None, Refused(401, "unauthorised")));
    let mut p = phone(server, 22).await;
    let body = good(&p);
    p.token = String::new();
    table.push(("no token", p, body, None, Refused(401, "unauthorised")));
    let mut p = phone(server, 23).await;
    let body = good(&p);
    p.token = phone(server, 24).await.token;
    table.push((
        "another journal's token",
        p,
        body,
        None,
        Refused(400, "malformed"),
    ));
    let p = phone(server, 25).await;
    let mut head = p.sync_head();
    let other = Ed25519Signer::from_secret(&[250; 32]);
    let body = head.checkpoint.take().unwrap().body;
    head.checkpoint = Some(Signed::sign(body, &other).unwrap());
    let body = p.body(head, 10);
    table.push((
        "announced by another key",
        p,
        body,
        None,
        Refused(403, "signature"),
    ));
    let p = phone(server, 26).await;
    let mut body = Vec::new();
    line(&mut body, &UpLine::Head(Box::new(p.sync_head())));
    for entry in &p.entries[2..] {
        body.extend(entry);
        body.push(b'\n');
    }
    let checkpoint = Signed::sign(p.checkpoint(p.end()).body, &other).unwrap();
    line(&mut body, &UpLine::Checkpoint(checkpoint));
    table.push((
        "piece closed by another key",
        p,
        body,
        None,
        Refused(403, "signature"),
    ));
    let p = phone(server, 27).await;
    let changed = String::from_utf8(p.entries[2].clone())
        .unwrap()
        .replace('y', "w");
    let body = lines(&p, &[changed.as_bytes(), &p.entries[3]], p.end());
    table.push((
        "an entry changed on the way",
        p,
        body,
        None,
        Refused(403, "signature"),
    ));
    let p = phone(server, 28).await;
    let body = lines(&p, &[&p.entries[3], &p.entries[2]], p.end());
    table.push((
        "two entries exchanged",
        p,
        body,
        None,
        Refused(403, "signature"),
    ));
    let p = phone(server, 29).await;
    let body = lines(&p, &[&p.entries[2]], p.end());
    table.push((
        "an entry left out",
        p,
        body,
        None,
        Refused(403, "signature"),
    ));
    table
}

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

#[tokio::test]
async fn every_bad_upload_has_its_answer() {
    let server = Server::start_with(&["--evidence-bytes-max", "1000000"]);
    let phone = Phone::enrol(&server, "wang", 1).await;
    let other = Phone::enrol(&server, "li", 2).await;
    let hash = hex::encode(sha256(b"photo"));
    for (name, request, status, code) in [
        ("0 bytes", phone.creation(&hash, 0), 422, "malformed"),
        (
            "over the limit",
            phone.creation(&hash, 1_000_001),
            413,
            "too_large",
        ),
        (
            "no hash",
            phone
                .tus("POST", "/api/v1/evidence")
                .header("upload-length", 5),
            400,
            "malformed",
        ),
        ("a short hash", phone.creation("abcd", 5), 400, "malformed"),
        (
            "a path for a hash",
            phone.creation("../../../../etc/passwd", 5),
            400,
            "malformed",
        ),
        (
            "no length",
            phone.tus("POST", "/api/v1/evidence"),
            400,
            "malformed",
        ),
        (
            "another version",
            phone
                .client
                .post(format!("{}/api/v1/evidence", phone.url))
                .bearer_auth(&phone.token),
            412,
            "malformed",
        ),
        (
            "unknown upload",
            phone.tus("DELETE", "/api/v1/evidence/abcd"),
            404,
            "no_upload",
        ),
        (
            "a path for an upload",
            phone.tus("DELETE", "/api/v1/evidence/..%2F..%2Fwaiqin.db"),
            404,
            "no_upload",
        ),
    ] {
        refused(name, request, status, code).await;
    }
    let path = phone.create(b"photo").await;
    let patch = |who: &Phone, offset: u64, bytes: &'static [u8]| {
        who.tus("PATCH", &path)
            .header("upload-offset", offset)
            .header("content-type", "application/offset+octet-stream")
            .body(bytes)
    };
    let sum = |bytes: &[u8]| BASE64.encode(sha1::Sha1::digest(bytes));
    for (name, request, status, code) in [
        (
            "foreign upload",
            patch(&other, 0, b"photo"),
            404,
            "no_upload",
        ),
        ("wrong offset", patch(&phone, 3, b"photo"), 409, "offset"),
        (
            "too many bytes",
            patch(&phone, 0, b"photo and more"),
            413,
            "too_large",
        ),
        (
            "wrong checksum",
            patch(&phone, 0, b"phxto").header("upload-checksum", format!("sha1 {}", sum(b"photo"))),
            460,
            "checksum",
        ),
        (
            "unknown checksum",
            patch(&phone, 0, b"photo").header("upload-checksum", "md5 AAAA"),
            400,
            "malformed",
        ),
        (
            "no type",
            phone
                .tus("PATCH", &path)
                .header("upload-offset", 0)
                .body("photo"),
            400,
            "malformed",
        ),
    ] {
        refused(name, request, status, code).await;
        assert_eq!(
            phone.offset(&path).await,
            Some(0),
            "{name} left bytes behind"
        );
    }
    // Bytes of another hash are discarded with the upload, and the phone starts again.
    refused(
        "wrong bytes",
        patch(&phone, 0, b"phxto"),
        422,
        "hash_mismatch",
    )
    .await;
    assert_eq!(phone.offset(&path).await, None);
    let path = phone.create(b"photo").await;
    let good = phone
        .tus("PATCH", &path)
        .header("upload-offset", 0)
        .header("content-type", "application/offset+octet-stream")
        .header("upload-checksum", format!("sha1 {}", sum(b"photo")))
        .body("photo");
    assert_eq!(good.send().await.unwrap().status(), 204);
    server.verified();
}

async fn refused(name: &str, request: reqwest::RequestBuilder, status: u16, code: &str) {
    let answer: Answer = support::read_answer(request.send().await.unwrap()).await;
    assert_eq!((answer.status, answer.code()), (status, code), "{name}");
}

#[tokio::test]
async fn an_upload_with_its_bytes_and_its_end() {
    let server = Server::start();
    let phone = Phone::enrol(&server, "wang", 1).await;
    let bytes = b"all at once".to_vec();
    let response = phone
        .creation(&hex::encode(sha256(&bytes)), bytes.len() as u64)
        .header("content-type", "application/offset+octet-stream")
        .body(bytes.clone())
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["upload-offset"], "11");
    assert!(
        response.headers()["upload-expires"]
            .to_str()
            .unwrap()
            .ends_with(" GMT")
    );
    let path = phone.create(b"not wanted").await;
    assert_eq!(
        phone.tus("DELETE", &path).send().await.unwrap().status(),
        204
    );
    assert_eq!(phone.offset(&path).await, None);
}

#[tokio::test]
async fn a_length_may_be_said_later_once_and_methods_may_be_named_in_a_header() {
    let server = Server::start();
    let phone = Phone::enrol(&server, "wang", 1).await;
    let bytes = b"said later";
    let known = phone
        .creation(&hex::encode(sha256(bytes)), 1)
        .build()
        .unwrap();
    let metadata = known.headers()["upload-metadata"].clone();
    let begin = |deferred: &'static str| {
        phone
            .tus("POST", "/api/v1/evidence")
            .header("upload-defer-length", deferred)
            .header("upload-metadata", metadata.clone())
    };
    assert_eq!(begin("2").send().await.unwrap().status(), 400);
    let both = begin("1").header("upload-length", 10);
    assert_eq!(both.send().await.unwrap().status(), 400);
    let begun = begin("1").send().await.unwrap();
    assert_eq!(begun.status(), 201);
    let path = begun.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(phone.patch(&path, 0, b"said").await.status(), 204);
    let looked = phone.tus("HEAD", &path).send().await.unwrap();
    assert_eq!(looked.headers()["upload-offset"], "4");
    assert_eq!(looked.headers()["upload-defer-length"], "1");
    assert_eq!(looked.headers()["upload-metadata"], metadata);
    assert!(!looked.headers().contains_key("upload-length"));
    let go_on = |length: u64, method: &str| {
        phone
            .tus("POST", &path)
            .header("x-http-method-override", method)
            .header("upload-length", length)
            .header("upload-offset", 4)
            .header("content-type", "application/offset+octet-stream")
            .body(" later")
    };
    assert_eq!(go_on(10, "PUT").send().await.unwrap().status(), 405);
    // Less than is there already.
    assert_eq!(go_on(3, "PATCH").send().await.unwrap().status(), 400);
    let whole = go_on(10, "PATCH").send().await.unwrap();
    assert_eq!(whole.status(), 204);
    assert_eq!(whole.headers()["upload-offset"], "10");
    // Said once, it stays; and every answer says its version, refusals too.
    let again = go_on(11, "PATCH").send().await.unwrap();
    assert_eq!(again.status(), 409);
    assert_eq!(again.headers()["tus-resumable"], "1.0.0");
    let ended = go_on(10, "DELETE").send().await.unwrap();
    assert_eq!(ended.status(), 204);
    let gone = go_on(10, "HEAD").send().await.unwrap();
    assert_eq!(gone.status(), 404);
    server.verified();
}

#[tokio::test]
async fn a_newer_request_takes_over_an_upload_that_hangs() {
    let server = Server::start();
    let phone = Phone::enrol(&server, "wang", 1).await;
    let path = phone.create(b"0123456789").await;
    // A request that sends four bytes and then hangs.
    let (sender, receiver) = tokio::sync::mpsc::channel::<Result<Vec<u8>, std::io::Error>>(4);
    sender.send(Ok(b"0123".to_vec())).await.unwrap();
    let stream = futures_util::stream::unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|item| (item, receiver))
    });
    let hanging = phone
        .tus("PATCH", &path)
        .header("upload-offset", 0)
        .header("content-type", "application/offset+octet-stream")
        .body(reqwest::Body::wrap_stream(stream));
    let hanging = tokio::spawn(hanging.send());
    // The newer one asks until the four bytes have come; each answer is durable.
    let mut offset = 0;
    while offset < 4 {
        offset = phone.offset(&path).await.unwrap();
        if offset < 4 {
            tokio::task::yield_now().await;
        }
        if hanging.is_finished() {
            break;
        }
    }
    let offset = phone.offset(&path).await.unwrap();
    let rest = &b"0123456789"[usize::try_from(offset).unwrap()..];
    assert_eq!(phone.patch(&path, offset, rest).await.status(), 204);
    drop(sender);
    let _ = hanging.await.unwrap();
    server.verified();
}

#[tokio::test]
async fn a_session_wants_a_fresh_challenge_of_this_server_signed_by_the_journals_key() {
    use waiqin_protocol::journal::ChallengeAnswer;
    let server = Server::start();
    let phone = Phone::enrol(&server, "wang", 1).await;
    let hello: waiqin_protocol::wire::hello::Hello = phone
        .client
        .get(format!("{}/api/v1/hello", phone.url))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let body = ChallengeAnswer {
        challenge: hello.challenge,
        journal: phone.journal,
        server: phone.server,
    };
    let other = Ed25519Signer::from_secret(&[250; 32]);
    let made_up = ChallengeAnswer {
        challenge: "AAAA".into(),
        ..body.clone()
    };
    let elsewhere = ChallengeAnswer {
        server: waiqin_protocol::ids::ServerId::from_bytes([1; 16]),
        ..body.clone()
    };
    let unknown = ChallengeAnswer {
        journal: waiqin_protocol::ids::JournalId::from_bytes([77; 16]),
        ..body.clone()
    };
    for (name, answer, status, code) in [
        (
            "another key",
            Signed::sign(body, &other).unwrap(),
            403,
            "signature",
        ),
        (
            "a challenge made up",
            Signed::sign(made_up, &phone.signer).unwrap(),
            403,
            "signature",
        ),
        (
            "another server",
            Signed::sign(elsewhere, &phone.signer).unwrap(),
            403,
            "signature",
        ),
        (
            "an unknown journal",
            Signed::sign(unknown, &phone.signer).unwrap(),
            404,
            "not_found",
        ),
    ] {
        let (found, body) = phone
            .post("/api/v1/session", &serde_json::json!({ "answer": answer }))
            .await;
        assert_eq!(
            (found, body["problem"]["code"].as_str()),
            (status, Some(code)),
            "{name}"
        );
    }
}
