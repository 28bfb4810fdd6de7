//! Why a package was not taken, in words for whoever brought it.

use crate::api::problem::Refusal;
use crate::db::DbError;
use crate::keys::KeysError;
use crate::words::hand_in::Words;
use waiqin_protocol::ids::{EvidenceHash, JournalId, ServerId};
use waiqin_protocol::package::PackageError;
use waiqin_protocol::wire::problem::Problem;
use waiqin_protocol::words::{Lang, fill};

/// A package that was not taken.
#[derive(Debug, thiserror::Error)]
pub enum HandInError {
    /// The file does not open.
    #[error("open the package")]
    Open(#[source] std::io::Error),
    /// It does not read as a package, or not with this key.
    #[error("read the package")]
    Package(#[from] PackageError),
    /// It is for another server.
    #[error("the package is for the server {0}")]
    OtherServer(ServerId),
    /// It opens, and what is in it does not fit together.
    #[error("the package's content does not fit together")]
    Content,
    /// A journal that this server never certified, and nobody vouches for it.
    #[error("the journal {0} is not known")]
    JournalUnknown(JournalId),
    /// Bytes that do not have their hash.
    #[error("evidence {0} does not have its hash")]
    EvidenceHash(EvidenceHash),
    /// As a phone would have been told.
    #[error("{}", .0.en)]
    Refused(Box<Problem>),
    /// The database does not answer.
    #[error("ask the database")]
    Db(#[from] DbError),
    /// The recovery key does not read.
    #[error("read the recovery key")]
    Keys(#[from] KeysError),
}

impl From<Refusal> for HandInError {
    fn from(refusal: Refusal) -> Self {
        if refusal == Refusal::Malformed {
            return Self::Content;
        }
        Self::Refused(Box::new(refusal.body().problem))
    }
}

impl HandInError {
    /// What happened and what to do.
    #[must_use]
    pub fn said(&self, lang: Lang) -> String {
        let words = Words::of(lang);
        match self {
            Self::Open(_) | Self::Package(PackageError::Read(_)) => words.read.to_owned(),
            Self::Package(PackageError::NotAPackage) => words.not_a_package.to_owned(),
            Self::Package(PackageError::Version(version)) => {
                fill(words.version, &[("version", version)])
            }
            Self::Package(PackageError::Key) => words.other_key.to_owned(),
            Self::Package(PackageError::Damaged) => words.damaged.to_owned(),
            Self::Package(PackageError::Shape) | Self::Content => words.content.to_owned(),
            Self::OtherServer(server) => fill(words.other_server, &[("server", server)]),
            Self::JournalUnknown(journal) => fill(words.journal_unknown, &[("journal", journal)]),
            Self::EvidenceHash(hash) => fill(words.evidence_hash, &[("hash", hash)]),
            Self::Refused(problem) => {
                let why = match lang {
                    Lang::Zh => &problem.zh,
                    Lang::En => &problem.en,
                };
                fill(words.refused, &[("why", why)])
            }
            Self::Db(error) => fill(words.refused, &[("why", error)]),
            Self::Keys(error) => fill(words.refused, &[("why", error)]),
        }
    }
}
