//! Seals on a phone: what was shown is what is sealed, nothing changes it afterwards, and the second
//! officer's key signs it. The oracle reads the exported journal, not the views.

use super::tests::{case, enrolled, facts, incidents, real_phone, values};
use super::*;
use crate::SecondError;
use crate::disk::Fault;
use crate::phone::testing::{Court, Device, officer, pin};
use crate::sync::Holdings;
use crate::{Phone, Pin};
use std::collections::BTreeMap;
use waiqin_protocol::canonical;
use waiqin_protocol::ids::{ItemId, RecordHash, SubjectId};
use waiqin_protocol::journal::{Act, AmendKind, Change, Entry, Severity};
use waiqin_protocol::record::{NotSealable, StrokesError};
use waiqin_protocol::rules::{RuleSet, Setting};
use waiqin_protocol::suite::sha256;
use waiqin_protocol::wire::countersign::{CountersignAnswer, CountersignError};
use waiqin_protocol::wire::hello::Limits;

const PERSON: &str = "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";
const STROKES: &[u8] =
    br#"{"v":1,"w":3400,"h":1200,"strokes":[[[10,10,0,500],[20,30,16,500],[40,50,32,500]]]}"#;

fn visit(session: &Session) -> SubjectId {
    let name = format!("present/{PERSON}/name");
    let given = values(&[("place", "大岗"), ("course", "敲门无人应"), (&name, "周某")]);
    let opened = session.open_record(Act::Investigation, case("（2019）粤0115执2371号"), given);
    opened.unwrap().subject
}

fn person() -> ItemId {
    PERSON.parse().unwrap()
}

fn shown(session: &Session, subject: SubjectId) -> RecordHash {
    session.sheet(subject).unwrap().unwrap().hash
}

/// Seals with a reason for whatever is open, and a second officer who is here.
fn seal(session: &Session, subject: SubjectId) -> Result<Saved, SaveError> {
    seal_by(session, subject, Some(Second::Here(officer(2))))
}

/// Seals with a reason for whatever is open.
fn seal_by(
    session: &Session,
    subject: SubjectId,
    second: Option<Second>,
) -> Result<Saved, SaveError> {
    let sheet = session.sheet(subject).unwrap().unwrap();
    let reason = |it: &waiqin_protocol::rules::Found| (it.rule.to_owned(), "现场紧急".to_owned());
    session.seal(
        subject,
        &SealRequest {
            shown: sheet.hash,
            reasons: sheet.found.iter().map(reason).collect(),
            second,
        },
    )
}

fn journal(session: &Session) -> Vec<Entry> {
    let dir = tempfile::tempdir().unwrap();
    session.export(dir.path()).unwrap();
    let text = std::fs::read_to_string(dir.path().join("journal.ndjson")).unwrap();
    let entry = |line: &str| Entry::from_bytes(line.as_bytes()).unwrap();
    text.lines().map(entry).collect()
}

fn two(device: &Device) -> (Phone, std::sync::Arc<Session>) {
    let (phone, first) = enrolled(device);
    Court::new().enrol(&phone, 2).unwrap().lock();
    (phone, first)
}

