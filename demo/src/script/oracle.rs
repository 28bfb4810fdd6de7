//! What stands on disk after both processes have ended, read without the product's code: SQL on
//! the server's file, SHA-256 over bytes, Ed25519 over texts put together here from the published
//! format. Nothing here may call `waiqin-protocol`, or it would agree with its own mistakes.

use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use std::path::{Path, PathBuf};

/// SHA-256 as lower-case hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// An entry, byte for byte.
pub struct Entry {
    /// Number in the journal.
    pub seq: i64,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The same as JSON.
    pub json: Value,
    /// What the server thinks of it.
    pub verdict: String,
}

/// A journal as the server holds it, checked link by link.
pub struct Journal {
    /// Its id.
    pub id: String,
    /// Sign-in name of its officer.
    pub login: String,
    /// Its entries in order.
    pub entries: Vec<Entry>,
    /// Entries that it signed beside others of the same number: a restored copy wrote them.
    pub beside: Vec<Entry>,
    /// Link after the last.
    pub link: String,
    /// The office's own.
    pub office: bool,
    /// The server's receipt for all of it, as its table has it.
    pub receipt: Value,
}

impl Journal {
    /// What entry 1 says of the journal.
    #[must_use]
    pub fn opened(&self) -> &Value {
        self.entries
            .first()
            .map_or(&Value::Null, |it| &it.json["change"])
    }
}

/// The server's folder.
pub struct ServerFolder {
    data: PathBuf,
    pool: SqlitePool,
}

impl ServerFolder {
    /// Opens the folder of a server that has ended.
    ///
    /// # Errors
    /// When the file does not open.
    pub async fn open(data: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new().filename(data.join("waiqin.db"));
        let pool = SqlitePool::connect_with(options)
            .await
            .context("open waiqin.db")?;
        Ok(Self {
            data: data.to_path_buf(),
            pool,
        })
    }

    /// Rows of a query as text columns.
    ///
    /// # Errors
    /// When the query fails.
    pub async fn rows(&self, sql: &'static str, columns: usize) -> Result<Vec<Vec<String>>> {
        let rows = sqlx::query(sql)
            .fetch_all(&self.pool)
            .await
            .with_context(|| sql.to_owned())?;
        let text = |row: &sqlx::sqlite::SqliteRow, at: usize| -> String {
            row.try_get::<Option<String>, _>(at)
                .map(Option::unwrap_or_default)
                .or_else(|_| row.try_get::<i64, _>(at).map(|n| n.to_string()))
                .unwrap_or_default()
        };
        Ok(rows
            .iter()
            .map(|row| (0..columns).map(|at| text(row, at)).collect())
            .collect())
    }

    /// Every journal, oldest first.
    ///
    /// # Errors
    /// When a row does not read, or a journal is not whole.
    pub async fn journals(&self) -> Result<Vec<Journal>> {
        let rows = self
            .rows(
                "SELECT j.id, u.login, j.office, j.receipt FROM journals AS j \
                 JOIN users AS u ON u.id = j.officer ORDER BY j.enrolled_ms, j.id",
                4,
            )
            .await?;
        let mut journals = Vec::with_capacity(rows.len());
        for row in rows {
            let journal = self.journal(&row[0], &row[1]).await?;
            journals.push(Journal {
                office: row[2] == "1",
                receipt: serde_json::from_str(&row[3]).unwrap_or_default(),
                ..journal
            });
        }
        Ok(journals)
    }

    /// A journal, its chain recomputed from the bytes.
    ///
    /// # Errors
    /// When a number is missing, or a hash or link does not fit the bytes.
    async fn journal(&self, id: &str, login: &str) -> Result<Journal> {
        let rows = sqlx::query(
            "SELECT seq, bytes, hash, link, verdict FROM entries WHERE journal = ? ORDER BY seq",
        )
        .bind(id)
        .fetch_all(&self.pool)
        .await?;
        let mut link = [0u8; 32];
        let mut entries = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let seq: i64 = row.get(0);
            let bytes: Vec<u8> = row.get(1);
            ensure!(
                seq == i64::try_from(index)? + 1,
                "entry {seq} stands where {} belongs",
                index + 1
            );
            let hash: [u8; 32] = Sha256::digest(&bytes).into();
            let mut chain = Sha256::new();
            chain.update([1]);
            chain.update(link);
            chain.update(hash);
            link = chain.finalize().into();
            ensure!(
                row.get::<String, _>(2) == hex::encode(hash),
                "hash of entry {seq}"
            );
            ensure!(
                row.get::<String, _>(3) == hex::encode(link),
                "link of entry {seq}"
            );
            let json = serde_json::from_slice(&bytes).with_context(|| format!("entry {seq}"))?;
            entries.push(Entry {
                seq,
                bytes,
                json,
                verdict: row.get(4),
            });
        }
        let rows = sqlx::query(
            "SELECT seq, bytes FROM forked_entries WHERE journal = ? ORDER BY seq, hash",
        )
        .bind(id)
        .fetch_all(&self.pool)
        .await?;
        let mut beside = Vec::new();
        for row in &rows {
            let bytes: Vec<u8> = row.get(1);
            beside.push(Entry {
                seq: row.get(0),
                json: serde_json::from_slice(&bytes)?,
                bytes,
                verdict: "beside".to_owned(),
            });
        }
        Ok(Journal {
            id: id.to_owned(),
            login: login.to_owned(),
            beside,
            entries,
            link: hex::encode(link),
            office: false,
            receipt: Value::Null,
        })
    }

    /// The bytes of a piece of evidence as they lie in the folder.
    ///
    /// # Errors
    /// When they are not there.
    pub fn object(&self, hash: &str) -> Result<Vec<u8>> {
        let prefix = hash.get(..2).context("no hash")?;
        let path = self.data.join("evidence/objects").join(prefix).join(hash);
        std::fs::read(&path).with_context(|| format!("evidence {hash} is not on the server"))
    }
}

