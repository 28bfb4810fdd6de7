//! Takes the rows of a file, whatever its kind, and makes a list of them: finds the header, tells
//! cases from headers, footers and blank rows, and puts doubled rows together.

use super::case::ListCase;
use super::cell::{Cell, Loss, column_letters};
use super::docket::{Arrival, Docket};
use super::error::ListError;
use super::findings::Findings;
use super::footer::read_footer;
use super::format::Format;
use super::header::{Field, Header, HeaderFault};
use super::limits::Limits;
use super::note::{Note, NoteKind, RejectReason};
use super::number::RowFault;
use super::place::Place;
use super::read_list::ReadList;
use super::repairs::RepairKind;
use super::row::{CaseRow, Reading, read_row};
use chrono::{Datelike, NaiveDate};
use std::collections::BTreeSet;

/// Rows with content among which the header is looked for.
pub(crate) const HEADER_ROWS_MAX: usize = 30;
/// Rows that show how the rows of an export usually end.
const USUAL_FROM_ROWS: u64 = 3;
/// Bytes that a row set aside takes in memory.
const REJECTED_BYTES: usize = 300;

/// The rows of one file on their way to a list.
pub(crate) struct Intake<'l> {
    limits: &'l Limits,
    this_year: i32,
    /// Rows wider than the header are shifted (text), or have remarks beside the table (sheets).
    wide_rows_shift: bool,
    sheets: Vec<Option<String>>,
    from_1904: bool,
    /// Rows whose suggested number a person accepted.
    accepted: &'l BTreeSet<u64>,
    /// Columns of the next row that regions above it filled.
    filled: Vec<usize>,
    header: Option<Header>,
    list_header: Option<(Header, usize)>,
    header_is_new: bool,
    nearest: Option<(u64, usize, Vec<String>)>,
    searched: usize,
    title_rows: u64,
    last_row: u64,
    rows_total: u64,
    rows_with_content: u64,
    blank_pending: u64,
    /// Rows of cases, and those with more cells than the header.
    case_rows: u64,
    wide_rows: u64,
    /// Cells of the last row, and whether every row before it reached the header's width.
    last_width: Option<usize>,
    all_full: bool,
    damaged_rows: u64,
    footer_said: Option<(u64, u64)>,
    kept_bytes: usize,
    columns: BTreeSet<Field>,
    unknown: BTreeSet<String>,
    docket: Docket,
    findings: Findings,
}

impl<'l> Intake<'l> {
    pub(crate) fn new(today: NaiveDate, limits: &'l Limits, accepted: &'l BTreeSet<u64>) -> Self {
        Self {
            limits,
            this_year: today.year(),
            wide_rows_shift: true,
            sheets: vec![None],
            from_1904: false,
            accepted,
            filled: Vec::new(),
            header: None,
            list_header: None,
            header_is_new: false,
            nearest: None,
            searched: 0,
            title_rows: 0,
            last_row: 0,
            rows_total: 0,
            rows_with_content: 0,
            blank_pending: 0,
            case_rows: 0,
            wide_rows: 0,
            last_width: None,
            all_full: true,
            damaged_rows: 0,
            footer_said: None,
            kept_bytes: 0,
            columns: BTreeSet::new(),
            unknown: BTreeSet::new(),
            docket: Docket::default(),
            findings: Findings::default(),
        }
    }

    /// Adds a note on the file.
    pub(crate) fn note(&mut self, note: Note) {
        self.findings.notes.push(note);
    }

    /// Whether bare numbers in columns of dates count from 1904.
    pub(crate) fn count_from_1904(&mut self, from_1904: bool) {
        self.from_1904 = from_1904;
    }

    /// Columns of the next row that merged cells above it filled.
    pub(crate) fn filled_from_above(&mut self, columns: Vec<usize>) {
        self.filled = columns;
    }

    /// Begins a sheet of a workbook; its header is looked for anew.
    pub(crate) fn begin_sheet(&mut self, name: &str) {
        self.wide_rows_shift = false;
        self.sheets.push(Some(name.to_owned()));
        self.header = None;
        self.searched = 0;
        self.title_rows = 0;
        self.last_row = 0;
        self.blank_pending = 0;
    }

