//! I: site investigation.

use super::law::{Law, art};
use super::view::{Misses, View};
use super::{Row, Rule};
use crate::journal::{Act, EvidenceRole};
use crate::numbers::days::{DayCount, Limit, Period, after_days, court_day};

const INVESTIGATION: &[Act] = &[Act::Investigation];

pub(super) const RULES: &[Rule] = &[
    Row {
        id: "I01",
        acts: INVESTIGATION,
        basis: &[art(Law::Inquiry, 12)],
        zh: "未写看到的事实，也未标「未发现」",
        en: "neither a fact nor “nothing found” is written",
        reads: &["checked/*/item", "checked/*/fact", "checked/*/none_found"],
        check: |view, out| {
            let items = view.items("checked");
            if items.is_empty() {
                out.said("checked", "没有查看任何事项", "Nothing was checked");
            }
            for id in items {
                let fact = format!("checked/{id}/fact");
                if !view.given(&fact) && !view.yes(&format!("checked/{id}/none_found")) {
                    out.at(fact);
                }
            }
        },
    }
    .blocks(),
    Row {
        id: "I02",
        acts: INVESTIGATION,
        basis: &[art(Law::Inquiry, 2)],
        zh: "核实线索超过期限（七日，紧急三日）",
        en: "The tip was verified too late (7 days, urgent 3)",
        reads: &["tip/no", "tip/received_at", "tip/urgent", "t1"],
        check: on_a_tip,
    }
    .warns()
    .when(|view| view.given("tip/no") || view.given("tip/received_at") || view.yes("tip/urgent")),
    Row {
        id: "I03",
        acts: INVESTIGATION,
        basis: &[art(Law::Termination, 1)],
        zh: "未见到被执行人，须询问邻里、物业或者居委",
        en: "The debtor was not met: ask neighbours, property office or committee",
        reads: &[
            "debtor_met",
            "neighbours/*/who",
            "neighbours/*/name",
            "neighbours/*/refused",
        ],
        check: not_met,
    }
    .warns()
    .when(|view| view.answer("debtor_met") != Some(true)),
    Row {
        id: "I04",
        acts: INVESTIGATION,
        basis: &[art(Law::CivilProcedure, 252), art(Law::Inquiry, 3)],
        zh: "报告财产令未送达",
        en: "The order to report assets was not served",
        reads: &[
            "debtor_met",
            "willingness",
            "assets_stated",
            "property_order",
        ],
        check: |view, out| {
            out.unless_given(view, ["willingness", "assets_stated"]);
            if !view.is("property_order", &["served_now", "served_before"]) {
                out.at("property_order");
            }
        },
    }
    .warns()
    .when(|view| view.answer("debtor_met") == Some(true)),
    Row {
        id: "I05",
        acts: INVESTIGATION,
        basis: &[art(Law::Termination, 1)],
        zh: "未发现财产，须有地点全景照片和两个来源",
        en: "No assets found: a photo of the place and two sources are needed",
        reads: &["result", "sources/*", "photos"],
        check: |view, out| {
            let of_place = |role| role == EvidenceRole::Overall;
            if !view.proofs.iter().any(|it| of_place(it.role)) {
                out.said(
                    "photos",
                    "缺地点的全景照片",
                    "A photo of the place is missing",
                );
            }
            if view.texts("sources").len() < 2 {
                out.said("sources", "来源不足两个", "Fewer than two sources");
            }
        },
    }
    .warns()
    .when(|view| view.is("result", &["no_assets"])),
];

fn on_a_tip(view: &View<'_>, out: &mut Misses) {
    out.unless_given(view, ["tip/no", "tip/received_at"]);
    let (Some(received), Some(done)) = (view.int("tip/received_at"), view.int("t1")) else {
        return;
    };
    let limit = if view.yes("tip/urgent") {
        Limit::TipVerifiedUrgent
    } else {
        Limit::TipVerified
    };
    if let Period::Days(days) = limit.rule().period {
        let due = after_days(court_day(received), days, DayCount::Calendar).due;
        if court_day(done) > due {
            out.at("tip/received_at");
        }
    }
}

fn not_met(view: &View<'_>, out: &mut Misses) {
    if view.answer("debtor_met").is_none() {
        out.missing("debtor_met");
        return;
    }
    let items = view.items("neighbours");
    if items.is_empty() {
        out.at("neighbours");
    }
    for id in items {
        let name = format!("neighbours/{id}/name");
        if !view.given(&name) && !view.yes(&format!("neighbours/{id}/refused")) {
            out.said(
                name,
                "缺「姓名」，也未标「拒绝说明」",
                "neither “Name” nor “Refused to say” is filled in",
            );
        }
    }
}
