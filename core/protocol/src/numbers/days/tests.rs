//! The vectors of DOMAIN §2.3 and §4.3, one row each.

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn time(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

/// The rows of a period in days or months: name, start, period, strict end, due, known year.
type Row = (
    &'static str,
    &'static str,
    Period,
    &'static str,
    &'static str,
    bool,
);

#[rustfmt::skip]
const PERIODS: &[Row] = &[
    ("DL1 of a Monday lands on Saturday", "2019-01-21", Period::Days(5), "2019-01-26", "2019-01-28", true),
    ("DL2 of a Monday lands on Monday", "2019-01-21", Period::Days(7), "2019-01-28", "2019-01-28", true),
    ("DL7 lands on Sunday", "2019-01-21", Period::Months(6), "2019-07-21", "2019-07-22", true),
    ("DL7 of 31 August ends with February", "2019-08-31", Period::Months(6), "2020-02-29", "2020-03-02", true),
    ("a make-up working Saturday is not moved", "2019-01-28", Period::Days(5), "2019-02-02", "2019-02-02", true),
    ("an end on the eve of spring festival", "2019-01-30", Period::Days(5), "2019-02-04", "2019-02-11", true),
    ("an end beyond the calendar", "2026-12-28", Period::Days(5), "2027-01-02", "2027-01-02", false),
    ("an end before the calendar", "2015-12-20", Period::Days(6), "2015-12-26", "2015-12-26", false),
    ("the last day of the calendar", "2026-12-01", Period::Days(30), "2026-12-31", "2026-12-31", true),
    ("spring festival of 2020 as it was prolonged", "2020-01-20", Period::Days(5), "2020-01-25", "2020-02-03", true),
    ("no days at all", "2019-01-21", Period::Days(0), "2019-01-21", "2019-01-21", true),
    ("31 January and a month", "2019-01-31", Period::Months(1), "2019-02-28", "2019-02-28", true),
    ("a year of months over a leap day", "2020-02-29", Period::Months(12), "2021-02-28", "2021-03-01", true),
];

#[test]
fn every_period_ends_and_falls_due_as_the_law_counts() {
    for (name, start, period, strict, due, known_year) in PERIODS {
        let read = match period {
            Period::Days(days) => after_days(day(start), *days, DayCount::Calendar),
            Period::Months(months) => after_months(day(start), *months),
            Period::Hours(_) => panic!("{name}: hours have their own rows"),
        };
        let wanted = Deadline {
            strict: day(strict),
            due: day(due),
            known_year: *known_year,
        };
        assert_eq!(read, wanted, "{name}");
    }
}

#[test]
fn every_period_of_hours_starts_at_the_next_full_hour() {
    #[rustfmt::skip]
    let rows = [
        ("DL3", "2019-01-22T10:30:00", 48, "2019-01-24T10:30:00", "2019-01-24T11:00:00"),
        ("DL3 sharp", "2019-01-22T10:00:00", 48, "2019-01-24T10:00:00", "2019-01-24T11:00:00"),
        ("DL3 just before", "2019-01-22T09:59:59", 48, "2019-01-24T09:59:59", "2019-01-24T10:00:00"),
        ("family notice", "2019-07-02T15:40:00", 24, "2019-07-03T15:40:00", "2019-07-03T16:00:00"),
        ("over midnight", "2019-07-02T23:40:00", 24, "2019-07-03T23:40:00", "2019-07-04T00:00:00"),
        ("not moved for a holiday", "2019-02-03T12:10:00", 24, "2019-02-04T12:10:00", "2019-02-04T13:00:00"),
    ];
    for (name, start, hours, strict, due) in rows {
        let wanted = Deadline {
            strict: time(strict),
            due: time(due),
            known_year: true,
        };
        assert_eq!(after_hours(time(start), hours), wanted, "{name}");
    }
}

#[test]
fn working_days_are_counted_when_a_court_sets_so() {
    #[rustfmt::skip]
    let rows = [
        ("over a weekend", "2019-01-21", 5, "2019-01-28", true),
        ("over spring festival and two make-up days", "2019-02-01", 3, "2019-02-11", true),
        ("beyond the calendar Monday to Friday count", "2026-12-30", 3, "2027-01-04", false),
        ("none", "2019-01-26", 0, "2019-01-26", true),
    ];
    for (name, start, days, end, known_year) in rows {
        let wanted = Deadline {
            strict: day(end),
            due: day(end),
            known_year,
        };
        assert_eq!(
            after_days(day(start), days, DayCount::Working),
            wanted,
            "{name}"
        );
    }
}

#[test]
fn a_seizure_ends_on_the_same_day_number_and_reminds_on_the_earlier_day() {
    #[rustfmt::skip]
    let rows = [
        ("2019-07-09", 3, "2022-07-09", "2022-07-08"),
        ("2020-02-29", 1, "2021-02-28", "2021-02-27"),
        ("2019-01-01", 2, "2021-01-01", "2020-12-31"),
        // A Sunday and the first day of a holiday: never moved.
        ("2018-07-21", 1, "2019-07-21", "2019-07-20"),
        ("2017-10-01", 2, "2019-10-01", "2019-09-30"),
    ];
    for (effective, years, by_law, usually_printed) in rows {
        let expiry = seizure_expiry(day(effective), years);
        let wanted = SeizureExpiry {
            by_law: day(by_law),
            usually_printed: day(usually_printed),
        };
        assert_eq!(expiry, wanted, "{effective}");
        assert_eq!(expiry.remind_on(None), day(usually_printed), "{effective}");
        assert_eq!(
            expiry.remind_on(Some(day(by_law))),
            day(by_law),
            "the printed day counts"
        );
    }
}

#[test]
fn a_seizure_may_not_outlast_the_longest_period_of_its_class() {
    use SeizureClass::{Cash, Movable, RealEstateOrRight};
    #[rustfmt::skip]
    let rows = [
        (Cash, "2020-07-09", true), (Cash, "2020-07-10", false),
        (Movable, "2021-07-09", true), (Movable, "2021-07-10", false),
        (RealEstateOrRight, "2022-07-08", true), (RealEstateOrRight, "2022-07-09", true),
        (RealEstateOrRight, "2022-07-10", false), (RealEstateOrRight, "2019-07-09", false),
    ];
    for (class, expiry, within) in rows {
        let effective = day("2019-07-09");
        assert_eq!(
            within_seizure_limit(class, effective, day(expiry)),
            within,
            "{class:?} {expiry}"
        );
    }
}

#[test]
fn the_calendar_holds_every_day_that_was_announced() {
    // Year, working days, holidays from Monday to Friday, make-up working days: counted from the
    // source by another program.
    #[rustfmt::skip]
    let rows: &[(i32, usize, usize, usize)] = &[
        (2016, 250, 17, 6),
        (2017, 249, 16, 5),
        (2018, 250, 18, 7),
        (2019, 250, 17, 6),
        (2020, 249, 19, 6),
        (2021, 250, 18, 7),
        (2022, 249, 18, 7),
        (2023, 249, 18, 7),
        (2024, 251, 19, 8),
        (2025, 248, 18, 5),
        (2026, 248, 19, 6),
    ];
    for (year, working, off_weekdays, made_up) in rows {
        let first = NaiveDate::from_ymd_opt(*year, 1, 1).unwrap();
        let days: Vec<NaiveDate> = first
            .iter_days()
            .take_while(|day| chrono::Datelike::year(day) == *year)
            .collect();
        let weekday = |day: &NaiveDate| chrono::Datelike::weekday(day).number_from_monday() <= 5;
        let count = |wanted: &dyn Fn(&NaiveDate) -> bool| days.iter().filter(|d| wanted(d)).count();
        let works = |day: &NaiveDate| is_working_day(*day) == Some(true);
        assert_eq!(count(&works), *working, "{year}");
        assert_eq!(count(&|d| weekday(d) && !works(d)), *off_weekdays, "{year}");
        assert_eq!(count(&|d| !weekday(d) && works(d)), *made_up, "{year}");
    }
    assert_eq!(is_working_day(day("2015-12-31")), None);
    assert_eq!(is_working_day(day("2027-01-01")), None);
    assert_eq!(rows.len(), KNOWN_YEARS.count());
}

#[test]
fn instants_are_days_and_hours_at_plus_eight() {
    // 2019-07-01T16:00:00Z is midnight of 2 July at +08:00.
    let midnight = 1_561_996_800_000;
    assert_eq!(court_day(midnight), day("2019-07-02"));
    assert_eq!(court_day(midnight - 1), day("2019-07-01"));
    assert_eq!(
        court_time(midnight + 30_600_000),
        time("2019-07-02T08:30:00")
    );
    assert_eq!(instant_ms(time("2019-07-02T00:00:00")), midnight);
    assert_eq!(court_day(-28_800_001), day("1969-12-31"));
    for extreme in [i64::MIN, i64::MAX] {
        assert_eq!(court_day(extreme), court_time(extreme).date());
    }
}

#[test]
fn dates_and_times_are_written_as_courts_write_them() {
    assert_eq!(date_zh(day("2019-07-02")), "2019年7月2日");
    assert_eq!(date_iso(day("2019-07-02")), "2019-07-02");
    assert_eq!(clock_time(time("2019-07-02T08:30:59")), "08:30");
    assert_eq!(time_zh(time("2019-07-02T08:05:00")), "2019年7月2日8时05分");
}

#[test]
fn periods_at_the_end_of_time_hold_still() {
    let far = after_days(day("2019-01-01"), u32::MAX, DayCount::Calendar);
    assert_eq!((far.due, far.known_year), (NaiveDate::MAX, false));
    assert_eq!(
        after_months(day("2019-01-01"), u32::MAX).due,
        NaiveDate::MAX
    );
    assert_eq!(
        after_hours(NaiveDateTime::MAX, u32::MAX).due,
        NaiveDateTime::MAX
    );
    assert_eq!(
        seizure_expiry(day("2019-01-01"), u32::MAX).by_law,
        NaiveDate::MAX
    );
    assert_eq!(
        after_days(NaiveDate::MAX, 9, DayCount::Working).due,
        NaiveDate::MAX
    );
}

#[test]
fn every_limit_of_the_table_is_there_under_its_code() {
    let codes: std::collections::BTreeSet<&str> =
        Limit::ALL.iter().map(|limit| limit.rule().code).collect();
    // DL9 lists what is excluded from DL7, DL19 are the seizures.
    for code in 1..=18 {
        assert_eq!(
            codes.contains(format!("DL{code}").as_str()),
            code != 9,
            "DL{code}"
        );
    }
    assert_eq!(
        Limit::DetentionFamilyNotice.rule().period,
        Period::Hours(24)
    );
    assert_eq!(Limit::Closing.rule().period, Period::Months(6));
    assert_eq!(Limit::CashHandedIn.rule().period, Period::Days(0));
    let mut seen = std::collections::BTreeSet::new();
    assert!(
        Limit::ALL.iter().all(|limit| seen.insert(limit)),
        "each stands once"
    );
}

#[test]
fn a_court_adds_the_years_that_are_announced_later() {
    // Invented days: what 2027 will be is announced near the end of 2026.
    let json = r#"{"2027":{"off":["2027-01-01","2027-02-08"],"work":["2027-01-02"]}}"#;
    let calendar: Calendar = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&calendar).unwrap(), json);
    let end = |days| calendar.after_days(day("2026-12-28"), days, DayCount::Calendar);
    assert_eq!(end(5).due, day("2027-01-02"), "made a working day");
    assert_eq!(end(4).due, day("2027-01-02"), "moved over the holiday");
    assert_eq!(end(6).due, day("2027-01-04"), "a Sunday");
    assert!(end(5).known_year && end(4).known_year);
    assert_eq!(calendar.is_working_day(day("2028-01-03")), None);
    assert_eq!(
        calendar.is_working_day(day("2019-02-02")),
        Some(true),
        "the bundled years stay"
    );
    let three = calendar.after_days(day("2026-12-30"), 3, DayCount::Working);
    assert_eq!((three.due, three.known_year), (day("2027-01-04"), true));
}

