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
use waiqin_protocol::ids::{JournalId, OfficerId};
use waiqin_protocol::package::{PackageError, Preamble, ReceiptsJournal, ReceiptsText};
use waiqin_protocol::wire::sync::{DownLine, Heads, Standing};
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

/// Everything that the court has of a journal and those that it follows, as a receipts file: for a
/// phone whose receipts were lost on the way. `None`: no such journal of a phone.
///
/// # Errors
/// When the database does not answer or the key does not sign.
pub async fn receipts_of(
    court: &Court,
    journal: JournalId,
) -> Result<Option<Vec<u8>>, HandInError> {
    let db = court.db();
    let Some(newest) = db.journal(journal).await?.filter(|it| !it.office) else {
        return Ok(None);
    };
    let line = db.journal_line(&newest).await?;
    let mut text = ReceiptsText::begin(court.server_id(), journal);
    for id in line.iter().rev() {
        let Some(journal) = db.journal(*id).await? else {
            continue;
        };
        text.journal(ReceiptsJournal {
            certificate: Some(journal.certificate),
            journal: *id,
        });
        text.down(&DownLine::Standing(Standing {
            head: journal.head,
            heads: Heads::Same,
        }));
        let verdicts = db.verdicts(*id, 0, journal.head.seq).await?;
        text.down(&DownLine::Verdicts(verdicts));
        if let Some(receipt) = journal.receipt {
            text.down(&DownLine::Receipt(Box::new(receipt)));
        }
    }
    for id in &line {
        for receipt in db.custody_of(*id).await? {
            text.evidence(receipt);
        }
    }
    let sealed = text.seal(court.clock().now_ms(), court.signer());
    Ok(Some(sealed.map_err(Refusal::from)?))
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
