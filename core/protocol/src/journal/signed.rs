//! What is signed. Every signed text begins with its type, server and journal, so that no signature
//! can stand for another: a phone that answers a false server's challenge has not signed a
//! checkpoint.

use crate::canonical::{self, CanonicalError};
use crate::ids::{
    EntryHash, EvidenceHash, JournalId, Link, Nonce, ReceiptsHash, RecordHash, ServerId,
};
use crate::suite::{PublicKey, Signature, Signer, SignerError, SuiteError};
use serde::{Deserialize, Serialize};

/// A body that can be signed.
pub trait SignedText: Serialize {
    /// Name of the type; stands first in the signed bytes.
    const TYPE: &'static str;
    /// The server that it is about.
    fn server(&self) -> ServerId;
    /// The journal that it is about, if it is about one.
    fn journal(&self) -> Option<JournalId>;
}

/// A body with its signature. The signature identifies nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed<T> {
    /// What is said.
    pub body: T,
    /// Over [`signed_bytes`] of the body.
    pub sig: Signature,
}

/// The bytes that are signed: `waiqin/1 TYPE SERVER JOURNAL\n` (journal `-` where there is none),
/// then the body as canonical JSON.
///
/// # Errors
/// When the body has no canonical form.
pub fn signed_bytes<T: SignedText>(body: &T) -> Result<Vec<u8>, CanonicalError> {
    let journal = body
        .journal()
        .map_or_else(|| "-".to_owned(), |id| id.to_string());
    let mut bytes = format!("waiqin/1 {} {} {journal}\n", T::TYPE, body.server()).into_bytes();
    bytes.extend(canonical::to_bytes(body)?);
    Ok(bytes)
}

impl<T: SignedText> Signed<T> {
    /// Signs a body.
    ///
    /// # Errors
    /// When the key is not at hand.
    pub fn sign(body: T, signer: &dyn Signer) -> Result<Self, SignerError> {
        let bytes = signed_bytes(&body).map_err(|error| SignerError {
            reason: error.to_string(),
        })?;
        let sig = signer.sign(&bytes)?;
        Ok(Self { body, sig })
    }

    /// Checks the signature.
    ///
    /// # Errors
    /// [`SuiteError::Mismatch`] when it does not fit.
    pub fn verify(&self, key: &PublicKey) -> Result<(), SuiteError> {
        let bytes = signed_bytes(&self.body).map_err(|_| SuiteError::Mismatch)?;
        key.verify(&bytes, &self.sig)
    }
}

/// A place in the server's log: {number, link}. Receipts and cursors carry it, so that a restored
/// server shows itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPosition {
    /// Link after that row.
    pub link: Link,
    /// Number of the row; 0 before the first.
    pub number: u64,
}

impl LogPosition {
    /// Before the first row.
    pub const START: Self = Self {
        link: Link::ZERO,
        number: 0,
    };
}

/// The server certifies a journal: signed by the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Hash of entry 1.
    pub entry: EntryHash,
    /// The journal.
    pub journal: JournalId,
    /// The server.
    pub server: ServerId,
}

/// The device key says how far its journal goes: at every seal, lock and piece sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The beacon in use, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beacon: Option<Nonce>,
    /// The journal.
    pub journal: JournalId,
    /// Link after entry `seq`.
    pub link: Link,
    /// Number of the newest entry covered.
    pub seq: u64,
    /// The server.
    pub server: ServerId,
}

/// The server has the journal up to here (已签收): custody and nothing else; never revised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalReceipt {
    /// Server's time, ms UTC.
    pub at: i64,
    /// The journal.
    pub journal: JournalId,
    /// Link after entry `seq`.
    pub link: Link,
    /// The server's own log position after it was committed.
    pub position: LogPosition,
    /// Number of the newest entry in custody.
    pub seq: u64,
    /// The server.
    pub server: ServerId,
}

/// The server has these bytes of evidence from this journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceReceipt {
    /// Server's time, ms UTC.
    pub at: i64,
    /// SHA-256 of the bytes.
    pub hash: EvidenceHash,
    /// The journal that delivered them.
    pub journal: JournalId,
    /// Length in bytes.
    pub length: u64,
    /// The server's own log position.
    pub position: LogPosition,
    /// The server.
    pub server: ServerId,
}

/// The server's time, for phones to prove *not before*.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beacon {
    /// Server's time, ms UTC.
    pub at: i64,
    /// 128 random bits.
    pub nonce: Nonce,
    /// The server.
    pub server: ServerId,
}

/// The device key answers a challenge to get a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChallengeAnswer {
    /// The challenge, as `hello` or a 401 carried it.
    pub challenge: String,
    /// The journal that asks.
    pub journal: JournalId,
    /// The server.
    pub server: ServerId,
}

/// The second officer signs the record hash with his own key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Countersign {
    /// His phone's wall clock, ms UTC.
    pub at: i64,
    /// His journal.
    pub journal: JournalId,
    /// The sealed record.
    pub record: RecordHash,
    /// What he was: 执行员, 法警, 书记员 …
    pub role: String,
    /// The server.
    pub server: ServerId,
}

/// The key in use names the next one, so that a pinned key can be replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Successor {
    /// The server's next signing key.
    pub key: PublicKey,
    /// The server.
    pub server: ServerId,
    /// SHA-256 of the next TLS public key (SubjectPublicKeyInfo), hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<String>,
}

/// The key of a journal says which journal follows it, where no token can say so: in a hand-in package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Following {
    /// Hash of entry 1 of the journal that follows.
    pub entry: EntryHash,
    /// The journal that is followed, whose key signs.
    pub journal: JournalId,
    /// The journal that follows.
    pub next: JournalId,
    /// The server.
    pub server: ServerId,
}

/// The server closes a receipts file (回执包): every line before it is the server's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptsSeal {
    /// Server's time, ms UTC.
    pub at: i64,
    /// SHA-256 over all lines before, each with its line break.
    pub hash: ReceiptsHash,
    /// The journal whose package is answered.
    pub journal: JournalId,
    /// The server.
    pub server: ServerId,
}

macro_rules! signed_text {
    ($type:ident, $name:literal, $self:ident => $journal:expr) => {
        impl SignedText for $type {
            const TYPE: &'static str = $name;

            fn server(&self) -> ServerId {
                self.server
            }

            fn journal(&self) -> Option<JournalId> {
                let $self = self;
                $journal
            }
        }
    };
}
signed_text!(Certificate, "certificate", it => Some(it.journal));
signed_text!(Checkpoint, "checkpoint", it => Some(it.journal));
signed_text!(JournalReceipt, "journal-receipt", it => Some(it.journal));
signed_text!(EvidenceReceipt, "evidence-receipt", it => Some(it.journal));
signed_text!(Beacon, "beacon", _it => None);
signed_text!(ChallengeAnswer, "challenge", it => Some(it.journal));
signed_text!(Countersign, "countersign", it => Some(it.journal));
signed_text!(Successor, "successor", _it => None);
signed_text!(Following, "following", it => Some(it.journal));
signed_text!(ReceiptsSeal, "hand-in-receipts", it => Some(it.journal));
