//! How many wrong PINs there were, in a file of fixed length that is written in place: it needs no
//! room on a full disk, and a kill in the middle of a try does not make the try free.

use crate::disk::{Disk, DiskFile};
use crate::host::Now;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use waiqin_protocol::ids::BootId;

const LENGTH: usize = 256;
/// Wrong PINs that cost no wait.
const FREE: u32 = 4;
const FIRST_WAIT_MS: i64 = 30_000;
const LONGEST_WAIT_MS: i64 = 3_600_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Failed {
    boot: BootId,
    count: u32,
    mono_ms: i64,
    wall_ms: i64,
}

/// The count of wrong PINs of one officer.
pub(crate) struct Attempts<'a> {
    disk: &'a dyn Disk,
    path: PathBuf,
}

impl<'a> Attempts<'a> {
    pub fn of(disk: &'a dyn Disk, dir: &Path) -> Self {
        Self { disk, path: dir.join("attempts") }
    }

    /// How long the next try has to wait, ms; 0: it may come now.
    pub fn wait_ms(&self, now: Now) -> io::Result<i64> {
        let Some(failed) = self.read(now)? else { return Ok(0) };
        let wait = wait_after(failed.count);
        if wait == 0 {
            return Ok(0);
        }
        // Within one boot the clock that nobody can set counts. After a restart only wall time is
        // there; set back, it begins the wait anew.
        let passed = if failed.boot == now.boot {
            now.mono_ms - failed.mono_ms
        } else {
            now.wall_ms - failed.wall_ms
        };
        if passed < 0 {
            self.write(Failed { boot: now.boot, mono_ms: now.mono_ms, wall_ms: now.wall_ms, ..failed })?;
            return Ok(wait);
        }
        Ok((wait - passed).max(0))
    }

    /// Counts a try as failed before it is made, and says how long the next would have to wait.
    pub fn begin(&self, now: Now) -> io::Result<i64> {
        let count = self.read(now)?.map_or(0, |failed| failed.count).saturating_add(1);
        self.write(Failed { boot: now.boot, count, mono_ms: now.mono_ms, wall_ms: now.wall_ms })?;
        Ok(wait_after(count))
    }

    /// The try was right.
    pub fn succeed(&self, now: Now) -> io::Result<()> {
        self.write(Failed { boot: now.boot, count: 0, mono_ms: now.mono_ms, wall_ms: now.wall_ms })
    }

    fn read(&self, now: Now) -> io::Result<Option<Failed>> {
        match self.disk.read(&self.path) {
            Ok(bytes) => {
                // What does not read was torn in the middle of a try, or meddled with: wait.
                let damaged = Failed {
                    boot: now.boot,
                    count: FREE + 1,
                    mono_ms: now.mono_ms,
                    wall_ms: now.wall_ms,
                };
                match serde_json::from_slice(bytes.trim_ascii_end()) {
                    Ok(failed) => Ok(Some(failed)),
                    Err(_) => {
                        self.write(damaged)?;
                        Ok(Some(damaged))
                    }
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn write(&self, failed: Failed) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(&failed).map_err(io::Error::other)?;
        bytes.resize(LENGTH, b' ');
        let file = self.file()?;
        file.write_at(0, &bytes)?;
        file.sync()
    }

    fn file(&self) -> io::Result<Box<dyn DiskFile>> {
        match self.disk.open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let file = self.disk.create(&self.path, LENGTH as u64)?;
                self.disk.sync_dir(self.path.parent().unwrap_or(Path::new(".")))?;
                Ok(file)
            }
            other => other,
        }
    }
}

fn wait_after(count: u32) -> i64 {
    match count.checked_sub(FREE + 1) {
        None => 0,
        Some(doublings) => {
            FIRST_WAIT_MS.saturating_mul(1 << doublings.min(20)).min(LONGEST_WAIT_MS)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::MemoryDisk;

    fn at(boot: u8, mono_ms: i64, wall_ms: i64) -> Now {
        Now { wall_ms, mono_ms, boot: BootId::from_bytes([boot; 16]) }
    }

    #[test]
    fn the_fifth_wrong_pin_waits_and_no_restart_or_set_clock_shortens_it() {
        let disk = MemoryDisk::new(1);
        let attempts = || Attempts::of(&disk, Path::new("o"));
        for _ in 0..4 {
            assert_eq!(attempts().wait_ms(at(1, 0, 1000)).unwrap(), 0);
            assert_eq!(attempts().begin(at(1, 0, 1000)).unwrap(), 0);
        }
        assert_eq!(attempts().begin(at(1, 0, 1000)).unwrap(), 30_000);
        assert_eq!(attempts().wait_ms(at(1, 10_000, 90_000_000)).unwrap(), 20_000);
        // After a restart wall time counts; set back it begins anew.
        assert_eq!(attempts().wait_ms(at(2, 5, 11_000)).unwrap(), 20_000);
        assert_eq!(attempts().wait_ms(at(2, 5, 500)).unwrap(), 30_000);
        assert_eq!(attempts().wait_ms(at(2, 30_005, 500)).unwrap(), 0);
        assert_eq!(attempts().begin(at(2, 30_005, 500)).unwrap(), 60_000);
        attempts().succeed(at(2, 90_005, 500)).unwrap();
        assert_eq!(attempts().begin(at(2, 90_005, 500)).unwrap(), 0);
    }

    #[test]
    fn a_torn_count_waits_and_a_full_disk_still_counts() {
        let disk = MemoryDisk::new(1);
        let attempts = Attempts::of(&disk, Path::new("o"));
        attempts.begin(at(1, 0, 0)).unwrap();
        disk.set_fault(crate::disk::Fault::Full(0));
        attempts.begin(at(1, 0, 0)).unwrap();
        disk.rot(Path::new("o/attempts"), |bytes| bytes[3] = 0);
        assert_eq!(attempts.wait_ms(at(1, 0, 0)).unwrap(), 30_000);
    }

    #[test]
    fn waits_double_up_to_an_hour() {
        let waits: Vec<i64> = (4..14).map(|count| wait_after(count) / 1000).collect();
        assert_eq!(waits, [0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(wait_after(u32::MAX), LONGEST_WAIT_MS);
    }
}
