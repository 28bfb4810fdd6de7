//! `waiqin-server init`: makes a data folder.

use crate::config::{self, Config, ConfigError, Settings};
use crate::court::{open_db, random};
use crate::db::{DbError, Meta};
use crate::keys::{Keys, KeysError};
use crate::tls::{self, TlsError};
use std::io::Write;
use std::path::{Path, PathBuf};
use waiqin_protocol::ids::ServerId;

/// A data folder could not be made.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// There is one already.
    #[error("{data} already holds a server; nothing was changed")]
    Already {
        /// Which folder.
        data: PathBuf,
    },
    /// A code that is no court's code.
    #[error("the court code {code} is not understood; it should look like 粤0115")]
    Code {
        /// Which.
        code: String,
    },
    /// Folder or file could not be written.
    #[error("could not write {path}")]
    Write {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The settings cannot be used.
    #[error("the settings cannot be used")]
    Config(#[from] ConfigError),
    /// The keys could not be made.
    #[error("could not make the keys")]
    Keys(#[from] KeysError),
    /// The certificate could not be made.
    #[error("could not make the TLS certificate")]
    Tls(#[from] TlsError),
    /// The database could not be made.
    #[error("could not make the database")]
    Db(#[from] DbError),
}

/// Makes the data folder of a court: keys, certificate, database, settings file. The settings file
/// is written last, so that a folder without it is one in which `init` did not finish.
///
/// # Errors
/// When there is a server already, or something cannot be written.
pub async fn init(data: &Path, settings: Settings) -> Result<ServerId, InitError> {
    let file = data.join(config::FILE);
    if file.exists() || data.join("keys").join("server.key").exists() {
        return Err(InitError::Already {
            data: data.to_owned(),
        });
    }
    let config = Config::load(data, settings)?;
    if let Some(code) = config.codes.iter().find(|code| !is_court_code(code)) {
        return Err(InitError::Code { code: code.clone() });
    }
    let keys = data.join("keys");
    std::fs::create_dir_all(&keys).map_err(|source| InitError::Write { path: keys, source })?;
    tls::create(data, certificate_names(&config))?;
    Keys::create(data, &random(), &random())?;
    let db = open_db(&config).await?;
    let server = match db.meta(Meta::ServerId).await? {
        // A further node of the same database: the same server, with keys brought by hand.
        Some(text) => text.parse().map_err(|_| DbError::Stored {
            what: "server's id",
        })?,
        None => {
            let server = ServerId::from_bytes(random());
            db.set_meta(Meta::ServerId, &server.to_string()).await?;
            server
        }
    };
    db.close().await;
    write_file(&file, &config::file_for(&config.court, &config.codes))
        .map_err(|source| InitError::Write { path: file, source })?;
    Ok(server)
}

/// 粤0115, 最高法, 川01, 兵0101: a province's character and digits. The reader of case numbers
/// knows the real ones; here only what cannot be one is refused.
fn is_court_code(code: &str) -> bool {
    let mut chars = code.chars();
    let han = chars
        .next()
        .is_some_and(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    han && code.chars().count() <= 8
        && chars.all(|c| c.is_ascii_digit() || ('\u{4e00}'..='\u{9fff}').contains(&c))
}

fn certificate_names(config: &Config) -> Vec<String> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    if let Some(address) = config
        .tls_listen
        .filter(|address| !address.ip().is_unspecified())
    {
        names.push(address.ip().to_string());
    }
    if let Some(host) = config.public_url.as_deref().and_then(host_of) {
        names.push(host.to_owned());
    }
    names.sort();
    names.dedup();
    names
}

fn host_of(url: &str) -> Option<&str> {
    let rest = url.split_once("://")?.1;
    let authority = rest.split('/').next()?;
    let host = authority
        .rsplit_once(':')
        .map_or(authority, |(host, _)| host);
    (!host.is_empty() && !host.starts_with('[')).then_some(host)
}

fn write_file(path: &Path, content: &str) -> std::io::Result<()> {
    let mut file = std::fs::File::create(path)?;
    file.write_all(content.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Court, SystemClock};
    use std::sync::Arc;

    fn settings() -> Settings {
        Settings {
            court: Some("某法院".into()),
            codes: Some(vec!["粤0115".into()]),
            ..Settings::default()
        }
    }

    #[tokio::test]
    async fn a_folder_is_made_once_and_opens() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("court");
        let server = init(&data, settings()).await.unwrap();
        let config = Config::load(&data, Settings::default()).unwrap();
        let court = Court::open(&config, Arc::new(SystemClock)).await.unwrap();
        assert_eq!(court.server_id(), server);
        assert_eq!(court.name(), "某法院");
        assert_eq!(court.court_codes(), ["粤0115"]);
        assert!(court.tls_pin().is_some_and(|pin| pin.len() == 64));
        assert!(matches!(
            init(&data, settings()).await,
            Err(InitError::Already { .. })
        ));
    }

    #[tokio::test]
    async fn a_code_that_is_none_is_refused_before_anything_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("court");
        let wrong = Settings {
            codes: Some(vec!["0115".into()]),
            ..settings()
        };
        assert!(matches!(
            init(&data, wrong).await,
            Err(InitError::Code { .. })
        ));
        assert!(!data.exists());
    }

    #[test]
    fn hosts_of_urls() {
        assert_eq!(host_of("https://10.1.2.3:8743/x"), Some("10.1.2.3"));
        assert_eq!(host_of("https://court.local"), Some("court.local"));
        assert_eq!(host_of("https://[::1]:8743"), None);
    }
}
