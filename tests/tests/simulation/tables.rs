//! What lies in the court's tables and folders, read by SQL and hashing of the simulation's own.

use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Row};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

#[derive(Default)]
pub struct Tables {
    pub entries: Vec<EntryRow>,
    /// Beside the chain: journal, number, bytes.
    pub forked: Vec<(String, u64, Vec<u8>)>,
    /// Journal, first, last, link after the last.
    pub gaps: Vec<(String, u64, u64, String)>,
    pub log: Vec<LogRow>,
    pub journals: BTreeMap<String, JournalRow>,
    /// Case to the name of its officer.
    pub cases: BTreeMap<String, String>,
    /// Cases that were given to an officer beside the list, with his name there.
    pub given: BTreeSet<(String, String)>,
    /// Subject to the record as the court folded it.
    pub records: BTreeMap<String, Value>,
    /// Name of an object to the hash of its bytes.
    pub objects: BTreeMap<String, String>,
}

pub struct EntryRow {
    pub journal: String,
    pub seq: u64,
    pub hash: String,
    pub link: String,
    pub bytes: Vec<u8>,
    pub log_number: u64,
    /// Row of the log with which it got the verdict that it has: the fold's order (decision 0006).
    pub verdict_number: u64,
    pub subject: Option<String>,
    pub reason: Option<String>,
}

pub struct LogRow {
    pub number: u64,
    pub body: String,
    pub link: String,
}

pub struct JournalRow {
    pub cause: String,
    pub head_seq: u64,
    pub head_link: String,
    pub announced_seq: u64,
}

pub async fn read(data: &Path) -> Tables {
    let options = SqliteConnectOptions::new().filename(data.join("waiqin.db"));
    let mut db = SqliteConnection::connect_with(&options).await.unwrap();
    let mut tables = Tables::default();
    let number = |row: &sqlx::sqlite::SqliteRow, at: usize| row.get::<i64, _>(at) as u64;
    for row in rows(
        &mut db,
        "SELECT journal, seq, hash, link, bytes, log_number, subject, reason, verdict_number FROM entries \
         ORDER BY log_number, seq",
    )
    .await
    {
        tables.entries.push(EntryRow {
            journal: row.get(0),
            seq: number(&row, 1),
            hash: row.get(2),
            link: row.get(3),
            bytes: row.get(4),
            log_number: number(&row, 5),
            subject: row.get(6),
            reason: row.get(7),
            verdict_number: number(&row, 8),
        });
    }
    for row in rows(&mut db, "SELECT journal, seq, bytes FROM forked_entries").await {
        let forked = (row.get(0), number(&row, 1), row.get(2));
        tables.forked.push(forked);
    }
    for row in rows(&mut db, "SELECT journal, from_seq, to_seq, link FROM gaps").await {
        let gap = (row.get(0), number(&row, 1), number(&row, 2), row.get(3));
        tables.gaps.push(gap);
    }
    for row in rows(
        &mut db,
        "SELECT number, body, link FROM log ORDER BY number",
    )
    .await
    {
        tables.log.push(LogRow {
            number: number(&row, 0),
            body: row.get(1),
            link: row.get(2),
        });
    }
    let sql = "SELECT id, cause, head_seq, head_link, announced_seq FROM journals";
    for row in rows(&mut db, sql).await {
        let journal = JournalRow {
            cause: row.get(1),
            head_seq: number(&row, 2),
            head_link: row.get(3),
            announced_seq: number(&row, 4),
        };
        tables.journals.insert(row.get(0), journal);
    }
    for row in rows(&mut db, "SELECT id, officer FROM cases").await {
        tables.cases.insert(row.get(0), row.get(1));
    }
    let sql = "SELECT a.case_id, u.list_name FROM assignments a JOIN users u ON u.id = a.officer \
               WHERE a.taken_ms IS NULL";
    for row in rows(&mut db, sql).await {
        tables.given.insert((row.get(0), row.get(1)));
    }
    for row in rows(&mut db, "SELECT subject, view FROM records").await {
        let view: String = row.get(1);
        let view = serde_json::from_str(&view).unwrap();
        tables.records.insert(row.get(0), view);
    }
    db.close().await.unwrap();
    let objects = data.join("evidence/objects");
    for folder in std::fs::read_dir(objects).unwrap() {
        for object in std::fs::read_dir(folder.unwrap().path()).unwrap() {
            let path = object.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let hash = hex::encode(Sha256::digest(std::fs::read(&path).unwrap()));
            tables.objects.insert(name, hash);
        }
    }
    tables
}

async fn rows(db: &mut SqliteConnection, sql: &'static str) -> Vec<sqlx::sqlite::SqliteRow> {
    sqlx::query(sql).fetch_all(db).await.unwrap()
}
