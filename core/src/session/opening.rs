//! Opening the parts of a session: custody, the store, the journals with everything that these knew
//! to be durable.

use super::cases::CaseIndex;
use super::inner::{BeaconHeld, Folder, OpenStore, SyncNote};
use super::shown::IncidentKind;
use super::views::{LostRun, Views, ViewsError, meta};
use crate::custody::Custody;
use crate::journal::{FrameLog, JournalError, Line, Log, Lost, Opened, OpenedEnd};
use crate::keys::{KeyPublic, Successors, Unlocked};
use crate::phone::UnlockError;
use crate::store::{SealedStore, StoreError};
use std::sync::Arc;
use waiqin_protocol::ids::Nonce;
use waiqin_protocol::journal::Head;
use waiqin_protocol::suite::Signer;
use waiqin_protocol::wire::hello::Limits;

/// The journals of an officer, open.
pub(super) struct OpenedLine {
    /// The journals.
    pub line: Line,
    /// Their signing keys, oldest first.
    pub signers: Vec<Arc<dyn Signer>>,
    /// What is lost of the newest.
    pub lost: Vec<Lost>,
}

/// Opens the journals of the officer, oldest first. Of the newest what was lost; what is lost of an
/// older one, which nobody writes any more, is an incident alone.
pub(super) fn open_line(
    folder: &Folder,
    public: &KeyPublic,
    keys: &Unlocked,
    custody: &Custody,
    folded: Option<Head>,
    seen: &mut Vec<IncidentKind>,
) -> Result<OpenedLine, UnlockError> {
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
    let journals =
        std::iter::once(public.journal).chain(successors.iter().map(|it| it.public.journal));
    let (mut elders, mut base) = (Vec::new(), 0);
    for (journal, end) in journals.zip(ends) {
        let stored = folded.and_then(|head| {
            Some(Head {
                seq: head.seq.checked_sub(base).filter(|seq| *seq > 0)?,
                ..head
            })
        });
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
            return Ok(OpenedLine {
                line: Line::of(elders, opened.log),
                signers,
                lost: opened.lost,
            });
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

pub(super) fn open_custody(
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
pub(super) fn open_views(
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
pub(super) fn follows(
    views: &Views,
    log: &Line,
    folded: Option<Head>,
) -> Result<bool, UnlockError> {
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

pub(super) fn from_views(error: ViewsError) -> UnlockError {
    match error {
        ViewsError::Store(error) => UnlockError::Store(error),
        ViewsError::Journal(error) => UnlockError::Journal(error),
    }
}
