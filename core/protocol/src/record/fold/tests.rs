use super::*;
use crate::ids::BootId;
use crate::journal::{
    AmendKind, At, Countersign, Evidence, EvidenceRole, EvidenceSource, Signed, VERSION, entry_hash,
};
use crate::suite::{Ed25519Signer, sha256};

/// A phone that writes entries on one record.
struct Phone {
    journal: JournalId,
    seq: u64,
}

impl Phone {
    fn new(n: u8) -> Self {
        Self {
            journal: JournalId::from_bytes([n; 16]),
            seq: 0,
        }
    }

    fn write(&mut self, base: Option<EntryHash>, change: Change) -> (Entry, EntryHash) {
        self.seq += 1;
        let entry = Entry {
            at: At {
                beacon: None,
                boot: BootId::from_bytes([0; 16]),
                mono: 0,
                wall: 1000,
            },
            author: OfficerId::from_bytes(*self.journal.as_bytes()),
            base,
            beacon: None,
            change,
            journal: self.journal,
            seq: self.seq,
            subject: SubjectId::from_bytes([9; 16]),
            v: VERSION,
        };
        let hash = entry_hash(&entry.to_bytes().unwrap());
        (entry, hash)
    }

    fn opened(&mut self) -> Record {
        let change = Change::RecordOpened {
            act: Act::Investigation,
            case: CaseRef::default(),
            values: BTreeMap::new(),
        };
        let (entry, hash) = self.write(None, change);
        Record::open(&entry, hash).unwrap()
    }

    /// Seals the record as this phone sees it.
    fn seal(&mut self, record: &mut Record) -> Applied {
        let change = sealing(&record.body(), record.covers());
        self.apply(record, record.base_for(self.journal), change)
    }

    fn apply(&mut self, record: &mut Record, base: Option<EntryHash>, change: Change) -> Applied {
        let (entry, hash) = self.write(base, change);
        record.apply(&entry, hash)
    }

    fn photo(&mut self, record: &mut Record, n: u8, source: EvidenceSource) -> Applied {
        let change = Change::EvidenceAdded {
            evidence: Box::new(photo(n, source)),
        };
        self.apply(record, record.base_for(self.journal), change)
    }

    fn set(
        &mut self,
        record: &mut Record,
        base: Option<EntryHash>,
        path: &str,
        value: Value,
    ) -> (Applied, EntryHash) {
        let values = BTreeMap::from([(Path::new(path).unwrap(), value)]);
        let (entry, hash) = self.write(base, Change::FieldsChanged { values });
        (record.apply(&entry, hash), hash)
    }
}

fn sealing(body: &Body, covers: BTreeMap<JournalId, u64>) -> Change {
    Change::Sealed {
        body: body.document().unwrap(),
        covers,
        findings: vec![],
        overrides: vec![],
    }
}

fn photo(n: u8, source: EvidenceSource) -> Evidence {
    Evidence {
        caption: None,
        fix: None,
        hash: EvidenceHash::from_bytes([n; 32]),
        height: None,
        how: None,
        item: None,
        length: 3,
        media: None,
        name: "a.jpg".into(),
        role: EvidenceRole::Overall,
        source,
        taken: None,
        width: None,
    }
}

fn values(record: &Record, path: &str) -> Vec<Value> {
    let state = &record.fields[&Path::new(path).unwrap()];
    state.candidates.iter().map(|it| it.value.clone()).collect()
}

#[test]
fn two_phones_that_had_not_seen_each_other_keep_both_values() {
    let (mut a, mut b) = (Phone::new(1), Phone::new(2));
    let mut record = a.opened();
    let opening = record.order[0].hash;
    let (first, _) = a.set(&mut record, None, "place", "大岗".into());
    let (second, _) = b.set(&mut record, Some(opening), "place", "榄核".into());
    assert_eq!(first, Applied::Stands(Verdict::Accepted));
    assert_eq!(second, Applied::Stands(Verdict::Contested));
    assert_eq!(values(&record, "place"), ["大岗".into(), "榄核".into()]);
    assert_eq!(record.value("place"), None, "no last writer wins");
    assert_eq!(record.contested().len(), 1);
}

