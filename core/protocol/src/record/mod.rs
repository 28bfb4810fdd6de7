//! Records (记录), folded from entries. Phone and office fold with this same code, in the order of
//! the server's log, the phone's own unsent entries on top.

mod body;
mod fold;
mod parts;
mod strokes;

pub use body::{BODY_VERSION, Body, BodyError, Manifest};
pub use fold::{Applied, Candidate, FieldState, NotSealable, Record, Seen};
pub use parts::{Amends, CountersignState, EvidenceState, Refusal, Seal, Signature};
pub use strokes::{Strokes, StrokesError};
