//! From what a page sends to values of the journal, and back to what a field shows.

use super::deeds::contested;
use super::layout::{Kind, Step, field_at};
use crate::words::Words;
use chrono::NaiveDateTime;
use std::collections::BTreeMap;
use waiqin_protocol::canonical::Value;
use waiqin_protocol::journal::{Mark, Path};
use waiqin_protocol::numbers::days::{court_time, instant_ms};
use waiqin_protocol::record::Record;
use waiqin_protocol::words::fill;

/// Longest line, in characters.
pub const LINE_CHARS_MAX: usize = 500;
/// Longest text, in characters.
pub const TEXT_CHARS_MAX: usize = 20_000;

/// Names in a form that are no fields.
const NOT_FIELDS: [&str; 4] = ["csrf", "step", "was", "do"];

/// A field that was not taken, and why; the others are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldProblem {
    /// Its path as sent.
    pub path: String,
    /// What the officer is told.
    pub text: String,
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

    /// The fields that a person changed: differing from what the page showed (`was`) and from what
    /// the record holds now. So a page that was open for an hour does not write back what somebody
    /// else changed since.
    #[must_use]
    pub fn changes(&self, steps: &'static [Step], record: &Record, w: &Words) -> Read {
        let was: BTreeMap<String, String> = self
            .text("was")
            .and_then(|it| serde_json::from_str(it).ok())
            .unwrap_or_default();
        let mut read = Read::default();
        let mut seen = Vec::new();
        for (name, _) in self.0.iter().rev() {
            if NOT_FIELDS.contains(&name.as_str()) || seen.contains(name) {
                continue;
            }
            seen.push(name.clone());
            let text = self.text(name).unwrap_or_default();
            let text = normal_breaks(text);
            let (Some(kind), Ok(path)) = (field_at(steps, name), Path::new(name.as_str())) else {
                read.problems.push(FieldProblem {
                    path: name.clone(),
                    text: w.err_field.to_owned(),
                });
                continue;
            };
            if contested(record, &path) {
                read.problems.push(FieldProblem {
                    path: name.clone(),
                    text: w.contested_here.to_owned(),
                });
                continue;
            }
            let now = shown_text(record.value(name), kind);
            if was.get(name).is_some_and(|was| normal_breaks(was) == text) || now == text {
                continue;
            }
            match value_of(&text, kind, name.contains('/')) {
                Ok(value) => {
                    read.values.insert(path, value);
                }
                Err(wrong) => read.problems.push(FieldProblem {
                    path: name.clone(),
                    text: wrong.words(w),
                }),
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
        (Kind::Flag | Kind::YesNo(..), Value::Bool(true)) => "yes".to_owned(),
        (Kind::YesNo(..), Value::Bool(false)) => "no".to_owned(),
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
    Long(usize),
    Moment,
    Choice,
    Fix,
}

impl Wrong {
    fn words(&self, w: &Words) -> String {
        match self {
            Self::Long(max) => fill(w.err_text_long, &[("max", max)]),
            Self::Moment => w.err_moment.to_owned(),
            Self::Choice => w.err_choice.to_owned(),
            Self::Fix => w.err_fix.to_owned(),
        }
    }
}

/// An emptied field is removed; an emptied text of an item stays as empty text, because an item
/// without any value would vanish under the officer's hands.
fn value_of(text: &str, kind: Kind, in_item: bool) -> Result<Value, Wrong> {
    let empty = if in_item {
        Value::from("")
    } else {
        Value::Null
    };
    match kind {
        Kind::Line => bounded(text, LINE_CHARS_MAX, empty),
        Kind::Text => bounded(text, TEXT_CHARS_MAX, empty),
        _ if text.is_empty() => Ok(Value::Null),
        Kind::Moment => moment(text).map(Value::Int),
        Kind::Flag => (text == "yes")
            .then_some(Value::Bool(true))
            .ok_or(Wrong::Choice),
        Kind::YesNo(..) => match text {
            "yes" => Ok(Value::Bool(true)),
            "no" => Ok(Value::Bool(false)),
            _ => Err(Wrong::Choice),
        },
        Kind::Choice(choices) => choices
            .iter()
            .find(|it| it.code == text)
            .map(|it| Value::from(it.code))
            .ok_or(Wrong::Choice),
        Kind::Fix => fix(text),
    }
}

fn bounded(text: &str, max: usize, empty: Value) -> Result<Value, Wrong> {
    match text.chars().count() {
        0 => Ok(empty),
        n if n > max => Err(Wrong::Long(max)),
        _ => Ok(Value::from(text)),
    }
}

fn moment(text: &str) -> Result<i64, Wrong> {
    ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .map(instant_ms)
        .filter(|ms| (0..=4_102_444_800_000).contains(ms))
        .ok_or(Wrong::Moment)
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
fn normal_breaks(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}
