//! The simulation (DESIGN §9.2): several phones and a court, the real code of both on simulated
//! disks, clocks and lines; one thread, worlds from printed seeds, and an oracle that shares no code
//! with fold and sync. How to run it: docs/ARCHITECTURE.md.
#![allow(
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    clippy::print_stdout,
    clippy::too_many_lines,
    clippy::cast_possible_truncation,
    clippy::wildcard_enum_match_arm,
    reason = "a crate of tests"
)]

mod acts;
mod device;
mod dice;
mod faults;
mod happenings;
mod mishaps;
mod network;
mod office;
mod oracle;
mod power;
mod quiet;
mod reference;
mod runs;
mod scenario;
mod stores;
mod story;
mod stranger;
mod tables;
mod world;
