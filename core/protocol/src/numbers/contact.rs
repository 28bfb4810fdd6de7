//! Telephone numbers and bank cards.

#[cfg(test)]
mod tests;

use super::text::squeeze;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The longest text that is looked at, in characters.
const CONTACT_CHARS_MAX: usize = 40;

/// Why a text is no telephone number or bank card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ContactError {
    /// Nothing is written.
    #[error("the number is empty")]
    Empty,
    /// Longer than any such number.
    #[error("{0} characters long")]
    Length(usize),
    /// Parts of it are hidden.
    #[error("the number is masked")]
    Masked,
    /// A spreadsheet made it a rounded number: its last digits are lost.
    #[error("scientific notation: the last digits are lost")]
    Scientific,
    /// A character that the number cannot hold.
    #[error("{0} cannot stand there")]
    Character(char),
    /// Not the shape of a telephone number.
    #[error("not the shape of a telephone number")]
    Shape,
    /// The card's check digit (Luhn) is wrong.
    #[error("wrong check digit")]
    CheckDigit,
}

/// What kind of telephone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneKind {
    /// 手机
    Mobile,
    /// 座机
    Landline,
    /// +852
    HongKong,
    /// +853
    Macao,
}

/// What deserves a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneWarning {
    /// Numbers that begin with 14 may belong to a machine.
    MaybeMachine,
}

/// A telephone number.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone {
    /// 13800005678, 020-12345678, 0755-1234567-12, +852 91234567.
    pub normal: String,
    /// Its kind.
    pub kind: PhoneKind,
    /// What deserves a look.
    pub warnings: Vec<PhoneWarning>,
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Phone({:?}, {})",
            self.kind,
            super::identity::mask_phone(&self.normal)
        )
    }
}

/// Reads a telephone number.
///
/// # Errors
/// A text of no known shape.
pub fn read_phone(text: &str) -> Result<Phone, ContactError> {
    let text = contact_text(text)?;
    for (area, kind) in [("852", PhoneKind::HongKong), ("853", PhoneKind::Macao)] {
        if let Some(number) = strip_country(&text, area) {
            return abroad(number, area, kind);
        }
    }
    let home = strip_country(&text, "86");
    let number = home.unwrap_or(&text);
    let digits = number.replace('-', "");
    if let Some(wrong) = digits.chars().find(|c| !c.is_ascii_digit()) {
        return Err(ContactError::Character(wrong));
    }
    if is_mobile(&digits) {
        let machine = digits
            .starts_with("14")
            .then_some(PhoneWarning::MaybeMachine);
        let warnings = machine.into_iter().collect();
        return Ok(Phone {
            normal: digits,
            kind: PhoneKind::Mobile,
            warnings,
        });
    }
    // +86 20 12345678 leaves out the 0 of the area code.
    let with_zero = (home.is_some() && !number.starts_with('0')).then(|| format!("0{number}"));
    let normal = landline(with_zero.as_deref().unwrap_or(number)).ok_or(ContactError::Shape)?;
    Ok(Phone {
        normal,
        kind: PhoneKind::Landline,
        warnings: Vec::new(),
    })
}

/// Reads a bank card number of 16 to 19 digits; the normal form has no spaces.
///
/// # Errors
/// A text of another shape, or one whose check digit is wrong.
pub fn read_bank_card(text: &str) -> Result<String, ContactError> {
    let normal = contact_text(text)?.replace('-', "");
    if let Some(wrong) = normal.chars().find(|c| !c.is_ascii_digit()) {
        return Err(ContactError::Character(wrong));
    }
    if !(16..=19).contains(&normal.len()) {
        return Err(ContactError::Length(normal.len()));
    }
    let luhn = |(at, c): (usize, char)| {
        let digit = c.to_digit(10).unwrap_or_default();
        match (at % 2 == 1, digit) {
            (true, 5..) => digit * 2 - 9,
            (true, _) => digit * 2,
            (false, _) => digit,
        }
    };
    let sum: u32 = normal.chars().rev().enumerate().map(luhn).sum();
    if sum.is_multiple_of(10) {
        Ok(normal)
    } else {
        Err(ContactError::CheckDigit)
    }
}

fn contact_text(text: &str) -> Result<String, ContactError> {
    let squeezed = squeeze(text, CONTACT_CHARS_MAX)
        .ok_or_else(|| ContactError::Length(text.chars().count()))?;
    let text = squeezed.trim_start_matches(['\'', '‘', '’']);
    if text.is_empty() {
        Err(ContactError::Empty)
    } else if super::identity::looks_masked(text) {
        Err(ContactError::Masked)
    } else if text.contains(['+', '.']) && super::text::is_scientific(text) {
        Err(ContactError::Scientific)
    } else {
        Ok(text.replace(['–', '—'], "-"))
    }
}

fn strip_country<'a>(text: &'a str, area: &str) -> Option<&'a str> {
    let rest = text.strip_prefix('+').or_else(|| text.strip_prefix("00"))?;
    rest.strip_prefix(area)
        .map(|number| number.trim_start_matches('-'))
}

fn is_mobile(digits: &str) -> bool {
    digits.len() == 11 && matches!(digits.as_bytes(), [b'1', b'3'..=b'9', ..])
}

fn abroad(number: &str, area: &str, kind: PhoneKind) -> Result<Phone, ContactError> {
    let digits = number.replace('-', "");
    if let Some(wrong) = digits.chars().find(|c| !c.is_ascii_digit()) {
        return Err(ContactError::Character(wrong));
    }
    let first = digits.bytes().next().unwrap_or_default();
    let fits = match kind {
        PhoneKind::HongKong => (b'2'..=b'9').contains(&first),
        PhoneKind::Macao => matches!(first, b'6' | b'8'),
        PhoneKind::Mobile | PhoneKind::Landline => false,
    };
    if !fits || digits.len() != 8 {
        return Err(ContactError::Shape);
    }
    Ok(Phone {
        normal: format!("+{area} {digits}"),
        kind,
        warnings: Vec::new(),
    })
}

/// Area code (010 and 02x of three digits, others of four), seven or eight digits, extension.
fn landline(number: &str) -> Option<String> {
    let mut parts = number.split('-');
    let (first, second, third) = (parts.next()?, parts.next(), parts.next());
    if parts.next().is_some() || !first.starts_with('0') {
        return None;
    }
    let area_length = if first.starts_with("01") || first.starts_with("02") {
        3
    } else {
        4
    };
    let (area, line, extension) = if first.len() > 4 {
        let (area, line) = first.split_at(area_length);
        (
            area,
            line,
            if third.is_some() { return None } else { second },
        )
    } else {
        (first, second?, third)
    };
    let fits = (3..=4).contains(&area.len())
        && (7..=8).contains(&line.len())
        && extension.is_none_or(|extension| (1..=6).contains(&extension.len()));
    let tail = extension
        .map(|extension| format!("-{extension}"))
        .unwrap_or_default();
    fits.then(|| format!("{area}-{line}{tail}"))
}