#[test]
fn what_was_shown_is_sealed_and_nothing_changes_it() {
    let device = Device::new(1);
    let (phone, session) = enrolled(&device);
    let subject = visit(&session);
    session
        .add_evidence(subject, &b"photo"[..], facts("a.jpg"))
        .unwrap();
    let hash = shown(&session, subject);
    let saved = seal(&session, subject).unwrap();
    let entries = journal(&session);
    let Change::Sealed {
        body, overrides, ..
    } = &entries[saved.seq as usize - 1].change
    else {
        panic!("the last entry seals");
    };
    assert_eq!(
        hash.as_bytes(),
        &sha256(&canonical::to_bytes(body).unwrap())
    );
    assert!(overrides.iter().any(|it| it.officer == Some(officer(2))));

    let ended = |result: Result<Saved, SaveError>| {
        assert!(
            matches!(
                result,
                Err(SaveError::NotSealable(NotSealable::Sealed(sealed))) if sealed == hash
            ),
            "{result:?}"
        );
    };
    ended(session.change(subject, values(&[("place", "榄核")])));
    ended(session.name_case(subject, case("（2019）粤0115执1号")));
    ended(session.void(subject, "写错"));
    ended(seal(&session, subject));
    ended(session.sign(subject, person(), STROKES, hash));
    let late = session.add_evidence(subject, &b"late"[..], facts("b.jpg"));
    assert!(matches!(late, Err(SaveError::NotSealable(_))));
    let photo = session.record(subject).unwrap().unwrap().photos[0].clone();
    ended(session.withdraw_evidence(subject, photo.state.evidence.hash, "x"));
    assert_eq!(journal(&session).len(), entries.len());

    session.lock();
    let session = phone.unlock(officer(1), &pin()).unwrap();
    let page = session.record(subject).unwrap().unwrap();
    assert_eq!(page.record.seals[0].hash, hash);
    assert!(page.record.seals[0].refolds);
}

#[test]
fn open_findings_want_a_reason_each_and_are_named() {
    let device = Device::new(2);
    let (_, session) = enrolled(&device);
    let subject = visit(&session);
    let sheet = session.sheet(subject).unwrap().unwrap();
    assert!(
        sheet.found.iter().any(|it| it.rule == "G02"),
        "one officer alone"
    );
    let ask = |reasons: BTreeMap<String, String>| {
        let request = SealRequest {
            shown: sheet.hash,
            reasons,
            second: None,
        };
        session.seal(subject, &request)
    };
    let Err(SaveError::Open(all)) = ask(BTreeMap::new()) else {
        panic!("open findings");
    };
    assert!(all.contains(&"G02".to_owned()));
    let mut reasons: BTreeMap<String, String> = all
        .iter()
        .map(|rule| (rule.clone(), "原因".to_owned()))
        .collect();
    reasons.insert("G02".to_owned(), "  ".to_owned());
    let Err(SaveError::Open(left)) = ask(reasons.clone()) else {
        panic!("a blank is no reason");
    };
    assert_eq!(left, ["G02"]);
    reasons.insert("G02".to_owned(), "另一人护送证人".to_owned());
    assert!(matches!(ask(reasons), Err(SaveError::NoSecond)));
}

#[test]
fn what_blocks_is_sealed_only_with_a_second_officer_who_is_named() {
    let device = Device::new(21);
    let (_, session) = enrolled(&device);
    let subject = visit(&session);
    let items = ["0b", "0c", "0d"].map(|n| n.repeat(16));
    let names = [session.officer().name.as_str(), "林某", " "];
    for (item, name) in items.iter().zip(names) {
        let person = format!("officers/{item}/person");
        session.change(subject, values(&[(&person, name)])).unwrap();
    }
    let [me, other, unnamed] = items.map(|it| it.parse::<ItemId>().unwrap());
    let sheet = session.sheet(subject).unwrap().unwrap();
    let among: Vec<_> = seconds_among(&sheet.facts, &session.officer().name).collect();
    assert_eq!(among, [(other, "林某")]);
    let before = journal(&session).len();
    for second in [
        None,
        Some(Second::Here(session.officer().id)),
        Some(Second::Later(me)),
        Some(Second::Later(unnamed)),
        Some(Second::Later(person())),
    ] {
        let refused = seal_by(&session, subject, second);
        assert!(matches!(refused, Err(SaveError::NoSecond)), "{second:?}");
    }
    assert_eq!(journal(&session).len(), before);
    seal_by(&session, subject, Some(Second::Later(other))).unwrap();
    let record = session.record(subject).unwrap().unwrap().record;
    let seal = &record.seals[0];
    let named: Vec<_> = seal.overrides.iter().filter_map(|it| it.officer).collect();
    assert!(!named.is_empty());
    assert!(
        named
            .iter()
            .all(|it| seal.officer_of_body(*it) == Some("林某"))
    );
    assert_eq!(seal.officer_of_body(officer(2)), None);
}

