//! F: fine and forced appearance; N: cash; E: eviction; S: service; X: campaign.

use super::law::{Law, art, whole};
use super::seizure::{nobody_of_the_place, told_to_come};
use super::view::{Misses, View};
use super::{Row, Rule};
use crate::journal::{Act, EvidenceRole};
use crate::numbers::days::{after_months, court_day};
use crate::numbers::money::read_capital;

const SERVICE: &[Act] = &[Act::Service];
const EVICTION: &[Act] = &[Act::Eviction];
const HOUR_MS: i64 = 3_600_000;

pub(super) const RULES: &[Rule] = &[
    Row {
        id: "F01",
        acts: &[Act::Fine],
        basis: &[art(Law::CivilProcedure, 118)],
        zh: "罚款金额超出范围（个人十万元以下，单位五万元以上一百万元以下）",
        en: "Fine out of range (person up to 100,000, unit 50,000 to 1,000,000 yuan)",
        reads: &["target/kind", "fine_fen"],
        check: |view, out| {
            let range = match view.text("target/kind") {
                "person" => 100..=10_000_000,
                "entity" => 5_000_000..=100_000_000,
                _ => {
                    out.missing("target/kind");
                    return;
                }
            };
            if !view.int("fine_fen").is_some_and(|it| range.contains(&it)) {
                out.at("fine_fen");
            }
        },
    }
    .blocks(),
    Row {
        id: "F02",
        acts: &[Act::ForcedAppearance],
        basis: &[art(Law::Interpretation, 482)],
        zh: "询问超过 8 小时，也未写可延长至 24 小时的事由",
        en: "Questioned longer than 8 hours without a ground for 24",
        reads: &["docs/*/type", "docs/*/no", "t0", "t1", "ground_24h"],
        check: |view, out| {
            if !view.has_doc(&["compel_warrant"]) {
                out.said("docs", "缺拘传票", "No warrant of forced appearance");
            }
            // Longer than 24 hours is what G04 finds.
            if let (Some(t0), Some(t1)) = (view.int("t0"), view.int("t1"))
                && t1.saturating_sub(t0) > 8 * HOUR_MS
                && !view.given("ground_24h")
            {
                out.at("ground_24h");
            }
        },
    }
    .blocks(),
    Row {
        id: "N01",
        acts: &[Act::CashReceipt],
        basis: &[whole(Law::CaseMoney)],
        zh: "现金须当日交付财务",
        en: "Cash is handed in on the same day",
        reads: &[
            "receipt_no",
            "payer/name",
            "payer/signed",
            "amount_fen",
            "amount_capital",
            "hand_in_due",
            "present/*/name",
            "present/*/signed",
            "t0",
        ],
        check: cash,
    }
    .blocks(),
    Row {
        id: "E01",
        acts: EVICTION,
        basis: &[art(Law::CivilProcedure, 261)],
        zh: "缺院长签发的公告（编号、日期不晚于到场），或者公告期限未过",
        en: "No announcement of the president before the act, or its deadline has not passed",
        reads: &[
            "docs/*/type",
            "docs/*/no",
            "docs/*/on",
            "docs/*/approved_by",
            "deadline_on",
            "t0",
        ],
        check: |view, out| {
            let announced = view.items_where("docs", "type", &["announcement"]);
            if !announced.iter().any(|id| view.approved_before(id)) {
                out.at("docs");
            }
            match view.day("deadline_on") {
                None => out.missing("deadline_on"),
                Some(day) if day >= view.act_day() => out.at("deadline_on"),
                Some(_) => {}
            }
        },
    }
    .blocks(),
    Row {
        id: "E02a",
        acts: EVICTION,
        basis: &[art(Law::CivilProcedure, 261)],
        zh: "缺对被执行人、成年家属或者法定代表人、主要负责人的通知",
        en: "Debtor, adult family or legal representative not told",
        reads: &[
            "debtor/kind",
            "notices/*/class",
            "notices/*/mode",
            "notices/*/at",
            "notices/*/came",
        ],
        check: |view, out| {
            let who: &[&str] = if view.is("debtor/kind", &["entity"]) {
                &["legal_representative", "person_in_charge"]
            } else {
                &["debtor", "adult_family"]
            };
            if !view.given("debtor/kind") {
                out.missing("debtor/kind");
            } else if !told_to_come(view, who) {
                out.at("notices");
            }
        },
    }
    .blocks(),
    Row {
        id: "E02b",
        acts: EVICTION,
        basis: &[art(Law::CivilProcedure, 261)],
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
        id: "E03",
        acts: EVICTION,
        basis: &[art(Law::CivilProcedure, 261)],
        zh: "搬出物品未交接：缺接收人签名，也未写拒绝",
        en: "Goods not handed over: neither signed for nor refused",
        reads: &[
            "goods/*/name",
            "goods/*/destination",
            "receiver/name",
            "receiver/signed",
            "receiver/refusal",
            "present/*/name",
            "present/*/signed",
        ],
        check: goods,
    }
    .blocks(),
    Row {
        id: "E04",
        acts: EVICTION,
        basis: &[art(Law::MortgagedHome, 2), art(Law::MortgagedHome, 6)],
        zh: "抵押住房：裁定后未满六个月，或者属低保家庭",
        en: "Mortgaged home: six months since the ruling have not passed, or a low-income family",
        reads: &["mortgaged_home", "disposal_ruling_on", "low_income", "t0"],
        check: |view, out| {
            match view.day("disposal_ruling_on") {
                None => out.missing("disposal_ruling_on"),
                Some(on) if view.act_day() <= after_months(on, 6).strict => {
                    out.at("disposal_ruling_on");
                }
                Some(_) => {}
            }
            if view.answer("low_income") != Some(false) {
                out.at("low_income");
            }
        },
    }
    .blocks()
    .when(|view| view.yes("mortgaged_home")),
    Row {
        id: "S01",
        acts: SERVICE,
        basis: &[art(Law::CivilProcedure, 88)],
        zh: "该送达方式不能由此人收件",
        en: "This receiver does not fit the mode of service",
        reads: &["docs/*/type", "mode", "receiver/class"],
        check: |view, out| {
            let items = view.items("docs");
            if items.is_empty() {
                out.said("docs", "没有写送达的文书", "No paper that was served");
            }
            out.unless_given(view, items.iter().map(|id| format!("docs/{id}/type")));
            match receivers(view.text("mode")) {
                None => out.missing("mode"),
                Some([]) => {}
                Some(classes) if !view.is("receiver/class", classes) => out.at("receiver/class"),
                Some(_) => {}
            }
        },
    }
    .blocks(),
    Row {
        id: "S02",
        acts: SERVICE,
        basis: &[art(Law::CivilProcedure, 88)],
        zh: "代收的家属须成年、同住",
        en: "Family who receives has to be an adult of the household",
        reads: &[
            "receiver/class",
            "receiver/age",
            "receiver/relation",
            "receiver/cohabits",
        ],
        check: |view, out| {
            if view.int("receiver/age").is_none_or(|it| it < 18) {
                out.at("receiver/age");
            }
            out.unless_given(view, ["receiver/relation"]);
            if !view.yes("receiver/cohabits") {
                out.at("receiver/cohabits");
            }
        },
    }
    .blocks()
    .when(|view| view.is("receiver/class", &["cohabiting_family"])),
    Row {
        id: "S03",
        acts: SERVICE,
        basis: &[art(Law::CivilProcedure, 89)],
        zh: "留置送达须有见证人签名，或者拍照、录像",
        en: "Left at the place: a witness signs, or a photo or video shows it",
        reads: &["mode", "witness/name", "witness/signed", "present/*/name", "present/*/signed", "photos"],
        check: |view, out| {
            let name = view.text("witness/name");
            let signed = view.yes("witness/signed") || view.present_signed(name);
            let shown = view.proofs.iter().any(|it| it.role == EvidenceRole::Service);
            if !shown && (name.is_empty() || !signed) {
                out.at("witness/signed");
            }
        },
    }
    .blocks()
    .when(|view| view.is("mode", &["left"])),
    Row {
        id: "S04",
        acts: SERVICE,
        basis: &[art(Law::Interpretation, 130)],
        zh: "缺「收件人职务」",
        en: "“Receiver's post” is missing",
        reads: &["receiver/class", "receiver/post"],
        check: |view, out| out.unless_given(view, ["receiver/post"]),
    }
    .blocks()
    .when(|view| view.is("receiver/class", &["unit"])),
    Row {
        id: "S05",
        acts: SERVICE,
        basis: &[art(Law::Interpretation, 138)],
        zh: "公告张贴须有文书和地点的照片",
        en: "Posted: photos of the paper and of the place",
        reads: &["mode", "photos"],
        check: |view, out| {
            for role in [EvidenceRole::Service, EvidenceRole::Overall] {
                if !view.proofs.iter().any(|it| it.role == role) {
                    out.at("photos");
                }
            }
        },
    }
    .blocks()
    .when(|view| view.is("mode", &["announcement"])),
    Row {
        id: "X01",
        acts: &[Act::Campaign],
        basis: &[whole(Law::Practice)],
        zh: "尚未封存",
        en: "not sealed yet",
        reads: &["children/*"],
        check: |view, out| {
            let items = view.items("children");
            if items.is_empty() {
                out.said("children", "没有所属记录", "No record belongs to the campaign");
            }
            for id in items {
                let path = format!("children/{id}");
                let child = view.text(&path);
                let known = view.context.children.iter();
                let mut same = known.filter(|it| it.record.to_string() == child);
                if !same.any(|it| it.sealed) {
                    out.at(path);
                }
            }
        },
    }
    .blocks(),
];

