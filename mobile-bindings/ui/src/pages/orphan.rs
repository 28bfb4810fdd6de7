//! A picture that was durable before the app was killed and that no entry names: offered back to its
//! record, or where that is not on the phone any more, to one that the officer names. Nobody throws it
//! away: who does not want it takes it in and withdraws it.

use super::not_done::NotDone;
use super::page;
use super::photo_facts::{FactsForm, Said};
use super::problem::{Missing, Problem, Shown};
use super::rows::{Row, record_href, record_row, with_cases};
use super::visit::Unlocked;
use crate::carrier::Protected;
use crate::frame::{Frame, Tab};
use crate::show::{Number, day_near, file_time, size, when};
use crate::words::Words;
use askama::Template;
use axum::extract::Path;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Redirect, Response};
use waiqin_core::{EvidenceFacts, Orphan, RecordPage as Shows, RecordRow, RecordsOf, StoreError};
use waiqin_protocol::ids::SubjectId;
use waiqin_protocol::journal::{EvidenceRole, EvidenceSource};
use waiqin_protocol::numbers::days::court_day;
use waiqin_protocol::wire::sync::CaseSheet;
use waiqin_protocol::words::fill;

/// How many of the newest records are offered to one whose own is gone.
const HOMES_MAX: usize = 30;

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

/// Where its record is not on this phone any more: the records that it may go to.
#[derive(Template)]
#[template(path = "orphan_home.html")]
pub(super) struct HomePage {
    frame: Frame,
    small: String,
    readable: bool,
    taken: String,
    rows: Vec<Row>,
}

/// What the page knows beside the orphan.
pub(super) struct Seen {
    pub readable: bool,
    pub desktop: bool,
    pub now_ms: i64,
}

/// `GET /records/{id}/orphans/{hash}`: by its hash, for it has no entry yet; the record is the one that
/// it is to go to.
pub(super) async fn show(
    desk: Unlocked,
    Path((id, hash)): Path<(String, String)>,
) -> Result<Response, Shown> {
    let orphan = find(&desk, &hash)?;
    match home(&desk, &id, &orphan).await? {
        Some(shows) => shown(&desk, &shows, &orphan, &Said::default(), None).await,
        None => homes(&desk, &orphan).await,
    }
}

/// `GET …/small`: a thumbnail.
pub(super) async fn small(
    desk: Unlocked,
    Path((_, hash)): Path<(String, String)>,
) -> Result<Response, Shown> {
    let hash = find(&desk, &hash)?.hash;
    let bytes = desk.ask(move |session| session.thumbnail(hash)).await?;
    let bytes = bytes.ok_or_else(|| desk.problem(Problem::NotFound(Missing::Photo)))?;
    Ok(([(CONTENT_TYPE, "image/jpeg")], bytes).into_response())
}

/// `POST /records/{id}/orphans/{hash}`: takes it into the record.
pub(super) async fn adopt(
    desk: Unlocked,
    Path((id, hash)): Path<(String, String)>,
    Protected(posted): Protected,
) -> Result<Response, Shown> {
    let orphan = find(&desk, &hash)?;
    let shows = home(&desk, &id, &orphan).await?;
    let shows = shows.ok_or_else(|| desk.problem(Problem::NotFound(Missing::Record)))?;
    let into = Some(shows.record.subject);
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
        desk.attempt(move |session| session.adopt_orphan(orphan.hash, into, facts))
            .await
    };
    match taken.await {
        Ok(_) => {
            let to = format!("{}?step=photos#step-photos", record_href(&id));
            Ok(Redirect::to(&to).into_response())
        }
        Err(not_done) => {
            let problem = Some(not_done.here(&desk)?);
            let orphan = find(&desk, &hash)?;
            shown(&desk, &shows, &orphan, &said, problem).await
        }
    }
}

fn find(desk: &Unlocked, hash: &str) -> Result<Orphan, Shown> {
    let mut orphans = desk.session.orphans().into_iter();
    orphans
        .find(|it| it.hash.to_string() == hash)
        .ok_or_else(|| desk.problem(Problem::NotFound(Missing::Photo)))
}

/// The record that it goes to: its own while that is here, else the one of the address; none where
/// that is still to be named.
async fn home(desk: &Unlocked, id: &str, orphan: &Orphan) -> Result<Option<Shows>, Shown> {
    let (own, named) = (orphan.record, desk.subject(id)?);
    let (has_own, found) = desk
        .ask(move |session| {
            let has_own = session.record(own)?.is_some();
            Ok::<_, StoreError>((has_own, session.record(named)?))
        })
        .await?;
    if has_own && named != own {
        return Err(desk.problem(Problem::NotFound(Missing::Photo)));
    }
    Ok(found)
}

/// Asks for the record that it is to go to.
async fn homes(desk: &Unlocked, orphan: &Orphan) -> Result<Response, Shown> {
    let hash = orphan.hash;
    let (small, rows) = desk
        .ask(move |session| {
            let rows = session.records(&RecordsOf::All, 0, HOMES_MAX)?;
            let rows = with_cases(session, rows)?;
            Ok::<_, StoreError>((session.thumbnail(hash)?, rows))
        })
        .await?;
    let frame = desk.frame(Some(Tab::Records));
    let built = HomePage::new(frame, orphan, &rows, small.is_some(), desk.now_ms());
    Ok(page(&built))
}

async fn shown(
    desk: &Unlocked,
    shows: &Shows,
    orphan: &Orphan,
    said: &Said,
    problem: Option<String>,
) -> Result<Response, Shown> {
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
    let built = OrphanPage::new(frame, shows, orphan, said, problem, &seen);
    Ok((status, page(&built)).into_response())
}

/// Where an orphan is offered.
pub(super) fn orphan_href(orphan: &Orphan) -> String {
    href_in(orphan.record, orphan)
}

fn href_in(record: SubjectId, orphan: &Orphan) -> String {
    let record = record_href(&record.to_string());
    format!("{record}/orphans/{}", orphan.hash)
}

fn taken(orphan: &Orphan, now_ms: i64, w: &Words) -> String {
    let (time, size) = (when(orphan.at_ms, now_ms, w), size(orphan.length));
    fill(w.orphan_taken, &[("time", &time), ("size", &size)])
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
        let action = href_in(record.subject, orphan);
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
            taken: taken(orphan, seen.now_ms, w),
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

impl HomePage {
    pub(super) fn new(
        frame: Frame,
        orphan: &Orphan,
        rows: &[(RecordRow, Option<CaseSheet>)],
        readable: bool,
        now_ms: i64,
    ) -> Self {
        let w = frame.w;
        let row = |(row, sheet): &(RecordRow, Option<CaseSheet>)| {
            let day = day_near(court_day(row.changed_ms), now_ms, w);
            Row {
                href: href_in(row.subject, orphan),
                ..record_row(row, sheet.as_ref(), Some(day), w)
            }
        };
        Self {
            small: format!("{}/small", orphan_href(orphan)),
            readable,
            taken: taken(orphan, now_ms, w),
            rows: rows.iter().map(row).collect(),
            frame,
        }
    }
}
