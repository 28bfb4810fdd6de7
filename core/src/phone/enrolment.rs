//! Enrolment on the phone's side. Keys and entry 1 are durable before the server hears of them, so
//! that a second try sends the same entry and gets the same certificate.

use super::{EnrolError, Opened, Shared, UnlockError, folder_name};
use crate::custody::{Custody, CustodyItem};
use crate::host::random;
use crate::journal::{FrameLog, JournalError, Log};
use crate::keys::{Copies, KeyFile, KeyPublic, KeyState, NewKeys, Unlocked};
use crate::session::{Folder, Session};
use crate::{Pin, secret::SecretKey};
use std::io;
use std::sync::Arc;
use waiqin_protocol::ids::{DeviceId, JournalId, SubjectId};
use waiqin_protocol::journal::{
    At, Certificate, Change, Entry, JournalCause, Signed, VERSION, entry_hash,
};
use waiqin_protocol::suite::{Ed25519Signer, SUITE, Signer};
use waiqin_protocol::wire::enrol::{EnrolOffer, Ticket};
use zeroize::Zeroizing;

/// An enrolment between the two questions to the server.
pub(super) struct Prepared {
    folder: Folder,
    file: KeyFile,
    keys: Unlocked,
    /// The bytes of entry 1.
    pub entry: Vec<u8>,
}

impl Shared {
    /// Makes keys and entry 1, durably, or takes up those of a try that was cut off.
    pub(super) fn prepare(
        &self,
        ticket: &Ticket,
        offer: &EnrolOffer,
        pin: &Pin,
    ) -> Result<Prepared, EnrolError> {
        if offer.server != ticket.server {
            return Err(EnrolError::NotOurs);
        }
        let folder = self.folder(&folder_name(ticket.server, offer.officer.id));
        folder
            .disk
            .make_dir(&folder.dir)
            .map_err(EnrolError::Write)?;
        let (file, keys) = match KeyFile::read(&*folder.disk, &folder.dir)
            .map_err(EnrolError::Write)?
        {
            Copies::Damaged => return Err(EnrolError::Unlock(Box::new(UnlockError::KeysDamaged))),
            Copies::Read(file, _) if file.state == KeyState::Enrolled => {
                return Err(EnrolError::AlreadyOnPhone);
            }
            Copies::Read(file, _) => self.take_up(&folder, &file, ticket, offer, pin)?,
            Copies::None => self.new_keys(&folder, ticket, offer, pin)?,
        };
        let entry = self.entry_one(&folder, &file.public, &keys)?;
        Ok(Prepared {
            folder,
            file,
            keys,
            entry,
        })
    }

    /// Keeps the certificate and unlocks.
    pub(super) fn finish(
        &self,
        prepared: Prepared,
        certificate: Signed<Certificate>,
    ) -> Result<Arc<Session>, EnrolError> {
        let Prepared {
            folder,
            file,
            keys,
            entry,
        } = prepared;
        let expected = Certificate {
            entry: entry_hash(&entry),
            journal: file.public.journal,
            server: file.public.server,
        };
        if certificate.body != expected || certificate.verify(&file.public.server_key).is_err() {
            return Err(EnrolError::NotOurs);
        }
        let mut custody = open_custody(&folder, &file.public, &keys.data).map_err(write_error)?;
        if custody.certificate(file.public.journal).is_none() {
            custody
                .add(vec![CustodyItem::Certificate(certificate)])
                .map_err(write_error)?;
        }
        drop(custody);
        let file = file.enrolled();
        file.write(&*folder.disk, &folder.dir)
            .map_err(EnrolError::Write)?;
        let inner = self
            .open_inner(&folder, &file, keys)
            .map_err(|error| EnrolError::Unlock(Box::new(error)))?;
        let opened = Opened {
            inner: Arc::downgrade(&inner),
            session: Session::over(inner),
        };
        let session = opened.session.clone();
        let mut open = self
            .open
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        open.insert(file.public.officer.id, opened);
        Ok(session)
    }

    fn new_keys(
        &self,
        folder: &Folder,
        ticket: &Ticket,
        offer: &EnrolOffer,
        pin: &Pin,
    ) -> Result<(KeyFile, Unlocked), EnrolError> {
        // A journal without keys is a case for the rescue, never for a fresh start.
        let journal = folder
            .shape(&self.public(ticket, offer, &[0; 32])?, Log::Journal)
            .dir;
        if !folder
            .disk
            .list(&journal)
            .map_err(EnrolError::Write)?
            .is_empty()
        {
            return Err(EnrolError::Unlock(Box::new(UnlockError::KeysDamaged)));
        }
        let entropy = &*self.parts.entropy;
        let hardware = self.hardware()?;
        let signing = Zeroizing::new(random::<32>(entropy));
        let public = self.public(ticket, offer, &signing)?;
        let new = NewKeys {
            entropy,
            pin,
            cost: self.engine.pin_cost,
            hardware: &hardware,
            signing: &signing,
        };
        // The only way to fail is a recovery key that is none.
        let file = KeyFile::make(&new, public).ok_or(EnrolError::NotOurs)?;
        file.write(&*folder.disk, &folder.dir)
            .map_err(EnrolError::Write)?;
        let keys = file.unlock(pin, &hardware).ok_or(EnrolError::OtherPin)?;
        Ok((file, keys))
    }

