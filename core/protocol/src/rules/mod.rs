//! The rules (规则) of procedural completeness, as data with a date, so that a court can switch one
//! off or weigh it otherwise (DOMAIN §2.5). Law is general information for the design of a product;
//! the table is what a court reviews.
//!
//! **Invariant.** A rule reads the record's [`Facts`] and the [`RuleContext`] alone, and finds; it
//! never refuses. Phone and office run this same code: a difference is a finding, never a refusal.

mod assets;
mod context;
mod detention;
mod found;
mod general;
mod investigation;
mod law;
mod other_acts;
mod preservation;
mod search;
mod seizure;
mod set;
mod settlement;
#[cfg(test)]
mod tests;
mod timers;
mod view;

pub use context::{Child, Debt, OtherSeizure, RuleContext, Sanction};
pub use found::{Found, What};
pub use law::{Cite, Law};
pub use set::{
    EXCESS_PERCENT, FORCED_SALE_PERCENT, OVERRIDES_MAX, RULE_ID_BYTES_MAX, RuleSet, RuleSetError,
    Setting,
};
pub use timers::{Timer, TimerKind, timers};

use crate::journal::{Act, Severity};
use crate::numbers::days::court_day;
use crate::record::Facts;
use crate::words::Lang;
use chrono::NaiveDate;
use view::{Misses, View};

/// When a finding has to be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Before the record is sealed (封存).
    Seal,
    /// The record may be sealed and synced without; red until a supplement (补充) closes it.
    Sync,
    /// As [`Due::Sync`], and a clock runs: see [`timers`].
    Timer,
}

/// A rule.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Its id, e.g. `G02`.
    pub id: &'static str,
    /// The acts that it looks at.
    pub acts: &'static [Act],
    /// Its weight, unless the court sets another.
    pub severity: Severity,
    /// When it has to be closed.
    pub due: Due,
    /// What it stands on.
    pub basis: &'static [Cite],
    /// Acts before this day (year, month, day) are not judged by it.
    pub effective_from: (i32, u32, u32),
    /// The fields that it reads, as patterns of the field table; `case`, `photos` and `amends` are
    /// what stands outside of that table.
    pub reads: &'static [&'static str],
    zh: &'static str,
    en: &'static str,
    when: fn(&View<'_>) -> bool,
    check: fn(&View<'_>, &mut Misses),
}

/// How far a record is: the rules that apply to it, and what they found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rules that apply and hold: 其余 34 项已具备.
    pub held: Vec<&'static str>,
    /// What the others found.
    pub found: Vec<Found>,
}

/// Every rule, family by family.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    [
        general::RULES,
        investigation::RULES,
        seizure::RULES,
        assets::RULES,
        preservation::RULES,
        search::RULES,
        detention::RULES,
        settlement::RULES,
        other_acts::RULES,
    ]
    .into_iter()
    .flatten()
}

/// The rule of an id.
#[must_use]
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().find(|it| it.id == id)
}

/// What the rules find in a record, in the order of the table.
#[must_use]
pub fn evaluate(facts: &Facts, context: &RuleContext, set: &RuleSet) -> Vec<Found> {
    progress(facts, context, set).found
}

/// As [`evaluate`], with the rules that apply and hold.
#[must_use]
pub fn progress(facts: &Facts, context: &RuleContext, set: &RuleSet) -> Progress {
    let view = View {
        facts,
        context,
        set,
    };
    let mut progress = Progress::default();
    for (rule, severity) in set.of_act(facts.act) {
        if !rule.in_force(view.act_day()) || !(rule.when)(&view) {
            continue;
        }
        let mut misses = Misses::default();
        (rule.check)(&view, &mut misses);
        if misses.list.is_empty() {
            progress.held.push(rule.id);
        }
        let found = misses.list.iter();
        progress
            .found
            .extend(found.map(|(path, what)| Found::of(rule, severity, path, *what)));
    }
    progress
}

impl Rule {
    /// What is wrong when it does not hold.
    #[must_use]
    pub fn said(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => self.zh,
            Lang::En => self.en,
        }
    }

    /// What it stands on, by the numbers of the day: `民诉法第256条、查扣冻规定第18条`.
    #[must_use]
    pub fn basis_on(&self, on: NaiveDate, lang: Lang) -> String {
        let cites: Vec<String> = self.basis.iter().map(|it| it.said(on, lang)).collect();
        cites.join(match lang {
            Lang::Zh => "、",
            Lang::En => "; ",
        })
    }

    fn in_force(&self, on: NaiveDate) -> bool {
        let (year, month, day) = self.effective_from;
        NaiveDate::from_ymd_opt(year, month, day).is_none_or(|from| on >= from)
    }

    const fn due(mut self, due: Due) -> Self {
        self.due = due;
        self
    }

    const fn when(mut self, when: fn(&View<'_>) -> bool) -> Self {
        self.when = when;
        self
    }

    const fn since(mut self, year: i32, month: u32, day: u32) -> Self {
        self.effective_from = (year, month, day);
        self
    }
}

/// What a family writes for a rule: id, acts, basis, words, fields read, check.
struct Row {
    id: &'static str,
    acts: &'static [Act],
    basis: &'static [Cite],
    zh: &'static str,
    en: &'static str,
    reads: &'static [&'static str],
    check: fn(&View<'_>, &mut Misses),
}

impl Row {
    const fn blocks(self) -> Rule {
        self.rule(Severity::Block)
    }

    const fn warns(self) -> Rule {
        self.rule(Severity::Warn)
    }

    const fn rule(self, severity: Severity) -> Rule {
        Rule {
            id: self.id,
            acts: self.acts,
            severity,
            due: Due::Seal,
            basis: self.basis,
            // 民诉法解释 in force; most of what the rules ask for is older.
            effective_from: (2015, 2, 4),
            reads: self.reads,
            zh: self.zh,
            en: self.en,
            when: |_| true,
            check: self.check,
        }
    }
}

fn act_day_of(facts: &Facts, now: i64) -> NaiveDate {
    court_day(facts.int("t0").unwrap_or(now))
}
