//! Lists are written by hand here, read by the reader, and applied on every engine at hand. What
//! must come of it is told by raw queries and by models that share no code with the applying.

mod applied;
mod history;
mod scale;

use super::{AppliedBy, Applying};
use crate::db::{Db, ScopeMark};
use crate::list::{Comparison, Limits, ReadList, compare, read_list};
use chrono::NaiveDate;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Row};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use waiqin_protocol::suite::sha256;

pub const NOW: i64 = 1_562_032_800_000;

/// A row of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub id: String,
    pub number: String,
    pub officer: &'static str,
    pub remaining: i64,
    pub debtor: String,
    pub code: String,
    pub closed: bool,
}

pub fn line(id: &str, number: u32, officer: &'static str) -> Line {
    Line {
        id: id.to_owned(),
        number: numbered(number),
        officer,
        remaining: i64::from(number) * 10,
        debtor: format!("广州市某{number}公司"),
        code: String::new(),
        closed: false,
    }
}

pub fn numbered(number: u32) -> String {
    format!("（2019）粤0115执{number}号")
}

/// The list as a file.
pub fn csv(lines: &[Line]) -> String {
    let mut text =
        "案件标识,案号,立案日期,承办人,剩余执行标的金额(元),被执行人,证件号码,结案日期,结案方式\n"
            .to_owned();
    for it in lines {
        let closing = if it.closed {
            "2019-05-05,执行完毕"
        } else {
            ","
        };
        writeln!(
            text,
            "{},{},2019-01-02,{},{},{},{},{closing}",
            it.id, it.number, it.officer, it.remaining, it.debtor, it.code
        )
        .unwrap();
    }
    text
}

pub fn read(name: &str, bytes: &[u8]) -> ReadList {
    let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
    read_list(name, bytes, today, &Limits::default()).unwrap()
}

pub async fn compared(db: &Db, list: &ReadList) -> (i64, Comparison) {
    let (against, known) = db.known_cases().await.unwrap();
    let codes = ["粤0115".to_owned(), "粤0191".to_owned()];
    (against, compare(&known, list, &codes))
}

pub fn applying<'a>(sha256: &'a str, against: i64) -> Applying<'a, AppliedBy> {
    Applying {
        file_name: "list.csv",
        file_sha256: sha256,
        applied_by: AppliedBy::CommandLine,
        reason: None,
        against,
        now_ms: NOW,
    }
}

/// Applies a file.
pub async fn import_file(db: &Db, name: &str, bytes: &[u8]) -> (i64, Comparison) {
    let list = read(name, bytes);
    let (against, comparison) = compared(db, &list).await;
    let sha256 = hex::encode(sha256(bytes));
    let applied = db
        .apply_list(&applying(&sha256, against), &list, &comparison)
        .await;
    (applied.unwrap().unwrap(), comparison)
}

pub async fn import(db: &Db, lines: &[Line]) -> (i64, Comparison) {
    import_file(db, "list.csv", csv(lines).as_bytes()).await
}

/// Every row of the tables that a list writes, as text.
pub async fn dump(db: &Db) -> BTreeMap<&'static str, Vec<String>> {
    let mut all = BTreeMap::new();
    for (table, columns) in [
        (
            "cases",
            "id || '|' || number || '|' || officer || '|' || search_text || '|' || body || '|' || first_version || '|' || list_version || '|' || absent",
        ),
        (
            "scope",
            "officer || '|' || case_id || '|' || since || '|' || changed",
        ),
        (
            "case_aliases",
            "number || '|' || case_id || '|' || until_version",
        ),
        (
            "case_changes",
            "version || '|' || case_id || '|' || kinds || '|' || COALESCE(before, '') || '|' || COALESCE(after, '')",
        ),
        (
            "scope_removals",
            "officer || '|' || case_id || '|' || number",
        ),
        (
            "lists",
            "version || '|' || kind || '|' || summary || '|' || log_number",
        ),
        ("log", "number || '|' || kind || '|' || body || '|' || link"),
        ("log_counter", "number || '|' || link"),
        ("audit", "number || '|' || act || '|' || link"),
        (
            "records",
            "subject || '|' || COALESCE(case_id, '') || '|' || changed_number",
        ),
    ] {
        all.insert(
            table,
            texts(db, &format!("SELECT {columns} FROM {table} ORDER BY 1")).await,
        );
    }
    all
}

/// First column of a query.
pub async fn texts(db: &Db, sql: &str) -> Vec<String> {
    let rows = sqlx::query(AssertSqlSafe(sql.to_owned()))
        .fetch_all(db.pool())
        .await
        .unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

pub async fn number(db: &Db, sql: &str) -> i64 {
    let row = sqlx::query(AssertSqlSafe(sql.to_owned()))
        .fetch_one(db.pool())
        .await
        .unwrap();
    row.get(0)
}

/// A phone as small as one can be: what it holds of the list after it has read the changes.
#[derive(Default)]
pub struct Phone {
    pub officer: &'static str,
    pub holds: BTreeMap<String, Value>,
    read: u64,
    /// Cases that came down with nothing new in them.
    pub in_vain: Vec<String>,
}

/// Members of a row that phones do not carry.
const NOT_CARRIED: [&str; 9] = [
    "number_raw",
    "received_on",
    "assigned_on",
    "paid_fen",
    "merged_into",
    "first_case",
    "service_address",
    "extra",
    "former_numbers",
];

/// What a phone shows of a stored row.
pub fn carried(body: &str, former: &[String]) -> Value {
    let mut row: Value = serde_json::from_str(body).unwrap();
    let members = row.as_object_mut().unwrap();
    for name in NOT_CARRIED {
        members.remove(name);
    }
    members.insert("former".into(), former.to_vec().into());
    row
}

/// The same with the reason for which it was given to the officer.
pub fn shown(body: &str, former: &[String], assigned: Option<&str>) -> Value {
    let mut row = carried(body, former);
    row["assigned"] = assigned.into();
    row
}

impl Phone {
    pub fn of(officer: &'static str) -> Self {
        Self {
            officer,
            ..Self::default()
        }
    }

    /// Reads what changed, in pages of three.
    pub async fn pull(&mut self, db: &Db) {
        let up_to = db.log_position().await.unwrap().number;
        let mut mark = ScopeMark {
            number: self.read,
            case_id: None,
        };
        loop {
            let page = db
                .scope_changes(self.officer, &mark, up_to, 3)
                .await
                .unwrap();
            for change in &page {
                let id = change.case_id.clone();
                let Some(case) = &change.case else {
                    self.holds.remove(&id);
                    continue;
                };
                let assigned = case.assigned.as_ref().map(|it| it.reason.as_str());
                let now = shown(&case.body, &case.former_numbers, assigned);
                if self.holds.insert(id.clone(), now.clone()) == Some(now) {
                    self.in_vain.push(id);
                }
            }
            match page.last() {
                Some(last) if page.len() == 3 => {
                    mark = ScopeMark {
                        number: last.number,
                        case_id: Some(last.case_id.clone()),
                    };
                }
                Some(_) | None => break,
            }
        }
        self.read = up_to;
    }
}
