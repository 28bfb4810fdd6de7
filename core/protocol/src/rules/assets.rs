//! Z10–Z21: each asset of a seizure.

use super::law::{Law, art, whole};
use super::seizure::SEIZURES;
use super::view::{Misses, View};
use super::{Row, Rule};
use crate::fields::exempt_kind;
use crate::journal::EvidenceRole;
use crate::numbers::money::read_capital;
use crate::numbers::vehicle::{read_plate, read_vin};
use std::collections::BTreeSet;

pub(super) const RULES: &[Rule] = &[
    Row {
        id: "Z10",
        acts: SEIZURES,
        basis: &[art(Law::Compensation, 9)],
        zh: "缺照片",
        en: "photos are missing",
        reads: &["assets/*/name", "photos"],
        check: |view, out| {
            for id in view.items("assets") {
                if !view.shown(id, &[EvidenceRole::Overall]) {
                    out.said(photos(id), "缺全景照片", "no overall photo");
                }
                if !view.shown(id, &[EvidenceRole::Detail, EvidenceRole::Nameplate]) {
                    out.said(photos(id), "缺细节照片", "no detail photo");
                }
            }
        },
    }
    .warns(),
    Row {
        id: "Z11",
        acts: SEIZURES,
        basis: &[art(Law::Seizure, 7)],
        zh: "协助执行通知书未送达，也未列入后续事项",
        en: "no notice of assistance, served or planned",
        reads: &[
            "assets/*/registered",
            "assets/*/registry",
            "assets/*/assist_notice",
            "docs/*/type",
            "follow_ups/*/kind",
        ],
        check: |view, out| {
            for id in marked(view, "registered") {
                out.unless_given(view, [format!("assets/{id}/registry")]);
                let notice = format!("assets/{id}/assist_notice");
                let doc = format!("docs/{}/type", view.text(&notice));
                if !view.is(&doc, &["assist_notice"]) && !view.follows_up("tell_registry") {
                    out.at(notice);
                }
            }
        },
    }
    .warns()
    .when(|view| !marked(view, "registered").is_empty()),
    Row {
        id: "Z12a",
        acts: SEIZURES,
        basis: &[art(Law::Seizure, 9)],
        zh: "号牌或者车辆识别代号不对",
        en: "the plate or VIN does not hold",
        reads: &[
            "assets/*/kind",
            "assets/*/plate",
            "assets/*/vin",
            "assets/*/registered",
            "assets/*/engine_no",
        ],
        check: vehicles,
    }
    .blocks()
    .when(|view| !view.items_where("assets", "kind", &["vehicle"]).is_empty()),
    Row {
        id: "Z12b",
        acts: SEIZURES,
        basis: &[whole(Law::Vin)],
        zh: "车辆识别代号校验位不符",
        en: "the check digit of the VIN does not hold",
        reads: &["assets/*/kind", "assets/*/vin"],
        check: |view, out| {
            for id in view.items_where("assets", "kind", &["vehicle"]) {
                let vin = format!("assets/{id}/vin");
                if read_vin(view.text(&vin)).is_ok_and(|it| !it.check_ok()) {
                    out.at(vin);
                }
            }
        },
    }
    .warns()
    .when(|view| !view.items_where("assets", "kind", &["vehicle"]).is_empty()),
    Row {
        id: "Z13",
        acts: SEIZURES,
        basis: &[art(Law::Seizure, 3)],
        zh: "可能属豁免财产，须写明判断和理由",
        en: "may be exempt: answer and reason are needed",
        reads: &[
            "assets/*/kind",
            "assets/*/exempt/answer",
            "assets/*/exempt/reason",
        ],
        check: |view, out| {
            for id in exempt(view) {
                let fields = ["answer", "reason"];
                out.unless_given(view, fields.map(|it| format!("assets/{id}/exempt/{it}")));
            }
        },
    }
    .blocks()
    .when(|view| !exempt(view).is_empty()),
    Row {
        id: "Z14",
        acts: SEIZURES,
        basis: &[art(Law::Seizure, 4)],
        zh: "唯一住房，备注须写「可查封不可处置」",
        en: "sole home: the note has to say 可查封不可处置 (may be sealed, not sold)",
        reads: &["assets/*/sole_home", "assets/*/note"],
        check: |view, out| {
            for id in marked(view, "sole_home") {
                let note = format!("assets/{id}/note");
                if !view.text(&note).contains("可查封不可处置") {
                    out.at(note);
                }
            }
        },
    }
    .warns()
    .when(|view| !marked(view, "sole_home").is_empty()),
    Row {
        id: "Z15",
        acts: SEIZURES,
        basis: &[art(Law::Seizure, 26), art(Law::CivilProcedure, 106)],
        zh: "已有查封，只能轮候",
        en: "already seized: this one can only wait",
        reads: &[
            "assets/*/rank",
            "assets/*/prior_seal/court",
            "assets/*/prior_seal/case_no",
            "assets/*/prior_seal/signed_by_both",
            "assets/*/registered",
            "assets/*/plate",
            "assets/*/vin",
            "assets/*/cert_no",
            "assets/*/serial_no",
            "follow_ups/*/kind",
        ],
        check: waiting,
    }
    .blocks()
    .when(|view| {
        view.items("assets")
            .iter()
            .any(|id| sealed_before(view, id))
    }),
    Row {
        id: "Z16",
        acts: SEIZURES,
        basis: &[art(Law::Seizure, 19)],
        zh: "查封价值明显超过债权和执行费用，须写理由（不可分、无其他财产）",
        en: "Worth clearly more than debt and fee: a reason is needed (indivisible, nothing else)",
        reads: &[
            "assets/*/est_value_fen",
            "assets/*/senior_liens_fen",
            "assets/*/exempt/answer",
            "assets/*/third_party/outcome",
            "excess_reason",
        ],
        check: |view, out| {
            if exceeds(view) && !view.given("excess_reason") {
                out.at("excess_reason");
            }
        },
    }
    .warns()
    .when(|view| view.context.debt.is_some()),
    Row {
        id: "Z17",
        acts: SEIZURES,
        basis: &[art(Law::Seizure, 12), art(Law::Seizure, 25)],
        zh: "未通知共有人或者抵押权人",
        en: "co-owner or mortgagee not told",
        reads: &[
            "assets/*/owner",
            "assets/*/co_owners/*",
            "assets/*/mortgagee",
            "notices/*/class",
            "notices/*/mode",
            "notices/*/at",
            "follow_ups/*/kind",
        ],
        check: |view, out| {
            for id in view.items("assets") {
                if co_owned(view, id)
                    && !view.told(&["co_owner"])
                    && !view.follows_up("tell_co_owner")
                {
                    out.said(
                        format!("assets/{id}/owner"),
                        "未通知共有人",
                        "the co-owner was not told",
                    );
                }
                let mortgagee = format!("assets/{id}/mortgagee");
                let told = view.told(&["mortgagee"]) || view.follows_up("tell_mortgagee");
                if view.given(&mortgagee) && !told {
                    out.said(mortgagee, "未通知抵押权人", "the mortgagee was not told");
                }
            }
        },
    }
    .warns()
    .when(|view| {
        let encumbered =
            |id: &&str| co_owned(view, id) || view.given(&format!("assets/{id}/mortgagee"));
        view.items("assets").iter().any(encumbered)
    }),
    Row {
        id: "Z18",
        acts: SEIZURES,
        basis: &[
            art(Law::Seizure, 2),
            art(Law::Seizure, 13),
            art(Law::Seizure, 15),
        ],
        zh: "案外人占有或者所有，须有其书面确认，或者异议和处理",
        en: "held or owned by a third party: a written confirmation, or objection and outcome",
        reads: &[
            "assets/*/held_by",
            "assets/*/owner",
            "assets/*/third_party/confirmed",
            "assets/*/third_party/objection",
            "assets/*/third_party/outcome",
        ],
        check: |view, out| {
            for id in of_third_party(view) {
                let third = |field| format!("assets/{id}/third_party/{field}");
                let objected = view.given(&third("objection")) && view.given(&third("outcome"));
                if !view.yes(&third("confirmed")) && !objected {
                    out.at(third("confirmed"));
                }
            }
        },
    }
    .blocks()
    .when(|view| !of_third_party(view).is_empty()),
    Row {
        id: "Z19",
        acts: SEIZURES,
        basis: &[art(Law::Interpretation, 153)],
        zh: "易腐、季节性财产，缺变价方案",
        en: "perishable or seasonal: no plan of sale",
        reads: &["assets/*/perishable", "assets/*/disposal_plan"],
        check: |view, out| {
            for id in marked(view, "perishable") {
                out.unless_given(view, [format!("assets/{id}/disposal_plan")]);
            }
        },
    }
    .warns()
    .when(|view| !marked(view, "perishable").is_empty()),
    Row {
        id: "Z21",
        acts: SEIZURES,
        basis: &[whole(Law::CaseMoney)],
        zh: "现金、贵重物品须两名执行人员清点，大小写金额一致",
        en: "Cash and valuables: counted by two officers, figures and capitals equal",
        reads: &[
            "assets/*/kind",
            "cash/amount_fen",
            "cash/amount_capital",
            "cash/counted_by/*",
            "officers/*/person",
        ],
        check: counted,
    }
    .blocks()
    .when(|view| {
        !view
            .items_where("assets", "kind", &["cash", "jewellery"])
            .is_empty()
    }),
];

