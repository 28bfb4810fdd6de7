//! Pages of changes: cut from what was committed when they were begun, each within its bound.
//!
//! Changes of cases and entries of others are two orders by the same numbers of the log; within one
//! number the cases come first, so that a phone knows the case of every entry.
//!
//! The cursor is opaque to phones: number and link of the log up to which everything was sent, the
//! case or entry within that number when the page ended in its middle, and the scope that it was cut
//! for. A cursor whose link the log does not have (the server was restored), or of another scope
//! (the officer's name in the list changed), is unknown: pages begin anew.

use super::comparing::Comparing;
use super::sheet::sheet_of;
use crate::court::Court;
use crate::db::{self, Db, DbError, OtherEntry, Reader, ScopeChange, ScopeMark, Within};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use std::collections::VecDeque;
use waiqin_protocol::fault::{Fault, planted};
use waiqin_protocol::ids::CaseId;
use waiqin_protocol::journal::LogPosition;
use waiqin_protocol::suite::sha256;
use waiqin_protocol::wire::sync::{DownLine, End, EndSaid, EntryMark, Page, SyncHead};

/// Rows read from the database at a time.
const ROWS_AT_ONCE: u32 = 512;
/// Entries read at a time: a few hundred kilobytes as a rule.
const ENTRIES_AT_ONCE: u32 = 256;
/// Digits of the link in a cursor: a chance agreement after a restore is one in 2^64.
const LINK_CHARS: usize = 16;
/// Digits of the scope's hash in a cursor.
const SCOPE_CHARS: usize = 8;

/// A line, and the bytes of the entries that it announces.
pub(super) struct Cut {
    pub line: DownLine,
    pub entries: Vec<Vec<u8>>,
}

/// Pages of one answer, and after them what was compared.
pub(super) struct Pages {
    state: State,
    comparing: Option<Comparing>,
    /// What the phone named, and need not be told again.
    asked: (Option<String>, Option<LogPosition>),
}

enum State {
    Cutting(Box<Cutting>),
    /// The pages are over.
    Over(End),
}

/// How far was sent, in both orders.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Mark {
    /// The whole number.
    Whole(u64),
    /// Cases of the number up to this one.
    Case(u64, String),
    /// All cases of the number, and entries up to this one.
    Entry(u64, Within),
}

struct Cutting {
    db: Db,
    reader: Reader,
    mark: Mark,
    cases: VecDeque<ScopeChange>,
    more_cases: bool,
    entries: VecDeque<OtherEntry>,
    more_entries: bool,
    up_to: LogPosition,
    fresh: bool,
    page_bytes_max: u64,
    answer_bytes_left: u64,
}

/// What comes next.
enum Next {
    Case(ScopeChange),
    Entry(OtherEntry),
}

impl Pages {
    /// The pages after the cursor that a phone named, up to a row of the log.
    pub async fn open(
        court: &Court,
        reader: Reader,
        head: &SyncHead,
        up_to: LogPosition,
    ) -> Result<Self, DbError> {
        let db = court.db().clone();
        let mark = match &head.cursor {
            None => None,
            Some(text) => mark_of(&db, &reader.list_name, text).await?,
        };
        let compare = head.compare.as_deref().cloned();
        let comparing = compare.map(|ask| Comparing::new(court, reader.clone(), ask));
        let state = State::Cutting(Box::new(Cutting {
            db,
            reader,
            fresh: mark.is_none(),
            mark: mark.unwrap_or(Mark::Whole(0)),
            cases: VecDeque::new(),
            more_cases: true,
            entries: VecDeque::new(),
            more_entries: true,
            up_to,
            page_bytes_max: court.limits().page_bytes_max,
            answer_bytes_left: court.config().answer_bytes_max,
        }));
        Ok(Self {
            state,
            comparing,
            asked: (head.cursor.clone(), head.position),
        })
    }

    /// Row of the log up to which the phone has been told everything; `None` when its view begins
    /// anew.
    pub fn since(&self) -> Option<u64> {
        match &self.state {
            State::Cutting(cutting) if cutting.fresh => None,
            State::Cutting(cutting) => Some(cutting.mark.number()),
            State::Over(end) => read_cursor(&end.cursor).map(|(number, ..)| number),
        }
    }

    /// No pages: the cursor stays where it was.
    pub fn none(head: &SyncHead, position: LogPosition) -> Self {
        let end = End {
            cursor: head.cursor.clone().unwrap_or_default(),
            more: false,
            position,
        };
        Self {
            state: State::Over(end),
            comparing: None,
            asked: (head.cursor.clone(), head.position),
        }
    }

