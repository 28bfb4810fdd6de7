//! The power of a phone, which can go at any call of its disk.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, RwLock, RwLockReadGuard};
use waiqin_core::disk::{Disk, DiskFile, MemoryDisk};

/// The power of a phone. Each start has a switch of its own, so that work of a program that was killed
/// never reaches the disk of the next.
#[derive(Clone, Default)]
pub struct Power(Arc<Mutex<Current>>);

#[derive(Clone, Default)]
pub struct Current(Arc<RwLock<bool>>);

impl Power {
    pub fn now(&self) -> Current {
        self.0.lock().unwrap().clone()
    }

    pub fn turn_on(&self) {
        *self.0.lock().unwrap() = Current(Arc::new(RwLock::new(true)));
    }

    pub fn cut(&self) {
        *self.now().0.write().unwrap() = false;
    }

    pub fn is_on(&self) -> bool {
        *self.now().0.read().unwrap()
    }
}

impl Current {
    pub fn on(&self) -> io::Result<RwLockReadGuard<'_, bool>> {
        let on = self.0.read().unwrap();
        match *on {
            true => Ok(on),
            false => Err(io::Error::other("the power went")),
        }
    }
}

/// A disk that answers while the power is on.
pub struct Powered {
    disk: MemoryDisk,
    power: Current,
}

struct PoweredFile {
    file: Box<dyn DiskFile>,
    power: Current,
}

impl Powered {
    pub fn new(disk: MemoryDisk, power: Current) -> Self {
        Self { disk, power }
    }

    fn file(&self, file: Box<dyn DiskFile>) -> Box<dyn DiskFile> {
        let power = self.power.clone();
        Box::new(PoweredFile { file, power })
    }
}

impl Disk for Powered {
    fn make_dir(&self, dir: &Path) -> io::Result<()> {
        let _on = self.power.on()?;
        self.disk.make_dir(dir)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let _on = self.power.on()?;
        self.disk.list(dir)
    }

    fn length(&self, path: &Path) -> io::Result<Option<u64>> {
        let _on = self.power.on()?;
        self.disk.length(path)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let _on = self.power.on()?;
        self.disk.read(path)
    }

    fn create(&self, path: &Path, length: u64) -> io::Result<Box<dyn DiskFile>> {
        let _on = self.power.on()?;
        Ok(self.file(self.disk.create(path, length)?))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let _on = self.power.on()?;
        Ok(self.file(self.disk.open(path)?))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let _on = self.power.on()?;
        self.disk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let _on = self.power.on()?;
        self.disk.remove(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let _on = self.power.on()?;
        self.disk.sync_dir(dir)
    }
}

impl DiskFile for PoweredFile {
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let _on = self.power.on()?;
        self.file.write_at(offset, bytes)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let _on = self.power.on()?;
        self.file.read_at(offset, buffer)
    }

    fn sync(&self) -> io::Result<()> {
        let _on = self.power.on()?;
        self.file.sync()
    }
}
