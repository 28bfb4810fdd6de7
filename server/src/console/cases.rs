//! 案件: the cases of the list, found and filtered.

use super::book::{Book, CaseQuery, Facet, FacetOf, Scope, Sort, State};
use super::desk::Desk;
use super::frame::{Frame, Tab};
use super::page::{Page, show};
use super::problem::Problem;
use super::show::{self, Number};
use crate::access::Action;
use crate::db::CaseRow;
use crate::list::ListCase;
use crate::words::console::ConsoleWords;
use askama::Template;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use waiqin_protocol::words::fill;

/// Cases on a page.
const PER_PAGE: usize = 50;
/// A term is *soon* over when it ends on one of so many days, today being the first.
pub(super) const SOON_DAYS: u64 = 7;

/// What the address of the list says. Empty members are left out of addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub q: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub officer: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub stage: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub stay: String,
    /// `open`, `closed`; empty: both.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub state: String,
    /// `soon`, `over`, or a day; empty: any.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub due: String,
    /// `1`: only cases that the newest list does not hold.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub absent: String,
    /// `filed`, `due`, `remaining`, `number`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub sort: String,
    /// Id of the page's first case.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub from: String,
}

impl Asked {
    /// The address that asks this.
    pub fn address(&self) -> String {
        match serde_urlencoded::to_string(self) {
            Ok(query) if !query.is_empty() => format!("/cases?{query}"),
            Ok(_) | Err(_) => "/cases".to_owned(),
        }
    }

    fn query(&self, scope: Option<Scope>, today: NaiveDate) -> CaseQuery {
        let soon = today.checked_add_days(Days::new(SOON_DAYS - 1));
        let (due_from, due_to) = match self.due.as_str() {
            "soon" => (Some(today), soon),
            "over" => (Some(NaiveDate::MIN), today.pred_opt()),
            day => {
                let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok();
                (day, day)
            }
        };
        CaseQuery {
            text: self.q.clone(),
            officer: self.officer.clone(),
            stage: self.stage.clone(),
            kind: self.kind.clone(),
            stay: self.stay.clone(),
            state: match self.state.as_str() {
                "open" => State::Open,
                "closed" => State::Closed,
                _ => State::Any,
            },
            due_from,
            due_to,
            absent: self.absent == "1",
            sort: match self.sort.as_str() {
                "due" => Sort::Due,
                "remaining" => Sort::Remaining,
                "number" => Sort::Number,
                _ => Sort::Filed,
            },
            scope,
            from: (!self.from.is_empty()).then(|| self.from.clone()),
            limit: PER_PAGE,
        }
    }

    fn is_narrowed(&self) -> bool {
        *self
            != Self {
                sort: self.sort.clone(),
                from: self.from.clone(),
                ..Self::default()
            }
    }
}

/// A case as the list shows it.
pub(super) struct Line {
    pub href: String,
    pub number: Number,
    pub debtors: String,
    pub applicants: String,
    pub cause: String,
    pub stage: String,
    pub officer: String,
    pub remaining: String,
    pub filed: String,
    pub due: String,
    /// The term of an open case is over, or soon.
    pub due_over: bool,
    pub due_soon: bool,
    pub tags: Vec<Tag>,
}

/// A word with its colour.
pub(super) struct Tag {
    pub class: &'static str,
    pub word: String,
}

impl Line {
    /// The line of a case; `None` when the stored row does not read.
    pub fn of(row: &CaseRow, today: NaiveDate, words: &ConsoleWords) -> Option<Self> {
        let case: ListCase = serde_json::from_str(&row.body).ok()?;
        let open = case.closed_on.is_none();
        let left = case
            .due_on
            .map(|due| (due - today).num_days())
            .filter(|_| open);
        let names = |parties: &[crate::list::Party]| {
            parties
                .iter()
                .map(|p| p.name.as_str())
                .collect::<Vec<_>>()
                .join(words.comma)
        };
        Some(Self {
            href: address(&row.id),
            number: Number::of(&row.number),
            debtors: names(&case.debtors),
            applicants: names(&case.applicants),
            remaining: case.remaining_fen.map(show::yuan).unwrap_or_default(),
            filed: case.filed_on.map(|d| d.to_string()).unwrap_or_default(),
            due: case.due_on.map(|d| d.to_string()).unwrap_or_default(),
            due_over: left.is_some_and(|days| days < 0),
            due_soon: left.is_some_and(is_soon),
            tags: tags(&case, row.absent, words),
            cause: case.cause,
            stage: case.stage,
            officer: case.officer,
        })
    }
}

/// Whether so many days from today are soon.
pub(super) fn is_soon(days: i64) -> bool {
    u64::try_from(days).is_ok_and(|days| days < SOON_DAYS)
}

/// What stands out of a case: closed, stayed, merged, absent.
pub(super) fn tags(case: &ListCase, absent: i64, words: &ConsoleWords) -> Vec<Tag> {
    let mut tags = Vec::new();
    if let Some(day) = case.closed_on {
        let mode = if case.close_mode.is_empty() {
            words.closed
        } else {
            &case.close_mode
        };
        tags.push(Tag {
            class: "proved",
            word: format!("{mode} {day}"),
        });
    }
    if case.merged_into.is_none() && !case.stay.is_empty() {
        tags.push(Tag {
            class: "care",
            word: case.stay.clone(),
        });
    }
    if let Some(main) = &case.merged_into {
        let word = fill(words.merged_into, &[("number", main)]);
        tags.push(Tag {
            class: "care",
            word,
        });
    }
    if absent > 0 {
        let word = fill(words.absent_times, &[("n", &absent)]);
        tags.push(Tag { class: "law", word });
    }
    tags
}

