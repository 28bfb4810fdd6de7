//! The acts of the field (DOMAIN §2.1).

use serde::{Deserialize, Serialize};

/// What an officer does on site; the kind of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

/// Every act, in the order in which pages offer them.
pub const ACTS: [Act; 15] = [
    Act::Investigation,
    Act::AssetSurvey,
    Act::Seal,
    Act::Removal,
    Act::Search,
    Act::Preservation,
    Act::Detention,
    Act::Fine,
    Act::ForcedAppearance,
    Act::Settlement,
    Act::Eviction,
    Act::Service,
    Act::CashReceipt,
    Act::Campaign,
    Act::Tip,
];
