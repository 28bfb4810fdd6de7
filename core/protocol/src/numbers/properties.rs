//! Properties over any text and any amount: nothing panics, a normal form is its own normal form,
//! what is written reads back, fees never fall, a mask fits what it hides.

use super::case_no::{CaseNo, read_basis, read_case_no};
use super::days::{DayCount, after_days, after_months, is_working_day, seizure_expiry};
use super::fees::{enforcement_fee, preservation_fee};
use super::identity::{
    PaperKind, looks_masked, mask_fits, mask_id, mask_phone, masks_agree, read_citizen_id,
    read_credit_code, read_org_code, read_paper,
};
use super::money::{Fen, Unit, read_capital, read_money};
use super::{contact, land, vehicle};
use chrono::NaiveDate;
use proptest::prelude::*;

const THIS_YEAR: i32 = 2026;

/// Any text, and texts of the characters that the readers look for.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[（）()〔\\[0-9Ol一二十百〇零壹贰拾佰仟万亿元整角分粤内蒙贵黔最高法知执恢保异字第号之、~至\\-案：:某*＊ ,.+E￥\u{3000}\u{FEFF}０Ａ港学不动产权证明国用GBF]{0,40}",
        "（(19|20)[0-9]{2}）[粤穗内最][0-9]{0,5}(高法|南法)?知?(执|执恢|民初|民执)(字第|第)?[0-9]{0,9}([、~-][0-9]{1,3}){0,3}(号|之一号|号之二)?",
    ]
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()
}

fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0..20_000_u64)
        .prop_map(|days| NaiveDate::from_ymd_opt(1990, 1, 1).unwrap() + chrono::Days::new(days))
}

