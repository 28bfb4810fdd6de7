//! 人员: who works with the system, and in which role.

use super::frame::{Frame, Tab};
use super::member::role_word;
use super::page::{Page, show};
use super::problem::Problem;
use super::show;
use crate::db::Role;
use askama::Template;
use axum::response::Response;
use waiqin_protocol::words::fill;

/// People on the page.
const PEOPLE_SHOWN: u32 = 1000;

struct PersonLine {
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
    lines: Vec<PersonLine>,
}

/// `GET /people`
pub(super) async fn list(page: Page) -> Result<Response, Problem> {
    let desk = &page.desk;
    let words = page.words();
    let now = desk.now_ms();
    let people = desk.db().people(PEOPLE_SHOWN).await?;
    let lines: Vec<PersonLine> = people
        .into_iter()
        .map(|it| PersonLine {
            role: Role::of(&it.role).map_or("", |role| role_word(role, words)),
            blocked: (it.blocked_until_ms > now).then(|| {
                let wait = show::wait(it.blocked_until_ms - now, page.lang());
                fill(words.person_blocked, &[("wait", &wait)])
            }),
            name: it.name,
            login: it.login,
            list_name: it.list_name,
            journals: it.journals,
            may_sign_in: it.may_sign_in,
            disabled: it.disabled,
        })
        .collect();
    show(&PeoplePage {
        found: fill(words.people_found, &[("n", &lines.len())]),
        frame: page.frame(Tab::People, words.nav_people),
        lines,
    })
}
