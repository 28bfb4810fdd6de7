//! What a folded step says that it holds, in one line.

use crate::show::{accuracy_m, clock};
use crate::words::Words;
use waiqin_core::RecordPage;
use waiqin_protocol::canonical::Value;
use waiqin_protocol::record::Record;
use waiqin_protocol::words::fill;

/// The line of a step.
pub fn of(step: &str, page: &RecordPage, w: &'static Words) -> String {
    let record = &page.record;
    let said: Vec<String> = match step {
        "arrive" => arrive(record, w),
        "officers" => officers(record, w),
        "present" => present(record, w),
        "checked" => checked(record, w),
        "asked" => vec![counted(
            record.items("questions").len(),
            w.sum_question,
            w.sum_questions,
        )],
        "result" => result(record, w),
        "photos" => {
            let standing = page
                .photos
                .iter()
                .filter(|it| it.state.withdrawn.is_none())
                .count();
            vec![counted(standing, w.sum_photo, w.sum_photos)]
        }
        _ => Vec::new(),
    };
    said.into_iter()
        .filter(|it| !it.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

/// Empty for none, one word for one, a number for more.
fn counted(n: usize, one: &'static str, many: &'static str) -> String {
    match n {
        0 => String::new(),
        1 => one.to_owned(),
        n => fill(many, &[("n", &n)]),
    }
}

fn arrive(record: &Record, w: &'static Words) -> Vec<String> {
    let at = record
        .value("t0")
        .and_then(Value::as_int)
        .map(clock)
        .unwrap_or_default();
    let fix = match record.value("fix").and_then(accuracy_m) {
        Some(metres) => fill(w.sum_accuracy, &[("n", &metres)]),
        None if record.text("no_fix_reason").is_empty() => String::new(),
        None => w.sum_no_fix.to_owned(),
    };
    vec![at, fix]
}

fn officers(record: &Record, w: &'static Words) -> Vec<String> {
    let ids = record.items("officers");
    let shown = ids
        .iter()
        .filter(|id| {
            record
                .value(&format!("officers/{id}/id_shown_at"))
                .is_some()
        })
        .count();
    let shown = if shown == 0 {
        String::new()
    } else {
        fill(w.sum_shown, &[("n", &shown)])
    };
    vec![counted(ids.len(), w.sum_person, w.sum_people), shown]
}

fn present(record: &Record, w: &'static Words) -> Vec<String> {
    let people = record.items("present").len();
    let met = match record.value("debtor_met") {
        Some(Value::Bool(true)) => w.sum_met,
        Some(Value::Bool(false)) if people == 0 && !record.text("no_witness_reason").is_empty() => {
            w.sum_no_one
        }
        Some(Value::Bool(false)) => w.sum_not_met,
        Some(_) | None => "",
    };
    vec![met.to_owned(), counted(people, w.sum_person, w.sum_people)]
}

fn checked(record: &Record, w: &'static Words) -> Vec<String> {
    let ids = record.items("checked");
    let none = |id: &&String| {
        record.value(&format!("checked/{id}/none_found")) == Some(&Value::Bool(true))
    };
    let none = ids.iter().filter(none).count();
    let none = if none == 0 {
        String::new()
    } else {
        fill(w.sum_none_found, &[("n", &none)])
    };
    vec![counted(ids.len(), w.sum_item, w.sum_items), none]
}

fn result(record: &Record, w: &'static Words) -> Vec<String> {
    let left = record
        .value("t1")
        .and_then(Value::as_int)
        .map(clock)
        .unwrap_or_default();
    let result = match record.text("result") {
        "assets_found" => w.result_assets,
        "leads" => w.result_partial,
        "no_assets" => w.result_none,
        "moved" => w.result_moved,
        _ => "",
    };
    vec![result.to_owned(), left]
}
