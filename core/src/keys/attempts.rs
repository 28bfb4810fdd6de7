//! How many wrong PINs there were, in a file of fixed length that is written in place: it needs no
//! room on a full disk, and a kill in the middle of a try does not make the try free. Two slots are
//! written by turns, so that a torn write leaves the former count.

use crate::disk::{Disk, DiskFile};
use crate::host::Now;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use waiqin_protocol::ids::BootId;

const SLOT: usize = 512;
/// Wrong PINs that cost no wait.
const FREE: u32 = 4;
const FIRST_WAIT_MS: i64 = 30_000;
const LONGEST_WAIT_MS: i64 = 3_600_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Failed {
    boot: BootId,
    count: u32,
    mono_ms: i64,
    /// Counts the writes; the slot is its remainder.
    turn: u64,
    wall_ms: i64,
}

/// The count of wrong PINs of one officer.
pub(crate) struct Attempts<'a> {
    disk: &'a dyn Disk,
    path: PathBuf,
}

impl<'a> Attempts<'a> {
    pub fn of(disk: &'a dyn Disk, dir: &Path) -> Self {
        Self {
            disk,
            path: dir.join("attempts"),
        }
    }

    /// How long the next try has to wait, ms; 0: it may come now.
    pub fn wait_ms(&self, now: Now) -> io::Result<i64> {
        let Some(failed) = self.read(now)? else {
            return Ok(0);
        };
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
            self.write(failed.at(now, failed.count))?;
            return Ok(wait);
        }
        Ok((wait - passed).max(0))
    }

    /// Counts a try as failed before it is made, and says how long the next would have to wait.
    pub fn begin(&self, now: Now) -> io::Result<i64> {
        let former = self.read(now)?.unwrap_or(Failed::NEVER);
        let count = former.count.saturating_add(1);
        self.write(former.at(now, count))?;
        Ok(wait_after(count))
    }

    /// The try was right.
    pub fn succeed(&self, now: Now) -> io::Result<()> {
        let former = self.read(now)?.unwrap_or(Failed::NEVER);
        self.write(former.at(now, 0))
    }

    fn read(&self, now: Now) -> io::Result<Option<Failed>> {
        let bytes = match self.disk.read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let slots = bytes.chunks(SLOT);
        let read = slots.filter_map(|slot| serde_json::from_slice(slot.trim_ascii_end()).ok());
        let newest = read.max_by_key(|failed: &Failed| failed.turn);
        // Made, and cut off while the first count was written: no PIN was tried yet.
        let first_was_cut = bytes.iter().skip(SLOT).all(|byte| *byte == 0);
        if newest.is_some() || first_was_cut {
            return Ok(newest);
        }
        // Both slots meddled with: wait.
        let damaged = Failed::NEVER.at(now, FREE + 1);
        self.write(damaged)?;
        Ok(Some(damaged))
    }

    fn write(&self, failed: Failed) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(&failed).map_err(io::Error::other)?;
        bytes.resize(SLOT, b' ');
        let file = self.file()?;
        file.write_at((failed.turn + 1) % 2 * SLOT as u64, &bytes)?;
        file.sync()
    }

    fn file(&self) -> io::Result<Box<dyn DiskFile>> {
        match self.disk.open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let file = self.disk.create(&self.path, 2 * SLOT as u64)?;
                self.disk
                    .sync_dir(self.path.parent().unwrap_or(Path::new(".")))?;
                Ok(file)
            }
            other => other,
        }
    }
}

impl Failed {
    const NEVER: Self = Self {
        boot: BootId::from_bytes([0; 16]),
        count: 0,
        mono_ms: 0,
        turn: 0,
        wall_ms: 0,
    };

    /// The next state.
    fn at(self, now: Now, count: u32) -> Self {
        let Now {
            wall_ms,
            mono_ms,
            boot,
        } = now;
        Self {
            boot,
            count,
            mono_ms,
            turn: self.turn.saturating_add(1),
            wall_ms,
        }
    }
}

fn wait_after(count: u32) -> i64 {
    match count.checked_sub(FREE + 1) {
        None => 0,
        Some(doublings) => FIRST_WAIT_MS
            .saturating_mul(1 << doublings.min(20))
            .min(LONGEST_WAIT_MS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::MemoryDisk;

    fn at(boot: u8, mono_ms: i64, wall_ms: i64) -> Now {
        Now {
            wall_ms,
            mono_ms,
            boot: BootId::from_bytes([boot; 16]),
        }
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
        assert_eq!(
            attempts().wait_ms(at(1, 10_000, 90_000_000)).unwrap(),
            20_000
        );
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
        for _ in 0..3 {
            attempts.begin(at(1, 0, 0)).unwrap();
        }
        assert_eq!(attempts.wait_ms(at(1, 0, 0)).unwrap(), 30_000);
        // The fifth count is torn: four stand. Both torn: wait.
        disk.rot(Path::new("o/attempts"), |bytes| bytes[3] = 0);
        assert_eq!(attempts.wait_ms(at(1, 0, 0)).unwrap(), 0);
        assert_eq!(attempts.begin(at(1, 0, 0)).unwrap(), 30_000);
        disk.rot(Path::new("o/attempts"), |bytes| {
            bytes[3] = 0;
            bytes[515] = 0;
        });
        assert_eq!(attempts.wait_ms(at(1, 0, 0)).unwrap(), 30_000);
    }

    #[test]
    fn waits_double_up_to_an_hour() {
        let waits: Vec<i64> = (4..14).map(|count| wait_after(count) / 1000).collect();
        assert_eq!(waits, [0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(wait_after(u32::MAX), LONGEST_WAIT_MS);
    }
}
