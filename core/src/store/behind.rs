//! Changes wait in memory and reach the store behind many at a time: a save costs one write of the
//! journal and none of the store, and what changes often is written seldom. Views can always be
//! folded again from the journal, so what waits when the power goes costs the next opening a moment.

use super::{Batch, Pair, Store, StoreError, Tree};
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Bytes that wait before they are handed on; some hundred entries.
const SPILL: usize = 512 * 1024;

/// A store before a slower one.
pub struct WriteBehind<S> {
    behind: S,
    waiting: RwLock<Waiting>,
    spill: usize,
}

#[derive(Default)]
struct Waiting {
    /// The newest value of each key; none where it was taken away.
    changes: BTreeMap<(Tree, Vec<u8>), Option<Vec<u8>>>,
    /// Bytes added since they were handed on last.
    bytes: usize,
}

impl<S: Store> WriteBehind<S> {
    /// Before `behind`.
    pub fn new(behind: S) -> Self {
        Self::handing_on(behind, SPILL)
    }

    /// Before `behind`, handing on when so many bytes wait.
    pub(crate) fn handing_on(behind: S, spill: usize) -> Self {
        Self {
            behind,
            waiting: RwLock::default(),
            spill,
        }
    }

    fn reading(&self) -> RwLockReadGuard<'_, Waiting> {
        self.waiting
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn writing(&self) -> RwLockWriteGuard<'_, Waiting> {
        self.waiting
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Hands on everything that waits, in one batch. What the store behind does not take goes on
    /// waiting.
    fn spill(&self, waiting: &mut Waiting) -> Result<(), StoreError> {
        waiting.bytes = 0;
        if waiting.changes.is_empty() {
            return Ok(());
        }
        let mut batch = Batch::default();
        for ((tree, key), value) in &waiting.changes {
            batch.changes.push((*tree, key.clone(), value.clone()));
        }
        self.behind.write(batch)?;
        waiting.changes.clear();
        Ok(())
    }
}

impl<S: Store> Store for WriteBehind<S> {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let waiting = self.reading();
        match waiting.changes.get(&(tree, key.to_vec())) {
            Some(value) => Ok(value.clone()),
            None => self.behind.get(tree, key),
        }
    }

    fn scan(
        &self,
        tree: Tree,
        prefix: &[u8],
        from: &[u8],
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError> {
        let waiting = self.reading();
        let begin = Bound::Included((tree, prefix.max(from).to_vec()));
        let mut newer = waiting
            .changes
            .range((begin, Bound::Unbounded))
            .take_while(|((of, key), _)| *of == tree && key.starts_with(prefix))
            .peekable();
        if newer.peek().is_none() {
            return self.behind.scan(tree, prefix, from, limit);
        }
        // Of the pairs behind, at most as many are covered as wait here.
        let covering = newer.clone().count();
        let older = self
            .behind
            .scan(tree, prefix, from, limit.saturating_add(covering))?;
        let mut older = older.into_iter().peekable();
        let mut pairs = Vec::new();
        while pairs.len() < limit {
            let next = match (newer.peek(), older.peek()) {
                (Some(((_, new), _)), Some((old, _))) if new <= old => {
                    if new == old {
                        older.next();
                    }
                    newer.next()
                }
                (_, Some(_)) => {
                    pairs.extend(older.next());
                    continue;
                }
                (Some(_), None) => newer.next(),
                (None, None) => break,
            };
            if let Some(((_, key), Some(value))) = next {
                pairs.push((key.clone(), value.clone()));
            }
        }
        Ok(pairs)
    }

    fn write(&self, batch: Batch) -> Result<(), StoreError> {
        let mut waiting = self.writing();
        for (tree, key, value) in batch.changes {
            waiting.bytes += key.len() + value.as_ref().map_or(0, Vec::len);
            waiting.changes.insert((tree, key), value);
        }
        if waiting.bytes >= self.spill
            && let Err(error) = self.spill(&mut waiting)
        {
            // What was written is visible all the same, and can be folded again from the journal.
            tracing::warn!(%error, "the store did not take changes; they wait in memory");
        }
        Ok(())
    }

    fn flush(&self) -> Result<(), StoreError> {
        self.spill(&mut self.writing())?;
        self.behind.flush()
    }

    fn clear(&self, tree: Tree) -> Result<(), StoreError> {
        let mut waiting = self.writing();
        waiting.changes.retain(|(of, _), _| *of != tree);
        self.behind.clear(tree)
    }
}
