//! The case number of a row, or why the row has none.

use super::cell::{Cell, Loss, trimmed};
use super::note::RejectReason;
use waiqin_protocol::numbers::case_no::{CaseNoErrorKind, CaseNoReading, read_case_no};

/// A row that is none.
#[derive(Clone, Debug)]
pub(crate) struct RowFault {
    pub(crate) reason: RejectReason,
    pub(crate) text: String,
    pub(crate) suggestion: Option<String>,
    /// Id and numbers that the row names nevertheless.
    pub(crate) names: Vec<String>,
}

/// Reads the number of a row.
pub(crate) fn read_number(cell: &Cell, this_year: i32) -> Result<CaseNoReading, RowFault> {
    let fault = |reason, text: &str, suggestion| RowFault {
        reason,
        text: text.chars().take(80).collect(),
        suggestion,
        names: Vec::new(),
    };
    let raw = match cell {
        Cell::Lost(Loss::Bytes, text) => {
            return Err(fault(RejectReason::DamagedBytes, text, None));
        }
        Cell::Lost(_, text) => return Err(fault(RejectReason::LostNumber, text, None)),
        Cell::Text(text) if text.trim_matches('\0').contains('\0') => {
            return Err(fault(
                RejectReason::DamagedBytes,
                &text.replace('\0', "\u{fffd}"),
                None,
            ));
        }
        Cell::Empty | Cell::Text(_) | Cell::Number(_) | Cell::Serial { .. } => cell.shown(),
    };
    let raw = raw.trim_matches('\0');
    let raw = raw.strip_prefix(['\'', '’', '‘', '`']).unwrap_or(raw);
    if trimmed(raw).is_empty() {
        return Err(fault(RejectReason::NoNumber, "", None));
    }
    match read_case_no(raw, this_year) {
        Ok(reading) if reading.cases.len() == 1 => Ok(reading),
        Ok(reading) => {
            let mut several = fault(RejectReason::SeveralNumbers, raw.trim(), None);
            several.names = reading
                .cases
                .iter()
                .map(|c| c.normal().to_owned())
                .collect();
            Err(several)
        }
        Err(error) => {
            let reason = match error.kind {
                CaseNoErrorKind::Empty => RejectReason::NoNumber,
                CaseNoErrorKind::UnknownType(_) => RejectReason::UnknownType,
                CaseNoErrorKind::SeveralNumbers(_) | CaseNoErrorKind::TooManyNumbers => {
                    RejectReason::SeveralNumbers
                }
                CaseNoErrorKind::TooLong
                | CaseNoErrorKind::NoYear
                | CaseNoErrorKind::YearDigits(_)
                | CaseNoErrorKind::YearTooEarly(_)
                | CaseNoErrorKind::YearInFuture(_)
                | CaseNoErrorKind::LookalikeLetter(_)
                | CaseNoErrorKind::UnexpectedCharacter(_)
                | CaseNoErrorKind::NoProvince
                | CaseNoErrorKind::UnknownCourt(_)
                | CaseNoErrorKind::CourtDigits(_)
                | CaseNoErrorKind::NoType
                | CaseNoErrorKind::NoSerial
                | CaseNoErrorKind::SerialZero
                | CaseNoErrorKind::SerialTooLong
                | CaseNoErrorKind::SpanNotAscending(..)
                | CaseNoErrorKind::TrailingText(_) => RejectReason::BadNumber,
            };
            Err(fault(reason, raw.trim(), error.suggestion))
        }
    }
}
