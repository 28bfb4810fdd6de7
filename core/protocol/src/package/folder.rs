//! The exported folder (导出目录): journals with what vouches for them as readable files, which an
//! outsider checks without this code. docs/FORMAT.md describes it; phone and court write the same.

use crate::ids::{EntryHash, EvidenceHash, JournalId, Link, ServerId, SubjectId};
use crate::journal::{EvidenceReceipt, JournalReceipt, LogPosition, Signed};
use crate::suite::PublicKey;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};

/// Version of the folder's form.
pub const FOLDER_VERSION: u32 = 1;
/// Whose folder it is, with the public keys: one document.
pub const KEYS: &str = "keys.json";
/// The journal that the folder is about; the first of a phone.
pub const JOURNAL: &str = "journal.ndjson";
/// Entries beside the chains.
pub const FORKED: &str = "forked.ndjson";
/// Certificates of the journals.
pub const CERTIFICATES: &str = "certificates.ndjson";
/// What devices signed about their journals.
pub const CHECKPOINTS: &str = "checkpoints.ndjson";
/// What the court signed about journals and evidence.
pub const RECEIPTS: &str = "receipts.ndjson";
/// The court's log between the positions that receipts name.
pub const LOG: &str = "log.ndjson";
/// Evidence that entries name.
pub const EVIDENCE: &str = "evidence.ndjson";
/// What the phone found wrong.
pub const INCIDENTS: &str = "incidents.ndjson";
/// SHA-256 of every other file, as `sha256sum -c` reads it.
pub const SUMS: &str = "SHA256SUMS";

/// Name of the file of a journal that the folder does not begin with.
#[must_use]
pub fn journal_file(journal: JournalId) -> String {
    format!("journal-{journal}.ndjson")
}

/// Name of the file with the bytes of a piece of evidence.
#[must_use]
pub fn evidence_file(hash: &EvidenceHash) -> String {
    format!("evidence/{hash}")
}

/// A line of `SHA256SUMS`.
#[must_use]
pub fn sum_line(sha256: &[u8; 32], name: &str) -> String {
    format!("{}  {name}\n", hex::encode(sha256))
}

/// What a folder is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FolderKind {
    /// A journal as the court holds it.
    Journal,
    /// A case as the court holds it: entries of other cases are hashes alone.
    Case,
    /// The journals of an officer on his phone.
    Phone,
}

/// `keys.json` of the court; a phone's has more members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderKeys {
    /// When it was written, by the court's clock, ms UTC.
    pub at: i64,
    /// The case: its id in the court's list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// Its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_number: Option<String>,
    /// Name of the court.
    pub court: String,
    /// The journal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<JournalId>,
    /// What it is about.
    pub kind: FolderKind,
    /// The server.
    pub server: ServerId,
    /// The key that certificates, receipts and beacons are checked with.
    pub server_key: PublicKey,
    /// [`FOLDER_VERSION`].
    pub v: u32,
}

/// A line of a journal's file that is no entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JournalLine {
    /// An entry of which the hash alone is shown.
    Hash(EntryHash),
    /// Entries that are lost: they rotted on the phone.
    Gap(GapLine),
    /// Bytes that are no entry and were signed all the same, base64url.
    Raw(String),
}

/// Entries that are lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapLine {
    /// Number of the first.
    pub from: u64,
    /// Link after the last, by the phone's word; absent where that is lost too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
    /// Number of the last.
    pub to: u64,
}

/// How entries begin that stand in a file as they are: members are ordered, `at` is the first.
const ENTRY: &[u8] = br#"{"at":"#;

/// The line of an entry's bytes: they themselves, unless they could be taken for another line.
#[must_use]
pub fn whole_line(bytes: Vec<u8>) -> Vec<u8> {
    if bytes.starts_with(ENTRY) && !bytes.contains(&b'\n') {
        return bytes;
    }
    format!("{{\"raw\":\"{}\"}}", BASE64.encode(bytes)).into_bytes()
}

/// Stands in `forked.ndjson` before the line of each entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForkedLine {
    /// Where the entry that follows has its place.
    pub forked: ForkedPlace,
}

/// The place of an entry beside a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForkedPlace {
    /// Link before it, of the chain or of another entry beside it; absent when that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Link>,
    /// The journal.
    pub journal: JournalId,
    /// Link after it.
    pub link: Link,
    /// Its number.
    pub seq: u64,
}

/// A line of `receipts.ndjson`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptLine<'a> {
    /// Of a journal.
    Journal(std::borrow::Cow<'a, Signed<JournalReceipt>>),
    /// Of a piece of evidence.
    Evidence(std::borrow::Cow<'a, Signed<EvidenceReceipt>>),
}

/// A line of `log.ndjson`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogLine {
    /// The first line: the position before the first row.
    After(LogPosition),
    /// A row of which the hash alone is shown, hexadecimal.
    Hash(String),
    /// A row that a receipt names.
    Row(LogRowLine),
}

/// A row of the court's log. Its hash covers `body` alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRowLine {
    /// Server's time, ms UTC.
    pub at: i64,
    /// Canonical JSON as text.
    pub body: String,
    /// What it is about.
    pub kind: String,
    /// Its number.
    pub number: u64,
}

/// A line of `evidence.ndjson`: an entry names evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceLine {
    /// SHA-256 of the bytes.
    pub hash: EvidenceHash,
    /// The journal of the entry; absent when no entry names the bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<JournalId>,
    /// Their length, as the entry says.
    pub length: u64,
    /// The record.
    pub record: SubjectId,
    /// Number of the entry; 0 when no entry names the bytes.
    pub seq: u64,
    /// Where the bytes are.
    pub state: EvidenceState,
}

/// Where the bytes of evidence are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceState {
    /// In this folder.
    Here,
    /// At the court, by its receipt.
    Received,
    /// On the phone.
    OnPhone,
    /// On the phone, and no entry names them: a crash came between.
    Unnamed,
    /// They were never delivered to the court.
    Undelivered,
    /// Destroyed by a written order.
    Erased,
    /// Not where they should be.
    Missing,
    /// They do not have their hash any more.
    Damaged,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_could_be_another_line_are_not_written_as_they_are() {
        let entry = br#"{"at":{"boot":"x"}}"#.to_vec();
        assert_eq!(whole_line(entry.clone()), entry);
        for strange in [&b"{\"hash\":\"00\"}"[..], b"", b"\xff", b"{\"at\":\n"] {
            let line = String::from_utf8(whole_line(strange.to_vec())).unwrap();
            let JournalLine::Raw(raw) = serde_json::from_str(&line).unwrap() else {
                panic!("{line}");
            };
            assert_eq!(BASE64.decode(raw).unwrap(), strange);
        }
    }

    #[test]
    fn lines_have_the_form_of_the_page() {
        let of = |line: &JournalLine| serde_json::to_string(line).unwrap();
        let gap = GapLine {
            from: 3,
            link: None,
            to: 4,
        };
        assert_eq!(of(&JournalLine::Gap(gap)), r#"{"gap":{"from":3,"to":4}}"#);
        let hash = EntryHash::from_bytes([0xab; 32]);
        assert_eq!(
            of(&JournalLine::Hash(hash)),
            format!(r#"{{"hash":"{hash}"}}"#)
        );
        let after = LogLine::After(LogPosition::START);
        assert_eq!(
            serde_json::to_string(&after).unwrap(),
            format!(r#"{{"after":{{"link":"{}","number":0}}}}"#, Link::ZERO)
        );
    }
}
