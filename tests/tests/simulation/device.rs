//! A phone's hardware: a disk whose power can go at any call, a clock, a chip, and the store that a
//! restart finds again as it was flushed, or later. The engine on it is the real one.

use crate::dice::Dice;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, RwLock, RwLockReadGuard};
use waiqin_core::disk::{Disk, DiskFile, Fault, MemoryDisk};
use waiqin_core::keys::PinCost;
use waiqin_core::store::{Batch, MemoryStore, Pair, Store, StoreError, TREES, Tree};
use waiqin_core::{
    Carrier, Clock, Engine, Entropy, HardwareSecret, HostParts, NetworkSwitch, Now, Phone,
    StoreKind,
};
use waiqin_protocol::ids::BootId;
use zeroize::Zeroizing;

/// Small, so that a journal has several segments within a day.
const SEGMENT_BYTES: usize = 6 << 10;
/// PINs are not what is tested here.
const CHEAP: PinCost = PinCost {
    memory_kib: 8,
    passes: 1,
    lanes: 1,
};

/// One phone.
pub struct Device {
    pub disk: MemoryDisk,
    pub clock: Arc<DeviceClock>,
    chip: Arc<Chip>,
    stores: Arc<Stores>,
    power: Power,
    carrier: Arc<dyn Carrier>,
    entropy: Arc<Random>,
    dice: Dice,
    phone: Option<Phone>,
}

/// Everything that a copy of a phone holds.
pub struct Copy {
    files: BTreeMap<PathBuf, Vec<u8>>,
    stores: BTreeMap<PathBuf, MemoryStore>,
}

impl Device {
    pub fn new(
        world_ms: Arc<AtomicI64>,
        carrier: impl FnOnce(Power) -> Arc<dyn Carrier>,
        mut dice: Dice,
    ) -> Self {
        let power = Power::default();
        let mut device = Self {
            disk: MemoryDisk::new(dice.next()),
            clock: Arc::new(DeviceClock::new(world_ms)),
            chip: Arc::default(),
            stores: Arc::default(),
            carrier: carrier(power.clone()),
            power,
            entropy: Arc::new(Random(Mutex::new(dice.apart()))),
            dice,
            phone: None,
        };
        device.start();
        device
    }

    /// The program on it, while it runs.
    pub fn phone(&self) -> &Phone {
        self.phone.as_ref().expect("the phone was started")
    }

    /// Says when calls of the disk fail.
    pub fn fail(&self, fault: Fault) {
        self.disk.set_fault(fault);
    }

    /// Starts the program, after a boot.
    pub fn start(&mut self) {
        self.clock.boot(&mut self.dice);
        self.power.turn_on();
        let parts = HostParts {
            dir: "phone".into(),
            device_name: "模拟机".into(),
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
            hardware: self.chip.clone(),
            network: Arc::new(NetworkSwitch::default()),
        };
        let (stores, power) = (self.stores.clone(), self.power.now());
        let engine = Engine {
            disk: Arc::new(Powered {
                disk: self.disk.clone(),
                power: self.power.now(),
            }),
            store: StoreKind::Made(Arc::new(move |dir: &Path, empty| {
                Ok(stores.open(dir, empty, power.clone()))
            })),
            pin_cost: CHEAP,
            segment_bytes: SEGMENT_BYTES,
            carrier: Some(self.carrier.clone()),
            checks_behind: false,
        };
        self.phone = Some(Phone::open_on(parts, engine).expect("a folder in memory opens"));
    }

    /// The power goes: what was not durable is lost or torn. Sessions of before are dead.
    pub fn crash(&mut self) {
        self.power.cut();
        self.phone = None;
        self.disk.crash();
        self.stores.crash(&mut self.dice);
    }

    /// Whether the power went by itself, in the middle of something.
    pub fn is_off(&self) -> bool {
        !self.power.is_on()
    }

    /// A copy of everything, as a backup tool would take it.
    pub fn copy(&self) -> Copy {
        Copy {
            files: self.disk.files(),
            stores: self.stores.copy(),
        }
    }

    /// Puts a copy back over a phone that is off.
    pub fn restore(&mut self, copy: &Copy) {
        self.disk.restore(&copy.files);
        self.stores.restore(&copy.stores);
    }

    /// The chip forgets its secret, as keystores do; on a phone that is off.
    pub fn lose_chip(&mut self) {
        self.chip = Arc::default();
    }

    /// The views are gone, on a phone that is off.
    pub fn lose_views(&mut self) {
        self.stores.clear();
    }
}

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

    fn turn_on(&self) {
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
    fn on(&self) -> io::Result<RwLockReadGuard<'_, bool>> {
        let on = self.0.read().unwrap();
        match *on {
            true => Ok(on),
            false => Err(io::Error::other("the power went")),
        }
    }
}

struct Powered {
    disk: MemoryDisk,
    power: Current,
}

struct PoweredFile {
    file: Box<dyn DiskFile>,
    power: Current,
}

