//! Applying a list that was read and compared.

use super::kept::Kept;
use super::known::{Pages, newest_version};
use super::version::{Change, NewVersion, Writing};
use super::{AppliedBy, Applying};
use crate::db::{Db, DbError};
use crate::list::{ChangeKind, Comparison, ReadList, report_json, stored_case};
use sqlx::Row;
use std::collections::{BTreeSet, HashMap, HashSet};

impl Db {
    /// Applies a list as it was previewed, whole or not at all. The version that it became; `None`
    /// when another list was applied since the comparison: then nothing happened.
    ///
    /// # Errors
    /// When a statement fails or a row does not read; nothing of it happened then.
    pub async fn apply_list<By: Copy + Into<AppliedBy>>(
        &self,
        applying: &Applying<'_, By>,
        list: &ReadList,
        comparison: &Comparison,
    ) -> Result<Option<i64>, DbError> {
        let mut write = self.write().await?;
        let newest = newest_version(write.tx()).await?;
        if newest != applying.against {
            return Ok(None);
        }
        let again = is_file_of(write.tx(), newest, applying.file_sha256).await?;
        let version = newest + 1;
        let new = NewVersion {
            version,
            rolls_back: None,
            file_name: applying.file_name,
            file_sha256: applying.file_sha256,
            by: applying.applied_by.into(),
            reason: applying.reason,
            now_ms: applying.now_ms,
        };
        let mut plan = Plan::of(list, comparison)?;
        let mut writing = Writing::begin(&mut write, new).await?;
        let mut pages = Pages::begin(writing.write.tx()).await?;
        while let Some(page) = pages.next(writing.write.tx()).await? {
            for kept in page {
                plan.known(kept, &mut writing, again).await?;
            }
        }
        plan.new_cases(&mut writing).await?;
        let summary = report_json(list, comparison, version).to_string();
        writing.finish(&summary).await?;
        write.commit().await?;
        Ok(Some(version))
    }
}

/// Whether a list version came from this very file.
async fn is_file_of(
    connection: &mut sqlx::AnyConnection,
    version: i64,
    sha256: &str,
) -> Result<bool, DbError> {
    let row = sqlx::query("SELECT file_sha256 FROM lists WHERE version = $1 AND kind = 'import'")
        .bind(version)
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some_and(|row| row.get::<&str, _>(0) == sha256))
}

/// What becomes of every case.
struct Plan<'a> {
    list: &'a ReadList,
    pairs: &'a [Option<usize>],
    kinds: Kinds<'a>,
    /// By the place of the known case: the place in the list.
    now_of: HashMap<usize, usize>,
    known: usize,
    ids: HashSet<&'a str>,
}

impl<'a> Plan<'a> {
    fn of(list: &'a ReadList, comparison: &'a Comparison) -> Result<Self, DbError> {
        let pairs = comparison.pairs.iter().enumerate();
        let now_of: HashMap<usize, usize> = pairs
            .filter_map(|(now, known)| known.map(|known| (known, now)))
            .collect();
        let paired = comparison.pairs.iter().flatten().count();
        let ids: HashSet<&str> = list.cases.iter().map(|case| case.id.as_str()).collect();
        let fits = comparison.pairs.len() == list.cases.len() && paired == now_of.len();
        if !fits || ids.len() != list.cases.len() {
            return Err(OTHER_COMPARISON);
        }
        Ok(Self {
            list,
            pairs: &comparison.pairs,
            kinds: Kinds::of(comparison),
            now_of,
            known: 0,
            ids,
        })
    }

    /// A known case, in the order in which the comparison saw them.
    async fn known(
        &mut self,
        before: Kept,
        writing: &mut Writing<'_>,
        again: bool,
    ) -> Result<(), DbError> {
        let now = self.now_of.remove(&self.known);
        self.known += 1;
        let Some(now) = now else {
            return self.absent(before, writing, again).await;
        };
        let row = &self.list.cases[now];
        if row.id != before.case.id && row.number != before.case.number {
            return Err(OTHER_COMPARISON);
        }
        let mut case = stored_case(&before.case, row, self.list);
        if case.number == before.case.number {
            case.number_raw.clone_from(&before.case.number_raw);
        }
        let after = Kept {
            former_numbers: before.former_after(&case.number),
            case,
            absent: 0,
            list_version: writing.new.version,
        };
        if before.says_the_same(&after) && before.case.extra == after.case.extra {
            return writing.still_there(before.case.id).await;
        }
        let mut kinds = self.kinds.of_case(&after);
        let noted = !before.says_the_same(&after);
        for kind in before.kinds_after(&after) {
            let shown_only = match kind {
                ChangeKind::Returned | ChangeKind::Reopened | ChangeKind::Unstayed => true,
                ChangeKind::Updated => kinds.is_empty(),
                ChangeKind::Merged
                | ChangeKind::Restarted
                | ChangeKind::Closed
                | ChangeKind::Stayed
                | ChangeKind::Dropped
                | ChangeKind::Added
                | ChangeKind::Renumbered
                | ChangeKind::Reassigned
                | ChangeKind::PartyRenamed
                | ChangeKind::AmountChanged
                | ChangeKind::PartiesDiffer => false,
            };
            if shown_only {
                kinds.insert(kind);
            }
        }
        let before = Some(before);
        writing
            .change(Change {
                before,
                after,
                kinds,
                noted,
            })
            .await
    }

