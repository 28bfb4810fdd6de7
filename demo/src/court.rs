//! The demo's court: 广州市南沙区人民法院 on 2019-07-02, with the sample list of July imported.

use crate::args;
use crate::process::{Role, Running, run};
use anyhow::{Context, Result};
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The list of 2019-07-01, as the court exported it.
pub const LIST_JULY: &[u8] = include_bytes!("../lists/case-list-2019-07-01.gbk.csv");
/// The list of 2019-08-01.
pub const LIST_AUGUST: &[u8] = include_bytes!("../lists/case-list-2019-08-01.xlsx");
/// When the court's clock starts.
pub const COURT_CLOCK: &str = "2019-07-02T08:30:00+08:00";
/// The same, ms UTC.
pub const COURT_CLOCK_MS: i64 = 1_562_027_400_000;

/// An office or field user of the demo; sample people are masked.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// Sign-in name.
    pub login: &'static str,
    /// Name shown.
    pub name: &'static str,
    /// Name in the list's 承办人 column.
    pub list_name: &'static str,
    /// Role.
    pub role: &'static str,
}

/// The officer of the seed's case B.
pub const OFFICER: Person = Person {
    login: "wang",
    name: "王某",
    list_name: "王法官",
    role: "officer",
};
/// The second officer.
pub const SECOND: Person = Person {
    login: "lin",
    name: "林某",
    list_name: "林法官",
    role: "officer",
};
/// The clerk who imports lists.
pub const CLERK: Person = Person {
    login: "clerk",
    name: "何某",
    list_name: "何某",
    role: "clerk",
};
/// Who commands: lets held entries stand.
pub const COMMAND: Person = Person {
    login: "command",
    name: "许某",
    list_name: "许某",
    role: "command",
};
/// The administrator who hands out enrolment tickets.
pub const ADMIN: Person = Person {
    login: "admin",
    name: "欧某",
    list_name: "欧某",
    role: "admin",
};

/// A court's folder.
pub struct Court {
    /// The server's data folder.
    pub data: PathBuf,
    /// Where processes write their logs.
    pub logs: PathBuf,
}

impl Court {
    /// The court in a folder.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        Self {
            data: folder.join("court"),
            logs: folder.join("logs"),
        }
    }

    /// Whether it was set up before.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.data.join("waiqin.db").is_file()
    }

    /// Sets the court up: keys, people. `password` is everybody's. Phones keep the address of their
    /// ticket, so the port of HTTPS is written into the court's settings and stays.
    ///
    /// # Errors
    /// When a command fails: with what it said.
    pub async fn set_up(&self, password: &str, https_port: u16) -> Result<()> {
        std::fs::create_dir_all(&self.logs)?;
        let args = args![
            "init",
            "--court",
            "广州市南沙区人民法院",
            "--code",
            "粤0115",
            "--code",
            "粤0191"
        ];
        self.command(args, None).await?;
        let mut settings = std::fs::OpenOptions::new()
            .append(true)
            .open(self.data.join("waiqin.toml"))?;
        writeln!(settings, "tls_listen = \"127.0.0.1:{https_port}\"")?;
        writeln!(settings, "public_url = \"https://127.0.0.1:{https_port}\"")?;
        writeln!(settings, "court_clock = \"{COURT_CLOCK}\"")?;
        for person in [OFFICER, SECOND, CLERK, COMMAND, ADMIN] {
            let args = args![
                "user",
                "add",
                "--login",
                person.login,
                "--name",
                person.name,
                "--list-name",
                person.list_name,
                "--role",
                person.role,
                "--password-file",
                "-",
            ];
            self.command(args, Some(password)).await?;
        }
        Ok(())
    }

    /// Imports a list through the command line; returns what `--json` printed.
    ///
    /// # Errors
    /// When the list is refused: with the reason.
    pub async fn import(
        &self,
        file_name: &str,
        bytes: &[u8],
        preview: bool,
    ) -> Result<serde_json::Value> {
        let file = self.logs.join(file_name);
        std::fs::write(&file, bytes)?;
        let mut args = args!["import", file.as_os_str(), "--json"].to_vec();
        if preview {
            args.push("--preview".into());
        }
        let said = self.command(args, None).await?;
        serde_json::from_str(&said).with_context(|| format!("import printed {said}"))
    }

    /// A one-time enrolment ticket for an officer.
    ///
    /// # Errors
    /// When the command fails.
    pub async fn ticket(&self, person: Person) -> Result<String> {
        let said = self
            .command(args!["device", "code", "--login", person.login], None)
            .await?;
        said.split_whitespace()
            .find(|word| word.starts_with("waiqin1:"))
            .map(str::to_owned)
            .with_context(|| format!("no ticket in {said}"))
    }

    /// Runs a command of the server on this court's folder.
    ///
    /// # Errors
    /// When it fails: with what it said.
    pub async fn command(
        &self,
        args: impl IntoIterator<Item = OsString>,
        input: Option<&str>,
    ) -> Result<String> {
        let mut args: Vec<OsString> = args.into_iter().collect();
        args.extend(args!["--data", self.data.as_os_str()]);
        run(Role::Server, &args, input).await
    }

    /// Starts the server: console on loopback HTTP, phones over TLS.
    ///
    /// # Errors
    /// When it does not become ready.
    pub async fn serve(&self, http_port: u16) -> Result<Running> {
        let listen = format!("127.0.0.1:{http_port}");
        let args = args!["serve", "--data", self.data.as_os_str(), "--listen", listen];
        Running::start(Role::Server, &args, &self.logs.join("server.log")).await
    }
}

/// Starts a phone on a folder.
///
/// # Errors
/// When it does not become ready.
pub async fn phone(dir: &Path, logs: &Path, port: u16, ticket: Option<&str>) -> Result<Running> {
    let mut args = args![
        "serve",
        "--dir",
        dir.as_os_str(),
        "--listen",
        format!("127.0.0.1:{port}"),
        "--commands",
        "--court-clock",
        COURT_CLOCK_MS.to_string(),
    ]
    .to_vec();
    if let Some(ticket) = ticket {
        args.extend(args!["--ticket", ticket]);
    }
    let name = dir
        .file_name()
        .map_or_else(|| "phone".into(), |name| name.to_string_lossy());
    Running::start(Role::Phone, &args, &logs.join(format!("{name}.log"))).await
}
