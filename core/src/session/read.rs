//! What pages read.

use super::fold::paths_of;
use super::inner::Inner;
use super::shown::{
    CaseList, Delivery, EntryKind, EntryLine, Photo, ReceiptLine, RecordPage, RecordRow, RecordsOf,
    Status,
};
use super::views::{EntryRead, RowStored, Views, meta};
use super::{Session, StoreError};
use crate::UnlockError;
use crate::evidence::is_damage;
use std::collections::BTreeMap;
use waiqin_protocol::ids::{CaseId, EvidenceHash, SubjectId};
use waiqin_protocol::journal::EvidenceSource;
use waiqin_protocol::wire::hello::Limits;
use waiqin_protocol::wire::sync::CaseSheet;

impl Session {
    /// What the server said beforehand; what is built in while locked.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.inner()
            .map_or_else(Limits::default, |inner| inner.live().limits.clone())
    }

    /// The officer told the office (已告知内勤) of the oldest incidents, as many as he was shown: they stay
    /// in the list and call no more. A store that is rebuilt calls for all of them again.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn told_incidents(&self, shown: usize) -> Result<(), StoreError> {
        let inner = self.inner().ok_or(StoreError::Locked)?;
        let there = inner.custody().incidents().len();
        let mut live = inner.live();
        let told = live.told.max(shown.min(there));
        inner.views.put_meta(meta::TOLD, &told)?;
        live.told = told;
        Ok(())
    }

    /// Cases that fit every word of the query (number, party, address, cause), open ones first, by
    /// due day.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn cases(&self, query: &str, offset: usize, limit: usize) -> Result<CaseList, StoreError> {
        let inner = self.inner().ok_or(StoreError::Locked)?;
        inner.reading(|views| inner.cases.find(views, query, offset, limit))
    }

    /// One case.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn case(&self, id: &CaseId) -> Result<Option<CaseSheet>, StoreError> {
        self.inner()
            .ok_or(StoreError::Locked)?
            .reading(|views| views.case(id))
    }

    /// Records, newest change first.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn records(
        &self,
        of: &RecordsOf,
        offset: usize,
        limit: usize,
    ) -> Result<Vec<RecordRow>, StoreError> {
        let inner = self.inner().ok_or(StoreError::Locked)?;
        let rows = match of {
            RecordsOf::All => inner.reading(|views| views.rows(offset, limit))?,
            RecordsOf::Case(id) => {
                let rows = inner.reading(|views| rows_of_case(views, id))?;
                rows.into_iter().skip(offset).take(limit).collect()
            }
            RecordsOf::Undelivered => {
                let rows = inner.undelivered_rows()?;
                rows.into_iter().skip(offset).take(limit).collect()
            }
        };
        Ok(rows.into_iter().map(|row| inner.show_row(row)).collect())
    }

    /// One record.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn record(&self, subject: SubjectId) -> Result<Option<RecordPage>, StoreError> {
        let inner = self.inner().ok_or(StoreError::Locked)?;
        let Some(stored) = inner.record(subject)? else {
            return Ok(None);
        };
        let received = inner.received_number();
        let mut entries = Vec::new();
        for EntryRead { own, entry, hash } in inner.entries_of(subject)? {
            entries.push(EntryLine {
                seq: own,
                author: entry.author,
                hash,
                kind: EntryKind::of(&entry.change),
                paths: paths_of(&entry.change),
                at_ms: entry.at.wall,
                delivery: delivery(own.is_none_or(|seq| seq <= received)),
                verdict: match own {
                    Some(seq) => inner.reading(|views| views.verdict(seq))?,
                    None => None,
                },
            });
        }
        let mut evidence = Vec::new();
        for state in &stored.record.evidence {
            let hash = state.evidence.hash;
            evidence.push(Photo {
                state: state.clone(),
                on_phone: inner.evidence.holds(&hash).map_err(StoreError::Io)?,
                delivery: delivery(
                    inner.custody().evidence().contains_key(&hash) || inner.is_of_others(&hash)?,
                ),
            });
        }
        let worst_photo = evidence
            .iter()
            .filter(|photo| photo.on_phone || photo.state.missing.is_none())
            .map(|photo| photo.delivery)
            .min();
        let worst_entry = entries.iter().map(|entry| entry.delivery).min();
        let delivery = worst_photo
            .into_iter()
            .chain(worst_entry)
            .min()
            .unwrap_or(Delivery::OnPhone);
        // Strokes are delivered like all evidence, and shown where somebody signs.
        let is_photo = |it: &Photo| it.state.evidence.source != EvidenceSource::Glass;
        Ok(Some(RecordPage {
            record: stored.record,
            photos: evidence.into_iter().filter(is_photo).collect(),
            entries,
            delivery,
        }))
    }

    /// A JPEG of at most 512 pixels a side, upright; `None` when the evidence is no picture.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn thumbnail(&self, hash: EvidenceHash) -> Result<Option<Vec<u8>>, StoreError> {
        let inner = self.inner().ok_or(StoreError::Locked)?;
        inner
            .evidence
            .thumbnail(&hash)
            .map_err(|error| inner.evidence_error(hash, error))
    }

    /// The bytes as they were taken in; `None` when they are not on this phone.
    ///
    /// # Errors
    /// See [`StoreError`]; *damaged* when they do not have their hash any more.
    pub fn original(&self, hash: EvidenceHash) -> Result<Option<Vec<u8>>, StoreError> {
        let inner = self.inner().ok_or(StoreError::Locked)?;
        inner
            .evidence
            .read(&hash)
            .map_err(|error| inner.evidence_error(hash, error))
    }

    /// The bytes of an entry of this phone by its number, as the journal holds them; `None` when they
    /// do not read any more, or there is none of this number.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn written(&self, number: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let inner = self.inner().ok_or(StoreError::Locked)?;
        let read = inner.journal().log.read(number);
        read.map_err(|error| StoreError::Io(std::io::Error::other(error)))
    }

    /// Reads what was taken unread when the journal was opened, and says what is lost of it: where
    /// the engine does not do so behind the officer's work.
    ///
    /// # Errors
    /// When the journal cannot be read, or what is lost not be said.
    pub fn check_journal(&self) -> Result<(), UnlockError> {
        while let Some(inner) = self.inner()
            && inner.check_step()?
        {}
        Ok(())
    }

    /// Receipts held, newest first.
    #[must_use]
    pub fn receipts(&self) -> Vec<ReceiptLine> {
        let Some(inner) = self.inner() else {
            return Vec::new();
        };
        let custody = inner.custody();
        let journal = custody
            .journal_receipts()
            .iter()
            .map(|receipt| ReceiptLine::Journal {
                seq: receipt.seq,
                at_ms: receipt.at,
                position: receipt.position,
            });
        let evidence = custody
            .evidence()
            .values()
            .map(|receipt| ReceiptLine::Evidence {
                hash: receipt.hash,
                length: receipt.length,
                at_ms: receipt.at,
                position: receipt.position,
            });
        let mut lines: Vec<ReceiptLine> = journal.chain(evidence).collect();
        lines.sort_by_key(|line| match line {
            ReceiptLine::Journal { position, .. } | ReceiptLine::Evidence { position, .. } => {
                std::cmp::Reverse(position.number)
            }
        });
        lines
    }
}

