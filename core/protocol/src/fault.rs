//! Faults that the simulation plants to prove that it would find them (DESIGN §9.2). Each stands at
//! the place in the code where it would really be made. Without the feature `faults`, which the crate
//! of tests alone turns on, none can be planted and the compiler leaves their code out.

/// A fault, named as `WAIQIN_FAULT` names it to the simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// *Saved* is said before the bytes are durable.
    AckBeforeSync,
    /// The court takes what it has for new.
    SkipDedup,
    /// A journal that is opened loses the last frame that nothing vouches for.
    DropTail,
    /// A phone folds its own entries before those of others, whatever the court's log says.
    ReorderFold,
    /// The later value of a field replaces what its author had not seen.
    LastWriter,
    /// A page that is full drops what its cursor counts as sent.
    CursorSkip,
    /// A repeated request gets a receipt that is signed anew.
    ReceiptTwice,
    /// A phone that was restored from a copy goes on in the same journal.
    SeqReuseAfterRestore,
    /// A phone never compares what it holds with the court.
    NeverCompares,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 9] = [
        Self::AckBeforeSync,
        Self::SkipDedup,
        Self::DropTail,
        Self::ReorderFold,
        Self::LastWriter,
        Self::CursorSkip,
        Self::ReceiptTwice,
        Self::SeqReuseAfterRestore,
        Self::NeverCompares,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AckBeforeSync => "ack_before_sync",
            Self::SkipDedup => "skip_dedup",
            Self::DropTail => "drop_tail",
            Self::ReorderFold => "reorder_fold",
            Self::LastWriter => "last_writer",
            Self::CursorSkip => "cursor_skip",
            Self::ReceiptTwice => "receipt_twice",
            Self::SeqReuseAfterRestore => "seq_reuse_after_restore",
            Self::NeverCompares => "never_compares",
        }
    }
}

/// Whether a fault is planted.
#[cfg(not(feature = "faults"))]
#[must_use]
pub const fn planted(_: Fault) -> bool {
    false
}

#[cfg(feature = "faults")]
pub use planting::{plant, planted};

#[cfg(feature = "faults")]
mod planting {
    use super::Fault;
    use std::sync::atomic::{AtomicU8, Ordering};

    /// Place of the fault in [`Fault::ALL`], counted from 1; 0: none.
    static PLANTED: AtomicU8 = AtomicU8::new(0);

    /// Plants a fault in this process, or takes it out.
    pub fn plant(fault: Option<Fault>) {
        PLANTED.store(fault.map_or(0, |fault| fault as u8 + 1), Ordering::SeqCst);
    }

    /// Whether a fault is planted.
    #[must_use]
    pub fn planted(fault: Fault) -> bool {
        PLANTED.load(Ordering::SeqCst) == fault as u8 + 1
    }
}
