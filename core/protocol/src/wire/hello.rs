//! `GET /api/v1/hello`: who is there, and what it accepts. Asked only when unknown.

use crate::ids::ServerId;
use crate::rules::RuleSet;
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

/// What phones are told beforehand: the bounds that both sides keep, so that nothing is recorded that
/// cannot be delivered, and how the court weighs the rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// How the court weighs the rules; absent where a server or a phone does not know of it yet: the
    /// built-in weights.
    #[serde(default)]
    pub rules: RuleSet,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            version: 1,
            evidence_bytes_max: 512 << 20,
            piece_entries_max: 4096,
            piece_bytes_max: 4 << 20,
            page_bytes_max: 1 << 20,
            rules: RuleSet::default(),
        }
    }
}
