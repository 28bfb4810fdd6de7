//! Takes pieces in, each whole or not at all.

use super::judge::{self, Form};
use super::lines::Lines;
use super::piece::{self, Arrived, Piece};
use crate::api::evidence;
use crate::api::problem::Refusal;
use crate::court::Court;
use crate::db::{Caller, EvidenceName, Journal, LogKind, NewEntry, NewRecord, StoredEntry, Write};
use std::collections::{BTreeMap, BTreeSet};
use waiqin_protocol::canonical;
use waiqin_protocol::ids::{EvidenceHash, SubjectId};
use waiqin_protocol::journal::{Change, Entry, Head, JournalReceipt, LogPosition, Signed};
use waiqin_protocol::record::Record;
use waiqin_protocol::wire::sync::{Heads, SyncHead, UpLine, UpText, Verdict, VerdictReason};

/// How often a piece is looked at again because another request of the journal came between.
const TRIES: u32 = 5;

/// What the pieces of a request came to.
pub(super) struct Taken {
    /// What they showed about the heads; `None` when there were no pieces.
    pub found: Option<Heads>,
    /// Where the last piece ended.
    pub end: Head,
}

impl Taken {
    /// Whether the request brought no piece.
    pub fn is_empty(&self) -> bool {
        self.found.is_none()
    }
}

/// Reads pieces and commits each under its checkpoint. A piece that does not continue the server's
/// head changes nothing of the chain; those before it stay committed, whatever comes after.
pub(super) async fn pieces(
    court: &Court,
    caller: &Caller,
    head: &SyncHead,
    lines: &mut Lines,
) -> Result<Taken, Refusal> {
    let mut taken = Taken {
        found: None,
        end: head.from,
    };
    let mut piece = Piece::after(head.from);
    while let Some(line) = lines.next().await? {
        match UpText::of(&line) {
            UpText::Entry(_) => piece.push(line, &court.limits())?,
            UpText::Control(UpLine::Checkpoint(checkpoint)) => {
                piece::check(&checkpoint, court, caller)?;
                if !piece.is_closed_by(&checkpoint.body) {
                    return Err(Refusal::Signature);
                }
                let end = piece.end();
                let found = commit(court, caller, piece).await?;
                taken = Taken {
                    found: Some(worse(taken.found, found)),
                    end,
                };
                piece = Piece::after(end);
            }
            UpText::Control(UpLine::Head(_)) | UpText::Broken(_) => {
                return Err(Refusal::Malformed);
            }
        }
    }
    if piece.entries.is_empty() {
        Ok(taken)
    } else {
        Err(Refusal::Malformed)
    }
}

/// A fork or a gap in one piece is not healed by the next.
fn worse(before: Option<Heads>, found: Heads) -> Heads {
    match before {
        Some(before @ (Heads::Fork | Heads::ServerBehind)) => before,
        Some(Heads::Same | Heads::ServerAhead | Heads::ServerRolledBack) | None => found,
    }
}

/// How a piece lies to the server's head.
enum Place {
    /// All of it is known.
    Known,
    /// It begins beyond the server's head.
    Beyond,
    /// It leaves the server's chain after this many of its entries.
    Forks(usize),
    /// It continues the chain after this many known entries.
    Continues(usize),
}

/// Commits a piece: what is known is skipped, what is new is judged and kept.
async fn commit(court: &Court, caller: &Caller, piece: Piece) -> Result<Heads, Refusal> {
    let mut piece = piece;
    for _ in 0..TRIES {
        let server = court.db().journal(caller.journal.id).await?;
        let server = server.ok_or(Refusal::JournalUnknown)?.head;
        match place_of(court, caller, &piece, server).await? {
            Place::Known => return Ok(Heads::Same),
            Place::Beyond => return Ok(Heads::ServerBehind),
            Place::Forks(from) => {
                keep_fork(court, caller, &piece, from).await?;
                return Ok(Heads::Fork);
            }
            Place::Continues(known) => {
                let new = New {
                    after: server,
                    entries: piece.entries.split_off(known),
                };
                match extend(court, caller, new).await? {
                    Extended::Done => return Ok(Heads::Same),
                    Extended::Overtaken(back) => piece.entries.extend(back.entries),
                }
            }
        }
    }
    Err(Refusal::Busy)
}

