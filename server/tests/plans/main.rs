//! A large court: 100,000 cases, 100,000 records, 1,000,000 entries (a twentieth of it in a plain run; all of it
//! with `WAIQIN_TEST_ALL=1` or `WAIQIN_TEST_FULL_SIZE=1`). Every page of the console and every call of a phone is
//! asked for at the real server, which logs its statements. Judged is what does not depend on the machine: bytes
//! of answers, statements of a request, rows of a statement, and the plan of every statement that ran. An index
//! that is missing, a page that reads all, a statement for each row of a list: each fails here. Times are printed.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    clippy::too_many_lines,
    clippy::cast_possible_truncation,
    clippy::unwrap_in_result,
    reason = "a crate of tests"
)]

mod cost;
mod court;
mod day;
mod fill;
mod judge;
#[path = "../support/mod.rs"]
mod support;
mod watch;

use cost::Costs;
use fill::{Size, fill, open};
use support::{Server, outcome};
use watch::Watch;

#[tokio::test]
async fn every_page_and_every_call_of_a_large_court_stays_within_its_bounds() {
    let size = Size::asked();
    let seeded = court::seeded().await;
    let begun = std::time::Instant::now();
    let data = seeded.server.data.clone();
    fill(&data, size).await;
    println!("{size:?} made in {:.1} s", begun.elapsed().as_secs_f64());
    let mut ids = day::Ids::of(&seeded).await;

    let (watch, log) = Watch::new(&data.with_file_name("server.log"));
    let mut costs = Costs::new(watch);
    let begun = std::time::Instant::now();
    let mut server = Server::serve_as(&data, &[], |command| {
        command
            .env("WAIQIN_LOG", "info,sqlx::query=debug")
            .env("WAIQIN_LOG_FORMAT", "json")
            .stderr(log);
    });
    println!("opened in {:.1} s", begun.elapsed().as_secs_f64());
    costs.passed_over();
    day::console(&server, &mut ids, &mut costs).await;
    day::phone(&server, seeded.wang, &mut costs).await;
    println!("at most {} MB of memory", peak(server.pid()) >> 20);
    server.stop();
    costs.passed_over();
    costs.print();
    commands(&data);

    let mut db = open(&data).await;
    let plans = judge::plans(&mut db, &costs.all()).await;
    for plan in &plans {
        println!("  {}", plan.text());
    }
    let mut misfits = judge::misfits(&plans);
    misfits.append(&mut costs.misfits);
    for route in routes() {
        if !costs.answered.contains(&route) {
            misfits.push(format!("nobody asked for {} {}", route.0, route.1));
        }
    }
    assert!(misfits.is_empty(), "{}", misfits.join("\n"));

    // The judge sees an index that is gone.
    let gone = sqlx::query("DROP INDEX entries_subject")
        .execute(&mut db)
        .await;
    gone.unwrap();
    let plans = judge::plans(&mut db, &costs.all()).await;
    let misfits = judge::misfits(&plans);
    assert!(
        misfits.iter().any(|it| it.starts_with("SCAN")),
        "no statement misses the index of entries by record"
    );
}

/// Every address that answers `GET` at the console, as its table has them, and every call of the API, as the
/// table of who may call what has them.
fn routes() -> Vec<(String, String)> {
    let quoted = |text: &str| -> Vec<String> {
        let pieces = text.split('"').skip(1).step_by(2);
        pieces.map(str::to_owned).collect()
    };
    let console = include_str!("../../src/console/route.rs");
    let console = quoted(console).into_iter().filter(|it| it.starts_with('/'));
    let mut all: Vec<(String, String)> = console.map(|path| ("GET".to_owned(), path)).collect();
    assert!(all.len() > 30, "{all:?}");
    let api = include_str!("../../src/api/tests.rs").lines();
    for row in api.filter(|line| line.starts_with("    (\"")) {
        let row = quoted(row);
        all.push((row[0].clone(), format!("/api/v1{}", row[1])));
    }
    all
}

/// Commands that list print no more than they are asked for.
fn commands(data: &std::path::Path) {
    for (args, most) in [
        (&["reconcile", "list", "--all"][..], 200),
        (&["records", "--limit", "150"], 150),
        (&["records", "--unmatched"], 200),
    ] {
        let begun = std::time::Instant::now();
        let (status, said, error) = outcome(data, args);
        assert_eq!(status, 0, "{error}");
        let lines = said.lines().count();
        println!(
            "{args:?}: {lines} lines in {:.1} s",
            begun.elapsed().as_secs_f64()
        );
        assert!(lines <= most + 10, "{args:?}: {lines} lines");
    }
}

/// Most memory that the server ever had, bytes; 0 where the system does not tell.
fn peak(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}
