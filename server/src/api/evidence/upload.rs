//! `HEAD`, `PATCH` and `DELETE` of one upload.

use super::headers::{self, Checksum, UPLOAD_EXPIRES, UPLOAD_LENGTH, UPLOAD_OFFSET};
use super::receive::{Receiving, receive};
use crate::api::caller::By;
use crate::api::problem::Refusal;
use crate::court::Court;
use crate::db::{Caller, Upload};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;

/// Where the upload stands. Takes it over: an older request of the journal that hangs lets go.
pub(super) async fn head(
    State(court): State<Court>,
    By(caller): By,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    headers::check_version(&headers)?;
    let upload = upload_of(&court, &caller, &id).await?;
    let offset = if upload.whole {
        upload.length
    } else {
        let part = court.evidence().take_upload(&id).await?;
        let mut part = part.ok_or(Refusal::NoUpload)?;
        // What a broken request left behind is not durable yet.
        part.sync().await?;
        part.length()
    };
    let with = [
        (UPLOAD_OFFSET, HeaderValue::from(offset)),
        (UPLOAD_LENGTH, HeaderValue::from(upload.length)),
        (UPLOAD_EXPIRES, headers::http_date(upload.expires_ms)?),
    ];
    Ok(headers::answer(StatusCode::OK, &with))
}

/// Adds bytes at an offset.
pub(super) async fn patch(
    State(court): State<Court>,
    By(caller): By,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Refusal> {
    headers::check_version(request.headers())?;
    if !headers::has_bytes(request.headers()) {
        return Err(Refusal::Malformed);
    }
    let offset = headers::number(request.headers(), &UPLOAD_OFFSET)?;
    let checksum = Checksum::of(request.headers())?;
    let upload = upload_of(&court, &caller, &id).await?;
    if upload.whole {
        return Err(Refusal::Offset {
            offset: upload.length,
        });
    }
    let expires = headers::http_date(upload.expires_ms)?;
    let receiving = Receiving {
        caller,
        upload,
        offset,
        checksum,
    };
    let offset = receive(court, receiving, request.into_body()).await?;
    let with = [
        (UPLOAD_OFFSET, HeaderValue::from(offset)),
        (UPLOAD_EXPIRES, expires),
    ];
    Ok(headers::answer(StatusCode::NO_CONTENT, &with))
}

/// Ends an upload that is not wanted.
pub(super) async fn delete(
    State(court): State<Court>,
    By(caller): By,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    headers::check_version(&headers)?;
    let upload = upload_of(&court, &caller, &id).await?;
    court.db().drop_upload(&upload.id).await?;
    court.evidence().remove_upload(&upload.id).await?;
    Ok(headers::answer(StatusCode::NO_CONTENT, &[]))
}

async fn upload_of(court: &Court, caller: &Caller, id: &str) -> Result<Upload, Refusal> {
    let now_ms = court.clock().now_ms();
    court
        .db()
        .upload(id, caller.journal.id, now_ms)
        .await?
        .ok_or(Refusal::NoUpload)
}
