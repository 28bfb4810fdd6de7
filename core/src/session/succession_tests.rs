//! A new journal after a restored copy or a fork: what is written, shown and delivered, over locks
//! and restarts. The oracle is what the calls said.

use super::shown::*;
use super::tests::{case, enrolled, facts, incidents, values};
use super::{Inner, Session};
use crate::disk::Fault;
use crate::phone::testing::{Court, Device, MORNING_MS, officer, pin};
use crate::sync::Holdings;
use std::sync::Arc;
use waiqin_protocol::ids::Link;
use waiqin_protocol::journal::{
    Act, Change, Entry, Head, JournalCause, JournalReceipt, LogPosition, Signed,
};
use waiqin_protocol::suite::sha256;
use waiqin_protocol::wire::sync::End;

fn inner(session: &Session) -> Arc<Inner> {
    session.inner().unwrap()
}

fn unlocked(device: &Device) -> Arc<Session> {
    device.start().unwrap().unlock(officer(1), &pin()).unwrap()
}

fn saves(session: &Session, place: &str) -> Saved {
    let values = values(&[("place", place)]);
    session
        .open_record(Act::Investigation, case(place), values)
        .unwrap()
}

fn received(session: &Session, number: u64) {
    let court = Court::new();
    let inner = inner(session);
    let Head { link, seq } = inner.head().unwrap();
    let body = JournalReceipt {
        at: MORNING_MS,
        journal: inner.journal_id().unwrap(),
        link,
        position: LogPosition {
            link: Link::from_bytes(sha256(&number.to_be_bytes())),
            number,
        },
        seq,
        server: court.server,
    };
    inner
        .keep_receipt(Signed::sign(body, &court.signer).unwrap())
        .unwrap();
}

fn certify(session: &Session) {
    let inner = inner(session);
    let entry = Inner::uncertified(&inner).unwrap().unwrap();
    inner
        .keep_certificate(Court::new().certify(&entry))
        .unwrap();
}

#[test]
fn the_officer_writes_on_in_a_new_journal_and_sees_what_stood_in_the_old_one() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    let old = session.journal();
    let before = saves(&session, "大岗");
    inner(&session).new_journal(JournalCause::Forked).unwrap();
    let new = session.journal();
    assert_ne!(new, old);
    // One at a time: the next fork is heard of after this one is certified.
    inner(&session).new_journal(JournalCause::Forked).unwrap();
    assert_eq!(session.journal(), new);
    let after = saves(&session, "榄核");
    session
        .change(before.subject, values(&[("course", "回来再看")]))
        .unwrap();
    session.lock();

    for _ in 0..2 {
        let session = unlocked(&device);
        assert_eq!(session.journal(), new);
        let places: Vec<String> = session
            .records(&RecordsOf::All, 0, 10)
            .unwrap()
            .into_iter()
            .map(|row| row.place)
            .collect();
        assert_eq!(places, ["大岗", "榄核"], "newest change first");
        let page = session.record(before.subject).unwrap().unwrap();
        assert_eq!(page.record.text("course"), "回来再看");
        assert_eq!(page.entries.len(), 2);
        assert!(session.record(after.subject).unwrap().is_some());
        let inner = inner(&session);
        let read = |n| {
            let bytes = inner.journal().log.read(n).unwrap().unwrap();
            Entry::from_bytes(&bytes).unwrap()
        };
        let opened = read(3);
        let Change::JournalOpened {
            cause, parent, key, ..
        } = &opened.change
        else {
            panic!("entry 1 opens the new journal");
        };
        let parent = parent.unwrap();
        assert_eq!((*cause, parent.journal), (JournalCause::Forked, old));
        assert_eq!(parent.head.seq, 2);
        assert_ne!(*key, inner.public.key, "a key of its own");
        let changed = read(5);
        assert_eq!((changed.journal, changed.seq), (new, 3));
        let own = inner.journal().log.read(2).unwrap().unwrap();
        assert_eq!(
            changed.base,
            Some(waiqin_protocol::journal::entry_hash(&own)),
            "what the old journal says was seen"
        );
        session.lock();
    }
}

