//! Saving fields of a record: what the script sends while the officer types, and the form without
//! a script. Both say "saved" only after the engine said that the bytes are durable.

use super::page;
use super::problem::{Problem, Shown};
use super::record::{RecordPage, read, truth};
use super::rows::record_href;
use super::visit::Unlocked;
use crate::carrier::Protected;
use crate::form::{FieldProblem, Held, Place, Posted, asked, investigation};
use crate::frame::{Tab, Truth};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Serialize;
use waiqin_core::{RecordPage as Shows, SaveError};
use waiqin_protocol::journal::Act;
use waiqin_protocol::wire::sync::CaseSheet;

/// Answer to the script.
#[derive(Debug, Serialize)]
struct Answer {
    /// Everything sent is durable, but for `problems`.
    saved: bool,
    truth: Truth,
    problems: Vec<ProblemLine>,
}

#[derive(Debug, Serialize)]
struct ProblemLine {
    path: String,
    text: String,
}

/// `POST /records/{id}/fields`: changed fields, from the script.
pub(super) async fn fields(
    desk: Unlocked,
    Path(id): Path<String>,
    Protected(posted): Protected,
) -> Result<Response, Shown> {
    let (shows, _) = writable(&desk, &id).await?;
    let read_in = posted.changes(investigation::STEPS, &shows.record, desk.w());
    let subject = shows.record.subject;
    let values = read_in.values;
    let saved = if values.is_empty() {
        Ok(None)
    } else {
        desk.ask(move |session| Ok::<_, Problem>(session.change(subject, values).map(Some)))
            .await?
    };
    match saved {
        Ok(_) => {
            let (shows, _) = read(&desk, &id).await?;
            let truth = truth(&shows, &desk.frame(None).truth, desk.w());
            let problems = read_in
                .problems
                .into_iter()
                .map(|FieldProblem { path, text }| ProblemLine { path, text })
                .collect();
            Ok(Json(Answer {
                saved: true,
                truth,
                problems,
            })
            .into_response())
        }
        Err(SaveError::Locked) => Ok((StatusCode::FORBIDDEN, "locked").into_response()),
        Err(error) => {
            let _ = Problem::from(error);
            let w = desk.w();
            let truth = Truth::plain("seal", w.truth_not_saved, w.truth_save_failed);
            let answer = Answer {
                saved: false,
                truth,
                problems: Vec::new(),
            };
            Ok((StatusCode::INTERNAL_SERVER_ERROR, Json(answer)).into_response())
        }
    }
}

/// `POST /records/{id}`: a step as a form, with the button that was pressed.
pub(super) async fn form(
    desk: Unlocked,
    Path(id): Path<String>,
    Protected(posted): Protected,
) -> Result<Response, Shown> {
    let (shows, sheet) = writable(&desk, &id).await?;
    let read_in = posted.changes(investigation::STEPS, &shows.record, desk.w());
    let held = Held {
        record: &shows.record,
        typed: &read_in.values,
    };
    let asked = button(&desk, &posted, &held, sheet.as_ref())?;
    let mut values = read_in.values;
    values.extend(asked.values);
    if !values.is_empty() {
        let subject = shows.record.subject;
        desk.ask(move |session| session.change(subject, values))
            .await?;
    }
    let step = posted.text("step").unwrap_or_default();
    if read_in.problems.is_empty() {
        let step = investigation::STEPS
            .iter()
            .find(|it| it.key == step)
            .map_or("", |it| it.key);
        let anchor = asked
            .item
            .map_or_else(|| format!("step-{step}"), |id| format!("item-{id}"));
        let to = format!("{}?step={step}#{anchor}", record_href(&id));
        return Ok(Redirect::to(&to).into_response());
    }
    let (shows, sheet) = read(&desk, &id).await?;
    let frame = desk.frame(Some(Tab::Records));
    let me = desk.session.officer().id;
    let again = RecordPage::new(frame, &shows, sheet.as_ref(), me, step, &read_in.problems);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&again)).into_response())
}

fn button(
    desk: &Unlocked,
    posted: &Posted,
    held: &Held<'_>,
    sheet: Option<&CaseSheet>,
) -> Result<crate::form::Asked, Shown> {
    let place = Place {
        now_ms: desk.now_ms(),
        new_item: hex::encode(&desk.visit.ui.random()[..16]),
        address: sheet.and_then(|it| it.address.clone()),
    };
    let what = posted.text("do").unwrap_or("save");
    asked(investigation::STEPS, what, held, &place).ok_or_else(|| desk.problem(Problem::Form))
}

async fn writable(desk: &Unlocked, id: &str) -> Result<(Shows, Option<CaseSheet>), Shown> {
    let found = read(desk, id).await?;
    let record = &found.0.record;
    if !record.seals.is_empty() || record.voided.is_some() || record.act != Act::Investigation {
        return Err(desk.problem(Problem::Sealed));
    }
    Ok(found)
}
