//! 收下回执包: what came back for a hand-in is kept as if sync had brought it. The court's signature
//! over the whole file is checked first, then each receipt as ever.

use super::Session;
use super::inner::Inner;
use super::shown::IncidentKind;
use crate::sync::{Checked, Holdings, HoldingsError, check_receipt};
use std::io::{self, Read};
use waiqin_protocol::ids::JournalId;
use waiqin_protocol::journal::{
    Certificate, Entry, EvidenceReceipt, JournalCause, JournalReceipt, Signed, entry_hash,
};
use waiqin_protocol::package::{RECEIPTS_BYTES_MAX, Receipts, ReceiptsError};
use waiqin_protocol::wire::sync::{DownLine, Heads, Standing};

/// What a receipts file brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct ReceiptsTaken {
    /// Entries that got a receipt.
    pub entries: u64,
    /// Pieces of evidence that got one.
    pub evidence: usize,
    /// The court has another branch of the journal: a new one follows, to be handed in once more.
    pub new_journal: bool,
    /// The court lacks what it once signed for: everything is to be handed in.
    pub court_behind: bool,
}

/// Nothing of the file was kept, or not all of it; it can be taken again.
#[derive(Debug, thiserror::Error)]
pub enum TakeReceiptsError {
    /// The session was locked.
    #[error("the session is locked")]
    Locked,
    /// The file does not read.
    #[error("read the receipts")]
    Read(#[source] io::Error),
    /// The file is no answer of this court.
    #[error("check the receipts")]
    File(#[from] ReceiptsError),
    /// The file answers the package of another phone or officer.
    #[error("the receipts are of another journal")]
    OtherJournal,
    /// A receipt in it does not fit this phone's journal.
    #[error("a receipt does not fit")]
    Foreign,
    /// It could not be kept.
    #[error("keep the receipts")]
    Keep(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<HoldingsError> for TakeReceiptsError {
    fn from(error: HoldingsError) -> Self {
        match error {
            HoldingsError::Locked => Self::Locked,
            HoldingsError::Failed { .. } => Self::Keep(Box::new(error)),
        }
    }
}

impl Session {
    /// Takes a receipts file of the court in. The same file again changes nothing.
    ///
    /// # Errors
    /// See [`TakeReceiptsError`].
    pub fn take_receipts(&self, from: &mut dyn Read) -> Result<ReceiptsTaken, TakeReceiptsError> {
        let inner = self.inner().ok_or(TakeReceiptsError::Locked)?;
        let mut text = Vec::new();
        // One byte more than may be: a longer file does not end with its signature here.
        from.take(RECEIPTS_BYTES_MAX as u64 + 1)
            .read_to_end(&mut text)
            .map_err(TakeReceiptsError::Read)?;
        if text.len() > RECEIPTS_BYTES_MAX {
            return Err(ReceiptsError::NotReceipts.into());
        }
        let receipts = Receipts::read(&text, inner.pinned.server, &inner.pinned.key)?;
        if !inner.is_own(receipts.journal)? {
            return Err(TakeReceiptsError::OtherJournal);
        }
        inner.take_receipts(receipts)
    }
}

impl Inner {
    fn take_receipts(&self, receipts: Receipts) -> Result<ReceiptsTaken, TakeReceiptsError> {
        let mut taken = ReceiptsTaken::default();
        for part in receipts.journals {
            if let Some(certificate) = part.of.certificate {
                self.take_certificate(certificate)?;
            }
            for line in part.lines {
                // Of a journal that is not delivered any more, or not yet, nothing is counted; nor
                // of another branch of this one, whose numbers stand for other entries.
                let counts = self.journal_id()? == part.of.journal;
                if !counts || !self.take_line(line, &mut taken)? {
                    break;
                }
            }
        }
        let fitting = receipts.evidence.into_iter().filter(|it| self.fits(it));
        taken.evidence = self.keep_evidence_receipts(fitting.collect())?;
        Ok(taken)
    }

    fn take_certificate(&self, certificate: Signed<Certificate>) -> Result<(), TakeReceiptsError> {
        let Some(entry) = Holdings::uncertified(self)? else {
            return Ok(());
        };
        let Ok(opened) = Entry::from_bytes(&entry) else {
            return Ok(());
        };
        let body = &certificate.body;
        if body.journal != opened.journal {
            return Ok(());
        }
        let fits = body.entry == entry_hash(&entry)
            && body.server == self.pinned.server
            && certificate.verify(&self.pinned.key).is_ok();
        if !fits {
            return Err(TakeReceiptsError::Foreign);
        }
        Ok(self.keep_certificate(certificate)?)
    }

    /// Whether what follows it is about the own entries.
    fn take_line(
        &self,
        line: DownLine,
        taken: &mut ReceiptsTaken,
    ) -> Result<bool, TakeReceiptsError> {
        match line {
            DownLine::Standing(standing) => return self.take_standing(standing, taken),
            DownLine::Receipt(receipt) => taken.entries += self.take_receipt(*receipt)?,
            DownLine::Verdicts(runs) => {
                let end = Holdings::head(self)?.seq;
                let runs: Vec<_> = runs
                    .into_iter()
                    .filter(|run| run.from >= 1 && run.from <= run.to && run.to <= end)
                    .collect();
                self.keep_verdicts(&runs)?;
            }
            DownLine::Limits(limits) => self.keep_limits(limits)?,
            DownLine::Safe(position) => self.keep_safe(position)?,
            // A package is answered without them.
            DownLine::Beacon(_)
            | DownLine::Page(_)
            | DownLine::Refetched(_)
            | DownLine::Digests(_)
            | DownLine::End(_) => {}
        }
        Ok(true)
    }

    fn take_receipt(&self, receipt: Signed<JournalReceipt>) -> Result<u64, TakeReceiptsError> {
        let old = receipt.body.seq <= self.received()?.seq;
        match check_receipt(self, receipt).map_err(|error| TakeReceiptsError::Keep(error.into()))? {
            Checked::Fits(_) if old => Ok(0),
            Checked::Fits(receipt) => Ok(self.keep_receipt(*receipt)?),
            Checked::Foreign(seq) => {
                self.record_incident(IncidentKind::ForeignReceipt { seq })?;
                Ok(0)
            }
            Checked::Unknown => Ok(0),
        }
    }

    /// Compares where the court stands with the own chain, as after a sync; whether it is the same
    /// branch.
    fn take_standing(
        &self,
        standing: Standing,
        taken: &mut ReceiptsTaken,
    ) -> Result<bool, TakeReceiptsError> {
        let Standing { head: court, heads } = standing;
        let own = Holdings::head(self)?.seq;
        let link = Holdings::link_at(self, court.seq)?;
        let fork = IncidentKind::Fork {
            server: court.seq,
            link: court.link,
        };
        let ahead = IncidentKind::ServerAhead {
            server: court.seq,
            phone: own,
        };
        let (seen, cause) = match heads {
            Heads::ServerBehind | Heads::ServerRolledBack => {
                taken.court_behind = true;
                return Ok(true);
            }
            Heads::Fork => (fork, JournalCause::Forked),
            Heads::Same | Heads::ServerAhead if court.seq > own => {
                (ahead, JournalCause::RestoredCopy)
            }
            Heads::Same | Heads::ServerAhead if link.is_some_and(|link| link != court.link) => {
                (fork, JournalCause::Forked)
            }
            Heads::Same | Heads::ServerAhead => return Ok(true),
        };
        // One that was begun is to be certified before another can follow.
        if Holdings::uncertified(self)?.is_none() {
            self.record_incident(seen)?;
            self.new_journal(cause)?;
            taken.new_journal = true;
        }
        Ok(false)
    }

    /// Whether a receipt is the court's, for evidence of this phone as this phone has it.
    fn fits(&self, receipt: &Signed<EvidenceReceipt>) -> bool {
        let body = &receipt.body;
        let own = |journal: JournalId| self.is_own(journal).unwrap_or(false);
        let length = self.live().unsent.get(&body.hash).map(|it| it.length);
        length.is_some_and(|length| length == body.length)
            && body.server == self.pinned.server
            && own(body.journal)
            && receipt.verify(&self.pinned.key).is_ok()
    }
}
