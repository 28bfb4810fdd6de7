//! The vectors of DOMAIN §3.3 and §3.4, one row each.

use super::*;

#[test]
fn every_vin_is_judged_by_shape_and_check_digit() {
    let ok = |text: &str| Ok((text.to_owned(), None));
    #[rustfmt::skip]
    let rows = [
        ("1M8GDM9AXKP042788", ok("1M8GDM9AXKP042788")),
        ("11111111111111111", ok("11111111111111111")),
        ("LSVAG2186E2100001", ok("LSVAG2186E2100001")),
        ("LFV2A21K8A3000001", ok("LFV2A21K8A3000001")),
        ("LGBH52E09JY012345", ok("LGBH52E09JY012345")),
        ("LSVAG2180E2100001", Ok(("LSVAG2180E2100001".to_owned(), Some('6')))),
        ("LSVAG218OE2100001", Err(VehicleError::Character('O'))),
        ("LSVAG218E2100001", Err(VehicleError::Length(16))),
        ("lsvag2186e2100001", ok("LSVAG2186E2100001")),
        ("LSVAG 2186 E210 0001", ok("LSVAG2186E2100001")),
        ("LSVAG218IE2100001", Err(VehicleError::Character('I'))),
        ("LSVAG218QE2100001", Err(VehicleError::Character('Q'))),
        ("", Err(VehicleError::Empty)),
    ];
    for (text, wanted) in rows {
        let read = read_vin(text).map(|vin| (vin.normal, vin.expected_check));
        assert_eq!(read, wanted, "{text}");
    }
    assert!(read_vin("1M8GDM9AXKP042788").unwrap().check_ok());
    assert_eq!(read_vin(&"1".repeat(41)), Err(VehicleError::Length(41)));
}

#[test]
fn every_plate_of_a_known_shape_reads_with_its_kind() {
    use PlateKind as K;
    #[rustfmt::skip]
    let rows = [
        ("粤A12345", "粤A12345", K::Ordinary),
        ("粤A1B2C3", "粤A1B2C3", K::Ordinary),
        ("粤A1234D", "粤A1234D", K::Ordinary),
        ("粤AD1234", "粤AD1234", K::Ordinary),
        ("粤AD12345", "粤AD12345", K::ElectricSmall),
        ("粤ADB2345", "粤ADB2345", K::ElectricSmall),
        ("粤AA12345", "粤AA12345", K::ElectricSmall),
        ("粤AF12345", "粤AF12345", K::NewEnergySmall),
        ("粤A12345D", "粤A12345D", K::ElectricLarge),
        ("粤A12345F", "粤A12345F", K::NewEnergyLarge),
        ("粤Z1234港", "粤Z1234港", K::HongKong),
        ("粤Z1234澳", "粤Z1234澳", K::Macao),
        ("粤A1234警", "粤A1234警", K::Police),
        ("粤A1234学", "粤A1234学", K::Learner),
        ("粤A1234挂", "粤A1234挂", K::Trailer),
        ("沪A1234使", "沪A1234使", K::Embassy),
        ("沪A1234领", "沪A1234领", K::Consulate),
        ("粤A·12345", "粤A12345", K::Ordinary),
        ("粤a.123-45", "粤A12345", K::Ordinary),
        (" 粤 A 12345 ", "粤A12345", K::Ordinary),
        ("粤Ａ１２３４５", "粤A12345", K::Ordinary),
        ("贵A12345", "贵A12345", K::Ordinary),
        ("蒙A12345", "蒙A12345", K::Ordinary),
        ("WJ粤12345", "WJ粤12345", K::Military),
        ("军A12345", "军A12345", K::Military),
    ];
    for (text, normal, kind) in rows {
        let plate = read_plate(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(
            (plate.normal.as_str(), plate.kind),
            (normal, kind),
            "{text}"
        );
        assert_eq!(plate.warnings, [], "{text}");
    }
    assert_eq!(
        read_plate("粤AB2C3D").unwrap().warnings,
        [PlateWarning::ManyLetters]
    );
}

#[test]
fn every_text_that_is_no_plate_is_refused_with_its_reason() {
    #[rustfmt::skip]
    let rows = [
        ("粤A1234", VehicleError::Length(6)),
        ("粤A1O345", VehicleError::Character('O')),
        ("粤I12345", VehicleError::Character('I')),
        ("粤O12345", VehicleError::Character('O')),
        ("粤AF1234A", VehicleError::NewEnergyShape),
        ("粤A123456", VehicleError::NewEnergyShape),
        ("粤AL12345", VehicleError::NewEnergyShape),
        ("粤A12345L", VehicleError::NewEnergyShape),
        ("粤AI12345", VehicleError::Character('I')),
        ("黔A12345", VehicleError::Province { wrong: '黔', meant: Some('贵') }),
        ("内A12345", VehicleError::Province { wrong: '内', meant: Some('蒙') }),
        ("无A12345", VehicleError::Province { wrong: '无', meant: None }),
        ("粤A1234港", VehicleError::CrossBorderOffice),
        ("湘Z1234澳", VehicleError::CrossBorderOffice),
        ("粤A123警", VehicleError::Character('警')),
        ("粤112345", VehicleError::Character('1')),
        ("粤", VehicleError::Length(1)),
        ("", VehicleError::Empty),
        ("·", VehicleError::Length(0)),
    ];
    for (text, error) in rows {
        assert_eq!(read_plate(text), Err(error), "{text}");
    }
}
