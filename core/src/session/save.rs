//! Saving: the entry is built, written and made durable under the lock of the journal; only then is
//! anything said to be saved, and the views follow.

use super::fold::{Fold, evidence_of};
use super::inner::{Inner, Journal};
use super::shown::{EvidenceFacts, EvidenceSaved, IncidentKind, Orphan, Saved};
use super::views::{EvidenceStored, RecordFolded, Views, ViewsError};
use super::{SaveError, Session};
use crate::evidence::{EvidenceHead, OrphanFile, TakeError, display_name};
use crate::host::random;
use crate::journal::JournalError;
use crate::store::StoreError;
use std::collections::BTreeMap;
use std::io::Read;
use waiqin_protocol::canonical::{CanonicalError, Value};
use waiqin_protocol::ids::{EntryHash, EvidenceHash, SubjectId};
use waiqin_protocol::journal::{
    Act, CaseRef, Change, Entry, EntryError, Evidence, Path, VERSION, entry_hash,
};
use waiqin_protocol::record::NotSealable;

impl Session {
    /// Opens a record.
    ///
    /// # Errors
    /// See [`SaveError`].
    pub fn open_record(
        &self,
        act: Act,
        case: CaseRef,
        values: BTreeMap<Path, Value>,
    ) -> Result<Saved, SaveError> {
        let inner = self.inner().ok_or(SaveError::Locked)?;
        let subject = SubjectId::from_bytes(random(&*inner.parts.entropy));
        self.open_record_as(subject, act, case, values)
    }

    /// Opens a record that has its id from elsewhere. One of this id that is here already stays as it
    /// is, and its newest entry is named: who takes records over may do it again.
    ///
    /// # Errors
    /// See [`SaveError`].
    pub fn open_record_as(
        &self,
        subject: SubjectId,
        act: Act,
        case: CaseRef,
        values: BTreeMap<Path, Value>,
    ) -> Result<Saved, SaveError> {
        let inner = self.inner().ok_or(SaveError::Locked)?;
        let saved = inner.save(subject, |stored| {
            Ok(stored
                .is_none()
                .then_some(Change::RecordOpened { act, case, values }))
        })?;
        self.was_saved();
        Ok(saved)
    }

    /// Changes fields. Values that stand already are left out; when none is left, nothing is
    /// written and the newest entry is named.
    ///
    /// # Errors
    /// See [`SaveError`].
    pub fn change(
        &self,
        subject: SubjectId,
        mut values: BTreeMap<Path, Value>,
    ) -> Result<Saved, SaveError> {
        self.save_on(subject, |stored| {
            unsealed(stored)?;
            values.retain(|path, value| !stands(stored, path, value));
            Ok((!values.is_empty()).then_some(Change::FieldsChanged { values }))
        })
    }

    /// Decides between values that the officer himself gave on several phones: one holds, the others
    /// stay in their entries. Only the candidates that are known here are settled; between values of
    /// several officers the office decides.
    ///
    /// # Errors
    /// See [`SaveError`]; [`SaveError::NoSuchValue`] when the field is not contested, or not by
    /// this entry, [`SaveError::OfficeDecides`] when somebody else gave one of the values.
    pub fn decide(
        &self,
        subject: SubjectId,
        path: &Path,
        chosen: EntryHash,
        reason: &str,
    ) -> Result<Saved, SaveError> {
        let me = self.card.id;
        self.save_on(subject, |stored| {
            unsealed(stored)?;
            let state = stored.record.fields.get(path);
            let candidates = state.map_or(&[][..], |state| state.candidates.as_slice());
            if candidates.len() < 2 || !candidates.iter().any(|it| it.entry == chosen) {
                return Err(SaveError::NoSuchValue);
            }
            let candidates: Vec<EntryHash> = candidates.iter().map(|it| it.entry).collect();
            if !stored.record.all_by(me, path, &candidates) {
                return Err(SaveError::OfficeDecides);
            }
            Ok(Some(Change::ContestDecided {
                candidates,
                chosen,
                path: path.clone(),
                reason: given(reason)?,
            }))
        })
    }

    /// Names the case of a record anew.
    ///
    /// # Errors
    /// See [`SaveError`].
    pub fn name_case(&self, subject: SubjectId, case: CaseRef) -> Result<Saved, SaveError> {
        self.save_on(subject, |stored| {
            unsealed(stored)?;
            Ok((stored.record.case != case).then_some(Change::CaseNamed { case }))
        })
    }

