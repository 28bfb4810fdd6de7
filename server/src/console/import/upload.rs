//! The first page: the lists applied so far, those that wait, and the form that takes a new one.

use super::super::form::ProtectedUpload;
use super::super::frame::{Frame, Tab};
use super::super::page::{Page, show};
use super::super::problem::Problem;
use super::super::show;
use super::{Report, staging};
use crate::db::ListShown;
use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use waiqin_protocol::words::fill;

/// List versions on the page.
const LISTS_SHOWN: u32 = 100;

pub(super) struct ListLine {
    pub version: i64,
    pub href: String,
    pub name: String,
    pub when: String,
    pub by: String,
    pub cases: String,
    pub rejected: u64,
    pub suspicious: u64,
    pub reason: Option<String>,
    pub newest: bool,
}

impl ListLine {
    pub fn of(list: &ListShown, newest: i64, page: &Page) -> Self {
        let words = page.words();
        let desk = &page.desk;
        let report = Report::read(&list.summary);
        Self {
            version: list.version,
            href: format!("/import/versions/{}", list.version),
            name: match list.rolls_back {
                Some(version) => fill(words.rolls_back_version, &[("n", &version)]),
                None => list.file_name.clone(),
            },
            when: show::minute(desk.court_time(list.applied_ms)),
            by: list
                .applied_name
                .clone()
                .unwrap_or_else(|| words.by_command_line.to_owned()),
            cases: show::count(report.cases),
            rejected: report.rejected,
            suspicious: report.suspicious,
            reason: list.reason.clone().filter(|reason| !reason.is_empty()),
            newest: list.version == newest,
        }
    }
}

struct WaitingLine {
    href: String,
    name: String,
    size: String,
    when: String,
}

#[derive(Template)]
#[template(path = "import.html")]
struct ImportPage {
    frame: Frame,
    lists: Vec<ListLine>,
    waiting: Vec<WaitingLine>,
    nothing_chosen: bool,
}

/// `GET /import`
pub(in super::super) async fn start(page: Page) -> Result<Response, Problem> {
    shown(&page, false).await
}

async fn shown(page: &Page, nothing_chosen: bool) -> Result<Response, Problem> {
    let desk = &page.desk;
    let words = page.words();
    let lists = desk.db().lists_shown(LISTS_SHOWN).await?;
    let newest = lists.first().map_or(0, |list| list.version);
    let now = desk.now_ms();
    let waiting = staging::waiting(&desk.staging(), now);
    show(&ImportPage {
        frame: page.frame(Tab::Import, words.nav_import),
        lists: lists
            .iter()
            .map(|list| ListLine::of(list, newest, page))
            .collect(),
        waiting: waiting
            .into_iter()
            .map(|it| WaitingLine {
                href: format!("/import/preview/{}", it.sha256),
                name: it.file_name,
                size: show::size(it.bytes),
                when: show::short_time(desk.court_time(it.uploaded_ms), desk.court_now_ms()),
            })
            .collect(),
        nothing_chosen,
    })
}

/// `POST /import`: takes a file in and leads to its preview.
pub(in super::super) async fn upload(
    page: Page,
    (): (),
    mut upload: ProtectedUpload,
) -> Result<Response, Problem> {
    let desk = &page.desk;
    let user = page.member.id.to_string();
    let now = desk.now_ms();
    while let Some(field) = upload.next().await? {
        if field.name() == Some("list")
            && let Some(staged) = staging::take(&desk.staging(), field, &user, now).await?
        {
            let preview = format!("/import/preview/{}", staged.sha256);
            return Ok(Redirect::to(&preview).into_response());
        }
    }
    shown(&page, true).await
}
