//! What was said to be saved, held against what a phone exports.

use super::lines;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What was said to be saved: marker, and the photo's hash where it is one.
pub type Acknowledged = BTreeMap<String, Option<String>>;

/// Everything said to be saved is there, once, with its bytes, and nothing was lost. The number of
/// entries that nobody heard of.
pub fn check(exported: &Path, acknowledged: &Acknowledged) -> usize {
    let entries = lines(exported, "journal.ndjson");
    let mut found = Acknowledged::new();
    for (n, entry) in entries.iter().enumerate() {
        assert_eq!(entry["seq"], n as u64 + 1, "no number is left out");
        let change = &entry["change"];
        let photo = change["evidence"]["hash"].as_str().map(str::to_owned);
        for marker in markers(&change.to_string()) {
            let again = found.insert(marker.clone(), photo.clone());
            assert_eq!(again, None, "{marker} stands in two entries");
        }
    }
    let evidence = lines(exported, "evidence.ndjson");
    for (marker, hash) in acknowledged {
        assert_eq!(
            found.get(marker),
            Some(hash),
            "{marker} was said to be saved"
        );
        let Some(hash) = hash else { continue };
        let files: Vec<_> = evidence.iter().filter(|it| it["hash"] == **hash).collect();
        assert_eq!(files.len(), 1, "{marker}");
        assert_eq!(
            files[0]["state"], "on_phone",
            "{marker}: its bytes have its hash"
        );
    }
    for incident in lines(exported, "incidents.ndjson") {
        let text = incident.to_string();
        assert!(!text.contains("entries_lost"), "{text}");
    }
    found.len() - acknowledged.len()
}

/// The markers in a text, each once.
fn markers(text: &str) -> BTreeSet<String> {
    text.split("mk-")
        .skip(1)
        .filter_map(|rest| Some(format!("mk-{}.", rest.split_once('.')?.0)))
        .collect()
}
