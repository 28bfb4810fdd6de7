//! Records of the acts that have papers, written as lines `path = value`; `#3` stands for the id of
//! an item, `T15:40` for a time of 2 July 2019. People are masked; nobody real is meant.

use crate::samples::{self, ME, NOW_MS};
use std::collections::BTreeMap;
use waiqin_core::{OfficerOnPhone, RecordPage, SealSheet};
use waiqin_protocol::canonical::Value;
use waiqin_protocol::fields::{Kind, field_at};
use waiqin_protocol::ids::{EntryHash, EvidenceHash, ItemId, JournalId, OfficerId, ServerId};
use waiqin_protocol::journal::{
    Act, Certificate, Change, Countersign, JournalCause, Override, Path, Signed,
};
use waiqin_protocol::numbers::days::instant_ms;
use waiqin_protocol::record::{Record, Signature, Strokes};
use waiqin_protocol::rules::{self, RuleContext, RuleSet};
use waiqin_protocol::suite::{Ed25519Signer, Signer as _};
use waiqin_protocol::wire::countersign::{CountersignAnswer, CountersignRequest};
use waiqin_protocol::wire::enrol::OfficerCard;

/// The second officer.
pub const SECOND: OfficerId = OfficerId::from_bytes([0xd; 16]);

/// Id of item `n`.
pub fn id(n: u8) -> ItemId {
    ItemId::from_bytes([n; 16])
}