#[test]
fn what_the_author_had_seen_gives_way_and_other_fields_interleave() {
    let (mut a, mut b) = (Phone::new(1), Phone::new(2));
    let mut record = a.opened();
    let opening = record.order[0].hash;
    let (_, seen) = a.set(&mut record, None, "place", "大岗".into());
    let (other, _) = b.set(&mut record, Some(opening), "course", "敲门".into());
    assert_eq!(other, Applied::Stands(Verdict::Interleaved));
    let (after, _) = b.set(&mut record, Some(seen), "place", "榄核".into());
    assert_eq!(after, Applied::Stands(Verdict::Accepted));
    assert_eq!(record.text("place"), "榄核");
}

#[test]
fn equal_values_are_no_contest_and_removal_against_edit_is_one() {
    let (mut a, mut b) = (Phone::new(1), Phone::new(2));
    let mut record = a.opened();
    let opening = record.order[0].hash;
    a.set(&mut record, None, "place", "大岗".into());
    let (equal, _) = b.set(&mut record, Some(opening), "place", "大岗".into());
    assert_eq!(equal, Applied::Stands(Verdict::Interleaved));
    a.set(&mut record, None, "course", "敲门".into());
    let (removal, _) = b.set(&mut record, Some(opening), "course", Value::Null);
    assert_eq!(removal, Applied::Stands(Verdict::Contested));
}

#[test]
fn a_decision_settles_the_candidates_it_names_and_a_later_one_reopens() {
    let (mut a, mut b, mut c) = (Phone::new(1), Phone::new(2), Phone::new(3));
    let mut record = a.opened();
    let opening = record.order[0].hash;
    let (_, one) = a.set(&mut record, None, "place", "大岗".into());
    let (_, two) = b.set(&mut record, Some(opening), "place", "榄核".into());
    let mut office = Phone::new(7);
    let (entry, hash) = office.write(
        Some(two),
        Change::ContestDecided {
            candidates: vec![one, two],
            chosen: two,
            path: Path::new("place").unwrap(),
            reason: "以照片为准".into(),
        },
    );
    record.apply(&entry, hash);
    assert_eq!(record.text("place"), "榄核");
    let decided = &record.decisions[0];
    assert_eq!(decided.value, Some("榄核".into()));
    assert_eq!((decided.journal, decided.chosen), (office.journal, two));
    let (late, _) = c.set(&mut record, Some(opening), "place", "东涌".into());
    assert_eq!(late, Applied::Stands(Verdict::Contested));
}

#[test]
fn a_decision_for_a_value_that_its_author_gave_up_settles_nothing() {
    let (mut a, mut b, mut office) = (Phone::new(1), Phone::new(2), Phone::new(7));
    let mut record = a.opened();
    let opening = record.order[0].hash;
    let (_, one) = a.set(&mut record, None, "place", "大岗".into());
    let (_, two) = b.set(&mut record, Some(opening), "place", "榄核".into());
    b.set(&mut record, Some(opening), "place", "东涌".into());
    let choice = Change::ContestDecided {
        candidates: vec![one, two],
        chosen: two,
        path: Path::new("place").unwrap(),
        reason: "以照片为准".into(),
    };
    office.apply(&mut record, Some(two), choice);
    assert_eq!(record.contested().len(), 1, "大岗 and 东涌 both stay");
    assert_eq!(record.decisions[0].value, None);
}

