//! The server's log: numbers without gaps, hashes of bodies, links.

use super::VerifyError;
use crate::db::Db;
use waiqin_protocol::ids::Link;
use waiqin_protocol::journal::{LogPosition, log_link};
use waiqin_protocol::suite::sha256;

const ROWS_AT_ONCE: u32 = 1000;

/// Follows the log and returns its end.
pub(in crate::commands) async fn verify(
    db: &Db,
    problems: &mut Vec<String>,
) -> Result<LogPosition, VerifyError> {
    let end = db.log_position().await?;
    let mut at = LogPosition {
        link: Link::ZERO,
        number: 0,
    };
    loop {
        let rows = db.log_rows(at.number, ROWS_AT_ONCE).await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let next = LogPosition {
                link: log_link(&at.link, &sha256(row.body.as_bytes())),
                number: at.number + 1,
            };
            if row.position != next || row.hash != sha256(row.body.as_bytes()) {
                problems.push(format!("log: row {} does not fit", row.position.number));
            }
            at = row.position;
        }
    }
    if at != end {
        problems.push(format!(
            "log: ends at {} and its counter says {}",
            at.number, end.number
        ));
    }
    Ok(end)
}
