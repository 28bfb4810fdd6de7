//! One officer's conversation with the court: the line, and what he holds.

use super::error::CallError;
use super::holdings::{Holdings, HoldingsError};
use super::line::Line;
use crate::host::Clock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use waiqin_protocol::journal::LogPosition;

/// Longest JSON answer to hello and session.
pub(super) const MESSAGE_BYTES_MAX: usize = 64 << 10;
/// A line faster than this, bytes per second, is worth bytes rather than time.
pub(super) const FAST_BYTES_PER_S: u64 = 1 << 20;
/// Bodies below this say nothing about the line's speed.
const MEASURE_FROM: u64 = 128 << 10;

/// The line to the court and what is held at this end. Its calls stand in one file per step.
pub(super) struct Conversation {
    pub holdings: Arc<dyn Holdings>,
    pub line: Line,
    pub clock: Arc<dyn Clock>,
    /// Bytes per second upwards, as last measured; 0: never.
    speed: AtomicU64,
    /// The position that the last sync named: it is the one that a server which was rolled back
    /// does not know.
    asked_with: Mutex<Option<LogPosition>>,
}

impl Conversation {
    pub fn new(holdings: Arc<dyn Holdings>, line: Line, clock: Arc<dyn Clock>) -> Self {
        Self {
            holdings,
            line,
            clock,
            speed: AtomicU64::new(0),
            asked_with: Mutex::new(None),
        }
    }

    /// Asks the holdings on a thread that may block.
    pub async fn held<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&dyn Holdings) -> Result<T, HoldingsError> + Send + 'static,
    ) -> Result<T, CallError> {
        let holdings = self.holdings.clone();
        let asked = tokio::task::spawn_blocking(move || ask(&*holdings)).await;
        Ok(asked.map_err(|error| CallError::Phone(Box::new(error)))??)
    }

    /// The position that the last sync named.
    pub fn asked_with(&self) -> Option<LogPosition> {
        *self
            .asked_with
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the position that a sync names.
    pub fn asks_with(&self, position: Option<LogPosition>) {
        if let Some(position) = position {
            *self
                .asked_with
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = Some(position);
        }
    }

    /// Notes how fast a body went up.
    pub fn measured(&self, bytes: u64, took: Duration) {
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
        if bytes >= MEASURE_FROM {
            self.speed.store(
                (bytes.saturating_mul(1000) / took_ms).max(1),
                Ordering::Relaxed,
            );
        }
    }

    /// Bytes per second upwards, as last measured.
    pub fn speed(&self) -> Option<u64> {
        Some(self.speed.load(Ordering::Relaxed)).filter(|speed| *speed > 0)
    }
}
