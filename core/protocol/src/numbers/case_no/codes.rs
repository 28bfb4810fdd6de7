//! The tables behind case numbers, as data: provinces of court codes, type codes (类型代字), courts
//! to preload. A table grows by a line here; the grammar does not change.

/// A type code and its official name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseType {
    /// 类型代字, at most three Han characters in the rule; some later ones have four.
    pub code: &'static str,
    /// Official name (案件类型).
    pub name: &'static str,
}

/// A court and its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Court {
    /// 法院代字.
    pub code: &'static str,
    /// The court's full name.
    pub name: &'static str,
}

/// The characters that begin a court code: provinces (内 for 内蒙古, 黔 for 贵州), 兵 (production
/// corps), 军 (military).
pub const COURT_PROVINCES: &str =
    "京津冀晋内辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川黔云藏陕甘青宁新兵军";

/// Special-trial characters (专门审判代字, 法〔2018〕335号).
pub const SPECIAL_TRIALS: &str = "知";

/// Types that an enforcement bureau meets, as its own cases, as sanctions, or as 执行依据
/// (DOMAIN §1.2).
pub const CASE_TYPES: &[CaseType] = &[
    // 执行
    CaseType {
        code: "执",
        name: "首次执行案件",
    },
    CaseType {
        code: "执恢",
        name: "恢复执行案件",
    },
    CaseType {
        code: "执保",
        name: "财产保全执行案件",
    },
    CaseType {
        code: "执异",
        name: "执行异议案件",
    },
    CaseType {
        code: "执复",
        name: "执行复议案件",
    },
    CaseType {
        code: "执监",
        name: "执行监督案件",
    },
    CaseType {
        code: "执协",
        name: "执行协调案件",
    },
    CaseType {
        code: "执他",
        name: "其他执行案件",
    },
    // 司法制裁
    CaseType {
        code: "司惩",
        name: "司法制裁审查案件",
    },
    CaseType {
        code: "司惩复",
        name: "司法制裁复议案件",
    },
    // 非诉保全
    CaseType {
        code: "财保",
        name: "非诉财产保全审查案件",
    },
    CaseType {
        code: "行保",
        name: "非诉行为保全审查案件",
    },
    CaseType {
        code: "行保复",
        name: "非诉行为保全复议案件",
    },
    CaseType {
        code: "证保",
        name: "非诉证据保全审查案件",
    },
    // 民事
    CaseType {
        code: "民辖",
        name: "民事管辖案件",
    },
    CaseType {
        code: "民辖终",
        name: "民事管辖上诉案件",
    },
    CaseType {
        code: "民辖监",
        name: "民事管辖监督案件",
    },
    CaseType {
        code: "民初",
        name: "民事一审案件",
    },
    CaseType {
        code: "民终",
        name: "民事二审案件",
    },
    CaseType {
        code: "民监",
        name: "民事依职权再审审查案件",
    },
    CaseType {
        code: "民申",
        name: "民事申请再审审查案件",
    },
    CaseType {
        code: "民抗",
        name: "民事抗诉再审审查案件",
    },
    CaseType {
        code: "民再",
        name: "民事再审案件",
    },
    CaseType {
        code: "民撤",
        name: "第三人撤销之诉案件",
    },
    CaseType {
        code: "民特",
        name: "特别程序案件",
    },
    CaseType {
        code: "民特监",
        name: "特别程序监督案件",
    },
    CaseType {
        code: "民催",
        name: "催告案件",
    },
    CaseType {
        code: "民督",
        name: "支付令审查案件",
    },
    CaseType {
        code: "民督监",
        name: "支付令监督案件",
    },
    CaseType {
        code: "民保令",
        name: "人身安全保护令申请审查案件",
    },
    CaseType {
        code: "民保更",
        name: "人身安全保护令变更案件",
    },
    CaseType {
        code: "民他",
        name: "其他民事案件",
    },
    // 刑事
    CaseType {
        code: "刑辖",
        name: "刑事管辖案件",
    },
    CaseType {
        code: "刑初",
        name: "刑事一审案件",
    },
    CaseType {
        code: "刑终",
        name: "刑事二审案件",
    },
    CaseType {
        code: "刑核",
        name: "死刑、法定刑以下判处刑罚核准案件",
    },
    CaseType {
        code: "刑监",
        name: "刑事依职权再审审查案件",
    },
    CaseType {
        code: "刑申",
        name: "刑事申诉再审审查案件",
    },
    CaseType {
        code: "刑抗",
        name: "刑事抗诉再审审查案件",
    },
    CaseType {
        code: "刑再",
        name: "刑事再审案件",
    },
    CaseType {
        code: "刑没",
        name: "没收违法所得案件",
    },
    CaseType {
        code: "刑更",
        name: "刑罚与执行变更审查案件",
    },
    CaseType {
        code: "刑他",
        name: "其他刑事案件",
    },
    // 行政
    CaseType {
        code: "行辖",
        name: "行政管辖案件",
    },
    CaseType {
        code: "行初",
        name: "行政一审案件",
    },
    CaseType {
        code: "行终",
        name: "行政二审案件",
    },
    CaseType {
        code: "行监",
        name: "行政依职权再审审查案件",
    },
    CaseType {
        code: "行申",
        name: "行政申请再审审查案件",
    },
    CaseType {
        code: "行抗",
        name: "行政抗诉再审审查案件",
    },
    CaseType {
        code: "行再",
        name: "行政再审案件",
    },
    CaseType {
        code: "行审",
        name: "非诉行政行为申请执行审查案件",
    },
    CaseType {
        code: "行审复",
        name: "非诉行政行为申请执行审查复议案件",
    },
    CaseType {
        code: "行他",
        name: "其他行政案件",
    },
    // 国家赔偿与司法救助
    CaseType {
        code: "法赔",
        name: "法院作为赔偿义务机关自赔案件",
    },
    CaseType {
        code: "委赔",
        name: "赔偿委员会审理赔偿案件",
    },
    CaseType {
        code: "委赔监",
        name: "赔偿委员会审理赔偿监督案件",
    },
    CaseType {
        code: "司救执",
        name: "执行司法救助案件",
    },
    CaseType {
        code: "司救民",
        name: "民事司法救助案件",
    },
    CaseType {
        code: "司救刑",
        name: "刑事司法救助案件",
    },
    CaseType {
        code: "司救行",
        name: "行政司法救助案件",
    },
    CaseType {
        code: "司救他",
        name: "其他司法救助案件",
    },
    // 强制清算与破产
    CaseType {
        code: "清申",
        name: "强制清算申请审查案件",
    },
    CaseType {
        code: "强清",
        name: "强制清算案件",
    },
    CaseType {
        code: "破申",
        name: "破产申请审查案件",
    },
    CaseType {
        code: "破终",
        name: "破产上诉案件",
    },
    CaseType {
        code: "破监",
        name: "破产监督案件",
    },
    CaseType {
        code: "破",
        name: "破产案件",
    },
    // 区际与国际司法协助
    CaseType {
        code: "认港",
        name: "认可与执行香港特别行政区法院裁判审查案件",
    },
    CaseType {
        code: "认澳",
        name: "认可与执行澳门特别行政区法院裁判审查案件",
    },
    CaseType {
        code: "认台",
        name: "认可与执行台湾地区法院裁判审查案件",
    },
    CaseType {
        code: "协外认",
        name: "承认与执行外国法院裁判审查案件",
    },
];

