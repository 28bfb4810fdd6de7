//! A text as a QR code, drawn with the marks of a picture and nothing of a person.

use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write as _;

/// White modules around a code, as its standard asks.
const QUIET: usize = 4;

/// A code: square modules as one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Qr {
    /// Modules of a side, quiet zone included.
    pub side: usize,
    /// The dark modules as SVG path data, in a box of `0 0 side side`.
    pub data: String,
}

impl Qr {
    /// The code of a text; `None` when it is longer than a code can hold (2,953 bytes).
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M)
            .or_else(|_| QrCode::with_error_correction_level(text.as_bytes(), EcLevel::L))
            .ok()?;
        let width = code.width();
        let mut data = String::new();
        for (row, modules) in code.to_colors().chunks(width).enumerate() {
            let mut at = 0;
            for run in modules.chunk_by(|a, b| a == b) {
                if run.first() == Some(&Color::Dark) {
                    let (x, y, n) = (at + QUIET, row + QUIET, run.len());
                    // Writing to a text does not fail.
                    let _ = write!(data, "M{x} {y}h{n}v1h-{n}z");
                }
                at += run.len();
            }
        }
        Some(Self {
            side: width + 2 * QUIET,
            data,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the path back into modules, by counting alone.
    fn dark(qr: &Qr) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        for run in qr.data.split('M').skip(1) {
            let (x, rest) = run.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let (n, end) = rest.split_once('v').unwrap();
            assert_eq!(end, format!("1h-{n}z"));
            let (x, y, n): (usize, usize, usize) =
                (x.parse().unwrap(), y.parse().unwrap(), n.parse().unwrap());
            found.extend((x..x + n).map(|x| (x, y)));
        }
        found
    }

    #[test]
    fn a_code_has_its_three_corners_and_its_quiet_zone() {
        let qr = Qr::of("waiqin-record1:00").unwrap();
        let modules = dark(&qr);
        let is_dark = |x: usize, y: usize| modules.contains(&(x, y));
        let far = qr.side - QUIET - 7;
        for (left, top) in [(QUIET, QUIET), (far, QUIET), (QUIET, far)] {
            for n in 0..7 {
                assert!(is_dark(left + n, top) && is_dark(left + n, top + 6));
                assert!(is_dark(left, top + n) && is_dark(left + 6, top + n));
            }
            assert!(!is_dark(left + 1, top + 1) && is_dark(left + 3, top + 3));
        }
        let inside = QUIET..qr.side - QUIET;
        assert!(
            modules
                .iter()
                .all(|(x, y)| inside.contains(x) && inside.contains(y))
        );
        let mut once = modules.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), modules.len());
    }

    #[test]
    fn what_no_code_can_hold_has_none() {
        assert!(Qr::of(&"a".repeat(2953)).is_some());
        assert!(Qr::of(&"a".repeat(2954)).is_none());
    }
}
