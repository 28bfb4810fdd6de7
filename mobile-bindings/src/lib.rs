//! The engine for Kotlin, Swift and Python: a thin edge through uniffi over `waiqin-core`, and over
//! `waiqin-phone-ui` for its words, its way of reading what people type, and its pages.
//!
//! Enter at [`Phone`]: it opens the phone's folder, enrols and unlocks. A [`Session`] is one officer,
//! unlocked. Shells that show the pages call [`Phone::start_ui`]; those with screens of their own find
//! everything that the pages do.
//!
//! **Invariants.** No rule of the domain stands here. Every method that may touch a disk, a key or the
//! network is asynchronous and works on threads of this library, so that no caller's thread waits.
//! Every error is a [`WaiqinError`] with words in the officer's language; a panic becomes one, too.
//! Photos cross by path, never as bytes.
//!
//! **Types.** What crosses as it stands in the engine is declared `remote`: a copy of it here that
//! differed would not compile. The others are types of this border, made from the engine's in one place
//! each, beside the type: they carry the words of an officer (`record`, `number`) and not those of the
//! journal (`subject`, `seq`), counts that every language has and no `usize`, texts in his language where
//! the engine has codes, and nothing of the wire. The engine may change under them; screens do not.
#![warn(missing_docs)]

mod cases;
mod error;
mod evidence;
mod host;
mod ids;
mod pages;
mod phone;
mod record;
mod records;
mod seal;
mod session;
mod signers;
mod sync;
mod work;

pub use cases::{Case, CaseList, CaseNumber, Party};
pub use error::WaiqinError;
pub use evidence::{PhotoFacts, PhotoSaved};
pub use host::{Clock, Entropy, HardwareError, HardwareSecret, Moment};
pub use pages::Pages;
pub use phone::{Language, OfficerOnPhone, Phone, Settings};
pub use record::{Candidate, Countersigned, Entry, Field, Photo, Record, RecordRow, Signature};
pub use records::{FieldProblem, RecordsOf, Saved, SavedFields};
pub use seal::{Finding, SealSheet, Sealed, SecondOfficer};
pub use session::Session;
pub use signers::CountersignAsked;
pub use sync::{Progress, Receipt, ReceiptsTaken, Status, SyncListener, SyncReport, SyncStep};

uniffi::setup_scaffolding!();
