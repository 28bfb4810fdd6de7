//! Z01–Z09, Z20: a seizure as a whole; K: removal.

use super::law::{Law, art};
use super::view::{Misses, View};
use super::{Row, Rule};
use crate::journal::{Act, EvidenceRole};
use crate::numbers::days::{SeizureClass, within_seizure_limit};

/// 查封、扣押、财产保全
pub(super) const SEIZURES: &[Act] = &[Act::Seal, Act::Removal, Act::Preservation];
/// 查封 and preservation: what stays where it is.
const ON_THE_SPOT: &[Act] = &[Act::Seal, Act::Preservation];

/// Kinds that carry no seal strip.
const NOT_TANGIBLE: &[&str] = &["deposit", "equity", "claim", "intellectual", "other_right"];

pub(super) const RULES: &[Rule] = &[
    Row {
        id: "Z01",
        acts: SEIZURES,
        basis: &[art(Law::Seizure, 1), art(Law::CivilProcedure, 255)],
        zh: "缺裁定书编号，或者裁定日期晚于到场",
        en: "No ruling with a number, dated before the act",
        reads: &["docs/*/type", "docs/*/no", "docs/*/on", "t0"],
        check: |view, out| {
            let rulings = view.items_where("docs", "type", &["ruling", "preservation_ruling"]);
            let before = rulings.iter().any(|id| {
                let on = view.day(&format!("docs/{id}/on"));
                view.given(&format!("docs/{id}/no")) && on.is_some_and(|on| on <= view.act_day())
            });
            if !before {
                out.at("docs");
            }
        },
    }
    .blocks(),
    Row {
        id: "Z02",
        acts: SEIZURES,
        basis: &[art(Law::CivilProcedure, 267)],
        zh: "案件列表标有中止或者暂缓",
        en: "The case list marks a stay",
        reads: &[],
        check: |view, out| {
            if view.context.stay.is_some() {
                out.at("case");
            }
        },
    }
    .warns(),
    Row {
        id: "Z03",
        acts: SEIZURES,
        basis: &[art(Law::CivilProcedure, 256)],
        zh: "缺对被执行人或者成年家属的通知（方式、时间、到场情况）",
        en: "The debtor or an adult of the family was not told (how, when, whether they came)",
        reads: &[
            "debtor/kind",
            "notices/*/class",
            "notices/*/mode",
            "notices/*/at",
            "notices/*/came",
        ],
        check: |view, out| {
            if !view.given("debtor/kind") {
                out.missing("debtor/kind");
            } else if !told_to_come(view, &["debtor", "adult_family"]) {
                out.at("notices");
            }
        },
    }
    .blocks()
    .when(|view| !view.is("debtor/kind", &["entity"])),
    Row {
        id: "Z04",
        acts: SEIZURES,
        basis: &[art(Law::CivilProcedure, 256)],
        zh: "缺对法定代表人或者主要负责人的通知（方式、时间、到场情况）",
        en: "The legal representative or person in charge was not told (how, when, whether they came)",
        reads: &[
            "debtor/kind",
            "notices/*/class",
            "notices/*/mode",
            "notices/*/at",
            "notices/*/came",
        ],
        check: |view, out| {
            if !told_to_come(view, &["legal_representative", "person_in_charge"]) {
                out.at("notices");
            }
        },
    }
    .blocks()
    .when(|view| view.is("debtor/kind", &["entity"])),
    Row {
        id: "Z05",
        acts: SEIZURES,
        basis: &[art(Law::CivilProcedure, 256)],
        zh: "工作单位或者基层组织无人参加，也未写原因",
        en: "Nobody came from the employer or the neighbourhood committee, and no reason is written",
        reads: &[
            "debtor/kind",
            "present/*/role",
            "notices/*/class",
            "notices/*/came",
            "no_witness_reason",
        ],
        check: |view, out| {
            if nobody_of_the_place(view) {
                out.at("no_witness_reason");
            }
        },
    }
    .warns()
    .when(|view| view.is("debtor/kind", &["person"])),
    Row {
        id: "Z06",
        acts: SEIZURES,
        basis: &[art(Law::Seizure, 18), art(Law::CivilProcedure, 256)],
        zh: "清单没有财产",
        en: "The list has no assets",
        reads: &[
            "assets/*/name",
            "assets/*/kind",
            "assets/*/quantity",
            "assets/*/unit",
            "assets/*/location",
            "assets/*/condition",
        ],
        check: |view, out| {
            let items = view.items("assets");
            if items.is_empty() {
                out.at("assets");
            }
            for id in items {
                let fields = ["name", "kind", "unit", "location", "condition"];
                out.unless_given(view, fields.map(|it| format!("assets/{id}/{it}")));
                let quantity = format!("assets/{id}/quantity");
                if view.int(&quantity).is_none_or(|it| it < 1) {
                    out.missing(quantity);
                }
            }
        },
    }
    .blocks(),
    Row {
        id: "Z07",
        acts: SEIZURES,
        basis: &[art(Law::CivilProcedure, 256)],
        zh: "清单未交付",
        en: "The list was not handed over",
        reads: &["list_handed/to", "list_handed/at", "list_handed/copies"],
        check: |view, out| {
            out.unless_given(view, ["list_handed/to", "list_handed/at"]);
            if view.int("list_handed/copies").is_none_or(|it| it < 1) {
                out.missing("list_handed/copies");
            }
        },
    }
    .blocks(),
    Row {
        id: "Z08",
        acts: SEIZURES,
        basis: &[art(Law::Seizure, 10), art(Law::Seizure, 18)],
        zh: "保管人不完整",
        en: "The keeper is incomplete",
        reads: &[
            "keeper/name",
            "keeper/kind",
            "keeper/signed",
            "keeper/use_allowed",
            "present/*/name",
            "present/*/signed",
        ],
        check: keeper,
    }
    .blocks(),
    Row {
        id: "Z09",
        acts: ON_THE_SPOT,
        basis: &[art(Law::Seizure, 6), art(Law::Seizure, 24)],
        zh: "缺封条或者公告编号",
        en: "No number of a seal strip or announcement",
        reads: &["publicity/seal_nos/*", "publicity/notice_no", "assets/*/kind", "photos"],
        check: |view, out| {
            if view.texts("publicity/seal_nos").is_empty() && !view.given("publicity/notice_no") {
                out.at("publicity/seal_nos");
            }
            let affixed = |role| role == EvidenceRole::SealStrip;
            if !view.proofs.iter().any(|it| affixed(it.role)) {
                out.said("photos", "缺张贴封条、公告后的照片", "A photo after affixing is missing");
            }
        },
    }
    .blocks()
    .when(|view| {
        let items = view.items("assets");
        items
            .iter()
            .any(|id| !view.is(&format!("assets/{id}/kind"), NOT_TANGIBLE))
    }),
    Row {
        id: "Z20",
        acts: SEIZURES,
        basis: &[art(Law::Interpretation, 485)],
        zh: "期限超过法定最长（现金存款一年、动产两年、不动产及其他三年）",
        en: "longer than the law allows (cash 1 year, movables 2, real estate and other 3)",
        reads: &["effect_from", "expires_on", "assets/*/class", "assets/*/rank", "assets/*/name"],
        check: expiry,
    }
    .blocks(),
    Row {
        id: "K01",
        acts: &[Act::Removal],
        basis: &[art(Law::Seizure, 6), art(Law::Seizure, 10)],
        zh: "移交时间早于离场",
        en: "Handed over before the act ended",
        reads: &[
            "handover/carrier",
            "handover/store",
            "handover/receiver",
            "handover/receiver_signed",
            "handover/at",
            "present/*/name",
            "present/*/signed",
            "t1",
        ],
        check: handover,
    }
    .blocks(),
];

