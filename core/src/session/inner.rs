//! What an unlocked session holds, and how it is opened: custody first, then the store, then the
//! journal with everything that these knew to be durable, then the views.

use super::cases::CaseIndex;
use super::shown::{Incident, IncidentKind, LastOutcome, Parked};
use super::views::{EvidenceStored, LostRun, Views, ViewsError, meta};
use crate::custody::{Custody, CustodyItem};
use crate::disk::Disk;
use crate::evidence::{EvidenceFolder, OrphanFile};
use crate::host::{HostParts, Now};
use crate::journal::{FrameLog, JournalError, Line, Log, Lost, Opened, OpenedEnd, Shape};
use crate::keys::{KeyPublic, Successors, Unlocked};
use crate::phone::UnlockError;
use crate::secret::SecretKey;
use crate::store::{SealedStore, Store, StoreError};
use crate::sync::Pinned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard};
use waiqin_protocol::ids::{BootId, EvidenceHash, JournalId, Nonce};
use waiqin_protocol::journal::{At, Beacon, BeaconUse, Change, Head, Signed};
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
}

/// How the last sync went.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct SyncNote {
    pub contact_ms: Option<i64>,
    pub outcome: Option<LastOutcome>,
}

/// Opens the store in a folder; with `true`, empty: what is there cannot be used.
pub(crate) type OpenStore<'a> = dyn Fn(&Path, bool) -> Result<Arc<dyn Store>, StoreError> + 'a;

