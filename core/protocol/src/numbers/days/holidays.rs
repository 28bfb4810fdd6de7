//! Legal holidays and make-up working days (调休) as the State Council's office announces them each
//! year. A new year is a new entry of the table; a court adds one without it by `Calendar`.
//!
//! The data come from the Python package chinesecalendar 1.11.0 (Lirian Su and contributors, MIT
//! licence, <https://github.com/LKI/chinese-calendar>), years 2016–2026. The MIT licence asks that
//! its notice goes with copies: copyright (c) 2017 Lirian Su; provided without warranty of any kind.

use super::calendar::on_weekday;
use chrono::{Datelike, NaiveDate};
use std::ops::RangeInclusive;

/// The years that the table holds.
pub const KNOWN_YEARS: RangeInclusive<i32> = 2016..=2026;

/// Whether people work on this day; `None` in a year that the table does not hold.
pub(super) fn is_working_day(day: NaiveDate) -> Option<bool> {
    let year = YEARS.iter().find(|year| year.year == day.year())?;
    let number = day.month() * 100 + day.day();
    let off = year
        .off
        .iter()
        .any(|(first, last)| (*first..=*last).contains(&number));
    Some(year.work.contains(&number) || (on_weekday(day) && !off))
}

/// One year; days as month × 100 + day.
struct Year {
    year: i32,
    /// Holidays with the weekend days among them, first and last of each run.
    off: &'static [(u32, u32)],
    /// Weekend days on which people work.
    work: &'static [u32],
}

const YEARS: [Year; 11] = [
    Year {
        year: 2016,
        off: &[
            (101, 101),
            (207, 213),
            (404, 404),
            (501, 502),
            (609, 611),
            (915, 917),
            (1001, 1007),
        ],
        work: &[206, 214, 612, 918, 1008, 1009],
    },
    Year {
        year: 2017,
        off: &[
            (101, 102),
            (127, 202),
            (402, 404),
            (501, 501),
            (528, 530),
            (1001, 1008),
        ],
        work: &[122, 204, 401, 527, 930],
    },
    Year {
        year: 2018,
        off: &[
            (101, 101),
            (215, 221),
            (405, 407),
            (429, 501),
            (618, 618),
            (924, 924),
            (1001, 1007),
            (1230, 1231),
        ],
        work: &[211, 224, 408, 428, 929, 930, 1229],
    },
    Year {
        year: 2019,
        off: &[
            (101, 101),
            (204, 210),
            (405, 407),
            (501, 504),
            (607, 609),
            (913, 915),
            (1001, 1007),
        ],
        work: &[202, 203, 428, 505, 929, 1012],
    },
    Year {
        year: 2020,
        off: &[
            (101, 101),
            (124, 202),
            (404, 406),
            (501, 505),
            (625, 627),
            (1001, 1008),
        ],
        work: &[119, 426, 509, 628, 927, 1010],
    },
    Year {
        year: 2021,
        off: &[
            (101, 103),
            (211, 217),
            (403, 405),
            (501, 505),
            (612, 614),
            (919, 921),
            (1001, 1007),
        ],
        work: &[207, 220, 425, 508, 918, 926, 1009],
    },
    Year {
        year: 2022,
        off: &[
            (101, 103),
            (131, 206),
            (403, 405),
            (430, 504),
            (603, 605),
            (910, 912),
            (1001, 1007),
            (1231, 1231),
        ],
        work: &[129, 130, 402, 424, 507, 1008, 1009],
    },
    Year {
        year: 2023,
        off: &[
            (101, 102),
            (121, 127),
            (405, 405),
            (429, 503),
            (622, 624),
            (929, 1006),
            (1230, 1231),
        ],
        work: &[128, 129, 423, 506, 625, 1007, 1008],
    },
    Year {
        year: 2024,
        off: &[
            (101, 101),
            (210, 217),
            (404, 406),
            (501, 505),
            (610, 610),
            (915, 917),
            (1001, 1007),
        ],
        work: &[204, 218, 407, 428, 511, 914, 929, 1012],
    },
    Year {
        year: 2025,
        off: &[
            (101, 101),
            (128, 204),
            (404, 406),
            (501, 505),
            (531, 602),
            (1001, 1008),
        ],
        work: &[126, 208, 427, 928, 1011],
    },
    Year {
        year: 2026,
        off: &[
            (101, 103),
            (215, 223),
            (404, 406),
            (501, 505),
            (619, 621),
            (925, 927),
            (1001, 1007),
        ],
        work: &[104, 214, 228, 509, 920, 1010],
    },
];
