//! Rows and cells of delimited text (RFC 4180 with the liberties that exports take).
//!
//! Written by hand and not with a library, because an officer must be told what a lenient reader
//! hides: a quote that is never closed swallows the rest of the list, and a blank line counts as a
//! row in the spreadsheet where the clerk looks for "row 280".

use super::super::cell::{Cell, Loss};
use super::super::error::ListError;
use super::super::limits::Limits;
use super::super::place::Place;
use super::encoding::TextEncoding;

/// What ends a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineEnds {
    /// LF or CR LF; a lone CR is white space inside a cell.
    LineFeeds,
    /// CR alone, as old Macintosh programs write.
    CarriageReturns,
}

impl LineEnds {
    pub(super) fn of(text: &[u8], encoding: TextEncoding) -> Self {
        let (feed, carriage) = match encoding {
            TextEncoding::Utf16Le => (has_unit(text, [b'\n', 0]), has_unit(text, [b'\r', 0])),
            TextEncoding::Utf16Be => (has_unit(text, [0, b'\n']), has_unit(text, [0, b'\r'])),
            TextEncoding::Utf8 | TextEncoding::Utf8Bom | TextEncoding::Gb18030 => {
                (text.contains(&b'\n'), text.contains(&b'\r'))
            }
        };
        if carriage && !feed {
            Self::CarriageReturns
        } else {
            Self::LineFeeds
        }
    }

    fn ends_row(self, byte: u8) -> bool {
        match self {
            Self::LineFeeds => byte == b'\n',
            Self::CarriageReturns => byte == b'\r',
        }
    }
}

fn has_unit(text: &[u8], unit: [u8; 2]) -> bool {
    text.as_chunks::<2>().0.contains(&unit)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before the first character of a cell.
    Start,
    Plain,
    Quoted,
    /// Behind a quote inside a quoted cell: it ends the cell or is half of a doubled quote.
    QuoteSeen,
}

/// A parser that is fed text and hands out whole rows.
pub(super) struct Delimited {
    separator: u8,
    ends: LineEnds,
    columns_max: usize,
    chars_max: usize,
    state: State,
    cell: String,
    cells: Vec<Cell>,
    /// Index of the cell that is being read, stored or not.
    column: usize,
    /// Rows handed out.
    rows: u64,
    /// Something of the present row was read.
    row_begun: bool,
    /// The present cell was quoted, line breaks and separators inside it.
    was_quoted: bool,
    /// A CR was seen that may belong to the end of the row.
    carriage: bool,
    breaks: usize,
    separators: usize,
    widest: usize,
    formulas: u64,
}

/// What takes a row: its number and its cells, which it may empty.
pub(super) type TakeRow<'f> = dyn FnMut(u64, &mut Vec<Cell>) -> Result<(), ListError> + 'f;

impl Delimited {
    pub(super) fn new(separator: char, ends: LineEnds, limits: &Limits) -> Self {
        Self {
            separator: u8::try_from(separator).expect("separators are ASCII"),
            ends,
            columns_max: limits.columns_max,
            chars_max: limits.cell_chars_max,
            state: State::Start,
            cell: String::new(),
            cells: Vec::new(),
            column: 0,
            rows: 0,
            row_begun: false,
            was_quoted: false,
            carriage: false,
            breaks: 0,
            separators: 0,
            widest: 0,
            formulas: 0,
        }
    }

    /// Rows handed out so far.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Cells that are formulas.
    pub(super) fn formulas(&self) -> u64 {
        self.formulas
    }

