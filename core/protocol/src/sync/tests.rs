//! The machine against a world of its own: a phone's stock and a server that fails as it likes.

use super::*;
use crate::ids::{EvidenceHash, Link};
use crate::journal::{Head, JournalCause};
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::sync::Heads;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn hash(n: u8) -> EvidenceHash {
    EvidenceHash::from_bytes([n; 32])
}

fn head(seq: u64) -> Head {
    Head {
        link: Link::from_bytes([7; 32]),
        seq,
    }
}

fn problem(code: ProblemCode) -> Failure {
    let challenge = (code == ProblemCode::Unauthorised).then(|| "again".to_owned());
    let problem = Problem {
        code,
        zh: String::new(),
        en: String::new(),
        challenge,
    };
    Failure::Problem {
        problem,
        retry_after_ms: None,
    }
}

/// What every call is answered with unless a test says otherwise.
struct World {
    machine: Machine,
    now_ms: i64,
    stock: Stock,
    server_has: BTreeSet<EvidenceHash>,
    receipted: BTreeSet<EvidenceHash>,
    parked: Vec<(Item, Reason)>,
    seen: Vec<Seen>,
    /// Calls in their order, as words.
    calls: Vec<&'static str>,
    /// Answers that come instead, in order, by the word of the call.
    answers: BTreeMap<&'static str, Vec<Answer>>,
    pushes: Vec<SyncAsk>,
    begun: Vec<JournalCause>,
    certify_refused: bool,
    most_in_flight: usize,
}

#[derive(Clone, Debug)]
enum Answer {
    Fails(Failure),
    Heads(Heads, u64),
    More,
    /// What was compared differs.
    Compares,
}

impl World {
    fn new(head: u64, received: u64, unsent: impl IntoIterator<Item = u8>) -> Self {
        let stock = Stock {
            online: true,
            head,
            received,
            uncertified: false,
            follows: false,
            parked_from: None,
            unsent: unsent.into_iter().map(hash).collect(),
            token: None,
        };
        Self {
            machine: Machine::new(0),
            now_ms: 0,
            stock,
            server_has: BTreeSet::new(),
            receipted: BTreeSet::new(),
            parked: Vec::new(),
            seen: Vec::new(),
            calls: Vec::new(),
            answers: BTreeMap::new(),
            pushes: Vec::new(),
            begun: Vec::new(),
            certify_refused: false,
            most_in_flight: 0,
        }
    }

    fn answer(mut self, call: &'static str, answers: &[Answer]) -> Self {
        self.answers
            .entry(call)
            .or_default()
            .extend_from_slice(answers);
        self
    }

    fn fails(self, call: &'static str, failures: &[Failure]) -> Self {
        let answers: Vec<Answer> = failures.iter().cloned().map(Answer::Fails).collect();
        self.answer(call, &answers)
    }

    fn instead(&mut self, call: &'static str) -> Option<Answer> {
        self.calls.push(call);
        let answers = self.answers.get_mut(call)?;
        (!answers.is_empty()).then(|| answers.remove(0))
    }

    fn failure(&mut self, call: &'static str) -> Result<(), Failure> {
        match self.instead(call) {
            Some(Answer::Fails(failure)) => Err(failure),
            Some(Answer::Heads(..) | Answer::More | Answer::Compares) | None => Ok(()),
        }
    }

