//! The second officer (第二执行人员): by PIN on this phone, or later by a code on his own.

use super::not_done::NotDone;
use super::page;
use super::problem::{Shown, chain};
use super::unlock::unlock_text;
use super::visit::Unlocked;
use crate::carrier::Protected;
use crate::form::Posted;
use crate::frame::{Frame, Tab};
use crate::qr::Qr;
use crate::show::{Number, act, when};
use crate::words::Words;
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use waiqin_core::{OfficerOnPhone, Pin, SaveError, Second, Session, seconds_among};
use waiqin_protocol::fields::OFFICER_ROLES;
use waiqin_protocol::ids::{ItemId, OfficerId};
use waiqin_protocol::record::Facts;
use waiqin_protocol::wire::countersign::{CountersignAnswer, CountersignRequest};
use waiqin_protocol::words::fill;

/// An officer who could sign second on this phone.
#[derive(Clone, Debug)]
pub(super) struct Other {
    pub id: String,
    pub name: String,
    pub chosen: bool,
}

/// The other officers of this court on this phone; one who is named in the record stands first.
pub(super) fn others(on_phone: &[OfficerOnPhone], me: OfficerId, facts: &Facts) -> Vec<Other> {
    let server = on_phone.iter().find(|it| it.card.id == me);
    let same = |it: &&OfficerOnPhone| {
        it.card.id != me && server.is_none_or(|mine| mine.server == it.server)
    };
    let mut found: Vec<Other> = on_phone
        .iter()
        .filter(same)
        .map(|it| Other {
            id: it.card.id.to_string(),
            name: it.card.name.clone(),
            chosen: role_of(facts, &it.card.name).is_some(),
        })
        .collect();
    found.sort_by_key(|it| !it.chosen);
    let mut first = true;
    for it in &mut found {
        it.chosen = it.chosen && std::mem::take(&mut first);
    }
    found
}

/// What an officer was at this act, as papers print it; `None` when the record does not name him.
fn role_of(facts: &Facts, name: &str) -> Option<&'static str> {
    let id = facts
        .items("officers")
        .into_iter()
        .find(|id| facts.text(&format!("officers/{id}/person")) == name)?;
    let code = facts.text(&format!("officers/{id}/role"));
    let role = OFFICER_ROLES.iter().find(|it| it.code == code);
    Some(role.map_or(Words::ZH.second_role, |it| it.zh))
}

/// The role that a second officer signs as: the record's word, in the language of the court.
#[must_use]
pub fn signs_as(facts: &Facts, name: &str) -> &'static str {
    role_of(facts, name).unwrap_or(Words::ZH.second_role)
}

/// A second officer who gave his PIN.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub officer: OfficerId,
    pub pin: Pin,
}

/// What a page says of the second officer: nobody, later, or an officer with a PIN.
pub(super) fn given(posted: &Posted) -> Result<Option<Given>, ()> {
    let Some(officer) = posted
        .text("second")
        .filter(|it| !it.is_empty() && *it != "later")
    else {
        return Ok(None);
    };
    let officer = officer.parse().map_err(|_| ())?;
    let pin = Pin::new(posted.text("pin").unwrap_or_default()).map_err(|_| ())?;
    Ok(Some(Given { officer, pin }))
}

/// An officer of the record who could sign second on a phone of his own.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub item: ItemId,
    pub name: String,
}

/// The officers of the record who could sign second, `me` left out.
pub(super) fn named(facts: &Facts, me: &str) -> Vec<Named> {
    let all = seconds_among(facts, me);
    all.map(|(item, name)| Named {
        item,
        name: name.to_owned(),
    })
    .collect()
}

/// How a page names the second officer to the seal: who gave his PIN, or who is to sign later.
pub(super) fn named_as(posted: &Posted, given: Option<&Given>) -> Option<Second> {
    match given {
        Some(given) => Some(Second::Here(given.officer)),
        None => Some(Second::Later(posted.text("named")?.parse().ok()?)),
    }
}

