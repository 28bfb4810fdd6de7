//! What the rules look at beside the record: the outside facts as far as this phone knows them, and
//! how the court weighs the rules.

use super::inner::Inner;
use super::read::rows_of_case;
use super::views::{RecordFolded, RowStored};
use crate::store::StoreError;
use std::collections::BTreeMap;
use waiqin_protocol::ids::{EvidenceHash, SubjectId};
use waiqin_protocol::journal::Act;
use waiqin_protocol::numbers::money::Fen;
use waiqin_protocol::record::{EvidenceState, Record};
use waiqin_protocol::rules::{Debt, OtherSeizure, RuleContext, RuleSet, Sanction};
use waiqin_protocol::wire::sync::CaseSheet;

/// What identifies a thing.
const ASSET_KEYS: [&str; 5] = ["plate", "vin", "cert_no", "serial_no", "engine_no"];

/// How carefully photos are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Photos {
    /// They are there: for the count that a page shows while the officer works.
    Held,
    /// Their bytes are read and hashed again: before a seal.
    Rehashed,
}

impl Inner {
    /// How the court weighs the rules, by what it said last; what is built in until it says something.
    pub(super) fn rule_set(&self) -> RuleSet {
        self.live().limits.rules.clone()
    }

    /// The outside facts for a record.
    pub(super) fn rule_context(
        &self,
        stored: &RecordFolded,
        photos: Photos,
    ) -> Result<RuleContext, StoreError> {
        let record = &stored.record;
        let sheet = match &record.case.id {
            Some(id) => self.reading(|views| views.case(id))?,
            None => None,
        };
        let now = self.now();
        Ok(RuleContext {
            now: now.wall_ms,
            beacon_age: self.beacon_age_ms(),
            hashes_ok: self.hashes(record, photos)?,
            stay: sheet
                .as_ref()
                .map(|it| it.stay.clone())
                .filter(|it| !it.is_empty()),
            debt: sheet.as_ref().and_then(debt_of),
            other_seizures: self.other_seizures(record)?,
            sanctions_before: self.sanctions_before(record)?,
            children: Vec::new(),
        })
    }

    /// Age of the newest beacon, ms: by the clock that counts sleep where the boot is the same.
    fn beacon_age_ms(&self) -> Option<i64> {
        let journal = self.journal();
        let held = journal.beacon.as_ref()?;
        let now = self.now();
        Some(if held.boot == now.boot {
            now.mono_ms - held.answered
        } else {
            (now.wall_ms - held.signed.body.at).max(0)
        })
    }

    fn hashes(
        &self,
        record: &Record,
        photos: Photos,
    ) -> Result<BTreeMap<EvidenceHash, bool>, StoreError> {
        let mut hashes = BTreeMap::new();
        let standing = |it: &&EvidenceState| it.withdrawn.is_none() && it.missing.is_none();
        for state in record.evidence.iter().filter(standing) {
            let hash = state.evidence.hash;
            let held = self.evidence.holds(&hash).map_err(StoreError::Io)?;
            let good = match photos {
                // The court hashed what it gave a receipt for; what others took, their phones watch.
                _ if !held => {
                    self.custody().evidence().contains_key(&hash) || self.is_of_others(&hash)?
                }
                Photos::Held => true,
                Photos::Rehashed => self.evidence.verifies(&hash).map_err(StoreError::Io)?,
            };
            hashes.insert(hash, good);
        }
        Ok(hashes)
    }

    /// Whether no entry of this phone names a piece of evidence.
    pub(super) fn is_of_others(&self, hash: &EvidenceHash) -> Result<bool, StoreError> {
        Ok(self.reading(|views| views.evidence(hash))?.is_none())
    }

    /// Seizures of its things in other cases, from this phone's own sealed records.
    fn other_seizures(&self, record: &Record) -> Result<Vec<OtherSeizure>, StoreError> {
        if !is_seizure(record.act) {
            return Ok(Vec::new());
        }
        let mut seizures = Vec::new();
        for key in keys_of(record) {
            let seized = self.reading(|views| views.seized(&key))?.into_iter();
            let others = seized.filter(|it| it.case != record.case);
            seizures.extend(others.map(|it| OtherSeizure {
                key: it.key,
                court: self.public.court.clone(),
                case_no: it.case.normal.unwrap_or(it.case.typed),
            }));
        }
        Ok(seizures)
    }

    /// Fines and detentions in this case, from this phone's other records.
    fn sanctions_before(&self, record: &Record) -> Result<Vec<Sanction>, StoreError> {
        if !matches!(record.act, Act::Detention | Act::Fine) {
            return Ok(Vec::new());
        }
        let Some(id) = &record.case.id else {
            return Ok(Vec::new());
        };
        let rows = self.reading(|views| rows_of_case(views, id))?;
        let mut sanctions = Vec::new();
        let earlier = |row: &&RowStored| {
            matches!(row.act, Act::Detention | Act::Fine)
                && row.subject != record.subject
                && row.sealed.is_some()
        };
        for row in rows.iter().filter(earlier) {
            sanctions.extend(self.sanction(row.subject)?);
        }
        Ok(sanctions)
    }

    fn sanction(&self, subject: SubjectId) -> Result<Option<Sanction>, StoreError> {
        let stored = self.record(subject)?;
        Ok(stored.and_then(|stored| {
            let seal = stored.record.seals.first()?;
            let facts = seal.body.facts(&stored.record).ok()?;
            Some(Sanction {
                person: facts.text("debtor/name").to_owned(),
                act_on: facts.day("act_on")?,
                legal_item: facts.text("legal_item").to_owned(),
            })
        }))
    }
}

fn is_seizure(act: Act) -> bool {
    matches!(act, Act::Seal | Act::Removal | Act::Preservation)
}

/// What tells the things that a record seized: none until it is sealed, or when it is void.
pub(super) fn seized_by(record: &Record) -> Vec<String> {
    if is_seizure(record.act) && !record.seals.is_empty() && record.voided.is_none() {
        keys_of(record).collect()
    } else {
        Vec::new()
    }
}

fn keys_of(record: &Record) -> impl Iterator<Item = String> {
    let keys = record.items("assets").into_iter().flat_map(|id| {
        ASSET_KEYS.map(|key| record.text(&format!("assets/{id}/{key}")).trim().to_owned())
    });
    keys.filter(|key| !key.is_empty())
}

/// What is owed, as the case list says.
fn debt_of(sheet: &CaseSheet) -> Option<Debt> {
    let outstanding = sheet.remaining_fen.or(sheet.amount_fen)?;
    Some(Debt {
        outstanding: Fen(outstanding),
        ..Debt::default()
    })
}
