//! `waiqin-server doctor`: what an administrator wants to know, found without changing anything.
//! It looks from the outside in, each part by itself, so that one which is broken hides no other; what
//! takes long (reading all evidence again, folding all records) is `verify`'s.

use super::backup::KEYS;
use super::verify::{VerifyError, journals, log};
use crate::causes::causes;
use crate::clock::Clock;
use crate::config::{Config, FILE, Settings};
use crate::court::{database_url, open_db};
use crate::db::{Db, DbError, Engine};
use crate::evidence::{EvidenceError, EvidenceStore};
use crate::keys::Keys;
use crate::tls;
use crate::words::doctor::Words;
use serde::Serialize;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use waiqin_protocol::numbers::days::{court_day, date_iso};
use waiqin_protocol::words::fill;

const DAY_MS: i64 = 24 * 3_600_000;
const BACKUP_DAYS: i64 = 7;
const CERTIFICATE_DAYS: i64 = 30;
/// Room on the data folder's disk below which people should act, and below which little is taken in any
/// more, bytes.
const ROOM: u64 = 2 << 30;
const ROOM_GONE: u64 = 256 << 20;
const ROWS_AT_ONCE: u32 = 500;
/// As many hashes and misfits stand in a sentence; `verify` names all.
const NAMED: usize = 5;

/// How bad a finding is; also the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Well.
    Well = 0,
    /// Should be looked at.
    Warning = 1,
    /// Wrong.
    Error = 2,
}

/// Something that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at: `folder`, `disk`, `settings`, `keys`, `tls`, `database`, `chains`, `scopes`,
    /// `digests`, `evidence`, `uploads`, `backup`.
    pub check: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The severity in words.
    pub mark: &'static str,
    /// What was found, and what it means.
    pub says: String,
    /// What to do about it.
    pub todo: Option<&'static str>,
}

/// What doctor found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The worst of the findings.
    pub worst: Severity,
    /// Every finding, in the order of looking.
    pub findings: Vec<Finding>,
}

/// What stopped a look at an opened database.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Verify(#[from] VerifyError),
}

struct Doctor<'a> {
    data: &'a Path,
    now_ms: i64,
    words: &'static Words,
    findings: Vec<Finding>,
}

/// Looks a data folder over.
pub async fn doctor(
    data: &Path,
    settings: Settings,
    clock: &dyn Clock,
    words: &'static Words,
) -> Report {
    let mut doctor = Doctor {
        data,
        now_ms: clock.now_ms(),
        words,
        findings: Vec::new(),
    };
    if data.join(FILE).exists() || data.join("keys").exists() {
        doctor.look(settings).await;
    } else {
        let says = fill(words.no_server, &[("data", &data.display())]);
        let todo = Some(words.no_server_do);
        doctor.add("folder", Severity::Error, says, todo);
    }
    let findings = doctor.findings;
    let worst = findings.iter().map(|finding| finding.severity).max();
    Report {
        worst: worst.unwrap_or(Severity::Well),
        findings,
    }
}

/// What the command says.
#[must_use]
pub fn said(report: &Report) -> String {
    let mut lines = Vec::new();
    for finding in &report.findings {
        lines.push(format!("[{}] {}", finding.mark, finding.says));
        lines.extend(finding.todo.map(|todo| format!("    → {todo}")));
    }
    lines.join("\n")
}