    /// A known case that the list does not hold.
    async fn absent(
        &mut self,
        before: Kept,
        writing: &mut Writing<'_>,
        again: bool,
    ) -> Result<(), DbError> {
        let set_aside = &self.list.set_aside;
        if set_aside.contains(&before.case.id) || set_aside.contains(&before.case.number) {
            return Ok(());
        }
        if before.absent > 0 {
            // The same file once more says nothing new.
            return match again {
                true => Ok(()),
                false => writing.still_absent(before.case.id).await,
            };
        }
        if self.ids.contains(before.case.id.as_str()) {
            return Err(OTHER_COMPARISON);
        }
        let after = Kept {
            absent: 1,
            ..before.clone()
        };
        let mut kinds = self.kinds.of_case(&after);
        if kinds.is_empty() {
            kinds.insert(ChangeKind::Dropped);
        }
        let before = Some(before);
        writing
            .change(Change {
                before,
                after,
                kinds,
                noted: true,
            })
            .await
    }

    async fn new_cases(&mut self, writing: &mut Writing<'_>) -> Result<(), DbError> {
        if !self.now_of.is_empty() {
            return Err(OTHER_COMPARISON);
        }
        for (case, pair) in self.list.cases.iter().zip(self.pairs) {
            if pair.is_some() {
                continue;
            }
            let after = Kept {
                case: case.clone(),
                former_numbers: Vec::new(),
                absent: 0,
                list_version: writing.new.version,
            };
            let mut kinds = self.kinds.of_case(&after);
            if kinds.is_empty() {
                kinds.insert(ChangeKind::Added);
            }
            writing
                .change(Change {
                    before: None,
                    after,
                    kinds,
                    noted: true,
                })
                .await?;
        }
        Ok(())
    }
}

/// The comparison was made of other cases than the database holds: a fault of ours.
const OTHER_COMPARISON: DbError = DbError::Stored {
    what: "list that this comparison was made with",
};

/// Kinds of change by case, as the comparison counted them.
struct Kinds<'a> {
    by_id: HashMap<&'a str, BTreeSet<ChangeKind>>,
    /// Both cases of a restart, by number.
    restarted: HashSet<&'a str>,
}

impl<'a> Kinds<'a> {
    fn of(comparison: &'a Comparison) -> Self {
        let details = &comparison.details;
        let mut by_id: HashMap<&str, BTreeSet<ChangeKind>> = HashMap::new();
        for (kind, ids) in [
            (ChangeKind::Closed, &details.closed),
            (ChangeKind::Stayed, &details.stayed),
            (ChangeKind::Dropped, &details.dropped),
            (ChangeKind::Added, &details.added),
            (ChangeKind::Reassigned, &details.reassigned),
            (ChangeKind::PartyRenamed, &details.party_renamed),
            (ChangeKind::AmountChanged, &details.amount_changed),
        ] {
            for id in ids {
                by_id.entry(id).or_default().insert(kind);
            }
        }
        for (id, _) in &details.merged {
            by_id.entry(id).or_default().insert(ChangeKind::Merged);
        }
        for (id, _, _) in &details.renumbered {
            by_id.entry(id).or_default().insert(ChangeKind::Renumbered);
        }
        for row in &comparison.rows {
            if row.kind == ChangeKind::PartiesDiffer {
                by_id.entry(&row.id).or_default().insert(row.kind);
            }
        }
        let restarted = details.restarted.iter();
        Self {
            by_id,
            restarted: restarted
                .flat_map(|(old, new)| [old.as_str(), new.as_str()])
                .collect(),
        }
    }

    fn of_case(&self, kept: &Kept) -> BTreeSet<ChangeKind> {
        let mut kinds = self
            .by_id
            .get(kept.case.id.as_str())
            .cloned()
            .unwrap_or_default();
        if self.restarted.contains(kept.case.number.as_str()) {
            kinds.insert(ChangeKind::Restarted);
        }
        kinds
    }
}
