//! Where in a list something stands, as a spreadsheet counts.

use crate::words::list::ListWords;
use std::fmt;
use waiqin_protocol::words::{Lang, fill};

/// A row, and where known the sheet and the column.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Place {
    /// Name of the sheet, in a workbook of several lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// From 1; title, header and blank rows count, a line break inside a cell does not.
    pub row: u64,
    /// A, B …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
}

impl Place {
    /// A row of a list that has no sheets.
    #[must_use]
    pub fn row(row: u64) -> Self {
        Self {
            row,
            ..Self::default()
        }
    }

    /// A cell of a list that has no sheets, its column from 0.
    #[must_use]
    pub fn cell(row: u64, column: usize) -> Self {
        Self {
            row,
            column: Some(super::cell::column_letters(column)),
            sheet: None,
        }
    }

    /// The same place on a sheet.
    #[must_use]
    pub fn on(mut self, sheet: Option<&str>) -> Self {
        self.sheet = sheet.map(str::to_owned);
        self
    }

    /// The place in words: 工作表「…」第 3 行 H 列.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let words = ListWords::of(lang);
        let cell = match &self.column {
            Some(column) => fill(words.place_cell, &[("row", &self.row), ("column", column)]),
            None => fill(words.place_row, &[("row", &self.row)]),
        };
        match &self.sheet {
            Some(sheet) => fill(words.place_sheet, &[("sheet", sheet), ("cell", &cell)]),
            None => cell,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(sheet) = &self.sheet {
            write!(f, "{sheet}!")?;
        }
        write!(
            f,
            "{}{}",
            self.column.as_deref().unwrap_or("row "),
            self.row
        )
    }
}
