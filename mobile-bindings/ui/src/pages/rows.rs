//! Rows of lists: a case, a record. Places before numbers, where there is one.

use crate::show::{Number, Tag, act, clock};
use crate::words::Words;
use chrono::NaiveDate;
use waiqin_core::{RecordRow, Session, StoreError};
use waiqin_protocol::numbers::days::court_day;
use waiqin_protocol::wire::sync::{CaseSheet, PartySheet};
use waiqin_protocol::words::fill;

/// A row that leads to a case or record.
#[derive(Clone, Debug)]
pub struct Row {
    /// Where it leads.
    pub href: String,
    /// Title of a record row; unused for cases.
    pub title: String,
    /// The place; of a case without one the debtor.
    pub lead: String,
    /// Words with a colour.
    pub tags: Vec<Tag>,
    /// The number.
    pub no: Number,
    /// Beside the number.
    pub second: String,
    /// Small print.
    pub note: String,
}

/// Days within which a term's end is shown as near.
pub const NEAR_DAYS: i64 = 30;

/// A case in a list.
#[must_use]
pub fn case_row(sheet: &CaseSheet, today: NaiveDate, w: &'static Words) -> Row {
    let debtors = names(&sheet.debtors, w);
    let (lead, second) = match &sheet.address {
        Some(address) if !address.is_empty() => (address.clone(), debtors),
        Some(_) | None => (debtors, String::new()),
    };
    let mut tags = Vec::new();
    if sheet.closed_on.is_some() {
        tags.push(Tag::new(w.closed, "plain"));
    } else if let Some(days) = days_left(sheet, today).filter(|it| *it <= NEAR_DAYS) {
        tags.push(Tag::new(
            left(days, w),
            if days < 0 { "seal" } else { "warn" },
        ));
    }
    if sheet.assigned.is_some() {
        tags.push(Tag::new(w.case_given, ""));
    }
    if !sheet.stay.is_empty() {
        tags.push(Tag::new(sheet.stay.clone(), "warn"));
    }
    let applicants = format!("{} {}", w.applicant, names(&sheet.applicants, w));
    let stage = stage_label(&sheet.stage, w);
    Row {
        href: case_href(&sheet.id),
        title: String::new(),
        lead,
        tags,
        no: Number::of(&sheet.number),
        second,
        note: if stage.is_empty() {
            applicants
        } else {
            format!("{stage} · {applicants}")
        },
    }
}

/// A record in a list, with what the phone knows of its case.
#[must_use]
pub fn record_row(
    row: &RecordRow,
    sheet: Option<&CaseSheet>,
    with_day: Option<String>,
    w: &'static Words,
) -> Row {
    let day = with_day.map(|day| format!("{day} ")).unwrap_or_default();
    let address = sheet.and_then(|it| it.address.clone()).unwrap_or_default();
    let debtors = sheet.map(|it| names(&it.debtors, w)).unwrap_or_default();
    let lead = if row.place.is_empty() {
        address
    } else {
        row.place.clone()
    };
    let mut tags = Vec::new();
    if row.contested > 0 {
        tags.push(Tag::new(w.state_contested, "warn"));
    }
    tags.push(Tag::of(row.delivery, w));
    let photos = match row.photos {
        0 => String::new(),
        1 => w.record_photo.to_owned(),
        n => fill(w.record_photos, &[("n", &n)]),
    };
    let note = [clock(row.changed_ms), photos]
        .into_iter()
        .filter(|it| !it.is_empty());
    Row {
        href: record_href(&row.subject.to_string()),
        title: format!("{day}{}", act(row.act, w)),
        lead,
        tags,
        no: Number::of_case(&row.case, w),
        second: debtors,
        note: note.collect::<Vec<_>>().join(" · "),
    }
}

/// Rows of records with their cases looked up.
///
/// # Errors
/// When the store does not answer.
pub fn with_cases(
    session: &Session,
    rows: Vec<RecordRow>,
) -> Result<Vec<(RecordRow, Option<CaseSheet>)>, StoreError> {
    rows.into_iter()
        .map(|row| {
            let sheet = match &row.case.id {
                Some(id) => session.case(id)?,
                None => None,
            };
            Ok((row, sheet))
        })
        .collect()
}

