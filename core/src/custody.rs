//! Custody: what vouches for the journal beside it: the certificate, receipts, checkpoints, and the
//! incidents seen. A log of frames like the journal, so receipts survive what the store does not:
//! they exist for the day on which the server has forgotten.

use crate::journal::{FrameLog, JournalError, Log, Opened, OpenedEnd, Shape};
use crate::session::{Incident, IncidentKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use waiqin_protocol::ids::{EvidenceHash, JournalId};
use waiqin_protocol::journal::{
    Certificate, Checkpoint, EvidenceReceipt, Head, JournalReceipt, LogPosition, Signed,
};

/// One thing in custody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CustodyItem {
    /// The server certified the journal.
    Certificate(Signed<Certificate>),
    /// The server has the journal up to here.
    JournalReceipt(Signed<JournalReceipt>),
    /// The server has a piece of evidence.
    EvidenceReceipt(Signed<EvidenceReceipt>),
    /// This phone said how far its journal goes.
    Checkpoint(Signed<Checkpoint>),
    /// The server's *safe* position.
    Safe(LogPosition),
    /// Something went wrong.
    Incident(Incident),
    /// What a second officer's phone calls the officer of a journal: a claim, signed by nobody.
    SecondNamed {
        /// His journal, which the court certified.
        journal: JournalId,
        /// The name that came with his answer.
        name: String,
    },
}

/// The open custody. Everything in it was checked before it was added.
pub(crate) struct Custody {
    log: FrameLog,
    certificates: BTreeMap<JournalId, Signed<Certificate>>,
    journal: Vec<JournalReceipt>,
    evidence: BTreeMap<EvidenceHash, EvidenceReceipt>,
    checkpoints: BTreeMap<JournalId, Head>,
    last_position: Option<LogPosition>,
    safe: Option<LogPosition>,
    incidents: Vec<Incident>,
    rolled_back: bool,
    seconds: BTreeMap<JournalId, String>,
}

impl Custody {
    /// Begins an empty custody.
    pub fn create(
        shape: Shape,
        key: crate::secret::SecretKey,
        entropy: std::sync::Arc<dyn crate::Entropy>,
    ) -> Result<Self, JournalError> {
        debug_assert_eq!(shape.log, Log::Custody);
        Ok(Self::over(FrameLog::create(shape, key, entropy)?))
    }

    /// Opens custody; the flag says that something in it did not read.
    pub fn open(
        shape: Shape,
        key: crate::secret::SecretKey,
        entropy: std::sync::Arc<dyn crate::Entropy>,
    ) -> Result<(Self, bool), JournalError> {
        Self::of(FrameLog::open(shape, key, entropy, None)?)
    }

    /// As [`Custody::open`], to read alone: nothing in the folder is changed.
    pub fn open_to_read(
        shape: Shape,
        key: crate::secret::SecretKey,
        entropy: std::sync::Arc<dyn crate::Entropy>,
    ) -> Result<(Self, bool), JournalError> {
        Self::of(FrameLog::open_to_read(shape, key, entropy, None)?)
    }

    fn of(opened: Opened) -> Result<(Self, bool), JournalError> {
        let Opened { log, lost, end } = opened;
        let mut damaged = !lost.is_empty() || end != OpenedEnd::Clean;
        let mut custody = Self::over(log);
        for seq in 1..=custody.log.head().seq {
            match custody.log.read(seq)? {
                Some(bytes) => match serde_json::from_slice(&bytes) {
                    Ok(item) => custody.take(item),
                    Err(_) => damaged = true,
                },
                None => damaged = true,
            }
        }
        Ok((custody, damaged))
    }

    fn over(log: FrameLog) -> Self {
        Self {
            log,
            certificates: BTreeMap::new(),
            journal: Vec::new(),
            evidence: BTreeMap::new(),
            checkpoints: BTreeMap::new(),
            last_position: None,
            safe: None,
            incidents: Vec::new(),
            rolled_back: false,
            seconds: BTreeMap::new(),
        }
    }

