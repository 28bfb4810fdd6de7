//! The vectors of DOMAIN §1.4, one row each, and what they leave open.

use super::*;

const THIS_YEAR: i32 = 2026;

fn normals(reading: &CaseNoReading) -> Vec<&str> {
    reading.cases.iter().map(CaseNo::normal).collect()
}

/// Every row that reads: number of the vector, input, normal forms, document suffix, repairs.
type Row = (
    &'static str,
    &'static str,
    &'static [&'static str],
    Option<&'static str>,
    &'static [Repair],
);

#[rustfmt::skip]
const READS: &[Row] = &[
    ("1", "（2019）粤0115执1234号", &["（2019）粤0115执1234号"], None, &[]),
    ("2", "(2019)粤0115执1234号", &["（2019）粤0115执1234号"], None, &[Repair::HalfWidthBrackets]),
    ("3", "〔2019〕粤0115执1234号", &["（2019）粤0115执1234号"], None, &[Repair::Brackets]),
    ("4", "[2019]粤0115执1234号", &["（2019）粤0115执1234号"], None, &[Repair::Brackets]),
    ("5", "（２０１９）粤０１１５执１２３４号", &["（2019）粤0115执1234号"], None, &[Repair::FullWidth]),
    ("6", " (2019) 粤 0115 执 1234 号 ", &["（2019）粤0115执1234号"], None, &[Repair::Space, Repair::HalfWidthBrackets]),
    ("7", "（2019)粤0115执1234", &["（2019）粤0115执1234号"], None, &[Repair::HalfWidthBrackets, Repair::HaoAdded]),
    ("8", "2019粤0115执1234号", &["（2019）粤0115执1234号"], None, &[Repair::BracketsAdded]),
    ("9", "\u{FEFF}（2019）粤0115执1234号", &["（2019）粤0115执1234号"], None, &[Repair::Invisible]),
    ("10", "案号：（2019）粤0115执1234号", &["（2019）粤0115执1234号"], None, &[Repair::Label]),
    ("11", "（2019）粤0115执字第1234号", &["（2019）粤0115执1234号"], None, &[Repair::ZiDi]),
    ("12", "（2019）粤0115执第1234号", &["（2019）粤0115执1234号"], None, &[Repair::ZiDi]),
    ("13", "（2019）粤0115执001234号", &["（2019）粤0115执1234号"], None, &[Repair::LeadingZero]),
    ("14", "（2019）粤0115执1234号之一", &["（2019）粤0115执1234号"], Some("之一"), &[Repair::DocSuffix]),
    ("15", "（2019）粤0115执恢56号", &["（2019）粤0115执恢56号"], None, &[]),
    ("16", "（2019）粤0115执保789号", &["（2019）粤0115执保789号"], None, &[]),
    ("17", "（2019）粤0115执异12号", &["（2019）粤0115执异12号"], None, &[]),
    ("18", "（2020）粤01执复345号", &["（2020）粤01执复345号"], None, &[]),
    ("19", "（2021）粤执监8号", &["（2021）粤执监8号"], None, &[]),
    ("20", "（2022）最高法执监344号", &["（2022）最高法执监344号"], None, &[]),
    ("21", "（2019）最高法知民终12号", &["（2019）最高法知民终12号"], None, &[]),
    ("22", "（2020）粤0191执77号", &["（2020）粤0191执77号"], None, &[]),
    ("23a", "（2019）粤0115司惩3号", &["（2019）粤0115司惩3号"], None, &[]),
    ("23b", "（2019）粤01司惩复3号", &["（2019）粤01司惩复3号"], None, &[]),
    ("24", "（2019）粤0115财保9号", &["（2019）粤0115财保9号"], None, &[]),
    ("25", "（2018）沪74民初1号", &["（2018）沪74民初1号"], None, &[]),
    ("26", "（2019）粤71执12号", &["（2019）粤71执12号"], None, &[]),
    ("27a", "（2019）兵0101执1号", &["（2019）兵0101执1号"], None, &[]),
    ("27b", "（2019）内0102执1号", &["（2019）内0102执1号"], None, &[]),
    ("28", "（2019）粤0115執1234號", &["（2019）粤0115执1234号"], None, &[Repair::Variant]),
    ("29", "（2019）粤0115执1234、1235号", &["（2019）粤0115执1234号", "（2019）粤0115执1235号"], None, &[]),
    ("30", "（2014）穗南法执字第1234号", &["（2014）穗南法执字第1234号"], None, &[]),
    ("31", "案号:（2019）粤0115执1234之一号", &["（2019）粤0115执1234号"], Some("之一"), &[Repair::Label, Repair::DocSuffix]),
    ("32a", "（2019）粤0115执1234～1236号", &["（2019）粤0115执1234号", "（2019）粤0115执1235号", "（2019）粤0115执1236号"], None, &[]),
    ("32b", "（2019）粤0115执1234至1236号", &["（2019）粤0115执1234号", "（2019）粤0115执1235号", "（2019）粤0115执1236号"], None, &[]),
    // X13 reads with a warning, see below.
    ("X13", "（2015）粤0115执1234号", &["（2015）粤0115执1234号"], None, &[]),
    // What §1.1 and §1.3 ask for beyond the numbered vectors.
    ("mixed pair", "【2019〉粤0115执1号", &["（2019）粤0115执1号"], None, &[Repair::Brackets]),
    ("wide braces", "｛2019］粤0115执1号", &["（2019）粤0115执1号"], None, &[Repair::Brackets]),
    ("other pairs", "﹝2019﹞粤0115执1号", &["（2019）粤0115执1号"], None, &[Repair::Brackets]),
    ("white space", "（2019）\u{A0}粤0115\u{3000}执\t1号", &["（2019）粤0115执1号"], None, &[Repair::Space]),
    ("invisible", "（2019）粤\u{200B}0115执1\u{200D}号\u{2060}", &["（2019）粤0115执1号"], None, &[Repair::Invisible]),
    ("traditional label", "案號：（2019）粤0115執異1號", &["（2019）粤0115执异1号"], None, &[Repair::Label, Repair::Variant]),
    ("traditional province", "（2019）粵0115執復1號", &["（2019）粤0115执复1号"], None, &[Repair::Variant]),
    ("字 alone", "（2019）粤0115执字1号", &["（2019）粤0115执1号"], None, &[Repair::ZiDi]),
    ("eight digits", "（2019）粤0115刑更10000001号", &["（2019）粤0115刑更10000001号"], None, &[]),
    ("suffix without 号", "（2019）粤0115执1234之十二", &["（2019）粤0115执1234号"], Some("之十二"), &[Repair::HaoAdded, Repair::DocSuffix]),
    ("half-width span", "（2019）粤0115执9-11号", &["（2019）粤0115执9号", "（2019）粤0115执10号", "（2019）粤0115执11号"], None, &[]),
    ("list and span", "（2019）粤0115执1、3~4、9号", &["（2019）粤0115执1号", "（2019）粤0115执3号", "（2019）粤0115执4号", "（2019）粤0115执9号"], None, &[]),
    ("号 in a list", "（2019）粤0115执1号、2号", &["（2019）粤0115执1号", "（2019）粤0115执2号"], None, &[]),
    ("twice the same", "（2019）粤0115执5、5号", &["（2019）粤0115执5号"], None, &[]),
    ("legacy damaged", "(2014)穗南法执恢字第0012", &["（2014）穗南法执恢字第0012号"], None, &[Repair::HalfWidthBrackets, Repair::HaoAdded]),
    ("this year", "（2026）粤0115执1号", &["（2026）粤0115执1号"], None, &[]),
    ("first year", "（1949）粤0115执1号", &["（1949）粤0115执1号"], None, &[]),
];