    /// Does one effect; `None` for those that bring no event.
    fn perform(&mut self, effect: Effect) -> Option<Event> {
        match effect {
            Effect::TakeStock => {
                let mut stock = self.stock.clone();
                let parked: BTreeSet<EvidenceHash> = self.parked_evidence();
                stock
                    .unsent
                    .retain(|it| !self.receipted.contains(it) && !parked.contains(it));
                Some(Event::Stock(Ok(stock)))
            }
            Effect::Hello => Some(Event::Hello(
                self.failure("hello").map(|()| "challenge".to_owned()),
            )),
            Effect::Session { .. } => Some(Event::Session(
                self.failure("session").map(|()| Token("t".into())),
            )),
            Effect::Sync { ask, .. } => Some(Event::Synced(self.sync(ask))),
            Effect::Status { hashes, .. } => Some(Event::Status(self.status(hashes))),
            Effect::Upload { hash, .. } => {
                let answer = self.failure("upload");
                if answer.is_ok() {
                    self.server_has.insert(hash);
                }
                Some(Event::Uploaded(hash, answer))
            }
            Effect::Park { item, reason } => {
                if let Item::Journal(from) = item {
                    self.stock.parked_from = Some(from);
                }
                self.parked.push((item, reason));
                None
            }
            Effect::Incident(seen) => {
                self.seen.push(seen);
                None
            }
            Effect::NewJournal(cause) => {
                assert!(!self.stock.uncertified, "one at a time");
                self.begun.push(cause);
                self.stock.uncertified = true;
                None
            }
            Effect::Certify { .. } => Some(Event::Certified(self.certify())),
            Effect::JournalUnknown => {
                (self.stock.follows, self.stock.uncertified) = (false, true);
                None
            }
            Effect::Finish(_) => None,
        }
    }

    /// The new journal has its first entry and one more.
    fn certify(&mut self) -> Result<(), Failure> {
        assert!(self.stock.uncertified);
        if let Err(failure) = self.failure("certify") {
            self.certify_refused |= failure.permanent().is_some();
            return Err(failure);
        }
        (self.stock.head, self.stock.received) = (2, 0);
        (self.stock.uncertified, self.stock.parked_from) = (false, None);
        Ok(())
    }

    fn sync(&mut self, ask: SyncAsk) -> Result<Synced, Failure> {
        self.pushes.push(ask);
        let word = if ask.push { "push" } else { "pull" };
        let mut synced = Synced {
            heads: None,
            received: self.stock.received,
            sent: head(self.stock.received),
            lost: None,
            pages: 0,
            more: false,
            compares: false,
        };
        match self.instead(word) {
            Some(Answer::Fails(failure)) => return Err(failure),
            Some(Answer::Heads(heads, seq)) => {
                synced.heads = Some((heads, head(seq)));
                if ask.push && matches!(heads, Heads::Fork | Heads::ServerAhead) {
                    // Everything was sent, and lies beside the chain.
                    synced.sent = head(self.stock.last());
                }
                return Ok(synced);
            }
            Some(Answer::More) => (synced.more, synced.pages) = (true, 1),
            Some(Answer::Compares) => synced.compares = true,
            None => {}
        }
        if ask.push {
            let last = self
                .stock
                .parked_from
                .map_or(self.stock.head, |from| from - 1);
            self.stock.received = self.stock.received.max(last);
            synced.received = self.stock.received;
            synced.sent = head(last);
        }
        Ok(synced)
    }

    fn status(
        &mut self,
        hashes: Vec<EvidenceHash>,
    ) -> Result<Vec<(EvidenceHash, Custody)>, Failure> {
        self.failure("status")?;
        Ok(hashes
            .into_iter()
            .map(|hash| {
                let there = self.server_has.contains(&hash);
                if there {
                    self.receipted.insert(hash);
                }
                (
                    hash,
                    if there {
                        Custody::Receipted
                    } else {
                        Custody::Unknown
                    },
                )
            })
            .collect())
    }

    fn parked_evidence(&self) -> BTreeSet<EvidenceHash> {
        self.parked
            .iter()
            .filter_map(|(item, _)| match item {
                Item::Evidence(hash) => Some(*hash),
                Item::Journal(_) => None,
            })
            .collect()
    }

