//! A server and clients of the benchmark as processes, watched from outside.

use crate::proxy::{Line, Proxy};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// `waiqin-server serve --bench-enrol`, ended when dropped.
pub struct Server {
    program: PathBuf,
    data: PathBuf,
    /// Where the ticket stands.
    pub enrol: PathBuf,
    /// Where it listens.
    pub address: SocketAddr,
    child: Child,
}

impl Server {
    /// Starts a server in a folder, which is made when it is empty.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(program: &Path, dir: &Path) -> Result<Self> {
        let (data, enrol) = (dir.join("court"), dir.join("ticket"));
        let log = std::fs::File::create(dir.join("server.log"))?;
        let mut child = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(&data)
            .arg("--bench-enrol")
            .arg(&enrol)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .with_context(|| format!("start {}", program.display()))?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("no output")?).read_line(&mut line)?;
        let ready: Value = serde_json::from_str(&line).context("the server does not start")?;
        let address = ready["http"].as_str().context("no address")?.parse()?;
        Ok(Self {
            program: program.to_owned(),
            data,
            enrol,
            address,
            child,
        })
    }

    /// Its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// A line of a kind to it.
    pub async fn line(&self, line: Line) -> Proxy {
        Proxy::to(self.address, line).await
    }

    /// Ends it as an operator does, and has it verify what it holds.
    ///
    /// # Errors
    /// When it does not end, or something it holds does not fit.
    pub fn end_and_verify(mut self) -> Result<Value> {
        let told = Command::new("kill")
            .args(["-TERM", &self.id().to_string()])
            .status()?;
        ensure!(told.success(), "the server is not there any more");
        let until = Instant::now() + Duration::from_secs(30);
        while self.child.try_wait()?.is_none() {
            ensure!(Instant::now() < until, "the server does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
        let output = Command::new(&self.program)
            .args(["verify", "--json", "--data"])
            .arg(&self.data)
            .output()?;
        let report: Value = serde_json::from_slice(&output.stdout)?;
        ensure!(report["ok"] == true, "{report}");
        Ok(report)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a phase as a process of its own; what its last line says.
///
/// # Errors
/// When it fails, or its last line does not say that all is well.
pub async fn phase(bench: &Path, name: &str, env: &[(&str, &OsStr)]) -> Result<Value> {
    let output = tokio::process::Command::new(bench)
        .arg(name)
        .envs(env.iter().copied())
        .stderr(Stdio::inherit())
        .output()
        .await?;
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().last().unwrap_or_default();
    ensure!(output.status.success(), "{name}: {last}");
    let said: Value = serde_json::from_str(last)?;
    ensure!(said["ok"] == true, "{name}: {said}");
    Ok(said)
}

/// A line of a process's status, in KiB: `VmRSS`, `VmHWM`.
#[must_use]
pub fn memory_kb(process: u32, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|it| it.parse().ok()).unwrap_or(0)
}
