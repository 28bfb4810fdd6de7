//! The court's server: takes in what phones deliver, reconciles it with the court's main case
//! list, and shows it to the office.
#![cfg_attr(
    test,
    allow(
        clippy::wildcard_enum_match_arm,
        clippy::too_many_lines,
        clippy::cast_possible_truncation,
        clippy::unwrap_in_result,
        reason = "tests say what they look at, tables are long, and their numbers are small"
    )
)]

pub mod access;
pub mod api;
mod assign;
mod causes;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
pub mod console;
pub mod court;
pub mod db;
pub mod enrolment;
pub mod evidence;
pub mod keys;
pub mod list;
pub mod password;
mod rate;
mod reconcile;
mod record;
pub mod serve;
pub mod tls;
pub mod words;

pub use clock::{Clock, SystemClock};
pub use config::Config;
pub use court::Court;
pub use serve::{Addresses, Listeners, routes, serve};
