//! The vectors of DOMAIN §3.7 about amounts, one row each.

use super::*;

#[test]
fn every_amount_reads_to_its_fen() {
    use Unit::{WanYuan, YiYuan, Yuan};
    #[rustfmt::skip]
    let rows: &[(&str, i64, Option<Unit>)] = &[
        ("98600", 9_860_000, None),
        ("￥98,600.00", 9_860_000, None),
        ("９８６００元", 9_860_000, Some(Yuan)),
        ("0.01", 1, None),
        ("16.38万", 16_380_000, Some(WanYuan)),
        ("9.86万元", 9_860_000, Some(WanYuan)),
        ("1.17亿元", 11_700_000_000, Some(YiYuan)),
        ("7.67亿", 76_700_000_000, Some(YiYuan)),
        ("0.00001万元", 10, Some(WanYuan)),
        // Every mark that §3.7 names.
        ("¥98600", 9_860_000, None),
        ("RMB 98,600", 9_860_000, None),
        ("人民币98，600．50元", 9_860_050, Some(Yuan)),
        ("人民币：￥98600元整", 9_860_000, Some(Yuan)),
        ("0", 0, None),
        ("0.5", 50, None),
        ("1,234,567.8", 123_456_780, None),
        ("0.0000000001亿", 1, Some(YiYuan)),
        ("92233720368547758.07", i64::MAX, None),
    ];
    for (text, fen, unit) in rows {
        let reading = read_money(text, Yuan).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(
            reading,
            MoneyReading {
                fen: Fen(*fen),
                unit_in_cell: *unit
            },
            "{text}"
        );
    }
}

#[test]
fn a_unit_in_the_cell_wins_over_the_header() {
    let fen = |text, header| read_money(text, header).unwrap().fen;
    assert_eq!(fen("9.86", Unit::WanYuan), Fen(9_860_000));
    assert_eq!(fen("98600元", Unit::WanYuan), Fen(9_860_000));
    assert_eq!(fen("9.86万", Unit::Yuan), Fen(9_860_000));
    assert_eq!(fen("1.17", Unit::YiYuan), Fen(11_700_000_000));
}

#[test]
fn every_text_that_is_no_exact_amount_is_refused_with_its_reason() {
    #[rustfmt::skip]
    let rows = [
        ("1.234", MoneyError::Decimals),
        ("0.0000001万元", MoneyError::Decimals),
        ("-5", MoneyError::Negative),
        ("−5元", MoneyError::Negative),
        ("－5", MoneyError::Negative),
        ("￥-5.00", MoneyError::Negative),
        ("(5.00)", MoneyError::Negative),
        ("1.17E+08", MoneyError::Scientific),
        ("1e5元", MoneyError::Scientific),
        ("98600,00", MoneyError::Grouping),
        ("1,2345", MoneyError::Grouping),
        (",123", MoneyError::Grouping),
        ("", MoneyError::Empty),
        ("  ", MoneyError::Empty),
        ("元", MoneyError::NotAnAmount),
        ("5.", MoneyError::NotAnAmount),
        (".", MoneyError::NotAnAmount),
        ("1.2.3", MoneyError::NotAnAmount),
        ("约5万", MoneyError::NotAnAmount),
        ("5千元", MoneyError::NotAnAmount),
        ("٣", MoneyError::NotAnAmount),
        ("92233720368547758.08", MoneyError::TooLarge),
        ("99999999999亿", MoneyError::TooLarge),
    ];
    for (text, error) in rows {
        assert_eq!(read_money(text, Unit::Yuan), Err(error), "{text}");
    }
    assert_eq!(
        read_money(&"1".repeat(65), Unit::Yuan),
        Err(MoneyError::TooLong)
    );
}

#[test]
fn figures_have_separators_and_round_half_up() {
    assert_eq!(Fen(9_860_000).yuan(), "98,600.00");
    assert_eq!(Fen(5).yuan(), "0.05");
    assert_eq!(Fen(100_000_000).yuan(), "1,000,000.00");
    assert_eq!(Fen(-123_456).yuan(), "-1,234.56");
    assert_eq!(Fen(i64::MIN).yuan(), "-92,233,720,368,547,758.08");
    assert_eq!(Fen(76_700_000_000).yi(), "7.67");
    assert_eq!(Fen(50_000_000).yi(), "0.01");
    assert_eq!(Fen(49_999_999).yi(), "0.00");
    assert_eq!(Fen(-49_999_999).yi(), "0.00");
    assert_eq!(Fen(-50_000_000).yi(), "-0.01");
    assert_eq!(Fen(16_380_000).wan(), "16.38");
    assert_eq!(Fen(i64::MIN).yi(), "-922337203.69");
}

#[test]
fn sums_say_when_they_leave_the_range() {
    assert_eq!(Fen::checked_sum([Fen(1), Fen(2), Fen(3)]), Some(Fen(6)));
    assert_eq!(Fen::checked_sum([Fen(i64::MAX), Fen(1)]), None);
    assert_eq!(Fen(i64::MIN).checked_sub(Fen(1)), None);
}

