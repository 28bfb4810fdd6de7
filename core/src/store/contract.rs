//! One suite for every store: the one in memory may not be kinder than the real one.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn stores() -> Vec<(&'static str, Box<dyn Store>, Option<tempfile::TempDir>)> {
    let dir = tempfile::tempdir().unwrap();
    let sled = SledStore::open(dir.path()).unwrap();
    vec![
        ("memory", Box::new(MemoryStore::default()), None),
        ("sled", Box::new(sled), Some(dir)),
        (
            "memory behind memory",
            Box::new(WriteBehind::new(MemoryStore::default())),
            None,
        ),
        ("half handed on", Box::new(HalfBehind::default()), None),
    ]
}

/// Hands on every other batch, so that what waits covers what lies behind.
struct HalfBehind {
    store: WriteBehind<MemoryStore>,
    written: std::sync::atomic::AtomicUsize,
}

impl Default for HalfBehind {
    fn default() -> Self {
        Self {
            store: WriteBehind::new(MemoryStore::default()),
            written: 0.into(),
        }
    }
}

impl Store for HalfBehind {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.get(tree, key)
    }

    fn scan(
        &self,
        tree: Tree,
        prefix: &[u8],
        from: &[u8],
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError> {
        self.store.scan(tree, prefix, from, limit)
    }

    fn write(&self, batch: Batch) -> Result<(), StoreError> {
        self.store.write(batch)?;
        let before = self
            .written
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if before.is_multiple_of(2) {
            self.flush()
        } else {
            Ok(())
        }
    }

    fn flush(&self) -> Result<(), StoreError> {
        self.store.flush()
    }

    fn clear(&self, tree: Tree) -> Result<(), StoreError> {
        self.store.clear(tree)
    }
}

fn keys(pairs: &[Pair]) -> Vec<&[u8]> {
    pairs.iter().map(|(key, _)| key.as_slice()).collect()
}

#[test]
fn trees_do_not_see_each_other_and_scans_stay_inside_prefix_and_limit() {
    for (name, store, _dir) in stores() {
        let mut batch = Batch::default();
        for key in [&b"a"[..], b"b", b"ba", b"bb", b"c", b"\xff\xff"] {
            batch.put(Tree::Entries, key, key.to_vec());
        }
        batch.put(Tree::Meta, b"zz", b"1".to_vec());
        batch.put(Tree::Recent, b"", b"2".to_vec());
        store.write(batch).unwrap();
        let all = store.scan(Tree::Entries, b"", b"", 100).unwrap();
        assert_eq!(
            keys(&all),
            [&b"a"[..], b"b", b"ba", b"bb", b"c", b"\xff\xff"],
            "{name}"
        );
        let b = store.scan(Tree::Entries, b"b", b"", 100).unwrap();
        assert_eq!(keys(&b), [&b"b"[..], b"ba", b"bb"], "{name}");
        let from = store.scan(Tree::Entries, b"b", b"ba", 1).unwrap();
        assert_eq!(keys(&from), [&b"ba"[..]], "{name}");
        assert!(
            store.scan(Tree::Entries, b"a", b"b", 9).unwrap().is_empty(),
            "{name}"
        );
        assert_eq!(
            store.get(Tree::Recent, b"").unwrap().as_deref(),
            Some(&b"2"[..]),
            "{name}"
        );
        store.clear(Tree::Entries).unwrap();
        assert!(
            store.scan(Tree::Entries, b"", b"", 9).unwrap().is_empty(),
            "{name}"
        );
        assert_eq!(
            store.get(Tree::Meta, b"zz").unwrap().as_deref(),
            Some(&b"1"[..]),
            "{name}"
        );
    }
}

