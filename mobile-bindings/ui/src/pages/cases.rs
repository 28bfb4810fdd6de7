//! 案件: search as you type, filters, long lists.

use super::page;
use super::problem::Shown;
use super::rows::{NEAR_DAYS, Row, case_row, days_left, encoded, today};
use super::visit::Unlocked;
use crate::frame::{Frame, Tab};
use crate::words::Words;
use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use chrono::NaiveDate;
use serde::Deserialize;
use waiqin_core::{Session, StoreError};
use waiqin_protocol::wire::sync::CaseSheet;
use waiqin_protocol::words::fill;

/// Most cases that a page looks through.
pub const CASES_MAX: usize = 100_000;
const PAGE_ROWS: usize = 50;

/// Which cases are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    /// Not closed.
    #[default]
    Open,
    /// Not closed, in stage 外勤行动.
    Field,
    /// Not closed, term over or ending soon.
    Due,
    /// All, closed ones too.
    All,
}

impl Show {
    const ALL: [Self; 4] = [Self::Open, Self::Field, Self::Due, Self::All];

    /// Name in addresses.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Field => "field",
            Self::Due => "due",
            Self::All => "all",
        }
    }

    fn named(code: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|it| it.code() == code)
            .unwrap_or_default()
    }

    fn label(self, w: &Words) -> &'static str {
        match self {
            Self::Open => w.filter_open,
            Self::Field => w.filter_field,
            Self::Due => w.filter_due,
            Self::All => w.filter_all,
        }
    }

    /// Whether a case is among them.
    #[must_use]
    pub fn takes(self, sheet: &CaseSheet, today: NaiveDate) -> bool {
        let open = sheet.closed_on.is_none();
        match self {
            Self::Open => open,
            Self::Field => open && sheet.stage == Words::ZH.stage_field,
            Self::Due => open && days_left(sheet, today).is_some_and(|days| days <= NEAR_DAYS),
            Self::All => true,
        }
    }

    /// Address of a page of these.
    #[must_use]
    pub fn href(self, query: &str, from: usize) -> String {
        let mut href = format!("/cases?show={}", self.code());
        if !query.is_empty() {
            href.push_str(&format!("&q={}", encoded(query)));
        }
        if from > 0 {
            href.push_str(&format!("&from={from}"));
        }
        href
    }
}

/// Query of the page.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    show: String,
    #[serde(default)]
    from: usize,
}

/// What was found.
pub struct Found {
    count: String,
    rows: Vec<Row>,
    none: &'static str,
    searching: bool,
    clear: String,
    clear_do: &'static str,
    before: Option<String>,
    next: Option<String>,
    before_do: &'static str,
    next_do: &'static str,
    unlisted_do: &'static str,
}

pub(super) struct Filter {
    code: &'static str,
    label: &'static str,
    href: String,
    on: bool,
}

#[derive(Template)]
#[template(path = "cases.html")]
pub(super) struct CasesPage {
    frame: Frame,
    query: String,
    shown: Show,
    filters: Vec<Filter>,
    found: Found,
}

#[derive(Template)]
#[template(path = "_case_rows.html")]
struct CaseRows {
    found: Found,
}

/// `GET /cases`
pub(super) async fn show(desk: Unlocked, Query(asked): Query<Asked>) -> Result<Response, Shown> {
    let (show, found) = find(&desk, &asked).await?;
    Ok(page(&CasesPage::new(
        desk.frame(Some(Tab::Cases)),
        asked.q,
        show,
        found,
    )))
}

/// `GET /cases/rows`: what was found, for search as you type.
pub(super) async fn rows(desk: Unlocked, Query(asked): Query<Asked>) -> Result<Response, Shown> {
    let (_, found) = find(&desk, &asked).await?;
    Ok(page(&CaseRows { found }))
}

async fn find(desk: &Unlocked, asked: &Asked) -> Result<(Show, Found), Shown> {
    let show = Show::named(&asked.show);
    let query: String = asked.q.trim().chars().take(100).collect();
    let (from, day) = (asked.from.min(CASES_MAX), today(desk.now_ms()));
    let search = query.clone();
    let (sheets, total) = desk
        .ask(move |it| search_in(it, &search, show, from, day))
        .await?;
    Ok((
        show,
        Found::new(&sheets, total, from, &query, show, day, desk.w()),
    ))
}

fn search_in(
    session: &Session,
    query: &str,
    show: Show,
    from: usize,
    day: NaiveDate,
) -> Result<(Vec<CaseSheet>, usize), StoreError> {
    if show == Show::All {
        let list = session.cases(query, from, PAGE_ROWS)?;
        return Ok((list.items, list.total));
    }
    let list = session.cases(query, 0, CASES_MAX)?;
    let fitting: Vec<CaseSheet> = list
        .items
        .into_iter()
        .filter(|it| show.takes(it, day))
        .collect();
    let total = fitting.len();
    Ok((
        fitting.into_iter().skip(from).take(PAGE_ROWS).collect(),
        total,
    ))
}

impl Found {
    pub(super) fn new(
        sheets: &[CaseSheet],
        total: usize,
        from: usize,
        query: &str,
        show: Show,
        day: NaiveDate,
        w: &'static Words,
    ) -> Self {
        let to = from + sheets.len();
        let count = match total {
            0 => String::new(),
            1 => w.cases_count_one.to_owned(),
            n if sheets.len() == n => fill(w.cases_count, &[("n", &n)]),
            n => fill(
                w.cases_range,
                &[("from", &(from + 1)), ("to", &to), ("n", &n)],
            ),
        };
        Self {
            count,
            rows: sheets.iter().map(|it| case_row(it, day, w)).collect(),
            none: w.cases_none,
            searching: !query.is_empty(),
            clear: show.href("", 0),
            clear_do: w.cases_clear,
            before: (from > 0).then(|| show.href(query, from.saturating_sub(PAGE_ROWS))),
            next: (to < total).then(|| show.href(query, to)),
            before_do: w.page_before,
            next_do: w.page_next,
            unlisted_do: w.cases_unlisted,
        }
    }
}

impl CasesPage {
    pub(super) fn new(frame: Frame, query: String, shown: Show, found: Found) -> Self {
        let filter = |it: Show| Filter {
            code: it.code(),
            label: it.label(frame.w),
            href: it.href(&query, 0),
            on: it == shown,
        };
        Self {
            filters: Show::ALL.into_iter().map(filter).collect(),
            frame,
            query,
            shown,
            found,
        }
    }
}
