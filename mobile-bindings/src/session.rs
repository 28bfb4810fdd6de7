//! One officer, unlocked: who he is, and the lock. What he does stands in the files beside.

use crate::WaiqinError;
use crate::work::beside;
use std::sync::Arc;
use waiqin_core as core;
use waiqin_protocol::ids::{ItemId, JournalId, OfficerId};
use waiqin_protocol::words::Lang;

/// One officer (人员), unlocked. After a lock every call says [`WaiqinError::Locked`].
#[derive(uniffi::Object)]
pub struct Session {
    pub(crate) core: Arc<core::Session>,
    pub(crate) phone: core::Phone,
    pub(crate) clock: Arc<dyn core::Clock>,
    pub(crate) entropy: Arc<dyn core::Entropy>,
    pub(crate) lang: Lang,
}

#[uniffi::export]
impl Session {
    /// The officer.
    pub fn officer(&self) -> OfficerId {
        self.core.officer().id
    }

    /// His name.
    pub fn officer_name(&self) -> String {
        self.core.officer().name.clone()
    }

    /// Name of the court.
    pub fn court(&self) -> String {
        self.core.court().to_owned()
    }

    /// The journal (日志) that is written.
    ///
    /// # Errors
    /// [`WaiqinError::Fault`] alone.
    pub async fn journal(&self) -> Result<JournalId, WaiqinError> {
        self.ask(|session| Ok(session.journal())).await
    }

    /// Locks (上锁): keys leave memory.
    ///
    /// # Errors
    /// [`WaiqinError::Fault`] alone.
    pub async fn lock(&self) -> Result<(), WaiqinError> {
        self.ask(|session| {
            session.lock();
            Ok(())
        })
        .await
    }

    /// Whether it is locked.
    pub fn is_locked(&self) -> bool {
        self.core.is_locked()
    }
}

impl Session {
    /// Asks the engine, on a thread that may wait.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        call: impl FnOnce(&core::Session) -> Result<T, WaiqinError> + Send + 'static,
    ) -> Result<T, WaiqinError> {
        let session = self.core.clone();
        beside(self.lang, move || call(&session)).await
    }

    /// A new id for an item of a list.
    pub(crate) fn item(entropy: &dyn core::Entropy) -> ItemId {
        let mut bytes = [0; ItemId::LEN];
        entropy.fill(&mut bytes);
        ItemId::from_bytes(bytes)
    }
}
