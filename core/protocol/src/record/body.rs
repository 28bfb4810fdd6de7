//! The body of a seal (封存正文): facts and evidence of a record as one canonical document.
//!
//! **Invariant.** Handwritten signatures and countersigns name the hash of a body, so nothing of
//! them is in it: neither their strokes nor that they were given. A body is read by itself; a
//! verifier folds nothing.

use super::facts::{Facts, Proof};
use super::fold::Record;
use super::parts::EvidenceState;
use crate::canonical::{self, CanonicalError, Value};
use crate::ids::{JournalId, OfficerId, RecordHash, SubjectId};
use crate::journal::{Act, CaseRef, Evidence, EvidenceSource, Path};
use crate::suite::sha256;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the body's form.
pub const BODY_VERSION: u32 = 1;

/// What a seal seals, a signature signs and a paper prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// Which act.
    pub act: Act,
    /// The case as the officer named it.
    pub case: CaseRef,
    /// Evidence in order of entry, withdrawn and missing ones with their reasons.
    pub evidence: Vec<Manifest>,
    /// Facts by path; what was removed is not there.
    pub fields: BTreeMap<Path, Value>,
    /// The journal that opened the record.
    pub journal: JournalId,
    /// Who opened the record.
    pub officer: OfficerId,
    /// The record.
    pub subject: SubjectId,
    /// [`BODY_VERSION`].
    pub v: u32,
}

/// A line of the evidence manifest (证据清单).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The evidence as it was taken in.
    pub evidence: Evidence,
    /// Why its bytes were declared missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    /// Why it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
}

/// A document that is no body.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// Too long, or not of this form.
    #[error("not the body of a record")]
    Form(#[source] CanonicalError),
    /// A newer version.
    #[error("version {0} of the body, newer than {BODY_VERSION}")]
    Version(u32),
}

impl Body {
    /// Reads the document that a seal holds.
    ///
    /// # Errors
    /// When a member is unknown, missing or of another kind.
    pub fn read(document: &Value) -> Result<Self, BodyError> {
        let bytes = canonical::to_bytes(document).map_err(BodyError::Form)?;
        let body: Self = canonical::read_as(&bytes).map_err(BodyError::Form)?;
        if body.v > BODY_VERSION {
            return Err(BodyError::Version(body.v));
        }
        Ok(body)
    }

    /// The document to seal.
    ///
    /// # Errors
    /// When the record is over the bounds of the format.
    pub fn document(&self) -> Result<Value, CanonicalError> {
        canonical::read(&canonical::to_bytes(self)?)
    }

    /// The record hash (记录哈希): SHA-256 of the canonical document.
    ///
    /// # Errors
    /// When the record is over the bounds of the format.
    pub fn hash(&self) -> Result<RecordHash, CanonicalError> {
        let bytes = canonical::to_bytes(self)?;
        Ok(RecordHash::from_bytes(sha256(&bytes)))
    }

    /// What rules and papers read: the facts of this body, with what stands beside it in the record.
    /// A signature that names another body does not count.
    ///
    /// # Errors
    /// When the record is over the bounds of the format.
    pub fn facts(&self, record: &Record) -> Result<Facts, CanonicalError> {
        let hash = self.hash()?;
        let standing = |it: &&Manifest| it.withdrawn.is_none() && it.missing.is_none();
        let proof = |it: &Manifest| Proof {
            hash: it.evidence.hash,
            item: it.evidence.item,
            role: it.evidence.role,
            source: it.evidence.source,
        };
        let signed = record.signatures.iter().filter(|it| it.body == hash);
        let refused = record.refusals.iter();
        Ok(Facts {
            act: self.act,
            case: self.case.clone(),
            values: self.fields.clone(),
            proofs: self.evidence.iter().filter(standing).map(proof).collect(),
            signed: signed.map(|it| it.person).collect(),
            refused: refused.map(|it| (it.person, it.what.clone())).collect(),
            amends: record.amends.clone(),
            order: record.item_order.clone(),
        })
    }

    /// The value of a field.
    #[must_use]
    pub fn value(&self, path: &str) -> Option<&Value> {
        self.fields.get(&Path::new(path).ok()?)
    }
}

impl Record {
    /// The body as it would be sealed now. A contested field is left out: it blocks the seal.
    #[must_use]
    pub fn body(&self) -> Body {
        let value = |(path, state): (&Path, &super::FieldState)| match state.candidates.as_slice() {
            [one] if one.value != Value::Null => Some((path.clone(), one.value.clone())),
            _ => None,
        };
        Body {
            act: self.act,
            case: self.case.clone(),
            evidence: self.evidence.iter().filter_map(manifest).collect(),
            fields: self.fields.iter().filter_map(value).collect(),
            journal: self.journal,
            officer: self.officer,
            subject: self.subject,
            v: BODY_VERSION,
        }
    }
}

/// Strokes on glass name a body and are not in it.
pub(super) fn manifest(state: &EvidenceState) -> Option<Manifest> {
    (state.evidence.source != EvidenceSource::Glass).then(|| Manifest {
        evidence: state.evidence.clone(),
        missing: state.missing.clone(),
        withdrawn: state.withdrawn.clone(),
    })
}
