//! Suite 1 of the journal: SHA-256 with Ed25519 (software keys, RFC 8032) or ECDSA P-256 (Secure
//! Enclave, StrongBox; FIPS 186-5). SM3/SM2 is reserved for suite 2. A suite holds for a whole
//! journal. Signing comes in through [`Signer`], so that a hardware key never leaves its chip.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// Number of the suite in entry 1.
pub const SUITE: u32 = 1;

/// SHA-256.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// A public key, written `ed25519:…` or `p256:…` (base64url; P-256 compressed, SEC 1).
#[derive(Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// Ed25519, 32 bytes.
    Ed25519(ed25519_dalek::VerifyingKey),
    /// ECDSA over P-256.
    P256(p256::ecdsa::VerifyingKey),
}

/// A signature, base64url of 64 bytes. It identifies nothing: P-256 signatures are random.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 64]);

/// What holds a private key and signs with it.
pub trait Signer: Send + Sync {
    /// The public half.
    fn public_key(&self) -> PublicKey;

    /// Signs a message.
    ///
    /// # Errors
    /// When the key is not at hand (locked, dropped by the keystore).
    fn sign(&self, message: &[u8]) -> Result<Signature, SignerError>;
}

/// The private key did not sign.
#[derive(Debug, thiserror::Error)]
#[error("the signing key is not at hand: {reason}")]
pub struct SignerError {
    /// What the key's holder said.
    pub reason: String,
}

/// A text that is no key or signature of this suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SuiteError {
    /// Neither `ed25519:` nor `p256:` with a valid point.
    #[error("not a public key of this suite")]
    Key,
    /// Not base64url of 64 bytes.
    #[error("not a signature of this suite")]
    Signature,
    /// The signature does not fit message and key.
    #[error("the signature does not fit")]
    Mismatch,
}

impl PublicKey {
    /// Checks a signature; Ed25519 strictly (no small-order keys, no malleable forms).
    ///
    /// # Errors
    /// [`SuiteError::Mismatch`] when it does not fit.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), SuiteError> {
        let fits = match self {
            Self::Ed25519(key) => {
                let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
                key.verify_strict(message, &signature).is_ok()
            }
            Self::P256(key) => {
                use p256::ecdsa::signature::Verifier;
                p256::ecdsa::Signature::from_slice(&signature.0)
                    .is_ok_and(|signature| key.verify(message, &signature).is_ok())
            }
        };
        if fits {
            Ok(())
        } else {
            Err(SuiteError::Mismatch)
        }
    }

    /// Eight groups of four hexadecimal digits that two people can compare by reading aloud.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let digest = hex::encode(&sha256(self.to_string().as_bytes())[..16]);
        let groups: Vec<&str> = (0..8)
            .filter_map(|i| digest.get(i * 4..i * 4 + 4))
            .collect();
        groups.join(" ")
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ed25519(key) => write!(f, "ed25519:{}", BASE64.encode(key.as_bytes())),
            Self::P256(key) => {
                write!(
                    f,
                    "p256:{}",
                    BASE64.encode(key.to_sec1_point(true).as_bytes())
                )
            }
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

impl FromStr for PublicKey {
    type Err = SuiteError;

    fn from_str(text: &str) -> Result<Self, SuiteError> {
        let (kind, encoded) = text.split_once(':').ok_or(SuiteError::Key)?;
        let bytes = BASE64.decode(encoded).map_err(|_| SuiteError::Key)?;
        match kind {
            "ed25519" => {
                let bytes: [u8; 32] = bytes.try_into().map_err(|_| SuiteError::Key)?;
                ed25519_dalek::VerifyingKey::from_bytes(&bytes)
                    .map(Self::Ed25519)
                    .map_err(|_| SuiteError::Key)
            }
            "p256" if bytes.len() == 33 => p256::ecdsa::VerifyingKey::from_sec1_bytes(&bytes)
                .map(Self::P256)
                .map_err(|_| SuiteError::Key),
            _ => Err(SuiteError::Key),
        }
    }
}

impl Signature {
    /// The signature of these bytes (P-256: r ‖ s).
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64.encode(self.0))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({self})")
    }
}

impl FromStr for Signature {
    type Err = SuiteError;

    fn from_str(text: &str) -> Result<Self, SuiteError> {
        let bytes = BASE64.decode(text).map_err(|_| SuiteError::Signature)?;
        Ok(Self(bytes.try_into().map_err(|_| SuiteError::Signature)?))
    }
}

macro_rules! serde_by_text {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
serde_by_text!(PublicKey);
serde_by_text!(Signature);

/// A software Ed25519 key. No `Copy`, no `Serialize`; its bytes are zeroed when it is dropped.
pub struct Ed25519Signer(ed25519_dalek::SigningKey);

impl Ed25519Signer {
    /// The key of these 32 secret random bytes.
    #[must_use]
    pub fn from_secret(secret: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(secret))
    }
}

impl fmt::Debug for Ed25519Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ed25519Signer(…)")
    }
}

impl Signer for Ed25519Signer {
    fn public_key(&self) -> PublicKey {
        PublicKey::Ed25519(self.0.verifying_key())
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, SignerError> {
        use ed25519_dalek::Signer as _;
        Ok(Signature(self.0.sign(message).to_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032 §7.1, test 2.
    #[test]
    fn ed25519_signs_as_the_rfc_says() {
        let mut secret = [0u8; 32];
        hex::decode_to_slice(
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            &mut secret,
        )
        .unwrap();
        let signer = Ed25519Signer::from_secret(&secret);
        let signature = signer.sign(&[0x72]).unwrap();
        assert_eq!(
            hex::encode(signature.as_bytes()),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        );
        let key = signer.public_key();
        assert_eq!(key.to_string().parse::<PublicKey>(), Ok(key.clone()));
        assert_eq!(key.verify(&[0x72], &signature), Ok(()));
        assert_eq!(key.verify(&[0x73], &signature), Err(SuiteError::Mismatch));
    }

    #[test]
    fn a_p256_key_verifies_and_refuses() {
        use p256::ecdsa::signature::Signer as _;
        let secret = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
        let signature: p256::ecdsa::Signature = secret.sign(b"body");
        let signature = Signature::from_bytes(signature.to_bytes().into());
        let key = PublicKey::P256(*secret.verifying_key());
        assert_eq!(key.to_string().parse::<PublicKey>(), Ok(key.clone()));
        assert_eq!(key.verify(b"body", &signature), Ok(()));
        assert_eq!(key.verify(b"bodx", &signature), Err(SuiteError::Mismatch));
    }

    #[test]
    fn foreign_keys_and_signatures_are_refused_without_panic() {
        for text in [
            "",
            "ed25519",
            "ed25519:",
            "ed25519:AAAA",
            "rsa:AAAA",
            "p256:AAAA",
            "p256:!",
        ] {
            assert_eq!(text.parse::<PublicKey>(), Err(SuiteError::Key), "{text}");
        }
        assert_eq!("AA".parse::<Signature>(), Err(SuiteError::Signature));
    }
}
