//! What the driver needs from an unlocked session, and no more. Every call may block for
//! milliseconds: the driver makes it on a blocking thread.

use crate::host::Now;
use crate::session::{IncidentKind, LastOutcome, Parked};
use std::error::Error;
use std::io::{self, Read};
use waiqin_protocol::ids::{EvidenceHash, JournalId, Link, ServerId};
use waiqin_protocol::journal::{
    Beacon, Certificate, ChallengeAnswer, Checkpoint, EvidenceReceipt, Head, JournalCause,
    JournalReceipt, LogPosition, Signed,
};
use waiqin_protocol::suite::PublicKey;
use waiqin_protocol::sync::Token;
use waiqin_protocol::wire::compare::{Compare, Digests, Refetched};
use waiqin_protocol::wire::hello::Limits;
use waiqin_protocol::wire::sync::{End, Gap, Page, VerdictRun};

/// The court as it was pinned at enrolment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pinned {
    /// The server.
    pub server: ServerId,
    /// The server's signing key.
    pub key: PublicKey,
    /// SHA-256 of the TLS public key (SubjectPublicKeyInfo), hexadecimal; `None` on loopback HTTP.
    pub tls: Option<String>,
    /// `https://host:port`, or `http://` on loopback.
    pub url: String,
}

/// A piece of evidence that has no receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unsent {
    /// Which.
    pub hash: EvidenceHash,
    /// Bytes before encryption.
    pub length: u64,
}

/// Something on this phone failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HoldingsError {
    /// The session was locked.
    #[error("the session is locked")]
    Locked,
    /// Journal, custody, store or key did not do what was asked.
    #[error("{doing}")]
    Failed {
        /// What was being done, as a phrase: `read the journal`.
        doing: &'static str,
        /// Why it failed.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
}

