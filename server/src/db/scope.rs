//! What an officer may see, in the order in which it changed: pages of changes are cut from here.

use super::{Db, DbError};
use sqlx::Row;
use sqlx::any::AnyRow;
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
}

impl Db {
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
        let mut changes = Vec::with_capacity(rows.len());
        for row in &rows {
            changes.push(self.scope_change(row).await?);
        }
        Ok(changes)
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

    async fn scope_change(&self, row: &AnyRow) -> Result<ScopeChange, DbError> {
        let number = super::number_out(row.get(0))?;
        let case_id: String = row.get(1);
        let Some(body) = row.get::<Option<String>, _>(2) else {
            return Ok(ScopeChange {
                number,
                case_id,
                case: None,
            });
        };
        let former_numbers = match row.get::<i64, _>(4) {
            0 => Vec::new(),
            _ => self.aliases_of(&case_id).await?,
        };
        let list_version = super::number_out(row.get(3))?;
        let case = Some(ScopeCase {
            body,
            list_version,
            former_numbers,
        });
        Ok(ScopeChange {
            number,
            case_id,
            case,
        })
    }

    async fn aliases_of(&self, case_id: &str) -> Result<Vec<String>, DbError> {
        let rows = sqlx::query(
            "SELECT number FROM case_aliases WHERE case_id = $1 \
             ORDER BY until_version DESC, number",
        )
        .bind(case_id)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }
}

/// Cases in scope and cases that left it, in one order: the database's own order of ids, which
/// differs between engines and must not be mixed with ours.
const CHANGES: &str = "SELECT number, id, body, list_version, aliases FROM ( \
     SELECT c.changed_number AS number, c.id AS id, c.body AS body, \
     c.list_version AS list_version, \
     (SELECT COUNT(*) FROM case_aliases a WHERE a.case_id = c.id) AS aliases \
     FROM cases c WHERE c.officer = $1 AND c.changed_number >= $2 \
     AND (c.changed_number > $2 OR c.id > $3) AND c.changed_number <= $4 \
     UNION ALL \
     SELECT r.number, r.case_id, NULL, 0, 0 \
     FROM scope_removals r WHERE r.officer = $1 AND r.number >= $2 \
     AND (r.number > $2 OR r.case_id > $3) AND r.number <= $4 AND NOT EXISTS \
     (SELECT 1 FROM cases c WHERE c.id = r.case_id AND c.officer = $1) \
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
            add_case(&db, "back", "n", "王法官", 8).await;
            remove(&db, "王法官", "gone", 5).await;
            remove(&db, "王法官", "back", 6).await;
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
