//! The pages of signing, checking, sealing and printing in each of their states.

use super::check::{Around, CheckPage, Lack, Typed};
use super::findings::{Findings, Group};
use super::paper::{PaperPage, Which};
use super::record::RecordPage;
use super::sealed::{Amendment, SealedPage};
use super::second::{CountersignPage, others, signs_as};
use super::sign::SignPage;
use super::signers::{Signed, Stands, signers};
use super::tests::{Painter, all};
use super::way::way;
use crate::frame::Tab;
use crate::paper::samples::{self as acts, SECOND};
use crate::samples::{self, ME, NOW_MS};
use crate::words::Words;
use std::collections::BTreeMap;
use waiqin_core::RecordPage as Shows;
use waiqin_protocol::ids::{OfficerId, SubjectId};
use waiqin_protocol::journal::{Act, AmendKind};
use waiqin_protocol::rules::{Due, RuleSet, Setting, rule};
use waiqin_protocol::wire::enrol::OfficerCard;
use waiqin_protocol::words::Lang;

fn me() -> OfficerCard {
    acts::on_phone().remove(0).card
}

/// A seizure in which everything that a photo could show is shown, and nobody contests anything.
fn uncontested() -> Shows {
    let mut page = samples::full_record();
    let fields = &mut page.record.fields;
    for state in fields.values_mut() {
        state.candidates.truncate(1);
    }
    page
}

/// Sealed with gaps; the second officer, who stands in the record, signs later on his own phone.
fn named_later() -> Shows {
    let mut page = acts::sealed(acts::seizure());
    let clerk = OfficerId::from_bytes(*acts::id(2).as_bytes());
    page.record.seals[0].overrides[0].officer = Some(clerk);
    page
}

fn amendment(sealed: bool) -> Amendment {
    Amendment {
        subject: SubjectId::from_bytes([8; 16]),
        kind: AmendKind::Correction,
        reason: "门牌 <写错>".to_owned(),
        at_ms: NOW_MS,
        sealed,
    }
}

impl Painter {
    /// Every page of this chapter.
    pub(super) fn seals(&mut self) {
        self.checks();
        self.sealed();
        self.countersigns();
        self.signs();
        self.papers();
        self.counts();
    }

    fn check(&mut self, name: &'static str, shows: &Shows, typed: &Typed, alone: bool) {
        let on_phone = acts::on_phone();
        let seconds = acts::second_names();
        let (on_phone, me) = (&on_phone[..if alone { 1 } else { 2 }], me());
        let around = Around {
            on_phone,
            me: &me,
            seconds: &seconds,
            typed,
            now_ms: NOW_MS,
        };
        let frame = self.frame(Some(Tab::Records));
        let sheet = acts::sheet(&shows.record);
        let built = CheckPage::new(frame, shows, &sheet, &around).unwrap();
        self.add(name, &built);
    }

    fn checks(&mut self) {
        let nothing = Typed::default();
        self.check("check", &acts::seizure(), &nothing, false);
        self.check("check, alone", &acts::detention(), &nothing, true);
        self.check("check, nobody", &acts::settlement(), &nothing, true);
        self.check("check, contested", &samples::full_record(), &nothing, false);
        let typed = Typed {
            reasons: BTreeMap::from([
                ("G05b".to_owned(), "室内 <无信号>".to_owned()),
                ("G07".to_owned(), "周某离场".to_owned()),
            ]),
            why: "重复 <建立>".to_owned(),
            problem: Some(self.w.err_seal_open.to_owned()),
        };
        self.check("check, again", &acts::seizure(), &typed, false);
        let mut void = uncontested();
        void.record.voided = Some("重复 <建立>".to_owned());
        self.check("check, void", &void, &nothing, false);
    }

    fn sealed(&mut self) {
        let on_phone = acts::on_phone();
        let me = me();
        let nothing = Typed::default();
        let wrong = Typed {
            problem: Some(self.w.err_second_signature.to_owned()),
            why: "补记 <现场>".to_owned(),
            ..Typed::default()
        };
        for (name, shows, amended, typed, known) in [
            ("sealed", acts::sealed(acts::seizure()), vec![], &nothing, 2),
            (
                "sealed, alone",
                acts::sealed(acts::settlement()),
                vec![],
                &wrong,
                1,
            ),
            ("sealed, later", named_later(), vec![], &nothing, 2),
            (
                "sealed, countersigned",
                acts::countersigned(),
                vec![amendment(false), amendment(true)],
                &nothing,
                2,
            ),
        ] {
            let seconds = acts::second_names();
            let around = Around {
                on_phone: &on_phone[..known],
                me: &me,
                seconds: &seconds,
                typed,
                now_ms: NOW_MS,
            };
            let frame = self.frame(Some(Tab::Records));
            let asked = acts::request(&shows.record);
            let page = SealedPage::new(frame, &shows, &amended, &asked, &around).unwrap();
            self.add(name, &page);
        }
    }

