//! The command line of `waiqin-phone`.

use crate::host::{self, PagesSettings, Settings};
use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use std::ffi::OsString;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use waiqin_core::{HandInScope, Pin, Session, UnlockError};
use waiqin_protocol::ids::OfficerId;
use zeroize::Zeroizing;

/// The phone's pages on a desktop.
#[derive(Debug, Parser)]
#[command(name = "waiqin-phone", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Open the phone in a folder and show its pages on loopback.
    Serve(Serve),
    /// Write what an officer's journal and receipts hold as readable files.
    Export(Export),
    /// Write what the court has no receipt for into a package, sealed to the court.
    HandIn(HandIn),
    /// Take in the receipts that came back for a package.
    TakeReceipts(TakeReceipts),
    /// Copy what a broken phone holds, with the court's recovery key, into a bundle to hand in.
    Rescue(Rescue),
}

#[derive(Debug, Args)]
struct Serve {
    /// The phone's own folder; made when it is not there.
    #[arg(long)]
    dir: PathBuf,
    /// Where to listen: an address of 127.0.0.1, port 0 for any.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// An enrolment ticket, to be filled in on the first page.
    #[arg(long)]
    ticket: Option<String>,
    /// The court's clock begins at this time (ms UTC) instead of now: for demonstrations.
    #[arg(long, value_name = "MS")]
    court_clock: Option<i64>,
    /// What the phone calls itself.
    #[arg(long, default_value = host::DEVICE_NAME)]
    device_name: String,
    /// Lock after this many minutes without use.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=240))]
    idle_minutes: u16,
    /// Read commands from standard input: offline, online, enter, quit.
    #[arg(long)]
    commands: bool,
}

/// An officer of a phone that is not open elsewhere.
#[derive(Debug, Args)]
struct Who {
    /// The phone's folder.
    #[arg(long)]
    dir: PathBuf,
    /// The officer's id.
    #[arg(long)]
    officer: OfficerId,
    /// File with the PIN, or - for standard input.
    #[arg(long)]
    pin_file: PathBuf,
}

#[derive(Debug, Args)]
struct Export {
    #[command(flatten)]
    who: Who,
    /// Folder to write to.
    #[arg(long)]
    to: PathBuf,
}

#[derive(Debug, Args)]
struct HandIn {
    #[command(flatten)]
    who: Who,
    /// The package: a new file, its name ending in .wqpack.
    #[arg(long)]
    to: PathBuf,
    /// Also what has a receipt: for a court that was restored and lacks it.
    #[arg(long)]
    everything: bool,
}

#[derive(Debug, Args)]
struct TakeReceipts {
    #[command(flatten)]
    who: Who,
    /// The receipts: a .wqreceipts file of the court.
    #[arg(long)]
    from: PathBuf,
}

#[derive(Debug, Args)]
struct Rescue {
    /// The phone's folder; it is only read.
    #[arg(long)]
    dir: PathBuf,
    /// The court's recovery key: `keys/recovery.key` of the server's data folder.
    #[arg(long)]
    recovery_key: PathBuf,
    /// Folder to write to; it must be new or empty.
    #[arg(long)]
    to: PathBuf,
}

/// The program: parses, runs, and tells what went wrong on standard error.
#[must_use]
pub fn main_with(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way too; clap knows which is an error.
            let told = error.print();
            let failed = error.use_stderr() || told.is_err();
            return if failed {
                ExitCode::from(2)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    let done = match cli.command {
        Command::Serve(serve) => serve.run(),
        Command::Export(export) => export.run(),
        Command::HandIn(hand_in) => hand_in.run(),
        Command::TakeReceipts(take) => take.run(),
        Command::Rescue(rescue) => rescue.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut err = std::io::stderr().lock();
            // Nothing can be done when standard error is gone too.
            let _ = writeln!(err, "waiqin-phone: {error:#}");
            ExitCode::FAILURE
        }
    }
}

