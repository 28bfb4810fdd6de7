//! 查封、扣押、搜查、保全笔录.

use super::codes::{GENDERS, KEEPER_KINDS, SEARCH_PLACES, SEARCH_TARGETS};
use super::{Kind, Paper, def, fen};
use crate::journal::Act;

/// 查封（扣押）笔录
pub(super) const SEIZURE: Paper = Paper {
    key: "seizure",
    zh: "查封（扣押）笔录",
    en: "Record of seizure",
    acts: &[Act::Seal, Act::Removal, Act::Preservation],
    fields: &[
        def("list_no", Kind::Line, "清单编号", "Number of the list"),
        def("list_handed/to", Kind::Line, "清单交付给", "List handed to"),
        def(
            "list_handed/at",
            Kind::Moment,
            "清单交付时间",
            "List handed over at",
        ),
        def(
            "list_handed/copies",
            Kind::Integer,
            "清单份数",
            "Copies of the list",
        )
        .counted("份", "copies"),
        def("keeper/name", Kind::Line, "保管人", "Keeper"),
        def(
            "keeper/kind",
            Kind::Choice(KEEPER_KINDS),
            "保管人身份",
            "Keeper is",
        ),
        def("keeper/signed", Kind::Flag, "保管人已签名", "Keeper signed"),
        def(
            "keeper/use_allowed",
            Kind::YesNo,
            "允许保管人使用",
            "Keeper may use it",
        ),
        def(
            "publicity/seal_nos/*",
            Kind::Line,
            "封条编号",
            "Number of a seal strip",
        ),
        def(
            "publicity/notice_no",
            Kind::Line,
            "公告编号",
            "Number of the announcement",
        ),
        def(
            "effect_from",
            Kind::Day,
            "查封（扣押）起始日期",
            "Effect from",
        ),
        def(
            "expires_on",
            Kind::Day,
            "查封（扣押）届满日期（按文书）",
            "Expires on, as printed",
        ),
        def(
            "excess_reason",
            Kind::Text,
            "超标的额理由",
            "Reason for the excess",
        ),
        fen("cash/amount_fen", "清点现金金额", "Cash counted"),
        def(
            "cash/amount_capital",
            Kind::Line,
            "大写金额",
            "Amount in capitals",
        ),
        def(
            "cash/counted_by/*",
            Kind::Item("officers"),
            "清点人",
            "Counted by",
        ),
    ],
};

/// 扣押财产移交记录
pub(super) const REMOVAL: Paper = Paper {
    key: "removal",
    zh: "扣押财产移交记录",
    en: "Handover of removed assets",
    acts: &[Act::Removal],
    fields: &[
        def("handover/carrier", Kind::Line, "运送人", "Carrier"),
        def("handover/store", Kind::Line, "存放地点", "Store"),
        def("handover/receiver", Kind::Line, "接收人", "Receiver"),
        def(
            "handover/receiver_signed",
            Kind::Flag,
            "接收人已签名",
            "Receiver signed",
        ),
        def("handover/at", Kind::Moment, "移交时间", "Handed over at"),
    ],
};

/// 搜查笔录
pub(super) const SEARCH: Paper = Paper {
    key: "search",
    zh: "搜查令、搜查笔录",
    en: "Search warrant and record of search",
    acts: &[Act::Search],
    fields: &[
        def(
            "targets/*/kind",
            Kind::Choice(SEARCH_TARGETS),
            "搜查对象",
            "Target",
        ),
        def(
            "targets/*/place_kind",
            Kind::Choice(SEARCH_PLACES),
            "场所种类",
            "Kind of place",
        ),
        def(
            "targets/*/person",
            Kind::Line,
            "被搜查人",
            "Person searched",
        ),
        def(
            "targets/*/gender",
            Kind::Choice(GENDERS),
            "被搜查人性别",
            "Gender of the person searched",
        ),
        def(
            "targets/*/searcher",
            Kind::Item("officers"),
            "搜查人",
            "Searcher",
        ),
        def("areas/*", Kind::Line, "搜查范围", "Area searched"),
        def(
            "forced/*/what",
            Kind::Line,
            "强制开启对象",
            "Opened by force",
        ),
        def(
            "forced/*/ordered_at",
            Kind::Moment,
            "责令开启时间",
            "Ordered to open at",
        ),
        def(
            "forced/*/refusal",
            Kind::Text,
            "拒绝开启情况",
            "Refusal to open",
        ),
        def("forced/*/opened_by", Kind::Line, "开启人", "Opened by"),
        def(
            "forced/*/result",
            Kind::Text,
            "开启结果",
            "Result of opening",
        ),
        def(
            "nothing_found",
            Kind::Flag,
            "未发现可供执行的财产",
            "Nothing found",
        ),
        def(
            "found_records/*",
            Kind::Line,
            "关联的查封、扣押记录",
            "Record of seizure of what was found",
        ),
    ],
};

/// 保全裁定、期限告知书
pub(super) const PRESERVATION: Paper = Paper {
    key: "preservation",
    zh: "保全裁定、期限告知书",
    en: "Preservation ruling and notice of expiry",
    acts: &[Act::Preservation],
    fields: &[
        fen("ruling_amount_fen", "裁定保全金额", "Amount of the ruling"),
        def(
            "urgent_48h",
            Kind::YesNo,
            "情况紧急（四十八小时内裁定）",
            "Urgent (ruling within 48 hours)",
        ),
        def(
            "expiry_notice/from",
            Kind::Day,
            "告知的起始日期",
            "From, as notified",
        ),
        def(
            "expiry_notice/expires_on",
            Kind::Day,
            "告知的届满日期",
            "Expires on, as notified",
        ),
        def(
            "expiry_notice/receipt",
            Kind::Line,
            "告知书回执",
            "Receipt of the notice",
        ),
    ],
};
