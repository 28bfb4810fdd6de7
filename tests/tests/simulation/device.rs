//! A phone's hardware: a disk whose power can go at any call, stores, a clock, a chip. The engine on it
//! is the real one.

use crate::dice::Dice;
use crate::power::{Power, Powered};
use crate::stores::Stores;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use waiqin_core::disk::{Fault, MemoryDisk};
use waiqin_core::keys::PinCost;
use waiqin_core::store::MemoryStore;
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
            disk: Arc::new(Powered::new(self.disk.clone(), self.power.now())),
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

    /// Something of what others wrote is harmed in the store of an officer.
    pub fn harm_views(&mut self, below: &Path) -> Option<&'static str> {
        self.stores.harm(below, &mut self.dice)
    }

    /// The views are gone, on a phone that is off.
    pub fn lose_views(&mut self) {
        self.stores.clear();
    }
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
