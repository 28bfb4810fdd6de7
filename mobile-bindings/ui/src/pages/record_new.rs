//! Opening a record: on a case of the list, or on one that the list does not have.

use super::page;
use super::problem::{Missing, Problem, Shown};
use super::rows::{case_href, names, record_href};
use super::visit::Unlocked;
use crate::carrier::Protected;
use crate::form::ACTS;
use crate::frame::{Frame, Tab};
use crate::show::{Number, act, act_code};
use crate::words::Words;
use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::collections::BTreeMap;
use waiqin_protocol::canonical::Value;
use waiqin_protocol::ids::CaseId;
use waiqin_protocol::journal::{Act, CaseRef, Path};
use waiqin_protocol::numbers::case_no::read_case_no;
use waiqin_protocol::numbers::days::court_day;
use waiqin_protocol::wire::sync::CaseSheet;

const NUMBER_CHARS_MAX: usize = 200;

/// Query of the page.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// The case, where the list has it.
    #[serde(default)]
    case: String,
}

/// One act that can be recorded.
pub(super) struct ActChoice {
    code: &'static str,
    label: &'static str,
    on: bool,
}

/// The case of the list that the record will be on.
pub(super) struct OnCase {
    id: String,
    href: String,
    lead: String,
    no: Number,
}

#[derive(Template)]
#[template(path = "record_new.html")]
pub(super) struct NewPage {
    frame: Frame,
    case: Option<OnCase>,
    acts: Vec<ActChoice>,
    typed: String,
    problem: Option<&'static str>,
}

impl NewPage {
    /// A case that the list does not have.
    pub(super) fn new(
        frame: Frame,
        act: Act,
        typed: String,
        problem: Option<&'static str>,
    ) -> Self {
        Self {
            acts: acts(act, frame.w),
            case: None,
            typed,
            problem,
            frame,
        }
    }

    /// On a case of the list.
    pub(super) fn on(frame: Frame, sheet: &CaseSheet) -> Self {
        let w = frame.w;
        let address = sheet.address.clone().unwrap_or_default();
        let case = OnCase {
            id: sheet.id.clone(),
            href: case_href(&sheet.id),
            lead: if address.is_empty() {
                names(&sheet.debtors, w)
            } else {
                address
            },
            no: Number::of(&sheet.number),
        };
        Self {
            acts: acts(Act::Investigation, w),
            case: Some(case),
            typed: String::new(),
            problem: None,
            frame,
        }
    }
}

fn acts(chosen: Act, w: &'static Words) -> Vec<ActChoice> {
    let choice = |it: Act| ActChoice {
        code: act_code(it),
        label: act(it, w),
        on: it == chosen,
    };
    ACTS.into_iter().map(choice).collect()
}

/// The act that a form names: one of those that are recorded on this phone. A form that was sent
/// without a button means its first.
fn act_of(code: Option<&str>) -> Option<Act> {
    match code {
        None => ACTS.into_iter().next(),
        Some(code) => ACTS.into_iter().find(|it| act_code(*it) == code),
    }
}

/// `POST /records`: 开始记录 on a case of the list.
pub(super) async fn from_case(
    desk: Unlocked,
    Protected(posted): Protected,
) -> Result<Response, Shown> {
    let act = act_of(posted.text("act")).ok_or_else(|| desk.problem(Problem::Form))?;
    let sheet = listed(&desk, posted.text("case").unwrap_or_default()).await?;
    let case = CaseRef {
        id: Some(CaseId(sheet.id.clone())),
        normal: Some(sheet.number.clone()),
        pending: false,
        typed: sheet.number.clone(),
    };
    open(&desk, act, case, Some(&sheet)).await
}

async fn listed(desk: &Unlocked, id: &str) -> Result<CaseSheet, Shown> {
    let id = CaseId(id.to_owned());
    let found = desk.ask(move |session| session.case(&id)).await?;
    found.ok_or_else(|| desk.problem(Problem::NotFound(Missing::Case)))
}

/// `GET /records/new`
pub(super) async fn show(desk: Unlocked, Query(asked): Query<Asked>) -> Result<Response, Shown> {
    let frame = desk.frame(Some(Tab::Cases));
    if asked.case.is_empty() {
        let new = NewPage::new(frame, Act::Investigation, String::new(), None);
        return Ok(page(&new));
    }
    let sheet = listed(&desk, &asked.case).await?;
    Ok(page(&NewPage::on(frame, &sheet)))
}

