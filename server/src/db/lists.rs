//! Applying case lists, and taking them back. Both write a list version in one transaction: the
//! cases as they stand, what changed with the values before, and what phones must hear of.
//!
//! **Invariant.** A case is never deleted. What a list version changed can be restored from
//! `case_changes` of it and of every later version; restoring is a version too.

mod apply;
mod kept;
mod known;
mod rematch;
mod rollback;
mod version;

pub(super) use kept::kept_json;
pub(super) use known::newest_version;
pub use rollback::{Decision, RolledBack, RollingBack};

use waiqin_protocol::ids::OfficerId;

/// Who applies a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppliedBy {
    /// Somebody who is signed in.
    Person(OfficerId),
    /// Whoever may write the data folder.
    CommandLine,
}

impl From<OfficerId> for AppliedBy {
    fn from(id: OfficerId) -> Self {
        Self::Person(id)
    }
}

impl AppliedBy {
    fn person(self) -> Option<OfficerId> {
        match self {
            Self::Person(id) => Some(id),
            Self::CommandLine => None,
        }
    }

    /// As stored.
    fn stored(self) -> String {
        match self {
            Self::Person(id) => id.to_string(),
            Self::CommandLine => "command-line".to_owned(),
        }
    }
}

/// A list that is to be applied.
#[derive(Clone, Copy, Debug)]
pub struct Applying<'a, By = OfficerId> {
    /// Its file, as it was named.
    pub file_name: &'a str,
    /// SHA-256 of the file.
    pub file_sha256: &'a str,
    /// Who applies it.
    pub applied_by: By,
    /// Why, when it looks suspicious.
    pub reason: Option<&'a str>,
    /// The list version that it was compared with.
    pub against: i64,
    /// Real time, ms UTC.
    pub now_ms: i64,
}

#[cfg(test)]
mod tests;
