//! 上交 and 收下回执包 on the phone. The court's side is a reader of packages and a signer here; the
//! oracle is what the calls said and the bytes that were saved.

use super::shown::*;
use super::tests::{case, come_back, enrolled, facts, incidents, rot_frames, values};
use super::{HandInScope, HandedIn, Inner, Session, TakeReceiptsError};
use crate::disk::Fault;
use crate::phone::testing::{Court, Device, MORNING_MS};
use crate::sync::Holdings;
use std::collections::BTreeMap;
use std::sync::Arc;
use waiqin_protocol::ids::{EvidenceHash, JournalId, Link, ServerId};
use waiqin_protocol::journal::{
    Act, Chain, EvidenceReceipt, Head, JournalReceipt, LogPosition, Signed, entry_hash,
};
use waiqin_protocol::package::{
    HandInLine, Item, JournalPart, PackageReader, Preamble, ReceiptsError, ReceiptsJournal,
    ReceiptsText,
};
use waiqin_protocol::suite::sha256;
use waiqin_protocol::wire::sync::{
    DownLine, Heads, Standing, SyncHead, UpLine, UpText, Verdict, VerdictReason, VerdictRun,
};

/// The recovery key of the court of these tests.
const RECOVERY: [u8; 32] = [23; 32];

/// What a package holds, read by the court's key.
#[derive(Default)]
struct Opened {
    journals: Vec<(JournalPart, SyncHead, Head)>,
    entries: Vec<Vec<u8>>,
    photos: BTreeMap<EvidenceHash, Vec<u8>>,
    lacking: Vec<EvidenceHash>,
}

fn inner(session: &Session) -> Arc<Inner> {
    session.inner().unwrap()
}

fn pack(session: &Session, scope: HandInScope) -> (HandedIn, Vec<u8>) {
    session.write_hand_in(Vec::new(), scope).unwrap()
}

/// Opens a package and follows its chains; the key of a journal is not asked for here.
fn open(mut bytes: &[u8]) -> Opened {
    let preamble = Preamble::read(&mut bytes).unwrap();
    let key = preamble.open(&RECOVERY).unwrap();
    let mut reader = PackageReader::after(bytes, key);
    let mut opened = Opened::default();
    let mut chain = Chain::default();
    let mut part = None;
    let mut photo = None;
    while let Some(item) = reader.read_next().unwrap() {
        match item {
            Item::Line(HandInLine::Journal(it)) => part = Some(*it),
            Item::Line(HandInLine::Evidence(it)) => photo = Some(it.hash),
            Item::Line(HandInLine::Lacking(hash)) => opened.lacking.push(hash),
            Item::Line(HandInLine::Whole(_)) => {}
            Item::Bytes(more) => opened
                .photos
                .entry(photo.unwrap())
                .or_default()
                .extend(more),
            Item::Sync(line) => match UpText::of(&line) {
                UpText::Control(UpLine::Head(head)) => {
                    chain = Chain::after(head.from);
                    opened
                        .journals
                        .push((part.take().unwrap(), *head, chain.head()));
                }
                UpText::Control(UpLine::Checkpoint(signed)) => {
                    let Head { link, seq } = chain.head();
                    assert_eq!((signed.body.link, signed.body.seq), (link, seq));
                    opened.journals.last_mut().unwrap().2 = chain.head();
                }
                UpText::Control(UpLine::Gap(gap)) => {
                    assert_eq!(gap.from, chain.head().seq + 1);
                    chain = Chain::after(gap.end());
                }
                UpText::Entry(bytes) => {
                    chain.push(bytes);
                    opened.entries.push(bytes.to_vec());
                }
                UpText::Broken(error) => panic!("{error}"),
            },
        }
    }
    for (hash, bytes) in &opened.photos {
        assert_eq!(*hash.as_bytes(), sha256(bytes));
    }
    opened
}

fn visit(session: &Session, place: &str, photo: &[u8]) -> EvidenceHash {
    let values = values(&[("place", place)]);
    let opened = session
        .open_record(Act::Investigation, case(place), values)
        .unwrap();
    session
        .add_evidence(opened.subject, photo, facts("大门.jpg"))
        .unwrap()
        .hash
}

fn position(number: u64) -> LogPosition {
    LogPosition {
        link: Link::from_bytes(sha256(&number.to_be_bytes())),
        number,
    }
}

