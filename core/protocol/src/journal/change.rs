//! What an entry can say. The enum is closed: a new kind or member raises `v`, and an older reader
//! keeps such an entry and shows its record read-only.

use super::act::Act;
use super::chain::Head;
use super::signed::{Certificate, Countersign, Signed};
use crate::canonical::Value;
use crate::ids::{
    CaseId, DeviceId, EntryHash, EvidenceHash, ItemId, JournalId, Link, OfficerId, RecordHash,
    ServerId, SubjectId,
};
use crate::suite::PublicKey;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A field of a record: ASCII names and item ids joined by `/`, e.g. `place`,
/// `assets/0f…/quantity`. List items are addressed by random id, never by position, so that lines
/// added on two phones do not merge into one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Path(String);

/// A text that is no field path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a field path: 1–8 parts of a–z, 0–9 and _, at most 200 bytes")]
pub struct PathError;

impl Path {
    /// Reads a path.
    ///
    /// # Errors
    /// When it has other characters, empty parts, more than 8 parts or more than 200 bytes.
    pub fn new(text: impl Into<String>) -> Result<Self, PathError> {
        let text = text.into();
        let part_ok = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        };
        if text.len() > 200 || text.split('/').count() > 8 || !text.split('/').all(part_ok) {
            return Err(PathError);
        }
        Ok(Self(text))
    }

    /// The path as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for Path {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Path {
    type Error = PathError;

    fn try_from(text: String) -> Result<Self, PathError> {
        Self::new(text)
    }
}

