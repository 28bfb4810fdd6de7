//! One row of a list becomes one case, or the reason why it is none.

use super::case::ListCase;
use super::cell::{Cell, Loss, trimmed};
use super::header::{Column, Field, Header};
use super::number::{RowFault, read_number};
use super::parties::{self, Code};
use super::repairs::RepairKind;
use super::values::{plain_text, read_amount, read_date};
use chrono::NaiveDate;
use waiqin_protocol::numbers::case_no::read_case_no;
use waiqin_protocol::numbers::money::Fen;

/// Fields as a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fields(u32);

impl Fields {
    pub(crate) fn insert(&mut self, field: Field) {
        self.0 |= 1 << (field as u32);
    }

    pub(crate) fn contains(self, field: Field) -> bool {
        self.0 & (1 << (field as u32)) != 0
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What both lack.
    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) fn list(self) -> impl Iterator<Item = Field> {
        Field::ALL
            .into_iter()
            .filter(move |field| self.contains(*field))
    }
}

/// A row that is a case.
#[derive(Clone, Debug)]
pub(crate) struct CaseRow {
    pub(crate) case: ListCase,
    /// Fields whose cells were lost.
    pub(crate) lost: Fields,
    /// Kinds of repair with the column, what stood there and what it was read as.
    pub(crate) repairs: Vec<(RepairKind, usize, String, String)>,
    /// Cells that could not be used.
    pub(crate) losses: Vec<(usize, Loss, String)>,
    /// The id came as a number of more digits than a spreadsheet keeps.
    pub(crate) long_numeric_id: bool,
}

/// Digits that a spreadsheet keeps of a number.
const SPREADSHEET_DIGITS: f64 = 1e15;
/// The most digits that a binary double keeps of a whole number.
const EXACT_WHOLE: f64 = 9_007_199_254_740_992.0;

/// How a row is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    /// The year at +08:00.
    pub(crate) this_year: i32,
    /// Bare numbers in columns of dates count from 1904.
    pub(crate) from_1904: bool,
    /// A person accepted the number that this row probably means.
    pub(crate) accepts_suggestion: bool,
}

/// Reads a whole row.
pub(crate) fn read_row(header: &Header, cells: &[Cell], how: Reading) -> Result<CaseRow, RowFault> {
    let Reading {
        this_year,
        from_1904,
        accepts_suggestion,
    } = how;
    let number_column = header
        .position(Field::Number)
        .expect("a header names the number");
    let number_cell = cells.get(number_column).unwrap_or(&Cell::Empty);
    let id = header
        .position(Field::Id)
        .map(|column| read_id(column, cells));
    let read = read_number(number_cell, this_year).or_else(|fault| match &fault.suggestion {
        Some(suggestion) if accepts_suggestion => {
            read_number(&Cell::Text(suggestion.clone()), this_year)
        }
        Some(_) | None => Err(fault),
    });
    let reading = read.map_err(|mut fault| {
        fault.names.extend(id.clone().and_then(|id| id.text));
        fault.names.extend(fault.suggestion.clone());
        if fault.text.is_empty() {
            fault.text = beginning(cells);
        }
        fault
    })?;
    let number = reading.cases[0].normal().to_owned();
    let mut reader = RowReader::new(header, cells, this_year);
    reader.row.case.kind = reading.cases[0].type_code().to_owned();
    for repair in &reading.repairs {
        if let Some(kind) = RepairKind::of_number(*repair) {
            reader.repaired(kind, number_column, number_cell.shown(), number.clone());
        }
    }
    reader.row.case.number_raw = number_cell.shown();
    reader.id(id, &number);
    reader.row.case.number = number;
    reader.dates(from_1904);
    reader.amounts();
    reader.people();
    reader.texts();
    reader.others();
    Ok(reader.row)
}

/// The first cells of a row, for the list of rows set aside.
fn beginning(cells: &[Cell]) -> String {
    let shown: Vec<String> = cells
        .iter()
        .filter(|cell| !cell.is_blank())
        .take(4)
        .map(|cell| trimmed(&cell.shown()).chars().take(30).collect())
        .collect();
    shown.join(" ")
}

/// An id, or how it was lost.
#[derive(Clone, Debug, Default)]
struct Id {
    column: usize,
    text: Option<String>,
    apostrophe: bool,
    lost: Option<(Loss, String)>,
    long_numeric: bool,
}

fn read_id(column: usize, cells: &[Cell]) -> Id {
    let mut id = Id {
        column,
        ..Id::default()
    };
    match cells.get(column).unwrap_or(&Cell::Empty) {
        Cell::Lost(loss, text) => id.lost = Some((*loss, text.clone())),
        Cell::Number(value) if *value >= EXACT_WHOLE => {
            id.lost = Some((Loss::Scientific, super::cell::shown_number(*value)));
        }
        cell @ (Cell::Empty | Cell::Text(_) | Cell::Number(_) | Cell::Serial { .. }) => {
            let (text, apostrophe) = plain_text(cell);
            id.apostrophe = apostrophe;
            id.long_numeric = matches!(cell, Cell::Number(value) if *value >= SPREADSHEET_DIGITS);
            if parties::is_scientific(&text) {
                id.lost = Some((Loss::Scientific, text));
            } else if !text.is_empty() {
                id.text = Some(text);
            }
        }
    }
    id
}

