//! How the phone's head compares with the server's: a decision without I/O.

use waiqin_protocol::ids::Link;
use waiqin_protocol::journal::Head;
use waiqin_protocol::wire::sync::{Heads, SyncHead};

/// What the server knows about the places that the phone names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    /// The server's head of the journal.
    pub head: Head,
    /// The server's link at the phone's `from`.
    pub at_from: Option<Link>,
    /// The server's link at the end of the phone's journal.
    pub at_end: Option<Link>,
    /// The position of the phone's newest receipt is in the server's log.
    pub position: bool,
}

/// The comparison before pieces were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) struct Compared {
    /// How the heads compare.
    pub heads: Heads,
    /// The phone's `from` lies on the server's chain.
    pub linked: bool,
}

impl Compared {
    /// The comparison after pieces were read: what they showed is newer, but a server that was
    /// rolled back remains one.
    pub fn then(self, found: Option<Heads>) -> Heads {
        match (self.heads, found) {
            (Heads::ServerRolledBack, _) => Heads::ServerRolledBack,
            (_, Some(found)) => found,
            (heads, None) => heads,
        }
    }
}

/// Where the phone's journal ends, by its own word: the checkpoint, or `from` when nothing is new.
pub(super) fn end_of(head: &SyncHead) -> Head {
    head.checkpoint.as_ref().map_or(head.from, |signed| Head {
        link: signed.body.link,
        seq: signed.body.seq,
    })
}

/// Compares the heads.
pub(super) fn compare(head: &SyncHead, known: &Known) -> Compared {
    let linked = known.at_from == Some(head.from.link);
    Compared {
        heads: heads(head, known, linked),
        linked,
    }
}

fn heads(head: &SyncHead, known: &Known, linked: bool) -> Heads {
    if !known.position {
        return Heads::ServerRolledBack;
    }
    if head.from.seq > known.head.seq {
        return Heads::ServerBehind;
    }
    if !linked {
        return Heads::Fork;
    }
    let end = end_of(head);
    if end.seq > known.head.seq {
        // The pieces that follow will show whether they continue the server's head.
        return Heads::Same;
    }
    if known.at_end != Some(end.link) {
        return Heads::Fork;
    }
    // Enrolment itself brought entry 1: a phone that has no receipt for it yet was not restored.
    let ahead = end.seq < known.head.seq && known.head.seq > 1;
    if ahead {
        Heads::ServerAhead
    } else {
        Heads::Same
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waiqin_protocol::ids::{JournalId, ServerId};
    use waiqin_protocol::journal::{Checkpoint, Signed};
    use waiqin_protocol::suite::Ed25519Signer;

    fn link(branch: u8, seq: u64) -> Link {
        if seq == 0 {
            return Link::ZERO;
        }
        let mut bytes = [branch; 32];
        bytes[..8].copy_from_slice(&seq.to_be_bytes());
        Link::from_bytes(bytes)
    }

    fn at(branch: u8, seq: u64) -> Head {
        Head {
            link: link(branch, seq),
            seq,
        }
    }

    /// The server has branch 1 up to `server`; the phone says `from` and `end`.
    fn compared(server: u64, from: Head, end: Option<Head>, position: bool) -> Heads {
        let journal = JournalId::from_bytes([1; 16]);
        let signer = Ed25519Signer::from_secret(&[1; 32]);
        let checkpoint = end.map(|end| {
            let body = Checkpoint {
                beacon: None,
                journal,
                link: end.link,
                seq: end.seq,
                server: ServerId::from_bytes([9; 16]),
            };
            Signed::sign(body, &signer).unwrap()
        });
        let head = SyncHead {
            beacon: false,
            checkpoint,
            compare: None,
            cursor: None,
            from,
            journal,
            limits: 1,
            position: None,
        };
        let known_at = |seq: u64| (seq <= server).then(|| link(1, seq));
        let known = Known {
            head: at(1, server),
            at_from: known_at(from.seq),
            at_end: known_at(end_of(&head).seq),
            position,
        };
        compare(&head, &known).heads
    }

    #[test]
    fn every_way_in_which_two_heads_can_stand() {
        for (name, server, from, end, expected) in [
            ("nothing new", 20, at(1, 20), None, Heads::Same),
            ("new entries", 20, at(1, 20), Some(at(1, 25)), Heads::Same),
            (
                "the answer was lost",
                20,
                at(1, 10),
                Some(at(1, 20)),
                Heads::Same,
            ),
            (
                "lost, and more since",
                20,
                at(1, 10),
                Some(at(1, 30)),
                Heads::Same,
            ),
            (
                "restored, nothing since",
                20,
                at(1, 10),
                None,
                Heads::ServerAhead,
            ),
            (
                "restored, less than known",
                20,
                at(1, 10),
                Some(at(1, 15)),
                Heads::ServerAhead,
            ),
            (
                "restored and used on",
                20,
                at(1, 10),
                Some(at(2, 15)),
                Heads::Fork,
            ),
            (
                "the same length, other end",
                20,
                at(1, 10),
                Some(at(2, 20)),
                Heads::Fork,
            ),
            (
                "another beginning",
                20,
                at(2, 10),
                Some(at(2, 30)),
                Heads::Fork,
            ),
            (
                "receipts beyond the server",
                20,
                at(1, 30),
                Some(at(1, 40)),
                Heads::ServerBehind,
            ),
            ("just enrolled", 1, at(1, 0), None, Heads::Same),
            (
                "just enrolled, sends all",
                1,
                at(1, 0),
                Some(at(1, 1)),
                Heads::Same,
            ),
        ] {
            assert_eq!(compared(server, from, end, true), expected, "{name}");
            assert_eq!(
                compared(server, from, end, false),
                Heads::ServerRolledBack,
                "{name}, with a receipt that the server does not know"
            );
        }
    }
}
