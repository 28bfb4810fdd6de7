//! Real phones and a real court, as processes, with a line between them that fails when it is worst.
//!
//! Where the stories of the design (§9.3: real binaries over real sockets) are told:
//! - server killed in the middle of a push, of an upload, between commit and answer: `kills.rs`
//! - phone killed in the middle of an upload: `kills.rs`; in the middle of saves, without a line, a
//!   hundred times: `mobile-bindings/ui/tests/kill.rs`
//! - server killed at random moments, forty times, under a phone that is a part of the test:
//!   `server/tests/killed.rs`
//! - a line that drops, delays, trickles, says everything twice: `weather.rs`, by a printed seed
//! - backup during a push, restore elsewhere, the phones after it: `moved.rs`; with phones that are a
//!   part of the test and a restore that is older: `server/tests/backup.rs`
//! - another TLS key than the pinned one: `moved.rs`; forged certificates: `core/src/sync/tests/tls.rs`
//! - copies of a phone, several phones on one record: `tests/tests/phones`
//! - everything at once, reordered and repeated, without sockets: `tests/tests/simulation`
//!
//! After each the oracle reads the court's tables by SQL of its own and hashes what lies in its folder.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    reason = "a crate of tests, which uses a part of the host"
)]

#[path = "../phones/court.rs"]
mod court;
#[path = "../../../mobile-bindings/ui/tests/real/host.rs"]
mod host;
mod kills;
mod moved;
mod story;
mod weather;
