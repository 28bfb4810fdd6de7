//! A session against kills, full disks, rot and damaged stores. The oracle is what the calls said:
//! a list of what was reported as saved.

use super::shown::*;
use super::*;
use crate::disk::{Disk, Fault};
use crate::phone::testing::{CHEAP, Court, Device, officer, pin};
use crate::sync::Holdings;
use crate::{Engine, EnrolError, FileSecret, Phone, UnlockError};
use std::collections::BTreeMap;
use std::path::Path as FilePath;
use waiqin_protocol::canonical::Value;
use waiqin_protocol::ids::{EvidenceHash, Link, OfficerId, SubjectId};
use waiqin_protocol::journal::{
    Act, CaseRef, Chain, Change, Entry, EvidenceRole, EvidenceSource, Head, Path, entry_hash,
};
use waiqin_protocol::suite::sha256;
use waiqin_protocol::wire::compare::Refetched;
use waiqin_protocol::wire::sync::EntryMark;

pub(super) fn values(pairs: &[(&str, &str)]) -> BTreeMap<Path, Value> {
    pairs
        .iter()
        .map(|(path, text)| (Path::new(*path).unwrap(), Value::from(*text)))
        .collect()
}

pub(super) fn case(number: &str) -> CaseRef {
    CaseRef {
        typed: number.to_owned(),
        normal: Some(number.to_owned()),
        ..CaseRef::default()
    }
}

pub(super) fn facts(name: &str) -> EvidenceFacts {
    EvidenceFacts {
        name: name.to_owned(),
        role: EvidenceRole::Overall,
        source: EvidenceSource::Camera,
        caption: None,
        item: None,
        how: None,
        fix: None,
    }
}

pub(super) fn enrolled(device: &Device) -> (Phone, Arc<Session>) {
    let phone = device.start().unwrap();
    let session = Court::new().enrol(&phone, 1).unwrap();
    (phone, session)
}

pub(super) fn incidents(session: &Session) -> Vec<IncidentKind> {
    session
        .status()
        .incidents
        .into_iter()
        .map(|incident| incident.kind)
        .collect()
}

#[test]
fn a_visit_is_recorded_and_is_there_after_lock_and_restart() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    let opened = session
        .open_record(
            Act::Investigation,
            case("（2019）粤0115执2371号"),
            values(&[("place", "大岗")]),
        )
        .unwrap();
    assert_eq!(opened.seq, 2);
    let changed = session
        .change(opened.subject, values(&[("course", "厂房门锁闭")]))
        .unwrap();
    let photo = session
        .add_evidence(opened.subject, &b"not a picture"[..], facts("a.jpg"))
        .unwrap();
    assert_eq!((photo.media, photo.readable, photo.seq), (None, false, 4));
    // What stands already is not written again.
    let again = session
        .change(opened.subject, values(&[("course", "厂房门锁闭")]))
        .unwrap();
    assert_eq!((changed.seq, again.seq), (3, 4));
    session.lock();
    assert!(session.is_locked());
    assert!(matches!(
        session.record(opened.subject),
        Err(StoreError::Locked)
    ));
    assert!(matches!(
        session.change(opened.subject, values(&[])),
        Err(SaveError::Locked)
    ));
    drop(session);

    let phone = device.start().unwrap();
    assert_eq!(phone.officers().len(), 1);
    let session = phone.unlock(officer(1), &pin()).unwrap();
    let page = session.record(opened.subject).unwrap().unwrap();
    assert_eq!(page.record.text("course"), "厂房门锁闭");
    let kinds: Vec<EntryKind> = page.entries.iter().map(|line| line.kind).collect();
    assert_eq!(
        kinds,
        [
            EntryKind::RecordOpened,
            EntryKind::FieldsChanged,
            EntryKind::EvidenceAdded
        ]
    );
    assert_eq!(page.delivery, Delivery::OnPhone);
    assert_eq!(
        session.original(photo.hash).unwrap().as_deref(),
        Some(&b"not a picture"[..])
    );
    let status = session.status();
    assert_eq!((status.saved_entries, status.undelivered_entries), (4, 4));
    assert_eq!(
        (status.undelivered_photos, status.undelivered_bytes),
        (1, 13)
    );
    assert!(status.durable);
    // The store in memory was gone, so it was rebuilt, and that is said.
    assert_eq!(incidents(&session), [IncidentKind::StoreRebuilt]);
}

