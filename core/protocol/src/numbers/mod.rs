//! The numbers of a court: case numbers, identifiers, money, fees, days.

pub mod case_no;
pub mod money;
mod text;
