//! W5: the phone alone.

use crate::client::{open_record, phone, unlock, welcomed};
use crate::measure::{Measured, memory_kb, ms, percentile, us};
use crate::record;
use crate::settings;
use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value as Json, json};
use std::time::Instant;
use waiqin_core::RecordsOf;

/// Records read by id.
const READ: usize = 1000;

/// One by one, each durable before the next.
pub async fn save() -> Result<Map<String, Json>> {
    let session = welcomed(&settings::path("BENCH_DIR")?).await?;
    let n = settings::number("BENCH_N")?;
    let lines: Vec<Json> = settings::lines(0, n)?.collect::<Result<_>>()?;
    let mut times = Vec::with_capacity(n);
    let measured = Measured::begin();
    for line in &lines {
        let begun = Instant::now();
        open_record(&session, line)?;
        times.push(begun.elapsed());
    }
    let mut said = measured.end(0, 0);
    said.insert("p50_us".into(), us(percentile(&mut times, 50)));
    said.insert("p99_us".into(), us(percentile(&mut times, 99)));
    session.lock();
    Ok(said)
}

/// Until so many records are there.
pub async fn fill() -> Result<Map<String, Json>> {
    let session = welcomed(&settings::path("BENCH_DIR")?).await?;
    let n = settings::number("BENCH_N")?;
    let measured = Measured::begin();
    for line in settings::lines(0, n)? {
        open_record(&session, &line?)?;
    }
    let said = measured.end(0, 0);
    session.lock();
    Ok(said)
}

/// Cold open, by id, newest 50.
pub fn open() -> Result<Map<String, Json>> {
    let n = settings::number("BENCH_N")?;
    let dir = settings::path("BENCH_DIR")?;
    let measured = Measured::begin();
    let begun = Instant::now();
    let session = unlock(&phone(&dir)?)?;
    let opened = begun.elapsed();
    let begun = Instant::now();
    let newest = session.records(&RecordsOf::All, 0, 50)?.len();
    let first = begun.elapsed();
    let rss = memory_kb("VmRSS");
    ensure!(newest == n.min(50), "{newest} records on the first page");
    let mut times = Vec::new();
    for line in settings::lines(0, n)?.step_by(n.div_ceil(READ).max(1)) {
        let line = line?;
        let id = line["id"].as_str().context("a line without id")?;
        let subject = record::subject_of(id)?;
        let begun = Instant::now();
        let page = session.record(subject)?;
        times.push(begun.elapsed());
        let page = page.with_context(|| format!("no record {id}"))?;
        ensure!(
            record::give_back(&page.record)? == line,
            "another value: {line}"
        );
    }
    let begun = Instant::now();
    session.records(&RecordsOf::All, 0, 50)?;
    let again = begun.elapsed();
    let mut said = measured.end(0, 0);
    said.insert("open_ms".into(), ms(opened));
    said.insert("first_page_ms".into(), ms(first));
    said.insert("get_p50_us".into(), us(percentile(&mut times, 50)));
    said.insert("newest50_ms".into(), ms(again));
    said.insert("rss_kb".into(), json!(rss));
    session.lock();
    Ok(said)
}
