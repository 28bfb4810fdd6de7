//! What a button of a form asks for: `do=add:present:person`, `do=deed:nobody`,
//! `do=deed:refuse_sign@present/ID`, `do=drop:present/ID`, `do=now:t0`, `do=none:special`,
//! `do=address`.

use super::layout::Kind;
use super::layout::{Deed, Given, List, Piece, Step, field_at, is_item_id};
use crate::words::Words;
use std::collections::BTreeMap;
use waiqin_protocol::canonical::Value;
use waiqin_protocol::journal::Path;
use waiqin_protocol::record::Record;

/// What the values of a button need from outside.
#[derive(Clone, Debug)]
pub struct Place {
    /// Now, ms UTC.
    pub now_ms: i64,
    /// 32 hexadecimal digits for a new item.
    pub new_item: String,
    /// The address of the case, where the list has one.
    pub address: Option<String>,
}

/// What a record holds, with what the same form brings on top: a button pressed right after typing
/// must not lose what was typed.
pub struct Held<'a> {
    /// The record.
    pub record: &'a Record,
    /// Read from the form.
    pub typed: &'a BTreeMap<Path, Value>,
}

impl Held<'_> {
    fn value(&self, path: &str) -> Option<&Value> {
        let typed = Path::new(path).ok().and_then(|it| self.typed.get(&it));
        match typed {
            Some(Value::Null) => None,
            Some(value) => Some(value),
            None => self.record.value(path),
        }
    }
}

/// What a button came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// What to write.
    pub values: BTreeMap<Path, Value>,
    /// Where the item that was added stands in the page (`LIST-ID`).
    pub item: Option<String>,
}

/// The values that a button writes; `None` when no such button exists.
#[must_use]
pub fn asked(steps: &'static [Step], what: &str, held: &Held<'_>, place: &Place) -> Option<Asked> {
    let (verb, rest) = what.split_once(':').unwrap_or((what, ""));
    match verb {
        "save" => Some(Asked::default()),
        "now" => now(steps, rest, place),
        "address" => address(place),
        "none" => none_of(steps, rest),
        "drop" => drop_item(steps, rest, held),
        "add" => add(steps, rest, place),
        "deed" => deed(steps, rest, held),
        _ => None,
    }
}

/// Whether all that a button writes stands already.
pub(super) fn stands(deed: &Deed, held: &Held<'_>, before: &str) -> bool {
    deed.values.iter().all(|(name, given)| {
        let now = held.value(&join(before, name));
        match given {
            Given::Sentence(label) => now
                .and_then(Value::as_text)
                .is_some_and(|it| it.contains(label(&Words::ZH))),
            Given::Code(_) | Given::Words(_) | Given::Flag(_) => now == Some(&given.alone()),
        }
    })
}

impl Given {
    /// The value where nothing stood before.
    fn alone(self) -> Value {
        match self {
            Self::Code(code) => Value::from(code),
            Self::Words(label) | Self::Sentence(label) => Value::from(label(&Words::ZH)),
            Self::Flag(flag) => Value::from(flag),
        }
    }

    /// The value after the button was pressed where `text` stood.
    fn pressed(self, text: &str) -> Value {
        match self {
            Self::Sentence(label) => Value::from(format!("{text}{}", label(&Words::ZH))),
            Self::Code(_) | Self::Words(_) | Self::Flag(_) => self.alone(),
        }
    }

    /// The value after it was pressed again.
    fn taken_back(self, text: &str) -> Value {
        match self {
            Self::Sentence(label) => match text.replace(label(&Words::ZH), "") {
                rest if rest.is_empty() => Value::Null,
                rest => Value::from(rest),
            },
            Self::Code(_) | Self::Words(_) | Self::Flag(_) => Value::Null,
        }
    }
}

pub(super) fn join(before: &str, name: &str) -> String {
    match (before, name) {
        ("", name) => name.to_owned(),
        (before, "") => before.to_owned(),
        (before, name) => format!("{before}/{name}"),
    }
}

/// Whether values stand against each other there.
pub(super) fn contested(record: &Record, path: &Path) -> bool {
    record
        .fields
        .get(path)
        .is_some_and(|it| it.candidates.len() > 1)
}

