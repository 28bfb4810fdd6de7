//! The way up: entries in pieces, each closed by a checkpoint, made on a blocking thread while the
//! line takes them. Memory does not grow with the number of entries.

use super::conversation::FAST_BYTES_PER_S;
use super::holdings::{Holdings, HoldingsError};
use super::piece::Piece;
use bytes::Bytes;
use std::io::{self, Write};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};
use waiqin_protocol::journal::{Chain, Head};
use waiqin_protocol::wire::hello::Limits;
use waiqin_protocol::wire::sync::{COMPRESS_FROM, SyncHead, UpLine};
use zstd::stream::write::Encoder;

/// Entries are read so many bytes at a time.
const BATCH_BYTES: usize = 256 << 10;
/// A body up to this is made whole before it is sent.
const WHOLE_BYTES_MAX: usize = 256 << 10;
/// Compressed bytes handed over at a time.
const PART_BYTES: usize = 32 << 10;
/// Entries in one request, bytes before compression; what is left comes with the next.
const REQUEST_BYTES_MAX: u64 = 32 << 20;
/// Level for a body that is made whole: small, so the best is cheap.
const WHOLE_LEVEL: i32 = 9;
/// Levels of a stream: where the line takes what is made at once, and where it makes it wait.
const FAST_LEVEL: i32 = 3;
const SLOW_LEVEL: i32 = 8;
/// Bytes before compression after which the level is chosen anew, in a new frame.
const FRAME_BYTES: u64 = 1 << 20;

/// What to send.
pub(super) struct Plan {
    /// The first line.
    pub head: SyncHead,
    /// Number of the last entry to send; nothing is sent when it is not beyond `head.from`.
    pub to: u64,
    /// The bounds of a piece.
    pub limits: Limits,
    /// The line, bytes per second.
    pub speed: Option<u64>,
}

/// What was handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pushed {
    /// The newest entry sent, or where entries would have begun.
    pub sent: Head,
    /// The entry after it does not read, nor the link after it.
    pub lost: Option<u64>,
    /// Bytes on the line.
    pub bytes: u64,
}

/// How the body goes.
pub(super) enum Start {
    /// At once.
    Whole {
        /// The bytes.
        body: Bytes,
        /// They are compressed.
        zstd: bool,
    },
    /// Compressed, part by part.
    Stream(mpsc::Receiver<io::Result<Bytes>>),
}

