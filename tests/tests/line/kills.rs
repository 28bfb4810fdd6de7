//! Either side is killed at the instant that hurts most; the line holds still until it has happened.

use crate::story::Story;
use waiqin_tests::proxy::{Fault, Way};

const PHOTO_BYTES: usize = 900_000;

#[test]
fn a_server_killed_in_the_middle_of_a_push_gets_the_rest_once() {
    let mut story = Story::begin(1);
    for _ in 0..12 {
        story.record();
    }
    let before = story.court.verified()["entries"].clone();
    story.syncs_until(Way::Up, 60_000, Fault::Stall);
    // It stands in the middle of a piece: nothing of it is taken, or the instant was another.
    assert_eq!(story.court.verified()["entries"], before);
    story.court_dies();
    story.delivers();
    let report = story.holds();
    // Thirteen records, two saves each, and the journal's own entry.
    assert_eq!(report["entries"], 27, "{report}");
}

#[test]
fn a_server_killed_in_the_middle_of_an_upload_goes_on_where_it_stood() {
    let mut story = Story::begin(2);
    let record = story.record();
    story.delivers();
    story.photo(&record, PHOTO_BYTES);
    story.syncs_until(Way::Up, 500_000, Fault::Stall);
    story.until_half_uploaded(PHOTO_BYTES as u64);
    story.court_dies();
    story.delivers();
    story.holds();
}

#[test]
fn a_server_that_took_a_push_and_dies_before_it_is_heard_has_it_once() {
    let mut story = Story::begin(3);
    for _ in 0..3 {
        story.record();
    }
    let before = story.court.verified()["entries"].as_u64().unwrap();
    story.syncs_until(Way::Down, 0, Fault::Swallow);
    // Committed, said, and heard by nobody.
    let taken = story.court.verified()["entries"].as_u64().unwrap();
    assert_eq!(taken, before + 6);
    story.court_dies();
    story.delivers();
    assert_eq!(story.holds()["entries"], taken);
}

#[test]
fn a_server_that_took_a_photo_and_dies_before_it_is_heard_has_it_once() {
    let mut story = Story::begin(4);
    let record = story.record();
    story.photo(&record, PHOTO_BYTES);
    // The entry that names it is heard of; of the upload nothing is.
    story.syncs_until(Way::Up, 850_000, Fault::Stall);
    story.line.does_after(Way::Down, 0, Fault::Swallow);
    story.until_struck();
    // In custody, signed for, and heard by nobody.
    assert_eq!(story.court.verified()["evidence"]["receipts"], 1);
    story.court_dies();
    story.delivers();
    story.holds();
}

#[test]
fn a_phone_killed_in_the_middle_of_an_upload_sends_the_rest_after_its_start() {
    let mut story = Story::begin(5);
    let record = story.record();
    story.delivers();
    for _ in 0..3 {
        story.photo(&record, PHOTO_BYTES);
    }
    story.syncs_until(Way::Up, 1_200_000, Fault::Stall);
    story.until_half_uploaded(PHOTO_BYTES as u64);
    story.phone_dies();
    story.line.cut_now();
    story.delivers();
    story.holds();
}

#[test]
fn a_phone_killed_when_its_push_was_taken_but_not_heard_has_it_once() {
    let mut story = Story::begin(6);
    for _ in 0..3 {
        story.record();
    }
    story.syncs_until(Way::Down, 0, Fault::Swallow);
    let taken = story.court.verified()["entries"].clone();
    story.phone_dies();
    story.line.cut_now();
    story.line.does(Fault::None);
    story.delivers();
    assert_eq!(story.holds()["entries"], taken);
}
