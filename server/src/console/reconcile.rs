//! 核对名册: records beside the newest list. On the left what waits, on the right one record: what the phone
//! went out with, what was recorded, what the list says now; what is asked, with a proposal and the keys of
//! the decisions.

mod aside;
mod detail;
mod say;

use super::form::ProtectedForm;
use super::frame::{Frame, Tab};
use super::page::{Page, show};
use super::problem::Problem;
use super::show::{self, Number};
use crate::access::Action;
use crate::db::{BoardFilter, BoardRow};
use crate::record::{Concluding, NotDone, conclude};
use crate::words::console::ConsoleWords;
use aside::Aside;
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use detail::Detail;
use serde::{Deserialize, Serialize};
use waiqin_protocol::ids::SubjectId;
use waiqin_protocol::reconcile::{Decision, Question};
use waiqin_protocol::words::fill;

/// Records of one page.
const PER_PAGE: u32 = 100;

/// What the address of the board says.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// Only those with this match or finding.
    #[serde(skip_serializing_if = "String::is_empty")]
    question: String,
    /// `1`: also those of which nothing waits.
    #[serde(skip_serializing_if = "String::is_empty")]
    all: String,
    /// Continue before: time of the act and id of the last record of the page before.
    #[serde(skip_serializing_if = "String::is_empty")]
    before: String,
}

impl Asked {
    fn address(&self, path: &str) -> String {
        match serde_urlencoded::to_string(self) {
            Ok(query) if !query.is_empty() => format!("{path}?{query}"),
            Ok(_) | Err(_) => path.to_owned(),
        }
    }

    fn filter(&self) -> BoardFilter {
        let before = self.before.split_once('-');
        BoardFilter {
            waiting: self.all != "1",
            question: Some(self.question.clone()).filter(|it| Question::of(it).is_some()),
            before: before.and_then(|(ms, subject)| Some((ms.parse().ok()?, subject.to_owned()))),
            limit: PER_PAGE,
        }
    }
}

/// A kind of question to choose from.
struct Kind {
    href: String,
    word: &'static str,
    count: u64,
    on: bool,
}

/// What may be decided of all that are listed.
struct Bulk {
    question: &'static str,
    decision: &'static str,
    word: String,
    /// The records, as the form sends them back.
    records: String,
}

#[derive(Template)]
#[template(path = "reconcile.html")]
struct Board {
    frame: Frame,
    state: String,
    kinds: Vec<Kind>,
    all: Kind,
    rows: Vec<Aside>,
    more: Option<String>,
    bulk: Option<Bulk>,
    one_by_one: bool,
    /// Query of the board, for the forms to come back to.
    query: String,
    list_version: i64,
    detail: Option<Detail>,
    notice: Notice,
}

/// What became of a decision, and what was typed.
#[derive(Default)]
struct Notice {
    good: String,
    problem: String,
    question: String,
    reason: String,
    case: String,
}

/// `GET /reconcile`: the board with its first record.
pub(super) async fn board(page: Page, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    shown(&page, &asked, None, Notice::default()).await
}

/// `GET /reconcile/{subject}`: the board with one record.
pub(super) async fn record(
    page: Page,
    Path(subject): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let subject = subject.parse().map_err(|_| Problem::NotFound)?;
    shown(&page, &asked, Some(subject), Notice::default()).await
}

async fn shown(
    page: &Page,
    asked: &Asked,
    subject: Option<SubjectId>,
    notice: Notice,
) -> Result<Response, Problem> {
    let desk = &page.desk;
    let words = page.words();
    let list_version = desk.db().newest_list_version().await?;
    let tally = desk.db().tally().await?;
    let filter = asked.filter();
    let rows = desk.db().board(&filter).await?;
    let chosen = subject.or_else(|| rows.first().map(|row| row.outcome.subject));
    let detail = match chosen {
        Some(chosen) => Some(Detail::of(page, chosen, list_version).await?),
        None => None,
    };
    let full = rows.len() >= usize::try_from(PER_PAGE).unwrap_or(usize::MAX);
    let more = rows.last().filter(|_| full).map(|last| {
        let it = &last.outcome;
        let before = format!("{}-{}", it.at_ms, it.subject);
        Asked {
            before,
            ..asked.clone()
        }
        .address("/reconcile")
    });
    let values: [(&str, &dyn std::fmt::Display); 3] = [
        ("version", &list_version),
        ("settled", &show::count(tally.settled)),
        ("waiting", &show::count(tally.waiting)),
    ];
    let question = filter.question.as_deref().and_then(Question::of);
    let waiting_alone = Asked {
        all: String::new(),
        before: String::new(),
        ..Asked::default()
    };
    let kinds = tally.by_question.iter().filter_map(|(name, count)| {
        let it = Question::of(name)?;
        Some(Kind {
            href: Asked {
                question: name.clone(),
                ..waiting_alone.clone()
            }
            .address("/reconcile"),
            word: it.label(page.lang()),
            count: *count,
            on: question == Some(it),
        })
    });
    let may = page.member.may(Action::Reconcile);
    let bulk = question
        .filter(|_| filter.waiting && may)
        .and_then(|it| bulk(page, it, &rows));
    show(&Board {
        state: match list_version {
            0 => words.board_no_list.to_owned(),
            _ => fill(words.board_state, &values),
        },
        kinds: kinds.collect(),
        all: Kind {
            href: waiting_alone.address("/reconcile"),
            word: words.board_waiting,
            count: tally.waiting,
            on: question.is_none() && filter.waiting,
        },
        one_by_one: may
            && question.is_some()
            && filter.waiting
            && bulk.is_none()
            && !rows.is_empty(),
        bulk,
        rows: rows
            .iter()
            .map(|row| Aside::of(row, page, asked, chosen))
            .collect(),
        more,
        query: asked.address(""),
        list_version,
        detail,
        notice,
        // As it is after a decision that this very request made.
        frame: page
            .frame(Tab::Reconcile, words.nav_reconcile)
            .counting(Tab::Reconcile, tally.waiting),
    })
}

