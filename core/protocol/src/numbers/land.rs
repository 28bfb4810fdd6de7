//! Real estate: certificates (不动产权证书, 不动产登记证明) and unit numbers (不动产单元号,
//! GB/T 37346).

#[cfg(test)]
mod tests;

use super::text::{is_han, squeeze};
use serde::{Deserialize, Serialize};

/// The longest text that is looked at, in characters.
const LAND_CHARS_MAX: usize = 80;

/// Why a text is no certificate or unit number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum LandError {
    /// Nothing is written.
    #[error("the number is empty")]
    Empty,
    /// It has not the length it needs.
    #[error("{0} characters long")]
    Length(usize),
    /// A character that cannot stand at its place.
    #[error("{0} cannot stand there")]
    Character(char),
    /// No certificate, of the present or an older form.
    #[error("not the shape of a certificate")]
    Shape,
    /// The year is not of four digits, or has not come yet.
    #[error("not a year of a certificate")]
    Year,
    /// The serial has not five to nine digits.
    #[error("the serial has not five to nine digits")]
    Serial,
}

/// What a certificate certifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateKind {
    /// 不动产权证书: ownership or use.
    Title,
    /// 不动产登记证明: mortgage, advance notice and the like.
    Registration,
    /// A form from before unified registration (房地权证, 国用 …), kept as text.
    Legacy,
}

/// What deserves a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateWarning {
    /// The serial has neither seven nor eight digits.
    SerialLength,
}

/// A certificate number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// 粤（2018）惠州市不动产权第0025363号; of a legacy form its own words without white space.
    pub normal: String,
    /// What it certifies.
    pub kind: CertificateKind,
    /// What deserves a look.
    pub warnings: Vec<CertificateWarning>,
}

/// Reads the number of a certificate; `this_year` is the year at +08:00.
///
/// # Errors
/// A text that is no certificate number.
pub fn read_certificate(text: &str, this_year: i32) -> Result<Certificate, LandError> {
    let text = land_text(text)?;
    let title = text
        .split_once("不动产权第")
        .map(|parts| (parts, CertificateKind::Title));
    let registration = || {
        text.split_once("不动产证明第")
            .map(|parts| (parts, CertificateKind::Registration))
    };
    let Some(((head, tail), kind)) = title.or_else(registration) else {
        return legacy(text);
    };
    let mut rest = head.chars();
    let province = rest.next().ok_or(LandError::Shape)?;
    if !is_registry_province(province) {
        return Err(LandError::Character(province));
    }
    let (year, place) = rest
        .as_str()
        .strip_prefix('（')
        .and_then(|rest| rest.split_once('）'))
        .ok_or(LandError::Shape)?;
    let is_year = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
    if !is_year || year.parse().map_or(true, |year: i32| year > this_year) {
        return Err(LandError::Year);
    }
    if place.is_empty() {
        return Err(LandError::Shape);
    }
    if let Some(wrong) = place.chars().find(|c| !is_han(*c)) {
        return Err(LandError::Character(wrong));
    }
    let serial = tail.strip_suffix('号').unwrap_or(tail);
    if !(5..=9).contains(&serial.len()) || !serial.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(LandError::Serial);
    }
    let unusual = !matches!(serial.len(), 7 | 8);
    let words = match kind {
        CertificateKind::Title => "不动产权第",
        CertificateKind::Registration | CertificateKind::Legacy => "不动产证明第",
    };
    Ok(Certificate {
        normal: format!("{province}（{year}）{place}{words}{serial}号"),
        kind,
        warnings: unusual
            .then_some(CertificateWarning::SerialLength)
            .into_iter()
            .collect(),
    })
}

/// What a unit is, by its 20th character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fixture {
    /// F: a building or structure.
    Building,
    /// L: forest or trees.
    Forest,
    /// Q: another fixture.
    Other,
    /// W: none, land or sea alone.
    None,
}

/// A unit number (不动产单元号) of the right shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitNumber {
    /// 28 characters in upper case, without spaces.
    pub normal: String,
    /// What stands on the land.
    pub fixture: Fixture,
}

impl UnitNumber {
    /// In the four groups of the standard: `441302 007014 GB00078 F00190006`.
    #[must_use]
    pub fn grouped(&self) -> String {
        let text = &self.normal;
        format!(
            "{} {} {} {}",
            &text[..6],
            &text[6..12],
            &text[12..19],
            &text[19..]
        )
    }
}

/// Reads a unit number: county (6), cadastral area and sub-area (3+3), two letters of the right,
/// parcel (5), F, L, Q or W, building and unit (4+4).
///
/// # Errors
/// A text of another shape.
pub fn read_unit_number(text: &str) -> Result<UnitNumber, LandError> {
    let normal = land_text(text)?.to_ascii_uppercase();
    let length = normal.chars().count();
    if length != 28 {
        return Err(LandError::Length(length));
    }
    for (at, c) in normal.chars().enumerate() {
        let fits = match at {
            12 | 13 => c.is_ascii_uppercase(),
            19 => matches!(c, 'F' | 'L' | 'Q' | 'W'),
            _ => c.is_ascii_digit(),
        };
        if !fits {
            return Err(LandError::Character(c));
        }
    }
    let fixture = match normal.as_bytes()[19] {
        b'F' => Fixture::Building,
        b'L' => Fixture::Forest,
        b'Q' => Fixture::Other,
        _ => Fixture::None,
    };
    Ok(UnitNumber { normal, fixture })
}

fn land_text(text: &str) -> Result<String, LandError> {
    let text =
        squeeze(text, LAND_CHARS_MAX).ok_or_else(|| LandError::Length(text.chars().count()))?;
    if text.is_empty() {
        return Err(LandError::Empty);
    }
    let round = |c| match c {
        '(' | '〔' | '[' | '【' | '﹝' | '〈' | '{' => '（',
        ')' | '〕' | ']' | '】' | '﹞' | '〉' | '}' => '）',
        _ => c,
    };
    Ok(text.chars().map(round).collect())
}

/// 内蒙古 and 贵州 appear with either of their characters.
fn is_registry_province(c: char) -> bool {
    super::vehicle::PLATE_PROVINCES.contains(c) || matches!(c, '内' | '黔')
}

/// Older forms have a place, a serial and one of the words of their registers.
fn legacy(text: String) -> Result<Certificate, LandError> {
    const WORDS: [&str; 9] = [
        "字第",
        "国用",
        "集用",
        "房权证",
        "房地证",
        "房地权证",
        "房地产权",
        "土地使用",
        "房产证",
    ];
    let known = WORDS.iter().any(|word| text.contains(word));
    if known && text.contains(|c: char| c.is_ascii_digit()) {
        Ok(Certificate {
            normal: text,
            kind: CertificateKind::Legacy,
            warnings: Vec::new(),
        })
    } else {
        Err(LandError::Shape)
    }
}
