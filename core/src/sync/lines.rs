//! An answer as lines: decompressed as it comes, bounded in window, line and total.

use super::error::CallError;
use super::line::{Alive, Line};
use bytes::{Buf, Bytes};
use reqwest::Response;
use reqwest::header::CONTENT_ENCODING;
use waiqin_protocol::wire::sync::LINE_BYTES_MAX;
use zstd::stream::raw::{Decoder, InBuffer, Operation, OutBuffer};
use zstd::zstd_safe::DParameter;

/// 8 MiB, as RFC 9659 asks.
const WINDOW_LOG_MAX: u32 = 23;
/// Decompressed at a time.
const STEP_BYTES: usize = 64 << 10;
/// One answer, decompressed.
const ANSWER_BYTES_MAX: u64 = 256 << 20;

/// Lines of an answer, one after another.
pub(super) struct Lines<'a> {
    line: &'a Line,
    alive: &'a Alive,
    response: Response,
    zstd: Option<Decoder<'static>>,
    raw: Bytes,
    text: Vec<u8>,
    /// Start of the next line in `text`.
    start: usize,
    /// Up to here `text` holds no line break.
    looked: usize,
    total: u64,
}

impl<'a> Lines<'a> {
    pub fn of(line: &'a Line, alive: &'a Alive, response: Response) -> Result<Self, CallError> {
        let encoding = response
            .headers()
            .get(CONTENT_ENCODING)
            .map(|value| value.as_bytes());
        let zstd = match encoding {
            None | Some(b"identity") => None,
            Some(b"zstd") => Some(decoder()?),
            Some(_) => return Err(CallError::not_ours("an unknown encoding")),
        };
        Ok(Self {
            line,
            alive,
            response,
            zstd,
            raw: Bytes::new(),
            text: Vec::new(),
            start: 0,
            looked: 0,
            total: 0,
        })
    }

    /// The next line without its break. A body that ends inside a line was cut, and so was one
    /// that ends at all: the last line says that it is the last.
    pub async fn next(&mut self) -> Result<Vec<u8>, CallError> {
        loop {
            let unread = self.text.get(self.looked..).unwrap_or_default();
            if let Some(at) = unread.iter().position(|byte| *byte == b'\n') {
                let end = self.looked + at;
                let line = self.text.get(self.start..end).unwrap_or_default().to_vec();
                self.start = end + 1;
                self.looked = self.start;
                return bounded(line);
            }
            self.text.drain(..self.start);
            self.start = 0;
            self.looked = self.text.len();
            if self.text.len() > LINE_BYTES_MAX {
                return Err(too_long());
            }
            self.fill().await?;
        }
    }

    /// Reads what follows the last line, so that the connection can be used again.
    pub async fn finish(mut self) {
        for _ in 0..4 {
            match self.line.chunk(&mut self.response, self.alive).await {
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => return,
            }
        }
    }

    async fn fill(&mut self) -> Result<(), CallError> {
        if self.raw.is_empty() {
            let chunk = self.line.chunk(&mut self.response, self.alive).await?;
            self.raw = chunk.ok_or(CallError::Cut(None))?;
        }
        let before = self.text.len();
        match &mut self.zstd {
            None => {
                self.text.extend_from_slice(&self.raw);
                self.raw = Bytes::new();
            }
            Some(decoder) => {
                self.text.resize(before + STEP_BYTES, 0);
                let mut input = InBuffer::around(&self.raw);
                let mut output = OutBuffer::around(&mut self.text[before..]);
                decoder
                    .run(&mut input, &mut output)
                    .map_err(|_| CallError::not_ours("bytes that do not decompress"))?;
                let (read, written) = (input.pos(), output.pos());
                self.text.truncate(before + written);
                self.raw.advance(read);
            }
        }
        self.total += (self.text.len() - before) as u64;
        if self.total > ANSWER_BYTES_MAX {
            Err(too_long())
        } else {
            Ok(())
        }
    }
}

fn decoder() -> Result<Decoder<'static>, CallError> {
    let mut decoder = Decoder::new().map_err(|error| CallError::Phone(Box::new(error)))?;
    decoder
        .set_parameter(DParameter::WindowLogMax(WINDOW_LOG_MAX))
        .map_err(|error| CallError::Phone(Box::new(error)))?;
    Ok(decoder)
}

fn bounded(line: Vec<u8>) -> Result<Vec<u8>, CallError> {
    if line.len() > LINE_BYTES_MAX {
        Err(too_long())
    } else {
        Ok(line)
    }
}

fn too_long() -> CallError {
    CallError::not_ours("a line or answer that is too long")
}
