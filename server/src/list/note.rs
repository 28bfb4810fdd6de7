//! What was odd about a list that was read all the same, and what of it could not be used.

use super::cell::Loss;
use super::place::Place;
use crate::words::list::ListWords;
use serde::Serialize;
use waiqin_protocol::words::{Lang, fill};

/// What a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// The name says another kind of file than the bytes are.
    NameDiffers,
    /// NUL bytes were taken out.
    NulBytes,
    /// Rows end with CR alone.
    CrLines,
    /// Rows above the header.
    TitleRows,
    /// The header takes two rows.
    SecondHeader,
    /// A header further down names other columns.
    ColumnsChanged,
    /// Cells hold formulas; their stored values were used.
    FormulaCells,
    /// More than one sheet was read.
    SeveralSheets,
    /// A sheet without a list was left out.
    SheetSkipped,
    /// A hidden sheet was left out.
    HiddenSheet,
    /// Cells over several rows were filled down.
    MergedCells,
    /// Rows with bytes that the encoding does not know.
    DamagedRows,
    /// The footer counts other cases than were read.
    FooterCount,
    /// Columns that no field knows, kept as they are.
    UnknownColumns,
    /// Cells that could not be used.
    LostCells,
}

/// A note on the whole list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// What it is about.
    pub kind: NoteKind,
    /// How many.
    pub count: u64,
    /// Where it begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The name of the sheet, the columns, the number that the footer gives.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
}

impl Note {
    /// A note without figures.
    #[must_use]
    pub fn of(kind: NoteKind) -> Self {
        Self::counted(kind, 1)
    }

    /// A note on so many things.
    #[must_use]
    pub fn counted(kind: NoteKind, count: u64) -> Self {
        Self {
            kind,
            count,
            place: None,
            text: String::new(),
        }
    }

    /// The same note with its place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// The same note with a text of the list.
    #[must_use]
    pub fn about(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    /// The note in words.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        let words = ListWords::of(lang);
        let text = match self.kind {
            NoteKind::NameDiffers => words.note_name_differs,
            NoteKind::NulBytes => words.note_nul_bytes,
            NoteKind::CrLines => words.note_cr_lines,
            NoteKind::TitleRows => words.note_title_rows,
            NoteKind::SecondHeader => words.note_second_header,
            NoteKind::ColumnsChanged => words.note_columns_changed,
            NoteKind::FormulaCells => words.note_formula_cells,
            NoteKind::SeveralSheets => words.note_several_sheets,
            NoteKind::SheetSkipped => words.note_sheet_skipped,
            NoteKind::HiddenSheet => words.note_hidden_sheet,
            NoteKind::MergedCells => words.note_merged_cells,
            NoteKind::DamagedRows => words.note_damaged_rows,
            NoteKind::FooterCount => words.note_footer_count,
            NoteKind::UnknownColumns => words.note_unknown_columns,
            NoteKind::LostCells => words.note_lost_cells,
        };
        let place = self
            .place
            .as_ref()
            .map(|p| p.text(lang))
            .unwrap_or_default();
        fill(
            text,
            &[
                ("count", &self.count),
                ("where", &place),
                ("text", &self.text),
            ],
        )
    }
}

/// Why a row is no case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectReason {
    /// The row has no case number.
    NoNumber,
    /// What it has is none.
    BadNumber,
    /// A type code that the table does not hold.
    UnknownType,
    /// Several numbers in one cell.
    SeveralNumbers,
    /// Another row names the same case and says otherwise.
    Contradiction,
    /// More cells than the header names: a separator inside a cell.
    ExtraCells,
    /// Bytes of its number are damaged.
    DamagedBytes,
    /// Its number is an error value or a formula without a result.
    LostNumber,
}

impl RejectReason {
    /// The code, as the report writes it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NoNumber => "no_number",
            Self::BadNumber => "bad_number",
            Self::UnknownType => "unknown_type",
            Self::SeveralNumbers => "several_numbers",
            Self::Contradiction => "contradiction",
            Self::ExtraCells => "extra_cells",
            Self::DamagedBytes => "damaged_bytes",
            Self::LostNumber => "lost_number",
        }
    }
}

