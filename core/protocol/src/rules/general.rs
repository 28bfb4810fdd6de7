//! G: every act; R: amendments.

use super::law::{Law, art, whole};
use super::view::{Misses, View};
use super::{Row, Rule};
use crate::canonical::Value;
use crate::journal::ACTS;
use crate::numbers::case_no::read_case_no;
use crate::numbers::days::court_day;
use crate::numbers::identity::{PaperKind, read_citizen_id, read_credit_code, read_paper};
use chrono::Datelike;
use std::collections::BTreeSet;

const HOUR_MS: i64 = 3_600_000;

/// Marks that templates leave where something should be written.
const RESIDUE: &[&str] = &["××", "待填", "____", "＿＿", "【】"];

pub(super) const RULES: &[Rule] = &[
    Row {
        id: "G01",
        acts: &ACTS,
        basis: &[whole(Law::CaseNumbers)],
        zh: "案号读不出，也未标「案号待补」",
        en: "The case number cannot be read and is not marked to follow",
        reads: &["case", "t0"],
        check: case_number,
    }
    .blocks()
    .since(2016, 1, 1),
    Row {
        id: "G02",
        acts: &ACTS,
        basis: &[art(Law::Interpretation, 97)],
        zh: "执行人员不足两人",
        en: "Fewer than two officers",
        reads: &["officers/*/person"],
        check: |view, out| {
            if officers(view) < 2 {
                out.at("officers");
            }
        },
    }
    .blocks(),
    Row {
        id: "G03",
        acts: &ACTS,
        basis: &[art(Law::CivilProcedure, 239), art(Law::CivilProcedure, 133)],
        zh: "未写明何时出示证件",
        en: "Not written when an officer showed the ID",
        reads: &["officers/*/id_shown_at", "officers/*/person"],
        check: |view, out| {
            let items = view.items("officers");
            let shown = |id: &&str| view.int(&format!("officers/{id}/id_shown_at")).is_some();
            if !items.iter().any(shown) {
                out.at(match items.first() {
                    Some(id) => format!("officers/{id}/id_shown_at"),
                    None => "officers".to_owned(),
                });
            }
        },
    }
    .blocks(),
    Row {
        id: "G04",
        acts: &ACTS,
        basis: &[art(Law::Seizure, 18)],
        zh: "起止时间不对",
        en: "Begin and end do not fit",
        reads: &["t0", "t1"],
        check: times,
    }
    .blocks(),
    Row {
        id: "G05a",
        acts: &ACTS,
        basis: &[art(Law::Seizure, 18)],
        zh: "缺「地点」",
        en: "“Place” is missing",
        reads: &["place"],
        check: |view, out| out.unless_given(view, ["place"]),
    }
    .blocks(),
    Row {
        id: "G05b",
        acts: &ACTS,
        basis: &[art(Law::Seizure, 18)],
        zh: "没有定位，也未写原因",
        en: "No position and no reason",
        reads: &["fix", "no_fix_reason"],
        check: |view, out| {
            if view.mark("fix").is_none() && !view.given("no_fix_reason") {
                out.at("fix");
            }
        },
    }
    .warns(),
    Row {
        id: "G06",
        acts: &ACTS,
        basis: &[art(Law::CivilProcedure, 133)],
        zh: "笔录未交阅读或者宣读，也未写拒绝",
        en: "The record was neither read nor read out, and no refusal is written",
        reads: &["present/*/name", "read_back/done", "read_back/refusal"],
        check: |view, out| {
            if !view.yes("read_back/done") && !view.given("read_back/refusal") {
                out.at("read_back/done");
            }
        },
    }
    .warns()
    .when(|view| !view.items("present").is_empty()),
    Row {
        id: "G07",
        acts: &ACTS,
        basis: &[art(Law::CivilProcedure, 239), art(Law::Interpretation, 498)],
        zh: "未签名，也未写拒签情况",
        en: "neither signed nor refused",
        reads: &["present/*/signed", "present/*/refusal", "present/*/name"],
        check: everyone_signed,
    }
    .blocks(),
    Row {
        id: "G08",
        acts: &ACTS,
        basis: &[art(Law::Evidence, 93)],
        zh: "照片与拍摄时的哈希不符或者尚未复核",
        en: "A photo differs from its hash, or was not hashed again",
        reads: &["photos"],
        check: |view, out| {
            let holds = |hash| view.context.hashes_ok.get(hash) == Some(&true);
            if !view.proofs.iter().all(|it| holds(&it.hash)) {
                out.at("photos");
            }
        },
    }
    .blocks(),
    Row {
        id: "G09",
        acts: &ACTS,
        basis: &[art(Law::Evidence, 93)],
        zh: "时间未校准：超过 72 小时没有时间信标",
        en: "Clock not calibrated: no beacon for 72 hours",
        reads: &[],
        check: |view, out| {
            if view.context.beacon_age.is_none_or(|age| age > 72 * HOUR_MS) {
                out.at("t0");
            }
        },
    }
    .warns(),
    Row {
        id: "G10",
        acts: &ACTS,
        basis: &[whole(Law::Practice)],
        zh: "留有模板标记（××、待填）",
        en: "Marks of a template are left (××, 待填)",
        reads: &["*"],
        check: |view, out| {
            let residue = |value: &Value| {
                let text = value.as_text().unwrap_or_default();
                RESIDUE.iter().any(|mark| text.contains(mark))
            };
            let left = view.values.iter().filter(|it| residue(it.1));
            left.for_each(|(path, _)| out.at(path.as_str()));
        },
    }
    .warns(),
    Row {
        id: "G11",
        acts: &ACTS,
        basis: &[whole(Law::CivilProcedure)],
        zh: "未声明无须回避",
        en: "not declared free of recusal",
        reads: &[
            "officers/*/recusal",
            "officers/*/person",
            "debtor/name",
            "target/name",
        ],
        check: recusal,
    }
    .warns(),
    Row {
        id: "G12",
        acts: &ACTS,
        basis: &[art(Law::CivilProcedure, 256)],
        zh: "未成年人或者限制行为能力人签名，须另有成年人签名",
        en: "a minor or a person of limited capacity signed: another adult has to sign too",
        reads: &[
            "present/*/age",
            "present/*/capacity",
            "present/*/signed",
            "present/*/id_no",
            "present/*/name",
            "t0",
        ],
        check: adults_signed,
    }
    .blocks(),
    Row {
        id: "G13",
        acts: &ACTS,
        basis: &[whole(Law::CitizenId)],
        zh: "证件号码不对",
        en: "the ID number does not hold",
        reads: &[
            "present/*/id_no",
            "present/*/id_not_shown",
            "present/*/name",
            "debtor/id_no",
            "debtor/id_not_shown",
            "debtor/kind",
            "target/id_no",
            "target/id_not_shown",
            "target/kind",
            "target/name",
        ],
        check: id_numbers,
    }
    .warns(),
    Row {
        id: "G14",
        acts: &ACTS,
        basis: &[whole(Law::Deputies)],
        zh: "未逐项问明特殊情况",
        en: "Special circumstances not asked one by one",
        reads: &[
            "special/deputy",
            "special/military",
            "special/foreign",
            "special/pregnant",
            "special/over_70",
            "special/ill",
        ],
        check: |view, out| {
            let asked = [
                "deputy", "military", "foreign", "pregnant", "over_70", "ill",
            ];
            let open = asked
                .iter()
                .map(|it| format!("special/{it}"))
                .find(|path| view.answer(path).is_none());
            if let Some(path) = open {
                out.at(path);
            }
        },
    }
    .warns(),
    Row {
        id: "R01",
        acts: &ACTS,
        basis: &[art(Law::Evidence, 93)],
        zh: "更正、补充须写明理由，由两名执行人员作出",
        en: "A correction or supplement needs a reason and two officers",
        reads: &["amends", "officers/*/person"],
        check: |view, out| {
            let reasoned = view
                .amends
                .as_ref()
                .is_some_and(|it| !it.reason.trim().is_empty());
            if !reasoned || officers(view) < 2 {
                out.at("amends");
            }
        },
    }
    .blocks()
    .when(|view| view.amends.is_some()),
];

