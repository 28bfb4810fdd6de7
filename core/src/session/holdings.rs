//! What the sync driver asks of an unlocked session. Receipts and incidents go to custody before
//! anything is counted by them; everything else can be asked for again.

use super::inner::{BeaconHeld, Inner, SyncNote};
use super::others::Taken;
use super::read::rows_of_case;
use super::shown::{IncidentKind, LastOutcome, Parked, ParkedItem};
use super::succession::Delivering;
use super::views::{EvidenceStored, meta};
use crate::custody::CustodyItem;
use crate::host::Now;
use crate::store::{StoreError, Tree};
use crate::sync::{Holdings, HoldingsError, Pinned, Unsent};
use std::error::Error;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::atomic::Ordering;
use waiqin_protocol::ids::{CaseId, EvidenceHash, JournalId, Link};
use waiqin_protocol::journal::{
    Beacon, Certificate, ChallengeAnswer, Checkpoint, EvidenceReceipt, Head, JournalCause,
    JournalReceipt, LogPosition, Signed,
};
use waiqin_protocol::sync::Token;
use waiqin_protocol::wire::compare::{Compare, Digests, Refetched};
use waiqin_protocol::wire::hello::Limits;
use waiqin_protocol::wire::sync::{CaseSheet, End, Gap, Page, Verdict, VerdictRun};

/// A beacon older than this is renewed.
const BEACON_AGE_MAX_MS: i64 = 60 * 60 * 1000;

pub(super) fn failed<E: Error + Send + Sync + 'static>(
    doing: &'static str,
) -> impl FnOnce(E) -> HoldingsError {
    move |source| HoldingsError::Failed {
        doing,
        source: Box::new(source),
    }
}

impl Inner {
    pub(super) fn open_still(&self) -> Result<&Self, HoldingsError> {
        if self.ended.load(Ordering::SeqCst) {
            Err(HoldingsError::Locked)
        } else {
            Ok(self)
        }
    }

    /// Whether a case must stay although it left the scope: a record on it is not sealed, or has
    /// something without a receipt.
    fn keeps(&self, sheet: &CaseSheet, received: u64) -> Result<bool, StoreError> {
        let rows = rows_of_case(&self.views, &CaseId(sheet.id.clone()))?;
        let live = self.live();
        // What others alone wrote is no work of this officer.
        Ok(rows.iter().filter(|row| row.last_seq > 0).any(|row| {
            let open = row.sealed.is_none() && row.voided.is_none();
            open || row.last_seq > received
                || row
                    .evidence
                    .iter()
                    .any(|hash| live.unsent.contains_key(hash))
        }))
    }

