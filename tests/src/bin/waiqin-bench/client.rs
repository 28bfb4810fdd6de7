//! A phone of the benchmark: the real engine on the real disk. Only the PIN's stretching, which no
//! workload measures, is made cheap.

use crate::record::{self, Taken};
use crate::settings;
use anyhow::{Context, Result, ensure};
use serde_json::Value as Json;
use std::path::Path;
use std::sync::Arc;
use waiqin_core::keys::PinCost;
use waiqin_core::{
    Engine, FileSecret, HostParts, LastOutcome, NetworkSwitch, Phone, Pin, Session, SyncReport,
    SystemClock, SystemEntropy,
};
use waiqin_protocol::journal::Act;
use waiqin_protocol::wire::enrol::Ticket;

/// The least that the keys' file may ask for.
const CHEAP: PinCost = PinCost {
    memory_kib: 8,
    passes: 1,
    lanes: 1,
};

pub fn phone(dir: &Path) -> Result<Phone> {
    let entropy = Arc::new(SystemEntropy);
    let parts = HostParts {
        dir: dir.to_owned(),
        device_name: "waiqin-bench".into(),
        clock: Arc::new(SystemClock::new(&SystemEntropy)),
        entropy,
        hardware: Arc::new(FileSecret::in_folder(dir)),
        network: Arc::new(NetworkSwitch::new(true)),
    };
    let engine = Engine {
        pin_cost: CHEAP,
        ..Engine::default()
    };
    Ok(Phone::open_on(parts, engine)?)
}

pub fn pin() -> Pin {
    Pin::new("246813").expect("six digits")
}

/// Unlocks the officer of a folder. The server's address may be another in each phase.
pub fn unlock(phone: &Phone) -> Result<Arc<Session>> {
    let officers = phone.officers();
    let officer = officers.first().context("nobody is enrolled here")?.card.id;
    Ok(match settings::url() {
        Ok(url) => phone.unlock_reaching(officer, &pin(), &url)?,
        // A phase of the phone alone.
        Err(_) => phone.unlock(officer, &pin())?,
    })
}

/// Unlocks the officer of a folder; enrols him first where there is none.
pub async fn enrolled(dir: &Path) -> Result<Arc<Session>> {
    let phone = phone(dir)?;
    if !phone.officers().is_empty() {
        return unlock(&phone);
    }
    let file = settings::path("BENCH_ENROL")?;
    let text =
        std::fs::read_to_string(&file).with_context(|| format!("read {}", file.display()))?;
    let ticket: Ticket = text.parse()?;
    let ticket = Ticket {
        url: settings::url()?,
        ..ticket
    };
    Ok(phone.enrol(&ticket, &pin()).await?)
}

/// As [`enrolled`], and a phone that is new has asked the court once, as after every enrolment.
pub async fn welcomed(dir: &Path) -> Result<Arc<Session>> {
    let new = phone(dir)?.officers().is_empty();
    let session = enrolled(dir).await?;
    if new {
        sync(&session).await?;
    }
    Ok(session)
}

/// One sync that must go well.
pub async fn sync(session: &Session) -> Result<SyncReport> {
    let report = session.sync().await?;
    ensure!(report.outcome == LastOutcome::Done, "{report:?}");
    Ok(report)
}

/// Everything here has a receipt.
pub fn nothing_waits(session: &Session) -> Result<()> {
    let status = session.status();
    ensure!(
        status.undelivered_entries == 0 && status.undelivered_photos == 0,
        "not delivered: {status:?}"
    );
    Ok(())
}

/// Opens a record of a line.
pub fn open_record(session: &Session, line: &Json) -> Result<()> {
    let Taken {
        subject,
        case,
        values,
    } = record::take(line)?;
    session.open_record_as(subject, Act::Investigation, case, values)?;
    Ok(())
}

/// Whether a record here says what a line says.
pub fn says(session: &Session, line: &Json) -> Result<bool> {
    let id = line["id"].as_str().context("a line without id")?;
    let page = session.record(record::subject_of(id)?)?;
    let page = page.with_context(|| format!("no record {id}"))?;
    Ok(record::give_back(&page.record)? == *line)
}
