//! The comparison at its edges. The samples of two real lists stand in the server's tests; here are the
//! days, masks and relations that decide.

use super::*;
use crate::ids::CaseId;
use crate::journal::Act;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

const NUMBER: &str = "（2019）粤0115执1048号";
const RESTARTED: &str = "（2019）粤0115执恢77号";

/// Noon of a day of July 2019 at +08:00, ms UTC.
fn noon(day: i64) -> i64 {
    // 2019-07-01 12:00 +08:00.
    1_561_953_600_000 + (day - 1) * 86_400_000
}

fn july(day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(2019, 7, day)
}

fn party(name: &str, code: Option<&str>) -> Party {
    Party {
        name: name.into(),
        code: code.map(str::to_owned),
    }
}

fn case(id: &str, number: &str) -> Case {
    Case {
        id: CaseId(id.into()),
        number: number.into(),
        former_numbers: Vec::new(),
        kind: if number.contains("执恢") {
            "执恢"
        } else {
            "执"
        }
        .into(),
        filed_on: NaiveDate::from_ymd_opt(2019, 3, 1),
        closed_on: None,
        close_mode: String::new(),
        closed_for_now: false,
        stay: String::new(),
        merged_into: None,
        first_case: None,
        officer: "王法官".into(),
        amount_fen: Some(500_000),
        remaining_fen: Some(100_000),
        debtors: vec![party("潘某", Some("440115198402095937"))],
        earlier_debtors: Vec::new(),
        absent: false,
    }
}

fn visit(typed: &str, at: i64) -> Visit {
    Visit {
        act: Act::Search,
        at,
        typed: typed.into(),
        numbers: vec![NUMBER.into()],
        case: None,
        officers: BTreeSet::from(["谢某军".into()]),
        debtor: Some(Noted {
            name: "潘某".into(),
            code: None,
        }),
        amount_fen: None,
        spot: None,
        place: String::new(),
        assets: BTreeSet::new(),
        amends: false,
    }
}

fn known(cases: Vec<Case>) -> Known {
    let then = cases.iter().map(|case| {
        let then = Then {
            officer: case.officer.clone(),
            remaining_fen: case.remaining_fen,
            debtors: case.debtors.clone(),
            absent: false,
        };
        (case.id.clone(), then)
    });
    Known {
        then: then.collect(),
        cases,
        list_version: 2,
    }
}

fn closed_on(mut case: Case, day: u32) -> Case {
    case.closed_on = july(day);
    case.close_mode = "终结本次执行程序".into();
    case.closed_for_now = true;
    case
}

fn restart(filed: u32) -> Case {
    Case {
        filed_on: july(filed),
        first_case: Some(NUMBER.into()),
        ..case("B", RESTARTED)
    }
}

fn names(outcome: &Outcome) -> Vec<&'static str> {
    outcome.findings.keys().map(|it| it.as_str()).collect()
}

fn id(outcome: &Outcome) -> Option<&str> {
    outcome.case.as_ref().map(|it| it.0.as_str())
}

#[test]
fn the_day_of_the_act_at_the_court_decides_between_a_case_and_its_restart() {
    let cases = || known(vec![closed_on(case("A", NUMBER), 3), restart(24)]);
    // (day, match, case, findings, candidates)
    for (day, matched, at, findings, candidates) in [
        (2, Match::Exact, "A", &[][..], 0),
        (3, Match::Exact, "A", &["CLOSED_SAME_DAY"], 0),
        (4, Match::Exact, "A", &["CLOSED_BEFORE_ACT"], 1),
        (23, Match::Exact, "A", &["CLOSED_BEFORE_ACT"], 1),
        (24, Match::Successor, "B", &[], 0),
        (30, Match::Successor, "B", &[], 0),
    ] {
        let outcome = judge(&visit(NUMBER, noon(day)), &cases(), None);
        assert_eq!(outcome.matched, matched, "July {day}");
        assert_eq!(id(&outcome), Some(at), "July {day}");
        assert_eq!(names(&outcome), findings, "July {day}");
        assert_eq!(outcome.candidates.len(), candidates, "July {day}");
    }
    // 00:30 on the 24th at the court is the 23rd in UTC.
    let early = noon(24) - 11 * 3_600_000 - 1_800_000;
    assert_eq!(
        judge(&visit(NUMBER, early), &cases(), None).matched,
        Match::Successor
    );
    // One ms before midnight is the day before.
    let late = noon(24) - 12 * 3_600_000 - 1;
    assert_eq!(
        judge(&visit(NUMBER, late), &cases(), None).matched,
        Match::Exact
    );
}

