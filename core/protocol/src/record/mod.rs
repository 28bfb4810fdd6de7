//! Records (记录), folded from entries. Phone and office fold with this same code, in the order of
//! the server's log, the phone's own unsent entries on top.

mod facts;
mod fold;

pub use facts::{Amends, Facts, Proof};
pub use fold::{Applied, Candidate, EvidenceState, FieldState, Record, Seen};
