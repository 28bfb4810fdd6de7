//! The fields of a record as people read them, in the order of the papers of its act, lists with one
//! line per item. What the field table does not have is shown under its name in the journal, never
//! left out.

use super::show;
use crate::words::console::ConsoleWords;
use std::collections::BTreeMap;
use waiqin_protocol::canonical::Value;
use waiqin_protocol::fields::{FieldDef, Kind, list_label, of_act};
use waiqin_protocol::ids::{ItemId, OfficerId};
use waiqin_protocol::journal::Path;
use waiqin_protocol::record::{Candidate, FieldState, ItemOrder, Record};
use waiqin_protocol::words::{Lang, fill};

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
        /// Its items.
        items: Vec<Item>,
    },
}

/// Names and values of an item.
type Item = Vec<(String, Vec<Held>)>;

/// A value with who gave it, where that matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held {
    /// The value in words.
    pub text: String,
    /// Who gave it, when somebody else gave another.
    pub by: Option<String>,
}

/// A field with its place in the table.
struct Placed<'a> {
    place: usize,
    path: &'a str,
    def: Option<&'static FieldDef>,
    state: &'a FieldState,
}

/// The fields of a record. `name_of` knows the people.
pub(super) fn of(record: &Record, lang: Lang, name_of: &dyn Fn(OfficerId) -> String) -> Vec<Shown> {
    let writer = Writer {
        order: &record.item_order,
        lang,
        words: ConsoleWords::of(lang),
        name_of,
    };
    let table: Vec<&'static FieldDef> = of_act(record.act).collect();
    let placed = |(path, state): (&'_ Path, _)| {
        let place = table.iter().position(|it| it.fits(path.as_str()));
        (path.as_str().to_owned(), place, state)
    };
    let given = |state: &FieldState| state.candidates.iter().any(|it| it.value != Value::Null);
    let fields: Vec<(String, Option<usize>, &FieldState)> = record
        .fields
        .iter()
        .filter(|(_, state)| given(state))
        .map(placed)
        .collect();
    let mut fields: Vec<Placed<'_>> = fields
        .iter()
        .map(|(path, place, state)| Placed {
            place: place.unwrap_or(table.len()),
            path,
            def: place.map(|it| table[it]),
            state,
        })
        .collect();
    fields.sort_by_key(|it| (it.place, it.path));
    writer.all(&fields)
}

/// A contested field.
pub(super) struct Contested<'a> {
    pub path: String,
    pub label: String,
    /// Each candidate with its value in words.
    pub values: Vec<(&'a Candidate, String)>,
}

/// The contested fields of a record, in the order of its papers.
pub(super) fn contested(record: &Record, lang: Lang) -> Vec<Contested<'_>> {
    let table: Vec<&'static FieldDef> = of_act(record.act).collect();
    let place = |path: &Path| table.iter().position(|it| it.fits(path.as_str()));
    let mut paths = record.contested();
    paths.sort_by_key(|path| (place(path).unwrap_or(table.len()), path.as_str()));
    let shown = paths.into_iter().map(|path| {
        let candidates = record.fields[path].candidates.iter();
        let values = candidates.map(|it| (it, said(record, path, Some(&it.value), lang).1));
        Contested {
            path: path.as_str().to_owned(),
            label: said(record, path, None, lang).0,
            values: values.collect(),
        }
    });
    shown.collect()
}

/// The name of a field, its list's before it, and a value of it in words.
pub(super) fn said(
    record: &Record,
    path: &Path,
    value: Option<&Value>,
    lang: Lang,
) -> (String, String) {
    let path = path.as_str();
    let def = of_act(record.act).find(|it| it.fits(path));
    let writer = Writer {
        order: &record.item_order,
        lang,
        words: ConsoleWords::of(lang),
        name_of: &|_| String::new(),
    };
    let name = match def {
        Some(def) => def.label(lang),
        None => split(path).map_or(path, |it| it.2),
    };
    let label = match split(path) {
        Some((list, _, "")) => writer.list_label(list),
        Some((list, ..)) => format!("{} · {name}", writer.list_label(list)),
        None => name.to_owned(),
    };
    let text = value.map(|value| writer.text(def.map(|it| it.kind), path, value));
    (label, text.unwrap_or_default())
}

