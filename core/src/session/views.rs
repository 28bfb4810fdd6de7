//! Views folded from the journal: records, rows, lines, evidence, in the store. Everything here is
//! rebuilt from the journal when the store is behind, damaged or gone.

use super::fold::Fold;
use super::shown::{Concluded, Parked};
use crate::journal::{JournalError, Line};
use crate::store::{SealedStore, StoreError, TREES, Tree};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard};
use waiqin_protocol::fault::{Fault, planted};
use waiqin_protocol::ids::{EntryHash, EvidenceHash, JournalId, RecordHash, SubjectId};
use waiqin_protocol::journal::{Act, CaseRef, Entry, Head, entry_hash};
use waiqin_protocol::record::Record;
use waiqin_protocol::wire::sync::{Verdict, VerdictReason};

/// Entries folded between two writes of the store during a rebuild.
const REBUILD_STEP: u64 = 512;

/// Records that stay folded in memory: those that the officer has at hand.
const FOLDED_MAX: usize = 16;

/// A record with the number of its newest own entry; 0 when others alone wrote it.
#[derive(Clone, Debug)]
pub(crate) struct RecordFolded {
    pub last_seq: u64,
    pub record: Record,
}

/// An entry of a record, in the order of the fold.
pub(crate) struct EntryRead {
    /// Its running number, when it is of this phone.
    pub own: Option<u64>,
    pub entry: Entry,
    pub hash: EntryHash,
}

/// What a list shows of a record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RowStored {
    pub act: Act,
    pub case: CaseRef,
    pub changed: i64,
    /// What the office concluded on it last by the case list.
    #[serde(default)]
    pub concluded: Option<Concluded>,
    pub contested: usize,
    pub last_seq: u64,
    pub opened: i64,
    /// The journal's newest number when the record changed here last.
    pub order: u64,
    /// Evidence that stands, strokes of signatures among it.
    pub evidence: Vec<EvidenceHash>,
    /// How many of it are no strokes.
    pub photos: usize,
    pub place: String,
    pub sealed: Option<RecordHash>,
    /// What tells the things that it seized.
    pub seized: Vec<String>,
    pub subject: SubjectId,
    pub voided: Option<String>,
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
    pub const TOKEN: &str = "token";
    pub const COMPARED: &str = "compared";
    pub const UNFOLDED: &str = "others not folded";
    pub const TOLD: &str = "incidents told";
}

/// A thing that a sealed record seized.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SeizedStored {
    pub case: CaseRef,
    pub key: String,
}

/// The views of one line of journals. The store holds what finds and lists records; a record itself
/// is folded from its entries when it is looked at.
pub(crate) struct Views {
    pub(super) store: SealedStore,
    /// Records folded last, the newest at the end.
    folded: Mutex<Vec<RecordFolded>>,
    /// Something that others wrote did not open.
    pub(super) misread: AtomicBool,
}

impl Views {
    pub fn new(store: SealedStore) -> Self {
        Self {
            store,
            folded: Mutex::default(),
            misread: AtomicBool::new(false),
        }
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

    /// Forgets up to where pages came, durably: the next ones begin from the start.
    pub(super) fn forget_cursor(&self) -> Result<(), StoreError> {
        let mut batch = self.store.batch();
        batch.remove(Tree::Meta, meta::CURSOR.as_bytes());
        batch.commit()?;
        self.flush()
    }

    pub fn flush(&self) -> Result<(), StoreError> {
        self.store.flush()
    }

    /// A record as its entries make it.
    pub fn record(
        &self,
        log: &Line,
        subject: SubjectId,
    ) -> Result<Option<RecordFolded>, StoreError> {
        let at_hand = self.folded().iter().find(|it| it.is(subject)).cloned();
        if at_hand.is_some() {
            return Ok(at_hand);
        }
        let mut folded: Option<RecordFolded> = None;
        for EntryRead { own, entry, hash } in self.entries(log, subject)? {
            match &mut folded {
                Some(folded) => {
                    folded.record.apply(&entry, hash);
                    folded.last_seq = own.unwrap_or(folded.last_seq);
                }
                None => {
                    let opened = Record::open(&entry, hash);
                    folded = opened.map(|record| RecordFolded {
                        last_seq: own.unwrap_or(0),
                        record,
                    });
                }
            }
        }
        if let Some(folded) = &folded {
            self.keep_folded(folded.clone());
        }
        Ok(folded)
    }

    /// Keeps a record at hand as it stands now.
    pub(super) fn keep_folded(&self, now: RecordFolded) {
        let mut folded = self.folded();
        folded.retain(|it| !it.is(now.record.subject));
        if folded.len() == FOLDED_MAX {
            folded.remove(0);
        }
        folded.push(now);
    }

    /// Forgets what is folded in memory: the order of entries may have changed.
    pub(super) fn forget_folded(&self) {
        self.folded().clear();
    }

    fn folded(&self) -> MutexGuard<'_, Vec<RecordFolded>> {
        self.folded
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
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
        let mut rows: Vec<RowStored> = Vec::new();
        let mut looked = 0;
        loop {
            // A record changes here no earlier than its newest own entry.
            let step = self.rows(looked, 64)?;
            looked += step.len();
            let over = step.len() < 64 || step.iter().any(|row| row.order <= seq);
            rows.extend(step.into_iter().filter(|row| row.last_seq > seq));
            if over {
                return Ok(rows);
            }
        }
    }