#[test]
fn two_officers_on_one_phone_have_two_journals_and_see_nothing_of_each_other() {
    let device = Device::new(1);
    let (phone, first) = enrolled(&device);
    let second = Court::new().enrol(&phone, 2).unwrap();
    let opened = first
        .open_record(Act::Seal, case("a"), values(&[]))
        .unwrap();
    assert_ne!(first.journal(), second.journal());
    assert!(second.record(opened.subject).unwrap().is_none());
    assert!(second.records(&RecordsOf::All, 0, 10).unwrap().is_empty());
    assert_eq!(first.records(&RecordsOf::All, 0, 10).unwrap().len(), 1);
    assert!(matches!(
        Court::new().enrol(&phone, 2),
        Err(EnrolError::AlreadyOnPhone)
    ));
}

#[test]
fn lists_are_newest_first_and_undelivered_ones_are_found() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    let subjects: Vec<SubjectId> = (0..150)
        .map(|n| {
            let number = if n % 3 == 0 { "甲" } else { "乙" };
            session
                .open_record(Act::Service, case(number), values(&[]))
                .unwrap()
                .subject
        })
        .collect();
    session
        .change(subjects[0], values(&[("result", "已送达")]))
        .unwrap();
    let all = session.records(&RecordsOf::All, 0, 3).unwrap();
    let shown: Vec<SubjectId> = all.iter().map(|row| row.subject).collect();
    assert_eq!(shown, [subjects[0], subjects[149], subjects[148]]);
    let undelivered = session.records(&RecordsOf::Undelivered, 0, 1000).unwrap();
    assert_eq!(undelivered.len(), 150);
    let of_case = RecordsOf::Case(waiqin_protocol::ids::CaseId("甲".to_owned()));
    let of_case = session.records(&of_case, 0, 1000).unwrap();
    assert_eq!(of_case.len(), 50);
    assert_eq!(of_case[0].subject, subjects[0]);
}

#[test]
fn a_record_named_anew_moves_to_the_other_case() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    let opened = session
        .open_record(Act::Seal, case("甲"), values(&[]))
        .unwrap();
    session.name_case(opened.subject, case("乙")).unwrap();
    let of = |id: &str| {
        let of = RecordsOf::Case(waiqin_protocol::ids::CaseId(id.to_owned()));
        session.records(&of, 0, 10).unwrap().len()
    };
    assert_eq!((of("甲"), of("乙")), (0, 1));
}

#[test]
fn wrong_pins_are_counted_and_a_wait_survives_the_restart() {
    let device = Device::new(1);
    enrolled(&device);
    let wrong = crate::Pin::new("000000").unwrap();
    let try_wrong = || device.start().unwrap().unlock(officer(1), &wrong);
    for _ in 0..4 {
        assert!(matches!(
            try_wrong(),
            Err(UnlockError::WrongPin { wait_ms: 0 })
        ));
    }
    assert!(matches!(
        try_wrong(),
        Err(UnlockError::WrongPin { wait_ms: 30_000 })
    ));
    let phone = device.start().unwrap();
    assert!(matches!(
        phone.unlock(officer(1), &pin()),
        Err(UnlockError::Wait { .. })
    ));
    device.clock.pass(30_000);
    assert!(phone.unlock(officer(1), &pin()).is_ok());
    let nobody = OfficerId::from_bytes([77; 16]);
    assert!(matches!(
        phone.unlock(nobody, &pin()),
        Err(UnlockError::NoSuchOfficer)
    ));
}

#[test]
fn nothing_of_what_was_written_lies_readable_on_the_disk() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    let opened = session
        .open_record(
            Act::Investigation,
            case("（2019）粤0115执2371号"),
            values(&[("place", "豪岗大道八号")]),
        )
        .unwrap();
    session
        .add_evidence(
            opened.subject,
            "豪岗大道八号".repeat(50).as_bytes(),
            facts("a"),
        )
        .unwrap();
    session.lock();
    for (path, bytes) in device.disk.files() {
        for secret in ["豪岗大道八号", "2371", "record_opened", "Overall"] {
            let found = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found, "{secret} in {path:?}");
        }
    }
}

