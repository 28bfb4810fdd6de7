//! A piece: entries as they came, gaps where they are lost, and the checkpoint that closes them.

use crate::api::problem::Refusal;
use crate::court::Court;
use crate::db::Caller;
use waiqin_protocol::ids::{EntryHash, Link};
use waiqin_protocol::journal::{Chain, Checkpoint, Head, Signed};
use waiqin_protocol::wire::hello::Limits;
use waiqin_protocol::wire::sync::Gap;

/// An entry as it came, in its place in the chain.
#[derive(Clone, Debug)]
pub(in crate::api) struct Arrived {
    /// Its number.
    pub seq: u64,
    /// SHA-256 of the bytes.
    pub hash: EntryHash,
    /// Link after it.
    pub link: Link,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Entries that follow a head.
pub(in crate::api) struct Piece {
    /// Where they begin.
    pub start: Head,
    /// The entries, in order of their numbers.
    pub entries: Vec<Arrived>,
    /// Where numbers are left out: the phone cannot read these any more.
    pub gaps: Vec<Gap>,
    /// What closes it, once it came.
    pub checkpoint: Option<Box<Signed<Checkpoint>>>,
    chain: Chain,
    bytes: u64,
}

impl Piece {
    /// An empty piece after a head.
    pub fn after(start: Head) -> Self {
        Self {
            start,
            entries: Vec::new(),
            gaps: Vec::new(),
            checkpoint: None,
            chain: Chain::after(start),
            bytes: 0,
        }
    }

    /// Adds an entry's bytes, whatever they are: the chain covers bytes, verdicts judge meaning.
    pub fn push(&mut self, bytes: Vec<u8>, limits: &Limits) -> Result<(), Refusal> {
        self.bytes += bytes.len() as u64 + 1;
        if self.bytes > limits.piece_bytes_max {
            return Err(Refusal::PieceTooLarge {
                max: limits.piece_bytes_max,
            });
        }
        self.count(limits)?;
        let hash = self.chain.push(&bytes);
        let Head { link, seq } = self.chain.head();
        self.entries.push(Arrived {
            seq,
            hash,
            link,
            bytes,
        });
        Ok(())
    }

    /// Leaves out entries that the phone cannot read any more: the chain goes on after them.
    pub fn leave_out(&mut self, gap: Gap, limits: &Limits) -> Result<(), Refusal> {
        self.count(limits)?;
        if !gap.follows(self.end().seq) {
            return Err(Refusal::Malformed);
        }
        self.chain = Chain::after(gap.end());
        self.gaps.push(gap);
        Ok(())
    }

    /// Whether nothing was put in yet.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.gaps.is_empty()
    }

    /// The piece's link after a number, as far as it tells one: not within a gap.
    pub fn link_after(&self, seq: u64) -> Option<Link> {
        if seq == self.start.seq {
            return Some(self.start.link);
        }
        let entry = self.entries.binary_search_by_key(&seq, |entry| entry.seq);
        let entry = entry.ok().and_then(|at| self.entries.get(at));
        let gap = || self.gaps.iter().find(|gap| gap.to == seq);
        entry
            .map(|entry| entry.link)
            .or_else(|| gap().map(|gap| gap.link))
    }

    fn count(&self, limits: &Limits) -> Result<(), Refusal> {
        let max = limits.piece_entries_max;
        if (self.entries.len() + self.gaps.len()) as u64 >= max {
            return Err(Refusal::PieceTooLarge { max });
        }
        Ok(())
    }

    /// Where it ends.
    pub fn end(&self) -> Head {
        self.chain.head()
    }

    /// Whether a checkpoint is about exactly these entries.
    pub fn is_closed_by(&self, checkpoint: &Checkpoint) -> bool {
        checkpoint.seq == self.end().seq && checkpoint.link == self.end().link
    }
}

/// Checks that a checkpoint is about the caller's journal and signed by its key.
pub(super) fn check(
    checkpoint: &Signed<Checkpoint>,
    court: &Court,
    caller: &Caller,
) -> Result<(), Refusal> {
    let body = &checkpoint.body;
    if body.journal != caller.journal.id || body.server != court.server_id() {
        return Err(Refusal::Signature);
    }
    checkpoint
        .verify(&caller.journal.key)
        .map_err(|_| Refusal::Signature)
}
