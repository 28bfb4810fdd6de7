//! The fold: one entry after another, and what becomes of each.

use crate::canonical::Value;
use crate::ids::{EntryHash, EvidenceHash, JournalId, OfficerId, RecordHash, SubjectId};
use crate::journal::{Act, CaseRef, Change, Entry, Evidence, Path};
use crate::suite::sha256;
use crate::wire::sync::{Verdict, VerdictReason};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A record as it stands after some entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The record.
    pub subject: SubjectId,
    /// Which act.
    pub act: Act,
    /// The case as its last author named it.
    pub case: CaseRef,
    /// Who opened it.
    pub officer: OfficerId,
    /// In which journal.
    pub journal: JournalId,
    /// Wall time of the first entry, ms UTC.
    pub opened: i64,
    /// Wall time of the newest entry, ms UTC.
    pub changed: i64,
    /// Fields by path.
    pub fields: BTreeMap<Path, FieldState>,
    /// Evidence in order of entry.
    pub evidence: Vec<EvidenceState>,
    /// The seals, first one first.
    pub seals: Vec<RecordHash>,
    /// Why it is void, when it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voided: Option<String>,
    /// Every entry folded, in order, with its journal: says what an author had seen.
    pub order: Vec<Seen>,
}

/// An entry that was folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Its hash.
    pub hash: EntryHash,
    /// Its journal.
    pub journal: JournalId,
}

/// A field: one candidate, or several that stand against each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldState {
    /// At most one per journal; more than one means *contested*.
    pub candidates: Vec<Candidate>,
}

/// A value somebody gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Who gave it.
    pub author: OfficerId,
    /// In which entry.
    pub entry: EntryHash,
    /// In which journal.
    pub journal: JournalId,
    /// The value; `null` means removed.
    pub value: Value,
}

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

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It stands in the record.
    Stands(Verdict),
    /// It is kept outside the record.
    Outside(Verdict, VerdictReason),
}

impl Applied {
    /// The verdict to tell its author.
    #[must_use]
    pub fn verdict(self) -> (Verdict, Option<VerdictReason>) {
        match self {
            Self::Stands(verdict) => (verdict, None),
            Self::Outside(verdict, reason) => (verdict, Some(reason)),
        }
    }
}

impl Record {
    /// A record begins with an entry that opens one; any other gives `None`.
    #[must_use]
    pub fn open(entry: &Entry, hash: EntryHash) -> Option<Self> {
        let Change::RecordOpened { act, case, values } = &entry.change else { return None };
        let mut record = Self {
            subject: entry.subject,
            act: *act,
            case: case.clone(),
            officer: entry.author,
            journal: entry.journal,
            opened: entry.at.wall,
            changed: entry.at.wall,
            fields: BTreeMap::new(),
            evidence: Vec::new(),
            seals: Vec::new(),
            voided: None,
            order: vec![Seen { hash, journal: entry.journal }],
        };
        for (path, value) in values {
            record.set(path, value, entry, hash, 0);
        }
        Some(record)
    }

    /// Folds the next entry on this subject and says what became of it.
    pub fn apply(&mut self, entry: &Entry, hash: EntryHash) -> Applied {
        let seen = match entry.base {
            None => 0,
            Some(base) => match self.order.iter().position(|it| it.hash == base) {
                Some(index) => index + 1,
                None => return Applied::Outside(Verdict::Held, VerdictReason::UnknownBase),
            },
        };
        let sealed_by_other = !self.seals.is_empty() && entry.journal != self.journal;
        let moved = self.order[seen..].iter().any(|it| it.journal != entry.journal);
        let applied = match &entry.change {
            Change::FieldsChanged { .. } | Change::CaseNamed { .. } if sealed_by_other => {
                return Applied::Outside(Verdict::Held, VerdictReason::OutsideSeal);
            }
            Change::FieldsChanged { values } => {
                let contested = values
                    .iter()
                    .fold(false, |any, (path, value)| self.set(path, value, entry, hash, seen) || any);
                Self::verdict_of(contested, moved)
            }
            Change::CaseNamed { case } => {
                self.case = case.clone();
                Self::verdict_of(false, moved)
            }
            Change::EvidenceAdded { evidence } => {
                if !self.evidence.iter().any(|it| it.evidence == **evidence) {
                    self.evidence.push(EvidenceState {
                        evidence: (**evidence).clone(),
                        entry: hash,
                        at: entry.at.wall,
                        missing: None,
                        withdrawn: None,
                    });
                }
                Self::verdict_of(false, moved)
            }
            Change::EvidenceWithdrawn { hash, reason } => {
                self.each_evidence(hash, |it| it.withdrawn = Some(reason.clone()));
                Self::verdict_of(false, moved)
            }
            Change::EvidenceMissing { hash, reason } => {
                self.each_evidence(hash, |it| it.missing = Some(reason.clone()));
                Self::verdict_of(false, moved)
            }
            Change::Sealed { body, .. } => {
                match crate::canonical::to_bytes(body) {
                    Ok(bytes) => self.seals.push(RecordHash::from_bytes(sha256(&bytes))),
                    Err(_) => return Applied::Outside(Verdict::Refused, VerdictReason::Malformed),
                }
                Self::verdict_of(false, moved)
            }
            Change::Voided { reason } => {
                self.voided = Some(reason.clone());
                Self::verdict_of(false, moved)
            }
            Change::ContestDecided { candidates, chosen, path, .. } => {
                self.decide(path, candidates, chosen);
                Self::verdict_of(false, moved)
            }
            // A second opening of one subject is somebody else's record with the same id: kept aside.
            Change::RecordOpened { .. } => {
                return Applied::Outside(Verdict::Refused, VerdictReason::NotOfThisJournal);
            }
            // These say something about the record without changing what it holds.
            Change::JournalOpened { .. }
            | Change::SignatureTaken { .. }
            | Change::RefusalNoted { .. }
            | Change::Countersigned { .. }
            | Change::Amended { .. }
            | Change::HeldReleased { .. }
            | Change::Concluded { .. }
            | Change::Accepted { .. }
            | Change::Returned { .. }
            | Change::EntriesLost { .. }
            | Change::BytesErased { .. }
            | Change::TaskProgress { .. } => Self::verdict_of(false, moved),
        };
        self.order.push(Seen { hash, journal: entry.journal });
        self.changed = entry.at.wall;
        applied
    }

