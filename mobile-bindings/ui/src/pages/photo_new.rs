//! 加照片: the bytes go to the engine while they arrive, never whole through memory.

use super::assets::{assets_href, name_of};
use super::not_done::said;
use super::page;
use super::problem::{Problem, Shown, chain};
use super::record::{read, small_photos};
use super::rows::record_href;
use super::visit::Unlocked;
use crate::carrier::ProtectedUpload;
use crate::form::{PhotoView, assets, fits};
use crate::frame::{Flash, Frame, Tab};
use crate::show::{Number, role, source};
use crate::words::Words;
use askama::Template;
use axum::extract::multipart::{Field, Multipart};
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bytes::Bytes;
use serde::Deserialize;
use std::io::{self, Read};
use tokio::sync::mpsc;
use waiqin_core::{EvidenceFacts, EvidenceSaved, RecordPage as Shows, SaveError};
use waiqin_protocol::ids::ItemId;
use waiqin_protocol::journal::{EvidenceRole, EvidenceSource};
use waiqin_protocol::record::Record;
use waiqin_protocol::words::{Lang, fill};

/// Roles offered for photos of a visit, likeliest first.
const ROLES: [EvidenceRole; 9] = [
    EvidenceRole::Overall,
    EvidenceRole::Detail,
    EvidenceRole::Nameplate,
    EvidenceRole::Paper,
    EvidenceRole::Service,
    EvidenceRole::Lease,
    EvidenceRole::SealStrip,
    EvidenceRole::Injury,
    EvidenceRole::Other,
];
const SOURCES: [EvidenceSource; 2] = [EvidenceSource::Camera, EvidenceSource::External];
/// Lists whose items a photo can show.
const SHOWN: [&str; 3] = ["assets", "present", "parties"];
const WORDS_CHARS_MAX: usize = 500;
const NAME_CHARS_MAX: usize = 255;
/// Pieces of the file that may wait for the disk.
const PIECES_WAITING: usize = 8;

/// Query of the page.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// A photo was just saved: `yes`, or `unreadable`.
    #[serde(default)]
    saved: String,
    /// The line or person that it shows.
    #[serde(default)]
    item: String,
}

pub(super) struct Choice {
    code: &'static str,
    label: &'static str,
    on: bool,
}

/// What the form says beside the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    role: Option<EvidenceRole>,
    source: Option<EvidenceSource>,
    item: Option<ItemId>,
    how: String,
    caption: String,
}

/// Lines or persons that a photo can show.
pub(super) struct ItemGroup {
    label: &'static str,
    items: Vec<ItemChoice>,
}

/// One of them.
pub(super) struct ItemChoice {
    id: String,
    label: String,
    on: bool,
}

#[derive(Template)]
#[template(path = "photo_new.html")]
pub(super) struct NewPhotoPage {
    frame: Frame,
    place: String,
    back: String,
    action: String,
    problem: Option<String>,
    items: Vec<ItemGroup>,
    roles: Vec<Choice>,
    sources: Vec<Choice>,
    how: String,
    caption: String,
    desktop: bool,
    recent: Vec<PhotoView>,
    recent_count: String,
}

/// Why a photo was not saved.
#[derive(Debug)]
enum NotSaved {
    NoFile,
    NoRole,
    NoHow,
    Words,
    NoItem,
    Cut,
    Engine(SaveError),
}

