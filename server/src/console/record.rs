//! A record: what it says, its evidence, and the chain behind it.

use super::contests::{self, Contest, Decided, Named};
use super::desk::Desk;
use super::entries::{self, EntryLine};
use super::fields::{self, Shown};
use super::frame::{Frame, Tab};
use super::page::{Page, show};
use super::photos::{self, Delivery, Photo};
use super::problem::Problem;
use super::seals::{self, SealView};
use super::show::{self, Number};
use crate::access::Action;
use crate::db::{AuditAct, RecordRow};
use crate::words::console::ConsoleWords;
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use std::collections::{BTreeSet, HashMap};
use waiqin_protocol::ids::SubjectId;
use waiqin_protocol::record::Record;
use waiqin_protocol::words::fill;

/// Entries shown of one record; a record of more says so.
const ENTRIES_SHOWN: u32 = 500;

/// A record in a list, or at its case.
pub(super) struct RecordCard {
    pub href: String,
    pub subject: String,
    pub act: &'static str,
    pub number: Number,
    pub matched: bool,
    pub pending: bool,
    pub place: String,
    pub officer: String,
    /// By the device's clock.
    pub at: String,
    /// By the server's clock.
    pub received: String,
    pub photos_here: i64,
    pub photos: i64,
}

impl RecordCard {
    pub fn of(row: &RecordRow, desk: &Desk, words: &'static ConsoleWords) -> Self {
        let now = desk.court_now_ms();
        let number = row.number_normal.as_deref().unwrap_or(&row.number_typed);
        Self {
            href: format!("/records/{}", row.subject),
            subject: row.subject.clone(),
            act: entries::act_word(&row.act, words),
            number: Number::of(number),
            matched: row.case_id.is_some(),
            pending: row.number_typed.is_empty(),
            place: row.place.clone(),
            officer: row.officer_name.clone(),
            at: show::short_time(row.opened_ms, now),
            received: show::short_time(desk.court_time(row.received_ms), now),
            photos_here: row.evidence_here,
            photos: row.evidence,
        }
    }
}

/// The folded record behind a stored view.
pub(super) fn folded(view: &str) -> Result<Record, Problem> {
    serde_json::from_str(view).map_err(Problem::broken)
}

