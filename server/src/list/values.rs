//! Dates, amounts and texts as cells of a list write them.

use super::cell::{Cell, Loss, shown_number, trimmed};
use chrono::{Datelike, Days, NaiveDate, NaiveDateTime};
use waiqin_protocol::numbers::days::court_day;
use waiqin_protocol::numbers::money::{MoneyError, Unit, read_money};

/// Years that a date of a case can have.
const YEARS: std::ops::RangeInclusive<i32> = 1949..=2100;
/// Serial days of a spreadsheet that stand for a date when they are written as bare digits: 1954
/// to 2119.
const SERIAL_DAYS: std::ops::RangeInclusive<i64> = 20_000..=80_000;
/// What exports write where there is nothing.
const PLACEHOLDERS: [&str; 12] = [
    "-", "--", "—", "——", "/", "无", "null", "NULL", "(null)", "\\N", "N/A", "nan",
];

/// The text of a cell without white space at its ends, without the apostrophe that keeps a
/// spreadsheet from counting, and whether there was one; empty for a placeholder.
pub(crate) fn plain_text(cell: &Cell) -> (String, bool) {
    let shown = match cell {
        Cell::Empty | Cell::Lost(..) => return (String::new(), false),
        Cell::Text(text) => trimmed(text).to_owned(),
        Cell::Number(value) => shown_number(*value),
        Cell::Serial { days, from_1904 } => {
            return (
                date_of_serial(*days, *from_1904)
                    .map(|d| d.to_string())
                    .unwrap_or_default(),
                false,
            );
        }
    };
    let (text, apostrophe) = match shown.strip_prefix(['\'', '’', '‘', '`']) {
        Some(rest) if !rest.is_empty() => (trimmed(rest).to_owned(), true),
        Some(_) | None => (shown, false),
    };
    let text = without_invisible(text);
    if PLACEHOLDERS.contains(&text.as_str()) {
        (String::new(), false)
    } else {
        (text, apostrophe)
    }
}

fn without_invisible(text: String) -> String {
    if text.contains(super::cell::is_invisible) || text.contains('\r') {
        text.replace("\r\n", "\n")
            .replace('\r', "\n")
            .replace(super::cell::is_invisible, "")
    } else {
        text
    }
}

/// The day that a cell names; bare numbers count from 1904 in workbooks that do.
///
/// # Errors
/// What is no day, or reads two ways.
pub(crate) fn read_date(cell: &Cell, from_1904: bool) -> Result<Option<NaiveDate>, Loss> {
    let date = match cell {
        Cell::Empty => return Ok(None),
        Cell::Lost(loss, _) => return Err(*loss),
        Cell::Serial { days, from_1904 } => date_of_serial(*days, *from_1904),
        Cell::Number(value) if value.fract().abs() < f64::EPSILON && *value >= 19_000_101.0 => {
            compact_date(&shown_number(*value))
        }
        Cell::Number(value) => date_of_serial(*value, from_1904),
        Cell::Text(_) => {
            let (text, _) = plain_text(cell);
            if text.is_empty() {
                return Ok(None);
            }
            return date_of_text(&text).map(Some);
        }
    };
    date.filter(|d| YEARS.contains(&d.year()))
        .map(Some)
        .ok_or(Loss::Date)
}

/// The day of a spreadsheet's serial number: 43486 is 2019-01-21.
pub(crate) fn date_of_serial(days: f64, from_1904: bool) -> Option<NaiveDate> {
    if !(0.0..3_000_000.0).contains(&days) {
        return None;
    }
    // Excel holds 1900 for a leap year, so days count from 30 December 1899 after February 1900.
    let zero = if from_1904 {
        (1904, 1, 1)
    } else {
        (1899, 12, 30)
    };
    let zero = NaiveDate::from_ymd_opt(zero.0, zero.1, zero.2)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 3 million, and the fraction is the time of day"
    )]
    zero.checked_add_days(Days::new(days.floor() as u64))
}