#[test]
fn what_is_released_stands_beside_what_its_author_cannot_be_shown_to_have_seen() {
    let (mut a, mut b, mut office) = (Phone::new(1), Phone::new(2), Phone::new(7));
    let mut record = a.opened();
    a.set(&mut record, None, "place", "大岗".into());
    let strange = EntryHash::from_bytes([0xee; 32]);
    let values = BTreeMap::from([(Path::new("place").unwrap(), "榄核".into())]);
    let (entry, hash) = b.write(Some(strange), Change::FieldsChanged { values });
    let held = Applied::Outside(Verdict::Held, VerdictReason::UnknownBase);
    assert_eq!(record.apply(&entry, hash), held);
    let release = Change::HeldReleased {
        entry: hash,
        reason: "已核对".into(),
    };
    office.apply(&mut record, None, release);
    assert_eq!(
        record.apply(&entry, hash),
        Applied::Stands(Verdict::Contested)
    );
    assert_eq!(record.contested().len(), 1);
}

#[test]
fn two_branches_of_one_journal_stand_beside_each_other_and_so_does_what_follows_the_released() {
    let (mut a, mut office, mut next) = (Phone::new(1), Phone::new(7), Phone::new(3));
    let mut record = a.opened();
    // Restored from a copy after entry 1: both branches have an entry 2, and one has a third.
    let mut copy = Phone {
        journal: a.journal,
        seq: a.seq,
    };
    a.set(&mut record, None, "place", "大岗".into());
    let branch: Vec<_> = ["榄核", "东涌"]
        .into_iter()
        .map(|place| {
            let values = BTreeMap::from([(Path::new("place").unwrap(), place.into())]);
            copy.write(None, Change::FieldsChanged { values })
        })
        .collect();
    for (entry, hash) in &branch {
        let release = Change::HeldReleased {
            entry: *hash,
            reason: "已核对".into(),
        };
        office.apply(&mut record, None, release);
        record.apply(entry, *hash);
    }
    let held = |record: &Record| -> Vec<String> {
        let state = &record.fields["place"];
        let values = state.candidates.iter();
        values
            .map(|it| it.value.as_text().unwrap().to_owned())
            .collect()
    };
    assert_eq!(held(&record), ["大岗", "东涌"]);
    next.set(&mut record, Some(branch[1].1), "place", "黄阁".into());
    assert_eq!(held(&record), ["大岗", "黄阁"], "nobody had seen 大岗");
}

#[test]
fn an_officer_chooses_between_his_own_values_alone() {
    let (mut a, mut b) = (Phone::new(1), Phone::new(2));
    let mut record = a.opened();
    let opening = record.order[0].hash;
    let (_, one) = a.set(&mut record, None, "place", "大岗".into());
    let (_, two) = b.set(&mut record, Some(opening), "place", "榄核".into());
    let place = Path::new("place").unwrap();
    let by = |hash| {
        let candidates = record.fields[&place].candidates.iter();
        candidates
            .filter(|it| it.entry == hash)
            .map(|it| it.author)
            .next()
            .unwrap()
    };
    assert_ne!(by(one), by(two));
    assert!(record.all_by(by(one), &place, &[one]));
    assert!(!record.all_by(by(one), &place, &[one, two]));
    // What does not stand any more is nobody's to decide on.
    let gone = EntryHash::from_bytes([9; 32]);
    assert!(record.all_by(by(one), &place, &[one, gone]));
    assert!(!record.all_by(by(one), &place, &[two, gone]));
}

#[test]
fn a_decision_whose_value_has_given_way_settles_nothing() {
    let (mut a, mut b) = (Phone::new(1), Phone::new(2));
    let mut record = a.opened();
    let opening = record.order[0].hash;
    let (_, one) = a.set(&mut record, None, "place", "大岗".into());
    let (_, two) = b.set(&mut record, Some(opening), "place", "榄核".into());
    let mut decide = |chosen| {
        let decision = Change::ContestDecided {
            candidates: vec![one, two],
            chosen,
            path: Path::new("place").unwrap(),
            reason: "以照片为准".into(),
        };
        let (entry, hash) = Phone::new(7).write(Some(two), decision);
        record.apply(&entry, hash);
        record.text("place").to_owned()
    };
    assert_eq!(decide(one), "大岗");
    assert_eq!(decide(two), "大岗");
}