#[test]
fn what_only_warns_is_sealed_by_one() {
    let device = Device::new(22);
    let (_, session) = enrolled(&device);
    let subject = visit(&session);
    let sheet = session.sheet(subject).unwrap().unwrap();
    let weights = sheet.found.iter().map(|it| (it.rule, Setting::Warn));
    weigh_all(&session, weights.collect());
    seal_by(&session, subject, None).unwrap();
}

/// The court says with its second limits how it weighs one rule.
fn weigh(session: &Session, rule: &str, setting: Setting) -> Limits {
    weigh_all(session, vec![(rule, setting)])
}

fn weigh_all(session: &Session, weights: Vec<(&str, Setting)>) -> Limits {
    let overrides = weights.into_iter().map(|(id, it)| (id.to_owned(), it));
    let limits = Limits {
        version: 2,
        rules: RuleSet {
            overrides: overrides.collect(),
            ..RuleSet::default()
        },
        ..Limits::default()
    };
    let inner = session.inner().unwrap();
    inner.keep_limits(limits.clone()).unwrap();
    limits
}

/// How the one-officer rule weighs in what a page shows and before the seal.
fn weight_of_g02(session: &Session, subject: SubjectId) -> Option<Severity> {
    let of = |sheet: Option<SealSheet>| {
        let sheet = sheet.unwrap();
        assert!(!sheet.held.contains(&"G02"));
        let found = sheet.found.iter().find(|it| it.rule == "G02");
        found.map(|it| it.severity)
    };
    let shown = of(session.progress(subject).unwrap());
    assert_eq!(shown, of(session.sheet(subject).unwrap()));
    shown
}

#[test]
fn a_rule_weighs_as_the_court_said_last_on_the_page_and_in_the_seal() {
    let device = Device::new(14);
    let (_, session) = enrolled(&device);
    let subject = visit(&session);
    assert_eq!(weight_of_g02(&session, subject), Some(Severity::Block));
    weigh(&session, "G02", Setting::Off);
    assert_eq!(weight_of_g02(&session, subject), None);
    weigh(&session, "G02", Setting::Warn);
    assert_eq!(weight_of_g02(&session, subject), Some(Severity::Warn));

    // A reason is enough now: no second officer stands beside it.
    let saved = seal(&session, subject).unwrap();
    let entries = journal(&session);
    let Change::Sealed {
        findings,
        overrides,
        ..
    } = &entries[saved.seq as usize - 1].change
    else {
        panic!("the last entry seals");
    };
    let found = findings.iter().find(|it| it.rule == "G02").unwrap();
    assert_eq!(found.severity, Severity::Warn);
    let given = overrides.iter().find(|it| it.rule == "G02").unwrap();
    assert_eq!(given.officer, None);
}

#[test]
fn a_rule_that_the_court_made_block_asks_for_the_second_officer() {
    let device = Device::new(15);
    let (_, session) = enrolled(&device);
    let subject = visit(&session);
    weigh(&session, "G06", Setting::Block);
    let saved = seal(&session, subject).unwrap();
    let Change::Sealed { overrides, .. } = &journal(&session)[saved.seq as usize - 1].change else {
        panic!("the last entry seals");
    };
    let given = overrides.iter().find(|it| it.rule == "G06").unwrap();
    assert_eq!(given.officer, Some(officer(2)));
}

#[test]
fn the_weights_outlive_a_lock_and_a_lost_store_asks_the_court_again() {
    let dir = tempfile::tempdir().unwrap();
    let device = Device::new(16);
    let phone = real_phone(dir.path(), &device);
    let session = Court::new().enrol(&phone, 1).unwrap();
    let subject = visit(&session);
    let told = weigh(&session, "G02", Setting::Warn);
    session.lock();
    let session = phone.unlock(officer(1), &pin()).unwrap();
    assert_eq!(session.limits(), told);
    assert_eq!(weight_of_g02(&session, subject), Some(Severity::Warn));
    session.lock();
    drop((session, phone));

    let folder = std::fs::read_dir(dir.path()).unwrap();
    let mut folders = folder.map(|entry| entry.unwrap().path());
    let folder = folders.find(|path| path.join("store").is_dir()).unwrap();
    std::fs::remove_dir_all(folder.join("store")).unwrap();
    let session = real_phone(dir.path(), &device)
        .unlock(officer(1), &pin())
        .unwrap();
    assert!(incidents(&session).contains(&IncidentKind::StoreRebuilt));
    // No version is sent, so the court says it again; until then the built-in weights hold.
    assert_eq!(session.inner().unwrap().limits().unwrap(), None);
    assert_eq!(weight_of_g02(&session, subject), Some(Severity::Block));
}

