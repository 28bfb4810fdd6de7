//! Signing in and out, and the language of the pages.

use super::desk::Desk;
use super::form::{NoFields, ProtectedForm};
use super::frame::Frame;
use super::gate;
use super::page::{Entrance, Page, show};
use super::problem::Problem;
use super::visitor::{self, IDLE_MS, LIFE_MS};
use crate::db::{AuditAct, NewSession};
use crate::password;
use crate::rate::Try;
use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use waiqin_protocol::ids::OfficerId;
use waiqin_protocol::words::{Lang, fill};

/// Longest login that is looked at, bytes.
const LOGIN_BYTES_MAX: usize = 200;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    frame: Frame,
    login: String,
    next: String,
    /// What was wrong, and what to do.
    trouble: Option<String>,
}

/// Where a visitor goes after signing in.
#[derive(Default, Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub(super) struct SignInForm {
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub(super) struct LanguageForm {
    lang: Lang,
    #[serde(default)]
    next: String,
}

/// The address of the sign-in page that leads on to a page of the console.
pub(super) fn address(next: &str) -> String {
    match own_path(next) {
        "/" => "/sign-in".to_owned(),
        path => format!(
            "/sign-in?{}",
            serde_urlencoded::to_string([("next", path)]).unwrap_or_default()
        ),
    }
}

/// A path of this console; anything that could lead elsewhere becomes the overview.
fn own_path(text: &str) -> &str {
    let plain = text.starts_with('/')
        && !text.starts_with("//")
        && !text.starts_with("/sign-")
        && !text.starts_with("/language")
        && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if plain { text } else { "/" }
}

/// `GET /sign-in`
pub(super) async fn page(
    entrance: Entrance,
    Query(next): Query<Next>,
) -> Result<Response, Problem> {
    if entrance.visitor.member.is_some() {
        return Ok(Redirect::to(own_path(&next.next)).into_response());
    }
    shown(&entrance, String::new(), next.next, None)
}

fn shown(
    entrance: &Entrance,
    login: String,
    next: String,
    trouble: Option<String>,
) -> Result<Response, Problem> {
    let mut frame = Frame::of(&entrance.desk, &entrance.visitor, None, String::new());
    frame.title = frame.w.sign_in_title.to_owned();
    let status = if trouble.is_some() {
        StatusCode::UNAUTHORIZED
    } else {
        StatusCode::OK
    };
    let mut response = show(&SignInPage {
        frame,
        login,
        next,
        trouble,
    })?;
    *response.status_mut() = status;
    Ok(response)
}

/// `POST /sign-in`
pub(super) async fn sign_in(
    entrance: Entrance,
    ProtectedForm(form): ProtectedForm<SignInForm>,
) -> Result<Response, Problem> {
    let login = form.login.trim().to_owned();
    let outcome = if login.is_empty() || login.len() > LOGIN_BYTES_MAX {
        Outcome::Wrong
    } else {
        tried(&entrance, &login, form.password).await?
    };
    let lang = entrance.visitor.lang;
    let words = crate::words::console::ConsoleWords::of(lang);
    match outcome {
        Outcome::Right { user_id } => {
            let mut response = Redirect::to(own_path(&form.next)).into_response();
            open(&entrance, &user_id, &mut response).await?;
            Ok(response)
        }
        Outcome::Wrong => shown(
            &entrance,
            login,
            form.next,
            Some(words.sign_in_wrong.to_owned()),
        ),
        Outcome::Blocked { until_ms } => {
            let wait = super::show::wait(until_ms - entrance.desk.now_ms(), lang);
            let trouble = fill(words.sign_in_blocked, &[("wait", &wait)]);
            shown(&entrance, login, form.next, Some(trouble))
        }
    }
}

enum Outcome {
    Right { user_id: String },
    Wrong,
    Blocked { until_ms: i64 },
}

