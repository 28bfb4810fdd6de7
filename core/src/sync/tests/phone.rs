//! Holdings in memory that note everything they are asked to keep.

use crate::host::{Clock, NetworkSwitch, Now, SystemEntropy};
use crate::session::{IncidentKind, LastOutcome, Parked, ParkedItem, SyncReport};
use crate::sync::driver::Driver;
use crate::sync::{Holdings, HoldingsError, Pinned, Unsent};
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use waiqin_protocol::ids::{BootId, EvidenceHash, JournalId, Link, ServerId};
use waiqin_protocol::journal::{
    Beacon, Certificate, Chain, ChallengeAnswer, Checkpoint, EvidenceReceipt, Head, JournalCause,
    JournalReceipt, LogPosition, Signed, SignedText,
};
use waiqin_protocol::suite::{Ed25519Signer, PublicKey, Signer, sha256};
use waiqin_protocol::sync::Token;
use waiqin_protocol::wire::compare::{Compare, Digests, Refetched};
use waiqin_protocol::wire::hello::Limits;
use waiqin_protocol::wire::sync::{End, Gap, Page, VerdictRun};

pub const JOURNAL: JournalId = JournalId::from_bytes([1; 16]);
pub const SERVER: ServerId = ServerId::from_bytes([2; 16]);

pub fn phone_key() -> Ed25519Signer {
    Ed25519Signer::from_secret(&[11; 32])
}

pub fn court_key() -> Ed25519Signer {
    Ed25519Signer::from_secret(&[12; 32])
}

/// A clock that tests set.
pub struct TestClock(pub AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Now {
        let ms = self.0.fetch_add(1, Ordering::SeqCst);
        Now {
            wall_ms: 1_562_027_400_000 + ms,
            mono_ms: ms,
            boot: BootId::from_bytes([3; 16]),
        }
    }
}

#[derive(Default)]
pub struct Kept {
    pub entries: Vec<Vec<u8>>,
    pub links: Vec<Link>,
    /// This entry does not read.
    pub rotten: Option<u64>,
    /// Nor does what would tell the link after it.
    pub link_lost: bool,
    /// Why a new journal was begun; the court of these tests certifies none.
    pub begun: Option<JournalCause>,
    pub receipts: Vec<Signed<JournalReceipt>>,
    pub evidence: BTreeMap<EvidenceHash, Vec<u8>>,
    /// In order of delivery.
    pub order: Vec<EvidenceHash>,
    /// What the file gives instead.
    pub damaged: BTreeMap<EvidenceHash, Option<Vec<u8>>>,
    pub evidence_receipts: BTreeMap<EvidenceHash, EvidenceReceipt>,
    pub token: Option<Token>,
    pub limits: Option<Limits>,
    pub wants_beacon: bool,
    pub beacons: Vec<Signed<Beacon>>,
    pub safe: Option<LogPosition>,
    pub verdicts: Vec<VerdictRun>,
    pub cursor: Option<String>,
    pub pages: Vec<Page>,
    pub ends: Vec<End>,
    pub places: BTreeMap<EvidenceHash, String>,
    pub parked: Vec<Parked>,
    pub incidents: Vec<IncidentKind>,
    pub outcomes: Vec<(LastOutcome, Option<i64>)>,
    pub checkpoints: u64,
    /// Most bytes of entries given at once.
    pub batch_bytes_most: usize,
    pub locked: bool,
}

pub struct TestHoldings {
    pinned: Pinned,
    signer: Ed25519Signer,
    kept: Mutex<Kept>,
}

/// A phone under test.
pub struct Phone {
    pub holdings: Arc<TestHoldings>,
    pub clock: Arc<TestClock>,
    pub network: Arc<NetworkSwitch>,
    pub driver: Driver,
}

impl Phone {
    pub fn new(url: &str, tls: Option<String>) -> Self {
        Self::with_patience(url, tls, Duration::from_secs(20))
    }

