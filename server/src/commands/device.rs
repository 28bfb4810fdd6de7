//! `waiqin-server device`: phones and their enrolment codes.

use crate::court::Court;
use crate::db::Journal;
use crate::enrolment;
use crate::words::cli::Words;
use anyhow::bail;
use clap::Subcommand;
use std::collections::BTreeMap;
use waiqin_protocol::ids::{JournalId, OfficerId};
use waiqin_protocol::words::fill;

/// What can be done with phones.
#[derive(Subcommand)]
pub enum DeviceCommand {
    /// Makes an enrolment ticket for an officer: good once.
    Code {
        /// Whose phone it will be.
        #[arg(long)]
        login: String,
        /// Answers in JSON.
        #[arg(long)]
        json: bool,
    },
    /// Lists the journals of all phones, newest first.
    List {
        /// Answers in JSON.
        #[arg(long)]
        json: bool,
    },
    /// Revokes a journal: its phone gets no data and may hand in.
    Revoke {
        /// Which, as `list` shows it.
        #[arg(long)]
        journal: JournalId,
        /// Answers in JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Runs a command and returns what it says.
///
/// # Errors
/// When it cannot be done; the message says why.
pub async fn run(court: &Court, command: DeviceCommand, words: &Words) -> anyhow::Result<String> {
    match command {
        DeviceCommand::Code { login, json } => code(court, &login, json, words).await,
        DeviceCommand::List { json } => list(court, json).await,
        DeviceCommand::Revoke { journal, json } => revoke(court, journal, json, words).await,
    }
}

async fn code(court: &Court, login: &str, json: bool, words: &Words) -> anyhow::Result<String> {
    let Some(officer) = court.db().user_by_login(login).await? else {
        bail!("{}", fill(words.login_unknown, &[("login", &login)]));
    };
    if !officer.may_carry_phone() {
        let role = officer.role.as_str();
        bail!(
            "{}",
            fill(words.not_officer, &[("login", &login), ("role", &role)])
        );
    }
    if court.public_url().is_empty() {
        bail!("{}", words.no_url);
    }
    let ticket = enrolment::issue(court, &officer, court.public_url(), None).await?;
    if json {
        return Ok(serde_json::json!({
            "code": ticket.code,
            "login": officer.login,
            "officer": officer.id.to_string(),
            "ticket": ticket.to_string(),
            "url": ticket.url,
        })
        .to_string());
    }
    let hours = court.config().code_ms / 3_600_000;
    let said = fill(words.ticket, &[("name", &officer.name), ("hours", &hours)]);
    Ok(format!("{said}\n{ticket}"))
}

async fn list(court: &Court, json: bool) -> anyhow::Result<String> {
    let logins: BTreeMap<OfficerId, String> = court
        .db()
        .users()
        .await?
        .into_iter()
        .map(|user| (user.id, user.login))
        .collect();
    let mut journals = court.db().journals().await?;
    journals.retain(|journal| !journal.office);
    let login = |journal: &Journal| logins.get(&journal.officer).cloned().unwrap_or_default();
    if json {
        let all: Vec<serde_json::Value> = journals
            .iter()
            .map(|journal| {
                serde_json::json!({
                    "announced": journal.announced.seq,
                    "device": journal.device.to_string(),
                    "device_name": journal.device_name,
                    "enrolled_ms": journal.enrolled_ms,
                    "journal": journal.id.to_string(),
                    "login": login(journal),
                    "officer": journal.officer.to_string(),
                    "revoked_ms": journal.revoked_ms,
                    "seen_ms": journal.seen_ms,
                    "seq": journal.head.seq,
                })
            })
            .collect();
        return Ok(serde_json::Value::from(all).to_string());
    }
    let line = |journal: &Journal| {
        let mark = if journal.revoked_ms.is_some() {
            "x"
        } else {
            "-"
        };
        let Journal {
            id,
            device_name,
            head,
            announced,
            ..
        } = journal;
        format!(
            "{mark}\t{id}\t{}\t{device_name}\t{}/{}",
            login(journal),
            head.seq,
            announced.seq
        )
    };
    Ok(journals.iter().map(line).collect::<Vec<_>>().join("\n"))
}

async fn revoke(
    court: &Court,
    journal: JournalId,
    json: bool,
    words: &Words,
) -> anyhow::Result<String> {
    let known = court.db().journal(journal).await?;
    if known.is_none_or(|known| known.office) {
        bail!("{}", fill(words.journal_unknown, &[("journal", &journal)]));
    }
    let mut write = court.db().write().await?;
    if write.revoke(journal, None, court.clock().now_ms()).await? {
        write.commit().await?;
    }
    if json {
        return Ok(
            serde_json::json!({ "journal": journal.to_string(), "revoked": true }).to_string(),
        );
    }
    Ok(fill(words.revoked, &[("journal", &journal)]))
}
