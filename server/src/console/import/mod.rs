//! 导入名册: upload, preview side by side, apply; versions and their rollback. The reader and the
//! comparison are those of [`crate::list`]; nothing is decided here.

mod kinds;
mod preview;
mod staging;
mod upload;
mod versions;

pub(super) use preview::{decide, preview};
pub(super) use staging::LIST_BYTES_MAX;
pub(super) use upload::{start, upload};
pub(super) use versions::{ask_rollback, rollback, version};

use crate::list::{ChangeKind, RepairKind};
use crate::words::console::ConsoleWords;
use kinds::{CHANGES, REPAIRS, stored_name};
use serde_json::Value;
use waiqin_protocol::words::fill;

/// Longest reason that is kept, in characters.
const REASON_CHARS_MAX: usize = 500;

/// What the stored report of a list version says, as far as pages need it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Report {
    pub cases: u64,
    pub rejected: u64,
    pub suspicious: u64,
    /// Kinds of change with their counts, none left out.
    pub changes: Vec<(ChangeKind, u64)>,
    /// Kinds of repair with their counts, none left out.
    pub repairs: Vec<(RepairKind, u64)>,
}

impl Report {
    /// Reads a stored report; what it does not say is 0.
    pub fn read(text: &str) -> Self {
        let json: Value = serde_json::from_str(text).unwrap_or_default();
        let length = |name: &str| {
            let items = json[name].as_array().map_or(0, Vec::len);
            u64::try_from(items).unwrap_or(u64::MAX)
        };
        let count = |of: &str, name: String| json[of][name.as_str()].as_u64().unwrap_or(0);
        Self {
            cases: json["cases"].as_u64().unwrap_or(0),
            rejected: length("rejected"),
            suspicious: length("suspicious"),
            changes: CHANGES
                .map(|it| (it, count("changes", stored_name(&it))))
                .to_vec(),
            repairs: REPAIRS
                .map(|it| (it, count("repairs", stored_name(&it))))
                .to_vec(),
        }
    }
}

/// A reason as it is kept; empty when none was given.
fn reason(text: &str) -> String {
    text.trim().to_owned()
}

/// What is said of a reason that is longer than reasons are: it is not cut.
fn too_long(reason: &str, words: &ConsoleWords) -> Option<String> {
    reason.chars().nth(REASON_CHARS_MAX)?;
    Some(fill(words.list_reason_long, &[("max", &REASON_CHARS_MAX)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_reads_and_what_it_leaves_out_is_zero() {
        let report = Report::read(
            r#"{"cases":300,"repairs":{"no_hao":5},"changes":{"added":300},"rejected":[{"row":1}]}"#,
        );
        assert_eq!(
            (report.cases, report.rejected, report.suspicious),
            (300, 1, 0)
        );
        assert!(report.changes.contains(&(ChangeKind::Added, 300)));
        assert!(report.changes.contains(&(ChangeKind::Merged, 0)));
        assert!(report.repairs.contains(&(RepairKind::NoHao, 5)));
        assert_eq!(Report::read("nothing").cases, 0);
    }
}