#[test]
fn the_old_journal_is_delivered_to_its_end_and_then_the_new_one() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    let old = session.journal();
    saves(&session, "大岗");
    received(&session, 5);
    let tail = saves(&session, "东涌");
    inner(&session)
        .new_journal(JournalCause::RestoredCopy)
        .unwrap();
    let fresh = saves(&session, "榄核");
    let holdings = inner(&session);
    assert_eq!(holdings.journal_id().unwrap(), old);
    assert_eq!(holdings.head().unwrap().seq, 3);
    assert_eq!(holdings.received().unwrap().seq, 2);
    assert_eq!(
        holdings
            .entries(holdings.received().unwrap(), 9, 9999)
            .unwrap()
            .len(),
        1
    );
    let signed = holdings.sign_checkpoint(holdings.head().unwrap()).unwrap();
    assert_eq!(signed.body.journal, old);
    signed.verify(&holdings.public.key).unwrap();
    let status = session.status();
    assert_eq!((status.saved_entries, status.undelivered_entries), (5, 3));
    let delivery = |subject| session.record(subject).unwrap().unwrap().delivery;
    assert_eq!(delivery(tail.subject), Delivery::OnPhone);

    certify(&session);
    assert_eq!(holdings.journal_id().unwrap(), session.journal());
    assert_eq!(holdings.head().unwrap().seq, 2);
    assert_eq!(Inner::uncertified(&holdings).unwrap(), None);
    // The certificate says that the court has the old journal up to its end.
    assert_eq!(session.status().undelivered_entries, 2);
    assert_eq!(delivery(tail.subject), Delivery::Received);
    assert_eq!(delivery(fresh.subject), Delivery::OnPhone);
    let signed = holdings.sign_checkpoint(holdings.head().unwrap()).unwrap();
    assert_eq!(signed.body.journal, session.journal());
    received(&session, 9);
    assert_eq!(session.status().undelivered_entries, 0);
    assert_eq!(delivery(fresh.subject), Delivery::Received);
    drop(holdings);
    session.lock();
    let session = unlocked(&device);
    assert_eq!(session.status().undelivered_entries, 0);
    // The store of these tests lives in memory.
    assert_eq!(incidents(&session), [IncidentKind::StoreRebuilt]);
}

/// Evidence is counted by running numbers, as the store counts it: what was taken last is delivered
/// first, whichever journal names it.
#[test]
fn evidence_in_a_new_journal_comes_before_what_the_old_one_names() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    let record = saves(&session, "大岗").subject;
    let photo = |bytes: &[u8]| {
        let taken = session.add_evidence(record, bytes, facts("大门.jpg"));
        taken.unwrap().hash
    };
    let old = photo(b"old");
    inner(&session).new_journal(JournalCause::Forked).unwrap();
    let new = photo(b"new");
    let inner = inner(&session);
    let unsent = || inner.live().unsent.values().copied().collect::<Vec<_>>();
    let order = inner.in_order(unsent()).unwrap();
    let order: Vec<_> = order.into_iter().map(|it| it.hash).collect();
    assert_eq!(order, [new, old]);
    let stored = inner.views.unsent().unwrap();
    assert_eq!(
        inner.in_order(unsent()).unwrap(),
        inner.in_order(stored).unwrap()
    );
}

/// The power goes at every call while a new journal is begun: the phone opens with either journal,
/// everything said to be saved is there, and it goes on.
#[test]
fn a_cut_while_a_new_journal_is_begun_leaves_one_that_goes_on() {
    for at in 0..24 {
        let device = Device::new(at);
        let (_, session) = enrolled(&device);
        let before = saves(&session, "大岗");
        device.disk.set_fault(Fault::From(device.disk.calls() + at));
        let begun = inner(&session).new_journal(JournalCause::Forked);
        let after = session
            .open_record(Act::Investigation, case("b"), values(&[]))
            .ok();
        device.disk.crash();
        drop(session);
        let session = unlocked(&device);
        assert!(
            session.record(before.subject).unwrap().is_some(),
            "cut at {at}"
        );
        if let Some(after) = after {
            assert!(
                session.record(after.subject).unwrap().is_some(),
                "cut at {at}"
            );
        }
        inner(&session).new_journal(JournalCause::Forked).unwrap();
        let saved = saves(&session, "榄核");
        assert!(session.record(saved.subject).unwrap().is_some());
        let uncertified = Inner::uncertified(&inner(&session)).unwrap();
        assert!(
            uncertified.is_some(),
            "cut at {at}, begun: {}",
            begun.is_ok()
        );
    }
}

#[test]
fn a_certificate_begins_the_pages_anew_and_a_court_that_lacks_the_journal_gets_the_old_one() {
    let device = Device::new(5);
    let (_, session) = enrolled(&device);
    let (inner, old) = (inner(&session), session.journal());
    saves(&session, "大岗");
    received(&session, 1);
    let end = End {
        cursor: "7".to_owned(),
        more: false,
        position: LogPosition::START,
    };
    inner.end_pages(&end).unwrap();
    inner.new_journal(JournalCause::RestoredCopy).unwrap();
    assert_eq!(Holdings::cursor(&*inner).unwrap(), Some(end.cursor));
    certify(&session);
    // What the old journal delivered and the copy lacks comes with pages from the start.
    assert_eq!(Holdings::cursor(&*inner).unwrap(), None);
    let new = session.journal();
    assert!(inner.is_own(old).unwrap() && inner.is_own(new).unwrap());
    assert!(inner.follows().unwrap());

    inner.journal_unknown().unwrap();
    assert_eq!(inner.journal_id().unwrap(), old);
    assert!(!inner.follows().unwrap());
    certify(&session);
    assert_eq!(inner.journal_id().unwrap(), new);
    assert!(Inner::uncertified(&inner).unwrap().is_none());
}
