//! 首页: what the list says, what came in, and what is waited for. Each figure leads to its rows.

use super::cases::{Asked, SOON_DAYS};
use super::frame::{Frame, Tab};
use super::page::{Page, show};
use super::problem::Problem;
use super::record::RecordCard;
use super::show::{self, DAY_MS};
use super::undelivered::Undelivered;
use crate::access::Action;
use crate::db::{JournalShown, ListShown, RecordFilter};
use askama::Template;
use axum::response::Response;
use chrono::{Datelike, Days, NaiveDate};
use waiqin_protocol::words::fill;

/// Records shown on the overview.
const RECORDS_SHOWN: usize = 12;
/// Records are counted up to here.
const COUNTED: u32 = 1000;
/// A phone is *silent* after so long without contact.
const SILENT_MS: i64 = 3 * DAY_MS;
/// Things to see to that are shown one by one.
const ATTENTION_SHOWN: usize = 8;

struct Figure {
    label: &'static str,
    value: String,
    note: String,
    class: &'static str,
    href: String,
}

struct Attention {
    class: &'static str,
    text: String,
    note: String,
    href: String,
}

struct Bar {
    href: String,
    day: u32,
    count: u64,
    x: u32,
    y: u64,
    height: u64,
}

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewPage {
    frame: Frame,
    heading: String,
    list: String,
    no_list: bool,
    may_import: bool,
    figures: Vec<Figure>,
    /// `None`: he may see none.
    records: Option<Vec<RecordCard>>,
    attention: Vec<Attention>,
    /// `None`: he may see no case.
    terms: Option<Terms>,
}

/// Terms that end in the coming days.
struct Terms {
    bars: Vec<Bar>,
    label: String,
}

/// `GET /`
pub(super) async fn overview(page: Page) -> Result<Response, Problem> {
    let desk = &page.desk;
    let words = page.words();
    let may = |action| page.member.may(action);
    let newest = desk.db().lists_shown(1).await?.into_iter().next();
    let mut figures = Vec::new();
    let mut attention = Vec::new();
    let mut terms = None;
    if may(Action::ReadCases) {
        terms = Some(cases(&page, &mut figures, &mut attention).await?);
    }
    let mut cards = None;
    if may(Action::ReadRecords) {
        cards = Some(records(&page, &mut figures, &mut attention).await?);
    }
    if may(Action::SeeDevices) {
        office(&page, &mut figures, &mut attention).await?;
    }
    show(&OverviewPage {
        heading: show::heading_day(desk.court_now_ms(), page.lang()),
        list: newest
            .as_ref()
            .map(|list| list_line(list, &page))
            .unwrap_or_default(),
        no_list: newest.is_none(),
        may_import: may(Action::ImportList),
        figures,
        records: cards,
        attention,
        terms,
        frame: page.frame(Tab::Overview, words.nav_overview),
    })
}

/// The cases that he may see: how many, whose terms end, and the terms of the coming days.
async fn cases(
    page: &Page,
    figures: &mut Vec<Figure>,
    attention: &mut Vec<Attention>,
) -> Result<Terms, Problem> {
    let desk = &page.desk;
    let words = page.words();
    let scope = page.scope().await?;
    let scope = scope.as_ref();
    let book = desk.shelf.book(desk.db()).await?;
    let today = desk.today();
    let (ends, over) = book.terms(today, usize::try_from(SOON_DAYS).unwrap_or(7), scope);
    let (open, closed) = book.open_and_closed(scope);
    let soon: u64 = ends.iter().sum();
    figures.push(Figure {
        label: words.open_cases,
        value: show::count(open),
        note: fill(
            words.of_list,
            &[
                ("n", &show::count(open + closed)),
                ("closed", &show::count(closed)),
            ],
        ),
        class: "",
        href: "/cases?state=open".to_owned(),
    });
    figures.push(Figure {
        label: words.due_soon_cases,
        value: show::count(soon),
        note: fill(words.over_cases, &[("n", &show::count(over))]),
        class: if soon > 0 { "care" } else { "" },
        href: "/cases?due=soon&sort=due".to_owned(),
    });
    if over > 0 {
        attention.push(Attention {
            class: "law",
            text: fill(words.attention_over, &[("n", &show::count(over))]),
            note: words.attention_over_note.to_owned(),
            href: "/cases?due=over&sort=due".to_owned(),
        });
    }
    Ok(Terms {
        bars: bars(&ends, today),
        label: fill(words.bars_label, &[("n", &show::count(soon))]),
    })
}

