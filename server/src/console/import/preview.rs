//! The preview: what was repaired, what changes, what was set aside, what looks wrong; then the
//! decision. The file and the list version are checked once more when it is made.

use super::super::form::ProtectedForm;
use super::super::frame::{Frame, Tab};
use super::super::page::{Page, show};
use super::super::problem::Problem;
use super::super::show::{self, Number};
use super::kinds::{BESIDE, CHANGES, REPAIRS, change_word, repair_word, stored_name};
use super::staging::{self, Staged};
use super::{reason, too_long};
use crate::db::Applying;
use crate::list::{
    ChangeKind, Comparison, Known, Limits, ListCase, ListError, ReadList, RepairKind, compare,
    field_word, read_list, report_json,
};
use crate::words::list::ListWords;
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::collections::HashMap;
use waiqin_protocol::words::fill;

/// Examples shown of each kind of repair.
const REPAIRS_SHOWN: usize = 6;
/// Changes shown of each kind.
const CHANGES_SHOWN: usize = 300;
/// Changes of a kind that are unfolded.
const CHANGES_UNFOLDED: usize = 8;
/// Rows and cells set aside that are shown.
const REJECTED_SHOWN: usize = 200;

struct KindCount {
    word: &'static str,
    count: String,
    none: bool,
    anchor: Option<String>,
}

struct RepairGroup {
    word: &'static str,
    examples: Vec<RepairLine>,
    more: u64,
}

struct RepairLine {
    row: u64,
    header: String,
    raw: String,
    normal: String,
}

struct ChangeGroup {
    word: &'static str,
    anchor: String,
    count: String,
    lines: Vec<ChangeLine>,
    /// Further ones, folded.
    rest: Vec<ChangeLine>,
    more: u64,
}

struct ChangeLine {
    number: Number,
    /// Who it is about, where the case as a whole came or went.
    note: String,
    field: &'static str,
    before: String,
    after: String,
}

#[derive(Template)]
#[template(path = "preview.html")]
struct PreviewPage {
    frame: Frame,
    staged: Staged,
    size: String,
    read_as: String,
    cases: String,
    first: bool,
    /// Why the decision could not be carried out, and what to do.
    trouble: Option<String>,
    suspicions: Vec<String>,
    notes: Vec<String>,
    rejected: Vec<String>,
    rejected_total: u64,
    lost: Vec<String>,
    lost_total: u64,
    repairs: Vec<KindCount>,
    repair_groups: Vec<RepairGroup>,
    changes: Vec<KindCount>,
    change_groups: Vec<ChangeGroup>,
    /// The list version that it was compared with.
    against: i64,
    reason: String,
}

#[derive(Template)]
#[template(path = "refused.html")]
struct RefusedPage {
    frame: Frame,
    file_name: String,
    message: String,
}

/// A list that was read and compared with what is known.
struct Looked {
    list: ReadList,
    comparison: Comparison,
    against: i64,
}

/// `GET /import/preview/{sha256}`
pub(in super::super) async fn preview(
    page: Page,
    Path(sha256): Path<String>,
) -> Result<Response, Problem> {
    let (staged, bytes) = staging::find(&page.desk.staging(), &sha256)?.ok_or(Problem::NotFound)?;
    match look(&page, &staged, bytes).await? {
        Ok(looked) => shown(&page, staged, &looked, None, String::new()),
        Err(error) => refused(&page, &staged, &error),
    }
}

/// Reads a list and compares it. Reading takes memory and time, so one at a time, off the threads
/// that answer other pages.
async fn look(
    page: &Page,
    staged: &Staged,
    bytes: Vec<u8>,
) -> Result<Result<Looked, ListError>, Problem> {
    let desk = &page.desk;
    let permit = desk
        .readers
        .clone()
        .acquire_owned()
        .await
        .map_err(Problem::broken)?;
    let (against, known): (i64, Vec<Known>) = desk.db().known_cases().await?;
    let codes = desk.court().court_codes().to_vec();
    let (name, today) = (staged.file_name.clone(), desk.today());
    tokio::task::spawn_blocking(move || {
        let read = read_list(&name, &bytes, today, &Limits::default());
        let looked = read.map(|list| {
            let comparison = compare(&known, &list, &codes);
            Looked {
                list,
                comparison,
                against,
            }
        });
        drop(permit);
        looked
    })
    .await
    .map_err(Problem::broken)
}

