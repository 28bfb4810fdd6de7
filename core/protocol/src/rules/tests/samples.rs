//! Records that are complete for their act, written as lines `path = value`. `#3` stands for the id
//! of an item; `T15:40` for a time of the day of the act.

use super::super::*;
use crate::canonical::Value;
use crate::fields::{Kind, field_at};
use crate::ids::{EvidenceHash, ItemId};
use crate::journal::{CaseRef, EvidenceRole, EvidenceSource, Path};
use crate::numbers::days::instant_ms;
use crate::numbers::money::Fen;
use crate::record::{Facts, Proof};
use chrono::{NaiveDate, NaiveTime};

/// A record with the outside facts.
#[derive(Clone)]
pub struct Sample {
    pub facts: Facts,
    pub context: RuleContext,
    pub set: RuleSet,
    day: NaiveDate,
}

/// Id of item `n`.
pub fn id(n: u8) -> ItemId {
    ItemId::from_bytes([n; 16])
}

/// `officers/#1/person` with the id written out.
pub fn path(text: &str) -> String {
    let parts = text.split('/').map(|part| match part.strip_prefix('#') {
        Some(n) => id(n.parse().unwrap()).to_string(),
        None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

impl Sample {
    fn new(act: Act, case_no: &str, day: (i32, u32, u32), lines: &[&str]) -> Self {
        let day = NaiveDate::from_ymd_opt(day.0, day.1, day.2).unwrap();
        let case = CaseRef {
            id: None,
            normal: Some(case_no.into()),
            pending: false,
            typed: case_no.into(),
        };
        let mut sample = Self {
            facts: Facts::empty(act, case),
            context: RuleContext {
                beacon_age: Some(72 * 3_600_000),
                ..RuleContext::default()
            },
            set: RuleSet::default(),
            day,
        };
        sample.context.now = sample.moment("T18:30");
        lines
            .iter()
            .flat_map(|it| it.lines())
            .filter(|it| !it.trim().is_empty())
            .for_each(|line| sample.set(line));
        sample
    }

    /// A record of 9 July 2019 that says only this.
    pub fn of(act: Act, lines: &[&str]) -> Self {
        Self::new(act, "（2019）粤0115执1839号", (2019, 7, 9), lines)
    }

    /// ms UTC of `T15:40` or `2019-07-03T15:40`.
    pub fn moment(&self, text: &str) -> i64 {
        let (day, time) = text.split_once('T').unwrap();
        let day = match day {
            "" => self.day,
            day => day.parse().unwrap(),
        };
        let time = NaiveTime::parse_from_str(time, "%H:%M").unwrap();
        instant_ms(day.and_time(time))
    }

    /// One line: `path = value`, or `path =` to remove.
    pub fn set(&mut self, line: &str) {
        let (at, value) = line
            .split_once('=')
            .unwrap_or_else(|| panic!("no line: {line}"));
        let (at, value) = (path(at.trim()), value.trim());
        let field = field_at(self.facts.act, &at).unwrap_or_else(|| panic!("no field {at}"));
        let key = Path::new(at.as_str()).unwrap();
        if value.is_empty() {
            assert!(
                self.facts.values.remove(&key).is_some(),
                "{at} was not there"
            );
            return;
        }
        let value: Value = match field.kind {
            Kind::Line | Kind::Text | Kind::Day | Kind::Choice(_) => value.into(),
            Kind::Integer | Kind::Fen => value.parse::<i64>().unwrap().into(),
            Kind::Moment => self.moment(value).into(),
            Kind::Flag | Kind::YesNo => (value == "yes").into(),
            Kind::Item(_) => path(value).into(),
            Kind::Fix => {
                let numbers = ["acc_cm", "age_ms", "lat", "lon"];
                let mut members: std::collections::BTreeMap<String, Value> =
                    numbers.map(|it| (it.to_owned(), 450.into())).into();
                members.insert("provider".into(), "gnss".into());
                Value::Map(members)
            }
        };
        field
            .check(&value)
            .unwrap_or_else(|error| panic!("{line}: {error}"));
        self.facts.values.insert(key, value);
    }

    /// A photo of a role, of item `n` (0: of none), that verifies.
    pub fn photo(&mut self, role: EvidenceRole, item: u8) {
        let n = u8::try_from(self.facts.proofs.len()).unwrap() + 1;
        let hash = EvidenceHash::from_bytes([n; 32]);
        self.facts.proofs.push(Proof {
            hash,
            item: (item > 0).then(|| id(item)),
            role,
            source: EvidenceSource::Camera,
        });
        self.context.hashes_ok.insert(hash, true);
    }

    pub fn found(&self) -> Vec<Found> {
        evaluate(&self.facts, &self.context, &self.set)
    }
}

const COMMON: &str = "
    place = 广州市南沙区某镇某路 3 号
    fix = here
    officers/#1/person = 王某
    officers/#1/role = judge
    officers/#1/id_shown_at = T10:21
    officers/#1/recusal = none
    officers/#2/person = 周某
    officers/#2/role = judicial_police
    officers/#2/recusal = none
    debtor/name = 封某
    debtor/kind = person
    present/#3/name = 封某
    present/#3/role = debtor
    present/#3/id_no = 440115199003071246
    present/#3/signed = yes
    special/deputy = no
    special/military = no
    special/foreign = no
    special/pregnant = no
    special/over_70 = no
    special/ill = no
    read_back/done = yes
    course = 依法进行。
";

/// 现场调查 on a tip, the debtor met, something left to find.
pub fn investigation() -> Sample {
    let mut it = Sample::new(
        Act::Investigation,
        "（2019）粤0115执1551号",
        (2019, 7, 16),
        &[
            COMMON,
            "
            t0 = T10:20
            t1 = T11:20
            checked/#4/item = residence
            checked/#4/fact = 门牌与地址一致，有人居住
            checked/#5/item = vehicle
            checked/#5/none_found = yes
            debtor_met = yes
            willingness = 愿意分期履行
            assets_stated = 无房产、车辆
            property_order = served_now
            rights_told = yes
            tip/no = 线索 12
            tip/received_at = 2019-07-09T09:00
            result = no_assets
            sources/#6 = 物业
            sources/#7 = 居委
        ",
        ],
    );
    it.photo(EvidenceRole::Overall, 0);
    it
}

/// 现场调查 without meeting the debtor.
pub fn not_met() -> Sample {
    let mut it = investigation();
    for line in [
        "debtor_met = no",
        "willingness =",
        "assets_stated =",
        "property_order =",
        "neighbours/#8/who = 邻居",
        "neighbours/#8/name = 陈某",
        "neighbours/#9/who = 物业",
        "neighbours/#9/refused = yes",
    ] {
        it.set(line);
    }
    it
}

const SEIZURE: &str = "
    t0 = T10:20
    t1 = T12:00
    docs/#10/type = ruling
    docs/#10/no = （2019）粤0115执1839号之一
    docs/#10/on = 2019-07-09
    notices/#11/to = 封某
    notices/#11/class = debtor
    notices/#11/mode = telephone
    notices/#11/at = T09:00
    notices/#11/came = came
    present/#12/name = 陈某
    present/#12/role = grassroots
    present/#12/id_no = 440115199003071238
    present/#12/signed = yes
    list_handed/to = 封某
    list_handed/at = T11:50
    list_handed/copies = 1
    keeper/name = 封某
    keeper/kind = debtor
    keeper/signed = yes
    keeper/use_allowed = yes
    effect_from = 2019-07-09
    expires_on = 2021-07-09
    assets/#20/name = 数控车床
    assets/#20/kind = equipment
    assets/#20/class = movable
    assets/#20/rank = first
    assets/#20/quantity = 1
    assets/#20/unit = 台
    assets/#20/condition = 完好
    assets/#20/location = 车间东侧
    assets/#20/est_value_fen = 20000000
    assets/#20/senior_liens_fen = 1000000
    assets/#20/owner = debtor
    assets/#20/held_by = debtor
";

fn photographed(mut it: Sample, items: &[u8]) -> Sample {
    for item in items {
        it.photo(EvidenceRole::Overall, *item);
        it.photo(EvidenceRole::Detail, *item);
    }
    it
}

/// 查封 of one machine, at the person's workshop.
pub fn seal() -> Sample {
    let lines = [COMMON, SEIZURE, "publicity/seal_nos/#13 = 0001"];
    let mut it = Sample::new(Act::Seal, "（2019）粤0115执1839号", (2019, 7, 9), &lines);
    it.photo(EvidenceRole::SealStrip, 0);
    photographed(it, &[20])
}

/// 查封 of an entity's machine (seed case D).
pub fn seal_of_entity() -> Sample {
    let mut it = seal();
    for line in [
        "debtor/name = 广东某建设管理有限公司",
        "debtor/kind = entity",
        "debtor/id_no = 91440115MA59ABC13G",
        "notices/#11/class = legal_representative",
        "present/#12/signed =",
        "present/#12/refusal = 经告知，拒绝签名",
        "present/#3/role = legal_representative",
    ] {
        it.set(line);
    }
    it
}

/// 查封 of everything that has a rule of its own.
pub fn seal_of_all_kinds() -> Sample {
    let asset = |n: u8, rest: &str| {
        let at = format!("assets/#{n}");
        let mut lines = format!(
            "{at}/name = 财产{n}\n{at}/quantity = 1\n{at}/unit = 件\n{at}/condition = 完好\n{at}/location = 现场\n"
        );
        for line in rest.split(';') {
            lines += &format!("{at}/{}\n", line.trim());
        }
        lines
    };
    let lines = [
        COMMON.to_owned(),
        SEIZURE.to_owned(),
        "publicity/notice_no = 公告 3".into(),
        "expires_on = 2020-07-08".into(),
        asset(21, "kind = vehicle; class = movable; registered = yes; registry = 车管所; plate = 粤A12345; vin = LSVAG2186E2100001; assist_notice = #30"),
        asset(22, "kind = vehicle; class = movable; registered = no; engine_no = 2210045"),
        asset(23, "kind = house; class = real_estate_equity_other; registered = yes; registry = 不动产登记中心; assist_notice = #30; sole_home = yes; note = 唯一住房，可查封不可处置; owner = co_owned; co_owners/#24 = 李某; mortgagee = 某银行"),
        asset(25, "kind = goods; class = movable; rank = waiting; registered = no; prior_seal/court = 广州市某区人民法院; prior_seal/case_no = （2019）粤0113执1号; prior_seal/signed_by_both = yes"),
        asset(26, "kind = goods; class = movable; perishable = yes; disposal_plan = 当日变卖，价款提存"),
        asset(27, "kind = schooling; class = movable; exempt/answer = not_exempt; exempt/reason = 并非义务教育必需"),
        asset(28, "kind = equipment; class = movable; held_by = third_party; third_party/confirmed = yes"),
        asset(29, "kind = equipment; class = movable; owner = third_party; third_party/objection = 称系其所有; third_party/outcome = pending"),
        asset(31, "kind = cash; class = cash_deposit"),
        "docs/#30/type = assist_notice\ndocs/#30/no = 协执 7\n".into(),
        "notices/#14/class = co_owner\nnotices/#14/mode = letter\nnotices/#14/at = T09:30\n".into(),
        "follow_ups/#15/kind = tell_mortgagee\nfollow_ups/#15/due = 2019-07-12T17:00".into(),
        "cash/amount_fen = 9860000\ncash/amount_capital = 玖万捌仟陆佰元整\ncash/counted_by/#16 = #1\ncash/counted_by/#17 = #2".into(),
        "excess_reason = 机器为一整套，不可分".into(),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let mut it = Sample::new(Act::Seal, "（2019）粤0115执1839号", (2019, 7, 9), &lines);
    it.photo(EvidenceRole::SealStrip, 0);
    // 19,000,000 fen of value; 120 % of 15,833,333 is less, so the reason is needed.
    it.context.debt = Some(Debt {
        outstanding: Fen(15_000_000),
        interest: Fen(800_000),
        fee: Fen(33_333),
    });
    photographed(it, &[20, 21, 22, 23, 25, 26, 27, 28, 29, 31])
}

/// 扣押
pub fn removal() -> Sample {
    let lines = [
        COMMON,
        SEIZURE,
        "
        handover/carrier = 某搬运公司
        handover/store = 本院仓库
        handover/receiver = 何某
        handover/receiver_signed = yes
        handover/at = T12:00
    ",
    ];
    let it = Sample::new(Act::Removal, "（2019）粤0115执1839号", (2019, 7, 9), &lines);
    photographed(it, &[20])
}

/// 财产保全 of a machine.
pub fn preservation() -> Sample {
    let lines = [
        COMMON,
        SEIZURE,
        "
        docs/#10/type = preservation_ruling
        publicity/seal_nos/#13 = 0001
        ruling_amount_fen = 20000000
        expiry_notice/from = 2019-07-09
        expiry_notice/expires_on = 2021-07-09
    ",
    ];
    let mut it = Sample::new(
        Act::Preservation,
        "（2019）粤0115执保12号",
        (2019, 7, 9),
        &lines,
    );
    it.photo(EvidenceRole::SealStrip, 0);
    photographed(it, &[20])
}

const DETENTION: &str = "
    t0 = T15:30
    t1 = T16:30
    target/name = 封某
    target/kind = person
    target/birth_on = 1980-05-01
    target/id_not_shown = yes
    act_on = 2019-06-20
    facts = 有能力履行而拒不履行生效判决，长期躲避执行，转移存款
    legal_item = cpl_114_6
    days = 15
    from_on = 2019-07-02
    to_on = 2019-07-17
    docs/#10/type = detention_decision
    docs/#10/no = （2017）粤0115执50号之二
    docs/#10/on = 2019-07-02
    docs/#10/approved_by = president
    read_out_at = T15:40
    served/at = T15:45
    served/signed = yes
    review_told = yes
";

/// 司法拘留, handed over.
pub fn detention() -> Sample {
    let lines = [
        COMMON,
        DETENTION,
        "
        execution = delivered
        jail/name = 南沙区拘留所
        jail/receipt_no = 77
        jail/in_at = T18:00
        family_notice/who = 其夫
        family_notice/mode = telephone
        family_notice/at = 2019-07-03T16:00
        out_of_district = yes
        local_court = 广州市某区人民法院
    ",
    ];
    Sample::new(Act::Detention, "（2017）粤0115执50号", (2019, 7, 2), &lines)
}

/// 司法拘留 in an emergency, approved afterwards.
pub fn emergency() -> Sample {
    let mut it = detention();
    for line in [
        "docs/#10/type =",
        "docs/#10/no =",
        "docs/#10/on =",
        "docs/#10/approved_by =",
        "emergency = yes",
        "emergency_reason = 持械阻碍执行",
        "follow_ups/#15/kind = approve_detention",
        "follow_ups/#15/due = T15:40",
        "follow_ups/#15/done_at = T17:00",
    ] {
        it.set(line);
    }
    it
}

/// The seed's case B: found on 2 July 2019, the decision read out, settled on the spot, so the
/// detention was decided and not executed.
pub fn case_b() -> Sample {
    let lines = [
        COMMON,
        DETENTION,
        "
        execution = decided_only
        result = 封某表示愿意还款，当场达成和解，拘留决定未执行
    ",
    ];
    Sample::new(Act::Detention, "（2017）粤0115执50号", (2019, 7, 2), &lines)
}

/// 执行和解 of the seed's case B: 320,000 yuan, the last 50,000 by 30 July.
pub fn settlement() -> Sample {
    let lines = [
        COMMON,
        "
        t0 = T15:50
        t1 = T16:30
        docs/#10/type = authority
        docs/#10/no = 授权 1
        parties/#40/name = 汤某
        parties/#40/side = applicant
        parties/#40/signed = yes
        parties/#40/agent = 林律师
        parties/#40/authority = #10
        parties/#41/name = 封某
        parties/#41/side = debtor
        parties/#41/signed = yes
        total_fen = 32000000
        instalments/#42/amount_fen = 27000000
        instalments/#42/due_on = 2019-07-02
        instalments/#43/amount_fen = 5000000
        instalments/#43/due_on = 2019-07-30
        default_told = yes
        in_kind = yes
        in_kind_note = 双方自行过户，不得据此作出抵债裁定
        guarantors/#44/name = 黄某
        guarantors/#44/direct_enforcement = yes
        guarantors/#44/term = 一年
    ",
    ];
    Sample::new(
        Act::Settlement,
        "（2017）粤0115执50号",
        (2019, 7, 2),
        &lines,
    )
}

const NOON: &str = "
    t0 = T10:20
    t1 = T12:00
";

fn on_9_july(act: Act, lines: &str) -> Sample {
    Sample::of(act, &[COMMON, NOON, lines])
}

/// 财产勘察 of a flat let to a third party.
pub fn survey() -> Sample {
    let mut it = on_9_july(
        Act::AssetSurvey,
        "
        assets/#20/name = 房屋
        assets/#20/title = 登记在被执行人名下
        assets/#20/occupancy = 承租人居住
        assets/#20/tenancy = 有租约
        assets/#20/defects = 无
        assets/#20/arrears = 物业费三个月
        assets/#20/held_by = third_party
        occupant/name = 何某
        occupant/basis = 租赁合同
        occupant/since = 2018-03-01
    ",
    );
    it.photo(EvidenceRole::Lease, 0);
    it
}

/// 搜查 of a home and of a woman, with a box opened by force.
pub fn search() -> Sample {
    let mut it = on_9_july(
        Act::Search,
        "
        docs/#10/type = search_warrant
        docs/#10/no = 搜 3
        docs/#10/on = 2019-07-09
        docs/#10/approved_by = president
        docs/#10/shown_at = T10:22
        officers/#1/uniform = yes
        officers/#2/uniform = yes
        officers/#2/gender = female
        targets/#20/kind = person
        targets/#20/person = 封某
        targets/#20/gender = female
        targets/#20/searcher = #2
        targets/#21/kind = place
        targets/#21/place_kind = home
        notices/#11/class = debtor
        notices/#11/mode = in_person
        notices/#11/at = T10:25
        notices/#11/came = came
        notices/#12/class = grassroots
        notices/#12/mode = telephone
        notices/#12/at = T09:00
        notices/#12/came = came
        forced/#22/what = 保险箱
        forced/#22/ordered_at = T10:40
        forced/#22/refusal = 拒绝开启
        forced/#22/opened_by = 开锁人员何某
        forced/#22/result = 内有票据
        nothing_found = yes
    ",
    );
    it.photo(EvidenceRole::Overall, 22);
    it.photo(EvidenceRole::Detail, 22);
    it
}

/// 罚款 of a person.
pub fn fine() -> Sample {
    on_9_july(
        Act::Fine,
        "
        target/name = 封某
        target/kind = person
        target/id_not_shown = yes
        act_on = 2019-06-20
        legal_item = cpl_114_6
        fine_fen = 10000000
    ",
    )
}

/// 拘传 with eight hours of questions.
pub fn forced_appearance() -> Sample {
    on_9_july(
        Act::ForcedAppearance,
        "
        t0 = T09:00
        t1 = T17:00
        target/name = 封某
        target/id_not_shown = yes
        docs/#10/type = compel_warrant
        docs/#10/no = 拘传 1
    ",
    )
}

/// 强制腾退 of a mortgaged home.
pub fn eviction() -> Sample {
    on_9_july(
        Act::Eviction,
        "
        docs/#10/type = announcement
        docs/#10/no = 公告 1
        docs/#10/on = 2019-06-20
        docs/#10/approved_by = president
        deadline_on = 2019-07-08
        notices/#11/class = debtor
        notices/#11/mode = in_person
        notices/#11/at = T10:25
        notices/#11/came = came
        present/#12/name = 陈某
        present/#12/role = grassroots
        present/#12/id_no = 440115199003071238
        present/#12/signed = yes
        goods/#20/name = 沙发
        goods/#20/quantity = 1
        goods/#20/destination = 某仓库
        receiver/name = 何某
        receiver/signed = yes
        mortgaged_home = yes
        disposal_ruling_on = 2019-01-08
        low_income = no
    ",
    )
}

/// 送达 to a daughter of the household.
pub fn service() -> Sample {
    on_9_july(
        Act::Service,
        "
        docs/#10/type = enforcement_notice
        mode = direct
        receiver/name = 黄某
        receiver/class = cohabiting_family
        receiver/age = 18
        receiver/relation = 女儿
        receiver/cohabits = yes
        receiver/signed = yes
    ",
    )
}

/// 留置送达 at a company, before a witness.
pub fn service_left() -> Sample {
    on_9_july(
        Act::Service,
        "
        docs/#10/type = enforcement_notice
        mode = left
        receiver/class = unit
        receiver/post = 收发室
        receiver/refusal = 拒绝签收
        witness/name = 何某
        witness/unit = 居委会
        witness/signed = yes
    ",
    )
}

/// 公告张贴
pub fn service_posted() -> Sample {
    let mut it = on_9_july(
        Act::Service,
        "
        docs/#10/type = announcement
        mode = announcement
    ",
    );
    it.photo(EvidenceRole::Service, 0);
    it.photo(EvidenceRole::Overall, 0);
    it
}

/// 现场收款
pub fn cash() -> Sample {
    on_9_july(
        Act::CashReceipt,
        "
        payer/name = 何某
        payer/signed = yes
        amount_fen = 5000000
        amount_capital = 伍万元整
        receipt_no = 0012
        hand_in_due = T17:30
    ",
    )
}

/// 专项执行行动 of one record.
pub fn campaign() -> Sample {
    let record = crate::ids::SubjectId::from_bytes([0x77; 16]);
    let mut it = on_9_july(
        Act::Campaign,
        &format!(
            "
        plan_no = 方案 1
        groups/#20/leader = 王某
        children/#21 = {record}
    "
        ),
    );
    it.context.children.push(Child {
        record,
        sealed: true,
    });
    it
}

/// Every complete record, with its name.
pub fn all() -> Vec<(&'static str, Sample)> {
    vec![
        ("investigation", investigation()),
        ("not_met", not_met()),
        ("seal", seal()),
        ("seal_of_entity", seal_of_entity()),
        ("seal_of_all_kinds", seal_of_all_kinds()),
        ("removal", removal()),
        ("preservation", preservation()),
        ("detention", detention()),
        ("emergency", emergency()),
        ("case_b", case_b()),
        ("settlement", settlement()),
        ("survey", survey()),
        ("search", search()),
        ("fine", fine()),
        ("forced_appearance", forced_appearance()),
        ("eviction", eviction()),
        ("service", service()),
        ("service_left", service_left()),
        ("service_posted", service_posted()),
        ("cash", cash()),
        ("campaign", campaign()),
    ]
}
