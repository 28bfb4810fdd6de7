//! `waiqin-bench PHASE`: a client that does what the benchmark asks with the phone's real engine
//! against a real server, so that a harness can measure it from outside. Phases and environment are
//! those of BENCH.md; each prints one line of JSON last and exits 0, or says what is wrong and exits 1.
//!
//! Beside the phases: `data N` and `changes N` write lines of the benchmark's shape, `floor` measures
//! what the machine itself needs, `all` runs everything and prints the table of docs/MEASURES.md.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that measures and prints"
)]

mod client;
mod device;
mod evidence;
mod floor;
mod journal;
mod make;
mod measure;
mod record;
mod settings;
mod swarm;
mod table;

use anyhow::{Result, bail};
use serde_json::{Map, Value as Json};
use std::process::ExitCode;

/// The phone's own: what it frees is zeroed.
#[global_allocator]
static HEAP: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

#[tokio::main]
async fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args.as_slice() {
        ["data", n] => make::data(n),
        ["changes", n] => make::changes(n),
        ["all"] => table::all(table::FULL).await,
        ["all", "small"] => table::all(table::SMALL).await,
        [phase] => phase_named(phase).await.map(print),
        _ => Err(anyhow::anyhow!("waiqin-bench PHASE")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!(
                "{}",
                serde_json::json!({ "ok": false, "error": format!("{error:#}") })
            );
            ExitCode::FAILURE
        }
    }
}

async fn phase_named(name: &str) -> Result<Map<String, Json>> {
    match name {
        "load" => journal::load().await,
        "push" => journal::push().await,
        "pull" => journal::pull().await,
        "sync" => journal::sync().await,
        "change" => journal::change().await,
        "photos" => evidence::photos().await,
        "resume" => evidence::resume().await,
        "save" => device::save().await,
        "fill" => device::fill().await,
        "open" => device::open(),
        "swarm" => swarm::swarm().await,
        "floor" => floor::floor(),
        _ => bail!("there is no phase {name}"),
    }
}

fn print(said: Map<String, Json>) {
    let mut line = Map::new();
    line.insert("ok".into(), Json::from(true));
    line.extend(said);
    println!("{}", Json::Object(line));
}
