//! Sync (同步): runs with a listener, what waits, receipts (回执), and the way by file (上交包).

use crate::error::Tell;
use crate::evidence::unreadable;
use crate::work::{runtime, through};
use crate::{Session, WaiqinError};
use std::future::Future;
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::Duration;
use tokio::task::JoinHandle;
use waiqin_core as core;
use waiqin_core::{HandedIn, LastOutcome};
use waiqin_protocol::ids::EvidenceHash;
use waiqin_protocol::words::Lang;

/// How often it is looked whether there is progress to tell.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How a sync ended.
#[uniffi::remote(Enum)]
pub enum LastOutcome {
    /// Everything that could be delivered is.
    Done,
    /// Something is set aside or an incident stands; the rest is delivered.
    DoneWithIncidents,
    /// 断网
    Offline,
    /// The court did not answer.
    Unreachable,
    /// An answer came that is not the court's: a portal of the network, or another server.
    NotOurs,
    /// The line stalled or the answer was cut.
    Cut,
    /// The court asked to come later.
    Busy,
    /// The court refused this phone.
    Refused,
    /// Something on this phone failed.
    Phone,
}

/// What a sync does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum SyncStep {
    /// Nothing.
    Idle,
    /// Finding the court, signing in.
    Connecting,
    /// Entries up, changes down.
    Syncing,
    /// Photos.
    Photos,
}

/// How far a sync is.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Progress {
    /// What it does now.
    pub step: SyncStep,
    /// Photos done in this sync.
    pub photos_done: u64,
    /// Photos of this sync.
    pub photos_total: u64,
    /// Bytes that the court has durably, of the photos on the line now.
    pub bytes_there: u64,
    /// Length of these photos, bytes.
    pub bytes_total: u64,
}

/// What one sync did.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct SyncReport {
    /// How it ended.
    pub outcome: LastOutcome,
    /// Entries that got a receipt (已签收).
    pub entries_received: u64,
    /// Photos that got a receipt.
    pub photos_received: u64,
    /// Cases new, changed or removed.
    pub cases_changed: u64,
    /// The court's own words, when it refused or asked to come later.
    pub refusal: Option<String>,
}

/// Hears of a sync. Called on a thread of the library, one call at a time, the last one `ended`, all
/// before the sync returns. An error of the listener ends its hearing, not the sync.
#[uniffi::export(with_foreign)]
pub trait SyncListener: Send + Sync {
    /// There is progress; at least once per sync.
    fn progress(&self, progress: Progress);

    /// The sync has ended, and how.
    fn ended(&self, report: SyncReport);
}

/// The truth line: what is saved and what waits, counted from receipts held.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Status {
    /// Entries in the journal.
    pub saved_entries: u64,
    /// The last save was made durable.
    pub durable: bool,
    /// Entries without a receipt (待送达).
    pub undelivered_entries: u64,
    /// Photos without a receipt.
    pub undelivered_photos: u64,
    /// Bytes of these photos.
    pub undelivered_bytes: u64,
    /// Wall time of the court's last answer, ms UTC.
    pub last_contact_ms: Option<i64>,
    /// How the last sync ended.
    pub last_outcome: Option<LastOutcome>,
    /// When the next try is due by the engine's own plan, wall time, ms UTC; none: nothing is planned.
    pub next_try_ms: Option<i64>,
    /// What sync does now.
    pub step: SyncStep,
    /// The network may be used.
    pub online: bool,
    /// What went wrong, was kept (异常), and was not told to the office yet.
    pub incidents: u64,
    /// What was set aside (搁置), in the court's words.
    pub parked: Vec<String>,
    /// Wall time when everything was last compared with the court (核对), ms UTC.
    pub compared_ms: Option<i64>,
}

/// A receipt (回执) that the court signed.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Receipt {
    /// The journal up to a number.
    Journal {
        /// The number.
        number: u64,
        /// Court's time, ms UTC.
        at_ms: i64,
    },
    /// A piece of evidence.
    Evidence {
        /// Its hash.
        hash: EvidenceHash,
        /// Its length, bytes.
        length: u64,
        /// Court's time, ms UTC.
        at_ms: i64,
    },
}

/// What a hand-in package (上交包) holds.
#[uniffi::remote(Record)]
pub struct HandedIn {
    /// Entries.
    pub entries: u64,
    /// Pieces of evidence.
    pub evidence: u64,
    /// Their bytes.
    pub evidence_bytes: u64,
    /// Evidence without a receipt whose bytes are not here or do not read any more.
    pub lacking: Vec<EvidenceHash>,
    /// Entries that cannot be handed in.
    pub left: u64,
}

