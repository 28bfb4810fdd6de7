//! What is asked of a person, in one sentence with the proposal.

use crate::console::page::Page;
use crate::console::show;
use crate::db::{Around, KnownCase, OutcomeRow};
use crate::list::ListCase;
use crate::reconcile::case_at;
use std::fmt::Display;
use waiqin_protocol::numbers::days::court_day;
use waiqin_protocol::reconcile::{Finding, Match, Question, Visit};
use waiqin_protocol::words::fill;

/// What a sentence speaks of.
pub(super) struct Told<'a> {
    pub page: &'a Page,
    pub visit: &'a Visit,
    pub outcome: &'a OutcomeRow,
    pub around: &'a Around,
    pub made_against: i64,
}

impl<'a> Told<'a> {
    /// A case by its id.
    pub fn case(&self, id: Option<&String>) -> Option<&'a KnownCase> {
        let id = id?;
        self.around.cases.iter().find(|it| it.case.id == *id)
    }

    /// The sentence of a question.
    pub fn sentence(&self, question: Question) -> String {
        match question {
            Question::Match(matched) => self.of_match(matched),
            Question::Finding(finding) => self.of_finding(finding),
        }
    }

    fn of_match(&self, matched: Match) -> String {
        let w = self.page.words();
        let it = self.outcome;
        let normal = self.visit.numbers.join(w.comma);
        let typed = fill(
            w.say_as_typed,
            &[("typed", &self.visit.typed), ("normal", &normal)],
        );
        let case = self.case(it.case.as_ref()).map(|it| &it.case);
        let named = self.case(it.named.as_ref()).map(|it| &it.case);
        let waits = it.questions.first().is_some_and(|it| it.waits);
        let choose = match (it.candidates.is_empty(), waits) {
            (false, _) => w.say_choose,
            (true, true) => w.say_found,
            (true, false) => "",
        };
        match matched {
            Match::Exact => format!("{}{choose}", w.say_exact),
            Match::Normalised => format!("{typed}{choose}"),
            Match::Alias => fill(w.say_alias, &[("number", &number(case))]) + choose,
            Match::Successor => fill(
                w.say_successor,
                &[
                    ("old", &number(named)),
                    ("closed", &closed(named)),
                    ("mode", &mode(named)),
                    ("number", &number(case)),
                    ("filed", &filed(case)),
                ],
            ),
            Match::Predecessor => fill(
                w.say_predecessor,
                &[
                    ("old", &number(named)),
                    ("filed", &filed(named)),
                    ("number", &number(case)),
                ],
            ),
            Match::Merged => fill(
                w.say_merged,
                &[
                    ("number", &number(case)),
                    ("closed", &closed(case)),
                    (
                        "main",
                        &number(self.case(it.main.as_ref()).map(|it| &it.case)),
                    ),
                ],
            ),
            Match::CandidateParty => fill(w.say_candidate, &[("n", &it.candidates.len())]),
            Match::NotFound => fill(w.say_not_found, &[("version", &self.around.list_version)]),
        }
    }

    fn of_finding(&self, finding: Finding) -> String {
        let w = self.page.words();
        let it = self.outcome;
        let known = self.case(it.belongs.as_ref());
        let case = known.map(|it| &it.case);
        let then = known
            .and_then(|it| case_at(it, self.made_against))
            .map(|it| it.0);
        let day = court_day(self.visit.at);
        let pair = |text: &str, was: &dyn Display, is: &dyn Display| {
            fill(text, &[("was", was), ("is", is)])
        };
        match finding {
            Finding::ClosedBeforeAct => {
                let on = case.and_then(|it| it.closed_on);
                let days = on.map_or(0, |on| (day - on).num_days());
                let values: [(&str, &dyn Display); 3] = [
                    ("closed", &closed(case)),
                    ("mode", &mode(case)),
                    ("n", &days),
                ];
                let mut text = fill(w.say_closed_before, &values);
                for id in &it.candidates {
                    let later = self.case(Some(id)).map(|it| &it.case);
                    text += &fill(w.say_closed_later, &[("number", &number(later))]);
                }
                text
            }
            Finding::ClosedSameDay => fill(
                w.say_closed_same,
                &[("closed", &closed(case)), ("mode", &mode(case))],
            ),
            Finding::Stayed => {
                let stayed = self.case(it.main.as_ref()).map(|it| &it.case).or(case);
                let stay = stayed.map_or("", |it| it.stay.as_str());
                fill(w.say_stayed, &[("stay", &stay)])
            }
            Finding::Reassigned => pair(
                w.say_reassigned,
                &then.map_or("", |it| it.officer.as_str()),
                &case.map_or("", |it| it.officer.as_str()),
            ),
            Finding::PartyRenamed => pair(
                w.say_renamed,
                &debtors(then, w.comma),
                &debtors(case, w.comma),
            ),
            Finding::PartyDiffers => {
                let noted = self.visit.debtor.as_ref().map_or("", |it| it.name.as_str());
                let named = self.case(it.named.as_ref()).map(|it| &it.case).or(case);
                fill(
                    w.say_differs,
                    &[("noted", &noted), ("listed", &debtors(named, w.comma))],
                )
            }
            Finding::AmountChanged => pair(
                w.say_amount,
                &remaining(then, w.board_unknown),
                &remaining(case, w.board_unknown),
            ),
            Finding::Dropped => {
                let last = known.map_or(0, |it| self.around.list_version - i64::from(it.absent));
                fill(
                    w.say_dropped,
                    &[("version", &self.around.list_version), ("last", &last)],
                )
            }
            Finding::DuplicateRecord => fill(w.say_duplicate, &[("n", &it.others.len())]),
            Finding::SameAssetOtherCase => fill(w.say_same_asset, &[("n", &it.others.len())]),
        }
    }
}

fn number(case: Option<&ListCase>) -> String {
    case.map(|it| it.number.clone()).unwrap_or_default()
}

fn closed(case: Option<&ListCase>) -> String {
    let day = case.and_then(|it| it.closed_on);
    day.map(|it| it.to_string()).unwrap_or_default()
}

fn filed(case: Option<&ListCase>) -> String {
    let day = case.and_then(|it| it.filed_on);
    day.map(|it| it.to_string()).unwrap_or_default()
}

fn mode(case: Option<&ListCase>) -> String {
    case.map(|it| it.close_mode.clone()).unwrap_or_default()
}

/// The debtors of a case.
pub(super) fn debtors(case: Option<&ListCase>, comma: &str) -> String {
    let names = case.map_or(&[][..], |it| it.debtors.as_slice()).iter();
    names
        .map(|it| it.name.as_str())
        .collect::<Vec<_>>()
        .join(comma)
}

/// What is left to pay.
pub(super) fn remaining(case: Option<&ListCase>, unknown: &str) -> String {
    let fen = case.and_then(|it| it.remaining_fen);
    fen.map_or_else(
        || unknown.to_owned(),
        |fen| format!("¥ {}", show::yuan(fen)),
    )
}
