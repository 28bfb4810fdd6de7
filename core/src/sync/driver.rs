//! The driver: does what the machine decides and tells it how it went.

use super::conversation::Conversation;
use super::error::CallError;
use super::holdings::{Holdings, HoldingsError, Unsent};
use super::line::{Carrier, Line, STALL};
use super::report::{incident, of_phone, outcome, parked};
use super::sync::Brought;
use super::upload::Moved;
use crate::host::{Clock, Entropy, NetworkSwitch, random};
use crate::session::{Phase, SyncReport};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
#[cfg(test)]
use std::time::Duration;
use waiqin_protocol::ids::EvidenceHash;
use waiqin_protocol::sync::{Asked, Effect, Event, Failure, Machine, Moment, Report, Stock, Token};
use waiqin_protocol::wire::problem::Problem;

/// Syncs one officer's holdings with the court. Lives as long as his session is unlocked; a token
/// outlives it in the holdings, encrypted as everything there.
pub(crate) struct Driver {
    talk: Result<Conversation, Failure>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    network: Arc<NetworkSwitch>,
    machine: Mutex<Machine>,
    shown: Arc<Mutex<Shown>>,
    /// One run at a time.
    turn: tokio::sync::Mutex<()>,
    /// Runs that a person asked for and that are not over.
    asked: AtomicUsize,
}

/// A sync that was asked for: it counts as one that runs from now on, though it waits for its turn.
pub(crate) struct AskedFor(Arc<Driver>);

impl AskedFor {
    /// Runs it.
    ///
    /// # Errors
    /// As [`Driver::sync`].
    pub async fn run(self) -> Result<SyncReport, HoldingsError> {
        self.0.sync().await
    }
}

impl Drop for AskedFor {
    fn drop(&mut self) {
        self.0.asked.fetch_sub(1, Ordering::SeqCst);
    }
}

/// How sync stands, for the truth line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SyncState {
    /// What it does now.
    pub phase: Phase,
    /// When the next try is due, wall time, ms UTC; `None`: when the switch is on again.
    pub next_try_ms: Option<i64>,
    /// Photos on the line now.
    pub uploads: Vec<UploadProgress>,
    /// The court's last words, when it refused or asked to come later.
    pub problem: Option<Problem>,
}

/// A photo on the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UploadProgress {
    /// Which.
    pub hash: EvidenceHash,
    /// Bytes that the court has, durably.
    pub there: u64,
    /// Bytes handed to the line, of which the system may still hold some.
    pub sent: u64,
    /// Its length in bytes.
    pub total: u64,
}

#[derive(Default)]
struct Shown {
    phase: Phase,
    uploads: BTreeMap<EvidenceHash, UploadProgress>,
    problem: Option<Problem>,
}

/// What one run has brought so far.
#[derive(Default)]
struct Tally {
    brought: Brought,
    photos: usize,
    /// Lengths of evidence, from the stock.
    lengths: BTreeMap<EvidenceHash, u64>,
    uploads_done: usize,
    /// Wall time of the last answer of the court.
    contact_ms: Option<i64>,
    /// The first thing that failed on this phone.
    failed: Option<CallError>,
}

impl Driver {
    /// A driver for these holdings, over the network unless another carrier is given; nothing is
    /// sent before it is asked to sync.
    pub fn new(
        holdings: Arc<dyn Holdings>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        network: Arc<NetworkSwitch>,
        carrier: Option<Arc<dyn Carrier>>,
    ) -> Self {
        let pinned = holdings.pinned();
        let line = Line::to(&pinned.url, pinned.tls.as_deref(), network.clone(), STALL)
            .map(|line| line.carried_by(carrier));
        Self::on(line, holdings, clock, entropy, network)
    }

    /// As [`Driver::new`], with another measure of silence.
    #[cfg(test)]
    pub fn with_patience(
        holdings: Arc<dyn Holdings>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        network: Arc<NetworkSwitch>,
        stall: Duration,
    ) -> Self {
        let pinned = holdings.pinned();
        let line = Line::to(&pinned.url, pinned.tls.as_deref(), network.clone(), stall);
        Self::on(line, holdings, clock, entropy, network)
    }

