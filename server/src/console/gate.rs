//! The gate of sign-in: how many tries, and how long to wait after too many. Unknown logins are
//! counted like known ones, so that a lock-out does not tell which logins exist.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tokio::sync::Semaphore;

/// Wrong passwords before the first lock-out.
pub(super) const TRIES: i64 = 5;
const FIRST_WAIT_MS: i64 = 60_000;
const LONGEST_WAIT_MS: i64 = 3_600_000;
/// Unknown logins that are remembered; when there are more, the oldest are forgotten.
const STRANGERS_MAX: usize = 10_000;
/// Passwords checked at once: each takes Argon2's memory.
const CHECKS: usize = 4;

/// How long sign-in is closed after so many wrong passwords in a row: nothing, then a minute, and
/// twice as long each further time, up to an hour.
pub(super) fn wait_after(failures: i64) -> Option<i64> {
    let over = failures - TRIES;
    (over >= 0).then(|| {
        let doubled = FIRST_WAIT_MS.checked_shl(u32::try_from(over).unwrap_or(u32::MAX).min(16));
        doubled
            .unwrap_or(LONGEST_WAIT_MS)
            .clamp(FIRST_WAIT_MS, LONGEST_WAIT_MS)
    })
}

/// Failures of logins that do not exist, and the number of checks at once.
pub(super) struct Gate {
    strangers: Mutex<HashMap<String, Stranger>>,
    pub checks: Semaphore,
}

#[derive(Clone, Copy)]
struct Stranger {
    failures: i64,
    blocked_until_ms: i64,
    seen_ms: i64,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            strangers: Mutex::default(),
            checks: Semaphore::new(CHECKS),
        }
    }
}

impl Gate {
    /// Until when an unknown login is locked out.
    pub fn blocked_until_ms(&self, login: &str) -> i64 {
        let strangers = self
            .strangers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        strangers.get(login).map_or(0, |it| it.blocked_until_ms)
    }

    /// Counts a try with an unknown login; returns until when it is locked out now.
    pub fn count_failure(&self, login: &str, now_ms: i64) -> i64 {
        let mut strangers = self
            .strangers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if strangers.len() >= STRANGERS_MAX && !strangers.contains_key(login) {
            let oldest = strangers
                .iter()
                .min_by_key(|(_, it)| it.seen_ms)
                .map(|(k, _)| k.clone());
            if let Some(oldest) = oldest {
                strangers.remove(&oldest);
            }
        }
        let it = strangers.entry(login.to_owned()).or_insert(Stranger {
            failures: 0,
            blocked_until_ms: 0,
            seen_ms: now_ms,
        });
        it.failures += 1;
        it.seen_ms = now_ms;
        it.blocked_until_ms = wait_after(it.failures).map_or(0, |wait| now_ms + wait);
        it.blocked_until_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_from_a_minute_to_an_hour() {
        assert_eq!(wait_after(0), None);
        assert_eq!(wait_after(TRIES - 1), None);
        assert_eq!(wait_after(TRIES), Some(60_000));
        assert_eq!(wait_after(TRIES + 1), Some(120_000));
        assert_eq!(wait_after(TRIES + 5), Some(1_920_000));
        assert_eq!(wait_after(TRIES + 6), Some(3_600_000));
        assert_eq!(wait_after(i64::MAX), Some(3_600_000));
    }

    #[test]
    fn an_unknown_login_is_locked_out_like_a_known_one_and_memory_stays_bounded() {
        let gate = Gate::default();
        for _ in 1..TRIES {
            assert_eq!(gate.count_failure("nobody", 1000), 0);
        }
        assert_eq!(gate.count_failure("nobody", 1000), 61_000);
        assert_eq!(gate.blocked_until_ms("nobody"), 61_000);
        for n in 0..STRANGERS_MAX + 10 {
            gate.count_failure(&format!("x{n}"), 2000);
        }
        assert!(gate.strangers.lock().unwrap().len() <= STRANGERS_MAX);
        assert_eq!(gate.blocked_until_ms("nobody"), 0);
    }
}
