//! A picture that was durable before the app was killed and that no entry names: offered back to its
//! record. Nobody throws it away: who does not want it takes it in and withdraws it.

use super::not_done::NotDone;
use super::page;
use super::photo_facts::{FactsForm, Said};
use super::problem::{Missing, Problem, Shown};
use super::record::read;
use super::rows::record_href;
use super::visit::Unlocked;
use crate::carrier::Protected;
use crate::frame::{Frame, Tab};
use crate::show::{Number, file_time, size, when};
use askama::Template;
use axum::extract::Path;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Redirect, Response};
use waiqin_core::{EvidenceFacts, Orphan, RecordPage as Shows};
use waiqin_protocol::journal::{EvidenceRole, EvidenceSource};
use waiqin_protocol::words::fill;

#[derive(Template)]
#[template(path = "orphan.html")]
pub(super) struct OrphanPage {
    frame: Frame,
    place: String,
    back: String,
    action: String,
    small: String,
    readable: bool,
    text: &'static str,
    taken: String,
    problem: Option<String>,
    /// None for strokes of a signature, of which nothing more is to be said.
    form: Option<FactsForm>,
}

/// What the page knows beside the orphan.
pub(super) struct Seen {
    pub readable: bool,
    pub desktop: bool,
    pub now_ms: i64,
}

/// `GET /records/{id}/orphans/{hash}`: by its hash, for it has no entry yet.
pub(super) async fn show(
    desk: Unlocked,
    Path((id, hash)): Path<(String, String)>,
) -> Result<Response, Shown> {
    let orphan = find(&desk, &id, &hash)?;
    shown(&desk, &id, &orphan, &Said::default(), None).await
}

/// `GET …/small`: a thumbnail.
pub(super) async fn small(
    desk: Unlocked,
    Path((id, hash)): Path<(String, String)>,
) -> Result<Response, Shown> {
    let hash = find(&desk, &id, &hash)?.hash;
    let bytes = desk.ask(move |session| session.thumbnail(hash)).await?;
    let bytes = bytes.ok_or_else(|| desk.problem(Problem::NotFound(Missing::Photo)))?;
    Ok(([(CONTENT_TYPE, "image/jpeg")], bytes).into_response())
}

/// `POST /records/{id}/orphans/{hash}`: takes it into its record.
pub(super) async fn adopt(
    desk: Unlocked,
    Path((id, hash)): Path<(String, String)>,
    Protected(posted): Protected,
) -> Result<Response, Shown> {
    let orphan = find(&desk, &id, &hash)?;
    let (shows, _) = read(&desk, &id).await?;
    let mut said = Said::default();
    for (name, text) in &posted.0 {
        said.note(name, text.trim());
    }
    let taken = async {
        let facts = match is_strokes(&orphan) {
            true => strokes(),
            // The name of its file was not kept.
            false => said
                .facts(&file_time(orphan.at_ms), &shows.record)
                .map_err(|why| NotDone::Here(why.text(desk.w())))?,
        };
        desk.attempt(move |session| session.adopt_orphan(orphan.hash, facts))
            .await
    };
    match taken.await {
        Ok(_) => {
            let to = format!("{}?step=photos#step-photos", record_href(&id));
            Ok(Redirect::to(&to).into_response())
        }
        Err(not_done) => {
            let problem = Some(not_done.here(&desk)?);
            let orphan = find(&desk, &id, &hash)?;
            shown(&desk, &id, &orphan, &said, problem).await
        }
    }
}

fn find(desk: &Unlocked, id: &str, hash: &str) -> Result<Orphan, Shown> {
    let subject = desk.subject(id)?;
    let orphans = desk.session.orphans().into_iter();
    orphans
        .filter(|it| it.record == subject)
        .find(|it| it.hash.to_string() == hash)
        .ok_or_else(|| desk.problem(Problem::NotFound(Missing::Photo)))
}

async fn shown(
    desk: &Unlocked,
    id: &str,
    orphan: &Orphan,
    said: &Said,
    problem: Option<String>,
) -> Result<Response, Shown> {
    let (shows, _) = read(desk, id).await?;
    let hash = orphan.hash;
    let small = desk.ask(move |session| session.thumbnail(hash)).await?;
    let status = super::status_of(problem.is_some());
    let desktop = desk.visit.ui.parts().network.is_some();
    let frame = desk.frame(Some(Tab::Records));
    let seen = Seen {
        readable: small.is_some(),
        desktop,
        now_ms: desk.now_ms(),
    };
    let built = OrphanPage::new(frame, &shows, orphan, said, problem, &seen);
    Ok((status, page(&built)).into_response())
}

/// Where an orphan is offered.
pub(super) fn orphan_href(orphan: &Orphan) -> String {
    let record = record_href(&orphan.record.to_string());
    format!("{record}/orphans/{}", orphan.hash)
}

fn is_strokes(orphan: &Orphan) -> bool {
    orphan.role == EvidenceRole::Signature
}

/// Strokes of a signature that no entry names: kept, and signed for by nobody.
fn strokes() -> EvidenceFacts {
    EvidenceFacts {
        name: "signature.json".to_owned(),
        role: EvidenceRole::Signature,
        source: EvidenceSource::Glass,
        caption: None,
        item: None,
        how: None,
        fix: None,
    }
}

impl OrphanPage {
    pub(super) fn new(
        frame: Frame,
        shows: &Shows,
        orphan: &Orphan,
        said: &Said,
        problem: Option<String>,
        seen: &Seen,
    ) -> Self {
        let w = frame.w;
        let record = &shows.record;
        let action = orphan_href(orphan);
        let place = record.text("place");
        let said = Said {
            role: said.role.or(Some(orphan.role)),
            ..said.clone()
        };
        let strokes = is_strokes(orphan);
        Self {
            place: match place {
                "" => Number::of_case(&record.case, w).plain(),
                place => place.to_owned(),
            },
            back: record_href(&record.subject.to_string()),
            small: format!("{action}/small"),
            action,
            readable: seen.readable,
            text: match strokes {
                true => w.orphan_strokes,
                false => w.orphan_photo,
            },
            taken: fill(
                w.orphan_taken,
                &[
                    ("time", &when(orphan.at_ms, seen.now_ms, w)),
                    ("size", &size(orphan.length)),
                ],
            ),
            problem,
            form: (!strokes).then(|| FactsForm::new(&frame, shows, &said, seen.desktop)),
            frame: Frame {
                truth: super::record::truth(shows, &frame.truth, w),
                poll: false,
                ..frame
            },
        }
    }
}
