//! Named samples of the acts: a seizure with its list, a detention, a settlement, and an act that
//! this phone only reads.

use crate::samples::{ITEM, ME, NOW_MS, case_ref, entry, photo, values};
use waiqin_core::{Delivery, EntryKind, EntryLine, RecordPage};
use waiqin_protocol::canonical::Value;
use waiqin_protocol::ids::EntryHash;
use waiqin_protocol::journal::{Act, Change, EvidenceRole};
use waiqin_protocol::record::Record;

/// Another item of a list.
pub const OTHER_ITEM: &str = "0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c";

/// A record of an act with these values, given by the officer who looks.
fn record_of(act: Act, given: &[(&str, Value)]) -> RecordPage {
    let opened = Change::RecordOpened {
        act,
        case: case_ref(),
        values: values(given),
    };
    let hash = EntryHash::from_bytes([0x31; 32]);
    let record = Record::open(&entry(2, 1, ME, opened), hash).unwrap();
    RecordPage {
        record,
        photos: Vec::new(),
        entries: vec![EntryLine {
            seq: Some(2),
            author: ME,
            hash,
            kind: EntryKind::RecordOpened,
            paths: Vec::new(),
            at_ms: NOW_MS - 7_200_000,
            delivery: Delivery::OnPhone,
            verdict: None,
        }],
        delivery: Delivery::OnPhone,
    }
}

/// A line of the list of assets: values by name under an id.
fn line(id: &str, n: i64, pairs: &[(&str, Value)]) -> Vec<(String, Value)> {
    let mut line = vec![(format!("assets/{id}/line"), Value::Int(n))];
    line.extend(
        pairs
            .iter()
            .map(|(name, value)| (format!("assets/{id}/{name}"), value.clone())),
    );
    line
}

/// A seizure with a list of every kind, as the sketch has it.
pub fn seizure_record() -> RecordPage {
    let text = |it: &str| Value::from(it);
    let mut given: Vec<(String, Value)> = [
        ("t0", Value::Int(NOW_MS - 7_200_000)),
        ("place", text("大岗镇豪岗大道 \"18\" 号 <厂房>")),
        ("debtor/name", text("广州某某机械有限公司")),
        ("no_witness_reason", text("到场时现场无人")),
        ("publicity/notice_no", text("公告 <1>")),
        ("keeper/name", text("周某")),
        ("keeper/kind", text("debtor")),
        ("keeper/use_allowed", Value::from(true)),
        ("list_handed/copies", Value::Int(2)),
        ("cash/amount_fen", Value::Int(1_860_000)),
        ("expires_on", text("2021-07-01")),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    for (path, value) in [
        (format!("officers/{ITEM}/person"), "李某"),
        (format!("officers/{OTHER_ITEM}/person"), "陈某"),
        (format!("docs/{ITEM}/type"), "ruling"),
        (format!("docs/{ITEM}/no"), "（2019）粤0115执2371号之一"),
        (format!("present/{ITEM}/name"), "周某"),
        (format!("present/{ITEM}/role"), "legal_representative"),
        (format!("notices/{ITEM}/class"), "legal_representative"),
        (format!("notices/{ITEM}/came"), "refused"),
        (format!("publicity/seal_nos/{ITEM}"), "0115-2250"),
        (format!("cash/counted_by/{ITEM}"), ITEM),
        (format!("follow_ups/{ITEM}/kind"), "tell_registry"),
    ] {
        given.push((path, text(value)));
    }
    given.extend(line(
        ITEM,
        1,
        &[
            ("kind", text("equipment")),
            ("name", text("数控车床 <CK6150>")),
            ("quantity", Value::Int(2)),
            ("unit", text("台")),
            ("rank", text("first")),
            ("est_value_fen", Value::Int(32_000_000)),
        ],
    ));
    given.extend(line(
        &"0d".repeat(16),
        2,
        &[
            ("kind", text("vehicle")),
            ("name", text("小型货车")),
            ("plate", text("粤A12K45")),
            ("vin", text("LSVAU033872095347")),
            ("rank", text("waiting")),
            ("owner", text("co_owned")),
            ("est_value_fen", Value::Int(6_200_000)),
        ],
    ));
    given.extend(line(
        &"0e".repeat(16),
        3,
        &[("kind", text("other_movable")), ("name", text("模具"))],
    ));
    given.extend(line(
        &"0f".repeat(16),
        4,
        &[("kind", text("cash")), ("name", text("现金"))],
    ));
    let given: Vec<(&str, Value)> = given
        .iter()
        .map(|(path, value)| (path.as_str(), value.clone()))
        .collect();
    let mut page = record_of(Act::Seal, &given);
    let item = |id: &str| Some(id.parse().unwrap());
    let mut bound = photo(1, EvidenceRole::Overall);
    bound.state.evidence.item = item(ITEM);
    let mut cash = photo(2, EvidenceRole::Detail);
    cash.state.evidence.item = item(&"0f".repeat(16));
    page.photos = vec![bound, cash, photo(3, EvidenceRole::Overall)];
    page.record.evidence = page.photos.iter().map(|it| it.state.clone()).collect();
    page
}

/// A removal whose list has 120 lines.
pub fn long_list() -> RecordPage {
    let mut given = Vec::new();
    for n in 1..=120u8 {
        let id = format!("{n:02x}").repeat(16);
        let kind = [("kind", Value::from("goods")), ("unit", Value::from("件"))];
        given.extend(line(&id, n.into(), &kind));
    }
    let given: Vec<(&str, Value)> = given
        .iter()
        .map(|(path, value)| (path.as_str(), value.clone()))
        .collect();
    record_of(Act::Removal, &given)
}

/// A detention whose decision is served.
pub fn detention_record() -> RecordPage {
    record_of(
        Act::Detention,
        &[
            ("debtor/name", Value::from("封某")),
            ("debtor/kind", Value::from("person")),
            ("target/address", Value::from("大岗镇 <9> 号")),
            ("days", Value::Int(15)),
            ("to_on", Value::from("2019-07-16")),
            ("legal_item", Value::from("cpl_114_6")),
            ("emergency", Value::from(true)),
            ("execution", Value::from("delivered")),
        ],
    )
}

/// A settlement of 300,000.00 in instalments, two of which are agreed.
pub fn settlement_record() -> RecordPage {
    let at = |id: &str, name: &str| format!("instalments/{id}/{name}");
    record_of(
        Act::Settlement,
        &[
            ("total_fen", Value::Int(30_000_000)),
            (&at(ITEM, "amount_fen"), Value::Int(10_000_000)),
            (&at(ITEM, "due_on"), Value::from("2019-08-01")),
            (&at(OTHER_ITEM, "amount_fen"), Value::Int(10_000_000)),
            (
                &format!("parties/{ITEM}/name"),
                Value::from("某银行 <支行>"),
            ),
            (&format!("parties/{ITEM}/side"), Value::from("applicant")),
            (&format!("guarantors/{ITEM}/name"), Value::from("冯某")),
        ],
    )
}

/// A service that another phone recorded: it can only be read here.
pub fn foreign_record() -> RecordPage {
    record_of(
        Act::Service,
        &[
            ("place", Value::from("某小区 <2> 栋")),
            ("mode", Value::from("left")),
            ("receiver/age", Value::Int(41)),
            (&format!("docs/{ITEM}/type"), Value::from("summons")),
        ],
    )
}
