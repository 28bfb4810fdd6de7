//! The store: views that pages need fast. It holds only what can be rebuilt from the journal and the
//! server, behind a trait with one contract suite, so that its engine can be exchanged (ADR 0002).

mod behind;
mod memory;
mod sealed;
mod sled;

#[cfg(test)]
mod contract;

pub use self::sled::SledStore;
pub use behind::WriteBehind;
pub use memory::MemoryStore;
pub(crate) use sealed::{SealedBatch, SealedStore};

/// The store was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The session was locked.
    #[error("the session is locked")]
    Locked,
    /// A file cannot be read or written.
    #[error("read or write the store")]
    Io(#[source] std::io::Error),
    /// What lies there does not read; a rebuild follows.
    #[error("the store is damaged: {what}")]
    Damaged {
        /// Where.
        what: String,
    },
}

/// A named tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tree {
    /// Single values by name: heads, cursor, limits, token.
    Meta,
    /// Rows of records in the order in which they changed here, newest first: those of a page lie
    /// together.
    Recent,
    /// Where the row of a record lies, by subject.
    Rows,
    /// Records of a case.
    ByCase,
    /// Numbers of a record's entries; the record is folded from them.
    Entries,
    /// What sealed records seized, by what tells a thing: number of a title, a vehicle, an account.
    Seized,
    /// Evidence by name and subject.
    Evidence,
    /// Evidence that has no receipt.
    Unsent,
    /// Verdicts that are not *accepted*, by number.
    Verdicts,
    /// Entries of other journals by subject and place in the court's log: one view, and the one being
    /// built beside it.
    OthersA,
    /// The other view of them.
    OthersB,
    /// Own entries as the court took them in, by the number of the last of a run.
    Taken,
    /// Cases in scope: one view, and the one being built beside it.
    CasesA,
    /// The other view of cases.
    CasesB,
    /// Where uploads go on.
    Uploads,
    /// What was set aside.
    Parked,
    /// Own entries that rotted here after they were delivered, as the court gave them back, by number.
    Mended,
}

/// Every tree.
pub const TREES: [Tree; 17] = [
    Tree::Meta,
    Tree::Recent,
    Tree::Rows,
    Tree::OthersA,
    Tree::OthersB,
    Tree::Taken,
    Tree::ByCase,
    Tree::Entries,
    Tree::Seized,
    Tree::Evidence,
    Tree::Unsent,
    Tree::Verdicts,
    Tree::CasesA,
    Tree::CasesB,
    Tree::Uploads,
    Tree::Parked,
    Tree::Mended,
];

impl Tree {
    /// The byte with which its keys begin on disk; never given to another tree
    /// (2 was folded records).
    fn prefix(self) -> u8 {
        match self {
            Self::Meta => 1,
            Self::Recent => 3,
            Self::ByCase => 4,
            Self::Entries => 5,
            Self::Evidence => 6,
            Self::Unsent => 7,
            Self::Verdicts => 8,
            Self::CasesA => 9,
            Self::CasesB => 10,
            Self::Uploads => 11,
            Self::Parked => 12,
            Self::Seized => 13,
            Self::Rows => 14,
            Self::OthersA => 15,
            Self::OthersB => 16,
            Self::Taken => 17,
            Self::Mended => 18,
        }
    }
}

/// A key with its value.
pub type Pair = (Vec<u8>, Vec<u8>);

/// Changes that happen together or not at all, over any trees. Later ones win.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    changes: Vec<(Tree, Vec<u8>, Option<Vec<u8>>)>,
}

impl Batch {
    /// Sets a value.
    pub fn put(&mut self, tree: Tree, key: &[u8], value: Vec<u8>) {
        self.changes.push((tree, key.to_vec(), Some(value)));
    }

    /// Takes a value away.
    pub fn remove(&mut self, tree: Tree, key: &[u8]) {
        self.changes.push((tree, key.to_vec(), None));
    }
}

/// An ordered store of bytes in named trees.
pub trait Store: Send + Sync {
    /// The value of a key.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Pairs whose keys begin with `prefix` and are not below `from`, in order of keys, at most
    /// `limit`.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn scan(
        &self,
        tree: Tree,
        prefix: &[u8],
        from: &[u8],
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError>;

    /// Applies a batch: whole or not at all, also after a cut; visible when this returns, durable
    /// after [`Store::flush`].
    ///
    /// # Errors
    /// See [`StoreError`].
    fn write(&self, batch: Batch) -> Result<(), StoreError>;

    /// Makes everything written durable.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn flush(&self) -> Result<(), StoreError>;

    /// Empties a tree.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn clear(&self, tree: Tree) -> Result<(), StoreError>;
}
