//! The cases in the officer's scope: the view in the store, and what is searched, in memory.

use super::CaseList;
use super::views::{Views, meta};
use crate::journal;
use crate::store::{StoreError, Tree};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::RwLock;
use waiqin_protocol::ids::CaseId;
use waiqin_protocol::wire::sync::{CaseSheet, EntryMark, Page};

/// Which of the two trees is shown, and whether the other is being built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Slots {
    building: bool,
    second: bool,
}

impl Slots {
    fn shown(self) -> Tree {
        if self.second {
            Tree::CasesB
        } else {
            Tree::CasesA
        }
    }

    fn other(self) -> Tree {
        self.swapped().shown()
    }

    /// Entries of others that are shown.
    pub(super) fn shown_others(self) -> Tree {
        if self.second {
            Tree::OthersB
        } else {
            Tree::OthersA
        }
    }

    /// Entries of others beside those.
    pub(super) fn built_others(self) -> Tree {
        self.swapped().shown_others()
    }

    /// As they stand when the other view is shown.
    fn swapped(self) -> Self {
        Self {
            building: false,
            second: !self.second,
        }
    }
}

/// What is searched.
#[derive(Default)]
pub(crate) struct CaseIndex {
    lines: RwLock<Vec<Line>>,
}

struct Line {
    /// Open ones first, then by due day, then by number.
    order: (bool, String, String),
    id: CaseId,
    text: String,
}

impl CaseIndex {
    /// Reads every case shown.
    pub fn load(&self, views: &Views) -> Result<(), StoreError> {
        let slots: Slots = views.meta(meta::CASES)?.unwrap_or_default();
        let sheets: Vec<(Vec<u8>, CaseSheet)> =
            views.store.scan(slots.shown(), &[], &[], usize::MAX)?;
        let mut lines: Vec<Line> = sheets.iter().map(|(_, sheet)| Line::of(sheet)).collect();
        lines.sort_by(|a, b| a.order.cmp(&b.order));
        *self
            .lines
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = lines;
        Ok(())
    }

    /// Cases whose text holds every word of the query.
    pub fn find(
        &self,
        views: &Views,
        query: &str,
        offset: usize,
        limit: usize,
    ) -> Result<CaseList, StoreError> {
        let words: Vec<String> = query
            .split_whitespace()
            .map(fold)
            .filter(|word| !word.is_empty())
            .collect();
        let lines = self
            .lines
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let fitting: Vec<&Line> = lines
            .iter()
            .filter(|line| words.iter().all(|word| line.text.contains(word)))
            .collect();
        let mut items = Vec::new();
        for line in fitting.iter().skip(offset).take(limit) {
            items.extend(views.case(&line.id)?);
        }
        Ok(CaseList {
            total: fitting.len(),
            items,
        })
    }
}

impl Views {
    /// One case.
    pub fn case(&self, id: &CaseId) -> Result<Option<CaseSheet>, StoreError> {
        let slots: Slots = self.meta(meta::CASES)?.unwrap_or_default();
        self.store
            .get(slots.shown(), &self.store.name(id.0.as_bytes()))
    }

    /// A new view is being built beside the one shown.
    pub fn is_building(&self) -> Result<bool, StoreError> {
        let slots: Slots = self.meta(meta::CASES)?.unwrap_or_default();
        Ok(slots.building)
    }

