//! What the engine asks of the machine it runs on, given by the shell. What is left out comes from
//! the system: its clocks, its random bytes, and a file for the secret, as on a desktop.

use std::io;
use std::sync::Arc;
use waiqin_core as core;
use waiqin_protocol::ids::BootId;
use zeroize::Zeroizing;

/// Keeps 32 secret bytes outside the phone's folder (Android Keystore, Secure Enclave): a PIN of six
/// digits alone is no lock. Called on threads of the library.
#[uniffi::export(with_foreign)]
pub trait HardwareSecret: Send + Sync {
    /// The secret; nothing when there never was one.
    ///
    /// # Errors
    /// When it is there but cannot be read now.
    fn get(&self) -> Result<Option<Vec<u8>>, HardwareError>;

    /// Keeps the secret. Never replaces one that exists.
    ///
    /// # Errors
    /// When one exists, or it cannot be kept.
    fn create(&self, secret: Vec<u8>) -> Result<(), HardwareError>;
}

/// The keystore failed.
#[derive(Clone, Debug, thiserror::Error, uniffi::Error)]
pub enum HardwareError {
    /// Why, for the log.
    #[error("{reason}")]
    Failed {
        /// Nothing secret.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for HardwareError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed {
            reason: error.reason,
        }
    }
}

/// A moment as the device tells it. Wall time is a claim; monotonic time compares within one boot.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Moment {
    /// Wall time, ms UTC.
    pub wall_ms: i64,
    /// Monotonic time that counts sleep, ms.
    pub mono_ms: i64,
    /// 16 bytes that name this start of the system.
    pub boot: Vec<u8>,
}

/// Tells the time, where the library cannot ask a clock that counts sleep (iOS), and in tests.
#[uniffi::export(with_foreign)]
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Moment;
}

/// Random bytes that nobody can guess. Leave it out: the system's generator is right. Tests give
/// their own.
#[uniffi::export(with_foreign)]
pub trait Entropy: Send + Sync {
    /// So many bytes.
    fn fill(&self, length: u32) -> Vec<u8>;
}

pub(crate) struct ForeignSecret(pub Arc<dyn HardwareSecret>);

impl core::HardwareSecret for ForeignSecret {
    fn get(&self) -> io::Result<Option<Zeroizing<[u8; 32]>>> {
        let Some(given) = self.0.get().map_err(io::Error::other)? else {
            return Ok(None);
        };
        let given = Zeroizing::new(given);
        let secret = <[u8; 32]>::try_from(given.as_slice()).map_err(io::Error::other)?;
        Ok(Some(Zeroizing::new(secret)))
    }

    fn create(&self, secret: &[u8; 32]) -> io::Result<()> {
        self.0.create(secret.to_vec()).map_err(io::Error::other)
    }
}

pub(crate) struct ForeignClock(pub Arc<dyn Clock>);

impl core::Clock for ForeignClock {
    fn now(&self) -> core::Now {
        let Moment {
            wall_ms,
            mono_ms,
            boot,
        } = self.0.now();
        let boot = boot.try_into().expect("a boot is named by 16 bytes");
        core::Now {
            wall_ms,
            mono_ms,
            boot: BootId::from_bytes(boot),
        }
    }
}

pub(crate) struct ForeignEntropy(pub Arc<dyn Entropy>);

impl core::Entropy for ForeignEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let length = u32::try_from(bytes.len()).expect("random bytes are asked for in few");
        let given = Zeroizing::new(self.0.fill(length));
        // Fewer bytes than asked for would leave zeros in a key.
        assert_eq!(given.len(), bytes.len(), "random bytes that were not given");
        bytes.copy_from_slice(&given);
    }
}
