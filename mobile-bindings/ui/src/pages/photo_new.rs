//! 加照片: the bytes go to the engine while they arrive, never whole through memory.

use super::assets::assets_href;
use super::not_done::said;
use super::page;
use super::photo_facts::{FactsForm, NotSaid, Said};
use super::problem::{Problem, Shown, chain};
use super::record::{read, small_photos};
use super::rows::record_href;
use super::visit::Unlocked;
use crate::carrier::ProtectedUpload;
use crate::form::PhotoView;
use crate::frame::{Flash, Frame, Tab};
use crate::show::Number;
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
use waiqin_protocol::words::fill;

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

#[derive(Template)]
#[template(path = "photo_new.html")]
pub(super) struct NewPhotoPage {
    frame: Frame,
    place: String,
    back: String,
    action: String,
    problem: Option<String>,
    form: FactsForm,
    recent: Vec<PhotoView>,
    recent_count: String,
}

/// Why a photo was not saved.
#[derive(Debug)]
enum NotSaved {
    NoFile,
    Said(NotSaid),
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
            Err(not_said) => {
                drain(part).await;
                return Err(NotSaved::Said(not_said));
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
            form: FactsForm::new(&frame, shows, said, desktop),
            recent_count: match recent.len() {
                1 => w.sum_photo.to_owned(),
                n => fill(w.sum_photos, &[("n", &n)]),
            },
            recent,
            frame,
        }
    }
}

fn not_saved_text(not_saved: &NotSaved, w: &'static Words) -> (StatusCode, String) {
    let (status, text) = match not_saved {
        NotSaved::NoFile => (StatusCode::UNPROCESSABLE_ENTITY, w.err_photo_none),
        NotSaved::Said(not_said) => {
            let text = fill(w.err_photo_again, &[("why", &not_said.text(w))]);
            return (StatusCode::UNPROCESSABLE_ENTITY, text);
        }
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
}