    /// Applies a page with its cursor, durably: the cursor is written last, and a page that was cut
    /// short comes again. Cases on which `keep` says that work is open or undelivered stay, and are
    /// looked at again later.
    pub fn apply_page(
        &self,
        log: &journal::Line,
        page: &Page,
        entries: Vec<(EntryMark, String)>,
        keep: &dyn Fn(&CaseSheet) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        let mut slots: Slots = self.meta(meta::CASES)?.unwrap_or_default();
        if page.fresh {
            self.store.clear(slots.other())?;
            self.store.clear(slots.built_others())?;
            slots.building = true;
        }
        let (target, others) = if slots.building {
            (slots.other(), slots.built_others())
        } else {
            (slots.shown(), slots.shown_others())
        };
        let mut kept: Vec<CaseId> = self.meta(meta::KEPT)?.unwrap_or_default();
        let mut cases = self.store.batch();
        let mut written = self.store.batch();
        let mut subjects = BTreeSet::new();
        for sheet in &page.cases {
            let id = CaseId(sheet.id.clone());
            kept.retain(|it| *it != id);
            cases.put(target, &self.store.name(sheet.id.as_bytes()), sheet);
        }
        let mut left = BTreeSet::new();
        for id in &page.removed {
            let key = self.store.name(id.0.as_bytes());
            let sheet: Option<CaseSheet> = self.store.get(target, &key)?;
            match sheet {
                Some(sheet) if keep(&sheet)? => kept.push(id.clone()),
                Some(_) | None => {
                    left.insert(id);
                    cases.remove(target, &key);
                }
            }
        }
        if slots.building && !left.is_empty() {
            // Its records are not folded yet, so nothing lists them by their case.
            let left = |case: &CaseId| left.contains(case);
            self.drop_of_cases(&mut written, others, &left, &BTreeSet::new())?;
        } else {
            for id in left {
                subjects.extend(self.drop_others(&mut written, others, id)?);
            }
        }
        subjects.extend(self.put_others(&mut written, others, log, entries)?);
        written.commit()?;
        if !slots.building {
            self.fold_again(&mut cases, log, &subjects)?;
        }
        kept.sort();
        kept.dedup();
        cases.put(Tree::Meta, meta::KEPT.as_bytes(), &kept);
        cases.put(Tree::Meta, meta::CASES.as_bytes(), &slots);
        cases.put(Tree::Meta, meta::CURSOR.as_bytes(), &page.cursor);
        cases.commit()?;
        self.flush()
    }

    /// No more pages wait: a new view replaces the old one, and cases kept for open work go when
    /// the work is done. Returns whether what is shown changed.
    pub fn end_pages(
        &self,
        log: &journal::Line,
        keep: &dyn Fn(&CaseSheet) -> Result<bool, StoreError>,
    ) -> Result<bool, StoreError> {
        let slots: Slots = self.meta(meta::CASES)?.unwrap_or_default();
        if slots.building {
            self.swap(log, slots, keep)?;
            return Ok(true);
        }
        let kept: Vec<CaseId> = self.meta(meta::KEPT)?.unwrap_or_default();
        let before = kept.len();
        let mut batch = self.store.batch();
        let mut written = self.store.batch();
        let mut subjects = BTreeSet::new();
        let mut left = Vec::new();
        for id in kept {
            let key = self.store.name(id.0.as_bytes());
            let sheet: Option<CaseSheet> = self.store.get(slots.shown(), &key)?;
            match sheet {
                Some(sheet) if keep(&sheet)? => left.push(id),
                Some(_) | None => {
                    subjects.extend(self.drop_others(&mut written, slots.shown_others(), &id)?);
                    batch.remove(slots.shown(), &key);
                }
            }
        }
        if left.len() == before {
            return Ok(false);
        }
        written.commit()?;
        self.fold_again(&mut batch, log, &subjects)?;
        batch.put(Tree::Meta, meta::KEPT.as_bytes(), &left);
        batch.commit()?;
        Ok(true)
    }

    /// The view that was built takes the place of the one shown.
    fn swap(
        &self,
        log: &journal::Line,
        slots: Slots,
        keep: &dyn Fn(&CaseSheet) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        let mut kept: Vec<CaseId> = self.meta(meta::KEPT)?.unwrap_or_default();
        let mut batch = self.store.batch();
        let old: Vec<(Vec<u8>, CaseSheet)> =
            self.store.scan(slots.shown(), &[], &[], usize::MAX)?;
        for (key, sheet) in old {
            let still: Option<CaseSheet> = self.store.get(slots.other(), &key)?;
            if still.is_none() && keep(&sheet)? {
                batch.put(slots.other(), &key, &sheet);
                let id = CaseId(sheet.id);
                self.keep_others(&mut batch, slots, &id)?;
                kept.push(id);
            }
        }
        kept.sort();
        kept.dedup();
        batch.put(Tree::Meta, meta::KEPT.as_bytes(), &kept);
        batch.put(Tree::Meta, meta::CASES.as_bytes(), &slots.swapped());
        batch.put(Tree::Meta, meta::UNFOLDED.as_bytes(), &true);
        batch.commit()?;
        self.flush()?;
        self.fold_others(log)?;
        self.store.clear(slots.shown())?;
        self.store.clear(slots.shown_others())
    }
}

