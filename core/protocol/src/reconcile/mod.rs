//! Reconciliation (核对名册, DOMAIN §6.4): what was done in the field against what the court's list says
//! now. Each record has exactly one match and any number of findings; each that needs a person becomes a
//! question with its decisions.
//!
//! **Invariants.** Nothing is guessed: a candidate is never a match. Days decide, at +08:00. Masked names
//! and codes match by what they show. The sealed record is only read.

mod asset;
mod conclude;
mod decision;
mod judge;
mod known;
mod outcome;
mod pairs;
#[cfg(test)]
mod tests;
mod visit;
mod words;

pub use asset::{AssetKey, NamedAsset};
pub use decision::{Decision, Question};
pub use judge::judge;
pub use known::{Case, Known, Party, Then};
pub use outcome::{Finding, Match, Outcome};
pub use pairs::{JOINT_MS_MAX, is_same_act, seals_the_same};
pub use visit::{Noted, Spot, Visit};
pub use words::ReconcileNames;
