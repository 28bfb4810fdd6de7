//! Records of an .xls workbook of Excel 97 to 2003 (BIFF8, MS-XLS), as far as a list needs them.
//!
//! Read by hand and not with the spreadsheet library: that one makes room for whatever size the
//! file claims, keeps every sheet as a full rectangle and copies each shared string once per cell,
//! so that a small file can ask for any amount of memory. The library is the oracle of the tests.

use super::super::cell::{Cell, Loss};
use super::biff_text::Pieces;
use super::compound::{half, word};
use std::collections::BTreeMap;

const BOF: u16 = 0x0809;
const EOF: u16 = 0x000a;
pub(super) const CONTINUE: u16 = 0x003c;
const FILE_PASS: u16 = 0x002f;
const DATE_MODE: u16 = 0x0022;
const FORMAT: u16 = 0x041e;
const XF: u16 = 0x00e0;
const BOUND_SHEET: u16 = 0x0085;
const SST: u16 = 0x00fc;
const NUMBER: u16 = 0x0203;
const RK: u16 = 0x027e;
const MUL_RK: u16 = 0x00bd;
const LABEL_SST: u16 = 0x00fd;
const LABEL: u16 = 0x0204;
const RICH_LABEL: u16 = 0x00d6;
const BOOL_ERR: u16 = 0x0205;
const FORMULA: u16 = 0x0006;
const STRING: u16 = 0x0207;
const MERGE_CELLS: u16 = 0x00e5;

/// Shared strings of one workbook.
const STRINGS_MAX: usize = 2_500_000;
/// Cells of one sheet: 65,536 rows of 40 columns, and no file of the allowed size has more.
const CELLS_MAX: usize = 3_000_000;

/// Why a workbook cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BiffError {
    /// A record ends before its content.
    #[error("the workbook is cut off")]
    Cut,
    /// A password.
    #[error("the workbook is encrypted")]
    Encrypted,
    /// Another version.
    #[error("the workbook is of Excel 95 or before")]
    Old,
    /// More strings or cells than a list has.
    #[error("the workbook has more cells or strings than a list")]
    TooMany,
}

/// What holds for the whole workbook.
#[derive(Debug, Default)]
pub(super) struct Globals {
    pub(super) sheets: Vec<SheetEntry>,
    pub(super) from_1904: bool,
    strings: Vec<String>,
    /// Whether the style of this index shows dates.
    dates: Vec<bool>,
}

/// A sheet that the workbook names.
#[derive(Clone, Debug)]
pub(super) struct SheetEntry {
    pub(super) name: String,
    pub(super) visible: bool,
    offset: usize,
}

/// A cell with its place.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) row: u16,
    pub(super) column: u16,
    pub(super) is_formula: bool,
    value: Value,
}

/// The content of a cell; texts stay in the stream until they are asked for.
#[derive(Clone, Copy, Debug)]
enum Value {
    Number(f64, u16),
    Shared(u32),
    /// Offset of a record's text in the stream.
    Text(u32),
    Bool(bool),
    Error(u8),
    Nothing,
}

/// First and last cell of a merged region, each as (row, column).
pub(super) type Region = ((u32, u32), (u32, u32));

/// One sheet: its cells by place, and regions over several cells.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) cells: Vec<Placed>,
    /// Bytes of the stream that its records take.
    pub(super) bytes: usize,
    pub(super) merged: Vec<Region>,
}

pub(super) struct Record<'s> {
    pub(super) kind: u16,
    pub(super) data: &'s [u8],
    /// Offset of the data in the stream.
    at: usize,
}

/// Records from an offset on, until the stream ends.
pub(super) struct Records<'s> {
    stream: &'s [u8],
    pub(super) at: usize,
}

impl<'s> Iterator for Records<'s> {
    type Item = Result<Record<'s>, BiffError>;

    fn next(&mut self) -> Option<Self::Item> {
        let header = self.stream.get(self.at..self.at + 4)?;
        let length = usize::from(half(header, 2));
        let at = self.at + 4;
        let Some(data) = self.stream.get(at..at + length) else {
            self.at = self.stream.len();
            return Some(Err(BiffError::Cut));
        };
        self.at = at + length;
        Some(Ok(Record {
            kind: half(header, 0),
            data,
            at,
        }))
    }
}

