//! A case of the list as the phone carries it.

use crate::db::ScopeCase;
use crate::list::{ListCase, Party};
use waiqin_protocol::wire::sync::{Assigned, CaseSheet, PartySheet};

/// The sheet of a case; `None` when the stored row does not read.
pub(super) fn sheet_of(case: ScopeCase) -> Option<CaseSheet> {
    let row: ListCase = serde_json::from_str(&case.body).ok()?;
    let date = |date: Option<chrono::NaiveDate>| date.map(|date| date.to_string());
    Some(CaseSheet {
        id: row.id,
        number: row.number,
        former_numbers: case.former_numbers,
        kind: row.kind,
        cause: row.cause,
        applicants: row.applicants.into_iter().map(party_of).collect(),
        debtors: row.debtors.into_iter().map(party_of).collect(),
        amount_fen: row.amount_fen,
        remaining_fen: row.remaining_fen,
        address: row.address,
        phone: row.phone,
        filed_on: date(row.filed_on),
        due_on: date(row.due_on),
        closed_on: date(row.closed_on),
        close_mode: row.close_mode,
        officer: row.officer,
        department: row.department,
        stage: row.stage,
        stay: row.stay,
        basis: row.basis,
        list_version: case.list_version,
        assigned: case.assigned.map(|it| Assigned {
            at: it.at_ms,
            by: it.by,
            reason: it.reason,
        }),
    })
}

fn party_of(party: Party) -> PartySheet {
    PartySheet {
        code: party.code,
        name: party.name,
    }
}
