//! Every refusal of the API: its status, its code and its sentences, in one place. The cause is
//! logged once, here, and never sent.

use crate::causes::causes;
use crate::db::DbError;
use crate::evidence::EvidenceError;
use crate::words::api::Words;
use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::error::Error;
use std::fmt::Display;
use tower_http::timeout::TimeoutError;
use waiqin_protocol::suite::SignerError;
use waiqin_protocol::wire::problem::{Problem, ProblemBody, ProblemCode};
use waiqin_protocol::words::fill;

/// A request that was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No token, or one that is over; with a challenge for `session`.
    Unauthorised { challenge: String },
    /// The journal is revoked and asked for data.
    Revoked,
    /// The enrolment code is unknown, used or over.
    EnrolCode,
    /// Entry 1 is not as it must be.
    EntryOne,
    /// Entry 1 is for another server or officer.
    WrongServer,
    /// The request does not read.
    Malformed,
    /// More bytes than allowed.
    TooLarge { max: u64 },
    /// More under one checkpoint than allowed: entries or bytes.
    PieceTooLarge { max: u64 },
    /// The upload is unknown, another journal's, or over.
    NoUpload,
    /// The upload stands elsewhere.
    Offset { offset: u64 },
    /// A newer request continues the upload.
    Overtaken,
    /// The bytes sent do not have the checksum sent.
    Checksum,
    /// A checksum that is not known here.
    ChecksumUnknown,
    /// The bytes do not have the hash announced.
    HashMismatch,
    /// Evidence of 0 bytes.
    Empty,
    /// A signature does not fit.
    Signature,
    /// Too much at once.
    Busy,
    /// The journal has as many requests under way as it may.
    TooMany,
    /// Wrong too often; with the wait for the next try.
    TooOften { seconds: u64 },
    /// Nothing came for too long.
    Stalled,
    /// The server failed.
    Internal,
    /// No such address.
    NotFound,
    /// No such journal.
    JournalUnknown,
    /// The address does not take this method.
    Method,
    /// Not tus 1.0.0.
    TusVersion,
}

/// Seconds after which a busy server may be asked again.
const RETRY_AFTER: &str = "5";
/// tus: the checksum does not fit.
const CHECKSUM_MISMATCH: u16 = 460;

impl Refusal {
    /// Status, code and sentences.
    pub(super) fn parts(&self) -> (StatusCode, ProblemCode, fn(&Words) -> &'static str) {
        use ProblemCode as Code;
        use StatusCode as Status;
        match self {
            Self::Unauthorised { .. } => {
                (Status::UNAUTHORIZED, Code::Unauthorised, |w| w.unauthorised)
            }
            Self::Revoked => (Status::FORBIDDEN, Code::Revoked, |w| w.revoked),
            Self::EnrolCode => (Status::FORBIDDEN, Code::EnrolCode, |w| w.enrol_code),
            Self::EntryOne => (Status::UNPROCESSABLE_ENTITY, Code::Malformed, |w| {
                w.entry_one
            }),
            Self::WrongServer => (Status::UNPROCESSABLE_ENTITY, Code::Malformed, |w| {
                w.wrong_server
            }),
            Self::Malformed => (Status::BAD_REQUEST, Code::Malformed, |w| w.malformed),
            Self::TooLarge { .. } => (Status::PAYLOAD_TOO_LARGE, Code::TooLarge, |w| w.too_large),
            Self::PieceTooLarge { .. } => (Status::PAYLOAD_TOO_LARGE, Code::TooLarge, |w| {
                w.piece_too_large
            }),
            Self::NoUpload => (Status::NOT_FOUND, Code::NoUpload, |w| w.no_upload),
            Self::Offset { .. } => (Status::CONFLICT, Code::Offset, |w| w.offset),
            Self::Overtaken => (Status::LOCKED, Code::Busy, |w| w.overtaken),
            Self::Checksum => (
                Status::from_u16(CHECKSUM_MISMATCH).unwrap_or(Status::BAD_REQUEST),
                Code::Checksum,
                |w| w.checksum,
            ),
            Self::ChecksumUnknown => (Status::BAD_REQUEST, Code::Malformed, |w| w.checksum_unknown),
            Self::HashMismatch => (Status::UNPROCESSABLE_ENTITY, Code::HashMismatch, |w| {
                w.hash_mismatch
            }),
            Self::Empty => (Status::UNPROCESSABLE_ENTITY, Code::Malformed, |w| w.empty),
            Self::Signature => (Status::FORBIDDEN, Code::Signature, |w| w.signature),
            Self::Busy => (Status::SERVICE_UNAVAILABLE, Code::Busy, |w| w.busy),
            Self::TooMany => (Status::SERVICE_UNAVAILABLE, Code::Busy, |w| w.too_many),
            Self::TooOften { .. } => (Status::TOO_MANY_REQUESTS, Code::Busy, |w| w.too_often),
            Self::Stalled => (Status::REQUEST_TIMEOUT, Code::Busy, |w| w.stalled),
            Self::Internal => (Status::INTERNAL_SERVER_ERROR, Code::Internal, |w| {
                w.internal
            }),
            Self::NotFound => (Status::NOT_FOUND, Code::NotFound, |w| w.not_found),
            Self::JournalUnknown => (Status::NOT_FOUND, Code::NotFound, |w| w.journal_unknown),
            Self::Method => (Status::METHOD_NOT_ALLOWED, Code::Malformed, |w| w.method),
            Self::TusVersion => (Status::PRECONDITION_FAILED, Code::Malformed, |w| {
                w.tus_version
            }),
        }
    }

