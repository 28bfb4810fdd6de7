//! Views folded from the journal: records, rows, lines, evidence, in the store. Everything here is
//! rebuilt from the journal when the store is behind, damaged or gone.

use super::shown::{EntryKind, Parked};
use crate::journal::{FrameLog, JournalError};
use crate::store::{SealedBatch, SealedStore, StoreError, TREES, Tree};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use waiqin_protocol::ids::{CaseId, EntryHash, EvidenceHash, Nonce, RecordHash, SubjectId};
use waiqin_protocol::journal::{Act, CaseRef, Change, Entry, Head, entry_hash};
use waiqin_protocol::record::Record;
use waiqin_protocol::wire::sync::{Verdict, VerdictReason};

/// Entries folded between two writes of the store during a rebuild.
const REBUILD_STEP: u64 = 512;

/// A record with the number of its newest own entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RecordStored {
    pub last_seq: u64,
    pub record: Record,
}

/// What a list shows of a record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RowStored {
    pub act: Act,
    pub case: CaseRef,
    pub changed: i64,
    pub contested: usize,
    pub last_seq: u64,
    pub opened: i64,
    pub photos: Vec<EvidenceHash>,
    pub place: String,
    pub sealed: Option<RecordHash>,
    pub subject: SubjectId,
    pub voided: Option<String>,
}

/// What a record's page shows of an entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct EntryStored {
    pub at: i64,
    pub hash: EntryHash,
    pub kind: EntryKind,
    pub paths: Vec<String>,
}

/// A piece of evidence that an entry names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EvidenceStored {
    pub hash: EvidenceHash,
    pub length: u64,
    /// A person declared that the bytes are gone.
    pub missing: bool,
    /// The first entry that names it.
    pub seq: u64,
    pub subject: SubjectId,
}

/// Names under [`Tree::Meta`].
pub(crate) mod meta {
    pub const HEAD: &str = "head";
    pub const BEACON_USED: &str = "beacon used";
    pub const BEACON: &str = "beacon";
    pub const LOST: &str = "lost";
    pub const JUDGED: &str = "judged";
    pub const CURSOR: &str = "cursor";
    pub const CASES: &str = "cases";
    pub const KEPT: &str = "kept cases";
    pub const LIMITS: &str = "limits";
    pub const NOTE: &str = "sync";
}

/// The views of one journal.
pub(crate) struct Views {
    pub(super) store: SealedStore,
}

impl Views {
    pub fn new(store: SealedStore) -> Self {
        Self { store }
    }

    /// How far the journal is folded.
    pub fn head(&self) -> Result<Head, StoreError> {
        Ok(self.meta(meta::HEAD)?.unwrap_or(Head::START))
    }

    pub fn meta<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, StoreError> {
        self.store.get(Tree::Meta, name.as_bytes())
    }

    pub fn put_meta<T: Serialize>(&self, name: &str, value: &T) -> Result<(), StoreError> {
        let mut batch = self.store.batch();
        batch.put(Tree::Meta, name.as_bytes(), value);
        batch.commit()
    }

    pub fn flush(&self) -> Result<(), StoreError> {
        self.store.flush()
    }

    pub fn record(&self, subject: SubjectId) -> Result<Option<RecordStored>, StoreError> {
        self.store.get(Tree::Records, subject.as_bytes())
    }

    /// Rows, newest change first.
    pub fn rows(&self, offset: usize, limit: usize) -> Result<Vec<RowStored>, StoreError> {
        let rows: Vec<(Vec<u8>, RowStored)> =
            self.store
                .scan(Tree::Recent, &[], &[], offset.saturating_add(limit))?;
        Ok(rows.into_iter().skip(offset).map(|(_, row)| row).collect())
    }

    /// Rows whose newest own entry has a number above one, newest first.
    pub fn rows_after(&self, seq: u64) -> Result<Vec<RowStored>, StoreError> {
        let mut rows = Vec::new();
        loop {
            let step = self.rows(rows.len(), 64)?;
            let (found, newer) = (
                step.len(),
                step.into_iter().filter(|row| row.last_seq > seq),
            );
            let before = rows.len();
            rows.extend(newer);
            if found < 64 || rows.len() < before + found {
                return Ok(rows);
            }
        }
    }

