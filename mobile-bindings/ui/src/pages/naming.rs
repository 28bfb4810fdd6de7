//! 补填案号: the case of a record, picked among the officer's own or typed as on the paper. After the
//! seal the record stays as it is, and the office says which case it is of.

use super::not_done::NotDone;
use super::page;
use super::problem::{Missing, Problem, Shown};
use super::record::read;
use super::rows::{Row, case_row, record_href, today};
use super::visit::Unlocked;
use crate::carrier::Protected;
use crate::form::{
    NUMBER_CHARS_MAX, NumberProblem, fits, listed_case, named_case, one_number, said,
};
use crate::frame::{Frame, Tab};
use crate::show::{Tag, act, when};
use crate::told;
use crate::words::Words;
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use waiqin_core::{CaseList, RecordPage as Shows, Session, StoreError};
use waiqin_protocol::ids::{CaseId, OfficerId};
use waiqin_protocol::journal::CaseRef;
use waiqin_protocol::record::Record;
use waiqin_protocol::wire::sync::CaseSheet;
use waiqin_protocol::words::fill;

/// Cases that are offered at once.
const PICKS_MAX: usize = 20;

/// A case that a tap names.
pub(super) struct Pick {
    id: String,
    row: Row,
}

/// What a text leads to among the officer's cases.
pub(super) struct Found {
    /// What the text is: a number, and whether the case is one of his.
    said: Option<Tag>,
    /// What was perhaps meant, and what a tap on it does.
    meant: Option<(String, String)>,
    picks_title: &'static str,
    picks: Vec<Pick>,
    more: String,
}

/// What was typed, and the cases that fit.
#[derive(Default)]
pub(super) struct Looked {
    pub typed: String,
    /// The number, where it is one, and whether he has its case.
    pub number: Option<(String, bool)>,
    /// The number that was perhaps meant.
    pub meant: Option<String>,
    pub cases: CaseList,
}

/// Query of the cases found.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "naming.html")]
pub(super) struct NamingPage {
    frame: Frame,
    title: &'static str,
    record: String,
    back: String,
    action: String,
    found_href: String,
    typed: String,
    problem: Option<String>,
    found: Found,
}

#[derive(Template)]
#[template(path = "_naming_found.html")]
struct FoundPart {
    found: Found,
}

/// `GET /records/{id}/case`
pub(super) async fn show(desk: Unlocked, Path(id): Path<String>) -> Result<Response, Shown> {
    shown(&desk, &id, String::new(), None).await
}