    /// One run; `pick` chooses which of the effects under way ends next.
    fn run_picking(&mut self, asked: Asked, mut pick: impl FnMut(usize) -> usize) -> Report {
        let mut pending: Vec<Effect> = Vec::new();
        let mut event = Some(Event::Wanted(asked));
        for _ in 0..10_000 {
            if let Some(event) = event.take() {
                let moment = Moment {
                    now_ms: self.now_ms,
                    roll: 12_345,
                };
                for effect in self.machine.handle(event, moment) {
                    match effect {
                        Effect::Finish(report) => {
                            assert!(pending.is_empty(), "finished with {pending:?} under way");
                            return report;
                        }
                        Effect::Park { .. }
                        | Effect::Incident(_)
                        | Effect::NewJournal(_)
                        | Effect::JournalUnknown => {
                            assert!(self.perform(effect).is_none());
                        }
                        Effect::TakeStock
                        | Effect::Hello
                        | Effect::Session { .. }
                        | Effect::Sync { .. }
                        | Effect::Certify { .. }
                        | Effect::Status { .. }
                        | Effect::Upload { .. } => pending.push(effect),
                    }
                }
                self.check_flights(&pending);
            }
            assert!(
                !pending.is_empty(),
                "nothing is under way and the run is not over"
            );
            let effect = pending.remove(pick(pending.len()));
            self.now_ms += 10;
            event = self.perform(effect);
        }
        panic!(
            "the run does not end: {:?}",
            self.calls.iter().rev().take(20).collect::<Vec<_>>()
        );
    }

    fn run(&mut self) -> Report {
        self.run_picking(Asked::Timer, |_| 0)
    }

    fn check_flights(&mut self, pending: &[Effect]) {
        let uploads: Vec<EvidenceHash> = pending
            .iter()
            .filter_map(|effect| {
                let Effect::Upload { hash, .. } = effect else {
                    return None;
                };
                Some(*hash)
            })
            .collect();
        let distinct: BTreeSet<_> = uploads.iter().collect();
        assert_eq!(
            distinct.len(),
            uploads.len(),
            "one piece is uploaded twice at once"
        );
        self.most_in_flight = self.most_in_flight.max(uploads.len());
        let talk = pending.len() - uploads.len();
        assert!(talk <= 2, "two conversations at once: {pending:?}");
    }
}

#[test]
fn the_first_sync_says_hello_signs_in_pushes_and_brings_the_photos_home() {
    let mut world = World::new(3, 0, 1..=10);
    let report = world.run();
    assert_eq!(report.outcome, Outcome::Done);
    assert_eq!(world.calls[..4], ["hello", "session", "push", "status"]);
    assert_eq!(world.most_in_flight, IN_FLIGHT_MAX);
    assert_eq!(world.receipted.len(), 10);
    assert_eq!(
        world.calls.iter().filter(|call| **call == "status").count(),
        2
    );
    assert!(report.next_try_ms.unwrap() >= world.now_ms + REGULAR_MS);
}

#[test]
fn when_nothing_changed_it_is_one_round_trip() {
    let mut world = World::new(3, 3, []);
    world.run();
    world.calls.clear();
    assert_eq!(world.run().outcome, Outcome::Done);
    assert_eq!(world.calls, ["pull"]);
}

#[test]
fn after_a_start_a_kept_token_is_used_and_one_that_is_over_is_renewed() {
    let mut world = World::new(3, 3, []);
    world.stock.token = Some(Token("kept".into()));
    assert_eq!(world.run().outcome, Outcome::Done);
    assert_eq!(world.calls, ["pull"]);
    let mut world = World::new(3, 3, []).fails("pull", &[problem(ProblemCode::Unauthorised)]);
    world.stock.token = Some(Token("over".into()));
    assert_eq!(world.run().outcome, Outcome::Done);
    assert_eq!(world.calls, ["pull", "session", "pull"]);
}

#[test]
fn pages_are_fetched_until_none_is_left_and_an_empty_promise_of_more_ends_the_run() {
    let mut world = World::new(3, 3, []).answer("pull", &[Answer::More, Answer::More]);
    assert_eq!(world.run().outcome, Outcome::Done);
    assert_eq!(world.calls, ["hello", "session", "pull", "pull", "pull"]);
}