impl Inner {
    /// The truth line, as far as it does not move with a sync under way.
    pub(super) fn status(&self) -> Status {
        let (head, durable) = {
            let journal = self.journal();
            (journal.log.head(), journal.log.is_durable())
        };
        let received = self.received_number();
        let compared = self.compared().unwrap_or_default();
        let differing = compared.differing.iter();
        let differing = differing.map(|case| self.number_of(case)).collect();
        let (mut incidents, received_photos) = {
            let custody = self.custody();
            (custody.incidents().to_vec(), custody.evidence().len())
        };
        incidents.reverse();
        let live = self.live();
        // Bytes declared missing and gone have ended; those still here are delivered all the same.
        let waiting: Vec<_> = live
            .unsent
            .values()
            .filter(|it| !self.ended_missing(it))
            .collect();
        Status {
            saved_entries: head.seq,
            durable,
            undelivered_entries: head.seq.saturating_sub(received),
            undelivered_photos: waiting.len(),
            undelivered_bytes: waiting.iter().map(|it| it.length).sum(),
            received_photos,
            last_contact_ms: live.note.contact_ms,
            last_outcome: live.note.outcome,
            next_try_ms: None,
            phase: super::Phase::Idle,
            online: self.parts.network.is_on(),
            incidents_untold: incidents.len().saturating_sub(live.told),
            incidents,
            parked: live.parked.clone(),
            differing,
            compared_ms: compared.at_ms,
        }
    }

