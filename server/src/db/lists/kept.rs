//! A case as a list version leaves it.

use crate::db::DbError;
use crate::list::{ChangeKind, ListCase};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A case with how it stands. As JSON it is the list's row with three members more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// The row, with the fullest that any list showed.
    #[serde(flatten)]
    pub case: ListCase,
    /// Numbers that it had before, oldest first.
    pub former_numbers: Vec<String>,
    /// Lists in a row that did not hold it.
    pub absent: u32,
    /// List version in which it last stood.
    pub list_version: i64,
}

impl Kept {
    /// The same case under another number: the former one stays known.
    pub fn former_after(&self, number: &str) -> Vec<String> {
        let mut former = self.former_numbers.clone();
        former.retain(|it| it != number && it != &self.case.number);
        if self.case.number != number {
            former.push(self.case.number.clone());
        }
        former
    }

    /// What search looks at: numbers, parties, codes, addresses, phone.
    pub fn search_text(&self) -> String {
        let case = &self.case;
        let parties = case.applicants.iter().chain(&case.debtors);
        let of_parties = parties.flat_map(|it| [Some(it.name.as_str()), it.code.as_deref()]);
        let numbers = self.former_numbers.iter().map(|it| Some(it.as_str()));
        let rest = [&case.address, &case.service_address, &case.phone].map(|it| it.as_deref());
        let all = std::iter::once(Some(case.number.as_str()))
            .chain(numbers)
            .chain(of_parties)
            .chain(rest);
        let mut seen = BTreeSet::new();
        let words: Vec<&str> = all
            .flatten()
            .filter(|it| !it.is_empty() && seen.insert(*it))
            .collect();
        words.join("\n")
    }

    /// Whether a phone that holds the one must be sent the other.
    pub fn looks_the_same_on_phones(&self, other: &Self) -> bool {
        self.former_numbers == other.former_numbers && sheet(&self.case) == sheet(&other.case)
    }

    /// Whether a list says the same of both. How it wrote the number, and columns that have no
    /// field (a running number differs in every export), say nothing of the case.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let plain = |kept: &Self| ListCase {
            number_raw: String::new(),
            extra: std::collections::BTreeMap::new(),
            ..kept.case.clone()
        };
        self.absent == other.absent
            && self.former_numbers == other.former_numbers
            && plain(self) == plain(other)
    }

    /// Kinds of change between two states of a case, as far as the two alone can tell.
    pub fn kinds_after(&self, after: &Self) -> BTreeSet<ChangeKind> {
        let (was, is) = (&self.case, &after.case);
        let mut kinds = BTreeSet::new();
        for (kind, fits) in [
            (ChangeKind::Dropped, self.absent == 0 && after.absent > 0),
            (ChangeKind::Returned, self.absent > 0 && after.absent == 0),
            (ChangeKind::Closed, !was.is_closed() && is.is_closed()),
            (ChangeKind::Reopened, was.is_closed() && !is.is_closed()),
            (
                ChangeKind::Stayed,
                was.stay_kind().is_none() && is.stay_kind().is_some(),
            ),
            (
                ChangeKind::Unstayed,
                was.stay_kind().is_some() && is.stay_kind().is_none(),
            ),
            (ChangeKind::Renumbered, was.number != is.number),
            (ChangeKind::Reassigned, was.officer != is.officer),
            (
                ChangeKind::AmountChanged,
                was.remaining_fen != is.remaining_fen,
            ),
        ] {
            if fits {
                kinds.insert(kind);
            }
        }
        if kinds.is_empty() {
            kinds.insert(ChangeKind::Updated);
        }
        kinds
    }
}

/// A case as a note of a change has it, and in how many lists in a row it was absent.
pub(in crate::db) fn kept_json(text: &str) -> Result<(ListCase, u32), DbError> {
    let kept: Kept = crate::db::of_json(text, "case of a list's change")?;
    Ok((kept.case, kept.absent))
}

/// What phones carry of a case. Taken apart by name: a new field of the list must be decided on.
fn sheet(case: &ListCase) -> impl PartialEq + '_ {
    let ListCase {
        id,
        number,
        number_raw: _,
        kind,
        received_on: _,
        filed_on,
        assigned_on: _,
        closed_on,
        due_on,
        cause,
        applicants,
        debtors,
        amount_fen,
        remaining_fen,
        paid_fen: _,
        officer,
        department,
        stage,
        stay,
        merged_into: _,
        basis,
        close_mode,
        first_case: _,
        address,
        service_address: _,
        phone,
        extra: _,
    } = case;
    (
        [
            id, number, kind, cause, officer, department, stage, stay, basis, close_mode,
        ],
        [filed_on, closed_on, due_on],
        [applicants, debtors],
        [amount_fen, remaining_fen],
        [address, phone],
    )
}
