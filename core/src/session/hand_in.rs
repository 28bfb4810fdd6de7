//! 上交: writes a hand-in package (see `waiqin_protocol::package`), for a court that no line reaches
//! and for a phone that was revoked. It holds what sync would send, and changes nothing here: what is
//! handed in waits until its receipts are back.

use super::Session;
use super::delivered::BATCH_BYTES;
use super::inner::Inner;
use super::succession::SuccessionError;
use super::views::EvidenceStored;
use crate::host::random;
use crate::journal::JournalError;
use crate::store::StoreError;
use crate::sync::Piece;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use waiqin_protocol::ids::{EvidenceHash, JournalId};
use waiqin_protocol::journal::{Chain, Following, Head, Signed, entry_hash};
use waiqin_protocol::package::{EvidencePart, JournalPart, PackageWriter, Preamble};
use waiqin_protocol::suite::SignerError;
use waiqin_protocol::wire::hello::Limits;
use waiqin_protocol::wire::sync::{Gap, SyncHead, UpLine};
use zeroize::Zeroizing;

/// Read of a piece of evidence at a time.
const STEP_BYTES: usize = 64 << 10;

/// How much goes into a package.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HandInScope {
    /// What has no receipt.
    #[default]
    Undelivered,
    /// Everything on this phone: for a court that was restored and lacks what it signed for.
    Everything,
}

/// What a package holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct HandedIn {
    /// Entries.
    pub entries: u64,
    /// Pieces of evidence.
    pub evidence: u64,
    /// Their bytes.
    pub evidence_bytes: u64,
    /// Evidence without a receipt whose bytes are not here or do not read any more.
    pub lacking: Vec<EvidenceHash>,
    /// Entries that cannot be handed in: what would tell the link after a damaged one is damaged too.
    pub left: u64,
}

