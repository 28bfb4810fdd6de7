//! From what a page sends to values of the journal, and back to what a field shows. What a field
//! can hold is decided by the table of fields; here is how people write it.

use super::deeds::contested;
use crate::words::Words;
use chrono::{NaiveDate, NaiveDateTime};
use std::collections::BTreeMap;
use waiqin_protocol::canonical::Value;
use waiqin_protocol::fields::{self, FieldDef, FieldError, Kind};
use waiqin_protocol::journal::{Mark, Path};
use waiqin_protocol::numbers::days::{court_time, instant_ms};
use waiqin_protocol::numbers::money::{Fen, MoneyError, Unit, read_money};
use waiqin_protocol::record::Record;
use waiqin_protocol::words::{Lang, fill};

/// Names in a form that are no fields.
const NOT_FIELDS: [&str; 4] = ["csrf", "step", "was", "do"];
/// The largest whole number of the journal.
const INT_MAX: i64 = (1 << 53) - 1;

/// A field that was not taken, and why; the others are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldProblem {
    /// Its path as sent.
    pub path: String,
    /// What the officer is told.
    pub text: String,
    /// What was typed: the page shows it again.
    pub typed: String,
}

/// What a page sent: names and texts, in order.
#[derive(Clone, Debug, Default)]
pub struct Posted(pub Vec<(String, String)>);

/// What was read from it.
#[derive(Debug, Default)]
pub struct Read {
    /// New values.
    pub values: BTreeMap<Path, Value>,
    /// What was not taken.
    pub problems: Vec<FieldProblem>,
}

impl Posted {
    /// The last value of a name: a mark that is not set sends an empty text before the set one.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .rev()
            .find(|it| it.0 == name)
            .map(|it| it.1.as_str())
    }

    /// The names of the fields that were sent, each once.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        let mut seen = Vec::new();
        self.0.iter().rev().filter_map(move |(name, _)| {
            let new = !NOT_FIELDS.contains(&name.as_str()) && !seen.contains(&name);
            seen.push(name);
            new.then_some(name.as_str())
        })
    }

    /// The fields that a person changed: differing from what the page showed (`was`) and from what
    /// the record holds now. So a page that was open for an hour does not write back what somebody
    /// else changed since.
    #[must_use]
    pub fn changes(&self, record: &Record, lang: Lang) -> Read {
        let w = Words::of(lang);
        let was: BTreeMap<String, String> = self
            .text("was")
            .and_then(|it| serde_json::from_str(it).ok())
            .unwrap_or_default();
        let mut read = Read::default();
        for name in self.fields() {
            let text = normal_breaks(self.text(name).unwrap_or_default());
            let refused = |why: String| FieldProblem {
                path: name.to_owned(),
                text: why,
                typed: text.clone(),
            };
            let def = fields::field_at(record.act, name);
            let (Some(def), Ok(path)) = (def, Path::new(name)) else {
                read.problems.push(refused(w.err_field.to_owned()));
                continue;
            };
            if contested(record, &path) {
                read.problems.push(refused(w.contested_here.to_owned()));
                continue;
            }
            let now = shown_text(record.value(name), def.kind);
            if was.get(name).is_some_and(|was| normal_breaks(was) == text) || now == text {
                continue;
            }
            match value_of(&text, def, record) {
                Ok(value) => {
                    read.values.insert(path, value);
                }
                Err(wrong) => read.problems.push(refused(wrong.words(lang))),
            }
        }
        read
    }
}

/// What a field shows for a value; empty when there is none.
#[must_use]
pub fn shown_text(value: Option<&Value>, kind: Kind) -> String {
    let Some(value) = value else {
        return String::new();
    };
    match (kind, value) {
        (Kind::Moment, Value::Int(ms)) => moment_text(*ms),
        (Kind::Fen, Value::Int(fen)) => Fen(*fen).yuan(),
        (Kind::Flag | Kind::YesNo, Value::Bool(true)) => "yes".to_owned(),
        (Kind::YesNo, Value::Bool(false)) => "no".to_owned(),
        (Kind::Fix, value @ Value::Map(_)) => serde_json::to_string(value).unwrap_or_default(),
        (_, Value::Text(text)) => text.clone(),
        (_, Value::Int(int)) => int.to_string(),
        (_, Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_)) => String::new(),
    }
}

/// A moment as date-and-time fields write it, in the court's time.
pub(super) fn moment_text(ms: i64) -> String {
    court_time(ms).format("%Y-%m-%dT%H:%M").to_string()
}

#[derive(Debug, PartialEq, Eq)]
enum Wrong {
    Field(FieldError),
    Money(MoneyError),
    Integer,
    Day,
    Moment,
    Choice,
    Item,
    Fix,
}