impl Globals {
    pub(super) fn read(stream: &[u8]) -> Result<Self, BiffError> {
        let mut globals = Self::default();
        let mut formats: BTreeMap<u16, String> = BTreeMap::new();
        let mut styles: Vec<u16> = Vec::new();
        let mut records = Records { stream, at: 0 };
        let mut begun = false;
        while let Some(record) = records.next() {
            let Record { kind, data, .. } = record?;
            if !begun {
                if kind != BOF || need(data, 2)? != 0x0600 {
                    return Err(BiffError::Old);
                }
                begun = true;
                continue;
            }
            match kind {
                FILE_PASS => return Err(BiffError::Encrypted),
                DATE_MODE => globals.from_1904 = need(data, 2)? == 1,
                FORMAT => {
                    let code = need(data, 2)?;
                    formats.insert(code, Pieces::one(&data[2..]).string()?);
                }
                XF => {
                    data.get(..4).ok_or(BiffError::Cut)?;
                    styles.push(half(data, 2));
                }
                BOUND_SHEET => globals.sheets.extend(SheetEntry::read(data)?),
                SST => globals.strings = read_strings(stream, &mut records, data)?,
                EOF => break,
                _ => {}
            }
        }
        if !begun {
            return Err(BiffError::Cut);
        }
        globals.dates = styles
            .into_iter()
            .map(|code| match formats.get(&code) {
                Some(format) => shows_date(format),
                None => matches!(code, 14..=17 | 22 | 27..=31 | 34..=36 | 50..=58),
            })
            .collect();
        Ok(globals)
    }

    /// The cells of a sheet, row by row.
    pub(super) fn sheet(&self, stream: &[u8], entry: &SheetEntry) -> Result<Sheet, BiffError> {
        let mut sheet = Sheet::default();
        let mut depth = 0_usize;
        let mut records = Records {
            stream,
            at: entry.offset,
        };
        while let Some(record) = records.next() {
            let record = record?;
            sheet.bytes = records.at - entry.offset;
            match record.kind {
                BOF => depth += 1,
                EOF if depth <= 1 => break,
                EOF => depth -= 1,
                // Charts inside the sheet have cells of their own.
                _ if depth > 1 => {}
                MERGE_CELLS => read_merged(record.data, &mut sheet.merged)?,
                _ => read_cells(&record, &mut sheet.cells)?,
            }
            if sheet.cells.len() > CELLS_MAX || sheet.merged.len() > CELLS_MAX {
                return Err(BiffError::TooMany);
            }
        }
        sheet.cells.sort_by_key(|cell| (cell.row, cell.column));
        Ok(sheet)
    }

    /// What a cell shows.
    pub(super) fn cell(&self, stream: &[u8], placed: &Placed) -> Result<Cell, BiffError> {
        Ok(match placed.value {
            Value::Number(number, style) => {
                if self.dates.get(usize::from(style)) == Some(&true) {
                    Cell::Serial {
                        days: number,
                        from_1904: self.from_1904,
                    }
                } else {
                    Cell::Number(number)
                }
            }
            Value::Shared(index) => match self.strings.get(index as usize) {
                Some(text) => text_cell(text.clone()),
                None => return Err(BiffError::Cut),
            },
            Value::Text(at) => text_cell(text_at(stream, at as usize)?),
            Value::Bool(value) => Cell::Text(if value { "TRUE" } else { "FALSE" }.to_owned()),
            Value::Error(code) => Cell::Lost(Loss::ErrorValue, error_text(code).to_owned()),
            Value::Nothing if placed.is_formula => Cell::Lost(Loss::Formula, String::from("=")),
            Value::Nothing => Cell::Empty,
        })
    }
}

impl SheetEntry {
    /// `None` for charts and macros.
    fn read(data: &[u8]) -> Result<Option<Self>, BiffError> {
        data.get(..8).ok_or(BiffError::Cut)?;
        if data[5] != 0 {
            return Ok(None);
        }
        let count = usize::from(data[6]);
        let name = Pieces::one(&data[8..]).characters(count, data[7])?;
        Ok(Some(Self {
            name,
            visible: data[4] & 3 == 0,
            offset: word(data, 0) as usize,
        }))
    }
}

fn need(data: &[u8], bytes: usize) -> Result<u16, BiffError> {
    data.get(..bytes.max(2))
        .map(|data| half(data, 0))
        .ok_or(BiffError::Cut)
}

fn text_cell(text: String) -> Cell {
    if text.is_empty() {
        Cell::Empty
    } else if text.contains('\u{fffd}') {
        Cell::Lost(Loss::Bytes, text)
    } else {
        Cell::Text(text)
    }
}

fn read_cells(record: &Record<'_>, cells: &mut Vec<Placed>) -> Result<(), BiffError> {
    let data = record.data;
    let least = match record.kind {
        NUMBER | FORMULA => 14,
        RK | LABEL_SST => 10,
        MUL_RK | LABEL | RICH_LABEL | BOOL_ERR => 8,
        STRING => {
            if let Some(last) = cells.last_mut().filter(|cell| cell.is_formula) {
                last.value = Value::Text(offset(record.at)?);
            }
            return Ok(());
        }
        _ => return Ok(()),
    };
    data.get(..least).ok_or(BiffError::Cut)?;
    let (row, column, style) = (half(data, 0), half(data, 2), half(data, 4));
    let is_formula = record.kind == FORMULA;
    let mut push = |column, value| {
        cells.push(Placed {
            row,
            column,
            is_formula,
            value,
        })
    };
    match record.kind {
        NUMBER => push(column, Value::Number(double(&data[6..14]), style)),
        RK => push(column, Value::Number(compact(word(data, 6)), style)),
        LABEL_SST => push(column, Value::Shared(word(data, 6))),
        LABEL | RICH_LABEL => push(column, Value::Text(offset(record.at + 6)?)),
        BOOL_ERR if data[7] == 0 => push(column, Value::Bool(data[6] != 0)),
        BOOL_ERR => push(column, Value::Error(data[6])),
        FORMULA => push(column, formula_value(&data[6..14], style)),
        _ => {
            let entries = data[4..data.len() - 2].as_chunks::<6>().0;
            for (step, entry) in (0_u16..).zip(entries) {
                let value = Value::Number(compact(word(entry, 2)), half(entry, 0));
                push(column.saturating_add(step), value);
            }
        }
    }
    Ok(())
}