/// Opens the second officer's session for as long as it is held; only his PIN opens it.
pub(super) fn open(desk: &Unlocked, given: &Given) -> Result<Opened, NotDone> {
    if given.officer == desk.session.officer().id {
        return Err(desk.w().err_second_self.into());
    }
    let phone = &desk.visit.ui.parts().phone;
    match phone.unlock(given.officer, &given.pin) {
        Ok(session) => Ok(Opened(session)),
        Err(error) => {
            tracing::warn!(error = %chain(&error), "the second officer was not unlocked");
            Err(NotDone::Here(unlock_text(&error, desk.w()).0))
        }
    }
}

/// The second officer's session, locked again when dropped.
pub(super) struct Opened(Arc<Session>);

impl Opened {
    /// Who.
    pub(super) fn name(&self) -> &str {
        &self.0.officer().name
    }

    /// He signs, and the first officer's record takes it.
    pub(super) fn sign(
        &self,
        first: &Session,
        asked: &CountersignRequest,
        role: &str,
    ) -> Result<(), SaveError> {
        let answer = self.0.countersign(asked, role)?;
        first.take_second(asked.subject, &answer)
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.0.lock();
    }
}

/// What another officer's phone asks to be signed.
struct AskedView {
    title: &'static str,
    no: Number,
    place: String,
    officer: String,
    at: String,
    hash: String,
    text: String,
}

#[derive(Template)]
#[template(path = "countersign.html")]
pub(super) struct CountersignPage {
    frame: Frame,
    back: &'static str,
    problem: Option<String>,
    typed: String,
    asked: Option<AskedView>,
    answer: Option<String>,
    qr: Option<Qr>,
}

/// `GET /countersign`
pub(super) async fn show(desk: Unlocked) -> Response {
    let frame = desk.frame(Some(Tab::Records));
    page(&CountersignPage::asking(frame, String::new(), None))
}

/// `POST /countersign`: shows what is to be signed, and signs it on the second press.
pub(super) async fn sign(desk: Unlocked, Protected(posted): Protected) -> Result<Response, Shown> {
    let text = posted.text("asked").unwrap_or_default().to_owned();
    let frame = desk.frame(Some(Tab::Records));
    let again = |frame, problem: String| {
        let built = CountersignPage::asking(frame, text.clone(), Some(problem));
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&built)).into_response())
    };
    let Ok(asked) = text.parse::<CountersignRequest>() else {
        return again(frame, desk.w().err_second_text.to_owned());
    };
    if posted.text("do") != Some("sign") {
        return Ok(page(&CountersignPage::shown(frame, &asked, desk.now_ms())));
    }
    let role = posted
        .text("role")
        .and_then(|code| OFFICER_ROLES.iter().find(|it| it.code == code))
        .map_or(Words::ZH.second_role, |it| it.zh);
    let wanted = asked.clone();
    let signed = desk.attempt(move |session| session.countersign(&wanted, role));
    match signed.await {
        Ok(answer) => {
            let frame = desk.frame(Some(Tab::Records));
            let built = CountersignPage::signed(frame, &asked, &answer, desk.now_ms());
            Ok(page(&built))
        }
        Err(not_done) => again(frame, not_done.here(&desk)?),
    }
}

impl CountersignPage {
    /// Asks for the text of another phone.
    pub(super) fn asking(frame: Frame, typed: String, problem: Option<String>) -> Self {
        Self {
            frame,
            back: "/records",
            problem,
            typed,
            asked: None,
            answer: None,
            qr: None,
        }
    }

    /// Shows what is to be signed.
    pub(super) fn shown(frame: Frame, asked: &CountersignRequest, now_ms: i64) -> Self {
        let w = frame.w;
        let view = AskedView {
            title: act(asked.act, w),
            no: Number::of_case(&asked.case, w),
            place: asked.place.clone(),
            officer: fill(w.second_sealed_by, &[("who", &asked.officer_name)]),
            at: when(asked.at, now_ms, w),
            hash: asked.record.to_string()[..8].to_owned(),
            text: asked.to_string(),
        };
        Self {
            asked: Some(view),
            ..Self::asking(frame, String::new(), None)
        }
    }

    /// Shows the answer for the first officer's phone.
    pub(super) fn signed(
        frame: Frame,
        asked: &CountersignRequest,
        answer: &CountersignAnswer,
        now_ms: i64,
    ) -> Self {
        let text = answer.to_string();
        Self {
            qr: Qr::of(&text),
            answer: Some(text),
            ..Self::shown(frame, asked, now_ms)
        }
    }
}
