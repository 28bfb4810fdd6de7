//! The office's own journal (院内日志): what the office decides about records is written in the same
//! format as what officers write, signed by the server's key, with the user as author. After the
//! server was put back from a copy the office begins a new journal, as a phone does.

use super::folding::Folding;
use super::held::judge_again;
use super::opening::{Opening, add_journal, receipt_of};
use crate::court::Court;
use crate::db::{AuditAct, DbError, HeldEntry, Journal, LogKind, NewEntry, Write, text_of};
use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::time::Instant;
use waiqin_protocol::canonical;
use waiqin_protocol::ids::{BootId, DeviceId, EntryHash, JournalId, OfficerId, SubjectId};
use waiqin_protocol::journal::{
    At, Chain, Change, Entry, EntryError, JournalCause, Parent, Path, VERSION,
};
use waiqin_protocol::suite::{SUITE, SignerError};

/// Most characters of a reason.
const REASON_CHARS_MAX: usize = 1000;

/// Why an act of the office was not done. Nothing of it happened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotDone {
    /// A reason is missing, or far too long.
    #[error("an act of the office needs a reason")]
    Reason,
    /// What it was about has changed since it was shown.
    #[error("what was decided about has changed since it was shown")]
    Changed,
    /// The case that it names is not in the list, or none is named.
    #[error("a decision names no case of the list")]
    Case,
    /// The entry that it would make is too long, or holds a number that entries cannot.
    #[error("the office's entry cannot be written")]
    Entry(#[from] EntryError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The server's key does not sign.
    #[error("the server's key does not sign")]
    Key(#[from] SignerError),
}

/// A choice between values that stand against each other (裁定).
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    /// The record.
    pub subject: SubjectId,
    /// The field.
    pub path: Path,
    /// The entries whose values were shown.
    pub candidates: Vec<EntryHash>,
    /// The one whose value holds.
    pub chosen: EntryHash,
    /// Why.
    pub reason: String,
}

/// Held entries that a person lets stand (放行).
#[derive(Clone, Debug)]
pub(crate) struct Release {
    /// The journal that wrote them.
    pub journal: JournalId,
    /// The entries.
    pub entries: Vec<EntryHash>,
    /// Why.
    pub reason: String,
}

/// Decides a contest. It settles exactly the values that were shown.
pub(crate) async fn decide(court: &Court, by: OfficerId, choice: Choice) -> Result<(), NotDone> {
    let reason = reason_of(&choice.reason)?;
    let write = court.db().write().await?;
    let mut acting = Acting::begin(court, by, write, &BTreeSet::from([choice.subject])).await?;
    let record = acting.folding.record(choice.subject);
    let state = record.and_then(|record| record.fields.get(&choice.path));
    let standing = state.map_or(&[][..], |state| state.candidates.as_slice());
    let stands = |hash: &EntryHash| standing.iter().any(|it| it.entry == *hash);
    let shown: BTreeSet<&EntryHash> = choice.candidates.iter().collect();
    if shown.len() < 2 || !shown.contains(&choice.chosen) || !choice.candidates.iter().all(stands) {
        return Err(NotDone::Changed);
    }
    let change = Change::ContestDecided {
        candidates: choice.candidates,
        chosen: choice.chosen,
        path: choice.path,
        reason,
    };
    acting.act(choice.subject, change)?;
    acting.end(AuditAct::ContestDecided).await
}

/// Releases held entries of a journal; what only waited for them stands with them.
pub(crate) async fn release(court: &Court, by: OfficerId, release: Release) -> Result<(), NotDone> {
    let reason = reason_of(&release.reason)?;
    let mut write = court.db().write().await?;
    let wanted: BTreeSet<EntryHash> = release.entries.into_iter().collect();
    let mut held = write.held_of(release.journal).await?;
    held.retain(|it| wanted.contains(&it.hash));
    let readable = |it: &HeldEntry| Entry::from_bytes(&it.bytes).is_ok();
    if held.is_empty() || held.len() != wanted.len() || !held.iter().all(readable) {
        return Err(NotDone::Changed);
    }
    let subjects = held.iter().map(|it| it.subject).collect();
    let mut acting = Acting::begin(court, by, write, &subjects).await?;
    for HeldEntry { subject, hash, .. } in held {
        let change = Change::HeldReleased {
            entry: hash,
            reason: reason.clone(),
        };
        acting.act(subject, change)?;
        acting.folding.release(subject, hash);
    }
    acting.end(AuditAct::HeldReleased).await
}

/// A reason without the space around it.
///
/// # Errors
/// [`NotDone::Reason`] when there is none or it has over 1,000 characters.
pub(crate) fn reason_of(text: &str) -> Result<String, NotDone> {
    // Forms send CR LF.
    let text = text.trim().replace("\r\n", "\n");
    if text.is_empty() || text.chars().nth(REASON_CHARS_MAX).is_some() {
        return Err(NotDone::Reason);
    }
    Ok(text)
}

