//! 未送达: what phones announced and did not deliver (P8): entries of journals, and evidence that
//! entries name. What a person declared missing is no longer waited for.

use super::desk::Desk;
use super::frame::{Frame, Tab};
use super::page::{Page, show};
use super::problem::Problem;
use super::record::{RecordCard, folded};
use super::show::{self, First};
use crate::access::Action;
use crate::db::{Db, JournalShown, MissingEvidence, RecordRow};
use crate::words::console::ConsoleWords;
use askama::Template;
use axum::response::Response;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use tokio::sync::Mutex;
use waiqin_protocol::record::EvidenceState;
use waiqin_protocol::words::fill;

/// Pieces of evidence that are looked at; beyond, pages say "more than".
const LOOKED_AT: u32 = 1000;
/// Pieces that the page names, the oldest of each phone first; figures count what was looked at.
const SHOWN: usize = crate::db::RECORDS_PER_PAGE_MAX;
/// Journals that owe entries and are named; the others are told of.
const JOURNALS: u32 = 1000;

/// What is not delivered.
pub(super) struct Undelivered {
    /// Journals whose announced end is beyond what is here.
    pub journals: First<JournalShown>,
    waiting: Arc<Waiting>,
}

/// Evidence that is waited for, with what its entries say of it: kept until the log moves on or a
/// journal forks, for whatever else names or brings evidence is a row of the log.
#[derive(Default)]
struct Waiting {
    /// Each piece, with what its entry says of it.
    evidence: Vec<(MissingEvidence, Option<EvidenceState>)>,
    /// There may be more than was looked at.
    more: bool,
}

/// What was found last, and how far log and forks were then.
#[derive(Clone, Default)]
pub(super) struct WaitingKept(Arc<Mutex<Option<WaitingAt>>>);

/// What was found; the log's number and how many names stood beside chains then.
type WaitingAt = ((u64, u64), Arc<Waiting>);

impl WaitingKept {
    async fn read(&self, db: &Db) -> Result<Arc<Waiting>, Problem> {
        let now = (db.log_position().await?.number, db.forked_named().await?);
        let mut kept = self.0.lock().await;
        if let Some((at, waiting)) = kept.as_ref()
            && *at == now
        {
            return Ok(waiting.clone());
        }
        let waiting = Arc::new(Waiting::read(db).await?);
        *kept = Some((now, waiting.clone()));
        Ok(waiting)
    }
}

impl Waiting {
    async fn read(db: &Db) -> Result<Self, Problem> {
        let missing = db.evidence_missing(LOOKED_AT).await?;
        let more = missing.len() >= usize::try_from(LOOKED_AT).unwrap_or(usize::MAX);
        let subjects: HashSet<&str> = missing.iter().map(|it| it.subject.as_str()).collect();
        let subjects: Vec<&str> = subjects.into_iter().collect();
        let mut states: HashMap<(String, String), EvidenceState> = HashMap::new();
        for (subject, view) in db.record_views(&subjects).await? {
            for state in folded(&view)?.evidence {
                states.insert((subject.clone(), state.evidence.hash.to_string()), state);
            }
        }
        let evidence = missing
            .into_iter()
            .map(|it| {
                let state = states.get(&(it.subject.clone(), it.hash.clone())).cloned();
                (it, state)
            })
            .filter(|(_, state)| state.as_ref().is_none_or(|state| state.missing.is_none()))
            .collect();
        Ok(Self { evidence, more })
    }
}

impl Undelivered {
    /// Reads it.
    pub async fn read(desk: &Desk) -> Result<Self, Problem> {
        let journals = desk.db().journals_owing(JOURNALS + 1).await?;
        Ok(Self {
            journals: First::of(journals, JOURNALS),
            waiting: desk.waiting.read(desk.db()).await?,
        })
    }

    /// The evidence that is waited for.
    pub fn evidence(&self) -> &[(MissingEvidence, Option<EvidenceState>)] {
        &self.waiting.evidence
    }

    /// Phones that owe evidence.
    pub fn phones(&self) -> usize {
        self.per_journal().len()
    }

    /// Bytes of the evidence that is waited for.
    pub fn bytes(&self) -> u64 {
        let lengths = self
            .waiting
            .evidence
            .iter()
            .filter_map(|(_, state)| state.as_ref());
        lengths
            .map(|state| state.evidence.length)
            .fold(0, u64::saturating_add)
    }

