//! The court: everything that a request needs, shared by all of them and cheap to clone.

use crate::clock::{Clock, ShiftedClock};
use crate::config::Config;
use crate::db::{Db, DbError, Meta, sqlite_url};
use crate::evidence::{EvidenceError, EvidenceStore};
use crate::keys::{Keys, KeysError};
use crate::rate::Rates;
use crate::reconcile::judge_older;
use crate::record::judge_unread;
use crate::tls::{self, TlsError};
use std::sync::{Arc, OnceLock};
use waiqin_protocol::ids::ServerId;
use waiqin_protocol::suite::Signer;
use waiqin_protocol::wire::hello::Limits;

/// The court's server could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum CourtError {
    /// `init` has not run in this folder, or with this database.
    #[error("this folder holds no server yet: run `waiqin-server init` first")]
    NotInitialised,
    /// The keys do not open.
    #[error("could not open the keys")]
    Keys(#[from] KeysError),
    /// The certificate does not open.
    #[error("could not read the TLS certificate")]
    Tls(#[from] TlsError),
    /// The database does not open or answer.
    #[error("could not open the database")]
    Db(#[from] DbError),
    /// The evidence folder does not open.
    #[error("could not open the evidence folder")]
    Evidence(#[from] EvidenceError),
}

/// The court's shared state.
#[derive(Clone)]
pub struct Court(Arc<Inner>);

struct Inner {
    config: Config,
    clock: ShiftedClock<Arc<dyn Clock>>,
    db: Db,
    keys: Keys,
    server_id: ServerId,
    /// As phones were told last when the court was opened, and as this process tells them since.
    told: Limits,
    limits: OnceLock<Limits>,
    evidence: EvidenceStore,
    rates: Arc<Rates>,
    tls_pin: Option<String>,
    /// Where the server listened when it last ran; where it listens now.
    last_url: Option<String>,
    served_url: OnceLock<String>,
}

impl Court {
    /// Opens the server of `config.data`, which `init` has made. Limits and rules are those that phones
    /// were told last, whatever the settings say: see [`Court::catch_up`].
    ///
    /// # Errors
    /// When keys, database or evidence folder do not open.
    pub async fn open(config: &Config, clock: Arc<dyn Clock>) -> Result<Self, CourtError> {
        if !config.data.join("keys").join("server.key").exists() {
            return Err(CourtError::NotInitialised);
        }
        let keys = Keys::open(&config.data)?;
        let db = open_db(config).await?;
        let server_id = db
            .meta(Meta::ServerId)
            .await?
            .ok_or(CourtError::NotInitialised)?
            .parse()
            .map_err(|_| DbError::Stored {
                what: "server's id",
            })?;
        let offset_ms = court_offset(&db, config.court_clock_ms, clock.now_ms()).await?;
        let last_url = db
            .meta(Meta::ServedUrl)
            .await?
            .or_else(|| configured_url(config));
        let inner = Inner {
            told: db.limits().await?.unwrap_or_else(|| config.limits.clone()),
            limits: OnceLock::new(),
            evidence: EvidenceStore::open(&config.data)?,
            rates: Arc::default(),
            tls_pin: tls::pin_of(&config.data)?,
            config: config.clone(),
            clock: ShiftedClock {
                real: clock,
                offset_ms,
            },
            db,
            keys,
            server_id,
            last_url,
            served_url: OnceLock::new(),
        };
        Ok(Self(Arc::new(inner)))
    }

    /// Makes the court ready to be served: the settings' limits and rules come into force, and what an
    /// earlier version left uncounted, unjudged or unread is caught up with. `serve` does this and
    /// nothing else: a command that runs beside it, with other settings, changes nothing of what
    /// phones are told.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn catch_up(&self) -> Result<(), DbError> {
        let db = self.db();
        db.count_records().await?;
        judge_older(db).await?;
        let judged = judge_unread(self).await?;
        if judged > 0 {
            tracing::info!(judged, "entries of a newer version read now");
        }
        db.count_figures().await?;
        let wanted = self.config().limits.clone();
        let limits = limits_in_force(db, wanted, self.clock().now_ms()).await?;
        for rule in limits.rules.weakened() {
            tracing::warn!(
                rule = rule.id,
                "this court's settings let a rule that blocks go"
            );
        }
        // A second `serve` of the same court in one process: the first one's hold.
        let _ = self.0.limits.set(limits);
        Ok(())
    }

    /// The database.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// Real time and the court's time.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &self.0.clock
    }

    /// Name of the court.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.config.court
    }

    /// Codes of the court in case numbers, its own first.
    #[must_use]
    pub fn court_codes(&self) -> &[String] {
        &self.0.config.codes
    }

    /// The settings in force.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The server's id, which stands in everything that is signed.
    #[must_use]
    pub fn server_id(&self) -> ServerId {
        self.0.server_id
    }

    /// Signs certificates, receipts and beacons.
    #[must_use]
    pub fn signer(&self) -> &dyn Signer {
        self.0.keys.signer()
    }

    /// The server's keys.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.0.keys
    }

    /// What phones are told beforehand: what it accepts, how it weighs the rules.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        self.0.limits.get().unwrap_or(&self.0.told)
    }

    /// Evidence objects and uploads.
    #[must_use]
    pub fn evidence(&self) -> &EvidenceStore {
        &self.0.evidence
    }

    /// What callers may do how often, and at once.
    pub(crate) fn rates(&self) -> &Arc<Rates> {
        &self.0.rates
    }

    /// SHA-256 of the TLS public key (SubjectPublicKeyInfo), hexadecimal; absent when there is no
    /// certificate.
    #[must_use]
    pub fn tls_pin(&self) -> Option<&str> {
        self.0.tls_pin.as_deref()
    }

    /// Where phones reach the server: what tickets carry. The setting, else where it listens, else
    /// where it listened when it last ran, else where it will listen; empty when that is open.
    #[must_use]
    pub fn public_url(&self) -> &str {
        let Inner {
            config,
            served_url,
            last_url,
            ..
        } = &*self.0;
        config
            .public_url
            .as_deref()
            .or(served_url.get().map(String::as_str))
            .or(last_url.as_deref())
            .unwrap_or_default()
    }

    /// Says where the server listens, once it does, to this process and to the next command.
    pub(crate) async fn set_served_url(&self, url: String) -> Result<(), DbError> {
        if self.0.last_url.as_ref() != Some(&url) {
            self.0.db.set_meta(Meta::ServedUrl, &url).await?;
        }
        // A second `serve` of the same court in one process: the first address holds.
        let _ = self.0.served_url.set(url);
        Ok(())
    }

    /// Random bytes of the operating system.
    ///
    /// # Panics
    /// When the system has no randomness: nothing that is secret can be made then.
    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        random()
    }
}

