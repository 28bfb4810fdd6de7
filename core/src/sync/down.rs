//! The lines of an answer to `sync`, each checked and kept in turn.

use super::conversation::Conversation;
use super::error::CallError;
use super::holdings::Holdings;
use super::lines::Lines;
use super::sync::Brought;
use crate::host::Now;
use crate::session::IncidentKind;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;
use waiqin_protocol::journal::{Beacon, Head, JournalReceipt, LogPosition, Signed, entry_hash};
use waiqin_protocol::wire::compare::Digests;
use waiqin_protocol::wire::sync::{
    DownLine, End, EndSaid, EntryMark, Heads, LINE_BYTES_MAX, Standing, VerdictRun,
};

/// Names of the lines that this version knows.
const KNOWN: [&str; 10] = [
    "standing",
    "receipt",
    "verdicts",
    "beacon",
    "limits",
    "safe",
    "page",
    "refetched",
    "digests",
    "end",
];

/// Entries of others that one page may bring, bytes: a page is cut at a megabyte, and one entry may
/// be as long.
const PAGE_ENTRIES_BYTES_MAX: usize = 4 * LINE_BYTES_MAX;

/// Where the phone stood when it asked.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    /// A beacon was asked for.
    pub beacon: bool,
    /// The journal's end.
    pub head: Head,
    /// Cursor and position that it named: the answer says them only when they change.
    pub named: (Option<String>, Option<LogPosition>),
    /// How far it was receipted.
    pub received: Head,
}

/// An answer being read.
pub(super) struct Answer<'a> {
    talk: &'a Conversation,
    expected: Expected,
    asked: Now,
    /// When its first line came.
    pub begun: Option<Now>,
    /// How the heads compare, by the own chain too.
    pub heads: Option<(Heads, Head)>,
    /// Number of the newest entry with a receipt.
    pub received: u64,
    /// Pages applied.
    pub pages: u64,
    /// What was compared leaves something to ask for.
    pub compares: bool,
    /// What the court holds, to be compared when all of the answer is applied.
    digests: Option<Digests>,
}

impl<'a> Answer<'a> {
    pub fn new(talk: &'a Conversation, expected: Expected, asked: Now) -> Self {
        let received = expected.received.seq;
        Self {
            talk,
            expected,
            asked,
            begun: None,
            heads: None,
            received,
            pages: 0,
            compares: false,
            digests: None,
        }
    }

    /// Reads and keeps every line up to the last.
    pub async fn read(
        &mut self,
        lines: &mut Lines<'_>,
        brought: &mut Brought,
    ) -> Result<End, CallError> {
        loop {
            let line = lines.next().await?;
            self.begun.get_or_insert_with(|| self.talk.clock.now());
            let Some(line) = read_line(&line)? else {
                continue;
            };
            match line {
                DownLine::Standing(standing) => self.standing(standing).await?,
                DownLine::Receipt(receipt) => brought.entries += self.receipt(*receipt).await?,
                DownLine::Verdicts(runs) => self.verdicts(runs).await?,
                DownLine::Beacon(beacon) => self.beacon(beacon).await?,
                DownLine::Limits(limits) => {
                    self.talk
                        .held(move |holdings| holdings.keep_limits(limits))
                        .await?;
                }
                DownLine::Safe(position) => {
                    self.talk
                        .held(move |holdings| holdings.keep_safe(position))
                        .await?;
                }
                DownLine::Page(page) => {
                    let entries = read_entries(lines, &page.entries).await?;
                    brought.cases += self
                        .talk
                        .held(move |holdings| holdings.apply_page(*page, entries))
                        .await?;
                    self.pages += 1;
                }
                DownLine::Refetched(again) => {
                    let entries = read_entries(lines, &again.entries).await?;
                    brought.cases += self
                        .talk
                        .held(move |holdings| holdings.keep_refetched(*again, entries))
                        .await?;
                }
                DownLine::Digests(digests) => self.digests = Some(digests),
                DownLine::End(end) => return self.end(end).await,
            }
        }
    }

    /// All of the answer was read: what it brought is whole, and may be compared.
    async fn end(&mut self, said: EndSaid) -> Result<End, CallError> {
        let (cursor, position) = &self.expected.named;
        let end = said.read(cursor.as_deref(), *position);
        let end = end.ok_or_else(|| CallError::not_ours("an end that leaves nothing"))?;
        let (kept, digests) = (end.clone(), self.digests.take());
        let compares = self.talk.held(move |holdings| {
            holdings.end_pages(&kept)?;
            if let Some(digests) = digests.filter(|_| !kept.more) {
                holdings.compare(&digests)?;
            }
            holdings.compares()
        });
        self.compares = compares.await?;
        Ok(end)
    }

