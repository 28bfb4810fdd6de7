//! What an import found besides cases: repairs, rows set aside, cells lost, notes.

use super::cell::Loss;
use super::header::Header;
use super::note::{Against, LostCell, Note, RejectReason, Rejected};
use super::place::Place;
use super::repairs::{RepairKind, RepairShown, Repairs};
use super::row::CaseRow;
use std::collections::BTreeSet;

/// Repairs and lost cells that the preview shows one by one.
const SHOWN_MAX: usize = 1_000;
/// Characters of a lost cell that are shown.
const SHOWN_CHARS: usize = 60;

/// Findings as they come.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) repairs: Repairs,
    pub(super) repaired: Vec<RepairShown>,
    pub(super) rejected: Vec<Rejected>,
    pub(super) lost_cells: Vec<LostCell>,
    pub(super) lost_cells_total: u64,
    pub(super) notes: Vec<Note>,
    /// Ids and numbers of cases whose rows were set aside.
    pub(super) set_aside: BTreeSet<String>,
}

impl Findings {
    /// Counts and shows what was repaired and lost in a row.
    pub(super) fn count(&mut self, header: &Header, row: &CaseRow, place: &Place) {
        if row.repairs.is_empty() && row.losses.is_empty() {
            return;
        }
        let kinds: BTreeSet<RepairKind> = row.repairs.iter().map(|r| r.0).collect();
        for kind in kinds {
            self.repairs.add(kind, 1);
        }
        let name = |column: usize| {
            header
                .columns
                .get(column)
                .map(|c| c.header.clone())
                .unwrap_or_default()
        };
        for (kind, column, raw, normal) in &row.repairs {
            if self.repaired.len() < SHOWN_MAX {
                self.repaired.push(RepairShown {
                    row: place.row,
                    kind: *kind,
                    header: name(*column),
                    raw: raw.clone(),
                    normal: normal.clone(),
                });
            }
        }
        for (column, loss, text) in &row.losses {
            let column_letters = Some(super::cell::column_letters(*column));
            let place = Place {
                column: column_letters,
                ..place.clone()
            };
            self.lose(place, name(*column), text, *loss);
        }
    }

    /// A cell that cannot be used.
    pub(super) fn lose(&mut self, place: Place, header: String, text: &str, loss: Loss) {
        self.lost_cells_total += 1;
        if self.lost_cells.len() < SHOWN_MAX {
            let text = text.chars().take(SHOWN_CHARS).collect();
            self.lost_cells.push(LostCell {
                place,
                header,
                text,
                loss,
            });
        }
    }

    /// A row that is no case.
    pub(super) fn reject(
        &mut self,
        place: &Place,
        reason: RejectReason,
        text: String,
        suggestion: Option<String>,
        against: Option<Against>,
    ) {
        let (row, sheet) = (place.row, place.sheet.clone());
        self.rejected.push(Rejected {
            row,
            reason,
            text,
            suggestion,
            sheet,
            against,
        });
    }
}
