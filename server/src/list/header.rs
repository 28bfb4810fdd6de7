//! The header of a list: which column is which field (DOMAIN §6.1), by the names that exports use.

pub use super::field::Field;

use super::cell::{Cell, is_invisible};
use std::collections::{BTreeMap, BTreeSet};
use waiqin_protocol::numbers::money::Unit;

/// One column of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What it holds; `None` for a column that no field knows, which is kept by its header.
    pub field: Option<Field>,
    /// The header as written, or the column's letters where there is none.
    pub header: String,
    /// The unit that the header names for its amounts.
    pub unit: Unit,
}

/// The columns of a list, found in one row or in two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// In the order of the sheet.
    pub columns: Vec<Column>,
    /// Where each field stands, by its place in [`Field::ALL`].
    positions: [Option<usize>; Field::ALL.len()],
    /// The plain headers, for comparing with a row that repeats them.
    plain: Vec<String>,
}

/// Why a row that looks like a header is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderFault {
    /// Two columns claim to be the case number or the id; their indices.
    Twice(Field, usize, usize),
}

impl Header {
    /// The columns of a row that names the case number; `None` when it names none.
    ///
    /// # Errors
    /// Two columns of the same name hold the number or the id.
    pub fn read(cells: &[Cell]) -> Option<Result<Self, HeaderFault>> {
        let plain: Vec<String> = cells.iter().map(plain_of_cell).collect();
        let names_number = plain
            .iter()
            .any(|p| matches!(Field::of_header(p), Some((Field::Number, _))));
        names_number.then(|| Self::from_plain(plain, cells))
    }

    /// How many columns of a row have a known name.
    #[must_use]
    pub fn known_in(cells: &[Cell]) -> usize {
        cells
            .iter()
            .filter(|cell| Field::of_header(&plain_of_cell(cell)).is_some())
            .count()
    }

    /// Whether a row repeats this header: as printed pages do.
    #[must_use]
    pub fn is_repeated_by(&self, cells: &[Cell]) -> bool {
        let mut same = 0;
        let mut other = 0;
        for (index, cell) in cells
            .iter()
            .enumerate()
            .filter(|(_, cell)| !cell.is_blank())
        {
            match self.plain.get(index) {
                Some(plain) if !plain.is_empty() && *plain == plain_of_cell(cell) => same += 1,
                Some(_) | None => other += 1,
            }
        }
        same >= 2 && same > other
    }

    /// Whether a row is this header, cell by cell.
    #[must_use]
    pub fn is_same_as(&self, cells: &[Cell]) -> bool {
        cells.iter().enumerate().all(|(index, cell)| {
            cell.is_blank()
                || self
                    .plain
                    .get(index)
                    .is_some_and(|plain| *plain == plain_of_cell(cell))
        })
    }

    /// The second row of a two-row header, when this is one: names below the groups of the first.
    #[must_use]
    pub fn with_second_row(&self, cells: &[Cell]) -> Option<Self> {
        let number = self.position(Field::Number)?;
        let number_cell = cells.get(number).map(plain_of_cell).unwrap_or_default();
        if !number_cell.is_empty()
            && Field::of_header(&number_cell).map(|f| f.0) != Some(Field::Number)
        {
            return None;
        }
        let filled: Vec<String> = cells
            .iter()
            .map(plain_of_cell)
            .filter(|plain| !plain.is_empty())
            .collect();
        let known = filled
            .iter()
            .filter(|plain| Field::of_header(plain).is_some())
            .count();
        if known == 0 || known * 2 < filled.len() {
            return None;
        }
        let mut merged = self.plain.clone();
        merged.resize(merged.len().max(cells.len()), String::new());
        let mut shown: Vec<Cell> = self
            .columns
            .iter()
            .map(|c| Cell::Text(c.header.clone()))
            .collect();
        shown.resize(merged.len(), Cell::Empty);
        for (index, cell) in cells
            .iter()
            .enumerate()
            .filter(|(_, cell)| !cell.is_blank())
        {
            let below = plain_of_cell(cell);
            let above_known = Field::of_header(&merged[index]).is_some();
            if Field::of_header(&below).is_some() || !above_known {
                shown[index] = cell.clone();
                merged[index] = below;
            }
        }
        Self::from_plain(merged, &shown).ok()
    }

    /// Index of the column that holds a field.
    #[must_use]
    pub fn position(&self, field: Field) -> Option<usize> {
        self.positions[field as usize]
    }

    /// Every field that the list has a column for.
    #[must_use]
    pub fn fields(&self) -> BTreeSet<Field> {
        self.columns
            .iter()
            .filter_map(|column| column.field)
            .collect()
    }

    /// Index behind the last column with a header.
    #[must_use]
    pub fn width(&self) -> usize {
        self.plain
            .iter()
            .rposition(|plain| !plain.is_empty())
            .map_or(0, |last| last + 1)
    }

