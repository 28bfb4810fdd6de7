//! Cells of a sheet put together to rows.

use super::super::cell::{Cell, column_letters};
use super::super::error::ListError;
use super::super::intake::Intake;
use super::super::limits::Limits;
use super::super::note::{Note, NoteKind};
use super::super::place::Place;

/// Merged regions that span rows, in the order of their first row.
#[derive(Clone, Debug, Default)]
pub(super) struct Spans {
    regions: Vec<Span>,
    /// Regions before this one have begun.
    begun: usize,
    active: Vec<(u32, usize, Cell)>,
    filled: u64,
}

#[derive(Clone, Copy, Debug)]
struct Span {
    first_row: u32,
    last_row: u32,
    column: u32,
}

impl Spans {
    /// From (row, column) pairs of first and last cell.
    pub(super) fn new(regions: impl Iterator<Item = ((u32, u32), (u32, u32))>) -> Self {
        let mut regions: Vec<Span> = regions
            .filter(|(first, last)| last.0 > first.0)
            .map(|(first, last)| Span {
                first_row: first.0,
                last_row: last.0,
                column: first.1,
            })
            .collect();
        regions.sort_by_key(|span| span.first_row);
        Self {
            regions,
            ..Self::default()
        }
    }

    /// Gives the row what regions above it hold; says which columns.
    fn fill(&mut self, row: u32, cells: &mut Vec<Cell>) -> Vec<usize> {
        self.active.retain(|(last, _, _)| *last >= row);
        let mut filled = Vec::new();
        for (_, column, cell) in &self.active {
            if cells.len() <= *column {
                cells.resize(column + 1, Cell::Empty);
            }
            if cells[*column].is_blank() {
                cells[*column] = cell.clone();
                filled.push(*column);
            }
        }
        while let Some(span) = self
            .regions
            .get(self.begun)
            .filter(|span| span.first_row <= row)
        {
            let column = usize::try_from(span.column).unwrap_or(usize::MAX);
            if span.first_row == row
                && !self.active.iter().any(|(_, taken, _)| *taken == column)
                && let Some(cell) = cells.get(column).filter(|cell| !cell.is_blank())
            {
                self.active.push((span.last_row, column, cell.clone()));
                self.filled += 1;
            }
            self.begun += 1;
        }
        filled
    }
}

/// The rows of one sheet on their way to the intake.
pub(super) struct SheetRows<'l> {
    name: String,
    limits: &'l Limits,
    spans: Spans,
    row: Option<u32>,
    cells: Vec<Cell>,
    formulas: u64,
}

impl<'l> SheetRows<'l> {
    pub(super) fn new(name: &str, spans: Spans, limits: &'l Limits) -> Self {
        Self {
            name: name.to_owned(),
            limits,
            spans,
            row: None,
            cells: Vec::new(),
            formulas: 0,
        }
    }

    /// The row that is being read, from 1; 0 before the first.
    pub(super) fn last_row(&self) -> u64 {
        self.row.map_or(0, |row| u64::from(row) + 1)
    }

    /// Takes the next cell; cells come row by row.
    pub(super) fn cell(
        &mut self,
        (row, column): (u32, u32),
        cell: Cell,
        is_formula: bool,
        intake: &mut Intake<'_>,
    ) -> Result<(), ListError> {
        match self.row {
            Some(present) if row < present => {
                return Err(ListError::OddArchive {
                    part: self.name.clone(),
                });
            }
            Some(present) if row > present => self.hand_over(intake)?,
            Some(_) | None => {}
        }
        self.row = Some(row);
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        let place = || Place {
            sheet: Some(self.name.clone()),
            row: u64::from(row) + 1,
            column: Some(column_letters(column.min(100_000))),
        };
        if column >= self.limits.columns_max {
            if cell.is_blank() {
                return Ok(());
            }
            return Err(ListError::TooManyColumns {
                place: place(),
                max: self.limits.columns_max,
            });
        }
        if let Cell::Text(text) = &cell
            && text.len() > self.limits.cell_chars_max
            && text.chars().nth(self.limits.cell_chars_max).is_some()
        {
            return Err(ListError::CellTooLong {
                place: place(),
                max: self.limits.cell_chars_max,
            });
        }
        self.formulas += u64::from(is_formula);
        if self.cells.len() <= column {
            self.cells.resize(column + 1, Cell::Empty);
        }
        self.cells[column] = cell;
        Ok(())
    }

    /// Hands over the last row, and what is to be said about the sheet.
    pub(super) fn finish(mut self, intake: &mut Intake<'_>) -> Result<(), ListError> {
        self.hand_over(intake)?;
        if self.formulas > 0 {
            intake.note(Note::counted(NoteKind::FormulaCells, self.formulas));
        }
        if self.spans.filled > 0 {
            intake.note(Note::counted(NoteKind::MergedCells, self.spans.filled));
        }
        Ok(())
    }

    fn hand_over(&mut self, intake: &mut Intake<'_>) -> Result<(), ListError> {
        let Some(row) = self.row else { return Ok(()) };
        let filled = self.spans.fill(row, &mut self.cells);
        intake.filled_from_above(filled);
        let outcome = intake.row(u64::from(row) + 1, &mut self.cells);
        self.cells.clear();
        outcome
    }
}
