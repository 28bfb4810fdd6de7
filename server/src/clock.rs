//! Time comes in from outside, so that a test and the demo can set it.

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Real time, ms UTC: sessions, tokens, receipts, beacons.
    fn now_ms(&self) -> i64;

    /// The court's time, ms UTC: what pages call today. Differs from [`Clock::now_ms`] in the demo.
    fn court_now_ms(&self) -> i64 {
        self.now_ms()
    }
}

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        #[expect(
            clippy::disallowed_methods,
            reason = "the clock that everybody is given"
        )]
        chrono::Utc::now().timestamp_millis()
    }
}

/// A clock whose court time is moved by a fixed distance.
pub(crate) struct ShiftedClock<C> {
    pub(crate) real: C,
    pub(crate) offset_ms: i64,
}

impl Clock for ShiftedClock<std::sync::Arc<dyn Clock>> {
    fn now_ms(&self) -> i64 {
        self.real.now_ms()
    }

    fn court_now_ms(&self) -> i64 {
        self.real.now_ms().saturating_add(self.offset_ms)
    }
}