/// What one run of an officer's work reported as saved.
#[derive(Default, Debug)]
struct Reported {
    entries: BTreeMap<u64, (SubjectId, &'static str)>,
    photos: Vec<(EvidenceHash, Vec<u8>)>,
}

fn work(session: &Session, reported: &mut Reported, round: u8) {
    let opened = session.open_record(Act::Investigation, case("a"), values(&[("place", "大岗")]));
    let Ok(opened) = opened else { return };
    reported
        .entries
        .insert(opened.seq, (opened.subject, "place"));
    for (path, text) in [("course", "一"), ("result", "二")] {
        if let Ok(saved) = session.change(opened.subject, values(&[(path, text)])) {
            reported.entries.insert(saved.seq, (opened.subject, path));
        }
    }
    let bytes = vec![round; 300_000];
    if let Ok(saved) = session.add_evidence(opened.subject, &bytes[..], facts("p.jpg")) {
        assert_eq!(*saved.hash.as_bytes(), sha256(&bytes));
        reported
            .entries
            .insert(saved.seq, (opened.subject, "photo"));
        reported.photos.push((saved.hash, bytes));
    }
    session.lock();
}

fn holds(session: &Session, reported: &Reported, what: &str) {
    for (seq, (subject, said)) in &reported.entries {
        let page = session.record(*subject).unwrap().expect(what);
        let line = page
            .entries
            .iter()
            .find(|line| line.seq == Some(*seq))
            .expect(what);
        let fits = match *said {
            "photo" => line.kind == EntryKind::EvidenceAdded,
            path => line.paths.iter().any(|it| it == path) && page.record.value(path).is_some(),
        };
        assert!(fits, "{what}: entry {seq}");
    }
    for (hash, bytes) in &reported.photos {
        assert_eq!(
            session.original(*hash).unwrap().as_ref(),
            Some(bytes),
            "{what}"
        );
    }
    let lost = incidents(session).into_iter().any(|kind| {
        matches!(
            kind,
            IncidentKind::EntriesLost { .. } | IncidentKind::EvidenceDamaged { .. }
        )
    });
    assert!(!lost, "{what}: nothing was lost");
}

/// The power goes at every writing call of a day's work, then once more during the next start; all
/// that was reported as saved is there, and work goes on.
#[test]
fn the_power_goes_at_every_call_and_everything_reported_saved_is_there() {
    let calls = {
        let device = Device::new(1);
        let (_, session) = enrolled(&device);
        let before = device.disk.calls();
        work(&session, &mut Reported::default(), 1);
        device.disk.calls() - before
    };
    assert!(calls >= 15, "{calls} calls");
    let (mut torn, mut orphans) = (0, 0);
    for at in 0..=calls {
        for seed in 0..4u64 {
            let device = Device::new(seed * 1000 + at);
            let (_, session) = enrolled(&device);
            let mut reported = Reported::default();
            device.disk.set_fault(Fault::From(device.disk.calls() + at));
            work(&session, &mut reported, 1);
            drop(session);
            device.disk.crash();
            let what = format!("cut at {at}, seed {seed}");
            // A start that is cut off itself must not cost anything either.
            device
                .disk
                .set_fault(Fault::From(device.disk.calls() + seed));
            let _ = device.start().map(|phone| phone.unlock(officer(1), &pin()));
            device.disk.crash();
            let session = device
                .start()
                .unwrap()
                .unlock(officer(1), &pin())
                .expect(&what);
            holds(&session, &reported, &what);
            let before = session.status().saved_entries;
            let files = device.disk.files();
            torn += usize::from(
                files
                    .keys()
                    .any(|path| path.to_string_lossy().contains("torn")),
            );
            let found = |kind: &IncidentKind| matches!(kind, IncidentKind::Orphan { .. });
            orphans += usize::from(incidents(&session).iter().any(found));
            work(&session, &mut reported, 2);
            let session = device
                .start()
                .unwrap()
                .unlock(officer(1), &pin())
                .expect(&what);
            assert_eq!(session.status().saved_entries, before + 4, "{what}");
            holds(&session, &reported, &what);
        }
    }
    assert!(
        torn >= 3 && orphans >= 3,
        "the cuts fell inside writes: {torn} torn, {orphans} orphans"
    );
}

/// One call fails, at every place: the save says so or succeeds, later saves succeed.
#[test]
fn one_failing_call_costs_at_most_one_save() {
    for at in 0..30 {
        let device = Device::new(at);
        let (_, session) = enrolled(&device);
        let mut reported = Reported::default();
        device.disk.set_fault(Fault::Once(device.disk.calls() + at));
        work(&session, &mut reported, 1);
        device.disk.set_fault(Fault::None);
        let session = device.start().unwrap().unlock(officer(1), &pin()).unwrap();
        work(&session, &mut reported, 2);
        assert!(reported.entries.len() >= 4, "call {at}: {reported:?}");
        device.disk.crash();
        let session = device.start().unwrap().unlock(officer(1), &pin()).unwrap();
        holds(&session, &reported, &format!("call {at}"));
    }
}

#[test]
fn on_a_full_disk_nothing_is_said_to_be_saved_and_the_truth_line_says_so() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    let opened = session
        .open_record(Act::Seal, case("a"), values(&[]))
        .unwrap();
    device.disk.set_fault(Fault::Full(0));
    let refused = session.add_evidence(opened.subject, &[1; 1000][..], facts("p"));
    assert!(matches!(refused, Err(SaveError::Disk(_))));
    // The segment's room was taken before: saving goes on until it is full.
    let mut saved = 0;
    let error = loop {
        match session.change(
            opened.subject,
            values(&[("course", &"字".repeat(900 + saved))]),
        ) {
            Ok(_) => saved += 1,
            Err(error) => break error,
        }
    };
    assert!(saved > 3 && matches!(error, SaveError::Disk(_)));
    assert!(!session.status().durable);
    device.disk.set_fault(Fault::None);
    session
        .change(opened.subject, values(&[("course", "再记")]))
        .unwrap();
    assert!(session.status().durable);
    assert!(
        device
            .disk
            .files()
            .keys()
            .all(|path| path.extension().is_none_or(|it| it != "part"))
    );
}

