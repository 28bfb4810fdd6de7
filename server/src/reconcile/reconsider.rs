//! Judging records anew, and those that stand beside them.

use super::known::known_of;
use super::pairs::{Beside, findings_beside};
use crate::db::{Db, DbError, Meta, NewOutcome, OutcomeRow, QuestionRow, SUBJECTS_AT_ONCE, Write};
use std::collections::{BTreeMap, BTreeSet};
use waiqin_protocol::ids::SubjectId;
use waiqin_protocol::reconcile::{Finding, Match, Outcome, Question, Visit, judge};
use waiqin_protocol::record::Record;

/// Records of before that are judged at a time.
const OLDER_AT_ONCE: u32 = 200;

/// Judges the records of before outcomes were kept, once.
pub(crate) async fn judge_older(db: &Db) -> Result<(), DbError> {
    if db.meta(Meta::Reconciled).await?.is_some() {
        return Ok(());
    }
    db.fill_case_keys().await?;
    let mut after = None;
    loop {
        let page = db.records_after(after, OLDER_AT_ONCE).await?;
        let Some(last) = page.last() else {
            break;
        };
        after = Some(last.subject);
        let sealed = page.into_iter().filter(|it| !it.seals.is_empty());
        let sealed = sealed.map(|it| (it.subject, it)).collect();
        let mut write = db.write().await?;
        reconsider(&mut write, &sealed).await?;
        write.commit().await?;
    }
    db.set_meta(Meta::Reconciled, "1").await
}

/// Judges anew what a list version may have changed.
pub(crate) async fn after_list(write: &mut Write, version: i64) -> Result<(), DbError> {
    let touched = write.outcomes_touched(version).await?;
    for some in touched.chunks(SUBJECTS_AT_ONCE) {
        let subjects = some.iter().copied().collect();
        let records = write.records(&subjects).await?;
        reconsider(write, &records).await?;
    }
    Ok(())
}

/// Judges records anew, and then those that they stand beside now or stood beside before.
pub(crate) async fn reconsider(
    write: &mut Write,
    records: &BTreeMap<SubjectId, Record>,
) -> Result<(), DbError> {
    let mut beside = BTreeSet::new();
    for record in records.values() {
        beside.extend(look(write, record).await?);
    }
    // One that was judged before its neighbour is looked at once more: it may not have seen it yet.
    let beside = write.records(&beside).await?;
    for record in beside.values() {
        look(write, record).await?;
    }
    Ok(())
}

/// Judges a record and keeps what comes of it. The records beside which it stands or stood.
async fn look(write: &mut Write, record: &Record) -> Result<BTreeSet<SubjectId>, DbError> {
    let seal = record.seals.first();
    let visit = seal.and_then(|seal| Visit::of_body(&seal.body, record));
    let before = match seal {
        Some(_) => write.outcome(record.subject).await?,
        None => None,
    };
    let stood: BTreeSet<SubjectId> = before.iter().flat_map(|it| it.others.clone()).collect();
    let (Some(seal), Some(visit), None) = (seal, visit, &record.voided) else {
        if let Some(before) = &before {
            write.drop_outcome(before).await?;
        }
        return Ok(stood);
    };
    let placed = record.placed();
    let around = write.around(&visit, placed.map(|it| it.0.as_str())).await?;
    let made_against = write.made_against(record.subject).await?;
    let outcome = judge(&visit, &known_of(&around, made_against), placed);
    let put = placed.filter(|id| around.cases.iter().any(|it| it.case.id == id.0));
    let belongs = put.or(outcome.case.as_ref()).map(|id| id.0.clone());
    let others = beside(write, record, &visit, belongs.as_deref()).await?;
    let pairs = findings_beside(&visit, belongs.as_deref(), &others);
    let asking = Asking {
        record,
        outcome: &outcome,
        before: before.as_ref(),
        list_version: around.list_version,
    };
    let new = NewOutcome {
        subject: record.subject,
        record: seal.hash,
        act: crate::db::word(&visit.act)?,
        at_ms: visit.at,
        matched: outcome.matched.as_str().to_owned(),
        named: outcome.named.as_ref().map(|id| id.0.clone()),
        case: outcome.case.as_ref().map(|id| id.0.clone()),
        main: outcome.main.as_ref().map(|id| id.0.clone()),
        belongs,
        candidates: outcome.candidates.iter().map(|id| id.0.clone()).collect(),
        others: pairs.iter().flat_map(|(_, keys)| keys.clone()).collect(),
        questions: asking.questions(&pairs),
        cases: around.cases.iter().map(|it| it.case.id.clone()).collect(),
        assets: visit.assets.clone(),
    };
    write.put_outcome(&new, before.as_ref()).await?;
    let stands: BTreeSet<SubjectId> = new.others;
    Ok(stands.union(&stood).copied().collect())
}

