//! What a folded step says that it holds, in one line.

use super::values::shown_text;
use crate::show::{accuracy_m, clock, money};
use crate::words::Words;
use waiqin_core::RecordPage;
use waiqin_protocol::canonical::Value;
use waiqin_protocol::fields::{self, Kind};
use waiqin_protocol::numbers::money::Fen;
use waiqin_protocol::record::Record;
use waiqin_protocol::words::{Lang, fill};

/// The line of a step.
pub fn of(step: &str, page: &RecordPage, lang: Lang) -> String {
    let record = &page.record;
    let w = Words::of(lang);
    let said: Vec<String> = match step {
        "arrive" => arrive(record, w),
        "officers" => officers(record, lang),
        "present" => present(record, w),
        "checked" => checked(record, w),
        "asked" => vec![counted(
            record.items("questions").len(),
            w.sum_question,
            w.sum_questions,
        )],
        "result" => vec![code(record, "result", lang), time(record, "t1")],
        "photos" => photos(page, w),
        "assets" => assets(record, w),
        "keeping" => keeping(record, lang),
        "sign" => vec![time(record, "t1")],
        "target" => vec![record.text("target/name").to_owned()],
        "facts" => vec![code(record, "legal_item", lang)],
        "decision" => vec![days(record, w), day(record, "to_on")],
        "jail" => vec![
            code(record, "execution", lang),
            record.text("jail/name").to_owned(),
        ],
        "parties" => vec![counted(
            record.items("parties").len(),
            w.sum_person,
            w.sum_people,
        )],
        "terms" => terms(record, w),
        _ => Vec::new(),
    };
    said.into_iter()
        .filter(|it| !it.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

/// The code of a choice in words.
fn code(record: &Record, path: &str, lang: Lang) -> String {
    let def = fields::field_at(record.act, path);
    let code = def.and_then(|def| def.code(record.text(path)));
    code.map_or(String::new(), |it| it.label(lang).to_owned())
}

fn time(record: &Record, path: &str) -> String {
    let at = record.value(path).and_then(Value::as_int);
    at.map(clock).unwrap_or_default()
}

fn day(record: &Record, path: &str) -> String {
    shown_text(record.value(path), Kind::Day)
}

fn photos(page: &RecordPage, w: &'static Words) -> Vec<String> {
    let standing = page
        .photos
        .iter()
        .filter(|it| it.state.withdrawn.is_none())
        .count();
    vec![counted(standing, w.sum_photo, w.sum_photos)]
}

fn assets(record: &Record, w: &'static Words) -> Vec<String> {
    let ids = record.items("assets");
    let total = total_fen(record);
    let total = total.map_or(String::new(), |it| money(it, w));
    vec![counted(ids.len(), w.sum_item, w.sum_items), total]
}

/// The amounts of the list together, in fen; `None` when no line has one.
#[must_use]
pub fn total_fen(record: &Record) -> Option<i64> {
    let ids = record.items("assets");
    let amounts: Vec<Fen> = ids
        .iter()
        .filter_map(|id| amount_fen(record, id))
        .map(Fen)
        .collect();
    if amounts.is_empty() {
        return None;
    }
    Fen::checked_sum(amounts).map(|it| it.0)
}

/// The amount of a line, in fen: what it is worth; of cash, else, what was counted.
#[must_use]
pub fn amount_fen(record: &Record, id: &str) -> Option<i64> {
    let worth = record.value(&format!("assets/{id}/est_value_fen"));
    worth.and_then(Value::as_int).or_else(|| {
        let cash = record.text(&format!("assets/{id}/kind")) == "cash";
        let only = || {
            let kinds = record.items("assets");
            let kinds = kinds
                .iter()
                .filter(|it| record.text(&format!("assets/{it}/kind")) == "cash");
            kinds.count() == 1
        };
        let counted = record.value("cash/amount_fen").and_then(Value::as_int);
        counted.filter(|_| cash && only())
    })
}

fn keeping(record: &Record, lang: Lang) -> Vec<String> {
    let w = Words::of(lang);
    let strips = record.items("publicity/seal_nos").len();
    let strips = counted(strips, w.sum_strip, w.sum_strips);
    vec![
        strips,
        record.text("keeper/name").to_owned(),
        day(record, "expires_on"),
    ]
}

fn days(record: &Record, w: &'static Words) -> String {
    let days = record.value("days").and_then(Value::as_int);
    days.map_or(String::new(), |n| fill(w.sum_days, &[("n", &n)]))
}

fn terms(record: &Record, w: &'static Words) -> Vec<String> {
    let total = record.value("total_fen").and_then(Value::as_int);
    let total = total.map_or(String::new(), |it| money(it, w));
    let parts = record.items("instalments").len();
    vec![total, counted(parts, w.sum_instalment, w.sum_instalments)]
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

fn officers(record: &Record, lang: Lang) -> Vec<String> {
    let w = Words::of(lang);
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
    let docs = record.items("docs");
    let doc = docs.first().map_or(String::new(), |id| {
        code(record, &format!("docs/{id}/type"), lang)
    });
    vec![counted(ids.len(), w.sum_person, w.sum_people), shown, doc]
}

fn present(record: &Record, w: &'static Words) -> Vec<String> {
    let people = record.items("present").len();
    let met = match record.value("debtor_met") {
        Some(Value::Bool(true)) => w.sum_met,
        Some(Value::Bool(false)) if people == 0 && !record.text("no_witness_reason").is_empty() => {
            w.sum_no_one
        }
        Some(Value::Bool(false)) => w.sum_not_met,
        Some(_) | None if people == 0 && !record.text("no_witness_reason").is_empty() => {
            w.sum_no_one
        }
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
