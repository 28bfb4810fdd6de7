use super::Edit::{Line, Outside};
use super::{Row, row};
use crate::ids::{EvidenceHash, RecordHash};
use crate::journal::EvidenceRole;
use crate::journal::{AmendKind, Path};
use crate::record::Amends;
use crate::rules::tests::samples;
use crate::rules::tests::samples::{Sample, path};
use crate::rules::tests::samples::{investigation as inv, not_met, seal};

fn signs_on_glass(sample: &mut Sample) {
    sample.facts.signed.insert(samples::id(3));
}

/// A refusal noted of a person at a field.
fn refused(sample: &mut Sample, person: u8, what: &str) {
    let what = Path::new(path(what)).unwrap();
    let person = Some(samples::id(person));
    sample.facts.refused.insert((person, what));
}

fn amended(sample: &mut Sample, reason: &str) {
    sample.facts.amends = Some(Amends {
        kind: AmendKind::Correction,
        reason: reason.into(),
        record: RecordHash::from_bytes([1; 32]),
    });
}

fn misread(sample: &mut Sample) {
    sample.facts.case.normal = Some("（2019）粤115执1号".into());
}

pub const GENERAL: &[Row] = &[
    row(inv, &["G01"], &[Outside("number", misread)]).at("case"),
    row(
        inv,
        &[],
        &[
            Outside("number", misread),
            Outside("pending", |it| it.facts.case.pending = true),
        ],
    ),
    row(
        inv,
        &[],
        &[Outside("only typed", |it| it.facts.case.normal = None)],
    ),
    row(inv, &["G02"], &[Line("officers/#2/person = 王某")]).at("officers"),
    row(inv, &["G02"], &[Line("officers/#2/person =")]),
    row(inv, &["G03"], &[Line("officers/#1/id_shown_at =")]).at("officers/#1/id_shown_at"),
    row(
        inv,
        &[],
        &[
            Line("officers/#1/id_shown_at ="),
            Line("officers/#2/id_shown_at = T10:22"),
        ],
    ),
    row(
        inv,
        &["G02", "G03"],
        &[Outside("no officers", |it| {
            it.facts
                .values
                .retain(|path, _| !path.as_str().starts_with("officers"));
        })],
    ),
    row(inv, &["G04"], &[Line("t0 =")]).at("t0"),
    row(inv, &["G04"], &[Line("t1 =")]).at("t1"),
    row(inv, &["G04"], &[Line("t1 = T10:20")]).at("t1"),
    row(inv, &[], &[Line("t1 = T10:21")]),
    row(inv, &[], &[Line("t1 = T18:30")]),
    row(inv, &["G04"], &[Line("t1 = T18:31")]),
    row(inv, &[], &[Line("t0 = 2019-07-15T11:20")]),
    row(inv, &["G04"], &[Line("t0 = 2019-07-15T11:19")]),
    row(inv, &["G05a"], &[Line("place =")]).at("place"),
    row(inv, &["G05b"], &[Line("fix =")]).at("fix"),
    row(
        inv,
        &[],
        &[Line("fix ="), Line("no_fix_reason = 室内无信号")],
    ),
    row(inv, &["G06"], &[Line("read_back/done =")]).at("read_back/done"),
    row(
        inv,
        &[],
        &[
            Line("read_back/done ="),
            Line("read_back/refusal = 拒绝阅读"),
        ],
    ),
    row(
        inv,
        &[],
        &[
            Line("read_back/done ="),
            Line("present/#3/name ="),
            Line("present/#3/role ="),
            Line("present/#3/id_no ="),
            Line("present/#3/signed ="),
        ],
    ),
    row(inv, &["G07"], &[Line("present/#3/signed =")]).at("present/#3/signed"),
    row(
        inv,
        &[],
        &[
            Line("present/#3/signed ="),
            Line("present/#3/refusal = 拒绝签名"),
        ],
    ),
    row(
        inv,
        &[],
        &[
            Line("present/#3/signed ="),
            Outside("on the glass", signs_on_glass),
        ],
    ),
    row(
        inv,
        &[],
        &[
            Line("present/#3/signed ="),
            Outside("refusal noted", |it| refused(it, 3, "present/#3/signed")),
        ],
    ),
    row(
        inv,
        &["G07"],
        &[
            Line("present/#3/signed ="),
            Outside("another's refusal", |it| {
                refused(it, 4, "present/#3/signed")
            }),
        ],
    ),
    row(
        inv,
        &["G07"],
        &[
            Line("present/#3/signed ="),
            Outside("a refusal of nobody", |it| {
                let what = Path::new(path("present/#3/signed")).unwrap();
                it.facts.refused.insert((None, what));
            }),
        ],
    ),
    row(
        inv,
        &["G07"],
        &[
            Line("present/#3/signed ="),
            Outside("another refusal", |it| refused(it, 3, "debtor_met")),
        ],
    ),
    row(
        inv,
        &["G08"],
        &[Outside("hash differs", |it| {
            it.context
                .hashes_ok
                .insert(EvidenceHash::from_bytes([1; 32]), false);
        })],
    )
    .at("photos"),
    row(
        inv,
        &["G08"],
        &[Outside("not hashed again", |it| {
            it.context.hashes_ok.clear()
        })],
    ),
    row(
        inv,
        &["G09"],
        &[Outside("no beacon", |it| it.context.beacon_age = None)],
    ),
    row(
        inv,
        &["G09"],
        &[Outside("old beacon", |it| {
            it.context.beacon_age = Some(72 * 3_600_000 + 1)
        })],
    ),
    row(inv, &["G10"], &[Line("remarks = 联系人××")]).at("remarks"),
    row(inv, &["G10"], &[Line("objections = 待填")]),
    row(inv, &["G10"], &[Line("objections = 收到____元")]),
    row(inv, &["G10"], &[Line("objections = 收到＿＿元")]),
    row(inv, &["G10"], &[Line("objections = 【】")]),
    row(inv, &["G11"], &[Line("officers/#2/recusal =")]).at("officers/#2/recusal"),
    row(inv, &["G11"], &[Line("officers/#2/recusal = needed")]),
    row(inv, &["G11"], &[Line("debtor/name = 周某")]).at("officers/#2/recusal"),
    row(samples::detention, &["G11"], &[Line("target/name = 周某")]),
    row(inv, &["G12"], &[Line("present/#3/age = 17")]).at("present/#3/signed"),
    row(inv, &[], &[Line("present/#3/age = 18")]),
    row(inv, &["G12"], &[Line("present/#3/capacity = limited")]),
    row(inv, &["G12"], &[Line("present/#3/capacity = none")]),
    row(inv, &[], &[Line("present/#3/capacity = full")]),
    row(
        inv,
        &["G12"],
        &[Line("present/#3/id_no = 440115200107170017")],
    ),
    row(inv, &[], &[Line("present/#3/id_no = 440115200107160011")]),
    row(seal, &[], &[Line("present/#3/age = 17")]),
    row(
        seal,
        &["G12"],
        &[Line("present/#3/age = 17"), Line("present/#12/age = 17")],
    ),
    row(
        inv,
        &[],
        &[
            Line("present/#3/age = 17"),
            Line("present/#3/signed ="),
            Line("present/#3/refusal = 拒签"),
        ],
    ),
    row(
        seal,
        &["G12"],
        &[
            Line("present/#3/age = 17"),
            Line("present/#12/signed ="),
            Line("present/#12/refusal = 拒签"),
        ],
    ),
    row(inv, &["G13"], &[Line("present/#3/id_no =")]).at("present/#3/id_no"),
    row(
        inv,
        &["G13"],
        &[Line("present/#3/id_no = 440115199003071239")],
    ),
    row(inv, &[], &[Line("present/#3/id_no = E12345678")]),
    row(inv, &[], &[Line("present/#3/id_no = H12345678")]),
    row(inv, &["G13"], &[Line("present/#3/id_no = 军字第一号")]),
    row(
        inv,
        &[],
        &[
            Line("present/#3/id_no ="),
            Line("present/#3/id_not_shown = yes"),
        ],
    ),
    row(inv, &["G13"], &[Line("debtor/id_no = 440115199003071239")]).at("debtor/id_no"),
    row(inv, &["G13"], &[Line("debtor/id_no = 91440115MA59ABC13G")]),
    row(
        samples::seal_of_entity,
        &["G13"],
        &[Line("debtor/id_no = 91440115MA59ABC13H")],
    ),
    row(
        samples::seal_of_entity,
        &["G13"],
        &[Line("debtor/id_no = 440115199003071246")],
    ),
    row(
        samples::detention,
        &["G13"],
        &[Line("target/id_not_shown =")],
    )
    .at("target/id_no"),
    row(inv, &["G14"], &[Line("special/deputy =")]).at("special/deputy"),
    row(inv, &["G14"], &[Line("special/military =")]).at("special/military"),
    row(inv, &["G14"], &[Line("special/foreign =")]).at("special/foreign"),
    row(inv, &["G14"], &[Line("special/pregnant =")]).at("special/pregnant"),
    row(inv, &["G14"], &[Line("special/over_70 =")]).at("special/over_70"),
    row(inv, &["G14"], &[Line("special/ill =")]).at("special/ill"),
    row(inv, &[], &[Line("special/ill = yes")]),
    row(
        inv,
        &["R01"],
        &[Outside("no reason", |it| amended(it, " "))],
    )
    .at("amends"),
    row(
        inv,
        &[],
        &[Outside("an amendment", |it| amended(it, "门牌写错"))],
    ),
    row(
        inv,
        &["G02", "R01"],
        &[
            Line("officers/#2/person ="),
            Outside("an amendment", |it| amended(it, "门牌写错")),
        ],
    ),
];

