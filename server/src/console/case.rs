//! A case: the number first, who it is between, what is owed, where it stands, what was recorded
//! in the field, to whom it was given, and what the lists changed.

use super::assign::{Assignments, Notice};
use super::cases::{Tag, is_soon, tags};
use super::frame::{Frame, Tab};
use super::page::{Page, show};
use super::photos::{self, Photo};
use super::problem::Problem;
use super::record::{RecordCard, folded};
use super::show::{self, Number};
use crate::db::{AuditAct, CaseChange, CaseRow, RecordFilter, RecordRow};
use crate::list::{ListCase, Party, field_word};
use crate::words::console::ConsoleWords;
use crate::words::list::ListWords;
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use chrono::NaiveDate;
use std::collections::HashMap;
use waiqin_protocol::numbers::case_no::read_case_no;
use waiqin_protocol::reconcile::{Decision, Match, Question};
use waiqin_protocol::record::{Conclusion, Record};
use waiqin_protocol::words::{Lang, fill};

/// List versions shown of one case.
const HISTORY_SHOWN: u32 = 50;
/// Records shown at a case; the rest is on the list of records.
const RECORDS_SHOWN: usize = 20;
/// Photos shown of each of them.
const PHOTOS_SHOWN: usize = 12;

struct PartyLine {
    side: &'static str,
    name: String,
    code: String,
}

struct Fact {
    label: &'static str,
    value: String,
    class: &'static str,
    href: Option<String>,
}

struct Stage {
    word: &'static str,
    class: &'static str,
}

struct RecordAtCase {
    card: RecordCard,
    course: String,
    photos: Vec<Photo>,
    more_photos: usize,
    /// It counts at a case that went into this one.
    of_member: Option<OfMember>,
}

/// Where a record counts that is shown at the main case too, and by which decision.
struct OfMember {
    word: &'static str,
    href: String,
    number: Number,
}

struct HistoryLine {
    heading: String,
    when: String,
    rows: Vec<ChangeRow>,
}

/// A field before and after.
pub(super) struct ChangeRow {
    pub field: &'static str,
    pub before: String,
    pub after: String,
}

#[derive(Template)]
#[template(path = "case.html")]
struct CasePage {
    frame: Frame,
    number: Number,
    id: Option<String>,
    kind: String,
    tags: Vec<Tag>,
    stages: Option<Vec<Stage>>,
    parties: Vec<PartyLine>,
    facts: Vec<Fact>,
    money: Vec<Fact>,
    former: Vec<(Number, String)>,
    records: Vec<RecordAtCase>,
    more_records: bool,
    all_records: String,
    assignments: Assignments,
    history: Vec<HistoryLine>,
    last_seen: String,
}

/// `GET /cases/{id}`
pub(super) async fn case(page: Page, Path(id): Path<String>) -> Result<Response, Problem> {
    shown(&page, &id, Notice::default()).await
}

/// The page, with what is wrong with a form of it.
pub(super) async fn shown(page: &Page, id: &str, notice: Notice) -> Result<Response, Problem> {
    let db = page.desk.db();
    let row = db.case(id).await?.ok_or(Problem::NotFound)?;
    let case: ListCase = serde_json::from_str(&row.body).map_err(Problem::broken)?;
    if !page.sees_case(&row.id).await? {
        return Err(Problem::NotFound);
    }
    page.noted(AuditAct::CaseRead, Some(&row.id)).await?;
    let words = page.words();
    let former = db.former_numbers(&row.id).await?;
    let history = db.case_history(&row.id, HISTORY_SHOWN).await?;
    let (records, more_records) = records(page, &row.id).await?;
    let number = Number::of(&row.number);
    let until = |version: i64| fill(words.until_version, &[("n", &version)]);
    show(&CasePage {
        frame: page.frame(Tab::Cases, number.text()),
        id: case.has_own_id().then(|| row.id.clone()),
        kind: case.kind.clone(),
        tags: tags(&case, row.absent, words),
        stages: stages(&case.stage, words),
        parties: parties(&case, words),
        facts: facts(page, &case, words).await?,
        money: money(&case, words),
        former: former
            .into_iter()
            .map(|(n, v)| (Number::of(&n), until(v)))
            .collect(),
        records,
        more_records,
        all_records: super::records::address_of_case(&row.id),
        assignments: Assignments::of(page, &row.id, notice).await?,
        history: history.iter().map(|it| history_line(it, page)).collect(),
        last_seen: last_seen(&row, words),
        number,
    })
}

fn last_seen(row: &CaseRow, words: &ConsoleWords) -> String {
    if row.first_version == row.list_version {
        return fill(words.seen_in_list, &[("n", &row.list_version)]);
    }
    fill(
        words.seen_in_lists,
        &[("first", &row.first_version), ("last", &row.list_version)],
    )
}

