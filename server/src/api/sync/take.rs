//! Takes pieces in, each whole or not at all.

use super::intake::{Extended, New, extend};
use super::judge;
use super::lines::LineSource;
use super::piece::{self, Piece};
use crate::api::problem::Refusal;
use crate::court::Court;
use crate::db::{Caller, EvidenceName, NewEntry};
use waiqin_protocol::fault::{Fault, planted};
use waiqin_protocol::journal::Head;
use waiqin_protocol::wire::hello::Limits;
use waiqin_protocol::wire::sync::{Gap, Heads, UpLine, UpText};

/// How often a piece is looked at again because another request of the journal came between.
const TRIES: u32 = 5;

/// What the pieces of a request came to.
pub(in crate::api) struct Taken {
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
    incoming: &mut Incoming<'_, impl LineSource>,
) -> Result<Taken, Refusal> {
    let mut taken = Taken {
        found: None,
        end: incoming.at,
    };
    while let Some(piece) = next_piece(court, caller, incoming).await? {
        let end = piece.end();
        let found = commit(court, caller, piece).await?;
        taken = Taken {
            found: Some(worse(taken.found, found)),
            end,
        };
    }
    Ok(taken)
}

/// Pieces on their way in.
pub(in crate::api) struct Incoming<'a, L> {
    /// Where the next one begins.
    pub at: Head,
    /// The bounds of a piece.
    pub limits: &'a Limits,
    /// Their lines.
    pub lines: &'a mut L,
}

/// Reads the next piece up to its checkpoint, which was checked; `None` after the last.
pub(in crate::api) async fn next_piece(
    court: &Court,
    caller: &Caller,
    incoming: &mut Incoming<'_, impl LineSource>,
) -> Result<Option<Piece>, Refusal> {
    let limits = incoming.limits;
    let mut piece = Piece::after(incoming.at);
    while let Some(line) = incoming.lines.next().await? {
        match UpText::of(&line) {
            UpText::Entry(_) => piece.push(line, limits)?,
            UpText::Control(UpLine::Checkpoint(checkpoint)) => {
                piece::check(&checkpoint, court, caller)?;
                if !piece.is_closed_by(&checkpoint.body) {
                    return Err(Refusal::Signature);
                }
                incoming.at = piece.end();
                piece.checkpoint = Some(Box::new(checkpoint));
                return Ok(Some(piece));
            }
            UpText::Control(UpLine::Gap(gap)) => piece.leave_out(gap, limits)?,
            UpText::Control(UpLine::Head(_)) | UpText::Broken(_) => {
                return Err(Refusal::Malformed);
            }
        }
    }
    if piece.is_empty() {
        Ok(None)
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
        let place = match planted(Fault::SkipDedup) {
            true => Place::Continues(0),
            false => place_of(court, caller, &piece, server).await?,
        };
        match place {
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
                    gaps: gaps_after(&piece.gaps, server.seq),
                    end: piece.end(),
                    checkpoint: piece.checkpoint.clone(),
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

/// The gaps beyond a number. Where the server has the first entries of a gap it begins after them.
fn gaps_after(gaps: &[Gap], seq: u64) -> Vec<Gap> {
    let beyond = gaps.iter().filter(|gap| gap.to > seq);
    beyond
        .map(|gap| Gap {
            from: gap.from.max(seq + 1),
            ..*gap
        })
        .collect()
}

/// Compares a piece with the chain that the server has.
async fn place_of(
    court: &Court,
    caller: &Caller,
    piece: &Piece,
    server: Head,
) -> Result<Place, Refusal> {
    let journal = caller.journal.id;
    if piece.start.seq > server.seq {
        // What goes on from a fork is kept beside the chain with it.
        return Ok(match court.db().holds(journal, piece.start).await? {
            true => Place::Forks(0),
            false => Place::Beyond,
        });
    }
    if court.db().link_at(journal, piece.start.seq).await? != Some(piece.start.link) {
        return Ok(Place::Forks(0));
    }
    // A link stands for everything before it, so one comparison at the last common number tells
    // whether they agree; only a fork, or an end within a gap, is looked at entry by entry.
    let end = piece.end();
    let common = end.seq.min(server.seq);
    let known = court.db().link_at(journal, common).await?;
    if known.is_none() || piece.link_after(common) != known {
        // What the server was told is lost it has no link of: that goes with whatever it leads to.
        let mut both = 0;
        for (n, entry) in piece.entries.iter().enumerate() {
            if entry.seq > common {
                break;
            }
            match court.db().link_at(journal, entry.seq).await? {
                Some(known) if known == entry.link => both = n + 1,
                Some(_) => return Ok(Place::Forks(both)),
                None => {}
            }
        }
    }
    if end.seq <= server.seq {
        return Ok(Place::Known);
    }
    let known = piece
        .entries
        .partition_point(|entry| entry.seq <= server.seq);
    Ok(Place::Continues(known))
}

/// Keeps the entries of a fork beside the chain: both stay, a person looks at them.
async fn keep_fork(
    court: &Court,
    caller: &Caller,
    piece: &Piece,
    from: usize,
) -> Result<(), Refusal> {
    let forked: Vec<NewEntry> = piece
        .entries
        .iter()
        .skip(from)
        .map(|entry| judge::beside(entry, &caller.journal))
        .collect();
    // Their photos are taken in all the same.
    let named: Vec<EvidenceName> = piece
        .entries
        .iter()
        .skip(from)
        .filter_map(|entry| judge::evidence_named(entry, &caller.journal))
        .collect();
    // What leaves the chain begins after the last entry that both have, perhaps with a gap.
    let common = from.checked_sub(1).and_then(|at| piece.entries.get(at));
    let gaps = gaps_after(
        &piece.gaps,
        common.map_or(piece.start.seq, |entry| entry.seq),
    );
    let mut write = court.db().write().await?;
    write.add_forked_gaps(caller.journal.id, &gaps).await?;
    write.add_forked_names(caller.journal.id, &named).await?;
    write
        .add_forked(caller.journal.id, &forked, court.clock().now_ms())
        .await?;
    write.commit().await?;
    Ok(())
}