/// The records that he may see: how many came, which have no case, the newest.
async fn records(
    page: &Page,
    figures: &mut Vec<Figure>,
    attention: &mut Vec<Attention>,
) -> Result<Vec<RecordCard>, Problem> {
    let desk = &page.desk;
    let db = desk.db();
    let words = page.words();
    let scope = page.member.scope();
    let filter = |received_from_ms: Option<i64>| RecordFilter {
        received_from_ms,
        scope: scope.map(|name| (page.member.id.to_string(), name.to_owned())),
        limit: RECORDS_SHOWN,
        ..RecordFilter::default()
    };
    let now = desk.court_now_ms();
    let since = |ms: i64| filter(Some(desk.real_time(ms)));
    let today_count = db
        .records_counted(&since(show::day_start_ms(now)), COUNTED)
        .await?;
    let week_count = db
        .records_counted(&since(show::week_start_ms(now)), COUNTED)
        .await?;
    figures.push(Figure {
        label: words.received_today,
        value: show::count(today_count),
        note: fill(words.received_this_week, &[("n", &show::count(week_count))]),
        class: "",
        href: "/records?received=today".to_owned(),
    });
    let unmatched = RecordFilter {
        unmatched: true,
        ..filter(None)
    };
    let unmatched = db.records_counted(&unmatched, COUNTED).await?;
    if unmatched > 0 {
        attention.push(Attention {
            class: "care",
            text: fill(words.attention_unmatched, &[("n", &show::count(unmatched))]),
            note: words.attention_unmatched_note.to_owned(),
            href: "/records?unmatched=1".to_owned(),
        });
    }
    let newest = db.records_listed(&filter(None)).await?;
    Ok(newest
        .iter()
        .map(|row| RecordCard::of(row, desk, words))
        .collect())
}

/// What waits for him to decide it, and incidents of the last week.
async fn waiting(page: &Page, attention: &mut Vec<Attention>) -> Result<(), Problem> {
    let desk = &page.desk;
    let db = desk.db();
    let words = page.words();
    let may = |action| page.member.may(action);
    let mut line = |n: u64, text, note: &'static str, href: &str| {
        if n > 0 {
            attention.push(Attention {
                class: "care",
                text: fill(text, &[("n", &show::count(n))]),
                note: note.to_owned(),
                href: href.to_owned(),
            });
        }
    };
    if may(Action::DecideContest) {
        let contested = RecordFilter {
            contested: true,
            ..RecordFilter::default()
        };
        let n = db.records_counted(&contested, COUNTED).await?;
        let (text, note) = (words.attention_contested, words.attention_contested_note);
        line(n, text, note, "/decisions");
    }
    if may(Action::ReleaseHeld) {
        let n = db.held_counted(COUNTED).await?;
        let (text, note) = (words.attention_held, words.attention_held_note);
        line(n, text, note, "/decisions");
    }
    if may(Action::SeeIncidents) {
        let n = db.incidents_since(desk.now_ms() - 7 * DAY_MS).await?;
        let (text, note) = (words.attention_incidents, words.attention_incidents_note);
        line(n, text, note, "/incidents");
    }
    Ok(())
}

