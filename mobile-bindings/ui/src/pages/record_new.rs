//! Opening a record: on a case of the list, or on one that the list does not have.

use super::page;
use super::problem::{Missing, Problem, Shown};
use super::rows::{case_href, names, record_href};
use super::visit::Unlocked;
use crate::carrier::Protected;
use crate::form::{ACTS, NUMBER_CHARS_MAX, first_values, fits, listed_case, named_case};
use crate::frame::{Frame, Tab};
use crate::show::{Number, act, act_code};
use crate::words::Words;
use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use waiqin_protocol::ids::CaseId;
use waiqin_protocol::journal::{Act, CaseRef};
use waiqin_protocol::wire::sync::CaseSheet;
use waiqin_protocol::words::fill;

/// Query of the page.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// The case, where the list has it.
    #[serde(default)]
    case: String,
}

/// One act that can be recorded.
pub(super) struct ActChoice {
    code: &'static str,
    label: &'static str,
    on: bool,
}

/// The case of the list that the record will be on.
pub(super) struct OnCase {
    id: String,
    href: String,
    lead: String,
    no: Number,
}

#[derive(Template)]
#[template(path = "record_new.html")]
pub(super) struct NewPage {
    frame: Frame,
    case: Option<OnCase>,
    acts: Vec<ActChoice>,
    typed: String,
    problem: Option<String>,
}

impl NewPage {
    /// A case that the list does not have.
    pub(super) fn new(frame: Frame, act: Act, typed: String, problem: Option<String>) -> Self {
        Self {
            acts: acts(act, frame.w),
            case: None,
            typed,
            problem,
            frame,
        }
    }

    /// On a case of the list.
    pub(super) fn on(frame: Frame, sheet: &CaseSheet) -> Self {
        let w = frame.w;
        let address = sheet.address.clone().unwrap_or_default();
        let case = OnCase {
            id: sheet.id.clone(),
            href: case_href(&sheet.id),
            lead: if address.is_empty() {
                names(&sheet.debtors, w)
            } else {
                address
            },
            no: Number::of(&sheet.number),
        };
        Self {
            acts: acts(Act::Investigation, w),
            case: Some(case),
            typed: String::new(),
            problem: None,
            frame,
        }
    }
}

fn acts(chosen: Act, w: &'static Words) -> Vec<ActChoice> {
    let choice = |it: Act| ActChoice {
        code: act_code(it),
        label: act(it, w),
        on: it == chosen,
    };
    ACTS.into_iter().map(choice).collect()
}

/// The act that a form names: one of those that are recorded on this phone. A form that was sent
/// without a button means its first.
fn act_of(code: Option<&str>) -> Option<Act> {
    match code {
        None => ACTS.into_iter().next(),
        Some(code) => ACTS.into_iter().find(|it| act_code(*it) == code),
    }
}

/// `POST /records`: 开始记录 on a case of the list.
pub(super) async fn from_case(
    desk: Unlocked,
    Protected(posted): Protected,
) -> Result<Response, Shown> {
    let act = act_of(posted.text("act")).ok_or_else(|| desk.problem(Problem::Form))?;
    let sheet = listed(&desk, posted.text("case").unwrap_or_default()).await?;
    open(&desk, act, listed_case(&sheet), Some(&sheet)).await
}

async fn listed(desk: &Unlocked, id: &str) -> Result<CaseSheet, Shown> {
    let id = CaseId(id.to_owned());
    let found = desk.ask(move |session| session.case(&id)).await?;
    found.ok_or_else(|| desk.problem(Problem::NotFound(Missing::Case)))
}

/// `GET /records/new`
pub(super) async fn show(desk: Unlocked, Query(asked): Query<Asked>) -> Result<Response, Shown> {
    let frame = desk.frame(Some(Tab::Cases));
    if asked.case.is_empty() {
        let new = NewPage::new(frame, Act::Investigation, String::new(), None);
        return Ok(page(&new));
    }
    let sheet = listed(&desk, &asked.case).await?;
    Ok(page(&NewPage::on(frame, &sheet)))
}

/// `POST /records/new`: a case that the list does not have.
pub(super) async fn unlisted(
    desk: Unlocked,
    Protected(posted): Protected,
) -> Result<Response, Shown> {
    let act = act_of(posted.text("act")).ok_or_else(|| desk.problem(Problem::Form))?;
    let typed = posted.text("typed").unwrap_or_default().trim().to_owned();
    let pending = posted.text("pending") == Some("yes");
    let w = desk.w();
    let problem = if !fits(&typed, NUMBER_CHARS_MAX) {
        Some(fill(w.err_new_number_long, &[("max", &NUMBER_CHARS_MAX)]))
    } else if typed.is_empty() && !pending {
        Some(w.err_new_number.to_owned())
    } else {
        None
    };
    if problem.is_some() {
        let again = NewPage::new(desk.frame(Some(Tab::Cases)), act, typed, problem);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&again)).into_response());
    }
    let now_ms = desk.now_ms();
    let (case, listed) = desk
        .ask(move |session| named_case(session, &typed, pending, now_ms))
        .await?;
    open(&desk, act, case, listed.as_ref()).await
}

async fn open(
    desk: &Unlocked,
    act: Act,
    case: CaseRef,
    sheet: Option<&CaseSheet>,
) -> Result<Response, Shown> {
    let officer = desk.session.officer().name.clone();
    let item = hex::encode(&desk.visit.ui.random()[..16]);
    let values = first_values(&officer, &item, sheet);
    let saved = desk
        .ask(move |session| session.open_record(act, case, values))
        .await?;
    Ok(Redirect::to(&record_href(&saved.subject.to_string())).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_names_an_act_that_is_recorded_here_or_means_the_first() {
        assert_eq!(act_of(Some("removal")), Some(Act::Removal));
        assert_eq!(act_of(None), Some(Act::Investigation));
        for other in ["", "service", "Seal", "x"] {
            assert_eq!(act_of(Some(other)), None, "{other}");
        }
    }
}
