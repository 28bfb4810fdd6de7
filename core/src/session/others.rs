//! Entries of other journals on the cases in scope: what others wrote, whoever they are and on
//! whichever phone. They come with pages, are kept as they came, and lie in the fold where the
//! court's log has them; what this phone has not delivered yet stays on top.

use super::cases::Slots;
use super::read::rows_of_case;
use super::views::{Views, meta};
use crate::journal::Line;
use crate::store::{SealedBatch, StoreError, Tree};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use waiqin_protocol::ids::{CaseId, SubjectId};
use waiqin_protocol::journal::{Change, Entry};
use waiqin_protocol::wire::sync::EntryMark;

/// An entry of another journal, its bytes as they came.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct OtherStored {
    /// The case of its record, as the court says; `None`: the list does not know it.
    pub case: Option<CaseId>,
    /// This phone wrote it in a journal before: its bytes stand there under this running number.
    pub own: Option<u64>,
    /// Its bytes; empty when they stand in an own journal.
    pub text: String,
}

/// A run of own entries that the court took in together, in running numbers.
#[derive(Debug, Serialize, Deserialize)]
struct TakenStored {
    from: u64,
    /// Row of the log.
    number: u64,
}

/// Own entries that the court took in with one row of its log, by running numbers.
#[derive(Clone, Copy)]
pub(super) struct Taken {
    pub from: u64,
    pub to: u64,
    /// Row of the log.
    pub number: u64,
}

/// Rows that are written again at a time.
const ROWS_AT_ONCE: usize = 256;

impl Views {
    /// Entries of others on a record: row of the log, number in their journal, bytes. What does not open
    /// is left out, and makes a comparison with the court due.
    pub(super) fn others(&self, subject: SubjectId) -> Result<Vec<(u64, u64, String)>, StoreError> {
        let slots: Slots = self.meta(meta::CASES)?.unwrap_or_default();
        let prefix = subject.as_bytes();
        let found = self.store.scan_readable::<OtherStored>(
            slots.shown_others(),
            prefix,
            &[],
            usize::MAX,
        )?;
        if found.iter().any(|(_, it)| it.is_none()) {
            self.misread.store(true, Ordering::SeqCst);
        }
        Ok(found
            .into_iter()
            .filter(|(_, it)| it.as_ref().is_some_and(|it| it.own.is_none()))
            .filter_map(|(key, it)| {
                let (number, seq) = key.get(16..)?.split_at_checked(8)?;
                let number = u64::from_be_bytes(number.try_into().ok()?);
                Some((number, u64::from_be_bytes(seq.try_into().ok()?), it?.text))
            })
            .collect())
    }

    /// Row of the log with which the court took in an own entry; beyond every row when it has not,
    /// or did not say so yet.
    pub(super) fn taken_with(&self, seq: u64) -> Result<u64, StoreError> {
        let runs: Vec<(Vec<u8>, TakenStored)> =
            self.store.scan(Tree::Taken, &[], &seq.to_be_bytes(), 1)?;
        let run = runs.first().filter(|(_, run)| run.from <= seq);
        Ok(run.map_or(u64::MAX, |(_, run)| run.number))
    }

    /// Keeps with which row of the log own entries were taken in.
    pub(super) fn keep_taken(
        &self,
        batch: &mut SealedBatch<'_>,
        runs: &[Taken],
    ) -> Result<(), StoreError> {
        let Some(first) = runs.iter().map(|run| run.from).min() else {
            return Ok(());
        };
        let stored: Vec<(Vec<u8>, TakenStored)> =
            self.store
                .scan(Tree::Taken, &[], &first.to_be_bytes(), usize::MAX)?;
        let mut taken = BTreeMap::new();
        for (key, run) in stored {
            batch.remove(Tree::Taken, &key);
            if let Some(last) = key.first_chunk::<8>() {
                taken.insert(u64::from_be_bytes(*last), (run.from, run.number));
            }
        }
        for run in runs {
            cover(&mut taken, *run);
        }
        for (last, (from, number)) in taken {
            let run = TakenStored { from, number };
            batch.put(Tree::Taken, &last.to_be_bytes(), &run);
        }
        Ok(())
    }

    /// Puts entries of others into a tree. Of those that this phone's own older journals hold only the
    /// place is kept; what it wrote there before a copy of it was put back is the court's to tell. The
    /// records that they are about.
    pub(super) fn put_others(
        &self,
        batch: &mut SealedBatch<'_>,
        tree: Tree,
        log: &Line,
        entries: Vec<(EntryMark, String)>,
    ) -> Result<BTreeSet<SubjectId>, StoreError> {
        let (mut subjects, mut taken) = (BTreeSet::new(), Vec::new());
        for (mark, text) in entries {
            subjects.insert(mark.subject);
            let mut own = log.part_of(mark.journal).map(|part| part.base + mark.seq);
            if let Some(seq) = own {
                let bytes = self.own_bytes(log, seq)?;
                own = own.filter(|_| bytes.is_some_and(|bytes| bytes == text.as_bytes()));
            }
            taken.extend(own.map(|seq| Taken {
                from: seq,
                to: seq,
                number: mark.number,
            }));
            let stored = OtherStored {
                text: if own.is_some() { String::new() } else { text },
                case: mark.case.clone(),
                own,
            };
            batch.put(tree, &key_of(&mark), &stored);
        }
        self.keep_taken(batch, &taken)?;
        Ok(subjects)
    }

