//! What a form writes: changed fields alone, whole, bounded, and nothing that no page asks.

use super::*;
use crate::samples::{ITEM, ME, full_record, new_record};
use crate::words::Words;
use std::collections::{BTreeMap, BTreeSet};
use waiqin_protocol::canonical::Value;
use waiqin_protocol::journal::Path;
use waiqin_protocol::record::Record;

const STEPS: &[Step] = investigation::STEPS;

fn posted(pairs: &[(&str, &str)]) -> Posted {
    Posted(
        pairs
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect(),
    )
}

fn changes(pairs: &[(&str, &str)], record: &Record) -> Read {
    posted(pairs).changes(STEPS, record, &Words::EN)
}

fn path(text: &str) -> Path {
    Path::new(text).unwrap()
}

fn place() -> Place {
    Place {
        now_ms: 42,
        new_item: "0c".repeat(16),
        address: Some("house".to_owned()),
    }
}

fn pressed(what: &str, record: &Record) -> Option<Asked> {
    let typed = BTreeMap::new();
    asked(
        STEPS,
        what,
        &Held {
            record,
            typed: &typed,
        },
        &place(),
    )
}

#[test]
fn only_what_differs_from_page_and_record_is_written() {
    let record = full_record().record;
    let was = r#"{"course":"old","place":"p","remarks":"x"}"#;
    let read = changes(
        &[
            ("csrf", "c"),
            ("step", "result"),
            ("was", was),
            ("do", "save"),
            // Untouched on the page, though somebody changed the record since.
            ("course", "old"),
            ("place", "new place"),
            // Typed into what the record holds already.
            ("remarks", "x"),
            ("objections", ""),
        ],
        &record,
    );
    assert_eq!(read.problems, []);
    assert_eq!(
        read.values,
        BTreeMap::from([(path("place"), Value::from("new place"))])
    );
}

#[test]
fn text_is_kept_as_typed_but_for_the_line_breaks_of_forms() {
    let typed = "  ㈱ 䶮\u{20000} café\r\n\r\ntwo  ";
    let read = changes(&[("course", typed)], &new_record().record);
    let kept = typed.replace("\r\n", "\n");
    assert_eq!(
        read.values,
        BTreeMap::from([(path("course"), Value::from(kept))])
    );
}

#[test]
fn an_emptied_field_is_removed_and_an_emptied_text_of_an_item_stays() {
    let record = full_record().record;
    let q = format!("questions/{ITEM}/q");
    let read = changes(&[("place", ""), (&q, "")], &record);
    assert_eq!(read.values[&path("place")], Value::Null);
    assert_eq!(read.values[&path(&q)], Value::from(""));
}

#[test]
fn a_mark_that_is_sent_empty_first_and_set_after_is_set() {
    let record = new_record().record;
    let read = changes(&[("rights_told", ""), ("rights_told", "yes")], &record);
    assert_eq!(
        read.values,
        BTreeMap::from([(path("rights_told"), Value::from(true))])
    );
    assert!(changes(&[("rights_told", "")], &record).values.is_empty());
    let uniform = format!("officers/{ITEM}/uniform");
    let read = changes(&[(&uniform, "")], &full_record().record);
    assert_eq!(read.values, BTreeMap::from([(path(&uniform), Value::Null)]));
}

#[test]
fn moments_are_the_courts_and_seconds_survive_an_untouched_page() {
    let record = full_record().record;
    let read = changes(&[("t1", "2019-07-02T09:05")], &record);
    assert_eq!(read.values[&path("t1")], Value::Int(1_562_029_500_000));
    for wrong in [
        "2019-07-02",
        "2019-13-02T09:05",
        "soon",
        "1900-01-01T00:00",
        "9999-01-01T00:00",
    ] {
        let read = changes(&[("t1", wrong)], &record);
        assert!(read.values.is_empty(), "{wrong}");
        assert_eq!(read.problems[0].text, Words::EN.err_moment, "{wrong}");
    }
    let shown = shown_text(Some(&Value::Int(1_562_029_501_234)), Kind::Moment);
    assert_eq!(shown, "2019-07-02T09:05");
}