#[test]
fn every_number_that_reads_gives_its_normal_form_and_names_its_repairs() {
    for (name, input, wanted, suffix, repairs) in READS {
        let reading = read_case_no(input, THIS_YEAR).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(normals(&reading), *wanted, "{name}");
        assert_eq!(reading.doc_suffix.as_deref(), *suffix, "{name}");
        assert_eq!(reading.repairs, *repairs, "{name}");
        assert_eq!(reading.raw, *input, "{name}: the raw text is kept");
    }
}

#[rustfmt::skip]
fn refused() -> Vec<(&'static str, &'static str, CaseNoErrorKind, Option<&'static str>)> {
    use CaseNoErrorKind as E;
    let text = String::from;
    vec![
        ("X1", "（2019）粤115执1234号", E::CourtDigits(text("115")), None),
        ("X2", "（2019）粤01150执1号", E::CourtDigits(text("01150")), None),
        ("X3", "（2019）蒙0102执1号", E::UnknownCourt('蒙'), Some("（2019）内0102执1号")),
        ("X4", "（2019）贵0102执1号", E::UnknownCourt('贵'), Some("（2019）黔0102执1号")),
        ("X5", "（2019）0115执1234号", E::NoProvince, None),
        ("X6", "（2019）粤0115执0号", E::SerialZero, None),
        ("X7", "（19）粤0115执1234号", E::YearDigits(text("19")), None),
        ("X8", "（2031）粤0115执1号", E::YearInFuture(2031), None),
        ("X9", "（2019）粤0115民执1234号", E::UnknownType(text("民执")), None),
        ("X10", "（2019）粤0115执恢执56号", E::UnknownType(text("执恢执")), None),
        ("X11", "（2019）粤O115执1234号", E::LookalikeLetter('O'), Some("（2019）粤0115执1234号")),
        ("X12", "（2019）粤0115执号", E::NoSerial, None),
        ("X14", "（2019）粤0115执1234号（2019）粤0115执1235号",
            E::SeveralNumbers(vec![text("（2019）粤0115执1234号"), text("（2019）粤0115执1235号")]), None),
        ("X15a", "（2019）粤0115执1236-1234号", E::SpanNotAscending(1236, 1234), None),
        ("X15b", "（2019）粤0115执1234-1号", E::SpanNotAscending(1234, 1), None),
        ("X16", "（2019）粤0115执1-201号", E::TooManyNumbers, None),
        ("X17", "（1948）粤0115执1号", E::YearTooEarly(1948), None),
        ("empty", " \u{FEFF} ", E::Empty, None),
        ("label alone", "案号：", E::Empty, None),
        ("no year", "粤0115执1号", E::NoYear, None),
        ("a name", "张某", E::NoYear, None),
        ("other letter", "（2019）粤0115执1234号A", E::UnexpectedCharacter('A'), None),
        ("l, I and S", "（20l9）粤O1I5执1234S号", E::LookalikeLetter('l'), Some("（2019）粤0115执12345号")),
        ("蒙 with O", "（2019）蒙O102执1号之一", E::LookalikeLetter('O'), Some("（2019）内0102执1号之一")),
        ("a letter that stands alone", "（2019）粤0115执S号", E::LookalikeLetter('S'), None),
        ("suggestion that does not read", "（2019）粤O15执1234号", E::LookalikeLetter('O'), None),
        ("everyday word for the supreme court", "（2019）最高法01执1号", E::CourtDigits(text("01")), None),
        ("no type", "（2019）粤01151234号", E::CourtDigits(text("01151234")), None),
        ("no type at all", "（2019）粤0115号", E::NoType, None),
        ("nine digits", "（2019）粤0115执123456789号", E::SerialTooLong, None),
        ("same serial twice in a span", "（2019）粤0115执7-7号", E::SpanNotAscending(7, 7), None),
        ("span on a span", "（2019）粤0115执1-5-9号", E::SpanNotAscending(2, 5), None),
        ("201 in list and span", "（2019）粤0115执9、10-209号", E::TooManyNumbers, None),
        ("text behind", "（2019）粤0115执1234号民事裁定书", E::TrailingText(text("民事裁定书")), None),
        ("suffix without numeral", "（2019）粤0115执1234号之", E::TrailingText(text("之")), None),
        ("two suffixes", "（2019）粤0115执1234之一号之二", E::TrailingText(text("之二")), None),
        ("separated numbers", "（2019）粤0115执1号；(2019)粤0115执2号",
            E::SeveralNumbers(vec![text("（2019）粤0115执1号"), text("（2019）粤0115执2号")]), None),
        ("legacy style after 2015", "（2019）穗南法执字第1号", E::UnknownCourt('穗'), None),
        ("legacy of an unknown type", "（2014）穗南法民一初字第1号", E::UnknownType(text("穗南法民一初")), None),
        ("legacy without a court", "（2014）执字第1号", E::NoProvince, None),
        ("legacy serial 0", "（2014）穗南法执字第00号", E::SerialZero, None),
    ]
}

