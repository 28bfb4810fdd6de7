//! The law that rules stand on, cited as courts write it.

use crate::words::Lang;
use chrono::NaiveDate;

/// A law, interpretation or practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Law {
    /// 民事诉讼法
    CivilProcedure,
    /// 民诉法解释
    Interpretation,
    /// 查封、扣押、冻结财产规定
    Seizure,
    /// 财产调查规定
    Inquiry,
    /// 财产保全规定
    Preservation,
    /// 执行和解规定
    Settlement,
    /// 执行担保规定
    Guarantee,
    /// 拍卖、变卖财产规定
    Sale,
    /// 网络司法拍卖规定
    Auction,
    /// 执行设定抵押的房屋规定
    MortgagedHome,
    /// 民事诉讼证据规定
    Evidence,
    /// 涉执行司法赔偿解释
    Compensation,
    /// 拘留所条例
    Jail,
    /// 代表法
    Deputies,
    /// 案号规定
    CaseNumbers,
    /// 终结本次执行程序规定
    Termination,
    /// 法发〔2017〕6号
    CaseMoney,
    /// GB 16735
    Vin,
    /// GB 11643
    CitizenId,
    /// 执行工作实务
    Practice,
}

impl Law {
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::CivilProcedure => ("民诉法", "Civil Procedure Law"),
            Self::Interpretation => ("民诉法解释", "Interpretation of the Civil Procedure Law"),
            Self::Seizure => ("查扣冻规定", "Provisions on Seizure"),
            Self::Inquiry => ("财产调查规定", "Provisions on Asset Inquiry"),
            Self::Preservation => ("财产保全规定", "Provisions on Preservation"),
            Self::Settlement => ("执行和解规定", "Provisions on Settlement"),
            Self::Guarantee => ("执行担保规定", "Provisions on Guarantee"),
            Self::Sale => ("拍卖变卖规定", "Provisions on Auction and Sale"),
            Self::Auction => ("网络司法拍卖规定", "Provisions on Online Auction"),
            Self::MortgagedHome => ("抵押房屋规定", "Provisions on Mortgaged Homes"),
            Self::Evidence => ("民事证据规定", "Provisions on Civil Evidence"),
            Self::Compensation => ("涉执行司法赔偿解释", "Interpretation on Compensation"),
            Self::Jail => ("拘留所条例", "Regulations on Places of Detention"),
            Self::Deputies => ("代表法", "Law on Deputies"),
            Self::CaseNumbers => ("案号规定", "Provisions on Case Numbers"),
            Self::Termination => ("终本规定", "Provisions on Termination of a Round"),
            Self::CaseMoney => ("法发〔2017〕6号", "SPC Fafa [2017] No. 6"),
            Self::Vin => ("GB 16735", "GB 16735"),
            Self::CitizenId => ("GB 11643", "GB 11643"),
            Self::Practice => ("执行实务", "Practice"),
        }
    }
}

/// An article, by the numbers of today's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cite {
    /// Which law.
    pub law: Law,
    /// Which article; 0: the law as a whole.
    pub article: u16,
}

/// An article of a law.
pub(super) const fn art(law: Law, article: u16) -> Cite {
    Cite { law, article }
}

/// A law as a whole.
pub(super) const fn whole(law: Law) -> Cite {
    Cite { law, article: 0 }
}

impl Cite {
    /// As courts write it: `民诉法第256条`. The Civil Procedure Law was renumbered twice, so papers
    /// cite the number that held on the day of the act: on 2019-07-09 that article was 245.
    #[must_use]
    pub fn said(self, on: NaiveDate, lang: Lang) -> String {
        let (zh, en) = self.law.names();
        match (self.number_on(on), lang) {
            (0, Lang::Zh) => zh.to_owned(),
            (0, Lang::En) => en.to_owned(),
            (n, Lang::Zh) => format!("{zh}第{n}条"),
            (n, Lang::En) => format!("{en}, art. {n}"),
        }
    }

    fn number_on(self, on: NaiveDate) -> u16 {
        // In force: text of 2021 from 2022-01-01, text of 2023 from 2024-01-01 (DOMAIN, numbering trap).
        let since = |year| NaiveDate::from_ymd_opt(year, 1, 1).is_some_and(|day| on >= day);
        match (self.law, self.article) {
            (Law::CivilProcedure, 84..=133) if !since(2022) => self.article - 3,
            (Law::CivilProcedure, 236..=269) if !since(2022) => self.article - 11,
            (Law::CivilProcedure, 236..=269) if !since(2024) => self.article - 4,
            _ => self.article,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_civil_procedure_law_is_cited_by_the_numbers_of_the_day() {
        let said = |article, (y, m, d), lang| {
            let on = NaiveDate::from_ymd_opt(y, m, d).unwrap();
            art(Law::CivilProcedure, article).said(on, lang)
        };
        assert_eq!(said(256, (2019, 7, 9), Lang::Zh), "民诉法第245条");
        assert_eq!(said(256, (2021, 12, 31), Lang::Zh), "民诉法第245条");
        assert_eq!(said(256, (2022, 1, 1), Lang::Zh), "民诉法第252条");
        assert_eq!(said(256, (2023, 12, 31), Lang::Zh), "民诉法第252条");
        assert_eq!(said(256, (2024, 1, 1), Lang::Zh), "民诉法第256条");
        assert_eq!(said(118, (2019, 7, 9), Lang::Zh), "民诉法第115条");
        assert_eq!(
            said(118, (2022, 1, 1), Lang::En),
            "Civil Procedure Law, art. 118"
        );
        let on = NaiveDate::from_ymd_opt(2019, 7, 9).unwrap();
        assert_eq!(art(Law::Seizure, 18).said(on, Lang::Zh), "查扣冻规定第18条");
        assert_eq!(whole(Law::Practice).said(on, Lang::En), "Practice");
    }
}
