//! What the sync driver asks of an unlocked session. Receipts and incidents go to custody before
//! anything is counted by them; everything else can be asked for again.

use super::inner::{BeaconHeld, Inner, SyncNote};
use super::read::rows_of_case;
use super::shown::{IncidentKind, LastOutcome, Parked, ParkedItem};
use super::views::{EvidenceStored, Views, meta};
use crate::custody::CustodyItem;
use crate::host::Now;
use crate::store::{StoreError, Tree};
use crate::sync::{Holdings, HoldingsError, Pinned, Unsent};
use std::error::Error;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::atomic::Ordering;
use waiqin_protocol::ids::{CaseId, EvidenceHash, Link};
use waiqin_protocol::journal::{
    Beacon, ChallengeAnswer, Checkpoint, EvidenceReceipt, Head, JournalReceipt, LogPosition, Signed,
};
use waiqin_protocol::wire::hello::Limits;
use waiqin_protocol::wire::sync::{CaseSheet, End, Page, Verdict, VerdictRun};

/// A beacon older than this is renewed.
const BEACON_AGE_MAX_MS: i64 = 60 * 60 * 1000;

fn failed<E: Error + Send + Sync + 'static>(
    doing: &'static str,
) -> impl FnOnce(E) -> HoldingsError {
    move |source| HoldingsError::Failed {
        doing,
        source: Box::new(source),
    }
}

impl Inner {
    fn open_still(&self) -> Result<&Self, HoldingsError> {
        if self.ended.load(Ordering::SeqCst) {
            Err(HoldingsError::Locked)
        } else {
            Ok(self)
        }
    }

    /// Whether a case must stay although it left the scope: a record on it is not sealed, or has
    /// something without a receipt.
    fn keeps(&self, views: &Views, sheet: &CaseSheet) -> Result<bool, StoreError> {
        let received = self.custody().received().seq;
        let rows = rows_of_case(views, &CaseId(sheet.id.clone()))?;
        let live = self.live();
        Ok(rows.iter().any(|row| {
            let open = row.sealed.is_none() && row.voided.is_none();
            open || row.last_seq > received
                || row
                    .evidence
                    .iter()
                    .any(|hash| live.unsent.contains_key(hash))
        }))
    }

    /// Signs how far the journal goes and keeps that in custody.
    pub(crate) fn checkpoint(&self, head: Head) -> Result<Signed<Checkpoint>, HoldingsError> {
        let beacon = self.journal().at(self.now()).0.beacon;
        let body = Checkpoint {
            beacon,
            journal: self.public.journal,
            link: head.link,
            seq: head.seq,
            server: self.public.server,
        };
        let signed = Signed::sign(body, &*self.signer).map_err(failed("sign a checkpoint"))?;
        self.custody()
            .add(vec![CustodyItem::Checkpoint(signed.clone())])
            .map_err(failed("keep a checkpoint"))?;
        Ok(signed)
    }

    /// The rank in which evidence is delivered: newest sealed first, then newest.
    fn in_order(&self, unsent: Vec<EvidenceStored>) -> Result<Vec<EvidenceStored>, StoreError> {
        let mut ranked = Vec::with_capacity(unsent.len());
        for evidence in unsent {
            let row = self.reading(|views| views.row(evidence.subject))?;
            let sealed = row.is_some_and(|row| row.sealed.is_some());
            ranked.push((
                (!sealed, std::cmp::Reverse(evidence.seq), evidence.hash),
                evidence,
            ));
        }
        ranked.sort_by_key(|(rank, _)| *rank);
        Ok(ranked.into_iter().map(|(_, evidence)| evidence).collect())
    }
}

impl Holdings for Inner {
    fn pinned(&self) -> &Pinned {
        &self.pinned
    }

    fn head(&self) -> Result<Head, HoldingsError> {
        Ok(self.open_still()?.journal().log.head())
    }

    fn received(&self) -> Result<Head, HoldingsError> {
        Ok(self.open_still()?.custody().received())
    }

    fn position(&self) -> Result<Option<LogPosition>, HoldingsError> {
        Ok(self.open_still()?.custody().last_position())
    }

    fn link_at(&self, seq: u64) -> Result<Option<Link>, HoldingsError> {
        self.open_still()?
            .journal()
            .log
            .link_at(seq)
            .map_err(failed("read the journal"))
    }

    fn entries(&self, from: u64, to: u64, bytes_max: usize) -> Result<Vec<Vec<u8>>, HoldingsError> {
        let journal = self.open_still()?.journal();
        let mut entries = Vec::new();
        let mut bytes = 0usize;
        for seq in from..=to.min(journal.log.head().seq) {
            let Some(entry) = journal.log.read(seq).map_err(failed("read the journal"))? else {
                break;
            };
            bytes = bytes.saturating_add(entry.len());
            if bytes > bytes_max && !entries.is_empty() {
                break;
            }
            entries.push(entry);
        }
        Ok(entries)
    }

