//! 收入上交包: the package of a phone that no line reaches or that was revoked, and the receipts that
//! go back to it.

use super::form::ProtectedUpload;
use super::frame::{Frame, Tab};
use super::page::{Page, show};
use super::problem::Problem;
use crate::api::hand_in::{self, HandInError, HandedIn};
use crate::db::AuditAct;
use askama::Template;
use axum::extract::Path;
use axum::extract::multipart::Field;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use std::io::{Seek, Write};
use tempfile::NamedTempFile;
use waiqin_protocol::ids::JournalId;

/// Largest package that is taken in a browser, bytes; the command line takes any.
pub(super) const PACKAGE_BYTES_MAX: usize = 8 << 30;

#[derive(Template)]
#[template(path = "hand_in.html")]
struct HandInPage {
    frame: Frame,
    problem: Option<String>,
    done: Option<DonePart>,
}

struct DonePart {
    whole: bool,
    lines: Vec<String>,
    device: String,
    receipts: String,
}

/// `GET /devices/hand-in`
pub(super) async fn start(page: Page) -> Result<Response, Problem> {
    shown(&page, None, None)
}

fn shown(
    page: &Page,
    problem: Option<String>,
    done: Option<DonePart>,
) -> Result<Response, Problem> {
    show(&HandInPage {
        frame: page.frame(Tab::Devices, page.words().hand_in),
        problem,
        done,
    })
}

/// `POST /devices/hand-in`: checks a package and takes it in.
pub(super) async fn upload(
    page: Page,
    (): (),
    mut upload: ProtectedUpload,
) -> Result<Response, Problem> {
    let mut package = None;
    while let Some(field) = upload.next().await? {
        if field.name() == Some("package") {
            package = spooled(&page, field).await?;
            break;
        }
    }
    let Some(package) = package else {
        let nothing = page.words().hand_in_nothing.to_owned();
        return shown(&page, Some(nothing), None);
    };
    let court = page.desk.court();
    match hand_in::take_in(court, package.path(), Some(page.member.id)).await {
        Ok(done) => {
            let max = court.limits().evidence_bytes_max;
            let part = DonePart {
                whole: done.is_whole(),
                lines: done.said(max, page.lang()),
                device: super::devices::address(&done.journal.to_string()),
                receipts: receipts_of(&done),
            };
            shown(&page, None, Some(part))
        }
        Err(HandInError::Db(error)) => Err(error.into()),
        Err(error) => {
            tracing::warn!(%error, "a package was refused");
            shown(&page, Some(error.said(page.lang())), None)
        }
    }
}

fn receipts_of(done: &HandedIn) -> String {
    let known = done.journals.iter().rev().find(|it| it.aside.is_none());
    let journal = known.map_or(done.journal, |it| it.journal);
    format!("{}/receipts", super::devices::address(&journal.to_string()))
}

/// Writes what comes to a file that nobody else sees and that goes with its page.
async fn spooled(page: &Page, mut field: Field<'_>) -> Result<Option<NamedTempFile>, Problem> {
    let folder = page.desk.staging();
    std::fs::create_dir_all(&folder)?;
    let mut file = NamedTempFile::new_in(&folder)?;
    let mut bytes = 0usize;
    while let Some(chunk) = field.chunk().await.map_err(|_| Problem::Unreadable)? {
        bytes += chunk.len();
        if bytes > PACKAGE_BYTES_MAX {
            return Err(Problem::TooLarge {
                max: PACKAGE_BYTES_MAX,
            });
        }
        file.write_all(&chunk)?;
    }
    file.rewind()?;
    Ok(Some(file).filter(|_| bytes > 0))
}

/// `GET /devices/{journal}/receipts`: everything that the court has of a journal, signed, for its phone.
pub(super) async fn receipts(page: Page, Path(journal): Path<String>) -> Result<Response, Problem> {
    let id: JournalId = journal.parse().map_err(|_| Problem::NotFound)?;
    let text = hand_in::receipts_of(page.desk.court(), id).await;
    let text = text.map_err(Problem::broken)?.ok_or(Problem::NotFound)?;
    let object = id.to_string();
    page.noted(AuditAct::ReceiptsRead, Some(&object)).await?;
    let name = format!("attachment; filename=\"{}.wqreceipts\"", &journal[..8]);
    let headers = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (CONTENT_DISPOSITION, name),
    ];
    Ok((headers, text).into_response())
}
