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
            evidence: Vec::new(),
            seals: Vec::new(),
            voided: None,
            order: vec![Seen {
                hash,
                journal: entry.journal,
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
                None => return Applied::Outside(Verdict::Held, VerdictReason::UnknownBase),
            },
        };
        let sealed_by_other = !self.seals.is_empty() && entry.journal != self.journal;
        let moved = self.order[seen..]
            .iter()
            .any(|it| it.journal != entry.journal);
        let applied = match &entry.change {
            Change::FieldsChanged { .. } | Change::CaseNamed { .. } if sealed_by_other => {
                return Applied::Outside(Verdict::Held, VerdictReason::OutsideSeal);
            }
            Change::FieldsChanged { values } => {
                let contested = values.iter().fold(false, |any, (path, value)| {
                    self.set(path, value, entry, hash, seen) || any
                });
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
            Change::ContestDecided {
                candidates,
                chosen,
                path,
                ..
            } => {
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
        self.order.push(Seen {
            hash,
            journal: entry.journal,
        });
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
        self.value(path)
            .and_then(Value::as_text)
            .unwrap_or_default()
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
        let state = self.fields.entry(path.clone()).or_insert(FieldState {
            candidates: Vec::new(),
        });
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
            state
                .candidates
                .retain(|it| it.entry == *chosen || !named.contains(&it.entry));
        }
    }

    fn each_evidence(&mut self, hash: &EvidenceHash, change: impl Fn(&mut EvidenceState)) {
        self.evidence
            .iter_mut()
            .filter(|it| it.evidence.hash == *hash)
            .for_each(change);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::BootId;
    use crate::journal::{At, EvidenceRole, EvidenceSource, VERSION, entry_hash};

    /// A phone that writes entries on one record.
    struct Phone {
        journal: JournalId,
        seq: u64,
    }

    impl Phone {
        fn new(n: u8) -> Self {
            Self {
                journal: JournalId::from_bytes([n; 16]),
                seq: 0,
            }
        }

        fn write(&mut self, base: Option<EntryHash>, change: Change) -> (Entry, EntryHash) {
            self.seq += 1;
            let entry = Entry {
                at: At {
                    beacon: None,
                    boot: BootId::from_bytes([0; 16]),
                    mono: 0,
                    wall: 1000,
                },
                author: OfficerId::from_bytes(*self.journal.as_bytes()),
                base,
                beacon: None,
                change,
                journal: self.journal,
                seq: self.seq,
                subject: SubjectId::from_bytes([9; 16]),
                v: VERSION,
            };
            let hash = entry_hash(&entry.to_bytes().unwrap());
            (entry, hash)
        }

        fn opened(&mut self) -> Record {
            let change = Change::RecordOpened {
                act: Act::Investigation,
                case: CaseRef::default(),
                values: BTreeMap::new(),
            };
            let (entry, hash) = self.write(None, change);
            Record::open(&entry, hash).unwrap()
        }

        fn set(
            &mut self,
            record: &mut Record,
            base: Option<EntryHash>,
            path: &str,
            value: Value,
        ) -> (Applied, EntryHash) {
            let values = BTreeMap::from([(Path::new(path).unwrap(), value)]);
            let (entry, hash) = self.write(base, Change::FieldsChanged { values });
            (record.apply(&entry, hash), hash)
        }
    }

    fn values(record: &Record, path: &str) -> Vec<Value> {
        let state = &record.fields[&Path::new(path).unwrap()];
        state.candidates.iter().map(|it| it.value.clone()).collect()
    }

    #[test]
    fn two_phones_that_had_not_seen_each_other_keep_both_values() {
        let (mut a, mut b) = (Phone::new(1), Phone::new(2));
        let mut record = a.opened();
        let opening = record.order[0].hash;
        let (first, _) = a.set(&mut record, None, "place", "大岗".into());
        let (second, _) = b.set(&mut record, Some(opening), "place", "榄核".into());
        assert_eq!(first, Applied::Stands(Verdict::Accepted));
        assert_eq!(second, Applied::Stands(Verdict::Contested));
        assert_eq!(values(&record, "place"), ["大岗".into(), "榄核".into()]);
        assert_eq!(record.value("place"), None, "no last writer wins");
        assert_eq!(record.contested().len(), 1);
    }

    #[test]
    fn what_the_author_had_seen_gives_way_and_other_fields_interleave() {
        let (mut a, mut b) = (Phone::new(1), Phone::new(2));
        let mut record = a.opened();
        let opening = record.order[0].hash;
        let (_, seen) = a.set(&mut record, None, "place", "大岗".into());
        let (other, _) = b.set(&mut record, Some(opening), "course", "敲门".into());
        assert_eq!(other, Applied::Stands(Verdict::Interleaved));
        let (after, _) = b.set(&mut record, Some(seen), "place", "榄核".into());
        assert_eq!(after, Applied::Stands(Verdict::Accepted));
        assert_eq!(record.text("place"), "榄核");
    }

    #[test]
    fn equal_values_are_no_contest_and_removal_against_edit_is_one() {
        let (mut a, mut b) = (Phone::new(1), Phone::new(2));
        let mut record = a.opened();
        let opening = record.order[0].hash;
        a.set(&mut record, None, "place", "大岗".into());
        let (equal, _) = b.set(&mut record, Some(opening), "place", "大岗".into());
        assert_eq!(equal, Applied::Stands(Verdict::Interleaved));
        a.set(&mut record, None, "course", "敲门".into());
        let (removal, _) = b.set(&mut record, Some(opening), "course", Value::Null);
        assert_eq!(removal, Applied::Stands(Verdict::Contested));
    }

    #[test]
    fn a_decision_settles_the_candidates_it_names_and_a_later_one_reopens() {
        let (mut a, mut b, mut c) = (Phone::new(1), Phone::new(2), Phone::new(3));
        let mut record = a.opened();
        let opening = record.order[0].hash;
        let (_, one) = a.set(&mut record, None, "place", "大岗".into());
        let (_, two) = b.set(&mut record, Some(opening), "place", "榄核".into());
        let mut office = Phone::new(7);
        let (entry, hash) = office.write(
            Some(two),
            Change::ContestDecided {
                candidates: vec![one, two],
                chosen: two,
                path: Path::new("place").unwrap(),
                reason: "以照片为准".into(),
            },
        );
        record.apply(&entry, hash);
        assert_eq!(record.text("place"), "榄核");
        let (late, _) = c.set(&mut record, Some(opening), "place", "东涌".into());
        assert_eq!(late, Applied::Stands(Verdict::Contested));
    }

    #[test]
    fn lines_added_on_two_phones_stay_two_lines() {
        let (mut a, mut b) = (Phone::new(1), Phone::new(2));
        let mut record = a.opened();
        let opening = record.order[0].hash;
        a.set(&mut record, None, "assets/0a/name", "机床".into());
        b.set(&mut record, Some(opening), "assets/0b/name", "叉车".into());
        assert_eq!(record.items("assets"), ["0a", "0b"]);
        assert!(record.contested().is_empty());
    }

    #[test]
    fn an_unknown_base_is_held_and_an_edit_of_anothers_sealed_record_stays_outside() {
        let (mut a, mut b) = (Phone::new(1), Phone::new(2));
        let mut record = a.opened();
        let opening = record.order[0].hash;
        let strange = EntryHash::from_bytes([0xee; 32]);
        let (held, _) = b.set(&mut record, Some(strange), "place", "榄核".into());
        assert_eq!(
            held,
            Applied::Outside(Verdict::Held, VerdictReason::UnknownBase)
        );
        let seal = Change::Sealed {
            body: Value::Map(BTreeMap::new()),
            covers: BTreeMap::new(),
            findings: vec![],
            overrides: vec![],
        };
        let (entry, hash) = a.write(None, seal);
        record.apply(&entry, hash);
        let (late, _) = b.set(&mut record, Some(opening), "place", "榄核".into());
        assert_eq!(
            late,
            Applied::Outside(Verdict::Held, VerdictReason::OutsideSeal)
        );
        assert_eq!(record.text("place"), "");
    }

    #[test]
    fn withdrawn_evidence_stays_with_its_reason() {
        let mut a = Phone::new(1);
        let mut record = a.opened();
        let hash = EvidenceHash::from_bytes([3; 32]);
        let evidence = Evidence {
            caption: None,
            fix: None,
            hash,
            height: None,
            how: None,
            item: None,
            length: 3,
            media: None,
            name: "a.jpg".into(),
            role: EvidenceRole::Overall,
            source: EvidenceSource::Camera,
            taken: None,
            width: None,
        };
        for _ in 0..2 {
            let added = Change::EvidenceAdded {
                evidence: Box::new(evidence.clone()),
            };
            let (entry, hash) = a.write(None, added);
            record.apply(&entry, hash);
        }
        assert_eq!(
            record.evidence.len(),
            1,
            "the same photo twice is one photo"
        );
        let (entry, id) = a.write(
            None,
            Change::EvidenceWithdrawn {
                hash,
                reason: "拍错对象".into(),
            },
        );
        record.apply(&entry, id);
        assert_eq!(record.evidence[0].withdrawn.as_deref(), Some("拍错对象"));
    }
}