    fn sign_checkpoint(&self, head: Head) -> Result<Signed<Checkpoint>, HoldingsError> {
        self.open_still()?.checkpoint(head)
    }

    fn answer_challenge(&self, challenge: &str) -> Result<Signed<ChallengeAnswer>, HoldingsError> {
        let body = ChallengeAnswer {
            challenge: challenge.to_owned(),
            journal: self.public.journal,
            server: self.public.server,
        };
        Signed::sign(body, &*self.open_still()?.signer).map_err(failed("answer a challenge"))
    }

    fn limits(&self) -> Result<Option<Limits>, HoldingsError> {
        self.open_still()?
            .reading(|views| views.meta(meta::LIMITS))
            .map_err(failed("read the limits"))
    }

    fn keep_limits(&self, limits: Limits) -> Result<(), HoldingsError> {
        self.open_still()?.live().limits = limits;
        self.views
            .put_meta(meta::LIMITS, &limits)
            .map_err(failed("keep the limits"))
    }

    fn wants_beacon(&self) -> Result<bool, HoldingsError> {
        let now = self.now();
        let journal = self.open_still()?.journal();
        Ok(journal.beacon.as_ref().is_none_or(|held| {
            held.boot != now.boot || now.mono_ms - held.answered > BEACON_AGE_MAX_MS
        }))
    }

    fn keep_beacon(
        &self,
        beacon: Signed<Beacon>,
        asked: Now,
        answered: Now,
    ) -> Result<(), HoldingsError> {
        // A question from another boot cannot be measured against its answer.
        if asked.boot != answered.boot {
            return Ok(());
        }
        let held = BeaconHeld {
            answered: answered.mono_ms,
            asked: asked.mono_ms,
            boot: answered.boot,
            signed: beacon,
        };
        self.open_still()?
            .views
            .put_meta(meta::BEACON, &held)
            .map_err(failed("keep the beacon"))?;
        self.journal().beacon = Some(held);
        Ok(())
    }

    fn keep_receipt(&self, receipt: Signed<JournalReceipt>) -> Result<u64, HoldingsError> {
        let mut custody = self.open_still()?.custody();
        let before = custody.received().seq;
        custody
            .add(vec![CustodyItem::JournalReceipt(receipt)])
            .map_err(failed("keep a receipt"))?;
        Ok(custody.received().seq.saturating_sub(before))
    }

    fn keep_evidence_receipts(
        &self,
        receipts: Vec<Signed<EvidenceReceipt>>,
    ) -> Result<usize, HoldingsError> {
        let inner = self.open_still()?;
        let fresh: Vec<Signed<EvidenceReceipt>> = {
            let custody = inner.custody();
            let known = custody.evidence();
            receipts
                .into_iter()
                .filter(|it| !known.contains_key(&it.body.hash))
                .collect()
        };
        let hashes: Vec<EvidenceHash> = fresh.iter().map(|it| it.body.hash).collect();
        let items = fresh
            .into_iter()
            .map(CustodyItem::EvidenceReceipt)
            .collect();
        inner
            .custody()
            .add(items)
            .map_err(failed("keep receipts"))?;
        {
            let mut live = inner.live();
            for hash in &hashes {
                live.unsent.remove(hash);
                live.parked
                    .retain(|parked| parked.item != ParkedItem::Evidence(*hash));
            }
        }
        // Custody decides; the store follows when it can, and is filtered by custody at the start.
        if let Err(error) = inner.views.evidence_received(&hashes) {
            tracing::warn!(%error, "the store did not take receipts");
        }
        Ok(hashes.len())
    }

    fn keep_safe(&self, position: LogPosition) -> Result<(), HoldingsError> {
        let mut custody = self.open_still()?.custody();
        if custody.safe() == Some(position) {
            return Ok(());
        }
        custody
            .add(vec![CustodyItem::Safe(position)])
            .map_err(failed("keep the safe position"))
    }

    fn keep_verdicts(&self, runs: &[VerdictRun]) -> Result<(), HoldingsError> {
        let inner = self.open_still()?;
        let head = inner.journal().log.head().seq;
        let mut batch = inner.views.store.batch();
        let mut judged: u64 = inner
            .reading(|views| views.meta(meta::JUDGED))
            .map_err(failed("read the verdicts"))?
            .unwrap_or(0);
        for run in runs {
            let to = run.to.min(head);
            for seq in run.from.max(1)..=to {
                match run.verdict {
                    Verdict::Accepted => batch.remove(Tree::Verdicts, &seq.to_be_bytes()),
                    Verdict::Interleaved
                    | Verdict::Contested
                    | Verdict::Held
                    | Verdict::Refused => {
                        let said = (run.verdict, run.reason);
                        batch.put(Tree::Verdicts, &seq.to_be_bytes(), &said);
                    }
                }
            }
            judged = judged.max(to);
        }
        batch.put(Tree::Meta, meta::JUDGED.as_bytes(), &judged);
        batch.commit().map_err(failed("keep the verdicts"))
    }