async fn records(page: &Page, case_id: &str) -> Result<(Vec<RecordAtCase>, bool), Problem> {
    let desk = &page.desk;
    let filter = RecordFilter {
        case_id: Some(case_id.to_owned()),
        limit: RECORDS_SHOWN + 1,
        ..RecordFilter::default()
    };
    let mut rows = desk.db().records_listed(&filter).await?;
    let more = rows.len() > RECORDS_SHOWN;
    rows.truncate(RECORDS_SHOWN);
    let subjects: Vec<&str> = rows.iter().map(|row| row.subject.as_str()).collect();
    let views: HashMap<String, String> = desk
        .db()
        .record_views(&subjects)
        .await?
        .into_iter()
        .collect();
    let mut shown = Vec::with_capacity(rows.len());
    for row in &rows {
        if let Some(view) = views.get(&row.subject) {
            shown.push(at_case(page, row, &folded(view)?).await?);
        }
    }
    shown.extend(of_members(page, case_id).await?);
    Ok((shown, more))
}

/// Records of cases that went into this one, which people list at both (被并案与主案均列).
async fn of_members(page: &Page, main_id: &str) -> Result<Vec<RecordAtCase>, Problem> {
    let db = page.desk.db();
    let limit = u32::try_from(RECORDS_SHOWN).unwrap_or(u32::MAX);
    let mut shown = Vec::new();
    for (subject, member) in db.records_of_members(main_id, limit).await? {
        let Some((row, view)) = db.record_shown(&subject).await? else {
            continue;
        };
        let record = folded(&view)?;
        let listed = record.concluded(Question::Match(Match::Merged));
        if listed.and_then(Conclusion::decision) != Some(Decision::Both) {
            continue;
        }
        if let Some(name) = page.member.scope() {
            let id = page.member.id.to_string();
            if !db.record_in_scope(&subject, &id, name).await? {
                continue;
            }
        }
        let known = db.case(&member).await?;
        shown.push(RecordAtCase {
            of_member: Some(OfMember {
                word: Decision::Both.label(page.lang()),
                href: super::cases::address(&member),
                number: Number::of(known.as_ref().map_or(&member, |it| &it.number)),
            }),
            ..at_case(page, &row, &record).await?
        });
    }
    Ok(shown)
}

async fn at_case(page: &Page, row: &RecordRow, record: &Record) -> Result<RecordAtCase, Problem> {
    let desk = &page.desk;
    let words = page.words();
    let evidence = desk.db().evidence_of(&row.subject).await?;
    let mut photos = photos::of(record, &evidence, words, &|ms| desk.court_time(ms));
    let more_photos = photos.len().saturating_sub(PHOTOS_SHOWN);
    photos.truncate(PHOTOS_SHOWN);
    Ok(RecordAtCase {
        card: RecordCard::of(row, desk, words),
        course: record.text("course").to_owned(),
        photos,
        more_photos,
        of_member: None,
    })
}

fn parties(case: &ListCase, words: &'static ConsoleWords) -> Vec<PartyLine> {
    let side = |side: &'static str, parties: &[Party]| -> Vec<PartyLine> {
        parties
            .iter()
            .map(|party| PartyLine {
                side,
                name: party.name.clone(),
                code: party.code.clone().unwrap_or_default(),
            })
            .collect()
    };
    let mut lines = side(words.debtor, &case.debtors);
    lines.extend(side(words.applicant, &case.applicants));
    lines
}

/// The four stages, when the list names one of them: those before are behind, those after ahead.
fn stages(stage: &str, words: &'static ConsoleWords) -> Option<Vec<Stage>> {
    // As lists write them, which is Chinese whatever the page's language.
    let zh = ConsoleWords::of(Lang::Zh);
    let names = [
        zh.stage_control,
        zh.stage_field,
        zh.stage_disposal,
        zh.stage_review,
    ];
    let shown = [
        words.stage_control,
        words.stage_field,
        words.stage_disposal,
        words.stage_review,
    ];
    let now = names.iter().position(|name| *name == stage)?;
    let class = |at: usize| match at.cmp(&now) {
        std::cmp::Ordering::Less => "done",
        std::cmp::Ordering::Equal => "now",
        std::cmp::Ordering::Greater => "",
    };
    Some(
        shown
            .into_iter()
            .enumerate()
            .map(|(at, word)| Stage {
                word,
                class: class(at),
            })
            .collect(),
    )
}

fn money(case: &ListCase, words: &'static ConsoleWords) -> Vec<Fact> {
    [
        (words.amount, case.amount_fen),
        (words.paid, case.paid_fen),
        (words.remaining, case.remaining_fen),
    ]
    .into_iter()
    .filter_map(|(label, fen)| {
        let value = fill(words.yuan_amount, &[("amount", &show::yuan(fen?))]);
        Some(Fact {
            label,
            value,
            class: "",
            href: None,
        })
    })
    .collect()
}

