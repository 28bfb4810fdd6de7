//! Succession: after a copy was restored, or the journal forked, a new journal follows. It is
//! written from the moment on in which the phone hears of it, and delivered once the court has
//! certified it; until then what is left of the journal before it is delivered.

use super::holdings::failed;
use super::inner::{Inner, Journal};
use crate::custody::CustodyItem;
use crate::host::random;
use crate::journal::{FrameLog, JournalError, Log, Part};
use crate::keys::{Successor, SuccessorPublic, Successors};
use crate::sync::HoldingsError;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use waiqin_protocol::ids::{JournalId, SubjectId};
use waiqin_protocol::journal::{
    At, Change, Checkpoint, Entry, EntryError, Head, JournalCause, Parent, Signed, VERSION,
};
use waiqin_protocol::suite::{Ed25519Signer, SUITE, Signer, SignerError};
use zeroize::Zeroizing;

/// Something about the line of journals failed; what was written before goes on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SuccessionError {
    #[error("read or write the list of journals")]
    Files(#[source] io::Error),
    #[error("the list of journals does not read")]
    Damaged,
    #[error("write entry 1 of the new journal")]
    Journal(#[from] JournalError),
    #[error("make entry 1 of the new journal")]
    Entry(#[source] EntryError),
    #[error("sign how far a journal goes")]
    Sign(#[source] SignerError),
}

/// The journal that is delivered now.
pub(super) struct Delivering {
    /// Which.
    pub journal: JournalId,
    /// Its place in the line.
    pub at: usize,
    /// Entries of the journals before it.
    pub base: u64,
    /// Its newest entry.
    pub head: Head,
}

impl Journal {
    /// The journal that is written.
    pub fn id(&self) -> JournalId {
        self.log.newest().log.journal()
    }
}

impl Inner {
    /// The journal that is delivered: the newest, or the one before it while the court has not
    /// certified that, or does not know it any more.
    pub(super) fn delivering(&self, journal: &Journal) -> Delivering {
        let newest = journal.signers.len().saturating_sub(1);
        let certified = newest == 0 || self.custody().certificate(journal.id()).is_some();
        let at = if certified { newest } else { newest - 1 };
        let at = at.min(self.known_to.load(Ordering::SeqCst));
        let newest = journal.log.newest();
        let part = journal.log.parts().nth(at).unwrap_or(newest);
        Delivering {
            journal: part.log.journal(),
            at,
            base: part.base,
            head: part.log.head(),
        }
    }

    /// Running number of the newest entry that the court has: of older journals all, for it
    /// certifies a new one only when it holds what that one follows.
    pub(crate) fn received_number(&self) -> u64 {
        let delivering = self.delivering(&self.journal());
        let received = self.custody().received(delivering.journal).seq;
        delivering.base + received.min(delivering.head.seq)
    }

    /// Entry 1 of the journal after the one delivered, which the court has not certified.
    pub(super) fn uncertified(&self) -> Result<Option<Vec<u8>>, JournalError> {
        let journal = self.journal();
        let next = self.delivering(&journal).at + 1;
        match journal.log.parts().nth(next) {
            Some(part) => part.log.read(1),
            None => Ok(None),
        }
    }

    /// Begins a new journal and writes it from now on; nothing when one was begun that the court
    /// has not certified yet.
    pub(super) fn succeed(&self, cause: JournalCause) -> Result<(), SuccessionError> {
        let mut journal = self.journal();
        if self.delivering(&journal).journal != journal.id() {
            return Ok(());
        }
        let folder = &self.keys.folder;
        let list = Successors::read(&*folder.disk, &folder.dir).map_err(SuccessionError::Files)?;
        let mut list = list.ok_or(SuccessionError::Damaged)?;
        let secret = Zeroizing::new(random::<32>(&*self.parts.entropy));
        let signer = Ed25519Signer::from_secret(&secret);
        let parent = journal.log.newest().log;
        let public = SuccessorPublic {
            cause,
            journal: JournalId::from_bytes(random(&*self.parts.entropy)),
            key: signer.public_key(),
            parent: Parent {
                head: parent.head(),
                journal: parent.journal(),
            },
        };
        // Entry 1 is durable before the list names its journal: a cut between leaves an empty
        // journal that nobody knows of, and the next try begins another.
        let entry = self.entry_one(&public);
        let bytes = entry.to_bytes().map_err(SuccessionError::Entry)?;
        let mut log = FrameLog::create(
            folder.shape_of(&self.public, public.journal, Log::Journal),
            self.keys.frames.again(),
            self.parts.entropy.clone(),
        )?;
        log.append(&[&bytes])?;
        let sealed = Successor::seal(public, &secret, &self.keys.signing, &*self.parts.entropy);
        list.journals.push(sealed);
        list.write(&*folder.disk, &folder.dir)
            .map_err(SuccessionError::Files)?;
        journal.log.succeed(log);
        journal.signers.push(Arc::new(signer));
        // Each journal carries the beacons that it uses.
        journal.beacon_used = None;
        self.fold(&journal, &[(entry, bytes)]);
        tracing::warn!(journal = %journal.id(), ?cause, "a new journal follows");
        Ok(())
    }

    fn entry_one(&self, public: &SuccessorPublic) -> Entry {
        let now = self.now();
        Entry {
            at: At {
                beacon: None,
                boot: now.boot,
                mono: now.mono_ms,
                wall: now.wall_ms,
            },
            author: self.public.officer.id,
            base: None,
            beacon: None,
            change: Change::JournalOpened {
                cause: public.cause,
                device: self.public.device,
                key: public.key.clone(),
                officer: self.public.officer.id,
                parent: Some(public.parent),
                server: self.public.server,
                suite: SUITE,
            },
            journal: public.journal,
            seq: 1,
            subject: SubjectId::from_bytes(*public.journal.as_bytes()),
            v: VERSION,
        }
    }

    /// Signs how far the journal goes that is written, unless something vouches for it already.
    pub(crate) fn checkpoint_newest(&self) -> Result<(), HoldingsError> {
        let (at, head, journal) = {
            let journal = self.journal();
            let head = journal.log.newest().log.head();
            (journal.signers.len().saturating_sub(1), head, journal.id())
        };
        let vouched = self.custody().known(journal).map_or(0, |known| known.seq);
        if head.seq > vouched {
            self.checkpoint(at, head)?;
        }
        Ok(())
    }

    /// Signs how far a journal of the line goes and keeps that in custody.
    pub(super) fn checkpoint(
        &self,
        at: usize,
        head: Head,
    ) -> Result<Signed<Checkpoint>, HoldingsError> {
        let signed = self
            .sign_head(at, head)
            .map_err(failed("sign a checkpoint"))?;
        self.custody()
            .add(vec![CustodyItem::Checkpoint(signed.clone())])
            .map_err(failed("keep a checkpoint"))?;
        Ok(signed)
    }

    /// Reads in the journal that is delivered, by its own numbers.
    pub(super) fn in_delivered<T>(
        &self,
        read: impl FnOnce(Part<'_>, &Delivering) -> Result<T, JournalError>,
    ) -> Result<T, HoldingsError> {
        let journal = self.open_still()?.journal();
        let delivering = self.delivering(&journal);
        let newest = journal.log.newest();
        let part = journal.log.part_of(delivering.journal).unwrap_or(newest);
        read(part, &delivering).map_err(failed("read the journal"))
    }

    /// Signs how far a journal of the line goes, with the beacon in use.
    pub(super) fn sign_head(
        &self,
        at: usize,
        head: Head,
    ) -> Result<Signed<Checkpoint>, SuccessionError> {
        let journal = self.journal();
        let beacon = journal.at(self.now()).0.beacon;
        let part = journal
            .log
            .parts()
            .nth(at)
            .ok_or(SuccessionError::Damaged)?;
        let signer = journal.signers.get(at).ok_or(SuccessionError::Damaged)?;
        let body = Checkpoint {
            beacon,
            journal: part.log.journal(),
            link: head.link,
            seq: head.seq,
            server: self.public.server,
        };
        Signed::sign(body, &**signer).map_err(SuccessionError::Sign)
    }
}
