//! `GET /api/v1/hello`: who is there, and what it accepts. Asked only when unknown.

use crate::ids::ServerId;
use crate::suite::PublicKey;
use serde::{Deserialize, Serialize};

/// The server introduces itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// A challenge for `session`; good for minutes.
    pub challenge: String,
    /// Name of the court.
    pub court: String,
    /// The server's signing key.
    pub key: PublicKey,
    /// What it accepts.
    pub limits: Limits,
    /// The server.
    pub server: ServerId,
    /// Versions of the conversation that it speaks.
    pub versions: Vec<u32>,
}

/// Bounds that both sides keep; known before the act, so that nothing is recorded that cannot be
/// delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Counts up with each change.
    pub version: u64,
    /// Largest piece of evidence, bytes.
    pub evidence_bytes_max: u64,
    /// Most entries in a piece.
    pub piece_entries_max: u64,
    /// Largest piece, bytes before compression.
    pub piece_bytes_max: u64,
    /// Largest page of changes, bytes before compression.
    pub page_bytes_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            version: 1,
            evidence_bytes_max: 512 << 20,
            piece_entries_max: 4096,
            piece_bytes_max: 4 << 20,
            page_bytes_max: 1 << 20,
        }
    }
}
