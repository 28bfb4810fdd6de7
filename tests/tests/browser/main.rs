//! The officer's work as people see it: phone and console in a real browser, real processes behind.
//! With `WAIQIN_PICTURES=DIR` each page is saved as a picture, to be looked at.
#![allow(
    clippy::unwrap_used,
    clippy::too_many_lines,
    reason = "a crate of tests; a story is told in one piece"
)]

mod board;
mod house;
mod import;
mod seal;
mod seizure;
mod visit;
