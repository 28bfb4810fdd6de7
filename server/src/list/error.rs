//! Why a list is refused as a whole. The former list stays as it is.

use super::place::Place;
use crate::words::list::ListWords;
use std::error::Error;
use waiqin_protocol::words::{Lang, fill};

/// The error of a library that read a part of the file.
pub type Cause = Box<dyn Error + Send + Sync>;

/// A list that cannot be read. [`ListError::message`] says what, where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// Nothing in the file.
    #[error("the file is empty")]
    Empty,
    /// More bytes than are read.
    #[error("the file has {bytes} bytes, more than {max}")]
    TooLarge {
        /// Bytes of the file.
        bytes: usize,
        /// The bound.
        max: usize,
    },
    /// The bytes are of another kind of file, whatever its name says.
    #[error("the file is {kind:?}, not a list")]
    OtherKind {
        /// What it is.
        kind: OtherKind,
    },
    /// A web page that was named .xls.
    #[error("the file is a web page, not a workbook")]
    WebPage,
    /// Bytes that are no text in any encoding that lists come in.
    #[error("{place}: bytes that are neither UTF-8 nor GB18030")]
    Encoding {
        /// The first such row.
        place: Place,
        /// Rows with such bytes.
        rows: u64,
        /// An encoding in which the header reads.
        guess: Option<&'static str>,
    },
    /// Some rows are UTF-8, others GB18030.
    #[error("{place}: the encoding changes from {before} to {after}")]
    MixedEncodings {
        /// The first row in the other encoding.
        place: Place,
        /// The encoding of the rows before.
        before: &'static str,
        /// The encoding from here on.
        after: &'static str,
    },
    /// Text that was read in the wrong encoding and saved so.
    #[error("{place}: the text is garbled")]
    Garbled {
        /// The header.
        place: Place,
    },
    /// The file ends in the middle.
    #[error("{place}: the file ends here in the middle of a row")]
    Truncated {
        /// The last row.
        place: Place,
    },
    /// The workbook's file is cut or damaged.
    #[error("the workbook cannot be opened")]
    WorkbookDamaged {
        /// Why.
        #[source]
        source: Cause,
    },
    /// A part of the workbook cannot be read.
    #[error("{place}: the sheet cannot be read further")]
    SheetDamaged {
        /// The last row that was read.
        place: Place,
        /// Why.
        #[source]
        source: Cause,
    },
    /// A run of NUL bytes: the medium lost what stood there.
    #[error("{place}: {bytes} NUL bytes")]
    Zeros {
        /// Where they begin.
        place: Place,
        /// How many.
        bytes: usize,
    },
    /// A quoted cell that no quote ends.
    #[error("{place}: the quote is never closed")]
    QuoteOpen {
        /// The cell where it opens.
        place: Place,
    },
    /// Text behind a closing quote.
    #[error("{place}: text behind the closing quote")]
    QuoteBroken {
        /// The cell.
        place: Place,
    },
    /// No row names a case-number column.
    #[error("no column is named 案号")]
    NoNumberColumn {
        /// The row that comes nearest, if any.
        seen: Vec<String>,
    },
    /// Two columns of one name hold the case number or the id.
    #[error("{place}: two columns are named {header}")]
    TwoColumns {
        /// The second of them.
        place: Place,
        /// Their name.
        header: String,
        /// Letters of the first.
        first: String,
    },
    /// A header, and no row below it.
    #[error("the list has a header and no case")]
    NoCases,
    /// Sheets of one workbook that are lists with different columns.
    #[error("the sheets {first} and {second} have different columns")]
    SheetsDiffer {
        /// One sheet.
        first: String,
        /// The other.
        second: String,
    },
    /// More rows than are read.
    #[error("{place}: more than {max} rows")]
    TooManyRows {
        /// The first row too many.
        place: Place,
        /// The bound.
        max: u64,
    },
    /// More columns than are read.
    #[error("{place}: more than {max} columns")]
    TooManyColumns {
        /// The first column too many.
        place: Place,
        /// The bound.
        max: usize,
    },
    /// A cell longer than any spreadsheet's.
    #[error("{place}: a cell of more than {max} characters")]
    CellTooLong {
        /// The cell.
        place: Place,
        /// The bound.
        max: usize,
    },
    /// The cases would need more memory than one import may take.
    #[error("{place}: the text of the list exceeds {max} bytes")]
    TooMuchText {
        /// The row that reached the bound.
        place: Place,
        /// The bound.
        max: usize,
    },
    /// A part that unpacks to far more than a list can hold.
    #[error("the part {part} of the workbook unpacks to more than {max} bytes")]
    Unpacks {
        /// The part of the workbook.
        part: String,
        /// The bound.
        max: u64,
    },
    /// A part that unpacks to far more than its size.
    #[error("the part {part} of the workbook unpacks to more than {times} times its size")]
    Swells {
        /// The part of the workbook.
        part: String,
        /// The bound.
        times: u64,
    },
    /// A part with a document type or entities of its own.
    #[error("the part {part} of the workbook declares entities")]
    Entities {
        /// The part of the workbook.
        part: String,
    },
    /// The archive names a part twice or lets parts overlap.
    #[error("the archive is built in a way no spreadsheet program writes: {part}")]
    OddArchive {
        /// The part.
        part: String,
    },
    /// A password protects the workbook.
    #[error("the workbook is encrypted")]
    Encrypted,
    /// A workbook of a version that is not read (Excel 95 and before).
    #[error("the workbook is of Excel 95 or before")]
    OldWorkbook,
}

