//! W4: photos, and one large file over a line that is cut. Taking them in is the phone's own work
//! and not in `ms`; it is said beside it.

use crate::client::{self, nothing_waits, welcomed};
use crate::measure::{Measured, memory_kb, ms, percentile};
use crate::settings;
use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use waiqin_core::{EvidenceFacts, LastOutcome, Session};
use waiqin_protocol::ids::SubjectId;
use waiqin_protocol::journal::{Act, CaseRef, EvidenceRole, EvidenceSource};

/// Tries of a line that is cut.
const TRIES: usize = 50;

pub async fn photos() -> Result<Map<String, Json>> {
    let session = welcomed(&settings::path("BENCH_DIR")?).await?;
    let mut files: Vec<PathBuf> = std::fs::read_dir(settings::path("BENCH_PHOTOS")?)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.sort();
    let taken = take(&session, &files)?;
    let measured = Measured::begin();
    let (report, mut times) = tokio::join!(client::sync(&session), watch(&session, files.len()));
    let report = report?;
    let mut said = measured.end(files.len() as u64, 0);
    nothing_waits(&session)?;
    ensure!(report.photos_received == files.len(), "{report:?}");
    said.insert("taken_ms".into(), ms(taken));
    said.insert("p50_ms".into(), ms(percentile(&mut times, 50)));
    said.insert("p99_ms".into(), ms(percentile(&mut times, 99)));
    session.lock();
    Ok(said)
}

/// One large file; every cut is followed by another try, as the phone's timer does.
pub async fn resume() -> Result<Map<String, Json>> {
    let session = welcomed(&settings::path("BENCH_DIR")?).await?;
    let before = memory_kb("VmRSS");
    let taken = take(&session, &[settings::path("BENCH_BLOB")?])?;
    let measured = Measured::begin();
    for _ in 0..TRIES {
        let report = session.sync().await?;
        match report.outcome {
            LastOutcome::Done => break,
            LastOutcome::Cut
            | LastOutcome::Unreachable
            | LastOutcome::Busy
            | LastOutcome::DoneWithIncidents => {}
            LastOutcome::Offline
            | LastOutcome::NotOurs
            | LastOutcome::Refused
            | LastOutcome::Phone => anyhow::bail!("{report:?}"),
        }
    }
    let mut said = measured.end(1, 0);
    nothing_waits(&session)?;
    said.insert("taken_ms".into(), ms(taken));
    said.insert(
        "growth_kb".into(),
        json!(memory_kb("VmHWM").saturating_sub(before)),
    );
    session.lock();
    Ok(said)
}

/// Takes files into a new record.
fn take(session: &Arc<Session>, files: &[PathBuf]) -> Result<Duration> {
    let begun = Instant::now();
    let case = CaseRef {
        pending: true,
        ..CaseRef::default()
    };
    let record = session.open_record(Act::Investigation, case, BTreeMap::new())?;
    for file in files {
        take_one(session, record.subject, file)?;
    }
    Ok(begun.elapsed())
}

fn take_one(session: &Session, subject: SubjectId, file: &Path) -> Result<()> {
    let name = file.file_name().context("a file without a name")?;
    let facts = EvidenceFacts {
        name: name.to_string_lossy().into_owned(),
        role: EvidenceRole::Other,
        source: EvidenceSource::Camera,
        caption: None,
        item: None,
        how: None,
        fix: None,
    };
    session.add_evidence(subject, File::open(file)?, facts)?;
    Ok(())
}

/// How long each photo was on the line, to a millisecond.
async fn watch(session: &Session, photos: usize) -> Vec<Duration> {
    let mut begun = BTreeMap::new();
    let mut times = Vec::new();
    while times.len() < photos && session.status().undelivered_photos > 0 {
        let on_line: Vec<_> = session.uploads().iter().map(|it| it.hash).collect();
        begun.retain(|hash, at: &mut Instant| {
            let there = on_line.contains(hash);
            if !there {
                times.push(at.elapsed());
            }
            there
        });
        for hash in on_line {
            begun.entry(hash).or_insert_with(Instant::now);
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    times
}
