//! The order in which items of lists were added (问答、在场人 …). Ids of items are random, so paths
//! alone have no order that a person would know: the first entry that names an item says its place.
//!
//! **Invariant.** The order is read from the journal and is not in the body: format version 1 seals
//! values by path. Who holds a body alone, without the entries, has the items by id.

use crate::canonical::Value;
use crate::ids::ItemId;
use crate::journal::Path;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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

    /// Values cut into the entries, at least one and at most `most`, that keep this order for whoever
    /// reads them one after the other: within an entry paths stand by id, so an item whose id is
    /// below the one before it begins another entry. What is over `most` stands by id in the last.
    #[must_use]
    pub fn entries(
        &self,
        values: BTreeMap<Path, Value>,
        most: usize,
    ) -> Vec<BTreeMap<Path, Value>> {
        let mut lists: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for item in values.keys().flat_map(|path| items(path.as_str())) {
            if let Some((list, id)) = item.rsplit_once('/') {
                lists.entry(list).or_default().insert(id);
            }
        }
        let mut steps: BTreeMap<String, usize> = BTreeMap::new();
        for (list, ids) in lists {
            let mut ids: Vec<&str> = ids.into_iter().collect();
            self.sort(list, &mut ids);
            let (mut step, mut before) = (0, "");
            for id in ids {
                step += usize::from(id < before);
                before = id;
                steps.insert(format!("{list}/{id}"), step);
            }
        }
        let mut entries = vec![BTreeMap::new()];
        for (path, value) in values {
            // An item of an item is added after it.
            let step: usize = items(path.as_str()).map(|item| steps[item]).sum();
            let step = step.min(most.saturating_sub(1));
            if entries.len() <= step {
                entries.resize(step + 1, BTreeMap::new());
            }
            entries[step].insert(path, value);
        }
        entries
    }

    /// The items that a path names were added, unless they were before.
    pub(super) fn note(&mut self, path: &Path) {
        for item in items(path.as_str()) {
            if !self.0.contains_key(item) {
                let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
                self.0.insert(item.to_owned(), next);
            }
        }
    }
}

/// The items that a path names, outer ones first: `assets/01…`, `assets/01…/co_owners/09…`.
fn items(path: &str) -> impl Iterator<Item = &str> {
    let mut end = 0;
    path.split('/').filter_map(move |part| {
        let begun = end > 0;
        end += part.len() + 1;
        (begun && part.parse::<ItemId>().is_ok()).then(|| &path[..end - 1])
    })
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

    #[test]
    fn values_cut_into_entries_keep_the_order_and_as_few_entries_as_it_takes() {
        let id = |n: &str| n.repeat(16);
        let owner = |asset: &str, n: &str| format!("assets/{}/co_owners/{}", id(asset), id(n));
        let paths = [
            "place".to_owned(),
            format!("assets/{}/name", id("03")),
            owner("03", "09"),
            owner("03", "08"),
            format!("assets/{}/name", id("05")),
            format!("assets/{}/name", id("01")),
            owner("01", "02"),
            owner("01", "01"),
            format!("docs/{}/no", id("0b")),
            format!("docs/{}/no", id("0a")),
        ];
        let mut order = ItemOrder::default();
        for path in &paths {
            order.note(&Path::new(path.clone()).unwrap());
        }
        let values = paths.map(|it| (Path::new(it).unwrap(), Value::Null));
        let values = BTreeMap::from(values);
        for (most, cut) in [(1, 1), (2, 2), (3, 3), (9, 3)] {
            let entries = order.entries(values.clone(), most);
            assert_eq!(entries.len(), cut);
            let all: BTreeMap<Path, Value> = entries
                .iter()
                .flatten()
                .map(|(p, v)| (p.clone(), v.clone()))
                .collect();
            assert_eq!(all, values);
            let mut read = ItemOrder::default();
            for path in entries.iter().flat_map(BTreeMap::keys) {
                read.note(path);
            }
            let same = |list: &str, ids: &[&str]| {
                let mut one: Vec<String> = ids.iter().map(|it| id(it)).collect();
                let mut other = one.clone();
                order.sort(list, &mut one);
                read.sort(list, &mut other);
                one == other
            };
            let lists = [
                same("assets", &["01", "03", "05"]),
                same(&format!("assets/{}/co_owners", id("03")), &["08", "09"]),
                same(&format!("assets/{}/co_owners", id("01")), &["01", "02"]),
                same("docs", &["0a", "0b"]),
            ];
            assert_eq!(lists == [true; 4], most >= 3, "{lists:?}");
        }
        assert_eq!(order.entries(BTreeMap::new(), 9), [BTreeMap::new()]);
    }
}
