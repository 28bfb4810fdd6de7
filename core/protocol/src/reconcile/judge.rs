//! One record against the list: its match, and what deserves a look.

use super::known::{Case, Known, Party, Then, can_be_one, codes_equal};
use super::outcome::{Finding, Match, Outcome};
use super::visit::{Noted, Visit};
use crate::ids::CaseId;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// 执恢: what follows a case closed by 终结本次执行程序.
const RESTART: &str = "执恢";

/// Compares a record with what the lists know around it. `placed` is the case in which a person put it,
/// if one did: what deserves a look is looked at there.
#[must_use]
pub fn judge(visit: &Visit, known: &Known, placed: Option<&CaseId>) -> Outcome {
    let found = route(visit, known, named(visit, known));
    let put = placed.and_then(|id| known.cases.iter().find(|case| case.id == *id));
    let mut outcome = Outcome {
        matched: found.matched,
        said: String::new(),
        named: found.named.map(|it| it.id.clone()),
        case: found.case.map(|it| it.id.clone()),
        main: found.main.map(|it| it.id.clone()),
        findings: BTreeMap::new(),
        candidates: ids(&found.candidates),
    };
    let look = match put {
        Some(case) if found.case.is_none_or(|it| it.id != case.id) => Some(Look {
            visit,
            matched: Match::Exact,
            named: case,
            case,
            main: None,
        }),
        _ => found.case.map(|case| Look {
            visit,
            matched: found.matched,
            named: found.named.unwrap_or(case),
            case,
            main: found.main,
        }),
    };
    if let Some(look) = look {
        outcome.findings = look.findings(known);
        if outcome.findings.contains_key(&Finding::ClosedBeforeAct) {
            outcome.candidates.extend(ids(&look.later(known)));
        }
    }
    outcome.candidates.sort();
    outcome.candidates.dedup();
    outcome.said = said(&outcome, known);
    outcome
}

/// What a match rests on: where it leads, and whom a person may choose. What waits for the next list is
/// asked again with it.
fn said(outcome: &Outcome, known: &Known) -> String {
    let id = |it: &Option<CaseId>| it.as_ref().map_or("", |it| it.0.as_str()).to_owned();
    let mut parts = vec![id(&outcome.case), id(&outcome.main)];
    parts.extend(outcome.candidates.iter().map(|it| it.0.clone()));
    if outcome.matched == Match::NotFound {
        parts.push(known.list_version.to_string());
    }
    parts.join(" ")
}

fn ids(cases: &[&Case]) -> Vec<CaseId> {
    cases.iter().map(|case| case.id.clone()).collect()
}

/// Where a record's number leads.
#[derive(Default)]
struct Found<'a> {
    matched: Option<Match>,
    /// The case that has, or had, the number.
    named: Option<&'a Case>,
    candidates: Vec<&'a Case>,
}

/// Where its act belongs.
struct Routed<'a> {
    matched: Match,
    named: Option<&'a Case>,
    case: Option<&'a Case>,
    main: Option<&'a Case>,
    candidates: Vec<&'a Case>,
}

/// The case that a record names: by the list's id, by the number, by a former number. A number that
/// several cases have, or a text that names several, leaves the others to a person.
fn named<'a>(visit: &Visit, known: &'a Known) -> Found<'a> {
    if let Some(id) = &visit.case
        && let Some(case) = known.cases.iter().find(|case| case.id == *id)
    {
        let spelt = visit.numbers.contains(&case.number);
        return Found {
            matched: Some(match spelt {
                true => spelling(visit, case),
                false => Match::Alias,
            }),
            named: Some(case),
            candidates: Vec::new(),
        };
    }
    let now = cases_of(visit, known, |case, number| case.number == number);
    let (found, alias) = match now.is_empty() {
        false => (now, false),
        true => {
            let was = |case: &Case, number: &str| case.was_numbered(number);
            (cases_of(visit, known, was), true)
        }
    };
    match found.as_slice() {
        [] => Found::default(),
        [one] => Found {
            matched: Some(match alias {
                true => Match::Alias,
                false => spelling(visit, one),
            }),
            named: Some(one),
            candidates: Vec::new(),
        },
        several => Found {
            matched: Some(Match::CandidateParty),
            named: None,
            candidates: several.to_vec(),
        },
    }
}

