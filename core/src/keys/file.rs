//! `keys.json` and `keys.copy.json`.

use super::{PinCost, recovery, wrapping_key};
use crate::Pin;
use crate::disk::{Disk, write_whole};
use crate::host::{Entropy, random};
use crate::secret::SecretKey;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::Path;
use std::sync::Arc;
use waiqin_protocol::canonical;
use waiqin_protocol::ids::{DeviceId, JournalId, ServerId};
use waiqin_protocol::suite::{Ed25519Signer, PublicKey, Signer, sha256};
use waiqin_protocol::wire::enrol::OfficerCard;
use zeroize::Zeroizing;

/// Differing runs of two damaged copies that are tried against each other: 2^10 mixtures.
const MIXED_RUNS_MAX: usize = 10;
const NAMES: [&str; 2] = ["keys.json", "keys.copy.json"];

/// The file. `sum` tells rot; tampering shows when the keys do not open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeyFile {
    /// The data key under PIN and hardware secret.
    pin: PinWrap,
    /// What stands in clear.
    pub public: KeyPublic,
    /// The data key, sealed to the court's recovery key.
    recovery: String,
    /// The signing key, under the data key.
    signing: String,
    /// How far enrolment came.
    pub state: KeyState,
    /// SHA-256 of the file's canonical JSON with this member empty.
    sum: String,
    /// Version of the file.
    v: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct PinWrap {
    cost: PinCost,
    salt: String,
    sealed: String,
}

/// What stands in clear, and is bound to the keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeyPublic {
    pub court: String,
    pub device: DeviceId,
    pub journal: JournalId,
    /// This journal's public key.
    pub key: PublicKey,
    pub officer: OfficerCard,
    /// The court's recovery public key.
    pub recovery: String,
    pub server: ServerId,
    /// The server's signing key, pinned.
    pub server_key: PublicKey,
    /// SHA-256 of the server's TLS public key, pinned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<String>,
    pub url: String,
}

/// How far enrolment came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeyState {
    /// Keys and entry 1 are written; the certificate is not here yet.
    Enrolling,
    /// The certificate is in custody.
    Enrolled,
}

/// The keys, open.
pub(crate) struct Unlocked {
    pub data: SecretKey,
    pub signer: Arc<dyn Signer>,
}

/// What the two copies gave.
pub(crate) enum Copies {
    /// No file at all.
    None,
    /// One that reads; the flag says that the other did not.
    Read(Box<KeyFile>, bool),
    /// Neither reads.
    Damaged,
}

/// What only the owner of the keys decides: made once, at enrolment.
#[derive(Clone, Copy)]
pub(crate) struct NewKeys<'a> {
    pub entropy: &'a dyn Entropy,
    pub pin: &'a Pin,
    pub cost: PinCost,
    pub hardware: &'a [u8; 32],
    /// The secret signing key of `public.key`.
    pub signing: &'a [u8; 32],
}

impl KeyFile {
    /// Wraps a new data key and the signing key. `None` when the court's recovery key is no usable
    /// key, or the cost makes no sense.
    pub fn make(new: &NewKeys<'_>, public: KeyPublic) -> Option<Self> {
        Self::wrap(new, public, &SecretKey::random(new.entropy))
    }

    /// The same keys with other words in clear: an enrolment taken up again under a new address.
    pub fn moved(&self, new: &NewKeys<'_>, public: KeyPublic, data: &SecretKey) -> Option<Self> {
        let signing = self.signing_secret(data)?;
        Self::wrap(
            &NewKeys {
                signing: &signing,
                ..*new
            },
            public,
            data,
        )
    }

