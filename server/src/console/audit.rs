//! 审计: what everybody did, by ids alone, and whether the log of it is whole. Who may not read cases
//! sees their ids and not their numbers.

use super::frame::{Frame, Tab};
use super::member::role_word;
use super::page::{Page, show};
use super::problem::Problem;
use super::show;
use crate::access::{Action, Role};
use crate::db::{AUDIT_ACTS, AuditAct, AuditChecked, AuditFilter, AuditMisfit, AuditShown};
use crate::words::audit::{AuditWords, act_word};
use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::Mutex;
use waiqin_protocol::words::fill;

/// Rows on a page.
const PER_PAGE: u32 = 100;
/// Reading the whole log takes long: what was found stands for so long.
const CHECKED_MS: i64 = 10 * 60_000;
/// Misfits that are named on the page; `doctor` names all.
const NAMED: usize = 5;

/// What the address says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    #[serde(skip_serializing_if = "String::is_empty")]
    person: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    act: String,
    /// A day of the court's calendar.
    #[serde(skip_serializing_if = "String::is_empty")]
    day: String,
    /// Continue before this number.
    #[serde(skip_serializing_if = "String::is_empty")]
    before: String,
    /// `now`: read the whole log again.
    #[serde(skip_serializing_if = "String::is_empty")]
    check: String,
}

impl Asked {
    fn address(&self) -> String {
        match serde_urlencoded::to_string(self) {
            Ok(query) if !query.is_empty() => format!("/audit?{query}"),
            Ok(_) | Err(_) => "/audit".to_owned(),
        }
    }

    fn filter(&self, page: &Page) -> AuditFilter {
        let some = |text: &str| Some(text.to_owned()).filter(|it| !it.is_empty());
        let day = NaiveDate::parse_from_str(&self.day, "%Y-%m-%d").ok();
        AuditFilter {
            user: some(&self.person),
            act: some(&self.act),
            between_ms: day.map(|day| {
                let from = page.desk.real_time(show::day_begins_ms(day));
                (from, from.saturating_add(show::DAY_MS))
            }),
            before: self.before.parse().ok(),
            limit: PER_PAGE + 1,
        }
    }
}

/// What was found when the whole log was read last, and when, ms.
#[derive(Clone, Default)]
pub(super) struct CheckKept(Arc<Mutex<Option<(i64, AuditChecked)>>>);

impl CheckKept {
    async fn read(&self, page: &Page, again: bool) -> Result<(i64, AuditChecked), Problem> {
        let now = page.desk.now_ms();
        let mut kept = self.0.lock().await;
        if let Some((at, checked)) = kept.as_ref()
            && !again
            && (now - CHECKED_MS..=now).contains(at)
        {
            return Ok((*at, checked.clone()));
        }
        let checked = page.desk.db().audit_misfits().await?;
        *kept = Some((now, checked.clone()));
        Ok((now, checked))
    }
}

struct Choice {
    value: String,
    word: String,
    on: bool,
}

/// A row as it is shown.
struct Line {
    number: i64,
    at: String,
    who: String,
    act: &'static str,
    object: String,
    object_href: Option<String>,
    device: String,
    device_href: Option<String>,
}

/// Whether the log is whole.
struct ChainState {
    class: &'static str,
    text: String,
    misfits: Vec<String>,
    again: String,
}

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    frame: Frame,
    a: &'static AuditWords,
    asked: Asked,
    people: Vec<Choice>,
    acts: Vec<Choice>,
    lines: Vec<Line>,
    chain: ChainState,
    after: Option<String>,
    first: Option<String>,
    narrowed: bool,
}

/// `GET /audit`
pub(super) async fn list(page: Page, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let db = page.desk.db();
    let words = AuditWords::of(page.lang());
    let mut rows = db.audit_shown(&asked.filter(&page)).await?;
    let shown = usize::try_from(PER_PAGE).unwrap_or(usize::MAX);
    let more = rows.len() > shown;
    rows.truncate(shown);
    let after = rows.last().filter(|_| more).map(|last| {
        Asked {
            before: last.number.to_string(),
            check: String::new(),
            ..asked.clone()
        }
        .address()
    });
    let people = db.names_of_users().await?;
    let names: HashMap<&str, &str> = people
        .iter()
        .map(|(id, name)| (id.as_str(), name.as_str()))
        .collect();
    let lines = rows.iter().map(|row| line(row, &names, &page)).collect();
    let chain = chain(&page, &asked).await?;
    let object = asked.person.clone();
    let object = Some(object.as_str()).filter(|id| names.contains_key(id));
    page.noted(AuditAct::AuditRead, object).await?;
    let start = Asked {
        before: String::new(),
        check: String::new(),
        ..asked.clone()
    };
    show(&AuditPage {
        frame: page.frame(Tab::Audit, page.words().nav_audit),
        a: words,
        people: people
            .iter()
            .map(|(id, name)| Choice {
                value: id.clone(),
                word: name.clone(),
                on: *id == asked.person,
            })
            .collect(),
        acts: AUDIT_ACTS
            .into_iter()
            .map(|act| Choice {
                value: act.as_str().to_owned(),
                word: act_word(act, words).to_owned(),
                on: act.as_str() == asked.act,
            })
            .collect(),
        lines,
        chain,
        after,
        narrowed: start != Asked::default(),
        first: (!asked.before.is_empty()).then(|| start.address()),
        asked,
    })
}

