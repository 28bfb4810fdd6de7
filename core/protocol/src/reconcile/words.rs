//! What matches, findings and decisions are called, on phones and in the office alike.

use super::decision::{Decision, Question};
use super::outcome::{Finding, Match};
use crate::words::Lang;

crate::words! {
    /// Names of matches, findings and decisions.
    pub struct ReconcileNames {
        /// Number as listed.
        exact: "案号相符", "Number as listed";
        /// Number repaired.
        normalised: "案号修复", "Number repaired";
        /// Former number.
        alias: "曾用案号", "Former number";
        /// Restarted.
        successor: "恢复执行", "Restarted";
        /// First case.
        predecessor: "原执行案", "First case";
        /// Merged.
        merged: "已并案", "Merged";
        /// Found by debtor.
        candidate_party: "按当事人待认", "Found by debtor";
        /// Not in the list.
        not_found: "名册无此案", "Not in the list";
        /// Closed before the act.
        closed_before_act: "到访时已结案", "Closed before the act";
        /// Closed that day.
        closed_same_day: "当日结案", "Closed that day";
        /// Stayed.
        stayed: "中止或暂缓", "Stayed";
        /// Reassigned.
        reassigned: "改派", "Reassigned";
        /// Debtor renamed.
        party_renamed: "当事人更名", "Debtor renamed";
        /// Debtor differs.
        party_differs: "当事人不符", "Debtor differs";
        /// Amount changed.
        amount_changed: "标的变动", "Amount changed";
        /// Missing from the list.
        dropped: "本期名册缺", "Missing from the list";
        /// Recorded twice.
        duplicate_record: "重复记录", "Recorded twice";
        /// Same thing elsewhere.
        same_asset: "他案同物", "Same thing elsewhere";
        /// Link to this case.
        link: "挂接此案", "Link to this case";
        /// Another case.
        other_case: "改挂其他案件", "Another case";
        /// To the restarted case.
        to_successor: "归入恢复执行案", "To the restarted case";
        /// To the first case.
        to_first: "归入原执行案", "To the first case";
        /// Both, member and main case.
        both: "被并案与主案均列", "Both, member and main case";
        /// The member alone.
        member: "只归被并案件", "The member alone";
        /// The case chosen.
        candidate: "认定所选案件", "The case chosen";
        /// None of them.
        none_of_them: "均不是", "None of them";
        /// Wait for the next list.
        wait: "留待下期名册", "Wait for the next list";
        /// Enter a number.
        enter_number: "补录案号", "Enter a number";
        /// Keep, with the reason.
        keep: "保留，写明理由", "Keep, with the reason";
        /// Back to the officer.
        give_back: "退回承办干警", "Back to the officer";
        /// Before the closing.
        before: "结案前所为", "Before the closing";
        /// After the closing.
        after: "结案后所为", "After the closing";
        /// Seen.
        seen: "已阅", "Seen";
        /// The same.
        same: "同一人", "The same";
        /// Another.
        other_person: "另一人", "Another";
        /// The record is right.
        right: "记录无误，写明理由", "The record is right";
        /// Left this court.
        removed: "案件已移出", "Left this court";
        /// One act.
        joint: "同一次行动", "One act";
        /// Two acts.
        two_acts: "两次行动", "Two acts";
        /// It waits for the other.
        queued: "本院轮候", "It waits for the other";
        /// Another thing.
        other_thing: "不是同一物", "Another thing";
        /// Undo.
        undo: "撤销", "Undo";
    }
}

impl Match {
    /// Its name.
    #[must_use]
    pub fn label(self, lang: Lang) -> &'static str {
        let w = ReconcileNames::of(lang);
        match self {
            Self::Exact => w.exact,
            Self::Normalised => w.normalised,
            Self::Alias => w.alias,
            Self::Successor => w.successor,
            Self::Predecessor => w.predecessor,
            Self::Merged => w.merged,
            Self::CandidateParty => w.candidate_party,
            Self::NotFound => w.not_found,
        }
    }
}

impl Finding {
    /// Its name.
    #[must_use]
    pub fn label(self, lang: Lang) -> &'static str {
        let w = ReconcileNames::of(lang);
        match self {
            Self::ClosedBeforeAct => w.closed_before_act,
            Self::ClosedSameDay => w.closed_same_day,
            Self::Stayed => w.stayed,
            Self::Reassigned => w.reassigned,
            Self::PartyRenamed => w.party_renamed,
            Self::PartyDiffers => w.party_differs,
            Self::AmountChanged => w.amount_changed,
            Self::Dropped => w.dropped,
            Self::DuplicateRecord => w.duplicate_record,
            Self::SameAssetOtherCase => w.same_asset,
        }
    }
}

impl Question {
    /// Its name.
    #[must_use]
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Match(it) => it.label(lang),
            Self::Finding(it) => it.label(lang),
        }
    }
}

impl Decision {
    /// Its name.
    #[must_use]
    pub fn label(self, lang: Lang) -> &'static str {
        let w = ReconcileNames::of(lang);
        match self {
            Self::Link => w.link,
            Self::OtherCase => w.other_case,
            Self::Successor => w.to_successor,
            Self::First => w.to_first,
            Self::Both => w.both,
            Self::Member => w.member,
            Self::Candidate => w.candidate,
            Self::NoneOfThem => w.none_of_them,
            Self::Wait => w.wait,
            Self::EnterNumber => w.enter_number,
            Self::Keep => w.keep,
            Self::Return => w.give_back,
            Self::Before => w.before,
            Self::After => w.after,
            Self::Seen => w.seen,
            Self::Same => w.same,
            Self::OtherPerson => w.other_person,
            Self::Right => w.right,
            Self::Removed => w.removed,
            Self::Joint => w.joint,
            Self::TwoActs => w.two_acts,
            Self::Queued => w.queued,
            Self::OtherThing => w.other_thing,
            Self::Undo => w.undo,
        }
    }
}
