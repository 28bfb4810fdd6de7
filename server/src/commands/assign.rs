//! `waiqin-server assign`: cases that are given to officers, and taken back.

use super::said::Said;
use crate::access::Action;
use crate::assign::{Assign, NotAssigned, assign};
use crate::court::Court;
use crate::db::User;
use crate::reconcile::case_meant;
use crate::words::cli::Words;
use anyhow::{Context, bail};
use clap::Args;
use serde_json::{Value, json};
use waiqin_protocol::words::{Lang, fill};

/// What is done with a case.
#[derive(Args)]
pub struct AssignArgs {
    /// The case: its id or number.
    case: String,
    /// To whom it is given: his login. Without it the assignments of the case are listed.
    #[arg(long, value_name = "LOGIN", requires = "by", requires = "reason")]
    to: Option<String>,
    /// Takes it back from him instead.
    #[arg(long, requires = "to")]
    take_back: bool,
    /// What he is to do, or why it is his or not any more.
    #[arg(long)]
    reason: Option<String>,
    /// Who does it: his login.
    #[arg(long, value_name = "LOGIN")]
    by: Option<String>,
    /// Answers in JSON.
    #[arg(long)]
    json: bool,
}

/// Gives a case to an officer, takes it back, or lists to whom it was given.
///
/// # Errors
/// When it cannot be done; the message says why, and nothing was done then.
pub async fn run(court: &Court, args: AssignArgs, lang: Lang) -> anyhow::Result<Said> {
    let words = Words::of(lang);
    let unknown = || fill(words.case_unknown, &[("case", &args.case)]);
    let case = case_meant(court, &args.case).await?.with_context(unknown)?;
    court.db().case(&case.0).await?.with_context(unknown)?;
    if let Some(to) = &args.to {
        let by = person(court, args.by.as_deref().unwrap_or_default(), words).await?;
        if by.disabled || !by.role.may(Action::Assign) {
            bail!("{}", fill(words.assign_may_not, &[("login", &by.login)]));
        }
        let asked = Assign {
            give: !args.take_back,
            case_id: case.0.clone(),
            officer: person(court, to, words).await?.id,
            reason: args.reason.unwrap_or_default(),
            by: by.id,
        };
        match assign(court.db(), &asked, court.clock().now_ms()).await {
            Ok(()) => {}
            Err(NotAssigned::Reason) => bail!("{}", words.assign_reason),
            Err(NotAssigned::Officer) => bail!("{}", fill(words.assign_whom, &[("login", to)])),
            Err(NotAssigned::Already) => bail!("{}", words.assign_already),
            Err(NotAssigned::Case) => bail!("{}", unknown()),
            Err(NotAssigned::Db(error)) => return Err(error.into()),
        }
    }
    listed(court, &case.0, args.json, words).await
}

async fn person(court: &Court, login: &str, words: &Words) -> anyhow::Result<User> {
    let user = court.db().user_by_login(login).await?;
    user.with_context(|| fill(words.login_unknown, &[("login", &login)]))
}

async fn listed(court: &Court, case: &str, json: bool, words: &Words) -> anyhow::Result<Said> {
    let all = court.db().assignments(case).await?;
    if json {
        let shown: Vec<Value> = all
            .iter()
            .map(|it| {
                json!({
                    "officer": it.officer,
                    "name": it.name,
                    "reason": it.reason,
                    "by": it.by,
                    "at_ms": it.at_ms,
                    "taken_back": it.taken.as_ref().map(|taken| json!({
                        "reason": taken.reason,
                        "by": taken.by,
                        "at_ms": taken.at_ms,
                    })),
                })
            })
            .collect();
        let answer = json!({ "case": case, "assignments": shown });
        return Ok(Said::well(answer.to_string()));
    }
    if all.is_empty() {
        return Ok(Said::well(words.assigned_to_nobody.to_owned()));
    }
    let lines: Vec<String> = all
        .iter()
        .map(|it| {
            let (text, end) = match &it.taken {
                None => (words.assigned_line, ""),
                Some(taken) => (words.assigned_line_taken, taken.reason.as_str()),
            };
            let values: [(&str, &dyn std::fmt::Display); 4] = [
                ("name", &it.name),
                ("by", &it.by),
                ("reason", &it.reason),
                ("end", &end),
            ];
            fill(text, &values)
        })
        .collect();
    Ok(Said::well(lines.join("\n")))
}