fn date_of_text(text: &str) -> Result<NaiveDate, Loss> {
    let text: String = text.chars().map(half_width).collect();
    let text = ["年", "月", "日"]
        .iter()
        .fold(text, |text, mark| text.replace(&format!(" {mark}"), mark));
    if let Some(date) = instant_in_utc(&text) {
        return Ok(date);
    }
    let (numbers, rest) = leading_numbers(&text);
    if !rest.is_empty() && !looks_like_time(rest) {
        return Err(Loss::Date);
    }
    let date = match numbers.as_slice() {
        [one] if one.len() == 8 => compact_date(one),
        [one] if one.len() == 14 => compact_date(&one[..8]),
        [one] if one.len() == 5 => one
            .parse::<i64>()
            .ok()
            .filter(|days| SERIAL_DAYS.contains(days))
            .and_then(|days| i32::try_from(days).ok())
            .and_then(|days| date_of_serial(f64::from(days), false)),
        [year, month, day] if year.len() == 4 => {
            let part = |text: &str| text.parse::<u32>().ok().filter(|_| text.len() <= 2);
            year.parse()
                .ok()
                .zip(part(month))
                .zip(part(day))
                .and_then(|((year, month), day)| NaiveDate::from_ymd_opt(year, month, day))
        }
        // 03/04/2019 and 19-1-2 read two ways.
        [_, _, _] => return Err(Loss::AmbiguousDate),
        _ => None,
    };
    date.filter(|d| YEARS.contains(&d.year())).ok_or(Loss::Date)
}

/// The numbers at the beginning of a date, and what follows.
fn leading_numbers(text: &str) -> (Vec<String>, &str) {
    let mut numbers = vec![String::new()];
    let mut end = text.len();
    for (at, c) in text.char_indices() {
        let parts = numbers.len();
        let last = numbers.last_mut().expect("there is always one");
        if c.is_ascii_digit() {
            last.push(c);
        } else if matches!(c, '-' | '/' | '.' | '年' | '月') && !last.is_empty() && parts < 3 {
            numbers.push(String::new());
        } else if c == ' ' && last.is_empty() {
            // 2019年 1月 2日
        } else {
            end = at;
            break;
        }
    }
    if numbers.last().is_some_and(String::is_empty) {
        numbers.pop();
    }
    (numbers, text[end..].trim_start_matches(['日', '号']).trim())
}

fn looks_like_time(rest: &str) -> bool {
    let rest = rest.strip_prefix('T').unwrap_or(rest);
    rest.contains(':')
        && rest.chars().all(|c| {
            c.is_ascii_digit()
                || matches!(
                    c,
                    ':' | '.' | ' ' | '+' | 'A' | 'P' | 'M' | '上' | '下' | '午'
                )
        })
}

/// 2019-01-20T16:00:00Z is 21 January in China.
fn instant_in_utc(text: &str) -> Option<NaiveDate> {
    let at = text.strip_suffix('Z')?;
    let at = NaiveDateTime::parse_from_str(at, "%Y-%m-%dT%H:%M:%S%.f").ok()?;
    Some(court_day(at.and_utc().timestamp_millis())).filter(|d| YEARS.contains(&d.year()))
}

fn compact_date(digits: &str) -> Option<NaiveDate> {
    if digits.len() != 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    NaiveDate::from_ymd_opt(
        digits[..4].parse().ok()?,
        digits[4..6].parse().ok()?,
        digits[6..].parse().ok()?,
    )
}

fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(c) - 0xfee0).expect("full-width forms map to ASCII")
        }
        '\u{3000}' | '\u{a0}' | '\t' => ' ',
        other => other,
    }
}

/// An amount of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Amount {
    /// In fen.
    pub(crate) fen: i64,
    /// The cell itself says 万 or 亿.
    pub(crate) in_larger_unit: bool,
}

/// The amount that a cell names; `unit` is that of its header.
///
/// # Errors
/// What is no amount, or is not exact to the fen.
pub(crate) fn read_amount(cell: &Cell, unit: Unit) -> Result<Option<Amount>, Loss> {
    let text = match cell {
        Cell::Empty => return Ok(None),
        Cell::Lost(loss, _) => return Err(*loss),
        Cell::Serial { .. } => return Err(Loss::Money),
        Cell::Number(value) => yuan_text(*value).ok_or(Loss::Money)?,
        Cell::Text(_) => plain_text(cell).0,
    };
    match read_money(&text, unit) {
        Ok(reading) => Ok(Some(Amount {
            fen: reading.fen.0,
            in_larger_unit: matches!(reading.unit_in_cell, Some(Unit::WanYuan | Unit::YiYuan)),
        })),
        Err(MoneyError::Empty) => Ok(None),
        Err(MoneyError::Scientific) => Err(Loss::Scientific),
        Err(
            MoneyError::TooLong
            | MoneyError::Negative
            | MoneyError::Decimals
            | MoneyError::Grouping
            | MoneyError::NotAnAmount
            | MoneyError::TooLarge,
        ) => Err(Loss::Money),
    }
}

