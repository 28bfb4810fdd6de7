//! 收入上交包: takes in what a phone handed in as a file, by the same steps as a push and an upload.
//!
//! The file is read twice. The first time everything is checked that can be checked without writing:
//! every chunk, every signature, every link, every hash of evidence. A file that is refused has changed
//! nothing. The second time it is taken in, piece by piece as from the line; whatever ends that, the
//! same file can be taken in again and nothing doubles.

mod error;
mod report;
mod source;
mod walk;

pub use error::HandInError;
pub use report::{Aside, EvidenceIn, HandedIn, JournalIn};

use super::problem::Refusal;
use crate::court::Court;
use crate::db::AuditAct;
use crate::keys::Keys;
use source::Source;
use std::path::Path;
use waiqin_protocol::ids::OfficerId;
use waiqin_protocol::package::{PackageError, Preamble, ReceiptsText};
use walk::{Mode, Walk};

/// Takes a package in. `by`: who does so, where the console knows it.
///
/// # Errors
/// See [`HandInError`]; nothing was changed, unless reading the file or the court's own disk failed
/// while it was taken in.
pub async fn take_in(
    court: &Court,
    file: &Path,
    by: Option<OfficerId>,
) -> Result<HandedIn, HandInError> {
    let preamble = walk_through(court, file, Mode::Check).await?.0;
    let (_, taken) = walk_through(court, file, Mode::Take).await?;
    let mut done = HandedIn::of(court, &preamble, taken).await?;
    if done.is_new() {
        let now_ms = court.clock().now_ms();
        let mut write = court.db().write().await?;
        let object = done.evidence.new.to_string();
        write
            .audit(
                AuditAct::HandedIn,
                by,
                Some(preamble.journal),
                Some(&object),
                now_ms,
            )
            .await?;
        write.commit().await?;
    }
    done.receipts = receipts(court, &preamble, &done)?;
    Ok(done)
}

async fn walk_through(
    court: &Court,
    file: &Path,
    mode: Mode,
) -> Result<(Preamble, Walk), HandInError> {
    let mut from = std::fs::File::open(file).map_err(HandInError::Open)?;
    let preamble = Preamble::read(&mut from)?;
    if preamble.server != court.server_id() {
        return Err(HandInError::OtherServer(preamble.server));
    }
    let recovery = Keys::recovery(&court.config().data)?;
    let key = preamble.open(&recovery).ok_or(PackageError::Key)?;
    let mut source = Source::after(from, key);
    let mut walk = Walk::new(court, mode);
    walk.all(&mut source).await?;
    if walk.newest() != Some(preamble.journal) {
        return Err(HandInError::Content);
    }
    Ok((preamble, walk))
}

/// The file that goes back: what `sync` and `evidence/status` would have answered.
fn receipts(court: &Court, of: &Preamble, done: &HandedIn) -> Result<Vec<u8>, HandInError> {
    let mut text = ReceiptsText::begin(court.server_id(), of.journal);
    for journal in &done.journals {
        text.journal(journal.vouched.clone());
        journal.lines.iter().for_each(|line| text.down(line));
    }
    for receipt in &done.evidence.receipts {
        text.evidence(receipt.clone());
    }
    let sealed = text.seal(court.clock().now_ms(), court.signer());
    Ok(sealed.map_err(Refusal::from)?)
}
