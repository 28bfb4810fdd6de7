//! A: asset survey (财产勘察); C: search (搜查).

use super::law::{Law, art};
use super::seizure::told_to_come;
use super::{Row, Rule};
use crate::journal::{Act, EvidenceRole};

const SURVEY: &[Act] = &[Act::AssetSurvey];
const SEARCH: &[Act] = &[Act::Search];

pub(super) const RULES: &[Rule] = &[
    Row {
        id: "A01",
        acts: SURVEY,
        basis: &[art(Law::Sale, 7), art(Law::Auction, 6)],
        zh: "没有勘察任何财产",
        en: "No asset was surveyed",
        reads: &[
            "assets/*/name",
            "assets/*/title",
            "assets/*/occupancy",
            "assets/*/tenancy",
            "assets/*/defects",
            "assets/*/arrears",
        ],
        check: |view, out| {
            let items = view.items("assets");
            if items.is_empty() {
                out.at("assets");
            }
            for id in items {
                let asked = ["title", "occupancy", "tenancy", "defects", "arrears"];
                out.unless_given(view, asked.map(|it| format!("assets/{id}/{it}")));
            }
        },
    }
    .blocks(),
    Row {
        id: "A02",
        acts: SURVEY,
        basis: &[art(Law::Sale, 28)],
        zh: "案外人占有，缺租约照片",
        en: "Occupied by a third party: a photo of the lease is missing",
        reads: &[
            "assets/*/held_by",
            "occupant/name",
            "occupant/basis",
            "occupant/since",
            "photos",
        ],
        check: |view, out| {
            out.unless_given(view, ["occupant/name", "occupant/basis", "occupant/since"]);
            if !view.proofs.iter().any(|it| it.role == EvidenceRole::Lease) {
                out.at("photos");
            }
        },
    }
    .warns()
    .when(|view| {
        view.given("occupant/name")
            || !view.items_where("assets", "held_by", &["third_party"]).is_empty()
    }),
    Row {
        id: "C01",
        acts: SEARCH,
        basis: &[art(Law::CivilProcedure, 259), art(Law::Interpretation, 495)],
        zh: "缺院长签发的搜查令（编号、日期不晚于到场、出示时间）",
        en: "No search warrant of the president, dated before the act and shown",
        reads: &[
            "docs/*/type",
            "docs/*/no",
            "docs/*/on",
            "docs/*/approved_by",
            "docs/*/shown_at",
            "t0",
        ],
        check: |view, out| {
            let shown = |id: &&str| {
                view.approved_before(id) && view.given(&format!("docs/{id}/shown_at"))
            };
            if !view.items_where("docs", "type", &["search_warrant"]).iter().any(shown) {
                out.at("docs");
            }
        },
    }
    .blocks(),
    Row {
        id: "C02",
        acts: SEARCH,
        basis: &[art(Law::Interpretation, 495)],
        zh: "搜查人员未着制服",
        en: "not in uniform",
        reads: &["officers/*/uniform", "officers/*/person"],
        check: |view, out| {
            for id in view.items("officers") {
                let uniform = format!("officers/{id}/uniform");
                if !view.yes(&uniform) {
                    out.at(uniform);
                }
            }
        },
    }
    .warns(),
    Row {
        id: "C03",
        acts: SEARCH,
        basis: &[art(Law::Interpretation, 496)],
        zh: "搜查女性身体，须由女执行人员进行",
        en: "a woman is searched by a female officer only",
        reads: &[
            "targets/*/kind",
            "targets/*/gender",
            "targets/*/searcher",
            "officers/*/gender",
        ],
        check: |view, out| {
            for id in view.items_where("targets", "kind", &["person"]) {
                let at = |field| format!("targets/{id}/{field}");
                let searcher = format!("officers/{}/gender", view.text(&at("searcher")));
                out.unless_given(view, [at("gender")]);
                if view.is(&at("gender"), &["female"]) && !view.is(&searcher, &["female"]) {
                    out.at(at("searcher"));
                }
            }
        },
    }
    .blocks()
    .when(|view| !view.items_where("targets", "kind", &["person"]).is_empty()),
    Row {
        id: "C04",
        acts: SEARCH,
        basis: &[art(Law::Interpretation, 496)],
        zh: "搜查住所，须通知被执行人或者成年家属和基层组织",
        en: "Search of a home: tell the debtor or an adult of the family, and the neighbourhood committee",
        reads: &[
            "targets/*/place_kind",
            "notices/*/class",
            "notices/*/mode",
            "notices/*/at",
            "notices/*/came",
        ],
        check: |view, out| {
            let family = told_to_come(view, &["debtor", "adult_family"]);
            if !family || !told_to_come(view, &["grassroots"]) {
                out.at("notices");
            }
        },
    }
    .blocks()
    .when(|view| !view.items_where("targets", "place_kind", &["home"]).is_empty()),
    Row {
        id: "C05",
        acts: SEARCH,
        basis: &[art(Law::Inquiry, 14)],
        zh: "强制开启缺开启前后的照片",
        en: "photos before and after the forced opening are missing",
        reads: &[
            "forced/*/what",
            "forced/*/ordered_at",
            "forced/*/refusal",
            "forced/*/opened_by",
            "forced/*/result",
            "photos",
        ],
        check: |view, out| {
            for id in view.items("forced") {
                let fields = ["what", "ordered_at", "refusal", "opened_by", "result"];
                out.unless_given(view, fields.map(|it| format!("forced/{id}/{it}")));
                if view.proofs_of(id).count() < 2 {
                    out.at(format!("forced/{id}/photos"));
                }
            }
        },
    }
    .blocks()
    .when(|view| !view.items("forced").is_empty()),
    Row {
        id: "C06",
        acts: SEARCH,
        basis: &[art(Law::Interpretation, 497)],
        zh: "未写「未发现」，也未关联查封、扣押记录",
        en: "Neither “nothing found” nor a linked record of seizure",
        reads: &["nothing_found", "found_records/*"],
        check: |view, out| {
            let found = !view.texts("found_records").is_empty();
            match (view.yes("nothing_found"), found) {
                (true, false) | (false, true) => {}
                (false, false) => out.at("nothing_found"),
                (true, true) => out.said(
                    "nothing_found",
                    "已写「未发现」，又关联了查封、扣押记录",
                    "“Nothing found” and a linked record of seizure",
                ),
            }
        },
    }
    .blocks(),
];
