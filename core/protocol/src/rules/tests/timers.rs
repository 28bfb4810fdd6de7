//! The clocks, against dates worked out by hand (DOMAIN §2.3, §4.3).

use super::samples::{self, Sample};
use crate::journal::Act;
use crate::rules::{Timer, TimerKind, timers};

fn all(sample: &Sample) -> Vec<(TimerKind, String, bool)> {
    timers(&sample.facts)
        .into_iter()
        .map(|it| (it.kind, it.due_on.to_string(), it.done))
        .collect()
}

fn one(sample: &Sample, kind: TimerKind) -> Timer {
    let mut found = timers(&sample.facts);
    found.retain(|it| it.kind == kind);
    assert_eq!(found.len(), 1, "{kind:?}");
    found.remove(0)
}

fn with(mut sample: Sample, lines: &[&str]) -> Sample {
    lines.iter().for_each(|it| sample.set(it));
    sample
}

#[test]
fn a_seizure_is_renewed_before_the_printed_day_or_the_earlier_of_the_two() {
    let printed = samples::seal();
    assert_eq!(
        all(&printed),
        [(TimerKind::Renewal, "2021-07-09".into(), false)]
    );
    let unprinted = with(samples::seal(), &["expires_on ="]);
    assert_eq!(
        all(&unprinted),
        [(TimerKind::Renewal, "2021-07-08".into(), false)]
    );
    let too_long = with(samples::seal(), &["expires_on = 2022-07-08"]);
    assert_eq!(
        all(&too_long),
        [(TimerKind::Renewal, "2021-07-08".into(), false)]
    );
    let waiting = with(samples::seal(), &["assets/#20/rank = waiting"]);
    assert_eq!(all(&waiting), []);
}

#[test]
fn a_preservation_also_reminds_seven_days_before() {
    assert_eq!(
        all(&samples::preservation()),
        [
            (TimerKind::RenewalRequest, "2021-07-02".into(), false),
            (TimerKind::Renewal, "2021-07-09".into(), false),
        ]
    );
}

#[test]
fn the_family_is_told_by_the_full_hour_and_the_alarm_rings_before() {
    let sample = with(samples::detention(), &["family_notice/at ="]);
    let timer = one(&sample, TimerKind::FamilyNotice);
    assert_eq!(timer.due_at, sample.moment("2019-07-03T16:00"));
    assert_eq!(timer.alarm_at, sample.moment("2019-07-03T15:40"));
    assert!(!timer.done);
    let told = one(&samples::detention(), TimerKind::FamilyNotice);
    assert!(told.done);
    let reason = with(sample, &["family_notice/reason = 无联系方式"]);
    assert!(one(&reason, TimerKind::FamilyNotice).done);
}

#[test]
fn a_detention_that_was_not_executed_starts_the_review_alone() {
    // Served on Tuesday 2 July: three days end on Friday the 5th.
    assert_eq!(
        all(&samples::case_b()),
        [(TimerKind::Review, "2019-07-05".into(), false)]
    );
    let kinds: Vec<TimerKind> = timers(&samples::detention().facts)
        .iter()
        .map(|it| it.kind)
        .collect();
    assert_eq!(
        kinds,
        [
            TimerKind::FamilyNotice,
            TimerKind::Review,
            TimerKind::DetentionEnd
        ]
    );
    let nobody = with(samples::case_b(), &["execution = not_found"]);
    assert_eq!(all(&nobody), []);
}

#[test]
fn an_emergency_is_due_at_once_until_it_is_approved() {
    let sample = samples::emergency();
    let timer = one(&sample, TimerKind::Approval);
    assert_eq!((timer.due_at, timer.done), (sample.moment("T15:40"), true));
    let more = with(sample.clone(), &["follow_ups/#16/kind = supplement"]);
    assert!(one(&more, TimerKind::Approval).done);
    let open = with(sample, &["follow_ups/#15/done_at ="]);
    assert!(!one(&open, TimerKind::Approval).done);
    assert!(!one(&open, TimerKind::FollowUp).done);
}

#[test]
fn instalments_tips_and_follow_ups_run_as_written() {
    assert_eq!(
        all(&samples::settlement()),
        [
            (TimerKind::Instalment, "2019-07-02".into(), false),
            (TimerKind::Instalment, "2019-07-30".into(), false),
        ]
    );
    // Tip of 9 July: 16 July; urgent: 12 July.
    let tip = samples::investigation();
    assert_eq!(
        all(&tip),
        [(TimerKind::TipVerified, "2019-07-16".into(), true)]
    );
    let urgent = with(tip, &["tip/urgent = yes", "t1 ="]);
    assert_eq!(
        all(&urgent),
        [(TimerKind::TipVerified, "2019-07-12".into(), false)]
    );
    let kinds = samples::seal_of_all_kinds();
    assert_eq!(
        one(&kinds, TimerKind::FollowUp).due_at,
        kinds.moment("2019-07-12T17:00")
    );
}

#[test]
fn cash_fines_and_evictions_have_their_clocks() {
    let lines = ["t0 = T10:00", "t1 = T11:00"];
    let cash = Sample::of(Act::CashReceipt, &lines);
    // Thirty days after 9 July: 8 August.
    assert_eq!(
        all(&cash),
        [
            (TimerKind::CashHandIn, "2019-07-09".into(), false),
            (TimerKind::CashPayOut, "2019-08-08".into(), false),
        ]
    );
    assert_eq!(
        one(&cash, TimerKind::CashHandIn).due_at + 1,
        cash.moment("2019-07-10T00:00")
    );
    // On a Saturday too it is the same day.
    let saturday = ["t0 = 2019-07-06T10:00", "t1 = 2019-07-06T11:00"];
    let saturday = one(&with(cash.clone(), &saturday), TimerKind::CashHandIn);
    assert_eq!(saturday.due_on.to_string(), "2019-07-06");
    let typed = with(cash, &["hand_in_due = T17:00"]);
    assert_eq!(
        one(&typed, TimerKind::CashHandIn).due_at,
        typed.moment("T17:00")
    );
    let fine = Sample::of(Act::Fine, &["pay_by = 2019-07-20", "served/at = T10:00"]);
    // Three days after 9 July: Friday the 12th.
    assert_eq!(
        all(&fine),
        [
            (TimerKind::Review, "2019-07-12".into(), false),
            (TimerKind::FinePayment, "2019-07-20".into(), false),
        ]
    );
    let home = ["mortgaged_home = yes", "disposal_ruling_on = 2019-08-31"];
    // 2020-02-29 is a Saturday.
    let eviction = one(&Sample::of(Act::Eviction, &home), TimerKind::Grace);
    assert_eq!(eviction.due_on.to_string(), "2020-03-02");
    assert_eq!(all(&Sample::of(Act::Eviction, &home[1..])), []);
}