impl Doctor<'_> {
    async fn look(&mut self, settings: Settings) {
        self.disk();
        let keys = self.keys();
        self.certificate();
        if let Some(config) = self.settings(settings)
            && self.database(&config).await
            && let Err(stopped) = self.inside(&config, keys.as_ref()).await
        {
            self.unopened(&config, &stopped);
        }
    }

    fn settings(&mut self, settings: Settings) -> Option<Config> {
        let words = self.words;
        match Config::load(self.data, settings) {
            Ok(config) => {
                let says = fill(words.settings_ok, &[("court", &config.court)]);
                self.well("settings", says);
                Some(config)
            }
            Err(error) => {
                let why = causes(&error);
                self.error("settings", words.settings_bad, &why, words.settings_do);
                None
            }
        }
    }

    fn disk(&mut self) {
        let words = self.words;
        match rustix::fs::statvfs(self.data) {
            Ok(found) => {
                let free = found.f_bavail.saturating_mul(found.f_frsize);
                let severity = severity_of(free);
                let (text, todo) = match severity {
                    Severity::Well => (words.disk_ok, None),
                    Severity::Warning => (words.disk_low, Some(words.disk_do)),
                    Severity::Error => (words.disk_full, Some(words.disk_do)),
                };
                let says = fill(text, &[("mib", &(free >> 20))]);
                self.add("disk", severity, says, todo);
            }
            Err(error) => self.error("disk", words.disk_bad, &causes(&error), words.no_server_do),
        }
    }

    fn keys(&mut self) -> Option<Keys> {
        let words = self.words;
        let mut private = true;
        for name in KEYS {
            let meta = std::fs::metadata(self.data.join("keys").join(name));
            if meta.is_ok_and(|meta| meta.permissions().mode() & 0o077 != 0) {
                private = false;
                let says = fill(words.keys_open, &[("name", &name)]);
                self.add("keys", Severity::Error, says, Some(words.keys_open_do));
            }
        }
        match Keys::open(self.data) {
            Ok(keys) => {
                if private {
                    self.well("keys", words.keys_ok.to_owned());
                }
                Some(keys)
            }
            Err(error) => {
                self.error("keys", words.keys_bad, &causes(&error), words.keys_do);
                None
            }
        }
    }

    fn certificate(&mut self) {
        let words = self.words;
        let end = match tls::server_config(self.data).and_then(|_| tls::end_of(self.data)) {
            Ok(Some(end)) => end,
            Ok(None) => {
                return self.error("tls", words.tls_bad, "X.509", words.tls_renew);
            }
            Err(error) => {
                return self.error("tls", words.tls_bad, &causes(&error), words.keys_do);
            }
        };
        let says = |text| fill(text, &[("day", &day(end))]);
        if end <= self.now_ms {
            let todo = Some(words.tls_renew);
            self.add("tls", Severity::Error, says(words.tls_over), todo);
        } else if end - self.now_ms < CERTIFICATE_DAYS * DAY_MS {
            let todo = Some(words.tls_renew);
            self.add("tls", Severity::Warning, says(words.tls_soon), todo);
        } else {
            self.well("tls", says(words.tls_ok));
        }
    }

    /// The database from outside: whether it may be opened without being changed.
    async fn database(&mut self, config: &Config) -> bool {
        let words = self.words;
        let health = match Db::examine(&database_url(config, "rw")).await {
            Ok(health) => health,
            Err(error) => {
                self.unopened(config, &error);
                return false;
            }
        };
        let count = |text, n: usize| fill(text, &[("n", &n)]);
        if !health.damage.is_empty() {
            let why = few(&health.damage);
            self.error("database", words.database_damaged, &why, words.database_do);
        } else if !health.unknown.is_empty() {
            let says = count(words.database_newer, health.unknown.len());
            let todo = Some(words.database_newer_do);
            self.add("database", Severity::Error, says, todo);
        } else if !health.pending.is_empty() {
            let says = count(words.database_older, health.pending.len());
            let todo = Some(words.database_older_do);
            self.add("database", Severity::Warning, says, todo);
        } else {
            self.well("database", words.database_ok.to_owned());
            return true;
        }
        false
    }

    async fn inside(&mut self, config: &Config, keys: Option<&Keys>) -> Result<(), Stopped> {
        let db = open_db(config).await?;
        if let Some(keys) = keys {
            self.chains(&db, keys).await?;
        }
        self.scopes(&db).await?;
        self.digests(&db).await?;
        self.evidence(&db).await?;
        let words = self.words;
        match db.expired_uploads(self.now_ms - DAY_MS).await? {
            0 => {}
            n => {
                let says = fill(words.uploads_over, &[("n", &n)]);
                self.add("uploads", Severity::Warning, says, Some(words.uploads_do));
            }
        }
        self.backup(&db).await?;
        db.close().await;
        Ok(())
    }

    async fn chains(&mut self, db: &Db, keys: &Keys) -> Result<(), Stopped> {
        let words = self.words;
        let mut problems = Vec::new();
        let log = log::verify(db, &mut problems).await?;
        let key = keys.signer().public_key();
        let (journals, entries) = journals::verify(db, &key, &mut problems).await?;
        for misfit in db.audit_misfits().await?.misfits {
            problems.push(misfit.to_string());
        }
        if problems.is_empty() {
            let says = fill(
                words.chains_ok,
                &[
                    ("log", &log.number),
                    ("journals", &journals.len()),
                    ("entries", &entries),
                ],
            );
            self.well("chains", says);
        } else {
            self.error("chains", words.chains_bad, &few(&problems), words.chains_do);
        }
        Ok(())
    }

    async fn scopes(&mut self, db: &Db) -> Result<(), Stopped> {
        let words = self.words;
        let misfits = db
            .scope_misfits(u32::try_from(NAMED + 1).unwrap_or(u32::MAX))
            .await?;
        if misfits.is_empty() {
            self.well("scopes", words.scopes_ok.to_owned());
        } else {
            let why = few(&misfits);
            self.error("scopes", words.scopes_bad, &why, words.scopes_do);
        }
        Ok(())
    }

    async fn digests(&mut self, db: &Db) -> Result<(), Stopped> {
        let words = self.words;
        let misfits = db.digest_misfits().await?;
        if misfits.is_empty() {
            self.well("digests", words.digests_ok.to_owned());
        } else {
            let why = few(&misfits);
            self.error("digests", words.digests_bad, &why, words.digests_do);
        }
        Ok(())
    }

    async fn evidence(&mut self, db: &Db) -> Result<(), Stopped> {
        let words = self.words;
        let looked = match self.evidence_store() {
            Ok(store) => misfits(db, &store).await?,
            // A court that never served has none.
            Err(_) if db.evidence_after(None, 1).await?.is_empty() => Ok((0, Vec::new())),
            Err(error) => Err(error),
        };
        let (count, bad) = match looked {
            Ok(found) => found,
            Err(error) => {
                let todo = words.evidence_unread_do;
                self.error("evidence", words.evidence_unread, &causes(&error), todo);
                return Ok(());
            }
        };
        if bad.is_empty() {
            let says = fill(words.evidence_ok, &[("n", &count)]);
            self.well("evidence", says);
        } else {
            let says = fill(
                words.evidence_bad,
                &[("n", &bad.len()), ("hashes", &few(&bad))],
            );
            self.add("evidence", Severity::Error, says, Some(words.evidence_do));
        }
        Ok(())
    }

    /// The evidence store; opening one makes its folders, so that one which is not there is an error.
    fn evidence_store(&self) -> Result<EvidenceStore, EvidenceError> {
        let path = self.data.join("evidence");
        match std::fs::metadata(&path) {
            Ok(_) => EvidenceStore::open(self.data),
            Err(source) => Err(EvidenceError::Open { path, source }),
        }
    }

    async fn backup(&mut self, db: &Db) -> Result<(), Stopped> {
        let words = self.words;
        if db.engine() == Engine::Postgres {
            self.well("backup", words.backup_apart.to_owned());
            return Ok(());
        }
        let todo = Some(words.backup_do);
        let Some(newest) = db.newest_backup().await? else {
            let says = words.backup_none.to_owned();
            self.add("backup", Severity::Warning, says, todo);
            return Ok(());
        };
        let day = day(newest.at_ms);
        if self.now_ms - newest.at_ms > BACKUP_DAYS * DAY_MS {
            let says = fill(words.backup_old, &[("day", &day), ("days", &BACKUP_DAYS)]);
            self.add("backup", Severity::Warning, says, todo);
        } else {
            let log = newest.position.number;
            self.well(
                "backup",
                fill(words.backup_ok, &[("day", &day), ("log", &log)]),
            );
        }
        Ok(())
    }

    fn unopened(&mut self, config: &Config, why: &dyn std::error::Error) {
        let words = self.words;
        let todo = match config.database {
            Some(_) => words.database_apart_do,
            None => words.database_do,
        };
        self.error("database", words.database_bad, &causes(why), todo);
    }

    fn well(&mut self, check: &'static str, says: String) {
        self.add(check, Severity::Well, says, None);
    }

    fn error(&mut self, check: &'static str, text: &str, why: &str, todo: &'static str) {
        let says = fill(text, &[("why", &why)]);
        self.add(check, Severity::Error, says, Some(todo));
    }

    fn add(
        &mut self,
        check: &'static str,
        severity: Severity,
        says: String,
        todo: Option<&'static str>,
    ) {
        let mark = match severity {
            Severity::Well => self.words.well,
            Severity::Warning => self.words.warning,
            Severity::Error => self.words.error,
        };
        self.findings.push(Finding {
            check,
            severity,
            mark,
            says,
            todo,
        });
    }
}