struct Writer<'a> {
    order: &'a ItemOrder,
    lang: Lang,
    words: &'static ConsoleWords,
    name_of: &'a dyn Fn(OfficerId) -> String,
}

impl Writer<'_> {
    /// Facts and lists, each list where its first field stands, its items in the order in which they
    /// were added.
    fn all(&self, fields: &[Placed<'_>]) -> Vec<Shown> {
        let mut shown: Vec<Shown> = Vec::new();
        // Where each list was begun, and its items by id.
        let mut lists: BTreeMap<&str, (usize, BTreeMap<&str, Item>)> = BTreeMap::new();
        for field in fields {
            let values = self.held(field.def.map(|it| it.kind), field.path, field.state);
            let Some((list, item, rest)) = split(field.path) else {
                let label = self.label(field);
                shown.push(Shown::Fact { label, values });
                continue;
            };
            let (_, by_id) = lists.entry(list).or_insert_with(|| {
                shown.push(Shown::List {
                    label: self.list_label(list),
                    items: Vec::new(),
                });
                (shown.len() - 1, BTreeMap::new())
            });
            // A list of bare values names them itself.
            let label = if rest.is_empty() {
                String::new()
            } else {
                self.label(field)
            };
            by_id.entry(item).or_default().push((label, values));
        }
        for (list, (at, mut by_id)) in lists {
            let mut ids: Vec<&str> = by_id.keys().copied().collect();
            self.order.sort(list, &mut ids);
            if let Some(Shown::List { items, .. }) = shown.get_mut(at) {
                items.extend(ids.iter().filter_map(|id| by_id.remove(id)));
            }
        }
        shown
    }

    fn label(&self, field: &Placed<'_>) -> String {
        match field.def {
            Some(def) => def.label(self.lang).to_owned(),
            None => split(field.path).map_or(field.path, |it| it.2).to_owned(),
        }
    }

    fn list_label(&self, list: &str) -> String {
        let known = list_label(list).map(|(zh, en)| match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        });
        known.unwrap_or(list).to_owned()
    }

    fn held(&self, kind: Option<Kind>, path: &str, state: &FieldState) -> Vec<Held> {
        let contested = state.candidates.len() > 1;
        let held = state.candidates.iter().map(|it| Held {
            text: self.text(kind, path, &it.value),
            by: contested.then(|| (self.name_of)(it.author)),
        });
        held.collect()
    }

    fn text(&self, kind: Option<Kind>, path: &str, value: &Value) -> String {
        match (value, kind) {
            (Value::Null, _) => self.words.value_removed.to_owned(),
            (Value::Bool(true), _) => self.words.yes.to_owned(),
            (Value::Bool(false), _) => self.words.no.to_owned(),
            (Value::Int(n), Some(Kind::Fen)) => {
                fill(self.words.yuan_amount, &[("amount", &show::yuan(*n))])
            }
            (Value::Int(ms), Some(Kind::Moment)) => show::minute(*ms),
            (Value::Int(n), _) => n.to_string(),
            (Value::Text(text), Some(Kind::Choice(codes))) => codes
                .iter()
                .find(|it| it.code == text)
                .map_or(text.as_str(), |it| it.label(self.lang))
                .to_owned(),
            (Value::Text(text), _) => text.clone(),
            (Value::Map(members), Some(Kind::Fix)) => self.position(members),
            (Value::List(_) | Value::Map(_), _) => {
                // No field of the table is one; as the journal has it.
                serde_json::to_string(value).unwrap_or_else(|_| path.to_owned())
            }
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

/// List, item and what follows, for a path of a list: `publicity/seal_nos/0a…` has nothing after.
fn split(path: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    for part in path.split('/') {
        if part.parse::<ItemId>().is_ok() && from > 0 {
            let end = from + part.len();
            let rest = path.get(end + 1..).unwrap_or_default();
            return Some((&path[..from - 1], part, rest));
        }
        from += part.len() + 1;
    }
    None
}

#[cfg(test)]
mod tests;
