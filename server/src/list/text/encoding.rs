//! Which encoding a text list is in, and whether it is in one.

use super::super::error::ListError;
use super::super::place::Place;
use super::guess::guess;
use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

/// The encodings that lists come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TextEncoding {
    /// UTF-8
    Utf8,
    /// UTF-8 that begins with its mark
    Utf8Bom,
    /// GB18030, which contains GBK and GB2312
    Gb18030,
    /// UTF-16, low byte first
    Utf16Le,
    /// UTF-16, high byte first
    Utf16Be,
}

impl TextEncoding {
    /// The name that a clerk finds in the export dialogue.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf8Bom => "UTF-8 BOM",
            Self::Gb18030 => "GB18030",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
        }
    }

    pub(super) fn coder(self) -> &'static Encoding {
        match self {
            Self::Utf8 | Self::Utf8Bom => UTF_8,
            Self::Gb18030 => GB18030,
            Self::Utf16Le => UTF_16LE,
            Self::Utf16Be => UTF_16BE,
        }
    }
}

/// What the bytes were found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) encoding: TextEncoding,
    pub(super) bom_bytes: usize,
    /// NUL bytes that stand singly among text.
    pub(super) zeros: usize,
    /// The last character is incomplete.
    pub(super) cut_in_character: bool,
}

/// A run of NUL bytes this long is not a character of a program but a hole in the file.
const ZEROS_RUN: usize = 64;
/// Bytes at the beginning that tell UTF-16 without a mark.
pub(super) const SAMPLE_BYTES: usize = 64 << 10;
/// So many rows in a hundred may hold bytes that cannot be read; beyond it the encoding is wrong.
const DAMAGED_ROWS_PER_CENT: u64 = 1;

/// NUL bytes at the end: padding of a file that was written in blocks.
pub(super) fn trailing_zeros(bytes: &[u8]) -> usize {
    let zeros = bytes.iter().rev().take_while(|b| **b == 0).count();
    // A single one ends UTF-16 text in a natural way.
    if zeros < 4 { 0 } else { zeros }
}

/// The encoding of a list.
///
/// # Errors
/// Holes, bytes in no known encoding, two encodings in one file.
pub(super) fn detect(bytes: &[u8]) -> Result<Found, ListError> {
    if let Some(found) = by_mark(bytes) {
        let body = &bytes[found.bom_bytes..];
        if found.encoding == TextEncoding::Utf8Bom {
            let inner = by_bytes(body)?;
            if inner.encoding == TextEncoding::Gb18030 {
                let place = Place::row(row_at(body, first_non_ascii(body)));
                return Err(ListError::MixedEncodings {
                    place,
                    before: TextEncoding::Utf8Bom.name(),
                    after: TextEncoding::Gb18030.name(),
                });
            }
            return Ok(Found {
                zeros: inner.zeros,
                cut_in_character: inner.cut_in_character,
                ..found
            });
        }
        return check_utf16(body, found);
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        let found = Found {
            encoding,
            bom_bytes: 0,
            zeros: 0,
            cut_in_character: false,
        };
        return check_utf16(bytes, found);
    }
    by_bytes(bytes)
}

/// The row, from 1, in which a byte stands; line breaks in quotes do not count. Quotes and line
/// ends are no part of a longer character in any of the encodings without NUL.
pub(super) fn row_at(bytes: &[u8], offset: usize) -> u64 {
    let carriage = !bytes.contains(&b'\n');
    let mut quoted = false;
    let mut rows = 1;
    for byte in &bytes[..offset.min(bytes.len())] {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => rows += 1,
            b'\r' if !quoted && carriage => rows += 1,
            _ => {}
        }
    }
    rows
}

fn by_mark(bytes: &[u8]) -> Option<Found> {
    let (encoding, bom_bytes) = match bytes {
        [0xef, 0xbb, 0xbf, ..] => (TextEncoding::Utf8Bom, 3),
        [0xff, 0xfe, ..] => (TextEncoding::Utf16Le, 2),
        [0xfe, 0xff, ..] => (TextEncoding::Utf16Be, 2),
        _ => return None,
    };
    Some(Found {
        encoding,
        bom_bytes,
        zeros: 0,
        cut_in_character: false,
    })
}

/// UTF-16 has a zero in every other byte of its digits and separators.
fn utf16_without_mark(bytes: &[u8]) -> Option<TextEncoding> {
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES)];
    let pairs = sample.as_chunks::<2>().0;
    let low = pairs.iter().filter(|p| p[0] != 0 && p[1] == 0).count();
    let high = pairs.iter().filter(|p| p[0] == 0 && p[1] != 0).count();
    let many = pairs.len() / 8;
    if pairs.len() >= 4 && low > many && low > 8 * high {
        Some(TextEncoding::Utf16Le)
    } else if pairs.len() >= 4 && high > many && high > 8 * low {
        Some(TextEncoding::Utf16Be)
    } else {
        None
    }
}

fn check_utf16(body: &[u8], found: Found) -> Result<Found, ListError> {
    let units = body.as_chunks::<2>().0;
    let (mut zeros, mut run, mut rows) = (0, 0, 1_u64);
    for unit in units {
        let value = if found.encoding == TextEncoding::Utf16Le {
            u16::from_le_bytes(*unit)
        } else {
            u16::from_be_bytes(*unit)
        };
        if value == u16::from(b'\n') {
            rows += 1;
        }
        run = if value == 0 { run + 1 } else { 0 };
        zeros += usize::from(value == 0);
        if run >= ZEROS_RUN {
            return Err(ListError::Zeros {
                place: Place::row(rows),
                bytes: run * 2,
            });
        }
    }
    Ok(Found {
        zeros,
        cut_in_character: !body.len().is_multiple_of(2),
        ..found
    })
}

