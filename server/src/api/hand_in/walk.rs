//! The way through a package: once to check it, once to take it in.

use super::HandInError;
use super::report::{Aside, EvidenceIn, JournalIn};
use super::source::Source;
use crate::api::problem::Refusal;
use crate::api::sync::{self, Compared, Incoming, LineSource};
use crate::api::{enrol, evidence};
use crate::court::Court;
use crate::db::{Caller, Journal};
use crate::record::add_journal;
use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io;
use tokio::sync::mpsc;
use waiqin_protocol::ids::JournalId;
use waiqin_protocol::journal::entry_hash;
use waiqin_protocol::package::{
    EvidencePart, HandInLine, Item, JournalPart, PackageError, ReceiptsJournal,
};
use waiqin_protocol::wire::hello::Limits;
use waiqin_protocol::wire::sync::{Heads, SyncHead};

/// What is done on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Everything is checked and nothing written.
    Check,
    /// What is new is taken in.
    Take,
}

/// A way through a package.
pub(super) struct Walk {
    court: Court,
    mode: Mode,
    /// Bounds of a piece: those of the format, whatever the court asks of the line now.
    limits: Limits,
    /// Journals of the package that are known, or would be.
    known: BTreeMap<JournalId, Caller>,
    newest: Option<Caller>,
    last: Option<JournalId>,
    /// Of each journal, oldest first.
    pub journals: Vec<JournalIn>,
    /// Of the evidence.
    pub evidence: EvidenceIn,
}

/// What a journal of a package is to this server.
enum Standing {
    /// It is known.
    Known(Box<Caller>),
    /// It follows one that is known, and can be certified.
    Follows(Box<Caller>, Box<Journal>),
    /// It cannot be taken in.
    Aside(Aside),
}

impl Walk {
    pub fn new(court: &Court, mode: Mode) -> Self {
        let (ours, format) = (court.limits().clone(), Limits::default());
        let limits = Limits {
            piece_entries_max: ours.piece_entries_max.max(format.piece_entries_max),
            piece_bytes_max: ours.piece_bytes_max.max(format.piece_bytes_max),
            ..ours
        };
        Self {
            court: court.clone(),
            mode,
            limits,
            known: BTreeMap::new(),
            newest: None,
            last: None,
            journals: Vec::new(),
            evidence: EvidenceIn::default(),
        }
    }

    /// The journal that came last.
    pub fn newest(&self) -> Option<JournalId> {
        self.last
    }

    /// Goes through to the end.
    pub async fn all(&mut self, source: &mut Source) -> Result<(), HandInError> {
        while let Some(item) = source.next().await? {
            match item {
                Item::Line(HandInLine::Journal(part)) => self.journal(*part, source).await?,
                Item::Line(HandInLine::Evidence(part)) => self.piece_of(part, source).await?,
                Item::Line(HandInLine::Lacking(hash)) => self.evidence.lacking.push(hash),
                Item::Line(HandInLine::Whole(_)) => {}
                // Lines of `sync` stand in the part of a journal alone.
                Item::Sync(_) | Item::Bytes(_) => return Err(HandInError::Content),
            }
        }
        Ok(())
    }

    async fn journal(&mut self, part: JournalPart, source: &mut Source) -> Result<(), HandInError> {
        self.last = Some(part.journal);
        let (caller, opened) = match self.standing(&part).await? {
            Standing::Known(caller) => (*caller, false),
            Standing::Follows(before, journal) => match self.mode {
                Mode::Check => {
                    let officer = before.officer.clone();
                    let journal = *journal;
                    (Caller { journal, officer }, true)
                }
                Mode::Take => match self.certify(&before, *journal, &part).await? {
                    Some(caller) => (caller, true),
                    None => return self.set_aside(&part, Aside::Parent, source).await,
                },
            },
            Standing::Aside(why) => return self.set_aside(&part, why, source).await,
        };
        let mut lines = source.sync_lines();
        let read = match self.mode {
            Mode::Check => self.check(&caller, &mut lines).await.map(|()| None),
            Mode::Take => self.take(&caller, &mut lines).await.map(Some),
        };
        if let Some(error) = lines.failed {
            return Err(error.into());
        }
        if let Some(taken) = read? {
            self.journals.push(JournalIn { opened, ..taken });
        }
        self.known.insert(part.journal, caller.clone());
        self.newest = Some(caller);
        Ok(())
    }

