//! What changed between the cases that are known and a new list (DOMAIN §6.3).

mod changes;
mod fields;
mod stored;
mod suspicion;

pub use changes::{CaseChange, ChangeKind, Changes, Details};
pub use stored::stored_case;
pub use suspicion::{Suspicion, SuspicionCode};

use super::case::ListCase;
use super::read_list::ReadList;
use fields::FieldChanges;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};

/// A case as the court's earlier lists left it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The case, with the fullest that any list showed.
    pub case: ListCase,
    /// Numbers that it had before (normal form), oldest first.
    pub former_numbers: Vec<String>,
    /// Lists in a row that did not hold it (缺失 N 次).
    pub absent: u32,
}

/// What a new list changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Cases by kind of change.
    pub changes: Changes,
    /// Which they are.
    pub details: Details,
    /// Why the list looks wrong as a whole; then it is applied only with a reason.
    pub suspicious: Vec<Suspicion>,
    /// The first changes one by one, for the preview.
    pub rows: Vec<CaseChange>,
    /// How many there are.
    pub rows_total: u64,
    /// Known cases that this list does not hold and the one before did not either.
    pub still_absent: Vec<String>,
    /// For each case of the list, in its order, the index of the known case it is.
    pub pairs: Vec<Option<usize>>,
}

/// Changes that the preview shows one by one.
const ROWS_MAX: usize = 20_000;

/// Compares a list with what is known. `court_codes` are those whose numbers the list may carry
/// (粤0115, 粤0191); with none every court is accepted.
#[must_use]
pub fn compare(before: &[Known], list: &ReadList, court_codes: &[String]) -> Comparison {
    let index = Index::of(before, list);
    let pairs = index.pair(before, list);
    let mut comparing = Comparing {
        before,
        list,
        now_of: invert(&pairs, before.len()),
        index,
        out: Comparison {
            pairs,
            ..Comparison::default()
        },
    };
    let restarted = comparing.restarted();
    for (known, case) in before.iter().enumerate() {
        match comparing.now_of[known] {
            Some(now) => comparing.paired(case, &list.cases[now], restarted.old.contains(&known)),
            None => comparing.absent(case, restarted.old.contains(&known)),
        }
    }
    for (now, case) in list.cases.iter().enumerate() {
        if comparing.out.pairs[now].is_none() && !restarted.new.contains(&now) {
            comparing.out.details.added.push(case.id.clone());
            comparing.show(ChangeKind::Added, case, "", String::new(), String::new());
        }
    }
    let mut out = comparing.out;
    out.details.sort();
    out.changes = out.details.counted();
    out.suspicious = suspicion::look(before, list, &out.changes, court_codes);
    out
}

fn invert(pairs: &[Option<usize>], known: usize) -> Vec<Option<usize>> {
    let mut now_of = vec![None; known];
    for (now, pair) in pairs.iter().enumerate() {
        if let Some(known) = pair {
            now_of[*known] = Some(now);
        }
    }
    now_of
}

/// Where ids and numbers lead.
struct Index<'c> {
    known_by_id: HashMap<&'c str, usize>,
    known_by_number: HashMap<&'c str, usize>,
    known_by_former: HashMap<&'c str, usize>,
    now_by_number: HashMap<&'c str, usize>,
}

impl<'c> Index<'c> {
    fn of(before: &'c [Known], list: &'c ReadList) -> Self {
        let known = |key: fn(&ListCase) -> &str| {
            before
                .iter()
                .enumerate()
                .map(|(at, k)| (key(&k.case), at))
                .collect()
        };
        Self {
            known_by_id: known(|case| &case.id),
            known_by_number: known(|case| &case.number),
            known_by_former: before
                .iter()
                .enumerate()
                .flat_map(|(at, k)| k.former_numbers.iter().map(move |n| (n.as_str(), at)))
                .collect(),
            now_by_number: list
                .cases
                .iter()
                .enumerate()
                .map(|(at, case)| (case.number.as_str(), at))
                .collect(),
        }
    }

    /// By id; without one on either side by number.
    fn pair(&self, before: &[Known], list: &ReadList) -> Vec<Option<usize>> {
        let mut taken = BTreeSet::new();
        let mut pairs: Vec<Option<usize>> = list
            .cases
            .iter()
            .map(|case| {
                let known = self.known_by_id.get(case.id.as_str()).copied();
                known.filter(|known| case.has_own_id() && taken.insert(*known))
            })
            .collect();
        for (pair, case) in pairs.iter_mut().zip(&list.cases) {
            if pair.is_none()
                && let Some(known) = self.known_by_number.get(case.number.as_str()).copied()
                && (!case.has_own_id() || !before[known].case.has_own_id())
                && taken.insert(known)
            {
                *pair = Some(known);
            }
        }
        pairs
    }
}

/// Cases of restarts: indices of known and of new ones.
#[derive(Default)]
struct Restarts {
    old: BTreeSet<usize>,
    new: BTreeSet<usize>,
}

