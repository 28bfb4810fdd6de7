//! An officer's day without a person: real processes, real pages, and afterwards a reading of what
//! stands on disk that shares no code with what it judges.

mod act;
mod faults;
mod hand;
mod judge;
mod measured;
mod office;
mod oracle;
mod reconciled;
mod reconciling;
mod rows;
mod scene;
mod tls;

pub use oracle::{Entry, Journal, ServerFolder};

use anyhow::Result;
use std::path::Path;
use std::process::ExitCode;

/// Plays the day and prints the table. Exit status: 0 all proved, 1 a row does not hold, 2 rows are
/// not built yet.
///
/// # Errors
/// When the day could not be played at all.
pub async fn play(data: Option<&Path>) -> Result<ExitCode> {
    let temporary = tempfile::tempdir()?;
    let folder = data.unwrap_or(temporary.path());
    let day = act::day(folder).await?;
    let mut table = rows::Table::default();
    judge::judge(&day, &mut table).await?;
    table.print();
    Ok(table.exit())
}