pub const INVESTIGATION: &[Row] = &[
    row(inv, &["I01"], &[Line("checked/#4/fact =")]).at("checked/#4/fact"),
    row(inv, &["I01"], &[Line("checked/#5/none_found =")]).at("checked/#5/fact"),
    row(
        inv,
        &["I01"],
        &[
            Line("checked/#4/fact ="),
            Line("checked/#4/item ="),
            Line("checked/#5/none_found ="),
            Line("checked/#5/item ="),
        ],
    )
    .at("checked"),
    // 9 July + 7 days; urgent 3 days.
    row(inv, &["I02"], &[Line("tip/received_at = 2019-07-08T23:00")]).at("tip/received_at"),
    row(inv, &["I02"], &[Line("tip/urgent = yes")]),
    // Friday 12 July + 3 days is the Monday; 13 July + 3 days is the day of the act.
    row(
        inv,
        &["I02"],
        &[
            Line("tip/urgent = yes"),
            Line("tip/received_at = 2019-07-12T09:00"),
        ],
    ),
    row(
        inv,
        &[],
        &[
            Line("tip/urgent = yes"),
            Line("tip/received_at = 2019-07-13T09:00"),
        ],
    ),
    row(inv, &["I02"], &[Line("tip/no =")]).at("tip/no"),
    row(inv, &["I02"], &[Line("tip/received_at =")]).at("tip/received_at"),
    row(inv, &[], &[Line("tip/no ="), Line("tip/received_at =")]),
    row(
        inv,
        &["I02"],
        &[
            Line("tip/no ="),
            Line("tip/received_at ="),
            Line("tip/urgent = yes"),
        ],
    ),
    row(inv, &["I03"], &[Line("debtor_met =")]).at("debtor_met"),
    row(not_met, &["I03"], &[Line("neighbours/#8/name =")]).at("neighbours/#8/name"),
    row(not_met, &["I03"], &[Line("neighbours/#9/refused =")]),
    row(
        not_met,
        &["I03"],
        &[
            Line("neighbours/#8/name ="),
            Line("neighbours/#8/who ="),
            Line("neighbours/#9/refused ="),
            Line("neighbours/#9/who ="),
        ],
    )
    .at("neighbours"),
    row(inv, &["I04"], &[Line("willingness =")]).at("willingness"),
    row(inv, &["I04"], &[Line("assets_stated =")]).at("assets_stated"),
    row(inv, &["I04"], &[Line("property_order =")]).at("property_order"),
    row(inv, &["I04"], &[Line("property_order = not_served")]),
    row(inv, &[], &[Line("property_order = served_before")]),
    row(
        inv,
        &["I05"],
        &[Outside("a blank source", |it| {
            let source = Path::new(path("sources/#7")).unwrap();
            it.facts.values.insert(source, " ".into());
        })],
    ),
    row(inv, &["I05"], &[Line("sources/#7 =")]).at("sources"),
    row(
        inv,
        &["I05"],
        &[Outside("no photo", |it| it.facts.proofs.clear())],
    )
    .at("photos"),
    row(
        inv,
        &["I05"],
        &[Outside("a detail", |it| {
            it.facts.proofs[0].role = EvidenceRole::Detail
        })],
    ),
    row(
        inv,
        &[],
        &[
            Line("result = leads"),
            Line("sources/#7 ="),
            Outside("no photo", |it| it.facts.proofs.clear()),
        ],
    ),
];
