//! Evidence over tus 1.0.0 at `/api/v1/evidence`, and `POST /api/v1/evidence/status`.
//!
//! Creation: `Upload-Length`, `Upload-Metadata: sha256 <base64 of the hexadecimal hash>`. The
//! answer of a finished upload carries nothing but the offset; receipts come from `status`.
//! `Upload-Checksum` may be `sha1` or `sha256`.

use crate::ids::EvidenceHash;
use crate::journal::{EvidenceReceipt, Signed};
use serde::{Deserialize, Serialize};

/// Key of the hash in `Upload-Metadata`.
pub const METADATA_SHA256: &str = "sha256";
/// Most hashes in one status request.
pub const STATUS_HASHES_MAX: usize = 1000;

/// Body of the status request: hashes that the caller's own journal names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusRequest {
    /// Which.
    pub hashes: Vec<EvidenceHash>,
}

/// One answer per hash asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusAnswer {
    /// In the order asked.
    pub items: Vec<EvidenceStatus>,
}

/// What the server has of a piece of evidence *from this journal*; never what others hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceStatus {
    /// Which.
    pub hash: EvidenceHash,
    /// Custody, from `received` on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Signed<EvidenceReceipt>>,
    /// How far it is.
    pub state: EvidenceState,
}

/// How far a piece of evidence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceState {
    /// Not delivered by this journal.
    Unknown,
    /// All bytes are there; no acknowledged entry of the journal names the hash yet.
    Unnamed,
    /// 已签收: hashed while written, durable, receipt given.
    Received,
    /// 已复核: re-read from storage later.
    Verified,
}
