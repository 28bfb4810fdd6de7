//! The receipts file: what `sync` would have answered, under one signature of the server.

use crate::ids::{JournalId, ReceiptsHash, ServerId};
use crate::journal::{Certificate, EvidenceReceipt, ReceiptsSeal, Signed};
use crate::suite::{PublicKey, Signer, SignerError, sha256};
use crate::wire::sync::DownLine;
use serde::{Deserialize, Serialize};

/// Longest file that is read, bytes: a receipt is well under a kilobyte.
pub const RECEIPTS_BYTES_MAX: usize = 16 << 20;
const VERSION: u32 = 1;

/// What a receipts file is about: its first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptsOf {
    /// The journal whose package is answered.
    pub journal: JournalId,
    /// The server.
    pub server: ServerId,
    /// Version of the file.
    pub v: u32,
}

/// What follows is about this journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptsJournal {
    /// The server's signature over its entry 1; absent when the server does not know the journal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Signed<Certificate>>,
    /// Which.
    pub journal: JournalId,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Receipts(ReceiptsOf),
    Journal(ReceiptsJournal),
    Evidence(Signed<EvidenceReceipt>),
    Seal(Signed<ReceiptsSeal>),
}

/// A receipts file being written.
pub struct ReceiptsText {
    of: ReceiptsOf,
    text: Vec<u8>,
}

impl ReceiptsText {
    /// Begins the answer to the package of a journal.
    #[must_use]
    pub fn begin(server: ServerId, journal: JournalId) -> Self {
        let of = ReceiptsOf {
            journal,
            server,
            v: VERSION,
        };
        let mut file = Self {
            of,
            text: Vec::new(),
        };
        file.line(&Line::Receipts(of));
        file
    }

    /// Begins what is said of a journal.
    pub fn journal(&mut self, journal: ReceiptsJournal) {
        self.line(&Line::Journal(journal));
    }

    /// Adds a line of the answer to `sync`.
    pub fn down(&mut self, line: &DownLine) {
        self.line(line);
    }

    /// Adds custody of a piece of evidence.
    pub fn evidence(&mut self, receipt: Signed<EvidenceReceipt>) {
        self.line(&Line::Evidence(receipt));
    }

    /// Closes the file: the server's time in ms UTC, and its key.
    ///
    /// # Errors
    /// When the key is not at hand.
    pub fn seal(mut self, at: i64, signer: &dyn Signer) -> Result<Vec<u8>, SignerError> {
        let seal = ReceiptsSeal {
            at,
            hash: ReceiptsHash::from_bytes(sha256(&self.text)),
            journal: self.of.journal,
            server: self.of.server,
        };
        self.line(&Line::Seal(Signed::sign(seal, signer)?));
        Ok(self.text)
    }

    fn line(&mut self, line: &impl Serialize) {
        let line = serde_json::to_vec(line).expect("a line is plain data with text keys");
        self.text.extend(line);
        self.text.push(b'\n');
    }
}

/// A receipts file that cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptsError {
    /// No receipts file, or one that was cut off.
    #[error("not a whole receipts file")]
    NotReceipts,
    /// Of a version that is not known here.
    #[error("a receipts file of version {0}")]
    Version(u32),
    /// Of another server.
    #[error("receipts of another server")]
    OtherServer,
    /// Changed since the court signed it, or signed by somebody else.
    #[error("the court's key did not sign this")]
    Signature,
}

/// A receipts file whose signature was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipts {
    /// The journal whose package is answered.
    pub journal: JournalId,
    /// When the server signed it, ms UTC.
    pub at: i64,
    /// What is said of each journal, oldest first.
    pub journals: Vec<ReceiptsPart>,
    /// Custody of evidence.
    pub evidence: Vec<Signed<EvidenceReceipt>>,
}

/// What is said of one journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptsPart {
    /// Which, with its certificate.
    pub of: ReceiptsJournal,
    /// Lines of an answer to `sync`.
    pub lines: Vec<DownLine>,
}

impl Receipts {
    /// Reads a file and checks that this server signed it whole. Lines of a kind that is not known
    /// here are skipped, as in an answer to `sync`.
    ///
    /// # Errors
    /// See [`ReceiptsError`].
    pub fn read(text: &[u8], server: ServerId, key: &PublicKey) -> Result<Self, ReceiptsError> {
        let broken = ReceiptsError::NotReceipts;
        let body = text.strip_suffix(b"\n").ok_or(broken)?;
        let last = body.iter().rposition(|byte| *byte == b'\n').ok_or(broken)? + 1;
        let (lines, seal) = (&text[..last], &body[last..]);
        let mut lines_read = lines.split_inclusive(|byte| *byte == b'\n');
        let first = lines_read.next().and_then(own);
        let Some(Line::Receipts(of)) = first else {
            return Err(broken);
        };
        if of.v != VERSION {
            return Err(ReceiptsError::Version(of.v));
        }
        if of.server != server {
            return Err(ReceiptsError::OtherServer);
        }
        let Some(Line::Seal(seal)) = own(seal) else {
            return Err(broken);
        };
        let fits = seal.body.server == server
            && seal.body.journal == of.journal
            && *seal.body.hash.as_bytes() == sha256(lines)
            && seal.verify(key).is_ok();
        if !fits {
            return Err(ReceiptsError::Signature);
        }
        let mut receipts = Self {
            journal: of.journal,
            at: seal.body.at,
            journals: Vec::new(),
            evidence: Vec::new(),
        };
        lines_read.for_each(|line| receipts.take(line));
        Ok(receipts)
    }

    fn take(&mut self, line: &[u8]) {
        match own(line) {
            Some(Line::Journal(of)) => self.journals.push(ReceiptsPart {
                of,
                lines: Vec::new(),
            }),
            Some(Line::Evidence(receipt)) => self.evidence.push(receipt),
            Some(Line::Receipts(_) | Line::Seal(_)) => {}
            None => {
                let down = serde_json::from_slice(line).ok();
                if let (Some(part), Some(down)) = (self.journals.last_mut(), down) {
                    part.lines.push(down);
                }
            }
        }
    }
}

fn own(line: &[u8]) -> Option<Line> {
    serde_json::from_slice(line).ok()
}