#[test]
fn limits_that_an_earlier_version_stored_still_read() {
    let dir = tempfile::tempdir().unwrap();
    let device = Device::new(17);
    let phone = real_phone(dir.path(), &device);
    let session = Court::new().enrol(&phone, 1).unwrap();
    let limits = Limits {
        version: 7,
        ..Limits::default()
    };
    let mut earlier = serde_json::to_value(&limits).unwrap();
    earlier.as_object_mut().unwrap().remove("rules").unwrap();
    let inner = session.inner().unwrap();
    let name = super::views::meta::LIMITS;
    inner.views.put_meta(name, &earlier).unwrap();
    drop(inner);
    session.lock();
    let session = phone.unlock(officer(1), &pin()).unwrap();
    assert_eq!(session.limits(), limits);
    assert!(incidents(&session).is_empty(), "no rebuild");
}

#[test]
fn a_record_that_changed_since_it_was_shown_is_not_sealed_or_signed() {
    let device = Device::new(3);
    let (_, session) = enrolled(&device);
    let subject = visit(&session);
    let old = shown(&session, subject);
    session
        .change(subject, values(&[("place", "榄核")]))
        .unwrap();
    let request = SealRequest {
        shown: old,
        reasons: BTreeMap::new(),
        second: None,
    };
    let changed = |result| matches!(result, Err(SaveError::ShownChanged));
    assert!(changed(session.seal(subject, &request)));
    let before = journal(&session).len();
    assert!(changed(session.sign(subject, person(), STROKES, old)));
    assert_eq!(journal(&session).len(), before, "not even the strokes");
}

#[test]
fn a_signature_counts_for_the_body_it_names_and_is_no_photo() {
    let device = Device::new(4);
    let (_, session) = enrolled(&device);
    let subject = visit(&session);
    let unsigned = |session: &Session| {
        let sheet = session.progress(subject).unwrap().unwrap();
        sheet.found.iter().any(|it| it.rule == "G07")
    };
    assert!(unsigned(&session));
    let hash = shown(&session, subject);
    session.sign(subject, person(), STROKES, hash).unwrap();
    assert_eq!(shown(&session, subject), hash, "the body is the same");
    assert!(!unsigned(&session));
    let page = session.record(subject).unwrap().unwrap();
    assert!(page.photos.is_empty());
    assert_eq!(
        session.status().undelivered_photos,
        1,
        "and delivered like one"
    );
    let strokes = page.record.signatures[0].strokes;
    assert!(session.strokes(strokes).unwrap().is_some());
    session
        .change(subject, values(&[("result", "no_assets")]))
        .unwrap();
    assert!(unsigned(&session), "he has not seen this");

    let now = shown(&session, subject);
    let strange = ItemId::from_bytes([9; 16]);
    let sign = |person, strokes: &[u8]| session.sign(subject, person, strokes, now);
    assert!(matches!(
        sign(strange, STROKES),
        Err(SaveError::NoSuchPerson)
    ));
    let empty = br#"{"v":1,"w":10,"h":10,"strokes":[]}"#;
    assert!(matches!(
        sign(person(), empty),
        Err(SaveError::Strokes(StrokesError::Empty))
    ));
}

