//! How numbers, money, times and sizes are written on pages. Times are those of the court, +08:00.

use crate::words::Words;
use chrono::{Datelike, NaiveDate, Weekday};
use waiqin_core::Delivery;
use waiqin_protocol::canonical::Value;
use waiqin_protocol::journal::{Act, CaseRef, EvidenceRole, EvidenceSource};
use waiqin_protocol::numbers::case_no::read_case_no;
use waiqin_protocol::numbers::days::{clock_time, court_day, court_time};
use waiqin_protocol::numbers::identity::{looks_masked, mask_id};
use waiqin_protocol::numbers::money::Fen;
use waiqin_protocol::words::fill;

/// A case number in three parts; in the middle one the court steps back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Number {
    /// Year.
    pub head: String,
    /// Court and type.
    pub court: String,
    /// Serial.
    pub tail: String,
}

impl Number {
    /// The parts of a normal number; a text that is none stands undivided.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let reading = read_case_no(text, i32::MAX).ok();
        match reading.as_ref().and_then(|it| it.cases.first()) {
            Some(case) if case.normal() == text => {
                let (head, court, tail) = case.parts();
                Self {
                    head: head.into(),
                    court: court.into(),
                    tail: tail.into(),
                }
            }
            Some(_) | None => Self {
                tail: text.to_owned(),
                ..Self::default()
            },
        }
    }

    /// The number under which a record names its case.
    #[must_use]
    pub fn of_case(case: &CaseRef, w: &Words) -> Self {
        match &case.normal {
            Some(normal) => Self::of(normal),
            None if case.typed.is_empty() => Self {
                tail: w.record_pending_no.to_owned(),
                ..Self::default()
            },
            None => Self {
                tail: case.typed.clone(),
                ..Self::default()
            },
        }
    }

    /// The whole number.
    #[must_use]
    pub fn plain(&self) -> String {
        format!("{}{}{}", self.head, self.court, self.tail)
    }
}

/// A word with a colour; never a colour alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Word.
    pub text: String,
    /// `seal`, `warn`, `ok`, `plain` or empty.
    pub class: &'static str,
}

impl Tag {
    /// A tag.
    #[must_use]
    pub fn new(text: impl Into<String>, class: &'static str) -> Self {
        Self {
            text: text.into(),
            class,
        }
    }

    /// How far something is.
    #[must_use]
    pub fn of(delivery: Delivery, w: &Words) -> Self {
        match delivery {
            Delivery::OnPhone => Self::new(w.state_on_phone, "plain"),
            Delivery::Received => Self::new(w.state_received, "ok"),
        }
    }
}

/// 20190702-0812, in the name of a file
#[must_use]
pub fn file_time(ms: i64) -> String {
    court_time(ms).format("%Y%m%d-%H%M").to_string()
}

/// 08:12
#[must_use]
pub fn clock(ms: i64) -> String {
    clock_time(court_time(ms))
}

/// 08:12:05
#[must_use]
pub fn clock_seconds(ms: i64) -> String {
    court_time(ms).format("%H:%M:%S").to_string()
}

/// 2019年7月2日
#[must_use]
pub fn day_long(day: NaiveDate, w: &Words) -> String {
    fill(
        w.date_long,
        &[("y", &day.year()), ("m", &month(day, w)), ("d", &day.day())],
    )
}

/// 7月2日 within the year of `now_ms`, else with the year.
#[must_use]
pub fn day_near(day: NaiveDate, now_ms: i64, w: &Words) -> String {
    if day.year() == court_day(now_ms).year() {
        fill(w.date_short, &[("m", &month(day, w)), ("d", &day.day())])
    } else {
        day_long(day, w)
    }
}

/// 7月2日 周二
#[must_use]
pub fn day_today(day: NaiveDate, w: &Words) -> String {
    let weekday = match day.weekday() {
        Weekday::Mon => w.monday,
        Weekday::Tue => w.tuesday,
        Weekday::Wed => w.wednesday,
        Weekday::Thu => w.thursday,
        Weekday::Fri => w.friday,
        Weekday::Sat => w.saturday,
        Weekday::Sun => w.sunday,
    };
    fill(
        w.date_today,
        &[
            ("m", &month(day, w)),
            ("d", &day.day()),
            ("weekday", &weekday),
        ],
    )
}

