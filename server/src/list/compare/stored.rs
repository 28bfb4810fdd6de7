//! What is kept of a case when a new list arrives: the fullest that any list showed.

use super::super::case::{ListCase, Party};
use super::super::header::Field;
use super::super::merge::{codes_agree, fuller_code, fuller_name, names_agree, same_text};
use super::super::read_list::ReadList;
use std::collections::HashMap;
use waiqin_protocol::numbers::identity::{looks_masked, masks_agree};

/// The case to keep. A cell that is absent, masked or lost never takes away what is known; an empty
/// cell of closing, stay and merger says that there is none, when the list has that column.
#[must_use]
pub fn stored_case(known: &ListCase, now: &ListCase, list: &ReadList) -> ListCase {
    let says = |field| list.says(&now.id, field);
    let text = |known: &str, now: &str| {
        let same = same_text(known, now) || (looks_masked(now) && masks_agree(known, now));
        if now.is_empty() || same {
            known.to_owned()
        } else {
            now.to_owned()
        }
    };
    let option = |known: &Option<String>, now: &Option<String>| {
        let kept = text(
            known.as_deref().unwrap_or_default(),
            now.as_deref().unwrap_or_default(),
        );
        (!kept.is_empty()).then_some(kept)
    };
    let closes = says(Field::ClosedOn);
    let stays = says(Field::Stay);
    let mut extra = known.extra.clone();
    extra.extend(now.extra.clone());
    ListCase {
        id: if now.has_own_id() || !known.has_own_id() {
            &now.id
        } else {
            &known.id
        }
        .clone(),
        number: now.number.clone(),
        number_raw: now.number_raw.clone(),
        kind: now.kind.clone(),
        received_on: now.received_on.or(known.received_on),
        filed_on: now.filed_on.or(known.filed_on),
        assigned_on: now.assigned_on.or(known.assigned_on),
        closed_on: if closes {
            now.closed_on
        } else {
            now.closed_on.or(known.closed_on)
        },
        due_on: now.due_on.or(known.due_on),
        cause: text(&known.cause, &now.cause),
        applicants: parties(&known.applicants, &now.applicants),
        debtors: parties(&known.debtors, &now.debtors),
        amount_fen: now.amount_fen.or(known.amount_fen),
        remaining_fen: now.remaining_fen.or(known.remaining_fen),
        paid_fen: now.paid_fen.or(known.paid_fen),
        officer: text(&known.officer, &now.officer),
        department: text(&known.department, &now.department),
        stage: text(&known.stage, &now.stage),
        stay: if stays {
            now.stay.clone()
        } else {
            text(&known.stay, &now.stay)
        },
        merged_into: if stays {
            now.merged_into.clone()
        } else {
            option(&known.merged_into, &now.merged_into)
        },
        basis: text(&known.basis, &now.basis),
        close_mode: if says(Field::CloseMode) {
            now.close_mode.clone()
        } else {
            text(&known.close_mode, &now.close_mode)
        },
        first_case: option(&known.first_case, &now.first_case),
        address: option(&known.address, &now.address),
        service_address: option(&known.service_address, &now.service_address),
        phone: option(&known.phone, &now.phone),
        extra,
    }
}

fn parties(known: &[Party], now: &[Party]) -> Vec<Party> {
    if now.is_empty() {
        return known.to_vec();
    }
    let same = same_parties(known, now);
    now.iter()
        .zip(same)
        .map(|(party, known_at)| match known_at.map(|at| &known[at]) {
            Some(before) => Party {
                name: fuller_name(&before.name, &party.name),
                code: fuller_code(before.code.as_deref(), party.code.as_deref()),
            },
            None => party.clone(),
        })
        .collect()
}

/// For each party of the new list the known party it is: the one in the same place, the one of the
/// same code, then by masked code and by name where a code is not shown.
pub(super) fn same_parties(known: &[Party], now: &[Party]) -> Vec<Option<usize>> {
    let mut found = vec![None; now.len()];
    let mut taken = vec![false; known.len()];
    for (at, (before, party)) in known.iter().zip(now).enumerate() {
        if codes_meet(before, party) != Some(false) && names_agree(&before.name, &party.name) {
            found[at] = Some(at);
            taken[at] = true;
        }
    }
    let by_code: HashMap<&str, usize> = known
        .iter()
        .enumerate()
        .filter(|(at, _)| !taken[*at])
        .filter_map(|(at, party)| party.code.as_deref().map(|code| (code, at)))
        .collect();
    for (at, party) in now
        .iter()
        .enumerate()
        .filter(|(_, p)| codes_meet(p, p) == Some(true))
    {
        let before = party.code.as_deref().and_then(|code| by_code.get(code));
        if let Some(before) = before.filter(|before| found[at].is_none() && !taken[**before]) {
            found[at] = Some(*before);
            taken[*before] = true;
        }
    }
    by_what_is_shown(known, now, &mut found, &mut taken);
    found
}

/// Pairs of parties that are compared one by one; beyond it, none of a case's many parties is taken
/// for another one.
const PAIRS_MAX: usize = 10_000;

fn by_what_is_shown(
    known: &[Party],
    now: &[Party],
    found: &mut [Option<usize>],
    taken: &mut [bool],
) {
    let free = |taken: &[bool]| taken.iter().filter(|taken| !**taken).count();
    let open = found.iter().filter(|known| known.is_none()).count();
    if open * free(taken) > PAIRS_MAX {
        return;
    }
    let steps: [fn(&Party, &Party) -> bool; 3] = [
        |a, b| codes_meet(a, b) == Some(true) && names_agree(&a.name, &b.name),
        |a, b| codes_meet(a, b) == Some(true),
        |a, b| codes_meet(a, b).is_none() && names_agree(&a.name, &b.name),
    ];
    for step in steps {
        for (at, party) in now.iter().enumerate() {
            if found[at].is_some() {
                continue;
            }
            let fits = |index: &usize| !taken[*index] && step(&known[*index], party);
            if let Some(index) = (0..known.len()).find(fits) {
                found[at] = Some(index);
                taken[index] = true;
            }
        }
    }
}

/// Whether two codes can be one; `None` when too little of one is shown to tell.
fn codes_meet(one: &Party, other: &Party) -> Option<bool> {
    let (one, other) = (one.code.as_deref()?, other.code.as_deref()?);
    let shown = |code: &str| {
        code.chars()
            .filter(|c| !looks_masked(&c.to_string()))
            .count()
    };
    if !codes_agree(one, other) {
        return Some(false);
    }
    (shown(one).min(shown(other)) >= CODE_CHARS_THAT_TELL).then_some(true)
}

/// Characters of a masked code that must be shown for it to tell who it is.
const CODE_CHARS_THAT_TELL: usize = 6;
