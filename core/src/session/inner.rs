//! What an unlocked session holds, and how it is opened: custody first, then the store, then the
//! journal with everything that these knew to be durable, then the views.

use super::cases::CaseIndex;
use super::compare::Comparison;
use super::opening::{OpenedLine, follows, from_views, open_custody, open_line, open_views};
use super::shown::{Incident, IncidentKind, LastOutcome, Parked};
use super::views::{EvidenceStored, LostRun, Views, meta};
use crate::custody::{Custody, CustodyItem};
use crate::disk::Disk;
use crate::evidence::{EvidenceFolder, OrphanFile};
use crate::host::{HostParts, Now};
use crate::journal::{JournalError, Line, Log, Lost, Shape};
use crate::keys::{KeyPublic, Unlocked};
use crate::phone::UnlockError;
use crate::secret::SecretKey;
use crate::store::{Store, StoreError};
use crate::sync::{Carrier, Pinned};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use waiqin_protocol::ids::{BootId, EvidenceHash, JournalId, Nonce};
use waiqin_protocol::journal::{At, Beacon, BeaconUse, Change, Signed};
use waiqin_protocol::suite::Signer;
use waiqin_protocol::wire::hello::Limits;

/// Everything of one unlocked officer.
pub(crate) struct Inner {
    pub parts: HostParts,
    pub public: KeyPublic,
    pub keys: JournalKeys,
    pub journal: Mutex<Journal>,
    pub custody: Mutex<Custody>,
    pub views: Views,
    pub cases: CaseIndex,
    pub evidence: EvidenceFolder,
    pub live: Mutex<Live>,
    pub pinned: Pinned,
    /// Locked: a sync under way ends at its next step.
    pub ended: AtomicBool,
    /// Place in the line of the newest journal that the court may know. A court that was restored
    /// may lack those after it; the session finds out anew after each unlock.
    pub known_to: AtomicUsize,
    pub comparison: Mutex<Comparison>,
}

/// The journal being written. Whoever holds the lock is the one writer.
pub(crate) struct Journal {
    pub log: Line,
    /// Signing keys of the journals of the line, oldest first.
    pub signers: Vec<Arc<dyn Signer>>,
    pub beacon: Option<BeaconHeld>,
    pub beacon_used: Option<Nonce>,
}

/// Keys for a journal that follows.
pub(crate) struct JournalKeys {
    pub folder: Folder,
    /// Under it lie the frames of every journal of the officer.
    pub frames: SecretKey,
    /// Under it lie signing keys.
    pub signing: SecretKey,
}

/// The newest beacon.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct BeaconHeld {
    pub answered: i64,
    pub asked: i64,
    pub boot: BootId,
    pub signed: Signed<Beacon>,
}

/// What changes from moment to moment.
pub(crate) struct Live {
    pub limits: Limits,
    pub unsent: BTreeMap<EvidenceHash, EvidenceStored>,
    pub parked: Vec<Parked>,
    pub note: SyncNote,
    /// The views could not be written: they are rebuilt at the next use.
    pub stale: bool,
    pub orphans: Vec<OrphanFile>,
    /// Of how many incidents, the oldest, the officer told the office.
    pub told: usize,
}

/// How the last sync went.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct SyncNote {
    pub contact_ms: Option<i64>,
    pub outcome: Option<LastOutcome>,
}

/// Before the first segment is read behind the officer's work: his first page comes before it.
const CHECK_AFTER: Duration = Duration::from_secs(1);

/// Between two segments that are read behind the officer's work.
const CHECK_STEP: Duration = Duration::from_millis(30);

/// Opens the store in a folder; with `true`, empty: what is there cannot be used.
pub(crate) type OpenStore<'a> = dyn Fn(&Path, bool) -> Result<Arc<dyn Store>, StoreError> + 'a;

