//! Keys that encrypt at rest, and how bytes are bound to their place: XChaCha20-Poly1305 with random
//! nonces, the place as associated data, one key per purpose derived from the officer's data key.

use crate::host::{Entropy, random};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use hkdf::Hkdf;
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

/// Length of a nonce, bytes.
pub(crate) const NONCE: usize = 24;
/// What encryption adds, bytes.
pub(crate) const TAG: usize = 16;

/// More than ciphers and hashes use of the stack, bytes.
const STACK: usize = 16 << 10;

/// 32 secret bytes that encrypt; zeroed when dropped, never shown, never copied. They lie on the heap
/// alone: a key that is moved leaves nothing behind.
pub(crate) struct SecretKey(Box<Zeroizing<[u8; 32]>>);

impl SecretKey {
    pub(crate) fn from_bytes(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self::filled(|key| key.copy_from_slice(&*bytes))
    }

    pub(crate) fn random(entropy: &dyn Entropy) -> Self {
        Self::filled(|key| entropy.fill(key))
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The same key for another holder; zeroed on its own.
    pub(crate) fn again(&self) -> Self {
        Self::filled(|key| key.copy_from_slice(self.as_bytes()))
    }

    /// The key for one purpose: two purposes share no key, so what one wrote never opens as the
    /// other's.
    pub(crate) fn derive(&self, purpose: &str) -> Self {
        let derived = self.derived(purpose);
        bleach();
        derived
    }

    #[inline(never)]
    fn derived(&self, purpose: &str) -> Self {
        Self::filled(|key| {
            Hkdf::<Sha256>::new(None, self.as_bytes())
                .expand(format!("waiqin/1 {purpose}").as_bytes(), key)
                .expect("32 bytes are within HKDF's bound");
        })
    }

    fn filled(fill: impl FnOnce(&mut [u8; 32])) -> Self {
        let mut key = Box::new(Zeroizing::new([0; 32]));
        fill(&mut key);
        Self(key)
    }

    /// Encrypts; `nonce ‖ ciphertext`.
    pub(crate) fn seal(&self, entropy: &dyn Entropy, place: &[u8], plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE] = random(entropy);
        let mut sealed = nonce.to_vec();
        sealed.extend(self.seal_with(&nonce, place, plain));
        sealed
    }

    /// Opens what [`SecretKey::seal`] made at the same place.
    pub(crate) fn open(&self, place: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE>()?;
        self.open_with(nonce, place, ciphertext)
    }

    /// Encrypts with a nonce that stands elsewhere; it must be random.
    pub(crate) fn seal_with(&self, nonce: &[u8; NONCE], place: &[u8], plain: &[u8]) -> Vec<u8> {
        let sealed = self.encrypted(nonce, place, plain);
        bleach();
        sealed
    }

    #[inline(never)]
    fn encrypted(&self, nonce: &[u8; NONCE], place: &[u8], plain: &[u8]) -> Vec<u8> {
        XChaCha20Poly1305::new(self.as_bytes().into())
            .encrypt(
                nonce.into(),
                Payload {
                    msg: plain,
                    aad: place,
                },
            )
            .expect("the plaintext is far below the cipher's bound of 256 GiB")
    }

    /// Opens what [`SecretKey::seal_with`] made.
    pub(crate) fn open_with(
        &self,
        nonce: &[u8; NONCE],
        place: &[u8],
        ciphertext: &[u8],
    ) -> Option<Vec<u8>> {
        let plain = self.decrypted(nonce, place, ciphertext);
        bleach();
        plain
    }

    #[inline(never)]
    fn decrypted(&self, nonce: &[u8; NONCE], place: &[u8], ciphertext: &[u8]) -> Option<Vec<u8>> {
        XChaCha20Poly1305::new(self.as_bytes().into())
            .decrypt(
                nonce.into(),
                Payload {
                    msg: ciphertext,
                    aad: place,
                },
            )
            .ok()
    }

    /// A name that says nothing to who lacks the key, and is the same each time.
    pub(crate) fn name(&self, of: &[u8]) -> [u8; 16] {
        let name = self.named(of);
        bleach();
        name
    }

    #[inline(never)]
    fn named(&self, of: &[u8]) -> [u8; 16] {
        let mut name = [0; 16];
        Hkdf::<Sha256>::new(Some(of), self.as_bytes())
            .expand(b"waiqin/1 name", &mut name)
            .expect("16 bytes are within HKDF's bound");
        name
    }
}

/// Overwrites what the function called last left on this thread's stack: ciphers and hashes copy
/// keys there, and nobody else clears them.
#[inline(never)]
pub(crate) fn bleach() {
    std::hint::black_box(&mut [0u8; STACK]);
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::SystemEntropy;

    #[test]
    fn bytes_open_at_their_place_alone() {
        let key = SecretKey::random(&SystemEntropy);
        let sealed = key.seal(&SystemEntropy, b"tree/1", "笔录".as_bytes());
        assert_eq!(
            key.open(b"tree/1", &sealed).as_deref(),
            Some("笔录".as_bytes())
        );
        assert_eq!(key.open(b"tree/2", &sealed), None);
        assert_eq!(key.derive("store").open(b"tree/1", &sealed), None);
        assert_eq!(key.open(b"tree/1", &sealed[..20]), None);
        for at in 0..sealed.len() {
            let mut flipped = sealed.clone();
            flipped[at] ^= 1;
            assert_eq!(key.open(b"tree/1", &flipped), None, "byte {at}");
        }
    }
}
