//! The vectors of DOMAIN §3.6, one row each.

use super::*;

#[test]
fn every_telephone_number_reads_to_one_form() {
    use PhoneKind::{HongKong, Landline, Macao, Mobile};
    #[rustfmt::skip]
    let rows = [
        ("13800005678", "13800005678", Mobile),
        ("+86 138-0000-5678", "13800005678", Mobile),
        ("008613800005678", "13800005678", Mobile),
        ("１３８ 0000 5678", "13800005678", Mobile),
        ("19900005678", "19900005678", Mobile),
        ("020-12345678", "020-12345678", Landline),
        ("02012345678", "020-12345678", Landline),
        ("010-1234567", "010-1234567", Landline),
        ("0755-12345678-1234", "0755-12345678-1234", Landline),
        ("075512345678", "0755-12345678", Landline),
        ("07551234567-12", "0755-1234567-12", Landline),
        ("+86 20 12345678", "020-12345678", Landline),
        ("+852 9123 4567", "+852 91234567", HongKong),
        ("0085291234567", "+852 91234567", HongKong),
        ("+853 61234567", "+853 61234567", Macao),
        ("+853-81234567", "+853 81234567", Macao),
    ];
    for (text, normal, kind) in rows {
        let phone = read_phone(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(
            (phone.normal.as_str(), phone.kind),
            (normal, kind),
            "{text}"
        );
        assert_eq!(phone.warnings, []);
    }
    assert_eq!(
        read_phone("14412345678").unwrap().warnings,
        [PhoneWarning::MaybeMachine]
    );
}

#[test]
fn every_text_that_is_no_telephone_number_is_refused_with_its_reason() {
    #[rustfmt::skip]
    let rows = [
        ("12800005678", ContactError::Shape),
        ("1380000567", ContactError::Shape),
        ("138000056789", ContactError::Shape),
        ("020-123456", ContactError::Shape),
        ("020-123456789", ContactError::Shape),
        ("020-12345678-1234567", ContactError::Shape),
        ("0755-12345678-1-1", ContactError::Shape),
        ("12345678", ContactError::Shape),
        ("+852 11234567", ContactError::Shape),
        ("+853 71234567", ContactError::Shape),
        ("+852 9123456", ContactError::Shape),
        ("+853 28123456", ContactError::Shape),
        ("+85291234S67", ContactError::Character('S')),
        ("138****5678", ContactError::Masked),
        ("1.38E+10", ContactError::Scientific),
        ("张先生13800005678", ContactError::Character('张')),
        ("", ContactError::Empty),
    ];
    for (text, error) in rows {
        assert_eq!(read_phone(text), Err(error), "{text}");
    }
    let shown = format!("{:?}", read_phone("13800005678").unwrap());
    assert!(shown.contains("138****5678"), "{shown}");
}

#[test]
fn every_bank_card_is_judged_by_length_and_check_digit() {
    #[rustfmt::skip]
    let rows = [
        ("6228480000000000018", Ok("6228480000000000018")),
        ("6228 4800 0000 0000 018", Ok("6228480000000000018")),
        ("6228480000000000019", Err(ContactError::CheckDigit)),
        ("622848000000000", Err(ContactError::Length(15))),
        ("62284800000000000186", Err(ContactError::Length(20))),
        ("622848000000000001A", Err(ContactError::Character('A'))),
        ("6.22848E+18", Err(ContactError::Scientific)),
        ("6228***********0018", Err(ContactError::Masked)),
        ("4111111111111111", Ok("4111111111111111")),
    ];
    for (text, wanted) in rows {
        assert_eq!(read_bank_card(text), wanted.map(str::to_owned), "{text}");
    }
}
