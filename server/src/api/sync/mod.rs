//! `POST /api/v1/sync`: takes in what the phone has, answers with what is new for it.
//!
//! Receipts are signed inside the transaction whose commit makes them true and leave the server only
//! after it: there is no moment at which the server has custody and no receipt, and one durable
//! write serves both.

mod answer;
mod comparing;
mod compress;
mod intake;
mod judge;
mod lines;
mod pages;
mod piece;
mod sheet;
mod standing;
mod take;

use super::caller::By;
use super::limit;
use super::problem::Refusal;
use crate::court::Court;
use crate::db::{AuditAct, Caller, Journal, Reader};
use crate::rate::Work;
use axum::extract::{Request, State};
use axum::response::Response;
pub(super) use lines::LineSource;
use lines::Lines;
use pages::Pages;
pub(super) use standing::Compared;
use standing::Known;
pub(super) use take::{Incoming, Taken, next_piece};
use waiqin_protocol::fault::{Fault, planted};
use waiqin_protocol::ids::Nonce;
use waiqin_protocol::journal::{Beacon, Head, LogPosition, Signed};
use waiqin_protocol::wire::sync::{
    DownLine, Heads, Standing, SyncHead, UpLine, UpText, VerdictRun,
};

/// A phone is noted as heard of at most this often.
const SEEN_EVERY_MS: i64 = 5 * 60 * 1000;

/// One everyday sync.
pub(super) async fn sync(
    State(court): State<Court>,
    By(caller): By,
    request: Request,
) -> Result<Response, Refusal> {
    let compressed = answer::accepts_zstd(request.headers());
    let place = limit::place(&court, Work::Sync, &caller)?;
    let mut lines = Lines::of(request, court.config())?;
    let head = first_line(&mut lines, &court, &caller).await?;
    let begun = court.db().log_position().await?;
    let compared = compare(&court, &caller, &head).await?;
    let mut incoming = Incoming {
        at: head.from,
        limits: court.limits(),
        lines: &mut lines,
    };
    let taken = take_in(&court, &caller, &head, &mut incoming).await?;
    note_incident(&court, &caller, &head, compared.then(taken.found)).await?;
    seen(&court, &caller).await?;
    if let Some(ask) = head.compare.as_ref().filter(|_| !caller.is_revoked()) {
        comparing::note(&court, &caller, ask).await?;
    }
    if caller.is_revoked() && taken.is_empty() {
        return Err(Refusal::Revoked);
    }
    // Where many push at once, none of them waits for what the others bring meanwhile: that comes with
    // the next sync.
    let up_to = court.db().undisturbed(caller.journal.id, begun).await?;
    // Pages are cut first: what is decided from here on is told with the next cursor.
    let pages = pages_for(&court, &caller, &head, up_to).await?;
    let opening = opening(&court, &caller, &head, &compared, &taken, pages.since()).await?;
    answer::respond(opening, pages, compressed, place).await
}

/// Takes in what follows the first line.
pub(super) async fn take_in(
    court: &Court,
    caller: &Caller,
    head: &SyncHead,
    incoming: &mut Incoming<'_, impl LineSource>,
) -> Result<Taken, Refusal> {
    note_list_held(court, caller, head).await?;
    // The announcement is on its way to the disk before the first piece is read, and stays whatever
    // becomes of the pieces.
    let (announced, taken) = tokio::join!(
        announce(court, caller, head),
        take::pieces(court, caller, incoming)
    );
    announced?;
    taken
}

/// Reads the first line and checks that it is about the caller's journal and signed by its key.
pub(super) async fn first_line(
    lines: &mut impl LineSource,
    court: &Court,
    caller: &Caller,
) -> Result<SyncHead, Refusal> {
    let line = lines.next().await?.ok_or(Refusal::Malformed)?;
    let head = match UpText::of(&line) {
        UpText::Control(UpLine::Head(head)) => *head,
        UpText::Control(UpLine::Checkpoint(_) | UpLine::Gap(_))
        | UpText::Broken(_)
        | UpText::Entry(_) => {
            return Err(Refusal::Malformed);
        }
    };
    if head.journal != caller.journal.id {
        return Err(Refusal::Malformed);
    }
    if !head.compare.as_ref().is_none_or(|ask| ask.is_bounded()) {
        return Err(Refusal::Malformed);
    }
    if let Some(checkpoint) = &head.checkpoint {
        piece::check(checkpoint, court, caller)?;
    }
    Ok(head)
}

/// Notes which list a phone holds that brings something: by the row of the log up to which its cases are.
async fn note_list_held(court: &Court, caller: &Caller, head: &SyncHead) -> Result<(), Refusal> {
    let Some(number) = head.cursor.as_deref().and_then(pages::number_of) else {
        return Ok(());
    };
    let journal = caller.journal.id;
    let (Some(_), false) = (&head.checkpoint, caller.is_revoked()) else {
        return Ok(());
    };
    if let Some(version) = court.db().list_newly_held(journal, number).await? {
        let mut write = court.db().write().await?;
        write.note_list_held(journal, version).await?;
        write.commit().await?;
    }
    Ok(())
}

/// Keeps what the phone signed about the length of its journal, before anything else can fail.
async fn announce(court: &Court, caller: &Caller, head: &SyncHead) -> Result<(), Refusal> {
    if let Some(checkpoint) = &head.checkpoint
        && checkpoint.body.seq > caller.journal.announced.seq
    {
        let head = Head {
            link: checkpoint.body.link,
            seq: checkpoint.body.seq,
        };
        court.db().announce(caller.journal.id, &head).await?;
    }
    Ok(())
}

