//! Cases as the court's lists know them, as far as matching looks at them.

use crate::ids::CaseId;
use crate::numbers::identity::{looks_masked, masks_agree};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// A debtor (被执行人) as a list shows him, perhaps masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// His name.
    pub name: String,
    /// Citizen id or credit code.
    pub code: Option<String>,
}

/// A case as the newest list leaves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// 案件标识
    pub id: CaseId,
    /// 案号 in normal form.
    pub number: String,
    /// Numbers that it had before.
    pub former_numbers: Vec<String>,
    /// Type code of its number: 执, 执恢 ….
    pub kind: String,
    /// 立案日期
    pub filed_on: Option<NaiveDate>,
    /// 结案日期 of a case that is closed.
    pub closed_on: Option<NaiveDate>,
    /// 结案方式
    pub close_mode: String,
    /// Closed by 终结本次执行程序: a 执恢 may follow.
    pub closed_for_now: bool,
    /// 中止 or 暂缓 as the list marks it; empty when it marks neither.
    pub stay: String,
    /// The number of the case into which this one went.
    pub merged_into: Option<String>,
    /// 首次执行案号 of a 执恢.
    pub first_case: Option<String>,
    /// 承办人
    pub officer: String,
    /// 应执行标的, fen.
    pub amount_fen: Option<i64>,
    /// 剩余标的, fen.
    pub remaining_fen: Option<i64>,
    /// Debtors of this list.
    pub debtors: Vec<Party>,
    /// Debtors as earlier lists named them.
    pub earlier_debtors: Vec<Party>,
    /// The newest list does not hold it.
    pub absent: bool,
}

/// A case as the list showed it against which a record was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Then {
    /// 承办人
    pub officer: String,
    /// 剩余标的, fen.
    pub remaining_fen: Option<i64>,
    /// Debtors.
    pub debtors: Vec<Party>,
    /// That list did not hold it.
    pub absent: bool,
}

/// The cases around one record: those that its number, the relations of these and its debtor lead to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// As they are now.
    pub cases: Vec<Case>,
    /// As they were when the record was made; a case that no list held then is not there.
    pub then: BTreeMap<CaseId, Then>,
    /// The newest list's version.
    pub list_version: u64,
}

impl Case {
    /// Whether it has a number now, or had it once.
    #[must_use]
    pub fn was_numbered(&self, number: &str) -> bool {
        self.number == number || self.former_numbers.iter().any(|it| it == number)
    }

    /// Debtors, now and earlier.
    pub fn all_debtors(&self) -> impl Iterator<Item = &Party> {
        self.debtors.iter().chain(&self.earlier_debtors)
    }
}

/// Whether two names, or two codes, can be one's: by what their masks show.
pub(super) fn can_be_one(one: &str, other: &str) -> bool {
    !one.is_empty() && !other.is_empty() && masks_agree(one, other)
}

/// Whether two codes are one, beyond doubt.
pub(super) fn codes_equal(one: &str, other: &str) -> bool {
    can_be_one(one, other) && !looks_masked(one) && !looks_masked(other)
}
