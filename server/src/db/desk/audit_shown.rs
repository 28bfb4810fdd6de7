//! The audit log as its page shows it.

use super::Bound;
use crate::db::{Db, DbError};
use sqlx::{AssertSqlSafe, Row};

/// Which rows of the audit log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only what this person did.
    pub user: Option<String>,
    /// Only this act, as stored.
    pub act: Option<String>,
    /// Only from this moment on and before the other, ms UTC.
    pub between_ms: Option<(i64, i64)>,
    /// Only rows before this number.
    pub before: Option<i64>,
    /// Most rows.
    pub limit: u32,
}

/// A row of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditShown {
    /// Its number.
    pub number: i64,
    /// When, ms UTC.
    pub at_ms: i64,
    /// What, as stored.
    pub act: String,
    /// Ids, numbers and hashes that it is about, as stored.
    pub object: Option<String>,
    /// Who did it; `None`: the server itself, a phone, or its command line.
    pub user_name: Option<String>,
    /// The journal that it is about.
    pub journal: Option<String>,
    /// Name of that journal's officer.
    pub officer_name: Option<String>,
    /// What his phone calls itself.
    pub device_name: Option<String>,
    /// The office writes in that journal: it is no phone's.
    pub of_office: bool,
    /// Number of the case that it is about.
    pub case_number: Option<String>,
}

impl Db {
    /// Rows of the audit log, newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn audit_shown(&self, filter: &AuditFilter) -> Result<Vec<AuditShown>, DbError> {
        let mut sql = "SELECT a.number, a.at_ms, a.act, a.object, w.name, a.journal, u.name, \
             j.device_name, COALESCE(j.office, 0), c.number FROM audit a LEFT JOIN users w ON w.id = a.user_id \
             LEFT JOIN journals j ON j.id = a.journal LEFT JOIN users u ON u.id = j.officer \
             LEFT JOIN cases c ON a.act IN ('case-read', 'incident-case-differed') \
             AND c.id = a.object WHERE 1 = 1"
            .to_owned();
        let mut bound = Vec::new();
        let mut add = |condition: &str, value: Bound| {
            bound.push(value);
            sql.push_str(&format!(" AND {condition} ${}", bound.len()));
        };
        if let Some(user) = &filter.user {
            add("a.user_id =", Bound::Text(user.clone()));
        }
        if let Some(act) = &filter.act {
            add("a.act =", Bound::Text(act.clone()));
        }
        if let Some((from_ms, to_ms)) = filter.between_ms {
            add("a.at_ms >=", Bound::Number(from_ms));
            add("a.at_ms <", Bound::Number(to_ms));
        }
        if let Some(before) = filter.before {
            add("a.number <", Bound::Number(before));
        }
        sql.push_str(&format!(" ORDER BY a.number DESC LIMIT {}", filter.limit));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for value in bound {
            query = match value {
                Bound::Text(text) => query.bind(text),
                Bound::Number(number) => query.bind(number),
            };
        }
        let rows = query.fetch_all(self.pool()).await?;
        Ok(rows
            .iter()
            .map(|row| AuditShown {
                number: row.get(0),
                at_ms: row.get(1),
                act: row.get(2),
                object: row.get(3),
                user_name: row.get(4),
                journal: row.get(5),
                officer_name: row.get(6),
                device_name: row.get(7),
                of_office: row.get::<i64, _>(8) != 0,
                case_number: row.get(9),
            })
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::users::tests::officer;
    use crate::db::{AuditAct, testing};

    #[tokio::test]
    async fn rows_are_found_by_person_act_and_day_and_come_page_by_page() {
        for (db, _kept) in testing::engines().await {
            let mut write = db.write().await.unwrap();
            for n in [1, 2] {
                write.add_user(&officer(n), None, 5).await.unwrap();
            }
            for at in 10..20 {
                let who = officer(u8::from(at % 2 == 0) + 1).id;
                let act = if at < 15 {
                    AuditAct::CaseRead
                } else {
                    AuditAct::RecordRead
                };
                write
                    .audit(act, Some(who), None, Some("A1"), at)
                    .await
                    .unwrap();
            }
            write.commit().await.unwrap();
            let found = async |filter: AuditFilter| -> Vec<i64> {
                let rows = db.audit_shown(&filter).await.unwrap();
                rows.iter().map(|row| row.at_ms).collect()
            };
            let all = AuditFilter {
                limit: 100,
                ..AuditFilter::default()
            };
            assert_eq!(found(all.clone()).await.len(), 12);
            let by = AuditFilter {
                user: Some(officer(1).id.to_string()),
                ..all.clone()
            };
            assert_eq!(found(by.clone()).await, [19, 17, 15, 13, 11]);
            let acts = AuditFilter {
                act: Some("case-read".into()),
                ..by.clone()
            };
            assert_eq!(found(acts).await, [13, 11]);
            let day = AuditFilter {
                between_ms: Some((13, 17)),
                ..all.clone()
            };
            assert_eq!(found(day).await, [16, 15, 14, 13]);
            let page = AuditFilter { limit: 2, ..by };
            let rows = db.audit_shown(&page).await.unwrap();
            assert_eq!(rows[0].user_name.as_deref(), Some("王某"));
            let next = AuditFilter {
                before: Some(rows[1].number),
                ..page
            };
            assert_eq!(found(next).await, [15, 13]);
        }
    }
}
