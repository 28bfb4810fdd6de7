//! The daily comparison with the court (对账, decision 0008): once a day, and after a view was built
//! anew, the digest of what this phone holds of others is laid beside the court's. Where they differ
//! the cases are found, shown and fetched again; what was not delivered is not touched.

use super::holdings::failed;
use super::inner::Inner;
use super::shown::IncidentKind;
use super::views::{LostRun, meta};
use crate::store::StoreError;
use crate::sync::HoldingsError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use waiqin_protocol::digest::{self, ByCase};
use waiqin_protocol::fault::{Fault, planted};
use waiqin_protocol::ids::CaseId;
use waiqin_protocol::wire::compare::{ASKED_MAX, Compare, DigestAsk, Digests, Refetched};
use waiqin_protocol::wire::sync::EntryMark;

/// Comparisons come so often, ms.
const EVERY_MS: i64 = 24 * 60 * 60 * 1000;

/// How the last comparison ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Compared {
    /// Wall time, ms UTC; `None`: not since the view was built.
    pub at_ms: Option<i64>,
    /// Cases that differ: they are being fetched again, or did not come to agree.
    pub differing: Vec<CaseId>,
}

/// A comparison under way. It begins anew after the session was locked.
#[derive(Default)]
pub(crate) struct Comparison {
    step: Step,
    /// Cases that were fetched again in it.
    fetched: BTreeSet<CaseId>,
    /// The case that is coming, and what of it came.
    coming: Option<(CaseId, BTreeSet<Vec<u8>>)>,
    /// The last answer brought it on.
    moved: bool,
}

/// What is asked next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Step {
    /// Nothing, until a comparison is due.
    #[default]
    Rest,
    /// The whole again, after cases were fetched.
    Again,
    /// The buckets.
    Buckets,
    /// The cases of these buckets; those that were found to differ so far.
    Cases(Vec<u8>, Vec<CaseId>),
    /// These cases, again.
    Fetch(Vec<CaseId>),
}

impl Inner {
    /// How the last comparison ended.
    pub(crate) fn compared(&self) -> Result<Compared, StoreError> {
        self.reading(|views| views.meta(meta::COMPARED))
            .map(Option::unwrap_or_default)
    }

    /// The number of a case, for people; its id when the case is not here, empty when nobody knows the
    /// case.
    pub(super) fn number_of(&self, case: &CaseId) -> String {
        let sheet = self.reading(|views| views.case(case)).ok().flatten();
        sheet.map_or(case.0.clone(), |sheet| sheet.number)
    }

    /// A view is built anew: it is compared when it is whole.
    pub(super) fn compare_anew(&self) -> Result<(), HoldingsError> {
        *self.comparison() = Comparison::default();
        let compared = Compared {
            at_ms: None,
            ..self.compared().map_err(failed(READ))?
        };
        self.keep_compared(&compared)
    }

    /// What the next sync asks for.
    pub(super) fn ask_to_compare(&self) -> Result<Compare, HoldingsError> {
        let mut now = self.comparison();
        (now.coming, now.moved) = (None, false);
        let mut ask = Compare::default();
        match &now.step {
            Step::Rest => {
                if self.is_due()? {
                    now.fetched.clear();
                    ask.digests = Some(DigestAsk::Whole);
                    ask.lost = self.lost_after_delivery().map_err(failed(READ))?;
                }
            }
            Step::Again => ask.digests = Some(DigestAsk::Whole),
            Step::Buckets => ask.digests = Some(DigestAsk::Buckets),
            Step::Cases(buckets, _) => {
                let some = buckets.iter().copied().take(ASKED_MAX);
                ask.digests = Some(DigestAsk::Cases(some.collect()));
            }
            Step::Fetch(cases) => ask.refetch = cases.iter().take(ASKED_MAX).cloned().collect(),
        }
        Ok(ask)
    }

    /// Whether the last answer left something to ask.
    pub(super) fn compares_on(&self) -> bool {
        let now = self.comparison();
        now.moved && now.step != Step::Rest
    }

    /// Lays the court's digests beside those of what is here.
    pub(super) fn compare_with(&self, theirs: &Digests) -> Result<(), HoldingsError> {
        let ours = self.digests().map_err(failed("add up what is here"))?;
        let mut now = self.comparison();
        now.moved = true;
        now.step = match theirs {
            Digests::Whole(theirs) if *theirs == digest::whole(&ours) => {
                return self.agree(&mut now);
            }
            Digests::Whole(_) => Step::Buckets,
            Digests::Buckets(theirs) => {
                match digest::differing(&digest::buckets(&ours), theirs) {
                    // What differed before came with the pages meanwhile.
                    none if none.is_empty() => return self.agree(&mut now),
                    some => Step::Cases(some, Vec::new()),
                }
            }
            Digests::Cases { buckets, cases } => {
                let Step::Cases(left, mut found) = std::mem::take(&mut now.step) else {
                    return Ok(());
                };
                found.extend(digest::differing(&digest::cases_of(&ours, buckets), cases));
                let left: Vec<u8> = left
                    .into_iter()
                    .filter(|it| !buckets.contains(it))
                    .collect();
                match left.is_empty() {
                    true => return self.differ(&mut now, found),
                    false => Step::Cases(left, found),
                }
            }
        };
        Ok(())
    }

