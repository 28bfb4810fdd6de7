//! What an import repaired, by kind.

use serde::{Deserialize, Serialize};
use waiqin_protocol::numbers::case_no::Repair;

/// A kind of repair (DOMAIN §6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepairKind {
    /// Half-width brackets of the case number
    HalfwidthNumber,
    /// White space in the case number
    SpacedNumber,
    /// Leading zeros of the serial
    LeadingZero,
    /// 号 was missing
    NoHao,
    /// An amount in 万元 or 亿元
    WanYuan,
    /// A code that a spreadsheet turned into 4.40115E+17: lost
    SciId,
    /// A masked code
    MaskedId,
    /// A code with an apostrophe in front
    ApostropheId,
    /// The header once more
    RepeatedHeader,
    /// A row of totals
    Footer,
    /// A row without content
    BlankRow,
    /// The same case once more
    DuplicateRow,
}

impl RepairKind {
    /// The kind that a repaired case number counts under; steps that only tidy count under none.
    pub(crate) fn of_number(repair: Repair) -> Option<Self> {
        match repair {
            Repair::HalfWidthBrackets => Some(Self::HalfwidthNumber),
            Repair::Space => Some(Self::SpacedNumber),
            Repair::LeadingZero => Some(Self::LeadingZero),
            Repair::HaoAdded => Some(Self::NoHao),
            Repair::Invisible
            | Repair::Label
            | Repair::FullWidth
            | Repair::Brackets
            | Repair::BracketsAdded
            | Repair::Variant
            | Repair::ZiDi
            | Repair::DocSuffix => None,
        }
    }
}

/// How many rows of the file needed each kind of repair; a row counts once per kind, doubled rows
/// too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repairs {
    pub halfwidth_number: u64,
    pub spaced_number: u64,
    pub leading_zero: u64,
    pub no_hao: u64,
    pub wan_yuan: u64,
    pub sci_id: u64,
    pub masked_id: u64,
    pub apostrophe_id: u64,
    pub repeated_header: u64,
    pub footer: u64,
    pub blank_row: u64,
    pub duplicate_row: u64,
}

impl Repairs {
    /// Counts `rows` more of a kind.
    pub(crate) fn add(&mut self, kind: RepairKind, rows: u64) {
        let counter = match kind {
            RepairKind::HalfwidthNumber => &mut self.halfwidth_number,
            RepairKind::SpacedNumber => &mut self.spaced_number,
            RepairKind::LeadingZero => &mut self.leading_zero,
            RepairKind::NoHao => &mut self.no_hao,
            RepairKind::WanYuan => &mut self.wan_yuan,
            RepairKind::SciId => &mut self.sci_id,
            RepairKind::MaskedId => &mut self.masked_id,
            RepairKind::ApostropheId => &mut self.apostrophe_id,
            RepairKind::RepeatedHeader => &mut self.repeated_header,
            RepairKind::Footer => &mut self.footer,
            RepairKind::BlankRow => &mut self.blank_row,
            RepairKind::DuplicateRow => &mut self.duplicate_row,
        };
        *counter += rows;
    }
}

/// One repair for the preview, side by side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RepairShown {
    /// As a spreadsheet counts.
    pub row: u64,
    /// Its kind.
    pub kind: RepairKind,
    /// The header of the column.
    pub header: String,
    /// As the list writes it.
    pub raw: String,
    /// What it was read as; empty where it is lost.
    pub normal: String,
}
