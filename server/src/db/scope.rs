//! What an officer may see: who sees which case, kept with every write that changes it, and the changes in
//! their order, from which pages are cut.

use super::desk::places;
use super::{Db, DbError, Write};
use sqlx::{AssertSqlSafe, Row};
use std::collections::{BTreeMap, BTreeSet};
use waiqin_protocol::ids::Link;
use waiqin_protocol::journal::LogPosition;

/// A place in the order of changes: everything up to it was sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScopeMark {
    /// Number of the log.
    pub number: u64,
    /// The case within that number up to which was sent; `None`: the whole number was.
    pub case_id: Option<String>,
}

/// A change of an officer's scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeChange {
    /// Number of the log that brought it.
    pub number: u64,
    /// The case.
    pub case_id: String,
    /// The case as it is, or `None` when it left the scope.
    pub case: Option<ScopeCase>,
}

/// A case in scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeCase {
    /// The list's row, JSON.
    pub body: String,
    /// Version of the list in which it was last seen.
    pub list_version: u64,
    /// Former numbers, newest first.
    pub former_numbers: Vec<String>,
    /// The newest assignment by which it is in the scope; `None`: by the list alone.
    pub assigned: Option<AssignedAs>,
}

/// An assignment as the officer sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignedAs {
    /// Who gave it.
    pub by: String,
    /// When, ms UTC.
    pub at_ms: i64,
    /// Why.
    pub reason: String,
}

/// Who may see cases by list and assignments, as rows of officer and case; `{ids}`: the cases.
const MAY_SEE: &str = "SELECT c.officer, c.id AS case_id FROM cases c \
     WHERE c.officer <> '' AND c.id IN {ids} \
     UNION SELECT u.list_name, a.case_id FROM assignments a JOIN users u ON u.id = a.officer \
     WHERE a.taken_ms IS NULL AND u.list_name <> '' AND a.case_id IN {ids}";

impl Write {
    /// Brings scopes to what list and assignments say of cases, at most 10,000, under a row of the log:
    /// who sees one newly is sent it, who does not any more is told.
    ///
    /// # Errors
    /// When a statement fails.
    pub(super) async fn rescope(&mut self, cases: &[&str], number: i64) -> Result<(), DbError> {
        if cases.is_empty() {
            return Ok(());
        }
        let ids = ids_of(cases);
        let may_see = MAY_SEE.replace("{ids}", &ids);
        let gone = format!("case_id IN {ids} AND (officer, case_id) NOT IN ({may_see})");
        for sql in [
            format!(
                "INSERT INTO scope_removals (officer, case_id, number) \
                 SELECT officer, case_id, $1 FROM scope WHERE {gone} \
                 ON CONFLICT (officer, case_id) DO UPDATE SET number = excluded.number"
            ),
            format!("DELETE FROM scope WHERE {gone} AND since <= $1"),
            format!(
                "INSERT INTO scope (officer, case_id, since, changed) \
                 SELECT officer, case_id, $1, $1 FROM ({may_see}) AS seen WHERE 1 = 1 \
                 ON CONFLICT (officer, case_id) DO NOTHING"
            ),
            format!(
                "DELETE FROM scope_removals WHERE case_id IN {ids} AND number <= $1 \
                 AND EXISTS (SELECT 1 FROM scope s WHERE s.officer = scope_removals.officer \
                 AND s.case_id = scope_removals.case_id)"
            ),
        ] {
            self.of_cases(sql, cases, number).await?;
        }
        Ok(())
    }

    /// Sends cases, at most 10,000, again to everybody who sees them, under a row of the log.
    ///
    /// # Errors
    /// When the statement fails.
    pub(super) async fn show_again(&mut self, cases: &[&str], number: i64) -> Result<(), DbError> {
        if cases.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "UPDATE scope SET changed = $1 WHERE case_id IN {}",
            ids_of(cases)
        );
        self.of_cases(sql, cases, number).await
    }

    /// Runs a statement whose `$1` is a row of the log, and the others the cases.
    async fn of_cases(&mut self, sql: String, cases: &[&str], number: i64) -> Result<(), DbError> {
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(number);
        for case in cases {
            query = query.bind((*case).to_owned());
        }
        query.execute(self.tx()).await?;
        Ok(())
    }
}

/// `($2, $3, …)`: the cases after one other value.
fn ids_of(cases: &[&str]) -> String {
    format!("({})", places(2, cases.len()))
}

