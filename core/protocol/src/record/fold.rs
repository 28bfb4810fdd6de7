//! The fold: one entry after another, and what becomes of each.

use super::body::{Body, manifest};
use super::facts::Amends;
use super::items::ItemOrder;
use super::parts::{
    Conclusion, CountersignState, Decision, EvidenceState, Refusal, Seal, Signature,
};
use crate::canonical::Value;
use crate::fault::{Fault, planted};
use crate::ids::{EntryHash, EvidenceHash, ItemId, JournalId, OfficerId, RecordHash, SubjectId};
use crate::journal::{Act, CaseRef, Change, Entry, Evidence, Finding, Override, Path};
use crate::wire::sync::{Verdict, VerdictReason};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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
    /// In which order items of lists were added.
    #[serde(default, skip_serializing_if = "ItemOrder::is_empty")]
    pub item_order: ItemOrder,
    /// Evidence in order of entry.
    pub evidence: Vec<EvidenceState>,
    /// Handwritten signatures in order of entry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<Signature>,
    /// What was refused, in order of entry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refusals: Vec<Refusal>,
    /// The seals, first one first: two phones may seal one record, both are kept.
    pub seals: Vec<Seal>,
    /// Second officers' signatures in order of entry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countersigns: Vec<CountersignState>,
    /// Choices between values that stood against each other, in order of entry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<Decision>,
    /// What the office concluded by the case list, in order of entry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conclusions: Vec<Conclusion>,
    /// Entries that a person released (放行): they stand though nobody knows what their author had
    /// seen.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub released: BTreeSet<EntryHash>,
    /// What it amends, when it is an amendment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amends: Option<Amends>,
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
    /// Its number there.
    pub seq: u64,
}

/// A field: one candidate, or several that stand against each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldState {
    /// At most one per journal, unless it forked; more than one means *contested*.
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

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It stands in the record.
    Stands(Verdict),
    /// It is kept outside the record.
    Outside(Verdict, VerdictReason),
}

