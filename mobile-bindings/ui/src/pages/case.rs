//! 案件: parties, amounts, dates, the four stages, and what was recorded on it.

use super::page;
use super::problem::{Missing, Problem, Shown};
use super::rows::{Row, days_left, encoded, left, names, record_row, stage_label, stages, today};
use super::visit::Unlocked;
use crate::form::Fact;
use crate::frame::{Frame, Tab, Truth};
use crate::show::{Number, Tag, day_near, list_day, masked, money};
use crate::words::Words;
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use waiqin_core::{Delivery, RecordRow, RecordsOf, StoreError};
use waiqin_protocol::ids::CaseId;
use waiqin_protocol::numbers::days::court_day;
use waiqin_protocol::wire::sync::{Assigned, CaseSheet, PartySheet};
use waiqin_protocol::words::fill;

const VISITS_MAX: usize = 200;

pub(super) struct StageView {
    label: &'static str,
    class: &'static str,
    now: bool,
}

pub(super) struct Party {
    name: String,
    role: &'static str,
    debtor: bool,
    code: String,
}

#[derive(Template)]
#[template(path = "case.html")]
pub(super) struct CasePage {
    frame: Frame,
    id: String,
    new_href: String,
    no: Number,
    stages: Vec<StageView>,
    marks: Vec<Tag>,
    /// What he is to do, and who gave it to him when; empty: the case is his by the list.
    given: String,
    given_note: String,
    lead: String,
    lead_note: String,
    parties: Vec<Party>,
    money: Vec<Fact>,
    visits: Vec<Row>,
    list: String,
    facts: Vec<Fact>,
}

/// `GET /cases/{id}`
pub(super) async fn show(desk: Unlocked, Path(id): Path<String>) -> Result<Response, Shown> {
    let id = CaseId(id);
    let (sheet, visits) = desk
        .ask(move |session| {
            let visits = session.records(&RecordsOf::Case(id.clone()), 0, VISITS_MAX)?;
            Ok::<_, StoreError>((session.case(&id)?, visits))
        })
        .await?;
    let sheet = sheet.ok_or_else(|| desk.problem(Problem::NotFound(Missing::Case)))?;
    Ok(page(&CasePage::new(
        desk.frame(Some(Tab::Cases)),
        &sheet,
        &visits,
        desk.now_ms(),
    )))
}

impl CasePage {
    pub(super) fn new(frame: Frame, sheet: &CaseSheet, visits: &[RecordRow], now_ms: i64) -> Self {
        let w = frame.w;
        let (lead, lead_note) = match &sheet.address {
            Some(address) if !address.is_empty() => (address.clone(), names(&sheet.debtors, w)),
            Some(_) | None => (String::new(), String::new()),
        };
        let row = |it: &RecordRow| {
            let day = day_near(court_day(it.changed_ms), now_ms, w);
            Row {
                no: Number::default(),
                second: String::new(),
                ..record_row(it, None, Some(day), w)
            }
        };
        let waits = visits
            .iter()
            .filter(|it| it.delivery == Delivery::OnPhone)
            .count();
        let side = match waits {
            0 => frame.truth.side.clone(),
            n => fill(w.truth_case_waits, &[("n", &n)]),
        };
        let given = sheet.assigned.as_ref();
        Self {
            given: given.map(|it| it.reason.clone()).unwrap_or_default(),
            given_note: given
                .map(|it| given_note(it, now_ms, w))
                .unwrap_or_default(),
            id: sheet.id.clone(),
            new_href: format!("/records/new?case={}", encoded(&sheet.id)),
            no: Number::of(&sheet.number),
            stages: stage_bar(&sheet.stage, w),
            marks: marks(sheet, now_ms, w),
            lead,
            lead_note,
            parties: parties(sheet, w),
            money: amounts(sheet, w),
            visits: visits.iter().map(row).collect(),
            list: fill(w.case_list, &[("n", &sheet.list_version)]),
            facts: facts(sheet, w),
            frame: Frame {
                truth: Truth {
                    side,
                    ..frame.truth.clone()
                },
                poll: false,
                ..frame
            },
        }
    }
}

