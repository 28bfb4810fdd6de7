//! What goes wrong on a page, and the page that says so with a way back. The cause is logged once
//! and never shown.

use super::desk::Desk;
use super::frame::Frame;
use super::visitor::Visitor;
use super::{page, show};
use crate::causes::causes;
use crate::db::DbError;
use crate::words::console::ConsoleWords;
use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use std::error::Error;
use std::sync::Arc;
use waiqin_protocol::words::{Lang, fill};

/// Why a page cannot be shown.
#[derive(Clone, Debug)]
pub(super) enum Problem {
    /// Nobody is signed in.
    SignIn,
    /// He may not.
    Forbidden,
    /// There is no such page, case, record, picture.
    NotFound,
    /// The form's token is not that of the session.
    Expired,
    /// The form was sent by another site.
    OtherSite,
    /// The form does not read.
    Unreadable,
    /// The form has more bytes than are read.
    TooLarge {
        /// Bytes that are read.
        max: usize,
    },
    /// The server failed.
    Broken(Arc<dyn Error + Send + Sync>),
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        Self::Broken(Arc::new(error))
    }
}

impl From<std::io::Error> for Problem {
    fn from(error: std::io::Error) -> Self {
        Self::Broken(Arc::new(error))
    }
}

impl Problem {
    /// The problem of any error.
    pub fn broken(error: impl Error + Send + Sync + 'static) -> Self {
        Self::Broken(Arc::new(error))
    }

    /// The problem that a response stands for, if it stands for one: what a handler returned, or an
    /// empty answer of the router itself.
    pub fn in_response(response: &mut Response) -> Option<Self> {
        if let Some(problem) = response.extensions_mut().remove::<Self>() {
            return Some(problem);
        }
        let is_page = response
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|value| {
                value
                    .to_str()
                    .is_ok_and(|value| value.starts_with("text/html"))
            });
        if is_page {
            return None;
        }
        match response.status() {
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Some(Self::NotFound),
            StatusCode::PAYLOAD_TOO_LARGE => Some(Self::TooLarge {
                max: super::form::FORM_BYTES_MAX,
            }),
            status if status.is_client_error() => Some(Self::Unreadable),
            _ => None,
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::SignIn => StatusCode::SEE_OTHER,
            Self::Forbidden | Self::Expired | Self::OtherSite => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What happened, and what to do.
    fn texts(&self, words: &'static ConsoleWords) -> (&'static str, String) {
        match self {
            Self::SignIn => (words.sign_in_title, String::new()),
            Self::Forbidden => (words.forbidden_title, words.forbidden_text.to_owned()),
            Self::NotFound => (words.not_found_title, words.not_found_text.to_owned()),
            Self::Expired => (words.expired_title, words.expired_text.to_owned()),
            Self::OtherSite => (words.other_site_title, words.other_site_text.to_owned()),
            Self::Unreadable => (words.unreadable_title, words.unreadable_text.to_owned()),
            Self::TooLarge { max } => {
                let max = show::size(u64::try_from(*max).unwrap_or(u64::MAX));
                (
                    words.too_large_title,
                    fill(words.too_large_text, &[("max", &max)]),
                )
            }
            Self::Broken(_) => (words.broken_title, words.broken_text.to_owned()),
        }
    }
}

impl IntoResponse for Problem {
    /// Carries the problem to the middleware, which knows who asks and in which language.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    frame: Frame,
    title: &'static str,
    text: String,
    /// The page to go back to by the first button.
    back: String,
    back_word: &'static str,
}

/// The page of a problem.
pub(super) fn page(desk: &Desk, visitor: Option<&Visitor>, problem: &Problem) -> Response {
    if let Problem::Broken(error) = problem {
        let causes = causes(&**error);
        tracing::error!(error = %causes, "a page could not be shown");
    }
    let stranger = Visitor {
        lang: Lang::default(),
        csrf: String::new(),
        member: None,
        path: "/".to_owned(),
        secure: false,
    };
    let visitor = visitor.unwrap_or(&stranger);
    if let Problem::SignIn = problem {
        let next: String = super::sign_in::address(&visitor.path);
        return Redirect::to(&next).into_response();
    }
    let words = ConsoleWords::of(visitor.lang);
    let (title, text) = problem.texts(words);
    let signed_in = visitor.member.is_some();
    let (back, back_word) = if !signed_in {
        ("/sign-in".to_owned(), words.back_to_sign_in)
    } else if matches!(problem, Problem::Expired | Problem::Unreadable) {
        let page = visitor.path.split('?').next().unwrap_or("/");
        (page.to_owned(), words.back_to_page)
    } else {
        ("/".to_owned(), words.back_to_overview)
    };
    let frame = Frame::of(desk, visitor, None, title.to_owned());
    let shown = page::show(&ProblemPage {
        frame,
        title,
        text,
        back,
        back_word,
    });
    let mut response = shown.unwrap_or_else(|_| title.into_response());
    *response.status_mut() = problem.status();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
