//! Which days are working days: the bundled table, and years that a court adds to it.

use super::holidays;
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How many years a court may add.
const ADDED_YEARS_MAX: usize = 64;

/// The calendar of working days. The default is the bundled table (2016–2026); the years that are
/// announced later, or corrected, are added as data and win over it.
///
/// In JSON the added years alone: `{"2027":{"off":["2027-01-01"],"work":[]}}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    try_from = "BTreeMap<i32, CalendarYear>",
    into = "BTreeMap<i32, CalendarYear>"
)]
pub struct Calendar {
    added: BTreeMap<i32, CalendarYear>,
}

/// What was announced for one year.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarYear {
    /// Holidays (放假), weekend days among them or not.
    pub off: BTreeSet<NaiveDate>,
    /// Saturdays and Sundays on which people work (调休).
    pub work: BTreeSet<NaiveDate>,
}

/// Why a year is not taken into the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// A day of another year.
    #[error("{0} is not a day of the year {1}")]
    OtherYear(NaiveDate, i32),
    /// A make-up working day that is no Saturday or Sunday.
    #[error("{0} is a working day without being made one")]
    NotWeekend(NaiveDate),
    /// A day both free and made a working day.
    #[error("{0} is both free and a working day")]
    Both(NaiveDate),
    /// A year without a single holiday is a year not announced.
    #[error("the year {0} has no holiday")]
    NoHoliday(i32),
    /// More years than a calendar holds.
    #[error("more than {ADDED_YEARS_MAX} years")]
    TooManyYears,
}

impl Calendar {
    /// Adds a year, or replaces it.
    ///
    /// # Errors
    /// Days that cannot be what they are said to be.
    pub fn add_year(&mut self, year: i32, announced: CalendarYear) -> Result<(), CalendarError> {
        if let Some(day) = announced
            .off
            .iter()
            .chain(&announced.work)
            .find(|day| day.year() != year)
        {
            return Err(CalendarError::OtherYear(*day, year));
        }
        if let Some(day) = announced.work.iter().find(|day| on_weekday(**day)) {
            return Err(CalendarError::NotWeekend(*day));
        }
        if let Some(day) = announced.work.intersection(&announced.off).next() {
            return Err(CalendarError::Both(*day));
        }
        if announced.off.is_empty() {
            return Err(CalendarError::NoHoliday(year));
        }
        if self.added.len() >= ADDED_YEARS_MAX && !self.added.contains_key(&year) {
            return Err(CalendarError::TooManyYears);
        }
        self.added.insert(year, announced);
        Ok(())
    }

    /// Whether people work on this day; `None` in a year that the calendar does not hold.
    #[must_use]
    pub fn is_working_day(&self, day: NaiveDate) -> Option<bool> {
        match self.added.get(&day.year()) {
            Some(year) => {
                Some(year.work.contains(&day) || (on_weekday(day) && !year.off.contains(&day)))
            }
            None => holidays::is_working_day(day),
        }
    }
}

impl TryFrom<BTreeMap<i32, CalendarYear>> for Calendar {
    type Error = CalendarError;

    fn try_from(years: BTreeMap<i32, CalendarYear>) -> Result<Self, CalendarError> {
        let mut calendar = Self::default();
        for (year, announced) in years {
            calendar.add_year(year, announced)?;
        }
        Ok(calendar)
    }
}

impl From<Calendar> for BTreeMap<i32, CalendarYear> {
    fn from(calendar: Calendar) -> Self {
        calendar.added
    }
}

/// Monday to Friday.
pub(super) fn on_weekday(day: NaiveDate) -> bool {
    day.weekday().number_from_monday() <= 5
}