fn path(text: &str) -> String {
    let parts = text.split('/').map(|part| match part.strip_prefix('#') {
        Some(n) => id(n.parse().unwrap()).to_string(),
        None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

fn value(act: Act, at: &str, text: &str) -> Value {
    let field = field_at(act, at).unwrap_or_else(|| panic!("no field {at}"));
    match field.kind {
        Kind::Line | Kind::Text | Kind::Day | Kind::Choice(_) => text.into(),
        Kind::Integer | Kind::Fen => text.parse::<i64>().unwrap().into(),
        Kind::Moment => {
            let time = chrono::NaiveTime::parse_from_str(text, "T%H:%M").unwrap();
            let day = chrono::NaiveDate::from_ymd_opt(2019, 7, 2).unwrap();
            instant_ms(day.and_time(time)).into()
        }
        Kind::Flag | Kind::YesNo => (text == "yes").into(),
        Kind::Item(_) => path(text).into(),
        Kind::Fix => panic!("no fix here"),
    }
}

/// A record of an act that says these lines.
pub fn record(act: Act, lines: &str) -> RecordPage {
    let mut values = BTreeMap::new();
    for line in lines.lines().filter(|it| !it.trim().is_empty()) {
        let (at, text) = line.split_once('=').unwrap();
        let at = path(at.trim());
        values.insert(Path::new(at.clone()).unwrap(), value(act, &at, text.trim()));
    }
    with_values(act, values)
}

/// A record of an act with these values.
pub fn with_values(act: Act, values: BTreeMap<Path, Value>) -> RecordPage {
    let case = samples::record_row().case;
    let change = Change::RecordOpened { act, case, values };
    let opened = samples::entry(2, 1, ME, change);
    let mut page = samples::new_record();
    page.record = Record::open(&opened, EntryHash::from_bytes([0x21; 32])).unwrap();
    page
}

/// 查封: a factory with two machines and a van; somebody has yet to sign.
pub fn seizure() -> RecordPage {
    let mut page = record(
        Act::Seal,
        "t0 = T14:03
         t1 = T16:20
         place = 大岗镇豪岗大道 18 号 <3> 号厂房
         officers/#1/person = 李某
         officers/#1/role = executor
         officers/#1/id_shown_at = T14:05
         officers/#1/uniform = yes
         officers/#1/recusal = none
         officers/#2/person = 陈某
         officers/#2/role = clerk
         officers/#2/recusal = none
         debtor/name = 广州某某机械有限公司
         debtor/kind = entity
         docs/#3/type = ruling
         docs/#3/no = （2019）粤0115执2371号之一
         docs/#3/on = 2019-06-28
         docs/#3/shown_at = T14:06
         notices/#4/to = 周某
         notices/#4/class = legal_representative
         notices/#4/mode = telephone
         notices/#4/at = T10:30
         notices/#4/came = came
         present/#5/name = 周某
         present/#5/role = legal_representative
         present/#5/id_no = 440115199003071238
         present/#6/name = 黄某
         present/#6/role = grassroots
         present/#6/post = 大岗社区居委会
         special/deputy = no
         special/ill = no
         assets/#7/line = 2
         assets/#7/name = 数控车床
         assets/#7/kind = equipment
         assets/#7/quantity = 2
         assets/#7/unit = 台
         assets/#7/condition = 正常
         assets/#7/location = 厂房东侧
         assets/#7/est_value_fen = 32000000
         assets/#7/rank = waiting
         assets/#8/line = 1
         assets/#8/name = 小型货车
         assets/#8/kind = vehicle
         assets/#8/quantity = 1
         assets/#8/unit = 辆
         assets/#8/plate = 粤A12345
         assets/#8/est_value_fen = 4500050
         list_handed/to = 周某
         list_handed/at = T16:10
         list_handed/copies = 1
         keeper/name = 周某
         keeper/kind = debtor
         keeper/use_allowed = yes
         publicity/seal_nos/#9 = 粤0115封 001
         publicity/seal_nos/#10 = 粤0115封 002
         expires_on = 2021-07-01
         course = 门卫带入，法定代表人到场。当场清点，逐台贴封。
         read_back/done = yes",
    );
    page.record.evidence = samples::photos().into_iter().map(|it| it.state).collect();
    page.record.evidence[0].evidence.item = Some(id(7));
    page
}

/// 司法拘留.
pub fn detention() -> RecordPage {
    record(
        Act::Detention,
        "t0 = T09:10
         t1 = T11:00
         place = 大岗派出所
         officers/#1/person = 李某
         officers/#1/role = executor
         officers/#2/person = 何某
         officers/#2/role = judicial_police
         target/name = 周某
         target/kind = person
         target/gender = male
         docs/#3/type = detention_decision
         docs/#3/no = （2019）粤0115司惩3号
         docs/#3/approved_by = president
         execution = delivered
         act_on = 2019-06-30
         facts = 撕毁封条，转移已被查封的车床。
         legal_item = cpl_114_3
         days = 15
         from_on = 2019-07-02
         to_on = 2019-07-16
         read_out_at = T09:20
         served/at = T09:25
         served/signed = yes
         review_told = yes
         jail/name = 某区拘留所
         jail/receipt_no = 回 088
         jail/in_at = T10:50
         family_notice/who = 周某之妻
         family_notice/mode = telephone
         family_notice/at = T09:40
         present/#5/name = 周某
         present/#5/role = debtor
         present/#5/refusal = 经告知，拒绝签名。
         course = 到所交付。",
    )
}

/// 执行和解.
pub fn settlement() -> RecordPage {
    record(
        Act::Settlement,
        "t0 = T15:00
         place = 执行局调解室
         officers/#1/person = 李某
         officers/#1/role = judge
         parties/#5/name = 某银行支行
         parties/#5/side = applicant
         parties/#5/agent = 汤某
         parties/#6/name = 广州某某机械有限公司
         parties/#6/side = debtor
         parties/#6/signed = yes
         total_fen = 32000000
         instalments/#7/amount_fen = 20000000
         instalments/#7/due_on = 2019-12-31
         instalments/#8/amount_fen = 12000000
         instalments/#8/due_on = 2019-09-30
         guarantors/#9/name = 封某
         guarantors/#9/direct_enforcement = yes
         guarantors/#9/term = 两年
         default_clause = 任何一期逾期，申请执行人可申请恢复执行。
         default_told = yes",
    )
}

/// What the rules say of a record on the morning after.
pub fn sheet(record: &Record) -> SealSheet {
    sheet_by(record, &RuleSet::default())
}

/// The same in a court that weighs the rules so.
pub fn sheet_by(record: &Record, set: &RuleSet) -> SealSheet {
    let body = record.body();
    let facts = body.facts(record).unwrap();
    let context = RuleContext {
        now: NOW_MS + 86_400_000,
        ..RuleContext::default()
    };
    let progress = rules::progress(&facts, &context, set);
    SealSheet {
        hash: body.hash().unwrap(),
        blocked: record.sealable().err(),
        found: progress.found,
        held: progress.held,
        facts,
        body,
    }
}

/// Sealed with what was missing, for a reason.
pub fn sealed(mut page: RecordPage) -> RecordPage {
    let sheet = sheet(&page.record);
    let mut overrides: Vec<Override> = Vec::new();
    for found in &sheet.found {
        if overrides.len() < 2 && overrides.iter().all(|it| it.rule != found.rule) {
            overrides.push(Override {
                officer: Some(SECOND).filter(|_| overrides.is_empty()),
                reason: "现场 <停电>，次日补拍".to_owned(),
                rule: found.rule.to_owned(),
            });
        }
    }
    let change = Change::Sealed {
        body: sheet.body.document().unwrap(),
        covers: page.record.covers(),
        findings: sheet.found.iter().map(rules::Found::finding).collect(),
        overrides,
    };
    let entry = samples::entry(9, 1, ME, change);
    page.record.apply(&entry, EntryHash::from_bytes([0x99; 32]));
    assert_eq!(page.record.seals.len(), 1);
    page
}

/// A signature of item `n` over the text as it stands.
pub fn signed(mut page: RecordPage, n: u8) -> RecordPage {
    page.record.signatures.push(Signature {
        body: page.record.body().hash().unwrap(),
        person: id(n),
        strokes: EvidenceHash::from_bytes([n; 32]),
        entry: EntryHash::from_bytes([n; 32]),
        at: NOW_MS,
    });
    page
}

/// The strokes of item `n`.
pub fn strokes(n: u8) -> BTreeMap<EvidenceHash, Strokes> {
    let text = br#"{"v":1,"w":3400,"h":1200,"strokes":[[[200,900,0,500],[900,300,20,600],[1500,900,40,400]],[[1900,300,90,500],[2600,900,120,500],[3000,500,160,300]]]}"#;
    BTreeMap::from([(
        EvidenceHash::from_bytes([n; 32]),
        Strokes::read(text).unwrap(),
    )])
}

/// Who is enrolled on the phone: the officer who looks, and another.
pub fn on_phone() -> Vec<OfficerOnPhone> {
    [(ME, "李某"), (SECOND, "陈某")]
        .map(|(id, name)| OfficerOnPhone {
            card: OfficerCard {
                id,
                list_name: "王法官".to_owned(),
                name: name.to_owned(),
            },
            court: "某市某区人民法院".to_owned(),
            server: ServerId::from_bytes([2; 16]),
        })
        .into()
}

/// What the first officer's phone asks.
pub fn request(record: &Record) -> CountersignRequest {
    CountersignRequest {
        act: record.act,
        at: NOW_MS,
        case: record.case.clone(),
        officer: ME,
        officer_name: "李某".to_owned(),
        place: record.text("place").to_owned(),
        record: record.seals[0].hash,
        server: ServerId::from_bytes([2; 16]),
        subject: record.subject,
    }
}

/// The second officer's answer.
pub fn answer(asked: &CountersignRequest) -> CountersignAnswer {
    let signer = Ed25519Signer::from_secret(&[4; 32]);
    let journal = JournalId::from_bytes([0xd; 16]);
    let opened = Change::JournalOpened {
        cause: JournalCause::Enrolled,
        device: waiqin_protocol::ids::DeviceId::from_bytes([1; 16]),
        key: signer.public_key(),
        officer: SECOND,
        parent: None,
        server: asked.server,
        suite: 1,
    };
    let first = samples::entry(1, 0xd, SECOND, opened).to_bytes().unwrap();
    let certificate = Certificate {
        entry: waiqin_protocol::journal::entry_hash(&first),
        journal,
        server: asked.server,
    };
    let countersign = Countersign {
        at: NOW_MS,
        journal,
        record: asked.record,
        role: "书记员".to_owned(),
        server: asked.server,
    };
    CountersignAnswer::of(
        Signed::sign(certificate, &signer).unwrap(),
        Signed::sign(countersign, &signer).unwrap(),
        &first,
        "陈某".to_owned(),
    )
}

/// A sealed record that the second officer signed.
pub fn countersigned() -> RecordPage {
    let mut page = sealed(signed(seizure(), 5));
    let answer = answer(&request(&page.record));
    let change = Change::Countersigned {
        certificate: Some(answer.certificate),
        countersign: answer.countersign,
        key: None,
    };
    let entry = samples::entry(10, 1, ME, change);
    page.record.apply(&entry, EntryHash::from_bytes([0x9a; 32]));
    page
}

/// What the second officer's phone called him.
pub fn second_names() -> std::collections::BTreeMap<JournalId, String> {
    std::collections::BTreeMap::from([(JournalId::from_bytes([0xd; 16]), "陈 <某>".to_owned())])
}
