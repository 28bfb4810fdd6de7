//! How often one address or journal may be wrong, and how much one journal may ask at once.
//!
//! **Invariants.** Who proves what he is, by a token that lives, a signature that fits or a code that
//! is good, is let in however often others at his address were wrong: all phones of an office may share
//! one address. So these bounds keep nobody from guessing (tokens have 256 random bits, codes 80);
//! they keep a phone or a stranger that is wrong again and again from costing more than a short answer.
//! Passwords of the console are the exception: people choose them, so an address that was wrong too
//! often is not looked at for a while, whatever it brings.
//! Memory is bounded whatever strangers send. Nothing here outlives the process.

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use waiqin_protocol::ids::JournalId;

/// Callers whose tries are remembered; beyond, the one who has least to wait is forgotten.
const CALLERS_MAX: usize = 16_384;

/// Where a request comes from: an IPv4 address or an IPv6 network of 64 bits, which one machine may
/// use as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Peer {
    /// Nobody's address: the request came over no socket.
    Inside,
    V4(u32),
    Net6(u64),
}

impl Peer {
    /// The peer of a connection. What a proxy says of others is not believed: behind one all are one
    /// peer, which these limits are made for.
    pub fn of(parts: &Parts) -> Self {
        let info = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        info.map_or(Self::Inside, |ConnectInfo(peer)| peer.ip().into())
    }
}

impl From<IpAddr> for Peer {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.to_bits()),
            IpAddr::V6(address) => {
                Self::Net6(u64::try_from(address.to_bits() >> 64).unwrap_or(u64::MAX))
            }
        }
    }
}

/// What is counted, and of whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Try {
    /// A token that nobody has, of an address, by the first byte of its hash: a phone that repeats a
    /// wrong one does not use up what the others have.
    Token(Peer, u8),
    /// An answer to a challenge that does not fit, of an address.
    Proof(Peer),
    /// The same in the name of one journal.
    ProofOf(JournalId, Peer),
    /// An enrolment code that is not good, of an address.
    Code(Peer),
    /// A wrong password at the console, from an address.
    SignIn(Peer),
    /// A token given to a journal.
    Session(JournalId),
}

/// So many at once, and then one in so many milliseconds.
struct Pace {
    burst: i64,
    every_ms: i64,
}

impl Try {
    fn pace(self) -> Pace {
        let (burst, every_ms) = match self {
            // A court that was restored knows none of two hundred phones' tokens.
            Self::Token(..) => (60, 2_000),
            Self::Proof(_) => (600, 1_000),
            Self::ProofOf(..) => (20, 30_000),
            // Somebody who types sixteen characters from paper, several times over.
            Self::Code(_) => (30, 20_000),
            // A whole office that mistypes in one morning; then one guess in 20 s, whatever the login.
            Self::SignIn(_) => (30, 20_000),
            // A token lives for hours; tests and restored copies open a few in a row.
            Self::Session(_) => (120, 30_000),
        };
        Pace { burst, every_ms }
    }
}

/// Kinds of requests that take long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Work {
    /// `POST sync`: a phone has one, and some that hang since its line broke.
    Sync,
    /// Creation and bytes of uploads: a phone has four, and some that hang.
    Upload,
}

impl Work {
    fn at_once(self) -> u32 {
        match self {
            Self::Sync => 8,
            Self::Upload => 16,
        }
    }
}

/// What was counted so far, and what is under way.
#[derive(Default)]
pub(crate) struct Rates {
    even_at: Mutex<Callers>,
    under_way: Mutex<BTreeMap<(Work, JournalId), u32>>,
}

impl Rates {
    /// Counts a try. When there were too many: how long to wait for the next, ms.
    pub fn count(&self, what: Try, now_ms: i64) -> Result<(), i64> {
        let Pace { burst, every_ms } = what.pace();
        let mut even_at = lock(&self.even_at);
        // A clock that was set back leaves nobody waiting for longer than the whole burst.
        let latest = now_ms.saturating_add(burst.saturating_mul(every_ms));
        let even = even_at.get(what).unwrap_or(now_ms).clamp(now_ms, latest);
        let next = even.saturating_add(every_ms);
        if next > latest {
            even_at.set(what, even, now_ms);
            return Err(next - latest);
        }
        even_at.set(what, next, now_ms);
        Ok(())
    }

