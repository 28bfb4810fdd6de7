//! Sync, as pages and timers ask for it.

use super::shown::{Status, SyncReport};
use super::{Session, SyncError};
use crate::sync::{Driver, HoldingsError, UploadProgress};
use waiqin_protocol::wire::problem::Problem;

impl Session {
    /// Delivers what can be delivered and fetches what changed. One runs at a time; a second call
    /// waits for the first and then runs. From the call on until the end of what it gives, the status
    /// says that a sync runs.
    ///
    /// # Errors
    /// When something on this phone fails; what the court answers stands in the report.
    pub fn sync(&self) -> impl Future<Output = Result<SyncReport, SyncError>> + Send + use<> {
        let asked = self.driver().map(Driver::ask);
        async move {
            let asked = asked.ok_or(SyncError::Locked)?;
            Ok(asked.run().await?)
        }
    }

    /// As [`Session::sync`], but only when a try is due: for timers. `None`: not yet.
    ///
    /// # Errors
    /// As [`Session::sync`].
    pub async fn sync_when_due(&self) -> Result<Option<SyncReport>, SyncError> {
        let driver = self.driver().ok_or(SyncError::Locked)?;
        Ok(driver.sync_when_due().await?)
    }

    /// The truth line. While locked it says nothing but that.
    #[must_use]
    pub fn status(&self) -> Status {
        let (Some(inner), Some(driver)) = (self.inner(), self.driver()) else {
            return Status::default();
        };
        let state = driver.state();
        Status {
            phase: state.phase,
            next_try_ms: state.next_try_ms,
            ..inner.status()
        }
    }

    /// Photos on the line now.
    #[must_use]
    pub fn uploads(&self) -> Vec<UploadProgress> {
        self.driver()
            .map(|driver| driver.state().uploads)
            .unwrap_or_default()
    }

    /// The court's last words, when it refused or asked to come later.
    #[must_use]
    pub fn refusal(&self) -> Option<Problem> {
        self.driver()?.state().problem
    }
}

impl From<HoldingsError> for SyncError {
    fn from(error: HoldingsError) -> Self {
        match error {
            HoldingsError::Locked => Self::Locked,
            HoldingsError::Failed { .. } => Self::Phone(Box::new(error)),
        }
    }
}