#[test]
fn every_text_that_is_no_number_is_refused_with_its_reason_and_the_likely_slip() {
    for (name, input, kind, suggestion) in refused() {
        let error = read_case_no(input, THIS_YEAR).expect_err(name);
        assert_eq!(error.kind, kind, "{name}");
        assert_eq!(error.suggestion.as_deref(), suggestion, "{name}");
        assert_eq!(error.raw, input, "{name}: the raw text is kept");
    }
}

#[test]
fn a_number_of_the_present_style_before_2016_reads_with_a_warning() {
    let warnings = |text| read_case_no(text, THIS_YEAR).unwrap().warnings;
    assert_eq!(
        warnings("（2015）粤0115执1234号"),
        [CaseNoWarning::NewStyleBefore2016]
    );
    assert_eq!(warnings("（2016）粤0115执1234号"), []);
    assert_eq!(
        warnings("（2014）穗南法执字第1234号"),
        [],
        "the style of its time"
    );
}

#[test]
fn the_parts_of_a_number_are_told_apart() {
    // Input, year, court, special, type, serial, parts.
    #[rustfmt::skip]
    let rows = [
        ("（2019）粤0115执恢56号", 2019, "粤0115", None, "执恢", Some(56), ("（2019）", "粤0115执恢", "56号")),
        ("（2019）最高法知民终12号", 2019, "最高法", Some("知"), "民终", Some(12), ("（2019）", "最高法知民终", "12号")),
        ("（2021）粤执监8号", 2021, "粤", None, "执监", Some(8), ("（2021）", "粤执监", "8号")),
        ("（2019）粤01司惩复3号", 2019, "粤01", None, "司惩复", Some(3), ("（2019）", "粤01司惩复", "3号")),
        ("（2014）穗南法执字第1234号", 2014, "穗南法", None, "执", None, ("（2014）", "穗南法执字第", "1234号")),
        ("（2014）穗中法执恢字第7号", 2014, "穗中法", None, "执恢", None, ("（2014）", "穗中法执恢字第", "7号")),
    ];
    for (input, year, court, special, type_code, serial, parts) in rows {
        let case = read_case_no(input, THIS_YEAR).unwrap().cases.remove(0);
        assert_eq!(case.year(), year, "{input}");
        assert_eq!(case.court(), court, "{input}");
        assert_eq!(case.special(), special, "{input}");
        assert_eq!(case.type_code(), type_code, "{input}");
        assert_eq!(case.serial(), serial, "{input}");
        assert_eq!(case.is_legacy(), serial.is_none(), "{input}");
        assert_eq!(case.parts(), parts, "{input}");
        assert_eq!(case.to_string(), input);
    }
}

