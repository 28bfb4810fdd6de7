//! The chain over the bytes of a journal. Links stand beside the bytes, not in them: no hash
//! travels per entry, a package can show other cases as bare hashes, and pruned bytes leave a
//! chain that still checks.

use crate::ids::{EntryHash, Link};
use crate::suite::sha256;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// hash = SHA-256(bytes).
#[must_use]
pub fn entry_hash(bytes: &[u8]) -> EntryHash {
    EntryHash::from_bytes(sha256(bytes))
}

/// link = SHA-256(0x01 ‖ link before ‖ hash).
#[must_use]
pub fn next_link(before: &Link, hash: &EntryHash) -> Link {
    log_link(before, hash.as_bytes())
}

/// The same rule for a row of the server's log, whose hash is over the row's body.
#[must_use]
pub fn log_link(before: &Link, hash: &[u8; 32]) -> Link {
    let mut digest = Sha256::new();
    digest.update([0x01]);
    digest.update(before.as_bytes());
    digest.update(hash);
    Link::from_bytes(digest.finalize().into())
}

/// The end of a journal: how many entries it has, and the link over all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Link after the newest entry.
    pub link: Link,
    /// Number of the newest entry; 0 when there is none.
    pub seq: u64,
}

impl Head {
    /// Before the first entry.
    pub const START: Self = Self {
        link: Link::ZERO,
        seq: 0,
    };
}

/// A chain being followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain {
    head: Head,
}

impl Chain {
    /// A chain that continues after a head.
    #[must_use]
    pub const fn after(head: Head) -> Self {
        Self { head }
    }

    /// Where it stands.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }

    /// Adds an entry's bytes and returns its hash.
    pub fn push(&mut self, bytes: &[u8]) -> EntryHash {
        let hash = entry_hash(bytes);
        self.push_hash(&hash);
        hash
    }

    /// Adds an entry of which only the hash is left (pruned, or another case's).
    pub fn push_hash(&mut self, hash: &EntryHash) {
        self.head = Head {
            link: next_link(&self.head.link, hash),
            seq: self.head.seq + 1,
        };
    }
}

impl Default for Chain {
    fn default() -> Self {
        Self::after(Head::START)
    }
}