    fn on(
        line: Result<Line, CallError>,
        holdings: Arc<dyn Holdings>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        network: Arc<NetworkSwitch>,
    ) -> Self {
        let talk = line
            .map(|line| Conversation::new(holdings, line, clock.clone()))
            .map_err(|error| error.failure());
        let machine = Mutex::new(Machine::new(clock.now().mono_ms));
        Self {
            talk,
            clock,
            entropy,
            network,
            machine,
            shown: Arc::default(),
            turn: tokio::sync::Mutex::new(()),
            asked: AtomicUsize::new(0),
        }
    }

    /// Asks for a sync, to be run.
    pub fn ask(self: Arc<Self>) -> AskedFor {
        self.asked.fetch_add(1, Ordering::SeqCst);
        AskedFor(self)
    }

    /// Delivers what can be delivered and fetches what changed. A second call waits for the first
    /// and then runs.
    ///
    /// # Errors
    /// When something on this phone fails; what the court answers stands in the report.
    pub async fn sync(&self) -> Result<SyncReport, HoldingsError> {
        let _turn = self.turn.lock().await;
        self.run(Asked::Person).await
    }

    /// As [`Driver::sync`], but only when a try is due; `None`: not yet, or one runs already.
    ///
    /// # Errors
    /// As [`Driver::sync`].
    pub async fn sync_when_due(&self) -> Result<Option<SyncReport>, HoldingsError> {
        let Ok(_turn) = self.turn.try_lock() else {
            return Ok(None);
        };
        let now_ms = self.clock.now().mono_ms;
        if !self.machine().is_due(now_ms, self.network.is_on()) {
            return Ok(None);
        }
        self.run(Asked::Timer).await.map(Some)
    }

    /// Something was saved: the next try comes soon.
    pub fn saved(&self) {
        let moment = self.moment();
        // Begins nothing by itself; a run that is under way looks again before it ends.
        self.machine().handle(Event::Saved, moment);
    }

    /// How it stands.
    pub fn state(&self) -> SyncState {
        let now = self.clock.now();
        let next_try_ms = self.machine().next_try_ms();
        let shown = self.shown();
        let asked = self.asked.load(Ordering::SeqCst) > 0;
        SyncState {
            phase: match asked && shown.phase == Phase::Idle {
                true => Phase::Connecting,
                false => shown.phase,
            },
            next_try_ms: next_try_ms.map(|at_ms| {
                now.wall_ms
                    .saturating_add(at_ms.saturating_sub(now.mono_ms))
            }),
            uploads: shown.uploads.values().copied().collect(),
            problem: shown.problem.clone(),
        }
    }

    async fn run(&self, asked: Asked) -> Result<SyncReport, HoldingsError> {
        // A run whose caller went away in its middle is over.
        self.machine().abandon();
        let tally = Mutex::new(Tally::default());
        let report = {
            let mut under_way: FuturesUnordered<BoxFuture<'_, Event>> = FuturesUnordered::new();
            let mut event = Event::Wanted(asked);
            loop {
                let effects = self.machine().handle(event, self.moment());
                if let Some(report) = self.begin(effects, &mut under_way, &tally).await {
                    break report;
                }
                // The machine never leaves a run with nothing under way; were it so, the run ends.
                event = under_way.next().await.unwrap_or(Event::LocalFailed);
            }
        };
        self.finish(report, tally).await
    }