    pub fn with_patience(url: &str, tls: Option<String>, patience: Duration) -> Self {
        let pinned = Pinned {
            server: SERVER,
            key: court_key().public_key(),
            tls,
            url: url.to_owned(),
        };
        let kept = Mutex::new(Kept::default());
        let holdings = Arc::new(TestHoldings {
            pinned,
            signer: phone_key(),
            kept,
        });
        let clock = Arc::new(TestClock(AtomicI64::new(0)));
        let network = Arc::new(NetworkSwitch::new(true));
        let driver = Driver::with_patience(
            holdings.clone(),
            clock.clone(),
            Arc::new(SystemEntropy),
            network.clone(),
            patience,
        );
        Self {
            holdings,
            clock,
            network,
            driver,
        }
    }

    pub fn kept(&self) -> MutexGuard<'_, Kept> {
        self.holdings.kept()
    }

    pub fn write(&self, entries: impl IntoIterator<Item = Vec<u8>>) {
        let mut kept = self.kept();
        for entry in entries {
            let mut chain = Chain::after(head_of(&kept));
            chain.push(&entry);
            kept.entries.push(entry);
            kept.links.push(chain.head().link);
        }
    }

    pub fn take_photo(&self, bytes: Vec<u8>) -> EvidenceHash {
        let hash = EvidenceHash::from_bytes(sha256(&bytes));
        let mut kept = self.kept();
        kept.evidence.insert(hash, bytes);
        kept.order.push(hash);
        hash
    }

    pub async fn sync(&self) -> SyncReport {
        self.driver.sync().await.unwrap()
    }
}

/// Entries that look like entries and are told apart.
pub fn entries(from: usize, count: usize) -> Vec<Vec<u8>> {
    (from..from + count)
        .map(|n| {
            format!("{{\"at\":{{}},\"n\":{n},\"text\":\"南沙区大岗镇现场调查\"}}").into_bytes()
        })
        .collect()
}

fn place(number: u64) -> usize {
    usize::try_from(number).unwrap()
}

fn head_of(kept: &Kept) -> Head {
    Head {
        link: kept.links.last().copied().unwrap_or(Link::ZERO),
        seq: kept.links.len() as u64,
    }
}

impl TestHoldings {
    pub fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap()
    }

    fn signed<T: SignedText>(&self, body: T) -> Signed<T> {
        Signed::sign(body, &self.signer).unwrap()
    }

    fn open(&self) -> Result<MutexGuard<'_, Kept>, HoldingsError> {
        let kept = self.kept();
        if kept.locked {
            Err(HoldingsError::Locked)
        } else {
            Ok(kept)
        }
    }
}

impl Holdings for TestHoldings {
    fn pinned(&self) -> &Pinned {
        &self.pinned
    }

    fn journal_id(&self) -> Result<JournalId, HoldingsError> {
        Ok(JOURNAL)
    }

    fn token(&self) -> Result<Option<Token>, HoldingsError> {
        Ok(self.open()?.token.clone())
    }

    fn keep_token(&self, token: &Token) -> Result<(), HoldingsError> {
        self.open()?.token = Some(token.clone());
        Ok(())
    }

    fn is_own(&self, journal: JournalId) -> Result<bool, HoldingsError> {
        Ok(journal == JOURNAL)
    }

    fn follows(&self) -> Result<bool, HoldingsError> {
        Ok(false)
    }

    fn journal_unknown(&self) -> Result<(), HoldingsError> {
        Err(HoldingsError::Locked)
    }

    fn new_journal(&self, cause: JournalCause) -> Result<(), HoldingsError> {
        self.open()?.begun = Some(cause);
        Ok(())
    }

    fn uncertified(&self) -> Result<Option<Vec<u8>>, HoldingsError> {
        let begun = self.open()?.begun;
        Ok(begun.map(|_| {
            let golden = include_str!("../../../protocol/golden/journal-v1.ndjson");
            golden.lines().next().unwrap().as_bytes().to_vec()
        }))
    }

    fn keep_certificate(&self, _: Signed<Certificate>) -> Result<(), HoldingsError> {
        panic!("nothing was certified");
    }

    fn head(&self) -> Result<Head, HoldingsError> {
        Ok(head_of(&*self.open()?))
    }