/// Evidence that is not there or not of its length: (pieces known, hashes of those).
async fn misfits(
    db: &Db,
    store: &EvidenceStore,
) -> Result<Result<(u64, Vec<String>), EvidenceError>, DbError> {
    let (mut count, mut bad, mut after) = (0, Vec::new(), None);
    loop {
        let rows = db.evidence_after(after, ROWS_AT_ONCE).await?;
        let Some((last, _)) = rows.last() else {
            return Ok(Ok((count, bad)));
        };
        after = Some(*last);
        for (hash, length) in rows {
            count += 1;
            match store.length(hash).await {
                Ok(found) if found == Some(length) => {}
                Ok(_) => bad.push(hash.to_string()),
                Err(error) => return Ok(Err(error)),
            }
        }
    }
}

/// What free bytes on the disk mean.
fn severity_of(free: u64) -> Severity {
    match free {
        ROOM.. => Severity::Well,
        ROOM_GONE.. => Severity::Warning,
        _ => Severity::Error,
    }
}

fn few(all: &[String]) -> String {
    let more = if all.len() > NAMED { "; …" } else { "" };
    format!("{}{more}", all[..all.len().min(NAMED)].join("; "))
}

/// A day of the court's calendar.
fn day(ms: i64) -> String {
    date_iso(court_day(ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_watched_before_it_is_full() {
        for (free, severity) in [
            (0, Severity::Error),
            (ROOM_GONE - 1, Severity::Error),
            (ROOM_GONE, Severity::Warning),
            (ROOM - 1, Severity::Warning),
            (ROOM, Severity::Well),
        ] {
            assert_eq!(severity_of(free), severity, "{free}");
        }
    }
}