#[test]
fn an_enrolment_cut_at_any_call_is_taken_up_with_the_same_entry() {
    for at in 0..60 {
        let device = Device::new(at);
        let court = Court::new();
        device.disk.set_fault(Fault::From(at));
        let first = device
            .start()
            .ok()
            .map(|phone| court.enrol(&phone, 1).is_ok());
        device.disk.crash();
        let phone = device.start().unwrap();
        match court.enrol(&phone, 1) {
            Ok(session) => assert_eq!(session.status().saved_entries, 1),
            Err(EnrolError::AlreadyOnPhone) => {
                assert_eq!(
                    phone
                        .unlock(officer(1), &pin())
                        .unwrap()
                        .status()
                        .saved_entries,
                    1
                );
            }
            Err(error) => panic!("cut at {at} ({first:?}): {error}"),
        }
    }
}

#[test]
fn a_foreign_certificate_is_refused_and_another_pin_cannot_take_up_an_enrolment() {
    let device = Device::new(1);
    let phone = device.start().unwrap();
    let court = Court::new();
    let stranger = Court {
        signer: waiqin_protocol::suite::Ed25519Signer::from_secret(&[99; 32]),
        server: court.server,
    };
    let refused = phone.enrol_with(&court.ticket(), &court.offer(1), &pin(), |entry| {
        stranger.certify(entry)
    });
    assert!(matches!(refused, Err(EnrolError::NotOurs)));
    assert!(phone.officers().is_empty());
    let unlocked = phone.unlock(officer(1), &pin());
    assert!(matches!(unlocked, Err(UnlockError::EnrolmentUnfinished)));
    let other = crate::Pin::new("999999").unwrap();
    let refused = phone.enrol_with(&court.ticket(), &court.offer(1), &other, |entry| {
        court.certify(entry)
    });
    assert!(matches!(refused, Err(EnrolError::OtherPin)));
    assert!(court.enrol(&phone, 1).is_ok());
}

/// Opens records with nothing in them.
fn opened(session: &Session, count: usize) -> Vec<SubjectId> {
    let open = |_| session.open_record(Act::Seal, case("a"), values(&[]));
    (0..count).map(|n| open(n).unwrap().subject).collect()
}

/// A bit flips in frames of the journal, counted from 0.
pub(super) fn rot_frames(device: &Device, which: std::ops::Range<usize>) {
    let files = device.disk.files();
    let path = files
        .keys()
        .find(|path| path.ends_with("journal/000001.wqj"))
        .unwrap();
    let bytes = &files[path];
    let frames: Vec<usize> = (0..bytes.len() - 4)
        .filter(|at| bytes[*at..].starts_with(b"\xf7WQF"))
        .collect();
    for frame in &frames[which] {
        device.disk.rot(path, |bytes| bytes[*frame + 90] ^= 1);
    }
}

#[test]
fn rot_in_the_journal_is_declared_once_in_an_entry_and_the_rest_goes_on() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    let subjects = opened(&session, 3);
    session.lock();
    rot_frames(&device, 2..3);
    for _ in 0..3 {
        let session = device.start().unwrap().unlock(officer(1), &pin()).unwrap();
        assert!(session.record(subjects[0]).unwrap().is_some());
        assert!(session.record(subjects[1]).unwrap().is_none());
        assert!(session.record(subjects[2]).unwrap().is_some());
        assert_eq!(listed(&session), [subjects[2], subjects[0]]);
        assert_eq!(
            session.status().saved_entries,
            5,
            "four entries, and one that declares"
        );
        let kinds = incidents(&session);
        let lost = IncidentKind::EntriesLost { from: 3, to: 3 };
        assert_eq!(kinds.iter().filter(|kind| **kind == lost).count(), 1);
        let inner = session.inner().unwrap();
        assert_eq!(inner.gap(2, 5).unwrap(), None);
        let gap = inner.gap(3, 5).unwrap().unwrap();
        assert_eq!((gap.from, gap.to), (3, 3));
        assert_eq!(Some(gap.link), inner.link_at(3).unwrap());
        // An export says the same in the place of the entry.
        let to = tempfile::tempdir().unwrap();
        session.export(to.path()).unwrap();
        let text = std::fs::read_to_string(to.path().join("journal.ndjson")).unwrap();
        let line = format!(
            "{{\"gap\":{{\"from\":3,\"link\":\"{}\",\"to\":3}}}}",
            gap.link
        );
        assert_eq!(text.lines().nth(2), Some(line.as_str()));
        assert_eq!(text.lines().count(), 5);
    }
}

