//! Answers that are not the court's, or not for this phone: nothing of them is kept.

use super::court::{Twist, evidence_receipt, receipt, refusal};
use super::http::{Handler, Reply, Request, Server};
use super::phone::{SERVER, court_key, entries, phone_key};
use super::{both, enrolled};
use crate::LastOutcome;
use crate::session::{IncidentKind, ParkedItem};
use serde_json::json;
use std::sync::Arc;
use waiqin_protocol::ids::{EvidenceHash, JournalId, Link, ServerId};
use waiqin_protocol::journal::Signed;
use waiqin_protocol::suite::sha256;
use waiqin_protocol::wire::problem::ProblemCode;

fn portal() -> Reply {
    Reply::new(
        200,
        "text/html; charset=utf-8",
        "<html><h1>欢迎使用免费无线网络</h1></html>",
    )
}

#[tokio::test]
async fn a_portal_and_garbage_are_recognised_at_every_step_and_nothing_is_kept() {
    let lies = [
        portal(),
        Reply::new(302, "text/html", "").with("location", "http://127.0.0.1:1/login"),
        Reply::new(511, "text/html", "login"),
        Reply::new(200, "application/json", "{}"),
        Reply::new(200, "application/json", "{\"problem\":1}"),
        Reply::new(200, "application/x-ndjson", "not json\n"),
        Reply::new(200, "application/x-ndjson", "{\"end\":{\"cursor\":1}}\n"),
        Reply::new(
            200,
            "application/x-ndjson",
            [vec![0xff; 300], vec![b'\n']].concat(),
        ),
        Reply::new(200, "application/x-ndjson", vec![0x28; 300]).with("content-encoding", "zstd"),
        Reply::new(200, "application/x-ndjson", "").with("content-encoding", "br"),
        Reply::new(
            403,
            "application/json",
            "{\"problem\":{\"code\":\"unheard_of\"}}",
        ),
        Reply::new(204, "text/plain", "").with("tus-resumable", "1.0.0"),
    ];
    for (n, lie) in lies.iter().enumerate() {
        for step in ["hello", "session", "sync", "status", "create", "patch"] {
            let (court, _server, phone) = both().await;
            phone.write(entries(0, 3));
            phone.take_photo(vec![7; 3000]);
            court.twist(step, Twist::Instead(lie.clone()));
            let report = phone.sync().await;
            assert_eq!(report.outcome, LastOutcome::NotOurs, "lie {n} at {step}");
            assert!(phone.driver.state().next_try_ms.is_some());
            let received = phone.kept().receipts.len();
            let later = matches!(step, "status" | "create" | "patch");
            assert_eq!(received, usize::from(later), "lie {n} at {step}");
            assert_eq!(phone.kept().evidence_receipts.len(), 0);
            assert_eq!(
                phone.sync().await.outcome,
                LastOutcome::Done,
                "after lie {n} at {step}"
            );
            assert_eq!(phone.kept().evidence_receipts.len(), 1);
        }
    }
}