#[test]
fn lines_added_on_two_phones_stay_two_lines() {
    let (mut a, mut b) = (Phone::new(1), Phone::new(2));
    let mut record = a.opened();
    let opening = record.order[0].hash;
    a.set(&mut record, None, "assets/0a/name", "机床".into());
    b.set(&mut record, Some(opening), "assets/0b/name", "叉车".into());
    assert_eq!(record.items("assets"), ["0a", "0b"]);
    assert!(record.contested().is_empty());
}

#[test]
fn an_unknown_base_is_held_and_an_edit_of_anothers_sealed_record_stays_outside() {
    let (mut a, mut b) = (Phone::new(1), Phone::new(2));
    let mut record = a.opened();
    let opening = record.order[0].hash;
    let strange = EntryHash::from_bytes([0xee; 32]);
    let (held, _) = b.set(&mut record, Some(strange), "place", "榄核".into());
    assert_eq!(
        held,
        Applied::Outside(Verdict::Held, VerdictReason::UnknownBase)
    );
    a.seal(&mut record);
    let (late, _) = b.set(&mut record, Some(opening), "place", "榄核".into());
    assert_eq!(
        late,
        Applied::Outside(Verdict::Held, VerdictReason::OutsideSeal)
    );
    assert_eq!(record.text("place"), "");
}

#[test]
fn withdrawn_evidence_stays_with_its_reason() {
    let mut a = Phone::new(1);
    let mut record = a.opened();
    let evidence = photo(3, EvidenceSource::Camera);
    let hash = evidence.hash;
    for _ in 0..2 {
        let added = Change::EvidenceAdded {
            evidence: Box::new(evidence.clone()),
        };
        let (entry, hash) = a.write(None, added);
        record.apply(&entry, hash);
    }
    assert_eq!(
        record.evidence.len(),
        1,
        "the same photo twice is one photo"
    );
    let (entry, id) = a.write(
        None,
        Change::EvidenceWithdrawn {
            hash,
            reason: "拍错对象".into(),
        },
    );
    record.apply(&entry, id);
    assert_eq!(record.evidence[0].withdrawn.as_deref(), Some("拍错对象"));
}

#[test]
fn a_seal_stands_and_nothing_changes_it_not_even_its_own_journal() {
    let mut a = Phone::new(1);
    let mut record = a.opened();
    a.set(&mut record, None, "place", "大岗".into());
    a.photo(&mut record, 3, EvidenceSource::Camera);
    assert_eq!(a.seal(&mut record), Applied::Stands(Verdict::Accepted));
    let sealed = record.clone();
    let seal = &sealed.seals[0];
    assert!(seal.refolds);
    assert_eq!(seal.hash.as_bytes(), &sha256(&document_bytes(&seal.body)));
    assert_eq!(seal.body.value("place"), Some(&"大岗".into()));
    assert_eq!(seal.covers[&a.journal], 3);

    let late = [
        Change::FieldsChanged {
            values: BTreeMap::from([(Path::new("place").unwrap(), "榄核".into())]),
        },
        Change::CaseNamed {
            case: CaseRef::default(),
        },
        Change::EvidenceWithdrawn {
            hash: EvidenceHash::from_bytes([3; 32]),
            reason: "x".into(),
        },
        Change::Voided { reason: "x".into() },
    ];
    for change in late {
        assert_eq!(
            a.apply(&mut record, None, change),
            Applied::Outside(Verdict::Held, VerdictReason::OutsideSeal)
        );
        assert_eq!(record, sealed);
    }
    // What happens to the bytes is told all the same, and late evidence stands beside the seal.
    let gone = Change::EvidenceMissing {
        hash: EvidenceHash::from_bytes([3; 32]),
        reason: "手机损坏".into(),
    };
    a.apply(&mut record, None, gone);
    a.photo(&mut record, 4, EvidenceSource::Camera);
    assert_eq!(record.evidence[0].missing.as_deref(), Some("手机损坏"));
    assert_eq!(record.evidence.len(), 2);
    assert_eq!(record.seals[0].body, sealed.seals[0].body);
}

