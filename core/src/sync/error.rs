//! Why a call to the court did not do what it should.

use super::holdings::HoldingsError;
use super::words::Words;
use std::error::Error;
use std::time::Duration;
use waiqin_protocol::sync::Failure;
use waiqin_protocol::wire::problem::{Problem, ProblemCode};

/// A call to the court failed; nothing that was not acknowledged is taken for delivered.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The switch 断网 is off.
    #[error("the network is switched off")]
    Offline,
    /// The address is neither https with a pinned key nor on this machine.
    #[error("the court's address is neither https with a pinned key nor on this machine")]
    Address,
    /// Nothing answered.
    #[error("reach the server")]
    Unreachable(#[source] reqwest::Error),
    /// The server at this address has another TLS key than the one that was pinned.
    #[error("the server at this address has another key than the one that was pinned")]
    WrongKey,
    /// What answers is not the court: a portal of the network, another server.
    #[error("what answers is not the court: {found}")]
    NotOurs {
        /// What was found, without its content.
        found: String,
    },
    /// Nothing moved on the line.
    #[error("nothing moved on the line for {0:?}")]
    Stalled(Duration),
    /// The connection broke, or the answer ended before its end.
    #[error("the connection broke")]
    Cut(#[source] Option<reqwest::Error>),
    /// A gateway before the court cannot reach it now.
    #[error("a gateway before the court answers with status {status}")]
    Gateway {
        /// HTTP status.
        status: u16,
        /// When it may be asked again, ms from now.
        retry_after_ms: Option<i64>,
    },
    /// The court refused.
    #[error("the court refused: {}", .problem.en)]
    Refused {
        /// Its words.
        problem: Box<Problem>,
        /// When it may be asked again, ms from now.
        retry_after_ms: Option<i64>,
    },
    /// The bytes of a piece of evidence are not on this phone.
    #[error("the evidence is not on this phone")]
    Missing,
    /// The bytes of a piece of evidence do not read any more, or are not those of its hash.
    #[error("the evidence does not read any more")]
    Damaged,
    /// Something on this phone failed.
    #[error("on this phone")]
    Phone(#[source] Box<dyn Error + Send + Sync>),
}

impl From<HoldingsError> for CallError {
    fn from(error: HoldingsError) -> Self {
        Self::Phone(Box::new(error))
    }
}

impl CallError {
    /// An answer that is not the court's.
    pub(super) fn not_ours(found: impl Into<String>) -> Self {
        Self::NotOurs {
            found: found.into(),
        }
    }

    /// What the machine is told.
    pub(super) fn failure(&self) -> Failure {
        match self {
            Self::Offline => Failure::Offline,
            Self::Unreachable(_) => Failure::Unreachable,
            Self::Address | Self::WrongKey | Self::NotOurs { .. } => Failure::NotOurs,
            Self::Stalled(_) | Self::Cut(_) => Failure::Cut,
            Self::Gateway { retry_after_ms, .. } => Failure::Problem {
                problem: local_problem(ProblemCode::Busy, |words| words.gateway),
                retry_after_ms: *retry_after_ms,
            },
            Self::Refused {
                problem,
                retry_after_ms,
            } => Failure::Problem {
                problem: (**problem).clone(),
                retry_after_ms: *retry_after_ms,
            },
            Self::Missing => Failure::Missing,
            Self::Damaged => Failure::Damaged,
            Self::Phone(_) => Failure::Phone,
        }
    }

    /// The code of a refusal.
    pub(super) fn code(&self) -> Option<ProblemCode> {
        match self {
            Self::Refused { problem, .. } => Some(problem.code),
            Self::Offline
            | Self::Address
            | Self::Unreachable(_)
            | Self::WrongKey
            | Self::NotOurs { .. }
            | Self::Stalled(_)
            | Self::Cut(_)
            | Self::Gateway { .. }
            | Self::Missing
            | Self::Damaged
            | Self::Phone(_) => None,
        }
    }
}

/// A problem in the words of this phone, where the court could not use its own.
pub(super) fn local_problem(code: ProblemCode, sentence: fn(&Words) -> &'static str) -> Problem {
    Problem {
        code,
        zh: sentence(&Words::ZH).to_owned(),
        en: sentence(&Words::EN).to_owned(),
        challenge: None,
    }
}
