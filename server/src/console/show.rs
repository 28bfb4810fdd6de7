//! How numbers, money, times and sizes are written on pages. All times are those of the court,
//! +08:00.

use crate::words::console::ConsoleWords;
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime};
use waiqin_protocol::numbers::case_no::read_case_no;
use waiqin_protocol::numbers::days::{court_day, court_time, instant_ms};
use waiqin_protocol::numbers::money::Fen;
use waiqin_protocol::words::{Lang, fill};

/// One day in ms.
pub(super) const DAY_MS: i64 = 86_400_000;

/// A case number in three parts, of which the court's steps back. Joined they are the number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Number {
    pub year: String,
    pub court: String,
    pub serial: String,
}

impl Number {
    /// The parts of a normal number; a text that is none stands undivided.
    pub fn of(text: &str) -> Self {
        let reading = read_case_no(text, i32::MAX).ok();
        match reading.as_ref().and_then(|r| r.cases.first()) {
            Some(case) if case.normal() == text => {
                let (year, court, serial) = case.parts();
                Self {
                    year: year.into(),
                    court: court.into(),
                    serial: serial.into(),
                }
            }
            Some(_) | None => Self {
                year: String::new(),
                court: String::new(),
                serial: text.to_owned(),
            },
        }
    }

    /// The whole number.
    pub fn text(&self) -> String {
        format!("{}{}{}", self.year, self.court, self.serial)
    }
}

/// The first rows of a list: one more than are shown was asked for, to know whether that is all.
pub(super) struct First<T> {
    pub shown: Vec<T>,
    /// There are more.
    pub more: bool,
}

impl<T> First<T> {
    pub fn of(mut rows: Vec<T>, most: u32) -> Self {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let more = rows.len() > most;
        rows.truncate(most);
        Self { shown: rows, more }
    }

    /// How many there are, as a figure.
    pub fn figure(&self, words: &ConsoleWords) -> String {
        let n = count(u64::try_from(self.shown.len()).unwrap_or(u64::MAX));
        match self.more {
            true => fill(words.more_than, &[("n", &n)]),
            false => n,
        }
    }
}

/// The court's clock at a moment; `None` beyond the calendar.
fn at(ms: i64) -> Option<NaiveDateTime> {
    DateTime::from_timestamp_millis(ms).map(|_| court_time(ms))
}

/// The first moment of the court's day, ms UTC.
pub(super) fn day_start_ms(ms: i64) -> i64 {
    day_begins_ms(court_day(ms))
}

/// The first moment of a day of the court's calendar, ms UTC.
pub(super) fn day_begins_ms(day: NaiveDate) -> i64 {
    instant_ms(day.and_time(NaiveTime::MIN))
}

/// The first moment of the court's week (Monday), ms UTC.
pub(super) fn week_start_ms(ms: i64) -> i64 {
    let back = i64::from(court_day(ms).weekday().num_days_from_monday());
    day_start_ms(ms) - back * DAY_MS
}

/// `2019-07-02 14:03`
pub(super) fn minute(ms: i64) -> String {
    at(ms).map_or_else(String::new, |t| t.format("%Y-%m-%d %H:%M").to_string())
}

/// `2019-07-02 14:03:22`
pub(super) fn second(ms: i64) -> String {
    at(ms).map_or_else(String::new, |t| t.format("%Y-%m-%d %H:%M:%S").to_string())
}

/// `14:03:22`
pub(super) fn time_of_day(ms: i64) -> String {
    at(ms).map_or_else(String::new, |t| t.format("%H:%M:%S").to_string())
}

/// `14:03` on the court's present day, `07-01 14:03` in its year, otherwise with the year.
pub(super) fn short_time(ms: i64, now_ms: i64) -> String {
    let (Some(then), Some(now)) = (at(ms), at(now_ms)) else {
        return String::new();
    };
    let form = if then.date() == now.date() {
        "%H:%M"
    } else if then.year() == now.year() {
        "%m-%d %H:%M"
    } else {
        "%Y-%m-%d %H:%M"
    };
    then.format(form).to_string()
}

/// The day with its weekday, as a page's heading writes it.
pub(super) fn heading_day(ms: i64, lang: Lang) -> String {
    let words = ConsoleWords::of(lang);
    let day = court_day(ms);
    let weekday = weekday_word(day, words);
    let month = month_word(day, words);
    fill(
        words.day_heading,
        &[
            ("month", &month),
            ("day", &day.day()),
            ("weekday", &weekday),
        ],
    )
}

fn weekday_word(day: NaiveDate, words: &ConsoleWords) -> &'static str {
    let all = words.weekdays;
    let index = usize::try_from(day.weekday().num_days_from_monday()).unwrap_or(0);
    all.split(' ').nth(index).unwrap_or_default()
}