impl Line {
    fn of(sheet: &CaseSheet) -> Self {
        let mut parts: Vec<&str> = vec![&sheet.number, &sheet.cause, &sheet.basis];
        parts.extend(sheet.former_numbers.iter().map(String::as_str));
        for party in sheet.debtors.iter().chain(&sheet.applicants) {
            parts.push(&party.name);
            parts.extend(party.code.as_deref());
        }
        parts.extend(sheet.address.as_deref());
        parts.extend(sheet.phone.as_deref());
        let text: Vec<String> = parts.into_iter().map(fold).collect();
        // A day sorts as text; none sorts last.
        let due = sheet.due_on.clone().unwrap_or_else(|| "~".to_owned());
        Self {
            order: (sheet.closed_on.is_some(), due, sheet.number.clone()),
            id: CaseId(sheet.id.clone()),
            text: text.join("\n"),
        }
    }
}

/// What typing varies is folded away: width, case, brackets, blanks.
fn fold(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            _ => c,
        })
        .filter(|c| !c.is_whitespace() && !"()[]{}<>〔〕【】〈〉《》".contains(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::SystemEntropy;
    use crate::secret::SecretKey;
    use crate::store::{MemoryStore, SealedStore};
    use std::sync::Arc;
    use waiqin_protocol::ids::{JournalId, SubjectId};
    use waiqin_protocol::journal::entry_hash;
    use waiqin_protocol::wire::sync::PartySheet;

    fn views() -> Views {
        let entropy = Arc::new(SystemEntropy);
        let key = SecretKey::random(&SystemEntropy);
        Views::new(SealedStore::new(
            Arc::new(MemoryStore::default()),
            key,
            entropy,
        ))
    }

    /// A journal in which nothing stands.
    fn line() -> journal::Line {
        let shape = journal::Shape {
            disk: Arc::new(crate::disk::MemoryDisk::new(1)),
            dir: "journal".into(),
            journal: waiqin_protocol::ids::JournalId::from_bytes([1; 16]),
            log: journal::Log::Journal,
            segment_bytes: 1 << 16,
        };
        let key = SecretKey::random(&SystemEntropy);
        let log = journal::FrameLog::create(shape, key, Arc::new(SystemEntropy)).unwrap();
        journal::Line::of(Vec::new(), log)
    }

    fn sheet(id: &str, debtor: &str, due: Option<&str>, closed: bool) -> CaseSheet {
        CaseSheet {
            id: id.into(),
            number: format!("（2019）粤0115执{id}号"),
            debtors: vec![PartySheet {
                code: None,
                name: debtor.into(),
            }],
            address: Some("南沙区大岗镇豪岗大道８号".into()),
            due_on: due.map(str::to_owned),
            closed_on: closed.then(|| "2019-06-01".to_owned()),
            ..CaseSheet::default()
        }
    }

    fn page(cases: Vec<CaseSheet>, removed: &[&str], fresh: bool) -> Page {
        let removed = removed.iter().map(|id| CaseId((*id).to_owned())).collect();
        Page {
            cases,
            cursor: "c".into(),
            entries: Vec::new(),
            fresh,
            removed,
        }
    }

    fn ids(views: &Views, query: &str) -> Vec<String> {
        let index = CaseIndex::default();
        index.load(views).unwrap();
        index
            .find(views, query, 0, 10)
            .unwrap()
            .items
            .into_iter()
            .map(|it| it.id)
            .collect()
    }

    const NONE: &dyn Fn(&CaseSheet) -> Result<bool, StoreError> = &|_| Ok(false);

    #[test]
    fn every_word_must_fit_however_it_is_typed_and_urgent_open_cases_come_first() {
        let views = views();
        let cases = vec![
            sheet("3", "李某甲", None, false),
            sheet("2371", "王某甲", Some("2019-12-01"), false),
            sheet("5", "王某乙", Some("2019-08-01"), false),
            sheet("6", "王某丙", Some("2019-01-01"), true),
        ];
        views
            .apply_page(&line(), &page(cases, &[], false), Vec::new(), NONE)
            .unwrap();
        assert_eq!(ids(&views, ""), ["5", "2371", "3", "6"]);
        assert_eq!(ids(&views, "王某 8号"), ["5", "2371", "6"]);
        assert_eq!(ids(&views, "(2019)粤０１１５执2371"), ["2371"]);
        assert_eq!(ids(&views, "王某 李某"), Vec::<String>::new());
        let index = CaseIndex::default();
        index.load(&views).unwrap();
        let second = index.find(&views, "", 1, 2).unwrap();
        assert_eq!((second.total, second.items.len()), (4, 2));
    }

    #[test]
    fn a_fresh_view_is_built_beside_and_swapped_at_the_end() {
        let views = views();
        views
            .apply_page(
                &line(),
                &page(vec![sheet("1", "甲", None, false)], &[], false),
                Vec::new(),
                NONE,
            )
            .unwrap();
        views
            .apply_page(
                &line(),
                &page(vec![sheet("2", "乙", None, false)], &[], true),
                Vec::new(),
                NONE,
            )
            .unwrap();
        views
            .apply_page(
                &line(),
                &page(vec![sheet("3", "丙", None, false)], &[], false),
                Vec::new(),
                NONE,
            )
            .unwrap();
        assert_eq!(ids(&views, ""), ["1"]);
        assert!(views.end_pages(&line(), NONE).unwrap());
        assert_eq!(ids(&views, ""), ["2", "3"]);
        assert!(!views.end_pages(&line(), NONE).unwrap());
        views
            .apply_page(
                &line(),
                &page(vec![sheet("4", "丁", None, false)], &["2"], false),
                Vec::new(),
                NONE,
            )
            .unwrap();
        assert_eq!(ids(&views, ""), ["3", "4"]);
    }

    #[test]
    fn what_leaves_while_a_view_is_built_takes_its_entries_along() {
        let views = views();
        let subject = |n: u8| SubjectId::from_bytes([n; 16]);
        let mark = |n: u8| EntryMark {
            case: Some(CaseId(n.to_string())),
            hash: entry_hash(b"{}"),
            journal: JournalId::from_bytes([9; 16]),
            number: 3,
            seq: n.into(),
            subject: subject(n),
        };
        let cases = vec![sheet("1", "甲", None, false), sheet("2", "乙", None, false)];
        let entries = [1, 2].map(|n| (mark(n), "{}".to_owned())).to_vec();
        views
            .apply_page(&line(), &page(cases, &[], true), entries, NONE)
            .unwrap();
        views
            .apply_page(&line(), &page(vec![], &["1"], false), Vec::new(), NONE)
            .unwrap();
        views.end_pages(&line(), NONE).unwrap();
        assert_eq!(ids(&views, ""), ["2"]);
        assert_eq!(views.others(subject(1)).unwrap(), []);
        assert_eq!(views.others(subject(2)).unwrap().len(), 1);
    }

    #[test]
    fn a_case_with_open_work_stays_until_the_work_is_done() {
        let views = views();
        let cases = vec![sheet("1", "甲", None, false), sheet("2", "乙", None, false)];
        views
            .apply_page(&line(), &page(cases, &[], false), Vec::new(), NONE)
            .unwrap();
        let open: &dyn Fn(&CaseSheet) -> Result<bool, StoreError> = &|sheet| Ok(sheet.id == "1");
        views
            .apply_page(&line(), &page(vec![], &["1", "2"], false), Vec::new(), open)
            .unwrap();
        assert_eq!(ids(&views, ""), ["1"]);
        views
            .apply_page(
                &line(),
                &page(vec![sheet("3", "丙", None, false)], &[], true),
                Vec::new(),
                open,
            )
            .unwrap();
        views.end_pages(&line(), open).unwrap();
        assert_eq!(ids(&views, ""), ["1", "3"]);
        assert!(views.end_pages(&line(), NONE).unwrap());
        assert_eq!(ids(&views, ""), ["3"]);
    }
}
