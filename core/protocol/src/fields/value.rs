//! Whether a value is one that its field can hold.

use super::{FieldDef, Kind, LINE_CHARS_MAX, TEXT_CHARS_MAX};
use crate::canonical::Value;
use crate::ids::ItemId;
use crate::journal::Mark;
use crate::words::Lang;
use chrono::NaiveDate;
use serde::Deserialize;

/// Why a value cannot stand in a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// Another type than the field holds.
    #[error("not a value of this kind")]
    Kind,
    /// More characters than a line or text may have.
    #[error("longer than {0} characters")]
    Long(usize),
    /// A line break in a line.
    #[error("a line break in a line")]
    Lines,
    /// A NUL character, which neither a page nor every database can hold.
    #[error("a NUL character in a text")]
    Nul,
    /// A number or amount below zero.
    #[error("less than zero")]
    Negative,
    /// No day of the calendar, or written in another way than `2019-07-09`.
    #[error("no day written as 2019-07-09")]
    Day,
    /// None of the codes of the choice.
    #[error("no such choice: {0}")]
    Code(String),
    /// No position.
    #[error("no position")]
    Fix,
    /// No id of an item.
    #[error("no id of an item")]
    Item,
}

impl FieldError {
    /// What is wrong, in the language of a page.
    #[must_use]
    pub fn said(&self, lang: Lang) -> String {
        let (zh, en) = match self {
            Self::Kind => ("填法不对", "Not a value of this kind"),
            Self::Long(max) => {
                return match lang {
                    Lang::Zh => format!("太长：最多 {max} 个字符"),
                    Lang::En => format!("Too long: at most {max} characters"),
                };
            }
            Self::Lines => ("只能写一行", "One line only"),
            Self::Nul => ("含有空字符（NUL）", "Holds a NUL character"),
            Self::Negative => ("不能小于零", "Not less than zero"),
            Self::Day => ("不是日期", "Not a day"),
            Self::Code(_) => ("没有这个选项", "No such choice"),
            Self::Fix => ("定位读不出", "The position cannot be read"),
            Self::Item => ("没有指向条目", "Points to no item"),
        };
        match lang {
            Lang::Zh => zh.to_owned(),
            Lang::En => en.to_owned(),
        }
    }
}

impl FieldDef {
    /// Checks a value; `null`, which removes, fits every field.
    ///
    /// # Errors
    /// When the field cannot hold it.
    pub fn check(&self, value: &Value) -> Result<(), FieldError> {
        if *value == Value::Null {
            return Ok(());
        }
        match self.kind {
            Kind::Line => {
                let text = text(value)?;
                if text.contains(['\n', '\r']) {
                    return Err(FieldError::Lines);
                }
                bounded(text, LINE_CHARS_MAX)
            }
            Kind::Text => bounded(text(value)?, TEXT_CHARS_MAX),
            Kind::Integer | Kind::Fen => match value.as_int() {
                Some(int) if int < 0 => Err(FieldError::Negative),
                Some(_) => Ok(()),
                None => Err(FieldError::Kind),
            },
            Kind::Day => read_day(text(value)?).map(|_| ()).ok_or(FieldError::Day),
            Kind::Moment => value.as_int().map(|_| ()).ok_or(FieldError::Kind),
            Kind::Flag => match value.as_bool() {
                Some(true) => Ok(()),
                Some(false) | None => Err(FieldError::Kind),
            },
            Kind::YesNo => value.as_bool().map(|_| ()).ok_or(FieldError::Kind),
            Kind::Choice(_) => {
                let text = text(value)?;
                match self.code(text) {
                    Some(_) => Ok(()),
                    None => Err(FieldError::Code(text.to_owned())),
                }
            }
            Kind::Fix => read_mark(value).map(|_| ()).ok_or(FieldError::Fix),
            Kind::Item(_) => text(value)?
                .parse::<ItemId>()
                .map(|_| ())
                .map_err(|_| FieldError::Item),
        }
    }
}

/// A day as fields hold it: `2019-07-09` and nothing else.
pub(crate) fn read_day(text: &str) -> Option<NaiveDate> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    (text.len() == 10 && day.to_string() == text).then_some(day)
}

/// A position as fields hold it.
pub(crate) fn read_mark(value: &Value) -> Option<Mark> {
    let json = serde_json::to_value(value).ok()?;
    Mark::deserialize(json).ok()
}

fn text(value: &Value) -> Result<&str, FieldError> {
    value.as_text().ok_or(FieldError::Kind)
}

fn bounded(text: &str, max: usize) -> Result<(), FieldError> {
    if text.contains('\0') {
        return Err(FieldError::Nul);
    }
    // Bytes bound characters from above: most texts are not counted.
    if text.len() > max && text.chars().count() > max {
        return Err(FieldError::Long(max));
    }
    Ok(())
}
