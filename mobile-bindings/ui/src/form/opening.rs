//! What a record is opened with: its case as typed or as listed, and what is known before anybody
//! arrives.

use super::said::fits;
use std::collections::BTreeMap;
use waiqin_core::{Session, StoreError};
use waiqin_protocol::canonical::Value;
use waiqin_protocol::ids::CaseId;
use waiqin_protocol::journal::{CaseRef, Path};
use waiqin_protocol::numbers::case_no::{CaseNoError, read_case_no};
use waiqin_protocol::numbers::days::court_day;
use waiqin_protocol::wire::sync::CaseSheet;

/// Longest number that is taken as typed, characters.
pub const NUMBER_CHARS_MAX: usize = 200;

/// Cases that a number may lead to, its own or a former one.
const LOOKED_AT: usize = 20;

/// Why a text does not name the case of a record.
#[derive(Debug)]
pub enum NumberProblem {
    /// There is none.
    Empty,
    /// It is longer than numbers are, or not to be kept.
    Long,
    /// It does not read.
    Unread(CaseNoError),
    /// It names several cases; a record is of one.
    Several(usize),
}

/// A case of the list, as a record names it.
#[must_use]
pub fn listed_case(sheet: &CaseSheet) -> CaseRef {
    CaseRef {
        id: Some(CaseId(sheet.id.clone())),
        normal: Some(sheet.number.clone()),
        pending: false,
        typed: sheet.number.clone(),
    }
}

/// Whether a text is one case number. A record may be opened on one that does not read; who fills it in
/// later (补填案号) has the paper before him.
///
/// # Errors
/// Why it is not.
pub fn one_number(typed: &str, now_ms: i64) -> Result<(), NumberProblem> {
    if typed.trim().is_empty() {
        return Err(NumberProblem::Empty);
    }
    if !fits(typed, NUMBER_CHARS_MAX) {
        return Err(NumberProblem::Long);
    }
    let reading = read_case_no(typed, year(now_ms)).map_err(NumberProblem::Unread)?;
    match reading.cases.len() {
        1 => Ok(()),
        n => Err(NumberProblem::Several(n)),
    }
}

/// The case that an officer names by a number, which the list may have: the number decides, nothing
/// else. `pending`: he has no number yet (案号待补).
///
/// # Errors
/// When the cases on this phone cannot be read.
pub fn named_case(
    session: &Session,
    typed: &str,
    pending: bool,
    now_ms: i64,
) -> Result<(CaseRef, Option<CaseSheet>), StoreError> {
    let case = typed_case(typed, pending, now_ms);
    let Some(normal) = &case.normal else {
        return Ok((case, None));
    };
    let listed = of_number(session.cases(normal, 0, LOOKED_AT)?.items, normal);
    let id = listed.as_ref().map(|it| CaseId(it.id.clone()));
    Ok((CaseRef { id, ..case }, listed))
}

/// The case that has a number, else the only one that had it.
fn of_number(cases: Vec<CaseSheet>, normal: &str) -> Option<CaseSheet> {
    let has = |it: &&CaseSheet| it.number == normal;
    let had = |it: &&CaseSheet| it.former_numbers.iter().any(|number| number == normal);
    let mut before = cases.iter().filter(had);
    let only = before.next().filter(|_| before.next().is_none());
    cases.iter().find(has).or(only).cloned()
}

/// What was typed, kept as typed, and its normal form where it is one number.
fn typed_case(typed: &str, pending: bool, now_ms: i64) -> CaseRef {
    let reading = read_case_no(typed, year(now_ms)).ok();
    let normal = reading.and_then(|it| match it.cases.as_slice() {
        [one] => Some(one.normal().to_owned()),
        _ => None,
    });
    CaseRef {
        id: None,
        normal,
        pending,
        typed: typed.to_owned(),
    }
}

fn year(now_ms: i64) -> i32 {
    chrono::Datelike::year(&court_day(now_ms))
}

/// What is known before anybody arrives: who records, and whom the list names as the only debtor.
#[must_use]
pub fn first_values(officer: &str, item: &str, sheet: Option<&CaseSheet>) -> BTreeMap<Path, Value> {
    let mut values = vec![
        (format!("officers/{item}/person"), Value::from(officer)),
        (format!("officers/{item}/role"), Value::from("executor")),
    ];
    if let Some([debtor]) = sheet.map(|it| it.debtors.as_slice()) {
        values.push(("debtor/name".to_owned(), Value::from(debtor.name.clone())));
    }
    values
        .into_iter()
        .filter_map(|(path, value)| Some((Path::new(path).ok()?, value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::NUMBER;

    const NOW: i64 = 1_562_027_400_000; // 2019-07-02 08:30 +08:00

    #[test]
    fn a_number_is_kept_as_typed_beside_its_normal_form() {
        let spaced = NUMBER.replace("2019", " 2019 ");
        let case = typed_case(&spaced, false, NOW);
        assert_eq!(case.typed, spaced);
        assert_eq!(case.normal.as_deref(), Some(NUMBER));
        let case = typed_case("house 18", true, NOW);
        assert_eq!(
            (case.typed.as_str(), case.normal, case.pending),
            ("house 18", None, true)
        );
        let next_year = NUMBER.replace("2019", "2031");
        assert_eq!(typed_case(&next_year, false, NOW).normal, None);
    }

    #[test]
    fn a_number_that_is_filled_in_later_reads_as_one_case() {
        let not = |typed: &str| one_number(typed, NOW).unwrap_err();
        assert!(one_number(&NUMBER.replace('（', " ("), NOW).is_ok());
        assert!(matches!(not(" "), NumberProblem::Empty));
        assert!(matches!(not(&"1".repeat(201)), NumberProblem::Long));
        assert!(matches!(not("1\0"), NumberProblem::Long));
        assert!(matches!(not("house 18"), NumberProblem::Unread(_)));
        let two = NUMBER.replace('号', "、2372号");
        assert!(matches!(not(&two), NumberProblem::Several(2)));
    }

    #[test]
    fn a_number_means_the_case_that_has_it_else_the_only_one_that_had_it() {
        let [one, mut other] = crate::samples::two_cases();
        let former = one.former_numbers[0].clone();
        let id = |cases: &[&CaseSheet], number: &str| {
            let cases = cases.iter().map(|it| (*it).clone()).collect();
            of_number(cases, number).map(|it| it.id)
        };
        assert_eq!(id(&[&other, &one], NUMBER), Some(one.id.clone()));
        assert_eq!(id(&[&other, &one], &former), Some(one.id.clone()));
        assert_eq!(id(&[&one], "12"), None, "a part of a number is none");
        other.former_numbers = vec![former.clone()];
        assert_eq!(id(&[&other, &one], &former), None, "two had it");
        other.number = former.clone();
        assert_eq!(id(&[&one, &other], &former), Some(other.id.clone()));
    }

    #[test]
    fn a_record_begins_with_its_officer_and_the_only_debtor() {
        let [sheet, _] = crate::samples::two_cases();
        let item = "ab".repeat(16);
        let values = first_values("Li", &item, Some(&sheet));
        let text = |path: &str| {
            values
                .get(&Path::new(path).unwrap())
                .unwrap()
                .as_text()
                .unwrap()
        };
        assert_eq!(text(&format!("officers/{item}/person")), "Li");
        assert_eq!(text("debtor/name"), sheet.debtors[0].name);
        let mut two = sheet.clone();
        two.debtors.push(two.applicants[0].clone());
        assert!(
            !first_values("Li", &item, Some(&two)).contains_key(&Path::new("debtor/name").unwrap())
        );
    }
}
