//! One run: what is known and what is under way between *wanted* and *finish*.

use super::event::{Asked, Custody, Failure, Stock, Synced};
use crate::ids::EvidenceHash;
use crate::journal::Head;
use crate::wire::evidence::STATUS_HASHES_MAX;
use crate::wire::problem::Problem;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Requests of one run that a comparison asks for; the next run goes on with it.
const COMPARES_MAX: u32 = 64;
/// Receipts are asked for when so many uploads have none, so that a long run shows what it did.
const RECEIPTS_EVERY: usize = 16;

/// The conversation about the journal: one call at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// Looking what is there.
    Stock,
    Hello,
    Session,
    Certify,
    Sync {
        push: bool,
    },
}

#[derive(Debug)]
pub(super) struct Run {
    pub asked: Asked,
    pub stock: Stock,
    pub call: Option<Call>,
    /// A challenge that came with a 401 or `hello`.
    pub challenge: Option<String>,
    /// The last 401.
    pub last_unauthorised: Option<Failure>,
    /// Sign-ins since something succeeded.
    pub sign_ins: u32,
    /// Number of the token in use.
    pub token_number: u32,
    /// A sync is to be made.
    pub sync_wanted: bool,
    /// A new journal was begun in this run: a second one in it would answer no fork.
    pub begun: bool,
    /// The new journal is to be certified.
    pub certify: bool,
    /// Where the server's head is, when it is to be sent to again.
    pub from: Option<Head>,
    pub resends: u32,
    /// Requests that a comparison asked for.
    pub compared: u32,
    /// Number of the newest entry that needs no further sending in this run.
    pub sent: u64,
    /// A refused push: without entries the sync is tried again before they are blamed.
    pub suspect: Option<Problem>,
    /// The push failed in a way that may be the line's fault: the rest goes on.
    pub doubt: Option<Failure>,
    pub evidence: Evidence,
    /// Uploads that failed one after another.
    pub misses: u32,
    /// The line failed: nothing new begins.
    pub ending: Option<Failure>,
    /// The court refused something that no item is to blame for.
    pub refused: Option<Problem>,
    /// Something waits, was set aside, or was an incident.
    pub flawed: bool,
}

impl Run {
    /// Whether another sync is due because what was compared differs.
    pub fn compares_on(&mut self, synced: &Synced) -> bool {
        let on = synced.compares && !synced.more && self.compared < COMPARES_MAX;
        self.compared += u32::from(on);
        on
    }

    pub fn new(asked: Asked) -> Self {
        Self {
            asked,
            stock: Stock::default(),
            call: None,
            challenge: None,
            last_unauthorised: None,
            sign_ins: 0,
            token_number: 0,
            sync_wanted: false,
            begun: false,
            certify: false,
            from: None,
            resends: 0,
            compared: 0,
            sent: 0,
            suspect: None,
            doubt: None,
            evidence: Evidence::default(),
            misses: 0,
            ending: None,
            refused: None,
            flawed: false,
        }
    }

    /// What is delivered is another journal from now on: it is looked at anew. Photos go on as they
    /// were.
    pub fn begin_again(&mut self) {
        self.stock = Stock::default();
        self.from = None;
        self.sent = 0;
        self.call = Some(Call::Stock);
    }

    /// The token is over; the 401 may bring the next challenge.
    pub fn unauthorised(&mut self, failure: Failure) {
        self.challenge = failure.challenge().map(str::to_owned);
        self.last_unauthorised = Some(failure);
    }

    /// Nothing is under way.
    pub fn is_quiet(&self) -> bool {
        self.call.is_none() && self.evidence.flying.is_empty() && self.evidence.asking.is_none()
    }
}

/// Evidence of a run. Each piece is in one place at a time.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    /// Every piece that this run has looked at.
    pub known: BTreeSet<EvidenceHash>,
    /// Custody is to be asked.
    pub ask: VecDeque<EvidenceHash>,
    /// To be uploaded.
    pub queue: VecDeque<EvidenceHash>,
    /// Being uploaded, with the number of the token.
    pub flying: BTreeMap<EvidenceHash, u32>,
    /// Uploaded; the receipt is to be asked for.
    pub landed: Vec<EvidenceHash>,
    /// Being asked about.
    pub asking: Option<Vec<EvidenceHash>>,
    /// Uploaded once in this run.
    pub uploaded: BTreeSet<EvidenceHash>,
    /// Put back once because the token was over.
    pub put_back: BTreeSet<EvidenceHash>,
}

impl Evidence {
    /// The pieces whose custody is asked next, if it is time to ask.
    pub fn next_to_ask(&mut self) -> Option<Vec<EvidenceHash>> {
        if self.asking.is_some() {
            return None;
        }
        let idle = self.flying.is_empty() && self.queue.is_empty() && self.ask.is_empty();
        let receipts = self.landed.len() >= RECEIPTS_EVERY || (idle && !self.landed.is_empty());
        let hashes: Vec<EvidenceHash> = if !self.ask.is_empty() {
            self.ask
                .drain(..self.ask.len().min(STATUS_HASHES_MAX))
                .collect()
        } else if receipts {
            self.landed
                .drain(..self.landed.len().min(STATUS_HASHES_MAX))
                .collect()
        } else {
            return None;
        };
        self.asking = Some(hashes.clone());
        Some(hashes)
    }

    /// Puts a question back that was not answered.
    pub fn ask_again(&mut self) {
        for hash in self.asking.take().into_iter().flatten() {
            if self.uploaded.contains(&hash) {
                self.landed.push(hash);
            } else {
                self.ask.push_back(hash);
            }
        }
    }

    /// What the answer means for each piece asked about; those it leaves out are unknown.
    pub fn answered(&mut self, answer: &[(EvidenceHash, Custody)]) -> Vec<(EvidenceHash, Custody)> {
        let answer: BTreeMap<_, _> = answer.iter().copied().collect();
        let asked = self.asking.take().unwrap_or_default();
        asked
            .into_iter()
            .map(|hash| (hash, answer.get(&hash).copied().unwrap_or(Custody::Unknown)))
            .collect()
    }
}