    /// How long to wait before a try is looked at, ms; 0: none. Counts nothing.
    pub fn wait_ms(&self, what: Try, now_ms: i64) -> i64 {
        let Pace { burst, every_ms } = what.pace();
        let latest = now_ms.saturating_add(burst.saturating_mul(every_ms));
        let even = lock(&self.even_at).get(what);
        let even = even.unwrap_or(now_ms).clamp(now_ms, latest);
        even.saturating_add(every_ms).saturating_sub(latest).max(0)
    }

    /// A place for work of a journal, held until it is dropped; `None` when all are taken.
    pub fn place(self: &Arc<Self>, work: Work, journal: JournalId) -> Option<Place> {
        let mut under_way = lock(&self.under_way);
        let taken = under_way.entry((work, journal)).or_insert(0);
        if *taken >= work.at_once() {
            return None;
        }
        *taken += 1;
        Some(Place {
            rates: self.clone(),
            of: (work, journal),
        })
    }
}

/// Work that is under way.
pub(crate) struct Place {
    rates: Arc<Rates>,
    of: (Work, JournalId),
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut under_way = lock(&self.rates.under_way);
        if let Some(taken) = under_way.get_mut(&self.of) {
            *taken = taken.saturating_sub(1);
            if *taken == 0 {
                under_way.remove(&self.of);
            }
        }
    }
}

/// When each caller has nothing to wait for any more, ms; and the same in the order of these moments, so
/// that room is made without looking at those who stay.
#[derive(Default)]
struct Callers {
    even_at: BTreeMap<Try, i64>,
    soonest: BTreeSet<(i64, Try)>,
}

impl Callers {
    fn get(&self, what: Try) -> Option<i64> {
        self.even_at.get(&what).copied()
    }

    fn set(&mut self, what: Try, even_ms: i64, now_ms: i64) {
        if let Some(before) = self.even_at.remove(&what) {
            self.soonest.remove(&(before, what));
        } else {
            self.make_room(now_ms);
        }
        self.even_at.insert(what, even_ms);
        self.soonest.insert((even_ms, what));
    }

