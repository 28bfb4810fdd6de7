//! The sync driver.

/// A call to the server brought no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// Nothing answered.
    #[error("reach the server")]
    Unreachable(#[source] reqwest::Error),
}
