//! Every page with named samples, in both languages: well formed, escaped, labelled, complete.

use super::asset::AssetPage;
use super::assets::AssetsPage;
use super::case::CasePage;
use super::cases::{CasesPage, Found, Show};
use super::contests::{ContestsPage, Failed};
use super::hand_in::HandInPage;
use super::naming::{Looked, NamingPage};
use super::orphan::{HomePage, OrphanPage, Seen};
use super::photo::{Checked, PhotoPage};
use super::photo_facts::Said;
use super::photo_new::NewPhotoPage;
use super::problem::{Missing, Problem, ProblemPage};
use super::record::RecordPage;
use super::record_new::NewPage;
use super::records::RecordsPage;
use super::settings::SettingsPage;
use super::start::StartPage;
use super::sync::{Live, Rows, Switch, SyncPage, Waits};
use super::today::{Morning, TodayPage};
use super::unlock::UnlockPage;
use crate::form::FieldProblem;
use crate::frame::{Frame, Tab, Truth};
use crate::samples::{self, ME, NOW_MS};
use crate::words::Words;
use askama::Template;
use std::collections::BTreeSet;
use waiqin_core::{CaseList, OfficerOnPhone, Phase, Status};
use waiqin_protocol::ids::{JournalId, ServerId};
use waiqin_protocol::journal::{Act, EvidenceRole};
use waiqin_protocol::wire::enrol::OfficerCard;
use waiqin_protocol::wire::sync::CaseSheet;
use waiqin_protocol::words::Lang;

fn frame(lang: Lang, status: &Status, tab: Option<Tab>) -> Frame {
    let w = Words::of(lang);
    Frame {
        w,
        lang,
        csrf: "c5".repeat(32),
        truth: Truth::of(status, NOW_MS, w),
        clock_note: Some("2019".to_owned()),
        tab,
        poll: true,
        flash: None,
    }
}

fn card() -> OfficerCard {
    OfficerCard {
        id: ME,
        list_name: "王法官".to_owned(),
        name: "李某".to_owned(),
    }
}

fn on_phone() -> OfficerOnPhone {
    OfficerOnPhone {
        card: card(),
        court: "某市某区人民法院".to_owned(),
        server: ServerId::from_bytes([2; 16]),
    }
}

fn morning() -> Morning {
    let [with, without] = samples::two_cases();
    Morning {
        records: vec![
            (samples::record_row(), Some(with.clone())),
            (samples::record_row(), None),
        ],
        due: vec![with, without],
        overdue: 12,
        cases: 300,
    }
}

pub(super) struct Shown {
    pub(super) name: &'static str,
    pub(super) html: String,
}

/// Renders pages of one language with the usual state around them.
pub(super) struct Painter {
    pub(super) lang: Lang,
    pub(super) w: &'static Words,
    usual: Status,
    pages: Vec<Shown>,
}

impl Painter {
    pub(super) fn frame(&self, tab: Option<Tab>) -> Frame {
        frame(self.lang, &self.usual, tab)
    }

    pub(super) fn add(&mut self, name: &'static str, page: &impl Template) {
        self.pages.push(Shown {
            name,
            html: page.render().unwrap(),
        });
    }

    fn doors(&mut self) {
        let w = self.w;
        self.add(
            "start",
            &StartPage::new(self.frame(None), false, None, None, None),
        );
        let bad = Some(w.err_ticket.to_owned());
        let typed = Some("<x>".to_owned());
        self.add(
            "start again",
            &StartPage::new(self.frame(None), true, None, typed, bad),
        );
        let one = vec![on_phone()];
        self.add(
            "unlock",
            &UnlockPage::new(self.frame(None), one, None, None, None),
        );
        let wrong = Some(w.err_pin_wrong.to_owned());
        let two = vec![on_phone(), on_phone()];
        let again = UnlockPage::new(self.frame(None), two, Some(ME), wrong, Some(8));
        self.add("unlock, wrong", &again);
    }

    fn days(&mut self) {
        let none = Morning::default();
        for (name, status, morning) in [
            ("today, empty", samples::new_status(), &none),
            ("today", samples::status(), &morning()),
            ("today, broken", samples::broken_status(), &morning()),
        ] {
            let frame = frame(self.lang, &status, Some(Tab::Today));
            self.add(
                name,
                &TodayPage::new(frame, &status, morning, "李某".to_owned(), NOW_MS),
            );
        }
    }

