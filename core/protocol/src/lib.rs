//! What phone and court agree on: the journal's bytes, records folded from it, the numbers of the
//! court, the messages of sync and the machine that decides them.
//!
//! **Invariant.** This crate is pure: no file, socket, clock, randomness or runtime. Time and
//! random bytes are arguments. Both ends import it, so the compiler is the contract test, and the
//! server never trusts a rule that ran on a phone: it runs the same code again.
#![warn(missing_docs)]

pub mod canonical;
pub mod digest;
pub mod fault;
pub mod fields;
pub mod ids;
pub mod journal;
pub mod numbers;
pub mod package;
pub mod reconcile;
pub mod record;
pub mod rules;
pub mod suite;
pub mod sync;
pub mod wire;
pub mod words;
