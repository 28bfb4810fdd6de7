//! JSON bodies of requests, bounded.

use super::problem::{Refusal, of_body};
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;

/// Longest JSON body: an entry of 1 MiB whose text is escaped.
pub(super) const BYTES_MAX: usize = 3 << 20;

/// A JSON body.
pub(super) struct Message<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Message<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Refusal> {
        let declared = request
            .headers()
            .get(axum::http::header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        if declared.is_some_and(|length| length > BYTES_MAX) {
            return Err(Refusal::TooLarge {
                max: BYTES_MAX as u64,
            });
        }
        let bytes = axum::body::to_bytes(request.into_body(), BYTES_MAX)
            .await
            .map_err(|error| of_body(&error))?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|_| Refusal::Malformed)
    }
}
