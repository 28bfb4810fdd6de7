//! The case that a person means by what he typed.

use crate::court::Court;
use crate::db::DbError;
use chrono::Datelike;
use waiqin_protocol::ids::CaseId;
use waiqin_protocol::journal::CaseRef;
use waiqin_protocol::numbers::case_no::read_case_no;
use waiqin_protocol::numbers::days::court_day;

/// The case of an id or number; `None` when nothing is typed. What is neither is given back as it is: it
/// names no case.
pub(crate) async fn case_meant(court: &Court, typed: &str) -> Result<Option<CaseId>, DbError> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let year = court_day(court.clock().court_now_ms()).year();
    let reading = read_case_no(typed, year).ok();
    let one = reading.filter(|it| it.cases.len() == 1);
    let name = CaseRef {
        id: Some(CaseId(typed.to_owned())),
        normal: one.map(|it| it.cases[0].normal().to_owned()),
        ..CaseRef::default()
    };
    let mut write = court.db().write().await?;
    let found = write.case_named(&name).await?;
    Ok(Some(CaseId(found.unwrap_or_else(|| typed.to_owned()))))
}