    fn wrap(new: &NewKeys<'_>, public: KeyPublic, data: &SecretKey) -> Option<Self> {
        let place = place_of(&public);
        let salt: [u8; 16] = random(new.entropy);
        let wrapping = wrapping_key(new.pin, &salt, new.cost, new.hardware)?;
        let court: [u8; 32] = BASE64.decode(&public.recovery).ok()?.try_into().ok()?;
        let recovery = recovery::seal(new.entropy, &court, &place, data.as_bytes())?;
        let signing = data
            .derive("signing key")
            .seal(new.entropy, &place, new.signing);
        let mut file = Self {
            pin: PinWrap {
                cost: new.cost,
                salt: BASE64.encode(salt),
                sealed: BASE64.encode(wrapping.seal(new.entropy, &place, data.as_bytes())),
            },
            public,
            recovery: BASE64.encode(recovery),
            signing: BASE64.encode(signing),
            state: KeyState::Enrolling,
            sum: String::new(),
            v: 1,
        };
        file.sum = file.sum_now();
        Some(file)
    }

    /// Opens the keys; `None` when the PIN is wrong (or something else was exchanged).
    pub fn unlock(&self, pin: &Pin, hardware: &[u8; 32]) -> Option<Unlocked> {
        let salt = BASE64.decode(&self.pin.salt).ok()?;
        let wrapping = wrapping_key(pin, &salt, self.pin.cost, hardware)?;
        let sealed = BASE64.decode(&self.pin.sealed).ok()?;
        let data = Zeroizing::new(wrapping.open(&place_of(&self.public), &sealed)?);
        self.with_data_key(&data)
    }

    /// Opens the data key with the court's recovery key (恢复密钥).
    pub fn recover(&self, secret: &[u8; 32]) -> Option<SecretKey> {
        let sealed = BASE64.decode(&self.recovery).ok()?;
        let data = recovery::open(secret, &place_of(&self.public), &sealed)?;
        let data = Zeroizing::new(data.as_slice().try_into().ok()?);
        Some(SecretKey::from_bytes(data))
    }

    /// The journal's signing key, by the data key; `None` when it does not open, or is not the
    /// journal's.
    pub fn signer(&self, data: &SecretKey) -> Option<Arc<dyn Signer>> {
        self.with_data_key(data.as_bytes()).map(|keys| keys.signer)
    }

    /// Every reading of the two copies that may be right, sums or not: each as it is; each with
    /// the sealed key of the other; and, where both have one length, every mixture of the bytes in
    /// which they differ. Which one *is* right shows when it opens.
    pub fn readings(disk: &dyn Disk, dir: &Path) -> Vec<Self> {
        let texts: Vec<Vec<u8>> = NAMES
            .iter()
            .filter_map(|name| disk.read(&dir.join(name)).ok())
            .collect();
        let mut readings: Vec<Self> = texts
            .iter()
            .filter_map(|text| serde_json::from_slice(text).ok())
            .collect();
        if let [one, other] = readings.as_slice() {
            let crossed = |clear: &Self, sealed: &Self| Self {
                recovery: sealed.recovery.clone(),
                ..clear.clone()
            };
            let both = [crossed(one, other), crossed(other, one)];
            readings.extend(both);
        }
        if let [one, other] = texts.as_slice() {
            let mixed = mixtures(one, other).into_iter();
            readings.extend(mixed.filter_map(|text| serde_json::from_slice(&text).ok()));
        }
        readings
    }

    fn with_data_key(&self, data: &[u8]) -> Option<Unlocked> {
        let data = SecretKey::from_bytes(Zeroizing::new(data.try_into().ok()?));
        let signer = Ed25519Signer::from_secret(&*self.signing_secret(&data)?);
        // A signing key that is not the journal's would make a journal that nobody can verify.
        (signer.public_key() == self.public.key).then(|| Unlocked {
            data,
            signer: Arc::new(signer),
        })
    }

    fn signing_secret(&self, data: &SecretKey) -> Option<Zeroizing<[u8; 32]>> {
        let sealed = BASE64.decode(&self.signing).ok()?;
        let opened = Zeroizing::new(
            data.derive("signing key")
                .open(&place_of(&self.public), &sealed)?,
        );
        Some(Zeroizing::new(opened.as_slice().try_into().ok()?))
    }

