//! Bytes to text, piece by piece, so that a large list is never held twice.

use super::encoding::TextEncoding;
use encoding_rs::{CoderResult, Decoder};

/// Bytes that are decoded at a time.
const PIECE_BYTES: usize = 256 << 10;

/// The text of a file in pieces; what the encoding does not know becomes U+FFFD.
pub(super) struct Decoded<'b> {
    rest: &'b [u8],
    decoder: Decoder,
    piece: String,
    done: bool,
}

impl<'b> Decoded<'b> {
    pub(super) fn new(bytes: &'b [u8], encoding: TextEncoding) -> Self {
        Self {
            rest: bytes,
            decoder: encoding.coder().new_decoder_without_bom_handling(),
            piece: String::new(),
            done: false,
        }
    }

    /// The next piece of text; `None` at the end.
    pub(super) fn next_piece(&mut self) -> Option<&str> {
        if self.done {
            return None;
        }
        let take = self.rest.len().min(PIECE_BYTES);
        let last = take == self.rest.len();
        let room = self.decoder.max_utf8_buffer_length(take)?;
        self.piece.clear();
        self.piece.reserve(room);
        let (result, read, _) =
            self.decoder
                .decode_to_string(&self.rest[..take], &mut self.piece, last);
        debug_assert_eq!(
            result,
            CoderResult::InputEmpty,
            "the buffer holds every decoding"
        );
        self.rest = &self.rest[read..];
        self.done = last;
        Some(&self.piece)
    }
}
