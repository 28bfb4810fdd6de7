//! 异常: where what a phone holds and what the court holds did not fit: what it was, whose phone, what
//! it means and what to do. None of them deletes anything.

use super::frame::{Frame, Tab};
use super::page::{Page, show};
use super::problem::Problem;
use super::show;
use crate::access::Action;
use crate::db::{Incident, IncidentShown};
use crate::words::console::ConsoleWords;
use askama::Template;
use axum::response::Response;
use waiqin_protocol::words::fill;

/// Incidents on the page.
const SHOWN: u32 = 200;

/// Words of one kind.
struct Kind {
    class: &'static str,
    title: &'static str,
    meaning: &'static str,
    remedy: &'static str,
}

struct IncidentLine {
    class: &'static str,
    title: &'static str,
    what: String,
    meaning: &'static str,
    remedy: &'static str,
    /// Where to do it, when it is not the phone's page.
    href: Option<(&'static str, &'static str)>,
    at: String,
    ago: String,
    officer: String,
    device: String,
    device_href: Option<String>,
}

#[derive(Template)]
#[template(path = "incidents.html")]
struct IncidentsPage {
    frame: Frame,
    lines: Vec<IncidentLine>,
    more: bool,
}

/// `GET /incidents`
pub(super) async fn list(page: Page) -> Result<Response, Problem> {
    let found = page.desk.db().incidents(SHOWN + 1).await?;
    let shown = usize::try_from(SHOWN).unwrap_or(usize::MAX);
    let lines = found.iter().take(shown).map(|it| line(it, &page));
    show(&IncidentsPage {
        frame: page.frame(Tab::Incidents, page.words().nav_incidents),
        lines: lines.collect(),
        more: found.len() > shown,
    })
}

fn line(incident: &IncidentShown, page: &Page) -> IncidentLine {
    let words = page.words();
    let desk = &page.desk;
    let at_ms = desk.court_time(incident.at_ms);
    let kind = kind_of(incident.kind, words);
    let release = incident.kind == Incident::Fork && page.member.may(Action::ReleaseHeld);
    IncidentLine {
        class: kind.class,
        title: kind.title,
        what: what_of(incident, page.member.may(Action::ReadCases), words),
        meaning: kind.meaning,
        remedy: kind.remedy,
        href: release.then_some(("/decisions", words.nav_decisions)),
        at: show::minute(at_ms),
        ago: show::ago(at_ms, desk.court_now_ms(), page.lang()),
        officer: incident.officer_name.clone().unwrap_or_default(),
        device: incident.device_name.clone().unwrap_or_default(),
        device_href: incident.journal.as_deref().map(super::devices::address),
    }
}

fn kind_of(incident: Incident, words: &ConsoleWords) -> Kind {
    let (class, title, meaning, remedy) = match incident {
        Incident::Fork => (
            "care",
            words.fork_title,
            words.fork_meaning,
            words.fork_remedy,
        ),
        Incident::PhoneRestored => (
            "care",
            words.phone_restored_title,
            words.phone_restored_meaning,
            words.phone_restored_remedy,
        ),
        Incident::EntriesLost => (
            "law",
            words.entries_lost_title,
            words.entries_lost_meaning,
            words.entries_lost_remedy,
        ),
        Incident::ServerRolledBack => (
            "law",
            words.rolled_back_title,
            words.rolled_back_meaning,
            words.rolled_back_remedy,
        ),
        Incident::CaseDiffered => (
            "care",
            words.case_differed_title,
            words.case_differed_meaning,
            words.case_differed_remedy,
        ),
        Incident::Restored => (
            "care",
            words.restored_title,
            words.restored_meaning,
            words.rolled_back_remedy,
        ),
    };
    Kind {
        class,
        title,
        meaning,
        remedy,
    }
}

/// What happened, in one sentence, from the numbers that were noted: `seq:link`, `from-to:link`, or a
/// place in the log. Who may not read cases gets the id of one, not its number.
fn what_of(incident: &IncidentShown, reads: bool, words: &ConsoleWords) -> String {
    let object = incident.object.as_deref().unwrap_or_default();
    let number = object.split(':').next().unwrap_or_default();
    match incident.kind {
        Incident::Fork => fill(words.fork_what, &[("n", &number)]),
        Incident::PhoneRestored => fill(words.phone_restored_what, &[("n", &number)]),
        Incident::EntriesLost => {
            let (from, to) = number.split_once('-').unwrap_or((number, number));
            fill(words.entries_lost_what, &[("a", &from), ("b", &to)])
        }
        Incident::ServerRolledBack => fill(words.rolled_back_what, &[("n", &number)]),
        Incident::CaseDiffered => {
            let number = incident.case_number.as_deref().filter(|_| reads);
            let unnamed = words.case_differed_none;
            let shown = number.unwrap_or(if object == "-" { unnamed } else { object });
            fill(words.case_differed_what, &[("n", &shown)])
        }
        Incident::Restored => fill(words.restored_what, &[("n", &number)]),
    }
}
