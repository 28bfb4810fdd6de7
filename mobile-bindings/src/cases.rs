//! Cases (案件) on this phone, and numbers (案号) as people write them.

use crate::error::Tell;
use crate::{Session, WaiqinError};
use chrono::Datelike;
use waiqin_phone_ui::told::{self, Missing};
use waiqin_protocol::ids::CaseId;
use waiqin_protocol::numbers::case_no::read_case_no;
use waiqin_protocol::numbers::days::court_day;
use waiqin_protocol::wire::sync::{CaseSheet, PartySheet};

/// Cases that fit a query.
#[derive(Clone, Debug, uniffi::Record)]
pub struct CaseList {
    /// How many fit in all.
    pub total: u64,
    /// The part asked for.
    pub cases: Vec<Case>,
}

/// A case (案件) of the court's list, as far as the officer may see it.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Case {
    /// 案件标识
    pub id: CaseId,
    /// 案号, in its normal form.
    pub number: String,
    /// Former numbers, newest first.
    pub former_numbers: Vec<String>,
    /// 案由
    pub cause: String,
    /// 申请执行人
    pub applicants: Vec<Party>,
    /// 被执行人
    pub debtors: Vec<Party>,
    /// 执行标的金额, fen.
    pub amount_fen: Option<i64>,
    /// 剩余执行标的金额, fen.
    pub remaining_fen: Option<i64>,
    /// 地址
    pub address: Option<String>,
    /// 联系电话
    pub phone: Option<String>,
    /// 立案日期, `YYYY-MM-DD`.
    pub filed_on: Option<String>,
    /// 执行期限届满日期, `YYYY-MM-DD`.
    pub due_on: Option<String>,
    /// 结案日期, `YYYY-MM-DD`; none: open.
    pub closed_on: Option<String>,
    /// 承办人
    pub officer: String,
    /// 承办部门
    pub department: String,
    /// 案件进展阶段
    pub stage: String,
    /// 止停缓标志, empty when there is none.
    pub stay: String,
    /// 执行依据文号
    pub basis: String,
    /// 指派: by whom it was given to this officer beside the list.
    pub assigned: Option<Assigned>,
}

/// A case that was given to an officer beside the list (指派).
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Assigned {
    /// When, ms UTC.
    pub at_ms: i64,
    /// Name of who gave it.
    pub by: String,
    /// What is to be done, or why it is his.
    pub reason: String,
}

/// A party (当事人) of a case.
pub type Party = PartySheet;

/// A party (当事人) of a case.
#[uniffi::remote(Record)]
pub struct Party {
    /// Identifier as the list shows it, perhaps masked.
    pub code: Option<String>,
    /// Name.
    pub name: String,
}

/// A case number as it was read.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct CaseNumber {
    /// The normal form; several where numbers were joined.
    pub normal: Vec<String>,
    /// Something had to be repaired: blanks, brackets, a missing 号.
    pub repaired: bool,
}

#[uniffi::export]
impl Session {
    /// Cases that hold every word of the query (number, party, address, cause); open ones first, by
    /// due day. An empty query: all.
    ///
    /// # Errors
    /// [`WaiqinError::Locked`], [`WaiqinError::Phone`].
    #[uniffi::method(default(query = "", offset = 0, limit = 50))]
    pub async fn cases(
        &self,
        query: String,
        offset: u32,
        limit: u32,
    ) -> Result<CaseList, WaiqinError> {
        let lang = self.lang;
        self.ask(move |session| {
            let found = session.cases(&query, offset as usize, limit as usize);
            let found = found.tell(lang)?;
            Ok(CaseList {
                total: found.total as u64,
                cases: found.items.into_iter().map(Case::from).collect(),
            })
        })
        .await
    }

    /// One case.
    ///
    /// # Errors
    /// [`WaiqinError::NotHere`] when it is not on this phone.
    pub async fn case(&self, id: CaseId) -> Result<Case, WaiqinError> {
        let lang = self.lang;
        self.ask(move |session| {
            let found = session.case(&id).tell(lang)?;
            found
                .map(Case::from)
                .ok_or_else(|| WaiqinError::missing(Missing::Case, lang))
        })
        .await
    }

    /// Reads a case number (案号) as typed. Advice for a screen: a record may be opened on a number that
    /// does not read.
    ///
    /// # Errors
    /// [`WaiqinError::Input`] with what was perhaps meant.
    pub async fn read_number(&self, typed: String) -> Result<CaseNumber, WaiqinError> {
        let (clock, lang) = (self.clock.clone(), self.lang);
        self.ask(move |_| {
            let year = court_day(clock.now().wall_ms).year();
            let read = read_case_no(&typed, year);
            let read = read.map_err(|error| WaiqinError::input(told::number(&error, lang)))?;
            Ok(CaseNumber {
                normal: read.cases.iter().map(|it| it.normal().to_owned()).collect(),
                repaired: !read.repairs.is_empty(),
            })
        })
        .await
    }
}

impl From<CaseSheet> for Case {
    fn from(sheet: CaseSheet) -> Self {
        Self {
            id: CaseId(sheet.id),
            number: sheet.number,
            former_numbers: sheet.former_numbers,
            cause: sheet.cause,
            applicants: sheet.applicants,
            debtors: sheet.debtors,
            amount_fen: sheet.amount_fen,
            remaining_fen: sheet.remaining_fen,
            address: sheet.address,
            phone: sheet.phone,
            filed_on: sheet.filed_on,
            due_on: sheet.due_on,
            closed_on: sheet.closed_on,
            officer: sheet.officer,
            department: sheet.department,
            stage: sheet.stage,
            stay: sheet.stay,
            basis: sheet.basis,
            assigned: sheet.assigned.map(|it| Assigned {
                at_ms: it.at,
                by: it.by,
                reason: it.reason,
            }),
        }
    }
}
