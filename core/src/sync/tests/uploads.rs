//! Uploads: where they go on, and when they begin anew.

use super::court::{Twist, refusal};
use super::phone::entries;
use super::{Court, both, enrolled};
use crate::LastOutcome;
use crate::session::{IncidentKind, ParkedItem};

fn photo(megabytes: usize) -> Vec<u8> {
    (0..megabytes << 20)
        .map(|n| u8::try_from(n * 7 % 251).unwrap())
        .collect()
}

fn count(court: &Court, method: &str) -> usize {
    court
        .paths()
        .iter()
        .filter(|path| path.starts_with(method))
        .count()
}

#[tokio::test]
async fn a_long_piece_goes_in_chunks_with_checksums() {
    let (court, _server, phone) = enrolled().await;
    let hash = phone.take_photo(photo(5));
    assert_eq!(phone.sync().await.outcome, LastOutcome::Done);
    // The first is small; by then the line is known, and the rest is larger where it is fast.
    assert!((2..=5).contains(&count(&court, "PATCH")));
    assert!(court.state().evidence[&hash] == photo(5));
    // By now the line is known to be fast: the next one begins with its bytes.
    court.state().requests.clear();
    phone.take_photo(photo(1));
    assert_eq!(phone.sync().await.outcome, LastOutcome::Done);
    let patches = count(&court, "PATCH");
    let state = court.state();
    let create = state
        .requests
        .iter()
        .find(|it| it.path.ends_with("/evidence"))
        .unwrap();
    assert!(create.header("upload-checksum").is_some() != (patches == 1));
}

#[tokio::test]
async fn after_a_cut_it_goes_on_where_the_server_stands() {
    let (court, _server, phone) = enrolled().await;
    phone.take_photo(photo(3));
    court.twist("patch", Twist::Nothing);
    court.twist("patch", Twist::ReadOnly(700_000));
    assert_eq!(phone.sync().await.outcome, LastOutcome::Done);
    assert_eq!(
        court.state().upload_bytes,
        3 << 20,
        "no byte that arrived is sent again"
    );
    assert_eq!(
        (count(&court, "HEAD"), court.state().evidence.len()),
        (1, 1)
    );
}

#[tokio::test]
async fn a_place_kept_from_another_day_is_asked_first() {
    let (court, _server, phone) = enrolled().await;
    phone.take_photo(photo(3));
    for _ in 0..9 {
        court.twist("patch", Twist::ReadOnly(100_000));
        court.twist("head", Twist::Cut(0));
    }
    assert_eq!(phone.sync().await.outcome, LastOutcome::DoneWithIncidents);
    assert_eq!(phone.kept().places.len(), 1);
    court.state().twists.clear();
    court.state().requests.clear();
    assert_eq!(phone.sync().await.outcome, LastOutcome::Done);
    assert_eq!(
        (count(&court, "HEAD"), count(&court, "POST evidence")),
        (1, 2),
        "two are status"
    );
    assert_eq!(phone.kept().places.len(), 0);
}

#[tokio::test]
async fn offsets_and_checksums_that_differ_are_looked_up_and_sent_again() {
    for reply in [refusal(409, "offset", None), refusal(460, "checksum", None)] {
        let (court, _server, phone) = enrolled().await;
        phone.take_photo(photo(2));
        court.twist("patch", Twist::Nothing);
        court.twist("patch", Twist::Instead(reply));
        assert_eq!(phone.sync().await.outcome, LastOutcome::Done);
        assert_eq!(court.state().upload_bytes, 2 << 20);
        assert_eq!(count(&court, "HEAD"), 1);
    }
}

#[tokio::test]
async fn an_upload_that_the_server_forgot_begins_anew() {
    for status in [404, 410] {
        let (court, _server, phone) = enrolled().await;
        let hash = phone.take_photo(photo(2));
        phone
            .kept()
            .places
            .insert(hash, "/api/v1/evidence/u99".into());
        court.twist("patch", Twist::Nothing);
        court.twist("patch", Twist::Instead(refusal(status, "no_upload", None)));
        assert_eq!(phone.sync().await.outcome, LastOutcome::Done, "{status}");
        assert_eq!(court.state().evidence.len(), 1);
    }
    // For ever forgotten: it waits, the next one is delivered.
    let (court, _server, phone) = enrolled().await;
    phone.take_photo(photo(3));
    for _ in 0..20 {
        court.twist("patch", Twist::Instead(refusal(404, "no_upload", None)));
    }
    assert_eq!(phone.sync().await.outcome, LastOutcome::DoneWithIncidents);
    assert!(count(&court, "PATCH") <= 6, "{:?}", court.paths());
    assert!(phone.driver.state().next_try_ms.is_some());
}

#[tokio::test]
async fn bytes_that_are_gone_or_damaged_are_set_aside_and_said() {
    let (court, _server, phone) = enrolled().await;
    let gone = phone.take_photo(vec![1; 9000]);
    let short = phone.take_photo(vec![2; 9000]);
    let changed = phone.take_photo(vec![3; 9000]);
    phone.take_photo(vec![4; 9000]);
    phone.kept().damaged.insert(gone, None);
    phone.kept().damaged.insert(short, Some(vec![2; 100]));
    phone.kept().damaged.insert(changed, Some(vec![5; 9000]));
    assert_eq!(phone.sync().await.outcome, LastOutcome::DoneWithIncidents);
    let kept = phone.kept();
    let parked: Vec<_> = kept.parked.iter().map(|it| it.item.clone()).collect();
    for hash in [gone, short, changed] {
        assert!(parked.contains(&ParkedItem::Evidence(hash)));
    }
    for hash in [short, changed] {
        assert!(
            kept.incidents
                .contains(&IncidentKind::EvidenceDamaged { hash })
        );
    }
    assert!(
        kept.parked
            .iter()
            .all(|it| !it.zh.is_empty() && !it.en.is_empty())
    );
    assert_eq!(court.state().evidence.len(), 1);
}

#[tokio::test]
async fn bytes_damaged_on_the_way_are_sent_again_from_the_beginning() {
    let (court, _server, phone) = enrolled().await;
    phone.take_photo(vec![3; 9000]);
    court.twist("patch", Twist::Instead(refusal(422, "hash_mismatch", None)));
    assert_eq!(phone.sync().await.outcome, LastOutcome::DoneWithIncidents);
    assert_eq!(phone.kept().parked, []);
    assert_eq!(phone.kept().places.len(), 0);
    assert_eq!(phone.sync().await.outcome, LastOutcome::Done);
}

#[tokio::test]
async fn a_whole_upload_whose_answer_was_lost_is_not_sent_again() {
    let (court, _server, phone) = both().await;
    phone.write(entries(0, 1));
    phone.take_photo(vec![3; 9000]);
    court.twist("patch", Twist::Cut(0));
    let first = phone.sync().await.outcome;
    let second = phone.sync().await.outcome;
    assert!(
        first == LastOutcome::Done || second == LastOutcome::Done,
        "{first:?} {second:?}"
    );
    assert_eq!(court.state().evidence.len(), 1);
    assert_eq!(phone.kept().evidence_receipts.len(), 1);
}
