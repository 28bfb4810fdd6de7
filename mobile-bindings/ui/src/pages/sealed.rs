//! 已封存: what stands, who signed it a second time, what corrects it; and 作废 before the seal.

use super::check::{Around, Typed, countersign, short, shown};
use super::findings;
use super::not_done::NotDone;
use super::problem::{Problem, Shown};
use super::rows::record_href;
use super::second::{Other, given, open, others};
use super::signers::{SignerLine, Stands, signers};
use super::visit::Unlocked;
use crate::carrier::Protected;
use crate::form::{Posted, REASON_CHARS_MAX, fits, said};
use crate::frame::Frame;
use crate::qr::Qr;
use crate::show::{Number, act, grouped, when};
use crate::words::Words;
use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use std::collections::BTreeMap;
use waiqin_core::{OfficerOnPhone, RecordPage as Shows, RecordsOf, Session, StoreError};
use waiqin_protocol::ids::{CaseId, JournalId, OfficerId, SubjectId};
use waiqin_protocol::journal::AmendKind;
use waiqin_protocol::reconcile::Decision;
use waiqin_protocol::record::{Conclusion, Record, Seal};
use waiqin_protocol::wire::countersign::{CountersignAnswer, CountersignRequest};
use waiqin_protocol::words::{Lang, fill};

/// How many of the newest records are looked through for amendments.
const AMENDMENTS_LOOKED_AT: usize = 200;

/// A record that corrects or adds to this one.
#[derive(Clone, Debug)]
pub(super) struct Amendment {
    pub subject: SubjectId,
    pub kind: AmendKind,
    pub reason: String,
    pub at_ms: i64,
    pub sealed: bool,
}

struct AmendmentLine {
    href: String,
    title: String,
    reason: String,
    sealed: bool,
}

struct Countersigned {
    text: String,
    /// What his phone calls him; empty where it said nothing.
    who: String,
    at: String,
}

/// What the office concluded by the case list.
struct ConclusionLine {
    question: String,
    decision: String,
    case: String,
    reason: String,
    by: String,
    returned: bool,
}

struct OverrideLine {
    rule: &'static str,
    reason: String,
    second: String,
}

#[derive(Template)]
#[template(path = "sealed.html")]
pub(super) struct SealedPage {
    frame: Frame,
    back: String,
    title: &'static str,
    no: Number,
    problem: Option<String>,
    short: String,
    hash: String,
    by: String,
    refolds: bool,
    twice: String,
    conclusions: Vec<ConclusionLine>,
    overrides: Vec<OverrideLine>,
    later: Vec<&'static str>,
    countersigns: Vec<Countersigned>,
    people: Vec<SignerLine>,
    others: Vec<Other>,
    request: String,
    qr: Option<Qr>,
    amendments: Vec<AmendmentLine>,
    second_action: String,
    answer_action: String,
    amend_action: String,
    why: String,
    paper: String,
}

/// `POST /records/{id}/second`: the second officer signs on this phone, by his PIN.
pub(super) async fn second(
    desk: Unlocked,
    Path(id): Path<String>,
    Protected(posted): Protected,
) -> Result<Response, Shown> {
    let signed = async {
        let subject = desk.subject(&id)?;
        let given = given(&posted).ok().flatten();
        let given = given.ok_or_else(|| NotDone::from(desk.w().err_second_pin))?;
        let at = desk.clone();
        desk.attempt(move |session| {
            let second = open(&at, &given)?;
            countersign(session, subject, &second).map_err(NotDone::Save)
        })
        .await?;
        Ok(to_check(&id))
    };
    or_told(&desk, &id, signed.await, &posted).await
}

/// `POST /records/{id}/answer`: the answer of a second officer's own phone.
pub(super) async fn answer(
    desk: Unlocked,
    Path(id): Path<String>,
    Protected(posted): Protected,
) -> Result<Response, Shown> {
    let taken = async {
        let subject = desk.subject(&id)?;
        let text = posted.text("answer").unwrap_or_default();
        let answer: CountersignAnswer = text
            .parse()
            .map_err(|_| NotDone::from(desk.w().err_second_answer))?;
        desk.attempt(move |session| session.take_second(subject, &answer))
            .await?;
        Ok(to_check(&id))
    };
    or_told(&desk, &id, taken.await, &posted).await
}

/// `POST /records/{id}/amend`: opens a record that corrects or adds to this one.
pub(super) async fn amend(
    desk: Unlocked,
    Path(id): Path<String>,
    Protected(posted): Protected,
) -> Result<Response, Shown> {
    let opened = async {
        let (subject, reason) = (desk.subject(&id)?, reason(&posted));
        whole(&reason, desk.w())?;
        let kind = match posted.text("kind") {
            Some("correction") => AmendKind::Correction,
            Some("supplement") => AmendKind::Supplement,
            Some(_) | None => return Err(desk.w().err_amend_kind.into()),
        };
        let saved = desk.attempt(move |session| session.amend(subject, kind, &reason));
        let subject = saved.await?.subject.to_string();
        Ok(Redirect::to(&record_href(&subject)).into_response())
    };
    or_told(&desk, &id, opened.await, &posted).await
}

