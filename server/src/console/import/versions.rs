//! One list version: what it changed, case by case; and taking it back, which is a version too.

use super::super::case::{ChangeRow, differences};
use super::super::cases;
use super::super::form::ProtectedForm;
use super::super::frame::{Frame, Tab};
use super::super::page::{Page, show};
use super::super::problem::Problem;
use super::super::show::{self, Number};
use super::kinds::{BESIDE, CHANGES, change_word, stored_name};
use super::upload::ListLine;
use super::{Report, reason, too_long};
use crate::db::ListShown;
use crate::list::ListCase;
use crate::words::list::ListWords;
use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use waiqin_protocol::words::fill;

/// Cases shown of one version.
const CASES_SHOWN: u32 = 500;

struct ChangedCase {
    href: String,
    number: Number,
    parties: String,
    kinds: Vec<&'static str>,
    rows: Vec<ChangeRow>,
}

struct KindCount {
    word: &'static str,
    count: String,
    none: bool,
}

#[derive(Template)]
#[template(path = "version.html")]
struct VersionPage {
    frame: Frame,
    line: ListLine,
    sha256: String,
    changes: Vec<KindCount>,
    cases: Vec<ChangedCase>,
    more: bool,
    may_roll_back: bool,
    /// The form that takes it back is shown, for confirmation.
    asked: bool,
    trouble: Option<String>,
    /// Why it is to be taken back, as far as it was written.
    reason: String,
}

/// `GET /import/versions/{version}`
pub(in super::super) async fn version(
    page: Page,
    Path(version): Path<i64>,
) -> Result<Response, Problem> {
    shown(&page, version, false, None, String::new()).await
}

/// `GET /import/versions/{version}/rollback`: asks before it is done.
pub(in super::super) async fn ask_rollback(
    page: Page,
    Path(version): Path<i64>,
) -> Result<Response, Problem> {
    shown(&page, version, true, None, String::new()).await
}

async fn shown(
    page: &Page,
    version: i64,
    asked: bool,
    trouble: Option<String>,
    reason: String,
) -> Result<Response, Problem> {
    let db = page.desk.db();
    let words = page.words();
    let list: ListShown = db.list_shown(version).await?.ok_or(Problem::NotFound)?;
    let newest = db.newest_list_version().await?;
    let report = Report::read(&list.summary);
    let changed = db.changes_of_list(version, CASES_SHOWN + 1).await?;
    let more = changed.len() > usize::try_from(CASES_SHOWN).unwrap_or(usize::MAX);
    let list_words = ListWords::of(page.lang());
    show(&VersionPage {
        frame: page.frame(Tab::Import, fill(words.version_title, &[("n", &version)])),
        line: ListLine::of(&list, newest, page),
        sha256: list.file_sha256.clone(),
        changes: report
            .changes
            .iter()
            .map(|(kind, count)| KindCount {
                word: change_word(*kind, list_words),
                count: show::count(*count),
                none: *count == 0,
            })
            .collect(),
        cases: changed
            .into_iter()
            .take(usize::try_from(CASES_SHOWN).unwrap_or(usize::MAX))
            .map(|(id, kinds, before, after)| changed_case(&id, &kinds, before, after, page))
            .collect(),
        more,
        may_roll_back: version == newest && version > 0,
        asked: asked && version == newest,
        trouble,
        reason,
    })
}

fn changed_case(
    id: &str,
    kinds: &str,
    before: Option<String>,
    after: Option<String>,
    page: &Page,
) -> ChangedCase {
    let words = ListWords::of(page.lang());
    let read =
        |text: Option<String>| text.and_then(|text| serde_json::from_str::<ListCase>(&text).ok());
    let (before, after) = (read(before), read(after));
    let case = after.as_ref().or(before.as_ref());
    let debtors = case.map(|case| case.debtors.as_slice()).unwrap_or_default();
    let names: Vec<&str> = debtors.iter().map(|party| party.name.as_str()).collect();
    let stored: Vec<&str> = kinds.split(',').collect();
    let all = CHANGES.into_iter().chain(BESIDE);
    let kinds = all.filter(|kind| stored.contains(&stored_name(kind).as_str()));
    ChangedCase {
        href: cases::address(id),
        number: Number::of(case.map_or(id, |case| case.number.as_str())),
        parties: names.join(words.list_comma),
        kinds: kinds.map(|kind| change_word(kind, words)).collect(),
        rows: match (&before, &after) {
            (Some(before), Some(after)) => differences(before, after, page.lang()),
            (Some(_) | None, _) => Vec::new(),
        },
    }
}

#[derive(Deserialize)]
pub(in super::super) struct RollbackForm {
    #[serde(default)]
    reason: String,
}

/// `POST /import/versions/{version}/rollback`
pub(in super::super) async fn rollback(
    page: Page,
    Path(version): Path<i64>,
    ProtectedForm(form): ProtectedForm<RollbackForm>,
) -> Result<Response, Problem> {
    let desk = &page.desk;
    let words = page.words();
    let reason = reason(&form.reason);
    let trouble = if reason.is_empty() {
        Some(words.rollback_needs_reason.to_owned())
    } else if desk.db().newest_list_version().await? != version {
        Some(words.rollback_overtaken.to_owned())
    } else {
        too_long(&reason, words)
    };
    if trouble.is_some() {
        return shown(&page, version, true, trouble, reason).await;
    }
    let made = desk
        .db()
        .roll_back_list(version, &reason, page.member.id, desk.now_ms())
        .await?;
    match made {
        Some(made) => Ok(Redirect::to(&format!("/import/versions/{made}")).into_response()),
        None => {
            let trouble = Some(words.rollback_overtaken.to_owned());
            shown(&page, version, true, trouble, reason).await
        }
    }
}