    fn countersigns(&mut self) {
        let tab = Some(Tab::Records);
        let asked = acts::request(&acts::sealed(acts::seizure()).record);
        let problem = Some(self.w.err_second_text.to_owned());
        let typed = "waiqin-<x>".to_owned();
        self.add(
            "countersign",
            &CountersignPage::asking(self.frame(tab), typed, problem),
        );
        self.add(
            "countersign, shown",
            &CountersignPage::shown(self.frame(tab), &asked, NOW_MS),
        );
        let answer = acts::answer(&asked);
        self.add(
            "countersign, signed",
            &CountersignPage::signed(self.frame(tab), &asked, &answer, NOW_MS),
        );
    }

    fn signs(&mut self) {
        let older = {
            let mut page = acts::signed(acts::seizure(), 5);
            page.record
                .fields
                .retain(|path, _| path.as_str() != "course");
            page
        };
        let empty = Some(self.w.err_sign_empty.to_owned());
        for (name, shows, n, problem) in [
            ("sign", acts::seizure(), 5, None),
            ("sign, signed", acts::signed(acts::seizure(), 5), 5, None),
            ("sign, older", older, 5, empty),
            ("sign, refused", acts::detention(), 5, None),
            ("sign, on paper", acts::settlement(), 6, None),
        ] {
            let stands = Stands::of(&shows.record).unwrap();
            let signer = signers(&shows.record, &stands, self.lang, self.w)
                .into_iter()
                .find(|it| it.item == acts::id(n))
                .unwrap();
            let sheet = acts::sheet(&shows.record);
            let frame = self.frame(Some(Tab::Records));
            self.add(
                name,
                &SignPage::new(frame, &shows, &stands, &signer, &sheet, problem),
            );
        }
    }

    fn papers(&mut self) {
        let none = acts::record(Act::Removal, "place = 大岗");
        for (name, shows, which) in [
            ("paper, seizure", acts::countersigned(), Which::Record),
            ("paper, list", acts::countersigned(), Which::List),
            ("paper, draft", acts::seizure(), Which::Record),
            ("paper, empty list", none, Which::List),
            (
                "paper, detention",
                acts::sealed(acts::detention()),
                Which::Record,
            ),
            (
                "paper, settlement",
                acts::sealed(acts::settlement()),
                Which::Record,
            ),
            (
                "paper, investigation",
                samples::full_record(),
                Which::Record,
            ),
        ] {
            let stands = Stands::of(&shows.record).unwrap();
            let court = "广州市某某区人民法院".to_owned();
            let frame = self.frame(Some(Tab::Records));
            let strokes = acts::strokes(5);
            self.add(
                name,
                &PaperPage::new(frame, &shows, &stands, which, court, &strokes),
            );
        }
    }

    fn counts(&mut self) {
        let shows = acts::detention();
        let lack = Lack::of(&acts::sheet(&shows.record), self.w);
        let frame = self.frame(Some(Tab::Records));
        let page = RecordPage::new(frame, &shows, None, (ME, 0), "", &[]).lacking(Some(lack));
        self.add("record, lacking", &page);
    }
}

fn page(name: &str, lang: Lang) -> String {
    let found = all(lang).into_iter().find(|it| it.name == name);
    found.unwrap_or_else(|| panic!("no page {name}")).html
}

#[test]
fn each_finding_is_said_with_its_article_and_asked_for_in_its_list() {
    let shows = acts::seizure();
    let sheet = acts::sheet(&shows.record);
    let found = Findings::of(
        &shows.record,
        &sheet,
        &BTreeMap::new(),
        NOW_MS,
        Lang::Zh,
        &Words::ZH,
    );
    let html = page("check", Lang::Zh);
    let mut rules = 0;
    for (groups, due) in [
        (&found.block, true),
        (&found.warn, true),
        (&found.later, false),
    ] {
        for group in groups {
            rules += 1;
            assert_eq!(rule(group.rule).unwrap().due == Due::Seal, due);
            assert!(!group.law.is_empty() && !group.lines.is_empty());
            assert!(html.contains(&group.law), "{}", group.law);
            let asked = html.contains(&format!("name=\"reason:{}\"", group.rule));
            assert_eq!(asked, due, "{}", group.rule);
        }
    }
    let mut ids: Vec<_> = sheet.found.iter().map(|it| it.rule).collect();
    ids.dedup();
    assert_eq!(rules, ids.len());
    assert!(
        html.contains("在场人「周某」未签名，也未写拒签情况"),
        "{html}"
    );
    assert_eq!(
        html.matches(&format!("/sign/{}", acts::id(5))).count(),
        2,
        "from the finding and from the list"
    );
}

