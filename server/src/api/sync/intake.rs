//! Judges the new entries of a piece and commits them with everything that follows from them.

use super::judge::{self, Form};
use super::piece::Arrived;
use crate::api::evidence;
use crate::api::problem::Refusal;
use crate::court::Court;
use crate::db::{Caller, EvidenceName, Journal, LogKind, NewEntry, NewRecord, Write};
use std::collections::{BTreeMap, BTreeSet, btree_map};
use waiqin_protocol::canonical;
use waiqin_protocol::ids::{EvidenceHash, SubjectId};
use waiqin_protocol::journal::{Change, Entry, Head, JournalReceipt, LogPosition, Signed};
use waiqin_protocol::record::Record;
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
    let (new, forms) = formed(new, caller.journal.clone()).await?;
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
    let receipt = receipt_of(court, caller, end, position, now_ms)?;
    let mut intake = Intake::open(caller, &forms, &mut write).await?;
    for (entry, form) in new.entries.into_iter().zip(forms) {
        intake.take(entry, form);
    }
    let gaps = write
        .add_gaps(caller.journal.id, position.number, &new.gaps, now_ms)
        .await?;
    let named = intake.keep(&mut write, position.number).await?;
    write.set_head(caller.journal.id, &receipt, now_ms).await?;
    write.commit().await?;
    tracing::info!(journal = %caller.journal.id, to = end.seq, log = position.number, "piece taken");
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

/// On a phone an officer chooses between his own values alone; between those of several the office
/// decides.
fn may_decide(record: &Record, entry: &Entry) -> bool {
    let Change::ContestDecided {
        candidates, path, ..
    } = &entry.change
    else {
        return true;
    };
    record.all_by(entry.author, path, candidates)
}

/// A piece being taken in: records as far as they are folded, and what will be kept.
struct Intake<'a> {
    caller: &'a Caller,
    held: BTreeSet<SubjectId>,
    records: BTreeMap<SubjectId, Record>,
    changed: BTreeSet<SubjectId>,
    entries: Vec<NewEntry>,
    names: Vec<EvidenceName>,
}

impl<'a> Intake<'a> {
    /// Reads what the entries are about, once for the whole piece.
    async fn open(caller: &'a Caller, forms: &[Form], write: &mut Write) -> Result<Self, Refusal> {
        let held = write.held_subjects(caller.journal.id).await?;
        let subjects = forms.iter().filter_map(|form| match form {
            Form::Entry(entry) => Some(entry.subject),
            Form::Aside(_) => None,
        });
        Ok(Self {
            caller,
            held,
            records: write.records(&subjects.collect()).await?,
            changed: BTreeSet::new(),
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
                let kind = Some(judge::kind_of(&entry.change).to_owned());
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
        let verdict = match self.records.entry(entry.subject) {
            btree_map::Entry::Occupied(known) if !may_decide(known.get(), entry) => {
                (Verdict::Refused, Some(VerdictReason::NotOfThisJournal))
            }
            btree_map::Entry::Occupied(known) => {
                known.into_mut().apply(entry, arrived.hash).verdict()
            }
            btree_map::Entry::Vacant(place) => match Record::open(entry, arrived.hash) {
                Some(opened) => {
                    place.insert(opened);
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
        verdict
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
        let mut changed = Vec::with_capacity(self.changed.len());
        for subject in &self.changed {
            if let Some(record) = self.records.remove(subject) {
                let case_id = write.case_named(&record.case).await?;
                changed.push(NewRecord { record, case_id });
            }
        }
        write.put_records(&changed, log_number).await?;
        Ok(self.names.iter().map(|name| name.hash).collect())
    }
}