/// Compares where the phone stands with what the server has.
pub(super) async fn compare(
    court: &Court,
    caller: &Caller,
    head: &SyncHead,
) -> Result<Compared, Refusal> {
    let journal = caller.journal.id;
    let end = standing::end_of(head);
    let known = Known {
        head: caller.journal.head,
        at_from: court.db().link_at(journal, head.from.seq).await?,
        at_end: court.db().link_at(journal, end.seq).await?,
        position: match &head.position {
            None => true,
            Some(position) => court.db().knows_position(position).await?,
        },
    };
    Ok(standing::compare(head, &known))
}

/// Incidents are noted once, by ids alone; none of them deletes anything.
pub(super) async fn note_incident(
    court: &Court,
    caller: &Caller,
    head: &SyncHead,
    heads: Heads,
) -> Result<(), Refusal> {
    let act = match heads {
        Heads::Same | Heads::ServerBehind => return Ok(()),
        Heads::ServerAhead => AuditAct::PhoneRestored,
        Heads::Fork => AuditAct::Fork,
        Heads::ServerRolledBack => AuditAct::ServerRolledBack,
    };
    let journal = caller.journal.id;
    let end = standing::end_of(head);
    let object = format!("{}:{}", end.seq, end.link);
    let now_ms = court.clock().now_ms();
    if court
        .db()
        .audit_incident(act, journal, &object, now_ms)
        .await?
    {
        tracing::warn!(%journal, incident = act.as_str(), seq = end.seq, "heads differ");
    }
    if heads == Heads::ServerRolledBack {
        // Tokens of a restored database may be older than a revocation.
        court.db().end_tokens(journal).await?;
    }
    Ok(())
}

async fn seen(court: &Court, caller: &Caller) -> Result<(), Refusal> {
    let now_ms = court.clock().now_ms();
    if now_ms.saturating_sub(caller.journal.seen_ms) > SEEN_EVERY_MS {
        court.db().seen(caller.journal.id, now_ms).await?;
    }
    Ok(())
}

/// Everything of the answer before its pages. When there is nothing to say it is empty.
pub(super) async fn opening(
    court: &Court,
    caller: &Caller,
    head: &SyncHead,
    compared: &Compared,
    taken: &Taken,
    since: Option<u64>,
) -> Result<Vec<DownLine>, Refusal> {
    let journal = court
        .db()
        .journal(caller.journal.id)
        .await?
        .ok_or(Refusal::JournalUnknown)?;
    let heads = compared.then(taken.found);
    let mut lines = Vec::new();
    if heads != Heads::Same || journal.head != head.from || head.checkpoint.is_some() {
        lines.push(DownLine::Standing(Standing {
            head: journal.head,
            heads,
        }));
    }
    let in_line = matches!(heads, Heads::Same | Heads::ServerRolledBack) && compared.linked;
    if in_line {
        // Before the receipt: an answer that is cut between the two brings both again.
        let to = taken.end.seq.min(journal.head.seq);
        let runs = verdicts(court, &journal, since, (head.from.seq, to)).await?;
        if !runs.is_empty() {
            lines.push(DownLine::Verdicts(runs));
        }
    }
    if in_line
        && journal.head.seq > head.from.seq
        && let Some(mut receipt) = journal.receipt
    {
        if planted(Fault::ReceiptTwice) {
            receipt.body.at = court.clock().now_ms();
            receipt = Signed::sign(receipt.body, court.signer())?;
        }
        lines.push(DownLine::Receipt(Box::new(receipt)));
    }
    if head.beacon {
        lines.push(DownLine::Beacon(beacon(court)?));
    }
    if head.limits != court.limits().version {
        lines.push(DownLine::Limits(court.limits().clone()));
    }
    // Told along with something else: when nothing changed nothing is said.
    if !lines.is_empty()
        && let Some(position) = court.db().safe_position().await?
    {
        lines.push(DownLine::Safe(position));
    }
    Ok(lines)
}

/// Verdicts on what was sent, and those that changed since the phone was told; a phone whose views
/// are new knows none of any entry.
async fn verdicts(
    court: &Court,
    journal: &Journal,
    since: Option<u64>,
    (from, to): (u64, u64),
) -> Result<Vec<VerdictRun>, Refusal> {
    let Some(since) = since else {
        return Ok(court.db().verdicts(journal.id, 0, to).await?);
    };
    let mut runs = court.db().late_verdicts(journal.id, since, from).await?;
    if to > from {
        runs.extend(court.db().verdicts(journal.id, from, to).await?);
    }
    Ok(runs)
}

fn beacon(court: &Court) -> Result<Signed<Beacon>, Refusal> {
    let beacon = Beacon {
        at: court.clock().now_ms(),
        nonce: Nonce::from_bytes(court.random()),
        server: court.server_id(),
    };
    Ok(Signed::sign(beacon, court.signer())?)
}

/// The pages that the caller may see; a revoked journal gets none and keeps its cursor.
async fn pages_for(
    court: &Court,
    caller: &Caller,
    head: &SyncHead,
    up_to: LogPosition,
) -> Result<Pages, Refusal> {
    if caller.is_revoked() {
        return Ok(Pages::none(head, up_to));
    }
    let reader = Reader {
        list_name: caller.officer.list_name.clone(),
        officer: caller.officer.id,
        journal: caller.journal.id,
    };
    Ok(Pages::open(court, reader, head, up_to).await?)
}
