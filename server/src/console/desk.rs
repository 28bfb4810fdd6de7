//! What every request of the console needs.

use super::audit::CheckKept;
use super::book::Shelf;
use super::gate::Gate;
use super::undelivered::WaitingKept;
use crate::court::Court;
use crate::db::Db;
use chrono::{Datelike, NaiveDate};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::Semaphore;
use waiqin_protocol::numbers::days::court_day;

/// Pictures decoded at once: each may take [`super::thumbnail::MEMORY_MAX`].
const DECODERS: usize = 2;
/// Lists read at once: each may take as much memory as one import.
const READERS: usize = 1;

/// The console's shared state.
#[derive(Clone)]
pub(super) struct Desk {
    court: Court,
    pub shelf: Shelf,
    pub gate: Arc<Gate>,
    pub waiting: WaitingKept,
    pub audit: CheckKept,
    pub decoders: Arc<Semaphore>,
    pub readers: Arc<Semaphore>,
}

impl Desk {
    pub fn new(court: Court) -> Self {
        Self {
            court,
            shelf: Shelf::default(),
            gate: Arc::default(),
            waiting: WaitingKept::default(),
            audit: CheckKept::default(),
            decoders: Arc::new(Semaphore::new(DECODERS)),
            readers: Arc::new(Semaphore::new(READERS)),
        }
    }

    /// Makes the search book before somebody waits for it. A failure shows with the first page.
    pub fn warm(&self) {
        let desk = self.clone();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { desk.shelf.book(desk.db()).await.map(drop) });
        }
    }

    pub fn court(&self) -> &Court {
        &self.court
    }

    pub fn db(&self) -> &Db {
        self.court.db()
    }

    /// Real time, for sessions and lock-outs.
    pub fn now_ms(&self) -> i64 {
        self.court.clock().now_ms()
    }

    /// The court's time, for everything that people read.
    pub fn court_now_ms(&self) -> i64 {
        self.court.clock().court_now_ms()
    }

    /// A time of the server's (real) clock as the court's clock shows it.
    pub fn court_time(&self, real_ms: i64) -> i64 {
        real_ms.saturating_add(self.court_now_ms().saturating_sub(self.now_ms()))
    }

    /// The real time of a moment of the court's clock.
    pub fn real_time(&self, court_ms: i64) -> i64 {
        court_ms.saturating_sub(self.court_now_ms().saturating_sub(self.now_ms()))
    }

    /// The court's day.
    pub fn today(&self) -> NaiveDate {
        court_day(self.court_now_ms())
    }

    /// The court's year, which bounds the years of case numbers.
    pub fn this_year(&self) -> i32 {
        self.today().year()
    }

    /// Where uploaded lists wait for a decision.
    pub fn staging(&self) -> PathBuf {
        self.court.config().data.join("staging")
    }

    /// Where thumbnails are kept; they can be made anew.
    pub fn thumbnails(&self) -> PathBuf {
        self.court.config().data.join("thumbnails")
    }

    /// A cookie's name. Cookies ignore ports, so it carries a part of the server's id.
    pub fn cookie(&self, what: &str) -> String {
        let id = self.court.server_id().to_string();
        format!("waiqin-{what}-{}", &id[..8])
    }
}