/// A number of a spreadsheet as decimal text, without the noise of binary fractions: 0.1 + 0.2 is
/// 0.30, and 1.234 stays what it is.
fn yuan_text(value: f64) -> Option<String> {
    if !(0.0..1e13).contains(&value) {
        return None;
    }
    let shortest = shown_number(value);
    let decimals = shortest
        .split_once('.')
        .map_or(0, |(_, decimals)| decimals.len());
    if decimals <= 10 {
        return Some(shortest);
    }
    Some(
        format!("{value:.8}")
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Result<Option<NaiveDate>, Loss> {
        read_date(&Cell::Text(text.to_owned()), false)
    }

    #[test]
    fn dates_as_exports_write_them() {
        let day = NaiveDate::from_ymd_opt(2019, 1, 21).unwrap();
        for text in [
            "2019-01-21",
            "2019/1/21",
            "2019.01.21",
            "2019年1月21日",
            "2019 年 1 月 21 日",
            "20190121",
            "20190121093000",
            "2019-01-21 00:00:00.0",
            "2019-01-21T09:30:00+08:00",
            "2019-01-20T16:00:00Z",
            "2019/1/21 9:30",
            "43486",
            "'2019-01-21",
            "２０１９－０１－２１",
            " 2019-01-21\u{3000}",
        ] {
            assert_eq!(date(text), Ok(Some(day)), "{text}");
        }
        assert_eq!(read_date(&Cell::Number(43486.0), false), Ok(Some(day)));
        assert_eq!(read_date(&Cell::Number(20_190_121.0), false), Ok(Some(day)));
        let serial = |days, from_1904| read_date(&Cell::Serial { days, from_1904 }, false);
        assert_eq!(serial(43486.4, false), Ok(Some(day)));
        assert_eq!(serial(43486.0 - 1462.0, true), Ok(Some(day)));
    }

    #[test]
    fn what_reads_two_ways_is_no_date() {
        for text in ["03/04/2019", "19-1-2", "1/21/19"] {
            assert_eq!(date(text), Err(Loss::AmbiguousDate), "{text}");
        }
        for text in [
            "2019-13-01",
            "2019-02-30",
            "未知",
            "2019-01-21x",
            "12",
            "0001-01-01",
            "2019-001-1",
        ] {
            assert_eq!(date(text), Err(Loss::Date), "{text}");
        }
        for text in ["", "  ", "-", "NULL", "\u{3000}"] {
            assert_eq!(date(text), Ok(None), "{text}");
        }
    }

    #[test]
    fn amounts_keep_their_fen() {
        let amount =
            |cell, unit| read_amount(&cell, unit).map(|a| a.map(|a| (a.fen, a.in_larger_unit)));
        let text = |t: &str| Cell::Text(t.to_owned());
        assert_eq!(
            amount(text("931.17万元"), Unit::Yuan),
            Ok(Some((931_170_000, true)))
        );
        assert_eq!(
            amount(text("931.17"), Unit::WanYuan),
            Ok(Some((931_170_000, false)))
        );
        assert_eq!(
            amount(text("9,311,700.00"), Unit::Yuan),
            Ok(Some((931_170_000, false)))
        );
        assert_eq!(
            amount(text("100元"), Unit::WanYuan),
            Ok(Some((10_000, false)))
        );
        assert_eq!(
            amount(Cell::Number(15_041_821.22), Unit::Yuan),
            Ok(Some((1_504_182_122, false)))
        );
        assert_eq!(
            amount(Cell::Number(0.1 + 0.2), Unit::Yuan),
            Ok(Some((30, false)))
        );
        assert_eq!(amount(Cell::Number(1.234), Unit::Yuan), Err(Loss::Money));
        assert_eq!(amount(Cell::Number(-1.0), Unit::Yuan), Err(Loss::Money));
        assert_eq!(amount(Cell::Number(f64::NAN), Unit::Yuan), Err(Loss::Money));
        assert_eq!(amount(text("1.5E+07"), Unit::Yuan), Err(Loss::Scientific));
        assert_eq!(amount(text("——"), Unit::Yuan), Ok(None));
    }
}
