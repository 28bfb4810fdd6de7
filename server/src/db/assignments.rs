//! 指派: cases that are given to officers beside the list, and taken back. The list's 承办人 keeps the case;
//! whoever it is given to sees it too, with all that was recorded on it (decision 0015).

use super::{AuditAct, Db, DbError, LogKind, User, Write};
use serde::Serialize;
use sqlx::Row;
use sqlx::any::AnyRow;
use waiqin_protocol::canonical;
use waiqin_protocol::ids::OfficerId;

/// Assignments shown of one case.
const SHOWN: u32 = 50;

/// A case that was given to an officer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// To whom.
    pub officer: OfficerId,
    /// His name.
    pub name: String,
    /// What he is to do, or why it is his.
    pub reason: String,
    /// Who gave it.
    pub by: String,
    /// When, ms UTC.
    pub at_ms: i64,
    /// When it was taken back; `None`: it stands.
    pub taken: Option<Taken>,
}

/// An assignment that was taken back (撤回).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Why.
    pub reason: String,
    /// Who took it.
    pub by: String,
    /// When, ms UTC.
    pub at_ms: i64,
}

/// An act of assigning.
#[derive(Clone, Copy, Debug)]
pub struct Assigning<'a> {
    /// The case.
    pub case_id: &'a str,
    /// The officer.
    pub officer: &'a User,
    /// Why; shown to him.
    pub reason: &'a str,
    /// Who does it.
    pub by: OfficerId,
    /// Now, ms UTC.
    pub now_ms: i64,
}

/// Body of the log's row.
#[derive(Serialize)]
struct LogBody<'a> {
    case: &'a str,
    given: bool,
    officer: OfficerId,
    /// SHA-256 of the reason.
    reason: String,
}

impl Assigning<'_> {
    fn log_body(&self, given: bool) -> Result<String, DbError> {
        super::text_of(canonical::to_bytes(&LogBody {
            case: self.case_id,
            given,
            officer: self.officer.id,
            reason: hex::encode(waiqin_protocol::suite::sha256(self.reason.as_bytes())),
        }))
    }

    /// Object of the audit's row.
    fn object(&self) -> String {
        format!("{}:{}", self.officer.id, self.case_id)
    }
}

impl Write {
    /// Gives a case to an officer. `false`: he has it from an assignment already; nothing was done.
    ///
    /// # Errors
    /// When a statement fails, as for a case that is not there.
    pub async fn assign(&mut self, it: &Assigning<'_>) -> Result<bool, DbError> {
        let number = super::number_in(self.next_number())?;
        let given = sqlx::query(
            "INSERT INTO assignments (number, case_id, officer, reason, given_by, given_ms) \
             VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (case_id, officer) WHERE taken_ms IS NULL DO NOTHING",
        )
        .bind(number)
        .bind(it.case_id)
        .bind(it.officer.id.to_string())
        .bind(it.reason)
        .bind(it.by.to_string())
        .bind(it.now_ms)
        .execute(self.tx())
        .await?
        .rows_affected();
        if given == 0 {
            return Ok(false);
        }
        self.assigned(it, true).await?;
        Ok(true)
    }

    /// Takes a case back from an officer. `false`: he does not have it from an assignment; nothing
    /// was done.
    ///
    /// # Errors
    /// When a statement fails.
    pub async fn take_back(&mut self, it: &Assigning<'_>) -> Result<bool, DbError> {
        let taken = sqlx::query(
            "UPDATE assignments SET taken_reason = $1, taken_by = $2, taken_ms = $3 \
             WHERE case_id = $4 AND officer = $5 AND taken_ms IS NULL",
        )
        .bind(it.reason)
        .bind(it.by.to_string())
        .bind(it.now_ms)
        .bind(it.case_id)
        .bind(it.officer.id.to_string())
        .execute(self.tx())
        .await?
        .rows_affected();
        if taken == 0 {
            return Ok(false);
        }
        self.assigned(it, false).await?;
        Ok(true)
    }

    /// The log's row, the audit's, and who sees the case now.
    async fn assigned(&mut self, it: &Assigning<'_>, given: bool) -> Result<(), DbError> {
        let body = it.log_body(given)?;
        let at = self
            .append(LogKind::Assignment, None, &body, it.now_ms)
            .await?;
        let number = super::number_in(at.number)?;
        self.rescope(&[it.case_id], number).await?;
        // Whoever sees it by the list as well is shown that it was given to him.
        sqlx::query("UPDATE scope SET changed = $1 WHERE officer = $2 AND case_id = $3")
            .bind(number)
            .bind(it.officer.list_name.as_str())
            .bind(it.case_id)
            .execute(self.tx())
            .await?;
        let act = if given {
            AuditAct::CaseAssigned
        } else {
            AuditAct::CaseTakenBack
        };
        let (by, object) = (Some(it.by), it.object());
        self.audit(act, by, None, Some(&object), it.now_ms).await
    }
}

impl Db {
    /// Assignments of a case, those that stand first, then the newest first; at most 50.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn assignments(&self, case_id: &str) -> Result<Vec<Assignment>, DbError> {
        let rows = sqlx::query(
            "SELECT a.officer, u.name, a.reason, COALESCE(g.name, ''), a.given_ms, \
             a.taken_reason, COALESCE(t.name, ''), a.taken_ms \
             FROM assignments a JOIN users u ON u.id = a.officer \
             LEFT JOIN users g ON g.id = a.given_by LEFT JOIN users t ON t.id = a.taken_by \
             WHERE a.case_id = $1 \
             ORDER BY CASE WHEN a.taken_ms IS NULL THEN 0 ELSE 1 END, a.number DESC LIMIT $2",
        )
        .bind(case_id)
        .bind(i64::from(SHOWN))
        .fetch_all(self.pool())
        .await?;
        rows.iter().map(assignment_of).collect()
    }
}

fn assignment_of(row: &AnyRow) -> Result<Assignment, DbError> {
    let taken = |at_ms| Taken {
        reason: row.get(5),
        by: row.get(6),
        at_ms,
    };
    Ok(Assignment {
        officer: super::parsed(row.get(0), "officer of an assignment")?,
        name: row.get(1),
        reason: row.get(2),
        by: row.get(3),
        at_ms: row.get(4),
        taken: row.get::<Option<i64>, _>(7).map(taken),
    })
}
