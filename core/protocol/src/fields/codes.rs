//! The codes of the choices, with the words that papers print.

use super::{Code, code};

/// What an officer is (人员身份).
pub const OFFICER_ROLES: &[Code] = &[
    code("executor", "执行员", "Enforcement officer"),
    code("judge", "法官", "Judge"),
    code("assistant_judge", "法官助理", "Assistant judge"),
    code("clerk", "书记员", "Clerk"),
    code("judicial_police", "司法警察", "Judicial police"),
];

/// Whether an officer must withdraw (回避).
pub const RECUSAL: &[Code] = &[
    code("none", "无须回避", "None needed"),
    code("needed", "须回避", "Needed"),
];

/// 性别
pub const GENDERS: &[Code] = &[code("male", "男", "Male"), code("female", "女", "Female")];

/// A natural person or an entity (自然人、单位).
pub const DEBTOR_KINDS: &[Code] = &[
    code("person", "自然人", "Natural person"),
    code("entity", "法人或者其他组织", "Entity"),
];

/// What somebody present is to the case (在场人身份).
pub const PRESENT_ROLES: &[Code] = &[
    code("debtor", "被执行人", "Debtor"),
    code("legal_representative", "法定代表人", "Legal representative"),
    code("person_in_charge", "主要负责人", "Person in charge"),
    code("adult_family", "成年家属", "Adult family member"),
    code("employee", "员工", "Employee"),
    code("employer", "所在单位代表", "Representative of the employer"),
    code("grassroots", "基层组织人员", "Neighbourhood committee"),
    code("applicant", "申请执行人", "Applicant"),
    code("agent", "委托代理人", "Agent"),
    code("keeper", "保管人", "Keeper"),
    code("third_party", "案外人", "Third party"),
    code("occupant", "占有人、承租人", "Occupant or tenant"),
    code("first_court", "首封法院人员", "Officer of the first court"),
    code("notary", "公证人员", "Notary"),
    code("witness", "见证人", "Witness"),
    code("other", "其他", "Other"),
];

/// 民事行为能力
pub const CAPACITIES: &[Code] = &[
    code("full", "完全民事行为能力", "Full capacity"),
    code("limited", "限制民事行为能力", "Limited capacity"),
    code("none", "无民事行为能力", "No capacity"),
];

/// Types of papers shown or served (文书种类).
pub const DOC_TYPES: &[Code] = &[
    code("ruling", "裁定书", "Ruling"),
    code("preservation_ruling", "保全裁定书", "Preservation ruling"),
    code(
        "disposal_ruling",
        "拍卖、变卖、以物抵债裁定书",
        "Ruling on sale or transfer in kind",
    ),
    code("search_warrant", "搜查令", "Search warrant"),
    code("detention_decision", "拘留决定书", "Detention decision"),
    code(
        "early_release",
        "提前解除拘留决定书",
        "Decision on early release",
    ),
    code("fine_decision", "罚款决定书", "Fine decision"),
    code("compel_warrant", "拘传票", "Warrant of forced appearance"),
    code("summons", "传票", "Summons"),
    code("enforcement_notice", "执行通知书", "Notice of enforcement"),
    code("property_order", "报告财产令", "Order to report assets"),
    code("consumption_ban", "限制消费令", "Consumption ban"),
    code("assist_notice", "协助执行通知书", "Notice of assistance"),
    code("list", "查封（扣押）财产清单", "List of seized assets"),
    code("announcement", "公告", "Announcement"),
    code("expiry_notice", "期限告知书", "Notice of expiry"),
    code("settlement", "和解协议", "Settlement agreement"),
    code("authority", "授权委托书", "Power of attorney"),
    code(
        "deputy_permission",
        "人大主席团或者常委会许可文件",
        "Permission of the congress",
    ),
    code("basis", "执行依据", "Instrument enforced"),
    code("other", "其他文书", "Other paper"),
];

/// Whom a notice went to (通知对象).
pub const NOTICE_CLASSES: &[Code] = &[
    code("debtor", "被执行人", "Debtor"),
    code("adult_family", "成年家属", "Adult family member"),
    code("legal_representative", "法定代表人", "Legal representative"),
    code("person_in_charge", "主要负责人", "Person in charge"),
    code("employer", "工作单位", "Employer"),
    code(
        "grassroots",
        "财产所在地基层组织",
        "Neighbourhood committee of the place",
    ),
    code("applicant", "申请执行人", "Applicant"),
    code("co_owner", "共有人", "Co-owner"),
    code("mortgagee", "抵押权人", "Mortgagee"),
    code("third_party", "案外人", "Third party"),
    code("first_court", "首封法院", "First court"),
    code("registry", "登记机关", "Registry"),
    code("other", "其他", "Other"),
];