/// `POST /records/{id}/void`
pub(super) async fn void(
    desk: Unlocked,
    Path(id): Path<String>,
    Protected(posted): Protected,
) -> Result<Response, Shown> {
    let voided = async {
        let (subject, reason) = (desk.subject(&id)?, reason(&posted));
        whole(&reason, desk.w())?;
        desk.attempt(move |session| session.void(subject, &reason))
            .await?;
        Ok(Redirect::to(&record_href(&id)).into_response())
    };
    or_told(&desk, &id, voided.await, &posted).await
}

/// The reason that was typed.
pub(super) fn reason(posted: &Posted) -> String {
    said(posted.text("reason").unwrap_or_default())
}

/// A reason is kept whole.
///
/// # Errors
/// When it is longer than reasons are, or not to be kept at all.
pub(super) fn whole(reason: &str, w: &Words) -> Result<(), NotDone> {
    if fits(reason, REASON_CHARS_MAX) {
        return Ok(());
    }
    let text = fill(w.err_reason_long, &[("max", &REASON_CHARS_MAX)]);
    Err(NotDone::Here(text))
}

fn to_check(id: &str) -> Response {
    Redirect::to(&format!("{}/check", record_href(id))).into_response()
}

/// What was done, or the page that the officer came from with what is in the way and what he wrote.
async fn or_told(
    desk: &Unlocked,
    id: &str,
    done: Result<Response, NotDone>,
    posted: &Posted,
) -> Result<Response, Shown> {
    let not_done = match done {
        Ok(response) => return Ok(response),
        Err(not_done) => not_done,
    };
    let typed = Typed {
        problem: Some(not_done.here(desk)?),
        why: reason(posted),
        ..Typed::default()
    };
    shown(desk, id, &typed).await
}

/// The records of this phone that amend a sealed one, oldest first.
pub(super) fn amendments(
    session: &Session,
    subject: SubjectId,
    case: Option<CaseId>,
) -> Result<Vec<Amendment>, StoreError> {
    let Some(shows) = session.record(subject)? else {
        return Ok(Vec::new());
    };
    let seals: Vec<_> = shows.record.seals.iter().map(|it| it.hash).collect();
    let of = case.map_or(RecordsOf::All, RecordsOf::Case);
    let mut found = Vec::new();
    for row in session.records(&of, 0, AMENDMENTS_LOOKED_AT)? {
        if row.subject == subject || row.opened_ms < shows.record.opened {
            continue;
        }
        let Some(other) = session.record(row.subject)? else {
            continue;
        };
        let amends = other.record.amends.filter(|it| seals.contains(&it.record));
        if let Some(amends) = amends {
            found.push(Amendment {
                subject: row.subject,
                kind: amends.kind,
                reason: amends.reason,
                at_ms: row.opened_ms,
                sealed: row.sealed.is_some(),
            });
        }
    }
    found.sort_by_key(|it| it.at_ms);
    Ok(found)
}

/// 更正 or 补充.
fn kind_word(kind: AmendKind, w: &Words) -> &'static str {
    match kind {
        AmendKind::Correction => w.amend_correction,
        AmendKind::Supplement => w.amend_supplement,
    }
}

/// What an amendment says of itself.
pub(super) fn amends_text(record: &Record, w: &Words) -> Option<String> {
    let amends = record.amends.as_ref()?;
    Some(fill(
        w.amend_of,
        &[
            ("kind", &kind_word(amends.kind, w)),
            ("hash", &short(&amends.record)),
            ("reason", &amends.reason),
        ],
    ))
}

impl SealedPage {
    pub(super) fn new(
        frame: Frame,
        shows: &Shows,
        amended: &[Amendment],
        asked: &CountersignRequest,
        around: &Around<'_>,
    ) -> Result<Self, Problem> {
        let (w, lang) = (frame.w, frame.lang);
        let (on_phone, now_ms) = (around.on_phone, around.now_ms);
        let record = &shows.record;
        let seal = record.seals.first().ok_or(Problem::Form)?;
        let stands = Stands::of(record)?;
        let href = record_href(&record.subject.to_string());
        let hash = seal.hash.to_string();
        let request = asked.to_string();
        let name = |id: OfficerId| name_of(on_phone, id);
        let by = name(seal.author).unwrap_or_else(|| w.other_officer.to_owned());
        Ok(Self {
            back: href.clone(),
            title: act(record.act, w),
            no: Number::of_case(&record.case, w),
            problem: around.typed.problem.clone(),
            short: short(&seal.hash),
            hash: grouped(&hash),
            by: fill(
                w.sealed_by,
                &[("who", &by), ("time", &when(seal.at, now_ms, w))],
            ),
            refolds: seal.refolds,
            twice: twice(record, w),
            conclusions: conclusions(record, now_ms, lang, w),
            overrides: overrides(seal, on_phone, lang, w),
            later: later(seal, lang),
            countersigns: countersigns(record, seal, around.seconds, now_ms, w),
            people: signers(record, &stands, lang, w)
                .iter()
                .map(|it| it.line(record, &stands, w))
                .collect(),
            others: others(on_phone, around.me.id, &stands.facts),
            qr: Qr::of(&request),
            request,
            amendments: amended.iter().map(|it| line(it, now_ms, w)).collect(),
            second_action: format!("{href}/second"),
            answer_action: format!("{href}/answer"),
            amend_action: format!("{href}/amend"),
            why: around.typed.why.clone(),
            paper: format!("{href}/paper/record"),
            frame: Frame {
                truth: super::record::truth(shows, &frame.truth, w),
                poll: false,
                ..frame
            },
        })
    }
}