    /// Begins effects; the report when the run is over.
    async fn begin<'a>(
        &'a self,
        effects: Vec<Effect>,
        under_way: &mut FuturesUnordered<BoxFuture<'a, Event>>,
        tally: &'a Mutex<Tally>,
    ) -> Option<Report> {
        for effect in effects {
            let done = match effect {
                Effect::Finish(report) => return Some(report),
                Effect::Park { item, reason } => {
                    self.locally(tally, move |holdings, now_ms| {
                        holdings.park(parked(item, reason, now_ms))
                    })
                    .await
                }
                Effect::Incident(seen) => {
                    let held = self.talk.as_ref().ok().and_then(Conversation::asked_with);
                    self.locally(tally, move |holdings, _| {
                        let phone = holdings.head()?.seq;
                        holdings.record_incident(incident(seen, phone, held))
                    })
                    .await
                }
                Effect::NewJournal(cause) => {
                    self.locally(tally, move |holdings, _| holdings.new_journal(cause))
                        .await
                }
                Effect::JournalUnknown => {
                    self.locally(tally, |holdings, _| holdings.journal_unknown())
                        .await
                }
                Effect::TakeStock
                | Effect::Hello
                | Effect::Session { .. }
                | Effect::Sync { .. }
                | Effect::Certify { .. }
                | Effect::Status { .. }
                | Effect::Upload { .. } => {
                    under_way.push(Box::pin(self.perform(effect, tally)));
                    Ok(())
                }
            };
            if done.is_err() {
                under_way.push(Box::pin(std::future::ready(Event::LocalFailed)));
            }
        }
        None
    }

    /// Does one effect that brings an event.
    async fn perform(&self, effect: Effect, tally: &Mutex<Tally>) -> Event {
        let talk = match &self.talk {
            Ok(talk) => talk,
            Err(failure) => return Event::Stock(Err(failure.clone())),
        };
        match effect {
            Effect::TakeStock => Event::Stock(self.stock(talk, tally).await),
            Effect::Hello => {
                self.enter(Phase::Connecting);
                let done = talk.hello().await;
                Event::Hello(self.told(done, tally))
            }
            Effect::Session { challenge } => {
                self.enter(Phase::Connecting);
                let done = talk.session(challenge).await;
                Event::Session(self.told(done, tally))
            }
            Effect::Sync { token, ask } => {
                self.enter(Phase::Syncing);
                let mut brought = Brought::default();
                let done = talk.sync(&token, ask, &mut brought).await;
                let mut so_far = lock(tally);
                so_far.brought.entries += brought.entries;
                so_far.brought.cases += brought.cases;
                drop(so_far);
                Event::Synced(self.told(done, tally))
            }
            Effect::Certify { token } => {
                self.enter(Phase::Connecting);
                let done = talk.certify(&token).await;
                Event::Certified(self.told(done, tally))
            }
            Effect::Status { token, hashes } => {
                let asked = self.unsent_of(hashes, tally);
                let done = talk.status(&token, asked).await.map(|(custody, new)| {
                    lock(tally).photos += new;
                    custody
                });
                Event::Status(self.told(done, tally))
            }
            Effect::Upload { token, hash } => {
                let done = self.upload(talk, &token, hash, tally).await;
                Event::Uploaded(hash, self.told(done, tally))
            }
            Effect::Park { .. }
            | Effect::Incident(_)
            | Effect::NewJournal(_)
            | Effect::JournalUnknown
            | Effect::Finish(_) => Event::LocalFailed,
        }
    }

    async fn stock(&self, talk: &Conversation, tally: &Mutex<Tally>) -> Result<Stock, Failure> {
        let online = self.network.is_on();
        let read = talk.held(move |holdings| {
            let stock = Stock {
                online,
                head: holdings.head()?.seq,
                received: holdings.received()?.seq,
                uncertified: holdings.uncertified()?.is_some(),
                follows: holdings.follows()?,
                parked_from: holdings.journal_parked()?,
                unsent: Vec::new(),
                token: holdings.token()?,
            };
            Ok((stock, holdings.unsent()?))
        });
        match read.await {
            Ok((mut stock, unsent)) => {
                stock.unsent = unsent.iter().map(|unsent| unsent.hash).collect();
                lock(tally)
                    .lengths
                    .extend(unsent.iter().map(|it| (it.hash, it.length)));
                Ok(stock)
            }
            Err(error) => Err(self.note(error, tally)),
        }
    }

    async fn upload(
        &self,
        talk: &Conversation,
        token: &Token,
        hash: EvidenceHash,
        tally: &Mutex<Tally>,
    ) -> Result<(), CallError> {
        let unsent = self.unsent_of(vec![hash], tally);
        let Some(unsent) = unsent.first().copied() else {
            return Err(CallError::Missing);
        };
        self.show_evidence(tally);
        let total = unsent.length;
        let begun = UploadProgress {
            hash,
            there: 0,
            sent: 0,
            total,
        };
        self.shown().uploads.insert(hash, begun);
        let shown = self.shown.clone();
        let progress = move |moved: Moved| {
            if let Some(piece) = lock(&shown).uploads.get_mut(&hash) {
                match moved {
                    Moved::Sent(bytes) => piece.sent = bytes.min(total),
                    Moved::There(bytes) => (piece.there, piece.sent) = (bytes, bytes),
                }
            }
        };
        let done = talk.upload(token, unsent, Arc::new(progress)).await;
        self.shown().uploads.remove(&hash);
        lock(tally).uploads_done += 1;
        self.show_evidence(tally);
        done
    }

    fn unsent_of(&self, hashes: Vec<EvidenceHash>, tally: &Mutex<Tally>) -> Vec<Unsent> {
        let tally = lock(tally);
        let known = |hash| {
            tally.lengths.get(&hash).map(|length| Unsent {
                hash,
                length: *length,
            })
        };
        hashes.into_iter().filter_map(known).collect()
    }

    /// Does something on this phone that brings no event of its own.
    async fn locally(
        &self,
        tally: &Mutex<Tally>,
        act: impl FnOnce(&dyn Holdings, i64) -> Result<(), HoldingsError> + Send + 'static,
    ) -> Result<(), Failure> {
        let now_ms = self.clock.now().wall_ms;
        let Ok(talk) = &self.talk else { return Ok(()) };
        let done = talk.held(move |holdings| act(holdings, now_ms)).await;
        done.map_err(|error| self.note(error, tally))
    }

    /// Tells the machine how a call went, and notes what the court and this phone said.
    fn told<T>(&self, done: Result<T, CallError>, tally: &Mutex<Tally>) -> Result<T, Failure> {
        match done {
            Ok(done) => {
                lock(tally).contact_ms = Some(self.clock.now().wall_ms);
                Ok(done)
            }
            Err(error) => Err(self.note(error, tally)),
        }
    }

    fn note(&self, error: CallError, tally: &Mutex<Tally>) -> Failure {
        let failure = error.failure();
        tracing::debug!(%error, "a step of sync failed");
        match &error {
            CallError::Refused { .. } => lock(tally).contact_ms = Some(self.clock.now().wall_ms),
            CallError::Phone(_) => {
                lock(tally).failed.get_or_insert(error);
            }
            CallError::Offline
            | CallError::Address
            | CallError::Unreachable(_)
            | CallError::WrongKey
            | CallError::NotOurs { .. }
            | CallError::Stalled(_)
            | CallError::Cut(_)
            | CallError::Gateway { .. }
            | CallError::Missing
            | CallError::Damaged => {}
        }
        failure
    }

    async fn finish(
        &self,
        report: Report,
        tally: Mutex<Tally>,
    ) -> Result<SyncReport, HoldingsError> {
        let tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
        let outcome = outcome(report.outcome);
        *self.shown() = Shown {
            problem: report.problem,
            ..Shown::default()
        };
        if let Ok(talk) = &self.talk {
            let contact_ms = tally.contact_ms;
            let kept = talk.held(move |holdings| holdings.keep_outcome(outcome, contact_ms));
            if let Err(error) = kept.await
                && tally.failed.is_none()
            {
                return Err(of_phone(error));
            }
        }
        if let Some(error) = tally.failed {
            return Err(of_phone(error));
        }
        Ok(SyncReport {
            outcome,
            entries_received: tally.brought.entries,
            photos_received: tally.photos,
            cases_changed: tally.brought.cases,
        })
    }

    fn enter(&self, phase: Phase) {
        self.shown().phase = phase;
    }

    fn show_evidence(&self, tally: &Mutex<Tally>) {
        let tally = lock(tally);
        let phase = Phase::Evidence {
            done: tally.uploads_done,
            total: tally.lengths.len(),
        };
        drop(tally);
        self.enter(phase);
    }

    fn moment(&self) -> Moment {
        let roll = u64::from_be_bytes(random(&*self.entropy));
        Moment {
            now_ms: self.clock.now().mono_ms,
            roll,
        }
    }

    fn machine(&self) -> MutexGuard<'_, Machine> {
        lock(&self.machine)
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        lock(&self.shown)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