#[test]
fn a_photo_whose_bytes_rotted_is_found_before_the_seal() {
    let device = Device::new(5);
    let (_, session) = enrolled(&device);
    let subject = visit(&session);
    session
        .add_evidence(subject, &[7u8; 5000][..], facts("a.jpg"))
        .unwrap();
    let found = |session: &Session| {
        let sheet = session.sheet(subject).unwrap().unwrap();
        sheet.found.iter().any(|it| it.rule == "G08")
    };
    assert!(!found(&session));
    let files = device.disk.files();
    let path = files
        .keys()
        .find(|it| it.extension().is_some_and(|end| end == "wqe"))
        .unwrap();
    device.disk.rot(path, |bytes| bytes[3000] ^= 1);
    assert!(found(&session));
}

#[test]
fn the_second_officers_own_key_signs_on_this_phone_or_by_text() {
    let device = Device::new(6);
    let (phone, session) = two(&device);
    let subject = visit(&session);
    assert!(matches!(
        session.countersign_request(subject),
        Err(SaveError::NotSealed)
    ));
    seal(&session, subject).unwrap();
    let asked = session.countersign_request(subject).unwrap();
    assert_eq!(asked.to_string().parse(), Ok(asked.clone()));

    let wrong = phone.countersign_here(officer(2), &Pin::new("999999").unwrap(), &asked, "执行员");
    assert!(matches!(wrong, Err(SecondError::Unlock(_))));
    device.clock.pass(3_600_000);
    let own = phone.countersign_here(officer(1), &pin(), &asked, "执行员");
    assert!(matches!(
        own,
        Err(SecondError::Sign(SaveError::Countersign(
            CountersignError::SamePerson
        )))
    ));
    assert!(!session.is_locked(), "the first officer goes on");

    let answer = phone
        .countersign_here(officer(2), &pin(), &asked, "执行员")
        .unwrap();
    let text = answer.to_string();
    let answer: CountersignAnswer = text.parse().unwrap();
    session.take_countersign(subject, &answer).unwrap();
    session.take_countersign(subject, &answer).unwrap();
    let record = session.record(subject).unwrap().unwrap().record;
    assert_eq!(record.countersigns.len(), 1);
    let signed = &record.countersigns[0].countersign;
    assert_eq!(signed.body.record, record.seals[0].hash);

    let second = phone.unlock(officer(2), &pin()).unwrap();
    let entries = journal(&second);
    let last = entries.last().unwrap();
    assert_eq!(last.author, officer(2));
    let Change::Countersigned { countersign, .. } = &last.change else {
        panic!("in his own journal");
    };
    assert_eq!(countersign, signed);
}

/// What a second officer was called lies in custody: neither a lock nor a lost store takes it.
#[test]
fn the_name_of_a_second_officer_outlives_a_lock_and_a_lost_store() {
    let dir = tempfile::tempdir().unwrap();
    let device = Device::new(23);
    let phone = real_phone(dir.path(), &device);
    let session = Court::new().enrol(&phone, 1).unwrap();
    Court::new().enrol(&phone, 2).unwrap().lock();
    let subject = visit(&session);
    seal(&session, subject).unwrap();
    let asked = session.countersign_request(subject).unwrap();
    let answer = phone.countersign_here(officer(2), &pin(), &asked, "执行员");
    session.take_second(subject, &answer.unwrap()).unwrap();
    let names = |session: &Session| {
        let record = session.record(subject).unwrap().unwrap().record;
        session
            .seconds_of(&record)
            .into_values()
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&session), ["王某2"]);
    session.lock();
    let session = phone.unlock(officer(1), &pin()).unwrap();
    assert_eq!(names(&session), ["王某2"]);
    session.lock();
    drop((session, phone));

    for folder in std::fs::read_dir(dir.path()).unwrap() {
        let store = folder.unwrap().path().join("store");
        if store.is_dir() {
            std::fs::remove_dir_all(store).unwrap();
        }
    }
    let session = real_phone(dir.path(), &device)
        .unlock(officer(1), &pin())
        .unwrap();
    assert!(incidents(&session).contains(&IncidentKind::StoreRebuilt));
    assert_eq!(names(&session), ["王某2"]);
}

