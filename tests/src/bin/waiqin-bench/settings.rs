//! What the environment says: the variables of BENCH.md.

use anyhow::{Context, Result};
use serde_json::Value as Json;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

pub fn path(name: &str) -> Result<PathBuf> {
    let set = std::env::var_os(name).map(PathBuf::from);
    set.with_context(|| format!("{name} is not set"))
}

pub fn number(name: &str) -> Result<usize> {
    let text = std::env::var(name).with_context(|| format!("{name} is not set"))?;
    text.parse().with_context(|| format!("{name} is no number"))
}

/// The server as this client reaches it.
pub fn url() -> Result<String> {
    match std::env::var("BENCH_URL") {
        Ok(url) => Ok(url),
        Err(_) => Ok(format!("http://127.0.0.1:{}", number("BENCH_PORT")?)),
    }
}

/// Lines of BENCH_DATA, from one on, so many; too few are an error.
pub fn lines(from: usize, count: usize) -> Result<impl Iterator<Item = Result<Json>>> {
    let file = path("BENCH_DATA")?;
    let file = File::open(&file).with_context(|| format!("open {}", file.display()))?;
    let mut read = BufReader::new(file).lines().skip(from);
    Ok((0..count).map(move |_| {
        let line = read.next().context("BENCH_DATA has too few lines")??;
        Ok(serde_json::from_str(&line)?)
    }))
}

/// Lines of BENCH_CHANGES; none when it is not set.
pub fn changes() -> Result<Vec<Json>> {
    if std::env::var_os("BENCH_CHANGES").is_none() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(path("BENCH_CHANGES")?)?;
    let lines = text.lines().filter(|line| !line.is_empty());
    Ok(lines.map(serde_json::from_str).collect::<Result<_, _>>()?)
}
