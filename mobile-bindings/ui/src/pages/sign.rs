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
use axum::response::{IntoResponse, Redirect, Response};
use std::collections::BTreeMap;
use waiqin_core::{RecordPage as Shows, SealSheet};
use waiqin_protocol::canonical::Value;
use waiqin_protocol::fields::field_at;
use waiqin_protocol::ids::ItemId;
use waiqin_protocol::journal::Path as FieldPath;
use waiqin_protocol::words::fill;

#[derive(Template)]
#[template(path = "sign.html")]
pub(super) struct SignPage {
    frame: Frame,
    back: String,
    name: String,
    role: String,
    state: Tag,
    problem: Option<String>,
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
    problem: Option<String>,
) -> Result<Response, Shown> {
    let (shows, stands, signer) = find(desk, id, item).await?;
    let subject = shows.record.subject;
    let sheet = desk.ask(move |session| session.progress(subject)).await?;
    let sheet = sheet.ok_or_else(|| desk.problem(Problem::NotFound(Missing::Record)))?;
    let frame = desk.frame(Some(Tab::Records));
    let status = super::status_of(problem.is_some());
    let built = SignPage::new(frame, &shows, &stands, &signer, &sheet, problem);
    Ok((status, page(&built)).into_response())
}

/// `POST /records/{id}/sign/{item}`: strokes from the glass, or what stands in their place.
pub(super) async fn sign(
    desk: Unlocked,
    Path((id, item)): Path<(String, String)>,
    Protected(posted): Protected,
) -> Result<Response, Shown> {
    let signed = async {
        let (shows, _, signer) = find(&desk, &id, &item).await?;
        let subject = shows.record.subject;
        match posted.text("do").unwrap_or("glass") {
            "glass" => {
                let hash = posted.text("shown").and_then(|it| it.parse().ok());
                let hash = hash.ok_or_else(|| desk.problem(Problem::Form))?;
                let strokes = posted.text("strokes").unwrap_or_default().to_owned();
                let person = signer.item;
                desk.attempt(move |it| it.sign(subject, person, strokes.as_bytes(), hash))
                    .await
            }
            other => {
                let values = instead(&shows, &signer, other);
                let values = values.ok_or_else(|| desk.problem(Problem::Form))?;
                desk.attempt(move |it| it.change(subject, values)).await
            }
        }
    };
    match signed.await {
        Ok(_) => {
            let to = format!("{}/check#signers", record_href(&id));
            Ok(Redirect::to(&to).into_response())
        }
        Err(not_done) => shown(&desk, &id, &item, Some(not_done.here(&desk)?)).await,
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
        problem: Option<String>,
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
