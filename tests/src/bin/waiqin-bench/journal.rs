//! W1 to W3: records up, down, and what changed.

use crate::client::{self, enrolled, nothing_waits, says, welcomed};
use crate::measure::Measured;
use crate::record;
use crate::settings;
use anyhow::{Result, ensure};
use serde_json::{Map, Value as Json};
use waiqin_core::Session;

/// Records into this client's own store, each durable.
pub async fn load() -> Result<Map<String, Json>> {
    let session = welcomed(&settings::path("BENCH_DIR")?).await?;
    let n = settings::number("BENCH_N")?;
    let measured = Measured::begin();
    for line in settings::lines(0, n)? {
        client::open_record(&session, &line?)?;
    }
    let said = measured.end(0, 0);
    session.lock();
    Ok(said)
}

/// Until the server has acknowledged everything.
pub async fn push() -> Result<Map<String, Json>> {
    let session = enrolled(&settings::path("BENCH_DIR")?).await?;
    let measured = Measured::begin();
    let report = client::sync(&session).await?;
    let said = measured.end(report.entries_received, report.cases_changed as u64);
    nothing_waits(&session)?;
    session.lock();
    Ok(said)
}

/// A fresh client, until it holds and has durably stored everything; every value is read back.
pub async fn pull() -> Result<Map<String, Json>> {
    let session = enrolled(&settings::path("BENCH_DIR")?).await?;
    let n = settings::number("BENCH_N")?;
    let measured = Measured::begin();
    let report = client::sync(&session).await?;
    // The first receipt of a journal covers its entry 1, which is no record.
    let said = measured.end(0, report.cases_changed as u64);
    ensure!(report.cases_changed == n, "{n} were to come: {report:?}");
    for line in settings::lines(0, n)? {
        let line = line?;
        ensure!(says(&session, &line)?, "another value: {line}");
    }
    session.lock();
    Ok(said)
}

/// Whatever there is, either way. What BENCH_CHANGES names must read as changed once it came.
pub async fn sync() -> Result<Map<String, Json>> {
    let session = enrolled(&settings::path("BENCH_DIR")?).await?;
    let measured = Measured::begin();
    let report = client::sync(&session).await?;
    let said = measured.end(report.entries_received, report.cases_changed as u64);
    nothing_waits(&session)?;
    let changes = settings::changes()?;
    if !changes.is_empty() && report.cases_changed == changes.len() {
        read_back(&session, &changes)?;
    }
    session.lock();
    Ok(said)
}

/// The changed records, one entry each.
pub async fn change() -> Result<Map<String, Json>> {
    let session = enrolled(&settings::path("BENCH_DIR")?).await?;
    let changes = settings::changes()?;
    let measured = Measured::begin();
    for line in &changes {
        let taken = record::take(line)?;
        session.change(taken.subject, taken.values)?;
    }
    let said = measured.end(0, 0);
    read_back(&session, &changes)?;
    session.lock();
    Ok(said)
}

fn read_back(session: &Session, lines: &[Json]) -> Result<()> {
    for line in lines {
        ensure!(says(session, line)?, "another value: {line}");
    }
    Ok(())
}
