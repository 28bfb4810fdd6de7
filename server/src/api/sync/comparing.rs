//! What a phone compares and asks for again (decision 0008): after the pages, before the last line.

use super::pages::{Cut, mark_line};
use crate::api::problem::Refusal;
use crate::court::Court;
use crate::db::{AuditAct, Caller, Db, DbError, OtherEntry, Reader, Within};
use std::collections::VecDeque;
use waiqin_protocol::ids::{CaseId, SubjectId};
use waiqin_protocol::wire::compare::{Compare, DigestAsk, Digests, Refetched};
use waiqin_protocol::wire::sync::{DownLine, End};

/// Entries read at a time.
const ENTRIES_AT_ONCE: u32 = 256;

/// Notes that a phone found cases to differ, by ids alone, and counts them again from their entries:
/// it may be this side that is wrong.
pub(super) async fn note(court: &Court, caller: &Caller, ask: &Compare) -> Result<(), Refusal> {
    let journal = caller.journal.id;
    for case in &ask.refetch {
        let recounted = court.db().count_again(case, caller.officer.id).await?;
        let now_ms = court.clock().now_ms();
        let object = if case.0.is_empty() { "-" } else { &case.0 };
        let act = AuditAct::CaseDiffered;
        court
            .db()
            .audit_incident(act, journal, object, now_ms)
            .await?;
        tracing::warn!(%journal, case = object, recounted, "a phone holds a case otherwise");
    }
    Ok(())
}

/// What is still to be said of a comparison.
pub(super) struct Comparing {
    db: Db,
    reader: Reader,
    digests: Option<DigestAsk>,
    wanted: VecDeque<Wanted>,
    reading: Option<Reading>,
    page_bytes_max: u64,
}

/// Entries that are asked for again.
enum Wanted {
    Case(CaseId),
    Own(u64, u64),
}

/// One case, or a run of the own journal, on its way down.
struct Reading {
    case: Option<CaseId>,
    left: Left,
    read: VecDeque<OtherEntry>,
}

/// What was not read yet.
enum Left {
    /// Records, and how far the first of them was read.
    Records(VecDeque<SubjectId>, Option<Within>),
    /// Numbers of the own journal.
    Own(u64, u64),
}

impl Comparing {
    pub fn new(court: &Court, reader: Reader, ask: Compare) -> Self {
        let cases = ask.refetch.into_iter().map(Wanted::Case);
        let own = ask.lost.into_iter().map(|(from, to)| Wanted::Own(from, to));
        Self {
            db: court.db().clone(),
            reader,
            digests: ask.digests,
            wanted: cases.chain(own).collect(),
            reading: None,
            page_bytes_max: court.limits().page_bytes_max,
        }
    }

    /// The next line with what follows it; `None` when all is said. `end`: of the pages before.
    pub async fn next(&mut self, end: &End) -> Result<Option<Cut>, DbError> {
        loop {
            if let Some(reading) = &mut self.reading {
                let (cut, last) = reading
                    .cut(&self.db, &self.reader, self.page_bytes_max)
                    .await?;
                if last {
                    self.reading = None;
                }
                return Ok(Some(cut));
            }
            match self.wanted.pop_front() {
                Some(wanted) => self.reading = Some(self.open(wanted).await?),
                None => return self.digests(end).await,
            }
        }
    }

    async fn open(&self, wanted: Wanted) -> Result<Reading, DbError> {
        let (case, left) = match wanted {
            Wanted::Case(case) => {
                let records = self.db.records_for(&self.reader, &case).await?;
                (Some(case), Left::Records(records.into(), None))
            }
            Wanted::Own(from, to) => (None, Left::Own(from, to)),
        };
        Ok(Reading {
            case,
            left,
            read: VecDeque::new(),
        })
    }

    /// The digests, when nothing was committed since the pages were begun: then they are of what the
    /// phone holds when it has applied them. Otherwise nothing is said, and the phone asks again.
    async fn digests(&mut self, end: &End) -> Result<Option<Cut>, DbError> {
        let Some(ask) = self.digests.take() else {
            return Ok(None);
        };
        if self.db.log_position().await? != end.position {
            return Ok(None);
        }
        let Some(cases) = self.db.digests(&self.reader).await? else {
            return Ok(None);
        };
        if self.db.log_position().await? != end.position {
            return Ok(None);
        }
        let line = DownLine::Digests(Digests::answer(&ask, &cases));
        Ok(Some(Cut {
            line,
            entries: Vec::new(),
        }))
    }
}

impl Reading {
    /// A line within its bound, and whether it is the last.
    async fn cut(
        &mut self,
        db: &Db,
        reader: &Reader,
        bytes_max: u64,
    ) -> Result<(Cut, bool), DbError> {
        let (mut marks, mut entries, mut bytes) = (Vec::new(), Vec::new(), 0u64);
        let last = loop {
            if self.read.is_empty() {
                self.fill(db, reader).await?;
            }
            let Some(entry) = self.read.pop_front() else {
                break true;
            };
            if bytes > 0 && bytes + entry.size() > bytes_max {
                self.read.push_front(entry);
                break false;
            }
            bytes += entry.size();
            marks.push(mark_line(&entry));
            entries.push(entry.bytes);
        };
        let line = DownLine::Refetched(Box::new(Refetched {
            case: self.case.clone(),
            entries: marks,
            last,
        }));
        Ok((Cut { line, entries }, last))
    }

    /// Reads on; nothing is read when there is nothing left.
    async fn fill(&mut self, db: &Db, reader: &Reader) -> Result<(), DbError> {
        match &mut self.left {
            Left::Records(records, after) => {
                while let Some(subject) = records.front().copied() {
                    let found = db
                        .entries_again(reader, subject, *after, ENTRIES_AT_ONCE)
                        .await?;
                    *after = found.last().and_then(|entry| entry.mark.within);
                    if found.len() < ENTRIES_AT_ONCE as usize {
                        records.pop_front();
                        *after = None;
                    }
                    self.read.extend(found);
                    if !self.read.is_empty() {
                        return Ok(());
                    }
                }
            }
            Left::Own(from, to) => {
                if from <= to {
                    let journal = reader.journal;
                    let found = db.own_again(journal, (*from, *to), ENTRIES_AT_ONCE).await?;
                    *from = found.last().map_or(u64::MAX, |entry| entry.seq + 1);
                    self.read.extend(found);
                }
            }
        }
        Ok(())
    }
}
