//! 设备: phones and their journals; tickets to enrol one, and revoking one that is lost.

use super::form::{NoFields, ProtectedForm};
use super::frame::{Frame, Tab};
use super::page::{Page, show};
use super::problem::Problem;
use super::show::{self, First};
use super::undelivered::Undelivered;
use crate::access::Action;
use crate::db::JournalShown;
use crate::words::console::ConsoleWords;
use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use waiqin_protocol::ids::JournalId;
use waiqin_protocol::journal::JournalCause;
use waiqin_protocol::words::fill;

/// Journals on the page.
const JOURNALS_SHOWN: u32 = 500;

struct JournalLine {
    href: String,
    officer: String,
    device: String,
    cause: &'static str,
    enrolled: String,
    seen: String,
    seen_at: String,
    head: i64,
    entries_missing: u64,
    photos_missing: usize,
    photos_here: i64,
    revoked: Option<String>,
}

#[derive(Template)]
#[template(path = "devices.html")]
struct DevicesPage {
    frame: Frame,
    found: String,
    more: bool,
    lines: Vec<JournalLine>,
    officers: Vec<(String, String)>,
    may_change: bool,
    may_hand_in: bool,
}

#[derive(Template)]
#[template(path = "device.html")]
struct DevicePage {
    frame: Frame,
    line: JournalLine,
    journal: String,
    device_id: String,
    parent: Option<String>,
    may_hand_in: bool,
    may_change: bool,
    /// The form that revokes is shown, for confirmation.
    asked: bool,
    owes: Option<String>,
}

/// The address of a journal's page.
pub(super) fn address(journal: &str) -> String {
    format!("/devices/{journal}")
}

/// `GET /devices`
pub(super) async fn list(page: Page) -> Result<Response, Problem> {
    let desk = &page.desk;
    let words = page.words();
    let journals = desk.db().journals_shown(JOURNALS_SHOWN + 1).await?;
    let journals = First::of(journals, JOURNALS_SHOWN);
    let undelivered = Undelivered::read(desk).await?;
    let owed = undelivered.per_journal();
    let lines: Vec<JournalLine> = journals
        .shown
        .iter()
        .map(|it| line(it, owed.get(it.id.as_str()).copied().unwrap_or(0), &page))
        .collect();
    let users = desk.db().users().await?;
    let officers = users
        .into_iter()
        .filter(|user| user.may_carry_phone())
        .map(|user| (user.id.to_string(), user.name))
        .collect();
    show(&DevicesPage {
        found: fill(words.devices_found, &[("n", &journals.figure(words))]),
        more: journals.more,
        frame: page.frame(Tab::Devices, words.nav_devices),
        lines,
        officers,
        may_change: page.member.may(Action::ManageDevices),
        may_hand_in: page.member.may(Action::HandIn),
    })
}

fn line(journal: &JournalShown, photos_missing: usize, page: &Page) -> JournalLine {
    let desk = &page.desk;
    let now = desk.court_now_ms();
    let time = |ms: i64| show::minute(desk.court_time(ms));
    JournalLine {
        href: address(&journal.id),
        officer: journal.officer_name.clone(),
        device: journal.device_name.clone(),
        cause: cause_word(journal.cause, page.words()),
        enrolled: time(journal.enrolled_ms),
        seen: show::ago(desk.court_time(journal.seen_ms), now, page.lang()),
        seen_at: time(journal.seen_ms),
        head: journal.head_seq,
        entries_missing: journal.entries_missing(),
        photos_missing,
        photos_here: journal.evidence_here,
        revoked: journal.revoked_ms.map(time),
    }
}

fn cause_word(cause: JournalCause, words: &ConsoleWords) -> &'static str {
    match cause {
        JournalCause::Enrolled => words.cause_enrolled,
        JournalCause::Reinstalled => words.cause_reinstalled,
        JournalCause::RestoredCopy => words.cause_restored_copy,
        JournalCause::Forked => words.cause_forked,
        JournalCause::Reapproved => words.cause_reapproved,
        JournalCause::NewKey => words.cause_new_key,
        JournalCause::NewSuite => words.cause_new_suite,
    }
}

/// `GET /devices/{journal}`
pub(super) async fn device(page: Page, Path(journal): Path<String>) -> Result<Response, Problem> {
    shown(&page, &journal, false).await
}

/// `GET /devices/{journal}/revoke`: asks before it is done.
pub(super) async fn ask_revoke(
    page: Page,
    Path(journal): Path<String>,
) -> Result<Response, Problem> {
    shown(&page, &journal, true).await
}

/// The journal of a phone: the office's own is no device.
async fn of_a_phone(page: &Page, journal: &str) -> Result<JournalShown, Problem> {
    let known = page.desk.db().journal_shown(journal).await?;
    known.filter(|it| !it.office).ok_or(Problem::NotFound)
}

async fn shown(page: &Page, journal: &str, asked: bool) -> Result<Response, Problem> {
    let words = page.words();
    let journal = of_a_phone(page, journal).await?;
    let undelivered = Undelivered::read(&page.desk).await?;
    let photos = undelivered
        .per_journal()
        .get(journal.id.as_str())
        .copied()
        .unwrap_or(0);
    let line = line(&journal, photos, page);
    let owes = (line.entries_missing > 0 || photos > 0).then(|| {
        fill(
            words.device_owes,
            &[("entries", &line.entries_missing), ("photos", &photos)],
        )
    });
    let title = format!("{} {}", line.officer, line.device);
    show(&DevicePage {
        frame: page.frame(Tab::Devices, title),
        journal: journal.id.clone(),
        device_id: journal.device.clone(),
        parent: journal.parent.clone(),
        may_hand_in: page.member.may(Action::HandIn),
        may_change: page.member.may(Action::ManageDevices) && line.revoked.is_none(),
        asked,
        owes,
        line,
    })
}

/// `POST /devices/{journal}/revoke`
pub(super) async fn revoke(
    page: Page,
    Path(journal): Path<String>,
    ProtectedForm(_): ProtectedForm<NoFields>,
) -> Result<Response, Problem> {
    let id: JournalId = journal.parse().map_err(|_| Problem::NotFound)?;
    let desk = &page.desk;
    of_a_phone(&page, &journal).await?;
    let now = desk.now_ms();
    let mut write = desk.db().write().await?;
    if write.revoke(id, Some(page.member.id), now).await? {
        write.commit().await?;
    }
    Ok(Redirect::to(&address(&journal)).into_response())
}