/// Random bytes of the operating system.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// Opens the database that the settings name.
pub(crate) async fn open_db(config: &Config) -> Result<Db, DbError> {
    Db::open(&database_url(config, "rwc")).await
}

/// The URL of the database that the settings name; `mode` is how a SQLite file is opened.
pub(crate) fn database_url(config: &Config, mode: &str) -> String {
    let url = config.database.clone();
    url.unwrap_or_else(|| sqlite_url(&config.data, mode))
}

/// Where the settings say that the server will listen; `None` when they leave the port open.
fn configured_url(config: &Config) -> Option<String> {
    let (scheme, address) = match config.tls_listen {
        Some(address) => ("https", address),
        None => ("http", config.listen),
    };
    let known = address.port() != 0 && !address.ip().is_unspecified();
    known.then(|| format!("{scheme}://{address}"))
}

/// The limits with their version, which counts up when the settings have changed; rules that changed
/// begin now.
async fn limits_in_force(db: &Db, wanted: Limits, now_ms: i64) -> Result<Limits, DbError> {
    let known = db.limits().await?;
    let version = known.as_ref().map_or(0, |known| known.version);
    let same = Limits { version, ..wanted };
    if known.as_ref() == Some(&same) {
        return Ok(same);
    }
    let next = Limits {
        version: version + 1,
        ..same
    };
    let rules_stay = known.is_some_and(|known| known.rules == next.rules);
    db.keep_limits(&next, (!rules_stay).then_some(now_ms))
        .await?;
    Ok(next)
}

/// Distance of the court's clock from the real one. It is fixed when the setting is first seen, so
/// that the court's day goes on over a restart.
async fn court_offset(db: &Db, start: Option<i64>, now_ms: i64) -> Result<i64, DbError> {
    let Some(start) = start else { return Ok(0) };
    if let Some(text) = db.meta(Meta::CourtClock).await?
        && let Some((before, offset)) = text.split_once(' ')
        && before.parse() == Ok(start)
        && let Ok(offset) = offset.parse()
    {
        return Ok(offset);
    }
    let offset = start.saturating_sub(now_ms);
    db.set_meta(Meta::CourtClock, &format!("{start} {offset}"))
        .await?;
    Ok(offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::testing;
    use waiqin_protocol::rules::RuleSet;

    #[tokio::test]
    async fn limits_count_up_only_when_they_change_and_rules_begin_when_they_do() {
        let (db, _dir) = testing::sqlite().await;
        let wanted = Limits {
            version: 0,
            ..Limits::default()
        };
        let wider = Limits {
            evidence_bytes_max: 1 << 20,
            ..wanted.clone()
        };
        let weighed = Limits {
            rules: RuleSet {
                excess_percent: 150,
                ..RuleSet::default()
            },
            ..wider.clone()
        };
        let starts = [
            (&wanted, 1, vec![10]),
            (&wanted, 1, vec![10]),
            (&wider, 2, vec![10]),
            (&weighed, 3, vec![40, 10]),
            (&weighed, 3, vec![40, 10]),
            (&wider, 4, vec![60, 40, 10]),
        ];
        for (n, (settings, version, began)) in (1..).zip(starts) {
            let settings = settings.clone();
            let limits = limits_in_force(&db, settings.clone(), n * 10).await;
            let expected = Limits {
                version,
                ..settings
            };
            assert_eq!(limits.unwrap(), expected, "start {n}");
            let sets = db.rule_sets(version, 9).await.unwrap();
            let since: Vec<i64> = sets.iter().map(|it| it.since_ms).collect();
            assert_eq!(since, began, "start {n}");
            assert_eq!(sets[0].rules, expected.rules, "start {n}");
        }
    }

    #[tokio::test]
    async fn the_courts_day_goes_on_over_a_restart() {
        let (db, _dir) = testing::sqlite().await;
        let start = Some(1_000_000);
        assert_eq!(
            court_offset(&db, start, 5_000_000).await.unwrap(),
            -4_000_000
        );
        assert_eq!(
            court_offset(&db, start, 5_600_000).await.unwrap(),
            -4_000_000
        );
        assert_eq!(
            court_offset(&db, Some(2_000_000), 5_600_000).await.unwrap(),
            -3_600_000
        );
        assert_eq!(court_offset(&db, None, 5_600_000).await.unwrap(), 0);
    }
}
