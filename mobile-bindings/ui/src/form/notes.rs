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
