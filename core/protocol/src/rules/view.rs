//! What a check looks at, and where it writes what it misses.

use super::context::RuleContext;
use super::found::What;
use super::set::RuleSet;
use crate::journal::EvidenceRole;
use crate::record::Facts;
use chrono::NaiveDate;

/// The record with the outside facts and the court's settings.
pub(super) struct View<'a> {
    pub(super) facts: &'a Facts,
    pub(super) context: &'a RuleContext,
    pub(super) set: &'a RuleSet,
}

impl std::ops::Deref for View<'_> {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        self.facts
    }
}

/// What a check missed: paths with what is wrong there.
#[derive(Default)]
pub(super) struct Misses {
    pub(super) list: Vec<(String, What)>,
}

impl Misses {
    /// The field says nothing.
    pub(super) fn missing(&mut self, path: impl Into<String>) {
        self.list.push((path.into(), What::Missing));
    }

    /// What the rule says is wrong here.
    pub(super) fn at(&mut self, path: impl Into<String>) {
        self.list.push((path.into(), What::Rule));
    }

    /// Something of its own is wrong here.
    pub(super) fn said(&mut self, path: impl Into<String>, zh: &'static str, en: &'static str) {
        self.list.push((path.into(), What::Said(zh, en)));
    }

    /// Each of these fields must say something.
    pub(super) fn unless_given<P: AsRef<str>>(
        &mut self,
        view: &View<'_>,
        paths: impl IntoIterator<Item = P>,
    ) {
        for path in paths {
            if !view.given(path.as_ref()) {
                self.missing(path.as_ref());
            }
        }
    }
}

impl View<'_> {
    /// The day of the act at +08:00.
    pub(super) fn act_day(&self) -> NaiveDate {
        super::act_day_of(self.facts, self.context.now)
    }

    /// Whether a field holds one of these codes.
    pub(super) fn is(&self, path: &str, codes: &[&str]) -> bool {
        codes.contains(&self.text(path))
    }

    /// Items of a list whose field holds one of these codes.
    pub(super) fn items_where(&self, list: &str, field: &str, codes: &[&str]) -> Vec<&str> {
        self.items(list)
            .into_iter()
            .filter(|id| self.is(&format!("{list}/{id}/{field}"), codes))
            .collect()
    }

    /// Whether a paper of one of these types is among the docs, with a number.
    pub(super) fn has_doc(&self, types: &[&str]) -> bool {
        self.items_where("docs", "type", types)
            .iter()
            .any(|id| self.given(&format!("docs/{id}/no")))
    }

    /// Whether a paper has a number and was approved by the president not after the day of the act.
    pub(super) fn approved_before(&self, doc: &str) -> bool {
        let on = self.day(&format!("docs/{doc}/on"));
        self.given(&format!("docs/{doc}/no"))
            && self.is(&format!("docs/{doc}/approved_by"), &["president"])
            && on.is_some_and(|on| on <= self.act_day())
    }

    /// Whether something of this kind is on the list of what remains to be done.
    pub(super) fn follows_up(&self, kind: &str) -> bool {
        !self.items_where("follow_ups", "kind", &[kind]).is_empty()
    }

    /// Whether somebody of one of these classes was told: how and when.
    pub(super) fn told(&self, classes: &[&str]) -> bool {
        self.items_where("notices", "class", classes)
            .iter()
            .any(|id| {
                let at = |field| self.given(&format!("notices/{id}/{field}"));
                at("mode") && at("at")
            })
    }

    /// Whether an item has a photo of one of these roles.
    pub(super) fn shown(&self, item: &str, roles: &[EvidenceRole]) -> bool {
        self.proofs_of(item).any(|it| roles.contains(&it.role))
    }

    /// The texts of a list of bare texts, without the blank ones.
    pub(super) fn texts(&self, list: &str) -> Vec<&str> {
        self.items(list)
            .into_iter()
            .map(|id| self.text(&format!("{list}/{id}")))
            .filter(|text| !text.is_empty())
            .collect()
    }
}