impl Powered {
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

/// Stores by folder, as they stand and as they were last flushed.
#[derive(Default)]
struct Stores(Mutex<BTreeMap<PathBuf, Kept>>);

struct Kept {
    now: Arc<MemoryStore>,
    flushed: MemoryStore,
}

struct KeptStore {
    dir: PathBuf,
    now: Arc<MemoryStore>,
    stores: Arc<Stores>,
    power: Current,
}

impl Stores {
    fn open(self: &Arc<Self>, dir: &Path, empty: bool, power: Current) -> Arc<dyn Store> {
        let mut all = self.0.lock().unwrap();
        if empty {
            all.remove(dir);
        }
        let kept = all.entry(dir.to_owned()).or_insert_with(|| Kept {
            now: Arc::default(),
            flushed: MemoryStore::default(),
        });
        Arc::new(KeptStore {
            dir: dir.to_owned(),
            now: kept.now.clone(),
            stores: self.clone(),
            power,
        })
    }

    /// What was written since the last flush may be there or not: batches are whole, in order.
    fn crash(&self, dice: &mut Dice) {
        for kept in self.0.lock().unwrap().values_mut() {
            let left = if dice.percent(50) {
                copy_of(&kept.flushed)
            } else {
                copy_of(&kept.now)
            };
            kept.flushed = copy_of(&left);
            kept.now = Arc::new(left);
        }
    }

    fn copy(&self) -> BTreeMap<PathBuf, MemoryStore> {
        let all = self.0.lock().unwrap();
        let copies = all.iter();
        copies
            .map(|(dir, kept)| (dir.clone(), copy_of(&kept.flushed)))
            .collect()
    }

    fn restore(&self, copies: &BTreeMap<PathBuf, MemoryStore>) {
        let kept = |store: &MemoryStore| Kept {
            now: Arc::new(copy_of(store)),
            flushed: copy_of(store),
        };
        let restored = copies.iter().map(|(dir, store)| (dir.clone(), kept(store)));
        *self.0.lock().unwrap() = restored.collect();
    }

    fn clear(&self) {
        self.0.lock().unwrap().clear();
    }
}

impl KeptStore {
    fn on(&self) -> Result<RwLockReadGuard<'_, bool>, StoreError> {
        self.power.on().map_err(StoreError::Io)
    }
}

impl Store for KeptStore {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let _on = self.on()?;
        self.now.get(tree, key)
    }

    fn scan(
        &self,
        tree: Tree,
        prefix: &[u8],
        from: &[u8],
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError> {
        let _on = self.on()?;
        self.now.scan(tree, prefix, from, limit)
    }

    fn write(&self, batch: Batch) -> Result<(), StoreError> {
        let _on = self.on()?;
        self.now.write(batch)
    }

    fn flush(&self) -> Result<(), StoreError> {
        let _on = self.on()?;
        if let Some(kept) = self.stores.0.lock().unwrap().get_mut(&self.dir) {
            kept.flushed = copy_of(&self.now);
        }
        Ok(())
    }

    fn clear(&self, tree: Tree) -> Result<(), StoreError> {
        let _on = self.on()?;
        self.now.clear(tree)
    }
}

fn copy_of(store: &MemoryStore) -> MemoryStore {
    let mut all = Batch::default();
    for tree in TREES {
        let pairs = store.scan(tree, &[], &[], usize::MAX);
        for (key, value) in pairs.expect("a store in memory reads") {
            all.put(tree, &key, value);
        }
    }
    let copy = MemoryStore::default();
    copy.write(all).expect("a store in memory writes");
    copy
}

/// The device's clocks over the world's time.
pub struct DeviceClock {
    world_ms: Arc<AtomicI64>,
    wrong_ms: AtomicI64,
    booted: Mutex<(i64, BootId)>,
}

impl DeviceClock {
    fn new(world_ms: Arc<AtomicI64>) -> Self {
        Self {
            wrong_ms: AtomicI64::new(0),
            booted: Mutex::new((world_ms.load(Ordering::SeqCst), BootId::from_bytes([0; 16]))),
            world_ms,
        }
    }

    /// Somebody sets the wall clock, or the network does.
    pub fn set_wrong(&self, ms: i64) {
        self.wrong_ms.store(ms, Ordering::SeqCst);
    }

    fn boot(&self, dice: &mut Dice) {
        let mut id = [0; 16];
        dice.fill(&mut id);
        let now = self.world_ms.load(Ordering::SeqCst);
        *self.booted.lock().unwrap() = (now, BootId::from_bytes(id));
    }
}

impl Clock for DeviceClock {
    fn now(&self) -> Now {
        let now = self.world_ms.load(Ordering::SeqCst);
        let (booted, boot) = *self.booted.lock().unwrap();
        Now {
            wall_ms: now + self.wrong_ms.load(Ordering::SeqCst),
            mono_ms: now - booted,
            boot,
        }
    }
}

struct Random(Mutex<Dice>);

impl Entropy for Random {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap().fill(bytes);
    }
}

/// A chip that keeps its secret outside the disk.
#[derive(Default)]
struct Chip {
    made: AtomicBool,
    secret: Mutex<[u8; 32]>,
}

impl HardwareSecret for Chip {
    fn get(&self) -> io::Result<Option<Zeroizing<[u8; 32]>>> {
        let made = self.made.load(Ordering::SeqCst);
        Ok(made.then(|| Zeroizing::new(*self.secret.lock().unwrap())))
    }

    fn create(&self, secret: &[u8; 32]) -> io::Result<()> {
        if self.made.swap(true, Ordering::SeqCst) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        *self.secret.lock().unwrap() = *secret;
        Ok(())
    }
}