impl Db {
    /// Cases in the scope of a name in the list.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn scope(&self, list_name: &str) -> Result<BTreeSet<String>, DbError> {
        let rows = sqlx::query("SELECT case_id FROM scope WHERE officer = $1")
            .bind(list_name)
            .fetch_all(self.pool())
            .await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    /// Whether a case is in the scope of a name in the list.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn in_scope(&self, list_name: &str, case_id: &str) -> Result<bool, DbError> {
        let row = sqlx::query("SELECT 1 FROM scope WHERE officer = $1 AND case_id = $2")
            .bind(list_name)
            .bind(case_id)
            .fetch_optional(self.pool())
            .await?;
        Ok(row.is_some())
    }

    /// Cases whose scopes are not what list and assignments say, at most `limit`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn scope_misfits(&self, limit: u32) -> Result<Vec<String>, DbError> {
        let rows = sqlx::query(
            "SELECT case_id FROM (SELECT s.case_id FROM scope s LEFT JOIN cases c ON c.id = s.case_id \
             WHERE COALESCE(c.officer, '') <> s.officer AND NOT EXISTS \
             (SELECT 1 FROM assignments a JOIN users u ON u.id = a.officer \
             WHERE a.case_id = s.case_id AND a.taken_ms IS NULL AND u.list_name = s.officer) \
             UNION SELECT c.id FROM cases c WHERE c.officer <> '' AND NOT EXISTS \
             (SELECT 1 FROM scope s WHERE s.officer = c.officer AND s.case_id = c.id) \
             UNION SELECT a.case_id FROM assignments a JOIN users u ON u.id = a.officer \
             WHERE a.taken_ms IS NULL AND u.list_name <> '' AND NOT EXISTS \
             (SELECT 1 FROM scope s WHERE s.officer = u.list_name AND s.case_id = a.case_id)) \
             AS misfits ORDER BY case_id LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(self.pool())
        .await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    /// Changes of the scope of a name in the list after a mark, up to a number of the log, in
    /// order, at most `limit`. Fewer than `limit` means that there are no more.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn scope_changes(
        &self,
        list_name: &str,
        after: &ScopeMark,
        up_to: u64,
        limit: u32,
    ) -> Result<Vec<ScopeChange>, DbError> {
        // Without a case the whole number is behind us: continue with the next.
        let number = super::number_in(after.number)?;
        let from = if after.case_id.is_some() {
            number
        } else {
            number.saturating_add(1)
        };
        let rows = sqlx::query(CHANGES)
            .bind(list_name)
            .bind(from)
            .bind(after.case_id.clone().unwrap_or_default())
            .bind(super::number_in(up_to)?)
            .bind(i64::from(limit))
            .fetch_all(self.pool())
            .await?;
        let cases = |counted: usize| -> Vec<&str> {
            let with = rows.iter().filter(|row| row.get::<i64, _>(counted) > 0);
            with.map(|row| row.get(1)).collect()
        };
        let mut aliases = self.aliases_of(&cases(4)).await?;
        let mut assigned = self.assigned_as(&cases(5), list_name).await?;
        rows.iter()
            .map(|row| {
                let case_id: String = row.get(1);
                let case = match row.get::<Option<String>, _>(2) {
                    Some(body) => Some(ScopeCase {
                        body,
                        list_version: super::number_out(row.get(3))?,
                        former_numbers: aliases.remove(&case_id).unwrap_or_default(),
                        assigned: assigned.remove(&case_id),
                    }),
                    None => None,
                };
                Ok(ScopeChange {
                    number: super::number_out(row.get(0))?,
                    case_id,
                    case,
                })
            })
            .collect()
    }

    /// Link after a row of the log; [`Link::ZERO`] before the first. `None` when there is no such
    /// row.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn log_link(&self, number: u64) -> Result<Option<Link>, DbError> {
        if number == 0 {
            return Ok(Some(Link::ZERO));
        }
        let Ok(number) = i64::try_from(number) else {
            return Ok(None);
        };
        let row = sqlx::query("SELECT link FROM log WHERE number = $1")
            .bind(number)
            .fetch_optional(self.pool())
            .await?;
        row.map(|row| super::parsed(row.get(0), "link of the log"))
            .transpose()
    }

    /// Whether a position is in this log: one that is not proves that the log was rolled back.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn knows_position(&self, position: &LogPosition) -> Result<bool, DbError> {
        Ok(self.log_link(position.number).await? == Some(position.link))
    }

    /// The newest assignments by which cases are in a scope.
    async fn assigned_as(
        &self,
        cases: &[&str],
        list_name: &str,
    ) -> Result<BTreeMap<String, AssignedAs>, DbError> {
        if cases.is_empty() {
            return Ok(BTreeMap::new());
        }
        let sql = format!(
            "SELECT a.case_id, COALESCE(g.name, ''), a.given_ms, a.reason FROM assignments a \
             JOIN users u ON u.id = a.officer LEFT JOIN users g ON g.id = a.given_by \
             WHERE a.case_id IN {} AND a.taken_ms IS NULL AND u.list_name = $1 ORDER BY a.number",
            ids_of(cases)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(list_name.to_owned());
        for case in cases {
            query = query.bind((*case).to_owned());
        }
        let rows = query.fetch_all(self.pool()).await?;
        let newest_last = rows.iter().map(|row| {
            let given = AssignedAs {
                by: row.get(1),
                at_ms: row.get(2),
                reason: row.get(3),
            };
            (row.get(0), given)
        });
        Ok(newest_last.collect())
    }

    /// Former numbers of cases, newest first.
    async fn aliases_of(&self, cases: &[&str]) -> Result<BTreeMap<String, Vec<String>>, DbError> {
        if cases.is_empty() {
            return Ok(BTreeMap::new());
        }
        let sql = format!(
            "SELECT case_id, number FROM case_aliases WHERE case_id IN ({}) \
             ORDER BY case_id, until_version DESC, number",
            places(1, cases.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for case in cases {
            query = query.bind((*case).to_owned());
        }
        let mut aliases: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in query.fetch_all(self.pool()).await? {
            aliases.entry(row.get(0)).or_default().push(row.get(1));
        }
        Ok(aliases)
    }
}

/// Cases in scope and cases that left it, in one order: the database's own order of ids, which
/// differs between engines and must not be mixed with ours.
const CHANGES: &str = "SELECT number, id, body, list_version, aliases, assigned FROM ( \
     SELECT s.changed AS number, c.id AS id, c.body AS body, c.list_version AS list_version, \
     (SELECT COUNT(*) FROM case_aliases a WHERE a.case_id = c.id) AS aliases, \
     (SELECT COUNT(*) FROM assignments a WHERE a.case_id = c.id AND a.taken_ms IS NULL) AS assigned \
     FROM scope s CROSS JOIN cases c WHERE s.officer = $1 AND s.changed >= $2 \
     AND (s.changed > $2 OR s.case_id > $3) AND s.changed <= $4 AND c.id = s.case_id \
     UNION ALL \
     SELECT r.number, r.case_id, NULL, 0, 0, 0 \
     FROM scope_removals r WHERE r.officer = $1 AND r.number >= $2 \
     AND (r.number > $2 OR r.case_id > $3) AND r.number <= $4 \
     ) AS changes ORDER BY number, id LIMIT $5";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::records::tests::add_case;
    use crate::db::testing;

    async fn remove(db: &Db, officer: &str, case_id: &str, number: i64) {
        sqlx::query("INSERT INTO scope_removals VALUES ($1, $2, $3)")
            .bind(officer)
            .bind(case_id)
            .bind(number)
            .execute(db.pool())
            .await
            .unwrap();
    }

    /// Reads all changes by pages of `limit`.
    async fn all(
        db: &Db,
        mut after: ScopeMark,
        up_to: u64,
        limit: u32,
    ) -> Vec<(u64, String, bool)> {
        let mut seen = Vec::new();
        loop {
            let page = db
                .scope_changes("王法官", &after, up_to, limit)
                .await
                .unwrap();
            for change in &page {
                seen.push((change.number, change.case_id.clone(), change.case.is_some()));
            }
            match page.last() {
                Some(last) if page.len() == limit as usize => {
                    after = ScopeMark {
                        number: last.number,
                        case_id: Some(last.case_id.clone()),
                    };
                }
                Some(_) | None => return seen,
            }
        }
    }

    #[tokio::test]
    async fn pages_of_any_size_bring_the_same_changes_once_and_in_order() {
        for (db, _kept) in testing::engines().await {
            // Ids whose order differs between collations, all of one import.
            for id in ["a", "B", "b", "A1", "a-1", "案1", "zz"] {
                add_case(&db, id, &format!("n{id}"), "王法官", 5).await;
            }
            add_case(&db, "later", "n", "王法官", 9).await;
            add_case(&db, "foreign", "n", "李法官", 5).await;
            remove(&db, "王法官", "gone", 5).await;
            remove(&db, "王法官", "back", 6).await;
            add_case(&db, "back", "n", "王法官", 8).await;
            remove(&db, "李法官", "B", 6).await;
            let start = ScopeMark {
                number: 0,
                case_id: None,
            };
            let whole = all(&db, start.clone(), 100, 100).await;
            assert_eq!(whole.len(), 10);
            assert!(whole.contains(&(5, "gone".into(), false)));
            assert!(whole.contains(&(8, "back".into(), true)));
            assert!(!whole.iter().any(|change| change.1 == "foreign"));
            for limit in [1, 2, 3, 7] {
                assert_eq!(
                    all(&db, start.clone(), 100, limit).await,
                    whole,
                    "pages of {limit}"
                );
            }
            let after = ScopeMark {
                number: 5,
                case_id: None,
            };
            assert_eq!(all(&db, after.clone(), 100, 3).await, whole[8..]);
            assert_eq!(all(&db, after, 8, 3).await, whole[8..9]);
        }
    }

    #[tokio::test]
    async fn a_case_carries_its_former_numbers_newest_first() {
        for (db, _kept) in testing::engines().await {
            add_case(&db, "A1", "new", "王法官", 5).await;
            for (number, until) in [("older", 1), ("old", 2)] {
                sqlx::query("INSERT INTO case_aliases VALUES ($1, 'A1', $2)")
                    .bind(number)
                    .bind(i64::from(until))
                    .execute(db.pool())
                    .await
                    .unwrap();
            }
            let start = ScopeMark {
                number: 0,
                case_id: None,
            };
            let changes = db.scope_changes("王法官", &start, 100, 10).await.unwrap();
            let case = changes[0].case.as_ref().unwrap();
            assert_eq!(case.former_numbers, ["old", "older"]);
            assert_eq!(case.list_version, 1);
        }
    }
}
