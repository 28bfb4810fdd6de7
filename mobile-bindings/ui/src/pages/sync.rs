//! 同步: what waits, what the court has acknowledged, when the next try is due; counted from
//! receipts and from the engine's own plan, never from hope.

use super::orphan::orphan_href;
use super::page;
use super::problem::{Problem, Shown, chain};
use super::rows::record_href;
use super::visit::Unlocked;
use crate::carrier::Protected;
use crate::frame::{Frame, Tab, Truth};
use crate::show::{Number, Tag, act, clock, clock_seconds, size, when};
use crate::words::Words;
use askama::Template;
use axum::Json;
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;
use waiqin_core::{
    Incident, IncidentKind, LastOutcome, Orphan, Parked, ParkedItem, Phase, RecordRow, RecordsOf,
    Session, Status, StoreError,
};
use waiqin_protocol::ids::EvidenceHash;
use waiqin_protocol::words::{Lang, fill};

const QUEUE_MAX: usize = 20;
const SOON_MS: i64 = 5 * 60_000;
const RECORDS_LOOKED_AT: usize = 200;

/// Records of which something is to be said, as lists show them: none of them is folded.
#[derive(Default)]
pub(super) struct Rows {
    /// With something undelivered.
    pub waiting: Vec<RecordRow>,
    /// With contested fields.
    pub contested: Vec<RecordRow>,
}

pub(super) struct Meter {
    text: String,
    done: u64,
    all: u64,
    full: bool,
}

pub(super) struct Line {
    text: String,
    time: String,
    why: String,
    /// Where something can be done about it.
    href: Option<String>,
}

pub(super) struct Waiting {
    href: String,
    title: String,
    note: String,
    tag: Tag,
}

/// The part of the page that follows the engine each second: from its status alone, which reads no
/// record.
pub(super) struct Live {
    /// What the lists depend on: they are asked for again when it is another.
    state: String,
    entries: Meter,
    photos: Meter,
    bytes: String,
    running: bool,
    online: bool,
    outcome: String,
    outcome_bad: bool,
    last: String,
    next: String,
    compared: String,
    /// Cases that are not as the court has them.
    differing: Vec<String>,
    /// Incidents that the office does not know of from the officer.
    untold: Vec<Line>,
    told: Vec<Line>,
    /// How many incidents there are: those that he is shown.
    shown: usize,
}

/// What waits, one by one: for the officer, for the office, for the line.
pub(super) struct Waits {
    contested: Vec<Waiting>,
    parked_title: String,
    parked: Vec<Line>,
    queue: Vec<Waiting>,
    queue_rest: String,
}

pub(super) struct Switch {
    pub on: bool,
}

#[derive(Template)]
#[template(path = "sync.html")]
pub(super) struct SyncPage {
    frame: Frame,
    live: Live,
    waits: Waits,
    switch: Option<Switch>,
}

#[derive(Template)]
#[template(path = "_sync_live.html")]
struct LivePart {
    frame: Frame,
    live: Live,
}

#[derive(Template)]
#[template(path = "_sync_waits.html")]
struct WaitsPart {
    frame: Frame,
    waits: Waits,
}

/// `GET /sync`
pub(super) async fn show(desk: Unlocked) -> Result<Response, Shown> {
    // What changes while the rows are read is asked for again.
    let live = follow(&desk);
    let waits = waits(&desk).await?;
    let switch = desk
        .visit
        .ui
        .parts()
        .network
        .as_ref()
        .map(|it| Switch { on: it.is_on() });
    Ok(page(&SyncPage::new(
        desk.frame(Some(Tab::Sync)),
        live,
        waits,
        switch,
    )))
}

/// `GET /sync/live`: each second, while the page is looked at.
pub(super) async fn live(desk: Unlocked) -> Response {
    page(&LivePart {
        frame: desk.frame(Some(Tab::Sync)),
        live: follow(&desk),
    })
}

/// `GET /sync/waits`: when they may have changed.
pub(super) async fn waiting(desk: Unlocked) -> Result<Response, Shown> {
    Ok(page(&WaitsPart {
        waits: waits(&desk).await?,
        frame: desk.frame(Some(Tab::Sync)),
    }))
}

/// `GET /status`: the truth line.
pub(super) async fn status(desk: Unlocked) -> Json<Truth> {
    Json(desk.frame(None).truth)
}

