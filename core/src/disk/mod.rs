//! Files as journal, custody, keys and evidence need them. A small trait, so that the simulation
//! can tear, lose and fail writes where a real disk would.

mod memory;
mod real;

pub use memory::{Fault, MemoryDisk};
pub use real::RealDisk;

use std::io;
use std::path::Path;

/// A folder tree on a disk that may fail.
pub trait Disk: Send + Sync {
    /// Makes a folder and its parents, durably.
    ///
    /// # Errors
    /// As the disk says.
    fn make_dir(&self, dir: &Path) -> io::Result<()>;

    /// Names of the files and folders in a folder, sorted; none when there is no such folder.
    ///
    /// # Errors
    /// As the disk says.
    fn list(&self, dir: &Path) -> io::Result<Vec<String>>;

    /// Length of a file, `None` when there is none.
    ///
    /// # Errors
    /// As the disk says.
    fn length(&self, path: &Path) -> io::Result<Option<u64>>;

    /// All bytes of a file.
    ///
    /// # Errors
    /// As the disk says; `NotFound` when there is none.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// Makes a new file of this many zero bytes that really take their room, so that later writes
    /// into it neither grow it nor meet a full disk.
    ///
    /// # Errors
    /// As the disk says; `AlreadyExists` when the name is taken.
    fn create(&self, path: &Path, length: u64) -> io::Result<Box<dyn DiskFile>>;

    /// Opens a file to read and write.
    ///
    /// # Errors
    /// As the disk says; `NotFound` when there is none.
    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;

    /// Gives a file another name in one step, replacing what had it.
    ///
    /// # Errors
    /// As the disk says.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file; no error when there is none.
    ///
    /// # Errors
    /// As the disk says.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes names durable: files created, renamed and removed in this folder.
    ///
    /// # Errors
    /// As the disk says.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;
}

/// An open file.
pub trait DiskFile: Send + Sync {
    /// Writes all bytes at a place.
    ///
    /// # Errors
    /// As the disk says; some of the bytes may be written then.
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Fills the buffer from a place.
    ///
    /// # Errors
    /// As the disk says; `UnexpectedEof` when the file is shorter.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()>;

    /// Makes what was written durable. After an error nobody knows what is: the file must not be
    /// written again.
    ///
    /// # Errors
    /// As the disk says.
    fn sync(&self) -> io::Result<()>;
}

/// Writes a whole file so that either the former or the new content is there after a cut: beside,
/// synced, renamed, folder synced.
///
/// # Errors
/// As the disk says; the former content stands then.
pub fn write_whole(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("part");
    let written = write_beside(disk, &beside, bytes)
        .and_then(|()| disk.rename(&beside, path))
        .and_then(|()| disk.sync_dir(path.parent().unwrap_or(Path::new("."))));
    if written.is_err() {
        // Gives the room back on a full disk; what stays is removed before the next try.
        let _ = disk.remove(&beside);
    }
    written
}

fn write_beside(disk: &dyn Disk, beside: &Path, bytes: &[u8]) -> io::Result<()> {
    disk.remove(beside)?;
    let file = disk.create(beside, 0)?;
    file.write_at(0, bytes)?;
    file.sync()
}
