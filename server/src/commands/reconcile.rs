//! `waiqin-server reconcile`: records against the case list, from the command line.

mod decide;
mod list;
mod tried;

pub use decide::DecideArgs;
pub use list::ListArgs;
pub use tried::TryArgs;

use super::said::Said;
use crate::court::Court;
use clap::Subcommand;
use waiqin_protocol::words::Lang;

/// What can be done.
#[derive(Subcommand)]
pub enum ReconcileCommand {
    /// Compares records of a JSON file with the newest list and keeps nothing.
    Try(TryArgs),
    /// Lists what records come to by the newest list, newest act first.
    List(ListArgs),
    /// Concludes on a record as a person of the office.
    Decide(DecideArgs),
}

/// Runs a command.
///
/// # Errors
/// When it cannot be done; the message says why, and nothing was done then.
pub async fn run(court: &Court, command: ReconcileCommand, lang: Lang) -> anyhow::Result<Said> {
    match command {
        ReconcileCommand::Try(args) => tried::run(court, &args, lang).await,
        ReconcileCommand::List(args) => list::run(court, &args, lang).await,
        ReconcileCommand::Decide(args) => decide::run(court, args, lang).await,
    }
}
