//! What happened, and what is to be done.

use crate::ids::EvidenceHash;
use crate::journal::{Head, JournalCause};
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::sync::Heads;
use std::fmt;

/// When something happened, with randomness that nobody else used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Monotonic time that counts sleep, ms.
    pub now_ms: i64,
    /// Fresh random bits.
    pub roll: u64,
}

impl Moment {
    /// A random number from 0 to `most`.
    pub(super) fn below(self, most: i64) -> i64 {
        let most = u64::try_from(most.max(0)).unwrap_or_default();
        i64::try_from(self.roll % (most + 1)).unwrap_or_default()
    }
}

/// Who asks for a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A person: everything that waits is tried now.
    Person,
    /// A timer: what waits keeps waiting.
    Timer,
}

/// Something happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// A sync is wanted.
    Wanted(Asked),
    /// Something was saved: it should not wait for the regular time.
    Saved,
    /// What is to be delivered.
    Stock(Result<Stock, Failure>),
    /// The server introduced itself and gave a challenge.
    Hello(Result<String, Failure>),
    /// The answer to the challenge brought a token.
    Session(Result<Token, Failure>),
    /// A sync was answered.
    Synced(Result<Synced, Failure>),
    /// Custody of evidence, as asked; receipts are kept already.
    Status(Result<Vec<(EvidenceHash, Custody)>, Failure>),
    /// The court certified the new journal, and the certificate is kept.
    Certified(Result<(), Failure>),
    /// An upload ended.
    Uploaded(EvidenceHash, Result<(), Failure>),
    /// Parking or recording failed on this phone.
    LocalFailed,
}

/// A token; never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(pub String);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// What is to be delivered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stock {
    /// The network may be used.
    pub online: bool,
    /// Number of the newest durable entry.
    pub head: u64,
    /// Number of the newest entry with a receipt.
    pub received: u64,
    /// A new journal was begun that the court has not certified; this is the one before it, of which
    /// nothing more is written.
    pub uncertified: bool,
    /// The journal follows another, which a court that was restored may know when it lacks this one.
    pub follows: bool,
    /// The journal is parked from this number on.
    pub parked_from: Option<u64>,
    /// Evidence without a receipt, in order of delivery, parked pieces left out.
    pub unsent: Vec<EvidenceHash>,
    /// A token that was kept when the program ran before; it may be over.
    pub token: Option<Token>,
}

impl Stock {
    /// Number of the newest entry that may be sent.
    pub(super) fn last(&self) -> u64 {
        match self.parked_from {
            Some(from) => self.head.min(from.saturating_sub(1)),
            None => self.head,
        }
    }
}

/// What a sync brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Synced {
    /// How the heads compare, checked against the own chain; `None` when nothing was said.
    pub heads: Option<(Heads, Head)>,
    /// Number of the newest entry with a receipt, now.
    pub received: u64,
    /// The newest entry that was sent, or where pieces would have begun.
    pub sent: Head,
    /// An entry before the end of the journal does not read: what follows it cannot be sent.
    pub lost: Option<u64>,
    /// Pages applied.
    pub pages: u64,
    /// More pages wait.
    pub more: bool,
    /// What was compared differs: there is something to ask for.
    pub compares: bool,
}

/// How far the server says a piece of evidence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Custody {
    /// Not there.
    Unknown,
    /// There, but no acknowledged entry names it yet.
    Unnamed,
    /// There, and the receipt is held.
    Receipted,
}

/// Why a call did not do what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The switch 断网 is off.
    Offline,
    /// Nothing answered.
    Unreachable,
    /// Something answered that is not the court: a portal, another key, words that are not ours.
    NotOurs,
    /// The line stalled, broke, or the answer was cut.
    Cut,
    /// The court refused.
    Problem {
        /// Its words.
        problem: Problem,
        /// When it may be asked again.
        retry_after_ms: Option<i64>,
    },
    /// The bytes of a piece of evidence are not on this phone.
    Missing,
    /// The bytes of a piece of evidence do not read any more, or are not those of its hash.
    Damaged,
    /// Something on this phone failed.
    Phone,
}