struct Comparing<'c> {
    before: &'c [Known],
    list: &'c ReadList,
    index: Index<'c>,
    now_of: Vec<Option<usize>>,
    out: Comparison,
}

impl Comparing<'_> {
    /// New 执恢 whose first case is a known 执, closed by 终结本次执行程序 in either list.
    fn restarted(&mut self) -> Restarts {
        let mut found = Restarts::default();
        for (now, case) in self.list.cases.iter().enumerate() {
            let is_new = self.out.pairs[now].is_none() && case.kind == "执恢";
            let Some(first) = case.first_case.as_deref().filter(|_| is_new) else {
                continue;
            };
            let Some(old) = self.known_of_number(first) else {
                continue;
            };
            let old_now = self.now_of[old].map(|now| &self.list.cases[now]);
            let known = &self.before[old].case;
            let closed =
                known.is_closed_for_now() || old_now.is_some_and(ListCase::is_closed_for_now);
            if !closed || known.kind != "执" {
                continue;
            }
            let old_number = old_now.unwrap_or(known).number.clone();
            self.show(
                ChangeKind::Restarted,
                case,
                "first_case",
                old_number.clone(),
                case.number.clone(),
            );
            self.out
                .details
                .restarted
                .push((old_number, case.number.clone()));
            found.old.insert(old);
            found.new.insert(now);
        }
        found
    }

    /// The known case that a number names or named.
    fn known_of_number(&self, number: &str) -> Option<usize> {
        let by_new = || {
            let now = self.index.now_by_number.get(number)?;
            self.out.pairs[*now]
        };
        self.index
            .known_by_number
            .get(number)
            .copied()
            .or_else(by_new)
            .or_else(|| self.index.known_by_former.get(number).copied())
    }

    fn paired(&mut self, known: &Known, now: &ListCase, restarted: bool) {
        let before = &known.case;
        let stored = stored_case(before, now, self.list);
        let id = stored.id.clone();
        let details = &mut self.out.details;
        let mut status = None;
        if stored.merged_into.is_some() && before.merged_into.is_none() {
            let main = stored.merged_into.clone().unwrap_or_default();
            let main = self.id_of_number(&main).unwrap_or(main);
            self.out.details.merged.push((id.clone(), main));
            status = Some((ChangeKind::Merged, "merged_into"));
        } else if restarted {
            // Counted with the new case.
        } else if stored.is_closed() && !before.is_closed() {
            details.closed.push(id.clone());
            status = Some((ChangeKind::Closed, "closed_on"));
        } else if stored.stay_kind().is_some() && stored.stay_kind() != before.stay_kind() {
            details.stayed.push(id.clone());
            status = Some((ChangeKind::Stayed, "stay"));
        }
        let changes = FieldChanges::between(before, &stored, now, self.list);
        let details = &mut self.out.details;
        if before.number != now.number {
            details
                .renumbered
                .push((id.clone(), before.number.clone(), now.number.clone()));
        }
        if changes.reassigned {
            details.reassigned.push(id.clone());
        }
        if changes.renamed {
            details.party_renamed.push(id.clone());
        }
        if changes.amount {
            details.amount_changed.push(id);
        }
        if known.absent > 0 {
            self.show(
                ChangeKind::Returned,
                &stored,
                "",
                String::new(),
                String::new(),
            );
        }
        for mut change in changes.rows {
            if let Some((kind, field)) = status
                && change.field == field
            {
                change.kind = kind;
            }
            self.push_row(change);
        }
    }

    fn absent(&mut self, known: &Known, restarted: bool) {
        let case = &known.case;
        let set_aside = &self.list.set_aside;
        if set_aside.contains(&case.id) || set_aside.contains(&case.number) {
            return;
        }
        if known.absent > 0 {
            self.out.still_absent.push(case.id.clone());
        } else if !restarted {
            self.out.details.dropped.push(case.id.clone());
            self.show(ChangeKind::Dropped, case, "", String::new(), String::new());
        }
    }

    /// The id of the case that has a number now, or had it.
    fn id_of_number(&self, number: &str) -> Option<String> {
        if let Some(now) = self.index.now_by_number.get(number) {
            let known = self.out.pairs[*now].map(|known| &self.before[known].case);
            let own = &self.list.cases[*now];
            return Some(match known {
                Some(known) if !own.has_own_id() => known.id.clone(),
                Some(_) | None => own.id.clone(),
            });
        }
        self.known_of_number(number)
            .map(|known| self.before[known].case.id.clone())
    }

    fn show(
        &mut self,
        kind: ChangeKind,
        case: &ListCase,
        field: &'static str,
        before: String,
        after: String,
    ) {
        let (id, number) = (case.id.clone(), case.number.clone());
        self.push_row(CaseChange {
            kind,
            id,
            number,
            field,
            before,
            after,
        });
    }

    fn push_row(&mut self, row: CaseChange) {
        self.out.rows_total += 1;
        if self.out.rows.len() < ROWS_MAX {
            self.out.rows.push(row);
        }
    }
}
