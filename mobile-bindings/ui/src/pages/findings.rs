//! What the rules found in a record, as lines of a page: what is missing, on which article, and the
//! way there.

use super::way::{Way, way};
use crate::words::Words;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use waiqin_core::SealSheet;
use waiqin_protocol::fields::{self, FieldDef};
use waiqin_protocol::journal::Severity;
use waiqin_protocol::numbers::days::court_day;
use waiqin_protocol::record::Record;
use waiqin_protocol::rules::{Due, Found, rule};
use waiqin_protocol::words::{Lang, fill};

/// How many lines of one rule are shown; a list of 120 things lacks 240 photos.
const LINES_MAX: usize = 4;
/// How many fields name a rule that holds.
const NAMES_MAX: usize = 3;

/// The findings of one rule.
pub(super) struct Group {
    /// Its id.
    pub rule: &'static str,
    /// `seal` or `warn`.
    pub dot: &'static str,
    /// The word beside the dot.
    pub weight: &'static str,
    /// The articles that it stands on.
    pub law: String,
    /// Each place where it does not hold.
    pub lines: Vec<Line>,
    /// How many places are not shown.
    left_out: usize,
    /// How many places are not shown, in words.
    pub more: String,
    /// What the officer typed as the reason to seal it open.
    pub reason: String,
}

/// One place where a rule does not hold.
pub(super) struct Line {
    /// What is wrong.
    pub text: String,
    /// The way there.
    pub way: Option<Way>,
}

/// A rule that holds.
pub(super) struct Held {
    /// The fields that it reads.
    pub text: String,
    /// The articles that it stands on.
    pub law: String,
}

/// The findings of a record, by weight and by when they are due.
#[derive(Default)]
pub(super) struct Findings {
    /// What blocks the seal.
    pub block: Vec<Group>,
    /// What wants a reason.
    pub warn: Vec<Group>,
    /// What may be closed after the seal.
    pub later: Vec<Group>,
    /// What is there.
    pub held: Vec<Held>,
}

/// Which of three lists a finding belongs to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    Block,
    Warn,
    Later,
}

/// Of a finding.
pub(super) fn weight(found: &Found) -> Weight {
    match (found.due, found.severity) {
        (Due::Seal, Severity::Block) => Weight::Block,
        (Due::Seal, Severity::Warn) => Weight::Warn,
        (Due::Sync | Due::Timer, _) => Weight::Later,
    }
}

/// How many findings block the seal, and how many want a reason.
pub(super) fn counts(sheet: &SealSheet) -> (usize, usize) {
    let of = |wanted| {
        let found = sheet.found.iter().filter(|it| weight(it) == wanted);
        found.count()
    };
    (of(Weight::Block), of(Weight::Warn))
}

impl Findings {
    /// Of a record and its sheet, with the reasons that were typed.
    pub(super) fn of(
        record: &Record,
        sheet: &SealSheet,
        reasons: &BTreeMap<String, String>,
        now_ms: i64,
        lang: Lang,
        w: &'static Words,
    ) -> Self {
        let on = court_day(sheet.facts.int("t0").unwrap_or(now_ms));
        let mut findings = Self::default();
        for found in &sheet.found {
            let (groups, dot, word) = match weight(found) {
                Weight::Block => (&mut findings.block, "seal", w.check_must),
                Weight::Warn => (&mut findings.warn, "warn", w.check_should),
                Weight::Later => (&mut findings.later, "warn", w.check_later),
            };
            if groups.last().is_none_or(|it| it.rule != found.rule) {
                groups.push(Group {
                    rule: found.rule,
                    dot,
                    weight: word,
                    law: law(found.rule, on, lang),
                    lines: Vec::new(),
                    left_out: 0,
                    more: String::new(),
                    reason: reasons.get(found.rule).cloned().unwrap_or_default(),
                });
            }
            let Some(group) = groups.last_mut() else {
                continue;
            };
            if group.lines.len() == LINES_MAX {
                group.left_out += 1;
                group.more = fill(w.check_more, &[("n", &group.left_out)]);
                continue;
            }
            group.lines.push(Line {
                text: found.said(&sheet.facts, lang),
                way: way(record, found, w),
            });
        }
        let held = |id: &&'static str| held(sheet, id, on, lang, w);
        findings.held = sheet.held.iter().map(held).collect();
        findings
    }
}

/// What a rule says, and the articles that it stands on.
pub(super) fn said(id: &str, lang: Lang) -> &'static str {
    rule(id).map_or("", |it| it.said(lang))
}

fn law(id: &str, on: NaiveDate, lang: Lang) -> String {
    rule(id).map_or_else(String::new, |it| it.basis_on(on, lang))
}

/// A rule is named by what it reads: its own words say what is wrong.
fn held(sheet: &SealSheet, id: &str, on: NaiveDate, lang: Lang, w: &'static Words) -> Held {
    let label = |pattern: &str| -> Option<&'static str> {
        match pattern {
            "photos" => Some(w.to_photos),
            "case" => Some(w.check_case_no),
            _ => fields::of_act(sheet.facts.act)
                .find(|it| it.pattern == pattern)
                .map(|it: &'static FieldDef| it.label(lang)),
        }
    };
    let mut names: Vec<&str> = Vec::new();
    for name in rule(id).into_iter().flat_map(|it| it.reads.iter()) {
        if let Some(name) = label(name).filter(|it| !names.contains(it)) {
            names.push(name);
        }
    }
    names.truncate(NAMES_MAX);
    Held {
        text: if names.is_empty() {
            w.check_text.to_owned()
        } else {
            names.join(w.list_comma)
        },
        law: law(id, on, lang),
    }
}
