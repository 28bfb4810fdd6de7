//! The real `waiqin-phone` when files cannot grow any more, as on a full disk: what it says to be
//! saved is shown and is there afterwards, what it cannot save it says so, and with room again it goes on.
#![allow(
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    clippy::print_stderr,
    reason = "a crate of tests"
)]

mod real;

use real::court::Court;
use real::oracle::{Acknowledged, check};
use real::{Door, Host, export, noise};
use sha2::{Digest, Sha256};
use std::path::Path;

const PHOTO_BYTES: usize = 500_000;

/// What one phone was told, and how often it was refused.
#[derive(Default)]
struct Told {
    acknowledged: Acknowledged,
    refused_texts: usize,
    refused_photos: usize,
}

#[test]
fn a_full_disk_is_said_and_costs_nothing_that_was_said_to_be_saved() {
    let court = Court::open();
    // Below a photo, between the journal's frames, below a new segment of 4 MiB.
    for room_kib in [24, 90, 300, 1100] {
        let dir = tempfile::tempdir().unwrap();
        let record = enrolled(&court, dir.path());
        let mut told = Told::default();
        let mut host = Host::start_with_room(dir.path(), &court.ticket, room_kib);
        host.unlock(&court.officer);
        for n in 0..60 {
            write(&host.door, &record, n, &mut told);
        }
        host.kill();
        assert!(told.refused_texts > 0, "{room_kib} KiB were enough");
        let none_fits = PHOTO_BYTES > usize::try_from(room_kib).unwrap() * 1024;
        assert!(!none_fits || told.refused_photos == 10, "{room_kib} KiB");
        // With room again the same phone goes on.
        let mut host = Host::start(dir.path(), &court.ticket);
        host.unlock(&court.officer);
        let refused = told.refused_texts + told.refused_photos;
        for n in 60..64 {
            write(&host.door, &record, n, &mut told);
        }
        assert_eq!(told.refused_texts + told.refused_photos, refused);
        host.kill();
        let to = tempfile::tempdir().unwrap();
        let to = to.path().join("export");
        export(dir.path(), &court.officer, &to);
        let unheard = check(&to, &told.acknowledged);
        eprintln!(
            "files of at most {room_kib} KiB: {} said to be saved and there, {} texts and {} \
             photos refused, {unheard} there without a word",
            told.acknowledged.len(),
            told.refused_texts,
            told.refused_photos
        );
    }
}

/// A phone with one record; the record's page.
fn enrolled(court: &Court, dir: &Path) -> String {
    let mut host = Host::start(dir, &court.ticket);
    host.enrol(&court.ticket);
    let typed = [("typed", "（2019）粤0115执100号")];
    let answer = host.door.post("/records/new", &typed).unwrap();
    let location = answer.location.unwrap();
    location.split('?').next().unwrap().to_owned()
}

/// Writes one thing and notes what was said. A phone never answers with anything but yes or no.
fn write(door: &Door, record: &str, n: usize, told: &mut Told) {
    let marker = format!("mk-0-0-{n}.");
    if n % 6 == 5 {
        let mut bytes = marker.as_bytes().to_vec();
        bytes.extend(noise(PHOTO_BYTES));
        let answer = door.photo(record, &marker, &bytes).unwrap();
        if answer.status == 303 {
            let hash = hex::encode(Sha256::digest(&bytes));
            told.acknowledged.insert(marker, Some(hash));
        } else {
            assert_eq!(answer.status, 500, "{}", answer.body);
            told.refused_photos += 1;
        }
        return;
    }
    // Long enough that sixty pass the largest bound.
    let text = format!("{marker}{}", "记".repeat(9_000));
    let answer = door
        .post(&format!("{record}/fields"), &[("course", &text)])
        .unwrap();
    if answer.status == 200 && answer.body.contains("\"saved\":true") {
        // Saved is shown, also where the store under the views takes nothing any more.
        let page = door.get(record).unwrap();
        let shown = page.status == 200 && page.body.contains(&marker);
        assert!(shown, "{marker} was said to be saved: {}", page.status);
        told.acknowledged.insert(marker, None);
    } else {
        assert_eq!(answer.status, 500, "{}", answer.body);
        let said = ["\"saved\":false", "没有做成"];
        assert!(
            said.iter().any(|it| answer.body.contains(it)),
            "{}",
            answer.body
        );
        told.refused_texts += 1;
    }
}