impl From<Path> for String {
    fn from(path: Path) -> Self {
        path.0
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One change. Members that are absent are not written; `null` as a field's value means *removed*.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// Entry 1: who writes, on what, for which server, with which key, and after which journal.
    JournalOpened {
        /// Why it was opened.
        cause: JournalCause,
        /// The phone.
        device: DeviceId,
        /// The officer's or node's public key, for the whole journal.
        key: PublicKey,
        /// The officer.
        officer: OfficerId,
        /// The journal that it follows, if any: vouches for a tail whose key is lost.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<Parent>,
        /// The server.
        server: ServerId,
        /// Suite of hashes and signatures.
        suite: u32,
    },
    /// A record (记录) begins, with the values known so far.
    RecordOpened {
        /// Which act.
        act: Act,
        /// Which case, as named on the phone.
        case: CaseRef,
        /// First values by path.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        values: BTreeMap<Path, Value>,
    },
    /// Fields have new values; coalesced, not per keystroke.
    FieldsChanged {
        /// New values by path.
        values: BTreeMap<Path, Value>,
    },
    /// The case of a record was named anew (案号待补 answered); the former name stays in the journal.
    CaseNamed {
        /// Which case.
        case: CaseRef,
    },
    /// A photo, paper or stroke file was taken into the record.
    EvidenceAdded {
        /// The evidence.
        evidence: Box<Evidence>,
    },
    /// Evidence no longer stands for the record; it is delivered all the same.
    EvidenceWithdrawn {
        /// Which.
        hash: EvidenceHash,
        /// Why.
        reason: String,
    },
    /// A person declares that the bytes are gone (P2).
    EvidenceMissing {
        /// Which.
        hash: EvidenceHash,
        /// Why.
        reason: String,
    },
    /// A handwritten signature; it names the body as it was shown.
    SignatureTaken {
        /// Body as shown.
        body: RecordHash,
        /// Who signed: item of `present`.
        person: ItemId,
        /// The strokes, which are evidence.
        strokes: EvidenceHash,
    },
    /// 拒签, 拒不到场, 未出示证件 …
    RefusalNoted {
        /// Who: item of `present`, absent when nobody is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<ItemId>,
        /// The words written down.
        reason: String,
        /// What was refused: a field path.
        what: Path,
    },
    /// The second officer signed the record hash.
    Countersigned {
        /// His certificate, when he signed by QR from another phone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        certificate: Option<Signed<Certificate>>,
        /// His signature.
        countersign: Signed<Countersign>,
        /// His key, when he signed by QR from another phone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<PublicKey>,
    },
    /// The record is sealed (封存). SHA-256 of the canonical body is the record hash.
    Sealed {
        /// Facts and ordered evidence manifest as one canonical document.
        body: Value,
        /// Last `seq` covered, per journal.
        covers: BTreeMap<JournalId, u64>,
        /// What the rules found.
        findings: Vec<Finding>,
        /// What was overridden, by whom and why.
        overrides: Vec<Override>,
    },
    /// This record corrects (更正) or adds to (补充) a sealed one.
    Amended {
        /// Correction or supplement.
        amends: AmendKind,
        /// Why.
        reason: String,
        /// The sealed record.
        record: RecordHash,
    },
    /// The record is void (作废); nothing of it is deleted.
    Voided {
        /// Why.
        reason: String,
    },
    /// The office settles a contested field; it settles exactly the candidates it names.
    ContestDecided {
        /// The entries whose values stood against each other.
        candidates: Vec<EntryHash>,
        /// The one whose value holds.
        chosen: EntryHash,
        /// The field.
        path: Path,
        /// Why.
        reason: String,
    },
    /// The office releases a held entry.
    HeldReleased {
        /// The entry.
        entry: EntryHash,
        /// Why.
        reason: String,
    },
    /// The office concludes what the record's case is by a list.
    Concluded {
        /// The case, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        case: Option<CaseId>,
        /// The decision chosen.
        decision: String,
        /// Findings looked at.
        findings: Vec<String>,
        /// Version of the case list.
        list_version: u64,
        /// The match (DOMAIN §6.4).
        #[serde(rename = "match")]
        matched: String,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// The sealed record.
        record: RecordHash,
    },
    /// The office accepts the record.
    Accepted {
        /// The sealed record.
        record: RecordHash,
    },
    /// The office returns the record (退回补正).
    Returned {
        /// Fields that want a supplement.
        fields: Vec<Path>,
        /// Why.
        reason: String,
        /// The sealed record.
        record: RecordHash,
    },
    /// Frames of the journal have rotted: these entries are lost on this phone.
    EntriesLost {
        /// First lost.
        from: u64,
        /// Link after the last lost, as the next frame names it.
        link: Link,
        /// Last lost.
        to: u64,
    },
    /// Bytes were destroyed by a written order; hash, order and author stay.
    BytesErased {
        /// Entry whose bytes went.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        entry: Option<EntryHash>,
        /// Evidence whose bytes went.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        evidence: Option<EvidenceHash>,
        /// Number of the order.
        order: String,
        /// Why.
        reason: String,
    },
    /// A field task (外勤任务) moved on.
    TaskProgress {
        /// Where the officer was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fix: Option<Mark>,
        /// Why, for the side exits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// The new state.
        state: TaskState,
        /// The task.
        task: SubjectId,
    },
}

impl Change {
    /// The word of its kind, as the entry writes it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::JournalOpened { .. } => "journal_opened",
            Self::RecordOpened { .. } => "record_opened",
            Self::FieldsChanged { .. } => "fields_changed",
            Self::CaseNamed { .. } => "case_named",
            Self::EvidenceAdded { .. } => "evidence_added",
            Self::EvidenceWithdrawn { .. } => "evidence_withdrawn",
            Self::EvidenceMissing { .. } => "evidence_missing",
            Self::SignatureTaken { .. } => "signature_taken",
            Self::RefusalNoted { .. } => "refusal_noted",
            Self::Countersigned { .. } => "countersigned",
            Self::Sealed { .. } => "sealed",
            Self::Amended { .. } => "amended",
            Self::Voided { .. } => "voided",
            Self::ContestDecided { .. } => "contest_decided",
            Self::HeldReleased { .. } => "held_released",
            Self::Concluded { .. } => "concluded",
            Self::Accepted { .. } => "accepted",
            Self::Returned { .. } => "returned",
            Self::EntriesLost { .. } => "entries_lost",
            Self::BytesErased { .. } => "bytes_erased",
            Self::TaskProgress { .. } => "task_progress",
        }
    }
}