#[test]
fn a_span_of_exactly_two_hundred_numbers_reads() {
    assert_eq!(
        read_case_no("（2019）粤0115执1-200号", THIS_YEAR)
            .unwrap()
            .cases
            .len(),
        200
    );
}

#[test]
fn more_than_two_hundred_characters_are_not_looked_at() {
    let at_the_bound = format!("{}（2019）粤0115执1号", " ".repeat(CASE_NO_CHARS_MAX - 14));
    assert_eq!(at_the_bound.chars().count(), CASE_NO_CHARS_MAX);
    assert!(read_case_no(&at_the_bound, THIS_YEAR).is_ok());
    let error = read_case_no(&format!(" {at_the_bound}"), THIS_YEAR).unwrap_err();
    assert_eq!(error.kind, CaseNoErrorKind::TooLong);
    assert_eq!(error.raw.chars().count(), CASE_NO_CHARS_MAX);
}

#[test]
fn a_basis_of_an_unknown_type_keeps_its_words() {
    let words = "（2019）粤0115民执1234号";
    assert_eq!(
        read_basis(words, THIS_YEAR),
        Basis::Verbatim(words.to_owned())
    );
    let long = "某".repeat(CASE_NO_CHARS_MAX + 1);
    assert_eq!(
        read_basis(&long, THIS_YEAR),
        Basis::Verbatim(long.clone()),
        "all of them"
    );
    let arbitration = "穗仲案字(2018)第 5号";
    assert_eq!(
        read_basis(arbitration, THIS_YEAR),
        Basis::Verbatim(arbitration.to_owned())
    );
    match read_basis("(2018)粤0115民初8244号", THIS_YEAR) {
        Basis::Case(reading) => assert_eq!(normals(&reading), ["（2018）粤0115民初8244号"]),
        Basis::Verbatim(words) => panic!("{words} is a case number"),
    }
}

