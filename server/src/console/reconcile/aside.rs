//! A record in the board's list.

use super::{Asked, number_of};
use crate::console::entries::act_word;
use crate::console::page::Page;
use crate::console::show::{self, Number};
use crate::db::BoardRow;
use waiqin_protocol::ids::SubjectId;
use waiqin_protocol::reconcile::{Finding, Match, Question};

/// A line of the list.
pub(super) struct Aside {
    pub href: String,
    pub tags: Vec<(&'static str, &'static str)>,
    pub at: String,
    pub number: Number,
    pub what: String,
    pub on: bool,
}

impl Aside {
    pub fn of(row: &BoardRow, page: &Page, asked: &Asked, chosen: Option<SubjectId>) -> Self {
        let it = &row.outcome;
        let words = page.words();
        let shown = it.questions.iter().filter(|q| q.waits);
        let mut tags: Vec<(&str, &str)> = shown
            .filter_map(|q| Question::of(&q.question))
            .map(|q| (class(q), q.label(page.lang())))
            .collect();
        if tags.is_empty() {
            let matched = Match::of(&it.matched);
            tags.extend(matched.map(|it| ("proved", it.label(page.lang()))));
        }
        let what = [act_word(&it.act, words), row.officer.as_str()];
        Self {
            href: asked.address(&format!("/reconcile/{}", it.subject)),
            tags,
            at: show::short_time(it.at_ms, page.desk.court_now_ms()),
            number: number_of(row),
            what: what.join(" · "),
            on: chosen == Some(it.subject),
        }
    }
}

/// How grave a question is.
pub(super) fn class(question: Question) -> &'static str {
    match question {
        Question::Match(Match::NotFound)
        | Question::Finding(Finding::ClosedBeforeAct | Finding::PartyDiffers) => "law",
        Question::Match(_) | Question::Finding(_) => "care",
    }
}
