//! What a record holds beside its fields: evidence, signatures, refusals, seals.

use super::body::Body;
use crate::canonical::Value;
use crate::ids::{CaseId, EntryHash, EvidenceHash, ItemId, JournalId, OfficerId, RecordHash};
use crate::journal::{
    Certificate, Change, Countersign, Entry, Evidence, Finding, Override, Path, Signed,
};
use crate::suite::PublicKey;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Evidence of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceState {
    /// As taken in.
    pub evidence: Evidence,
    /// In which entry.
    pub entry: EntryHash,
    /// Wall time of that entry, ms UTC.
    pub at: i64,
    /// Why it was declared missing, when it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    /// Why it was withdrawn, when it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
}

/// A handwritten signature (签名).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The body as it was shown: one that names another body than the sealed is shown as such.
    pub body: RecordHash,
    /// Who signed: an item of `present` or `parties`.
    pub person: ItemId,
    /// The strokes.
    pub strokes: EvidenceHash,
    /// In which entry.
    pub entry: EntryHash,
    /// Wall time of that entry, ms UTC.
    pub at: i64,
}

/// Something that somebody refused (拒签、拒不到场 …).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Who, when somebody is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<ItemId>,
    /// What: a field path.
    pub what: Path,
    /// The words written down.
    pub reason: String,
    /// Wall time of the entry, ms UTC.
    pub at: i64,
}

/// A choice between values that stood against each other (裁定).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The field.
    pub path: Path,
    /// The entry whose value holds.
    pub chosen: EntryHash,
    /// The value; absent when the chosen one stood no more, and nothing was settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Why.
    pub reason: String,
    /// Who chose.
    pub author: OfficerId,
    /// In which journal: the office's, or his own.
    pub journal: JournalId,
    /// Wall time of the entry, ms UTC.
    pub at: i64,
}

/// What the office concluded on a sealed record by a case list (核对结论): one question each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conclusion {
    /// The case that the decision names, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// The decision, as the entry writes it.
    pub decision: String,
    /// The finding that it is about; none when it is about the match.
    pub findings: Vec<String>,
    /// Version of the list by which was decided.
    pub list_version: u64,
    /// The match then.
    pub matched: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The sealed record.
    pub record: RecordHash,
    /// In which entry.
    pub entry: EntryHash,
    /// Who decided.
    pub author: OfficerId,
    /// In which journal.
    pub journal: JournalId,
    /// Wall time of the entry, ms UTC.
    pub at: i64,
}

impl Conclusion {
    /// What an entry concludes; any other gives `None`.
    pub(super) fn of(entry: &Entry, hash: EntryHash) -> Option<Self> {
        let Change::Concluded {
            case,
            decision,
            findings,
            list_version,
            matched,
            reason,
            record,
        } = &entry.change
        else {
            return None;
        };
        Some(Self {
            case: case.clone(),
            decision: decision.clone(),
            findings: findings.clone(),
            list_version: *list_version,
            matched: matched.clone(),
            reason: reason.clone(),
            record: *record,
            entry: hash,
            author: entry.author,
            journal: entry.journal,
            at: entry.at.wall,
        })
    }
}

/// A second officer's signature (复核签名) over a record hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountersignState {
    /// What he signed.
    pub countersign: Signed<Countersign>,
    /// His certificate, when he signed on another phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Signed<Certificate>>,
    /// His key, as the entry says; whether it is his is for the reader to check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<PublicKey>,
    /// Who wrote the entry: himself, or the officer whose phone took it.
    pub author: OfficerId,
    /// In whose journal.
    pub journal: JournalId,
}

/// A seal (封存).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// What stands from then on.
    pub body: Body,
    /// SHA-256 of the body.
    pub hash: RecordHash,
    /// Last `seq` covered, per journal.
    pub covers: BTreeMap<JournalId, u64>,
    /// What the rules found on the phone.
    pub findings: Vec<Finding>,
    /// What was overridden, and why.
    pub overrides: Vec<Override>,
    /// Who sealed.
    pub author: OfficerId,
    /// In which journal.
    pub journal: JournalId,
    /// In which entry.
    pub entry: EntryHash,
    /// Wall time of that entry, ms UTC.
    pub at: i64,
    /// The entries that it covers fold to this body. A difference is an incident; the body stands.
    pub refolds: bool,
}

impl Seal {
    /// The name of a second officer who stands in an override as an item of the body's `officers`.
    #[must_use]
    pub fn officer_of_body(&self, named: OfficerId) -> Option<&str> {
        let name = self
            .body
            .fields
            .get(format!("officers/{named}/person").as_str());
        name.and_then(Value::as_text)
    }
}