#[test]
fn a_restart_that_was_typed_before_it_was_filed_leads_back() {
    let mut typed = visit(RESTARTED, noon(20));
    typed.numbers = vec![RESTARTED.into()];
    let cases = known(vec![closed_on(case("A", NUMBER), 22), restart(24)]);
    let outcome = judge(&typed, &cases, None);
    assert_eq!(
        (outcome.matched, id(&outcome)),
        (Match::Predecessor, Some("A"))
    );
    assert_eq!(outcome.named, Some(CaseId("B".into())));
    // Without the first case in the list it stays where it was typed.
    let outcome = judge(&typed, &known(vec![restart(24)]), None);
    assert_eq!((outcome.matched, id(&outcome)), (Match::Exact, Some("B")));
}

#[test]
fn of_several_restarts_the_newest_that_had_begun() {
    let mut second = restart(26);
    second.id = CaseId("C".into());
    second.number = "（2019）粤0115执恢99号".into();
    let cases = known(vec![closed_on(case("A", NUMBER), 3), restart(10), second]);
    assert_eq!(
        id(&judge(&visit(NUMBER, noon(25)), &cases, None)),
        Some("B")
    );
    assert_eq!(
        id(&judge(&visit(NUMBER, noon(26)), &cases, None)),
        Some("C")
    );
}

#[test]
fn a_restart_needs_a_case_that_was_closed_for_now() {
    let mut paid = closed_on(case("A", NUMBER), 3);
    paid.closed_for_now = false;
    let outcome = judge(
        &visit(NUMBER, noon(28)),
        &known(vec![paid, restart(24)]),
        None,
    );
    assert_eq!(outcome.matched, Match::Exact);
    assert_eq!(names(&outcome), ["CLOSED_BEFORE_ACT"]);
}

#[test]
fn a_member_is_merged_from_its_closing_on_and_the_stay_is_the_mains() {
    let main = "（2019）粤0115执34号";
    let mut member = case("A", NUMBER);
    member.closed_on = july(15);
    member.merged_into = Some(main.into());
    member.debtors.push(party("某华物流", None));
    let mut of_main = case("M", main);
    of_main.stay = "中止".into();
    of_main.debtors = vec![party("别人", None)];
    let cases = known(vec![member.clone(), of_main]);
    let before = judge(&visit(NUMBER, noon(14)), &cases, None);
    assert_eq!((before.matched, before.main.clone()), (Match::Exact, None));
    let after = judge(&visit(NUMBER, noon(15)), &cases, None);
    assert_eq!(after.matched, Match::Merged);
    assert_eq!(
        (id(&after), after.main.clone()),
        (Some("A"), Some(CaseId("M".into())))
    );
    assert_eq!(names(&after), ["STAYED"]);
    // A main case that no list holds is no main case: a person looks at the closing.
    let alone = judge(&visit(NUMBER, noon(16)), &known(vec![member]), None);
    assert_eq!(
        (alone.matched, names(&alone)),
        (Match::Exact, vec!["CLOSED_BEFORE_ACT"])
    );
}

#[test]
fn spelling_former_numbers_and_the_lists_id() {
    let cases = known(vec![Case {
        former_numbers: vec!["（2019）粤0115执恢97号".into()],
        ..case("A", NUMBER)
    }]);
    let matched = |visit: &Visit| judge(visit, &cases, None).matched;
    assert_eq!(matched(&visit(NUMBER, noon(2))), Match::Exact);
    assert_eq!(
        matched(&visit("(2019)粤0115执1048", noon(2))),
        Match::Normalised
    );
    let mut alias = visit("（2019）粤0115执恢97号", noon(2));
    alias.numbers = vec![alias.typed.clone()];
    assert_eq!(matched(&alias), Match::Alias);
    // The id that the phone knew leads there whatever the number is now.
    let mut by_id = visit("（2018）粤0115执9号", noon(2));
    by_id.numbers = vec![by_id.typed.clone()];
    assert_eq!(matched(&by_id), Match::NotFound);
    by_id.case = Some(CaseId("A".into()));
    assert_eq!(matched(&by_id), Match::Alias);
}

#[test]
fn a_number_that_two_cases_carry_or_a_text_that_names_two_is_for_a_person() {
    let twice = known(vec![case("A", NUMBER), case("B", NUMBER)]);
    let outcome = judge(&visit(NUMBER, noon(2)), &twice, None);
    assert_eq!(
        (outcome.matched, id(&outcome)),
        (Match::CandidateParty, None)
    );
    assert_eq!(outcome.candidates.len(), 2);
    // One that the newest list has lost gives way to the one that it holds.
    let mut gone = case("B", NUMBER);
    gone.absent = true;
    let outcome = judge(
        &visit(NUMBER, noon(2)),
        &known(vec![case("A", NUMBER), gone]),
        None,
    );
    assert_eq!((outcome.matched, id(&outcome)), (Match::Exact, Some("A")));
    let mut joined = visit("（2019）粤0115执1048、1049号", noon(2));
    joined.numbers.push("（2019）粤0115执1049号".into());
    let cases = known(vec![case("A", NUMBER), case("B", "（2019）粤0115执1049号")]);
    assert_eq!(judge(&joined, &cases, None).candidates.len(), 2);
}