fn document_bytes(body: &Body) -> Vec<u8> {
    crate::canonical::to_bytes(&body.document().unwrap()).unwrap()
}

#[test]
fn signatures_and_countersigns_name_the_body_and_do_not_change_it() {
    let mut a = Phone::new(1);
    let mut record = a.opened();
    a.set(&mut record, None, "place", "大岗".into());
    let shown = record.body().hash().unwrap();
    a.photo(&mut record, 8, EvidenceSource::Glass);
    let person = ItemId::from_bytes([5; 16]);
    let signed = Change::SignatureTaken {
        body: shown,
        person,
        strokes: EvidenceHash::from_bytes([8; 32]),
    };
    a.apply(&mut record, None, signed);
    assert_eq!(record.body().hash().unwrap(), shown);
    assert_eq!(record.signature_of(person).unwrap().body, shown);
    a.seal(&mut record);
    assert!(record.seals[0].refolds);
    assert_eq!(record.seals[0].hash, shown);

    let countersign = Signed::sign(
        Countersign {
            at: 5,
            journal: JournalId::from_bytes([2; 16]),
            record: shown,
            role: "执行员".into(),
            server: crate::ids::ServerId::from_bytes([7; 16]),
        },
        &Ed25519Signer::from_secret(&[1; 32]),
    )
    .unwrap();
    let mut b = Phone::new(2);
    for (phone, certificate) in [(&mut b, None), (&mut a, Some(certificate()))] {
        let change = Change::Countersigned {
            certificate,
            countersign: countersign.clone(),
            key: None,
        };
        let base = record.base_for(phone.journal);
        let applied = phone.apply(&mut record, base, change);
        assert!(matches!(applied, Applied::Stands(_)), "{applied:?}");
    }
    assert_eq!(record.countersigns.len(), 1, "twice told, once given");
    assert!(record.countersigns[0].certificate.is_some());
    assert_eq!(record.seals[0].hash, shown);
}

fn certificate() -> Signed<crate::journal::Certificate> {
    let body = crate::journal::Certificate {
        entry: EntryHash::from_bytes([1; 32]),
        journal: JournalId::from_bytes([2; 16]),
        server: crate::ids::ServerId::from_bytes([7; 16]),
    };
    Signed::sign(body, &Ed25519Signer::from_secret(&[9; 32])).unwrap()
}

#[test]
fn an_edit_changes_the_hash_so_that_an_older_signature_shows() {
    let mut a = Phone::new(1);
    let mut record = a.opened();
    a.set(&mut record, None, "place", "大岗".into());
    let shown = record.body().hash().unwrap();
    a.set(&mut record, None, "place", "榄核".into());
    assert_ne!(record.body().hash().unwrap(), shown);
    a.set(&mut record, None, "place", "大岗".into());
    assert_eq!(record.body().hash().unwrap(), shown, "the same facts again");
    a.set(&mut record, None, "course", "敲门".into());
    a.set(&mut record, None, "course", Value::Null);
    assert_eq!(record.body().hash().unwrap(), shown, "removed is not there");
}

#[test]
fn what_a_seal_does_not_cover_stays_outside_it_whenever_it_arrives() {
    let (mut a, mut b) = (Phone::new(1), Phone::new(2));
    let mut record = a.opened();
    let opening = record.order[0].hash;
    a.set(&mut record, None, "place", "大岗".into());
    let change = sealing(&record.body(), record.covers());
    // B's edit of another field comes to the log before A's seal, which had not seen it.
    b.set(&mut record, Some(opening), "course", "敲门".into());
    assert_eq!(
        a.apply(&mut record, None, change),
        Applied::Stands(Verdict::Interleaved)
    );
    assert!(
        record.seals[0].refolds,
        "what A had not seen is no difference"
    );
    assert_eq!(record.seals[0].body.value("course"), None);
}