/// The records in the list, in its order.
fn listed(session: &Session) -> Vec<SubjectId> {
    let rows = session.records(&RecordsOf::All, 0, 100).unwrap();
    rows.into_iter().map(|row| row.subject).collect()
}

/// What rots while the session is open is met when it is to be sent, and is declared then; lists and
/// records tell the same from then on.
#[test]
fn rot_that_sending_meets_is_declared_before_it_is_left_out() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    let subjects = opened(&session, 3);
    let place = values(&[("place", "榄核镇")]);
    session.change(subjects[2], place.clone()).unwrap();
    let inner = session.inner().unwrap();
    let first = after(&inner, 1);
    let links = [2, 3].map(|seq| inner.link_at(seq).unwrap().unwrap());
    rot_frames(&device, 1..3);
    assert_eq!(inner.entries(first, 5, 10_000).unwrap(), [[0u8; 0]; 0]);
    assert_eq!(listed(&session).len(), 3);
    for _ in 0..2 {
        let gap = inner.gap(2, 5).unwrap().unwrap();
        assert_eq!((gap.from, gap.to, gap.link), (2, 3, links[1]));
        assert_eq!(listed(&session), [subjects[2]]);
        let head = inner.head().unwrap().seq;
        assert_eq!(head, 6, "declared once");
        let entry = inner
            .entries(after(&inner, 5), 6, 10_000)
            .unwrap()
            .remove(0);
        let Change::EntriesLost { from, to, link } = Entry::from_bytes(&entry).unwrap().change
        else {
            panic!("the journal says what is lost");
        };
        assert_eq!((from, to, link), (2, 3, links[1]));
    }
    let kinds = incidents(&session);
    assert!(kinds.contains(&IncidentKind::EntriesLost { from: 2, to: 3 }));
    // What a change that rotted said stands in no list.
    rot_frames(&device, 4..5);
    assert_eq!(inner.gap(5, 6).unwrap().map(|gap| gap.to), Some(5));
    let rows = session.records(&RecordsOf::All, 0, 100).unwrap();
    assert_eq!((rows.len(), rows[0].place.as_str()), (1, ""));
}

/// A place of the journal.
fn after(inner: &Inner, seq: u64) -> Head {
    let link = inner.link_at(seq).unwrap().unwrap();
    Head { link, seq }
}

/// The court gives an entry back.
pub(super) fn come_back(inner: &Inner, bytes: &[u8]) {
    let entry = Entry::from_bytes(bytes).unwrap();
    let mark = EntryMark {
        case: None,
        hash: entry_hash(bytes),
        journal: entry.journal,
        number: 7,
        seq: entry.seq,
        subject: entry.subject,
    };
    let line = Refetched {
        case: None,
        entries: vec![mark],
        last: true,
    };
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    assert_eq!(inner.keep_again(line, vec![text]).unwrap(), 1);
}

/// A court that was put back gets what another day's court gave back: the whole of a run, and only what
/// the chain says was written.
#[test]
fn what_came_back_is_delivered_again() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    opened(&session, 4);
    let inner = session.inner().unwrap();
    let first = after(&inner, 1);
    let written = inner.entries(first, 3, 10_000).unwrap();
    assert_eq!(written.len(), 2);
    rot_frames(&device, 1..3);
    let sent = |after, to, bytes_max| inner.entries(after, to, bytes_max).unwrap();
    for (n, bytes) in written.iter().enumerate() {
        assert!(
            sent(first, 5, 10_000).is_empty(),
            "{n} of the run came back"
        );
        come_back(&inner, bytes);
    }
    assert_eq!(sent(first, 5, 10_000), written);
    assert_eq!(sent(first, 5, 0), written[..1], "at least one");
    assert_eq!(sent(first, 2, 10_000), written[..1]);
    // A line that broke in the middle of the run goes on there.
    let mut chain = Chain::after(first);
    chain.push(&written[0]);
    assert_eq!(sent(chain.head(), 5, 10_000), written[1..]);
    // What does not follow is not sent.
    let other = Head {
        link: Link::ZERO,
        seq: 1,
    };
    assert!(sent(other, 5, 10_000).is_empty());
}