    /// Reads whichever copy reads.
    pub fn read(disk: &dyn Disk, dir: &Path) -> io::Result<Copies> {
        let mut read = Vec::new();
        let mut there = 0;
        for name in NAMES {
            match disk.read(&dir.join(name)) {
                Ok(bytes) => {
                    there += 1;
                    read.extend(Self::from_bytes(&bytes));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        let damaged = read.len() < NAMES.len();
        // When a cut fell between the two writes, the further state counts.
        let best = read
            .into_iter()
            .max_by_key(|file| file.state == KeyState::Enrolled);
        Ok(match best {
            Some(file) => Copies::Read(Box::new(file), damaged),
            None if there == 0 => Copies::None,
            None => Copies::Damaged,
        })
    }

    /// Writes both copies, the copy first.
    pub fn write(&self, disk: &dyn Disk, dir: &Path) -> io::Result<()> {
        let bytes = serde_json::to_vec_pretty(self).map_err(io::Error::other)?;
        for name in NAMES.iter().rev() {
            write_whole(disk, &dir.join(name), &bytes)?;
        }
        Ok(())
    }

    /// The same keys, with the certificate in custody.
    pub fn enrolled(mut self) -> Self {
        self.state = KeyState::Enrolled;
        self.sum = self.sum_now();
        self
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

/// Every mixture of two texts of one length by the runs in which they differ; none when these are
/// too many to try.
fn mixtures(one: &[u8], other: &[u8]) -> Vec<Vec<u8>> {
    if one.len() != other.len() {
        return Vec::new();
    }
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for at in (0..one.len()).filter(|at| one[*at] != other[*at]) {
        match runs.last_mut() {
            Some(run) if run.end == at => run.end = at + 1,
            Some(_) | None => runs.push(at..at + 1),
        }
    }
    if runs.len() > MIXED_RUNS_MAX {
        return Vec::new();
    }
    let mix = |choice: usize| {
        let mut text = one.to_vec();
        for (n, run) in runs.iter().enumerate() {
            if choice >> n & 1 == 1 {
                text[run.clone()].copy_from_slice(&other[run.clone()]);
            }
        }
        text
    };
    (0..1 << runs.len()).map(mix).collect()
}

fn place_of(public: &KeyPublic) -> Vec<u8> {
    let mut place = b"waiqin/1 keys ".to_vec();
    place.extend(canonical::to_bytes(public).expect("texts are canonical"));
    place
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::{Fault, MemoryDisk};
    use crate::host::SystemEntropy;
    use waiqin_protocol::ids::OfficerId;

    const COST: PinCost = PinCost {
        memory_kib: 8,
        passes: 1,
        lanes: 1,
    };

    fn made() -> KeyFile {
        let signing = [4; 32];
        let public = KeyPublic {
            court: "南沙区人民法院".into(),
            device: DeviceId::from_bytes([1; 16]),
            journal: JournalId::from_bytes([2; 16]),
            key: Ed25519Signer::from_secret(&signing).public_key(),
            officer: OfficerCard {
                id: OfficerId::from_bytes([3; 16]),
                list_name: "王某".into(),
                name: "王某".into(),
            },
            recovery: BASE64.encode(recovery::public_of(&[9; 32])),
            server: ServerId::from_bytes([5; 16]),
            server_key: Ed25519Signer::from_secret(&[6; 32]).public_key(),
            tls: None,
            url: "http://127.0.0.1:1".into(),
        };
        let new = NewKeys {
            entropy: &SystemEntropy,
            pin: &Pin::new("246813").unwrap(),
            cost: COST,
            hardware: &[7; 32],
            signing: &signing,
        };
        KeyFile::make(&new, public).unwrap()
    }

    #[test]
    fn pin_and_hardware_are_both_needed_and_the_courts_key_opens_alone() {
        let file = made();
        let right = Pin::new("246813").unwrap();
        let data = file.unlock(&right, &[7; 32]).unwrap().data;
        assert!(
            file.unlock(&Pin::new("246814").unwrap(), &[7; 32])
                .is_none()
        );
        assert!(file.unlock(&right, &[8; 32]).is_none());
        assert_eq!(file.recover(&[9; 32]).unwrap().as_bytes(), data.as_bytes());
        assert!(file.recover(&[8; 32]).is_none());
    }

    #[test]
    fn who_changes_what_stands_in_clear_makes_the_keys_useless() {
        let right = Pin::new("246813").unwrap();
        let mut url = made();
        url.public.url = "https://198.51.100.1".into();
        assert!(url.unlock(&right, &[7; 32]).is_none());
        let mut key = made();
        key.public.server_key = Ed25519Signer::from_secret(&[8; 32]).public_key();
        assert!(key.unlock(&right, &[7; 32]).is_none());
    }

    #[test]
    fn one_copy_is_enough_and_any_flipped_byte_of_it_is_seen() {
        let disk = MemoryDisk::new(1);
        let dir = Path::new("o");
        assert!(matches!(KeyFile::read(&disk, dir).unwrap(), Copies::None));
        let file = made();
        file.write(&disk, dir).unwrap();
        let files = disk.files();
        let length = disk.read(&dir.join("keys.json")).unwrap().len();
        for at in (0..length).step_by(7) {
            disk.restore(&files);
            disk.rot(&dir.join("keys.json"), |bytes| bytes[at] ^= 1);
            match KeyFile::read(&disk, dir).unwrap() {
                Copies::Read(read, _) => assert_eq!(*read, file),
                Copies::None | Copies::Damaged => panic!("the copy reads"),
            }
        }
        for name in NAMES {
            disk.rot(&dir.join(name), |bytes| bytes.truncate(100));
        }
        assert!(matches!(
            KeyFile::read(&disk, dir).unwrap(),
            Copies::Damaged
        ));
    }

    /// Both copies rot at different places: neither sum is right, and one reading still opens.
    #[test]
    fn two_copies_that_rotted_at_different_places_give_one_that_opens() {
        let disk = MemoryDisk::new(1);
        let dir = Path::new("o");
        made().write(&disk, dir).unwrap();
        let files = disk.files();
        let length = disk.read(&dir.join("keys.json")).unwrap().len();
        for at in (0..length).step_by(11) {
            disk.restore(&files);
            disk.rot(&dir.join("keys.json"), |bytes| bytes[at] ^= 4);
            let second = (at + length / 2) % length;
            disk.rot(&dir.join("keys.copy.json"), |bytes| bytes[second] ^= 4);
            let readings = KeyFile::readings(&disk, dir);
            assert!(
                readings.iter().any(|it| it.recover(&[9; 32]).is_some()),
                "rot at {at} and {second}"
            );
            assert!(readings.iter().all(|it| it.recover(&[8; 32]).is_none()));
        }
        assert_eq!(mixtures(b"abc", b"xbz").len(), 4);
        assert!(mixtures(b"ab", b"abc").is_empty());
    }

    #[test]
    fn a_cut_while_the_keys_are_written_anew_leaves_keys_that_read() {
        for at in 0..20 {
            for seed in 0..8 {
                let disk = MemoryDisk::new(seed);
                let file = made();
                file.write(&disk, Path::new("o")).unwrap();
                disk.set_fault(Fault::From(disk.calls() + at));
                let written = file.clone().enrolled().write(&disk, Path::new("o"));
                disk.crash();
                let Copies::Read(read, _) = KeyFile::read(&disk, Path::new("o")).unwrap() else {
                    panic!("no copy reads after a cut at {at}");
                };
                assert!(written.is_err() || read.state == KeyState::Enrolled);
            }
        }
    }
}