/// How a notice went (通知方式).
pub const NOTICE_MODES: &[Code] = &[
    code("in_person", "当面", "In person"),
    code("telephone", "电话", "By telephone"),
    code("message", "短信、即时通讯", "By message"),
    code("letter", "邮寄", "By post"),
    code("electronic", "电子送达", "Electronically"),
    code("left", "留置", "Left at the place"),
    code("posted", "张贴", "Posted up"),
    code("through_other", "转告", "Through another person"),
];

/// Whether somebody who was told came (到场情况).
pub const NOTICE_CAME: &[Code] = &[
    code("came", "到场", "Came"),
    code("refused", "拒不到场", "Refused to come"),
    code("absent", "未到场", "Did not come"),
];

/// Kinds of what remains to be done (后续事项).
pub const FOLLOW_UPS: &[Code] = &[
    code(
        "approve_detention",
        "补办拘留批准手续",
        "Approval of the detention",
    ),
    code(
        "tell_family",
        "通知被拘留人家属",
        "Tell the detainee's family",
    ),
    code("tell_co_owner", "通知共有人", "Notify the co-owner"),
    code("tell_mortgagee", "通知抵押权人", "Notify the mortgagee"),
    code(
        "tell_first_court",
        "书面通知首封法院",
        "Notify the first court in writing",
    ),
    code(
        "tell_registry",
        "送达协助执行通知书",
        "Serve the notice of assistance",
    ),
    code(
        "tell_applicant",
        "告知申请人期限届满日",
        "Tell the applicant the expiry",
    ),
    code("renew", "续行查封、扣押", "Renew the seizure"),
    code("hand_in_cash", "现金交付财务", "Hand in the cash"),
    code("verify_tip", "核实线索", "Verify the tip"),
    code("serve", "补充送达", "Serve a paper"),
    code("revisit", "再次到场", "Visit again"),
    code("check_payment", "核对履行情况", "Check the payment"),
    code("supplement", "补充材料", "Supply what is missing"),
    code("other", "其他", "Other"),
];

/// What a site investigation looks at (查看事项).
pub const CHECKED_ITEMS: &[Code] = &[
    code("residence", "住所", "Residence"),
    code("premises", "经营场所", "Business premises"),
    code("employer", "所在单位", "Employer"),
    code("income", "收入", "Income"),
    code("vehicle", "车辆", "Vehicles"),
    code("real_estate", "房产", "Real estate"),
    code("neighbourhood", "邻里", "Neighbourhood"),
    code("other", "其他", "Other"),
];

/// The order to report assets (报告财产令).
pub const PROPERTY_ORDER: &[Code] = &[
    code("served_now", "当场送达", "Served now"),
    code("served_before", "此前已送达", "Served before"),
    code("not_served", "未送达", "Not served"),
];

/// Results of a site investigation (调查结果).
pub const RESULTS: &[Code] = &[
    code("assets_found", "发现财产", "Assets found"),
    code("leads", "有线索，待查", "Leads to follow"),
    code("no_assets", "未发现财产", "No assets found"),
    code("moved", "已搬离", "Moved away"),
];

/// Kinds of assets (财产种类). Some may be exempt ([`exempt_kind`]) (查封规定 art. 3).
pub const ASSET_KINDS: &[Code] = &[
    code("cash", "现金", "Cash"),
    code("deposit", "存款", "Deposit"),
    code("jewellery", "金银首饰、贵重物品", "Jewellery and valuables"),
    code("vehicle", "机动车", "Vehicle"),
    code("ship", "船舶", "Ship"),
    code("equipment", "机器设备", "Equipment"),
    code("goods", "货物、原材料", "Goods and materials"),
    code("furniture", "家具、电器", "Furniture and appliances"),
    code("other_movable", "其他动产", "Other movable"),
    code("house", "房屋", "House or flat"),
    code("land", "土地使用权", "Right to use land"),
    code(
        "building_unregistered",
        "未登记的建筑物",
        "Unregistered building",
    ),
    code("equity", "股权、其他投资权益", "Equity"),
    code("claim", "债权、收益权", "Claim"),
    code("intellectual", "知识产权", "Intellectual property"),
    code("other_right", "其他财产权", "Other right"),
    code(
        "family_necessities",
        "生活必需的家庭用品",
        "Family necessities",
    ),
    code("living_cost", "必需的生活费用", "Necessary living cost"),
    code("schooling", "义务教育必需的物品", "Schooling items"),
    code(
        "unpublished",
        "未公开的发明、未发表的著作",
        "Unpublished invention or work",
    ),
    code(
        "disability_aid",
        "残疾辅助器具、医疗物品",
        "Disability aid or medical item",
    ),
    code("medal", "勋章、荣誉表彰物品", "Medal or honour"),
];

