//! Ids and codes that cross as text: the other languages see strings, and here they are what they
//! are. What is none is answered with an error before anything is done.

use crate::WaiqinError;
use std::str::FromStr;
use waiqin_phone_ui::told;
use waiqin_protocol::ids::{
    CaseId, EntryHash, EvidenceHash, ItemId, JournalId, OfficerId, RecordHash, SubjectId,
};
use waiqin_protocol::journal::{Act, EvidenceRole, EvidenceSource};
use waiqin_protocol::words::Lang;

/// Reads an id. The language of the session is not known here: Chinese, which every officer reads.
fn id<T: FromStr>(text: &str) -> Result<T, WaiqinError> {
    text.parse().map_err(|_| WaiqinError::Input {
        words: told::not_one(text, Lang::Zh),
    })
}

macro_rules! as_text {
    ($($(#[$meta:meta])* $name:ident;)*) => {
        $(uniffi::custom_type!($(#[$meta])* $name, String, {
            remote,
            lower: |it| it.to_string(),
            try_lift: |text| Ok(id(&text)?),
        });)*
    };
}

as_text! {
    /// A record (记录): 32 hexadecimal digits.
    SubjectId;
    /// An officer (人员): 32 hexadecimal digits.
    OfficerId;
    /// A journal (日志) of one officer on one phone: 32 hexadecimal digits.
    JournalId;
    /// An item of a list inside a record: 32 hexadecimal digits.
    ItemId;
    /// SHA-256 of an entry's bytes, hexadecimal.
    EntryHash;
    /// SHA-256 of a piece of evidence as it was taken in, hexadecimal.
    EvidenceHash;
    /// SHA-256 of a sealed record's body (记录哈希), hexadecimal.
    RecordHash;
}

uniffi::custom_type!(CaseId, String, {
    remote,
    lower: |it| it.0,
    try_lift: |text| Ok(CaseId(text)),
});

/// What was done (执行行为).
#[uniffi::remote(Enum)]
pub enum Act {
    /// 现场调查
    Investigation,
    /// 财产勘察
    AssetSurvey,
    /// 查封
    Seal,
    /// 扣押
    Removal,
    /// 搜查
    Search,
    /// 财产保全
    Preservation,
    /// 司法拘留
    Detention,
    /// 罚款
    Fine,
    /// 拘传
    ForcedAppearance,
    /// 执行和解
    Settlement,
    /// 强制腾退
    Eviction,
    /// 送达
    Service,
    /// 现场收款
    CashReceipt,
    /// 专项执行行动
    Campaign,
    /// 执行110/线索
    Tip,
}

/// What a photo shows.
#[uniffi::remote(Enum)]
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
#[uniffi::remote(Enum)]
pub enum EvidenceSource {
    /// Taken by the app's camera.
    Camera,
    /// 外部来源: imported; never a 现场照片.
    External,
    /// Written on the glass.
    Glass,
}