/// The cases to which any of the numbers leads; where one that the list holds stands beside one that it
/// lost, the former.
fn cases_of<'a>(
    visit: &Visit,
    known: &'a Known,
    fits: impl Fn(&Case, &str) -> bool,
) -> Vec<&'a Case> {
    let mut found: Vec<&Case> = Vec::new();
    for number in &visit.numbers {
        let mut of_one: Vec<&Case> = known
            .cases
            .iter()
            .filter(|case| fits(case, number))
            .collect();
        if of_one.iter().any(|case| !case.absent) {
            of_one.retain(|case| !case.absent);
        }
        found.extend(of_one);
    }
    found.sort_by(|a, b| a.id.cmp(&b.id));
    found.dedup_by(|a, b| a.id == b.id);
    found
}

fn spelling(visit: &Visit, case: &Case) -> Match {
    if visit.typed == case.number {
        Match::Exact
    } else {
        Match::Normalised
    }
}

/// From the case named to the case where the act belongs, by its day.
fn route<'a>(visit: &Visit, known: &'a Known, found: Found<'a>) -> Routed<'a> {
    let (Some(matched), Some(case)) = (found.matched, found.named) else {
        return by_party(visit, known, found);
    };
    let day = visit.day();
    let routed = |matched, case, main| Routed {
        matched,
        named: found.named,
        case: Some(case),
        main,
        candidates: Vec::new(),
    };
    if let Some(main) = merged(case, known, day) {
        return routed(Match::Merged, case, Some(main));
    }
    let begun = successors(case, known)
        .into_iter()
        .filter(|it| it.filed_on.is_some_and(|filed| filed <= day))
        .max_by_key(|it| (it.filed_on, it.id.clone()));
    if let Some(successor) = begun {
        return routed(Match::Successor, successor, None);
    }
    if case.kind == RESTART
        && case.filed_on.is_some_and(|filed| day < filed)
        && let Some(first) = predecessor(case, known)
    {
        return routed(Match::Predecessor, first, None);
    }
    routed(matched, case, None)
}

/// Whom a person may choose where no number leads to one case.
fn by_party<'a>(visit: &Visit, known: &'a Known, found: Found<'a>) -> Routed<'a> {
    let mut candidates = found.candidates;
    if candidates.is_empty()
        && let Some(noted) = &visit.debtor
    {
        let fits = |case: &&Case| is_of(noted, visit.amount_fen, case);
        candidates.extend(known.cases.iter().filter(fits));
    }
    Routed {
        matched: match candidates.is_empty() {
            true => Match::NotFound,
            false => Match::CandidateParty,
        },
        named: None,
        case: None,
        main: None,
        candidates,
    }
}

/// Whether a case can be the one of a debtor: by his code, or by name and amount together.
fn is_of(noted: &Noted, amount: Option<i64>, case: &Case) -> bool {
    let code = noted.code.as_deref().unwrap_or_default();
    let by_code = |party: &Party| party.code.as_deref().is_some_and(|it| can_be_one(it, code));
    let by_name = |party: &Party| can_be_one(&party.name, &noted.name);
    let sum = amount.is_some_and(|it| [case.amount_fen, case.remaining_fen].contains(&Some(it)));
    case.all_debtors().any(by_code) || (sum && case.all_debtors().any(by_name))
}

/// The case into which a member went, when the act is not before its closing.
fn merged<'a>(case: &Case, known: &'a Known, day: NaiveDate) -> Option<&'a Case> {
    let number = case.merged_into.as_deref()?;
    case.closed_on.filter(|closed| *closed <= day)?;
    with_number(number, known).filter(|main| main.id != case.id)
}

/// The 执恢 that name a case which was closed for now.
fn successors<'a>(case: &Case, known: &'a Known) -> Vec<&'a Case> {
    if case.kind == RESTART || !case.closed_for_now {
        return Vec::new();
    }
    let follows = |it: &&Case| {
        let first = it.first_case.as_deref();
        it.kind == RESTART && first.is_some_and(|number| case.was_numbered(number))
    };
    known.cases.iter().filter(follows).collect()
}

fn predecessor<'a>(case: &Case, known: &'a Known) -> Option<&'a Case> {
    let first = with_number(case.first_case.as_deref()?, known)?;
    (first.kind != RESTART && first.id != case.id).then_some(first)
}

/// The case that has a number, else the one that had it.
fn with_number<'a>(number: &str, known: &'a Known) -> Option<&'a Case> {
    let cases = || known.cases.iter();
    let now = cases().find(|case| case.number == number && !case.absent);
    now.or_else(|| cases().find(|case| case.number == number))
        .or_else(|| cases().find(|case| case.was_numbered(number)))
}