const EXEMPT_KINDS: &[&str] = &[
    "family_necessities",
    "living_cost",
    "schooling",
    "unpublished",
    "disability_aid",
    "medal",
];

/// Whether assets of a kind may be exempt from seizure (查封规定 art. 3), so that the question must
/// be answered.
#[must_use]
pub fn exempt_kind(kind: &str) -> bool {
    EXEMPT_KINDS.contains(&kind)
}

/// Whether an asset is exempt (豁免查封).
pub const EXEMPT_ANSWERS: &[Code] = &[
    code("exempt", "属豁免，不予查封", "Exempt, not seized"),
    code("not_exempt", "不属豁免", "Not exempt"),
];

/// Classes of assets by the longest period of a seizure (民诉法解释 art. 485).
pub const ASSET_CLASSES: &[Code] = &[
    code(
        "cash_deposit",
        "现金、银行存款（一年）",
        "Cash, deposits (1 year)",
    ),
    code("movable", "动产（两年）", "Movables (2 years)"),
    code(
        "real_estate_equity_other",
        "不动产、股权及其他财产权（三年）",
        "Real estate, equity, other rights (3 years)",
    ),
];

/// 首封、轮候
pub const RANKS: &[Code] = &[
    code("first", "首封", "First"),
    code("waiting", "轮候", "Waiting"),
];

/// Who owns an asset (权属).
pub const OWNERS: &[Code] = &[
    code("debtor", "被执行人", "Debtor"),
    code("co_owned", "共有", "Co-owned"),
    code("third_party", "案外人", "Third party"),
];

/// Who holds an asset (占有).
pub const HELD_BY: &[Code] = &[
    code("debtor", "被执行人", "Debtor"),
    code("applicant", "申请执行人", "Applicant"),
    code("third_party", "案外人", "Third party"),
    code("court", "人民法院", "Court"),
];

/// What became of a third party's objection (案外人异议处理).
pub const THIRD_PARTY_OUTCOMES: &[Code] = &[
    code("not_sealed", "不予查封", "Not seized"),
    code("pending", "待审查", "To be reviewed"),
];

/// Who keeps what is seized (保管人).
pub const KEEPER_KINDS: &[Code] = &[
    code("court", "人民法院", "Court"),
    code("debtor", "被执行人", "Debtor"),
    code("applicant", "申请执行人", "Applicant"),
    code("third_party", "第三人", "Third party"),
];

/// What is searched (搜查对象).
pub const SEARCH_TARGETS: &[Code] = &[
    code("person", "人身", "Person"),
    code("place", "场所", "Place"),
];

/// Places searched (场所种类).
pub const SEARCH_PLACES: &[Code] = &[
    code("home", "住所", "Home"),
    code("business", "经营场所", "Business premises"),
    code("hidden", "财产隐匿地", "Hiding place"),
    code("vehicle", "车辆", "Vehicle"),
    code("other", "其他", "Other"),
];

/// What became of a detention (拘留执行情况).
pub const EXECUTIONS: &[Code] = &[
    code("delivered", "已送拘", "Handed over"),
    code(
        "decided_only",
        "决定未执行（和解、履行）",
        "Decided, not executed (settled or paid)",
    ),
    code("not_found", "未到案", "Person not found"),
];

