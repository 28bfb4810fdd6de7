//! What the engine asks of the machine it runs on: time, random bytes, a secret that stays in the
//! hardware, and whether the network may be used. Shells give their own; the desktop host uses the
//! system's.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use waiqin_protocol::ids::BootId;
use zeroize::Zeroizing;

/// Everything a [`crate::Phone`] needs from outside.
#[derive(Clone)]
pub struct HostParts {
    /// The phone's own folder; nobody else writes in it.
    pub dir: PathBuf,
    /// What the phone calls itself: maker, model.
    pub device_name: String,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub entropy: Arc<dyn Entropy>,
    /// A secret that the hardware keeps: a PIN of six digits alone is no lock.
    pub hardware: Arc<dyn HardwareSecret>,
    /// Whether the network may be used (断网).
    pub network: Arc<NetworkSwitch>,
}

/// A moment as the device tells it. Wall time is a claim; monotonic time compares within one boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Wall time, ms UTC.
    pub wall_ms: i64,
    /// Monotonic time that counts sleep, ms.
    pub mono_ms: i64,
    /// The start of the system within which `mono_ms` compares.
    pub boot: BootId,
}

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Now;
}

/// The system's clocks. On Linux and Android monotonic time is CLOCK_BOOTTIME, which counts sleep;
/// elsewhere it is the runtime's monotonic clock since the program began, with a boot id of the
/// program's own, so that it never compares across a restart.
#[derive(Debug)]
pub struct SystemClock {
    boot: BootId,
    wall_shift_ms: i64,
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    began: std::time::Instant,
}

impl SystemClock {
    /// The system's time as it is.
    #[must_use]
    pub fn new(entropy: &dyn Entropy) -> Self {
        Self {
            boot: boot_id().unwrap_or_else(|| {
                let mut bytes = [0; 16];
                entropy.fill(&mut bytes);
                BootId::from_bytes(bytes)
            }),
            wall_shift_ms: 0,
            #[cfg(not(any(target_os = "linux", target_os = "android")))]
            began: std::time::Instant::now(),
        }
    }

    /// A clock whose wall time is `wall_ms` now and goes on from there: the demo's court clock.
    #[must_use]
    pub fn starting_at(entropy: &dyn Entropy, wall_ms: i64) -> Self {
        let clock = Self::new(entropy);
        let wall_shift_ms = wall_ms.saturating_sub(clock.now().wall_ms);
        Self {
            wall_shift_ms,
            ..clock
        }
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn mono_ms(&self) -> i64 {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        time.tv_sec
            .saturating_mul(1000)
            .saturating_add(time.tv_nsec / 1_000_000)
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn mono_ms(&self) -> i64 {
        i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where the system's clock comes in"
    )]
    fn now(&self) -> Now {
        let since_1970 = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        let wall = i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX);
        Now {
            wall_ms: wall.saturating_add(self.wall_shift_ms),
            mono_ms: self.mono_ms(),
            boot: self.boot,
        }
    }
}

/// The kernel's id of this boot, where there is one.
fn boot_id() -> Option<BootId> {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    text.trim().replace('-', "").parse().ok()
}

/// Gives random bytes that nobody can guess.
pub trait Entropy: Send + Sync {
    /// Fills the bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("a system without random bytes cannot keep anything secret");
    }
}

/// Random bytes as an array.
pub(crate) fn random<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}

/// Keeps 32 secret bytes outside the phone's folder of data (Android Keystore, Secure Enclave).
pub trait HardwareSecret: Send + Sync {
    /// The secret, `None` when there never was one.
    ///
    /// # Errors
    /// When it is there but cannot be read now.
    fn get(&self) -> std::io::Result<Option<Zeroizing<[u8; 32]>>>;

    /// Makes the secret of these random bytes. Never replaces one that exists.
    ///
    /// # Errors
    /// When it exists or cannot be kept.
    fn create(&self, secret: &[u8; 32]) -> std::io::Result<()>;
}

/// A hardware secret that is a file: the desktop host has no keystore. It ties the data to the
/// file, not to a chip; who copies the whole disk has both.
#[derive(Clone, Debug)]
pub struct FileSecret {
    path: PathBuf,
}

impl FileSecret {
    /// The secret in `host.secret` of a folder.
    #[must_use]
    pub fn in_folder(dir: &Path) -> Self {
        Self {
            path: dir.join("host.secret"),
        }
    }
}

impl HardwareSecret for FileSecret {
    fn get(&self) -> std::io::Result<Option<Zeroizing<[u8; 32]>>> {
        let mut file = match std::fs::File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut secret = Zeroizing::new([0u8; 32]);
        file.read_exact(&mut *secret)?;
        Ok(Some(secret))
    }

    fn create(&self, secret: &[u8; 32]) -> std::io::Result<()> {
        let dir = self.path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(dir)?;
        // Written beside and renamed, so that a cut leaves no half secret behind.
        let beside = self.path.with_extension("new");
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        file.write_all(secret)?;
        file.sync_all()?;
        if self.path.exists() {
            return Err(std::io::ErrorKind::AlreadyExists.into());
        }
        std::fs::rename(&beside, &self.path)?;
        std::fs::File::open(dir)?.sync_all()
    }
}

/// The switch 断网: off means that nothing is sent and nothing is asked.
#[derive(Debug)]
pub struct NetworkSwitch(AtomicBool);

impl NetworkSwitch {
    /// A switch that stands on or off.
    #[must_use]
    pub fn new(on: bool) -> Self {
        Self(AtomicBool::new(on))
    }

    /// Turns it.
    pub fn set(&self, on: bool) {
        self.0.store(on, Ordering::SeqCst);
    }

    /// How it stands.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

impl Default for NetworkSwitch {
    fn default() -> Self {
        Self::new(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_court_clock_starts_where_it_is_told_and_goes_on() {
        let clock = SystemClock::starting_at(&SystemEntropy, 1_562_027_400_000);
        let (a, b) = (clock.now(), clock.now());
        assert!((0..60_000).contains(&(a.wall_ms - 1_562_027_400_000)));
        assert!(b.mono_ms >= a.mono_ms);
        assert_eq!(a.boot, b.boot);
    }

    #[test]
    fn a_secret_that_exists_is_never_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let secret = FileSecret::in_folder(dir.path());
        assert!(secret.get().unwrap().is_none());
        secret.create(&[7; 32]).unwrap();
        assert!(secret.create(&[8; 32]).is_err());
        assert_eq!(*secret.get().unwrap().unwrap(), [7; 32]);
    }
}