/// `GET /records/{id}/photos/new`
pub(super) async fn show(
    desk: Unlocked,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Shown> {
    let (shows, _) = read(&desk, &id).await?;
    let w = desk.w();
    let flash = match asked.saved.as_str() {
        "yes" => Some(Flash {
            text: w.photo_saved.to_owned(),
            class: "ok",
        }),
        "unreadable" => Some(Flash {
            text: w.photo_saved_unreadable.to_owned(),
            class: "",
        }),
        _ => None,
    };
    let desktop = desk.visit.ui.parts().network.is_some();
    let frame = Frame {
        flash,
        ..desk.frame(Some(Tab::Records))
    };
    let said = Said::of_item(&asked.item);
    Ok(page(&NewPhotoPage::new(
        frame, &shows, &said, None, desktop,
    )))
}

/// `POST /records/{id}/photos`
pub(super) async fn add(
    desk: Unlocked,
    Path(id): Path<String>,
    ProtectedUpload(mut parts): ProtectedUpload,
) -> Result<Response, Shown> {
    let (shows, _) = read(&desk, &id).await?;
    if !shows.record.seals.is_empty() || shows.record.voided.is_some() {
        return Err(desk.problem(Problem::Sealed));
    }
    let mut said = Said::default();
    let new = format!("{}/photos/new", record_href(&id));
    match take(&desk, &shows, &mut said, &mut parts).await {
        Ok(saved) => {
            let how = if saved.readable { "yes" } else { "unreadable" };
            // The next photo is likely of the same thing.
            let item = said.item.map_or(String::new(), |it| format!("&item={it}"));
            Ok(Redirect::to(&format!("{new}?saved={how}{item}")).into_response())
        }
        Err(NotSaved::Engine(SaveError::Locked)) => Err(desk.problem(Problem::Locked)),
        Err(not_saved) => {
            let desktop = desk.visit.ui.parts().network.is_some();
            let (status, text) = not_saved_text(&not_saved, desk.w());
            let frame = desk.frame(Some(Tab::Records));
            let again = NewPhotoPage::new(frame, &shows, &said, Some(text), desktop);
            Ok((status, page(&again)).into_response())
        }
    }
}

/// Reads the parts in the order of the form: what is said first, the file last.
async fn take(
    desk: &Unlocked,
    shows: &Shows,
    said: &mut Said,
    parts: &mut Multipart,
) -> Result<EvidenceSaved, NotSaved> {
    loop {
        let part = parts.next_field().await.map_err(|_| NotSaved::Cut)?;
        let Some(part) = part else {
            return Err(NotSaved::NoFile);
        };
        let name = part.name().unwrap_or_default().to_owned();
        if name != "photo" {
            let text = part.text().await.map_err(|_| NotSaved::Cut)?;
            said.note(&name, text.trim());
            continue;
        }
        let file_name = part.file_name().unwrap_or_default().to_owned();
        let facts = match said.facts(&file_name, &shows.record) {
            Ok(facts) if !file_name.is_empty() => facts,
            Ok(_) => return Err(NotSaved::NoFile),
            Err(not_saved) => {
                drain(part).await;
                return Err(not_saved);
            }
        };
        return store(desk, shows, facts, part).await;
    }
}

/// Hands the pieces of the file to the engine as they arrive.
async fn store(
    desk: &Unlocked,
    shows: &Shows,
    facts: EvidenceFacts,
    mut file: Field<'_>,
) -> Result<EvidenceSaved, NotSaved> {
    let (pieces, waiting) = mpsc::channel::<io::Result<Bytes>>(PIECES_WAITING);
    let (session, subject) = (desk.session.clone(), shows.record.subject);
    let saving = tokio::task::spawn_blocking(move || {
        session.add_evidence(
            subject,
            Pieces {
                waiting,
                rest: Bytes::new(),
            },
            facts,
        )
    });
    loop {
        let piece = match file.chunk().await {
            Ok(Some(piece)) => Ok(piece),
            Ok(None) => break,
            Err(_) => Err(io::ErrorKind::UnexpectedEof.into()),
        };
        let cut = piece.is_err();
        // The engine has stopped reading (over the limit, disk full): what else comes is taken off
        // the line, so that the browser hears the answer.
        if pieces.send(piece).await.is_err() || cut {
            drain(file).await;
            break;
        }
    }
    drop(pieces);
    match saving.await {
        Ok(Ok(saved)) => Ok(saved),
        Ok(Err(SaveError::Source(_))) => Err(NotSaved::Cut),
        Ok(Err(error)) => {
            tracing::warn!(error = %chain(&error), "a photo was not saved");
            Err(NotSaved::Engine(error))
        }
        Err(error) => {
            tracing::error!(%error, "saving a photo did not come back");
            Err(NotSaved::Cut)
        }
    }
}

async fn drain(mut file: Field<'_>) {
    while let Ok(Some(_)) = file.chunk().await {}
}

/// The pieces of a file as something to read from, on the engine's thread.
struct Pieces {
    waiting: mpsc::Receiver<io::Result<Bytes>>,
    rest: Bytes,
}

impl Read for Pieces {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            match self.waiting.blocking_recv() {
                Some(piece) => self.rest = piece?,
                None => return Ok(0),
            }
        }
        let n = into.len().min(self.rest.len());
        into[..n].copy_from_slice(&self.rest.split_to(n));
        Ok(n)
    }
}

