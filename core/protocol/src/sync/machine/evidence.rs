//! Evidence: what the court says of it, and what becomes of an upload.

use super::super::event::{Custody, Effect, Failure, Item, Moment, Reason, Seen};
use super::{Machine, STRIKES, Waiting};
use crate::ids::EvidenceHash;
use crate::wire::problem::ProblemCode;
use std::collections::BTreeMap;

/// Uploads that may fail one after another before the line is blamed.
const MISSES_MAX: u32 = 4;

impl Machine {
    pub(super) fn status(
        &mut self,
        answer: Result<Vec<(EvidenceHash, Custody)>, Failure>,
        moment: Moment,
    ) {
        let Some(run) = self
            .run
            .as_mut()
            .filter(|run| run.evidence.asking.is_some())
        else {
            return;
        };
        let answer = match answer {
            Ok(answer) => answer,
            Err(failure) => {
                run.evidence.ask_again();
                if failure.is_unauthorised() {
                    self.token = None;
                    run.unauthorised(failure);
                } else {
                    run.ending.get_or_insert(failure);
                }
                return;
            }
        };
        run.sign_ins = 0;
        for (hash, custody) in run.evidence.answered(&answer) {
            match custody {
                Custody::Receipted => {
                    self.waiting.remove(&hash);
                    self.line.succeeded();
                }
                Custody::Unknown if !run.evidence.uploaded.contains(&hash) => {
                    run.evidence.queue.push_back(hash);
                }
                Custody::Unknown | Custody::Unnamed => {
                    run.flawed = true;
                    wait(&mut self.waiting, hash, moment, None);
                }
            }
        }
    }

    pub(super) fn uploaded(
        &mut self,
        hash: EvidenceHash,
        answer: Result<(), Failure>,
        moment: Moment,
        effects: &mut Vec<Effect>,
    ) {
        let Some(run) = &mut self.run else { return };
        let Some(token_number) = run.evidence.flying.remove(&hash) else {
            return;
        };
        let failure = match answer {
            Ok(()) => {
                run.misses = 0;
                run.sign_ins = 0;
                run.evidence.uploaded.insert(hash);
                run.evidence.landed.push(hash);
                self.line.succeeded();
                return;
            }
            Err(failure) => failure,
        };
        if failure.is_unauthorised() && run.evidence.put_back.insert(hash) {
            run.evidence.queue.push_front(hash);
            if token_number == run.token_number {
                self.token = None;
                run.unauthorised(failure);
            }
            return;
        }
        let failure = self.doubting(hash, failure);
        let Some(run) = &mut self.run else { return };
        let parked = match &failure {
            Failure::Missing => Some(Reason::Missing),
            Failure::Damaged => Some(Reason::Damaged),
            Failure::Problem { .. } => failure.permanent().cloned().map(Reason::Court),
            Failure::Offline
            | Failure::Unreachable
            | Failure::NotOurs
            | Failure::Cut
            | Failure::Phone => None,
        };
        run.flawed = true;
        if let Some(reason) = parked {
            if reason == Reason::Damaged {
                effects.push(Effect::Incident(Seen::EvidenceDamaged(hash)));
            }
            effects.push(Effect::Park {
                item: Item::Evidence(hash),
                reason,
            });
            self.waiting.remove(&hash);
            return;
        }
        match failure {
            Failure::Cut | Failure::Problem { .. } => {
                wait(&mut self.waiting, hash, moment, failure.retry_after_ms());
                run.misses += 1;
                if run.misses == MISSES_MAX {
                    run.ending.get_or_insert(failure);
                }
            }
            Failure::Offline
            | Failure::Unreachable
            | Failure::NotOurs
            | Failure::Phone
            | Failure::Missing
            | Failure::Damaged => {
                run.ending.get_or_insert(failure);
            }
        }
    }

    /// What is called malformed for the first time may have been cut on the way.
    fn doubting(&mut self, hash: EvidenceHash, failure: Failure) -> Failure {
        let malformed = Some(ProblemCode::Malformed);
        if failure.permanent().map(|problem| problem.code) != malformed {
            return failure;
        }
        let waiting = self.waiting.entry(hash).or_default();
        waiting.strikes += 1;
        if waiting.strikes < STRIKES {
            Failure::Cut
        } else {
            failure
        }
    }
}

/// A piece failed by itself: it waits, the others go on.
fn wait(
    waiting: &mut BTreeMap<EvidenceHash, Waiting>,
    hash: EvidenceHash,
    moment: Moment,
    retry_after_ms: Option<i64>,
) {
    let waiting = waiting.entry(hash).or_default();
    waiting.until_ms = waiting.backoff.failed(moment, retry_after_ms);
}