    /// The values in its sentences, and in its headers.
    fn number(&self) -> Option<(&'static str, u64)> {
        match self {
            Self::TooLarge { max } | Self::PieceTooLarge { max } => Some(("max", *max)),
            Self::Offset { offset } => Some(("offset", *offset)),
            Self::TooOften { seconds } => Some(("seconds", *seconds)),
            Self::Unauthorised { .. }
            | Self::Revoked
            | Self::EnrolCode
            | Self::EntryOne
            | Self::WrongServer
            | Self::Malformed
            | Self::NoUpload
            | Self::Overtaken
            | Self::Checksum
            | Self::ChecksumUnknown
            | Self::HashMismatch
            | Self::Empty
            | Self::Signature
            | Self::Busy
            | Self::TooMany
            | Self::Stalled
            | Self::Internal
            | Self::NotFound
            | Self::JournalUnknown
            | Self::Method
            | Self::TusVersion => None,
        }
    }

    pub(super) fn body(&self) -> ProblemBody {
        let (_, code, sentence) = self.parts();
        let number = self.number();
        let values: Vec<(&str, &dyn Display)> = number
            .iter()
            .map(|(name, value)| (*name, value as &dyn Display))
            .collect();
        let challenge = if let Self::Unauthorised { challenge } = self {
            Some(challenge.clone())
        } else {
            None
        };
        let problem = Problem {
            code,
            zh: fill(sentence(&Words::ZH), &values),
            en: fill(sentence(&Words::EN), &values),
            challenge,
        };
        ProblemBody { problem }
    }

    pub(super) fn header(&self) -> Option<(HeaderName, HeaderValue)> {
        let (status, ..) = self.parts();
        if let Self::Offset { offset } = self {
            return Some((
                HeaderName::from_static("upload-offset"),
                HeaderValue::from(*offset),
            ));
        }
        if let Self::TooOften { seconds } = self {
            return Some((header::RETRY_AFTER, HeaderValue::from(*seconds)));
        }
        match status {
            StatusCode::UNAUTHORIZED => {
                Some((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")))
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                Some((header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER)))
            }
            StatusCode::PRECONDITION_FAILED => {
                let name = HeaderName::from_static("tus-version");
                Some((name, HeaderValue::from_static(super::evidence::TUS_VERSION)))
            }
            _ => None,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code, _) = self.parts();
        tracing::debug!(status = status.as_u16(), ?code, "refused");
        let mut response = (status, Json(self.body())).into_response();
        if let Some((name, value)) = self.header() {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

impl From<DbError> for Refusal {
    fn from(error: DbError) -> Self {
        internal(&error)
    }
}

impl From<EvidenceError> for Refusal {
    fn from(error: EvidenceError) -> Self {
        internal(&error)
    }
}

impl From<SignerError> for Refusal {
    fn from(error: SignerError) -> Self {
        internal(&error)
    }
}

/// What it means that a request's body broke off: silence, or a connection that is gone, where nobody
/// hears the answer.
pub(super) fn of_body(error: &(dyn Error + 'static)) -> Refusal {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<TimeoutError>() {
            return Refusal::Stalled;
        }
        cause = error.source();
    }
    Refusal::Malformed
}

fn internal(error: &(dyn Error + 'static)) -> Refusal {
    tracing::error!("{}", causes(error));
    Refusal::Internal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_carry_their_numbers_in_both_languages() {
        let body = Refusal::TooLarge { max: 12_345 }.body().problem;
        assert!(body.zh.contains("12345") && body.en.contains("12345"));
        assert_eq!(body.code, ProblemCode::TooLarge);
    }

    #[test]
    fn a_refusal_that_may_be_repeated_has_a_status_that_proxies_repeat_too() {
        for refusal in [
            Refusal::Busy,
            Refusal::TooMany,
            Refusal::TooOften { seconds: 7 },
            Refusal::Stalled,
            Refusal::Internal,
            Refusal::Overtaken,
        ] {
            let (status, code, _) = refusal.parts();
            assert!(code.retry(), "{refusal:?}");
            assert!(
                matches!(status.as_u16(), 408 | 423 | 429 | 500 | 503),
                "{refusal:?}"
            );
        }
        for refusal in [Refusal::Malformed, Refusal::Signature, Refusal::EnrolCode] {
            assert!(!refusal.parts().1.retry(), "{refusal:?}");
        }
    }

    #[test]
    fn whoever_is_to_come_back_is_told_when() {
        for (refusal, seconds) in [
            (Refusal::Busy, "5"),
            (Refusal::TooMany, "5"),
            (Refusal::TooOften { seconds: 7 }, "7"),
        ] {
            let response = refusal.into_response();
            assert_eq!(response.headers()["retry-after"], seconds);
        }
    }

    #[test]
    fn the_checksum_has_the_status_of_tus() {
        assert_eq!(Refusal::Checksum.into_response().status().as_u16(), 460);
        let response = Refusal::Offset { offset: 7 }.into_response();
        assert_eq!(response.headers()["upload-offset"], "7");
    }
}