/// Acts of the office that become true together.
pub(super) struct Acting<'a> {
    court: &'a Court,
    by: OfficerId,
    write: Write,
    folding: Folding,
    journal: JournalId,
    chain: Chain,
    entries: Vec<NewEntry>,
}

impl<'a> Acting<'a> {
    pub async fn begin(
        court: &'a Court,
        by: OfficerId,
        mut write: Write,
        subjects: &BTreeSet<SubjectId>,
    ) -> Result<Self, NotDone> {
        let journal = match write.office_journal().await? {
            Some(journal) if !write.restored_since(journal.enrolled_ms).await? => journal,
            before => open_journal(court, by, &mut write, before).await?,
        };
        Ok(Self {
            court,
            by,
            folding: Folding::open(&mut write, subjects).await?,
            write,
            journal: journal.id,
            chain: Chain::after(journal.head),
            entries: Vec::new(),
        })
    }

    /// Writes an entry about a record and folds it. What is about a record that is not open yet
    /// waits for it, as any entry does.
    pub fn act(&mut self, subject: SubjectId, change: Change) -> Result<(), NotDone> {
        let record = self.folding.record(subject);
        let entry = Entry {
            at: at(self.court),
            author: self.by,
            base: record.and_then(|record| record.base_for(self.journal)),
            beacon: None,
            change,
            journal: self.journal,
            seq: self.chain.head().seq + 1,
            subject,
            v: VERSION,
        };
        let bytes = entry.to_bytes()?;
        let hash = self.chain.push(&bytes);
        let (verdict, reason) = self.folding.fold_any(&entry, hash);
        self.entries.push(NewEntry {
            seq: entry.seq,
            hash,
            link: self.chain.head().link,
            bytes,
            subject: Some(subject),
            kind: Some(entry.change.kind().to_owned()),
            verdict,
            reason,
        });
        Ok(())
    }

    /// Commits what was written, with a receipt, and everything that follows from it.
    pub async fn end(mut self, act: AuditAct) -> Result<(), NotDone> {
        let now_ms = self.court.clock().now_ms();
        let head = self.chain.head();
        let body = serde_json::json!({
            "act": act.as_str(),
            "head": { "link": head.link.to_string(), "seq": head.seq },
            "journal": self.journal.to_string(),
        });
        let body = text_of(canonical::to_bytes(&body))?;
        let position = self
            .write
            .append(LogKind::Office, Some(self.journal), &body, now_ms)
            .await?;
        self.write
            .add_entries(self.journal, position.number, &self.entries)
            .await?;
        let receipt = receipt_of(self.court, self.journal, head, position, now_ms)?;
        self.write.set_head(self.journal, &receipt, now_ms).await?;
        for entry in &self.entries {
            let object = entry.hash.to_string();
            self.write
                .audit(
                    act,
                    Some(self.by),
                    Some(self.journal),
                    Some(&object),
                    now_ms,
                )
                .await?;
        }
        judge_again(&mut self.write, &mut self.folding, now_ms).await?;
        self.folding.keep(&mut self.write).await?;
        self.write.commit().await?;
        tracing::info!(by = %self.by, act = act.as_str(), entries = self.entries.len(), "the office acted");
        Ok(())
    }
}

/// Opens a journal of the office, after the one before it when there was one.
async fn open_journal(
    court: &Court,
    by: OfficerId,
    write: &mut Write,
    before: Option<Journal>,
) -> Result<Journal, NotDone> {
    let id = JournalId::from_bytes(court.random());
    let key = court.signer().public_key();
    let device = before.as_ref().map(|before| before.device);
    let device = device.unwrap_or_else(|| DeviceId::from_bytes(court.random()));
    let cause = match before {
        None => JournalCause::Enrolled,
        Some(_) => JournalCause::RestoredCopy,
    };
    let parent = before.map(|before| Parent {
        head: before.head,
        journal: before.id,
    });
    let entry = Entry {
        at: at(court),
        author: by,
        base: None,
        beacon: None,
        change: Change::JournalOpened {
            cause,
            device,
            key: key.clone(),
            officer: by,
            parent,
            server: court.server_id(),
            suite: SUITE,
        },
        journal: id,
        seq: 1,
        subject: SubjectId::from_bytes(*id.as_bytes()),
        v: VERSION,
    };
    let bytes = entry.to_bytes()?;
    let opening = Opening {
        cause,
        device,
        device_name: String::new(),
        key,
        officer: by,
        parent,
        office: true,
    };
    let journal = opening.certify(court, &entry, &bytes)?;
    add_journal(court, write, journal, bytes).await
}

/// This moment, by the server's clock.
fn at(court: &Court) -> At {
    static BOOT: OnceLock<(BootId, Instant)> = OnceLock::new();
    let (boot, since) = BOOT.get_or_init(|| (BootId::from_bytes(court.random()), Instant::now()));
    At {
        beacon: None,
        boot: *boot,
        mono: i64::try_from(since.elapsed().as_millis()).unwrap_or(i64::MAX),
        wall: court.clock().now_ms(),
    }
}
