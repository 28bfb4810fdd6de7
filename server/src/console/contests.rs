//! 裁定: values that stand against each other in a record, and the office's choice of one. Nobody's
//! value is lost by it: what was given stays in its entry.

use super::fields::{self, Contested};
use super::form::ProtectedForm;
use super::page::Page;
use super::problem::Problem;
use super::record::{self, Notice};
use super::show;
use crate::db::EntryRow;
use crate::record::{Choice, NotDone};
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::collections::HashMap;
use waiqin_protocol::journal::{Entry, Path as FieldPath};
use waiqin_protocol::record::Record;

/// A contested field with its choices.
pub(super) struct Contest {
    pub anchor: String,
    pub path: String,
    pub label: String,
    /// The entries shown, as the form sends them back.
    pub candidates: String,
    pub values: Vec<ContestValue>,
}

/// One of the values.
pub(super) struct ContestValue {
    pub entry: String,
    pub text: String,
    /// Who gave it, on which phone, when by its clock.
    pub by: String,
}

/// A choice that was made.
pub(super) struct Decided {
    pub label: String,
    pub value: String,
    pub by: String,
    pub at: String,
    pub reason: String,
}

/// What is needed to name people and phones.
pub(super) struct Named<'a> {
    pub names: &'a HashMap<String, String>,
    /// What each journal's phone calls itself.
    pub devices: &'a HashMap<String, String>,
}

impl Named<'_> {
    pub fn name(&self, id: &str) -> String {
        let known = self.names.get(id).cloned();
        known.unwrap_or_else(|| show::short_hash(id))
    }
}

/// The contests of a record.
pub(super) fn of(
    record: &Record,
    page: &Page,
    named: &Named<'_>,
    rows: &[EntryRow],
) -> Vec<Contest> {
    let at: HashMap<&str, i64> = rows
        .iter()
        .filter_map(|row| {
            let entry = Entry::from_bytes(&row.bytes).ok()?;
            Some((row.hash.as_str(), entry.at.wall))
        })
        .collect();
    fields::contested(record, page.lang())
        .into_iter()
        .enumerate()
        .map(
            |(
                n,
                Contested {
                    path,
                    label,
                    values,
                },
            )| {
                let values: Vec<ContestValue> = values
                    .into_iter()
                    .map(|(candidate, text)| {
                        let entry = candidate.entry.to_string();
                        let who = named.name(&candidate.author.to_string());
                        let device = named.devices.get(&candidate.journal.to_string());
                        let when = at.get(entry.as_str()).map(|ms| show::minute(*ms));
                        let parts = [Some(who), device.cloned(), when];
                        ContestValue {
                            entry,
                            text,
                            by: parts.into_iter().flatten().collect::<Vec<_>>().join(" · "),
                        }
                    })
                    .collect();
                let candidates: Vec<&str> = values.iter().map(|it| it.entry.as_str()).collect();
                Contest {
                    anchor: format!("contest-{}", n + 1),
                    path,
                    label,
                    candidates: candidates.join(","),
                    values,
                }
            },
        )
        .collect()
}

/// The choices that were made in a record.
pub(super) fn decided(record: &Record, page: &Page, named: &Named<'_>) -> Vec<Decided> {
    let words = page.words();
    record
        .decisions
        .iter()
        .map(|it| {
            let (label, value) = fields::said(record, &it.path, it.value.as_ref(), page.lang());
            Decided {
                label,
                value: match it.value {
                    Some(_) => value,
                    None => words.decided_nothing.to_owned(),
                },
                by: named.name(&it.author.to_string()),
                at: show::minute(it.at),
                reason: it.reason.clone(),
            }
        })
        .collect()
}

/// The form of a choice.
#[derive(Deserialize)]
pub(super) struct Choosing {
    path: String,
    candidates: String,
    #[serde(default)]
    chosen: String,
    #[serde(default)]
    reason: String,
}

/// `POST /records/{subject}/decide`
pub(super) async fn decide(
    page: Page,
    Path(subject): Path<String>,
    ProtectedForm(form): ProtectedForm<Choosing>,
) -> Result<Response, Problem> {
    let words = page.words();
    let (row, _) = record::seen(&page, &subject).await?;
    let Some(choice) = choice_of(&row.subject, &form) else {
        return again(page, &subject, form, words.decide_choose).await;
    };
    let by = page.member.id;
    match crate::record::decide(page.desk.court(), by, choice).await {
        Ok(()) => Ok(Redirect::to(&format!("/records/{subject}#decided")).into_response()),
        Err(NotDone::Reason) => again(page, &subject, form, words.decide_reason).await,
        Err(NotDone::Changed) => again(page, &subject, form, words.decide_changed).await,
        Err(error @ (NotDone::Case | NotDone::Entry(_) | NotDone::Db(_) | NotDone::Key(_))) => {
            Err(Problem::broken(error))
        }
    }
}

/// The record once more, with what is in the way and what was typed.
async fn again(
    page: Page,
    subject: &str,
    form: Choosing,
    problem: &str,
) -> Result<Response, Problem> {
    let notice = Notice {
        problem: problem.to_owned(),
        path: form.path,
        chosen: form.chosen,
        reason: form.reason,
    };
    record::shown(page, subject, notice).await
}

fn choice_of(subject: &str, form: &Choosing) -> Option<Choice> {
    let candidates = form.candidates.split(',').map(str::parse);
    Some(Choice {
        subject: subject.parse().ok()?,
        path: FieldPath::new(form.path.clone()).ok()?,
        candidates: candidates.collect::<Result<_, _>>().ok()?,
        chosen: form.chosen.parse().ok()?,
        reason: form.reason.clone(),
    })
}