/// Somebody of one of these classes was told how and when, and it is written whether they came.
pub(super) fn told_to_come(view: &View<'_>, classes: &[&str]) -> bool {
    view.items_where("notices", "class", classes)
        .iter()
        .any(|id| {
            ["mode", "at", "came"]
                .iter()
                .all(|field| view.given(&format!("notices/{id}/{field}")))
        })
}

/// Nobody came from the employer or the neighbourhood committee, and no reason is written.
pub(super) fn nobody_of_the_place(view: &View<'_>) -> bool {
    let invited = ["employer", "grassroots"];
    let here = !view.items_where("present", "role", &invited).is_empty();
    let came = view
        .items_where("notices", "class", &invited)
        .iter()
        .any(|id| view.is(&format!("notices/{id}/came"), &["came"]));
    !here && !came && !view.given("no_witness_reason")
}

fn keeper(view: &View<'_>, out: &mut Misses) {
    out.unless_given(view, ["keeper/name", "keeper/kind", "keeper/use_allowed"]);
    if !view.yes("keeper/signed") && !view.present_signed(view.text("keeper/name")) {
        out.said("keeper/signed", "保管人未签名", "The keeper has not signed");
    }
    if view.yes("keeper/use_allowed") && !view.is("keeper/kind", &["debtor", ""]) {
        out.said(
            "keeper/use_allowed",
            "只有被执行人保管时可以继续使用",
            "Only a debtor who keeps it may use it",
        );
    }
}

fn expiry(view: &View<'_>, out: &mut Misses) {
    let rank = |id: &str| format!("assets/{id}/rank");
    // A waiting seizure has no period yet: it begins when the earlier one ends.
    let first: Vec<&str> = view
        .items("assets")
        .into_iter()
        .filter(|id| !view.is(&rank(id), &["waiting"]))
        .collect();
    if first.is_empty() {
        return;
    }
    let (Some(from), Some(until)) = (view.day("effect_from"), view.day("expires_on")) else {
        out.unless_given(view, ["effect_from", "expires_on"]);
        return;
    };
    for id in first {
        let path = format!("assets/{id}/class");
        match seizure_class(view.text(&path)) {
            None => out.missing(path),
            Some(class) if !within_seizure_limit(class, from, until) => out.at(path),
            Some(_) => {}
        }
    }
}

/// The class of a code of [`crate::fields::ASSET_CLASSES`].
pub(super) fn seizure_class(code: &str) -> Option<SeizureClass> {
    match code {
        "cash_deposit" => Some(SeizureClass::Cash),
        "movable" => Some(SeizureClass::Movable),
        "real_estate_equity_other" => Some(SeizureClass::RealEstateOrRight),
        _ => None,
    }
}

fn handover(view: &View<'_>, out: &mut Misses) {
    let fields = ["carrier", "store", "receiver", "at"];
    out.unless_given(view, fields.map(|it| format!("handover/{it}")));
    let receiver = view.text("handover/receiver");
    if !view.yes("handover/receiver_signed") && !view.present_signed(receiver) {
        out.said(
            "handover/receiver_signed",
            "接收人未签名",
            "The receiver has not signed",
        );
    }
    if let (Some(at), Some(t1)) = (view.int("handover/at"), view.int("t1"))
        && at < t1
    {
        out.at("handover/at");
    }
}
