//! 签名: somebody present reads what he signs and writes on the glass; or it is on paper, or refused.

use super::check::short;
use super::findings::counts;
use super::page;
use super::paper::{Which, title};
use super::problem::{Missing, Problem, Shown};
use super::record::read;
use super::rows::record_href;
use super::signers::{Signed, Signer, Stands, signers};
use super::visit::Unlocked;
use crate::carrier::Protected;
use crate::frame::{Frame, Tab};
use crate::paper::{Text, Writer};
use crate::show::{Number, Tag};
use crate::words::Words;
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use std::collections::BTreeMap;
use waiqin_core::{RecordPage as Shows, SaveError, SealSheet};
use waiqin_protocol::canonical::Value;
use waiqin_protocol::fields::field_at;
use waiqin_protocol::ids::ItemId;
use waiqin_protocol::journal::Path as FieldPath;
use waiqin_protocol::record::StrokesError;
use waiqin_protocol::words::fill;

#[derive(Template)]
#[template(path = "sign.html")]
pub(super) struct SignPage {
    frame: Frame,
    back: String,
    name: String,
    role: String,
    state: Tag,
    problem: Option<&'static str>,
    title: String,
    no: Number,
    place: String,
    of: String,
    shown: String,
    early: String,
    text: Text,
    action: String,
    /// The field that says that the signature is on paper.
    on_paper: bool,
    refused: String,
    may_refuse: bool,
}

/// `GET /records/{id}/sign/{item}`
pub(super) async fn show(
    desk: Unlocked,
    Path((id, item)): Path<(String, String)>,
) -> Result<Response, Shown> {
    shown(&desk, &id, &item, None).await
}

async fn shown(
    desk: &Unlocked,
    id: &str,
    item: &str,
    problem: Option<&'static str>,
) -> Result<Response, Shown> {
    let (shows, stands, signer) = find(desk, id, item).await?;
    let subject = shows.record.subject;
    let sheet = desk.ask(move |session| session.progress(subject)).await?;
    let sheet = sheet.ok_or_else(|| desk.problem(Problem::NotFound(Missing::Record)))?;
    let frame = desk.frame(Some(Tab::Records));
    let built = SignPage::new(frame, &shows, &stands, &signer, &sheet, problem);
    let status = if problem.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    Ok((status, page(&built)).into_response())
}

/// `POST /records/{id}/sign/{item}`: strokes from the glass, or what stands in their place.
pub(super) async fn sign(
    desk: Unlocked,
    Path((id, item)): Path<(String, String)>,
    Protected(posted): Protected,
) -> Result<Response, Shown> {
    let (shows, _, signer) = find(&desk, &id, &item).await?;
    let subject = shows.record.subject;
    let done = match posted.text("do").unwrap_or("glass") {
        "glass" => {
            let Some(hash) = posted.text("shown").and_then(|it| it.parse().ok()) else {
                return Err(desk.problem(Problem::Form));
            };
            let strokes = posted.text("strokes").unwrap_or_default().to_owned();
            let person = signer.item;
            desk.ask(move |session| {
                Ok::<_, Problem>(session.sign(subject, person, strokes.as_bytes(), hash))
            })
            .await?
        }
        other => {
            let values = instead(&shows, &signer, other);
            let values = values.ok_or_else(|| desk.problem(Problem::Form))?;
            desk.ask(move |session| Ok::<_, Problem>(session.change(subject, values)))
                .await?
        }
    };
    match done {
        Ok(_) => {
            let to = format!("{}/check#signers", record_href(&id));
            Ok(Redirect::to(&to).into_response())
        }
        Err(error) => match sign_text(&error, desk.w()) {
            Some(text) => shown(&desk, &id, &item, Some(text)).await,
            None => Err(desk.problem(error)),
        },
    }
}