#[test]
fn a_finding_stands_in_the_list_of_the_weight_that_the_court_gave_it() {
    let shows = acts::seizure();
    let lists = |overrides: &[(&str, Setting)]| {
        let overrides = overrides.iter().map(|(id, it)| ((*id).to_owned(), *it));
        let set = RuleSet {
            overrides: overrides.collect(),
            ..RuleSet::default()
        };
        let sheet = acts::sheet_by(&shows.record, &set);
        let none = BTreeMap::new();
        let found = Findings::of(&shows.record, &sheet, &none, NOW_MS, Lang::Zh, &Words::ZH);
        let has = |groups: &[Group], id| groups.iter().any(|it| it.rule == id);
        ["G07", "G05b"].map(|id| (has(&found.block, id), has(&found.warn, id)))
    };
    let (must, should, gone) = ((true, false), (false, true), (false, false));
    assert_eq!(lists(&[]), [must, should]);
    let turned = [("G07", Setting::Warn), ("G05b", Setting::Block)];
    assert_eq!(lists(&turned), [should, must]);
    assert_eq!(lists(&[("G07", Setting::Off)]), [gone, should]);
}

#[test]
fn a_long_list_of_the_same_gap_is_cut_and_counted() {
    let mut lines = String::new();
    for n in 1..=120 {
        lines.push_str(&format!("assets/#{n}/name = 模具 {n}\n"));
    }
    let shows = acts::record(Act::Seal, &lines);
    let sheet = acts::sheet(&shows.record);
    let found = Findings::of(
        &shows.record,
        &sheet,
        &BTreeMap::new(),
        NOW_MS,
        Lang::En,
        &Words::EN,
    );
    let all = found.block.iter().chain(&found.warn).chain(&found.later);
    let mut cut = 0;
    for group in all {
        let n = sheet
            .found
            .iter()
            .filter(|it| it.rule == group.rule)
            .count();
        assert!(group.lines.len() <= 4);
        if n > 4 {
            cut += 1;
            assert_eq!(group.more, format!("{} more", n - 4));
        }
    }
    assert!(cut > 0, "no rule found more than four things");
}

#[test]
fn the_way_leads_to_the_field_the_photo_or_the_glass() {
    let shows = uncontested();
    let sheet = acts::sheet(&shows.record);
    let of = |path: &str| {
        let mut found = sheet.found[0].clone();
        found.path = waiqin_protocol::journal::Path::new(path).ok();
        found.item = path.split('/').find_map(|it| it.parse().ok());
        way(&shows.record, &found, &Words::EN).map(|it| it.href)
    };
    let own = format!("/records/{}", shows.record.subject);
    let id = acts::id(5).to_string();
    for (path, href) in [
        ("place", format!("{own}?step=arrive#f-place")),
        ("officers", format!("{own}?step=officers#step-officers")),
        ("photos", format!("{own}/photos/new")),
        ("case", format!("{own}/case")),
    ] {
        assert_eq!(of(path), Some(href), "{path}");
    }
    assert_eq!(
        of(&format!("checked/{id}")),
        Some(format!("{own}?step=checked#item-checked-{id}"))
    );
    assert_eq!(
        of(&format!("checked/{id}/fact")),
        Some(format!("{own}?step=checked#f-checked-{id}-fact"))
    );
    assert_eq!(
        of(&format!("present/{id}/signed")),
        Some(format!("{own}/sign/{id}"))
    );
    assert_eq!(
        of(&format!("assets/{id}/photos")),
        Some(format!("{own}/photos/new?item={id}"))
    );
    assert_eq!(of("days"), None);
}

#[test]
fn a_contested_or_void_record_has_no_seal_button() {
    for name in ["check, contested", "check, void"] {
        let html = page(name, Lang::Zh);
        assert!(!html.contains("/seal\""), "{name} can be sealed");
        assert!(!html.contains("seal-form"), "{name}");
    }
    assert!(page("check", Lang::Zh).contains("/seal\""));
}

#[test]
fn reasons_that_were_typed_stand_there_again() {
    let html = page("check, again", Lang::Zh);
    assert!(html.contains(">室内 &#60;无信号&#62;</textarea>"), "{html}");
    assert!(html.contains("<details class=\"gaps\" open>"));
    assert!(html.contains("周某离场"));
}