    /// Evidence that a person declared missing and whose bytes are not here.
    pub(crate) fn ended_missing(&self, evidence: &super::views::EvidenceStored) -> bool {
        evidence.missing && !self.evidence.holds(&evidence.hash).unwrap_or(true)
    }

    fn entries_of(&self, subject: SubjectId) -> Result<Vec<EntryRead>, StoreError> {
        let journal = self.journal();
        self.reading_with(&journal, |views| views.entries(&journal.log, subject))
    }

    fn undelivered_rows(&self) -> Result<Vec<RowStored>, StoreError> {
        let received = self.received_number();
        let mut rows: BTreeMap<std::cmp::Reverse<u64>, RowStored> = self
            .reading(|views| views.rows_after(received))?
            .into_iter()
            .map(|row| (std::cmp::Reverse(row.last_seq), row))
            .collect();
        let waiting: Vec<_> = {
            let live = self.live();
            live.unsent
                .values()
                .filter(|it| !self.ended_missing(it))
                .copied()
                .collect()
        };
        for evidence in waiting {
            if let Some(row) = self.reading(|views| views.row(evidence.subject))? {
                rows.insert(std::cmp::Reverse(row.last_seq), row);
            }
        }
        Ok(rows.into_values().collect())
    }

    fn show_row(&self, row: RowStored) -> RecordRow {
        let received = self.received_number();
        let photos_undelivered = {
            let live = self.live();
            let waits = |hash: &&EvidenceHash| {
                live.unsent
                    .get(hash)
                    .is_some_and(|it| !self.ended_missing(it))
            };
            row.evidence.iter().filter(waits).count()
        };
        RecordRow {
            subject: row.subject,
            act: row.act,
            case: row.case,
            place: row.place,
            opened_ms: row.opened,
            changed_ms: row.changed,
            photos: row.photos,
            photos_undelivered,
            contested: row.contested,
            sealed: row.sealed,
            concluded: row.concluded,
            voided: row.voided,
            delivery: delivery(row.last_seq <= received && photos_undelivered == 0),
        }
    }

    fn evidence_error(&self, hash: EvidenceHash, error: std::io::Error) -> StoreError {
        if is_damage(&error) {
            let kind = super::shown::IncidentKind::EvidenceDamaged { hash };
            let _ = self.note_incidents(vec![kind]);
            return StoreError::Damaged {
                what: "a piece of evidence".to_owned(),
            };
        }
        StoreError::Io(error)
    }
}

/// Records that name a case by its id, or by a number that it has or had.
pub(super) fn rows_of_case(views: &Views, id: &CaseId) -> Result<Vec<RowStored>, StoreError> {
    let sheet = views.case(id)?.unwrap_or_default();
    let mut names = vec![id.0.as_str(), sheet.number.as_str()];
    names.extend(sheet.former_numbers.iter().map(String::as_str));
    names.retain(|name| !name.is_empty());
    names.sort_unstable();
    names.dedup();
    views.rows_of(&names)
}

fn delivery(received: bool) -> Delivery {
    if received {
        Delivery::Received
    } else {
        Delivery::OnPhone
    }
}