/// Amount in fen and its writing.
#[rustfmt::skip]
const CAPITALS: &[(i64, &str)] = &[
    (0, "零元整"),
    (1, "壹分"),
    (10, "壹角"),
    (2_000, "贰拾元整"),
    (100_500, "壹仟零伍元整"),
    (140_950, "壹仟肆佰零玖元伍角"),
    (168_032, "壹仟陆佰捌拾元零叁角贰分"),
    (600_714, "陆仟零柒元壹角肆分"),
    (10_700_053, "壹拾万柒仟元零伍角叁分"),
    (32_504, "叁佰贰拾伍元零肆分"),
    (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
    (9_860_000, "玖万捌仟陆佰元整"),
    (9_997_900, "玖万玖仟玖佰柒拾玖元整"),
    (59_500_000, "伍拾玖万伍仟元整"),
    (10_000_000_100, "壹亿零壹元整"),
    (100_001_000_000, "壹拾亿零壹万元整"),
    (76_700_000_000, "柒亿陆仟柒佰万元整"),
    (1_000_100_000, "壹仟万零壹仟元整"),
    (1_050_100_000, "壹仟零伍拾万壹仟元整"),
    (10_000_100_000, "壹亿零壹仟元整"),
    (100_010_001_005, "壹拾亿零壹拾万零壹拾元零伍分"),
    // What the rule says beyond the vectors.
    (100_000_000_000_000, "壹万亿元整"),
    (1_000_000_000_000_000_000, "壹亿亿元整"),
    (100_000_000_010_000, "壹万亿零壹佰元整"),
    (1_010, "壹拾元零壹角"),
    (1_005, "壹拾元零伍分"),
    (120_000_000_000, "壹拾贰亿元整"),
];

#[test]
fn every_amount_is_written_in_capitals_as_the_central_bank_does() {
    for (fen, capital) in CAPITALS {
        assert_eq!(Fen(*fen).capital(), *capital, "{fen}");
    }
    assert_eq!(Fen(-100_500).capital(), "负壹仟零伍元整");
    assert_eq!(
        Fen(i64::MIN).capital(),
        "负玖亿贰仟贰佰叁拾叁万柒仟贰佰零叁亿陆仟捌佰伍拾肆万柒仟柒佰伍拾捌元零捌分"
    );
}

#[test]
fn every_way_of_writing_capitals_reads_to_its_fen() {
    #[rustfmt::skip]
    let variants: &[(&str, i64)] = &[
        ("壹仟陆佰捌拾元叁角贰分", 168_032),
        ("壹拾万零柒仟元伍角叁分", 10_700_053),
        ("壹拾万零柒仟元零伍角叁分", 10_700_053),
        ("玖万捌仟陆佰圆正", 9_860_000),
        ("玖萬捌仟陸佰圓整", 9_860_000),
        ("玖万捌仟陆佰元", 9_860_000),
        ("人民币：玖万捌仟陆佰元整", 9_860_000),
        (" 玖万 捌仟陆佰元 整", 9_860_000),
        ("弍拾元整", 2_000),
        ("參佰贰拾伍元肆分", 32_504),
        ("参佰贰拾伍元零肆分", 32_504),
        ("壹仟伍元整", 100_500),
        ("壹仟零伍元零角零分", 100_500),
        ("壹仟零伍元零角伍分", 100_505),
        ("壹仟万壹仟元整", 1_000_100_000),
        ("壹億元整", 10_000_000_000),
        ("伍角整", 50),
        ("零元零伍分", 5),
    ];
    let canonical = CAPITALS
        .iter()
        .filter(|row| row.0 < 1_000_000_000_000_000_000)
        .map(|row| (row.1, row.0));
    for (text, fen) in variants.iter().copied().chain(canonical) {
        assert_eq!(read_capital(text), Ok(Fen(fen)), "{text}");
    }
}

#[test]
fn every_text_that_is_no_amount_in_capitals_is_refused_with_its_reason() {
    #[rustfmt::skip]
    let rows = [
        ("", CapitalError::Empty),
        ("人民币", CapitalError::Empty),
        ("98600元", CapitalError::Character('9')),
        ("玖万两仟元", CapitalError::Character('两')),
        ("负壹元整", CapitalError::Negative),
        ("元整", CapitalError::Order('元')),
        ("玖", CapitalError::Incomplete),
        ("玖元伍", CapitalError::Incomplete),
        ("整", CapitalError::Incomplete),
        ("玖万捌仟", CapitalError::Incomplete),
        ("壹佰贰仟元", CapitalError::Order('仟')),
        ("壹拾贰拾元", CapitalError::Order('拾')),
        ("拾元整", CapitalError::Order('拾')),
        ("玖捌元", CapitalError::Order('捌')),
        ("壹零零元", CapitalError::Order('零')),
        ("零壹元", CapitalError::Order('零')),
        ("壹仟零贰佰元", CapitalError::Order('零')),
        ("壹佰零元", CapitalError::Order('零')),
        ("壹万贰万元", CapitalError::Order('万')),
        ("万元", CapitalError::Order('万')),
        ("壹亿贰亿元", CapitalError::Order('亿')),
        ("亿元", CapitalError::Order('亿')),
        ("伍元零叁角", CapitalError::Order('零')),
        ("壹分伍角", CapitalError::Order('伍')),
        ("壹元贰元", CapitalError::Order('贰')),
        ("零叁角", CapitalError::Order('零')),
    ];
    for (text, error) in rows {
        assert_eq!(read_capital(text), Err(error), "{text}");
    }
    assert_eq!(read_capital(&"壹".repeat(81)), Err(CapitalError::TooLong));
}
