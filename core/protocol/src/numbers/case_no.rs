//! Case numbers (案号): reading what people and exports write into the one normal form
//! 「（2019）粤0115执1234号」. Sources: 法〔2015〕137号 and 法〔2018〕335号 (the fifth element 专门审判代字).
//!
//! **Invariant.** A [`CaseNo`] that exists is in normal form; two spellings of one case compare
//! equal. What had to be repaired is reported step by step, and what needs a person's judgement is
//! never repaired silently but offered as a suggestion.

mod clean;
pub mod codes;
mod grammar;
mod suggest;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The longest input that is looked at, in characters; a longer one is an error, not a number.
pub const CASE_NO_CHARS_MAX: usize = 200;

/// How many numbers one joined spelling (并案, 系列案) may stand for.
pub const JOINED_NUMBERS_MAX: usize = 200;

/// The first year of the present style (法〔2015〕137号, in force 2016-01-01).
pub const NEW_STYLE_YEAR: i32 = 2016;

/// The first year that a case number can carry.
pub const FIRST_YEAR: i32 = 1949;

/// Bytes of 「（2019）」 in front of the court.
const HEAD_BYTES: usize = '（'.len_utf8() + 4 + '）'.len_utf8();

/// The key of one case, in normal form: full-width round brackets, half-width digits, no leading
/// zero, no document suffix: 「（2019）粤0115执1234号」. A number of the style before 2016 is kept in
/// its own words: 「（2014）穗南法执字第1234号」.
///
/// Equality, order and hash are those of the normal text. In JSON it is that text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseNo {
    /// First, so that the derived order is the order of the text.
    normal: String,
    court_end: usize,
    special_end: usize,
    type_end: usize,
    year: i32,
    serial: Option<u32>,
}

impl CaseNo {
    /// The normal form, as it is printed, compared and indexed.
    #[must_use]
    pub fn normal(&self) -> &str {
        &self.normal
    }

    /// The year in which the case was received.
    #[must_use]
    pub fn year(&self) -> i32 {
        self.year
    }

    /// The court's code (粤0115, 最高法); of a legacy number the court's words (穗南法).
    #[must_use]
    pub fn court(&self) -> &str {
        &self.normal[HEAD_BYTES..self.court_end]
    }

    /// The special-trial character (专门审判代字), such as 知.
    #[must_use]
    pub fn special(&self) -> Option<&str> {
        let text = &self.normal[self.court_end..self.special_end];
        (!text.is_empty()).then_some(text)
    }

    /// The type code (类型代字): 执, 执恢, 民初 …
    #[must_use]
    pub fn type_code(&self) -> &str {
        &self.normal[self.special_end..self.type_end]
    }

    /// The serial; `None` for a legacy number, whose serial is kept as it was written.
    #[must_use]
    pub fn serial(&self) -> Option<u32> {
        self.serial
    }

    /// Whether this is a number of the style before 2016 (…字第…号).
    #[must_use]
    pub fn is_legacy(&self) -> bool {
        self.serial.is_none()
    }

    /// Year, court with type, and serial, for pages that let the court's part step back:
    /// 「（2019）」「粤0115执」「1234号」. Joined they are [`Self::normal`].
    #[must_use]
    pub fn parts(&self) -> (&str, &str, &str) {
        const ZI_DI: &str = "字第";
        let tail = if self.is_legacy() {
            self.type_end + ZI_DI.len()
        } else {
            self.type_end
        };
        (
            &self.normal[..HEAD_BYTES],
            &self.normal[HEAD_BYTES..tail],
            &self.normal[tail..],
        )
    }
}

impl fmt::Display for CaseNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.normal)
    }
}

impl fmt::Debug for CaseNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CaseNo({})", self.normal)
    }
}

impl Serialize for CaseNo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.normal)
    }
}

impl<'de> Deserialize<'de> for CaseNo {
    /// Takes the normal form alone. The year is not held against a clock again: that was done when
    /// the number was first read.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let text = String::deserialize(deserializer)?;
        let reading = read_case_no(&text, i32::MAX).map_err(D::Error::custom)?;
        match <[Self; 1]>::try_from(reading.cases) {
            Ok([case]) if case.normal == text => Ok(case),
            Ok(_) | Err(_) => Err(D::Error::custom("case number is not in normal form")),
        }
    }
}

/// One step that the normalisation (DOMAIN §1.3) had to take, in the order of the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repair {
    /// Byte order marks, zero-width and direction characters taken out.
    Invisible,
    /// White space taken out, wherever it stood.
    Space,
    /// A leading 案号： taken off.
    Label,
    /// Full-width digits or letters made half-width (０１ → 01).
    FullWidth,
    /// Brackets of another shape (〔 [ 【 …) made （ ）.
    Brackets,
    /// Half-width ( ) made （ ）.
    HalfWidthBrackets,
    /// The year stood without one or both of its brackets.
    BracketsAdded,
    /// 執 號 異 and the like written as 执 号 异.
    Variant,
    /// 字, 第 or 字第 dropped from a number of the present style.
    ZiDi,
    /// Leading zeros of the serial dropped.
    LeadingZero,
    /// The closing 号 was missing.
    HaoAdded,
    /// 之一, 之二 … split off: the number of a document inside the case.
    DocSuffix,
}

