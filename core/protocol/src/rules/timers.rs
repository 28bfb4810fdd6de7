//! U01: the clocks that a record starts. They are counted from the record, never typed, so that
//! none can be forgotten.

use super::detention::family_due;
use super::seizure::seizure_class;
use crate::ids::ItemId;
use crate::journal::Act;
use crate::numbers::days::{
    DayCount, Deadline, Limit, Period, after_days, court_day, court_time, instant_ms,
    seizure_expiry,
};
use crate::record::Facts;
use crate::words::Lang;
use chrono::{Days, NaiveDate};

/// A clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timer {
    /// What has to be done.
    pub kind: TimerKind,
    /// The last day at +08:00.
    pub due_on: NaiveDate,
    /// The last moment, ms UTC: within a day for limits of hours, else the end of the day.
    pub due_at: i64,
    /// When an alarm rings, ms UTC; never after `due_at`.
    pub alarm_at: i64,
    /// False when the calendar of holidays does not hold the year.
    pub known_year: bool,
    /// The item of a list that it is about.
    pub item: Option<ItemId>,
    /// Whether the record says that it was done.
    pub done: bool,
    /// Article.
    pub basis: &'static str,
}

/// What has to be done before a clock ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimerKind {
    /// 续行查封、扣押: ask for renewal before the period ends.
    Renewal,
    /// 保全续行申请: the applicant asks seven days before the end.
    RenewalRequest,
    /// 通知被拘留人家属
    FamilyNotice,
    /// 补办拘留批准手续: at once.
    Approval,
    /// 拘留期满
    DetentionEnd,
    /// 复议申请期限 of a detention or fine.
    Review,
    /// 现金交付财务: the same day.
    CashHandIn,
    /// 案款发放
    CashPayOut,
    /// 核实线索
    TipVerified,
    /// 和解分期履行
    Instalment,
    /// 罚款缴纳期限
    FinePayment,
    /// 腾退宽限期 of a mortgaged family home: six months.
    Grace,
    /// A follow-up (后续事项) of the record.
    FollowUp,
}

