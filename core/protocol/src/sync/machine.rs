//! The machine. What becomes of evidence is in `machine/evidence.rs`.

mod evidence;

use super::backoff::Backoff;
use super::event::{
    Asked, Effect, Event, Failure, Item, Moment, Outcome, Reason, Report, Seen, Stock, SyncAsk,
    Synced, Token,
};
use super::run::{Call, Run};
use crate::fault::{Fault, planted};
use crate::ids::EvidenceHash;
use crate::journal::{Head, JournalCause};
use crate::wire::problem::ProblemCode;
use crate::wire::sync::Heads;
use std::collections::{BTreeMap, BTreeSet};

/// Uploads at a time.
pub const IN_FLIGHT_MAX: usize = 4;
/// After a sync without failure the next one comes after this, ms, and up to a tenth more.
pub const REGULAR_MS: i64 = 10 * 60 * 1000;
/// Something saved waits this long, ms, so that a form is not sent field by field.
const SAVED_MS: i64 = 2_000;
/// Sign-ins without anything gained by them.
const SIGN_INS_MAX: u32 = 3;
/// How often a run follows the server's head.
const RESENDS_MAX: u32 = 2;
/// *Malformed* may be what a line made of a request: it counts when it comes so often.
const STRIKES: u32 = 2;
/// After a push of more entries than this was cut, the server is asked first how much it took.
const PROBE_ENTRIES: u64 = 256;

/// Decides what a phone does next.
#[derive(Debug)]
pub struct Machine {
    token: Option<Token>,
    line: Backoff,
    next: Next,
    /// The server has another journal of this name and certifies no new one: nothing is sent.
    halted: bool,
    /// A large push was cut: ask first how much was taken.
    probe: bool,
    /// Pushes that were called malformed, one after another.
    strikes: u32,
    waiting: BTreeMap<EvidenceHash, Waiting>,
    run: Option<Run>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    At(i64),
    WhenOnline,
}

#[derive(Clone, Copy, Debug, Default)]
struct Waiting {
    backoff: Backoff,
    /// How often it was called malformed.
    strikes: u32,
    until_ms: i64,
}

impl Machine {
    /// A machine that has not tried anything; a try is due at once.
    #[must_use]
    pub fn new(now_ms: i64) -> Self {
        Self {
            token: None,
            line: Backoff::default(),
            next: Next::At(now_ms),
            halted: false,
            probe: false,
            strikes: 0,
            waiting: BTreeMap::new(),
            run: None,
        }
    }

