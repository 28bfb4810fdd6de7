//! A good day, and what it costs.

use super::phone::{Phone, entries};
use super::{both, enrolled};
use crate::LastOutcome;
use crate::session::Phase;
use serde_json::json;
use waiqin_protocol::journal::{Beacon, Signed};
use waiqin_protocol::rules::{OVERRIDES_MAX, RuleSet, Setting};
use waiqin_protocol::suite::Signer;
use waiqin_protocol::wire::hello::Limits;

#[tokio::test]
async fn everything_is_delivered_and_every_receipt_held() {
    let (court, _server, phone) = both().await;
    phone.write(entries(0, 300));
    for n in 0..9 {
        phone.take_photo(vec![n; 5000 + usize::from(n)]);
    }
    court
        .state()
        .lines
        .push(json!({"page": {"cases": [], "cursor": "c", "removed": ["一号"]}}));
    let report = phone.sync().await;
    assert_eq!(report.outcome, LastOutcome::Done);
    assert_eq!(report.entries_received, 300);
    assert_eq!((report.photos_received, report.cases_changed), (9, 1));
    let kept = phone.kept();
    let state = court.state();
    assert_eq!(state.entries, kept.entries);
    assert_eq!(state.evidence, kept.evidence);
    assert_eq!(kept.evidence_receipts.len(), 9);
    assert_eq!(kept.receipts.last().unwrap().body.seq, 300);
    assert_eq!(kept.verdicts.len(), 1);
    assert_eq!(kept.places.len(), 0);
    assert!(matches!(kept.outcomes[..], [(LastOutcome::Done, Some(_))]));
    drop((kept, state));
    let paths = court.paths();
    assert_eq!(
        paths[..4],
        [
            "GET hello",
            "POST session",
            "POST sync",
            "POST evidence/status"
        ]
    );
    assert_eq!(phone.driver.state().phase, Phase::Idle);
    assert_eq!(phone.driver.state().uploads, []);
}

#[tokio::test]
async fn when_nothing_changed_one_small_request_and_one_small_answer_are_enough() {
    let (court, server, phone) = enrolled().await;
    assert_eq!(phone.sync().await.outcome, LastOutcome::Done);
    assert_eq!(court.paths(), ["POST sync"]);
    let state = court.state();
    let up = &state.requests[0];
    let sent: usize = server.sent.lock().unwrap().iter().sum();
    assert!(up.header("content-encoding").is_none());
    let bodies = up.body.len() + 180;
    assert!(bodies <= 560, "{} up", up.body.len());
    assert!(up.bytes + sent <= 900, "{} up and {sent} down", up.bytes);
    assert_eq!(phone.kept().checkpoints, 2, "nothing new is signed");
}

#[tokio::test]
async fn ten_thousand_entries_go_in_pieces_and_never_lie_in_memory() {
    let (court, _server, phone) = enrolled().await;
    let text = "现场勘查：厂房一层停放叉车三台，二层堆放注塑模具若干。".repeat(8);
    let long = |n: usize| {
        let noise = hex::encode(waiqin_protocol::suite::sha256(&n.to_be_bytes()));
        format!("{{\"at\":{{}},\"n\":{n},\"noise\":\"{noise}\",\"text\":\"{text}\"}}").into_bytes()
    };
    phone.write((0..10_000).map(long));
    let report = phone.sync().await;
    assert_eq!(
        (report.outcome, report.entries_received),
        (LastOutcome::Done, 10_000)
    );
    let kept = phone.kept();
    let state = court.state();
    assert!(state.entries[1..] == kept.entries[1..]);
    assert!(state.pieces.len() >= 3 && state.pieces.iter().all(|entries| *entries <= 4096));
    assert_eq!(state.announced, 10_001);
    assert!(kept.batch_bytes_most <= 256 << 10);
    let bytes: usize = kept.entries.iter().map(Vec::len).sum();
    let push = state
        .requests
        .iter()
        .find(|it| it.path.ends_with("/sync"))
        .unwrap();
    assert!(
        push.body.len() * 4 < bytes,
        "{} of {bytes} bytes",
        push.body.len()
    );
    assert_eq!(push.header("content-encoding"), Some("zstd"));
    assert_eq!(
        push.header("transfer-encoding"),
        Some("chunked"),
        "it was streamed"
    );
}

#[tokio::test]
async fn pages_go_on_until_none_waits_and_limits_are_learned() {
    let (court, _server, phone) = enrolled().await;
    court.state().more = true;
    court
        .state()
        .lines
        .push(json!({"page": {"cases": [], "cursor": "c8", "fresh": true, "removed": []}}));
    phone.kept().limits = None;
    phone.sync().await;
    assert_eq!(court.paths(), ["POST sync", "POST sync"]);
    let kept = phone.kept();
    assert!(kept.pages.len() == 1 && kept.pages[0].fresh);
    assert_eq!(kept.limits.as_ref(), Some(&court.limits));
}

