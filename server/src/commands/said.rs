//! What a command says at its end.

use std::process::ExitCode;

/// What a command says, and how it ended.
pub struct Said {
    /// For stdout.
    pub answer: String,
    /// For stderr.
    pub trouble: Option<String>,
    /// How it ended.
    pub code: ExitCode,
}

impl Said {
    /// It went well.
    #[must_use]
    pub fn well(answer: String) -> Self {
        Self::ended(answer, ExitCode::SUCCESS)
    }

    /// It ended so.
    #[must_use]
    pub fn ended(answer: String, code: ExitCode) -> Self {
        Self {
            answer,
            trouble: None,
            code,
        }
    }
}
