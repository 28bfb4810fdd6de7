//! Sheets of an .xlsx workbook, cell by cell.

use super::super::cell::{Cell, Loss};
use super::super::error::ListError;
use super::super::format::{Format, FormatKind};
use super::super::intake::Intake;
use super::super::limits::Limits;
use super::super::note::{Note, NoteKind};
use super::super::place::Place;
use super::archive::{Looked, damaged, look_over};
use super::sheet::{SheetRows, Spans};
use calamine::{DataRef, Dimensions, Reader, SheetType, SheetVisible, Xlsx};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Reads every visible sheet that is a list.
///
/// # Errors
/// A workbook that is damaged, built to exhaust the reader, or beyond a bound.
pub(crate) fn read_xlsx(
    bytes: &[u8],
    limits: &Limits,
    intake: &mut Intake<'_>,
) -> Result<Format, ListError> {
    let looked = look_over(bytes, limits)?;
    // The library is careful, yet it must not be able to stop the server.
    catch_unwind(AssertUnwindSafe(|| {
        read_sheets(bytes, limits, looked, intake)
    }))
    .unwrap_or_else(|_| Err(damaged(ReaderStopped)))?;
    Ok(Format::workbook(FormatKind::Xlsx))
}

/// The spreadsheet library met something it did not expect.
#[derive(Debug, thiserror::Error)]
#[error("the spreadsheet reader stopped")]
struct ReaderStopped;

fn read_sheets(
    bytes: &[u8],
    limits: &Limits,
    looked: Looked,
    intake: &mut Intake<'_>,
) -> Result<(), ListError> {
    let mut book: Xlsx<Cursor<&[u8]>> = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let sheets: Vec<_> = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .map(|sheet| (sheet.name.clone(), sheet.visible == SheetVisible::Visible))
        .collect();
    // A workbook that names one part as many sheets would have it read as often.
    if sheets.len() > looked.sheets {
        return Err(ListError::OddArchive {
            part: String::from("xl/workbook.xml"),
        });
    }
    let none_visible = sheets.iter().all(|(_, visible)| !visible);
    intake.count_from_1904(book.has_1904_epoch());
    for (name, visible) in sheets {
        if !visible && !none_visible {
            intake.note(Note::of(NoteKind::HiddenSheet).about(name));
            continue;
        }
        let spans = if looked.merges > 0 {
            spans_of(&mut book, &name)?
        } else {
            Spans::default()
        };
        intake.begin_sheet(&name);
        read_sheet(&mut book, &name, spans, limits, intake)?;
        intake.end_sheet()?;
    }
    Ok(())
}

fn spans_of(book: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Spans, ListError> {
    let merged = book.merge_cells_by_sheet_name(name).map_err(damaged)?;
    Ok(Spans::new(
        merged
            .iter()
            .map(|Dimensions { start, end }| (*start, *end)),
    ))
}

fn read_sheet(
    book: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    spans: Spans,
    limits: &Limits,
    intake: &mut Intake<'_>,
) -> Result<(), ListError> {
    let from_1904 = book.has_1904_epoch();
    let mut reader = book.worksheet_cells_reader(name).map_err(damaged)?;
    let mut rows = SheetRows::new(name, spans, limits);
    loop {
        let next =
            reader
                .next_cell_with_formula_metadata()
                .map_err(|error| ListError::SheetDamaged {
                    place: Place::row(rows.last_row()).on(Some(name)),
                    source: Box::new(error),
                })?;
        let Some(record) = next else { break };
        let is_formula = record.formula.is_some();
        let cell = cell_of(record.value, from_1904, is_formula);
        if cell == Cell::Empty {
            continue;
        }
        rows.cell(record.pos, cell, is_formula, intake)?;
        if intake.gave_up() {
            return Ok(());
        }
    }
    rows.finish(intake)
}

fn cell_of(value: DataRef<'_>, from_1904: bool, is_formula: bool) -> Cell {
    let text = |text: &str| {
        if text.contains('\u{fffd}') {
            Cell::Lost(Loss::Bytes, text.to_owned())
        } else {
            Cell::Text(text.to_owned())
        }
    };
    match value {
        DataRef::Empty if is_formula => Cell::Lost(Loss::Formula, String::from("=")),
        DataRef::Empty => Cell::Empty,
        #[expect(
            clippy::cast_precision_loss,
            reason = "a spreadsheet's numbers are doubles"
        )]
        DataRef::Int(value) => Cell::Number(value as f64),
        DataRef::Float(value) => Cell::Number(value),
        DataRef::Bool(value) => Cell::Text(if value { "TRUE" } else { "FALSE" }.to_owned()),
        DataRef::String(value) | DataRef::DateTimeIso(value) | DataRef::DurationIso(value) => {
            text(&value)
        }
        DataRef::SharedString(value) => text(value),
        DataRef::DateTime(value) if value.is_datetime() => Cell::Serial {
            days: value.as_f64(),
            from_1904,
        },
        DataRef::DateTime(value) => Cell::Number(value.as_f64()),
        DataRef::Error(value) => Cell::Lost(Loss::ErrorValue, value.to_string()),
    }
}
