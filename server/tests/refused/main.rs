//! Attacks and bad requests, as one table: name → request → status, code, sentence → what stays. Each
//! row is sent by a phone of its own to one court; after each, nobody else's rows have moved, what was
//! acknowledged is there byte for byte, and a bystander pushes. The oracle reads the tables by its own
//! SQL and hashes what it finds itself.
//! At the end all answers together are compared with what `GET /api/v1/openapi.json` says of them.
//!
//! Elsewhere, because it is no request: another TLS key than the pinned one (a real phone against a
//! real court in `tests/tests/line`, forged certificates in `core/src/sync/tests/tls.rs`); how often and
//! how much at once (`limits.rs`); bodies of random bytes (`server/src/api/sync/lines.rs`).
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

mod aside;
mod bodies;
mod chain;
mod enrolment;
mod entries;
mod everywhere;
mod proof;
mod rows;
mod scene;
mod seen;
mod slow;
#[path = "../support/mod.rs"]
mod support;
mod tus;
mod uploads;

use rows::{Row, Says};
use scene::Scene;
use std::collections::BTreeSet;

/// Every row. The last ones change the court for good.
fn table() -> Vec<Row> {
    let parts = [
        bodies::rows(),
        chain::rows(),
        entries::rows(),
        proof::rows(),
        uploads::rows(),
        enrolment::rows(),
        slow::rows(),
        everywhere::rows(),
        proof::last_rows(),
    ];
    parts.into_iter().flatten().collect()
}

async fn run(mut scene: Scene, of: fn(&Row) -> bool) {
    let everything = table().iter().all(of);
    let rows: Vec<Row> = table().into_iter().filter(of).collect();
    assert!(rows.len() > 60, "{}", rows.len());
    let mut faults = Vec::new();
    for row in rows {
        faults.extend(scene.meets(&row).await);
    }
    faults.extend(seen::compare(&scene, everything).await);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    scene.server.verified();
}

#[tokio::test]
async fn every_attack_has_its_answer_and_disturbs_nobody() {
    run(Scene::open(None).await, |_| true).await;
}

#[tokio::test]
async fn the_same_on_postgres() {
    match support::postgres() {
        Some(url) => run(Scene::open(Some(&url)).await, |row| !row.sqlite_only).await,
        None => support::skipped("attacks on PostgreSQL", "WAIQIN_TEST_POSTGRES=postgres://…"),
    }
}

#[test]
fn every_refusal_of_the_api_has_a_row() {
    let source = include_str!("../../src/api/problem.rs");
    let (_, rest) = source.split_once("enum Refusal {").unwrap();
    let (body, _) = rest.split_once("\n}").unwrap();
    let variants: BTreeSet<String> = body
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()))
        .map(|line| {
            let name = line.split([',', ' ', '{']).next().unwrap();
            snake_case(name)
        })
        .collect();
    assert!(variants.len() > 20 && variants.contains("piece_too_large"));
    let shown: BTreeSet<String> = table()
        .iter()
        .filter_map(|row| match row.says {
            Says::No(_, _, sentence) => Some(sentence.to_owned()),
            Says::Stands(_) | Says::Takes(..) | Says::Well(_) => None,
        })
        .collect();
    assert_eq!(variants, shown, "refusals of the API, and those with a row");
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}