async fn chain(page: &Page, asked: &Asked) -> Result<ChainState, Problem> {
    let desk = &page.desk;
    let words = AuditWords::of(page.lang());
    let (at, checked) = desk.audit.read(page, asked.check == "now").await?;
    let when = show::short_time(desk.court_time(at), desk.court_now_ms());
    let values: [(&str, &dyn std::fmt::Display); 2] =
        [("n", &show::count(checked.rows)), ("when", &when)];
    let whole = checked.misfits.is_empty();
    let text = if whole {
        words.chain_whole
    } else {
        words.chain_broken
    };
    let mut misfits: Vec<String> = checked
        .misfits
        .iter()
        .take(NAMED)
        .map(|misfit| match misfit {
            AuditMisfit::Changed(number) => fill(words.row_changed, &[("n", number)]),
            AuditMisfit::Gone { from, to } if from == to => fill(words.row_gone, &[("n", from)]),
            AuditMisfit::Gone { from, to } => fill(words.rows_gone, &[("a", from), ("b", to)]),
        })
        .collect();
    if checked.misfits.len() > NAMED {
        misfits.push(words.more_misfits.to_owned());
    }
    let again = Asked {
        check: "now".to_owned(),
        ..asked.clone()
    };
    Ok(ChainState {
        class: if whole { "proved" } else { "law" },
        text: fill(text, &values),
        misfits,
        again: again.address(),
    })
}

fn line(row: &AuditShown, names: &HashMap<&str, &str>, page: &Page) -> Line {
    let words = AuditWords::of(page.lang());
    let act = AuditAct::of(&row.act);
    let (object, object_href) = object_of(row, act, names, page);
    let unnamed = if act == Some(AuditAct::SignInFailed) {
        words.by_stranger
    } else if row.journal.is_some() {
        words.by_phone
    } else {
        words.by_server
    };
    let device = [row.officer_name.as_deref(), row.device_name.as_deref()];
    Line {
        number: row.number,
        at: show::second(page.desk.court_time(row.at_ms)),
        who: row.user_name.clone().unwrap_or_else(|| unnamed.to_owned()),
        act: act.map_or(words.act_unknown, |act| act_word(act, words)),
        object,
        object_href,
        device: device.into_iter().flatten().collect::<Vec<_>>().join(" "),
        device_href: row
            .journal
            .as_deref()
            .filter(|_| !row.of_office)
            .map(super::devices::address),
    }
}

/// What a row is about, and the page of it where this member may open that.
fn object_of(
    row: &AuditShown,
    act: Option<AuditAct>,
    names: &HashMap<&str, &str>,
    page: &Page,
) -> (String, Option<String>) {
    use AuditAct::*;
    let words = AuditWords::of(page.lang());
    let text = row.object.as_deref().unwrap_or_default();
    let name = |id: &str| (*names.get(id).unwrap_or(&id)).to_owned();
    let reads = page.member.may(Action::ReadCases);
    let plain = |text: &str| (text.to_owned(), None);
    match act {
        Some(CaseRead | CaseDiffered) => match &row.case_number {
            Some(number) if reads => (number.clone(), Some(super::cases::address(text))),
            Some(_) | None => plain(text),
        },
        Some(RecordRead) => (
            show::short_hash(text),
            page.member
                .may(Action::ReadRecords)
                .then(|| format!("/records/{text}")),
        ),
        Some(EvidenceRead | ContestDecided | HeldReleased | Concluded) => {
            plain(&show::short_hash(text))
        }
        Some(CaseAssigned | CaseTakenBack) => {
            let (id, case) = text.split_once(':').unwrap_or((text, ""));
            let address = (reads && !case.is_empty()).then(|| super::cases::address(case));
            (format!("{} · {case}", name(id)), address)
        }
        Some(RoleSet) => {
            let (id, role) = text.split_once(':').unwrap_or((text, ""));
            let role = Role::of(role).map_or("", |role| role_word(role, page.words()));
            plain(&format!("{} → {role}", name(id)))
        }
        Some(
            UserAdded | PasswordSet | UserDisabled | UserEnabled | UserUnlocked | CodeMade
            | SignInFailed | AuditRead,
        ) => (name(text), None),
        Some(ListApplied | ListRolledBack) => plain(&fill(words.list_version, &[("n", &text)])),
        Some(HandedIn) => plain(&fill(words.photos, &[("n", &text)])),
        Some(BackedUp | Restored) => plain(&fill(words.log_row, &[("n", &text)])),
        Some(ReceiptsRead) => plain(&show::short_hash(text)),
        Some(Fork | PhoneRestored | EntriesLost | ServerRolledBack) => {
            let number = text.split(':').next().unwrap_or_default();
            plain(&fill(words.entries, &[("n", &number)]))
        }
        Some(DeviceEnrolled | DeviceRevoked | SignedIn | SignedOut | OfficeJournal | Exported)
        | None => plain(text),
    }
}