/// Distinct officers with a name.
fn officers(view: &View<'_>) -> usize {
    let items = view.items("officers");
    let names: BTreeSet<&str> = items
        .iter()
        .map(|id| view.text(&format!("officers/{id}/person")))
        .filter(|name| !name.is_empty())
        .collect();
    names.len()
}

fn case_number(view: &View<'_>, out: &mut Misses) {
    let number = view.case.normal.as_ref().unwrap_or(&view.case.typed);
    let year = court_day(view.context.now).year();
    if !view.case.pending && read_case_no(number, year).is_err() {
        out.at("case");
    }
}

fn times(view: &View<'_>, out: &mut Misses) {
    let (Some(t0), Some(t1)) = (view.int("t0"), view.int("t1")) else {
        out.unless_given(view, ["t0", "t1"]);
        return;
    };
    if t1 <= t0 {
        out.said(
            "t1",
            "结束时间不在开始之后",
            "The end is not after the begin",
        );
    } else if t1 > view.context.now {
        out.said("t1", "结束时间还没有到", "The end has not come yet");
    } else if t1.saturating_sub(t0) > 24 * HOUR_MS {
        out.said(
            "t1",
            "起止超过 24 小时",
            "More than 24 hours from begin to end",
        );
    }
}

fn everyone_signed(view: &View<'_>, out: &mut Misses) {
    for id in view.items("present") {
        let signed = format!("present/{id}/signed");
        let of_person = format!("present/{id}");
        let refused_on_glass = view.refused.iter().any(|(person, what)| {
            person.is_some_and(|it| it.to_string() == id) && what.as_str().starts_with(&of_person)
        });
        let refused = view.given(&format!("present/{id}/refusal")) || refused_on_glass;
        if !view.has_signed("present", id) && !refused {
            out.at(signed);
        }
    }
}

