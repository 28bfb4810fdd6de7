//! Journals of an export: entries, gaps, what lies beside the chain, and the log that receipts name.

use super::Counts;
use super::folder::{Folder, Lines};
use crate::court::Court;
use crate::db::{EntryPlace, Journal};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use waiqin_protocol::ids::{EntryHash, EvidenceHash, JournalId, Link, SubjectId};
use waiqin_protocol::journal::{Change, Entry, LogPosition, next_link};
use waiqin_protocol::package::folder::{
    CERTIFICATES, CHECKPOINTS, EVIDENCE, EvidenceState, FORKED, FolderKeys, ForkedLine,
    ForkedPlace, GapLine, JournalLine, KEYS, LOG, LogLine, LogRowLine, RECEIPTS, ReceiptLine,
    journal_file, whole_line,
};

const ROWS_AT_ONCE: u32 = 500;
/// Entries with their bytes, at most 1 MiB each.
const ENTRIES_AT_ONCE: u32 = 16;

/// Which entries of a journal are shown whole.
pub(super) enum Extent {
    /// All.
    Whole,
    /// Entry 1 and those about these records; of the others the hash.
    About(BTreeSet<SubjectId>),
    /// Entry 1, and the file ends with it: who holds the key is all that is asked.
    First,
}

/// An export under way.
pub(super) struct Exporting<'a> {
    pub court: &'a Court,
    pub folder: Folder,
    pub counts: Counts,
    /// The journals that it is about.
    pub about: BTreeSet<JournalId>,
    /// Others that entries and receipts name: their entry 1 goes with it.
    pub companions: BTreeSet<JournalId>,
    /// Rows of the log that receipts name.
    pub positions: BTreeSet<u64>,
    pub states: BTreeMap<EvidenceHash, EvidenceState>,
    pub evidence: Lines,
    pub receipts: Lines,
    certificates: Lines,
    checkpoints: Lines,
    forked: Lines,
}

