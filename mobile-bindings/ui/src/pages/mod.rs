//! The pages: one file each with its struct, its handlers and its tests; the template of the same
//! name lies in `templates/`.

mod asset;
mod assets;
mod case;
mod cases;
mod check;
mod contests;
mod findings;
pub(crate) mod hand_in;
mod naming;
pub(crate) mod not_done;
mod orphan;
mod paper;
mod photo;
mod photo_facts;
mod photo_new;
pub(crate) mod problem;
mod record;
mod record_new;
mod records;
pub(crate) mod refused;
mod rows;
mod save;
mod sealed;
mod second;
mod settings;
mod sign;
mod signers;
pub(crate) mod start;
mod statics;
mod sync;
mod today;
pub(crate) mod unlock;
mod visit;
mod way;

#[cfg(test)]
#[path = "desk/tests.rs"]
mod desk_tests;
#[cfg(test)]
mod router_tests;
#[cfg(test)]
#[path = "seal/tests.rs"]
mod seal_tests;
#[cfg(test)]
mod tests;

pub use second::signs_as;

use crate::carrier::{answer_headers, enter, guard};
use crate::frame::Tab;
use crate::ui::Ui;
use askama::Template;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

/// Largest form without a file: every field of a record at its longest fits.
const FORM_BYTES_MAX: usize = 4 << 20;

/// Every page, behind the guard.
pub fn routes(ui: Ui) -> Router {
    let carrier = ui.parts().carrier.clone();
    let photos = Router::new()
        .route("/records/{id}/photos", post(photo_new::add))
        // The engine holds evidence against the court's limit while it reads.
        .layer(DefaultBodyLimit::disable());
    let receipts = Router::new()
        .route("/hand-in/receipts", post(hand_in::receipts))
        .layer(DefaultBodyLimit::max(hand_in::FORM_BYTES_MAX));
    Router::new()
        .route("/", get(today::home))
        .route("/start", get(start::show).post(start::enrol))
        .route("/unlock", get(unlock::show).post(unlock::unlock))
        .route("/lock", post(unlock::lock))
        .route("/today", get(today::show))
        .route("/cases", get(cases::show))
        .route("/cases/rows", get(cases::rows))
        .route("/cases/{id}", get(case::show))
        .route("/records", get(records::show).post(record_new::from_case))
        .route(
            "/records/new",
            get(record_new::show).post(record_new::unlisted),
        )
        .route("/records/{id}", get(record::show).post(save::form))
        .route("/records/{id}/fields", post(save::fields))
        .route("/records/{id}/case", get(naming::show).post(naming::name))
        .route("/records/{id}/case/found", get(naming::found))
        .route(
            "/records/{id}/contests",
            get(contests::show).post(contests::decide),
        )
        .route("/records/{id}/assets", get(assets::show).post(assets::add))
        .route(
            "/records/{id}/assets/{item}",
            get(asset::show).post(asset::form),
        )
        .route("/records/{id}/photos/new", get(photo_new::show))
        .route("/records/{id}/photos/{entry}", get(photo::show))
        .route("/records/{id}/photos/{entry}/small", get(photo::small))
        .route(
            "/records/{id}/photos/{entry}/original",
            get(photo::original),
        )
        .route(
            "/records/{id}/photos/{entry}/withdraw",
            post(photo::withdraw),
        )
        .route("/records/{id}/photos/{entry}/missing", post(photo::missing))
        .route("/records/{id}/photos/{entry}/check", post(photo::check))
        .route(
            "/records/{id}/orphans/{hash}",
            get(orphan::show).post(orphan::adopt),
        )
        .route("/records/{id}/orphans/{hash}/small", get(orphan::small))
        .merge(seals())
        .route("/sync", get(sync::show).post(sync::start))
        .route("/sync/live", get(sync::live))
        .route("/sync/waits", get(sync::waiting))
        .route("/sync/told", post(sync::told))
        .route("/sync/network", post(sync::network))
        .route("/hand-in", get(hand_in::show).post(hand_in::package))
        .route("/status", get(sync::status))
        .route("/settings", get(settings::show))
        .route("/settings/language", post(settings::language))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .merge(photos)
        .merge(receipts)
        .route("/static/phone.css", get(statics::css))
        .route("/static/phone.js", get(statics::script))
        .route("/static/icon.svg", get(statics::icon))
        .route("/static/paper.css", get(statics::paper_css))
        .route("/static/seal.js", get(statics::seal_script))
        .route("/enter", get(enter))
        .fallback(problem::not_found)
        .layer(from_fn_with_state(carrier, guard))
        .layer(from_fn(answer_headers))
        .with_state(ui)
}

/// From the check before the seal to what corrects it.
fn seals() -> Router<Ui> {
    Router::new()
        .route("/records/{id}/check", get(check::show))
        .route("/records/{id}/lack", get(check::lack))
        .route("/records/{id}/reasons", post(check::typed))
        .route("/records/{id}/seal", post(check::seal))
        .route("/records/{id}/second", post(sealed::second))
        .route("/records/{id}/answer", post(sealed::answer))
        .route("/records/{id}/amend", post(sealed::amend))
        .route("/records/{id}/void", post(sealed::void))
        .route(
            "/records/{id}/sign/{item}",
            get(sign::show).post(sign::sign),
        )
        .route("/records/{id}/paper/{which}", get(paper::show))
        .route("/countersign", get(second::show).post(second::sign))
}

/// The status of a page that may say what is in the way of what was asked.
fn status_of(in_the_way: bool) -> StatusCode {
    if in_the_way {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    }
}

/// A rendered page.
fn page(template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => ([(CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page was not rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
