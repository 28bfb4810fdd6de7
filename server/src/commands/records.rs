//! `waiqin-server records`: the field's records.

use super::said::Said;
use crate::console::act_word;
use crate::court::Court;
use crate::db::{RECORDS_PER_PAGE_MAX, RecordFilter, RecordRow};
use crate::words::console::ConsoleWords;
use crate::words::reconcile::ReconcileWords;
use clap::Args;
use serde_json::{Value, json};
use std::collections::HashMap;
use waiqin_protocol::numbers::days::court_day;
use waiqin_protocol::record::Record;
use waiqin_protocol::words::{Lang, fill};

/// Which records.
#[derive(Args)]
pub struct RecordsArgs {
    /// Only those of this case, by its id.
    #[arg(long, value_name = "ID")]
    case: Option<String>,
    /// Only those whose case the list does not hold.
    #[arg(long)]
    unmatched: bool,
    /// Most records.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    /// Answers in JSON.
    #[arg(long)]
    json: bool,
}

/// Lists records, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn run(court: &Court, args: &RecordsArgs, lang: Lang) -> anyhow::Result<Said> {
    let words = ReconcileWords::of(lang);
    let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
    let rows = newest(court, args, limit).await?;
    let mut shown = Vec::with_capacity(rows.len());
    for some in rows.chunks(VIEWS_AT_ONCE) {
        let subjects: Vec<&str> = some.iter().map(|row| row.subject.as_str()).collect();
        let views = court.db().record_views(&subjects).await?;
        let views: HashMap<String, String> = views.into_iter().collect();
        for row in some {
            let view = views.get(&row.subject);
            let record: Option<Record> = view.and_then(|it| serde_json::from_str(it).ok());
            shown.push((row, record));
        }
    }
    if args.json {
        let records: Vec<Value> = shown
            .iter()
            .map(|(row, it)| as_json(row, it.as_ref()))
            .collect();
        return Ok(Said::well(json!({ "records": records }).to_string()));
    }
    let mut lines: Vec<String> = shown
        .iter()
        .map(|(row, record)| told(row, record.as_ref(), words, lang))
        .collect();
    if lines.is_empty() {
        lines.push(words.nothing.to_owned());
    }
    if rows.len() >= limit {
        lines.push(fill(words.more, &[("n", &args.limit)]));
    }
    Ok(Said::well(lines.join("\n")))
}

/// Records that are read at a time.
const VIEWS_AT_ONCE: usize = 50;

/// The newest records, page by page.
async fn newest(court: &Court, args: &RecordsArgs, limit: usize) -> anyhow::Result<Vec<RecordRow>> {
    let mut rows: Vec<RecordRow> = Vec::new();
    loop {
        let filter = RecordFilter {
            case_id: args.case.clone(),
            unmatched: args.unmatched,
            after: rows.last().map(|it| (it.opened_ms, it.subject.clone())),
            limit: RECORDS_PER_PAGE_MAX.min(limit - rows.len()),
            ..RecordFilter::default()
        };
        let page = court.db().records_listed(&filter).await?;
        let full = page.len() == filter.limit;
        rows.extend(page);
        if !full || rows.len() >= limit {
            return Ok(rows);
        }
    }
}

fn as_json(row: &RecordRow, record: Option<&Record>) -> Value {
    let seal = record.and_then(|it| it.seals.first());
    json!({
        "record": row.subject,
        "act": row.act,
        "case": row.case_id,
        "number": row.number_typed,
        "normal": row.number_normal,
        "officer": row.officer_name,
        "journal": row.journal,
        "place": row.place,
        "opened": row.opened_ms,
        "changed": row.changed_ms,
        "received": row.received_ms,
        "evidence": row.evidence,
        "evidence_here": row.evidence_here,
        "hash": seal.map(|it| it.hash),
        "void": record.is_some_and(|it| it.voided.is_some()),
        "conclusions": record.map(Record::standing_conclusions),
    })
}

fn told(row: &RecordRow, record: Option<&Record>, words: &ReconcileWords, lang: Lang) -> String {
    let state = match record {
        Some(it) if it.voided.is_some() => words.void,
        Some(it) if !it.seals.is_empty() => words.sealed,
        Some(_) | None => words.open,
    };
    [
        row.subject.as_str(),
        &court_day(row.opened_ms).to_string(),
        act_word(&row.act, ConsoleWords::of(lang)),
        row.number_normal.as_deref().unwrap_or(&row.number_typed),
        row.case_id.as_deref().unwrap_or(words.no_case),
        &row.officer_name,
        state,
        &format!("{}/{}", row.evidence_here, row.evidence),
    ]
    .join("\t")
}
