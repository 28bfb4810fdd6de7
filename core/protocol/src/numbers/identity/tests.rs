//! The vectors of DOMAIN §3.1, §3.2 and of masks (§8), one row each.

use super::*;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

type CitizenRow = (
    &'static str,
    &'static str,
    NaiveDate,
    Gender,
    HolderRegion,
    &'static [CitizenIdWarning],
);

#[test]
fn every_citizen_id_that_holds_tells_birth_gender_and_region() {
    use CitizenIdWarning::{AgeOver120, FifteenDigits, UnknownRegion};
    use Gender::{Female, Male};
    use HolderRegion::{HongKong, Macao, Mainland, Taiwan};
    #[rustfmt::skip]
    let rows: &[CitizenRow] = &[
        ("11010519491231002X", "11010519491231002X", day(1949, 12, 31), Female, Mainland, &[]),
        ("11010519491231002x", "11010519491231002X", day(1949, 12, 31), Female, Mainland, &[]),
        ("440524188001010014", "440524188001010014", day(1880, 1, 1), Male, Mainland, &[AgeOver120]),
        ("440115199003071238", "440115199003071238", day(1990, 3, 7), Male, Mainland, &[]),
        ("440115199003071246", "440115199003071246", day(1990, 3, 7), Female, Mainland, &[]),
        ("440104198802290011", "440104198802290011", day(1988, 2, 29), Male, Mainland, &[]),
        ("440524800101001", "440524198001010013", day(1980, 1, 1), Male, Mainland, &[FifteenDigits]),
        ("810000199003071210", "810000199003071210", day(1990, 3, 7), Male, HongKong, &[]),
        ("820000198501010039", "820000198501010039", day(1985, 1, 1), Male, Macao, &[]),
        ("830000197906150053", "830000197906150053", day(1979, 6, 15), Male, Taiwan, &[]),
        // As exports and people write them.
        ("'440115199003071238", "440115199003071238", day(1990, 3, 7), Male, Mainland, &[]),
        (" ４４０１１５ 19900307 1238", "440115199003071238", day(1990, 3, 7), Male, Mainland, &[]),
        ("990115199003071235", "990115199003071235", day(1990, 3, 7), Male, Mainland, &[UnknownRegion]),
    ];
    for (text, normal, birth, gender, region, warnings) in rows {
        let id = read_citizen_id(text, today()).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(id.normal, *normal, "{text}");
        assert_eq!(id.birth, *birth, "{text}");
        assert_eq!(id.gender, *gender, "{text}");
        assert_eq!(id.region, *region, "{text}");
        assert_eq!(id.warnings, *warnings, "{text}");
    }
}

#[test]
fn every_citizen_id_that_does_not_hold_is_refused_with_its_reason() {
    #[rustfmt::skip]
    let rows = [
        ("440115199003071239", IdError::CheckDigit { expected: '8' }),
        ("440115198902290018", IdError::Date),
        ("44011519900307123", IdError::Length(17)),
        ("4401151990030712388", IdError::Length(19)),
        ("440115199003O71238", IdError::Character('O')),
        ("44011519900307X238", IdError::Character('X')),
        ("44052480010100X", IdError::Character('X')),
        ("4.40115E+17", IdError::Scientific),
        ("4.40115199003071E+17", IdError::Scientific),
        ("4401**********1238", IdError::Masked),
        ("", IdError::Empty),
        ("'", IdError::Empty),
    ];
    for (text, error) in rows {
        assert_eq!(read_citizen_id(text, today()), Err(error), "{text}");
    }
    assert_eq!(
        read_citizen_id(&"4".repeat(65), today()),
        Err(IdError::Length(65))
    );
}

#[test]
fn a_birth_after_today_is_refused_and_one_today_is_not() {
    let born = "440115199003071238";
    assert_eq!(
        read_citizen_id(born, day(1990, 3, 6)),
        Err(IdError::FutureBirth)
    );
    assert!(read_citizen_id(born, day(1990, 3, 7)).is_ok());
}

