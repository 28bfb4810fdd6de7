//! The request's body as lines: decompressed as it comes, bounded in window, line and total.

use crate::api::problem::{Refusal, of_body};
use crate::config::Config;
use axum::body::BodyDataStream;
use axum::extract::Request;
use axum::http::header::CONTENT_ENCODING;
use bytes::{Buf, Bytes};
use futures_util::StreamExt;
use std::time::Duration;
use waiqin_protocol::wire::sync::LINE_BYTES_MAX;
use zstd::stream::raw::{Decoder, InBuffer, Operation, OutBuffer};
use zstd::zstd_safe::DParameter;

/// 8 MiB, as RFC 9659 asks.
const WINDOW_LOG_MAX: u32 = 23;
/// Decompressed at a time.
const STEP_BYTES: usize = 64 << 10;

/// Where lines of pieces come from: the body of a request, or a hand-in package.
pub(in crate::api) trait LineSource {
    /// The next line without its break; `None` after the last.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, Refusal>;
}

impl LineSource for Lines {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, Refusal> {
        Self::next(self).await
    }
}

/// Lines of a body, one after another.
pub(super) struct Lines {
    body: BodyDataStream,
    zstd: Option<Zstd>,
    /// What came and is not yet decompressed.
    raw: Bytes,
    /// What is decompressed and not yet taken as a line.
    text: Vec<u8>,
    /// Start of the next line in `text`.
    start: usize,
    /// Up to here `text` holds no line break.
    looked: usize,
    total: u64,
    total_max: u64,
    stall: Duration,
    ended: bool,
}

struct Zstd {
    decoder: Decoder<'static>,
    /// Between two frames: the body may end here.
    at_border: bool,
}

impl Lines {
    /// The lines of a request.
    pub fn of(request: Request, config: &Config) -> Result<Self, Refusal> {
        let zstd = match request
            .headers()
            .get(CONTENT_ENCODING)
            .map(|value| value.as_bytes())
        {
            None | Some(b"identity") => None,
            Some(b"zstd") => Some(Zstd::new()?),
            Some(_) => return Err(Refusal::Malformed),
        };
        Ok(Self {
            body: request.into_body().into_data_stream(),
            zstd,
            raw: Bytes::new(),
            text: Vec::new(),
            start: 0,
            looked: 0,
            total: 0,
            total_max: config.push_bytes_max,
            stall: config.stall,
            ended: false,
        })
    }

    /// The next line without its break; `None` after the last.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Refusal> {
        loop {
            if let Some(at) = self.text[self.looked..]
                .iter()
                .position(|byte| *byte == b'\n')
            {
                let end = self.looked + at;
                let line = self.text[self.start..end].to_vec();
                self.start = end + 1;
                self.looked = self.start;
                return if line.len() > LINE_BYTES_MAX {
                    Err(line_too_long())
                } else {
                    Ok(Some(line))
                };
            }
            self.text.drain(..self.start);
            self.start = 0;
            self.looked = self.text.len();
            if self.text.len() > LINE_BYTES_MAX {
                return Err(line_too_long());
            }
            if self.ended {
                let line = std::mem::take(&mut self.text);
                self.looked = 0;
                return Ok((!line.is_empty()).then_some(line));
            }
            self.fill().await?;
        }
    }

    /// Reads on: decompresses a step of what came, or waits for more.
    async fn fill(&mut self) -> Result<(), Refusal> {
        if self.raw.is_empty() {
            match tokio::time::timeout(self.stall, self.body.next()).await {
                Err(_) => return Err(Refusal::Stalled),
                Ok(Some(Err(error))) => return Err(of_body(&error)),
                Ok(Some(Ok(bytes))) => self.raw = bytes,
                Ok(None) => {
                    if self.zstd.as_ref().is_some_and(|zstd| !zstd.at_border) {
                        return Err(Refusal::Malformed);
                    }
                    self.ended = true;
                    return Ok(());
                }
            }
        }
        let before = self.text.len();
        match &mut self.zstd {
            None => {
                self.text.extend_from_slice(&self.raw);
                self.raw = Bytes::new();
            }
            Some(zstd) => zstd.step(&mut self.raw, &mut self.text)?,
        }
        self.total += (self.text.len() - before) as u64;
        if self.total > self.total_max {
            return Err(Refusal::TooLarge {
                max: self.total_max,
            });
        }
        Ok(())
    }
}

impl Zstd {
    fn new() -> Result<Self, Refusal> {
        let mut decoder = Decoder::new().map_err(|_| Refusal::Internal)?;
        decoder
            .set_parameter(DParameter::WindowLogMax(WINDOW_LOG_MAX))
            .map_err(|_| Refusal::Internal)?;
        Ok(Self {
            decoder,
            at_border: true,
        })
    }

    fn step(&mut self, raw: &mut Bytes, text: &mut Vec<u8>) -> Result<(), Refusal> {
        let before = text.len();
        text.resize(before + STEP_BYTES, 0);
        let mut input = InBuffer::around(raw);
        let mut output = OutBuffer::around(&mut text[before..]);
        let hint = self
            .decoder
            .run(&mut input, &mut output)
            .map_err(|_| Refusal::Malformed)?;
        let (read, written) = (input.pos(), output.pos());
        text.truncate(before + written);
        raw.advance(read);
        self.at_border = hint == 0;
        Ok(())
    }
}

