//! The limits that run in an enforcement case (DOMAIN §4.3), as data: what starts and what ends
//! them stands at each. Seizures have their own module (DL19).

use serde::{Deserialize, Serialize};

/// A length of time as the law counts it; each kind has its own function in the parent module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// From the next full hour.
    Hours(u32),
    /// From the next day.
    Days(u32),
    /// From the next day, to the same day number.
    Months(u32),
}

/// What a limit says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitRule {
    /// The code of DOMAIN §4.3.
    pub code: &'static str,
    /// How long.
    pub period: Period,
    /// Article; what courts set for themselves is a setting.
    pub source: &'static str,
}

/// The limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// 文书送达: filing to the papers made and served.
    DocumentsServed,
    /// 网络查控: filing to the online asset query finished.
    AssetQuery,
    /// Asset feedback to online control.
    OnlineControl,
    /// Application to the decision on filing.
    FilingDecision,
    /// Receipt to the notice of enforcement (执行通知).
    EnforcementNotice,
    /// Immediate measure to the notice of enforcement.
    NoticeAfterMeasure,
    /// Clear tip (线索明确) to its verification.
    TipVerified,
    /// Urgent tip to its verification.
    TipVerifiedUrgent,
    /// Filing to closing.
    Closing,
    /// Extension of closing by the president.
    ClosingExtension,
    /// Filing to closing of a non-litigation administrative case.
    AdministrativeClosing,
    /// Application to the right to go to the upper court.
    UpperCourt,
    /// Filing to the earliest 终本.
    TerminationEarliest,
    /// Application to the ruling on preservation.
    PreservationRuling,
    /// Urgent application to the ruling on preservation.
    PreservationRulingUrgent,
    /// Ruling to the start of preservation.
    PreservationStart,
    /// Pre-suit preservation to the suit.
    SuitAfterPreservation,
    /// Detention to the notice of the family.
    DetentionFamilyNotice,
    /// Receipt of a detention or fine to the application for review.
    SanctionReviewFiled,
    /// Application for review to its decision.
    SanctionReviewDecided,
    /// Objection (异议) to its decision.
    ObjectionDecided,
    /// Decision on an objection to the application for review.
    ObjectionReviewFiled,
    /// Outsider's objection (案外人异议) to its decision.
    OutsiderObjectionDecided,
    /// Decision on an outsider's objection to the suit.
    OutsiderSuit,
    /// Cash taken on the spot to the finance desk: the same day.
    CashHandedIn,
    /// Cash handed in to its pay-out.
    CashPaidOut,
    /// Notice before a first online auction of movables.
    AuctionNoticeMovable,
    /// Notice before a first online auction of real estate.
    AuctionNoticeRealEstate,
    /// First auction without a bid to the second.
    SecondAuction,
    /// Notice before a second auction of movables.
    SecondAuctionNoticeMovable,
    /// Notice before a second auction of real estate.
    SecondAuctionNoticeRealEstate,
    /// Receipt of entrusted enforcement (委托执行) to its start.
    EntrustedStart,
    /// Receipt of entrusted enforcement to the report.
    EntrustedReport,
}

impl Limit {
    /// Every limit, in the order of the codes.
    pub const ALL: &[Self] = &[
        Self::DocumentsServed,
        Self::AssetQuery,
        Self::OnlineControl,
        Self::FilingDecision,
        Self::EnforcementNotice,
        Self::NoticeAfterMeasure,
        Self::TipVerified,
        Self::TipVerifiedUrgent,
        Self::Closing,
        Self::ClosingExtension,
        Self::AdministrativeClosing,
        Self::UpperCourt,
        Self::TerminationEarliest,
        Self::PreservationRuling,
        Self::PreservationRulingUrgent,
        Self::PreservationStart,
        Self::SuitAfterPreservation,
        Self::DetentionFamilyNotice,
        Self::SanctionReviewFiled,
        Self::SanctionReviewDecided,
        Self::ObjectionDecided,
        Self::ObjectionReviewFiled,
        Self::OutsiderObjectionDecided,
        Self::OutsiderSuit,
        Self::CashHandedIn,
        Self::CashPaidOut,
        Self::AuctionNoticeMovable,
        Self::AuctionNoticeRealEstate,
        Self::SecondAuction,
        Self::SecondAuctionNoticeMovable,
        Self::SecondAuctionNoticeRealEstate,
        Self::EntrustedStart,
        Self::EntrustedReport,
    ];

