//! The order in which items of lists were added (问答、在场人 …). Ids of items are random, so paths
//! alone have no order that a person would know: the first entry that names an item says its place.
//!
//! **Invariant.** The order is read from the journal and is not in the body: format version 1 seals
//! values by path. Who holds a body alone, without the entries, has the items by id.

use crate::ids::ItemId;
use crate::journal::Path;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Items by their place: `questions/0b0b…` came third.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemOrder(BTreeMap<String, u32>);

impl ItemOrder {
    /// Whether no item was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Ids of a list, given by id, in the order in which they were added; items that no entry is
    /// known of stand last, by id.
    pub fn sort<T: AsRef<str>>(&self, list: &str, ids: &mut [T]) {
        let place = |id: &T| self.0.get(&format!("{list}/{}", id.as_ref())).copied();
        ids.sort_by_cached_key(|id| place(id).unwrap_or(u32::MAX));
    }

    /// The items that a path names were added, unless they were before.
    pub(super) fn note(&mut self, path: &Path) {
        let path = path.as_str();
        let mut end = 0;
        for part in path.split('/') {
            end += part.len();
            if end > part.len()
                && part.parse::<ItemId>().is_ok()
                && !self.0.contains_key(&path[..end])
            {
                let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
                self.0.insert(path[..end].to_owned(), next);
            }
            end += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_stand_in_the_order_of_their_first_path_and_unknown_ones_last() {
        let id = |n: &str| n.repeat(16);
        let mut order = ItemOrder::default();
        for path in [
            "place".to_owned(),
            format!("questions/{}/question", id("0f")),
            format!("present/{}/name", id("0a")),
            format!("questions/{}/question", id("0a")),
            format!("questions/{}/answer", id("0f")),
            format!("assets/{}/co_owners/{}", id("01"), id("09")),
            format!("assets/{}/co_owners/{}", id("01"), id("08")),
        ] {
            order.note(&Path::new(path).unwrap());
        }
        let sorted = |list: &str, ids: &[&str]| {
            let mut ids: Vec<String> = ids.iter().map(|it| id(it)).collect();
            order.sort(list, &mut ids);
            ids
        };
        assert_eq!(
            sorted("questions", &["02", "0a", "0f"]),
            [id("0f"), id("0a"), id("02")]
        );
        let owners = format!("assets/{}/co_owners", id("01"));
        assert_eq!(sorted(&owners, &["08", "09"]), [id("09"), id("08")]);
    }
}
