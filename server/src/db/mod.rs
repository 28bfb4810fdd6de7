//! The database, and the only SQL of the server. SQLite by default, PostgreSQL where a court wants
//! it: the same migrations and the same queries run on both (`$1`, `BIGINT`, `BYTEA`,
//! `ON CONFLICT`, `RETURNING`).
//!
//! **Invariant.** Whatever changes what phones can read begins with [`Db::write`], whose first
//! statement locks the counter row of the log until commit: log numbers become visible in order,
//! and there is one writer at a time on both engines.

mod around;
mod assignments;
mod audit;
mod backup;
mod board;
mod cases;
mod desk;
mod digests;
mod enrolment;
mod entries;
mod evidence;
mod folder;
mod gaps;
mod group;
mod health;
mod held;
mod journals;
mod limits;
mod lists;
mod log;
mod meta;
mod others;
mod outcomes;
mod records;
mod refetch;
mod scope;
mod stored;
mod tokens;
mod users;
mod web_sessions;

pub use crate::access::Role;
pub use around::{Around, KnownCase};
pub use assignments::{Assigning, Assignment, Taken};
pub use audit::{AUDIT_ACTS, AuditAct, AuditChecked, AuditMisfit, Incident};
pub use backup::Backup;
pub use board::{BoardFilter, BoardRow, Tally};
#[cfg(test)]
pub(crate) use cases::tests as cases_tests;
pub use cases::{CASES_PER_PAGE_MAX, CaseChange, CaseFacts, CaseRow};
pub use desk::{
    AuditFilter, AuditShown, EntryRow, EvidenceRow, IncidentShown, JournalShown, ListShown,
    MissingEvidence, Person, RECORDS_PER_PAGE_MAX, RecordFilter, RecordRow,
};
pub use enrolment::EnrolCode;
pub use entries::{NewEntry, StoredEntry};
pub use evidence::{Custody, EvidenceName, NewEvidence, Upload};
pub use folder::{EntryPlace, ForkedEntry};
pub use health::Health;
pub use held::{HeldEntry, HeldShown, HeldSubject, Judged};
pub use journals::Journal;
pub use limits::RuleSetRow;
pub use lists::{AppliedBy, Applying, Decision, RolledBack, RollingBack};
pub use log::{LogKind, LogRow, Write};
pub use meta::Meta;
pub use others::{EntryMark, OtherEntry, Reader, Within};
pub use outcomes::{NewOutcome, OutcomeRow, QuestionRow, SUBJECTS_AT_ONCE};
pub use records::NewRecord;
pub use scope::{AssignedAs, ScopeCase, ScopeChange, ScopeMark};
pub use tokens::Caller;
pub use users::User;
pub use web_sessions::{NewSession, SignInUser, WebSession};

pub(crate) use stored::text_of;
pub(crate) use stored::word;
use stored::{
    json, number_in, number_out, of_json, of_json_or_none, of_word, parsed, parsed_or_none,
    rows_of, typed, typed_or_none,
};

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AnyPool, Executor, SqlSafeStr};
use std::path::Path;
use std::str::FromStr;