/// The holdings (馆藏) of one officer: what he wrote, what vouches for it, and what came down.
pub(crate) trait Holdings: Send + Sync + 'static {
    /// The court, pinned.
    fn pinned(&self) -> &Pinned;

    /// The journal that is delivered. All numbers and links here are of it.
    fn journal_id(&self) -> Result<JournalId, HoldingsError>;

    /// Whether a journal is the one that is delivered or one that it follows.
    fn is_own(&self, journal: JournalId) -> Result<bool, HoldingsError>;

    /// Begins a new journal that follows the one delivered; nothing when one was begun that the court
    /// has not certified yet. What is saved from now on is saved in it.
    fn new_journal(&self, cause: JournalCause) -> Result<(), HoldingsError>;

    /// Whether the journal that is delivered follows another.
    fn follows(&self) -> Result<bool, HoldingsError>;

    /// The court does not know the journal that is delivered: it was restored. The one that it follows
    /// is delivered again, and this one certified anew.
    fn journal_unknown(&self) -> Result<(), HoldingsError>;

    /// Entry 1 of a journal begun that the court has not certified; the one delivered is the one
    /// before it, until [`Holdings::keep_certificate`].
    fn uncertified(&self) -> Result<Option<Vec<u8>>, HoldingsError>;

    /// Keeps the certificate of the new journal, durably; it was checked.
    fn keep_certificate(&self, certificate: Signed<Certificate>) -> Result<(), HoldingsError>;

    /// Number and link of the newest *durable* entry.
    fn head(&self) -> Result<Head, HoldingsError>;

    /// How far the journal is receipted: the receipt with the highest number.
    fn received(&self) -> Result<Head, HoldingsError>;

    /// Position named by the receipt that was stored *last* (journal or evidence), not the highest
    /// one: after the server was rolled back its numbers begin lower.
    fn position(&self) -> Result<Option<LogPosition>, HoldingsError>;

    /// Link after an entry; `None` when there is none of this number, or what would tell it is lost.
    fn link_at(&self, seq: u64) -> Result<Option<Link>, HoldingsError>;

    /// The bytes of entries after a place, up to `to`, as they stand: as many as fit in `bytes_max`, at
    /// least one. Stops before an entry that is lost; empty when the first is, unless the whole run
    /// that is lost with it came back from the court and follows `after`.
    fn entries(
        &self,
        after: Head,
        to: u64,
        bytes_max: usize,
    ) -> Result<Vec<Vec<u8>>, HoldingsError>;

    /// The run of entries from number `from` on, up to `to` at most, that do not read any more, with
    /// the link after it; `None` when `from` reads, or what would tell the link is lost too. The
    /// journal says that they are lost when this returns.
    fn gap(&self, from: u64, to: u64) -> Result<Option<Gap>, HoldingsError>;

    /// Signs how far the journal goes, with the beacon in use. May keep it in custody.
    fn sign_checkpoint(&self, head: Head) -> Result<Signed<Checkpoint>, HoldingsError>;

    /// Signs the answer to a challenge.
    fn answer_challenge(&self, challenge: &str) -> Result<Signed<ChallengeAnswer>, HoldingsError>;

    /// The token that was kept for the journal delivered; it may be over.
    fn token(&self) -> Result<Option<Token>, HoldingsError>;

    /// Keeps a token, so that the first sync after a start signs in no more than any other. Need not
    /// be durable at once.
    fn keep_token(&self, token: &Token) -> Result<(), HoldingsError>;

    /// The bounds in force; `None` before the server said any.
    fn limits(&self) -> Result<Option<Limits>, HoldingsError>;

    /// Keeps new bounds.
    fn keep_limits(&self, limits: Limits) -> Result<(), HoldingsError>;

    /// A beacon is due: there is none, it is older than an hour, or the boot changed.
    fn wants_beacon(&self) -> Result<bool, HoldingsError>;

    /// Keeps a beacon, checked under the pinned key, to be used by the next entry.
    fn keep_beacon(
        &self,
        beacon: Signed<Beacon>,
        asked: Now,
        answered: Now,
    ) -> Result<(), HoldingsError>;

    /// Keeps a receipt, durably; it was checked under the pinned key and against
    /// [`Holdings::link_at`]. Returns how many entries it newly covers.
    fn keep_receipt(&self, receipt: Signed<JournalReceipt>) -> Result<u64, HoldingsError>;

    /// Keeps receipts of evidence, durably, with one write; they were checked under the pinned key
    /// and name evidence asked for. Returns how many are new.
    fn keep_evidence_receipts(
        &self,
        receipts: Vec<Signed<EvidenceReceipt>>,
    ) -> Result<usize, HoldingsError>;

    /// Keeps the server's *safe* position.
    fn keep_safe(&self, position: LogPosition) -> Result<(), HoldingsError>;

    /// Keeps what the court thinks of entries; a later word replaces an earlier one.
    fn keep_verdicts(&self, runs: &[VerdictRun]) -> Result<(), HoldingsError>;

    /// Where pages continue; while a fresh view is being built, where *it* continues.
    fn cursor(&self) -> Result<Option<String>, HoldingsError>;

    /// Applies a page with its cursor, and the entries that it announces. `fresh` begins a new view
    /// beside the old one (an unfinished one is dropped); pages after it go to the view being built.
    /// Returns how many cases and entries of others it brought.
    fn apply_page(&self, page: Page, entries: Vec<String>) -> Result<usize, HoldingsError>;

    /// The answer was whole: keeps the cursor, and when no more pages wait, a view that was being
    /// built replaces the old one. Costs nothing when nothing changed.
    fn end_pages(&self, end: &End) -> Result<(), HoldingsError>;

    /// What is to be compared or asked for again (decision 0008). A comparison that is under way goes
    /// on.
    fn asks(&self) -> Result<Compare, HoldingsError>;

    /// Keeps entries that were asked for again. Returns how many they are.
    fn keep_refetched(&self, line: Refetched, entries: Vec<String>)
    -> Result<usize, HoldingsError>;

    /// Lays the court's digests beside what is here; the answer that brought them is applied.
    fn compare(&self, theirs: &Digests) -> Result<(), HoldingsError>;

    /// Whether the last answer left something to ask for.
    fn compares(&self) -> Result<bool, HoldingsError>;

    /// Evidence without a receipt whose bytes should be here, in order of delivery: newest sealed
    /// first, then newest. Declared missing and parked ones are left out.
    fn unsent(&self) -> Result<Vec<Unsent>, HoldingsError>;

    /// The bytes of a piece of evidence from an offset on; `None` when they are not on this phone.
    /// An error of kind `InvalidData` (now or while reading) means that they do not read any more.
    fn evidence(&self, hash: EvidenceHash, offset: u64)
    -> io::Result<Option<Box<dyn Read + Send>>>;

    /// Where the upload of a piece of evidence was begun on the server, if it was.
    fn upload_place(&self, hash: EvidenceHash) -> Result<Option<String>, HoldingsError>;

    /// Keeps that place; `None`: forget it. Need not be durable at once.
    fn keep_upload_place(
        &self,
        hash: EvidenceHash,
        place: Option<&str>,
    ) -> Result<(), HoldingsError>;

    /// The number from which on the journal was parked: no entry from there on is sent.
    fn journal_parked(&self) -> Result<Option<u64>, HoldingsError>;

    /// Sets something aside with its reason, until `Session::unpark`.
    fn park(&self, parked: Parked) -> Result<(), HoldingsError>;

    /// Records an incident; one that stands already is not recorded again.
    fn record_incident(&self, kind: IncidentKind) -> Result<(), HoldingsError>;

    /// Keeps how a sync ended, and when the court last answered (wall time, ms UTC).
    fn keep_outcome(
        &self,
        outcome: LastOutcome,
        contact_ms: Option<i64>,
    ) -> Result<(), HoldingsError>;
}
