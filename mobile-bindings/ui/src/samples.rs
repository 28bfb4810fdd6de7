//! Named samples for the tests of pages: empty, usual, long and broken states. Sample people are
//! masked; nobody real is meant.

pub use crate::samples_acts::{
    detention_record, foreign_record, long_list, seizure_record, settlement_record,
};

use std::collections::BTreeMap;
use waiqin_core::{
    Delivery, EntryKind, EntryLine, Incident, IncidentKind, LastOutcome, Orphan, Parked,
    ParkedItem, Phase, Photo, RecordPage, RecordRow, Status,
};
use waiqin_protocol::canonical::Value;
use waiqin_protocol::ids::{
    BootId, CaseId, EntryHash, EvidenceHash, JournalId, Link, OfficerId, SubjectId,
};
use waiqin_protocol::journal::{
    Act, At, CaseRef, Change, Entry, Evidence, EvidenceRole, EvidenceSource, LogPosition, Path,
};
use waiqin_protocol::record::{EvidenceState, Record};
use waiqin_protocol::wire::problem::ProblemCode;
use waiqin_protocol::wire::sync::{CaseSheet, PartySheet};

/// 2019-07-02 08:30 +08:00
pub const NOW_MS: i64 = 1_562_027_400_000;
/// A normal case number.
pub const NUMBER: &str = "（2019）粤0115执2371号";
/// The officer who looks.
pub const ME: OfficerId = OfficerId::from_bytes([0xa; 16]);
/// An item of a list.
pub const ITEM: &str = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b";

fn party(name: &str, code: &str) -> PartySheet {
    PartySheet {
        code: Some(code.to_owned()),
        name: name.to_owned(),
    }
}

/// A case with an address, and one without and with two debtors.
pub fn two_cases() -> [CaseSheet; 2] {
    let with = CaseSheet {
        id: "4401150000100001".to_owned(),
        number: NUMBER.to_owned(),
        former_numbers: vec!["（2017）粤0115执905号".to_owned()],
        kind: "执".to_owned(),
        cause: "买卖合同纠纷".to_owned(),
        applicants: vec![party("某银行支行", "9144**********Y43")],
        debtors: vec![party("广州某某机械有限公司", "91440115MA59ABC13G")],
        amount_fen: Some(386_421_055),
        remaining_fen: Some(345_221_055),
        address: Some("大岗镇豪岗大道 18 号 3 号厂房".to_owned()),
        phone: Some("138****5678".to_owned()),
        filed_on: Some("2019-01-21".to_owned()),
        due_on: Some("2019-07-21".to_owned()),
        closed_on: None,
        officer: "王法官".to_owned(),
        department: "执行局".to_owned(),
        stage: "外勤行动".to_owned(),
        stay: "中止".to_owned(),
        basis: "（2018）粤0115民初8244号".to_owned(),
        list_version: 1,
        ..CaseSheet::default()
    };
    let without = CaseSheet {
        id: "号 & / ?".to_owned(),
        number: "（2019）粤0115执恢77号".to_owned(),
        applicants: vec![party("汤某", "440115199003071238")],
        debtors: vec![
            party("封某", "4401**********2568"),
            party(&"长".repeat(40), ""),
        ],
        amount_fen: Some(1),
        due_on: Some("2019-06-02".to_owned()),
        closed_on: Some("2019-06-30".to_owned()),
        close_mode: "执行完毕".to_owned(),
        stage: "别的阶段 <b>".to_owned(),
        ..CaseSheet::default()
    };
    [with, without]
}