/// What a receipts file (回执包) brought.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ReceiptsTaken {
    /// Entries that got a receipt.
    pub entries: u64,
    /// Pieces of evidence that got one.
    pub evidence: u64,
    /// The court has another branch of the journal: hand in once more.
    pub new_journal: bool,
    /// The court lacks what it once signed for: hand in everything.
    pub court_behind: bool,
}

#[uniffi::export]
impl Session {
    /// Delivers what can be delivered and fetches what changed. One runs at a time; a second call waits
    /// and then runs. Goes on to its end when nobody waits for it any more.
    ///
    /// # Errors
    /// [`WaiqinError::Locked`]; [`WaiqinError::Phone`] when something on this phone fails. What the
    /// court answers, or that it does not, is no error and stands in the report.
    #[uniffi::method(default(listener = None))]
    pub async fn sync(
        &self,
        listener: Option<Arc<dyn SyncListener>>,
    ) -> Result<SyncReport, WaiqinError> {
        let (session, lang) = (self.core.clone(), self.lang);
        let run = async move {
            let hearing = Hearing::begin(listener, lang)?;
            let ran = hearing.through(&session, session.sync()).await;
            let report = ran.tell(lang).map(|it| SyncReport::of(it, &session, lang));
            hearing.end(report.as_ref().ok()).await;
            report
        };
        through(lang, run).await
    }

    /// As `sync`, but only when a try is due by the engine's plan: for timers of the shell. Nothing:
    /// not yet.
    ///
    /// # Errors
    /// As `sync`.
    pub async fn sync_when_due(&self) -> Result<Option<SyncReport>, WaiqinError> {
        let (session, lang) = (self.core.clone(), self.lang);
        let run = async move {
            let ran = session.sync_when_due().await.tell(lang)?;
            Ok(ran.map(|it| SyncReport::of(it, &session, lang)))
        };
        through(lang, run).await
    }

    /// What is saved, what waits, when the next try is due.
    ///
    /// # Errors
    /// [`WaiqinError::Locked`]: while locked there is nothing to say.
    pub async fn status(&self) -> Result<Status, WaiqinError> {
        let lang = self.lang;
        self.ask(move |session| {
            if session.is_locked() {
                return Err(WaiqinError::locked(lang));
            }
            Ok(Status::of(session.status(), lang))
        })
        .await
    }

    /// Receipts held, newest first.
    ///
    /// # Errors
    /// [`WaiqinError::Fault`] alone; while locked there are none.
    pub async fn receipts(&self) -> Result<Vec<Receipt>, WaiqinError> {
        self.ask(|session| Ok(session.receipts().into_iter().map(Receipt::from).collect()))
            .await
    }

    /// Tries what was set aside (搁置) again, at the next sync.
    ///
    /// # Errors
    /// [`WaiqinError::Fault`] alone.
    pub async fn try_parked(&self) -> Result<(), WaiqinError> {
        self.ask(|session| {
            session.unpark();
            Ok(())
        })
        .await
    }

    /// Writes what has no receipt into a package sealed to the court (上交包), a new file; with
    /// `everything` also what has one, for a court that was restored.
    ///
    /// # Errors
    /// [`WaiqinError::Phone`] when it was not written; there is no file then.
    #[uniffi::method(default(everything = false))]
    pub async fn hand_in(&self, to: String, everything: bool) -> Result<HandedIn, WaiqinError> {
        let lang = self.lang;
        let scope = match everything {
            true => core::HandInScope::Everything,
            false => core::HandInScope::Undelivered,
        };
        self.ask(move |session| session.hand_in(Path::new(&to), scope).tell(lang))
            .await
    }

    /// Takes the receipts (回执包) that came back for a package. The same file again changes nothing.
    ///
    /// # Errors
    /// [`WaiqinError::NotHere`] when the file cannot be read; [`WaiqinError::Input`] when it is another
    /// court's or phone's, or was changed.
    pub async fn take_receipts(&self, from: String) -> Result<ReceiptsTaken, WaiqinError> {
        let lang = self.lang;
        self.ask(move |session| {
            let file = std::fs::File::open(&from);
            let mut file = file.map_err(|error| unreadable(&from, &error, lang))?;
            let taken = session.take_receipts(&mut file).tell(lang)?;
            Ok(ReceiptsTaken {
                entries: taken.entries,
                evidence: taken.evidence as u64,
                new_journal: taken.new_journal,
                court_behind: taken.court_behind,
            })
        })
        .await
    }
}

