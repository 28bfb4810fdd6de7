//! 待裁定: what waits for a person of the office: records in which values stand against each other,
//! and entries that are held.

use super::entries::{kind_word, reason_word};
use super::form::ProtectedForm;
use super::frame::{Frame, Tab};
use super::page::{Page, show};
use super::problem::Problem;
use super::record::RecordCard;
use super::show;
use crate::access::Action;
use crate::db::{HeldShown, RecordFilter};
use crate::record::{NotDone, Release};
use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::collections::BTreeMap;
use waiqin_protocol::ids::JournalId;
use waiqin_protocol::journal::Entry;

/// Records and held entries that are listed.
const SHOWN: usize = 100;
/// Entries that are released at once: their names stand in one form.
const AT_ONCE: usize = 500;

#[derive(Template)]
#[template(path = "decisions.html")]
struct DecisionsPage {
    frame: Frame,
    contested: Vec<RecordCard>,
    held: Vec<HeldGroup>,
    may_release: bool,
    more: bool,
}

/// Held entries of one journal.
struct HeldGroup {
    href: String,
    officer: String,
    device: String,
    reasons: String,
    count: usize,
    since: String,
}

/// `GET /decisions`
pub(super) async fn list(page: Page) -> Result<Response, Problem> {
    let desk = &page.desk;
    let words = page.words();
    let filter = RecordFilter {
        contested: true,
        limit: SHOWN + 1,
        ..RecordFilter::default()
    };
    let mut contested = desk.db().records_listed(&filter).await?;
    let more = contested.len() > SHOWN;
    contested.truncate(SHOWN);
    let limit = u32::try_from(SHOWN * 10).unwrap_or(u32::MAX);
    let held = desk.db().held_shown(None, limit).await?;
    let mut by_journal: BTreeMap<&str, Vec<&HeldShown>> = BTreeMap::new();
    for it in &held {
        by_journal.entry(it.journal.as_str()).or_default().push(it);
    }
    let now = desk.court_now_ms();
    let groups = by_journal.into_iter().map(|(journal, entries)| {
        let mut reasons: Vec<&str> = Vec::new();
        for it in &entries {
            let word = reason_word(it.reason, words);
            if !reasons.contains(&word) {
                reasons.push(word);
            }
        }
        let oldest = entries.iter().map(|it| it.received_ms).min().unwrap_or(0);
        HeldGroup {
            href: address(journal),
            officer: entries[0].officer_name.clone(),
            device: entries[0].device_name.clone(),
            reasons: reasons.join(words.comma),
            count: entries.len(),
            since: show::ago(desk.court_time(oldest), now, page.lang()),
        }
    });
    show(&DecisionsPage {
        held: groups.collect(),
        may_release: page.member.may(Action::ReleaseHeld),
        more: more || held.len() >= SHOWN * 10,
        contested: contested
            .iter()
            .map(|row| RecordCard::of(row, desk, words))
            .collect(),
        frame: page.frame(Tab::Decisions, words.nav_decisions),
    })
}

fn address(journal: &str) -> String {
    format!("/decisions/{journal}")
}

#[derive(Template)]
#[template(path = "held.html")]
struct HeldPage {
    frame: Frame,
    journal: String,
    officer: String,
    device: String,
    entries: Vec<HeldLine>,
    /// Those that a person may let stand, as the form sends them back.
    releasable: String,
    releasable_count: usize,
    problem: String,
    reason: String,
}

/// A held entry.
struct HeldLine {
    record: String,
    seq: i64,
    kind: String,
    at: String,
    received: String,
    age: String,
    reason: &'static str,
    readable: bool,
}

/// `GET /decisions/{journal}`
pub(super) async fn held(page: Page, Path(journal): Path<String>) -> Result<Response, Problem> {
    shown(&page, &journal, "", "").await
}

async fn shown(
    page: &Page,
    journal: &str,
    problem: &str,
    reason: &str,
) -> Result<Response, Problem> {
    let id: JournalId = journal.parse().map_err(|_| Problem::NotFound)?;
    let desk = &page.desk;
    let words = page.words();
    let whose = desk.db().journal_shown(&id.to_string()).await?;
    let whose = whose.ok_or(Problem::NotFound)?;
    let limit = u32::try_from(AT_ONCE).unwrap_or(u32::MAX);
    let held = desk.db().held_shown(Some(&whose.id), limit).await?;
    let now = desk.court_now_ms();
    let mut releasable = Vec::new();
    let mut lines = Vec::with_capacity(held.len());
    for it in &held {
        let entry = Entry::from_bytes(&it.bytes).ok();
        if entry.is_some() {
            releasable.push(it.hash.as_str());
        }
        lines.push(HeldLine {
            record: format!("/records/{}", it.subject),
            seq: it.seq,
            kind: kind_word(it.kind.as_deref().unwrap_or_default(), words),
            at: entry
                .as_ref()
                .map(|it| show::minute(it.at.wall))
                .unwrap_or_default(),
            received: show::minute(desk.court_time(it.received_ms)),
            age: show::ago(desk.court_time(it.received_ms), now, page.lang()),
            reason: reason_word(it.reason, words),
            readable: entry.is_some(),
        });
    }
    let title = format!("{} {}", whose.officer_name, whose.device_name);
    show(&HeldPage {
        frame: page.frame(Tab::Decisions, title),
        journal: whose.id,
        officer: whose.officer_name,
        device: whose.device_name,
        entries: lines,
        releasable_count: releasable.len(),
        releasable: releasable.join(","),
        problem: problem.to_owned(),
        reason: reason.to_owned(),
    })
}

/// The form of a release.
#[derive(Deserialize)]
pub(super) struct Releasing {
    entries: String,
    #[serde(default)]
    reason: String,
}

/// `POST /decisions/{journal}`: held entries stand from now on.
pub(super) async fn release(
    page: Page,
    Path(journal): Path<String>,
    ProtectedForm(form): ProtectedForm<Releasing>,
) -> Result<Response, Problem> {
    let words = page.words();
    let id: JournalId = journal.parse().map_err(|_| Problem::NotFound)?;
    let entries: Result<Vec<_>, _> = form.entries.split(',').map(str::parse).collect();
    let Ok(entries) = entries else {
        return shown(&page, &journal, words.release_changed, &form.reason).await;
    };
    let release = Release {
        journal: id,
        entries,
        reason: form.reason.clone(),
    };
    match crate::record::release(page.desk.court(), page.member.id, release).await {
        Ok(()) => Ok(Redirect::to("/decisions").into_response()),
        Err(NotDone::Reason) => shown(&page, &journal, words.decide_reason, &form.reason).await,
        Err(NotDone::Changed) => shown(&page, &journal, words.release_changed, &form.reason).await,
        Err(error @ (NotDone::Case | NotDone::Entry(_) | NotDone::Db(_) | NotDone::Key(_))) => {
            Err(Problem::broken(error))
        }
    }
}
