//! Records (记录), folded from entries. Phone and office fold with this same code, in the order of
//! the server's log, the phone's own unsent entries on top.

mod body;
mod facts;
mod fold;
mod items;
mod parts;
mod strokes;

pub use body::{BODY_VERSION, Body, BodyError, Manifest};
pub use facts::{Amends, Facts, Proof};
pub use fold::{Applied, Candidate, FieldState, NotSealable, Record, Seen};
pub use items::ItemOrder;
pub use parts::{Conclusion, CountersignState, Decision, EvidenceState, Refusal, Seal, Signature};
pub use strokes::{STROKES_BYTES_MAX, Strokes, StrokesError};