fn recusal(view: &View<'_>, out: &mut Misses) {
    let parties = [view.text("debtor/name"), view.text("target/name")];
    for id in view.items("officers") {
        let path = format!("officers/{id}/recusal");
        let name = view.text(&format!("officers/{id}/person"));
        if !name.is_empty() && parties.contains(&name) {
            out.said(
                path,
                "与当事人同名，须核对是否回避",
                "has the name of a party: check the recusal",
            );
        } else if view.is(&path, &["needed"]) {
            out.said(path, "须回避", "has to withdraw");
        } else if !view.is(&path, &["none"]) {
            out.at(path);
        }
    }
}

fn adults_signed(view: &View<'_>, out: &mut Misses) {
    let mut signers = view.items("present");
    signers.retain(|id| view.has_signed("present", id));
    if let Some(first) = signers.first()
        && !signers.iter().any(|id| is_adult(view, id))
    {
        out.at(format!("present/{first}/signed"));
    }
}

/// Nothing said: an adult of full capacity. The age counts as written, else by the ID number.
fn is_adult(view: &View<'_>, id: &str) -> bool {
    let today = view.act_day();
    let by_card = || {
        let card = read_citizen_id(view.text(&format!("present/{id}/id_no")), today).ok()?;
        today.years_since(card.birth).map(i64::from)
    };
    let age = view.int(&format!("present/{id}/age")).or_else(by_card);
    age.is_none_or(|it| it >= 18)
        && !view.is(&format!("present/{id}/capacity"), &["limited", "none"])
}

fn id_numbers(view: &View<'_>, out: &mut Misses) {
    for id in view.items("present") {
        id_number(view, &format!("present/{id}"), true, out);
    }
    // The debtor's number may come from the file; whoever is met stands among those present.
    id_number(view, "debtor", false, out);
    id_number(view, "target", view.given("target/name"), out);
}

fn id_number(view: &View<'_>, whose: &str, needed: bool, out: &mut Misses) {
    let path = format!("{whose}/id_no");
    let number = view.text(&path);
    let today = court_day(view.context.now);
    if view.yes(&format!("{whose}/id_not_shown")) {
        return;
    }
    let holds = if number.is_empty() {
        !needed
    } else if view.is(&format!("{whose}/kind"), &["entity"]) {
        read_credit_code(number).is_ok_and(|it| it.checksum_ok())
    } else {
        read_citizen_id(number, today).is_ok() || is_other_paper(number)
    };
    match (holds, number.is_empty()) {
        (true, _) => {}
        (false, true) => out.said(
            path,
            "缺「证件号码」，也未标「证件未出示」",
            "neither “ID number” nor “ID not shown” is filled in",
        ),
        (false, false) => out.at(path),
    }
}

/// Other papers are known by their shape alone; the military's is free text and proves nothing.
fn is_other_paper(number: &str) -> bool {
    [
        PaperKind::Passport,
        PaperKind::HongKongMacaoPermit,
        PaperKind::TaiwanPermit,
        PaperKind::ForeignPermanentResident,
    ]
    .into_iter()
    .any(|kind| read_paper(kind, number).is_ok())
}