/// What deserves a look although the number reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseNoWarning {
    /// Present style with a year before 2016, when that style did not exist.
    NewStyleBefore2016,
}

/// What one field came to: at least one case, and how its text was repaired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseNoReading {
    /// The field as it was written.
    pub raw: String,
    /// At least one; joined numbers (1234、1235号, 1234至1236号) give one each.
    pub cases: Vec<CaseNo>,
    /// 之一 …: the number of a document inside the case, no part of its key.
    pub doc_suffix: Option<String>,
    /// The steps that changed the text, each once, in their order.
    pub repairs: Vec<Repair>,
    /// What deserves a look.
    pub warnings: Vec<CaseNoWarning>,
}

/// Why a text is no case number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum CaseNoErrorKind {
    /// Nothing is left after cleaning.
    #[error("the field is empty")]
    Empty,
    /// Longer than [`CASE_NO_CHARS_MAX`].
    #[error("longer than {CASE_NO_CHARS_MAX} characters")]
    TooLong,
    /// Several whole numbers in one field; each part may be offered as a field of its own.
    #[error("{} numbers in one field", .0.len())]
    SeveralNumbers(Vec<String>),
    /// It does not begin with a year.
    #[error("no year at the beginning")]
    NoYear,
    /// The year has not four digits.
    #[error("the year {0} has not four digits")]
    YearDigits(String),
    /// The year is before [`FIRST_YEAR`].
    #[error("the year {0} is before {FIRST_YEAR}")]
    YearTooEarly(i32),
    /// The year has not come yet.
    #[error("the year {0} has not come yet")]
    YearInFuture(i32),
    /// A letter among digits (O for 0, l or I for 1, S for 5).
    #[error("letter {0} where digits stand")]
    LookalikeLetter(char),
    /// A character that no case number holds.
    #[error("unexpected character {0}")]
    UnexpectedCharacter(char),
    /// No province character in front of the court's digits.
    #[error("the court has no province character")]
    NoProvince,
    /// Not the character of a province in court codes (蒙 is 内, 贵 is 黔).
    #[error("no court code begins with {0}")]
    UnknownCourt(char),
    /// The court's digits are not none, two or four.
    #[error("court digits {0}: there must be none, two or four")]
    CourtDigits(String),
    /// No type code between court and serial.
    #[error("no type code")]
    NoType,
    /// A type code that the table does not hold.
    #[error("unknown type code {0}")]
    UnknownType(String),
    /// No serial.
    #[error("no serial")]
    NoSerial,
    /// The serial is 0.
    #[error("the serial is 0")]
    SerialZero,
    /// The serial has more than eight digits.
    #[error("the serial has more than eight digits")]
    SerialTooLong,
    /// A span whose end is not greater than its beginning, or one span hung on another.
    #[error("the span {0} to {1} does not ascend")]
    SpanNotAscending(u32, u32),
    /// More than [`JOINED_NUMBERS_MAX`] numbers.
    #[error("more than {JOINED_NUMBERS_MAX} numbers in one field")]
    TooManyNumbers,
    /// More text behind the number.
    #[error("more text behind the number: {0}")]
    TrailingText(String),
}

/// A text that is no case number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("case number cannot be read: {kind}")]
pub struct CaseNoError {
    /// Why.
    pub kind: CaseNoErrorKind,
    /// The field as it was written, at most its first [`CASE_NO_CHARS_MAX`] characters.
    pub raw: String,
    /// The whole corrected number, when one likely slip (蒙→内, 贵→黔, O→0, l and I→1, S→5)
    /// explains the field. It needs a person's tap.
    pub suggestion: Option<String>,
}

/// Reads one field as case number or joined numbers by the pipeline of DOMAIN §1.3. `this_year` is
/// the year at +08:00; a later one is refused.
///
/// # Errors
/// A text that is no case number, with the reason and, for a likely slip, a suggestion.
pub fn read_case_no(raw: &str, this_year: i32) -> Result<CaseNoReading, CaseNoError> {
    if raw.chars().nth(CASE_NO_CHARS_MAX).is_some() {
        let raw = raw.chars().take(CASE_NO_CHARS_MAX).collect();
        return Err(CaseNoError {
            kind: CaseNoErrorKind::TooLong,
            raw,
            suggestion: None,
        });
    }
    let (text, mut repairs) = clean::clean(raw);
    match grammar::parse(&text, this_year, &mut repairs) {
        Ok(parsed) => Ok(CaseNoReading {
            raw: raw.to_owned(),
            cases: parsed.cases,
            doc_suffix: parsed.doc_suffix,
            repairs: repairs.into_list(),
            warnings: parsed.warnings,
        }),
        Err(kind) => Err(CaseNoError {
            kind,
            raw: raw.to_owned(),
            suggestion: suggest::suggest(&text, this_year),
        }),
    }
}

/// A field such as 执行依据文号: a case number when it reads as one, otherwise its own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// It reads as a case number.
    Case(CaseNoReading),
    /// Kept as written, all of it.
    Verbatim(String),
}

/// Reads a field that also names papers without a case number (仲裁, 公证, unknown types).
#[must_use]
pub fn read_basis(raw: &str, this_year: i32) -> Basis {
    match read_case_no(raw, this_year) {
        Ok(reading) => Basis::Case(reading),
        Err(_) => Basis::Verbatim(raw.to_owned()),
    }
}