/// `POST /sync`: starts one and shows how it goes.
pub(super) async fn start(desk: Unlocked, Protected(_): Protected) -> Response {
    let session = desk.session.clone();
    // Set aside for a reason that may be over: a person who asks for a sync asks for these too.
    session.unpark();
    begin(&session);
    Redirect::to("/sync").into_response()
}

/// Syncs in the background.
pub(super) fn begin(session: &Arc<Session>) -> tokio::task::JoinHandle<()> {
    let run = session.sync();
    tokio::spawn(async move {
        if let Err(error) = run.await {
            tracing::error!(error = %chain(&error), "the sync failed on this phone");
        }
    })
}

/// `POST /sync/told`: the officer told the office of the incidents that he was shown.
pub(super) async fn told(desk: Unlocked, Protected(posted): Protected) -> Result<Response, Shown> {
    let shown = posted.text("shown").and_then(|it| it.parse().ok());
    let shown = shown.ok_or_else(|| desk.problem(Problem::Form))?;
    desk.ask(move |session| session.told_incidents(shown))
        .await?;
    Ok(Redirect::to("/sync").into_response())
}

/// `POST /sync/network`: the switch 断网 of the desktop host.
pub(super) async fn network(
    desk: Unlocked,
    Protected(posted): Protected,
) -> Result<Response, Shown> {
    let Some(network) = &desk.visit.ui.parts().network else {
        return Err(desk.problem(Problem::Form));
    };
    match posted.text("network") {
        Some("off") => network.set(false),
        Some("on") => network.set(true),
        Some(_) | None => return Err(desk.problem(Problem::Form)),
    }
    Ok(Redirect::to("/sync").into_response())
}

fn follow(desk: &Unlocked) -> Live {
    let session = &desk.session;
    Live::new(
        &session.status(),
        &session.orphans(),
        desk.now_ms(),
        desk.w(),
    )
}

async fn waits(desk: &Unlocked) -> Result<Waits, Shown> {
    let rows = desk.ask(rows).await?;
    let parked = desk.session.status().parked;
    Ok(Waits::new(
        &rows,
        &parked,
        desk.now_ms(),
        desk.lang(),
        desk.w(),
    ))
}

fn rows(session: &Session) -> Result<Rows, StoreError> {
    let all = session.records(&RecordsOf::All, 0, RECORDS_LOOKED_AT)?;
    Ok(Rows {
        waiting: session.records(&RecordsOf::Undelivered, 0, RECORDS_LOOKED_AT)?,
        contested: all.into_iter().filter(|it| it.contested > 0).collect(),
    })
}

impl SyncPage {
    pub(super) fn new(frame: Frame, live: Live, waits: Waits, switch: Option<Switch>) -> Self {
        Self {
            frame,
            live,
            waits,
            switch,
        }
    }
}

impl Live {
    pub(super) fn new(status: &Status, orphans: &[Orphan], now_ms: i64, w: &'static Words) -> Self {
        let photos_all = status.received_photos + status.undelivered_photos;
        let running = status.phase != Phase::Idle;
        let waits = status.undelivered_entries > 0 || status.undelivered_photos > 0;
        let incidents = status.incidents.iter();
        let mut incidents: Vec<Line> = incidents
            .map(|it| incident(it, orphans, now_ms, w))
            .collect();
        Self {
            state: state(status),
            entries: Meter::new(
                status.saved_entries - status.undelivered_entries.min(status.saved_entries),
                status.saved_entries,
                w,
            ),
            photos: Meter::new(as_count(status.received_photos), as_count(photos_all), w),
            bytes: match (waits, status.undelivered_photos) {
                (false, _) => w.sync_all_done.to_owned(),
                (true, 0) => fill(
                    w.truth_waits_entries,
                    &[("entries", &status.undelivered_entries)],
                ),
                (true, _) => fill(
                    w.sync_bytes_resume,
                    &[("size", &size(status.undelivered_bytes))],
                ),
            },
            running,
            online: status.online,
            outcome: outcome(status, now_ms, w),
            outcome_bad: !status.online
                || !matches!(status.last_outcome, None | Some(LastOutcome::Done)),
            last: status
                .last_contact_ms
                .map_or(w.sync_never.to_owned(), |it| when(it, now_ms, w)),
            next: next(status, now_ms, w),
            compared: status
                .compared_ms
                .map_or(w.sync_never.to_owned(), |it| when(it, now_ms, w)),
            differing: status
                .differing
                .iter()
                .map(|it| fill(w.sync_differs, &[("case", &case_name(it, w))]))
                .collect(),
            shown: status.incidents.len(),
            told: incidents.split_off(status.incidents_untold.min(incidents.len())),
            untold: incidents,
        }
    }
}