/// No package was written.
#[derive(Debug, thiserror::Error)]
pub enum HandInError {
    /// The session was locked.
    #[error("the session is locked")]
    Locked,
    /// The recovery key that came with enrolment is no usable key.
    #[error("the court's recovery key is no usable key")]
    CourtKey,
    /// The journal does not read.
    #[error("read the journal")]
    Journal(#[from] JournalError),
    /// What was read is not what the chain covers.
    #[error("follow the journal's chain")]
    Chain,
    /// What has a receipt cannot be told.
    #[error("read what has a receipt")]
    Store(#[from] StoreError),
    /// Evidence cannot be looked at.
    #[error("read the evidence")]
    Evidence(#[source] io::Error),
    /// The key did not sign.
    #[error("sign with the journal's key")]
    Sign(#[from] SignerError),
    /// How far a journal goes could not be signed.
    #[error("sign how far the journal goes")]
    Head(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The package cannot be written.
    #[error("write the package")]
    Write(#[source] io::Error),
}

impl From<SuccessionError> for HandInError {
    fn from(error: SuccessionError) -> Self {
        Self::Head(Box::new(error))
    }
}

/// A journal of the line, as far as it is handed in.
struct Part {
    /// Its place in the line.
    at: usize,
    journal: JournalId,
    /// Entries of the journals before it.
    base: u64,
    from: Head,
    head: Head,
}

impl Session {
    /// Writes a package into a new file, under another name until it is whole and durable.
    ///
    /// # Errors
    /// See [`HandInError`]; there is no file then.
    pub fn hand_in(&self, to: &Path, scope: HandInScope) -> Result<HandedIn, HandInError> {
        let part = beside(to);
        let write = || {
            let file = File::create(&part).map_err(HandInError::Write)?;
            let (done, out) = self.write_hand_in(BufWriter::new(file), scope)?;
            out.into_inner()
                .map_err(io::IntoInnerError::into_error)
                .and_then(|file| file.sync_all())
                .and_then(|()| std::fs::rename(&part, to))
                .and_then(|()| sync_folder_of(to))
                .map_err(HandInError::Write)?;
            Ok(done)
        };
        let written = write();
        if written.is_err() {
            // What is left of it is no package, and says so to whoever opens it.
            let _ = std::fs::remove_file(&part);
        }
        written
    }

    /// Writes a package, as [`Session::hand_in`], to wherever the caller wants it; memory does not
    /// grow with what is in it.
    ///
    /// # Errors
    /// See [`HandInError`]; what was written is no package then.
    pub fn write_hand_in<W: Write>(
        &self,
        out: W,
        scope: HandInScope,
    ) -> Result<(HandedIn, W), HandInError> {
        let inner = self.inner().ok_or(HandInError::Locked)?;
        inner.write_hand_in(out, scope)
    }
}

/// The name of a package that is not whole.
fn beside(to: &Path) -> PathBuf {
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    to.with_file_name(name)
}

fn sync_folder_of(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|dir| !dir.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

impl Inner {
    fn write_hand_in<W: Write>(
        &self,
        out: W,
        scope: HandInScope,
    ) -> Result<(HandedIn, W), HandInError> {
        let parts = self.parts_to_hand_in(scope);
        let newest = parts.last().ok_or(HandInError::Locked)?.journal;
        let court = BASE64.decode(&self.public.recovery).ok();
        let court: [u8; 32] = court
            .and_then(|key| key.try_into().ok())
            .ok_or(HandInError::CourtKey)?;
        let secret = Zeroizing::new(random::<32>(&*self.parts.entropy));
        let (preamble, key) = Preamble::seal_to(&court, &secret, self.public.server, newest)
            .ok_or(HandInError::CourtKey)?;
        let mut package = PackageWriter::begin(out, &preamble, key).map_err(HandInError::Write)?;
        let mut done = HandedIn::default();
        for part in &parts {
            self.write_part(part, &mut package, &mut done)?;
        }
        for evidence in self.evidence_to_hand_in(scope)? {
            self.write_evidence(&evidence, &mut package, &mut done)?;
        }
        let out = package.finish().map_err(HandInError::Write)?;
        Ok((done, out))
    }

    /// The journal that is delivered and those that follow it, which the court does not know yet; of
    /// everything, those before it too.
    fn parts_to_hand_in(&self, scope: HandInScope) -> Vec<Part> {
        let journal = self.journal();
        let first = match scope {
            HandInScope::Undelivered => self.delivering(&journal).at,
            HandInScope::Everything => 0,
        };
        let custody = self.custody();
        let parts = journal.log.parts().enumerate().skip(first);
        parts
            .map(|(at, part)| {
                let (id, head) = (part.log.journal(), part.log.head());
                let received = custody.received(id);
                let from = match scope {
                    HandInScope::Undelivered if received.seq <= head.seq => received,
                    HandInScope::Undelivered => head,
                    HandInScope::Everything => Head::START,
                };
                Part {
                    at,
                    journal: id,
                    base: part.base,
                    from,
                    head,
                }
            })
            .collect()
    }

    fn write_part<W: Write>(
        &self,
        part: &Part,
        package: &mut PackageWriter<W>,
        done: &mut HandedIn,
    ) -> Result<(), HandInError> {
        package
            .journal(self.opening_of(part)?)
            .map_err(HandInError::Write)?;
        let limits = self.piece_bounds();
        let head = SyncHead {
            beacon: false,
            checkpoint: Some(self.sign_head(part.at, part.head)?),
            compare: None,
            cursor: None,
            from: part.from,
            journal: part.journal,
            limits: limits.version,
            position: None,
        };
        let head = UpLine::Head(Box::new(head));
        package.json(&head).map_err(HandInError::Write)?;
        let (mut chain, mut piece) = (Chain::after(part.from), Piece::default());
        while chain.head().seq < part.head.seq {
            let next = chain.head().seq + 1;
            let batch = self.read_batch(part, chain.head())?;
            if batch.is_empty() {
                let Some(gap) = self.gap_of(part, next)? else {
                    done.left += part.head.seq + 1 - next;
                    break;
                };
                if piece.is_full(0, &limits) {
                    self.close(part, chain.head(), package)?;
                    piece = Piece::default();
                }
                let line = UpLine::Gap(gap);
                package.json(&line).map_err(HandInError::Write)?;
                chain = Chain::after(gap.end());
                piece.add(0);
            }
            for entry in batch {
                let size = entry.len() as u64 + 1;
                if piece.is_full(size, &limits) {
                    self.close(part, chain.head(), package)?;
                    piece = Piece::default();
                }
                package.line(&entry).map_err(HandInError::Write)?;
                chain.push(&entry);
                piece.add(size);
                done.entries += 1;
            }
        }
        if !piece.is_empty() {
            self.close(part, chain.head(), package)?;
        }
        Ok(())
    }

    /// What vouches for a journal that the court may not know: entry 1, and the key before.
    fn opening_of(&self, part: &Part) -> Result<JournalPart, HandInError> {
        let mut opening = JournalPart {
            entry: None,
            follows: None,
            journal: part.journal,
        };
        let journal = self.journal();
        let line = journal.log.parts().zip(&journal.signers);
        let mut line = line.skip(part.at.saturating_sub(1));
        let (Some((before, key)), Some((own, _))) = (line.next(), line.next()) else {
            return Ok(opening);
        };
        if part.at == 0 || part.from.seq > 0 {
            return Ok(opening);
        }
        // A first entry that rotted cannot be certified any more: the court keeps the file.
        let Some(entry) = own.log.read(1)? else {
            return Ok(opening);
        };
        let following = Following {
            entry: entry_hash(&entry),
            journal: before.log.journal(),
            next: part.journal,
            server: self.public.server,
        };
        opening.follows = Some(Signed::sign(following, &**key)?);
        opening.entry = Some(String::from_utf8(entry).map_err(|_| HandInError::Chain)?);
        Ok(opening)
    }

    /// A court takes pieces of the format's bounds in, whatever it asks of the line now.
    fn piece_bounds(&self) -> Limits {
        let (asked, ours) = (self.live().limits.clone(), Limits::default());
        Limits {
            piece_entries_max: asked.piece_entries_max.min(ours.piece_entries_max),
            piece_bytes_max: asked.piece_bytes_max.min(ours.piece_bytes_max),
            ..asked
        }
    }

    /// Entries after a place, until one that neither reads nor came back.
    fn read_batch(&self, part: &Part, after: Head) -> Result<Vec<Vec<u8>>, HandInError> {
        let journal = self.journal();
        let read = journal
            .log
            .part_of(part.journal)
            .ok_or(HandInError::Chain)?;
        Ok(self.entries_after(read, after, part.head.seq, BATCH_BYTES)?)
    }

    /// The run of entries from a number on that do not read any more, and the link after it.
    fn gap_of(&self, part: &Part, from: u64) -> Result<Option<Gap>, HandInError> {
        let run = {
            let journal = self.journal();
            let log = journal
                .log
                .part_of(part.journal)
                .ok_or(HandInError::Chain)?;
            log.log.lost_from(from, part.head.seq)?
        };
        let Some(run) = run else {
            return Ok(None);
        };
        let gap = Gap {
            from: run.from,
            link: run.link,
            to: run.to,
        };
        // The journal says so as soon as it can be written: a full disk holds up no hand-in.
        if let Err(error) = self.declare_lost(run, part.base) {
            tracing::warn!(%error, "the journal does not say yet what is lost");
        }
        Ok(Some(gap).filter(|gap| gap.follows(from - 1)))
    }

    /// Signs for a piece, if it is what the journal holds.
    fn close<W: Write>(
        &self,
        part: &Part,
        head: Head,
        package: &mut PackageWriter<W>,
    ) -> Result<(), HandInError> {
        let link = {
            let journal = self.journal();
            let log = journal
                .log
                .part_of(part.journal)
                .ok_or(HandInError::Chain)?;
            log.log.link_at(head.seq)?
        };
        // Within a run that came back the journal tells no link; its end was compared before.
        if link.is_some_and(|link| link != head.link) {
            return Err(HandInError::Chain);
        }
        let line = UpLine::Checkpoint(self.sign_head(part.at, head)?);
        package.json(&line).map_err(HandInError::Write)
    }

    /// Evidence in the order of delivery, what was set aside included.
    fn evidence_to_hand_in(&self, scope: HandInScope) -> Result<Vec<EvidenceStored>, HandInError> {
        let all = match scope {
            HandInScope::Undelivered => self.live().unsent.values().copied().collect(),
            HandInScope::Everything => self.reading(|views| views.all_evidence())?,
        };
        let waiting = all.into_iter().filter(|it| !self.ended_missing(it));
        Ok(self.in_order(waiting.collect())?)
    }

    /// Reads the bytes through first: a package names no length that it cannot keep.
    fn write_evidence<W: Write>(
        &self,
        evidence: &EvidenceStored,
        package: &mut PackageWriter<W>,
        done: &mut HandedIn,
    ) -> Result<(), HandInError> {
        let hash = evidence.hash;
        let reader = || self.evidence.reader(&hash).ok().flatten();
        let length = reader().and_then(|mut bytes| whole_length(&mut bytes, &hash));
        let (Some(length), Some(mut bytes)) = (length, reader()) else {
            done.lacking.push(hash);
            return package.lacking(hash).map_err(HandInError::Write);
        };
        package
            .evidence(EvidencePart { hash, length }, &mut bytes)
            .map_err(HandInError::Write)?;
        done.evidence += 1;
        done.evidence_bytes += length;
        Ok(())
    }
}

/// The length of bytes that have their hash; `None` when they have not, or do not read.
pub(super) fn whole_length(bytes: &mut impl Read, hash: &EvidenceHash) -> Option<u64> {
    let mut digest = Sha256::new();
    let mut buffer = vec![0; STEP_BYTES];
    let mut length = 0;
    loop {
        match bytes.read(&mut buffer).ok()? {
            0 => break,
            read => {
                digest.update(&buffer[..read]);
                length += read as u64;
            }
        }
    }
    (length > 0 && digest.finalize()[..] == *hash.as_bytes()).then_some(length)
}