fn refused(page: &Page, staged: &Staged, error: &ListError) -> Result<Response, Problem> {
    staging::forget(&page.desk.staging(), &staged.sha256);
    let words = page.words();
    let mut response = show(&RefusedPage {
        frame: page.frame(Tab::Import, words.import_refused),
        file_name: staged.file_name.clone(),
        message: error.message(page.lang()),
    })?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

fn shown(
    page: &Page,
    staged: Staged,
    looked: &Looked,
    trouble: Option<String>,
    reason: String,
) -> Result<Response, Problem> {
    let lang = page.lang();
    let words = page.words();
    let list_words = ListWords::of(lang);
    let Looked {
        list,
        comparison,
        against,
    } = looked;
    let report = super::Report::read(&report_json(list, comparison, against + 1).to_string());
    let status = if trouble.is_some() {
        StatusCode::CONFLICT
    } else {
        StatusCode::OK
    };
    let mut response = show(&PreviewPage {
        size: show::size(staged.bytes),
        read_as: format!("{} · {}", list.format.kind.name(), show::count(list.rows)),
        cases: show::count(report.cases),
        first: *against == 0,
        trouble,
        suspicions: comparison
            .suspicious
            .iter()
            .map(|it| it.message(lang))
            .collect(),
        notes: list.notes.iter().map(|it| it.message(lang)).collect(),
        rejected: list
            .rejected
            .iter()
            .take(REJECTED_SHOWN)
            .map(|it| it.message(lang))
            .collect(),
        rejected_total: report.rejected,
        lost: list
            .lost_cells
            .iter()
            .take(REJECTED_SHOWN)
            .map(|it| it.message(lang))
            .collect(),
        lost_total: list.lost_cells_total,
        repairs: report
            .repairs
            .iter()
            .map(|(kind, count)| KindCount {
                word: repair_word(*kind, list_words),
                count: show::count(*count),
                none: *count == 0,
                anchor: None,
            })
            .collect(),
        repair_groups: repair_groups(list, &report.repairs, list_words),
        changes: report
            .changes
            .iter()
            .map(|(kind, count)| KindCount {
                word: change_word(*kind, list_words),
                count: show::count(*count),
                none: *count == 0,
                anchor: (*count > 0).then(|| format!("#{}", stored_name(kind))),
            })
            .collect(),
        change_groups: change_groups(looked, &report.changes, list_words),
        against: *against,
        reason,
        frame: page.frame(
            Tab::Import,
            fill(words.preview_title, &[("file", &staged.file_name)]),
        ),
        staged,
    })?;
    *response.status_mut() = status;
    Ok(response)
}

fn repair_groups(
    list: &ReadList,
    counts: &[(RepairKind, u64)],
    words: &'static ListWords,
) -> Vec<RepairGroup> {
    REPAIRS
        .into_iter()
        .filter_map(|kind| {
            let examples: Vec<RepairLine> = list
                .repaired
                .iter()
                .filter(|it| it.kind == kind)
                .take(REPAIRS_SHOWN)
                .map(|it| RepairLine {
                    row: it.row,
                    header: it.header.clone(),
                    raw: it.raw.clone(),
                    normal: it.normal.clone(),
                })
                .collect();
            let count = counts
                .iter()
                .find(|(it, _)| *it == kind)
                .map_or(0, |(_, count)| *count);
            let shown = u64::try_from(examples.len()).unwrap_or(u64::MAX);
            (!examples.is_empty()).then(|| RepairGroup {
                word: repair_word(kind, words),
                examples,
                more: count.saturating_sub(shown),
            })
        })
        .collect()
}

fn change_groups(
    looked: &Looked,
    counts: &[(ChangeKind, u64)],
    words: &'static ListWords,
) -> Vec<ChangeGroup> {
    let comparison = &looked.comparison;
    let cases: HashMap<&str, &ListCase> = looked
        .list
        .cases
        .iter()
        .map(|case| (case.id.as_str(), case))
        .collect();
    let note = |id: &str| {
        let parties = cases
            .get(id)
            .map(|case| case.debtors.as_slice())
            .unwrap_or_default();
        let names: Vec<&str> = parties.iter().map(|party| party.name.as_str()).collect();
        names.join(words.list_comma)
    };
    CHANGES
        .into_iter()
        .chain(BESIDE)
        .filter_map(|kind| {
            let of_kind = || comparison.rows.iter().filter(|it| it.kind == kind);
            let rows = u64::try_from(of_kind().count()).unwrap_or(u64::MAX);
            let counted = counts
                .iter()
                .find(|(it, _)| *it == kind)
                .map(|(_, count)| *count);
            let total = counted.unwrap_or(rows).max(rows);
            let mut lines: Vec<ChangeLine> = of_kind()
                .take(CHANGES_SHOWN)
                .map(|it| ChangeLine {
                    number: Number::of(&it.number),
                    note: if it.field.is_empty() {
                        note(&it.id)
                    } else {
                        String::new()
                    },
                    field: if it.field.is_empty() {
                        ""
                    } else {
                        field_word(it.field, words)
                    },
                    before: it.before.clone(),
                    after: it.after.clone(),
                })
                .collect();
            let shown = u64::try_from(lines.len()).unwrap_or(u64::MAX);
            (total > 0).then(|| ChangeGroup {
                word: change_word(kind, words),
                anchor: stored_name(&kind),
                count: show::count(counted.unwrap_or(rows)),
                rest: lines.split_off(lines.len().min(CHANGES_UNFOLDED)),
                lines,
                more: total.saturating_sub(shown),
            })
        })
        .collect()
}

/// What is decided of a preview.
#[derive(Deserialize)]
pub(in super::super) struct Decision {
    act: Act,
    /// The list version that the preview was compared with.
    against: i64,
    #[serde(default)]
    reason: String,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Act {
    Apply,
    Discard,
}

/// `POST /import/preview/{sha256}`
pub(in super::super) async fn decide(
    page: Page,
    Path(sha256): Path<String>,
    ProtectedForm(decision): ProtectedForm<Decision>,
) -> Result<Response, Problem> {
    let desk = &page.desk;
    let folder = desk.staging();
    if decision.act == Act::Discard {
        staging::forget(&folder, &sha256);
        return Ok(Redirect::to("/import").into_response());
    }
    let (staged, bytes) = staging::find(&folder, &sha256)?.ok_or(Problem::NotFound)?;
    let looked = match look(&page, &staged, bytes).await? {
        Ok(looked) => looked,
        Err(error) => return refused(&page, &staged, &error),
    };
    let words = page.words();
    let reason = reason(&decision.reason);
    if looked.against != decision.against {
        let trouble = fill(words.preview_outdated, &[("n", &looked.against)]);
        return shown(&page, staged, &looked, Some(trouble), reason);
    }
    if let Some(trouble) = too_long(&reason, words) {
        return shown(&page, staged, &looked, Some(trouble), reason);
    }
    if !looked.comparison.suspicious.is_empty() && reason.is_empty() {
        let trouble = words.preview_needs_reason.to_owned();
        return shown(&page, staged, &looked, Some(trouble), reason);
    }
    let applying = Applying {
        file_name: &staged.file_name,
        file_sha256: &staged.sha256,
        applied_by: page.member.id,
        reason: (!reason.is_empty()).then_some(reason.as_str()),
        against: looked.against,
        now_ms: desk.now_ms(),
    };
    match desk
        .db()
        .apply_list(&applying, &looked.list, &looked.comparison)
        .await?
    {
        Some(version) => {
            staging::forget(&folder, &sha256);
            desk.warm();
            Ok(Redirect::to(&format!("/import/versions/{version}")).into_response())
        }
        None => {
            let trouble = words.preview_overtaken.to_owned();
            shown(&page, staged, &looked, Some(trouble), reason)
        }
    }
}
