//! The fold of entries into the views: one batch for some entries, with the head that it reaches.

use super::shown::EntryKind;
use super::unwritten::Unwritten;
use super::views::{
    EntryStored, EvidenceStored, LostRun, RecordStored, RowStored, Views, ViewsError, meta,
    recent_key,
};
use crate::journal::Line;
use crate::store::{SealedBatch, StoreError, Tree};
use std::collections::BTreeMap;
use waiqin_protocol::ids::{CaseId, EntryHash, EvidenceHash, Nonce, SubjectId};
use waiqin_protocol::journal::{Change, Entry, EvidenceSource, Head, entry_hash};
use waiqin_protocol::record::{EvidenceState, Record};

/// Folding some entries into one batch.
pub(super) struct Fold<'a> {
    views: &'a Views,
    batch: SealedBatch<'a>,
    /// Records touched: as they stood in the store, and as they stand now.
    records: BTreeMap<SubjectId, (Option<RecordStored>, RecordStored)>,
    lines: Vec<(SubjectId, u64, EntryStored)>,
    evidence: BTreeMap<EvidenceHash, EvidenceStored>,
    beacon: Option<Nonce>,
    lost: Vec<LostRun>,
    /// The store is not asked: the journal alone says what stands.
    alone: bool,
}

impl<'a> Fold<'a> {
    pub fn on(views: &'a Views) -> Self {
        Self {
            views,
            batch: views.store.batch(),
            records: BTreeMap::new(),
            lines: Vec::new(),
            evidence: BTreeMap::new(),
            beacon: None,
            lost: Vec::new(),
            alone: false,
        }
    }

    /// A record as the whole journal says it, for when the store cannot even be read: slow, and true.
    pub fn of_journal(
        views: &'a Views,
        log: &Line,
        subject: SubjectId,
    ) -> Result<Unwritten, ViewsError> {
        let mut fold = Self {
            alone: true,
            ..Self::on(views)
        };
        for seq in 1..=log.head().seq {
            let Some(bytes) = log.read(seq)? else {
                continue;
            };
            if Entry::from_bytes(&bytes).is_ok_and(|it| it.subject == subject) {
                fold.entry(seq, &bytes)?;
            }
        }
        Ok(fold.unwritten())
    }

    /// Folds an entry. What this version cannot read stays in the journal and is shown nowhere else.
    pub fn entry(&mut self, seq: u64, bytes: &[u8]) -> Result<(), StoreError> {
        let Ok(entry) = Entry::from_bytes(bytes) else {
            return Ok(());
        };
        let hash = entry_hash(bytes);
        if let Some(used) = &entry.beacon {
            self.beacon = Some(used.signed.body.nonce);
        }
        if let Change::EntriesLost { from, to, .. } = &entry.change {
            self.lost.push((entry.journal, *from, *to));
        }
        let line = EntryStored {
            at: entry.at.wall,
            hash,
            kind: EntryKind::of(&entry.change),
            paths: paths_of(&entry.change),
        };
        let mut key = entry.subject.as_bytes().to_vec();
        key.extend(seq.to_be_bytes());
        self.batch.put(Tree::Entries, &key, &line);
        self.lines.push((entry.subject, seq, line));
        self.fold_record(seq, &entry, hash)?;
        self.fold_evidence(seq, &entry)
    }

    /// Writes everything, with the head that it reaches.
    pub fn commit(self, head: Head) -> Result<(), StoreError> {
        self.commit_or_else(head, drop)
    }

    /// As [`Fold::commit`]; what the store does not take is handed on.
    pub fn commit_or_else(
        mut self,
        head: Head,
        refused: impl FnOnce(Unwritten),
    ) -> Result<(), StoreError> {
        let records = std::mem::take(&mut self.records);
        for (subject, (before, now)) in &records {
            if let Some(before) = before {
                self.batch
                    .remove(Tree::Recent, &recent_key(before.last_seq, *subject));
                for key in self.case_keys(before) {
                    self.batch.remove(Tree::ByCase, &key);
                }
            }
            for key in self.case_keys(now) {
                self.batch.put(Tree::ByCase, &key, subject);
            }
            let row = RowStored::of(now);
            self.batch
                .put(Tree::Recent, &recent_key(now.last_seq, *subject), &row);
            self.batch.put(Tree::Records, subject.as_bytes(), now);
        }
        if let Some(nonce) = self.beacon {
            self.batch
                .put(Tree::Meta, meta::BEACON_USED.as_bytes(), &nonce);
        }
        if !self.lost.is_empty() {
            let mut lost: Vec<LostRun> = self.views.meta(meta::LOST)?.unwrap_or_default();
            lost.append(&mut self.lost);
            self.batch.put(Tree::Meta, meta::LOST.as_bytes(), &lost);
        }
        self.batch.put(Tree::Meta, meta::HEAD.as_bytes(), &head);
        let written = self.batch.commit();
        if written.is_err() {
            refused(Unwritten::of(records, self.lines));
        }
        written
    }

    /// Writes nothing, and hands on what would have been written.
    pub fn unwritten(self) -> Unwritten {
        Unwritten::of(self.records, self.lines)
    }

    fn fold_record(&mut self, seq: u64, entry: &Entry, hash: EntryHash) -> Result<(), StoreError> {
        let subject = entry.subject;
        if !self.alone
            && !self.records.contains_key(&subject)
            && let Some(stored) = self.views.record(subject)?
        {
            self.records.insert(subject, (Some(stored.clone()), stored));
        }
        match self.records.get_mut(&subject) {
            Some((_, now)) => {
                now.record.apply(entry, hash);
                now.last_seq = seq;
            }
            None => {
                if let Some(record) = Record::open(entry, hash) {
                    self.records.insert(
                        subject,
                        (
                            None,
                            RecordStored {
                                last_seq: seq,
                                record,
                            },
                        ),
                    );
                }
            }
        }
        Ok(())
    }

