//! D: detention (司法拘留).

use super::law::{Law, art};
use super::view::{Misses, View};
use super::{Due, Row, Rule};
use crate::journal::{Act, EvidenceRole};
use crate::numbers::days::{Limit, Period, after_hours, court_time, instant_ms};

const DETENTION: &[Act] = &[Act::Detention];

pub(super) const RULES: &[Rule] = &[
    Row {
        id: "D01",
        acts: DETENTION,
        basis: &[art(Law::CivilProcedure, 119), art(Law::Interpretation, 181)],
        zh: "缺院长批准的拘留决定书（编号、日期不晚于到场），或者紧急情况及理由",
        en: "No detention decision approved by the president before the act, nor an emergency with reason",
        reads: &[
            "docs/*/type",
            "docs/*/no",
            "docs/*/on",
            "docs/*/approved_by",
            "emergency",
            "emergency_reason",
            "t0",
        ],
        check: |view, out| {
            let decided = view
                .items_where("docs", "type", &["detention_decision"])
                .iter()
                .any(|id| view.approved_before(id));
            if view.yes("emergency") && !decided {
                out.unless_given(view, ["emergency_reason"]);
            } else if !decided {
                out.at("docs");
            }
        },
    }
    .blocks(),
    Row {
        id: "D02",
        acts: DETENTION,
        basis: &[art(Law::Interpretation, 181)],
        zh: "紧急拘留，立即补办批准手续",
        en: "Emergency: get the approval at once",
        reads: &["emergency", "follow_ups/*/kind", "follow_ups/*/done_at"],
        check: |view, out| {
            let done = view
                .items_where("follow_ups", "kind", &["approve_detention"])
                .iter()
                .any(|id| view.given(&format!("follow_ups/{id}/done_at")));
            if !done {
                out.at("follow_ups");
            }
        },
    }
    .blocks()
    .due(Due::Sync)
    .when(|view| view.yes("emergency")),
    Row {
        id: "D03a",
        acts: DETENTION,
        basis: &[art(Law::CivilProcedure, 118)],
        zh: "拘留期限须在 1 至 15 日之间",
        en: "Detention lasts 1 to 15 days",
        reads: &["days", "to_on"],
        check: |view, out| {
            match view.int("days") {
                None => out.missing("days"),
                Some(1..=15) => {}
                Some(_) => out.at("days"),
            }
            out.unless_given(view, ["to_on"]);
        },
    }
    .blocks(),
    Row {
        id: "D03b",
        acts: DETENTION,
        basis: &[art(Law::CivilProcedure, 118)],
        zh: "起止日期与天数不符",
        en: "The dates do not fit the days",
        reads: &["days", "from_on", "to_on"],
        check: |view, out| {
            let Some(from) = view.day("from_on") else {
                out.missing("from_on");
                return;
            };
            if let (Some(days), Some(to)) = (view.int("days"), view.day("to_on")) {
                let length = to.signed_duration_since(from).num_days();
                if length != days && Some(length) != days.checked_sub(1) {
                    out.at("to_on");
                }
            }
        },
    }
    .warns(),
    Row {
        id: "D04",
        acts: DETENTION,
        basis: &[art(Law::CivilProcedure, 119)],
        zh: "妨害事实不足 20 字",
        en: "The facts have fewer than 20 characters",
        reads: &["legal_item", "facts"],
        check: |view, out| {
            let known = crate::fields::LEGAL_ITEMS.iter().any(|it| it.code == view.text("legal_item"));
            if !known {
                out.missing("legal_item");
            }
            if view.text("facts").chars().filter(|c| !c.is_whitespace()).count() < 20 {
                out.at("facts");
            }
        },
    }
    .blocks(),
    Row {
        id: "D05",
        acts: DETENTION,
        basis: &[art(Law::CivilProcedure, 87)],
        zh: "决定书未签收，也未写拒绝签收",
        en: "The decision was neither signed for nor refused",
        reads: &[
            "execution",
            "read_out_at",
            "served/at",
            "served/signed",
            "served/refusal",
            "target/name",
            "present/*/name",
            "present/*/signed",
        ],
        check: |view, out| {
            out.unless_given(view, ["execution", "read_out_at", "served/at"]);
            let signed = view.yes("served/signed") || view.present_signed(view.text("target/name"));
            if !signed && !view.given("served/refusal") {
                out.at("served/signed");
            }
        },
    }
    .blocks()
    .when(found),
    Row {
        id: "D06",
        acts: DETENTION,
        basis: &[art(Law::Interpretation, 185)],
        zh: "未告知复议权利（三日）",
        en: "Right of review (3 days) not told",
        reads: &["execution", "review_told"],
        check: |view, out| {
            if !view.yes("review_told") {
                out.at("review_told");
            }
        },
    }
    .warns()
    .when(found),
    Row {
        id: "D07",
        acts: DETENTION,
        basis: &[art(Law::Interpretation, 178)],
        zh: "送拘须有司法警察",
        en: "Judicial police have to hand the person over",
        reads: &["execution", "officers/*/role"],
        check: |view, out| {
            if view.items_where("officers", "role", &["judicial_police"]).is_empty() {
                out.at("officers");
            }
        },
    }
    .blocks()
    .when(delivered),
    Row {
        id: "D08",
        acts: DETENTION,
        basis: &[art(Law::Deputies, 39)],
        zh: "须问明是否人大代表；是代表的，须有许可文件",
        en: "Ask whether a congress deputy; a deputy needs a permission",
        reads: &["special/deputy", "docs/*/type", "docs/*/no"],
        check: |view, out| {
            let permitted = view.has_doc(&["deputy_permission"]);
            if view.answer("special/deputy") != Some(false) && !permitted {
                out.at("special/deputy");
            }
        },
    }
    .blocks(),
    Row {
        id: "D09",
        acts: DETENTION,
        basis: &[art(Law::Jail, 12), art(Law::Jail, 19)],
        zh: "年龄、孕期、疾病未问明",
        en: "Age, pregnancy or illness not asked",
        reads: &["target/birth_on", "special/over_70", "special/pregnant", "special/ill"],
        check: |view, out| {
            if view.day("target/birth_on").is_none() {
                out.missing("target/birth_on");
            }
            let asked = ["special/over_70", "special/pregnant", "special/ill"];
            let open = asked.iter().find(|it| view.answer(it).is_none());
            if let Some(path) = open {
                out.at(*path);
            }
        },
    }
    .warns(),
    Row {
        id: "D10",
        acts: DETENTION,
        basis: &[art(Law::Jail, 9)],
        zh: "缺拘留所回执编号或者照片",
        en: "No receipt of the place of detention, by number or photo",
        reads: &["execution", "jail/name", "jail/in_at", "jail/receipt_no", "photos"],
        check: |view, out| {
            out.unless_given(view, ["jail/name", "jail/in_at"]);
            let shown = view.proofs.iter().any(|it| it.role == EvidenceRole::Paper);
            if !view.given("jail/receipt_no") && !shown {
                out.at("jail/receipt_no");
            }
        },
    }
    .blocks()
    .due(Due::Sync)
    .when(delivered),
    Row {
        id: "D11",
        acts: DETENTION,
        basis: &[art(Law::Interpretation, 180)],
        zh: "24 小时内通知家属，不能通知的写明原因",
        en: "Tell the family within 24 hours, or write why not",
        reads: &[
            "execution",
            "read_out_at",
            "t0",
            "family_notice/who",
            "family_notice/mode",
            "family_notice/at",
            "family_notice/reason",
        ],
        check: family_told,
    }
    .blocks()
    .due(Due::Timer)
    .when(delivered),
    Row {
        id: "D12",
        acts: DETENTION,
        basis: &[art(Law::Interpretation, 179)],
        zh: "在辖区外送拘，须写明协助的当地法院",
        en: "Outside the district: name the local court",
        reads: &["execution", "out_of_district", "local_court"],
        check: |view, out| out.unless_given(view, ["local_court"]),
    }
    .blocks()
    .when(|view| delivered(view) && view.yes("out_of_district")),
    Row {
        id: "D13",
        acts: &[Act::Detention, Act::Fine],
        basis: &[art(Law::Interpretation, 184)],
        zh: "同一行为已经处罚过",
        en: "The same act was punished before",
        reads: &["target/name", "act_on", "legal_item"],
        check: |view, out| {
            let same = view.context.sanctions_before.iter().any(|it| {
                it.person.trim() == view.text("target/name")
                    && Some(it.act_on) == view.day("act_on")
                    && it.legal_item == view.text("legal_item")
            });
            if same {
                out.at("act_on");
            }
        },
    }
    .warns(),
];

/// 已送拘
fn delivered(view: &View<'_>) -> bool {
    view.is("execution", &["delivered"])
}

/// Nothing can be read out to a person who was not found.
fn found(view: &View<'_>) -> bool {
    !view.is("execution", &["not_found"])
}

fn family_told(view: &View<'_>, out: &mut Misses) {
    if view.given("family_notice/reason") {
        return;
    }
    let fields = ["who", "mode", "at"];
    out.unless_given(view, fields.map(|it| format!("family_notice/{it}")));
    let begun = view.int("read_out_at").or(view.int("t0"));
    if let (Some(begun), Some(told)) = (begun, view.int("family_notice/at"))
        && told > family_due(begun)
    {
        out.said(
            "family_notice/at",
            "超过 24 小时才通知家属",
            "The family was told after 24 hours",
        );
    }
}

/// Until when the family has to be told, ms UTC: 24 hours from the next full hour.
pub(super) fn family_due(begun: i64) -> i64 {
    let Period::Hours(hours) = Limit::DetentionFamilyNotice.rule().period else {
        return begun;
    };
    instant_ms(after_hours(court_time(begun), hours).due)
}
