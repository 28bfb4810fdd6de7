//! A disk in memory that loses, tears and refuses writes as a real one may: what was not synced is
//! gone or torn after [`MemoryDisk::crash`], names that were not synced may be the former ones, and
//! after a failed sync the bytes are still read back although they will never be durable.

use super::{Disk, DiskFile};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

/// When writing calls fail. Every call that changes the disk counts, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Never.
    None,
    /// This call fails, half done; later ones succeed.
    Once(u64),
    /// This call and all later ones fail: the power went.
    From(u64),
    /// No write succeeds that needs more than this many bytes in all: the disk is full.
    Full(u64),
}

/// The disk. Clones share it.
#[derive(Clone)]
pub struct MemoryDisk {
    state: Arc<Mutex<State>>,
}

struct State {
    /// What a running program sees.
    names: BTreeMap<PathBuf, u64>,
    /// What a crash leaves.
    durable_names: BTreeMap<PathBuf, u64>,
    /// Changes of names since the last sync of their folder, oldest first.
    renamed: Vec<NameChange>,
    files: BTreeMap<u64, Content>,
    dirs: BTreeSet<PathBuf>,
    next_file: u64,
    calls: u64,
    fault: Fault,
    written: u64,
    random: u64,
}

#[derive(Clone)]
struct NameChange {
    dir: PathBuf,
    removed: Option<PathBuf>,
    added: Option<(PathBuf, u64)>,
}

#[derive(Default)]
struct Content {
    seen: Vec<u8>,
    durable: Vec<u8>,
    dirty: Vec<(usize, Vec<u8>)>,
}

