//! 设置: language, who is here, lock.

use super::page;
use super::problem::Shown;
use super::visit::{LANG_COOKIE, Unlocked, Visit};
use crate::carrier::Protected;
use crate::form::Fact;
use crate::frame::Frame;
use askama::Template;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use waiqin_core::Status;
use waiqin_protocol::ids::JournalId;
use waiqin_protocol::wire::enrol::OfficerCard;
use waiqin_protocol::words::{Lang, fill};

/// Pages to which the choice of a language may lead back.
const BACK: [&str; 3] = ["/start", "/unlock", "/settings"];

#[derive(Template)]
#[template(path = "settings.html")]
pub(super) struct SettingsPage {
    frame: Frame,
    officer: Vec<Fact>,
    phone: Vec<Fact>,
    idle: String,
    journal: String,
    refusals: u64,
}

/// `GET /settings`
pub(super) async fn show(desk: Unlocked) -> Result<Response, Shown> {
    let parts = desk.visit.ui.parts();
    let refusals = parts.carrier.refusals().all().values().sum();
    let idle_ms = parts.idle_ms;
    let session = &desk.session;
    let page_of = SettingsPage::new(
        desk.frame(None),
        (session.officer(), session.court(), session.journal()),
        &session.status(),
        refusals,
        idle_ms,
    );
    Ok(page(&page_of))
}

/// `POST /settings/language`
pub(super) async fn language(_: Visit, Protected(posted): Protected) -> Response {
    let lang = posted
        .text("lang")
        .and_then(Lang::from_tag)
        .unwrap_or_default();
    let asked = posted.text("back").unwrap_or_default();
    let back = BACK.into_iter().find(|it| *it == asked).unwrap_or("/");
    let cookie = format!(
        "{LANG_COOKIE}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000",
        lang.tag()
    );
    ([(SET_COOKIE, cookie)], Redirect::to(back)).into_response()
}

impl SettingsPage {
    pub(super) fn new(
        frame: Frame,
        (card, court, journal): (&OfficerCard, &str, JournalId),
        status: &Status,
        refusals: u64,
        idle_ms: i64,
    ) -> Self {
        let w = frame.w;
        Self {
            officer: vec![
                Fact::new(w.settings_officer, card.name.clone(), true),
                Fact::new(w.settings_list_name, card.list_name.clone(), false),
                Fact::new(w.settings_court, court, false),
            ],
            phone: vec![
                Fact::new(w.settings_saved, status.saved_entries.to_string(), false),
                Fact::new(w.settings_refusals, refusals.to_string(), false),
            ],
            idle: fill(w.settings_idle, &[("n", &(idle_ms / 60_000))]),
            journal: journal.to_string(),
            refusals,
            frame,
        }
    }
}
