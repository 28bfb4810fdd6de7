//! 外勤记录: records of all officers, newest first.

use super::entries::act_word;
use super::frame::{Frame, Tab};
use super::page::{Page, show};
use super::problem::Problem;
use super::record::RecordCard;
use super::show;
use crate::db::RecordFilter;
use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use waiqin_protocol::ids::OfficerId;
use waiqin_protocol::journal::ACTS;
use waiqin_protocol::words::fill;

const PER_PAGE: usize = 50;
/// Records are counted up to here; beyond, the page says "more than".
const COUNTED: u32 = 1000;

/// What the address of the list says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    #[serde(skip_serializing_if = "String::is_empty")]
    officer: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    act: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    unmatched: String,
    /// `today` or `week`: received since.
    #[serde(skip_serializing_if = "String::is_empty")]
    received: String,
    /// Only those of a case.
    #[serde(skip_serializing_if = "String::is_empty")]
    case: String,
    /// Continue after: device time and id of the last record of the page before.
    #[serde(skip_serializing_if = "String::is_empty")]
    after: String,
}

impl Asked {
    fn address(&self) -> String {
        match serde_urlencoded::to_string(self) {
            Ok(query) if !query.is_empty() => format!("/records?{query}"),
            Ok(_) | Err(_) => "/records".to_owned(),
        }
    }

    fn filter(&self, page: &Page) -> RecordFilter {
        let desk = &page.desk;
        let now = desk.court_now_ms();
        let since = match self.received.as_str() {
            "today" => Some(show::day_start_ms(now)),
            "week" => Some(show::week_start_ms(now)),
            _ => None,
        };
        let after = self
            .after
            .split_once('-')
            .and_then(|(ms, subject)| Some((ms.parse().ok()?, subject.to_owned())));
        RecordFilter {
            officer: self
                .officer
                .parse::<OfficerId>()
                .ok()
                .map(|id| id.to_string()),
            act: Some(self.act.clone()).filter(|act| !act.is_empty()),
            unmatched: self.unmatched == "1",
            contested: false,
            case_id: Some(self.case.clone()).filter(|case| !case.is_empty()),
            received_from_ms: since.map(|ms| desk.real_time(ms)),
            scope: page
                .member
                .scope()
                .map(|name| (page.member.id.to_string(), name.to_owned())),
            after,
            limit: PER_PAGE + 1,
        }
    }
}

/// The address of the records of a case.
pub(super) fn address_of_case(id: &str) -> String {
    Asked {
        case: id.to_owned(),
        ..Asked::default()
    }
    .address()
}

struct Choice {
    value: String,
    word: String,
    on: bool,
}

#[derive(Template)]
#[template(path = "records.html")]
struct RecordsPage {
    frame: Frame,
    asked: Asked,
    officers: Vec<Choice>,
    acts: Vec<Choice>,
    cards: Vec<RecordCard>,
    found: String,
    after: Option<String>,
    /// The first page of the same list.
    start: String,
    first: bool,
    narrowed: bool,
}

/// `GET /records`
pub(super) async fn list(page: Page, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let desk = &page.desk;
    let words = page.words();
    let filter = asked.filter(&page);
    let mut rows = desk.db().records_listed(&filter).await?;
    let total = desk.db().records_counted(&filter, COUNTED).await?;
    let more = rows.len() > PER_PAGE;
    rows.truncate(PER_PAGE);
    let after = rows.last().filter(|_| more).map(|last| {
        Asked {
            after: format!("{}-{}", last.opened_ms, last.subject),
            ..asked.clone()
        }
        .address()
    });
    // Whoever sees his own records alone has nobody to choose from.
    let officers = match page.member.scope() {
        None => desk.db().officers_with_records().await?,
        Some(_) => Vec::new(),
    };
    let officers = officers
        .into_iter()
        .map(|(id, name)| Choice {
            on: id == asked.officer,
            value: id,
            word: name,
        })
        .collect();
    let acts = ACTS
        .iter()
        .filter_map(|act| serde_json::to_value(act).ok()?.as_str().map(str::to_owned))
        .map(|act| Choice {
            on: act == asked.act,
            word: act_word(&act, words).to_owned(),
            value: act,
        })
        .collect();
    let found = if total >= u64::from(COUNTED) {
        words.records_more_than
    } else {
        words.records_found
    };
    let narrowed = asked
        != Asked {
            after: asked.after.clone(),
            ..Asked::default()
        };
    show(&RecordsPage {
        frame: page.frame(Tab::Records, words.nav_records),
        officers,
        acts,
        cards: rows
            .iter()
            .map(|row| RecordCard::of(row, desk, words))
            .collect(),
        found: fill(found, &[("n", &show::count(total))]),
        after,
        start: Asked {
            after: String::new(),
            ..asked.clone()
        }
        .address(),
        first: asked.after.is_empty(),
        narrowed,
        asked,
    })
}
