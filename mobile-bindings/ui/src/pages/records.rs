//! 记录: what was recorded on this phone, by day.

use super::page;
use super::problem::Shown;
use super::rows::{Row, record_row, with_cases};
use super::visit::Unlocked;
use crate::frame::{Frame, Tab};
use crate::show::day_near;
use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;
use waiqin_core::{RecordRow, RecordsOf};
use waiqin_protocol::numbers::days::court_day;
use waiqin_protocol::wire::sync::CaseSheet;

const PAGE_ROWS: usize = 30;

/// Query of the page.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    show: String,
    #[serde(default)]
    from: usize,
}

pub(super) struct Day {
    title: String,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "records.html")]
pub(super) struct RecordsPage {
    frame: Frame,
    waiting: bool,
    days: Vec<Day>,
    before: Option<String>,
    next: Option<String>,
}

/// `GET /records`
pub(super) async fn show(desk: Unlocked, Query(asked): Query<Asked>) -> Result<Response, Shown> {
    let waiting = asked.show == "waiting";
    let from = asked.from.min(1_000_000);
    let of = if waiting {
        RecordsOf::Undelivered
    } else {
        RecordsOf::All
    };
    let rows = desk
        .ask(move |session| {
            // One more than shown tells whether another page follows.
            let rows = session.records(&of, from, PAGE_ROWS + 1)?;
            with_cases(session, rows)
        })
        .await?;
    Ok(page(&RecordsPage::new(
        desk.frame(Some(Tab::Records)),
        rows,
        waiting,
        from,
        desk.now_ms(),
    )))
}

impl RecordsPage {
    pub(super) fn new(
        frame: Frame,
        mut rows: Vec<(RecordRow, Option<CaseSheet>)>,
        waiting: bool,
        from: usize,
        now_ms: i64,
    ) -> Self {
        let w = frame.w;
        let more = rows.len() > PAGE_ROWS;
        rows.truncate(PAGE_ROWS);
        let mut days: Vec<Day> = Vec::new();
        for (row, sheet) in &rows {
            let title = day_near(court_day(row.changed_ms), now_ms, w);
            let shown = record_row(row, sheet.as_ref(), None, w);
            match days.last_mut() {
                Some(day) if day.title == title => day.rows.push(shown),
                Some(_) | None => days.push(Day {
                    title,
                    rows: vec![shown],
                }),
            }
        }
        let href = |from: usize| {
            let show = if waiting { "waiting" } else { "all" };
            format!("/records?show={show}&from={from}")
        };
        Self {
            waiting,
            days,
            before: (from > 0).then(|| href(from.saturating_sub(PAGE_ROWS))),
            next: more.then(|| href(from + PAGE_ROWS)),
            frame,
        }
    }
}