/// Something waits, the line is fine.
pub fn status() -> Status {
    Status {
        saved_entries: 51,
        durable: true,
        undelivered_entries: 3,
        undelivered_photos: 5,
        undelivered_bytes: 14_300_000,
        received_photos: 61,
        last_contact_ms: Some(NOW_MS - 18 * 60_000),
        last_outcome: Some(LastOutcome::Done),
        next_try_ms: Some(NOW_MS + 600_000),
        phase: Phase::Idle,
        online: true,
        incidents: Vec::new(),
        incidents_untold: 0,
        parked: Vec::new(),
        differing: Vec::new(),
        compared_ms: Some(NOW_MS - 3 * 3_600_000),
    }
}

/// Nothing was ever done.
pub fn new_status() -> Status {
    Status {
        saved_entries: 1,
        undelivered_entries: 0,
        undelivered_photos: 0,
        undelivered_bytes: 0,
        last_contact_ms: None,
        last_outcome: None,
        next_try_ms: None,
        compared_ms: None,
        ..status()
    }
}

/// Everything that can go wrong has.
pub fn broken_status() -> Status {
    let hash = EvidenceHash::from_bytes([7; 32]);
    let kinds = [
        IncidentKind::TornEnd {
            aside: "000001.torn".to_owned(),
        },
        IncidentKind::EntriesLost { from: 3, to: 5 },
        IncidentKind::CustodyDamaged,
        IncidentKind::KeysCopyDamaged,
        IncidentKind::StoreRebuilt,
        IncidentKind::Orphan {
            hash,
            subject: SubjectId::from_bytes([9; 16]),
        },
        IncidentKind::EvidenceDamaged { hash },
        IncidentKind::ServerAhead {
            server: 9,
            phone: 5,
        },
        IncidentKind::Fork {
            server: 9,
            link: Link::ZERO,
        },
        IncidentKind::ServerRolledBack {
            held: LogPosition {
                number: 4,
                link: Link::ZERO,
            },
        },
        IncidentKind::ForeignReceipt { seq: 2 },
        IncidentKind::Revoked,
        IncidentKind::CaseFetchedAgain {
            number: "（2019）粤0115执2371号".to_owned(),
        },
    ];
    let parked = |item| Parked {
        item,
        code: ProblemCode::TooLarge,
        zh: "超过单件上限 500 MB".to_owned(),
        en: "over the limit of 500 MB".to_owned(),
        at_ms: NOW_MS - 86_400_000,
    };
    Status {
        durable: false,
        online: false,
        last_outcome: Some(LastOutcome::Unreachable),
        // The oldest was told.
        incidents_untold: kinds.len() - 1,
        incidents: kinds
            .into_iter()
            .map(|kind| Incident {
                at_ms: NOW_MS - 60_000,
                kind,
            })
            .collect(),
        parked: vec![
            parked(ParkedItem::Evidence(hash)),
            parked(ParkedItem::Journal(12)),
        ],
        differing: vec!["（2019）粤0115执恢88号".to_owned(), String::new()],
        ..status()
    }
}

/// A row of a record.
pub fn record_row() -> RecordRow {
    RecordRow {
        subject: SubjectId::from_bytes([9; 16]),
        act: Act::Investigation,
        case: case_ref(),
        place: "大岗镇豪岗大道 18 号 3 号厂房".to_owned(),
        opened_ms: NOW_MS - 7_200_000,
        changed_ms: NOW_MS - 3_600_000,
        photos: 6,
        photos_undelivered: 5,
        contested: 1,
        sealed: None,
        concluded: None,
        voided: None,
        delivery: Delivery::OnPhone,
    }
}

/// How a record names the first of the two cases.
pub fn case_ref() -> CaseRef {
    CaseRef {
        id: Some(CaseId("4401150000100001".to_owned())),
        normal: Some(NUMBER.to_owned()),
        pending: false,
        typed: "(2019)粤0115执2371".to_owned(),
    }
}

