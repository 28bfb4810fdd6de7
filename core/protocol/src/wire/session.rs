//! `POST /api/v1/session`: the device key answers a challenge and gets a token that lives for
//! hours and is bound to the journal, so that a normal sync does not pay for it.

use crate::journal::{ChallengeAnswer, Signed};
use serde::{Deserialize, Serialize};

/// Body of the request: the signed answer to a challenge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRequest {
    /// Signed by the journal's key.
    pub answer: Signed<ChallengeAnswer>,
}

/// A token for `Authorization: Bearer …`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionAnswer {
    /// When it ends, ms UTC by the server.
    pub expires: i64,
    /// Random, opaque; the server keeps its hash alone.
    pub token: String,
}

impl std::fmt::Debug for SessionAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SessionAnswer {{ expires: {}, token: … }}", self.expires)
    }
}
