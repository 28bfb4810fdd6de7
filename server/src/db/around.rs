//! The cases around a record: those to which its number, the relations of these and its debtor lead, as
//! they are and as they were under an earlier list.

use super::lists::{kept_json, newest_version};
use super::{Db, DbError, Write, rows_of};
use crate::list::ListCase;
use sqlx::{AnyConnection, AssertSqlSafe, Row};
use std::collections::{BTreeMap, BTreeSet};
use waiqin_protocol::numbers::identity::looks_masked;
use waiqin_protocol::reconcile::Visit;

/// Most cases that are read around one record.
const CASES_MAX: usize = 300;
/// Changes of one case that are read.
const HISTORY_MAX: i64 = 200;
/// Characters of a code by which it is looked up.
const TAIL: usize = 4;
/// Cases whose keys are written at once.
const KEYS_AT_ONCE: usize = 200;

/// By what cases are found beside their number.
mod kind {
    pub const FIRST: &str = "first";
    pub const MAIN: &str = "main";
    pub const CODE: &str = "code";
    pub const SUM: &str = "sum";
}

/// A case with what lists said of it before.
#[derive(Clone, Debug)]
pub struct KnownCase {
    /// As the newest list leaves it.
    pub case: ListCase,
    /// Lists in a row that did not hold it.
    pub absent: u32,
    /// Numbers that it had before.
    pub former_numbers: Vec<String>,
    /// As it was under each list that changed it, oldest first: version, the case, lists in a row that did
    /// not hold it. The first may be of before its version's change.
    pub history: Vec<(i64, ListCase, u32)>,
    /// The version before which nothing is known of it; 0: it was always known.
    pub came: i64,
}

/// What is known around a record.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// The cases.
    pub cases: Vec<KnownCase>,
    /// The newest list.
    pub list_version: i64,
}

impl Write {
    /// The cases around a record; `placed` is one that is looked at in any case.
    ///
    /// # Errors
    /// When a statement fails or a row does not read.
    pub async fn around(&mut self, visit: &Visit, placed: Option<&str>) -> Result<Around, DbError> {
        around(self.tx(), visit, placed).await
    }
}

impl Db {
    /// The cases around a record, for reading.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn around(&self, visit: &Visit, placed: Option<&str>) -> Result<Around, DbError> {
        let mut connection = self.pool().acquire().await?;
        around(&mut connection, visit, placed).await
    }

    /// Notes by what cases are found, for a database of before that was noted.
    ///
    /// # Errors
    /// When a statement fails or a row does not read.
    pub async fn fill_case_keys(&self) -> Result<(), DbError> {
        let mut write = self.write().await?;
        let mut after = String::new();
        loop {
            let rows = sqlx::query("SELECT id, body FROM cases WHERE id > $1 ORDER BY id LIMIT $2")
                .bind(after)
                .bind(i64::try_from(KEYS_AT_ONCE).unwrap_or(i64::MAX))
                .fetch_all(write.tx())
                .await?;
            let Some(last) = rows.last() else {
                break;
            };
            after = last.get(0);
            let mut cases: Vec<ListCase> = Vec::with_capacity(rows.len());
            for row in &rows {
                cases.push(super::of_json(row.get(1), "case of the list")?);
            }
            put_case_keys(write.tx(), &cases.iter().collect::<Vec<_>>()).await?;
        }
        write.commit().await?;
        Ok(())
    }
}

/// Writes by what some cases are found, in place of what was written before.
pub(super) async fn put_case_keys(
    connection: &mut AnyConnection,
    cases: &[&ListCase],
) -> Result<(), DbError> {
    for some in cases.chunks(KEYS_AT_ONCE) {
        let ids: Vec<String> = some.iter().map(|case| case.id.clone()).collect();
        let sql = format!(
            "DELETE FROM case_keys WHERE case_id IN {}",
            rows_of(1, ids.len())
        );
        bound(&sql, &ids).execute(&mut *connection).await?;
        let mut values = Vec::new();
        for case in some {
            for (kind, key) in keys_of(case) {
                values.extend([kind.to_owned(), key, case.id.clone()]);
            }
        }
        for some in values.chunks(3 * KEYS_AT_ONCE) {
            let sql = format!(
                "INSERT INTO case_keys (kind, key, case_id) VALUES {} ON CONFLICT DO NOTHING",
                rows_of(some.len() / 3, 3)
            );
            bound(&sql, some).execute(&mut *connection).await?;
        }
    }
    Ok(())
}

fn keys_of(case: &ListCase) -> BTreeSet<(&'static str, String)> {
    let mut keys = BTreeSet::new();
    keys.extend(case.first_case.iter().map(|it| (kind::FIRST, it.clone())));
    keys.extend(case.merged_into.iter().map(|it| (kind::MAIN, it.clone())));
    let codes = case.debtors.iter().filter_map(|it| it.code.as_deref());
    keys.extend(codes.map(|code| (kind::CODE, tail(code))));
    let sums = [case.amount_fen, case.remaining_fen].into_iter().flatten();
    keys.extend(sums.map(|sum| (kind::SUM, sum.to_string())));
    keys
}

/// The end of a code that is shown; empty where it is masked.
fn tail(code: &str) -> String {
    let from = code.chars().count().saturating_sub(TAIL);
    let tail: String = code.chars().skip(from).collect();
    match looks_masked(&tail) {
        true => String::new(),
        false => tail.to_ascii_uppercase(),
    }
}