struct RowReader<'r> {
    header: &'r Header,
    cells: &'r [Cell],
    this_year: i32,
    row: CaseRow,
}

impl<'r> RowReader<'r> {
    fn new(header: &'r Header, cells: &'r [Cell], this_year: i32) -> Self {
        let row = CaseRow {
            case: ListCase::default(),
            lost: Fields::default(),
            repairs: Vec::new(),
            losses: Vec::new(),
            long_numeric_id: false,
        };
        Self {
            header,
            cells,
            this_year,
            row,
        }
    }

    fn cell(&self, field: Field) -> Option<(usize, &'r Cell, &'r Column)> {
        let column = self.header.position(field)?;
        Some((
            column,
            self.cells.get(column)?,
            &self.header.columns[column],
        ))
    }

    fn repaired(&mut self, kind: RepairKind, column: usize, raw: String, normal: String) {
        if !self
            .row
            .repairs
            .iter()
            .any(|r| r.0 == kind && r.1 == column)
        {
            self.row.repairs.push((kind, column, raw, normal));
        }
    }

    fn lose(&mut self, field: Field, column: usize, loss: Loss, text: String) {
        self.row.lost.insert(field);
        self.row.losses.push((column, loss, text));
    }

    fn id(&mut self, id: Option<Id>, number: &str) {
        let id = id.unwrap_or_default();
        if id.apostrophe {
            let text = id.text.clone().unwrap_or_default();
            self.repaired(
                RepairKind::ApostropheId,
                id.column,
                format!("'{text}"),
                text,
            );
        }
        if let Some((loss, text)) = id.lost {
            if loss == Loss::Scientific {
                self.repaired(RepairKind::SciId, id.column, text.clone(), String::new());
            }
            self.lose(Field::Id, id.column, loss, text);
        }
        self.row.long_numeric_id = id.long_numeric;
        self.row.case.id = id.text.unwrap_or_else(|| number.to_owned());
    }

    fn dates(&mut self, from_1904: bool) {
        self.row.case.received_on = self.date(Field::ReceivedOn, from_1904);
        self.row.case.filed_on = self.date(Field::FiledOn, from_1904);
        self.row.case.assigned_on = self.date(Field::AssignedOn, from_1904);
        self.row.case.closed_on = self.date(Field::ClosedOn, from_1904);
        self.row.case.due_on = self.date(Field::DueOn, from_1904);
    }

    fn date(&mut self, field: Field, from_1904: bool) -> Option<NaiveDate> {
        let (column, cell, _) = self.cell(field)?;
        read_date(cell, from_1904).unwrap_or_else(|loss| {
            self.lose(field, column, loss, cell.shown());
            None
        })
    }

    fn amounts(&mut self) {
        self.row.case.amount_fen = self.amount(Field::Amount);
        self.row.case.remaining_fen = self.amount(Field::Remaining);
        self.row.case.paid_fen = self.amount(Field::Paid);
    }

    fn amount(&mut self, field: Field) -> Option<i64> {
        let (index, cell, column) = self.cell(field)?;
        let amount = read_amount(cell, column.unit).unwrap_or_else(|loss| {
            self.lose(field, index, loss, cell.shown());
            None
        })?;
        if amount.in_larger_unit {
            let normal = Fen(amount.fen).yuan();
            self.repaired(RepairKind::WanYuan, index, cell.shown(), normal);
        }
        Some(amount.fen)
    }

    fn people(&mut self) {
        let applicants = self.names(Field::Applicants);
        let debtors = self.names(Field::Debtors);
        let applicant_codes = self.codes(Field::ApplicantCodes);
        let mut codes = self.codes(Field::Codes);
        // One code column for both sides: the applicants' come first, as their column does.
        let mut for_applicants = applicant_codes;
        let both = applicants.len() + debtors.len();
        if for_applicants.is_empty() && codes.len() == both && codes.len() > debtors.len() {
            let rest = codes.split_off(applicants.len());
            for_applicants = std::mem::replace(&mut codes, rest);
        }
        let (applicants, _) = parties::join(applicants, for_applicants);
        let (debtors, left) = parties::join(debtors, codes);
        self.row.case.applicants = applicants;
        self.row.case.debtors = debtors;
        let left: Vec<String> = left
            .into_iter()
            .filter_map(|code| match code {
                Code::Shown(text) => Some(text),
                Code::Scientific(_) | Code::None => None,
            })
            .collect();
        if let Some((_, _, column)) = self.cell(Field::Codes).filter(|_| !left.is_empty()) {
            self.row
                .case
                .extra
                .insert(column.header.clone(), left.join("、"));
        }
    }

