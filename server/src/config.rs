//! Settings: defaults, then `waiqin.toml` in the data folder, then `WAIQIN_…` in the environment,
//! then flags; a later one wins. Every setting is one field of [`Settings`], and is explained once
//! more in the `waiqin.toml` that `init` writes (`waiqin.default.toml`).

use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use waiqin_protocol::rules::{RuleSet, RuleSetError, Setting};
use waiqin_protocol::wire::hello::Limits;

/// Name of the settings file in the data folder.
pub const FILE: &str = "waiqin.toml";

/// Settings as one source gives them; what is absent is left to the source before it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Name of the court, as phones and pages show it.
    #[arg(long, env = "WAIQIN_COURT")]
    pub court: Option<String>,
    /// Codes of the court in case numbers, e.g. 粤0115; the first is its own, others are former ones.
    #[arg(long = "code", env = "WAIQIN_CODES", value_delimiter = ',')]
    pub codes: Option<Vec<String>>,
    /// Where plain HTTP is served; a loopback address. Port 0 takes a free one.
    #[arg(long, env = "WAIQIN_LISTEN", value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// Where HTTPS is served; absent: not at all.
    #[arg(long, env = "WAIQIN_TLS_LISTEN", value_name = "ADDRESS")]
    pub tls_listen: Option<SocketAddr>,
    /// How phones reach the server, as enrolment tickets carry it; absent: the address served.
    #[arg(long, env = "WAIQIN_PUBLIC_URL", value_name = "URL", global = true)]
    pub public_url: Option<String>,
    /// `postgres://…` to use PostgreSQL; absent: the SQLite file `waiqin.db` in the data folder.
    #[arg(
        long,
        env = "WAIQIN_DATABASE",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database: Option<String>,
    /// Largest piece of evidence, bytes.
    #[arg(long, env = "WAIQIN_EVIDENCE_BYTES_MAX", value_name = "BYTES")]
    pub evidence_bytes_max: Option<u64>,
    /// Most entries in a piece of a journal.
    #[arg(long, env = "WAIQIN_PIECE_ENTRIES_MAX", value_name = "N")]
    pub piece_entries_max: Option<u64>,
    /// Largest piece of a journal before compression, bytes.
    #[arg(long, env = "WAIQIN_PIECE_BYTES_MAX", value_name = "BYTES")]
    pub piece_bytes_max: Option<u64>,
    /// Largest page of changes before compression, bytes.
    #[arg(long, env = "WAIQIN_PAGE_BYTES_MAX", value_name = "BYTES")]
    pub page_bytes_max: Option<u64>,
    /// Most bytes of pages in one answer; the phone asks for the rest.
    #[arg(long, env = "WAIQIN_ANSWER_BYTES_MAX", value_name = "BYTES")]
    pub answer_bytes_max: Option<u64>,
    /// Most bytes of one push before compression; pieces taken before it was reached are kept.
    #[arg(long, env = "WAIQIN_PUSH_BYTES_MAX", value_name = "BYTES")]
    pub push_bytes_max: Option<u64>,
    /// Hours that a phone's token lives.
    #[arg(long, env = "WAIQIN_TOKEN_HOURS", value_name = "HOURS")]
    pub token_hours: Option<u32>,
    /// Hours that an enrolment code is good for.
    #[arg(long, env = "WAIQIN_CODE_HOURS", value_name = "HOURS")]
    pub code_hours: Option<u32>,
    /// Hours that an upload is kept which no entry names.
    #[arg(long, env = "WAIQIN_UPLOAD_HOURS", value_name = "HOURS")]
    pub upload_hours: Option<u32>,
    /// Seconds without a byte after which a request is given up.
    #[arg(long, env = "WAIQIN_STALL_SECONDS", value_name = "SECONDS")]
    pub stall_seconds: Option<u32>,
    /// Most connections at once.
    #[arg(long, env = "WAIQIN_CONNECTIONS_MAX", value_name = "N")]
    pub connections_max: Option<u32>,
    /// Where the court's clock starts when it is not the real one, e.g. 2019-07-02T08:30:00+08:00.
    #[arg(long, env = "WAIQIN_COURT_CLOCK", value_name = "TIME")]
    pub court_clock: Option<String>,
    /// What is logged, e.g. `info` or `waiqin_server=debug`.
    #[arg(long, env = "WAIQIN_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// How it is logged.
    #[arg(long, env = "WAIQIN_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
    /// How the court weighs the rules: a table of the file alone.
    #[arg(skip)]
    pub rules: Option<RulesTable>,
}