#[test]
fn parties_by_what_masks_show_and_never_against_a_code() {
    let listed = |name: &str, code: Option<&str>| {
        let mut it = case("A", NUMBER);
        it.debtors = vec![party(name, code)];
        known(vec![it])
    };
    let noted = |name: &str, code: Option<&str>| {
        let mut it = visit(NUMBER, noon(2));
        it.debtor = Some(Noted {
            name: name.into(),
            code: code.map(str::to_owned),
        });
        it
    };
    let full = "440115197605191369";
    for (list, field, differs) in [
        (
            ("冯*敏", Some("4401**********1369")),
            ("冯秀敏", Some(full)),
            false,
        ),
        (("冯某敏", None), ("冯秀敏", Some(full)), false),
        (
            ("冯秀敏", Some(full)),
            ("冯秀敏", Some("440115198402095937")),
            true,
        ),
        (("冯秀敏", Some(full)), ("冯秀民", Some(full)), false),
        (
            ("冯秀敏", Some("4401**********1369")),
            ("汤某伟", Some(full)),
            true,
        ),
        (("冯秀敏", None), ("汤某伟", None), true),
        (("冯秀敏", None), ("冯秀敏", None), false),
    ] {
        let outcome = judge(&noted(field.0, field.1), &listed(list.0, list.1), None);
        let found = outcome.findings.contains_key(&Finding::PartyDiffers);
        assert_eq!(found, differs, "{list:?} {field:?}");
    }
    // A list without debtors contradicts nobody, and a record without one is contradicted by none.
    let mut silent = case("A", NUMBER);
    silent.debtors.clear();
    let outcome = judge(&noted("冯秀敏", None), &known(vec![silent]), None);
    assert!(outcome.findings.is_empty());
}

#[test]
fn candidates_by_code_or_by_name_and_amount_but_not_by_name_alone() {
    let mut lost = visit("（2019）粤O115执1048号", noon(2));
    lost.numbers.clear();
    let cases = || known(vec![case("A", "（2018）粤0115执1号")]);
    assert_eq!(judge(&lost, &cases(), None).matched, Match::NotFound);
    lost.amount_fen = Some(100_000);
    assert_eq!(judge(&lost, &cases(), None).matched, Match::CandidateParty);
    lost.amount_fen = Some(100_001);
    assert_eq!(judge(&lost, &cases(), None).matched, Match::NotFound);
    lost.debtor.as_mut().unwrap().code = Some("440115198402095937".into());
    let outcome = judge(&lost, &cases(), None);
    assert_eq!(
        (outcome.matched, id(&outcome)),
        (Match::CandidateParty, None)
    );
    assert_eq!(outcome.candidates, [CaseId("A".into())]);
}

#[test]
fn what_changed_is_told_against_the_list_that_the_phone_held() {
    let mut now = case("A", NUMBER);
    let mut cases = known(vec![now.clone()]);
    now.officer = "傅法官".into();
    now.remaining_fen = Some(0);
    now.absent = true;
    now.debtors = vec![party("卢氏集团", Some("440115198402095937"))];
    now.earlier_debtors = vec![party("潘某", None)];
    cases.cases = vec![now.clone()];
    let outcome = judge(&visit(NUMBER, noon(2)), &cases, None);
    let all = ["REASSIGNED", "PARTY_RENAMED", "AMOUNT_CHANGED", "DROPPED"];
    assert_eq!(names(&outcome), all);
    // Made against the newest list itself there is nothing to tell; an absence of then is none of now.
    let mut same = known(vec![now]);
    for then in same.then.values_mut() {
        then.absent = true;
    }
    assert_eq!(names(&judge(&visit(NUMBER, noon(2)), &same, None)), [""; 0]);
    // Against no list nothing can be compared but what the list says now.
    same.then = BTreeMap::new();
    assert_eq!(
        names(&judge(&visit(NUMBER, noon(2)), &same, None)),
        ["DROPPED"]
    );
}

#[test]
fn where_people_put_a_record_is_where_it_is_looked_at() {
    let mut other = case("B", "（2019）粤0115执2号");
    other.debtors = vec![party("汤某伟", None)];
    other.stay = "暂缓".into();
    let cases = known(vec![case("A", NUMBER), other]);
    let mut it = visit(NUMBER, noon(2));
    it.debtor.as_mut().unwrap().name = "汤某伟".into();
    assert_eq!(names(&judge(&it, &cases, None)), ["PARTY_DIFFERS"]);
    let placed = CaseId("B".into());
    let outcome = judge(&it, &cases, Some(&placed));
    assert_eq!((id(&outcome), names(&outcome)), (Some("A"), vec!["STAYED"]));
    // One that no list holds any more changes nothing.
    let gone = CaseId("gone".into());
    assert_eq!(names(&judge(&it, &cases, Some(&gone))), ["PARTY_DIFFERS"]);
}

