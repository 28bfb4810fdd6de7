//! A signature on glass (手写签名): what the hand did, point by point. The document is evidence and
//! stays as the screen gave it; pages and papers draw it as lines.

use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// Longest document, bytes.
pub const STROKES_BYTES_MAX: usize = 512 << 10;
/// Most points.
const POINTS_MAX: usize = 20_000;
/// Largest side of the glass, in its own units.
const SIDE_MAX: i32 = 10_000;

/// Strokes as the screen gave them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Strokes {
    /// Version: 1.
    pub v: u32,
    /// Width of the glass, CSS pixels ×10.
    pub w: i32,
    /// Height, likewise.
    pub h: i32,
    /// Each stroke: points of x, y (CSS pixels ×10), ms since the first point, pressure ‰.
    pub strokes: Vec<Vec<[i32; 4]>>,
}

/// A document that holds no signature.
#[derive(Debug, thiserror::Error)]
pub enum StrokesError {
    /// Longer than [`STROKES_BYTES_MAX`], or too many points.
    #[error("the signature is too long")]
    TooLong,
    /// Not of this form.
    #[error("not a signature")]
    Form(#[source] serde_json::Error),
    /// A version, size or point out of bounds.
    #[error("a point of the signature is out of bounds")]
    Bounds,
    /// Nothing was written: no stroke longer than a tap.
    #[error("the signature is empty")]
    Empty,
}

impl Strokes {
    /// Reads a document.
    ///
    /// # Errors
    /// See [`StrokesError`].
    pub fn read(bytes: &[u8]) -> Result<Self, StrokesError> {
        if bytes.len() > STROKES_BYTES_MAX {
            return Err(StrokesError::TooLong);
        }
        let read: Self = serde_json::from_slice(bytes).map_err(StrokesError::Form)?;
        let points = || read.strokes.iter().flatten();
        if points().count() > POINTS_MAX {
            return Err(StrokesError::TooLong);
        }
        let side = |it: i32| (1..=SIDE_MAX).contains(&it);
        let inside = |&[x, y, ms, pressure]: &[i32; 4]| {
            (-SIDE_MAX..=2 * SIDE_MAX).contains(&x)
                && (-SIDE_MAX..=2 * SIDE_MAX).contains(&y)
                && ms >= 0
                && (0..=1000).contains(&pressure)
        };
        if read.v != 1 || !side(read.w) || !side(read.h) || !points().all(inside) {
            return Err(StrokesError::Bounds);
        }
        if !read.strokes.iter().any(|stroke| stroke.len() > 2) {
            return Err(StrokesError::Empty);
        }
        Ok(read)
    }

    /// The lines as SVG path data, in a box of `0 0 w h`.
    #[must_use]
    pub fn path_data(&self) -> String {
        let mut data = String::new();
        for stroke in &self.strokes {
            for (index, [x, y, ..]) in stroke.iter().enumerate() {
                let letter = if index == 0 { 'M' } else { 'L' };
                // Writing to a text does not fail.
                let _ = write!(data, "{letter}{x} {y}");
            }
            // A dot is a line of no length, drawn by its round caps.
            if let [[x, y, ..]] = stroke.as_slice() {
                let _ = write!(data, "L{x} {y}");
            }
        }
        data
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(strokes: &str) -> String {
        format!(r#"{{"v":1,"w":3400,"h":1200,"strokes":{strokes}}}"#)
    }

    #[test]
    fn a_signature_is_drawn_point_by_point_and_a_dot_is_seen() {
        let text = document("[[[10,20,0,500],[30,40,16,500],[50,60,32,500]],[[9,9,80,0]]]");
        let read = Strokes::read(text.as_bytes()).unwrap();
        assert_eq!(read.path_data(), "M10 20L30 40L50 60M9 9L9 9");
    }

    #[test]
    fn what_is_no_signature_is_refused_and_named() {
        let of = |strokes: &str| Strokes::read(document(strokes).as_bytes());
        assert!(matches!(of("[]"), Err(StrokesError::Empty)));
        assert!(matches!(of("[[[1,1,0,0]]]"), Err(StrokesError::Empty)));
        assert!(matches!(of("[[[1,1,0]]]"), Err(StrokesError::Form(_))));
        assert!(matches!(of("[[[1,1,-1,0]]]"), Err(StrokesError::Bounds)));
        assert!(matches!(of("[[[1,1,0,1001]]]"), Err(StrokesError::Bounds)));
        assert!(matches!(of("[[[1,99999,0,1]]]"), Err(StrokesError::Bounds)));
        let many = vec!["[1,1,0,0]"; POINTS_MAX + 1].join(",");
        assert!(matches!(
            of(&format!("[[{many}]]")),
            Err(StrokesError::TooLong)
        ));
        let long = " ".repeat(STROKES_BYTES_MAX + 1);
        assert!(matches!(
            Strokes::read(long.as_bytes()),
            Err(StrokesError::TooLong)
        ));
        let other = document("[]").replace("\"v\":1", "\"v\":1,\"name\":\"x\"");
        assert!(matches!(
            Strokes::read(other.as_bytes()),
            Err(StrokesError::Form(_))
        ));
    }
}