    pub(super) fn feed(&mut self, text: &str, take: &mut TakeRow<'_>) -> Result<(), ListError> {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            match self.state {
                State::Start | State::Plain => {
                    let next = self.next_special(&bytes[at..], self.state == State::Start);
                    if next > 0 {
                        self.keep(&text[at..at + next])?;
                        self.state = State::Plain;
                        at += next;
                        continue;
                    }
                    self.special(bytes[at], take)?;
                    at += 1;
                }
                State::Quoted => {
                    let rest = &bytes[at..];
                    let next = rest.iter().position(|b| *b == b'"').unwrap_or(rest.len());
                    self.count_inside(&rest[..next]);
                    self.keep(&text[at..at + next])?;
                    at += next;
                    if at < bytes.len() {
                        self.state = State::QuoteSeen;
                        at += 1;
                    }
                }
                State::QuoteSeen => {
                    let byte = bytes[at];
                    if byte == b'"' {
                        self.keep("\"")?;
                        self.state = State::Quoted;
                        at += 1;
                    } else if byte == self.separator || self.ends.ends_row(byte) {
                        self.special(byte, take)?;
                        at += 1;
                    } else if byte == b'\r' || byte == b' ' {
                        at += 1;
                    } else {
                        return Err(self.broken_quote());
                    }
                }
            }
        }
        Ok(())
    }

    /// Hands out the last row. Tells whether the text ended without the end of a row.
    pub(super) fn finish(&mut self, take: &mut TakeRow<'_>) -> Result<bool, ListError> {
        if self.state == State::Quoted {
            return Err(ListError::QuoteOpen {
                place: self.place(),
            });
        }
        let open = self.row_begun;
        if open {
            self.end_cell()?;
            self.end_row(take)?;
        }
        Ok(open)
    }

    /// Offset of the next byte with a meaning outside quotes.
    fn next_special(&self, rest: &[u8], at_start: bool) -> usize {
        let mut at = 0;
        for byte in rest {
            let quote = at_start && at == 0 && *byte == b'"';
            if *byte == self.separator || *byte == b'\n' || *byte == b'\r' || quote {
                break;
            }
            at += 1;
        }
        at
    }

    fn special(&mut self, byte: u8, take: &mut TakeRow<'_>) -> Result<(), ListError> {
        if byte == self.separator {
            self.row_begun = true;
            return self.end_cell();
        }
        if self.ends.ends_row(byte) {
            if self.row_begun {
                self.end_cell()?;
            }
            return self.end_row(take);
        }
        if byte == b'"' {
            self.row_begun = true;
            self.was_quoted = true;
            self.state = State::Quoted;
            return Ok(());
        }
        // A CR that no LF follows is white space inside the cell.
        self.carriage = self.row_begun;
        Ok(())
    }

    fn keep(&mut self, text: &str) -> Result<(), ListError> {
        self.row_begun = true;
        if std::mem::take(&mut self.carriage) {
            self.cell.push(' ');
        }
        self.cell.push_str(text);
        // Four bytes are the most that a character takes.
        if self.cell.len() > self.chars_max && self.cell.chars().nth(self.chars_max).is_some() {
            if self.was_quoted {
                return Err(ListError::QuoteOpen {
                    place: self.place(),
                });
            }
            return Err(ListError::CellTooLong {
                place: self.place(),
                max: self.chars_max,
            });
        }
        Ok(())
    }

    fn count_inside(&mut self, bytes: &[u8]) {
        self.breaks += bytes.iter().filter(|b| self.ends.ends_row(**b)).count();
        self.separators += bytes.iter().filter(|b| **b == self.separator).count();
    }

    /// Text behind a closing quote. Where the cell also swallowed rows, an earlier quote is to
    /// blame: the one that opened this cell.
    fn broken_quote(&self) -> ListError {
        if self.breaks > 0 && self.separators > 0 {
            ListError::QuoteOpen {
                place: self.place(),
            }
        } else {
            ListError::QuoteBroken {
                place: self.place(),
            }
        }
    }

    fn end_cell(&mut self) -> Result<(), ListError> {
        // Two quotes that are never closed pair up and hide the rows between them.
        if self.breaks > 0 && self.separators >= 4.max(self.widest / 2) {
            return Err(ListError::QuoteOpen {
                place: self.place(),
            });
        }
        let blank = self.cell.trim().is_empty();
        if self.column < self.columns_max {
            let cell = if self.cell.is_empty() {
                Cell::Empty
            } else if self.cell.contains('\u{fffd}') {
                Cell::Lost(Loss::Bytes, std::mem::take(&mut self.cell))
            } else {
                self.text_or_formula()
            };
            self.cells.push(cell);
        } else if !blank {
            return Err(ListError::TooManyColumns {
                place: self.place(),
                max: self.columns_max,
            });
        }
        self.cell.clear();
        self.carriage = false;
        self.column += 1;
        self.state = State::Start;
        self.was_quoted = false;
        self.breaks = 0;
        self.separators = 0;
        Ok(())
    }

    /// Spreadsheets write ="0123" to keep digits as text; any other formula has no result here.
    fn text_or_formula(&mut self) -> Cell {
        let text = self.cell.as_str();
        let Some(formula) = text.trim().strip_prefix('=') else {
            return Cell::Text(text.to_owned());
        };
        self.formulas += 1;
        let quoted = formula
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        match quoted.filter(|inner| !inner.replace("\"\"", "").contains('"')) {
            Some(inner) => Cell::Text(inner.replace("\"\"", "\"")),
            None => Cell::Lost(Loss::Formula, text.to_owned()),
        }
    }

    fn end_row(&mut self, take: &mut TakeRow<'_>) -> Result<(), ListError> {
        self.rows += 1;
        self.widest = self.widest.max(self.cells.len());
        self.column = 0;
        self.row_begun = false;
        self.state = State::Start;
        let outcome = take(self.rows, &mut self.cells);
        self.cells.clear();
        outcome
    }

    /// The cell that is being read; rows are counted where they begin.
    fn place(&self) -> Place {
        Place::cell(self.rows + 1, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str, ends: LineEnds) -> Result<(Vec<Vec<String>>, bool), ListError> {
        let mut rows = Vec::new();
        let mut parser = Delimited::new(',', ends, &Limits::default());
        let mut take = |_: u64, cells: &mut Vec<Cell>| {
            rows.push(cells.iter().map(Cell::shown).collect::<Vec<_>>());
            Ok(())
        };
        parser.feed(text, &mut take)?;
        let open = parser.finish(&mut take)?;
        Ok((rows, open))
    }

    #[test]
    fn blank_lines_are_rows_as_in_a_spreadsheet() {
        let (rows, open) = parse("a,b\r\n\r\nc\r\n", LineEnds::LineFeeds).unwrap();
        assert_eq!(rows, [vec!["a", "b"], vec![], vec!["c"]]);
        assert!(!open);
    }

    #[test]
    fn a_quote_that_is_never_closed_is_named_where_it_opens() {
        let error = parse("a,b\nc,\"d\ne,f\n", LineEnds::LineFeeds).unwrap_err();
        assert!(
            matches!(&error, ListError::QuoteOpen { place } if *place == Place::cell(2, 1)),
            "{error}"
        );
    }

    #[test]
    fn two_quotes_that_pair_up_over_rows_are_found() {
        let error = parse(
            "a,b,c,d,e\n1,\"2,3,4,5\n6,7,8,9,0\n1,2\",3,4,5\n",
            LineEnds::LineFeeds,
        )
        .unwrap_err();
        assert!(
            matches!(&error, ListError::QuoteOpen { place } if *place == Place::cell(2, 1)),
            "{error}"
        );
    }

    #[test]
    fn a_million_columns_stop_at_the_first_too_many() {
        let text = vec!["x"; 1_000_000].join(",");
        let error = parse(&text, LineEnds::LineFeeds).unwrap_err();
        assert!(
            matches!(&error, ListError::TooManyColumns { place, max: 256 } if place.column.as_deref() == Some("IW")),
            "{error}"
        );
    }

    proptest! {
        /// The csv crate is the oracle: what it writes, this parser reads back.
        #[test]
        fn what_a_csv_writer_writes_reads_back(
            rows in prop::collection::vec(
                prop::collection::vec("[a案，,\"\n 0]{0,6}", 2..5), 1..6)
        ) {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            // Cells with line breaks and many separators are taken for a quote left open.
            prop_assume!(rows.iter().flatten().all(|c| c.matches(',').count() < 4));
            let (read, open) = parse(&text, LineEnds::LineFeeds).unwrap();
            prop_assert_eq!(read, rows);
            prop_assert!(!open);
        }
    }
}
