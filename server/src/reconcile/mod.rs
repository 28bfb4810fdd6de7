//! 核对名册: records against the newest list. The comparison itself is `waiqin_protocol::reconcile`; here
//! it is given what the database knows, and what comes of it is kept.
//!
//! **Invariants.** An outcome is judged within the transaction that changes what it rests on: a record, a
//! list, an act of the office. What a person decided stays decided while what it rests on stays the same.

mod known;
mod meant;
mod pairs;
mod reconsider;

pub(crate) use known::{case_at, known_of};
pub(crate) use meant::case_meant;
pub(crate) use pairs::{Beside, findings_beside};
pub(crate) use reconsider::{after_list, judge_older, reconsider};
