//! Lists that look wrong as a whole: filtered, cut, of another court.

use super::super::read_list::ReadList;
use super::{Changes, Known};
use crate::words::list::ListWords;
use serde::Serialize;
use std::collections::BTreeMap;
use waiqin_protocol::numbers::case_no::read_case_no;
use waiqin_protocol::words::{Lang, fill};

/// Why a list looks wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SuspicionCode {
    /// More than 10 % of the known cases are absent.
    Dropped,
    /// More than 5 % of the rows have no readable number.
    Unreadable,
    /// More than 30 % fewer cases than before.
    FewerRows,
    /// Numbers of a court that this one does not keep.
    OtherCourt,
}

/// One suspicion with its figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Suspicion {
    /// Which.
    pub code: SuspicionCode,
    /// Cases or rows that it is about.
    pub count: u64,
    /// Of how many.
    pub of: u64,
    /// Codes of other courts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub courts: Vec<String>,
}

impl Suspicion {
    /// The suspicion in words, and what is asked for.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        let words = ListWords::of(lang);
        let text = match self.code {
            SuspicionCode::Dropped => words.suspicion_dropped,
            SuspicionCode::Unreadable => words.suspicion_unreadable,
            SuspicionCode::FewerRows => words.suspicion_fewer_rows,
            SuspicionCode::OtherCourt => words.suspicion_other_court,
        };
        let courts = self.courts.join(words.list_comma);
        fill(
            text,
            &[
                ("count", &self.count),
                ("of", &self.of),
                ("courts", &courts),
            ],
        )
    }
}

/// Other courts that are named one by one.
const COURTS_SHOWN: usize = 20;

pub(super) fn look(
    before: &[Known],
    list: &ReadList,
    changes: &Changes,
    court_codes: &[String],
) -> Vec<Suspicion> {
    let live = before.iter().filter(|known| known.absent == 0).count() as u64;
    let now = list.cases.len() as u64;
    let rejected = list.rejected.len() as u64;
    let mut found = Vec::new();
    let mut suspect = |code, count, of, courts| {
        found.push(Suspicion {
            code,
            count,
            of,
            courts,
        });
    };
    if changes.dropped * 10 > live {
        suspect(SuspicionCode::Dropped, changes.dropped, live, Vec::new());
    }
    if rejected * 20 > now + rejected {
        suspect(
            SuspicionCode::Unreadable,
            rejected,
            now + rejected,
            Vec::new(),
        );
    }
    if now * 10 < live * 7 {
        suspect(SuspicionCode::FewerRows, now, live, Vec::new());
    }
    let others = other_courts(list, court_codes);
    let count = others.values().sum();
    if count > 0 {
        let courts = others.into_keys().take(COURTS_SHOWN).collect();
        suspect(SuspicionCode::OtherCourt, count, now, courts);
    }
    found
}

fn other_courts(list: &ReadList, court_codes: &[String]) -> BTreeMap<String, u64> {
    let mut others = BTreeMap::new();
    if court_codes.is_empty() {
        return others;
    }
    for case in &list.cases {
        // A number of the list was read once already, with the year of that day.
        let Ok(reading) = read_case_no(&case.number, i32::MAX) else {
            continue;
        };
        let number = &reading.cases[0];
        let own = court_codes.iter().any(|code| code == number.court());
        // Numbers before 2016 name the court in words that no code table holds.
        if !own && !number.is_legacy() {
            *others.entry(number.court().to_owned()).or_insert(0) += 1;
        }
    }
    others
}