/// A query or transaction failed.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The database could not be opened or brought to this version.
    #[error("could not open the database")]
    Open(#[source] sqlx::Error),
    /// A migration failed.
    #[error("could not bring the database to this version")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    /// A statement failed.
    #[error("a statement failed")]
    Query(#[from] sqlx::Error),
    /// The transaction that a write shared with others was not committed.
    #[error("a transaction of several writers was not committed")]
    Group,
    /// A stored value does not read.
    #[error("the stored {what} does not read")]
    Stored {
        /// Which value.
        what: &'static str,
    },
}

/// Which engine stands behind the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file in the data folder.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// The database.
#[derive(Clone)]
pub struct Db {
    pool: AnyPool,
    engine: Engine,
    /// One writer in this process; other processes wait for the counter row.
    writer: group::Writer,
}

impl Db {
    /// Opens the SQLite file `waiqin.db` in a data folder, making it when it is not there.
    ///
    /// # Errors
    /// When the file cannot be opened or migrated.
    pub async fn open_sqlite(data: &Path) -> Result<Self, DbError> {
        Self::open(&sqlite_url(data, "rwc")).await
    }

    /// Opens a database by URL: `sqlite://…` or `postgres://…`.
    ///
    /// # Errors
    /// When it cannot be reached, opened or migrated.
    pub async fn open(url: &str) -> Result<Self, DbError> {
        sqlx::any::install_default_drivers();
        let engine = if url.starts_with("postgres") {
            Engine::Postgres
        } else {
            Engine::Sqlite
        };
        let options = AnyConnectOptions::from_str(url).map_err(DbError::Open)?;
        let pool = AnyPoolOptions::new()
            .max_connections(8)
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    if engine == Engine::Sqlite {
                        // FULL: a commit that was acknowledged survives a power cut (P4).
                        connection
                            .execute(
                                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                                 PRAGMA busy_timeout = 10000; PRAGMA foreign_keys = ON; \
                                 PRAGMA cache_size = -16384",
                            )
                            .await?;
                    }
                    Ok(())
                })
            })
            .connect_with(options)
            .await
            .map_err(DbError::Open)?;
        migrator().run(&pool).await.map_err(DbError::Migrate)?;
        Ok(Self {
            pool,
            engine,
            writer: group::Writer::default(),
        })
    }

    /// The pool, for reading.
    pub(crate) fn pool(&self) -> &AnyPool {
        &self.pool
    }

    /// Waits for the writer's turn on SQLite, which has one writer per file: those who queue here
    /// are served at once and in order, those who meet the file's lock sleep and try again. For
    /// small statements outside of [`Db::write`]; PostgreSQL needs no turn.
    async fn turn(&self) -> Result<impl Sized, DbError> {
        Ok(match self.engine {
            Engine::Sqlite => Some(self.writer.alone().await?),
            Engine::Postgres => None,
        })
    }

    /// Which engine it is.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Closes every connection; SQLite writes its log back into the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Name of the SQLite file in a data folder.
pub const SQLITE_FILE: &str = "waiqin.db";

/// The URL of a data folder's SQLite file.
pub(crate) fn sqlite_url(data: &Path, mode: &str) -> String {
    format!("sqlite://{}?mode={mode}", data.join(SQLITE_FILE).display())
}

fn migrator() -> Migrator {
    let files = [
        (1, "init", include_str!("../../migrations/0001_init.sql")),
        (2, "forks", include_str!("../../migrations/0002_forks.sql")),
        (3, "desk", include_str!("../../migrations/0003_desk.sql")),
        (
            4,
            "keeping",
            include_str!("../../migrations/0004_keeping.sql"),
        ),
        (5, "rules", include_str!("../../migrations/0005_rules.sql")),
        (
            6,
            "others",
            include_str!("../../migrations/0006_others.sql"),
        ),
        (7, "pages", include_str!("../../migrations/0007_pages.sql")),
        (
            8,
            "verdicts",
            include_str!("../../migrations/0008_verdicts.sql"),
        ),
        (
            9,
            "digests",
            include_str!("../../migrations/0009_digests.sql"),
        ),
        (
            10,
            "view order",
            include_str!("../../migrations/0010_view_order.sql"),
        ),
        (
            11,
            "outcomes",
            include_str!("../../migrations/0011_outcomes.sql"),
        ),
        (12, "audit", include_str!("../../migrations/0012_audit.sql")),
        (13, "scope", include_str!("../../migrations/0013_scope.sql")),
        (14, "scale", include_str!("../../migrations/0014_scale.sql")),
        (
            15,
            "fork gaps",
            include_str!("../../migrations/0015_fork_gaps.sql"),
        ),
        (
            16,
            "unread",
            include_str!("../../migrations/0016_unread.sql"),
        ),
    ];
    let migrations = files.map(|(version, name, sql)| {
        Migration::new(
            version,
            name.into(),
            MigrationType::Simple,
            sql.into_sql_str(),
            false,
        )
    });
    Migrator::with_migrations(migrations.into())
}

