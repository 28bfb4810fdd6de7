mod samples;
mod set;
mod table;
mod timers;

use super::*;
use crate::canonical::Value;
use crate::fields::{PAPERS, field_at};
use crate::journal::{ACTS, CaseRef, Path};
use crate::record::Proof;
use proptest::prelude::*;
use std::collections::BTreeSet;
use table::table;

/// What stands outside of the table of fields.
const OUTSIDE: &[&str] = &["case", "photos", "amends", "*"];

fn ids(found: &[Found]) -> Vec<&'static str> {
    let mut ids: Vec<&str> = found.iter().map(|it| it.rule).collect();
    ids.dedup();
    ids
}

#[test]
fn a_complete_record_yields_no_finding_at_all() {
    for (name, sample) in samples::all() {
        let found = sample.found();
        assert!(found.is_empty(), "{name}: {found:#?}");
    }
}

#[test]
fn each_row_finds_exactly_what_it_says_and_points_there() {
    let mut wrong = Vec::new();
    for row in table() {
        let mut sample = (row.base)();
        row.edits.iter().for_each(|it| it.apply(&mut sample));
        let found = sample.found();
        let at = found
            .first()
            .and_then(|it| it.path.as_ref())
            .map_or("", Path::as_str);
        if ids(&found) != row.expect || (!row.at.is_empty() && at != samples::path(row.at)) {
            let edits: Vec<&str> = row.edits.iter().map(|it| it.name()).collect();
            wrong.push(format!(
                "{edits:?}: {:?} at {at}, not {:?} at {}",
                ids(&found),
                row.expect,
                row.at
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_is_broken_alone_by_one_edit_of_a_record_that_it_judged() {
    for rule in rules() {
        let alone = table().filter(|it| it.edits.len() == 1 && it.expect == [rule.id]);
        assert!(
            alone.count() > 0,
            "{} has no failing record of its own",
            rule.id
        );
        let held = samples::all().iter().any(|(_, it)| {
            progress(&it.facts, &it.context, &it.set)
                .held
                .contains(&rule.id)
        });
        let conditional = ["R01"].contains(&rule.id);
        assert!(
            held || conditional,
            "{} applies to no complete record",
            rule.id
        );
    }
}

#[test]
fn every_rule_is_one_row_with_words_and_a_basis_and_reads_fields_of_its_acts() {
    let mut seen = BTreeSet::new();
    let on = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
    for rule in rules() {
        assert!(seen.insert(rule.id), "{} stands twice", rule.id);
        for lang in [Lang::Zh, Lang::En] {
            assert!(!rule.said(lang).is_empty() && !rule.basis_on(on, lang).is_empty());
        }
        assert!(!rule.acts.is_empty(), "{}", rule.id);
        for read in rule.reads.iter().filter(|it| !OUTSIDE.contains(it)) {
            let known = PAPERS.iter().any(|paper| {
                paper.acts.iter().any(|act| rule.acts.contains(act))
                    && paper.fields.iter().any(|field| field.pattern == *read)
            });
            assert!(
                known,
                "{} reads {read}, which none of its acts has",
                rule.id
            );
        }
    }
}

/// Removing a field that a rule does not name must not change what the rule finds.
#[test]
fn a_rule_reads_no_field_that_it_does_not_name() {
    for (name, sample) in samples::all() {
        let paths: Vec<Path> = sample.facts.values.keys().cloned().collect();
        for path in paths {
            let pattern = field_at(sample.facts.act, path.as_str()).unwrap().pattern;
            let mut without = sample.clone();
            without.facts.values.remove(&path);
            for found in without.found() {
                let named = rule(found.rule)
                    .unwrap()
                    .reads
                    .iter()
                    .any(|it| *it == pattern || *it == "*");
                assert!(
                    named,
                    "{name}: {} found something without {pattern}",
                    found.rule
                );
            }
        }
    }
}

#[test]
fn every_finding_points_at_a_field_a_list_or_a_place_of_the_record_and_says_what_is_missing() {
    for row in table() {
        let mut sample = (row.base)();
        row.edits.iter().for_each(|it| it.apply(&mut sample));
        for found in sample.found() {
            let path = found.path.clone().unwrap();
            let path = path.as_str();
            let lists = crate::fields::lists_of(sample.facts.act);
            let known = field_at(sample.facts.act, path).is_some()
                || lists.contains(&path)
                || OUTSIDE.contains(&path)
                || path.ends_with("/photos");
            assert!(known, "{} points at {path}", found.rule);
            let said = [Lang::Zh, Lang::En].map(|lang| found.said(&sample.facts, lang));
            assert!(said.iter().all(|it| !it.is_empty()), "{}", found.rule);
            assert!(said[0] != said[1], "{}: {}", found.rule, said[0]);
            assert_eq!(
                found.item.is_some(),
                path.split('/').any(|it| it.len() == 32),
                "{path}"
            );
        }
    }
}

#[test]
fn a_finding_says_what_is_missing_and_where() {
    let said = |base: fn() -> samples::Sample, line: &str| {
        let mut sample = base();
        sample.set(line);
        let found = sample.found();
        [Lang::Zh, Lang::En].map(|lang| found[0].said(&sample.facts, lang))
    };
    assert_eq!(
        said(samples::seal, "assets/#20/unit ="),
        [
            "财产「数控车床」缺「单位」",
            "Asset “数控车床”: “Unit” is missing"
        ]
    );
    assert_eq!(
        said(samples::seal, "assets/#20/name ="),
        ["第 1 项财产缺「名称」", "Asset 1: “Name” is missing"]
    );
    assert_eq!(said(samples::seal, "place =")[0], "缺「地点」");
    assert_eq!(
        said(samples::investigation, "present/#3/signed =")[0],
        "在场人「封某」未签名，也未写拒签情况"
    );
    for (base, line, words) in [
        (
            samples::investigation as fn() -> samples::Sample,
            "officers/#2/recusal = needed",
            "」须回避",
        ),
        (
            samples::investigation,
            "officers/#2/recusal =",
            "未声明无须回避",
        ),
        (
            samples::investigation,
            "present/#3/id_no =",
            "缺「证件号码」，也未标「证件未出示」",
        ),
        (
            samples::investigation,
            "present/#3/id_no = 440115199003071239",
            "证件号码不对",
        ),
    ] {
        let zh = &said(base, line)[0];
        assert!(zh.ends_with(words), "{line}: {zh}");
    }
    assert_eq!(
        said(samples::seal, "keeper/use_allowed ="),
        ["缺「允许保管人使用」", "“Keeper may use it” is missing"]
    );
}

#[test]
fn one_gap_is_one_finding() {
    let mut keeper = samples::seal();
    keeper.set("keeper/kind =");
    let mut instalment = samples::settlement();
    instalment.set("instalments/#43/amount_fen =");
    instalment.set("total_fen = 27000000");
    for sample in [keeper, instalment] {
        let found = sample.found();
        assert_eq!(found.len(), 1, "{found:#?}");
    }
}

#[test]
fn a_court_switches_rules_off_and_weighs_them_otherwise() {
    let mut sample = samples::seal();
    sample.set("place =");
    sample.set("fix =");
    let setting: RuleSet =
        serde_json::from_str(r#"{"overrides":{"G05a":"off","G05b":"block"}}"#).unwrap();
    assert_eq!(setting.excess_percent, 120);
    sample.set = setting;
    let found = sample.found();
    assert_eq!(ids(&found), ["G05b"]);
    assert_eq!(found[0].severity, Severity::Block);
    sample.set.overrides.insert("G05b".into(), Setting::Warn);
    assert_eq!(sample.found()[0].finding().severity, Severity::Warn);
}

#[test]
fn an_act_before_a_rule_is_not_judged_by_it() {
    let mut sample = samples::seal();
    sample.set("list_handed/to =");
    sample.set("t0 = 2015-02-04T10:00");
    assert!(ids(&sample.found()).contains(&"Z07"));
    sample.set("t0 = 2015-02-03T10:00");
    assert_eq!(sample.found(), []);
}

#[test]
fn what_may_wait_and_what_may_not() {
    let due = |id: &str| rule(id).unwrap().due;
    let waits: Vec<&str> = rules()
        .filter(|it| it.due != Due::Seal)
        .map(|it| it.id)
        .collect();
    assert_eq!(waits, ["D02", "D10", "D11"]);
    assert_eq!((due("D02"), due("D11")), (Due::Sync, Due::Timer));
}

/// DOMAIN §2.5, column `sev`; R01 blocks.
#[test]
fn the_weights_are_those_of_the_domain_page() {
    let warns: Vec<&str> = rules()
        .filter(|it| it.severity == Severity::Warn)
        .map(|it| it.id)
        .collect();
    assert_eq!(
        warns.join(" "),
        "G05b G06 G09 G10 G11 G13 G14 I02 I03 I04 I05 Z02 Z05 Z10 Z11 Z12b Z14 Z16 Z17 Z19 \
         P01b P02 P04 A02 C02 D03b D06 D09 D13 H03 H04 H05 E02b"
    );
    let blocks: Vec<&str> = rules()
        .filter(|it| it.severity == Severity::Block)
        .map(|it| it.id)
        .collect();
    assert_eq!(
        blocks.join(" "),
        "G01 G02 G03 G04 G05a G07 G08 G12 R01 I01 Z01 Z03 Z04 Z06 Z07 Z08 Z09 Z20 K01 Z12a Z13 \
         Z15 Z18 Z21 P01a P03 A01 C01 C03 C04 C05 C06 D01 D02 D03a D04 D05 D07 D08 D10 D11 D12 \
         H01 H02 F01 F02 N01 E01 E02a E03 E04 S01 S02 S03 S04 S05 X01"
    );
}

/// DOMAIN §2.5, column of what each applies to: acts that no sample of a rule reaches are held here.
#[test]
fn each_rule_looks_at_the_acts_of_the_domain_page_from_its_day_on() {
    use Act::*;
    for rule in rules() {
        let acts = match (rule.id, rule.id.as_bytes()[0]) {
            ("Z09", _) => vec![Seal, Preservation],
            ("F02", _) => vec![ForcedAppearance],
            ("D13", _) => vec![Detention, Fine],
            (_, b'G' | b'R') => ACTS.to_vec(),
            (_, b'I') => vec![Investigation],
            (_, b'Z') => vec![Seal, Removal, Preservation],
            (_, b'K') => vec![Removal],
            (_, b'P') => vec![Preservation],
            (_, b'A') => vec![AssetSurvey],
            (_, b'C') => vec![Search],
            (_, b'D') => vec![Detention],
            (_, b'H') => vec![Settlement],
            (_, b'F') => vec![Fine],
            (_, b'N') => vec![CashReceipt],
            (_, b'E') => vec![Eviction],
            (_, b'S') => vec![Service],
            (_, b'X') => vec![Campaign],
            (id, _) => panic!("{id} is of no family"),
        };
        assert_eq!(rule.acts, acts, "{}", rule.id);
        let from = match rule.id {
            "G01" => (2016, 1, 1),
            _ => (2015, 2, 4),
        };
        assert_eq!(rule.effective_from, from, "{}", rule.id);
    }
}

#[test]
fn progress_names_the_rules_that_hold() {
    let mut sample = samples::case_b();
    let whole = progress(&sample.facts, &sample.context, &sample.set);
    assert!(whole.found.is_empty());
    assert!(!whole.held.contains(&"D07"), "nobody was handed over");
    sample.set("review_told =");
    let less = progress(&sample.facts, &sample.context, &sample.set);
    assert_eq!(less.held.len() + 1, whole.held.len());
}

#[test]
fn a_rule_that_does_not_apply_is_not_counted_as_held() {
    let every = "G01 G02 G03 G04 G05a G05b G06 G07 G08 G09 G10 G11 G12 G13 G14";
    let seizure = "Z01 Z02 Z03 Z05 Z06 Z07 Z08";
    let mut plain = samples::settlement();
    plain.set("in_kind =");
    for field in ["name", "direct_enforcement", "term"] {
        plain.set(&format!("guarantors/#44/{field} ="));
    }
    let mut place = samples::search();
    for field in ["kind", "person", "gender", "searcher"] {
        place.set(&format!("targets/#20/{field} ="));
    }
    for field in ["what", "ordered_at", "refusal", "opened_by", "result"] {
        place.set(&format!("forced/#22/{field} ="));
    }
    for (sample, own) in [
        (place, "C01 C02 C04 C06".into()),
        (samples::seal(), format!("{seizure} Z09 Z20 Z10")),
        (
            samples::seal_of_entity(),
            "Z01 Z02 Z04 Z06 Z07 Z08 Z09 Z20 Z10".into(),
        ),
        (samples::removal(), format!("{seizure} Z20 K01 Z10")),
        (
            samples::preservation(),
            format!("{seizure} Z09 Z20 Z10 P01a P01b P02 P03 P04"),
        ),
        (samples::investigation(), "I01 I02 I04 I05".into()),
        (samples::not_met(), "I01 I02 I03 I05".into()),
        (
            samples::case_b(),
            "D01 D03a D03b D04 D05 D06 D08 D09 D13".into(),
        ),
        (plain, "H01 H02 H03".into()),
        (samples::service(), "S01 S02".into()),
        (samples::service_left(), "S01 S03 S04".into()),
        (samples::service_posted(), "S01 S05".into()),
        (samples::cash(), "N01".into()),
    ] {
        let held = progress(&sample.facts, &sample.context, &sample.set).held;
        assert_eq!(held.join(" "), format!("{every} {own}"));
    }
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let value = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-crate::canonical::INT_MAX..=crate::canonical::INT_MAX).prop_map(Value::Int),
        any::<String>().prop_map(Value::Text),
        prop::sample::select(vec![
            "vehicle",
            "cash",
            "person",
            "waiting",
            "delivered",
            "2019-02-28",
            "co_owned",
            "third_party"
        ])
        .prop_map(Value::from),
        prop::collection::btree_map("[a-z]{1,3}", any::<bool>().prop_map(Value::Bool), 0..3)
            .prop_map(Value::Map),
    ];
    let patterns: Vec<&'static str> = PAPERS
        .iter()
        .flat_map(|it| it.fields)
        .map(|it| it.pattern)
        .collect();
    let path = (prop::sample::select(patterns), 1..4_u8).prop_map(|(pattern, n)| {
        Path::new(pattern.replace('*', &samples::id(n).to_string())).unwrap()
    });
    let wild = "[a-z_]{1,6}(/[a-z0-9_]{1,6}){0,3}".prop_map(|it| Path::new(it).unwrap());
    let values = prop::collection::btree_map(prop_oneof![9 => path, 1 => wild], value, 0..60);
    (prop::sample::select(ACTS.to_vec()), values, any::<String>()).prop_map(
        |(act, values, typed)| {
            let mut facts = Facts::empty(
                act,
                CaseRef {
                    typed,
                    ..CaseRef::default()
                },
            );
            facts.values = values;
            facts
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_facts_make_a_rule_or_a_timer_panic(
        facts in any_facts(),
        now in any::<i64>(),
        fen in any::<i64>(),
        role in prop::sample::select(vec![crate::journal::EvidenceRole::Overall, crate::journal::EvidenceRole::Paper]),
    ) {
        use crate::numbers::money::Fen;
        let mut facts = facts;
        facts.proofs.push(Proof {
            hash: crate::ids::EvidenceHash::from_bytes([1; 32]),
            item: Some(samples::id(1)),
            role,
            source: crate::journal::EvidenceSource::Camera,
        });
        let context = RuleContext {
            now,
            beacon_age: Some(fen),
            debt: Some(Debt { outstanding: Fen(fen), interest: Fen(fen), fee: Fen(fen) }),
            ..RuleContext::default()
        };
        let set = RuleSet { forced_sale_percent: u32::MAX, ..RuleSet::default() };
        for found in evaluate(&facts, &context, &set) {
            prop_assert!(!found.said(&facts, Lang::Zh).is_empty());
            prop_assert!(found.path.is_some());
        }
        for timer in timers(&facts) {
            prop_assert!(timer.alarm_at <= timer.due_at);
        }
    }
}
