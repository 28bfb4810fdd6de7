//! The one writer of this process. Whoever is done while others wait hands the open transaction on to
//! them and is told when it is committed: many phones share one durable write, and what one of them
//! does not finish is taken back alone.
//!
//! **Invariants.** An open group has a holder: one who writes, one who waits for it, or a task that
//! ends it; requests that are dropped in any of these places leave it to such a task. Nobody is told
//! of a commit before it is durable.

use super::DbError;
use sqlx::{Any, AnyPool, Transaction};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, MutexGuard, OwnedMutexGuard, oneshot};
use waiqin_protocol::journal::LogPosition;

/// Most who share one transaction.
const MEMBERS_MAX: usize = 64;
/// A transaction that is older than this, and than a commit takes on this disk, is not handed on:
/// sharing is worth no more waiting than it spares.
const AGE_MAX: Duration = Duration::from_millis(50);

/// Who writes.
#[derive(Clone, Default)]
pub(super) struct Writer {
    open: Arc<Mutex<Option<Group>>>,
    /// Those who wait to write and will take an open group over.
    waiting: Arc<AtomicUsize>,
    /// How long the last commit took, ms.
    commit_ms: Arc<AtomicU64>,
}

/// A transaction that holds the counter row, and who wrote in it.
pub(super) struct Group {
    pub transaction: Transaction<'static, Any>,
    /// Of the newest row of the log, as far as members finished.
    pub position: LogPosition,
    members: Vec<oneshot::Sender<()>>,
    began: Instant,
    commit_ms: Arc<AtomicU64>,
}

/// A member of the open group that writes now. Dropped without [`Turn::done`], what it wrote is taken
/// back.
pub(super) struct Turn {
    writer: Writer,
    open: Option<OwnedMutexGuard<Option<Group>>>,
    /// Others wrote before: what this one writes stands under a savepoint.
    joined: bool,
}

impl Writer {
    /// Waits for the turn to write in a group: one that is open, or a new one.
    pub async fn turn(&self, pool: &AnyPool) -> Result<Turn, DbError> {
        let waiting = Waiting::of(self);
        let mut open = self.open.clone().lock_owned().await;
        waiting.over();
        let joined = open.is_some();
        if open.is_none() {
            *open = Some(Group::begin(pool, self.commit_ms.clone()).await?);
        }
        let mut turn = Turn {
            writer: self.clone(),
            open: Some(open),
            joined,
        };
        if joined {
            // Whatever fails from here on, what others wrote is committed.
            sqlx::query("SAVEPOINT member")
                .execute(&mut *turn.transaction)
                .await?;
        }
        Ok(turn)
    }

    /// Waits until nobody writes: for statements outside of a group.
    pub async fn alone(&self) -> Result<MutexGuard<'_, Option<Group>>, DbError> {
        let mut open = self.open.lock().await;
        if let Some(group) = open.take() {
            group.commit().await?;
        }
        Ok(open)
    }

    fn others_wait(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) > 0
    }

    /// Ends an open group that nobody will take over.
    async fn end_if_left(&self, mut open: OwnedMutexGuard<Option<Group>>) {
        if self.others_wait() {
            return;
        }
        if let Some(group) = open.take()
            && let Err(error) = group.commit().await
        {
            tracing::error!("a group was not committed: {error}");
        }
    }
}

impl Group {
    async fn begin(pool: &AnyPool, commit_ms: Arc<AtomicU64>) -> Result<Self, DbError> {
        let mut transaction = pool.begin().await?;
        // First statement: takes the row (PostgreSQL) or the file (SQLite) until commit.
        let row = sqlx::query(
            "UPDATE log_counter SET number = number WHERE id = 1 RETURNING number, link",
        )
        .fetch_one(&mut *transaction)
        .await?;
        Ok(Self {
            position: super::log::position_at(&row)?,
            transaction,
            members: Vec::new(),
            began: Instant::now(),
            commit_ms,
        })
    }

    /// Whether another may still join.
    fn is_young(&self) -> bool {
        let commit = Duration::from_millis(self.commit_ms.load(Ordering::Relaxed));
        self.began.elapsed() < AGE_MAX.max(commit)
    }

    /// Commits, and tells every member; dropped senders tell that it failed.
    async fn commit(mut self) -> Result<(), DbError> {
        sqlx::query("UPDATE log_counter SET number = $1, link = $2 WHERE id = 1")
            .bind(super::number_in(self.position.number)?)
            .bind(self.position.link.to_string())
            .execute(&mut *self.transaction)
            .await?;
        let begun = Instant::now();
        self.transaction.commit().await?;
        let took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.commit_ms.store(took_ms, Ordering::Relaxed);
        for member in self.members {
            // Whoever went away is not told.
            let _ = member.send(());
        }
        Ok(())
    }
}