    /// Pieces that each journal owes.
    pub fn per_journal(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for (it, _) in &self.waiting.evidence {
            *counts.entry(it.journal.as_str()).or_default() += 1;
        }
        counts
    }

    /// How many pieces, as a figure.
    pub fn figure(&self, words: &ConsoleWords) -> String {
        let n = show::count(u64::try_from(self.waiting.evidence.len()).unwrap_or(u64::MAX));
        if self.waiting.more {
            fill(words.more_than, &[("n", &n)])
        } else {
            n
        }
    }
}

struct JournalLine {
    href: String,
    officer: String,
    device: String,
    missing: String,
    seen: String,
    revoked: bool,
}

struct EvidenceLine {
    href: Option<String>,
    card: Option<RecordCard>,
    name: String,
    size: String,
    hash: String,
    officer: String,
    device: String,
    since: String,
}

#[derive(Template)]
#[template(path = "undelivered.html")]
struct UndeliveredPage {
    frame: Frame,
    journals: Vec<JournalLine>,
    more_journals: bool,
    evidence: Vec<EvidenceLine>,
    reads: bool,
    figure: String,
    more: bool,
}

/// `GET /undelivered`
pub(super) async fn list(page: Page) -> Result<Response, Problem> {
    let desk = &page.desk;
    let words = page.words();
    let now = desk.court_now_ms();
    let reads = page.member.may(Action::ReadRecords);
    let undelivered = Undelivered::read(desk).await?;
    let journals = undelivered.journals.shown.iter().map(|it| JournalLine {
        href: super::devices::address(&it.id),
        officer: it.officer_name.clone(),
        device: it.device_name.clone(),
        missing: fill(
            words.entries_from_to,
            &[
                ("n", &it.entries_missing()),
                ("a", &(it.head_seq + 1)),
                ("b", &it.announced_seq),
            ],
        ),
        seen: show::ago(desk.court_time(it.seen_ms), now, page.lang()),
        revoked: it.revoked_ms.is_some(),
    });
    let shown = &undelivered.evidence()[..undelivered.evidence().len().min(SHOWN)];
    let mut by_id: HashMap<&str, JournalShown> = HashMap::new();
    for (it, _) in shown {
        if !by_id.contains_key(it.journal.as_str())
            && let Some(journal) = desk.db().journal_shown(&it.journal).await?
        {
            by_id.insert(&it.journal, journal);
        }
    }
    // Who may not read records learns that bytes are owed, and by which phone.
    let subjects: BTreeSet<&str> = match reads {
        true => shown.iter().map(|(it, _)| it.subject.as_str()).collect(),
        false => BTreeSet::new(),
    };
    let subjects: Vec<&str> = subjects.into_iter().collect();
    let records = desk.db().records_of(&subjects).await?;
    let records: HashMap<&str, &RecordRow> =
        records.iter().map(|it| (it.subject.as_str(), it)).collect();
    let mut evidence = Vec::new();
    for (it, state) in shown {
        let journal = by_id.get(it.journal.as_str());
        let record = records.get(it.subject.as_str());
        evidence.push(EvidenceLine {
            // What only a held entry names has no page yet.
            href: record
                .and(state.as_ref())
                .map(|_| format!("/records/{}/evidence/{}", it.subject, it.hash)),
            card: record.map(|row| RecordCard::of(row, desk, words)),
            name: state
                .as_ref()
                .filter(|_| reads)
                .map(|s| s.evidence.name.clone())
                .unwrap_or_default(),
            size: state
                .as_ref()
                .map(|s| show::size(s.evidence.length))
                .unwrap_or_default(),
            hash: show::short_hash(&it.hash),
            officer: journal
                .map(|it| it.officer_name.clone())
                .unwrap_or_default(),
            device: journal.map(|it| it.device_name.clone()).unwrap_or_default(),
            since: show::ago(desk.court_time(it.named_ms), now, page.lang()),
        });
    }
    show(&UndeliveredPage {
        frame: page.frame(Tab::Undelivered, words.nav_undelivered),
        journals: journals.collect(),
        more_journals: undelivered.journals.more,
        figure: undelivered.figure(words),
        more: undelivered.waiting.more || shown.len() < undelivered.evidence().len(),
        reads,
        evidence,
    })
}