impl<'a> Exporting<'a> {
    pub fn begin(
        court: &'a Court,
        folder: Folder,
        about: BTreeSet<JournalId>,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            court,
            evidence: folder.lines(EVIDENCE)?,
            receipts: folder.lines(RECEIPTS)?,
            certificates: folder.lines(CERTIFICATES)?,
            checkpoints: folder.lines(CHECKPOINTS)?,
            forked: folder.lines(FORKED)?,
            folder,
            counts: Counts::default(),
            about,
            companions: BTreeSet::new(),
            positions: BTreeSet::new(),
            states: BTreeMap::new(),
        })
    }

    /// Writes a journal as far as it goes now.
    pub async fn journal(
        &mut self,
        id: JournalId,
        name: &str,
        extent: &Extent,
    ) -> anyhow::Result<()> {
        // Looked up before the head, so that it reaches no further.
        let checkpoint = self.court.db().checkpoint(id).await?;
        let Some(journal) = self.court.db().journal(id).await? else {
            return Ok(());
        };
        let journal = &journal;
        self.counts.journals += 1;
        self.certificates.json(&journal.certificate)?;
        let mut lines = self.folder.lines(name)?;
        self.entries(journal, &mut lines, extent).await?;
        self.folder.close(lines)?;
        if matches!(extent, Extent::First) {
            return Ok(());
        }
        if let Some(receipt) = &journal.receipt {
            self.positions.insert(receipt.body.position.number);
            self.receipts
                .json(&ReceiptLine::Journal(Cow::Borrowed(receipt)))?;
        }
        if let Some(signed) = checkpoint {
            self.checkpoints.json(&signed)?;
        }
        self.beside(journal, extent).await
    }

    /// Writes entry 1 of the journals that were named, then the log, and ends.
    pub async fn end(mut self, keys: &FolderKeys) -> anyhow::Result<Counts> {
        for id in std::mem::take(&mut self.companions) {
            if !self.about.contains(&id) {
                self.journal(id, &journal_file(id), &Extent::First).await?;
            }
        }
        self.log().await?;
        let mut document = self.folder.lines(KEYS)?;
        document.json(keys)?;
        let Self {
            mut folder,
            counts,
            evidence,
            receipts,
            certificates,
            checkpoints,
            forked,
            ..
        } = self;
        for lines in [
            document,
            evidence,
            receipts,
            certificates,
            checkpoints,
            forked,
        ] {
            folder.close(lines)?;
        }
        folder.end()?;
        Ok(counts)
    }

    async fn entries(
        &mut self,
        journal: &Journal,
        lines: &mut Lines,
        extent: &Extent,
    ) -> anyhow::Result<()> {
        let to = match extent {
            Extent::First => 1,
            Extent::Whole | Extent::About(_) => journal.head.seq,
        };
        let gaps = self.court.db().gaps(journal.id).await?;
        let mut gaps = gaps.into_iter().filter(|gap| gap.to <= to).peekable();
        let mut bytes = Bytes::of(self.court, journal.id, extent);
        let mut at = 0;
        while at < to {
            while let Some(gap) = gaps.next_if(|gap| gap.follows(at)) {
                self.counts.lost += gap.to + 1 - gap.from;
                at = gap.to;
                lines.json(&JournalLine::Gap(GapLine {
                    from: gap.from,
                    link: Some(gap.link),
                    to: gap.to,
                }))?;
            }
            let places = self
                .court
                .db()
                .entry_places(journal.id, at, ROWS_AT_ONCE)
                .await?;
            if places.is_empty() {
                break;
            }
            for place in places.into_iter().take_while(|place| place.seq <= to) {
                if gaps.peek().is_some_and(|gap| gap.follows(at)) {
                    break;
                }
                at = place.seq;
                self.entry(journal.id, &place, extent, &mut bytes, lines)
                    .await?;
            }
        }
        Ok(())
    }

    async fn entry(
        &mut self,
        journal: JournalId,
        place: &EntryPlace,
        extent: &Extent,
        bytes: &mut Bytes<'_>,
        lines: &mut Lines,
    ) -> anyhow::Result<()> {
        if !extent.shows(place.seq, place.subject) {
            self.counts.hashes += 1;
            return lines.json(&JournalLine::Hash(place.hash));
        }
        let bytes = bytes.read(place.seq).await?;
        self.counts.entries += 1;
        self.named((journal, place.seq), &bytes).await?;
        lines.line(&whole_line(bytes))
    }

    /// Notes what an entry that is shown names: evidence, and the journal of a countersign.
    async fn named(&mut self, place: (JournalId, u64), bytes: &[u8]) -> anyhow::Result<()> {
        let Ok(entry) = Entry::from_bytes(bytes) else {
            return Ok(());
        };
        if let Change::EvidenceAdded { evidence } = &entry.change {
            self.evidence(place, entry.subject, evidence).await?;
        } else if let Change::Countersigned { countersign, .. } = &entry.change {
            self.companions.insert(countersign.body.journal);
        }
        Ok(())
    }

    /// Writes the entries that lie beside a chain.
    async fn beside(&mut self, journal: &Journal, extent: &Extent) -> anyhow::Result<()> {
        let mut after = (0, Link::ZERO);
        loop {
            let db = self.court.db();
            let some = db.forked_after(journal.id, after, ENTRIES_AT_ONCE).await?;
            let Some(last) = some.last() else {
                return Ok(());
            };
            after = (last.entry.seq, last.entry.link);
            for forked in some {
                let entry = forked.entry;
                let before = self.before(journal.id, entry.seq, &entry.hash, entry.link);
                let place = ForkedPlace {
                    before: before.await?,
                    journal: journal.id,
                    link: entry.link,
                    seq: entry.seq,
                };
                self.forked.json(&ForkedLine { forked: place })?;
                self.counts.forked += 1;
                if extent.shows(entry.seq, forked.subject) {
                    self.named((journal.id, entry.seq), &entry.bytes).await?;
                    self.forked.line(&whole_line(entry.bytes))?;
                } else {
                    self.forked.json(&JournalLine::Hash(entry.hash))?;
                }
            }
        }
    }

    /// The link that an entry beside the chain continues.
    async fn before(
        &self,
        journal: JournalId,
        seq: u64,
        hash: &EntryHash,
        link: Link,
    ) -> anyhow::Result<Option<Link>> {
        let db = self.court.db();
        let before = seq.saturating_sub(1);
        let mut candidates = db.forked_links(journal, before).await?;
        candidates.extend(db.link_at(journal, before).await?);
        Ok(candidates
            .into_iter()
            .find(|it| next_link(it, hash) == link))
    }

    /// Writes the log from the first row that a receipt names to the last.
    async fn log(&mut self) -> anyhow::Result<()> {
        let (Some(first), Some(last)) = (self.positions.first(), self.positions.last()) else {
            return Ok(());
        };
        let (mut at, last) = (first.saturating_sub(1), *last);
        let mut lines = self.folder.lines(LOG)?;
        while at < last {
            let rows = self.court.db().log_rows(at, ROWS_AT_ONCE).await?;
            anyhow::ensure!(!rows.is_empty(), "the log ends before row {last}");
            for row in rows.into_iter().take_while(|it| it.position.number <= last) {
                if self.counts.log == 0 {
                    lines.json(&LogLine::After(LogPosition {
                        link: row.before,
                        number: at,
                    }))?;
                }
                at = row.position.number;
                self.counts.log += 1;
                lines.json(&if self.positions.contains(&at) {
                    LogLine::Row(LogRowLine {
                        at: row.at_ms,
                        body: row.body,
                        kind: row.kind,
                        number: at,
                    })
                } else {
                    LogLine::Hash(hex::encode(row.hash))
                })?;
            }
        }
        self.folder.close(lines)
    }
}

impl Extent {
    fn shows(&self, seq: u64, subject: Option<SubjectId>) -> bool {
        match self {
            Self::Whole => true,
            Self::About(subjects) => {
                seq == 1 || subject.is_some_and(|subject| subjects.contains(&subject))
            }
            Self::First => seq == 1,
        }
    }
}

/// Bytes of a journal's entries, a few at a time.
struct Bytes<'a> {
    court: &'a Court,
    journal: JournalId,
    at_once: u32,
    read: VecDeque<(u64, Vec<u8>)>,
}

impl<'a> Bytes<'a> {
    fn of(court: &'a Court, journal: JournalId, extent: &Extent) -> Self {
        Self {
            court,
            journal,
            at_once: match extent {
                Extent::Whole => ENTRIES_AT_ONCE,
                Extent::About(_) | Extent::First => 1,
            },
            read: VecDeque::new(),
        }
    }

    async fn read(&mut self, seq: u64) -> anyhow::Result<Vec<u8>> {
        if self.read.front().is_none_or(|(front, _)| *front != seq) {
            let db = self.court.db();
            let read = db.entries_after(self.journal, seq - 1, self.at_once);
            let read = read.await?.into_iter();
            self.read = read.map(|it| (it.seq, it.bytes)).collect();
        }
        match self.read.pop_front() {
            Some((front, bytes)) if front == seq => Ok(bytes),
            Some(_) | None => anyhow::bail!("entry {seq} of journal {} is gone", self.journal),
        }
    }
}
