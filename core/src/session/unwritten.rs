//! What the store did not take: a full disk refuses the views while the journal, whose room was taken
//! before, still has the entry durable. It is shown from memory until the store takes it.

use super::views::{EntryStored, RecordStored, RowStored};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use waiqin_protocol::ids::SubjectId;

/// Records as they stand with entries that are durable in the journal and not folded into the store,
/// and the lines of these entries.
#[derive(Default)]
pub(super) struct Unwritten {
    records: BTreeMap<SubjectId, RecordStored>,
    lines: BTreeMap<SubjectId, BTreeMap<u64, EntryStored>>,
}

impl Unwritten {
    /// Of a fold: records as they stood before, and as they stand now.
    pub fn of(
        records: BTreeMap<SubjectId, (Option<RecordStored>, RecordStored)>,
        lines: Vec<(SubjectId, u64, EntryStored)>,
    ) -> Self {
        let mut unwritten = Self {
            records: records
                .into_iter()
                .map(|(id, (_, now))| (id, now))
                .collect(),
            lines: BTreeMap::new(),
        };
        for (subject, seq, line) in lines {
            unwritten
                .lines
                .entry(subject)
                .or_default()
                .insert(seq, line);
        }
        unwritten
    }

    /// Takes what came later.
    pub fn add(&mut self, later: Self) {
        self.records.extend(later.records);
        for (subject, lines) in later.lines {
            self.lines.entry(subject).or_default().extend(lines);
        }
    }

    pub fn record(&self, subject: SubjectId) -> Option<&RecordStored> {
        self.records.get(&subject)
    }

    /// Rows, newest change first.
    pub fn rows(&self) -> Vec<RowStored> {
        let mut rows: Vec<RowStored> = self.records.values().map(RowStored::of).collect();
        rows.sort_by_key(|row| Reverse(row.last_seq));
        rows
    }

    pub fn lines(&self, subject: SubjectId) -> impl Iterator<Item = (u64, EntryStored)> {
        let lines = self.lines.get(&subject).into_iter().flatten();
        lines.map(|(seq, line)| (*seq, line.clone()))
    }
}
