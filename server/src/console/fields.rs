//! The fields of a record as people read them: single facts first, then lists with one line per
//! item. What this version has no name for is shown under its name in the journal, never left out.

use super::show;
use crate::words::console::{ConsoleWords, fields::named};
use std::collections::BTreeMap;
use waiqin_protocol::canonical::Value;
use waiqin_protocol::ids::OfficerId;
use waiqin_protocol::record::{FieldState, Record};
use waiqin_protocol::words::{Lang, fill};

/// Names in the order of the scene; what is not named here follows in order of name.
const ORDER: [&str; 27] = [
    "t0",
    "place",
    "fix",
    "no_fix_reason",
    "officers",
    "debtor",
    "debtor_met",
    "present",
    "no_witness_reason",
    "neighbours",
    "special",
    "checked",
    "docs",
    "notices",
    "rights_told",
    "willingness",
    "assets_stated",
    "property_order",
    "questions",
    "assets",
    "course",
    "result",
    "sources",
    "read_back",
    "objections",
    "remarks",
    "t1",
];

/// Names in the order in which an item says them; what is not named here follows.
const ITEM_ORDER: [&str; 13] = [
    "person",
    "name",
    "who",
    "role",
    "post",
    "relation",
    "item",
    "fact",
    "none_found",
    "q",
    "a",
    "id_no",
    "id_not_shown",
];

/// A field, or a list of items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// One fact.
    Fact {
        /// Its name.
        label: String,
        /// What is held: one value, or several that stand against each other.
        values: Vec<Held>,
    },
    /// A list.
    List {
        /// Its name.
        label: String,
        /// Each item: names and values.
        items: Vec<Vec<(String, Vec<Held>)>>,
    },
}

/// A value with who gave it, where that matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held {
    /// The value in words.
    pub text: String,
    /// Who gave it, when somebody else gave another.
    pub by: Option<String>,
}

/// The fields of a record. `name_of` knows the people.
pub(super) fn of(record: &Record, lang: Lang, name_of: &dyn Fn(OfficerId) -> String) -> Vec<Shown> {
    let writer = Writer {
        lang,
        words: ConsoleWords::of(lang),
        name_of,
    };
    let mut roots: BTreeMap<&str, Vec<(&str, &FieldState)>> = BTreeMap::new();
    for (path, state) in &record.fields {
        if state.candidates.iter().all(|it| it.value == Value::Null) {
            continue;
        }
        let (root, rest) = path.as_str().split_once('/').unwrap_or((path.as_str(), ""));
        roots.entry(root).or_default().push((rest, state));
    }
    let place = |root: &str| {
        ORDER
            .iter()
            .position(|it| *it == root)
            .unwrap_or(ORDER.len())
    };
    let mut roots: Vec<_> = roots.into_iter().collect();
    roots.sort_by_key(|(root, _)| (place(root), *root));
    roots
        .into_iter()
        .map(|(root, fields)| writer.shown(root, &fields))
        .collect()
}

/// A label with what stands beside it.
type Labelled = (String, Vec<Held>);

struct Writer<'a> {
    lang: Lang,
    words: &'static ConsoleWords,
    name_of: &'a dyn Fn(OfficerId) -> String,
}

impl Writer<'_> {
    fn shown(&self, root: &str, fields: &[(&str, &FieldState)]) -> Shown {
        if let [("", state)] = fields {
            return Shown::Fact {
                label: self.label("f_", root),
                values: self.held(root, state),
            };
        }
        // Each item with its fields, and their places within it.
        let mut items: Vec<(&str, Vec<(usize, Labelled)>)> = Vec::new();
        for (path, state) in fields {
            let (item, field) = match path.split_once('/') {
                Some((item, field)) if is_item(item) => (item, field),
                None if is_item(path) => (*path, ""),
                Some(_) | None => ("", *path),
            };
            let leaf = field.rsplit('/').next().unwrap_or(field);
            let label = match leaf {
                "" => String::new(),
                leaf if root == "special" => self.label("c_", leaf),
                leaf => self.label("f_", leaf),
            };
            let held = (label, self.held(leaf, state));
            let place = ITEM_ORDER.iter().position(|it| *it == leaf);
            let held = (place.unwrap_or(ITEM_ORDER.len()), held);
            match items.iter_mut().find(|(id, _)| *id == item) {
                Some((_, fields)) => fields.push(held),
                None => items.push((item, vec![held])),
            }
        }
        for (_, fields) in &mut items {
            fields.sort_by_key(|(place, _)| *place);
        }
        let label = named("l_", root, self.lang).map_or_else(|| root.to_owned(), str::to_owned);
        Shown::List {
            label,
            items: items
                .into_iter()
                .map(|(_, fields)| unplaced(fields))
                .collect(),
        }
    }

    fn label(&self, prefix: &str, name: &str) -> String {
        named(prefix, name, self.lang).map_or_else(|| name.to_owned(), str::to_owned)
    }

    fn held(&self, name: &str, state: &FieldState) -> Vec<Held> {
        let contested = state.candidates.len() > 1;
        state
            .candidates
            .iter()
            .map(|it| Held {
                text: self.text(name, &it.value),
                by: contested.then(|| (self.name_of)(it.author)),
            })
            .collect()
    }

    fn text(&self, name: &str, value: &Value) -> String {
        match value {
            Value::Null => self.words.value_removed.to_owned(),
            Value::Bool(true) => self.words.yes.to_owned(),
            Value::Bool(false) => self.words.no.to_owned(),
            Value::Int(n) if name.ends_with("_fen") => {
                fill(self.words.yuan_amount, &[("amount", &show::yuan(*n))])
            }
            Value::Int(ms) if matches!(name, "t0" | "t1" | "at") || name.ends_with("_at") => {
                show::minute(*ms)
            }
            Value::Int(n) => n.to_string(),
            Value::Text(text) => {
                named("c_", text, self.lang).map_or_else(|| text.clone(), str::to_owned)
            }
            Value::List(values) => values
                .iter()
                .map(|value| self.text(name, value))
                .collect::<Vec<_>>()
                .join(self.words.comma),
            Value::Map(members) if name == "fix" => self.position(members),
            Value::Map(members) => members
                .iter()
                .map(|(key, value)| {
                    let pair = [
                        ("name", &self.label("f_", key) as _),
                        ("value", &self.text(key, value) as _),
                    ];
                    fill(self.words.name_value, &pair)
                })
                .collect::<Vec<_>>()
                .join(self.words.comma),
        }
    }

    /// Latitude, longitude and radius of a fix.
    fn position(&self, fix: &BTreeMap<String, Value>) -> String {
        let int = |name: &str| fix.get(name).and_then(Value::as_int).unwrap_or(0);
        let degrees = |e7: i64| {
            let sign = if e7 < 0 { "-" } else { "" };
            let e7 = e7.unsigned_abs();
            format!("{sign}{}.{:05}", e7 / 10_000_000, e7 % 10_000_000 / 100)
        };
        let metres = (int("acc_cm") + 99) / 100;
        let mock = fix.get("mock") == Some(&Value::Bool(true));
        let text = if mock {
            self.words.position_mock
        } else {
            self.words.position
        };
        let (lat, lon) = (degrees(int("lat")), degrees(int("lon")));
        fill(text, &[("lat", &lat), ("lon", &lon), ("m", &metres)])
    }
}

fn unplaced(fields: Vec<(usize, Labelled)>) -> Vec<Labelled> {
    fields.into_iter().map(|(_, field)| field).collect()
}

/// Items of lists stand under 32 hexadecimal digits.
fn is_item(part: &str) -> bool {
    part.len() == 32 && part.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests;
