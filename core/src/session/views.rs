//! Views folded from the journal: records, rows, lines, evidence, in the store. Everything here is
//! rebuilt from the journal when the store is behind, damaged or gone.

use super::fold::Fold;
use super::shown::{EntryKind, Parked};
use super::unwritten::Unwritten;
use crate::journal::{JournalError, Line};
use crate::store::{SealedStore, StoreError, TREES, Tree};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};
use waiqin_protocol::ids::{EntryHash, EvidenceHash, JournalId, RecordHash, SubjectId};
use waiqin_protocol::journal::{Act, CaseRef, Head};
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
    /// Evidence that stands, strokes of signatures among it.
    pub evidence: Vec<EvidenceHash>,
    /// How many of it are no strokes.
    pub photos: usize,
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

/// A run of entries that a journal says to be lost, in its own numbers: journal, first, last.
pub(crate) type LostRun = (JournalId, u64, u64);

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
    /// What the store did not take. Empty but on a full or failing disk.
    unwritten: Mutex<Unwritten>,
}

impl Views {
    pub fn new(store: SealedStore) -> Self {
        Self {
            store,
            unwritten: Mutex::default(),
        }
    }

    /// What the store did not take.
    pub(super) fn unwritten(&self) -> MutexGuard<'_, Unwritten> {
        self.unwritten
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
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
        if let Some(stored) = self.unwritten().record(subject) {
            return Ok(Some(stored.clone()));
        }
        self.store.get(Tree::Records, subject.as_bytes())
    }

    /// Rows, newest change first.
    pub fn rows(&self, offset: usize, limit: usize) -> Result<Vec<RowStored>, StoreError> {
        let mut rows = self.unwritten().rows();
        let newer: BTreeSet<SubjectId> = rows.iter().map(|row| row.subject).collect();
        let wanted = offset.saturating_add(limit).saturating_add(newer.len());
        let stored: Vec<(Vec<u8>, RowStored)> = self.store.scan(Tree::Recent, &[], &[], wanted)?;
        let stored = stored.into_iter().map(|(_, row)| row);
        rows.extend(stored.filter(|row| !newer.contains(&row.subject)));
        Ok(rows.into_iter().skip(offset).take(limit).collect())
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
        Ok(self.record(subject)?.as_ref().map(RowStored::of))
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
        for row in self.unwritten().rows() {
            let id = row.case.id.as_ref().map(|it| it.0.as_str());
            let mut named = id.into_iter().chain(row.case.normal.as_deref());
            if named.any(|name| names.contains(&name)) {
                rows.insert(std::cmp::Reverse(row.last_seq), row);
            }
        }
        Ok(rows.into_values().collect())
    }

    /// Lines of a record's entries, oldest first.
    pub fn lines(&self, subject: SubjectId) -> Result<Vec<(u64, EntryStored)>, StoreError> {
        let lines: Vec<(Vec<u8>, EntryStored)> =
            self.store
                .scan(Tree::Entries, subject.as_bytes(), &[], usize::MAX)?;
        let stored = lines
            .into_iter()
            .filter_map(|(key, line)| Some((u64::from_be_bytes(*key.last_chunk::<8>()?), line)));
        let mut lines: BTreeMap<u64, EntryStored> = stored.collect();
        lines.extend(self.unwritten().lines(subject));
        Ok(lines.into_iter().collect())
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
    pub fn catch_up(&self, log: &Line) -> Result<(), ViewsError> {
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
    pub fn rebuild(&self, log: &Line) -> Result<(), ViewsError> {
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

/// Sorts newest first.
pub(super) fn recent_key(last_seq: u64, subject: SubjectId) -> Vec<u8> {
    let mut key = (u64::MAX - last_seq).to_be_bytes().to_vec();
    key.extend(subject.as_bytes());
    key
}
