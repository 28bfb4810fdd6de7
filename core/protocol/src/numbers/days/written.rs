//! Instants as days and hours of the court, and how courts write them.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike};

/// +08:00, fixed.
const COURT_OFFSET_MS: i64 = 8 * 3_600_000;

/// The day at +08:00 of an instant in milliseconds UTC.
#[must_use]
pub fn court_day(ms: i64) -> NaiveDate {
    court_time(ms).date()
}

/// The wall clock at +08:00 of an instant in milliseconds UTC; instants beyond the calendar are
/// held at its ends.
#[must_use]
pub fn court_time(ms: i64) -> NaiveDateTime {
    match DateTime::from_timestamp_millis(ms.saturating_add(COURT_OFFSET_MS)) {
        Some(instant) => instant.naive_utc(),
        None if ms < 0 => NaiveDateTime::MIN,
        None => NaiveDateTime::MAX,
    }
}

/// The instant in milliseconds UTC of a wall clock at +08:00.
#[must_use]
pub fn instant_ms(at: NaiveDateTime) -> i64 {
    at.and_utc()
        .timestamp_millis()
        .saturating_sub(COURT_OFFSET_MS)
}

/// 2019年7月2日
#[must_use]
pub fn date_zh(day: NaiveDate) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// 2019-07-02
#[must_use]
pub fn date_iso(day: NaiveDate) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), day.month(), day.day())
}

/// 08:30
#[must_use]
pub fn clock_time(at: NaiveDateTime) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// 2019年7月2日15时40分, as records write a time.
#[must_use]
pub fn time_zh(at: NaiveDateTime) -> String {
    format!("{}{}时{:02}分", date_zh(at.date()), at.hour(), at.minute())
}