    /// Takes evidence into a record: the bytes are durable first, then the entry that names them.
    /// Nothing but 0 bytes and the limit is refused. A slice of bytes is a reader:
    /// `add_evidence(subject, &bytes[..], facts)`.
    ///
    /// # Errors
    /// See [`SaveError`]. When the entry cannot be written the bytes stay, and are offered back as
    /// an orphan.
    pub fn add_evidence(
        &self,
        subject: SubjectId,
        bytes: impl Read,
        facts: EvidenceFacts,
    ) -> Result<EvidenceSaved, SaveError> {
        let inner = self.inner().ok_or(SaveError::Locked)?;
        let stored = inner
            .record(subject)
            .map_err(SaveError::Store)?
            .ok_or(SaveError::NoSuchRecord)?;
        unsealed(&stored)?;
        let max = inner.live().limits.evidence_bytes_max;
        let head = EvidenceHead {
            at: inner.now().wall_ms,
            record: subject,
            role: facts.role,
        };
        let taken = inner
            .evidence
            .take(bytes, max, &head)
            .map_err(|error| match error {
                TakeError::Empty => SaveError::Empty,
                TakeError::TooLarge { max } => SaveError::TooLarge { max },
                TakeError::Source(error) => SaveError::Source(error),
                TakeError::Disk(error) => SaveError::Disk(error),
            })?;
        let saved = inner.name_evidence(subject, taken.hash, taken.length, facts)?;
        self.was_saved();
        Ok(saved)
    }

    /// Orphans that no record took back yet, as they were found at the unlock.
    #[must_use]
    pub fn orphans(&self) -> Vec<Orphan> {
        let Some(inner) = self.inner() else {
            return Vec::new();
        };
        let live = inner.live();
        let shown = |file: &OrphanFile| Orphan {
            hash: file.hash,
            length: file.length,
            record: file.head.record,
            role: file.head.role,
            at_ms: file.head.at,
        };
        live.orphans.iter().map(shown).collect()
    }

    /// Takes an orphan, whose bytes were durable before the app was killed, into its record. A seal
    /// does not keep it out: what came late stands beside it, and is delivered like any. Where its
    /// record is not on this phone any more, `into` is the one that the officer names.
    ///
    /// # Errors
    /// See [`SaveError`].
    pub fn adopt_orphan(
        &self,
        hash: EvidenceHash,
        into: Option<SubjectId>,
        facts: EvidenceFacts,
    ) -> Result<EvidenceSaved, SaveError> {
        let inner = self.inner().ok_or(SaveError::Locked)?;
        let orphan = inner
            .live()
            .orphans
            .iter()
            .find(|orphan| orphan.hash == hash)
            .cloned();
        let orphan = orphan.ok_or(SaveError::NoSuchEvidence)?;
        let own = orphan.head.record;
        let record = match inner.record(own).map_err(SaveError::Store)? {
            Some(_) => own,
            None => into.ok_or(SaveError::NoSuchRecord)?,
        };
        let saved = inner.name_evidence(record, hash, orphan.length, facts)?;
        inner.live().orphans.retain(|orphan| orphan.hash != hash);
        self.was_saved();
        Ok(saved)
    }

    /// Withdraws evidence; it is delivered all the same.
    ///
    /// # Errors
    /// [`SaveError::NoReason`] without a reason; others as for any save.
    pub fn withdraw_evidence(
        &self,
        subject: SubjectId,
        hash: EvidenceHash,
        reason: &str,
    ) -> Result<Saved, SaveError> {
        let reason = given(reason)?;
        self.save_on(subject, |stored| {
            unsealed(stored)?;
            holds(stored, &hash)?;
            Ok(Some(Change::EvidenceWithdrawn { hash, reason }))
        })
    }

    /// Declares that the bytes of evidence are gone.
    ///
    /// # Errors
    /// [`SaveError::NoReason`] without a reason; others as for any save.
    pub fn declare_missing(
        &self,
        subject: SubjectId,
        hash: EvidenceHash,
        reason: &str,
    ) -> Result<Saved, SaveError> {
        let reason = given(reason)?;
        self.save_on(subject, |stored| {
            holds(stored, &hash)?;
            Ok(Some(Change::EvidenceMissing { hash, reason }))
        })
    }

    /// Saves a change of a record that is here.
    pub(super) fn save_on(
        &self,
        subject: SubjectId,
        change: impl FnOnce(&RecordFolded) -> Result<Option<Change>, SaveError>,
    ) -> Result<Saved, SaveError> {
        let inner = self.inner().ok_or(SaveError::Locked)?;
        let saved = inner.save(subject, |stored| {
            change(stored.ok_or(SaveError::NoSuchRecord)?)
        })?;
        self.was_saved();
        Ok(saved)
    }
}