/// Names of parties.
#[must_use]
pub fn names(parties: &[PartySheet], w: &Words) -> String {
    parties
        .iter()
        .map(|it| it.name.as_str())
        .collect::<Vec<_>>()
        .join(w.list_comma)
}

/// Days from today to the end of the term; negative when it is over. `None` without a term.
#[must_use]
pub fn days_left(sheet: &CaseSheet, today: NaiveDate) -> Option<i64> {
    let due = NaiveDate::parse_from_str(sheet.due_on.as_deref()?, "%Y-%m-%d").ok()?;
    Some((due - today).num_days())
}

/// A number of days as a person says it.
#[must_use]
pub fn left(days: i64, w: &Words) -> String {
    match days {
        0 => w.due_today.to_owned(),
        1 => w.day_left.to_owned(),
        -1 => w.day_over.to_owned(),
        n if n < 0 => fill(w.days_over, &[("n", &-n)]),
        n => fill(w.days_left, &[("n", &n)]),
    }
}

/// A number of cases.
#[must_use]
pub fn cases_count(n: usize, w: &Words) -> String {
    if n == 1 {
        w.cases_count_one.to_owned()
    } else {
        fill(w.cases_count, &[("n", &n)])
    }
}

/// A stage in the reader's language; the list's own word when it is none of the four.
#[must_use]
pub fn stage_label<'a>(stage: &'a str, w: &'a Words) -> &'a str {
    stages(w)
        .into_iter()
        .find(|it| it.0 == stage)
        .map_or(stage, |it| it.1)
}

/// The four stages in order: the list's own word and the reader's.
#[must_use]
pub fn stages(w: &Words) -> [(&'static str, &'static str); 4] {
    let list = &Words::ZH;
    [
        (list.stage_command, w.stage_command),
        (list.stage_field, w.stage_field),
        (list.stage_disposal, w.stage_disposal),
        (list.stage_review, w.stage_review),
    ]
}

/// Address of a case's page.
#[must_use]
pub fn case_href(id: &str) -> String {
    format!("/cases/{}", encoded(id))
}

/// Address of a record's page.
#[must_use]
pub fn record_href(subject: &str) -> String {
    format!("/records/{subject}")
}

/// Today by the court.
#[must_use]
pub fn today(now_ms: i64) -> NaiveDate {
    court_day(now_ms)
}

/// Text as part of an address.
#[must_use]
pub fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn places_come_before_numbers_and_the_debtor_where_there_is_no_place() {
        let today = NaiveDate::from_ymd_opt(2019, 7, 2).unwrap();
        let [with, without] = samples::two_cases();
        let row = case_row(&with, today, &Words::EN);
        assert_eq!(row.lead, with.address.clone().unwrap());
        assert_eq!(row.second, with.debtors[0].name);
        let row = case_row(&without, today, &Words::EN);
        assert_eq!(row.lead, names(&without.debtors, &Words::EN));
        assert_eq!(row.second, "");
    }

    #[test]
    fn days_are_counted_from_the_courts_day() {
        let today = NaiveDate::from_ymd_opt(2019, 7, 2).unwrap();
        let [mut sheet, _] = samples::two_cases();
        for (due, days, text) in [
            ("2019-07-02", 0, "Ends today"),
            ("2019-07-03", 1, "1 day left"),
            ("2019-08-01", 30, "30 days left"),
            ("2019-07-01", -1, "1 day over"),
            ("2019-06-02", -30, "30 days over"),
        ] {
            sheet.due_on = Some(due.to_owned());
            assert_eq!(days_left(&sheet, today), Some(days));
            assert_eq!(left(days, &Words::EN), text);
        }
        sheet.due_on = Some("soon".to_owned());
        assert_eq!(days_left(&sheet, today), None);
    }

    #[test]
    fn what_goes_into_a_query_is_encoded() {
        assert_eq!(encoded("a b&c=\u{53f7}"), "a%20b%26c%3D%E5%8F%B7");
    }
}
