//! What a person is told when something was not done: what happened, what is safe, what to do.

use super::visit::Visit;
use super::{Tab, page};
use crate::frame::{Frame, Truth};
use crate::words::Words;
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use waiqin_core::StoreError;

/// What was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No such page, case, record or photo.
    NotFound(Missing),
    /// The phone could not write: this step was not saved.
    Store,
    /// The phone could not read what a page shows; nothing was to be saved.
    Unread,
    /// The page sent something that no page sends.
    Form,
    /// The record is sealed.
    Sealed,
    /// The session was locked meanwhile.
    Locked,
}

/// What is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// A page.
    Page,
    /// A case.
    Case,
    /// A record.
    Record,
    /// A photo.
    Photo,
    /// Somebody who could sign.
    Person,
    /// A paper.
    Paper,
}

/// The page that tells it; an error type small enough to pass around.
#[derive(Debug)]
pub struct Shown(Box<Response>);

#[derive(Template)]
#[template(path = "problem.html")]
pub(super) struct ProblemPage {
    frame: Frame,
    title: &'static str,
    text: &'static str,
}

impl Shown {
    /// The page of a problem.
    #[must_use]
    pub fn of(visit: &Visit, problem: Problem) -> Self {
        if problem == Problem::Locked {
            return Self(Box::new(Redirect::to("/unlock").into_response()));
        }
        let body = page(&ProblemPage::new(visit.frame(), problem));
        Self(Box::new((problem.status(), body).into_response()))
    }
}

impl Problem {
    /// The status of the page that tells it.
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Store | Self::Unread => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Form => StatusCode::BAD_REQUEST,
            Self::Sealed | Self::Locked => StatusCode::CONFLICT,
        }
    }

    /// What a person reads.
    pub(crate) fn text(self, w: &'static Words) -> &'static str {
        match self {
            Self::NotFound(Missing::Page) => w.problem_not_found,
            Self::NotFound(Missing::Case) => w.case_gone,
            Self::NotFound(Missing::Record) => w.record_gone,
            Self::NotFound(Missing::Photo) => w.photo_gone,
            Self::NotFound(Missing::Person) => w.sign_nobody,
            Self::NotFound(Missing::Paper) => w.paper_gone,
            Self::Store | Self::Locked => w.problem_store,
            Self::Unread => w.problem_unread,
            Self::Form => w.problem_form,
            Self::Sealed => w.problem_sealed,
        }
    }
}

impl ProblemPage {
    pub(super) fn new(frame: Frame, problem: Problem) -> Self {
        let w = frame.w;
        let text = problem.text(w);
        let title = match problem {
            Problem::NotFound(_) => w.problem_missing,
            Problem::Unread => w.problem_unread_title,
            Problem::Store | Problem::Locked | Problem::Form | Problem::Sealed => w.problem_title,
        };
        let truth = Truth::plain("warn", title, w.problem_safe);
        Self {
            frame: Frame { truth, ..frame },
            title,
            text,
        }
    }
}

impl IntoResponse for Shown {
    fn into_response(self) -> Response {
        *self.0
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Locked => Self::Locked,
            StoreError::Io(_) | StoreError::Damaged { .. } => {
                tracing::error!(error = %chain(&error), "the store did not answer");
                Self::Unread
            }
        }
    }
}

/// `GET` of anything that is no page.
pub(super) async fn not_found(visit: Visit) -> Response {
    Shown::of(&visit, Problem::NotFound(Missing::Page)).into_response()
}

/// An error with its causes, for the log.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
