//! A value, an item of a list, a group of fields, in words.

use super::Writer;
use crate::show::{clock, day_long, fix_text, list_day, masked};
use waiqin_protocol::canonical::Value;
use waiqin_protocol::fields::{self, FieldDef, Kind};
use waiqin_protocol::numbers::days::{court_day, court_time, time_zh};
use waiqin_protocol::numbers::money::Fen;
use waiqin_protocol::words::{Lang, fill};

/// Fields that name an item, the first one given leads.
const LEADS: [&str; 7] = ["name", "person", "to", "who", "what", "item", "no"];

/// What a field says, with the field.
pub(super) struct Said {
    pub def: &'static FieldDef,
    pub text: String,
}

impl Writer<'_> {
    /// A value in words; empty where its label says all.
    pub(super) fn value(&self, def: &FieldDef, value: &Value) -> String {
        match (def.kind, value) {
            (Kind::Moment, Value::Int(ms)) => self.moment(*ms),
            (Kind::Fen, Value::Int(fen)) => self.money(*fen),
            (Kind::Integer, Value::Int(n)) => match (def.unit, self.lang) {
                (Some((zh, _)), Lang::Zh) => format!("{n} {zh}"),
                (Some((_, en)), Lang::En) => format!("{n} {en}"),
                (None, _) => n.to_string(),
            },
            (Kind::Day, Value::Text(text)) => list_day(text, self.w),
            (Kind::Choice(_), Value::Text(code)) => def
                .code(code)
                .map_or_else(|| code.clone(), |it| it.label(self.lang).to_owned()),
            (Kind::YesNo, Value::Bool(true)) => self.w.paper_yes.to_owned(),
            (Kind::YesNo, Value::Bool(false)) => self.w.no.to_owned(),
            (Kind::Fix, value) => fix_text(value, self.w),
            (Kind::Item(list), Value::Text(id)) => self.name_of(list, id),
            (_, Value::Text(text)) if self.masked && def.pattern.ends_with("id_no") => masked(text),
            (_, Value::Text(text)) => text.trim().to_owned(),
            (_, Value::Int(n)) => n.to_string(),
            (_, Value::Bool(_) | Value::Null | Value::List(_) | Value::Map(_)) => String::new(),
        }
    }

    /// A time as records write it.
    pub(super) fn moment(&self, ms: i64) -> String {
        match self.lang {
            Lang::Zh => time_zh(court_time(ms)),
            Lang::En => format!("{}, {}", day_long(court_day(ms), self.w), clock(ms)),
        }
    }

    /// An amount with separators, and in capitals where the paper is Chinese.
    pub(super) fn money(&self, fen: i64) -> String {
        let yuan = Fen(fen).yuan();
        fill(
            self.w.paper_money,
            &[("yuan", &yuan), ("capital", &Fen(fen).capital())],
        )
    }

    /// Whether a field is given, and says more than "not".
    fn says(&self, def: &FieldDef, path: &str) -> Option<String> {
        if !self.facts.given(path) {
            return None;
        }
        if def.kind == Kind::Flag && !self.facts.yes(path) {
            return None;
        }
        Some(self.value(def, self.facts.value(path)?))
    }

    /// What a field that stands alone says.
    pub(super) fn single(&self, def: &'static FieldDef) -> Option<Said> {
        let text = self.says(def, def.pattern)?;
        Some(Said { def, text })
    }

    /// What the fields of one item of a list say.
    pub(super) fn item(&self, list: &str, id: &str) -> Vec<Said> {
        let mut said = Vec::new();
        for def in fields::of_act(self.facts.act).filter(|it| it.list() == Some(list)) {
            let rest = &def.pattern[list.len() + 2..];
            match rest.split_once("/*") {
                // A list within the item.
                Some((inner, _)) => {
                    let inner = format!("{list}/{id}{inner}");
                    let texts: Vec<String> = self
                        .facts
                        .items(&inner)
                        .iter()
                        .filter_map(|it| self.says(def, &format!("{inner}/{it}")))
                        .collect();
                    if !texts.is_empty() {
                        let text = texts.join(self.w.list_comma);
                        said.push(Said { def, text });
                    }
                }
                None => {
                    if let Some(text) = self.says(def, &format!("{list}/{id}{rest}")) {
                        said.push(Said { def, text });
                    }
                }
            }
        }
        said
    }

    /// What the fields with a common beginning say: `keeper/name`, `keeper/kind` …
    pub(super) fn group(&self, prefix: &str) -> Vec<Said> {
        fields::of_act(self.facts.act)
            .filter(|it| it.list().is_none() && prefix_of(it.pattern) == Some(prefix))
            .filter_map(|def| self.single(def))
            .collect()
    }

    /// Name first, the rest in brackets; without a name one thing after the other.
    pub(super) fn sentence(&self, said: &[Said]) -> String {
        let lead = LEADS.iter().find_map(|name| {
            said.iter()
                .position(|it| last_of(it.def.pattern) == *name || bare(it.def.pattern))
        });
        let rest: Vec<String> = said
            .iter()
            .enumerate()
            .filter(|(index, _)| Some(*index) != lead)
            .map(|(_, it)| self.part(it))
            .collect();
        let comma = self.w.paper_comma;
        match lead.and_then(|it| said.get(it)) {
            Some(it) if rest.is_empty() => it.text.clone(),
            Some(it) => fill(
                self.w.paper_brackets,
                &[("lead", &it.text), ("rest", &rest.join(comma))],
            ),
            None => rest.join(comma),
        }
    }

    /// One thing after the other.
    pub(super) fn parts(&self, said: &[&Said]) -> String {
        let parts: Vec<String> = said.iter().map(|it| self.part(it)).collect();
        parts.join(self.w.paper_comma)
    }

    /// One thing within a sentence: a code speaks for itself, a mark is its label, the rest is named.
    fn part(&self, said: &Said) -> String {
        let label = said.def.label(self.lang);
        match said.def.kind {
            Kind::Flag => label.to_owned(),
            Kind::Choice(_) => said.text.clone(),
            Kind::Line
            | Kind::Text
            | Kind::Integer
            | Kind::Fen
            | Kind::Day
            | Kind::Moment
            | Kind::YesNo
            | Kind::Fix
            | Kind::Item(_) => fill(
                self.w.paper_named,
                &[("label", &label), ("text", &said.text)],
            ),
        }
    }

    /// The name of an item of another list.
    fn name_of(&self, list: &str, id: &str) -> String {
        let said = self.item(list, id);
        let named = LEADS
            .iter()
            .find_map(|name| said.iter().find(|it| last_of(it.def.pattern) == *name));
        named
            .or_else(|| said.first())
            .map_or_else(String::new, |it| it.text.clone())
    }

    /// Items of a list in the order of the paper: by line, by day, by time, else as the body has them.
    pub(super) fn items(&self, list: &str) -> Vec<String> {
        let mut ids: Vec<String> = self
            .facts
            .items(list)
            .into_iter()
            .map(str::to_owned)
            .collect();
        let key = |id: &String| {
            let at = |name: &str| format!("{list}/{id}/{name}");
            let line = self.facts.int(&at("line"));
            let day = self
                .facts
                .day(&at("due_on"))
                .or_else(|| self.facts.day(&at("on")));
            (
                line.is_none(),
                line,
                day.is_none(),
                day,
                self.facts.int(&at("at")),
            )
        };
        ids.sort_by_key(key);
        ids
    }
}

/// `keeper` of `keeper/name`.
pub(super) fn prefix_of(pattern: &str) -> Option<&str> {
    pattern.rsplit_once('/').map(|(prefix, _)| prefix)
}

fn last_of(pattern: &str) -> &str {
    pattern.rsplit('/').next().unwrap_or_default()
}

/// The item itself is the value.
fn bare(pattern: &str) -> bool {
    pattern.ends_with("/*") && pattern.matches('*').count() == 1
}