impl Turn {
    /// What this member wrote stands; returns when it is durable.
    pub async fn done(mut self, position: LogPosition) -> Result<(), DbError> {
        if self.joined {
            sqlx::query("RELEASE SAVEPOINT member")
                .execute(&mut *self.transaction)
                .await?;
        }
        self.position = position;
        let Some(mut open) = self.open.take() else {
            return Err(DbError::Group);
        };
        let (told, durable) = oneshot::channel();
        let shared = open.as_mut().is_some_and(|group| {
            group.members.push(told);
            group.members.len() < MEMBERS_MAX && group.is_young()
        });
        if !(shared && self.writer.others_wait())
            && let Some(group) = open.take()
        {
            // A task of its own: the others must not depend on this request.
            let ended = tokio::spawn(async move {
                let committed = group.commit().await;
                drop(open);
                committed
            });
            return ended.await.map_err(|_| DbError::Group)?;
        }
        drop(open);
        durable.await.map_err(|_| DbError::Group)
    }
}

impl Deref for Turn {
    type Target = Group;

    fn deref(&self) -> &Group {
        let group = self.open.as_ref().and_then(|open| open.as_ref());
        group.expect("a turn holds an open group until it is done")
    }
}

impl DerefMut for Turn {
    fn deref_mut(&mut self) -> &mut Group {
        let group = self.open.as_mut().and_then(|open| open.as_mut());
        group.expect("a turn holds an open group until it is done")
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(mut open) = self.open.take() else {
            return;
        };
        if !self.joined {
            // Nobody else wrote: the whole of it is rolled back.
            *open = None;
            return;
        }
        let writer = self.writer.clone();
        tokio::spawn(async move {
            if let Some(group) = open.as_mut() {
                let undone =
                    sqlx::raw_sql("ROLLBACK TO SAVEPOINT member; RELEASE SAVEPOINT member")
                        .execute(&mut *group.transaction)
                        .await;
                if undone.is_err() {
                    // Nothing of this connection is certain any more; the members are told so.
                    *open = None;
                }
            }
            writer.end_if_left(open).await;
        });
    }
}

/// One who waits for a turn. Dropped while waiting, an open group that counted on it is ended.
struct Waiting {
    writer: Option<Writer>,
}

impl Waiting {
    fn of(writer: &Writer) -> Self {
        writer.waiting.fetch_add(1, Ordering::SeqCst);
        Self {
            writer: Some(writer.clone()),
        }
    }

    fn over(mut self) {
        if let Some(writer) = self.writer.take() {
            writer.waiting.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let Some(writer) = self.writer.take() else {
            return;
        };
        writer.waiting.fetch_sub(1, Ordering::SeqCst);
        tokio::spawn(async move {
            let open = writer.open.clone().lock_owned().await;
            writer.end_if_left(open).await;
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::db::testing;
    use crate::db::{Db, LogKind};
    use std::collections::BTreeSet;
    use std::time::Duration;

    /// Appends a row and commits; gives its number and what the database has under it then.
    async fn append(db: Db, body: String) -> (u64, bool) {
        let mut write = db.write().await.unwrap();
        write.append(LogKind::Office, None, &body, 1).await.unwrap();
        let position = write.commit().await.unwrap();
        let rows = db.log_rows(position.number - 1, 1).await.unwrap();
        (position.number, rows[0].body == body)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn many_share_a_commit_and_who_gives_up_takes_only_his_own_back() {
        for (db, _kept) in testing::engines().await {
            let mut tasks = Vec::new();
            for n in 0..200 {
                let db = db.clone();
                tasks.push(tokio::spawn(async move {
                    match n % 4 {
                        // Given up after it wrote.
                        0 => {
                            let mut write = db.write().await.unwrap();
                            write
                                .append(LogKind::Office, None, "gone", 1)
                                .await
                                .unwrap();
                            drop(write);
                            None
                        }
                        // Given up anywhere: waiting, writing, committing.
                        1 => {
                            let soon = Duration::from_micros(n * 40);
                            let left = append(db, format!("left {n}"));
                            let _ = tokio::time::timeout(soon, left).await;
                            None
                        }
                        // A statement outside of the groups.
                        2 => {
                            let small = db.add_token(&n.to_string(), JOURNAL, 100, 1).await;
                            assert!(small.is_err(), "no such journal");
                            None
                        }
                        _ => Some(append(db, format!("kept {n}")).await),
                    }
                }));
            }
            let mut kept = BTreeSet::new();
            for task in tasks {
                if let Some((number, there)) = task.await.unwrap() {
                    assert!(there, "what {number} wrote was there when it was told");
                    assert!(kept.insert(number), "{number} was given twice");
                }
            }
            assert_eq!(kept.len(), 50);
            // Whatever was left open is ended, and the log has no hole.
            let last = append(db.clone(), "last".into()).await.0;
            let rows = db.log_rows(0, 1000).await.unwrap();
            let numbers: Vec<u64> = rows.iter().map(|row| row.position.number).collect();
            assert_eq!(numbers, (1..=last).collect::<Vec<_>>());
            assert!(rows.iter().all(|row| row.body != "gone"));
        }
    }

    const JOURNAL: waiqin_protocol::ids::JournalId =
        waiqin_protocol::ids::JournalId::from_bytes([9; 16]);
}
