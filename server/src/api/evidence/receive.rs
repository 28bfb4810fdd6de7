//! Receives bytes of an upload. Runs as a task of its own: when the connection dies the request is
//! dropped, but a write must not be left behind that lands after the next request has looked.

use super::headers::Checksum;
use super::settle;
use crate::api::problem::{Refusal, of_body};
use crate::court::Court;
use crate::db::{Caller, Upload};
use crate::evidence::Part;
use crate::rate::Place;
use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures_util::StreamExt;
use std::time::Duration;

/// One request's bytes.
pub(super) struct Receiving {
    pub caller: Caller,
    pub upload: Upload,
    pub offset: u64,
    pub checksum: Option<Checksum>,
    /// Held while it is under way; a package's bytes come over no line.
    pub place: Option<Place>,
}

/// Receives the body and answers where the upload stands, durably.
pub(super) async fn receive(
    court: Court,
    receiving: Receiving,
    body: Body,
) -> Result<u64, Refusal> {
    let work = tokio::spawn(async move { write(&court, receiving, body).await });
    work.await.map_err(|_| Refusal::Internal)?
}

async fn write(court: &Court, receiving: Receiving, body: Body) -> Result<u64, Refusal> {
    let Receiving {
        caller,
        upload,
        offset,
        checksum,
        place: _place,
    } = receiving;
    let part = court.evidence().take_upload(&upload.id).await?;
    let mut part = part.ok_or(Refusal::NoUpload)?;
    if part.length() != offset {
        part.sync().await?;
        return Err(Refusal::Offset {
            offset: part.length(),
        });
    }
    let bounds = Bounds {
        length: upload.length.unwrap_or(court.limits().evidence_bytes_max),
        stall: court.config().stall,
    };
    let written = match append(&mut part, bounds, checksum, body).await {
        Ok(written) => written,
        Err(Failed::Refused(refusal)) => return Err(refusal),
        Err(Failed::Broken(error)) => {
            // After a failed write or sync nothing of the file is certain: the phone starts anew.
            drop(part);
            discard(court, &upload).await?;
            return Err(error.into());
        }
    };
    if Some(part.length()) == upload.length {
        finish(court, &caller, &upload, part).await?;
    }
    Ok(written)
}

/// What a body must keep to.
#[derive(Clone, Copy)]
struct Bounds {
    /// Longest the upload may become, bytes.
    length: u64,
    /// Longest silence.
    stall: Duration,
}

enum Failed {
    Refused(Refusal),
    Broken(crate::evidence::EvidenceError),
}

impl From<crate::evidence::EvidenceError> for Failed {
    fn from(error: crate::evidence::EvidenceError) -> Self {
        Self::Broken(error)
    }
}

/// Appends the body to the part. What came before a cut, a stall or a newer request is kept: the
/// hash over the whole decides. What fails its own checksum is not.
async fn append(
    part: &mut Part,
    bounds: Bounds,
    mut checksum: Option<Checksum>,
    body: Body,
) -> Result<u64, Failed> {
    let mark = part.mark();
    // From the first byte on, the hash of the upload is this sum: bytes are hashed once.
    let whole = match part.length() {
        0 => checksum.as_ref().and_then(Checksum::expected_sha256),
        _ => None,
    };
    if whole.is_some() {
        checksum = None;
    }
    let mut body = body.into_data_stream();
    let cut = loop {
        match next(part, &mut body, bounds.stall).await {
            Next::End => break None,
            Next::Cut(refusal) => break Some(refusal),
            Next::Bytes(bytes) => {
                if part.length() + bytes.len() as u64 > bounds.length {
                    part.back_to(mark).await?;
                    part.sync().await?;
                    return Err(Failed::Refused(Refusal::TooLarge { max: bounds.length }));
                }
                if let Some(checksum) = &mut checksum {
                    checksum.update(&bytes);
                }
                part.append(&bytes).await?;
            }
        }
    };
    let fits = match whole {
        Some(hash) => part.hash().await? == hash,
        None => checksum.is_none_or(Checksum::fits),
    };
    let damaged = cut.is_none() && !fits;
    if damaged {
        part.back_to(mark).await?;
    }
    part.sync().await?;
    match (cut, damaged) {
        (Some(refusal), _) => Err(Failed::Refused(refusal)),
        (None, true) => Err(Failed::Refused(Refusal::Checksum)),
        (None, false) => Ok(part.length()),
    }
}

enum Next {
    Bytes(Bytes),
    End,
    Cut(Refusal),
}

async fn next(part: &mut Part, body: &mut BodyDataStream, stall: Duration) -> Next {
    tokio::select! {
        biased;
        () = part.overtaken() => Next::Cut(Refusal::Overtaken),
        chunk = tokio::time::timeout(stall, body.next()) => match chunk {
            Err(_) => Next::Cut(Refusal::Stalled),
            Ok(None) => Next::End,
            Ok(Some(Err(error))) => Next::Cut(of_body(&error)),
            Ok(Some(Ok(bytes))) => Next::Bytes(bytes),
        },
    }
}

/// All bytes are there: compares their hash with the one announced.
pub(super) async fn finish(
    court: &Court,
    caller: &Caller,
    upload: &Upload,
    mut part: Part,
) -> Result<(), Refusal> {
    let hash = part.hash().await?;
    if hash != upload.hash {
        drop(part);
        discard(court, upload).await?;
        tracing::warn!(journal = %caller.journal.id, "an upload does not have its hash");
        return Err(Refusal::HashMismatch);
    }
    court.db().set_whole(&upload.id).await?;
    drop(part);
    settle::settle(court, &caller.journal, upload.hash).await?;
    Ok(())
}

async fn discard(court: &Court, upload: &Upload) -> Result<(), Refusal> {
    court.db().drop_upload(&upload.id).await?;
    court.evidence().remove_upload(&upload.id).await?;
    Ok(())
}