/// The folder of an officer and the means to read it.
#[derive(Clone)]
pub(crate) struct Folder {
    pub disk: Arc<dyn Disk>,
    pub dir: PathBuf,
    pub parts: HostParts,
    pub segment_bytes: usize,
    pub carrier: Option<Arc<dyn Carrier>>,
}

impl Folder {
    pub fn shape(&self, public: &KeyPublic, log: Log) -> Shape {
        self.shape_of(public, public.journal, log)
    }

    /// The log of one of the officer's journals; custody is one for all of them.
    pub fn shape_of(&self, public: &KeyPublic, journal: JournalId, log: Log) -> Shape {
        Shape {
            disk: self.disk.clone(),
            dir: self.dir.join(folder_of(log, public, journal)),
            journal,
            log,
            segment_bytes: match log {
                Log::Journal => self.segment_bytes,
                // Receipts come one by sync and one by photo: little room lasts long.
                Log::Custody => self.segment_bytes / 4,
            },
        }
    }
}

/// The name of a log's folder.
pub(crate) fn folder_of(log: Log, public: &KeyPublic, journal: JournalId) -> String {
    match log {
        Log::Journal if journal == public.journal => "journal".to_owned(),
        Log::Journal => format!("journal-{journal}"),
        Log::Custody => "custody".to_owned(),
    }
}

impl Inner {
    /// Opens everything.
    pub fn open(
        folder: &Folder,
        public: KeyPublic,
        keys: Unlocked,
        store: &OpenStore<'_>,
    ) -> Result<Arc<Self>, UnlockError> {
        let mut seen = Vec::new();
        let custody = open_custody(folder, &public, &keys, &mut seen)?;
        let mut views = open_views(folder, &keys, store, false)?;
        let folded = views.as_ref().and_then(|views| views.head().ok());
        let OpenedLine {
            line: log,
            signers,
            lost,
        } = open_line(folder, &public, &keys, &custody, folded, &mut seen)?;
        let fresh = match views.take() {
            Some(open) if follows(&open, &log, folded)? => {
                views = Some(open);
                false
            }
            Some(_) | None => true,
        };
        let views = match views {
            Some(views) => views,
            None => open_views(folder, &keys, store, true)?.ok_or(UnlockError::Store(
                StoreError::Damaged {
                    what: "a new store".to_owned(),
                },
            ))?,
        };
        if fresh && log.head().seq > 1 {
            seen.push(IncidentKind::StoreRebuilt);
        }
        views.catch_up(&log).map_err(from_views)?;
        views.fold_others(&log).map_err(UnlockError::Store)?;
        let inner = Self::over(folder, public, keys, custody, views, (log, signers))?;
        inner.declare(&lost, &mut seen)?;
        inner.find_orphans(&mut seen)?;
        inner.note_incidents(seen).map_err(UnlockError::Journal)?;
        inner.views.flush().map_err(UnlockError::Store)?;
        Ok(Arc::new(inner))
    }

    fn over(
        folder: &Folder,
        public: KeyPublic,
        keys: Unlocked,
        custody: Custody,
        views: Views,
        (log, signers): (Line, Vec<Arc<dyn Signer>>),
    ) -> Result<Self, UnlockError> {
        let parts = folder.parts.clone();
        let evidence = EvidenceFolder::open(
            folder.disk.clone(),
            folder.dir.join("evidence"),
            keys.data.derive("evidence"),
            parts.entropy.clone(),
        )
        .map_err(UnlockError::Files)?;
        let read = || -> Result<(Journal, Live), StoreError> {
            let live = Live {
                limits: views.meta(meta::LIMITS)?.unwrap_or_default(),
                unsent: unreceipted(&views, &custody)?,
                parked: views.parked()?,
                note: views.meta(meta::NOTE)?.unwrap_or_default(),
                stale: false,
                orphans: Vec::new(),
                told: views.meta(meta::TOLD)?.unwrap_or(0),
            };
            let journal = Journal {
                log,
                signers,
                beacon: views.meta(meta::BEACON)?,
                beacon_used: views.meta(meta::BEACON_USED)?,
            };
            Ok((journal, live))
        };
        let (journal, live) = read().map_err(UnlockError::Store)?;
        let cases = CaseIndex::default();
        cases.load(&views).map_err(UnlockError::Store)?;
        let pinned = Pinned {
            server: public.server,
            key: public.server_key.clone(),
            tls: public.tls.clone(),
            url: public.url.clone(),
        };
        Ok(Self {
            parts,
            public,
            keys: JournalKeys {
                folder: folder.clone(),
                frames: keys.data.derive("journal"),
                signing: keys.data.derive("signing key"),
            },
            journal: Mutex::new(journal),
            custody: Mutex::new(custody),
            views,
            cases,
            evidence,
            live: Mutex::new(live),
            pinned,
            ended: AtomicBool::new(false),
            known_to: AtomicUsize::new(usize::MAX),
            comparison: Mutex::default(),
        })
    }

