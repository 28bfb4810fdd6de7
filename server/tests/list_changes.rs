//! What counts as a change between two lists, kind by kind, and what is kept.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    clippy::too_many_lines,
    clippy::cast_possible_truncation,
    clippy::unwrap_in_result,
    reason = "a crate of tests"
)]

mod list_support;

use list_support::{known, plain_list, read};
use std::fmt::Write as _;
use waiqin_protocol::words::Lang;
use waiqin_server::list::{
    ChangeKind, Comparison, Known, ReadList, SuspicionCode, compare, stored_case,
};

const WIDE: &str = "案件标识,案号,被执行人,证件号码,剩余执行标的金额,承办人,当前案件止停缓标志,结案日期,结案方式,首次执行案号";

/// A list of the wide header from rows of its cells.
fn list(rows: &[&str]) -> ReadList {
    let mut text = format!("{WIDE}\n");
    for row in rows {
        writeln!(text, "{row}").unwrap();
    }
    read("list.csv", text.as_bytes()).unwrap()
}

fn between(before: &[&str], now: &[&str]) -> Comparison {
    compare(&known(&list(before)), &list(now), &[])
}

/// The counters that are not 0, in a line.
fn counted(comparison: &Comparison) -> String {
    let value = serde_json::to_value(&comparison.changes).unwrap();
    let kinds = value
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, n)| n.as_u64() != Some(0));
    kinds
        .map(|(kind, n)| format!("{kind} {n}"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn shown(comparison: &Comparison) -> Vec<ChangeKind> {
    let mut kinds: Vec<ChangeKind> = comparison.rows.iter().map(|row| row.kind).collect();
    kinds.sort();
    kinds
}

const OPEN: &str = "1,（2019）粤0115执1号,封某,440115199003071238,100,王法官,,,,";

#[test]
fn each_pair_of_rows_comes_to_its_kinds() {
    let cases: &[(&str, &[&str], &[&str], &str)] = &[
        ("nothing", &[OPEN], &[OPEN], ""),
        (
            "closed",
            &[OPEN],
            &["1,（2019）粤0115执1号,封某,440115199003071238,100,王法官,,2019-07-01,执行完毕,"],
            "closed 1",
        ),
        (
            "closed and paid",
            &[OPEN],
            &["1,（2019）粤0115执1号,封某,440115199003071238,0,王法官,,2019-07-01,执行完毕,"],
            "amount_changed 1, closed 1",
        ),
        (
            "a closing date without a mode is not yet a closing",
            &[OPEN],
            &["1,（2019）粤0115执1号,封某,440115199003071238,100,王法官,,2019-07-01,,"],
            "",
        ),
        (
            "stayed",
            &[OPEN],
            &["1,（2019）粤0115执1号,封某,440115199003071238,100,王法官,中止,,,"],
            "stayed 1",
        ),
        (
            "from 中止 to 暂缓 is a new stay",
            &["1,（2019）粤0115执1号,封某,,100,王法官,中止,,,"],
            &["1,（2019）粤0115执1号,封某,,100,王法官,暂缓,,,"],
            "stayed 1",
        ),
        (
            "still stayed",
            &["1,（2019）粤0115执1号,封某,,100,王法官,中止,,,"],
            &["1,（2019）粤0115执1号,封某,,100,王法官,中止执行,,,"],
            "",
        ),
        (
            "a stay lifted counts as nothing",
            &["1,（2019）粤0115执1号,封某,,100,王法官,中止,,,"],
            &["1,（2019）粤0115执1号,封某,,100,王法官,,,,"],
            "",
        ),
        (
            "closed wins over stayed",
            &[OPEN],
            &["1,（2019）粤0115执1号,封某,440115199003071238,100,王法官,中止,2019-07-01,终结执行,"],
            "closed 1",
        ),
        (
            "merged wins over closed",
            &[OPEN, "2,（2019）粤0115执2号,汤某,,1,王法官,,,,"],
            &[
                "1,（2019）粤0115执1号,封某,,100,王法官,并入（2019）粤0115执2号,2019-07-01,销案,",
                "2,（2019）粤0115执2号,汤某,,1,王法官,,,,",
            ],
            "merged 1",
        ),
        (
            "merged before is not merged again",
            &["1,（2019）粤0115执1号,封某,,100,王法官,并入(2019)粤0115执2号,2019-07-01,销案,"],
            &["1,（2019）粤0115执1号,封某,,100,王法官,并入（2019）粤 0115执2号,2019-07-01,销案,"],
            "",
        ),
        (
            "added",
            &[OPEN],
            &[OPEN, "2,（2019）粤0115执2号,汤某,,1,王法官,,,,"],
            "added 1",
        ),
        (
            "dropped",
            &[OPEN, "2,（2019）粤0115执2号,汤某,,1,王法官,,,,"],
            &[OPEN],
            "dropped 1",
        ),
        (
            "restarted, closed in the old list",
            &["1,（2018）粤0115执1号,封某,,100,王法官,,2019-01-01,终结本次执行程序,"],
            &[
                "1,（2018）粤0115执1号,封某,,100,王法官,,2019-01-01,终结本次执行程序,",
                "2,（2019）粤0115执恢2号,封某,,100,王法官,,,,（2018）粤0115执1号",
            ],
            "restarted 1",
        ),
        (
            "restarted, closed in the new list",
            &["1,（2018）粤0115执1号,封某,,100,王法官,,,,"],
            &[
                "1,（2018）粤0115执1号,封某,,100,王法官,,2019-01-01,终本,",
                "2,（2019）粤0115执恢2号,封某,,100,王法官,,,,(2018)粤0115执01号",
            ],
            "restarted 1",
        ),
        (
            "restarted, the old case absent now",
            &["1,（2018）粤0115执1号,封某,,100,王法官,,2019-01-01,终结本次执行程序,"],
            &["2,（2019）粤0115执恢2号,封某,,100,王法官,,,,（2018）粤0115执1号"],
            "restarted 1",
        ),
        (
            "after another closing nothing is restarted",
            &["1,（2018）粤0115执1号,封某,,100,王法官,,2019-01-01,终结执行,"],
            &[
                "1,（2018）粤0115执1号,封某,,100,王法官,,2019-01-01,终结执行,",
                "2,（2019）粤0115执恢2号,封某,,100,王法官,,,,（2018）粤0115执1号",
            ],
            "added 1",
        ),
        (
            "a first case that nobody knows",
            &[OPEN],
            &[
                OPEN,
                "2,（2019）粤0115执恢2号,封某,,100,王法官,,,,（2016）粤0115执9号",
            ],
            "added 1",
        ),
        (
            "执恢 after 执恢 is no restart",
            &["1,（2018）粤0115执恢1号,封某,,100,王法官,,2019-01-01,终结本次执行程序,"],
            &[
                "1,（2018）粤0115执恢1号,封某,,100,王法官,,2019-01-01,终结本次执行程序,",
                "2,（2019）粤0115执恢2号,封某,,100,王法官,,,,（2018）粤0115执恢1号",
            ],
            "added 1",
        ),
        (
            "a known 执恢 is not restarted again",
            &[
                "1,（2018）粤0115执1号,封某,,100,王法官,,2019-01-01,终结本次执行程序,",
                "2,（2019）粤0115执恢2号,封某,,100,王法官,,,,",
            ],
            &[
                "1,（2018）粤0115执1号,封某,,100,王法官,,2019-01-01,终结本次执行程序,",
                "2,（2019）粤0115执恢2号,封某,,100,王法官,,,,（2018）粤0115执1号",
            ],
            "",
        ),
        (
            "renumbered and reassigned",
            &[OPEN],
            &["1,（2019）粤0115执8号,封某,,100,林法官,,,,"],
            "reassigned 1, renumbered 1",
        ),
        (
            "numbers change places",
            &[OPEN, "2,（2019）粤0115执2号,汤某,,1,王法官,,,,"],
            &[
                "1,（2019）粤0115执2号,封某,,100,王法官,,,,",
                "2,（2019）粤0115执1号,汤某,,1,王法官,,,,",
            ],
            "renumbered 2",
        ),
        (
            "an officer for the first time is no change of officer",
            &["1,（2019）粤0115执1号,封某,,100,,,,,"],
            &["1,（2019）粤0115执1号,封某,,100,王法官,,,,"],
            "",
        ),
        (
            "no officer is no other officer",
            &[OPEN],
            &["1,（2019）粤0115执1号,封某,,100,,,,,"],
            "",
        ),
        (
            "a remaining amount for the first time",
            &["1,（2019）粤0115执1号,封某,,,王法官,,,,"],
            &["1,（2019）粤0115执1号,封某,,100,王法官,,,,"],
            "",
        ),
        (
            "the amount in another unit",
            &["1,（2019）粤0115执1号,封某,,12500,王法官,,,,"],
            &["1,（2019）粤0115执1号,封某,,1.25万元,王法官,,,,"],
            "",
        ),
        (
            "renamed",
            &["1,（2019）粤0115执1号,甲公司,91440115MA59ABC13G,100,王法官,,,,"],
            &["1,（2019）粤0115执1号,甲股份公司,91440115MA59ABC13G,100,王法官,,,,"],
            "party_renamed 1",
        ),
        (
            "renamed behind a mask",
            &["1,（2019）粤0115执1号,甲公司,91440115MA59ABC13G,100,王法官,,,,"],
            &["1,（2019）粤0115执1号,甲股份公司,9144**********C13G,100,王法官,,,,"],
            "party_renamed 1",
        ),
        (
            "a mask that hides all tells nobody",
            &["1,（2019）粤0115执1号,甲公司,91440115MA59ABC13G,100,王法官,,,,"],
            &["1,（2019）粤0115执1号,乙公司,******************,100,王法官,,,,"],
            "",
        ),
        (
            "other name, code lost",
            &["1,（2019）粤0115执1号,封某,440115199003071238,100,王法官,,,,"],
            &["1,（2019）粤0115执1号,汤某明,4.40115E+17,100,王法官,,,,"],
            "",
        ),
        (
            "other name, other code: other party",
            &["1,（2019）粤0115执1号,封某,440115199003071238,100,王法官,,,,"],
            &["1,（2019）粤0115执1号,汤某明,440115199003071246,100,王法官,,,,"],
            "",
        ),
        (
            "one of several renamed, in another order",
            &[
                "1,（2019）粤0115执1号,甲公司、封某,91440115MA59ABC13G、440115199003071238,100,王法官,,,,",
            ],
            &[
                "1,（2019）粤0115执1号,封某；甲股份公司,440115199003071238；91440115MA59ABC13G,100,王法官,,,,",
            ],
            "party_renamed 1",
        ),
        (
            "masked in two ways",
            &["1,（2019）粤0115执1号,冯某敏,440115199003071238,100,王法官,,,,"],
            &["1,（2019）粤0115执1号,冯*敏,4401**********1238,100,王法官,,,,"],
            "",
        ),
    ];
    let mut failed = Vec::new();
    for (name, before, now, expected) in cases {
        let comparison = between(before, now);
        let found = counted(&comparison);
        if found != *expected {
            failed.push(format!(
                "{name}: “{found}”, not “{expected}”: {:?}",
                comparison.rows
            ));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn what_no_counter_counts_is_shown_all_the_same() {
    let stayed = "1,（2019）粤0115执1号,封某,,100,王法官,中止,,,";
    let open = "1,（2019）粤0115执1号,封某,,100,王法官,,,,";
    assert_eq!(shown(&between(&[stayed], &[open])), [ChangeKind::Unstayed]);
    let closed = "1,（2019）粤0115执1号,封某,,100,王法官,,2019-07-01,执行完毕,";
    assert!(shown(&between(&[closed], &[open])).contains(&ChangeKind::Reopened));
    let other = "1,（2019）粤0115执1号,汤某明,440115199003071246,100,王法官,,,,";
    assert_eq!(
        shown(&between(&[OPEN], &[other])),
        [ChangeKind::PartiesDiffer]
    );
    let closing = between(
        &[OPEN],
        &["1,（2019）粤0115执1号,封某,,100,王法官,,2019-07-01,执行完毕,"],
    );
    let row = closing
        .rows
        .iter()
        .find(|row| row.kind == ChangeKind::Closed)
        .unwrap();
    assert_eq!(
        (row.field, row.before.as_str(), row.after.as_str()),
        ("closed_on", "", "2019-07-01")
    );
}

#[test]
fn absent_cases_are_counted_once_and_come_back() {
    let two = list(&[OPEN, "2,（2019）粤0115执2号,汤某,,1,王法官,,,,"]);
    let one = list(&[OPEN]);
    let mut before = known(&two);
    assert_eq!(counted(&compare(&before, &one, &[])), "dropped 1");
    before[1].absent = 1;
    let again = compare(&before, &one, &[]);
    assert_eq!(
        (counted(&again).as_str(), again.still_absent.len()),
        ("", 1)
    );
    let back = compare(&before, &two, &[]);
    assert_eq!(
        (counted(&back).as_str(), shown(&back)),
        ("", vec![ChangeKind::Returned])
    );
}

#[test]
fn a_list_without_ids_pairs_by_number() {
    let with = list(&[OPEN, "2,（2019）粤0115执2号,汤某,,1,王法官,,,,"]);
    let text = "案号,被执行人,剩余执行标的金额,承办人\n(2019)粤0115执1号,封某,100,林法官\n（2019）粤0115执2号,汤某,1,王法官\n";
    let without = read("list.csv", text.as_bytes()).unwrap();
    let comparison = compare(&known(&with), &without, &[]);
    assert_eq!(counted(&comparison), "reassigned 1");
    assert_eq!(comparison.details.reassigned, ["1"], "the id that is known");
    // A column that the list does not have says nothing about stays and closings.
    let closed = list(&[
        "1,（2019）粤0115执1号,封某,,100,林法官,中止,2019-07-01,执行完毕,",
        "2,（2019）粤0115执2号,汤某,,1,王法官,,,,",
    ]);
    let comparison = compare(&known(&closed), &without, &[]);
    assert_eq!(
        (counted(&comparison).as_str(), comparison.rows_total),
        ("", 0)
    );
    // And the other way round: ids that come later name the same cases.
    let comparison = compare(&known(&without), &with, &[]);
    assert_eq!(counted(&comparison), "reassigned 1");
}

#[test]
fn ids_lost_to_a_spreadsheet_pair_by_number_and_stay_known() {
    let with = list(&[OPEN]);
    let lost = list(&["4.40115E+15,（2019）粤0115执1号,封某,440115199003071238,100,王法官,,,,"]);
    let comparison = compare(&known(&with), &lost, &[]);
    assert_eq!(
        (counted(&comparison).as_str(), comparison.rows_total),
        ("", 0)
    );
    assert_eq!(stored_case(&with.cases[0], &lost.cases[0], &lost).id, "1");
}

#[test]
fn what_is_kept_is_the_fullest_that_any_list_showed() {
    let keep = |before: &str, now: &str| {
        let (before, now) = (list(&[before]), list(&[now]));
        stored_case(&before.cases[0], &now.cases[0], &now)
    };
    let full =
        "1,（2019）粤0115执1号,梁小冰、汤某,440115199003071238、440115199003071246,100,王法官,,,,";
    let masked = "1,(2019)粤0115执1号,梁*冰、汤*,4401**********1238、4401**********1246,,,,,,";
    let lost = "1,（2019）粤0115执1号,汤某、梁小冰,4.40115E+17,#N/A,,,,,";
    for now in [masked, lost] {
        let case = keep(full, now);
        let codes: std::collections::BTreeMap<_, _> = case
            .debtors
            .iter()
            .map(|p| (p.name.as_str(), p.code.as_deref()))
            .collect();
        assert_eq!(codes["梁小冰"], Some("440115199003071238"), "{now}");
        assert_eq!(codes["汤某"], Some("440115199003071246"), "{now}");
        assert_eq!(case.remaining_fen, Some(10_000), "{now}");
        assert_eq!(case.officer, "王法官", "{now}");
    }
    // The masked one is filled when a fuller list comes.
    let case = keep(masked, full);
    assert_eq!(case.debtors[0].code.as_deref(), Some("440115199003071238"));
    assert_eq!(case.debtors[0].name, "梁小冰");
    // An unreadable date of closing is not "open again".
    let closed = "1,（2019）粤0115执1号,封某,,100,王法官,,2019-07-01,执行完毕,";
    let unreadable = "1,（2019）粤0115执1号,封某,,100,王法官,,2019-07-41,执行完毕,";
    assert_eq!(
        keep(closed, unreadable).closed_on.unwrap().to_string(),
        "2019-07-01"
    );
    assert_eq!(counted(&between(&[closed], &[unreadable])), "");
}

#[test]
fn former_numbers_lead_to_their_case() {
    let now = list(&["1,（2019）粤0115执8号,封某,,100,王法官,,2019-01-01,终结本次执行程序,"]);
    let before = vec![Known {
        case: now.cases[0].clone(),
        former_numbers: vec!["（2019）粤0115执1号".to_owned()],
        absent: 0,
    }];
    let next = list(&[
        "1,（2019）粤0115执8号,封某,,100,王法官,,2019-01-01,终结本次执行程序,",
        "2,（2020）粤0115执恢3号,封某,,100,王法官,,,,（2019）粤0115执1号",
        "3,（2020）粤0115执4号,封某,,100,王法官,并入（2019）粤0115执1号,2020-01-01,销案,",
    ]);
    let comparison = compare(&before, &next, &[]);
    assert_eq!(
        comparison.details.restarted,
        [(
            "（2019）粤0115执8号".to_owned(),
            "（2020）粤0115执恢3号".to_owned()
        )]
    );
}

#[test]
fn suspicions_have_their_thresholds() {
    let full = read("list.csv", plain_list(100).as_bytes()).unwrap();
    let before = known(&full);
    let codes = ["粤0115".to_owned()];
    let suspicions = |list: &ReadList| {
        compare(&before, list, &codes)
            .suspicious
            .iter()
            .map(|s| (s.code, s.count))
            .collect::<Vec<_>>()
    };
    let fewer = |n| read("list.csv", plain_list(n).as_bytes()).unwrap();
    assert_eq!(suspicions(&fewer(90)), [], "10 % is not more than 10 %");
    assert_eq!(suspicions(&fewer(89)), [(SuspicionCode::Dropped, 11)]);
    assert_eq!(suspicions(&fewer(70)), [(SuspicionCode::Dropped, 30)]);
    assert_eq!(
        suspicions(&fewer(69)),
        [(SuspicionCode::Dropped, 31), (SuspicionCode::FewerRows, 69)]
    );
    let unreadable = |n: u32| {
        let mut text = plain_list(100);
        for _ in 0..n {
            text.push_str("x,（2019）粤0115执号,,,,,,,,,\r\n");
        }
        read("list.csv", text.as_bytes()).unwrap()
    };
    assert_eq!(suspicions(&unreadable(5)), [], "5 of 105 are less than 5 %");
    assert_eq!(suspicions(&unreadable(6)), [(SuspicionCode::Unreadable, 6)]);
    let other = plain_list(100)
        + "y,（2019）粤0191执1号,,,,,,,,,\r\nz,（2014）穗南法执字第1号,,,,,,,,,\r\n";
    let other = read("list.csv", other.as_bytes()).unwrap();
    let comparison = compare(&before, &other, &codes);
    assert_eq!(comparison.suspicious.len(), 1);
    assert_eq!(comparison.suspicious[0].courts, ["粤0191"]);
    for lang in [Lang::Zh, Lang::En] {
        assert!(comparison.suspicious[0].message(lang).contains("粤0191"));
    }
    let both = ["粤0115".to_owned(), "粤0191".to_owned()];
    assert_eq!(compare(&before, &other, &both).suspicious, []);
}