/// A row that was set aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rejected {
    /// As a spreadsheet counts.
    pub row: u64,
    /// Why.
    pub reason: RejectReason,
    /// What the row shows: its number, or the beginning of its cells.
    pub text: String,
    /// The number that it probably means; a person decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
    /// The sheet, in a workbook of several lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The row that says otherwise, and the field in which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<Against>,
}

/// The other side of a contradiction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Against {
    /// As a spreadsheet counts.
    pub row: u64,
    /// Name of the field.
    pub field: &'static str,
}

impl Rejected {
    /// What is wrong with the row, where, and what to do.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        let words = ListWords::of(lang);
        let text = match self.reason {
            RejectReason::NoNumber => words.row_no_number,
            RejectReason::BadNumber if self.suggestion.is_some() => words.row_bad_number_suggestion,
            RejectReason::BadNumber => words.row_bad_number,
            RejectReason::UnknownType => words.row_unknown_type,
            RejectReason::SeveralNumbers => words.row_several_numbers,
            RejectReason::Contradiction => words.row_contradiction,
            RejectReason::ExtraCells => words.row_extra_cells,
            RejectReason::DamagedBytes => words.row_damaged_bytes,
            RejectReason::LostNumber => words.row_lost_number,
        };
        let place = Place::row(self.row).on(self.sheet.as_deref()).text(lang);
        let suggestion = self.suggestion.as_deref().unwrap_or_default();
        let (row, field) = self.against.as_ref().map_or((0, ""), |a| (a.row, a.field));
        fill(
            text,
            &[
                ("where", &place),
                ("text", &self.text),
                ("suggestion", &suggestion),
                ("other", &row),
                ("field", &field_word(field, words)),
            ],
        )
    }
}

/// The name of a field for people.
#[must_use]
pub fn field_word(field: &str, words: &'static ListWords) -> &'static str {
    match field {
        "id" => words.field_id,
        "number" => words.field_number,
        "kind" => words.field_kind,
        "received_on" => words.field_received_on,
        "filed_on" => words.field_filed_on,
        "assigned_on" => words.field_assigned_on,
        "closed_on" => words.field_closed_on,
        "due_on" => words.field_due_on,
        "cause" => words.field_cause,
        "applicants" => words.field_applicants,
        "debtors" => words.field_debtors,
        "amount_fen" => words.field_amount,
        "remaining_fen" => words.field_remaining,
        "paid_fen" => words.field_paid,
        "officer" => words.field_officer,
        "department" => words.field_department,
        "stage" => words.field_stage,
        "stay" => words.field_stay,
        "merged_into" => words.field_merged_into,
        "basis" => words.field_basis,
        "close_mode" => words.field_close_mode,
        "first_case" => words.field_first_case,
        "address" => words.field_address,
        "service_address" => words.field_service_address,
        "phone" => words.field_phone,
        _ => words.field_other,
    }
}

/// A cell whose content could not be used; the case is there without it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LostCell {
    /// Where.
    pub place: Place,
    /// The header of its column.
    pub header: String,
    /// What stands there.
    pub text: String,
    /// Why it cannot be used.
    pub loss: Loss,
}

impl LostCell {
    /// What is wrong with the cell, and what becomes of it.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        let words = ListWords::of(lang);
        let text = match self.loss {
            Loss::Scientific => words.cell_scientific,
            Loss::ErrorValue => words.cell_error_value,
            Loss::Formula => words.cell_formula,
            Loss::Bytes => words.cell_bytes,
            Loss::Date => words.cell_date,
            Loss::AmbiguousDate => words.cell_ambiguous_date,
            Loss::Money => words.cell_money,
        };
        fill(
            text,
            &[
                ("where", &self.place.text(lang)),
                ("header", &self.header),
                ("text", &self.text),
            ],
        )
    }
}
