//! What a handler of a page takes: who asks, in which language, and the frame around the answer.

use super::book::Scope;
use super::desk::Desk;
use super::frame::{Frame, Tab};
use super::member::Member;
use super::problem::Problem;
use super::visitor::Visitor;
use crate::access::Action;
use crate::db::AuditAct;
use crate::rate::Peer;
use crate::words::console::ConsoleWords;
use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response};
use waiqin_protocol::words::Lang;

/// A page of somebody who is signed in.
pub(super) struct Page {
    pub desk: Desk,
    pub member: Member,
    pub visitor: Visitor,
    /// Records on the board that wait for a person; 0 for who does not see it.
    waiting: u64,
}

/// A page of somebody who need not be signed in.
pub(super) struct Entrance {
    pub desk: Desk,
    pub visitor: Visitor,
    /// Where he comes from.
    pub peer: Peer,
}

impl FromRequestParts<Desk> for Page {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Problem> {
        let visitor = Visitor::of(parts)?;
        let member = visitor.member.clone().ok_or(Problem::SignIn)?;
        let waiting = match member.may(Action::SeeOutcomes) {
            true => desk.db().outcomes_waiting().await?,
            false => 0,
        };
        Ok(Self {
            desk: desk.clone(),
            member,
            visitor,
            waiting,
        })
    }
}

impl FromRequestParts<Desk> for Entrance {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Problem> {
        let visitor = Visitor::of(parts)?;
        Ok(Self {
            desk: desk.clone(),
            visitor,
            peer: Peer::of(parts),
        })
    }
}

impl Page {
    pub fn lang(&self) -> Lang {
        self.visitor.lang
    }

    pub fn words(&self) -> &'static ConsoleWords {
        ConsoleWords::of(self.lang())
    }

    /// Ids of the cases that alone this member may see; `None` when he may see all.
    pub async fn scope(&self) -> Result<Option<Scope>, Problem> {
        match self.member.scope() {
            None => Ok(None),
            Some(list_name) => Ok(Some(self.desk.db().scope(list_name).await?)),
        }
    }

    /// Whether this member may see a case.
    pub async fn sees_case(&self, id: &str) -> Result<bool, Problem> {
        match self.member.scope() {
            None => Ok(true),
            Some(list_name) => Ok(self.desk.db().in_scope(list_name, id).await?),
        }
    }

    /// Notes in the audit log that this member read something: its id, never its content. What cannot
    /// be noted is not shown.
    pub async fn noted(&self, act: AuditAct, object: Option<&str>) -> Result<(), Problem> {
        let mut write = self.desk.db().write().await?;
        let reader = Some(self.member.id);
        write
            .audit(act, reader, None, object, self.desk.now_ms())
            .await?;
        write.commit().await?;
        Ok(())
    }

    /// The frame around this page.
    pub fn frame(&self, tab: Tab, title: impl Into<String>) -> Frame {
        Frame::of(&self.desk, &self.visitor, Some(tab), title.into())
            .counting(Tab::Reconcile, self.waiting)
    }
}

/// Renders a page.
pub(super) fn show(template: &impl Template) -> Result<Response, Problem> {
    let html = template.render().map_err(Problem::broken)?;
    Ok(Html(html).into_response())
}