/// What a file is when it is no list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OtherKind {
    /// PNG, JPEG, GIF, BMP, TIFF, WebP
    Picture,
    /// PDF
    Pdf,
    /// A text document (Word, RTF)
    Document,
    /// An archive without a workbook, or of another kind
    Archive,
    /// An XML spreadsheet of 2003
    XmlSpreadsheet,
    /// A binary workbook (.xlsb) or one of OpenDocument (.ods)
    OtherWorkbook,
    /// JSON
    Json,
    /// A program
    Program,
}

impl OtherKind {
    fn word(self, words: &'static ListWords) -> &'static str {
        match self {
            Self::Picture => words.kind_picture,
            Self::Pdf => words.kind_pdf,
            Self::Document => words.kind_document,
            Self::Archive => words.kind_archive,
            Self::XmlSpreadsheet => words.kind_xml_spreadsheet,
            Self::OtherWorkbook => words.kind_other_workbook,
            Self::Json => words.kind_json,
            Self::Program => words.kind_program,
        }
    }
}

impl ListError {
    /// The code of the error, for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge { .. } => "too_large",
            Self::OtherKind { .. } => "other_kind",
            Self::WebPage => "web_page",
            Self::Encoding { .. } => "encoding",
            Self::MixedEncodings { .. } => "mixed_encodings",
            Self::Garbled { .. } => "garbled",
            Self::Truncated { .. } => "truncated",
            Self::WorkbookDamaged { .. } => "workbook_damaged",
            Self::SheetDamaged { .. } => "sheet_damaged",
            Self::Zeros { .. } => "zeros",
            Self::QuoteOpen { .. } => "quote_open",
            Self::QuoteBroken { .. } => "quote_broken",
            Self::NoNumberColumn { .. } => "no_number_column",
            Self::TwoColumns { .. } => "two_columns",
            Self::NoCases => "no_cases",
            Self::SheetsDiffer { .. } => "sheets_differ",
            Self::TooManyRows { .. } => "too_many_rows",
            Self::TooManyColumns { .. } => "too_many_columns",
            Self::CellTooLong { .. } => "cell_too_long",
            Self::TooMuchText { .. } => "too_much_text",
            Self::Unpacks { .. } | Self::Swells { .. } => "unpacks",
            Self::Entities { .. } => "entities",
            Self::OddArchive { .. } => "odd_archive",
            Self::Encrypted => "encrypted",
            Self::OldWorkbook => "old_workbook",
        }
    }

    /// What happened, where, that the former list stands, and what to do.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        let words = ListWords::of(lang);
        let what = self.what(words, lang);
        format!("{what}{}", words.former_list_stands)
    }

    fn what(&self, words: &'static ListWords, lang: Lang) -> String {
        match self {
            Self::Empty => words.empty.to_owned(),
            Self::TooLarge { bytes, max } => fill(
                words.too_large,
                &[("size", &megabytes(*bytes)), ("max", &megabytes(*max))],
            ),
            Self::OtherKind { kind } => {
                let text = match kind {
                    OtherKind::XmlSpreadsheet | OtherKind::OtherWorkbook => words.other_workbook,
                    OtherKind::Picture
                    | OtherKind::Pdf
                    | OtherKind::Document
                    | OtherKind::Archive
                    | OtherKind::Json
                    | OtherKind::Program => words.other_kind,
                };
                fill(text, &[("kind", &kind.word(words))])
            }
            Self::WebPage => words.web_page.to_owned(),
            Self::Encoding { place, rows, guess } => {
                let text = if guess.is_some() {
                    words.encoding_guess
                } else {
                    words.encoding
                };
                let guess = guess.unwrap_or_default();
                fill(
                    text,
                    &[
                        ("where", &place.text(lang)),
                        ("rows", rows),
                        ("guess", &guess),
                    ],
                )
            }
            Self::MixedEncodings {
                place,
                before,
                after,
            } => fill(
                words.mixed_encodings,
                &[
                    ("where", &place.text(lang)),
                    ("before", before),
                    ("after", after),
                ],
            ),
            Self::Garbled { place } => at(words.garbled, place, lang),
            Self::Truncated { place } => at(words.truncated, place, lang),
            Self::WorkbookDamaged { .. } => words.workbook_damaged.to_owned(),
            Self::SheetDamaged { place, .. } => at(words.sheet_damaged, place, lang),
            Self::Zeros { place, bytes } => fill(
                words.zeros,
                &[("where", &place.text(lang)), ("bytes", bytes)],
            ),
            Self::QuoteOpen { place } => at(words.quote_open, place, lang),
            Self::QuoteBroken { place } => at(words.quote_broken, place, lang),
            Self::NoNumberColumn { seen } if seen.is_empty() => words.no_header.to_owned(),
            Self::NoNumberColumn { seen } => fill(
                words.no_number_column,
                &[("seen", &seen.join(words.list_comma))],
            ),
            Self::TwoColumns {
                place,
                header,
                first,
            } => fill(
                words.two_columns,
                &[
                    ("where", &place.text(lang)),
                    ("header", header),
                    ("first", first),
                ],
            ),
            Self::NoCases => words.no_cases.to_owned(),
            Self::SheetsDiffer { first, second } => {
                fill(words.sheets_differ, &[("first", first), ("second", second)])
            }
            Self::TooManyRows { place, max } => bound(words.too_many_rows, place, max, lang),
            Self::TooManyColumns { place, max } => bound(words.too_many_columns, place, max, lang),
            Self::CellTooLong { place, max } => bound(words.cell_too_long, place, max, lang),
            Self::TooMuchText { place, max } => {
                bound(words.too_much_text, place, &megabytes(*max), lang)
            }
            Self::Unpacks { part, max } => {
                fill(words.unpacks, &[("part", part), ("max", &(max >> 20))])
            }
            Self::Swells { part, times } => fill(words.swells, &[("part", part), ("times", times)]),
            Self::Entities { part } => fill(words.entities, &[("part", part)]),
            Self::OddArchive { part } => fill(words.odd_archive, &[("part", part)]),
            Self::Encrypted => words.encrypted.to_owned(),
            Self::OldWorkbook => words.old_workbook.to_owned(),
        }
    }
}

fn at(text: &str, place: &Place, lang: Lang) -> String {
    fill(text, &[("where", &place.text(lang))])
}

fn bound(text: &str, place: &Place, max: &dyn std::fmt::Display, lang: Lang) -> String {
    fill(text, &[("where", &place.text(lang)), ("max", max)])
}

fn megabytes(bytes: usize) -> String {
    format!("{:.1} MB", bytes as f64 / f64::from(1 << 20))
}
