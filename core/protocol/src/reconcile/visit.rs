//! What a field record says of its act, as far as matching looks at it.

use super::asset::{self, AssetKey};
use crate::ids::CaseId;
use crate::journal::Act;
use crate::numbers::case_no::read_case_no;
use crate::numbers::days::court_day;
use crate::record::{Body, Facts, Record};
use chrono::{Datelike, NaiveDate};
use std::collections::BTreeSet;

/// The debtor as the record notes him.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Noted {
    /// His name.
    pub name: String,
    /// His citizen id or credit code.
    pub code: Option<String>,
}

/// A place on the ground: WGS-84, 1e-7 degree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Latitude.
    pub lat: i64,
    /// Longitude.
    pub lon: i64,
}

/// An act of the field as its record tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Which act.
    pub act: Act,
    /// When it began, ms UTC.
    pub at: i64,
    /// The number as typed.
    pub typed: String,
    /// What it reads as, in normal form: none where it is no number, several where it joins some.
    pub numbers: Vec<String>,
    /// The list's id, where the phone knew the case.
    pub case: Option<CaseId>,
    /// Names of the officers.
    pub officers: BTreeSet<String>,
    /// The debtor, where one is noted.
    pub debtor: Option<Noted>,
    /// The sum that the record is about, fen.
    pub amount_fen: Option<i64>,
    /// Where it was, by the phone.
    pub spot: Option<Spot>,
    /// Where it was, in words.
    pub place: String,
    /// What its things are known by.
    pub assets: BTreeSet<AssetKey>,
    /// It corrects or adds to another record, of whose act it speaks.
    pub amends: bool,
}

impl Visit {
    /// What a sealed body says.
    #[must_use]
    pub fn of_body(body: &Body, record: &Record) -> Option<Self> {
        Some(Self::of_facts(&body.facts(record).ok()?, record.opened))
    }

    /// What facts say; `opened` (ms UTC) stands for an act whose beginning is not noted.
    #[must_use]
    pub fn of_facts(facts: &Facts, opened: i64) -> Self {
        let at = facts.int("t0").unwrap_or(opened);
        let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let officers = facts.items("officers").into_iter();
        let noted = |who: &str| Noted {
            name: facts.text(&format!("{who}/name")).to_owned(),
            code: filled(facts.text(&format!("{who}/id_no"))),
        };
        // Detention, fine and forced appearance name their target in the same fields.
        let debtor = match noted("debtor") {
            known if known != Noted::default() => known,
            _ => noted("target"),
        };
        Self {
            act: facts.act,
            at,
            typed: facts.case.typed.clone(),
            numbers: numbers_of(&facts.case.typed, facts.case.normal.as_deref(), at),
            case: facts.case.id.clone(),
            officers: officers
                .filter_map(|id| filled(facts.text(&format!("officers/{id}/person"))))
                .collect(),
            assets: asset::keys_of(facts, &debtor.name),
            debtor: (!debtor.name.is_empty() || debtor.code.is_some()).then_some(debtor),
            amount_fen: facts
                .int("total_fen")
                .or_else(|| facts.int("ruling_amount_fen")),
            spot: facts.mark("fix").map(|mark| Spot {
                lat: mark.lat,
                lon: mark.lon,
            }),
            place: facts.text("place").to_owned(),
            amends: facts.amends.is_some(),
        }
    }

    /// The day of the act at +08:00.
    #[must_use]
    pub fn day(&self) -> NaiveDate {
        court_day(self.at)
    }
}

/// What a typed number reads as; the phone's own reading stands for a single one.
fn numbers_of(typed: &str, normal: Option<&str>, at: i64) -> Vec<String> {
    if let Some(normal) = normal {
        return vec![normal.to_owned()];
    }
    let reading = read_case_no(typed, court_day(at).year());
    reading.map_or_else(
        |_| Vec::new(),
        |it| it.cases.iter().map(|no| no.normal().to_owned()).collect(),
    )
}