impl Said {
    /// A photo of a line or person.
    pub(super) fn of_item(id: &str) -> Self {
        Self {
            item: id.parse().ok(),
            ..Self::default()
        }
    }

    fn note(&mut self, name: &str, text: &str) {
        match name {
            "role" => self.role = ROLES.into_iter().find(|it| role_code(*it) == text),
            "source" => self.source = SOURCES.into_iter().find(|it| source_code(*it) == text),
            "item" => self.item = text.parse().ok(),
            "how" => self.how = text.to_owned(),
            "caption" => self.caption = text.to_owned(),
            _ => {}
        }
    }

    fn facts(&self, file_name: &str, record: &Record) -> Result<EvidenceFacts, NotSaved> {
        let role = self.role.ok_or(NotSaved::NoRole)?;
        let source = self.source.ok_or(NotSaved::NoRole)?;
        if source == EvidenceSource::External && self.how.is_empty() {
            return Err(NotSaved::NoHow);
        }
        if [&self.how, &self.caption]
            .iter()
            .any(|it| !fits(it, WORDS_CHARS_MAX))
        {
            return Err(NotSaved::Words);
        }
        if let Some(item) = self.item {
            // Removed on another page since this one was opened, or never there.
            let id = item.to_string();
            if !SHOWN.iter().any(|list| record.items(list).contains(&id)) {
                return Err(NotSaved::NoItem);
            }
        }
        let given = |text: &str| Some(text.to_owned()).filter(|it| !it.is_empty());
        Ok(EvidenceFacts {
            name: file_name.chars().take(NAME_CHARS_MAX).collect(),
            role,
            source,
            caption: given(&self.caption),
            item: self.item,
            how: given(&self.how).filter(|_| source == EvidenceSource::External),
            fix: None,
        })
    }
}

impl NewPhotoPage {
    pub(super) fn new(
        frame: Frame,
        shows: &Shows,
        said: &Said,
        problem: Option<String>,
        desktop: bool,
    ) -> Self {
        let w = frame.w;
        let record = &shows.record;
        let href = record_href(&record.subject.to_string());
        let place = record.text("place");
        let role_now = said.role.unwrap_or_else(|| next_role(shows, said.item));
        let source_now = said.source.unwrap_or(EvidenceSource::Camera);
        let recent = small_photos(shows, w);
        Self {
            place: if place.is_empty() {
                Number::of_case(&record.case, w).plain()
            } else {
                place.to_owned()
            },
            back: match said.item.map(|it| it.to_string()) {
                Some(id) if record.items("assets").contains(&id) => {
                    format!("{}/{id}", assets_href(&record.subject.to_string()))
                }
                Some(_) | None => format!("{href}?step=photos#step-photos"),
            },
            action: format!("{href}/photos"),
            problem,
            items: item_groups(shows, said.item, frame.lang),
            roles: ROLES
                .into_iter()
                .map(|it| Choice {
                    code: role_code(it),
                    label: role(it, w),
                    on: it == role_now,
                })
                .collect(),
            sources: SOURCES
                .into_iter()
                .map(|it| Choice {
                    code: source_code(it),
                    label: source(it, w),
                    on: it == source_now,
                })
                .collect(),
            how: said.how.clone(),
            caption: said.caption.clone(),
            desktop,
            recent_count: match recent.len() {
                1 => w.sum_photo.to_owned(),
                n => fill(w.sum_photos, &[("n", &n)]),
            },
            recent,
            frame,
        }
    }
}