    fn cases(&mut self) {
        let (w, day) = (self.w, super::rows::today(NOW_MS));
        let both = samples::two_cases();
        let found = Found::new(&both, 5000, 50, "大岗", Show::Field, day, w);
        let query = "大岗 \"<".to_owned();
        self.add(
            "cases",
            &CasesPage::new(self.frame(Some(Tab::Cases)), query, Show::Field, found),
        );
        let none = Found::new(&[], 0, 0, "zzz", Show::All, day, w);
        let query = "zzz".to_owned();
        let empty = CasesPage::new(self.frame(Some(Tab::Cases)), query, Show::All, none);
        self.add("cases, none", &empty);
        let [with, without] = both;
        let visits = [samples::record_row()];
        let frame = self.frame(Some(Tab::Cases));
        self.add("case", &CasePage::new(frame, &with, &visits, NOW_MS));
        let frame = self.frame(Some(Tab::Cases));
        self.add("case, closed", &CasePage::new(frame, &without, &[], NOW_MS));
    }

    fn records(&mut self) {
        let tab = Some(Tab::Records);
        let [with, without] = samples::two_cases();
        let rows = vec![(samples::record_row(), Some(with.clone())); 31];
        self.add(
            "records",
            &RecordsPage::new(self.frame(tab), rows, false, 30, NOW_MS),
        );
        let none = RecordsPage::new(self.frame(tab), vec![], true, 0, NOW_MS);
        self.add("records, none", &none);
        let problem = Some(self.w.err_new_number.to_owned());
        let typed = "<2019>".to_owned();
        let new = NewPage::new(self.frame(tab), Act::Removal, typed, problem);
        self.add("new record", &new);
        self.add("new record, listed", &NewPage::on(self.frame(tab), &with));
        for (name, shows, sheet) in [
            ("record", samples::full_record(), Some(&with)),
            ("record, new", samples::new_record(), None),
            ("record, sealed", samples::sealed_record(), Some(&without)),
            ("record, seizure", samples::seizure_record(), Some(&with)),
            ("record, removal", samples::long_list(), None),
            ("record, detention", samples::detention_record(), None),
            ("record, settlement", samples::settlement_record(), None),
            ("record, foreign", samples::foreign_record(), None),
        ] {
            let wrong = FieldProblem {
                path: "t0".to_owned(),
                text: self.w.err_moment.to_owned(),
                typed: "<soon>".to_owned(),
            };
            let frame = self.frame(tab);
            self.add(
                name,
                &RecordPage::new(frame, &shows, sheet, (ME, NOW_MS), "result", &[wrong]),
            );
        }
        let shows = samples::full_record();
        let failed = Failed::of("result", self.w.err_reason, "<why>");
        let contests = ContestsPage::new(self.frame(tab), &shows, (ME, NOW_MS), failed);
        self.add("contests", &contests);
        let shows = samples::new_record();
        let none = ContestsPage::new(self.frame(tab), &shows, (ME, NOW_MS), Failed::default());
        self.add("contests, none", &none);
    }

    fn namings(&mut self) {
        let (pending, named) = (samples::new_record(), samples::full_record());
        let looked = |typed: &str, yours, items: Vec<CaseSheet>| Looked {
            typed: typed.to_owned(),
            number: Some((samples::NUMBER.to_owned(), yours)),
            meant: None,
            cases: CaseList {
                total: items.len(),
                items,
            },
        };
        let both = samples::two_cases().to_vec();
        let any = Looked {
            cases: CaseList {
                total: 300,
                items: both.clone(),
            },
            ..Looked::default()
        };
        let one = looked("<2019>", true, both[..1].to_vec());
        let none = Looked {
            typed: "大岗 \"<".to_owned(),
            meant: Some(samples::NUMBER.to_owned()),
            ..Looked::default()
        };
        let bad = Some(self.w.err_naming_none.to_owned());
        for (name, shows, looked, problem) in [
            ("naming", &pending, any, None),
            ("naming, his own", &pending, one, None),
            ("naming, not his", &named, looked("1", false, vec![]), None),
            ("naming, refused", &pending, none, bad),
        ] {
            let frame = self.frame(Some(Tab::Records));
            self.add(
                name,
                &NamingPage::new(frame, shows, &looked, problem, NOW_MS),
            );
        }
    }

