//! The court moves: a backup is made during a push and restored elsewhere. And a court that is not the
//! one whose key was pinned.

use crate::court::{Court, server};
use crate::host::Host;
use crate::story::Story;
use std::time::Duration;
use waiqin_tests::proxy::{Fault, Way};

/// Of each journal: its number and link, in the order of their names.
fn heads(report: &serde_json::Value) -> Vec<(String, u64, String)> {
    let journals = report["journals"].as_array().unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let head = |it: &serde_json::Value| {
        (
            text(&it["id"]),
            it["seq"].as_u64().unwrap(),
            text(&it["link"]),
        )
    };
    let mut heads: Vec<_> = journals.iter().map(head).collect();
    heads.sort();
    heads
}

#[test]
fn a_backup_during_a_push_restored_elsewhere_ends_where_the_court_did() {
    let mut story = Story::begin(9);
    let (backup, elsewhere) = (story.path("backup"), story.path("elsewhere"));
    for _ in 0..6 {
        let record = story.record();
        story.photo(&record, 120_000);
    }
    // The push stands in its middle, goes on slowly, and the backup is made meanwhile.
    story.syncs_until(Way::Up, 40_000, Fault::Stall);
    story.line.does(Fault::Trickle {
        bytes: 4_000,
        pause: Duration::from_millis(2),
    });
    let to = backup.to_str().unwrap();
    server(story.court.data(), &["backup", "--with-keys", "--to", to]);
    story.line.does(Fault::None);
    story.delivers();
    let at_court = story.holds();
    // Restored elsewhere it is older; the phone notices and brings what it lacks, by itself.
    story.court.crash();
    server(&elsewhere, &["restore", "--from", to]);
    story.court = Court::serve(&elsewhere);
    story.line.leads_to(story.court.address("http"));
    story.line.cut_now();
    story.record();
    story.delivers();
    let restored = story.holds();
    // Two saves more, on top of the same heads: both ends tell the same journal.
    let (before, after) = (heads(&at_court), heads(&restored));
    assert_eq!(before.len(), 1, "{before:?}");
    assert_eq!(after[0].1, before[0].1 + 2, "{after:?}");
    assert_eq!(restored["evidence"]["bytes"], at_court["evidence"]["bytes"]);
    // A backup of it all, restored once more, is equal in every head and hash.
    let (last, third) = (story.path("last"), story.path("third"));
    let to = last.to_str().unwrap();
    server(story.court.data(), &["backup", "--with-keys", "--to", to]);
    server(&third, &["restore", "--from", to]);
    let third = server(&third, &["verify", "--json"]);
    let third: serde_json::Value = serde_json::from_str(&third).unwrap();
    assert_eq!(third["ok"], true, "{third}");
    assert_eq!(heads(&third), after);
    for what in ["entries", "records", "evidence"] {
        assert_eq!(third[what], restored[what], "{what}");
    }
}

#[test]
fn a_phone_tells_nothing_to_a_court_whose_key_is_not_the_pinned_one() {
    let dir = tempfile::tempdir().unwrap();
    let court = Court::open(&dir.path().join("court"));
    let url = format!("https://{}", court.address("https"));
    let good = court.pin();
    let last = if good.ends_with('0') { "1" } else { "0" };
    let wrong = format!("{}{last}", &good[..good.len() - 1]);
    let (ticket, _) = court.ticket_to(&url, Some(&wrong));
    let mut phone = Host::start(&dir.path().join("phone"), &ticket);
    let answer = phone.tries_to_enrol(&ticket);
    assert_ne!(answer.status, 303, "{}", answer.body);
    let why = "不是登记码所指的那一台";
    assert!(answer.body.contains(why), "it says why: {}", answer.body);
    let report = court.verified();
    assert_eq!(report["journals"].as_array().unwrap().len(), 0, "{report}");
    // The same phone, the same court, the right key.
    let (ticket, _) = court.ticket_to(&url, Some(&good));
    phone.enrol(&ticket);
    assert_eq!(court.verified()["journals"].as_array().unwrap().len(), 1);
}
