//! Judges the new entries of a piece and commits them with everything that follows from them.

use super::judge::{self, Form};
use super::piece::Arrived;
use crate::api::evidence;
use crate::api::problem::Refusal;
use crate::court::Court;
use crate::db::{Caller, EvidenceName, Journal, LogKind, NewEntry, Write, text_of};
use crate::record::{Folding, judge_again, receipt_of};
use std::collections::BTreeSet;
use waiqin_protocol::canonical;
use waiqin_protocol::ids::{EvidenceHash, SubjectId};
use waiqin_protocol::journal::{Change, Checkpoint, Entry, Head, Signed};
use waiqin_protocol::wire::sync::{Gap, Verdict, VerdictReason};

/// New entries that continue the server's head.
pub(super) struct New {
    /// The server's head.
    pub after: Head,
    /// What follows it.
    pub entries: Vec<Arrived>,
    /// Numbers that the phone cannot read any more.
    pub gaps: Vec<Gap>,
    /// Where both end.
    pub end: Head,
    /// What the phone signed about that end.
    pub checkpoint: Option<Box<Signed<Checkpoint>>>,
}

/// What became of new entries.
pub(super) enum Extended {
    /// They are committed.
    Done,
    /// Another request of the journal was faster; here are the entries again.
    Overtaken(New),
}

/// Judges new entries and commits them with log row, records and receipt in one transaction.
pub(super) async fn extend(court: &Court, caller: &Caller, new: New) -> Result<Extended, Refusal> {
    let (mut new, forms) = formed(new, caller.journal.clone()).await?;
    let mut write = court.db().write().await?;
    if write.head(caller.journal.id).await? != new.after {
        return Ok(Extended::Overtaken(new));
    }
    let now_ms = court.clock().now_ms();
    let end = new.end;
    let body = log_body(caller, &new, &end)?;
    let position = write
        .append(LogKind::Piece, Some(caller.journal.id), &body, now_ms)
        .await?;
    let receipt = receipt_of(court, caller.journal.id, end, position, now_ms)?;
    let mut intake = Intake::open(caller, &forms, &mut write).await?;
    for (entry, form) in new.entries.into_iter().zip(forms) {
        intake.take(entry, form);
    }
    let gaps = write
        .add_gaps(caller.journal.id, position.number, &new.gaps, now_ms)
        .await?;
    let (mut folding, named) = intake.keep(&mut write, position.number).await?;
    write.set_head(caller.journal.id, &receipt, now_ms).await?;
    if let Some(checkpoint) = new.checkpoint.take() {
        write.keep_checkpoint(&checkpoint).await?;
    }
    let late = judge_again(&mut write, &mut folding, now_ms).await?;
    folding.keep(&mut write).await?;
    write.commit().await?;
    tracing::info!(journal = %caller.journal.id, to = end.seq, log = position.number, late, "piece taken");
    if gaps > 0 {
        tracing::warn!(journal = %caller.journal.id, gaps, "entries do not read on the phone any more");
    }
    // Photos that came before the entry that names them. A failure is logged and takes nothing back:
    // the piece is in custody, and the phone's next question for the photo settles it.
    for hash in named {
        let _ = evidence::settle(court, &caller.journal, hash).await;
    }
    Ok(Extended::Done)
}

/// Reads the entries on a blocking thread, before the writer's lock is taken.
async fn formed(new: New, journal: Journal) -> Result<(New, Vec<Form>), Refusal> {
    let read = move || {
        let forms = new
            .entries
            .iter()
            .map(|entry| judge::form_of(entry, entry.seq, &journal))
            .collect();
        (new, forms)
    };
    tokio::task::spawn_blocking(read)
        .await
        .map_err(|_| Refusal::Internal)
}

fn log_body(caller: &Caller, new: &New, end: &Head) -> Result<String, Refusal> {
    let mut body = serde_json::json!({
        "after": new.after.seq,
        "head": { "link": end.link.to_string(), "seq": end.seq },
        "journal": caller.journal.id.to_string(),
    });
    if !new.gaps.is_empty() {
        body["gaps"] = serde_json::to_value(&new.gaps).map_err(|_| Refusal::Internal)?;
    }
    Ok(text_of(canonical::to_bytes(&body))?)
}

/// A piece being taken in: records as far as they are folded, and what will be kept.
struct Intake<'a> {
    caller: &'a Caller,
    held: BTreeSet<SubjectId>,
    folding: Folding,
    entries: Vec<NewEntry>,
    names: Vec<EvidenceName>,
}

impl<'a> Intake<'a> {
    /// Reads what the entries are about, once for the whole piece.
    async fn open(caller: &'a Caller, forms: &[Form], write: &mut Write) -> Result<Self, Refusal> {
        let held = write.held_subjects().await?.into_iter();
        let own = held.filter(|it| it.journal == caller.journal.id && !it.forked);
        let subjects = forms.iter().filter_map(|form| match form {
            Form::Entry(entry) => Some(entry.subject),
            Form::Aside(_) => None,
        });
        Ok(Self {
            caller,
            held: own.map(|it| it.subject).collect(),
            folding: Folding::open(write, &subjects.collect()).await?,
            entries: Vec::new(),
            names: Vec::new(),
        })
    }

    /// Gives an entry its verdict and notes what is to be kept of it.
    fn take(&mut self, arrived: Arrived, form: Form) {
        let seq = arrived.seq;
        let (subject, kind, evidence, verdict, reason) = match form {
            Form::Aside(aside) => (
                aside.subject,
                aside.kind,
                aside.evidence,
                aside.verdict,
                Some(aside.reason),
            ),
            Form::Entry(entry) => {
                let (verdict, reason) = self.judge(&entry, &arrived);
                let kind = Some(entry.change.kind().to_owned());
                let evidence = judge::evidence_of(&entry.change);
                (Some(entry.subject), kind, evidence, verdict, reason)
            }
        };
        // What stays outside a seal is understood: nothing later waits for it.
        if verdict == Verdict::Held
            && reason != Some(VerdictReason::OutsideSeal)
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
        let Arrived {
            hash, link, bytes, ..
        } = arrived;
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
    }

    /// The verdict on an entry that reads, and what it does to its record.
    fn judge(&mut self, entry: &Entry, arrived: &Arrived) -> (Verdict, Option<VerdictReason>) {
        if self.caller.is_revoked() {
            return (Verdict::Held, Some(VerdictReason::Revoked));
        }
        if self.held.contains(&entry.subject) {
            return (Verdict::Held, Some(VerdictReason::AfterHeld));
        }
        let beside_records = matches!(
            entry.change,
            Change::JournalOpened { .. } | Change::EntriesLost { .. } | Change::TaskProgress { .. }
        );
        if beside_records {
            return (Verdict::Accepted, None);
        }
        self.folding.fold(entry, arrived.hash)
    }

    /// Writes the entries under a row of the log. The records that they are folded into, and the
    /// evidence that was named.
    async fn keep(
        self,
        write: &mut Write,
        log_number: u64,
    ) -> Result<(Folding, BTreeSet<EvidenceHash>), Refusal> {
        write
            .add_entries(self.caller.journal.id, log_number, &self.entries)
            .await?;
        write.add_names(self.caller.journal.id, &self.names).await?;
        let named = self.names.iter().map(|name| name.hash).collect();
        Ok((self.folding, named))
    }
}
