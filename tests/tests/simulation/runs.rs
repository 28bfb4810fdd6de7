//! Runs of many worlds. `WAIQIN_SEED=n` replays one and tells what happens in it, `WAIQIN_SEEDS=n`
//! sets how many there are, `WAIQIN_SIM_MINUTES=m` for how long new ones are made, and
//! `WAIQIN_FAULT=name` plants a fault in all of them.

use crate::faults;
use crate::office::{self, Files};
use crate::scenario::{Scenario, Scenarios};
use crate::story::Story;
use crate::world::{MORNING_MS, World};
use std::hash::{BuildHasher, RandomState};
use std::io::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use waiqin_protocol::fault::Fault;

const SEEDS: u64 = 150;
/// Worlds that fail before a run ends.
const FAILED_MAX: usize = 5;
/// Where everything must run.
const SEEDS_OF_ALL: u64 = 400;

/// A court's folder to begin with, and the one thread on which all worlds live, one after another.
pub struct Worlds {
    runtime: tokio::runtime::Runtime,
    template: Files,
    pub scenarios: Scenarios,
    _alone: MutexGuard<'static, ()>,
}

impl Worlds {
    pub fn new() -> Self {
        static ALONE: Mutex<()> = Mutex::new(());
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        Self {
            template: runtime.block_on(office::template(MORNING_MS)),
            runtime,
            scenarios: Scenarios::default(),
            _alone: alone,
        }
    }

    /// What does not hold in a seed's world, and what happened in it.
    pub fn wrong_in(&self, seed: u64) -> (Vec<String>, Story) {
        let story = Story::default();
        let wrong = self.runtime.block_on(async {
            let scenarios = self.scenarios.clone();
            let mut world = World::new(seed, &self.template, scenarios, story.clone()).await;
            world.live().await;
            world.end().await
        });
        (wrong, story)
    }
}

#[test]
fn whatever_happens_nothing_shown_as_saved_is_lost_and_all_agree() {
    let worlds = Worlds::new();
    faults::plant(fault());
    let begun = Instant::now();
    let (mut lived, mut failed) = (0, Vec::new());
    for seed in seeds() {
        if over(begun) || failed.len() == FAILED_MAX {
            break;
        }
        println!("seed {seed}");
        let (wrong, story) = worlds.wrong_in(seed);
        if !wrong.is_empty() {
            let (wrong, told) = (wrong.join("\n"), story.write(seed));
            let told = told.display();
            failed.push(format!(
                "in the world of WAIQIN_SEED={seed}, told in {told}:\n{wrong}\n"
            ));
        } else if number("WAIQIN_SEED").is_some() {
            println!("told in {}", story.write(seed).display());
        }
        lived += 1;
    }
    faults::plant(None);
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    let counts = Scenario::ALL.map(|scenario| (scenario, worlds.scenarios.count(scenario)));
    let said = counts.map(|(scenario, count)| format!("{scenario:?} {count}"));
    say(&format!(
        "simulation: {lived} worlds in {:?}: {}",
        begun.elapsed(),
        said.join(", ")
    ));
    let never = counts.iter().filter(|(_, count)| *count == 0);
    let never: Vec<Scenario> = never.map(|(scenario, _)| *scenario).collect();
    assert!(lived < SEEDS || never.is_empty(), "never: {never:?}");
}

/// Says something to whoever runs the tests: the harness would swallow what `println!` says.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

fn seeds() -> Box<dyn Iterator<Item = u64>> {
    if let Some(seed) = number("WAIQIN_SEED") {
        return Box::new(std::iter::once(seed));
    }
    if number("WAIQIN_SIM_MINUTES").is_some() {
        let first = RandomState::new().hash_one("first seed") >> 16;
        println!("seeds from {first} on");
        return Box::new(first..);
    }
    let everything = std::env::var_os("WAIQIN_TEST_ALL").is_some();
    let usual = if everything { SEEDS_OF_ALL } else { SEEDS };
    Box::new(1..=number("WAIQIN_SEEDS").unwrap_or(usual))
}

fn over(begun: Instant) -> bool {
    let minutes = number("WAIQIN_SIM_MINUTES");
    minutes.is_some_and(|minutes| begun.elapsed() > Duration::from_secs(minutes * 60))
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().expect("a number"))
}

fn fault() -> Option<Fault> {
    let name = std::env::var("WAIQIN_FAULT").ok()?;
    Some(faults::named(&name).expect("the name of a fault"))
}
