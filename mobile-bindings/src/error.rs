//! The one error of the border: what kind, for the shell; words, for the officer.

use std::error::Error;
use waiqin_core::{
    EnrolError, HandInError, OpenError, SaveError, StoreError, SyncError, TakeReceiptsError,
    UnlockError,
};
use waiqin_phone_ui::told::{self, Missing, chain};
use waiqin_protocol::words::Lang;

/// Something was not done. `words` tell the officer why, in his language, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum WaiqinError {
    /// The session is locked (已锁): unlock, and ask again.
    #[error("{words}")]
    Locked {
        /// For the officer.
        words: String,
    },
    /// The PIN (口令) is wrong, or has to wait after wrong ones.
    #[error("{words}")]
    WrongPin {
        /// For the officer.
        words: String,
        /// How long the next try has to wait, ms; 0: not at all.
        wait_ms: i64,
    },
    /// No such case, record, photo, person, officer or file here.
    #[error("{words}")]
    NotHere {
        /// For the officer.
        words: String,
    },
    /// What was given cannot be taken: a number, an id, a code, a ticket, a signature without strokes.
    #[error("{words}")]
    Input {
        /// For the officer.
        words: String,
    },
    /// The record does not allow it as it stands: sealed, void, contested, findings open, nobody to
    /// sign second, or changed since it was shown.
    #[error("{words}")]
    NotAllowed {
        /// For the officer.
        words: String,
        /// Ids of the rules that are open, where they are why.
        rules: Vec<String>,
    },
    /// The court did not answer, refused, or who answered is not the court.
    #[error("{words}")]
    Court {
        /// For the officer.
        words: String,
    },
    /// Something on this phone failed: disk, store, keys, hardware.
    #[error("{words}")]
    Phone {
        /// For the officer.
        words: String,
    },
    /// A fault of the program: a panic was caught. What was saved is safe.
    #[error("{words}")]
    Fault {
        /// For the officer.
        words: String,
    },
}

/// An error of the engine, told.
pub(crate) trait Told: Error {
    /// Its kind and words.
    fn told(&self, lang: Lang) -> WaiqinError;
}

/// A result of the engine, told when it is an error.
pub(crate) trait Tell<T> {
    /// The value, or the error of the border.
    fn tell(self, lang: Lang) -> Result<T, WaiqinError>;
}

impl<T, E: Told> Tell<T> for Result<T, E> {
    fn tell(self, lang: Lang) -> Result<T, WaiqinError> {
        self.map_err(|error| {
            tracing::warn!(error = %chain(&error), "not done");
            error.told(lang)
        })
    }
}

impl WaiqinError {
    pub(crate) fn input(words: String) -> Self {
        Self::Input { words }
    }

    pub(crate) fn locked(lang: Lang) -> Self {
        Self::Locked {
            words: told::locked(lang),
        }
    }

    pub(crate) fn missing(what: Missing, lang: Lang) -> Self {
        Self::NotHere {
            words: told::missing(what, lang),
        }
    }

    pub(crate) fn fault(lang: Lang) -> Self {
        Self::Fault {
            words: told::fault(lang),
        }
    }
}

impl Told for SaveError {
    fn told(&self, lang: Lang) -> WaiqinError {
        let words = told::save(self, lang);
        match self {
            Self::Locked => WaiqinError::Locked { words },
            Self::NoSuchRecord | Self::NoSuchEvidence | Self::NoSuchPerson => {
                WaiqinError::NotHere { words }
            }
            Self::Open(rules) => WaiqinError::NotAllowed {
                words,
                rules: rules.clone(),
            },
            Self::NotSealable(_)
            | Self::NotSealed
            | Self::ShownChanged
            | Self::NoSecond
            | Self::OfficeDecides
            | Self::Uncertified => WaiqinError::NotAllowed {
                words,
                rules: Vec::new(),
            },
            Self::NoSuchValue
            | Self::Strokes(_)
            | Self::Countersign(_)
            | Self::NoReason
            | Self::Entry(_)
            | Self::Empty
            | Self::TooLarge { .. } => WaiqinError::Input { words },
            Self::Sign(_) | Self::Source(_) | Self::Disk(_) | Self::Store(_) => {
                WaiqinError::Phone { words }
            }
        }
    }
}

impl Told for StoreError {
    fn told(&self, lang: Lang) -> WaiqinError {
        match self {
            Self::Locked => WaiqinError::locked(lang),
            Self::Io(_) | Self::Damaged { .. } => WaiqinError::Phone {
                words: told::unread(lang),
            },
        }
    }
}

impl Told for UnlockError {
    fn told(&self, lang: Lang) -> WaiqinError {
        let words = told::unlock(self, lang);
        match self {
            Self::WrongPin { wait_ms } | Self::Wait { wait_ms } => WaiqinError::WrongPin {
                words,
                wait_ms: *wait_ms,
            },
            Self::NoSuchOfficer => WaiqinError::NotHere { words },
            Self::EnrolmentUnfinished => WaiqinError::NotAllowed {
                words,
                rules: Vec::new(),
            },
            Self::KeysDamaged
            | Self::HardwareGone
            | Self::Hardware(_)
            | Self::Files(_)
            | Self::Journal(_)
            | Self::Store(_) => WaiqinError::Phone { words },
        }
    }
}

impl Told for EnrolError {
    fn told(&self, lang: Lang) -> WaiqinError {
        let words = told::enrol(self, lang);
        match self {
            Self::Offline
            | Self::Address
            | Self::Unreachable(_)
            | Self::NotOurs
            | Self::Refused(_) => WaiqinError::Court { words },
            Self::OtherPin => WaiqinError::WrongPin { words, wait_ms: 0 },
            Self::AlreadyOnPhone => WaiqinError::NotAllowed {
                words,
                rules: Vec::new(),
            },
            Self::Hardware(_) | Self::Write(_) | Self::Unlock(_) => WaiqinError::Phone { words },
        }
    }
}

impl Told for OpenError {
    fn told(&self, lang: Lang) -> WaiqinError {
        WaiqinError::Phone {
            words: told::folder(self, lang),
        }
    }
}

impl Told for SyncError {
    fn told(&self, lang: Lang) -> WaiqinError {
        match self {
            Self::Locked => WaiqinError::locked(lang),
            Self::Phone(_) => WaiqinError::Phone {
                words: told::sync(lang),
            },
        }
    }
}

impl Told for HandInError {
    fn told(&self, lang: Lang) -> WaiqinError {
        match self {
            Self::Locked => WaiqinError::locked(lang),
            Self::CourtKey
            | Self::Journal(_)
            | Self::Chain
            | Self::Store(_)
            | Self::Evidence(_)
            | Self::Sign(_)
            | Self::Head(_)
            | Self::Write(_) => WaiqinError::Phone {
                words: told::not_handed_in(lang),
            },
        }
    }
}

impl Told for TakeReceiptsError {
    fn told(&self, lang: Lang) -> WaiqinError {
        let words = told::receipts(self, lang);
        match self {
            Self::Locked => WaiqinError::Locked { words },
            Self::Read(_) | Self::File(_) | Self::OtherJournal | Self::Foreign => {
                WaiqinError::Input { words }
            }
            Self::Keep(_) => WaiqinError::Phone { words },
        }
    }
}
