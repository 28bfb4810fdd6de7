//! The state behind the pages: the phone, who is unlocked, the carrier.

use crate::carrier::Carrier;
use axum::extract::FromRef;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use waiqin_core::{Clock, Entropy, NetworkSwitch, Phone, Session};
use waiqin_protocol::ids::{OfficerId, SubjectId};

/// Without a request for this long the phone locks.
pub const IDLE_MS: i64 = 10 * 60_000;

/// What the pages are made with.
pub struct UiParts {
    /// The officers of this phone.
    pub phone: Phone,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Random bytes: new items, entry links.
    pub entropy: Arc<dyn Entropy>,
    /// How requests reach the pages.
    pub carrier: Arc<Carrier>,
    /// The switch 断网, where pages may turn it: on the desktop host.
    pub network: Option<Arc<NetworkSwitch>>,
    /// An enrolment ticket given at the start.
    pub ticket: Option<String>,
    /// When the court's clock began, where it is not today's (ms UTC).
    pub court_clock_ms: Option<i64>,
    /// What is added to times of the court's server, whose clock is the real one, where the
    /// court's clock is not today's.
    pub server_shift_ms: i64,
    /// Without a request for this long the phone locks, ms.
    pub idle_ms: i64,
}

/// The state, cheap to clone.
#[derive(Clone)]
pub struct Ui(Arc<Inner>);

struct Inner {
    parts: UiParts,
    seat: Mutex<Seat>,
    /// Reasons typed before a seal, by record and rule: in memory alone, gone with the lock.
    reasons: Mutex<Reasons>,
    /// How often pages read in the engine's store.
    #[cfg(test)]
    asked: std::sync::atomic::AtomicUsize,
}

type Reasons = BTreeMap<SubjectId, BTreeMap<String, String>>;

/// Who sits in front of the phone.
#[derive(Default)]
struct Seat {
    session: Option<Arc<Session>>,
    /// Monotonic time of the last request that a person made, ms.
    used_ms: i64,
    /// The last lock came from lack of use; said once on the unlock page.
    idled: bool,
    /// Who was unlocked last, to be chosen again.
    last: Option<OfficerId>,
}

impl Ui {
    /// The state of pages.
    #[must_use]
    pub fn new(parts: UiParts) -> Self {
        Self(Arc::new(Inner {
            parts,
            seat: Mutex::default(),
            reasons: Mutex::default(),
            #[cfg(test)]
            asked: std::sync::atomic::AtomicUsize::new(0),
        }))
    }

    /// What it was made with.
    #[must_use]
    pub fn parts(&self) -> &UiParts {
        &self.0.parts
    }

    /// Now by the phone's clock, ms UTC: what pages call today.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.0.parts.clock.now().wall_ms
    }

    /// 256 random bits.
    #[must_use]
    pub fn random(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.0.parts.entropy.fill(&mut bytes);
        bytes
    }

    /// A link that lets one browser in, once.
    #[must_use]
    pub fn entry_link(&self) -> String {
        self.0.parts.carrier.entry_link(self.random())
    }

    /// The officer who is unlocked. Locks first when nobody used the phone for too long; `person`
    /// tells whether a person asks, or a page that follows the engine by itself.
    #[must_use]
    pub fn session(&self, person: bool) -> Option<Arc<Session>> {
        self.lock_if_idle();
        let mut seat = self.seat();
        if seat.session.as_ref().is_some_and(|it| it.is_locked()) {
            seat.session = None;
        }
        if person && seat.session.is_some() {
            seat.used_ms = self.0.parts.clock.now().mono_ms;
        }
        seat.session.clone()
    }

    /// Takes an officer in; whoever sat there is locked.
    pub fn sit(&self, session: Arc<Session>) {
        let mut seat = self.seat();
        let officer = session.officer().id;
        let before = seat.session.replace(session.clone());
        self.reasons().clear();
        seat.used_ms = self.0.parts.clock.now().mono_ms;
        seat.idled = false;
        seat.last = Some(officer);
        drop(seat);
        if let Some(before) = before.filter(|it| !Arc::ptr_eq(it, &session)) {
            before.lock();
        }
    }

    /// Locks whoever is unlocked. Blocks: a checkpoint is signed.
    pub fn lock(&self) {
        self.reasons().clear();
        let session = self.seat().session.take();
        if let Some(session) = session {
            session.lock();
        }
    }

    /// Locks when nobody used the phone for too long.
    pub fn lock_if_idle(&self) {
        let mut seat = self.seat();
        let now = self.0.parts.clock.now().mono_ms;
        let idle = seat.session.is_some() && now - seat.used_ms >= self.0.parts.idle_ms;
        if idle {
            seat.idled = true;
            self.reasons().clear();
            let session = seat.session.take();
            drop(seat);
            if let Some(session) = session {
                session.lock();
            }
        }
    }

    /// Whether the last lock came from lack of use; told once.
    #[must_use]
    pub fn take_idled(&self) -> bool {
        std::mem::take(&mut self.seat().idled)
    }

    /// Who was unlocked last.
    #[must_use]
    pub fn last_officer(&self) -> Option<OfficerId> {
        self.seat().last
    }

    /// Reasons typed for the seal of a record, while the phone stays unlocked.
    #[must_use]
    pub fn typed_reasons(&self, subject: SubjectId) -> BTreeMap<String, String> {
        self.reasons().get(&subject).cloned().unwrap_or_default()
    }

    /// Keeps reasons typed for the seal of a record; none forgets them.
    pub fn keep_reasons(&self, subject: SubjectId, reasons: BTreeMap<String, String>) {
        if reasons.is_empty() {
            self.reasons().remove(&subject);
        } else {
            self.reasons().insert(subject, reasons);
        }
    }

    /// Counts a call of the engine; returns how many there were before.
    #[cfg(test)]
    pub fn count_asked(&self, more: usize) -> usize {
        let order = std::sync::atomic::Ordering::Relaxed;
        self.0.asked.fetch_add(more, order)
    }

    fn reasons(&self) -> MutexGuard<'_, Reasons> {
        self.0
            .reasons
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn seat(&self) -> MutexGuard<'_, Seat> {
        self.0.seat.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FromRef<Ui> for Arc<Carrier> {
    fn from_ref(ui: &Ui) -> Self {
        ui.0.parts.carrier.clone()
    }
}