/// Every save, receipt, refusal and answer of the court makes another of it.
fn state(status: &Status) -> String {
    let contact = status.last_contact_ms.unwrap_or_default();
    let idle = status.phase == Phase::Idle;
    let parked = status.parked.len();
    format!(
        "{}.{}.{}.{parked}.{contact}.{idle}",
        status.saved_entries, status.undelivered_entries, status.undelivered_photos
    )
}

impl Waits {
    pub(super) fn new(
        rows: &Rows,
        parked: &[Parked],
        now_ms: i64,
        lang: Lang,
        w: &'static Words,
    ) -> Self {
        let contested = rows.contested.iter();
        let queue = rows.waiting.iter().take(QUEUE_MAX);
        Self {
            contested: contested.map(|it| contest(it, now_ms, w)).collect(),
            parked_title: fill(w.sync_parked, &[("n", &parked.len())]),
            parked: parked
                .iter()
                .map(|it| set_aside(it, now_ms, lang, w))
                .collect(),
            queue: queue.map(|it| queued(it, now_ms, w)).collect(),
            queue_rest: match rows.waiting.len().saturating_sub(QUEUE_MAX) {
                0 => String::new(),
                n => fill(w.sync_queue_rest, &[("n", &n)]),
            },
        }
    }
}

fn as_count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

impl Meter {
    fn new(done: u64, all: u64, w: &Words) -> Self {
        let text = fill(w.sync_of, &[("done", &done), ("all", &all)]);
        // A meter of nothing is full, not empty.
        let (done, all) = if all == 0 { (1, 1) } else { (done, all) };
        Self {
            text,
            done,
            all,
            full: done == all,
        }
    }
}

/// What happened, what is safe, what follows.
fn outcome(status: &Status, now_ms: i64, w: &Words) -> String {
    let (entries, photos) = (status.undelivered_entries, status.undelivered_photos);
    let waits = entries > 0 || photos > 0;
    let safe = if waits { w.out_safe } else { w.out_nothing };
    let safe = fill(safe, &[("entries", &entries), ("photos", &photos)]);
    let next = status
        .next_try_ms
        .filter(|it| *it > now_ms)
        .map(|it| soon(it, now_ms));
    let next = next
        .map(|it| fill(w.out_next, &[("time", &it)]))
        .unwrap_or_default();
    let said = |text: &str| fill(text, &[("safe", &safe), ("next", &next)]);
    match status.phase {
        Phase::Idle => {}
        Phase::Connecting | Phase::Syncing => return w.sync_running.to_owned(),
        Phase::Evidence { done, total } => {
            return fill(w.sync_running_photos, &[("done", &done), ("total", &total)]);
        }
    }
    if !status.online {
        return said(w.out_offline);
    }
    match status.last_outcome {
        None => w.out_none.to_owned(),
        Some(LastOutcome::Done) if waits => safe,
        Some(LastOutcome::Done) => w.out_fine.to_owned(),
        Some(LastOutcome::DoneWithIncidents) => w.out_incidents.to_owned(),
        Some(LastOutcome::Offline) => said(w.out_was_offline),
        Some(LastOutcome::Unreachable) => said(w.out_unreachable),
        Some(LastOutcome::NotOurs) => said(w.out_not_ours),
        Some(LastOutcome::Cut) => said(w.out_cut),
        Some(LastOutcome::Busy) => said(w.out_busy),
        Some(LastOutcome::Refused) => said(w.out_refused),
        Some(LastOutcome::Phone) => said(w.out_phone),
    }
}

fn next(status: &Status, now_ms: i64, w: &Words) -> String {
    match status.next_try_ms {
        _ if !status.online => w.sync_next_online.to_owned(),
        None => w.sync_next_none.to_owned(),
        Some(at) if at <= now_ms => w.sync_next_now.to_owned(),
        Some(at) if at - now_ms < SOON_MS => clock_seconds(at),
        Some(at) => when(at, now_ms, w),
    }
}

/// Within a few minutes seconds tell whether the next try is still to come.
fn soon(at: i64, now_ms: i64) -> String {
    if at - now_ms < SOON_MS {
        clock_seconds(at)
    } else {
        clock(at)
    }
}

