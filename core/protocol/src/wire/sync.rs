//! `POST /api/v1/sync`: one round trip for everyday sync, NDJSON both ways, zstd above 1 KB.
//!
//! **Up.** First line `{"head":…}` ([`SyncHead`]). Then, when there is something to send, pieces:
//! entries, each line the entry's bytes unchanged, closed by a line `{"checkpoint":…}`. Where entries
//! do not read any more on the phone a line `{"gap":…}` ([`Gap`]) stands for them, and the chain goes
//! on from its link: what rotted blocks nothing after it. A line that is none of these *is* an
//! entry's bytes, whatever it looks like: the chain covers bytes. A piece is committed whole or not
//! at all; entries and gaps count only under a checkpoint.
//!
//! **Down.** [`DownLine`]s: standing, verdicts, receipt, beacon, limits, safe position, then pages of
//! changes, each applied with its cursor in one store transaction; `end` last. A page's line is
//! followed by the entries of others that it announces, a line each, their bytes unchanged. A phone skips lines
//! that it does not know. When there is nothing to say the answer is the line `end` alone: no
//! `standing` means that the heads are the same.

use crate::ids::{CaseId, EntryHash, JournalId, Link, SubjectId};
use crate::journal::{Beacon, Checkpoint, Head, JournalReceipt, LogPosition, Signed};
use crate::wire::compare::{Compare, Digests, Refetched};
use crate::wire::hello::Limits;
use serde::{Deserialize, Serialize};

/// Longest line, bytes: an entry of 1 MiB with room to spare.
pub const LINE_BYTES_MAX: usize = (1 << 20) + 4096;
/// Bodies below this many bytes are not compressed.
pub const COMPRESS_FROM: usize = 1024;
/// Media type of both bodies.
pub const NDJSON: &str = "application/x-ndjson";

/// Control lines on the way up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpLine {
    /// The first line.
    Head(Box<SyncHead>),
    /// Closes a piece.
    Checkpoint(Signed<Checkpoint>),
    /// Entries that do not read any more on the phone.
    Gap(Gap),
}

/// Entries that the phone wrote and cannot read any more (条目损坏), in place of their bytes. Which
/// ones is the phone's word under its checkpoint; an entry *entries lost* says it in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Number of the first.
    pub from: u64,
    /// Link after the last, which the next frame on the phone still names.
    pub link: Link,
    /// Number of the last.
    pub to: u64,
}

impl Gap {
    /// Where the chain goes on.
    #[must_use]
    pub fn end(&self) -> Head {
        Head {
            link: self.link,
            seq: self.to,
        }
    }

    /// Whether it can follow entry `seq`: it begins with the next number, and its numbers are such.
    #[must_use]
    pub fn follows(&self, seq: u64) -> bool {
        self.from == seq.saturating_add(1) && self.from <= self.to && self.to <= SEQ_MAX
    }
}

/// Largest number of an entry: integers of the format are exact in every reader.
const SEQ_MAX: u64 = (1 << 53) - 1;

/// A line on the way up, recognised by how it begins.
#[derive(Debug)]
pub enum UpText<'a> {
    /// A control line.
    Control(UpLine),
    /// A control line that does not read.
    Broken(serde_json::Error),
    /// The bytes of an entry.
    Entry(&'a [u8]),
}

impl<'a> UpText<'a> {
    /// Tells control lines from entries.
    #[must_use]
    pub fn of(line: &'a [u8]) -> Self {
        let begins: [&[u8]; 3] = [br#"{"head":"#, br#"{"checkpoint":"#, br#"{"gap":"#];
        if !begins.iter().any(|begin| line.starts_with(begin)) {
            return Self::Entry(line);
        }
        match serde_json::from_slice(line) {
            Ok(control) => Self::Control(control),
            Err(error) => Self::Broken(error),
        }
    }
}

/// Where the phone stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncHead {
    /// Asks for a beacon: the last is older than an hour, or the boot changed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beacon: bool,
    /// Checkpoint over the whole journal, kept at once as *announced*; absent when nothing is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<Signed<Checkpoint>>,
    /// What is compared and asked for again; a court that does not know it answers as if it were not
    /// there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare: Option<Box<Compare>>,
    /// Where pages continue; absent: from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// The journal's head as far as the phone holds receipts: pieces continue after it.
    pub from: Head,
    /// The journal.
    pub journal: JournalId,
    /// Version of the limits that the phone knows.
    pub limits: u64,
    /// Position of the newest receipt held: shows a server that was rolled back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<LogPosition>,
}

