//! `successors.json` and its copy: the journals that follow the one of `keys.json`, after a copy was
//! restored or a journal forked. A successor is begun while the officer works on, without his PIN:
//! its signing key lies under the data key, bound to what stands beside it in clear.

use crate::disk::{Disk, write_whole};
use crate::host::Entropy;
use crate::secret::SecretKey;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::Path;
use waiqin_protocol::canonical;
use waiqin_protocol::ids::JournalId;
use waiqin_protocol::journal::{JournalCause, Parent};
use waiqin_protocol::suite::{Ed25519Signer, PublicKey, Signer, sha256};
use zeroize::Zeroizing;

const NAMES: [&str; 2] = ["successors.json", "successors.copy.json"];

/// What stands in clear of a successor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SuccessorPublic {
    /// Why it was opened.
    pub cause: JournalCause,
    /// Which journal.
    pub journal: JournalId,
    /// Its public key.
    pub key: PublicKey,
    /// The journal before it, which is not written any more.
    pub parent: Parent,
}

/// A journal that follows another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Successor {
    /// What stands in clear.
    pub public: SuccessorPublic,
    /// The signing key, under the key for signing keys.
    signing: String,
}

/// All successors, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Successors {
    /// The journals.
    pub journals: Vec<Successor>,
    sum: String,
    v: u32,
}

impl Successor {
    /// Seals the secret signing key of `public.key`.
    pub fn seal(
        public: SuccessorPublic,
        signing: &[u8; 32],
        key: &SecretKey,
        entropy: &dyn Entropy,
    ) -> Self {
        let sealed = key.seal(entropy, &place_of(&public), signing);
        Self {
            public,
            signing: BASE64.encode(sealed),
        }
    }

    /// The signing key; `None` when it does not open, or is not the journal's.
    pub fn signer(&self, key: &SecretKey) -> Option<Box<dyn Signer>> {
        let sealed = BASE64.decode(&self.signing).ok()?;
        let secret = Zeroizing::new(key.open(&place_of(&self.public), &sealed)?);
        let secret: Zeroizing<[u8; 32]> = Zeroizing::new(secret.as_slice().try_into().ok()?);
        let signer = Ed25519Signer::from_secret(&secret);
        (signer.public_key() == self.public.key).then(|| Box::new(signer) as Box<dyn Signer>)
    }
}

impl Successors {
    /// Reads whichever copy reads; none when there is no file. `None` when there is one and neither
    /// copy reads.
    pub fn read(disk: &dyn Disk, dir: &Path) -> io::Result<Option<Self>> {
        let mut there = false;
        let mut best: Option<Self> = None;
        for name in NAMES {
            match disk.read(&dir.join(name)) {
                Ok(bytes) => {
                    there = true;
                    // When a cut fell between the two writes, the longer list counts.
                    let read = Self::from_bytes(&bytes);
                    best = best
                        .into_iter()
                        .chain(read)
                        .max_by_key(|it| it.journals.len());
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(match best {
            None if !there => Some(Self::default()),
            found => found,
        })
    }

    /// Writes both copies, the copy first.
    pub fn write(&mut self, disk: &dyn Disk, dir: &Path) -> io::Result<()> {
        self.v = 1;
        self.sum = self.sum_now();
        let bytes = serde_json::to_vec_pretty(self).map_err(io::Error::other)?;
        for name in NAMES.iter().rev() {
            write_whole(disk, &dir.join(name), &bytes)?;
        }
        Ok(())
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let file: Self = serde_json::from_slice(bytes).ok()?;
        (file.v == 1 && file.sum == file.sum_now()).then_some(file)
    }

    fn sum_now(&self) -> String {
        let plain = Self {
            sum: String::new(),
            ..self.clone()
        };
        let bytes = canonical::to_bytes(&plain).expect("texts and small numbers are canonical");
        hex::encode(sha256(&bytes))
    }
}

fn place_of(public: &SuccessorPublic) -> Vec<u8> {
    let mut place = b"waiqin/1 successor ".to_vec();
    place.extend(canonical::to_bytes(public).expect("texts are canonical"));
    place
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::{Fault, MemoryDisk};
    use crate::host::SystemEntropy;
    use waiqin_protocol::journal::Head;

    fn key() -> SecretKey {
        SecretKey::from_bytes(Zeroizing::new([5; 32]))
    }

    fn successor(n: u8) -> Successor {
        let signing = [n; 32];
        let public = SuccessorPublic {
            cause: JournalCause::Forked,
            journal: JournalId::from_bytes([n; 16]),
            key: Ed25519Signer::from_secret(&signing).public_key(),
            parent: Parent {
                head: Head::START,
                journal: JournalId::from_bytes([n - 1; 16]),
            },
        };
        Successor::seal(public, &signing, &key(), &SystemEntropy)
    }

    #[test]
    fn a_signing_key_opens_beside_what_it_was_sealed_with_alone() {
        let mut one = successor(2);
        assert_eq!(one.signer(&key()).unwrap().public_key(), one.public.key);
        assert!(one.signer(&key().derive("other")).is_none());
        one.public.parent.head.seq = 9;
        assert!(one.signer(&key()).is_none());
    }

    #[test]
    fn one_copy_is_enough_and_a_cut_leaves_the_former_or_the_new_list() {
        let dir = Path::new("o");
        let disk = MemoryDisk::new(1);
        let none = Successors::read(&disk, dir).unwrap().unwrap();
        assert_eq!(none.journals, []);
        for at in 0..20 {
            let disk = MemoryDisk::new(at);
            let mut list = Successors {
                journals: vec![successor(2)],
                ..Successors::default()
            };
            list.write(&disk, dir).unwrap();
            list.journals.push(successor(3));
            disk.set_fault(Fault::From(disk.calls() + at));
            let written = list.write(&disk, dir);
            disk.crash();
            let read = Successors::read(&disk, dir).unwrap().unwrap();
            assert!(read.journals.len() == 2 || (written.is_err() && read.journals.len() == 1));
            disk.rot(&dir.join(NAMES[0]), |bytes| bytes[50] ^= 1);
            assert!(Successors::read(&disk, dir).unwrap().is_some());
            disk.rot(&dir.join(NAMES[1]), |bytes| bytes[50] ^= 1);
            assert_eq!(Successors::read(&disk, dir).unwrap(), None);
        }
    }
}
