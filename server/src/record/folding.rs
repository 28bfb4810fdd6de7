//! Records being folded within a transaction.

use crate::db::{DbError, NewRecord, Write};
use crate::reconcile::reconsider;
use std::collections::{BTreeMap, BTreeSet, btree_map};
use waiqin_protocol::ids::{EntryHash, SubjectId};
use waiqin_protocol::journal::{Change, Entry};
use waiqin_protocol::record::Record;
use waiqin_protocol::wire::sync::{Verdict, VerdictReason};

/// Records as far as they are folded, and which of them changed.
#[derive(Default)]
pub(crate) struct Folding {
    records: BTreeMap<SubjectId, Record>,
    changed: BTreeSet<SubjectId>,
    released: BTreeSet<EntryHash>,
}

impl Folding {
    /// Reads what is known of some subjects.
    pub async fn open(write: &mut Write, subjects: &BTreeSet<SubjectId>) -> Result<Self, DbError> {
        Ok(Self {
            records: write.records(subjects).await?,
            ..Self::default()
        })
    }

    /// A record as it stands now.
    pub fn record(&self, subject: SubjectId) -> Option<&Record> {
        self.records.get(&subject)
    }

    /// The records that changed.
    pub fn changed(&self) -> &BTreeSet<SubjectId> {
        &self.changed
    }

    /// Records on which held entries are judged again though nothing moved.
    pub fn look_again(&mut self, subjects: &BTreeSet<SubjectId>) {
        self.changed.extend(subjects);
    }

    /// A person lets a held entry stand, whether its record is open yet or not.
    pub fn release(&mut self, subject: SubjectId, hash: EntryHash) {
        self.released.insert(hash);
        self.changed.insert(subject);
    }

    /// Whether a person let a held entry stand, now or before.
    pub fn is_released(&self, subject: SubjectId, hash: &EntryHash) -> bool {
        let before = self.records.get(&subject);
        self.released.contains(hash) || before.is_some_and(|it| it.released.contains(hash))
    }

    /// Folds an officer's entry. Between the values of several officers he may not choose: the
    /// office does, and acts of the office stand in its own journals.
    pub fn fold(&mut self, entry: &Entry, hash: EntryHash) -> (Verdict, Option<VerdictReason>) {
        let known = self.records.get(&entry.subject);
        if is_office_act(&entry.change) || known.is_some_and(|record| !may_decide(record, entry)) {
            return (Verdict::Refused, Some(VerdictReason::NotOfThisJournal));
        }
        self.fold_any(entry, hash)
    }

    /// Folds an entry of the office or of an officer.
    pub fn fold_any(&mut self, entry: &Entry, hash: EntryHash) -> (Verdict, Option<VerdictReason>) {
        let verdict = match self.records.entry(entry.subject) {
            btree_map::Entry::Occupied(known) => known.into_mut().apply(entry, hash).verdict(),
            btree_map::Entry::Vacant(place) => match Record::open(entry, hash) {
                Some(opened) => {
                    place.insert(opened);
                    (Verdict::Accepted, None)
                }
                None => (Verdict::Held, Some(VerdictReason::NoRecord)),
            },
        };
        if verdict.0.stands() {
            self.changed.insert(entry.subject);
        }
        verdict
    }

    /// Writes what changed under the newest row of the log.
    pub async fn keep(mut self, write: &mut Write) -> Result<(), DbError> {
        let mut changed = Vec::with_capacity(self.changed.len());
        let mut sealed = BTreeMap::new();
        for subject in &self.changed {
            if let Some(record) = self.records.remove(subject) {
                let case_id = write.case_of(&record).await?;
                if !record.seals.is_empty() {
                    sealed.insert(*subject, record.clone());
                }
                changed.push(NewRecord { record, case_id });
            }
        }
        let number = write.position().number;
        write.put_records(&changed, number).await?;
        reconsider(write, &sealed).await
    }
}

/// Whether the office alone does this.
pub(crate) fn is_office_act(change: &Change) -> bool {
    match change {
        Change::HeldReleased { .. }
        | Change::Concluded { .. }
        | Change::Accepted { .. }
        | Change::Returned { .. }
        | Change::BytesErased { .. } => true,
        Change::JournalOpened { .. }
        | Change::RecordOpened { .. }
        | Change::FieldsChanged { .. }
        | Change::CaseNamed { .. }
        | Change::EvidenceAdded { .. }
        | Change::EvidenceWithdrawn { .. }
        | Change::EvidenceMissing { .. }
        | Change::SignatureTaken { .. }
        | Change::RefusalNoted { .. }
        | Change::Countersigned { .. }
        | Change::Sealed { .. }
        | Change::Amended { .. }
        | Change::Voided { .. }
        | Change::ContestDecided { .. }
        | Change::EntriesLost { .. }
        | Change::TaskProgress { .. } => false,
    }
}

fn may_decide(record: &Record, entry: &Entry) -> bool {
    let Change::ContestDecided {
        candidates, path, ..
    } = &entry.change
    else {
        return true;
    };
    record.all_by(entry.author, path, candidates)
}