fn conclusions(record: &Record, now_ms: i64, lang: Lang, w: &Words) -> Vec<ConclusionLine> {
    let line = |it: &&Conclusion| {
        let decision = it.decision();
        let places = decision.is_some_and(Decision::places);
        let case = it.case.as_ref().filter(|_| places);
        ConclusionLine {
            question: it
                .question()
                .map(|it| it.label(lang).to_owned())
                .unwrap_or_default(),
            decision: decision.map_or_else(|| it.decision.clone(), |it| it.label(lang).to_owned()),
            case: case.map_or_else(String::new, |id| {
                fill(w.sealed_concluded_case, &[("case", &id.0)])
            }),
            reason: it.reason.clone().unwrap_or_default(),
            by: fill(
                w.sealed_concluded_by,
                &[
                    ("version", &it.list_version),
                    ("time", &when(it.at, now_ms, w)),
                ],
            ),
            returned: decision == Some(Decision::Return),
        }
    };
    record.standing_conclusions().iter().map(line).collect()
}

fn name_of(on_phone: &[OfficerOnPhone], id: OfficerId) -> Option<String> {
    let found = on_phone.iter().find(|it| it.card.id == id);
    found.map(|it| it.card.name.clone())
}

fn twice(record: &Record, w: &Words) -> String {
    let others: Vec<String> = record
        .seals
        .iter()
        .skip(1)
        .map(|it| short(&it.hash))
        .collect();
    if others.is_empty() {
        return String::new();
    }
    fill(w.sealed_twice, &[("hash", &others.join(w.list_comma))])
}

fn overrides(seal: &Seal, on_phone: &[OfficerOnPhone], lang: Lang, w: &Words) -> Vec<OverrideLine> {
    // Who gave his PIN agreed; who is to sign later was named.
    let second = |id| match (name_of(on_phone, id), seal.officer_of_body(id)) {
        (Some(who), _) => fill(w.sealed_agreed, &[("who", &who)]),
        (None, Some(who)) => fill(w.sealed_named, &[("who", &who)]),
        (None, None) => fill(w.sealed_named, &[("who", &w.other_officer)]),
    };
    let line = |it: &waiqin_protocol::journal::Override| OverrideLine {
        rule: findings::said(&it.rule, lang),
        reason: it.reason.clone(),
        second: it.officer.map(second).unwrap_or_default(),
    };
    seal.overrides.iter().map(line).collect()
}

/// What was sealed open because it is due later; each rule once.
fn later(seal: &Seal, lang: Lang) -> Vec<&'static str> {
    let settled = |rule: &str| seal.overrides.iter().any(|it| it.rule == rule);
    let mut found = Vec::new();
    for finding in seal.findings.iter().filter(|it| !settled(&it.rule)) {
        let text = findings::said(&finding.rule, lang);
        if !text.is_empty() && !found.contains(&text) {
            found.push(text);
        }
    }
    found
}

/// The signatures over this seal; one that came both ways counts once.
fn countersigns(
    record: &Record,
    seal: &Seal,
    names: &BTreeMap<JournalId, String>,
    now_ms: i64,
    w: &Words,
) -> Vec<Countersigned> {
    let mut journals = Vec::new();
    let mut found = Vec::new();
    for state in &record.countersigns {
        let body = &state.countersign.body;
        if body.record != seal.hash || journals.contains(&body.journal) {
            continue;
        }
        journals.push(body.journal);
        found.push(Countersigned {
            text: fill(w.second_done, &[("role", &body.role)]),
            who: names.get(&body.journal).cloned().unwrap_or_default(),
            at: when(body.at, now_ms, w),
        });
    }
    found
}

fn line(it: &Amendment, now_ms: i64, w: &Words) -> AmendmentLine {
    AmendmentLine {
        href: record_href(&it.subject.to_string()),
        title: format!("{} · {}", kind_word(it.kind, w), when(it.at_ms, now_ms, w)),
        reason: it.reason.clone(),
        sealed: it.sealed,
    }
}
