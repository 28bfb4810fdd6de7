//! `waiqin-server import` and `rollback`: the court's main case list from the command line.

use super::said::Said;
use crate::court::Court;
use crate::db::{AppliedBy, Applying, RollingBack};
use crate::list::{Comparison, Limits, ReadList, compare, read_list, report_json};
use crate::words::cli::Words;
use crate::words::list::ListWords;
use anyhow::{Context, bail};
use clap::Args;
use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use waiqin_protocol::numbers::days::court_day;
use waiqin_protocol::suite::sha256;
use waiqin_protocol::words::{Lang, fill};

/// Exit code of a list that looks wrong and was given no reason.
const SUSPICIOUS: u8 = 3;
/// Longest reason that is kept, in characters.
const REASON_CHARS_MAX: usize = 500;
/// Changes that are listed of each kind.
const SHOWN: usize = 10;

/// What to import.
#[derive(Args)]
pub struct ImportArgs {
    /// The list: CSV, TSV, XLSX or XLS as the case system exports it.
    file: PathBuf,
    /// Shows what it would change and changes nothing.
    #[arg(long)]
    preview: bool,
    /// Applies a list that looks wrong, and says why it is right.
    #[arg(long, value_name = "REASON")]
    force: Option<String>,
    /// Answers in JSON.
    #[arg(long)]
    json: bool,
}

/// What to take back.
#[derive(Args)]
pub struct RollbackArgs {
    /// The first list version that is taken back; every later one goes with it.
    #[arg(long, value_name = "N")]
    version: i64,
    /// Why.
    #[arg(long)]
    reason: String,
    /// Answers in JSON.
    #[arg(long)]
    json: bool,
}

/// Reads a list, compares it and, unless it is a preview, applies it.
///
/// # Errors
/// When the list cannot be read or applied; the former list stands then.
pub async fn import(court: &Court, args: ImportArgs, lang: Lang) -> anyhow::Result<Said> {
    let words = Words::of(lang);
    let bytes = read_file(&args.file, words)?;
    let sha256 = hex::encode(sha256(&bytes));
    let name = args.file.file_name().unwrap_or_default().to_string_lossy();
    let today = court_day(court.clock().court_now_ms());
    let list = match read_list(&name, &bytes, today, &Limits::default()) {
        Ok(list) => list,
        Err(error) => bail!("{}", error.message(lang)),
    };
    drop(bytes);
    let (against, comparison) = {
        let (against, known) = court.db().known_cases().await?;
        (against, compare(&known, &list, court.court_codes()))
    };
    let (version, first) = (against + 1, against == 0);
    let look = Look {
        list: &list,
        comparison: &comparison,
        lang,
    };
    let report = |outcome: String| match args.json {
        true => report_json(&list, &comparison, version).to_string(),
        false => format!("{}\n{outcome}", look.text(first)),
    };
    if args.preview {
        return Ok(Said::well(report(words.import_previewed.to_owned())));
    }
    let reason = kept_reason(args.force.as_deref().unwrap_or_default(), words)?;
    if !comparison.suspicious.is_empty() && reason.is_empty() {
        let mut trouble: Vec<String> = comparison
            .suspicious
            .iter()
            .map(|it| it.message(lang))
            .collect();
        trouble.push(words.import_suspicious.to_owned());
        return Ok(Said {
            answer: report(words.import_not_applied.to_owned()),
            trouble: Some(trouble.join("\n")),
            code: ExitCode::from(SUSPICIOUS),
        });
    }
    let same_file = court.db().newest_list().await? == (against, Some(sha256.clone()));
    let applying = Applying {
        file_name: &name,
        file_sha256: &sha256,
        applied_by: AppliedBy::CommandLine,
        reason: (!reason.is_empty()).then_some(reason),
        against,
        now_ms: court.clock().now_ms(),
    };
    let Some(version) = court.db().apply_list(&applying, &list, &comparison).await? else {
        bail!("{}", words.import_overtaken);
    };
    let outcome = match same_file {
        true => words.import_same_file,
        false => words.import_applied,
    };
    Ok(Said::well(report(fill(outcome, &[("version", &version)]))))
}

/// Takes list versions back.
///
/// # Errors
/// When there is no such version, no reason, or the database fails; nothing changed then.
pub async fn rollback(court: &Court, args: RollbackArgs, lang: Lang) -> anyhow::Result<Said> {
    let words = Words::of(lang);
    let reason = kept_reason(&args.reason, words)?;
    if reason.is_empty() {
        bail!("{}", words.rollback_needs_reason);
    }
    let (newest, _) = court.db().newest_list().await?;
    if !(1..=newest).contains(&args.version) {
        let values: [(&str, &dyn std::fmt::Display); 2] =
            [("version", &args.version), ("newest", &newest)];
        bail!("{}", fill(words.rollback_unknown, &values));
    }
    let rolling = RollingBack {
        version: args.version,
        newest,
        reason,
        by: AppliedBy::CommandLine,
        now_ms: court.clock().now_ms(),
    };
    let Some(done) = court.db().roll_back_lists(&rolling).await? else {
        bail!("{}", words.import_overtaken);
    };
    if args.json {
        return Ok(Said::well(done.summary));
    }
    let report: Value = serde_json::from_str(&done.summary)?;
    let mut lines = vec![fill(
        words.rolled_back,
        &[
            ("version", &args.version),
            ("made", &done.version),
            ("cases", &report["restored"]),
        ],
    )];
    lines.extend(counts(&report["changes"], &change_words(lang)));
    lines.push(match done.decisions.len() {
        0 => words.no_decisions.to_owned(),
        n => fill(words.decisions, &[("n", &n)]),
    });
    for it in &done.decisions {
        let subject = it.subject.as_deref().unwrap_or_default();
        lines.push(format!("  {}\t{}\t{subject}", it.log_number, it.kind));
    }
    Ok(Said::well(lines.join("\n")))
}

