//! The vectors of DOMAIN §3.5, one row each.

use super::*;

#[test]
fn every_certificate_reads_with_its_kind() {
    use CertificateKind::{Legacy, Registration, Title};
    #[rustfmt::skip]
    let rows: &[(&str, &str, CertificateKind, bool)] = &[
        ("粤（2018）惠州市不动产权第0025363号", "粤（2018）惠州市不动产权第0025363号", Title, false),
        ("川（2025）成都市不动产权第0373259号", "川（2025）成都市不动产权第0373259号", Title, false),
        ("粤(2018)广州市不动产权第00253631号", "粤（2018）广州市不动产权第00253631号", Title, false),
        ("粤〔2018】惠州市不动产权第0025363", "粤（2018）惠州市不动产权第0025363号", Title, false),
        ("粤 （２０１８） 惠州市 不动产权第 0025363 号", "粤（2018）惠州市不动产权第0025363号", Title, false),
        ("粤（2018）惠州市不动产权第25363号", "粤（2018）惠州市不动产权第25363号", Title, true),
        ("粤（2018）惠州市不动产权第002536312号", "粤（2018）惠州市不动产权第002536312号", Title, true),
        ("粤（2018）惠州市不动产证明第0025363号", "粤（2018）惠州市不动产证明第0025363号", Registration, false),
        ("黔（2018）贵阳市不动产权第0025363号", "黔（2018）贵阳市不动产权第0025363号", Title, false),
        ("粤房地权证穗字第0123456789号", "粤房地权证穗字第0123456789号", Legacy, false),
        ("穗国用(2008)第01200123号", "穗国用（2008）第01200123号", Legacy, false),
    ];
    for (text, normal, kind, unusual) in rows {
        let read = read_certificate(text, 2026).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(
            (read.normal.as_str(), read.kind),
            (*normal, *kind),
            "{text}"
        );
        assert_eq!(
            read.warnings == [CertificateWarning::SerialLength],
            *unusual,
            "{text}"
        );
    }
}

#[test]
fn every_text_that_is_no_certificate_is_refused_with_its_reason() {
    #[rustfmt::skip]
    let rows = [
        ("粤（2018）惠州市不动产权第0025号", LandError::Serial),
        ("粤（2018）惠州市不动产权第0025363123号", LandError::Serial),
        ("粤（2018）惠州市不动产权第00253A3号", LandError::Serial),
        ("粤（18）惠州市不动产权第0025363号", LandError::Year),
        ("粤（2031）惠州市不动产权第0025363号", LandError::Year),
        ("粤2018惠州市不动产权第0025363号", LandError::Shape),
        ("粤（2018）不动产权第0025363号", LandError::Shape),
        ("粤（2018）惠州1市不动产权第0025363号", LandError::Character('1')),
        ("英（2018）惠州市不动产权第0025363号", LandError::Character('英')),
        ("不动产权第0025363号", LandError::Shape),
        ("南沙区某路1号", LandError::Shape),
        ("粤房地权证穗字第号", LandError::Shape),
        ("", LandError::Empty),
    ];
    for (text, error) in rows {
        assert_eq!(read_certificate(text, 2026), Err(error), "{text}");
    }
}

#[test]
fn every_unit_number_is_judged_by_its_shape() {
    let valid = "441302007014GB00078F00190006";
    #[rustfmt::skip]
    let rows = [
        (valid, Ok((valid, Fixture::Building))),
        ("441302 007014 GB00078 F00190006", Ok((valid, Fixture::Building))),
        ("441302007014gb00078f00190006", Ok((valid, Fixture::Building))),
        ("441302007014GB00078W00000000", Ok(("441302007014GB00078W00000000", Fixture::None))),
        ("441302007014JC00078L00000001", Ok(("441302007014JC00078L00000001", Fixture::Forest))),
        ("441302007014GH00078Q00000001", Ok(("441302007014GH00078Q00000001", Fixture::Other))),
        ("441302007014GB00078F0019006", Err(LandError::Length(27))),
        ("4413020070140B00078F00190006", Err(LandError::Character('0'))),
        ("441302007014G100078F00190006", Err(LandError::Character('1'))),
        ("441302007014GB00078X00190006", Err(LandError::Character('X'))),
        ("44130200701AGB00078F00190006", Err(LandError::Character('A'))),
        ("", Err(LandError::Empty)),
    ];
    for (text, wanted) in rows {
        let read = read_unit_number(text);
        assert_eq!(
            read.as_ref()
                .map(|unit| (unit.normal.as_str(), unit.fixture))
                .map_err(|e| *e),
            wanted,
            "{text}"
        );
    }
    assert_eq!(
        read_unit_number(valid).unwrap().grouped(),
        "441302 007014 GB00078 F00190006"
    );
}
