//! 调查笔录: codes and paths of the phone's page, which are in use and stay.

use super::codes::{CHECKED_ITEMS, PROPERTY_ORDER, RESULTS};
use super::{Kind, Paper, def};
use crate::journal::Act;

/// 调查笔录
pub(super) const INVESTIGATION: Paper = Paper {
    key: "investigation",
    zh: "调查笔录",
    en: "Record of investigation",
    acts: &[Act::Investigation],
    fields: &[
        def(
            "checked/*/item",
            Kind::Choice(CHECKED_ITEMS),
            "查看事项",
            "Item checked",
        ),
        def("checked/*/fact", Kind::Text, "看到的事实", "What was seen"),
        def(
            "checked/*/none_found",
            Kind::Flag,
            "未发现",
            "Nothing found",
        ),
        def(
            "debtor_met",
            Kind::YesNo,
            "见到被执行人本人或者负责人",
            "The debtor or the person in charge was met",
        ),
        def("neighbours/*/who", Kind::Line, "询问对象", "Whom was asked"),
        def("neighbours/*/name", Kind::Line, "姓名", "Name"),
        def(
            "neighbours/*/refused",
            Kind::Flag,
            "拒绝说明",
            "Refused to say",
        ),
        def("willingness", Kind::Text, "履行意愿", "Willingness to pay"),
        def("assets_stated", Kind::Text, "自述财产", "Assets stated"),
        def(
            "property_order",
            Kind::Choice(PROPERTY_ORDER),
            "报告财产令",
            "Order to report assets",
        ),
        def("sources/*", Kind::Line, "来源", "Source"),
        def(
            "rights_told",
            Kind::Flag,
            "已告知权利义务",
            "Rights and duties told",
        ),
        def("copies/*", Kind::Line, "调取、复制的材料", "Copies taken"),
        def("result", Kind::Choice(RESULTS), "结果", "Result"),
    ],
};
