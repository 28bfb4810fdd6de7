//! The numbers of a court: case numbers, identifiers, money, fees, days.
//!
//! Every reader here takes any text, looks at a bounded part of it, and answers with the normal
//! form or with the reason why there is none; none of them panics.

pub mod case_no;
pub mod contact;
pub mod days;
pub mod fees;
pub mod identity;
pub mod land;
pub mod money;
#[cfg(test)]
mod properties;
pub(crate) mod text;
pub mod vehicle;