#[test]
fn what_is_compared_is_asked_on_within_the_run_and_not_without_end() {
    let mut world = World::new(3, 3, []).answer("pull", &[Answer::Compares, Answer::Compares]);
    assert_eq!(world.run().outcome, Outcome::Done);
    assert_eq!(world.calls, ["hello", "session", "pull", "pull", "pull"]);
    let mut world = World::new(3, 3, []).answer("pull", &vec![Answer::Compares; 100]);
    assert_eq!(world.run().outcome, Outcome::Done);
    assert_eq!(world.calls.len(), 2 + 1 + 64);
}

#[test]
fn a_token_that_is_over_is_renewed_with_the_challenge_of_the_refusal() {
    let mut world = World::new(3, 0, [1]);
    world.run();
    world.stock.head = 4;
    world.stock.unsent = vec![hash(1), hash(2), hash(3)];
    world.calls.clear();
    let unauthorised = problem(ProblemCode::Unauthorised);
    let mut world = world
        .fails("push", std::slice::from_ref(&unauthorised))
        .fails("upload", std::slice::from_ref(&unauthorised));
    assert_eq!(world.run().outcome, Outcome::Done);
    assert_eq!(world.calls[..4], ["push", "session", "push", "status"]);
    assert!(!world.calls.contains(&"hello"));
    assert_eq!(
        world
            .calls
            .iter()
            .filter(|call| **call == "session")
            .count(),
        2
    );
    assert_eq!(world.receipted.len(), 3);
}

#[test]
fn a_server_that_never_takes_its_own_tokens_is_left_alone_for_a_while() {
    let mut world =
        World::new(3, 0, [1]).fails("push", &vec![problem(ProblemCode::Unauthorised); 50]);
    let report = world.run();
    assert_eq!(report.outcome, Outcome::Refused);
    assert_eq!(report.problem.unwrap().code, ProblemCode::Unauthorised);
    assert!(world.calls.len() < 12, "{:?}", world.calls);
}

#[test]
fn an_old_challenge_is_replaced_once() {
    let signature = problem(ProblemCode::Signature);
    let mut world = World::new(3, 0, []).fails("session", std::slice::from_ref(&signature));
    assert_eq!(world.run().outcome, Outcome::Done);
    assert_eq!(
        world.calls,
        ["hello", "session", "hello", "session", "push"]
    );
    let mut world = World::new(3, 0, []).fails("session", &vec![signature; 9]);
    assert_eq!(world.run().outcome, Outcome::Refused);
    assert_eq!(world.calls.len(), 4);
}

#[test]
fn retry_after_is_obeyed_and_the_time_shown_is_that_time() {
    let Failure::Problem { problem, .. } = problem(ProblemCode::Busy) else {
        unreachable!()
    };
    let busy = Failure::Problem {
        problem,
        retry_after_ms: Some(120_000),
    };
    let mut world = World::new(3, 0, []).fails("push", &[busy]);
    let report = world.run();
    assert_eq!(report.outcome, Outcome::Busy);
    let next = report.next_try_ms.unwrap();
    assert!(
        (120_000..125_000).contains(&(next - world.now_ms)),
        "{next}"
    );
    assert_eq!(world.machine.next_try_ms(), Some(next));
    assert!(!world.machine.is_due(next - 1, true));
    assert!(world.machine.is_due(next, true));
}

#[test]
fn a_refused_push_is_set_aside_only_when_the_sync_goes_through_without_it() {
    let refused = problem(ProblemCode::TooLarge);
    let mut world = World::new(9, 4, [1]).fails("push", std::slice::from_ref(&refused));
    assert_eq!(world.run().outcome, Outcome::DoneWithIncidents);
    assert!(matches!(
        world.parked[..],
        [(Item::Journal(5), Reason::Court(_))]
    ));
    assert_eq!(world.receipted.len(), 1, "the photo goes on");
    let mut world = World::new(9, 4, [1])
        .fails("push", std::slice::from_ref(&refused))
        .fails("pull", &[refused]);
    assert_eq!(world.run().outcome, Outcome::Refused);
    assert_eq!(world.parked, []);
    assert_eq!(world.receipted.len(), 1, "the photo goes on");
}

