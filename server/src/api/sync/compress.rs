//! Compression of an answer while it is made.

use zstd::stream::raw::{Encoder, InBuffer, Operation, OutBuffer};

/// Level of zstd: 3 is the knee between time and size for records of a kilobyte.
const LEVEL: i32 = 3;
const STEP_BYTES: usize = 32 << 10;

/// A stream of zstd, or the bytes as they are.
pub(super) enum Packer {
    /// As they are.
    Plain,
    /// Compressed.
    Zstd(Encoder<'static>),
}

impl Packer {
    /// A packer.
    pub fn new(compressed: bool) -> std::io::Result<Self> {
        if compressed {
            Encoder::new(LEVEL).map(Self::Zstd)
        } else {
            Ok(Self::Plain)
        }
    }

    /// Packs bytes so that the receiver can read all of them at once.
    pub fn pack(&mut self, bytes: Vec<u8>) -> std::io::Result<Vec<u8>> {
        let Self::Zstd(encoder) = self else {
            return Ok(bytes);
        };
        let mut packed = Vec::new();
        let mut input = InBuffer::around(&bytes);
        while input.pos() < bytes.len() {
            step(&mut packed, |output| encoder.run(&mut input, output))?;
        }
        while step(&mut packed, |output| encoder.flush(output))? > 0 {}
        Ok(packed)
    }

    /// Ends the stream.
    pub fn end(&mut self) -> std::io::Result<Vec<u8>> {
        let Self::Zstd(encoder) = self else {
            return Ok(Vec::new());
        };
        let mut packed = Vec::new();
        while step(&mut packed, |output| encoder.finish(output, true))? > 0 {}
        Ok(packed)
    }
}

fn step(
    packed: &mut Vec<u8>,
    run: impl FnOnce(&mut OutBuffer<'_, [u8]>) -> std::io::Result<usize>,
) -> std::io::Result<usize> {
    let before = packed.len();
    packed.resize(before + STEP_BYTES, 0);
    let mut output = OutBuffer::around(&mut packed[before..]);
    let left = run(&mut output);
    let written = output.pos();
    packed.truncate(before + written);
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_can_be_read_as_soon_as_it_is_there() {
        let mut packer = Packer::new(true).unwrap();
        let parts = [
            b"{\"a\":1}\n".repeat(10_000),
            b"{\"b\":2}\n".to_vec(),
            Vec::new(),
        ];
        let mut reader = zstd::stream::write::Decoder::new(Vec::new()).unwrap();
        let mut expected: Vec<u8> = Vec::new();
        for part in parts {
            expected.extend(&part);
            let packed = packer.pack(part).unwrap();
            std::io::Write::write_all(&mut reader, &packed).unwrap();
            std::io::Write::flush(&mut reader).unwrap();
            assert_eq!(reader.get_ref(), &expected);
        }
        std::io::Write::write_all(&mut reader, &packer.end().unwrap()).unwrap();
        assert_eq!(reader.into_inner(), expected);
    }
}
