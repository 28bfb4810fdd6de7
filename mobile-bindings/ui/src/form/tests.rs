//! What a form writes: changed fields alone, whole, bounded, and nothing that no page asks.

use super::*;
use crate::samples::{
    ITEM, ME, NOW_MS, detention_record, foreign_record, full_record, new_record, seizure_record,
    settlement_record,
};
use crate::words::Words;
use std::collections::{BTreeMap, BTreeSet};
use waiqin_protocol::canonical::Value;
use waiqin_protocol::fields::{self, Kind};
use waiqin_protocol::journal::{ACTS as ALL_ACTS, Act, Path};
use waiqin_protocol::record::Record;
use waiqin_protocol::words::Lang;

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
    posted(pairs).changes(record, Lang::En)
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
        ("assets/0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b/name", "x"),
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
fn a_button_of_an_item_leads_back_to_that_item() {
    let record = full_record().record;
    let at = |what: &str| pressed(what, &record).unwrap().item;
    let item = Some(format!("present-{ITEM}"));
    assert_eq!(at(&format!("deed:refuse_sign@present/{ITEM}")), item);
    let shown = format!("now:officers/{ITEM}/id_shown_at");
    assert_eq!(at(&shown), Some(format!("officers-{ITEM}")));
    assert_eq!(at("deed:nobody"), None);
    assert_eq!(at("now:t0"), None);
}

