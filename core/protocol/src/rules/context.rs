//! What rules look at beside the record: the outside facts (DOMAIN §2.5).

use crate::ids::{EvidenceHash, SubjectId};
use crate::numbers::money::Fen;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The outside facts. What the phone or office does not know stays empty; rules then hold, except
/// that a photo which was not hashed again does not count as verified.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleContext {
    /// Now, ms UTC.
    pub now: i64,
    /// Age of the newest beacon (时间信标) in ms; none: no beacon is known.
    pub beacon_age: Option<i64>,
    /// Whether a photo's bytes still have their hash.
    pub hashes_ok: BTreeMap<EvidenceHash, bool>,
    /// The stay (中止、暂缓) that the newest case list marks, in its words.
    pub stay: Option<String>,
    /// What is owed.
    pub debt: Option<Debt>,
    /// Seizures of assets that the court knows of.
    pub other_seizures: Vec<OtherSeizure>,
    /// Fines and detentions in this case before.
    pub sanctions_before: Vec<Sanction>,
    /// The records of a campaign.
    pub children: Vec<Child>,
}

/// What is owed, in fen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Debt {
    /// Outstanding (剩余标的).
    pub outstanding: Fen,
    /// Interest for delay (迟延履行利息).
    pub interest: Fen,
    /// Enforcement fee (执行申请费).
    pub fee: Fen,
}

/// A seizure by another case or court.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherSeizure {
    /// What identifies the asset: plate, VIN, certificate or serial number.
    pub key: String,
    /// The court.
    pub court: String,
    /// Its case number.
    pub case_no: String,
}

/// A fine or detention that was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sanction {
    /// Name of the person or unit.
    pub person: String,
    /// Day of the act that was punished.
    pub act_on: NaiveDate,
    /// Its legal ground, a code of [`crate::fields::LEGAL_ITEMS`].
    pub legal_item: String,
}

/// A record of a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Child {
    /// The record.
    pub record: SubjectId,
    /// Whether it is sealed.
    pub sealed: bool,
}