/// What the office waits for: undelivered entries and photos, silent phones.
async fn office(
    page: &Page,
    figures: &mut Vec<Figure>,
    attention: &mut Vec<Attention>,
) -> Result<(), Problem> {
    let desk = &page.desk;
    let words = page.words();
    let now = desk.court_now_ms();
    let undelivered = Undelivered::read(desk).await?;
    let phones = desk.db().journals_shown(2000).await?;
    let working: Vec<&JournalShown> = phones.iter().filter(|it| it.revoked_ms.is_none()).collect();
    let note = fill(
        words.on_phones,
        &[
            ("n", &undelivered.phones()),
            ("size", &show::size(undelivered.bytes())),
        ],
    );
    figures.push(Figure {
        label: words.photos_not_delivered,
        value: undelivered.figure(words),
        note,
        class: if undelivered.evidence().is_empty() {
            ""
        } else {
            "care"
        },
        href: "/undelivered".to_owned(),
    });
    let newest = working.iter().map(|it| it.seen_ms).max();
    figures.push(Figure {
        label: words.phones,
        value: show::count(u64::try_from(working.len()).unwrap_or(u64::MAX)),
        note: match newest {
            Some(ms) => {
                let ago = show::ago(desk.court_time(ms), now, page.lang());
                fill(words.last_contact_ago, &[("ago", &ago)])
            }
            None => words.no_phone_yet.to_owned(),
        },
        class: "",
        href: "/devices".to_owned(),
    });
    waiting(page, attention).await?;
    for journal in &undelivered.journals.shown {
        attention.push(Attention {
            class: "care",
            text: fill(
                words.attention_entries,
                &[
                    ("who", &journal.officer_name),
                    ("n", &journal.entries_missing()),
                ],
            ),
            note: journal.device_name.clone(),
            href: super::devices::address(&journal.id),
        });
    }
    for journal in working
        .iter()
        .filter(|it| desk.now_ms() - it.seen_ms >= SILENT_MS)
    {
        let ago = show::ago(desk.court_time(journal.seen_ms), now, page.lang());
        attention.push(Attention {
            class: "care",
            text: fill(
                words.attention_silent,
                &[("who", &journal.officer_name), ("ago", &ago)],
            ),
            note: journal.device_name.clone(),
            href: super::devices::address(&journal.id),
        });
    }
    attention.truncate(ATTENTION_SHOWN);
    Ok(())
}

/// The newest list in one line: version, when, cases, rows set aside, suspicions.
fn list_line(list: &ListShown, page: &Page) -> String {
    let words = page.words();
    let desk = &page.desk;
    let when = show::short_time(desk.court_time(list.applied_ms), desk.court_now_ms());
    let report = super::import::Report::read(&list.summary);
    let text = if list.rolls_back.is_some() {
        words.list_line_rollback
    } else {
        words.list_line
    };
    let mut line = fill(
        text,
        &[
            ("n", &list.version),
            ("when", &when),
            ("cases", &show::count(report.cases)),
        ],
    );
    if report.rejected > 0 {
        line.push_str(&fill(words.list_line_rejected, &[("n", &report.rejected)]));
    }
    if report.suspicious > 0 {
        line.push_str(&fill(
            words.list_line_suspicious,
            &[("n", &report.suspicious)],
        ));
    }
    line
}

/// Bars of the coming days; the highest is 48 units.
fn bars(ends: &[u64], today: NaiveDate) -> Vec<Bar> {
    const HIGHEST: u64 = 48;
    let most = ends.iter().copied().max().unwrap_or(0).max(1);
    (0u32..)
        .zip(ends)
        .filter_map(|(at, count)| {
            let day = today.checked_add_days(Days::new(u64::from(at)))?;
            let height = count * HIGHEST / most;
            let asked = Asked {
                due: day.to_string(),
                sort: "due".into(),
                ..Asked::default()
            };
            Some(Bar {
                href: asked.address(),
                day: day.day(),
                count: *count,
                x: 8 + at * 44,
                y: 70 - height.max(u64::from(*count > 0) * 2),
                height: height.max(u64::from(*count > 0) * 2),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stand_on_one_line_and_lead_to_their_day() {
        let bars = bars(&[0, 4, 8], NaiveDate::from_ymd_opt(2019, 7, 31).unwrap());
        assert_eq!(
            bars.iter().map(|b| b.height).collect::<Vec<_>>(),
            [0, 24, 48]
        );
        assert!(bars.iter().all(|b| b.y + b.height == 70));
        assert_eq!(bars.iter().map(|b| b.day).collect::<Vec<_>>(), [31, 1, 2]);
        assert_eq!(bars[1].href, "/cases?due=2019-08-01&sort=due");
    }
}
