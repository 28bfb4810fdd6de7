//! The server's one log and the transaction that writes it.

use super::board::Figures;
use super::digests::Came;
use super::group::Turn;
use super::{Db, DbError};
use sqlx::Row;
use sqlx::any::AnyRow;
use waiqin_protocol::ids::{JournalId, Link};
use waiqin_protocol::journal::{LogPosition, log_link};
use waiqin_protocol::suite::sha256;

/// What a row of the log is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogKind {
    /// A journal was enrolled or revoked.
    Journal,
    /// A piece of a journal was taken in.
    Piece,
    /// Evidence was taken into custody.
    Evidence,
    /// A case list, or its rollback, was applied.
    List,
    /// An act of the office.
    Office,
    /// Held entries got another verdict.
    Verdict,
    /// A case was given to an officer, or taken back.
    Assignment,
}

impl LogKind {
    /// As stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Journal => "journal",
            Self::Piece => "piece",
            Self::Evidence => "evidence",
            Self::List => "list",
            Self::Office => "office",
            Self::Verdict => "verdict",
            Self::Assignment => "assignment",
        }
    }
}

/// A row of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRow {
    /// Its number and the link after it.
    pub position: LogPosition,
    /// The link before it.
    pub before: Link,
    /// Hash of its body.
    pub hash: [u8; 32],
    /// What it is about.
    pub kind: String,
    /// Canonical JSON: ids and hashes, no content.
    pub body: String,
    /// Server's time, ms UTC.
    pub at_ms: i64,
}

/// A write that holds the counter row, perhaps with others in one transaction. Dropped without
/// [`Write::commit`], nothing of it happened.
pub struct Write {
    turn: Turn,
    position: LogPosition,
    /// Entries that came to stand in it.
    pub(super) came: Came,
    /// What changed in the figures of the board.
    pub(super) figures: Figures,
}

impl Db {
    /// Begins to write.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn write(&self) -> Result<Write, DbError> {
        let turn = self.writer.turn(self.pool()).await?;
        Ok(Write {
            position: turn.position,
            came: Came::default(),
            figures: Figures::default(),
            turn,
        })
    }

    /// The newest position that is committed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn log_position(&self) -> Result<LogPosition, DbError> {
        let row = sqlx::query("SELECT number, link FROM log_counter WHERE id = 1")
            .fetch_one(self.pool())
            .await?;
        position_of(row.get(0), row.get(1))
    }

    /// How far the log goes since a position with rows of a journal alone.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn undisturbed(
        &self,
        journal: JournalId,
        since: LogPosition,
    ) -> Result<LogPosition, DbError> {
        let newest = self.log_position().await?;
        if newest == since {
            return Ok(newest);
        }
        let others: Option<i64> = sqlx::query(
            "SELECT MIN(number) FROM log WHERE number > $1 AND number <= $2 \
             AND COALESCE(journal, '') <> $3",
        )
        .bind(number_of(since.number)?)
        .bind(number_of(newest.number)?)
        .bind(journal.to_string())
        .fetch_one(self.pool())
        .await?
        .get(0);
        let Some(first) = others else {
            return Ok(newest);
        };
        let row = sqlx::query("SELECT number, link FROM log WHERE number = $1")
            .bind(first - 1)
            .fetch_optional(self.pool())
            .await?;
        row.map_or(Ok(since), |row| position_at(&row))
    }

    /// Rows of the log after a number, in order, at most `limit`.
    ///
    /// # Errors
    /// When the database does not answer or a row does not read.
    pub async fn log_rows(&self, after: u64, limit: u32) -> Result<Vec<LogRow>, DbError> {
        let rows = sqlx::query(
            "SELECT log.number, log.link, log.hash, log.kind, log.body, log.at_ms, before.link \
             FROM log LEFT JOIN log AS before ON before.number = log.number - 1 \
             WHERE log.number > $1 ORDER BY log.number LIMIT $2",
        )
        .bind(i64::try_from(after).unwrap_or(i64::MAX))
        .bind(i64::from(limit))
        .fetch_all(self.pool())
        .await?;
        rows.iter()
            .map(|row| {
                let before: Option<String> = row.get(6);
                let mut hash = [0u8; 32];
                hex::decode_to_slice(row.get::<String, _>(2), &mut hash).map_err(|_| {
                    DbError::Stored {
                        what: "hash of the log",
                    }
                })?;
                Ok(LogRow {
                    position: position_of(row.get(0), row.get(1))?,
                    before: match before {
                        None => Link::ZERO,
                        Some(text) => link_of(&text)?,
                    },
                    hash,
                    kind: row.get(3),
                    body: row.get(4),
                    at_ms: row.get(5),
                })
            })
            .collect()
    }
}