#[test]
fn a_body_that_its_entries_do_not_give_is_an_incident_and_stands() {
    let wrong: [fn(&mut Body); 4] = [
        |body| {
            body.fields
                .insert(Path::new("place").unwrap(), "别处".into());
        },
        |body| {
            body.fields.insert(Path::new("more").unwrap(), 1.into());
        },
        |body| {
            body.fields.clear();
        },
        |body| {
            body.evidence.clear();
        },
    ];
    for twist in wrong {
        let mut a = Phone::new(1);
        let mut record = a.opened();
        a.set(&mut record, None, "place", "大岗".into());
        a.photo(&mut record, 3, EvidenceSource::Camera);
        let mut body = record.body();
        twist(&mut body);
        let change = sealing(&body, record.covers());
        a.apply(&mut record, None, change);
        assert!(!record.seals[0].refolds);
        assert_eq!(record.seals[0].body, body);
    }
}

#[test]
fn two_seals_of_one_record_are_both_kept() {
    let (mut a, mut b) = (Phone::new(1), Phone::new(2));
    let mut record = a.opened();
    let opening = record.order[0].hash;
    let of_b = sealing(&record.body(), record.covers());
    a.set(&mut record, None, "place", "大岗".into());
    a.seal(&mut record);
    let second = b.apply(&mut record, Some(opening), of_b);
    assert_eq!(second, Applied::Stands(Verdict::Interleaved));
    assert_eq!(record.seals.len(), 2);
    assert_ne!(record.seals[0].hash, record.seals[1].hash);
}

#[test]
fn a_seal_without_the_body_of_this_record_is_refused() {
    let mut a = Phone::new(1);
    let mut record = a.opened();
    let good = record.body();
    let documents = [
        Value::Map(BTreeMap::new()),
        Value::Null,
        Body {
            subject: SubjectId::from_bytes([8; 16]),
            ..good.clone()
        }
        .document()
        .unwrap(),
        Body {
            act: Act::Detention,
            ..good.clone()
        }
        .document()
        .unwrap(),
        Body {
            v: 2,
            ..good.clone()
        }
        .document()
        .unwrap(),
    ];
    for body in documents {
        let change = Change::Sealed {
            body,
            covers: BTreeMap::new(),
            findings: vec![],
            overrides: vec![],
        };
        assert_eq!(
            a.apply(&mut record, None, change),
            Applied::Outside(Verdict::Refused, VerdictReason::Malformed)
        );
    }
    assert_eq!(record.sealable(), Ok(()));
}

#[test]
fn a_known_contest_a_seal_and_a_void_block_the_seal() {
    let (mut a, mut b) = (Phone::new(1), Phone::new(2));
    let mut record = a.opened();
    let opening = record.order[0].hash;
    a.set(&mut record, None, "place", "大岗".into());
    b.set(&mut record, Some(opening), "place", "榄核".into());
    let place = Path::new("place").unwrap();
    assert_eq!(record.sealable(), Err(NotSealable::Contested(place)));
    let newest = record.order.last().map(|it| it.hash);
    a.set(&mut record, newest, "place", "大岗".into());
    assert_eq!(record.sealable(), Ok(()));
    let mut void = record.clone();
    a.apply(
        &mut void,
        None,
        Change::Voided {
            reason: "重复".into(),
        },
    );
    assert_eq!(void.sealable(), Err(NotSealable::Void));
    a.seal(&mut record);
    let hash = record.seals[0].hash;
    assert_eq!(record.sealable(), Err(NotSealable::Sealed(hash)));
}

#[test]
fn an_amendment_names_what_it_amends() {
    let mut a = Phone::new(1);
    let mut record = a.opened();
    let change = Change::Amended {
        amends: AmendKind::Correction,
        reason: "数量写错".into(),
        record: RecordHash::from_bytes([6; 32]),
    };
    a.apply(&mut record, None, change);
    let amends = record.amends.clone().unwrap();
    assert_eq!(amends.record, RecordHash::from_bytes([6; 32]));
    assert_eq!(
        (amends.kind, amends.reason.as_str()),
        (AmendKind::Correction, "数量写错")
    );
}
