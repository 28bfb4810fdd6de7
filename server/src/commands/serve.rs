//! `waiqin-server serve`.

use super::bench::Bench;
use crate::clock::SystemClock;
use crate::config::{Config, LogFormat};
use crate::serve::{Addresses, Listeners, serve};
use std::io::{IsTerminal, Write};
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tracing_subscriber::EnvFilter;

/// Serves until SIGTERM or SIGINT. Says in one line of JSON on stdout when it is ready, after a ticket
/// for benchmarks was written, if one is wanted; logs go to stderr.
///
/// # Errors
/// When the server cannot be started.
pub async fn run(config: Config, bench: Option<Bench>) -> anyhow::Result<()> {
    log_to_stderr(&config)?;
    let listeners = Listeners::bind(&config).await?;
    let mut term = signal(SignalKind::terminate())?;
    let mut int = signal(SignalKind::interrupt())?;
    let (give_up, given_up) = oneshot::channel();
    let shutdown = async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
            Ok(()) = given_up => {}
        }
        tracing::info!("ending");
    };
    let mut trouble = None;
    let ready = |addresses: &Addresses| match bench.map(|bench| bench.hand_out(addresses)) {
        Some(Err(error)) => {
            trouble = Some(error);
            let _ = give_up.send(());
        }
        Some(Ok(())) | None => say_ready(addresses),
    };
    serve(config, Arc::new(SystemClock), listeners, shutdown, ready).await?;
    trouble.map_or(Ok(()), Err)
}

fn say_ready(addresses: &Addresses) {
    let line = serde_json::json!({
        "http": addresses.http.to_string(),
        "https": addresses.https.map(|address| address.to_string()),
        "ready": true,
        "tls_pin": addresses.tls_pin,
    });
    let mut out = std::io::stdout().lock();
    // Whoever started us may have closed the pipe; serving goes on.
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
    tracing::info!(http = %addresses.http, https = ?addresses.https, "ready");
}

fn log_to_stderr(config: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.log)?;
    let to = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // A second subscriber in one process: the first holds.
    let _ = match config.log_format {
        LogFormat::Text => to.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => to.json().try_init(),
    };
    Ok(())
}