#[test]
fn an_answer_that_proves_nothing_is_refused_by_name() {
    let device = Device::new(7);
    let (phone, session) = two(&device);
    let [subject, other] = [visit(&session), visit(&session)];
    seal(&session, subject).unwrap();
    session.change(other, values(&[("place", "别处")])).unwrap();
    seal(&session, other).unwrap();
    let asked = session.countersign_request(subject).unwrap();
    let good = phone
        .countersign_here(officer(2), &pin(), &asked, "执行员")
        .unwrap();
    let refused = |subject, answer: &CountersignAnswer, why: CountersignError| {
        let result = session.take_countersign(subject, answer);
        assert!(
            matches!(&result, Err(SaveError::Countersign(it)) if *it == why),
            "{result:?}"
        );
    };
    refused(other, &good, CountersignError::OtherRecord);
    let mut role = good.clone();
    role.countersign.body.role = "院长".to_owned();
    refused(subject, &role, CountersignError::Signature);
    let mut certificate = good.clone();
    certificate.certificate.sig = good.countersign.sig;
    refused(subject, &certificate, CountersignError::Signature);
    let mut entry = good.clone();
    entry.entry = "AAAA".to_owned();
    refused(subject, &entry, CountersignError::Signature);
    let mut court = good.clone();
    court.countersign.body.server = waiqin_protocol::ids::ServerId::from_bytes([1; 16]);
    refused(subject, &court, CountersignError::OtherCourt);
    let record = session.record(subject).unwrap().unwrap().record;
    assert!(record.countersigns.is_empty());
}

#[test]
fn an_amendment_begins_with_what_was_sealed_and_names_it() {
    let device = Device::new(8);
    let (_, session) = enrolled(&device);
    let subject = visit(&session);
    let early = session.amend(subject, AmendKind::Correction, "x");
    assert!(matches!(early, Err(SaveError::NotSealed)));
    let signed = format!("present/{PERSON}/signed");
    let paper = BTreeMap::from([(
        waiqin_protocol::journal::Path::new(signed.clone()).unwrap(),
        canonical::Value::Bool(true),
    )]);
    session.change(subject, paper).unwrap();
    seal(&session, subject).unwrap();
    let blank = session.amend(subject, AmendKind::Correction, " ");
    assert!(matches!(blank, Err(SaveError::NoReason)));

    let sealed = session.record(subject).unwrap().unwrap().record;
    let new = session
        .amend(subject, AmendKind::Correction, "地址写错")
        .unwrap()
        .subject;
    let record = session.record(new).unwrap().unwrap().record;
    assert_eq!(record.amends.as_ref().unwrap().record, sealed.seals[0].hash);
    assert_eq!(record.text("place"), "大岗");
    assert_eq!(
        record.value(&signed),
        None,
        "nobody has signed the correction"
    );
    let added = session
        .amend(subject, AmendKind::Supplement, "补家属通知")
        .unwrap()
        .subject;
    let record = session.record(added).unwrap().unwrap().record;
    assert_eq!((record.text("place"), record.text("course")), ("大岗", ""));
    assert_eq!(session.record(subject).unwrap().unwrap().record, sealed);
}

/// A sealed visit whose items were added against the order of their ids.
fn sealed_list(session: &Session) -> SubjectId {
    let subject = visit(session);
    for n in ["0c", "0b", "0f", "09"] {
        let fact = format!("checked/{}/fact", n.repeat(16));
        session.change(subject, values(&[(&fact, n)])).unwrap();
    }
    seal(session, subject).unwrap();
    subject
}

/// The amendments on this phone. Each has all that was copied, in its order, or it is half of one.
fn whole_amendments(session: &Session, amended: SubjectId, what: &str) -> usize {
    let rows = session.records(&RecordsOf::All, 0, 10).unwrap();
    let record = |subject| session.record(subject).unwrap().unwrap().record;
    let sealed = record(amended);
    let others: Vec<_> = rows.iter().filter(|it| it.subject != amended).collect();
    for row in &others {
        let copy = record(row.subject);
        let amends = copy.amends.as_ref().map(|it| it.record);
        assert_eq!(
            amends,
            Some(sealed.seals[0].hash),
            "{what}: it names nothing"
        );
        assert_eq!(copy.body().fields, sealed.body().fields, "{what}");
        assert_eq!(copy.items("checked"), sealed.items("checked"), "{what}");
    }
    others.len()
}