impl MemoryDisk {
    /// An empty disk; the seed decides what a crash tears.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            state: Arc::new(Mutex::new(State {
                names: BTreeMap::new(),
                durable_names: BTreeMap::new(),
                renamed: Vec::new(),
                files: BTreeMap::new(),
                dirs: BTreeSet::new(),
                next_file: 0,
                calls: 0,
                fault: Fault::None,
                written: 0,
                random: seed | 1,
            })),
        }
    }

    /// How many writing calls there were.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.lock().calls
    }

    /// Says when calls fail.
    pub fn set_fault(&self, fault: Fault) {
        self.lock().fault = fault;
    }

    /// The power goes: what was not synced is lost or torn, sector by sector; of the names changed
    /// since the last sync of their folder some prefix holds. Calls succeed again.
    pub fn crash(&self) {
        let mut state = self.lock();
        let state = &mut *state;
        let renamed = std::mem::take(&mut state.renamed);
        let kept = random_below(&mut state.random, renamed.len() + 1);
        for change in &renamed[..kept] {
            apply_name(&mut state.durable_names, change);
        }
        state.names = state.durable_names.clone();
        for content in state.files.values_mut() {
            for (offset, bytes) in std::mem::take(&mut content.dirty) {
                for (sector, part) in bytes.chunks(512).enumerate() {
                    if random_below(&mut state.random, 2) == 0 {
                        put(&mut content.durable, offset + sector * 512, part);
                    }
                }
            }
            content.seen = content.durable.clone();
        }
        let alive: BTreeSet<u64> = state.names.values().copied().collect();
        state.files.retain(|id, _| alive.contains(id));
        state.fault = Fault::None;
    }

    /// Changes bytes of a file behind everybody's back: rot.
    pub fn rot(&self, path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
        let mut state = self.lock();
        if let Some(id) = state.names.get(path).copied()
            && let Some(content) = state.files.get_mut(&id)
        {
            change(&mut content.seen);
            content.durable = content.seen.clone();
            content.dirty.clear();
        }
    }

    /// Every file as a running program sees it: a copy of the phone's folder.
    #[must_use]
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let state = self.lock();
        state
            .names
            .iter()
            .map(|(path, id)| {
                (
                    path.clone(),
                    state
                        .files
                        .get(id)
                        .map(|it| it.seen.clone())
                        .unwrap_or_default(),
                )
            })
            .collect()
    }

    /// Puts a copy made by [`MemoryDisk::files`] back, durably.
    pub fn restore(&self, files: &BTreeMap<PathBuf, Vec<u8>>) {
        let mut state = self.lock();
        state.names.clear();
        state.files.clear();
        state.renamed.clear();
        for (path, bytes) in files {
            let id = state.next_file;
            state.next_file += 1;
            state.names.insert(path.clone(), id);
            let content = Content {
                seen: bytes.clone(),
                durable: bytes.clone(),
                dirty: Vec::new(),
            };
            state.files.insert(id, content);
        }
        state.durable_names = state.names.clone();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl State {
    /// Counts a writing call and says whether it fails.
    fn call(&mut self) -> io::Result<()> {
        let call = self.calls;
        self.calls += 1;
        let fails = match self.fault {
            Fault::None | Fault::Full(_) => false,
            Fault::Once(at) => call == at,
            Fault::From(at) => call >= at,
        };
        if fails {
            Err(io::Error::other("the disk failed"))
        } else {
            Ok(())
        }
    }

    fn room(&mut self, bytes: usize) -> io::Result<()> {
        if let Fault::Full(most) = self.fault
            && bytes > 0
            && self.written + bytes as u64 > most
        {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.written += bytes as u64;
        Ok(())
    }

    fn change_name(&mut self, change: NameChange) {
        apply_name(&mut self.names, &change);
        self.renamed.push(change);
    }
}

fn apply_name(names: &mut BTreeMap<PathBuf, u64>, change: &NameChange) {
    if let Some(path) = &change.removed {
        names.remove(path);
    }
    if let Some((path, id)) = &change.added {
        names.insert(path.clone(), *id);
    }
}

fn put(bytes: &mut Vec<u8>, offset: usize, part: &[u8]) {
    if bytes.len() < offset + part.len() {
        bytes.resize(offset + part.len(), 0);
    }
    bytes[offset..offset + part.len()].copy_from_slice(part);
}

/// SplitMix64, so that a seed gives the same crash everywhere.
fn random_below(state: &mut u64, below: usize) -> usize {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    usize::try_from(mixed % below.max(1) as u64).unwrap_or(0)
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).to_owned()
}

impl Disk for MemoryDisk {
    fn make_dir(&self, dir: &Path) -> io::Result<()> {
        let mut state = self.lock();
        if state.dirs.contains(dir) {
            return Ok(());
        }
        state.call()?;
        state.dirs.insert(dir.to_owned());
        Ok(())
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let state = self.lock();
        let inside = state.names.keys().chain(&state.dirs).filter_map(|path| {
            path.strip_prefix(dir)
                .ok()?
                .components()
                .next()?
                .as_os_str()
                .to_str()
        });
        let names: BTreeSet<&str> = inside.collect();
        Ok(names.into_iter().map(str::to_owned).collect())
    }

    fn length(&self, path: &Path) -> io::Result<Option<u64>> {
        let state = self.lock();
        let content = state.names.get(path).and_then(|id| state.files.get(id));
        Ok(content.map(|content| content.seen.len() as u64))
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let state = self.lock();
        let content = state.names.get(path).and_then(|id| state.files.get(id));
        content
            .map(|content| content.seen.clone())
            .ok_or(io::ErrorKind::NotFound.into())
    }

    fn create(&self, path: &Path, length: u64) -> io::Result<Box<dyn DiskFile>> {
        let length = usize::try_from(length).map_err(io::Error::other)?;
        let mut state = self.lock();
        if state.names.contains_key(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let called = state.call();
        let id = state.next_file;
        state.next_file += 1;
        let mut content = Content::default();
        // A call that fails leaves the name and a part of the room.
        let made = if called.is_ok() { length } else { length / 2 };
        content.seen = vec![0; made];
        content.dirty.push((0, vec![0; made]));
        state.files.insert(id, content);
        let change = NameChange {
            dir: folder_of(path),
            removed: None,
            added: Some((path.to_owned(), id)),
        };
        state.change_name(change);
        called?;
        state.room(length)?;
        Ok(Box::new(MemoryFile {
            disk: self.clone(),
            id,
        }))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let state = self.lock();
        let id = state.names.get(path).copied();
        let id = id.ok_or(io::Error::from(io::ErrorKind::NotFound))?;
        Ok(Box::new(MemoryFile {
            disk: self.clone(),
            id,
        }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.lock();
        state.call()?;
        let id = state.names.get(from).copied();
        let id = id.ok_or(io::Error::from(io::ErrorKind::NotFound))?;
        state.change_name(NameChange {
            dir: folder_of(to),
            removed: Some(from.to_owned()),
            added: Some((to.to_owned(), id)),
        });
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.lock();
        if !state.names.contains_key(path) {
            return Ok(());
        }
        state.call()?;
        state.change_name(NameChange {
            dir: folder_of(path),
            removed: Some(path.to_owned()),
            added: None,
        });
        Ok(())
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let mut state = self.lock();
        state.call()?;
        let (now, later): (Vec<_>, Vec<_>) = std::mem::take(&mut state.renamed)
            .into_iter()
            .partition(|change| change.dir == dir);
        for change in &now {
            apply_name(&mut state.durable_names, change);
        }
        state.renamed = later;
        Ok(())
    }
}

struct MemoryFile {
    disk: MemoryDisk,
    id: u64,
}

impl DiskFile for MemoryFile {
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        let mut state = self.disk.lock();
        let called = state.call();
        let grows = state.files.get(&self.id).map_or(0, |content| {
            (offset + bytes.len()).saturating_sub(content.seen.len())
        });
        let room = state.room(grows);
        let Some(content) = state.files.get_mut(&self.id) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let failed = called.is_err() || room.is_err();
        let part = if failed {
            &bytes[..bytes.len() / 2]
        } else {
            bytes
        };
        put(&mut content.seen, offset, part);
        content.dirty.push((offset, part.to_vec()));
        called.and(room)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        let state = self.disk.lock();
        let content = state
            .files
            .get(&self.id)
            .ok_or(io::Error::from(io::ErrorKind::NotFound))?;
        let part = offset
            .checked_add(buffer.len())
            .and_then(|end| content.seen.get(offset..end))
            .ok_or(io::Error::from(io::ErrorKind::UnexpectedEof))?;
        buffer.copy_from_slice(part);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.disk.lock();
        let called = state.call();
        let Some(content) = state.files.get_mut(&self.id) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let dirty = std::mem::take(&mut content.dirty);
        // After a failed sync the system takes its pages for clean: they are read back, and lost.
        called?;
        for (offset, bytes) in dirty {
            put(&mut content.durable, offset, &bytes);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_synced_survives_a_crash_and_what_a_failed_sync_held_does_not() {
        let disk = MemoryDisk::new(3);
        let path = Path::new("d/a");
        let file = disk.create(path, 4).unwrap();
        file.write_at(0, b"good").unwrap();
        file.sync().unwrap();
        disk.sync_dir(Path::new("d")).unwrap();
        file.write_at(0, b"lost").unwrap();
        disk.set_fault(Fault::Once(disk.calls()));
        file.sync().unwrap_err();
        file.sync().unwrap();
        assert_eq!(disk.read(path).unwrap(), b"lost");
        disk.crash();
        assert_eq!(disk.read(path).unwrap(), b"good");
    }

    #[test]
    fn a_name_that_was_not_synced_may_be_gone() {
        let gone = (0..32).filter(|seed| {
            let disk = MemoryDisk::new(*seed);
            disk.create(Path::new("d/a"), 1).unwrap().sync().unwrap();
            disk.crash();
            disk.length(Path::new("d/a")).unwrap().is_none()
        });
        assert!((1..32).contains(&gone.count()));
    }
}
