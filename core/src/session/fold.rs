//! The fold of entries into the views: one batch for some entries, with the head that it reaches.

use super::judge::seized_by;
use super::shown::{Concluded, EntryKind};
use super::views::{
    EvidenceStored, LostRun, RecordFolded, RowStored, SeizedStored, Views, meta, recent_key,
};
use crate::journal::Line;
use crate::store::{SealedBatch, StoreError, Tree};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use waiqin_protocol::ids::{CaseId, EntryHash, EvidenceHash, Nonce, SubjectId};
use waiqin_protocol::journal::{CaseRef, Change, Entry, EvidenceSource, Head};
use waiqin_protocol::record::{EvidenceState, Record};

/// Folding some entries into one batch.
pub(super) struct Fold<'a> {
    views: &'a Views,
    log: &'a Line,
    batch: SealedBatch<'a>,
    /// Records touched, as they stand now.
    records: BTreeMap<SubjectId, RecordFolded>,
    evidence: BTreeMap<EvidenceHash, EvidenceStored>,
    beacon: Option<Nonce>,
    lost: Vec<LostRun>,
}

impl<'a> Fold<'a> {
    pub fn on(views: &'a Views, log: &'a Line) -> Self {
        Self {
            views,
            log,
            batch: views.store.batch(),
            records: BTreeMap::new(),
            evidence: BTreeMap::new(),
            beacon: None,
            lost: Vec::new(),
        }
    }

    /// Folds an entry.
    pub fn entry(&mut self, seq: u64, entry: &Entry, hash: EntryHash) -> Result<(), StoreError> {
        if let Some(used) = &entry.beacon {
            self.beacon = Some(used.signed.body.nonce);
        }
        if let Change::EntriesLost { from, to, .. } = &entry.change {
            self.lost.push((entry.journal, *from, *to));
        }
        let mut key = entry.subject.as_bytes().to_vec();
        key.extend(seq.to_be_bytes());
        self.batch.put(Tree::Entries, &key, &());
        self.fold_record(seq, entry, hash)?;
        self.fold_evidence(seq, entry)
    }

    /// Finds and lists an entry that came back from the court; its record is to be folded again.
    pub fn found_again(&mut self, seq: u64, entry: &Entry) -> Result<(), StoreError> {
        let mut key = entry.subject.as_bytes().to_vec();
        key.extend(seq.to_be_bytes());
        self.batch.put(Tree::Entries, &key, &());
        self.fold_evidence(seq, entry)
    }

    /// What is written so far, for more of it.
    pub fn batch(&mut self) -> &mut SealedBatch<'a> {
        &mut self.batch
    }

    /// Gives what is written so far, and leaves the records.
    pub fn into_batch(self) -> SealedBatch<'a> {
        self.batch
    }

    /// Writes everything, with the head that it reaches.
    pub fn commit(mut self, head: Head) -> Result<(), StoreError> {
        for folded in std::mem::take(&mut self.records).into_values() {
            // What is durable in the journal is shown, whatever becomes of the store.
            self.views.keep_folded(folded.clone());
            self.views.put_row(
                &mut self.batch,
                head.seq,
                folded.record.subject,
                Some(&folded),
            )?;
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
        self.batch.commit()
    }

    fn fold_record(&mut self, seq: u64, entry: &Entry, hash: EntryHash) -> Result<(), StoreError> {
        let subject = entry.subject;
        if !self.records.contains_key(&subject)
            && let Some(folded) = self.views.record(self.log, subject)?
        {
            self.records.insert(subject, folded);
        }
        match self.records.get_mut(&subject) {
            Some(now) => {
                now.record.apply(entry, hash);
                now.last_seq = seq;
            }
            None => {
                if let Some(record) = Record::open(entry, hash) {
                    let opened = RecordFolded {
                        last_seq: seq,
                        record,
                    };
                    self.records.insert(subject, opened);
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
}

impl Views {
    /// Writes what lists and finds a record as it stands now, `order` being the journal's newest
    /// number; takes it away when there is none any more.
    pub(super) fn put_row(
        &self,
        batch: &mut SealedBatch<'_>,
        order: u64,
        subject: SubjectId,
        now: Option<&RecordFolded>,
    ) -> Result<(), StoreError> {
        let key_of = |name: &str| {
            let mut key = self.store.name(name.as_bytes()).to_vec();
            key.extend(subject.as_bytes());
            key
        };
        if let Some(before) = self.row(subject)? {
            batch.remove(Tree::Recent, &recent_key(&before));
            for name in case_names(&before.case) {
                batch.remove(Tree::ByCase, &key_of(name));
            }
            for key in &before.seized {
                batch.remove(Tree::Seized, &key_of(key));
            }
        }
        let Some(folded) = now else {
            batch.remove(Tree::Rows, subject.as_bytes());
            return Ok(());
        };
        let row = RowStored::of(folded, order);
        let place = recent_key(&row);
        batch.put(Tree::Recent, &place, &row);
        for name in case_names(&row.case) {
            batch.put(Tree::ByCase, &key_of(name), &subject);
        }
        for key in &row.seized {
            let seized = SeizedStored {
                case: row.case.clone(),
                key: key.clone(),
            };
            batch.put(Tree::Seized, &key_of(key), &seized);
        }
        batch.put(Tree::Rows, subject.as_bytes(), &place);
        Ok(())
    }

    /// Writes the rows of records again some of whose own entries, by running numbers, do not read any
    /// more: lists and records tell the same. A record that does not open without them leaves the lists
    /// until they come back from the court.
    pub(super) fn fold_without(
        &self,
        log: &Line,
        lost: &RangeInclusive<u64>,
    ) -> Result<(), StoreError> {
        self.forget_folded();
        let named: Vec<(Vec<u8>, ())> = self.store.scan(Tree::Entries, &[], &[], usize::MAX)?;
        let concerned = named.iter().filter_map(|(key, ())| {
            let (subject, number) = key.split_first_chunk::<16>()?;
            let number = u64::from_be_bytes(number.try_into().ok()?);
            lost.contains(&number)
                .then(|| SubjectId::from_bytes(*subject))
        });
        let mut batch = self.store.batch();
        for subject in concerned.collect::<BTreeSet<_>>() {
            if let Some(before) = self.row(subject)? {
                let now = self.record(log, subject)?;
                self.put_row(&mut batch, before.order, subject, now.as_ref())?;
            }
        }
        batch.commit()
    }
}

fn case_names(case: &CaseRef) -> impl Iterator<Item = &str> {
    let id = case.id.as_ref().map(|CaseId(id)| id.as_str());
    case.normal.as_deref().into_iter().chain(id)
}

impl RowStored {
    fn of(folded: &RecordFolded, order: u64) -> Self {
        let record = &folded.record;
        let standing = || record.evidence.iter().filter(|it| it.withdrawn.is_none());
        let is_photo = |it: &&EvidenceState| it.evidence.source != EvidenceSource::Glass;
        Self {
            act: record.act,
            case: record.case.clone(),
            changed: record.changed,
            concluded: record.standing_conclusions().last().map(|it| Concluded {
                at_ms: it.at,
                decision: it.decision.clone(),
            }),
            contested: record.contested().len(),
            last_seq: folded.last_seq,
            opened: record.opened,
            order,
            evidence: standing().map(|it| it.evidence.hash).collect(),
            photos: standing().filter(is_photo).count(),
            place: record.text("place").to_owned(),
            sealed: record.seals.first().map(|it| it.hash),
            seized: seized_by(record),
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

pub(super) fn paths_of(change: &Change) -> Vec<String> {
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
