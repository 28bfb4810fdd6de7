//! Many rows in a data folder: the small court that `court` made by the real path, multiplied inside SQLite.
//! `fill.sql` says which rows are copies and where they are none of a real court.

use crate::support::run;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};
use std::path::Path;

/// How many rows.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub cases: u32,
    /// Records; each has ten entries.
    pub records: u32,
    /// Rows of the audit log.
    pub audit: u32,
}

impl Size {
    /// 100,000 cases and 1,000,000 entries where everything must run or `WAIQIN_TEST_FULL_SIZE` is set;
    /// a twentieth of it otherwise. The plans are the same: SQLite looks at no statistics, for the server
    /// gathers none.
    pub fn asked() -> Self {
        let everything = ["WAIQIN_TEST_ALL", "WAIQIN_TEST_FULL_SIZE"];
        let part = match everything.iter().any(|it| std::env::var_os(it).is_some()) {
            true => 1,
            false => 20,
        };
        Self {
            cases: 100_000 / part,
            records: 100_000 / part,
            audit: 100_000 / part,
        }
    }
}

/// A connection to the SQLite file of a folder that nobody serves.
pub async fn open(data: &Path) -> AnyConnection {
    sqlx::any::install_default_drivers();
    let url = format!("sqlite://{}", data.join("waiqin.db").display());
    AnyConnection::connect(&url).await.unwrap()
}

/// Multiplies what is in the folder.
pub async fn fill(data: &Path, size: Size) {
    let mut db = open(data).await;
    execute(
        &mut db,
        "PRAGMA foreign_keys = OFF; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; \
         PRAGMA temp_store = MEMORY; PRAGMA cache_size = -2000000",
    )
    .await;
    // An index is built faster than it is kept.
    let indexes = indexes(&mut db).await;
    execute(&mut db, "BEGIN").await;
    for (name, _) in &indexes {
        execute(&mut db, &format!("DROP INDEX {name}")).await;
    }
    let most = size.cases.max(size.records).max(size.audit);
    let sql = include_str!("fill.sql")
        .replace("{most}", &most.to_string())
        .replace("{cases}", &size.cases.to_string())
        .replace("{records}", &size.records.to_string())
        .replace("{audit}", &size.audit.to_string());
    execute(&mut db, &sql).await;
    for (_, sql) in &indexes {
        execute(&mut db, sql).await;
    }
    execute(&mut db, "COMMIT").await;
    let broken = sqlx::query("PRAGMA foreign_key_check")
        .fetch_all(&mut db)
        .await
        .unwrap();
    assert!(broken.is_empty(), "copies that name what is not there");
    for (table, rows) in [
        ("cases", size.cases),
        ("records", size.records),
        ("entries", size.records * 10),
        ("outcomes", size.records),
    ] {
        let sql = format!("SELECT COUNT(*) FROM {table}");
        let row = sqlx::query(AssertSqlSafe(sql)).fetch_one(&mut db).await;
        let found: i64 = row.unwrap().get(0);
        assert!(found >= i64::from(rows), "{found} rows of {table}");
    }
    db.close().await.unwrap();
    // It opens as the server sees it.
    run(data, &["records", "--limit", "1"]);
}

async fn execute(db: &mut AnyConnection, sql: &str) {
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(db)
        .await;
    if let Err(error) = done {
        panic!("{error}: {}", sql.chars().take(400).collect::<String>());
    }
}

/// Name and text of each index that a migration made.
async fn indexes(db: &mut AnyConnection) -> Vec<(String, String)> {
    let sql = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL";
    let rows = sqlx::query(sql).fetch_all(db).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}