impl Inner {
    /// Writes one change durably. The change is made from the record as it stands, under the lock;
    /// `None` means that there is nothing to write.
    pub(crate) fn save(
        &self,
        subject: SubjectId,
        change: impl FnOnce(Option<&RecordFolded>) -> Result<Option<Change>, SaveError>,
    ) -> Result<Saved, SaveError> {
        self.save_as_one(subject, |stored| Ok(change(stored)?.into_iter().collect()))
    }

    /// Writes changes that stand together in one frame: all of them are durable, or none is there.
    pub(super) fn save_as_one(
        &self,
        subject: SubjectId,
        changes: impl FnOnce(Option<&RecordFolded>) -> Result<Vec<Change>, SaveError>,
    ) -> Result<Saved, SaveError> {
        let mut journal = self.journal();
        let stored = self
            .reading_with(&journal, |views| views.record(&journal.log, subject))
            .map_err(SaveError::Store)?;
        let changes = changes(stored.as_ref())?;
        if changes.is_empty() {
            return stored.map_or(Err(SaveError::NoSuchRecord), |stored| {
                Ok(Saved {
                    subject,
                    seq: stored.last_seq,
                    at_ms: stored.record.changed,
                })
            });
        }
        let (at, mut beacon) = journal.at(self.now());
        let uses_beacon = beacon.is_some();
        let base = stored.and_then(|it| it.record.base_for(journal.id()));
        let mut written = Vec::with_capacity(changes.len());
        for (seq, change) in (journal.log.newest().log.head().seq + 1..).zip(changes) {
            let entry = Entry {
                at,
                author: self.public.officer.id,
                base,
                beacon: beacon.take(),
                change,
                journal: journal.id(),
                seq,
                subject,
                v: VERSION,
            };
            let bytes = entry.to_new_bytes().map_err(SaveError::Entry)?;
            written.push((entry, bytes));
        }
        let frame: Vec<&[u8]> = written.iter().map(|(_, bytes)| bytes.as_slice()).collect();
        let head = journal.log.append(&frame).map_err(|error| match error {
            JournalError::Io(error) => SaveError::Disk(error),
            JournalError::TooLong => {
                let bytes = frame.iter().map(|bytes| bytes.len()).sum();
                SaveError::Entry(EntryError::Canonical(CanonicalError::TooLong(bytes)))
            }
            JournalError::Gone | JournalError::Exists => {
                SaveError::Disk(std::io::Error::other(error))
            }
        })?;
        // From here on it is saved; whatever happens to the views can be made good.
        if uses_beacon {
            journal.beacon_used = at.beacon;
        }
        self.fold(&journal, &written);
        let first = head.seq + 1 - written.len() as u64;
        for (number, (entry, _)) in (first..).zip(&written) {
            self.count_evidence(number, entry);
        }
        Ok(Saved {
            subject,
            seq: head.seq,
            at_ms: at.wall,
        })
    }

    /// A record as its entries make it.
    pub(crate) fn record(&self, subject: SubjectId) -> Result<Option<RecordFolded>, StoreError> {
        let journal = self.journal();
        self.reading_with(&journal, |views| views.record(&journal.log, subject))
    }

    /// Reads from the views; when they are damaged they are rebuilt from the journal first.
    pub(crate) fn reading<T>(
        &self,
        read: impl Fn(&Views) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if !self.live().stale {
            match read(&self.views) {
                Err(StoreError::Damaged { .. }) => {}
                other => return other,
            }
        }
        self.reading_with(&self.journal(), read)
    }

    pub(super) fn reading_with<T>(
        &self,
        journal: &Journal,
        read: impl Fn(&Views) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.live().stale
            && let Err(error) = self.follow(journal)
        {
            tracing::warn!(%error, "the views do not follow the journal yet");
        }
        match read(&self.views) {
            Err(StoreError::Damaged { .. }) => {}
            other => return other,
        }
        self.heal(journal)?;
        read(&self.views)
    }

    /// Brings views that were left behind up to the journal again. Nothing is emptied first: what is
    /// in the store stays readable where it cannot be written.
    fn follow(&self, journal: &Journal) -> Result<(), StoreError> {
        self.views.catch_up(&journal.log).map_err(of_store)?;
        self.live().stale = false;
        Ok(())
    }

