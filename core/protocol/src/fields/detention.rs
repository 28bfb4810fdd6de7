//! 拘留、罚款决定书, 拘传票.

use super::codes::{COMPELLED, DEBTOR_KINDS, EXECUTIONS, FAMILY_MODES, GENDERS, LEGAL_ITEMS};
use super::{Kind, Paper, def, fen};
use crate::journal::Act;

/// What a decision on detention or fine has; the target also of a forced appearance.
pub(super) const SANCTION: Paper = Paper {
    key: "sanction",
    zh: "被处罚人、被拘传人",
    en: "Person sanctioned or compelled",
    acts: &[Act::Detention, Act::Fine, Act::ForcedAppearance],
    fields: &[
        def(
            "target/name",
            Kind::Line,
            "对象姓名或者名称",
            "Name of the target",
        ),
        def(
            "target/kind",
            Kind::Choice(DEBTOR_KINDS),
            "对象类型",
            "Kind of target",
        ),
        def("target/gender", Kind::Choice(GENDERS), "性别", "Gender"),
        def("target/birth_on", Kind::Day, "出生日期", "Born on"),
        def("target/id_no", Kind::Line, "证件号码", "ID number"),
        def(
            "target/id_not_shown",
            Kind::Flag,
            "证件未出示",
            "ID not shown",
        ),
        def("target/address", Kind::Line, "住所地", "Address"),
    ],
};

/// 拘留决定书
pub(super) const DETENTION: Paper = Paper {
    key: "detention",
    zh: "拘留决定书",
    en: "Detention decision",
    acts: &[Act::Detention],
    fields: &[
        def(
            "execution",
            Kind::Choice(EXECUTIONS),
            "拘留执行情况",
            "Execution of the detention",
        ),
        def("act_on", Kind::Day, "行为发生日期", "Day of the act"),
        def("facts", Kind::Text, "妨害事实", "Facts"),
        def(
            "legal_item",
            Kind::Choice(LEGAL_ITEMS),
            "法律条款",
            "Legal ground",
        ),
        def("days", Kind::Integer, "拘留期限", "Length of detention").counted("日", "days"),
        def("from_on", Kind::Day, "拘留起始日期", "Detained from"),
        def(
            "to_on",
            Kind::Day,
            "拘留届满日期（按文书）",
            "Detained until, as printed",
        ),
        def(
            "emergency",
            Kind::Flag,
            "紧急情况先行拘留",
            "Detained first in an emergency",
        ),
        def("emergency_reason", Kind::Text, "紧急情况", "The emergency"),
        def(
            "read_out_at",
            Kind::Moment,
            "宣读决定时间",
            "Decision read out at",
        ),
        def("served/at", Kind::Moment, "送达时间", "Served at"),
        def("served/signed", Kind::Flag, "已签收", "Signed for"),
        def(
            "served/refusal",
            Kind::Text,
            "拒绝签收情况",
            "Refusal to sign",
        ),
        def(
            "review_told",
            Kind::Flag,
            "已告知复议权利（三日内向上一级法院）",
            "Right of review told (3 days, upper court)",
        ),
        def("jail/name", Kind::Line, "拘留所", "Place of detention"),
        def(
            "jail/receipt_no",
            Kind::Line,
            "拘留所回执编号",
            "Receipt number",
        ),
        def("jail/in_at", Kind::Moment, "入所时间", "Taken in at"),
        def(
            "family_notice/who",
            Kind::Line,
            "被通知的家属",
            "Family member told",
        ),
        def(
            "family_notice/mode",
            Kind::Choice(FAMILY_MODES),
            "通知家属方式",
            "How the family was told",
        ),
        def(
            "family_notice/at",
            Kind::Moment,
            "通知家属时间",
            "Family told at",
        ),
        def(
            "family_notice/reason",
            Kind::Text,
            "未能通知家属的原因",
            "Why the family was not told",
        ),
        def(
            "out_of_district",
            Kind::YesNo,
            "本辖区以外",
            "Outside the district",
        ),
        def(
            "local_court",
            Kind::Line,
            "协助的当地人民法院",
            "Local court that helps",
        ),
    ],
};

/// 罚款决定书
pub(super) const FINE: Paper = Paper {
    key: "fine",
    zh: "罚款决定书",
    en: "Fine decision",
    acts: &[Act::Fine],
    fields: &[
        def("act_on", Kind::Day, "行为发生日期", "Day of the act"),
        def("facts", Kind::Text, "妨害事实", "Facts"),
        def(
            "legal_item",
            Kind::Choice(LEGAL_ITEMS),
            "法律条款",
            "Legal ground",
        ),
        fen("fine_fen", "罚款金额", "Fine"),
        def("pay_by", Kind::Day, "缴纳期限", "To be paid by"),
        def("served/at", Kind::Moment, "送达时间", "Served at"),
        def("served/signed", Kind::Flag, "已签收", "Signed for"),
        def(
            "served/refusal",
            Kind::Text,
            "拒绝签收情况",
            "Refusal to sign",
        ),
        def(
            "review_told",
            Kind::Flag,
            "已告知复议权利（三日内向上一级法院）",
            "Right of review told (3 days, upper court)",
        ),
    ],
};

/// 拘传票: questioning lasts from `t0` to `t1`.
pub(super) const FORCED_APPEARANCE: Paper = Paper {
    key: "forced_appearance",
    zh: "拘传票",
    en: "Warrant of forced appearance",
    acts: &[Act::ForcedAppearance],
    fields: &[
        def("reason", Kind::Text, "拘传事由", "Reason"),
        def(
            "summons_before",
            Kind::YesNo,
            "此前已依法传唤",
            "Lawfully summoned before",
        ),
        def(
            "ground_24h",
            Kind::Choice(COMPELLED),
            "询问延长至二十四小时的事由",
            "Ground for 24 hours",
        ),
    ],
};
