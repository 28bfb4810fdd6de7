//! A court with two officers and one case, as a process; and its copy, which keeps the same keys,
//! people and tickets, so that the same acts can be done twice.

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const LIST: &str = "案件标识,案号,立案日期,案由,申请执行人,被执行人,承办人\n\
                    1001,（2019）粤0115执100号,2019-01-02,买卖合同纠纷,某公司,李某,王某\n\
                    1002,（2019）粤0115执101号,2019-01-03,买卖合同纠纷,某公司,张某,林某\n";

/// Sign-in name, name.
const OFFICERS: [(&str, &str); 2] = [("wang", "王某"), ("lin", "林某")];

/// A court's folder that nobody serves.
pub struct Folder(PathBuf);

/// A court that serves.
pub struct Court {
    pub data: PathBuf,
    child: Child,
    ready: Value,
}

impl Folder {
    pub fn set_up(data: &Path) -> Result<Self> {
        let folder = Self(data.to_owned());
        folder.command(&["init", "--court", "某法院", "--code", "粤0115"])?;
        let settings = data.join("waiqin.toml");
        let mut settings = std::fs::OpenOptions::new().append(true).open(settings)?;
        writeln!(settings, "court_clock = \"2019-07-02T08:30:00+08:00\"")?;
        for (login, name) in OFFICERS {
            let user = ["user", "add", "--login", login, "--name", name];
            let more = ["--list-name", name, "--role", "officer"];
            folder.command(&[&user[..], &more[..]].concat())?;
        }
        let list = data.join("list.csv");
        std::fs::write(&list, LIST)?;
        folder.command(&["import", list.to_str().context("a path that is no text")?])?;
        Ok(folder)
    }

    /// A ticket as the office hands it out, of a court without an address yet.
    pub fn ticket(&self, login: &str) -> Result<String> {
        let said = self.command(&["device", "code", "--login", login, "--json"])?;
        let said: Value = serde_json::from_str(&said)?;
        Ok(said["ticket"].as_str().context("no ticket")?.to_owned())
    }

    pub fn copy_to(&self, data: &Path) -> Result<Self> {
        let copied = Command::new("cp").arg("-r").arg(&self.0).arg(data).status();
        ensure!(copied?.success(), "the court's folder was not copied");
        Ok(Self(data.to_owned()))
    }

    pub fn serve(self) -> Result<Court> {
        let log = std::fs::File::create(self.0.with_extension("log"))?;
        let mut child = Command::new(program()?)
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--tls-listen",
                "127.0.0.1:0",
            ])
            .arg("--data")
            .arg(&self.0)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("no output")?).read_line(&mut line)?;
        let ready = serde_json::from_str(&line).context("the court does not serve")?;
        Ok(Court {
            data: self.0,
            child,
            ready,
        })
    }

    fn command(&self, args: &[&str]) -> Result<String> {
        command(&self.0, args)
    }
}

impl Court {
    /// A ticket, leading to where this court listens over TLS, with its key pinned.
    pub fn leading_here(&self, ticket: &str) -> Result<String> {
        let mut ticket = json_of(ticket)?;
        let address = self.ready["https"].as_str().context("no address")?;
        ticket["url"] = format!("https://{address}").into();
        ticket["tls"] = self.ready["tls_pin"].clone();
        Ok(text_of(&ticket))
    }

    /// A ticket that leads here and pins the key of another.
    pub fn with_another_key(&self, ticket: &str) -> Result<String> {
        let here = self.leading_here(ticket)?;
        let mut ticket = json_of(&here)?;
        ticket["tls"] = "ab".repeat(32).into();
        Ok(text_of(&ticket))
    }

    /// The office's command that takes a package in.
    pub fn hand_in(&self) -> Result<Value> {
        Ok(json!([program()?, "hand-in", "--data", self.data]))
    }

    /// Ends it as an operator does, and has it verify what it holds.
    pub fn end_and_verify(&mut self) -> Result<Value> {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status()?;
        ensure!(told.success(), "the court is not there any more");
        ensure!(self.child.wait()?.success(), "the court did not end well");
        let report: Value = serde_json::from_str(&command(&self.data, &["verify", "--json"])?)?;
        ensure!(report["ok"] == true, "{report}");
        Ok(report)
    }
}

impl Drop for Court {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn json_of(ticket: &str) -> Result<Value> {
    let text = ticket.strip_prefix("waiqin1:").context("no ticket")?;
    Ok(serde_json::from_slice(&BASE64.decode(text)?)?)
}

fn text_of(ticket: &Value) -> String {
    format!("waiqin1:{}", BASE64.encode(ticket.to_string()))
}

fn command(data: &Path, args: &[&str]) -> Result<String> {
    let output = Command::new(program()?)
        .args(args)
        .arg("--data")
        .arg(data)
        .output()?;
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{args:?}: {error}");
    Ok(String::from_utf8(output.stdout)?)
}

fn program() -> Result<PathBuf> {
    let program = Path::new(env!("CARGO_BIN_EXE_waiqin-bench")).with_file_name("waiqin-server");
    ensure!(program.exists(), "{} is not built", program.display());
    Ok(program)
}