    /// Ends a sheet.
    ///
    /// # Errors
    /// It is a list of other columns than a sheet before.
    pub(crate) fn end_sheet(&mut self) -> Result<(), ListError> {
        let sheet = self.sheets.len() - 1;
        let name = self.sheets[sheet].clone().unwrap_or_default();
        let Some(header) = &self.header else {
            if self.last_row > 0 {
                self.findings
                    .notes
                    .push(Note::of(NoteKind::SheetSkipped).about(name));
            }
            return Ok(());
        };
        match &self.list_header {
            Some((first, at)) if first.fields() != header.fields() => {
                Err(ListError::SheetsDiffer {
                    first: self.sheets[*at].clone().unwrap_or_default(),
                    second: name,
                })
            }
            Some(_) => {
                if !self
                    .findings
                    .notes
                    .iter()
                    .any(|n| n.kind == NoteKind::SeveralSheets)
                {
                    self.findings.notes.push(Note::of(NoteKind::SeveralSheets));
                }
                Ok(())
            }
            None => {
                self.list_header = Some((header.clone(), sheet));
                Ok(())
            }
        }
    }

    /// Whether a header was found.
    pub(crate) fn has_header(&self) -> bool {
        self.header.is_some() || self.list_header.is_some()
    }

    /// Whether the header of the present sheet was looked for in enough rows.
    pub(crate) fn gave_up(&self) -> bool {
        self.header.is_none() && self.searched >= HEADER_ROWS_MAX
    }

    /// Whether any row has content.
    pub(crate) fn has_content(&self) -> bool {
        self.rows_with_content > 0
    }

    /// The row that comes nearest to a header: it names some field.
    pub(crate) fn nearest_header(&self) -> Vec<String> {
        let nearest = self.nearest.as_ref().filter(|nearest| nearest.1 > 0);
        nearest.map(|nearest| nearest.2.clone()).unwrap_or_default()
    }

    /// Whether the last row has fewer cells than every row before it: the file was cut there.
    pub(crate) fn ends_short(&self) -> bool {
        let Some(header) = &self.header else {
            return false;
        };
        self.all_full && self.last_width.is_some_and(|width| width < header.width())
    }

    /// Takes one row; `number` is from 1.
    ///
    /// # Errors
    /// A bound is reached, or the header is ambiguous.
    pub(crate) fn row(&mut self, number: u64, cells: &mut [Cell]) -> Result<(), ListError> {
        let gap = number.saturating_sub(self.last_row + 1);
        self.last_row = number;
        self.rows_total += gap + 1;
        self.blank_pending += gap;
        if cells.iter().all(Cell::is_blank) {
            self.blank_pending += 1;
            // A line without a single separator at the end of a file is no row.
            if self.header.is_some() && !cells.is_empty() {
                self.count_blank_rows();
            }
            return Ok(());
        }
        self.rows_with_content += 1;
        if self.rows_with_content > self.limits.rows_max {
            return Err(ListError::TooManyRows {
                place: self.place(None),
                max: self.limits.rows_max,
            });
        }
        if cells
            .iter()
            .any(|cell| matches!(cell, Cell::Lost(Loss::Bytes, _)))
        {
            self.damaged_rows += 1;
        }
        let Some(header) = self.header.take() else {
            return self.look_for_header(cells);
        };
        self.count_blank_rows();
        let header = self.below_header(header, cells)?;
        self.header = Some(header);
        Ok(())
    }

    fn count_blank_rows(&mut self) {
        self.findings
            .repairs
            .add(RepairKind::BlankRow, self.blank_pending);
        self.blank_pending = 0;
    }

    fn place(&self, column: Option<usize>) -> Place {
        Place {
            sheet: self.sheets.last().cloned().flatten(),
            row: self.last_row,
            column: column.map(column_letters),
        }
    }

    fn look_for_header(&mut self, cells: &[Cell]) -> Result<(), ListError> {
        if self.searched >= HEADER_ROWS_MAX {
            return Ok(());
        }
        self.searched += 1;
        match Header::read(cells) {
            Some(Ok(header)) => {
                if self.title_rows > 0 {
                    let note = Note::counted(NoteKind::TitleRows, self.title_rows);
                    self.findings.notes.push(note.at(self.place(None)));
                }
                self.count_blank_rows();
                self.use_header(header);
            }
            Some(Err(HeaderFault::Twice(_, first, second))) => {
                return Err(ListError::TwoColumns {
                    place: self.place(Some(second)),
                    header: super::cell::trimmed(&cells[second].shown()).to_owned(),
                    first: column_letters(first),
                });
            }
            None => {
                self.title_rows += 1;
                let known = Header::known_in(cells);
                if self
                    .nearest
                    .as_ref()
                    .is_none_or(|nearest| nearest.1 < known)
                {
                    let shown = cells.iter().filter(|c| !c.is_blank()).take(12);
                    let shown = shown.map(|c| c.shown().trim().chars().take(20).collect());
                    self.nearest = Some((self.last_row, known, shown.collect()));
                }
            }
        }
        Ok(())
    }

