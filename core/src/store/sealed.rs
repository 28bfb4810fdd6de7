//! Values encrypted under the officer's key, bound to (tree, key, version): a value copied to another
//! key, or left by another version of the views, does not open.

use super::{Batch, Store, StoreError, Tree};
use crate::host::Entropy;
use crate::secret::SecretKey;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// Version of the views: raised whenever what is stored changes, so that former views do not open
/// and are rebuilt.
const VERSION: u32 = 3;

/// Keys with their values, as far as they open.
pub(crate) type Readable<T> = Vec<(Vec<u8>, Option<T>)>;

pub(crate) struct SealedStore {
    store: Arc<dyn Store>,
    key: SecretKey,
    entropy: Arc<dyn Entropy>,
}

/// Changes of typed values.
pub(crate) struct SealedBatch<'a> {
    store: &'a SealedStore,
    batch: Batch,
}

impl SealedStore {
    pub fn new(store: Arc<dyn Store>, key: SecretKey, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            store,
            key,
            entropy,
        }
    }

    /// A key that tells nothing to who looks at the files.
    pub fn name(&self, of: &[u8]) -> [u8; 16] {
        self.key.name(of)
    }

    pub fn get<T: DeserializeOwned>(
        &self,
        tree: Tree,
        key: &[u8],
    ) -> Result<Option<T>, StoreError> {
        match self.store.get(tree, key)? {
            None => Ok(None),
            Some(sealed) => self.open(tree, key, &sealed).map(Some),
        }
    }

    pub fn scan<T: DeserializeOwned>(
        &self,
        tree: Tree,
        prefix: &[u8],
        from: &[u8],
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, T)>, StoreError> {
        let pairs = self.store.scan(tree, prefix, from, limit)?;
        pairs
            .into_iter()
            .map(|(key, sealed)| {
                let value = self.open(tree, &key, &sealed)?;
                Ok((key, value))
            })
            .collect()
    }

    /// As [`SealedStore::scan`]; a value that does not open is `None`.
    pub fn scan_readable<T: DeserializeOwned>(
        &self,
        tree: Tree,
        prefix: &[u8],
        from: &[u8],
        limit: usize,
    ) -> Result<Readable<T>, StoreError> {
        let pairs = self.store.scan(tree, prefix, from, limit)?;
        Ok(pairs
            .into_iter()
            .map(|(key, sealed)| {
                let value = self.open(tree, &key, &sealed).ok();
                (key, value)
            })
            .collect())
    }

    pub fn batch(&self) -> SealedBatch<'_> {
        SealedBatch {
            store: self,
            batch: Batch::default(),
        }
    }

    pub fn flush(&self) -> Result<(), StoreError> {
        self.store.flush()
    }

    pub fn clear(&self, tree: Tree) -> Result<(), StoreError> {
        self.store.clear(tree)
    }

    fn open<T: DeserializeOwned>(
        &self,
        tree: Tree,
        key: &[u8],
        sealed: &[u8],
    ) -> Result<T, StoreError> {
        let damaged = || StoreError::Damaged {
            what: format!("a value of {tree:?}"),
        };
        let plain = self
            .key
            .open(&place(tree, key), sealed)
            .ok_or_else(damaged)?;
        serde_json::from_slice(&plain).map_err(|_| damaged())
    }
}

impl SealedBatch<'_> {
    pub fn put<T: Serialize + ?Sized>(&mut self, tree: Tree, key: &[u8], value: &T) {
        let plain = serde_json::to_vec(value).expect("views are plain data with text keys");
        let sealed = self
            .store
            .key
            .seal(&*self.store.entropy, &place(tree, key), &plain);
        self.batch.put(tree, key, sealed);
    }

    pub fn remove(&mut self, tree: Tree, key: &[u8]) {
        self.batch.remove(tree, key);
    }

    /// Applies all of it.
    pub fn commit(self) -> Result<(), StoreError> {
        self.store.store.write(self.batch)
    }
}

fn place(tree: Tree, key: &[u8]) -> Vec<u8> {
    let mut place = b"waiqin/1 store ".to_vec();
    place.push(tree.prefix());
    place.extend(VERSION.to_be_bytes());
    place.extend(key);
    place
}
