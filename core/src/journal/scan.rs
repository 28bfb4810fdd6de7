//! Reading a whole segment: every frame that opens, and where bytes lie that open as none.

use super::frame::{self, Frame, MARKER, Place};
use super::segments::SEGMENT_HEADER;
use crate::secret::SecretKey;

/// What lies in a segment, in order.
#[derive(Debug)]
pub(super) struct Scan {
    /// Frames with their offsets.
    pub frames: Vec<(usize, Frame)>,
    /// Offset after the last frame.
    pub end: usize,
    /// Bytes after the last frame that are not zero and open as no frame: from `end` up to here.
    pub torn_to: Option<usize>,
    /// Bytes between frames that open as none.
    pub holes: usize,
}

/// Scans a segment's bytes. After bytes that open as no frame the next marker is looked for.
pub(super) fn scan(key: &SecretKey, place: &Place, bytes: &[u8]) -> Scan {
    let mut found = Scan {
        frames: Vec::new(),
        end: SEGMENT_HEADER,
        torn_to: None,
        holes: 0,
    };
    let mut at = SEGMENT_HEADER;
    while at < bytes.len() {
        let rest = &bytes[at..];
        match frame::decode(key, place, rest) {
            Some(frame) => {
                if at > found.end {
                    found.holes += 1;
                }
                let next = at + frame.header.frame_bytes();
                found.frames.push((at, frame));
                found.end = next;
                at = next;
            }
            None => match next_marker(rest) {
                Some(step) => at += step,
                None => break,
            },
        }
    }
    let tail = bytes.get(found.end..).unwrap_or_default();
    found.torn_to = tail
        .iter()
        .rposition(|byte| *byte != 0)
        .map(|last| found.end + last + 1);
    found
}

/// How far the next marker is, beyond the first byte.
fn next_marker(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += bytes
            .get(at..)?
            .iter()
            .position(|byte| *byte == MARKER[0])?;
        if bytes.get(at..)?.starts_with(&MARKER) {
            return Some(at);
        }
        at += 1;
    }
}
