//! Who asks for a page, in which language, and whether an officer is unlocked.

use super::problem::{Problem, Shown};
use crate::frame::{Frame, Tab, Truth};
use crate::show::{clock, day_long};
use crate::ui::Ui;
use crate::words::Words;
use axum::extract::FromRequestParts;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;
use waiqin_core::Session;
use waiqin_protocol::numbers::days::court_day;
use waiqin_protocol::words::{Lang, fill};

/// Cookie of the language; holds nothing secret.
pub const LANG_COOKIE: &str = "waiqin-lang";
/// Sent by the page's script with what it asks by itself, so that following the engine does not
/// count as use of the phone.
pub const POLL_HEADER: &str = "x-waiqin-poll";
/// Sent by the page's script with every fetch: it wants a status, not a page.
pub const FETCH_HEADER: &str = "x-waiqin-fetch";

/// A visit to any page.
#[derive(Clone)]
pub struct Visit {
    /// The state.
    pub ui: Ui,
    /// The reader's language.
    pub lang: Lang,
    /// Words in it.
    pub w: &'static Words,
}

/// A visit while an officer is unlocked; without one the visitor is led to the lock.
#[derive(Clone)]
pub struct Unlocked {
    /// The visit.
    pub visit: Visit,
    /// The officer.
    pub session: Arc<Session>,
}

impl FromRequestParts<Ui> for Visit {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, ui: &Ui) -> Result<Self, Self::Rejection> {
        let lang = language(&parts.headers);
        Ok(Self {
            ui: ui.clone(),
            lang,
            w: Words::of(lang),
        })
    }
}

impl FromRequestParts<Ui> for Unlocked {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, ui: &Ui) -> Result<Self, Response> {
        let Ok(visit) = Visit::from_request_parts(parts, ui).await;
        let person = !parts.headers.contains_key(POLL_HEADER);
        if let Some(session) = ui.session(person) {
            return Ok(Self { visit, session });
        }
        if parts.headers.contains_key(FETCH_HEADER) {
            return Err((StatusCode::FORBIDDEN, "locked").into_response());
        }
        Err(Redirect::to(if visit.has_officers() {
            "/unlock"
        } else {
            "/start"
        })
        .into_response())
    }
}

impl Visit {
    /// Whether anybody is enrolled here.
    #[must_use]
    pub fn has_officers(&self) -> bool {
        !self.ui.parts().phone.officers().is_empty()
    }

    /// The frame of a page before the lock.
    #[must_use]
    pub fn frame(&self) -> Frame {
        self.framed(Truth::locked(self.has_officers(), self.w), None)
    }

    /// A frame with a truth line.
    #[must_use]
    pub fn framed(&self, truth: Truth, tab: Option<Tab>) -> Frame {
        let note = self.ui.parts().court_clock_ms.map(|ms| {
            let day = day_long(court_day(ms), self.w);
            fill(self.w.demo_clock, &[("day", &day), ("time", &clock(ms))])
        });
        Frame {
            w: self.w,
            lang: self.lang,
            csrf: self.ui.parts().carrier.csrf().to_owned(),
            truth,
            clock_note: note,
            tab,
            poll: false,
            flash: None,
        }
    }
}

impl Unlocked {
    /// Words in the reader's language.
    #[must_use]
    pub fn w(&self) -> &'static Words {
        self.visit.w
    }

    /// The reader's language.
    #[must_use]
    pub fn lang(&self) -> Lang {
        self.visit.lang
    }

    /// Now, ms UTC.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.visit.ui.now_ms()
    }

    /// The frame of a page, with the engine's truth line.
    #[must_use]
    pub fn frame(&self, tab: Option<Tab>) -> Frame {
        let truth = Truth::of(&self.session.status(), self.now_ms(), self.w());
        Frame {
            poll: true,
            ..self.visit.framed(truth, tab)
        }
    }

    /// Runs a local call of the engine, which blocks for milliseconds, beside the runtime.
    ///
    /// # Errors
    /// What the call says, as the page that tells it.
    pub async fn ask<T, E, F>(&self, call: F) -> Result<T, Shown>
    where
        F: FnOnce(&Session) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Into<Problem> + Send + 'static,
    {
        #[cfg(test)]
        self.visit.ui.count_asked(1);
        let session = self.session.clone();
        match tokio::task::spawn_blocking(move || call(&session)).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(self.problem(error)),
            Err(error) => {
                tracing::error!(%error, "a local call of the engine did not come back");
                Err(self.problem(Problem::Store))
            }
        }
    }

    /// The page that tells of a problem.
    pub fn problem(&self, problem: impl Into<Problem>) -> Shown {
        Shown::of(&self.visit, problem.into())
    }
}

fn language(headers: &HeaderMap) -> Lang {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == LANG_COOKIE)
        .and_then(|(_, tag)| Lang::from_tag(tag))
        .unwrap_or_default()
}
