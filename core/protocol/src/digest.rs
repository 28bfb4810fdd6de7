//! Digests (摘要) over the entries of cases: phone and court compare them to find what one of them
//! lost without noticing (decision 0008).
//!
//! A digest is the sum modulo 2^256 of the entries' hashes, each a SHA-256 read as a number. The order
//! does not matter, one that comes or goes is added or taken away without reading the others, and one
//! that stands twice does not cancel itself. Against accident it is as good as the hash; against
//! somebody who may choose entries it is not, and is asked for nothing of the kind: receipts and
//! chains are.

use crate::ids::{CaseId, Digest, EntryHash};
use crate::suite::sha256;
use std::collections::BTreeMap;

/// Digests of cases; those of no entry are left out. The empty id stands for the officer's own records whose case
/// the list does not know yet (案号待补).
pub type ByCase = BTreeMap<CaseId, Digest>;

/// Records without a known case are compared under this id.
#[must_use]
pub fn no_case() -> CaseId {
    CaseId(String::new())
}

impl Digest {
    /// Of no entry.
    pub const NONE: Self = Self::from_bytes([0; 32]);

    /// Adds an entry.
    pub fn add(&mut self, entry: &EntryHash) {
        self.join(&Self::from_bytes(*entry.as_bytes()));
    }

    /// Adds the entries of another digest.
    pub fn join(&mut self, other: &Self) {
        let mut sum = *self.as_bytes();
        let mut carry = 0u16;
        for (digit, more) in sum.iter_mut().zip(other.as_bytes()).rev() {
            let [high, low] = (u16::from(*digit) + u16::from(*more) + carry).to_be_bytes();
            *digit = low;
            carry = u16::from(high);
        }
        *self = Self::from_bytes(sum);
    }

    /// Takes away the entries of another digest, all of which are in this one.
    pub fn part(&mut self, other: &Self) {
        // −x = !x + 1 in 256 bits.
        let mut negative = Self::from_bytes(other.as_bytes().map(|digit| !digit));
        let mut one = [0; 32];
        one[31] = 1;
        negative.join(&Self::from_bytes(one));
        self.join(&negative);
    }
}

/// Of all cases together. It does not say of which case an entry is.
#[must_use]
pub fn whole(cases: &ByCase) -> Digest {
    let mut sum = Digest::NONE;
    for digest in cases.values() {
        sum.join(digest);
    }
    sum
}

/// Of the cases of each bucket; those of no entry are left out.
#[must_use]
pub fn buckets(cases: &ByCase) -> BTreeMap<u8, Digest> {
    let mut buckets: BTreeMap<u8, Digest> = BTreeMap::new();
    for (case, digest) in cases {
        let sum = buckets.entry(bucket_of(case)).or_insert(Digest::NONE);
        sum.join(digest);
    }
    buckets.retain(|_, digest| *digest != Digest::NONE);
    buckets
}

/// The cases of some buckets.
#[must_use]
pub fn cases_of(cases: &ByCase, buckets: &[u8]) -> ByCase {
    let within = cases
        .iter()
        .filter(|(case, digest)| buckets.contains(&bucket_of(case)) && **digest != Digest::NONE);
    within
        .map(|(case, digest)| (case.clone(), *digest))
        .collect()
}

/// What stands otherwise on the two sides.
pub fn differing<K: Ord + Clone>(
    ours: &BTreeMap<K, Digest>,
    theirs: &BTreeMap<K, Digest>,
) -> Vec<K> {
    let mut names: Vec<K> = ours.keys().chain(theirs.keys()).cloned().collect();
    names.sort();
    names.dedup();
    names.retain(|name| ours.get(name) != theirs.get(name));
    names
}

/// Cases are spread over 256 buckets by the first byte of the SHA-256 of their id.
fn bucket_of(case: &CaseId) -> u8 {
    sha256(case.0.as_bytes())[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(hashes: &[[u8; 32]]) -> Digest {
        let mut digest = Digest::NONE;
        for hash in hashes {
            digest.add(&EntryHash::from_bytes(*hash));
        }
        digest
    }

    #[test]
    fn a_sum_wraps_around_and_carries() {
        let most = [0xff; 32];
        let mut two = [0; 32];
        two[31] = 2;
        let mut one = [0; 32];
        one[31] = 1;
        assert_eq!(of(&[most, two]), Digest::from_bytes(one));
        assert_ne!(
            of(&[two, two]),
            Digest::NONE,
            "twice does not cancel itself"
        );
    }

    proptest! {
        #[test]
        fn the_order_does_not_matter_and_what_goes_leaves_what_was(
            hashes in proptest::collection::vec(any::<[u8; 32]>(), 1..20), at in any::<prop::sample::Index>()
        ) {
            let mut back = hashes.clone();
            back.reverse();
            prop_assert_eq!(of(&hashes), of(&back));
            let gone = at.index(hashes.len());
            let mut rest = hashes.clone();
            let taken = rest.remove(gone);
            let mut digest = of(&hashes);
            digest.part(&of(&[taken]));
            prop_assert_eq!(digest, of(&rest));
            prop_assert_eq!(taken != [0; 32], of(&hashes) != of(&rest));
        }

        #[test]
        fn one_case_that_differs_is_found_by_its_bucket(
            ids in proptest::collection::btree_set("[A-Z0-9]{1,6}", 1..40), at in any::<prop::sample::Index>()
        ) {
            let ours: ByCase = ids.iter().map(|id| (CaseId(id.clone()), of(&[[7; 32]]))).collect();
            let changed = ids.iter().nth(at.index(ids.len())).unwrap();
            let changed = CaseId(changed.clone());
            let mut theirs = ours.clone();
            theirs.insert(changed.clone(), of(&[[8; 32]]));
            prop_assert_ne!(whole(&ours), whole(&theirs));
            let found = differing(&buckets(&ours), &buckets(&theirs));
            prop_assert_eq!(found.len(), 1);
            let within = differing(&cases_of(&ours, &found), &cases_of(&theirs, &found));
            prop_assert_eq!(within, [changed.clone()]);
            theirs.remove(&changed);
            let found = differing(&buckets(&ours), &buckets(&theirs));
            prop_assert_eq!(differing(&cases_of(&ours, &found), &cases_of(&theirs, &found)), [changed]);
        }
    }
}
