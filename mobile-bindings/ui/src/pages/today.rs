//! 今日: what to do first.

use super::cases::Show;
use super::page;
use super::problem::Shown;
use super::rows::{Row, case_row, cases_count, days_left, record_row, today, with_cases};
use super::sync::{incident_text, parked_text};
use super::visit::{Unlocked, Visit};
use crate::frame::{Frame, Tab};
use crate::show::{day_near, day_today, size};
use crate::words::Words;
use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use waiqin_core::{RecordRow, RecordsOf, Session, Status, StoreError};
use waiqin_protocol::numbers::days::court_day;
use waiqin_protocol::reconcile::Decision;
use waiqin_protocol::wire::sync::CaseSheet;
use waiqin_protocol::words::{Lang, fill};

const DRAFTS_MAX: usize = 5;
const RECENT_MAX: usize = 5;
const DUE_MAX: usize = 5;
/// Conclusions of the office are shown here for so long.
const CONCLUDED_MS: i64 = 3 * 86_400_000;
const CONCLUDED_MAX: usize = 5;
/// A record that was changed within this time is what the officer is at work on.
const DRAFT_MS: i64 = 24 * 3_600_000;

/// What the page is made of.
#[derive(Default)]
pub struct Morning {
    /// Newest records with their cases.
    pub records: Vec<(RecordRow, Option<CaseSheet>)>,
    /// Open cases whose term ends soon, soonest first.
    pub due: Vec<CaseSheet>,
    /// Open cases whose term is over.
    pub overdue: usize,
    /// Cases on the phone.
    pub cases: usize,
}

/// Something to handle first.
pub struct Thing {
    class: &'static str,
    href: String,
    title: String,
    tag: String,
    tag_class: &'static str,
    body: String,
    note: String,
}

#[derive(Template)]
#[template(path = "today.html")]
pub(super) struct TodayPage {
    frame: Frame,
    day: String,
    who: String,
    first: Vec<Thing>,
    drafts: Vec<Row>,
    due: Vec<Row>,
    due_count: String,
    recent: Vec<Row>,
    nothing: bool,
    empty: &'static str,
    empty_href: &'static str,
    empty_do: &'static str,
}

/// `GET /`: where the phone stands.
pub(super) async fn home(visit: Visit) -> Response {
    let to = match (visit.ui.session(true), visit.has_officers()) {
        (Some(_), _) => "/today",
        (None, true) => "/unlock",
        (None, false) => "/start",
    };
    Redirect::to(to).into_response()
}

/// `GET /today`
pub(super) async fn show(desk: Unlocked) -> Result<Response, Shown> {
    let now_ms = desk.now_ms();
    let morning = desk.ask(move |session| morning(session, now_ms)).await?;
    let who = fill(
        desk.w().today_officer,
        &[
            ("officer", &desk.session.officer().name),
            ("court", &desk.session.court()),
        ],
    );
    let status = desk.session.status();
    Ok(page(&TodayPage::new(
        desk.frame(Some(Tab::Today)),
        &status,
        &morning,
        who,
        now_ms,
    )))
}

fn morning(session: &Session, now_ms: i64) -> Result<Morning, StoreError> {
    let rows = session.records(&RecordsOf::All, 0, 100)?;
    let all = session.cases("", 0, super::cases::CASES_MAX)?;
    let day = today(now_ms);
    let near = |sheet: &CaseSheet| Show::Due.takes(sheet, day);
    let (overdue, mut due): (Vec<CaseSheet>, Vec<CaseSheet>) = all
        .items
        .into_iter()
        .filter(near)
        .partition(|sheet| days_left(sheet, day).is_some_and(|days| days < 0));
    due.sort_by(|a, b| a.due_on.cmp(&b.due_on));
    Ok(Morning {
        records: with_cases(session, rows)?,
        due,
        overdue: overdue.len(),
        cases: all.total,
    })
}

impl TodayPage {
    pub(super) fn new(
        frame: Frame,
        status: &Status,
        morning: &Morning,
        who: String,
        now_ms: i64,
    ) -> Self {
        let w = frame.w;
        let row = |(row, sheet): &(RecordRow, Option<CaseSheet>)| {
            let day = day_near(court_day(row.changed_ms), now_ms, w);
            record_row(row, sheet.as_ref(), Some(day), w)
        };
        let open = |row: &RecordRow| row.sealed.is_none() && row.voided.is_none();
        let fresh = |row: &RecordRow| open(row) && now_ms - row.changed_ms < DRAFT_MS;
        let (drafts, others): (Vec<_>, Vec<_>) =
            morning.records.iter().partition(|it| fresh(&it.0));
        let first = first_things(status, morning, now_ms, frame.lang, w);
        let nothing = first.is_empty() && drafts.is_empty() && morning.due.is_empty();
        let (empty, empty_href, empty_do) = if morning.cases == 0 {
            (w.today_no_cases, "/sync", w.today_undelivered_do)
        } else {
            (w.today_empty, "/cases", w.today_empty_do)
        };
        Self {
            day: day_today(court_day(now_ms), w),
            who,
            first,
            drafts: drafts.into_iter().take(DRAFTS_MAX).map(row).collect(),
            due: morning
                .due
                .iter()
                .take(DUE_MAX)
                .map(|it| case_row(it, today(now_ms), w))
                .collect(),
            due_count: cases_count(morning.due.len(), w),
            recent: others.into_iter().take(RECENT_MAX).map(row).collect(),
            nothing,
            empty,
            empty_href,
            empty_do,
            frame,
        }
    }
}

