//! The frame around every page: the rail, the search line, who is signed in, the court's clock.

use super::desk::Desk;
use super::files;
use super::member::{Member, role_word};
use super::show;
use super::visitor::Visitor;
use crate::access::Action;
use crate::words::console::ConsoleWords;
use std::fmt::Display;
use waiqin_protocol::words::{Lang, fill};

/// The court's clock is said to be shifted when it differs by more, ms.
const SHIFT_SHOWN_MS: i64 = 60_000;

/// What waits is counted up to here.
const COUNTED: u64 = 1000;

/// A page that the rail leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    /// 首页
    Overview,
    /// 案件
    Cases,
    /// 外勤记录
    Records,
    /// 核对名册
    Reconcile,
    /// 待裁定
    Decisions,
    /// 未送达
    Undelivered,
    /// 异常
    Incidents,
    /// 导入名册
    Import,
    /// 设备
    Devices,
    /// 人员
    People,
    /// 审计
    Audit,
}

impl Tab {
    fn href(self) -> &'static str {
        match self {
            Self::Overview => "/",
            Self::Cases => "/cases",
            Self::Records => "/records",
            Self::Reconcile => "/reconcile",
            Self::Decisions => "/decisions",
            Self::Undelivered => "/undelivered",
            Self::Incidents => "/incidents",
            Self::Import => "/import",
            Self::Devices => "/devices",
            Self::People => "/people",
            Self::Audit => "/audit",
        }
    }

    fn word(self, words: &ConsoleWords) -> &'static str {
        match self {
            Self::Overview => words.nav_overview,
            Self::Cases => words.nav_cases,
            Self::Records => words.nav_records,
            Self::Reconcile => words.nav_reconcile,
            Self::Decisions => words.nav_decisions,
            Self::Undelivered => words.nav_undelivered,
            Self::Incidents => words.nav_incidents,
            Self::Import => words.nav_import,
            Self::Devices => words.nav_devices,
            Self::People => words.nav_people,
            Self::Audit => words.nav_audit,
        }
    }

    fn shown_to(self, member: &Member) -> bool {
        match self {
            Self::Overview => true,
            Self::Cases => member.may(Action::ReadCases),
            Self::Records => member.may(Action::ReadRecords),
            Self::Reconcile => member.may(Action::SeeOutcomes),
            Self::Decisions => member.may(Action::DecideContest),
            Self::Undelivered | Self::Devices => member.may(Action::SeeDevices),
            Self::Incidents => member.may(Action::SeeIncidents),
            Self::Import => member.may(Action::ImportList),
            Self::People => member.may(Action::ManagePeople),
            Self::Audit => member.may(Action::ReadAudit),
        }
    }
}

/// Links of the rail under one heading.
pub(super) struct NavGroup {
    pub title: &'static str,
    pub links: Vec<NavLink>,
}

/// A link of the rail.
pub(super) struct NavLink {
    pub href: &'static str,
    pub word: &'static str,
    pub on: bool,
    /// How much waits there; empty for nothing.
    pub count: String,
}

/// The frame around a page.
pub(super) struct Frame {
    pub w: &'static ConsoleWords,
    pub lang: Lang,
    pub title: String,
    pub court: String,
    pub user: Option<String>,
    pub csrf: String,
    pub nav: Vec<NavGroup>,
    /// He may search the cases.
    pub searches: bool,
    /// Text in the search line.
    pub search: String,
    /// The court's clock, where it is not the real one.
    pub clock: Option<String>,
    /// The page, for the language switch to come back to.
    pub path: String,
    pub css: String,
    pub js: String,
    pub icon: String,
}

impl Frame {
    pub fn of(desk: &Desk, visitor: &Visitor, tab: Option<Tab>, title: String) -> Self {
        let w = ConsoleWords::of(visitor.lang);
        let shift = desk.court_now_ms().abs_diff(desk.now_ms());
        let clock = (shift > SHIFT_SHOWN_MS.unsigned_abs()).then(|| {
            fill(
                w.court_clock,
                &[("time", &show::minute(desk.court_now_ms()))],
            )
        });
        Self {
            w,
            lang: visitor.lang,
            title,
            court: desk.court().name().to_owned(),
            user: visitor
                .member
                .as_ref()
                .map(|m| format!("{} · {}", m.name, role_word(m.role, w))),
            csrf: visitor.csrf.clone(),
            nav: visitor
                .member
                .as_ref()
                .map(|m| nav(m, tab, w))
                .unwrap_or_default(),
            searches: visitor
                .member
                .as_ref()
                .is_some_and(|m| m.may(Action::ReadCases)),
            search: String::new(),
            clock,
            path: visitor.path.clone(),
            css: files::address("desk.css"),
            js: files::address("desk.js"),
            icon: files::address("desk.svg"),
        }
    }

    /// Says at the link of a page how much waits there, where that is in the rail at all.
    pub fn counting(mut self, tab: Tab, waiting: u64) -> Self {
        let links = self.nav.iter_mut().flat_map(|group| &mut group.links);
        for link in links.filter(|link| link.href == tab.href()) {
            link.count = match waiting {
                0 => String::new(),
                1..COUNTED => waiting.to_string(),
                _ => format!("{}+", COUNTED - 1),
            };
        }
        self
    }

    /// A text of the table with one value.
    pub fn say(&self, text: &str, name: &str, value: impl Display) -> String {
        fill(text, &[(name, &value)])
    }

    pub fn zh(&self) -> bool {
        self.lang == Lang::Zh
    }
}

fn nav(member: &Member, on: Option<Tab>, w: &'static ConsoleWords) -> Vec<NavGroup> {
    let groups = [
        (w.nav_group_command, &[Tab::Overview, Tab::Cases][..]),
        (
            w.nav_group_records,
            &[
                Tab::Records,
                Tab::Reconcile,
                Tab::Decisions,
                Tab::Undelivered,
                Tab::Incidents,
            ],
        ),
        (
            w.nav_group_manage,
            &[Tab::Import, Tab::Devices, Tab::People, Tab::Audit],
        ),
    ];
    let link = |tab: &Tab| NavLink {
        href: tab.href(),
        word: tab.word(w),
        on: on == Some(*tab),
        count: String::new(),
    };
    groups
        .into_iter()
        .map(|(title, tabs)| NavGroup {
            title,
            links: tabs
                .iter()
                .filter(|tab| tab.shown_to(member))
                .map(link)
                .collect(),
        })
        .filter(|group| !group.links.is_empty())
        .collect()
}