    /// The value of a field: the only candidate; `None` while contested, removed or never given.
    #[must_use]
    pub fn value(&self, path: &str) -> Option<&Value> {
        let path = Path::new(path).ok()?;
        match self.fields.get(&path)?.candidates.as_slice() {
            [one] if one.value != Value::Null => Some(&one.value),
            _ => None,
        }
    }

    /// The text of a field; empty while contested, removed, never given or no text.
    #[must_use]
    pub fn text(&self, path: &str) -> &str {
        self.value(path).and_then(Value::as_text).unwrap_or_default()
    }

    /// Ids of the items of a list field, e.g. `officers`, whose fields are `officers/ID/…`.
    #[must_use]
    pub fn items(&self, list: &str) -> Vec<String> {
        let prefix = format!("{list}/");
        let mut ids: Vec<String> = self
            .fields
            .iter()
            .filter(|(_, state)| state.candidates.iter().any(|c| c.value != Value::Null))
            .filter_map(|(path, _)| path.as_str().strip_prefix(&prefix))
            .filter_map(|rest| rest.split('/').next().map(str::to_owned))
            .collect();
        ids.dedup();
        ids
    }

    /// Paths on which values stand against each other.
    #[must_use]
    pub fn contested(&self) -> Vec<&Path> {
        self.fields.iter().filter(|(_, s)| s.candidates.len() > 1).map(|(path, _)| path).collect()
    }

    /// Hash of the newest entry of another journal: the `base` of what `own` writes next.
    #[must_use]
    pub fn base_for(&self, own: JournalId) -> Option<EntryHash> {
        self.order.iter().rev().find(|it| it.journal != own).map(|it| it.hash)
    }

    fn verdict_of(contested: bool, moved: bool) -> Applied {
        Applied::Stands(match (contested, moved) {
            (true, _) => Verdict::Contested,
            (false, true) => Verdict::Interleaved,
            (false, false) => Verdict::Accepted,
        })
    }

    /// Sets a field and says whether it is contested now. What the author had seen gives way, as
    /// does what he gave himself; what he had not seen stays beside, unless it is equal.
    fn set(
        &mut self,
        path: &Path,
        value: &Value,
        entry: &Entry,
        hash: EntryHash,
        seen: usize,
    ) -> bool {
        let known = &self.order[..seen.min(self.order.len())];
        let state =
            self.fields.entry(path.clone()).or_insert(FieldState { candidates: Vec::new() });
        state.candidates.retain(|it| {
            it.journal != entry.journal
                && it.value != *value
                && !known.iter().any(|seen| seen.hash == it.entry)
        });
        state.candidates.push(Candidate {
            author: entry.author,
            entry: hash,
            journal: entry.journal,
            value: value.clone(),
        });
        state.candidates.len() > 1
    }

    fn decide(&mut self, path: &Path, named: &[EntryHash], chosen: &EntryHash) {
        if let Some(state) = self.fields.get_mut(path) {
            state.candidates.retain(|it| it.entry == *chosen || !named.contains(&it.entry));
        }
    }

    fn each_evidence(&mut self, hash: &EvidenceHash, change: impl Fn(&mut EvidenceState)) {
        self.evidence.iter_mut().filter(|it| it.evidence.hash == *hash).for_each(change);
    }
}