    /// What the limit says.
    #[must_use]
    pub fn rule(self) -> LimitRule {
        let (code, period, source) = match self {
            Self::DocumentsServed => ("DL1", Period::Days(5), "court's own target"),
            Self::AssetQuery => ("DL2", Period::Days(7), "court's own target"),
            Self::OnlineControl => ("DL3", Period::Hours(48), "court's own target"),
            Self::FilingDecision => ("DL4", Period::Days(7), "执行工作规定(试行) art. 16"),
            Self::EnforcementNotice => (
                "DL5",
                Period::Days(10),
                "执行工作规定(试行) art. 22, 民诉法解释 art. 480",
            ),
            Self::NoticeAfterMeasure => ("DL5", Period::Days(3), "执行程序解释 art. 22"),
            Self::TipVerified => ("DL6", Period::Days(7), "财产调查规定 art. 2"),
            Self::TipVerifiedUrgent => ("DL6", Period::Days(3), "财产调查规定 art. 2"),
            Self::Closing => (
                "DL7",
                Period::Months(6),
                "执行工作规定(试行) art. 63, 审限规定 art. 5",
            ),
            Self::ClosingExtension => ("DL7", Period::Months(3), "审限规定 art. 5"),
            Self::AdministrativeClosing => ("DL8", Period::Months(3), "审限规定 art. 5"),
            Self::UpperCourt => (
                "DL10",
                Period::Months(6),
                "民事诉讼法 art. 237, 执行程序解释 art. 10",
            ),
            Self::TerminationEarliest => ("DL11", Period::Months(3), "法〔2016〕373号 art. 1"),
            Self::PreservationRuling | Self::PreservationStart => {
                ("DL12", Period::Days(5), "财产保全规定 art. 4")
            }
            Self::PreservationRulingUrgent => ("DL12", Period::Hours(48), "财产保全规定 art. 4"),
            Self::SuitAfterPreservation => ("DL12", Period::Days(30), "民事诉讼法 art. 104"),
            Self::DetentionFamilyNotice => ("DL13", Period::Hours(24), "民诉法解释 art. 180"),
            Self::SanctionReviewFiled => ("DL14", Period::Days(3), "民诉法解释 art. 185"),
            Self::SanctionReviewDecided => ("DL14", Period::Days(5), "民诉法解释 art. 185"),
            Self::ObjectionDecided => ("DL15", Period::Days(15), "民事诉讼法 art. 236"),
            Self::ObjectionReviewFiled => ("DL15", Period::Days(10), "民事诉讼法 art. 236"),
            Self::OutsiderObjectionDecided | Self::OutsiderSuit => {
                ("DL15", Period::Days(15), "民事诉讼法 art. 238")
            }
            Self::CashHandedIn => ("DL16", Period::Days(0), "rules of courts"),
            Self::CashPaidOut => ("DL16", Period::Days(30), "rules of courts"),
            Self::AuctionNoticeMovable => ("DL17", Period::Days(15), "网络司法拍卖规定 art. 12"),
            Self::AuctionNoticeRealEstate => ("DL17", Period::Days(30), "网络司法拍卖规定 art. 12"),
            Self::SecondAuction => ("DL17", Period::Days(30), "网络司法拍卖规定 art. 26"),
            Self::SecondAuctionNoticeMovable => {
                ("DL17", Period::Days(7), "网络司法拍卖规定 art. 26")
            }
            Self::SecondAuctionNoticeRealEstate => {
                ("DL17", Period::Days(15), "网络司法拍卖规定 art. 26")
            }
            Self::EntrustedStart => ("DL18", Period::Days(15), "民事诉讼法 art. 240"),
            Self::EntrustedReport => ("DL18", Period::Days(30), "民事诉讼法 art. 240"),
        };
        LimitRule {
            code,
            period,
            source,
        }
    }
}
