//! A readable copy of what journal and custody hold, for checks outside.
//!
//! | file | a line |
//! |---|---|
//! | `journal.ndjson` | an entry's bytes, unchanged, in order of `seq`; lost ones are left out |
//! | `journal-ID.ndjson` | the same of a journal that follows the first, after a restored copy or a fork |
//! | `certificate.json` | the certificate (`Signed<Certificate>`), one document |
//! | `receipts.ndjson` | `{"journal":…}` or `{"evidence":…}`: a signed receipt, in the order received |
//! | `checkpoints.ndjson` | a signed checkpoint, in the order signed |
//! | `incidents.ndjson` | an incident, in the order seen |
//! | `evidence.ndjson` | `{"hash","length","record","seq","state"}`; state: `received`, `on_phone`, `missing`, `damaged` |
//! | `keys.json` | public keys and ids: officer, device, journal, server |

use super::shown::ExportSummary;
use super::{ExportError, Session};
use crate::custody::CustodyItem;
use serde::Serialize;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use waiqin_protocol::ids::{EvidenceHash, SubjectId};

/// A line of `evidence.ndjson`.
#[derive(Serialize)]
pub(crate) struct EvidenceLine {
    /// SHA-256 of the bytes.
    pub hash: EvidenceHash,
    /// Their length.
    pub length: u64,
    /// The record.
    pub record: SubjectId,
    /// Number of the entry that names it.
    pub seq: u64,
    /// Where the bytes are.
    pub state: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Receipt<'a> {
    Journal(&'a waiqin_protocol::journal::Signed<waiqin_protocol::journal::JournalReceipt>),
    Evidence(&'a waiqin_protocol::journal::Signed<waiqin_protocol::journal::EvidenceReceipt>),
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
        for (nth, part) in inner.journal().log.parts().enumerate() {
            // The first journal has the plain name, so that there is always one of it.
            let name = match nth {
                0 => "journal.ndjson".to_owned(),
                _ => format!("journal-{}.ndjson", part.log.journal()),
            };
            let mut entries = Lines::create(to, &name)?;
            for seq in 1..=part.log.head().seq {
                let read = part.log.read(seq).map_err(|error| io_of(error.into()))?;
                if let Some(bytes) = read {
                    entries.line(&bytes)?;
                }
            }
            entries.finish(&mut summary)?;
        }
        let items = inner
            .custody()
            .items()
            .map_err(|error| io_of(error.into()))?;
        write_custody(&items, to, &mut summary)?;
        let mut evidence = Lines::create(to, "evidence.ndjson")?;
        let all = inner.reading(|views| views.all_evidence());
        for it in all.map_err(|error| io_of(Box::new(error)))? {
            let received = inner.custody().evidence().contains_key(&it.hash);
            let state = match inner.evidence.read(&it.hash) {
                _ if received => "received",
                Ok(Some(_)) => "on_phone",
                Ok(None) => "missing",
                Err(_) => "damaged",
            };
            evidence.json(&EvidenceLine {
                hash: it.hash,
                length: it.length,
                record: it.subject,
                seq: it.seq,
                state,
            })?;
        }
        evidence.finish(&mut summary)?;
        let mut keys = Lines::create(to, "keys.json")?;
        keys.json(&inner.public)?;
        keys.finish(&mut summary)?;
        Ok(summary)
    }
}

/// Writes what vouches for a journal.
pub(crate) fn write_custody(
    items: &[CustodyItem],
    to: &Path,
    summary: &mut ExportSummary,
) -> Result<(), ExportError> {
    let mut receipts = Lines::create(to, "receipts.ndjson")?;
    let mut checkpoints = Lines::create(to, "checkpoints.ndjson")?;
    let mut incidents = Lines::create(to, "incidents.ndjson")?;
    let mut certificate = Lines::create(to, "certificate.json")?;
    for item in items {
        match item {
            CustodyItem::Certificate(signed) => certificate.json(signed)?,
            CustodyItem::JournalReceipt(signed) => receipts.json(&Receipt::Journal(signed))?,
            CustodyItem::EvidenceReceipt(signed) => {
                receipts.json(&Receipt::Evidence(signed))?;
            }
            CustodyItem::Checkpoint(signed) => checkpoints.json(signed)?,
            CustodyItem::Incident(incident) => incidents.json(incident)?,
            CustodyItem::Safe(_) | CustodyItem::SecondNamed { .. } => {}
        }
    }
    for lines in [receipts, checkpoints, incidents, certificate] {
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
    count: usize,
}

impl Lines {
    pub fn create(dir: &Path, name: &str) -> Result<Self, ExportError> {
        let file = std::fs::File::create(dir.join(name)).map_err(ExportError::Io)?;
        Ok(Self {
            name: name.to_owned(),
            file: BufWriter::new(file),
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
        self.count += 1;
        Ok(())
    }

    pub fn finish(mut self, summary: &mut ExportSummary) -> Result<(), ExportError> {
        self.file.flush().map_err(ExportError::Io)?;
        self.file.get_ref().sync_all().map_err(ExportError::Io)?;
        summary.lines.insert(self.name, self.count);
        Ok(())
    }
}
