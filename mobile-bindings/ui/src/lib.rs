//! The officer's screens: pages over the engine, as an axum router.
//!
//! [`pages::routes`] is the whole UI; it does not know how requests arrive. Today they come through
//! the guarded loopback [`carrier`]; [`host`] runs both on a desktop (`waiqin-phone`), the shells of
//! the phones do the same through the bindings.
//!
//! **Invariants.** No page says "saved" before the engine said that the bytes are durable. No rule of
//! law lives here. Every word that a person reads stands in [`words`], in both languages. What is not
//! built has no button.
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

/// What leaves the heap leaves it as zeros: texts, pictures and keys pass through buffers of many
/// hands (HTTP, forms, templates), and after a lock none of them may keep what it held.
#[global_allocator]
static HEAP: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

pub mod carrier;
pub mod cli;
pub mod form;
pub mod frame;
pub mod host;
pub mod pages;
pub mod paper;
mod qr;
pub mod show;
pub mod told;
pub mod ui;
pub mod words;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod samples_acts;
#[cfg(test)]
mod words_test;
