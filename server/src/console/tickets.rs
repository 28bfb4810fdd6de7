//! Enrolment tickets: shown once, to be handed to the officer.

use super::form::ProtectedForm;
use super::frame::{Frame, Tab};
use super::page::{Page, show};
use super::problem::Problem;
use super::show;
use crate::enrolment;
use askama::Template;
use axum::response::{Redirect, Response};
use qrcode::QrCode;
use qrcode::render::svg;
use serde::Deserialize;
use waiqin_protocol::ids::OfficerId;
use waiqin_protocol::words::fill;

#[derive(Template)]
#[template(path = "ticket.html")]
struct TicketPage {
    frame: Frame,
    officer: String,
    text: String,
    /// Our own drawing of the text: marks of a picture and nothing of a person.
    qr: String,
    until: String,
}

#[derive(Deserialize)]
pub(super) struct TicketForm {
    officer: OfficerId,
}

/// `POST /devices/tickets`: makes a ticket and shows it, this once.
pub(super) async fn issue(
    page: Page,
    (): (),
    ProtectedForm(form): ProtectedForm<TicketForm>,
) -> Result<Response, Problem> {
    let desk = &page.desk;
    let words = page.words();
    let officer = desk
        .db()
        .user(form.officer)
        .await?
        .ok_or(Problem::NotFound)?;
    if !officer.may_carry_phone() {
        return Err(Problem::NotFound);
    }
    let court = desk.court();
    let expires_ms = desk.now_ms().saturating_add(court.config().code_ms);
    let ticket =
        enrolment::issue(court, &officer, court.public_url(), Some(page.member.id)).await?;
    let text = ticket.to_string();
    let code = QrCode::new(text.as_bytes()).map_err(Problem::broken)?;
    let qr = code
        .render::<svg::Color>()
        .min_dimensions(276, 276)
        .quiet_zone(true)
        .build();
    let until = show::minute(desk.court_time(expires_ms));
    show(&TicketPage {
        frame: page.frame(
            Tab::Devices,
            fill(words.ticket_title, &[("who", &officer.name)]),
        ),
        officer: officer.name,
        text,
        // The declaration in front belongs to a file of its own.
        qr: qr
            .split_once("?>")
            .map_or(qr.clone(), |(_, rest)| rest.to_owned()),
        until: fill(words.ticket_until, &[("time", &until)]),
    })
}

/// `GET /devices/tickets`: a ticket is not shown again.
pub(super) async fn away() -> Redirect {
    Redirect::to("/devices")
}