#[test]
fn in_a_batch_the_later_change_wins() {
    for (name, store, _dir) in stores() {
        let mut batch = Batch::default();
        batch.put(Tree::Meta, b"a", b"1".to_vec());
        batch.remove(Tree::Meta, b"a");
        batch.remove(Tree::Meta, b"b");
        batch.put(Tree::Meta, b"b", b"2".to_vec());
        store.write(batch).unwrap();
        assert_eq!(store.get(Tree::Meta, b"a").unwrap(), None, "{name}");
        assert_eq!(
            store.get(Tree::Meta, b"b").unwrap().as_deref(),
            Some(&b"2"[..]),
            "{name}"
        );
    }
}

#[test]
fn what_was_flushed_is_there_when_it_is_opened_again() {
    let dir = tempfile::tempdir().unwrap();
    {
        let store = SledStore::open(dir.path()).unwrap();
        let mut batch = Batch::default();
        batch.put(Tree::Meta, b"cursor", b"5".to_vec());
        batch.put(Tree::CasesA, b"x", vec![7; 100_000]);
        store.write(batch).unwrap();
        store.flush().unwrap();
    }
    let store = SledStore::open(dir.path()).unwrap();
    assert_eq!(
        store.get(Tree::Meta, b"cursor").unwrap().as_deref(),
        Some(&b"5"[..])
    );
    assert_eq!(
        store.get(Tree::CasesA, b"x").unwrap(),
        Some(vec![7; 100_000])
    );
}

type Model = BTreeMap<(Tree, Vec<u8>), Vec<u8>>;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn every_store_does_what_an_ordered_map_does(
        batches in proptest::collection::vec(
            proptest::collection::vec(
                (0usize..3, proptest::collection::vec(0u8..4, 0..3), any::<Option<u8>>()), 0..6),
            0..8),
        prefix in proptest::collection::vec(0u8..4, 0..2),
        from in proptest::collection::vec(0u8..4, 0..3),
        limit in 0usize..6,
    ) {
        for (name, store, _dir) in stores() {
            let mut model = Model::new();
            for changes in &batches {
                let mut batch = Batch::default();
                for (tree, key, value) in changes {
                    let tree = TREES[*tree];
                    match value {
                        Some(value) => {
                            batch.put(tree, key, vec![*value]);
                            model.insert((tree, key.clone()), vec![*value]);
                        }
                        None => {
                            batch.remove(tree, key);
                            model.remove(&(tree, key.clone()));
                        }
                    }
                }
                store.write(batch).unwrap();
            }
            for tree in &TREES[..3] {
                let expected: Vec<Pair> = model
                    .iter()
                    .filter(|((of, key), _)| {
                        of == tree && key.starts_with(&prefix) && *key >= from
                    })
                    .take(limit)
                    .map(|((_, key), value)| (key.clone(), value.clone()))
                    .collect();
                let given = store.scan(*tree, &prefix, &from, limit).unwrap();
                prop_assert_eq!(given, expected, "{}", name);
            }
        }
    }
}

#[test]
fn a_value_opens_under_its_own_key_alone() {
    let store = std::sync::Arc::new(MemoryStore::default());
    let key = crate::secret::SecretKey::random(&crate::SystemEntropy);
    let sealed = SealedStore::new(
        store.clone(),
        key,
        std::sync::Arc::new(crate::SystemEntropy),
    );
    let mut batch = sealed.batch();
    batch.put(Tree::Meta, b"a", "某");
    batch.commit().unwrap();
    assert_eq!(
        sealed.get::<String>(Tree::Meta, b"a").unwrap().as_deref(),
        Some("某")
    );
    let bytes = store.get(Tree::Meta, b"a").unwrap().unwrap();
    let mut moved = Batch::default();
    moved.put(Tree::Meta, b"b", bytes.clone());
    moved.put(Tree::Parked, b"a", bytes);
    store.write(moved).unwrap();
    let damaged = |read: Result<Option<String>, StoreError>| {
        assert!(matches!(read, Err(StoreError::Damaged { .. })));
    };
    damaged(sealed.get(Tree::Meta, b"b"));
    damaged(sealed.get(Tree::Parked, b"a"));
}
