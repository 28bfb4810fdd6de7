//! Server and phone as processes of their own: this program, executed again with a role.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::ffi::OsString;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// First argument that makes this program one of the others.
pub const ROLE: &str = "--as";

/// Which program this one becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// `waiqin-server`
    Server,
    /// `waiqin-phone`
    Phone,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Server => "waiqin-server",
            Self::Phone => "waiqin-phone",
        }
    }

    /// The role named by an argument.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Server, Self::Phone]
            .into_iter()
            .find(|role| role.name() == name)
    }
}

/// A process that has said it is ready.
pub struct Running {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: tokio::io::Lines<BufReader<ChildStdout>>,
    /// What it said when it was ready.
    pub ready: Value,
}

impl Running {
    /// Starts a role and waits for its ready line; what it logs goes to a file.
    ///
    /// # Errors
    /// When it ends before it is ready: then with the end of its log.
    pub async fn start(role: Role, args: &[OsString], log: &Path) -> Result<Self> {
        let log_file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(log)?;
        let mut child = command(role, args)?
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log_file)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("start {}", role.name()))?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().context("no stdout")?;
        let mut lines = BufReader::new(stdout).lines();
        loop {
            let Some(line) = lines.next_line().await? else {
                let status = child.wait().await?;
                let said = std::fs::read_to_string(log).unwrap_or_default();
                let tail: Vec<&str> = said.lines().rev().take(12).collect();
                let tail: Vec<&str> = tail.into_iter().rev().collect();
                bail!(
                    "{} ended before it was ready ({status})\n{}",
                    role.name(),
                    tail.join("\n")
                );
            };
            if let Ok(ready) = serde_json::from_str::<Value>(&line)
                && ready["ready"] == true
            {
                return Ok(Self {
                    child,
                    stdin,
                    lines,
                    ready,
                });
            }
        }
    }

    /// A member of the ready line.
    ///
    /// # Errors
    /// When it is not there.
    pub fn said(&self, name: &str) -> Result<&str> {
        self.ready[name]
            .as_str()
            .with_context(|| format!("the ready line has no {name}"))
    }

    /// Sends a command line and returns the line of JSON that answers it.
    ///
    /// # Errors
    /// When the process is gone or answers something else.
    pub async fn ask(&mut self, line: &str) -> Result<Value> {
        let stdin = self.stdin.as_mut().context("no stdin")?;
        stdin.write_all(format!("{line}\n").as_bytes()).await?;
        stdin.flush().await?;
        let answer = self
            .lines
            .next_line()
            .await?
            .context("the process is gone")?;
        serde_json::from_str(&answer).with_context(|| format!("{line} was answered by {answer}"))
    }

    /// Ends it as an administrator would: SIGTERM, and a while to put things down.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn stop(mut self) -> Result<ExitStatus> {
        if let Some(pid) = self.child.id().and_then(|id| i32::try_from(id).ok())
            && let Some(pid) = rustix::process::Pid::from_raw(pid)
        {
            rustix::process::kill_process(pid, rustix::process::Signal::TERM)?;
        }
        tokio::time::timeout(Duration::from_secs(30), self.child.wait())
            .await
            .context("it did not end within 30 s")?
            .context("wait")
    }

    /// Ends it as a flat battery would: SIGKILL.
    ///
    /// # Errors
    /// When it cannot be ended.
    pub async fn kill(mut self) -> Result<()> {
        self.child.kill().await.context("kill")
    }

    /// Waits until it ends by itself.
    ///
    /// # Errors
    /// When waiting fails.
    pub async fn ended(&mut self) -> Result<ExitStatus> {
        self.child.wait().await.context("wait")
    }
}

/// Runs a role to its end and returns what it printed.
///
/// # Errors
/// When it fails: then with what it said.
pub async fn run(role: Role, args: &[OsString], input: Option<&str>) -> Result<String> {
    let mut child = command(role, args)?
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().context("no stdin")?;
    stdin
        .write_all(input.unwrap_or_default().as_bytes())
        .await?;
    drop(stdin);
    let output = child.wait_with_output().await?;
    if !output.status.success() {
        bail!(
            "{}: {}",
            role.name(),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// `args!["serve", "--data", path]`: arguments of different string types.
#[macro_export]
macro_rules! args {
    ($($arg:expr),* $(,)?) => { [$(std::ffi::OsString::from($arg)),*] };
}

/// The demo is one program and becomes the others; a test finds the real ones beside itself.
fn command(role: Role, args: &[OsString]) -> Result<Command> {
    let me = std::env::current_exe().context("find this program")?;
    if me.file_stem().is_some_and(|name| name == "waiqin-demo") {
        let mut command = Command::new(me);
        command.arg(ROLE).arg(role.name()).args(args);
        return Ok(command);
    }
    let beside = me.ancestors().nth(2).context("a folder")?.join(role.name());
    if !beside.is_file() {
        bail!(
            "{} is not built: run `cargo test --workspace`",
            beside.display()
        );
    }
    let mut command = Command::new(beside);
    command.args(args);
    Ok(command)
}