/// What the phone exported.
pub struct PhoneExport {
    dir: PathBuf,
}

impl PhoneExport {
    /// The export in a folder.
    #[must_use]
    pub fn at(dir: &Path) -> Self {
        Self {
            dir: dir.to_path_buf(),
        }
    }

    /// Lines of one of its files, byte for byte.
    ///
    /// # Errors
    /// When the file is not there.
    pub fn lines(&self, name: &str) -> Result<Vec<Vec<u8>>> {
        let bytes = std::fs::read(self.dir.join(name)).with_context(|| format!("no {name}"))?;
        let lines = bytes
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty());
        Ok(lines.map(<[u8]>::to_vec).collect())
    }

    /// Entries of one journal: the first has the plain name, one that follows has its id in it.
    ///
    /// # Errors
    /// When there is no such journal.
    pub fn journal(&self, id: &str) -> Result<Vec<Vec<u8>>> {
        let first = self.lines("journal.ndjson")?;
        let opened: Value = serde_json::from_slice(first.first().context("an empty journal")?)?;
        if opened["journal"] == id {
            return Ok(first);
        }
        self.lines(&format!("journal-{id}.ndjson"))
    }

    /// Lines of one of its files as JSON.
    ///
    /// # Errors
    /// When the file is not there or a line is no JSON.
    pub fn json(&self, name: &str) -> Result<Vec<Value>> {
        self.lines(name)?
            .iter()
            .map(|line| serde_json::from_slice(line).with_context(|| format!("a line of {name}")))
            .collect()
    }
}

/// The keys that the office gave on paper: read from the ticket's text.
pub struct Pinned {
    key: VerifyingKey,
    /// The server.
    pub server: String,
    /// SHA-256 of the TLS public key.
    pub tls: Option<String>,
    /// Where the phone was told to go.
    pub url: String,
}

impl Pinned {
    /// Reads a ticket.
    ///
    /// # Errors
    /// When it is none.
    pub fn from_ticket(ticket: &str) -> Result<Self> {
        let encoded = ticket.strip_prefix("waiqin1:").context("no ticket")?;
        let json: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(encoded)?)?;
        let text = |name: &str| json[name].as_str().map(str::to_owned);
        Ok(Self {
            key: key_of(&text("key").context("no key")?)?,
            server: text("server").context("no server")?,
            tls: text("tls"),
            url: text("url").context("no url")?,
        })
    }

    /// Checks what the server signed: `{"body":{…},"sig":"…"}` of a type.
    ///
    /// # Errors
    /// When server or signature do not fit.
    pub fn check(&self, kind: &str, signed: &Value) -> Result<()> {
        self.check_by(&self.key, kind, signed)
    }

    /// Checks what an officer's key signed, as entry 1 of his journal names it.
    ///
    /// # Errors
    /// When key, server or signature do not fit.
    pub fn check_officer(&self, key: &str, kind: &str, signed: &Value) -> Result<()> {
        self.check_by(&key_of(key)?, kind, signed)
    }

    fn check_by(&self, key: &VerifyingKey, kind: &str, signed: &Value) -> Result<()> {
        let body = &signed["body"];
        if body["server"] != self.server.as_str() {
            bail!("{kind} of another server");
        }
        // serde_json writes members in order of name, without spaces: the canonical form.
        let journal = body["journal"].as_str().unwrap_or("-");
        let text = format!("waiqin/1 {kind} {} {journal}\n{body}", self.server);
        let sig = signed["sig"].as_str().context("no signature")?;
        let sig: [u8; 64] = URL_SAFE_NO_PAD.decode(sig)?.as_slice().try_into()?;
        key.verify_strict(text.as_bytes(), &Signature::from_bytes(&sig))
            .with_context(|| format!("signature of the {kind}"))
    }
}

fn key_of(text: &str) -> Result<VerifyingKey> {
    let key = text
        .strip_prefix("ed25519:")
        .context("another kind of key")?;
    let key: [u8; 32] = URL_SAFE_NO_PAD.decode(key)?.as_slice().try_into()?;
    Ok(VerifyingKey::from_bytes(&key)?)
}