    pub fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub fn custody(&self) -> MutexGuard<'_, Custody> {
        self.custody
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub fn live(&self) -> MutexGuard<'_, Live> {
        self.live
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub fn now(&self) -> Now {
        self.parts.clock.now()
    }

    /// Keeps incidents, each once.
    pub fn note_incidents(&self, kinds: Vec<IncidentKind>) -> Result<(), JournalError> {
        let at_ms = self.now().wall_ms;
        let mut custody = self.custody();
        let mut items = Vec::new();
        for kind in kinds {
            let known = custody
                .incidents()
                .iter()
                .any(|incident| incident.kind == kind);
            if !known || kind.may_repeat() {
                tracing::warn!(?kind, "incident");
                items.push(CustodyItem::Incident(Incident { at_ms, kind }));
            }
        }
        custody.add(items)
    }

    /// Says in the journal that a run of its entries does not read any more, unless it says so
    /// already. Of an older journal of the line, to which nothing is added, it is an incident alone.
    pub(super) fn declare_lost(&self, run: Lost, base: u64) -> Result<(), UnlockError> {
        let mut seen = Vec::new();
        if self.journal().log.newest().base == base {
            self.declare(&[run], &mut seen)?;
        } else {
            self.fold_without(base, run)?;
            seen.push(IncidentKind::EntriesLost {
                from: base + run.from,
                to: base + run.to,
            });
        }
        self.note_incidents(seen).map_err(UnlockError::Journal)
    }

    /// Reads on a thread what was taken unread at the opening, and says what is lost. Ends with the
    /// session.
    pub fn check_behind(self: &Arc<Self>) {
        let inner = Arc::downgrade(self);
        let check = move || {
            std::thread::sleep(CHECK_AFTER);
            while let Some(inner) = inner.upgrade()
                && !inner.ended.load(Ordering::SeqCst)
            {
                match inner.check_step() {
                    Ok(true) => {}
                    Ok(false) => return,
                    Err(error) => return tracing::warn!(%error, "the journal was not read through"),
                }
                drop(inner);
                std::thread::sleep(CHECK_STEP);
            }
        };
        let thread = std::thread::Builder::new().name("check journal".to_owned());
        if let Err(error) = thread.spawn(check) {
            tracing::warn!(%error, "nobody reads the journal through");
        }
    }

    /// Reads one segment that was taken unread; `false` when there is none left.
    pub(super) fn check_step(&self) -> Result<bool, UnlockError> {
        let found = self.journal().log.check_next();
        let Some((lost, base)) = found.map_err(UnlockError::Journal)? else {
            return Ok(false);
        };
        for run in lost {
            self.declare_lost(run, base)?;
        }
        Ok(true)
    }

