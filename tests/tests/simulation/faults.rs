//! Faults are planted one by one: an oracle that does not find each of them within 200 worlds proves
//! nothing by its silence.

use crate::runs::{Worlds, say};
use std::time::Instant;
use waiqin_protocol::fault::Fault;
pub use waiqin_protocol::fault::plant;

const SEEDS_MAX: u64 = 200;

pub fn named(name: &str) -> Option<Fault> {
    Fault::ALL.into_iter().find(|fault| fault.name() == name)
}

#[test]
fn every_fault_that_is_planted_is_found() {
    let worlds = Worlds::new();
    for fault in Fault::ALL {
        let begun = Instant::now();
        plant(Some(fault));
        let found = (1..=SEEDS_MAX).find_map(|seed| {
            let (wrong, _) = worlds.wrong_in(seed);
            wrong.into_iter().next().map(|sentence| (seed, sentence))
        });
        plant(None);
        let (seed, sentence) = found.unwrap_or_else(|| panic!("{} was not found", fault.name()));
        let (alone, _) = worlds.wrong_in(seed);
        assert!(
            alone.is_empty(),
            "{} was not to blame: {alone:?}",
            fault.name()
        );
        say(&format!(
            "simulation: {} is found in world {seed}, after {:?}: {sentence}",
            fault.name(),
            begun.elapsed()
        ));
    }
}