/// A case that is looked at for an act.
struct Look<'a> {
    visit: &'a Visit,
    matched: Match,
    /// Whose parties are compared.
    named: &'a Case,
    case: &'a Case,
    main: Option<&'a Case>,
}

impl Look<'_> {
    fn findings(&self, known: &Known) -> BTreeMap<Finding, String> {
        let then = known.then.get(&self.case.id);
        [
            self.closed(),
            self.stayed(),
            self.reassigned(then),
            self.party_renamed(then),
            self.party_differs(),
            self.amount_changed(then),
            self.dropped(then, known),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn closed(&self) -> Option<(Finding, String)> {
        if matches!(self.matched, Match::Successor | Match::Merged) {
            return None;
        }
        let closed = self.case.closed_on?;
        let finding = match closed.cmp(&self.visit.day()) {
            std::cmp::Ordering::Less => Finding::ClosedBeforeAct,
            std::cmp::Ordering::Equal => Finding::ClosedSameDay,
            std::cmp::Ordering::Greater => return None,
        };
        Some((finding, format!("{closed} {}", self.case.close_mode)))
    }

    fn stayed(&self) -> Option<(Finding, String)> {
        let case = self.main.unwrap_or(self.case);
        (!case.stay.is_empty()).then(|| (Finding::Stayed, format!("{} {}", case.id.0, case.stay)))
    }

    fn reassigned(&self, then: Option<&Then>) -> Option<(Finding, String)> {
        let (was, is) = (then?.officer.as_str(), self.case.officer.as_str());
        let other = !was.is_empty() && !is.is_empty() && !can_be_one(was, is);
        other.then(|| (Finding::Reassigned, format!("{was} → {is}")))
    }

    fn party_renamed(&self, then: Option<&Then>) -> Option<(Finding, String)> {
        let was = &then?.debtors;
        let renamed = |is: &Party| {
            let code = is.code.as_deref()?;
            let same = |it: &&Party| it.code.as_deref().is_some_and(|it| can_be_one(it, code));
            let before = was.iter().find(same)?;
            let kept = was.iter().any(|it| can_be_one(&it.name, &is.name));
            (!kept).then(|| format!("{} → {}", before.name, is.name))
        };
        let found = self.case.debtors.iter().find_map(renamed)?;
        Some((Finding::PartyRenamed, found))
    }

    fn party_differs(&self) -> Option<(Finding, String)> {
        let noted = self.visit.debtor.as_ref()?;
        let mut listed = self.named.all_debtors().peekable();
        listed.peek()?;
        let differs = !listed.any(|party| can_be(noted, party));
        let names: Vec<&str> = self
            .named
            .debtors
            .iter()
            .map(|it| it.name.as_str())
            .collect();
        let said = format!("{} ≠ {}", noted.name, names.join("、"));
        differs.then_some((Finding::PartyDiffers, said))
    }

    fn amount_changed(&self, then: Option<&Then>) -> Option<(Finding, String)> {
        let (was, is) = (then?.remaining_fen?, self.case.remaining_fen?);
        (was != is).then(|| (Finding::AmountChanged, format!("{was} → {is}")))
    }

    /// What waits for the next list is asked again with it.
    fn dropped(&self, then: Option<&Then>, known: &Known) -> Option<(Finding, String)> {
        let new = self.case.absent && !then.is_some_and(|then| then.absent);
        new.then(|| (Finding::Dropped, known.list_version.to_string()))
    }

    /// The 执恢 that came after the act: what a person may choose for it.
    fn later<'a>(&self, known: &'a Known) -> Vec<&'a Case> {
        let mut later = successors(self.case, known);
        later.retain(|it| it.filed_on.is_none_or(|filed| filed > self.visit.day()));
        later
    }
}

/// Whether a debtor as noted can be a party of the list. Two codes that are shown and differ are two
/// people, whatever their names.
fn can_be(noted: &Noted, party: &Party) -> bool {
    let codes = noted.code.as_deref().zip(party.code.as_deref());
    if codes.is_some_and(|(one, other)| codes_equal(one, other)) {
        return true;
    }
    let contradicted = codes.is_some_and(|(one, other)| !can_be_one(one, other));
    can_be_one(&noted.name, &party.name) && !contradicted
}
