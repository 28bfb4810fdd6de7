//! `reconcile decide`: a person's conclusion on one record.

use super::list::question_of;
use crate::access::Action;
use crate::commands::said::Said;
use crate::court::Court;
use crate::reconcile::case_meant;
use crate::record::{Concluding, NotDone, conclude};
use crate::words::cli::Words;
use crate::words::reconcile::ReconcileWords;
use anyhow::{Context, bail};
use clap::Args;
use waiqin_protocol::ids::SubjectId;
use waiqin_protocol::reconcile::Decision;
use waiqin_protocol::words::{Lang, fill};

/// What is concluded.
#[derive(Args)]
pub struct DecideArgs {
    /// The record, as `list` names it.
    record: String,
    /// The match or finding, e.g. `CLOSED_BEFORE_ACT`.
    #[arg(long, value_name = "NAME")]
    question: String,
    /// The decision, e.g. `keep`; `undo` takes the newest back.
    #[arg(long, value_name = "WORD")]
    decision: String,
    /// The case that it names: its id or number.
    #[arg(long, value_name = "CASE")]
    case: Option<String>,
    /// Why.
    #[arg(long, default_value = "")]
    reason: String,
    /// Whose decision it is: his login.
    #[arg(long, value_name = "LOGIN")]
    by: String,
    /// The list by which he decided; the newest one where it is not said.
    #[arg(long, value_name = "VERSION")]
    list: Option<u64>,
    /// Answers in JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(court: &Court, args: DecideArgs, lang: Lang) -> anyhow::Result<Said> {
    let words = ReconcileWords::of(lang);
    let user = court.db().user_by_login(&args.by).await?;
    let user = user.filter(|it| !it.disabled);
    let user = user.with_context(|| fill(Words::of(lang).login_unknown, &[("login", &args.by)]))?;
    if !user.role.may(Action::Reconcile) {
        bail!("{}", fill(words.may_not, &[("login", &args.by)]));
    }
    let question = question_of(&args.question, words)?;
    let decision = Decision::of(&args.decision).with_context(|| {
        let known: Vec<&str> = question.decisions().iter().map(|it| it.as_str()).collect();
        let known = known.join(" ");
        let values: [(&str, &dyn std::fmt::Display); 2] =
            [("word", &args.decision), ("known", &known)];
        fill(words.word_unknown, &values)
    })?;
    let unknown = || fill(words.record_unknown, &[("record", &args.record)]);
    let subject: SubjectId = args.record.parse().ok().with_context(unknown)?;
    let outcome = court.db().outcome(subject).await?.with_context(unknown)?;
    let newest = u64::try_from(court.db().newest_list_version().await?).unwrap_or(0);
    let concluding = Concluding {
        subject,
        record: outcome.record.parse().ok().with_context(unknown)?,
        question,
        decision,
        case: case_meant(court, args.case.as_deref().unwrap_or_default()).await?,
        list_version: args.list.unwrap_or(newest),
        reason: args.reason,
    };
    match conclude(court, user.id, vec![concluding]).await {
        Ok(()) => {}
        Err(NotDone::Reason) => bail!("{}", words.needs_reason),
        Err(NotDone::Changed) => bail!("{}", words.changed),
        Err(NotDone::Case) => bail!("{}", words.needs_case),
        Err(error @ (NotDone::Entry(_) | NotDone::Db(_) | NotDone::Key(_))) => {
            return Err(error.into());
        }
    }
    if args.json {
        let answer = serde_json::json!({
            "record": subject,
            "question": question.as_str(),
            "decision": decision.as_str(),
            "list_version": newest,
        });
        return Ok(Said::well(answer.to_string()));
    }
    let values: [(&str, &dyn std::fmt::Display); 3] = [
        ("record", &subject),
        ("question", &question.label(lang)),
        ("decision", &decision.label(lang)),
    ];
    Ok(Said::well(fill(words.concluded, &values)))
}
