//! `POST /api/v1/evidence`: begins an upload, perhaps with its first bytes.

use super::headers::{
    self, Checksum, UPLOAD_DEFER_LENGTH, UPLOAD_EXPIRES, UPLOAD_LENGTH, UPLOAD_OFFSET,
};
use super::receive::{Receiving, receive};
use crate::api::caller::By;
use crate::api::limit;
use crate::api::problem::Refusal;
use crate::court::Court;
use crate::db::{Caller, Upload};
use crate::rate::Work;
use axum::extract::{Request, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use waiqin_protocol::ids::EvidenceHash;

/// Most uploads of one journal at once; its oldest gives way.
const UPLOADS_MAX: u32 = 64;

/// Begins an upload. It never says that the bytes are there already: each journal brings its own.
pub(super) async fn create(
    State(court): State<Court>,
    By(caller): By,
    request: Request,
) -> Result<Response, Refusal> {
    headers::check_version(request.headers())?;
    let place = limit::place(&court, Work::Upload, &caller)?;
    let length = announced_length(&court, request.headers())?;
    let checksum = Checksum::of(request.headers())?;
    let hash = headers::announced_hash(request.headers())?;
    let metadata = headers::metadata(request.headers())?.to_owned();
    let upload = begin(&court, &caller, hash, length, metadata).await?;
    let mut with = vec![
        (LOCATION, location(&upload.id)?),
        (UPLOAD_EXPIRES, headers::http_date(upload.expires_ms)?),
    ];
    if headers::has_bytes(request.headers()) {
        let receiving = Receiving {
            caller,
            upload,
            offset: 0,
            checksum,
            place: Some(place),
        };
        let received = receive(court, receiving, request.into_body()).await;
        if received == Err(Refusal::NoUpload) {
            // Begun a moment ago: a newer upload of the same bytes took its place.
            return Err(Refusal::Overtaken);
        }
        let offset = received?;
        with.push((UPLOAD_OFFSET, HeaderValue::from(offset)));
    }
    Ok(headers::answer(StatusCode::CREATED, &with))
}

/// Makes a new upload; an older one of the journal gives way to it.
pub(super) async fn begin(
    court: &Court,
    caller: &Caller,
    hash: EvidenceHash,
    length: Option<u64>,
    metadata: String,
) -> Result<Upload, Refusal> {
    let now_ms = court.clock().now_ms();
    let upload = Upload {
        id: hex::encode(court.random::<16>()),
        journal: caller.journal.id,
        hash,
        length,
        metadata,
        created_ms: now_ms,
        expires_ms: now_ms.saturating_add(court.config().upload_ms),
        whole: false,
    };
    court.evidence().create_upload(&upload.id).await?;
    for id in court.db().add_upload(&upload, UPLOADS_MAX).await? {
        court.evidence().remove_upload(&id).await?;
    }
    Ok(upload)
}

/// The length of a new upload; none when it says that it will be told later.
fn announced_length(court: &Court, headers: &HeaderMap) -> Result<Option<u64>, Refusal> {
    let deferred = headers.get(UPLOAD_DEFER_LENGTH);
    match deferred.map(|value| value.as_bytes()) {
        Some(b"1") if !headers.contains_key(UPLOAD_LENGTH) => Ok(None),
        Some(_) => Err(Refusal::Malformed),
        None => headers::length(court, headers).map(Some),
    }
}

fn location(id: &str) -> Result<HeaderValue, Refusal> {
    HeaderValue::try_from(format!("/api/v1/evidence/{id}")).map_err(|_| Refusal::Internal)
}
