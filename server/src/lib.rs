//! The court's server: takes in what phones deliver, reconciles it with the court's main case
//! list, and shows it to the office.

pub mod api;
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
pub mod serve;
pub mod tls;
pub mod words;

pub use clock::{Clock, SystemClock};
pub use config::Config;
pub use court::Court;
pub use serve::{Addresses, Listeners, routes, serve};
