//! The list's cases as the comparison looks at them.

use crate::db::{Around, KnownCase};
use crate::list::{ListCase, Party as ListParty, squeezed};
use std::collections::BTreeMap;
use waiqin_protocol::ids::CaseId;
use waiqin_protocol::reconcile::{Case, Known, Party, Then};

/// What is known around a record that was made against a list version (0: against none).
pub(crate) fn known_of(around: &Around, made_against: i64) -> Known {
    let mut then = BTreeMap::new();
    for known in &around.cases {
        if let Some(was) = then_of(known, made_against) {
            then.insert(CaseId(known.case.id.clone()), was);
        }
    }
    Known {
        cases: around.cases.iter().map(case_of).collect(),
        then,
        list_version: u64::try_from(around.list_version).unwrap_or(0),
    }
}

fn case_of(known: &KnownCase) -> Case {
    let case = &known.case;
    let earlier = known.history.iter().flat_map(|(_, was, _)| &was.debtors);
    Case {
        id: CaseId(case.id.clone()),
        number: case.number.clone(),
        former_numbers: known.former_numbers.clone(),
        kind: case.kind.clone(),
        filed_on: case.filed_on,
        closed_on: case.closed_on.filter(|_| case.is_closed()),
        close_mode: case.close_mode.clone(),
        closed_for_now: case.is_closed_for_now(),
        stay: stay_of(case),
        merged_into: case.merged_into.clone(),
        first_case: case.first_case.clone(),
        officer: case.officer.clone(),
        amount_fen: case.amount_fen,
        remaining_fen: case.remaining_fen,
        debtors: parties(&case.debtors),
        earlier_debtors: earlier.map(party).collect(),
        absent: known.absent > 0,
    }
}

/// The case as a list version left it, and in how many lists in a row it was absent then; `None` when no
/// list held it.
pub(crate) fn case_at(known: &KnownCase, version: i64) -> Option<(&ListCase, u32)> {
    if version == 0 || known.came > version {
        return None;
    }
    let mut was = known.history.iter();
    let was = was.rfind(|(since, ..)| *since <= version);
    Some(match was.or_else(|| known.history.first()) {
        Some((_, case, absent)) => (case, *absent),
        None => (&known.case, known.absent),
    })
}

fn then_of(known: &KnownCase, version: i64) -> Option<Then> {
    let (case, absent) = case_at(known, version)?;
    Some(Then {
        officer: case.officer.clone(),
        remaining_fen: case.remaining_fen,
        debtors: parties(&case.debtors),
        absent: absent > 0,
    })
}

/// What the list marks, where it is a stay and no merger.
fn stay_of(case: &ListCase) -> String {
    case.stay_kind()
        .map_or_else(String::new, |_| case.stay.clone())
}

fn parties(parties: &[ListParty]) -> Vec<Party> {
    parties.iter().map(party).collect()
}

/// Rare characters that older programs write otherwise are those of today.
fn party(party: &ListParty) -> Party {
    Party {
        name: squeezed(&party.name),
        code: party.code.clone(),
    }
}
