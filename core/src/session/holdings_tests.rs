//! What sync brings and asks, against a court of keys: receipts, verdicts, pages, beacons.

use super::shown::*;
use super::tests::{case, enrolled, facts, incidents, values};
use super::{Inner, Session};
use crate::phone::testing::{Court, Device, MORNING_MS, officer, pin};
use crate::sync::{Holdings, HoldingsError};
use std::io::Read;
use std::sync::Arc;
use waiqin_protocol::ids::{CaseId, EvidenceHash, Link, Nonce};
use waiqin_protocol::journal::{
    Act, Beacon, Entry, EvidenceReceipt, Head, JournalReceipt, LogPosition, Signed,
};
use waiqin_protocol::wire::problem::ProblemCode;
use waiqin_protocol::wire::sync::{CaseSheet, End, Page, Verdict, VerdictReason, VerdictRun};

fn inner(session: &Session) -> Arc<Inner> {
    session.inner().unwrap()
}

fn position(number: u64) -> LogPosition {
    LogPosition {
        link: Link::from_bytes([7; 32]),
        number,
    }
}

fn receipt(session: &Session, head: Head, number: u64) -> Signed<JournalReceipt> {
    let court = Court::new();
    let body = JournalReceipt {
        at: MORNING_MS,
        journal: session.journal(),
        link: head.link,
        position: position(number),
        seq: head.seq,
        server: court.server,
    };
    Signed::sign(body, &court.signer).unwrap()
}

fn evidence_receipt(session: &Session, hash: EvidenceHash) -> Signed<EvidenceReceipt> {
    let court = Court::new();
    let body = EvidenceReceipt {
        at: MORNING_MS,
        hash,
        journal: session.journal(),
        length: 5,
        position: position(9),
        server: court.server,
    };
    Signed::sign(body, &court.signer).unwrap()
}

fn sheet(id: &str) -> CaseSheet {
    let number = format!("（2019）粤0115执{id}号");
    CaseSheet {
        id: id.into(),
        number,
        ..CaseSheet::default()
    }
}

fn page(cases: &[&str], removed: &[&str], fresh: bool, cursor: &str) -> Page {
    Page {
        cases: cases.iter().map(|id| sheet(id)).collect(),
        cursor: cursor.into(),
        entries: Vec::new(),
        fresh,
        removed: removed.iter().map(|id| CaseId((*id).to_owned())).collect(),
    }
}

fn end(cursor: &str, more: bool) -> End {
    End {
        cursor: cursor.into(),
        more,
        position: position(9),
    }
}

#[test]
fn receipts_turn_saved_into_received_and_outlive_the_store() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    let opened = session
        .open_record(Act::Seal, case("a"), values(&[]))
        .unwrap();
    let photo = session
        .add_evidence(opened.subject, &b"bytes"[..], facts("p"))
        .unwrap();
    let head = inner(&session).head().unwrap();
    assert_eq!(
        inner(&session)
            .keep_receipt(receipt(&session, head, 4))
            .unwrap(),
        3
    );
    let page = session.record(opened.subject).unwrap().unwrap();
    assert_eq!(page.entries[0].delivery, Delivery::Received);
    assert_eq!(
        page.delivery,
        Delivery::OnPhone,
        "as the worst of its parts: the photo waits"
    );
    assert_eq!(
        session
            .records(&RecordsOf::Undelivered, 0, 9)
            .unwrap()
            .len(),
        1
    );
    let of_photo = evidence_receipt(&session, photo.hash);
    assert_eq!(
        inner(&session)
            .keep_evidence_receipts(vec![of_photo.clone()])
            .unwrap(),
        1
    );
    assert_eq!(
        inner(&session)
            .keep_evidence_receipts(vec![of_photo])
            .unwrap(),
        0
    );
    // An older receipt that comes late takes nothing back.
    let older = Head {
        link: inner(&session).link_at(2).unwrap().unwrap(),
        seq: 2,
    };
    assert_eq!(
        inner(&session)
            .keep_receipt(receipt(&session, older, 3))
            .unwrap(),
        0
    );
    let check = |session: &Session| {
        let status = session.status();
        assert_eq!(
            (status.undelivered_entries, status.undelivered_photos),
            (0, 0)
        );
        assert_eq!(
            session.record(opened.subject).unwrap().unwrap().delivery,
            Delivery::Received
        );
        assert!(
            session
                .records(&RecordsOf::Undelivered, 0, 9)
                .unwrap()
                .is_empty()
        );
        assert_eq!(inner(session).received().unwrap(), head);
        assert_eq!(
            inner(session).position().unwrap(),
            Some(position(3)),
            "the one kept last"
        );
        assert!(inner(session).unsent().unwrap().is_empty());
        assert_eq!(session.receipts().len(), 3);
    };
    check(&session);
    session.lock();
    check(&device.start().unwrap().unlock(officer(1), &pin()).unwrap());
}