fn line_too_long() -> Refusal {
    Refusal::TooLarge {
        max: LINE_BYTES_MAX as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use axum::body::Body;
    use proptest::prelude::*;

    fn config(push_bytes_max: u64) -> Config {
        // Smaller than the settings allow, so that a short body reaches the bound.
        let nowhere = std::path::Path::new("/nowhere");
        let mut config = Config::load(nowhere, Settings::default()).unwrap();
        config.push_bytes_max = push_bytes_max;
        config
    }

    /// A body that comes in pieces of `step` bytes.
    fn request(body: &[u8], step: usize, encoding: Option<&str>) -> Request {
        let chunks: Vec<Result<Bytes, std::io::Error>> = body
            .chunks(step.max(1))
            .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
            .collect();
        let mut request = Request::new(Body::from_stream(futures_util::stream::iter(chunks)));
        if let Some(encoding) = encoding {
            request
                .headers_mut()
                .insert(CONTENT_ENCODING, encoding.parse().unwrap());
        }
        request
    }

    async fn read(request: Request, max: u64) -> Result<Vec<Vec<u8>>, Refusal> {
        let mut lines = Lines::of(request, &config(max))?;
        let mut all = Vec::new();
        while let Some(line) = lines.next().await? {
            all.push(line);
        }
        Ok(all)
    }

    #[expect(clippy::unwrap_in_result, reason = "a test's runtime")]
    fn read_now(request: Request, max: u64) -> Result<Vec<Vec<u8>>, Refusal> {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(read(request, max))
    }

    proptest! {
        #[test]
        fn lines_are_the_same_however_the_body_is_cut_and_compressed(
            lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..200), 0..20),
            step in 1usize..300,
        ) {
            let lines: Vec<Vec<u8>> = lines
                .into_iter()
                .map(|line| line.into_iter().map(|b| if b == b'\n' { b'x' } else { b }).collect())
                .collect();
            let body: Vec<u8> =
                lines.iter().flat_map(|line| line.iter().copied().chain([b'\n'])).collect();
            prop_assert_eq!(&read_now(request(&body, step, None), 1 << 20).unwrap(), &lines);
            let packed = zstd::bulk::compress(&body, 3).unwrap();
            let sent = request(&packed, step, Some("zstd"));
            prop_assert_eq!(&read_now(sent, 1 << 20).unwrap(), &lines);
        }

        #[test]
        fn a_body_of_a_stranger_never_panics(
            body in prop::collection::vec(any::<u8>(), 0..500), step in 1usize..50,
        ) {
            let _ = read_now(request(&body, step, Some("zstd")), 1 << 20);
        }
    }

    #[tokio::test]
    async fn a_compressed_body_that_was_cut_is_noticed() {
        let packed = zstd::bulk::compress(&b"one\ntwo\n".repeat(1000), 3).unwrap();
        for cut in [1, packed.len() / 2, packed.len() - 1] {
            let sent = request(&packed[..cut], 100, Some("zstd"));
            assert_eq!(
                read(sent, 1 << 20).await,
                Err(Refusal::Malformed),
                "cut at {cut}"
            );
        }
    }

    #[tokio::test]
    async fn a_small_body_that_unpacks_to_much_is_stopped_at_the_bound() {
        let bomb = zstd::bulk::compress(&vec![b'\n'; 64 << 20], 19).unwrap();
        assert!(bomb.len() < 20_000);
        let refused = read(request(&bomb, 4096, Some("zstd")), 1 << 20).await;
        assert_eq!(refused, Err(Refusal::TooLarge { max: 1 << 20 }));
    }

    #[tokio::test]
    async fn a_window_beyond_eight_mebibytes_is_refused() {
        let mut packed = Vec::new();
        let mut encoder = zstd::stream::write::Encoder::new(&mut packed, 1).unwrap();
        encoder.window_log(27).unwrap();
        std::io::Write::write_all(&mut encoder, &b"0123456789abcdef\n".repeat(1_000_000)).unwrap();
        encoder.finish().unwrap();
        let refused = read(request(&packed, 4096, Some("zstd")), 1 << 30).await;
        assert_eq!(refused, Err(Refusal::Malformed));
    }

    #[tokio::test]
    async fn a_line_without_end_is_stopped_at_the_bound() {
        let long = vec![b'x'; LINE_BYTES_MAX + 1];
        let refused = read(request(&long, 8192, None), 1 << 30).await;
        assert_eq!(refused, Err(line_too_long()));
        let mut fits = vec![b'x'; LINE_BYTES_MAX];
        fits.push(b'\n');
        assert_eq!(
            read(request(&fits, 8192, None), 1 << 30)
                .await
                .unwrap()
                .len(),
            1
        );
    }

    #[tokio::test]
    async fn an_unknown_encoding_is_refused() {
        assert_eq!(
            read(request(b"x", 1, Some("gzip")), 10).await,
            Err(Refusal::Malformed)
        );
    }
}