#[test]
fn a_year_that_cannot_be_is_not_taken() {
    let year = |off: &[&str], work: &[&str]| CalendarYear {
        off: off.iter().map(|text| day(text)).collect(),
        work: work.iter().map(|text| day(text)).collect(),
    };
    #[rustfmt::skip]
    let rows = [
        (year(&["2028-01-01"], &[]), CalendarError::OtherYear(day("2028-01-01"), 2027)),
        (year(&["2027-01-01"], &["2026-12-26"]), CalendarError::OtherYear(day("2026-12-26"), 2027)),
        (year(&["2027-01-01"], &["2027-01-04"]), CalendarError::NotWeekend(day("2027-01-04"))),
        (year(&["2027-01-02"], &["2027-01-02"]), CalendarError::Both(day("2027-01-02"))),
        (year(&[], &[]), CalendarError::NoHoliday(2027)),
    ];
    for (announced, error) in rows {
        assert_eq!(Calendar::default().add_year(2027, announced), Err(error));
    }
    assert!(
        serde_json::from_str::<Calendar>(r#"{"2027":{"off":["2028-01-01"],"work":[]}}"#).is_err()
    );
}

#[test]
fn renewal_of_a_preservation_is_asked_seven_days_before_its_end() {
    let expiry = seizure_expiry(day("2019-07-09"), 3);
    assert_eq!(expiry.ask_renewal_by(None), day("2022-07-01"));
    assert_eq!(
        expiry.ask_renewal_by(Some(day("2022-07-09"))),
        day("2022-07-02")
    );
}
