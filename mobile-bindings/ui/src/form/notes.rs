//! What a number says of itself while it is typed: a check digit that does not hold, a plate of no
//! shape, an amount in capitals. Advice beside the field; nothing is refused for it, and what the
//! law asks is decided by the rules.

use super::layout::pattern_of;
use crate::words::Words;
use serde::Serialize;
use waiqin_protocol::numbers::days::court_day;
use waiqin_protocol::numbers::identity::{IdError, looks_masked, read_citizen_id};
use waiqin_protocol::numbers::land::read_certificate;
use waiqin_protocol::numbers::money::{Unit, read_money};
use waiqin_protocol::numbers::vehicle::{VehicleError, read_plate, read_vin};
use waiqin_protocol::words::fill;

/// A word beside a field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Note {
    /// What is said; empty for nothing.
    pub text: String,
    /// `ok-text`, `warn-text` or `muted`.
    pub class: &'static str,
}

/// What the text in a field says of itself.
#[must_use]
pub fn of(path: &str, text: &str, now_ms: i64, w: &Words) -> Note {
    if text.is_empty() {
        return Note::default();
    }
    let pattern = pattern_of(path);
    let last = pattern.rsplit('/').next().unwrap_or_default();
    match last {
        "vin" => vin(text, w),
        "plate" => plate(text, w),
        "id_no" => id(text, now_ms, w),
        "cert_no" => certificate(text, now_ms, w),
        last if last.ends_with("_fen") => capital(text),
        _ => Note::default(),
    }
}

fn ok(text: impl Into<String>) -> Note {
    Note {
        text: text.into(),
        class: "ok-text",
    }
}

fn warn(text: impl Into<String>) -> Note {
    Note {
        text: text.into(),
        class: "warn-text",
    }
}

fn vin(text: &str, w: &Words) -> Note {
    match read_vin(text) {
        Ok(vin) => match vin.expected_check {
            None => ok(w.note_vin_ok),
            Some(expected) => warn(fill(w.note_vin_check, &[("expected", &expected)])),
        },
        Err(error) => vehicle(&error, w),
    }
}

fn plate(text: &str, w: &Words) -> Note {
    match read_plate(text) {
        Ok(plate) if plate.warnings.is_empty() => ok(w.note_plate_ok),
        Ok(_) => warn(w.note_plate_look),
        Err(error) => vehicle(&error, w),
    }
}

fn vehicle(error: &VehicleError, w: &Words) -> Note {
    warn(match error {
        VehicleError::Empty => String::new(),
        VehicleError::Length(n) => fill(w.note_length, &[("n", n)]),
        VehicleError::Character(c) => fill(w.note_character, &[("c", c)]),
        VehicleError::Province {
            wrong,
            meant: Some(meant),
        } => fill(w.note_province_meant, &[("c", wrong), ("meant", meant)]),
        VehicleError::Province { wrong, meant: None } => fill(w.note_character, &[("c", wrong)]),
        VehicleError::NewEnergyShape | VehicleError::CrossBorderOffice => {
            w.note_plate_look.to_owned()
        }
    })
}

/// Only what is as long as a citizen's number is one: other papers have numbers of their own.
fn id(text: &str, now_ms: i64, w: &Words) -> Note {
    if looks_masked(text) {
        return Note::default();
    }
    match read_citizen_id(text, court_day(now_ms)) {
        Ok(_) => ok(w.note_id_ok),
        Err(IdError::CheckDigit { .. }) => warn(w.note_id_check),
        Err(IdError::Date | IdError::FutureBirth) => warn(w.note_id_date),
        Err(_) => Note::default(),
    }
}

/// A certificate of real estate; papers of other things have numbers of many shapes.
fn certificate(text: &str, now_ms: i64, w: &Words) -> Note {
    let year = chrono::Datelike::year(&court_day(now_ms));
    match read_certificate(text, year) {
        Ok(certificate) if certificate.warnings.is_empty() => ok(w.note_cert_ok),
        Ok(_) => warn(w.note_cert_look),
        Err(_) => Note::default(),
    }
}

fn capital(text: &str) -> Note {
    match read_money(text, Unit::Yuan) {
        Ok(read) => Note {
            text: read.fen.capital(),
            class: "muted",
        },
        Err(_) => Note::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_562_027_400_000; // 2019-07-02 08:30 +08:00

    fn said(path: &str, text: &str) -> (String, &'static str) {
        let note = of(path, text, NOW, &Words::EN);
        (note.text, note.class)
    }

    #[test]
    fn a_number_says_whether_it_holds_wherever_it_is_typed() {
        let vin = format!("assets/{}/vin", "0b".repeat(16));
        for (path, text, class) in [
            // Vectors of DOMAIN 3.1, 3.3, 3.4 and 3.5.
            (vin.as_str(), "1M8GDM9AXKP042788", "ok-text"),
            (&vin, "LSVAG2180E2100001", "warn-text"),
            (&vin, "LSVAG218OE2100001", "warn-text"),
            (&vin, "LSVAG218E2100001", "warn-text"),
            ("assets/x/plate", "\u{7ca4}A\u{b7}12345", "ok-text"),
            ("assets/x/plate", "\u{7ca4}A1O345", "warn-text"),
            ("debtor/id_no", "11010519491231002x", "ok-text"),
            ("debtor/id_no", "440115199003071239", "warn-text"),
            ("target/id_no", "440115198902290018", "warn-text"),
            ("debtor/id_no", "H12345678", ""),
            ("debtor/id_no", "4401**********1238", ""),
            ("place", "1M8GDM9AXKP042788", ""),
            ("assets/x/vin", "", ""),
        ] {
            let (words, said) = said(path, text);
            assert_eq!(said, class, "{path}={text}");
            assert_eq!(words.is_empty(), class.is_empty(), "{path}={text}");
        }
        assert!(
            said(&vin, "LSVAG2180E2100001").0.contains('6'),
            "6 is expected"
        );
    }

    #[test]
    fn an_amount_is_said_in_capitals_and_no_amount_is_not() {
        assert_eq!(
            said("total_fen", "98,600.00").0,
            "\u{7396}\u{4e07}\u{634c}\u{4edf}\u{9646}\u{4f70}\u{5143}\u{6574}"
        );
        assert_eq!(said("total_fen", "much").0, "");
        assert_eq!(said("days", "15").0, "");
    }
}