/// Lines on the way down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DownLine {
    /// The server's head for this journal, and how the two compare.
    Standing(Standing),
    /// Custody of everything up to the head.
    Receipt(Box<Signed<JournalReceipt>>),
    /// One verdict per entry received, as runs.
    Verdicts(Vec<VerdictRun>),
    /// The server's time, when asked.
    Beacon(Signed<Beacon>),
    /// New limits.
    Limits(Limits),
    /// Everything up to this position is contained in a verified backup.
    Safe(LogPosition),
    /// Changes of cases.
    Page(Box<Page>),
    /// Entries that were asked for again; after the pages.
    Refetched(Box<Refetched>),
    /// Digests that were asked for, of what the phone holds when it has applied this answer; before the
    /// last line.
    Digests(Digests),
    /// Last line: nothing is missing.
    End(EndSaid),
}

/// The server's head for the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The server's head after this request.
    pub head: Head,
    /// How the request's `from` and pieces compared with it.
    pub heads: Heads,
}

/// How two heads compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Heads {
    /// Equal, or pieces were taken.
    Same,
    /// The server has less: send again from its head.
    ServerBehind,
    /// The server has more than the phone knows of: the phone was restored; open a new journal.
    ServerAhead,
    /// One seq with two links: fork.
    Fork,
    /// A receipt is signed but unknown to the server: the server was rolled back.
    ServerRolledBack,
}

/// What the server thinks of entries; may change later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictRun {
    /// First `seq` of the run.
    pub from: u64,
    /// Row of the log with which they were taken in: records are folded in this order.
    pub number: u64,
    /// Why, for held and refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<VerdictReason>,
    /// Last `seq` of the run.
    pub to: u64,
    /// The verdict.
    pub verdict: Verdict,
}

/// Verdict on an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Taken.
    Accepted,
    /// The base had moved, other fields were touched.
    Interleaved,
    /// Same field, other value, neither had seen the other: all kept, a person decides.
    Contested,
    /// Kept aside, may be released.
    Held,
    /// In quarantine, reason shown.
    Refused,
}

impl Verdict {
    /// Whether an entry with it is part of its record.
    #[must_use]
    pub fn stands(self) -> bool {
        match self {
            Self::Accepted | Self::Interleaved | Self::Contested => true,
            Self::Held | Self::Refused => false,
        }
    }
}

/// Why an entry is held or refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictReason {
    /// Its bytes are not canonical or over a limit.
    Malformed,
    /// Its journal, seq or author is not that of the journal.
    NotOfThisJournal,
    /// Version, kind or member unknown here.
    UnknownVersion,
    /// Its base is unknown here.
    UnknownBase,
    /// The journal was revoked.
    Revoked,
    /// An earlier entry of the journal on this subject is held.
    AfterHeld,
    /// The record it speaks of was not opened.
    NoRecord,
    /// The record was sealed by someone else before.
    OutsideSeal,
    /// One seq with two links.
    Fork,
}

/// Changes of the cases in the officer's scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Cases that are new or changed.
    pub cases: Vec<CaseSheet>,
    /// Where the next page continues; stored with this page in one transaction.
    pub cursor: String,
    /// Entries of other journals on the cases in scope. The bytes of each follow the page's line, a
    /// line each, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<EntryMark>,
    /// This page begins a new view from the start (no cursor was sent, it is unknown to the server,
    /// or the officer's scope itself changed): what follows is built beside the old view, which it
    /// replaces when `end` says that no more pages wait.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fresh: bool,
    /// Cases that left the scope.
    pub removed: Vec<CaseId>,
}

/// An entry of another journal, whose bytes follow the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryMark {
    /// The case of its record, as the court has it now; `None`: the list does not know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// SHA-256 of its bytes.
    pub hash: EntryHash,
    /// Its journal.
    pub journal: JournalId,
    /// Row of the log with which it was taken in: records are folded in this order.
    pub number: u64,
    /// Its number in its journal.
    pub seq: u64,
    /// The record.
    pub subject: SubjectId,
}