#[test]
fn what_is_called_malformed_once_may_have_been_cut_on_the_way() {
    let malformed = problem(ProblemCode::Malformed);
    let mut world = World::new(9, 4, [1, 2])
        .fails("push", std::slice::from_ref(&malformed))
        .fails("upload", std::slice::from_ref(&malformed));
    let report = world.run();
    assert_eq!(report.outcome, Outcome::Cut);
    assert_eq!((world.parked.len(), world.receipted.len()), (0, 1));
    world.now_ms = report.next_try_ms.unwrap();
    assert_eq!(world.run().outcome, Outcome::Done);
    assert_eq!((world.stock.received, world.receipted.len()), (9, 2));
    // Twice is no accident.
    let mut world = World::new(9, 4, [1])
        .fails("push", &vec![malformed.clone(); 2])
        .fails("upload", &vec![malformed; 2]);
    let report = world.run();
    world.now_ms = report.next_try_ms.unwrap() + CEILING_MS;
    assert_eq!(world.run().outcome, Outcome::DoneWithIncidents);
    assert_eq!(world.parked.len(), 2);
}

#[test]
fn one_bad_photo_does_not_hold_the_others() {
    let failures = [
        problem(ProblemCode::TooLarge),
        Failure::Missing,
        Failure::Damaged,
        Failure::Cut,
        problem(ProblemCode::Internal),
    ];
    let mut world = World::new(3, 3, 1..=9).fails("upload", &failures);
    let report = world.run();
    assert_eq!(report.outcome, Outcome::DoneWithIncidents);
    assert_eq!(world.receipted, (6..=9).map(hash).collect());
    assert_eq!(world.parked_evidence(), (1..=3).map(hash).collect());
    assert_eq!(world.seen, [Seen::EvidenceDamaged(hash(3))]);
    let next = report.next_try_ms.unwrap();
    for waits in [4, 5].map(|n| world.machine.waits_until_ms(&hash(n)).unwrap()) {
        assert!(waits > world.now_ms && waits >= next);
    }
    world.now_ms = next + 60_000;
    assert_eq!(world.run().outcome, Outcome::Done);
    assert_eq!(world.receipted.len(), 6);
}

#[test]
fn a_timer_leaves_what_waits_a_person_does_not() {
    let mut world = World::new(3, 3, [1]).fails("upload", &[Failure::Cut]);
    world.run();
    world.run();
    assert_eq!(world.receipted.len(), 0);
    world.run_picking(Asked::Person, |_| 0);
    assert_eq!(world.receipted.len(), 1);
}

#[test]
fn a_server_that_has_less_is_sent_to_from_its_head() {
    let mut world = World::new(20, 15, []).answer("push", &[Answer::Heads(Heads::ServerBehind, 9)]);
    assert_eq!(world.run().outcome, Outcome::Done);
    assert_eq!(world.pushes.last().unwrap().from, Some(head(9)));
    assert_eq!(world.seen, []);
}

#[test]
fn a_server_that_was_rolled_back_is_an_incident_and_gets_everything_again() {
    let heads = Answer::Heads(Heads::ServerRolledBack, 9);
    let mut world = World::new(20, 20, []).answer("pull", &[heads]);
    assert_eq!(world.run().outcome, Outcome::DoneWithIncidents);
    assert_eq!(world.seen, [Seen::ServerRolledBack]);
    assert_eq!(
        world.calls,
        ["hello", "session", "pull", "hello", "session", "push"]
    );
    assert_eq!(
        world.pushes.last(),
        Some(&SyncAsk {
            from: Some(head(9)),
            push: true
        })
    );
}

