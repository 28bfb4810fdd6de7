//! What has gone into a piece since its last checkpoint, against the bounds of a piece.

use waiqin_protocol::wire::hello::Limits;

/// Entries and gaps since the last checkpoint.
#[derive(Debug, Default)]
pub(crate) struct Piece {
    /// A gap counts as an entry does.
    entries: u64,
    /// With the end of each line; a gap counts none.
    bytes: u64,
}

impl Piece {
    /// Whether one more, of so many bytes, has to wait for the next piece.
    pub fn is_full(&self, more: u64, limits: &Limits) -> bool {
        let full =
            self.entries >= limits.piece_entries_max || self.bytes + more > limits.piece_bytes_max;
        self.entries > 0 && full
    }

    /// One more, of so many bytes.
    pub fn add(&mut self, bytes: u64) {
        self.entries += 1;
        self.bytes += bytes;
    }

    /// Whether nothing waits for a checkpoint.
    pub fn is_empty(&self) -> bool {
        self.entries == 0
    }
}