fn sign_text(error: &SaveError, w: &Words) -> Option<&'static str> {
    match error {
        SaveError::ShownChanged => Some(w.err_sign_changed),
        SaveError::Strokes(StrokesError::Empty | StrokesError::Form(_)) => Some(w.err_sign_empty),
        SaveError::Strokes(StrokesError::TooLong | StrokesError::Bounds) => Some(w.err_sign_long),
        SaveError::Locked
        | SaveError::NoSuchRecord
        | SaveError::NoSuchEvidence
        | SaveError::NotSealable(_)
        | SaveError::NotSealed
        | SaveError::Open(_)
        | SaveError::NoSuchPerson
        | SaveError::Countersign(_)
        | SaveError::NoReason
        | SaveError::Uncertified
        | SaveError::Sign(_)
        | SaveError::Entry(_)
        | SaveError::Empty
        | SaveError::TooLarge { .. }
        | SaveError::Source(_)
        | SaveError::Disk(_)
        | SaveError::Store(_) => None,
    }
}

/// The fields that stand in place of strokes; pressed again they are taken back.
fn instead(shows: &Shows, signer: &Signer, what: &str) -> Option<BTreeMap<FieldPath, Value>> {
    let record = &shows.record;
    let at = |field: &str| format!("{}/{}/{field}", signer.list, signer.item);
    let (field, value) = match what {
        "paper" => ("signed", Value::from(true)),
        "refuse" => ("refusal", Value::from(Words::ZH.write_refuse_sign)),
        _ => return None,
    };
    let path = at(field);
    field_at(record.act, &path)?;
    let stands = match field {
        "refusal" => !record.text(&path).is_empty(),
        _ => record.value(&path) == Some(&Value::Bool(true)),
    };
    let value = if stands { Value::Null } else { value };
    Some(BTreeMap::from([(FieldPath::new(path).ok()?, value)]))
}

async fn find(desk: &Unlocked, id: &str, item: &str) -> Result<(Shows, Stands, Signer), Shown> {
    let (shows, _) = read(desk, id).await?;
    let record = &shows.record;
    if !record.seals.is_empty() || record.voided.is_some() {
        return Err(desk.problem(Problem::Sealed));
    }
    let stands = Stands::of(record).map_err(|problem| desk.problem(problem))?;
    let item: Option<ItemId> = item.parse().ok();
    let signer = signers(record, &stands, desk.visit.lang, desk.w())
        .into_iter()
        .find(|it| Some(it.item) == item);
    let signer = signer.ok_or_else(|| desk.problem(Problem::NotFound(Missing::Person)))?;
    Ok((shows, stands, signer))
}

impl SignPage {
    pub(super) fn new(
        frame: Frame,
        shows: &Shows,
        stands: &Stands,
        signer: &Signer,
        sheet: &SealSheet,
        problem: Option<&'static str>,
    ) -> Self {
        let (w, lang) = (frame.w, frame.lang);
        let record = &shows.record;
        let href = record_href(&record.subject.to_string());
        let missing = missing(sheet);
        let may_refuse = field_at(
            record.act,
            &format!("{}/{}/refusal", signer.list, signer.item),
        );
        Self {
            back: format!("{href}/check"),
            name: signer.name.clone(),
            role: signer.role.clone(),
            state: signer.line(record, stands, w).tag,
            problem,
            title: title(record.act, Which::Record, w),
            no: Number::of_case(&record.case, w),
            place: record.text("place").to_owned(),
            of: fill(w.sign_of, &[("hash", &short(&stands.hash))]),
            shown: stands.hash.to_string(),
            early: if missing == 0 {
                String::new()
            } else {
                fill(w.sign_early, &[("n", &missing)])
            },
            text: Writer {
                facts: &stands.facts,
                lang,
                w,
                masked: true,
            }
            .text(),
            action: format!("{href}/sign/{}", signer.item),
            on_paper: signer.signed == Signed::Paper,
            refused: match &signer.signed {
                Signed::Refused(words) => words.clone(),
                Signed::Glass(_) | Signed::Older(_) | Signed::Paper | Signed::No => String::new(),
            },
            may_refuse: may_refuse.is_some(),
            frame: Frame {
                truth: super::record::truth(shows, &frame.truth, w),
                poll: false,
                ..frame
            },
        }
    }
}

/// What blocks the seal beside signatures: whoever signs now would sign again.
fn missing(sheet: &SealSheet) -> usize {
    let signatures = sheet.found.iter().filter(|it| {
        let path = it.path.as_ref().map_or("", FieldPath::as_str);
        path.ends_with("/signed")
    });
    counts(sheet).0.saturating_sub(signatures.count())
}