/// Courts of Guangzhou, whose cases stand in one another's lists (DOMAIN §1.1).
pub const GUANGZHOU_COURTS: &[Court] = &[
    Court {
        code: "粤",
        name: "广东省高级人民法院",
    },
    Court {
        code: "粤01",
        name: "广州市中级人民法院",
    },
    Court {
        code: "粤0115",
        name: "广州市南沙区人民法院",
    },
    Court {
        code: "粤0191",
        name: "广东自由贸易区南沙片区人民法院",
    },
    Court {
        code: "粤0192",
        name: "广州互联网法院",
    },
    Court {
        code: "粤71",
        name: "广州铁路运输中级法院",
    },
    Court {
        code: "粤7101",
        name: "广州铁路运输法院",
    },
    Court {
        code: "粤72",
        name: "广州海事法院",
    },
    Court {
        code: "粤73",
        name: "广州知识产权法院",
    },
];

/// Whether a court code can begin with this character.
#[must_use]
pub fn is_court_province(c: char) -> bool {
    COURT_PROVINCES.contains(c)
}

/// Whether this is a special-trial character.
#[must_use]
pub fn is_special_trial(c: char) -> bool {
    SPECIAL_TRIALS.contains(c)
}

/// Whether the table holds this type code, whole.
#[must_use]
pub fn is_type_code(code: &str) -> bool {
    case_type(code).is_some()
}

/// The table's entry of a type code.
#[must_use]
pub fn case_type(code: &str) -> Option<&'static CaseType> {
    CASE_TYPES.iter().find(|case_type| case_type.code == code)
}

/// The name of a preloaded court.
#[must_use]
pub fn court_name(code: &str) -> Option<&'static str> {
    GUANGZHOU_COURTS
        .iter()
        .find(|court| court.code == code)
        .map(|court| court.name)
}