fn photos(id: &str) -> String {
    format!("assets/{id}/photos")
}

/// Assets of which a question was answered with yes.
fn marked<'a>(view: &'a View<'_>, field: &str) -> Vec<&'a str> {
    let mut items = view.items("assets");
    items.retain(|id| view.yes(&format!("assets/{id}/{field}")));
    items
}

fn exempt<'a>(view: &'a View<'_>) -> Vec<&'a str> {
    let mut items = view.items("assets");
    items.retain(|id| exempt_kind(view.text(&format!("assets/{id}/kind"))));
    items
}

fn of_third_party<'a>(view: &'a View<'_>) -> Vec<&'a str> {
    let mut items = view.items("assets");
    items.retain(|id| {
        ["held_by", "owner"]
            .iter()
            .any(|it| view.is(&format!("assets/{id}/{it}"), &["third_party"]))
    });
    items
}

fn co_owned(view: &View<'_>, id: &str) -> bool {
    view.is(&format!("assets/{id}/owner"), &["co_owned"])
        || !view.texts(&format!("assets/{id}/co_owners")).is_empty()
}

fn vehicles(view: &View<'_>, out: &mut Misses) {
    for id in view.items_where("assets", "kind", &["vehicle"]) {
        let at = |field| format!("assets/{id}/{field}");
        let (plate, vin) = (at("plate"), at("vin"));
        if view.given(&plate) && read_plate(view.text(&plate)).is_err() {
            out.said(plate, "号牌号码不对", "the plate does not hold");
        } else if view.given(&vin) && read_vin(view.text(&vin)).is_err() {
            out.said(vin, "车辆识别代号不对", "the VIN does not hold");
        } else if view.answer(&at("registered")) == Some(false) {
            out.unless_given(view, [at("engine_no")]);
        } else if !view.given(&plate) && !view.given(&vin) {
            out.said(plate, "缺号牌或者车辆识别代号", "neither plate nor VIN");
        }
    }
}