/// 全景 first, then 细节, of what has none yet; the nameplate after both.
fn next_role(shows: &Shows, item: Option<ItemId>) -> EvidenceRole {
    let has = |role: EvidenceRole| {
        let photos = shows.photos.iter();
        photos
            .filter(|it| it.state.withdrawn.is_none() && it.state.evidence.item == item)
            .any(|it| it.state.evidence.role == role)
    };
    if item.is_none() || !has(EvidenceRole::Overall) {
        EvidenceRole::Overall
    } else if has(EvidenceRole::Detail) {
        EvidenceRole::Nameplate
    } else {
        EvidenceRole::Detail
    }
}

/// What a photo can show: the lines of the list, then the persons.
fn item_groups(shows: &Shows, chosen: Option<ItemId>, lang: Lang) -> Vec<ItemGroup> {
    let w = Words::of(lang);
    let record = &shows.record;
    let choice = |id: String, label: String| ItemChoice {
        on: chosen.is_some_and(|it| it.to_string() == id),
        id,
        label,
    };
    let line = |(index, id): (usize, String)| {
        let name = name_of(record, &id, lang);
        let n = fill(w.line_n, &[("n", &(index + 1))]);
        choice(id, format!("{n} {name}"))
    };
    let lines = assets::in_order(record);
    let lines: Vec<ItemChoice> = lines.into_iter().enumerate().map(line).collect();
    let person = |list: &'static str| {
        let named = move |id: String| {
            let name = record.text(&format!("{list}/{id}/name")).to_owned();
            (!name.is_empty()).then(|| choice(id, name))
        };
        record.items(list).into_iter().filter_map(named)
    };
    let persons = person("present").chain(person("parties")).collect();
    [(w.step_assets, lines), (w.present_title, persons)]
        .into_iter()
        .filter(|(_, items)| !items.is_empty())
        .map(|(label, items)| ItemGroup { label, items })
        .collect()
}

fn role_code(role: EvidenceRole) -> &'static str {
    match role {
        EvidenceRole::Overall => "overall",
        EvidenceRole::Detail => "detail",
        EvidenceRole::Nameplate => "nameplate",
        EvidenceRole::SealStrip => "seal_strip",
        EvidenceRole::Service => "service",
        EvidenceRole::Signature => "signature",
        EvidenceRole::Paper => "paper",
        EvidenceRole::Lease => "lease",
        EvidenceRole::Injury => "injury",
        EvidenceRole::Other => "other",
    }
}

fn source_code(source: EvidenceSource) -> &'static str {
    match source {
        EvidenceSource::Camera => "camera",
        EvidenceSource::External => "external",
        EvidenceSource::Glass => "glass",
    }
}

