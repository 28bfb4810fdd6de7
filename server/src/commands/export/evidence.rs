//! Evidence of an export: each piece copied once, hashed while it is written, with the receipts of
//! the journals that delivered it.

use super::Lacking;
use super::journals::Exporting;
use futures_util::StreamExt;
use waiqin_protocol::ids::{EvidenceHash, JournalId, SubjectId};
use waiqin_protocol::journal::{Evidence, EvidenceReceipt, Signed};
use waiqin_protocol::package::folder::{EvidenceLine, EvidenceState, ReceiptLine, evidence_file};

impl Exporting<'_> {
    /// Notes evidence that an entry names.
    pub(super) async fn evidence(
        &mut self,
        (journal, seq): (JournalId, u64),
        record: SubjectId,
        evidence: &Evidence,
    ) -> anyhow::Result<()> {
        let hash = evidence.hash;
        let state = match self.states.get(&hash) {
            Some(state) => *state,
            None => {
                let state = self.bring(hash).await?;
                self.states.insert(hash, state);
                self.receipts_of(hash).await?;
                state
            }
        };
        self.evidence.json(&EvidenceLine {
            hash,
            journal: Some(journal),
            length: evidence.length,
            record,
            seq,
            state,
        })
    }

    /// Copies a piece into the folder; where its bytes are.
    async fn bring(&mut self, hash: EvidenceHash) -> anyhow::Result<EvidenceState> {
        let object = self.court.evidence().read(hash).await?;
        let state = match object {
            None => self.why_absent(hash).await?,
            Some(object) => {
                let mut file = self.folder.lines(&evidence_file(&hash))?;
                let mut bytes = object.bytes;
                while let Some(chunk) = bytes.next().await {
                    file.bytes(&chunk?)?;
                }
                if file.sha256() == *hash.as_bytes() {
                    self.folder.close(file)?;
                    self.counts.evidence += 1;
                    return Ok(EvidenceState::Here);
                }
                self.folder.discard(file)?;
                EvidenceState::Damaged
            }
        };
        self.counts.lacking.push(Lacking { hash, state });
        Ok(state)
    }

    async fn why_absent(&self, hash: EvidenceHash) -> anyhow::Result<EvidenceState> {
        let db = self.court.db();
        if db.is_erased(hash).await? {
            return Ok(EvidenceState::Erased);
        }
        Ok(match db.evidence_kept(&hash.to_string()).await? {
            Some(_) => EvidenceState::Missing,
            None => EvidenceState::Undelivered,
        })
    }

    /// Writes the receipts of those who delivered a piece: journals of the export, or such as follow
    /// them. That the same bytes were delivered elsewhere is nobody's business here.
    async fn receipts_of(&mut self, hash: EvidenceHash) -> anyhow::Result<()> {
        for receipt in self.court.db().custody_on(hash).await? {
            if self.concerns(&receipt).await? {
                self.positions.insert(receipt.body.position.number);
                self.companions.insert(receipt.body.journal);
                let line = ReceiptLine::Evidence(std::borrow::Cow::Borrowed(&receipt));
                self.receipts.json(&line)?;
            }
        }
        Ok(())
    }

    async fn concerns(&self, receipt: &Signed<EvidenceReceipt>) -> anyhow::Result<bool> {
        let db = self.court.db();
        let Some(journal) = db.journal(receipt.body.journal).await? else {
            return Ok(false);
        };
        let line = db.journal_line(&journal).await?;
        Ok(line.iter().any(|id| self.about.contains(id)))
    }
}