#[test]
fn a_fork_or_a_restored_copy_is_answered_by_a_new_journal_in_the_same_run() {
    for (heads, seen, cause) in [
        (Heads::Fork, Seen::Fork(head(30)), JournalCause::Forked),
        (
            Heads::ServerAhead,
            Seen::ServerAhead(head(30)),
            JournalCause::RestoredCopy,
        ),
    ] {
        let again = [Answer::Heads(heads, 30), Answer::Heads(heads, 30)];
        let mut world = World::new(20, 15, [1]).answer("push", &again);
        assert_eq!(world.run().outcome, Outcome::DoneWithIncidents);
        assert_eq!(world.seen, [seen]);
        assert_eq!(world.begun, [cause]);
        assert_eq!(world.stock.received, 2, "the new journal is delivered");
        let calls = [
            "hello", "session", "push", "push", "certify", "hello", "session", "push",
        ];
        assert_eq!(world.calls[..calls.len()], calls);
        assert_eq!(world.receipted.len(), 1);
        world.calls.clear();
        assert_eq!(world.run().outcome, Outcome::Done);
        assert_eq!(world.calls, ["pull"]);
    }
}

#[test]
fn a_court_that_certifies_no_new_journal_stops_the_old_one_and_nothing_else() {
    let again = [
        Answer::Heads(Heads::Fork, 30),
        Answer::Heads(Heads::Fork, 30),
    ];
    let mut world = World::new(20, 15, [1])
        .answer("push", &again)
        .fails("certify", &[problem(ProblemCode::NotFound)]);
    assert_eq!(world.run().outcome, Outcome::DoneWithIncidents);
    assert_eq!(world.seen, [Seen::Fork(head(30))]);
    assert_eq!(world.receipted.len(), 1);
    world.calls.clear();
    assert_eq!(world.run().outcome, Outcome::DoneWithIncidents);
    assert_eq!(
        world.calls,
        ["pull"],
        "what forks is not sent again and again"
    );
}

#[test]
fn a_court_that_lacks_the_journal_gets_the_one_before_it_and_certifies_it_anew() {
    let mut world = World::new(2, 2, []).fails("session", &[problem(ProblemCode::NotFound)]);
    world.stock.follows = true;
    world.run();
    assert!(world.calls.contains(&"certify"), "{:?}", world.calls);
    assert!(!world.stock.uncertified);
    // The first journal of a phone has none before it: that is for people.
    let mut world = World::new(2, 2, []).fails("session", &[problem(ProblemCode::NotFound)]);
    world.run();
    assert_eq!(world.calls, ["hello", "session"]);
}

#[test]
fn a_line_that_fails_before_the_certificate_is_tried_again_with_the_same_journal() {
    let again = [
        Answer::Heads(Heads::Fork, 30),
        Answer::Heads(Heads::Fork, 30),
    ];
    let mut world = World::new(20, 15, []).answer("push", &again).fails(
        "certify",
        &[Failure::Cut, problem(ProblemCode::Unauthorised)],
    );
    assert_eq!(world.run().outcome, Outcome::Cut);
    assert!(world.stock.uncertified);
    assert_eq!(world.run().outcome, Outcome::DoneWithIncidents);
    assert_eq!(world.begun, [JournalCause::Forked], "one new journal");
    assert_eq!((world.stock.uncertified, world.stock.received), (false, 2));
}

#[test]
fn a_revoked_phone_is_told_so_and_still_hands_in_its_photos() {
    let mut world = World::new(3, 3, [1]).fails("pull", &[problem(ProblemCode::Revoked)]);
    assert_eq!(world.run().outcome, Outcome::Refused);
    assert_eq!(world.seen, [Seen::Revoked]);
    assert_eq!(world.receipted.len(), 1);
}

#[test]
fn after_a_large_push_was_cut_the_server_is_asked_first_what_it_took() {
    let mut world = World::new(9_000, 0, []).fails("push", &[Failure::Cut]);
    assert_eq!(world.run().outcome, Outcome::Cut);
    world.calls.clear();
    assert_eq!(world.run().outcome, Outcome::Done);
    assert_eq!(world.calls, ["pull", "push"]);
}