/// Records that may be of the same act or thing.
async fn beside(
    write: &mut Write,
    record: &Record,
    visit: &Visit,
    belongs: Option<&str>,
) -> Result<Vec<Beside<SubjectId>>, DbError> {
    let Some(case) = belongs else {
        return Ok(Vec::new());
    };
    let act = crate::db::word(&visit.act)?;
    let mut found = write
        .records_beside((record.subject, case), (&act, visit.at))
        .await?;
    found.extend(
        write
            .records_with_assets(record.subject, &visit.assets)
            .await?,
    );
    let one = |(other, belongs): (Record, Option<String>)| {
        let seal = other.seals.first()?;
        Some(Beside {
            key: other.subject,
            visit: Visit::of_body(&seal.body, &other)?,
            belongs,
        })
    };
    Ok(found.into_iter().filter_map(one).collect())
}

/// What an outcome asks of people.
struct Asking<'a> {
    record: &'a Record,
    outcome: &'a Outcome,
    before: Option<&'a OutcomeRow>,
    list_version: i64,
}

impl Asking<'_> {
    /// The match, then the findings in the order of the table.
    fn questions(&self, pairs: &[(Finding, BTreeSet<SubjectId>)]) -> Vec<QuestionRow> {
        let mut findings = self.outcome.findings.clone();
        for (finding, keys) in pairs {
            let keys: Vec<String> = keys.iter().map(SubjectId::to_string).collect();
            findings.insert(*finding, keys.join(" "));
        }
        let mut questions = vec![self.of_match()];
        for (finding, said) in findings {
            let question = Question::Finding(finding);
            let since = self.since(question.as_str(), &said);
            let waits = !self.is_settled(question, since);
            questions.push(row(question, said, since, waits));
        }
        questions
    }

    /// A match that the number alone gives waits for nobody, unless it came later than the record, by
    /// which its phone is to be told, or people had concluded otherwise, or there is something to choose.
    fn of_match(&self) -> QuestionRow {
        let (matched, said) = (self.outcome.matched, self.outcome.said.clone());
        let question = Question::Match(matched);
        let since = self.since(question.as_str(), &said);
        let concluded = self.record.concluded(question);
        let otherwise = concluded.is_some_and(|it| it.case != self.outcome.case);
        let chosen = !self.outcome.candidates.is_empty()
            && !self
                .outcome
                .findings
                .contains_key(&Finding::ClosedBeforeAct);
        let asks = question.waits() || otherwise || chosen || self.came_late(question, &said);
        row(
            question,
            said,
            since,
            asks && !self.is_settled(question, since),
        )
    }

    /// Whether no list knew the record's case before, and nobody has answered since.
    fn came_late(&self, question: Question, said: &str) -> bool {
        let before = self.before.and_then(|it| it.questions.first());
        before.is_some_and(|it| match Question::of(&it.question) {
            Some(Question::Match(Match::NotFound | Match::CandidateParty)) => true,
            _ => it.question == question.as_str() && it.said == said && it.waits,
        })
    }

    /// The list since which a question rests on what it rests on now.
    fn since(&self, question: &str, said: &str) -> i64 {
        let before = self.before.iter().flat_map(|it| &it.questions);
        let same = before.filter(|it| it.question == question && it.said == said);
        same.map(|it| it.since).next().unwrap_or(self.list_version)
    }

    fn is_settled(&self, question: Question, since: i64) -> bool {
        let concluded = self.record.concluded(question);
        let since = u64::try_from(since).unwrap_or(0);
        concluded.is_some_and(|it| it.list_version >= since)
    }
}

fn row(question: Question, said: String, since: i64, waits: bool) -> QuestionRow {
    QuestionRow {
        question: question.as_str().to_owned(),
        said,
        since,
        waits,
    }
}
