//! Reading the case list for pages: what the search book holds, single cases, their history.

use super::lists::newest_version;
use super::{Db, DbError};
use futures_util::TryStreamExt;
use sqlx::{Any, AssertSqlSafe, Row};

/// Most cases that one page shows.
pub const CASES_PER_PAGE_MAX: usize = 100;

/// A case as lists and filters need it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseFacts {
    /// 案件标识
    pub id: String,
    /// Normal number.
    pub number: String,
    /// Type code.
    pub kind: String,
    /// 承办人
    pub officer: String,
    /// 案件进展阶段
    pub stage: String,
    /// 止停缓标志
    pub stay: String,
    /// 立案日期
    pub filed_on: Option<String>,
    /// 执行期限届满日期
    pub due_on: Option<String>,
    /// 结案日期
    pub closed_on: Option<String>,
    /// 剩余执行标的金额, fen
    pub remaining_fen: Option<i64>,
    /// Times that the case was absent from a list since it was last seen.
    pub absent: i64,
    /// What search looks at: number, parties, codes, address.
    pub search_text: String,
}

/// A case with everything that the list says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    /// 案件标识
    pub id: String,
    /// Normal number.
    pub number: String,
    /// The list's row as JSON.
    pub body: String,
    /// List version in which it first stood.
    pub first_version: i64,
    /// List version in which it last stood.
    pub list_version: i64,
    /// Times that it was absent since.
    pub absent: i64,
}

/// What a list version changed in a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseChange {
    /// The list version.
    pub version: i64,
    /// `import` or `rollback`.
    pub list_kind: String,
    /// Its file.
    pub file_name: String,
    /// When it was applied, ms UTC.
    pub applied_ms: i64,
    /// Kinds of change, as stored.
    pub kinds: String,
    /// The row before, JSON.
    pub before: Option<String>,
    /// The row after, JSON.
    pub after: Option<String>,
}

const CASE_COLUMNS: &str = "id, number, body, first_version, list_version, absent";

impl Db {
    /// The newest list version; 0 before the first import. Cases change with it alone.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn newest_list_version(&self) -> Result<i64, DbError> {
        let mut connection = self.pool().acquire().await?;
        newest_version(&mut connection).await
    }

    /// Every case, one after another, for the search book.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn each_case(&self, mut take: impl FnMut(CaseFacts)) -> Result<(), DbError> {
        let mut rows = sqlx::query(
            "SELECT id, number, kind, officer, stage, stay, filed_on, due_on, closed_on, \
             remaining_fen, absent, search_text FROM cases",
        )
        .fetch(self.pool());
        while let Some(row) = rows.try_next().await? {
            take(CaseFacts {
                id: row.get(0),
                number: row.get(1),
                kind: row.get(2),
                officer: row.get(3),
                stage: row.get(4),
                stay: row.get(5),
                filed_on: row.get(6),
                due_on: row.get(7),
                closed_on: row.get(8),
                remaining_fen: row.get(9),
                absent: row.get(10),
                search_text: row.get(11),
            });
        }
        Ok(())
    }

    /// Former numbers with the ids of the cases that carried them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn each_alias(&self, mut take: impl FnMut(String, String)) -> Result<(), DbError> {
        let mut rows = sqlx::query("SELECT number, case_id FROM case_aliases").fetch(self.pool());
        while let Some(row) = rows.try_next().await? {
            take(row.get(0), row.get(1));
        }
        Ok(())
    }

    /// One case.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn case(&self, id: &str) -> Result<Option<CaseRow>, DbError> {
        let sql = format!("SELECT {CASE_COLUMNS} FROM cases WHERE id = $1");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(id)
            .fetch_optional(self.pool())
            .await?;
        Ok(row.map(|row| case_row(&row)))
    }

    /// The cases of one page, in the order asked. At most [`CASES_PER_PAGE_MAX`] are looked up.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn cases_of(&self, ids: &[&str]) -> Result<Vec<CaseRow>, DbError> {
        let ids = &ids[..ids.len().min(CASES_PER_PAGE_MAX)];
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT {CASE_COLUMNS} FROM cases WHERE id IN ({})",
            super::desk::places(1, ids.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for id in ids {
            query = query.bind((*id).to_owned());
        }
        let rows = query.fetch_all(self.pool()).await?;
        let mut cases: Vec<CaseRow> = rows.iter().map(case_row).collect();
        cases.sort_by_key(|case| ids.iter().position(|id| *id == case.id));
        Ok(cases)
    }

    /// The case that carries this normal number now; the first one when a list gives a number twice.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn case_numbered(&self, number: &str) -> Result<Option<CaseRow>, DbError> {
        let sql = format!("SELECT {CASE_COLUMNS} FROM cases WHERE number = $1 ORDER BY id LIMIT 1");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(number)
            .fetch_optional(self.pool())
            .await?;
        Ok(row.map(|row| case_row(&row)))
    }

    /// Former numbers of a case, newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn former_numbers(&self, id: &str) -> Result<Vec<(String, i64)>, DbError> {
        let rows = sqlx::query(
            "SELECT number, until_version FROM case_aliases WHERE case_id = $1 \
             ORDER BY until_version DESC, number",
        )
        .bind(id)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    /// What lists changed in a case, newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn case_history(&self, id: &str, limit: u32) -> Result<Vec<CaseChange>, DbError> {
        let rows = sqlx::query(
            "SELECT c.version, l.kind, l.file_name, l.applied_ms, c.kinds, c.before, c.after \
             FROM case_changes c JOIN lists l ON l.version = c.version \
             WHERE c.case_id = $1 ORDER BY c.version DESC LIMIT $2",
        )
        .bind(id)
        .bind(i64::from(limit))
        .fetch_all(self.pool())
        .await?;
        Ok(rows
            .iter()
            .map(|row| CaseChange {
                version: row.get(0),
                list_kind: row.get(1),
                file_name: row.get(2),
                applied_ms: row.get(3),
                kinds: row.get(4),
                before: row.get(5),
                after: row.get(6),
            })
            .collect())
    }
}

