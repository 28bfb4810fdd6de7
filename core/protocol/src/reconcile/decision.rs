//! What a person may decide on a match or a finding. A decision is an entry of the office's journal on
//! (record hash, list version); the record itself stays as it was sealed.

use super::outcome::{Finding, Match};

/// What asks for a person: the match, or one of the findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Question {
    /// How the case was found.
    Match(Match),
    /// What deserves a look.
    Finding(Finding),
}

/// A person's decision (处理), as entries write it in snake case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decision {
    /// 挂接: the case found is the one.
    Link,
    /// 改挂其他案件: another case, which is named.
    OtherCase,
    /// 归入恢复执行案: the 执恢.
    Successor,
    /// 归入原执行案: the first case.
    First,
    /// 并入双方: the member, shown at the main case as well.
    Both,
    /// 只归被并案件: the member alone.
    Member,
    /// 认定候选案件: one of the candidates, which is named.
    Candidate,
    /// 均不是: none of the candidates.
    NoneOfThem,
    /// 留待下期名册
    Wait,
    /// 补录案号: the case of a number that is entered.
    EnterNumber,
    /// 保留: it stays where it is.
    Keep,
    /// 退回: back to the officer, with what is to be made good.
    Return,
    /// 结案前所为: the act came before the closing of that day.
    Before,
    /// 结案后所为: the act came after it.
    After,
    /// 已阅
    Seen,
    /// 同一人
    Same,
    /// 另一人
    OtherPerson,
    /// 记录无误: the record is right, the list is not.
    Right,
    /// 案件移出: the case left this court.
    Removed,
    /// 合并为一次行动: both records are of one act.
    Joint,
    /// 两次行动: two acts.
    TwoActs,
    /// 本院轮候: the later one waits for the earlier.
    Queued,
    /// 另一物: two things.
    OtherThing,
    /// 撤销: the newest standing decision on this question falls.
    Undo,
}

impl Decision {
    /// Every decision.
    pub const ALL: [Self; 24] = [
        Self::Link,
        Self::OtherCase,
        Self::Successor,
        Self::First,
        Self::Both,
        Self::Member,
        Self::Candidate,
        Self::NoneOfThem,
        Self::Wait,
        Self::EnterNumber,
        Self::Keep,
        Self::Return,
        Self::Before,
        Self::After,
        Self::Seen,
        Self::Same,
        Self::OtherPerson,
        Self::Right,
        Self::Removed,
        Self::Joint,
        Self::TwoActs,
        Self::Queued,
        Self::OtherThing,
        Self::Undo,
    ];

    /// As entries write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::OtherCase => "other_case",
            Self::Successor => "successor",
            Self::First => "first",
            Self::Both => "both",
            Self::Member => "member",
            Self::Candidate => "candidate",
            Self::NoneOfThem => "none",
            Self::Wait => "wait",
            Self::EnterNumber => "enter_number",
            Self::Keep => "keep",
            Self::Return => "return",
            Self::Before => "before",
            Self::After => "after",
            Self::Seen => "seen",
            Self::Same => "same",
            Self::OtherPerson => "other",
            Self::Right => "right",
            Self::Removed => "removed",
            Self::Joint => "joint",
            Self::TwoActs => "two_acts",
            Self::Queued => "queued",
            Self::OtherThing => "other_thing",
            Self::Undo => "undo",
        }
    }

    /// The decision of a word.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// Whether it names the case that the record belongs to.
    #[must_use]
    pub fn places(self) -> bool {
        matches!(
            self,
            Self::Link
                | Self::OtherCase
                | Self::Successor
                | Self::First
                | Self::Both
                | Self::Member
                | Self::Candidate
                | Self::EnterNumber
        )
    }

    /// Whether the person has to say which case.
    #[must_use]
    pub fn asks_for_case(self) -> bool {
        matches!(self, Self::OtherCase | Self::Candidate | Self::EnterNumber)
    }

    /// Whether it needs words of the person: what goes against the list, or back to the officer.
    #[must_use]
    pub fn needs_reason(self) -> bool {
        matches!(
            self,
            Self::OtherCase | Self::Keep | Self::Return | Self::Right | Self::OtherPerson
        )
    }
}

impl Question {
    /// As entries write it among `findings`, where it is none of the match.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Match(it) => it.as_str(),
            Self::Finding(it) => it.as_str(),
        }
    }

    /// The question of a word.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let finding = Finding::of(text).map(Self::Finding);
        finding.or_else(|| Match::of(text).map(Self::Match))
    }

    /// What may be decided, the proposal first.
    #[must_use]
    pub fn decisions(self) -> &'static [Decision] {
        use Decision as D;
        match self {
            Self::Match(Match::Exact | Match::Normalised | Match::Alias) => {
                &[D::Link, D::OtherCase]
            }
            Self::Match(Match::Successor) => &[D::Successor, D::First],
            Self::Match(Match::Predecessor) => &[D::First, D::Successor],
            Self::Match(Match::Merged) => &[D::Both, D::Member],
            Self::Match(Match::CandidateParty) => &[D::Candidate, D::NoneOfThem],
            Self::Match(Match::NotFound) => &[D::Wait, D::EnterNumber],
            Self::Finding(Finding::ClosedBeforeAct) => &[D::Keep, D::Successor, D::Return],
            Self::Finding(Finding::ClosedSameDay) => &[D::Before, D::After],
            Self::Finding(Finding::Stayed) => &[D::Keep, D::Return],
            Self::Finding(Finding::Reassigned) => &[D::Seen],
            Self::Finding(Finding::PartyRenamed) => &[D::Same, D::OtherPerson],
            Self::Finding(Finding::PartyDiffers) => &[D::OtherCase, D::Right],
            Self::Finding(Finding::AmountChanged) => &[D::Seen, D::Return],
            Self::Finding(Finding::Dropped) => &[D::Wait, D::Removed],
            Self::Finding(Finding::DuplicateRecord) => &[D::Joint, D::TwoActs],
            Self::Finding(Finding::SameAssetOtherCase) => &[D::Queued, D::OtherThing],
        }
    }

    /// The decision that may be taken for many records at once: the proposal, where it only follows what
    /// the list says.
    #[must_use]
    pub fn safe(self) -> Option<Decision> {
        use Decision as D;
        match self {
            Self::Match(Match::Exact | Match::Normalised | Match::Alias) => Some(D::Link),
            Self::Match(Match::Successor) => Some(D::Successor),
            Self::Match(Match::Predecessor) => Some(D::First),
            Self::Match(Match::Merged) => Some(D::Both),
            Self::Match(Match::NotFound) | Self::Finding(Finding::Dropped) => Some(D::Wait),
            Self::Finding(Finding::Reassigned | Finding::AmountChanged) => Some(D::Seen),
            Self::Finding(Finding::PartyRenamed) => Some(D::Same),
            Self::Match(Match::CandidateParty)
            | Self::Finding(
                Finding::ClosedBeforeAct
                | Finding::ClosedSameDay
                | Finding::Stayed
                | Finding::PartyDiffers
                | Finding::DuplicateRecord
                | Finding::SameAssetOtherCase,
            ) => None,
        }
    }

    /// Whether a match waits for a person; one that the number alone gives does not.
    #[must_use]
    pub fn waits(self) -> bool {
        !matches!(
            self,
            Self::Match(Match::Exact | Match::Normalised | Match::Alias)
        )
    }
}
