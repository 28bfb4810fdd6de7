//! `waiqin-server hand-in`: takes in a hand-in package (上交包), while the server serves or not, and
//! writes the receipts (回执包) that go back to the phone.

use super::said::Said;
use crate::api::hand_in::{self, HandInError, HandedIn};
use crate::court::Court;
use crate::words::hand_in::Words;
use anyhow::Context;
use clap::Args;
use serde::Serialize;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use waiqin_protocol::words::{Lang, fill};

/// What to take in.
#[derive(Args)]
pub struct HandInArgs {
    /// The package of the phone: a `.wqpack` file.
    file: PathBuf,
    /// Where the receipts are written; beside the package when this is not said.
    #[arg(long, value_name = "FILE")]
    receipts: Option<PathBuf>,
    /// Answers in JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer<'a> {
    /// All of it is in custody.
    ok: bool,
    receipts: &'a Path,
    #[serde(flatten)]
    done: &'a HandedIn,
}

/// Takes a package in.
///
/// # Errors
/// When it is refused, or the receipts cannot be written; the message says what is in custody.
pub async fn run(court: &Court, args: &HandInArgs, lang: Lang) -> anyhow::Result<Said> {
    let words = Words::of(lang);
    let taken = hand_in::take_in(court, &args.file, None).await;
    let done = taken.map_err(|error| {
        anyhow::Error::msg(if matches!(error, HandInError::Open(_)) {
            fill(words.no_file, &[("file", &args.file.display())])
        } else {
            error.said(lang)
        })
    })?;
    let to = args
        .receipts
        .clone()
        .unwrap_or_else(|| args.file.with_extension("wqreceipts"));
    write_whole(&to, &done.receipts).map_err(|why| {
        let values = [
            ("file", &to.display() as &dyn std::fmt::Display),
            ("why", &why),
        ];
        anyhow::Error::msg(fill(words.receipts_name, &values))
    })?;
    let ok = done.is_whole();
    let answer = if args.json {
        let answer = Answer {
            ok,
            receipts: &to,
            done: &done,
        };
        serde_json::to_string(&answer).context("say what was taken")?
    } else {
        let mut lines = done.said(court.limits().evidence_bytes_max, lang);
        lines.push(fill(words.receipts, &[("file", &to.display())]));
        lines.join("\n")
    };
    Ok(Said {
        answer,
        trouble: None,
        code: if ok {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        },
    })
}

/// Writes a file under another name until it is whole and durable.
fn write_whole(to: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = to.with_file_name(name);
    let mut file = File::create(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&part, to)
}
