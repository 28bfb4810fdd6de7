//! Headers of tus 1.0.0.

use super::TUS_VERSION;
use crate::api::problem::Refusal;
use crate::court::Court;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use waiqin_protocol::ids::EvidenceHash;
use waiqin_protocol::wire::evidence::METADATA_SHA256;

pub(super) const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
pub(super) const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
pub(super) const UPLOAD_DEFER_LENGTH: HeaderName = HeaderName::from_static("upload-defer-length");
pub(super) const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
pub(super) const UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
pub(super) const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
/// Longest metadata that is kept, bytes.
const METADATA_BYTES_MAX: usize = 4096;
/// Media type of the bytes of an upload.
pub(in crate::api) const BYTES_TYPE: &str = "application/offset+octet-stream";

/// `OPTIONS`: what is understood here.
pub(super) async fn discover(State(court): State<Court>) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        ("tus-version", TUS_VERSION),
        (
            "tus-extension",
            "creation,creation-with-upload,creation-defer-length,expiration,checksum,termination",
        ),
        ("tus-checksum-algorithm", "sha1,sha256"),
    ] {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    let max = HeaderValue::from(court.limits().evidence_bytes_max);
    headers.insert(HeaderName::from_static("tus-max-size"), max);
    response
}

/// Every request but `OPTIONS` says that it speaks this version.
pub(super) fn check_version(headers: &HeaderMap) -> Result<(), Refusal> {
    match headers.get(TUS_RESUMABLE) {
        Some(version) if version.as_bytes() == TUS_VERSION.as_bytes() => Ok(()),
        Some(_) | None => Err(Refusal::TusVersion),
    }
}

/// An answer with some headers.
pub(super) fn answer(status: StatusCode, with: &[(HeaderName, HeaderValue)]) -> Response {
    let mut response = status.into_response();
    let headers = response.headers_mut();
    for (name, value) in with {
        headers.insert(name.clone(), value.clone());
    }
    response
}

/// A number in a header.
pub(super) fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64, Refusal> {
    let text = headers.get(name).and_then(|value| value.to_str().ok());
    // `parse` alone would take a plus sign.
    text.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|text| text.parse().ok())
        .ok_or(Refusal::Malformed)
}

/// The length that a request announces.
pub(super) fn length(court: &Court, headers: &HeaderMap) -> Result<u64, Refusal> {
    let length = number(headers, &UPLOAD_LENGTH)?;
    let max = court.limits().evidence_bytes_max;
    match length {
        0 => Err(Refusal::Empty),
        length if length > max => Err(Refusal::TooLarge { max }),
        length => Ok(length),
    }
}

/// `Upload-Metadata` as it came; empty when there is none.
pub(super) fn metadata(headers: &HeaderMap) -> Result<&str, Refusal> {
    let value = headers.get(UPLOAD_METADATA);
    let text = value.map_or(Ok(""), |value| value.to_str());
    text.ok()
        .filter(|text| text.len() <= METADATA_BYTES_MAX)
        .ok_or(Refusal::Malformed)
}

/// Whether the body holds bytes of the upload.
pub(super) fn has_bytes(headers: &HeaderMap) -> bool {
    headers
        .get(axum::http::header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes() == BYTES_TYPE.as_bytes())
}

/// The hash in `Upload-Metadata`.
pub(super) fn announced_hash(headers: &HeaderMap) -> Result<EvidenceHash, Refusal> {
    metadata(headers)?
        .split(',')
        .find_map(|pair| pair.trim().strip_prefix(METADATA_SHA256)?.strip_prefix(' '))
        .and_then(|encoded| BASE64.decode(encoded.trim()).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok())
        .ok_or(Refusal::Malformed)
}

/// A time as HTTP writes it.
pub(super) fn http_date(ms: i64) -> Result<HeaderValue, Refusal> {
    let time = chrono::DateTime::from_timestamp_millis(ms).ok_or(Refusal::Internal)?;
    HeaderValue::try_from(time.format("%a, %d %b %Y %H:%M:%S GMT").to_string())
        .map_err(|_| Refusal::Internal)
}

