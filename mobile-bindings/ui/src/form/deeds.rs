//! What a button of a form asks for: `do=add:present:person`, `do=deed:nobody`,
//! `do=deed:refuse_sign@present/ID`, `do=drop:present/ID`, `do=now:t0`, `do=none:special`,
//! `do=pick:cash/counted_by:ID`, `do=copy:debtor`, `do=capital:cash/amount_fen`, `do=address`.

use super::layout::{Deed, Given, List, Piece, Preset, Step};
use super::layout::{is_item_id, join, lists, pattern_of};
use crate::words::Words;
use std::collections::BTreeMap;
use waiqin_protocol::canonical::Value;
use waiqin_protocol::fields::{self, Kind};
use waiqin_protocol::journal::Path;
use waiqin_protocol::numbers::money::Fen;
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
    pub(super) fn value(&self, path: &str) -> Option<&Value> {
        let typed = Path::new(path).ok().and_then(|it| self.typed.get(&it));
        match typed {
            Some(Value::Null) => None,
            Some(value) => Some(value),
            None => self.record.value(path),
        }
    }

    fn text(&self, path: &str) -> &str {
        self.value(path)
            .and_then(Value::as_text)
            .unwrap_or_default()
    }

    fn amount(&self, path: &str) -> Option<i64> {
        self.value(path).and_then(Value::as_int)
    }
}

/// What a button came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// What to write.
    pub values: BTreeMap<Path, Value>,
    /// Where the item that was added or written to stands in the page (`LIST-ID`).
    pub item: Option<String>,
}

/// The values that a button writes; `None` when no such button exists.
#[must_use]
pub fn asked(steps: &'static [Step], what: &str, held: &Held<'_>, place: &Place) -> Option<Asked> {
    let (verb, rest) = what.split_once(':').unwrap_or((what, ""));
    let mut item = None;
    let values = match verb {
        "save" => BTreeMap::new(),
        "add" => return add(steps, rest, held, place),
        "now" => {
            item = item_of(rest);
            now(held.record, rest, place)?
        }
        "address" => one("place", Value::from(place.address.clone()?))?,
        "none" => none_of(steps, rest, held)?,
        "drop" => drop_item(steps, rest, held)?,
        "deed" => {
            item = rest.split_once('@').and_then(|it| item_of(it.1));
            press(steps, rest, held, place)?
        }
        "pick" => pick(steps, rest, held, place)?,
        "copy" => copy(steps, rest, held)?,
        "capital" => capital(steps, rest, held)?,
        _ => return None,
    };
    Some(Asked { values, item })
}

/// Where the item of a path stands in the page.
fn item_of(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').collect();
    let id = parts
        .iter()
        .position(|it| is_item_id(it))
        .filter(|it| *it > 0)?;
    Some(parts[..=id].join("-"))
}

/// Whether all that a button writes stands already.
pub(super) fn stands(deed: &Deed, held: &Held<'_>, place_of: impl Fn(&str) -> String) -> bool {
    deed.values.iter().all(|(name, given)| {
        let now = held.value(&place_of(name));
        match given {
            Given::Sentence(label) => now
                .and_then(Value::as_text)
                .is_some_and(|it| it.contains(label(&Words::ZH))),
            Given::Code(code) => now == Some(&Value::from(*code)),
            Given::Words(label) => now == Some(&Value::from(label(&Words::ZH))),
            Given::Flag(flag) => now == Some(&Value::from(*flag)),
            Given::Number(n) => now == Some(&Value::Int(*n)),
            Given::Now | Given::Left(..) => now.is_some(),
        }
    })
}

impl Given {
    /// The value after the button was pressed where `text` stood.
    fn pressed(self, text: &str, held: &Held<'_>, place: &Place) -> Value {
        match self {
            Self::Sentence(label) => Value::from(format!("{text}{}", label(&Words::ZH))),
            Self::Code(code) => Value::from(code),
            Self::Words(label) => Value::from(label(&Words::ZH)),
            Self::Flag(flag) => Value::from(flag),
            Self::Number(n) => Value::Int(n),
            Self::Now => Value::Int(place.now_ms),
            Self::Left(total, list, name) => Value::Int(left_of(held, total, list, name)),
        }
    }

