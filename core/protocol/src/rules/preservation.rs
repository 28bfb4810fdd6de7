//! P: preservation (财产保全), beside what every seizure needs.

use super::assets::sealed_value_fen;
use super::law::{Law, art};
use super::view::{Misses, View};
use super::{Row, Rule};
use crate::journal::Act;
use crate::numbers::days::{DayCount, Limit, Period, after_days};
use chrono::Days;

const PRESERVATION: &[Act] = &[Act::Preservation];

pub(super) const RULES: &[Rule] = &[
    Row {
        id: "P01a",
        acts: PRESERVATION,
        basis: &[art(Law::CivilProcedure, 105)],
        zh: "缺保全裁定书编号",
        en: "No preservation ruling with a number",
        reads: &["docs/*/type", "docs/*/no", "ruling_amount_fen"],
        check: |view, out| {
            if !view.has_doc(&["preservation_ruling"]) {
                out.at("docs");
            }
            if view.int("ruling_amount_fen").is_none_or(|it| it < 1) {
                out.missing("ruling_amount_fen");
            }
        },
    }
    .blocks(),
    Row {
        id: "P01b",
        acts: PRESERVATION,
        basis: &[art(Law::Preservation, 15)],
        zh: "保全财产超过裁定金额，须写理由",
        en: "Worth more than the ruling says: a reason is needed",
        reads: &[
            "ruling_amount_fen",
            "assets/*/est_value_fen",
            "assets/*/senior_liens_fen",
            "assets/*/exempt/answer",
            "assets/*/third_party/outcome",
            "excess_reason",
        ],
        check: |view, out| {
            let ruled = view.int("ruling_amount_fen").map(i128::from);
            let exceeds = ruled.is_some_and(|it| sealed_value_fen(view) > it);
            if exceeds && !view.given("excess_reason") {
                out.at("excess_reason");
            }
        },
    }
    .warns(),
    Row {
        id: "P02",
        acts: PRESERVATION,
        basis: &[art(Law::Preservation, 4)],
        zh: "裁定后五日内开始执行，情况紧急的立即开始",
        en: "Begin within 5 days of the ruling; at once when urgent",
        reads: &["docs/*/type", "docs/*/on", "urgent_48h", "t0"],
        check: begun_in_time,
    }
    .warns(),
    Row {
        id: "P03",
        acts: PRESERVATION,
        basis: &[art(Law::Preservation, 18)],
        zh: "告知申请人的届满日期与文书不同",
        en: "The expiry told to the applicant is not the printed one",
        reads: &[
            "expiry_notice/from",
            "expiry_notice/expires_on",
            "expires_on",
        ],
        check: |view, out| {
            out.unless_given(view, ["expiry_notice/from", "expiry_notice/expires_on"]);
            let told = view.day("expiry_notice/expires_on");
            let printed = view.day("expires_on");
            if told.is_some() && printed.is_some() && told != printed {
                out.at("expiry_notice/expires_on");
            }
        },
    }
    .blocks(),
    Row {
        id: "P04",
        acts: PRESERVATION,
        basis: &[art(Law::CivilProcedure, 106)],
        zh: "未告知被保全人",
        en: "The preserved party was not told",
        reads: &[
            "notices/*/class",
            "notices/*/mode",
            "notices/*/at",
            "docs/*/type",
            "docs/*/served_at",
        ],
        check: |view, out| {
            let told = view.told(&["debtor", "legal_representative", "person_in_charge"]);
            let rulings = view.items_where("docs", "type", &["preservation_ruling"]);
            let served = |id: &&str| view.given(&format!("docs/{id}/served_at"));
            if !told && !rulings.iter().any(served) {
                out.at("notices");
            }
        },
    }
    .warns(),
];

fn begun_in_time(view: &View<'_>, out: &mut Misses) {
    let rulings = view.items_where("docs", "type", &["preservation_ruling"]);
    let days = rulings
        .iter()
        .filter_map(|id| view.day(&format!("docs/{id}/on")));
    let (Some(on), Period::Days(days)) = (days.max(), Limit::PreservationStart.rule().period)
    else {
        return;
    };
    let last = if view.yes("urgent_48h") {
        on.checked_add_days(Days::new(1)).unwrap_or(on)
    } else {
        after_days(on, days, DayCount::Calendar).due
    };
    if view.act_day() > last {
        out.at("t0");
    }
}