#[test]
fn json_holds_the_normal_form_and_takes_nothing_else() {
    let case = read_case_no("(2019)粤0115执1号", THIS_YEAR)
        .unwrap()
        .cases
        .remove(0);
    let json = serde_json::to_string(&case).unwrap();
    assert_eq!(json, "\"（2019）粤0115执1号\"");
    assert_eq!(serde_json::from_str::<CaseNo>(&json).unwrap(), case);
    for other in [
        "\"(2019)粤0115执1号\"",
        "\"（2019）粤0115执1、2号\"",
        "\"（2019）粤0115执1\"",
        "\"\"",
    ] {
        assert!(serde_json::from_str::<CaseNo>(other).is_err(), "{other}");
    }
}

#[test]
fn the_tables_hold_what_the_rule_says() {
    for (code, name) in codes::CASE_TYPES {
        assert!((1..=3).contains(&code.chars().count()), "{code}");
        assert_eq!(codes::type_name(code), Some(*name), "{code} stands once");
    }
    assert_eq!(codes::COURT_PROVINCES.chars().count(), 33);
    for everyday in ['蒙', '贵', '港', '澳', '台'] {
        assert!(!codes::is_court_province(everyday));
    }
    for (code, _) in codes::GUANGZHOU_COURTS {
        assert!(codes::court_level(code).is_some(), "{code}");
    }
    assert_eq!(codes::court_level("粤0115"), Some(codes::CourtLevel::Basic));
    assert_eq!(
        codes::court_level("粤71"),
        Some(codes::CourtLevel::Intermediate)
    );
    assert_eq!(codes::court_level("粤"), Some(codes::CourtLevel::High));
    assert_eq!(
        codes::court_level("最高法"),
        Some(codes::CourtLevel::Supreme)
    );
    assert_eq!(codes::court_level("穗南法"), None);
    assert_eq!(codes::reserved_for("粤7101"), Some("铁路运输"));
    assert_eq!(codes::reserved_for("沪74"), Some("油田或金融"));
    assert_eq!(
        codes::reserved_for("粤0191"),
        None,
        "the digits of its city come first"
    );
    assert_eq!(codes::reserved_for("粤"), None);
    assert_eq!(
        codes::court_name("粤0191"),
        Some("广东自由贸易区南沙片区人民法院")
    );
}
