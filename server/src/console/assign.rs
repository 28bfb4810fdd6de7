//! 指派 on the page of a case: to whom it was given beside the list, and the forms to give it and to take
//! it back.

use super::form::ProtectedForm;
use super::page::Page;
use super::problem::Problem;
use super::show;
use crate::access::Action;
use crate::assign::{Assign, NotAssigned, assign, may_be_given};
use crate::db::Assignment;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use waiqin_protocol::ids::OfficerId;
use waiqin_protocol::words::fill;

/// What the page of a case says of assignments.
pub(super) struct Assignments {
    /// Those that stand.
    pub standing: Vec<Given>,
    /// Those that were taken back.
    pub taken: Vec<Given>,
    /// Whether the reader may give it and take it back.
    pub may: bool,
    /// Officers to whom he may give it.
    pub officers: Vec<Choice>,
    /// Where the forms go to.
    pub action: String,
    /// What became of a form, and what was typed.
    pub notice: Notice,
}

/// An assignment.
pub(super) struct Given {
    pub officer: String,
    pub name: String,
    pub reason: String,
    /// By whom and when.
    pub given: String,
    /// The same of its end; empty while it stands.
    pub taken: String,
    pub taken_reason: String,
}

/// An officer to choose.
pub(super) struct Choice {
    pub id: String,
    pub name: String,
    pub on: bool,
}

/// What is wrong with a form.
#[derive(Default)]
pub(super) struct Notice {
    pub problem: &'static str,
    pub officer: String,
    pub reason: String,
}

impl Assignments {
    pub async fn of(page: &Page, case_id: &str, notice: Notice) -> Result<Self, Problem> {
        let db = page.desk.db();
        let all = db.assignments(case_id).await?;
        let (standing, taken): (Vec<_>, Vec<_>) = all.iter().partition(|it| it.taken.is_none());
        let may = page.member.may(Action::Assign);
        let officers = if may {
            choices(page, &standing, &notice.officer).await?
        } else {
            Vec::new()
        };
        let shown = |of: Vec<&Assignment>| of.into_iter().map(|it| given(it, page)).collect();
        Ok(Self {
            standing: shown(standing),
            taken: shown(taken),
            may,
            officers,
            action: format!("{}/assign", super::cases::address(case_id)),
            notice,
        })
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        !self.may && self.standing.is_empty() && self.taken.is_empty()
    }
}

/// Officers who do not have it from an assignment.
async fn choices(
    page: &Page,
    standing: &[&Assignment],
    chosen: &str,
) -> Result<Vec<Choice>, Problem> {
    let users = page.desk.db().users().await?;
    let free = users
        .into_iter()
        .filter(|user| may_be_given(user) && standing.iter().all(|it| it.officer != user.id));
    Ok(free
        .map(|user| {
            let id = user.id.to_string();
            Choice {
                on: id == chosen,
                name: format!("{} ({})", user.name, user.login),
                id,
            }
        })
        .collect())
}

fn given(it: &Assignment, page: &Page) -> Given {
    let words = page.words();
    let line = |by: &str, at_ms: i64| {
        let at = show::minute(page.desk.court_time(at_ms));
        fill(words.assigned_by, &[("by", &by), ("at", &at)])
    };
    let taken = it.taken.as_ref();
    Given {
        officer: it.officer.to_string(),
        name: it.name.clone(),
        reason: it.reason.clone(),
        given: line(&it.by, it.at_ms),
        taken: taken.map(|it| line(&it.by, it.at_ms)).unwrap_or_default(),
        taken_reason: taken.map(|it| it.reason.clone()).unwrap_or_default(),
    }
}

/// What is to be done.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Act {
    Give,
    Take,
}

/// The forms of the panel.
#[derive(Deserialize)]
pub(super) struct AssignForm {
    act: Act,
    #[serde(default)]
    officer: String,
    #[serde(default)]
    reason: String,
}

/// `POST /cases/{id}/assign`
pub(super) async fn change(
    page: Page,
    Path(id): Path<String>,
    ProtectedForm(form): ProtectedForm<AssignForm>,
) -> Result<Response, Problem> {
    let words = page.words();
    let problem = |problem| Notice {
        problem,
        officer: form.officer.clone(),
        reason: form.reason.clone(),
    };
    let Ok(officer) = form.officer.parse::<OfficerId>() else {
        return super::case::shown(&page, &id, problem(words.assign_whom)).await;
    };
    let asked = Assign {
        give: matches!(form.act, Act::Give),
        case_id: id.clone(),
        officer,
        reason: form.reason.clone(),
        by: page.member.id,
    };
    let problem = match assign(page.desk.db(), &asked, page.desk.now_ms()).await {
        Ok(()) => {
            let back = format!("{}#assignments", super::cases::address(&id));
            return Ok(Redirect::to(&back).into_response());
        }
        Err(NotAssigned::Reason) => problem(words.decide_reason),
        Err(NotAssigned::Officer) => problem(words.assign_whom),
        Err(NotAssigned::Already) => problem(words.assign_already),
        Err(NotAssigned::Case) => return Err(Problem::NotFound),
        Err(NotAssigned::Db(error)) => return Err(error.into()),
    };
    super::case::shown(&page, &id, problem).await
}
