//! Why a request was turned away, and how often.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

/// Why a request was turned away before any page saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// `Host` is not exactly this launch's address: another name that resolves to loopback.
    Host,
    /// No cookie of this launch.
    Cookie,
    /// A write that does not come from one of our pages.
    Origin,
    /// A write without the page's CSRF field.
    Csrf,
    /// An entry link that was used before or never given out.
    EntryLink,
    /// Another site or port asks for a part of a page.
    CrossSite,
}

/// Every reason, in the order in which they are checked.
pub const REFUSALS: [Refusal; 6] = [
    Refusal::Host,
    Refusal::EntryLink,
    Refusal::Cookie,
    Refusal::CrossSite,
    Refusal::Origin,
    Refusal::Csrf,
];

impl Refusal {
    /// The name used in logs and counters.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Cookie => "cookie",
            Self::Origin => "origin",
            Self::Csrf => "csrf",
            Self::EntryLink => "entry_link",
            Self::CrossSite => "cross_site",
        }
    }

    fn index(self) -> usize {
        match self {
            Self::Host => 0,
            Self::Cookie => 1,
            Self::Origin => 2,
            Self::Csrf => 3,
            Self::EntryLink => 4,
            Self::CrossSite => 5,
        }
    }
}

/// Counts per reason since the launch.
#[derive(Debug, Default)]
pub struct Refusals([AtomicU64; 6]);

impl Refusals {
    /// Counts one and returns it, so that `Err(refusals.count(…))` reads well.
    pub fn count(&self, refusal: Refusal) -> Refusal {
        self.0[refusal.index()].fetch_add(1, Ordering::Relaxed);
        tracing::warn!(reason = refusal.name(), "a request was turned away");
        refusal
    }

    /// How often for one reason.
    #[must_use]
    pub fn of(&self, refusal: Refusal) -> u64 {
        self.0[refusal.index()].load(Ordering::Relaxed)
    }

    /// All counts by name.
    #[must_use]
    pub fn all(&self) -> BTreeMap<&'static str, u64> {
        REFUSALS
            .iter()
            .map(|it| (it.name(), self.of(*it)))
            .collect()
    }
}
