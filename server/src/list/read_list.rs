//! A list that was read.

use super::case::ListCase;
use super::format::Format;
use super::header::Field;
use super::note::{LostCell, Note, Rejected};
use super::repairs::{RepairShown, Repairs};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Everything that one file says, with what was repaired and what could not be used.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReadList {
    /// One per case, in the order of the file.
    pub cases: Vec<ListCase>,
    /// Repairs by kind, counted per row of the file.
    pub repairs: Repairs,
    /// The first repairs of cells, side by side, for the preview.
    pub repaired: Vec<RepairShown>,
    /// Rows that are no case.
    pub rejected: Vec<Rejected>,
    /// The first cells that could not be used.
    pub lost_cells: Vec<LostCell>,
    /// How many there are.
    pub lost_cells_total: u64,
    /// What was odd about the file.
    pub notes: Vec<Note>,
    /// How the file was read.
    pub format: Format,
    /// Rows of the file, title, header and blank ones included.
    pub rows: u64,
    /// Fields that the list has a column for: where it has one, an empty cell says "none".
    pub columns: BTreeSet<Field>,
    /// Fields of a case (by its id) whose cell was lost: the list says nothing about them.
    pub uncertain: BTreeMap<String, BTreeSet<Field>>,
    /// Ids and normal numbers of cases whose rows were set aside: they are neither absent nor
    /// changed.
    pub set_aside: BTreeSet<String>,
}

impl ReadList {
    /// Whether the list says anything about this field of this case.
    #[must_use]
    pub fn says(&self, case_id: &str, field: Field) -> bool {
        self.columns.contains(&field)
            && !self
                .uncertain
                .get(case_id)
                .is_some_and(|fields| fields.contains(&field))
    }

    /// Rows that named a case, read or set aside.
    #[must_use]
    pub fn case_rows(&self) -> u64 {
        self.cases.len() as u64 + self.repairs.duplicate_row + self.rejected.len() as u64
    }
}