impl TimerKind {
    /// What has to be done, in words.
    #[must_use]
    pub fn label(self, lang: Lang) -> &'static str {
        let (zh, en) = match self {
            Self::Renewal => ("查封（扣押）届满，续行", "Seizure ends: renew"),
            Self::RenewalRequest => ("申请续行保全", "Ask for renewal of the preservation"),
            Self::FamilyNotice => ("通知被拘留人家属", "Tell the detainee's family"),
            Self::Approval => ("补办拘留批准手续", "Approval of the detention"),
            Self::DetentionEnd => ("拘留期满", "Detention ends"),
            Self::Review => ("申请复议期满", "Review may be asked for until"),
            Self::CashHandIn => ("现金交付财务", "Hand in the cash"),
            Self::CashPayOut => ("发放案款", "Pay the money out"),
            Self::TipVerified => ("核实线索", "Verify the tip"),
            Self::Instalment => ("和解分期履行", "Instalment of the settlement"),
            Self::FinePayment => ("缴纳罚款", "Payment of the fine"),
            Self::Grace => ("抵押住房宽限期满", "Grace for the mortgaged home ends"),
            Self::FollowUp => ("后续事项", "Follow-up"),
        };
        match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

/// The clocks that a record starts, soonest first.
#[must_use]
pub fn timers(facts: &Facts) -> Vec<Timer> {
    let mut list = Vec::new();
    match facts.act {
        Act::Seal | Act::Removal | Act::Preservation => seizure(facts, &mut list),
        Act::Detention => detention(facts, &mut list),
        Act::Fine => {
            review(facts, &mut list);
            on_day(
                &mut list,
                TimerKind::FinePayment,
                facts.day("pay_by"),
                None,
                "决定书",
            );
        }
        Act::CashReceipt => cash(facts, &mut list),
        Act::Settlement => {
            for id in facts.items("instalments") {
                let due = facts.day(&format!("instalments/{id}/due_on"));
                on_day(
                    &mut list,
                    TimerKind::Instalment,
                    due,
                    id.parse().ok(),
                    "和解协议",
                );
            }
        }
        Act::Eviction => grace(facts, &mut list),
        Act::Investigation | Act::Tip => tip(facts, &mut list),
        Act::AssetSurvey | Act::Search | Act::ForcedAppearance | Act::Service | Act::Campaign => {}
    }
    for id in facts.items("follow_ups") {
        if let Some(due) = facts.int(&format!("follow_ups/{id}/due")) {
            let mut timer = at_moment(TimerKind::FollowUp, due, due, "笔录");
            timer.item = id.parse().ok();
            timer.done = facts.given(&format!("follow_ups/{id}/done_at"));
            list.push(timer);
        }
    }
    list.sort_by_key(|it| (it.due_at, it.kind, it.item));
    list
}

fn seizure(facts: &Facts, list: &mut Vec<Timer>) {
    let printed = facts.day("expires_on");
    let mut days = std::collections::BTreeSet::new();
    for id in facts.items("assets") {
        if facts.text(&format!("assets/{id}/rank")) == "waiting" {
            continue;
        }
        let class = seizure_class(facts.text(&format!("assets/{id}/class")));
        if let (Some(class), Some(from)) = (class, facts.day("effect_from")) {
            let expiry = seizure_expiry(from, class.years_max());
            // A printed day beyond the law does not keep a seizure alive.
            let end = expiry.remind_on(printed.filter(|it| *it <= expiry.by_law));
            days.insert((end, expiry.ask_renewal_by(Some(end))));
        }
    }
    for (end, ask) in days {
        on_day(
            list,
            TimerKind::Renewal,
            Some(end),
            None,
            "民诉法解释第485条",
        );
        if facts.act == Act::Preservation {
            on_day(
                list,
                TimerKind::RenewalRequest,
                Some(ask),
                None,
                "财产保全规定第18条",
            );
        }
    }
}

fn detention(facts: &Facts, list: &mut Vec<Timer>) {
    let begun = facts.int("read_out_at").or(facts.int("t0"));
    if facts.answer("emergency") == Some(true)
        && let Some(begun) = begun
    {
        let mut timer = at_moment(TimerKind::Approval, begun, begun, "民诉法解释第181条");
        timer.done = facts.items("follow_ups").iter().any(|id| {
            facts.text(&format!("follow_ups/{id}/kind")) == "approve_detention"
                && facts.given(&format!("follow_ups/{id}/done_at"))
        });
        list.push(timer);
    }
    if facts.text("execution") == "delivered" {
        if let Some(begun) = begun {
            let strict = begun.saturating_add(24 * 3_600_000);
            let due = family_due(begun);
            let mut timer = at_moment(TimerKind::FamilyNotice, due, strict, "民诉法解释第180条");
            timer.done = facts.given("family_notice/at") || facts.given("family_notice/reason");
            list.push(timer);
        }
        on_day(
            list,
            TimerKind::DetentionEnd,
            facts.day("to_on"),
            None,
            "民诉法第118条",
        );
    }
    if facts.text("execution") != "not_found" {
        review(facts, list);
    }
}

/// Three days from receipt.
fn review(facts: &Facts, list: &mut Vec<Timer>) {
    let served = facts.int("served/at").map(court_day);
    limit(
        list,
        TimerKind::Review,
        Limit::SanctionReviewFiled,
        served,
        false,
    );
}

fn cash(facts: &Facts, list: &mut Vec<Timer>) {
    let received = facts.int("t1").or(facts.int("t0"));
    let day = received.map(court_day);
    if let Some(due) = facts.int("hand_in_due") {
        list.push(at_moment(
            TimerKind::CashHandIn,
            due,
            due,
            "法发〔2017〕6号",
        ));
    } else {
        limit(list, TimerKind::CashHandIn, Limit::CashHandedIn, day, false);
    }
    limit(list, TimerKind::CashPayOut, Limit::CashPaidOut, day, false);
}

fn grace(facts: &Facts, list: &mut Vec<Timer>) {
    if facts.answer("mortgaged_home") == Some(true)
        && let Some(ruling) = facts.day("disposal_ruling_on")
    {
        let end = crate::numbers::days::after_months(ruling, 6);
        push(
            list,
            TimerKind::Grace,
            end,
            None,
            "执行设定抵押的房屋规定第2条",
        );
    }
}

fn tip(facts: &Facts, list: &mut Vec<Timer>) {
    let received = facts.int("tip/received_at").map(court_day);
    let done = facts.given(if facts.act == Act::Tip {
        "verified_at"
    } else {
        "t1"
    });
    let which = match facts.answer("tip/urgent") {
        Some(true) => Limit::TipVerifiedUrgent,
        Some(false) | None => Limit::TipVerified,
    };
    limit(list, TimerKind::TipVerified, which, received, done);
}

/// A limit of whole days from a day.
fn limit(
    list: &mut Vec<Timer>,
    kind: TimerKind,
    limit: Limit,
    from: Option<NaiveDate>,
    done: bool,
) {
    let rule = limit.rule();
    if let (Some(from), Period::Days(days)) = (from, rule.period) {
        let end = if days == 0 {
            Deadline {
                strict: from,
                due: from,
                known_year: true,
            }
        } else {
            after_days(from, days, DayCount::Calendar)
        };
        push(list, kind, end, None, rule.source);
        if let Some(timer) = list.last_mut() {
            timer.done = done;
        }
    }
}

/// A day that is written somewhere: it never moves.
fn on_day(
    list: &mut Vec<Timer>,
    kind: TimerKind,
    day: Option<NaiveDate>,
    item: Option<ItemId>,
    basis: &'static str,
) {
    if let Some(day) = day {
        let end = Deadline {
            strict: day,
            due: day,
            known_year: true,
        };
        push(list, kind, end, item, basis);
    }
}

fn push(
    list: &mut Vec<Timer>,
    kind: TimerKind,
    end: Deadline<NaiveDate>,
    item: Option<ItemId>,
    basis: &'static str,
) {
    list.push(Timer {
        kind,
        due_on: end.due,
        due_at: end_of(end.due),
        alarm_at: end_of(end.strict).min(end_of(end.due)),
        known_year: end.known_year,
        item,
        done: false,
        basis,
    });
}

fn at_moment(kind: TimerKind, due: i64, alarm: i64, basis: &'static str) -> Timer {
    Timer {
        kind,
        due_on: court_time(due).date(),
        due_at: due,
        alarm_at: alarm.min(due),
        known_year: true,
        item: None,
        done: false,
        basis,
    }
}

/// The last millisecond of a day at +08:00.
fn end_of(day: NaiveDate) -> i64 {
    let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
    instant_ms(next.and_time(chrono::NaiveTime::MIN)).saturating_sub(1)
}
