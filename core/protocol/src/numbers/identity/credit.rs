//! Unified social credit codes (GB 32100-2015) and organisation codes (GB 11714-1997).

use super::{IdError, id_text};
use serde::{Deserialize, Serialize};

/// The alphabet of a credit code: no I, O, S, V, Z.
const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// What shape a code has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditCodeKind {
    /// 统一社会信用代码, 18 characters.
    Unified,
    /// 工商注册号, 15 digits, in use before October 2015; by shape only.
    Registration15,
}

/// What kind of entity a unified code names, by its first two characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    /// 机关 (11)
    GovernmentBody,
    /// 事业单位 (12)
    PublicInstitution,
    /// 企业 (91)
    Company,
    /// 个体工商户 (92)
    SoleTrader,
    /// 农民专业合作社 (93)
    FarmersCooperative,
    /// Any other, and every 15-digit code.
    Other,
}

/// A credit code of the right shape. A wrong check character is a warning and no error: some early
/// genuine codes fail it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditCode {
    /// Without spaces, in upper case.
    pub normal: String,
    /// Its shape.
    pub kind: CreditCodeKind,
    /// The last character that the code should have, when it has another.
    pub expected_check: Option<char>,
    /// Whether characters 9–17 hold as an organisation code; true where there is none.
    pub org_checksum_ok: bool,
}

impl CreditCode {
    /// Whether the last character fits; always for a shape without one.
    #[must_use]
    pub fn checksum_ok(&self) -> bool {
        self.expected_check.is_none()
    }

    /// What kind of entity it names.
    #[must_use]
    pub fn entity(&self) -> EntityKind {
        match (self.kind, &self.normal[..2]) {
            (CreditCodeKind::Registration15, _) => EntityKind::Other,
            (CreditCodeKind::Unified, "11") => EntityKind::GovernmentBody,
            (CreditCodeKind::Unified, "12") => EntityKind::PublicInstitution,
            (CreditCodeKind::Unified, "91") => EntityKind::Company,
            (CreditCodeKind::Unified, "92") => EntityKind::SoleTrader,
            (CreditCodeKind::Unified, "93") => EntityKind::FarmersCooperative,
            (CreditCodeKind::Unified, _) => EntityKind::Other,
        }
    }
}

/// Reads a unified credit code or an old registration number; hyphens are dropped.
///
/// # Errors
/// A text of another shape; a wrong check character is none.
pub fn read_credit_code(text: &str) -> Result<CreditCode, IdError> {
    let normal = id_text(text)?.replace('-', "");
    match normal.chars().count() {
        15 => match normal.chars().find(|c| !c.is_ascii_digit()) {
            Some(wrong) => Err(IdError::Character(wrong)),
            None => Ok(CreditCode {
                normal,
                kind: CreditCodeKind::Registration15,
                expected_check: None,
                org_checksum_ok: true,
            }),
        },
        18 => {
            let expected = credit_check(&normal)?;
            let expected_check = (!normal.ends_with(expected)).then_some(expected);
            let org_checksum_ok = org_check(&normal[8..16]) == normal[16..].chars().next();
            let kind = CreditCodeKind::Unified;
            Ok(CreditCode {
                normal,
                kind,
                expected_check,
                org_checksum_ok,
            })
        }
        length => Err(IdError::Length(length)),
    }
}

/// Reads an organisation code (组织机构代码) of nine characters, with or without its hyphen; the
/// normal form has none.
///
/// # Errors
/// A text of another shape or with a wrong check character.
pub fn read_org_code(text: &str) -> Result<String, IdError> {
    let normal = id_text(text)?.replace('-', "");
    let length = normal.chars().count();
    if length != 9 {
        return Err(IdError::Length(length));
    }
    if let Some(wrong) = normal.chars().find(|c| !c.is_ascii_alphanumeric()) {
        return Err(IdError::Character(wrong));
    }
    match org_check(&normal[..8]) {
        Some(expected) if normal.ends_with(expected) => Ok(normal),
        Some(expected) => Err(IdError::CheckDigit { expected }),
        None => Err(IdError::Shape),
    }
}

/// The 18th character that the first 17 ask for.
fn credit_check(normal: &str) -> Result<char, IdError> {
    let mut sum = 0;
    let mut weight = 1;
    for (at, c) in normal.chars().enumerate() {
        let value = ALPHABET.find(c).ok_or(IdError::Character(c))?;
        if at < 17 {
            sum += value * weight;
            weight = weight * 3 % 31;
        }
    }
    let expected = ALPHABET.as_bytes()[(31 - sum % 31) % 31];
    Ok(char::from(expected))
}

/// The ninth character that eight characters of an organisation code ask for.
fn org_check(body: &str) -> Option<char> {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let values = body
        .chars()
        .map(|c| c.to_digit(36))
        .collect::<Option<Vec<_>>>()?;
    let sum: u32 = values
        .iter()
        .zip(WEIGHTS)
        .map(|(value, weight)| value * weight)
        .sum();
    match 11 - sum % 11 {
        10 => Some('X'),
        11 => Some('0'),
        check => char::from_digit(check, 10),
    }
}
