//! A second officer (第二执行人员) on the same phone: his PIN opens his own key, in his own journal.

use super::{Phone, UnlockError};
use crate::{Pin, SaveError};
use waiqin_protocol::ids::OfficerId;
use waiqin_protocol::wire::countersign::{CountersignAnswer, CountersignRequest};

/// The second officer did not sign.
#[derive(Debug, thiserror::Error)]
pub enum SecondError {
    /// His PIN did not open his keys.
    #[error("unlock the second officer")]
    Unlock(#[source] UnlockError),
    /// Nothing was signed.
    #[error("sign as the second officer")]
    Sign(#[source] SaveError),
}

impl Phone {
    /// The second officer signs on this phone: his session is opened for it and locked again, unless
    /// it was open. Takes a moment: the PIN is stretched.
    ///
    /// # Errors
    /// See [`SecondError`].
    pub fn countersign_here(
        &self,
        second: OfficerId,
        pin: &Pin,
        asked: &CountersignRequest,
        role: &str,
    ) -> Result<CountersignAnswer, SecondError> {
        let was_open = self.shared.is_open(second);
        let session = self.unlock(second, pin).map_err(SecondError::Unlock)?;
        let answer = session.countersign(asked, role).map_err(SecondError::Sign);
        if !was_open {
            session.lock();
        }
        answer
    }
}