    /// What a journal is to this server. All journals of a package are one officer's.
    async fn standing(&self, part: &JournalPart) -> Result<Standing, HandInError> {
        let caller = self.caller_of(part.journal).await?;
        if let Some(caller) = caller {
            let other = |newest: &Caller| newest.officer.id != caller.officer.id;
            if self.newest.as_ref().is_some_and(other) {
                return Err(HandInError::Content);
            }
            return Ok(Standing::Known(Box::new(caller)));
        }
        let (Some(entry), Some(follows)) = (&part.entry, &part.follows) else {
            // Behind one that is known it stays in the file, and the rest is taken in.
            return match self.newest {
                Some(_) => Ok(Standing::Aside(Aside::FirstEntry)),
                None => Err(HandInError::JournalUnknown(part.journal)),
            };
        };
        let body = &follows.body;
        let before = match self.known.get(&body.journal) {
            Some(before) => before.clone(),
            None => self
                .caller_of(body.journal)
                .await?
                .ok_or(HandInError::JournalUnknown(part.journal))?,
        };
        let vouched = body.next == part.journal
            && body.entry == entry_hash(entry.as_bytes())
            && body.server == self.court.server_id()
            && follows.verify(&before.journal.key).is_ok();
        if !vouched {
            return Err(Refusal::Signature.into());
        }
        let journal = enrol::following(&self.court, &before.journal, entry.as_bytes()).await?;
        if journal.id != part.journal {
            return Err(HandInError::Content);
        }
        Ok(Standing::Follows(Box::new(before), Box::new(journal)))
    }

    /// A journal of a phone, with its officer; none of the office's own.
    async fn caller_of(&self, journal: JournalId) -> Result<Option<Caller>, HandInError> {
        let db = self.court.db();
        let Some(journal) = db.journal(journal).await?.filter(|it| !it.office) else {
            return Ok(None);
        };
        let officer = db.user(journal.officer).await?;
        Ok(officer.map(|officer| Caller { journal, officer }))
    }

    /// Certifies a journal that follows another one, once the end of that one is here. Behind a
    /// revoked journal it is revoked from its beginning.
    async fn certify(
        &self,
        before: &Caller,
        journal: Journal,
        part: &JournalPart,
    ) -> Result<Option<Caller>, HandInError> {
        let (Some(parent), Some(entry)) = (journal.parent, &part.entry) else {
            return Ok(None);
        };
        if !self
            .court
            .db()
            .holds(before.journal.id, parent.head)
            .await?
        {
            return Ok(None);
        }
        let mut write = self.court.db().write().await?;
        let entry = entry.clone().into_bytes();
        let added: Result<Journal, Refusal> =
            add_journal(&self.court, &mut write, journal, entry).await;
        let added = added?;
        if before.journal.revoked_ms.is_some() {
            let now_ms = self.court.clock().now_ms();
            write.revoke(added.id, None, now_ms).await?;
        }
        write.commit().await?;
        tracing::warn!(journal = %added.id, parent = %before.journal.id, "a new journal was handed in");
        self.caller_of(added.id).await
    }

    /// Checks the pieces of a journal: signatures, links and bounds.
    async fn check(&self, caller: &Caller, lines: &mut impl LineSource) -> Result<(), HandInError> {
        let head = head_of(&self.court, caller, lines).await?;
        let mut incoming = Incoming {
            at: head.from,
            limits: &self.limits,
            lines,
        };
        while sync::next_piece(&self.court, caller, &mut incoming)
            .await?
            .is_some()
        {}
        Ok(())
    }

    /// Takes the pieces of a journal in, and notes what `sync` would have answered.
    async fn take(
        &self,
        caller: &Caller,
        lines: &mut impl LineSource,
    ) -> Result<JournalIn, HandInError> {
        let court = &self.court;
        let head = head_of(court, caller, lines).await?;
        let compared = sync::compare(court, caller, &head).await?;
        let mut incoming = Incoming {
            at: head.from,
            limits: &self.limits,
            lines,
        };
        let taken = sync::take_in(court, caller, &head, &mut incoming).await?;
        // A file may be older than what came since: that the court has more proves nothing. The phone
        // compares by its own chain.
        let heads = match compared.then(taken.found) {
            Heads::Same | Heads::ServerAhead => Heads::Same,
            heads @ (Heads::ServerBehind | Heads::Fork | Heads::ServerRolledBack) => heads,
        };
        sync::note_incident(court, caller, &head, heads).await?;
        let compared = Compared { heads, ..compared };
        let lines = sync::opening(court, caller, &head, &compared, &taken, None).await?;
        let now = court.db().journal(caller.journal.id).await?;
        let now = now.ok_or(HandInError::JournalUnknown(caller.journal.id))?;
        Ok(JournalIn {
            journal: now.id,
            after: head.from.seq,
            to: taken.end.seq,
            new: now.head.seq.saturating_sub(caller.journal.head.seq),
            head: now.head.seq,
            heads,
            opened: false,
            revoked: caller.is_revoked(),
            aside: None,
            vouched: ReceiptsJournal {
                certificate: Some(now.certificate),
                journal: now.id,
            },
            lines,
        })
    }