/// The same photo in a second record, after the court gave its receipt: nothing is sent again.
#[test]
fn evidence_that_has_a_receipt_is_not_sent_again_for_a_second_record() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    let first = session
        .open_record(Act::Seal, case("a"), values(&[]))
        .unwrap();
    let photo = session
        .add_evidence(first.subject, &b"bytes"[..], facts("p"))
        .unwrap();
    inner(&session)
        .keep_evidence_receipts(vec![evidence_receipt(&session, photo.hash)])
        .unwrap();
    let second = session
        .open_record(Act::Seal, case("a"), values(&[]))
        .unwrap();
    session
        .add_evidence(second.subject, &b"bytes"[..], facts("p"))
        .unwrap();
    assert_eq!(session.status().undelivered_photos, 0);
    session.lock();
    let session = device.start().unwrap().unlock(officer(1), &pin()).unwrap();
    assert_eq!(session.status().undelivered_photos, 0);
    assert!(inner(&session).unsent().unwrap().is_empty());
}

#[test]
fn verdicts_are_shown_at_their_entries_and_may_change() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    let opened = session
        .open_record(Act::Seal, case("a"), values(&[]))
        .unwrap();
    for text in ["一", "二", "三"] {
        session
            .change(opened.subject, values(&[("course", text)]))
            .unwrap();
    }
    let verdicts = || -> Vec<_> {
        let page = session.record(opened.subject).unwrap().unwrap();
        page.entries.into_iter().map(|line| line.verdict).collect()
    };
    assert_eq!(verdicts(), [None; 4]);
    let run = |from, to, verdict, reason| VerdictRun {
        from,
        number: 1,
        reason,
        to,
        verdict,
    };
    let held = (Verdict::Held, Some(VerdictReason::UnknownBase));
    inner(&session)
        .keep_verdicts(&[
            run(1, 3, Verdict::Accepted, None),
            run(4, 4, held.0, held.1),
            // A run beyond the journal is cut at its end, however long it claims to be.
            run(5, u64::MAX, Verdict::Contested, None),
        ])
        .unwrap();
    let accepted = Some((Verdict::Accepted, None));
    assert_eq!(
        verdicts(),
        [
            accepted,
            accepted,
            Some(held),
            Some((Verdict::Contested, None))
        ]
    );
    inner(&session)
        .keep_verdicts(&[run(4, 4, Verdict::Accepted, None)])
        .unwrap();
    assert_eq!(verdicts()[2], accepted);
}

#[test]
fn pages_move_the_cursor_and_a_case_with_open_work_stays() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    let holdings = inner(&session);
    assert_eq!(holdings.cursor().unwrap(), None);
    assert_eq!(
        holdings
            .apply_page(page(&["1", "2"], &[], true, "c1"), Vec::new())
            .unwrap(),
        2
    );
    assert_eq!(holdings.cursor().unwrap().as_deref(), Some("c1"));
    assert_eq!(
        session.cases("", 0, 9).unwrap().total,
        0,
        "not before the view is whole"
    );
    holdings.end_pages(&end("c2", true)).unwrap();
    assert_eq!(session.cases("", 0, 9).unwrap().total, 0);
    holdings
        .apply_page(page(&["3"], &[], false, "c3"), Vec::new())
        .unwrap();
    holdings.end_pages(&end("c3", false)).unwrap();
    assert_eq!(session.cases("", 0, 9).unwrap().total, 3);
    assert_eq!(session.case(&CaseId("2".into())).unwrap(), Some(sheet("2")));
    let of_1 = waiqin_protocol::journal::CaseRef {
        id: Some(CaseId("1".into())),
        typed: "（2019）粤0115执1号".into(),
        ..Default::default()
    };
    session.open_record(Act::Seal, of_1, values(&[])).unwrap();
    session
        .open_record(Act::Seal, case("（2019）粤0115执3号"), values(&[]))
        .unwrap();
    assert_eq!(
        session
            .records(&RecordsOf::Case(CaseId("3".into())), 0, 9)
            .unwrap()
            .len(),
        1
    );
    holdings
        .apply_page(page(&[], &["1", "2", "3"], false, "c4"), Vec::new())
        .unwrap();
    holdings.end_pages(&end("c4", false)).unwrap();
    let left = session.cases("", 0, 9).unwrap();
    let left: Vec<&str> = left.items.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(left, ["1", "3"], "2 left the scope and nobody works on it");
}

