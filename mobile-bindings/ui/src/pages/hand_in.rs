//! 上交与回执: a package for a court that no line reaches, or for a phone that was revoked, and the
//! receipts that come back. Bytes of the package go to the browser while they are made: the phone's
//! disk may be full.

use super::page;
use super::problem::{Problem, Shown, chain};
use super::visit::Unlocked;
use crate::carrier::{Protected, ProtectedUpload};
use crate::frame::{Flash, Frame, Tab};
use crate::show::{file_time, size};
use crate::words::Words;
use askama::Template;
use axum::body::Body;
use axum::extract::multipart::Multipart;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use std::io::{self, Write};
use tokio::sync::mpsc;
use waiqin_core::{HandInError, HandInScope, ReceiptsTaken, Session, Status, TakeReceiptsError};
use waiqin_protocol::package::{RECEIPTS_BYTES_MAX, ReceiptsError};
use waiqin_protocol::words::fill;

/// Bytes handed to the browser at a time.
const PART_BYTES: usize = 256 << 10;
/// Parts that may wait for the browser.
const PARTS_WAITING: usize = 4;
/// A receipts file in the form that carries it, bytes.
pub(super) const FORM_BYTES_MAX: usize = RECEIPTS_BYTES_MAX + (64 << 10);

#[derive(Template)]
#[template(path = "hand_in.html")]
pub(super) struct HandInPage {
    frame: Frame,
    waits: String,
    nothing: bool,
    problem: Option<&'static str>,
}

/// `GET /hand-in`
pub(super) async fn show(desk: Unlocked) -> Response {
    said(&desk, None, None)
}

/// `POST /hand-in`: the package, as a file of the browser.
pub(super) async fn package(
    desk: Unlocked,
    Protected(posted): Protected,
) -> Result<Response, Shown> {
    let scope = match posted.text("scope") {
        Some("undelivered") => HandInScope::Undelivered,
        Some("everything") => HandInScope::Everything,
        Some(_) | None => return Err(desk.problem(Problem::Form)),
    };
    let (parts, mut waiting) = mpsc::channel(PARTS_WAITING);
    let session = desk.session.clone();
    let work = tokio::task::spawn_blocking(move || write(&session, scope, &parts));
    let Some(Ok(first)) = waiting.recv().await else {
        let not_written = match work.await {
            Ok(Err(HandInError::Locked)) => return Err(desk.problem(Problem::Locked)),
            Ok(_) | Err(_) => desk.w().hand_not_written,
        };
        return Ok(said(&desk, Some(not_written), None));
    };
    let name = format!(
        "{}-{}.wqpack",
        &desk.session.journal().to_string()[..8],
        file_time(desk.now_ms())
    );
    let rest = stream::unfold(Some((Some(first), waiting)), |state| async {
        let (first, mut waiting) = state?;
        let part = match first {
            Some(first) => Ok(first),
            None => waiting.recv().await?,
        };
        // After an error nothing follows: the browser sees that the file was cut.
        let next = part.is_ok().then_some((None, waiting));
        Some((part, next))
    });
    let headers = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    Ok((headers, Body::from_stream(rest)).into_response())
}

/// `POST /hand-in/receipts`
pub(super) async fn receipts(
    desk: Unlocked,
    ProtectedUpload(mut parts): ProtectedUpload,
) -> Result<Response, Shown> {
    let w = desk.w();
    let Some(file) = file_of(&mut parts).await else {
        return Ok(said(&desk, Some(w.hand_no_file), None));
    };
    let session = desk.session.clone();
    let taken = tokio::task::spawn_blocking(move || session.take_receipts(&mut &*file)).await;
    Ok(match taken {
        Ok(Ok(taken)) => said(&desk, None, Some(brought(&taken, w))),
        Ok(Err(TakeReceiptsError::Locked)) => return Err(desk.problem(Problem::Locked)),
        Ok(Err(error)) => {
            tracing::warn!(error = %chain(&error), "receipts were not taken");
            said(&desk, Some(refused(&error, w)), None)
        }
        Err(error) => {
            tracing::error!(%error, "taking receipts did not come back");
            return Err(desk.problem(Problem::Store));
        }
    })
}

async fn file_of(parts: &mut Multipart) -> Option<Vec<u8>> {
    while let Ok(Some(mut part)) = parts.next_field().await {
        if part.name() != Some("receipts") {
            continue;
        }
        let mut file = Vec::new();
        while let Some(chunk) = part.chunk().await.ok()? {
            file.extend_from_slice(&chunk);
        }
        return Some(file).filter(|file| !file.is_empty());
    }
    None
}

fn said(desk: &Unlocked, problem: Option<&'static str>, flash: Option<String>) -> Response {
    let flash = flash.map(|text| Flash { text, class: "ok" });
    let frame = Frame {
        flash,
        ..desk.frame(Some(Tab::Sync))
    };
    let shown = HandInPage::new(frame, &desk.session.status(), problem);
    let status = match problem {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    (status, page(&shown)).into_response()
}

impl HandInPage {
    pub(super) fn new(frame: Frame, status: &Status, problem: Option<&'static str>) -> Self {
        let w = frame.w;
        let nothing = status.undelivered_entries == 0 && status.undelivered_photos == 0;
        let waits = match nothing {
            true => w.hand_nothing.to_owned(),
            false => fill(
                w.hand_waits,
                &[
                    ("entries", &status.undelivered_entries),
                    ("photos", &status.undelivered_photos),
                    ("size", &size(status.undelivered_bytes)),
                ],
            ),
        };
        Self {
            frame,
            waits,
            nothing,
            problem,
        }
    }
}

/// What receipts brought, and what is to be done now.
fn brought(taken: &ReceiptsTaken, w: &Words) -> String {
    if taken.new_journal {
        return w.hand_new_journal.to_owned();
    }
    if taken.court_behind {
        return w.hand_court_behind.to_owned();
    }
    fill(
        w.hand_taken,
        &[("entries", &taken.entries), ("photos", &taken.evidence)],
    )
}

pub(crate) fn refused(error: &TakeReceiptsError, w: &'static Words) -> &'static str {
    match error {
        TakeReceiptsError::File(ReceiptsError::OtherServer) | TakeReceiptsError::OtherJournal => {
            w.hand_other
        }
        TakeReceiptsError::File(ReceiptsError::Version(_)) => w.hand_version,
        TakeReceiptsError::File(ReceiptsError::NotReceipts | ReceiptsError::Signature)
        | TakeReceiptsError::Foreign
        | TakeReceiptsError::Read(_) => w.hand_changed,
        TakeReceiptsError::Keep(_) | TakeReceiptsError::Locked => w.hand_not_kept,
    }
}

fn write(
    session: &Session,
    scope: HandInScope,
    parts: &mpsc::Sender<io::Result<Bytes>>,
) -> Result<(), HandInError> {
    let out = Parts {
        parts,
        held: Vec::with_capacity(PART_BYTES),
    };
    let done = session.write_hand_in(out, scope);
    if let Err(error) = &done {
        tracing::error!(error = %chain(error), "a package was not written");
        // Nobody may listen any more.
        let _ = parts.blocking_send(Err(io::Error::other("the package was not written")));
    }
    done.map(|_| ())
}

/// Hands what is written to the browser, on the engine's thread.
struct Parts<'a> {
    parts: &'a mpsc::Sender<io::Result<Bytes>>,
    held: Vec<u8>,
}

impl Write for Parts<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        if self.held.len() >= PART_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let part = Bytes::from(std::mem::take(&mut self.held));
        self.parts
            .blocking_send(Ok(part))
            .map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}
