//! The facts (事实) of a record: what rules and papers read. They come from a live record or from a
//! sealed body alike, so that phone and office judge the same thing.

use super::items::ItemOrder;
use crate::canonical::Value;
use crate::fields::{read_day, read_mark};
use crate::ids::{EvidenceHash, ItemId, RecordHash};
use crate::journal::{Act, AmendKind, CaseRef, EvidenceRole, EvidenceSource, Mark, Path};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a record says, without who said it when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Which act.
    pub act: Act,
    /// The case as named.
    pub case: CaseRef,
    /// Fields by path; what is removed or contested is absent.
    pub values: BTreeMap<Path, Value>,
    /// Evidence that stands: neither withdrawn nor declared missing.
    pub proofs: Vec<Proof>,
    /// Items of lists (`present`, `parties`) who signed on the glass. Signatures name the body, so
    /// they stand beside it: who reads a sealed body adds them from the record.
    pub signed: BTreeSet<ItemId>,
    /// Refusals noted on the glass: whose, and of which field; beside the body likewise.
    pub refused: BTreeSet<(Option<ItemId>, Path)>,
    /// The sealed record that this one corrects, if it is an amendment (更正、补充).
    pub amends: Option<Amends>,
    /// In which order items of lists were added; beside the body likewise.
    pub order: ItemOrder,
}

/// A photo or paper, as far as rules look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    /// SHA-256 of the bytes.
    pub hash: EvidenceHash,
    /// The list item that it shows.
    pub item: Option<ItemId>,
    /// What it shows.
    pub role: EvidenceRole,
    /// Where it comes from.
    pub source: EvidenceSource,
}

/// What an amendment says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amends {
    /// Correction or supplement.
    pub kind: AmendKind,
    /// Why.
    pub reason: String,
    /// The sealed record.
    pub record: RecordHash,
}

impl Facts {
    /// Facts that say nothing yet.
    #[must_use]
    pub fn empty(act: Act, case: CaseRef) -> Self {
        Self {
            act,
            case,
            values: BTreeMap::new(),
            proofs: Vec::new(),
            signed: BTreeSet::new(),
            refused: BTreeSet::new(),
            amends: None,
            order: ItemOrder::default(),
        }
    }

    /// The value of a field.
    #[must_use]
    pub fn value(&self, path: &str) -> Option<&Value> {
        self.values.get(path)
    }

    /// The text of a field without blanks around it; empty when there is none.
    #[must_use]
    pub fn text(&self, path: &str) -> &str {
        self.value(path)
            .and_then(Value::as_text)
            .map_or("", str::trim)
    }

    /// The integer of a field.
    #[must_use]
    pub fn int(&self, path: &str) -> Option<i64> {
        self.value(path).and_then(Value::as_int)
    }

    /// The yes or no of a field.
    #[must_use]
    pub fn answer(&self, path: &str) -> Option<bool> {
        self.value(path).and_then(Value::as_bool)
    }

    /// Whether a field says yes.
    #[must_use]
    pub fn yes(&self, path: &str) -> bool {
        self.answer(path) == Some(true)
    }

    /// The day of a field.
    #[must_use]
    pub fn day(&self, path: &str) -> Option<NaiveDate> {
        read_day(self.text(path))
    }

    /// The position of a field.
    #[must_use]
    pub fn mark(&self, path: &str) -> Option<Mark> {
        self.value(path).and_then(read_mark)
    }

    /// Whether a field says anything: blank text does not.
    #[must_use]
    pub fn given(&self, path: &str) -> bool {
        match self.value(path) {
            None | Some(Value::Null) => false,
            Some(Value::Text(text)) => !text.trim().is_empty(),
            Some(Value::Bool(_) | Value::Int(_) | Value::List(_) | Value::Map(_)) => true,
        }
    }

    /// Ids of the items of a list, in the order in which they were added.
    #[must_use]
    pub fn items(&self, list: &str) -> Vec<&str> {
        let prefix = format!("{list}/");
        let mut ids: Vec<&str> = Vec::new();
        let from = (
            std::ops::Bound::Included(prefix.as_str()),
            std::ops::Bound::Unbounded,
        );
        for (path, value) in self.values.range::<str, _>(from) {
            let Some(rest) = path.as_str().strip_prefix(&prefix) else {
                break;
            };
            let id = rest.split('/').next().unwrap_or_default();
            if *value != Value::Null && ids.last() != Some(&id) {
                ids.push(id);
            }
        }
        self.order.sort(list, &mut ids);
        ids
    }

    /// Photos and papers of an item.
    pub fn proofs_of<'a>(&'a self, item: &str) -> impl Iterator<Item = &'a Proof> + use<'a> {
        let item: Option<ItemId> = item.parse().ok();
        self.proofs
            .iter()
            .filter(move |it| item.is_some() && it.item == item)
    }

    /// Whether somebody in a list signed: on paper, or on the glass.
    #[must_use]
    pub fn has_signed(&self, list: &str, item: &str) -> bool {
        self.yes(&format!("{list}/{item}/signed"))
            || item
                .parse()
                .is_ok_and(|id: ItemId| self.signed.contains(&id))
    }

    /// Whether somebody of this name signed among those present.
    #[must_use]
    pub fn present_signed(&self, name: &str) -> bool {
        !name.is_empty()
            && self.items("present").iter().any(|id| {
                self.text(&format!("present/{id}/name")) == name && self.has_signed("present", id)
            })
    }
}