#[test]
fn a_position_is_whole_numbers_on_earth_or_refused() {
    let record = new_record().record;
    let fix = |lat: &str, more: &str| {
        format!(
            r#"{{"acc_cm":800,"age_ms":5,"lat":{lat},"lon":1135299432,"provider":"fused"{more}}}"#
        )
    };
    let good = changes(&[("fix", &fix("228367845", ""))], &record);
    let kept = good.values[&path("fix")].as_map().unwrap().clone();
    assert_eq!(kept["lat"], Value::Int(228_367_845));
    let with_more = changes(&[("fix", &fix("228367845", r#","note":"x""#))], &record);
    assert_eq!(
        with_more.values[&path("fix")].as_map().unwrap(),
        &kept,
        "nothing else gets in"
    );
    for wrong in [
        fix("900000001", ""),
        fix("22.8", ""),
        "{}".to_owned(),
        "null".to_owned(),
    ] {
        assert_eq!(
            changes(&[("fix", &wrong)], &record).problems.len(),
            1,
            "{wrong}"
        );
    }
}

#[test]
fn what_no_page_asks_is_not_written() {
    let record = full_record().record;
    let cases = [
        ("officers", "x"),
        ("officers/abc/person", "x"),
        (&*format!("officers/{ITEM}/salary"), "x"),
        (&*format!("officers/{ITEM}/person/more"), "x"),
        (&*format!("officers/{}/person", ITEM.to_uppercase()), "x"),
        ("seal", "x"),
        ("", "x"),
        ("../../etc", "x"),
        ("special/secret", "yes"),
        ("result", "acquitted"),
        ("debtor_met", "maybe"),
        ("rights_told", "no"),
    ];
    for (name, value) in cases {
        let read = changes(&[(name, value)], &record);
        assert!(
            read.values.is_empty() && read.problems.len() == 1,
            "{name}={value}"
        );
    }
}

#[test]
fn texts_are_bounded_in_characters() {
    let record = new_record().record;
    let han = |n: usize| "\u{5927}".repeat(n);
    assert!(
        changes(&[("place", &han(500))], &record)
            .problems
            .is_empty()
    );
    assert_eq!(changes(&[("place", &han(501))], &record).problems.len(), 1);
    assert!(
        changes(&[("course", &han(20_000))], &record)
            .problems
            .is_empty()
    );
    assert_eq!(
        changes(&[("course", &han(20_001))], &record).problems.len(),
        1
    );
}

#[test]
fn one_tap_writes_the_legal_wording_in_chinese_and_a_second_takes_it_back() {
    let mut record = new_record().record;
    let done = pressed("deed:nobody", &record).unwrap().values;
    assert_eq!(
        done[&path("no_witness_reason")],
        Value::from(Words::ZH.write_nobody)
    );
    assert_eq!(done[&path("debtor_met")], Value::from(false));
    let full = full_record().record;
    for name in ["no_witness_reason", "debtor_met"] {
        record
            .fields
            .insert(path(name), full.fields[&path(name)].clone());
    }
    let back = pressed("deed:nobody", &record).unwrap().values;
    assert!(back.values().all(|it| *it == Value::Null), "{back:?}");
}

#[test]
fn a_sentence_stands_after_what_the_officer_typed_and_goes_alone() {
    let mut record = full_record().record;
    let reason = path("no_witness_reason");
    let set = |record: &mut Record, text: &str| {
        let field = record.fields.get_mut(&reason).unwrap();
        field.candidates[0].value = Value::from(text);
    };
    set(&mut record, "typed.");
    let (nobody, come) = (Words::ZH.write_nobody, Words::ZH.write_refuse_come);
    let first = pressed("deed:nobody", &record).unwrap().values;
    assert_eq!(first[&reason], Value::from(format!("typed.{nobody}")));
    set(&mut record, &format!("typed.{nobody}"));
    let second = pressed("deed:refuse_come", &record).unwrap().values;
    assert_eq!(
        second[&reason],
        Value::from(format!("typed.{nobody}{come}"))
    );
    let back = pressed("deed:nobody", &record).unwrap().values;
    assert_eq!(back[&reason], Value::from("typed."));
}

#[test]
fn a_button_pressed_right_after_typing_keeps_what_was_typed() {
    let record = new_record().record;
    let reason = path("no_witness_reason");
    let typed = BTreeMap::from([(reason.clone(), Value::from("typed."))]);
    let held = Held {
        record: &record,
        typed: &typed,
    };
    let done = asked(STEPS, "deed:nobody", &held, &place()).unwrap().values;
    assert_eq!(
        done[&reason],
        Value::from(format!("typed.{}", Words::ZH.write_nobody))
    );
}

#[test]
fn what_two_phones_gave_differently_is_not_overwritten_in_passing() {
    let record = full_record().record;
    let read = changes(&[("result", "moved")], &record);
    assert!(read.values.is_empty());
    assert_eq!(read.problems[0].text, Words::EN.contested_here);
}

#[test]
fn buttons_of_an_item_write_into_that_item() {
    let record = full_record().record;
    let done = pressed(&format!("deed:refuse_sign@present/{ITEM}"), &record)
        .unwrap()
        .values;
    let refusal = path(&format!("present/{ITEM}/refusal"));
    assert_eq!(
        done,
        BTreeMap::from([(refusal, Value::from(Words::ZH.write_refuse_sign))])
    );
    assert_eq!(pressed("deed:refuse_sign", &record), None);
    assert_eq!(pressed("deed:refuse_sign@present/x", &record), None);
    assert_eq!(
        pressed(&format!("deed:refuse_sign@officers/{ITEM}"), &record),
        None
    );
}

#[test]
fn items_are_added_with_a_new_id_and_removed_whole() {
    let record = full_record().record;
    let id = "0c".repeat(16);
    let added = pressed("add:checked:vehicle", &record).unwrap();
    assert_eq!(added.item.unwrap(), format!("checked-{id}"));
    let item = path(&format!("checked/{id}/item"));
    assert_eq!(
        added.values,
        BTreeMap::from([(item, Value::from("vehicle"))])
    );
    let source = pressed("add:sources:free", &record).unwrap().values;
    assert_eq!(
        source,
        BTreeMap::from([(path(&format!("sources/{id}")), Value::from(""))])
    );
    let dropped = pressed(&format!("drop:questions/{ITEM}"), &record)
        .unwrap()
        .values;
    let q = |name: &str| path(&format!("questions/{ITEM}/{name}"));
    assert_eq!(
        dropped,
        BTreeMap::from([(q("q"), Value::Null), (q("a"), Value::Null)])
    );
    let source = pressed(&format!("drop:sources/{ITEM}"), &record)
        .unwrap()
        .values;
    assert_eq!(
        source,
        BTreeMap::from([(path(&format!("sources/{ITEM}")), Value::Null)])
    );
}

#[test]
fn now_address_and_none_write_what_they_say() {
    let record = new_record().record;
    let one = |what: &str| pressed(what, &record).unwrap().values;
    assert_eq!(
        one("now:t0"),
        BTreeMap::from([(path("t0"), Value::Int(42))])
    );
    assert_eq!(
        one("address"),
        BTreeMap::from([(path("place"), Value::from("house"))])
    );
    assert_eq!(one("save"), BTreeMap::new());
    let none = one("none:special");
    assert_eq!(none.len(), 6);
    assert!(none.values().all(|it| *it == Value::from(false)));
    for what in [
        "now:place",
        "now:",
        "now:t9",
        "none:officers",
        "fly",
        "add:checked:moon",
        "",
    ] {
        assert_eq!(pressed(what, &record), None, "{what}");
    }
}

#[test]
fn every_button_and_field_that_a_page_shows_is_understood_again() {
    let page = full_record();
    let viewer = Viewer {
        page: &page,
        w: &Words::EN,
        me: ME,
        has_address: true,
        readonly: false,
        problems: &[],
        photos: Vec::new(),
    };
    let mut keys = BTreeSet::new();
    for step in viewer.steps(STEPS, None) {
        assert!(keys.insert(step.key));
        let was: BTreeMap<String, String> = serde_json::from_str(&step.was).unwrap();
        for (name, value) in &was {
            assert!(field_at(STEPS, name).is_some(), "{name}");
            assert!(
                changes(&[("was", &step.was), (name, value)], &page.record)
                    .values
                    .is_empty()
            );
        }
        let buttons = step.blocks.iter().flat_map(|block| match block {
            Block::Deeds(deeds) => deeds.iter().map(|it| it.what.clone()).collect(),
            Block::Flags { none_do, .. } => vec![none_do.clone()],
            Block::Moment(it) => vec![it.now_do.clone()],
            Block::Item(item) => {
                let deeds = item.parts.iter().flat_map(|part| match part {
                    Part::Deeds(deeds) => deeds.iter().map(|it| it.what.clone()).collect(),
                    Part::Moment(it) => vec![it.now_do.clone()],
                    Part::Line(_)
                    | Part::Text(_)
                    | Part::Choice(_)
                    | Part::Flag(_)
                    | Part::Contested(_) => Vec::new(),
                });
                deeds.chain([item.drop_do.clone()]).collect()
            }
            Block::Line(_)
            | Block::Text(_)
            | Block::Choice(_)
            | Block::Flag(_)
            | Block::Fix(_)
            | Block::Title(_)
            | Block::Contested(_)
            | Block::Photos(_)
            | Block::Read(_) => Vec::new(),
        });
        for what in buttons {
            assert!(pressed(&what, &page.record).is_some(), "{what}");
        }
    }
    assert_eq!(keys.len(), STEPS.len());
}

#[test]
fn the_first_step_that_is_not_filled_is_open_unless_another_is_asked_for() {
    let page = new_record();
    let viewer = Viewer {
        page: &page,
        w: &Words::EN,
        me: ME,
        has_address: false,
        readonly: false,
        problems: &[],
        photos: Vec::new(),
    };
    let open = |asked| {
        let steps = viewer.steps(STEPS, asked);
        let open: Vec<&str> = steps.iter().filter(|it| it.open).map(|it| it.key).collect();
        assert_eq!(open.len(), 1);
        open[0]
    };
    assert_eq!(open(None), "arrive");
    assert_eq!(open(Some("result")), "result");
    assert_eq!(open(Some("nonsense")), "arrive");
}
