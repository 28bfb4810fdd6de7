//! H: settlement on the spot (执行和解).

use super::law::{Law, art};
use super::view::{Misses, View};
use super::{Row, Rule};
use crate::journal::Act;
use std::collections::BTreeSet;

const SETTLEMENT: &[Act] = &[Act::Settlement];

pub(super) const RULES: &[Rule] = &[
    Row {
        id: "H01",
        acts: SETTLEMENT,
        basis: &[art(Law::Settlement, 2), art(Law::Settlement, 4)],
        zh: "未签名",
        en: "has not signed",
        reads: &[
            "parties/*/name",
            "parties/*/side",
            "parties/*/signed",
            "parties/*/agent",
            "parties/*/authority",
            "docs/*/type",
        ],
        check: parties,
    }
    .blocks(),
    Row {
        id: "H02",
        acts: SETTLEMENT,
        basis: &[art(Law::Settlement, 1)],
        zh: "分期合计不等于和解总额",
        en: "The instalments do not add up to the total",
        reads: &[
            "total_fen",
            "instalments/*/amount_fen",
            "instalments/*/due_on",
            "t0",
        ],
        check: instalments,
    }
    .blocks(),
    Row {
        id: "H03",
        acts: SETTLEMENT,
        basis: &[art(Law::CivilProcedure, 241)],
        zh: "未告知不履行的后果和恢复执行",
        en: "Consequence of default and resumption not told",
        reads: &["default_told"],
        check: |view, out| {
            if !view.yes("default_told") {
                out.at("default_told");
            }
        },
    }
    .warns(),
    Row {
        id: "H04",
        acts: SETTLEMENT,
        basis: &[art(Law::Settlement, 6)],
        zh: "以物抵债，须写「不得据此作出抵债裁定」",
        en: "Payment in kind: write 不得据此作出抵债裁定 (no ruling on it)",
        reads: &["in_kind", "in_kind_note"],
        check: |view, out| {
            if !view.text("in_kind_note").contains("不得据此作出") {
                out.at("in_kind_note");
            }
        },
    }
    .warns()
    .when(|view| view.yes("in_kind")),
    Row {
        id: "H05",
        acts: SETTLEMENT,
        basis: &[art(Law::Settlement, 18), art(Law::Guarantee, 4)],
        zh: "缺自愿接受直接强制执行的承诺",
        en: "does not accept direct enforcement",
        reads: &[
            "guarantors/*/name",
            "guarantors/*/direct_enforcement",
            "guarantors/*/term",
        ],
        check: |view, out| {
            for id in view.items("guarantors") {
                let at = |field| format!("guarantors/{id}/{field}");
                out.unless_given(view, [at("name"), at("term")]);
                if !view.yes(&at("direct_enforcement")) {
                    out.at(at("direct_enforcement"));
                }
            }
        },
    }
    .warns()
    .when(|view| !view.items("guarantors").is_empty()),
];

fn parties(view: &View<'_>, out: &mut Misses) {
    for side in ["applicant", "debtor"] {
        if view.items_where("parties", "side", &[side]).is_empty() {
            out.said(
                "parties",
                "缺申请执行人或者被执行人一方",
                "The applicant's or the debtor's side is missing",
            );
        }
    }
    for id in view.items("parties") {
        let at = |field| format!("parties/{id}/{field}");
        out.unless_given(view, [at("name")]);
        if !view.has_signed("parties", id) && !view.present_signed(view.text(&at("name"))) {
            out.at(at("signed"));
        }
        let authority = format!("docs/{}/type", view.text(&at("authority")));
        if view.given(&at("agent")) && !view.is(&authority, &["authority"]) {
            out.said(
                at("authority"),
                "代理人缺特别授权委托书",
                "the agent has no special authority",
            );
        }
    }
}

fn instalments(view: &View<'_>, out: &mut Misses) {
    let items = view.items("instalments");
    if items.is_empty() {
        out.said("instalments", "没有履行安排", "No instalments");
    }
    let (mut sum, mut days) = (Some(0_i64), BTreeSet::new());
    for id in items {
        let (amount, due) = (
            format!("instalments/{id}/amount_fen"),
            format!("instalments/{id}/due_on"),
        );
        let fen = view.int(&amount).filter(|it| *it > 0);
        if fen.is_none() {
            out.missing(amount);
        }
        sum = sum.and_then(|sum| sum.checked_add(fen.unwrap_or(0)));
        match view.day(&due) {
            None => out.missing(due),
            Some(day) if day < view.act_day() => {
                out.said(due, "履行日期早于和解", "due before the settlement");
            }
            Some(day) if !days.insert(day) => {
                out.said(due, "与另一期同日", "due on the day of another one");
            }
            Some(_) => {}
        }
    }
    match view.int("total_fen") {
        None => out.missing("total_fen"),
        total if total != sum => out.at("total_fen"),
        Some(_) => {}
    }
}