    /// The next line; `Err` of the inner result is the end.
    pub async fn next(&mut self) -> Result<Result<Cut, EndSaid>, DbError> {
        if let State::Cutting(cutting) = &mut self.state {
            match cutting.next().await? {
                Ok(cut) => return Ok(Ok(cut)),
                Err(end) => self.state = State::Over(end),
            }
        }
        let State::Over(end) = &self.state else {
            return Err(DbError::Stored { what: "page" });
        };
        // While pages wait the phone does not hold yet what would be compared.
        if let Some(comparing) = self.comparing.as_mut().filter(|_| !end.more)
            && let Some(cut) = comparing.next(end).await?
        {
            return Ok(Ok(cut));
        }
        let (cursor, position) = &self.asked;
        Ok(Err(end.clone().said(cursor.as_deref(), *position)))
    }
}

impl Cutting {
    async fn next(&mut self) -> Result<Result<Cut, End>, DbError> {
        if self.answer_bytes_left == 0 {
            return Ok(Err(self.end(true).await?));
        }
        let mut page = Page {
            fresh: self.fresh,
            ..Page::default()
        };
        let mut entries = Vec::new();
        let mut bytes = 0u64;
        let room = self.page_bytes_max.min(self.answer_bytes_left);
        while let Some(next) = self.take().await? {
            let size = next.size();
            if bytes > 0 && bytes + size > room {
                if planted(Fault::CursorSkip) {
                    self.mark = next.mark();
                } else {
                    self.put_back(next);
                }
                break;
            }
            bytes += size;
            self.mark = next.mark();
            match next {
                Next::Case(change) => add(&mut page, change),
                Next::Entry(entry) => {
                    page.entries.push(mark_line(&entry));
                    entries.push(entry.bytes);
                }
            }
        }
        if bytes == 0 && !self.fresh {
            return Ok(Err(self.end(false).await?));
        }
        self.fresh = false;
        self.answer_bytes_left = self.answer_bytes_left.saturating_sub(bytes);
        page.cursor = self.cursor().await?;
        Ok(Ok(Cut {
            line: DownLine::Page(Box::new(page)),
            entries,
        }))
    }

    /// What comes next in the common order; `None` when everything was sent.
    async fn take(&mut self) -> Result<Option<Next>, DbError> {
        if self.mark == Mark::Whole(self.up_to.number) {
            return Ok(None);
        }
        self.fill().await?;
        let case = self.cases.front().map(|it| it.number);
        let entry = self.entries.front().map(|it| it.mark.number);
        let next = match (case, entry) {
            (Some(case), Some(entry)) if case > entry => self.entries.pop_front().map(Next::Entry),
            (Some(_), _) => self.cases.pop_front().map(Next::Case),
            (None, _) => self.entries.pop_front().map(Next::Entry),
        };
        if next.is_none() {
            self.mark = Mark::Whole(self.up_to.number);
        }
        Ok(next)
    }

    fn put_back(&mut self, next: Next) {
        match next {
            Next::Case(case) => self.cases.push_front(case),
            Next::Entry(entry) => self.entries.push_front(entry),
        }
    }

    /// Reads on in both orders where nothing waits any more.
    async fn fill(&mut self) -> Result<(), DbError> {
        if self.cases.is_empty() && self.more_cases {
            let after = self.mark.of_cases();
            let found = self
                .db
                .scope_changes(
                    &self.reader.list_name,
                    &after,
                    self.up_to.number,
                    ROWS_AT_ONCE,
                )
                .await?;
            self.more_cases = found.len() == ROWS_AT_ONCE as usize;
            self.cases = found.into();
        }
        if self.entries.is_empty() && self.more_entries {
            let after = self.mark.of_entries();
            let found = self
                .db
                .entries_of_others(&self.reader, &after, self.up_to.number, ENTRIES_AT_ONCE)
                .await?;
            self.more_entries = found.len() == ENTRIES_AT_ONCE as usize;
            self.entries = found.into();
        }
        Ok(())
    }

    async fn end(&self, more: bool) -> Result<End, DbError> {
        let more = more && self.mark != Mark::Whole(self.up_to.number);
        Ok(End {
            cursor: self.cursor().await?,
            more,
            position: self.up_to,
        })
    }

    /// The cursor of what was sent so far.
    async fn cursor(&self) -> Result<String, DbError> {
        let link = match self.mark.number() {
            number if number == self.up_to.number => Some(self.up_to.link),
            number => self.db.log_link(number).await?,
        };
        let link = link
            .ok_or(DbError::Stored {
                what: "log number of a change",
            })?
            .to_string();
        let mut text = format!(
            "{}.{}.{}",
            self.mark.number(),
            &link[..LINK_CHARS],
            scope_of(&self.reader.list_name)
        );
        match &self.mark {
            Mark::Whole(_) => {}
            Mark::Case(_, id) => text.push_str(&format!(".{}", BASE64.encode(id))),
            Mark::Entry(_, it) => {
                text.push_str(&format!(".{}.{}", it.taken, it.seq));
            }
        }
        Ok(text)
    }
}

