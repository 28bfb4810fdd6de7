//! 异常: where what a phone holds and what the court holds did not fit: what it was, whose phone, what
//! it means and what to do. None of them deletes anything.

use super::frame::{Frame, Tab};
use super::page::{Page, show};
use super::problem::Problem;
use super::show;
use crate::access::Action;
use crate::db::{AuditAct, IncidentShown};
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
    let kind = kind_of(&incident.act, words);
    let release = incident.act == AuditAct::Fork.as_str() && page.member.may(Action::ReleaseHeld);
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

fn kind_of(act: &str, words: &ConsoleWords) -> Kind {
    let kind = |class, title, meaning, remedy| Kind {
        class,
        title,
        meaning,
        remedy,
    };
    let is = |it: AuditAct| act == it.as_str();
    if is(AuditAct::Fork) {
        let (meaning, remedy) = (words.fork_meaning, words.fork_remedy);
        kind("care", words.fork_title, meaning, remedy)
    } else if is(AuditAct::PhoneRestored) {
        let (meaning, remedy) = (words.phone_restored_meaning, words.phone_restored_remedy);
        kind("care", words.phone_restored_title, meaning, remedy)
    } else if is(AuditAct::EntriesLost) {
        let (meaning, remedy) = (words.entries_lost_meaning, words.entries_lost_remedy);
        kind("law", words.entries_lost_title, meaning, remedy)
    } else if is(AuditAct::ServerRolledBack) {
        let (meaning, remedy) = (words.rolled_back_meaning, words.rolled_back_remedy);
        kind("law", words.rolled_back_title, meaning, remedy)
    } else if is(AuditAct::CaseDiffered) {
        let (meaning, remedy) = (words.case_differed_meaning, words.case_differed_remedy);
        kind("care", words.case_differed_title, meaning, remedy)
    } else if is(AuditAct::Restored) {
        let (meaning, remedy) = (words.restored_meaning, words.rolled_back_remedy);
        kind("care", words.restored_title, meaning, remedy)
    } else {
        let (meaning, remedy) = (words.other_incident_meaning, words.other_incident_remedy);
        kind("care", words.other_incident_title, meaning, remedy)
    }
}

/// What happened, in one sentence, from the numbers that were noted: `seq:link`, `from-to:link`, or a
/// place in the log. Who may not read cases gets the id of one, not its number.
fn what_of(incident: &IncidentShown, reads: bool, words: &ConsoleWords) -> String {
    let object = incident.object.as_deref().unwrap_or_default();
    let number = object.split(':').next().unwrap_or_default();
    let (text, values) = match incident.act.as_str() {
        act if act == AuditAct::Fork.as_str() => (words.fork_what, vec![("n", number)]),
        act if act == AuditAct::PhoneRestored.as_str() => {
            (words.phone_restored_what, vec![("n", number)])
        }
        act if act == AuditAct::EntriesLost.as_str() => {
            let (from, to) = number.split_once('-').unwrap_or((number, number));
            (words.entries_lost_what, vec![("a", from), ("b", to)])
        }
        act if act == AuditAct::ServerRolledBack.as_str() => {
            (words.rolled_back_what, vec![("n", number)])
        }
        act if act == AuditAct::CaseDiffered.as_str() => {
            let number = incident.case_number.as_deref().filter(|_| reads);
            let unnamed = words.case_differed_none;
            let shown = number.unwrap_or(if object == "-" { unnamed } else { object });
            (words.case_differed_what, vec![("n", shown)])
        }
        act if act == AuditAct::Restored.as_str() => (words.restored_what, vec![("n", number)]),
        act => (
            words.other_incident_what,
            vec![("act", act), ("object", object)],
        ),
    };
    let mut shown: Vec<(&str, &dyn std::fmt::Display)> = Vec::new();
    for (name, value) in &values {
        shown.push((name, value));
    }
    fill(text, &shown)
}
