//! Text that reads as no list: whether its encoding is to blame, and which it may be.

use super::super::cell::Cell;
use super::super::error::ListError;
use super::super::header::{Field, Header, plain_header};
use super::super::intake::HEADER_ROWS_MAX;
use super::super::place::Place;
use super::encoding::{Found, SAMPLE_BYTES};
use encoding_rs::{
    BIG5, EUC_KR, Encoding, GB18030, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252,
};

/// What to say when no row of the text is a header: perhaps the encoding is to blame.
pub(super) fn explain_missing_header(text: &[u8], found: &Found, seen: Vec<String>) -> ListError {
    let sample = &text[..text.len().min(SAMPLE_BYTES)];
    let decoded = found.encoding.coder().decode_without_bom_handling(sample).0;
    let lines: Vec<&str> = decoded.split(['\n', '\r']).take(HEADER_ROWS_MAX).collect();
    for (index, line) in lines.iter().enumerate() {
        if is_garbled_header(line) {
            return ListError::Garbled {
                place: Place::row(index as u64 + 1),
            };
        }
    }
    if let Some(guess) = encoding_of_header(sample, found.encoding.coder()) {
        return ListError::Encoding {
            place: Place::row(1),
            rows: lines.len() as u64,
            guess: Some(guess),
        };
    }
    ListError::NoNumberColumn { seen }
}

/// Another encoding under which the header reads, or the one that the bytes look like.
pub(super) fn guess(bytes: &[u8]) -> Option<&'static str> {
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES)];
    if let Some(name) = encoding_of_header(sample, UTF_8) {
        return Some(name);
    }
    let mut detector = chardetng::EncodingDetector::new();
    detector.feed(sample, bytes.len() == sample.len());
    let encoding = detector.guess(None, false);
    (encoding != GB18030 && encoding != encoding_rs::GBK && encoding != WINDOWS_1252)
        .then(|| encoding.name())
}

fn encoding_of_header(sample: &[u8], except: &'static Encoding) -> Option<&'static str> {
    [GB18030, BIG5, SHIFT_JIS, EUC_KR, UTF_16LE, UTF_16BE, UTF_8]
        .into_iter()
        .filter(|encoding| *encoding != except)
        .find(|encoding| {
            let text = encoding.decode_without_bom_handling(sample).0;
            text.split(['\n', '\r'])
                .take(HEADER_ROWS_MAX)
                .any(names_number)
        })
        .map(Encoding::name)
}

fn names_number(line: &str) -> bool {
    let cells: Vec<Cell> = line
        .split([',', '\t', ';', '|'])
        .map(|c| Cell::Text(c.trim_matches('"').to_owned()))
        .collect();
    Header::read(&cells).is_some()
}

/// A header that was decoded with the wrong encoding once and saved: 案号 as 妗堝彿, as æ¡ˆå�·, as °¸ºÅ.
fn is_garbled_header(line: &str) -> bool {
    line.split([',', '\t', ';', '|']).any(|cell| {
        [
            (GB18030, UTF_8),
            (WINDOWS_1252, UTF_8),
            (WINDOWS_1252, GB18030),
        ]
        .into_iter()
        .any(|(wrong, right)| {
            let cell = cell.trim().trim_matches('"');
            if cell.is_ascii() {
                return false;
            }
            let (bytes, _, _) = wrong.encode(cell);
            let (text, _, _) = right.decode(&bytes);
            // The last character of a cell is often lost on the way: the beginning tells.
            let plain = plain_header(text.trim_end_matches(['\u{fffd}', '?']));
            Field::of_header(&plain).is_some()
                || (plain.chars().count() >= 3
                    && Field::ALL
                        .into_iter()
                        .flat_map(Field::headers)
                        .any(|name| name.starts_with(&plain)))
        })
    })
}
