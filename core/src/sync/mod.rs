//! Sync with the court: the driver does what `waiqin_protocol::sync` decides. One file per step of
//! the conversation, named as in `waiqin_protocol::wire`.
//!
//! **Invariants.** Nothing is taken for delivered without a receipt that the pinned key signed and
//! that names this phone's own link. What an answer brings is checked, then kept, line by line; an
//! answer without its last line was cut and proves nothing more than the lines it had. The line is
//! plain only to this machine; anywhere else TLS with the pinned public key carries it.

mod conversation;
mod down;
mod driver;
mod enrol;
mod error;
mod evidence;
mod hello;
mod holdings;
mod line;
mod lines;
mod piece;
mod pin;
mod push;
mod report;
mod session;
mod successor;
#[expect(
    clippy::module_inception,
    reason = "the step of the conversation is called so"
)]
mod sync;
#[cfg(test)]
mod tests;
mod upload;
mod words;

pub(crate) use down::{Checked, check_receipt};
pub(crate) use driver::Driver;
pub use driver::UploadProgress;
pub(crate) use enrol::Enrolment;
pub use error::CallError;
pub(crate) use holdings::{Holdings, HoldingsError, Pinned, Unsent};
pub use line::Carrier;
pub(crate) use piece::Piece;