#[test]
fn items_of_a_correction_stand_in_the_order_in_which_they_were_added() {
    let device = Device::new(18);
    let (_, session) = enrolled(&device);
    let subject = sealed_list(&session);
    let before = journal(&session).len();
    session
        .amend(subject, AmendKind::Correction, "门牌写错")
        .unwrap();
    assert_eq!(whole_amendments(&session, subject, "at once"), 1);
    let written = journal(&session).split_off(before);
    assert!(matches!(written[0].change, Change::RecordOpened { .. }));
    assert!(matches!(written[1].change, Change::Amended { .. }));
    // 0c | 0b, 0f | 09
    assert_eq!(written.len(), 4, "no more entries than the order takes");
    drop(session);
    let session = device.start().unwrap().unlock(officer(1), &pin()).unwrap();
    assert_eq!(whole_amendments(&session, subject, "rebuilt"), 1);
}

/// The power goes at every writing call of a correction: it is there whole, or not at all.
#[test]
fn no_half_of_a_correction_is_left_wherever_the_power_goes() {
    let calls = {
        let device = Device::new(19);
        let (_, session) = enrolled(&device);
        let subject = sealed_list(&session);
        let before = device.disk.calls();
        session.amend(subject, AmendKind::Correction, "x").unwrap();
        device.disk.calls() - before
    };
    assert_eq!(calls, 2, "one write, one sync");
    let mut found = [0; 2];
    for at in 0..=calls {
        for seed in 0..8u64 {
            let device = Device::new(seed * 100 + at);
            let (_, session) = enrolled(&device);
            let subject = sealed_list(&session);
            device.disk.set_fault(Fault::From(device.disk.calls() + at));
            let saved = session.amend(subject, AmendKind::Correction, "x").is_ok();
            drop(session);
            device.disk.crash();
            let session = device.start().unwrap().unlock(officer(1), &pin()).unwrap();
            let what = format!("cut at {at}, seed {seed}");
            let amendments = whole_amendments(&session, subject, &what);
            assert!(!saved || amendments == 1, "{what}: it was said to be saved");
            found[amendments] += 1;
        }
    }
    assert!(found.iter().all(|it| *it > 0), "{found:?}");
}

/// Every prefix of the correction's own bytes, as a torn write leaves it.
#[test]
fn no_prefix_of_the_frame_of_a_correction_is_half_of_it() {
    let device = Device::new(20);
    let (_, session) = enrolled(&device);
    let subject = sealed_list(&session);
    let before = device.disk.files();
    session.amend(subject, AmendKind::Correction, "x").unwrap();
    drop(session);
    let after = device.disk.files();
    let path = "journal/000001.wqj";
    let (path, old) = before.iter().find(|it| it.0.ends_with(path)).unwrap();
    let new = &after[path];
    let from = (0..new.len()).find(|at| old[*at] != new[*at]).unwrap();
    let to = (0..new.len()).rfind(|at| old[*at] != new[*at]).unwrap();
    for cut in (from..=to + 1).step_by(7).chain([to, to + 1]) {
        let mut torn = before.clone();
        torn.get_mut(path).unwrap()[from..cut].copy_from_slice(&new[from..cut]);
        device.disk.restore(&torn);
        let session = device.start().unwrap().unlock(officer(1), &pin()).unwrap();
        let amendments = whole_amendments(&session, subject, &format!("{cut} of {to}"));
        assert_eq!(amendments, usize::from(cut > to), "{cut} of {to}");
    }
}

#[test]
fn a_void_record_needs_a_reason_and_is_not_sealed() {
    let device = Device::new(9);
    let (_, session) = enrolled(&device);
    let subject = visit(&session);
    assert!(matches!(
        session.void(subject, ""),
        Err(SaveError::NoReason)
    ));
    session.void(subject, "重复建立").unwrap();
    assert!(matches!(
        seal(&session, subject),
        Err(SaveError::NotSealable(NotSealable::Void))
    ));
}