/// The table `[rules]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RulesTable {
    /// Excess above which a reason is asked for, in percent of the debt.
    pub excess_percent: Option<u32>,
    /// What a forced sale is expected to bring, in percent of the estimated value.
    pub forced_sale_percent: Option<u32>,
    /// Rules that are switched off or weigh otherwise, by id.
    #[serde(default)]
    pub overrides: BTreeMap<String, Setting>,
}

/// How lines of the log look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For reading.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// The settings in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The data folder.
    pub data: PathBuf,
    /// Name of the court.
    pub court: String,
    /// Codes of the court in case numbers, its own first.
    pub codes: Vec<String>,
    /// Where plain HTTP is served.
    pub listen: SocketAddr,
    /// Where HTTPS is served.
    pub tls_listen: Option<SocketAddr>,
    /// How phones reach the server.
    pub public_url: Option<String>,
    /// URL of a PostgreSQL database.
    pub database: Option<String>,
    /// What phones are told; `version` is counted by the database.
    pub limits: Limits,
    /// Most bytes of pages in one answer.
    pub answer_bytes_max: u64,
    /// Most bytes of one push before compression.
    pub push_bytes_max: u64,
    /// Life of a token, ms.
    pub token_ms: i64,
    /// Life of an enrolment code, ms.
    pub code_ms: i64,
    /// Life of an upload that no entry names, ms.
    pub upload_ms: i64,
    /// Silence after which a request is given up.
    pub stall: std::time::Duration,
    /// Most connections at once.
    pub connections_max: u32,
    /// Where the court's clock starts, ms UTC, when it is not the real one.
    pub court_clock_ms: Option<i64>,
    /// What is logged.
    pub log: String,
    /// How it is logged.
    pub log_format: LogFormat,
    /// The code with which benchmarks enrol; no file or flag of an operator sets it.
    pub bench: Option<BenchCode>,
}

/// A code that any number of clients may use, all as journals of one officer; held in memory alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BenchCode {
    /// What is compared.
    pub hash: String,
    /// Login of the officer.
    pub login: String,
}

/// The settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("could not read the settings file {path}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file is not TOML, or names a setting that does not exist.
    #[error("could not understand the settings file {path}")]
    Toml {
        /// Which file.
        path: PathBuf,
        /// Where and why.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// A value is outside its bounds.
    #[error("the setting {name} must be {must}")]
    Value {
        /// Which setting.
        name: &'static str,
        /// What it must be.
        must: &'static str,
    },
    /// The court cannot weigh the rules so.
    #[error("the table [rules] cannot be used")]
    Rules(#[from] RuleSetError),
}

impl Config {
    /// The settings of a data folder: its `waiqin.toml` under what environment and flags said.
    ///
    /// # Errors
    /// When the file does not read or a value is outside its bounds.
    pub fn load(data: &Path, over: Settings) -> Result<Self, ConfigError> {
        let path = data.join(FILE);
        let file = match std::fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text).map_err(|source| ConfigError::Toml {
                path,
                source: Box::new(source),
            })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Settings::default(),
            Err(source) => return Err(ConfigError::Read { path, source }),
        };
        Self::of(data, over.over(file))
    }

    fn of(data: &Path, given: Settings) -> Result<Self, ConfigError> {
        let limits = Limits::default();
        let rules = given.rules.unwrap_or_default();
        let codes = given.codes.unwrap_or_default();
        Ok(Self {
            data: data.to_owned(),
            court: given.court.unwrap_or_else(|| "人民法院".to_owned()),
            codes,
            listen: given
                .listen
                .unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8700))),
            tls_listen: given.tls_listen,
            public_url: public_url(given.public_url)?,
            database: database(given.database)?,
            limits: Limits {
                version: 0,
                evidence_bytes_max: bytes(
                    "evidence_bytes_max",
                    given
                        .evidence_bytes_max
                        .unwrap_or(limits.evidence_bytes_max),
                )?,
                piece_entries_max: within(
                    "piece_entries_max",
                    given.piece_entries_max.unwrap_or(limits.piece_entries_max),
                    1..=65_536,
                    "between 1 and 65536",
                )?,
                piece_bytes_max: bytes(
                    "piece_bytes_max",
                    given.piece_bytes_max.unwrap_or(limits.piece_bytes_max),
                )?,
                page_bytes_max: bytes(
                    "page_bytes_max",
                    given.page_bytes_max.unwrap_or(limits.page_bytes_max),
                )?,
                rules: RuleSet {
                    overrides: rules.overrides,
                    excess_percent: rules.excess_percent.unwrap_or(limits.rules.excess_percent),
                    forced_sale_percent: rules
                        .forced_sale_percent
                        .unwrap_or(limits.rules.forced_sale_percent),
                }
                .checked()?,
            },
            answer_bytes_max: bytes(
                "answer_bytes_max",
                given.answer_bytes_max.unwrap_or(16 << 20),
            )?,
            push_bytes_max: bytes("push_bytes_max", given.push_bytes_max.unwrap_or(1 << 30))?,
            token_ms: hours("token_hours", given.token_hours.unwrap_or(8))?,
            code_ms: hours("code_hours", given.code_hours.unwrap_or(24))?,
            upload_ms: hours("upload_hours", given.upload_hours.unwrap_or(7 * 24))?,
            stall: std::time::Duration::from_secs(within(
                "stall_seconds",
                u64::from(given.stall_seconds.unwrap_or(30)),
                1..=3600,
                "between 1 and 3600",
            )?),
            connections_max: given.connections_max.unwrap_or(2048).max(1),
            court_clock_ms: court_clock(given.court_clock.as_deref())?,
            log: given.log.unwrap_or_else(|| "info,sqlx=warn".to_owned()),
            log_format: given.log_format.unwrap_or_default(),
            bench: None,
        })
    }
}

