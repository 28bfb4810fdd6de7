//! Records beside records: the same act told twice, the same thing sealed in two cases.

use std::collections::BTreeSet;
use waiqin_protocol::reconcile::{Finding, Visit, is_same_act, seals_the_same};

/// A record beside another, and the case where it counts.
pub(crate) struct Beside<K> {
    /// Which record.
    pub key: K,
    /// What it tells.
    pub visit: Visit,
    /// Where it counts.
    pub belongs: Option<String>,
}

/// What other records make of one, and which they are.
pub(crate) fn findings_beside<K: Ord + Clone>(
    one: &Visit,
    belongs: Option<&str>,
    others: &[Beside<K>],
) -> Vec<(Finding, BTreeSet<K>)> {
    let Some(case) = belongs else {
        return Vec::new();
    };
    let which = |fits: &dyn Fn(&Beside<K>) -> bool| -> BTreeSet<K> {
        let found = others.iter().filter(|it| fits(it));
        found.map(|it| it.key.clone()).collect()
    };
    let in_this = |it: &Beside<K>| it.belongs.as_deref() == Some(case);
    let in_another = |it: &Beside<K>| it.belongs.as_deref().is_some_and(|other| other != case);
    let joint = which(&|it| in_this(it) && is_same_act(one, &it.visit));
    let shared = which(&|it| in_another(it) && !seals_the_same(one, &it.visit).is_empty());
    [
        (Finding::DuplicateRecord, joint),
        (Finding::SameAssetOtherCase, shared),
    ]
    .into_iter()
    .filter(|(_, keys)| !keys.is_empty())
    .collect()
}
