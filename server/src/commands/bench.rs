//! `waiqin-server serve --bench-enrol FILE`: a court for benchmarks. Any number of clients enrol with
//! one ticket, all as journals of one officer; so it is served on loopback alone, and the code is
//! gone with the process.

use super::init;
use crate::clock::{Clock, SystemClock};
use crate::config::{BenchCode, Config, Settings};
use crate::court::{Court, CourtError, random};
use crate::db::{Role, User};
use crate::enrolment::{CHARS, code_hash, code_of};
use crate::serve::Addresses;
use crate::words::cli::Words;
use anyhow::{Context, bail};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use waiqin_protocol::ids::OfficerId;
use waiqin_protocol::wire::enrol::Ticket;

const LOGIN: &str = "bench";

/// What a court for benchmarks hands out when it is ready.
pub struct Bench {
    ticket: Ticket,
    file: PathBuf,
}

impl Bench {
    /// Makes the data folder where there is none, and the officer. The code that goes with it is set
    /// in the settings.
    ///
    /// # Errors
    /// When the server would be reached from elsewhere, or the folder cannot be made.
    pub async fn prepare(
        config: &mut Config,
        settings: &Settings,
        file: PathBuf,
        words: &Words,
    ) -> anyhow::Result<Self> {
        if !config.listen.ip().is_loopback() || config.tls_listen.is_some() {
            bail!("{}", words.bench_loopback);
        }
        let court = match Court::open(config, Arc::new(SystemClock)).await {
            Err(CourtError::NotInitialised) => {
                init::init(&config.data, settings.clone()).await?;
                Court::open(config, Arc::new(SystemClock)).await?
            }
            opened => opened?,
        };
        add_officer(&court).await?;
        let code = code_of(&random::<CHARS>());
        config.bench = Some(BenchCode {
            hash: code_hash(&code),
            login: LOGIN.to_owned(),
        });
        let ticket = Ticket {
            code,
            key: court.signer().public_key(),
            server: court.server_id(),
            tls: None,
            url: String::new(),
        };
        court.db().close().await;
        Ok(Self { ticket, file })
    }

    /// Writes the ticket, whole or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn hand_out(self, addresses: &Addresses) -> anyhow::Result<()> {
        let ticket = Ticket {
            url: format!("http://{}", addresses.http),
            ..self.ticket
        };
        let beside = self.file.with_extension("new");
        let write = || -> std::io::Result<()> {
            let mut file = std::fs::File::create(&beside)?;
            writeln!(file, "{ticket}")?;
            file.sync_all()?;
            std::fs::rename(&beside, &self.file)
        };
        write().with_context(|| format!("could not write {}", self.file.display()))
    }
}

async fn add_officer(court: &Court) -> anyhow::Result<()> {
    if court.db().user_by_login(LOGIN).await?.is_some() {
        return Ok(());
    }
    let officer = User {
        id: OfficerId::from_bytes(random()),
        login: LOGIN.to_owned(),
        name: LOGIN.to_owned(),
        list_name: LOGIN.to_owned(),
        role: Role::Officer,
        disabled: false,
    };
    let mut write = court.db().write().await?;
    write.add_user(&officer, None, SystemClock.now_ms()).await?;
    write.commit().await?;
    Ok(())
}
