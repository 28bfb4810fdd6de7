//! Files that carry a journal where no line does: the hand-in package (上交包, `.wqpack`) from a phone
//! to its court, and the receipts (回执包, `.wqreceipts`) that go back.
//!
//! # Hand-in package, version 1
//! A preamble in clear of [`PREAMBLE_BYTES`] bytes, then sealed chunks to the end of the file.
//!
//! | at | bytes | preamble |
//! |---|---|---|
//! | 0 | 8 | `WQPACK\r\n` |
//! | 8 | 1 | version: 1 |
//! | 9 | 1 | kind: 1, hand-in |
//! | 10 | 16 | the server that it is for |
//! | 26 | 16 | the journal that hands in |
//! | 42 | 32 | SHA-256 of the court's recovery public key, to which it is sealed |
//! | 74 | 32 | ephemeral X25519 public key |
//!
//! **Key**: HKDF-SHA256 over X25519(ephemeral, recovery), salt SHA-256(preamble), info
//! `waiqin/1 hand-in`. A key serves one package, so nonces count: a chunk's nonce is its number
//! (8 bytes, big-endian, from 0) ‖ 1 for the last chunk, else 0 ‖ 15 zero bytes. **Chunk**:
//! XChaCha20-Poly1305 over [`CHUNK_BYTES`] bytes of content, the last one over what is left; 16 bytes
//! more than its content. No length is written anywhere: a chunk that was cut, moved, left out or
//! added does not open, nor does any under another preamble.
//!
//! **Content**: lines, each closed by `\n`.
//! 1. For each journal of the phone's line that has something to hand in, oldest first, `{"journal":…}`
//!    ([`JournalPart`]), then exactly what [`sync`](crate::wire::sync) would send: `{"head":…}`,
//!    entries in pieces, gaps, checkpoints.
//! 2. For each piece of evidence without a receipt `{"evidence":{"hash","length"}}`, followed by that
//!    many bytes and `\n`; or `{"lacking":HASH}`, where its bytes do not read on the phone any more.
//! 3. `{"whole":{"evidence","journals"}}` with the numbers of both; nothing follows.
//!
//! # Receipts, version 1
//! Lines in clear, for they say nothing but ids, numbers and hashes: `{"receipts":{"journal","server",
//! "v"}}`; for each journal handed in `{"journal":…}` ([`ReceiptsJournal`]) and the lines that `sync`
//! would answer (standing, verdicts, receipt, limits, safe); `{"evidence":…}` for each piece in custody;
//! `{"seal":…}`, the server's signature over everything before ([`ReceiptsSeal`]).
//!
//! [`ReceiptsSeal`]: crate::journal::ReceiptsSeal

mod content;
pub mod folder;
mod receipts;
mod sealed;
#[cfg(test)]
mod tests;

pub use content::{
    EvidencePart, HandInLine, Item, JournalPart, PackageReader, PackageWriter, Whole,
};
pub use receipts::{
    RECEIPTS_BYTES_MAX, Receipts, ReceiptsError, ReceiptsJournal, ReceiptsOf, ReceiptsPart,
    ReceiptsText,
};
pub use sealed::{CHUNK_BYTES, ChunkKey, PREAMBLE_BYTES, Preamble, print_of};

/// A package that does not read. Nothing in it counts.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// The file does not read.
    #[error("read the package")]
    Read(#[source] std::io::Error),
    /// It does not begin as one.
    #[error("not a hand-in package")]
    NotAPackage,
    /// Of a version that is not known here.
    #[error("a package of version {0}")]
    Version(u8),
    /// Not sealed to this key.
    #[error("sealed to another key")]
    Key,
    /// Cut off, or changed on the way.
    #[error("the package is cut off or was changed")]
    Damaged,
    /// It opens, and what is in it does not have the shape of version 1.
    #[error("the package's content does not have its shape")]
    Shape,
}
