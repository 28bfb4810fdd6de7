//! A readable copy of what journal and custody hold, for checks outside: the exported folder of
//! docs/FORMAT.md, without the bytes of evidence. Receipts and checkpoints stand in the order in which
//! they came; `incidents.ndjson` has an incident a line, in the order seen.

use super::delivered::BATCH_BYTES;
use super::hand_in::whole_length;
use super::inner::Inner;
use super::shown::ExportSummary;
use super::{ExportError, Session};
use crate::custody::CustodyItem;
use crate::journal::{JournalError, Lost};
use crate::keys::KeyPublic;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use waiqin_protocol::ids::{EvidenceHash, JournalId, Link};
use waiqin_protocol::journal::{Chain, Head};
use waiqin_protocol::package::folder::{
    CERTIFICATES, CHECKPOINTS, EVIDENCE, EvidenceLine, EvidenceState, FOLDER_VERSION, FolderKind,
    GapLine, INCIDENTS, JOURNAL, JournalLine, KEYS, RECEIPTS, ReceiptLine, SUMS, journal_file,
    sum_line, whole_line,
};

/// `keys.json` of a phone.
#[derive(Serialize)]
struct PhoneKeys<'a> {
    kind: FolderKind,
    #[serde(flatten)]
    public: &'a KeyPublic,
    v: u32,
}

impl Session {
    /// Writes what journal and custody hold as readable files, for checks outside.
    ///
    /// # Errors
    /// See [`ExportError`].
    pub fn export(&self, to: &Path) -> Result<ExportSummary, ExportError> {
        let inner = self.inner().ok_or(ExportError::Locked)?;
        std::fs::create_dir_all(to).map_err(ExportError::Io)?;
        let mut summary = ExportSummary::default();
        let journals: Vec<(JournalId, u64)> = {
            let journal = inner.journal();
            let parts = journal.log.parts();
            parts
                .map(|part| (part.log.journal(), part.log.head().seq))
                .collect()
        };
        for (nth, (journal, end)) in journals.into_iter().enumerate() {
            // The first journal has the plain name, so that there is always one of it.
            let name = match nth {
                0 => JOURNAL.to_owned(),
                _ => journal_file(journal),
            };
            let mut entries = Lines::create(to, &name)?;
            inner.write_journal(journal, end, &mut entries)?;
            entries.finish(&mut summary)?;
        }
        let items = inner
            .custody()
            .items()
            .map_err(|error| io_of(error.into()))?;
        write_custody(&items, to, &mut summary)?;
        let mut evidence = Lines::create(to, EVIDENCE)?;
        let all = inner.reading(|views| views.all_evidence());
        for it in all.map_err(|error| io_of(Box::new(error)))? {
            let received = inner.custody().evidence().contains_key(&it.hash);
            let state = match received {
                true => EvidenceState::Received,
                false => inner.evidence_state(&it.hash),
            };
            // The store counts over all journals of the line.
            let (journal, seq) = inner.journal().log.place_of(it.seq);
            evidence.json(&EvidenceLine {
                hash: it.hash,
                journal,
                length: it.length,
                record: it.subject,
                seq,
                state,
            })?;
        }
        evidence.finish(&mut summary)?;
        let mut keys = Lines::create(to, KEYS)?;
        keys.json(&PhoneKeys {
            kind: FolderKind::Phone,
            public: &inner.public,
            v: FOLDER_VERSION,
        })?;
        keys.finish(&mut summary)?;
        write_sums(to, &summary)?;
        Ok(summary)
    }
}

impl Inner {
    /// Writes the entries of a journal up to a number, and which of them do not read any more. Saves go
    /// on meanwhile.
    fn write_journal(
        &self,
        journal: JournalId,
        end: u64,
        lines: &mut Lines,
    ) -> Result<(), ExportError> {
        let mut chain = Chain::default();
        while chain.head().seq < end {
            let after = chain.head();
            let (entries, lost) = self
                .batch_after(journal, after, end)
                .map_err(|error| io_of(error.into()))?;
            if entries.is_empty() {
                let gap = match lost {
                    Some(lost) => GapLine {
                        from: lost.from,
                        link: Some(lost.link),
                        to: lost.to,
                    },
                    None => GapLine {
                        from: after.seq + 1,
                        link: None,
                        to: after.seq + 1,
                    },
                };
                lines.json(&JournalLine::Gap(gap))?;
                chain = Chain::after(Head {
                    link: gap.link.unwrap_or(Link::ZERO),
                    seq: gap.to,
                });
            }
            for entry in entries {
                chain.push(&entry);
                lines.line(&whole_line(entry))?;
            }
        }
        Ok(())
    }

