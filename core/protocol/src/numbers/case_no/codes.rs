//! The tables behind case numbers, as data: provinces of court codes, type codes (类型代字), courts
//! to preload. A table grows by a line here; the grammar does not change.

/// The characters that begin a court code: provinces (内 for 内蒙古, 黔 for 贵州), 兵 (production
/// corps), 军 (military).
pub const COURT_PROVINCES: &str =
    "京津冀晋内辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川黔云藏陕甘青宁新兵军";

/// Special-trial characters (专门审判代字, 法〔2018〕335号).
pub const SPECIAL_TRIALS: &str = "知";

/// Type codes (类型代字, at most three Han characters) and the official name of their cases: the
/// standard of 法〔2015〕137号 with its later additions. An enforcement bureau's own cases are those
/// under 执行, 司法制裁 and 非诉保全; the others appear as 执行依据 and links.
pub const CASE_TYPES: &[(&str, &str)] = &[
    // 管辖
    ("刑辖", "刑事管辖案件"),
    ("民辖", "民事管辖案件"),
    ("民辖终", "民事管辖上诉案件"),
    ("民辖监", "民事管辖监督案件"),
    ("行辖", "行政管辖案件"),
    ("行辖终", "行政管辖上诉案件"),
    ("赔辖", "行政赔偿管辖案件"),
    ("赔辖终", "行政赔偿管辖上诉案件"),
    // 刑事
    ("刑初", "刑事一审案件"),
    ("刑终", "刑事二审案件"),
    ("刑监", "刑事依职权再审审查案件"),
    ("刑申", "刑事申诉再审审查案件"),
    ("刑抗", "刑事抗诉再审审查案件"),
    ("刑再", "刑事再审案件"),
    ("刑没", "申请没收违法所得案件"),
    ("刑核", "刑事复核案件"),
    ("刑医", "申请强制医疗审查案件"),
    ("刑医解", "解除强制医疗审查案件"),
    ("刑医复", "强制医疗复议案件"),
    ("刑医监", "强制医疗监督案件"),
    ("刑止", "停止执行死刑案件"),
    ("刑止调", "停止执行死刑调查案件"),
    ("刑止核", "停止执行死刑调查审核案件"),
    ("刑更", "刑罚与执行变更审查案件"),
    ("刑更监", "刑罚与执行变更监督案件"),
    ("刑更备", "刑罚与执行变更备案案件"),
    ("刑教", "申请安置教育审查案件"),
    ("刑教解", "解除安置教育审查案件"),
    ("刑教复", "安置教育复议案件"),
    ("刑教监", "安置教育监督案件"),
    ("刑他", "其他刑事案件"),
    // 民事
    ("民初", "民事一审案件"),
    ("民终", "民事二审案件"),
    ("民监", "民事依职权再审审查案件"),
    ("民申", "民事申请再审审查案件"),
    ("民抗", "民事抗诉再审审查案件"),
    ("民再", "民事再审案件"),
    ("民撤", "第三人撤销之诉案件"),
    ("民特", "民事特别程序案件"),
    ("民特监", "民事特别程序监督案件"),
    ("民催", "催告案件"),
    ("民督", "申请支付令审查案件"),
    ("民督监", "支付令监督案件"),
    ("民保令", "人身安全保护令申请审查案件"),
    ("民保更", "人身安全保护令变更案件"),
    ("民他", "其他民事案件"),
    // 行政
    ("行初", "行政一审案件"),
    ("行终", "行政二审案件"),
    ("行监", "行政依职权再审审查案件"),
    ("行申", "行政申请再审审查案件"),
    ("行抗", "行政抗诉再审审查案件"),
    ("行再", "行政再审案件"),
    ("行审", "非诉行政行为申请执行审查案件"),
    ("行审复", "非诉行政行为申请执行审查复议案件"),
    ("行他", "其他行政案件"),
    // 国家赔偿与司法救助
    ("行赔初", "行政赔偿一审案件"),
    ("行赔终", "行政赔偿二审案件"),
    ("行赔监", "行政赔偿依职权再审审查案件"),
    ("行赔申", "行政赔偿申请再审审查案件"),
    ("行赔抗", "行政赔偿抗诉再审审查案件"),
    ("行赔再", "行政赔偿再审案件"),
    ("行赔他", "其他行政赔偿案件"),
    ("法赔", "法院作为赔偿义务机关自赔案件"),
    ("委赔", "赔偿委员会审理赔偿案件"),
    ("委赔监", "司法赔偿监督审查案件"),
    ("委赔提", "上级法院赔偿委员会重审案件"),
    ("委赔再", "本院赔偿委员会重审案件"),
    ("赔确监", "赔偿确认申诉审查案件"),
    ("赔他", "其他赔偿案件"),
    ("司救刑", "刑事司法救助案件"),
    ("司救民", "民事司法救助案件"),
    ("司救行", "行政司法救助案件"),
    ("司救赔", "国家赔偿司法救助案件"),
    ("司救执", "执行司法救助案件"),
    ("司救访", "涉诉信访司法救助案件"),
    ("司救他", "其他司法救助案件"),
    // 区际司法协助
    ("认台", "认可与执行台湾地区裁判、仲裁裁决审查案件"),
    ("认港", "认可与执行香港特别行政区裁判、仲裁裁决审查案件"),
    ("认澳", "认可与执行澳门特别行政区裁判、仲裁裁决审查案件"),
    ("认复", "认可与执行审查复议案件"),
    ("认他", "认可与执行审查其他案件"),
    ("请台送", "请求台湾地区送达文书审查案件"),
    ("请港送", "请求香港特别行政区法院送达文书审查案件"),
    ("请澳送", "请求澳门特别行政区法院送达文书审查案件"),
    ("台请送", "协助台湾地区送达文书案件"),
    ("港请送", "协助香港特别行政区法院送达文书案件"),
    ("澳请送", "协助澳门特别行政区法院送达文书案件"),
    ("请台调", "请求台湾地区调查取证审查案件"),
    ("请港调", "请求香港特别行政区调查取证审查案件"),
    ("请澳调", "请求澳门特别行政区法院调查取证审查案件"),
    ("台请调", "协助台湾地区调查取证案件"),
    ("港请调", "协助香港特别行政区调查取证案件"),
    ("澳请调", "协助澳门特别行政区法院调查取证案件"),
    ("请移管", "接收在台湾地区被判刑人案件"),
    ("助移管", "向台湾地区移管被判刑人案件"),
    ("请移赃", "接收台湾地区移交罪赃案件"),
    ("助移赃", "向台湾地区移交罪赃案件"),
    // 国际司法协助
    ("协外认", "承认与执行外国裁判、仲裁裁决审查案件"),
    ("协他", "承认与执行审查其他案件"),
    ("协外送", "外国法院请求送达文书案件"),
    ("请外送", "请求外国法院送达文书审查案件"),
    ("协外调", "外国法院请求调查取证案件"),
    ("请外调", "请求外国法院调查取证审查案件"),
    ("请外移", "接收在外国被判刑人案件"),
    ("协外移", "向外国移管被判刑人案件"),
    ("请外引", "请求外国引渡案件"),
    ("协外引", "协助外国引渡案件"),
    // 司法制裁
    ("司惩", "司法制裁审查案件"),
    ("司惩复", "司法制裁复议案件"),
    // 非诉保全
    ("财保", "非诉财产保全审查案件"),
    ("行保", "非诉行为保全审查案件"),
    ("行保复", "非诉行为保全复议案件"),
    ("证保", "非诉证据保全审查案件"),
    // 执行
    ("执", "首次执行案件"),
    ("执恢", "恢复执行案件"),
    ("执保", "财产保全执行案件"),
    ("执异", "执行异议案件"),
    ("执复", "执行复议案件"),
    ("执监", "执行监督案件"),
    ("执协", "执行协调案件"),
    ("执他", "其他执行案件"),
    // 强制清算与破产
    ("清申", "强制清算申请审查案件"),
    ("清终", "强制清算上诉案件"),
    ("清监", "强制清算监督案件"),
    ("强清", "强制清算案件"),
    ("破申", "破产申请审查案件"),
    ("破终", "破产上诉案件"),
    ("破监", "破产监督案件"),
    ("破", "破产案件"),
];

