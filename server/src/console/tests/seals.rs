//! A sealed record at the desk: what was open, who signed, and a signature that does not hold.

use super::house::{House, NOW, Scribe, user};
use crate::db::{Role, testing};
use crate::words::console::ConsoleWords;
use std::collections::BTreeMap;
use waiqin_protocol::canonical::Value;
use waiqin_protocol::ids::*;
use waiqin_protocol::journal::*;
use waiqin_protocol::record::Record;
use waiqin_protocol::rules::{RuleSet, Setting};
use waiqin_protocol::suite::{Ed25519Signer, sha256};
use waiqin_protocol::words::fill;

const STROKES: &[u8] =
    br#"{"v":1,"w":3400,"h":1200,"strokes":[[[10,20,0,500],[30,40,16,500],[50,60,32,500]]]}"#;

/// What the second officer's signature is.
enum Second {
    None,
    Holds,
    Twisted,
    Unknown,
    Same,
}

/// The page of a record that one officer sealed.
async fn page(second: Second, twist: impl Fn(&mut Change)) -> String {
    page_in(House::full().await, second, twist).await
}

async fn page_in(mut house: House, second: Second, twist: impl Fn(&mut Change)) -> String {
    let mut other = testing::journal(3);
    other.officer = OfficerId::from_bytes([5; 16]);
    let mut write = house.court.db().write().await.unwrap();
    let colleague = user(5, Role::Officer, "陈法官");
    write.add_user(&colleague, None, NOW).await.unwrap();
    write.add_journal(&other).await.unwrap();
    write.commit().await.unwrap();

    let mut scribe = Scribe {
        subject: SubjectId::from_bytes([0xb0; 16]),
        journal: house.journals[0],
        seq: 3000,
        entries: Vec::new(),
    };
    let person = ItemId::from_bytes([7; 16]);
    let text = |text: &str| Value::Text(text.to_owned());
    let values = BTreeMap::from([
        (Path::new("place").unwrap(), text("大岗镇")),
        (
            Path::new(format!("present/{person}/name")).unwrap(),
            text("周某"),
        ),
    ]);
    let case = CaseRef {
        typed: "（2019）粤0115执99999号".into(),
        ..CaseRef::default()
    };
    let opened = scribe.say(
        Change::RecordOpened {
            act: Act::Investigation,
            case: case.clone(),
            values,
        },
        waiqin_protocol::wire::sync::Verdict::Accepted,
    );
    let mut record = Record::open(&opened.0, opened.1).unwrap();
    let shown = record.body().hash().unwrap();
    let strokes = EvidenceHash::from_bytes(sha256(STROKES));
    let mut seal = Change::Sealed {
        body: record.body().document().unwrap(),
        covers: record.covers(),
        findings: vec![Finding {
            path: None,
            rule: "G02".into(),
            severity: Severity::Block,
        }],
        overrides: vec![Override {
            officer: Some(colleague.id),
            reason: "另一人护送<证人>".into(),
            rule: "G02".into(),
        }],
    };
    twist(&mut seal);
    let mut changes = vec![
        Change::EvidenceAdded {
            evidence: Box::new(glass(strokes, person)),
        },
        Change::SignatureTaken {
            body: shown,
            person,
            strokes,
        },
        seal,
    ];
    changes.extend(countersigned(&second, shown, house.journals[0]));
    for change in changes {
        let (entry, hash) = scribe.say(change, waiqin_protocol::wire::sync::Verdict::Accepted);
        record.apply(&entry, hash);
    }
    let custody = [(strokes, STROKES.to_vec())];
    house.keep(&record, &case, scribe.entries, &custody).await;
    house.subjects.push(record.subject);
    let mut browser = house.browser("clerk2").await;
    let page = browser.get(&format!("/records/{}", record.subject)).await;
    page.body
}

fn glass(hash: EvidenceHash, person: ItemId) -> Evidence {
    Evidence {
        caption: None,
        fix: None,
        hash,
        height: None,
        how: None,
        item: Some(person),
        length: STROKES.len() as u64,
        media: None,
        name: "signature.json".into(),
        role: EvidenceRole::Signature,
        source: EvidenceSource::Glass,
        taken: None,
        width: None,
    }
}

fn countersigned(second: &Second, record: RecordHash, first: JournalId) -> Option<Change> {
    let (journal, key) = match second {
        Second::None => return None,
        Second::Holds | Second::Twisted => (JournalId::from_bytes([3; 16]), 3),
        Second::Unknown => (JournalId::from_bytes([99; 16]), 3),
        Second::Same => (first, 1),
    };
    let body = Countersign {
        at: NOW,
        journal,
        record,
        role: "执行员".into(),
        server: ServerId::from_bytes([9; 16]),
    };
    let mut countersign = Signed::sign(body, &Ed25519Signer::from_secret(&[key; 32])).unwrap();
    if matches!(second, Second::Twisted) {
        countersign.body.role = "院长".into();
    }
    Some(Change::Countersigned {
        certificate: None,
        countersign,
        key: None,
    })
}