    /// The value after it was pressed again.
    fn taken_back(self, text: &str) -> Value {
        match self {
            Self::Sentence(label) => match text.replace(label(&Words::ZH), "") {
                rest if rest.is_empty() => Value::Null,
                rest => Value::from(rest),
            },
            Self::Code(_)
            | Self::Words(_)
            | Self::Flag(_)
            | Self::Number(_)
            | Self::Now
            | Self::Left(..) => Value::Null,
        }
    }
}

/// What the others of a list leave of an amount; never less than zero.
fn left_of(held: &Held<'_>, total: &str, list: &str, name: &str) -> i64 {
    let given = |id: &String| held.amount(&format!("{list}/{id}/{name}"));
    let others = held
        .record
        .items(list)
        .iter()
        .filter_map(given)
        .map(Fen)
        .collect::<Vec<_>>();
    let left = held
        .amount(total)
        .and_then(|total| Fen(total).checked_sub(Fen::checked_sum(others)?));
    left.map_or(0, |it| it.0.max(0))
}

/// Whether values stand against each other there.
pub(super) fn contested(record: &Record, path: &Path) -> bool {
    record
        .fields
        .get(path)
        .is_some_and(|it| it.candidates.len() > 1)
}

fn one(path: &str, value: Value) -> Option<BTreeMap<Path, Value>> {
    Some(BTreeMap::from([(Path::new(path).ok()?, value)]))
}

fn now(record: &Record, path: &str, place: &Place) -> Option<BTreeMap<Path, Value>> {
    let field = fields::field_at(record.act, path)?;
    (field.kind == Kind::Moment).then(|| one(path, Value::Int(place.now_ms)))?
}

/// Answers with no what is not answered with yes.
fn none_of(steps: &'static [Step], wanted: &str, held: &Held<'_>) -> Option<BTreeMap<Path, Value>> {
    let names = steps.iter().flat_map(Step::pieces).find_map(|piece| {
        if let Piece::Flags { group, names, .. } = piece {
            (*group == wanted).then_some(*names)
        } else {
            None
        }
    })?;
    let no = |name: &&str| {
        let path = join(wanted, name);
        let yes = held.value(&path) == Some(&Value::Bool(true));
        Some((Path::new(path).ok()?, Value::from(false))).filter(|_| !yes)
    };
    Some(names.iter().filter_map(no).collect())
}