/// Courts of Guangzhou, whose cases stand in one another's lists (DOMAIN §1.1).
pub const GUANGZHOU_COURTS: &[(&str, &str)] = &[
    ("粤", "广东省高级人民法院"),
    ("粤01", "广州市中级人民法院"),
    ("粤0115", "广州市南沙区人民法院"),
    ("粤0191", "广东自由贸易区南沙片区人民法院"),
    ("粤0192", "广州互联网法院"),
    ("粤71", "广州铁路运输中级法院"),
    ("粤7101", "广州铁路运输法院"),
    ("粤72", "广州海事法院"),
    ("粤73", "广州知识产权法院"),
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
    type_name(code).is_some()
}

/// The official name of a type code: 首次执行案件 for 执.
#[must_use]
pub fn type_name(code: &str) -> Option<&'static str> {
    CASE_TYPES
        .iter()
        .find(|(known, _)| *known == code)
        .map(|(_, name)| *name)
}

/// The name of a preloaded court.
#[must_use]
pub fn court_name(code: &str) -> Option<&'static str> {
    GUANGZHOU_COURTS
        .iter()
        .find(|(known, _)| *known == code)
        .map(|(_, name)| *name)
}

/// What an intermediate or basic court is for when it is not one of a city: by the two digits
/// reserved for its kind (71 railway … 96–99 counties under the province).
#[must_use]
pub fn reserved_for(code: &str) -> Option<&'static str> {
    let level = court_level(code)?;
    if !matches!(level, CourtLevel::Intermediate | CourtLevel::Basic) {
        return None;
    }
    let digits: String = code.chars().skip(1).take(2).collect();
    match digits.parse().ok()? {
        71_u32 => Some("铁路运输"),
        72 => Some("海事"),
        73 => Some("知识产权"),
        74 => Some("油田或金融"),
        75..=80 => Some("林区"),
        81..=85 => Some("农垦"),
        87..=95 => Some("跨行政区划"),
        96..=99 => Some("省直辖县级行政区划"),
        _ => None,
    }
}

/// What a court is by the digits of its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CourtLevel {
    /// 最高人民法院
    Supreme,
    /// 高级人民法院: a province character alone.
    High,
    /// 中级人民法院: two digits.
    Intermediate,
    /// 基层人民法院: four digits, the first two those of its intermediate court.
    Basic,
}

/// The level of a court code; `None` for anything else, such as the words of a legacy number.
#[must_use]
pub fn court_level(code: &str) -> Option<CourtLevel> {
    if code == "最高法" {
        return Some(CourtLevel::Supreme);
    }
    let mut rest = code.chars();
    rest.next().filter(|c| is_court_province(*c))?;
    let digits = rest.as_str();
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match digits.len() {
        0 => Some(CourtLevel::High),
        2 => Some(CourtLevel::Intermediate),
        4 => Some(CourtLevel::Basic),
        _ => None,
    }
}
