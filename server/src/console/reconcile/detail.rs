//! One record on the board: both sides, the questions, what was concluded.

use super::aside::class;
use super::say::{Told, debtors, remaining};
use crate::access::Action;
use crate::console::cases;
use crate::console::contests::Named;
use crate::console::entries::act_word;
use crate::console::page::Page;
use crate::console::problem::Problem;
use crate::console::record;
use crate::console::show::{self, Number};
use crate::db::{AuditAct, OutcomeRow, RecordRow};
use crate::list::ListCase;
use crate::reconcile::case_at;
use crate::words::console::ConsoleWords;
use std::collections::HashMap;
use waiqin_protocol::ids::SubjectId;
use waiqin_protocol::reconcile::{Decision, Question, Visit};
use waiqin_protocol::record::Record;
use waiqin_protocol::words::fill;

/// Records beside this one that are named.
const OTHERS_SHOWN: usize = 10;

/// The right side of the board.
pub(super) struct Detail {
    pub subject: String,
    pub hash: String,
    pub number: Number,
    pub act: &'static str,
    pub at: String,
    pub record_href: String,
    pub case_href: Option<String>,
    pub tags: Vec<(&'static str, &'static str)>,
    pub then_heading: String,
    pub now_heading: String,
    pub lines: Vec<Line>,
    pub asked: Vec<Asking>,
    pub settled: Vec<Settled>,
    pub others: Vec<(String, String)>,
    pub may_decide: bool,
}

/// A line of the comparison.
pub(super) struct Line {
    pub label: &'static str,
    pub then: String,
    pub field: String,
    pub now: String,
    /// What the list says now is something else.
    pub differs: bool,
}

/// A question that waits.
pub(super) struct Asking {
    pub question: &'static str,
    pub word: &'static str,
    pub class: &'static str,
    pub sentence: String,
    pub decisions: Vec<Choice>,
    pub candidates: Vec<(String, String)>,
    pub wants_case: bool,
    pub wants_reason: bool,
    /// Its decisions have the keys 1, 2 ….
    pub keys: bool,
}

/// A decision to choose.
pub(super) struct Choice {
    pub value: &'static str,
    pub word: &'static str,
    pub needs: &'static str,
}

/// A conclusion that stands.
pub(super) struct Settled {
    pub question: &'static str,
    pub word: &'static str,
    pub decision: String,
    pub by: String,
    pub reason: String,
    pub case: Option<Number>,
}

impl Detail {
    pub async fn of(page: &Page, subject: SubjectId, list_version: i64) -> Result<Self, Problem> {
        let desk = &page.desk;
        let db = desk.db();
        let (row, record) = record::seen(page, &subject.to_string()).await?;
        let outcome = db.outcome(subject).await?.ok_or(Problem::NotFound)?;
        let seal = record.seals.first().ok_or(Problem::NotFound)?;
        let visit = Visit::of_body(&seal.body, &record).ok_or(Problem::NotFound)?;
        let placed = record.placed().map(|it| it.0.as_str());
        let around = db.around(&visit, placed).await?;
        let made_against = db.made_against(subject).await?;
        let told = Told {
            page,
            visit: &visit,
            outcome: &outcome,
            around: &around,
            made_against,
        };
        let known = told.case(outcome.belongs.as_ref());
        // A record that is shown on the board is read, and so is the case beside it.
        page.noted(AuditAct::RecordRead, Some(&subject.to_string()))
            .await?;
        if let Some(case) = &outcome.belongs {
            page.noted(AuditAct::CaseRead, Some(case)).await?;
        }
        let settled = settled(&record, &told).await?;
        let others = others(page, &outcome).await?;
        let w = page.words();
        let then_heading = match made_against {
            0 => w.board_then_none.to_owned(),
            version => fill(w.board_then, &[("version", &version)]),
        };
        let was = known.and_then(|it| case_at(it, made_against));
        let is = known.map(|it| (&it.case, it.absent));
        Ok(Self {
            subject: subject.to_string(),
            hash: outcome.record.clone(),
            number: Number::of(row.number_normal.as_deref().unwrap_or(&row.number_typed)),
            act: act_word(&outcome.act, w),
            at: show::minute(outcome.at_ms),
            record_href: format!("/records/{subject}"),
            case_href: outcome.belongs.as_deref().map(cases::address),
            tags: tags(&outcome, page),
            then_heading,
            now_heading: fill(w.board_now, &[("version", &list_version)]),
            lines: lines(was, is, &visit, &row, w),
            asked: asked(&told),
            settled,
            others,
            may_decide: page.member.may(Action::Reconcile),
        })
    }
}

