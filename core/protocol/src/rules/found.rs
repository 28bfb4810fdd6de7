//! What a rule found, and how it is said: what is missing, and where.

use super::{Due, Rule, rule};
use crate::fields::{field_at, list_label};
use crate::ids::ItemId;
use crate::journal::{Finding, Path, Severity};
use crate::record::Facts;
use crate::words::Lang;

/// One thing that a rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Id of the rule.
    pub rule: &'static str,
    /// How it weighs in this court.
    pub severity: Severity,
    /// When it has to be closed.
    pub due: Due,
    /// Where: a field, a list, an item of a list, `…/photos` for photos, `case` for the case.
    pub path: Option<Path>,
    /// The item of a list that it is about.
    pub item: Option<ItemId>,
    /// What is wrong there.
    pub what: What,
}

/// What is wrong at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The field says nothing.
    Missing,
    /// Something of its own, in Chinese and English.
    Said(&'static str, &'static str),
    /// What the rule says.
    Rule,
}

impl Found {
    /// As the seal's entry keeps it.
    #[must_use]
    pub fn finding(&self) -> Finding {
        Finding {
            path: self.path.clone(),
            rule: self.rule.to_owned(),
            severity: self.severity,
        }
    }

    /// In words: `财产「数控车床」缺「数量」`. Names of fields and items stand in quotes.
    #[must_use]
    pub fn said(&self, facts: &Facts, lang: Lang) -> String {
        let path = self.path.as_ref().map_or("", Path::as_str);
        let what = match (self.what, field_at(facts.act, path), lang) {
            (What::Missing, Some(field), Lang::Zh) => format!("缺「{}」", field.zh),
            (What::Missing, Some(field), Lang::En) => format!("“{}” is missing", field.en),
            (What::Said(zh, _), _, Lang::Zh) => zh.to_owned(),
            (What::Said(_, en), _, Lang::En) => en.to_owned(),
            (What::Missing, None, _) | (What::Rule, _, _) => {
                rule(self.rule).map_or_else(String::new, |it| it.said(lang).to_owned())
            }
        };
        match item_title(facts, path, lang) {
            Some(title) if lang == Lang::Zh => format!("{title}{what}"),
            Some(title) => format!("{title}: {what}"),
            None => what,
        }
    }

    pub(super) fn of(rule: &Rule, severity: Severity, path: &str, what: What) -> Self {
        Self {
            rule: rule.id,
            severity,
            due: rule.due,
            path: Path::new(path).ok(),
            item: path.split('/').find_map(|part| part.parse().ok()),
            what,
        }
    }
}

/// `财产「数控车床」`, or by its place among the items where it has no name.
fn item_title(facts: &Facts, path: &str, lang: Lang) -> Option<String> {
    let (list, rest) = path.split_once('/')?;
    let id = rest.split('/').next()?;
    let items = facts.items(list);
    let place = items.iter().position(|it| *it == id)?;
    let (zh, en) = list_label(list)?;
    let label = match lang {
        Lang::Zh => zh,
        Lang::En => en,
    };
    let name = ["name", "person", "to", "what", "no"]
        .iter()
        .map(|field| facts.text(&format!("{list}/{id}/{field}")))
        .find(|text| !text.is_empty());
    Some(match (name, lang) {
        (Some(name), Lang::Zh) => format!("{label}「{name}」"),
        (Some(name), Lang::En) => format!("{label} “{name}”"),
        (None, Lang::Zh) => format!("第 {} 项{label}", place + 1),
        (None, Lang::En) => format!("{label} {}", place + 1),
    })
}
