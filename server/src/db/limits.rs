//! What phones are told beforehand, and every set of rules that was ever told with it.

use super::{Db, DbError, Meta, json, number_in, of_json};
use sqlx::Row;
use waiqin_protocol::rules::RuleSet;
use waiqin_protocol::wire::hello::Limits;

/// A set of rules, and since when it applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSetRow {
    /// When it began, ms UTC; 0: with the court.
    pub since_ms: i64,
    /// The set.
    pub rules: RuleSet,
}

impl Db {
    /// The limits that phones were told last.
    ///
    /// # Errors
    /// When the database does not answer or they do not read.
    pub async fn limits(&self) -> Result<Option<Limits>, DbError> {
        let text = self.meta(Meta::Limits).await?;
        text.map(|text| of_json(&text, "limits")).transpose()
    }

    /// Keeps new limits; with `rules_since_ms` their rules are a new set, which begins then.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn keep_limits(
        &self,
        limits: &Limits,
        rules_since_ms: Option<i64>,
    ) -> Result<(), DbError> {
        let _turn = self.turn().await?;
        let mut transaction = self.pool().begin().await?;
        if let Some(since_ms) = rules_since_ms {
            sqlx::query("INSERT INTO rule_sets (version, since_ms, rules) VALUES ($1, $2, $3)")
                .bind(number_in(limits.version)?)
                .bind(since_ms)
                .bind(json(&limits.rules)?)
                .execute(&mut *transaction)
                .await?;
        }
        super::meta::set(&mut transaction, Meta::Limits, &json(limits)?).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The sets of rules up to a version of the limits, at most `most`; the newest first, which is
    /// the one that these limits carry.
    ///
    /// # Errors
    /// When the database does not answer or a set does not read.
    pub async fn rule_sets(&self, version: u64, most: u32) -> Result<Vec<RuleSetRow>, DbError> {
        let rows = sqlx::query(
            "SELECT since_ms, rules FROM rule_sets WHERE version <= $1 \
             ORDER BY version DESC LIMIT $2",
        )
        .bind(number_in(version)?)
        .bind(i64::from(most))
        .fetch_all(self.pool())
        .await?;
        rows.iter()
            .map(|row| {
                let rules: String = row.get(1);
                Ok(RuleSetRow {
                    since_ms: row.get(0),
                    rules: of_json(&rules, "set of rules")?,
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    fn limits(version: u64, excess_percent: u32) -> Limits {
        Limits {
            version,
            rules: RuleSet {
                excess_percent,
                ..RuleSet::default()
            },
            ..Limits::default()
        }
    }

    #[tokio::test]
    async fn sets_of_rules_stay_beside_the_limits_that_brought_them() {
        for (db, _kept) in testing::engines().await {
            assert_eq!(db.limits().await.unwrap(), None);
            assert_eq!(db.rule_sets(9, 9).await.unwrap(), []);
            db.keep_limits(&limits(1, 120), Some(10)).await.unwrap();
            db.keep_limits(&limits(2, 120), None).await.unwrap();
            db.keep_limits(&limits(3, 150), Some(30)).await.unwrap();
            assert_eq!(db.limits().await.unwrap(), Some(limits(3, 150)));
            let row = |since_ms, excess_percent| RuleSetRow {
                since_ms,
                rules: limits(0, excess_percent).rules,
            };
            let sets = [row(30, 150), row(10, 120)];
            assert_eq!(db.rule_sets(3, 9).await.unwrap(), sets);
            assert_eq!(db.rule_sets(3, 1).await.unwrap(), sets[..1]);
            assert_eq!(
                db.rule_sets(2, 9).await.unwrap(),
                sets[1..],
                "another process read newer settings; this one serves what it read"
            );
        }
    }

    #[tokio::test]
    async fn limits_that_do_not_read_are_an_error_and_no_new_beginning() {
        let (db, _dir) = testing::sqlite().await;
        db.set_meta(Meta::Limits, "{").await.unwrap();
        assert!(matches!(db.limits().await, Err(DbError::Stored { .. })));
    }
}