/// `Upload-Checksum`: over the bytes of one request.
pub(super) struct Checksum {
    running: Running,
    expected: Vec<u8>,
}

enum Running {
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Checksum {
    /// The checksum that a request carries, if it does.
    pub fn of(headers: &HeaderMap) -> Result<Option<Self>, Refusal> {
        let Some(value) = headers.get("upload-checksum") else {
            return Ok(None);
        };
        let text = value.to_str().map_err(|_| Refusal::Malformed)?;
        let (name, encoded) = text.split_once(' ').ok_or(Refusal::Malformed)?;
        let expected = BASE64
            .decode(encoded.trim())
            .map_err(|_| Refusal::Malformed)?;
        let running = match name {
            "sha1" => Running::Sha1(Sha1::new()),
            "sha256" => Running::Sha256(Sha256::new()),
            _ => return Err(Refusal::ChecksumUnknown),
        };
        Ok(Some(Self { running, expected }))
    }

    /// What SHA-256 must come to, when that is the kind.
    pub fn expected_sha256(&self) -> Option<EvidenceHash> {
        match &self.running {
            Running::Sha1(_) => None,
            Running::Sha256(_) => {
                let bytes = self.expected.as_slice().try_into().ok()?;
                Some(EvidenceHash::from_bytes(bytes))
            }
        }
    }

    /// Takes in bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.running {
            Running::Sha1(digest) => digest.update(bytes),
            Running::Sha256(digest) => digest.update(bytes),
        }
    }

    /// Whether the bytes were those that were meant.
    pub fn fits(self) -> bool {
        match self.running {
            Running::Sha1(digest) => digest.finalize()[..] == self.expected,
            Running::Sha256(digest) => digest.finalize()[..] == self.expected,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::try_from(value).unwrap());
        headers
    }

    #[test]
    fn the_hash_is_found_among_other_metadata() {
        let hash = EvidenceHash::from_bytes([0xab; 32]);
        let encoded = BASE64.encode(hash.to_string());
        for text in [
            format!("sha256 {encoded}"),
            format!("filename aGk=, sha256 {encoded},empty"),
        ] {
            let found = announced_hash(&headers("upload-metadata", &text));
            assert_eq!(found, Ok(hash), "{text}");
        }
        let upper = BASE64.encode(hash.to_string().to_uppercase());
        for text in [
            "",
            "sha256",
            "sha256 !!",
            "sha256x YQ==",
            &format!("sha256 {upper}"),
        ] {
            let found = announced_hash(&headers("upload-metadata", text));
            assert_eq!(found, Err(Refusal::Malformed), "{text}");
        }
    }

    #[test]
    fn numbers_are_digits_alone() {
        for (text, expected) in [
            ("0", Ok(0)),
            ("17", Ok(17)),
            ("+1", Err(Refusal::Malformed)),
            ("-1", Err(Refusal::Malformed)),
            ("", Err(Refusal::Malformed)),
            ("99999999999999999999", Err(Refusal::Malformed)),
        ] {
            assert_eq!(
                number(&headers("upload-offset", text), &UPLOAD_OFFSET),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn checksums_of_both_kinds() {
        // FIPS 180 test vectors of "abc".
        for text in [
            "sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=",
            "sha256 ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
        ] {
            let mut sum = Checksum::of(&headers("upload-checksum", text))
                .unwrap()
                .unwrap();
            sum.update(b"a");
            sum.update(b"bc");
            assert!(sum.fits(), "{text}");
            let mut sum = Checksum::of(&headers("upload-checksum", text))
                .unwrap()
                .unwrap();
            sum.update(b"abd");
            assert!(!sum.fits(), "{text}");
        }
        let unknown = Checksum::of(&headers("upload-checksum", "md5 YQ=="));
        assert!(matches!(unknown, Err(Refusal::ChecksumUnknown)));
    }

    #[test]
    fn dates_are_those_of_http() {
        assert_eq!(
            http_date(784_111_777_000).unwrap(),
            "Sun, 06 Nov 1994 08:49:37 GMT"
        );
    }
}