    fn received(&self) -> Result<Head, HoldingsError> {
        let kept = self.open()?;
        let newest = kept
            .receipts
            .iter()
            .map(|it| &it.body)
            .max_by_key(|it| it.seq);
        Ok(newest.map_or(Head::START, |it| Head {
            link: it.link,
            seq: it.seq,
        }))
    }

    fn position(&self) -> Result<Option<LogPosition>, HoldingsError> {
        Ok(self.open()?.receipts.last().map(|it| it.body.position))
    }

    fn link_at(&self, seq: u64) -> Result<Option<Link>, HoldingsError> {
        let kept = self.open()?;
        Ok(match place(seq) {
            0 => Some(Link::ZERO),
            n => kept.links.get(n - 1).copied(),
        })
    }

    fn entries(
        &self,
        after: Head,
        to: u64,
        bytes_max: usize,
    ) -> Result<Vec<Vec<u8>>, HoldingsError> {
        let mut kept = self.open()?;
        let mut batch: Vec<Vec<u8>> = Vec::new();
        let mut bytes = 0;
        for seq in after.seq + 1..=to {
            let entry = &kept.entries[place(seq) - 1];
            if kept.rotten == Some(seq) || (!batch.is_empty() && bytes + entry.len() > bytes_max) {
                break;
            }
            bytes += entry.len();
            batch.push(entry.clone());
        }
        kept.batch_bytes_most = kept.batch_bytes_most.max(bytes);
        Ok(batch)
    }

    fn gap(&self, from: u64, to: u64) -> Result<Option<Gap>, HoldingsError> {
        let kept = self.open()?;
        let lost = kept.rotten == Some(from) && from <= to && !kept.link_lost;
        Ok(lost.then(|| Gap {
            from,
            link: kept.links[place(from) - 1],
            to: from,
        }))
    }

    fn sign_checkpoint(&self, head: Head) -> Result<Signed<Checkpoint>, HoldingsError> {
        self.open()?.checkpoints += 1;
        let body = Checkpoint {
            beacon: None,
            journal: JOURNAL,
            link: head.link,
            seq: head.seq,
            server: SERVER,
        };
        Ok(self.signed(body))
    }

    fn answer_challenge(&self, challenge: &str) -> Result<Signed<ChallengeAnswer>, HoldingsError> {
        drop(self.open()?);
        let body = ChallengeAnswer {
            challenge: challenge.to_owned(),
            journal: JOURNAL,
            server: SERVER,
        };
        Ok(self.signed(body))
    }

    fn limits(&self) -> Result<Option<Limits>, HoldingsError> {
        Ok(self.open()?.limits.clone())
    }

    fn keep_limits(&self, limits: Limits) -> Result<(), HoldingsError> {
        self.open()?.limits = Some(limits);
        Ok(())
    }

    fn wants_beacon(&self) -> Result<bool, HoldingsError> {
        Ok(self.open()?.wants_beacon)
    }

    fn keep_beacon(
        &self,
        beacon: Signed<Beacon>,
        asked: Now,
        answered: Now,
    ) -> Result<(), HoldingsError> {
        assert!(asked.mono_ms <= answered.mono_ms);
        self.open()?.beacons.push(beacon);
        Ok(())
    }

    fn keep_receipt(&self, receipt: Signed<JournalReceipt>) -> Result<u64, HoldingsError> {
        let before = self.received()?.seq;
        let seq = receipt.body.seq;
        self.open()?.receipts.push(receipt);
        Ok(seq.saturating_sub(before))
    }

    fn keep_evidence_receipts(
        &self,
        receipts: Vec<Signed<EvidenceReceipt>>,
    ) -> Result<usize, HoldingsError> {
        let mut kept = self.open()?;
        let before = kept.evidence_receipts.len();
        kept.evidence_receipts
            .extend(receipts.into_iter().map(|it| (it.body.hash, it.body)));
        Ok(kept.evidence_receipts.len() - before)
    }

    fn keep_safe(&self, position: LogPosition) -> Result<(), HoldingsError> {
        self.open()?.safe = Some(position);
        Ok(())
    }

