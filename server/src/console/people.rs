//! 人员: who works with the system, and in which role; another role, disabling, ending a lock-out.

use super::form::ProtectedForm;
use super::frame::{Frame, Tab};
use super::member::role_word;
use super::page::{Page, show};
use super::problem::Problem;
use super::show::{self, First};
use crate::access::{ROLES, Role};
use crate::db::Person;
use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use waiqin_protocol::ids::OfficerId;
use waiqin_protocol::words::fill;

/// People on the page.
const PEOPLE_SHOWN: u32 = 1000;

struct PersonLine {
    href: String,
    name: String,
    login: String,
    role: &'static str,
    list_name: String,
    journals: i64,
    may_sign_in: bool,
    disabled: bool,
    blocked: Option<String>,
}

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage {
    frame: Frame,
    found: String,
    more: bool,
    lines: Vec<PersonLine>,
}

/// `GET /people`
pub(super) async fn list(page: Page) -> Result<Response, Problem> {
    let words = page.words();
    let people = page.desk.db().people(PEOPLE_SHOWN + 1).await?;
    let people = First::of(people, PEOPLE_SHOWN);
    show(&PeoplePage {
        found: fill(words.people_found, &[("n", &people.figure(words))]),
        frame: page.frame(Tab::People, words.nav_people),
        more: people.more,
        lines: people.shown.into_iter().map(|it| line(it, &page)).collect(),
    })
}

fn line(person: Person, page: &Page) -> PersonLine {
    let words = page.words();
    let left_ms = person.blocked_until_ms - page.desk.now_ms();
    PersonLine {
        href: format!("/people/{}", person.id),
        role: Role::of(&person.role).map_or("", |role| role_word(role, words)),
        blocked: (left_ms > 0).then(|| {
            let wait = show::wait(left_ms, page.lang());
            fill(words.person_blocked, &[("wait", &wait)])
        }),
        name: person.name,
        login: person.login,
        list_name: person.list_name,
        journals: person.journals,
        may_sign_in: person.may_sign_in,
        disabled: person.disabled,
    }
}

struct RoleChoice {
    value: &'static str,
    word: &'static str,
    on: bool,
}

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    frame: Frame,
    line: PersonLine,
    roles: Vec<RoleChoice>,
    /// It is the administrator himself, who changes nothing of his own here.
    is_self: bool,
}

/// `GET /people/{id}`
pub(super) async fn person(page: Page, Path(id): Path<String>) -> Result<Response, Problem> {
    let id: OfficerId = id.parse().map_err(|_| Problem::NotFound)?;
    let person = page.desk.db().person(id).await?.ok_or(Problem::NotFound)?;
    let words = page.words();
    let roles = ROLES.into_iter().map(|role| RoleChoice {
        value: role.as_str(),
        word: role_word(role, words),
        on: role.as_str() == person.role,
    });
    show(&PersonPage {
        frame: page.frame(Tab::People, person.name.clone()),
        roles: roles.collect(),
        is_self: id == page.member.id,
        line: line(person, &page),
    })
}

/// What is to be changed.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Act {
    Role,
    Disable,
    Enable,
    Unlock,
}

/// The forms of a person's page.
#[derive(Deserialize)]
pub(super) struct ChangeForm {
    act: Act,
    #[serde(default)]
    role: String,
}

/// `POST /people/{id}`
pub(super) async fn change(
    page: Page,
    Path(id): Path<String>,
    ProtectedForm(form): ProtectedForm<ChangeForm>,
) -> Result<Response, Problem> {
    let id: OfficerId = id.parse().map_err(|_| Problem::NotFound)?;
    let desk = &page.desk;
    desk.db().user(id).await?.ok_or(Problem::NotFound)?;
    if id == page.member.id {
        return Err(Problem::Forbidden);
    }
    let (by, now) = (Some(page.member.id), desk.now_ms());
    let mut write = desk.db().write().await?;
    let changed = match form.act {
        Act::Role => {
            let role = Role::of(&form.role).ok_or(Problem::Unreadable)?;
            write.set_role(id, role, by, now).await?
        }
        Act::Disable => write.set_disabled(id, true, by, now).await?,
        Act::Enable => write.set_disabled(id, false, by, now).await?,
        Act::Unlock => write.unlock(id, by, now).await?,
    };
    if changed {
        write.commit().await?;
    }
    Ok(Redirect::to(&format!("/people/{id}")).into_response())
}
