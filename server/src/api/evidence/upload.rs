//! `HEAD`, `PATCH` and `DELETE` of one upload.

use super::headers::{
    self, Checksum, UPLOAD_DEFER_LENGTH, UPLOAD_EXPIRES, UPLOAD_LENGTH, UPLOAD_METADATA,
    UPLOAD_OFFSET,
};
use super::receive::{Receiving, finish, receive};
use crate::api::caller::By;
use crate::api::limit;
use crate::api::problem::Refusal;
use crate::court::Court;
use crate::db::{Caller, Upload};
use crate::rate::Work;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;

/// The id in an address. What is no text names no upload.
pub(super) struct UploadId(String);

impl<S: Send + Sync> FromRequestParts<S> for UploadId {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let id = Path::<String>::from_request_parts(parts, state).await;
        match id {
            // PostgreSQL takes no NUL, and no upload has one.
            Ok(Path(id)) if !id.contains('\0') => Ok(Self(id)),
            Ok(_) | Err(_) => Err(Refusal::NoUpload),
        }
    }
}

/// Where the upload stands. Takes it over: an older request of the journal that hangs lets go.
pub(super) async fn head(
    State(court): State<Court>,
    By(caller): By,
    UploadId(id): UploadId,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    headers::check_version(&headers)?;
    let upload = upload_of(&court, &caller, &id).await?;
    let offset = match upload.length {
        Some(length) if upload.whole => length,
        Some(_) | None => {
            let part = court.evidence().take_upload(&id).await?;
            let mut part = part.ok_or(Refusal::NoUpload)?;
            // What a broken request left behind is not durable yet.
            part.sync().await?;
            let offset = part.length();
            if upload.length == Some(offset) {
                // A crash came between the last byte and the comparison: no further byte would bring it.
                finish(&court, &caller, &upload, part).await?;
            }
            offset
        }
    };
    let length = match upload.length {
        Some(length) => (UPLOAD_LENGTH, HeaderValue::from(length)),
        None => (UPLOAD_DEFER_LENGTH, HeaderValue::from(1)),
    };
    let metadata = HeaderValue::try_from(upload.metadata);
    let with = [
        (UPLOAD_OFFSET, HeaderValue::from(offset)),
        length,
        (UPLOAD_METADATA, metadata.map_err(|_| Refusal::Internal)?),
        (UPLOAD_EXPIRES, headers::http_date(upload.expires_ms)?),
    ];
    Ok(headers::answer(StatusCode::OK, &with))
}

/// Adds bytes at an offset.
pub(super) async fn patch(
    State(court): State<Court>,
    By(caller): By,
    UploadId(id): UploadId,
    request: Request,
) -> Result<Response, Refusal> {
    headers::check_version(request.headers())?;
    if !headers::has_bytes(request.headers()) {
        return Err(Refusal::Malformed);
    }
    let place = limit::place(&court, Work::Upload, &caller)?;
    let offset = headers::number(request.headers(), &UPLOAD_OFFSET)?;
    let checksum = Checksum::of(request.headers())?;
    let mut upload = upload_of(&court, &caller, &id).await?;
    if let Some(length) = upload.length.filter(|_| upload.whole) {
        return Err(Refusal::Offset { offset: length });
    }
    if request.headers().contains_key(UPLOAD_LENGTH) {
        let length = headers::length(&court, request.headers())?;
        // Said once, it stays.
        if length < offset || upload.length.is_some_and(|said| said != length) {
            return Err(Refusal::Malformed);
        }
        if upload.length.replace(length).is_none() {
            court.db().set_length(&id, length).await?;
        }
    }
    let expires = headers::http_date(upload.expires_ms)?;
    let receiving = Receiving {
        caller,
        upload,
        offset,
        checksum,
        place: Some(place),
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
    UploadId(id): UploadId,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    headers::check_version(&headers)?;
    let upload = upload_of(&court, &caller, &id).await?;
    court.db().drop_upload(&upload.id).await?;
    court.evidence().remove_upload(&upload.id).await?;
    Ok(headers::answer(StatusCode::NO_CONTENT, &[]))
}

/// `POST` with `X-HTTP-Method-Override`, for clients behind something that lets no other method pass.
pub(super) async fn instead(
    court: State<Court>,
    by: By,
    id: UploadId,
    request: Request,
) -> Result<Response, Refusal> {
    let meant = request.headers().get("x-http-method-override");
    match meant.map(|value| value.as_bytes()) {
        Some(b"PATCH") => patch(court, by, id, request).await,
        Some(b"DELETE") => delete(court, by, id, request.headers().clone()).await,
        Some(b"HEAD") => head(court, by, id, request.headers().clone()).await,
        Some(_) | None => Err(Refusal::Method),
    }
}

async fn upload_of(court: &Court, caller: &Caller, id: &str) -> Result<Upload, Refusal> {
    let now_ms = court.clock().now_ms();
    court
        .db()
        .upload(id, caller.journal.id, now_ms)
        .await?
        .ok_or(Refusal::NoUpload)
}
