//! 封存前核对: what is missing before the seal, with the way there; then the seal. Once sealed, the
//! same address shows what stands.

use super::findings::{Findings, Weight, counts, weight};
use super::naming::to_fill_in;
use super::not_done::{NotDone, not_sealable};
use super::page;
use super::problem::{Problem, Shown, chain};
use super::record::read;
use super::rows::record_href;
use super::sealed::SealedPage;
use super::second::{Named, Other, given, named, named_as, open, others, signs_as};
use super::signers::{SignerLine, Stands, signers};
use super::visit::Unlocked;
use crate::carrier::Protected;
use crate::form::{Posted, said};
use crate::frame::{Frame, Tab, Truth};
use crate::show::{Number, act};
use crate::words::Words;
use askama::Template;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Serialize;
use std::collections::BTreeMap;
use waiqin_core::{
    OfficerOnPhone, RecordPage as Shows, SaveError, SealRequest, SealSheet, Session,
};
use waiqin_protocol::ids::{JournalId, RecordHash, SubjectId};
use waiqin_protocol::record::NotSealable;
use waiqin_protocol::wire::enrol::OfficerCard;
use waiqin_protocol::words::fill;

/// Before the id of a rule in the names of the form.
const REASON: &str = "reason:";

/// What the officer typed on the page.
#[derive(Clone, Debug, Default)]
pub(super) struct Typed {
    /// Reasons by rule.
    pub reasons: BTreeMap<String, String>,
    /// Why the record is to be void or corrected.
    pub why: String,
    /// What was not done, and why.
    pub problem: Option<String>,
}

/// What stands around the record on both pages.
pub(super) struct Around<'a> {
    /// Everybody who is enrolled on this phone.
    pub on_phone: &'a [OfficerOnPhone],
    /// Who looks.
    pub me: &'a OfficerCard,
    /// What second officers were called by their phones, by journal.
    pub seconds: &'a BTreeMap<JournalId, String>,
    /// What he typed.
    pub typed: &'a Typed,
    /// Now, ms UTC.
    pub now_ms: i64,
}

#[derive(Template)]
#[template(path = "check.html")]
pub(super) struct CheckPage {
    frame: Frame,
    back: String,
    no: Number,
    naming: Option<String>,
    second: String,
    problem: Option<String>,
    blocked: Option<&'static str>,
    found: Findings,
    held: String,
    people: Vec<SignerLine>,
    others: Vec<Other>,
    named: Vec<Named>,
    me: String,
    shown: String,
    seal_action: String,
    void_action: Option<String>,
    reasons_action: String,
    why: String,
    preview: String,
    open: bool,
    photos: String,
}

/// How much is missing, for the bar of the record's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Lack {
    /// `缺 2`, `可封存`.
    pub text: String,
    /// `seal`, `warn` or `ok`.
    pub class: &'static str,
}

/// `GET /records/{id}/check`
pub(super) async fn show(desk: Unlocked, Path(id): Path<String>) -> Result<Response, Shown> {
    let typed = Typed {
        reasons: desk.visit.ui.typed_reasons(desk.subject(&id)?),
        ..Typed::default()
    };
    shown(&desk, &id, &typed).await
}