#[test]
fn a_signature_counts_for_the_text_that_was_shown_and_for_no_other() {
    let state = |page: &Shows, n: u8| {
        let stands = Stands::of(&page.record).unwrap();
        let all = signers(&page.record, &stands, Lang::Zh, &Words::ZH);
        all.into_iter()
            .find(|it| it.item == acts::id(n))
            .unwrap()
            .signed
    };
    let page = acts::signed(acts::seizure(), 5);
    assert!(matches!(state(&page, 5), Signed::Glass(_)));
    assert_eq!(state(&page, 6), Signed::No);
    let mut changed = page.clone();
    changed
        .record
        .fields
        .retain(|path, _| path.as_str() != "course");
    assert!(matches!(state(&changed, 5), Signed::Older(_)));
    let sealed = acts::sealed(page);
    assert!(matches!(state(&sealed, 5), Signed::Glass(_)));
    let sealed = acts::sealed(changed);
    assert!(matches!(state(&sealed, 5), Signed::Older(_)));
    assert!(matches!(state(&acts::detention(), 5), Signed::Refused(_)));
    assert_eq!(state(&acts::settlement(), 6), Signed::Paper);
}

#[test]
fn the_second_officer_is_another_one_of_the_same_court() {
    let facts = Stands::of(&acts::seizure().record).unwrap().facts;
    let mut known = acts::on_phone();
    let mut elsewhere = known[1].clone();
    elsewhere.card.id = waiqin_protocol::ids::OfficerId::from_bytes([0xe; 16]);
    elsewhere.server = waiqin_protocol::ids::ServerId::from_bytes([9; 16]);
    known.push(elsewhere);
    let found = others(&known, ME, &facts);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].id, SECOND.to_string());
    assert!(found[0].chosen, "the record names him");
    assert_eq!(signs_as(&facts, "陈某"), "书记员");
    assert_eq!(signs_as(&facts, "别人"), Words::ZH.second_role);
}

#[test]
fn with_gaps_open_the_page_names_the_second_officer_or_says_that_there_is_none() {
    let html = page("check", Lang::Zh);
    assert!(html.contains("data-two"));
    let named = html.split("name=\"named\"").skip(1).collect::<Vec<_>>();
    assert_eq!(named.len(), 1, "李某 seals");
    assert!(named[0].starts_with(&format!(" value=\"{}\" checked>陈某<", acts::id(2))));
    assert!(!html.contains(Words::ZH.second_nobody));

    let html = page("check, nobody", Lang::Zh);
    assert!(html.contains(Words::ZH.second_nobody));
    assert!(!html.contains("name=\"named\""));
}

#[test]
fn a_sealed_page_tells_a_second_officer_who_agreed_from_one_who_is_named() {
    assert!(page("sealed", Lang::Zh).contains("陈某 同意"));
    let html = page("sealed, later", Lang::Zh);
    assert!(html.contains("第二人：陈某"));
    assert!(!html.contains("陈某 同意"));
}

#[test]
fn only_a_sealed_paper_carries_the_hash_and_only_a_draft_the_watermark() {
    for (name, sealed) in [
        ("paper, seizure", true),
        ("paper, list", true),
        ("paper, draft", false),
        ("paper, investigation", false),
    ] {
        let html = page(name, Lang::Zh);
        assert_eq!(html.contains("class=\"qr\""), sealed, "{name}");
        assert_eq!(html.contains("class=\"watermark\""), !sealed, "{name}");
    }
    let hash = acts::countersigned().record.seals[0].hash.to_string();
    let html = page("paper, seizure", Lang::Zh);
    assert!(html.contains(&crate::show::grouped(&hash)));
    let code = crate::qr::Qr::of(&format!("waiqin-record1:{hash}")).unwrap();
    assert!(html.contains(&code.data));
    assert!(html.contains("M200 900L900 300"), "the strokes are drawn");
}

#[test]
fn a_sealed_page_shows_the_hash_and_who_signed_second() {
    let html = page("sealed, countersigned", Lang::Zh);
    let hash = acts::countersigned().record.seals[0].hash.to_string();
    assert!(html.contains(&hash[..8]));
    assert!(html.contains("书记员 已复核签名"));
    assert!(!html.contains("name=\"pin\""), "it is signed already");
    assert!(page("sealed", Lang::Zh).contains("name=\"pin\""));
    assert!(!page("sealed, alone", Lang::Zh).contains("name=\"pin\""));
    assert!(html.contains("门牌 &#60;写错&#62;"));
}

/// With `WAIQIN_PAGES=DIR` every page of the samples is written there, to be looked at in a browser.
#[test]
fn pages_can_be_looked_at() {
    let all = all(Lang::Zh);
    assert!(all.len() > 60, "only {} pages", all.len());
    let Some(dir) = std::env::var_os("WAIQIN_PAGES") else {
        return;
    };
    for (lang, pages) in [("zh", all), ("en", self::all(Lang::En))] {
        for (n, shown) in pages.iter().enumerate() {
            let name = format!("{lang}-{n:02}-{}.html", shown.name.replace([' ', ','], "_"));
            std::fs::write(std::path::Path::new(&dir).join(name), &shown.html).unwrap();
        }
    }
}