#[derive(Template)]
#[template(path = "record.html")]
struct RecordPage {
    frame: Frame,
    card: RecordCard,
    case_href: Option<String>,
    typed: Option<String>,
    opened: String,
    received: String,
    voided: Option<String>,
    seals: Vec<SealView>,
    fields: Vec<Shown>,
    photos: Vec<Photo>,
    photos_state: (&'static str, String),
    entries: Vec<EntryLine>,
    entries_state: (&'static str, String),
    several_journals: bool,
    device: String,
    journal: String,
    contests: Vec<Contest>,
    decided: Vec<Decided>,
    may_decide: bool,
    notice: Notice,
}

/// What was in the way of a choice, and what had been typed.
#[derive(Default)]
pub(super) struct Notice {
    pub problem: String,
    pub path: String,
    pub chosen: String,
    pub reason: String,
}

/// `GET /records/{subject}`
pub(super) async fn record(page: Page, Path(subject): Path<String>) -> Result<Response, Problem> {
    let (row, record) = seen(&page, &subject).await?;
    page.noted(AuditAct::RecordRead, Some(&row.subject)).await?;
    shown_as(page, row, record, Notice::default()).await
}

/// A record, with what was in the way of a choice.
pub(super) async fn shown(page: Page, subject: &str, notice: Notice) -> Result<Response, Problem> {
    let (row, record) = seen(&page, subject).await?;
    shown_as(page, row, record, notice).await
}

async fn shown_as(
    page: Page,
    row: RecordRow,
    record: Record,
    notice: Notice,
) -> Result<Response, Problem> {
    let subject = row.subject.as_str();
    let desk = &page.desk;
    let words = page.words();
    let court_time = |ms| desk.court_time(ms);
    let evidence = desk.db().evidence_of(subject).await?;
    let photos = photos::of(&record, &evidence, words, &court_time);
    let rows = desk.db().entries_of(subject, ENTRIES_SHOWN).await?;
    let entries = entries::of(&rows, row.opened_ms, words, &court_time);
    let journals: BTreeSet<&str> = rows.iter().map(|row| row.journal.as_str()).collect();
    let names: HashMap<String, String> = desk.db().names_of_users().await?.into_iter().collect();
    let mut devices = HashMap::new();
    for journal in journals.iter().copied().chain([row.journal.as_str()]) {
        if let Some(shown) = desk.db().journal_shown(journal).await? {
            devices.insert(journal.to_owned(), shown.device_name);
        }
    }
    let named = Named {
        names: &names,
        devices: &devices,
    };
    let name_of = |id: waiqin_protocol::ids::OfficerId| named.name(&id.to_string());
    let case = match &row.case_id {
        Some(id) => desk.db().case(id).await?,
        None => None,
    };
    let card = RecordCard::of(&row, desk, words);
    let typed = Some(row.number_typed.clone()).filter(|typed| {
        row.number_normal
            .as_ref()
            .is_some_and(|normal| normal != typed)
    });
    let title = format!("{} {}", card.act, card.number.text());
    let case_href = match row.case_id.as_deref() {
        Some(id) if page.sees_case(id).await? => Some(super::cases::address(id)),
        Some(_) | None => None,
    };
    show(&RecordPage {
        frame: page.frame(Tab::Records, title),
        case_href,
        typed,
        opened: show::second(row.opened_ms),
        received: show::second(desk.court_time(row.received_ms)),
        voided: record.voided.clone(),
        seals: seals::of(&record, case.as_ref(), desk, page.lang(), &names).await?,
        fields: fields::of(&record, page.lang(), &name_of),
        photos_state: photos_state(&photos, words),
        entries_state: entries_state(&entries, words),
        several_journals: journals.len() > 1,
        device: devices.get(&row.journal).cloned().unwrap_or_default(),
        journal: row.journal.clone(),
        contests: contests::of(&record, &page, &named, &rows),
        decided: contests::decided(&record, &page, &named),
        may_decide: page.member.may(Action::DecideContest),
        notice,
        photos,
        entries,
        card,
    })
}

/// A record that this member may see.
pub(super) async fn seen(page: &Page, subject: &str) -> Result<(RecordRow, Record), Problem> {
    let subject: SubjectId = subject.parse().map_err(|_| Problem::NotFound)?;
    let subject = subject.to_string();
    let db = page.desk.db();
    let (row, view) = db.record_shown(&subject).await?.ok_or(Problem::NotFound)?;
    let may = match page.member.scope() {
        None => true,
        Some(name) => {
            let id = page.member.id.to_string();
            db.record_in_scope(&subject, &id, name).await?
        }
    };
    if !may {
        return Err(Problem::NotFound);
    }
    Ok((row, folded(&view)?))
}

/// The worst state of a record's evidence is the state of its evidence.
fn photos_state(photos: &[Photo], words: &'static ConsoleWords) -> (&'static str, String) {
    let of = |wanted: Delivery| photos.iter().filter(|it| it.delivery == wanted).count();
    let (undelivered, missing) = (of(Delivery::Undelivered), of(Delivery::DeclaredMissing));
    if photos.is_empty() {
        ("quiet", words.no_photos.to_owned())
    } else if undelivered > 0 {
        (
            "care",
            fill(
                words.photos_undelivered,
                &[("n", &undelivered), ("all", &photos.len())],
            ),
        )
    } else if missing > 0 {
        (
            "law",
            fill(
                words.photos_missing,
                &[("n", &missing), ("all", &photos.len())],
            ),
        )
    } else {
        (
            "proved",
            fill(words.photos_all_here, &[("n", &photos.len())]),
        )
    }
}

fn entries_state(entries: &[EntryLine], words: &'static ConsoleWords) -> (&'static str, String) {
    let worse = |class: &str| entries.iter().filter(|it| it.class == class).count();
    let (refused, waiting) = (worse("law"), worse("care"));
    if refused > 0 {
        ("law", fill(words.entries_refused, &[("n", &refused)]))
    } else if waiting > 0 {
        ("care", fill(words.entries_waiting, &[("n", &waiting)]))
    } else {
        (
            "proved",
            fill(words.entries_all_accepted, &[("n", &entries.len())]),
        )
    }
}