/// `POST /records/{id}/reasons`: what was typed so far, so that the way to a photo loses nothing.
pub(super) async fn typed(
    desk: Unlocked,
    Path(id): Path<String>,
    Protected(posted): Protected,
) -> Result<Response, Shown> {
    let subject = desk.subject(&id)?;
    desk.visit.ui.keep_reasons(subject, reasons(&posted));
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `GET /records/{id}/lack`: the count alone, after each save.
pub(super) async fn lack(desk: Unlocked, Path(id): Path<String>) -> Result<Response, Shown> {
    let (shows, _) = read(&desk, &id).await?;
    Ok(Json(lack_of(&desk, &shows).await?).into_response())
}

/// The page of a record: before its seal, or after it.
pub(super) async fn shown(desk: &Unlocked, id: &str, typed: &Typed) -> Result<Response, Shown> {
    let (shows, case) = read(desk, id).await?;
    let status = super::status_of(typed.problem.is_some());
    let around = Around {
        on_phone: &desk.visit.ui.parts().phone.officers(),
        me: desk.session.officer(),
        seconds: &desk.session.seconds_of(&shows.record),
        typed,
        now_ms: desk.now_ms(),
    };
    let frame = desk.frame(Some(Tab::Records));
    if !shows.record.seals.is_empty() {
        let (subject, case_id) = (shows.record.subject, shows.record.case.id.clone());
        let amended = desk
            .ask(move |session| super::sealed::amendments(session, subject, case_id))
            .await?;
        let asked = desk
            .ask(move |session| session.countersign_request(subject))
            .await?;
        let built = SealedPage::new(frame, &shows, &amended, &asked, &around)
            .map_err(|problem| desk.problem(problem))?;
        return Ok((status, page(&built)).into_response());
    }
    let subject = shows.record.subject;
    let sheet = desk.ask(move |session| session.sheet(subject)).await?;
    let Some(sheet) = sheet else {
        return Err(desk.problem(Problem::NotFound(super::problem::Missing::Record)));
    };
    let debtors = case
        .map(|it| super::rows::names(&it.debtors, desk.w()))
        .unwrap_or_default();
    let built = CheckPage::new(frame, &shows, &sheet, &around)
        .map_err(|problem| desk.problem(problem))?
        .beside(debtors);
    Ok((status, page(&built)).into_response())
}

/// `POST /records/{id}/seal`
pub(super) async fn seal(
    desk: Unlocked,
    Path(id): Path<String>,
    Protected(posted): Protected,
) -> Result<Response, Shown> {
    let reasons = reasons(&posted);
    let sealed = seal_with(&desk, desk.subject(&id)?, &posted, &reasons);
    match sealed.await {
        Ok(()) => Ok(Redirect::to(&format!("{}/check", record_href(&id))).into_response()),
        Err(not_done) => {
            let problem = Some(not_done.here(&desk)?);
            let typed = Typed {
                reasons,
                problem,
                ..Typed::default()
            };
            shown(&desk, &id, &typed).await
        }
    }
}

/// The second officer's PIN is asked before anything is written; his signature follows the seal.
async fn seal_with(
    desk: &Unlocked,
    subject: SubjectId,
    posted: &Posted,
    reasons: &BTreeMap<String, String>,
) -> Result<(), NotDone> {
    let hash = posted.text("shown").and_then(|it| it.parse().ok());
    let shown = hash.ok_or_else(|| desk.problem(Problem::Form))?;
    let second = given(posted).map_err(|()| NotDone::from(desk.w().err_second_pin))?;
    for reason in reasons.values() {
        super::sealed::whole(reason, desk.w())?;
    }
    let request = SealRequest {
        shown,
        reasons: reasons.clone(),
        second: named_as(posted, second.as_ref()),
    };
    let at = desk.clone();
    desk.attempt(move |session| {
        let second = second.map(|it| open(&at, &it)).transpose()?;
        session.seal(subject, &request)?;
        if let Some(second) = second
            && let Err(error) = countersign(session, subject, &second)
        {
            // The seal stands; the page that follows says that the second signature is still open.
            tracing::error!(error = %chain(&error), "sealed, not countersigned");
        }
        Ok::<_, NotDone>(())
    })
    .await?;
    desk.visit.ui.keep_reasons(subject, BTreeMap::new());
    Ok(())
}

/// A second officer whose keys are open signs a sealed record.
pub(super) fn countersign(
    session: &Session,
    subject: SubjectId,
    second: &super::second::Opened,
) -> Result<(), SaveError> {
    let asked = session.countersign_request(subject)?;
    let shows = session.record(subject).map_err(SaveError::Store)?;
    let record = shows.ok_or(SaveError::NoSuchRecord)?.record;
    let stands = Stands::of(&record).map_err(|_| SaveError::NotSealed)?;
    let role = signs_as(&stands.facts, second.name());
    second.sign(session, &asked, role)
}

fn reasons(posted: &Posted) -> BTreeMap<String, String> {
    posted
        .0
        .iter()
        .filter_map(|(name, text)| Some((name.strip_prefix(REASON)?, said(text))))
        .filter(|(_, text)| !text.is_empty())
        .map(|(rule, text)| (rule.to_owned(), text))
        .collect()
}

impl Lack {
    /// Of a sheet.
    pub(super) fn of(sheet: &SealSheet, w: &Words) -> Self {
        if let Some(NotSealable::Contested(_)) = &sheet.blocked {
            return Self {
                text: w.state_contested.to_owned(),
                class: "warn",
            };
        }
        let (block, warn) = counts(sheet);
        let (text, class) = match (block, warn) {
            (0, 0) => (w.lack_none.to_owned(), "ok"),
            (0, n) => (fill(w.lack_reason, &[("n", &n)]), "warn"),
            (n, _) => (fill(w.lack, &[("n", &n)]), "seal"),
        };
        Self { text, class }
    }
}

impl CheckPage {
    pub(super) fn new(
        frame: Frame,
        shows: &Shows,
        sheet: &SealSheet,
        around: &Around<'_>,
    ) -> Result<Self, Problem> {
        let (w, lang) = (frame.w, frame.lang);
        let (typed, me) = (around.typed, around.me);
        let record = &shows.record;
        let id = record.subject.to_string();
        let href = record_href(&id);
        let stands = Stands::of(record)?;
        let found = Findings::of(&shows.record, sheet, &typed.reasons, around.now_ms, lang, w);
        let rotten = sheet.found.iter().any(|it| it.rule == "G08");
        let photos = sheet.facts.proofs.len();
        let photos = match (rotten, photos) {
            (true, _) => w.check_photos_rot.to_owned(),
            (false, 0) => w.check_photos_none.to_owned(),
            (false, n) => fill(w.check_photos, &[("n", &n)]),
        };
        let truth = super::record::truth(shows, &frame.truth, w);
        Ok(Self {
            back: href.clone(),
            no: Number::of_case(&record.case, w),
            naming: to_fill_in(record),
            second: act(record.act, w).to_owned(),
            problem: typed.problem.clone(),
            blocked: sheet.blocked.as_ref().map(|it| not_sealable(it, w)),
            held: fill(w.check_held, &[("n", &found.held.len())]),
            people: signers(record, &stands, lang, w)
                .iter()
                .map(|it| it.line(record, &stands, w))
                .collect(),
            others: others(around.on_phone, me.id, &stands.facts),
            named: named(&stands.facts, &me.name),
            me: fill(w.check_me, &[("who", &me.name)]),
            shown: sheet.hash.to_string(),
            seal_action: format!("{href}/seal"),
            void_action: record.voided.is_none().then(|| format!("{href}/void")),
            reasons_action: format!("{href}/reasons"),
            why: typed.why.clone(),
            preview: format!("{href}/paper/record"),
            open: sheet.found.iter().any(|it| weight(it) == Weight::Block),
            photos,
            found,
            frame: Frame {
                truth: Truth {
                    side: String::new(),
                    ..truth
                },
                poll: false,
                ..frame
            },
        })
    }

    /// The debtors stand beside the number.
    fn beside(mut self, debtors: String) -> Self {
        if !debtors.is_empty() {
            self.second = format!("{} · {debtors}", self.second);
        }
        self
    }
}

/// The hash that a page showed, with the record that it is of.
pub(super) fn short(hash: &RecordHash) -> String {
    hash.to_string().chars().take(8).collect()
}

/// How much is missing in a record, for its own page; `None` once it is sealed or void.
pub(super) async fn lack_of(desk: &Unlocked, shows: &Shows) -> Result<Option<Lack>, Shown> {
    let record = &shows.record;
    if !record.seals.is_empty() || record.voided.is_some() {
        return Ok(None);
    }
    let subject = record.subject;
    let sheet = desk.ask(move |session| session.progress(subject)).await?;
    Ok(sheet.map(|it| Lack::of(&it, desk.w())))
}
