//! What the comparison of one record with the list comes to.

use crate::ids::CaseId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a record's case was found: exactly one of these. In entries and JSON: `EXACT` ….
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Match {
    /// A case has the number as typed.
    Exact,
    /// Equal after the repairs of DOMAIN §1.3 (案号修复).
    Normalised,
    /// A former number of a renumbered case (曾用案号).
    Alias,
    /// The 执恢 that follows the case named, when the act is not before its filing (恢复执行).
    Successor,
    /// The first case of the 执恢 named, when the act is before its filing.
    Predecessor,
    /// The case named went into another, when the act is not before its closing (已并案).
    Merged,
    /// No number fits, but the debtor's code, or name and amount, do; a person chooses.
    CandidateParty,
    /// Nothing fits (名册无此案).
    NotFound,
}

/// What deserves a look beside the match: any number of these. In entries and JSON:
/// `CLOSED_BEFORE_ACT` ….
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Finding {
    /// The case was closed before the day of the act (到访时已结案).
    ClosedBeforeAct,
    /// The case was closed on the day of the act (当日结案).
    ClosedSameDay,
    /// The list marks 中止 or 暂缓; not since when.
    Stayed,
    /// Another 承办人 than when the record was made (改派).
    Reassigned,
    /// A debtor has another name, with the same code (当事人更名).
    PartyRenamed,
    /// The debtor noted is none of the case's (当事人不符).
    PartyDiffers,
    /// Another 剩余标的 than when the record was made (标的变动).
    AmountChanged,
    /// The case is absent from this list (本期名册缺).
    Dropped,
    /// Another record is of the same act (重复记录).
    DuplicateRecord,
    /// The same thing was sealed in another case of this court (他案同物).
    SameAssetOtherCase,
}

impl Match {
    /// Every match, in the order of the table.
    pub const ALL: [Self; 8] = [
        Self::Exact,
        Self::Normalised,
        Self::Alias,
        Self::Successor,
        Self::Predecessor,
        Self::Merged,
        Self::CandidateParty,
        Self::NotFound,
    ];

    /// As entries write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "EXACT",
            Self::Normalised => "NORMALISED",
            Self::Alias => "ALIAS",
            Self::Successor => "SUCCESSOR",
            Self::Predecessor => "PREDECESSOR",
            Self::Merged => "MERGED",
            Self::CandidateParty => "CANDIDATE_PARTY",
            Self::NotFound => "NOT_FOUND",
        }
    }

    /// The match of a word.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

impl Finding {
    /// Every finding, in the order of the table.
    pub const ALL: [Self; 10] = [
        Self::ClosedBeforeAct,
        Self::ClosedSameDay,
        Self::Stayed,
        Self::Reassigned,
        Self::PartyRenamed,
        Self::PartyDiffers,
        Self::AmountChanged,
        Self::Dropped,
        Self::DuplicateRecord,
        Self::SameAssetOtherCase,
    ];

    /// As entries write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClosedBeforeAct => "CLOSED_BEFORE_ACT",
            Self::ClosedSameDay => "CLOSED_SAME_DAY",
            Self::Stayed => "STAYED",
            Self::Reassigned => "REASSIGNED",
            Self::PartyRenamed => "PARTY_RENAMED",
            Self::PartyDiffers => "PARTY_DIFFERS",
            Self::AmountChanged => "AMOUNT_CHANGED",
            Self::Dropped => "DROPPED",
            Self::DuplicateRecord => "DUPLICATE_RECORD",
            Self::SameAssetOtherCase => "SAME_ASSET_OTHER_CASE",
        }
    }

    /// The finding of a word.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

/// What a record comes to by a list. `said` of a match or finding is what it rests on, in short: while it
/// stays the same, what a person decided on it stays decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The match.
    pub matched: Match,
    /// What the match rests on.
    pub said: String,
    /// The case that has, or had, the number.
    pub named: Option<CaseId>,
    /// The case to which the act belongs; of a merger the member.
    pub case: Option<CaseId>,
    /// The case into which the member went.
    pub main: Option<CaseId>,
    /// The findings, each with what it rests on.
    pub findings: BTreeMap<Finding, String>,
    /// Cases that a person may choose, by id.
    pub candidates: Vec<CaseId>,
}
