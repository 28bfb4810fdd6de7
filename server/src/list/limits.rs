//! How much of a file is read. Every bound has an error of its own, so that a clerk learns which.

/// Bounds of one import. The default takes 250,000 rows of an ordinary list and keeps the worst
/// file under 512 MB of memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file itself.
    pub bytes_max: usize,
    /// Bytes of all parts of a workbook together after decompression; they are read as a stream.
    pub decoded_bytes_max: u64,
    /// Bytes of a workbook's shared strings after decompression; they are held in memory.
    pub strings_bytes_max: u64,
    /// Rows with content.
    pub rows_max: u64,
    /// Columns with content.
    pub columns_max: usize,
    /// Characters of one cell (a spreadsheet itself allows 32,767).
    pub cell_chars_max: usize,
    /// Estimated bytes of memory of the cases that are kept.
    pub kept_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes_max: 64 << 20,
            decoded_bytes_max: 512 << 20,
            strings_bytes_max: 96 << 20,
            rows_max: 250_000,
            columns_max: 256,
            cell_chars_max: 32_767,
            kept_bytes_max: 300 << 20,
        }
    }
}
