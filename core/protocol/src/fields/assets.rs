//! 查封（扣押）财产清单 and 勘验笔录: the list of assets.

use super::codes::{
    ASSET_CLASSES, ASSET_KINDS, EXEMPT_ANSWERS, HELD_BY, OWNERS, RANKS, THIRD_PARTY_OUTCOMES,
};
use super::{Kind, Paper, def, fen};
use crate::journal::Act;

/// 查封（扣押）财产清单; a survey lists assets with the same fields.
pub(super) const LIST: Paper = Paper {
    key: "list",
    zh: "查封（扣押）财产清单",
    en: "List of assets",
    acts: &[Act::Seal, Act::Removal, Act::Preservation, Act::AssetSurvey],
    fields: &[
        def("assets/*/line", Kind::Integer, "序号", "Line"),
        def("assets/*/name", Kind::Line, "名称", "Name"),
        def(
            "assets/*/kind",
            Kind::Choice(ASSET_KINDS),
            "财产种类",
            "Kind",
        ),
        def(
            "assets/*/class",
            Kind::Choice(ASSET_CLASSES),
            "期限类别",
            "Class of period",
        ),
        def("assets/*/rank", Kind::Choice(RANKS), "查封顺位", "Rank"),
        def("assets/*/quantity", Kind::Integer, "数量", "Quantity"),
        def("assets/*/unit", Kind::Line, "单位", "Unit"),
        def("assets/*/condition", Kind::Line, "现状", "Condition"),
        def("assets/*/location", Kind::Line, "所在地", "Location"),
        def("assets/*/brand", Kind::Line, "品牌", "Brand"),
        def("assets/*/model", Kind::Line, "型号", "Model"),
        def(
            "assets/*/serial_no",
            Kind::Line,
            "出厂编号",
            "Serial number",
        ),
        def("assets/*/plate", Kind::Line, "号牌号码", "Plate"),
        def("assets/*/vin", Kind::Line, "车辆识别代号", "VIN"),
        def(
            "assets/*/engine_no",
            Kind::Line,
            "发动机号",
            "Engine number",
        ),
        def("assets/*/registered", Kind::YesNo, "已登记", "Registered"),
        def(
            "assets/*/cert_no",
            Kind::Line,
            "权属证书号",
            "Certificate number",
        ),
        def("assets/*/registry", Kind::Line, "登记机关", "Registry"),
        def(
            "assets/*/assist_notice",
            Kind::Item("docs"),
            "协助执行通知书",
            "Notice of assistance",
        ),
        fen("assets/*/est_value_fen", "估计价值", "Estimated value"),
        fen("assets/*/senior_liens_fen", "优先受偿债权", "Senior liens"),
        def("assets/*/owner", Kind::Choice(OWNERS), "权属", "Owner"),
        def(
            "assets/*/held_by",
            Kind::Choice(HELD_BY),
            "占有人",
            "Held by",
        ),
        def(
            "assets/*/third_party/name",
            Kind::Line,
            "案外人",
            "Third party",
        ),
        def(
            "assets/*/third_party/confirmed",
            Kind::Flag,
            "案外人书面确认属于被执行人",
            "Third party confirmed the debtor's ownership in writing",
        ),
        def(
            "assets/*/third_party/objection",
            Kind::Text,
            "案外人异议",
            "Third party's objection",
        ),
        def(
            "assets/*/third_party/outcome",
            Kind::Choice(THIRD_PARTY_OUTCOMES),
            "异议处理",
            "Outcome of the objection",
        ),
        def("assets/*/co_owners/*", Kind::Line, "共有人", "Co-owner"),
        def("assets/*/mortgagee", Kind::Line, "抵押权人", "Mortgagee"),
        def("assets/*/sole_home", Kind::YesNo, "唯一住房", "Sole home"),
        def(
            "assets/*/exempt/answer",
            Kind::Choice(EXEMPT_ANSWERS),
            "是否属豁免财产",
            "Exempt",
        ),
        def(
            "assets/*/exempt/reason",
            Kind::Text,
            "豁免判断理由",
            "Why exempt or not",
        ),
        def(
            "assets/*/prior_seal/court",
            Kind::Line,
            "首封法院",
            "First court",
        ),
        def(
            "assets/*/prior_seal/case_no",
            Kind::Line,
            "首封案号",
            "First court's case number",
        ),
        def(
            "assets/*/prior_seal/signed_by_both",
            Kind::Flag,
            "首封法院人员和被执行人已签名",
            "Signed by the first court's officer and the debtor",
        ),
        def(
            "assets/*/perishable",
            Kind::YesNo,
            "季节性、鲜活易腐",
            "Perishable or seasonal",
        ),
        def(
            "assets/*/disposal_plan",
            Kind::Text,
            "变价方案",
            "Plan of sale",
        ),
        def("assets/*/note", Kind::Text, "备注", "Note"),
    ],
};

/// 勘验（现状调查）笔录
pub(super) const SURVEY: Paper = Paper {
    key: "survey",
    zh: "勘验（现状调查）笔录",
    en: "Record of survey",
    acts: &[Act::AssetSurvey],
    fields: &[
        def("assets/*/title", Kind::Text, "权属状况", "Title"),
        def(
            "assets/*/occupancy",
            Kind::Text,
            "占有使用情况",
            "Occupancy and use",
        ),
        def("assets/*/tenancy", Kind::Text, "租赁情况", "Tenancy"),
        def("assets/*/defects", Kind::Text, "瑕疵", "Defects"),
        def("assets/*/arrears", Kind::Text, "欠缴税费", "Arrears"),
        def("assets/*/access", Kind::Text, "出入、看样条件", "Access"),
        def("occupant/name", Kind::Line, "占有人", "Occupant"),
        def(
            "occupant/basis",
            Kind::Line,
            "占有依据",
            "Basis of occupation",
        ),
        def(
            "occupant/since",
            Kind::Day,
            "占有起始日期",
            "Occupied since",
        ),
    ],
};