    fn names(&mut self, field: Field) -> Vec<String> {
        let Some((column, cell, head)) = self.cell(field) else {
            return Vec::new();
        };
        if let Cell::Lost(loss, text) = cell {
            self.lose(field, column, *loss, text.clone());
            return Vec::new();
        }
        let (text, _) = plain_text(cell);
        let names = parties::read_names(&text);
        if names.more {
            self.row.case.extra.insert(head.header.clone(), text);
        }
        names.names
    }

    /// The codes of every column of a field, in the order of the sheet.
    fn codes(&mut self, field: Field) -> Vec<Code> {
        let columns: Vec<usize> = (0..self.header.columns.len().min(self.cells.len()))
            .filter(|index| self.header.columns[*index].field == Some(field))
            .collect();
        let mut all = Vec::new();
        for column in columns {
            let cell = &self.cells[column];
            match cell {
                Cell::Lost(loss, text) => self.lose(field, column, *loss, text.clone()),
                Cell::Number(value) if *value >= SPREADSHEET_DIGITS => {
                    all.push(Code::Scientific(cell.shown()));
                }
                Cell::Empty | Cell::Text(_) | Cell::Number(_) | Cell::Serial { .. } => {
                    let (codes, apostrophe) = parties::read_codes(&cell.shown());
                    if apostrophe {
                        let normal = cell.shown().replace(['\'', '’', '‘', '`'], "");
                        self.repaired(RepairKind::ApostropheId, column, cell.shown(), normal);
                    }
                    if parties::any_masked(&codes) {
                        self.repaired(RepairKind::MaskedId, column, cell.shown(), cell.shown());
                    }
                    all.extend(codes);
                }
            }
            let rounded = all.iter().find_map(|code| match code {
                Code::Scientific(text) => Some(text.clone()),
                Code::Shown(_) | Code::None => None,
            });
            if let Some(text) = rounded.filter(|_| !self.row.lost.contains(field)) {
                self.repaired(RepairKind::SciId, column, text.clone(), String::new());
                self.lose(field, column, Loss::Scientific, text);
            }
        }
        all
    }

    fn texts(&mut self) {
        self.row.case.cause = self.text(Field::Cause);
        self.row.case.officer = self.text(Field::Officer);
        self.row.case.department = self.text(Field::Department);
        self.row.case.stage = self.text(Field::Stage);
        self.row.case.stay = self.text(Field::Stay);
        self.row.case.basis = self.text(Field::Basis);
        self.row.case.close_mode = self.text(Field::CloseMode);
        let first_case = self.text(Field::FirstCase);
        self.row.case.first_case = self.number_or_text(&first_case);
        let some = |text: String| (!text.is_empty()).then_some(text);
        self.row.case.address = some(self.text(Field::Address));
        self.row.case.service_address = some(self.text(Field::ServiceAddress));
        self.row.case.phone = some(self.text(Field::Phone));
        let case = &self.row.case;
        let merged = [&case.stay, &case.stage, &case.close_mode]
            .into_iter()
            .find_map(|text| self.merged_into(text));
        self.row.case.merged_into = merged;
    }

    /// The text of a field; empty where the list has none or it is lost.
    fn text(&mut self, field: Field) -> String {
        match self.cell(field) {
            Some((column, Cell::Lost(loss, text), _)) => {
                self.lose(field, column, *loss, text.clone());
                String::new()
            }
            Some((_, cell, _)) => plain_text(cell).0,
            None => String::new(),
        }
    }

    /// 并入（2019）粤0115执688号 names the main case.
    fn merged_into(&self, text: &str) -> Option<String> {
        let (_, number) = text.split_once("并入")?;
        let number = number.trim_start_matches([':', '：', '《', '“', ' ']);
        let end = number
            .find(['号', '號'])
            .map_or(number.len(), |at| at + '号'.len_utf8());
        self.number_or_text(&number[..end])
    }

    /// The normal number where the text reads as exactly one, otherwise the text itself.
    fn number_or_text(&self, text: &str) -> Option<String> {
        if text.is_empty() {
            return None;
        }
        match read_case_no(text, self.this_year) {
            Ok(reading) if reading.cases.len() == 1 => Some(reading.cases[0].normal().to_owned()),
            Ok(_) | Err(_) => Some(text.to_owned()),
        }
    }

    /// Columns that no field knows, and what a field of its own cannot say.
    fn others(&mut self) {
        for (index, cell) in self.cells.iter().enumerate() {
            let column = self.header.columns.get(index);
            let keep = match column.and_then(|c| c.field) {
                None | Some(Field::Parties) => true,
                Some(Field::Kind) => plain_text(cell).0 != self.row.case.kind,
                Some(_) => false,
            };
            if keep && !cell.is_blank() {
                let header =
                    column.map_or_else(|| super::cell::column_letters(index), |c| c.header.clone());
                let text = match cell {
                    Cell::Lost(_, text) => text.clone(),
                    Cell::Empty | Cell::Text(_) | Cell::Number(_) | Cell::Serial { .. } => {
                        plain_text(cell).0
                    }
                };
                if !text.is_empty() {
                    self.row.case.extra.insert(header, text);
                }
            }
        }
    }
}
