//! First start: enrolling an officer with a ticket and a PIN.

use super::page;
use super::problem::chain;
use super::visit::Visit;
use crate::carrier::Protected;
use crate::frame::Frame;
use crate::words::Words;
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use waiqin_core::{EnrolError, Pin};
use waiqin_protocol::wire::enrol::Ticket;
use waiqin_protocol::words::Lang;

/// How long the first page waits for the first sync.
const FIRST_SYNC: std::time::Duration = std::time::Duration::from_secs(8);

#[derive(Template)]
#[template(path = "start.html")]
pub(super) struct StartPage {
    frame: Frame,
    has_officers: bool,
    ticket: String,
    ticket_given: bool,
    problem: Option<String>,
}

/// `GET /start`
pub(super) async fn show(visit: Visit) -> Response {
    page(&StartPage::of(&visit, None, None))
}

/// `POST /start`: enrols and unlocks.
pub(super) async fn enrol(visit: Visit, Protected(posted): Protected) -> Response {
    let text = |name| posted.text(name).unwrap_or_default().trim().to_owned();
    let (given, pin, again) = (text("ticket"), text("pin"), text("again"));
    let again_page = |problem: String| {
        let page = page(&StartPage::of(&visit, Some(given.clone()), Some(problem)));
        (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
    };
    let Ok(ticket) = given.parse::<Ticket>() else {
        return again_page(visit.w.err_ticket.to_owned());
    };
    let pin = match new_pin(&pin, &again, visit.w) {
        Ok(pin) => pin,
        Err(problem) => return again_page(problem.to_owned()),
    };
    match visit.ui.parts().phone.enrol(&ticket, &pin).await {
        Ok(session) => {
            visit.ui.sit(session.clone());
            // The officer's cases, before he asks for them; a slow line does not hold him up.
            let _ = tokio::time::timeout(FIRST_SYNC, super::sync::begin(&session)).await;
            Redirect::to("/today").into_response()
        }
        Err(error) => {
            tracing::warn!(error = %chain(&error), "an officer was not enrolled");
            again_page(enrol_text(&error, visit.lang, visit.w))
        }
    }
}

impl StartPage {
    fn of(visit: &Visit, given: Option<String>, problem: Option<String>) -> Self {
        let at_start = visit.ui.parts().ticket.clone();
        Self::new(
            visit.frame(),
            visit.has_officers(),
            at_start,
            given,
            problem,
        )
    }

    pub(super) fn new(
        frame: Frame,
        has_officers: bool,
        at_start: Option<String>,
        given: Option<String>,
        problem: Option<String>,
    ) -> Self {
        let ticket_given = given.is_none() && at_start.is_some();
        Self {
            frame,
            has_officers,
            ticket: given.or(at_start).unwrap_or_default(),
            ticket_given,
            problem,
        }
    }
}

/// A PIN that two fields agree on; six digits, and none that everybody tries first.
pub(crate) fn new_pin(pin: &str, again: &str, w: &Words) -> Result<Pin, &'static str> {
    if pin.len() != 6 || !pin.bytes().all(|b| b.is_ascii_digit()) {
        return Err(w.err_pin_shape);
    }
    if pin != again {
        return Err(w.err_pin_differs);
    }
    if easy(pin.as_bytes()) {
        return Err(w.err_pin_weak);
    }
    Pin::new(pin).map_err(|_| w.err_pin_shape)
}

/// All the same, or a run up or down.
fn easy(digits: &[u8]) -> bool {
    [0i16, 1, -1].iter().any(|step| {
        digits
            .windows(2)
            .all(|it| i16::from(it[1]) - i16::from(it[0]) == *step)
    })
}

pub(crate) fn enrol_text(error: &EnrolError, lang: Lang, w: &Words) -> String {
    match error {
        EnrolError::Refused(problem) => {
            let said = match lang {
                Lang::Zh => &problem.zh,
                Lang::En => &problem.en,
            };
            if said.is_empty() {
                w.err_enrol_refused.to_owned()
            } else {
                said.clone()
            }
        }
        EnrolError::Offline => w.err_enrol_offline.to_owned(),
        EnrolError::Address => w.err_enrol_address.to_owned(),
        EnrolError::Unreachable(_) => w.err_enrol_unreachable.to_owned(),
        EnrolError::NotOurs => w.err_enrol_key.to_owned(),
        EnrolError::AlreadyOnPhone => w.err_enrol_here.to_owned(),
        EnrolError::OtherPin => w.err_enrol_other_pin.to_owned(),
        EnrolError::Hardware(_) | EnrolError::Write(_) | EnrolError::Unlock(_) => {
            w.err_enrol_disk.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_six_digits_given_twice_and_not_the_first_that_everybody_tries() {
        let w = &Words::EN;
        assert!(new_pin("194857", "194857", w).is_ok());
        for (pin, again, why) in [
            ("19485", "19485", w.err_pin_shape),
            ("19485a", "19485a", w.err_pin_shape),
            ("1948577", "1948577", w.err_pin_shape),
            ("194857", "194858", w.err_pin_differs),
            ("000000", "000000", w.err_pin_weak),
            ("123456", "123456", w.err_pin_weak),
            ("987654", "987654", w.err_pin_weak),
        ] {
            assert_eq!(new_pin(pin, again, w).unwrap_err(), why, "{pin}");
        }
    }
}