    /// Reads over a journal that cannot be taken in.
    async fn set_aside(
        &mut self,
        part: &JournalPart,
        why: Aside,
        source: &mut Source,
    ) -> Result<(), HandInError> {
        let mut lines = source.sync_lines();
        while let Ok(Some(_)) = lines.next().await {}
        if let Some(error) = lines.failed {
            return Err(error.into());
        }
        self.journals.push(JournalIn {
            journal: part.journal,
            after: 0,
            to: 0,
            new: 0,
            head: 0,
            heads: Heads::Same,
            opened: false,
            revoked: false,
            aside: Some(why),
            vouched: ReceiptsJournal {
                certificate: None,
                journal: part.journal,
            },
            lines: Vec::new(),
        });
        Ok(())
    }

    async fn piece_of(
        &mut self,
        part: EvidencePart,
        source: &mut Source,
    ) -> Result<(), HandInError> {
        let caller = self.newest.clone().ok_or(HandInError::Content)?;
        if self.mode == Mode::Check {
            let mut digest = Sha256::new();
            let mut left = part.length;
            while let Some(chunk) = next_chunk(&mut left, source).await? {
                digest.update(&chunk);
            }
            return match digest.finalize()[..] == *part.hash.as_bytes() {
                true => Ok(()),
                false => Err(HandInError::EvidenceHash(part.hash)),
            };
        }
        let db = self.court.db();
        let line = db.journal_line(&caller.journal).await?;
        if let Some(custody) = db.custody(&line, part.hash).await? {
            self.evidence.known += 1;
            self.evidence.receipts.push(custody.receipt);
            return skip(part, source).await;
        }
        if part.length > self.court.limits().evidence_bytes_max {
            self.evidence.too_large.push(part.hash);
            return skip(part, source).await;
        }
        if !db.is_named(&line, part.hash).await? {
            self.evidence.unnamed.push(part.hash);
            return skip(part, source).await;
        }
        bring(&self.court, caller, part, source).await?;
        let custody = db.custody(&line, part.hash).await?;
        let custody = custody.ok_or(Refusal::Internal)?;
        self.evidence.new += 1;
        self.evidence.receipts.push(custody.receipt);
        Ok(())
    }
}

/// The first line of a journal: always signed by its key, also where no entries follow.
async fn head_of(
    court: &Court,
    caller: &Caller,
    lines: &mut impl LineSource,
) -> Result<SyncHead, HandInError> {
    let head = sync::first_line(lines, court, caller).await?;
    match head.checkpoint {
        Some(_) => Ok(head),
        None => Err(HandInError::Content),
    }
}

/// Receives a piece of evidence as an upload does.
async fn bring(
    court: &Court,
    caller: Caller,
    part: EvidencePart,
    source: &mut Source,
) -> Result<(), HandInError> {
    let (to, from) = mpsc::channel::<io::Result<Bytes>>(4);
    let body = Body::from_stream(stream::unfold(from, async |mut from| {
        from.recv().await.map(|chunk| (chunk, from))
    }));
    let feed = async {
        let mut left = part.length;
        loop {
            match next_chunk(&mut left, source).await {
                // A receiver that is gone says itself why.
                Ok(Some(chunk)) => drop(to.send(Ok(chunk)).await),
                Ok(None) => break,
                Err(error) => {
                    let _ = to.send(Err(io::ErrorKind::UnexpectedEof.into())).await;
                    return Err(error);
                }
            }
        }
        drop(to);
        Ok(())
    };
    let named = (part.hash, part.length);
    let (fed, brought) = tokio::join!(feed, evidence::bring(court, caller, named, body));
    fed?;
    Ok(brought?)
}

/// Reads over the bytes of a piece of evidence.
async fn skip(part: EvidencePart, source: &mut Source) -> Result<(), HandInError> {
    let mut left = part.length;
    while next_chunk(&mut left, source).await?.is_some() {}
    Ok(())
}

/// The next bytes of a piece of evidence of which so many are left; `None` after the last.
async fn next_chunk(left: &mut u64, source: &mut Source) -> Result<Option<Bytes>, HandInError> {
    if *left == 0 {
        return Ok(None);
    }
    let Some(Item::Bytes(bytes)) = source.next().await? else {
        return Err(PackageError::Shape.into());
    };
    *left = left
        .checked_sub(bytes.len() as u64)
        .ok_or(PackageError::Shape)?;
    Ok(Some(bytes.into()))
}