/// The folder of an officer and the means to read it.
#[derive(Clone)]
pub(crate) struct Folder {
    pub disk: Arc<dyn Disk>,
    pub dir: PathBuf,
    pub parts: HostParts,
    pub segment_bytes: usize,
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
        let (log, signers, lost) = open_line(folder, &public, &keys, &custody, folded, &mut seen)?;
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
            let unsent = views.unsent()?.into_iter();
            let unsent = unsent.filter(|it| !custody.evidence().contains_key(&it.hash));
            let live = Live {
                limits: views.meta(meta::LIMITS)?.unwrap_or_default(),
                unsent: unsent.map(|it| (it.hash, it)).collect(),
                parked: views.parked()?,
                note: views.meta(meta::NOTE)?.unwrap_or_default(),
                stale: false,
                orphans: Vec::new(),
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
            seen.push(IncidentKind::EntriesLost {
                from: base + run.from,
                to: base + run.to,
            });
        }
        self.note_incidents(seen).map_err(UnlockError::Journal)
    }

    /// Says in the journal which entries do not read any more, once for each run.
    fn declare(
        &self,
        lost: &[Lost],
        seen: &mut Vec<IncidentKind>,
    ) -> Result<(), UnlockError> {
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

impl IncidentKind {
    /// Whether it is news each time.
    fn may_repeat(&self) -> bool {
        match self {
            Self::StoreRebuilt | Self::KeysCopyDamaged | Self::CustodyDamaged => true,
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

/// Opens the journals of the officer, oldest first. Of the newest what was lost; what is lost of an
/// older one, which nobody writes any more, is an incident alone.
fn open_line(
    folder: &Folder,
    public: &KeyPublic,
    keys: &Unlocked,
    custody: &Custody,
    folded: Option<Head>,
    seen: &mut Vec<IncidentKind>,
) -> Result<(Line, Vec<Arc<dyn Signer>>, Vec<Lost>), UnlockError> {
    let successors = Successors::read(&*folder.disk, &folder.dir)
        .map_err(UnlockError::Files)?
        .ok_or(UnlockError::KeysDamaged)?
        .journals;
    let signing = keys.data.derive("signing key");
    let mut signers = vec![keys.signer.clone()];
    for successor in &successors {
        let signer = successor.signer(&signing).ok_or(UnlockError::KeysDamaged)?;
        signers.push(Arc::from(signer));
    }
    // The journal before a successor ends where the successor says, and is durable up to there.
    let mut ends: Vec<Option<Head>> = successors
        .iter()
        .map(|it| Some(it.public.parent.head))
        .collect();
    ends.push(None);
    let journals = std::iter::once(public.journal).chain(successors.iter().map(|it| it.public.journal));
    let (mut elders, mut base) = (Vec::new(), 0);
    for (journal, end) in journals.zip(ends) {
        let stored = folded.and_then(|head| Some(Head {
            seq: head.seq.checked_sub(base).filter(|seq| *seq > 0)?,
            ..head
        }));
        let known = custody.known(journal).into_iter();
        let known = match end {
            Some(end) => known.chain(Some(end)).max_by_key(|head| head.seq),
            None => known.chain(stored).max_by_key(|head| head.seq),
        };
        let opened = FrameLog::open(
            folder.shape_of(public, journal, Log::Journal),
            keys.data.derive("journal"),
            folder.parts.entropy.clone(),
            known.filter(|head| head.seq > 0),
        )
        .map_err(UnlockError::Journal)?;
        look_at(&opened, custody.known(journal), seen)?;
        if end.is_none() {
            return Ok((Line::of(elders, opened.log), signers, opened.lost));
        }
        seen.extend(opened.lost.iter().map(|run| IncidentKind::EntriesLost {
            from: base + run.from,
            to: base + run.to,
        }));
        base += opened.log.head().seq;
        elders.push(opened.log);
    }
    Err(UnlockError::KeysDamaged)
}

/// What a journal's end and what vouches for it say when it is opened.
fn look_at(
    opened: &Opened,
    vouched: Option<Head>,
    seen: &mut Vec<IncidentKind>,
) -> Result<(), UnlockError> {
    let Opened { log, lost, end } = opened;
    if let OpenedEnd::Torn(aside) = end {
        tracing::warn!(%aside, "the journal's end was torn and copied aside");
        // What was being written is no loss, unless something knew it durable.
        if lost.iter().any(|run| run.to == log.head().seq) {
            let aside = aside.clone();
            seen.push(IncidentKind::TornEnd { aside });
        }
    }
    if let Some(vouched) = vouched {
        let link = log.link_at(vouched.seq).map_err(UnlockError::Journal)?;
        if link.is_some_and(|link| link != vouched.link) {
            seen.push(IncidentKind::ForeignReceipt { seq: vouched.seq });
        }
    }
    Ok(())
}

fn open_custody(
    folder: &Folder,
    public: &KeyPublic,
    keys: &Unlocked,
    seen: &mut Vec<IncidentKind>,
) -> Result<Custody, UnlockError> {
    let shape = || folder.shape(public, Log::Custody);
    let key = || keys.data.derive("custody");
    let entropy = folder.parts.entropy.clone();
    match Custody::open(shape(), key(), entropy.clone()) {
        Ok((custody, damaged)) => {
            if damaged || custody.certificate(public.journal).is_none() {
                seen.push(IncidentKind::CustodyDamaged);
            }
            Ok(custody)
        }
        // Receipts can be asked for again; testimony must stay within reach meanwhile.
        Err(JournalError::Gone) => {
            seen.push(IncidentKind::CustodyDamaged);
            Custody::create(shape(), key(), entropy).map_err(UnlockError::Journal)
        }
        Err(error) => Err(UnlockError::Journal(error)),
    }
}

/// Opens the views; `None` when what lies there cannot be used.
fn open_views(
    folder: &Folder,
    keys: &Unlocked,
    store: &OpenStore<'_>,
    empty: bool,
) -> Result<Option<Views>, UnlockError> {
    let opened = store(&folder.dir.join("store"), empty);
    match opened {
        Ok(store) => {
            let entropy = folder.parts.entropy.clone();
            Ok(Some(Views::new(SealedStore::new(
                store,
                keys.data.derive("store"),
                entropy,
            ))))
        }
        Err(_) if !empty => Ok(None),
        Err(error) => Err(UnlockError::Store(error)),
    }
}

/// Whether the views were folded from this very journal, and what a session begins with reads.
fn follows(views: &Views, log: &Line, folded: Option<Head>) -> Result<bool, UnlockError> {
    let Some(folded) = folded.filter(|head| head.seq > 0) else {
        return Ok(false);
    };
    let link = log.link_at(folded.seq).map_err(UnlockError::Journal)?;
    Ok(link.is_none_or(|link| link == folded.link) && reads(views).is_ok())
}

/// Reads what a session begins with; records are read when they are shown, and healed then.
fn reads(views: &Views) -> Result<(), StoreError> {
    views.unsent()?;
    views.parked()?;
    views.all_evidence()?;
    views.meta::<Limits>(meta::LIMITS)?;
    views.meta::<SyncNote>(meta::NOTE)?;
    views.meta::<BeaconHeld>(meta::BEACON)?;
    views.meta::<Nonce>(meta::BEACON_USED)?;
    views.meta::<Vec<LostRun>>(meta::LOST)?;
    views.rows(0, 50)?;
    CaseIndex::default().load(views)
}

fn from_views(error: ViewsError) -> UnlockError {
    match error {
        ViewsError::Store(error) => UnlockError::Store(error),
        ViewsError::Journal(error) => UnlockError::Journal(error),
    }
}
