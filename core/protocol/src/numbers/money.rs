//! Money: stored as whole fen, read from what people and exports write, shown with two decimals or
//! in capitals (大写金额).

mod capital;
#[cfg(test)]
mod tests;

pub use capital::{CapitalError, read_capital};

use super::text::{is_scientific, squeeze};
use serde::{Deserialize, Serialize};

/// The longest amount that is looked at, in characters.
const MONEY_CHARS_MAX: usize = 64;

/// An amount in fen (分, a hundredth of a yuan). In JSON it is the bare number.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Fen(pub i64);

impl Fen {
    /// Yuan with two decimals and thousands separators: `98,600.00`.
    #[must_use]
    pub fn yuan(self) -> String {
        let fen = self.0.unsigned_abs();
        let digits = (fen / 100).to_string();
        let mut out = String::with_capacity(digits.len() * 2 + 4);
        if self.0 < 0 {
            out.push('-');
        }
        for (at, digit) in digits.char_indices() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                out.push(',');
            }
            out.push(digit);
        }
        out.push_str(&format!(".{:02}", fen % 100));
        out
    }

    /// 亿 with two decimals, half-up, as statistics print it: `7.67`.
    #[must_use]
    pub fn yi(self) -> String {
        self.scaled(Unit::YiYuan)
    }

    /// 万 with two decimals, half-up: `16.38`.
    #[must_use]
    pub fn wan(self) -> String {
        self.scaled(Unit::WanYuan)
    }

    /// In capitals (大写金额): `玖万捌仟陆佰元整`. A negative amount begins with 负.
    #[must_use]
    pub fn capital(self) -> String {
        capital::write_capital(self)
    }

    /// The sum, unless it leaves the range.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, unless it leaves the range.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The sum of many amounts, unless it leaves the range.
    pub fn checked_sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self(0), Self::checked_add)
    }

    fn scaled(self, unit: Unit) -> String {
        let hundredth = unit.fen_per_unit().unsigned_abs() / 100;
        let rounded = (self.0.unsigned_abs() + hundredth / 2) / hundredth;
        let sign = if self.0 < 0 && rounded > 0 { "-" } else { "" };
        format!("{sign}{}.{:02}", rounded / 100, rounded % 100)
    }
}

/// The unit that an amount is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 元
    Yuan,
    /// 万元 or 万
    WanYuan,
    /// 亿元 or 亿
    YiYuan,
}

impl Unit {
    /// Fen in one unit.
    #[must_use]
    pub fn fen_per_unit(self) -> i64 {
        match self {
            Self::Yuan => 100,
            Self::WanYuan => 1_000_000,
            Self::YiYuan => 10_000_000_000,
        }
    }

    /// Decimals of one unit down to the fen.
    fn decimals(self) -> usize {
        match self {
            Self::Yuan => 2,
            Self::WanYuan => 6,
            Self::YiYuan => 10,
        }
    }
}

/// What an amount came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MoneyReading {
    /// The amount.
    pub fen: Fen,
    /// The unit written with the amount; `None` when the default applied.
    pub unit_in_cell: Option<Unit>,
}

/// Why a text is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Nothing is written.
    #[error("the amount is empty")]
    Empty,
    /// Longer than any amount.
    #[error("longer than {MONEY_CHARS_MAX} characters")]
    TooLong,
    /// Below zero.
    #[error("the amount is negative")]
    Negative,
    /// Scientific notation of a spreadsheet (1.17E+08): digits may be lost.
    #[error("scientific notation: digits may be lost")]
    Scientific,
    /// More than two decimals of a yuan.
    #[error("more than two decimals of a yuan")]
    Decimals,
    /// Separators that do not group by three.
    #[error("separators do not group the digits by three")]
    Grouping,
    /// Not an amount.
    #[error("not an amount")]
    NotAnAmount,
    /// More than can be stored.
    #[error("the amount is too large")]
    TooLarge,
}

/// Reads an amount; a unit in the text wins over `default_unit` (of the column's header).
///
/// # Errors
/// A text that is no amount, is negative, or is not exact to the fen.
pub fn read_money(text: &str, default_unit: Unit) -> Result<MoneyReading, MoneyError> {
    let text = squeeze(text, MONEY_CHARS_MAX).ok_or(MoneyError::TooLong)?;
    if text.is_empty() {
        return Err(MoneyError::Empty);
    }
    let (number, unit_in_cell) = strip_unit(strip_currency(&text));
    if number.starts_with(['-', '−', '－']) || (number.starts_with('(') && number.ends_with(')'))
    {
        return Err(MoneyError::Negative);
    }
    if is_scientific(number) {
        return Err(MoneyError::Scientific);
    }
    let fen = read_number(number, unit_in_cell.unwrap_or(default_unit))?;
    Ok(MoneyReading {
        fen: Fen(fen),
        unit_in_cell,
    })
}

fn strip_currency(text: &str) -> &str {
    let mut rest = text;
    while let Some(next) = ["人民币", "RMB", "rmb", "￥", "¥"]
        .iter()
        .find_map(|sign| rest.strip_prefix(sign))
    {
        rest = next.trim_start_matches([':', '：']);
    }
    rest
}

fn strip_unit(text: &str) -> (&str, Option<Unit>) {
    let text = text.strip_suffix(['整', '正']).unwrap_or(text);
    let units = [
        ("万元", Unit::WanYuan),
        ("亿元", Unit::YiYuan),
        ("万", Unit::WanYuan),
        ("亿", Unit::YiYuan),
        ("元", Unit::Yuan),
    ];
    units
        .iter()
        .find_map(|(word, unit)| text.strip_suffix(word).map(|number| (number, Some(*unit))))
        .unwrap_or((text, None))
}

fn read_number(number: &str, unit: Unit) -> Result<i64, MoneyError> {
    let (whole, decimals) = match number.split_once('.') {
        Some((_, "")) => return Err(MoneyError::NotAnAmount),
        Some((whole, decimals)) => (whole, decimals),
        None => (number, ""),
    };
    let whole = ungroup(whole)?;
    let all_digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty() || !all_digits(&whole) || !all_digits(decimals) {
        return Err(MoneyError::NotAnAmount);
    }
    if decimals.len() > unit.decimals() {
        return Err(MoneyError::Decimals);
    }
    let digits = format!("{whole}{decimals:0<width$}", width = unit.decimals());
    digits.parse().map_err(|_| MoneyError::TooLarge)
}

fn ungroup(whole: &str) -> Result<String, MoneyError> {
    let mut groups = whole.split([',', '，']);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let grouped = rest.is_empty()
        || ((1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3));
    if grouped {
        Ok(format!("{first}{}", rest.concat()))
    } else {
        Err(MoneyError::Grouping)
    }
}
