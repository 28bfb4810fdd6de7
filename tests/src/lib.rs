//! Stories across crates, and what they are told with: real processes, a real browser, bad lines.
//!
//! Stories know nothing of how the product works inside: they see what people and strangers see. The
//! simulation drives its parts, and judges them by bytes alone.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::too_many_lines,
    clippy::cast_possible_truncation,
    missing_docs,
    reason = "a crate of tests"
)]

pub mod bench;
pub mod browser;
pub mod proxy;
pub mod suite;
