//! Lists made by hand for the tests of the import: workbooks with the zip crate alone, so that they
//! share no code with what reads them.
#![allow(dead_code, reason = "each test crate uses its part")]
#![allow(clippy::unwrap_used, reason = "a crate of tests")]

pub mod old_workbook;

use chrono::NaiveDate;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use waiqin_server::list::{Known, Limits, ListError, ReadList, read_list};
use zip::write::SimpleFileOptions;

pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()
}

pub fn read(name: &str, bytes: &[u8]) -> Result<ReadList, ListError> {
    read_list(name, bytes, today(), &Limits::default())
}

pub fn known(list: &ReadList) -> Vec<Known> {
    list.cases
        .iter()
        .map(|case| Known {
            case: case.clone(),
            former_numbers: Vec::new(),
            absent: 0,
        })
        .collect()
}

/// A cell of a workbook.
#[derive(Clone, Debug)]
pub enum X {
    /// Inline text
    T(String),
    /// A number
    N(f64),
    /// A number shown as a date
    D(f64),
    /// A formula with its stored result
    F(&'static str, Option<&'static str>),
    /// An error value
    E(&'static str),
    /// Nothing
    Nil,
}

pub fn t(text: &str) -> X {
    if text.is_empty() {
        X::Nil
    } else {
        X::T(text.to_owned())
    }
}

pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\n', "&#10;")
}

pub fn letters(mut column: usize) -> String {
    let mut out = String::new();
    loop {
        out.insert(0, char::from(b'A' + u8::try_from(column % 26).unwrap()));
        if column < 26 {
            return out;
        }
        column = column / 26 - 1;
    }
}

/// The XML of a sheet; `merged` are references such as `A1:S1`.
pub fn sheet_xml(rows: &[Vec<X>], merged: &[&str]) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>",
    );
    for (row, cells) in rows.iter().enumerate() {
        write!(xml, "<row r=\"{}\">", row + 1).unwrap();
        for (column, cell) in cells.iter().enumerate() {
            let at = format!("{}{}", letters(column), row + 1);
            match cell {
                X::Nil => {}
                X::T(text) => write!(
                    xml,
                    "<c r=\"{at}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
                    escape(text)
                )
                .unwrap(),
                X::N(value) => write!(xml, "<c r=\"{at}\"><v>{value:e}</v></c>").unwrap(),
                X::D(value) => write!(xml, "<c r=\"{at}\" s=\"1\"><v>{value}</v></c>").unwrap(),
                X::F(formula, None) => write!(xml, "<c r=\"{at}\"><f>{formula}</f></c>").unwrap(),
                X::F(formula, Some(value)) => write!(
                    xml,
                    "<c r=\"{at}\" t=\"str\"><f>{formula}</f><v>{value}</v></c>"
                )
                .unwrap(),
                X::E(value) => write!(xml, "<c r=\"{at}\" t=\"e\"><v>{value}</v></c>").unwrap(),
            }
        }
        xml.push_str("</row>");
    }
    xml.push_str("</sheetData>");
    if !merged.is_empty() {
        write!(xml, "<mergeCells count=\"{}\">", merged.len()).unwrap();
        for region in merged {
            write!(xml, "<mergeCell ref=\"{region}\"/>").unwrap();
        }
        xml.push_str("</mergeCells>");
    }
    xml.push_str("</worksheet>");
    xml
}

/// An .xlsx with these sheets: name, XML, visible.
pub fn workbook(sheets: &[(&str, String, bool)]) -> Vec<u8> {
    workbook_with(sheets, &[], false)
}

/// The same with further parts, and counting from 1904 where asked.
pub fn workbook_with(
    sheets: &[(&str, String, bool)],
    more: &[(&str, Vec<u8>)],
    from_1904: bool,
) -> Vec<u8> {
    let mut names = String::new();
    let mut links = String::new();
    let mut types = String::new();
    for (index, (name, _, visible)) in sheets.iter().enumerate() {
        let state = if *visible { "visible" } else { "hidden" };
        let n = index + 1;
        write!(
            names,
            "<sheet name=\"{name}\" sheetId=\"{n}\" state=\"{state}\" r:id=\"rId{n}\"/>"
        )
        .unwrap();
        write!(links, "<Relationship Id=\"rId{n}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>").unwrap();
        write!(types, "<Override PartName=\"/xl/worksheets/sheet{n}.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>").unwrap();
    }
    let properties = if from_1904 {
        "<workbookPr date1904=\"1\"/>"
    } else {
        "<workbookPr/>"
    };
    let mut parts: Vec<(String, Vec<u8>)> = vec![
        ("[Content_Types].xml".to_owned(), format!("<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>{types}</Types>").into_bytes()),
        ("_rels/.rels".to_owned(), b"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>".to_vec()),
        ("xl/workbook.xml".to_owned(), format!("<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">{properties}<sheets>{names}</sheets></workbook>").into_bytes()),
        ("xl/_rels/workbook.xml.rels".to_owned(), format!("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{links}</Relationships>").into_bytes()),
        ("xl/styles.xml".to_owned(), b"<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>".to_vec()),
    ];
    for (index, (_, xml, _)) in sheets.iter().enumerate() {
        parts.push((
            format!("xl/worksheets/sheet{}.xml", index + 1),
            xml.clone().into_bytes(),
        ));
    }
    for (name, bytes) in more {
        parts.retain(|part| part.0 != *name);
        parts.push(((*name).to_owned(), bytes.clone()));
    }
    archive(&parts)
}

pub fn archive(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer
            .start_file(name.as_str(), SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A workbook of one sheet.
pub fn xlsx(rows: &[Vec<X>]) -> Vec<u8> {
    workbook(&[("清单", sheet_xml(rows, &[]), true)])
}

/// Text rows as cells.
pub fn cells(rows: &[&[&str]]) -> Vec<Vec<X>> {
    rows.iter()
        .map(|row| row.iter().map(|text| t(text)).collect())
        .collect()
}

pub fn gb(text: &str) -> Vec<u8> {
    let (bytes, _, unknown) = encoding_rs::GB18030.encode(text);
    assert!(!unknown, "every character has a place in GB18030");
    bytes.into_owned()
}

pub fn utf16le(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

pub const HEADER: &str = "案件标识,案号,立案日期,被执行人,证件号码,执行标的金额(元),剩余执行标的金额,承办人,当前案件止停缓标志,结案日期,结案方式";

/// A list of so many plain cases.
pub fn plain_list(cases: u32) -> String {
    let mut text = format!("{HEADER}\r\n");
    for n in 1..=cases {
        writeln!(text, "44011500{n:08},（2019）粤0115执{n}号,2019-01-21,梁某冰,440115199003071238,98600.00,98600.00,王法官,,,\r").unwrap();
    }
    text
}