/// 08:12 today, else with the day.
#[must_use]
pub fn when(ms: i64, now_ms: i64, w: &Words) -> String {
    if court_day(ms) == court_day(now_ms) {
        return clock(ms);
    }
    let day = day_near(court_day(ms), now_ms, w);
    fill(w.date_time, &[("day", &day), ("time", &clock(ms))])
}

/// A day as lists write it (`YYYY-MM-DD`), as courts write it; anything else as it stands.
#[must_use]
pub fn list_day(text: &str, w: &Words) -> String {
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .map_or_else(|_| text.to_owned(), |it| day_long(it, w))
}

fn month(day: NaiveDate, w: &Words) -> &'static str {
    [
        w.month_1, w.month_2, w.month_3, w.month_4, w.month_5, w.month_6, w.month_7, w.month_8,
        w.month_9, w.month_10, w.month_11, w.month_12,
    ]
    .get(day.month0() as usize)
    .copied()
    .unwrap_or_default()
}

/// ¥ 3,864,210.55
#[must_use]
pub fn money(fen: i64, w: &Words) -> String {
    fill(w.money, &[("yuan", &Fen(fen).yuan())])
}

/// 2.4 MB
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let (mut tenths, mut unit) = (bytes / 100, 0);
    while tenths >= 9_995 && unit + 1 < UNITS.len() {
        tenths = (tenths + 500) / 1000;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// A code of a person or company, masked as lists show it.
#[must_use]
pub fn masked(code: &str) -> String {
    if looks_masked(code) {
        code.to_owned()
    } else {
        mask_id(code)
    }
}

/// Radius of a position, whole metres, rounded up.
#[must_use]
pub fn accuracy_m(fix: &Value) -> Option<i64> {
    let cm = fix.as_map()?.get("acc_cm")?.as_int()?;
    Some((cm + 99) / 100)
}

/// 22.8367845, 113.5299432 · ±8 米
#[must_use]
pub fn fix_text(fix: &Value, w: &Words) -> String {
    let degree = |name| Some(degrees(fix.as_map()?.get(name)?.as_int()?));
    let (Some(lat), Some(lon), Some(acc)) = (degree("lat"), degree("lon"), accuracy_m(fix)) else {
        return String::new();
    };
    fill(w.f_fix_have, &[("lat", &lat), ("lon", &lon), ("acc", &acc)])
}

/// 1e-7 degree with five decimals: a metre.
fn degrees(e7: i64) -> String {
    let sign = if e7 < 0 { "-" } else { "" };
    let e5 = (e7.unsigned_abs() + 50) / 100;
    format!("{sign}{}.{:05}", e5 / 100_000, e5 % 100_000)
}

/// A hash in groups of eight, as a person compares it.
#[must_use]
pub fn grouped(hash: &str) -> String {
    hash.as_bytes()
        .chunks(8)
        .map(|it| String::from_utf8_lossy(it).into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The name of an act.
#[must_use]
pub fn act(act: Act, w: &Words) -> &'static str {
    match act {
        Act::Investigation => w.act_investigation,
        Act::AssetSurvey => w.act_asset_survey,
        Act::Seal => w.act_seal,
        Act::Removal => w.act_removal,
        Act::Search => w.act_search,
        Act::Preservation => w.act_preservation,
        Act::Detention => w.act_detention,
        Act::Fine => w.act_fine,
        Act::ForcedAppearance => w.act_forced_appearance,
        Act::Settlement => w.act_settlement,
        Act::Eviction => w.act_eviction,
        Act::Service => w.act_service,
        Act::CashReceipt => w.act_cash_receipt,
        Act::Campaign => w.act_campaign,
        Act::Tip => w.act_tip,
    }
}

/// An act in forms and addresses, as the journal names it.
#[must_use]
pub fn act_code(act: Act) -> &'static str {
    match act {
        Act::Investigation => "investigation",
        Act::AssetSurvey => "asset_survey",
        Act::Seal => "seal",
        Act::Removal => "removal",
        Act::Search => "search",
        Act::Preservation => "preservation",
        Act::Detention => "detention",
        Act::Fine => "fine",
        Act::ForcedAppearance => "forced_appearance",
        Act::Settlement => "settlement",
        Act::Eviction => "eviction",
        Act::Service => "service",
        Act::CashReceipt => "cash_receipt",
        Act::Campaign => "campaign",
        Act::Tip => "tip",
    }
}

/// What a photo shows.
#[must_use]
pub fn role(role: EvidenceRole, w: &Words) -> &'static str {
    match role {
        EvidenceRole::Overall => w.role_overall,
        EvidenceRole::Detail => w.role_detail,
        EvidenceRole::Nameplate => w.role_nameplate,
        EvidenceRole::SealStrip => w.role_seal_strip,
        EvidenceRole::Service => w.role_service,
        EvidenceRole::Signature => w.role_signature,
        EvidenceRole::Paper => w.role_paper,
        EvidenceRole::Lease => w.role_lease,
        EvidenceRole::Injury => w.role_injury,
        EvidenceRole::Other => w.role_other,
    }
}

