//! What this phone holds of others, as digests of the bytes that it really reads, and what comes back of
//! what it lost (decision 0008). Nothing is counted ahead: a digest that was kept would not tell of an
//! entry that is gone.

use super::cases::Slots;
use super::fold::Fold;
use super::others::OtherStored;
use super::views::{Views, meta};
use crate::journal::Line;
use crate::store::{SealedBatch, StoreError, Tree};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use waiqin_protocol::digest::{ByCase, no_case};
use waiqin_protocol::ids::{CaseId, Digest, JournalId, SubjectId};
use waiqin_protocol::journal::{Entry, entry_hash};
use waiqin_protocol::wire::sync::EntryMark;

/// Entries that are read at a time, between which the officer's work goes on.
const ENTRIES_AT_ONCE: usize = 256;

/// An entry of this phone whose bytes rotted, as the court gave them back.
#[derive(Debug, Serialize, Deserialize)]
struct MendedStored {
    text: String,
}

impl Views {
    /// Adds up some entries of others from a key on; the key to go on with, `None` after the last.
    /// What does not read any more is taken away, to be missed. Cases that left the scope are not compared,
    /// whether they are kept for open work or only the office's conclusions on them are.
    pub(super) fn add_digests(
        &self,
        log: &Line,
        from: &[u8],
        into: &mut ByCase,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let slots: Slots = self.meta(meta::CASES)?.unwrap_or_default();
        let kept: Vec<CaseId> = self.meta(meta::KEPT)?.unwrap_or_default();
        let tree = slots.shown_others();
        let found = self
            .store
            .scan_readable::<OtherStored>(tree, &[], from, ENTRIES_AT_ONCE)?;
        let mut in_scope: BTreeMap<CaseId, bool> = BTreeMap::new();
        let mut damaged = self.store.batch();
        let next = found.last().map(|(key, _)| after(key));
        let whole = found.len() < ENTRIES_AT_ONCE;
        for (key, other) in found {
            let Some(other) = other else {
                damaged.remove(tree, &key);
                continue;
            };
            let bytes = match other.own {
                Some(seq) => self.own_bytes(log, seq)?,
                None => Some(other.text.into_bytes()),
            };
            let case = other.case.unwrap_or_else(no_case);
            let compared = match in_scope.get(&case) {
                Some(known) => *known,
                None => {
                    let known =
                        case == no_case() || (!kept.contains(&case) && self.case(&case)?.is_some());
                    in_scope.insert(case.clone(), known);
                    known
                }
            };
            if let Some(bytes) = bytes
                && compared
            {
                let sum = into.entry(case).or_insert(Digest::NONE);
                sum.add(&entry_hash(&bytes));
            }
        }
        damaged.commit()?;
        Ok(next.filter(|_| !whole))
    }

    /// The bytes of an own entry: as the journal has them, or as the court gave them back.
    pub(super) fn own_bytes(&self, log: &Line, seq: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let read = log.read(seq);
        let read = read.map_err(|error| StoreError::Io(io::Error::other(error)))?;
        if read.is_some() {
            return Ok(read);
        }
        self.mended(seq)
    }

    /// The bytes of an own entry that came back from the court.
    pub(super) fn mended(&self, seq: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let mended: Option<MendedStored> = self.store.get(Tree::Mended, &seq.to_be_bytes())?;
        Ok(mended.map(|it| it.text.into_bytes()))
    }

    /// Whether an own entry came back from the court.
    pub(super) fn is_mended(&self, seq: u64) -> Result<bool, StoreError> {
        Ok(self.mended(seq)?.is_some())
    }