fn papers() -> [PaperKind; 5] {
    [
        PaperKind::Passport,
        PaperKind::HongKongMacaoPermit,
        PaperKind::TaiwanPermit,
        PaperKind::ForeignPermanentResident,
        PaperKind::Military,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_text_makes_a_reader_panic_and_errors_say_something(text in any_text()) {
        if let Err(error) = read_case_no(&text, THIS_YEAR) {
            prop_assert!(!error.to_string().is_empty());
        }
        let _ = read_basis(&text, THIS_YEAR);
        let _ = read_money(&text, Unit::WanYuan);
        let _ = read_capital(&text);
        let _ = read_citizen_id(&text, today());
        let _ = read_credit_code(&text).map(|code| code.entity());
        let _ = read_org_code(&text);
        for kind in papers() {
            let _ = read_paper(kind, &text);
        }
        let _ = vehicle::read_vin(&text);
        let _ = vehicle::read_plate(&text);
        let _ = land::read_certificate(&text, THIS_YEAR);
        let _ = land::read_unit_number(&text).map(|unit| unit.grouped());
        let _ = contact::read_phone(&text);
        let _ = contact::read_bank_card(&text);
    }

    #[test]
    fn a_normal_form_reads_to_itself_without_repairs(text in any_text()) {
        let reading = match read_case_no(&text, THIS_YEAR) {
            Ok(reading) => reading,
            Err(error) => match error.suggestion {
                Some(suggestion) => read_case_no(&suggestion, THIS_YEAR).unwrap(),
                None => return Ok(()),
            },
        };
        prop_assert!(!reading.cases.is_empty());
        for case in &reading.cases {
            let again = read_case_no(case.normal(), THIS_YEAR).unwrap();
            prop_assert_eq!(&again.cases, std::slice::from_ref(case));
            prop_assert_eq!(again.repairs, []);
            prop_assert_eq!(again.doc_suffix, None);
            let (year, court, serial) = case.parts();
            prop_assert_eq!([year, court, serial].concat(), case.normal());
            let json = serde_json::to_string(case).unwrap();
            prop_assert_eq!(&serde_json::from_str::<CaseNo>(&json).unwrap(), case);
        }
    }

    #[test]
    fn damage_of_every_kind_reads_to_the_number_it_came_from(
        year in 2016..=2026,
        court in "[京内黔粤兵军]([0-9]{2}|[0-9]{4})?",
        type_code in prop::sample::select(vec!["执", "执恢", "执保", "司惩复", "知民终"]),
        serial in 1..100_000_000_u32,
        open in "[（(〔\\[【﹝〈{]",
        close in "[）)〕\\]】﹞〉}]",
        zeros in 0..4_usize,
        (filler, hao, space) in ("(字第|第|字|)", "[号號]?", "[ \u{3000}\u{200B}\t]{0,2}"),
    ) {
        let zeros = "0".repeat(zeros);
        let text = format!("{space}{open}{year}{close}{space}{court}{type_code}{filler}{zeros}{serial}{space}{hao}");
        let reading = read_case_no(&text, THIS_YEAR).unwrap();
        let normal = format!("（{year}）{court}{type_code}{serial}号");
        prop_assert_eq!(reading.cases.iter().map(CaseNo::normal).collect::<Vec<_>>(), [normal]);
    }

    #[test]
    fn an_amount_in_capitals_reads_back(fen in 0..=10_000_000_000_000_i64) {
        prop_assert_eq!(read_capital(&Fen(fen).capital()), Ok(Fen(fen)));
        // Few digits that are not zero, where the zeros are.
        let sparse = fen / 1_000_003 * 1_000_000;
        prop_assert_eq!(read_capital(&Fen(sparse).capital()), Ok(Fen(sparse)));
    }

    #[test]
    fn an_amount_in_capitals_reads_back_without_its_zeros(fen in 1..=10_000_000_000_000_i64) {
        let capital = Fen(fen).capital().replace('零', "");
        prop_assert_eq!(read_capital(&capital), Ok(Fen(fen)));
    }

    #[test]
    fn an_amount_in_figures_reads_back(fen in 0..=i64::MAX) {
        prop_assert_eq!(read_money(&Fen(fen).yuan(), Unit::Yuan).unwrap().fen, Fen(fen));
    }

    #[test]
    fn fees_never_fall(one in 0..=200_000_000_000_i64, more in 0..=200_000_000_000_i64) {
        for fee in [enforcement_fee, preservation_fee] {
            prop_assert!(fee(Fen(one)) <= fee(Fen(one + more)));
        }
    }

    #[test]
    fn a_mask_fits_what_it_hides(text in any_text()) {
        prop_assume!(text.chars().count() <= 200);
        prop_assert!(mask_fits(&mask_id(&text), &text), "{}", mask_id(&text));
        prop_assert!(mask_fits(&mask_phone(&text), &text), "{}", mask_phone(&text));
        prop_assert!(masks_agree(&mask_id(&text), &mask_phone(&text)));
        if text.chars().filter(|c| !c.is_whitespace()).count() > 8 {
            prop_assert!(looks_masked(&mask_id(&text)));
        }
    }

    #[test]
    fn masks_agree_both_ways_and_with_what_one_hides(one in "[甲乙某*]{0,8}", other in "[甲乙某*]{0,8}") {
        prop_assert_eq!(masks_agree(&one, &other), masks_agree(&other, &one));
        if !looks_masked(&other) && one.contains(['甲', '乙', '某']) {
            prop_assert_eq!(masks_agree(&one, &other), mask_fits(&one, &other));
        }
    }

    #[test]
    fn a_deadline_is_never_before_its_strict_end_nor_on_a_holiday(start in any_day(), days in 0..400_u32, months in 0..40_u32) {
        for end in [after_days(start, days, DayCount::Calendar), after_months(start, months)] {
            prop_assert!(end.strict >= start && end.due >= end.strict);
            prop_assert!(end.due - end.strict <= chrono::TimeDelta::days(13));
            prop_assert_eq!(end.known_year, is_working_day(end.due) == Some(true));
            prop_assert!(end.known_year || end.due == end.strict);
        }
    }

    #[test]
    fn a_seizure_ends_on_its_day_number_or_the_months_end(start in any_day(), years in 1..4_u32) {
        use chrono::Datelike;
        let end = seizure_expiry(start, years).by_law;
        prop_assert_eq!(end.year(), start.year() + i32::try_from(years).unwrap());
        prop_assert_eq!(end.month(), start.month());
        prop_assert!(end.day() == start.day() || (start.day() == 29 && end.day() == 28));
    }
}