    fn fold_evidence(&mut self, seq: u64, entry: &Entry) -> Result<(), StoreError> {
        let Some((hash, length, missing)) = evidence_of(&entry.change) else {
            return Ok(());
        };
        let known = match self.evidence.get(&hash) {
            Some(known) => Some(*known),
            None if self.alone => None,
            None => self.views.evidence(&hash)?,
        };
        let mut now = known.unwrap_or(EvidenceStored {
            hash,
            length,
            missing: false,
            seq,
            subject: entry.subject,
        });
        now.length = now.length.max(length);
        // Bytes that were found again and added anew are not missing any more.
        now.missing = missing;
        self.evidence.insert(hash, now);
        let key = self.views.evidence_key(&hash);
        self.batch.put(Tree::Evidence, &key, &now);
        self.batch.put(Tree::Unsent, &key, &now);
        Ok(())
    }

    fn case_keys(&self, stored: &RecordStored) -> Vec<Vec<u8>> {
        let case = &stored.record.case;
        let mut names: Vec<&str> = case.normal.iter().map(String::as_str).collect();
        names.extend(case.id.iter().map(|CaseId(id)| id.as_str()));
        names.dedup();
        names
            .into_iter()
            .map(|name| {
                let mut key = self.views.store.name(name.as_bytes()).to_vec();
                key.extend(recent_key(stored.last_seq, stored.record.subject));
                key
            })
            .collect()
    }
}

impl RowStored {
    pub(super) fn of(stored: &RecordStored) -> Self {
        let record = &stored.record;
        let standing = || record.evidence.iter().filter(|it| it.withdrawn.is_none());
        let is_photo = |it: &&EvidenceState| it.evidence.source != EvidenceSource::Glass;
        Self {
            act: record.act,
            case: record.case.clone(),
            changed: record.changed,
            contested: record.contested().len(),
            last_seq: stored.last_seq,
            opened: record.opened,
            evidence: standing().map(|it| it.evidence.hash).collect(),
            photos: standing().filter(is_photo).count(),
            place: record.text("place").to_owned(),
            sealed: record.seals.first().map(|it| it.hash),
            subject: record.subject,
            voided: record.voided.clone(),
        }
    }
}

/// Evidence that a change names or declares gone: hash, length as far as said, gone.
pub(super) fn evidence_of(change: &Change) -> Option<(EvidenceHash, u64, bool)> {
    if let Change::EvidenceAdded { evidence } = change {
        Some((evidence.hash, evidence.length, false))
    } else if let Change::EvidenceMissing { hash, .. } = change {
        Some((*hash, 0, true))
    } else {
        None
    }
}

fn paths_of(change: &Change) -> Vec<String> {
    match change {
        Change::FieldsChanged { values } | Change::RecordOpened { values, .. } => {
            values.keys().map(|path| path.as_str().to_owned()).collect()
        }
        Change::ContestDecided { path, .. } | Change::RefusalNoted { what: path, .. } => {
            vec![path.as_str().to_owned()]
        }
        Change::JournalOpened { .. }
        | Change::CaseNamed { .. }
        | Change::EvidenceAdded { .. }
        | Change::EvidenceWithdrawn { .. }
        | Change::EvidenceMissing { .. }
        | Change::SignatureTaken { .. }
        | Change::Countersigned { .. }
        | Change::Sealed { .. }
        | Change::Amended { .. }
        | Change::Voided { .. }
        | Change::HeldReleased { .. }
        | Change::Concluded { .. }
        | Change::Accepted { .. }
        | Change::Returned { .. }
        | Change::EntriesLost { .. }
        | Change::BytesErased { .. }
        | Change::TaskProgress { .. } => Vec::new(),
    }
}

impl EntryKind {
    /// The kind of a change.
    #[must_use]
    pub fn of(change: &Change) -> Self {
        match change {
            Change::JournalOpened { .. } => Self::JournalOpened,
            Change::RecordOpened { .. } => Self::RecordOpened,
            Change::FieldsChanged { .. } => Self::FieldsChanged,
            Change::CaseNamed { .. } => Self::CaseNamed,
            Change::EvidenceAdded { .. } => Self::EvidenceAdded,
            Change::EvidenceWithdrawn { .. } => Self::EvidenceWithdrawn,
            Change::EvidenceMissing { .. } => Self::EvidenceMissing,
            Change::SignatureTaken { .. } => Self::SignatureTaken,
            Change::RefusalNoted { .. } => Self::RefusalNoted,
            Change::Countersigned { .. } => Self::Countersigned,
            Change::Sealed { .. } => Self::Sealed,
            Change::Amended { .. } => Self::Amended,
            Change::Voided { .. } => Self::Voided,
            Change::ContestDecided { .. } => Self::ContestDecided,
            Change::HeldReleased { .. } => Self::HeldReleased,
            Change::Concluded { .. } => Self::Concluded,
            Change::Accepted { .. } => Self::Accepted,
            Change::Returned { .. } => Self::Returned,
            Change::EntriesLost { .. } => Self::EntriesLost,
            Change::BytesErased { .. } => Self::BytesErased,
            Change::TaskProgress { .. } => Self::TaskProgress,
        }
    }
}