async fn around(
    connection: &mut AnyConnection,
    visit: &Visit,
    placed: Option<&str>,
) -> Result<Around, DbError> {
    let mut ids = BTreeSet::new();
    if let Some(id) = &visit.case {
        ids.extend(found(connection, "SELECT id FROM cases WHERE id = $1", &[&id.0]).await?);
    }
    for number in &visit.numbers {
        ids.extend(numbered(connection, number).await?);
    }
    if ids.is_empty() {
        ids.extend(by_debtor(connection, visit).await?);
    }
    ids.extend(placed.map(str::to_owned));
    let mut cases = read(connection, &ids).await?;
    let near = relations(connection, &cases).await?;
    let more: BTreeSet<String> = near.difference(&ids).cloned().collect();
    cases.extend(read(connection, &more).await?);
    Ok(Around {
        cases,
        list_version: newest_version(connection).await?,
    })
}

/// Cases that have a number, or had it.
async fn numbered(connection: &mut AnyConnection, number: &str) -> Result<Vec<String>, DbError> {
    let sql = "SELECT id FROM cases WHERE number = $1 UNION \
               SELECT case_id FROM case_aliases WHERE number = $1";
    found(connection, sql, &[number]).await
}

/// Cases to which a debtor's code, or an amount, leads: more than fit, which the comparison sorts out.
async fn by_debtor(connection: &mut AnyConnection, visit: &Visit) -> Result<Vec<String>, DbError> {
    let keyed = "SELECT case_id FROM case_keys WHERE kind = $1 AND key = $2 ORDER BY case_id";
    let mut ids = Vec::new();
    let code = visit.debtor.as_ref().and_then(|it| it.code.as_deref());
    if let Some(code) = code {
        for key in BTreeSet::from([tail(code), String::new()]) {
            ids.extend(found(connection, keyed, &[kind::CODE, &key]).await?);
        }
    }
    if let Some(sum) = visit.amount_fen {
        ids.extend(found(connection, keyed, &[kind::SUM, &sum.to_string()]).await?);
    }
    ids.truncate(CASES_MAX);
    Ok(ids)
}

/// The cases that follow some, that they follow, and into which they went.
async fn relations(
    connection: &mut AnyConnection,
    cases: &[KnownCase],
) -> Result<BTreeSet<String>, DbError> {
    let mut near = BTreeSet::new();
    let follow = "SELECT case_id FROM case_keys WHERE kind = $1 AND key = $2";
    for known in cases {
        for number in known.former_numbers.iter().chain([&known.case.number]) {
            near.extend(found(connection, follow, &[kind::FIRST, number]).await?);
        }
        for number in known.case.first_case.iter().chain(&known.case.merged_into) {
            near.extend(numbered(connection, number).await?);
        }
    }
    Ok(near)
}

/// The first column of a query's rows, at most [`CASES_MAX`].
async fn found(
    connection: &mut AnyConnection,
    sql: &str,
    values: &[&str],
) -> Result<Vec<String>, DbError> {
    let values: Vec<String> = values.iter().map(|it| (*it).to_owned()).collect();
    let sql = format!("{sql} LIMIT {CASES_MAX}");
    let rows = bound(&sql, &values).fetch_all(connection).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

async fn read(
    connection: &mut AnyConnection,
    ids: &BTreeSet<String>,
) -> Result<Vec<KnownCase>, DbError> {
    let ids: Vec<String> = ids.iter().take(CASES_MAX).cloned().collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let places = rows_of(1, ids.len());
    let sql = format!("SELECT id, body, absent FROM cases WHERE id IN {places} ORDER BY id");
    let rows = bound(&sql, &ids).fetch_all(&mut *connection).await?;
    let sql = format!(
        "SELECT case_id, number FROM case_aliases WHERE case_id IN {places} \
         ORDER BY until_version, number"
    );
    let mut former: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in &bound(&sql, &ids).fetch_all(&mut *connection).await? {
        former.entry(row.get(0)).or_default().push(row.get(1));
    }
    let mut cases = Vec::with_capacity(rows.len());
    for row in &rows {
        let id: String = row.get(0);
        let (history, came) = history(connection, &id).await?;
        cases.push(KnownCase {
            case: super::of_json(row.get(1), "case of the list")?,
            absent: u32::try_from(row.get::<i64, _>(2)).unwrap_or(u32::MAX),
            former_numbers: former.remove(&id).unwrap_or_default(),
            history,
            came,
        });
    }
    Ok(cases)
}

/// What lists made of a case, oldest first, and the version with which it came.
async fn history(
    connection: &mut AnyConnection,
    id: &str,
) -> Result<(Vec<(i64, ListCase, u32)>, i64), DbError> {
    let mut rows = sqlx::query(
        "SELECT version, before, after FROM case_changes WHERE case_id = $1 \
         ORDER BY version DESC LIMIT $2",
    )
    .bind(id.to_owned())
    .bind(HISTORY_MAX)
    .fetch_all(connection)
    .await?;
    rows.reverse();
    let (mut history, mut came) = (Vec::with_capacity(rows.len()), 0);
    for (at, row) in rows.iter().enumerate() {
        let version: i64 = row.get(0);
        let before: Option<String> = row.get(1);
        match before {
            Some(before) if at == 0 => {
                let (case, absent) = kept_json(&before)?;
                history.push((version - 1, case, absent));
            }
            None if at == 0 => came = version,
            Some(_) | None => {}
        }
        if let Some(after) = row.get::<Option<String>, _>(2) {
            let (case, absent) = kept_json(&after)?;
            history.push((version, case, absent));
        }
    }
    Ok((history, came))
}

/// A query with text values.
fn bound<'q>(
    sql: &str,
    values: &[String],
) -> sqlx::query::Query<'q, sqlx::Any, <sqlx::Any as sqlx::Database>::Arguments> {
    let mut query = sqlx::query(AssertSqlSafe(sql.to_owned()));
    for value in values {
        query = query.bind(value.clone());
    }
    query
}
