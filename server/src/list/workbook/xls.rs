//! Sheets of an .xls workbook, cell by cell.

use super::super::cell::Cell;
use super::super::error::{ListError, OtherKind};
use super::super::format::{Format, FormatKind};
use super::super::intake::Intake;
use super::super::limits::Limits;
use super::super::note::{Note, NoteKind};
use super::super::place::Place;
use super::archive::damaged;
use super::biff::{BiffError, Globals, SheetEntry};
use super::compound::Compound;
use super::sheet::{SheetRows, Spans};

/// An .xls file holds 65,536 rows per sheet; twice what those of a list take.
const BYTES_MAX: usize = 32 << 20;

/// Reads every visible sheet that is a list.
///
/// # Errors
/// A workbook that is damaged, encrypted, too old, or beyond a bound; another kind of document.
pub(crate) fn read_xls(
    bytes: &[u8],
    limits: &Limits,
    intake: &mut Intake<'_>,
) -> Result<Format, ListError> {
    let max = BYTES_MAX.min(limits.bytes_max);
    if bytes.len() > max {
        return Err(ListError::TooLarge {
            bytes: bytes.len(),
            max,
        });
    }
    let compound = Compound::open(bytes).map_err(damaged)?;
    if compound.has("EncryptedPackage") || compound.has("EncryptionInfo") {
        return Err(ListError::Encrypted);
    }
    let Some(stream) = compound.stream("Workbook") else {
        return Err(if compound.has("Book") {
            ListError::OldWorkbook
        } else if compound.has("WordDocument") || compound.has("PowerPoint Document") {
            ListError::OtherKind {
                kind: OtherKind::Document,
            }
        } else {
            ListError::OtherKind {
                kind: OtherKind::OtherWorkbook,
            }
        });
    };
    let stream = stream.map_err(damaged)?;
    drop(compound);
    let globals = Globals::read(&stream).map_err(refuse)?;
    let none_visible = globals.sheets.iter().all(|sheet| !sheet.visible);
    intake.count_from_1904(globals.from_1904);
    // Sheets follow each other in the stream; only a forged file lets them overlap.
    let mut left = stream.len();
    for entry in &globals.sheets {
        if !entry.visible && !none_visible {
            intake.note(Note::of(NoteKind::HiddenSheet).about(&entry.name));
            continue;
        }
        intake.begin_sheet(&entry.name);
        let read = read_sheet(&stream, &globals, entry, limits, intake)?;
        left = left
            .checked_sub(read)
            .ok_or_else(|| ListError::OddArchive {
                part: entry.name.clone(),
            })?;
        intake.end_sheet()?;
    }
    Ok(Format::workbook(FormatKind::Xls))
}

fn read_sheet(
    stream: &[u8],
    globals: &Globals,
    entry: &SheetEntry,
    limits: &Limits,
    intake: &mut Intake<'_>,
) -> Result<usize, ListError> {
    let sheet = globals.sheet(stream, entry).map_err(refuse)?;
    let spans = Spans::new(sheet.merged.iter().copied());
    let mut rows = SheetRows::new(&entry.name, spans, limits);
    for placed in &sheet.cells {
        let cell = globals
            .cell(stream, placed)
            .map_err(|error| ListError::SheetDamaged {
                place: Place::row(rows.last_row()).on(Some(&entry.name)),
                source: Box::new(error),
            })?;
        if cell == Cell::Empty {
            continue;
        }
        let at = (u32::from(placed.row), u32::from(placed.column));
        rows.cell(at, cell, placed.is_formula, intake)?;
        if intake.gave_up() {
            return Ok(sheet.bytes);
        }
    }
    rows.finish(intake)?;
    Ok(sheet.bytes)
}

fn refuse(error: BiffError) -> ListError {
    match error {
        BiffError::Encrypted => ListError::Encrypted,
        BiffError::Old => ListError::OldWorkbook,
        BiffError::Cut | BiffError::TooMany => damaged(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Data, Reader, Xls};
    use std::io::Cursor;

    /// The spreadsheet library reads the same files its own way: every cell must be the same.
    #[test]
    fn cells_are_those_that_the_spreadsheet_library_reads() {
        for name in ["case-list-2019-07-01.xls", "list-formulas.xls"] {
            let path = format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
            let bytes = std::fs::read(path).unwrap();
            let mut library: Xls<_> = Xls::new(Cursor::new(bytes.as_slice())).unwrap();
            let stream = Compound::open(&bytes)
                .unwrap()
                .stream("Workbook")
                .unwrap()
                .unwrap();
            let globals = Globals::read(&stream).unwrap();
            let names: Vec<_> = globals.sheets.iter().map(|s| s.name.clone()).collect();
            assert_eq!(names, library.sheet_names());
            for entry in &globals.sheets {
                let range = library.worksheet_range(&entry.name).unwrap();
                let mut seen = 0;
                for placed in globals.sheet(&stream, entry).unwrap().cells {
                    let at = (u32::from(placed.row), u32::from(placed.column));
                    let theirs = range.get_value(at).cloned().unwrap_or_default();
                    let ours = globals.cell(&stream, &placed).unwrap();
                    let same = match (&ours, &theirs) {
                        (Cell::Text(a), Data::String(b)) => a == b,
                        (Cell::Text(a), Data::Bool(b)) => *a == b.to_string().to_uppercase(),
                        (Cell::Number(a), Data::Float(b)) => a.to_bits() == b.to_bits(),
                        (Cell::Number(a), Data::Int(b)) => shown(*a) == b.to_string(),
                        (Cell::Serial { days, .. }, Data::DateTime(b)) => {
                            days.to_bits() == b.as_f64().to_bits()
                        }
                        (Cell::Lost(_, a), Data::Error(b)) => *a == b.to_string(),
                        (Cell::Empty | Cell::Lost(..), Data::Empty) => true,
                        (Cell::Lost(_, a), Data::String(b)) => a == "=" && b.is_empty(),
                        _ => false,
                    };
                    assert!(same, "{name} {at:?}: {ours:?} / {theirs:?}");
                    seen += usize::from(theirs != Data::Empty);
                }
                assert_eq!(seen, range.used_cells().count(), "{name}: {}", entry.name);
            }
        }
    }

    fn shown(value: f64) -> String {
        super::super::super::cell::shown_number(value)
    }
}