#[tokio::test]
async fn a_token_never_follows_a_redirect_or_a_location_elsewhere() {
    struct Thief(std::sync::Mutex<Vec<Request>>);
    impl Handler for Thief {
        fn answer(&self, request: &Request) -> Reply {
            self.0.lock().unwrap().push(request.clone());
            portal()
        }
    }
    let thief = Arc::new(Thief(std::sync::Mutex::default()));
    let other = Server::start(thief.clone()).await;
    let (court, server, phone) = enrolled().await;
    phone.take_photo(vec![7; 3000]);
    let location = |to: String| {
        let mut reply = Reply::new(201, "", "").with("tus-resumable", "1.0.0");
        reply.headers.remove(0);
        reply.with("location", to)
    };
    for to in [
        format!("{}/api/v1/evidence/u1", other.url()),
        format!("//{}/api/v1/evidence/u1", other.address),
        format!("{}/api/v1/evidence/../../elsewhere", server.url()),
        "/api/v1/sync".to_owned(),
    ] {
        court.twist("create", Twist::Instead(location(to)));
        assert_eq!(phone.sync().await.outcome, LastOutcome::NotOurs);
    }
    let to = format!("{}/api/v1/sync", other.url());
    court.twist(
        "sync",
        Twist::Instead(Reply::new(307, "", "").with("location", to)),
    );
    assert_eq!(phone.sync().await.outcome, LastOutcome::NotOurs);
    assert_eq!(thief.0.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn another_server_of_this_kind_is_not_the_court() {
    let (court, _server, phone) = both().await;
    phone.write(entries(0, 1));
    court.twist(
        "hello",
        Twist::Changed(|reply| {
            let body = String::from_utf8(reply.body.clone()).unwrap();
            let other = ServerId::from_bytes([9; 16]).to_string();
            Reply {
                body: body.replace(&SERVER.to_string(), &other).into_bytes(),
                ..reply
            }
        }),
    );
    assert_eq!(phone.sync().await.outcome, LastOutcome::NotOurs);
    assert_eq!(court.paths(), ["GET hello"], "nothing is signed for it");
    court.twist(
        "hello",
        Twist::Changed(|reply| {
            let body = String::from_utf8(reply.body.clone()).unwrap();
            Reply {
                body: body
                    .replace("\"versions\":[1]", "\"versions\":[2]")
                    .into_bytes(),
                ..reply
            }
        }),
    );
    assert_eq!(phone.sync().await.outcome, LastOutcome::Refused);
    assert!(!phone.driver.state().problem.unwrap().zh.is_empty());
}

#[tokio::test]
async fn a_receipt_that_does_not_fit_is_refused_and_nothing_is_stored() {
    let link = |entries: &[Vec<u8>]| {
        let mut chain = waiqin_protocol::journal::Chain::default();
        for entry in entries {
            chain.push(entry);
        }
        chain.head().link
    };
    let all = entries(0, 3);
    let good = receipt(3, link(&all), 1);
    let of = |change: fn(&mut waiqin_protocol::journal::JournalReceipt)| {
        let mut body = good.body.clone();
        change(&mut body);
        Signed::sign(body, &court_key()).unwrap()
    };
    let unsigned = Signed {
        body: of(|it| it.at += 1).body,
        sig: good.sig,
    };
    let table = [
        (
            "changed after it was signed",
            unsigned,
            LastOutcome::NotOurs,
            0,
        ),
        (
            "another key",
            Signed::sign(good.body.clone(), &phone_key()).unwrap(),
            LastOutcome::NotOurs,
            0,
        ),
        (
            "another journal",
            of(|it| it.journal = JournalId::from_bytes([5; 16])),
            LastOutcome::NotOurs,
            0,
        ),
        (
            "another server",
            of(|it| it.server = ServerId::from_bytes([5; 16])),
            LastOutcome::NotOurs,
            0,
        ),
        (
            "another link",
            of(|it| it.link = Link::from_bytes([5; 32])),
            LastOutcome::DoneWithIncidents,
            1,
        ),
        (
            "another number",
            of(|it| it.seq = 2),
            LastOutcome::DoneWithIncidents,
            1,
        ),
        (
            "beyond the journal",
            of(|it| it.seq = 4),
            LastOutcome::DoneWithIncidents,
            0,
        ),
    ];
    for (name, bad, outcome, incidents) in table {
        let (court, _server, phone) = both().await;
        phone.write(all.clone());
        let body = format!(
            "{}\n{}\n",
            json!({ "receipt": bad }),
            json!({"end": {"cursor": "c", "more": false, "position": good.body.position}})
        );
        court.twist(
            "sync",
            Twist::Instead(Reply::new(200, "application/x-ndjson", body)),
        );
        assert_eq!(phone.sync().await.outcome, outcome, "{name}");
        assert_eq!(phone.kept().receipts.len(), 0, "{name}");
        let seen = phone.kept().incidents.len();
        assert_eq!(seen, incidents, "{name}");
        if incidents > 0 {
            let seen = phone.kept().incidents[0].clone();
            assert!(
                matches!(seen, IncidentKind::ForeignReceipt { .. }),
                "{name}"
            );
        }
        phone.sync().await;
        assert_eq!(
            phone.kept().receipts.len(),
            1,
            "{name}: the true one is kept"
        );
    }
}

#[tokio::test]
async fn a_receipt_for_evidence_that_does_not_fit_is_refused_and_nothing_is_stored() {
    let bytes = vec![3; 3000];
    let hash = EvidenceHash::from_bytes(sha256(&bytes));
    let good = evidence_receipt(hash, 3000);
    let of = |change: fn(&mut waiqin_protocol::journal::EvidenceReceipt)| {
        let mut body = good.body.clone();
        change(&mut body);
        Signed::sign(body, &court_key()).unwrap()
    };
    let other = EvidenceHash::from_bytes([5; 32]);
    let item =
        |receipt: serde_json::Value| json!({"hash": hash, "state": "received", "receipt": receipt});
    let table = [
        (
            "changed",
            item(json!(Signed {
                body: of(|it| it.at += 1).body,
                sig: good.sig
            })),
        ),
        (
            "another key",
            item(json!(
                Signed::sign(good.body.clone(), &phone_key()).unwrap()
            )),
        ),
        (
            "another journal",
            item(json!(of(|it| it.journal = JournalId::from_bytes([5; 16])))),
        ),
        (
            "another server",
            item(json!(of(|it| it.server = ServerId::from_bytes([5; 16])))),
        ),
        ("another length", item(json!(of(|it| it.length = 2999)))),
        (
            "another hash",
            item(json!(of(|it| it.hash = EvidenceHash::from_bytes([5; 32])))),
        ),
        (
            "not asked about",
            json!({"hash": other, "state": "received", "receipt": evidence_receipt(other, 1)}),
        ),
    ];
    for (name, item) in table {
        let (court, _server, phone) = enrolled().await;
        assert_eq!(phone.take_photo(bytes.clone()), hash);
        let body = json!({ "items": [item] }).to_string();
        court.twist(
            "status",
            Twist::Instead(Reply::new(200, "application/json", body)),
        );
        assert_eq!(phone.sync().await.outcome, LastOutcome::NotOurs, "{name}");
        assert_eq!(phone.kept().evidence_receipts.len(), 0, "{name}");
        assert_eq!(phone.sync().await.outcome, LastOutcome::Done, "{name}");
        assert_eq!(phone.kept().evidence_receipts.len(), 1, "{name}");
    }
    // Custody without a receipt is a word; the photo is still to be delivered.
    let (court, _server, phone) = enrolled().await;
    phone.take_photo(bytes);
    let body = json!({"items": [{"hash": hash, "state": "verified"}]}).to_string();
    court.twist(
        "status",
        Twist::Instead(Reply::new(200, "application/json", body)),
    );
    assert_eq!(phone.sync().await.outcome, LastOutcome::DoneWithIncidents);
    assert_eq!(phone.kept().evidence_receipts.len(), 0);
}

#[tokio::test]
async fn lines_of_a_later_version_are_skipped_and_bounds_are_kept() {
    let (court, _server, phone) = enrolled().await;
    court.state().lines.push(json!({"weather": {"rain": true}}));
    court
        .state()
        .lines
        .push(json!({"safe": {"link": Link::ZERO, "number": 4}}));
    assert_eq!(phone.sync().await.outcome, LastOutcome::Done);
    assert_eq!(phone.kept().safe.unwrap().number, 4);
    let two = json!({"weather": 1, "end": 2});
    let broken = json!({"safe": {"number": "four"}});
    let long = json!({"weather": "雨".repeat(400_000)});
    let verdict = json!({"verdicts": [{"from": 1, "number": 1, "to": 99, "verdict": "accepted"}]});
    for line in [two, broken, long, verdict] {
        court.state().lines.push(line);
        assert_eq!(phone.sync().await.outcome, LastOutcome::NotOurs);
    }
    assert_eq!(phone.kept().verdicts.len(), 1);
    let bomb = zstd::bulk::compress(&vec![b' '; 300 << 20], 3).unwrap();
    let bomb = Reply::new(200, "application/x-ndjson", bomb).with("content-encoding", "zstd");
    court.twist("sync", Twist::Instead(bomb));
    assert_eq!(phone.sync().await.outcome, LastOutcome::NotOurs);
}

#[tokio::test]
async fn a_token_that_is_over_is_renewed_without_hello() {
    let (court, _server, phone) = enrolled().await;
    court.state().tokens.clear();
    phone.write(entries(1, 2));
    phone.take_photo(vec![1; 2000]);
    assert_eq!(phone.sync().await.outcome, LastOutcome::Done);
    assert_eq!(
        court.paths()[..3],
        ["POST sync", "POST session", "POST sync"]
    );
    let over = refusal(401, "unauthorised", Some("challenge-of-401"));
    court.state().requests.clear();
    court.twist("create", Twist::Instead(over));
    phone.take_photo(vec![2; 2000]);
    assert_eq!(phone.sync().await.outcome, LastOutcome::Done);
    assert!(court.paths().contains(&"POST session".to_owned()));
    assert_eq!(phone.kept().evidence_receipts.len(), 2);
}

#[tokio::test]
async fn the_court_and_gateways_before_it_are_left_alone_for_as_long_as_they_ask() {
    let ours = refusal(503, "busy", None).with("retry-after", "300");
    let often = refusal(429, "busy", None).with("retry-after", "300");
    let gateway = Reply::new(502, "text/html", "<h1>502</h1>").with("retry-after", "300");
    for reply in [ours, often, gateway] {
        let (court, _server, phone) = enrolled().await;
        court.twist("sync", Twist::Instead(reply));
        assert_eq!(phone.sync().await.outcome, LastOutcome::Busy);
        let state = phone.driver.state();
        let now = crate::host::Clock::now(&*phone.clock).wall_ms;
        let wait = state.next_try_ms.unwrap() - now;
        assert!((299_000..310_000).contains(&wait), "{wait}");
        assert!(!state.problem.unwrap().zh.is_empty());
        assert_eq!(phone.driver.sync_when_due().await.unwrap(), None);
    }
}

#[tokio::test]
async fn what_the_court_refuses_for_ever_is_set_aside_with_its_words() {
    let (court, _server, phone) = enrolled().await;
    phone.write(entries(1, 2));
    let photos = [
        phone.take_photo(vec![1; 2000]),
        phone.take_photo(vec![2; 2000]),
    ];
    court.twist("sync", Twist::Instead(refusal(403, "signature", None)));
    court.twist("create", Twist::Instead(refusal(413, "too_large", None)));
    assert_eq!(phone.sync().await.outcome, LastOutcome::DoneWithIncidents);
    let parked = phone.kept().parked.clone();
    assert_eq!(parked[0].item, ParkedItem::Journal(2));
    // They go up side by side, so either may be the one that meets the refusal; the other is not held up.
    assert_eq!(parked[1].code, ProblemCode::TooLarge);
    let received = *phone.kept().evidence_receipts.keys().next().unwrap();
    let refused = photos.into_iter().find(|photo| *photo != received).unwrap();
    assert_eq!(parked[1].item, ParkedItem::Evidence(refused));
    assert_eq!(
        (parked[1].zh.as_str(), parked[1].en.as_str()),
        ("原因", "reason")
    );
    assert_eq!(phone.kept().evidence_receipts.len(), 1);
    assert_eq!(court.state().entries.len(), 1);
    phone.kept().parked.clear();
    assert_eq!(phone.sync().await.outcome, LastOutcome::Done);
    assert_eq!(
        (
            court.state().entries.len(),
            phone.kept().evidence_receipts.len()
        ),
        (3, 2)
    );
}

#[tokio::test]
async fn heads_that_differ_are_incidents_and_delete_nothing() {
    let standing = |heads: &str, seq: u64, link: Link| json!({"standing": {"head": {"link": link, "seq": seq}, "heads": heads}});
    let (court, _server, phone) = enrolled().await;
    phone.write(entries(1, 4));
    phone.sync().await;
    // The server was restored to two entries: it says so, and gets the rest again.
    let link = {
        let mut state = court.state();
        state.entries.truncate(2);
        state.links.truncate(2);
        state.links[1]
    };
    court
        .state()
        .lines
        .push(standing("server_rolled_back", 2, link));
    court.state().requests.clear();
    assert_eq!(phone.sync().await.outcome, LastOutcome::DoneWithIncidents);
    assert_eq!(court.state().entries, phone.kept().entries);
    let newest = phone.kept().receipts.last().unwrap().body.clone();
    assert_eq!((newest.seq, newest.position.number), (5, court.state().log));
    assert!(matches!(
        phone.kept().incidents[..],
        [IncidentKind::ServerRolledBack { .. }]
    ));
    // A word that the own chain contradicts is a fork.
    court
        .state()
        .lines
        .push(standing("server_behind", 2, Link::from_bytes([4; 32])));
    assert_eq!(phone.sync().await.outcome, LastOutcome::DoneWithIncidents);
    assert!(matches!(
        phone.kept().incidents[1],
        IncidentKind::Fork { server: 2, .. }
    ));
    let pushed = court.state().pieces.len();
    phone.write(entries(5, 1));
    phone.sync().await;
    assert_eq!(
        court.state().pieces.len(),
        pushed,
        "what forked is not sent"
    );
    assert_eq!(phone.kept().entries.len(), 6);
}

#[tokio::test]
async fn an_entry_that_rotted_is_left_out_by_name_and_those_after_it_arrive() {
    for rotten in [2, 4, 7] {
        let (court, _server, phone) = enrolled().await;
        phone.write(entries(1, 6));
        phone.kept().rotten = Some(rotten);
        assert_eq!(phone.sync().await.outcome, LastOutcome::Done, "{rotten}");
        let mut expected = phone.kept().entries.clone();
        expected[usize::try_from(rotten).unwrap() - 1] = b"lost".to_vec();
        assert_eq!(court.state().entries, expected);
        assert_eq!(phone.kept().receipts.last().unwrap().body.seq, 7);
        assert_eq!(phone.kept().parked, []);
        court.state().requests.clear();
        phone.write(entries(7, 1));
        assert_eq!(phone.sync().await.outcome, LastOutcome::Done);
        assert_eq!(court.state().entries.len(), 8);
    }
}

#[tokio::test]
async fn an_entry_whose_link_is_lost_too_stops_the_journal_there_with_a_reason() {
    let (court, _server, phone) = enrolled().await;
    phone.write(entries(1, 6));
    phone.take_photo(vec![2; 2000]);
    phone.kept().rotten = Some(4);
    phone.kept().link_lost = true;
    assert_eq!(phone.sync().await.outcome, LastOutcome::DoneWithIncidents);
    assert_eq!(court.state().entries.len(), 3);
    assert_eq!(phone.kept().receipts.last().unwrap().body.seq, 3);
    assert_eq!(phone.kept().parked[0].item, ParkedItem::Journal(4));
    assert_eq!(phone.kept().evidence_receipts.len(), 1);
}

#[tokio::test]
async fn a_locked_session_ends_the_sync_and_says_so() {
    let (court, _server, phone) = enrolled().await;
    phone.kept().locked = true;
    let error = phone.driver.sync().await.unwrap_err();
    assert!(
        matches!(error, crate::sync::HoldingsError::Locked),
        "{error:?}"
    );
    assert_eq!(court.paths(), [""; 0]);
    phone.kept().locked = false;
    assert_eq!(phone.sync().await.outcome, LastOutcome::Done);
}

#[tokio::test]
async fn a_revoked_phone_hears_it_and_still_hands_in() {
    let (court, _server, phone) = enrolled().await;
    phone.take_photo(vec![2; 2000]);
    court.twist("sync", Twist::Instead(refusal(403, "revoked", None)));
    assert_eq!(phone.sync().await.outcome, LastOutcome::Refused);
    assert_eq!(phone.kept().incidents, [IncidentKind::Revoked]);
    assert_eq!(phone.kept().evidence_receipts.len(), 1);
}

#[tokio::test]
async fn nobody_there_is_said_as_it_is() {
    let (court, server, phone) = enrolled().await;
    drop((court, server));
    tokio::task::yield_now().await;
    let outcome = phone.sync().await.outcome;
    assert!(
        matches!(outcome, LastOutcome::Unreachable | LastOutcome::Cut),
        "{outcome:?}"
    );
    assert_eq!(phone.sync().await.outcome, LastOutcome::Unreachable);
}
