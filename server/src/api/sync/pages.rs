//! Pages of changes: cut from what was committed when they were begun, each within its bound.
//!
//! The cursor is opaque to phones: number and link of the log up to which everything was sent, the
//! case within that number when the page ended in its middle, and the scope that it was cut for. A
//! cursor whose link the log does not have (the server was restored), or of another scope (the
//! officer's name in the list changed), is unknown: pages begin anew.

use super::sheet::sheet_of;
use crate::court::Court;
use crate::db::{Db, DbError, ScopeMark};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use waiqin_protocol::ids::CaseId;
use waiqin_protocol::journal::LogPosition;
use waiqin_protocol::suite::sha256;
use waiqin_protocol::wire::sync::{End, Page};

/// Rows read from the database at a time.
const ROWS_AT_ONCE: u32 = 512;
/// Digits of the link in a cursor: a chance agreement after a restore is one in 2^64.
const LINK_CHARS: usize = 16;
/// Digits of the scope's hash in a cursor.
const SCOPE_CHARS: usize = 8;

/// Pages of one answer.
pub(super) struct Pages {
    state: State,
}

enum State {
    Cutting(Box<Cutting>),
    Over(End),
}

struct Cutting {
    db: Db,
    list_name: String,
    mark: ScopeMark,
    up_to: LogPosition,
    fresh: bool,
    page_bytes_max: u64,
    answer_bytes_left: u64,
}

impl Pages {
    /// The pages after a cursor.
    pub async fn open(
        court: &Court,
        list_name: &str,
        cursor: Option<&str>,
    ) -> Result<Self, DbError> {
        let db = court.db().clone();
        // Taken after the push was committed: the answer shows what the request brought.
        let up_to = db.log_position().await?;
        let mark = match cursor {
            None => None,
            Some(text) => mark_of(&db, list_name, text).await?,
        };
        let fresh = mark.is_none();
        let mark = mark.unwrap_or(ScopeMark {
            number: 0,
            case_id: None,
        });
        let state = State::Cutting(Box::new(Cutting {
            db,
            list_name: list_name.to_owned(),
            mark,
            up_to,
            fresh,
            page_bytes_max: court.limits().page_bytes_max,
            answer_bytes_left: court.config().answer_bytes_max,
        }));
        Ok(Self { state })
    }

    /// No pages.
    pub fn none(end: End) -> Self {
        Self {
            state: State::Over(end),
        }
    }

    /// The next page; `Err` of the inner result is the end.
    pub async fn next(&mut self) -> Result<Result<Page, End>, DbError> {
        match &mut self.state {
            State::Over(end) => Ok(Err(end.clone())),
            State::Cutting(cutting) => match cutting.next().await? {
                Ok(page) => Ok(Ok(page)),
                Err(end) => {
                    self.state = State::Over(end.clone());
                    Ok(Err(end))
                }
            },
        }
    }
}

impl Cutting {
    async fn next(&mut self) -> Result<Result<Page, End>, DbError> {
        let whole = ScopeMark {
            number: self.up_to.number,
            case_id: None,
        };
        if self.answer_bytes_left == 0 {
            return Ok(Err(self.end(true).await?));
        }
        let mut page = Page {
            fresh: self.fresh,
            ..Page::default()
        };
        let mut bytes = 0u64;
        let mut full = false;
        while !full && self.mark != whole {
            let changes = self
                .db
                .scope_changes(&self.list_name, &self.mark, self.up_to.number, ROWS_AT_ONCE)
                .await?;
            let last = changes.len() < ROWS_AT_ONCE as usize;
            for change in changes {
                let room = self.page_bytes_max.min(self.answer_bytes_left);
                let size = size_of(&change);
                if bytes > 0 && bytes + size > room {
                    full = true;
                    break;
                }
                bytes += size;
                self.mark = ScopeMark {
                    number: change.number,
                    case_id: Some(change.case_id.clone()),
                };
                add(&mut page, change);
            }
            if last && !full {
                self.mark = whole.clone();
            }
        }
        if bytes == 0 && !self.fresh {
            return Ok(Err(self.end(false).await?));
        }
        self.fresh = false;
        self.answer_bytes_left = self.answer_bytes_left.saturating_sub(bytes);
        page.cursor = self.cursor().await?;
        Ok(Ok(page))
    }

    async fn end(&self, more: bool) -> Result<End, DbError> {
        let more = more && self.mark.case_id.is_some();
        Ok(End {
            cursor: self.cursor().await?,
            more,
            position: self.up_to,
        })
    }

    /// The cursor of what was sent so far.
    async fn cursor(&self) -> Result<String, DbError> {
        let link = match self.mark.number {
            number if number == self.up_to.number => Some(self.up_to.link),
            number => self.db.log_link(number).await?,
        };
        let link = link
            .ok_or(DbError::Stored {
                what: "log number of a case",
            })?
            .to_string();
        let mut text = format!(
            "{}.{}.{}",
            self.mark.number,
            &link[..LINK_CHARS],
            scope_of(&self.list_name)
        );
        if let Some(case_id) = &self.mark.case_id {
            text.push('.');
            text.push_str(&BASE64.encode(case_id));
        }
        Ok(text)
    }
}

fn add(page: &mut Page, change: crate::db::ScopeChange) {
    match change.case {
        None => page.removed.push(CaseId(change.case_id)),
        Some(case) => match sheet_of(case) {
            Some(sheet) => page.cases.push(sheet),
            // One case that does not read does not keep the others from the phone.
            None => tracing::error!(number = change.number, "a stored case does not read"),
        },
    }
}

/// Bytes of a change on the wire, never too few: the sheet holds less than the list's row.
fn size_of(change: &crate::db::ScopeChange) -> u64 {
    let case = change.case.as_ref().map_or(0, |case| {
        let former: usize = case
            .former_numbers
            .iter()
            .map(|number| number.len() + 8)
            .sum();
        case.body.len() + former + 64
    });
    (change.case_id.len() + case + 8) as u64
}

/// Where a cursor continues; `None` when it is unknown.
async fn mark_of(db: &Db, list_name: &str, cursor: &str) -> Result<Option<ScopeMark>, DbError> {
    let mut parts = cursor.splitn(4, '.');
    let (Some(number), Some(link), Some(scope)) = (parts.next(), parts.next(), parts.next()) else {
        return Ok(None);
    };
    let case_id = match parts.next() {
        None => None,
        Some(text) => {
            let id = BASE64
                .decode(text)
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok());
            if id.is_none() {
                return Ok(None);
            }
            id
        }
    };
    let Ok(number) = number.parse::<u64>() else {
        return Ok(None);
    };
    let Some(known) = db.log_link(number).await? else {
        return Ok(None);
    };
    if known.to_string()[..LINK_CHARS] != *link || scope != scope_of(list_name) {
        return Ok(None);
    }
    Ok(Some(ScopeMark { number, case_id }))
}

fn scope_of(list_name: &str) -> String {
    hex::encode(sha256(list_name.as_bytes()))[..SCOPE_CHARS].to_owned()
}
