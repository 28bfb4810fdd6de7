//! 核对结论: what the office concludes on sealed records by the case list, each an entry on (record hash,
//! list version).

use super::office::{Acting, NotDone, reason_of};
use crate::court::Court;
use crate::db::{AuditAct, OutcomeRow, QuestionRow, Write};
use std::collections::BTreeSet;
use waiqin_protocol::ids::{CaseId, OfficerId, RecordHash, SubjectId};
use waiqin_protocol::journal::{CaseRef, Change};
use waiqin_protocol::reconcile::{Decision, Match, Question};
use waiqin_protocol::record::Record;

/// A person's decision on the match or a finding of a sealed record (核对).
#[derive(Clone, Debug)]
pub(crate) struct Concluding {
    /// The record.
    pub subject: SubjectId,
    /// Its hash, as it was shown.
    pub record: RecordHash,
    /// What it answers.
    pub question: Question,
    /// The answer.
    pub decision: Decision,
    /// The case that it names, where it has to name one.
    pub case: Option<CaseId>,
    /// The list by which it was shown.
    pub list_version: u64,
    /// Why.
    pub reason: String,
}

/// Concludes on sealed records, all or none. Each is an entry of its own; the records stay as they are.
pub(crate) async fn conclude(
    court: &Court,
    by: OfficerId,
    conclusions: Vec<Concluding>,
) -> Result<(), NotDone> {
    let mut write = court.db().write().await?;
    let mut changes = Vec::with_capacity(conclusions.len());
    let subjects: BTreeSet<SubjectId> = conclusions.iter().map(|it| it.subject).collect();
    let records = write.records(&subjects).await?;
    for it in conclusions {
        let record = records.get(&it.subject).ok_or(NotDone::Changed)?;
        let change = concluded(&mut write, record, &it).await?;
        changes.push((it.subject, change));
    }
    if changes.is_empty() {
        return Err(NotDone::Changed);
    }
    let mut acting = Acting::begin(court, by, write, &subjects).await?;
    for (subject, change) in changes {
        acting.act(subject, change)?;
    }
    acting.end(AuditAct::Concluded).await
}

/// The entry of a conclusion, when it answers what is asked now.
async fn concluded(write: &mut Write, record: &Record, it: &Concluding) -> Result<Change, NotDone> {
    let outcome = write.outcome(it.subject).await?.ok_or(NotDone::Changed)?;
    let is_it = |row: &QuestionRow| row.question == it.question.as_str();
    let answers = if it.decision == Decision::Undo {
        record.concluded(it.question).is_some()
    } else {
        outcome.questions.iter().any(is_it) && it.question.decisions().contains(&it.decision)
    };
    let newest = write.newest_list_version().await?;
    let as_shown = outcome.record == it.record.to_string() && newest == it.list_version;
    if !answers || !as_shown {
        return Err(NotDone::Changed);
    }
    let reason = match it.reason.trim() {
        "" if !it.decision.needs_reason() => None,
        text => Some(reason_of(text)?),
    };
    let case = case_of(write, &outcome, it).await?;
    let finding = match it.question {
        Question::Match(_) => None,
        Question::Finding(finding) => Some(finding.as_str().to_owned()),
    };
    Ok(Change::Concluded {
        case,
        decision: it.decision.as_str().to_owned(),
        findings: finding.into_iter().collect(),
        list_version: it.list_version,
        matched: outcome.matched,
        reason,
        record: it.record,
    })
}

/// The case that a decision names: by what it means, or the one that the person named.
async fn case_of(
    write: &mut Write,
    outcome: &OutcomeRow,
    it: &Concluding,
) -> Result<Option<CaseId>, NotDone> {
    let id = match (it.decision, it.question) {
        (Decision::Link | Decision::Both | Decision::Member, _)
        | (Decision::Successor, Question::Match(Match::Successor))
        | (Decision::First, Question::Match(Match::Predecessor)) => outcome.case.clone(),
        (Decision::Successor | Decision::First, Question::Match(_)) => outcome.named.clone(),
        (Decision::Successor, Question::Finding(_)) => {
            match (outcome.candidates.as_slice(), &it.case) {
                (candidates, Some(id)) if candidates.contains(&id.0) => Some(id.0.clone()),
                ([one], None) => Some(one.clone()),
                _ => return Err(NotDone::Case),
            }
        }
        (Decision::Candidate, _) => {
            let id = it.case.as_ref().ok_or(NotDone::Case)?;
            let offered = outcome.candidates.contains(&id.0);
            Some(id.0.clone()).filter(|_| offered)
        }
        (Decision::OtherCase | Decision::EnterNumber, _) => it.case.as_ref().map(|id| id.0.clone()),
        _ => return Ok(None),
    };
    let id = CaseId(id.ok_or(NotDone::Case)?);
    let named = CaseRef {
        id: Some(id),
        ..CaseRef::default()
    };
    let found = write.case_named(&named).await?;
    Ok(Some(CaseId(found.ok_or(NotDone::Case)?)))
}