/// What the court answers to a package whose entries it holds as revoked.
fn answer(session: &Session, package: &Opened, heads: Heads) -> Vec<u8> {
    let court = Court::new();
    let mut text = ReceiptsText::begin(court.server, session.journal());
    for (part, head, end) in &package.journals {
        let certificate = part.entry.as_ref().map(|it| court.certify(it.as_bytes()));
        text.journal(ReceiptsJournal {
            certificate,
            journal: part.journal,
        });
        text.down(&DownLine::Standing(Standing { head: *end, heads }));
        if heads != Heads::Same {
            continue;
        }
        text.down(&DownLine::Verdicts(vec![VerdictRun {
            from: head.from.seq + 1,
            number: 5,
            reason: Some(VerdictReason::Revoked),
            to: end.seq,
            verdict: Verdict::Held,
        }]));
        let receipt = JournalReceipt {
            at: MORNING_MS,
            journal: part.journal,
            link: end.link,
            position: position(5),
            seq: end.seq,
            server: court.server,
        };
        let receipt = Signed::sign(receipt, &court.signer).unwrap();
        text.down(&DownLine::Receipt(Box::new(receipt)));
    }
    for (hash, bytes) in &package.photos {
        let receipt = EvidenceReceipt {
            at: MORNING_MS,
            hash: *hash,
            journal: session.journal(),
            length: bytes.len() as u64,
            position: position(6),
            server: court.server,
        };
        text.evidence(Signed::sign(receipt, &court.signer).unwrap());
    }
    text.seal(MORNING_MS, &court.signer).unwrap()
}

fn waits(session: &Session) -> (u64, usize) {
    let status = session.status();
    (status.undelivered_entries, status.undelivered_photos)
}

#[test]
fn what_has_no_receipt_is_in_the_package_and_waits_until_the_receipts_are_back() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    let photo: Vec<u8> = (0..200_000u32).map(|n| (n % 251) as u8).collect();
    let hash = visit(&session, "大岗", &photo);
    let before = waits(&session);
    let (done, bytes) = pack(&session, HandInScope::Undelivered);
    let opened = open(&bytes);
    assert_eq!(
        (done.entries, opened.entries.len() as u64),
        (before.0, before.0)
    );
    assert_eq!((done.evidence, done.evidence_bytes), (1, 200_000));
    assert_eq!(opened.photos, BTreeMap::from([(hash, photo)]));
    let mut chain = Chain::default();
    for entry in &opened.entries {
        chain.push(entry);
    }
    assert_eq!(chain.head(), inner(&session).head().unwrap());
    assert_eq!(waits(&session), before, "a package delivers nothing yet");
    let shown = String::from_utf8_lossy(&bytes).into_owned();
    assert!(
        !shown.contains("大岗"),
        "what is in it cannot be read without the key"
    );

    let receipts = answer(&session, &opened, Heads::Same);
    let taken = session.take_receipts(&mut receipts.as_slice()).unwrap();
    assert_eq!((taken.entries, taken.evidence), (done.entries, 1));
    assert_eq!(waits(&session), (0, 0));
    let again = session.take_receipts(&mut receipts.as_slice()).unwrap();
    assert_eq!((again.entries, again.evidence), (0, 0));
    // The next package begins after what has a receipt; one of everything does not.
    visit(&session, "榄核", b"second");
    let (next, bytes) = pack(&session, HandInScope::Undelivered);
    assert_eq!((next.entries, next.evidence), (waits(&session).0, 1));
    assert_eq!(open(&bytes).journals[0].1.from, chain.head());
    let (all, _) = pack(&session, HandInScope::Everything);
    assert_eq!(all.evidence, 2);
    assert_eq!(all.entries, inner(&session).head().unwrap().seq);
    assert!(all.entries > next.entries);
}

#[test]
fn receipts_that_are_forged_foreign_or_changed_are_refused_and_change_nothing() {
    let device = Device::new(2);
    let (_, session) = enrolled(&device);
    visit(&session, "大岗", b"photo");
    let (_, bytes) = pack(&session, HandInScope::Undelivered);
    let good = answer(&session, &open(&bytes), Heads::Same);
    let before = waits(&session);
    for at in (0..good.len()).step_by(7) {
        let mut bad = good.clone();
        bad[at] ^= 1;
        assert!(
            session.take_receipts(&mut bad.as_slice()).is_err(),
            "byte {at}"
        );
        assert!(
            session.take_receipts(&mut &good[..at]).is_err(),
            "cut at {at}"
        );
    }
    let signer = &Court::new().signer;
    let others = ReceiptsText::begin(Court::new().server, JournalId::from_bytes([9; 16]));
    let refused = session.take_receipts(&mut others.seal(1, signer).unwrap().as_slice());
    assert!(matches!(refused, Err(TakeReceiptsError::OtherJournal)));
    let elsewhere = ReceiptsText::begin(ServerId::from_bytes([9; 16]), session.journal());
    let refused = session.take_receipts(&mut elsewhere.seal(1, signer).unwrap().as_slice());
    assert!(matches!(
        refused,
        Err(TakeReceiptsError::File(ReceiptsError::OtherServer))
    ));
    assert_eq!(waits(&session), before);
    session.take_receipts(&mut good.as_slice()).unwrap();
    assert_eq!(waits(&session), (0, 0));
}

