//! The officer's keys on this phone. `keys.json` and its copy hold the random data key twice: under
//! PIN *and* hardware secret, so that both are needed, and to the court's recovery key; and the
//! signing key under the data key. What stands in clear (server, address, officer) is bound in as
//! associated data: who changes it makes the keys useless.

mod attempts;
mod file;
pub mod recovery;
mod successors;

pub(crate) use attempts::Attempts;
pub(crate) use file::{Copies, KeyFile, KeyPublic, KeyState, NewKeys, Unlocked};

pub(crate) use successors::{Successor, SuccessorPublic, Successors};

use crate::Pin;
use crate::secret::SecretKey;
use argon2::{Algorithm, Argon2, Params, Version};
use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

/// How hard a PIN is stretched (Argon2id, RFC 9106).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinCost {
    /// Memory, KiB.
    pub memory_kib: u32,
    /// Passes.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for PinCost {
    /// RFC 9106's choice for little memory (64 MiB, 3 passes), with one lane: phones lend one core.
    fn default() -> Self {
        Self {
            memory_kib: 64 * 1024,
            passes: 3,
            lanes: 1,
        }
    }
}

impl PinCost {
    /// Bounds on what a file may ask for.
    fn params(self) -> Option<Params> {
        let sane = (8..=1 << 20).contains(&self.memory_kib) && (1..=64).contains(&self.passes);
        if !sane || !(1..=16).contains(&self.lanes) {
            return None;
        }
        Params::new(self.memory_kib, self.passes, self.lanes, Some(32)).ok()
    }
}

/// HKDF(Argon2id(PIN) ‖ hardware secret); `None` when the file's cost makes no sense.
fn wrapping_key(pin: &Pin, salt: &[u8], cost: PinCost, hardware: &[u8; 32]) -> Option<SecretKey> {
    let mut both = Zeroizing::new([0u8; 64]);
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, cost.params()?);
    argon
        .hash_password_into(pin.as_bytes(), salt, &mut both[..32])
        .ok()?;
    both[32..].copy_from_slice(hardware);
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(Some(salt), &*both)
        .expand(b"waiqin/1 wrapping key", &mut *key)
        .expect("32 bytes are within HKDF's bound");
    Some(SecretKey::from_bytes(key))
}