fn not_saved_text(not_saved: &NotSaved, w: &'static Words) -> (StatusCode, String) {
    let (status, text) = match not_saved {
        NotSaved::NoFile => (StatusCode::UNPROCESSABLE_ENTITY, w.err_photo_none),
        NotSaved::NoRole => (StatusCode::UNPROCESSABLE_ENTITY, w.err_photo_role),
        NotSaved::NoHow => (StatusCode::UNPROCESSABLE_ENTITY, w.err_photo_how),
        NotSaved::Words => {
            let text = fill(w.err_photo_words, &[("max", &WORDS_CHARS_MAX)]);
            return (StatusCode::UNPROCESSABLE_ENTITY, text);
        }
        NotSaved::NoItem => (StatusCode::UNPROCESSABLE_ENTITY, w.err_photo_item),
        NotSaved::Cut => (StatusCode::BAD_REQUEST, w.err_photo_cut),
        NotSaved::Engine(error) => {
            let (problem, here) = said(error, w);
            let status = if matches!(error, SaveError::TooLarge { .. }) {
                StatusCode::PAYLOAD_TOO_LARGE
            } else if here.is_some() {
                StatusCode::UNPROCESSABLE_ENTITY
            } else {
                problem.status()
            };
            return (status, here.unwrap_or_else(|| problem.text(w).to_owned()));
        }
    };
    (status, text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_read_in_order_whatever_the_buffer_and_a_cut_is_an_error() {
        let (send, waiting) = mpsc::channel(8);
        for piece in ["abc", "", "defgh"] {
            send.blocking_send(Ok(Bytes::from(piece))).unwrap();
        }
        send.blocking_send(Err(io::ErrorKind::UnexpectedEof.into()))
            .unwrap();
        drop(send);
        let mut pieces = Pieces {
            waiting,
            rest: Bytes::new(),
        };
        let mut eight = [0; 8];
        let mut all = Vec::new();
        for size in [2, 2, 8] {
            let n = pieces.read(&mut eight[..size]).unwrap();
            all.extend_from_slice(&eight[..n]);
        }
        assert_eq!(all, b"abcdefgh");
        assert_eq!(
            pieces.read(&mut eight).unwrap_err().kind(),
            io::ErrorKind::UnexpectedEof
        );
        assert_eq!(pieces.read(&mut eight).unwrap(), 0);
    }

    #[test]
    fn an_external_picture_needs_how_and_a_camera_picture_carries_none() {
        let record = crate::samples::new_record().record;
        let facts = |said: &Said| said.facts("../../etc/passwd", &record);
        let mut said = Said::default();
        assert!(matches!(facts(&said), Err(NotSaved::NoRole)));
        said.note("role", "nameplate");
        said.note("source", "external");
        assert!(matches!(facts(&said), Err(NotSaved::NoHow)));
        said.note("how", "given by the applicant");
        let given = facts(&said).unwrap();
        assert_eq!(given.name, "../../etc/passwd");
        assert_eq!(given.how.as_deref(), Some("given by the applicant"));
        said.note("source", "camera");
        assert_eq!(facts(&said).unwrap().how, None);
        said.note("role", "selfie");
        assert!(matches!(facts(&said), Err(NotSaved::NoRole)));
    }

    #[test]
    fn a_photo_shows_a_line_or_person_of_its_record_or_none() {
        let record = crate::samples::seizure_record().record;
        let mut said = Said::default();
        said.note("role", "overall");
        said.note("source", "camera");
        assert_eq!(said.facts("a.jpg", &record).unwrap().item, None);
        let id = crate::samples::ITEM;
        said.note("item", id);
        let item = said.facts("a.jpg", &record).unwrap().item.unwrap();
        assert_eq!(item.to_string(), id);
        said.note("item", &"aa".repeat(16));
        assert!(matches!(
            said.facts("a.jpg", &record),
            Err(NotSaved::NoItem)
        ));
        said.note("item", "");
        assert_eq!(said.facts("a.jpg", &record).unwrap().item, None);
    }

    #[test]
    fn the_role_offered_is_the_one_that_a_thing_still_lacks() {
        let mut shows = crate::samples::seizure_record();
        let item = crate::samples::ITEM.parse().ok();
        assert_eq!(next_role(&shows, None), EvidenceRole::Overall);
        assert_eq!(next_role(&shows, item), EvidenceRole::Detail);
        shows.photos[1].state.evidence.item = item;
        assert_eq!(next_role(&shows, item), EvidenceRole::Nameplate);
        shows.photos[0].state.withdrawn = Some("blurred".to_owned());
        assert_eq!(next_role(&shows, item), EvidenceRole::Overall);
    }
}