/// Compares a piece with the chain that the server has.
async fn place_of(
    court: &Court,
    caller: &Caller,
    piece: &Piece,
    server: Head,
) -> Result<Place, Refusal> {
    if piece.start.seq > server.seq {
        return Ok(Place::Beyond);
    }
    let journal = caller.journal.id;
    if court.db().link_at(journal, piece.start.seq).await? != Some(piece.start.link) {
        return Ok(Place::Forks(0));
    }
    // A link stands for everything before it, so one comparison at the last common number tells
    // whether they agree; only a fork is looked for entry by entry.
    let end = piece.end();
    let common = end.seq.min(server.seq);
    let agrees = |link| link_of(piece, common) == link;
    if !court
        .db()
        .link_at(journal, common)
        .await?
        .is_some_and(agrees)
    {
        for (n, entry) in piece.entries.iter().enumerate() {
            let seq = piece.start.seq + n as u64 + 1;
            if court.db().link_at(journal, seq).await? != Some(entry.link) {
                return Ok(Place::Forks(n));
            }
        }
    }
    if end.seq <= server.seq {
        return Ok(Place::Known);
    }
    let known = usize::try_from(server.seq - piece.start.seq).map_err(|_| Refusal::Malformed)?;
    Ok(Place::Continues(known))
}

/// The piece's link after a number that lies within it.
fn link_of(piece: &Piece, seq: u64) -> waiqin_protocol::ids::Link {
    let at = usize::try_from(seq - piece.start.seq).unwrap_or(usize::MAX);
    match at.checked_sub(1).and_then(|at| piece.entries.get(at)) {
        Some(entry) => entry.link,
        None => piece.start.link,
    }
}

/// Keeps the entries of a fork beside the chain: both stay, a person looks at them.
async fn keep_fork(
    court: &Court,
    caller: &Caller,
    piece: &Piece,
    from: usize,
) -> Result<(), Refusal> {
    let forked: Vec<StoredEntry> = piece
        .entries
        .iter()
        .enumerate()
        .skip(from)
        .map(|(n, entry)| StoredEntry {
            seq: piece.start.seq + n as u64 + 1,
            hash: entry.hash,
            link: entry.link,
            bytes: entry.bytes.clone(),
        })
        .collect();
    let mut write = court.db().write().await?;
    write
        .add_forked(caller.journal.id, &forked, court.clock().now_ms())
        .await?;
    write.commit().await?;
    Ok(())
}

/// New entries that continue the server's head.
struct New {
    after: Head,
    entries: Vec<Arrived>,
}

impl New {
    fn end(&self) -> Head {
        match self.entries.last() {
            Some(last) => Head {
                link: last.link,
                seq: self.after.seq + self.entries.len() as u64,
            },
            None => self.after,
        }
    }
}

enum Extended {
    Done,
    /// Another request of the journal was faster; here are the entries again.
    Overtaken(New),
}

/// Judges new entries and commits them with log row, records and receipt in one transaction.
async fn extend(court: &Court, caller: &Caller, new: New) -> Result<Extended, Refusal> {
    let (new, forms) = formed(new, caller.journal.clone()).await?;
    let mut write = court.db().write().await?;
    if write.head(caller.journal.id).await? != new.after {
        return Ok(Extended::Overtaken(new));
    }
    let now_ms = court.clock().now_ms();
    let end = new.end();
    let body = log_body(caller, &new.after, &end)?;
    let position = write
        .append(LogKind::Piece, Some(caller.journal.id), &body, now_ms)
        .await?;
    let receipt = receipt_of(court, caller, end, position, now_ms)?;
    let mut intake = Intake::open(caller, &mut write).await?;
    for (entry, form) in new.entries.into_iter().zip(forms) {
        intake.take(entry, form, &mut write).await?;
    }
    let named = intake.keep(&mut write, position.number).await?;
    write.set_head(caller.journal.id, &receipt, now_ms).await?;
    write.commit().await?;
    tracing::info!(journal = %caller.journal.id, to = end.seq, log = position.number, "piece taken");
    // Photos that came before the entry that names them.
    for hash in named {
        evidence::settle(court, &caller.journal, hash).await?;
    }
    Ok(Extended::Done)
}

/// Reads the entries on a blocking thread, before the writer's lock is taken.
async fn formed(new: New, journal: Journal) -> Result<(New, Vec<Form>), Refusal> {
    let read = move || {
        let forms = new
            .entries
            .iter()
            .zip(new.after.seq + 1..)
            .map(|(entry, seq)| judge::form_of(entry, seq, &journal))
            .collect();
        (new, forms)
    };
    tokio::task::spawn_blocking(read)
        .await
        .map_err(|_| Refusal::Internal)
}

fn log_body(caller: &Caller, after: &Head, end: &Head) -> Result<String, Refusal> {
    let body = serde_json::json!({
        "after": after.seq,
        "head": { "link": end.link.to_string(), "seq": end.seq },
        "journal": caller.journal.id.to_string(),
    });
    let bytes = canonical::to_bytes(&body).map_err(|_| Refusal::Internal)?;
    String::from_utf8(bytes).map_err(|_| Refusal::Internal)
}