    /// Forgets who has nothing to wait for, and then who has least.
    fn make_room(&mut self, now_ms: i64) {
        let full = self.even_at.len() >= CALLERS_MAX;
        while full
            && let Some((even_ms, what)) = self.soonest.first().copied()
            && (even_ms <= now_ms || self.even_at.len() >= CALLERS_MAX)
        {
            self.soonest.pop_first();
            self.even_at.remove(&what);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: i64 = 1_562_027_400_000;

    fn journal(n: u8) -> JournalId {
        JournalId::from_bytes([n; 16])
    }

    fn peer(text: &str) -> Peer {
        text.parse::<IpAddr>().unwrap().into()
    }

    #[test]
    fn tries_are_free_up_to_the_burst_and_then_one_at_a_time() {
        let rates = Rates::default();
        let code = Try::Code(peer("10.0.0.1"));
        for n in 0..30 {
            assert_eq!(rates.count(code, NOW), Ok(()), "try {n}");
        }
        assert_eq!(rates.count(code, NOW), Err(20_000));
        // What was refused is not counted: waiting as long as was asked is enough.
        assert_eq!(rates.count(code, NOW + 19_999), Err(1));
        assert_eq!(rates.count(code, NOW + 20_000), Ok(()));
        assert_eq!(rates.count(code, NOW + 20_000), Err(20_000));
        assert_eq!(rates.wait_ms(code, NOW + 20_000), 20_000);
        assert_eq!(rates.wait_ms(code, NOW + 40_000), 0);
        assert_eq!(rates.wait_ms(Try::Code(peer("10.0.0.9")), NOW), 0);
        // Nobody else waits, not even for other things at the same address.
        assert_eq!(rates.count(Try::Code(peer("10.0.0.2")), NOW), Ok(()));
        assert_eq!(rates.count(Try::Proof(peer("10.0.0.1")), NOW), Ok(()));
        // After a long silence the whole burst is there again, and no more.
        for n in 0..30 {
            assert_eq!(rates.count(code, NOW + 86_400_000), Ok(()), "try {n}");
        }
        assert_eq!(rates.count(code, NOW + 86_400_000), Err(20_000));
    }

    #[test]
    fn two_hundred_phones_of_a_restored_court_are_all_told_to_sign_in() {
        let rates = Rates::default();
        let office = peer("203.0.113.7");
        for n in 0..200u32 {
            let lane = waiqin_protocol::suite::sha256(&n.to_be_bytes())[0];
            assert_eq!(rates.count(Try::Token(office, lane), NOW), Ok(()));
            // And those whose journal went with the restore.
            assert_eq!(rates.count(Try::Proof(office), NOW), Ok(()));
        }
    }

    #[test]
    fn one_phone_that_repeats_a_wrong_token_leaves_the_others_theirs() {
        let rates = Rates::default();
        let office = peer("203.0.113.7");
        let refused = (0..1000)
            .filter(|_| rates.count(Try::Token(office, 3), NOW).is_err())
            .count();
        assert_eq!(refused, 940);
        assert_eq!(rates.count(Try::Token(office, 4), NOW), Ok(()));
    }

    #[test]
    fn a_clock_that_was_set_back_locks_nobody_out() {
        let rates = Rates::default();
        let session = Try::Session(journal(1));
        for _ in 0..120 {
            assert_eq!(rates.count(session, NOW), Ok(()));
        }
        let back = NOW - 365 * 86_400_000;
        assert_eq!(rates.count(session, back), Err(30_000));
        assert_eq!(rates.count(session, back + 30_000), Ok(()));
    }

    #[test]
    fn strangers_without_number_are_forgotten_and_those_who_wait_longest_last() {
        let rates = Rates::default();
        let known = Try::ProofOf(journal(7), peer("10.0.0.1"));
        while rates.count(known, NOW).is_ok() {}
        for n in 0..u32::try_from(CALLERS_MAX + 2_000).unwrap() {
            let _ = rates.count(Try::Code(Peer::V4(n)), NOW);
            let callers = lock(&rates.even_at);
            assert!(callers.even_at.len() <= CALLERS_MAX);
            assert_eq!(callers.soonest.len(), callers.even_at.len());
        }
        assert!(rates.count(known, NOW).is_err(), "still known");
        // Later most have nothing to wait for, and go at once.
        let later = NOW + 86_400_000;
        let _ = rates.count(Try::Code(peer("10.9.9.9")), later);
        assert_eq!(lock(&rates.even_at).even_at.len(), 1);
    }

    /// Callers who are known cost a look-up; a stranger beyond the bound may cost a few, not a look at all.
    #[test]
    fn strangers_beyond_the_bound_cost_little_more_than_those_who_are_known() {
        let rates = Rates::default();
        let bound = u32::try_from(CALLERS_MAX).unwrap();
        let took = |from: u32| {
            let begun = std::time::Instant::now();
            for n in from..from + bound {
                let _ = rates.count(Try::Code(Peer::V4(n)), NOW);
            }
            begun.elapsed()
        };
        took(0);
        let known = took(0);
        let strangers = took(bound);
        assert!(strangers < known * 100, "{strangers:?}, known {known:?}");
    }

    #[test]
    fn a_machine_is_one_peer_however_it_writes_its_address() {
        assert_eq!(peer("::ffff:10.0.0.1"), peer("10.0.0.1"));
        assert_eq!(peer("2001:db8::1"), peer("2001:db8::ffff:2"));
        assert_ne!(peer("2001:db8:0:1::1"), peer("2001:db8::1"));
    }

    #[test]
    fn places_are_each_journals_own_and_come_back() {
        let rates = Arc::new(Rates::default());
        let mut held: Vec<Place> = Vec::new();
        while let Some(place) = rates.place(Work::Sync, journal(1)) {
            held.push(place);
        }
        assert_eq!(held.len(), 8);
        assert!(rates.place(Work::Upload, journal(1)).is_some());
        let swarm: Vec<_> = (2..=201)
            .filter_map(|n| rates.place(Work::Sync, journal(n)))
            .collect();
        assert_eq!(swarm.len(), 200, "a swarm of phones is not limited");
        held.pop();
        held.extend(rates.place(Work::Sync, journal(1)));
        assert_eq!(held.len(), 8);
        drop((held, swarm));
        assert!(lock(&rates.under_way).is_empty(), "nothing is left behind");
    }

    proptest! {
        /// However requests come, never more pass than burst and pace allow, and whoever waits as
        /// long as he was told passes.
        #[test]
        fn waiting_as_told_is_always_enough(steps in prop::collection::vec(0i64..5_000, 1..300)) {
            let rates = Rates::default();
            let what = Try::Token(Peer::Inside, 0);
            let (mut now, mut passed) = (NOW, 0i64);
            for step in steps {
                now += step;
                match rates.count(what, now) {
                    Ok(()) => passed += 1,
                    Err(wait) => {
                        prop_assert!((1..=2_000).contains(&wait));
                        now += wait;
                        prop_assert_eq!(rates.count(what, now), Ok(()));
                        passed += 1;
                    }
                }
                prop_assert!(passed <= 60 + (now - NOW) / 2_000 + 1);
            }
        }
    }
}