/// Lines of a file by what they can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Ascii,
    /// Valid, but too little to tell it from chance.
    WeakUtf8,
    Utf8,
    DamagedUtf8,
    Gb,
    DamagedGb,
    Neither,
}

fn by_bytes(bytes: &[u8]) -> Result<Found, ListError> {
    let zeros = check_zeros(bytes)?;
    let found = |encoding, cut_in_character| {
        Ok(Found {
            encoding,
            bom_bytes: 0,
            zeros,
            cut_in_character,
        })
    };
    match std::str::from_utf8(bytes) {
        Ok(_) => return found(TextEncoding::Utf8, false),
        Err(error)
            if error.error_len().is_none()
                && error.valid_up_to() > 0
                && !is_ascii_up_to(bytes, error.valid_up_to()) =>
        {
            return found(TextEncoding::Utf8, true);
        }
        Err(_) => {}
    }
    let mut tally = Tally::default();
    let mut offset = 0;
    for line in bytes.split(|b| *b == b'\n' || *b == b'\r') {
        tally.add(classify(line), offset);
        offset += line.len() + 1;
    }
    if let Some((offset, before, after)) = tally.change {
        let place = Place::row(row_at(bytes, offset));
        return Err(ListError::MixedEncodings {
            place,
            before: before.name(),
            after: after.name(),
        });
    }
    if let Some(bad) = tally.first_bad.filter(|_| tally.is_wrong()) {
        // One incomplete character at the very end is a cut, not damage.
        return Err(ListError::Encoding {
            place: Place::row(row_at(bytes, bad)),
            rows: tally.bad,
            guess: guess(bytes),
        });
    }
    let encoding = tally.encoding.unwrap_or(TextEncoding::Gb18030);
    let cut = tally.bad == 1 && ends_in_character(bytes, encoding);
    found(encoding, cut)
}

#[derive(Default)]
struct Tally {
    lines: u64,
    bad: u64,
    first_bad: Option<usize>,
    encoding: Option<TextEncoding>,
    change: Option<(usize, TextEncoding, TextEncoding)>,
}

impl Tally {
    fn add(&mut self, line: Line, offset: usize) {
        self.lines += 1;
        let (encoding, bad) = match line {
            Line::Ascii | Line::WeakUtf8 => (None, false),
            Line::Utf8 => (Some(TextEncoding::Utf8), false),
            Line::DamagedUtf8 => (Some(TextEncoding::Utf8), true),
            Line::Gb => (Some(TextEncoding::Gb18030), false),
            Line::DamagedGb => (Some(TextEncoding::Gb18030), true),
            Line::Neither => (None, true),
        };
        if bad {
            self.bad += 1;
            self.first_bad.get_or_insert(offset);
        }
        match (self.encoding, encoding) {
            (None, Some(first)) => self.encoding = Some(first),
            (Some(before), Some(after)) if before != after => {
                self.change.get_or_insert((offset, before, after));
            }
            (Some(_) | None, Some(_) | None) => {}
        }
    }

    /// So many lines cannot be read that the encoding is another one.
    fn is_wrong(&self) -> bool {
        self.encoding.is_none() || self.bad > 1 + self.lines * DAMAGED_ROWS_PER_CENT / 100
    }
}

fn classify(line: &[u8]) -> Line {
    if line.is_ascii() {
        return Line::Ascii;
    }
    let (mut wide, mut wrong) = (0_usize, 0_usize);
    for chunk in line.utf8_chunks() {
        wide += chunk.valid().chars().filter(|c| c.len_utf8() >= 3).count();
        wrong += usize::from(!chunk.invalid().is_empty());
    }
    if wrong == 0 {
        return if wide >= 3 {
            Line::Utf8
        } else {
            Line::WeakUtf8
        };
    }
    if wide >= 3 && wide >= 3 * wrong {
        return Line::DamagedUtf8;
    }
    let text = GB18030.decode_without_bom_handling(line).0;
    let unknown = text.chars().filter(|c| *c == '\u{fffd}').count();
    let known = text
        .chars()
        .filter(|c| !c.is_ascii() && *c != '\u{fffd}')
        .count();
    match unknown {
        0 => Line::Gb,
        _ if known >= 3 * unknown => Line::DamagedGb,
        _ => Line::Neither,
    }
}

fn check_zeros(bytes: &[u8]) -> Result<usize, ListError> {
    let mut run = 0;
    for (offset, byte) in bytes.iter().enumerate() {
        run = if *byte == 0 { run + 1 } else { 0 };
        if run == ZEROS_RUN {
            let begin = offset + 1 - ZEROS_RUN;
            let bytes_in_run = bytes[begin..].iter().take_while(|b| **b == 0).count();
            return Err(ListError::Zeros {
                place: Place::row(row_at(bytes, begin)),
                bytes: bytes_in_run,
            });
        }
    }
    Ok(bytes.iter().filter(|b| **b == 0).count())
}

fn is_ascii_up_to(bytes: &[u8], end: usize) -> bool {
    bytes[..end].is_ascii()
}

fn first_non_ascii(bytes: &[u8]) -> usize {
    bytes.iter().position(|b| !b.is_ascii()).unwrap_or(0)
}

/// Whether the only thing wrong is that the last character is incomplete.
fn ends_in_character(bytes: &[u8], encoding: TextEncoding) -> bool {
    let start = bytes
        .iter()
        .rposition(|b| matches!(b, b'\n' | b'\r' | b',' | b'\t'))
        .map_or(0, |p| p + 1);
    let tail = encoding
        .coder()
        .decode_without_bom_handling(&bytes[start..])
        .0;
    tail.ends_with('\u{fffd}') && tail.matches('\u{fffd}').count() == 1
}
