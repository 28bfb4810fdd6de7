//! What a court sets: which rules it switched off or weighs otherwise, and its thresholds.
//!
//! **Invariant.** A set that a court writes is checked by [`RuleSet::checked`]. A set that travels is
//! bounded alone: a phone that is older than its server may not know a rule, and leaves it aside.

use super::{Rule, rule, rules};
use crate::journal::{Act, Severity};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Most rules that a set weighs otherwise.
pub const OVERRIDES_MAX: usize = 256;
/// Longest id of a rule, bytes.
pub const RULE_ID_BYTES_MAX: usize = 16;
/// Below 100 a reason would be asked for what does not exceed the debt.
pub const EXCESS_PERCENT: RangeInclusive<u32> = 100..=1000;
/// A forced sale brings no more than the estimated value.
pub const FORCED_SALE_PERCENT: RangeInclusive<u32> = 1..=100;
/// The rules that compare estimates of value: they ask for a reason and never block.
const NEVER_BLOCK: [&str; 1] = ["Z16"];

/// What a court sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleSet {
    /// By id of the rule.
    #[serde(deserialize_with = "bounded")]
    pub overrides: BTreeMap<String, Setting>,
    /// Excess (超标的) above which a reason is asked for, in percent of the debt.
    pub excess_percent: u32,
    /// What a forced sale is expected to bring, in percent of the estimated value.
    pub forced_sale_percent: u32,
}

impl Default for RuleSet {
    fn default() -> Self {
        Self {
            overrides: BTreeMap::new(),
            excess_percent: 120,
            forced_sale_percent: 100,
        }
    }
}

/// How a court sets a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// Switched off.
    Off,
    /// It blocks.
    Block,
    /// It warns.
    Warn,
}

/// A court cannot weigh the rules so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleSetError {
    /// No rule has this id.
    #[error("there is no rule {0}")]
    Unknown(String),
    /// The rule compares estimates.
    #[error("the rule {0} compares estimates and never blocks: set it to off or warn")]
    NeverBlocks(String),
    /// The threshold of excess is out of sense.
    #[error("excess_percent must be between {min} and {max}, not {0}", min = EXCESS_PERCENT.start(), max = EXCESS_PERCENT.end())]
    Excess(u32),
    /// The factor of a forced sale is out of sense.
    #[error("forced_sale_percent must be between {min} and {max}, not {0}", min = FORCED_SALE_PERCENT.start(), max = FORCED_SALE_PERCENT.end())]
    ForcedSale(u32),
}

impl RuleSet {
    /// The set that a court wrote, if it can be used.
    ///
    /// # Errors
    /// When it names what is no rule, lets an estimate block, or a percentage is out of its bounds.
    pub fn checked(self) -> Result<Self, RuleSetError> {
        for (id, setting) in &self.overrides {
            if rule(id).is_none() {
                return Err(RuleSetError::Unknown(id.clone()));
            }
            if *setting == Setting::Block && NEVER_BLOCK.contains(&id.as_str()) {
                return Err(RuleSetError::NeverBlocks(id.clone()));
            }
        }
        if !EXCESS_PERCENT.contains(&self.excess_percent) {
            return Err(RuleSetError::Excess(self.excess_percent));
        }
        if !FORCED_SALE_PERCENT.contains(&self.forced_sale_percent) {
            return Err(RuleSetError::ForcedSale(self.forced_sale_percent));
        }
        Ok(self)
    }

    /// How a rule weighs here; none when it is switched off.
    #[must_use]
    pub fn severity_of(&self, id: &str, built_in: Severity) -> Option<Severity> {
        match self.overrides.get(id) {
            Some(Setting::Off) => None,
            Some(Setting::Block) => Some(Severity::Block),
            Some(Setting::Warn) => Some(Severity::Warn),
            None => Some(built_in),
        }
    }

    /// The rules that look at an act, with their weight in this court; those switched off are left
    /// out.
    pub fn of_act(&self, act: Act) -> impl Iterator<Item = (&'static Rule, Severity)> {
        rules()
            .filter(move |it| it.acts.contains(&act))
            .filter_map(|it| Some((it, self.severity_of(it.id, it.severity)?)))
    }

    /// The rules that block unless a court says otherwise, and do not block here.
    pub fn weakened(&self) -> impl Iterator<Item = &'static Rule> {
        rules().filter(|it| {
            it.severity == Severity::Block
                && self.severity_of(it.id, it.severity) != Some(Severity::Block)
        })
    }
}

fn bounded<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, Setting>, D::Error> {
    let overrides = BTreeMap::<String, Setting>::deserialize(from)?;
    if overrides.len() > OVERRIDES_MAX {
        return Err(D::Error::custom("too many rules are weighed otherwise"));
    }
    if overrides.keys().any(|id| id.len() > RULE_ID_BYTES_MAX) {
        return Err(D::Error::custom("the id of a rule is too long"));
    }
    Ok(overrides)
}