    /// Says in the journal which entries do not read any more, once for each run.
    fn declare(&self, lost: &[Lost], seen: &mut Vec<IncidentKind>) -> Result<(), UnlockError> {
        let journal = self.journal().id();
        let declared: Vec<LostRun> = self
            .views
            .meta(meta::LOST)
            .map_err(UnlockError::Store)?
            .unwrap_or_default();
        for run in lost {
            if declared
                .iter()
                .any(|(of, from, to)| *of == journal && *from <= run.from && run.to <= *to)
            {
                continue;
            }
            // First, so that no cut can leave it undone.
            let base = self.journal().log.newest().base;
            self.fold_without(base, *run)?;
            let change = Change::EntriesLost {
                from: run.from,
                link: run.link,
                to: run.to,
            };
            let subject = waiqin_protocol::ids::SubjectId::from_bytes(*journal.as_bytes());
            self.save(subject, |_| Ok(Some(change)))
                .map_err(|error| UnlockError::Files(std::io::Error::other(error)))?;
            seen.push(IncidentKind::EntriesLost {
                from: run.from,
                to: run.to,
            });
        }
        Ok(())
    }

    fn fold_without(&self, base: u64, run: Lost) -> Result<(), UnlockError> {
        let numbers = base + run.from..=base + run.to;
        self.views
            .fold_without(&self.journal().log, &numbers)
            .map_err(UnlockError::Store)
    }

    /// Evidence without a receipt that counts.
    pub(super) fn unreceipted(&self) -> Result<BTreeMap<EvidenceHash, EvidenceStored>, StoreError> {
        unreceipted(&self.views, &self.custody())
    }

    fn find_orphans(&self, seen: &mut Vec<IncidentKind>) -> Result<(), UnlockError> {
        let all = self.views.all_evidence().map_err(UnlockError::Store)?;
        let named = all.into_iter().map(|it| it.hash).collect();
        let orphans = self.evidence.orphans(&named).map_err(UnlockError::Files)?;
        seen.extend(orphans.iter().map(|orphan| IncidentKind::Orphan {
            hash: orphan.hash,
            subject: orphan.head.record,
        }));
        self.live().orphans = orphans;
        Ok(())
    }
}

impl Journal {
    /// The account of a moment that an entry carries, with the beacon where it is used first.
    pub fn at(&self, now: Now) -> (At, Option<BeaconUse>) {
        let held = self
            .beacon
            .as_ref()
            .filter(|beacon| beacon.boot == now.boot);
        let nonce = held.map(|beacon| beacon.signed.body.nonce);
        let first = held.filter(|_| nonce != self.beacon_used);
        let used = first.map(|beacon| BeaconUse {
            answered: beacon.answered,
            asked: beacon.asked,
            signed: beacon.signed.clone(),
        });
        (
            At {
                beacon: nonce,
                boot: now.boot,
                mono: now.mono_ms,
                wall: now.wall_ms,
            },
            used,
        )
    }
}

/// Evidence without a receipt that counts: after the court was rolled back all of it is asked about
/// again, whatever the store made of receipts before.
fn unreceipted(
    views: &Views,
    custody: &Custody,
) -> Result<BTreeMap<EvidenceHash, EvidenceStored>, StoreError> {
    let all = match custody.was_rolled_back() {
        true => views.all_evidence()?,
        false => views.unsent()?,
    };
    let without = all
        .into_iter()
        .filter(|it| !custody.evidence().contains_key(&it.hash));
    Ok(without.map(|it| (it.hash, it)).collect())
}

impl IncidentKind {
    /// Whether it is news each time.
    fn may_repeat(&self) -> bool {
        match self {
            Self::StoreRebuilt
            | Self::KeysCopyDamaged
            | Self::CustodyDamaged
            | Self::CaseFetchedAgain { .. } => true,
            Self::TornEnd { .. }
            | Self::EntriesLost { .. }
            | Self::Orphan { .. }
            | Self::EvidenceDamaged { .. }
            | Self::ServerAhead { .. }
            | Self::Fork { .. }
            | Self::ServerRolledBack { .. }
            | Self::ForeignReceipt { .. }
            | Self::Revoked => false,
        }
    }
}