    fn assets(&mut self) {
        let tab = Some(Tab::Records);
        let mut sealed = samples::seizure_record();
        sealed.record.voided = Some("x".to_owned());
        let mut empty = samples::long_list();
        empty.record.fields.clear();
        for (name, shows) in [
            ("assets", samples::seizure_record()),
            ("assets, 120", samples::long_list()),
            ("assets, none", empty),
            ("assets, void", sealed),
        ] {
            self.add(name, &AssetsPage::new(self.frame(tab), &shows));
            let wrong = FieldProblem {
                path: format!("assets/{}/est_value_fen", samples::ITEM),
                text: self.w.err_money.to_owned(),
                typed: "<soon>".to_owned(),
            };
            for id in shows.record.items("assets").iter().take(4) {
                let who = (ME, NOW_MS);
                let wrong = std::slice::from_ref(&wrong);
                let page = AssetPage::new(self.frame(tab), &shows, id, who, wrong).unwrap();
                self.add("asset", &page);
            }
        }
    }

    fn photos(&mut self) {
        let tab = Some(Tab::Records);
        let (full, new) = (samples::full_record(), samples::new_record());
        let said = Said::default();
        self.add(
            "new photo",
            &NewPhotoPage::new(self.frame(tab), &full, &said, None, true),
        );
        let seizure = samples::seizure_record();
        let of_line = Said::of_item(samples::ITEM);
        self.add(
            "new photo, of a line",
            &NewPhotoPage::new(self.frame(tab), &seizure, &of_line, None, false),
        );
        for checked in [Checked::Holds, Checked::Differs, Checked::Gone] {
            let (frame, photo) = (self.frame(tab), &seizure.photos[0]);
            let page = PhotoPage::new(frame, &seizure, photo, None, NOW_MS);
            self.add("photo, checked", &page.after(checked, NOW_MS));
        }
        let empty = Some(self.w.err_photo_empty.to_owned());
        let bad = NewPhotoPage::new(self.frame(tab), &new, &said, empty, false);
        self.add("new photo, bad", &bad);
        let orphan = samples::orphan();
        let strokes = waiqin_core::Orphan {
            role: EvidenceRole::Signature,
            ..orphan.clone()
        };
        for (name, orphan, problem, readable) in [
            ("orphan", &orphan, None, true),
            ("orphan, refused", &orphan, Some(self.w.err_photo_how), true),
            ("orphan, strokes", &strokes, None, false),
        ] {
            let seen = Seen {
                readable,
                desktop: true,
                now_ms: NOW_MS,
            };
            let (frame, problem) = (self.frame(tab), problem.map(str::to_owned));
            let page = OrphanPage::new(frame, &full, orphan, &said, problem, &seen);
            self.add(name, &page);
        }
        let [case, _] = samples::two_cases();
        let rows = [(samples::record_row(), Some(case))];
        for (name, rows) in [("orphan, homeless", &rows[..]), ("orphan, no homes", &[])] {
            let page = HomePage::new(self.frame(tab), &orphan, rows, true, NOW_MS);
            self.add(name, &page);
        }
        let who = (ME, NOW_MS);
        let page = RecordPage::new(self.frame(tab), &full, None, who, "", &[]);
        self.add("record, with an orphan", &page.offering(&[orphan]));
        let names = [
            "photo",
            "photo, received",
            "photo, pruned",
            "photo, lost",
            "photo, unreadable",
            "photo, withdrawn",
            "photo, missing",
        ];
        for (name, photo) in names.into_iter().zip(samples::photos()) {
            let frame = self.frame(tab);
            let mut page = PhotoPage::new(frame, &full, &photo, Some(NOW_MS), NOW_MS);
            if name == "photo, lost" {
                page = page.not_done(self.w.err_reason.to_owned(), "<why>".to_owned());
            }
            self.add(name, &page);
        }
    }

