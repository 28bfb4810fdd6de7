//! Kinds of change, how many there are and which.

use serde::{Deserialize, Serialize};

/// A kind of change. The first six are states of a case, of which the first that fits counts; the
/// next four are of a field and stand beside them; the rest are shown in the preview and not
/// counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// 并入 another case
    Merged,
    /// 执恢 after 终结本次执行程序
    Restarted,
    /// 结案
    Closed,
    /// 中止 or 暂缓
    Stayed,
    /// Absent from this list
    Dropped,
    /// Not known before
    Added,
    /// Other number, same id
    Renumbered,
    /// Other 承办人
    Reassigned,
    /// Other name, same code
    PartyRenamed,
    /// Other 剩余标的
    AmountChanged,
    /// Closed before, open now
    Reopened,
    /// Stayed before, not now
    Unstayed,
    /// Absent from the list before, here again
    Returned,
    /// Other parties, which no rule explains
    PartiesDiffer,
    /// Anything else
    Updated,
}

/// How many cases changed, by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    pub merged: u64,
    pub restarted: u64,
    pub closed: u64,
    pub stayed: u64,
    pub dropped: u64,
    pub added: u64,
    pub renumbered: u64,
    pub reassigned: u64,
    pub party_renamed: u64,
    pub amount_changed: u64,
}

/// Which cases changed: ids, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// Member id, main id (the number that the mark names where no case has it).
    pub merged: Vec<(String, String)>,
    /// Old number, new number.
    pub restarted: Vec<(String, String)>,
    /// Ids
    pub closed: Vec<String>,
    /// Ids
    pub stayed: Vec<String>,
    /// Ids
    pub dropped: Vec<String>,
    /// Ids
    pub added: Vec<String>,
    /// Id, old number, new number.
    pub renumbered: Vec<(String, String, String)>,
    /// Ids
    pub reassigned: Vec<String>,
    /// Ids
    pub party_renamed: Vec<String>,
    /// Ids
    pub amount_changed: Vec<String>,
}

impl Details {
    pub(super) fn sort(&mut self) {
        self.merged.sort();
        self.restarted.sort();
        self.renumbered.sort();
        for ids in [
            &mut self.closed,
            &mut self.stayed,
            &mut self.dropped,
            &mut self.added,
            &mut self.reassigned,
            &mut self.party_renamed,
            &mut self.amount_changed,
        ] {
            ids.sort();
        }
    }

    pub(super) fn counted(&self) -> Changes {
        let count = |length: usize| length as u64;
        Changes {
            merged: count(self.merged.len()),
            restarted: count(self.restarted.len()),
            closed: count(self.closed.len()),
            stayed: count(self.stayed.len()),
            dropped: count(self.dropped.len()),
            added: count(self.added.len()),
            renumbered: count(self.renumbered.len()),
            reassigned: count(self.reassigned.len()),
            party_renamed: count(self.party_renamed.len()),
            amount_changed: count(self.amount_changed.len()),
        }
    }
}

/// One change of one case, for the preview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaseChange {
    /// The kind.
    pub kind: ChangeKind,
    /// Id of the case.
    pub id: String,
    /// Its number now, or the last that is known.
    pub number: String,
    /// Name of the field that changed; empty where the case as a whole came or went.
    pub field: &'static str,
    /// What it was, as text.
    pub before: String,
    /// What it is, as text.
    pub after: String,
}
