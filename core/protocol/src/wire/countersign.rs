//! From phone to phone, as a QR code or typed: a request for a countersign (复核签名), and its answer.
//! Nothing goes over a network; each text is bounded and says by itself what it is.

use crate::canonical;
use crate::ids::{JournalId, OfficerId, RecordHash, ServerId, SubjectId};
use crate::journal::{Act, CaseRef, Certificate, Change, Countersign, Entry, Signed, entry_hash};
use crate::suite::PublicKey;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Longest text, characters.
pub const TEXT_CHARS_MAX: usize = 8 << 10;
const REQUEST: &str = "waiqin-sign1:";
const ANSWER: &str = "waiqin-signed1:";

/// The first officer's phone asks: what is to be signed, and enough to see which record it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountersignRequest {
    /// Which act.
    pub act: Act,
    /// When it was sealed, ms UTC.
    pub at: i64,
    /// The case as the officer named it.
    pub case: CaseRef,
    /// Who sealed.
    pub officer: OfficerId,
    /// His name.
    pub officer_name: String,
    /// Where the act was.
    pub place: String,
    /// What is to be signed.
    pub record: RecordHash,
    /// The server.
    pub server: ServerId,
    /// The record.
    pub subject: SubjectId,
}

/// The second officer's phone answers: his signature, and what shows offline that the key is his.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountersignAnswer {
    /// The server's word for his journal.
    pub certificate: Signed<Certificate>,
    /// His signature.
    pub countersign: Signed<Countersign>,
    /// Entry 1 of his journal, its bytes as text: names him and his key, and has the hash that the
    /// certificate names.
    pub entry: String,
    /// His name.
    pub officer_name: String,
}

/// A second officer, as his answer proves him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Countersigner {
    /// Who.
    pub officer: OfficerId,
    /// His journal.
    pub journal: JournalId,
    /// His key.
    pub key: PublicKey,
}

/// A text that is none of these.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CountersignTextError {
    /// Not the text of such a code, or longer than [`TEXT_CHARS_MAX`].
    #[error("not the text of a countersign")]
    Form,
    /// It asks where it should answer, or the other way round.
    #[error("a countersign's text, but the other one")]
    Other,
}

/// An answer that proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CountersignError {
    /// It signs another record.
    #[error("the answer is about another record")]
    OtherRecord,
    /// It comes from another court's phone.
    #[error("the answer is from another court")]
    OtherCourt,
    /// The first officer himself.
    #[error("the first officer cannot be the second")]
    SamePerson,
    /// Certificate, entry, key and signature do not fit together.
    #[error("the signature does not hold")]
    Signature,
}

impl CountersignAnswer {
    /// Checks an answer against what was asked, with the court's key alone.
    ///
    /// # Errors
    /// See [`CountersignError`].
    pub fn verify(
        &self,
        asked: &CountersignRequest,
        court: &PublicKey,
    ) -> Result<Countersigner, CountersignError> {
        let body = &self.countersign.body;
        if body.record != asked.record {
            return Err(CountersignError::OtherRecord);
        }
        if body.server != asked.server || self.certificate.body.server != asked.server {
            return Err(CountersignError::OtherCourt);
        }
        let wrong = CountersignError::Signature;
        let bytes = self.entry.as_bytes();
        let entry = Entry::from_bytes(bytes).map_err(|_| wrong)?;
        let Change::JournalOpened {
            officer,
            key,
            server,
            ..
        } = entry.change
        else {
            return Err(wrong);
        };
        let certificate = &self.certificate;
        let fits = certificate.body.entry == entry_hash(bytes)
            && certificate.body.journal == entry.journal
            && body.journal == entry.journal
            && entry.seq == 1
            && server == asked.server;
        if !fits {
            return Err(wrong);
        }
        certificate.verify(court).map_err(|_| wrong)?;
        self.countersign.verify(&key).map_err(|_| wrong)?;
        if officer == asked.officer {
            return Err(CountersignError::SamePerson);
        }
        Ok(Countersigner {
            officer,
            journal: entry.journal,
            key,
        })
    }

    /// An answer of these parts.
    #[must_use]
    pub fn of(
        certificate: Signed<Certificate>,
        countersign: Signed<Countersign>,
        entry: &[u8],
        officer_name: String,
    ) -> Self {
        Self {
            certificate,
            countersign,
            // An entry is canonical JSON, so it is text.
            entry: String::from_utf8_lossy(entry).into_owned(),
            officer_name,
        }
    }
}

impl fmt::Display for CountersignRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&written(REQUEST, self).map_err(|()| fmt::Error)?)
    }
}

impl fmt::Display for CountersignAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&written(ANSWER, self).map_err(|()| fmt::Error)?)
    }
}

impl FromStr for CountersignRequest {
    type Err = CountersignTextError;

    fn from_str(text: &str) -> Result<Self, CountersignTextError> {
        read(text, REQUEST, ANSWER)
    }
}

impl FromStr for CountersignAnswer {
    type Err = CountersignTextError;

    fn from_str(text: &str) -> Result<Self, CountersignTextError> {
        read(text, ANSWER, REQUEST)
    }
}

fn written<T: Serialize>(scheme: &str, value: &T) -> Result<String, ()> {
    let bytes = canonical::to_bytes(value).map_err(|_| ())?;
    Ok(format!("{scheme}{}", URL_SAFE_NO_PAD.encode(bytes)))
}

/// White space is what a person adds when he copies.
fn read<T: DeserializeOwned>(
    text: &str,
    scheme: &str,
    other: &str,
) -> Result<T, CountersignTextError> {
    if text.len() > 2 * TEXT_CHARS_MAX {
        return Err(CountersignTextError::Form);
    }
    let text: String = text.chars().filter(|it| !it.is_whitespace()).collect();
    if text.starts_with(other) {
        return Err(CountersignTextError::Other);
    }
    let coded = text
        .strip_prefix(scheme)
        .filter(|it| it.len() <= TEXT_CHARS_MAX)
        .ok_or(CountersignTextError::Form)?;
    let bytes = URL_SAFE_NO_PAD
        .decode(coded)
        .map_err(|_| CountersignTextError::Form)?;
    serde_json::from_slice(&bytes).map_err(|_| CountersignTextError::Form)
}