fn incident(incident: &Incident, orphans: &[Orphan], now_ms: i64, w: &Words) -> Line {
    let found = |of: &EvidenceHash| orphans.iter().find(|it| it.hash == *of);
    Line {
        href: match &incident.kind {
            IncidentKind::Orphan { hash, .. } => found(hash).map(orphan_href),
            IncidentKind::TornEnd { .. }
            | IncidentKind::EntriesLost { .. }
            | IncidentKind::CustodyDamaged
            | IncidentKind::KeysCopyDamaged
            | IncidentKind::StoreRebuilt
            | IncidentKind::EvidenceDamaged { .. }
            | IncidentKind::ServerAhead { .. }
            | IncidentKind::Fork { .. }
            | IncidentKind::ServerRolledBack { .. }
            | IncidentKind::ForeignReceipt { .. }
            | IncidentKind::Revoked
            | IncidentKind::CaseFetchedAgain { .. } => None,
        },
        text: incident_text(&incident.kind, w),
        time: when(incident.at_ms, now_ms, w),
        why: String::new(),
    }
}

/// What happened and what is safe, in one sentence.
pub(super) fn incident_text(kind: &IncidentKind, w: &Words) -> String {
    match kind {
        IncidentKind::TornEnd { .. } => w.inc_torn_end.to_owned(),
        IncidentKind::EntriesLost { from, to } => {
            fill(w.inc_entries_lost, &[("from", from), ("to", to)])
        }
        IncidentKind::CustodyDamaged => w.inc_custody.to_owned(),
        IncidentKind::KeysCopyDamaged => w.inc_keys.to_owned(),
        IncidentKind::StoreRebuilt => w.inc_store.to_owned(),
        IncidentKind::Orphan { .. } => w.inc_orphan.to_owned(),
        IncidentKind::EvidenceDamaged { .. } => w.inc_evidence.to_owned(),
        IncidentKind::ServerAhead { .. } => w.inc_server_ahead.to_owned(),
        IncidentKind::Fork { .. } => w.inc_fork.to_owned(),
        IncidentKind::ServerRolledBack { .. } => w.inc_rolled_back.to_owned(),
        IncidentKind::ForeignReceipt { .. } => w.inc_receipt.to_owned(),
        IncidentKind::Revoked => w.inc_revoked.to_owned(),
        IncidentKind::CaseFetchedAgain { number } => {
            fill(w.inc_case_again, &[("case", &case_name(number, w))])
        }
    }
}

/// The case of a number; records whose case nobody knows have none.
fn case_name(number: &str, w: &Words) -> String {
    match number {
        "" => w.sync_no_case.to_owned(),
        number => number.to_owned(),
    }
}

/// What was set aside.
pub(super) fn parked_text(parked: &Parked, w: &Words) -> String {
    match parked.item {
        ParkedItem::Evidence(_) => w.photo_title.to_owned(),
        ParkedItem::Journal(seq) => fill(w.parked_journal, &[("seq", &seq)]),
    }
}

fn set_aside(parked: &Parked, now_ms: i64, lang: Lang, w: &Words) -> Line {
    let why = match lang {
        Lang::Zh => parked.zh.clone(),
        Lang::En => parked.en.clone(),
    };
    Line {
        text: parked_text(parked, w),
        time: when(parked.at_ms, now_ms, w),
        why,
        href: None,
    }
}

fn contest(row: &RecordRow, now_ms: i64, w: &Words) -> Waiting {
    let number = Number::of_case(&row.case, w).plain();
    Waiting {
        href: record_href(&row.subject.to_string()),
        title: format!("{} {}", number, act(row.act, w)),
        note: format!(
            "{} · {}",
            when(row.changed_ms, now_ms, w),
            w.today_contested_note
        ),
        tag: Tag::new(w.state_contested, "warn"),
    }
}

/// A record of which something waits.
fn queued(row: &RecordRow, now_ms: i64, w: &'static Words) -> Waiting {
    let what = match row.photos_undelivered {
        0 => when(row.changed_ms, now_ms, w),
        n => fill(w.truth_waits_photos, &[("photos", &n)]),
    };
    Waiting {
        href: record_href(&row.subject.to_string()),
        title: match row.place.as_str() {
            "" => Number::of_case(&row.case, w).plain(),
            place => place.to_owned(),
        },
        note: format!("{} · {what}", act(row.act, w)),
        tag: Tag::new(w.state_on_phone, "plain"),
    }
}
