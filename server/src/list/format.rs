//! What kind of file a list comes in. The bytes decide, not the name.

use super::error::{ListError, OtherKind};
use super::text::TextEncoding;
use serde::Serialize;

/// The form in which a list was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Format {
    /// The kind of file.
    pub kind: FormatKind,
    /// The encoding of a text file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<TextEncoding>,
    /// What separates the cells of a text file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub separator: Option<char>,
}

/// A kind of file that lists come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FormatKind {
    /// Text with separators
    Csv,
    /// Text with tabs
    Tsv,
    /// A workbook of Excel 2007 and later
    Xlsx,
    /// A workbook of Excel 97 to 2003
    Xls,
}

impl Format {
    pub(crate) fn text(encoding: TextEncoding, separator: char) -> Self {
        let kind = if separator == '\t' {
            FormatKind::Tsv
        } else {
            FormatKind::Csv
        };
        Self {
            kind,
            encoding: Some(encoding),
            separator: Some(separator),
        }
    }

    pub(crate) fn workbook(kind: FormatKind) -> Self {
        Self {
            kind,
            encoding: None,
            separator: None,
        }
    }
}

impl FormatKind {
    /// The kind in a word, for the preview.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Tsv => "TSV",
            Self::Xlsx => "XLSX",
            Self::Xls => "XLS",
        }
    }

    /// Whether a file name promises this kind; names without a known ending promise nothing.
    pub(crate) fn suits(self, file_name: &str) -> bool {
        let ending = file_name
            .rsplit_once('.')
            .map(|(_, e)| e.to_ascii_lowercase());
        match ending.as_deref() {
            Some("csv") => self == Self::Csv,
            Some("tsv") => self == Self::Tsv,
            Some("txt") => matches!(self, Self::Csv | Self::Tsv),
            Some("xlsx" | "xlsm") => self == Self::Xlsx,
            Some("xls" | "et") => self == Self::Xls,
            Some(_) | None => true,
        }
    }
}

/// What the first bytes tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sniffed {
    Zip,
    Compound,
    Text,
}

/// Tells workbooks from text by the bytes.
///
/// # Errors
/// Any other kind of file, by name.
pub(crate) fn sniff(bytes: &[u8]) -> Result<Sniffed, ListError> {
    const MAGIC: [(&[u8], OtherKind); 19] = [
        (b"\x89PNG", OtherKind::Picture),
        (b"\xff\xd8\xff", OtherKind::Picture),
        (b"GIF8", OtherKind::Picture),
        (b"BM\x36", OtherKind::Picture),
        (b"II*\0", OtherKind::Picture),
        (b"MM\0*", OtherKind::Picture),
        (b"RIFF", OtherKind::Picture),
        (b"%PDF", OtherKind::Pdf),
        (b"{\\rtf", OtherKind::Document),
        (b"Rar!", OtherKind::Archive),
        (b"7z\xbc\xaf", OtherKind::Archive),
        (b"\x1f\x8b", OtherKind::Archive),
        (b"BZh", OtherKind::Archive),
        (b"\xfd7zXZ", OtherKind::Archive),
        (b"\x28\xb5\x2f\xfd", OtherKind::Archive),
        (b"SQLite format 3", OtherKind::Program),
        (b"MZ\x90", OtherKind::Program),
        (b"\x7fELF", OtherKind::Program),
        (b"\xca\xfe\xba\xbe", OtherKind::Program),
    ];
    if let Some((_, kind)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(ListError::OtherKind { kind: *kind });
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Ok(Sniffed::Zip);
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Ok(Sniffed::Compound);
    }
    // Workbooks before Excel 5 begin with the record that opens them.
    if let [0x09, 0x00 | 0x02 | 0x04, 0x04 | 0x06, 0x00, ..] = bytes {
        return Err(ListError::OldWorkbook);
    }
    match marked_up(bytes) {
        Some(error) => Err(error),
        None => Ok(Sniffed::Text),
    }
}

/// Web pages and XML that were given the name of a list.
fn marked_up(bytes: &[u8]) -> Option<ListError> {
    let head = &bytes[..bytes.len().min(4096)];
    let plain: Vec<u8> = head
        .iter()
        .filter(|b| **b != 0 && b.is_ascii())
        .map(u8::to_ascii_lowercase)
        .collect();
    let start = plain.iter().position(|b| !b.is_ascii_whitespace())?;
    let plain = &plain[start..];
    let has = |word: &[u8]| plain.windows(word.len()).any(|w| w == word);
    if plain.starts_with(b"<") {
        if has(b"urn:schemas-microsoft-com:office:spreadsheet") && !has(b"<html") {
            return Some(ListError::OtherKind {
                kind: OtherKind::XmlSpreadsheet,
            });
        }
        if has(b"<html")
            || has(b"<!doctype html")
            || has(b"<table")
            || has(b"<head")
            || has(b"<div")
        {
            return Some(ListError::WebPage);
        }
        if plain.starts_with(b"<?xml") {
            return Some(ListError::OtherKind {
                kind: OtherKind::XmlSpreadsheet,
            });
        }
    }
    if plain.starts_with(b"mime-version:") {
        return Some(ListError::WebPage);
    }
    let json = plain.starts_with(b"{\"") || plain.starts_with(b"[{");
    json.then_some(ListError::OtherKind {
        kind: OtherKind::Json,
    })
}