/// The decision that may be taken of all records listed, where it only follows the list.
fn bulk(page: &Page, question: Question, rows: &[BoardRow]) -> Option<Bulk> {
    let decision = question.safe()?;
    let choose = rows.iter().any(|row| !row.outcome.candidates.is_empty());
    if choose && matches!(question, Question::Match(_)) {
        return None;
    }
    let records: Vec<String> = rows
        .iter()
        .map(|row| row.outcome.subject.to_string())
        .collect();
    let values: [(&str, &dyn std::fmt::Display); 2] = [
        ("n", &records.len()),
        ("decision", &decision.label(page.lang())),
    ];
    (records.len() > 1).then(|| Bulk {
        question: question.as_str(),
        decision: decision.as_str(),
        word: fill(page.words().board_bulk, &values),
        records: records.join(","),
    })
}

/// The form of a decision.
#[derive(Deserialize)]
pub(super) struct Deciding {
    question: String,
    decision: String,
    /// The record's hash, as shown.
    record: String,
    list: u64,
    #[serde(default)]
    case: String,
    #[serde(default)]
    reason: String,
}

/// `POST /reconcile/{subject}/conclude`: a conclusion on one record.
pub(super) async fn decide(
    page: Page,
    (Path(subject), Query(asked)): (Path<String>, Query<Asked>),
    ProtectedForm(form): ProtectedForm<Deciding>,
) -> Result<Response, Problem> {
    let subject: SubjectId = subject.parse().map_err(|_| Problem::NotFound)?;
    let words = page.words();
    let concluding = concluding(&page, subject, &form).await?;
    let done = match concluding {
        Some(it) => conclude(page.desk.court(), page.member.id, vec![it]).await,
        None => Err(NotDone::Changed),
    };
    let notice = match done {
        Ok(()) => Notice {
            good: words.board_done.to_owned(),
            ..Notice::default()
        },
        Err(error) => Notice {
            problem: problem(error, words)?.to_owned(),
            question: form.question,
            reason: form.reason,
            case: form.case,
            ..Notice::default()
        },
    };
    shown(&page, &asked, Some(subject), notice).await
}

/// The form of many decisions at once.
#[derive(Deserialize)]
pub(super) struct DecidingAll {
    question: String,
    decision: String,
    records: String,
    list: u64,
}

/// `POST /reconcile/conclude`: the same conclusion on every record that was listed, all or none.
pub(super) async fn decide_all(
    page: Page,
    Query(asked): Query<Asked>,
    ProtectedForm(form): ProtectedForm<DecidingAll>,
) -> Result<Response, Problem> {
    let words = page.words();
    let (Some(question), Some(decision)) =
        (Question::of(&form.question), Decision::of(&form.decision))
    else {
        return Err(Problem::NotFound);
    };
    if question.safe() != Some(decision) {
        return Err(Problem::NotFound);
    }
    let mut conclusions = Vec::new();
    for subject in form
        .records
        .split(',')
        .take(usize::try_from(PER_PAGE).unwrap_or(0))
    {
        let subject: SubjectId = subject.parse().map_err(|_| Problem::NotFound)?;
        let outcome = page.desk.db().outcome(subject).await?;
        let record = outcome.and_then(|it| it.record.parse().ok());
        conclusions.push(Concluding {
            subject,
            record: record.ok_or(Problem::NotFound)?,
            question,
            decision,
            case: None,
            list_version: form.list,
            reason: String::new(),
        });
    }
    let n = conclusions.len();
    let mut notice = Notice::default();
    match conclude(page.desk.court(), page.member.id, conclusions).await {
        Ok(()) => notice.good = fill(words.board_done_many, &[("n", &n)]),
        Err(error) => notice.problem = problem(error, words)?.to_owned(),
    }
    shown(&page, &asked, None, notice).await
}

/// What a decision's form asks for; `None` when it does not read.
async fn concluding(
    page: &Page,
    subject: SubjectId,
    form: &Deciding,
) -> Result<Option<Concluding>, Problem> {
    let (Some(question), Some(decision)) =
        (Question::of(&form.question), Decision::of(&form.decision))
    else {
        return Ok(None);
    };
    let Ok(record) = form.record.parse() else {
        return Ok(None);
    };
    Ok(Some(Concluding {
        subject,
        record,
        question,
        decision,
        case: crate::reconcile::case_meant(page.desk.court(), &form.case).await?,
        list_version: form.list,
        reason: form.reason.clone(),
    }))
}

fn problem(error: NotDone, words: &ConsoleWords) -> Result<&'static str, Problem> {
    match error {
        NotDone::Reason => Ok(words.board_needs_reason),
        NotDone::Changed => Ok(words.board_changed),
        NotDone::Case => Ok(words.board_needs_case),
        error @ (NotDone::Entry(_) | NotDone::Db(_) | NotDone::Key(_)) => {
            Err(Problem::broken(error))
        }
    }
}

/// The number of a record: as it reads, else as it was typed.
fn number_of(row: &BoardRow) -> Number {
    Number::of(row.normal.as_deref().unwrap_or(&row.typed))
}