#[test]
fn a_beacon_enters_with_the_first_entry_that_uses_it_and_no_later_one() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    let court = Court::new();
    assert!(inner(&session).wants_beacon().unwrap());
    let body = Beacon {
        at: MORNING_MS,
        nonce: Nonce::from_bytes([8; 16]),
        server: court.server,
    };
    let signed = Signed::sign(body.clone(), &court.signer).unwrap();
    let (asked, answered) = (inner(&session).now(), inner(&session).now());
    inner(&session)
        .keep_beacon(signed.clone(), asked, answered)
        .unwrap();
    assert!(!inner(&session).wants_beacon().unwrap());
    let first = session
        .open_record(Act::Seal, case("a"), values(&[]))
        .unwrap();
    session.lock();
    let session = device.start().unwrap().unlock(officer(1), &pin()).unwrap();
    let second = session
        .change(first.subject, values(&[("course", "一")]))
        .unwrap();
    let entry = |seq: u64| -> Entry {
        let inner = inner(&session);
        let link = inner.link_at(seq - 1).unwrap().unwrap();
        let after = Head { link, seq: seq - 1 };
        let bytes = inner.entries(after, seq, 1 << 20).unwrap();
        Entry::from_bytes(&bytes[0]).unwrap()
    };
    let used = entry(first.seq).beacon.unwrap();
    assert_eq!(
        (used.asked, used.answered),
        (asked.mono_ms, answered.mono_ms)
    );
    assert_eq!(used.signed, signed);
    assert_eq!(entry(first.seq).at.beacon, Some(body.nonce));
    // The store in memory, and the beacon with it, went with the program: none is used, none twice.
    assert!(entry(second.seq).beacon.is_none());
    device.clock.pass(3_600_001);
    assert!(inner(&session).wants_beacon().unwrap());
}

#[test]
fn entries_come_in_bounded_steps_and_checkpoints_verify() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    let opened = session
        .open_record(Act::Seal, case("a"), values(&[]))
        .unwrap();
    session
        .change(opened.subject, values(&[("course", &"字".repeat(1000))]))
        .unwrap();
    let holdings = inner(&session);
    let after = |seq| Head {
        link: holdings.link_at(seq).unwrap().unwrap(),
        seq,
    };
    let all = holdings.entries(after(0), 99, usize::MAX).unwrap();
    assert_eq!(all.len(), 3);
    assert_eq!(
        holdings.entries(after(0), 99, 0).unwrap().len(),
        1,
        "at least one"
    );
    assert_eq!(holdings.entries(after(1), 2, 1 << 20).unwrap(), all[1..2]);
    let fitting = all[0].len() + all[1].len();
    assert_eq!(holdings.entries(after(0), 3, fitting).unwrap().len(), 2);
    assert_eq!(holdings.entries(after(0), 3, fitting - 1).unwrap().len(), 1);
    let head = holdings.head().unwrap();
    let checkpoint = holdings.sign_checkpoint(head).unwrap();
    checkpoint.verify(&holdings.public.key).unwrap();
    assert_eq!(
        (checkpoint.body.seq, checkpoint.body.link),
        (head.seq, head.link)
    );
    holdings
        .answer_challenge("abc")
        .unwrap()
        .verify(&holdings.public.key)
        .unwrap();
}