    /// The rank in which evidence is delivered: newest sealed first, then newest.
    pub(super) fn in_order(
        &self,
        unsent: Vec<EvidenceStored>,
    ) -> Result<Vec<EvidenceStored>, StoreError> {
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

    fn journal_id(&self) -> Result<JournalId, HoldingsError> {
        self.in_delivered(|_, delivering| Ok(delivering.journal))
    }

    fn is_own(&self, journal: JournalId) -> Result<bool, HoldingsError> {
        let written = self.open_still()?.journal();
        Ok(written.log.part_of(journal).is_some())
    }

    fn head(&self) -> Result<Head, HoldingsError> {
        self.in_delivered(|_, delivering| Ok(delivering.head))
    }

    fn received(&self) -> Result<Head, HoldingsError> {
        let journal = self.journal_id()?;
        Ok(self.custody().received(journal))
    }

    fn position(&self) -> Result<Option<LogPosition>, HoldingsError> {
        Ok(self.open_still()?.custody().last_position())
    }

    fn link_at(&self, seq: u64) -> Result<Option<Link>, HoldingsError> {
        self.in_delivered(|part, _| part.log.link_at(seq))
    }

    fn entries(
        &self,
        after: Head,
        to: u64,
        bytes_max: usize,
    ) -> Result<Vec<Vec<u8>>, HoldingsError> {
        self.in_delivered(|part, _| self.entries_after(part, after, to, bytes_max))
    }

    fn gap(&self, from: u64, to: u64) -> Result<Option<Gap>, HoldingsError> {
        let (found, base) = self.in_delivered(|part, delivering| {
            let run = part.log.lost_from(from, to.min(delivering.head.seq))?;
            Ok((run, part.base))
        })?;
        let Some(run) = found else {
            return Ok(None);
        };
        self.declare_lost(run, base)
            .map_err(failed("say in the journal what is lost"))?;
        Ok(Some(Gap {
            from: run.from,
            link: run.link,
            to: run.to,
        }))
    }

    fn sign_checkpoint(&self, head: Head) -> Result<Signed<Checkpoint>, HoldingsError> {
        let at = self.in_delivered(|_, delivering| Ok(delivering.at))?;
        self.checkpoint(at, head)
    }

    fn answer_challenge(&self, challenge: &str) -> Result<Signed<ChallengeAnswer>, HoldingsError> {
        let journal = self.open_still()?.journal();
        let delivering = self.delivering(&journal);
        let body = ChallengeAnswer {
            challenge: challenge.to_owned(),
            journal: delivering.journal,
            server: self.public.server,
        };
        let signer = journal.signers.get(delivering.at);
        let signer = signer.ok_or(HoldingsError::Locked)?;
        Signed::sign(body, &**signer).map_err(failed("answer a challenge"))
    }

    fn token(&self) -> Result<Option<Token>, HoldingsError> {
        let journal = self.journal_id()?;
        let kept: Option<(JournalId, String)> = self
            .reading(|views| views.meta(meta::TOKEN))
            .map_err(failed("read the token"))?;
        Ok(kept
            .filter(|(of, _)| *of == journal)
            .map(|(_, token)| Token(token)))
    }

    fn keep_token(&self, token: &Token) -> Result<(), HoldingsError> {
        let journal = self.journal_id()?;
        self.views
            .put_meta(meta::TOKEN, &(journal, &token.0))
            .map_err(failed("keep the token"))
    }

    fn new_journal(&self, cause: JournalCause) -> Result<(), HoldingsError> {
        self.open_still()?
            .succeed(cause)
            .map_err(failed("begin a new journal"))
    }

    fn uncertified(&self) -> Result<Option<Vec<u8>>, HoldingsError> {
        Inner::uncertified(self.open_still()?).map_err(failed("read entry 1"))
    }

    fn follows(&self) -> Result<bool, HoldingsError> {
        self.in_delivered(|_, delivering| Ok(delivering.at > 0))
    }

    fn journal_unknown(&self) -> Result<(), HoldingsError> {
        let inner = self.open_still()?;
        let at = inner.delivering(&inner.journal()).at;
        inner.known_to.store(at.saturating_sub(1), Ordering::SeqCst);
        Ok(())
    }

    fn keep_certificate(&self, certificate: Signed<Certificate>) -> Result<(), HoldingsError> {
        let inner = self.open_still()?;
        let certified = certificate.body.journal;
        // Pages that came for the journal before left out everything of it, and this phone may have
        // less of it than the court: they begin anew. First, so that no cut can leave it undone.
        inner
            .views
            .forget_cursor()
            .map_err(failed("forget the cursor"))?;
        inner
            .custody()
            .add(vec![CustodyItem::Certificate(certificate)])
            .map_err(failed("keep a certificate"))?;
        let at = inner
            .journal()
            .log
            .parts()
            .position(|part| part.log.journal() == certified);
        inner
            .known_to
            .store(at.unwrap_or(usize::MAX), Ordering::SeqCst);
        // What was set aside of the journal before has ended: the court has it.
        let mut live = inner.live();
        live.parked
            .retain(|it| !matches!(it.item, ParkedItem::Journal(_)));
        inner
            .views
            .keep_parked(&live.parked)
            .map_err(failed("keep a certificate"))
    }

    fn limits(&self) -> Result<Option<Limits>, HoldingsError> {
        self.open_still()?
            .reading(|views| views.meta(meta::LIMITS))
            .map_err(failed("read the limits"))
    }

    fn keep_limits(&self, limits: Limits) -> Result<(), HoldingsError> {
        let inner = self.open_still()?;
        inner
            .views
            .put_meta(meta::LIMITS, &limits)
            .map_err(failed("keep the limits"))?;
        inner.live().limits = limits;
        Ok(())
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
        let journal = receipt.body.journal;
        let before = custody.received(journal).seq;
        custody
            .add(vec![CustodyItem::JournalReceipt(receipt)])
            .map_err(failed("keep a receipt"))?;
        Ok(custody.received(journal).seq.saturating_sub(before))
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
        let Delivering { base, head, .. } = inner.delivering(&inner.journal());
        let taken: Vec<Taken> = runs
            .iter()
            .map(|run| Taken {
                from: base + run.from,
                to: base + run.to,
                number: run.number,
            })
            .collect();
        let mut batch = inner.views.store.batch();
        let mut judged: u64 = inner
            .reading(|views| views.meta(meta::JUDGED))
            .map_err(failed("read the verdicts"))?
            .unwrap_or(0);
        inner
            .views
            .keep_taken(&mut batch, &taken)
            .map_err(failed("keep the verdicts"))?;
        for run in runs {
            let to = run.to.min(head.seq);
            for seq in run.from.max(1)..=to {
                let seq = base + seq;
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
            judged = judged.max(base + to);
        }
        batch.put(Tree::Meta, meta::JUDGED.as_bytes(), &judged);
        batch.commit().map_err(failed("keep the verdicts"))?;
        inner.views.forget_folded();
        // The receipt follows, after which the court does not tell them again.
        inner.views.flush().map_err(failed("keep the verdicts"))
    }

    fn cursor(&self) -> Result<Option<String>, HoldingsError> {
        self.open_still()?
            .reading(|views| views.meta(meta::CURSOR))
            .map_err(failed("read the cursor"))
    }

    fn apply_page(&self, page: Page, entries: Vec<String>) -> Result<usize, HoldingsError> {
        let inner = self.open_still()?;
        let entries = page.entries.iter().cloned().zip(entries).collect();
        let received = inner.received_number();
        if page.fresh {
            inner.compare_anew()?;
        }
        {
            let journal = inner.journal();
            let keep = |sheet: &CaseSheet| inner.keeps(sheet, received);
            inner
                .views
                .apply_page(&journal.log, &page, entries, &keep)
                .map_err(failed("apply a page"))?;
        }
        let shown = inner.views.is_building().map_err(failed("apply a page"))?;
        if !shown {
            inner
                .cases
                .load(&inner.views)
                .map_err(failed("read the cases"))?;
        }
        Ok(page.cases.len() + page.removed.len() + page.entries.len())
    }

    fn end_pages(&self, end: &End) -> Result<(), HoldingsError> {
        let inner = self.open_still()?;
        let work = || -> Result<(), StoreError> {
            if inner.views.meta::<String>(meta::CURSOR)?.as_ref() != Some(&end.cursor) {
                inner.views.put_meta(meta::CURSOR, &end.cursor)?;
                inner.views.flush()?;
            }
            if end.more {
                return Ok(());
            }
            let received = inner.received_number();
            let keep = |sheet: &CaseSheet| inner.keeps(sheet, received);
            let changed = inner.views.end_pages(&inner.journal().log, &keep)?;
            if changed {
                inner.cases.load(&inner.views)
            } else {
                Ok(())
            }
        };
        work().map_err(failed("end the pages"))
    }

    fn asks(&self) -> Result<Compare, HoldingsError> {
        self.open_still()?.ask_to_compare()
    }

    fn keep_refetched(
        &self,
        line: Refetched,
        entries: Vec<String>,
    ) -> Result<usize, HoldingsError> {
        self.open_still()?.keep_again(line, entries)
    }

    fn compare(&self, theirs: &Digests) -> Result<(), HoldingsError> {
        self.open_still()?.compare_with(theirs)
    }

    fn compares(&self) -> Result<bool, HoldingsError> {
        Ok(self.open_still()?.compares_on())
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
        let inner = self.open_still()?;
        let rolled_back = matches!(kind, IncidentKind::ServerRolledBack { .. });
        inner
            .note_incidents(vec![kind])
            .map_err(failed("record an incident"))?;
        if rolled_back {
            let unsent = inner
                .unreceipted()
                .map_err(failed("look for photos without a receipt"))?;
            inner.live().unsent = unsent;
        }
        Ok(())
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