impl Serve {
    fn run(self) -> Result<()> {
        tracing_subscriber::fmt()
            .with_writer(std::io::stderr)
            .with_env_filter(
                tracing_subscriber::EnvFilter::try_from_env("WAIQIN_LOG")
                    .unwrap_or_else(|_| "info".into()),
            )
            .try_init()
            .map_err(|error| anyhow::anyhow!("{error}"))
            .context("begin the log")?;
        let settings = Settings {
            dir: self.dir,
            device_name: self.device_name,
            pages: PagesSettings {
                listen: self.listen,
                ticket: self.ticket,
                court_clock_ms: self.court_clock,
                idle_ms: i64::from(self.idle_minutes) * 60_000,
                has_switch: true,
            },
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .context("start the runtime")?;
        runtime.block_on(async {
            let ended = host::ended_by_signal()?;
            let phone = host::Host::open(settings).await?;
            say(&serde_json::json!({
                "ready": true,
                "http": phone.address().to_string(),
                "enter": phone.ui().entry_link(),
            }))?;
            let commands = self.commands.then(host::stdin_lines);
            phone.run(commands, say, ended).await
        })
    }
}

impl Who {
    /// Unlocks the officer, does something and locks.
    fn with<T>(&self, work: impl FnOnce(&Arc<Session>) -> Result<T>) -> Result<T> {
        let pin = read_pin(&self.pin_file)?;
        let phone = host::open_phone(&self.dir, None, host::DEVICE_NAME)?.phone;
        let session = phone.unlock(self.officer, &pin).map_err(|error| {
            if matches!(error, UnlockError::WrongPin { .. }) {
                anyhow::anyhow!("the PIN is wrong")
            } else {
                anyhow::Error::new(error).context("unlock the officer")
            }
        })?;
        let done = work(&session);
        session.lock();
        done
    }
}

impl Export {
    fn run(self) -> Result<()> {
        let export = |session: &Arc<Session>| session.export(&self.to).context("export");
        let done = self.who.with(export)?;
        say(&serde_json::json!({ "lines": done.lines }))
    }
}

impl HandIn {
    fn run(self) -> Result<()> {
        let scope = match self.everything {
            true => HandInScope::Everything,
            false => HandInScope::Undelivered,
        };
        let write = |session: &Arc<Session>| session.hand_in(&self.to, scope).context("hand in");
        let done = self.who.with(write)?;
        say(&serde_json::to_value(&done).context("say what the package holds")?)
    }
}

impl TakeReceipts {
    fn run(self) -> Result<()> {
        let mut file = std::fs::File::open(&self.from)
            .with_context(|| format!("open {}", self.from.display()))?;
        let take = |session: &Arc<Session>| {
            session
                .take_receipts(&mut file)
                .context("take the receipts")
        };
        let done = self.who.with(take)?;
        say(&serde_json::to_value(done).context("say what they brought")?)
    }
}

impl Rescue {
    /// Ends with success when every officer's folder opened, whatever was found damaged in it: that
    /// stands in the answer.
    fn run(self) -> Result<()> {
        let mut text = Zeroizing::new(String::new());
        std::fs::File::open(&self.recovery_key)
            .and_then(|file| file.take(256).read_to_string(&mut text))
            .context("read the recovery key")?;
        let mut key = Zeroizing::new([0u8; 32]);
        hex::decode_to_slice(text.trim(), &mut *key)
            .context("the recovery key is not 64 hexadecimal digits")?;
        let done = waiqin_core::rescue(&self.dir, &key, &self.to)
            .with_context(|| format!("rescue {}", self.dir.display()))?;
        say(&serde_json::to_value(&done).context("say what was found")?)?;
        if done.closed.is_empty() {
            Ok(())
        } else {
            anyhow::bail!(
                "this recovery key does not open: {}",
                done.closed.join(", ")
            )
        }
    }
}

fn read_pin(from: &Path) -> Result<Pin> {
    let mut text = Zeroizing::new(String::new());
    let bounded = |input: &mut dyn Read, text: &mut String| input.take(256).read_to_string(text);
    if from == Path::new("-") {
        bounded(&mut std::io::stdin().lock(), &mut text).context("read the PIN")?;
    } else {
        let mut file = std::fs::File::open(from).context("open the PIN file")?;
        bounded(&mut file, &mut text).context("read the PIN file")?;
    }
    Pin::new(text.trim()).context("the PIN file")
}

/// One line of JSON on standard output.
fn say(line: &serde_json::Value) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .context("write to standard output")
}
