//! Days and hours of a court, all at +08:00: the calendar of working days, counting of periods,
//! expiry of seizures, and how dates are written.
//!
//! Counting (民事诉讼法 art. 85, 民诉法解释 art. 125, 民法典 arts. 200–203): days and months start the
//! next day, hours at the next full hour; a last day that is a legal holiday moves to the first
//! working day; months end on the same day number, else at the month's end.

mod calendar;
mod holidays;
mod limits;
mod seizure;
#[cfg(test)]
mod tests;
mod written;

pub use calendar::{Calendar, CalendarError, CalendarYear};
pub use holidays::KNOWN_YEARS;
pub use limits::{Limit, LimitRule, Period};
pub use seizure::{SeizureClass, SeizureExpiry, seizure_expiry, within_seizure_limit};
pub use written::{clock_time, court_day, court_time, date_iso, date_zh, instant_ms, time_zh};

use chrono::{Days, Months, NaiveDate, NaiveDateTime, TimeDelta};
use serde::{Deserialize, Serialize};

/// The end of a period: as counted, and as it falls due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline<T> {
    /// The end as counted; what an alarm looks at.
    pub strict: T,
    /// The end after the rules about holidays and full hours.
    pub due: T,
    /// False when the calendar does not hold the year that decides: `due` is then the strict end,
    /// and a page says so.
    pub known_year: bool,
}

/// How a period in days is counted; the law counts calendar days, a court's own service levels may
/// count working days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayCount {
    /// Every day counts.
    #[default]
    Calendar,
    /// Working days count.
    Working,
}

/// Whether people work on this day by the bundled calendar; `None` in a year it does not hold.
#[must_use]
pub fn is_working_day(day: NaiveDate) -> Option<bool> {
    Calendar::default().is_working_day(day)
}

/// The end of a period of days that starts the day after `start`, by the bundled calendar.
#[must_use]
pub fn after_days(start: NaiveDate, days: u32, count: DayCount) -> Deadline<NaiveDate> {
    Calendar::default().after_days(start, days, count)
}

/// The end of a period of months that starts the day after `start`, by the bundled calendar.
#[must_use]
pub fn after_months(start: NaiveDate, months: u32) -> Deadline<NaiveDate> {
    Calendar::default().after_months(start, months)
}

impl Calendar {
    /// The end of a period of days that starts the day after `start`.
    #[must_use]
    pub fn after_days(&self, start: NaiveDate, days: u32, count: DayCount) -> Deadline<NaiveDate> {
        match count {
            DayCount::Calendar => {
                let end = start.checked_add_days(Days::new(days.into()));
                self.moved(end.unwrap_or(NaiveDate::MAX))
            }
            DayCount::Working => self.working_days(start, days),
        }
    }

    /// The end of a period of months that starts the day after `start`.
    #[must_use]
    pub fn after_months(&self, start: NaiveDate, months: u32) -> Deadline<NaiveDate> {
        self.moved(same_day_number(start, months))
    }

    /// Moves a last day that is a holiday to the first working day after it.
    fn moved(&self, strict: NaiveDate) -> Deadline<NaiveDate> {
        let mut due = strict;
        loop {
            match (self.is_working_day(due), due.succ_opt()) {
                (Some(true), _) => {
                    return Deadline {
                        strict,
                        due,
                        known_year: true,
                    };
                }
                (Some(false), Some(next)) => due = next,
                (Some(false), None) | (None, _) => {
                    return Deadline {
                        strict,
                        due: strict,
                        known_year: false,
                    };
                }
            }
        }
    }

    /// The last of so many working days. Beyond the calendar Monday to Friday count.
    fn working_days(&self, start: NaiveDate, days: u32) -> Deadline<NaiveDate> {
        let mut known_year = true;
        let mut left = days;
        let mut day = start;
        while left > 0 {
            let Some(next) = day.succ_opt() else { break };
            day = next;
            let working = self.is_working_day(day).unwrap_or_else(|| {
                known_year = false;
                calendar::on_weekday(day)
            });
            left -= u32::from(working);
        }
        Deadline {
            strict: day,
            due: day,
            known_year,
        }
    }
}

/// The end of a period of hours: strict from `start` itself, due from the next full hour (from
/// 10:00:00 sharp that is 11:00). It does not move for holidays.
#[must_use]
pub fn after_hours(start: NaiveDateTime, hours: u32) -> Deadline<NaiveDateTime> {
    let length = TimeDelta::hours(hours.into());
    let add = |from: NaiveDateTime, by| from.checked_add_signed(by).unwrap_or(NaiveDateTime::MAX);
    let full_hour = add(hour_begun(start), TimeDelta::hours(1));
    Deadline {
        strict: add(start, length),
        due: add(full_hour, length),
        known_year: true,
    }
}

/// The day of the same number `months` later, or that month's end.
pub(super) fn same_day_number(start: NaiveDate, months: u32) -> NaiveDate {
    start
        .checked_add_months(Months::new(months))
        .unwrap_or(NaiveDate::MAX)
}

fn hour_begun(at: NaiveDateTime) -> NaiveDateTime {
    use chrono::Timelike;
    at.date().and_hms_opt(at.hour(), 0, 0).unwrap_or(at)
}