fn case_row(row: &<Any as sqlx::Database>::Row) -> CaseRow {
    CaseRow {
        id: row.get(0),
        number: row.get(1),
        body: row.get(2),
        first_version: row.get(3),
        list_version: row.get(4),
        absent: row.get(5),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::db::testing;
    use crate::list::{ListCase, Party};
    use chrono::{Days, NaiveDate};

    const SURNAMES: [&str; 8] = ["赵", "钱", "孙", "李", "周", "吴", "郑", "王"];
    const STAGES: [&str; 4] = ["查控指挥", "外勤行动", "财产处置", "结案复查"];

    /// The n-th of many cases that look like a court's.
    pub(crate) fn sample(n: u32) -> ListCase {
        let day = |from: u64| {
            NaiveDate::from_ymd_opt(2016, 1, 4)
                .unwrap()
                .checked_add_days(Days::new(from))
        };
        let number = format!("（{}）粤0115执{}号", 2016 + n % 4, n / 4 + 1);
        ListCase {
            id: format!("44011500{n:08}"),
            number: number.clone(),
            number_raw: number,
            kind: "执".into(),
            filed_on: day(u64::from(n % 1400)),
            due_on: day(u64::from(n % 1400) + 182),
            closed_on: n
                .is_multiple_of(3)
                .then(|| day(u64::from(n % 1400) + 90))
                .flatten(),
            close_mode: if n.is_multiple_of(3) {
                "执行完毕".into()
            } else {
                String::new()
            },
            cause: "买卖合同纠纷".into(),
            applicants: vec![Party {
                name: format!("{}某{n}", SURNAMES[(n % 8) as usize]),
                code: Some(format!("440115{:012}", u64::from(n) * 7919)),
            }],
            debtors: vec![Party {
                name: format!("广州市某{n}机械有限公司"),
                code: Some(format!("91440115MA{n:08}")),
            }],
            amount_fen: Some(i64::from(n) * 12_345 + 1),
            remaining_fen: Some(i64::from(n) * 12_345),
            officer: format!("{}法官", SURNAMES[(n / 7 % 8) as usize]),
            stage: STAGES[(n % 4) as usize].into(),
            stay: if n.is_multiple_of(50) {
                "中止".into()
            } else {
                String::new()
            },
            address: Some(format!("广州市南沙区大岗镇豪岗大道{n}号")),
            ..ListCase::default()
        }
    }

    /// Puts cases into the list, as version 1.
    pub(crate) async fn fill(db: &Db, cases: &[ListCase]) {
        let mut tx = db.pool().begin().await.unwrap();
        sqlx::query(
            "INSERT INTO lists (version, kind, file_name, file_sha256, applied_ms, applied_by, \
             summary, log_number) VALUES (1, 'import', 'list.csv', '', 0, '', '{}', 1)",
        )
        .execute(&mut *tx)
        .await
        .unwrap();
        for case in cases {
            let search = [
                case.number.as_str(),
                &case.applicants[0].name,
                &case.debtors[0].name,
                case.debtors[0].code.as_deref().unwrap_or_default(),
                case.address.as_deref().unwrap_or_default(),
            ]
            .join("\n");
            sqlx::query(
                "INSERT INTO cases (id, number, kind, officer, stage, stay, filed_on, due_on, \
                 closed_on, remaining_fen, search_text, body, first_version, list_version, absent) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1, 1, 0)",
            )
            .bind(case.id.clone())
            .bind(case.number.clone())
            .bind(case.kind.clone())
            .bind(case.officer.clone())
            .bind(case.stage.clone())
            .bind(case.stay.clone())
            .bind(case.filed_on.map(|d| d.to_string()))
            .bind(case.due_on.map(|d| d.to_string()))
            .bind(case.closed_on.map(|d| d.to_string()))
            .bind(case.remaining_fen)
            .bind(search)
            .bind(serde_json::to_string(case).unwrap())
            .execute(&mut *tx)
            .await
            .unwrap();
        }
        let seen = "INSERT INTO scope SELECT officer, id, 1, 1 FROM cases WHERE officer <> ''";
        sqlx::query(seen).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// How SQLite looks rows up: nothing may be scanned that grows with the list.
    async fn plan(db: &Db, sql: &str) -> String {
        let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")))
            .fetch_all(db.pool())
            .await
            .unwrap();
        rows.iter()
            .map(|row| row.get::<String, _>(3))
            .collect::<Vec<_>>()
            .join("; ")
    }

    #[tokio::test]
    async fn pages_of_a_large_list_are_looked_up_by_index() {
        let (db, _dir) = testing::sqlite().await;
        fill(&db, &(0..500).map(sample).collect::<Vec<_>>()).await;
        for sql in [
            "SELECT id, body FROM cases WHERE id IN ('1', '2', '3')",
            "SELECT id FROM cases WHERE number = 'x' ORDER BY id LIMIT 1",
            "SELECT COALESCE(MAX(version), 0) FROM lists",
            "SELECT number FROM case_aliases WHERE case_id = '1' ORDER BY until_version DESC",
            "SELECT c.version FROM case_changes c JOIN lists l ON l.version = c.version \
             WHERE c.case_id = '1' ORDER BY c.version DESC LIMIT 5",
        ] {
            let plan = plan(&db, sql).await;
            println!("{sql}\n    {plan}");
            assert!(
                !plan.contains("SCAN cases") && !plan.contains("SCAN c"),
                "{sql}: {plan}"
            );
        }
    }

    #[tokio::test]
    async fn cases_come_back_whole_and_in_the_order_asked() {
        for (db, _kept) in testing::engines().await {
            let cases: Vec<ListCase> = (0..20).map(sample).collect();
            fill(&db, &cases).await;
            let ids = [cases[7].id.as_str(), "no such case", &cases[3].id];
            let rows = db.cases_of(&ids).await.unwrap();
            assert_eq!(rows.len(), 2);
            assert_eq!((rows[0].id.as_str(), rows[1].id.as_str()), (ids[0], ids[2]));
            assert_eq!(
                serde_json::from_str::<ListCase>(&rows[1].body).unwrap(),
                cases[3]
            );
            assert_eq!(
                db.case(&cases[5].id).await.unwrap().unwrap().number,
                cases[5].number
            );
            assert_eq!(db.case("x").await.unwrap(), None);
            let numbered = db.case_numbered(&cases[9].number).await.unwrap().unwrap();
            assert_eq!(numbered.id, cases[9].id);
            assert_eq!(db.newest_list_version().await.unwrap(), 1);
            let mut seen = 0;
            db.each_case(|case| {
                seen += 1;
                assert!(case.search_text.contains(&case.number));
            })
            .await
            .unwrap();
            assert_eq!(seen, 20);
        }
    }
}