/// An entry on the sample record, a second after the one before it.
pub fn entry(seq: u64, journal: u8, author: OfficerId, change: Change) -> Entry {
    Entry {
        at: At {
            beacon: None,
            boot: BootId::from_bytes([1; 16]),
            mono: 1,
            wall: NOW_MS - 7_200_000 + i64::try_from(seq).unwrap() * 1000,
        },
        author,
        base: None,
        beacon: None,
        change,
        journal: JournalId::from_bytes([journal; 16]),
        seq,
        subject: SubjectId::from_bytes([9; 16]),
        v: 1,
    }
}

/// Values by path.
pub fn values(pairs: &[(&str, Value)]) -> BTreeMap<Path, Value> {
    pairs
        .iter()
        .map(|(path, value)| (Path::new(*path).unwrap(), value.clone()))
        .collect()
}

fn fix() -> Value {
    Value::Map(BTreeMap::from([
        ("acc_cm".to_owned(), Value::Int(800)),
        ("age_ms".to_owned(), Value::Int(20)),
        ("lat".to_owned(), Value::Int(228_367_845)),
        ("lon".to_owned(), Value::Int(1_135_299_432)),
        ("provider".to_owned(), Value::from("fused")),
    ]))
}

/// A photo with every fact, under its own number.
pub fn photo(n: u8, role: EvidenceRole) -> Photo {
    Photo {
        state: EvidenceState {
            evidence: Evidence {
                caption: Some("东侧 <铭牌>".to_owned()),
                fix: None,
                hash: EvidenceHash::from_bytes([n; 32]),
                height: Some(3024),
                how: None,
                item: None,
                length: 2_850_000,
                media: Some("image/jpeg".to_owned()),
                name: "IMG_20190702_081500.jpg".to_owned(),
                role,
                source: EvidenceSource::Camera,
                taken: Some(NOW_MS - 900_000),
                width: Some(4032),
            },
            entry: EntryHash::from_bytes([n; 32]),
            at: NOW_MS - 900_000,
            missing: None,
            withdrawn: None,
        },
        on_phone: true,
        delivery: Delivery::OnPhone,
    }
}

/// A photo that no entry names, of the sample record.
pub fn orphan() -> Orphan {
    Orphan {
        hash: EvidenceHash::from_bytes([7; 32]),
        length: 2_850_000,
        record: SubjectId::from_bytes([9; 16]),
        role: EvidenceRole::Nameplate,
        at_ms: NOW_MS - 900_000,
    }
}

/// A photo of every state.
pub fn photos() -> Vec<Photo> {
    let usual = photo(1, EvidenceRole::Overall);
    let mut delivered = photo(2, EvidenceRole::Nameplate);
    delivered.delivery = Delivery::Received;
    let mut pruned = photo(3, EvidenceRole::Detail);
    pruned.delivery = Delivery::Received;
    pruned.on_phone = false;
    let mut lost = photo(4, EvidenceRole::Other);
    lost.on_phone = false;
    let mut unreadable = photo(5, EvidenceRole::Paper);
    unreadable.state.evidence.media = None;
    unreadable.state.evidence.width = None;
    unreadable.state.evidence.source = EvidenceSource::External;
    unreadable.state.evidence.how = Some("申请人当场提供".to_owned());
    unreadable.state.evidence.taken = None;
    let mut withdrawn = photo(6, EvidenceRole::Lease);
    withdrawn.state.withdrawn = Some("拍错门牌".to_owned());
    let mut missing = photo(7, EvidenceRole::Injury);
    missing.on_phone = false;
    missing.state.missing = Some("存储卡损坏".to_owned());
    vec![
        usual, delivered, pruned, lost, unreadable, withdrawn, missing,
    ]
}