/// The address of a case.
pub(super) fn address(id: &str) -> String {
    let quoted: String = id
        .bytes()
        .map(|b| match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(b).to_string()
            }
            _ => format!("%{b:02X}"),
        })
        .collect();
    format!("/cases/{quoted}")
}

/// A choice of a filter.
struct Choice {
    value: String,
    word: String,
    on: bool,
}

fn choices(facet: Facet, chosen: &str) -> Vec<Choice> {
    let mut all: Vec<Choice> = facet
        .into_iter()
        .map(|(value, count)| Choice {
            word: format!("{value} ({})", show::count(count)),
            on: value == chosen,
            value,
        })
        .collect();
    // What is chosen stays to be seen, even when no case has it any more.
    if !chosen.is_empty() && !all.iter().any(|choice| choice.on) {
        all.push(Choice {
            value: chosen.to_owned(),
            word: chosen.to_owned(),
            on: true,
        });
    }
    all
}

#[derive(Template)]
#[template(path = "cases.html")]
struct CasesPage {
    frame: Frame,
    asked: Asked,
    officers: Vec<Choice>,
    stages: Vec<Choice>,
    kinds: Vec<Choice>,
    stays: Vec<Choice>,
    /// A day asked for, which no fixed choice names.
    due_day: Option<String>,
    lines: Vec<Line>,
    found: String,
    range: String,
    before: Option<String>,
    after: Option<String>,
    suggestion: Option<Suggested>,
    no_list: bool,
    narrowed: bool,
    may_import: bool,
}

struct Suggested {
    href: String,
    number: Number,
}

/// `GET /cases`
pub(super) async fn list(page: Page, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let desk = &page.desk;
    let today = desk.today();
    let book = desk.shelf.book(desk.db()).await?;
    let scope = page.scope().await?;
    let query = asked.query(scope.clone(), today);
    let listing = found(desk, book.clone(), query).await?;
    if let Some(id) = &listing.exact
        && asked
            == (Asked {
                q: asked.q.clone(),
                ..Asked::default()
            })
    {
        return Ok(Redirect::to(&address(id)).into_response());
    }
    let ids: Vec<&str> = listing.ids.iter().map(String::as_str).collect();
    let rows = desk.db().cases_of(&ids).await?;
    let words = page.words();
    let mut frame = page.frame(Tab::Cases, words.nav_cases);
    frame.search = asked.q.clone();
    let first = listing.offset + 1;
    let last = listing.offset + u64::try_from(listing.ids.len()).unwrap_or(0);
    let scope = scope.as_ref();
    let to = |from: Option<String>| {
        from.map(|from| {
            Asked {
                from,
                ..asked.clone()
            }
            .address()
        })
    };
    let lines: Vec<Line> = rows
        .iter()
        .filter_map(|row| Line::of(row, today, words))
        .collect();
    show(&CasesPage {
        officers: choices(book.facet(FacetOf::Officer, scope), &asked.officer),
        stages: choices(book.facet(FacetOf::Stage, scope), &asked.stage),
        kinds: choices(book.facet(FacetOf::Kind, scope), &asked.kind),
        stays: choices(book.facet(FacetOf::Stay, scope), &asked.stay),
        due_day: Some(asked.due.clone()).filter(|d| !matches!(d.as_str(), "" | "soon" | "over")),
        found: fill(words.cases_found, &[("n", &show::count(listing.total))]),
        range: fill(
            words.page_range,
            &[
                ("a", &show::count(first)),
                ("b", &show::count(last)),
                ("n", &show::count(listing.total)),
            ],
        ),
        before: to(listing.before),
        after: to(listing.after),
        suggestion: listing.suggestion.map(|number| Suggested {
            href: Asked {
                q: number.clone(),
                ..Asked::default()
            }
            .address(),
            number: Number::of(&number),
        }),
        no_list: book.version == 0,
        narrowed: asked.is_narrowed(),
        may_import: page.member.may(Action::ImportList),
        lines,
        frame,
        asked,
    })
}

/// Searching scans the whole book: milliseconds that no other request should wait for.
async fn found(
    desk: &Desk,
    book: std::sync::Arc<Book>,
    query: CaseQuery,
) -> Result<super::book::Listing, Problem> {
    let this_year = desk.this_year();
    tokio::task::spawn_blocking(move || book.find(&query, this_year))
        .await
        .map_err(Problem::broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_only_what_is_asked() {
        assert_eq!(Asked::default().address(), "/cases");
        let asked = Asked {
            q: "a b".into(),
            due: "soon".into(),
            ..Asked::default()
        };
        assert_eq!(asked.address(), "/cases?q=a+b&due=soon");
        assert!(asked.is_narrowed());
        assert!(
            !Asked {
                sort: "due".into(),
                ..Asked::default()
            }
            .is_narrowed()
        );
        assert_eq!(address("a/b\u{53f7}"), "/cases/a%2Fb%E5%8F%B7");
    }
}