/// Entries that a checkpoint knew durable and that are cut off are lost, and named.
#[test]
fn a_cut_off_end_that_a_checkpoint_knew_is_declared() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    session
        .open_record(Act::Seal, case("a"), values(&[]))
        .unwrap();
    session.lock();
    let files = device.disk.files();
    let path = files
        .keys()
        .find(|path| path.ends_with("journal/000001.wqj"))
        .unwrap();
    let bytes = &files[path];
    let last = (0..bytes.len() - 4)
        .rfind(|at| bytes[*at..].starts_with(b"\xf7WQF"))
        .unwrap();
    device.disk.rot(path, |bytes| bytes[last..].fill(0));
    let session = device.start().unwrap().unlock(officer(1), &pin()).unwrap();
    assert!(incidents(&session).contains(&IncidentKind::EntriesLost { from: 2, to: 2 }));
    assert_eq!(session.status().saved_entries, 3);
}

#[test]
fn a_damaged_copy_of_the_keys_is_written_anew_and_lost_custody_costs_no_record() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    let opened = session
        .open_record(Act::Seal, case("a"), values(&[]))
        .unwrap();
    session.lock();
    let files = device.disk.files();
    let keys = files
        .keys()
        .find(|path| path.ends_with("keys.json"))
        .unwrap();
    device.disk.rot(keys, |bytes| bytes[40] ^= 1);
    for path in files
        .keys()
        .filter(|path| path.to_string_lossy().contains("custody"))
    {
        device.disk.remove(path).unwrap();
    }
    let session = device.start().unwrap().unlock(officer(1), &pin()).unwrap();
    assert!(session.record(opened.subject).unwrap().is_some());
    let kinds = incidents(&session);
    assert!(kinds.contains(&IncidentKind::KeysCopyDamaged));
    assert!(kinds.contains(&IncidentKind::CustodyDamaged));
    assert_eq!(device.disk.read(keys).unwrap(), files[keys]);
}

/// Removes the journal: nothing is started fresh.
#[test]
fn where_a_journal_was_none_is_begun() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    session.lock();
    for path in device
        .disk
        .files()
        .keys()
        .filter(|it| it.to_string_lossy().contains("journal"))
    {
        device.disk.remove(path).unwrap();
    }
    let opened = device.start().unwrap().unlock(officer(1), &pin());
    assert!(matches!(
        opened,
        Err(UnlockError::Journal(crate::journal::JournalError::Gone))
    ));
}

pub(super) fn real_phone(dir: &FilePath, device: &Device) -> Phone {
    let parts = crate::HostParts {
        dir: dir.to_owned(),
        hardware: Arc::new(FileSecret::in_folder(dir)),
        ..device.parts()
    };
    Phone::open_on(
        parts,
        Engine {
            pin_cost: CHEAP,
            ..Engine::default()
        },
    )
    .unwrap()
}

/// Every file of sled removed, cut and overwritten: a rebuild, nothing else.
#[test]
fn damage_to_any_file_of_the_store_costs_a_rebuild() {
    let dir = tempfile::tempdir().unwrap();
    let device = Device::new(1);
    let opened = {
        let phone = real_phone(dir.path(), &device);
        let session = Court::new().enrol(&phone, 1).unwrap();
        let opened = session
            .open_record(Act::Seal, case("a"), values(&[("place", "大岗")]))
            .unwrap();
        for n in 0..200 {
            let text = "勘验".repeat(100 + n);
            session
                .change(opened.subject, values(&[("course", &text)]))
                .unwrap();
        }
        session.lock();
        opened
    };
    let folder = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.join("store").is_dir())
        .unwrap();
    let mut files = Vec::new();
    let mut dirs = vec![folder.join("store")];
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                dirs.push(path)
            } else {
                files.push(path)
            }
        }
    }
    assert!(!files.is_empty());
    type Damage = (&'static str, fn(&FilePath));
    let damages: [Damage; 4] = [
        ("removed", |path| std::fs::remove_file(path).unwrap()),
        ("cut", |path| {
            let bytes = std::fs::read(path).unwrap();
            std::fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
        }),
        ("flipped", |path| {
            let mut bytes = std::fs::read(path).unwrap();
            bytes.iter_mut().step_by(97).for_each(|byte| *byte ^= 0x55);
            std::fs::write(path, bytes).unwrap();
        }),
        ("overwritten", |path| {
            std::fs::write(path, vec![0xaa; 5000]).unwrap()
        }),
    ];
    for file in &files {
        for (how, damage) in damages {
            if !file.exists() {
                continue;
            }
            damage(file);
            let session = real_phone(dir.path(), &device)
                .unlock(officer(1), &pin())
                .unwrap();
            let what = format!("{how}: {}", file.display());
            let page = session.record(opened.subject).unwrap().expect(&what);
            assert_eq!(page.entries.len(), 201, "{what}");
            assert_eq!(page.record.text("course"), "勘验".repeat(299), "{what}");
            assert_eq!(
                session.records(&RecordsOf::All, 0, 5).unwrap().len(),
                1,
                "{what}"
            );
            session.lock();
        }
    }
    std::fs::remove_dir_all(folder.join("store")).unwrap();
    let session = real_phone(dir.path(), &device)
        .unlock(officer(1), &pin())
        .unwrap();
    assert_eq!(
        session
            .record(opened.subject)
            .unwrap()
            .unwrap()
            .entries
            .len(),
        201
    );
    assert!(incidents(&session).contains(&IncidentKind::StoreRebuilt));
}

