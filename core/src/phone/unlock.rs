//! Unlocking: the wait after wrong PINs, the keys, the files.

use super::{Opened, Shared, UnlockError};
use crate::keys::{Attempts, KeyFile, KeyState, Unlocked};
use crate::session::{Folder, IncidentKind, Inner, Session};
use crate::{HostParts, Pin};
use std::sync::{Arc, Weak};
use std::time::Duration;
use waiqin_protocol::ids::OfficerId;

/// How long a sync that was cut off by a lock may take to let go of the files.
const LET_GO_TRIES: u32 = 500;
const LET_GO_STEP: Duration = Duration::from_millis(10);

impl Shared {
    pub(super) fn unlock(
        &self,
        officer: OfficerId,
        pin: &Pin,
        url: Option<&str>,
    ) -> Result<Arc<Session>, UnlockError> {
        let mut open = self
            .open
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let found = self
            .key_files()
            .into_iter()
            .find(|(_, file, _)| file.public.officer.id == officer);
        let Some((folder, file, copy_damaged)) = found else {
            return Err(self.why_not(officer));
        };
        if file.state == KeyState::Enrolling {
            return Err(UnlockError::EnrolmentUnfinished);
        }
        let keys = self.open_keys(&folder, &file, pin)?;
        if let Some(opened) = open.get(&officer) {
            if !opened.session.is_locked() {
                return Ok(opened.session.clone());
            }
            wait_until_gone(&opened.inner);
        }
        let mut inner = self.open_inner(&folder, &file, keys)?;
        if let (Some(url), Some(inner)) = (url, Arc::get_mut(&mut inner)) {
            url.clone_into(&mut inner.pinned.url);
        }
        if copy_damaged {
            file.write(&*folder.disk, &folder.dir)
                .map_err(UnlockError::Files)?;
            inner
                .note_incidents(vec![IncidentKind::KeysCopyDamaged])
                .map_err(UnlockError::Journal)?;
        }
        if self.engine.checks_behind {
            inner.check_behind();
        }
        let weak = Arc::downgrade(&inner);
        let session = Session::over(inner);
        open.insert(
            officer,
            Opened {
                session: session.clone(),
                inner: weak,
            },
        );
        Ok(session)
    }

    pub(super) fn open_inner(
        &self,
        folder: &Folder,
        file: &KeyFile,
        keys: Unlocked,
    ) -> Result<Arc<Inner>, UnlockError> {
        Inner::open(folder, file.public.clone(), keys, &|dir, empty| {
            self.store(dir, empty)
        })
    }

    /// Opens the keys; a wrong PIN is counted before it is tried.
    pub(super) fn open_keys(
        &self,
        folder: &Folder,
        file: &KeyFile,
        pin: &Pin,
    ) -> Result<Unlocked, UnlockError> {
        let HostParts {
            clock, hardware, ..
        } = &self.parts;
        let attempts = Attempts::of(&*folder.disk, &folder.dir);
        let wait_ms = attempts.wait_ms(clock.now()).map_err(UnlockError::Files)?;
        if wait_ms > 0 {
            return Err(UnlockError::Wait { wait_ms });
        }
        let secret = hardware.get().map_err(UnlockError::Hardware)?;
        let secret = secret.ok_or(UnlockError::HardwareGone)?;
        let wait_ms = attempts.begin(clock.now()).map_err(UnlockError::Files)?;
        let keys = file
            .unlock(pin, &secret)
            .ok_or(UnlockError::WrongPin { wait_ms })?;
        attempts.succeed(clock.now()).map_err(UnlockError::Files)?;
        Ok(keys)
    }

    fn why_not(&self, officer: OfficerId) -> UnlockError {
        let ending = format!("-{officer}");
        let names = self.engine.disk.list(&self.parts.dir).unwrap_or_default();
        if names.iter().any(|name| name.ends_with(&ending)) {
            UnlockError::KeysDamaged
        } else {
            UnlockError::NoSuchOfficer
        }
    }
}

fn wait_until_gone(inner: &Weak<Inner>) {
    for _ in 0..LET_GO_TRIES {
        if inner.strong_count() == 0 {
            return;
        }
        std::thread::sleep(LET_GO_STEP);
    }
}