/// `POST /records/new`: a case that the list does not have.
pub(super) async fn unlisted(
    desk: Unlocked,
    Protected(posted): Protected,
) -> Result<Response, Shown> {
    let act = act_of(posted.text("act")).ok_or_else(|| desk.problem(Problem::Form))?;
    let typed = posted.text("typed").unwrap_or_default().trim().to_owned();
    let pending = posted.text("pending") == Some("yes");
    if (typed.is_empty() && !pending) || typed.chars().count() > NUMBER_CHARS_MAX {
        let problem = Some(desk.w().err_new_number);
        let again = NewPage::new(desk.frame(Some(Tab::Cases)), act, typed, problem);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&again)).into_response());
    }
    let case = typed_case(&typed, pending, desk.now_ms());
    let listed = match case.normal.clone() {
        Some(normal) => {
            desk.ask(move |session| session.cases(&normal, 0, 2))
                .await?
                .items
        }
        None => Vec::new(),
    };
    // The list may have it after all: the number decides, nothing else.
    let listed = listed
        .into_iter()
        .find(|it| Some(&it.number) == case.normal.as_ref());
    let id = listed.as_ref().map(|it| CaseId(it.id.clone()));
    open(&desk, act, CaseRef { id, ..case }, listed.as_ref()).await
}

/// What was typed, kept as typed, and its normal form where it is one number.
fn typed_case(typed: &str, pending: bool, now_ms: i64) -> CaseRef {
    let year = chrono::Datelike::year(&court_day(now_ms));
    let reading = read_case_no(typed, year).ok();
    let normal = reading.and_then(|it| match it.cases.as_slice() {
        [one] => Some(one.normal().to_owned()),
        _ => None,
    });
    CaseRef {
        id: None,
        normal,
        pending,
        typed: typed.to_owned(),
    }
}

async fn open(
    desk: &Unlocked,
    act: Act,
    case: CaseRef,
    sheet: Option<&CaseSheet>,
) -> Result<Response, Shown> {
    let officer = desk.session.officer().name.clone();
    let item = hex::encode(&desk.visit.ui.random()[..16]);
    let values = first_values(&officer, &item, sheet);
    let saved = desk
        .ask(move |session| session.open_record(act, case, values))
        .await?;
    Ok(Redirect::to(&record_href(&saved.subject.to_string())).into_response())
}

/// What is known before anybody arrives: who records, and whom the list names as the only debtor.
fn first_values(officer: &str, item: &str, sheet: Option<&CaseSheet>) -> BTreeMap<Path, Value> {
    let mut values = vec![
        (format!("officers/{item}/person"), Value::from(officer)),
        (format!("officers/{item}/role"), Value::from("executor")),
    ];
    if let Some([debtor]) = sheet.map(|it| it.debtors.as_slice()) {
        values.push(("debtor/name".to_owned(), Value::from(debtor.name.clone())));
    }
    values
        .into_iter()
        .filter_map(|(path, value)| Some((Path::new(path).ok()?, value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::NUMBER;

    const NOW: i64 = 1_562_027_400_000; // 2019-07-02 08:30 +08:00

    #[test]
    fn a_number_is_kept_as_typed_beside_its_normal_form() {
        let spaced = NUMBER.replace("2019", " 2019 ");
        let case = typed_case(&spaced, false, NOW);
        assert_eq!(case.typed, spaced);
        assert_eq!(case.normal.as_deref(), Some(NUMBER));
        let case = typed_case("house 18", true, NOW);
        assert_eq!(
            (case.typed.as_str(), case.normal, case.pending),
            ("house 18", None, true)
        );
        let next_year = NUMBER.replace("2019", "2031");
        assert_eq!(typed_case(&next_year, false, NOW).normal, None);
    }

    #[test]
    fn a_form_names_an_act_that_is_recorded_here_or_means_the_first() {
        assert_eq!(act_of(Some("removal")), Some(Act::Removal));
        assert_eq!(act_of(None), Some(Act::Investigation));
        for other in ["", "service", "Seal", "x"] {
            assert_eq!(act_of(Some(other)), None, "{other}");
        }
    }

    #[test]
    fn a_record_begins_with_its_officer_and_the_only_debtor() {
        let [sheet, _] = crate::samples::two_cases();
        let item = "ab".repeat(16);
        let values = first_values("Li", &item, Some(&sheet));
        let text = |path: &str| {
            values
                .get(&Path::new(path).unwrap())
                .unwrap()
                .as_text()
                .unwrap()
        };
        assert_eq!(text(&format!("officers/{item}/person")), "Li");
        assert_eq!(text("debtor/name"), sheet.debtors[0].name);
        let mut two = sheet.clone();
        two.debtors.push(two.applicants[0].clone());
        assert!(
            !first_values("Li", &item, Some(&two)).contains_key(&Path::new("debtor/name").unwrap())
        );
    }
}
