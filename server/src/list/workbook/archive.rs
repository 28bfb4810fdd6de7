//! The archive around an .xlsx workbook, looked over before the spreadsheet library opens it: that
//! library's memory has no bound of its own, so every part is unpacked here first, counted and
//! thrown away.

use super::super::error::{ListError, OtherKind};
use super::super::limits::Limits;
use super::scan::{Scan, ScanFault};
use std::collections::BTreeSet;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Parts of a workbook.
const PARTS_MAX: usize = 2_000;
/// Bytes of a part that is neither a sheet nor the shared strings (styles, relations, theme …).
const SMALL_PART_BYTES_MAX: u64 = 8 << 20;
/// Bytes of a part that is no XML: pictures.
const OTHER_PART_BYTES_MAX: u64 = 64 << 20;
/// Elements of such a part: a workbook has at most 64,000 styles.
const SMALL_PART_ELEMENTS_MAX: u64 = 300_000;
/// Shared strings.
const STRINGS_MAX: u64 = 2_500_000;
/// Merged regions of all sheets.
const MERGES_MAX: u64 = 200_000;
/// A part may be this many times as large unpacked, once it is larger than `RATIO_FROM_BYTES`.
const RATIO_MAX: u64 = 200;
const RATIO_FROM_BYTES: u64 = 16 << 20;
/// Bytes at the beginning of the shared strings in which their count stands.
const HEAD_BYTES: usize = 16 << 10;
const BUFFER_BYTES: usize = 64 << 10;

/// What the look over the archive found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Looked {
    /// Merged regions of all sheets.
    pub(super) merges: u64,
    /// Parts that are sheets.
    pub(super) sheets: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Sheet,
    Strings,
    Small,
    Other,
}

/// Unpacks and bounds every part.
///
/// # Errors
/// An archive that is damaged, is no workbook, or unpacks to more than a list can hold.
pub(super) fn look_over(bytes: &[u8], limits: &Limits) -> Result<Looked, ListError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let names = names(&mut archive)?;
    let overlaps = archive.has_overlapping_entries().map_err(damaged)?;
    if overlaps || archive.has_duplicate_names() {
        return Err(ListError::OddArchive {
            part: String::from("zip"),
        });
    }
    let sheets = names
        .iter()
        .filter(|name| kind_of(name) == Part::Sheet)
        .count();
    let mut looked = Looked {
        sheets,
        ..Looked::default()
    };
    let mut total = 0;
    for (index, name) in names.iter().enumerate() {
        let left = limits.decoded_bytes_max - total;
        total += look_over_part(&mut archive, index, name, left, limits, &mut looked)?;
    }
    if looked.merges > MERGES_MAX {
        return Err(ListError::OddArchive {
            part: String::from("mergeCells"),
        });
    }
    Ok(looked)
}

fn names(archive: &mut ZipArchive<Cursor<&[u8]>>) -> Result<Vec<String>, ListError> {
    if archive.len() > PARTS_MAX {
        return Err(ListError::OddArchive {
            part: String::from("zip"),
        });
    }
    let mut names = Vec::with_capacity(archive.len());
    let mut seen = BTreeSet::new();
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(damaged)?;
        let name = part
            .name()
            .map_err(damaged)?
            .replace('\\', "/")
            .to_lowercase();
        if !seen.insert(name.clone()) {
            return Err(ListError::OddArchive { part: name });
        }
        names.push(name);
    }
    let has = |prefix: &str| names.iter().any(|name| name.starts_with(prefix));
    if has("xl/workbook.bin") || has("mimetype") || has("content.xml") {
        return Err(ListError::OtherKind {
            kind: OtherKind::OtherWorkbook,
        });
    }
    if has("word/") || has("ppt/") || has("ofd.xml") {
        return Err(ListError::OtherKind {
            kind: OtherKind::Document,
        });
    }
    if !has("xl/") {
        return Err(ListError::OtherKind {
            kind: OtherKind::Archive,
        });
    }
    Ok(names)
}

fn look_over_part(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    index: usize,
    name: &str,
    left: u64,
    limits: &Limits,
    looked: &mut Looked,
) -> Result<u64, ListError> {
    let kind = kind_of(name);
    let bound = match kind {
        Part::Sheet => left,
        Part::Strings => limits.strings_bytes_max.min(left),
        Part::Small => SMALL_PART_BYTES_MAX.min(left),
        Part::Other => OTHER_PART_BYTES_MAX.min(left),
    };
    let unpacks = |max| ListError::Unpacks {
        part: name.to_owned(),
        max,
    };
    let mut part = archive.by_index(index).map_err(damaged)?;
    if part.encrypted() {
        return Err(ListError::Encrypted);
    }
    let packed = part.compressed_size().max(1);
    if part.size() > bound {
        return Err(unpacks(bound));
    }
    let mut scan = Scan::new(matches!(kind, Part::Sheet | Part::Strings));
    let mut head = Vec::new();
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut bytes = 0_u64;
    loop {
        let read = part.read(&mut buffer).map_err(damaged)?;
        if read == 0 {
            break;
        }
        let piece = &buffer[..read];
        bytes += read as u64;
        if bytes > bound {
            return Err(unpacks(bound));
        }
        if bytes > RATIO_FROM_BYTES && bytes / packed > RATIO_MAX {
            return Err(ListError::Swells {
                part: name.to_owned(),
                times: RATIO_MAX,
            });
        }
        if kind == Part::Strings && head.len() < HEAD_BYTES {
            head.extend_from_slice(&piece[..read.min(HEAD_BYTES)]);
        }
        if kind != Part::Other {
            if bytes == read as u64
                && (piece.starts_with(b"\xff\xfe") || piece.starts_with(b"\xfe\xff"))
            {
                return Err(ListError::OddArchive {
                    part: name.to_owned(),
                });
            }
            scan.feed(piece).map_err(|fault| match fault {
                ScanFault::Entities => ListError::Entities {
                    part: name.to_owned(),
                },
                ScanFault::TooLong => ListError::OddArchive {
                    part: name.to_owned(),
                },
            })?;
        }
    }
    looked.merges += scan.merges;
    let too_many = match kind {
        Part::Small => scan.elements > SMALL_PART_ELEMENTS_MAX,
        Part::Strings => {
            scan.strings > STRINGS_MAX || said_count(&head).is_none_or(|n| n > STRINGS_MAX)
        }
        Part::Sheet | Part::Other => false,
    };
    if too_many {
        return Err(ListError::OddArchive {
            part: name.to_owned(),
        });
    }
    Ok(bytes)
}

fn kind_of(name: &str) -> Part {
    if name.ends_with("sharedstrings.xml") {
        Part::Strings
    } else if name.starts_with("xl/worksheets/") && !name.contains("/_rels/") {
        Part::Sheet
    } else if [".xml", ".rels", ".vml"]
        .iter()
        .any(|ending| name.ends_with(ending))
    {
        Part::Small
    } else {
        Part::Other
    }
}

/// The count that the shared strings claim, which the library makes room for; 0 where they claim
/// none, `None` where they do not begin in the head.
fn said_count(head: &[u8]) -> Option<u64> {
    let text = String::from_utf8_lossy(head);
    let start = text.find("sst")?;
    let end = start + text[start..].find('>')?;
    let Some((_, rest)) = text[start..end].split_once("uniqueCount") else {
        return Some(0);
    };
    let digits: String = rest
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().ok().or(Some(u64::MAX))
}

pub(super) fn damaged(error: impl std::error::Error + Send + Sync + 'static) -> ListError {
    ListError::WorkbookDamaged {
        source: Box::new(error),
    }
}
