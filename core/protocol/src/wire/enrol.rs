//! Enrolment (登记设备). The ticket is what the office hands to an officer: where the server is, the
//! keys to pin, and a code that can be used once.
//!
//! 1. `POST /api/v1/enrol/begin {code}` → [`EnrolOffer`]: whose code it is.
//! 2. The phone makes a key, writes entry 1, and sends `POST /api/v1/enrol` [`EnrolRequest`]
//!    → [`EnrolAnswer`] with the certificate. The same entry sent again gets the same certificate.

use crate::ids::{OfficerId, ServerId};
use crate::journal::{Certificate, Signed};
use crate::suite::PublicKey;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The enrolment ticket (登记码): one line, shown as text and QR.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// The one-time code.
    pub code: String,
    /// The server's signing key, to be pinned.
    pub key: PublicKey,
    /// The server.
    pub server: ServerId,
    /// SHA-256 of the TLS public key (SubjectPublicKeyInfo), hexadecimal; absent on loopback HTTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<String>,
    /// Where the server is: `https://host:port`, or `http://` on loopback.
    pub url: String,
}

/// A text that is no ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an enrolment ticket")]
pub struct NotATicket;

const TICKET_PREFIX: &str = "waiqin1:";

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_vec(self).map_err(|_| fmt::Error)?;
        write!(f, "{TICKET_PREFIX}{}", BASE64.encode(json))
    }
}

impl FromStr for Ticket {
    type Err = NotATicket;

    fn from_str(text: &str) -> Result<Self, NotATicket> {
        // White space may come from copying; a ticket never holds any.
        let text: String = text
            .chars()
            .filter(|c| !c.is_whitespace())
            .take(4096)
            .collect();
        let encoded = text.strip_prefix(TICKET_PREFIX).ok_or(NotATicket)?;
        let json = BASE64.decode(encoded).map_err(|_| NotATicket)?;
        serde_json::from_slice(&json).map_err(|_| NotATicket)
    }
}

/// Body of `POST /api/v1/enrol/begin`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolBegin {
    /// The one-time code of the ticket.
    pub code: String,
}

/// Whose code it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolOffer {
    /// Name of the court.
    pub court: String,
    /// The officer.
    pub officer: OfficerCard,
    /// The court's recovery public key (X25519, base64url): the phone's data key is wrapped to it
    /// once more, so that a broken phone does not keep testimony to itself.
    pub recovery: String,
    /// The server.
    pub server: ServerId,
}

/// An officer as phones and pages show him.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficerCard {
    /// Who.
    pub id: OfficerId,
    /// His name in the case list's 承办人 column; decides his scope.
    pub list_name: String,
    /// His name.
    pub name: String,
}

/// Body of `POST /api/v1/enrol`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolRequest {
    /// The one-time code of the ticket.
    pub code: String,
    /// What the phone calls itself: maker, model.
    pub device_name: String,
    /// The canonical bytes of entry 1, which are UTF-8.
    pub entry: String,
}

/// Body of `POST /api/v1/journal`, under the token of the journal that goes before: after a copy was
/// restored, or a fork, the phone writes a new journal whose parent that one is. The server
/// certifies it when it holds the parent up to where the new one says, in the chain or beside it.
/// The same entry sent again gets the same certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuccessorRequest {
    /// The canonical bytes of entry 1, which are UTF-8.
    pub entry: String,
}

/// The journal is certified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolAnswer {
    /// The server's signature over {server, journal, hash of entry 1}.
    pub certificate: Signed<Certificate>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::{Ed25519Signer, Signer};

    #[test]
    fn a_ticket_survives_copying_with_line_breaks_and_nothing_else_passes() {
        let ticket = Ticket {
            code: "7KQ4-M2PX".into(),
            key: Ed25519Signer::from_secret(&[1; 32]).public_key(),
            server: ServerId::from_bytes([2; 16]),
            tls: Some("ab".repeat(32)),
            url: "https://127.0.0.1:8701".into(),
        };
        let text = ticket.to_string();
        let (a, b) = text.split_at(40);
        assert_eq!(format!(" {a}\n{b} ").parse(), Ok(ticket));
        for text in [
            "",
            "waiqin1:",
            "waiqin1:e30",
            "waiqin2:e30",
            "wifi:x",
            "案号",
        ] {
            assert_eq!(text.parse::<Ticket>(), Err(NotATicket), "{text}");
        }
    }
}