#[tokio::test]
async fn a_seal_shows_its_findings_reasons_and_signatures() {
    let page = page(Second::Holds, |_| {}).await;
    let w = &ConsoleWords::ZH;
    assert!(page.contains(w.second_holds) && page.contains("何某5"));
    assert!(page.contains("G02") && page.contains("另一人护送&#60;证人&#62;"));
    assert!(
        page.contains("d=\"M10 20L30 40L50 60\""),
        "the strokes are drawn"
    );
    assert!(!page.contains(w.signature_older) && !page.contains(w.seal_differs));
    // The phone had found G02 alone; the same rules find more here.
    assert!(page.contains("规则复核不一致") && page.contains("+G03"));
    assert!(!page.contains(w.rules_set), "the weights never changed");
    assert!(
        page.contains(w.record_without_photos),
        "strokes are no photos"
    );
}

#[tokio::test]
async fn a_second_officers_signature_is_held_against_his_journals_key() {
    let w = &ConsoleWords::ZH;
    for (second, word) in [
        (Second::None, w.second_missing),
        (Second::Twisted, w.second_false),
        (Second::Unknown, w.second_unknown),
        (Second::Same, w.second_same),
    ] {
        let page = page(second, |_| {}).await;
        assert!(page.contains(word), "{word}");
        assert!(!page.contains(w.second_holds), "{word}");
    }
}

#[tokio::test]
async fn a_body_that_its_entries_do_not_give_says_so_and_signatures_name_an_earlier_text() {
    let twist = |change: &mut Change| {
        if let Change::Sealed { body, .. } = change {
            let mut read = waiqin_protocol::record::Body::read(body).unwrap();
            read.fields
                .insert(Path::new("place").unwrap(), Value::Text("别处".into()));
            *body = read.document().unwrap();
        }
    };
    let page = page(Second::None, twist).await;
    let w = &ConsoleWords::ZH;
    assert!(page.contains(w.seal_differs) && page.contains(w.signature_older));
}

#[tokio::test]
async fn a_second_officer_who_was_to_sign_later_is_named_by_the_record() {
    let twist = |change: &mut Change| {
        if let Change::Sealed {
            body, overrides, ..
        } = change
        {
            let item = OfficerId::from_bytes([0x0e; 16]);
            let path = Path::new(format!("officers/{item}/person")).unwrap();
            let mut read = waiqin_protocol::record::Body::read(body).unwrap();
            read.fields.insert(path, Value::Text("林书记员".into()));
            *body = read.document().unwrap();
            overrides[0].officer = Some(item);
        }
    };
    let page = page(Second::None, twist).await;
    assert!(page.contains("证人&#62; · 林书记员"), "{page}");
}

/// A set by which an investigation is asked for two officers alone, at this weight.
fn two_officers(weight: Setting) -> RuleSet {
    let built_in = RuleSet::default();
    let mut overrides: BTreeMap<String, Setting> = built_in
        .of_act(Act::Investigation)
        .map(|(rule, _)| (rule.id.to_owned(), Setting::Off))
        .collect();
    overrides.insert("G02".into(), weight);
    RuleSet {
        overrides,
        ..built_in
    }
}

fn finding(rule: &str, severity: Severity) -> Finding {
    Finding {
        path: None,
        rule: rule.into(),
        severity,
    }
}

#[tokio::test]
async fn a_seal_is_judged_by_the_weights_in_force_and_an_earlier_set_is_named() {
    use Setting::{Block, Off, Warn};
    let w = &ConsoleWords::ZH;
    let g02 = |severity| vec![finding("G02", severity)];
    let two = [g02(Severity::Block), vec![finding("G03", Severity::Block)]].concat();
    let blocks = || g02(Severity::Block);
    let warns = || g02(Severity::Warn);
    let day = |day: u32| format!("2019-07-{day:02} 10:00");
    let before = |since, until| {
        let values: [(&str, &dyn std::fmt::Display); 2] =
            [("since", &day(since)), ("until", &day(until))];
        fill(w.rules_set_before, &values)
    };
    let never = |since| fill(w.rules_set_since, &[("since", &day(since))]);
    let agree = || w.rules_agree.to_owned();
    let differ = |rules: &str| fill(w.rules_differ, &[("rules", &rules)]);
    // The court has the built-in weights on 2 July, and sets others on the days that follow.
    for (weights, sealed, tag, said) in [
        (vec![Block], blocks(), agree(), None),
        (vec![Block], warns(), differ("≠G02"), Some(never(3))),
        (vec![Block], two, differ("−G03"), Some(never(3))),
        (vec![Block, Warn], warns(), agree(), None),
        (
            vec![Block, Warn],
            blocks(),
            differ("≠G02"),
            Some(before(4, 4)),
        ),
        (
            vec![Block, Warn, Off],
            blocks(),
            differ("−G02"),
            Some(before(5, 4)),
        ),
    ] {
        let mut house = House::full().await;
        for weight in &weights {
            house.later(86_400_000);
            house.weigh(two_officers(*weight)).await;
        }
        let twist = |change: &mut Change| {
            if let Change::Sealed { findings, .. } = change {
                findings.clone_from(&sealed);
            }
        };
        let page = page_in(house, Second::None, twist).await;
        let case = format!("{weights:?} {sealed:?}");
        assert!(page.contains(&tag), "{case}: {tag}");
        assert_eq!(page.contains(w.rules_set), said.is_some(), "{case}");
        if let Some(said) = said {
            assert!(page.contains(&said), "{case}: {said}");
        }
    }
}