    fn syncs(&mut self) {
        let running = Status {
            phase: Phase::Evidence { done: 2, total: 9 },
            ..samples::status()
        };
        for (name, status, waiting) in [
            ("sync", samples::status(), 1),
            ("sync, new", samples::new_status(), 0),
            ("sync, broken", samples::broken_status(), 25),
            ("sync, running", running, 0),
        ] {
            let (lang, w) = (self.lang, self.w);
            let live = Live::new(&status, &[samples::orphan()], NOW_MS, w);
            let rows = Rows {
                waiting: vec![samples::record_row(); waiting],
                contested: vec![samples::record_row()],
            };
            let waits = Waits::new(&rows, &status.parked, NOW_MS, lang, w);
            let switch = Some(Switch { on: name == "sync" });
            let frame = self.frame(Some(Tab::Sync));
            self.add(name, &SyncPage::new(frame, live, waits, switch));
        }
    }

    fn hand_ins(&mut self) {
        for (name, status, problem) in [
            ("hand-in", samples::status(), None),
            ("hand-in, nothing", Status::default(), None),
            (
                "hand-in, refused",
                samples::status(),
                Some(self.w.hand_changed),
            ),
        ] {
            let shown = HandInPage::new(self.frame(Some(Tab::Sync)), &status, problem);
            self.add(name, &shown);
        }
    }

    fn others(&mut self) {
        let journal = JournalId::from_bytes([3; 16]);
        let who = card();
        let officer = (&who, "某院", journal);
        let settings = SettingsPage::new(self.frame(None), officer, &self.usual, 3, 600_000);
        self.add("settings", &settings);
        for missing in [
            Missing::Page,
            Missing::Case,
            Missing::Record,
            Missing::Photo,
            Missing::Person,
            Missing::Paper,
        ] {
            let frame = self.frame(None);
            self.add(
                "not found",
                &ProblemPage::new(frame, Problem::NotFound(missing)),
            );
        }
        for problem in [
            Problem::Store,
            Problem::Unread,
            Problem::Form,
            Problem::Sealed,
        ] {
            self.add("problem", &ProblemPage::new(self.frame(None), problem));
        }
    }
}

pub(super) fn all(lang: Lang) -> Vec<Shown> {
    let mut painter = Painter {
        lang,
        w: Words::of(lang),
        usual: samples::status(),
        pages: Vec::new(),
    };
    painter.doors();
    painter.days();
    painter.cases();
    painter.records();
    painter.namings();
    painter.assets();
    painter.photos();
    painter.syncs();
    painter.hand_ins();
    painter.others();
    painter.seals();
    painter.pages
}

fn each(check: impl Fn(&Shown, Lang)) {
    for lang in [Lang::Zh, Lang::En] {
        for shown in all(lang) {
            check(&shown, lang);
        }
    }
}

/// A tag with its attributes, as a strict reader sees it.
#[derive(Debug)]
struct Tag<'a> {
    name: &'a str,
    inside: &'a str,
    closing: bool,
    at: usize,
}

impl Tag<'_> {
    fn attribute(&self, name: &str) -> Option<&str> {
        let begins = format!(" {name}=\"");
        let from = self.inside.find(&begins)? + begins.len();
        self.inside[from..].split('"').next()
    }
}

fn tags(html: &str) -> Vec<Tag<'_>> {
    html.match_indices('<')
        .filter(|(at, _)| !html[*at..].starts_with("<!"))
        .map(|(at, _)| {
            let end = html[at..].find('>').map(|it| at + it).unwrap();
            let inside = &html[at + 1..end];
            let closing = inside.starts_with('/');
            let inside = inside.trim_start_matches('/').trim_end_matches('/');
            let name = inside.split([' ', '\n']).next().unwrap();
            Tag {
                name,
                inside,
                closing,
                at,
            }
        })
        .collect()
}

const VOID: [&str; 5] = ["meta", "link", "input", "img", "br"];
const VOID_SVG: [&str; 3] = ["path", "rect", "circle"];

