//! The kinds of repair and change, in the order in which pages show them, with their words.

use crate::list::{ChangeKind, RepairKind};
use crate::words::list::ListWords;
use serde::Serialize;

/// Kinds of change that are counted.
pub(super) const CHANGES: [ChangeKind; 10] = [
    ChangeKind::Added,
    ChangeKind::Closed,
    ChangeKind::Restarted,
    ChangeKind::Merged,
    ChangeKind::Stayed,
    ChangeKind::Dropped,
    ChangeKind::Renumbered,
    ChangeKind::Reassigned,
    ChangeKind::PartyRenamed,
    ChangeKind::AmountChanged,
];

/// Kinds of change that are shown and not counted.
pub(super) const BESIDE: [ChangeKind; 5] = [
    ChangeKind::PartiesDiffer,
    ChangeKind::Reopened,
    ChangeKind::Unstayed,
    ChangeKind::Returned,
    ChangeKind::Updated,
];

/// Kinds of repair.
pub(super) const REPAIRS: [RepairKind; 12] = [
    RepairKind::HalfwidthNumber,
    RepairKind::SpacedNumber,
    RepairKind::LeadingZero,
    RepairKind::NoHao,
    RepairKind::WanYuan,
    RepairKind::SciId,
    RepairKind::MaskedId,
    RepairKind::ApostropheId,
    RepairKind::RepeatedHeader,
    RepairKind::Footer,
    RepairKind::BlankRow,
    RepairKind::DuplicateRow,
];

/// The name of a kind in reports.
pub(super) fn stored_name<T: Serialize>(kind: &T) -> String {
    let value = serde_json::to_value(kind).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

/// The name of a kind of change.
pub(super) fn change_word(kind: ChangeKind, words: &ListWords) -> &'static str {
    match kind {
        ChangeKind::Merged => words.change_merged,
        ChangeKind::Restarted => words.change_restarted,
        ChangeKind::Closed => words.change_closed,
        ChangeKind::Stayed => words.change_stayed,
        ChangeKind::Dropped => words.change_dropped,
        ChangeKind::Added => words.change_added,
        ChangeKind::Renumbered => words.change_renumbered,
        ChangeKind::Reassigned => words.change_reassigned,
        ChangeKind::PartyRenamed => words.change_party_renamed,
        ChangeKind::AmountChanged => words.change_amount_changed,
        ChangeKind::Reopened => words.change_reopened,
        ChangeKind::Unstayed => words.change_unstayed,
        ChangeKind::Returned => words.change_returned,
        ChangeKind::PartiesDiffer => words.change_parties_differ,
        ChangeKind::Updated => words.change_updated,
    }
}

/// The name of a kind of repair.
pub(super) fn repair_word(kind: RepairKind, words: &ListWords) -> &'static str {
    match kind {
        RepairKind::HalfwidthNumber => words.repair_halfwidth_number,
        RepairKind::SpacedNumber => words.repair_spaced_number,
        RepairKind::LeadingZero => words.repair_leading_zero,
        RepairKind::NoHao => words.repair_no_hao,
        RepairKind::WanYuan => words.repair_wan_yuan,
        RepairKind::SciId => words.repair_sci_id,
        RepairKind::MaskedId => words.repair_masked_id,
        RepairKind::ApostropheId => words.repair_apostrophe_id,
        RepairKind::RepeatedHeader => words.repair_repeated_header,
        RepairKind::Footer => words.repair_footer,
        RepairKind::BlankRow => words.repair_blank_row,
        RepairKind::DuplicateRow => words.repair_duplicate_row,
    }
}
