//! Identifiers. Those that stand in the journal are random, so that a bare hash of an entry cannot
//! be guessed back to its content (DESIGN §3); each is a type of its own, so that two swapped
//! arguments do not compile.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A text that should have been lower-case hexadecimal of a fixed length.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not {chars} lower-case hexadecimal digits")]
pub struct NotHex {
    /// Number of digits expected.
    pub chars: usize,
}

macro_rules! hex_newtype {
    ($(#[$meta:meta])* $name:ident, $bytes:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $bytes]);

        impl $name {
            /// Length in bytes.
            pub const LEN: usize = $bytes;

            /// The value of these bytes (random ones for an id, a digest for a hash).
            #[must_use]
            pub const fn from_bytes(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }

            /// The bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut text = [0u8; $bytes * 2];
                hex::encode_to_slice(self.0, &mut text).map_err(|_| fmt::Error)?;
                f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), hex::encode(self.0))
            }
        }

        impl FromStr for $name {
            type Err = NotHex;

            fn from_str(text: &str) -> Result<Self, NotHex> {
                let wrong = NotHex { chars: $bytes * 2 };
                if text.bytes().any(|b| b.is_ascii_uppercase()) {
                    return Err(wrong);
                }
                let mut bytes = [0u8; $bytes];
                hex::decode_to_slice(text, &mut bytes).map_err(|_| wrong)?;
                Ok(Self(bytes))
            }
        }

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

hex_newtype!(
    /// A journal (日志): one officer, one device, one key.
    JournalId, 16);
hex_newtype!(
    /// What an entry is about: a record, a task, or the journal itself. Random.
    SubjectId, 16);
hex_newtype!(
    /// An officer or office user (人员).
    OfficerId, 16);
hex_newtype!(
    /// A phone (设备).
    DeviceId, 16);
hex_newtype!(
    /// The court's server.
    ServerId, 16);
hex_newtype!(
    /// An item of a list inside a record: lists are addressed by random id, never by position.
    ItemId, 16);
hex_newtype!(
    /// One start of a device's operating system: monotonic times compare only within it.
    BootId, 16);
hex_newtype!(
    /// 128 random bits of a beacon.
    Nonce, 16);
hex_newtype!(
    /// SHA-256 of an entry's bytes.
    EntryHash, 32);
hex_newtype!(
    /// SHA-256 of a sealed record's body (记录哈希); signatures, papers and QR codes name it.
    RecordHash, 32);
hex_newtype!(
    /// SHA-256 of a piece of evidence, fixed at capture.
    EvidenceHash, 32);
hex_newtype!(
    /// SHA-256 over the lines of a receipts file (回执包).
    ReceiptsHash, 32);
hex_newtype!(
    /// SHA-256 of a court's recovery public key: which key opens a hand-in package (上交包).
    KeyPrint, 32);
hex_newtype!(
    /// A link of a journal's chain, or of the server's log: SHA-256(0x01 ‖ link before ‖ hash).
    Link, 32);

hex_newtype!(
    /// What tells a set of entries from another (摘要): see [`crate::digest`].
    Digest, 32);

impl Link {
    /// The link before the first entry: 32 zero bytes.
    pub const ZERO: Self = Self::from_bytes([0; 32]);
}

/// The court's own number of a case (案件标识), or its normal case number where a list has none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CaseId(pub String);

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_from_its_text_and_upper_case_is_refused() {
        let id = JournalId::from_bytes([0xab; 16]);
        assert_eq!(id.to_string().parse::<JournalId>(), Ok(id));
        assert!(id.to_string().to_uppercase().parse::<JournalId>().is_err());
        assert!("ab".parse::<JournalId>().is_err());
    }
}