/// Looks at one try. An unknown login costs the same work and is locked out like a known one; an
/// address that was wrong too often is not looked at, whatever it brings.
async fn tried(entrance: &Entrance, login: &str, password: String) -> Result<Outcome, Problem> {
    let desk = &entrance.desk;
    let permit = desk.gate.checks.acquire().await.map_err(Problem::broken)?;
    let now = desk.now_ms();
    let from = Try::SignIn(entrance.peer);
    let wait_ms = desk.court().rates().wait_ms(from, now);
    let user = desk.db().sign_in_user(login).await?;
    let blocked = match &user {
        Some(user) => user.blocked_until_ms,
        None => desk.gate.blocked_until_ms(login),
    };
    let blocked = blocked.max(now + wait_ms);
    if blocked > now {
        return Ok(Outcome::Blocked { until_ms: blocked });
    }
    let phc = user
        .as_ref()
        .filter(|u| !u.disabled)
        .and_then(|u| u.password_hash.clone());
    let right = tokio::task::spawn_blocking(move || password::verify(&password, phc.as_deref()))
        .await
        .map_err(Problem::broken)?;
    drop(permit);
    let blocked = match user {
        Some(user) if right => {
            desk.db().forget_failures(&user.id).await?;
            return Ok(Outcome::Right { user_id: user.id });
        }
        Some(user) => {
            noted(desk, AuditAct::SignInFailed, None, Some(&user.id)).await?;
            let failures = desk.db().count_failure(&user.id).await?;
            let until = gate::wait_after(failures).map_or(0, |wait| now + wait);
            if until > 0 {
                desk.db().block_until(&user.id, until).await?;
            }
            until
        }
        None => {
            // What was typed may be a password in the wrong place: it is not noted.
            noted(desk, AuditAct::SignInFailed, None, None).await?;
            desk.gate.count_failure(login, now)
        }
    };
    // Others at this address may have used up what was left while this one was looked at.
    let _ = desk.court().rates().count(from, now);
    Ok(if blocked > now {
        Outcome::Blocked { until_ms: blocked }
    } else {
        Outcome::Wrong
    })
}

async fn noted(
    desk: &Desk,
    act: AuditAct,
    user: Option<OfficerId>,
    object: Option<&str>,
) -> Result<(), Problem> {
    let mut write = desk.db().write().await?;
    write.audit(act, user, None, object, desk.now_ms()).await?;
    write.commit().await?;
    Ok(())
}

/// Opens a session under a token that nobody knew before; one that this browser had ends.
async fn open(entrance: &Entrance, user_id: &str, response: &mut Response) -> Result<(), Problem> {
    let desk = &entrance.desk;
    if let Some(before) = &entrance.visitor.member {
        desk.db().close_session(&before.token_hash).await?;
    }
    let token = hex::encode(desk.court().random::<32>());
    let csrf = hex::encode(desk.court().random::<32>());
    let now = desk.now_ms();
    let session = NewSession {
        token_hash: &visitor::hash_of(&token),
        user_id,
        csrf: &csrf,
        lang: entrance.visitor.lang.tag(),
        now_ms: now,
    };
    desk.db()
        .open_session(&session, now - IDLE_MS, now - LIFE_MS)
        .await?;
    let user = user_id.parse().ok();
    noted(desk, AuditAct::SignedIn, user, None).await?;
    let name = desk.cookie("desk");
    visitor::set_cookie(response, &name, &token, None, entrance.visitor.secure);
    Ok(())
}

/// `POST /sign-out`
pub(super) async fn sign_out(
    page: Page,
    (): (),
    ProtectedForm(_): ProtectedForm<NoFields>,
) -> Result<Response, Problem> {
    page.desk
        .db()
        .close_session(&page.member.token_hash)
        .await?;
    noted(&page.desk, AuditAct::SignedOut, Some(page.member.id), None).await?;
    let mut response = Redirect::to("/sign-in").into_response();
    let (name, secure) = (page.desk.cookie("desk"), page.visitor.secure);
    visitor::set_cookie(&mut response, &name, "", Some(0), secure);
    Ok(response)
}

/// `POST /language`
pub(super) async fn language(
    entrance: Entrance,
    ProtectedForm(form): ProtectedForm<LanguageForm>,
) -> Result<Response, Problem> {
    if let Some(member) = &entrance.visitor.member {
        entrance
            .desk
            .db()
            .speak(&member.token_hash, form.lang.tag())
            .await?;
    }
    let next = if form.next.starts_with("/sign-in") {
        "/sign-in"
    } else {
        own_path(&form.next)
    };
    let mut response = Redirect::to(next).into_response();
    visitor::set_language(&mut response, form.lang, entrance.visitor.secure);
    Ok(response)
}

/// `GET` of an address that only forms go to: a reload after signing in again ends here.
pub(super) async fn away() -> Redirect {
    Redirect::to("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_in_leads_on_only_to_pages_of_the_console() {
        assert_eq!(own_path("/cases/1?a=b"), "/cases/1?a=b");
        for elsewhere in [
            "",
            "//evil",
            "/\\evil",
            "https://evil",
            "/sign-out",
            "cases",
            "/a b",
            "/\u{1}",
        ] {
            assert_eq!(own_path(elsewhere), "/", "{elsewhere:?}");
        }
        assert_eq!(address("/"), "/sign-in");
        assert_eq!(
            address("/cases?q=%E6%9D%8E"),
            "/sign-in?next=%2Fcases%3Fq%3D%25E6%259D%258E"
        );
    }
}