fn cash(view: &View<'_>, out: &mut Misses) {
    let fields = ["receipt_no", "payer/name", "amount_fen", "amount_capital"];
    out.unless_given(view, fields);
    if !view.yes("payer/signed") && !view.present_signed(view.text("payer/name")) {
        out.said("payer/signed", "交款人未签名", "The payer has not signed");
    }
    if let Some(figures) = view.int("amount_fen")
        && view.given("amount_capital")
        && read_capital(view.text("amount_capital")).map(|it| it.0) != Ok(figures)
    {
        out.said(
            "amount_capital",
            "大小写金额不一致",
            "Figures and capitals differ",
        );
    }
    match view.int("hand_in_due") {
        None => out.missing("hand_in_due"),
        Some(due) if court_day(due) != view.act_day() => out.at("hand_in_due"),
        Some(_) => {}
    }
}

fn goods(view: &View<'_>, out: &mut Misses) {
    let items = view.items("goods");
    if items.is_empty() {
        out.said("goods", "没有搬出物品清单", "No list of goods");
    }
    for id in items {
        out.unless_given(
            view,
            ["name", "destination"].map(|it| format!("goods/{id}/{it}")),
        );
    }
    let receiver = view.text("receiver/name");
    let signed = view.yes("receiver/signed") || view.present_signed(receiver);
    if !view.given("receiver/refusal") && (receiver.is_empty() || !signed) {
        out.at("receiver/signed");
    }
}

/// Who may receive, by mode; none of a mode that is none, nobody for an announcement.
fn receivers(mode: &str) -> Option<&'static [&'static str]> {
    const ANYBODY: &[&str] = &[
        "recipient",
        "cohabiting_family",
        "unit",
        "agent",
        "named_receiver",
    ];
    Some(match mode {
        "direct" | "post" | "entrusted" => ANYBODY,
        // Whoever refuses must be the recipient, an adult of the household, or a unit's receiver.
        "left" => &["recipient", "cohabiting_family", "unit"],
        "electronic" => &["recipient", "agent"],
        "handed_on" => &["unit"],
        "announcement" => &[],
        _ => return None,
    })
}