#[test]
fn every_page_is_well_formed_and_says_its_language() {
    each(|shown, lang| {
        assert!(shown.html.starts_with("<!doctype html>"), "{}", shown.name);
        let html = format!("<html lang=\"{}\">", lang.tag());
        assert!(shown.html.contains(&html), "{}", shown.name);
        let mut open: Vec<&str> = Vec::new();
        for tag in tags(&shown.html) {
            if tag.closing {
                assert_eq!(open.pop(), Some(tag.name), "{} at {}", shown.name, tag.at);
            } else if !VOID.contains(&tag.name) && !VOID_SVG.contains(&tag.name) {
                open.push(tag.name);
            }
        }
        assert!(open.is_empty(), "{}: {open:?} stay open", shown.name);
    });
}

#[test]
fn the_truth_line_comes_first_and_has_a_word_beside_its_dot() {
    each(|shown, _| {
        let body = shown.html.split("<body").nth(1).unwrap();
        let truth = body.find("class=\"truth\"").unwrap();
        let before = &body[..truth];
        assert!(
            !before.contains("<header") && !before.contains("<main"),
            "{}",
            shown.name
        );
        let main = body.split("id=\"truth-main\">").nth(1).unwrap();
        assert!(
            !main.starts_with('<'),
            "{} says nothing of what is saved",
            shown.name
        );
    });
}

#[test]
fn nothing_of_a_sample_is_markup_and_no_placeholder_is_left() {
    each(|shown, _| {
        for raw in [
            "<3>",
            "<停电>",
            "<写错>",
            "<建立>",
            "<无信号>",
            "<b>\"",
            "<铭牌>",
            "<厂房>",
            "阶段 <b>",
            "<x>",
            "<2019>",
            "大岗 \"<",
            "<CK6150>",
            "<支行>",
            "<soon>",
            "<2>",
        ] {
            assert!(
                !shown.html.contains(raw),
                "{} holds {raw} unescaped",
                shown.name
            );
        }
        for (name, _, _) in Words::ALL {
            assert!(
                !shown.html.contains(&format!("{{{name}}}")),
                "{}",
                shown.name
            );
        }
        let texts = shown
            .html
            .split('<')
            .filter_map(|it| it.split_once('>'))
            .map(|it| it.1);
        for text in texts {
            assert!(!text.contains('{'), "{} shows {text}", shown.name);
        }
    });
}

#[test]
fn no_page_needs_what_the_policy_forbids() {
    each(|shown, _| {
        for tag in tags(&shown.html) {
            assert!(
                !tag.inside.contains(" style="),
                "{}: {}",
                shown.name,
                tag.inside
            );
            let handler = tag.inside.split(" on").skip(1).any(|it| {
                let name: String = it.chars().take_while(char::is_ascii_lowercase).collect();
                !name.is_empty() && it[name.len()..].starts_with('=')
            });
            assert!(!handler, "{}: {}", shown.name, tag.inside);
            for name in ["src", "href", "action", "formaction"] {
                if let Some(to) = tag.attribute(name) {
                    let local = to.starts_with('/') || to.starts_with('#');
                    assert!(
                        local && !to.starts_with("//"),
                        "{}: {name}={to}",
                        shown.name
                    );
                }
            }
        }
        assert!(!shown.html.contains("javascript:"), "{}", shown.name);
    });
}

#[test]
fn every_form_that_writes_carries_the_csrf_value_first() {
    each(|shown, _| {
        for form in shown.html.split("<form ").skip(1) {
            let form = form.split("</form>").next().unwrap();
            if form.split('>').next().unwrap().contains("method=\"post\"") {
                let first = form.find("<input").unwrap();
                assert!(
                    form[first..].starts_with("<input type=\"hidden\" name=\"csrf\""),
                    "{}",
                    shown.name
                );
            }
        }
    });
}