#[test]
fn an_item_folds_when_most_of_it_is_given_and_says_what_it_holds() {
    let page = seizure_record();
    let item = |page: &waiqin_core::RecordPage, problems: &[FieldProblem]| {
        let viewer = Viewer {
            page,
            lang: Lang::En,
            me: ME,
            now_ms: NOW_MS,
            has_address: false,
            readonly: false,
            problems,
            photos: Vec::new(),
            item: None,
        };
        let steps = viewer.steps(steps_of(Act::Seal).unwrap(), None);
        let blocks = steps.into_iter().flat_map(|it| it.blocks);
        let mut items = blocks.filter_map(|it| match it {
            Block::Item(item) if item.anchor.starts_with("docs-") => Some(item),
            _ => None,
        });
        items.next().unwrap()
    };
    let ruling = item(&page, &[]);
    assert!(ruling.open, "two of five fields are given");
    assert_eq!(ruling.title, "Ruling");
    assert_eq!(ruling.tags, [page.record.text(&format!("docs/{ITEM}/no"))]);
    let mut dated = page.clone();
    let mut state = page.record.fields[&path(&format!("docs/{ITEM}/no"))].clone();
    state.candidates[0].value = Value::from("2019-06-28");
    let on = path(&format!("docs/{ITEM}/on"));
    dated.record.fields.insert(on, state);
    let folded = item(&dated, &[]);
    assert!(!folded.open);
    assert_eq!(folded.second, "2019-06-28");
    let wrong = FieldProblem {
        path: format!("docs/{ITEM}/shown_at"),
        text: "why".to_owned(),
        typed: "soon".to_owned(),
    };
    assert!(item(&dated, &[wrong]).open, "what was not taken is seen");
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
        lang: Lang::En,
        me: ME,
        now_ms: NOW_MS,
        has_address: true,
        readonly: false,
        problems: &[],
        photos: Vec::new(),
        item: None,
    };
    let mut keys = BTreeSet::new();
    for step in viewer.steps(STEPS, None) {
        assert!(keys.insert(step.key));
        let was: BTreeMap<String, String> = serde_json::from_str(&step.was).unwrap();
        for (name, value) in &was {
            assert!(fields::field_at(page.record.act, name).is_some(), "{name}");
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
                    | Part::More(_)
                    | Part::Less
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
            | Block::Assets(_)
            | Block::More(_)
            | Block::Less
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
        lang: Lang::En,
        me: ME,
        now_ms: NOW_MS,
        has_address: false,
        readonly: false,
        problems: &[],
        photos: Vec::new(),
        item: None,
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

/// What a page asks of an act: its steps, and the page of a line of the list of assets.
fn asked_of_act(act: Act) -> Vec<String> {
    let mut asked = patterns(steps_of(act).unwrap());
    if has_assets(act) {
        asked.extend(patterns(assets::STEPS));
    }
    asked
}

#[test]
fn every_field_of_an_acts_papers_is_asked_once_and_nothing_else() {
    for act in ACTS {
        let asked = asked_of_act(act);
        let once: BTreeSet<&str> = asked.iter().map(String::as_str).collect();
        assert_eq!(
            once.len(),
            asked.len(),
            "{act:?} asks something twice: {asked:?}"
        );
        let table: BTreeSet<&str> = fields::of_act(act).map(|it| it.pattern).collect();
        let missing: Vec<_> = table.difference(&once).collect();
        let foreign: Vec<_> = once.difference(&table).collect();
        assert!(
            missing.is_empty() && foreign.is_empty(),
            "{act:?} does not ask {missing:?}, and asks {foreign:?}, which no paper has"
        );
    }
}

/// The kind of a path's field, and the code or number that a button writes there.
fn fits(act: Act, path: &str, given: Given) -> bool {
    let def = fields::field_at(act, path).unwrap_or_else(|| panic!("{act:?}: no field {path}"));
    let value = match given {
        Given::Code(code) => Value::from(code),
        Given::Words(label) | Given::Sentence(label) => Value::from(label(&Words::ZH)),
        Given::Flag(flag) => Value::from(flag),
        Given::Number(n) => Value::Int(n),
        Given::Now => return def.kind == Kind::Moment,
        Given::Left(total, list, name) => {
            let of = |path: &str| fields::field_at(act, path).unwrap().kind;
            let item = format!("{list}/{ITEM}/{name}");
            return def.kind == Kind::Fen && of(total) == Kind::Fen && of(&item) == Kind::Fen;
        }
    };
    def.check(&value).is_ok()
}

#[test]
fn every_button_of_every_act_writes_what_its_field_can_hold_under_one_name() {
    let at = |list: &str, name: &str| {
        let pattern = if name.is_empty() {
            format!("{list}/*")
        } else {
            format!("{list}/*/{name}")
        };
        pattern.replace('*', ITEM)
    };
    for act in ACTS {
        let mut layouts = vec![steps_of(act).unwrap()];
        layouts.extend(has_assets(act).then_some(assets::STEPS));
        for steps in layouts {
            let (mut keys, mut names) = (BTreeSet::new(), BTreeSet::new());
            for step in steps {
                assert!(names.insert(step.key), "{act:?} has {} twice", step.key);
            }
            for piece in steps.iter().flat_map(Step::pieces) {
                match piece {
                    Piece::Deeds(deeds) => {
                        for deed in *deeds {
                            assert!(keys.insert(deed.key), "{act:?} has {} twice", deed.key);
                            for (path, given) in deed.values {
                                assert!(fits(act, &path.replace('*', ITEM), *given), "{path}");
                            }
                        }
                    }
                    Piece::List(list) => {
                        let presets = list.presets.iter().map(|it| (it.key, it.values));
                        let deeds = list.deeds.iter().map(|it| (it.key, it.values));
                        let mut own = BTreeSet::new();
                        for (key, values) in presets.clone().chain(deeds) {
                            assert!(own.insert((key, values.len(), values.as_ptr())), "{key}");
                            for (name, given) in values {
                                assert!(fits(act, &at(list.name, name), *given), "{key} {name}");
                            }
                        }
                        assert!(presets.clone().all(|it| !it.1.is_empty()), "{}", list.name);
                    }
                    _ => {}
                }
            }
        }
    }
    for preset in assets::PRESETS {
        for (name, given) in preset.values {
            assert!(fits(Act::Seal, &at("assets", name), *given), "{name}");
        }
    }
}

#[test]
fn acts_without_a_layout_are_read_and_not_recorded() {
    let recorded = ALL_ACTS.into_iter().filter(|it| steps_of(*it).is_some());
    assert_eq!(
        recorded.collect::<BTreeSet<_>>(),
        ACTS.into_iter().collect()
    );
}

#[test]
fn numbers_amounts_and_days_are_read_as_people_write_them_and_kept_exactly() {
    let record = seizure_record().record;
    let quantity = format!("assets/{ITEM}/quantity");
    let worth = format!("assets/{ITEM}/est_value_fen");
    let good = |name: &str, text: &str| {
        let read = changes(&[(name, text)], &record);
        assert_eq!(read.problems, [], "{text}");
        read.values[&path(name)].clone()
    };
    assert_eq!(good(&quantity, " \u{ff11}2 "), Value::Int(12));
    assert_eq!(
        good(&quantity, "9007199254740991"),
        Value::Int((1 << 53) - 1)
    );
    assert_eq!(good(&worth, "320,000.5"), Value::Int(32_000_050));
    assert_eq!(
        good(&worth, "\u{ffe5}32\u{4e07}\u{5143}"),
        Value::Int(32_000_000)
    );
    assert_eq!(good("expires_on", "2021.7.8"), Value::from("2021-07-08"));
    assert_eq!(
        good("expires_on", "2021\u{5e74}7\u{6708}8\u{65e5}"),
        Value::from("2021-07-08")
    );
    assert_eq!(good("keeper/use_allowed", "no"), Value::from(false));
    let w = &Words::EN;
    for (name, text, why) in [
        (&*quantity, "two", w.err_integer),
        (&quantity, "-1", w.err_integer),
        (&quantity, "1.5", w.err_integer),
        (&quantity, "9007199254740992", w.err_integer),
        (&worth, "about 3000", w.err_money),
        (&worth, "-3", w.err_money_negative),
        (&worth, "3.001", w.err_money_decimals),
        (&worth, "32,00", w.err_money_grouping),
        (&worth, "99999999999999", w.err_money_large),
        ("expires_on", "2021-02-30", w.err_day),
        ("expires_on", "soon", w.err_day),
        ("expires_on", "0021-07-08", w.err_day),
    ] {
        let read = changes(&[(name, text)], &record);
        assert!(read.values.is_empty(), "{name}={text}");
        assert_eq!(read.problems[0].text, why, "{name}={text}");
        assert_eq!(read.problems[0].typed, text, "what was typed is not lost");
    }
}

#[test]
fn an_amount_is_shown_with_separators_and_an_untouched_page_writes_nothing() {
    let value = Value::Int(32_000_000);
    assert_eq!(shown_text(Some(&value), Kind::Fen), "320,000.00");
    let record = seizure_record().record;
    let worth = format!("assets/{ITEM}/est_value_fen");
    let shown = shown_text(record.value(&worth), Kind::Fen);
    assert!(changes(&[(&worth, &shown)], &record).values.is_empty());
}

#[test]
fn an_item_points_only_to_what_the_record_has() {
    let record = seizure_record().record;
    let notice = format!("assets/{ITEM}/assist_notice");
    let docs = record.items("docs");
    let read = changes(&[(&notice, &docs[0])], &record);
    assert_eq!(read.values[&path(&notice)], Value::from(docs[0].as_str()));
    for wrong in ["x".to_owned(), "0c".repeat(16)] {
        let read = changes(&[(&notice, &wrong)], &record);
        assert_eq!(read.problems[0].text, Words::EN.err_item, "{wrong}");
    }
}

#[test]
fn what_was_not_taken_is_shown_again_as_typed() {
    let page = seizure_record();
    let problems = [FieldProblem {
        path: "list_handed/copies".to_owned(),
        text: "why".to_owned(),
        typed: "two or three".to_owned(),
    }];
    let viewer = Viewer {
        page: &page,
        lang: Lang::En,
        me: ME,
        now_ms: NOW_MS,
        has_address: false,
        readonly: false,
        problems: &problems,
        photos: Vec::new(),
        item: None,
    };
    let steps = viewer.steps(steps_of(Act::Seal).unwrap(), None);
    let step = steps.iter().find(|it| it.key == "keeping").unwrap();
    let field = step.blocks.iter().find_map(|it| match it {
        Block::Line(field) if field.path == "list_handed/copies" => Some(field),
        _ => None,
    });
    let field = field.unwrap();
    assert_eq!(
        (field.value.as_str(), field.error.as_str()),
        ("two or three", "why")
    );
    let was: BTreeMap<String, String> = serde_json::from_str(&step.was).unwrap();
    assert_eq!(
        was["list_handed/copies"], field.kept,
        "and is no answer that was given before"
    );
}

#[test]
fn marks_that_were_answered_with_no_stay_answered() {
    let page = full_record();
    let mut record = page.record.clone();
    let none = pressed("none:special", &record).unwrap().values;
    for (path, value) in none {
        let mut state = page.record.fields[&self::path("course")].clone();
        state.candidates[0].value = value;
        record.fields.insert(path, state);
    }
    let sent = [
        ("special/deputy", "no"),
        ("special/military", "no"),
        ("special/military", "yes"),
    ];
    let read = changes(&sent, &record);
    assert_eq!(
        read.values,
        BTreeMap::from([(path("special/military"), Value::from(true))])
    );
    // The sample is seriously ill: the button answers the five others alone.
    let rest = pressed("none:special", &page.record).unwrap().values;
    assert_eq!(rest.len(), 5);
    assert!(!rest.contains_key(&path("special/ill")));
}

#[test]
fn who_counted_is_picked_among_the_officers_and_taken_back() {
    let page = seizure_record();
    let record = page.record;
    let typed = BTreeMap::new();
    let held = Held {
        record: &record,
        typed: &typed,
    };
    let pick = |what: &str| asked(assets::STEPS, what, &held, &place()).map(|it| it.values);
    let officers = record.items("officers");
    let counted = record.items("cash/counted_by");
    let first = record
        .text(&format!("cash/counted_by/{}", counted[0]))
        .to_owned();
    let other = officers.iter().find(|it| **it != first).unwrap();
    let new = path(&format!("cash/counted_by/{}", "0c".repeat(16)));
    assert_eq!(
        pick(&format!("pick:cash/counted_by:{other}")).unwrap(),
        BTreeMap::from([(new, Value::from(other.as_str()))])
    );
    let gone = path(&format!("cash/counted_by/{}", counted[0]));
    assert_eq!(
        pick(&format!("pick:cash/counted_by:{first}")).unwrap(),
        BTreeMap::from([(gone, Value::Null)])
    );
    assert_eq!(
        pick(&format!("pick:cash/counted_by:{}", "0d".repeat(16))),
        None
    );
    assert_eq!(pick(&format!("pick:officers:{first}")), None);
}

#[test]
fn capitals_are_written_from_the_amount() {
    let record = seizure_record().record;
    let typed = BTreeMap::from([(path("cash/amount_fen"), Value::Int(1_860_000))]);
    let held = Held {
        record: &record,
        typed: &typed,
    };
    let done = asked(assets::STEPS, "capital:cash/amount_fen", &held, &place()).unwrap();
    assert_eq!(
        done.values,
        BTreeMap::from([(path("cash/amount_capital"), Value::from("壹万捌仟陆佰元整"))])
    );
}

#[test]
fn an_instalment_begins_with_what_is_left_and_never_below_zero() {
    let mut record = settlement_record().record;
    let left = |record: &Record, typed: &[(&str, i64)]| {
        let typed = typed
            .iter()
            .map(|(name, fen)| (path(name), Value::Int(*fen)))
            .collect();
        let held = Held {
            record,
            typed: &typed,
        };
        let steps = steps_of(Act::Settlement).unwrap();
        let added = asked(steps, "add:instalments:left", &held, &place()).unwrap();
        added.values.values().next().unwrap().as_int().unwrap()
    };
    // 300,000.00 in all, two instalments of 100,000.00 are agreed.
    assert_eq!(left(&record, &[]), 10_000_000);
    assert_eq!(left(&record, &[("total_fen", 1)]), 0);
    record.fields.remove(&path("total_fen"));
    assert_eq!(left(&record, &[]), 0);
}

#[test]
fn what_is_known_of_the_debtor_is_copied_and_nothing_is_wiped() {
    let record = detention_record().record;
    let typed = BTreeMap::new();
    let held = Held {
        record: &record,
        typed: &typed,
    };
    let steps = steps_of(Act::Detention).unwrap();
    let done = asked(steps, "copy:debtor", &held, &place()).unwrap().values;
    assert_eq!(
        done[&path("target/name")],
        Value::from(record.text("debtor/name"))
    );
    assert!(done.values().all(|it| *it != Value::Null));
    assert!(
        !done.contains_key(&path("target/address")),
        "an unknown address wipes none"
    );
}

#[test]
fn a_record_that_is_only_read_here_shows_everything_that_it_holds() {
    let page = foreign_record();
    let viewer = Viewer {
        page: &page,
        lang: Lang::En,
        me: ME,
        now_ms: NOW_MS,
        has_address: false,
        readonly: true,
        problems: &[],
        photos: Vec::new(),
        item: None,
    };
    let steps = viewer.whole();
    let Block::Read(lines) = &steps[0].blocks[0] else {
        panic!("no lines");
    };
    let said: Vec<(&str, &str)> = lines
        .iter()
        .map(|it| (it.label, it.value.as_str()))
        .collect();
    let place = page.record.text("place");
    assert_eq!(
        said,
        [
            ("Place", place),
            ("Type of paper", "Summons"),
            ("Mode of service", "Left at the place"),
            ("Receiver's age", "41"),
        ]
    );
}
