//! The stores of a phone: a restart finds them as they were last flushed, or later.

use crate::dice::Dice;
use crate::power::Current;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLockReadGuard};
use waiqin_core::store::{Batch, MemoryStore, Pair, Store, StoreError, TREES, Tree};

/// Stores by folder, as they stand and as they were last flushed.
#[derive(Default)]
pub struct Stores(Mutex<BTreeMap<PathBuf, Kept>>);

struct Kept {
    now: Arc<MemoryStore>,
    flushed: MemoryStore,
}

struct KeptStore {
    dir: PathBuf,
    now: Arc<MemoryStore>,
    stores: Arc<Stores>,
    power: Current,
}

impl Stores {
    pub fn open(self: &Arc<Self>, dir: &Path, empty: bool, power: Current) -> Arc<dyn Store> {
        let mut all = self.0.lock().unwrap();
        if empty {
            all.remove(dir);
        }
        let kept = all.entry(dir.to_owned()).or_insert_with(|| Kept {
            now: Arc::default(),
            flushed: MemoryStore::default(),
        });
        Arc::new(KeptStore {
            dir: dir.to_owned(),
            now: kept.now.clone(),
            stores: self.clone(),
            power,
        })
    }

    /// What was written since the last flush may be there or not: batches are whole, in order.
    pub fn crash(&self, dice: &mut Dice) {
        for kept in self.0.lock().unwrap().values_mut() {
            let left = if dice.percent(50) {
                copy_of(&kept.flushed)
            } else {
                copy_of(&kept.now)
            };
            kept.flushed = copy_of(&left);
            kept.now = Arc::new(left);
        }
    }

    pub fn copy(&self) -> BTreeMap<PathBuf, MemoryStore> {
        let all = self.0.lock().unwrap();
        let copies = all.iter();
        copies
            .map(|(dir, kept)| (dir.clone(), copy_of(&kept.flushed)))
            .collect()
    }

    pub fn restore(&self, copies: &BTreeMap<PathBuf, MemoryStore>) {
        let kept = |store: &MemoryStore| Kept {
            now: Arc::new(copy_of(store)),
            flushed: copy_of(store),
        };
        let restored = copies.iter().map(|(dir, store)| (dir.clone(), kept(store)));
        *self.0.lock().unwrap() = restored.collect();
    }

    /// An entry of others in the store below a folder is gone, or a bit of it flips, and nobody notices;
    /// `None` when there is none.
    pub fn harm(&self, below: &Path, dice: &mut Dice) -> Option<&'static str> {
        let all = self.0.lock().unwrap();
        let kept = all.iter().find(|(dir, _)| dir.starts_with(below))?.1;
        let mut pairs: Vec<(Tree, Pair)> = Vec::new();
        for tree in [Tree::OthersA, Tree::OthersB] {
            let found = kept.now.scan(tree, &[], &[], usize::MAX).unwrap();
            pairs.extend(found.into_iter().map(|pair| (tree, pair)));
        }
        let (tree, (key, mut value)) = dice.pick(&pairs)?.clone();
        let mut batch = Batch::default();
        let what = if dice.percent(50) {
            batch.remove(tree, &key);
            "is gone"
        } else {
            let at = dice.below(value.len());
            value[at] ^= 1 << dice.below(8);
            batch.put(tree, &key, value);
            "rots"
        };
        kept.now.write(batch.clone()).unwrap();
        kept.flushed.write(batch).unwrap();
        Some(what)
    }

    pub fn clear(&self) {
        self.0.lock().unwrap().clear();
    }
}

impl KeptStore {
    fn on(&self) -> Result<RwLockReadGuard<'_, bool>, StoreError> {
        self.power.on().map_err(StoreError::Io)
    }
}

impl Store for KeptStore {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let _on = self.on()?;
        self.now.get(tree, key)
    }

    fn scan(
        &self,
        tree: Tree,
        prefix: &[u8],
        from: &[u8],
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError> {
        let _on = self.on()?;
        self.now.scan(tree, prefix, from, limit)
    }

    fn write(&self, batch: Batch) -> Result<(), StoreError> {
        let _on = self.on()?;
        self.now.write(batch)
    }

    fn flush(&self) -> Result<(), StoreError> {
        let _on = self.on()?;
        if let Some(kept) = self.stores.0.lock().unwrap().get_mut(&self.dir) {
            kept.flushed = copy_of(&self.now);
        }
        Ok(())
    }

    fn clear(&self, tree: Tree) -> Result<(), StoreError> {
        let _on = self.on()?;
        self.now.clear(tree)
    }
}

fn copy_of(store: &MemoryStore) -> MemoryStore {
    let mut all = Batch::default();
    for tree in TREES {
        let pairs = store.scan(tree, &[], &[], usize::MAX);
        for (key, value) in pairs.expect("a store in memory reads") {
            all.put(tree, &key, value);
        }
    }
    let copy = MemoryStore::default();
    copy.write(all).expect("a store in memory writes");
    copy
}
