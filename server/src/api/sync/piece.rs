//! A piece: entries as they came, and the checkpoint that closes them.

use crate::api::problem::Refusal;
use crate::court::Court;
use crate::db::Caller;
use waiqin_protocol::ids::{EntryHash, Link};
use waiqin_protocol::journal::{Chain, Checkpoint, Head, Signed};
use waiqin_protocol::wire::hello::Limits;

/// An entry as it came, in its place in the chain.
#[derive(Clone, Debug)]
pub(super) struct Arrived {
    /// SHA-256 of the bytes.
    pub hash: EntryHash,
    /// Link after it.
    pub link: Link,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Entries that follow a head.
pub(super) struct Piece {
    /// Where they begin.
    pub start: Head,
    /// The entries; the first has number `start.seq + 1`.
    pub entries: Vec<Arrived>,
    chain: Chain,
    bytes: u64,
}

impl Piece {
    /// An empty piece after a head.
    pub fn after(start: Head) -> Self {
        Self {
            start,
            entries: Vec::new(),
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
        if self.entries.len() as u64 >= limits.piece_entries_max {
            return Err(Refusal::PieceTooLarge {
                max: limits.piece_entries_max,
            });
        }
        let hash = self.chain.push(&bytes);
        self.entries.push(Arrived {
            hash,
            link: self.chain.head().link,
            bytes,
        });
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