impl Settings {
    /// These settings over others.
    #[must_use]
    pub fn over(self, under: Self) -> Self {
        Self {
            court: self.court.or(under.court),
            codes: self.codes.or(under.codes),
            listen: self.listen.or(under.listen),
            tls_listen: self.tls_listen.or(under.tls_listen),
            public_url: self.public_url.or(under.public_url),
            database: self.database.or(under.database),
            evidence_bytes_max: self.evidence_bytes_max.or(under.evidence_bytes_max),
            piece_entries_max: self.piece_entries_max.or(under.piece_entries_max),
            piece_bytes_max: self.piece_bytes_max.or(under.piece_bytes_max),
            page_bytes_max: self.page_bytes_max.or(under.page_bytes_max),
            answer_bytes_max: self.answer_bytes_max.or(under.answer_bytes_max),
            push_bytes_max: self.push_bytes_max.or(under.push_bytes_max),
            token_hours: self.token_hours.or(under.token_hours),
            code_hours: self.code_hours.or(under.code_hours),
            upload_hours: self.upload_hours.or(under.upload_hours),
            stall_seconds: self.stall_seconds.or(under.stall_seconds),
            connections_max: self.connections_max.or(under.connections_max),
            court_clock: self.court_clock.or(under.court_clock),
            log: self.log.or(under.log),
            log_format: self.log_format.or(under.log_format),
            rules: self.rules.or(under.rules),
        }
    }
}

/// The settings file that `init` writes: every setting with its explanation, those that were given
/// in force, the others commented out at their default.
#[must_use]
pub fn file_for(court: &str, codes: &[String]) -> String {
    let text = |value: &str| toml::Value::String(value.to_owned()).to_string();
    let codes: Vec<String> = codes.iter().map(|code| text(code)).collect();
    include_str!("waiqin.default.toml")
        .replace("court = \"人民法院\"", &format!("court = {}", text(court)))
        .replace("codes = []", &format!("codes = [{}]", codes.join(", ")))
}

fn hours(name: &'static str, hours: u32) -> Result<i64, ConfigError> {
    if hours == 0 || hours > 24 * 366 {
        return Err(ConfigError::Value {
            name,
            must: "between 1 and 8784 hours",
        });
    }
    Ok(i64::from(hours) * 3_600_000)
}

fn bytes(name: &'static str, value: u64) -> Result<u64, ConfigError> {
    within(
        name,
        value,
        (64 << 10)..=(1 << 40),
        "between 65536 and 2^40 bytes",
    )
}

fn within(
    name: &'static str,
    value: u64,
    range: std::ops::RangeInclusive<u64>,
    must: &'static str,
) -> Result<u64, ConfigError> {
    if range.contains(&value) {
        Ok(value)
    } else {
        Err(ConfigError::Value { name, must })
    }
}

fn public_url(url: Option<String>) -> Result<Option<String>, ConfigError> {
    match url.as_deref().map(|url| url.trim_end_matches('/')) {
        None | Some("") => Ok(None),
        Some(url) if url.starts_with("https://") || url.starts_with("http://") => {
            Ok(Some(url.to_owned()))
        }
        Some(_) => Err(ConfigError::Value {
            name: "public_url",
            must: "https://… or http://…",
        }),
    }
}

fn database(url: Option<String>) -> Result<Option<String>, ConfigError> {
    match url {
        None => Ok(None),
        Some(url) if url.is_empty() => Ok(None),
        Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            Ok(Some(url))
        }
        Some(_) => Err(ConfigError::Value {
            name: "database",
            must: "postgres://…",
        }),
    }
}

