//! The journal in plain files.

/// The journal does not open or was not written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// A file cannot be read or written.
    #[error("read or write the journal")]
    Io(#[source] std::io::Error),
}
