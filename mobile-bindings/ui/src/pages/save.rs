//! Saving fields of a record: what the script sends while the officer types, and the form without
//! a script. Both say "saved" only after the engine said that the bytes are durable.

use super::page;
use super::problem::{Problem, Shown};
use super::record::{RecordPage, read, truth};
use super::rows::record_href;
use super::visit::Unlocked;
use crate::carrier::Protected;
use crate::form::{Asked, FieldProblem, Held, Note, Place, Posted, Step, asked, note_of, steps_of};
use crate::frame::{Tab, Truth};
use crate::words::Words;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Serialize;
use waiqin_core::{RecordPage as Shows, SaveError};
use waiqin_protocol::wire::sync::CaseSheet;
use waiqin_protocol::words::fill;

/// Answer to the script.
#[derive(Debug, Serialize)]
struct Answer {
    /// Everything sent is durable, but for `problems`.
    saved: bool,
    truth: Truth,
    problems: Vec<ProblemLine>,
    notes: Vec<NoteLine>,
}

#[derive(Debug, Serialize)]
struct NoteLine {
    path: String,
    #[serde(flatten)]
    note: Note,
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
    let Writable { shows, .. } = writable(&desk, &id).await?;
    let read_in = posted.changes(&shows.record, desk.lang());
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
            // Saved is saved, even where the record cannot be read again now.
            let phone = desk.frame(None).truth;
            let shows = desk.ask(move |session| session.record(subject)).await;
            let truth = match shows {
                Ok(Some(shows)) => truth(&shows, &phone, desk.w()),
                Ok(None) | Err(_) => phone,
            };
            Ok(Json(Answer {
                saved: true,
                truth: with_refused(truth, read_in.problems.len(), desk.w()),
                problems: read_in
                    .problems
                    .into_iter()
                    .map(ProblemLine::from)
                    .collect(),
                notes: notes(&desk, &posted),
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
                notes: Vec::new(),
            };
            Ok((StatusCode::INTERNAL_SERVER_ERROR, Json(answer)).into_response())
        }
    }
}

/// What was not taken stands before all else: the page still shows it, the record does not have it.
fn with_refused(truth: Truth, refused: usize, w: &Words) -> Truth {
    if refused == 0 || truth.dot != "ok" {
        return truth;
    }
    Truth {
        dot: "warn",
        main: fill(w.truth_refused, &[("n", &refused)]),
        side: String::new(),
        ..truth
    }
}

fn notes(desk: &Unlocked, posted: &Posted) -> Vec<NoteLine> {
    let (now_ms, w) = (desk.now_ms(), desk.w());
    let note = |path: &str| NoteLine {
        path: path.to_owned(),
        note: note_of(path, posted.text(path).unwrap_or_default(), now_ms, w),
    };
    posted.fields().map(note).collect()
}

impl From<FieldProblem> for ProblemLine {
    fn from(FieldProblem { path, text, .. }: FieldProblem) -> Self {
        Self { path, text }
    }
}

/// `POST /records/{id}`: a step as a form, with the button that was pressed.
pub(super) async fn form(
    desk: Unlocked,
    Path(id): Path<String>,
    Protected(posted): Protected,
) -> Result<Response, Shown> {
    let found = writable(&desk, &id).await?;
    let steps = found.steps;
    let (asked, problems) = press(&desk, &posted, found, steps).await?;
    let step = posted.text("step").unwrap_or_default();
    if problems.is_empty() {
        let step = steps
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
    let me = (desk.session.officer().id, desk.now_ms());
    let again = RecordPage::new(frame, &shows, sheet.as_ref(), me, step, &problems);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&again)).into_response())
}

/// Saves what a form brings and what its button writes; what was not taken is handed back.
pub(super) async fn press(
    desk: &Unlocked,
    posted: &Posted,
    found: Writable,
    steps: &'static [Step],
) -> Result<(Asked, Vec<FieldProblem>), Shown> {
    let Writable { shows, sheet, .. } = found;
    let read_in = posted.changes(&shows.record, desk.lang());
    let held = Held {
        record: &shows.record,
        typed: &read_in.values,
    };
    let what = posted.text("do").unwrap_or("save");
    let place = place(desk, sheet.as_ref());
    let mut asked = asked(steps, what, &held, &place).ok_or_else(|| desk.problem(Problem::Form))?;
    let mut values = read_in.values;
    values.append(&mut asked.values);
    if !values.is_empty() {
        let subject = shows.record.subject;
        desk.ask(move |session| session.change(subject, values))
            .await?;
    }
    Ok((asked, read_in.problems))
}

/// What buttons need from outside.
pub(super) fn place(desk: &Unlocked, sheet: Option<&CaseSheet>) -> Place {
    Place {
        now_ms: desk.now_ms(),
        new_item: hex::encode(&desk.visit.ui.random()[..16]),
        address: sheet.and_then(|it| it.address.clone()),
    }
}

/// A record that may be changed.
pub(super) struct Writable {
    /// What the phone shows of it.
    pub shows: Shows,
    /// Its case, where the list has it.
    pub sheet: Option<CaseSheet>,
    /// The steps of its act.
    pub steps: &'static [Step],
}

pub(super) async fn writable(desk: &Unlocked, id: &str) -> Result<Writable, Shown> {
    let (shows, sheet) = read(desk, id).await?;
    let record = &shows.record;
    let steps = steps_of(record.act)
        .filter(|_| record.seals.is_empty() && record.voided.is_none())
        .ok_or_else(|| desk.problem(Problem::Sealed))?;
    Ok(Writable {
        shows,
        sheet,
        steps,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_taken_is_said_before_that_the_rest_is_saved() {
        let saved = Truth::plain("ok", "saved", "5");
        assert_eq!(with_refused(saved.clone(), 0, &Words::EN), saved);
        let said = with_refused(saved, 2, &Words::EN);
        assert_eq!(said.dot, "warn");
        assert!(said.main.contains('2') && said.side.is_empty(), "{said:?}");
        let alarm = Truth::plain("seal", "not saved", "");
        assert_eq!(with_refused(alarm.clone(), 2, &Words::EN), alarm);
    }
}