#[tokio::test]
async fn how_the_court_weighs_the_rules_is_learned_with_the_limits() {
    let (court, _server, phone) = enrolled().await;
    let changed = Limits {
        version: 2,
        rules: RuleSet {
            overrides: [("G02".to_owned(), Setting::Warn)].into(),
            excess_percent: 150,
            ..RuleSet::default()
        },
        ..Limits::default()
    };
    court.state().lines.push(json!({ "limits": changed }));
    phone.sync().await;
    assert_eq!(phone.kept().limits, Some(changed));

    // It is asked for by its version from then on.
    court.state().requests.clear();
    phone.sync().await;
    let requests = std::mem::take(&mut court.state().requests);
    let head: serde_json::Value = serde_json::from_slice(&requests[0].body).unwrap();
    assert_eq!(head["head"]["limits"], json!(2));
}

#[tokio::test]
async fn a_set_of_rules_beyond_its_bounds_is_not_the_courts() {
    let (court, _server, phone) = enrolled().await;
    let known = phone.kept().limits.clone();
    let mut limits = json!(Limits::default());
    limits["version"] = json!(2);
    for n in 0..=OVERRIDES_MAX {
        limits["rules"]["overrides"][format!("N{n}")] = json!("off");
    }
    court.state().lines.push(json!({ "limits": limits }));
    assert_eq!(phone.sync().await.outcome, LastOutcome::NotOurs);
    assert_eq!(phone.kept().limits, known);
}

#[tokio::test]
async fn a_beacon_is_kept_when_it_was_asked_for_and_signed() {
    let (court, _server, phone) = enrolled().await;
    let nonce = waiqin_protocol::ids::Nonce::from_bytes([8; 16]);
    let body = Beacon {
        at: 1_562_027_400_000,
        nonce,
        server: super::phone::SERVER,
    };
    let good = Signed::sign(body.clone(), &super::phone::court_key()).unwrap();
    let bad = Signed::sign(body, &super::phone::phone_key()).unwrap();
    court.state().lines.push(json!({ "beacon": good }));
    phone.sync().await;
    assert_eq!(phone.kept().beacons.len(), 0, "nobody asked");
    phone.kept().wants_beacon = true;
    court.state().lines.push(json!({ "beacon": good }));
    phone.sync().await;
    assert_eq!(phone.kept().beacons, std::slice::from_ref(&good));
    court.state().lines.push(json!({ "beacon": bad }));
    assert_eq!(phone.sync().await.outcome, LastOutcome::NotOurs);
    assert_eq!(phone.kept().beacons.len(), 1);
    assert_ne!(
        super::phone::court_public(),
        super::phone::phone_key().public_key()
    );
}

#[tokio::test]
async fn a_timer_syncs_when_it_is_due_and_a_save_makes_it_due_soon() {
    let (court, _server, phone) = enrolled().await;
    assert_eq!(phone.driver.sync_when_due().await.unwrap(), None);
    let planned = phone.driver.state().next_try_ms.unwrap();
    phone.write(entries(1, 1));
    phone.driver.saved();
    assert!(phone.driver.state().next_try_ms.unwrap() < planned);
    phone
        .clock
        .0
        .fetch_add(5_000, std::sync::atomic::Ordering::SeqCst);
    let report = phone.driver.sync_when_due().await.unwrap().unwrap();
    assert_eq!(report.entries_received, 1);
    assert_eq!(court.state().entries.len(), 2);
}

#[tokio::test]
async fn with_the_switch_off_nothing_is_sent_and_with_it_on_a_try_is_due() {
    let (court, _server, phone) = enrolled().await;
    phone.network.set(false);
    assert_eq!(phone.sync().await.outcome, LastOutcome::Offline);
    assert_eq!(phone.driver.state().next_try_ms, None);
    assert_eq!(phone.driver.sync_when_due().await.unwrap(), None);
    assert_eq!(court.paths(), [""; 0]);
    phone.network.set(true);
    assert!(phone.driver.sync_when_due().await.unwrap().is_some());
}

#[tokio::test]
async fn plain_http_goes_to_this_machine_alone_and_https_only_with_a_pin() {
    let pin = Some("ab".repeat(32));
    for (url, tls) in [
        ("http://192.0.2.1:80", None),
        ("http://192.0.2.1:80", pin.clone()),
        ("http://127.0.0.1.example.com", None),
        ("http://localhost.example.com", None),
        ("https://192.0.2.1", None),
        ("ftp://127.0.0.1", pin.clone()),
        ("", None),
        ("案号", None),
    ] {
        let phone = Phone::new(url, tls);
        assert_eq!(phone.sync().await.outcome, LastOutcome::NotOurs, "{url}");
    }
}