#[test]
fn a_fork_is_answered_by_a_new_journal_that_the_key_before_vouches_for() {
    let device = Device::new(3);
    let (_, session) = enrolled(&device);
    let old = session.journal();
    visit(&session, "大岗", b"photo");
    let (_, bytes) = pack(&session, HandInScope::Undelivered);
    let first = open(&bytes);
    assert_eq!(first.journals[0].0.entry, None, "enrolment certified it");
    let forked = answer(&session, &first, Heads::Fork);
    let taken = session.take_receipts(&mut forked.as_slice()).unwrap();
    assert!(taken.new_journal && session.journal() != old);
    assert!(matches!(
        incidents(&session)[..],
        [.., IncidentKind::Fork { .. }]
    ));
    let again = session.take_receipts(&mut forked.as_slice()).unwrap();
    assert!(!again.new_journal, "one at a time");
    visit(&session, "榄核", b"after");
    assert_ne!(waits(&session).0, 0);

    let (_, bytes) = pack(&session, HandInScope::Undelivered);
    let second = open(&bytes);
    let [(parent, ..), (next, head, _)] = second.journals.as_slice() else {
        panic!("the old journal and the new one");
    };
    assert_eq!((parent.journal, next.journal), (old, session.journal()));
    assert_eq!(head.from, Head::START);
    let follows = next.follows.as_ref().unwrap();
    let entry = next.entry.as_ref().unwrap().as_bytes();
    assert_eq!(follows.body.entry, entry_hash(entry));
    assert_eq!(
        (follows.body.journal, follows.body.next),
        (old, next.journal)
    );
    follows.verify(&inner(&session).public.key).unwrap();
    let receipts = answer(&session, &second, Heads::Same);
    session.take_receipts(&mut receipts.as_slice()).unwrap();
    assert_eq!(waits(&session), (0, 0));
    assert_eq!(inner(&session).journal_id().unwrap(), next.journal);
}

#[test]
fn what_rotted_is_said_to_be_lacking_and_the_rest_is_handed_in_on_a_disk_that_takes_nothing() {
    let device = Device::new(4);
    let (_, session) = enrolled(&device);
    let rotten = visit(&session, "大岗", b"photo that rots");
    let good = visit(&session, "榄核", b"photo that stays");
    device
        .disk
        .rot(&inner(&session).evidence.file_of(&rotten), |bytes| {
            let at = bytes.len() - 3;
            bytes[at] ^= 1;
        });
    // From here on no write reaches the disk.
    device.disk.set_fault(Fault::From(device.disk.calls()));
    let (done, bytes) = pack(&session, HandInScope::Undelivered);
    let opened = open(&bytes);
    assert_eq!((done.lacking, opened.lacking), (vec![rotten], vec![rotten]));
    assert_eq!(opened.photos.keys().collect::<Vec<_>>(), [&good]);
    assert_eq!(done.left, 0);
}

/// What rotted and came back from the court on an earlier day is handed in and exported as it was
/// written: the next court may be one that was put back to a copy without it.
#[test]
fn what_came_back_is_handed_in_and_exported() {
    let device = Device::new(1);
    let (_, session) = enrolled(&device);
    for place in ["甲", "乙", "丙"] {
        visit(&session, place, place.as_bytes());
    }
    let inner = inner(&session);
    let head = inner.head().unwrap();
    let written = inner.entries(Head::START, head.seq, usize::MAX).unwrap();
    let export = || {
        let to = tempfile::tempdir().unwrap();
        session.export(to.path()).unwrap();
        std::fs::read_to_string(to.path().join("journal.ndjson")).unwrap()
    };
    let before = export();
    rot_frames(&device, 2..5);
    for bytes in &written[2..5] {
        assert_ne!(export(), before);
        come_back(&inner, bytes);
    }
    let (said, package) = pack(&session, HandInScope::Everything);
    assert_eq!((said.entries, said.left), (head.seq, 0));
    assert_eq!(open(&package).entries, written);
    assert_eq!(export(), before);
    assert_eq!(inner.head().unwrap(), head, "nothing is said to be lost");
}

#[test]
fn a_package_has_its_name_only_when_it_is_whole() {
    let device = Device::new(5);
    let (_, session) = enrolled(&device);
    visit(&session, "大岗", b"photo");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("交.wqpack");
    session.hand_in(&file, HandInScope::Undelivered).unwrap();
    let names = || std::fs::read_dir(dir.path()).unwrap().count();
    assert_eq!(names(), 1);
    assert_eq!(open(&std::fs::read(&file).unwrap()).photos.len(), 1);
    let nowhere = dir.path().join("no folder").join("a.wqpack");
    assert!(session.hand_in(&nowhere, HandInScope::Undelivered).is_err());
    session.lock();
    assert!(session.hand_in(&file, HandInScope::Undelivered).is_err());
    assert_eq!(names(), 1, "the package that was there stays");
}
