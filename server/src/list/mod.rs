//! The main case list (主案件清单): reading the court's export as it really is, and comparing two of
//! them. Pure: bytes in, values out; no file, clock or database.
//!
//! **Invariant.** A file is read whole or refused whole. What can be read with a note is read with
//! a note; what reads two ways is refused or set aside, and neither ever changes a known case.
//! Every loop over a file has a bound in [`Limits`].

mod case;
mod cell;
mod compare;
mod docket;
mod error;
mod field;
mod findings;
mod footer;
mod format;
mod header;
mod intake;
mod limits;
mod merge;
mod note;
mod number;
mod parties;
mod place;
mod read_list;
mod repairs;
mod report;
mod row;
mod text;
mod values;
mod workbook;

pub use case::{ListCase, Party, Stay};
pub use cell::Loss;
pub use compare::{
    CaseChange, ChangeKind, Changes, Comparison, Details, Known, Suspicion, SuspicionCode, compare,
    stored_case,
};
pub use error::{ListError, OtherKind};
pub use format::{Format, FormatKind};
pub use header::Field;
pub use limits::Limits;
pub(crate) use merge::squeezed;
pub use note::{Against, LostCell, Note, NoteKind, RejectReason, Rejected, field_word};
pub use place::Place;
pub use read_list::ReadList;
pub use repairs::{RepairKind, RepairShown, Repairs};
pub use report::report_json;
pub use text::TextEncoding;

use chrono::NaiveDate;
use format::Sniffed;
use intake::Intake;
use std::collections::BTreeSet;

/// Reads a list. The bytes decide what kind of file it is; the name only adds a note when it says
/// otherwise. `today` is the day at +08:00.
///
/// # Errors
/// A file that is no list, is damaged, is ambiguous as a whole, or exceeds a bound.
pub fn read_list(
    file_name: &str,
    bytes: &[u8],
    today: NaiveDate,
    limits: &Limits,
) -> Result<ReadList, ListError> {
    read_list_accepting(file_name, bytes, today, limits, &BTreeSet::new())
}

/// The same with rows whose suggested number a person accepted in the preview: they are read as
/// cases of that number.
///
/// # Errors
/// As [`read_list`].
pub fn read_list_accepting(
    file_name: &str,
    bytes: &[u8],
    today: NaiveDate,
    limits: &Limits,
    accepted_rows: &BTreeSet<u64>,
) -> Result<ReadList, ListError> {
    if bytes.len() > limits.bytes_max {
        return Err(ListError::TooLarge {
            bytes: bytes.len(),
            max: limits.bytes_max,
        });
    }
    if bytes
        .iter()
        .all(|byte| byte.is_ascii_whitespace() || *byte == 0)
    {
        return Err(ListError::Empty);
    }
    let mut intake = Intake::new(today, limits, accepted_rows);
    let format = match format::sniff(bytes)? {
        Sniffed::Text => text::read(bytes, limits, &mut intake)?,
        Sniffed::Zip => workbook::read_xlsx(bytes, limits, &mut intake)?,
        Sniffed::Compound => workbook::read_xls(bytes, limits, &mut intake)?,
    };
    if !format.kind.suits(file_name) {
        intake.note(Note::of(NoteKind::NameDiffers).about(format.kind.name()));
    }
    intake.finish(format)
}