enum Word {
    Progress(Progress),
    Ended(SyncReport),
}

/// A listener on a thread of its own: however long it takes, the sync does not wait for it while it
/// runs.
struct Hearing(Option<(mpsc::Sender<Word>, JoinHandle<()>)>);

impl Hearing {
    fn begin(listener: Option<Arc<dyn SyncListener>>, lang: Lang) -> Result<Self, WaiqinError> {
        let Some(listener) = listener else {
            return Ok(Self(None));
        };
        let (say, said) = mpsc::channel();
        let hearing = runtime(lang)?.spawn_blocking(move || {
            for word in said {
                match word {
                    Word::Progress(progress) => listener.progress(progress),
                    Word::Ended(report) => listener.ended(report),
                }
            }
        });
        Ok(Self(Some((say, hearing))))
    }

    /// Runs a sync and tells how far it is.
    async fn through<T>(&self, session: &core::Session, run: impl Future<Output = T>) -> T {
        let Some((say, _)) = &self.0 else {
            return run.await;
        };
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        let mut told = None;
        let mut tell = || {
            let now = Progress::of(session);
            if told.as_ref() != Some(&now) {
                told = Some(now.clone());
                // A listener that failed hears nothing more.
                let _ = say.send(Word::Progress(now));
            }
        };
        tokio::pin!(run);
        let done = loop {
            tokio::select! {
                biased;
                done = &mut run => break done,
                _ = ticks.tick() => tell(),
            }
        };
        tell();
        done
    }

    /// Says how it ended, and waits until that was heard.
    async fn end(self, report: Option<&SyncReport>) {
        let Some((say, hearing)) = self.0 else {
            return;
        };
        if let Some(report) = report {
            let _ = say.send(Word::Ended(report.clone()));
        }
        drop(say);
        if let Err(error) = hearing.await {
            tracing::error!(%error, "a listener failed");
        }
    }
}

impl Progress {
    fn of(session: &core::Session) -> Self {
        let uploads = session.uploads();
        let (photos_done, photos_total) = match session.status().phase {
            core::Phase::Evidence { done, total } => (done as u64, total as u64),
            core::Phase::Idle | core::Phase::Connecting | core::Phase::Syncing => (0, 0),
        };
        Self {
            step: SyncStep::of(session.status().phase),
            photos_done,
            photos_total,
            bytes_there: uploads.iter().map(|it| it.there).sum(),
            bytes_total: uploads.iter().map(|it| it.total).sum(),
        }
    }
}

impl SyncStep {
    fn of(phase: core::Phase) -> Self {
        match phase {
            core::Phase::Idle => Self::Idle,
            core::Phase::Connecting => Self::Connecting,
            core::Phase::Syncing => Self::Syncing,
            core::Phase::Evidence { .. } => Self::Photos,
        }
    }
}

impl SyncReport {
    fn of(report: core::SyncReport, session: &core::Session, lang: Lang) -> Self {
        let refusal = session.refusal().map(|problem| match lang {
            Lang::Zh => problem.zh,
            Lang::En => problem.en,
        });
        Self {
            outcome: report.outcome,
            entries_received: report.entries_received,
            photos_received: report.photos_received as u64,
            cases_changed: report.cases_changed as u64,
            refusal: refusal.filter(|it| !it.is_empty()),
        }
    }
}

impl Status {
    fn of(status: core::Status, lang: Lang) -> Self {
        let words = |it: core::Parked| match lang {
            Lang::Zh => it.zh,
            Lang::En => it.en,
        };
        Self {
            saved_entries: status.saved_entries,
            durable: status.durable,
            undelivered_entries: status.undelivered_entries,
            undelivered_photos: status.undelivered_photos as u64,
            undelivered_bytes: status.undelivered_bytes,
            last_contact_ms: status.last_contact_ms,
            last_outcome: status.last_outcome,
            next_try_ms: status.next_try_ms,
            step: SyncStep::of(status.phase),
            online: status.online,
            incidents: status.incidents_untold as u64,
            parked: status.parked.into_iter().map(words).collect(),
            compared_ms: status.compared_ms,
        }
    }
}

impl From<core::ReceiptLine> for Receipt {
    fn from(line: core::ReceiptLine) -> Self {
        match line {
            core::ReceiptLine::Journal { seq, at_ms, .. } => Self::Journal { number: seq, at_ms },
            core::ReceiptLine::Evidence {
                hash,
                length,
                at_ms,
                ..
            } => Self::Evidence {
                hash,
                length,
                at_ms,
            },
        }
    }
}