#[test]
fn what_is_parked_stays_set_aside_until_it_is_tried_again() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    let opened = session
        .open_record(Act::Seal, case("a"), values(&[]))
        .unwrap();
    let first = session
        .add_evidence(opened.subject, &b"first"[..], facts("p"))
        .unwrap();
    let second = session
        .add_evidence(opened.subject, &b"second"[..], facts("p"))
        .unwrap();
    let order: Vec<EvidenceHash> = inner(&session)
        .unsent()
        .unwrap()
        .into_iter()
        .map(|it| it.hash)
        .collect();
    assert_eq!(order, [second.hash, first.hash], "newest first");
    let parked = |item| Parked {
        item,
        code: ProblemCode::TooLarge,
        zh: "过大".into(),
        en: "too large".into(),
        at_ms: 1,
    };
    for item in [ParkedItem::Evidence(second.hash), ParkedItem::Journal(3)] {
        inner(&session).park(parked(item.clone())).unwrap();
        inner(&session).park(parked(item)).unwrap();
    }
    assert_eq!(session.status().parked.len(), 2);
    assert_eq!(inner(&session).unsent().unwrap().len(), 1);
    assert_eq!(inner(&session).journal_parked().unwrap(), Some(3));
    // Set aside is not delivered.
    assert_eq!(session.status().undelivered_photos, 2);
    session.unpark();
    assert_eq!(inner(&session).unsent().unwrap().len(), 2);
    assert_eq!(inner(&session).journal_parked().unwrap(), None);
}

#[test]
fn evidence_is_read_from_anywhere_and_damage_is_told_apart_from_absence() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    let opened = session
        .open_record(Act::Seal, case("a"), values(&[]))
        .unwrap();
    let photo = session
        .add_evidence(opened.subject, &b"0123456789"[..], facts("p"))
        .unwrap();
    let read = |offset| {
        let mut bytes = Vec::new();
        let reader = inner(&session).evidence(photo.hash, offset)?;
        reader.unwrap().read_to_end(&mut bytes).map(|_| bytes)
    };
    assert_eq!(read(7).unwrap(), b"789");
    let strange = EvidenceHash::from_bytes([1; 32]);
    assert!(inner(&session).evidence(strange, 0).unwrap().is_none());
    let files = device.disk.files();
    let path = files
        .keys()
        .find(|it| it.extension().is_some_and(|it| it == "wqe"))
        .unwrap();
    device
        .disk
        .rot(path, |bytes| *bytes.last_mut().unwrap() ^= 1);
    assert_eq!(read(0).unwrap_err().kind(), std::io::ErrorKind::InvalidData);
    assert!(session.original(photo.hash).is_err());
    assert_eq!(
        incidents(&session)[0],
        IncidentKind::EvidenceDamaged { hash: photo.hash }
    );
}

#[test]
fn after_the_lock_a_sync_under_way_gets_nothing_more() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    let held = inner(&session);
    session.lock();
    assert!(matches!(held.head(), Err(HoldingsError::Locked)));
    assert!(matches!(
        held.answer_challenge("x"),
        Err(HoldingsError::Locked)
    ));
    let strange = EvidenceHash::from_bytes([1; 32]);
    assert!(held.evidence(strange, 0).is_err());
}

#[test]
fn after_the_court_was_rolled_back_every_photo_is_asked_about_again() {
    let device = Device::new(10);
    let (_, session) = enrolled(&device);
    let opened = session.open_record(Act::Investigation, case("a"), values(&[]));
    let subject = opened.unwrap().subject;
    let taken = session.add_evidence(subject, &b"bytes"[..], facts("a.jpg"));
    let hash = taken.unwrap().hash;
    let again = |session: &Session| {
        session.lock();
        device.start().unwrap().unlock(officer(1), &pin()).unwrap()
    };
    let receipt = evidence_receipt(&session, hash);
    let waiting = |session: &Session| inner(session).unsent().unwrap().len();
    let keep = |session: &Session| {
        let receipts = vec![receipt.clone()];
        inner(session).keep_evidence_receipts(receipts).unwrap()
    };
    assert_eq!((keep(&session), waiting(&session)), (1, 0));
    let held = position(9);
    let seen = IncidentKind::ServerRolledBack { held };
    inner(&session).record_incident(seen).unwrap();
    assert_eq!(waiting(&session), 1);
    let session = again(&session);
    assert_eq!(waiting(&session), 1);
    assert_eq!((keep(&session), waiting(&session)), (1, 0));
    assert_eq!(waiting(&again(&session)), 0);
}