/// A record with every kind of field, one of them contested by another phone.
pub fn full_record() -> RecordPage {
    let opened = entry(
        2,
        1,
        ME,
        Change::RecordOpened {
            act: Act::Investigation,
            case: case_ref(),
            values: values(&[
                (&format!("officers/{ITEM}/person"), Value::from("李某")),
                (&format!("officers/{ITEM}/role"), Value::from("executor")),
            ]),
        },
    );
    let filled = entry(
        3,
        1,
        ME,
        Change::FieldsChanged {
            values: values(&[
                ("t0", Value::Int(NOW_MS - 7_200_000)),
                ("place", Value::from("大岗镇 \"18\" 号 <厂房> & 仓库")),
                ("fix", fix()),
                (
                    &format!("officers/{ITEM}/id_shown_at"),
                    Value::Int(NOW_MS - 7_100_000),
                ),
                (&format!("officers/{ITEM}/uniform"), Value::from(true)),
                ("debtor_met", Value::from(false)),
                (
                    "no_witness_reason",
                    Value::from("到场时现场无人，经敲门、呼叫无人应答。"),
                ),
                (&format!("present/{ITEM}/name"), Value::from("周某")),
                (
                    &format!("present/{ITEM}/role"),
                    Value::from("legal_representative"),
                ),
                (&format!("present/{ITEM}/id_not_shown"), Value::from(true)),
                ("special/ill", Value::from(true)),
                (&format!("checked/{ITEM}/item"), Value::from("premises")),
                (&format!("checked/{ITEM}/none_found"), Value::from(true)),
                (&format!("questions/{ITEM}/q"), Value::from("何时履行？")),
                (
                    &format!("questions/{ITEM}/a"),
                    Value::from("年底前。\n另行联系。"),
                ),
                (&format!("sources/{ITEM}"), Value::from("物业")),
                (
                    "course",
                    Value::from("门锁闭。\n物业证实仍在生产，机器夜间运行。"),
                ),
                ("result", Value::from("leads")),
            ]),
        },
    );
    let other = entry(
        1,
        2,
        OfficerId::from_bytes([0xb; 16]),
        Change::FieldsChanged {
            values: values(&[
                ("result", Value::from("no_assets")),
                ("remarks", Value::from("x")),
            ]),
        },
    );
    let hash = |n| EntryHash::from_bytes([n; 32]);
    let mut record = Record::open(&opened, hash(0x21)).unwrap();
    let _ = record.apply(&filled, hash(0x22));
    let _ = record.apply(&other, hash(0x23));
    let photos = photos();
    record.evidence = photos.iter().map(|it| it.state.clone()).collect();
    let line = |n: u8, kind, delivery| EntryLine {
        seq: Some(n.into()),
        author: ME,
        hash: hash(0x1f + n),
        kind,
        paths: Vec::new(),
        at_ms: NOW_MS - 7_200_000,
        delivery,
        verdict: None,
    };
    RecordPage {
        record,
        photos,
        entries: vec![
            line(2, EntryKind::RecordOpened, Delivery::Received),
            line(3, EntryKind::FieldsChanged, Delivery::OnPhone),
        ],
        delivery: Delivery::OnPhone,
    }
}

/// A record just opened, on a case without a number.
pub fn new_record() -> RecordPage {
    let case = CaseRef {
        pending: true,
        ..CaseRef::default()
    };
    let change = Change::RecordOpened {
        act: Act::Investigation,
        case,
        values: BTreeMap::new(),
    };
    let record = Record::open(&entry(2, 1, ME, change), EntryHash::from_bytes([0x21; 32])).unwrap();
    RecordPage {
        record,
        photos: Vec::new(),
        entries: Vec::new(),
        delivery: Delivery::OnPhone,
    }
}

/// A record that somebody sealed.
pub fn sealed_record() -> RecordPage {
    sealed(full_record())
}

/// A record after its seal.
pub fn sealed(mut page: RecordPage) -> RecordPage {
    let record = &mut page.record;
    let body = record.body();
    let covers = record.covers();
    let change = Change::Sealed {
        body: body.document().unwrap(),
        covers,
        findings: Vec::new(),
        overrides: Vec::new(),
    };
    record.apply(&entry(9, 9, ME, change), EntryHash::from_bytes([0x99; 32]));
    page
}