    /// The next entries of a journal, or the run of those that do not read.
    fn batch_after(
        &self,
        of: JournalId,
        after: Head,
        end: u64,
    ) -> Result<(Vec<Vec<u8>>, Option<Lost>), JournalError> {
        let journal = self.journal();
        let part = journal.log.part_of(of).ok_or(JournalError::Gone)?;
        let entries = self.entries_after(part, after, end, BATCH_BYTES)?;
        let lost = match entries.is_empty() {
            true => part.log.lost_from(after.seq + 1, end)?,
            false => None,
        };
        Ok((entries, lost))
    }

    fn evidence_state(&self, hash: &EvidenceHash) -> EvidenceState {
        match self.evidence.reader(hash) {
            Ok(Some(mut bytes)) => match whole_length(&mut bytes, hash) {
                Some(_) => EvidenceState::OnPhone,
                None => EvidenceState::Damaged,
            },
            Ok(None) => EvidenceState::Missing,
            Err(_) => EvidenceState::Damaged,
        }
    }
}

/// Writes the SHA-256 of every file, so that a bit that turns on the way shows.
fn write_sums(to: &Path, summary: &ExportSummary) -> Result<(), ExportError> {
    let mut sums = Lines::create(to, SUMS)?;
    for (name, sum) in &summary.sums {
        let line = sum_line(sum, name);
        sums.line(line.trim_end().as_bytes())?;
    }
    sums.finish(&mut ExportSummary::default())
}

/// Writes what vouches for a journal.
pub(crate) fn write_custody(
    items: &[CustodyItem],
    to: &Path,
    summary: &mut ExportSummary,
) -> Result<(), ExportError> {
    let mut receipts = Lines::create(to, RECEIPTS)?;
    let mut checkpoints = Lines::create(to, CHECKPOINTS)?;
    let mut incidents = Lines::create(to, INCIDENTS)?;
    let mut certificates = Lines::create(to, CERTIFICATES)?;
    for item in items {
        match item {
            CustodyItem::Certificate(signed) => certificates.json(signed)?,
            CustodyItem::JournalReceipt(signed) => {
                receipts.json(&ReceiptLine::Journal(Cow::Borrowed(signed)))?;
            }
            CustodyItem::EvidenceReceipt(signed) => {
                receipts.json(&ReceiptLine::Evidence(Cow::Borrowed(signed)))?;
            }
            CustodyItem::Checkpoint(signed) => checkpoints.json(signed)?,
            CustodyItem::Incident(incident) => incidents.json(incident)?,
            CustodyItem::Safe(_) | CustodyItem::SecondNamed { .. } => {}
        }
    }
    for lines in [receipts, checkpoints, incidents, certificates] {
        lines.finish(summary)?;
    }
    Ok(())
}

fn io_of(error: Box<dyn std::error::Error + Send + Sync>) -> ExportError {
    ExportError::Io(io::Error::other(error))
}

/// A file of lines being written.
pub(crate) struct Lines {
    name: String,
    file: BufWriter<std::fs::File>,
    digest: Sha256,
    count: usize,
}

impl Lines {
    pub fn create(dir: &Path, name: &str) -> Result<Self, ExportError> {
        let file = std::fs::File::create(dir.join(name)).map_err(ExportError::Io)?;
        Ok(Self {
            name: name.to_owned(),
            file: BufWriter::new(file),
            digest: Sha256::new(),
            count: 0,
        })
    }

    pub fn json<T: Serialize>(&mut self, value: &T) -> Result<(), ExportError> {
        let line = serde_json::to_vec(value).map_err(|error| io_of(Box::new(error)))?;
        self.line(&line)
    }

    pub fn line(&mut self, bytes: &[u8]) -> Result<(), ExportError> {
        self.file.write_all(bytes).map_err(ExportError::Io)?;
        self.file.write_all(b"\n").map_err(ExportError::Io)?;
        self.digest.update(bytes);
        self.digest.update(b"\n");
        self.count += 1;
        Ok(())
    }

    pub fn finish(mut self, summary: &mut ExportSummary) -> Result<(), ExportError> {
        self.file.flush().map_err(ExportError::Io)?;
        self.file.get_ref().sync_all().map_err(ExportError::Io)?;
        summary
            .sums
            .insert(self.name.clone(), self.digest.finalize().into());
        summary.lines.insert(self.name, self.count);
        Ok(())
    }
}
