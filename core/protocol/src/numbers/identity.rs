//! Who somebody is: citizen IDs (公民身份号码, GB 11643), credit codes (统一社会信用代码, GB 32100),
//! organisation codes (GB 11714), other papers by their shape, and masks.
//!
//! Errors and debug output never hold a person's number.

mod credit;
mod mask;
mod papers;
#[cfg(test)]
mod tests;

pub use credit::{CreditCode, CreditCodeKind, EntityKind, read_credit_code, read_org_code};
pub use mask::{looks_masked, mask_fits, mask_id, mask_phone, masks_agree};
pub use papers::{PaperKind, read_paper};

use super::text::{is_scientific, squeeze};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The longest text that is looked at, in characters.
const ID_CHARS_MAX: usize = 64;

/// An age in years that deserves a look.
const AGE_MAX: u32 = 120;

/// Gender as the order digit tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gender {
    /// 男: odd.
    Male,
    /// 女: even.
    Female,
}

/// Whose card it is, by its first six digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HolderRegion {
    /// 居民身份证
    Mainland,
    /// 港澳台居民居住证 of a Hong Kong resident (810000).
    HongKong,
    /// 港澳台居民居住证 of a Macao resident (820000).
    Macao,
    /// 港澳台居民居住证 of a Taiwan resident (830000).
    Taiwan,
}

/// What deserves a look in a number that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CitizenIdWarning {
    /// Older than 120 years.
    AgeOver120,
    /// The first two digits name no province; codes were abolished over time.
    UnknownRegion,
    /// A 15-digit card, completed to 18.
    FifteenDigits,
}

/// A citizen ID that holds.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CitizenId {
    /// 18 characters, X in upper case.
    pub normal: String,
    /// Date of birth.
    pub birth: NaiveDate,
    /// Gender.
    pub gender: Gender,
    /// Whose card.
    pub region: HolderRegion,
    /// What deserves a look.
    pub warnings: Vec<CitizenIdWarning>,
}

impl fmt::Debug for CitizenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "CitizenId({}, {:?})",
            mask_id(&self.normal),
            self.warnings
        )
    }
}

/// Why a text is not the number it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum IdError {
    /// Nothing is written.
    #[error("the number is empty")]
    Empty,
    /// Parts of it are hidden.
    #[error("the number is masked")]
    Masked,
    /// A spreadsheet made it a rounded number (4.40115E+17): its last digits are lost.
    #[error("scientific notation: the last digits are lost")]
    Scientific,
    /// It has not the length it needs.
    #[error("{0} characters long")]
    Length(usize),
    /// A character that the number cannot hold at its place.
    #[error("{0} cannot stand there")]
    Character(char),
    /// The date of birth does not exist.
    #[error("the date of birth does not exist")]
    Date,
    /// The date of birth has not come yet.
    #[error("the date of birth has not come yet")]
    FutureBirth,
    /// The check character does not fit the rest.
    #[error("wrong check character, {expected} expected")]
    CheckDigit {
        /// The character that fits.
        expected: char,
    },
    /// Not the shape of this paper.
    #[error("not the shape of this paper")]
    Shape,
}

/// Reads a citizen ID of 18 characters or an old one of 15; `today` is the day at +08:00.
///
/// # Errors
/// A number that is masked, damaged or does not hold.
pub fn read_citizen_id(text: &str, today: NaiveDate) -> Result<CitizenId, IdError> {
    let text = id_text(text)?;
    let mut warnings = Vec::new();
    let normal = match text.chars().count() {
        18 => text,
        15 => {
            warnings.push(CitizenIdWarning::FifteenDigits);
            complete_15(&text)?
        }
        length => return Err(IdError::Length(length)),
    };
    let digits = citizen_digits(&normal)?;
    let expected = citizen_check(&digits);
    if !normal.ends_with(expected) {
        return Err(IdError::CheckDigit { expected });
    }
    let birth = birth_date(&digits).ok_or(IdError::Date)?;
    if birth > today {
        return Err(IdError::FutureBirth);
    }
    if today.years_since(birth).is_some_and(|age| age > AGE_MAX) {
        warnings.push(CitizenIdWarning::AgeOver120);
    }
    let region = match &normal[..6] {
        "810000" => HolderRegion::HongKong,
        "820000" => HolderRegion::Macao,
        "830000" => HolderRegion::Taiwan,
        _ => HolderRegion::Mainland,
    };
    if region == HolderRegion::Mainland && !is_known_region(&normal[..2]) {
        warnings.push(CitizenIdWarning::UnknownRegion);
    }
    let gender = if digits[16] % 2 == 1 {
        Gender::Male
    } else {
        Gender::Female
    };
    Ok(CitizenId {
        normal,
        birth,
        gender,
        region,
        warnings,
    })
}

/// The number without white space, apostrophe and full-width characters, in upper case.
fn id_text(text: &str) -> Result<String, IdError> {
    let squeezed =
        squeeze(text, ID_CHARS_MAX).ok_or_else(|| IdError::Length(text.chars().count()))?;
    let text = squeezed
        .trim_start_matches(['\'', '‘', '’'])
        .to_ascii_uppercase();
    if text.is_empty() {
        Err(IdError::Empty)
    } else if looks_masked(&text) {
        Err(IdError::Masked)
    } else if text.contains(['+', '.']) && is_scientific(&text) {
        Err(IdError::Scientific)
    } else {
        Ok(text)
    }
}

fn complete_15(text: &str) -> Result<String, IdError> {
    if let Some(wrong) = text.chars().find(|c| !c.is_ascii_digit()) {
        return Err(IdError::Character(wrong));
    }
    let body = format!("{}19{}", &text[..6], &text[6..]);
    let digits = citizen_digits(&format!("{body}0"))?;
    Ok(format!("{body}{}", citizen_check(&digits)))
}

/// The first 17 digits of an 18-character number; the last character is a digit or X.
fn citizen_digits(normal: &str) -> Result<[u32; 17], IdError> {
    let mut digits = [0; 17];
    for (at, c) in normal.chars().enumerate() {
        match (digits.get_mut(at), c.to_digit(10)) {
            (Some(place), Some(digit)) => *place = digit,
            (None, Some(_)) => {}
            (None, None) if c == 'X' => {}
            (Some(_) | None, None) => return Err(IdError::Character(c)),
        }
    }
    Ok(digits)
}

fn citizen_check(digits: &[u32; 17]) -> char {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    let sum: u32 = digits
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| digit * weight)
        .sum();
    CHECKS[usize::try_from(sum % 11).unwrap_or_default()]
}

fn birth_date(digits: &[u32; 17]) -> Option<NaiveDate> {
    let number = |range: std::ops::Range<usize>| digits[range].iter().fold(0, |n, d| n * 10 + d);
    let year = i32::try_from(number(6..10)).ok()?;
    NaiveDate::from_ymd_opt(year, number(10..12), number(12..14)).filter(|day| day.year() > 0)
}

/// Province codes of GB/T 2260.
fn is_known_region(province: &str) -> bool {
    matches!(
        province,
        "11" | "12"
            | "13"
            | "14"
            | "15"
            | "21"
            | "22"
            | "23"
            | "31"
            | "32"
            | "33"
            | "34"
            | "35"
            | "36"
            | "37"
            | "41"
            | "42"
            | "43"
            | "44"
            | "45"
            | "46"
            | "50"
            | "51"
            | "52"
            | "53"
            | "54"
            | "61"
            | "62"
            | "63"
            | "64"
            | "65"
            | "71"
            | "81"
            | "82"
            | "83"
    )
}