impl Wrong {
    fn words(&self, lang: Lang) -> String {
        let w = Words::of(lang);
        let text = match self {
            Self::Field(FieldError::Long(max)) => return fill(w.err_text_long, &[("max", max)]),
            Self::Field(error) => return fill(w.err_field_value, &[("why", &error.said(lang))]),
            Self::Money(MoneyError::Negative) => w.err_money_negative,
            Self::Money(MoneyError::Decimals) => w.err_money_decimals,
            Self::Money(MoneyError::Grouping) => w.err_money_grouping,
            Self::Money(MoneyError::TooLarge | MoneyError::TooLong) => w.err_money_large,
            Self::Money(MoneyError::Empty | MoneyError::Scientific | MoneyError::NotAnAmount) => {
                w.err_money
            }
            Self::Integer => w.err_integer,
            Self::Day => w.err_day,
            Self::Moment => w.err_moment,
            Self::Choice => w.err_choice,
            Self::Item => w.err_item,
            Self::Fix => w.err_fix,
        };
        text.to_owned()
    }
}

/// An emptied field is removed; an emptied text of an item stays as empty text, because an item
/// without any value would vanish under the officer's hands.
fn value_of(text: &str, def: &FieldDef, record: &Record) -> Result<Value, Wrong> {
    let value = match def.kind {
        Kind::Line | Kind::Text if text.is_empty() && def.list().is_some() => Value::from(""),
        _ if text.is_empty() => Value::Null,
        Kind::Line | Kind::Text => Value::from(text),
        Kind::Integer => Value::Int(integer(text)?),
        Kind::Fen => Value::Int(fen(text)?),
        Kind::Day => Value::from(day(text)?),
        Kind::Moment => Value::Int(moment(text)?),
        Kind::Flag if text == "yes" => Value::Bool(true),
        Kind::Flag => return Err(Wrong::Choice),
        Kind::YesNo => match text {
            "yes" => Value::Bool(true),
            "no" => Value::Bool(false),
            _ => return Err(Wrong::Choice),
        },
        Kind::Choice(_) => Value::from(def.code(text).ok_or(Wrong::Choice)?.code),
        Kind::Item(list) => item(text, list, record)?,
        Kind::Fix => fix(text)?,
    };
    def.check(&value).map_err(Wrong::Field)?;
    Ok(value)
}

/// Digits alone, half or full width; spaces around them are no digits.
fn integer(text: &str) -> Result<i64, Wrong> {
    let digits: Option<String> = text
        .trim()
        .chars()
        .map(|c| match c {
            '0'..='9' => Some(c),
            '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10),
            _ => None,
        })
        .collect();
    let int = digits.and_then(|it| it.parse::<i64>().ok());
    int.filter(|it| *it <= INT_MAX).ok_or(Wrong::Integer)
}

fn fen(text: &str) -> Result<i64, Wrong> {
    let read = read_money(text, Unit::Yuan).map_err(Wrong::Money)?;
    if read.fen.0 > INT_MAX {
        return Err(Wrong::Money(MoneyError::TooLarge));
    }
    Ok(read.fen.0)
}

/// A day as date fields send it, or as people write it where there is no such field.
fn day(text: &str) -> Result<String, Wrong> {
    let text = text.trim();
    let forms = [
        "%Y-%m-%d",
        "%Y/%m/%d",
        "%Y.%m.%d",
        "%Y\u{5e74}%m\u{6708}%d\u{65e5}",
        "%Y%m%d",
    ];
    let read = forms
        .iter()
        .find_map(|form| NaiveDate::parse_from_str(text, form).ok());
    let known = |it: &NaiveDate| (1900..=2100).contains(&chrono::Datelike::year(it));
    read.filter(known)
        .map(|it| it.format("%Y-%m-%d").to_string())
        .ok_or(Wrong::Day)
}

fn moment(text: &str) -> Result<i64, Wrong> {
    ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .map(instant_ms)
        .filter(|ms| (0..=4_102_444_800_000).contains(ms))
        .ok_or(Wrong::Moment)
}

/// Only an item that the record has.
fn item(id: &str, list: &str, record: &Record) -> Result<Value, Wrong> {
    let known = record.items(list).iter().any(|it| it == id);
    known.then(|| Value::from(id)).ok_or(Wrong::Item)
}

/// The script sends integers as [`Mark`] names them; anything else is no position.
fn fix(text: &str) -> Result<Value, Wrong> {
    let mark: Mark = serde_json::from_str(text).map_err(|_| Wrong::Fix)?;
    let on_earth = mark.lat.abs() <= 900_000_000 && mark.lon.abs() <= 1_800_000_000;
    if !on_earth || mark.provider.len() > 16 {
        return Err(Wrong::Fix);
    }
    let json = serde_json::to_vec(&mark).map_err(|_| Wrong::Fix)?;
    serde_json::from_slice(&json).map_err(|_| Wrong::Fix)
}

/// Forms send CR LF; the record holds what was typed, with LF.
pub(super) fn normal_breaks(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}