impl Mark {
    fn number(&self) -> u64 {
        match self {
            Self::Whole(number) | Self::Case(number, _) | Self::Entry(number, _) => *number,
        }
    }

    fn of_cases(&self) -> ScopeMark {
        ScopeMark {
            number: self.number(),
            case_id: match self {
                Self::Case(_, id) => Some(id.clone()),
                Self::Whole(_) | Self::Entry(..) => None,
            },
        }
    }

    fn of_entries(&self) -> db::EntryMark {
        match self {
            Self::Whole(number) => db::EntryMark {
                number: *number,
                within: None,
            },
            // No entry of this number was sent yet.
            Self::Case(number, _) => db::EntryMark {
                number: number.saturating_sub(1),
                within: None,
            },
            Self::Entry(number, within) => db::EntryMark {
                number: *number,
                within: Some(*within),
            },
        }
    }
}

impl Next {
    fn mark(&self) -> Mark {
        match self {
            Self::Case(change) => Mark::Case(change.number, change.case_id.clone()),
            Self::Entry(entry) => match &entry.mark.within {
                Some(within) => Mark::Entry(entry.mark.number, *within),
                None => Mark::Whole(entry.mark.number),
            },
        }
    }

    /// Bytes on the wire, never too few: the sheet holds less than the list's row.
    fn size(&self) -> u64 {
        match self {
            Self::Case(change) => size_of(change),
            Self::Entry(entry) => entry.size(),
        }
    }
}

pub(super) fn mark_line(entry: &OtherEntry) -> EntryMark {
    EntryMark {
        case: entry.case.clone(),
        hash: entry.hash,
        journal: entry.journal,
        number: entry.taken,
        seq: entry.seq,
        subject: entry.subject,
    }
}

fn add(page: &mut Page, change: ScopeChange) {
    match change.case {
        None => page.removed.push(CaseId(change.case_id)),
        Some(case) => match sheet_of(case) {
            Some(sheet) => page.cases.push(sheet),
            // One case that does not read does not keep the others from the phone.
            None => tracing::error!(number = change.number, "a stored case does not read"),
        },
    }
}

fn size_of(change: &ScopeChange) -> u64 {
    let case = change.case.as_ref().map_or(0, |case| {
        let former: usize = case
            .former_numbers
            .iter()
            .map(|number| number.len() + 8)
            .sum();
        let assigned = case.assigned.as_ref();
        let assigned = assigned.map_or(0, |it| 2 * (it.by.len() + it.reason.len()) + 64);
        case.body.len() + former + assigned + 64
    });
    (change.case_id.len() + case + 8) as u64
}

/// Where a cursor continues; `None` when it is unknown.
async fn mark_of(db: &Db, list_name: &str, cursor: &str) -> Result<Option<Mark>, DbError> {
    let Some((number, link, scope, mark)) = read_cursor(cursor) else {
        return Ok(None);
    };
    let Some(known) = db.log_link(number).await? else {
        return Ok(None);
    };
    if known.to_string()[..LINK_CHARS] != *link || scope != scope_of(list_name) {
        return Ok(None);
    }
    Ok(Some(mark))
}

/// The row of the log up to which a cursor says that all was sent.
pub(super) fn number_of(cursor: &str) -> Option<u64> {
    read_cursor(cursor).map(|(number, ..)| number)
}

/// Number, link, scope and mark of a cursor.
fn read_cursor(cursor: &str) -> Option<(u64, &str, &str, Mark)> {
    let parts: Vec<&str> = cursor.splitn(6, '.').collect();
    let [number, link, scope, within @ ..] = parts.as_slice() else {
        return None;
    };
    let number: u64 = number.parse().ok()?;
    let id_of = |text: &str| String::from_utf8(BASE64.decode(text).ok()?).ok();
    let mark = match within {
        [] => Mark::Whole(number),
        [id] => Mark::Case(number, id_of(id)?),
        [taken, seq] => {
            let within = Within {
                taken: taken.parse().ok()?,
                seq: seq.parse().ok()?,
            };
            Mark::Entry(number, within)
        }
        _ => return None,
    };
    Some((number, link, scope, mark))
}

fn scope_of(list_name: &str) -> String {
    hex::encode(sha256(list_name.as_bytes()))[..SCOPE_CHARS].to_owned()
}