fn lists(steps: &'static [Step]) -> impl Iterator<Item = &'static List> {
    steps
        .iter()
        .flat_map(|step| step.pieces)
        .filter_map(|piece| match piece {
            Piece::List(list) => Some(list),
            Piece::Field(_)
            | Piece::Heading(_)
            | Piece::Flags { .. }
            | Piece::Deeds(_)
            | Piece::ListAddress
            | Piece::Fix
            | Piece::Photos => None,
        })
}

fn one(path: &str, value: Value) -> Option<(Path, Value)> {
    Some((Path::new(path).ok()?, value))
}

fn now(steps: &'static [Step], path: &str, place: &Place) -> Option<Asked> {
    let moment = matches!(field_at(steps, path), Some(Kind::Moment));
    let values = moment.then(|| one(path, Value::Int(place.now_ms)))??;
    Some(Asked {
        values: BTreeMap::from([values]),
        item: None,
    })
}

fn address(place: &Place) -> Option<Asked> {
    let values = one("place", Value::from(place.address.clone()?))?;
    Some(Asked {
        values: BTreeMap::from([values]),
        item: None,
    })
}

fn none_of(steps: &'static [Step], group: &str) -> Option<Asked> {
    let flags = steps
        .iter()
        .flat_map(|step| step.pieces)
        .find_map(|piece| match piece {
            Piece::Flags {
                group: name, flags, ..
            } if *name == group => Some(*flags),
            Piece::Flags { .. }
            | Piece::Field(_)
            | Piece::Heading(_)
            | Piece::List(_)
            | Piece::Deeds(_)
            | Piece::ListAddress
            | Piece::Fix
            | Piece::Photos => None,
        })?;
    let values = flags
        .iter()
        .filter_map(|(name, _)| one(&join(group, name), Value::from(false)))
        .collect();
    Some(Asked { values, item: None })
}

fn drop_item(steps: &'static [Step], rest: &str, held: &Held<'_>) -> Option<Asked> {
    let (list, id) = rest.split_once('/')?;
    lists(steps)
        .find(|it| it.name == list)
        .filter(|_| is_item_id(id))?;
    let own = |path: &str| path == rest || path.starts_with(&format!("{rest}/"));
    let paths = held.record.fields.keys().chain(held.typed.keys());
    let values: BTreeMap<Path, Value> = paths
        .filter(|path| own(path.as_str()))
        .map(|path| (path.clone(), Value::Null))
        .collect();
    Some(Asked { values, item: None })
}

fn add(steps: &'static [Step], rest: &str, place: &Place) -> Option<Asked> {
    let (list, key) = rest.split_once(':')?;
    let list = lists(steps).find(|it| it.name == list)?;
    let preset = list.presets.iter().find(|it| it.key == key)?;
    let before = join(list.name, &place.new_item);
    let values = preset
        .values
        .iter()
        .filter_map(|(name, given)| one(&join(&before, name), given.alone()))
        .collect();
    Some(Asked {
        values,
        item: Some(before.replace('/', "-")),
    })
}

fn deed(steps: &'static [Step], rest: &str, held: &Held<'_>) -> Option<Asked> {
    let (key, before) = rest.split_once('@').unwrap_or((rest, ""));
    let deed = match before.split_once('/') {
        None => steps
            .iter()
            .flat_map(|step| step.pieces)
            .find_map(|piece| match piece {
                Piece::Deeds(deeds) => deeds.iter().find(|it| it.key == key),
                Piece::Field(_)
                | Piece::Heading(_)
                | Piece::Flags { .. }
                | Piece::List(_)
                | Piece::ListAddress
                | Piece::Fix
                | Piece::Photos => None,
            }),
        Some((list, id)) => lists(steps)
            .find(|it| it.name == list)
            .filter(|_| is_item_id(id))
            .and_then(|it| it.deeds.iter().find(|it| it.key == key)),
    }?;
    let take_back = stands(deed, held, before);
    let values = deed
        .values
        .iter()
        .filter_map(|(name, given)| {
            let path = join(before, name);
            let text = held
                .value(&path)
                .and_then(Value::as_text)
                .unwrap_or_default();
            let value = if take_back {
                given.taken_back(text)
            } else {
                given.pressed(text)
            };
            // What stands against another value is decided by a person, not by a button.
            one(&path, value).filter(|(path, _)| !contested(held.record, path))
        })
        .collect();
    Some(Asked { values, item: None })
}
