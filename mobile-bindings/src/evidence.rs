//! Photos: taken in by path, so that no megabytes cross the border.

use crate::error::Tell;
use crate::records::Saved;
use crate::{Session, WaiqinError};
use std::fs::File;
use std::path::Path;
use waiqin_core as core;
use waiqin_core::{Orphan, SaveError};
use waiqin_phone_ui::told;
use waiqin_protocol::ids::{EvidenceHash, ItemId, SubjectId};
use waiqin_protocol::journal::{EvidenceRole, EvidenceSource, Mark};
use waiqin_protocol::words::Lang;

/// A position: WGS-84 in 1e-7 degree.
#[uniffi::remote(Record)]
pub struct Mark {
    /// Radius of 68 % confidence, cm.
    pub accuracy_cm: u32,
    /// Age of the fix when it was used, ms.
    pub age_ms: u32,
    /// Latitude, 1e-7 degree.
    pub lat: i64,
    /// Longitude, 1e-7 degree.
    pub lon: i64,
    /// The system said that the position was simulated.
    pub mock: bool,
    /// `gnss`, `network`, `fused`.
    pub provider: String,
}

/// What the officer says about a photo; what its bytes say is read from them.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct PhotoFacts {
    /// What it shows.
    pub role: EvidenceRole,
    /// Where it comes from.
    pub source: EvidenceSource,
    /// File name to show; that of the path unless given.
    #[uniffi(default = None)]
    pub name: Option<String>,
    /// Words under the picture.
    #[uniffi(default = None)]
    pub caption: Option<String>,
    /// The item of a list that it shows.
    #[uniffi(default = None)]
    pub item: Option<ItemId>,
    /// How it was obtained, for 外部来源.
    #[uniffi(default = None)]
    pub how: Option<String>,
    /// Where the phone was.
    #[uniffi(default = None)]
    pub fix: Option<Mark>,
}

/// A photo was saved: bytes and entry are durable on this phone.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct PhotoSaved {
    /// SHA-256 of the bytes.
    pub hash: EvidenceHash,
    /// Length, bytes.
    pub length: u64,
    /// What the bytes are; none: 无法识别为图片, and kept all the same.
    pub media: Option<String>,
    /// Number of the entry in the journal.
    pub number: u64,
    /// Wall time of the entry, ms UTC.
    pub at_ms: i64,
}

/// Evidence that was durable here before the app was killed, and that no entry names.
#[uniffi::remote(Record)]
pub struct Orphan {
    /// SHA-256 of the bytes.
    pub hash: EvidenceHash,
    /// Length, bytes.
    pub length: u64,
    /// The record for which it was taken.
    pub record: SubjectId,
    /// What it was to show; `SIGNATURE`: strokes, for which the person has to sign again.
    pub role: EvidenceRole,
    /// Wall time when it was taken in, ms UTC.
    pub at_ms: i64,
}

#[uniffi::export]
impl Session {
    /// Takes a photo (照片) into a record, by the path of its file: hashed first, kept encrypted, never
    /// changed. The file stays where it is; who made it removes it.
    ///
    /// # Errors
    /// [`WaiqinError::NotHere`] when the file cannot be read, or there is no such record;
    /// [`WaiqinError::Input`] for an empty file or one over the court's limit;
    /// [`WaiqinError::NotAllowed`] after the seal.
    pub async fn add_photo(
        &self,
        record: SubjectId,
        path: String,
        facts: PhotoFacts,
    ) -> Result<PhotoSaved, WaiqinError> {
        let lang = self.lang;
        self.ask(move |session| {
            let file = File::open(&path).map_err(|error| unreadable(&path, &error, lang))?;
            let saved = session.add_evidence(record, file, facts.of(&path));
            match saved {
                Err(SaveError::Source(error)) => Err(unreadable(&path, &error, lang)),
                other => Ok(other.tell(lang)?.into()),
            }
        })
        .await
    }

    /// Photos that were kept before the app was killed and that no record holds yet: to be shown, and
    /// taken in with `take_orphan`.
    ///
    /// # Errors
    /// [`WaiqinError::Fault`] alone; while locked there are none.
    pub async fn orphans(&self) -> Result<Vec<Orphan>, WaiqinError> {
        self.ask(|session| Ok(session.orphans())).await
    }

    /// Takes one into its record (归入记录), also after the seal. Who does not want it withdraws it then.
    /// `into` is asked where its record is not on this phone any more.
    ///
    /// # Errors
    /// [`WaiqinError::NotHere`] when there is none of this hash, or its record is not on this phone.
    #[uniffi::method(default(into = None))]
    pub async fn take_orphan(
        &self,
        hash: EvidenceHash,
        facts: PhotoFacts,
        into: Option<SubjectId>,
    ) -> Result<PhotoSaved, WaiqinError> {
        let lang = self.lang;
        self.ask(move |session| {
            let saved = session.adopt_orphan(hash, into, facts.of(""));
            Ok(saved.tell(lang)?.into())
        })
        .await
    }

    /// A small picture of a photo: a JPEG of at most 512 pixels a side, upright; nothing when it is no
    /// picture or not on this phone.
    ///
    /// # Errors
    /// [`WaiqinError::Phone`] when its bytes are damaged.
    pub async fn thumbnail(&self, hash: EvidenceHash) -> Result<Option<Vec<u8>>, WaiqinError> {
        let lang = self.lang;
        self.ask(move |session| session.thumbnail(hash).tell(lang))
            .await
    }

    /// Withdraws a photo (撤回) with a reason; it is delivered all the same.
    ///
    /// # Errors
    /// [`WaiqinError::NotHere`] when the record has no such photo; [`WaiqinError::NotAllowed`] after the
    /// seal.
    pub async fn withdraw_photo(
        &self,
        record: SubjectId,
        hash: EvidenceHash,
        reason: String,
    ) -> Result<Saved, WaiqinError> {
        let lang = self.lang;
        self.ask(move |session| {
            let saved = session.withdraw_evidence(record, hash, &reason);
            Ok(saved.tell(lang)?.into())
        })
        .await
    }

    /// Declares with a reason that the bytes of a photo are gone (声明缺失).
    ///
    /// # Errors
    /// [`WaiqinError::NotHere`] when the record has no such photo.
    pub async fn declare_missing(
        &self,
        record: SubjectId,
        hash: EvidenceHash,
        reason: String,
    ) -> Result<Saved, WaiqinError> {
        let lang = self.lang;
        self.ask(move |session| {
            let saved = session.declare_missing(record, hash, &reason);
            Ok(saved.tell(lang)?.into())
        })
        .await
    }
}

impl PhotoFacts {
    fn of(self, path: &str) -> core::EvidenceFacts {
        let named = Path::new(path).file_name();
        let named = named.map(|it| it.to_string_lossy().into_owned());
        core::EvidenceFacts {
            name: self.name.or(named).unwrap_or_default(),
            role: self.role,
            source: self.source,
            caption: self.caption,
            item: self.item,
            how: self.how,
            fix: self.fix,
        }
    }
}

/// A file that the shell named and that cannot be read.
pub(crate) fn unreadable(path: &str, error: &std::io::Error, lang: Lang) -> WaiqinError {
    tracing::warn!(%error, "a file cannot be read");
    WaiqinError::NotHere {
        words: told::file(path, lang),
    }
}

impl From<core::EvidenceSaved> for PhotoSaved {
    fn from(saved: core::EvidenceSaved) -> Self {
        Self {
            hash: saved.hash,
            length: saved.length,
            media: saved.media,
            number: saved.seq,
            at_ms: saved.at_ms,
        }
    }
}