fn receipt_of(
    court: &Court,
    caller: &Caller,
    end: Head,
    position: LogPosition,
    now_ms: i64,
) -> Result<Signed<JournalReceipt>, Refusal> {
    let receipt = JournalReceipt {
        at: now_ms,
        journal: caller.journal.id,
        link: end.link,
        position,
        seq: end.seq,
        server: court.server_id(),
    };
    Ok(Signed::sign(receipt, court.signer())?)
}

/// A piece being taken in: records as far as they are folded, and what will be kept.
struct Intake<'a> {
    caller: &'a Caller,
    seq: u64,
    held: BTreeSet<SubjectId>,
    records: BTreeMap<SubjectId, Option<Record>>,
    changed: BTreeSet<SubjectId>,
    entries: Vec<NewEntry>,
    names: Vec<EvidenceName>,
}

impl<'a> Intake<'a> {
    async fn open(caller: &'a Caller, write: &mut Write) -> Result<Self, Refusal> {
        let held = write.held_subjects(caller.journal.id).await?;
        Ok(Self {
            caller,
            seq: write.head(caller.journal.id).await?.seq,
            held,
            records: BTreeMap::new(),
            changed: BTreeSet::new(),
            entries: Vec::new(),
            names: Vec::new(),
        })
    }

    /// Gives an entry its verdict and notes what is to be kept of it.
    async fn take(
        &mut self,
        arrived: Arrived,
        form: Form,
        write: &mut Write,
    ) -> Result<(), Refusal> {
        self.seq += 1;
        let seq = self.seq;
        let (subject, kind, evidence, verdict, reason) = match form {
            Form::Aside(aside) => (
                aside.subject,
                aside.kind,
                aside.evidence,
                aside.verdict,
                Some(aside.reason),
            ),
            Form::Entry(entry) => {
                let (verdict, reason) = self.judge(&entry, &arrived, write).await?;
                let kind = Some(judge::kind_of(&entry.change).to_owned());
                let evidence = judge::evidence_of(&entry.change);
                (Some(entry.subject), kind, evidence, verdict, reason)
            }
        };
        if verdict == Verdict::Held
            && let Some(subject) = subject
        {
            self.held.insert(subject);
        }
        // Held entries name evidence too: what they speak of is taken in all the same.
        if verdict != Verdict::Refused
            && let (Some(hash), Some(subject)) = (evidence, subject)
        {
            self.names.push(EvidenceName { seq, hash, subject });
        }
        let Arrived { hash, link, bytes } = arrived;
        self.entries.push(NewEntry {
            seq,
            hash,
            link,
            bytes,
            subject,
            kind,
            verdict,
            reason,
        });
        Ok(())
    }

    /// The verdict on an entry that reads, and what it does to its record.
    async fn judge(
        &mut self,
        entry: &Entry,
        arrived: &Arrived,
        write: &mut Write,
    ) -> Result<(Verdict, Option<VerdictReason>), Refusal> {
        if self.caller.is_revoked() {
            return Ok((Verdict::Held, Some(VerdictReason::Revoked)));
        }
        if self.held.contains(&entry.subject) {
            return Ok((Verdict::Held, Some(VerdictReason::AfterHeld)));
        }
        let beside_records = matches!(
            entry.change,
            Change::JournalOpened { .. } | Change::EntriesLost { .. } | Change::TaskProgress { .. }
        );
        if beside_records {
            return Ok((Verdict::Accepted, None));
        }
        if !self.records.contains_key(&entry.subject) {
            let known = write.record(entry.subject).await?;
            self.records.insert(entry.subject, known);
        }
        let slot = self.records.entry(entry.subject).or_default();
        let verdict = match slot {
            Some(record) => record.apply(entry, arrived.hash).verdict(),
            None => match Record::open(entry, arrived.hash) {
                Some(opened) => {
                    *slot = Some(opened);
                    (Verdict::Accepted, None)
                }
                None => (Verdict::Held, Some(VerdictReason::NoRecord)),
            },
        };
        match verdict.0 {
            Verdict::Accepted | Verdict::Interleaved | Verdict::Contested => {
                self.changed.insert(entry.subject);
            }
            Verdict::Held | Verdict::Refused => {}
        }
        Ok(verdict)
    }

    /// Writes everything under a row of the log. The evidence that was named.
    async fn keep(
        mut self,
        write: &mut Write,
        log_number: u64,
    ) -> Result<BTreeSet<EvidenceHash>, Refusal> {
        write
            .add_entries(self.caller.journal.id, log_number, &self.entries)
            .await?;
        write.add_names(self.caller.journal.id, &self.names).await?;
        for subject in &self.changed {
            if let Some(Some(record)) = self.records.remove(subject) {
                let case_id = write.case_named(&record.case).await?;
                write
                    .put_record(&NewRecord { record, case_id }, log_number)
                    .await?;
            }
        }
        Ok(self.names.iter().map(|name| name.hash).collect())
    }
}