/// The list that an item's path belongs to.
fn list_of(steps: &'static [Step], item: &str) -> Option<&'static List> {
    let (list, id) = item.rsplit_once('/').filter(|it| is_item_id(it.1))?;
    let pattern = pattern_of(list);
    lists(steps)
        .find(|it| it.name == pattern)
        .filter(|_| is_item_id(id))
}

fn drop_item(steps: &'static [Step], item: &str, held: &Held<'_>) -> Option<BTreeMap<Path, Value>> {
    // A line of the list of assets is removed on its own page, which asks no list of them.
    let line = pattern_of(item) == "assets/*" && super::assets::is_page(steps);
    if !line {
        list_of(steps, item)?;
    }
    let own =
        |path: &&Path| path.as_str() == item || path.as_str().starts_with(&format!("{item}/"));
    let paths = held.record.fields.keys().chain(held.typed.keys());
    let gone = paths.filter(own).map(|path| (path.clone(), Value::Null));
    Some(gone.collect())
}

fn add(steps: &'static [Step], rest: &str, held: &Held<'_>, place: &Place) -> Option<Asked> {
    let (path, key) = rest.rsplit_once(':')?;
    let pattern = pattern_of(path);
    let list = lists(steps).find(|it| it.name == pattern)?;
    let preset = list.presets.iter().find(|it| it.key == key)?;
    let before = join(path, &place.new_item);
    Some(Asked {
        values: first_values(preset, &before, held, place),
        item: Some(before.replace('/', "-")),
    })
}

/// The first values of an item.
pub(super) fn first_values(
    preset: &Preset,
    before: &str,
    held: &Held<'_>,
    place: &Place,
) -> BTreeMap<Path, Value> {
    let value = |(name, given): &(&str, Given)| {
        let path = Path::new(join(before, name)).ok()?;
        Some((path, given.pressed("", held, place)))
    };
    preset.values.iter().filter_map(value).collect()
}

/// `KEY`, `KEY@LIST/ID` of an item of a list, or `KEY@ID` of the item that the page is about.
fn press(
    steps: &'static [Step],
    rest: &str,
    held: &Held<'_>,
    place: &Place,
) -> Option<BTreeMap<Path, Value>> {
    let (key, before) = rest.split_once('@').unwrap_or((rest, ""));
    if before.contains('/') {
        let deed = list_of(steps, before)?
            .deeds
            .iter()
            .find(|it| it.key == key)?;
        return Some(done(deed, held, place, |name| join(before, name)));
    }
    let deed = steps.iter().flat_map(Step::pieces).find_map(|piece| {
        if let Piece::Deeds(deeds) = piece {
            deeds.iter().find(|it| it.key == key)
        } else {
            None
        }
    })?;
    let of_item = deed.values.iter().any(|(name, _)| name.contains('*'));
    (of_item == is_item_id(before) && (of_item || before.is_empty()))
        .then(|| done(deed, held, place, |name| name.replace('*', before)))
}

fn done(
    deed: &Deed,
    held: &Held<'_>,
    place: &Place,
    place_of: impl Fn(&str) -> String,
) -> BTreeMap<Path, Value> {
    let take_back = stands(deed, held, &place_of);
    let value = |(name, given): &(&str, Given)| {
        let path = place_of(name);
        let text = held.text(&path);
        let value = if take_back {
            given.taken_back(text)
        } else {
            given.pressed(text, held, place)
        };
        let path = Path::new(path).ok()?;
        // What stands against another value is decided by a person, not by a button.
        (!contested(held.record, &path)).then_some((path, value))
    };
    deed.values.iter().filter_map(value).collect()
}

/// Taps an item of another list in or out.
fn pick(
    steps: &'static [Step],
    rest: &str,
    held: &Held<'_>,
    place: &Place,
) -> Option<BTreeMap<Path, Value>> {
    let (list, id) = rest.rsplit_once(':')?;
    let pick = steps.iter().flat_map(Step::pieces).find_map(|piece| {
        if let Piece::Pick(pick) = piece {
            (pick.list == list).then_some(pick)
        } else {
            None
        }
    })?;
    held.record.items(pick.from).iter().find(|it| *it == id)?;
    let picked: BTreeMap<Path, Value> = held
        .record
        .items(list)
        .iter()
        .map(|item| join(list, item))
        .filter(|path| held.text(path) == id)
        .filter_map(|path| Some((Path::new(path).ok()?, Value::Null)))
        .collect();
    if picked.is_empty() {
        return one(&join(list, &place.new_item), Value::from(id));
    }
    Some(picked)
}

/// Copies what is known; what stands already at the other place and is unknown here stays.
fn copy(steps: &'static [Step], key: &str, held: &Held<'_>) -> Option<BTreeMap<Path, Value>> {
    let copy = steps.iter().flat_map(Step::pieces).find_map(|piece| {
        if let Piece::Copy(copy) = piece {
            (copy.key == key).then_some(copy)
        } else {
            None
        }
    })?;
    let value = |name: &&str| {
        let path = Path::new(join(copy.to, name)).ok()?;
        let value = held.value(&join(copy.from, name))?.clone();
        (!contested(held.record, &path)).then_some((path, value))
    };
    Some(copy.names.iter().filter_map(value).collect())
}

fn capital(steps: &'static [Step], wanted: &str, held: &Held<'_>) -> Option<BTreeMap<Path, Value>> {
    let into = steps.iter().flat_map(Step::pieces).find_map(|piece| {
        if let Piece::Capital { from, into } = piece {
            (*from == wanted).then_some(*into)
        } else {
            None
        }
    })?;
    let Some(fen) = held.amount(wanted) else {
        return Some(BTreeMap::new());
    };
    one(into, Value::from(Fen(fen).capital()))
}