    fn from_plain(plain: Vec<String>, cells: &[Cell]) -> Result<Self, HeaderFault> {
        let mut best: BTreeMap<Field, (usize, usize)> = BTreeMap::new();
        for (index, name) in plain.iter().enumerate() {
            let Some((field, rank)) = Field::of_header(name) else {
                continue;
            };
            match best.get(&field) {
                Some((first, known))
                    if *known == rank && matches!(field, Field::Number | Field::Id) =>
                {
                    return Err(HeaderFault::Twice(field, *first, index));
                }
                Some((_, known)) if *known <= rank => {}
                Some(_) | None => {
                    best.insert(field, (index, rank));
                }
            }
        }
        let lone_receipt = !best.contains_key(&Field::ReceivedOn);
        let mut seen = BTreeMap::<String, usize>::new();
        let columns = plain
            .iter()
            .enumerate()
            .map(|(index, name)| {
                let named = Field::of_header(name).map(|f| f.0);
                let field = named.filter(|field| {
                    field.may_repeat() || best.get(field).is_some_and(|b| b.0 == index)
                });
                // 受理 beside 立案 is the day of receipt.
                let receipt = field.is_none() && lone_receipt && name.starts_with("受理");
                let field = if receipt {
                    Some(Field::ReceivedOn)
                } else {
                    field
                };
                let text = cells.get(index).map(Cell::shown).unwrap_or_default();
                let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                let header = if name.is_empty() {
                    super::cell::column_letters(index)
                } else {
                    text
                };
                let times = seen.entry(header.clone()).or_insert(0);
                *times += 1;
                let header = if *times > 1 {
                    format!("{header} ({times})")
                } else {
                    header
                };
                Column {
                    field,
                    unit: unit_of_header(&header),
                    header,
                }
            })
            .collect::<Vec<Column>>();
        let mut positions = [None; Field::ALL.len()];
        for (index, column) in columns.iter().enumerate().rev() {
            if let Some(field) = column.field {
                positions[field as usize] = Some(index);
            }
        }
        Ok(Self {
            columns,
            positions,
            plain,
        })
    }
}

/// A header as it is compared: no white space, no unit in brackets, no marks, half-width, capitals.
#[must_use]
pub fn plain_header(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        let c = match c {
            '（' | '【' | '[' | '〔' => '(',
            '）' | '】' | ']' | '〕' => ')',
            '\u{ff01}'..='\u{ff5e}' => {
                char::from_u32(u32::from(c) - 0xfee0).expect("full-width forms map to ASCII")
            }
            '號' => '号',
            '執' => '执',
            '財' => '财',
            '請' => '请',
            '標' => '标',
            '額' => '额',
            other => other,
        };
        if !c.is_whitespace() && !is_invisible(c) && !matches!(c, '*' | ':' | '\'' | '"') {
            plain.extend(c.to_uppercase());
        }
    }
    if let Some(open) = plain.find('(')
        && plain.ends_with(')')
        && open > 0
    {
        plain.truncate(open);
    }
    plain
}

fn plain_of_cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) if text.len() <= HEADER_BYTES_MAX => plain_header(text),
        Cell::Text(_) | Cell::Empty | Cell::Number(_) | Cell::Serial { .. } | Cell::Lost(..) => {
            String::new()
        }
    }
}

/// The longest text that can be a header.
const HEADER_BYTES_MAX: usize = 200;

fn unit_of_header(header: &str) -> Unit {
    if header.contains("亿元") {
        Unit::YiYuan
    } else if header.contains("万元") {
        Unit::WanYuan
    } else {
        Unit::Yuan
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(texts: &[&str]) -> Vec<Cell> {
        texts
            .iter()
            .map(|t| {
                if t.is_empty() {
                    Cell::Empty
                } else {
                    Cell::Text((*t).to_owned())
                }
            })
            .collect()
    }

    #[test]
    fn no_name_belongs_to_two_fields() {
        let mut seen = BTreeMap::new();
        for field in Field::ALL {
            for name in field.headers() {
                assert_eq!(
                    plain_header(name),
                    *name,
                    "{name} is not written as it is compared"
                );
                assert_eq!(seen.insert(*name, field), None, "{name} twice");
            }
        }
    }

    #[test]
    fn a_unit_in_the_header_counts() {
        for (text, unit) in [
            ("执行标的金额(元)", Unit::Yuan),
            ("执行标的金额（万元）", Unit::WanYuan),
            (" 标的额 ( 万元 ) ", Unit::WanYuan),
        ] {
            let header = Header::read(&row(&["案号", text])).unwrap().unwrap();
            assert_eq!(header.columns[1].field, Some(Field::Amount), "{text}");
            assert_eq!(header.columns[1].unit, unit, "{text}");
        }
    }

    #[test]
    fn the_most_telling_name_wins_and_the_other_column_is_kept() {
        let header = Header::read(&row(&["案件编号", "案号", "原执行案号", "首次执行案号"]));
        let header = header.unwrap().unwrap();
        let fields: Vec<_> = header.columns.iter().map(|c| c.field).collect();
        assert_eq!(
            fields,
            [None, Some(Field::Number), None, Some(Field::FirstCase)]
        );
    }

    #[test]
    fn two_columns_of_the_same_name_are_ambiguous_for_the_number() {
        let header = Header::read(&row(&["案号", "立案日期", "案号"])).unwrap();
        assert_eq!(header, Err(HeaderFault::Twice(Field::Number, 0, 2)));
    }

    #[test]
    fn a_second_row_names_the_columns_below_a_group() {
        let first = Header::read(&row(&["案号", "当事人", "", "标的", ""]))
            .unwrap()
            .unwrap();
        let both = first
            .with_second_row(&row(&[
                "",
                "申请执行人",
                "被执行人",
                "执行标的金额(万元)",
                "剩余标的",
            ]))
            .unwrap();
        let fields: Vec<_> = both.columns.iter().map(|c| c.field.unwrap()).collect();
        assert_eq!(
            fields,
            [
                Field::Number,
                Field::Applicants,
                Field::Debtors,
                Field::Amount,
                Field::Remaining
            ]
        );
        assert_eq!(both.columns[3].unit, Unit::WanYuan);
        assert!(
            first
                .with_second_row(&row(&["（2019）粤0115执1号", "梁某", "封某", "1", "1"]))
                .is_none()
        );
    }
}