    /// Takes up an enrolment that was cut off; the server may stand at another address by now.
    fn take_up(
        &self,
        folder: &Folder,
        file: &KeyFile,
        ticket: &Ticket,
        offer: &EnrolOffer,
        pin: &Pin,
    ) -> Result<(KeyFile, Unlocked), EnrolError> {
        let keys = self.open_keys(folder, file, pin).map_err(|error| {
            if matches!(error, UnlockError::WrongPin { .. }) {
                EnrolError::OtherPin
            } else {
                EnrolError::Unlock(Box::new(error))
            }
        })?;
        let public = KeyPublic {
            court: offer.court.clone(),
            officer: offer.officer.clone(),
            recovery: offer.recovery.clone(),
            server_key: ticket.key.clone(),
            tls: ticket.tls.clone(),
            url: ticket.url.clone(),
            ..file.public.clone()
        };
        if public == file.public {
            return Ok((file.clone(), keys));
        }
        let hardware = self.hardware()?;
        let new = NewKeys {
            entropy: &*self.parts.entropy,
            pin,
            cost: self.engine.pin_cost,
            hardware: &hardware,
            signing: &[0; 32],
        };
        let file = file
            .moved(&new, public, &keys.data)
            .ok_or(EnrolError::NotOurs)?;
        file.write(&*folder.disk, &folder.dir)
            .map_err(EnrolError::Write)?;
        Ok((file, keys))
    }

    fn public(
        &self,
        ticket: &Ticket,
        offer: &EnrolOffer,
        signing: &[u8; 32],
    ) -> Result<KeyPublic, EnrolError> {
        Ok(KeyPublic {
            court: offer.court.clone(),
            device: self.device().map_err(EnrolError::Write)?,
            journal: JournalId::from_bytes(random(&*self.parts.entropy)),
            key: Ed25519Signer::from_secret(signing).public_key(),
            officer: offer.officer.clone(),
            recovery: offer.recovery.clone(),
            server: ticket.server,
            server_key: ticket.key.clone(),
            tls: ticket.tls.clone(),
            url: ticket.url.clone(),
        })
    }

    /// Entry 1 as it stands, or a new one.
    fn entry_one(
        &self,
        folder: &Folder,
        public: &KeyPublic,
        keys: &Unlocked,
    ) -> Result<Vec<u8>, EnrolError> {
        let shape = || folder.shape(public, Log::Journal);
        let key = || keys.data.derive("journal");
        let entropy = self.parts.entropy.clone();
        let mut log = match FrameLog::open(shape(), key(), entropy.clone(), None) {
            Ok(opened) => opened.log,
            Err(JournalError::Gone) => {
                FrameLog::create(shape(), key(), entropy).map_err(write_error)?
            }
            Err(error) => return Err(write_error(error)),
        };
        if let Some(entry) = log.read(1).map_err(write_error)? {
            return Ok(entry);
        }
        let now = self.parts.clock.now();
        let entry = Entry {
            at: At {
                beacon: None,
                boot: now.boot,
                mono: now.mono_ms,
                wall: now.wall_ms,
            },
            author: public.officer.id,
            base: None,
            beacon: None,
            change: Change::JournalOpened {
                cause: JournalCause::Enrolled,
                device: public.device,
                key: public.key.clone(),
                officer: public.officer.id,
                parent: None,
                server: public.server,
                suite: SUITE,
            },
            journal: public.journal,
            seq: 1,
            subject: SubjectId::from_bytes(*public.journal.as_bytes()),
            v: VERSION,
        };
        let bytes = entry
            .to_bytes()
            .map_err(|error| EnrolError::Write(io::Error::other(error)))?;
        log.append(&[&bytes]).map_err(write_error)?;
        Ok(bytes)
    }

    /// The secret that the hardware keeps, made when there never was one.
    fn hardware(&self) -> Result<Zeroizing<[u8; 32]>, EnrolError> {
        let hardware = &self.parts.hardware;
        if let Some(secret) = hardware.get().map_err(EnrolError::Hardware)? {
            return Ok(secret);
        }
        // Officers whose keys hang on a secret that is gone must not be locked out by a new one.
        if !self.key_files().is_empty() {
            return Err(EnrolError::Unlock(Box::new(UnlockError::HardwareGone)));
        }
        let secret = Zeroizing::new(random::<32>(&*self.parts.entropy));
        hardware.create(&secret).map_err(EnrolError::Hardware)?;
        Ok(secret)
    }

    /// This phone's id: one for all officers.
    fn device(&self) -> io::Result<DeviceId> {
        let path = self.parts.dir.join("device");
        let known = match self.engine.disk.read(&path) {
            Ok(bytes) => std::str::from_utf8(&bytes)
                .ok()
                .and_then(|text| text.trim().parse().ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let other = || {
            self.key_files()
                .into_iter()
                .map(|(_, file, _)| file.public.device)
                .next()
        };
        if let Some(device) = known.or_else(other) {
            return Ok(device);
        }
        let device = DeviceId::from_bytes(random(&*self.parts.entropy));
        crate::disk::write_whole(&*self.engine.disk, &path, device.to_string().as_bytes())?;
        Ok(device)
    }
}

fn open_custody(
    folder: &Folder,
    public: &KeyPublic,
    data: &SecretKey,
) -> Result<Custody, JournalError> {
    let shape = || folder.shape(public, Log::Custody);
    let entropy = folder.parts.entropy.clone();
    match Custody::open(shape(), data.derive("custody"), entropy.clone()) {
        Ok((custody, _)) => Ok(custody),
        Err(JournalError::Gone) => Custody::create(shape(), data.derive("custody"), entropy),
        Err(error) => Err(error),
    }
}

fn write_error(error: JournalError) -> EnrolError {
    match error {
        JournalError::Io(error) => EnrolError::Write(error),
        JournalError::Gone | JournalError::Exists | JournalError::TooLong => {
            EnrolError::Write(io::Error::other(error))
        }
    }
}
