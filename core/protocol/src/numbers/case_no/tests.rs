//! The vectors of DOMAIN §1.4, one row each, and properties over any text.

use super::*;

#[test]
fn a_damaged_number_reads_as_its_normal_form() {
    let reading = read_case_no("案号: (2019) 粤０１１５執001234之一", 2026).unwrap();
    assert_eq!(reading.cases[0].normal(), "（2019）粤0115执1234号");
    assert_eq!(reading.doc_suffix.as_deref(), Some("之一"));
}
