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
const HISTORY_MAX: usize = 200;
/// Cases whose changes are read at once.
const HISTORIES_AT_ONCE: usize = 50;
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
        let by_id = "SELECT id FROM cases WHERE id = $1";
        ids.extend(found(connection, by_id, std::slice::from_ref(&id.0)).await?);
    }
    ids.extend(numbered(connection, &visit.numbers.iter().cloned().collect()).await?);
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

/// Cases that have one of some numbers, or had it.
async fn numbered(
    connection: &mut AnyConnection,
    numbers: &BTreeSet<String>,
) -> Result<Vec<String>, DbError> {
    let mut ids = Vec::new();
    for some in chunks(numbers) {
        let places = rows_of(1, some.len());
        let sql = format!(
            "SELECT id FROM cases WHERE number IN {places} UNION \
             SELECT case_id FROM case_aliases WHERE number IN {places}"
        );
        ids.extend(found(connection, &sql, &some).await?);
    }
    Ok(ids)
}

/// Texts as statements take them.
fn chunks(texts: &BTreeSet<String>) -> Vec<Vec<String>> {
    let texts: Vec<String> = texts.iter().cloned().collect();
    texts.chunks(KEYS_AT_ONCE).map(<[String]>::to_vec).collect()
}

/// Cases to which a debtor's code, or an amount, leads: more than fit, which the comparison sorts out.
async fn by_debtor(connection: &mut AnyConnection, visit: &Visit) -> Result<Vec<String>, DbError> {
    let keyed = "SELECT case_id FROM case_keys WHERE kind = $1 AND key = $2 ORDER BY case_id";
    let mut ids = Vec::new();
    let code = visit.debtor.as_ref().and_then(|it| it.code.as_deref());
    if let Some(code) = code {
        for key in BTreeSet::from([tail(code), String::new()]) {
            ids.extend(found(connection, keyed, &[kind::CODE.to_owned(), key]).await?);
        }
    }
    if let Some(sum) = visit.amount_fen {
        ids.extend(found(connection, keyed, &[kind::SUM.to_owned(), sum.to_string()]).await?);
    }
    ids.truncate(CASES_MAX);
    Ok(ids)
}

/// The cases that follow some, that they follow, and into which they went.
async fn relations(
    connection: &mut AnyConnection,
    cases: &[KnownCase],
) -> Result<BTreeSet<String>, DbError> {
    let (mut own, mut others) = (BTreeSet::new(), BTreeSet::new());
    for known in cases {
        own.extend(
            known
                .former_numbers
                .iter()
                .chain([&known.case.number])
                .cloned(),
        );
        others.extend(known.case.first_case.iter().cloned());
        others.extend(known.case.merged_into.iter().cloned());
    }
    let mut near = BTreeSet::new();
    for some in chunks(&own) {
        let follow = format!(
            "SELECT case_id FROM case_keys WHERE kind = '{}' AND key IN {}",
            kind::FIRST,
            rows_of(1, some.len())
        );
        near.extend(found(connection, &follow, &some).await?);
    }
    near.extend(numbered(connection, &others).await?);
    Ok(near)
}

/// The first column of a query's rows, at most [`CASES_MAX`].
async fn found(
    connection: &mut AnyConnection,
    sql: &str,
    values: &[String],
) -> Result<Vec<String>, DbError> {
    let sql = format!("{sql} LIMIT {CASES_MAX}");
    let rows = bound(&sql, values).fetch_all(connection).await?;
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
    let mut changes = changes(connection, &ids).await?;
    let mut cases = Vec::with_capacity(rows.len());
    for row in &rows {
        let id: String = row.get(0);
        let (history, came) = history(changes.remove(&id).unwrap_or_default())?;
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

/// A list version that changed a case, with the case before and after.
type Change = (i64, Option<String>, Option<String>);
/// A case under each list that changed it: version, the case, lists in a row that did not hold it.
type History = Vec<(i64, ListCase, u32)>;

/// What lists changed in some cases, oldest first, of each the newest [`HISTORY_MAX`].
async fn changes(
    connection: &mut AnyConnection,
    ids: &[String],
) -> Result<BTreeMap<String, Vec<Change>>, DbError> {
    let mut changes: BTreeMap<String, Vec<Change>> = BTreeMap::new();
    for some in ids.chunks(HISTORIES_AT_ONCE) {
        let sql = format!(
            "SELECT case_id, version, before, after FROM case_changes WHERE case_id IN {} \
             ORDER BY case_id, version DESC",
            rows_of(1, some.len())
        );
        for row in bound(&sql, some).fetch_all(&mut *connection).await? {
            let of = changes.entry(row.get(0)).or_default();
            if of.len() < HISTORY_MAX {
                of.push((row.get(1), row.get(2), row.get(3)));
            }
        }
    }
    changes.values_mut().for_each(|of| of.reverse());
    Ok(changes)
}

/// What lists made of a case, oldest first, and the version with which it came.
fn history(changes: Vec<Change>) -> Result<(History, i64), DbError> {
    let (mut history, mut came) = (Vec::with_capacity(changes.len()), 0);
    for (at, (version, before, after)) in changes.into_iter().enumerate() {
        match before {
            Some(before) if at == 0 => {
                let (case, absent) = kept_json(&before)?;
                history.push((version - 1, case, absent));
            }
            None if at == 0 => came = version,
            Some(_) | None => {}
        }
        if let Some(after) = after {
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
