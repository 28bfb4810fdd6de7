//! Until when a seizure holds (民诉法解释 art. 485; counting by 民法典 arts. 201–202).

use super::same_day_number;
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

/// What is seized, as far as the longest period goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeizureClass {
    /// 现金、银行存款: one year.
    Cash,
    /// 车辆、设备、货物及其他动产: two years.
    Movable,
    /// 不动产、股权及其他财产权: three years.
    RealEstateOrRight,
}

impl SeizureClass {
    /// The longest period of one seizure or one renewal, in years.
    #[must_use]
    pub fn years_max(self) -> u32 {
        match self {
            Self::Cash => 1,
            Self::Movable => 2,
            Self::RealEstateOrRight => 3,
        }
    }
}

/// The end of a seizure. It is never moved for a holiday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeizureExpiry {
    /// The last day by the law of periods: sealed 2019-07-09 for three years, 2022-07-09.
    pub by_law: NaiveDate,
    /// The day before, which documents usually print.
    pub usually_printed: NaiveDate,
}

impl SeizureExpiry {
    /// The day that reminders count from: the printed day when there is one, otherwise the earlier
    /// of the two.
    #[must_use]
    pub fn remind_on(self, printed: Option<NaiveDate>) -> NaiveDate {
        printed.unwrap_or(self.usually_printed)
    }

    /// The last day on which the applicant may ask for renewal of a preservation: seven days before
    /// the expiry (财产保全规定 art. 18).
    #[must_use]
    pub fn ask_renewal_by(self, printed: Option<NaiveDate>) -> NaiveDate {
        let expiry = self.remind_on(printed);
        expiry.checked_sub_days(Days::new(7)).unwrap_or(expiry)
    }
}

/// The end of a seizure of so many years from its effect; of a renewal from the former end.
#[must_use]
pub fn seizure_expiry(effective: NaiveDate, years: u32) -> SeizureExpiry {
    let by_law = same_day_number(effective, years.saturating_mul(12));
    SeizureExpiry {
        by_law,
        usually_printed: by_law.pred_opt().unwrap_or(by_law),
    }
}

/// Whether an expiry lies after the effect and within the longest period of its class.
#[must_use]
pub fn within_seizure_limit(class: SeizureClass, effective: NaiveDate, expiry: NaiveDate) -> bool {
    expiry > effective && expiry <= seizure_expiry(effective, class.years_max()).by_law
}
