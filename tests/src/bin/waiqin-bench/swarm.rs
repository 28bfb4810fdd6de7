//! W6: many phones push at once.

use crate::client::{self, nothing_waits, open_record, welcomed};
use crate::measure::{Measured, ms, percentile};
use crate::settings;
use anyhow::{Result, ensure};
use futures_util::future::try_join_all;
use serde_json::{Map, Value as Json};
use std::time::{Duration, Instant};

pub async fn swarm() -> Result<Map<String, Json>> {
    let dir = settings::path("BENCH_DIR")?;
    let (clients, per) = (
        settings::number("BENCH_CLIENTS")?,
        settings::number("BENCH_PER")?,
    );
    let mut sessions = Vec::with_capacity(clients);
    let mut lines = settings::lines(0, clients * per)?;
    for client in 0..clients {
        let session = welcomed(&dir.join(format!("{client:04}"))).await?;
        for line in lines.by_ref().take(per) {
            open_record(&session, &line?)?;
        }
        sessions.push(session);
    }
    let measured = Measured::begin();
    let pushes = sessions.iter().map(|session| {
        let session = session.clone();
        async move {
            tokio::spawn(async move {
                let begun = Instant::now();
                let report = client::sync(&session).await?;
                Ok::<(u64, Duration), anyhow::Error>((report.entries_received, begun.elapsed()))
            })
            .await?
        }
    });
    let pushed = try_join_all(pushes).await?;
    let sent: u64 = pushed.iter().map(|(entries, _)| entries).sum();
    let mut times: Vec<Duration> = pushed.iter().map(|(_, time)| *time).collect();
    let mut said = measured.end(sent, 0);
    ensure!(sent == (clients * per) as u64, "{sent} were acknowledged");
    said.insert("p50_ms".into(), ms(percentile(&mut times, 50)));
    said.insert("p99_ms".into(), ms(percentile(&mut times, 99)));
    for session in sessions {
        nothing_waits(&session)?;
        session.lock();
    }
    Ok(said)
}
