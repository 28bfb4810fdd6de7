//! Held entries (待放行) are judged again when their record moves: what they waited for may be here
//! now, or a person released them. Each journal's go under a row of the log of their own, so that the
//! order of the log stays the order of the fold.

use super::folding::Folding;
use crate::court::Court;
use crate::db::{DbError, HeldEntry, Judged, LogKind, Write, text_of};
use std::collections::{BTreeMap, BTreeSet};
use waiqin_protocol::canonical;
use waiqin_protocol::ids::{JournalId, SubjectId};
use waiqin_protocol::journal::Entry;
use waiqin_protocol::wire::sync::{Verdict, VerdictReason};

/// Judges what is held on the records that changed, until nothing moves any more. How many entries
/// got another verdict.
pub(crate) async fn judge_again(
    write: &mut Write,
    folding: &mut Folding,
    now_ms: i64,
) -> Result<u64, DbError> {
    let mut moved = 0;
    loop {
        let held = write.held_subjects().await?;
        let waiting: BTreeSet<SubjectId> = held.iter().map(|it| it.subject).collect();
        let waiting = waiting.intersection(folding.changed()).copied().collect();
        let mut chains: BTreeMap<(JournalId, bool), Vec<HeldEntry>> = BTreeMap::new();
        for entry in write.held_entries(&waiting).await? {
            let chain = chains.entry((entry.journal, entry.forked)).or_default();
            chain.push(entry);
        }
        let before = moved;
        for ((journal, forked), entries) in chains {
            let judged = again(folding, &entries);
            if judged.is_empty() {
                continue;
            }
            moved += judged.len() as u64;
            let body = log_body(journal, &judged)?;
            let position = write
                .append(LogKind::Verdict, Some(journal), &body, now_ms)
                .await?;
            write
                .set_verdicts((journal, forked), position.number, &judged)
                .await?;
        }
        if moved == before {
            return Ok(moved);
        }
    }
}

/// Judges what was held because an older server could not read it. How many entries got another
/// verdict.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn judge_unread(court: &Court) -> Result<u64, DbError> {
    let mut write = court.db().write().await?;
    let subjects = write.unread_subjects().await?;
    if subjects.is_empty() {
        return Ok(0);
    }
    let mut folding = Folding::open(&mut write, &subjects).await?;
    folding.look_again(&subjects);
    let moved = judge_again(&mut write, &mut folding, court.clock().now_ms()).await?;
    if moved > 0 {
        folding.keep(&mut write).await?;
        write.commit().await?;
    }
    Ok(moved)
}

/// What becomes of one chain's held entries now, in their order. On each record the first that stays
/// held holds those after it. Where a journal forked twice, one number is judged after the other.
fn again(folding: &mut Folding, entries: &[HeldEntry]) -> Vec<Judged> {
    let mut blocked = BTreeSet::new();
    let mut judged = Vec::new();
    for held in entries {
        let judged_before = |it: &Judged| it.seq == held.seq;
        if blocked.contains(&held.subject) || judged.iter().any(judged_before) {
            continue;
        }
        match retried(folding, held) {
            Some((verdict, reason)) => judged.push(Judged {
                subject: held.subject,
                seq: held.seq,
                hash: held.hash,
                verdict,
                reason,
            }),
            None => {
                blocked.insert(held.subject);
            }
        }
    }
    judged
}

/// The new verdict on a held entry; `None` while it has to wait.
fn retried(folding: &mut Folding, held: &HeldEntry) -> Option<(Verdict, Option<VerdictReason>)> {
    let waits_for_a_person = match held.reason {
        VerdictReason::UnknownBase
        | VerdictReason::AfterHeld
        | VerdictReason::NoRecord
        | VerdictReason::UnknownVersion => false,
        VerdictReason::Malformed
        | VerdictReason::NotOfThisJournal
        | VerdictReason::Revoked
        | VerdictReason::OutsideSeal
        | VerdictReason::Fork => true,
    };
    if waits_for_a_person && !folding.is_released(held.subject, &held.hash) {
        return None;
    }
    let entry = Entry::from_bytes(&held.bytes).ok()?;
    let (verdict, reason) = match held.of_office {
        true => folding.fold_any(&entry, held.hash),
        false => folding.fold(&entry, held.hash),
    };
    let settled = verdict.stands()
        || verdict == Verdict::Refused
        || reason == Some(VerdictReason::OutsideSeal);
    settled.then_some((verdict, reason))
}

fn log_body(journal: JournalId, judged: &[Judged]) -> Result<String, DbError> {
    let entries: Vec<_> = judged
        .iter()
        .map(|it| serde_json::json!({ "reason": it.reason, "seq": it.seq, "verdict": it.verdict }))
        .collect();
    let body = serde_json::json!({
        "act": "judged",
        "entries": entries,
        "journal": journal.to_string(),
    });
    text_of(canonical::to_bytes(&body))
}
