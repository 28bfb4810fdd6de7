//! Unlock and lock.

use super::page;
use super::problem::chain;
use super::visit::{Unlocked, Visit};
use crate::carrier::Protected;
use crate::frame::Frame;
use crate::words::Words;
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use waiqin_core::{OfficerOnPhone, Pin, UnlockError};
use waiqin_protocol::ids::OfficerId;
use waiqin_protocol::words::{Lang, fill};

pub(super) struct Officer {
    id: String,
    name: String,
    court: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "unlock.html")]
pub(super) struct UnlockPage {
    frame: Frame,
    officers: Vec<Officer>,
    problem: Option<String>,
    wait_s: Option<i64>,
}

/// `GET /unlock`
pub(super) async fn show(visit: Visit) -> Response {
    if !visit.has_officers() {
        return Redirect::to("/start").into_response();
    }
    let idled = visit
        .ui
        .take_idled()
        .then(|| visit.w.idle_locked.to_owned());
    page(&UnlockPage::of(
        &visit,
        visit.ui.last_officer(),
        idled,
        None,
    ))
}

/// `POST /unlock`
pub(super) async fn unlock(visit: Visit, Protected(posted): Protected) -> Response {
    let officer = posted
        .text("officer")
        .and_then(|it| it.parse::<OfficerId>().ok());
    let pin = Pin::new(posted.text("pin").unwrap_or_default());
    let refuse = |officer, problem: String, wait_s| {
        let page = page(&UnlockPage::of(&visit, officer, Some(problem), wait_s));
        (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
    };
    let (Some(officer), Ok(pin)) = (officer, pin) else {
        return refuse(officer, visit.w.err_pin_shape.to_owned(), None);
    };
    let ui = visit.ui.clone();
    // Stretching the PIN takes a moment: beside the runtime.
    let done = tokio::task::spawn_blocking(move || ui.parts().phone.unlock(officer, &pin)).await;
    match done {
        Ok(Ok(session)) => {
            visit.ui.sit(session);
            Redirect::to("/today").into_response()
        }
        Ok(Err(error)) => {
            tracing::warn!(error = %chain(&error), "not unlocked");
            let (text, wait_s) = unlock_text(&error, visit.w);
            refuse(Some(officer), text, wait_s)
        }
        Err(error) => {
            tracing::error!(%error, "the unlock did not come back");
            refuse(Some(officer), visit.w.err_unlock_damaged.to_owned(), None)
        }
    }
}

/// `POST /lock`
pub(super) async fn lock(desk: Unlocked, Protected(_): Protected) -> Response {
    let ui = desk.visit.ui.clone();
    if let Err(error) = tokio::task::spawn_blocking(move || ui.lock()).await {
        tracing::error!(%error, "the lock did not come back");
    }
    Redirect::to("/unlock").into_response()
}

impl UnlockPage {
    fn of(
        visit: &Visit,
        chosen: Option<OfficerId>,
        problem: Option<String>,
        wait_s: Option<i64>,
    ) -> Self {
        let on_phone = visit.ui.parts().phone.officers();
        Self::new(visit.frame(), on_phone, chosen, problem, wait_s)
    }

    pub(super) fn new(
        frame: Frame,
        on_phone: Vec<OfficerOnPhone>,
        chosen: Option<OfficerId>,
        problem: Option<String>,
        wait_s: Option<i64>,
    ) -> Self {
        let view = |it: OfficerOnPhone| Officer {
            chosen: chosen == Some(it.card.id),
            id: it.card.id.to_string(),
            name: it.card.name,
            court: it.court,
        };
        Self {
            frame,
            officers: on_phone.into_iter().map(view).collect(),
            problem,
            wait_s,
        }
    }
}

pub(crate) fn unlock_text(error: &UnlockError, w: &Words) -> (String, Option<i64>) {
    let seconds = |wait_ms: i64| (wait_ms + 999) / 1000;
    match error {
        UnlockError::WrongPin { wait_ms: 0 } => (w.err_pin_wrong.to_owned(), None),
        UnlockError::WrongPin { wait_ms } => {
            let n = seconds(*wait_ms);
            (fill(w.err_pin_wait, &[("seconds", &n)]), Some(n))
        }
        UnlockError::Wait { wait_ms } => {
            let n = seconds(*wait_ms);
            (fill(w.pin_wait, &[("seconds", &n)]), Some(n))
        }
        UnlockError::NoSuchOfficer => (w.unlock_who.to_owned(), None),
        UnlockError::EnrolmentUnfinished => (w.err_unlock_unfinished.to_owned(), None),
        UnlockError::KeysDamaged
        | UnlockError::HardwareGone
        | UnlockError::Hardware(_)
        | UnlockError::Files(_)
        | UnlockError::Journal(_)
        | UnlockError::Store(_) => (w.err_unlock_damaged.to_owned(), None),
    }
}
