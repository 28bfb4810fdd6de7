//! A court of two keys, that certifies what a phone sends it without a network between.

use super::*;
use crate::disk::MemoryDisk;
use crate::host::{Clock, HardwareSecret, NetworkSwitch, Now, SystemEntropy};
use crate::keys::recovery;
use crate::store::{Batch, Pair, Tree};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use std::sync::atomic::{AtomicI64, Ordering};
use waiqin_protocol::ids::BootId;
use waiqin_protocol::journal::{Certificate, Entry, Signed, entry_hash};
use waiqin_protocol::suite::{Ed25519Signer, Signer};
use waiqin_protocol::wire::enrol::{EnrolOffer, Ticket};
use zeroize::Zeroizing;

/// 2019-07-02 08:30 +08:00.
pub const MORNING_MS: i64 = 1_562_027_400_000;

/// A clock that stands until it is moved; one second passes with each look.
pub struct StillClock(AtomicI64);

impl StillClock {
    pub fn pass(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for StillClock {
    fn now(&self) -> Now {
        let passed = self.0.fetch_add(1000, Ordering::SeqCst);
        Now {
            wall_ms: MORNING_MS + passed,
            mono_ms: passed,
            boot: BootId::from_bytes([6; 16]),
        }
    }
}

/// A chip that keeps its secret outside the disk.
#[derive(Default)]
pub struct Chip(Mutex<Option<[u8; 32]>>);

impl Chip {
    fn held(&self) -> std::sync::MutexGuard<'_, Option<[u8; 32]>> {
        self.0
            .lock()
            .expect("no test panics while it holds the chip")
    }
}

impl HardwareSecret for Chip {
    fn get(&self) -> io::Result<Option<Zeroizing<[u8; 32]>>> {
        Ok(self.held().map(Zeroizing::new))
    }

    fn create(&self, secret: &[u8; 32]) -> io::Result<()> {
        let mut held = self.held();
        if held.is_some() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        *held = Some(*secret);
        Ok(())
    }
}

/// A phone's hardware: what survives when the program is killed.
#[derive(Clone)]
pub struct Device {
    pub disk: MemoryDisk,
    pub clock: Arc<StillClock>,
    pub chip: Arc<Chip>,
    pub network: Arc<NetworkSwitch>,
}

impl Device {
    pub fn new(seed: u64) -> Self {
        Self {
            disk: MemoryDisk::new(seed),
            clock: Arc::new(StillClock(AtomicI64::new(0))),
            chip: Arc::default(),
            network: Arc::default(),
        }
    }

    pub fn parts(&self) -> HostParts {
        HostParts {
            dir: "phone".into(),
            device_name: "测试机".into(),
            clock: self.clock.clone(),
            entropy: Arc::new(SystemEntropy),
            hardware: self.chip.clone(),
            network: self.network.clone(),
        }
    }

    pub fn engine(&self) -> Engine {
        Engine {
            disk: Arc::new(self.disk.clone()),
            store: StoreKind::Memory,
            pin_cost: CHEAP,
            segment_bytes: 64 * 1024,
            ..Engine::default()
        }
    }

    pub fn start(&self) -> Result<Phone, OpenError> {
        Phone::open_on(self.parts(), self.engine())
    }
}

/// What a [`RefusingStore`] refuses on this thread.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    Nothing,
    Writes,
    Everything,
}

thread_local! {
    static REFUSED: std::cell::Cell<Refused> = const { std::cell::Cell::new(Refused::Nothing) };
}

/// A store on a disk that is full, or that fails altogether.
#[derive(Default)]
pub struct RefusingStore(MemoryStore);

impl RefusingStore {
    pub fn refuse(what: Refused) {
        REFUSED.set(what);
    }

    fn may(&self, refused: &[Refused]) -> Result<&MemoryStore, StoreError> {
        if refused.contains(&REFUSED.get()) {
            return Err(StoreError::Io(io::ErrorKind::StorageFull.into()));
        }
        Ok(&self.0)
    }

    fn written(&self) -> Result<&MemoryStore, StoreError> {
        self.may(&[Refused::Writes, Refused::Everything])
    }
}

impl Store for RefusingStore {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.may(&[Refused::Everything])?.get(tree, key)
    }

    fn scan(
        &self,
        tree: Tree,
        prefix: &[u8],
        from: &[u8],
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError> {
        self.may(&[Refused::Everything])?
            .scan(tree, prefix, from, limit)
    }

    fn write(&self, batch: Batch) -> Result<(), StoreError> {
        self.written()?.write(batch)
    }

    fn flush(&self) -> Result<(), StoreError> {
        self.written()?.flush()
    }

    fn clear(&self, tree: Tree) -> Result<(), StoreError> {
        self.written()?.clear(tree)
    }
}

/// PINs in tests are not what is tested.
pub const CHEAP: PinCost = PinCost {
    memory_kib: 8,
    passes: 1,
    lanes: 1,
};

pub fn pin() -> Pin {
    Pin::new("246813").unwrap()
}

/// The court.
pub struct Court {
    pub signer: Ed25519Signer,
    pub server: ServerId,
}

impl Court {
    pub fn new() -> Self {
        Self {
            signer: Ed25519Signer::from_secret(&[21; 32]),
            server: ServerId::from_bytes([22; 16]),
        }
    }

    pub fn ticket(&self) -> Ticket {
        Ticket {
            code: "7KQ4-M2PX".into(),
            key: self.signer.public_key(),
            server: self.server,
            tls: None,
            url: "http://127.0.0.1:9".into(),
        }
    }

    pub fn offer(&self, officer: u8) -> EnrolOffer {
        EnrolOffer {
            court: "南沙区人民法院".into(),
            officer: OfficerCard {
                id: OfficerId::from_bytes([officer; 16]),
                list_name: "王法官".into(),
                name: format!("王某{officer}"),
            },
            recovery: BASE64.encode(recovery::public_of(&[23; 32])),
            server: self.server,
        }
    }

    pub fn certify(&self, entry: &[u8]) -> Signed<Certificate> {
        let read = Entry::from_bytes(entry).unwrap();
        let body = Certificate {
            entry: entry_hash(entry),
            journal: read.journal,
            server: self.server,
        };
        Signed::sign(body, &self.signer).unwrap()
    }

    /// Enrols without a network.
    pub fn enrol(&self, phone: &Phone, officer: u8) -> Result<Arc<Session>, EnrolError> {
        phone.enrol_with(&self.ticket(), &self.offer(officer), &pin(), |entry| {
            self.certify(entry)
        })
    }
}

impl Phone {
    /// Enrols with whatever answers.
    pub fn enrol_with(
        &self,
        ticket: &Ticket,
        offer: &EnrolOffer,
        pin: &Pin,
        certify: impl FnOnce(&[u8]) -> Signed<Certificate>,
    ) -> Result<Arc<Session>, EnrolError> {
        let prepared = self.shared.prepare(ticket, offer, pin)?;
        let certificate = certify(&prepared.entry);
        self.shared.finish(prepared, certificate)
    }
}

pub fn officer(n: u8) -> OfficerId {
    OfficerId::from_bytes([n; 16])
}