    pub fn row(&self, subject: SubjectId) -> Result<Option<RowStored>, StoreError> {
        match self.record(subject)? {
            None => Ok(None),
            Some(stored) => self
                .store
                .get(Tree::Recent, &recent_key(stored.last_seq, subject)),
        }
    }

    /// Rows of records that name a case by any of these texts (id, normal number).
    pub fn rows_of(&self, names: &[&str]) -> Result<Vec<RowStored>, StoreError> {
        let mut rows = BTreeMap::new();
        for name in names {
            let prefix = self.store.name(name.as_bytes());
            let found: Vec<(Vec<u8>, SubjectId)> =
                self.store.scan(Tree::ByCase, &prefix, &[], usize::MAX)?;
            for (_, subject) in found {
                if let Some(row) = self.row(subject)? {
                    rows.insert(std::cmp::Reverse(row.last_seq), row);
                }
            }
        }
        Ok(rows.into_values().collect())
    }

    /// Lines of a record's entries, oldest first.
    pub fn lines(&self, subject: SubjectId) -> Result<Vec<(u64, EntryStored)>, StoreError> {
        let lines: Vec<(Vec<u8>, EntryStored)> =
            self.store
                .scan(Tree::Entries, subject.as_bytes(), &[], usize::MAX)?;
        Ok(lines
            .into_iter()
            .filter_map(|(key, line)| Some((u64::from_be_bytes(*key.last_chunk::<8>()?), line)))
            .collect())
    }

    /// Evidence without a receipt, as far as the store knows.
    pub fn unsent(&self) -> Result<Vec<EvidenceStored>, StoreError> {
        let unsent: Vec<(Vec<u8>, EvidenceStored)> =
            self.store.scan(Tree::Unsent, &[], &[], usize::MAX)?;
        Ok(unsent.into_iter().map(|(_, evidence)| evidence).collect())
    }

    pub fn evidence(&self, hash: &EvidenceHash) -> Result<Option<EvidenceStored>, StoreError> {
        self.store.get(Tree::Evidence, &self.evidence_key(hash))
    }

    /// What was set aside.
    pub fn parked(&self) -> Result<Vec<Parked>, StoreError> {
        Ok(self.store.get(Tree::Parked, b"all")?.unwrap_or_default())
    }

    /// Keeps what was set aside.
    pub fn keep_parked(&self, parked: &[Parked]) -> Result<(), StoreError> {
        let mut batch = self.store.batch();
        batch.put(Tree::Parked, b"all", parked);
        batch.commit()
    }

    /// Every piece of evidence that an entry names.
    pub fn all_evidence(&self) -> Result<Vec<EvidenceStored>, StoreError> {
        let all: Vec<(Vec<u8>, EvidenceStored)> =
            self.store.scan(Tree::Evidence, &[], &[], usize::MAX)?;
        Ok(all.into_iter().map(|(_, evidence)| evidence).collect())
    }

    /// Evidence got a receipt.
    pub fn evidence_received(&self, hashes: &[EvidenceHash]) -> Result<(), StoreError> {
        let mut batch = self.store.batch();
        for hash in hashes {
            let key = self.evidence_key(hash);
            batch.remove(Tree::Unsent, &key);
            batch.remove(Tree::Uploads, &key);
        }
        batch.commit()
    }

    pub fn evidence_key(&self, hash: &EvidenceHash) -> [u8; 16] {
        self.store.name(hash.as_bytes())
    }

    /// What the court said of an entry.
    pub fn verdict(
        &self,
        seq: u64,
    ) -> Result<Option<(Verdict, Option<VerdictReason>)>, StoreError> {
        if let Some(said) = self.store.get(Tree::Verdicts, &seq.to_be_bytes())? {
            return Ok(Some(said));
        }
        let judged: u64 = self.meta(meta::JUDGED)?.unwrap_or(0);
        Ok((seq <= judged).then_some((Verdict::Accepted, None)))
    }