/// Where a photo comes from.
#[must_use]
pub fn source(source: EvidenceSource, w: &Words) -> &'static str {
    match source {
        EvidenceSource::Camera => w.source_camera,
        EvidenceSource::External => w.source_external,
        EvidenceSource::Glass => w.source_glass,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn sizes_have_one_decimal_and_the_next_unit_begins_where_four_digits_would() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 KB"),
            (1_850, "1.8 KB"),
            (999_400, "999.4 KB"),
            (999_600, "1.0 MB"),
            (2_400_000, "2.4 MB"),
            (1_000_000_000, "1.0 GB"),
            (u64::MAX, "18446744.1 TB"),
        ] {
            assert_eq!(size(bytes), text, "{bytes}");
        }
    }

    #[test]
    fn dates_are_written_as_courts_write_them_and_in_plain_english() {
        let day = NaiveDate::from_ymd_opt(2019, 7, 2).unwrap();
        assert_eq!(
            day_long(day, &Words::ZH),
            Words::ZH
                .date_long
                .replace("{y}", "2019")
                .replace("{m}", "7")
                .replace("{d}", "2")
        );
        assert_eq!(day_long(day, &Words::EN), "2 July 2019");
        assert_eq!(day_today(day, &Words::EN), "Tue 2 July");
        assert_eq!(list_day("2019-07-02", &Words::EN), "2 July 2019");
        assert_eq!(list_day("soon", &Words::EN), "soon");
    }

    #[test]
    fn a_time_of_another_day_says_its_day() {
        let morning = 1_562_027_400_000; // 2019-07-02 08:30 +08:00
        assert_eq!(when(morning, morning + 60_000, &Words::EN), "08:30");
        assert_eq!(
            when(morning, morning + 86_400_000, &Words::EN),
            "2 July 08:30"
        );
        assert_eq!(
            when(morning, morning + 400 * 86_400_000, &Words::EN),
            "2 July 2019 08:30"
        );
    }

    #[test]
    fn a_position_reads_as_degrees_and_metres() {
        let mark = Value::Map(BTreeMap::from([
            ("acc_cm".to_owned(), Value::Int(801)),
            ("lat".to_owned(), Value::Int(-228_367_845)),
            ("lon".to_owned(), Value::Int(1_135_299_432)),
        ]));
        assert_eq!(fix_text(&mark, &Words::EN), "-22.83678, 113.52994 · ±9 m");
        assert_eq!(fix_text(&Value::Null, &Words::EN), "");
    }

    #[test]
    fn acts_are_named_as_the_journal_names_them() {
        for act in waiqin_protocol::journal::ACTS {
            let journal = serde_json::to_value(act).unwrap();
            assert_eq!(journal.as_str(), Some(act_code(act)));
        }
    }

    #[test]
    fn a_full_code_is_masked_and_a_masked_one_left() {
        assert_eq!(masked("440115199003071238"), mask_id("440115199003071238"));
        assert_ne!(masked("440115199003071238"), "440115199003071238");
        assert_eq!(masked("4401**********1238"), "4401**********1238");
    }
}