fn offset(at: usize) -> Result<u32, BiffError> {
    u32::try_from(at).map_err(|_| BiffError::TooMany)
}

/// The stored result of a formula; a text follows in a record of its own.
fn formula_value(bytes: &[u8], style: u16) -> Value {
    if half(bytes, 6) != 0xffff {
        return Value::Number(double(bytes), style);
    }
    match bytes[0] {
        1 => Value::Bool(bytes[2] != 0),
        2 => Value::Error(bytes[2]),
        _ => Value::Nothing,
    }
}

fn double(bytes: &[u8]) -> f64 {
    let mut eight = [0; 8];
    eight.copy_from_slice(&bytes[..8]);
    f64::from_le_bytes(eight)
}

/// A number in 32 bits: the upper 30 of a double or a whole number, perhaps in hundredths.
fn compact(rk: u32) -> f64 {
    let value = if rk & 2 == 0 {
        f64::from_bits(u64::from(rk & !3) << 32)
    } else {
        f64::from(i32::from_le_bytes(rk.to_le_bytes()) >> 2)
    };
    if rk & 1 == 0 { value } else { value / 100.0 }
}

fn read_merged(data: &[u8], merged: &mut Vec<Region>) -> Result<(), BiffError> {
    let count = usize::from(need(data, 2)?);
    for region in data[2..].as_chunks::<8>().0.iter().take(count) {
        let at = |index| u32::from(half(region, index));
        merged.push(((at(0), at(4)), (at(2), at(6))));
    }
    Ok(())
}

fn error_text(code: u8) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0f => "#VALUE!",
        0x17 => "#REF!",
        0x1d => "#NAME?",
        0x24 => "#NUM!",
        _ => "#N/A",
    }
}

/// Whether a number format shows a day.
fn shows_date(format: &str) -> bool {
    let mut plain = String::new();
    let (mut quoted, mut bracket, mut escaped) = (false, false, false);
    for c in format.chars() {
        if escaped {
            escaped = false;
            continue;
        }
        match c {
            '"' => quoted = !quoted,
            '\\' | '_' | '*' if !quoted => escaped = true,
            '[' if !quoted => bracket = true,
            ']' if !quoted => bracket = false,
            _ if !quoted && !bracket => plain.extend(c.to_lowercase()),
            _ => {}
        }
    }
    plain != "general" && (plain.contains('y') || plain.contains('d')) && !plain.contains('#')
}

/// The text of a record at an offset, which may go on in records behind it.
fn text_at(stream: &[u8], at: usize) -> Result<String, BiffError> {
    // The record's own end is found again from its length, which stands before its data.
    let record_start = (at.saturating_sub(6)..=at)
        .rev()
        .filter(|start| matches!(at - start, 0 | 6))
        .find_map(|start| {
            let header = stream.get(start.checked_sub(4)?..start)?;
            let kind = half(header, 0);
            let is_text = matches!((kind, at - start), (STRING, 0) | (LABEL | RICH_LABEL, 6));
            is_text.then(|| (start, usize::from(half(header, 2))))
        });
    let (start, length) = record_start.ok_or(BiffError::Cut)?;
    let data = stream.get(at..start + length).ok_or(BiffError::Cut)?;
    let mut pieces = Pieces::one(data);
    let mut records = Records {
        stream,
        at: start + length,
    };
    pieces.go_on(&mut records)?;
    pieces.string()
}

fn read_strings<'s>(
    stream: &'s [u8],
    records: &mut Records<'s>,
    first: &'s [u8],
) -> Result<Vec<String>, BiffError> {
    let body = first.get(8..).ok_or(BiffError::Cut)?;
    let count = word(first, 4) as usize;
    if count > STRINGS_MAX {
        return Err(BiffError::TooMany);
    }
    let mut pieces = Pieces::one(body);
    let mut ahead = Records {
        stream,
        at: records.at,
    };
    pieces.go_on(&mut ahead)?;
    records.at = ahead.at;
    // Room is made as strings come: the count is the file's own word.
    let mut strings = Vec::new();
    while strings.len() < count && !pieces.at_end() {
        strings.push(pieces.rich_string()?);
    }
    Ok(strings)
}
