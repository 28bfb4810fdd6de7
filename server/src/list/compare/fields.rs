//! Changes of single fields.

use super::super::case::{ListCase, Party};
use super::super::header::Field;
use super::super::merge::{names_agree, same_text};
use super::super::read_list::ReadList;
use super::stored::same_parties;
use super::{CaseChange, ChangeKind};
use chrono::NaiveDate;
use waiqin_protocol::numbers::identity::masks_agree;
use waiqin_protocol::numbers::money::Fen;

/// What changed in the fields of one case.
#[derive(Default)]
pub(super) struct FieldChanges {
    pub(super) reassigned: bool,
    pub(super) renamed: bool,
    pub(super) amount: bool,
    pub(super) rows: Vec<CaseChange>,
}

impl FieldChanges {
    /// Compares what was known with what is kept now; `now` is what the list itself shows.
    pub(super) fn between(
        before: &ListCase,
        stored: &ListCase,
        now: &ListCase,
        list: &ReadList,
    ) -> Self {
        let mut changes = Self::default();
        changes.number_and_officer(before, stored);
        changes.amounts(before, stored);
        changes.status(before, stored);
        if list.columns.contains(&Field::Debtors) {
            changes.parties("debtors", &before.debtors, &now.debtors, stored);
        }
        if list.columns.contains(&Field::Applicants) {
            changes.parties("applicants", &before.applicants, &now.applicants, stored);
        }
        changes.others(before, stored);
        changes
    }

    fn number_and_officer(&mut self, before: &ListCase, stored: &ListCase) {
        if before.number != stored.number {
            self.row(
                ChangeKind::Renumbered,
                stored,
                "number",
                &before.number,
                &stored.number,
            );
        }
        let filled = !before.officer.is_empty();
        if differ(&before.officer, &stored.officer) {
            self.reassigned = filled;
            let kind = if filled {
                ChangeKind::Reassigned
            } else {
                ChangeKind::Updated
            };
            self.row(kind, stored, "officer", &before.officer, &stored.officer);
        }
    }

    fn amounts(&mut self, before: &ListCase, stored: &ListCase) {
        if before.remaining_fen != stored.remaining_fen {
            self.amount = before.remaining_fen.is_some();
            let kind = if self.amount {
                ChangeKind::AmountChanged
            } else {
                ChangeKind::Updated
            };
            let (was, is) = (yuan(before.remaining_fen), yuan(stored.remaining_fen));
            self.row(kind, stored, "remaining_fen", &was, &is);
        }
        for (field, was, is) in [
            ("amount_fen", before.amount_fen, stored.amount_fen),
            ("paid_fen", before.paid_fen, stored.paid_fen),
        ] {
            if was != is {
                self.row(ChangeKind::Updated, stored, field, &yuan(was), &yuan(is));
            }
        }
    }

    fn status(&mut self, before: &ListCase, stored: &ListCase) {
        let reopened = before.is_closed() && !stored.is_closed();
        let kind = if reopened {
            ChangeKind::Reopened
        } else {
            ChangeKind::Updated
        };
        if before.closed_on != stored.closed_on {
            self.row(
                kind,
                stored,
                "closed_on",
                &day(before.closed_on),
                &day(stored.closed_on),
            );
        }
        if differ(&before.close_mode, &stored.close_mode) {
            let kind = if reopened && before.closed_on == stored.closed_on {
                kind
            } else {
                ChangeKind::Updated
            };
            self.row(
                kind,
                stored,
                "close_mode",
                &before.close_mode,
                &stored.close_mode,
            );
        }
        let lifted = before.stay_kind().is_some() && stored.stay_kind().is_none();
        let kind = if lifted {
            ChangeKind::Unstayed
        } else {
            ChangeKind::Updated
        };
        if differ(&before.stay, &stored.stay) && stored.merged_into == before.merged_into {
            self.row(kind, stored, "stay", &before.stay, &stored.stay);
        }
        if before.merged_into != stored.merged_into {
            let was = before.merged_into.as_deref().unwrap_or_default();
            let is = stored.merged_into.as_deref().unwrap_or_default();
            self.row(ChangeKind::Updated, stored, "merged_into", was, is);
        }
    }

    fn parties(&mut self, field: &'static str, before: &[Party], now: &[Party], stored: &ListCase) {
        if before.is_empty() || now.is_empty() {
            return;
        }
        let same = same_parties(before, now);
        let (was, is) = (names(before), names(now));
        let renamed = same.iter().zip(now).any(|(known, party)| {
            known.is_some_and(|known| !names_agree(&before[known].name, &party.name))
        });
        let gone = same.iter().filter(|known| known.is_some()).count() < before.len();
        let come = same.contains(&None);
        if renamed {
            self.renamed = true;
            self.row(ChangeKind::PartyRenamed, stored, field, &was, &is);
        }
        if come || gone {
            self.row(ChangeKind::PartiesDiffer, stored, field, &was, &is);
        }
    }

    fn others(&mut self, before: &ListCase, stored: &ListCase) {
        for (field, was, is) in [
            ("received_on", before.received_on, stored.received_on),
            ("filed_on", before.filed_on, stored.filed_on),
            ("assigned_on", before.assigned_on, stored.assigned_on),
            ("due_on", before.due_on, stored.due_on),
        ] {
            if was != is {
                self.row(ChangeKind::Updated, stored, field, &day(was), &day(is));
            }
        }
        let text = |t: &Option<String>| t.clone().unwrap_or_default();
        for (field, was, is) in [
            ("cause", before.cause.clone(), stored.cause.clone()),
            (
                "department",
                before.department.clone(),
                stored.department.clone(),
            ),
            ("stage", before.stage.clone(), stored.stage.clone()),
            ("basis", before.basis.clone(), stored.basis.clone()),
            (
                "first_case",
                text(&before.first_case),
                text(&stored.first_case),
            ),
            ("address", text(&before.address), text(&stored.address)),
            (
                "service_address",
                text(&before.service_address),
                text(&stored.service_address),
            ),
            ("phone", text(&before.phone), text(&stored.phone)),
        ] {
            if differ(&was, &is) {
                self.row(ChangeKind::Updated, stored, field, &was, &is);
            }
        }
    }

    fn row(
        &mut self,
        kind: ChangeKind,
        case: &ListCase,
        field: &'static str,
        before: &str,
        after: &str,
    ) {
        self.rows.push(CaseChange {
            kind,
            id: case.id.clone(),
            number: case.number.clone(),
            field,
            before: before.to_owned(),
            after: after.to_owned(),
        });
    }
}

/// Whether two texts say something else; spaces, width and masks do not count.
fn differ(one: &str, other: &str) -> bool {
    !same_text(one, other) && (one.is_empty() || other.is_empty() || !masks_agree(one, other))
}

fn day(date: Option<NaiveDate>) -> String {
    date.map(|d| d.to_string()).unwrap_or_default()
}

fn yuan(fen: Option<i64>) -> String {
    fen.map(|fen| Fen(fen).yuan()).unwrap_or_default()
}

fn names(parties: &[Party]) -> String {
    parties
        .iter()
        .map(|p| p.name.as_str())
        .collect::<Vec<_>>()
        .join("、")
}
