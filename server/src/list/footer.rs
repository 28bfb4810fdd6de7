//! Rows of totals and remarks below a list.

use super::cell::Cell;
use super::header::{Field, Header};
use super::merge;
use super::number::read_number;

/// A row of totals or remarks, and how many cases it speaks of.
pub(super) fn read_footer(header: &Header, cells: &[Cell], this_year: i32) -> Option<Option<u64>> {
    const WORDS: [&str; 12] = [
        "合计",
        "总计",
        "小计",
        "共计",
        "本页",
        "统计时间",
        "制表",
        "打印",
        "导出",
        "填表",
        "以下空白",
        "备注:",
    ];
    let (first, cell) = cells
        .iter()
        .enumerate()
        .find(|(_, cell)| !cell.is_blank())?;
    let text = super::header::plain_header(&cell.shown()).replace('：', ":");
    let raw = merge::squeezed(&cell.shown());
    let counts = counted_cases(&raw);
    let worded = WORDS
        .iter()
        .any(|word| raw.starts_with(word) || text.starts_with(word));
    let paged = raw.starts_with('第') && raw.contains('页');
    let people = [
        Field::Applicants,
        Field::Debtors,
        Field::Parties,
        Field::Officer,
    ];
    let among_people = people
        .iter()
        .any(|field| header.position(*field) == Some(first));
    if among_people || !(worded || paged || counts.is_some()) {
        return None;
    }
    let number = header
        .position(Field::Number)
        .and_then(|column| cells.get(column));
    if number.is_some_and(|cell| read_number(cell, this_year).is_ok()) {
        return None;
    }
    Some(
        cells
            .iter()
            .find_map(|cell| counted_cases(&merge::squeezed(&cell.shown()))),
    )
}

/// 共300件 counts 300 cases.
fn counted_cases(text: &str) -> Option<u64> {
    let rest = text.strip_prefix("合计").unwrap_or(text);
    let rest = rest.strip_prefix(['共', '计'])?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let unit = rest[digits.len()..].chars().next()?;
    matches!(unit, '件' | '条' | '宗' | '案')
        .then(|| digits.parse().ok())
        .flatten()
}