    /// Compares the server's word with the own chain: what it says to have must be what was sent.
    async fn standing(&mut self, standing: Standing) -> Result<(), CallError> {
        let Standing { head, heads } = standing;
        let own = self.expected.head;
        let link = self
            .talk
            .held(move |holdings| holdings.link_at(head.seq))
            .await?;
        let heads = match heads {
            Heads::Same | Heads::ServerBehind | Heads::ServerRolledBack => {
                if head.seq > own.seq {
                    Heads::ServerAhead
                } else if link.is_some_and(|link| link != head.link) {
                    Heads::Fork
                } else {
                    heads
                }
            }
            Heads::ServerAhead | Heads::Fork => heads,
        };
        self.heads = Some((heads, head));
        Ok(())
    }

    async fn receipt(&mut self, receipt: Signed<JournalReceipt>) -> Result<u64, CallError> {
        let checked = self
            .talk
            .held(move |holdings| Ok(check_receipt(holdings, receipt)));
        match checked.await?? {
            Checked::Fits(receipt) => {
                let seq = receipt.body.seq;
                let new = self
                    .talk
                    .held(move |holdings| holdings.keep_receipt(*receipt))
                    .await?;
                self.received = self.received.max(seq);
                Ok(new)
            }
            Checked::Foreign(seq) => {
                let kind = IncidentKind::ForeignReceipt { seq };
                self.talk
                    .held(move |holdings| holdings.record_incident(kind))
                    .await?;
                Ok(0)
            }
            Checked::Unknown => Ok(0),
        }
    }

    async fn verdicts(&self, runs: Vec<VerdictRun>) -> Result<(), CallError> {
        let end = self.expected.head.seq;
        let within = |run: &VerdictRun| run.from >= 1 && run.from <= run.to && run.to <= end;
        if !runs.iter().all(within) {
            return Err(CallError::not_ours("verdicts on entries that do not exist"));
        }
        self.talk
            .held(move |holdings| holdings.keep_verdicts(&runs))
            .await
    }

    async fn beacon(&self, beacon: Signed<Beacon>) -> Result<(), CallError> {
        let pinned = self.talk.holdings.pinned();
        if beacon.body.server != pinned.server || beacon.verify(&pinned.key).is_err() {
            return Err(CallError::not_ours(
                "a beacon that the pinned key did not sign",
            ));
        }
        if !self.expected.beacon {
            return Ok(());
        }
        let (asked, answered) = (self.asked, self.talk.clock.now());
        self.talk
            .held(move |holdings| holdings.keep_beacon(beacon, asked, answered))
            .await
    }
}

/// What a receipt is to this phone's journal.
pub(crate) enum Checked {
    /// It may be kept.
    Fits(Box<Signed<JournalReceipt>>),
    /// Signed by the court, but for another chain than this phone's.
    Foreign(u64),
    /// What would tell is lost, or the number is beyond the journal's end: *standing* says so.
    Unknown,
}

/// Checks a receipt under the pinned key and against the own chain.
pub(crate) fn check_receipt(
    holdings: &dyn Holdings,
    receipt: Signed<JournalReceipt>,
) -> Result<Checked, CallError> {
    let pinned = holdings.pinned();
    let body = &receipt.body;
    if body.server != pinned.server || body.journal != holdings.journal_id()? {
        return Err(CallError::not_ours("a receipt for another journal"));
    }
    if receipt.verify(&pinned.key).is_err() {
        return Err(CallError::not_ours(
            "a receipt that the pinned key did not sign",
        ));
    }
    Ok(match holdings.link_at(body.seq)? {
        Some(link) if link == body.link => Checked::Fits(Box::new(receipt)),
        Some(_) => Checked::Foreign(body.seq),
        None => Checked::Unknown,
    })
}

/// The entries of others that follow a page: each must have the hash that the page gives it.
async fn read_entries(
    lines: &mut Lines<'_>,
    marks: &[EntryMark],
) -> Result<Vec<String>, CallError> {
    let mut entries = Vec::with_capacity(marks.len());
    let mut bytes = 0;
    for mark in marks {
        let line = lines.next().await?;
        bytes += line.len();
        if bytes > PAGE_ENTRIES_BYTES_MAX {
            return Err(CallError::not_ours("a page that is too long"));
        }
        if entry_hash(&line) != mark.hash {
            return Err(CallError::not_ours("an entry without the hash of its page"));
        }
        let text = String::from_utf8(line);
        entries.push(text.map_err(|_| CallError::not_ours("an entry that is no text"))?);
    }
    Ok(entries)
}

/// A line; `None` when its name is not known to this version.
fn read_line(line: &[u8]) -> Result<Option<DownLine>, CallError> {
    let broken = || CallError::not_ours("a line without our shape");
    if let Ok(line) = serde_json::from_slice(line) {
        return Ok(Some(line));
    }
    let names: BTreeMap<String, IgnoredAny> = serde_json::from_slice(line).map_err(|_| broken())?;
    match names.keys().next() {
        Some(name) if names.len() == 1 && !KNOWN.contains(&name.as_str()) => Ok(None),
        Some(_) | None => Err(broken()),
    }
}
