//! Lists that are text: CSV and TSV in the encodings that exports use.

mod decode;
mod delimited;
mod encoding;
mod guess;

use super::cell::Cell;
use super::error::ListError;
use super::format::Format;
use super::header::Header;
use super::intake::{HEADER_ROWS_MAX, Intake};
use super::limits::Limits;
use super::note::{Note, NoteKind};
use super::place::Place;
use decode::Decoded;
use delimited::{Delimited, LineEnds};
pub use encoding::TextEncoding;

/// The separators that lists come with, the usual ones first.
const SEPARATORS: [char; 4] = [',', '\t', ';', '|'];

/// Reads a text list into `intake`; says in which form it came.
///
/// # Errors
/// A file that is damaged, in no known encoding, in two, or beyond a bound.
pub(crate) fn read(
    bytes: &[u8],
    limits: &Limits,
    intake: &mut Intake<'_>,
) -> Result<Format, ListError> {
    let zeros = encoding::trailing_zeros(bytes);
    let body = &bytes[..bytes.len() - zeros];
    let found = encoding::detect(body)?;
    let text = &body[found.bom_bytes..];
    let ends = LineEnds::of(text, found.encoding);
    let separator = choose_separator(text, found.encoding, ends, limits);
    if zeros > 0 || found.zeros > 0 {
        intake.note(Note::counted(
            NoteKind::NulBytes,
            (zeros + found.zeros) as u64,
        ));
    }
    if ends == LineEnds::CarriageReturns {
        intake.note(Note::of(NoteKind::CrLines));
    }
    let format = Format::text(found.encoding, separator);
    let mut parser = Delimited::new(separator, ends, limits);
    let outcome = (|| {
        let mut decoded = Decoded::new(text, found.encoding);
        while let Some(piece) = decoded.next_piece() {
            parser.feed(piece, &mut |number, cells: &mut Vec<Cell>| {
                intake.row(number, cells)
            })?;
        }
        parser.finish(&mut |number, cells: &mut Vec<Cell>| intake.row(number, cells))
    })();
    let cut = outcome?;
    if found.cut_in_character || (cut && intake.ends_short()) {
        return Err(ListError::Truncated {
            place: Place::row(parser.rows()),
        });
    }
    if parser.formulas() > 0 {
        intake.note(Note::counted(NoteKind::FormulaCells, parser.formulas()));
    }
    if !intake.has_header() {
        if !intake.has_content() {
            return Err(ListError::Empty);
        }
        return Err(guess::explain_missing_header(
            text,
            &found,
            intake.nearest_header(),
        ));
    }
    Ok(format)
}

/// The separator under which the header names most fields.
fn choose_separator(text: &[u8], encoding: TextEncoding, ends: LineEnds, limits: &Limits) -> char {
    let mut decoded = Decoded::new(text, encoding);
    let Some(piece) = decoded.next_piece() else {
        return ',';
    };
    SEPARATORS
        .into_iter()
        .rev()
        .max_by_key(|separator| known_fields(piece, *separator, ends, limits))
        .unwrap_or(',')
}

fn known_fields(piece: &str, separator: char, ends: LineEnds, limits: &Limits) -> (bool, usize) {
    let mut best = (false, 0);
    let mut rows = 0_usize;
    let mut parser = Delimited::new(separator, ends, limits);
    // The header is looked for with every separator; what breaks here is reported by the reading.
    let _ = parser.feed(piece, &mut |_, cells: &mut Vec<Cell>| {
        rows += 1;
        if rows > HEADER_ROWS_MAX {
            return Err(ListError::NoCases);
        }
        best = best.max((Header::read(cells).is_some(), Header::known_in(cells)));
        Ok(())
    });
    best
}