#[test]
fn ids_are_unique_and_every_field_has_a_name_that_a_reader_hears() {
    each(|shown, _| {
        let tags = tags(&shown.html);
        let mut ids = BTreeSet::new();
        for tag in tags.iter().filter(|it| !it.closing) {
            if let Some(id) = tag.attribute("id") {
                assert!(ids.insert(id.to_owned()), "{} has {id} twice", shown.name);
            }
        }
        for (index, tag) in tags.iter().enumerate() {
            for name in ["for", "aria-describedby", "form"] {
                if let Some(id) = tag.attribute(name) {
                    assert!(
                        ids.contains(id),
                        "{}: {name}={id} leads nowhere",
                        shown.name
                    );
                }
            }
            let field = matches!(tag.name, "input" | "textarea" | "select") && !tag.closing;
            if !field || tag.attribute("type") == Some("hidden") {
                continue;
            }
            let before = &tags[..index];
            let opened = before
                .iter()
                .filter(|it| it.name == "label" && !it.closing)
                .count();
            let closed = before
                .iter()
                .filter(|it| it.name == "label" && it.closing)
                .count();
            assert!(
                opened > closed,
                "{}: {} has no label",
                shown.name,
                tag.inside
            );
        }
        for image in tags.iter().filter(|it| it.name == "img") {
            assert!(
                image.attribute("alt").is_some_and(|it| !it.is_empty()),
                "{}",
                shown.name
            );
        }
        for link in tags.iter().filter(|it| it.name == "a" && !it.closing) {
            let said = shown.html[link.at..].split("</a>").next().unwrap();
            let text: String = said
                .split('<')
                .filter_map(|it| it.split_once('>'))
                .map(|it| it.1)
                .collect();
            let heard = !text.trim().is_empty()
                || said.contains("<img ")
                || link.attribute("aria-label").is_some();
            assert!(heard, "{}: {} says nothing", shown.name, link.inside);
        }
    });
}

#[test]
fn every_field_of_a_record_stands_where_a_finding_leads() {
    for (name, shows) in [
        ("record, seizure", samples::seizure_record()),
        ("record, detention", samples::detention_record()),
        ("record, settlement", samples::settlement_record()),
        ("record, new", samples::new_record()),
    ] {
        let pages = all(Lang::Zh);
        let page = pages.iter().find(|it| it.name == name).unwrap();
        let ids: BTreeSet<&str> = tags(&page.html)
            .into_iter()
            .filter_map(|it| {
                let begins = " id=\"";
                let from = it.inside.find(begins)? + begins.len();
                it.inside[from..].split('"').next()
            })
            .collect();
        let record = &shows.record;
        let lone = waiqin_protocol::fields::of_act(record.act)
            .map(|it| it.pattern.to_owned())
            .filter(|it| !it.contains('*'));
        let held = record.fields.keys().map(|it| it.as_str().to_owned());
        let mut looked = 0;
        for path in lone.chain(held) {
            let spot = crate::form::spot(record, &path).unwrap();
            let (address, anchor) = spot.split_once('#').unwrap_or((&spot, ""));
            // Lines of the list have pages of their own.
            if address.contains("/assets") {
                continue;
            }
            assert!(ids.contains(anchor), "{name}: {path} leads to {anchor}");
            looked += 1;
        }
        assert!(looked > 20, "{name}: only {looked} fields were looked at");
    }
}

#[test]
fn a_page_has_one_main_act_and_never_more_than_three_buttons_at_the_thumb() {
    each(|shown, _| {
        if let Some(dock) = shown.html.split("class=\"dock\"").nth(1) {
            let dock = dock.split("</body>").next().unwrap();
            let buttons = dock.matches("class=\"btn").count();
            assert!((1..=3).contains(&buttons), "{} has {buttons}", shown.name);
            assert_eq!(dock.matches("btn go").count(), 1, "{}", shown.name);
        }
    });
}

#[test]
fn codes_of_people_are_masked_wherever_they_are_shown() {
    each(|shown, _| {
        // The paper itself names its people whole, as the court's file does.
        if shown.name.starts_with("paper, ") {
            return;
        }
        for code in ["440115199003071238", "91440115MA59ABC13G"] {
            assert!(!shown.html.contains(code), "{} shows {code}", shown.name);
        }
    });
}

#[test]
fn a_sealed_record_asks_for_nothing() {
    for shown in all(Lang::Zh)
        .iter()
        .filter(|it| it.name == "record, sealed")
    {
        assert!(
            !shown.html.contains("name=\"do\" value=\"save\""),
            "a sealed record can be saved"
        );
        assert!(
            !shown.html.contains("class=\"dock\""),
            "a sealed record has a main act"
        );
    }
}