/// Why a journal was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JournalCause {
    /// First enrolment of this officer on this phone.
    Enrolled,
    /// The app was installed anew.
    Reinstalled,
    /// The server was ahead: the store had been restored from a copy.
    RestoredCopy,
    /// One seq with two links.
    Forked,
    /// The phone was approved again after a revocation.
    Reapproved,
    /// A new key in the same suite.
    NewKey,
    /// A new suite.
    NewSuite,
}

/// The journal that a new one follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    /// Its head when the new one was opened.
    #[serde(flatten)]
    pub head: Head,
    /// Which journal.
    pub journal: JournalId,
}

/// How an entry names a case; never rewritten: what the case is *now* is a conclusion of the office.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseRef {
    /// The list's id (案件标识), if the phone knew the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<CaseId>,
    /// The normal number, if what was typed is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normal: Option<String>,
    /// 案号待补: the officer had no number.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pending: bool,
    /// The number as typed.
    pub typed: String,
}

/// A piece of evidence as the journal names it. The bytes are bound by hash from the shutter on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Words under the picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// Where the phone was when it was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Mark>,
    /// SHA-256 of the bytes.
    pub hash: EvidenceHash,
    /// Pixel height, when it reads as a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// How it was obtained, for external sources (证据规定 21–23).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how: Option<String>,
    /// The list item or person that it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemId>,
    /// Length in bytes.
    pub length: u64,
    /// Media type as the bytes say (`image/jpeg`, `image/png`); absent: 无法识别为图片.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<String>,
    /// File name as given, for display alone.
    pub name: String,
    /// What it shows.
    pub role: EvidenceRole,
    /// Where it comes from.
    pub source: EvidenceSource,
    /// When the camera or file says it was made (ms UTC); a claim, never logic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<i64>,
    /// Pixel width, when it reads as a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
}

/// What a photo shows (DOMAIN §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceRole {
    /// 全景
    Overall,
    /// 细节
    Detail,
    /// 铭牌
    Nameplate,
    /// 封条
    SealStrip,
    /// 送达
    Service,
    /// 签名
    Signature,
    /// 证件
    Paper,
    /// 租约
    Lease,
    /// 伤情
    Injury,
    /// 其他
    Other,
}

/// Where evidence comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceSource {
    /// Taken by this app's camera.
    Camera,
    /// 外部来源: imported; never a 现场照片.
    External,
    /// Written on the glass.
    Glass,
}

/// A position: WGS-84 in 1e-7 degree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Radius of 68 % confidence, cm.
    #[serde(rename = "acc_cm")]
    pub accuracy_cm: u32,
    /// Age of the fix when it was used, ms.
    pub age_ms: u32,
    /// Latitude, 1e-7 degree.
    pub lat: i64,
    /// Longitude, 1e-7 degree.
    pub lon: i64,
    /// The system said that the position was simulated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mock: bool,
    /// `gnss`, `network`, `fused`.
    pub provider: String,
}

/// What a rule found (DOMAIN §2.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The field that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Path>,
    /// Id of the rule, e.g. `G02`.
    pub rule: String,
    /// Block or warn.
    pub severity: Severity,
}

/// Weight of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The record may not be sealed without an override.
    Block,
    /// Needs a reason.
    Warn,
}

/// A finding that was overridden.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// Second officer, where the rule blocks: his own id when he gave his PIN on this phone, else
    /// the id of his item among the `officers` of the body, which has his name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub officer: Option<OfficerId>,
    /// Why.
    pub reason: String,
    /// Id of the rule.
    pub rule: String,
}

/// Correction or supplement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AmendKind {
    /// 更正
    Correction,
    /// 补充
    Supplement,
}

/// Sub-states of a field task (DOMAIN §4.2) that an officer reaches on the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// 已接收
    Received,
    /// 出发
    Departed,
    /// 到场
    Arrived,
    /// 处理中
    Working,
    /// 未遇
    NotMet,
    /// 改期
    Postponed,
    /// 转他人
    HandedOver,
    /// 退回
    Declined,
}