    /// Takes away what others wrote on a case that left the scope. What the office concluded on a record of
    /// this officer stays: it follows him wherever the case goes. The records concerned.
    pub(super) fn drop_others(
        &self,
        batch: &mut SealedBatch<'_>,
        tree: Tree,
        case: &CaseId,
    ) -> Result<BTreeSet<SubjectId>, StoreError> {
        let mut subjects = BTreeSet::new();
        for row in rows_of_case(self, case)? {
            let own = row.last_seq > 0;
            for (key, concludes) in self.keys_of_others(tree, row.subject)? {
                if !(own && concludes) {
                    batch.remove(tree, &key);
                    subjects.insert(row.subject);
                }
            }
        }
        Ok(subjects)
    }

    /// Takes over what others wrote on a case that stays though the new view has it not.
    pub(super) fn keep_others(
        &self,
        batch: &mut SealedBatch<'_>,
        slots: Slots,
        case: &CaseId,
    ) -> Result<(), StoreError> {
        for row in rows_of_case(self, case)? {
            let prefix = row.subject.as_bytes();
            let found = self.store.scan_readable::<OtherStored>(
                slots.shown_others(),
                prefix,
                &[],
                usize::MAX,
            )?;
            for (key, other) in found {
                if let Some(other) = other {
                    batch.put(slots.built_others(), &key, &other);
                }
            }
        }
        Ok(())
    }

    /// Writes the rows of records again after entries of others came or went.
    pub(super) fn fold_again(
        &self,
        batch: &mut SealedBatch<'_>,
        log: &Line,
        subjects: &BTreeSet<SubjectId>,
    ) -> Result<(), StoreError> {
        self.forget_folded();
        for subject in subjects {
            let folded = self.record(log, *subject)?;
            self.put_row(batch, log.head().seq, *subject, folded.as_ref())?;
        }
        Ok(())
    }

    /// Folds every record again on which others wrote, in either view, when that was cut short.
    pub(super) fn fold_others(&self, log: &Line) -> Result<(), StoreError> {
        if !self.meta::<bool>(meta::UNFOLDED)?.unwrap_or(false) {
            return Ok(());
        }
        let mut subjects = self.subjects_in(Tree::OthersA)?;
        subjects.extend(self.subjects_in(Tree::OthersB)?);
        let subjects: Vec<SubjectId> = subjects.into_iter().collect();
        for some in subjects.chunks(ROWS_AT_ONCE) {
            let mut batch = self.store.batch();
            self.fold_again(&mut batch, log, &some.iter().copied().collect())?;
            batch.commit()?;
        }
        self.put_meta(meta::UNFOLDED, &false)
    }

    /// Records that have an entry in a tree of others.
    fn subjects_in(&self, tree: Tree) -> Result<BTreeSet<SubjectId>, StoreError> {
        let mut subjects = BTreeSet::new();
        let mut from = Vec::new();
        loop {
            let next = self
                .store
                .scan_readable::<OtherStored>(tree, &[], &from, 1)?;
            let subject = next.first().and_then(|(key, _)| key.first_chunk::<16>());
            let Some(subject) = subject else {
                return Ok(subjects);
            };
            subjects.insert(SubjectId::from_bytes(*subject));
            from = subject.to_vec();
            from.extend([0xff; 17]);
        }
    }

    /// Keys of what others wrote on a record, and whether each is a conclusion of the office.
    fn keys_of_others(
        &self,
        tree: Tree,
        subject: SubjectId,
    ) -> Result<Vec<(Vec<u8>, bool)>, StoreError> {
        let found =
            self.store
                .scan_readable::<OtherStored>(tree, subject.as_bytes(), &[], usize::MAX)?;
        let concludes = |other: Option<OtherStored>| {
            let entry = other.and_then(|it| Entry::from_bytes(it.text.as_bytes()).ok());
            entry.is_some_and(|it| matches!(it.change, Change::Concluded { .. }))
        };
        Ok(found
            .into_iter()
            .map(|(key, other)| (key, concludes(other)))
            .collect())
    }
}

/// Puts a run over others, by last number. A court that was restored takes in again, in other runs:
/// what the new one covers of an older one gives way, the rest of that stays.
fn cover(taken: &mut BTreeMap<u64, (u64, u64)>, run: Taken) {
    let Taken { from, to, number } = run;
    let older: Vec<(u64, (u64, u64))> = taken
        .range(from..)
        .take_while(|(_, (begins, _))| *begins <= to)
        .map(|(last, run)| (*last, *run))
        .collect();
    for (last, (begins, number)) in older {
        taken.remove(&last);
        if begins < from {
            taken.insert(from - 1, (begins, number));
        }
        if last > to {
            taken.insert(last, (to + 1, number));
        }
    }
    taken.insert(to, (from, number));
}

/// Where an entry lies: its record, and its place in the log.
pub(super) fn key_of(mark: &EntryMark) -> Vec<u8> {
    let mut key = mark.subject.as_bytes().to_vec();
    key.extend(mark.number.to_be_bytes());
    key.extend(mark.seq.to_be_bytes());
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_a_restored_court_takes_in_again_leaves_the_rest_of_the_older_one() {
        let mut taken = BTreeMap::new();
        let mut take = |runs: &[(u64, u64, u64)]| {
            for (from, to, number) in runs.iter().copied() {
                cover(&mut taken, Taken { from, to, number });
            }
            taken.clone()
        };
        let taken = take(&[(1, 6, 10), (7, 13, 20), (9, 12, 30)]);
        let expected = [(6, (1, 10)), (8, (7, 20)), (12, (9, 30)), (13, (13, 20))];
        assert_eq!(taken, BTreeMap::from(expected));
        let taken = take(&[(13, 14, 31), (5, 8, 29)]);
        let expected = [(4, (1, 10)), (8, (5, 29)), (12, (9, 30)), (14, (13, 31))];
        assert_eq!(taken, BTreeMap::from(expected));
    }
}