async fn facts(
    page: &Page,
    case: &ListCase,
    words: &'static ConsoleWords,
) -> Result<Vec<Fact>, Problem> {
    let today = page.desk.today();
    let plain = |label, value: String| Fact {
        label,
        value,
        class: "",
        href: None,
    };
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let mut facts = vec![
        plain(words.received_on, day(case.received_on)),
        plain(words.filed, day(case.filed_on)),
        plain(words.assigned_on, day(case.assigned_on)),
    ];
    facts.push(due(case, today, words));
    facts.push(plain(words.closed_on, day(case.closed_on)));
    facts.push(plain(words.close_mode, case.close_mode.clone()));
    facts.push(plain(words.officer, case.officer.clone()));
    facts.push(plain(words.department, case.department.clone()));
    facts.push(plain(words.stage, case.stage.clone()));
    facts.push(plain(words.cause, case.cause.clone()));
    let basis = case.basis.clone();
    facts.push(Fact {
        label: words.basis,
        value: basis,
        class: "halt",
        href: None,
    });
    facts.push(linked(page, words.first_case, case.first_case.as_deref()).await?);
    facts.push(linked(page, words.merged_into_case, case.merged_into.as_deref()).await?);
    facts.push(plain(
        words.address,
        case.address.clone().unwrap_or_default(),
    ));
    facts.push(plain(
        words.service_address,
        case.service_address.clone().unwrap_or_default(),
    ));
    facts.push(plain(words.phone, case.phone.clone().unwrap_or_default()));
    facts.retain(|fact| !fact.value.is_empty());
    Ok(facts)
}

fn due(case: &ListCase, today: NaiveDate, words: &'static ConsoleWords) -> Fact {
    let Some(due) = case.due_on else {
        return Fact {
            label: words.due,
            value: String::new(),
            class: "",
            href: None,
        };
    };
    let left = (due - today).num_days();
    let (text, class) = match left {
        _ if case.closed_on.is_some() => ("{day}", ""),
        ..0 => (words.days_over, "law"),
        0.. if is_soon(left) => (words.days_left, "care"),
        0.. => (words.days_left, ""),
    };
    let value = fill(text, &[("day", &due), ("n", &left.unsigned_abs())]);
    Fact {
        label: words.due,
        value,
        class,
        href: None,
    }
}

/// Another case named by its number, with a way there when the list holds it and the reader may see it.
async fn linked(page: &Page, label: &'static str, number: Option<&str>) -> Result<Fact, Problem> {
    let value = number.unwrap_or_default().to_owned();
    let mut href = None;
    if let Ok(reading) = read_case_no(&value, i32::MAX)
        && let [one] = reading.cases.as_slice()
        && let Some(row) = page.desk.db().case_numbered(one.normal()).await?
        && page.sees_case(&row.id).await?
    {
        href = Some(super::cases::address(&row.id));
    }
    Ok(Fact {
        label,
        value,
        class: "",
        href,
    })
}

fn history_line(change: &CaseChange, page: &Page) -> HistoryLine {
    let words = page.words();
    let desk = &page.desk;
    let read = |text: &Option<String>| {
        text.as_deref()
            .and_then(|text| serde_json::from_str::<ListCase>(text).ok())
    };
    let (before, after) = (read(&change.before), read(&change.after));
    let kind = if change.list_kind == "rollback" {
        words.list_rollback
    } else {
        &change.file_name
    };
    HistoryLine {
        heading: fill(
            words.list_version_file,
            &[("n", &change.version), ("file", &kind)],
        ),
        when: show::short_time(desk.court_time(change.applied_ms), desk.court_now_ms()),
        rows: match (&before, &after) {
            (None, Some(_)) => vec![whole(words.case_came)],
            (Some(_), None) => vec![whole(words.case_went)],
            (Some(before), Some(after)) if before == after => {
                vec![whole(words.case_absent_changed)]
            }
            (Some(before), Some(after)) => differences(before, after, page.lang()),
            (None, None) => vec![whole(words.case_absent_changed)],
        },
    }
}

fn whole(word: &'static str) -> ChangeRow {
    ChangeRow {
        field: word,
        before: String::new(),
        after: String::new(),
    }
}

/// The fields in which two states of a case differ.
pub(super) fn differences(before: &ListCase, after: &ListCase, lang: Lang) -> Vec<ChangeRow> {
    let words = ListWords::of(lang);
    let others = ("extra", others(before, after), others(after, before));
    let fields = texts(before).into_iter().zip(texts(after));
    fields
        .map(|((field, was), (_, is))| (field, was, is))
        .chain([others])
        .filter(|(_, was, is)| was != is)
        .map(|(field, before, after)| ChangeRow {
            field: field_word(field, words),
            before,
            after,
        })
        .collect()
}