    pub fn row(&self, subject: SubjectId) -> Result<Option<RowStored>, StoreError> {
        let place: Option<Vec<u8>> = self.store.get(Tree::Rows, subject.as_bytes())?;
        match place {
            Some(place) => self.store.get(Tree::Recent, &place),
            None => Ok(None),
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
                    rows.insert(recent_key(&row), row);
                }
            }
        }
        Ok(rows.into_values().collect())
    }

    /// Seizures by sealed records of the thing that has this number.
    pub fn seized(&self, key: &str) -> Result<Vec<SeizedStored>, StoreError> {
        let prefix = self.store.name(key.as_bytes());
        let found: Vec<(Vec<u8>, SeizedStored)> =
            self.store.scan(Tree::Seized, &prefix, &[], usize::MAX)?;
        Ok(found.into_iter().map(|(_, seized)| seized).collect())
    }

    /// A record's entries that this version can read, in the order of the court's log; what it has
    /// not taken in yet follows. What has rotted since it was folded is left out until it comes back.
    pub fn entries(&self, log: &Line, subject: SubjectId) -> Result<Vec<EntryRead>, StoreError> {
        let others = self.others(subject)?;
        let alone = others.is_empty();
        let mut ordered = BTreeMap::new();
        for (number, seq, bytes) in others {
            if let Ok(entry) = Entry::from_bytes(bytes.as_bytes()) {
                let hash = entry_hash(bytes.as_bytes());
                ordered.insert(
                    (number, seq),
                    EntryRead {
                        own: None,
                        entry,
                        hash,
                    },
                );
            }
        }
        for seq in self.numbers(subject)? {
            if let Some(bytes) = self.own_bytes(log, seq)?
                && let Ok(entry) = Entry::from_bytes(&bytes)
            {
                let number = if alone || planted(Fault::ReorderFold) {
                    0
                } else {
                    self.taken_with(seq)?
                };
                let hash = entry_hash(&bytes);
                let own = Some(seq);
                ordered.insert((number, seq), EntryRead { own, entry, hash });
            }
        }
        Ok(ordered.into_values().collect())
    }

    /// Numbers of a record's entries, oldest first.
    fn numbers(&self, subject: SubjectId) -> Result<Vec<u64>, StoreError> {
        let found: Vec<(Vec<u8>, ())> =
            self.store
                .scan(Tree::Entries, subject.as_bytes(), &[], usize::MAX)?;
        Ok(found
            .into_iter()
            .filter_map(|(key, ())| Some(u64::from_be_bytes(*key.last_chunk::<8>()?)))
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
    pub fn catch_up(&self, log: &Line) -> Result<(), ViewsError> {
        let mut head = self.head()?;
        while head.seq < log.head().seq {
            let to = log.head().seq.min(head.seq + REBUILD_STEP);
            let mut fold = Fold::on(self, log);
            for seq in head.seq + 1..=to {
                // What this version cannot read stays in the journal and is shown nowhere else.
                if let Some(bytes) = log.read(seq)?
                    && let Ok(entry) = Entry::from_bytes(&bytes)
                {
                    fold.entry(seq, &entry, entry_hash(&bytes))?;
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
        self.forget_folded();
        for tree in TREES {
            self.store.clear(tree)?;
        }
        self.catch_up(log)?;
        Ok(self.flush()?)
    }
}

impl RecordFolded {
    fn is(&self, subject: SubjectId) -> bool {
        self.record.subject == subject
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
pub(super) fn recent_key(row: &RowStored) -> Vec<u8> {
    let mut key = (u64::MAX - row.order).to_be_bytes().to_vec();
    key.extend(i64::MAX.abs_diff(row.changed).to_be_bytes());
    key.extend(row.subject.as_bytes());
    key
}
