//! One field as a page asks it: its kind, label and codes from the table, what it holds, what was
//! typed.

use super::layout::{Field, Label, field, join};
use super::notes;
use super::shown::{ChoiceView, Contest, ContestValue, FieldView, FlagView, Part};
use super::values::shown_text;
use super::view::{Viewer, anchor_of};
use crate::show::when;
use std::borrow::Cow;
use waiqin_protocol::canonical::Value;
use waiqin_protocol::fields::{FieldDef, Kind};
use waiqin_protocol::record::Candidate;
use waiqin_protocol::words::{Lang, fill};

/// From so many choices on they stand in a list that opens, not side by side.
const CHOICES_SIDE_BY_SIDE: usize = 8;

impl Viewer<'_> {
    /// A field; `None` for one that has nothing to choose from, and for one that the table does not
    /// have, which a test rules out.
    pub(super) fn part(&self, field: &'static Field, before: &str) -> Option<Part> {
        let path = join(before, &self.path(field.name));
        let def = self.def(&path)?;
        if let Some(contest) = self.contest(&path, def) {
            return Some(Part::Contested(contest));
        }
        Some(match def.kind {
            Kind::Line | Kind::Integer | Kind::Fen | Kind::Day => {
                Part::Line(self.field(field, def, path))
            }
            Kind::Text => Part::Text(self.field(field, def, path)),
            Kind::Moment => Part::Moment(self.field(field, def, path)),
            // Where there is nothing to point to, nothing is asked.
            Kind::Item(list) if self.record().items(list).is_empty() => return None,
            Kind::YesNo | Kind::Choice(_) | Kind::Item(_) => {
                Part::Choice(self.field(field, def, path))
            }
            Kind::Flag | Kind::Fix => Part::Flag(self.flag(def, path)),
        })
    }

    pub(super) fn flag(&self, def: &'static FieldDef, path: String) -> FlagView {
        let value = self.record().value(&path);
        FlagView {
            label: def.label(self.lang),
            on: value == Some(&Value::Bool(true)),
            off: if value == Some(&Value::Bool(false)) {
                "no"
            } else {
                ""
            },
            path,
        }
    }

    fn field(&self, field: &'static Field, def: &'static FieldDef, path: String) -> FieldView {
        let kept = shown_text(self.record().value(&path), def.kind);
        let problem = self.problems.iter().find(|it| it.path == path);
        let value = problem.map_or_else(|| kept.clone(), |it| it.typed.clone());
        let choices = self.choices(field, def, &value);
        let (input, mode) = match def.kind {
            Kind::Day => ("date", "text"),
            Kind::Integer => ("text", "numeric"),
            Kind::Fen => ("text", "decimal"),
            Kind::Line
            | Kind::Text
            | Kind::Moment
            | Kind::Flag
            | Kind::YesNo
            | Kind::Choice(_)
            | Kind::Fix
            | Kind::Item(_) => ("text", "text"),
        };
        FieldView {
            id: anchor_of(&path),
            label: def.label(self.lang),
            hint: field.hint.map_or("", |hint| hint(self.w())),
            error: problem.map(|it| it.text.clone()).unwrap_or_default(),
            many: choices.len() > CHOICES_SIDE_BY_SIDE,
            choices,
            now_do: format!("now:{path}"),
            moment: def.kind == Kind::Moment,
            input,
            mode,
            unit: self.unit(def),
            reshapes: field.reshapes,
            half: field.half,
            note: notes::of(&path, &value, self.now_ms, self.w()),
            value,
            kept,
            path,
        }
    }

    fn unit(&self, def: &FieldDef) -> &'static str {
        match (def.kind, def.unit, self.lang) {
            (Kind::Fen, _, _) => self.w().unit_yuan,
            (_, Some((zh, _)), Lang::Zh) => zh,
            (_, Some((_, en)), Lang::En) => en,
            (_, None, _) => "",
        }
    }

    pub(super) fn choices(&self, field: &Field, def: &FieldDef, value: &str) -> Vec<ChoiceView> {
        let view = |code: Cow<'static, str>, label: Cow<'static, str>| ChoiceView {
            hard: field.hard.contains(&code.as_ref()),
            on: code == value,
            code,
            label,
        };
        match def.kind {
            Kind::YesNo => {
                let (yes, no): (Label, Label) = field.yes_no.unwrap_or((|w| w.yes, |w| w.no));
                let label = |it: Label| Cow::from(it(self.w()));
                vec![view("yes".into(), label(yes)), view("no".into(), label(no))]
            }
            Kind::Choice(codes) => codes
                .iter()
                .map(|it| view(it.code.into(), it.label(self.lang).into()))
                .collect(),
            Kind::Item(list) => self
                .record()
                .items(list)
                .into_iter()
                .enumerate()
                .map(|(index, id)| {
                    let label = self.item_words(list, &id, index);
                    view(id.into(), label.into())
                })
                .collect(),
            Kind::Line
            | Kind::Text
            | Kind::Integer
            | Kind::Fen
            | Kind::Day
            | Kind::Moment
            | Kind::Flag
            | Kind::Fix => Vec::new(),
        }
    }

    /// An item of another list in words: its first choice and text, else its number.
    pub(super) fn item_words(&self, list: &str, id: &str, index: usize) -> String {
        let names: &[&str] = match list {
            "docs" => &["type", "no"],
            "officers" => &["person"],
            _ => &["name"],
        };
        let text = self.words_of(&join(list, id), names);
        if text.is_empty() {
            format!("{}", index + 1)
        } else {
            text
        }
    }

    pub(super) fn words_of(&self, before: &str, names: &[&str]) -> String {
        let word = |name: &&str| {
            let path = join(before, name);
            let text = self.record().text(&path).to_owned();
            let code = self.def(&path).and_then(|def| def.code(&text));
            Some(code.map_or(text, |it| it.label(self.lang).to_owned())).filter(|it| !it.is_empty())
        };
        names.iter().filter_map(word).collect::<Vec<_>>().join(" ")
    }

    /// Everything that stands against something else.
    pub fn contests(&self) -> Vec<Contest> {
        let contested = self.record().contested().into_iter();
        contested
            .filter_map(|path| self.contest(path.as_str(), self.def(path.as_str())?))
            .collect()
    }

    fn contest(&self, path: &str, def: &'static FieldDef) -> Option<Contest> {
        let (_, state) = self
            .record()
            .fields
            .iter()
            .find(|it| it.0.as_str() == path)?;
        let [_, _, ..] = state.candidates.as_slice() else {
            return None;
        };
        let own = || self.page.entries.iter().filter(|line| line.seq.is_some());
        let here = |it: &Candidate| own().any(|line| line.hash == it.entry);
        let value = |it: &Candidate| ContestValue {
            entry: it.entry,
            who: match (it.author == self.me, here(it)) {
                (true, true) => self.w().you_here,
                (true, false) => self.w().you_elsewhere,
                (false, _) => self.w().other_officer,
            },
            text: self.candidate_text(it, def),
        };
        Some(Contest {
            label: def.label(self.lang),
            path: path.to_owned(),
            mine: state.candidates.iter().all(|it| it.author == self.me),
            anchor: anchor_of(path),
            href: format!(
                "/records/{}/contests#{}",
                self.record().subject,
                anchor_of(path)
            ),
            values: state.candidates.iter().map(value).collect(),
        })
    }

    /// The choices whose value holds still, in words.
    pub fn decisions(&self) -> Vec<String> {
        let record = self.record();
        let said = record.decisions.iter().filter_map(|it| {
            let held = &record.fields.get(&it.path)?.candidates;
            let [candidate] = held.as_slice() else {
                return None;
            };
            let def = self.def(it.path.as_str())?;
            let text = if it.author == self.me {
                self.w().decided_by_you
            } else {
                self.w().decided_by_office
            };
            (candidate.entry == it.chosen).then(|| {
                let (field, value) = (def.label(self.lang), self.candidate_text(candidate, def));
                let at = when(it.at, self.now_ms, self.w());
                let parts: [(&str, &dyn std::fmt::Display); 4] = [
                    ("field", &field),
                    ("value", &value),
                    ("reason", &it.reason),
                    ("at", &at),
                ];
                fill(text, &parts)
            })
        });
        said.collect()
    }

    fn candidate_text(&self, candidate: &Candidate, def: &'static FieldDef) -> String {
        if candidate.value == Value::Null {
            return self.w().removed_value.to_owned();
        }
        let text = shown_text(Some(&candidate.value), def.kind);
        let plain = field(def.pattern);
        let named = self
            .choices(&plain, def, &text)
            .into_iter()
            .find(|it| it.on);
        named.map_or(text, |it| it.label.into_owned())
    }
}