impl Write {
    /// The transaction, for other statements of the same commit.
    pub(crate) fn tx(&mut self) -> &mut sqlx::AnyConnection {
        &mut self.turn.transaction
    }

    /// Position of the newest row, this transaction's own included.
    #[must_use]
    pub fn position(&self) -> LogPosition {
        self.position
    }

    /// Number of this write's first row, whether it is there yet or not.
    #[must_use]
    pub fn first_number(&self) -> u64 {
        self.turn.position.number + 1
    }

    /// Number that the next [`Write::append`] will give.
    #[must_use]
    pub fn next_number(&self) -> u64 {
        self.position.number + 1
    }

    /// Adds a row. The body is canonical JSON of ids and hashes.
    ///
    /// # Errors
    /// When the statement fails.
    pub async fn append(
        &mut self,
        kind: LogKind,
        journal: Option<JournalId>,
        body: &str,
        at_ms: i64,
    ) -> Result<LogPosition, DbError> {
        let hash = sha256(body.as_bytes());
        let next = LogPosition {
            link: log_link(&self.position.link, &hash),
            number: self.position.number + 1,
        };
        sqlx::query(
            "INSERT INTO log (number, kind, at_ms, journal, body, hash, link) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(number_of(next.number)?)
        .bind(kind.as_str())
        .bind(at_ms)
        .bind(journal.map(|id| id.to_string()))
        .bind(body)
        .bind(hex::encode(hash))
        .bind(next.link.to_string())
        .execute(self.tx())
        .await?;
        self.position = next;
        Ok(next)
    }

    /// Makes everything durable and visible.
    ///
    /// # Errors
    /// When the commit fails; nothing of it happened then.
    pub async fn commit(mut self) -> Result<LogPosition, DbError> {
        self.keep_digests().await?;
        self.keep_figures().await?;
        self.turn.done(self.position).await?;
        Ok(self.position)
    }
}

/// Number and link of a row of the counter.
pub(super) fn position_at(row: &AnyRow) -> Result<LogPosition, DbError> {
    position_of(row.get(0), row.get(1))
}

fn number_of(number: u64) -> Result<i64, DbError> {
    i64::try_from(number).map_err(|_| DbError::Stored {
        what: "number of the log",
    })
}

fn position_of(number: i64, link: String) -> Result<LogPosition, DbError> {
    let number = u64::try_from(number).map_err(|_| DbError::Stored {
        what: "number of the log",
    })?;
    Ok(LogPosition {
        link: link_of(&link)?,
        number,
    })
}

fn link_of(text: &str) -> Result<Link, DbError> {
    text.parse().map_err(|_| DbError::Stored {
        what: "link of the log",
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[tokio::test]
    async fn rows_are_numbered_and_linked_and_a_dropped_write_leaves_nothing() {
        let (db, _dir) = testing::sqlite().await;
        let mut write = db.write().await.unwrap();
        write
            .append(LogKind::List, None, "{\"a\":1}", 5)
            .await
            .unwrap();
        write
            .append(LogKind::List, None, "{\"a\":2}", 6)
            .await
            .unwrap();
        let committed = write.commit().await.unwrap();
        let mut dropped = db.write().await.unwrap();
        dropped
            .append(LogKind::List, None, "{\"a\":3}", 7)
            .await
            .unwrap();
        drop(dropped);
        assert_eq!(db.log_position().await.unwrap(), committed);
        let rows = db.log_rows(0, 10).await.unwrap();
        assert_eq!(rows.len(), 2);
        let mut link = Link::ZERO;
        for row in rows {
            assert_eq!(row.before, link);
            assert_eq!(row.hash, sha256(row.body.as_bytes()));
            link = log_link(&link, &row.hash);
            assert_eq!(row.position.link, link);
        }
        assert_eq!(committed.link, link);
    }
}