    /// Whether a run is under way.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.run.is_some()
    }

    /// When the next try is due, monotonic ms; `None`: when the switch is on again.
    #[must_use]
    pub fn next_try_ms(&self) -> Option<i64> {
        match self.next {
            Next::At(at_ms) => Some(at_ms),
            Next::WhenOnline => None,
        }
    }

    /// Whether a try is due.
    #[must_use]
    pub fn is_due(&self, now_ms: i64, online: bool) -> bool {
        match self.next {
            Next::At(at_ms) => at_ms <= now_ms,
            Next::WhenOnline => online,
        }
    }

    /// When a piece of evidence is tried again that failed by itself, monotonic ms.
    #[must_use]
    pub fn waits_until_ms(&self, hash: &EvidenceHash) -> Option<i64> {
        self.waiting.get(hash).map(|waiting| waiting.until_ms)
    }

    /// Forgets a run whose driver went away in its middle. What it had begun may still arrive, and
    /// is recognised there.
    pub fn abandon(&mut self) {
        self.run = None;
    }

    /// Takes what happened and says what is to be done. An event that no effect asked for changes
    /// nothing.
    pub fn handle(&mut self, event: Event, moment: Moment) -> Vec<Effect> {
        let mut effects = Vec::new();
        match event {
            Event::Saved => {
                self.saved(moment);
                return effects;
            }
            Event::Wanted(asked) => self.wanted(asked, &mut effects),
            Event::Stock(stock) => self.stock(stock, moment, &mut effects),
            Event::Hello(answer) => self.hello(answer),
            Event::Session(answer) => self.session(answer, &mut effects),
            Event::Synced(answer) => self.synced(answer, &mut effects),
            Event::Certified(answer) => self.certified(answer, &mut effects),
            Event::Status(answer) => self.status(answer, moment),
            Event::Uploaded(hash, answer) => self.uploaded(hash, answer, moment, &mut effects),
            Event::LocalFailed => {
                if let Some(run) = &mut self.run {
                    run.ending.get_or_insert(Failure::Phone);
                }
            }
        }
        self.go_on(moment, &mut effects);
        effects
    }

    fn saved(&mut self, moment: Moment) {
        if let Next::At(at_ms) = self.next
            && self.line.failures() == 0
        {
            self.next = Next::At(at_ms.min(moment.now_ms.saturating_add(SAVED_MS)));
        }
    }

    fn wanted(&mut self, asked: Asked, effects: &mut Vec<Effect>) {
        if self.run.is_none() {
            let run = self.run.insert(Run::new(asked));
            run.call = Some(Call::Stock);
            effects.push(Effect::TakeStock);
        }
    }

    fn stock(&mut self, stock: Result<Stock, Failure>, moment: Moment, effects: &mut Vec<Effect>) {
        let Some(run) = self
            .run
            .as_mut()
            .filter(|run| run.call == Some(Call::Stock))
        else {
            return;
        };
        run.call = None;
        let mut stock = match stock {
            Ok(stock) if stock.online => stock,
            Ok(_) => return run.ending = Some(Failure::Offline),
            Err(failure) => return run.ending = Some(failure),
        };
        let first = run.stock == Stock::default();
        let kept = stock.token.take();
        if first && self.token.is_none() {
            self.token = kept;
        }
        let unsent: BTreeSet<EvidenceHash> = stock.unsent.iter().copied().collect();
        self.waiting.retain(|hash, _| unsent.contains(hash));
        let mut news = stock.last() > run.sent;
        for hash in &stock.unsent {
            if run.evidence.known.insert(*hash) {
                let waits = self.waiting.get(hash).map_or(0, |waiting| waiting.until_ms);
                if run.asked == Asked::Person || waits <= moment.now_ms {
                    run.evidence.ask.push_back(*hash);
                    news = true;
                } else {
                    run.flawed = true;
                }
            }
        }
        run.flawed |= stock.parked_from.is_some();
        run.stock = stock;
        if first || news {
            run.sync_wanted = true;
        } else {
            self.finish(moment, effects);
        }
    }

    fn hello(&mut self, answer: Result<String, Failure>) {
        let Some(run) = self
            .run
            .as_mut()
            .filter(|run| run.call == Some(Call::Hello))
        else {
            return;
        };
        run.call = None;
        match answer {
            Ok(challenge) => run.challenge = Some(challenge),
            Err(failure) => run.ending = Some(failure),
        }
    }

    fn session(&mut self, answer: Result<Token, Failure>, effects: &mut Vec<Effect>) {
        let Some(run) = self
            .run
            .as_mut()
            .filter(|run| run.call == Some(Call::Session))
        else {
            return;
        };
        run.call = None;
        match answer {
            Ok(token) => {
                self.token = Some(token);
                run.token_number += 1;
            }
            // A challenge that became too old looks so; a new one is asked for once.
            Err(failure)
                if run.sign_ins == 1
                    && failure.permanent().map(|it| it.code) == Some(ProblemCode::Signature) => {}
            // A court that was restored knows the journals before this one, or some of them.
            Err(failure)
                if run.stock.follows
                    && failure.permanent().map(|it| it.code) == Some(ProblemCode::NotFound) =>
            {
                run.sign_ins = 0;
                run.flawed = true;
                effects.push(Effect::JournalUnknown);
                effects.push(Effect::TakeStock);
                run.begin_again();
            }
            Err(failure) => run.ending = Some(failure),
        }
    }

    fn synced(&mut self, answer: Result<Synced, Failure>, effects: &mut Vec<Effect>) {
        let Some(run) = &mut self.run else { return };
        let Some(Call::Sync { push }) = run.call else {
            return;
        };
        run.call = None;
        let failure = match answer {
            Ok(synced) => return self.sync_done(synced, push, effects),
            Err(failure) => failure,
        };
        if failure.is_unauthorised() {
            self.token = None;
            run.unauthorised(failure);
        } else if let Some(problem) = failure.permanent() {
            if push && run.suspect.is_none() && problem.code != ProblemCode::Revoked {
                run.suspect = Some(problem.clone());
                return;
            }
            if problem.code == ProblemCode::Revoked {
                effects.push(Effect::Incident(Seen::Revoked));
            }
            run.sync_wanted = false;
            run.sent = run.sent.max(run.stock.last());
            run.refused = Some(problem.clone());
        } else {
            let unacknowledged = run.stock.last().saturating_sub(run.stock.received);
            self.probe |= push && unacknowledged > PROBE_ENTRIES;
            run.ending = Some(failure);
        }
    }

    fn sync_done(&mut self, synced: Synced, push: bool, effects: &mut Vec<Effect>) {
        let Some(run) = &mut self.run else { return };
        run.sign_ins = 0;
        let gained = synced.received > run.stock.received;
        if gained || synced.pages > 0 {
            self.line.succeeded();
        }
        run.stock.received = run.stock.received.max(synced.received);
        let probed = std::mem::take(&mut self.probe);
        self.strikes = if push { 0 } else { self.strikes };
        let doubted = if let Some(problem) = run.suspect.take() {
            // Without entries it went through: they are to blame, or what the line made of them.
            run.flawed = true;
            self.strikes += 1;
            let doubted = problem.code == ProblemCode::Malformed && self.strikes < STRIKES;
            if doubted {
                run.doubt = Some(Failure::Cut);
            } else {
                let from = run.stock.received + 1;
                let reason = Reason::Court(problem);
                effects.push(Effect::Park {
                    item: Item::Journal(from),
                    reason,
                });
                run.stock.parked_from = Some(from);
                self.strikes = 0;
            }
            doubted
        } else {
            false
        };
        if let Some(lost) = synced.lost {
            effects.push(Effect::Park {
                item: Item::Journal(lost),
                reason: Reason::Lost,
            });
            run.stock.parked_from = Some(lost);
            run.flawed = true;
        }
        let resent = run.from.take().is_some();
        let before = run.sent;
        run.sent = run.sent.max(if push {
            synced.sent.seq
        } else {
            synced.received
        });
        run.sync_wanted = synced.more;
        if synced.more && synced.pages == 0 {
            run.ending = Some(Failure::Cut);
        }
        match synced.heads {
            Some((Heads::ServerAhead, _)) if planted(Fault::SeqReuseAfterRestore) => {}
            Some((Heads::ServerBehind, head)) => self.resend(head),
            Some((Heads::ServerRolledBack, head)) => {
                effects.push(Effect::Incident(Seen::ServerRolledBack));
                run.flawed = true;
                self.token = None;
                self.resend(head);
            }
            Some((heads @ (Heads::ServerAhead | Heads::Fork), head)) if !run.stock.uncertified => {
                run.flawed = true;
                if !self.halted && !run.begun {
                    run.begun = true;
                    let (seen, cause) = match heads {
                        Heads::Fork => (Seen::Fork(head), JournalCause::Forked),
                        Heads::Same
                        | Heads::ServerBehind
                        | Heads::ServerAhead
                        | Heads::ServerRolledBack => {
                            (Seen::ServerAhead(head), JournalCause::RestoredCopy)
                        }
                    };
                    effects.push(Effect::Incident(seen));
                    effects.push(Effect::NewJournal(cause));
                    effects.push(Effect::TakeStock);
                    return run.begin_again();
                }
                run.sent = run.sent.max(run.stock.last());
            }
            Some((Heads::ServerAhead | Heads::Fork, _)) => {
                // The end of the old journal, which the court keeps beside its chain.
                let rest = push && run.stock.last() > run.sent && run.sent > before;
                run.sync_wanted |= rest;
                run.from = Some(synced.sent).filter(|_| rest);
                run.flawed = true;
            }
            Some((Heads::Same, _)) | None => {
                let last = run.stock.last();
                // More than one request holds, or only asked so far how much was taken.
                let rest =
                    !self.halted && !doubted && last > run.sent && (run.sent > before || probed);
                run.sync_wanted |= rest;
                run.from = Some(synced.sent).filter(|_| rest && resent);
                run.sync_wanted |= run.compares_on(&synced);
                run.flawed |= push && synced.received < synced.sent.seq;
                run.sent = if rest { run.sent } else { run.sent.max(last) };
            }
        }
        let Some(run) = &mut self.run else { return };
        run.flawed |= self.halted;
        if self.halted || doubted {
            run.sent = run.sent.max(run.stock.last());
        }
        run.certify = run.stock.uncertified && !self.halted && !run.sync_wanted;
    }

    /// The new journal is the one delivered from now on; or the old one stays halted where the
    /// court will not certify another.
    fn certified(&mut self, answer: Result<(), Failure>, effects: &mut Vec<Effect>) {
        let Some(run) = self
            .run
            .as_mut()
            .filter(|run| run.call == Some(Call::Certify))
        else {
            return;
        };
        run.call = None;
        run.flawed = true;
        let failure = match answer {
            Ok(()) => {
                self.token = None;
                run.sign_ins = 0;
                effects.push(Effect::TakeStock);
                return run.begin_again();
            }
            Err(failure) => failure,
        };
        if failure.is_unauthorised() {
            self.token = None;
            run.certify = true;
            run.unauthorised(failure);
        } else if failure.permanent().is_some() {
            self.halted = true;
            run.sent = run.sent.max(run.stock.last());
        } else {
            run.ending = Some(failure);
        }
    }

    fn resend(&mut self, head: Head) {
        let Some(run) = &mut self.run else { return };
        if run.resends == RESENDS_MAX {
            run.ending = Some(Failure::Cut);
            return;
        }
        run.resends += 1;
        run.from = Some(head);
        run.sent = run.sent.min(head.seq);
        run.sync_wanted = true;
    }

    /// Begins whatever may begin now.
    fn go_on(&mut self, moment: Moment, effects: &mut Vec<Effect>) {
        let Some(run) = &mut self.run else { return };
        if run.ending.is_some() {
            return self.finish_if_quiet(moment, effects);
        }
        if run.call.is_some() {
            return;
        }
        let Some(token) = self.token.clone() else {
            return self.sign_in(moment, effects);
        };
        if run.sync_wanted {
            let push = !self.halted
                && !self.probe
                && run.suspect.is_none()
                && (run.from.is_some() || run.stock.last() > run.stock.received);
            run.call = Some(Call::Sync { push });
            let ask = SyncAsk {
                from: run.from,
                push,
            };
            return effects.push(Effect::Sync { token, ask });
        }
        if run.certify {
            run.certify = false;
            run.call = Some(Call::Certify);
            return effects.push(Effect::Certify { token });
        }
        if let Some(hashes) = run.evidence.next_to_ask() {
            effects.push(Effect::Status {
                token: token.clone(),
                hashes,
            });
        }
        while run.evidence.flying.len() < IN_FLIGHT_MAX
            && let Some(hash) = run.evidence.queue.pop_front()
        {
            run.evidence.flying.insert(hash, run.token_number);
            effects.push(Effect::Upload {
                token: token.clone(),
                hash,
            });
        }
        if run.is_quiet() {
            // Something may have been saved meanwhile.
            run.call = Some(Call::Stock);
            effects.push(Effect::TakeStock);
        }
    }

    fn sign_in(&mut self, moment: Moment, effects: &mut Vec<Effect>) {
        let Some(run) = &mut self.run else { return };
        if run.sign_ins == SIGN_INS_MAX {
            run.ending = Some(run.last_unauthorised.take().unwrap_or(Failure::NotOurs));
            self.finish_if_quiet(moment, effects);
        } else if let Some(challenge) = run.challenge.take() {
            run.sign_ins += 1;
            run.call = Some(Call::Session);
            effects.push(Effect::Session { challenge });
        } else {
            run.call = Some(Call::Hello);
            effects.push(Effect::Hello);
        }
    }

    fn finish_if_quiet(&mut self, moment: Moment, effects: &mut Vec<Effect>) {
        if self.run.as_ref().is_some_and(Run::is_quiet) {
            self.finish(moment, effects);
        }
    }

    fn finish(&mut self, moment: Moment, effects: &mut Vec<Effect>) {
        let Some(mut run) = self.run.take() else {
            return;
        };
        run.ending = run.ending.or(run.doubt);
        let retry_after_ms = run.ending.as_ref().and_then(Failure::retry_after_ms);
        let refusal = run.ending.as_ref().and_then(Failure::problem).cloned();
        let outcome = match &run.ending {
            Some(failure) => failure.outcome(),
            None if run.refused.is_some() => Outcome::Refused,
            None if run.flawed || self.halted => Outcome::DoneWithIncidents,
            None => Outcome::Done,
        };
        self.next = match outcome {
            Outcome::Offline => Next::WhenOnline,
            Outcome::Done | Outcome::DoneWithIncidents => {
                self.line.succeeded();
                let jitter = moment.below(REGULAR_MS / 10);
                let regular_ms = moment.now_ms.saturating_add(REGULAR_MS + jitter);
                let waiting = self.waiting.values().map(|waiting| waiting.until_ms);
                Next::At(waiting.fold(regular_ms, i64::min).max(moment.now_ms))
            }
            Outcome::Unreachable
            | Outcome::NotOurs
            | Outcome::Cut
            | Outcome::Busy
            | Outcome::Refused
            | Outcome::Phone => Next::At(self.line.failed(moment, retry_after_ms)),
        };
        effects.push(Effect::Finish(Report {
            outcome,
            next_try_ms: self.next_try_ms(),
            problem: run.refused.or(refusal),
        }));
    }
}