/// Incidents, contests, what the office concluded, what was set aside, what waits, terms that are over: in
/// this order.
fn first_things(
    status: &Status,
    morning: &Morning,
    now_ms: i64,
    lang: Lang,
    w: &'static Words,
) -> Vec<Thing> {
    let mut things = Vec::new();
    if let Some(newest) = status.incidents.first()
        && status.incidents_untold > 0
    {
        things.push(Thing {
            class: "alarm",
            href: "/sync".to_owned(),
            title: incident_text(&newest.kind, w),
            tag: fill(w.truth_incidents, &[("n", &status.incidents_untold)]),
            tag_class: "seal",
            body: String::new(),
            note: w.sync_incidents_note.to_owned(),
        });
    }
    for (row, sheet) in morning.records.iter().filter(|it| it.0.contested > 0) {
        let shown = record_row(row, sheet.as_ref(), None, w);
        things.push(Thing {
            class: "soon",
            href: shown.href,
            title: w.today_contested.to_owned(),
            tag: w.state_contested.to_owned(),
            tag_class: "warn",
            body: format!("{} {}", shown.no.plain(), shown.title),
            note: w.today_contested_note.to_owned(),
        });
    }
    things.extend(concluded(morning, now_ms, lang, w));
    if let Some(newest) = status.parked.first() {
        things.push(Thing {
            class: "soon",
            href: "/sync".to_owned(),
            title: fill(w.today_parked, &[("n", &status.parked.len())]),
            tag: w.today_parked_note.to_owned(),
            tag_class: "plain",
            body: parked_text(newest, w),
            note: String::new(),
        });
    }
    if status.undelivered_entries > 0 || status.undelivered_photos > 0 {
        things.push(Thing {
            class: "soon",
            href: "/sync".to_owned(),
            title: w.today_undelivered.to_owned(),
            tag: w.today_undelivered_do.to_owned(),
            tag_class: "",
            body: String::new(),
            note: undelivered(status, w),
        });
    }
    if morning.overdue > 0 {
        things.push(Thing {
            class: "soon",
            href: Show::Due.href("", 0),
            title: w.today_overdue.to_owned(),
            tag: cases_count(morning.overdue, w),
            tag_class: "warn",
            body: String::new(),
            note: String::new(),
        });
    }
    things
}

/// What the office concluded lately on records of this phone, what it returns first.
fn concluded(morning: &Morning, now_ms: i64, lang: Lang, w: &'static Words) -> Vec<Thing> {
    let lately = |it: &&(RecordRow, Option<CaseSheet>)| {
        let concluded = it.0.concluded.as_ref();
        concluded.is_some_and(|it| now_ms - it.at_ms < CONCLUDED_MS)
    };
    let mut rows: Vec<_> = morning.records.iter().filter(lately).collect();
    let returned = |row: &RecordRow| decision(row) == Some(Decision::Return);
    rows.sort_by_key(|it| !returned(&it.0));
    rows.truncate(CONCLUDED_MAX);
    let thing = |(row, sheet): &(RecordRow, Option<CaseSheet>)| {
        let shown = record_row(row, sheet.as_ref(), None, w);
        let label = decision(row).map_or("", |it| it.label(lang));
        Thing {
            class: if returned(row) { "alarm" } else { "soon" },
            href: format!("{}/check#concluded", shown.href),
            title: w.today_concluded.to_owned(),
            tag: label.to_owned(),
            tag_class: if returned(row) { "seal" } else { "" },
            body: format!("{} {}", shown.no.plain(), shown.title),
            note: w.today_concluded_note.to_owned(),
        }
    };
    rows.into_iter().map(thing).collect()
}

fn decision(row: &RecordRow) -> Option<Decision> {
    Decision::of(&row.concluded.as_ref()?.decision)
}

fn undelivered(status: &Status, w: &Words) -> String {
    let (entries, photos) = (status.undelivered_entries, status.undelivered_photos);
    let size = size(status.undelivered_bytes);
    let text = if photos == 0 {
        w.today_undelivered_entries
    } else {
        w.today_undelivered_body
    };
    fill(
        text,
        &[("entries", &entries), ("photos", &photos), ("size", &size)],
    )
}