#[test]
fn what_is_saved_during_a_sync_is_delivered_by_it() {
    let mut world = World::new(3, 0, [1]);
    let mut grown = false;
    let mut machine = std::mem::replace(&mut world.machine, Machine::new(0));
    let mut events = vec![Event::Wanted(Asked::Timer)];
    let mut finished = None;
    while let Some(event) = events.pop() {
        for effect in machine.handle(event, Moment { now_ms: 0, roll: 0 }) {
            if matches!(effect, Effect::Upload { .. }) && !grown {
                grown = true;
                world.stock.head = 5;
                world.stock.unsent.push(hash(2));
            }
            if let Effect::Finish(report) = &effect {
                finished = Some(report.outcome);
            }
            events.extend(world.perform(effect));
        }
    }
    assert_eq!(finished, Some(Outcome::Done));
    assert_eq!((world.stock.received, world.receipted.len()), (5, 2));
}

#[test]
fn the_switch_ends_a_run_and_nothing_is_planned_until_it_is_on() {
    let mut world = World::new(3, 0, [1]);
    world.stock.online = false;
    let report = world.run();
    assert_eq!(
        (report.outcome, report.next_try_ms),
        (Outcome::Offline, None)
    );
    assert_eq!(world.calls, [""; 0]);
    assert!(!world.machine.is_due(i64::MAX, false));
    assert!(world.machine.is_due(world.now_ms, true));
}

#[test]
fn something_saved_brings_the_next_try_near_but_not_into_a_backoff() {
    let mut world = World::new(3, 0, []);
    world.run();
    let moment = Moment {
        now_ms: world.now_ms,
        roll: 0,
    };
    assert_eq!(world.machine.handle(Event::Saved, moment), []);
    assert!(world.machine.next_try_ms().unwrap() <= world.now_ms + 5_000);
    let mut world = World::new(3, 0, []).fails("hello", &vec![Failure::Unreachable; 6]);
    for _ in 0..6 {
        world.run();
    }
    let next = world.machine.next_try_ms();
    world.machine.handle(Event::Saved, moment);
    assert_eq!(world.machine.next_try_ms(), next);
}

#[test]
fn events_that_nobody_asked_for_change_nothing() {
    let mut machine = Machine::new(0);
    let moment = Moment { now_ms: 5, roll: 1 };
    for event in [
        Event::Stock(Ok(Stock::default())),
        Event::Hello(Ok("x".into())),
        Event::Session(Ok(Token("x".into()))),
        Event::Status(Ok(Vec::new())),
        Event::Uploaded(hash(1), Ok(())),
        Event::LocalFailed,
    ] {
        assert_eq!(machine.handle(event, moment), []);
    }
    assert_eq!(machine.next_try_ms(), Some(0));
}

fn any_failure() -> impl Strategy<Value = Failure> {
    let codes = prop::sample::select(vec![
        ProblemCode::Unauthorised,
        ProblemCode::Revoked,
        ProblemCode::Malformed,
        ProblemCode::TooLarge,
        ProblemCode::NoUpload,
        ProblemCode::Offset,
        ProblemCode::HashMismatch,
        ProblemCode::Signature,
        ProblemCode::Busy,
        ProblemCode::Internal,
        ProblemCode::NotFound,
    ]);
    let refused = (codes, prop::option::of(0i64..100_000)).prop_map(|(code, retry_after_ms)| {
        let Failure::Problem { problem, .. } = problem(code) else {
            unreachable!()
        };
        Failure::Problem {
            problem,
            retry_after_ms,
        }
    });
    prop_oneof![
        4 => refused,
        1 => Just(Failure::Offline),
        1 => Just(Failure::Unreachable),
        1 => Just(Failure::NotOurs),
        2 => Just(Failure::Cut),
        1 => Just(Failure::Missing),
        1 => Just(Failure::Damaged),
        1 => Just(Failure::Phone),
    ]
}