    fn keep_verdicts(&self, runs: &[VerdictRun]) -> Result<(), HoldingsError> {
        self.open()?.verdicts.extend_from_slice(runs);
        Ok(())
    }

    fn cursor(&self) -> Result<Option<String>, HoldingsError> {
        Ok(self.open()?.cursor.clone())
    }

    fn apply_page(&self, page: Page, _entries: Vec<String>) -> Result<usize, HoldingsError> {
        let mut kept = self.open()?;
        let changed = page.cases.len() + page.removed.len();
        kept.cursor = Some(page.cursor.clone());
        kept.pages.push(page);
        Ok(changed)
    }

    fn end_pages(&self, end: &End) -> Result<(), HoldingsError> {
        let mut kept = self.open()?;
        kept.cursor = Some(end.cursor.clone());
        kept.ends.push(end.clone());
        Ok(())
    }

    fn asks(&self) -> Result<Compare, HoldingsError> {
        Ok(Compare::default())
    }

    fn keep_refetched(&self, line: Refetched, _: Vec<String>) -> Result<usize, HoldingsError> {
        panic!("nobody asked for {line:?}")
    }

    fn compare(&self, theirs: &Digests) -> Result<(), HoldingsError> {
        panic!("nobody asked for {theirs:?}")
    }

    fn compares(&self) -> Result<bool, HoldingsError> {
        Ok(false)
    }

    fn unsent(&self) -> Result<Vec<Unsent>, HoldingsError> {
        let kept = self.open()?;
        let parked = |hash: &EvidenceHash| {
            kept.parked
                .iter()
                .any(|it| it.item == ParkedItem::Evidence(*hash))
        };
        let unsent = kept
            .order
            .iter()
            .filter(|hash| !kept.evidence_receipts.contains_key(hash) && !parked(hash));
        Ok(unsent
            .map(|hash| Unsent {
                hash: *hash,
                length: kept.evidence[hash].len() as u64,
            })
            .collect())
    }

    fn evidence(
        &self,
        hash: EvidenceHash,
        offset: u64,
    ) -> io::Result<Option<Box<dyn Read + Send>>> {
        let kept = self.kept();
        let bytes = match kept.damaged.get(&hash) {
            Some(None) => return Ok(None),
            Some(Some(bytes)) => bytes,
            None => &kept.evidence[&hash],
        };
        let bytes = bytes[place(offset)..].to_vec();
        Ok(Some(Box::new(io::Cursor::new(bytes))))
    }

    fn upload_place(&self, hash: EvidenceHash) -> Result<Option<String>, HoldingsError> {
        Ok(self.open()?.places.get(&hash).cloned())
    }

    fn keep_upload_place(
        &self,
        hash: EvidenceHash,
        place: Option<&str>,
    ) -> Result<(), HoldingsError> {
        let mut kept = self.open()?;
        match place {
            Some(place) => kept.places.insert(hash, place.to_owned()),
            None => kept.places.remove(&hash),
        };
        Ok(())
    }

    fn journal_parked(&self) -> Result<Option<u64>, HoldingsError> {
        let kept = self.open()?;
        let parked = kept.parked.iter().filter_map(|it| match it.item {
            ParkedItem::Journal(from) => Some(from),
            ParkedItem::Evidence(_) => None,
        });
        Ok(parked.min())
    }

    fn park(&self, parked: Parked) -> Result<(), HoldingsError> {
        self.open()?.parked.push(parked);
        Ok(())
    }

    fn record_incident(&self, kind: IncidentKind) -> Result<(), HoldingsError> {
        let mut kept = self.open()?;
        if !kept.incidents.contains(&kind) {
            kept.incidents.push(kind);
        }
        Ok(())
    }

    fn keep_outcome(
        &self,
        outcome: LastOutcome,
        contact_ms: Option<i64>,
    ) -> Result<(), HoldingsError> {
        self.open()?.outcomes.push((outcome, contact_ms));
        Ok(())
    }
}

pub fn court_public() -> PublicKey {
    court_key().public_key()
}
