//! The daily comparison of what a phone holds with what its officer may see (decision 0008), as part
//! of `POST /api/v1/sync`. A phone asks for digests once a day and after its view was built anew; the
//! court says them at a moment at which the phone that applied the answer holds what they are of, or
//! not at all. Where they differ the phone asks on: buckets of cases, the cases of a bucket, the
//! entries of a case.

use crate::digest::{self, ByCase};
use crate::ids::{CaseId, Digest};
use crate::wire::sync::EntryMark;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Cases asked for again, buckets looked into, or lost runs named in one request.
pub const ASKED_MAX: usize = 16;

/// What a phone asks for beside the changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compare {
    /// Digests to compare with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digests: Option<DigestAsk>,
    /// Entries of its own journal, first to last, that were delivered and do not read there any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<(u64, u64)>,
    /// Cases whose entries are asked for again; the empty id: records without a known case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refetch: Vec<CaseId>,
}

impl Compare {
    /// Whether nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.digests.is_none() && self.lost.is_empty() && self.refetch.is_empty()
    }

    /// Whether it asks for no more than one request may.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        let buckets = match &self.digests {
            Some(DigestAsk::Cases(buckets)) => buckets.len(),
            Some(DigestAsk::Whole | DigestAsk::Buckets) | None => 0,
        };
        [buckets, self.lost.len(), self.refetch.len()]
            .iter()
            .all(|asked| *asked <= ASKED_MAX)
    }
}

/// Which digests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DigestAsk {
    /// One over everything.
    Whole,
    /// One for each bucket of cases.
    Buckets,
    /// One for each case of some buckets.
    Cases(Vec<u8>),
}

/// Digests of the entries of other journals that the officer may see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Digests {
    /// Over everything.
    Whole(Digest),
    /// By bucket; those without an entry are left out.
    Buckets(BTreeMap<u8, Digest>),
    /// By case; those without an entry are left out.
    Cases {
        /// The buckets that were asked for.
        buckets: Vec<u8>,
        /// Their cases.
        cases: ByCase,
    },
}

impl Digests {
    /// The answer to a question.
    #[must_use]
    pub fn answer(ask: &DigestAsk, cases: &ByCase) -> Self {
        match ask {
            DigestAsk::Whole => Self::Whole(digest::whole(cases)),
            DigestAsk::Buckets => Self::Buckets(digest::buckets(cases)),
            DigestAsk::Cases(buckets) => Self::Cases {
                buckets: buckets.clone(),
                cases: digest::cases_of(cases, buckets),
            },
        }
    }
}

/// Entries that were asked for again. Their bytes follow the line, a line each, in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refetched {
    /// The case; `None`: entries of the phone's own journal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// The entries.
    pub entries: Vec<EntryMark>,
    /// It was the last line of the case: what the phone has of it beyond these lines is not there.
    pub last: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_read_as_they_were_written() {
        let mut digest = Digest::NONE;
        digest.add(&crate::ids::EntryHash::from_bytes([5; 32]));
        let cases = ByCase::from([(CaseId("A1".into()), digest), (digest::no_case(), digest)]);
        for ask in [
            DigestAsk::Whole,
            DigestAsk::Buckets,
            DigestAsk::Cases((0..=255).collect()),
        ] {
            let said = Digests::answer(&ask, &cases);
            let text = serde_json::to_string(&said).unwrap();
            assert_eq!(
                serde_json::from_str::<Digests>(&text).unwrap(),
                said,
                "{text}"
            );
        }
        let ask = Compare {
            digests: Some(DigestAsk::Whole),
            ..Compare::default()
        };
        assert_eq!(
            serde_json::to_string(&ask).unwrap(),
            r#"{"digests":"whole"}"#
        );
        assert!(ask.is_bounded() && !ask.is_empty());
        let too_much = Compare {
            refetch: vec![digest::no_case(); ASKED_MAX + 1],
            ..ask
        };
        assert!(!too_much.is_bounded());
    }
}