/// Why a record may not be sealed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSealable {
    /// It is sealed.
    #[error("the record is sealed")]
    Sealed(RecordHash),
    /// It is void (作废).
    #[error("the record is void")]
    Void,
    /// Values stand against each other; a person has to decide first.
    #[error("{0} is contested")]
    Contested(Path),
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
        let Change::RecordOpened { act, case, values } = &entry.change else {
            return None;
        };
        let mut record = Self {
            subject: entry.subject,
            act: *act,
            case: case.clone(),
            officer: entry.author,
            journal: entry.journal,
            opened: entry.at.wall,
            changed: entry.at.wall,
            fields: BTreeMap::new(),
            item_order: ItemOrder::default(),
            evidence: Vec::new(),
            signatures: Vec::new(),
            refusals: Vec::new(),
            seals: Vec::new(),
            countersigns: Vec::new(),
            decisions: Vec::new(),
            conclusions: Vec::new(),
            released: BTreeSet::new(),
            amends: None,
            voided: None,
            order: vec![Seen {
                hash,
                journal: entry.journal,
                seq: entry.seq,
            }],
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
                None if self.released.contains(&hash) => 0,
                None => return Applied::Outside(Verdict::Held, VerdictReason::UnknownBase),
            },
        };
        let moved = self.order[seen..]
            .iter()
            .any(|it| it.journal != entry.journal);
        let contested = match self.take(entry, hash, seen) {
            Ok(contested) => contested,
            Err((verdict, reason)) => return Applied::Outside(verdict, reason),
        };
        self.order.push(Seen {
            hash,
            journal: entry.journal,
            seq: entry.seq,
        });
        self.changed = entry.at.wall;
        Applied::Stands(match (contested, moved) {
            (true, _) => Verdict::Contested,
            (false, true) => Verdict::Interleaved,
            (false, false) => Verdict::Accepted,
        })
    }

    /// What an entry does to the record, and whether it left a field contested.
    fn take(
        &mut self,
        entry: &Entry,
        hash: EntryHash,
        seen: usize,
    ) -> Result<bool, (Verdict, VerdictReason)> {
        if !self.seals.is_empty() && changes_the_body(&entry.change) {
            return Err((Verdict::Held, VerdictReason::OutsideSeal));
        }
        let at = entry.at.wall;
        match &entry.change {
            Change::FieldsChanged { values } => {
                return Ok(values.iter().fold(false, |any, (path, value)| {
                    self.set(path, value, entry, hash, seen) || any
                }));
            }
            Change::CaseNamed { case } => self.case = case.clone(),
            // Evidence of a sealed record stands beside the seal: late, and delivered like any.
            Change::EvidenceAdded { evidence } => self.add_evidence(evidence, hash, at),
            Change::EvidenceWithdrawn { hash, reason } => {
                self.each_evidence(hash, |it| it.withdrawn = Some(reason.clone()));
            }
            Change::EvidenceMissing { hash, reason } => {
                self.each_evidence(hash, |it| it.missing = Some(reason.clone()));
            }
            Change::SignatureTaken {
                body,
                person,
                strokes,
            } => self.signatures.push(Signature {
                body: *body,
                person: *person,
                strokes: *strokes,
                entry: hash,
                at,
            }),
            Change::RefusalNoted {
                person,
                reason,
                what,
            } => self.refusals.push(Refusal {
                person: *person,
                what: what.clone(),
                reason: reason.clone(),
                at,
            }),
            Change::Sealed {
                body,
                covers,
                findings,
                overrides,
            } => self.seal(body, covers, findings, overrides, entry, hash)?,
            Change::Countersigned {
                certificate,
                countersign,
                key,
            } => self.countersigned(CountersignState {
                countersign: countersign.clone(),
                certificate: certificate.clone(),
                key: key.clone(),
                author: entry.author,
                journal: entry.journal,
            }),
            Change::Amended {
                amends,
                reason,
                record,
            } => {
                self.amends = Some(Amends {
                    kind: *amends,
                    record: *record,
                    reason: reason.clone(),
                });
            }
            Change::Voided { reason } => self.voided = Some(reason.clone()),
            Change::ContestDecided {
                candidates,
                chosen,
                path,
                reason,
            } => self.decide((path, candidates, chosen), reason, entry),
            Change::HeldReleased {
                entry: released, ..
            } => {
                self.released.insert(*released);
            }
            // A second opening of one subject is somebody else's record with the same id: kept aside.
            Change::RecordOpened { .. } => {
                return Err((Verdict::Refused, VerdictReason::NotOfThisJournal));
            }
            Change::Concluded { .. } => self.conclusions.extend(Conclusion::of(entry, hash)),
            // These say something about the record without changing what it holds.
            Change::JournalOpened { .. }
            | Change::Accepted { .. }
            | Change::Returned { .. }
            | Change::EntriesLost { .. }
            | Change::BytesErased { .. }
            | Change::TaskProgress { .. } => {}
        }
        Ok(false)
    }

    /// A seal stands when its body is one of this record. A second one stands beside the first.
    fn seal(
        &mut self,
        document: &Value,
        covers: &BTreeMap<JournalId, u64>,
        findings: &[Finding],
        overrides: &[Override],
        entry: &Entry,
        hash: EntryHash,
    ) -> Result<(), (Verdict, VerdictReason)> {
        let malformed = (Verdict::Refused, VerdictReason::Malformed);
        let body = Body::read(document).map_err(|_| malformed)?;
        if body.subject != self.subject || body.act != self.act {
            return Err(malformed);
        }
        self.seals.push(Seal {
            hash: body.hash().map_err(|_| malformed)?,
            refolds: self.folds_to(&body, covers),
            body,
            covers: covers.clone(),
            findings: findings.to_vec(),
            overrides: overrides.to_vec(),
            author: entry.author,
            journal: entry.journal,
            entry: hash,
            at: entry.at.wall,
        });
        Ok(())
    }

    /// Whether the entries covered by a seal give its body: what came from elsewhere unseen does not
    /// count against it.
    fn folds_to(&self, body: &Body, covers: &BTreeMap<JournalId, u64>) -> bool {
        let covered = |entry: &EntryHash| {
            self.order.iter().any(|it| {
                it.hash == *entry && covers.get(&it.journal).is_some_and(|last| it.seq <= *last)
            })
        };
        let fields = self.fields.iter().all(|(path, state)| {
            let mut values = state.candidates.iter().filter(|it| covered(&it.entry));
            match (values.next(), values.next()) {
                (None, _) => true,
                (Some(one), None) if one.value == Value::Null => !body.fields.contains_key(path),
                (Some(one), None) => body.fields.get(path) == Some(&one.value),
                (Some(_), Some(_)) => false,
            }
        });
        let known = body.fields.keys().all(|it| self.fields.contains_key(it));
        let evidence = self.evidence.iter().filter(|it| covered(&it.entry));
        fields
            && known
            && evidence
                .filter_map(manifest)
                .eq(body.evidence.iter().cloned())
    }

    /// The same signature may come twice: in its author's journal, and by QR in the first officer's.
    fn countersigned(&mut self, new: CountersignState) {
        let same = |it: &CountersignState| it.countersign.body == new.countersign.body;
        match self.countersigns.iter_mut().find(|it| same(it)) {
            // The one that says more stays.
            Some(known) if known.certificate.is_none() && new.certificate.is_some() => *known = new,
            Some(_) => {}
            None => self.countersigns.push(new),
        }
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
        self.value(path)
            .and_then(Value::as_text)
            .unwrap_or_default()
    }

    /// Ids of the items of a list field, e.g. `officers`, whose fields are `officers/ID/…`, in the
    /// order in which they were added.
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
        self.item_order.sort(list, &mut ids);
        ids
    }

    /// Whether it may be sealed: not sealed, not void, and nothing known to be contested.
    ///
    /// # Errors
    /// What stands against it.
    pub fn sealable(&self) -> Result<(), NotSealable> {
        if let Some(seal) = self.seals.first() {
            return Err(NotSealable::Sealed(seal.hash));
        }
        if self.voided.is_some() {
            return Err(NotSealable::Void);
        }
        match self.contested().first() {
            Some(path) => Err(NotSealable::Contested((*path).clone())),
            None => Ok(()),
        }
    }

    /// The newest signature of a person.
    #[must_use]
    pub fn signature_of(&self, person: ItemId) -> Option<&Signature> {
        self.signatures.iter().rev().find(|it| it.person == person)
    }

    /// Last `seq` folded, per journal: what a seal written now covers.
    #[must_use]
    pub fn covers(&self) -> BTreeMap<JournalId, u64> {
        let mut covers = BTreeMap::new();
        for seen in &self.order {
            let last = covers.entry(seen.journal).or_insert(seen.seq);
            *last = (*last).max(seen.seq);
        }
        covers
    }

    /// Paths on which values stand against each other.
    #[must_use]
    pub fn contested(&self) -> Vec<&Path> {
        self.fields
            .iter()
            .filter(|(_, s)| s.candidates.len() > 1)
            .map(|(path, _)| path)
            .collect()
    }

    /// Hash of the newest entry of another journal: the `base` of what `own` writes next.
    #[must_use]
    pub fn base_for(&self, own: JournalId) -> Option<EntryHash> {
        self.order
            .iter()
            .rev()
            .find(|it| it.journal != own)
            .map(|it| it.hash)
    }

    /// Sets a field and says whether it is contested now. What the author had seen gives way, as
    /// does what he gave himself; what he had not seen stays beside, unless it is equal. Of an entry
    /// that was released, and of one written after such, nobody knows what its author had seen: a
    /// journal that forked has two entries of one number.
    fn set(
        &mut self,
        path: &Path,
        value: &Value,
        entry: &Entry,
        hash: EntryHash,
        seen: usize,
    ) -> bool {
        self.item_order.note(path);
        let known = &self.order[..seen.min(self.order.len())];
        let released = &self.released;
        let is_released = |it: &EntryHash| released.contains(it);
        let own_gives_way = |it: &Candidate| {
            it.journal == entry.journal && (!is_released(&hash) || is_released(&it.entry))
        };
        let after_released = entry.base.as_ref().is_some_and(is_released);
        let was_seen = |it: &Candidate| {
            known.iter().any(|seen| seen.hash == it.entry)
                && (!after_released || is_released(&it.entry))
        };
        let state = self.fields.entry(path.clone()).or_insert(FieldState {
            candidates: Vec::new(),
        });
        state.candidates.retain(|it| {
            !planted(Fault::LastWriter) && it.value != *value && !own_gives_way(it) && !was_seen(it)
        });
        state.candidates.push(Candidate {
            author: entry.author,
            entry: hash,
            journal: entry.journal,
            value: value.clone(),
        });
        state.candidates.len() > 1
    }

    /// Whether of these values an officer gave every one that still stands in a field: between his own
    /// he may choose, on the other's testimony the office decides.
    #[must_use]
    pub fn all_by(&self, author: OfficerId, path: &Path, candidates: &[EntryHash]) -> bool {
        let state = self.fields.get(path);
        let standing = state.map_or(&[][..], |state| state.candidates.as_slice());
        let mut named = standing.iter().filter(|it| candidates.contains(&it.entry));
        named.all(|it| it.author == author)
    }

    /// Evidence that comes again is the same piece.
    fn add_evidence(&mut self, evidence: &Evidence, entry: EntryHash, at: i64) {
        if !self.evidence.iter().any(|it| it.evidence == *evidence) {
            self.evidence.push(EvidenceState {
                evidence: evidence.clone(),
                entry,
                at,
                missing: None,
                withdrawn: None,
            });
        }
    }

    /// Lets one of the values named stand. A value that nobody named stays beside it; where the chosen
    /// one is gone by now, so would be every other: nothing is settled.
    fn decide(
        &mut self,
        (path, named, chosen): (&Path, &[EntryHash], &EntryHash),
        reason: &str,
        entry: &Entry,
    ) {
        let mut value = None;
        if let Some(state) = self.fields.get_mut(path)
            && let Some(stands) = state.candidates.iter().find(|it| it.entry == *chosen)
        {
            value = Some(stands.value.clone());
            state
                .candidates
                .retain(|it| it.entry == *chosen || !named.contains(&it.entry));
        }
        self.decisions.push(Decision {
            path: path.clone(),
            chosen: *chosen,
            value,
            reason: reason.to_owned(),
            author: entry.author,
            journal: entry.journal,
            at: entry.at.wall,
        });
    }

    fn each_evidence(&mut self, hash: &EvidenceHash, change: impl Fn(&mut EvidenceState)) {
        self.evidence
            .iter_mut()
            .filter(|it| it.evidence.hash == *hash)
            .for_each(change);
    }
}

/// A sealed record never changes (P3), not even by the journal that sealed it.
fn changes_the_body(change: &Change) -> bool {
    matches!(
        change,
        Change::FieldsChanged { .. }
            | Change::CaseNamed { .. }
            | Change::EvidenceWithdrawn { .. }
            | Change::Voided { .. }
            | Change::Amended { .. }
    )
}

#[cfg(test)]
mod tests;