    fn use_header(&mut self, header: Header) {
        self.columns.extend(header.fields());
        let named = header.columns.iter().take(header.width());
        self.unknown.extend(
            named
                .filter(|column| column.field.is_none())
                .map(|c| c.header.clone()),
        );
        self.header = Some(header);
        self.header_is_new = true;
        self.last_width = None;
        self.all_full = true;
    }

    fn below_header(&mut self, header: Header, cells: &[Cell]) -> Result<Header, ListError> {
        let is_new = std::mem::take(&mut self.header_is_new);
        if is_new
            && !header.is_same_as(cells)
            && let Some(both) = header.with_second_row(cells)
        {
            self.findings
                .notes
                .push(Note::of(NoteKind::SecondHeader).at(self.place(None)));
            self.columns.clear();
            self.unknown.clear();
            self.use_header(both);
            self.header_is_new = false;
            return Ok(self.header.take().unwrap_or(header));
        }
        // A name of a column holds no digit, a case number does: most rows need no closer look.
        let may_be_header = !has_digit(header.position(Field::Number).and_then(|at| cells.get(at)));
        if may_be_header && header.is_repeated_by(cells) {
            self.findings.repairs.add(RepairKind::RepeatedHeader, 1);
            return Ok(header);
        }
        if may_be_header
            && let Some(Ok(other)) = Header::read(cells)
            && other.fields().len() >= 2
        {
            self.findings.repairs.add(RepairKind::RepeatedHeader, 1);
            self.findings
                .notes
                .push(Note::of(NoteKind::ColumnsChanged).at(self.place(None)));
            // What only one of the headers has is not said of every case.
            let common = &self.columns & &other.fields();
            self.use_header(other);
            self.columns = common;
            return Ok(self.header.take().unwrap_or(header));
        }
        if let Some(said) = read_footer(&header, cells, self.this_year) {
            self.findings.repairs.add(RepairKind::Footer, 1);
            if let Some(said) = said {
                self.footer_said = Some((said, self.last_row));
            }
            self.last_width = None;
            return Ok(header);
        }
        if self.last_width.is_some_and(|width| width < header.width()) {
            self.all_full = false;
        }
        self.last_width = Some(cells.len());
        self.case_row(&header, cells)?;
        Ok(header)
    }

    fn case_row(&mut self, header: &Header, cells: &[Cell]) -> Result<(), ListError> {
        let beyond = cells
            .iter()
            .skip(header.width())
            .any(|cell| !cell.is_blank());
        let wide = self.wide_rows_shift && cells.len() > header.columns.len();
        self.case_rows += 1;
        self.wide_rows += u64::from(wide);
        let how = Reading {
            this_year: self.this_year,
            from_1904: self.from_1904,
            accepts_suggestion: self.accepted.contains(&self.last_row),
        };
        let outcome = match read_row(header, cells, how) {
            Ok(row) if beyond && self.wide_rows_shift => Err(RowFault {
                reason: RejectReason::ExtraCells,
                text: row.case.number_raw.trim().to_owned(),
                suggestion: None,
                names: vec![row.case.id, row.case.number],
            }),
            outcome => outcome,
        };
        let place = self.place(None);
        match outcome {
            Ok(row) => self.take_case(header, row, &place, wide),
            Err(fault) => {
                self.keep(REJECTED_BYTES + fault.text.len(), &place)?;
                self.findings.set_aside.extend(fault.names);
                self.findings
                    .reject(&place, fault.reason, fault.text, fault.suggestion, None);
                Ok(())
            }
        }
    }