#[test]
fn the_age_of_120_years_is_no_warning_yet() {
    let warnings = |today| {
        read_citizen_id("440524188001010014", today)
            .unwrap()
            .warnings
    };
    assert_eq!(warnings(day(2000, 12, 31)), []);
    assert_eq!(warnings(day(2001, 1, 1)), [CitizenIdWarning::AgeOver120]);
}

#[test]
fn debug_output_of_an_id_does_not_show_it() {
    let shown = format!(
        "{:?}",
        read_citizen_id("440115199003071238", today()).unwrap()
    );
    assert!(shown.contains("4401**********1238"), "{shown}");
    assert!(!shown.contains("19900307"), "{shown}");
}

#[test]
fn every_credit_code_reads_with_its_checksums_and_entity() {
    use EntityKind::{Company, GovernmentBody, Other, SoleTrader};
    // Text, normal form, expected check when wrong, organisation code holds, entity.
    #[rustfmt::skip]
    let rows = [
        ("91350100M000100Y43", "91350100M000100Y43", None, true, Company),
        ("91440115MA59ABC13G", "91440115MA59ABC13G", None, true, Company),
        ("11440115007456780U", "11440115007456780U", None, true, GovernmentBody),
        ("91440101753469129C", "91440101753469129C", None, true, Company),
        ("92440115MA5CK2E438", "92440115MA5CK2E438", None, true, SoleTrader),
        ("91440115MA59ABC13H", "91440115MA59ABC13H", Some('G'), true, Company),
        ("9144 0115 MA59 ABC1 3G", "91440115MA59ABC13G", None, true, Company),
        ("91440115ma59abc13g", "91440115MA59ABC13G", None, true, Company),
        ("440115000123456", "440115000123456", None, true, Other),
        ("91440115MA59A01560", "91440115MA59A01560", None, true, Company),
        ("91440115MA59ABC23G", "91440115MA59ABC23G", Some('H'), false, Company),
    ];
    for (text, normal, expected, org, entity) in rows {
        let code = read_credit_code(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(code.normal, normal, "{text}");
        assert_eq!(code.expected_check, expected, "{text}");
        assert_eq!(code.checksum_ok(), expected.is_none(), "{text}");
        assert_eq!(code.org_checksum_ok, org, "{text}");
        assert_eq!(code.entity(), entity, "{text}");
    }
    assert_eq!(
        read_credit_code("440115000123456").unwrap().kind,
        CreditCodeKind::Registration15
    );
}

#[test]
fn every_text_that_is_no_credit_code_is_refused_with_its_reason() {
    #[rustfmt::skip]
    let rows = [
        ("91440115MA59ABCI3G", IdError::Character('I')),
        ("91440115MA59ABC13", IdError::Length(17)),
        ("44011500012345A", IdError::Character('A')),
        ("9144**********Q37D", IdError::Masked),
        ("9.14401E+17", IdError::Scientific),
        ("广州市某公司", IdError::Masked),
        ("广州市公司", IdError::Length(5)),
        ("", IdError::Empty),
    ];
    for (text, error) in rows {
        assert_eq!(read_credit_code(text), Err(error), "{text}");
    }
}

#[test]
fn organisation_codes_hold_by_their_own_check() {
    let rows = [
        ("75346912-9", Ok("753469129")),
        ("M000100Y4", Ok("M000100Y4")),
        ("m000100y-4", Ok("M000100Y4")),
        ("00745678-0", Ok("007456780")),
        ("75346912-8", Err(IdError::CheckDigit { expected: '9' })),
        ("7534691-9", Err(IdError::Length(8))),
        ("7534691某9", Err(IdError::Masked)),
        ("7534691公9", Err(IdError::Character('公'))),
    ];
    for (text, wanted) in rows {
        assert_eq!(read_org_code(text), wanted.map(str::to_owned), "{text}");
    }
}

#[test]
fn other_papers_are_taken_by_their_shape() {
    use PaperKind::{
        ForeignPermanentResident, HongKongMacaoPermit, Military, Passport, TaiwanPermit,
    };
    #[rustfmt::skip]
    let rows = [
        (Passport, "G12345678", true), (Passport, "EA1234567", true), (Passport, "e12345678", true),
        (Passport, "G1234567", false), (Passport, "EA12345678", false), (Passport, "123456789", false),
        (HongKongMacaoPermit, "H12345678", true), (HongKongMacaoPermit, "M1234567801", true),
        (HongKongMacaoPermit, "H123456789", false), (HongKongMacaoPermit, "T12345678", false),
        (TaiwanPermit, "12345678", true), (TaiwanPermit, "1234567", false), (TaiwanPermit, "1234567A", false),
        (ForeignPermanentResident, "USA110088010101", true), (ForeignPermanentResident, "911124198108030024", true),
        (ForeignPermanentResident, "811124198108030024", false), (ForeignPermanentResident, "USA1100880101", false),
        (Military, "军字第0012345号", true), (Military, "", false),
    ];
    for (kind, text, fits) in rows {
        assert_eq!(read_paper(kind, text).is_ok(), fits, "{kind:?} {text}");
    }
}

#[test]
fn masks_hide_the_middle_and_can_stand_for_what_they_hide() {
    assert_eq!(mask_id("440115199003071238"), "4401**********1238");
    assert_eq!(mask_id("91440115MA59ABC13G"), "9144**********C13G");
    assert_eq!(mask_id("G12345678"), "G1*****78");
    assert_eq!(mask_id("12345678"), "1******8");
    assert_eq!(mask_id("12"), "**");
    assert_eq!(mask_phone("13800005678"), "138****5678");
    assert_eq!(mask_phone("020-12345678"), "020*****5678");
    assert_eq!(mask_phone("12345678"), "******78");
    assert_eq!(mask_phone("110"), "***");
    assert!(looks_masked("4401**********1238") && looks_masked("冯*敏") && looks_masked("封某"));
    assert!(looks_masked("4401＊＊＊＊＊＊＊＊＊＊1238") && looks_masked("张××"));
    assert!(!looks_masked("440115199003071238") && !looks_masked("11010519491231002X"));
}

#[test]
fn every_masked_text_fits_only_what_it_can_hide() {
    #[rustfmt::skip]
    let rows = [
        ("4401**********1238", "440115199003071238", true),
        ("4401**********123x", "44011519900307123X", true),
        ("4401**********1238", "440115199003071246", false),
        ("4401**********1238", "44011519900307001238", false),
        ("4401＊＊＊＊＊＊＊＊＊＊1238", "440115199003071238", true),
        ("9144**********Q37D", "91440115MA5DK7Q37D", true),
        ("138****5678", "13800005678", true),
        ("440115199003071238", "440115199003071238", true),
        ("440115199003071238", "440115199003071246", false),
        ("封某", "封志强", true),
        ("封某", "封强", true),
        ("封某", "封", false),
        ("封某", "丰强", false),
        ("冯*敏", "冯小敏", true),
        ("冯*敏", "冯敏", false),
        ("张**", "张三丰", true),
        ("广州市某工贸有限公司", "广州市大发工贸有限公司", true),
        ("广州市某工贸有限公司", "广州市大发贸易有限公司", false),
        ("某", "任何人", true),
        ("某某某", "甲乙", true),
        ("", "", true),
        ("", "甲", false),
    ];
    for (masked, full, fits) in rows {
        assert_eq!(mask_fits(masked, full), fits, "{masked} {full}");
    }
}

#[test]
fn two_masked_texts_agree_when_one_text_can_stand_behind_both() {
    #[rustfmt::skip]
    let rows = [
        ("冯某敏", "冯*敏", true),
        ("封某", "封*强", true),
        ("封某", "王*强", false),
        ("梁某冰", "梁某华", false),
        ("某冰", "梁某", true),
        ("某冰", "冰", false),
        ("4401**********1238", "440115********1238", true),
        ("4401**********1238", "440115********1239", false),
        ("4401**********1238", "440115199003071238", true),
        ("广州某公司", "某有限公司", true),
        ("张三", "张三", true),
        ("张三", "张四", false),
    ];
    for (one, other, agree) in rows {
        assert_eq!(masks_agree(one, other), agree, "{one} {other}");
        assert_eq!(masks_agree(other, one), agree, "{other} {one}");
    }
}