#[test]
fn one_act_told_twice_and_its_edges() {
    let at = |lat: i64, lon: i64| Some(Spot { lat, lon });
    let one = Visit {
        spot: at(227_809_113, 1_135_486_439),
        ..visit(NUMBER, noon(2))
    };
    let differs = |change: &dyn Fn(&mut Visit)| {
        let mut other = one.clone();
        change(&mut other);
        !is_same_act(&one, &other)
    };
    assert!(!differs(&|_| {}));
    assert!(!differs(&|it| it.at += JOINT_MS_MAX));
    assert!(differs(&|it| it.at += JOINT_MS_MAX + 1));
    assert!(differs(&|it| it.at -= JOINT_MS_MAX + 1));
    assert!(differs(&|it| it.act = Act::Service));
    assert!(differs(
        &|it| it.officers = BTreeSet::from(["周某平".into()])
    ));
    assert!(differs(&|it| it.amends = true));
    // 199 m and 201 m to the north: a degree of latitude is 111.32 km.
    assert!(!differs(
        &|it| it.spot = at(227_809_113 + 17_876, 1_135_486_439)
    ));
    assert!(differs(
        &|it| it.spot = at(227_809_113 + 18_056, 1_135_486_439)
    ));
    // To the east a degree is narrower by the cosine of the latitude: 199 m and 201 m at 22.78° N.
    assert!(!differs(
        &|it| it.spot = at(227_809_113, 1_135_486_439 + 19_388)
    ));
    assert!(differs(
        &|it| it.spot = at(227_809_113, 1_135_486_439 + 19_584)
    ));
    // Without a position the words count, and silence is no place.
    assert!(differs(&|it| it.spot = None));
    let told = |place: &str| Visit {
        spot: None,
        place: place.into(),
        ..one.clone()
    };
    assert!(is_same_act(&told("大岗镇"), &told("大岗镇")));
    assert!(!is_same_act(&told(""), &told("")));
    assert!(differs(&|it| it.spot = at(i64::MAX, i64::MIN)));
}

#[test]
fn a_thing_is_known_by_its_marks_and_by_its_name_only_without_any() {
    let keys = |named: NamedAsset<'_>| named.keys("潘某");
    let car = |plate: &'static str| {
        keys(NamedAsset {
            name: "小型客车",
            location: "大岗镇",
            plate,
            ..NamedAsset::default()
        })
    };
    assert_eq!(car("粤A·2Q8F0"), car("粤a2q8f0"));
    assert_ne!(car("粤A2Q8F0"), car("粤A2Q8F1"));
    let machine = |location: &'static str| {
        keys(NamedAsset {
            name: "注塑机",
            location,
            ..NamedAsset::default()
        })
    };
    assert_eq!(machine("3 号厂房"), machine("３号厂房"));
    assert_ne!(machine("3 号厂房"), machine("4 号厂房"));
    assert!(machine("").is_empty());
    let seized = |act, assets: &BTreeSet<AssetKey>| Visit {
        act,
        assets: assets.clone(),
        ..visit(NUMBER, noon(2))
    };
    let (one, same) = (car("粤A2Q8F0"), car("粤A·2Q8F0"));
    let shared = |a: Act, b: Act| !seals_the_same(&seized(a, &one), &seized(b, &same)).is_empty();
    assert!(shared(Act::Seal, Act::Removal) && shared(Act::Preservation, Act::Seal));
    assert!(!shared(Act::Seal, Act::AssetSurvey));
}

#[test]
fn every_word_is_read_back_and_every_question_has_its_proposal_first() {
    let questions = Match::ALL.into_iter().map(Question::Match);
    let questions = questions.chain(Finding::ALL.into_iter().map(Question::Finding));
    let mut words = BTreeSet::new();
    for question in questions {
        assert!(words.insert(question.as_str()), "{question:?}");
        assert_eq!(Question::of(question.as_str()), Some(question));
        assert!(!question.decisions().contains(&Decision::Undo));
        if let Some(safe) = question.safe() {
            assert_eq!(question.decisions().first(), Some(&safe));
            assert!(
                !safe.needs_reason() && !safe.asks_for_case(),
                "{question:?}"
            );
        }
    }
    let mut words = BTreeSet::new();
    for decision in Decision::ALL {
        assert!(words.insert(decision.as_str()), "{decision:?}");
        assert_eq!(Decision::of(decision.as_str()), Some(decision));
        assert!(!decision.asks_for_case() || decision.places());
    }
}