/// Whoever looks right after a sync was asked for sees it run, whether or not another one is under way.
#[test]
fn a_sync_that_was_asked_for_is_shown_from_then_until_it_is_over() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    let phase = || session.status().phase;
    assert_eq!(phase(), Phase::Idle);
    let (one, other) = (session.sync(), session.sync());
    assert_eq!(phase(), Phase::Connecting);
    drop(one);
    assert_eq!(phase(), Phase::Connecting);
    drop(other);
    assert_eq!(phase(), Phase::Idle);
}

/// Who told the office of what he was shown is called again by what comes later, and by nothing else.
#[test]
fn incidents_call_until_the_office_was_told_of_them() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    let note = |kind| session.inner().unwrap().note_incidents(vec![kind]).unwrap();
    let untold = || session.status().incidents_untold;
    note(IncidentKind::CustodyDamaged);
    note(IncidentKind::KeysCopyDamaged);
    assert_eq!(untold(), 2);
    session.told_incidents(1).unwrap();
    assert_eq!(untold(), 1, "he was shown one");
    session.told_incidents(9).unwrap();
    assert_eq!(untold(), 0);
    note(IncidentKind::Revoked);
    assert_eq!(untold(), 1, "nobody is told of what is not there yet");
    session.told_incidents(1).unwrap();
    assert_eq!(untold(), 1, "an older page takes nothing back");
    assert_eq!(session.status().incidents.len(), 3);
}

#[test]
fn an_orphan_finds_its_record() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    let opened = session
        .open_record(Act::Seal, case("a"), values(&[]))
        .unwrap();
    // The entry's write fails after the bytes are durable: what a kill between the two leaves.
    let before = device.disk.calls();
    session
        .add_evidence(opened.subject, &b"first"[..], facts("p"))
        .unwrap();
    let entry_call = device.disk.calls() - before - 2;
    device
        .disk
        .set_fault(Fault::From(device.disk.calls() + entry_call));
    session
        .add_evidence(opened.subject, &b"second"[..], facts("p"))
        .unwrap_err();
    drop(session);
    device.disk.crash();
    let session = device.start().unwrap().unlock(officer(1), &pin()).unwrap();
    let hash = EvidenceHash::from_bytes(sha256(b"second"));
    let orphan = IncidentKind::Orphan {
        hash,
        subject: opened.subject,
    };
    assert!(incidents(&session).contains(&orphan));
    let offered = session.orphans();
    let [found] = offered.as_slice() else {
        panic!("{offered:?}");
    };
    assert_eq!(
        (found.hash, found.length, found.record, found.role),
        (hash, 6, opened.subject, facts("p").role)
    );
    let adopted = session.adopt_orphan(hash, None, facts("p")).unwrap();
    assert_eq!(adopted.length, 6);
    assert_eq!(session.orphans(), []);
    assert!(matches!(
        session.adopt_orphan(hash, None, facts("p")),
        Err(SaveError::NoSuchEvidence)
    ));
    assert_eq!(
        session
            .record(opened.subject)
            .unwrap()
            .unwrap()
            .photos
            .len(),
        2
    );
}

#[test]
fn an_orphan_whose_record_is_gone_goes_where_the_officer_says() {
    let device = Device::new(1);
    let (phone, session) = enrolled(&device);
    let opened = session
        .open_record(Act::Seal, case("a"), values(&[]))
        .unwrap();
    let (here, gone) = (opened.subject, SubjectId::from_bytes([7; 16]));
    let take = |record, bytes: &[u8]| {
        let head = crate::evidence::EvidenceHead {
            at: 1,
            record,
            role: EvidenceRole::Overall,
        };
        let inner = session.inner().unwrap();
        inner.evidence.take(bytes, 1 << 20, &head).unwrap().hash
    };
    let (first, second) = (take(gone, b"first"), take(here, b"second"));
    session.lock();
    let session = phone.unlock(officer(1), &pin()).unwrap();
    let other = session
        .open_record(Act::Seal, case("b"), values(&[]))
        .unwrap()
        .subject;
    assert!(matches!(
        session.adopt_orphan(first, None, facts("p")),
        Err(SaveError::NoSuchRecord)
    ));
    session
        .adopt_orphan(first, Some(other), facts("p"))
        .unwrap();
    // One whose record is here goes nowhere else.
    session
        .adopt_orphan(second, Some(other), facts("p"))
        .unwrap();
    let hashes = |subject| {
        let photos = session.record(subject).unwrap().unwrap().photos;
        let hashes = photos.iter().map(|it| it.state.evidence.hash);
        hashes.collect::<Vec<_>>()
    };
    assert_eq!((hashes(other), hashes(here)), (vec![first], vec![second]));
    assert_eq!(session.orphans(), []);
}