#[test]
fn a_sealed_record_without_a_number_says_who_fills_it_in() {
    let shown = |shows: &waiqin_core::RecordPage| {
        let frame = frame(Lang::En, &samples::status(), None);
        let page = RecordPage::new(frame, shows, None, (ME, NOW_MS), "", &[]);
        page.render().unwrap()
    };
    let (open, after) = (Words::EN.naming_open_note, Words::EN.naming_sealed);
    let html = shown(&samples::new_record());
    assert!(html.contains(open) && !html.contains(after), "{html}");
    let html = shown(&samples::sealed(samples::new_record()));
    assert!(!html.contains(open) && html.contains(after), "{html}");
    assert!(!html.contains("/case\""), "{html}");
    let html = shown(&samples::sealed_record());
    assert!(!html.contains(after), "it has a number: {html}");
}

#[test]
fn both_languages_show_the_same_page() {
    for (zh, en) in all(Lang::Zh).iter().zip(all(Lang::En)) {
        let shape = |html: &str| {
            tags(html)
                .iter()
                .map(|it| it.name.to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(shape(&zh.html), shape(&en.html), "{}", zh.name);
    }
}

#[test]
fn contrast_holds_in_light_and_dark() {
    let css = include_str!("../../static/phone.css");
    let roles = |block: &str| -> std::collections::BTreeMap<String, [f64; 3]> {
        block
            .split(';')
            .filter_map(|it| it.trim().rsplit_once("--")?.1.split_once(": #"))
            .filter(|it| it.1.len() == 6)
            .map(|(name, hex)| {
                let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
                (name.to_owned(), [0, 2, 4].map(|at| f64::from(byte(at))))
            })
            .collect()
    };
    let blocks: Vec<&str> = css
        .split(":root {")
        .skip(1)
        .map(|it| it.split('}').next().unwrap())
        .collect();
    let light = roles(blocks[0]);
    let mut dark = light.clone();
    dark.extend(roles(blocks[1]));
    let luminance = |rgb: [f64; 3]| {
        let linear = rgb.map(|it| {
            let it = it / 255.0;
            if it <= 0.03928 {
                it / 12.92
            } else {
                ((it + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    };
    for (theme, roles) in [("light", &light), ("dark", &dark)] {
        let ratio = |a: &str, b: &str| {
            let (a, b) = (luminance(roles[a]), luminance(roles[b]));
            (a.max(b) + 0.05) / (a.min(b) + 0.05)
        };
        for (ink, paper, least) in [
            ("ink", "sheet", 7.0),
            ("ink", "paper", 7.0),
            ("ink-2", "sheet", 7.0),
            ("ink-2", "paper", 7.0),
            ("ink-3", "sheet", 4.5),
            ("ink-3", "paper", 4.5),
            ("court", "sheet", 4.5),
            ("court", "court-soft", 4.5),
            ("on-court", "court", 4.5),
            ("seal", "sheet", 4.5),
            ("seal", "seal-soft", 4.5),
            ("on-seal", "seal", 4.5),
            ("ok", "ok-soft", 4.5),
            ("on-ok", "ok", 4.5),
            ("warn", "warn-soft", 4.5),
            ("warn", "sheet", 4.5),
            ("line-strong", "sheet", 3.0),
        ] {
            assert!(
                ratio(ink, paper) >= least,
                "{theme}: {ink} on {paper} is {:.2}",
                ratio(ink, paper)
            );
        }
    }
}

/// Every address that a link, form, picture or script of any page asks for, with its method.
pub(super) fn every_address() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for shown in all(Lang::Zh) {
        for tag in tags(&shown.html) {
            let method = match (tag.name, tag.attribute("method")) {
                ("form", Some("post")) => "POST",
                _ => "GET",
            };
            for (name, asked_by) in [
                ("href", "GET"),
                ("src", "GET"),
                ("action", method),
                ("data-poll", "GET"),
                ("data-live", "GET"),
                ("data-part", "GET"),
                ("data-search", "GET"),
                ("data-autosave", "POST"),
                ("data-lack", "GET"),
                ("data-reasons", "POST"),
            ] {
                if let Some(to) = tag.attribute(name).filter(|it| it.starts_with('/')) {
                    found.insert((asked_by.to_owned(), to.replace("&#38;", "&")));
                }
            }
        }
    }
    found
}