/// Grounds of a fine or detention: 民诉法 arts. 114–117, 252, to the item.
pub const LEGAL_ITEMS: &[Code] = &[
    code(
        "cpl_114_1",
        "第114条第1款第1项 伪造、毁灭重要证据",
        "Art. 114(1)1 forging or destroying evidence",
    ),
    code(
        "cpl_114_2",
        "第114条第1款第2项 阻止证人作证、指使作伪证",
        "Art. 114(1)2 obstructing witnesses",
    ),
    code(
        "cpl_114_3",
        "第114条第1款第3项 隐藏、转移、变卖、毁损已被查封、扣押的财产",
        "Art. 114(1)3 hiding, moving, selling or damaging seized assets",
    ),
    code(
        "cpl_114_4",
        "第114条第1款第4项 侮辱、诽谤、诬陷、殴打、打击报复",
        "Art. 114(1)4 insult, assault or reprisal",
    ),
    code(
        "cpl_114_5",
        "第114条第1款第5项 阻碍司法工作人员执行职务",
        "Art. 114(1)5 obstructing officers on duty",
    ),
    code(
        "cpl_114_6",
        "第114条第1款第6项 拒不履行生效判决、裁定",
        "Art. 114(1)6 refusing to perform a judgment or ruling",
    ),
    code(
        "cpl_115",
        "第115条 虚假诉讼、调解",
        "Art. 115 sham proceedings",
    ),
    code(
        "cpl_116",
        "第116条 恶意串通逃避履行",
        "Art. 116 collusion to evade performance",
    ),
    code(
        "cpl_117_1",
        "第117条第1款第1项 妨碍调查取证",
        "Art. 117(1)1 obstructing inquiries",
    ),
    code(
        "cpl_117_2",
        "第117条第1款第2项 拒不协助查询、扣押、冻结、划拨、变价",
        "Art. 117(1)2 refusing to help with inquiry, seizure, freezing or sale",
    ),
    code(
        "cpl_117_3",
        "第117条第1款第3项 拒不协助扣留收入、办理转移手续",
        "Art. 117(1)3 refusing to withhold income or transfer title",
    ),
    code(
        "cpl_117_4",
        "第117条第1款第4项 其他拒绝协助执行",
        "Art. 117(1)4 other refusal to assist",
    ),
    code(
        "cpl_252",
        "第252条 拒绝报告、虚假报告财产",
        "Art. 252 no report or a false report of assets",
    ),
];

/// How the family was told (通知家属方式).
pub const FAMILY_MODES: &[Code] = &[
    code("in_person", "当面", "In person"),
    code("telephone", "电话", "By telephone"),
    code("message", "短信、即时通讯", "By message"),
    code("letter", "邮寄", "By post"),
];

/// Why questioning may last 24 hours (拘传延长事由).
pub const COMPELLED: &[Code] = &[code(
    "complex_detention",
    "情况复杂，依法可能采取拘留措施",
    "Complex, and detention may follow",
)];

/// Sides of a settlement (和解当事人地位).
pub const PARTY_SIDES: &[Code] = &[
    code("applicant", "申请执行人", "Applicant"),
    code("debtor", "被执行人", "Debtor"),
    code("guarantor", "担保人", "Guarantor"),
    code("outsider", "案外人", "Outsider"),
];

/// Modes of service (送达方式).
pub const SERVICE_MODES: &[Code] = &[
    code("direct", "直接送达", "Direct"),
    code("left", "留置送达", "Left at the place"),
    code("electronic", "电子送达", "Electronic"),
    code("entrusted", "委托送达", "Through another court"),
    code("post", "邮寄送达", "By post"),
    code("handed_on", "转交送达", "Handed on"),
    code("announcement", "公告送达", "By announcement"),
];

/// Who received a paper (受送达人身份).
pub const RECEIVER_CLASSES: &[Code] = &[
    code("recipient", "受送达人本人", "Recipient"),
    code(
        "cohabiting_family",
        "同住成年家属",
        "Adult family of the household",
    ),
    code("unit", "单位负责收件的人", "Receiver of a unit"),
    code("agent", "诉讼代理人", "Agent"),
    code("named_receiver", "指定代收人", "Named receiver"),
];

/// How a tip came (线索渠道).
pub const TIP_CHANNELS: &[Code] = &[
    code("telephone", "电话", "Telephone"),
    code("visit", "来访", "Visit"),
    code("letter", "来信", "Letter"),
    code("online", "网络", "Online"),
    code("officer", "执行人员发现", "Found by an officer"),
];

/// Who approved a paper (批准人).
pub const APPROVERS: &[Code] = &[
    code("president", "院长", "President"),
    code("panel", "合议庭", "Panel"),
    code("judge", "法官", "Judge"),
];