/// The file's bytes; one more than the bound is enough for the reader to refuse it.
fn read_file(path: &Path, words: &Words) -> anyhow::Result<Vec<u8>> {
    let shown = path.display();
    let failed = || fill(words.import_no_file, &[("file", &shown)]);
    let file = std::fs::File::open(path).with_context(failed)?;
    let most = u64::try_from(Limits::default().bytes_max).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1))
        .read_to_end(&mut bytes)
        .with_context(failed)?;
    Ok(bytes)
}

/// A reason is kept whole or not at all.
fn kept_reason<'a>(text: &'a str, words: &Words) -> anyhow::Result<&'a str> {
    let reason = text.trim();
    if reason.chars().nth(REASON_CHARS_MAX).is_some() {
        bail!(
            "{}",
            fill(words.list_reason_long, &[("max", &REASON_CHARS_MAX)])
        );
    }
    Ok(reason)
}

/// A list that was read and compared, for reading.
struct Look<'a> {
    list: &'a ReadList,
    comparison: &'a Comparison,
    lang: Lang,
}

impl Look<'_> {
    fn text(&self, first: bool) -> String {
        let words = Words::of(self.lang);
        let (list, comparison) = (self.list, self.comparison);
        let mut lines = vec![fill(
            words.import_cases,
            &[
                ("cases", &list.cases.len()),
                ("rows", &list.rows),
                ("kind", &list.format.kind.name()),
            ],
        )];
        lines.extend(list.notes.iter().map(|it| it.message(self.lang)));
        let report = report_json(list, comparison, 0);
        let repaired = counts(&report["repairs"], &repair_words(self.lang));
        if !repaired.is_empty() {
            lines.push(words.import_repairs.to_owned());
            lines.extend(repaired);
        }
        let changed = counts(&report["changes"], &change_words(self.lang));
        lines.push(
            if changed.is_empty() {
                words.import_unchanged
            } else {
                words.import_changes
            }
            .to_owned(),
        );
        lines.extend(changed);
        if !first {
            lines.extend(self.examples());
        }
        if !list.rejected.is_empty() {
            lines.push(fill(words.import_rejected, &[("n", &list.rejected.len())]));
            let rejected = list.rejected.iter().take(SHOWN);
            lines.extend(rejected.map(|it| format!("  {}", it.message(self.lang))));
        }
        lines.extend(comparison.suspicious.iter().map(|it| it.message(self.lang)));
        lines.join("\n")
    }

    /// The first changes, one by one.
    fn examples(&self) -> Vec<String> {
        let words = ListWords::of(self.lang);
        let rows = &self.comparison.rows;
        let mut lines: Vec<String> = rows
            .iter()
            .take(SHOWN)
            .map(|it| {
                let field = match it.field {
                    "" => "",
                    field => crate::list::field_word(field, words),
                };
                let change = match (it.before.as_str(), it.after.as_str()) {
                    ("", "") => String::new(),
                    (before, after) => format!("{before} → {after}"),
                };
                format!("  {} {field} {change}", it.number)
                    .trim_end()
                    .to_owned()
            })
            .collect();
        if rows.len() > SHOWN {
            let more = self.comparison.rows_total - SHOWN as u64;
            lines.push(fill(Words::of(self.lang).import_more, &[("n", &more)]));
        }
        lines
    }
}

/// Kinds of a report that occur, with their words.
fn counts(report: &Value, words: &[(&str, &str)]) -> Vec<String> {
    words
        .iter()
        .filter_map(|(name, word)| {
            let count = report[*name].as_u64().filter(|count| *count > 0)?;
            Some(format!("  {word} {count}"))
        })
        .collect()
}

fn change_words(lang: Lang) -> [(&'static str, &'static str); 10] {
    let words = ListWords::of(lang);
    [
        ("added", words.change_added),
        ("closed", words.change_closed),
        ("restarted", words.change_restarted),
        ("merged", words.change_merged),
        ("stayed", words.change_stayed),
        ("dropped", words.change_dropped),
        ("renumbered", words.change_renumbered),
        ("reassigned", words.change_reassigned),
        ("party_renamed", words.change_party_renamed),
        ("amount_changed", words.change_amount_changed),
    ]
}

fn repair_words(lang: Lang) -> [(&'static str, &'static str); 12] {
    let words = ListWords::of(lang);
    [
        ("halfwidth_number", words.repair_halfwidth_number),
        ("spaced_number", words.repair_spaced_number),
        ("leading_zero", words.repair_leading_zero),
        ("no_hao", words.repair_no_hao),
        ("wan_yuan", words.repair_wan_yuan),
        ("sci_id", words.repair_sci_id),
        ("masked_id", words.repair_masked_id),
        ("apostrophe_id", words.repair_apostrophe_id),
        ("repeated_header", words.repair_repeated_header),
        ("footer", words.repair_footer),
        ("blank_row", words.repair_blank_row),
        ("duplicate_row", words.repair_duplicate_row),
    ]
}
