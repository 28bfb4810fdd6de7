//! For each rule what breaks it: which record, which one edit, which rules then find something.
//! Rows that expect nothing hold the borders.

mod assets;
mod detention;
mod general;
mod other_acts;
mod search;
mod seizure;
mod settlement;

use super::samples::Sample;
use crate::journal::EvidenceRole;

/// One row.
pub struct Row {
    pub base: fn() -> Sample,
    pub edits: &'static [Edit],
    /// Ids that find something, in the order of the table of rules.
    pub expect: &'static [&'static str],
    /// Where the first finding points, `#1` for items; empty: not looked at.
    pub at: &'static str,
}

/// One edit of a record or of the outside facts.
#[derive(Clone, Copy)]
pub enum Edit {
    Line(&'static str),
    Outside(&'static str, fn(&mut Sample)),
}
use Edit::{Line, Outside};

impl Edit {
    pub fn apply(self, sample: &mut Sample) {
        match self {
            Line(line) => sample.set(line),
            Outside(_, edit) => edit(sample),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Line(line) => line,
            Outside(name, _) => name,
        }
    }
}

const fn row(base: fn() -> Sample, expect: &'static [&'static str], edits: &'static [Edit]) -> Row {
    Row {
        base,
        edits,
        expect,
        at: "",
    }
}

impl Row {
    const fn at(mut self, at: &'static str) -> Self {
        self.at = at;
        self
    }
}

fn drop_photos(sample: &mut Sample, role: EvidenceRole) {
    sample.facts.proofs.retain(|it| it.role != role);
}

pub fn table() -> impl Iterator<Item = &'static Row> {
    [
        general::GENERAL,
        general::INVESTIGATION,
        seizure::SEIZURE,
        assets::ASSETS,
        detention::DETENTION,
        settlement::SETTLEMENT,
        search::SURVEY,
        search::SEARCH,
        search::PRESERVATION,
        other_acts::SANCTIONS,
        other_acts::EVICTION,
        other_acts::SERVICE,
    ]
    .into_iter()
    .flatten()
}
