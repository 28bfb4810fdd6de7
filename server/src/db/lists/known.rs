//! The cases as earlier lists left them, in the database's order of ids.

use super::kept::Kept;
use crate::db::{Db, DbError};
use crate::list::{Known, ListCase};
use sqlx::{AnyConnection, Row};
use std::collections::HashMap;

/// Cases that are read at once.
const PAGE: i64 = 1000;
/// Times that reading begins again because another list came in between.
const ATTEMPTS: usize = 5;

impl Db {
    /// The newest list version and every case that it left, for the comparison with a new list.
    /// Always in the same order as long as the version is the same.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn known_cases(&self) -> Result<(i64, Vec<Known>), DbError> {
        let mut connection = self.pool().acquire().await?;
        for _ in 0..ATTEMPTS {
            let version = newest_version(&mut connection).await?;
            let mut known = Vec::new();
            let mut pages = Pages::begin(&mut connection).await?;
            while let Some(page) = pages.next(&mut connection).await? {
                known.extend(page.into_iter().map(|kept| Known {
                    case: kept.case,
                    former_numbers: kept.former_numbers,
                    absent: kept.absent,
                }));
            }
            if newest_version(&mut connection).await? == version {
                return Ok((version, known));
            }
        }
        Err(DbError::Stored {
            what: "list, which changed while it was read,",
        })
    }

    /// The newest list version, 0 before the first, and the SHA-256 of the file that it was
    /// imported from; `None` when it took another back.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn newest_list(&self) -> Result<(i64, Option<String>), DbError> {
        let row = sqlx::query(
            "SELECT version, file_sha256, rolls_back FROM lists ORDER BY version DESC LIMIT 1",
        )
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map_or((0, None), |row| {
            let imported = row.get::<Option<i64>, _>(2).is_none();
            (row.get(0), imported.then(|| row.get(1)))
        }))
    }
}

/// The newest list version; 0 before the first.
pub(in crate::db) async fn newest_version(connection: &mut AnyConnection) -> Result<i64, DbError> {
    let row = sqlx::query("SELECT COALESCE(MAX(version), 0) FROM lists")
        .fetch_one(connection)
        .await?;
    Ok(row.get(0))
}

/// All cases, page by page, so that memory does not grow with the list.
pub(super) struct Pages {
    former: HashMap<String, Vec<String>>,
    after: Option<String>,
}

impl Pages {
    pub async fn begin(connection: &mut AnyConnection) -> Result<Self, DbError> {
        Ok(Self {
            former: former_numbers(connection).await?,
            after: Some(String::new()),
        })
    }

    /// The next cases; `None` after the last.
    pub async fn next(
        &mut self,
        connection: &mut AnyConnection,
    ) -> Result<Option<Vec<Kept>>, DbError> {
        let Some(after) = self.after.take() else {
            return Ok(None);
        };
        let rows = sqlx::query(
            "SELECT id, body, absent, list_version FROM cases WHERE id > $1 ORDER BY id LIMIT $2",
        )
        .bind(after)
        .bind(PAGE)
        .fetch_all(connection)
        .await?;
        let full = rows.len() == usize::try_from(PAGE).unwrap_or(usize::MAX);
        self.after = rows.last().filter(|_| full).map(|row| row.get(0));
        let mut page = Vec::with_capacity(rows.len());
        for row in &rows {
            let former = self.former.remove(row.get::<&str, _>(0));
            page.push(kept_of(
                row.get(1),
                row.get(2),
                row.get(3),
                former.unwrap_or_default(),
            )?);
        }
        Ok(Some(page))
    }
}

/// A case from its columns.
pub(super) fn kept_of(
    body: &str,
    absent: i64,
    list_version: i64,
    former_numbers: Vec<String>,
) -> Result<Kept, DbError> {
    let case: ListCase = crate::db::of_json(body, "case of the list")?;
    Ok(Kept {
        case,
        former_numbers,
        absent: u32::try_from(absent).map_err(|_| DbError::Stored {
            what: "count of absences",
        })?,
        list_version,
    })
}

/// Former numbers by case, oldest first.
pub(super) async fn former_numbers(
    connection: &mut AnyConnection,
) -> Result<HashMap<String, Vec<String>>, DbError> {
    let rows =
        sqlx::query("SELECT case_id, number FROM case_aliases ORDER BY until_version, number")
            .fetch_all(connection)
            .await?;
    let mut former: HashMap<String, Vec<String>> = HashMap::new();
    for row in &rows {
        former.entry(row.get(0)).or_default().push(row.get(1));
    }
    Ok(former)
}