fn tags(outcome: &OutcomeRow, page: &Page) -> Vec<(&'static str, &'static str)> {
    let of = |name: &str| {
        let question = Question::of(name)?;
        let waits = outcome
            .questions
            .iter()
            .any(|q| q.question == name && q.waits);
        let class = match (question, waits) {
            (_, true) => class(question),
            (Question::Match(_), false) => "proved",
            (Question::Finding(_), false) => "quiet",
        };
        Some((class, question.label(page.lang())))
    };
    outcome
        .questions
        .iter()
        .filter_map(|q| of(&q.question))
        .collect()
}

/// What the phone went out with, what was recorded, what the list says now.
fn lines(
    was: Option<(&ListCase, u32)>,
    is: Option<(&ListCase, u32)>,
    visit: &Visit,
    row: &RecordRow,
    w: &'static ConsoleWords,
) -> Vec<Line> {
    let unknown = || w.board_unknown.to_owned();
    let text = |case: Option<(&ListCase, u32)>, of: &dyn Fn(&ListCase) -> String| {
        case.map(|it| of(it.0))
            .filter(|it| !it.is_empty())
            .unwrap_or_else(unknown)
    };
    let line = |label, field: String, of: &dyn Fn(&ListCase) -> String| {
        let (then, now) = (text(was, of), text(is, of));
        Line {
            label,
            differs: was.is_some() && is.is_some() && then != now,
            then,
            field: if field.is_empty() { unknown() } else { field },
            now,
        }
    };
    let officers: Vec<&str> = visit.officers.iter().map(String::as_str).collect();
    let debtor = visit.debtor.as_ref();
    let debtor = debtor.map(|it| match &it.code {
        Some(code) => format!(
            "{} {}",
            it.name,
            waiqin_protocol::numbers::identity::mask_id(code)
        ),
        None => it.name.clone(),
    });
    let mut state = line(
        w.board_state_row,
        act_word(&row.act, w).to_owned(),
        &|case| state_of(case, w),
    );
    for (text, case) in [(&mut state.then, was), (&mut state.now, is)] {
        if case.is_some_and(|it| it.1 > 0) {
            *text = w.board_absent.to_owned();
        }
    }
    state.differs = was.is_some() && is.is_some() && state.then != state.now;
    vec![
        line(w.case_number, visit.typed.clone(), &|case| {
            case.number.clone()
        }),
        state,
        line(w.officer, officers.join(w.comma), &|case| {
            case.officer.clone()
        }),
        line(w.board_remaining, String::new(), &|case| {
            remaining(Some(case), w.board_unknown)
        }),
        line(w.debtor, debtor.unwrap_or_default(), &|case| {
            debtors(Some(case), w.comma)
        }),
    ]
}

fn state_of(case: &ListCase, w: &ConsoleWords) -> String {
    let mut parts = match (case.is_closed(), case.closed_on) {
        (true, Some(day)) => vec![case.close_mode.clone(), day.to_string()],
        _ => vec![w.board_open.to_owned()],
    };
    if !case.stay.is_empty() {
        parts.push(case.stay.clone());
    }
    parts.join(" ")
}

fn asked(told: &Told<'_>) -> Vec<Asking> {
    let lang = told.page.lang();
    let waiting = told.outcome.questions.iter().filter(|q| q.waits);
    let mut asked: Vec<Asking> = waiting
        .filter_map(|q| {
            let question = Question::of(&q.question)?;
            let decisions = choices(question, told);
            let needs = |what: &str| decisions.iter().any(|it| it.needs.contains(what));
            Some(Asking {
                question: question.as_str(),
                word: question.label(lang),
                class: class(question),
                sentence: told.sentence(question),
                candidates: candidates(&decisions, told),
                wants_case: decisions.iter().any(|it| {
                    Decision::of(it.value)
                        .is_some_and(|it| matches!(it, Decision::OtherCase | Decision::EnterNumber))
                }),
                wants_reason: needs("reason"),
                decisions,
                keys: false,
            })
        })
        .collect();
    if let Some(first) = asked.first_mut() {
        first.keys = true;
    }
    asked
}

