//! The command line: reads arguments, runs one command, says how it ended.

use crate::commands::init;
use crate::config::Settings;
use crate::words::cli::Words;
use clap::{Args, Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
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
    Init(InitArgs),
}

/// Where the server's folder is.
#[derive(Args)]
struct Data {
    /// The data folder.
    #[arg(long = "data", env = "WAIQIN_DATA", value_name = "DIR")]
    dir: PathBuf,
}

#[derive(Args)]
struct InitArgs {
    #[command(flatten)]
    data: Data,
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
    let words = Words::of(cli.lang);
    match cli.command {
        Command::Init(args) => {
            let court = args.settings.court.clone().unwrap_or_default();
            let server = init::init(&args.data.dir, args.settings).await?;
            let data = args.data.dir.display();
            say(&fill(
                words.initialised,
                &[("court", &court), ("data", &data), ("server", &server)],
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn lang(text: &str) -> Result<Lang, String> {
    Lang::from_tag(text).ok_or_else(|| "zh or en".to_owned())
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
fn say(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "the command's refusal")]
fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("waiqin-server: {error:#}");
    ExitCode::FAILURE
}