fn month_word(day: NaiveDate, words: &ConsoleWords) -> &'static str {
    let index = usize::try_from(day.month0()).unwrap_or(0);
    words.months.split(' ').nth(index).unwrap_or_default()
}

/// How long ago, in the largest unit that says enough.
pub(super) fn ago(ms: i64, now_ms: i64, lang: Lang) -> String {
    let words = ConsoleWords::of(lang);
    let minutes = (now_ms - ms).max(0) / 60_000;
    let (text, n) = match minutes {
        0 => (words.ago_now, 0),
        1..=59 => (words.ago_minutes, minutes),
        60..=1439 => (words.ago_hours, minutes / 60),
        1440.. => (words.ago_days, minutes / 1440),
        i64::MIN..=-1 => (words.ago_now, 0),
    };
    fill(text, &[("n", &n)])
}

/// A waiting time, rounded up: seconds below a minute, then minutes.
pub(super) fn wait(ms: i64, lang: Lang) -> String {
    let words = ConsoleWords::of(lang);
    let seconds = (ms.max(0) + 999) / 1000;
    if seconds < 60 {
        fill(words.wait_seconds, &[("n", &seconds.max(1))])
    } else {
        fill(words.wait_minutes, &[("n", &((seconds + 59) / 60))])
    }
}

/// Yuan with separators and two decimals.
pub(super) fn yuan(fen: i64) -> String {
    Fen(fen).yuan()
}

/// A whole number with separators.
pub(super) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + 4);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A size in the unit that people compare.
pub(super) fn size(bytes: u64) -> String {
    const KB: u64 = 1 << 10;
    const MB: u64 = 1 << 20;
    const GB: u64 = 1 << 30;
    let tenths = |unit: u64| {
        let tenths = bytes.saturating_mul(10) / unit;
        format!("{}.{}", tenths / 10, tenths % 10)
    };
    match bytes {
        0..KB => format!("{bytes} B"),
        KB..MB => format!("{} KB", bytes / KB),
        MB..GB => format!("{} MB", tenths(MB)),
        GB.. => format!("{} GB", tenths(GB)),
    }
}

/// The first characters of a hash, in two groups.
pub(super) fn short_hash(hash: &str) -> String {
    let head: String = hash.chars().take(8).collect();
    match head.split_at_checked(4) {
        Some((a, b)) if !b.is_empty() => format!("{a} {b}"),
        Some(_) | None => head,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_falls_into_three_parts_and_joins_again() {
        let text = ConsoleWords::SAMPLE_NUMBER;
        let number = Number::of(text);
        assert_eq!(number.text(), text);
        assert_eq!(number.year.chars().count(), 6);
        assert!(!number.court.is_empty());
        assert_eq!(Number::of("x9").serial, "x9");
        assert_eq!(Number::of("").text(), "");
    }

    #[test]
    fn days_and_weeks_begin_at_the_courts_midnight() {
        // 2019-07-02 (Tuesday) 00:30 +08:00 is 2019-07-01 16:30 UTC.
        let ms = 1_561_998_600_000;
        assert_eq!(minute(ms), "2019-07-02 00:30");
        assert_eq!(minute(day_start_ms(ms)), "2019-07-02 00:00");
        assert_eq!(minute(week_start_ms(ms)), "2019-07-01 00:00");
        assert_eq!(heading_day(ms, Lang::En), "Tue 2 Jul");
    }

    #[test]
    fn times_carry_no_more_than_is_needed() {
        let now = 1_561_998_600_000;
        assert_eq!(short_time(now - 60_000, now), "00:29");
        assert_eq!(short_time(now - DAY_MS, now), "07-01 00:30");
        assert_eq!(short_time(now - 400 * DAY_MS, now), "2018-05-28 00:30");
        assert_eq!(ago(now - 59 * 60_000, now, Lang::En), "59 min ago");
        assert_eq!(ago(now + 5_000, now, Lang::En), "just now");
        assert_eq!(wait(61_000, Lang::En), "2 min");
        assert_eq!(wait(1, Lang::En), "1 s");
    }

    #[test]
    fn sizes_and_counts() {
        assert_eq!(size(0), "0 B");
        assert_eq!(size(1536), "1 KB");
        assert_eq!(size(3_355_443), "3.1 MB");
        assert_eq!(size(5 << 30), "5.0 GB");
        assert_eq!(count(0), "0");
        assert_eq!(count(100_000), "100,000");
        assert_eq!(count(1234), "1,234");
        assert_eq!(yuan(386_421_055), "3,864,210.55");
        assert_eq!(short_hash("9f3a71c2aa"), "9f3a 71c2");
        assert_eq!(short_hash("ab"), "ab");
    }
}
