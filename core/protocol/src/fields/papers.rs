//! 和解、腾退、送达、收款、专项行动、线索.

use super::codes::{PARTY_SIDES, RECEIVER_CLASSES, SERVICE_MODES, TIP_CHANNELS};
use super::{Kind, Paper, def, fen};
use crate::journal::Act;

/// 问答
pub(super) const QUESTIONS: Paper = Paper {
    key: "questions",
    zh: "问答",
    en: "Questions and answers",
    acts: &[Act::Investigation, Act::ForcedAppearance],
    fields: &[
        def("questions/*/q", Kind::Text, "问", "Question"),
        def("questions/*/a", Kind::Text, "答", "Answer"),
    ],
};

/// 和解笔录、和解协议
pub(super) const SETTLEMENT: Paper = Paper {
    key: "settlement",
    zh: "和解笔录、和解协议",
    en: "Record of settlement",
    acts: &[Act::Settlement],
    fields: &[
        def("parties/*/name", Kind::Line, "当事人", "Party"),
        def("parties/*/side", Kind::Choice(PARTY_SIDES), "地位", "Side"),
        def(
            "parties/*/signed",
            Kind::Flag,
            "已签名、捺印或者盖章",
            "Signed, printed or sealed",
        ),
        def("parties/*/agent", Kind::Line, "代理人", "Agent"),
        def(
            "parties/*/authority",
            Kind::Item("docs"),
            "特别授权委托书",
            "Special authority",
        ),
        fen("total_fen", "和解总额", "Total"),
        fen("instalments/*/amount_fen", "分期金额", "Instalment"),
        def("instalments/*/due_on", Kind::Day, "履行日期", "Due on"),
        def(
            "default_clause",
            Kind::Text,
            "违约后果",
            "Consequence of default",
        ),
        def(
            "default_told",
            Kind::Flag,
            "已告知不履行的后果和恢复执行",
            "Consequence of default and resumption told",
        ),
        def("in_kind", Kind::YesNo, "以物抵债", "Payment in kind"),
        def(
            "in_kind_note",
            Kind::Text,
            "以物抵债说明",
            "Note on payment in kind",
        ),
        def("guarantors/*/name", Kind::Line, "担保人", "Guarantor"),
        def(
            "guarantors/*/direct_enforcement",
            Kind::Flag,
            "自愿接受直接强制执行",
            "Accepts direct enforcement",
        ),
        def(
            "guarantors/*/term",
            Kind::Line,
            "担保期限",
            "Term of the guarantee",
        ),
        def(
            "measures_kept",
            Kind::Text,
            "保留的执行措施",
            "Measures kept",
        ),
    ],
};

/// 公告、腾退笔录
pub(super) const EVICTION: Paper = Paper {
    key: "eviction",
    zh: "迁出公告、腾退笔录",
    en: "Announcement and record of eviction",
    acts: &[Act::Eviction],
    fields: &[
        def(
            "deadline_on",
            Kind::Day,
            "公告限定的履行日期",
            "Deadline of the announcement",
        ),
        def("goods/*/name", Kind::Line, "搬出物品", "Goods moved"),
        def("goods/*/quantity", Kind::Integer, "数量", "Quantity"),
        def("goods/*/destination", Kind::Line, "运至地点", "Destination"),
        def("receiver/name", Kind::Line, "接收人", "Receiver"),
        def(
            "receiver/signed",
            Kind::Flag,
            "接收人已签名",
            "Receiver signed",
        ),
        def(
            "receiver/refusal",
            Kind::Text,
            "拒绝接收情况",
            "Refusal to receive",
        ),
        def(
            "mortgaged_home",
            Kind::YesNo,
            "设定抵押的家庭住房",
            "Mortgaged family home",
        ),
        def(
            "disposal_ruling_on",
            Kind::Day,
            "拍卖、变卖、抵债裁定日期",
            "Date of the ruling on sale",
        ),
        def("low_income", Kind::YesNo, "低保家庭", "Low-income family"),
    ],
};

