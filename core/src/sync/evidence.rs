//! `POST evidence/status`: custody of evidence, with receipts. Uploads stand in `upload.rs`.

use super::conversation::Conversation;
use super::error::CallError;
use super::holdings::Unsent;
use reqwest::Method;
use std::collections::BTreeMap;
use waiqin_protocol::ids::EvidenceHash;
use waiqin_protocol::journal::{EvidenceReceipt, Signed};
use waiqin_protocol::sync::{Custody, Token};
use waiqin_protocol::wire::evidence::{EvidenceState, StatusAnswer, StatusRequest};

/// Longest answer to status: a thousand receipts of well under a kilobyte.
const STATUS_BYTES_MAX: usize = 4 << 20;

impl Conversation {
    /// Asks for the custody of pieces and keeps the receipts that come. The count says how many
    /// receipts were new.
    pub async fn status(
        &self,
        token: &Token,
        asked: Vec<Unsent>,
    ) -> Result<(Vec<(EvidenceHash, Custody)>, usize), CallError> {
        let request = self
            .line
            .request(Method::POST, "evidence/status", Some(token));
        let hashes = asked.iter().map(|unsent| unsent.hash).collect();
        let request = request.json(&StatusRequest { hashes });
        let answer: StatusAnswer = self.line.message(request, STATUS_BYTES_MAX).await?;
        let lengths: BTreeMap<EvidenceHash, u64> = asked
            .iter()
            .map(|unsent| (unsent.hash, unsent.length))
            .collect();
        let mut receipts = Vec::new();
        let mut custody = Vec::new();
        for item in answer.items {
            let Some(length) = lengths.get(&item.hash) else {
                return Err(CallError::not_ours("the state of evidence not asked about"));
            };
            let state = match (item.state, item.receipt) {
                (EvidenceState::Received | EvidenceState::Verified, Some(receipt)) => {
                    self.check_evidence(&receipt, item.hash, *length).await?;
                    receipts.push(receipt);
                    Custody::Receipted
                }
                // Without a receipt nothing is delivered, whatever the word.
                (EvidenceState::Received | EvidenceState::Verified, None)
                | (EvidenceState::Unnamed, _) => Custody::Unnamed,
                (EvidenceState::Unknown, _) => Custody::Unknown,
            };
            custody.push((item.hash, state));
        }
        let new = match receipts.is_empty() {
            true => 0,
            false => {
                self.held(move |holdings| holdings.keep_evidence_receipts(receipts))
                    .await?
            }
        };
        Ok((custody, new))
    }

    /// The receipt may be for an older journal of this phone: the answer that brought it then was
    /// lost.
    async fn check_evidence(
        &self,
        receipt: &Signed<EvidenceReceipt>,
        hash: EvidenceHash,
        length: u64,
    ) -> Result<(), CallError> {
        let pinned = self.holdings.pinned();
        let body = &receipt.body;
        let journal = body.journal;
        let own = self.held(move |holdings| holdings.is_own(journal)).await?;
        if body.server != pinned.server || !own {
            return Err(CallError::not_ours("a receipt for another journal"));
        }
        if body.hash != hash || body.length != length {
            return Err(CallError::not_ours("a receipt for other evidence"));
        }
        receipt
            .verify(&pinned.key)
            .map_err(|_| CallError::not_ours("a receipt that the pinned key did not sign"))
    }
}
