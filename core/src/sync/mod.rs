//! The sync driver.

mod holdings;

pub(crate) use holdings::{Holdings, HoldingsError, Pinned, Unsent};

/// A call to the server brought no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// Nothing answered.
    #[error("reach the server")]
    Unreachable(#[source] reqwest::Error),
}
