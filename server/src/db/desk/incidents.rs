//! Incidents: where what a phone holds and what the court holds did not fit, as the audit log noted it.

use crate::db::{AUDIT_ACTS, AuditAct, Db, DbError, Incident};
use sqlx::Row;

/// A row of the audit log that is an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentShown {
    /// Noted, ms UTC.
    pub at_ms: i64,
    /// What it is.
    pub kind: Incident,
    /// Ids, numbers and hashes, as stored.
    pub object: Option<String>,
    /// The journal, where it is about one.
    pub journal: Option<String>,
    /// Name of its officer.
    pub officer_name: Option<String>,
    /// What the phone calls itself.
    pub device_name: Option<String>,
    /// Number of the case that it is about.
    pub case_number: Option<String>,
}

impl Db {
    /// The newest incidents, newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn incidents(&self, limit: u32) -> Result<Vec<IncidentShown>, DbError> {
        // The newest of each act, of which the newest of all: nothing else of the log is read.
        let of_act = |act: &str| {
            format!(
                "SELECT number FROM (SELECT number FROM audit WHERE act = '{act}' \
                 ORDER BY number DESC LIMIT $1) AS of_act"
            )
        };
        let newest: Vec<String> = incident_acts().map(of_act).collect();
        let sql = format!(
            "SELECT a.at_ms, a.act, a.object, a.journal, u.name, j.device_name, c.number \
             FROM (SELECT number FROM ({}) AS each ORDER BY number DESC LIMIT $1) AS newest \
             JOIN audit a ON a.number = newest.number LEFT JOIN journals j ON j.id = a.journal \
             LEFT JOIN users u ON u.id = j.officer \
             LEFT JOIN cases c ON a.act = 'incident-case-differed' AND c.id = a.object \
             ORDER BY newest.number DESC",
            newest.join(" UNION ALL ")
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(i64::from(limit))
            .fetch_all(self.pool())
            .await?;
        let shown = rows.iter().map(|row| {
            let act = AuditAct::of(row.get(1)).and_then(AuditAct::incident);
            Ok(IncidentShown {
                at_ms: row.get(0),
                kind: act.ok_or(DbError::Stored { what: "incident" })?,
                object: row.get(2),
                journal: row.get(3),
                officer_name: row.get(4),
                device_name: row.get(5),
                case_number: row.get(6),
            })
        });
        shown.collect()
    }

    /// How many incidents were noted since a time.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn incidents_since(&self, since_ms: i64) -> Result<u64, DbError> {
        let acts: Vec<String> = incident_acts().map(|act| format!("'{act}'")).collect();
        let sql = format!(
            "SELECT COUNT(*) FROM audit WHERE act IN ({}) AND at_ms >= $1",
            acts.join(", ")
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(since_ms)
            .fetch_one(self.pool())
            .await?;
        Ok(u64::try_from(row.get::<i64, _>(0)).unwrap_or_default())
    }
}

fn incident_acts() -> impl Iterator<Item = &'static str> {
    let acts = AUDIT_ACTS
        .into_iter()
        .filter(|act| act.incident().is_some());
    acts.map(AuditAct::as_str)
}

#[cfg(test)]
mod tests {
    use super::Incident;
    use crate::db::journals::tests::{add, journal};
    use crate::db::{AuditAct, testing};

    #[tokio::test]
    async fn incidents_come_newest_first_with_whose_phone_it_is() {
        for (db, _dir) in testing::engines().await {
            let journal = journal(1);
            add(&db, std::slice::from_ref(&journal)).await;
            let mut write = db.write().await.unwrap();
            for (act, at) in [(AuditAct::CaseRead, 5), (AuditAct::Restored, 6)] {
                write.audit(act, None, None, Some("7"), at).await.unwrap();
            }
            write.commit().await.unwrap();
            for (object, at) in [("9:aa", 7), ("9:aa", 8), ("10:bb", 9)] {
                db.audit_incident(AuditAct::Fork, journal.id, object, at)
                    .await
                    .unwrap();
            }
            let found = db.incidents(9).await.unwrap();
            let seen: Vec<(i64, Incident)> = found.iter().map(|it| (it.at_ms, it.kind)).collect();
            assert_eq!(
                seen,
                [
                    (9, Incident::Fork),
                    (7, Incident::Fork),
                    (6, Incident::Restored)
                ]
            );
            assert_eq!(found[0].object.as_deref(), Some("10:bb"));
            assert_eq!(found[0].journal, Some(journal.id.to_string()));
            assert_eq!(found[0].device_name, Some(journal.device_name.clone()));
            assert!(found[0].officer_name.is_some() && found[2].officer_name.is_none());
            assert_eq!(db.incidents(1).await.unwrap().len(), 1);
            assert_eq!(db.incidents_since(7).await.unwrap(), 2);
            assert_eq!(db.incidents_since(10).await.unwrap(), 0);
        }
    }
}