/// Databases that a test of queries runs on: SQLite always, PostgreSQL where
/// `WAIQIN_TEST_POSTGRES` names a server (each test gets a schema of its own).
#[cfg(test)]
pub(crate) mod testing {
    use super::Db;
    pub(crate) use super::journals::tests::journal;
    use sqlx::Connection;

    /// What a test's database needs to stay alive.
    pub(crate) struct Kept {
        _dir: Option<tempfile::TempDir>,
    }

    /// Somebody at the database itself, past all of this program.
    impl Db {
        /// Another object in a row of the audit log.
        pub(crate) async fn forge_audit(&self, number: i64) {
            sqlx::query("UPDATE audit SET object = 'x' WHERE number = $1")
                .bind(number)
                .execute(self.pool())
                .await
                .unwrap();
        }

        /// Rows of the audit log taken out.
        pub(crate) async fn cut_audit(&self, from: i64, to: i64) {
            sqlx::query("DELETE FROM audit WHERE number BETWEEN $1 AND $2")
                .bind(from)
                .bind(to)
                .execute(self.pool())
                .await
                .unwrap();
        }
    }

    /// From now on who meets a lock of the file fails at once.
    pub(crate) async fn wait_for_no_lock(db: &Db) {
        let mut all = Vec::new();
        for _ in 0..db.pool().options().get_max_connections() {
            let mut connection = db.pool().acquire().await.unwrap();
            let none = sqlx::query("PRAGMA busy_timeout = 0");
            none.execute(&mut *connection).await.unwrap();
            all.push(connection);
        }
    }

    pub(crate) async fn sqlite() -> (Db, Kept) {
        let dir = tempfile::tempdir().unwrap();
        (
            Db::open_sqlite(dir.path()).await.unwrap(),
            Kept { _dir: Some(dir) },
        )
    }

    /// An empty database on every engine at hand.
    pub(crate) async fn engines() -> Vec<(Db, Kept)> {
        let mut all = vec![sqlite().await];
        if let Ok(url) = std::env::var("WAIQIN_TEST_POSTGRES") {
            all.push((postgres(&url).await, Kept { _dir: None }));
        }
        all
    }

    async fn postgres(url: &str) -> Db {
        let schema = format!("test_{}", hex::encode(crate::court::random::<8>()));
        sqlx::any::install_default_drivers();
        let mut connection = sqlx::AnyConnection::connect(url).await.unwrap();
        let make = sqlx::AssertSqlSafe(format!("CREATE SCHEMA {schema}"));
        sqlx::query(make).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        let mark = if url.contains('?') { '&' } else { '?' };
        Db::open(&format!("{url}{mark}options=-csearch_path%3D{schema}"))
            .await
            .unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_opens_twice_and_sees_the_other_ones_writes() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open_sqlite(dir.path()).await.unwrap();
        let again = Db::open_sqlite(dir.path()).await.unwrap();
        db.set_meta(Meta::ServedUrl, "a").await.unwrap();
        db.set_meta(Meta::ServedUrl, "b").await.unwrap();
        assert_eq!(
            again.meta(Meta::ServedUrl).await.unwrap().as_deref(),
            Some("b")
        );
        assert_eq!(again.meta(Meta::ServerId).await.unwrap(), None);
    }

    #[test]
    fn every_file_of_migrations_is_run() {
        let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")).unwrap();
        assert_eq!(files.count(), migrator().iter().count());
    }

    #[tokio::test]
    async fn facts_are_kept_on_every_engine() {
        for (db, _kept) in testing::engines().await {
            db.set_meta(Meta::ServedUrl, "案").await.unwrap();
            assert_eq!(
                db.meta(Meta::ServedUrl).await.unwrap().as_deref(),
                Some("案")
            );
        }
    }
}
