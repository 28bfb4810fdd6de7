//! Sync, as pages and timers ask for it.

use super::shown::SyncReport;
use super::{Session, SyncError};

#[expect(clippy::unused_async, reason = "filled next")]
impl Session {
    /// Delivers what can be delivered and fetches what changed. One runs at a time; a second call
    /// waits for the first and then runs.
    ///
    /// # Errors
    /// When something on this phone fails; what the court answers stands in the report.
    pub async fn sync(&self) -> Result<SyncReport, SyncError> {
        unimplemented!()
    }

    /// As [`Session::sync`], but only when a try is due: for timers. `None`: not yet.
    ///
    /// # Errors
    /// As [`Session::sync`].
    pub async fn sync_when_due(&self) -> Result<Option<SyncReport>, SyncError> {
        unimplemented!()
    }
}