    /// Adds items with one durable write.
    pub fn add(&mut self, items: Vec<CustodyItem>) -> Result<(), JournalError> {
        if items.is_empty() {
            return Ok(());
        }
        let bytes: Vec<Vec<u8>> = items
            .iter()
            .map(|item| serde_json::to_vec(item).expect("an item is plain data with text keys"))
            .collect();
        let refs: Vec<&[u8]> = bytes.iter().map(Vec::as_slice).collect();
        self.log.append(&refs)?;
        items.into_iter().for_each(|item| self.take(item));
        Ok(())
    }

    /// Every item that reads, oldest first.
    pub fn items(&self) -> Result<Vec<CustodyItem>, JournalError> {
        let mut items = Vec::new();
        for seq in 1..=self.log.head().seq {
            let bytes = self.log.read(seq)?;
            items.extend(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()));
        }
        Ok(items)
    }

    /// The certificate of a journal, once the server gave it.
    pub fn certificate(&self, journal: JournalId) -> Option<&Signed<Certificate>> {
        self.certificates.get(&journal)
    }

    /// Receipts of the journal, oldest first.
    pub fn journal_receipts(&self) -> &[JournalReceipt] {
        &self.journal
    }

    /// How far a journal is receipted.
    pub fn received(&self, journal: JournalId) -> Head {
        self.journal
            .iter()
            .filter(|receipt| receipt.journal == journal)
            .max_by_key(|receipt| receipt.seq)
            .map_or(Head::START, |receipt| Head {
                link: receipt.link,
                seq: receipt.seq,
            })
    }

    /// Position that the receipt kept last names: after the server was rolled back its numbers
    /// begin lower, so the last one counts, not the highest.
    pub fn last_position(&self) -> Option<LogPosition> {
        self.last_position
    }

    /// The server's newest *safe* position.
    pub fn safe(&self) -> Option<LogPosition> {
        self.safe
    }

    /// Whether the court was ever found rolled back.
    pub fn was_rolled_back(&self) -> bool {
        self.rolled_back
    }

    /// Receipts of evidence; those from before the court was rolled back do not count.
    pub fn evidence(&self) -> &BTreeMap<EvidenceHash, EvidenceReceipt> {
        &self.evidence
    }

    /// Incidents, oldest first.
    pub fn incidents(&self) -> &[Incident] {
        &self.incidents
    }

    /// What the officer of a journal was called when he signed second.
    pub fn second(&self, journal: JournalId) -> Option<&str> {
        self.seconds.get(&journal).map(String::as_str)
    }

    /// The furthest head of a journal that receipt or checkpoint knew to be durable.
    pub fn known(&self, journal: JournalId) -> Option<Head> {
        let received = Some(self.received(journal)).filter(|head| head.seq > 0);
        received
            .into_iter()
            .chain(self.checkpoints.get(&journal).copied())
            .max_by_key(|head| head.seq)
    }

    fn take(&mut self, item: CustodyItem) {
        match item {
            CustodyItem::Certificate(certificate) => {
                self.certificates
                    .insert(certificate.body.journal, certificate);
            }
            CustodyItem::JournalReceipt(receipt) => {
                self.last_position = Some(receipt.body.position);
                self.journal.push(receipt.body);
            }
            CustodyItem::EvidenceReceipt(receipt) => {
                self.last_position = Some(receipt.body.position);
                self.evidence.insert(receipt.body.hash, receipt.body);
            }
            CustodyItem::Checkpoint(Signed { body, .. }) => {
                let head = Head {
                    link: body.link,
                    seq: body.seq,
                };
                let known = self.checkpoints.entry(body.journal).or_insert(head);
                if known.seq <= head.seq {
                    *known = head;
                }
            }
            CustodyItem::Safe(position) => self.safe = Some(position),
            CustodyItem::Incident(incident) => {
                if matches!(incident.kind, IncidentKind::ServerRolledBack { .. }) {
                    // The court may lack what it signed for: photos are asked about again.
                    self.evidence.clear();
                    self.rolled_back = true;
                }
                self.incidents.push(incident);
            }
            CustodyItem::SecondNamed { journal, name } => {
                self.seconds.insert(journal, name);
            }
        }
    }
}