/// Whether another seizure is written, known to the court, or waited for.
fn sealed_before(view: &View<'_>, id: &str) -> bool {
    view.given(&format!("assets/{id}/prior_seal/court"))
        || view.given(&format!("assets/{id}/prior_seal/case_no"))
        || view.is(&format!("assets/{id}/rank"), &["waiting"])
        || known_elsewhere(view, id)
}

fn known_elsewhere(view: &View<'_>, id: &str) -> bool {
    let plain = |text: &str| -> String {
        let kept = text.chars().filter(|c| !c.is_whitespace() && *c != '·');
        kept.flat_map(char::to_uppercase).collect()
    };
    let keys = ["plate", "vin", "cert_no", "serial_no"]
        .map(|field| plain(view.text(&format!("assets/{id}/{field}"))));
    let others = &view.context.other_seizures;
    others
        .iter()
        .any(|it| !it.key.trim().is_empty() && keys.contains(&plain(&it.key)))
}

fn waiting(view: &View<'_>, out: &mut Misses) {
    for id in view.items("assets") {
        if !sealed_before(view, id) {
            continue;
        }
        let at = |field| format!("assets/{id}/{field}");
        if !view.is(&at("rank"), &["waiting"]) {
            out.at(at("rank"));
        }
        out.unless_given(view, [at("prior_seal/court"), at("prior_seal/case_no")]);
        let signed = at("prior_seal/signed_by_both");
        let noticed = view.yes(&signed) || view.follows_up("tell_first_court");
        if !view.yes(&at("registered")) && !noticed {
            out.said(
                signed,
                "未登记的财产，须首封法院人员和被执行人签名，或者书面通知首封法院",
                "not registered: signed by the first court's officer and the debtor, or the court told in writing",
            );
        }
    }
}

/// Σ max(0, value − liens) × forced sale factor > limit × (outstanding + interest + fee).
fn exceeds(view: &View<'_>) -> bool {
    let Some(debt) = view.context.debt else {
        return false;
    };
    let owed: i128 = [debt.outstanding, debt.interest, debt.fee]
        .iter()
        .map(|it| i128::from(it.0))
        .sum();
    owed > 0
        && sealed_value_fen(view) * i128::from(view.set.forced_sale_percent)
            > owed * i128::from(view.set.excess_percent)
}

/// Σ max(0, value − liens) in fen. What is exempt, or not seized after an objection, does not count.
pub(super) fn sealed_value_fen(view: &View<'_>) -> i128 {
    view.items("assets")
        .iter()
        .filter(|id| !view.is(&format!("assets/{id}/exempt/answer"), &["exempt"]))
        .filter(|id| !view.is(&format!("assets/{id}/third_party/outcome"), &["not_sealed"]))
        .map(|id| {
            let fen = |field| i128::from(view.int(&format!("assets/{id}/{field}")).unwrap_or(0));
            (fen("est_value_fen") - fen("senior_liens_fen")).max(0)
        })
        .sum()
}

fn counted(view: &View<'_>, out: &mut Misses) {
    let counters: BTreeSet<&str> = view
        .texts("cash/counted_by")
        .into_iter()
        .filter(|id| view.given(&format!("officers/{id}/person")))
        .collect();
    if counters.len() < 2 {
        out.said(
            "cash/counted_by",
            "清点的执行人员不足两名",
            "Counted by fewer than two officers",
        );
    }
    if view.items_where("assets", "kind", &["cash"]).is_empty() {
        return;
    }
    out.unless_given(view, ["cash/amount_fen", "cash/amount_capital"]);
    if let Some(figures) = view.int("cash/amount_fen")
        && view.given("cash/amount_capital")
        && read_capital(view.text("cash/amount_capital")).map(|it| it.0) != Ok(figures)
    {
        out.said(
            "cash/amount_capital",
            "大小写金额不一致",
            "Figures and capitals differ",
        );
    }
}