    /// Folds entries that the journal has and the views have not.
    pub fn catch_up(&self, log: &FrameLog) -> Result<(), ViewsError> {
        let mut head = self.head()?;
        while head.seq < log.head().seq {
            let to = log.head().seq.min(head.seq + REBUILD_STEP);
            let mut fold = Fold::on(self);
            for seq in head.seq + 1..=to {
                if let Some(bytes) = log.read(seq)? {
                    fold.entry(seq, &bytes)?;
                }
            }
            // Where the link is lost with its entries the number alone is kept.
            head = Head {
                link: log.link_at(to)?.unwrap_or(head.link),
                seq: to,
            };
            fold.commit(head)?;
        }
        Ok(())
    }

    /// Empties every tree and folds the whole journal anew; cases and cursors come from the server.
    pub fn rebuild(&self, log: &FrameLog) -> Result<(), ViewsError> {
        for tree in TREES {
            self.store.clear(tree)?;
        }
        self.catch_up(log)?;
        Ok(self.flush()?)
    }
}

/// Views were not folded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ViewsError {
    #[error("the store")]
    Store(#[from] StoreError),
    #[error("the journal")]
    Journal(#[from] JournalError),
}

/// Folding some entries into one batch.
pub(super) struct Fold<'a> {
    views: &'a Views,
    batch: SealedBatch<'a>,
    /// Records touched: as they stood in the store, and as they stand now.
    records: BTreeMap<SubjectId, (Option<RecordStored>, RecordStored)>,
    evidence: BTreeMap<EvidenceHash, EvidenceStored>,
    beacon: Option<Nonce>,
    lost: Vec<(u64, u64)>,
}

impl<'a> Fold<'a> {
    pub fn on(views: &'a Views) -> Self {
        Self {
            views,
            batch: views.store.batch(),
            records: BTreeMap::new(),
            evidence: BTreeMap::new(),
            beacon: None,
            lost: Vec::new(),
        }
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
            self.lost.push((*from, *to));
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
        self.fold_record(seq, &entry, hash)?;
        self.fold_evidence(seq, &entry)
    }

    /// Writes everything, with the head that it reaches.
    pub fn commit(mut self, head: Head) -> Result<(), StoreError> {
        for (subject, (before, now)) in std::mem::take(&mut self.records) {
            if let Some(before) = before {
                self.batch
                    .remove(Tree::Recent, &recent_key(before.last_seq, subject));
                for key in self.case_keys(&before) {
                    self.batch.remove(Tree::ByCase, &key);
                }
            }
            for key in self.case_keys(&now) {
                self.batch.put(Tree::ByCase, &key, &subject);
            }
            let row = RowStored::of(&now);
            self.batch
                .put(Tree::Recent, &recent_key(now.last_seq, subject), &row);
            self.batch.put(Tree::Records, subject.as_bytes(), &now);
        }
        if let Some(nonce) = self.beacon {
            self.batch
                .put(Tree::Meta, meta::BEACON_USED.as_bytes(), &nonce);
        }
        if !self.lost.is_empty() {
            let mut lost: Vec<(u64, u64)> = self.views.meta(meta::LOST)?.unwrap_or_default();
            lost.append(&mut self.lost);
            self.batch.put(Tree::Meta, meta::LOST.as_bytes(), &lost);
        }
        self.batch.put(Tree::Meta, meta::HEAD.as_bytes(), &head);
        self.batch.commit()
    }

    fn fold_record(&mut self, seq: u64, entry: &Entry, hash: EntryHash) -> Result<(), StoreError> {
        let subject = entry.subject;
        if !self.records.contains_key(&subject)
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
    fn of(stored: &RecordStored) -> Self {
        let record = &stored.record;
        let standing = record.evidence.iter().filter(|it| it.withdrawn.is_none());
        Self {
            act: record.act,
            case: record.case.clone(),
            changed: record.changed,
            contested: record.contested().len(),
            last_seq: stored.last_seq,
            opened: record.opened,
            photos: standing.map(|it| it.evidence.hash).collect(),
            place: record.text("place").to_owned(),
            sealed: record.seals.first().copied(),
            subject: record.subject,
            voided: record.voided.clone(),
        }
    }
}

/// Sorts newest first.
fn recent_key(last_seq: u64, subject: SubjectId) -> Vec<u8> {
    let mut key = (u64::MAX - last_seq).to_be_bytes().to_vec();
    key.extend(subject.as_bytes());
    key
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
