//! The store in memory: for the simulation, and to hold the contract against.

use super::{Batch, Pair, Store, StoreError, Tree};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

type Pairs = BTreeMap<(Tree, Vec<u8>), Vec<u8>>;

/// A store that is gone with the program.
#[derive(Debug, Default)]
pub struct MemoryStore {
    pairs: Mutex<Pairs>,
}

impl MemoryStore {
    fn lock(&self) -> MutexGuard<'_, Pairs> {
        self.pairs
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.lock().get(&(tree, key.to_vec())).cloned())
    }

    fn scan(
        &self,
        tree: Tree,
        prefix: &[u8],
        from: &[u8],
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError> {
        let pairs = self.lock();
        let begin = (tree, prefix.max(from).to_vec());
        let inside = pairs
            .range(begin..)
            .take_while(|((of, key), _)| *of == tree && key.starts_with(prefix));
        Ok(inside
            .take(limit)
            .map(|((_, key), value)| (key.clone(), value.clone()))
            .collect())
    }

    fn write(&self, batch: Batch) -> Result<(), StoreError> {
        let mut pairs = self.lock();
        for (tree, key, value) in batch.changes {
            match value {
                Some(value) => pairs.insert((tree, key), value),
                None => pairs.remove(&(tree, key)),
            };
        }
        Ok(())
    }

    fn flush(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn clear(&self, tree: Tree) -> Result<(), StoreError> {
        self.lock().retain(|(of, _), _| *of != tree);
        Ok(())
    }
}
