//! When to try again after a failure.

use super::event::Moment;

/// First delay, ms.
pub const FIRST_MS: i64 = 5_000;
/// Longest delay that grows out of failures, ms.
pub const CEILING_MS: i64 = 15 * 60 * 1000;
/// Longest delay that a server may ask for, ms: a wrong header must not silence a phone for days.
pub const RETRY_AFTER_MAX_MS: i64 = 60 * 60 * 1000;

/// Exponential delays with jitter and a ceiling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Counts a failure and says when the next try is due, monotonic ms. Half of the delay is
    /// random, so that phones which failed together do not come back together; what the server asked
    /// for is obeyed, with the random part on top.
    pub fn failed(&mut self, moment: Moment, retry_after_ms: Option<i64>) -> i64 {
        let doubled = 1i64.checked_shl(self.failures.min(20)).unwrap_or(1);
        let delay = FIRST_MS.saturating_mul(doubled).min(CEILING_MS);
        self.failures = self.failures.saturating_add(1);
        let half = delay / 2;
        let jitter = moment.below(half);
        let delay = match retry_after_ms {
            None => half + jitter,
            Some(asked) => asked.clamp(half, RETRY_AFTER_MAX_MS) + jitter,
        };
        moment.now_ms.saturating_add(delay)
    }

    /// Forgets the failures.
    pub fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// Failures since the last success.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn moment(now_ms: i64, roll: u64) -> Moment {
        Moment { now_ms, roll }
    }

    #[test]
    fn delays_double_up_to_the_ceiling() {
        let mut backoff = Backoff::default();
        let delays: Vec<i64> = (0..10)
            .map(|_| backoff.failed(moment(1_000, 0), None) - 1_000)
            .collect();
        assert_eq!(
            delays,
            [
                2_500, 5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 450_000, 450_000
            ]
        );
        backoff.succeeded();
        assert_eq!(backoff.failed(moment(0, 0), None), 2_500);
    }

    proptest! {
        #[test]
        fn a_delay_is_bounded_and_obeys_the_server(
            failures in 0u32..200, now in 0i64..1 << 50, roll: u64, asked in prop::option::of(any::<i64>()),
        ) {
            let mut backoff = Backoff { failures };
            let delay = backoff.failed(moment(now, roll), asked) - now;
            prop_assert!(delay >= FIRST_MS / 2);
            prop_assert!(delay <= CEILING_MS / 2 + CEILING_MS.max(RETRY_AFTER_MAX_MS));
            if let Some(asked) = asked {
                prop_assert!(delay >= asked.min(RETRY_AFTER_MAX_MS));
            } else {
                prop_assert!(delay <= CEILING_MS);
            }
        }
    }
}