    /// Keeps a line of what was asked for again; how many entries it brought.
    pub(super) fn keep_again(
        &self,
        line: Refetched,
        entries: Vec<String>,
    ) -> Result<usize, HoldingsError> {
        let entries: Vec<(EntryMark, String)> = line.entries.into_iter().zip(entries).collect();
        let count = entries.len();
        let Some(case) = line.case else {
            return self.keep_own_again(entries);
        };
        let mut now = self.comparison();
        let journal = self.journal();
        let keep = "keep a case that was fetched again";
        let keys = self.views.put_again(&journal.log, entries);
        let keys = keys.map_err(failed(keep))?;
        match &mut now.coming {
            Some((coming, came)) if *coming == case => came.extend(keys),
            Some(_) | None => now.coming = Some((case.clone(), keys)),
        }
        if line.last
            && let Some((_, came)) = now.coming.take()
        {
            let dropped = self.views.drop_rest(&journal.log, &case, &came);
            dropped.map_err(failed(keep))?;
            now.fetched.insert(case.clone());
            now.moved = true;
            if let Step::Fetch(cases) = &mut now.step {
                cases.retain(|it| *it != case);
                if cases.is_empty() {
                    now.step = Step::Again;
                }
            }
        }
        Ok(count)
    }

    fn keep_own_again(&self, entries: Vec<(EntryMark, String)>) -> Result<usize, HoldingsError> {
        let mended = {
            let journal = self.journal();
            let delivering = self.delivering(&journal);
            let of = (delivering.journal, delivering.base);
            self.views.mend(&journal.log, of, entries)
        };
        let mended = mended.map_err(failed("keep own entries that came back"))?;
        if mended > 0 {
            // Photos that only they name are to be delivered as any other.
            let unsent = self.unreceipted().map_err(failed(READ))?;
            self.live().unsent = unsent;
        }
        Ok(mended)
    }

    /// Everything agrees: what had differed is told as a thing that was.
    fn agree(&self, now: &mut Comparison) -> Result<(), HoldingsError> {
        let fetched = std::mem::take(now).fetched;
        let seen = fetched.into_iter();
        let seen = seen.map(|case| IncidentKind::CaseFetchedAgain {
            number: self.number_of(&case),
        });
        self.note_incidents(seen.collect())
            .map_err(failed("note what was fetched again"))?;
        self.keep_compared(&Compared {
            at_ms: Some(self.now().wall_ms),
            differing: Vec::new(),
        })
    }

    /// These cases differ: they are fetched again, but each once in a comparison.
    fn differ(&self, now: &mut Comparison, found: Vec<CaseId>) -> Result<(), HoldingsError> {
        let fetch: Vec<CaseId> = found
            .iter()
            .filter(|case| !now.fetched.contains(case))
            .cloned()
            .collect();
        if found.is_empty() {
            return self.agree(now);
        }
        let over = fetch.is_empty();
        now.step = if over { Step::Rest } else { Step::Fetch(fetch) };
        let before = self.compared().map_err(failed(READ))?;
        self.keep_compared(&Compared {
            at_ms: if over {
                Some(self.now().wall_ms)
            } else {
                before.at_ms
            },
            differing: found,
        })
    }

    fn is_due(&self) -> Result<bool, HoldingsError> {
        if planted(Fault::NeverCompares) {
            return Ok(false);
        }
        let now_ms = self.now().wall_ms;
        let last = self.compared().map_err(failed(READ))?.at_ms;
        // A clock that was set back tells nothing.
        let misread = self.views.misread.load(Ordering::SeqCst);
        Ok(misread || last.is_none_or(|at_ms| now_ms < at_ms || now_ms - at_ms >= EVERY_MS))
    }

    fn keep_compared(&self, compared: &Compared) -> Result<(), HoldingsError> {
        self.views
            .put_meta(meta::COMPARED, compared)
            .map_err(failed("keep how a comparison ended"))
    }

    /// Digests of what is here of others, read step by step.
    fn digests(&self) -> Result<ByCase, StoreError> {
        // What does not open is taken away below, and then it is missed.
        self.views.misread.store(false, Ordering::SeqCst);
        let mut cases = ByCase::new();
        let mut from = Some(Vec::new());
        while let Some(key) = from {
            let journal = self.journal();
            from = self.views.add_digests(&journal.log, &key, &mut cases)?;
        }
        Ok(cases)
    }

    /// Entries of the journal that is delivered which have a receipt and do not read any more, nor
    /// came back; in its own numbers.
    fn lost_after_delivery(&self) -> Result<Vec<(u64, u64)>, StoreError> {
        let (delivered, base) = {
            let journal = self.journal();
            let delivering = self.delivering(&journal);
            (delivering.journal, delivering.base)
        };
        let received = self.custody().received(delivered).seq;
        let lost: Vec<LostRun> = self
            .reading(|views| views.meta(meta::LOST))?
            .unwrap_or_default();
        let mut runs = Vec::new();
        for (_, from, to) in lost.iter().filter(|(journal, ..)| *journal == delivered) {
            let (mut from, to) = (*from, received.min(*to));
            while from <= to && self.views.is_mended(base + from)? {
                from += 1;
            }
            if from <= to {
                runs.push((from, to));
            }
        }
        runs.truncate(ASKED_MAX);
        Ok(runs)
    }

    fn comparison(&self) -> std::sync::MutexGuard<'_, Comparison> {
        self.comparison
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

const READ: &str = "read how a comparison ended";