impl Failure {
    /// The court's words.
    pub(super) fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Problem { problem, .. } => Some(problem),
            Self::Offline
            | Self::Unreachable
            | Self::NotOurs
            | Self::Cut
            | Self::Missing
            | Self::Damaged
            | Self::Phone => None,
        }
    }

    /// The token is over.
    pub(super) fn is_unauthorised(&self) -> bool {
        self.problem()
            .is_some_and(|problem| problem.code == ProblemCode::Unauthorised)
    }

    /// The challenge of a 401.
    pub(super) fn challenge(&self) -> Option<&str> {
        self.problem()?.challenge.as_deref()
    }

    /// The court's words, when the same request can never succeed.
    pub(super) fn permanent(&self) -> Option<&Problem> {
        self.problem().filter(|problem| !problem.code.retry())
    }

    pub(super) fn retry_after_ms(&self) -> Option<i64> {
        match self {
            Self::Problem { retry_after_ms, .. } => *retry_after_ms,
            Self::Offline
            | Self::Unreachable
            | Self::NotOurs
            | Self::Cut
            | Self::Missing
            | Self::Damaged
            | Self::Phone => None,
        }
    }

    pub(super) fn outcome(&self) -> Outcome {
        match self {
            Self::Offline => Outcome::Offline,
            Self::Unreachable => Outcome::Unreachable,
            Self::NotOurs => Outcome::NotOurs,
            Self::Cut => Outcome::Cut,
            Self::Problem { .. } if self.is_unauthorised() || self.permanent().is_some() => {
                Outcome::Refused
            }
            Self::Problem { .. } => Outcome::Busy,
            Self::Missing | Self::Damaged | Self::Phone => Outcome::Phone,
        }
    }
}

/// Something to do. Park, incident, new journal and finish are done in their order; the others may be done beside
/// one another, and each brings one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Look what is to be delivered.
    TakeStock,
    /// `GET hello`; check that it is the pinned server.
    Hello,
    /// `POST session`: answer the challenge.
    Session {
        /// The challenge.
        challenge: String,
    },
    /// `POST sync`.
    Sync {
        /// For the request.
        token: Token,
        /// What to send.
        ask: SyncAsk,
    },
    /// Begin a new journal that follows the one delivered now.
    NewJournal(JournalCause),
    /// The court does not know the journal that is delivered: deliver the one that it follows.
    JournalUnknown,
    /// `POST journal`: have the new journal certified.
    Certify {
        /// Of the journal before it.
        token: Token,
    },
    /// `POST evidence/status`.
    Status {
        /// For the request.
        token: Token,
        /// Which.
        hashes: Vec<EvidenceHash>,
    },
    /// Upload a piece of evidence.
    Upload {
        /// For the requests.
        token: Token,
        /// Which.
        hash: EvidenceHash,
    },
    /// Set something aside, so that the rest goes on.
    Park {
        /// What.
        item: Item,
        /// Why.
        reason: Reason,
    },
    /// Record that something went wrong.
    Incident(Seen),
    /// The run is over.
    Finish(Report),
}

/// What a sync sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyncAsk {
    /// Where the pieces continue; `None`: after the newest receipt held. Given when the server was
    /// rolled back or has less: then no position is sent either.
    pub from: Option<Head>,
    /// Send the entries, not only where the phone stands.
    pub push: bool,
}

/// What can be set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// A piece of evidence.
    Evidence(EvidenceHash),
    /// The journal from this number on.
    Journal(u64),
}

/// Why something is set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The court refused it.
    Court(Problem),
    /// The bytes are not on this phone.
    Missing,
    /// The bytes do not read any more, or are not those of the hash.
    Damaged,
    /// An entry does not read any more; those after it cannot be sent in this journal.
    Lost,
}

/// What went wrong and should be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The server has more of the journal than this phone.
    ServerAhead(Head),
    /// One number with two links.
    Fork(Head),
    /// The server does not know a receipt that it signed.
    ServerRolledBack,
    /// The journal is revoked.
    Revoked,
    /// The bytes of a piece of evidence do not read any more.
    EvidenceDamaged(EvidenceHash),
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// In one word.
    pub outcome: Outcome,
    /// When the next try is due, monotonic ms; `None`: when the switch is on again.
    pub next_try_ms: Option<i64>,
    /// The court's words, when it refused or asked to come later.
    pub problem: Option<Problem>,
}

/// How a run ended, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything that could be delivered is.
    Done,
    /// Something is parked, waits or was an incident; the rest is delivered.
    DoneWithIncidents,
    /// The switch 断网 is off.
    Offline,
    /// Nothing answered.
    Unreachable,
    /// Something answered that is not the court.
    NotOurs,
    /// The line stalled or the answer was cut.
    Cut,
    /// The court asked to come later.
    Busy,
    /// The court refused this journal.
    Refused,
    /// Something on this phone failed.
    Phone,
}