fn given_note(it: &Assigned, now_ms: i64, w: &'static Words) -> String {
    let day = day_near(court_day(it.at), now_ms, w);
    fill(w.case_given_by, &[("by", &it.by), ("day", &day)])
}

fn stage_bar(stage: &str, w: &'static Words) -> Vec<StageView> {
    let all = stages(w);
    let now = all.iter().position(|it| it.0 == stage);
    let view = |(index, (_, label)): (usize, (&'static str, &'static str))| StageView {
        label,
        class: match now {
            Some(now) if index < now => "done",
            Some(now) if index == now => "now",
            Some(_) | None => "",
        },
        now: now == Some(index),
    };
    all.into_iter().enumerate().map(view).collect()
}

fn marks(sheet: &CaseSheet, now_ms: i64, w: &'static Words) -> Vec<Tag> {
    let mut marks = Vec::new();
    if !stages(w).iter().any(|it| it.0 == sheet.stage) && !sheet.stage.is_empty() {
        marks.push(Tag::new(
            fill(w.stage_other, &[("stage", &sheet.stage)]),
            "plain",
        ));
    }
    if !sheet.stay.is_empty() {
        marks.push(Tag::new(
            fill(w.case_stayed, &[("mark", &sheet.stay)]),
            "warn",
        ));
    }
    match (&sheet.closed_on, days_left(sheet, today(now_ms))) {
        (Some(_), _) => {
            let how = if sheet.close_mode.is_empty() {
                w.closed
            } else {
                &sheet.close_mode
            };
            marks.push(Tag::new(how, "plain"));
        }
        (None, Some(days)) if days <= super::rows::NEAR_DAYS => {
            let text = format!("{} {}", w.case_due, left(days, w));
            marks.push(Tag::new(text, if days < 0 { "seal" } else { "warn" }));
        }
        (None, Some(_) | None) => {}
    }
    marks
}

fn parties(sheet: &CaseSheet, w: &'static Words) -> Vec<Party> {
    let view = |it: &PartySheet, debtor: bool| Party {
        name: it.name.clone(),
        role: if debtor { w.debtor } else { w.applicant },
        debtor,
        code: it.code.as_deref().map(masked).unwrap_or_default(),
    };
    let debtors = sheet.debtors.iter().map(|it| view(it, true));
    debtors
        .chain(sheet.applicants.iter().map(|it| view(it, false)))
        .collect()
}

fn amounts(sheet: &CaseSheet, w: &'static Words) -> Vec<Fact> {
    let received = match (sheet.amount_fen, sheet.remaining_fen) {
        (Some(amount), Some(remaining)) if amount > remaining => amount.checked_sub(remaining),
        (Some(_) | None, Some(_) | None) => None,
    };
    [
        (w.case_amount, sheet.amount_fen, true),
        (w.case_received, received, false),
        (w.case_remaining, sheet.remaining_fen, false),
    ]
    .into_iter()
    .filter_map(|(label, fen, strong)| Some(Fact::new(label, money(fen?, w), strong)))
    .collect()
}

fn facts(sheet: &CaseSheet, w: &'static Words) -> Vec<Fact> {
    let day = |text: &Option<String>| text.as_deref().map(|it| list_day(it, w));
    let text = |text: &str| Some(text.to_owned()).filter(|it| !it.is_empty());
    let former = sheet.former_numbers.join(w.list_comma);
    [
        (w.case_cause, text(&sheet.cause)),
        (w.case_filed, day(&sheet.filed_on)),
        (w.case_due, day(&sheet.due_on)),
        (w.case_closed_on, day(&sheet.closed_on)),
        (w.case_stage_label, text(stage_label(&sheet.stage, w))),
        (w.case_basis, text(&sheet.basis)),
        (w.case_judge, text(&sheet.officer)),
        (w.case_department, text(&sheet.department)),
        (w.case_phone, sheet.phone.clone()),
        (w.case_former, text(&former)),
    ]
    .into_iter()
    .filter_map(|(label, value)| Some(Fact::new(label, value?, false)))
    .collect()
}