fn court_clock(time: Option<&str>) -> Result<Option<i64>, ConfigError> {
    let Some(text) = time.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    if let Ok(ms) = text.parse::<i64>() {
        return Ok(Some(ms));
    }
    chrono::DateTime::parse_from_rfc3339(text)
        .map(|time| Some(time.timestamp_millis()))
        .map_err(|_| ConfigError::Value {
            name: "court_clock",
            must: "a time as 2019-07-02T08:30:00+08:00",
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unwrap_in_result, reason = "a test's folder")]
    fn load(toml: &str, over: Settings) -> Result<Config, ConfigError> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), toml).unwrap();
        Config::load(dir.path(), over)
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_the_defaults() {
        let toml = "court = \"某法院\"\ntoken_hours = 2\n";
        let over = Settings {
            token_hours: Some(3),
            ..Settings::default()
        };
        let config = load(toml, over).unwrap();
        assert_eq!(config.court, "某法院");
        assert_eq!(config.token_ms, 3 * 3_600_000);
        assert_eq!(config.code_ms, 24 * 3_600_000);
        assert_eq!(config.limits.piece_entries_max, 4096);
    }

    #[test]
    fn the_file_that_init_writes_reads_back_and_explains_every_setting() {
        let text = file_for("某\"法院", &["粤0115".into(), "粤0191".into()]);
        let config = load(&text, Settings::default()).unwrap();
        assert_eq!(config.court, "某\"法院");
        assert_eq!(config.codes, ["粤0115", "粤0191"]);
        // Uncommented, the file names every setting, each at its default.
        let uncommented: String = text
            .lines()
            .map(|line| {
                line.strip_prefix('#')
                    .filter(|l| !l.starts_with(' '))
                    .unwrap_or(line)
            })
            .map(|line| format!("{line}\n"))
            .collect();
        let all: toml::Table = uncommented.parse().unwrap();
        let command = <Settings as clap::Args>::augment_args(clap::Command::new("x"));
        for arg in command.get_arguments() {
            let name = arg.get_id().as_str();
            assert!(
                all.contains_key(name),
                "{name} is not explained in the settings file"
            );
            let env = arg.get_env().unwrap().to_str().unwrap();
            assert_eq!(env, format!("WAIQIN_{}", name.to_uppercase()));
            assert!(
                text.contains(env),
                "{env} is not named in the settings file"
            );
        }
        assert_eq!(
            all["rules"].as_table().unwrap().keys().collect::<Vec<_>>(),
            ["excess_percent", "forced_sale_percent", "overrides"]
        );
        let defaults = load(&uncommented, Settings::default()).unwrap();
        // Without `tls_listen` there is no HTTPS; the file can only show an example.
        let data = config.data.clone();
        assert_eq!(
            Config {
                data,
                tls_listen: None,
                ..defaults
            },
            config
        );
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        for (toml, word) in [
            ("tokn_hours = 3", "understand"),
            ("token_hours = 0", "token_hours"),
            ("piece_bytes_max = 1", "piece_bytes_max"),
            ("court_clock = \"yesterday\"", "court_clock"),
            ("public_url = \"ftp://x\"", "public_url"),
            ("database = \"mysql://x\"", "database"),
            ("[rules]\nexces_percent = 120", "understand"),
            ("[rules.overrides]\nG02 = \"loud\"", "understand"),
            ("[rules]\nexcess_percent = 20", "[rules]"),
        ] {
            let error = load(toml, Settings::default()).unwrap_err();
            assert!(error.to_string().contains(word), "{toml}: {error}");
        }
    }

    #[test]
    fn a_court_weighs_the_rules_in_its_file() {
        let toml = "[rules]\nexcess_percent = 150\n\
                    [rules.overrides]\nG02 = \"warn\"\nZ05 = \"off\"\nG06 = \"block\"\n";
        let rules = load(toml, Settings::default()).unwrap().limits.rules;
        assert_eq!(
            (rules.excess_percent, rules.forced_sale_percent),
            (150, 100)
        );
        let overrides: Vec<(&str, Setting)> = rules
            .overrides
            .iter()
            .map(|(id, setting)| (id.as_str(), *setting))
            .collect();
        assert_eq!(
            overrides,
            [
                ("G02", Setting::Warn),
                ("G06", Setting::Block),
                ("Z05", Setting::Off)
            ]
        );
        let bare = load("", Settings::default()).unwrap().limits.rules;
        assert_eq!(bare, RuleSet::default());
    }

    #[test]
    fn the_courts_clock_reads_with_its_zone() {
        let config = load(
            "court_clock = \"2019-07-02T08:30:00+08:00\"",
            Settings::default(),
        );
        assert_eq!(config.unwrap().court_clock_ms, Some(1_562_027_400_000));
    }
}