    fn cursor(&self) -> Result<Option<String>, HoldingsError> {
        self.open_still()?
            .reading(|views| views.meta(meta::CURSOR))
            .map_err(failed("read the cursor"))
    }

    fn apply_page(&self, page: Page) -> Result<usize, HoldingsError> {
        let inner = self.open_still()?;
        inner
            .views
            .apply_page(&page, &|sheet| inner.keeps(&inner.views, sheet))
            .map_err(failed("apply a page"))?;
        let shown = inner.views.is_building().map_err(failed("apply a page"))?;
        if !shown {
            inner
                .cases
                .load(&inner.views)
                .map_err(failed("read the cases"))?;
        }
        Ok(page.cases.len() + page.removed.len())
    }

    fn end_pages(&self, end: &End) -> Result<(), HoldingsError> {
        let inner = self.open_still()?;
        let work = || -> Result<(), StoreError> {
            if inner.views.meta::<String>(meta::CURSOR)?.as_ref() != Some(&end.cursor) {
                inner.views.put_meta(meta::CURSOR, &end.cursor)?;
                inner.views.flush()?;
            }
            let changed = !end.more
                && inner
                    .views
                    .end_pages(&|sheet| inner.keeps(&inner.views, sheet))?;
            if changed {
                inner.cases.load(&inner.views)
            } else {
                Ok(())
            }
        };
        work().map_err(failed("end the pages"))
    }

    fn unsent(&self) -> Result<Vec<Unsent>, HoldingsError> {
        let inner = self.open_still()?;
        let waiting = {
            let live = inner.live();
            let parked = |hash| {
                live.parked
                    .iter()
                    .any(|it| it.item == ParkedItem::Evidence(hash))
            };
            let waiting = live.unsent.values().filter(|it| !parked(it.hash));
            waiting
                .filter(|it| !inner.ended_missing(it))
                .copied()
                .collect()
        };
        let ordered = inner
            .in_order(waiting)
            .map_err(failed("order the evidence"))?;
        Ok(ordered
            .into_iter()
            .map(|it| Unsent {
                hash: it.hash,
                length: it.length,
            })
            .collect())
    }

    fn evidence(
        &self,
        hash: EvidenceHash,
        offset: u64,
    ) -> io::Result<Option<Box<dyn Read + Send>>> {
        let inner = self.open_still().map_err(io::Error::other)?;
        let Some(mut reader) = inner.evidence.reader(&hash)? else {
            return Ok(None);
        };
        reader.seek(SeekFrom::Start(offset))?;
        Ok(Some(Box::new(reader)))
    }

    fn upload_place(&self, hash: EvidenceHash) -> Result<Option<String>, HoldingsError> {
        let inner = self.open_still()?;
        inner
            .reading(|views| views.store.get(Tree::Uploads, &views.evidence_key(&hash)))
            .map_err(failed("read where an upload goes on"))
    }

    fn keep_upload_place(
        &self,
        hash: EvidenceHash,
        place: Option<&str>,
    ) -> Result<(), HoldingsError> {
        let views = &self.open_still()?.views;
        let key = views.evidence_key(&hash);
        let mut batch = views.store.batch();
        match place {
            Some(place) => batch.put(Tree::Uploads, &key, place),
            None => batch.remove(Tree::Uploads, &key),
        }
        batch
            .commit()
            .map_err(failed("keep where an upload goes on"))
    }

    fn journal_parked(&self) -> Result<Option<u64>, HoldingsError> {
        let live = self.open_still()?.live();
        let from = live.parked.iter().filter_map(|parked| match parked.item {
            ParkedItem::Journal(from) => Some(from),
            ParkedItem::Evidence(_) => None,
        });
        Ok(from.min())
    }

    fn park(&self, parked: Parked) -> Result<(), HoldingsError> {
        let inner = self.open_still()?;
        let mut live = inner.live();
        live.parked.retain(|it| it.item != parked.item);
        live.parked.push(parked);
        inner
            .views
            .keep_parked(&live.parked)
            .map_err(failed("set something aside"))
    }

    fn record_incident(&self, kind: IncidentKind) -> Result<(), HoldingsError> {
        self.open_still()?
            .note_incidents(vec![kind])
            .map_err(failed("record an incident"))
    }

    fn keep_outcome(
        &self,
        outcome: LastOutcome,
        contact_ms: Option<i64>,
    ) -> Result<(), HoldingsError> {
        let inner = self.open_still()?;
        let note = {
            let mut live = inner.live();
            let contact_ms = contact_ms.or(live.note.contact_ms);
            live.note = SyncNote {
                contact_ms,
                outcome: Some(outcome),
            };
            live.note
        };
        inner
            .views
            .put_meta(meta::NOTE, &note)
            .map_err(failed("keep how a sync ended"))
    }
}