    /// Rebuilds the views from the journal. Cases come again from the server.
    fn heal(&self, journal: &Journal) -> Result<(), StoreError> {
        self.live().stale = true;
        self.views.rebuild(&journal.log).map_err(of_store)?;
        self.cases.load(&self.views)?;
        let received = self
            .custody()
            .evidence()
            .keys()
            .copied()
            .collect::<Vec<_>>();
        self.views.evidence_received(&received)?;
        let unsent = self.views.unsent()?;
        let mut live = self.live();
        live.unsent = unsent.into_iter().map(|it| (it.hash, it)).collect();
        live.parked.clear();
        live.stale = false;
        drop(live);
        // The rebuild stands even if the note of it does not reach the disk.
        let _ = self.note_incidents(vec![IncidentKind::StoreRebuilt]);
        Ok(())
    }

    /// Folds what was appended last.
    pub(super) fn fold(&self, journal: &Journal, written: &[(Entry, Vec<u8>)]) {
        if self.live().stale {
            return;
        }
        let folded = || -> Result<(), StoreError> {
            let mut fold = Fold::on(&self.views, &journal.log);
            let head = journal.log.head();
            let first = head.seq + 1 - written.len() as u64;
            for (seq, (entry, bytes)) in (first..).zip(written) {
                fold.entry(seq, entry, entry_hash(bytes))?;
            }
            fold.commit(head)
        };
        if let Err(error) = folded() {
            tracing::warn!(%error, "the views did not take an entry; they will be brought up");
            self.live().stale = true;
        }
    }

    /// Counts evidence that an entry names, by its running number, as waiting for a receipt.
    fn count_evidence(&self, number: u64, entry: &Entry) {
        let Some((hash, length, missing)) = evidence_of(&entry.change) else {
            return;
        };
        if self.custody().evidence().contains_key(&hash) {
            return;
        }
        let mut live = self.live();
        let counted = live.unsent.entry(hash).or_insert(EvidenceStored {
            hash,
            length,
            missing,
            seq: number,
            subject: entry.subject,
        });
        counted.missing = missing;
        counted.length = counted.length.max(length);
    }

    fn name_evidence(
        &self,
        subject: SubjectId,
        hash: EvidenceHash,
        length: u64,
        facts: EvidenceFacts,
    ) -> Result<EvidenceSaved, SaveError> {
        let read = self.evidence.facts(&hash).map_err(SaveError::Disk)?;
        let media = read.media.map(str::to_owned);
        let evidence = Evidence {
            caption: facts.caption,
            fix: facts.fix,
            hash,
            height: read.height,
            how: facts.how,
            item: facts.item,
            length,
            media: media.clone(),
            name: display_name(&facts.name),
            role: facts.role,
            source: facts.source,
            taken: read.taken,
            width: read.width,
        };
        let saved = self.save(subject, |stored| {
            stored.ok_or(SaveError::NoSuchRecord)?;
            Ok(Some(Change::EvidenceAdded {
                evidence: Box::new(evidence),
            }))
        })?;
        Ok(EvidenceSaved {
            hash,
            length,
            readable: media.is_some(),
            media,
            seq: saved.seq,
            at_ms: saved.at_ms,
        })
    }
}

fn of_store(error: ViewsError) -> StoreError {
    match error {
        ViewsError::Store(error) => error,
        ViewsError::Journal(error) => StoreError::Io(std::io::Error::other(error)),
    }
}

/// A reason as it is kept: without one there is no act.
pub(super) fn given(reason: &str) -> Result<String, SaveError> {
    match reason.trim() {
        "" => Err(SaveError::NoReason),
        reason => Ok(reason.to_owned()),
    }
}

/// Whether this phone's newest value of a field is this one, and nobody contests it.
fn stands(stored: &RecordFolded, path: &Path, value: &Value) -> bool {
    match stored.record.fields.get(path) {
        Some(field) => matches!(field.candidates.as_slice(), [one] if one.value == *value),
        // A field never given and one taken away look alike.
        None => *value == Value::Null,
    }
}

/// A sealed record never changes (P3): corrections are appended as records of their own.
pub(super) fn unsealed(stored: &RecordFolded) -> Result<(), SaveError> {
    match stored.record.sealable() {
        Ok(()) | Err(NotSealable::Contested(_)) => Ok(()),
        Err(ended) => Err(SaveError::NotSealable(ended)),
    }
}

fn holds(stored: &RecordFolded, hash: &EvidenceHash) -> Result<(), SaveError> {
    let there = stored
        .record
        .evidence
        .iter()
        .any(|it| it.evidence.hash == *hash);
    if there {
        Ok(())
    } else {
        Err(SaveError::NoSuchEvidence)
    }
}
