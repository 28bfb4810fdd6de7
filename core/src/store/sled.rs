//! The store on sled 0.34. Its rules are kept here: no flush by its own timer, one explicit flush
//! where the contract asks for it, one process. Named trees are prefixes of one sled tree, because
//! a batch on one tree is atomic without a closure that may run twice. A panic inside sled, which
//! damage can cause, comes out as *damaged*.

use super::{Batch, Pair, Store, StoreError, Tree};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// A store in a folder.
pub struct SledStore {
    db: sled::Db,
}

impl SledStore {
    /// Opens the store, making it when there is none.
    ///
    /// # Errors
    /// *Damaged* when sled cannot read what is there.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let config = sled::Config::new()
            .path(dir)
            .flush_every_ms(None)
            .cache_capacity(8 << 20)
            .mode(sled::Mode::LowSpace);
        fenced(|| config.open()).map(|db| Self { db })
    }
}

fn fenced<T>(work: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Err(StoreError::Damaged {
            what: "sled panicked".to_owned(),
        }),
    }
}

impl From<sled::Error> for StoreError {
    fn from(error: sled::Error) -> Self {
        match error {
            sled::Error::Io(error) => Self::Io(error),
            sled::Error::CollectionNotFound(_)
            | sled::Error::Unsupported(_)
            | sled::Error::ReportableBug(_)
            | sled::Error::Corruption { .. } => Self::Damaged {
                what: error.to_string(),
            },
        }
    }
}

fn key_of(tree: Tree, key: &[u8]) -> Vec<u8> {
    let mut full = Vec::with_capacity(key.len() + 1);
    full.push(tree.prefix());
    full.extend_from_slice(key);
    full
}

impl Store for SledStore {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let found = fenced(|| self.db.get(key_of(tree, key)))?;
        Ok(found.map(|value| value.to_vec()))
    }

    fn scan(
        &self,
        tree: Tree,
        prefix: &[u8],
        from: &[u8],
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError> {
        let prefix_full = key_of(tree, prefix);
        fenced(|| {
            let mut pairs = Vec::new();
            for pair in self.db.range(key_of(tree, prefix.max(from))..).take(limit) {
                let (key, value) = pair?;
                if !key.starts_with(&prefix_full) {
                    break;
                }
                pairs.push((key.get(1..).unwrap_or_default().to_vec(), value.to_vec()));
            }
            Ok(pairs)
        })
    }

    fn write(&self, batch: Batch) -> Result<(), StoreError> {
        let mut changes = sled::Batch::default();
        for (tree, key, value) in batch.changes {
            match value {
                Some(value) => changes.insert(key_of(tree, &key), value),
                None => changes.remove(key_of(tree, &key)),
            }
        }
        fenced(|| self.db.apply_batch(changes))
    }

    fn flush(&self) -> Result<(), StoreError> {
        fenced(|| self.db.flush()).map(|_| ())
    }

    fn clear(&self, tree: Tree) -> Result<(), StoreError> {
        loop {
            let mut batch = Batch::default();
            for (key, _) in self.scan(tree, &[], &[], 4096)? {
                batch.remove(tree, &key);
            }
            if batch.changes.is_empty() {
                return Ok(());
            }
            self.write(batch)?;
        }
    }
}