/// What stands in columns without a field of their own and not so in the other state.
fn others(case: &ListCase, other: &ListCase) -> String {
    let own = case.extra.iter();
    let own = own.filter(|(header, text)| other.extra.get(*header) != Some(*text));
    let own: Vec<String> = own
        .map(|(header, text)| format!("{header} {text}"))
        .collect();
    own.join(", ")
}

fn texts(case: &ListCase) -> [(&'static str, String); 24] {
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let fen = |fen: Option<i64>| fen.map(show::yuan).unwrap_or_default();
    let parties = |parties: &[Party]| {
        let one = |party: &Party| match &party.code {
            Some(code) => format!("{} {code}", party.name),
            None => party.name.clone(),
        };
        parties.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    let option = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        ("number", case.number.clone()),
        ("kind", case.kind.clone()),
        ("received_on", day(case.received_on)),
        ("filed_on", day(case.filed_on)),
        ("assigned_on", day(case.assigned_on)),
        ("closed_on", day(case.closed_on)),
        ("due_on", day(case.due_on)),
        ("cause", case.cause.clone()),
        ("applicants", parties(&case.applicants)),
        ("debtors", parties(&case.debtors)),
        ("amount_fen", fen(case.amount_fen)),
        ("remaining_fen", fen(case.remaining_fen)),
        ("paid_fen", fen(case.paid_fen)),
        ("officer", case.officer.clone()),
        ("department", case.department.clone()),
        ("stage", case.stage.clone()),
        ("stay", case.stay.clone()),
        ("merged_into", option(&case.merged_into)),
        ("basis", case.basis.clone()),
        ("close_mode", case.close_mode.clone()),
        ("first_case", option(&case.first_case)),
        ("address", option(&case.address)),
        ("service_address", option(&case.service_address)),
        ("phone", option(&case.phone)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_behind_and_ahead_are_told_apart_and_other_words_draw_none() {
        let zh = ConsoleWords::of(Lang::Zh);
        let classes = |stage: &str| -> Option<Vec<&str>> {
            Some(
                stages(stage, ConsoleWords::of(Lang::En))?
                    .iter()
                    .map(|s| s.class)
                    .collect(),
            )
        };
        assert_eq!(classes(zh.stage_field), Some(vec!["done", "now", "", ""]));
        assert_eq!(
            classes(zh.stage_review),
            Some(vec!["done", "done", "done", "now"])
        );
        assert_eq!(classes(""), None);
    }

    #[test]
    fn only_what_differs_is_named() {
        let before = ListCase {
            officer: "a".into(),
            remaining_fen: Some(100),
            ..ListCase::default()
        };
        let after = ListCase {
            officer: "b".into(),
            ..before.clone()
        };
        let rows = differences(&before, &after, Lang::En);
        assert_eq!(rows.len(), 1);
        assert_eq!(
            (rows[0].before.as_str(), rows[0].after.as_str()),
            ("a", "b")
        );
    }

    #[test]
    fn a_change_of_any_field_has_a_row_that_names_it() {
        let day = NaiveDate::from_ymd_opt(2019, 7, 2);
        let text = || Some("x".to_owned());
        let party = Party {
            name: "x".into(),
            code: None,
        };
        let full = ListCase {
            id: "x".into(),
            number: "x".into(),
            number_raw: "x".into(),
            kind: "x".into(),
            received_on: day,
            filed_on: day,
            assigned_on: day,
            closed_on: day,
            due_on: day,
            cause: "x".into(),
            applicants: vec![party.clone()],
            debtors: vec![party],
            amount_fen: Some(1),
            remaining_fen: Some(1),
            paid_fen: Some(1),
            officer: "x".into(),
            department: "x".into(),
            stage: "x".into(),
            stay: "x".into(),
            merged_into: text(),
            basis: "x".into(),
            close_mode: "x".into(),
            first_case: text(),
            address: text(),
            service_address: text(),
            phone: text(),
            extra: [("x".to_owned(), "y".to_owned())].into(),
        };
        let json = |case: &ListCase| serde_json::to_value(case).unwrap();
        let empty = ListCase::default();
        let words = ListWords::of(Lang::En);
        for (name, value) in json(&full).as_object().unwrap() {
            // The id is what both states have in common; the number as written goes with the number.
            if name == "id" || name == "number_raw" {
                continue;
            }
            let mut changed = json(&empty);
            changed[name] = value.clone();
            let changed: ListCase = serde_json::from_value(changed).unwrap();
            let rows = differences(&empty, &changed, Lang::En);
            let fields: Vec<&str> = rows.iter().map(|row| row.field).collect();
            assert_eq!(fields, [field_word(name, words)], "{name}");
            assert_eq!(fields[0] == words.field_other, name == "extra", "{name}");
        }
    }
}
