//! The court's recovery key (恢复密钥): a sealed box to its X25519 public key, so that a phone whose PIN
//! or hardware is gone does not keep testimony to itself.
//!
//! Box: ephemeral public key (32) ‖ nonce (24) ‖ ciphertext. Key: HKDF-SHA256 over the shared secret,
//! salted with both public keys.

use crate::host::Entropy;
use crate::secret::SecretKey;
use hkdf::Hkdf;
use sha2::Sha256;
use x25519_dalek::{X25519_BASEPOINT_BYTES, x25519};
use zeroize::Zeroizing;

/// Seals bytes to a public key; `None` when the key is no usable point.
#[must_use]
pub fn seal(
    entropy: &dyn Entropy,
    public: &[u8; 32],
    place: &[u8],
    plain: &[u8],
) -> Option<Vec<u8>> {
    let mut secret = Zeroizing::new([0u8; 32]);
    entropy.fill(&mut *secret);
    let ephemeral = x25519(*secret, X25519_BASEPOINT_BYTES);
    let key = box_key(&secret, public, &ephemeral, public)?;
    let mut sealed = ephemeral.to_vec();
    sealed.extend(key.seal(entropy, place, plain));
    Some(sealed)
}

/// Opens a box with the secret key; `None` when it is not for this key and place.
#[must_use]
pub fn open(secret: &[u8; 32], place: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (ephemeral, rest) = sealed.split_first_chunk::<32>()?;
    let public = x25519(*secret, X25519_BASEPOINT_BYTES);
    let key = box_key(secret, ephemeral, ephemeral, &public)?;
    key.open(place, rest).map(Zeroizing::new)
}

/// The public key of a secret one.
#[must_use]
pub fn public_of(secret: &[u8; 32]) -> [u8; 32] {
    x25519(*secret, X25519_BASEPOINT_BYTES)
}

fn box_key(
    secret: &[u8; 32],
    point: &[u8; 32],
    ephemeral: &[u8; 32],
    public: &[u8; 32],
) -> Option<SecretKey> {
    let shared = Zeroizing::new(x25519(*secret, *point));
    // A point of small order would give a secret that everybody knows.
    if shared.iter().all(|byte| *byte == 0) {
        return None;
    }
    let salt = [*ephemeral, *public].concat();
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(Some(&salt), &*shared)
        .expand(b"waiqin/1 recovery", &mut *key)
        .expect("32 bytes are within HKDF's bound");
    Some(SecretKey::from_bytes(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::SystemEntropy;

    #[test]
    fn a_box_opens_with_the_courts_key_at_its_place_alone() {
        let secret = [9; 32];
        let sealed = seal(&SystemEntropy, &public_of(&secret), b"a", b"data key").unwrap();
        assert_eq!(
            open(&secret, b"a", &sealed).unwrap().as_slice(),
            b"data key"
        );
        assert!(open(&secret, b"b", &sealed).is_none());
        assert!(open(&[8; 32], b"a", &sealed).is_none());
        for at in 0..sealed.len() {
            // The highest bit of a coordinate is ignored by X25519, but not by the salt.
            let mut flipped = sealed.clone();
            flipped[at] ^= 0x80;
            assert!(open(&secret, b"a", &flipped).is_none(), "byte {at}");
        }
        assert!(seal(&SystemEntropy, &[0; 32], b"a", b"x").is_none());
    }

    /// RFC 7748 §6.1.
    #[test]
    fn public_keys_are_as_the_rfc_says() {
        let mut alice = [0u8; 32];
        let text = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
        hex::decode_to_slice(text, &mut alice).unwrap();
        assert_eq!(
            hex::encode(public_of(&alice)),
            "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"
        );
    }
}
