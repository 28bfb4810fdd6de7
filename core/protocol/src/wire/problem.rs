//! How a refusal looks on the wire: a code for the machine and a sentence for the officer.

use serde::{Deserialize, Serialize};

/// Body of every answer that is not 2xx: `{"problem":{…}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemBody {
    /// The problem.
    pub problem: Problem,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// For the machine.
    pub code: ProblemCode,
    /// For the officer, Chinese.
    pub zh: String,
    /// For the officer, English.
    pub en: String,
    /// With 401: a challenge for `session`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<String>,
}

/// Kinds of problems. `retry` ones may be sent again unchanged; the others are parked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// No token, or one that is over: answer the challenge.
    Unauthorised,
    /// The journal is revoked: it gets no data and may hand in.
    Revoked,
    /// The enrolment code is unknown, used or over.
    EnrolCode,
    /// The request is not what this step expects.
    Malformed,
    /// A bound was exceeded.
    TooLarge,
    /// The upload is unknown or over.
    NoUpload,
    /// The offset is not where the upload stands.
    Offset,
    /// The checksum of the bytes sent does not fit (tus: 460).
    Checksum,
    /// The bytes received do not have the announced hash.
    HashMismatch,
    /// Signature or proof does not fit.
    Signature,
    /// Too many requests; `Retry-After` says when.
    Busy,
    /// The server failed; nothing was acknowledged.
    Internal,
    /// No such thing.
    NotFound,
}

impl ProblemCode {
    /// Whether the same request may succeed later.
    #[must_use]
    pub fn retry(self) -> bool {
        match self {
            Self::Unauthorised
            | Self::Busy
            | Self::Internal
            | Self::Offset
            | Self::Checksum
            | Self::NoUpload => true,
            Self::Revoked
            | Self::EnrolCode
            | Self::Malformed
            | Self::TooLarge
            | Self::HashMismatch
            | Self::Signature
            | Self::NotFound => false,
        }
    }
}
