//! The machine of sync: what a phone does next, decided without doing it.
//!
//! [`Machine::handle`] takes what happened and gives what is to be done; a driver does it and
//! reports back. The machine holds no bytes, no clock and no randomness: a [`Moment`] brings both.
//!
//! One sync is a *run*: `hello` and `session` when there is no token, `sync` until both sides have
//! nothing to say, then evidence (`status`, uploads four at a time, `status` again for receipts).
//! **Invariants.** Whatever was to be delivered when a run began is, when it ends, delivered, or set
//! aside with a reason, or waiting for a time that [`Machine::next_try_ms`] names. A run ends: each
//! thing is tried once, and nothing is asked again unless something was gained by it.

mod backoff;
mod event;
mod machine;
mod run;

pub use backoff::{Backoff, CEILING_MS, FIRST_MS, RETRY_AFTER_MAX_MS};
pub use event::{
    Asked, Custody, Effect, Event, Failure, Item, Moment, Outcome, Reason, Report, Seen, Stock,
    SyncAsk, Synced, Token,
};
pub use machine::{IN_FLIGHT_MAX, Machine, REGULAR_MS};

#[cfg(test)]
mod tests;