/// 送达回证
pub(super) const SERVICE: Paper = Paper {
    key: "service",
    zh: "送达回证",
    en: "Certificate of service",
    acts: &[Act::Service],
    fields: &[
        def(
            "mode",
            Kind::Choice(SERVICE_MODES),
            "送达方式",
            "Mode of service",
        ),
        def("receiver/name", Kind::Line, "收件人", "Receiver"),
        def(
            "receiver/class",
            Kind::Choice(RECEIVER_CLASSES),
            "收件人身份",
            "Receiver is",
        ),
        def("receiver/post", Kind::Line, "收件人职务", "Receiver's post"),
        def(
            "receiver/age",
            Kind::Integer,
            "收件人年龄",
            "Receiver's age",
        )
        .counted("周岁", "years"),
        def(
            "receiver/relation",
            Kind::Line,
            "与受送达人的关系",
            "Relation to the recipient",
        ),
        def(
            "receiver/cohabits",
            Kind::Flag,
            "与受送达人同住",
            "Lives with the recipient",
        ),
        def(
            "receiver/signed",
            Kind::Flag,
            "收件人已签收",
            "Receiver signed",
        ),
        def(
            "receiver/refusal",
            Kind::Text,
            "拒收情况",
            "Refusal to receive",
        ),
        def("witness/name", Kind::Line, "见证人", "Witness"),
        def(
            "witness/unit",
            Kind::Line,
            "见证人单位",
            "Unit of the witness",
        ),
        def(
            "witness/signed",
            Kind::Flag,
            "见证人已签名",
            "Witness signed",
        ),
    ],
};

/// 收款笔录、收据
pub(super) const CASH: Paper = Paper {
    key: "cash",
    zh: "收款笔录、收据",
    en: "Record and receipt of cash",
    acts: &[Act::CashReceipt],
    fields: &[
        def("payer/name", Kind::Line, "交款人", "Payer"),
        def("payer/signed", Kind::Flag, "交款人已签名", "Payer signed"),
        fen("amount_fen", "收款金额", "Amount received"),
        def(
            "amount_capital",
            Kind::Line,
            "大写金额",
            "Amount in capitals",
        ),
        def("receipt_no", Kind::Line, "收据编号", "Receipt number"),
        def(
            "hand_in_due",
            Kind::Moment,
            "交付财务期限",
            "To be handed in by",
        ),
    ],
};

/// 专项行动方案、总结: heads and cases are counted, never typed.
pub(super) const CAMPAIGN: Paper = Paper {
    key: "campaign",
    zh: "专项行动方案、总结",
    en: "Plan and summary of a campaign",
    acts: &[Act::Campaign],
    fields: &[
        def("plan_no", Kind::Line, "方案编号", "Number of the plan"),
        def("groups/*/leader", Kind::Line, "组长", "Leader of the group"),
        def(
            "groups/*/members/*",
            Kind::Line,
            "组员",
            "Member of the group",
        ),
        def(
            "children/*",
            Kind::Line,
            "所属记录",
            "Record of the campaign",
        ),
    ],
};

/// The tip that an investigation or a register is about.
pub(super) const TIP_NUMBER: Paper = Paper {
    key: "tip_number",
    zh: "线索",
    en: "Tip",
    acts: &[Act::Investigation, Act::Tip],
    fields: &[
        def("tip/no", Kind::Line, "线索编号", "Tip number"),
        def("tip/received_at", Kind::Moment, "收到时间", "Received at"),
        def("tip/urgent", Kind::Flag, "紧急", "Urgent"),
    ],
};

/// 线索登记
pub(super) const TIP: Paper = Paper {
    key: "tip",
    zh: "线索登记",
    en: "Register of tips",
    acts: &[Act::Tip],
    fields: &[
        def(
            "tip/order_no",
            Kind::Integer,
            "到达次序",
            "Order of arrival",
        ),
        def("tip/channel", Kind::Choice(TIP_CHANNELS), "渠道", "Channel"),
        def(
            "tip/informant",
            Kind::Line,
            "举报人（保密）",
            "Informant (confidential)",
        ),
        def("tip/content", Kind::Text, "线索内容", "What the tip says"),
        def("verified_at", Kind::Moment, "核实时间", "Verified at"),
    ],
};
