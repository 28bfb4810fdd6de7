//! One upload over tus 1.0.0: created, continued from wherever the server stands, and begun anew when
//! it knows nothing of it. Memory holds one chunk.

use super::conversation::{Conversation, FAST_BYTES_PER_S};
use super::error::CallError;
use super::holdings::Unsent;
use super::line::{Alive, not_ours, number, slices, wordless};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, LOCATION};
use reqwest::{Body, Method, RequestBuilder, Response, Url};
use sha2::{Digest, Sha256};
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};
use waiqin_protocol::suite::sha256;
use waiqin_protocol::sync::Token;
use waiqin_protocol::wire::evidence::METADATA_SHA256;
use waiqin_protocol::wire::problem::ProblemCode;

/// Bytes under one checksum, held in memory per upload: more on a fast line, where the round trips
/// between them are what costs.
const CHUNK_BYTES: u64 = 1 << 20;
const FAST_CHUNK_BYTES: u64 = 4 << 20;
/// Steps of one upload that may gain nothing.
const VAIN_MAX: u32 = 4;
const TUS_VERSION: &str = "1.0.0";
const BYTES_TYPE: &str = "application/offset+octet-stream";
const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const UPLOAD_CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");

/// How an upload moves, in bytes from its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moved {
    /// Handed to the line.
    Sent(u64),
    /// At the court, durably.
    There(u64),
}

/// Told how an upload moves.
pub(super) type Progress = Arc<dyn Fn(Moved) + Send + Sync>;

impl Conversation {
    /// Uploads a piece, going on where an earlier upload stood.
    pub async fn upload(
        &self,
        token: &Token,
        unsent: Unsent,
        progress: Progress,
    ) -> Result<(), CallError> {
        let mut upload = Upload {
            talk: self,
            token,
            unsent,
            progress,
            reader: Mutex::new(None),
            furthest: 0,
            vain: 0,
        };
        let done = upload.run().await;
        match &done {
            // The next upload of this piece, if there ever is one, begins anew.
            Ok(()) => upload.keep_place(None).await?,
            Err(error)
                if matches!(
                    error.code(),
                    Some(ProblemCode::HashMismatch | ProblemCode::Checksum)
                ) =>
            {
                upload.keep_place(None).await?;
                // Whose fault it is, is read from the bytes: here or on the way.
                return Err(upload.reread().await);
            }
            Err(_) => {}
        }
        done
    }
}

/// One upload.
struct Upload<'a> {
    talk: &'a Conversation,
    token: &'a Token,
    unsent: Unsent,
    progress: Progress,
    /// A reader and where it stands.
    reader: Mutex<Option<(u64, Box<dyn Read + Send>)>>,
    /// The furthest offset reached.
    furthest: u64,
    /// Steps that gained nothing.
    vain: u32,
}

/// Where an upload stands.
struct Place {
    url: Url,
    offset: u64,
}

