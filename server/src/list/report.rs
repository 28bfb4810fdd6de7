//! The report of an import as `import --preview --json` prints it (DOMAIN §6.3).

use super::compare::Comparison;
use super::read_list::ReadList;
use serde_json::{Value, json};

/// Exactly the members that DOMAIN §6.3 names; every kind is there, 0 when none.
/// `list_version` is that of the list when it is applied, or would be.
#[must_use]
pub fn report_json(list: &ReadList, comparison: &Comparison, list_version: i64) -> Value {
    let rejected: Vec<Value> = list
        .rejected
        .iter()
        .map(|r| json!({"row": r.row, "reason": r.reason.code(), "text": r.text}))
        .collect();
    json!({
        "cases": list.cases.len(),
        "repairs": list.repairs,
        "changes": comparison.changes,
        "details": comparison.details,
        "rejected": rejected,
        "suspicious": comparison.suspicious,
        "list_version": list_version,
    })
}
