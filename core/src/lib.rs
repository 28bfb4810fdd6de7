//! The engine on the phone: journal, evidence, store and the sync driver. No screens, no FFI.
//!
//! Enter at [`Phone`]: it knows the officers of one device, enrols and unlocks them. A [`Session`] is
//! one officer, unlocked: everything a page shows or does goes through it.
//!
//! **Invariants.** The journal in plain files is the truth; what lies in the [`store`] can be
//! rebuilt from it and from the server, so no damage to the store costs a record. *Saved* is said
//! only after the bytes are durable. Time, random bytes, the network switch and the hardware's
//! secret come in through [`host`]; files through [`disk`].
#![cfg_attr(
    test,
    allow(
        clippy::wildcard_enum_match_arm,
        clippy::too_many_lines,
        clippy::cast_possible_truncation,
        clippy::unwrap_in_result,
        reason = "tests say what they look at, tables are long, and their numbers are small"
    )
)]
#![warn(missing_docs)]

mod custody;
pub mod disk;
mod evidence;
pub mod host;
pub mod journal;
pub mod keys;
mod phone;
mod pin;
mod rescue;
mod secret;
pub mod session;
pub mod store;
pub mod sync;

pub use host::{
    Clock, Entropy, FileSecret, HardwareSecret, HostParts, NetworkSwitch, Now, SystemClock,
    SystemEntropy,
};
pub use phone::{
    Engine, EnrolError, OfficerOnPhone, OpenError, Phone, SecondError, StoreKind, StoreMaker,
    UnlockError,
};
pub use pin::{Pin, PinError};
pub use rescue::{RescueError, Rescued, RescuedJournal, RescuedOfficer, rescue};
pub use session::{
    CaseList, Concluded, Delivery, EntryKind, EntryLine, EvidenceFacts, EvidenceSaved, ExportError,
    ExportSummary, HandInError, HandInScope, HandedIn, Incident, IncidentKind, LastOutcome, Orphan,
    Parked, ParkedItem, Phase, Photo, ReceiptLine, ReceiptsTaken, RecordPage, RecordRow, RecordsOf,
    SaveError, Saved, SealRequest, SealSheet, Second, Session, Status, SyncError, SyncReport,
    TakeReceiptsError, seconds_among,
};
pub use store::StoreError;
pub use sync::{CallError, Carrier, UploadProgress};
