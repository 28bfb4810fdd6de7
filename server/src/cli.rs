//! The command line: reads arguments, runs one command, says how it ended.

use crate::clock::SystemClock;
use crate::commands::assign::{self, AssignArgs};
use crate::commands::bench::Bench;
use crate::commands::device::{self, DeviceCommand};
use crate::commands::export::{self, ExportCommand};
use crate::commands::import::{self, ImportArgs, RollbackArgs};
use crate::commands::init::{self, InitError};
use crate::commands::reconcile::{self, ReconcileCommand};
use crate::commands::records::{self, RecordsArgs};
use crate::commands::restore::{self, RestoreArgs};
use crate::commands::said::Said;
use crate::commands::user::{self, UserCommand};
use crate::commands::{backup, doctor, hand_in, serve, verify};
use crate::config::{Config, ConfigError, Settings};
use crate::court::Court;
use crate::words::cli::Words;
use crate::words::{doctor as doctor_words, keeping};
use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use waiqin_protocol::rules::{EXCESS_PERCENT, FORCED_SALE_PERCENT, RuleSetError};
use waiqin_protocol::words::{Lang, fill};

/// The court's server of Waiqin 外勤.
#[derive(Parser)]
#[command(name = "waiqin-server", version)]
struct Cli {
    /// Language of what is said: zh or en.
    #[arg(long, global = true, env = "WAIQIN_LANG", default_value = "zh", value_parser = lang)]
    lang: Lang,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Makes a data folder: keys, certificate, database, settings file.
    Init(Place),
    /// Serves phones and console until it is told to end.
    Serve {
        #[command(flatten)]
        place: Place,
        /// For benchmarks on this machine alone: makes the data folder where there is none, and
        /// writes a ticket for any number of clients of one officer when the server is ready.
        #[arg(long, value_name = "FILE")]
        bench_enrol: Option<PathBuf>,
    },
    /// People: add, list, passwd.
    User {
        #[command(flatten)]
        place: Place,
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Phones: code, list, revoke.
    Device {
        #[command(flatten)]
        place: Place,
        #[command(subcommand)]
        command: DeviceCommand,
    },
    /// Takes in what a phone handed in as a file, and writes the receipts that go back to it. 0: all of
    /// it is in custody; 1: refused, or not all of it.
    HandIn {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        args: hand_in::HandInArgs,
    },
    /// Writes a journal or a case with what vouches for it into a folder that an outsider can check
    /// (docs/FORMAT.md).
    Export {
        #[command(flatten)]
        place: Place,
        #[command(subcommand)]
        command: ExportCommand,
    },
    /// Reads the court's case list, compares it with what is known and applies it.
    Import {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        args: ImportArgs,
    },
    /// Takes a list version and every later one back.
    Rollback {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        args: RollbackArgs,
    },
    /// Compares records with the case list: try, list, decide.
    Reconcile {
        #[command(flatten)]
        place: Place,
        #[command(subcommand)]
        command: ReconcileCommand,
    },
    /// Gives a case to an officer beside the list, takes it back, or lists its assignments.
    Assign {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        args: AssignArgs,
    },
    /// Lists the field's records.
    Records {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        args: RecordsArgs,
    },
    /// Backs database, settings and evidence up into a folder while the server serves.
    Backup {
        #[command(flatten)]
        place: Place,
        /// The folder of the backup; what it holds already is not copied again.
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
        /// Takes the keys along. Whoever has them can sign receipts in the court's name.
        #[arg(long)]
        with_keys: bool,
        /// Answers in JSON.
        #[arg(long)]
        json: bool,
    },
    /// Makes a data folder out of a backup.
    Restore {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        args: RestoreArgs,
    },
    /// Looks over settings, keys, database and evidence, and says what to do. 0: well; 1: warnings;
    /// 2: errors.
    Doctor {
        #[command(flatten)]
        place: Place,
        /// Answers in JSON.
        #[arg(long)]
        json: bool,
    },
    /// Reads everything again and compares it with what was signed.
    Verify {
        #[command(flatten)]
        place: Place,
        /// Answers in JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Which server, and the settings that win over its file.
#[derive(Args)]
struct Place {
    /// The data folder.
    #[arg(long, env = "WAIQIN_DATA", value_name = "DIR", global = true)]
    data: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

/// Runs the command that the arguments name (the first is the program's name). 0: done; 1: failed,
/// said on stderr; 2: the arguments are not understood.
pub fn main_with(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&anyhow::Error::new(error)),
    };
    match runtime.block_on(run(cli)) {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let (lang, words) = (cli.lang, Words::of(cli.lang));
    let done = match cli.command {
        Command::Init(place) => {
            let data = place.data()?;
            let court = place.settings.court.clone().unwrap_or_default();
            let made = init::init(&data, place.settings).await;
            let server = made.map_err(|error| not_made(error, words))?;
            let data = data.display();
            Said::well(fill(
                words.initialised,
                &[("court", &court), ("data", &data), ("server", &server)],
            ))
        }
        Command::Serve { place, bench_enrol } => {
            let settings = place.settings.clone();
            let mut config = place.config(words)?;
            let bench = match bench_enrol {
                Some(file) => Some(Bench::prepare(&mut config, &settings, file, words).await?),
                None => None,
            };
            serve::run(config, bench).await?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::User { place, command } => {
            Said::well(user::run(&place.court(words).await?, command, words).await?)
        }
        Command::Device { place, command } => {
            Said::well(device::run(&place.court(words).await?, command, words).await?)
        }
        Command::HandIn { place, args } => {
            hand_in::run(&place.court(words).await?, &args, lang).await?
        }
        Command::Export { place, command } => {
            export::run(&place.court(words).await?, command, lang).await?
        }
        Command::Import { place, args } => {
            import::import(&place.court(words).await?, args, lang).await?
        }
        Command::Rollback { place, args } => {
            import::rollback(&place.court(words).await?, args, lang).await?
        }
        Command::Reconcile { place, command } => {
            reconcile::run(&place.court(words).await?, command, lang).await?
        }
        Command::Assign { place, args } => {
            assign::run(&place.court(words).await?, args, lang).await?
        }
        Command::Records { place, args } => {
            records::run(&place.court(words).await?, &args, lang).await?
        }
        Command::Backup {
            place,
            to,
            with_keys,
            json,
        } => {
            let keeping = keeping::Words::of(lang);
            let court = place.court(words).await?;
            let done = backup::backup(&court, &to, with_keys, keeping).await?;
            let text = shown(&done, json, || backup::said(&done, keeping))?;
            Said::ended(text, ended(done.ok))
        }
        Command::Restore { place, args } => {
            let keeping = keeping::Words::of(lang);
            let done = restore::restore(&args, &place.data()?, &SystemClock, keeping).await?;
            Said::well(restore::said(&done, keeping))
        }
        Command::Doctor { place, json } => {
            let words = doctor_words::Words::of(lang);
            let (data, clock) = (place.data()?, &SystemClock);
            let report = doctor::doctor(&data, place.settings, clock, words).await;
            let text = shown(&report, json, || doctor::said(&report))?;
            Said::ended(text, ExitCode::from(report.worst as u8))
        }
        Command::Verify { place, json } => {
            let report = verify::verify(&place.court(words).await?).await?;
            let text = shown(&report, json, || verify::said(&report, words))?;
            Said::ended(text, ended(report.ok))
        }
    };
    Ok(said(done))
}

/// An answer as JSON where that was asked for, else in words.
fn shown(
    answer: &impl serde::Serialize,
    json: bool,
    in_words: impl FnOnce() -> String,
) -> anyhow::Result<String> {
    match json {
        true => Ok(serde_json::to_string(answer)?),
        false => Ok(in_words()),
    }
}

fn ended(well: bool) -> ExitCode {
    if well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

impl Place {
    fn data(&self) -> anyhow::Result<PathBuf> {
        self.data.clone().context("--data DIR says which server")
    }

    fn config(self, words: &Words) -> anyhow::Result<Config> {
        let loaded = Config::load(&self.data()?, self.settings);
        loaded.map_err(|error| not_usable(error, words))
    }

    async fn court(self, words: &Words) -> anyhow::Result<Court> {
        Ok(Court::open(&self.config(words)?, Arc::new(SystemClock)).await?)
    }
}

/// Why no data folder was made, for whoever asked for one.
fn not_made(error: InitError, words: &Words) -> anyhow::Error {
    let said = match error {
        InitError::Already { data } => fill(words.already, &[("data", &data.display())]),
        InitError::Code { code } => fill(words.bad_code, &[("code", &code)]),
        InitError::Config(error) => return not_usable(error, words),
        error @ (InitError::Write { .. }
        | InitError::Keys(_)
        | InitError::Tls(_)
        | InitError::Db(_)) => return error.into(),
    };
    anyhow::Error::msg(said)
}

/// Why settings cannot be used, for whoever wrote them.
fn not_usable(error: ConfigError, words: &Words) -> anyhow::Error {
    match error {
        ConfigError::Rules(why) => anyhow::Error::msg(rules_refused(&why, words)),
        error @ (ConfigError::Read { .. }
        | ConfigError::Toml { .. }
        | ConfigError::Value { .. }) => error.into(),
    }
}

/// Why the court cannot weigh the rules so, for whoever wrote the table.
fn rules_refused(why: &RuleSetError, words: &Words) -> String {
    let percent = |name, range: std::ops::RangeInclusive<u32>, value| {
        let (min, max) = range.into_inner();
        fill(
            words.rules_percent,
            &[
                ("name", &name),
                ("min", &min),
                ("max", &max),
                ("value", value),
            ],
        )
    };
    match why {
        RuleSetError::Unknown(id) => fill(words.rules_unknown, &[("id", id)]),
        RuleSetError::NeverBlocks(id) => fill(words.rules_never_block, &[("id", id)]),
        RuleSetError::Excess(value) => percent("excess_percent", EXCESS_PERCENT, value),
        RuleSetError::ForcedSale(value) => {
            percent("forced_sale_percent", FORCED_SALE_PERCENT, value)
        }
    }
}

fn lang(text: &str) -> Result<Lang, String> {
    Lang::from_tag(text).ok_or_else(|| "zh or en".to_owned())
}

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the command's answer, and what stands against it"
)]
fn said(said: Said) -> ExitCode {
    println!("{}", said.answer);
    if let Some(trouble) = said.trouble {
        eprintln!("{trouble}");
    }
    said.code
}

#[expect(clippy::print_stderr, reason = "the command's refusal")]
fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("waiqin-server: {error:#}");
    ExitCode::FAILURE
}