#[test]
fn evidence_is_withdrawn_and_declared_missing_with_a_reason_and_counted_truly() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    let opened = session
        .open_record(Act::Seal, case("a"), values(&[]))
        .unwrap();
    let photo = session
        .add_evidence(opened.subject, &b"bytes"[..], facts("p"))
        .unwrap();
    session
        .withdraw_evidence(opened.subject, photo.hash, "拍错")
        .unwrap();
    // Withdrawn evidence is delivered too.
    assert_eq!(session.status().undelivered_photos, 1);
    session
        .declare_missing(opened.subject, photo.hash, "误删")
        .unwrap();
    assert_eq!(
        session.status().undelivered_photos,
        1,
        "the bytes are still here"
    );
    for path in device
        .disk
        .files()
        .keys()
        .filter(|it| it.extension().is_some_and(|e| e == "wqe"))
    {
        device.disk.remove(path).unwrap();
    }
    assert_eq!(session.status().undelivered_photos, 0);
    let page = session.record(opened.subject).unwrap().unwrap();
    assert!(!page.photos[0].on_phone);
    assert_eq!(page.photos[0].state.missing.as_deref(), Some("误删"));
    let strange = EvidenceHash::from_bytes([1; 32]);
    let refused = session.withdraw_evidence(opened.subject, strange, "x");
    assert!(matches!(refused, Err(SaveError::NoSuchEvidence)));
    for reason in ["", " \n"] {
        let withdrawn = session.withdraw_evidence(opened.subject, photo.hash, reason);
        assert!(matches!(withdrawn, Err(SaveError::NoReason)));
        let missing = session.declare_missing(opened.subject, photo.hash, reason);
        assert!(matches!(missing, Err(SaveError::NoReason)));
    }
}

/// The export holds the entries byte for byte, chained, with the certificate over entry 1.
#[test]
fn an_export_can_be_checked_without_the_engine() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    let opened = session
        .open_record(Act::Seal, case("a"), values(&[("place", "大岗")]))
        .unwrap();
    session
        .add_evidence(opened.subject, &b"bytes"[..], facts("p"))
        .unwrap();
    let dir = tempfile::tempdir().unwrap();
    let summary = session.export(dir.path()).unwrap();
    assert_eq!(summary.lines["journal.ndjson"], 3);
    let text = std::fs::read_to_string(dir.path().join("journal.ndjson")).unwrap();
    for (at, line) in text.lines().enumerate() {
        let entry = Entry::from_bytes(line.as_bytes()).unwrap();
        assert_eq!(entry.seq, at as u64 + 1);
        assert_eq!(entry.author, officer(1));
    }
    let first = text.lines().next().unwrap();
    let Change::JournalOpened { key, .. } = Entry::from_bytes(first.as_bytes()).unwrap().change
    else {
        panic!("entry 1 opens the journal");
    };
    let certificate = std::fs::read_to_string(dir.path().join("certificates.ndjson")).unwrap();
    let certificate: waiqin_protocol::journal::Signed<waiqin_protocol::journal::Certificate> =
        serde_json::from_str(&certificate).unwrap();
    assert_eq!(certificate.body.entry, entry_hash(first.as_bytes()));
    let keys: serde_json::Value =
        serde_json::from_slice(&std::fs::read(dir.path().join("keys.json")).unwrap()).unwrap();
    assert_eq!(keys["key"], key.to_string());
    let evidence = std::fs::read_to_string(dir.path().join("evidence.ndjson")).unwrap();
    assert!(evidence.contains("\"state\":\"on_phone\"") && evidence.contains("\"length\":5"));
    assert!(
        evidence.contains(&format!("\"journal\":{},", keys["journal"]))
            && evidence.contains("\"seq\":3")
    );
    let sums = std::fs::read_to_string(dir.path().join("SHA256SUMS")).unwrap();
    let sum = |name| hex::encode(sha256(&std::fs::read(dir.path().join(name)).unwrap()));
    for name in ["journal.ndjson", "keys.json", "receipts.ndjson"] {
        assert!(sums.contains(&format!("{}  {name}\n", sum(name))), "{name}");
    }
}
