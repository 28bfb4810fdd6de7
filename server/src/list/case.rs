//! A case as the court's list shows it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A party of a case (当事人) as the list shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// The name, which may be masked (梁某冰, 冯*敏).
    pub name: String,
    /// Citizen id or credit code (证件号码) as shown, perhaps masked; `None` where the list gives
    /// none or the spreadsheet has lost it.
    pub code: Option<String>,
}

/// One case of the main list. Texts are trimmed, everything else is normalised.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListCase {
    /// 案件标识, or the normal number when the list has none.
    pub id: String,
    /// 案号 in normal form.
    pub number: String,
    /// 案号 as the list writes it.
    pub number_raw: String,
    /// Type code from the number: 执, 执恢, 执保 …
    pub kind: String,
    /// 收案日期
    pub received_on: Option<NaiveDate>,
    /// 立案日期
    pub filed_on: Option<NaiveDate>,
    /// 分案日期
    pub assigned_on: Option<NaiveDate>,
    /// 结案日期
    pub closed_on: Option<NaiveDate>,
    /// 执行期限届满日期
    pub due_on: Option<NaiveDate>,
    /// 立案案由
    pub cause: String,
    /// 申请执行人
    pub applicants: Vec<Party>,
    /// 被执行人
    pub debtors: Vec<Party>,
    /// 应执行标的金额, in fen.
    pub amount_fen: Option<i64>,
    /// 剩余执行标的金额, in fen.
    pub remaining_fen: Option<i64>,
    /// 实际到位金额, in fen.
    pub paid_fen: Option<i64>,
    /// 承办人
    pub officer: String,
    /// 承办部门
    pub department: String,
    /// 案件进展阶段
    pub stage: String,
    /// 当前案件止停缓标志, as shown.
    pub stay: String,
    /// The main case that `并入…` names, in normal form where it reads as a number.
    pub merged_into: Option<String>,
    /// 执行依据文书文号, as shown.
    pub basis: String,
    /// 结案方式
    pub close_mode: String,
    /// 首次执行案号, in normal form where it reads as a number.
    pub first_case: Option<String>,
    /// 地址
    pub address: Option<String>,
    /// 送达地址
    pub service_address: Option<String>,
    /// 手机号码
    pub phone: Option<String>,
    /// Columns that have no field of their own, by their header.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<String, String>,
}

impl ListCase {
    /// Whether the list gave this case an id of its own (案件标识), which survives renumbering.
    #[must_use]
    pub fn has_own_id(&self) -> bool {
        self.id != self.number
    }

    /// Closed: the list shows closing date and closing mode.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed_on.is_some() && !self.close_mode.is_empty()
    }

    /// Closed by 终结本次执行程序, which a 执恢 may follow.
    #[must_use]
    pub fn is_closed_for_now(&self) -> bool {
        self.is_closed() && self.close_mode.contains(END_OF_THIS_PROCEDURE)
            || self.is_closed() && self.close_mode.contains(END_OF_THIS_PROCEDURE_SHORT)
    }

    /// The stay that the list marks, if any.
    #[must_use]
    pub fn stay_kind(&self) -> Option<Stay> {
        [(Stay::Suspended, "中止"), (Stay::Deferred, "暂缓")]
            .into_iter()
            .find(|(_, word)| self.stay.contains(word))
            .map(|(kind, _)| kind)
    }
}

/// 终结本次执行程序 as lists write it.
const END_OF_THIS_PROCEDURE: &str = "终结本次";
/// 终本, its short form.
const END_OF_THIS_PROCEDURE_SHORT: &str = "终本";

/// A stay of enforcement (止停缓).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stay {
    /// 中止
    Suspended,
    /// 暂缓
    Deferred,
}

/// Bytes that the fixed part of a case and its list take in memory, indices included.
const CASE_BYTES: usize = 900;
/// Bytes that a text takes beside its own.
const TEXT_BYTES: usize = 32;
/// Bytes that an entry of the map of other columns takes beside its texts.
const EXTRA_BYTES: usize = 160;

impl ListCase {
    /// Estimated bytes of memory, never too few by much.
    pub(crate) fn kept_bytes(&self) -> usize {
        let texts = [
            &self.id,
            &self.number,
            &self.number_raw,
            &self.kind,
            &self.cause,
            &self.officer,
            &self.department,
            &self.stage,
            &self.stay,
            &self.basis,
            &self.close_mode,
        ];
        let options = [
            &self.merged_into,
            &self.first_case,
            &self.address,
            &self.service_address,
            &self.phone,
        ];
        let party = |party: &Party| {
            2 * TEXT_BYTES + 48 + party.name.len() + party.code.as_ref().map_or(0, String::len)
        };
        CASE_BYTES
            + texts.iter().map(|t| t.len()).sum::<usize>()
            + options
                .iter()
                .filter_map(|o| o.as_ref())
                .map(|t| t.len() + TEXT_BYTES)
                .sum::<usize>()
            + self
                .applicants
                .iter()
                .chain(&self.debtors)
                .map(party)
                .sum::<usize>()
            + self
                .extra
                .iter()
                .map(|(k, v)| k.len() + v.len() + EXTRA_BYTES)
                .sum::<usize>()
    }
}