impl Upload<'_> {
    async fn run(&mut self) -> Result<(), CallError> {
        let mut place = self.resumed().await?;
        loop {
            let step = match &place {
                Some(place) if place.offset == self.unsent.length => return Ok(()),
                Some(place) => self.patch(place).await,
                None => self.create().await,
            };
            place = match step {
                Ok(next) => Some(next),
                Err(error) => self.after(error, place).await?,
            };
            // An upload that begins anew gains nothing before it is further than ever.
            let offset = place.as_ref().map_or(0, |place| place.offset);
            self.vain = if offset > self.furthest {
                0
            } else {
                self.vain + 1
            };
            self.furthest = self.furthest.max(offset);
            if self.vain > VAIN_MAX {
                return Err(CallError::Cut(None));
            }
        }
    }

    /// Where an earlier upload stands, if the server still knows it.
    async fn resumed(&self) -> Result<Option<Place>, CallError> {
        let hash = self.unsent.hash;
        let named = self
            .talk
            .held(move |holdings| holdings.upload_place(hash))
            .await?;
        let url = named.and_then(|named| self.talk.line.own_address(&named, "evidence"));
        match url {
            Some(url) => self.look(url).await,
            None => Ok(None),
        }
    }

    /// `HEAD`: how much the server has. `None`: it does not know the upload.
    async fn look(&self, url: Url) -> Result<Option<Place>, CallError> {
        let alive = Alive::new();
        let request = self.request(Method::HEAD, url.clone());
        let response = self.talk.line.send(request, &alive).await?;
        if !response.status().is_success() {
            let error = wordless(&response).unwrap_or_else(|| not_ours(&response));
            return match error.code() {
                Some(ProblemCode::NoUpload) => Ok(None),
                Some(_) | None => Err(error),
            };
        }
        self.offset(&response)
            .map(|offset| Some(Place { url, offset }))
    }

    /// `POST`: begins an upload, on a fast line with its first bytes. On a slow one the place is
    /// fetched first: bytes sent with a creation whose answer is lost are sent again.
    async fn create(&mut self) -> Result<Place, CallError> {
        let fast = self.is_fast();
        let hash = BASE64.encode(self.unsent.hash.to_string());
        let request = self
            .talk
            .line
            .request(Method::POST, "evidence", Some(self.token))
            .header(TUS_RESUMABLE, TUS_VERSION)
            .header(UPLOAD_LENGTH, self.unsent.length)
            .header(UPLOAD_METADATA, format!("{METADATA_SHA256} {hash}"));
        let response = if fast {
            let chunk = self.chunk(0).await?;
            self.send_chunk(request, chunk, 0).await?
        } else {
            let alive = Alive::new();
            let response = self.talk.line.send(request, &alive).await?;
            self.talk.line.accepted(response, &alive).await?
        };
        let named = response
            .headers()
            .get(LOCATION)
            .and_then(|value| value.to_str().ok());
        let url = named.and_then(|named| self.talk.line.own_address(named, "evidence"));
        let url = url.ok_or_else(|| not_ours(&response))?;
        let offset = if fast { self.offset(&response)? } else { 0 };
        self.keep_place(Some(url.path().to_owned())).await?;
        Ok(Place { url, offset })
    }

    /// `PATCH`: the next bytes.
    async fn patch(&mut self, place: &Place) -> Result<Place, CallError> {
        let chunk = self.chunk(place.offset).await?;
        let request = self
            .request(Method::PATCH, place.url.clone())
            .header(UPLOAD_OFFSET, place.offset);
        let response = self.send_chunk(request, chunk, place.offset).await?;
        let offset = self.offset(&response)?;
        Ok(Place {
            url: place.url.clone(),
            offset,
        })
    }

    /// What a failed step means: go on from where the server stands, begin anew, or give up.
    async fn after(
        &mut self,
        error: CallError,
        place: Option<Place>,
    ) -> Result<Option<Place>, CallError> {
        let stands = match &error {
            CallError::Stalled(_) | CallError::Cut(_) => true,
            CallError::Refused { problem, .. } => match problem.code {
                ProblemCode::Offset | ProblemCode::Checksum => true,
                ProblemCode::NoUpload => false,
                ProblemCode::Unauthorised
                | ProblemCode::Revoked
                | ProblemCode::EnrolCode
                | ProblemCode::Malformed
                | ProblemCode::TooLarge
                | ProblemCode::HashMismatch
                | ProblemCode::Signature
                | ProblemCode::Busy
                | ProblemCode::Internal
                | ProblemCode::NotFound => return Err(error),
            },
            CallError::Offline
            | CallError::Address
            | CallError::Unreachable(_)
            | CallError::WrongKey
            | CallError::NotOurs { .. }
            | CallError::Gateway { .. }
            | CallError::Missing
            | CallError::Damaged
            | CallError::Phone(_) => return Err(error),
        };
        if self.vain >= VAIN_MAX {
            return Err(error);
        }
        match place {
            Some(place) if stands => self.look(place.url).await,
            // A creation whose answer was lost: the server lets its trunk expire.
            Some(_) | None => {
                self.keep_place(None).await?;
                Ok(None)
            }
        }
    }

    fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.talk
            .line
            .request_url(method, url, Some(self.token))
            .header(TUS_RESUMABLE, TUS_VERSION)
    }

    async fn send_chunk(
        &self,
        request: RequestBuilder,
        chunk: Bytes,
        at: u64,
    ) -> Result<Response, CallError> {
        let alive = Alive::new();
        let begun = tokio::time::Instant::now();
        let length = chunk.len();
        // Bytes that go in one have their hash already.
        let checksum = BASE64.encode(if length as u64 == self.unsent.length {
            *self.unsent.hash.as_bytes()
        } else {
            sha256(&chunk)
        });
        let progress = self.progress.clone();
        let body = slices(chunk, alive.clone(), move |sent| {
            progress(Moved::Sent(at + sent))
        });
        let request = request
            .header(CONTENT_TYPE, BYTES_TYPE)
            .header(CONTENT_LENGTH, length)
            .header(UPLOAD_CHECKSUM, format!("sha256 {checksum}"))
            .body(Body::wrap_stream(body));
        let response = self.talk.line.send(request, &alive).await?;
        let response = self.talk.line.accepted(response, &alive).await?;
        self.talk.measured(length as u64, begun.elapsed());
        Ok(response)
    }

    /// The offset that an answer of tus names.
    fn offset(&self, response: &Response) -> Result<u64, CallError> {
        let version = response
            .headers()
            .get(TUS_RESUMABLE)
            .map(|value| value.as_bytes());
        number(response, UPLOAD_OFFSET)
            .filter(|offset| {
                version == Some(TUS_VERSION.as_bytes()) && *offset <= self.unsent.length
            })
            .inspect(|offset| (self.progress)(Moved::There(*offset)))
            .ok_or_else(|| not_ours(response))
    }

    async fn keep_place(&self, place: Option<String>) -> Result<(), CallError> {
        let hash = self.unsent.hash;
        self.talk
            .held(move |holdings| holdings.keep_upload_place(hash, place.as_deref()))
            .await
    }

    fn is_fast(&self) -> bool {
        let speed = self.talk.speed();
        speed.is_some_and(|speed| speed >= FAST_BYTES_PER_S)
    }

    fn held_reader(&mut self) -> &mut Option<(u64, Box<dyn Read + Send>)> {
        self.reader
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The next bytes from an offset, read on a thread that may block.
    async fn chunk(&mut self, offset: u64) -> Result<Bytes, CallError> {
        let most = match self.is_fast() {
            true => FAST_CHUNK_BYTES,
            false => CHUNK_BYTES,
        };
        let left = self.unsent.length.saturating_sub(offset).min(most);
        let reader = self.held_reader().take().filter(|(at, _)| *at == offset);
        let hash = self.unsent.hash;
        let holdings = self.talk.holdings.clone();
        let read = tokio::task::spawn_blocking(move || {
            let mut reader = match reader {
                Some((_, reader)) => reader,
                None => match holdings.evidence(hash, offset)? {
                    Some(reader) => reader,
                    None => return Ok(None),
                },
            };
            let mut chunk = Vec::new();
            reader.by_ref().take(left).read_to_end(&mut chunk)?;
            Ok(Some((chunk, reader)))
        });
        let read: io::Result<_> = read
            .await
            .map_err(|error| CallError::Phone(Box::new(error)))?;
        let (chunk, reader) = read.map_err(of_evidence)?.ok_or(CallError::Missing)?;
        if chunk.len() as u64 != left {
            return Err(CallError::Damaged);
        }
        *self.held_reader() = Some((offset + left, reader));
        Ok(Bytes::from(chunk))
    }

    /// Reads the bytes once more: damaged here, or on the way.
    async fn reread(&self) -> CallError {
        let hash = self.unsent.hash;
        let holdings = self.talk.holdings.clone();
        let read = tokio::task::spawn_blocking(move || -> io::Result<Option<bool>> {
            let Some(mut reader) = holdings.evidence(hash, 0)? else {
                return Ok(None);
            };
            let mut digest = Sha256::new();
            let mut buffer = vec![0; 64 << 10];
            loop {
                match reader.read(&mut buffer)? {
                    0 => break,
                    read => digest.update(&buffer[..read]),
                }
            }
            Ok(Some(digest.finalize()[..] == *hash.as_bytes()))
        });
        match read.await {
            Ok(Ok(Some(true))) => CallError::Cut(None),
            Ok(Ok(Some(false))) => CallError::Damaged,
            Ok(Ok(None)) => CallError::Missing,
            Ok(Err(error)) => of_evidence(error),
            Err(error) => CallError::Phone(Box::new(error)),
        }
    }
}

fn of_evidence(error: io::Error) -> CallError {
    if error.kind() == io::ErrorKind::InvalidData {
        CallError::Damaged
    } else {
        CallError::Phone(Box::new(error))
    }
}
