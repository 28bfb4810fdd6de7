//! `reconcile list`: the board on paper.

use crate::commands::said::Said;
use crate::console::act_word;
use crate::court::Court;
use crate::db::{BoardFilter, BoardRow, QuestionRow, Tally};
use crate::words::console::ConsoleWords;
use crate::words::reconcile::ReconcileWords;
use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};
use waiqin_protocol::numbers::days::court_day;
use waiqin_protocol::reconcile::{Finding, Match, Question};
use waiqin_protocol::words::{Lang, fill};

/// Which outcomes.
#[derive(Args)]
pub struct ListArgs {
    /// Also those of which nothing waits for a person.
    #[arg(long)]
    all: bool,
    /// Only those with this match or finding, e.g. `CLOSED_BEFORE_ACT`.
    #[arg(long, value_name = "NAME")]
    question: Option<String>,
    /// Most records.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    /// Answers in JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(court: &Court, args: &ListArgs, lang: Lang) -> anyhow::Result<Said> {
    let words = ReconcileWords::of(lang);
    if let Some(name) = &args.question {
        question_of(name, words)?;
    }
    let filter = BoardFilter {
        waiting: !args.all,
        question: args.question.clone(),
        before: None,
        limit: args.limit,
    };
    let board = court.db().board(&filter).await?;
    let tally = court.db().tally().await?;
    let newest = court.db().newest_list_version().await?;
    Ok(Said::well(match args.json {
        true => as_json(&board, &tally, newest).to_string(),
        false => told(&board, &tally, args.limit, lang),
    }))
}

/// The match or finding of a word; the error names those that there are.
pub(super) fn question_of(name: &str, words: &ReconcileWords) -> anyhow::Result<Question> {
    Question::of(name).with_context(|| {
        let matches = Match::ALL.into_iter().map(Match::as_str);
        let known: Vec<&str> = matches
            .chain(Finding::ALL.into_iter().map(Finding::as_str))
            .collect();
        let known = known.join(" ");
        let values: [(&str, &dyn std::fmt::Display); 2] = [("word", &name), ("known", &known)];
        fill(words.word_unknown, &values)
    })
}

/// The name of a match or finding, for people.
pub(super) fn label(word: &str, lang: Lang) -> &str {
    Question::of(word).map_or(word, |it| it.label(lang))
}

fn as_json(board: &[BoardRow], tally: &Tally, newest: i64) -> Value {
    let record = |row: &BoardRow| {
        let it = &row.outcome;
        let questions = it.questions.iter();
        json!({
            "record": it.subject,
            "hash": it.record,
            "act": it.act,
            "at": it.at_ms,
            "number": row.typed,
            "normal": row.normal,
            "officer": row.officer,
            "match": it.matched,
            "case": it.case,
            "main": it.main,
            "belongs": it.belongs,
            "findings": questions.clone().skip(1).map(|q| q.question.as_str()).collect::<Vec<_>>(),
            "candidates": it.candidates,
            "other": it.others,
            "waiting": questions.filter(|q| q.waits).map(as_question).collect::<Vec<_>>(),
        })
    };
    json!({
        "list_version": newest,
        "waiting": tally.waiting,
        "settled": tally.settled,
        "records": board.iter().map(record).collect::<Vec<_>>(),
    })
}

fn as_question(row: &QuestionRow) -> Value {
    let decisions = Question::of(&row.question).map(Question::decisions);
    json!({
        "question": row.question,
        "since": row.since,
        "decisions": decisions.unwrap_or_default().iter().map(|it| it.as_str()).collect::<Vec<_>>(),
    })
}

fn told(board: &[BoardRow], tally: &Tally, limit: u32, lang: Lang) -> String {
    let words = ReconcileWords::of(lang);
    let values: [(&str, &dyn std::fmt::Display); 2] =
        [("waiting", &tally.waiting), ("settled", &tally.settled)];
    let mut lines = vec![fill(words.tally, &values)];
    if board.is_empty() {
        lines.push(words.nothing.to_owned());
    }
    let comma = ConsoleWords::of(lang).comma;
    for row in board {
        let it = &row.outcome;
        let names = it
            .questions
            .iter()
            .filter(|q| q.waits || it.questions.len() == 1);
        let names: Vec<&str> = names.map(|q| label(&q.question, lang)).collect();
        lines.push(format!(
            "{}\t{}\t{}\t{}\t{}\t{}",
            it.subject,
            court_day(it.at_ms),
            act_word(&it.act, ConsoleWords::of(lang)),
            row.normal.as_deref().unwrap_or(&row.typed),
            row.officer,
            names.join(comma),
        ));
    }
    if board.len() >= usize::try_from(limit).unwrap_or(usize::MAX) {
        lines.push(fill(words.more, &[("n", &limit)]));
    }
    lines.join("\n")
}
