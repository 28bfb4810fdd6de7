//! Texts of an old workbook, which go on over the ends of records.

use super::biff::{BiffError, CONTINUE, Records};

/// The data of a record and of those that continue it.
pub(super) struct Pieces<'s> {
    pieces: Vec<&'s [u8]>,
    piece: usize,
    at: usize,
}

impl<'s> Pieces<'s> {
    pub(super) fn one(data: &'s [u8]) -> Self {
        Self {
            pieces: vec![data],
            piece: 0,
            at: 0,
        }
    }

    /// Adds the records that continue this one.
    pub(super) fn go_on(&mut self, records: &mut Records<'s>) -> Result<(), BiffError> {
        loop {
            let before = records.at;
            match records.next() {
                Some(Ok(record)) if record.kind == CONTINUE => self.pieces.push(record.data),
                Some(Err(error)) => return Err(error),
                Some(Ok(_)) | None => {
                    records.at = before;
                    return Ok(());
                }
            }
        }
    }

    pub(super) fn at_end(&self) -> bool {
        self.pieces[self.piece..]
            .iter()
            .enumerate()
            .all(|(step, piece)| {
                if step == 0 {
                    self.at >= piece.len()
                } else {
                    piece.is_empty()
                }
            })
    }

    fn byte(&mut self) -> Result<u8, BiffError> {
        loop {
            let piece = self.pieces.get(self.piece).ok_or(BiffError::Cut)?;
            if let Some(byte) = piece.get(self.at) {
                self.at += 1;
                return Ok(*byte);
            }
            self.piece += 1;
            self.at = 0;
        }
    }

    fn half(&mut self) -> Result<u16, BiffError> {
        Ok(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    fn skip(&mut self, mut bytes: usize) -> Result<(), BiffError> {
        while bytes > 0 {
            let piece = self.pieces.get(self.piece).ok_or(BiffError::Cut)?;
            let take = bytes.min(piece.len() - self.at);
            self.at += take;
            bytes -= take;
            if bytes > 0 {
                self.piece += 1;
                self.at = 0;
            }
        }
        Ok(())
    }

    /// A text with its length and flags in front.
    pub(super) fn string(&mut self) -> Result<String, BiffError> {
        let count = usize::from(self.half()?);
        let flags = self.byte()?;
        self.characters(count, flags)
    }

    /// The same with runs of format and phonetic text behind it.
    pub(super) fn rich_string(&mut self) -> Result<String, BiffError> {
        let count = usize::from(self.half()?);
        let flags = self.byte()?;
        let runs = if flags & 8 == 0 {
            0
        } else {
            usize::from(self.half()?)
        };
        let phonetic = if flags & 4 == 0 {
            0
        } else {
            let (low, high) = (self.half()?, self.half()?);
            usize::from(low) | usize::from(high) << 16
        };
        let text = self.characters(count, flags)?;
        self.skip(runs * 4)?;
        self.skip(phonetic)?;
        Ok(text)
    }

    /// So many characters; where a record is continued inside them, their width is told anew.
    pub(super) fn characters(&mut self, count: usize, flags: u8) -> Result<String, BiffError> {
        let mut units = Vec::with_capacity(count.min(256));
        let mut wide = flags & 1 != 0;
        while units.len() < count {
            let piece = *self.pieces.get(self.piece).ok_or(BiffError::Cut)?;
            let rest = &piece[self.at..];
            let left = count - units.len();
            if wide {
                let chunks = rest.as_chunks::<2>().0;
                let take = left.min(chunks.len());
                units.extend(chunks[..take].iter().map(|c| u16::from_le_bytes(*c)));
                self.at += take * 2;
            } else {
                let take = left.min(rest.len());
                units.extend(rest[..take].iter().map(|b| u16::from(*b)));
                self.at += take;
            }
            if units.len() < count {
                self.piece += 1;
                self.at = 0;
                wide = self.byte()? & 1 != 0;
            }
        }
        Ok(String::from_utf16_lossy(&units))
    }
}
