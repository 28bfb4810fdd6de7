//! The court's server: takes in what phones deliver, reconciles it with the court's main case
//! list, and shows it to the office.

pub mod db;
pub mod list;
pub mod words;