/// The body was not made.
#[derive(Debug, thiserror::Error)]
pub(super) enum PushError {
    #[error("read the journal for the court")]
    Holdings(#[from] HoldingsError),
    #[error("make the body")]
    Body(#[source] io::Error),
}

/// The level of compression for a stream on a line of this speed; one that is not known counts as
/// fast until it shows otherwise.
fn level(speed: Option<u64>) -> i32 {
    match speed {
        Some(speed) if speed < FAST_BYTES_PER_S => SLOW_LEVEL,
        Some(_) | None => FAST_LEVEL,
    }
}

/// Makes the body. `start` is told how it goes as soon as that is known.
pub(super) fn produce(
    holdings: &dyn Holdings,
    plan: &Plan,
    start: oneshot::Sender<Start>,
) -> Result<Pushed, PushError> {
    let mut body = Body {
        start: Some(start),
        text: Vec::new(),
        stream: None,
        bytes: 0,
    };
    let made = write_lines(holdings, plan, &mut body);
    if let (Err(error), Some(stream)) = (&made, &body.stream) {
        // An end without an error would look like the end of the body.
        let _ = stream
            .parts
            .blocking_send(Err(io::Error::other(error.to_string())));
    }
    let (sent, lost) = made?;
    body.end().map_err(PushError::Body)?;
    Ok(Pushed {
        sent,
        lost,
        bytes: body.bytes,
    })
}

fn write_lines(
    holdings: &dyn Holdings,
    plan: &Plan,
    body: &mut Body,
) -> Result<(Head, Option<u64>), PushError> {
    let mut chain = Chain::after(plan.head.from);
    let level = level(plan.speed);
    body.control(&UpLine::Head(Box::new(plan.head.clone())), level)?;
    let (mut piece, mut total, mut lost) = (Piece::default(), 0u64, None);
    while chain.head().seq < plan.to && total < REQUEST_BYTES_MAX {
        let next = chain.head().seq + 1;
        let batch = holdings.entries(chain.head(), plan.to, BATCH_BYTES)?;
        if batch.is_empty() {
            let Some(gap) = holdings
                .gap(next, plan.to)?
                .filter(|gap| gap.follows(next - 1))
            else {
                lost = Some(next);
                break;
            };
            if piece.is_full(0, &plan.limits) {
                close_piece(holdings, chain.head(), body, level)?;
                piece = Piece::default();
            }
            body.control(&UpLine::Gap(gap), level)?;
            chain = Chain::after(gap.end());
            piece.add(0);
            continue;
        }
        for entry in batch {
            let size = entry.len() as u64 + 1;
            if piece.is_full(size, &plan.limits) {
                close_piece(holdings, chain.head(), body, level)?;
                piece = Piece::default();
            }
            chain.push(&entry);
            body.line(&entry, level).map_err(PushError::Body)?;
            piece.add(size);
            total += size;
        }
    }
    if !piece.is_empty() {
        close_piece(holdings, chain.head(), body, level)?;
    }
    Ok((chain.head(), lost))
}

/// Signs for what was sent, if it is what the journal holds.
fn close_piece(
    holdings: &dyn Holdings,
    head: Head,
    body: &mut Body,
    level: i32,
) -> Result<(), PushError> {
    // Within a run that came back the journal tells no link; its end was compared before it was sent.
    if holdings
        .link_at(head.seq)?
        .is_some_and(|link| link != head.link)
    {
        return Err(PushError::Holdings(HoldingsError::Failed {
            doing: "follow the journal's chain",
            source: "what was read is not what the chain covers".into(),
        }));
    }
    body.control(&UpLine::Checkpoint(holdings.sign_checkpoint(head)?), level)
}

struct Body {
    start: Option<oneshot::Sender<Start>>,
    /// Lines, as long as the body may still go whole.
    text: Vec<u8>,
    stream: Option<Stream>,
    bytes: u64,
}

struct Stream {
    encoder: Encoder<'static, Vec<u8>>,
    parts: mpsc::Sender<io::Result<Bytes>>,
    frame: Frame,
}

/// What the frame being made tells of the line.
struct Frame {
    begun: Instant,
    /// Bytes before compression.
    bytes: u64,
    /// How long the line made it wait.
    waited: Duration,
}

impl Frame {
    fn begin() -> Self {
        Self {
            begun: Instant::now(),
            bytes: 0,
            waited: Duration::ZERO,
        }
    }

    /// The level for the next frame, once this one is long enough.
    fn next_level(&self) -> Option<i32> {
        let slow = self.waited > self.begun.elapsed() / 2;
        (self.bytes >= FRAME_BYTES).then_some(if slow { SLOW_LEVEL } else { FAST_LEVEL })
    }
}

impl Body {
    fn control(&mut self, line: &UpLine, level: i32) -> Result<(), PushError> {
        let line = serde_json::to_vec(line)
            .map_err(io::Error::other)
            .map_err(PushError::Body)?;
        self.line(&line, level).map_err(PushError::Body)
    }

    fn line(&mut self, line: &[u8], level: i32) -> io::Result<()> {
        if let Some(stream) = &mut self.stream {
            stream.encoder.write_all(line)?;
            stream.encoder.write_all(b"\n")?;
            stream.frame.bytes += line.len() as u64 + 1;
            if let Some(level) = stream.frame.next_level() {
                stream.encoder.do_finish()?;
                let made = std::mem::take(stream.encoder.get_mut());
                stream.encoder = Encoder::new(made, level)?;
                stream.frame = Frame::begin();
            }
            return self.hand_over(PART_BYTES);
        }
        self.text.extend_from_slice(line);
        self.text.push(b'\n');
        if self.text.len() > WHOLE_BYTES_MAX {
            self.begin_stream(level)?;
        }
        Ok(())
    }

    fn begin_stream(&mut self, level: i32) -> io::Result<()> {
        let (parts, taken) = mpsc::channel(4);
        let mut encoder = Encoder::new(Vec::new(), level)?;
        encoder.write_all(&std::mem::take(&mut self.text))?;
        self.stream = Some(Stream {
            encoder,
            parts,
            frame: Frame::begin(),
        });
        if let Some(start) = self.start.take() {
            start
                .send(Start::Stream(taken))
                .map_err(|_| io::ErrorKind::BrokenPipe)?;
        }
        Ok(())
    }

    /// Hands compressed bytes over once there are so many.
    fn hand_over(&mut self, from: usize) -> io::Result<()> {
        let Some(stream) = &mut self.stream else {
            return Ok(());
        };
        if stream.encoder.get_ref().len() < from {
            return Ok(());
        }
        let part = Bytes::from(std::mem::take(stream.encoder.get_mut()));
        self.bytes += part.len() as u64;
        let begun = Instant::now();
        let sent = stream.parts.blocking_send(Ok(part));
        stream.frame.waited += begun.elapsed();
        sent.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn end(&mut self) -> io::Result<()> {
        if let Some(stream) = &mut self.stream {
            stream.encoder.do_finish()?;
            return self.hand_over(1);
        }
        let Some(start) = self.start.take() else {
            return Ok(());
        };
        let zstd = self.text.len() >= COMPRESS_FROM;
        let text = std::mem::take(&mut self.text);
        let body = if zstd {
            zstd::bulk::compress(&text, WHOLE_LEVEL)?
        } else {
            text
        };
        self.bytes = body.len() as u64;
        let whole = Start::Whole {
            body: Bytes::from(body),
            zstd,
        };
        start
            .send(whole)
            .map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}
