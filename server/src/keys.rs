//! Secrets of the server: `keys/` in the data folder, each file readable by its owner alone.
//!
//! `server.key` signs certificates, receipts and beacons; `recovery.key` opens what phones wrapped
//! to the court. Both are 32 bytes in hexadecimal. `tls.pem` and `tls.key` are in `tls.rs`.

use hkdf::Hkdf;
use sha2::Sha256;
use std::io::Write;
use std::path::{Path, PathBuf};
use waiqin_protocol::suite::{Ed25519Signer, Signer};
use zeroize::Zeroizing;

/// The keys could not be made or read.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// Reading a key file failed.
    #[error("could not read the key file {path}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Writing a key file failed, or it is already there.
    #[error("could not write the key file {path}")]
    Write {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file does not hold 32 bytes in hexadecimal.
    #[error("the key file {path} does not hold 64 hexadecimal digits")]
    Content {
        /// Which file.
        path: PathBuf,
    },
}

/// The server's keys, in memory.
pub struct Keys {
    signer: Ed25519Signer,
    challenge: Zeroizing<[u8; 32]>,
    recovery_public: [u8; 32],
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({})", self.signer.public_key())
    }
}

impl Keys {
    /// Makes new keys in `data/keys`. A key that is already there is never written over.
    ///
    /// # Errors
    /// When a file is there or cannot be written.
    pub fn create(data: &Path, signing: &[u8; 32], recovery: &[u8; 32]) -> Result<(), KeysError> {
        write_secret(&path(data, "server.key"), hex::encode(signing).as_bytes())?;
        write_secret(
            &path(data, "recovery.key"),
            hex::encode(recovery).as_bytes(),
        )
    }

    /// Reads the keys of a data folder.
    ///
    /// # Errors
    /// When a file is missing or does not read.
    pub fn open(data: &Path) -> Result<Self, KeysError> {
        let signing = read_secret(&path(data, "server.key"))?;
        let recovery = read_secret(&path(data, "recovery.key"))?;
        let recovery_public = x25519_dalek::x25519(*recovery, x25519_dalek::X25519_BASEPOINT_BYTES);
        Ok(Self {
            signer: Ed25519Signer::from_secret(&signing),
            challenge: challenge_key(&signing),
            recovery_public,
        })
    }

    /// The recovery key (恢复密钥) of a data folder. It is read when it is needed and held no longer.
    ///
    /// # Errors
    /// When the file is missing or does not read.
    pub fn recovery(data: &Path) -> Result<Zeroizing<[u8; 32]>, KeysError> {
        read_secret(&path(data, "recovery.key"))
    }

    /// Signs for the court.
    #[must_use]
    pub fn signer(&self) -> &dyn Signer {
        &self.signer
    }

    /// Key of the challenges' authentication, derived from the signing key so that every node of a
    /// server knows the challenges of the others.
    pub(crate) fn challenge(&self) -> &[u8; 32] {
        &self.challenge
    }

    /// The recovery key's public half (X25519).
    #[must_use]
    pub fn recovery_public(&self) -> &[u8; 32] {
        &self.recovery_public
    }
}

fn challenge_key(signing: &[u8; 32]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0u8; 32]);
    Hkdf::<Sha256>::new(None, signing)
        .expand(b"waiqin/1 challenge", &mut *key)
        .expect("32 bytes are within HKDF's bound");
    key
}

fn path(data: &Path, name: &str) -> PathBuf {
    data.join("keys").join(name)
}

/// Writes a new file that its owner alone may read, durably.
pub(crate) fn write_secret(path: &Path, content: &[u8]) -> Result<(), KeysError> {
    let write = || -> std::io::Result<()> {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        file.write_all(content)?;
        file.sync_all()
    };
    write().map_err(|source| KeysError::Write {
        path: path.to_owned(),
        source,
    })
}

fn read_secret(path: &Path) -> Result<Zeroizing<[u8; 32]>, KeysError> {
    let text = std::fs::read_to_string(path)
        .map(Zeroizing::new)
        .map_err(|source| KeysError::Read {
            path: path.to_owned(),
            source,
        })?;
    let mut bytes = Zeroizing::new([0u8; 32]);
    hex::decode_to_slice(text.trim(), &mut *bytes).map_err(|_| KeysError::Content {
        path: path.to_owned(),
    })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_back_and_are_never_written_over_and_others_cannot_read_them() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("keys")).unwrap();
        Keys::create(dir.path(), &[1; 32], &[2; 32]).unwrap();
        let keys = Keys::open(dir.path()).unwrap();
        assert_eq!(
            keys.signer().public_key(),
            Ed25519Signer::from_secret(&[1; 32]).public_key()
        );
        assert!(!format!("{keys:?}").contains("0101"));
        assert!(matches!(
            Keys::create(dir.path(), &[3; 32], &[4; 32]),
            Err(KeysError::Write { .. })
        ));
        #[cfg(unix)]
        for name in ["server.key", "recovery.key"] {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(path(dir.path(), name))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }

    #[test]
    fn a_damaged_key_file_says_which() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("keys")).unwrap();
        Keys::create(dir.path(), &[1; 32], &[2; 32]).unwrap();
        std::fs::write(path(dir.path(), "recovery.key"), "zz").unwrap();
        let error = Keys::open(dir.path()).unwrap_err();
        assert!(matches!(error, KeysError::Content { .. }));
        assert!(error.to_string().contains("recovery.key"));
    }
}
