//! 并存: values that stand against each other, and the choice of one. What is not chosen stays in its
//! entry; who chose, and why, stands in another.

use super::not_done::NotDone;
use super::problem::Shown;
use super::record::read;
use super::rows::record_href;
use super::sealed::{reason, whole};
use super::visit::Unlocked;
use crate::carrier::Protected;
use crate::form::{Contest, Viewer};
use crate::frame::{Frame, Tab};
use crate::show::Number;
use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use waiqin_core::RecordPage as Shows;
use waiqin_protocol::ids::OfficerId;
use waiqin_protocol::journal::Path as FieldPath;

#[derive(Template)]
#[template(path = "contests.html")]
pub(super) struct ContestsPage {
    frame: Frame,
    back: String,
    no: Number,
    action: String,
    contests: Vec<Contest>,
    /// What was not done, where something was not.
    failed: Failed,
}

/// A choice that was not taken.
#[derive(Default)]
pub(super) struct Failed {
    /// The field.
    path: String,
    /// The reason as typed.
    reason: String,
    /// What is in the way.
    problem: String,
}

impl Failed {
    pub(super) fn of(path: &str, problem: &str, reason: &str) -> Self {
        Self {
            path: path.to_owned(),
            reason: reason.to_owned(),
            problem: problem.to_owned(),
        }
    }
}

impl ContestsPage {
    pub(super) fn new(frame: Frame, shows: &Shows, me: (OfficerId, i64), failed: Failed) -> Self {
        let record = &shows.record;
        let back = record_href(&record.subject.to_string());
        let viewer = Viewer {
            page: shows,
            lang: frame.lang,
            me: me.0,
            now_ms: me.1,
            has_address: false,
            readonly: false,
            problems: &[],
            photos: Vec::new(),
            item: None,
        };
        Self {
            no: Number::of_case(&record.case, frame.w),
            action: format!("{back}/contests"),
            contests: viewer.contests(),
            back,
            failed,
            frame,
        }
    }
}

/// `GET /records/{id}/contests`: what stands against what.
pub(super) async fn show(desk: Unlocked, Path(id): Path<String>) -> Result<Response, Shown> {
    shown(&desk, &id, Failed::default()).await
}

/// `POST /records/{id}/contests`: one value holds from now on.
pub(super) async fn decide(
    desk: Unlocked,
    Path(id): Path<String>,
    Protected(posted): Protected,
) -> Result<Response, Shown> {
    let text = |name: &str| posted.text(name).unwrap_or_default().trim().to_owned();
    let (path, reason) = (text("path"), reason(&posted));
    let decided = async {
        let subject = desk.subject(&id)?;
        let chosen = text("entry").parse();
        let chosen = chosen.map_err(|_| NotDone::from(desk.w().err_contest_choice))?;
        let field = FieldPath::new(path.clone());
        let field = field.map_err(|_| NotDone::from(desk.w().err_contest_choice))?;
        whole(&reason, desk.w())?;
        let why = reason.clone();
        desk.attempt(move |session| session.decide(subject, &field, chosen, &why))
            .await
    };
    match decided.await {
        Ok(_) => Ok(Redirect::to(&record_href(&id)).into_response()),
        Err(not_done) => {
            let failed = Failed::of(&path, &not_done.here(&desk)?, &reason);
            shown(&desk, &id, failed).await
        }
    }
}

async fn shown(desk: &Unlocked, id: &str, failed: Failed) -> Result<Response, Shown> {
    let (shows, _) = read(desk, id).await?;
    let me = (desk.session.officer().id, desk.now_ms());
    let status = super::status_of(!failed.problem.is_empty());
    let frame = desk.frame(Some(Tab::Records));
    let built = ContestsPage::new(frame, &shows, me, failed);
    Ok((status, super::page(&built)).into_response())
}