/// A case as the phone carries it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseSheet {
    /// 案件标识
    pub id: String,
    /// Normal case number.
    pub number: String,
    /// Former numbers, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_numbers: Vec<String>,
    /// Type code, e.g. 执恢.
    pub kind: String,
    /// 案由
    pub cause: String,
    /// 申请执行人
    pub applicants: Vec<PartySheet>,
    /// 被执行人
    pub debtors: Vec<PartySheet>,
    /// 执行标的金额, fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_fen: Option<i64>,
    /// 剩余执行标的金额, fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remaining_fen: Option<i64>,
    /// 地址
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// 联系电话
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// 立案日期, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filed_on: Option<String>,
    /// 执行期限届满日期, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<String>,
    /// 结案日期, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_on: Option<String>,
    /// 结案方式
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub close_mode: String,
    /// 承办人
    pub officer: String,
    /// 承办部门
    pub department: String,
    /// 案件进展阶段
    pub stage: String,
    /// 止停缓标志
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stay: String,
    /// 执行依据文号
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub basis: String,
    /// Version of the list in which it was last seen.
    pub list_version: u64,
    /// 指派: by whom it was given to this officer beside the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<Assigned>,
}

/// A case that was given to an officer beside the list (指派).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assigned {
    /// When, ms UTC.
    pub at: i64,
    /// Name of who gave it.
    pub by: String,
    /// What is to be done, or why it is his.
    pub reason: String,
}

/// A party of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartySheet {
    /// Identifier as the list shows it, perhaps masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Name.
    pub name: String,
}

/// Where an answer leaves the phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// Where pages continue next time.
    pub cursor: String,
    /// More pages wait.
    pub more: bool,
    /// The server's log position when the pages were cut.
    pub position: LogPosition,
}

/// The last line: without it the answer was cut. What the phone said and still holds is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndSaid {
    /// Where pages continue next time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// More pages wait.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// The server's log position when the pages were cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<LogPosition>,
}

impl End {
    /// As it is said to a phone that named these.
    #[must_use]
    pub fn said(self, cursor: Option<&str>, position: Option<LogPosition>) -> EndSaid {
        EndSaid {
            cursor: Some(self.cursor).filter(|it| cursor != Some(it.as_str())),
            more: self.more,
            position: Some(self.position).filter(|it| position != Some(*it)),
        }
    }
}

impl EndSaid {
    /// As the phone that named these reads it; `None` when neither says it.
    #[must_use]
    pub fn read(self, cursor: Option<&str>, position: Option<LogPosition>) -> Option<End> {
        Some(End {
            cursor: self.cursor.or_else(|| cursor.map(str::to_owned))?,
            more: self.more,
            position: self.position.or(position)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_follows_the_entry_before_it_and_no_other() {
        let line = format!(r#"{{"gap":{{"from":5,"link":"{}","to":7}}}}"#, Link::ZERO);
        let UpText::Control(UpLine::Gap(gap)) = UpText::of(line.as_bytes()) else {
            panic!("{line} is a gap");
        };
        assert_eq!(serde_json::to_string(&UpLine::Gap(gap)).unwrap(), line);
        assert_eq!((gap.end().seq, gap.end().link), (7, Link::ZERO));
        for (before, from, to, follows) in [
            (4, 5, 7, true),
            (4, 5, 5, true),
            (3, 5, 7, false),
            (5, 5, 7, false),
            (4, 5, 4, false),
            (4, 5, SEQ_MAX + 1, false),
            (u64::MAX, 0, 7, false),
        ] {
            let gap = Gap { from, to, ..gap };
            assert_eq!(gap.follows(before), follows, "{before}, {from} to {to}");
        }
        assert!(matches!(UpText::of(br#"{"gap":{}}"#), UpText::Broken(_)));
    }

    #[test]
    fn only_head_gap_and_checkpoint_are_control_lines_everything_else_is_an_entry() {
        assert!(matches!(UpText::of(br#"{"at":{}}"#), UpText::Entry(_)));
        assert!(matches!(UpText::of(b"\xff\x00"), UpText::Entry(_)));
        assert!(matches!(UpText::of(b""), UpText::Entry(_)));
        assert!(matches!(UpText::of(br#"{"v":1}"#), UpText::Entry(_)));
        assert!(matches!(UpText::of(br#"{"head":{}}"#), UpText::Broken(_)));
        assert!(matches!(
            UpText::of(br#"{"checkpoint":1"#),
            UpText::Broken(_)
        ));
    }
}