fn any_answer(call: &'static str) -> BoxedStrategy<Answer> {
    let fails = any_failure().prop_map(Answer::Fails);
    // A successful answer: one that asks for nothing special.
    let fine = Just(Answer::Heads(Heads::Same, 0));
    let heads = prop::sample::select(vec![
        Heads::Same,
        Heads::ServerBehind,
        Heads::ServerAhead,
        Heads::Fork,
        Heads::ServerRolledBack,
    ]);
    match call {
        "push" | "pull" => prop_oneof![
            3 => fails,
            2 => (heads, 0u64..40).prop_map(|(heads, seq)| Answer::Heads(heads, seq)),
            1 => Just(Answer::More),
            1 => Just(Answer::Compares),
        ]
        .boxed(),
        _ => prop_oneof![1 => fails, 1 => fine].boxed(),
    }
}

fn any_answers() -> impl Strategy<Value = BTreeMap<&'static str, Vec<Answer>>> {
    let of = |call| prop::collection::vec(any_answer(call), 0..8).prop_map(move |it| (call, it));
    (
        of("hello"),
        of("session"),
        of("push"),
        of("pull"),
        of("status"),
        of("upload"),
        of("certify"),
    )
        .prop_map(|(a, b, c, d, e, f, g)| [a, b, c, d, e, f, g].into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// However the world fails and in whatever order calls end: each run ends after a bounded number
    /// of calls, and every piece is then delivered, set aside with a reason, or waiting for a time
    /// that is not now. When the failures are over, everything arrives.
    #[test]
    fn nothing_is_lost_and_nothing_is_asked_without_end(
        entries in 0u64..600,
        items in 0u8..12,
        answers in any_answers(),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..40),
        persons: Vec<bool>,
    ) {
        let mut world = World::new(entries, 0, 1..=items);
        world.answers = answers;
        let all: BTreeSet<EvidenceHash> = (1..=items).map(hash).collect();
        let mut picked = 0;
        let mut runs = 0;
        loop {
            let left = world.answers.values().map(Vec::len).sum::<usize>();
            let begun = world.calls.len();
            let asked =
                if persons.get(runs) == Some(&true) { Asked::Person } else { Asked::Timer };
            let report = world.run_picking(asked, |pending| {
                picked += 1;
                picks[picked % picks.len()].index(pending)
            });
            prop_assert!(world.most_in_flight <= IN_FLIGHT_MAX);
            prop_assert!(world.calls.len() - begun <= 24 + 4 * usize::from(items), "a busy loop");
            prop_assert_eq!(report.next_try_ms, world.machine.next_try_ms());
            let parked = world.parked_evidence();
            for it in &all {
                let delivered = world.receipted.contains(it);
                let waits = report.next_try_ms.is_some() || report.outcome == Outcome::Offline;
                prop_assert!(delivered || parked.contains(it) || waits, "{} is lost", it);
                prop_assert!(!(delivered && parked.contains(it)));
            }
            let clean = matches!(report.outcome, Outcome::Done | Outcome::DoneWithIncidents);
            if let Some(next) = report.next_try_ms {
                prop_assert!(next >= world.now_ms);
                prop_assert!(clean || next >= world.now_ms + FIRST_MS / 2);
                prop_assert!(next <= world.now_ms + RETRY_AFTER_MAX_MS + CEILING_MS);
                world.now_ms = next;
            }
            runs += 1;
            if left == 0 {
                // The world is whole again; what waits by itself waits at most this long.
                world.now_ms += RETRY_AFTER_MAX_MS + CEILING_MS;
                world.run();
                break;
            }
            // Answers for calls that are not made any more are never used up.
            if runs > 80 {
                world.answers.clear();
            }
        }
        let parked = world.parked_evidence();
        for it in &all {
            prop_assert!(world.receipted.contains(it) || parked.contains(it), "{} is left", it);
        }
        let halted = world.seen.iter().any(|it| matches!(it, Seen::Fork(_) | Seen::ServerAhead(_)));
        let last = world.stock.parked_from.map_or(entries, |from| from - 1);
        prop_assert!(halted || world.stock.received >= last, "entries are left");
        prop_assert!(!world.stock.uncertified || world.certify_refused, "no certificate");
    }
}