    fn take_case(
        &mut self,
        header: &Header,
        row: CaseRow,
        place: &Place,
        wide: bool,
    ) -> Result<(), ListError> {
        self.findings.count(header, &row, place);
        self.keep(row.case.kept_bytes(), place)?;
        let number = header.position(Field::Number);
        let arrival = Arrival {
            place,
            sheet: u32::try_from(self.sheets.len() - 1).unwrap_or(u32::MAX),
            wide,
            continues: number.is_some_and(|column| self.filled.contains(&column)),
        };
        self.docket.take(row, &arrival, &mut self.findings);
        Ok(())
    }

    fn keep(&mut self, bytes: usize, place: &Place) -> Result<(), ListError> {
        self.kept_bytes += bytes;
        let max = self.limits.kept_bytes_max;
        if self.kept_bytes > max {
            return Err(ListError::TooMuchText {
                place: place.clone(),
                max,
            });
        }
        Ok(())
    }

    /// The list, when all rows were taken.
    ///
    /// # Errors
    /// No row below the header named a case, or no header was found.
    pub(crate) fn finish(mut self, format: Format) -> Result<ReadList, ListError> {
        if !self.has_header() {
            let seen = self.nearest_header();
            return Err(if self.rows_with_content == 0 {
                ListError::Empty
            } else {
                ListError::NoNumberColumn { seen }
            });
        }
        if self.docket.is_empty() && self.findings.rejected.is_empty() {
            return Err(ListError::NoCases);
        }
        // When every row is wider than the header, the export ends its rows with a separator; when
        // only some are, a separator inside a cell has shifted their columns.
        let usual = self.wide_rows == self.case_rows && self.case_rows >= USUAL_FROM_ROWS;
        if self.wide_rows > 0 && !usual {
            self.docket.set_wide_rows_aside(&mut self.findings);
        }
        self.docket.judge_long_ids(&self.sheets, &mut self.findings);
        let (mut cases, uncertain) = self.docket.finish();
        if !self.columns.contains(&Field::Stay) && stays_from_stages(&mut cases) {
            self.columns.insert(Field::Stay);
        }
        let mut findings = self.findings;
        findings.rejected.sort_by_key(|rejected| rejected.row);
        let footer = self
            .footer_said
            .filter(|(said, _)| *said != cases.len() as u64);
        final_notes(
            &mut findings,
            &self.unknown,
            self.damaged_rows,
            footer,
            cases.len(),
        );
        Ok(ReadList {
            cases,
            repairs: findings.repairs,
            repaired: findings.repaired,
            rejected: findings.rejected,
            lost_cells: findings.lost_cells,
            lost_cells_total: findings.lost_cells_total,
            notes: findings.notes,
            format,
            rows: self.rows_total,
            columns: self.columns,
            uncertain,
            set_aside: findings.set_aside,
        })
    }
}

/// In a list without a column for stays the stage may tell them. Says whether one did.
fn stays_from_stages(cases: &mut [ListCase]) -> bool {
    let mut derived = false;
    for case in cases {
        if ["中止", "暂缓", "并入"]
            .iter()
            .any(|word| case.stage.contains(word))
        {
            case.stay.clone_from(&case.stage);
            derived = true;
        }
    }
    derived
}

fn final_notes(
    findings: &mut Findings,
    unknown: &BTreeSet<String>,
    damaged_rows: u64,
    footer: Option<(u64, u64)>,
    cases: usize,
) {
    let lost = findings.lost_cells_total;
    let notes = &mut findings.notes;
    if !unknown.is_empty() {
        let names: Vec<&str> = unknown.iter().map(String::as_str).take(20).collect();
        let note = Note::counted(NoteKind::UnknownColumns, unknown.len() as u64);
        notes.push(note.about(names.join("、")));
    }
    if damaged_rows > 0 {
        notes.push(Note::counted(NoteKind::DamagedRows, damaged_rows));
    }
    if lost > 0 {
        notes.push(Note::counted(NoteKind::LostCells, lost));
    }
    if let Some((said, row)) = footer {
        let note = Note::counted(NoteKind::FooterCount, cases as u64).at(Place::row(row));
        notes.push(note.about(said.to_string()));
    }
}

fn has_digit(cell: Option<&Cell>) -> bool {
    cell.is_some_and(|cell| match cell {
        Cell::Text(text) => text.chars().any(|c| c.is_ascii_digit()),
        Cell::Number(_) | Cell::Serial { .. } => true,
        Cell::Empty | Cell::Lost(..) => false,
    })
}
