//! What the machine decided, in the words of the session.

use super::error::{CallError, local_problem};
use super::holdings::HoldingsError;
use crate::session::{IncidentKind, LastOutcome, Parked, ParkedItem};
use std::error::Error;
use waiqin_protocol::journal::LogPosition;
use waiqin_protocol::sync::{Item, Outcome, Reason, Seen};
use waiqin_protocol::wire::problem::ProblemCode;

/// What the caller of a sync is told of a failure on this phone.
pub(super) fn of_phone(error: CallError) -> HoldingsError {
    let source: Box<dyn Error + Send + Sync> = match error {
        CallError::Phone(source) => match source.downcast::<HoldingsError>() {
            Ok(error) => return *error,
            Err(source) => source,
        },
        error @ (CallError::Offline
        | CallError::Address
        | CallError::Unreachable(_)
        | CallError::WrongKey
        | CallError::NotOurs { .. }
        | CallError::Stalled(_)
        | CallError::Cut(_)
        | CallError::Gateway { .. }
        | CallError::Refused { .. }
        | CallError::Missing
        | CallError::Damaged) => Box::new(error),
    };
    HoldingsError::Failed {
        doing: "sync",
        source,
    }
}

/// How a run ended, for the truth line.
pub(super) fn outcome(outcome: Outcome) -> LastOutcome {
    match outcome {
        Outcome::Done => LastOutcome::Done,
        Outcome::DoneWithIncidents => LastOutcome::DoneWithIncidents,
        Outcome::Offline => LastOutcome::Offline,
        Outcome::Unreachable => LastOutcome::Unreachable,
        Outcome::NotOurs => LastOutcome::NotOurs,
        Outcome::Cut => LastOutcome::Cut,
        Outcome::Busy => LastOutcome::Busy,
        Outcome::Refused => LastOutcome::Refused,
        Outcome::Phone => LastOutcome::Phone,
    }
}

/// What was set aside, with the court's words or this phone's.
pub(super) fn parked(item: Item, reason: Reason, at_ms: i64) -> Parked {
    let problem = match reason {
        Reason::Court(problem) => problem,
        Reason::Missing => local_problem(ProblemCode::NotFound, |words| words.missing),
        Reason::Damaged => local_problem(ProblemCode::HashMismatch, |words| words.damaged),
        Reason::Lost => local_problem(ProblemCode::NotFound, |words| words.lost),
    };
    let item = match item {
        Item::Evidence(hash) => ParkedItem::Evidence(hash),
        Item::Journal(from) => ParkedItem::Journal(from),
    };
    Parked {
        item,
        code: problem.code,
        zh: problem.zh,
        en: problem.en,
        at_ms,
    }
}

/// What went wrong; `phone` is this journal's length, `held` the position that the sync named.
pub(super) fn incident(seen: Seen, phone: u64, held: Option<LogPosition>) -> IncidentKind {
    match seen {
        Seen::ServerAhead(server) => IncidentKind::ServerAhead {
            server: server.seq,
            phone,
        },
        Seen::Fork(server) => IncidentKind::Fork {
            server: server.seq,
            link: server.link,
        },
        Seen::ServerRolledBack => IncidentKind::ServerRolledBack {
            held: held.unwrap_or(LogPosition::START),
        },
        Seen::Revoked => IncidentKind::Revoked,
        Seen::EvidenceDamaged(hash) => IncidentKind::EvidenceDamaged { hash },
    }
}
