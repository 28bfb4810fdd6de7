//! The demo: a court set up from the sample list, its server and a phone as processes, used by a
//! person ([`live`]) or played by a script that proves what holds ([`script`]).
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "speaks on the terminal"
)]

pub mod court;
pub mod live;
pub mod process;
pub mod script;