/// What may be decided: a later 执恢 only where there is one.
fn choices(question: Question, told: &Told<'_>) -> Vec<Choice> {
    let offered = |it: &&Decision| match (it, question) {
        (Decision::Successor, Question::Finding(_)) => !told.outcome.candidates.is_empty(),
        _ => true,
    };
    let decisions = question.decisions().iter().filter(offered);
    decisions
        .map(|it| Choice {
            value: it.as_str(),
            word: it.label(told.page.lang()),
            needs: match (it.asks_for_case(), it.needs_reason()) {
                (true, true) => "case reason",
                (true, false) => "case",
                (false, true) => "reason",
                (false, false) => "",
            },
        })
        .collect()
}

fn candidates(choices: &[Choice], told: &Told<'_>) -> Vec<(String, String)> {
    let chosen = |it: &Choice| {
        let decision = Decision::of(it.value);
        decision == Some(Decision::Candidate)
            || (decision == Some(Decision::Successor) && told.outcome.candidates.len() > 1)
    };
    if !choices.iter().any(chosen) {
        return Vec::new();
    }
    let w = told.page.words();
    let named = told.outcome.candidates.iter().map(|id| {
        let case = told.case(Some(id)).map(|it| &it.case);
        let text = case.map(|it| {
            let parts = [
                it.number.clone(),
                debtors(Some(it), w.comma),
                state_of(it, w),
            ];
            parts.join(" · ")
        });
        (id.clone(), text.unwrap_or_else(|| id.clone()))
    });
    named.collect()
}

async fn settled(record: &Record, told: &Told<'_>) -> Result<Vec<Settled>, Problem> {
    let page = told.page;
    let names: HashMap<String, String> =
        page.desk.db().names_of_users().await?.into_iter().collect();
    let devices = HashMap::new();
    let named = Named {
        names: &names,
        devices: &devices,
    };
    let lang = page.lang();
    let one = |it: &&waiqin_protocol::record::Conclusion| {
        let question = it.question()?;
        let by: [(&str, &dyn std::fmt::Display); 3] = [
            ("name", &named.name(&it.author.to_string())),
            ("at", &show::minute(it.at)),
            ("version", &it.list_version),
        ];
        let decision = it.decision();
        let places = decision.is_some_and(Decision::places);
        let case = it.case.as_ref().filter(|_| places);
        Some(Settled {
            question: question.as_str(),
            word: question.label(lang),
            decision: decision.map_or_else(|| it.decision.clone(), |it| it.label(lang).to_owned()),
            by: fill(page.words().board_by, &by),
            reason: it.reason.clone().unwrap_or_default(),
            case: case.map(|id| {
                let known = told.case(Some(&id.0)).map(|it| it.case.number.as_str());
                Number::of(known.unwrap_or(&id.0))
            }),
        })
    };
    Ok(record
        .standing_conclusions()
        .iter()
        .filter_map(one)
        .collect())
}

/// The records that this one stands beside, with the way to each.
async fn others(page: &Page, outcome: &OutcomeRow) -> Result<Vec<(String, String)>, Problem> {
    let mut named = Vec::new();
    for subject in outcome.others.iter().take(OTHERS_SHOWN) {
        let Some((row, _)) = page.desk.db().record_shown(&subject.to_string()).await? else {
            continue;
        };
        let number = row.number_normal.as_deref().unwrap_or(&row.number_typed);
        let text = [
            number,
            act_word(&row.act, page.words()),
            &row.officer_name,
            &show::minute(row.opened_ms),
        ]
        .join(" · ");
        named.push((format!("/records/{subject}"), text));
    }
    Ok(named)
}