/// `GET /records/{id}/case/found`: what the text leads to, as it is typed.
pub(super) async fn found(
    desk: Unlocked,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Shown> {
    desk.subject(&id)?;
    let looked = looked_up(&desk, asked.q).await?;
    let found = Found::new(&looked, desk.now_ms(), desk.w());
    Ok(page(&FoundPart { found }))
}

/// `POST /records/{id}/case`: the case that was tapped, or the number that was typed.
pub(super) async fn name(
    desk: Unlocked,
    Path(id): Path<String>,
    Protected(posted): Protected,
) -> Result<Response, Shown> {
    let typed = said(posted.text("q").unwrap_or_default());
    if let Some(meant) = posted.text("meant") {
        return shown(&desk, &id, said(meant), None).await;
    }
    if posted.text("do") == Some("look") {
        return shown(&desk, &id, typed, None).await;
    }
    let named = async {
        let subject = desk.subject(&id)?;
        let case = match posted.text("case") {
            Some(picked) => picked_case(&desk, picked).await?,
            None => written_case(&desk, &typed).await?,
        };
        desk.attempt(move |session| session.name_case(subject, case))
            .await
    };
    match named.await {
        Ok(_) => Ok(Redirect::to(&record_href(&id)).into_response()),
        Err(not_done) => {
            let problem = Some(not_done.here(&desk)?);
            shown(&desk, &id, typed, problem).await
        }
    }
}

async fn picked_case(desk: &Unlocked, id: &str) -> Result<CaseRef, NotDone> {
    let id = CaseId(id.to_owned());
    let sheet = desk.ask(move |session| session.case(&id)).await?;
    let sheet = sheet.ok_or_else(|| desk.problem(Problem::NotFound(Missing::Case)))?;
    Ok(listed_case(&sheet))
}

async fn written_case(desk: &Unlocked, typed: &str) -> Result<CaseRef, NotDone> {
    let (now_ms, lang) = (desk.now_ms(), desk.lang());
    one_number(typed, now_ms).map_err(|it| NotDone::Here(told::not_one_number(&it, lang)))?;
    let typed = typed.to_owned();
    let (case, _) = desk
        .ask(move |session| named_case(session, &typed, false, now_ms))
        .await?;
    Ok(case)
}

async fn shown(
    desk: &Unlocked,
    id: &str,
    typed: String,
    problem: Option<String>,
) -> Result<Response, Shown> {
    let (shows, _) = read(desk, id).await?;
    if !may_be_named(&shows.record) {
        return Err(desk.problem(Problem::Sealed));
    }
    let looked = looked_up(desk, typed).await?;
    let status = super::status_of(problem.is_some());
    let frame = desk.frame(Some(Tab::Records));
    let built = NamingPage::new(frame, &shows, &looked, problem, desk.now_ms());
    Ok((status, page(&built)).into_response())
}

async fn looked_up(desk: &Unlocked, typed: String) -> Result<Looked, Shown> {
    let now_ms = desk.now_ms();
    desk.ask(move |session| look_up(session, typed, now_ms))
        .await
}

fn look_up(session: &Session, typed: String, now_ms: i64) -> Result<Looked, StoreError> {
    if !fits(&typed, NUMBER_CHARS_MAX) {
        return Ok(Looked {
            typed,
            ..Looked::default()
        });
    }
    let number = one_number(&typed, now_ms);
    let meant = match &number {
        Err(NumberProblem::Unread(error)) => error.suggestion.clone(),
        Ok(()) | Err(_) => None,
    };
    let (number, cases) = match number {
        Err(_) => (None, session.cases(&typed, 0, PICKS_MAX)?),
        Ok(()) => {
            let (case, sheet) = named_case(session, &typed, false, now_ms)?;
            let items: Vec<CaseSheet> = sheet.into_iter().collect();
            let total = items.len();
            let number = case.normal.map(|it| (it, total == 1));
            (number, CaseList { total, items })
        }
    };
    Ok(Looked {
        typed,
        number,
        meant,
        cases,
    })
}

/// The way here from a record that has no number and may still be given one.
pub(super) fn to_fill_in(record: &Record) -> Option<String> {
    (may_be_named(record) && record.case.normal.is_none()).then(|| naming_href(record))
}

/// The way here for the officer who named the case himself and may have mistaken it.
pub(super) fn to_mend(record: &Record, me: OfficerId) -> Option<String> {
    let his = record.officer == me && record.case.normal.is_some();
    (may_be_named(record) && his).then(|| naming_href(record))
}

fn may_be_named(record: &Record) -> bool {
    record.seals.is_empty() && record.voided.is_none()
}

/// Address of this page.
pub(super) fn naming_href(record: &Record) -> String {
    format!("{}/case", record_href(&record.subject.to_string()))
}

impl Found {
    fn new(looked: &Looked, now_ms: i64, w: &'static Words) -> Self {
        let said = match &looked.number {
            Some((_, true)) => Some(Tag::new(w.naming_yours, "flash ok")),
            Some((number, false)) => {
                let text = fill(w.naming_not_yours, &[("number", number)]);
                Some(Tag::new(text, "flash"))
            }
            None if looked.cases.total == 0
                && !looked.typed.is_empty()
                && looked.meant.is_none() =>
            {
                Some(Tag::new(w.cases_none, "muted small"))
            }
            None => None,
        };
        let day = today(now_ms);
        let picks = looked.cases.items.iter().map(|sheet| Pick {
            id: sheet.id.clone(),
            row: case_row(sheet, day, w),
        });
        let left = looked.cases.total - looked.cases.items.len();
        let meant = looked.meant.as_ref();
        Self {
            said,
            meant: meant.map(|it| (it.clone(), fill(w.naming_meant, &[("meant", it)]))),
            // The one case that a number means is shown under what is said of it.
            picks_title: match looked.number {
                None => w.naming_picks,
                Some(_) => "",
            },
            picks: picks.collect(),
            more: match left {
                0 => String::new(),
                n => fill(w.naming_more, &[("n", &n)]),
            },
        }
    }
}

impl NamingPage {
    pub(super) fn new(
        frame: Frame,
        shows: &Shows,
        looked: &Looked,
        problem: Option<String>,
        now_ms: i64,
    ) -> Self {
        let w = frame.w;
        let record = &shows.record;
        let place = record.text("place");
        let about = match (place, &record.case.normal) {
            ("", None) => when(record.opened, now_ms, w),
            ("", Some(number)) => number.clone(),
            (place, _) => place.to_owned(),
        };
        let action = naming_href(record);
        Self {
            title: match record.case.normal {
                None => w.naming_title,
                Some(_) => w.naming_change,
            },
            record: format!("{} · {about}", act(record.act, w)),
            back: record_href(&record.subject.to_string()),
            found_href: format!("{action}/found"),
            action,
            typed: looked.typed.clone(),
            problem,
            found: Found::new(looked, now_ms, w),
            frame: Frame {
                truth: super::record::truth(shows, &frame.truth, w),
                poll: false,
                ..frame
            },
        }
    }
}