    /// Keeps own entries of a journal that came back, where the journal does not read.
    pub(super) fn mend(
        &self,
        log: &Line,
        (journal, base): (JournalId, u64),
        entries: Vec<(EntryMark, String)>,
    ) -> Result<usize, StoreError> {
        let mut fold = Fold::on(self, log);
        let (mut subjects, mut taken) = (BTreeSet::new(), Vec::new());
        for (mark, text) in entries {
            let number = base + mark.seq;
            let Ok(entry) = Entry::from_bytes(text.as_bytes()) else {
                continue;
            };
            let its_own = entry.journal == journal && entry.seq == mark.seq;
            if !its_own || self.own_bytes(log, number)?.is_some() {
                continue;
            }
            fold.found_again(number, &entry)?;
            let mended = MendedStored { text };
            fold.batch()
                .put(Tree::Mended, &number.to_be_bytes(), &mended);
            taken.push(super::others::Taken {
                from: number,
                to: number,
                number: mark.number,
            });
            subjects.insert(entry.subject);
        }
        let mended = taken.len();
        let mut batch = fold.into_batch();
        self.keep_taken(&mut batch, &taken)?;
        batch.commit()?;
        let mut rows = self.store.batch();
        self.fold_again(&mut rows, log, &subjects)?;
        rows.commit()?;
        self.flush()?;
        Ok(mended)
    }

    /// Puts entries of a case that came again. Their keys.
    pub(super) fn put_again(
        &self,
        log: &Line,
        entries: Vec<(EntryMark, String)>,
    ) -> Result<BTreeSet<Vec<u8>>, StoreError> {
        let keys = entries.iter().map(|(mark, _)| super::others::key_of(mark));
        let keys = keys.collect();
        let tree = self.others_written()?;
        let mut batch = self.store.batch();
        let subjects = self.put_others(&mut batch, tree, log, entries)?;
        batch.commit()?;
        self.refold(log, &subjects)?;
        Ok(keys)
    }

    /// Takes away what is here of a case beyond the keys that came.
    pub(super) fn drop_rest(
        &self,
        log: &Line,
        case: &CaseId,
        came: &BTreeSet<Vec<u8>>,
    ) -> Result<(), StoreError> {
        let tree = self.others_written()?;
        let mut batch = self.store.batch();
        let of_case = |found: &CaseId| found == case;
        let subjects = self.drop_of_cases(&mut batch, tree, &of_case, came)?;
        batch.commit()?;
        self.refold(log, &subjects)
    }

    /// Takes away what a tree holds of some cases, by the case that stands with each entry, beyond the
    /// keys that came; what does not open belongs to any. The records concerned.
    pub(super) fn drop_of_cases(
        &self,
        batch: &mut SealedBatch<'_>,
        tree: Tree,
        dropped: &dyn Fn(&CaseId) -> bool,
        came: &BTreeSet<Vec<u8>>,
    ) -> Result<BTreeSet<SubjectId>, StoreError> {
        let (mut from, mut subjects) = (Vec::new(), BTreeSet::new());
        loop {
            let found =
                self.store
                    .scan_readable::<OtherStored>(tree, &[], &from, ENTRIES_AT_ONCE)?;
            let Some((last, _)) = found.last() else {
                return Ok(subjects);
            };
            from = after(last);
            for (key, other) in found {
                let of_case = other.is_none_or(|it| dropped(&it.case.unwrap_or_else(no_case)));
                if of_case && !came.contains(&key) {
                    batch.remove(tree, &key);
                    let subject = key.first_chunk::<16>();
                    subjects.extend(subject.map(|id| SubjectId::from_bytes(*id)));
                }
            }
        }
    }

    fn others_written(&self) -> Result<Tree, StoreError> {
        let slots: Slots = self.meta(meta::CASES)?.unwrap_or_default();
        Ok(match self.is_building()? {
            true => slots.built_others(),
            false => slots.shown_others(),
        })
    }

    fn refold(&self, log: &Line, subjects: &BTreeSet<SubjectId>) -> Result<(), StoreError> {
        if !self.is_building()? {
            let mut rows = self.store.batch();
            self.fold_again(&mut rows, log, subjects)?;
            rows.commit()?;
        }
        self.flush()
    }
}

/// The first key that can follow.
fn after(key: &[u8]) -> Vec<u8> {
    let mut next = key.to_vec();
    next.push(0);
    next
}
