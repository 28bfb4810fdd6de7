//! What entries do to records: folded as they come, judged again when what they waited for is here,
//! and answered by the office in a journal of its own.

mod conclude;
mod folding;
mod held;
mod office;
mod opening;

pub(crate) use conclude::{Concluding, conclude};
pub(crate) use folding::{Folding, is_office_act};
pub(crate) use held::{judge_again, judge_unread};
pub(crate) use office::{Choice, NotDone, Release, decide, reason_of, release};
pub(crate) use opening::{Opening, add_journal, cause_text, receipt_of};
