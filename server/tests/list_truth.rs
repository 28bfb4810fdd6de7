//! The samples of one court's list, twice, against what their truth.json says; the oracle is that
//! file alone.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    clippy::too_many_lines,
    clippy::cast_possible_truncation,
    clippy::unwrap_in_result,
    reason = "a crate of tests"
)]

use chrono::NaiveDate;
use serde_json::{Value, json};
use std::path::PathBuf;
use waiqin_server::list::{Comparison, Known, Limits, ReadList, compare, read_list, report_json};

fn samples() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../demo/lists")
}

fn truth() -> Value {
    serde_json::from_slice(&std::fs::read(samples().join("truth.json")).unwrap()).unwrap()
}

fn read(name: &str) -> ReadList {
    let bytes = std::fs::read(samples().join(name)).unwrap();
    let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
    read_list(name, &bytes, today, &Limits::default()).unwrap()
}

fn july() -> ReadList {
    read("case-list-2019-07-01.gbk.csv")
}

fn august() -> ReadList {
    read("case-list-2019-08-01.xlsx")
}

fn known(list: &ReadList) -> Vec<Known> {
    list.cases
        .iter()
        .map(|case| Known {
            case: case.clone(),
            former_numbers: Vec::new(),
            absent: 0,
        })
        .collect()
}

fn codes() -> Vec<String> {
    vec!["粤0115".to_owned(), "粤0191".to_owned()]
}

/// The report with the members that truth.json has.
fn as_in_truth(list: &ReadList, comparison: &Comparison) -> (Value, Value) {
    let report = report_json(list, comparison, 2);
    let rejected: Vec<Value> = report["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| json!({"row": r["row"], "reason": r["reason"]}))
        .collect();
    let own = json!({"cases": report["cases"], "repairs": report["repairs"], "rejected": rejected});
    (own, report)
}

fn sorted(mut value: Value) -> Value {
    if let Some(rows) = value.as_array_mut() {
        rows.sort_by_key(Value::to_string);
    }
    value
}

#[test]
fn both_lists_hold_what_the_truth_says() {
    let truth = truth();
    for (list, own, clean) in [
        (july(), "first", "clean_first"),
        (august(), "second", "clean_second"),
    ] {
        let nothing = compare(&[], &list, &codes());
        let (report, _) = as_in_truth(&list, &nothing);
        assert_eq!(report, truth[own], "{own}");
        let cases: Vec<Value> = list.cases.iter().map(|c| json!([c.id, c.number])).collect();
        assert_eq!(
            sorted(json!(cases)),
            sorted(truth[clean].clone()),
            "{clean}"
        );
        assert_eq!(
            list.lost_cells_total,
            report["repairs"]["sci_id"].as_u64().unwrap()
        );
    }
}

#[test]
fn into_an_empty_store_every_case_is_added_and_nothing_else() {
    let list = july();
    let comparison = compare(&[], &list, &codes());
    let report = report_json(&list, &comparison, 1);
    for (kind, count) in report["changes"].as_object().unwrap() {
        let expected = if kind == "added" {
            list.cases.len() as u64
        } else {
            0
        };
        assert_eq!(count.as_u64(), Some(expected), "{kind}");
    }
    assert_eq!(report["suspicious"], json!([]));
}

#[test]
fn the_changes_between_both_are_those_of_the_truth() {
    let truth = truth();
    let comparison = compare(&known(&july()), &august(), &codes());
    let report = report_json(&august(), &comparison, 2);
    assert_eq!(report["changes"], truth["changes"]);
    for (kind, expected) in truth["details"].as_object().unwrap() {
        assert_eq!(
            sorted(report["details"][kind].clone()),
            sorted(expected.clone()),
            "{kind}"
        );
    }
    assert_eq!(report["suspicious"], json!([]));
    let members: Vec<&String> = report.as_object().unwrap().keys().collect();
    let named = [
        "cases",
        "changes",
        "details",
        "list_version",
        "rejected",
        "repairs",
        "suspicious",
    ];
    assert_eq!(members, named);
}

#[test]
fn a_list_compared_with_itself_changes_nothing() {
    for list in [july(), august()] {
        let comparison = compare(&known(&list), &list, &codes());
        let report = report_json(&list, &comparison, 2);
        assert!(
            report["changes"]
                .as_object()
                .unwrap()
                .values()
                .all(|count| count == 0)
        );
        assert_eq!(comparison.rows_total, 0, "{:?}", comparison.rows.first());
    }
}
